/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of TLS 1.3 (RFC 8446 section 5.2):
 *
 *     type | 03 03 | length | ciphertext of content, content type and padding | tag
 *
 * The caller puts TLSInnerPlaintext together and takes it apart.  The tag covers the header as it
 * is sent; nothing else in it is checked.  aead.c is the cipher.
 */
#include "shim/records/protection.h"

enum {
    MIN_INNER_PLAINTEXT = 1, /* the content type */
    MAX_RECORD = 0x4100,     /* as natively; no suite makes one as long */
    DATAGRAM_MAJOR = 0xFE    /* of the versions of DTLS */
};

/* The output may lie in the input only at the ciphertext. */
static bool tls13_collides(struct sslp_bytes input, const uint8_t *output, size_t output_len)
{
    const size_t body_len = input.len - SSLP_TLS_HEADER_LEN;
    const size_t writable = body_len < output_len ? body_len : output_len;

    return output != input.data + SSLP_TLS_HEADER_LEN &&
        sslp_record_overlaps(input, sslp_bytes(output, writable));
}

static SECURITY_STATUS tls13_find_body(const struct sslp_record_state *state,
    struct sslp_bytes input, const uint8_t *output, size_t output_len, struct sslp_bytes *body)
{
    const size_t tag_len = state->keys.suite->cipher->tag_len;

    if (input.len < SSLP_TLS_HEADER_LEN + MIN_INNER_PLAINTEXT + tag_len || input.len > MAX_RECORD)
        return NTE_BAD_DATA;
    if (tls13_collides(input, output, output_len))
        return NTE_BUFFERS_OVERLAP;
    if (input.data[1] == DATAGRAM_MAJOR)
        return NTE_BAD_DATA;
    *body =
        sslp_bytes(input.data + SSLP_TLS_HEADER_LEN, (size_t)input.data[3] << 8 | input.data[4]);
    /* No longer than a record can be made: RFC 8446 section 5.4. */
    if (body->len != input.len - SSLP_TLS_HEADER_LEN ||
        body->len > SSLP_MAX_INNER_PLAINTEXT + tag_len)
        return NTE_BAD_DATA;
    return sslp_record_check_room(state, body->len, output_len);
}

const struct sslp_framing sslp_framing_tls13 = {
    .min_plaintext = MIN_INNER_PLAINTEXT,
    .max_plaintext = SSLP_MAX_INNER_PLAINTEXT,
    .find_body = tls13_find_body,
    .not_genuine = STATUS_AUTH_TAG_MISMATCH,
};
