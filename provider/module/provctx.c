/* SPDX-License-Identifier: Apache-2.0 */
#include "module/provctx.h"

#include "module/reasons.h"

#include <openssl/crypto.h>

void sslp_core_collect(struct sslp_core *core, const OSSL_DISPATCH *in)
{
    *core = (struct sslp_core){.is_foreign = true};
    for (; in->function_id != 0; in++) {
        switch (in->function_id) {
        case OSSL_FUNC_CORE_GET_LIBCTX:
            core->get_libctx = OSSL_FUNC_core_get_libctx(in);
            break;
        case OSSL_FUNC_CORE_GET_PARAMS:
            core->get_params = OSSL_FUNC_core_get_params(in);
            break;
        case OSSL_FUNC_CORE_NEW_ERROR:
            core->new_error = OSSL_FUNC_core_new_error(in);
            break;
        case OSSL_FUNC_CORE_SET_ERROR_DEBUG:
            core->set_error_debug = OSSL_FUNC_core_set_error_debug(in);
            break;
        case OSSL_FUNC_CORE_VSET_ERROR:
            core->vset_error = OSSL_FUNC_core_vset_error(in);
            break;
        case OSSL_FUNC_CRYPTO_MALLOC:
            core->is_foreign = OSSL_FUNC_CRYPTO_malloc(in) != CRYPTO_malloc;
            break;
        default: /* the core offers much more than we need */
            break;
        }
    }
}
