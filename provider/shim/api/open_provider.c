/* SPDX-License-Identifier: Apache-2.0
 *
 * SslOpenProvider and the other functions of provider handles, and those that free handles and
 * buffers.
 */
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/utf16.h"
#include "shim/core/backend.h"
#include "shim/core/buffers.h"
#include "shim/core/objects.h"

#include <stdatomic.h>
#include <string.h>

static const WCHAR provider_name[] = MS_SCHANNEL_PROVIDER;

SECURITY_STATUS WINAPI SslOpenProvider(
    NCRYPT_PROV_HANDLE *phSslProvider, LPCWSTR pszProviderName, DWORD dwFlags)
{
    if (phSslProvider == NULL)
        return NTE_INVALID_PARAMETER;
    *phSslProvider = 0;
    if (dwFlags != 0)
        return NTE_INVALID_PARAMETER;
    if (pszProviderName != NULL && NcryptsslTextCompare(pszProviderName, provider_name) != 0)
        return STATUS_NOT_FOUND;
    return sslp_provider_new(SSLP_OBJECT_PROVIDER, phSslProvider);
}

SECURITY_STATUS WINAPI SslEnumProtocolProviders(
    DWORD *pdwProviderCount, NCryptProviderName **ppProviderList, DWORD dwFlags)
{
    NCryptProviderName *list;
    LPWSTR name;

    if (pdwProviderCount != NULL)
        *pdwProviderCount = 0;
    if (ppProviderList != NULL)
        *ppProviderList = NULL;
    if (pdwProviderCount == NULL || ppProviderList == NULL)
        return NTE_INVALID_PARAMETER;
    if (dwFlags != 0)
        return NTE_BAD_FLAGS;
    /* One block holds the array and the names, so that one SslFreeBuffer frees all. */
    list = sslp_buffer_new(sizeof(*list) + sizeof(provider_name));
    if (list == NULL)
        return NTE_NO_MEMORY;
    name = (LPWSTR)(list + 1);
    memcpy(name, provider_name, sizeof(provider_name));
    list->pszName = name;
    *pdwProviderCount = 1;
    *ppProviderList = list;
    return ERROR_SUCCESS;
}

/* Adds to or takes from a provider's count; false where it has ended or would overflow. */
static bool count_reference(struct sslp_provider_object *object, bool up, uint32_t *left)
{
    uint32_t now = atomic_load(&object->references);

    do {
        if (now == 0 || (up && now == UINT32_MAX))
            return false;
        *left = up ? now + 1 : now - 1;
    } while (!atomic_compare_exchange_weak(&object->references, &now, *left));
    return true;
}

/* False when the handle is no provider; the last count closes it. */
static bool count_provider(NCRYPT_PROV_HANDLE handle, bool up)
{
    struct sslp_provider_object *object = sslp_object_acquire(handle, SSLP_OBJECT_PROVIDER);
    uint32_t left = 0;
    bool counted;

    if (object == NULL)
        return false;
    counted = count_reference(object, up, &left);
    if (counted && left == 0)
        (void)sslp_object_close(handle);
    sslp_object_release(handle);
    return counted;
}

SECURITY_STATUS WINAPI SslIncrementProviderReferenceCount(NCRYPT_PROV_HANDLE hSslProvider)
{
    return count_provider(hSslProvider, true) ? ERROR_SUCCESS : NTE_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI SslDecrementProviderReferenceCount(NCRYPT_PROV_HANDLE hSslProvider)
{
    return count_provider(hSslProvider, false) ? ERROR_SUCCESS : STATUS_INVALID_HANDLE;
}

/* The native provider has no properties: after the checks every name is unsupported. */
SECURITY_STATUS WINAPI SslGetProviderProperty(NCRYPT_PROV_HANDLE hSslProvider, LPCWSTR pszProperty,
    PBYTE *ppbOutput, DWORD *pcbOutput, PVOID *ppEnumState, DWORD dwFlags)
{
    (void)ppEnumState;
    if (ppbOutput != NULL)
        *ppbOutput = NULL;
    if (pcbOutput != NULL)
        *pcbOutput = 0;
    if (!sslp_object_is_live(hSslProvider, SSLP_OBJECT_PROVIDER))
        return NTE_INVALID_HANDLE;
    if (pszProperty == NULL || NcryptsslTextLen(pszProperty) > NCRYPT_MAX_PROPERTY_NAME ||
        ppbOutput == NULL || pcbOutput == NULL)
        return NTE_INVALID_PARAMETER;
    return dwFlags != 0 ? NTE_BAD_FLAGS : NTE_NOT_SUPPORTED;
}

/* Freeing a provider takes one reference, as SslDecrementProviderReferenceCount does. */
SECURITY_STATUS WINAPI SslFreeObject(NCRYPT_HANDLE hObject, DWORD dwFlags)
{
    bool freed = false;

    (void)dwFlags; /* reserved and ignored */
    switch ((enum sslp_object_kind)sslp_handle_kind_of(hObject)) {
    case SSLP_OBJECT_PROVIDER:
        freed = count_provider(hObject, false);
        break;
    case SSLP_OBJECT_STORAGE_PROVIDER:
    case SSLP_OBJECT_STORAGE_KEY: /* no SSL objects: NCryptFreeObject frees them */
        break;
    default:
        freed = sslp_object_close(hObject);
        break;
    }
    return freed ? ERROR_SUCCESS : STATUS_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI SslFreeBuffer(PVOID pvInput)
{
    return sslp_buffer_free(pvInput) ? ERROR_SUCCESS : NTE_INVALID_PARAMETER;
}
