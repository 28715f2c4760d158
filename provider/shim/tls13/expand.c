/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions of the TLS 1.3 key schedule that expand: from a secret to those beside it (RFC 8446
 * sections 4.6.1, 7.1 and 7.2).
 */
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "schedule/sizes.h"
#include "shim/tls13/secret.h"
#include "shim/transcript/key_log.h"
#include "sslprovider/names.h"

/* The traffic secret of a side that a stage leads to; SSLP_TARGET_COUNT where it leads to none. */
static enum sslp_tls13_target traffic_target(DWORD stage, enum sslp_side side)
{
    int target = 0;

    while (target < SSLP_TARGET_COUNT &&
        ((DWORD)sslp_tls13_arrows[target].from[0] != stage ||
            sslp_tls13_arrows[target].side != side))
        target++;
    return (enum sslp_tls13_target)target;
}

static SECURITY_STATUS follow(
    const struct sslp_tls13_base *base, enum sslp_tls13_target target, NCRYPT_KEY_HANDLE *handle)
{
    const struct sslp_tls13_input input = {.from = base->secret, .hash = base->hash};

    return sslp_tls13_secret_derive(base->secret->backend, target, &input, handle);
}

static SECURITY_STATUS expand_traffic_keys(
    const struct sslp_tls13_base *base, NCRYPT_KEY_HANDLE *client, NCRYPT_KEY_HANDLE *server)
{
    enum sslp_tls13_target client_target, server_target;
    NCRYPT_KEY_HANDLE client_key = 0, server_key = 0;
    SECURITY_STATUS status = sslp_tls13_check_kind(base);

    if (status == ERROR_SUCCESS)
        status = sslp_tls13_check_hash(base);
    if (status != ERROR_SUCCESS)
        return status;
    client_target = traffic_target(base->secret->kind, SSLP_CLIENT);
    server_target = traffic_target(base->secret->kind, SSLP_SERVER);
    if (client_target == SSLP_TARGET_COUNT)
        return NTE_NOT_SUPPORTED;
    /* One variable for both would lose the first key. */
    if ((server != NULL && server_target == SSLP_TARGET_COUNT) || client == server)
        return NTE_INVALID_PARAMETER;
    if (client != NULL)
        status = follow(base, client_target, &client_key);
    if (status == ERROR_SUCCESS && server != NULL)
        status = follow(base, server_target, &server_key);
    if (status != ERROR_SUCCESS) {
        (void)sslp_object_close(client_key);
        return status;
    }
    if (client != NULL)
        *client = client_key;
    if (server != NULL)
        *server = server_key;
    return ERROR_SUCCESS;
}

SECURITY_STATUS WINAPI SslExpandTrafficKeys(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hBaseKey, NCRYPT_HASH_HANDLE hHashValue,
    NCRYPT_KEY_HANDLE *phClientTrafficKey, NCRYPT_KEY_HANDLE *phServerTrafficKey,
    PNCryptBufferDesc pParameterList, DWORD dwFlags)
{
    const bool has_output = phClientTrafficKey != NULL || phServerTrafficKey != NULL;
    struct sslp_tls13_base base;
    SECURITY_STATUS status;

    (void)pParameterList;
    (void)dwFlags;
    if (phClientTrafficKey != NULL)
        *phClientTrafficKey = 0;
    if (phServerTrafficKey != NULL)
        *phServerTrafficKey = 0;
    status = sslp_tls13_acquire(hSslProvider, hBaseKey, &hHashValue, has_output, &base);
    if (status != ERROR_SUCCESS)
        return status;
    status = expand_traffic_keys(&base, phClientTrafficKey, phServerTrafficKey);
    sslp_tls13_release(&base);
    return status;
}

/* Kind, then hash where the call names one, then stage, then flags. */
static SECURITY_STATUS check(const struct sslp_tls13_base *base, unsigned stages, DWORD flags)
{
    SECURITY_STATUS status = sslp_tls13_check_kind(base);

    if (status == ERROR_SUCCESS && base->hash != NULL)
        status = sslp_tls13_check_hash(base);
    if (status == ERROR_SUCCESS)
        status = sslp_tls13_check_stage(base, stages);
    return status == ERROR_SUCCESS && flags != 0 ? NTE_BAD_FLAGS : status;
}

SECURITY_STATUS WINAPI SslExpandExporterMasterKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hBaseKey, NCRYPT_HASH_HANDLE hHashValue,
    NCRYPT_KEY_HANDLE *phExporterMasterKey, PNCryptBufferDesc pParameterList, DWORD dwFlags)
{
    const unsigned stages =
        SSLP_STAGE(NCRYPTSSL_KIND_EARLY_SECRET) | SSLP_STAGE(NCRYPTSSL_KIND_MASTER_SECRET);
    struct sslp_tls13_base base;
    SECURITY_STATUS status;

    (void)pParameterList;
    (void)dwFlags;
    if (phExporterMasterKey != NULL)
        *phExporterMasterKey = 0;
    status =
        sslp_tls13_acquire(hSslProvider, hBaseKey, &hHashValue, phExporterMasterKey != NULL, &base);
    if (status != ERROR_SUCCESS)
        return status;
    status = check(&base, stages, 0);
    if (status == ERROR_SUCCESS)
        status = follow(&base,
            base.secret->kind == NCRYPTSSL_KIND_EARLY_SECRET ? SSLP_TARGET_EARLY_EXPORTER
                                                             : SSLP_TARGET_EXPORTER_SECRET,
            phExporterMasterKey);
    sslp_tls13_release(&base);
    return status;
}

