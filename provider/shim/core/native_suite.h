/* SPDX-License-Identifier: Apache-2.0
 *
 * Cipher suites in the terms of the native interface, for its enumerations and its lookups.
 */
#ifndef SSLP_SHIM_CORE_NATIVE_SUITE_H
#define SSLP_SHIM_CORE_NATIVE_SUITE_H

#include "ncryptssl/sslprovider.h"
#include "schedule/suite.h"

/* A list is ordered by numbers of so many bits; the compiler refuses larger ones in a table. */
enum { SSLP_RANK_BITS = 6 };

struct sslp_native_cipher {
    unsigned preference : SSLP_RANK_BITS; /* the smaller the better */
    unsigned tier : SSLP_RANK_BITS;       /* lists have suites of a lower tier first */
    LPCWSTR name;
    LPCWSTR chaining_mode;
    uint8_t block_len;     /* bytes, also in modes that need no whole blocks */
    uint8_t bits_per_byte; /* of the key; 7 where the eighth is parity */
};

/* Every cipher of the suite table has one. */
const struct sslp_native_cipher *sslp_native_suite_cipher(const struct sslp_cipher *cipher);

/* The native name of a hash; empty for SSLP_HASH_NONE. */
LPCWSTR sslp_native_suite_hash(enum sslp_hash_id hash);

/* Writes the whole field: as much of the text as it holds, and zeros. */
void sslp_native_suite_write(WCHAR field[NCRYPT_SSL_MAX_NAME_SIZE], LPCWSTR text);

/* Writes the whole record except dwKeyType, which stays as it is. */
void sslp_native_suite_fill(const struct sslp_protocol *protocol, const struct sslp_suite *suite,
    NCRYPT_SSL_CIPHER_SUITE *record);

#endif
