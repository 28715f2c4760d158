/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions of the TLS 1.3 key schedule that extract: early secret, handshake secret, master
 * secret (RFC 8446 section 7.1).
 */
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "shim/core/backend.h"
#include "shim/core/errors.h"
#include "shim/keys/shared_secret.h"
#include "shim/tls13/secret.h"
#include "sslprovider/names.h"

/* A pre-shared key fits suites with its hash (RFC 8446 sections 4.2.11 and 4.6.1), in its protocol.
 */
static bool psk_fits(const struct sslp_secret_object *psk, const struct sslp_tls13_input *input)
{
    return psk->kind == NCRYPTSSL_KIND_PRE_SHARED_KEY && psk->protocol == input->protocol &&
        sslp_pre_shared_key_hash(psk->suite) == input->suite->prf_hash;
}

static SECURITY_STATUS extract_early(const struct sslp_call *call, DWORD protocol_number,
    DWORD suite_number, NCRYPT_KEY_HANDLE *handle)
{
    struct sslp_tls13_input input = {.from = call->secret};

    if (handle == NULL)
        return NTE_INVALID_PARAMETER;
    if (!sslp_backend_find_suite(
            call->backend, protocol_number, suite_number, &input.protocol, &input.suite) ||
        !sslp_protocol_is_tls13(input.protocol))
        return NTE_NOT_SUPPORTED;
    if (call->key == 0)
        return sslp_tls13_secret_derive(call->backend, SSLP_TARGET_EARLY_SECRET, &input, handle);
    if (call->secret == NULL || !psk_fits(call->secret, &input))
        return NTE_INVALID_HANDLE;
    return sslp_tls13_secret_derive(
        call->secret->backend, SSLP_TARGET_EARLY_SECRET, &input, handle);
}

SECURITY_STATUS WINAPI SslExtractEarlyKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPreSharedKey, NCRYPT_KEY_HANDLE *phEarlyKey, DWORD dwProtocol,
    DWORD dwCipherSuite, PNCryptBufferDesc pParameterList, DWORD dwFlags)
{
    struct sslp_call call = {.results = {phEarlyKey},
        .provider = hSslProvider,
        .key = hPreSharedKey,
        .key_kinds = hPreSharedKey == 0 ? 0 : SSLP_ANY_KEY};

    (void)pParameterList;
    (void)dwFlags;
    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    return sslp_call_end(&call, extract_early(&call, dwProtocol, dwCipherSuite, phEarlyKey));
}

static SECURITY_STATUS extract_with(const struct sslp_secret_object *early,
    const struct sslp_asymmetric_object *own, const struct sslp_asymmetric_object *peer,
    NCRYPT_KEY_HANDLE *handle)
{
    struct sslp_shared_secret secret = {.len = 0};
    SECURITY_STATUS status = sslp_shared_secret_agree(own->backend, own, peer, &secret);

    if (status == ERROR_SUCCESS) {
        const struct sslp_tls13_input input = {
            .from = early, .shared_secret = sslp_bytes(secret.bytes, secret.len)};

        status =
            sslp_tls13_secret_derive(early->backend, SSLP_TARGET_HANDSHAKE_SECRET, &input, handle);
    }
    sslp_shared_secret_clear(&secret);
    return status;
}

/* Without (EC)DHE, in psk_ke, there is no pair, and zeros are extracted (RFC 8446 section 7.1).
 * Without a pre-shared key as well, the early secret is a constant, and so would be the result. */
static SECURITY_STATUS extract_without_pair(
    const struct sslp_secret_object *early, NCRYPT_KEY_HANDLE *handle)
{
    const struct sslp_tls13_input input = {.from = early};
    const unsigned long errors = sslp_errors_begin();
    int without_psk = 0;
    SECURITY_STATUS status = ERROR_SUCCESS;

    if (!EVP_PKEY_get_int_param(early->key, SSLPROVIDER_PARAM_WITHOUT_PSK, &without_psk))
        status = sslp_errors_refusal(NTE_INTERNAL_ERROR);
    else if (without_psk != 0)
        status = NTE_INVALID_HANDLE;
    status = sslp_errors_end(errors, status);
    return status != ERROR_SUCCESS
        ? status
        : sslp_tls13_secret_derive(early->backend, SSLP_TARGET_HANDSHAKE_SECRET, &input, handle);
}

