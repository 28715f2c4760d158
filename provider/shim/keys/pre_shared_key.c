/* SPDX-License-Identifier: Apache-2.0
 *
 * "TLS13PRESHAREDKEY": an external pre-shared key for TLS 1.3, the bare bytes.  It names no hash
 * and so has SHA-256 (RFC 8446 section 4.2.11); unlike the other secrets, it is of a length of its
 * own.
 */
#include "ncryptssl/sslprovider_ext.h"
#include "shim/core/errors.h"
#include "shim/core/ossl_params.h"
#include "shim/keys/key_blob.h"
#include "shim/keys/secret.h"
#include "sslprovider/names.h"

enum { MIN_LEN = 4, MAX_LEN = 512 };

SECURITY_STATUS sslp_pre_shared_key_import(
    struct sslp_backend *backend, struct sslp_bytes blob, NCRYPT_KEY_HANDLE *handle)
{
    const struct sslp_secret_attributes attributes = {
        .kind = NCRYPTSSL_KIND_PRE_SHARED_KEY, .protocol = sslp_protocol_tls13()};
    OSSL_PARAM params[] = {
        sslp_params_octets(SSLPROVIDER_PARAM_SECRET, blob),
        sslp_params_text(SSLPROVIDER_PARAM_KIND, SSLPROVIDER_KIND_PRE_SHARED_KEY),
        sslp_params_text(SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_3),
        OSSL_PARAM_construct_end(),
    };
    SECURITY_STATUS status;
    unsigned long errors;
    EVP_PKEY *key;

    *handle = 0;
    if (blob.len < MIN_LEN || blob.len > MAX_LEN)
        return NTE_INVALID_PARAMETER;
    errors = sslp_errors_begin();
    key = sslp_secret_key_from(backend->libctx, params);
    status = key == NULL ? sslp_errors_refusal(NTE_INTERNAL_ERROR)
                         : sslp_secret_new(backend, &attributes, key, handle);
    return sslp_errors_end(errors, status);
}
