/* SPDX-License-Identifier: Apache-2.0
 *
 * SslEncryptPacket and SslDecryptPacket: from handles to the record object and back.
 */
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "shim/core/objects.h"
#include "shim/records/record.h"

enum { PACKET_KEYS = SSLP_KIND(SSLP_OBJECT_SESSION_KEY) | SSLP_KIND(SSLP_OBJECT_SECRET) };

/* What the call says to a secret, which is no session key.  Natively a secret of TLS 1.3 is the
 * same kind of handle at another stage.  So it is refused only when the other arguments are in
 * order, which `arguments` tells. */
static SECURITY_STATUS refuse_secret(
    const struct sslp_secret_object *secret, SECURITY_STATUS arguments)
{
    if (secret->kind == NCRYPTSSL_KIND_MASTER_KEY || secret->kind == NCRYPTSSL_KIND_PRE_SHARED_KEY)
        return NTE_INVALID_HANDLE;
    return arguments != ERROR_SUCCESS ? arguments : NTE_NOT_SUPPORTED;
}

SECURITY_STATUS WINAPI SslEncryptPacket(NCRYPT_PROV_HANDLE hSslProvider, NCRYPT_KEY_HANDLE hKey,
    PBYTE pbInput, DWORD cbInput, PBYTE pbOutput, DWORD cbOutput, DWORD *pcbResult,
    ULONGLONG SequenceNumber, DWORD dwContentType, DWORD dwFlags)
{
    struct sslp_call call = {.provider = hSslProvider, .key = hKey, .key_kinds = PACKET_KEYS};
    struct sslp_record_state *record;
    SECURITY_STATUS status;

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    if (call.session_key == NULL) {
        status = sslp_record_check_seal(pbInput, cbInput, pbOutput, pcbResult, dwFlags);
        if (status == ERROR_SUCCESS && (cbInput == 0 || cbInput > SSLP_MAX_INNER_PLAINTEXT))
            status = NTE_INVALID_PARAMETER;
        return sslp_call_end(&call, refuse_secret(call.secret, status));
    }
    status = sslp_record_pool_take(&call.session_key->pool, &record);
    if (status == ERROR_SUCCESS) {
        status = sslp_record_seal(record, pbInput, cbInput, pbOutput, cbOutput, pcbResult,
            SequenceNumber, dwContentType, dwFlags);
        sslp_record_pool_give_back(&call.session_key->pool, record);
    }
    return sslp_call_end(&call, status);
}

SECURITY_STATUS WINAPI SslDecryptPacket(NCRYPT_PROV_HANDLE hSslProvider, NCRYPT_KEY_HANDLE hKey,
    PBYTE pbInput, DWORD cbInput, PBYTE pbOutput, DWORD cbOutput, DWORD *pcbResult,
    ULONGLONG SequenceNumber, DWORD dwFlags)
{
    struct sslp_call call = {.provider = hSslProvider, .key = hKey, .key_kinds = PACKET_KEYS};
    struct sslp_record_state *record;
    SECURITY_STATUS status;

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    if (call.session_key == NULL) {
        status = sslp_record_check_open(pbInput, cbInput, pbOutput, pcbResult, dwFlags);
        return sslp_call_end(&call, refuse_secret(call.secret, status));
    }
    status = sslp_record_pool_take(&call.session_key->pool, &record);
    if (status == ERROR_SUCCESS) {
        status = sslp_record_open(
            record, pbInput, cbInput, pbOutput, cbOutput, pcbResult, SequenceNumber, dwFlags);
        sslp_record_pool_give_back(&call.session_key->pool, record);
    }
    return sslp_call_end(&call, status);
}
