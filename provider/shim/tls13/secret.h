/* SPDX-License-Identifier: Apache-2.0
 *
 * What the functions of the TLS 1.3 key schedule share: the checks of what they start at, and one
 * call of the KDF SSL-TRAFFIC-SECRET, whose result stays in the OpenSSL provider.
 */
#ifndef SSLP_SHIM_TLS13_SECRET_H
#define SSLP_SHIM_TLS13_SECRET_H

#include "schedule/tls13_arrows.h"
#include "shim/core/objects.h"
#include "shim/keys/secret_handle.h"

/* A set of stages, NCRYPTSSL_KIND_*. */
#define SSLP_STAGE(kind) (1U << (kind))

/* What an arrow starts at and takes in.  A member that it does without is NULL or 0. */
struct sslp_tls13_input {
    const struct sslp_secret_object *from;
    const struct sslp_protocol *protocol; /* where that is NULL */
    const struct sslp_suite *suite;       /* the same, or where that fits several suites */
    struct sslp_hash_object *hash;        /* of the messages; its guard is entered here */
    struct sslp_bytes shared_secret;
    struct sslp_bytes ticket_nonce;
};

/* Follows the arrow to a target.  ERROR_SUCCESS, or *handle is 0: NTE_NO_MEMORY,
 * NTE_INTERNAL_ERROR, or NTE_BAD_HASH_STATE for a hash that a fork has caught in a change. */
SECURITY_STATUS sslp_tls13_secret_derive(struct sslp_backend *backend,
    enum sslp_tls13_target target, const struct sslp_tls13_input *input, NCRYPT_KEY_HANDLE *handle);

/* The row of a function that starts at a key; `hash` is NULL where it takes none. */
struct sslp_call sslp_tls13_call(NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE key,
    const NCRYPT_HASH_HANDLE *hash, NCRYPT_KEY_HANDLE *result);

/* The checks of such a call. */

/* NTE_INVALID_HANDLE for an object that has no stage in the schedule: a master key of older
 * protocols, a pre-shared key, an asymmetric key. */
SECURITY_STATUS sslp_tls13_check_kind(const struct sslp_call *call);

/* NTE_NOT_SUPPORTED unless the secret is at one of the stages; after the check of the kind. */
SECURITY_STATUS sslp_tls13_check_stage(const struct sslp_call *call, unsigned stages);

/* NTE_INVALID_PARAMETER unless the hash has the length of the suite's; after the check of the
 * kind. */
SECURITY_STATUS sslp_tls13_check_hash(const struct sslp_call *call);

#endif
