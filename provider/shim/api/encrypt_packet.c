/* SPDX-License-Identifier: Apache-2.0
 *
 * SslEncryptPacket, SslDecryptPacket, and what DTLS 1.3 asks for besides: from handles to the
 * record object and back.
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

/* *sequence_number is what the caller expects; in DTLS 1.3 it becomes that of the record. */
static SECURITY_STATUS decrypt_packet(struct sslp_call *call, struct sslp_bytes input,
    uint8_t *output, DWORD output_len, DWORD *result, uint64_t *sequence_number, DWORD flags)
{
    const DWORD input_len = (DWORD)input.len;
    struct sslp_record_state *record;
    SECURITY_STATUS status;

    if (call->session_key == NULL)
        return refuse_secret(
            call->secret, sslp_record_check_open(input.data, input_len, output, result, flags));
    status = sslp_record_pool_take(&call->session_key->pool, &record);
    if (status != ERROR_SUCCESS)
        return status;
    sslp_record_state_expect_ids(record, call->session_key->id_len);
    status = sslp_record_open(
        record, input.data, input_len, output, output_len, result, sequence_number, flags);
    sslp_record_pool_give_back(&call->session_key->pool, record);
    return status;
}

SECURITY_STATUS WINAPI SslDecryptPacket(NCRYPT_PROV_HANDLE hSslProvider, NCRYPT_KEY_HANDLE hKey,
    PBYTE pbInput, DWORD cbInput, PBYTE pbOutput, DWORD cbOutput, DWORD *pcbResult,
    ULONGLONG SequenceNumber, DWORD dwFlags)
{
    struct sslp_call call = {.provider = hSslProvider, .key = hKey, .key_kinds = PACKET_KEYS};
    uint64_t sequence_number = SequenceNumber;

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    return sslp_call_end(&call,
        decrypt_packet(&call, sslp_bytes(pbInput, cbInput), pbOutput, cbOutput, pcbResult,
            &sequence_number, dwFlags));
}

SECURITY_STATUS WINAPI NcryptsslDecryptPacket(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hKey, PBYTE pbInput, DWORD cbInput, PBYTE pbOutput, DWORD cbOutput,
    DWORD *pcbResult, ULONGLONG *pSequenceNumber, DWORD dwFlags)
{
    struct sslp_call call = {.provider = hSslProvider, .key = hKey, .key_kinds = PACKET_KEYS};
    uint64_t sequence_number = pSequenceNumber == NULL ? 0 : *pSequenceNumber;
    SECURITY_STATUS status;

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    /* An output that is not there is refused where any other is. */
    status = decrypt_packet(&call, sslp_bytes(pbInput, cbInput),
        pSequenceNumber == NULL ? NULL : pbOutput, cbOutput, pcbResult, &sequence_number, dwFlags);
    if (status == ERROR_SUCCESS && pSequenceNumber != NULL)
        *pSequenceNumber = sequence_number;
    return sslp_call_end(&call, status);
}

SECURITY_STATUS WINAPI NcryptsslSetConnectionIdLength(
    NCRYPT_PROV_HANDLE hSslProvider, NCRYPT_KEY_HANDLE hKey, DWORD cbConnectionId, DWORD dwFlags)
{
    struct sslp_call call = {
        .provider = hSslProvider, .key = hKey, .key_kinds = SSLP_KIND(SSLP_OBJECT_SESSION_KEY)};
    SECURITY_STATUS status = ERROR_SUCCESS;

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    if (cbConnectionId > NCRYPTSSL_MAX_CONNECTION_ID)
        status = NTE_INVALID_PARAMETER;
    else if (dwFlags != 0)
        status = NTE_BAD_FLAGS;
    else if (!sslp_record_state_has_ids(call.session_key->pool.first))
        status = NTE_NOT_SUPPORTED;
    else
        call.session_key->id_len = cbConnectionId;
    return sslp_call_end(&call, status);
}
