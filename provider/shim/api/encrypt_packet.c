/* SPDX-License-Identifier: Apache-2.0
 *
 * SslEncryptPacket and SslDecryptPacket: from handles to the record object and back.
 */
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "shim/core/objects.h"
#include "shim/records/record.h"

/* The session key behind a pair of handles, with a reference; NULL unless both are live. */
static struct sslp_session_key_object *acquire(NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE key)
{
    if (!sslp_object_is_live(provider, SSLP_OBJECT_PROVIDER))
        return NULL;
    return sslp_object_acquire(key, SSLP_OBJECT_SESSION_KEY);
}

/* What the call says to a key that is no session key.  A secret of TLS 1.3 is natively the same
 * kind of handle at another stage, which shows only once the other arguments are in order: that is
 * what `arguments` tells. */
static SECURITY_STATUS refuse(
    NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE key, SECURITY_STATUS arguments)
{
    const struct sslp_secret_object *secret;
    SECURITY_STATUS status = NTE_INVALID_HANDLE;

    if (!sslp_object_is_live(provider, SSLP_OBJECT_PROVIDER))
        return NTE_INVALID_HANDLE;
    secret = sslp_object_acquire(key, SSLP_OBJECT_SECRET);
    if (secret == NULL)
        return NTE_INVALID_HANDLE;
    if (secret->kind != NCRYPTSSL_KIND_MASTER_KEY && secret->kind != NCRYPTSSL_KIND_PRE_SHARED_KEY)
        status = arguments != ERROR_SUCCESS ? arguments : NTE_NOT_SUPPORTED;
    sslp_object_release(key);
    return status;
}

SECURITY_STATUS WINAPI SslEncryptPacket(NCRYPT_PROV_HANDLE hSslProvider, NCRYPT_KEY_HANDLE hKey,
    PBYTE pbInput, DWORD cbInput, PBYTE pbOutput, DWORD cbOutput, DWORD *pcbResult,
    ULONGLONG SequenceNumber, DWORD dwContentType, DWORD dwFlags)
{
    struct sslp_session_key_object *object = acquire(hSslProvider, hKey);
    struct sslp_record_state *record;
    SECURITY_STATUS status;

    if (object == NULL) {
        status = sslp_record_check_seal(pbInput, cbInput, pbOutput, pcbResult, dwFlags);
        if (status == ERROR_SUCCESS && (cbInput == 0 || cbInput > SSLP_MAX_INNER_PLAINTEXT))
            status = NTE_INVALID_PARAMETER;
        return refuse(hSslProvider, hKey, status);
    }
    status = sslp_record_pool_take(&object->pool, &record);
    if (status == ERROR_SUCCESS) {
        status = sslp_record_seal(record, pbInput, cbInput, pbOutput, cbOutput, pcbResult,
            SequenceNumber, dwContentType, dwFlags);
        sslp_record_pool_give_back(&object->pool, record);
    }
    sslp_object_release(hKey);
    return status;
}

SECURITY_STATUS WINAPI SslDecryptPacket(NCRYPT_PROV_HANDLE hSslProvider, NCRYPT_KEY_HANDLE hKey,
    PBYTE pbInput, DWORD cbInput, PBYTE pbOutput, DWORD cbOutput, DWORD *pcbResult,
    ULONGLONG SequenceNumber, DWORD dwFlags)
{
    struct sslp_session_key_object *object = acquire(hSslProvider, hKey);
    struct sslp_record_state *record;
    SECURITY_STATUS status;

    if (object == NULL) {
        status = sslp_record_check_open(pbInput, cbInput, pbOutput, pcbResult, dwFlags);
        return refuse(hSslProvider, hKey, status);
    }
    status = sslp_record_pool_take(&object->pool, &record);
    if (status == ERROR_SUCCESS) {
        status = sslp_record_open(
            record, pbInput, cbInput, pbOutput, cbOutput, pcbResult, SequenceNumber, dwFlags);
        sslp_record_pool_give_back(&object->pool, record);
    }
    sslp_object_release(hKey);
    return status;
}
