/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether the time of a call tells two classes of secrets apart: Welch's t of both classes, as in
 * "Dude, is my code constant time?" (Reparaz, Balasch, Verbauwhede, 2017).
 *
 *     ct_timing RECORDS [PART-OF-A-NAME]
 *
 * Each call takes the secret of a class that is drawn at random, so that whatever else the machine
 * does falls on both alike.  Slow calls are cut off at several percentiles, and the largest t
 * counts.  A leak comes again: where |t| reaches the bound, it is measured once more, and both
 * count.  The status is 0 without a leak, 3 with one, 1 where a call did not do what it should.
 */
#include "base/ct.h"
#include "bench/support/bench_support.h"
#include "ct/cbc_records.h"
#include "ct/pre_masters.h"
#include "shim/support/certificates.h"
#include "shim/support/dtls13_records.h"
#include "shim/support/forged_handles.h"

#include <math.h>
#include <openssl/bio.h>
#include <openssl/pem.h>

enum {
    POOL = 64, /* secrets of a class */
    INPUT_ROOM = 512,
    FRAGMENT_LEN = 320,
    TEXT_LEN = 40,
    PSK_LEN = 32,
    EPOCH = 3,
    LEAKS = 3 /* the status */
};

static const double bound = 4.5;

/* In per mille of the calls. */
static const int percentiles[] = {1000, 990, 950, 900, 750, 500};

/* What is measured.  `call` is timed, `release` is not. */
struct subject {
    SECURITY_STATUS (*call)(void);
    void (*release)(void);
    SECURITY_STATUS expected;
    size_t input_len;
};

static NCRYPT_PROV_HANDLE provider;
static NCRYPT_KEY_HANDLE key, made, made_after;
static BYTE inputs[2][POOL][INPUT_ROOM], input[INPUT_ROOM], output[CBC_MAX_RECORD];
static ULONGLONG expected_number;
static struct secret_blob psk_blob;

static const char *wanted = "";
static int records;
static double *times, *sorted;
static BYTE *classes;
static uint64_t random_state = 1;
static int leaks;

/* ---- The statistic ---- */

struct moments {
    double count, mean, squares; /* of the distances from the mean */
};

static void add_time(struct moments *moments, double time)
{
    const double distance = time - moments->mean;

    moments->count += 1;
    moments->mean += distance / moments->count;
    moments->squares += distance * (time - moments->mean);
}

/* Welch's t of the calls that took no longer than `limit`. */
static double welch(double limit)
{
    struct moments moments[2] = {{0, 0, 0}, {0, 0, 0}};
    double variance = 0, difference;

    for (int i = 0; i < records; i++) {
        if (times[i] <= limit)
            add_time(&moments[classes[i]], times[i]);
    }
    for (int i = 0; i < 2; i++) {
        if (moments[i].count < 2)
            return 0;
        variance += moments[i].squares / (moments[i].count - 1) / moments[i].count;
    }
    difference = moments[0].mean - moments[1].mean;
    return difference == 0 ? 0 : difference / sqrt(variance);
}

/* Both secrets are read, whichever is taken: the caches do not know either. */
static void draw_input(size_t len, BYTE *class)
{
    const uint64_t random = next_random(&random_state);
    const size_t entry = random >> 1 & (POOL - 1);

    *class = random & 1;
    memcpy(input, inputs[0][entry], len);
    sslp_ct_copy_if(sslp_ct_equal(*class, 1), input, inputs[1][entry], len);
}

static double measure(const struct subject *subject)
{
    double worst = 0;

    for (int i = 0; i < records; i++) {
        SECURITY_STATUS status;
        double begin;

        draw_input(subject->input_len, &classes[i]);
        begin = bench_clock_ns(CLOCK_MONOTONIC);
        status = subject->call();
        times[i] = bench_clock_ns(CLOCK_MONOTONIC) - begin;
        bench_require(status == subject->expected, "a call");
        if (subject->release != NULL)
            subject->release();
    }
    memcpy(sorted, times, (size_t)records * sizeof(times[0]));
    bench_sort(sorted, records);
    for (size_t i = 0; i < COUNT(percentiles); i++) {
        const double t = welch(sorted[((long long)records * percentiles[i] - 1) / 1000]);

        if (fabs(t) > fabs(worst))
            worst = t;
    }
    return worst;
}

