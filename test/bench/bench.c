/* SPDX-License-Identifier: Apache-2.0
 *
 * What a derivation costs through EVP: by handle and by bytes, against OpenSSL's own KDFs as libssl
 * calls them, against other libraries, and against the hash compressions that no implementation can
 * do without.
 *
 *     bench [--smoke] [--check] [--text FILE] [--svg FILE]
 *
 * The table goes to stdout, or to the file that --text names; --svg writes a bar chart.  --check
 * ends with status 1 where a bound is missed.  The bounds hold with OpenSSL 3.0 and hardware for
 * SHA-256.  --smoke runs a few iterations and judges nothing.
 *
 * Short runs of all rows alternate for many rounds, in processor time.  Of a cost the median over
 * the rounds counts, of two costs the median of the rounds' ratios, so that a machine that changes
 * its pace changes it for both.  The module comes from the folder that OPENSSL_MODULES names.
 * Libraries that were not found when the benchmark was configured are left out.
 */
#include "bench/bench.h"
#include "bench/bounds.h"
#include "bench/memory.h"
#include "bench/peers.h"
#include "bench/report.h"
#include "bench/threads.h"
#include "bench/tls12.h"
#include "bench/tls13.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* TLS 1.2 with SHA-256 once the key pads are computed (RFC 5246 section 5): A(1) takes three
 * compressions, as label and randoms fill two inner blocks, every later A(i) two, and each 32
 * bytes of output three. */
enum { SHORT_COMPRESSIONS = 11, LONG_COMPRESSIONS = 21, HASHED_BLOCKS = 256, BLOCK_LEN = 64 };
enum { MAX_ROWS = 32 };

/* Whole blocks in one call: nearly all of the time is compressions. */
static void hash_blocks(size_t len)
{
    static unsigned char blocks[HASHED_BLOCKS * BLOCK_LEN];
    unsigned char out[EVP_MAX_MD_SIZE];

    bench_require(EVP_Digest(blocks, len, out, NULL, EVP_sha256(), NULL) == 1, "SHA-256");
}

enum {
    PRF_40,
    PRF_104,
    HANDLE_40,
    HANDLE_104,
    BYTES_40,
    BYTES_104,
    TLS13_OPENSSL,
    TLS13_HANDLES,
    TLS13_BYTES,
    COMPRESSION,
    OWN_ROWS
};

static struct bench_row own[OWN_ROWS] = {
    [PRF_40] = {.name = "OpenSSL TLS1-PRF, 40 bytes", .run = tls12_openssl, .len = SHORT_LEN},
    [PRF_104] = {.name = "OpenSSL TLS1-PRF, 104 bytes", .run = tls12_openssl, .len = LONG_LEN},
    [HANDLE_40] = {.name = "sslprovider by handle, 40 bytes",
        .run = tls12_by_handle,
        .len = SHORT_LEN},
    [HANDLE_104] = {.name = "sslprovider by handle, 104 bytes",
        .run = tls12_by_handle,
        .len = LONG_LEN},
    [BYTES_40] = {.name = "sslprovider by bytes, 40 bytes",
        .run = tls12_by_bytes,
        .len = SHORT_LEN},
    [BYTES_104] = {.name = "sslprovider by bytes, 104 bytes",
        .run = tls12_by_bytes,
        .len = LONG_LEN},
    [TLS13_OPENSSL] = {.name = "OpenSSL TLS13-KDF, TLS 1.3 schedule", .run = tls13_openssl},
    [TLS13_HANDLES] = {.name = "sslprovider by handles, TLS 1.3 schedule", .run = tls13_by_handles},
    [TLS13_BYTES] = {.name = "sslprovider by bytes, TLS 1.3 schedule", .run = tls13_by_bytes},
    [COMPRESSION] = {.name = "compression",
        .run = hash_blocks,
        .len = (size_t)HASHED_BLOCKS * BLOCK_LEN,
        .divisor = HASHED_BLOCKS},
};

struct options {
    bool smoke, check;
    const char *text, *svg;
};

static bool read_options(struct options *options, int argc, char *argv[])
{
    *options = (struct options){0};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--smoke") == 0)
            options->smoke = true;
        else if (strcmp(argv[i], "--check") == 0)
            options->check = true;
        else if (strcmp(argv[i], "--text") == 0 && i + 1 < argc)
            options->text = argv[++i];
        else if (strcmp(argv[i], "--svg") == 0 && i + 1 < argc)
            options->svg = argv[++i];
        else
            return false;
    }
    return true;
}

/* What is compared has to be the same computation. */
static void check_tls12(size_t len)
{
    unsigned char expected[LONG_LEN];

    tls12_openssl(len);
    memcpy(expected, tls12_result, len);
    tls12_by_handle(len);
    bench_require(memcmp(tls12_result, expected, len) == 0, "the comparison by handle");
    tls12_by_bytes(len);
    bench_require(memcmp(tls12_result, expected, len) == 0, "the comparison by bytes");
}

