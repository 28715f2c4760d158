/* SPDX-License-Identifier: Apache-2.0
 *
 * KDF SSL-SESSION-KEYS: derives the read and write keys from the master secret and the randoms
 * (SslGenerateSessionKeys; RFC 5246 section 6.3 and its predecessors); for TLS 1.3 key and IV from
 * a traffic secret (SslExpandWriteKey; RFC 8446 section 7.3), for DTLS 1.3 and QUIC also the key
 * that masks numbers (RFC 9147 section 4.2.3, RFC 9001 section 5.4).
 */
#include "base/wipe.h"
#include "module/kdf/kdf.h"
#include "module/reasons.h"
#include "sslprovider/names.h"

#include <openssl/crypto.h>
#include <openssl/params.h>
#include <string.h>

static const struct sslp_output session_keys_outputs[] = {
    {SSLPROVIDER_OUTPUT_KEY_BLOCK, SSLP_SIDE_NONE, SSLP_OUTPUT_KEY_BLOCK},
    {SSLPROVIDER_OUTPUT_SESSION_KEYS, SSLP_SIDE_BOTH, SSLP_OUTPUT_DIRECTION},
    {SSLPROVIDER_OUTPUT_READ, SSLP_SIDE_READ, SSLP_OUTPUT_DIRECTION},
    {SSLPROVIDER_OUTPUT_WRITE, SSLP_SIDE_WRITE, SSLP_OUTPUT_DIRECTION},
    {SSLPROVIDER_OUTPUT_CLIENT_WRITE, SSLP_SIDE_CLIENT, SSLP_OUTPUT_DIRECTION},
    {SSLPROVIDER_OUTPUT_SERVER_WRITE, SSLP_SIDE_SERVER, SSLP_OUTPUT_DIRECTION},
    {SSLPROVIDER_OUTPUT_READ_MAC_KEY, SSLP_SIDE_READ, SSLP_OUTPUT_MAC_KEY},
    {SSLPROVIDER_OUTPUT_READ_KEY, SSLP_SIDE_READ, SSLP_OUTPUT_KEY},
    {SSLPROVIDER_OUTPUT_READ_IV, SSLP_SIDE_READ, SSLP_OUTPUT_IV},
    {SSLPROVIDER_OUTPUT_WRITE_MAC_KEY, SSLP_SIDE_WRITE, SSLP_OUTPUT_MAC_KEY},
    {SSLPROVIDER_OUTPUT_WRITE_KEY, SSLP_SIDE_WRITE, SSLP_OUTPUT_KEY},
    {SSLPROVIDER_OUTPUT_WRITE_IV, SSLP_SIDE_WRITE, SSLP_OUTPUT_IV},
    {SSLPROVIDER_OUTPUT_CLIENT_MAC_KEY, SSLP_SIDE_CLIENT, SSLP_OUTPUT_MAC_KEY},
    {SSLPROVIDER_OUTPUT_CLIENT_KEY, SSLP_SIDE_CLIENT, SSLP_OUTPUT_KEY},
    {SSLPROVIDER_OUTPUT_CLIENT_IV, SSLP_SIDE_CLIENT, SSLP_OUTPUT_IV},
    {SSLPROVIDER_OUTPUT_SERVER_MAC_KEY, SSLP_SIDE_SERVER, SSLP_OUTPUT_MAC_KEY},
    {SSLPROVIDER_OUTPUT_SERVER_KEY, SSLP_SIDE_SERVER, SSLP_OUTPUT_KEY},
    {SSLPROVIDER_OUTPUT_SERVER_IV, SSLP_SIDE_SERVER, SSLP_OUTPUT_IV},
    {SSLPROVIDER_PURPOSE_CLIENT_MAC_KEY, SSLP_SIDE_CLIENT, SSLP_OUTPUT_MAC_KEY},
    {SSLPROVIDER_PURPOSE_CLIENT_CIPHER_KEY, SSLP_SIDE_CLIENT, SSLP_OUTPUT_KEY},
    {SSLPROVIDER_PURPOSE_CLIENT_IV, SSLP_SIDE_CLIENT, SSLP_OUTPUT_IV},
    {SSLPROVIDER_PURPOSE_SERVER_MAC_KEY, SSLP_SIDE_SERVER, SSLP_OUTPUT_MAC_KEY},
    {SSLPROVIDER_PURPOSE_SERVER_CIPHER_KEY, SSLP_SIDE_SERVER, SSLP_OUTPUT_KEY},
    {SSLPROVIDER_PURPOSE_SERVER_IV, SSLP_SIDE_SERVER, SSLP_OUTPUT_IV},
    {SSLPROVIDER_OUTPUT_KEY, SSLP_SIDE_ONLY, SSLP_OUTPUT_KEY},
    {SSLPROVIDER_OUTPUT_IV, SSLP_SIDE_ONLY, SSLP_OUTPUT_IV},
    {SSLPROVIDER_OUTPUT_SN_KEY, SSLP_SIDE_ONLY, SSLP_OUTPUT_MASK_KEY},
    {SSLPROVIDER_OUTPUT_HP_KEY, SSLP_SIDE_ONLY, SSLP_OUTPUT_MASK_KEY},
    {NULL, SSLP_SIDE_NONE, SSLP_OUTPUT_DIRECTION},
};

