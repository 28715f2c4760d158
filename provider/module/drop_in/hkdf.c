/* SPDX-License-Identifier: Apache-2.0
 *
 * Drop-in KDF HKDF (RFC 5869): extraction, expansion, or one after the other.  From OpenSSL 3.6 on
 * there are also HKDF-SHA256, HKDF-SHA384 and HKDF-SHA512, whose digest cannot be chosen (RFC
 * 8619).
 */
#include "schedule/hkdf.h"
#include "module/drop_in/drop_in.h"
#include "module/reasons.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

static OSSL_FUNC_kdf_newctx_fn hkdf_newctx, hkdf_sha256_newctx, hkdf_sha384_newctx,
    hkdf_sha512_newctx;
static OSSL_FUNC_kdf_derive_fn hkdf_derive;
static OSSL_FUNC_kdf_settable_ctx_params_fn hkdf_settable_ctx_params,
    hkdf_fixed_settable_ctx_params;
static OSSL_FUNC_kdf_set_ctx_params_fn hkdf_set_ctx_params;
static OSSL_FUNC_kdf_gettable_ctx_params_fn hkdf_gettable_ctx_params;
static OSSL_FUNC_kdf_get_ctx_params_fn hkdf_get_ctx_params;

enum { INFO = SSLP_HKDF_COMMON, PARAMETERS };

static const struct sslp_drop_in_name names[PARAMETERS] = {
    SSLP_HKDF_COMMON_NAMES,
    [INFO] = {OSSL_KDF_PARAM_INFO, true},
};

static void *hkdf_newctx(void *provctx)
{
    return sslp_drop_in_new(provctx, SSLP_PRF_TLS13);
}

static void *fixed_newctx(void *provctx, const char *digest)
{
    struct sslp_drop_in *context = sslp_drop_in_new(provctx, SSLP_PRF_TLS13);

    if (context != NULL && !sslp_drop_in_fix_digest(context, digest)) {
        sslp_drop_in_free(context);
        context = NULL;
    }
    return context;
}

static void *hkdf_sha256_newctx(void *provctx)
{
    return fixed_newctx(provctx, "SHA2-256");
}

static void *hkdf_sha384_newctx(void *provctx)
{
    return fixed_newctx(provctx, "SHA2-384");
}

static void *hkdf_sha512_newctx(void *provctx)
{
    return fixed_newctx(provctx, "SHA2-512");
}

#define SETTABLE_EVERYWHERE                                                                        \
    OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_MODE, NULL, 0),                                          \
        OSSL_PARAM_int(OSSL_KDF_PARAM_MODE, NULL),                                                 \
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_KEY, NULL, 0),                                      \
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SALT, NULL, 0),                                     \
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_INFO, NULL, 0)

static const OSSL_PARAM *hkdf_settable_ctx_params(void *kctx, void *provctx)
{
    static const OSSL_PARAM settable[] = {
        SETTABLE_EVERYWHERE,
        OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_PROPERTIES, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_DIGEST, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)kctx;
    (void)provctx;
    return settable;
}

static const OSSL_PARAM *hkdf_fixed_settable_ctx_params(void *kctx, void *provctx)
{
    static const OSSL_PARAM settable[] = {SETTABLE_EVERYWHERE, OSSL_PARAM_END};

    (void)kctx;
    (void)provctx;
    return settable;
}

static int hkdf_set_ctx_params(void *kctx, const OSSL_PARAM params[])
{
    struct sslp_drop_in *context = kctx;
    struct sslp_drop_in_change change;
    const OSSL_PARAM *found[PARAMETERS];

    if (!sslp_drop_in_find(context, params, names, PARAMETERS, found))
        return 0;
    if (context->has_fixed_digest && found[SSLP_HKDF_DIGEST] != NULL)
        return sslp_raise(context->provctx, DIGEST_FIXED);
    sslp_drop_in_change_init(&change, context);
    /* What is given of the info replaces what was there, unlike the seeds of TLS1-PRF. */
    return sslp_drop_in_change_end(&change,
        sslp_drop_in_set_hkdf(&change, found) &&
            sslp_drop_in_join_octets(&change, SSLP_DROP_IN_INFO, found[INFO], false));
}

static int hkdf_check(const struct sslp_drop_in *context, size_t out_len)
{
    if (!context->digest.is_chosen)
        return sslp_raise(context->provctx, MISSING_MESSAGE_DIGEST);
    if (context->item[SSLP_DROP_IN_KEY].data == NULL)
        return sslp_raise(context->provctx, MISSING_KEY);
    if (out_len == 0)
        return sslp_raise(context->provctx, INVALID_KEY_LENGTH);
    return context->mode == EVP_KDF_HKDF_MODE_EXTRACT_ONLY
        ? sslp_drop_in_fits_hash(context, out_len)
        : sslp_drop_in_fits_expansion(context, out_len);
}