SECURITY_STATUS WINAPI SslExpandResumptionMasterKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hMasterKey, NCRYPT_HASH_HANDLE hHashValue,
    NCRYPT_KEY_HANDLE *phResumptionMasterKey, PNCryptBufferDesc pParameterList, DWORD dwFlags)
{
    struct sslp_tls13_base base;
    SECURITY_STATUS status;

    (void)pParameterList;
    if (phResumptionMasterKey != NULL)
        *phResumptionMasterKey = 0;
    status = sslp_tls13_acquire(
        hSslProvider, hMasterKey, &hHashValue, phResumptionMasterKey != NULL, &base);
    if (status != ERROR_SUCCESS)
        return status;
    status = check(&base, SSLP_STAGE(NCRYPTSSL_KIND_MASTER_SECRET), dwFlags);
    if (status == ERROR_SUCCESS)
        status = follow(&base, SSLP_TARGET_RESUMPTION_SECRET, phResumptionMasterKey);
    sslp_tls13_release(&base);
    return status;
}

SECURITY_STATUS WINAPI SslExpandBinderKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hEarlyKey, NCRYPT_KEY_HANDLE *phBinderKey, PNCryptBufferDesc pParameterList,
    DWORD dwFlags)
{
    struct sslp_tls13_base base;
    SECURITY_STATUS status;

    (void)pParameterList;
    if (phBinderKey != NULL)
        *phBinderKey = 0;
    status = sslp_tls13_acquire(hSslProvider, hEarlyKey, NULL, phBinderKey != NULL, &base);
    if (status != ERROR_SUCCESS)
        return status;
    status = check(&base, SSLP_STAGE(NCRYPTSSL_KIND_EARLY_SECRET), 0);
    if (status == ERROR_SUCCESS && dwFlags != NCRYPT_SSL_EXTERNAL_PSK_FLAG &&
        dwFlags != NCRYPT_SSL_RESUMPTION_PSK_FLAG)
        status = NTE_BAD_FLAGS;
    if (status == ERROR_SUCCESS)
        status = follow(&base,
            dwFlags == NCRYPT_SSL_EXTERNAL_PSK_FLAG ? SSLP_TARGET_EXT_BINDER_KEY
                                                    : SSLP_TARGET_RES_BINDER_KEY,
            phBinderKey);
    sslp_tls13_release(&base);
    return status;
}

static SECURITY_STATUS expand_pre_shared_key(const struct sslp_tls13_base *base,
    struct sslp_bytes nonce, DWORD flags, NCRYPT_KEY_HANDLE *handle)
{
    static const uint8_t none;
    const struct sslp_tls13_input input = {
        .from = base->secret, .ticket_nonce = nonce.len == 0 ? sslp_bytes(&none, 0) : nonce};
    SECURITY_STATUS status = sslp_tls13_check_kind(base);

    if (status == ERROR_SUCCESS && nonce.len > SSLP_MAX_TICKET_NONCE)
        status = NTE_INVALID_PARAMETER;
    if (status == ERROR_SUCCESS)
        status = check(base, SSLP_STAGE(NCRYPTSSL_KIND_RESUMPTION_SECRET), flags);
    if (status != ERROR_SUCCESS)
        return status;
    if (nonce.data == NULL && nonce.len != 0)
        return NTE_INVALID_PARAMETER;
    return sslp_tls13_secret_derive(
        base->secret->backend, SSLP_TARGET_PRE_SHARED_KEY, &input, handle);
}

SECURITY_STATUS WINAPI SslExpandPreSharedKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hResumptionMasterKey, PBYTE pbTicketNonce, DWORD cbTicketNonce,
    NCRYPT_KEY_HANDLE *phPreSharedKey, PNCryptBufferDesc pParameterList, DWORD dwFlags)
{
    struct sslp_tls13_base base;
    SECURITY_STATUS status;

    (void)pParameterList;
    if (phPreSharedKey != NULL)
        *phPreSharedKey = 0;
    status =
        sslp_tls13_acquire(hSslProvider, hResumptionMasterKey, NULL, phPreSharedKey != NULL, &base);
    if (status != ERROR_SUCCESS)
        return status;
    status = expand_pre_shared_key(
        &base, sslp_bytes(pbTicketNonce, cbTicketNonce), dwFlags, phPreSharedKey);
    sslp_tls13_release(&base);
    return status;
}

SECURITY_STATUS WINAPI SslExpandNextGenTrafficKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hTrafficKey, NCRYPT_KEY_HANDLE *phNextTrafficKey,
    PNCryptBufferDesc pParameterList, DWORD dwFlags)
{
    struct sslp_tls13_base base;
    SECURITY_STATUS status;

    (void)pParameterList;
    if (phNextTrafficKey != NULL)
        *phNextTrafficKey = 0;
    status = sslp_tls13_acquire(hSslProvider, hTrafficKey, NULL, phNextTrafficKey != NULL, &base);
    if (status != ERROR_SUCCESS)
        return status;
    status = check(&base, SSLP_STAGE(NCRYPTSSL_KIND_TRAFFIC_SECRET), dwFlags);
    if (status == ERROR_SUCCESS)
        status = follow(&base, SSLP_TARGET_NEXT_TRAFFIC, phNextTrafficKey);
    sslp_tls13_release(&base);
    return status;
}
