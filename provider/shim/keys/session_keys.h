/* SPDX-License-Identifier: Apache-2.0
 *
 * Handles to session keys, which SslGenerateSessionKeys, SslExpandWriteKey and the import of an
 * opaque blob make.
 */
#ifndef SSLP_SHIM_KEYS_SESSION_KEYS_H
#define SSLP_SHIM_KEYS_SESSION_KEYS_H

#include "shim/core/backend.h"
#include "shim/records/record.h"

/* A handle to the keys of one direction.  On failure *handle is 0.  Status of
 * sslp_record_state_new. */
SECURITY_STATUS sslp_session_key_new(
    struct sslp_backend *backend, const struct sslp_record_keys *keys, NCRYPT_KEY_HANDLE *handle);

#endif
