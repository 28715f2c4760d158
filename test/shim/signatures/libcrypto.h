/* SPDX-License-Identifier: Apache-2.0
 *
 * The peer of the tests of signatures: the same keys, which libcrypto signs and verifies with.
 */
#ifndef SSLP_TEST_SHIM_SIGNATURES_LIBCRYPTO_H
#define SSLP_TEST_SHIM_SIGNATURES_LIBCRYPTO_H

#include "ncryptssl/sslprovider.h"

#include <openssl/evp.h>
#include <stdbool.h>

enum { KEYS = 5, MAX_SIGNATURE = 512, MAX_PREFIX = 128, OID = 1, PSS = 2 };
enum { RSA_KEY, P256_KEY, P384_KEY, P521_KEY, DSA_KEY };

extern const struct kind {
    const char *name;
    DWORD size; /* bytes in a signature */
} kinds[KEYS];

extern EVP_PKEY *keys[KEYS];

/* What is signed: a digest, or the name of its hash and the digest. */
struct message {
    BYTE bytes[MAX_PREFIX + 80];
    DWORD len;
    DWORD prefix;
};

struct signature {
    BYTE bytes[MAX_SIGNATURE];
    DWORD len;
};

/* Sets what the flags mean; the hash is NULL for none. */
void libcrypto_configure(EVP_PKEY_CTX *context, const char *hash, DWORD flags);

bool libcrypto_accepts(size_t kind, const struct message *message, const char *hash, DWORD flags,
    const struct signature *signature);

struct signature libcrypto_signs(
    size_t kind, const struct message *message, const char *hash, DWORD flags);

#endif
