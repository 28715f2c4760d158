/* SPDX-License-Identifier: Apache-2.0
 *
 * KDF SSL-FINISHED: derives verify_data of a Finished message from the master secret and the
 * transcript hash (SslComputeFinishedHash; RFC 5246 section 7.4.9).  TLS 1.3 takes the sender's
 * traffic secret or a binder key instead (RFC 8446 sections 4.4.4 and 4.2.11.2).  SSL 3.0 hashes
 * the master secret after the handshake messages, so it takes the messages themselves; it also
 * gives the digest of CertificateVerify (RFC 6101 sections 5.6.8 and 5.6.9).
 */
#include "schedule/finished.h"
#include "module/kdf/kdf.h"
#include "module/reasons.h"
#include "sslprovider/names.h"

static const struct sslp_output finished_outputs[] = {
    {SSLPROVIDER_OUTPUT_FINISHED, SSLP_SIDE_NONE, SSLP_OUTPUT_FINISHED},
    {SSLPROVIDER_OUTPUT_CERTIFICATE_VERIFY, SSLP_SIDE_NONE, SSLP_OUTPUT_CERTIFICATE_VERIFY},
    {NULL, SSLP_SIDE_NONE, SSLP_OUTPUT_FINISHED},
};

static bool finished_wants_certificate_verify(const struct sslp_kdf_inputs *inputs)
{
    return inputs->output != NULL && inputs->output->content == SSLP_OUTPUT_CERTIFICATE_VERIFY;
}

/* In TLS 1.3 the secret says whose message it is. */
static int finished_check_messages(
    const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    if (sslp_protocol_is_ssl3(view->protocol)) {
        if (sslp_kdf_octets(inputs, SSLP_ITEM_MESSAGES).data == NULL)
            return sslp_raise(inputs->provctx, MISSING_MESSAGES);
    } else {
        if (finished_wants_certificate_verify(inputs))
            return sslp_raise(inputs->provctx, NOT_IN_PROTOCOL);
        if (inputs->transcript_hash_len == 0)
            return sslp_raise(inputs->provctx, MISSING_TRANSCRIPT_HASH);
    }
    return sslp_protocol_is_tls13(view->protocol) || view->role != SSLP_ROLE_NONE ||
        finished_wants_certificate_verify(inputs) || sslp_raise(inputs->provctx, MISSING_ROLE);
}

static int finished_check_secret(
    const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    const enum sslp_key_kind kind =
        inputs->key == NULL ? SSLP_KEY_NONE : inputs->key->attributes.kind;

    if (sslp_protocol_is_tls13(view->protocol)) {
        if (kind != SSLP_KEY_NONE && kind != SSLP_KEY_TRAFFIC_SECRET && kind != SSLP_KEY_BINDER_KEY)
            return sslp_raise(inputs->provctx, WRONG_KEY_KIND);
        return sslp_kdf_check_suite(inputs, view);
    }
    if (kind != SSLP_KEY_NONE && kind != SSLP_KEY_MASTER_SECRET)
        return sslp_raise(inputs->provctx, WRONG_KEY_KIND);
    return sslp_kdf_check_secret(inputs, view, SSLP_KEY_MASTER_SECRET);
}

static int finished_check(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    return finished_check_messages(inputs, view) && finished_check_secret(inputs, view) &&
        sslp_provctx_allows(inputs->provctx, view->protocol, view->suite);
}

static size_t finished_output_len(
    const struct sslp_kdf_view *view, const struct sslp_prf_key *secret)
{
    if (sslp_protocol_is_tls13(view->protocol))
        return secret->hmac.size;
    return sslp_protocol_is_ssl3(view->protocol) ? SSLP_MD5_SHA1_LEN : SSLP_VERIFY_DATA_LEN;
}

/* The secret has the length of the hash, which the parameter "digest" may have changed. */
static int finished_derive_tls13(const struct sslp_kdf_inputs *inputs,
    const struct sslp_kdf_view *view, const struct sslp_prf_key *secret, uint8_t *out)
{
    const struct sslp_bytes hash = sslp_bytes(inputs->transcript_hash, inputs->transcript_hash_len);

    if (view->secret.len != secret->hmac.size)
        return sslp_raise(inputs->provctx, INVALID_SECRET_LENGTH);
    return sslp_raise_status(
        inputs->provctx, sslp_finished_tls13(secret, view->protocol, hash, out));
}

static int finished_derive(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view,
    const struct sslp_prf_key *master, uint8_t *out, size_t out_len)
{
    const enum sslp_side sender = view->role == SSLP_ROLE_SERVER ? SSLP_SERVER : SSLP_CLIENT;
    const struct sslp_bytes messages = sslp_kdf_octets(inputs, SSLP_ITEM_MESSAGES);

    if (out_len != finished_output_len(view, master))
        return sslp_raise_length(
            inputs->provctx, INVALID_OUTPUT_LENGTH, out_len, finished_output_len(view, master));
    if (sslp_protocol_is_tls13(view->protocol))
        return finished_derive_tls13(inputs, view, master, out);
    if (finished_wants_certificate_verify(inputs))
        return sslp_raise_status(
            inputs->provctx, sslp_certificate_verify_ssl3(master, messages, out));
    if (sslp_protocol_is_ssl3(view->protocol))
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

    return sslp_kdf_view(inputs, &view) && finished_check(inputs, &view) &&
        sslp_kdf_derive_with_prf(inputs, &view, finished_derive, out, out_len);
}

static size_t finished_size(const struct sslp_kdf_inputs *inputs)
{
    const struct sslp_protocol *protocol = inputs->protocol;

    if (protocol == NULL && inputs->key != NULL)
        protocol = inputs->key->attributes.protocol;
    if (sslp_protocol_is_tls13(protocol))
        return sslp_kdf_hash_size(inputs);
    return sslp_protocol_is_ssl3(protocol) ? SSLP_MD5_SHA1_LEN : SSLP_VERIFY_DATA_LEN;
}

#define FINISHED_PARAMETERS(X)                                                                     \
    SSLP_HANDLE_PARAMETERS(X)                                                                      \
    X(octets, TRANSCRIPT_HASH, sslp_set_transcript_hash)                                           \
    X(text, ROLE, sslp_set_role)                                                                   \
    SSLP_SECRET_PARAMETERS(X)                                                                      \
    X(octets, MESSAGES, sslp_set_messages)                                                         \
    X(text, OUTPUT, sslp_set_output)                                                               \
    SSLP_SUITE_PARAMETERS(X)

SSLP_DEFINE_KDF(finished, FINISHED, FINISHED_PARAMETERS, finished_outputs, sslp_kdf_gettable_size,
    sslp_kdf_get_size);
