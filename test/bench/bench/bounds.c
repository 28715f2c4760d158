/* SPDX-License-Identifier: Apache-2.0 */
#include "bounds.h"

#include "peers.h"

enum { SHORT, LONG };

static void by_handle(struct report *report, const struct bounds_rows *rows)
{
    report_add_bound(report, "40 bytes by handle, of TLS1-PRF",
        bench_ratio(rows->handle[SHORT], rows->openssl[SHORT], report->rounds), 0.185);
    report_add_bound(report, "104 bytes by handle, of TLS1-PRF",
        bench_ratio(rows->handle[LONG], rows->openssl[LONG], report->rounds), 0.21);
}

static void of_peer(struct report *report, const struct bench_row *row, size_t len,
    const char *peer, const char *name, double bound)
{
    const struct bench_row *of = peers_find(peer, len);

    if (of != NULL)
        report_add_bound(report, name, bench_ratio(row, of, report->rounds), bound);
}

static void of_bare_functions(struct report *report, const struct bounds_rows *rows)
{
    const struct bench_row *const *handle = rows->handle;

    of_peer(report, handle[SHORT], SHORT_LEN, "BoringSSL",
        "40 bytes by handle, of BoringSSL's function", 0.85);
    of_peer(report, handle[LONG], LONG_LEN, "BoringSSL",
        "104 bytes by handle, of BoringSSL's function", 0.85);
    of_peer(report, handle[SHORT], SHORT_LEN, "GnuTLS", "40 bytes by handle, of GnuTLS's function",
        0.98);
    of_peer(report, handle[LONG], LONG_LEN, "GnuTLS", "104 bytes by handle, of GnuTLS's function",
        0.98);
}

static void by_bytes(struct report *report, const struct bounds_rows *rows)
{
    report_add_bound(report, "40 bytes by bytes with the suite's name, of TLS1-PRF",
        bench_ratio(rows->bytes[SHORT], rows->openssl[SHORT], report->rounds), 0.27);
}

static void tls13_schedule(struct report *report, const struct bounds_rows *rows)
{
    report_add_bound(report, "TLS 1.3 schedule by handles, of TLS13-KDF",
        bench_ratio(rows->tls13_handles, rows->tls13_openssl, report->rounds), 0.35);
    report_add_bound(report, "TLS 1.3 schedule by bytes, of TLS13-KDF",
        bench_ratio(rows->tls13_bytes, rows->tls13_openssl, report->rounds), 0.30);
    report_add_bound(report, "TLS 1.3 schedule by handles, of by bytes",
        bench_ratio(rows->tls13_handles, rows->tls13_bytes, report->rounds), 1.1);
}

/* To have at least 0.93 of the control is to need at most so much more time than it.  A control
 * that has gained little says that the processors had other work, and judges nothing. */
static void two_threads(struct report *report)
{
    static const double at_least = 0.93, gain = 1.5;

    if (!report->has_threads || report->threads.nothing_shared < gain)
        return;
    report_add_bound(report, "time of two threads on neighbouring handles, of the control",
        1 / report->threads.neighbours_of_control, 1 / at_least);
    report_add_bound(report, "time of two threads on one key, of the control",
        1 / report->threads.shared_of_control, 1 / at_least);
}

static void memory(struct report *report)
{
    if (!report->has_memory)
        return;
    report_add_bound(
        report, "bytes of a key object with SHA-256, and its handle", report->memory.bytes, 640);
    report_add_bound(
        report, "random handle among many, of the control", report->memory.random_of_control, 1.15);
}

void bounds_list(struct report *report, const struct bounds_rows *rows)
{
    by_handle(report, rows);
    of_bare_functions(report, rows);
    by_bytes(report, rows);
    tls13_schedule(report, rows);
    two_threads(report);
    memory(report);
}
