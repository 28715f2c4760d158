/* SPDX-License-Identifier: Apache-2.0
 *
 * Key management SSL-KEY for EVP_SKEY: the objects of keymgmt.c as opaque symmetric keys.  Any
 * number of EVP_SKEYs share in an object, with or without an EVP_PKEY; the last one ends it.
 */
#include "module/key_type/key_type.h"

#ifdef SSLP_HAVE_SKEYMGMT

#    include "module/dispatch.h"
#    include "module/kdf/inputs.h"
#    include "module/param.h"
#    include "module/reasons.h"
#    include "sslprovider/names.h"

#    include <openssl/crypto.h>
#    include <openssl/params.h>
#    include <openssl/rand.h>

static OSSL_FUNC_skeymgmt_free_fn skeymgmt_free;
static OSSL_FUNC_skeymgmt_import_fn skeymgmt_import;
static OSSL_FUNC_skeymgmt_export_fn skeymgmt_export;
static OSSL_FUNC_skeymgmt_generate_fn skeymgmt_generate;
static OSSL_FUNC_skeymgmt_get_key_id_fn skeymgmt_get_key_id;
static OSSL_FUNC_skeymgmt_imp_settable_params_fn skeymgmt_imp_settable_params;
static OSSL_FUNC_skeymgmt_gen_settable_params_fn skeymgmt_gen_settable_params;

enum { GENERATED_LEN = 32 }; /* the default; 256 bits of entropy */

static void skeymgmt_free(void *keydata)
{
    sslp_skey_free(keydata);
}

static int skeymgmt_share_handle(struct sslp_skey *skey, const OSSL_PARAM *param)
{
    struct sslp_key *key = sslp_key_of_param(skey->provctx, param);
    int ok = key != NULL && sslp_skey_share(skey, key);

    sslp_key_release(key);
    return ok;
}

static int skeymgmt_import_key(struct sslp_skey *skey, const OSSL_PARAM params[])
{
    const OSSL_PARAM *handle = OSSL_PARAM_locate_const(params, SSLPROVIDER_PARAM_HANDLE);
    struct sslp_key *key = NULL;

    if (handle != NULL)
        return sslp_key_only_handle(skey->provctx, params) && skeymgmt_share_handle(skey, handle);
    return sslp_key_from_params(skey->provctx, params, &key) && sslp_skey_take_over(skey, key);
}

static void *skeymgmt_import(void *provctx, int selection, const OSSL_PARAM params[])
{
    struct sslp_skey *skey;

    if (!sslp_prfs_usable(provctx))
        return NULL;
    if ((selection & OSSL_SKEYMGMT_SELECT_SECRET_KEY) == 0) {
        (void)sslp_raise((struct sslp_provctx *)provctx, MISSING_SECRET);
        return NULL;
    }
    skey = sslp_skey_new(provctx);
    if (skey != NULL && !skeymgmt_import_key(skey, params)) {
        sslp_skey_free(skey);
        skey = NULL;
    }
    return skey;
}

static int skeymgmt_export(void *keydata, int selection, OSSL_CALLBACK *callback, void *argument)
{
    const struct sslp_skey *skey = keydata;
    const bool with_secret = (selection & OSSL_SKEYMGMT_SELECT_SECRET_KEY) != 0;

    return sslp_key_export(skey->provctx, skey->key,
        with_secret ? SSLPROVIDER_PARAM_RAW_BYTES : NULL, callback, argument);
}

static int skeymgmt_read_length(
    const struct sslp_provctx *provctx, const OSSL_PARAM params[], size_t *length)
{
    const OSSL_PARAM *param = OSSL_PARAM_locate_const(params, SSLPROVIDER_PARAM_KEY_LENGTH);

    *length = GENERATED_LEN;
    if (param != NULL && (!sslp_param_has_number(param) || !OSSL_PARAM_get_size_t(param, length)))
        return sslp_raise_detail(provctx, INVALID_PARAMETER_TYPE, param->key);
    return (*length >= 1 && *length <= SSLP_MAX_PRE_SHARED_KEY) ||
        sslp_raise(provctx, INVALID_SECRET_LENGTH);
}

/* A generated key is an external pre-shared key: all other kinds come out of a handshake. */
static int skeymgmt_generate_key(struct sslp_skey *skey, const OSSL_PARAM params[])
{
    uint8_t secret[SSLP_MAX_PRE_SHARED_KEY];
    struct sslp_provctx *provctx = skey->provctx;
    struct sslp_key *key = NULL;
    size_t length;
    int ok;

    if (!skeymgmt_read_length(provctx, params, &length))
        return 0;
    if (RAND_priv_bytes_ex(provctx->libctx, secret, length, 0) == 1)
        ok = sslp_key_from_random(provctx, params, sslp_bytes(secret, length), &key) &&
            sslp_skey_take_over(skey, key);
    else
        ok = sslp_raise(provctx, RANDOM_UNAVAILABLE);
    OPENSSL_cleanse(secret, sizeof(secret));
    return ok;
}

static void *skeymgmt_generate(void *provctx, const OSSL_PARAM params[])
{
    struct sslp_skey *skey = sslp_prfs_usable(provctx) ? sslp_skey_new(provctx) : NULL;

    if (skey != NULL && !skeymgmt_generate_key(skey, params)) {
        sslp_skey_free(skey);
        skey = NULL;
    }
    return skey;
}

static const char *skeymgmt_get_key_id(void *keydata)
{
    const struct sslp_skey *skey = keydata;

    return skey->id;
}

static const OSSL_PARAM *skeymgmt_imp_settable_params(void *provctx)
{
    static const OSSL_PARAM settable[] = {
        SSLP_KEY_ATTRIBUTES,
        OSSL_PARAM_octet_string(SSLPROVIDER_PARAM_SECRET, NULL, 0),
        OSSL_PARAM_octet_string(SSLPROVIDER_PARAM_RAW_BYTES, NULL, 0),
        OSSL_PARAM_uint64(SSLPROVIDER_PARAM_HANDLE, NULL),
        OSSL_PARAM_END,
    };

    (void)provctx;
    return settable;
}

static const OSSL_PARAM *skeymgmt_gen_settable_params(void *provctx)
{
    static const OSSL_PARAM settable[] = {
        SSLP_KEY_ATTRIBUTES,
        OSSL_PARAM_size_t(SSLPROVIDER_PARAM_KEY_LENGTH, NULL),
        OSSL_PARAM_END,
    };

    (void)provctx;
    return settable;
}

const OSSL_DISPATCH sslp_skeymgmt_functions[] = {
    SSLP_DISPATCH(OSSL_FUNC_SKEYMGMT_FREE, skeymgmt_free),
    SSLP_DISPATCH(OSSL_FUNC_SKEYMGMT_IMPORT, skeymgmt_import),
    SSLP_DISPATCH(OSSL_FUNC_SKEYMGMT_EXPORT, skeymgmt_export),
    SSLP_DISPATCH(OSSL_FUNC_SKEYMGMT_GENERATE, skeymgmt_generate),
    SSLP_DISPATCH(OSSL_FUNC_SKEYMGMT_GET_KEY_ID, skeymgmt_get_key_id),
    SSLP_DISPATCH(OSSL_FUNC_SKEYMGMT_IMP_SETTABLE_PARAMS, skeymgmt_imp_settable_params),
    SSLP_DISPATCH(OSSL_FUNC_SKEYMGMT_GEN_SETTABLE_PARAMS, skeymgmt_gen_settable_params),
    SSLP_DISPATCH_END,
};

#endif