static void check_tls13(void)
{
    unsigned char expected[TLS13_KEYS_LEN];

    tls13_openssl(0);
    memcpy(expected, tls13_result, sizeof(expected));
    tls13_by_handles(0);
    bench_require(memcmp(tls13_result, expected, sizeof(expected)) == 0, "TLS 1.3 by handles");
    tls13_by_bytes(0);
    bench_require(memcmp(tls13_result, expected, sizeof(expected)) == 0, "TLS 1.3 by bytes");
}

static void measure_rows(int rounds, bool smoke)
{
    struct bench_row *rows[MAX_ROWS];
    size_t count = 0;

    for (size_t i = 0; i < OWN_ROWS; i++)
        rows[count++] = &own[i];
    for (size_t i = 0; i < peers_count(); i++) {
        rows[count++] = peers_row(i, SHORT_LEN);
        rows[count++] = peers_row(i, LONG_LEN);
    }
    bench_measure(rows, count, rounds, smoke);
}

/* Of OpenSSL's row, and of the floor where that is not 0. */
static struct report_line line_of(
    const struct bench_row *row, const struct bench_row *openssl, double floor, int rounds)
{
    const double ns = bench_cost(row, rounds);

    return (struct report_line){.name = row->name,
        .ns = ns,
        .of_openssl = row == openssl ? 0 : bench_ratio(row, openssl, rounds),
        .of_floor = floor == 0 ? 0 : ns / floor,
        .is_subject = row == &own[HANDLE_40] || row == &own[HANDLE_104] || row == &own[BYTES_40] ||
            row == &own[BYTES_104] || row == &own[TLS13_HANDLES] || row == &own[TLS13_BYTES]};
}

static void list_tls12(struct report *report, size_t len)
{
    const int first = len == LONG_LEN; /* rows of both lengths alternate */
    const double floor = (len == LONG_LEN ? LONG_COMPRESSIONS : SHORT_COMPRESSIONS) *
        bench_cost(&own[COMPRESSION], report->rounds);

    report_add_line(report,
        (struct report_line){.name = len == LONG_LEN ? "floor, 104 bytes: 21 compressions"
                                                     : "floor, 40 bytes: 11 compressions",
            .ns = floor,
            .begins_part = true});
    for (int row = HANDLE_40 + first; row <= BYTES_104; row += 2)
        report_add_line(report, line_of(&own[row], &own[PRF_40 + first], floor, report->rounds));
    for (size_t i = 0; i < peers_count(); i++)
        report_add_line(
            report, line_of(peers_row(i, len), &own[PRF_40 + first], floor, report->rounds));
    report_add_line(
        report, line_of(&own[PRF_40 + first], &own[PRF_40 + first], floor, report->rounds));
}

static void list_tls13(struct report *report)
{
    struct report_line line = line_of(&own[TLS13_BYTES], &own[TLS13_OPENSSL], 0, report->rounds);

    line.begins_part = true;
    report_add_line(report, line);
    report_add_line(report, line_of(&own[TLS13_HANDLES], &own[TLS13_OPENSSL], 0, report->rounds));
    report_add_line(report, line_of(&own[TLS13_OPENSSL], &own[TLS13_OPENSSL], 0, report->rounds));
}

static void make_report(struct report *report, bool smoke)
{
    const struct bounds_rows rows = {.openssl = {&own[PRF_40], &own[PRF_104]},
        .handle = {&own[HANDLE_40], &own[HANDLE_104]},
        .bytes = {&own[BYTES_40], &own[BYTES_104]},
        .tls13_openssl = &own[TLS13_OPENSSL],
        .tls13_handles = &own[TLS13_HANDLES],
        .tls13_bytes = &own[TLS13_BYTES]};

    measure_rows(report->rounds, smoke);
    report->has_threads = threads_measure(&report->threads, report->rounds, smoke);
    report->has_memory = memory_measure(&report->memory, report->rounds, smoke);
    list_tls12(report, SHORT_LEN);
    list_tls12(report, LONG_LEN);
    list_tls13(report);
    if (!smoke)
        bounds_list(report, &rows);
}

static void write_file(
    const char *path, const struct report *report, void (*write)(const struct report *, FILE *))
{
    FILE *out = fopen(path, "w");

    bench_require(out != NULL, path);
    write(report, out);
    bench_require(fclose(out) == 0, path);
}

int main(int argc, char *argv[])
{
    static struct report report;
    struct options options;

    if (!read_options(&options, argc, argv)) {
        fprintf(stderr, "usage: %s [--smoke] [--check] [--text FILE] [--svg FILE]\n", argv[0]);
        return EXIT_FAILURE;
    }
    bench_open();
    tls12_open();
    tls13_open();
    check_tls12(SHORT_LEN);
    check_tls12(LONG_LEN);
    check_tls13();
    peers_open();
    report.rounds = options.smoke ? SMOKE_ROUNDS : MAX_ROUNDS;
    make_report(&report, options.smoke);
    if (options.text != NULL)
        write_file(options.text, &report, report_text);
    else
        report_text(&report, stdout);
    if (options.svg != NULL)
        write_file(options.svg, &report, report_svg);
    tls13_close();
    tls12_close();
    bench_close();
    return options.check && !report_keeps_bounds(&report) ? EXIT_FAILURE : EXIT_SUCCESS;
}
