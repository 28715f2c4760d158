/* SPDX-License-Identifier: Apache-2.0
 *
 * The private keys of certificates.  A key that was attached to the very certificate comes first,
 * then one from the places that the configuration names (key_store.h).  Keys stay inside libcrypto.
 */
#ifndef SSLP_SHIM_KEYS_PRIVATE_KEY_H
#define SSLP_SHIM_KEYS_PRIVATE_KEY_H

#include "base/bytes.h"
#include "ncryptssl/ncrypt.h"

#include <openssl/types.h>

enum { SSLP_MAX_ATTACHED_KEYS = 1024 };

struct sslp_backend;

/* The attached keys of a backend.  NULL for no memory, and allowed when freeing. */
struct sslp_private_keys *sslp_private_keys_new(void);
void sslp_private_keys_free(struct sslp_private_keys *keys);

/* Keeps the key in PEM or DER for the DER certificate, in place of an earlier one.  NTE_BAD_DATA:
 * no certificate, or no private key that can be read without a passphrase.  NTE_BAD_KEY: the key of
 * another certificate.  NTE_NO_MEMORY also: SSLP_MAX_ATTACHED_KEYS is reached.  Any thread. */
SECURITY_STATUS sslp_private_key_attach(
    const struct sslp_backend *backend, struct sslp_bytes certificate, struct sslp_bytes key);

/* The key of the DER certificate, for the caller to free.  NTE_BAD_DATA: no certificate.
 * NTE_NO_KEY: no such key.  On failure *key is NULL.  Any thread. */
SECURITY_STATUS sslp_private_key_find(
    const struct sslp_backend *backend, struct sslp_bytes certificate, EVP_PKEY **key);

#endif
