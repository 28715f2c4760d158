/* SPDX-License-Identifier: Apache-2.0
 *
 * "OpaqueKeyBlob" of a session key: its keys and the running cipher state, in a layout that is
 * private to this library.
 */
#ifndef SSLP_SHIM_KEYS_OPAQUE_BLOB_H
#define SSLP_SHIM_KEYS_OPAQUE_BLOB_H

#include "shim/core/backend.h"
#include "shim/records/record.h"

/* NTE_BAD_DATA for anything that is no opaque blob, NTE_NOT_SUPPORTED for a suite that is not
 * allowed, otherwise the status of sslp_record_state_init.  On failure *handle is 0. */
SECURITY_STATUS sslp_opaque_blob_import(
    struct sslp_backend *backend, struct sslp_bytes blob, NCRYPT_KEY_HANDLE *handle);

/* Bytes in the blob. */
DWORD sslp_opaque_blob_size(const struct sslp_record_keys *keys);

/* Fills a blob of just that size.  NTE_NOT_SUPPORTED where nobody could import it: beyond
 * SSLP_MAX_STREAM_OFFSET. */
SECURITY_STATUS sslp_opaque_blob_export(
    const struct sslp_backend *backend, const struct sslp_record_keys *keys, uint8_t *blob);

#endif
