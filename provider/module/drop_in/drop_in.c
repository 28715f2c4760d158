/* SPDX-License-Identifier: Apache-2.0 */
#include "module/drop_in/drop_in.h"

#include "module/param.h"
#include "module/reasons.h"
#include "module/skey_caller.h"
#include "schedule/hkdf.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>
#include <strings.h>

void sslp_drop_in_clear_octets(struct sslp_drop_in_octets *octets)
{
    if (octets->value.data == NULL)
        return;
    if (octets->key != NULL)
        sslp_key_release(octets->key);
    else if (octets->value.data == octets->fixed)
        OPENSSL_cleanse(octets->fixed, octets->value.len);
    else
        OPENSSL_clear_free((void *)(uintptr_t)octets->value.data, octets->value.len);
    octets->value = sslp_bytes(NULL, 0);
    octets->key = NULL;
}

static void drop_in_clear_digest(struct sslp_drop_in_digest *digest)
{
    if (digest->fetched != NULL) {
        sslp_hash_clear(&digest->fetched[0]);
        sslp_hash_clear(&digest->fetched[1]);
        OPENSSL_free(digest->fetched);
    }
    digest->fetched = NULL;
    digest->is_chosen = false;
}

int sslp_drop_in_alloc_fetched(struct sslp_provctx *provctx, struct sslp_drop_in_digest *digest)
{
    digest->fetched = OPENSSL_zalloc(2 * sizeof(*digest->fetched));
    return digest->fetched != NULL || sslp_raise_status(provctx, SSLP_ERR_MEMORY);
}

/* The bytes of `fixed` are not looked at before they are written, so they are not zeroed. */
struct sslp_drop_in *sslp_drop_in_alloc(
    struct sslp_provctx *provctx, const struct sslp_drop_in_method *method)
{
    struct sslp_drop_in *context;

    if (!sslp_prfs_usable(provctx))
        return NULL;
    context = OPENSSL_malloc(sizeof(*context));
    if (context == NULL) {
        (void)sslp_raise_status(provctx, SSLP_ERR_MEMORY);
        return NULL;
    }
    context->provctx = provctx;
    context->method = method;
    context->digest.is_chosen = false;
    context->digest.fetched = NULL;
    context->mode = EVP_KDF_HKDF_MODE_EXTRACT_AND_EXPAND;
    for (size_t i = 0; i < SSLP_DROP_IN_ITEMS; i++) {
        context->item[i].value = sslp_bytes(NULL, 0);
        context->item[i].key = NULL;
    }
    return context;
}

void sslp_drop_in_reset(void *kctx)
{
    struct sslp_drop_in *context = kctx;

    if (context->method->digest == NULL)
        drop_in_clear_digest(&context->digest);
    context->mode = EVP_KDF_HKDF_MODE_EXTRACT_AND_EXPAND;
    for (size_t i = 0; i < SSLP_DROP_IN_ITEMS; i++)
        sslp_drop_in_clear_octets(&context->item[i]);
}

void sslp_drop_in_free(void *kctx)
{
    if (kctx == NULL)
        return;
    sslp_drop_in_reset(kctx);
    drop_in_clear_digest(&((struct sslp_drop_in *)kctx)->digest);
    OPENSSL_free(kctx);
}

/* The hashes that libssl names have a PRF of the provider that is ready. */
static const struct ready_digest {
    const char *name;
    enum sslp_hash_id hash;
} ready_digests[] = {
    {"SHA2-256", SSLP_HASH_SHA256},
    {"SHA2-384", SSLP_HASH_SHA384},
    {"SHA256", SSLP_HASH_SHA256},
    {"SHA384", SSLP_HASH_SHA384},
};

static enum sslp_hash_id drop_in_ready_hash(const char *name)
{
    for (size_t i = 0; i < sizeof(ready_digests) / sizeof(ready_digests[0]); i++) {
        if (strcmp(name, ready_digests[i].name) == 0)
            return ready_digests[i].hash;
    }
    return SSLP_HASH_NONE;
}

