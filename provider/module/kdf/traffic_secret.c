/* SPDX-License-Identifier: Apache-2.0
 *
 * KDF SSL-TRAFFIC-SECRET: derives one named secret of TLS 1.3 from another (SslExtractEarlyKey and
 * the functions after it; RFC 8446 section 7.1).  The result has the length of the hash, or stays
 * in the provider behind a handle.  An arrow starts only at the kinds of key that the figure of the
 * RFC shows; those to the secrets of QUIC's Initial packets start at a connection id alone (RFC
 * 9001 section 5.2).
 */
#include "module/kdf/kdf.h"
#include "module/reasons.h"
#include "schedule/tls13_secrets.h"
#include "sslprovider/names.h"

#include <openssl/crypto.h>

static bool traffic_secret_is_initial(const struct sslp_kdf_inputs *inputs)
{
    return inputs->arrow != NULL && inputs->arrow->input == SSLP_INPUT_CONNECTION_ID;
}

static const struct sslp_suite *traffic_secret_initial_suite(void)
{
    return sslp_suite_by_id(SSLP_INITIAL_SUITE);
}

/* Initial packets have one suite, whatever the handshake chooses later. */
static int traffic_secret_view_initial(
    const struct sslp_kdf_inputs *inputs, struct sslp_kdf_view *view)
{
    if (view->protocol == NULL)
        return sslp_raise(inputs->provctx, MISSING_PROTOCOL);
    if (!sslp_protocol_is_tls13(view->protocol) || view->protocol->labels->initial_salt == NULL)
        return sslp_raise(inputs->provctx, NOT_IN_PROTOCOL);
    if (view->suite == NULL)
        view->suite = traffic_secret_initial_suite();
    return view->suite == traffic_secret_initial_suite() ||
        sslp_raise(inputs->provctx, INITIAL_SUITE);
}

/* The first arrow needs no secret: a handshake may have no PSK. */
static int traffic_secret_view_inputs(
    const struct sslp_kdf_inputs *inputs, struct sslp_kdf_view *view)
{
    const bool initial = traffic_secret_is_initial(inputs);
    const bool no_secret = inputs->key == NULL && inputs->item[SSLP_ITEM_SECRET].data == NULL;

    if (initial && !no_secret)
        return sslp_raise(inputs->provctx, SECRET_AND_CONNECTION_ID);
    if (no_secret && (initial || inputs->arrow->input == SSLP_INPUT_PRE_SHARED_KEY))
        *view = (struct sslp_kdf_view){
            .protocol = inputs->protocol, .suite = inputs->suite, .role = inputs->role};
    else if (!sslp_kdf_view(inputs, view))
        return 0;
    if (initial)
        return traffic_secret_view_initial(inputs, view);
    if (view->protocol == NULL)
        view->protocol = sslp_protocol_tls13();
    return sslp_protocol_is_tls13(view->protocol) || sslp_raise(inputs->provctx, NOT_IN_PROTOCOL);
}

static int traffic_secret_check_from(
    const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    const enum sslp_key_kind *from = inputs->arrow->from;
    const struct sslp_key *key = inputs->key;

    if (key != NULL && key->attributes.kind != from[0] && key->attributes.kind != from[1])
        return sslp_raise(inputs->provctx, WRONG_KEY_KIND);
    if (inputs->shared_key != NULL && inputs->item[SSLP_ITEM_SHARED_SECRET].data != NULL)
        return sslp_raise(inputs->provctx, SHARED_SECRET_AND_HANDLE);
    if (from[0] == SSLP_KEY_PRE_SHARED_KEY && view->secret.len > SSLP_MAX_PRE_SHARED_KEY)
        return sslp_raise(inputs->provctx, INVALID_SECRET_LENGTH);
    return 1;
}

static int traffic_secret_check_handle(
    const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    if (sslp_kdf_wants_handle(inputs) && inputs->arrow->to == SSLP_KEY_NONE)
        return sslp_raise(inputs->provctx, TARGET_HAS_NO_HANDLE);
    return sslp_kdf_check_handle(inputs, view);
}

