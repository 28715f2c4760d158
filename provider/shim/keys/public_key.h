/* SPDX-License-Identifier: Apache-2.0
 *
 * Public keys and domain parameters of libcrypto, made of numbers that a peer chose.
 */
#ifndef SSLP_SHIM_KEYS_PUBLIC_KEY_H
#define SSLP_SHIM_KEYS_PUBLIC_KEY_H

#include "base/bytes.h"
#include "ncryptssl/wintypes.h"
#include "shim/keys/groups.h"

#include <openssl/evp.h>
#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lengths that native keys can have; 10000 bits are the most that libcrypto's DH computes with. */
enum {
    SSLP_MIN_DH_BITS = 512,
    SSLP_MAX_DH_BITS = 10000,
    SSLP_MIN_RSA_BITS = 512,
    SSLP_MAX_RSA_BITS = 16384
};

/* A key of a type from parameters, by an implementation that the query admits; NULL on failure. */
EVP_PKEY *sslp_pkey_from_params(
    OSSL_LIB_CTX *libctx, const char *type, const char *query, int selection, OSSL_PARAM *params);

/* The length in bytes of a number among the parameters of a key, such as OSSL_PKEY_PARAM_RSA_N;
 * 0 for a number that is 0 or that the key does not have, and for want of memory. */
size_t sslp_public_number_len(const EVP_PKEY *key, const char *name);

/* Writes such a number into len bytes, big-endian, with zeros on the left.  False where the key
 * does not have it, where it is longer, and for want of memory. */
bool sslp_public_number(const EVP_PKEY *key, const char *name, uint8_t *to, size_t len);

/* The domain parameters of a named group, of the type "EC" or "DH"; NULL where libcrypto does not
 * have it. */
EVP_PKEY *sslp_public_group(OSSL_LIB_CTX *libctx, const char *type, const char *name);

/* EVP_PKEY_is_a, which says no for want of memory: here not where the name is the key's first one.
 * NULL is no key of any type. */
bool sslp_public_is_a(const EVP_PKEY *key, const char *type);

/* A public key of the type from the bytes that protocols exchange; NULL where it is none. */
EVP_PKEY *sslp_public_encoded(OSSL_LIB_CTX *libctx, const char *type, struct sslp_bytes encoded);

/* The functions below return NTE_BAD_DATA for numbers that are no key, and NTE_NO_MEMORY.  They
 * leave their errors on OpenSSL's queue.  *key is NULL before the call; the caller frees it, also
 * after a failure. */

/* A key on a curve: two coordinates, big-endian, of full length, or the string of an X curve.
 * NTE_NOT_SUPPORTED where libcrypto does not have the curve. */
SECURITY_STATUS sslp_public_on_curve(OSSL_LIB_CTX *libctx, const struct sslp_curve *curve,
    const uint8_t *coordinates, EVP_PKEY **key);

/* Finite-field Diffie-Hellman, the numbers big-endian.  Without a value, the domain parameters. */
SECURITY_STATUS sslp_public_dh(OSSL_LIB_CTX *libctx, struct sslp_bytes modulus,
    struct sslp_bytes generator, struct sslp_bytes value, EVP_PKEY **key);

/* The same in a group of libcrypto, by name.  NTE_NOT_SUPPORTED where libcrypto does not have it.
 */
SECURITY_STATUS sslp_public_dh_in_group(
    OSSL_LIB_CTX *libctx, const char *group, struct sslp_bytes value, EVP_PKEY **key);

/* RSA.  Takes the numbers over; either may be NULL for want of memory. */
SECURITY_STATUS sslp_public_rsa(OSSL_LIB_CTX *libctx, BIGNUM *n, BIGNUM *e, EVP_PKEY **key);

#endif