static const struct sslp_output *const key_block_output = &session_keys_outputs[0];
static const struct sslp_output *const session_keys_output = &session_keys_outputs[1];

/* What one derivation goes by. */
struct session_keys_plan {
    struct sslp_kdf_view view;
    const struct sslp_output *output;
    struct sslp_key_layout layout; /* zeros where protocol or suite are not known */
};

/* The output asked for; by default the key block, which TLS 1.3 does not have. */
static const struct sslp_output *session_keys_chosen_output(
    const struct sslp_kdf_inputs *inputs, const struct sslp_protocol *protocol)
{
    if (inputs->output != NULL)
        return inputs->output;
    return sslp_protocol_is_tls13(protocol) ? session_keys_output : key_block_output;
}

/* The key of a handle has its layout ready. */
static void session_keys_plan(struct session_keys_plan *plan, const struct sslp_kdf_inputs *inputs)
{
    const struct sslp_kdf_view *view = &plan->view;

    plan->output = session_keys_chosen_output(inputs, view->protocol);
    if (inputs->key != NULL && inputs->key->layout.len != 0)
        plan->layout = inputs->key->layout;
    else if (view->protocol != NULL && view->suite != NULL)
        plan->layout = sslp_key_layout_of(view->suite, view->protocol);
    else
        plan->layout = (struct sslp_key_layout){.len = 0};
}

/* Bytes of an output other than the key block. */
static size_t session_keys_output_len(const struct session_keys_plan *plan)
{
    const struct sslp_key_layout *layout = &plan->layout;
    const bool both =
        plan->output->side == SSLP_SIDE_BOTH && !sslp_protocol_is_tls13(plan->view.protocol);
    const size_t len = plan->output->content == SSLP_OUTPUT_DIRECTION
        ? layout->direction_len
        : layout->piece[SSLP_CLIENT][plan->output->content].len;

    return both ? SSLP_SIDES * len : len;
}

/* Whether the protocol masks its numbers with the key of this name. */
static bool session_keys_has_mask_key(const struct sslp_protocol *protocol, const char *name)
{
    return sslp_protocol_is_tls13(protocol) && protocol->labels->mask_output != NULL &&
        strcmp(protocol->labels->mask_output, name) == 0;
}

static bool session_keys_is_foreign_mask_key(const struct session_keys_plan *plan)
{
    return plan->output->content == SSLP_OUTPUT_MASK_KEY &&
        !session_keys_has_mask_key(plan->view.protocol, plan->output->name);
}

