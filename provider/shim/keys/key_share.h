/* SPDX-License-Identifier: Apache-2.0
 *
 * NCRYPTSSL_KEY_SHARE_BLOB (sslprovider_ext.h): the key share of every group of TLS 1.3 as it is on
 * the wire.
 */
#ifndef SSLP_SHIM_KEYS_KEY_SHARE_H
#define SSLP_SHIM_KEYS_KEY_SHARE_H

#include "base/bytes.h"
#include "shim/core/backend.h"
#include "shim/core/objects.h"

#include <stdbool.h>

struct sslp_key_share {
    DWORD group;                    /* TLS named group */
    struct sslp_bytes key_exchange; /* in the blob */
};

/* False for a malformed blob.  The group may be unknown. */
bool sslp_key_share_read(struct sslp_bytes blob, struct sslp_key_share *share);

/* The peer's share, as an ephemeral key.  NTE_BAD_DATA for a malformed blob or a wrong share of
 * the group, NTE_NOT_SUPPORTED for a group that this library or libcrypto does not have.  On
 * failure *handle is 0. */
SECURITY_STATUS sslp_key_share_import(
    struct sslp_backend *backend, struct sslp_bytes blob, NCRYPT_KEY_HANDLE *handle);

/* The own share, or again the peer's.  With output NULL only *result is written: the size.
 * NTE_NOT_SUPPORTED for a key without a group, NTE_BUFFER_TOO_SMALL with the size in *result. */
SECURITY_STATUS sslp_key_share_export(
    const struct sslp_asymmetric_object *object, PBYTE output, DWORD output_len, DWORD *result);

#endif
