/* SPDX-License-Identifier: Apache-2.0
 *
 * Public keys from and to blobs: ECCPUBLICBLOB, ECCFULLPUBLICBLOB, SSLECCPUBLICBLOB, DHPUBLICBLOB,
 * RSAPUBLICBLOB, and CAPIPUBLICBLOB, which is read only.
 */
#ifndef SSLP_SHIM_KEYS_PUBLIC_BLOB_H
#define SSLP_SHIM_KEYS_PUBLIC_BLOB_H

#include "base/bytes.h"
#include "shim/core/backend.h"
#include "shim/core/objects.h"

/* A handle of the kind SSLP_OBJECT_EPHEMERAL_KEY or SSLP_OBJECT_STORAGE_KEY, which differ in the
 * blobs they take: only the former takes SSLECCPUBLICBLOB, only the latter the magics of ECDSA.
 * NTE_BAD_DATA for a malformed blob or a value that is no public key, NTE_NOT_SUPPORTED for another
 * type, magic or group, NTE_INVALID_PARAMETER for another type and no bytes.  On failure *handle is
 * 0. */
SECURITY_STATUS sslp_public_blob_import(struct sslp_backend *backend, enum sslp_object_kind kind,
    LPCWSTR blob_type, struct sslp_bytes blob, NCRYPT_KEY_HANDLE *handle);

/* With output NULL only *result is written: the size.  NTE_NOT_SUPPORTED for a type that a key of
 * this algorithm does not have, NTE_BUFFER_TOO_SMALL with the size in *result. */
SECURITY_STATUS sslp_public_blob_export(const struct sslp_asymmetric_object *object,
    LPCWSTR blob_type, PBYTE output, DWORD output_len, DWORD *result);

#endif
