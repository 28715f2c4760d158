/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions of the TLS 1.3 key schedule that expand a secret into others (RFC 8446 sections
 * 4.6.1, 7.1 and 7.2).
 */
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "schedule/sizes.h"
#include "shim/tls13/secret.h"

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

static SECURITY_STATUS follow_arrow(
    const struct sslp_call *call, enum sslp_tls13_target target, NCRYPT_KEY_HANDLE *handle)
{
    const struct sslp_tls13_input input = {.from = call->secret, .hash = call->transcript};

    return sslp_tls13_secret_derive(call->secret->backend, target, &input, handle);
}

static SECURITY_STATUS expand_traffic_keys(
    const struct sslp_call *call, NCRYPT_KEY_HANDLE *client, NCRYPT_KEY_HANDLE *server)
{
    enum sslp_tls13_target client_target, server_target;
    NCRYPT_KEY_HANDLE client_key = 0, server_key = 0;
    SECURITY_STATUS status;

    if (client == NULL && server == NULL)
        return NTE_INVALID_PARAMETER;
    status = sslp_tls13_check_kind(call);
    if (status == ERROR_SUCCESS)
        status = sslp_tls13_check_hash(call);
    if (status != ERROR_SUCCESS)
        return status;
    client_target = traffic_target(call->secret->kind, SSLP_CLIENT);
    server_target = traffic_target(call->secret->kind, SSLP_SERVER);
    if (client_target == SSLP_TARGET_COUNT)
        return NTE_NOT_SUPPORTED;
    /* One variable for both would lose the first key. */
    if ((server != NULL && server_target == SSLP_TARGET_COUNT) || client == server)
        return NTE_INVALID_PARAMETER;
    if (client != NULL)
        status = follow_arrow(call, client_target, &client_key);
    if (status == ERROR_SUCCESS && server != NULL)
        status = follow_arrow(call, server_target, &server_key);
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
    struct sslp_call call =
        sslp_tls13_call(hSslProvider, hBaseKey, &hHashValue, phClientTrafficKey);

    call.results[1] = phServerTrafficKey;
    (void)pParameterList;
    (void)dwFlags;
    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    return sslp_call_end(&call, expand_traffic_keys(&call, phClientTrafficKey, phServerTrafficKey));
}

/* Kind, then hash where the call has one, then stage, then flags. */
static SECURITY_STATUS check_base(const struct sslp_call *call, unsigned stages, DWORD flags)
{
    SECURITY_STATUS status = sslp_tls13_check_kind(call);

    if (status == ERROR_SUCCESS && call->transcript != NULL)
        status = sslp_tls13_check_hash(call);
    if (status == ERROR_SUCCESS)
        status = sslp_tls13_check_stage(call, stages);
    return status == ERROR_SUCCESS && flags != 0 ? NTE_BAD_FLAGS : status;
}

static SECURITY_STATUS expand_exporter(
    const struct sslp_call *call, unsigned stages, NCRYPT_KEY_HANDLE *handle)
{
    SECURITY_STATUS status = handle == NULL ? NTE_INVALID_PARAMETER : check_base(call, stages, 0);

    if (status == ERROR_SUCCESS)
        status = follow_arrow(call,
            call->secret->kind == NCRYPTSSL_KIND_EARLY_SECRET ? SSLP_TARGET_EARLY_EXPORTER
                                                              : SSLP_TARGET_EXPORTER_SECRET,
            handle);
    return status;
}

SECURITY_STATUS WINAPI SslExpandExporterMasterKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hBaseKey, NCRYPT_HASH_HANDLE hHashValue,
    NCRYPT_KEY_HANDLE *phExporterMasterKey, PNCryptBufferDesc pParameterList, DWORD dwFlags)
{
    const unsigned stages =
        SSLP_STAGE(NCRYPTSSL_KIND_EARLY_SECRET) | SSLP_STAGE(NCRYPTSSL_KIND_MASTER_SECRET);
    struct sslp_call call =
        sslp_tls13_call(hSslProvider, hBaseKey, &hHashValue, phExporterMasterKey);

    (void)pParameterList;
    (void)dwFlags;
    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    return sslp_call_end(&call, expand_exporter(&call, stages, phExporterMasterKey));
}

/* From a secret of one stage, without flags. */
static SECURITY_STATUS expand_from(const struct sslp_call *call, DWORD stage,
    enum sslp_tls13_target target, DWORD flags, NCRYPT_KEY_HANDLE *handle)
{
    SECURITY_STATUS status =
        handle == NULL ? NTE_INVALID_PARAMETER : check_base(call, SSLP_STAGE(stage), flags);

