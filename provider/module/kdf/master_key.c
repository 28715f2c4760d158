/* SPDX-License-Identifier: Apache-2.0
 *
 * KDF SSL-MASTER-KEY: premaster secret in, master secret out (SslGenerateMasterKey; RFC 5246
 * section 8.1, RFC 6101 section 6.1), or with a session hash the extended one (RFC 7627
 * section 4).  The result is 48 bytes, or stays in the provider behind a handle.
 */
#include "module/kdf/kdf.h"
#include "module/reasons.h"
#include "sslprovider/names.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <string.h>

static OSSL_FUNC_kdf_derive_fn master_key_derive;
static OSSL_FUNC_kdf_settable_ctx_params_fn master_key_settable_ctx_params;
static OSSL_FUNC_kdf_set_ctx_params_fn master_key_set_ctx_params;
static OSSL_FUNC_kdf_get_ctx_params_fn master_key_get_ctx_params;

#define PARAMETERS(X)                                                                              \
    X(octets, SECRET, sslp_set_secret)                                                             \
    X(octets, KEY, sslp_set_secret)                                                                \
    X(handle, HANDLE, sslp_set_handle)                                                             \
    X(handle, DISCARD, sslp_set_discard)                                                           \
    X(octets, CLIENT_RANDOM, sslp_set_client_random)                                               \
    X(octets, SERVER_RANDOM, sslp_set_server_random)                                               \
    X(octets, SESSION_HASH, sslp_set_transcript_hash)                                              \
    X(text, PROTOCOL, sslp_set_protocol)                                                           \
    X(text, CIPHER_SUITE, sslp_set_suite)                                                          \
    X(text, ROLE, sslp_set_role)                                                                   \
    X(text, OUTPUT, sslp_set_secret_output)                                                        \
    X(flag, EXPORTABLE, sslp_set_exportable)                                                       \
    X(text, DIGEST, sslp_set_digest)                                                               \
    X(text, PROPERTIES, sslp_set_properties)

static const struct sslp_kdf_parameter parameters[] = {PARAMETERS(SSLP_PARAMETER_ROW){NULL, NULL}};

static const OSSL_PARAM *master_key_settable_ctx_params(void *kctx, void *provctx)
{
    static const OSSL_PARAM settable[] = {PARAMETERS(SSLP_SETTABLE_ROW) OSSL_PARAM_END};

    (void)kctx;
    (void)provctx;
    return settable;
}

static int master_key_set_ctx_params(void *kctx, const OSSL_PARAM params[])
{
    return sslp_kdf_set_params(kctx, parameters, params);
}

static size_t output_len(const struct sslp_kdf_inputs *inputs)
{
    return sslp_kdf_wants_handle(inputs) ? sizeof(uint64_t) : SSLP_MASTER_SECRET_LEN;
}

/* With a session hash the randoms do not enter; without one they both do (RFC 7627 section 4). */
static int check_seed(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    const bool ssl3 = view->protocol != NULL && view->protocol->prf == SSLP_PRF_SSL3;

    if (inputs->transcript_hash_len != 0) {
        if (inputs->has_client_random || inputs->has_server_random)
            return sslp_raise(inputs->provctx, RANDOMS_AND_SESSION_HASH);
        return !ssl3 || sslp_raise(inputs->provctx, NOT_IN_PROTOCOL);
    }
    if (!inputs->has_client_random)
        return sslp_raise(inputs->provctx, MISSING_CLIENT_RANDOM);
    if (!inputs->has_server_random)
        return sslp_raise(inputs->provctx, MISSING_SERVER_RANDOM);
    return !inputs->provctx->config.require_ems ||
        sslp_raise(inputs->provctx, EXTENDED_MASTER_SECRET_REQUIRED);
}

static int check(
    const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view, size_t out_len)
{
    const struct sslp_key *key = inputs->key;

    if (view->protocol != NULL && view->protocol->prf == SSLP_PRF_TLS13)
        return sslp_raise(inputs->provctx, NOT_IN_PROTOCOL);
    if (key != NULL && key->attributes.kind != SSLP_KEY_PRE_MASTER_SECRET)
        return sslp_raise(inputs->provctx, WRONG_KEY_KIND);
    if (!check_seed(inputs, view))
        return 0;
    if (view->protocol != NULL && view->suite != NULL &&
        !sslp_suite_in_protocol(view->suite, view->protocol))
        return sslp_raise(inputs->provctx, SUITE_NOT_IN_PROTOCOL);
    if (sslp_kdf_wants_handle(inputs) && view->protocol == NULL)
        return sslp_raise(inputs->provctx, MISSING_PROTOCOL);
    if (sslp_kdf_wants_handle(inputs) && view->suite == NULL)
        return sslp_raise(inputs->provctx, MISSING_SUITE);
    /* A key object derives with the suite's hash under the configured query, and no other. */
    if (sslp_kdf_wants_handle(inputs) &&
        (sslp_kdf_text(inputs, SSLP_ITEM_DIGEST) != NULL ||
            sslp_kdf_text(inputs, SSLP_ITEM_PROPERTIES) != NULL))
        return sslp_raise(inputs->provctx, DIGEST_AND_HANDLE);
    if (!sslp_provctx_allows(inputs->provctx, view->protocol, view->suite))
        return 0;
    if (out_len != output_len(inputs))
        return sslp_raise_length(
            inputs->provctx, INVALID_OUTPUT_LENGTH, out_len, output_len(inputs));
    return sslp_kdf_wants_handle(inputs) || sslp_kdf_may_leave(inputs);
}

