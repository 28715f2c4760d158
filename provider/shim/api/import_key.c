/* SPDX-License-Identifier: Apache-2.0
 *
 * SslImportKey and SslExportKey: the checks that all blob types share, and the choice of the type.
 */
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "ncryptssl/utf16.h"
#include "shim/core/objects.h"
#include "shim/keys/key_share.h"
#include "shim/keys/opaque_blob.h"
#include "shim/keys/public_blob.h"
#include "shim/keys/secret_handle.h"

typedef SECURITY_STATUS import_fn(
    struct sslp_backend *backend, struct sslp_bytes blob, NCRYPT_KEY_HANDLE *handle);

static const struct {
    LPCWSTR blob_type;
    import_fn *import;
} imports[] = {
    {NCRYPTSSL_SECRET_BLOB, sslp_secret_blob_import},
    {BCRYPT_OPAQUE_KEY_BLOB, sslp_opaque_blob_import},
    {NCRYPTSSL_KEY_SHARE_BLOB, sslp_key_share_import},
    {TLS_13_PRE_SHARED_KEY, sslp_pre_shared_key_import},
};

static SECURITY_STATUS import_blob(struct sslp_backend *backend, NCRYPT_KEY_HANDLE *handle,
    LPCWSTR blob_type, struct sslp_bytes blob, DWORD flags)
{
    if (blob.data == NULL)
        return NTE_INVALID_PARAMETER;
    if (flags != 0)
        return NTE_BAD_FLAGS;
    if (blob_type == NULL)
        return NTE_INVALID_PARAMETER;
    for (size_t i = 0; i < sizeof(imports) / sizeof(imports[0]); i++) {
        if (NcryptsslTextCompare(blob_type, imports[i].blob_type) == 0)
            return imports[i].import(backend, blob, handle);
    }
    return sslp_public_blob_import(backend, SSLP_OBJECT_EPHEMERAL_KEY, blob_type, blob, handle);
}

SECURITY_STATUS WINAPI SslImportKey(NCRYPT_PROV_HANDLE hSslProvider, NCRYPT_KEY_HANDLE *phKey,
    LPCWSTR pszBlobType, PBYTE pbKeyBlob, DWORD cbKeyBlob, DWORD dwFlags)
{
    struct sslp_call call = {.results = {phKey}, .provider = hSslProvider};
    SECURITY_STATUS status = NTE_INVALID_PARAMETER;

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    if (phKey != NULL)
        status = import_blob(
            call.backend, phKey, pszBlobType, sslp_bytes(pbKeyBlob, cbKeyBlob), dwFlags);
    return sslp_call_end(&call, status);
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

/* The kind of the key decides which blob types it has.  Natively a master key and the secrets of
 * TLS 1.3, but not a pre-shared key, have opaque blobs.  Here only session keys have them: the
 * other secrets do not leave the OpenSSL provider. */
static SECURITY_STATUS export_key(const struct sslp_call *call, const struct destination *to)
{
    const struct sslp_asymmetric_object *public_key = call->ephemeral_key;
    const bool has_native_blob =
        call->secret != NULL && call->secret->kind != NCRYPTSSL_KIND_PRE_SHARED_KEY;

    if (public_key == NULL && call->session_key == NULL && !has_native_blob)
        return NTE_INVALID_HANDLE;
    if (to->blob_type == NULL)
        return NTE_INVALID_PARAMETER;
    if (public_key != NULL && NcryptsslTextCompare(to->blob_type, NCRYPTSSL_KEY_SHARE_BLOB) == 0)
        return sslp_key_share_export(public_key, to->output, to->output_len, to->result);
    if (public_key != NULL)
        return sslp_public_blob_export(
            public_key, to->blob_type, to->output, to->output_len, to->result);
    if (call->session_key != NULL &&
        NcryptsslTextCompare(to->blob_type, BCRYPT_OPAQUE_KEY_BLOB) == 0)
        return export_session_key(call->session_key, to->output, to->output_len, to->result);
    return NTE_NOT_SUPPORTED;
}

SECURITY_STATUS WINAPI SslExportKey(NCRYPT_PROV_HANDLE hSslProvider, NCRYPT_KEY_HANDLE hKey,
    LPCWSTR pszBlobType, PBYTE pbOutput, DWORD cbOutput, DWORD *pcbResult, DWORD dwFlags)
{
    const struct destination to = {pszBlobType, pbOutput, cbOutput, pcbResult};
    struct sslp_call call = {
        .result_len = pcbResult, .provider = hSslProvider, .key = hKey, .key_kinds = SSLP_ANY_KEY};
    SECURITY_STATUS status;

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    if (pcbResult == NULL)
        status = NTE_INVALID_PARAMETER;
    else if (dwFlags != 0)
        status = NTE_BAD_FLAGS;
    else
        status = export_key(&call, &to);
    return sslp_call_end(&call, status);
}
