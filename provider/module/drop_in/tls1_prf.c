/* SPDX-License-Identifier: Apache-2.0
 *
 * Drop-in KDF TLS1-PRF: the PRF of TLS 1.0 to 1.2 (RFC 2246 and RFC 5246, section 5), label and
 * seed in as octets to be joined.  Seeds add up over calls until the context is reset.
 */
#include "module/drop_in/drop_in.h"
#include "module/reasons.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <string.h>

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
    struct sslp_drop_in_change change;
    const OSSL_PARAM *found[PARAMETERS];

    if (!sslp_drop_in_find(context, params, names, PARAMETERS, found))
        return 0;
    sslp_drop_in_change_init(&change, context);
    return sslp_drop_in_change_end(&change,
        sslp_drop_in_set_digest(&change, found[DIGEST], found[PROPERTIES]) &&
            sslp_drop_in_set_octets(&change, SSLP_DROP_IN_KEY, found[SECRET]) &&
            sslp_drop_in_join_octets(&change, SSLP_DROP_IN_INFO, found[SEED], true));
}

/* What the seed of a master secret without RFC 7627 begins with (RFC 5246 section 8.1).  The
 * extended one has another label. */
static bool makes_plain_master_secret(const struct sslp_drop_in_octets *seed)
{
    static const char label[] = "master secret";

    return seed->len >= sizeof(label) - 1 && memcmp(seed->data, label, sizeof(label) - 1) == 0;
}

static int tls1_prf_check(const struct sslp_drop_in *context, size_t out_len)
{
    const struct sslp_drop_in_octets *seed = &context->item[SSLP_DROP_IN_INFO];

    if (!context->digest.is_chosen)
        return sslp_raise(context->provctx, MISSING_MESSAGE_DIGEST);
    if (context->item[SSLP_DROP_IN_KEY].data == NULL)
        return sslp_raise(context->provctx, MISSING_SECRET);
    if (seed->len == 0)
        return sslp_raise(context->provctx, MISSING_SEED);
    if (context->provctx->config.require_ems && makes_plain_master_secret(seed))
        return sslp_raise(context->provctx, EXTENDED_MASTER_SECRET_REQUIRED);
    return out_len != 0 || sslp_raise(context->provctx, INVALID_KEY_LENGTH);
}

static enum sslp_status tls1_prf_compute(
    const struct sslp_drop_in *context, uint8_t *out, size_t out_len)
{
    const struct sslp_bytes secret = sslp_drop_in_bytes(&context->item[SSLP_DROP_IN_KEY]);
    const struct sslp_bytes seed[SSLP_SEED_PARTS] = {
        sslp_drop_in_bytes(&context->item[SSLP_DROP_IN_INFO])};
    struct sslp_prf_key key;
    enum sslp_status status = sslp_prf_key_init(&key, &context->digest.prf, secret);

    /* The label is the beginning of the seed. */
    if (status == SSLP_OK)
        status = sslp_prf_expand(&key, sslp_bytes(NULL, 0), seed, out, out_len);
    sslp_prf_key_clear(&key);
    return status;
}

static int tls1_prf_derive(
    void *kctx, unsigned char *out, size_t out_len, const OSSL_PARAM params[])
{
    static const struct sslp_drop_in_method method = {
        SSLP_ALGORITHM_TLS1_PRF, tls1_prf_set_ctx_params, tls1_prf_check, tls1_prf_compute};

    return sslp_drop_in_derive(kctx, &method, out, out_len, params);
}

static int tls1_prf_get_ctx_params(void *kctx, OSSL_PARAM params[])
{
    OSSL_PARAM *size = OSSL_PARAM_locate(params, OSSL_KDF_PARAM_SIZE);

    (void)kctx;
    return size == NULL ? sslp_drop_in_get_nothing() : OSSL_PARAM_set_size_t(size, SIZE_MAX);
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
