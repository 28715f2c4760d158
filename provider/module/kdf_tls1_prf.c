/* SPDX-License-Identifier: Apache-2.0
 *
 * Drop-in KDF TLS1-PRF: the PRF of TLS 1.0 to 1.2 (RFC 2246 and RFC 5246, section 5), label and
 * seed in as octets to be joined.  Seeds add up over calls until the context is reset.
 */
#include "module/drop_in.h"
#include "module/reasons.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

static OSSL_FUNC_kdf_newctx_fn tls1_prf_newctx;
static OSSL_FUNC_kdf_derive_fn tls1_prf_derive;
static OSSL_FUNC_kdf_settable_ctx_params_fn tls1_prf_settable_ctx_params;
static OSSL_FUNC_kdf_set_ctx_params_fn tls1_prf_set_ctx_params;
static OSSL_FUNC_kdf_get_ctx_params_fn tls1_prf_get_ctx_params;

enum { DIGEST, PROPERTIES, SECRET, SEED, PARAMETERS };

static const struct sslp_drop_in_name names[PARAMETERS] = {
    [DIGEST] = {OSSL_KDF_PARAM_DIGEST, false},
    [PROPERTIES] = {OSSL_KDF_PARAM_PROPERTIES, false},
    [SECRET] = {OSSL_KDF_PARAM_SECRET, false},
    [SEED] = {OSSL_KDF_PARAM_SEED, true},
};

static void *tls1_prf_newctx(void *provctx)
{
    return sslp_drop_in_new(provctx, SSLP_PRF_TLS12);
}

static const OSSL_PARAM *tls1_prf_settable_ctx_params(void *kctx, void *provctx)
{
    static const OSSL_PARAM settable[] = {
        OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_PROPERTIES, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_DIGEST, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SECRET, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SEED, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)kctx;
    (void)provctx;
    return settable;
}

static int tls1_prf_set_ctx_params(void *kctx, const OSSL_PARAM params[])
{
    struct sslp_drop_in *context = kctx;
    const OSSL_PARAM *found[PARAMETERS];

    return sslp_drop_in_find(context, params, names, PARAMETERS, found) &&
        sslp_drop_in_set_digest(context, found[DIGEST], found[PROPERTIES]) &&
        sslp_drop_in_set_octets(context, SSLP_DROP_IN_KEY, found[SECRET]) &&
        sslp_drop_in_append_octets(context, SSLP_DROP_IN_INFO, found[SEED]);
}

static int check(const struct sslp_drop_in *context, size_t out_len)
{
    if (!context->has_digest)
        return sslp_raise(context->provctx, MISSING_DIGEST);
    if (context->item[SSLP_DROP_IN_KEY].data == NULL)
        return sslp_raise(context->provctx, MISSING_SECRET);
    if (context->item[SSLP_DROP_IN_INFO].len == 0)
        return sslp_raise(context->provctx, MISSING_SEED);
    return out_len != 0 || sslp_raise(context->provctx, INVALID_OUTPUT_LENGTH);
}

static int compute(const struct sslp_drop_in *context, uint8_t *out, size_t out_len)
{
    const struct sslp_bytes secret = sslp_drop_in_bytes(&context->item[SSLP_DROP_IN_KEY]);
    const struct sslp_bytes seed[SSLP_SEED_PARTS] = {
        sslp_drop_in_bytes(&context->item[SSLP_DROP_IN_INFO])};
    struct sslp_prf_key key;
    enum sslp_status status = sslp_prf_key_init(&key, &context->prf, secret);

    /* The label is the beginning of the seed. */
    if (status == SSLP_OK)
        status = sslp_prf_expand(&key, sslp_bytes(NULL, 0), seed, out, out_len);
    sslp_prf_key_clear(&key);
    return sslp_raise_status(context->provctx, status);
}

static int tls1_prf_derive(
    void *kctx, unsigned char *out, size_t out_len, const OSSL_PARAM params[])
{
    struct sslp_drop_in *context = kctx;
    int ok;

    if (out == NULL)
        return sslp_raise(context->provctx, INVALID_OUTPUT_LENGTH);
    ok = sslp_prfs_start(context->provctx) && tls1_prf_set_ctx_params(context, params) &&
        check(context, out_len) && compute(context, out, out_len);
    if (!ok)
        OPENSSL_cleanse(out, out_len);
    return ok;
}

static int tls1_prf_get_ctx_params(void *kctx, OSSL_PARAM params[])
{
    OSSL_PARAM *size = OSSL_PARAM_locate(params, OSSL_KDF_PARAM_SIZE);

    (void)kctx;
    return size == NULL || OSSL_PARAM_set_size_t(size, SIZE_MAX);
}

const OSSL_DISPATCH sslp_kdf_tls1_prf_functions[] = {
    SSLP_DISPATCH(OSSL_FUNC_KDF_NEWCTX, tls1_prf_newctx),
    SSLP_DISPATCH(OSSL_FUNC_KDF_DUPCTX, sslp_drop_in_dup),
    SSLP_DISPATCH(OSSL_FUNC_KDF_FREECTX, sslp_drop_in_free),
    SSLP_DISPATCH(OSSL_FUNC_KDF_RESET, sslp_drop_in_reset),
    SSLP_DISPATCH(OSSL_FUNC_KDF_DERIVE, tls1_prf_derive),
    SSLP_DISPATCH(OSSL_FUNC_KDF_SETTABLE_CTX_PARAMS, tls1_prf_settable_ctx_params),
    SSLP_DISPATCH(OSSL_FUNC_KDF_SET_CTX_PARAMS, tls1_prf_set_ctx_params),
    SSLP_DISPATCH(OSSL_FUNC_KDF_GETTABLE_CTX_PARAMS, sslp_kdf_gettable_size),
    SSLP_DISPATCH(OSSL_FUNC_KDF_GET_CTX_PARAMS, tls1_prf_get_ctx_params),
    SSLP_DISPATCH_END,
};
