/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of TLS 1.2 and older and of DTLS in the caller's buffers: how long the plaintext may be,
 * where the body of a received record lies, and where it may be opened to.
 */
#include "shim/records/protection.h"

/* The version of the header has to be of the key's family only: peers put a lower version of TLS
 * into some records, and MAC and tag cover the version of the key (RFC 5246 appendix E.1). */
static bool version_fits(const struct sslp_record *record, const uint8_t *header)
{
    const struct sslp_protocol *protocol =
        sslp_protocol_by_version((uint32_t)header[1] << 8 | header[2]);

    return protocol != NULL && protocol->family == record->protocol->family &&
        !sslp_protocol_is_tls13(protocol);
}

/* Exactly one record: header, and a body that fills the rest of the input. */
static SECURITY_STATUS split(
    const struct sslp_record *record, struct sslp_bytes input, struct sslp_bytes *body)
{
    const size_t header_len = record->header_len;
    size_t body_len;

    if (input.len < header_len || !version_fits(record, input.data))
        return NTE_BAD_DATA;
    body_len = (size_t)input.data[header_len - 2] << 8 | input.data[header_len - 1];
    if (body_len > SSLP_MAX_CIPHERTEXT || body_len < record->mac_len + record->explicit_len ||
        input.len - header_len != body_len)
        return NTE_BAD_DATA;
    *body = sslp_bytes(input.data + header_len, body_len);
    return ERROR_SUCCESS;
}

static bool open_in_place(
    const struct sslp_record *record, struct sslp_bytes body, const uint8_t *output)
{
    return output == body.data || output == body.data + record->explicit_len;
}

static SECURITY_STATUS find_body(const struct sslp_record *record, struct sslp_bytes input,
    const uint8_t *output, size_t output_len, struct sslp_bytes *body)
{
    const SECURITY_STATUS status = split(record, input, body);
    size_t writable;

    if (status != ERROR_SUCCESS)
        return status;
    writable = body->len < output_len ? body->len : output_len;
    if (!open_in_place(record, *body, output) &&
        sslp_record_overlaps(input, sslp_bytes(output, writable)))
        return NTE_BUFFERS_OVERLAP;
    return sslp_record_check_room(record, body->len, output_len);
}

const struct sslp_framing sslp_framing_before_tls13 = {
    .min_plaintext = 0,
    .max_plaintext = SSLP_MAX_PLAINTEXT,
    .find_body = find_body,
    .not_genuine = NTE_DECRYPTION_FAILURE,
};
