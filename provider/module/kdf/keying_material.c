/* SPDX-License-Identifier: Apache-2.0
 *
 * KDF SSL-KEYING-MATERIAL: the exporters of TLS 1.0 to 1.2 (SslExportKeyingMaterial; RFC 5705) and
 * of TLS 1.3 (RFC 8446 section 7.5), and the PRF behind EAP key blocks (SslComputeEapKeyBlock; RFC
 * 5216 section 2.3, RFC 5281 section 8).
 */
#include "schedule/keying_material.h"
#include "module/kdf/kdf.h"
#include "module/reasons.h"
#include "sslprovider/names.h"

/* In TLS 1.3 the transcript behind the exporter secret covers the randoms. */
static int keying_material_check_randoms(
    const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    if (sslp_protocol_is_tls13(view->protocol))
        return (!inputs->has_client_random && !inputs->has_server_random) ||
            sslp_raise(inputs->provctx, RANDOMS_NOT_IN_TLS13);
    if (!inputs->has_client_random)
        return sslp_raise(inputs->provctx, MISSING_CLIENT_RANDOM);
    return inputs->has_server_random || sslp_raise(inputs->provctx, MISSING_SERVER_RANDOM);
}

/* TLS derives its own keys from the master secret that exporters use: its labels are reserved.  A
 * TLS 1.3 exporter secret serves exporters alone, and every label is free there. */
static int keying_material_check_label(
    const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    const struct sslp_bytes label = sslp_kdf_octets(inputs, SSLP_ITEM_LABEL);

    if (label.data == NULL)
        return sslp_raise(inputs->provctx, MISSING_LABEL);
    if (sslp_protocol_is_tls13(view->protocol))
        return label.len <= SSLP_MAX_TLS13_LABEL ||
            sslp_raise(inputs->provctx, INVALID_LABEL_LENGTH);
    return !sslp_protocol_reserves_label(label, inputs->client_random) ||
        sslp_raise(inputs->provctx, RESERVED_LABEL);
}

/* The length of an exporter secret is checked once its hash is known. */
static int keying_material_check_secret(
    const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{

    if (sslp_protocol_is_tls13(view->protocol) || view->secret.len == 0)
        return 1;
    return sslp_kdf_check_secret(inputs, view, SSLP_KEY_MASTER_SECRET);
}

static int keying_material_check(
    const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view, size_t out_len)
{
    const enum sslp_key_kind kind =
        sslp_protocol_is_tls13(view->protocol) ? SSLP_KEY_EXPORTER_SECRET : SSLP_KEY_MASTER_SECRET;

    /* RFC 5705 section 4 defines the exporter for TLS; SSL 3.0 has no PRF that could serve. */
    if (sslp_protocol_is_ssl3(view->protocol))
        return sslp_raise(inputs->provctx, NOT_IN_PROTOCOL);
    if (inputs->key != NULL && inputs->key->attributes.kind != kind)
        return sslp_raise(inputs->provctx, WRONG_KEY_KIND);
    if (!keying_material_check_label(inputs, view) || !keying_material_check_randoms(inputs, view))
        return 0;
    if (!sslp_kdf_check_suite(inputs, view) || !keying_material_check_secret(inputs, view) ||
        !sslp_provctx_allows(inputs->provctx, view->protocol, view->suite))
        return 0;
    return sslp_kdf_check_stream_len(inputs, view, out_len);
}

static int keying_material_derive(const struct sslp_kdf_inputs *inputs,
    const struct sslp_kdf_view *view, const struct sslp_prf_key *secret, uint8_t *out,
    size_t out_len)
{
    const struct sslp_bytes label = sslp_kdf_octets(inputs, SSLP_ITEM_LABEL);
    const struct sslp_bytes context = sslp_kdf_octets(inputs, SSLP_ITEM_CONTEXT);

    if (!sslp_protocol_is_tls13(view->protocol))
        return sslp_raise_status(inputs->provctx,
            sslp_keying_material(secret, label, inputs->client_random, inputs->server_random,
                context.data == NULL ? NULL : &context, out, out_len));
    if (view->secret.len != secret->hmac.size)
        return sslp_raise(inputs->provctx, INVALID_SECRET_LENGTH);
    if (out_len > SSLP_HKDF_MAX_BLOCKS * secret->hmac.size)
        return sslp_raise_longer(inputs->provctx, INVALID_OUTPUT_LENGTH, out_len,
            SSLP_HKDF_MAX_BLOCKS * secret->hmac.size);
    return sslp_raise_status(inputs->provctx,
        sslp_keying_material_tls13(secret, view->protocol, label, context, out, out_len));
}

static int keying_material_compute(struct sslp_kdf_inputs *inputs, uint8_t *out, size_t out_len)
{
    struct sslp_kdf_view view;

    return sslp_kdf_view(inputs, &view) && keying_material_check(inputs, &view, out_len) &&
        sslp_kdf_derive_with_prf(inputs, &view, keying_material_derive, out, out_len);
}

/* A stream: any length. */
static size_t keying_material_size(const struct sslp_kdf_inputs *inputs)
{
    (void)inputs;
    return SIZE_MAX;
}

/* A secret may be empty: EAP-TLS makes its IV block from the randoms alone. */
#define KEYING_MATERIAL_PARAMETERS(X)                                                              \
    SSLP_HANDLE_PARAMETERS(X)                                                                      \
    X(octets, LABEL, sslp_set_label)                                                               \
    SSLP_RANDOM_PARAMETERS(X)                                                                      \
    X(octets, CONTEXT, sslp_set_context)                                                           \
    X(octets, SECRET, sslp_set_any_secret)                                                         \
    X(octets, KEY, sslp_set_any_secret)                                                            \
    SSLP_SUITE_PARAMETERS(X)

SSLP_DEFINE_KDF(keying_material, KEYING_MATERIAL, KEYING_MATERIAL_PARAMETERS, NULL,
    sslp_kdf_gettable_size, sslp_kdf_get_size);