/* A traffic secret of TLS 1.3 has one side; master secrets have two. */
static bool session_keys_output_exists(const struct session_keys_plan *plan)
{
    const enum sslp_output_side side = plan->output->side;

    if (session_keys_is_foreign_mask_key(plan))
        return false;
    if (sslp_protocol_is_tls13(plan->view.protocol))
        return side == SSLP_SIDE_ONLY || side == SSLP_SIDE_BOTH;
    return side != SSLP_SIDE_ONLY;
}

static int session_keys_check_output(
    const struct sslp_kdf_inputs *inputs, const struct session_keys_plan *plan)
{
    const struct sslp_kdf_view *view = &plan->view;
    const enum sslp_output_side side = plan->output->side;
    const bool relative =
        side == SSLP_SIDE_READ || side == SSLP_SIDE_WRITE || side == SSLP_SIDE_BOTH;

    if (session_keys_is_foreign_mask_key(plan))
        return sslp_raise(inputs->provctx, OUTPUT_NOT_IN_PROTOCOL);
    if (!session_keys_output_exists(plan))
        return sslp_protocol_is_tls13(view->protocol)
            ? sslp_raise(inputs->provctx, OUTPUT_NOT_IN_TLS13)
            : sslp_raise(inputs->provctx, OUTPUT_ONLY_IN_TLS13);
    if (plan->output == key_block_output)
        return 1;
    if (view->suite == NULL)
        return sslp_raise(inputs->provctx, OUTPUT_NEEDS_SUITE);
    if (view->protocol == NULL)
        return sslp_raise(inputs->provctx, MISSING_PROTOCOL);
    if (relative && !sslp_protocol_is_tls13(view->protocol) && view->role == SSLP_ROLE_NONE)
        return sslp_raise(inputs->provctx, MISSING_ROLE);
    return 1;
}

/* Everything that can be refused before anything is computed. */
static int session_keys_check(
    const struct sslp_kdf_inputs *inputs, const struct session_keys_plan *plan, size_t out_len)
{
    const struct sslp_kdf_view *view = &plan->view;
    const bool tls13 = sslp_protocol_is_tls13(view->protocol);
    const enum sslp_key_kind kind = tls13 ? SSLP_KEY_TRAFFIC_SECRET : SSLP_KEY_MASTER_SECRET;

    if (plan->output->side == SSLP_SIDE_ONLY && view->protocol == NULL)
        return sslp_raise(inputs->provctx, MISSING_PROTOCOL);
    if (!tls13 && !inputs->has_client_random)
        return sslp_raise(inputs->provctx, MISSING_CLIENT_RANDOM);
    if (!tls13 && !inputs->has_server_random)
        return sslp_raise(inputs->provctx, MISSING_SERVER_RANDOM);
    if (inputs->key != NULL && inputs->key->attributes.kind != kind)
        return sslp_raise(inputs->provctx, WRONG_KEY_KIND);
    if (!session_keys_check_output(inputs, plan) || !sslp_kdf_check_secret(inputs, view, kind) ||
        !sslp_provctx_allows(inputs->provctx, view->protocol, view->suite))
        return 0;
    if (plan->output != key_block_output && out_len != session_keys_output_len(plan))
        return sslp_raise_length(
            inputs->provctx, INVALID_OUTPUT_LENGTH, out_len, session_keys_output_len(plan));
    return sslp_kdf_check_stream_len(inputs, view, out_len);
}

/* The side whose write keys come first: the peer has written what the holder reads. */
static enum sslp_side session_keys_first_side(const struct session_keys_plan *plan)
{
    const bool server = plan->view.role == SSLP_ROLE_SERVER;

    if (sslp_protocol_is_tls13(plan->view.protocol))
        return SSLP_CLIENT;
    switch (plan->output->side) {
    case SSLP_SIDE_SERVER:
        return SSLP_SERVER;
    case SSLP_SIDE_WRITE:
        return server ? SSLP_SERVER : SSLP_CLIENT;
    case SSLP_SIDE_READ:
    case SSLP_SIDE_BOTH:
        return server ? SSLP_CLIENT : SSLP_SERVER;
    default:
        return SSLP_CLIENT;
    }
}

