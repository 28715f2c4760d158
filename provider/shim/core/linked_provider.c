/* SPDX-License-Identifier: Apache-2.0
 *
 * OpenSSL 3.0 has no call that hands configuration to a linked-in provider.  So the shim stands
 * between the core and the provider: it passes the core's functions on, but answers for the keys of
 * the section itself when the provider asks for its parameters.
 */
#include "shim/core/linked_provider.h"

#include "sslprovider/builtin.h"
#include "sslprovider/names.h"

#include <openssl/core_dispatch.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <string.h>

/* While this thread loads the provider. */
static _Thread_local struct {
    const STACK_OF(CONF_VALUE) * section;
    const char *hidden;
    OSSL_FUNC_core_get_params_fn *core_get_params; /* NULL where the core has none */
} loading;

static int get_params_of_section(const OSSL_CORE_HANDLE *handle, OSSL_PARAM params[])
{
    for (int i = 0; i < sk_CONF_VALUE_num(loading.section); i++) {
        const CONF_VALUE *entry = sk_CONF_VALUE_value(loading.section, i);
        OSSL_PARAM *param = OSSL_PARAM_locate(params, entry->name);

        if (param == NULL || (loading.hidden != NULL && strcmp(entry->name, loading.hidden) == 0))
            continue;
        if (!OSSL_PARAM_set_utf8_ptr(param, entry->value))
            return 0;
    }
    return loading.core_get_params == NULL || loading.core_get_params(handle, params);
}

static int init_with_section(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **provctx)
{
    size_t count = 1; /* the end marker */
    OSSL_DISPATCH *copy;
    int ok;

    while (in[count - 1].function_id != 0)
        count++;
    copy = OPENSSL_memdup(in, count * sizeof(*copy));
    if (copy == NULL)
        return 0;
    for (OSSL_DISPATCH *entry = copy; entry->function_id != 0; entry++) {
        if (entry->function_id == OSSL_FUNC_CORE_GET_PARAMS) {
            loading.core_get_params = OSSL_FUNC_core_get_params(entry);
            entry->function = (void (*)(void))get_params_of_section;
        }
    }
    ok = sslprovider_provider_init(handle, copy, out, provctx);
    OPENSSL_free(copy);
    return ok;
}

OSSL_PROVIDER *sslp_linked_provider_load(
    OSSL_LIB_CTX *libctx, const STACK_OF(CONF_VALUE) * section, const char *hidden)
{
    OSSL_PROVIDER *provider = NULL;

    loading.section = section;
    loading.hidden = hidden;
    loading.core_get_params = NULL;
    if (OSSL_PROVIDER_add_builtin(libctx, SSLPROVIDER_NAME, init_with_section))
        provider = OSSL_PROVIDER_load(libctx, SSLPROVIDER_NAME);
    loading.section = NULL;
    return provider;
}
