/* SPDX-License-Identifier: Apache-2.0
 *
 * SslExpandWriteKey: the session key of a TLS 1.3 traffic secret (RFC 8446 section 7.3), which one
 * side writes with and the other one reads with.  The derivation is one call of the KDF
 * SSL-SESSION-KEYS by the secret's handle.
 */
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "shim/keys/session_keys.h"
#include "shim/tls13/secret.h"
#include "sslprovider/names.h"

#include <openssl/crypto.h>
#include <openssl/params.h>

/* Writes the key, then the IV. */
static SECURITY_STATUS derive(const struct sslp_secret_object *traffic, uint8_t *keys, size_t len)
{
    uint64_t handle = traffic->key_handle;
    char output[] = SSLPROVIDER_OUTPUT_SESSION_KEYS;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &handle),
        OSSL_PARAM_construct_utf8_string(SSLPROVIDER_PARAM_OUTPUT, output, 0),
        OSSL_PARAM_construct_end(),
    };

    return sslp_backend_derive(
        traffic->backend, SSLP_KDF_SESSION_KEYS, params, keys, len, NTE_INTERNAL_ERROR);
}

static SECURITY_STATUS expand(
    const struct sslp_secret_object *traffic, NCRYPT_KEY_HANDLE *write_key)
{
    struct sslp_record_keys keys = {
        .protocol = sslp_protocol_by_version(traffic->protocol),
        .suite = sslp_suite_by_id(traffic->cipher_suite),
        .direction = SSLP_DIRECTION_BOTH,
    };
    uint8_t bytes[SSLP_MAX_DIRECTION];
    SECURITY_STATUS status;

    keys.layout = sslp_key_layout_of(keys.suite, keys.protocol);
    status = derive(traffic, bytes, keys.layout.direction_len);
    if (status == ERROR_SUCCESS) {
        sslp_record_keys_cut(&keys, bytes);
        status = sslp_session_key_new(traffic->backend, &keys, write_key);
    }
    OPENSSL_cleanse(bytes, sizeof(bytes));
    return status;
}

SECURITY_STATUS WINAPI SslExpandWriteKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hBaseTrafficKey, NCRYPT_KEY_HANDLE *phWriteKey,
    PNCryptBufferDesc pParameterList, DWORD dwFlags)
{
    struct sslp_tls13_base base;
    SECURITY_STATUS status;

    (void)pParameterList; /* neither is looked at */
    (void)dwFlags;
    if (phWriteKey != NULL)
        *phWriteKey = 0;
    status = sslp_tls13_acquire(hSslProvider, hBaseTrafficKey, NULL, phWriteKey != NULL, &base);
    if (status != ERROR_SUCCESS)
        return status;
    status = sslp_tls13_check_kind(&base);
    if (status == ERROR_SUCCESS)
        status = sslp_tls13_check_stage(&base, SSLP_STAGE(NCRYPTSSL_KIND_TRAFFIC_SECRET));
    if (status == ERROR_SUCCESS)
        status = expand(base.secret, phWriteKey);
    sslp_tls13_release(&base);
    return status;
}
