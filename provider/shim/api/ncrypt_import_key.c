/* SPDX-License-Identifier: Apache-2.0
 *
 * NCryptOpenStorageProvider, NCryptImportKey, NCryptIsKeyHandle and NCryptFreeObject.  They are as
 * much of a key storage provider as a client of RSA key exchange needs for the public key of a
 * certificate.
 */
#include "ncryptssl/ncrypt.h"
#include "ncryptssl/utf16.h"
#include "shim/core/backend.h"
#include "shim/core/objects.h"
#include "shim/keys/public_blob.h"

SECURITY_STATUS WINAPI NCryptOpenStorageProvider(
    NCRYPT_PROV_HANDLE *phProvider, LPCWSTR pszProviderName, DWORD dwFlags)
{
    if (phProvider == NULL)
        return NTE_INVALID_PARAMETER;
    *phProvider = 0;
    if (dwFlags != 0)
        return NTE_BAD_FLAGS;
    if (pszProviderName != NULL &&
        NcryptsslTextCompare(pszProviderName, MS_KEY_STORAGE_PROVIDER) != 0)
        return NTE_INVALID_PARAMETER;
    return sslp_provider_new(SSLP_OBJECT_STORAGE_PROVIDER, phProvider);
}

static SECURITY_STATUS import_storage_key(struct sslp_backend *backend,
    NCRYPT_KEY_HANDLE import_key_handle, LPCWSTR blob_type, struct sslp_bytes blob, DWORD flags,
    NCRYPT_KEY_HANDLE *handle)
{
    /* No public blob is encrypted. */
    if (import_key_handle != 0)
        return NTE_INVALID_HANDLE;
    if (blob_type == NULL || blob.data == NULL || handle == NULL)
        return NTE_INVALID_PARAMETER;
    if ((flags & ~(DWORD)NCRYPT_SILENT_FLAG) != 0)
        return NTE_BAD_FLAGS;
    return sslp_public_blob_import(backend, SSLP_OBJECT_STORAGE_KEY, blob_type, blob, handle);
}

SECURITY_STATUS WINAPI NCryptImportKey(NCRYPT_PROV_HANDLE hProvider, NCRYPT_KEY_HANDLE hImportKey,
    LPCWSTR pszBlobType, NCryptBufferDesc *pParameterList, NCRYPT_KEY_HANDLE *phKey, PBYTE pbData,
    DWORD cbData, DWORD dwFlags)
{
    struct sslp_provider_object *provider;
    SECURITY_STATUS status;

    (void)pParameterList; /* about private keys only */
    if (phKey != NULL)
        *phKey = 0;
    provider = sslp_object_acquire(hProvider, SSLP_OBJECT_STORAGE_PROVIDER);
    if (provider == NULL)
        return NTE_INVALID_HANDLE;
    status = import_storage_key(
        provider->backend, hImportKey, pszBlobType, sslp_bytes(pbData, cbData), dwFlags, phKey);
    sslp_object_release(hProvider);
    return status;
}

BOOL WINAPI NCryptIsKeyHandle(NCRYPT_KEY_HANDLE hKey)
{
    return sslp_object_is_live(hKey, SSLP_OBJECT_STORAGE_KEY) ? TRUE : FALSE;
}

/* SslFreeObject frees the handles of the Ssl* functions. */
SECURITY_STATUS WINAPI NCryptFreeObject(NCRYPT_HANDLE hObject)
{
    const bool is_storage = sslp_object_is_live(hObject, SSLP_OBJECT_STORAGE_PROVIDER) ||
        sslp_object_is_live(hObject, SSLP_OBJECT_STORAGE_KEY);

    return is_storage && sslp_object_close(hObject) ? ERROR_SUCCESS : NTE_INVALID_HANDLE;
}