static int traffic_secret_check(
    const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    if (!traffic_secret_check_from(inputs, view) || !sslp_kdf_check_suite(inputs, view))
        return 0;
    if (inputs->arrow->input == SSLP_INPUT_TRANSCRIPT_HASH && inputs->transcript_hash_len == 0)
        return sslp_raise(inputs->provctx, MISSING_TRANSCRIPT_HASH);
    if (inputs->arrow->input == SSLP_INPUT_TICKET_NONCE &&
        inputs->item[SSLP_ITEM_TICKET_NONCE].data == NULL)
        return sslp_raise(inputs->provctx, MISSING_TICKET_NONCE);
    if (traffic_secret_is_initial(inputs) && inputs->item[SSLP_ITEM_CONNECTION_ID].data == NULL)
        return sslp_raise(inputs->provctx, MISSING_CONNECTION_ID);
    return traffic_secret_check_handle(inputs, view);
}

static struct sslp_bytes traffic_secret_arrow_input(const struct sslp_kdf_inputs *inputs)
{
    switch (inputs->arrow->input) {
    case SSLP_INPUT_SHARED_SECRET:
        return inputs->shared_key != NULL ? sslp_key_secret(inputs->shared_key)
                                          : sslp_kdf_octets(inputs, SSLP_ITEM_SHARED_SECRET);
    case SSLP_INPUT_TRANSCRIPT_HASH:
        return sslp_bytes(inputs->transcript_hash, inputs->transcript_hash_len);
    case SSLP_INPUT_TICKET_NONCE:
        return sslp_kdf_octets(inputs, SSLP_ITEM_TICKET_NONCE);
    case SSLP_INPUT_CONNECTION_ID:
        return sslp_kdf_octets(inputs, SSLP_ITEM_CONNECTION_ID);
    default:
        break;
    }
    return sslp_bytes(NULL, 0);
}

/* RFC 8446 section 4.2.11 binds a pre-shared key to one hash, and RFC 9001 section 5.2 the secrets
 * of Initial packets to another, whichever way the hash is named. */
static int traffic_secret_check_hash(
    const struct sslp_kdf_inputs *inputs, const struct sslp_prf *hkdf)
{
    const struct sslp_key *key = inputs->key;

    if (traffic_secret_is_initial(inputs))
        return sslp_hash_is(
                   hkdf->hash, sslp_hash_id_name(traffic_secret_initial_suite()->prf_hash)) ||
            sslp_raise(inputs->provctx, INITIAL_SUITE);
    return key == NULL || key->attributes.kind != SSLP_KEY_PRE_SHARED_KEY ||
        sslp_hash_is(
            hkdf->hash, sslp_hash_id_name(sslp_pre_shared_key_hash(key->attributes.suite))) ||
        sslp_raise(inputs->provctx, PRE_SHARED_KEY_HASH);
}

/* Without a PSK the early secret is a constant, and without a shared secret so is all that follows.
 * The value tells, wherever it comes from. */
static int traffic_secret_check_shared_secret(const struct sslp_kdf_inputs *inputs,
    const struct sslp_kdf_view *view, const struct sslp_prf *hkdf)
{
    bool is_public = false;

    if (inputs->arrow->input != SSLP_INPUT_SHARED_SECRET ||
        traffic_secret_arrow_input(inputs).len != 0)
        return 1;
    return sslp_raise_status(
               inputs->provctx, sslp_early_secret_is_public(hkdf, view->secret, &is_public)) &&
        (!is_public || sslp_raise(inputs->provctx, MISSING_SHARED_SECRET));
}

static int traffic_secret_derive(const struct sslp_kdf_inputs *inputs,
    const struct sslp_kdf_view *view, const struct sslp_kdf_prf *prf, uint8_t *secret)
{
    if (inputs->arrow->input == SSLP_INPUT_PRE_SHARED_KEY)
        return sslp_raise_status(
            inputs->provctx, sslp_early_secret(prf->chosen, view->secret, secret));
    if (traffic_secret_is_initial(inputs))
        return sslp_raise_status(inputs->provctx,
            sslp_initial_secret(inputs->arrow, view->protocol, prf->chosen,
                traffic_secret_arrow_input(inputs), secret));
    if (view->secret.len != prf->chosen->hash->size)
        return sslp_raise(inputs->provctx, INVALID_SECRET_LENGTH);
    if (!traffic_secret_check_shared_secret(inputs, view, prf->chosen))
        return 0;
    return sslp_raise_status(inputs->provctx,
        sslp_tls13_derive(
            inputs->arrow, view->protocol, prf->keyed, traffic_secret_arrow_input(inputs), secret));
}