/* A digest without a PRF that is ready is looked up among those that the provider keeps, and one
 * under a property query of the caller's is fetched. */
static int drop_in_choose_digest(const struct sslp_drop_in *context, const char *name,
    const char *properties, struct sslp_drop_in_digest *digest)
{
    struct sslp_provctx *provctx = context->provctx;
    const enum sslp_hash_id ready = properties == NULL ? drop_in_ready_hash(name) : SSLP_HASH_NONE;
    /* Only TLS1-PRF has a use for two hashes. */
    const bool is_pair = ready == SSLP_HASH_NONE && context->method->kind == SSLP_PRF_TLS12 &&
        sslp_prfs_is_pair(name);
    const enum sslp_prf_kind kind = is_pair ? SSLP_PRF_TLS10 : context->method->kind;

    if (properties == NULL && (is_pair || ready != SSLP_HASH_NONE)) {
        const struct sslp_prf *prf = sslp_prfs_get(provctx, kind, ready);

        if (prf == NULL)
            return 0;
        digest->prf = *prf;
    } else {
        if (properties != NULL && !sslp_drop_in_alloc_fetched(provctx, digest))
            return 0;
        if (!sslp_prfs_on_digest(provctx, kind, name, properties, digest->fetched, &digest->prf))
            return 0;
    }
    digest->is_chosen = true;
    return 1;
}

struct sslp_drop_in *sslp_drop_in_new(void *provctx, const struct sslp_drop_in_method *method)
{
    struct sslp_drop_in *context = sslp_drop_in_alloc(provctx, method);

    if (context != NULL && method->digest != NULL &&
        !drop_in_choose_digest(context, method->digest, NULL, &context->digest)) {
        sslp_drop_in_free(context);
        context = NULL;
    }
    return context;
}

/* A text ends with NUL or where its parameter ends.  A size of 0 means that it ends with NUL, as
 * the default provider looks for nothing else. */
static size_t drop_in_text_len(const OSSL_PARAM *param)
{
    return param->data_size == 0 ? strlen(param->data) : strnlen(param->data, param->data_size);
}

/* The longest name of a digest; OpenSSL's own stay far below. */
enum { MAX_NAME = 63 };

/* A query of the right type but without data is none. */
int sslp_drop_in_set_digest(
    struct sslp_drop_in_change *change, const struct sslp_drop_in_parameter *row)
{
    struct sslp_drop_in *context = change->context;
    const OSSL_PARAM *digest = change->found[row->item];
    const OSSL_PARAM *properties = change->found[SSLP_DROP_IN_PROPERTIES];
    char name[MAX_NAME + 1], *query = NULL;
    size_t len;
    int ok;

    if (digest == NULL)
        return 1;
    if (context->method->digest != NULL)
        return sslp_raise(context->provctx, DIGEST_FIXED);
    if (digest->data_type != OSSL_PARAM_UTF8_STRING || digest->data == NULL)
        return sslp_raise_detail(context->provctx, INVALID_PARAMETER_TYPE, digest->key);
    if (properties != NULL && properties->data_type != OSSL_PARAM_UTF8_STRING)
        return sslp_raise_detail(context->provctx, INVALID_PARAMETER_TYPE, properties->key);
    if (properties != NULL && properties->data != NULL) {
        query = OPENSSL_strndup(properties->data, drop_in_text_len(properties));
        if (query == NULL)
            return sslp_raise_status(context->provctx, SSLP_ERR_MEMORY);
    }
    len = drop_in_text_len(digest);
    if (len <= MAX_NAME) {
        memcpy(name, digest->data, len);
        name[len] = '\0';
        ok = drop_in_choose_digest(context, name, query, &change->digest);
    } else {
        ok = sslp_raise(context->provctx, HASH_UNAVAILABLE);
    }
    OPENSSL_free(query);
    return ok;
}

