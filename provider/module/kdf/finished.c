/* SPDX-License-Identifier: Apache-2.0
 *
 * KDF SSL-FINISHED: master secret and transcript hash in, verify_data of a Finished message out
 * (SslComputeFinishedHash; RFC 5246 section 7.4.9).  TLS 1.3 has the sender's traffic secret in the
 * place of the master secret, or a binder key (RFC 8446 sections 4.4.4 and 4.2.11.2).  SSL 3.0
 * hashes the master secret in behind the handshake messages, so it takes the messages themselves,
 * and gives its CertificateVerify digest as well (RFC 6101 sections 5.6.8 and 5.6.9).
 */
#include "schedule/finished.h"
#include "module/kdf/kdf.h"
#include "module/reasons.h"
#include "sslprovider/names.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

static OSSL_FUNC_kdf_derive_fn finished_derive;
static OSSL_FUNC_kdf_settable_ctx_params_fn finished_settable_ctx_params;
static OSSL_FUNC_kdf_set_ctx_params_fn finished_set_ctx_params;
static OSSL_FUNC_kdf_get_ctx_params_fn finished_get_ctx_params;

static const struct sslp_output outputs[] = {
    {SSLPROVIDER_OUTPUT_FINISHED, SSLP_WHOSE_NOBODYS, SSLP_PIECE_FINISHED},
    {SSLPROVIDER_OUTPUT_CERTIFICATE_VERIFY, SSLP_WHOSE_NOBODYS, SSLP_PIECE_CERTIFICATE_VERIFY},
    {NULL, SSLP_WHOSE_NOBODYS, SSLP_PIECE_ALL},
};

static int set_output(
    struct sslp_kdf_inputs *next, const struct sslp_kdf_inputs *current, const OSSL_PARAM *param)
{
    (void)current;
    return sslp_set_output(next, param, outputs);
}

#define PARAMETERS(X)                                                                              \
    X(handle, HANDLE, sslp_set_handle)                                                             \
    X(handle, DISCARD, sslp_set_discard)                                                           \
    X(octets, TRANSCRIPT_HASH, sslp_set_transcript_hash)                                           \
    X(text, ROLE, sslp_set_role)                                                                   \
    X(octets, SECRET, sslp_set_secret)                                                             \
    X(octets, KEY, sslp_set_secret)                                                                \
    X(octets, MESSAGES, sslp_set_messages)                                                         \
    X(text, OUTPUT, set_output)                                                                    \
    X(text, PROTOCOL, sslp_set_protocol)                                                           \
    X(text, CIPHER_SUITE, sslp_set_suite)                                                          \
    X(text, DIGEST, sslp_set_digest)                                                               \
    X(text, PROPERTIES, sslp_set_properties)

static const struct sslp_kdf_parameter parameters[] = {PARAMETERS(SSLP_PARAMETER_ROW){NULL, NULL}};

static const OSSL_PARAM *finished_settable_ctx_params(void *kctx, void *provctx)
{
    static const OSSL_PARAM settable[] = {PARAMETERS(SSLP_SETTABLE_ROW) OSSL_PARAM_END};

    (void)kctx;
    (void)provctx;
    return settable;
}

static int finished_set_ctx_params(void *kctx, const OSSL_PARAM params[])
{
    return sslp_kdf_set_params(kctx, parameters, params);
}

static bool is_ssl3(const struct sslp_protocol *protocol)
{
    return protocol != NULL && protocol->prf == SSLP_PRF_SSL3;
}

static bool wants_certificate_verify(const struct sslp_kdf_inputs *inputs)
{
    return inputs->output != NULL && inputs->output->piece == SSLP_PIECE_CERTIFICATE_VERIFY;
}

/* In TLS 1.3 the secret says whose message it is. */
static int check_messages(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    if (is_ssl3(view->protocol)) {
        if (sslp_kdf_octets(inputs, SSLP_ITEM_MESSAGES).data == NULL)
            return sslp_raise(inputs->provctx, MISSING_MESSAGES);
    } else {
        if (wants_certificate_verify(inputs))
            return sslp_raise(inputs->provctx, NOT_IN_PROTOCOL);
        if (inputs->transcript_hash_len == 0)
            return sslp_raise(inputs->provctx, MISSING_TRANSCRIPT_HASH);
    }
    return sslp_kdf_is_tls13(view->protocol) || view->role != SSLP_ROLE_NONE ||
        wants_certificate_verify(inputs) || sslp_raise(inputs->provctx, MISSING_ROLE);
}

static int check_secret(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    const struct sslp_key_attributes attributes = {
        .kind = SSLP_KEY_MASTER_SECRET, .protocol = view->protocol, .suite = view->suite};
    const enum sslp_key_kind kind =
        inputs->key == NULL ? SSLP_KEY_NONE : inputs->key->attributes.kind;

    if (sslp_kdf_is_tls13(view->protocol)) {
        if (kind != SSLP_KEY_NONE && kind != SSLP_KEY_TRAFFIC_SECRET && kind != SSLP_KEY_BINDER_KEY)
            return sslp_raise(inputs->provctx, WRONG_KEY_KIND);
        return view->suite == NULL || sslp_suite_in_protocol(view->suite, view->protocol) ||
            sslp_raise(inputs->provctx, SUITE_NOT_IN_PROTOCOL);
    }
    if (kind != SSLP_KEY_NONE && kind != attributes.kind)
        return sslp_raise(inputs->provctx, WRONG_KEY_KIND);
    return sslp_raise_status(inputs->provctx, sslp_key_check(&attributes, view->secret.len));
}

