/* SPDX-License-Identifier: Apache-2.0
 *
 * Key management SSL-KEY: secrets of the TLS key schedules as EVP_PKEY objects.  An EVP_PKEY is
 * made from a secret, or adopts a handle that a KDF has written.  It lends its handle to KDFs and
 * to EVP_SKEYs.  A key object belongs to at most one EVP_PKEY at a time.
 */
#include "module/dispatch.h"
#include "module/kdf/inputs.h"
#include "module/key_type/key_type.h"
#include "module/param.h"
#include "module/reasons.h"
#include "schedule/tls13_secrets.h"
#include "sslprovider/names.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

static OSSL_FUNC_keymgmt_new_fn keymgmt_new;
static OSSL_FUNC_keymgmt_free_fn keymgmt_free;
static OSSL_FUNC_keymgmt_dup_fn keymgmt_dup;
static OSSL_FUNC_keymgmt_has_fn keymgmt_has;
static OSSL_FUNC_keymgmt_match_fn keymgmt_match;
static OSSL_FUNC_keymgmt_import_fn keymgmt_import;
static OSSL_FUNC_keymgmt_import_types_fn keymgmt_import_types;
static OSSL_FUNC_keymgmt_export_fn keymgmt_export;
static OSSL_FUNC_keymgmt_export_types_fn keymgmt_export_types;
static OSSL_FUNC_keymgmt_get_params_fn keymgmt_get_params;
static OSSL_FUNC_keymgmt_gettable_params_fn keymgmt_gettable_params;

/* What an EVP_PKEY holds; `key` is NULL until something is imported. */
struct key_data {
    struct sslp_provctx *provctx;
    struct sslp_key *key; /* this struct is the unique owner of its handle */
};

static void *keymgmt_new(void *provctx)
{
    struct key_data *data;

    if (!sslp_prfs_usable(provctx))
        return NULL;
    data = OPENSSL_zalloc(sizeof(*data));
    if (data == NULL)
        (void)sslp_raise_status(provctx, SSLP_ERR_MEMORY);
    else
        data->provctx = provctx;
    return data;
}

static void keymgmt_free(void *keydata)
{
    struct key_data *data = keydata;

    if (data == NULL)
        return;
    sslp_key_close(data->key);
    OPENSSL_free(data);
}

/* A key object is all private: it has no public half and no parameters of its own. */
static bool keymgmt_selects_secret(int selection)
{
    return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0;
}

static void *keymgmt_dup(const void *keydata, int selection)
{
    const struct key_data *from = keydata;
    struct key_data *to = keymgmt_new(from->provctx);

    if (to != NULL && from->key != NULL && keymgmt_selects_secret(selection) &&
        !sslp_key_make(to->provctx, &from->key->attributes, sslp_key_secret(from->key), &to->key)) {
        keymgmt_free(to);
        to = NULL;
    }
    return to;
}

static int keymgmt_has(const void *keydata, int selection)
{
    const struct key_data *data = keydata;

    if ((selection & OSSL_KEYMGMT_SELECT_KEYPAIR) == OSSL_KEYMGMT_SELECT_PUBLIC_KEY)
        return 0;
    return data != NULL && data->key != NULL;
}

static int keymgmt_match(const void *keydata1, const void *keydata2, int selection)
{
    const struct key_data *a = keydata1, *b = keydata2;

    /* EVP_PKEY_eq of OpenSSL 3.0 asks for public keys; the secrets decide then, too. */
    (void)selection;
    return a->key != NULL && b->key != NULL && sslp_key_equal(a->key, b->key);
}

static int keymgmt_adopt(struct key_data *data, const OSSL_PARAM *param)
{
    struct sslp_key *key = sslp_key_of_param(data->provctx, param);
    int adopted;

    if (key == NULL)
        return 0;
    adopted = sslp_key_adopt(key);
    if (adopted)
        data->key = key;
    sslp_key_release(key);
    return adopted || sslp_raise(data->provctx, KEY_HANDLE_OWNED);
}

static int keymgmt_import(void *keydata, int selection, const OSSL_PARAM params[])
{
    struct key_data *data = keydata;
    const OSSL_PARAM *handle = OSSL_PARAM_locate_const(params, SSLPROVIDER_PARAM_HANDLE);

    if (!keymgmt_selects_secret(selection))
        return sslp_raise(data->provctx, MISSING_SECRET);
    if (data->key != NULL)
        return sslp_raise(data->provctx, KEY_HANDLE_OWNED);
    if (handle == NULL)
        return sslp_key_from_params(data->provctx, params, &data->key);
    return sslp_key_only_handle(data->provctx, params) && keymgmt_adopt(data, handle);
}

#define EXPORTED_TYPES                                                                             \
    OSSL_PARAM_octet_string(SSLPROVIDER_PARAM_SECRET, NULL, 0), SSLP_KEY_ATTRIBUTES

static const OSSL_PARAM export_types[] = {EXPORTED_TYPES, OSSL_PARAM_END};

/* A handle is imported, never exported. */
static const OSSL_PARAM import_types[] = {
    EXPORTED_TYPES, OSSL_PARAM_uint64(SSLPROVIDER_PARAM_HANDLE, NULL), OSSL_PARAM_END};

