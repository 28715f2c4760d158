/* SPDX-License-Identifier: Apache-2.0
 *
 * What the functions of the TLS 1.3 key schedule share: the handles they start at, and one call of
 * the KDF SSL-TRAFFIC-SECRET, whose result stays in the OpenSSL provider.
 */
#ifndef SSLP_SHIM_TLS13_SECRET_H
#define SSLP_SHIM_TLS13_SECRET_H

#include "schedule/tls13_arrows.h"
#include "shim/core/objects.h"
#include "shim/keys/secret_handle.h"

/* A set of kinds, NCRYPTSSL_KIND_*. */
#define SSLP_STAGE(kind) (1U << (kind))

/* What an arrow starts at and takes in; what is NULL or 0 it does without. */
struct sslp_tls13_input {
    const struct sslp_secret_object *from;
    const struct sslp_suite *suite; /* where that is NULL, or fits several suites */
    struct sslp_hash_object *hash;  /* of the messages; its lock is taken */
    struct sslp_bytes shared_secret;
    struct sslp_bytes ticket_nonce;
};

/* Follows the arrow to a target.  ERROR_SUCCESS, NTE_NO_MEMORY or NTE_INTERNAL_ERROR; then *handle
 * is 0. */
SECURITY_STATUS sslp_tls13_secret_derive(struct sslp_backend *backend,
    enum sslp_tls13_target target, const struct sslp_tls13_input *input, NCRYPT_KEY_HANDLE *handle);

/* The key that a call starts at, and the transcript hash that it names, with a reference each. */
struct sslp_tls13_base {
    NCRYPT_KEY_HANDLE handle;
    NCRYPT_HASH_HANDLE hash_handle;
    struct sslp_secret_object *secret; /* NULL: a key that is no secret */
    struct sslp_hash_object *hash;     /* NULL: none is named */
};

/* The checks that come first: provider, key, hash, which is left out where it is NULL; then
 * whether there is a place for the result.  After ERROR_SUCCESS the base is to be released. */
SECURITY_STATUS sslp_tls13_acquire(NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE key,
    const NCRYPT_HASH_HANDLE *hash, bool has_output, struct sslp_tls13_base *base);
void sslp_tls13_release(struct sslp_tls13_base *base);

/* NTE_INVALID_HANDLE for an object that has no stage in the schedule: a master key of older
 * protocols, a pre-shared key, an asymmetric key. */
SECURITY_STATUS sslp_tls13_check_kind(const struct sslp_tls13_base *base);

/* NTE_NOT_SUPPORTED unless the base is at one of the stages; after the check of the kind. */
SECURITY_STATUS sslp_tls13_check_stage(const struct sslp_tls13_base *base, unsigned stages);

/* NTE_INVALID_PARAMETER unless the hash has the length of the suite's; after the check of the
 * kind. */
SECURITY_STATUS sslp_tls13_check_hash(const struct sslp_tls13_base *base);

#endif
