/* SPDX-License-Identifier: Apache-2.0
 *
 * Searches for the private key of a certificate in the places that the configuration names under
 * `private-keys`: OSSL_STORE URIs, separated by commas, of files, of folders (their own files, not
 * those of folders within) and, where a provider of the library context serves them, of tokens.
 * Nobody is ever asked for a passphrase.
 */
#ifndef SSLP_SHIM_KEYS_KEY_STORE_H
#define SSLP_SHIM_KEYS_KEY_STORE_H

#include "base/bytes.h"
#include "ncryptssl/wintypes.h"

#include <openssl/types.h>

/* One search reads so many objects (keys, and files of a folder) and meets as many unreadable ones:
 * no store can hold a caller up for ever. */
enum { SSLP_MAX_STORE_OBJECTS = 1024 };

struct sslp_backend;

/* The functions leave their errors on OpenSSL's queue.  The caller frees the key; after a failure
 * *key is NULL.  NTE_NO_MEMORY too. */

/* The key in the configured places.  NTE_NO_KEY: not found. */
SECURITY_STATUS sslp_key_store_find(
    const struct sslp_backend *backend, const X509 *certificate, EVP_PKEY **key);

/* The key in PEM or DER, by the rules of a file: other objects around it do no harm.  NTE_BAD_KEY:
 * keys of other certificates only.  NTE_BAD_DATA: no key, or more text than a key can be. */
SECURITY_STATUS sslp_key_store_read(const struct sslp_backend *backend, const X509 *certificate,
    struct sslp_bytes text, EVP_PKEY **key);

#endif
