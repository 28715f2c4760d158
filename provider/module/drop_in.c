/* SPDX-License-Identifier: Apache-2.0 */
#include "module/drop_in.h"

#include "module/reasons.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <string.h>

/* The bytes of `fixed` are not looked at before they are written, so they are not zeroed. */
static void init_octets(struct sslp_drop_in_octets *octets)
{
    octets->data = NULL;
    octets->len = 0;
}

void sslp_drop_in_clear_octets(struct sslp_drop_in_octets *octets)
{
    if (octets->data == NULL)
        return;
    if (octets->data == octets->fixed)
        OPENSSL_cleanse(octets->fixed, octets->len);
    else
        OPENSSL_clear_free(octets->data, octets->len);
    init_octets(octets);
}

/* Makes room for `more` octets behind those that are there; NULL when there is none. */
static uint8_t *extend(struct sslp_drop_in_octets *octets, size_t more)
{
    const size_t old_len = octets->len;
    uint8_t *data = octets->fixed;

    if (more > SIZE_MAX - old_len)
        return NULL;
    if (old_len + more > SSLP_DROP_IN_FIXED) {
        data = OPENSSL_malloc(old_len + more);
        if (data == NULL)
            return NULL;
        if (old_len != 0)
            memcpy(data, octets->data, old_len);
        sslp_drop_in_clear_octets(octets);
    }
    octets->data = data;
    octets->len = old_len + more;
    return data + old_len;
}

static int append(
    const struct sslp_drop_in *context, struct sslp_drop_in_octets *octets, struct sslp_bytes bytes)
{
    uint8_t *end = extend(octets, bytes.len);

    if (end == NULL)
        return sslp_raise_status(context->provctx, SSLP_ERR_MEMORY);
    if (bytes.len != 0)
        memcpy(end, bytes.data, bytes.len);
    return 1;
}

struct sslp_drop_in *sslp_drop_in_new(void *provctx, enum sslp_prf_kind kind)
{
    struct sslp_drop_in *context;

    if (!sslp_prfs_start(provctx))
        return NULL;
    context = OPENSSL_malloc(sizeof(*context));
    if (context == NULL) {
        (void)sslp_raise_status(provctx, SSLP_ERR_MEMORY);
        return NULL;
    }
    context->provctx = provctx;
    context->kind = kind;
    context->has_fixed_digest = false;
    context->has_digest = false;
    memset(context->fetched, 0, sizeof(context->fetched)); /* few bytes, and they hold pointers */
    context->mode = 0;
    for (size_t i = 0; i < SSLP_DROP_IN_ITEMS; i++)
        init_octets(&context->item[i]);
    return context;
}

void sslp_drop_in_reset(void *kctx)
{
    struct sslp_drop_in *context = kctx;

    if (!context->has_fixed_digest)
        sslp_drop_in_forget_digest(context);
    context->mode = 0;
    for (size_t i = 0; i < SSLP_DROP_IN_ITEMS; i++)
        sslp_drop_in_clear_octets(&context->item[i]);
}

void sslp_drop_in_free(void *kctx)
{
    if (kctx == NULL)
        return;
    sslp_drop_in_reset(kctx);
    sslp_drop_in_forget_digest(kctx);
    OPENSSL_free(kctx);
}

static int copy(struct sslp_drop_in *to, const struct sslp_drop_in *from)
{
    for (size_t i = 0; i < SSLP_DROP_IN_ITEMS; i++) {
        if (from->item[i].data != NULL &&
            !append(to, &to->item[i], sslp_drop_in_bytes(&from->item[i])))
            return 0;
    }
    to->mode = from->mode;
    to->has_fixed_digest = from->has_fixed_digest;
    return sslp_drop_in_copy_digest(to, from);
}

void *sslp_drop_in_dup(void *kctx)
{
    const struct sslp_drop_in *from = kctx;
    struct sslp_drop_in *to = sslp_drop_in_new(from->provctx, from->kind);

    if (to != NULL && !copy(to, from)) {
        sslp_drop_in_free(to);
        to = NULL;
    }
    return to;
}

/* Most names differ in their first letter, and a NUL at the place of it ends both. */
static bool same_name(const char *a, const char *b)
{
    return a[0] == b[0] && strcmp(a, b) == 0;
}

int sslp_drop_in_find(const struct sslp_drop_in *context, const OSSL_PARAM params[],
    const struct sslp_drop_in_name *names, size_t count, const OSSL_PARAM *found[])
{
    for (size_t i = 0; i < count; i++)
        found[i] = NULL;
    for (; params != NULL && params->key != NULL; params++) {
        for (size_t i = 0; i < count; i++) {
            if (!same_name(params->key, names[i].name))
                continue;
            if (found[i] == NULL)
                found[i] = params;
            else if (!names[i].may_repeat && sslp_drop_in_is_strict())
                return sslp_raise_detail(context->provctx, REPEATED_PARAMETER, params->key);
            break;
        }
    }
    return 1;
}

int sslp_drop_in_set_octets(
    struct sslp_drop_in *context, enum sslp_drop_in_item item, const OSSL_PARAM *param)
{
    struct sslp_drop_in_octets *octets = &context->item[item];

    if (param == NULL)
        return 1;
    sslp_drop_in_clear_octets(octets);
    if (param->data_type != OSSL_PARAM_OCTET_STRING || param->data == NULL)
        return sslp_raise_detail(context->provctx, INVALID_PARAMETER_TYPE, param->key);
    return append(context, octets, sslp_bytes(param->data, param->data_size));
}

int sslp_drop_in_append_octets(
    struct sslp_drop_in *context, enum sslp_drop_in_item item, const OSSL_PARAM *param)
{
    const char *name = param == NULL ? NULL : param->key;

    for (; param != NULL; param = OSSL_PARAM_locate_const(param + 1, name)) {
        if (param->data == NULL || param->data_size == 0)
            continue;
        if (param->data_type != OSSL_PARAM_OCTET_STRING)
            return sslp_raise_detail(context->provctx, INVALID_PARAMETER_TYPE, name);
        if (!append(context, &context->item[item], sslp_bytes(param->data, param->data_size)))
            return 0;
    }
    return 1;
}

int sslp_drop_in_get_octets(
    const struct sslp_drop_in *context, enum sslp_drop_in_item item, OSSL_PARAM *param)
{
    const struct sslp_drop_in_octets *octets = &context->item[item];

    if (param == NULL)
        return 1;
    if (octets->len == 0) {
        param->return_size = 0;
        return 1;
    }
    return OSSL_PARAM_set_octet_string(param, octets->data, octets->len);
}
