/* SPDX-License-Identifier: Apache-2.0
 *
 * Blobs: a header of fixed size, which need not be aligned, and bytes behind it.
 */
#ifndef SSLP_SHIM_KEYS_BLOB_H
#define SSLP_SHIM_KEYS_BLOB_H

#include "base/bytes.h"

#include <stdbool.h>

/* Copies the header and leaves the bytes behind it in *blob.  False, and no effect, for a shorter
 * blob. */
static inline bool sslp_blob_take_header(struct sslp_bytes *blob, void *header, size_t header_len)
{
    if (blob->len < header_len)
        return false;
    memcpy(header, blob->data, header_len);
    *blob = sslp_bytes(blob->data + header_len, blob->len - header_len);
    return true;
}

#endif