static void judge(const char *of, const char *what, const struct subject *subject)
{
    const double t = measure(subject);
    double again = 0;
    bool leak = false;

    printf("%s, %s: %.0f ns, t = %.2f", of, what, sorted[records / 2], t);
    if (fabs(t) >= bound) {
        again = measure(subject);
        leak = fabs(again) >= bound;
        printf(", again %.2f%s", again, leak ? ": LEAK" : "");
    }
    printf("\n");
    leaks += leak;
}

static void fill_random(BYTE *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        bytes[i] = (BYTE)next_random(&random_state);
}

static bool is_wanted(const char *name)
{
    return strstr(name, wanted) != NULL;
}

/* ---- CBC: padding and MAC.  No record is genuine, since which are is public ---- */

static DWORD record_len;

static SECURITY_STATUS open_cbc(void)
{
    DWORD got = 0;

    return SslDecryptPacket(provider, key, input, record_len, output, sizeof(output), &got, 0, 0);
}

/* A fragment of FRAGMENT_LEN.  This byte of the MAC is wrong, whatever the padding is. */
static void make_cbc(struct cbc_peer *peer, size_t padding_len, bool padding_is_right,
    size_t wrong_mac_byte, BYTE record[INPUT_ROOM])
{
    const size_t content_len = FRAGMENT_LEN - peer->kind->mac_len - 1 - padding_len;
    BYTE content[CBC_MAX_CONTENT], fragment[CBC_MAX_FRAGMENT], whole[CBC_MAX_RECORD];

    fill_random(content, content_len);
    bench_require(cbc_compose(peer, content, content_len, padding_len, fragment) == FRAGMENT_LEN,
        "making a fragment");
    fragment[content_len + wrong_mac_byte] ^= 0x55;
    if (!padding_is_right)
        fragment[FRAGMENT_LEN - 1] ^= 0x80;
    record_len = (DWORD)cbc_encrypt(peer, fragment, FRAGMENT_LEN, whole);
    bench_require(record_len != 0 && record_len <= INPUT_ROOM, "making a record");
    memcpy(record, whole, record_len);
}

static void try_cbc(const struct cbc_kind *kind)
{
    const size_t most = cbc_is_ssl3(kind) ? kind->block_len - 1 : 255;
    const size_t last = kind->mac_len - 1;
    struct subject subject = {open_cbc, NULL, NTE_DECRYPTION_FAILURE, 0};
    struct key_pair server = {0, 0};
    struct cbc_peer peer = {0};
    char name[64];

    snprintf(name, sizeof(name), "CBC, %s", kind->name);
    /* The tables of triple-DES in libcrypto have times of their own, which differ by text. */
    if (!is_wanted(name) || kind->block_len == 8)
        return;
    bench_require(make_side(provider, kind->protocol, kind->suite, NCRYPT_SSL_SERVER_FLAG,
                      &server) == ERROR_SUCCESS &&
            cbc_peer_start(&peer, kind),
        name);
    key = server.read;
    for (size_t i = 0; i < POOL; i++) {
        make_cbc(&peer, i * 4 % (most + 1), true, last, inputs[0][i]);
        make_cbc(&peer, i * 4 % (most + 1), false, last, inputs[1][i]);
    }
    subject.input_len = record_len;
    judge(name, "padding right or wrong", &subject);
    for (size_t i = 0; i < POOL; i++) {
        make_cbc(&peer, 0, true, last, inputs[0][i]);
        make_cbc(&peer, most, true, last, inputs[1][i]);
    }
    judge(name, "padding short or long", &subject);
    for (size_t i = 0; i < POOL; i++) {
        make_cbc(&peer, most, true, 0, inputs[0][i]);
        make_cbc(&peer, most, true, last, inputs[1][i]);
    }
    judge(name, "first or last byte of the MAC", &subject);
    cbc_peer_end(&peer);
    free_pair(&server);
}

