/* SPDX-License-Identifier: Apache-2.0 */
#include "module/key_type/key_type.h"

#include "module/kdf/inputs.h"
#include "module/param.h"
#include "module/reasons.h"
#include "sslprovider/names.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <stdio.h>
#include <string.h>

int sslp_key_make(struct sslp_provctx *provctx, const struct sslp_key_attributes *attributes,
    struct sslp_bytes secret, struct sslp_key **key)
{
    const struct sslp_prf *prf = NULL;

    if (sslp_key_kind_has_prf(attributes->kind)) {
        prf = sslp_prfs_get(provctx, attributes->protocol->prf_kind, attributes->suite->prf_hash);
        if (prf == NULL)
            return 0;
    }
    return sslp_raise_status(provctx, sslp_key_new(provctx->keys, attributes, secret, prf, key));
}

int sslp_key_only_handle(const struct sslp_provctx *provctx, const OSSL_PARAM params[])
{
    return (OSSL_PARAM_locate_const(params, SSLPROVIDER_PARAM_SECRET) == NULL &&
               OSSL_PARAM_locate_const(params, SSLPROVIDER_PARAM_RAW_BYTES) == NULL) ||
        sslp_raise(provctx, SECRET_AND_HANDLE);
}

enum { SECRET_NAMES = 2 };

/* The import takes the parameters of the KDFs, so it decodes with their setters.  Only the kind is
 * its own.  The names of the secret come first. */
static const struct sslp_kdf_parameter import_parameters[] = {
    {SSLPROVIDER_PARAM_SECRET, sslp_set_secret},
    {SSLPROVIDER_PARAM_RAW_BYTES, sslp_set_secret},
    {SSLPROVIDER_PARAM_PROTOCOL, sslp_set_protocol},
    {SSLPROVIDER_PARAM_CIPHER_SUITE, sslp_set_suite},
    {SSLPROVIDER_PARAM_ROLE, sslp_set_role},
    {SSLPROVIDER_PARAM_EXPORTABLE, sslp_set_exportable},
    {NULL, NULL},
};

/* Those without the secret. */
static const struct sslp_kdf_parameter *const attribute_parameters =
    import_parameters + SECRET_NAMES;

/* EVP_PKEY_derive_SKEY hands over the result of a key agreement of another provider as raw bytes,
 * with no other parameter. */
static enum sslp_key_kind key_type_default_kind(const struct sslp_kdf_inputs *inputs, bool is_raw)
{
    const bool bare = is_raw && inputs->protocol == NULL && inputs->suite == NULL;

    return bare ? SSLP_KEY_PRE_MASTER_SECRET : SSLP_KEY_MASTER_SECRET;
}

static int key_type_read_kind(const struct sslp_kdf_inputs *inputs, const OSSL_PARAM params[],
    enum sslp_key_kind otherwise, enum sslp_key_kind *kind)
{
    const OSSL_PARAM *param = OSSL_PARAM_locate_const(params, SSLPROVIDER_PARAM_KIND);
    size_t len;

    *kind = otherwise;
    if (param == NULL)
        return 1;
    if (param->data_type != OSSL_PARAM_UTF8_STRING || param->data == NULL)
        return sslp_raise_detail(inputs->provctx, INVALID_PARAMETER_TYPE, param->key);
    len = strnlen(param->data, param->data_size);
    *kind = sslp_key_kind_by_name(param->data, len);
    return *kind != SSLP_KEY_NONE ||
        sslp_raise_value(inputs->provctx, UNKNOWN_KIND, (const char *)param->data, len);
}

static int key_type_import_secret(const struct sslp_kdf_inputs *inputs, struct sslp_bytes secret,
    struct sslp_key_attributes *attributes, struct sslp_key **key)
{
    const bool pre_master = attributes->kind == SSLP_KEY_PRE_MASTER_SECRET;
    /* An external PSK exists before a suite is chosen (RFC 8446 section 4.2.11). */
    const bool before_suite = pre_master || attributes->kind == SSLP_KEY_PRE_SHARED_KEY;

    attributes->protocol = inputs->protocol;
    attributes->suite = inputs->suite;
    attributes->role = inputs->role;
    attributes->exportable = inputs->exportable;
    if (secret.data == NULL)
        return sslp_raise(inputs->provctx, MISSING_SECRET);
    if (inputs->protocol == NULL && !pre_master)
        return sslp_raise(inputs->provctx, MISSING_PROTOCOL);
    if (inputs->suite == NULL && !before_suite)
        return sslp_raise(inputs->provctx, MISSING_SUITE);
    return sslp_provctx_allows(inputs->provctx, inputs->protocol, inputs->suite) &&
        sslp_key_make(inputs->provctx, attributes, secret, key);
}

int sslp_key_from_params(
    struct sslp_provctx *provctx, const OSSL_PARAM params[], struct sslp_key **key)
{
    struct sslp_kdf_inputs inputs = {.provctx = provctx};
    struct sslp_key_attributes attributes = {0};
    const bool is_raw = OSSL_PARAM_locate_const(params, SSLPROVIDER_PARAM_RAW_BYTES) != NULL;
    int ok = sslp_kdf_inputs_set(&inputs, import_parameters, params) &&
        key_type_read_kind(
            &inputs, params, key_type_default_kind(&inputs, is_raw), &attributes.kind) &&
        key_type_import_secret(
            &inputs, sslp_kdf_octets(&inputs, SSLP_ITEM_SECRET), &attributes, key);

    sslp_kdf_inputs_reset(&inputs);
    return ok;
}

