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

/* A pre-shared key fits suites with its hash (RFC 8446 section 4.2.11, 4.6.1). */
static bool psk_fits(const struct sslp_secret_object *psk, const struct sslp_suite *suite)
{
    const struct sslp_suite *made_for =
        psk->cipher_suite == 0 ? NULL : sslp_suite_by_id(psk->cipher_suite);

    return psk->kind == NCRYPTSSL_KIND_PRE_SHARED_KEY &&
        sslp_pre_shared_key_hash(made_for) == suite->prf_hash;
}

static SECURITY_STATUS extract_early(struct sslp_backend *backend, NCRYPT_KEY_HANDLE psk_handle,
    DWORD protocol_id, DWORD suite_id, NCRYPT_KEY_HANDLE *handle)
{
    const struct sslp_protocol *protocol;
    struct sslp_tls13_input input = {.from = NULL};
    struct sslp_secret_object *psk;
    SECURITY_STATUS status = NTE_INVALID_HANDLE;

    if (!sslp_backend_find_suite(backend, protocol_id, suite_id, &protocol, &input.suite) ||
        !sslp_protocol_is_tls13(protocol))
        return NTE_NOT_SUPPORTED;
    if (psk_handle == 0)
        return sslp_tls13_secret_derive(backend, SSLP_TARGET_EARLY_SECRET, &input, handle);
    psk = sslp_object_acquire(psk_handle, SSLP_OBJECT_SECRET);
    if (psk == NULL)
        return NTE_INVALID_HANDLE;
    input.from = psk;
    if (psk_fits(psk, input.suite))
        status = sslp_tls13_secret_derive(psk->backend, SSLP_TARGET_EARLY_SECRET, &input, handle);
    sslp_object_release(psk_handle);
    return status;
}

SECURITY_STATUS WINAPI SslExtractEarlyKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPreSharedKey, NCRYPT_KEY_HANDLE *phEarlyKey, DWORD dwProtocol,
    DWORD dwCipherSuite, PNCryptBufferDesc pParameterList, DWORD dwFlags)
{
    struct sslp_provider_object *provider;
    SECURITY_STATUS status;

    (void)pParameterList;
    (void)dwFlags;
    if (phEarlyKey != NULL)
        *phEarlyKey = 0;
    provider = sslp_object_acquire(hSslProvider, SSLP_OBJECT_PROVIDER);
    if (provider == NULL)
        return NTE_INVALID_HANDLE;
    if (hPreSharedKey != 0 && !sslp_object_is_key(hPreSharedKey))
        status = NTE_INVALID_HANDLE;
    else if (phEarlyKey == NULL)
        status = NTE_INVALID_PARAMETER;
    else
        status =
            extract_early(provider->backend, hPreSharedKey, dwProtocol, dwCipherSuite, phEarlyKey);
    sslp_object_release(hSslProvider);
    return status;
}

static SECURITY_STATUS extract_with(const struct sslp_tls13_base *early,
    const struct sslp_asymmetric_object *own, const struct sslp_asymmetric_object *peer,
    NCRYPT_KEY_HANDLE *handle)
{
    struct sslp_shared_secret secret = {.len = 0};
    SECURITY_STATUS status = sslp_shared_secret_agree(own->backend, own, peer, &secret);

    if (status == ERROR_SUCCESS) {
        const struct sslp_tls13_input input = {
            .from = early->secret, .shared_secret = sslp_bytes(secret.bytes, secret.len)};

        status = sslp_tls13_secret_derive(
            early->secret->backend, SSLP_TARGET_HANDSHAKE_SECRET, &input, handle);
    }
    sslp_shared_secret_clear(&secret);
    return status;
}

/* Without (EC)DHE, in psk_ke, there is no pair, and zeros are extracted (RFC 8446 section 7.1).
 * Where there is no pre-shared key either, the early secret is a constant and the result would be
 * one. */
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

static SECURITY_STATUS extract_handshake(const struct sslp_tls13_base *early,
    NCRYPT_KEY_HANDLE own_handle, NCRYPT_KEY_HANDLE peer_handle, NCRYPT_KEY_HANDLE *handle)
{
    struct sslp_asymmetric_object *own, *peer;
    SECURITY_STATUS status = sslp_tls13_check_kind(early);

    if (status == ERROR_SUCCESS)
        status = sslp_tls13_check_stage(early, SSLP_STAGE(NCRYPTSSL_KIND_EARLY_SECRET));
    if (status != ERROR_SUCCESS)
        return status;
    if (own_handle == 0)
        return extract_without_pair(early->secret, handle);
    own = sslp_object_acquire(own_handle, SSLP_OBJECT_EPHEMERAL_KEY);
    if (own == NULL)
        return NTE_NOT_SUPPORTED;
    peer = sslp_object_acquire(peer_handle, SSLP_OBJECT_EPHEMERAL_KEY);
    status = NTE_INVALID_HANDLE; /* freed since it was looked at */
    if (peer != NULL) {
        status = extract_with(early, own, peer, handle);
        sslp_object_release(peer_handle);
    }
    sslp_object_release(own_handle);
    return status;
}

/* Both keys live, or both left out. */
static bool is_pair(NCRYPT_KEY_HANDLE own, NCRYPT_KEY_HANDLE peer)
{
    if (own == 0 && peer == 0)
        return true;
    return sslp_object_is_key(own) && sslp_object_is_key(peer);
}

SECURITY_STATUS WINAPI SslExtractHandshakeKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPrivateKey, NCRYPT_KEY_HANDLE hPublicKey, NCRYPT_KEY_HANDLE hEarlyKey,
    NCRYPT_KEY_HANDLE *phHandshakeKey, PNCryptBufferDesc pParameterList, DWORD dwFlags)
{
    const bool same_kind = sslp_handle_kind_of(hPrivateKey) == sslp_handle_kind_of(hPublicKey);
    struct sslp_tls13_base early;
    SECURITY_STATUS status;

    (void)pParameterList;
    (void)dwFlags;
    if (phHandshakeKey != NULL)
        *phHandshakeKey = 0;
    if (!is_pair(hPrivateKey, hPublicKey))
        return NTE_INVALID_HANDLE;
    status = sslp_tls13_acquire(
        hSslProvider, hEarlyKey, NULL, same_kind && phHandshakeKey != NULL, &early);
    if (status != ERROR_SUCCESS)
        return status;
    status = extract_handshake(&early, hPrivateKey, hPublicKey, phHandshakeKey);
    sslp_tls13_release(&early);
    return status;
}

SECURITY_STATUS WINAPI SslExtractMasterKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hHandshakeKey, NCRYPT_KEY_HANDLE *phMasterKey,
    PNCryptBufferDesc pParameterList, DWORD dwFlags)
{
    struct sslp_tls13_base base;
    SECURITY_STATUS status;

    (void)pParameterList;
    (void)dwFlags;
    if (phMasterKey != NULL)
        *phMasterKey = 0;
    status = sslp_tls13_acquire(hSslProvider, hHandshakeKey, NULL, phMasterKey != NULL, &base);
    if (status != ERROR_SUCCESS)
        return status;
    status = sslp_tls13_check_kind(&base);
    if (status == ERROR_SUCCESS)
        status = sslp_tls13_check_stage(&base, SSLP_STAGE(NCRYPTSSL_KIND_HANDSHAKE_SECRET));
    if (status == ERROR_SUCCESS) {
        const struct sslp_tls13_input input = {.from = base.secret};

        status = sslp_tls13_secret_derive(
            base.secret->backend, SSLP_TARGET_MASTER_SECRET, &input, phMasterKey);
    }
    sslp_tls13_release(&base);
    return status;
}
