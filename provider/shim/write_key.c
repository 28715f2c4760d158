/* SPDX-License-Identifier: Apache-2.0
 *
 * SslExpandWriteKey: the session key of a TLS 1.3 traffic secret (RFC 8446 section 7.3), which one
 * side writes with and the other one reads with.  The derivation is one call of the KDF
 * SSL-SESSION-KEYS by the secret's handle.
 */
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "shim/objects.h"
#include "shim/session_keys.h"
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
    const struct sslp_key_lengths lengths = sslp_suite_key_lengths(keys.suite, keys.protocol);
    uint8_t bytes[SSLP_MAX_DIRECTION];
    SECURITY_STATUS status = derive(traffic, bytes, lengths.key + lengths.iv);

    if (status == ERROR_SUCCESS) {
        keys.key = sslp_bytes(bytes, lengths.key);
        keys.iv = sslp_bytes(bytes + lengths.key, lengths.iv);
        status = sslp_session_key_new(traffic->backend, &keys, write_key);
    }
    OPENSSL_cleanse(bytes, sizeof(bytes));
    return status;
}

/* What the call says to a key that is no secret: a session key is natively of the same kind as the
 * secrets of TLS 1.3, at another stage. */
static SECURITY_STATUS refuse(NCRYPT_KEY_HANDLE key)
{
    return sslp_object_is_live(key, SSLP_OBJECT_SESSION_KEY) ? NTE_NOT_SUPPORTED
                                                             : NTE_INVALID_HANDLE;
}

/* Master keys of TLS 1.2 and pre-shared keys are natively kinds of their own. */
static SECURITY_STATUS expand_checked(
    const struct sslp_secret_object *secret, NCRYPT_KEY_HANDLE *write_key)
{
    switch (secret->kind) {
    case NCRYPTSSL_KIND_TRAFFIC_SECRET:
        return expand(secret, write_key);
    case NCRYPTSSL_KIND_MASTER_KEY:
    case NCRYPTSSL_KIND_PRE_SHARED_KEY:
        return NTE_INVALID_HANDLE;
    default:
        return NTE_NOT_SUPPORTED;
    }
}

SECURITY_STATUS WINAPI SslExpandWriteKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hBaseTrafficKey, NCRYPT_KEY_HANDLE *phWriteKey,
    PNCryptBufferDesc pParameterList, DWORD dwFlags)
{
    struct sslp_secret_object *secret;
    SECURITY_STATUS status;

    (void)pParameterList; /* neither is looked at */
    (void)dwFlags;
    if (phWriteKey != NULL)
        *phWriteKey = 0;
    if (!sslp_object_is_live(hSslProvider, SSLP_OBJECT_PROVIDER) ||
        !sslp_object_is_key(hBaseTrafficKey))
        return NTE_INVALID_HANDLE;
    if (phWriteKey == NULL)
        return NTE_INVALID_PARAMETER;
    secret = sslp_object_acquire(hBaseTrafficKey, SSLP_OBJECT_SECRET);
    if (secret == NULL)
        return refuse(hBaseTrafficKey);
    status = expand_checked(secret, phWriteKey);
    sslp_object_release(hBaseTrafficKey);
    return status;
}
