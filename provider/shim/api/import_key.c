/* SPDX-License-Identifier: Apache-2.0
 *
 * SslImportKey and SslExportKey: the checks that all blob types share, and the choice of the type.
 */
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "shim/core/objects.h"
#include "shim/core/text.h"
#include "shim/keys/key_share.h"
#include "shim/keys/opaque_blob.h"
#include "shim/keys/public_blob.h"
#include "shim/keys/secret_handle.h"

typedef SECURITY_STATUS import_fn(
    struct sslp_backend *backend, struct sslp_bytes blob, NCRYPT_KEY_HANDLE *handle);

static const WCHAR secret_blob[] = NCRYPTSSL_SECRET_BLOB;
static const WCHAR opaque_blob[] = BCRYPT_OPAQUE_KEY_BLOB;
static const WCHAR key_share_blob[] = NCRYPTSSL_KEY_SHARE_BLOB;
static const WCHAR pre_shared_key_blob[] = TLS_13_PRE_SHARED_KEY;

static const struct {
    LPCWSTR blob_type;
    import_fn *import;
} imports[] = {
    {secret_blob, sslp_secret_blob_import},
    {opaque_blob, sslp_opaque_blob_import},
    {key_share_blob, sslp_key_share_import},
    {pre_shared_key_blob, sslp_pre_shared_key_import},
};

static SECURITY_STATUS import(struct sslp_backend *backend, NCRYPT_KEY_HANDLE *handle,
    LPCWSTR blob_type, struct sslp_bytes blob, DWORD flags)
{
    if (blob.data == NULL)
        return NTE_INVALID_PARAMETER;
    if (flags != 0)
        return NTE_BAD_FLAGS;
    if (blob_type == NULL)
        return NTE_INVALID_PARAMETER;
    for (size_t i = 0; i < sizeof(imports) / sizeof(imports[0]); i++) {
        if (sslp_text_equal(blob_type, imports[i].blob_type))
            return imports[i].import(backend, blob, handle);
    }
    return sslp_public_blob_import(backend, SSLP_OBJECT_EPHEMERAL_KEY, blob_type, blob, handle);
}

SECURITY_STATUS WINAPI SslImportKey(NCRYPT_PROV_HANDLE hSslProvider, NCRYPT_KEY_HANDLE *phKey,
    LPCWSTR pszBlobType, PBYTE pbKeyBlob, DWORD cbKeyBlob, DWORD dwFlags)
{
    struct sslp_provider_object *provider = sslp_object_acquire(hSslProvider, SSLP_OBJECT_PROVIDER);
    SECURITY_STATUS status = NTE_INVALID_PARAMETER;

    if (phKey != NULL)
        *phKey = 0;
    if (provider == NULL)
        return NTE_INVALID_HANDLE;
    if (phKey != NULL)
        status = import(
            provider->backend, phKey, pszBlobType, sslp_bytes(pbKeyBlob, cbKeyBlob), dwFlags);
    sslp_object_release(hSslProvider);
    return status;
}

static SECURITY_STATUS export_session_key(
    struct sslp_session_key_object *object, PBYTE output, DWORD output_len, DWORD *result)
{
    struct sslp_record_state *record;
    SECURITY_STATUS status = sslp_record_pool_take(&object->pool, &record);
    struct sslp_record_keys keys;
    DWORD size;

    if (status != ERROR_SUCCESS)
        return status;
    keys = sslp_record_state_export(record);
    size = sslp_opaque_blob_size(&keys);
    if (output != NULL && output_len < size)
        status = NTE_BUFFER_TOO_SMALL;
    else if (output != NULL)
        status = sslp_opaque_blob_export(object->backend, &keys, output);
    sslp_record_pool_give_back(&object->pool, record);
    if (status == ERROR_SUCCESS || status == NTE_BUFFER_TOO_SMALL)
        *result = size;
    return status;
}

/* Where a key is written, and as what. */
struct destination {
    LPCWSTR blob_type;
    PBYTE output;
    DWORD output_len;
    DWORD *result;
};

/* Of the secrets all but a pre-shared key have a blob on Windows. */
static bool is_exported_natively(NCRYPT_KEY_HANDLE handle)
{
    const struct sslp_secret_object *secret = sslp_object_acquire(handle, SSLP_OBJECT_SECRET);
    const bool exported = secret != NULL && secret->kind != NCRYPTSSL_KIND_PRE_SHARED_KEY;

    if (secret != NULL)
        sslp_object_release(handle);
    return exported;
}

/* The kind of key decides on the types.  Of secrets only session keys leave: natively a master key
 * and the secrets of TLS 1.3 have opaque blobs too; here they do not come out of the OpenSSL
 * provider. */
static SECURITY_STATUS export_key(NCRYPT_KEY_HANDLE handle, const struct destination *to)
{
    const struct sslp_asymmetric_object *public_key =
        sslp_object_acquire(handle, SSLP_OBJECT_EPHEMERAL_KEY);
    struct sslp_session_key_object *session_key =
        sslp_object_acquire(handle, SSLP_OBJECT_SESSION_KEY);
    SECURITY_STATUS status = NTE_NOT_SUPPORTED;

    if (public_key == NULL && session_key == NULL && !is_exported_natively(handle))
        return NTE_INVALID_HANDLE;
    if (to->blob_type == NULL)
        status = NTE_INVALID_PARAMETER;
    else if (public_key != NULL && sslp_text_equal(to->blob_type, key_share_blob))
        status = sslp_key_share_export(public_key, to->output, to->output_len, to->result);
    else if (public_key != NULL)
        status = sslp_public_blob_export(
            public_key, to->blob_type, to->output, to->output_len, to->result);
    else if (session_key != NULL && sslp_text_equal(to->blob_type, opaque_blob))
        status = export_session_key(session_key, to->output, to->output_len, to->result);
    if (public_key != NULL || session_key != NULL)
        sslp_object_release(handle);
    return status;
}

SECURITY_STATUS WINAPI SslExportKey(NCRYPT_PROV_HANDLE hSslProvider, NCRYPT_KEY_HANDLE hKey,
    LPCWSTR pszBlobType, PBYTE pbOutput, DWORD cbOutput, DWORD *pcbResult, DWORD dwFlags)
{
    const struct destination to = {pszBlobType, pbOutput, cbOutput, pcbResult};

    if (pcbResult != NULL)
        *pcbResult = 0;
    if (!sslp_object_is_live(hSslProvider, SSLP_OBJECT_PROVIDER) || !sslp_object_is_key(hKey))
        return NTE_INVALID_HANDLE;
    if (pcbResult == NULL)
        return NTE_INVALID_PARAMETER;
    return dwFlags != 0 ? NTE_BAD_FLAGS : export_key(hKey, &to);
}