static int derive_secret(const struct sslp_kdf_inputs *inputs, const struct sslp_prf_key *premaster,
    uint8_t master_secret[SSLP_MASTER_SECRET_LEN])
{
    if (inputs->transcript_hash_len == 0)
        return sslp_raise_status(inputs->provctx,
            sslp_master_secret(
                premaster, inputs->client_random, inputs->server_random, master_secret));
    return sslp_kdf_check_transcript_hash(
               inputs, premaster, SSLP_REASON_INVALID_SESSION_HASH_LENGTH) &&
        sslp_raise_status(inputs->provctx,
            sslp_extended_master_secret(premaster,
                sslp_bytes(inputs->transcript_hash, inputs->transcript_hash_len), master_secret));
}

static int store_secret(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view,
    const uint8_t master_secret[SSLP_MASTER_SECRET_LEN], uint8_t *out)
{
    const struct sslp_key_attributes attributes = {.kind = SSLP_KEY_MASTER_SECRET,
        .protocol = view->protocol,
        .suite = view->suite,
        .role = view->role,
        .exportable = inputs->exportable};
    const struct sslp_prf *prf =
        sslp_prfs_get(inputs->provctx, view->protocol->prf, view->suite->prf);

    return prf != NULL &&
        sslp_kdf_store_secret(
            inputs, &attributes, sslp_bytes(master_secret, SSLP_MASTER_SECRET_LEN), prf, out);
}

static int master_key_compute(struct sslp_kdf_inputs *inputs, uint8_t *out, size_t out_len)
{
    uint8_t master_secret[SSLP_MASTER_SECRET_LEN];
    struct sslp_kdf_view view;
    struct sslp_kdf_prf prf;
    int ok;

    if (!sslp_kdf_inputs_view(inputs, &view) || !check(inputs, &view, out_len))
        return 0;
    ok = sslp_kdf_prf_init(&prf, inputs, &view) && derive_secret(inputs, prf.keyed, master_secret);
    sslp_kdf_prf_clear(&prf);
    if (ok && sslp_kdf_wants_handle(inputs))
        ok = store_secret(inputs, &view, master_secret, out);
    else if (ok)
        memcpy(out, master_secret, sizeof(master_secret));
    OPENSSL_cleanse(master_secret, sizeof(master_secret));
    return ok;
}

static const struct sslp_kdf_method method = {
    SSLP_ALGORITHM_MASTER_KEY, parameters, master_key_compute};

static int master_key_derive(
    void *kctx, unsigned char *out, size_t out_len, const OSSL_PARAM params[])
{
    return sslp_kdf_derive(kctx, &method, out, out_len, params);
}

#ifdef SSLP_HAVE_KDF_SKEY
static void *master_key_derive_skey(void *kctx, const char *key_type, void *provctx,
    OSSL_FUNC_skeymgmt_import_fn *import, size_t len, const OSSL_PARAM params[])
{
    (void)key_type;
    (void)provctx;
    (void)import;
    return sslp_kdf_derive_skey(kctx, &method, len, params);
}
#endif

static int master_key_get_ctx_params(void *kctx, OSSL_PARAM params[])
{
    OSSL_PARAM *size = OSSL_PARAM_locate(params, SSLPROVIDER_PARAM_SIZE);

    return size == NULL || OSSL_PARAM_set_size_t(size, output_len(kctx));
}

const OSSL_DISPATCH sslp_kdf_master_key_functions[] = {
    SSLP_DISPATCH(OSSL_FUNC_KDF_NEWCTX, sslp_kdf_newctx),
    SSLP_DISPATCH(OSSL_FUNC_KDF_DUPCTX, sslp_kdf_dupctx),
    SSLP_DISPATCH(OSSL_FUNC_KDF_FREECTX, sslp_kdf_freectx),
    SSLP_DISPATCH(OSSL_FUNC_KDF_RESET, sslp_kdf_reset),
    SSLP_DISPATCH(OSSL_FUNC_KDF_DERIVE, master_key_derive),
    SSLP_DISPATCH(OSSL_FUNC_KDF_SETTABLE_CTX_PARAMS, master_key_settable_ctx_params),
    SSLP_DISPATCH(OSSL_FUNC_KDF_SET_CTX_PARAMS, master_key_set_ctx_params),
    SSLP_DISPATCH(OSSL_FUNC_KDF_GETTABLE_CTX_PARAMS, sslp_kdf_gettable_size),
    SSLP_DISPATCH(OSSL_FUNC_KDF_GET_CTX_PARAMS, master_key_get_ctx_params),
    SSLP_DISPATCH_SKEY(sslp_kdf_set_skey, master_key_derive_skey) SSLP_DISPATCH_END,
};
