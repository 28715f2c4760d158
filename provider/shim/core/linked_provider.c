/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/core/linked_provider.h"

#include "module/provider.h"

#include <openssl/crypto.h>

OSSL_FUNC_core_get_params_fn *sslp_core_get_params_of(const OSSL_DISPATCH *in)
{
    for (; in->function_id != 0; in++) {
        if (in->function_id == OSSL_FUNC_CORE_GET_PARAMS)
            return OSSL_FUNC_core_get_params(in);
    }
    return NULL;
}

int sslp_linked_provider_init(OSSL_FUNC_core_get_params_fn *get_params,
    const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out,
    void **provctx)
{
    size_t count = 1; /* the end marker */
    OSSL_DISPATCH *copy;
    int ok;

    for (const OSSL_DISPATCH *entry = in; entry->function_id != 0; entry++)
        count++;
    copy = OPENSSL_memdup(in, count * sizeof(*copy));
    if (copy == NULL)
        return 0;
    for (OSSL_DISPATCH *entry = copy; entry->function_id != 0; entry++) {
        if (entry->function_id == OSSL_FUNC_CORE_GET_PARAMS)
            entry->function = (void (*)(void))get_params;
    }
    ok = sslp_provider_init(handle, copy, out, provctx);
    OPENSSL_free(copy);
    return ok;
}