const char *const sslp_drop_in_modes[] = {
    [EVP_KDF_HKDF_MODE_EXTRACT_AND_EXPAND] = "EXTRACT_AND_EXPAND",
    [EVP_KDF_HKDF_MODE_EXTRACT_ONLY] = "EXTRACT_ONLY",
    [EVP_KDF_HKDF_MODE_EXPAND_ONLY] = "EXPAND_ONLY",
};

enum { MODES = sizeof(sslp_drop_in_modes) / sizeof(sslp_drop_in_modes[0]) };

/* MODES when it is none. */
static int drop_in_mode_by_name(const OSSL_PARAM *param)
{
    const size_t len = param->data == NULL ? 0 : drop_in_text_len(param);
    int mode = 0;

    while (mode < MODES &&
        (strlen(sslp_drop_in_modes[mode]) != len ||
            strncasecmp(param->data, sslp_drop_in_modes[mode], len) != 0))
        mode++;
    return mode;
}

int sslp_drop_in_set_mode(
    struct sslp_drop_in_change *change, const struct sslp_drop_in_parameter *row)
{
    struct sslp_provctx *provctx = change->context->provctx;
    const OSSL_PARAM *param = change->found[row->item];
    int mode = MODES;

    if (param == NULL)
        return 1;
    if (param->data_type == OSSL_PARAM_UTF8_STRING)
        mode = drop_in_mode_by_name(param);
    else if (!sslp_param_has_number(param) || !OSSL_PARAM_get_int(param, &mode))
        return sslp_raise_detail(provctx, INVALID_PARAMETER_TYPE, param->key);
    if (mode < 0 || mode >= MODES)
        return sslp_raise(provctx, INVALID_MODE);
    change->mode = mode;
    return 1;
}

static bool drop_in_may_repeat(const struct sslp_drop_in_parameter *row)
{
    return row->type == SSLP_DROP_IN_TYPE_pieces || row->type == SSLP_DROP_IN_TYPE_seeds;
}

/* The next parameter that belongs to the row. */
static const OSSL_PARAM *drop_in_next(
    const struct sslp_drop_in_parameter *row, const OSSL_PARAM *param)
{
    return drop_in_may_repeat(row) ? OSSL_PARAM_locate_const(param + 1, row->name) : NULL;
}

/* The octets of one parameter; false where it has the wrong type.  An empty piece may be of any. */
static bool drop_in_octets_of(
    const struct sslp_drop_in_parameter *row, const OSSL_PARAM *param, struct sslp_bytes *octets)
{
    const void *data = param->data;

    *octets = sslp_bytes(NULL, 0);
    if (drop_in_may_repeat(row) && (data == NULL || param->data_size == 0))
        return true;
    if (data != NULL && param->data_type == OSSL_PARAM_OCTET_PTR &&
        row->type == SSLP_DROP_IN_TYPE_seeds && sslp_drop_in_takes_pointers())
        data = *(const void *const *)data;
    else if (param->data_type != OSSL_PARAM_OCTET_STRING)
        return false;
    *octets = sslp_bytes(data, param->data_size);
    return data != NULL;
}

/* Octets of earlier calls that stay in front of what is given. */
static size_t drop_in_kept(
    const struct sslp_drop_in *context, const struct sslp_drop_in_parameter *row)
{
    return row->type == SSLP_DROP_IN_TYPE_seeds ? context->item[row->item].value.len : 0;
}

int sslp_drop_in_replace_octets(
    struct sslp_drop_in_change *change, const struct sslp_drop_in_parameter *row)
{
    struct sslp_provctx *provctx = change->context->provctx;
    struct sslp_drop_in_edit *edit = &change->edit[row->item];
    const OSSL_PARAM *param = change->found[row->item];
    struct sslp_bytes octets;

