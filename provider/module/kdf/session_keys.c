/* SPDX-License-Identifier: Apache-2.0
 *
 * KDF SSL-SESSION-KEYS: master secret and randoms in, read and write keys out
 * (SslGenerateSessionKeys; RFC 5246 section 6.3 and its forerunners); for TLS 1.3 a traffic secret
 * in, key and IV out (SslExpandWriteKey; RFC 8446 section 7.3).
 */
#include "module/kdf/kdf.h"
#include "module/reasons.h"
#include "sslprovider/names.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <string.h>

static OSSL_FUNC_kdf_derive_fn session_keys_derive;
static OSSL_FUNC_kdf_settable_ctx_params_fn session_keys_settable_ctx_params;
static OSSL_FUNC_kdf_set_ctx_params_fn session_keys_set_ctx_params;
static OSSL_FUNC_kdf_gettable_ctx_params_fn session_keys_gettable_ctx_params;
static OSSL_FUNC_kdf_get_ctx_params_fn session_keys_get_ctx_params;

static const struct sslp_output outputs[] = {
    {SSLPROVIDER_OUTPUT_KEY_BLOCK, SSLP_WHOSE_NOBODYS, SSLP_PIECE_KEY_BLOCK},
    {SSLPROVIDER_OUTPUT_SESSION_KEYS, SSLP_WHOSE_BOTH, SSLP_PIECE_ALL},
    {SSLPROVIDER_OUTPUT_READ, SSLP_WHOSE_READ, SSLP_PIECE_ALL},
    {SSLPROVIDER_OUTPUT_WRITE, SSLP_WHOSE_WRITE, SSLP_PIECE_ALL},
    {SSLPROVIDER_OUTPUT_CLIENT_WRITE, SSLP_WHOSE_CLIENT, SSLP_PIECE_ALL},
    {SSLPROVIDER_OUTPUT_SERVER_WRITE, SSLP_WHOSE_SERVER, SSLP_PIECE_ALL},
    {SSLPROVIDER_OUTPUT_READ_MAC_KEY, SSLP_WHOSE_READ, SSLP_PIECE_MAC_KEY},
    {SSLPROVIDER_OUTPUT_READ_KEY, SSLP_WHOSE_READ, SSLP_PIECE_KEY},
    {SSLPROVIDER_OUTPUT_READ_IV, SSLP_WHOSE_READ, SSLP_PIECE_IV},
    {SSLPROVIDER_OUTPUT_WRITE_MAC_KEY, SSLP_WHOSE_WRITE, SSLP_PIECE_MAC_KEY},
    {SSLPROVIDER_OUTPUT_WRITE_KEY, SSLP_WHOSE_WRITE, SSLP_PIECE_KEY},
    {SSLPROVIDER_OUTPUT_WRITE_IV, SSLP_WHOSE_WRITE, SSLP_PIECE_IV},
    {SSLPROVIDER_OUTPUT_CLIENT_MAC_KEY, SSLP_WHOSE_CLIENT, SSLP_PIECE_MAC_KEY},
    {SSLPROVIDER_OUTPUT_CLIENT_KEY, SSLP_WHOSE_CLIENT, SSLP_PIECE_KEY},
    {SSLPROVIDER_OUTPUT_CLIENT_IV, SSLP_WHOSE_CLIENT, SSLP_PIECE_IV},
    {SSLPROVIDER_OUTPUT_SERVER_MAC_KEY, SSLP_WHOSE_SERVER, SSLP_PIECE_MAC_KEY},
    {SSLPROVIDER_OUTPUT_SERVER_KEY, SSLP_WHOSE_SERVER, SSLP_PIECE_KEY},
    {SSLPROVIDER_OUTPUT_SERVER_IV, SSLP_WHOSE_SERVER, SSLP_PIECE_IV},
    {SSLPROVIDER_PURPOSE_CLIENT_MAC_KEY, SSLP_WHOSE_CLIENT, SSLP_PIECE_MAC_KEY},
    {SSLPROVIDER_PURPOSE_CLIENT_CIPHER_KEY, SSLP_WHOSE_CLIENT, SSLP_PIECE_KEY},
    {SSLPROVIDER_PURPOSE_CLIENT_IV, SSLP_WHOSE_CLIENT, SSLP_PIECE_IV},
    {SSLPROVIDER_PURPOSE_SERVER_MAC_KEY, SSLP_WHOSE_SERVER, SSLP_PIECE_MAC_KEY},
    {SSLPROVIDER_PURPOSE_SERVER_CIPHER_KEY, SSLP_WHOSE_SERVER, SSLP_PIECE_KEY},
    {SSLPROVIDER_PURPOSE_SERVER_IV, SSLP_WHOSE_SERVER, SSLP_PIECE_IV},
    {SSLPROVIDER_OUTPUT_KEY, SSLP_WHOSE_ONLY_ONE, SSLP_PIECE_KEY},
    {SSLPROVIDER_OUTPUT_IV, SSLP_WHOSE_ONLY_ONE, SSLP_PIECE_IV},
    {NULL, SSLP_WHOSE_NOBODYS, SSLP_PIECE_ALL},
};

