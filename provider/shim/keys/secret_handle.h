/* SPDX-License-Identifier: Apache-2.0
 *
 * Handles to master secrets and the secrets of the TLS 1.3 key schedule.  The bytes stay in the
 * OpenSSL provider: a handle owns a key object of type SSL-KEY.
 */
#ifndef SSLP_SHIM_KEYS_SECRET_HANDLE_H
#define SSLP_SHIM_KEYS_SECRET_HANDLE_H

#include "base/bytes.h"
#include "shim/core/backend.h"

#include <openssl/evp.h>

/* What a secret is, beside its bytes. */
struct sslp_secret_attributes {
    DWORD kind;  /* NCRYPTSSL_KIND_* */
    DWORD flags; /* NCRYPT_SSL_CLIENT_FLAG or NCRYPT_SSL_SERVER_FLAG, NCRYPTSSL_ENCRYPT_THEN_MAC */
    const struct sslp_protocol *protocol;
    const struct sslp_suite *suite; /* NULL: an external pre-shared key, which has none */
    bool exportable;                /* to a key log, which takes it from an EVP_PKEY */
};

/* A handle to a key object of type SSL-KEY.  Takes the key over, also on failure, when *handle is
 * 0.  The caller begins and ends the work on the error queue. */
SECURITY_STATUS sslp_secret_new(struct sslp_backend *backend,
    const struct sslp_secret_attributes *attributes, EVP_PKEY *key, NCRYPT_KEY_HANDLE *handle);

/* One derivation whose result stays in the OpenSSL provider, and a handle to it.  `params` ask the
 * KDF for the output "handle".  ERROR_SUCCESS, NTE_NO_MEMORY, NTE_INTERNAL_ERROR, or `otherwise`
 * where the KDF refuses. */
SECURITY_STATUS sslp_secret_derive(struct sslp_backend *backend, enum sslp_backend_kdf kdf,
    const OSSL_PARAM *params, SECURITY_STATUS otherwise,
    const struct sslp_secret_attributes *attributes, NCRYPT_KEY_HANDLE *handle);

/* Import of NCRYPTSSL_SECRET_BLOB (sslprovider_ext.h).  NTE_BAD_DATA for a malformed blob,
 * NTE_NOT_SUPPORTED for a protocol or suite that does not exist or is not allowed.  On failure
 * *handle is 0. */
SECURITY_STATUS sslp_secret_blob_import(
    struct sslp_backend *backend, struct sslp_bytes blob, NCRYPT_KEY_HANDLE *handle);

/* Import of "TLS13PRESHAREDKEY": the bare bytes of an external pre-shared key.
 * NTE_INVALID_PARAMETER for a length out of bounds.  On failure *handle is 0. */
SECURITY_STATUS sslp_pre_shared_key_import(
    struct sslp_backend *backend, struct sslp_bytes blob, NCRYPT_KEY_HANDLE *handle);

#endif