int sslp_key_from_random(struct sslp_provctx *provctx, const OSSL_PARAM params[],
    struct sslp_bytes secret, struct sslp_key **key)
{
    struct sslp_kdf_inputs inputs = {.provctx = provctx, .protocol = sslp_protocol_tls13()};
    struct sslp_key_attributes attributes = {0};
    int ok = sslp_kdf_inputs_set(&inputs, attribute_parameters, params) &&
        key_type_read_kind(&inputs, params, SSLP_KEY_PRE_SHARED_KEY, &attributes.kind) &&
        (attributes.kind == SSLP_KEY_PRE_SHARED_KEY || sslp_raise(provctx, WRONG_KEY_KIND)) &&
        key_type_import_secret(&inputs, secret, &attributes, key);

    sslp_kdf_inputs_reset(&inputs);
    return ok;
}

/* The consent that the inputs hand down and the list gives. */
static int key_type_apply_policy(
    struct sslp_kdf_inputs *inputs, const OSSL_PARAM params[], enum sslp_key_policy policy)
{
    if (policy == SSLP_KEY_CLOSED && inputs->exportable)
        return sslp_raise(inputs->provctx, KEY_NOT_EXPORTABLE);
    if (policy == SSLP_KEY_OPEN &&
        OSSL_PARAM_locate_const(params, SSLPROVIDER_PARAM_EXPORTABLE) == NULL)
        inputs->exportable = true;
    return 1;
}

int sslp_key_from_derived(struct sslp_provctx *provctx, const OSSL_PARAM params[],
    struct sslp_bytes secret, enum sslp_key_policy policy, struct sslp_key **key)
{
    struct sslp_kdf_inputs inputs = {.provctx = provctx};
    struct sslp_key_attributes attributes = {0};
    int ok = sslp_kdf_inputs_set(&inputs, attribute_parameters, params) &&
        key_type_read_kind(
            &inputs, params, key_type_default_kind(&inputs, true), &attributes.kind) &&
        key_type_apply_policy(&inputs, params, policy) &&
        key_type_import_secret(&inputs, secret, &attributes, key);

    sslp_kdf_inputs_reset(&inputs);
    return ok;
}

int sslp_key_may_leave(const struct sslp_provctx *provctx, const struct sslp_key *key)
{
    return key->attributes.exportable || sslp_raise(provctx, KEY_NOT_EXPORTABLE);
}

/* The description of an object.  The parameters point into this struct and into the object.  A
 * parameter that finds no room is refused, and `full` says so. */
enum { KEY_TYPE_PARAMS = 7 };

struct key_type_list {
    OSSL_PARAM params[KEY_TYPE_PARAMS + 1]; /* always ended */
    size_t count;
    bool full;
    int exportable;
    size_t length;
    uint64_t handle;
};

static void key_type_add(struct key_type_list *list, OSSL_PARAM param)
{
    list->full = list->full || list->count == KEY_TYPE_PARAMS;
    if (list->full)
        return;
    list->params[list->count++] = param;
    list->params[list->count] = OSSL_PARAM_construct_end();
}

static void key_type_add_text(struct key_type_list *list, const char *name, const char *text)
{
    if (text != NULL)
        key_type_add(list, OSSL_PARAM_construct_utf8_string(name, (char *)(uintptr_t)text, 0));
}

int sslp_key_export(const struct sslp_provctx *provctx, const struct sslp_key *key,
    const char *secret_name, OSSL_CALLBACK *callback, void *argument)
{
    const struct sslp_key_attributes *attributes = &key->attributes;
    struct key_type_list list = {
        .exportable = attributes->exportable, .length = key->secret_len, .handle = key->handle};

    if (secret_name != NULL && !sslp_key_may_leave(provctx, key))
        return 0;
    key_type_add_text(&list, SSLPROVIDER_PARAM_KIND, sslp_key_kind_name(attributes->kind));
    key_type_add(&list, OSSL_PARAM_construct_int(SSLPROVIDER_PARAM_EXPORTABLE, &list.exportable));
    if (attributes->protocol != NULL)
        key_type_add_text(&list, SSLPROVIDER_PARAM_PROTOCOL, attributes->protocol->name);
    if (attributes->suite != NULL)
        key_type_add_text(&list, SSLPROVIDER_PARAM_CIPHER_SUITE, attributes->suite->name);
    key_type_add_text(&list, SSLPROVIDER_PARAM_ROLE, sslp_role_name(attributes->role));
    if (secret_name != NULL) {
        key_type_add(
            &list, OSSL_PARAM_construct_octet_string(secret_name, key->secret, key->secret_len));
    } else {
        key_type_add(&list, OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &list.handle));
        key_type_add(
            &list, OSSL_PARAM_construct_size_t(SSLPROVIDER_PARAM_KEY_LENGTH, &list.length));
    }
    return !list.full && callback(list.params, argument);
}

struct sslp_skey *sslp_skey_new(struct sslp_provctx *provctx)
{
    struct sslp_skey *skey = OPENSSL_zalloc(sizeof(*skey));

    if (skey == NULL)
        (void)sslp_raise_status(provctx, SSLP_ERR_MEMORY);
    else
        skey->provctx = provctx;
    return skey;
}

void sslp_skey_free(struct sslp_skey *skey)
{
    if (skey == NULL)
        return;
    sslp_key_unshare(skey->key);
    OPENSSL_free(skey);
}

int sslp_skey_share(struct sslp_skey *skey, struct sslp_key *key)
{
    if (!sslp_key_share(key))
        return sslp_raise(skey->provctx, INVALID_KEY_HANDLE);
    skey->key = key;
    (void)snprintf(skey->id, sizeof(skey->id), "0x%016" PRIx64, key->handle);
    return 1;
}

int sslp_skey_take_over(struct sslp_skey *skey, struct sslp_key *key)
{
    int ok = sslp_skey_share(skey, key);

    sslp_key_close(key);
    return ok;
}