static const struct sslp_output *const key_block_output = &outputs[0];
static const struct sslp_output *const session_keys_output = &outputs[1];

static int set_output(
    struct sslp_kdf_inputs *next, const struct sslp_kdf_inputs *current, const OSSL_PARAM *param)
{
    (void)current;
    return sslp_set_output(next, param, outputs);
}

/* The order is that of likelihood: a derivation by handle finds its three names first. */
#define PARAMETERS(X)                                                                              \
    X(handle, HANDLE, sslp_set_handle)                                                             \
    X(handle, DISCARD, sslp_set_discard)                                                           \
    X(octets, CLIENT_RANDOM, sslp_set_client_random)                                               \
    X(octets, SERVER_RANDOM, sslp_set_server_random)                                               \
    X(text, OUTPUT, set_output)                                                                    \
    X(octets, SECRET, sslp_set_secret)                                                             \
    X(octets, KEY, sslp_set_secret)                                                                \
    X(text, PROTOCOL, sslp_set_protocol)                                                           \
    X(text, CIPHER_SUITE, sslp_set_suite)                                                          \
    X(text, ROLE, sslp_set_role)                                                                   \
    X(text, DIGEST, sslp_set_digest)                                                               \
    X(text, PROPERTIES, sslp_set_properties)

static const struct sslp_kdf_parameter parameters[] = {PARAMETERS(SSLP_PARAMETER_ROW){NULL, NULL}};

static const OSSL_PARAM *session_keys_settable_ctx_params(void *kctx, void *provctx)
{
    static const OSSL_PARAM settable[] = {PARAMETERS(SSLP_SETTABLE_ROW) OSSL_PARAM_END};

    (void)kctx;
    (void)provctx;
    return settable;
}

static int session_keys_set_ctx_params(void *kctx, const OSSL_PARAM params[])
{
    return sslp_kdf_set_params(kctx, parameters, params);
}

/* The output asked for; by default the key block, which TLS 1.3 does not have. */
static const struct sslp_output *chosen_output(
    const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    if (inputs->output != NULL)
        return inputs->output;
    return sslp_kdf_is_tls13(view->protocol) ? session_keys_output : key_block_output;
}

/* Bytes of a piece of one direction; `offset` is where it begins. */
static size_t piece_len(
    const struct sslp_key_lengths *lengths, enum sslp_output_piece piece, size_t *offset)
{
    *offset = 0;
    switch (piece) {
    case SSLP_PIECE_MAC_KEY:
        return lengths->mac_key;
    case SSLP_PIECE_KEY:
        *offset = lengths->mac_key;
        return lengths->key;
    case SSLP_PIECE_IV:
        *offset = lengths->mac_key + lengths->key;
        return lengths->iv;
    default:
        return lengths->mac_key + lengths->key + lengths->iv;
    }
}

