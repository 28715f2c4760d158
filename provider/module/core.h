/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions of libcrypto's core that the provider calls back.
 */
#ifndef SSLP_MODULE_CORE_H
#define SSLP_MODULE_CORE_H

#include <openssl/core_dispatch.h>
#include <stdbool.h>

struct sslp_core {
    /* The core belongs to another copy of libcrypto than the one that the provider calls.  So it is
     * where a program with its own libcrypto loads the module, which brings the system's along. */
    bool is_foreign;
    OSSL_FUNC_core_get_params_fn *get_params;
    OSSL_FUNC_core_new_error_fn *new_error;
    OSSL_FUNC_core_set_error_debug_fn *set_error_debug;
    OSSL_FUNC_core_vset_error_fn *vset_error;
};

/* Picks them from the dispatch table that OSSL_provider_init gets. */
void sslp_core_collect(struct sslp_core *core, const OSSL_DISPATCH *in);

#endif
