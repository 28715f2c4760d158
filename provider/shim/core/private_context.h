/* SPDX-License-Identifier: Apache-2.0
 *
 * The private library context of the shim.
 */
#ifndef SSLP_SHIM_CORE_PRIVATE_CONTEXT_H
#define SSLP_SHIM_CORE_PRIVATE_CONTEXT_H

#include "ncryptssl/wintypes.h"

#include <openssl/types.h>

/* The providers are unloaded before the context is freed, or they would outlive it. */
struct sslp_private_context {
    OSSL_LIB_CTX *libctx;
    OSSL_PROVIDER *providers[3];
    char *private_keys; /* value of the key `private-keys`; NULL: there is none */
};

/* A context with `default` and the linked-in provider loaded, configured by [ncryptssl]; with
 * legacy = yes also `legacy`, where it is installed.  NTE_NO_MEMORY or NTE_FAIL, and an empty
 * struct, on failure. */
SECURITY_STATUS sslp_private_context_open(struct sslp_private_context *context);

/* For the application's own context: reads `private-keys` only, which the provider does not know. A
 * missing or unreadable file or section has none.  NTE_NO_MEMORY on failure. */
SECURITY_STATUS sslp_private_context_read_keys(struct sslp_private_context *context);

/* Frees it and leaves an empty struct; an empty one is allowed. */
void sslp_private_context_close(struct sslp_private_context *context);

#endif
