/* SPDX-License-Identifier: Apache-2.0
 *
 * Drop-in KDF TLS13-KDF: one step of the key schedule of TLS 1.3 (RFC 8446 section 7.1).  Expansion
 * is HKDF-Expand-Label; extraction takes the secret before as salt and derives the salt proper from
 * it first, with the label that is given.
 */
#include "module/drop_in/drop_in.h"
#include "module/reasons.h"
#include "schedule/hkdf.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

static OSSL_FUNC_kdf_newctx_fn tls13_newctx;
static OSSL_FUNC_kdf_derive_fn tls13_derive;
static OSSL_FUNC_kdf_settable_ctx_params_fn tls13_settable_ctx_params;
static OSSL_FUNC_kdf_set_ctx_params_fn tls13_set_ctx_params;
static OSSL_FUNC_kdf_gettable_ctx_params_fn tls13_gettable_ctx_params;
static OSSL_FUNC_kdf_get_ctx_params_fn tls13_get_ctx_params;

enum { PREFIX = SSLP_HKDF_COMMON, LABEL, DATA, PARAMETERS };

static const struct sslp_drop_in_name names[PARAMETERS] = {
    SSLP_HKDF_COMMON_NAMES,
    [PREFIX] = {OSSL_KDF_PARAM_PREFIX, false},
    [LABEL] = {OSSL_KDF_PARAM_LABEL, false},
    [DATA] = {OSSL_KDF_PARAM_DATA, false},
};

static void *tls13_newctx(void *provctx)
{
    return sslp_drop_in_new(provctx, SSLP_PRF_TLS13);
}

static const OSSL_PARAM *tls13_settable_ctx_params(void *kctx, void *provctx)
{
    static const OSSL_PARAM settable[] = {
        OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_MODE, NULL, 0),
        OSSL_PARAM_int(OSSL_KDF_PARAM_MODE, NULL),
        OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_PROPERTIES, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_DIGEST, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_KEY, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SALT, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_PREFIX, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_LABEL, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_DATA, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)kctx;
    (void)provctx;
    return settable;
}

/* Until OpenSSL 3.6 data counts only together with the other parameters of the same call. */
static int set_data(struct sslp_drop_in_change *change, const OSSL_PARAM *data)
{
    if (data == NULL && !sslp_drop_in_is_strict())
        sslp_drop_in_unset_octets(change, SSLP_DROP_IN_DATA);
    return sslp_drop_in_set_octets(change, SSLP_DROP_IN_DATA, data);
}

/* Setting nothing changes nothing, and needs no mode.  An empty list is not nothing: it makes the
 * KDF forget its data, but not in OpenSSL 3.5. */
static bool sets_nothing(const OSSL_PARAM params[])
{
    const bool is_3_5 = sslp_runs_with(3, 5) && !sslp_runs_with(3, 6);

    return params == NULL || (is_3_5 && params->key == NULL);
}

/* Only one of the two steps makes sense, and the mode that HKDF begins with is both. */
static int check_mode(const struct sslp_drop_in_change *change)
{
    const int mode = change->sets_mode ? change->mode : change->context->mode;

    return mode != EVP_KDF_HKDF_MODE_EXTRACT_AND_EXPAND ||
        sslp_raise(change->context->provctx, INVALID_MODE);
}

static int tls13_set_ctx_params(void *kctx, const OSSL_PARAM params[])
{
    struct sslp_drop_in *context = kctx;
    struct sslp_drop_in_change change;
    const OSSL_PARAM *found[PARAMETERS];

    if (sets_nothing(params))
        return 1;
    if (!sslp_drop_in_find(context, params, names, PARAMETERS, found))
        return 0;
    sslp_drop_in_change_init(&change, context);
    return sslp_drop_in_change_end(&change,
        sslp_drop_in_set_hkdf(&change, found) && check_mode(&change) &&
            sslp_drop_in_set_octets(&change, SSLP_DROP_IN_PREFIX, found[PREFIX]) &&
            sslp_drop_in_set_octets(&change, SSLP_DROP_IN_LABEL, found[LABEL]) &&
            set_data(&change, found[DATA]));
}

static enum sslp_status tls13_expand(const struct sslp_drop_in *context, struct sslp_bytes secret,
    struct sslp_bytes data, uint8_t *out, size_t out_len)
{
    const struct sslp_hkdf_label label = {
        .prefix = sslp_drop_in_bytes(&context->item[SSLP_DROP_IN_PREFIX]),
        .label = sslp_drop_in_bytes(&context->item[SSLP_DROP_IN_LABEL]),
        .context = data,
    };
    struct sslp_hmac_key key;
    enum sslp_status status = sslp_hmac_key_init(&key, context->digest.prf.hash, secret);

    if (status == SSLP_OK)
        status = sslp_hkdf_expand_label(&key, &label, out, out_len);
    sslp_hmac_key_clear(&key);
    return status;
}

