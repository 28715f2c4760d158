/* SPDX-License-Identifier: Apache-2.0
 *
 * The key schedule of TLS 1.3 with SHA-256 (RFC 8446 section 7.1), from an (EC)DHE shared secret:
 * nine secrets, and the keys and IVs of the four traffic secrets.
 */
#ifndef BENCH_TLS13_H
#define BENCH_TLS13_H

#include "bench.h"

/* After bench_open(). */
void tls13_open(void);
void tls13_close(void);

/* What is compared: the keys and IVs. */
enum {
    TLS13_HASH_LEN = 32,
    TLS13_KEY_LEN = 16,
    TLS13_IV_LEN = 12,
    TLS13_TRAFFIC_SECRETS = 4,
    TLS13_KEYS_LEN = TLS13_TRAFFIC_SECRETS * (TLS13_KEY_LEN + TLS13_IV_LEN)
};

extern unsigned char tls13_result[TLS13_KEYS_LEN];

/* `len` means nothing here. */
void tls13_openssl(size_t len);
void tls13_by_handles(size_t len);
void tls13_by_bytes(size_t len);

#endif
