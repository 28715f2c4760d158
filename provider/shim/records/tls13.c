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

static SECURITY_STATUS tls13_find_body(const struct sslp_record_state *state,
    struct sslp_bytes input, const uint8_t *output, size_t output_len, struct sslp_bytes *body)
{
    const size_t tag_len = state->keys.suite->cipher->tag_len;

    if (input.len < SSLP_TLS_HEADER_LEN + MIN_INNER_PLAINTEXT + tag_len || input.len > MAX_RECORD)
        return NTE_BAD_DATA;
    *body = sslp_bytes(input.data + SSLP_TLS_HEADER_LEN, input.len - SSLP_TLS_HEADER_LEN);
    if (sslp_record_collides(state, input, *body, output, output_len))
        return NTE_BUFFERS_OVERLAP;
    /* The body is no longer than a record can be made: RFC 8446 section 5.4. */
    if (input.data[1] == DATAGRAM_MAJOR ||
        body->len != ((size_t)input.data[3] << 8 | input.data[4]) ||
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
