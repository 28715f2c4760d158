/* SPDX-License-Identifier: Apache-2.0
 *
 * Received records up to TLS 1.2 and DTLS 1.2 in the caller's buffers: where the body lies, and
 * where the plaintext may go.
 */
#include "shim/records/protection.h"

/* The version of the header only has to be of the key's family: peers put a lower version of TLS
 * into some records (RFC 5246 appendix E.1).  MAC and tag cover the version of the key. */
static bool framing_has_version(const struct sslp_record_state *state, const uint8_t *header)
{
    const struct sslp_protocol *protocol =
        sslp_protocol_by_version((uint32_t)header[1] << 8 | header[2]);

    return protocol != NULL && protocol->family == state->keys.protocol->family &&
        !sslp_protocol_is_tls13(protocol);
}

/* Exactly one record: header, and a body that fills the rest of the input. */
static SECURITY_STATUS framing_split(
    const struct sslp_record_state *state, struct sslp_bytes input, struct sslp_bytes *body)
{
    const size_t header_len = state->header_len;
    size_t body_len;

    if (input.len < header_len || !framing_has_version(state, input.data))
        return NTE_BAD_DATA;
    body_len = (size_t)input.data[header_len - 2] << 8 | input.data[header_len - 1];
    if (body_len > SSLP_MAX_CIPHERTEXT || body_len < state->mac_len + state->explicit_len ||
        input.len - header_len != body_len)
        return NTE_BAD_DATA;
    *body = sslp_bytes(input.data + header_len, body_len);
    return ERROR_SUCCESS;
}

static SECURITY_STATUS framing_find_body(const struct sslp_record_state *state,
    struct sslp_bytes input, const uint8_t *output, size_t output_len, struct sslp_bytes *body)
{
    const SECURITY_STATUS status = framing_split(state, input, body);

    if (status != ERROR_SUCCESS)
        return status;
    if (sslp_record_collides(state, input, *body, output, output_len))
        return NTE_BUFFERS_OVERLAP;
    return sslp_record_check_room(state, body->len, output_len);
}

const struct sslp_framing sslp_framing_before_tls13 = {
    .min_plaintext = 0,
    .max_plaintext = SSLP_MAX_PLAINTEXT,
    .find_body = framing_find_body,
    .not_genuine = NTE_DECRYPTION_FAILURE,
};