/* Derive-Secret(secret before, label, "") of RFC 8446 section 7.1. */
static enum sslp_status derive_salt(
    const struct sslp_drop_in *context, struct sslp_bytes secret, uint8_t salt[SSLP_MAX_HASH])
{
    const struct sslp_hash *hash = context->digest.prf.hash;
    uint8_t nothing[SSLP_MAX_HASH];
    struct sslp_hash_work work;
    enum sslp_status status;

    sslp_hash_work_init(&work);
    status = sslp_hash_digest(hash, &work, NULL, 0, nothing);
    sslp_hash_work_clear(&work);
    if (status != SSLP_OK)
        return status;
    return tls13_expand(context, secret, sslp_bytes(nothing, hash->size), salt, hash->size);
}

static enum sslp_status tls13_extract(const struct sslp_drop_in *context, uint8_t *out)
{
    static const uint8_t zeros[SSLP_MAX_HASH];
    const struct sslp_hash *hash = context->digest.prf.hash;
    const struct sslp_bytes before = sslp_drop_in_bytes(&context->item[SSLP_DROP_IN_SALT]);
    struct sslp_bytes input = sslp_drop_in_bytes(&context->item[SSLP_DROP_IN_KEY]);
    struct sslp_bytes salt = sslp_bytes(zeros, hash->size);
    uint8_t derived[SSLP_MAX_HASH];
    enum sslp_status status = SSLP_OK;

    if (input.data == NULL)
        input = sslp_bytes(zeros, hash->size);
    if (before.data != NULL) {
        status = derive_salt(context, before, derived);
        salt.data = derived;
    }
    if (status == SSLP_OK)
        status = sslp_hkdf_extract(hash, salt, input, out);
    if (before.data != NULL)
        OPENSSL_cleanse(derived, sizeof(derived));
    return status;
}

static int tls13_check(const struct sslp_drop_in *context, size_t out_len)
{
    if (!context->digest.is_chosen)
        return sslp_raise(context->provctx, MISSING_MESSAGE_DIGEST);
    switch (context->mode) {
    case EVP_KDF_HKDF_MODE_EXTRACT_ONLY:
        return sslp_drop_in_fits_hash(context, out_len);
    case EVP_KDF_HKDF_MODE_EXPAND_ONLY:
        if (context->item[SSLP_DROP_IN_KEY].data == NULL)
            return sslp_raise(context->provctx, MISSING_KEY);
        return sslp_drop_in_fits_expansion(context, out_len);
    default:
        return sslp_raise(context->provctx, INVALID_MODE);
    }
}

static enum sslp_status tls13_compute(
    const struct sslp_drop_in *context, uint8_t *out, size_t out_len)
{
    if (context->mode == EVP_KDF_HKDF_MODE_EXTRACT_ONLY)
        return tls13_extract(context, out);
    return tls13_expand(context, sslp_drop_in_bytes(&context->item[SSLP_DROP_IN_KEY]),
        sslp_drop_in_bytes(&context->item[SSLP_DROP_IN_DATA]), out, out_len);
}

static int tls13_derive(void *kctx, unsigned char *out, size_t out_len, const OSSL_PARAM params[])
{
    static const struct sslp_drop_in_method method = {
        SSLP_ALGORITHM_TLS13_KDF, tls13_set_ctx_params, tls13_check, tls13_compute};

    return sslp_drop_in_derive(kctx, &method, out, out_len, params);
}

/* Without the salt, which is a secret of the key schedule here. */
static const OSSL_PARAM *tls13_gettable_ctx_params(void *kctx, void *provctx)
{
    static const OSSL_PARAM gettable[] = {
        OSSL_PARAM_size_t(OSSL_KDF_PARAM_SIZE, NULL),
        OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_MODE, NULL, 0),
        OSSL_PARAM_int(OSSL_KDF_PARAM_MODE, NULL),
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_INFO, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)kctx;
    (void)provctx;
    return gettable;
}

static int tls13_get_ctx_params(void *kctx, OSSL_PARAM params[])
{
    return sslp_drop_in_get_hkdf(kctx, params, false);
}

const OSSL_DISPATCH sslp_kdf_tls13_functions[] = {
    SSLP_DISPATCH(OSSL_FUNC_KDF_NEWCTX, tls13_newctx),
    SSLP_DISPATCH(OSSL_FUNC_KDF_DUPCTX, sslp_drop_in_dup),
    SSLP_DISPATCH(OSSL_FUNC_KDF_FREECTX, sslp_drop_in_free),
    SSLP_DISPATCH(OSSL_FUNC_KDF_RESET, sslp_drop_in_reset),
    SSLP_DISPATCH(OSSL_FUNC_KDF_DERIVE, tls13_derive),
    SSLP_DISPATCH(OSSL_FUNC_KDF_SETTABLE_CTX_PARAMS, tls13_settable_ctx_params),
    SSLP_DISPATCH(OSSL_FUNC_KDF_SET_CTX_PARAMS, tls13_set_ctx_params),
    SSLP_DISPATCH(OSSL_FUNC_KDF_GETTABLE_CTX_PARAMS, tls13_gettable_ctx_params),
    SSLP_DISPATCH(OSSL_FUNC_KDF_GET_CTX_PARAMS, tls13_get_ctx_params),
    SSLP_DISPATCH_END,
};
