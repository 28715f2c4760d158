/* SPDX-License-Identifier: Apache-2.0
 *
 * KDF SSL-KEYING-MATERIAL: the exporters of TLS 1.0 to 1.2 (SslExportKeyingMaterial; RFC 5705) and
 * of TLS 1.3 (RFC 8446 section 7.5), and the PRF behind EAP key blocks (SslComputeEapKeyBlock; RFC
 * 5216 section 2.3, RFC 5281 section 8).
 */
#include "schedule/keying_material.h"
#include "module/kdf/kdf.h"
#include "module/reasons.h"
#include "schedule/hkdf.h"
#include "sslprovider/names.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

static OSSL_FUNC_kdf_derive_fn keying_material_derive;
static OSSL_FUNC_kdf_settable_ctx_params_fn keying_material_settable_ctx_params;
static OSSL_FUNC_kdf_set_ctx_params_fn keying_material_set_ctx_params;
static OSSL_FUNC_kdf_get_ctx_params_fn keying_material_get_ctx_params;

/* A secret may be empty: EAP-TLS makes its IV block from the randoms alone. */
#define PARAMETERS(X)                                                                              \
    X(handle, HANDLE, sslp_set_handle)                                                             \
    X(handle, DISCARD, sslp_set_discard)                                                           \
    X(octets, LABEL, sslp_set_label)                                                               \
    X(octets, CLIENT_RANDOM, sslp_set_client_random)                                               \
    X(octets, SERVER_RANDOM, sslp_set_server_random)                                               \
    X(octets, CONTEXT, sslp_set_context)                                                           \
    X(octets, SECRET, sslp_set_any_secret)                                                         \
    X(octets, KEY, sslp_set_any_secret)                                                            \
    X(text, PROTOCOL, sslp_set_protocol)                                                           \
    X(text, CIPHER_SUITE, sslp_set_suite)                                                          \
    X(text, DIGEST, sslp_set_digest)                                                               \
    X(text, PROPERTIES, sslp_set_properties)

static const struct sslp_kdf_parameter parameters[] = {PARAMETERS(SSLP_PARAMETER_ROW){NULL, NULL}};

static const OSSL_PARAM *keying_material_settable_ctx_params(void *kctx, void *provctx)
{
    static const OSSL_PARAM settable[] = {PARAMETERS(SSLP_SETTABLE_ROW) OSSL_PARAM_END};

    (void)kctx;
    (void)provctx;
    return settable;
}

static int keying_material_set_ctx_params(void *kctx, const OSSL_PARAM params[])
{
    return sslp_kdf_set_params(kctx, parameters, params);
}

/* TLS 1.3 has the randoms in the transcript that the exporter secret was made with. */
static int check_randoms(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    if (sslp_kdf_is_tls13(view->protocol))
        return (!inputs->has_client_random && !inputs->has_server_random) ||
            sslp_raise(inputs->provctx, RANDOMS_NOT_IN_TLS13);
    if (!inputs->has_client_random)
        return sslp_raise(inputs->provctx, MISSING_CLIENT_RANDOM);
    return inputs->has_server_random || sslp_raise(inputs->provctx, MISSING_SERVER_RANDOM);
}

/* With a label of its own, TLS derives its keys from the master secret that all exporters share.  A
 * TLS 1.3 exporter secret is used for nothing else, and every label is free there. */
static int check_label(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    const struct sslp_bytes label = sslp_kdf_octets(inputs, SSLP_ITEM_LABEL);

    if (label.data == NULL)
        return sslp_raise(inputs->provctx, MISSING_LABEL);
    if (sslp_kdf_is_tls13(view->protocol))
        return label.len <= SSLP_MAX_TLS13_LABEL ||
            sslp_raise(inputs->provctx, INVALID_LABEL_LENGTH);
    return !sslp_protocol_reserves_label(label, inputs->client_random) ||
        sslp_raise(inputs->provctx, RESERVED_LABEL);
}

/* The length of an exporter secret shows once its hash is known. */
static int check_secret(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    const struct sslp_key_attributes attributes = {
        .kind = SSLP_KEY_MASTER_SECRET, .protocol = view->protocol, .suite = view->suite};

    if (sslp_kdf_is_tls13(view->protocol) || view->secret.len == 0)
        return 1;
    return sslp_raise_status(inputs->provctx, sslp_key_check(&attributes, view->secret.len));
}

