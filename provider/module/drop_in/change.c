/* SPDX-License-Identifier: Apache-2.0
 *
 * Changes of a context by a list of parameters: all of the list, or nothing.
 */
#include "module/drop_in/drop_in.h"
#include "module/reasons.h"

#include <openssl/params.h>
#include <string.h>

/* The next parameter of an edit. */
static const OSSL_PARAM *next_of(const struct sslp_drop_in_edit *edit, const OSSL_PARAM *param)
{
    return edit->joins ? OSSL_PARAM_locate_const(param + 1, edit->param->key) : NULL;
}

/* OpenSSL's own TLS1-PRF takes pointers to octets since 3.5, and no other parameter does. */
static bool may_be_pointer(const struct sslp_drop_in_edit *edit)
{
    return edit->keeps && sslp_runs_with(3, 5);
}

/* The octets of one parameter; in a row, what is empty need not be of any type. */
static int octets_of(struct sslp_provctx *provctx, const struct sslp_drop_in_edit *edit,
    const OSSL_PARAM *param, struct sslp_bytes *octets)
{
    const void *data = param->data;

    *octets = sslp_bytes(NULL, 0);
    if (edit->joins && (data == NULL || param->data_size == 0))
        return 1;
    if (data != NULL && param->data_type == OSSL_PARAM_OCTET_PTR && may_be_pointer(edit))
        data = *(const void *const *)data;
    else if (param->data_type != OSSL_PARAM_OCTET_STRING)
        data = NULL;
    if (data == NULL)
        return sslp_raise_detail(provctx, INVALID_PARAMETER_TYPE, param->key);
    *octets = sslp_bytes(data, param->data_size);
    return 1;
}

/* Finds the length of the item afterwards, and memory for it where it needs any. */
static int prepare(struct sslp_drop_in *context, struct sslp_drop_in_edit *edit)
{
    struct sslp_bytes octets;

    edit->len = edit->keeps ? context->item[edit->item].len : 0;
    for (const OSSL_PARAM *param = edit->param; param != NULL; param = next_of(edit, param)) {
        if (!octets_of(context->provctx, edit, param, &octets))
            return 0;
        if (octets.len > SIZE_MAX - edit->len)
            return sslp_raise_status(context->provctx, SSLP_ERR_MEMORY);
        edit->len += octets.len;
    }
    if (edit->len <= SSLP_DROP_IN_FIXED)
        return 1;
    edit->longer = OPENSSL_malloc(edit->len);
    return edit->longer != NULL || sslp_raise_status(context->provctx, SSLP_ERR_MEMORY);
}

static int add(struct sslp_drop_in_change *change, enum sslp_drop_in_item item,
    const OSSL_PARAM *param, bool joins, bool keeps)
{
    struct sslp_drop_in_edit *edit = &change->edit[change->count++];

    *edit =
        (struct sslp_drop_in_edit){.item = item, .param = param, .joins = joins, .keeps = keeps};
    return prepare(change->context, edit);
}

int sslp_drop_in_set_octets(
    struct sslp_drop_in_change *change, enum sslp_drop_in_item item, const OSSL_PARAM *param)
{
    return param == NULL || add(change, item, param, false, false);
}

int sslp_drop_in_join_octets(struct sslp_drop_in_change *change, enum sslp_drop_in_item item,
    const OSSL_PARAM *param, bool keeps)
{
    return param == NULL || add(change, item, param, true, keeps);
}

void sslp_drop_in_unset_octets(struct sslp_drop_in_change *change, enum sslp_drop_in_item item)
{
    (void)add(change, item, NULL, false, false);
}

/* Where the item begins afterwards, with what it keeps in its place. */
static uint8_t *make_room(
    struct sslp_drop_in_octets *octets, struct sslp_drop_in_edit *edit, size_t *kept)
{
    *kept = edit->keeps ? octets->len : 0;
    if (edit->longer != NULL) {
        if (*kept != 0)
            memcpy(edit->longer, octets->data, *kept);
        sslp_drop_in_clear_octets(octets);
        return edit->longer;
    }
    if (*kept == 0)
        sslp_drop_in_clear_octets(octets);
    return octets->fixed;
}

static void apply(struct sslp_drop_in *context, struct sslp_drop_in_edit *edit)
{
    struct sslp_drop_in_octets *octets = &context->item[edit->item];
    size_t end;
    uint8_t *data = make_room(octets, edit, &end);

    if (edit->param == NULL || (edit->joins && edit->len == 0))
        return;
    for (const OSSL_PARAM *param = edit->param; param != NULL; param = next_of(edit, param)) {
        struct sslp_bytes part;

        (void)octets_of(context->provctx, edit, param, &part); /* it was good before */
        if (part.len != 0)
            memcpy(data + end, part.data, part.len);
        end += part.len;
    }
    octets->data = data;
    octets->len = end;
}

static void apply_digest(struct sslp_drop_in *context, const struct sslp_drop_in_digest *digest)
{
    sslp_drop_in_clear_digest(&context->digest);
    context->digest = *digest;
}

int sslp_drop_in_change_end(struct sslp_drop_in_change *change, int prepared)
{
    if (!prepared) {
        sslp_drop_in_clear_digest(&change->digest);
        for (size_t i = 0; i < change->count; i++)
            OPENSSL_free(change->edit[i].longer);
        return 0;
    }
    if (change->digest.is_chosen)
        apply_digest(change->context, &change->digest);
    if (change->sets_mode)
        change->context->mode = change->mode;
    for (size_t i = 0; i < change->count; i++)
        apply(change->context, &change->edit[i]);
    return 1;
}
