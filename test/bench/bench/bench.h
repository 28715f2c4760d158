/* SPDX-License-Identifier: Apache-2.0
 *
 * What the parts of the benchmark share: the library contexts, the inputs, and the rows that are
 * measured.
 */
#ifndef BENCH_H
#define BENCH_H

#include "bench/support/bench_support.h"

#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAX_ROUNDS = 101, SMOKE_ROUNDS = 3 };
enum { SECRET_LEN = 48, RANDOM_LEN = 32 };

/* Key blocks of TLS 1.2 for AES-128-GCM, and for AES-128-CBC with HMAC-SHA-256. */
enum { SHORT_LEN = 40, LONG_LEN = 104 };

extern unsigned char bench_secret[SECRET_LEN], bench_randoms[2][RANDOM_LEN];

/* What OpenSSL offers by itself, and the same with sslprovider beside it. */
extern OSSL_LIB_CTX *bench_plain, *bench_subject;

void bench_open(void);
void bench_close(void);

OSSL_PARAM bench_text(const char *name, const char *text);
OSSL_PARAM bench_octets(const char *name, const void *data, size_t len);

/* A library context with the default provider, and with sslprovider where `subject` says so. */
struct bench_context {
    OSSL_LIB_CTX *libctx;
    OSSL_PROVIDER *providers[2];
};

void bench_context_open(struct bench_context *context, bool subject);
void bench_context_close(struct bench_context *context);

/* ---- Rows ---- */

/* One thing that is measured.  Short runs of all rows alternate for many rounds. */
struct bench_row {
    const char *name;
    void (*run)(size_t len);
    size_t len;
    double divisor; /* calls in one run; 0 counts as 1 */
    int iterations; /* of a round */
    double ns[MAX_ROUNDS];
};

void bench_measure(struct bench_row *rows[], size_t count, int rounds, bool smoke);

/* Medians over the rounds: of a cost, and of the ratio of two costs in the same round. */
double bench_cost(const struct bench_row *row, int rounds);
double bench_ratio(const struct bench_row *row, const struct bench_row *reference, int rounds);

#endif
