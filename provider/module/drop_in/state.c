/* SPDX-License-Identifier: Apache-2.0
 *
 * What OpenSSL asks of a context of a drop-in KDF beside derivations: a copy, and its state.
 */
#include "module/drop_in/drop_in.h"

#include "module/key_type/key_type.h"
#include "module/reasons.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

/* Copies octets into an item that holds none; a key is shared. */
static int drop_in_copy_octets(struct sslp_provctx *provctx, struct sslp_drop_in_octets *to,
    const struct sslp_drop_in_octets *from)
{
    const struct sslp_bytes value = from->value;
    uint8_t *data;

    if (from->key != NULL) {
        to->key = sslp_key_retain(from->key);
        to->value = value;
        return 1;
    }
    data = value.len <= SSLP_DROP_IN_FIXED ? to->fixed : OPENSSL_malloc(value.len);
    if (data == NULL)
        return sslp_raise_status(provctx, SSLP_ERR_MEMORY);
    if (value.len != 0)
        memcpy(data, value.data, value.len);
    to->value = sslp_bytes(data, value.len);
    return 1;
}

/* The hash of the copy in the place of one that was fetched for the original. */
static const struct sslp_hash *drop_in_copied_hash(const struct sslp_drop_in_digest *to,
    const struct sslp_drop_in_digest *from, const struct sslp_hash *hash)
{
    return hash == NULL ? NULL : to->fetched + (hash - from->fetched);
}

static int drop_in_copy_digest(struct sslp_provctx *provctx, struct sslp_drop_in_digest *to,
    const struct sslp_drop_in_digest *from)
{
    if (!from->is_chosen || from->fetched == NULL) {
        *to = *from;
        return 1;
    }
    if (!sslp_drop_in_alloc_fetched(provctx, to))
        return 0;
    for (size_t i = 0; i < 2; i++) {
        if (!sslp_raise_status(provctx, sslp_hash_copy(&to->fetched[i], &from->fetched[i])))
            return 0;
    }
    to->prf = (struct sslp_prf){from->prf.kind, drop_in_copied_hash(to, from, from->prf.hash),
        drop_in_copied_hash(to, from, from->prf.md5),
        drop_in_copied_hash(to, from, from->prf.sha1)};
    to->is_chosen = true;
    return 1;
}

void *sslp_drop_in_dup(void *kctx)
{
    const struct sslp_drop_in *from = kctx;
    struct sslp_drop_in *to = sslp_drop_in_alloc(from->provctx, from->method);
    int ok;

    if (to == NULL)
        return NULL;
    to->mode = from->mode;
    ok = drop_in_copy_digest(to->provctx, &to->digest, &from->digest);
    for (size_t i = 0; ok && i < SSLP_DROP_IN_ITEMS; i++) {
        if (from->item[i].value.data != NULL)
            ok = drop_in_copy_octets(to->provctx, &to->item[i], &from->item[i]);
    }
    if (!ok) {
        sslp_drop_in_free(to);
        to = NULL;
    }
    return to;
}

/* Only an extraction has a length of its own. */
static int drop_in_get_size(const struct sslp_drop_in *context, OSSL_PARAM *size)
{
    if (context->mode != EVP_KDF_HKDF_MODE_EXTRACT_ONLY)
        return OSSL_PARAM_set_size_t(size, SIZE_MAX);
    return sslp_drop_in_has_digest(context) &&
        OSSL_PARAM_set_size_t(size, context->digest.prf.hash->size);
}

static int drop_in_get_digest(const struct sslp_drop_in *context, OSSL_PARAM *digest)
{
    return sslp_drop_in_has_digest(context) &&
        OSSL_PARAM_set_utf8_string(digest, EVP_MD_get0_name(context->digest.prf.hash->md));
}

static int drop_in_get_mode(const struct sslp_drop_in *context, OSSL_PARAM *mode)
{
    return mode->data_type == OSSL_PARAM_UTF8_STRING
        ? OSSL_PARAM_set_utf8_string(mode, sslp_drop_in_modes[context->mode])
        : OSSL_PARAM_set_int(mode, context->mode);
}

static int drop_in_get_octets(OSSL_PARAM *param, struct sslp_bytes value)
{
    if (value.len != 0)
        return OSSL_PARAM_set_octet_string(param, value.data, value.len);
    param->return_size = 0;
    return 1;
}

static int drop_in_get_info(const struct sslp_drop_in *context, OSSL_PARAM *info)
{
    return drop_in_get_octets(info, context->item[SSLP_DROP_IN_INFO].value);
}

static int drop_in_get_salt(const struct sslp_drop_in *context, OSSL_PARAM *salt)
{
    const struct sslp_drop_in_octets *octets = &context->item[SSLP_DROP_IN_SALT];

    return (octets->key == NULL || sslp_key_may_leave(context->provctx, octets->key)) &&
        drop_in_get_octets(salt, octets->value);
}

static const struct drop_in_getter {
    const char *name;
    int (*get)(const struct sslp_drop_in *context, OSSL_PARAM *param);
} getters[] = {
    {OSSL_KDF_PARAM_SIZE, drop_in_get_size},
    {OSSL_KDF_PARAM_DIGEST, drop_in_get_digest},
    {OSSL_KDF_PARAM_MODE, drop_in_get_mode},
    {OSSL_KDF_PARAM_INFO, drop_in_get_info},
    {OSSL_KDF_PARAM_SALT, drop_in_get_salt},
};

int sslp_drop_in_get(void *kctx, OSSL_PARAM params[])
{
    const struct sslp_drop_in *context = kctx;
    int ok = sslp_drop_in_get_nothing();

    for (size_t i = 0; i < sizeof(getters) / sizeof(getters[0]); i++) {
        const char *name = getters[i].name;
        OSSL_PARAM *param = OSSL_PARAM_locate(params, name);

        if (param == NULL || OSSL_PARAM_locate_const(context->method->gettable, name) == NULL)
            continue;
        ok = getters[i].get(context, param);
        if (!ok)
            break;
    }
    return ok;
}