    edit->row = row;
    edit->len = drop_in_kept(change->context, row);
    edit->longer = NULL;
    for (; param != NULL; param = drop_in_next(row, param)) {
        if (!drop_in_octets_of(row, param, &octets))
            return sslp_raise_detail(provctx, INVALID_PARAMETER_TYPE, param->key);
        if (octets.len > SIZE_MAX - edit->len)
            return sslp_raise_status(provctx, SSLP_ERR_MEMORY);
        edit->len += octets.len;
    }
    if (edit->len <= SSLP_DROP_IN_FIXED)
        return 1;
    edit->longer = OPENSSL_malloc(edit->len);
    return edit->longer != NULL || sslp_raise_status(provctx, SSLP_ERR_MEMORY);
}

int sslp_drop_in_set_octets(
    struct sslp_drop_in_change *change, const struct sslp_drop_in_parameter *row)
{
    return change->found[row->item] == NULL || sslp_drop_in_replace_octets(change, row);
}

/* An item that is given without octets stays given; pieces without any are not. */
static void drop_in_apply_edit(struct sslp_drop_in_change *change, size_t item)
{
    struct sslp_drop_in_octets *octets = &change->context->item[item];
    const struct sslp_drop_in_edit *edit = &change->edit[item];
    uint8_t *const data = edit->longer != NULL ? edit->longer : octets->fixed;
    const OSSL_PARAM *param = change->found[item];
    const bool is_given = param != NULL && (edit->len != 0 || !drop_in_may_repeat(edit->row));
    size_t end = drop_in_kept(change->context, edit->row);

    if (edit->longer != NULL && end != 0)
        memcpy(data, octets->value.data, end);
    if (edit->longer != NULL || end == 0)
        sslp_drop_in_clear_octets(octets);
    for (; param != NULL; param = drop_in_next(edit->row, param)) {
        struct sslp_bytes part;

        (void)drop_in_octets_of(edit->row, param, &part); /* it was good before */
        if (part.len != 0)
            memcpy(data + end, part.data, part.len);
        end += part.len;
    }
    if (is_given)
        octets->value = sslp_bytes(data, edit->len);
}

static void drop_in_apply(struct sslp_drop_in_change *change)
{
    struct sslp_drop_in *context = change->context;

    if (change->digest.is_chosen) {
        drop_in_clear_digest(&context->digest);
        context->digest = change->digest;
    }
    context->mode = change->mode;
    for (size_t i = 0; i < SSLP_DROP_IN_ITEMS; i++) {
        if (change->edit[i].row != NULL)
            drop_in_apply_edit(change, i);
    }
}

static void drop_in_give_up(struct sslp_drop_in_change *change)
{
    drop_in_clear_digest(&change->digest);
    for (size_t i = 0; i < SSLP_DROP_IN_ITEMS; i++) {
        if (change->edit[i].row != NULL)
            OPENSSL_free(change->edit[i].longer);
    }
}

/* The row of a name.  Most names differ in their first letter, and a NUL in its place ends both. */
static const struct sslp_drop_in_parameter *drop_in_row_of(
    const struct sslp_drop_in_parameter *row, const char *name)
{
    while (row->name != NULL && (row->name[0] != name[0] || strcmp(row->name, name) != 0))
        row++;
    return row->name == NULL ? NULL : row;
}

/* An opaque key that the application gave no name is the KDF's secret. */
static const struct sslp_drop_in_parameter *drop_in_row_of_foreign_key(
    const struct sslp_drop_in_change *change, const char *name)
{
    const struct sslp_drop_in_parameter *row = change->context->method->parameters;

    if (!change->is_foreign_key || strcmp(name, OSSL_KDF_PARAM_KEY) != 0)
        return NULL;
    while (row->item != SSLP_DROP_IN_KEY)
        row++;
    return row;
}