/* ---- RSA: every ciphertext gives a key ---- */

static SECURITY_STATUS import_pre_master(void)
{
    return import_encrypted(provider, key, input, &made);
}

static void free_made(void)
{
    SslFreeObject(made, 0);
    SslFreeObject(made_after, 0);
    made = made_after = 0;
}

static bool open_private_key(EVP_PKEY *rsa)
{
    CERT_CONTEXT certificate = make_certificate(rsa, 1);
    BIO *pem = BIO_new(BIO_s_mem());
    const bool written = PEM_write_bio_PrivateKey(pem, rsa, NULL, NULL, 0, NULL, NULL) == 1;
    char *text = NULL;
    const DWORD len = (DWORD)BIO_get_mem_data(pem, &text);
    const bool done = written &&
        NcryptsslAttachPrivateKey(provider, &certificate, (const BYTE *)text, len, 0) ==
            ERROR_SUCCESS &&
        SslOpenPrivateKey(provider, &key, &certificate, 0) == ERROR_SUCCESS;

    BIO_free(pem);
    free_certificate(&certificate);
    return done;
}

static void try_pre_master(void)
{
    static const char name[] = "RSA premaster secret";
    const struct subject subject = {import_pre_master, free_made, ERROR_SUCCESS, MODULUS_LEN};
    EVP_PKEY *rsa;
    EVP_PKEY_CTX *raw;

    if (!is_wanted(name))
        return;
    rsa = make_key("RSA");
    raw = raw_rsa(rsa);
    bench_require(raw != NULL && open_private_key(rsa), "making an RSA key");
    for (size_t i = 0; i < POOL; i++) {
        const struct block_change *bad = &bad_blocks[i % COUNT(bad_blocks)];
        const BYTE padding = (BYTE)(1 + i), secret = (BYTE)(0x80 + i);

        bench_require(encrypt_block(raw, &good_block, padding, secret, inputs[0][i]) &&
                encrypt_block(raw, bad, padding, secret, inputs[1][i]),
            "encrypting a premaster secret");
    }
    judge(name, "good or bad", &subject);
    SslFreeObject(key, 0);
    EVP_PKEY_CTX_free(raw);
    EVP_PKEY_free(rsa);
}

/* ---- DTLS 1.3: the number of a record, and its mask ---- */

static SECURITY_STATUS open_dtls13(void)
{
    ULONGLONG number = expected_number;
    DWORD got = 0;

    return NcryptsslDecryptPacket(
        provider, key, input, record_len, output, sizeof(output), &got, &number, 0);
}

static SECURITY_STATUS seal_dtls13(void)
{
    DWORD len = 0;

    return SslEncryptPacket(provider, key, input, TEXT_LEN, output, sizeof(output), &len,
        expected_number, CBC_CONTENT_TYPE, 0);
}

/* Not genuine: the number of one that is becomes public. */
static void make_dtls13(
    const struct dtls13_keys *keys, bool long_number, ULONGLONG number, BYTE record[INPUT_ROOM])
{
    const struct dtls13_form form = {long_number, true, 0};
    BYTE text[TEXT_LEN];

    fill_random(text, sizeof(text));
    record_len = (DWORD)dtls13_make(keys, form, number, text, sizeof(text), record);
    bench_require(record_len != 0, "making a record");
    record[record_len - 1] ^= 1;
}

static void try_numbers(const char *name, const struct dtls13_keys *keys, bool long_number)
{
    const ULONGLONG half = long_number ? 0x8000 : 0x80;
    const struct subject subject = {open_dtls13, NULL, STATUS_AUTH_TAG_MISMATCH,
        dtls13_header_len((struct dtls13_form){long_number, true, 0}) + TEXT_LEN +
            keys->suite->tag_len};

    /* Near enough to 0 that a number behind it may not exist. */
    expected_number = DTLS13_NUMBER(EPOCH, half + 1);
    for (size_t i = 0; i < POOL; i++) {
        make_dtls13(keys, long_number, expected_number, inputs[0][i]);
        make_dtls13(keys, long_number,
            DTLS13_NUMBER(EPOCH, next_random(&random_state) % (2 * half)), inputs[1][i]);
    }
    judge(name,
        long_number ? "number of 16 bits as expected or any"
                    : "number of 8 bits as expected or any",
        &subject);
}

