/* SPDX-License-Identifier: Apache-2.0 */
#include "module/drop_in/drop_in.h"

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

/* Copies octets into an item that holds none. */
static int copy_octets(
    struct sslp_drop_in *context, enum sslp_drop_in_item item, struct sslp_bytes bytes)
{
    struct sslp_drop_in_octets *octets = &context->item[item];
    uint8_t *data = bytes.len <= SSLP_DROP_IN_FIXED ? octets->fixed : OPENSSL_malloc(bytes.len);

    if (data == NULL)
        return sslp_raise_status(context->provctx, SSLP_ERR_MEMORY);
    if (bytes.len != 0)
        memcpy(data, bytes.data, bytes.len);
    octets->data = data;
    octets->len = bytes.len;
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
    context->digest.is_chosen = false;
    context->digest.fetched = NULL;
    context->mode = 0;
    for (size_t i = 0; i < SSLP_DROP_IN_ITEMS; i++)
        init_octets(&context->item[i]);
    return context;
}

void sslp_drop_in_reset(void *kctx)
{
    struct sslp_drop_in *context = kctx;

    if (!context->has_fixed_digest)
        sslp_drop_in_clear_digest(&context->digest);
    context->mode = 0;
    for (size_t i = 0; i < SSLP_DROP_IN_ITEMS; i++)
        sslp_drop_in_clear_octets(&context->item[i]);
}

void sslp_drop_in_free(void *kctx)
{
    if (kctx == NULL)
        return;
    sslp_drop_in_reset(kctx);
    sslp_drop_in_clear_digest(&((struct sslp_drop_in *)kctx)->digest);
    OPENSSL_free(kctx);
}

static int copy(struct sslp_drop_in *to, const struct sslp_drop_in *from)
{
    for (size_t i = 0; i < SSLP_DROP_IN_ITEMS; i++) {
        if (from->item[i].data != NULL &&
            !copy_octets(to, (enum sslp_drop_in_item)i, sslp_drop_in_bytes(&from->item[i])))
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

int sslp_drop_in_derive(struct sslp_drop_in *context, const struct sslp_drop_in_method *method,
    uint8_t *out, size_t out_len, const OSSL_PARAM params[])
{
    int ok;

    if (out == NULL)
        return sslp_raise(context->provctx, INVALID_KEY_LENGTH);
    ok = sslp_prfs_start(context->provctx) && method->set_params(context, params) &&
        method->check(context, out_len) &&
        sslp_raise_status(context->provctx, method->compute(context, out, out_len));
    if (ok)
        sslp_provctx_served(context->provctx, method->algorithm);
    else
        OPENSSL_cleanse(out, out_len);
    return ok;
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
