/* SPDX-License-Identifier: Apache-2.0
 *
 * The parameter "discard": the handle of a key that nobody is going to adopt ends, which takes no
 * memory.  Together with "handle" it makes a derivation use up its input.
 */
#include "module/kdf/kdf.h"
#include "module/key_type/key_type.h"
#include "module/reasons.h"
#include "sslprovider/names.h"

#include <openssl/params.h>

int sslp_set_discard(
    struct sslp_kdf_inputs *next, const struct sslp_kdf_inputs *current, const OSSL_PARAM *param)
{
    (void)next;
    (void)current;
    (void)param;
    return 1;
}

/* Ends a handle that has no owner, or gives it back where `keep` says so. */
static void kdf_let_go(struct sslp_key *key, bool keep)
{
    if (keep)
        (void)sslp_key_disown(key);
    else
        sslp_key_close(key);
    sslp_key_release(key);
}

/* Whoever discards a key is its owner until then, so that nobody adopts it in between. */
int sslp_kdf_set_params(struct sslp_kdf_inputs *inputs, const struct sslp_kdf_parameter *table,
    const OSSL_PARAM params[])
{
    const OSSL_PARAM *discard =
        params == NULL ? NULL : OSSL_PARAM_locate_const(params, SSLPROVIDER_PARAM_DISCARD);
    struct sslp_key *key;
    int ok;

    if (discard == NULL)
        return sslp_kdf_inputs_set(inputs, table, params);
    key = sslp_key_of_param(inputs->provctx, discard);
    if (key == NULL)
        return 0;
    if (!sslp_key_adopt(key)) {
        sslp_key_release(key);
        return sslp_raise(inputs->provctx, KEY_HANDLE_OWNED);
    }
    ok = sslp_kdf_inputs_set(inputs, table, params);
    kdf_let_go(key, !ok);
    return ok;
}