static void try_dtls13(const struct dtls13_suite *suite)
{
    const struct subject sealing = {seal_dtls13, NULL, ERROR_SUCCESS, TEXT_LEN};
    struct dtls13_keys keys;
    char name[64];

    snprintf(name, sizeof(name), "DTLS 1.3, %s", suite->label);
    if (!is_wanted(name))
        return;
    bench_require(dtls13_derive(suite, &keys) &&
            make_traffic_key_in(provider, DTLS1_3_PROTOCOL_VERSION, suite->suite,
                NCRYPT_SSL_CLIENT_FLAG, &key) == ERROR_SUCCESS,
        name);
    try_numbers(name, &keys, false);
    try_numbers(name, &keys, true);
    for (size_t i = 0; i < POOL; i++) {
        memset(inputs[0][i], 0x5A, TEXT_LEN);
        fill_random(inputs[1][i], TEXT_LEN);
    }
    judge(name, "mask of one text or of any", &sealing);
    SslFreeObject(key, 0);
}

/* ---- PSK: from the bytes to the binder key ---- */

static SECURITY_STATUS expand_binder_key(void)
{
    NCRYPT_KEY_HANDLE psk = 0;
    SECURITY_STATUS status;

    memcpy(psk_blob.secret, input, PSK_LEN);
    status = import_secret(provider, &psk_blob, &psk);
    if (status == ERROR_SUCCESS)
        status = SslExtractEarlyKey(
            provider, psk, &made, TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES128_GCM, NULL, 0);
    if (status == ERROR_SUCCESS)
        status =
            SslExpandBinderKey(provider, made, &made_after, NULL, NCRYPT_SSL_EXTERNAL_PSK_FLAG);
    SslFreeObject(psk, 0);
    return status;
}

static void try_psk(void)
{
    static const char name[] = "PSK";
    const struct subject subject = {expand_binder_key, free_made, ERROR_SUCCESS, PSK_LEN};

    if (!is_wanted(name))
        return;
    psk_blob = make_secret(NCRYPTSSL_KIND_PRE_SHARED_KEY, TLS1_3_PROTOCOL_VERSION,
        SUITE_TLS13_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG, PSK_LEN);
    for (size_t i = 0; i < POOL; i++) {
        memset(inputs[0][i], 0, PSK_LEN);
        fill_random(inputs[1][i], PSK_LEN);
    }
    judge(name, "binder key of zeros or of any bytes", &subject);
}

int main(int argc, char *argv[])
{
    records = argc > 1 ? atoi(argv[1]) : 0;
    if (records < 100 || argc > 3) {
        fprintf(stderr, "usage: ct_timing RECORDS [PART-OF-A-NAME]\n");
        return 2;
    }
    if (argc == 3)
        wanted = argv[2];
    times = calloc((size_t)records, sizeof(times[0]));
    sorted = calloc((size_t)records, sizeof(sorted[0]));
    classes = calloc((size_t)records, 1);
    bench_require(times != NULL && sorted != NULL && classes != NULL, "allocating memory");
    bench_require(SslOpenProvider(&provider, NULL, 0) == ERROR_SUCCESS, "SslOpenProvider");
    bench_keep_to_one_core();
    for (size_t i = 0; i < COUNT(cbc_kinds); i++)
        try_cbc(&cbc_kinds[i]);
    for (size_t i = 0; i < DTLS13_SUITES; i++)
        try_dtls13(&dtls13_suites[i]);
    try_psk();
    try_pre_master();
    SslFreeObject(provider, 0);
    free(classes);
    free(sorted);
    free(times);
    return leaks == 0 ? 0 : LEAKS;
}