static SECURITY_STATUS extract_handshake(const struct sslp_call *call, NCRYPT_KEY_HANDLE own_handle,
    NCRYPT_KEY_HANDLE peer_handle, NCRYPT_KEY_HANDLE *handle)
{
    struct sslp_asymmetric_object *own, *peer;
    SECURITY_STATUS status = NTE_INVALID_PARAMETER;

    if (handle != NULL && sslp_handle_kind_of(own_handle) == sslp_handle_kind_of(peer_handle))
        status = sslp_tls13_check_kind(call);
    if (status == ERROR_SUCCESS)
        status = sslp_tls13_check_stage(call, SSLP_STAGE(NCRYPTSSL_KIND_EARLY_SECRET));
    if (status != ERROR_SUCCESS)
        return status;
    if (own_handle == 0)
        return extract_without_pair(call->secret, handle);
    own = sslp_object_acquire(own_handle, SSLP_OBJECT_EPHEMERAL_KEY);
    if (own == NULL)
        return NTE_NOT_SUPPORTED;
    peer = sslp_object_acquire(peer_handle, SSLP_OBJECT_EPHEMERAL_KEY);
    status = NTE_INVALID_HANDLE; /* freed since the check */
    if (peer != NULL) {
        status = extract_with(call->secret, own, peer, handle);
        sslp_object_release(peer_handle);
    }
    sslp_object_release(own_handle);
    return status;
}

/* Both keys are live, or both are left out. */
static bool is_key_pair(NCRYPT_KEY_HANDLE own, NCRYPT_KEY_HANDLE peer)
{
    if (own == 0 && peer == 0)
        return true;
    return sslp_object_is_key(own) && sslp_object_is_key(peer);
}

SECURITY_STATUS WINAPI SslExtractHandshakeKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPrivateKey, NCRYPT_KEY_HANDLE hPublicKey, NCRYPT_KEY_HANDLE hEarlyKey,
    NCRYPT_KEY_HANDLE *phHandshakeKey, PNCryptBufferDesc pParameterList, DWORD dwFlags)
{
    struct sslp_call call = sslp_tls13_call(hSslProvider, hEarlyKey, NULL, phHandshakeKey);
    SECURITY_STATUS status = NTE_INVALID_HANDLE;

    (void)pParameterList;
    (void)dwFlags;
    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    if (is_key_pair(hPrivateKey, hPublicKey))
        status = extract_handshake(&call, hPrivateKey, hPublicKey, phHandshakeKey);
    return sslp_call_end(&call, status);
}

static SECURITY_STATUS extract_master(const struct sslp_call *call, NCRYPT_KEY_HANDLE *handle)
{
    const struct sslp_tls13_input input = {.from = call->secret};
    SECURITY_STATUS status = handle == NULL ? NTE_INVALID_PARAMETER : sslp_tls13_check_kind(call);

    if (status == ERROR_SUCCESS)
        status = sslp_tls13_check_stage(call, SSLP_STAGE(NCRYPTSSL_KIND_HANDSHAKE_SECRET));
    return status == ERROR_SUCCESS
        ? sslp_tls13_secret_derive(call->secret->backend, SSLP_TARGET_MASTER_SECRET, &input, handle)
        : status;
}

SECURITY_STATUS WINAPI SslExtractMasterKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hHandshakeKey, NCRYPT_KEY_HANDLE *phMasterKey,
    PNCryptBufferDesc pParameterList, DWORD dwFlags)
{
    struct sslp_call call = sslp_tls13_call(hSslProvider, hHandshakeKey, NULL, phMasterKey);

    (void)pParameterList;
    (void)dwFlags;
    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    return sslp_call_end(&call, extract_master(&call, phMasterKey));
}