static void session_keys_select(const struct session_keys_plan *plan,
    const struct sslp_session_keys *keys, uint8_t *out, size_t out_len)
{
    const enum sslp_side first = session_keys_first_side(plan);
    struct sslp_bytes piece;

    if (plan->output->content != SSLP_OUTPUT_DIRECTION) {
        piece = sslp_key_layout_piece(
            &keys->layout, keys->bytes, first, (enum sslp_key_piece)plan->output->content);
        memcpy(out, piece.data, piece.len);
        return;
    }
    sslp_session_keys_direction(keys, first, out);
    if (out_len > keys->layout.direction_len)
        sslp_session_keys_direction(keys, first == SSLP_CLIENT ? SSLP_SERVER : SSLP_CLIENT,
            out + keys->layout.direction_len);
}

static int session_keys_derive_all(const struct sslp_kdf_inputs *inputs,
    const struct sslp_kdf_view *view, struct sslp_session_keys *keys)
{
    struct sslp_kdf_prf prf;
    int ok = sslp_kdf_prf_init(&prf, inputs, view);

    if (ok)
        ok = sslp_raise_status(inputs->provctx,
            sslp_protocol_is_tls13(view->protocol)
                ? sslp_traffic_keys(prf.keyed, view->protocol, keys)
                : sslp_session_keys(
                      prf.keyed, view->suite, inputs->client_random, inputs->server_random, keys));
    sslp_kdf_prf_clear(&prf);
    return ok;
}

/* Callers usually ask for all pieces in turn, so the keys of the first derivation are kept. */
static int session_keys_derive_output(struct sslp_kdf_inputs *inputs,
    const struct session_keys_plan *plan, uint8_t *out, size_t out_len)
{
    struct sslp_session_keys keys;

    if (inputs->session_keys != NULL) {
        session_keys_select(plan, inputs->session_keys, out, out_len);
        return 1;
    }
    keys.layout = plan->layout;
    if (!session_keys_derive_all(inputs, &plan->view, &keys))
        return 0;
    session_keys_select(plan, &keys, out, out_len);
    if (plan->output != session_keys_output)
        sslp_kdf_keep_session_keys(inputs, &keys);
    sslp_wipe(keys.bytes, keys.layout.len);
    return 1;
}

static int session_keys_derive_block(const struct sslp_kdf_inputs *inputs,
    const struct sslp_kdf_view *view, const struct sslp_prf_key *master, uint8_t *out,
    size_t out_len)
{
    (void)view;
    return sslp_raise_status(inputs->provctx,
        sslp_key_block(master, inputs->client_random, inputs->server_random, out, out_len));
}

static int session_keys_compute(struct sslp_kdf_inputs *inputs, uint8_t *out, size_t out_len)
{
    struct session_keys_plan plan;

    if (!sslp_kdf_view(inputs, &plan.view))
        return 0;
    session_keys_plan(&plan, inputs);
    if (!session_keys_check(inputs, &plan, out_len))
        return 0;
    if (plan.output == key_block_output)
        return sslp_kdf_derive_with_prf(
            inputs, &plan.view, session_keys_derive_block, out, out_len);
    return session_keys_derive_output(inputs, &plan, out, out_len);
}

/* What is known of protocol and suite, whether or not the inputs are complete. */
static void session_keys_plan_so_far(
    struct session_keys_plan *plan, const struct sslp_kdf_inputs *inputs)
{
    const struct sslp_key *key = inputs->key;

    plan->view = (struct sslp_kdf_view){.protocol = inputs->protocol, .suite = inputs->suite};
    if (plan->view.protocol == NULL && key != NULL)
        plan->view.protocol = key->attributes.protocol;
    if (plan->view.suite == NULL && key != NULL)
        plan->view.suite = key->attributes.suite;
    session_keys_plan(plan, inputs);
}

