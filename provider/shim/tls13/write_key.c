/* SPDX-License-Identifier: Apache-2.0
 *
 * SslExpandWriteKey: the session key of a TLS 1.3 traffic secret (RFC 8446 section 7.3), which one
 * side writes with and the other one reads with.  The derivation is one call of the KDF
 * SSL-SESSION-KEYS by the secret's handle, in DTLS 1.3 another one for the key that masks record
 * numbers (RFC 9147 section 4.2.3).
 */
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "shim/core/backend.h"
#include "shim/core/errors.h"
#include "shim/tls13/secret.h"
#include "sslprovider/names.h"

#include <openssl/crypto.h>

static SECURITY_STATUS derive_output(
    const struct sslp_secret_object *traffic, const char *output, uint8_t *keys, size_t len)
{
    struct sslp_params params = {0};

    sslp_add_number(&params, SSLPROVIDER_PARAM_HANDLE, &traffic->key_handle);
    sslp_add_text(&params, SSLPROVIDER_PARAM_OUTPUT, output);
    return sslp_backend_compute(
        traffic->backend, SSLP_KDF_SESSION_KEYS, &params, keys, len, NTE_INTERNAL_ERROR);
}

/* Writes the key, then the IV, then the mask key where the protocol has one. */
static SECURITY_STATUS derive_write_key(
    const struct sslp_secret_object *traffic, const struct sslp_key_layout *layout, uint8_t *keys)
{
    const struct sslp_key_place mask_key = layout->piece[SSLP_CLIENT][SSLP_PIECE_MASK_KEY];
    SECURITY_STATUS status =
        derive_output(traffic, SSLPROVIDER_OUTPUT_SESSION_KEYS, keys, layout->direction_len);

    if (status == ERROR_SUCCESS && mask_key.len != 0)
        status = derive_output(
            traffic, traffic->protocol->labels->mask_output, keys + mask_key.offset, mask_key.len);
    return status;
}

static SECURITY_STATUS expand_write_key(const struct sslp_call *call, NCRYPT_KEY_HANDLE *handle)
{
    struct sslp_record_keys keys = {.direction = SSLP_DIRECTION_BOTH};
    uint8_t bytes[SSLP_MAX_DIRECTION + SSLP_MAX_KEY];
    SECURITY_STATUS status = handle == NULL ? NTE_INVALID_PARAMETER : sslp_tls13_check_kind(call);
    unsigned long errors;

    if (status == ERROR_SUCCESS)
        status = sslp_tls13_check_stage(call, SSLP_STAGE(NCRYPTSSL_KIND_TRAFFIC_SECRET));
    if (status != ERROR_SUCCESS)
        return status;
    keys.protocol = call->secret->protocol;
    keys.suite = call->secret->suite;
    keys.layout = sslp_key_layout_of(keys.suite, keys.protocol);
    errors = sslp_errors_begin();
    status = derive_write_key(call->secret, &keys.layout, bytes);
    if (status == ERROR_SUCCESS) {
        sslp_record_keys_cut(&keys, bytes);
        status = sslp_session_key_new(call->secret->backend, &keys, handle);
    }
    OPENSSL_cleanse(bytes, keys.layout.len);
    return sslp_errors_end(errors, status);
}

SECURITY_STATUS WINAPI SslExpandWriteKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hBaseTrafficKey, NCRYPT_KEY_HANDLE *phWriteKey,
    PNCryptBufferDesc pParameterList, DWORD dwFlags)
{
    struct sslp_call call = sslp_tls13_call(hSslProvider, hBaseTrafficKey, NULL, phWriteKey);

    (void)pParameterList; /* both are ignored */
    (void)dwFlags;
    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    return sslp_call_end(&call, expand_write_key(&call, phWriteKey));
}