static int check(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    return check_messages(inputs, view) && check_secret(inputs, view) &&
        sslp_provctx_allows(inputs->provctx, view->protocol, view->suite);
}

static size_t output_len(const struct sslp_kdf_view *view, const struct sslp_prf_key *secret)
{
    if (sslp_kdf_is_tls13(view->protocol))
        return secret->hmac.size;
    return is_ssl3(view->protocol) ? SSLP_MD5_SHA1_LEN : SSLP_VERIFY_DATA_LEN;
}

/* The secret has the length of the hash that is used, which a digest may have changed. */
static int derive_tls13(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view,
    const struct sslp_prf_key *secret, uint8_t *out)
{
    const struct sslp_bytes hash = sslp_bytes(inputs->transcript_hash, inputs->transcript_hash_len);

    if (view->secret.len != secret->hmac.size)
        return sslp_raise(inputs->provctx, INVALID_SECRET_LENGTH);
    return sslp_raise_status(inputs->provctx, sslp_finished_tls13(secret, hash, out));
}

static int derive(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view,
    const struct sslp_prf_key *master, uint8_t *out, size_t out_len)
{
    const enum sslp_side sender = view->role == SSLP_ROLE_SERVER ? SSLP_SERVER : SSLP_CLIENT;
    const struct sslp_bytes messages = sslp_kdf_octets(inputs, SSLP_ITEM_MESSAGES);

    if (out_len != output_len(view, master))
        return sslp_raise_length(
            inputs->provctx, INVALID_OUTPUT_LENGTH, out_len, output_len(view, master));
    if (sslp_kdf_is_tls13(view->protocol))
        return derive_tls13(inputs, view, master, out);
    if (wants_certificate_verify(inputs))
        return sslp_raise_status(
            inputs->provctx, sslp_certificate_verify_ssl3(master, messages, out));
    if (is_ssl3(view->protocol))
        return sslp_raise_status(
            inputs->provctx, sslp_finished_ssl3(master, sender, messages, out));
    return sslp_kdf_check_transcript_hash(
               inputs, master, SSLP_REASON_INVALID_TRANSCRIPT_HASH_LENGTH) &&
        sslp_raise_status(inputs->provctx,
            sslp_finished(master, sender,
                sslp_bytes(inputs->transcript_hash, inputs->transcript_hash_len), out));
}

static int finished_compute(struct sslp_kdf_inputs *inputs, uint8_t *out, size_t out_len)
{
    struct sslp_kdf_view view;
    struct sslp_kdf_prf prf;
    int ok;

    if (!sslp_kdf_inputs_view(inputs, &view) || !check(inputs, &view))
        return 0;
    ok = sslp_kdf_prf_init(&prf, inputs, &view) && derive(inputs, &view, prf.keyed, out, out_len);
    sslp_kdf_prf_clear(&prf);
    return ok;
}

static const struct sslp_kdf_method method = {
    SSLP_ALGORITHM_FINISHED, parameters, finished_compute};

static int finished_derive(
    void *kctx, unsigned char *out, size_t out_len, const OSSL_PARAM params[])
{
    return sslp_kdf_derive(kctx, &method, out, out_len, params);
}

static int finished_get_ctx_params(void *kctx, OSSL_PARAM params[])
{
    const struct sslp_kdf_inputs *inputs = kctx;
    const struct sslp_protocol *protocol = inputs->protocol;
    OSSL_PARAM *size = OSSL_PARAM_locate(params, SSLPROVIDER_PARAM_SIZE);
    size_t len = SSLP_VERIFY_DATA_LEN;

    if (protocol == NULL && inputs->key != NULL)
        protocol = inputs->key->attributes.protocol;
    if (sslp_kdf_is_tls13(protocol))
        len = sslp_kdf_hash_size(inputs);
    else if (is_ssl3(protocol))
        len = SSLP_MD5_SHA1_LEN;
    return size == NULL || OSSL_PARAM_set_size_t(size, len);
}

const OSSL_DISPATCH sslp_kdf_finished_functions[] = {
    SSLP_DISPATCH(OSSL_FUNC_KDF_NEWCTX, sslp_kdf_newctx),
    SSLP_DISPATCH(OSSL_FUNC_KDF_DUPCTX, sslp_kdf_dupctx),
    SSLP_DISPATCH(OSSL_FUNC_KDF_FREECTX, sslp_kdf_freectx),
    SSLP_DISPATCH(OSSL_FUNC_KDF_RESET, sslp_kdf_reset),
    SSLP_DISPATCH(OSSL_FUNC_KDF_DERIVE, finished_derive),
    SSLP_DISPATCH(OSSL_FUNC_KDF_SETTABLE_CTX_PARAMS, finished_settable_ctx_params),
    SSLP_DISPATCH(OSSL_FUNC_KDF_SET_CTX_PARAMS, finished_set_ctx_params),
    SSLP_DISPATCH(OSSL_FUNC_KDF_GETTABLE_CTX_PARAMS, sslp_kdf_gettable_size),
    SSLP_DISPATCH(OSSL_FUNC_KDF_GET_CTX_PARAMS, finished_get_ctx_params),
    SSLP_DISPATCH_SKEY(sslp_kdf_set_skey, sslp_kdf_derive_no_skey) SSLP_DISPATCH_END,
};
