/* SPDX-License-Identifier: Apache-2.0
 *
 * What the project promises of its speed with OpenSSL 3.0, one function for each promise.
 */
#ifndef BENCH_BOUNDS_H
#define BENCH_BOUNDS_H

#include "report.h"

/* The rows that the promises are about. */
struct bounds_rows {
    const struct bench_row *openssl[2], *handle[2], *bytes[2]; /* SHORT_LEN, LONG_LEN */
    const struct bench_row *tls13_openssl, *tls13_handles, *tls13_bytes;
};

/* Lists the promises that can be measured here. */
void bounds_list(struct report *report, const struct bounds_rows *rows);

#endif