static const OSSL_PARAM *keymgmt_import_types(int selection)
{
    (void)selection;
    return import_types;
}

static const OSSL_PARAM *keymgmt_export_types(int selection)
{
    (void)selection;
    return export_types;
}

static int keymgmt_export(void *keydata, int selection, OSSL_CALLBACK *callback, void *argument)
{
    const struct key_data *data = keydata;

    if (data->key == NULL || !keymgmt_selects_secret(selection))
        return sslp_raise(data->provctx, MISSING_SECRET);
    return sslp_key_export(data->provctx, data->key, SSLPROVIDER_PARAM_SECRET, callback, argument);
}

static const OSSL_PARAM *keymgmt_gettable_params(void *provctx)
{
    static const OSSL_PARAM gettable[] = {
        OSSL_PARAM_uint64(SSLPROVIDER_PARAM_HANDLE, NULL),
        SSLP_KEY_ATTRIBUTES,
        OSSL_PARAM_int(SSLPROVIDER_PARAM_WITHOUT_PSK, NULL),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),
        OSSL_PARAM_END,
    };

    (void)provctx;
    return gettable;
}

static int keymgmt_get_text(OSSL_PARAM params[], const char *name, const char *text)
{
    OSSL_PARAM *param = text == NULL ? NULL : OSSL_PARAM_locate(params, name);

    return param == NULL || OSSL_PARAM_set_utf8_string(param, text);
}

/* Only early secrets have this, and it is computed when somebody asks. */
static int keymgmt_get_without_psk(OSSL_PARAM params[], const struct key_data *data)
{
    OSSL_PARAM *param = OSSL_PARAM_locate(params, SSLPROVIDER_PARAM_WITHOUT_PSK);
    const struct sslp_key *key = data->key;
    bool is_public;

    if (param == NULL || key->attributes.kind != SSLP_KEY_EARLY_SECRET)
        return 1;
    return sslp_raise_status(data->provctx,
               sslp_early_secret_is_public(&key->prf_key.prf, sslp_key_secret(key), &is_public)) &&
        OSSL_PARAM_set_int(param, is_public);
}

static int keymgmt_get_params(void *keydata, OSSL_PARAM params[])
{
    const struct key_data *data = keydata;
    const struct sslp_key *key = data->key;
    const struct sslp_key_attributes *attributes;
    OSSL_PARAM *handle;
    int size;

    if (key == NULL)
        return 0;
    attributes = &key->attributes;
    size = (int)key->secret_len;
    handle = OSSL_PARAM_locate(params, SSLPROVIDER_PARAM_HANDLE);
    return (handle == NULL || OSSL_PARAM_set_uint64(handle, key->handle)) &&
        keymgmt_get_text(params, SSLPROVIDER_PARAM_KIND, sslp_key_kind_name(attributes->kind)) &&
        keymgmt_get_text(params, SSLPROVIDER_PARAM_PROTOCOL,
            attributes->protocol == NULL ? NULL : attributes->protocol->name) &&
        keymgmt_get_text(params, SSLPROVIDER_PARAM_CIPHER_SUITE,
            attributes->suite == NULL ? NULL : attributes->suite->name) &&
        keymgmt_get_text(params, SSLPROVIDER_PARAM_ROLE, sslp_role_name(attributes->role)) &&
        sslp_param_answer_int(params, SSLPROVIDER_PARAM_EXPORTABLE, attributes->exportable) &&
        keymgmt_get_without_psk(params, data) &&
        sslp_param_answer_int(params, OSSL_PKEY_PARAM_BITS, 8 * size) &&
        sslp_param_answer_int(params, OSSL_PKEY_PARAM_SECURITY_BITS, 8 * size) &&
        sslp_param_answer_int(params, OSSL_PKEY_PARAM_MAX_SIZE, size);
}

const OSSL_DISPATCH sslp_keymgmt_functions[] = {
    SSLP_DISPATCH(OSSL_FUNC_KEYMGMT_NEW, keymgmt_new),
    SSLP_DISPATCH(OSSL_FUNC_KEYMGMT_FREE, keymgmt_free),
    SSLP_DISPATCH(OSSL_FUNC_KEYMGMT_DUP, keymgmt_dup),
    SSLP_DISPATCH(OSSL_FUNC_KEYMGMT_HAS, keymgmt_has),
    SSLP_DISPATCH(OSSL_FUNC_KEYMGMT_MATCH, keymgmt_match),
    SSLP_DISPATCH(OSSL_FUNC_KEYMGMT_IMPORT, keymgmt_import),
    SSLP_DISPATCH(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, keymgmt_import_types),
    SSLP_DISPATCH(OSSL_FUNC_KEYMGMT_EXPORT, keymgmt_export),
    SSLP_DISPATCH(OSSL_FUNC_KEYMGMT_EXPORT_TYPES, keymgmt_export_types),
    SSLP_DISPATCH(OSSL_FUNC_KEYMGMT_GET_PARAMS, keymgmt_get_params),
    SSLP_DISPATCH(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, keymgmt_gettable_params),
    SSLP_DISPATCH_END,
};