/* Bytes of an output other than the key block. */
static size_t output_len(
    const struct sslp_output *output, const struct sslp_key_lengths *lengths, bool one_side)
{
    size_t offset, len = piece_len(lengths, output->piece, &offset);

    return output->whose == SSLP_WHOSE_BOTH && !one_side ? 2 * len : len;
}

/* A traffic secret of TLS 1.3 has one side; master secrets have two. */
static bool output_exists(const struct sslp_kdf_view *view, const struct sslp_output *output)
{
    if (sslp_kdf_is_tls13(view->protocol))
        return output->whose == SSLP_WHOSE_ONLY_ONE || output->whose == SSLP_WHOSE_BOTH;
    return output->whose != SSLP_WHOSE_ONLY_ONE;
}

static int check_output(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view,
    const struct sslp_output *output)
{
    const bool relative = output->whose == SSLP_WHOSE_READ || output->whose == SSLP_WHOSE_WRITE ||
        output->whose == SSLP_WHOSE_BOTH;

    if (!output_exists(view, output))
        return sslp_kdf_is_tls13(view->protocol)
            ? sslp_raise(inputs->provctx, OUTPUT_NOT_IN_TLS13)
            : sslp_raise(inputs->provctx, OUTPUT_ONLY_IN_TLS13);
    if (output->piece == SSLP_PIECE_KEY_BLOCK)
        return 1;
    if (view->suite == NULL)
        return sslp_raise(inputs->provctx, OUTPUT_NEEDS_SUITE);
    if (view->protocol == NULL)
        return sslp_raise(inputs->provctx, MISSING_PROTOCOL);
    if (relative && !sslp_kdf_is_tls13(view->protocol) && view->role == SSLP_ROLE_NONE)
        return sslp_raise(inputs->provctx, MISSING_ROLE);
    return 1;
}

/* Whatever can be said before anything is computed. */
static int check(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view,
    const struct sslp_output *output, size_t out_len)
{
    struct sslp_key_attributes attributes = {.kind = sslp_kdf_is_tls13(view->protocol)
            ? SSLP_KEY_TRAFFIC_SECRET
            : SSLP_KEY_MASTER_SECRET,
        .protocol = view->protocol,
        .suite = view->suite};

    if (!sslp_kdf_is_tls13(view->protocol) && !inputs->has_client_random)
        return sslp_raise(inputs->provctx, MISSING_CLIENT_RANDOM);
    if (!sslp_kdf_is_tls13(view->protocol) && !inputs->has_server_random)
        return sslp_raise(inputs->provctx, MISSING_SERVER_RANDOM);
    if (inputs->key != NULL && inputs->key->attributes.kind != attributes.kind)
        return sslp_raise(inputs->provctx, WRONG_KEY_KIND);
    if (!check_output(inputs, view, output))
        return 0;
    if (!sslp_raise_status(inputs->provctx, sslp_key_check(&attributes, view->secret.len)))
        return 0;
    if (!sslp_provctx_allows(inputs->provctx, view->protocol, view->suite))
        return 0;
    if (output->piece != SSLP_PIECE_KEY_BLOCK) {
        struct sslp_key_lengths lengths = sslp_suite_key_lengths(view->suite, view->protocol);

        const size_t right = output_len(output, &lengths, sslp_kdf_is_tls13(view->protocol));

        if (out_len != right)
            return sslp_raise_length(inputs->provctx, INVALID_OUTPUT_LENGTH, out_len, right);
    }
    return sslp_kdf_check_stream_len(inputs, view, out_len);
}