static enum sslp_status hkdf_expand(
    const struct sslp_drop_in *context, struct sslp_bytes secret, uint8_t *out, size_t out_len)
{
    const struct sslp_bytes info = sslp_drop_in_bytes(&context->item[SSLP_DROP_IN_INFO]);
    struct sslp_hmac_key key;
    enum sslp_status status = sslp_hmac_key_init(&key, context->digest.prf.hash, secret);

    if (status == SSLP_OK)
        status = sslp_hkdf_expand(&key, info, out, out_len);
    sslp_hmac_key_clear(&key);
    return status;
}

static enum sslp_status hkdf_compute(
    const struct sslp_drop_in *context, uint8_t *out, size_t out_len)
{
    const struct sslp_hash *hash = context->digest.prf.hash;
    const struct sslp_bytes key = sslp_drop_in_bytes(&context->item[SSLP_DROP_IN_KEY]);
    const struct sslp_bytes salt = sslp_drop_in_bytes(&context->item[SSLP_DROP_IN_SALT]);
    uint8_t extracted[SSLP_MAX_HASH];
    enum sslp_status status;

    if (context->mode == EVP_KDF_HKDF_MODE_EXTRACT_ONLY)
        return sslp_hkdf_extract(hash, salt, key, out);
    if (context->mode == EVP_KDF_HKDF_MODE_EXPAND_ONLY)
        return hkdf_expand(context, key, out, out_len);
    status = sslp_hkdf_extract(hash, salt, key, extracted);
    if (status == SSLP_OK)
        status = hkdf_expand(context, sslp_bytes(extracted, hash->size), out, out_len);
    OPENSSL_cleanse(extracted, sizeof(extracted));
    return status;
}

static int hkdf_derive(void *kctx, unsigned char *out, size_t out_len, const OSSL_PARAM params[])
{
    static const struct sslp_drop_in_method method = {
        SSLP_ALGORITHM_HKDF, hkdf_set_ctx_params, hkdf_check, hkdf_compute};

    return sslp_drop_in_derive(kctx, &method, out, out_len, params);
}

static const OSSL_PARAM *hkdf_gettable_ctx_params(void *kctx, void *provctx)
{
    static const OSSL_PARAM gettable[] = {
        OSSL_PARAM_size_t(OSSL_KDF_PARAM_SIZE, NULL),
        OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_MODE, NULL, 0),
        OSSL_PARAM_int(OSSL_KDF_PARAM_MODE, NULL),
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SALT, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_INFO, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)kctx;
    (void)provctx;
    return gettable;
}

static int hkdf_get_ctx_params(void *kctx, OSSL_PARAM params[])
{
    return sslp_drop_in_get_hkdf(kctx, params, true);
}

/* They differ in what a context is made with, and in what it then takes. */
#define FUNCTIONS(newctx, settable_ctx_params)                                                     \
    {                                                                                              \
        SSLP_DISPATCH(OSSL_FUNC_KDF_NEWCTX, newctx),                                               \
            SSLP_DISPATCH(OSSL_FUNC_KDF_DUPCTX, sslp_drop_in_dup),                                 \
            SSLP_DISPATCH(OSSL_FUNC_KDF_FREECTX, sslp_drop_in_free),                               \
            SSLP_DISPATCH(OSSL_FUNC_KDF_RESET, sslp_drop_in_reset),                                \
            SSLP_DISPATCH(OSSL_FUNC_KDF_DERIVE, hkdf_derive),                                      \
            SSLP_DISPATCH(OSSL_FUNC_KDF_SETTABLE_CTX_PARAMS, settable_ctx_params),                 \
            SSLP_DISPATCH(OSSL_FUNC_KDF_SET_CTX_PARAMS, hkdf_set_ctx_params),                      \
            SSLP_DISPATCH(OSSL_FUNC_KDF_GETTABLE_CTX_PARAMS, hkdf_gettable_ctx_params),            \
            SSLP_DISPATCH(OSSL_FUNC_KDF_GET_CTX_PARAMS, hkdf_get_ctx_params), SSLP_DISPATCH_END,   \
    }

const OSSL_DISPATCH sslp_kdf_hkdf_functions[] = FUNCTIONS(hkdf_newctx, hkdf_settable_ctx_params);
const OSSL_DISPATCH sslp_kdf_hkdf_sha256_functions[] =
    FUNCTIONS(hkdf_sha256_newctx, hkdf_fixed_settable_ctx_params);
const OSSL_DISPATCH sslp_kdf_hkdf_sha384_functions[] =
    FUNCTIONS(hkdf_sha384_newctx, hkdf_fixed_settable_ctx_params);
const OSSL_DISPATCH sslp_kdf_hkdf_sha512_functions[] =
    FUNCTIONS(hkdf_sha512_newctx, hkdf_fixed_settable_ctx_params);
