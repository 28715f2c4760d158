/* SPDX-License-Identifier: Apache-2.0
 *
 * What every benchmark needs: it ends where something fails, reads the clock, keeps to one core,
 * takes medians, and has a certificate for a server.
 */
#ifndef BENCH_SUPPORT_H
#define BENCH_SUPPORT_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <time.h>

/* Ends the program with the errors of OpenSSL where something failed. */
void bench_require(bool ok, const char *what);

double bench_clock_ns(clockid_t clock);

/* The last of the cores that the process may use. */
void bench_keep_to_one_core(void);

void bench_sort(double *values, int count);

/* The values keep their order. */
double bench_median(const double *values, int count);

/* Signed by its own key, for localhost, for an hour.  The caller frees it. */
X509 *bench_make_certificate(OSSL_LIB_CTX *libctx, EVP_PKEY *key);

#endif