/* Whose write keys come first in the output: what I read, the peer has written. */
static enum sslp_side first_side(const struct sslp_output *output, enum sslp_role role)
{
    switch (output->whose) {
    case SSLP_WHOSE_SERVER:
        return SSLP_SERVER;
    case SSLP_WHOSE_WRITE:
        return role == SSLP_ROLE_SERVER ? SSLP_SERVER : SSLP_CLIENT;
    case SSLP_WHOSE_READ:
    case SSLP_WHOSE_BOTH:
        return role == SSLP_ROLE_SERVER ? SSLP_CLIENT : SSLP_SERVER;
    default:
        return SSLP_CLIENT;
    }
}

static void select_output(const struct sslp_output *output, const struct sslp_session_keys *keys,
    enum sslp_side first, uint8_t *out, size_t out_len)
{
    size_t offset, len = piece_len(&keys->lengths, output->piece, &offset);

    memcpy(out, keys->side[first].bytes + offset, len);
    if (out_len > len)
        memcpy(out + len, keys->side[1 - first].bytes + offset, out_len - len);
}

static int compute_keys(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view,
    struct sslp_session_keys *keys)
{
    struct sslp_kdf_prf prf;
    int ok = sslp_kdf_prf_init(&prf, inputs, view);

    if (ok)
        ok = sslp_raise_status(inputs->provctx,
            sslp_kdf_is_tls13(view->protocol)
                ? sslp_traffic_keys(prf.keyed, view->suite, view->protocol, keys)
                : sslp_session_keys(prf.keyed, view->suite, view->protocol, inputs->client_random,
                      inputs->server_random, keys));
    sslp_kdf_prf_clear(&prf);
    return ok;
}

/* Who takes a piece will come back for the others: those are derived already then. */
static int derive_keys(struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view,
    const struct sslp_output *output, uint8_t *out, size_t out_len)
{
    const enum sslp_side first =
        sslp_kdf_is_tls13(view->protocol) ? SSLP_CLIENT : first_side(output, view->role);
    struct sslp_session_keys keys;

    if (inputs->session_keys != NULL) {
        select_output(output, inputs->session_keys, first, out, out_len);
        return 1;
    }
    if (!compute_keys(inputs, view, &keys))
        return 0;
    select_output(output, &keys, first, out, out_len);
    if (output != session_keys_output)
        sslp_kdf_keep_session_keys(inputs, &keys);
    OPENSSL_cleanse(&keys, sizeof(keys));
    return 1;
}

static int derive_key_block(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view,
    uint8_t *out, size_t out_len)
{
    struct sslp_kdf_prf prf;
    int ok = sslp_kdf_prf_init(&prf, inputs, view) &&
        sslp_raise_status(inputs->provctx,
            sslp_key_block(prf.keyed, inputs->client_random, inputs->server_random, out, out_len));

    sslp_kdf_prf_clear(&prf);
    return ok;
}

static int session_keys_compute(struct sslp_kdf_inputs *inputs, uint8_t *out, size_t out_len)
{
    const struct sslp_output *output;
    struct sslp_kdf_view view;

    if (!sslp_kdf_inputs_view(inputs, &view))
        return 0;
    output = chosen_output(inputs, &view);
    if (!check(inputs, &view, output, out_len))
        return 0;
    if (output->piece == SSLP_PIECE_KEY_BLOCK)
        return derive_key_block(inputs, &view, out, out_len);
    return derive_keys(inputs, &view, output, out, out_len);
}

static const struct sslp_kdf_method method = {
    SSLP_ALGORITHM_SESSION_KEYS, parameters, session_keys_compute};

static int session_keys_derive(
    void *kctx, unsigned char *out, size_t out_len, const OSSL_PARAM params[])
{
    return sslp_kdf_derive(kctx, &method, out, out_len, params);
}

static const OSSL_PARAM *session_keys_gettable_ctx_params(void *kctx, void *provctx)
{
    static const OSSL_PARAM gettable[] = {
        OSSL_PARAM_size_t(SSLPROVIDER_PARAM_SIZE, NULL),
        OSSL_PARAM_size_t(SSLPROVIDER_PARAM_MAC_KEY_LENGTH, NULL),
        OSSL_PARAM_size_t(SSLPROVIDER_PARAM_KEY_LENGTH, NULL),
        OSSL_PARAM_size_t(SSLPROVIDER_PARAM_IV_LENGTH, NULL),
        OSSL_PARAM_END,
    };

    (void)kctx;
    (void)provctx;
    return gettable;
}

