/* SPDX-License-Identifier: Apache-2.0
 *
 * Public keys and domain parameters of libcrypto, made of numbers that a peer chose.
 */
#ifndef SSLP_SHIM_KEYS_PUBLIC_KEY_H
#define SSLP_SHIM_KEYS_PUBLIC_KEY_H

#include "base/bytes.h"
#include "ncryptssl/wintypes.h"
#include "shim/keys/curves.h"

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

/* A number among the parameters of a key, such as OSSL_PKEY_PARAM_RSA_N: its length in bytes, 0 for
 * want of memory; and written into so many bytes, big-endian, with zeros on the left. */
size_t sslp_public_number_len(const EVP_PKEY *key, const char *name);
bool sslp_public_number(const EVP_PKEY *key, const char *name, uint8_t *to, size_t len);

/* The domain parameters of a named group, of the type "EC" or "DH"; NULL where libcrypto does not
 * have it. */
EVP_PKEY *sslp_public_group(OSSL_LIB_CTX *libctx, const char *type, const char *name);

/* EVP_PKEY_is_a, which takes memory to compare names and without it says no: not where the name is
 * the key's first one.  NULL is no key of any type. */
bool sslp_public_is_a(const EVP_PKEY *key, const char *type);

/* A public key of the type from the bytes that protocols exchange; NULL where it is none. */
EVP_PKEY *sslp_public_encoded(OSSL_LIB_CTX *libctx, const char *type, struct sslp_bytes encoded);

/* The functions below answer NTE_BAD_DATA for what is no key.  A key is the caller's to free, also
 * one that *key holds after a failure. */

/* A key on a curve: two coordinates, big-endian, of full length; of an X curve the string of that
 * length.  NTE_NOT_SUPPORTED where libcrypto does not have the curve. */
SECURITY_STATUS sslp_public_on_curve(OSSL_LIB_CTX *libctx, const struct sslp_curve *curve,
    const uint8_t *coordinates, EVP_PKEY **key);

/* Finite-field Diffie-Hellman, the numbers big-endian; domain parameters alone where the value is
 * empty. */
SECURITY_STATUS sslp_public_dh(OSSL_LIB_CTX *libctx, struct sslp_bytes modulus,
    struct sslp_bytes generator, struct sslp_bytes value, EVP_PKEY **key);

/* The same in a group that libcrypto has by name. */
SECURITY_STATUS sslp_public_dh_in_group(
    OSSL_LIB_CTX *libctx, const char *group, struct sslp_bytes value, EVP_PKEY **key);

/* RSA.  Takes the numbers over; either may be NULL for want of memory. */
SECURITY_STATUS sslp_public_rsa(OSSL_LIB_CTX *libctx, BIGNUM *n, BIGNUM *e, EVP_PKEY **key);

#endif
