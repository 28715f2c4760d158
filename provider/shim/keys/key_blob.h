/* SPDX-License-Identifier: Apache-2.0
 *
 * The blob types of SslImportKey and SslExportKey, one file each.
 */
#ifndef SSLP_SHIM_KEYS_KEY_BLOB_H
#define SSLP_SHIM_KEYS_KEY_BLOB_H

#include "shim/core/backend.h"
#include "shim/records/record.h"

/* NCRYPTSSL_SECRET_BLOB (sslprovider_ext.h).  NTE_BAD_DATA for a malformed blob, NTE_NOT_SUPPORTED
 * for a protocol or suite that does not exist or is not allowed.  On failure *handle is 0. */
SECURITY_STATUS sslp_secret_blob_import(
    struct sslp_backend *backend, struct sslp_bytes blob, NCRYPT_KEY_HANDLE *handle);

/* "TLS13PRESHAREDKEY": the bare bytes of an external pre-shared key.  NTE_INVALID_PARAMETER for a
 * length out of bounds. */
SECURITY_STATUS sslp_pre_shared_key_import(
    struct sslp_backend *backend, struct sslp_bytes blob, NCRYPT_KEY_HANDLE *handle);

/* "OpaqueKeyBlob" of a session key: its keys and the running cipher state.  The layout is private
 * to this library (opaque_blob.c).  NTE_BAD_DATA for anything that is not such a blob. */
SECURITY_STATUS sslp_opaque_blob_import(
    struct sslp_backend *backend, struct sslp_bytes blob, NCRYPT_KEY_HANDLE *handle);

/* Size of the blob; and the blob, which takes just that size. */
DWORD sslp_opaque_blob_size(const struct sslp_record_keys *keys);
SECURITY_STATUS sslp_opaque_blob_export(
    const struct sslp_backend *backend, const struct sslp_record_keys *keys, uint8_t *blob);

#endif