/* A key block is a stream: without a suite, or where only a digest was given, any length. */
static size_t size_of_output(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view,
    const struct sslp_key_lengths *lengths)
{
    const struct sslp_output *output = chosen_output(inputs, view);

    if (!output_exists(view, output))
        return 0;
    if (output->piece != SSLP_PIECE_KEY_BLOCK)
        return lengths == NULL ? 0 : output_len(output, lengths, sslp_kdf_is_tls13(view->protocol));
    return lengths == NULL ? SIZE_MAX : sslp_key_block_len(lengths);
}

static int set_size(OSSL_PARAM params[], const char *name, size_t size)
{
    OSSL_PARAM *param = OSSL_PARAM_locate(params, name);

    return param == NULL || OSSL_PARAM_set_size_t(param, size);
}

static int session_keys_get_ctx_params(void *kctx, OSSL_PARAM params[])
{
    const struct sslp_kdf_inputs *inputs = kctx;
    const struct sslp_key *key = inputs->key;
    struct sslp_key_lengths lengths;
    struct sslp_kdf_view view = {.protocol = inputs->protocol, .suite = inputs->suite};

    if (view.protocol == NULL && key != NULL)
        view.protocol = key->attributes.protocol;
    if (view.suite == NULL && key != NULL)
        view.suite = key->attributes.suite;
    if (view.protocol == NULL || view.suite == NULL)
        return set_size(params, SSLPROVIDER_PARAM_SIZE, size_of_output(inputs, &view, NULL));
    if (!sslp_suite_in_protocol(view.suite, view.protocol))
        return set_size(params, SSLPROVIDER_PARAM_SIZE, 0);
    lengths = sslp_suite_key_lengths(view.suite, view.protocol);
    return set_size(params, SSLPROVIDER_PARAM_SIZE, size_of_output(inputs, &view, &lengths)) &&
        set_size(params, SSLPROVIDER_PARAM_MAC_KEY_LENGTH, lengths.mac_key) &&
        set_size(params, SSLPROVIDER_PARAM_KEY_LENGTH, lengths.key) &&
        set_size(params, SSLPROVIDER_PARAM_IV_LENGTH, lengths.iv);
}

const OSSL_DISPATCH sslp_kdf_session_keys_functions[] = {
    SSLP_DISPATCH(OSSL_FUNC_KDF_NEWCTX, sslp_kdf_newctx),
    SSLP_DISPATCH(OSSL_FUNC_KDF_DUPCTX, sslp_kdf_dupctx),
    SSLP_DISPATCH(OSSL_FUNC_KDF_FREECTX, sslp_kdf_freectx),
    SSLP_DISPATCH(OSSL_FUNC_KDF_RESET, sslp_kdf_reset),
    SSLP_DISPATCH(OSSL_FUNC_KDF_DERIVE, session_keys_derive),
    SSLP_DISPATCH(OSSL_FUNC_KDF_SETTABLE_CTX_PARAMS, session_keys_settable_ctx_params),
    SSLP_DISPATCH(OSSL_FUNC_KDF_SET_CTX_PARAMS, session_keys_set_ctx_params),
    SSLP_DISPATCH(OSSL_FUNC_KDF_GETTABLE_CTX_PARAMS, session_keys_gettable_ctx_params),
    SSLP_DISPATCH(OSSL_FUNC_KDF_GET_CTX_PARAMS, session_keys_get_ctx_params),
    SSLP_DISPATCH_SKEY(sslp_kdf_set_skey, sslp_kdf_derive_no_skey) SSLP_DISPATCH_END,
};
