/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions of the TLS 1.3 key schedule that expand: from a secret to those beside it (RFC 8446
 * sections 4.6.1, 7.1 and 7.2).
 */
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "shim/tls13/secret.h"
#include "shim/transcript/key_log.h"
#include "sslprovider/names.h"

/* The traffic secrets of a stage; the early one has but the client's. */
struct traffic_stage {
    DWORD from;
    struct sslp_tls13_arrow client, server;
};

static const struct traffic_stage traffic_stages[] = {
    {NCRYPTSSL_KIND_EARLY_SECRET,
        {SSLPROVIDER_TARGET_CLIENT_EARLY_TRAFFIC, NCRYPTSSL_KIND_TRAFFIC_SECRET,
            SSLP_KEY_LOG_CLIENT_EARLY},
        {NULL, 0, NULL}},
    {NCRYPTSSL_KIND_HANDSHAKE_SECRET,
        {SSLPROVIDER_TARGET_CLIENT_HANDSHAKE_TRAFFIC, NCRYPTSSL_KIND_TRAFFIC_SECRET,
            SSLP_KEY_LOG_CLIENT_HANDSHAKE},
        {SSLPROVIDER_TARGET_SERVER_HANDSHAKE_TRAFFIC, NCRYPTSSL_KIND_TRAFFIC_SECRET,
            SSLP_KEY_LOG_SERVER_HANDSHAKE}},
    {NCRYPTSSL_KIND_MASTER_SECRET,
        {SSLPROVIDER_TARGET_CLIENT_APPLICATION_TRAFFIC, NCRYPTSSL_KIND_TRAFFIC_SECRET,
            SSLP_KEY_LOG_CLIENT_APPLICATION},
        {SSLPROVIDER_TARGET_SERVER_APPLICATION_TRAFFIC, NCRYPTSSL_KIND_TRAFFIC_SECRET,
            SSLP_KEY_LOG_SERVER_APPLICATION}},
};

static const struct traffic_stage *find_traffic_stage(DWORD kind)
{
    for (size_t i = 0; i < sizeof(traffic_stages) / sizeof(traffic_stages[0]); i++) {
        if (traffic_stages[i].from == kind)
            return &traffic_stages[i];
    }
    return NULL;
}

static SECURITY_STATUS follow(const struct sslp_tls13_base *base,
    const struct sslp_tls13_arrow *arrow, NCRYPT_KEY_HANDLE *handle)
{
    const struct sslp_tls13_input input = {.from = base->secret, .hash = base->hash};

    return sslp_tls13_derive(base->secret->backend, arrow, &input, handle);
}

static SECURITY_STATUS expand_traffic_keys(
    const struct sslp_tls13_base *base, NCRYPT_KEY_HANDLE *client, NCRYPT_KEY_HANDLE *server)
{
    const struct traffic_stage *stage;
    NCRYPT_KEY_HANDLE client_key = 0, server_key = 0;
    SECURITY_STATUS status = sslp_tls13_check_kind(base);

    if (status == ERROR_SUCCESS)
        status = sslp_tls13_check_hash(base);
    if (status != ERROR_SUCCESS)
        return status;
    stage = find_traffic_stage(base->secret->kind);
    if (stage == NULL)
        return NTE_NOT_SUPPORTED;
    /* One variable for both would lose the first key. */
    if ((server != NULL && stage->server.target == NULL) || client == server)
        return NTE_INVALID_PARAMETER;
    if (client != NULL)
        status = follow(base, &stage->client, &client_key);
    if (status == ERROR_SUCCESS && server != NULL)
        status = follow(base, &stage->server, &server_key);
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
    static const struct sslp_tls13_arrow early = {SSLPROVIDER_TARGET_EARLY_EXPORTER,
        NCRYPTSSL_KIND_EXPORTER_SECRET, SSLP_KEY_LOG_EARLY_EXPORTER};
    static const struct sslp_tls13_arrow exporter = {
        SSLPROVIDER_TARGET_EXPORTER_SECRET, NCRYPTSSL_KIND_EXPORTER_SECRET, SSLP_KEY_LOG_EXPORTER};
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
        status =
            follow(&base, base.secret->kind == NCRYPTSSL_KIND_EARLY_SECRET ? &early : &exporter,
                phExporterMasterKey);
    sslp_tls13_release(&base);
    return status;
}

SECURITY_STATUS WINAPI SslExpandResumptionMasterKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hMasterKey, NCRYPT_HASH_HANDLE hHashValue,
    NCRYPT_KEY_HANDLE *phResumptionMasterKey, PNCryptBufferDesc pParameterList, DWORD dwFlags)
{
    static const struct sslp_tls13_arrow resumption = {
        SSLPROVIDER_TARGET_RESUMPTION_SECRET, NCRYPTSSL_KIND_RESUMPTION_SECRET, NULL};
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
        status = follow(&base, &resumption, phResumptionMasterKey);
    sslp_tls13_release(&base);
    return status;
}

SECURITY_STATUS WINAPI SslExpandBinderKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hEarlyKey, NCRYPT_KEY_HANDLE *phBinderKey, PNCryptBufferDesc pParameterList,
    DWORD dwFlags)
{
    static const struct sslp_tls13_arrow external = {
        SSLPROVIDER_TARGET_EXT_BINDER_KEY, NCRYPTSSL_KIND_BINDER_KEY, NULL};
    static const struct sslp_tls13_arrow resumption = {
        SSLPROVIDER_TARGET_RES_BINDER_KEY, NCRYPTSSL_KIND_BINDER_KEY, NULL};
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
        status = follow(
            &base, dwFlags == NCRYPT_SSL_EXTERNAL_PSK_FLAG ? &external : &resumption, phBinderKey);
    sslp_tls13_release(&base);
    return status;
}

static SECURITY_STATUS expand_pre_shared_key(const struct sslp_tls13_base *base,
    struct sslp_bytes nonce, DWORD flags, NCRYPT_KEY_HANDLE *handle)
{
    enum { MAX_NONCE = 255 }; /* RFC 8446 section 4.6.1 */
    static const struct sslp_tls13_arrow psk = {
        SSLPROVIDER_TARGET_PRE_SHARED_KEY, NCRYPTSSL_KIND_PRE_SHARED_KEY, NULL};
    static const uint8_t none;
    const struct sslp_tls13_input input = {
        .from = base->secret, .ticket_nonce = nonce.len == 0 ? sslp_bytes(&none, 0) : nonce};
    SECURITY_STATUS status = sslp_tls13_check_kind(base);

    if (status == ERROR_SUCCESS && nonce.len > MAX_NONCE)
        status = NTE_INVALID_PARAMETER;
    if (status == ERROR_SUCCESS)
        status = check(base, SSLP_STAGE(NCRYPTSSL_KIND_RESUMPTION_SECRET), flags);
    if (status != ERROR_SUCCESS)
        return status;
    if (nonce.data == NULL && nonce.len != 0)
        return NTE_INVALID_PARAMETER;
    return sslp_tls13_derive(base->secret->backend, &psk, &input, handle);
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
    static const struct sslp_tls13_arrow next = {
        SSLPROVIDER_TARGET_NEXT_TRAFFIC, NCRYPTSSL_KIND_TRAFFIC_SECRET, NULL};
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
        status = follow(&base, &next, phNextTrafficKey);
    sslp_tls13_release(&base);
    return status;
}