    return status == ERROR_SUCCESS ? follow_arrow(call, target, handle) : status;
}

SECURITY_STATUS WINAPI SslExpandResumptionMasterKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hMasterKey, NCRYPT_HASH_HANDLE hHashValue,
    NCRYPT_KEY_HANDLE *phResumptionMasterKey, PNCryptBufferDesc pParameterList, DWORD dwFlags)
{
    struct sslp_call call =
        sslp_tls13_call(hSslProvider, hMasterKey, &hHashValue, phResumptionMasterKey);

    (void)pParameterList;
    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    return sslp_call_end(&call,
        expand_from(&call, NCRYPTSSL_KIND_MASTER_SECRET, SSLP_TARGET_RESUMPTION_SECRET, dwFlags,
            phResumptionMasterKey));
}

static SECURITY_STATUS expand_binder_key(
    const struct sslp_call *call, DWORD flags, NCRYPT_KEY_HANDLE *handle)
{
    const unsigned stages = SSLP_STAGE(NCRYPTSSL_KIND_EARLY_SECRET);
    const SECURITY_STATUS status =
        handle == NULL ? NTE_INVALID_PARAMETER : check_base(call, stages, 0);

    if (status != ERROR_SUCCESS)
        return status;
    if (flags == NCRYPT_SSL_EXTERNAL_PSK_FLAG)
        return follow_arrow(call, SSLP_TARGET_EXT_BINDER_KEY, handle);
    if (flags == NCRYPT_SSL_RESUMPTION_PSK_FLAG)
        return follow_arrow(call, SSLP_TARGET_RES_BINDER_KEY, handle);
    return NTE_BAD_FLAGS;
}

SECURITY_STATUS WINAPI SslExpandBinderKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hEarlyKey, NCRYPT_KEY_HANDLE *phBinderKey, PNCryptBufferDesc pParameterList,
    DWORD dwFlags)
{
    struct sslp_call call = sslp_tls13_call(hSslProvider, hEarlyKey, NULL, phBinderKey);

    (void)pParameterList;
    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    return sslp_call_end(&call, expand_binder_key(&call, dwFlags, phBinderKey));
}

static SECURITY_STATUS expand_pre_shared_key(
    const struct sslp_call *call, struct sslp_bytes nonce, DWORD flags, NCRYPT_KEY_HANDLE *handle)
{
    static const uint8_t none;
    const struct sslp_tls13_input input = {
        .from = call->secret, .ticket_nonce = nonce.len == 0 ? sslp_bytes(&none, 0) : nonce};
    SECURITY_STATUS status = handle == NULL ? NTE_INVALID_PARAMETER : sslp_tls13_check_kind(call);

    if (status == ERROR_SUCCESS && nonce.len > SSLP_MAX_TICKET_NONCE)
        status = NTE_INVALID_PARAMETER;
    if (status == ERROR_SUCCESS)
        status = check_base(call, SSLP_STAGE(NCRYPTSSL_KIND_RESUMPTION_SECRET), flags);
    if (status != ERROR_SUCCESS)
        return status;
    if (nonce.data == NULL && nonce.len != 0)
        return NTE_INVALID_PARAMETER;
    return sslp_tls13_secret_derive(
        call->secret->backend, SSLP_TARGET_PRE_SHARED_KEY, &input, handle);
}

SECURITY_STATUS WINAPI SslExpandPreSharedKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hResumptionMasterKey, PBYTE pbTicketNonce, DWORD cbTicketNonce,
    NCRYPT_KEY_HANDLE *phPreSharedKey, PNCryptBufferDesc pParameterList, DWORD dwFlags)
{
    struct sslp_call call =
        sslp_tls13_call(hSslProvider, hResumptionMasterKey, NULL, phPreSharedKey);

    (void)pParameterList;
    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    return sslp_call_end(&call,
        expand_pre_shared_key(
            &call, sslp_bytes(pbTicketNonce, cbTicketNonce), dwFlags, phPreSharedKey));
}

SECURITY_STATUS WINAPI SslExpandNextGenTrafficKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hTrafficKey, NCRYPT_KEY_HANDLE *phNextTrafficKey,
    PNCryptBufferDesc pParameterList, DWORD dwFlags)
{
    struct sslp_call call = sslp_tls13_call(hSslProvider, hTrafficKey, NULL, phNextTrafficKey);

    (void)pParameterList;
    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    return sslp_call_end(&call,
        expand_from(&call, NCRYPTSSL_KIND_TRAFFIC_SECRET, SSLP_TARGET_NEXT_TRAFFIC, dwFlags,
            phNextTrafficKey));
}
