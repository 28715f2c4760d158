/* SPDX-License-Identifier: Apache-2.0
 *
 * The provider that is linked in.  OpenSSL 3.0 has no call that hands configuration to such a one,
 * so the shim stands between the two: it passes the core's functions on, but answers the provider's
 * questions for parameters itself.
 */
#ifndef SSLP_SHIM_CORE_LINKED_PROVIDER_H
#define SSLP_SHIM_CORE_LINKED_PROVIDER_H

#include <openssl/core_dispatch.h>

/* Starts the provider with this function in the place of the core's, which is NULL in a table that
 * lacks it; the rest is as for OSSL_provider_init. */
int sslp_linked_provider_init(OSSL_FUNC_core_get_params_fn *get_params,
    const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out,
    void **provctx);
OSSL_FUNC_core_get_params_fn *sslp_core_get_params_of(const OSSL_DISPATCH *in);

#endif