static int traffic_secret_derive_with(const struct sslp_kdf_inputs *inputs,
    const struct sslp_kdf_view *view, const struct sslp_kdf_prf *prf, uint8_t *out, size_t out_len)
{
    const size_t size = prf->chosen->hash->size;
    const size_t right = sslp_kdf_wants_handle(inputs) ? sizeof(uint64_t) : size;
    uint8_t secret[SSLP_MAX_HASH];
    int ok = 0;

    if (out_len != right)
        return sslp_raise_length(inputs->provctx, INVALID_OUTPUT_LENGTH, out_len, right);
    if (!sslp_kdf_wants_handle(inputs))
        return sslp_kdf_may_leave(inputs) && traffic_secret_derive(inputs, view, prf, out);
    if (traffic_secret_derive(inputs, view, prf, secret))
        ok = sslp_kdf_store_secret(
            inputs, view, inputs->arrow->to, sslp_bytes(secret, size), prf->chosen, out);
    OPENSSL_cleanse(secret, sizeof(secret));
    return ok;
}

static int traffic_secret_compute(struct sslp_kdf_inputs *inputs, uint8_t *out, size_t out_len)
{
    struct sslp_kdf_view view;
    struct sslp_kdf_prf prf;
    int ok;

    if (inputs->arrow == NULL)
        return sslp_raise(inputs->provctx, MISSING_TARGET);
    if (!traffic_secret_view_inputs(inputs, &view) || !traffic_secret_check(inputs, &view))
        return 0;
    /* HKDF-Extract takes pre-shared key and connection id as its input, not as its key. */
    ok = (inputs->arrow->input == SSLP_INPUT_PRE_SHARED_KEY || traffic_secret_is_initial(inputs)
                 ? sslp_kdf_prf_choose(&prf, inputs, &view)
                 : sslp_kdf_prf_init(&prf, inputs, &view)) &&
        traffic_secret_check_hash(inputs, prf.chosen) &&
        traffic_secret_derive_with(inputs, &view, &prf, out, out_len);
    sslp_kdf_prf_clear(&prf);
    return ok;
}

static size_t traffic_secret_size(const struct sslp_kdf_inputs *inputs)
{
    if (sslp_kdf_wants_handle(inputs))
        return sizeof(uint64_t);
    return traffic_secret_is_initial(inputs)
        ? sslp_hash_id_size(traffic_secret_initial_suite()->prf_hash)
        : sslp_kdf_hash_size(inputs);
}

#define TRAFFIC_SECRET_PARAMETERS(X)                                                               \
    SSLP_HANDLE_PARAMETERS(X)                                                                      \
    X(text, TARGET, sslp_set_arrow)                                                                \
    X(octets, TRANSCRIPT_HASH, sslp_set_transcript_hash)                                           \
    X(text, OUTPUT, sslp_set_output)                                                               \
    SSLP_SECRET_PARAMETERS(X)                                                                      \
    X(octets, SHARED_SECRET, sslp_set_shared_secret)                                               \
    X(handle, SHARED_SECRET_HANDLE, sslp_set_shared_secret_handle)                                 \
    X(octets, TICKET_NONCE, sslp_set_ticket_nonce)                                                 \
    X(octets, CONNECTION_ID, sslp_set_connection_id)                                               \
    SSLP_SUITE_PARAMETERS(X)                                                                       \
    X(text, ROLE, sslp_set_role)                                                                   \
    X(flag, EXPORTABLE, sslp_set_exportable)

SSLP_DEFINE_KDF(traffic_secret, TRAFFIC_SECRET, TRAFFIC_SECRET_PARAMETERS, sslp_kdf_secret_outputs,
    sslp_kdf_gettable_size, sslp_kdf_get_size);
