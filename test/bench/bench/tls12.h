/* SPDX-License-Identifier: Apache-2.0
 *
 * The key block of TLS 1.2 with SHA-256 (RFC 5246 section 6.3).
 */
#ifndef BENCH_TLS12_H
#define BENCH_TLS12_H

#include "bench.h"

#define TLS12_SUITE "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"

/* Makes the key of the rows by handle, after bench_open(). */
void tls12_open(void);
void tls12_close(void);

/* Each leaves `len` bytes in tls12_result. */
extern unsigned char tls12_result[LONG_LEN];

void tls12_openssl(size_t len);
void tls12_by_handle(size_t len);
void tls12_by_bytes(size_t len);

/* The rows by handle, for a KDF and a handle of any context. */
EVP_KDF *tls12_fetch(OSSL_LIB_CTX *libctx);
EVP_PKEY *tls12_make_key(OSSL_LIB_CTX *libctx, uint64_t *handle);
void tls12_derive(EVP_KDF *kdf, uint64_t handle, unsigned char *out, size_t len);

/* Leaves a master secret in the provider and gives its handle; nobody owns it. */
uint64_t tls12_leave_master_secret(EVP_KDF *master_key);
void tls12_discard(EVP_KDF_CTX *context, uint64_t handle);

#endif