/* A key block is a stream: without a suite, or where only a digest was given, it has any length. */
static size_t session_keys_size(const struct sslp_kdf_inputs *inputs)
{
    struct session_keys_plan plan;

    session_keys_plan_so_far(&plan, inputs);
    if (!session_keys_output_exists(&plan))
        return 0;
    if (plan.output != key_block_output)
        return session_keys_output_len(&plan);
    return plan.view.protocol == NULL || plan.view.suite == NULL ? SIZE_MAX
                                                                 : plan.layout.key_block_len;
}

static const OSSL_PARAM *session_keys_gettable(void *kctx, void *provctx)
{
    static const OSSL_PARAM gettable[] = {
        OSSL_PARAM_size_t(SSLPROVIDER_PARAM_SIZE, NULL),
        OSSL_PARAM_size_t(SSLPROVIDER_PARAM_MAC_KEY_LENGTH, NULL),
        OSSL_PARAM_size_t(SSLPROVIDER_PARAM_KEY_LENGTH, NULL),
        OSSL_PARAM_size_t(SSLPROVIDER_PARAM_IV_LENGTH, NULL),
        OSSL_PARAM_size_t(SSLPROVIDER_PARAM_SN_KEY_LENGTH, NULL),
        OSSL_PARAM_size_t(SSLPROVIDER_PARAM_HP_KEY_LENGTH, NULL),
        OSSL_PARAM_END,
    };

    (void)kctx;
    (void)provctx;
    return gettable;
}

/* The lengths of the pieces are told as soon as the suite and the protocol are known. */
static int session_keys_get(void *kctx, OSSL_PARAM params[])
{
    static const struct {
        const char *name;
        enum sslp_key_piece piece;
        const char *mask_output; /* NULL: the piece has one name in all protocols */
    } lengths[] = {{SSLPROVIDER_PARAM_MAC_KEY_LENGTH, SSLP_PIECE_MAC_KEY, NULL},
        {SSLPROVIDER_PARAM_KEY_LENGTH, SSLP_PIECE_KEY, NULL},
        {SSLPROVIDER_PARAM_IV_LENGTH, SSLP_PIECE_IV, NULL},
        {SSLPROVIDER_PARAM_SN_KEY_LENGTH, SSLP_PIECE_MASK_KEY, SSLPROVIDER_OUTPUT_SN_KEY},
        {SSLPROVIDER_PARAM_HP_KEY_LENGTH, SSLP_PIECE_MASK_KEY, SSLPROVIDER_OUTPUT_HP_KEY}};
    struct session_keys_plan plan;
    int ok = sslp_kdf_get_size(kctx, params);

    session_keys_plan_so_far(&plan, kctx);
    for (size_t i = 0; ok && plan.layout.len != 0 && i < sizeof(lengths) / sizeof(lengths[0]);
         i++) {
        OSSL_PARAM *param = OSSL_PARAM_locate(params, lengths[i].name);
        const bool has = lengths[i].mask_output == NULL ||
            session_keys_has_mask_key(plan.view.protocol, lengths[i].mask_output);

        ok = param == NULL ||
            OSSL_PARAM_set_size_t(
                param, has ? plan.layout.piece[SSLP_CLIENT][lengths[i].piece].len : 0);
    }
    return ok;
}

/* The names that a derivation by handle gives come first. */
#define SESSION_KEYS_PARAMETERS(X)                                                                 \
    SSLP_HANDLE_PARAMETERS(X)                                                                      \
    SSLP_RANDOM_PARAMETERS(X)                                                                      \
    X(text, OUTPUT, sslp_set_output)                                                               \
    SSLP_SECRET_PARAMETERS(X)                                                                      \
    SSLP_SUITE_PARAMETERS(X)                                                                       \
    X(text, ROLE, sslp_set_role)

SSLP_DEFINE_KDF(session_keys, SESSION_KEYS, SESSION_KEYS_PARAMETERS, session_keys_outputs,
    session_keys_gettable, session_keys_get);
