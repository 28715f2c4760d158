/* SPDX-License-Identifier: Apache-2.0
 *
 * The private library context of the shim.
 */
#ifndef SSLP_SHIM_PRIVATE_CONTEXT_H
#define SSLP_SHIM_PRIVATE_CONTEXT_H

#include <openssl/types.h>

/* A context with `default` and the linked-in provider loaded, configured by [ncryptssl]; with
 * legacy = yes also `legacy`, where it is installed.  NULL on failure.  One thread at a time. */
OSSL_LIB_CTX *sslp_private_context_new(void);

#endif