static int check(
    const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view, size_t out_len)
{
    const enum sslp_key_kind kind =
        sslp_kdf_is_tls13(view->protocol) ? SSLP_KEY_EXPORTER_SECRET : SSLP_KEY_MASTER_SECRET;

    /* RFC 5705 section 4 defines the exporter for TLS; SSL 3.0 has no PRF that could serve. */
    if (view->protocol != NULL && view->protocol->prf == SSLP_PRF_SSL3)
        return sslp_raise(inputs->provctx, NOT_IN_PROTOCOL);
    if (inputs->key != NULL && inputs->key->attributes.kind != kind)
        return sslp_raise(inputs->provctx, WRONG_KEY_KIND);
    if (!check_label(inputs, view) || !check_randoms(inputs, view))
        return 0;
    if (view->protocol != NULL && view->suite != NULL &&
        !sslp_suite_in_protocol(view->suite, view->protocol))
        return sslp_raise(inputs->provctx, SUITE_NOT_IN_PROTOCOL);
    if (!check_secret(inputs, view) ||
        !sslp_provctx_allows(inputs->provctx, view->protocol, view->suite))
        return 0;
    return sslp_kdf_check_stream_len(inputs, view, out_len);
}

static int derive(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view,
    const struct sslp_prf_key *secret, uint8_t *out, size_t out_len)
{
    const struct sslp_bytes label = sslp_kdf_octets(inputs, SSLP_ITEM_LABEL);
    const struct sslp_bytes context = sslp_kdf_octets(inputs, SSLP_ITEM_CONTEXT);

    if (!sslp_kdf_is_tls13(view->protocol))
        return sslp_raise_status(inputs->provctx,
            sslp_keying_material(secret, label, inputs->client_random, inputs->server_random,
                context.data == NULL ? NULL : &context, out, out_len));
    if (view->secret.len != secret->hmac.size)
        return sslp_raise(inputs->provctx, INVALID_SECRET_LENGTH);
    if (out_len > SSLP_HKDF_MAX_BLOCKS * secret->hmac.size)
        return sslp_raise_longer(inputs->provctx, INVALID_OUTPUT_LENGTH, out_len,
            SSLP_HKDF_MAX_BLOCKS * secret->hmac.size);
    return sslp_raise_status(
        inputs->provctx, sslp_keying_material_tls13(secret, label, context, out, out_len));
}

static int keying_material_compute(struct sslp_kdf_inputs *inputs, uint8_t *out, size_t out_len)
{
    struct sslp_kdf_view view;
    struct sslp_kdf_prf prf;
    int ok;

    if (!sslp_kdf_inputs_view(inputs, &view) || !check(inputs, &view, out_len))
        return 0;
    ok = sslp_kdf_prf_init(&prf, inputs, &view) && derive(inputs, &view, prf.keyed, out, out_len);
    sslp_kdf_prf_clear(&prf);
    return ok;
}

static const struct sslp_kdf_method method = {
    SSLP_ALGORITHM_KEYING_MATERIAL, parameters, keying_material_compute};

static int keying_material_derive(
    void *kctx, unsigned char *out, size_t out_len, const OSSL_PARAM params[])
{
    return sslp_kdf_derive(kctx, &method, out, out_len, params);
}

/* A stream: any length. */
static int keying_material_get_ctx_params(void *kctx, OSSL_PARAM params[])
{
    OSSL_PARAM *size = OSSL_PARAM_locate(params, SSLPROVIDER_PARAM_SIZE);

    (void)kctx;
    return size == NULL || OSSL_PARAM_set_size_t(size, SIZE_MAX);
}

const OSSL_DISPATCH sslp_kdf_keying_material_functions[] = {
    SSLP_DISPATCH(OSSL_FUNC_KDF_NEWCTX, sslp_kdf_newctx),
    SSLP_DISPATCH(OSSL_FUNC_KDF_DUPCTX, sslp_kdf_dupctx),
    SSLP_DISPATCH(OSSL_FUNC_KDF_FREECTX, sslp_kdf_freectx),
    SSLP_DISPATCH(OSSL_FUNC_KDF_RESET, sslp_kdf_reset),
    SSLP_DISPATCH(OSSL_FUNC_KDF_DERIVE, keying_material_derive),
    SSLP_DISPATCH(OSSL_FUNC_KDF_SETTABLE_CTX_PARAMS, keying_material_settable_ctx_params),
    SSLP_DISPATCH(OSSL_FUNC_KDF_SET_CTX_PARAMS, keying_material_set_ctx_params),
    SSLP_DISPATCH(OSSL_FUNC_KDF_GETTABLE_CTX_PARAMS, sslp_kdf_gettable_size),
    SSLP_DISPATCH(OSSL_FUNC_KDF_GET_CTX_PARAMS, keying_material_get_ctx_params),
    SSLP_DISPATCH_SKEY(sslp_kdf_set_skey, sslp_kdf_derive_no_skey) SSLP_DISPATCH_END,
};