/* The first of each name counts. */
static int drop_in_find(struct sslp_drop_in_change *change, const OSSL_PARAM params[])
{
    const struct sslp_drop_in *context = change->context;

    for (; params->key != NULL; params++) {
        const struct sslp_drop_in_parameter *row =
            drop_in_row_of(context->method->parameters, params->key);

        if (row == NULL)
            row = drop_in_row_of_foreign_key(change, params->key);
        if (row == NULL)
            continue;
        if (change->found[row->item] == NULL)
            change->found[row->item] = params;
        else if (!drop_in_may_repeat(row) && sslp_drop_in_is_strict())
            return sslp_raise_detail(context->provctx, REPEATED_PARAMETER, params->key);
    }
    return 1;
}

static int drop_in_set(
    struct sslp_drop_in *context, const OSSL_PARAM params[], bool may_be_foreign_key)
{
    struct sslp_drop_in_change change;
    int ok;

    if (params == NULL || (params->key == NULL && sslp_drop_in_skips_empty_list()))
        return 1;
    change.context = context;
    change.is_foreign_key = may_be_foreign_key && sslp_drop_in_is_foreign_key(params);
    change.mode = context->mode;
    change.digest.is_chosen = false;
    change.digest.fetched = NULL;
    for (size_t i = 0; i < SSLP_DROP_IN_PARAMETERS; i++)
        change.found[i] = NULL;
    for (size_t i = 0; i < SSLP_DROP_IN_ITEMS; i++)
        change.edit[i].row = NULL;
    ok = drop_in_find(&change, params);
    for (const struct sslp_drop_in_parameter *row = context->method->parameters;
         ok && row->name != NULL; row++)
        ok = row->set == NULL || row->set(&change, row);
    if (ok)
        drop_in_apply(&change);
    else
        drop_in_give_up(&change);
    return ok;
}

int sslp_drop_in_set(void *kctx, const OSSL_PARAM params[])
{
    return drop_in_set(kctx, params, true);
}

int sslp_drop_in_set_to_derive(struct sslp_drop_in *context, const OSSL_PARAM params[])
{
    return drop_in_set(context, params, false);
}

int sslp_drop_in_fits(const struct sslp_drop_in *context, size_t out_len)
{
    const size_t size = context->digest.prf.hash->size, most = SSLP_HKDF_MAX_BLOCKS * size;

    if (context->mode == EVP_KDF_HKDF_MODE_EXTRACT_ONLY)
        return out_len == size ||
            sslp_raise_length(context->provctx, WRONG_OUTPUT_BUFFER_SIZE, out_len, size);
    return out_len <= most ||
        sslp_raise_longer(context->provctx, INVALID_OUTPUT_LENGTH, out_len, most);
}

int sslp_drop_in_has_digest(const struct sslp_drop_in *context)
{
    return context->digest.is_chosen || sslp_raise(context->provctx, MISSING_MESSAGE_DIGEST);
}

int sslp_drop_in_compute(const struct sslp_drop_in *context, uint8_t *out, size_t out_len)
{
    return sslp_drop_in_has_digest(context) && context->method->check(context, out_len) &&
        sslp_drop_in_check_keys(context) &&
        sslp_raise_status(context->provctx, context->method->compute(context, out, out_len));
}

/* libcrypto also asks for bytes to make an opaque key of another provider of them: such a result is
 * opaque.  It calls from the function that the application called. */
int sslp_drop_in_derive(void *kctx, unsigned char *out, size_t out_len, const OSSL_PARAM params[])
{
    struct sslp_drop_in *context = kctx;
    struct sslp_provctx *provctx = context->provctx;
    int ok;

    if (out == NULL)
        return sslp_raise(provctx, INVALID_KEY_LENGTH);
    ok = sslp_prfs_usable(provctx) && sslp_drop_in_set_to_derive(context, params) &&
        (!sslp_drop_in_is_closed(context) || SSLP_CALLED_FOR_SKEY(provctx) ||
            sslp_raise(provctx, KEY_NOT_EXPORTABLE)) &&
        sslp_drop_in_compute(context, out, out_len);
    if (ok)
        sslp_provctx_served(provctx, context->method->algorithm);
    else
        OPENSSL_cleanse(out, out_len);
    return ok;
}
