/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of DTLS 1.3 (RFC 9147 section 4):
 *
 *     0 0 1 C S L E E | connection id | number | length | ciphertext of TLSInnerPlaintext | tag
 *
 * C: there is a connection id.  S: the number has 16 bits, and not 8.  L: there is a length,
 * without which the record ends with the datagram.  E: the low bits of the epoch.
 *
 * The number is that of the record cut to its low bits, and masked with a part of the ciphertext
 * (section 4.2.3).  The tag covers the header with the number in clear; tls13.c and aead.c are the
 * rest.  Nothing branches on the number before the tag is known to be right.
 */
#include "base/ct.h"
#include "shim/core/errors.h"
#include "shim/records/protection.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

enum {
    FIXED_BITS = 0x20,
    FIXED_MASK = 0xE0,
    HAS_ID = 0x10,
    HAS_LONG_NUMBER = 0x08,
    HAS_LENGTH = 0x04,
    EPOCH_MASK = 0x03
};

enum {
    MAX_ID = 255, /* RFC 9146 section 3 */
    MAX_HEADER = 1 + MAX_ID + 2 + 2,
    SAMPLE_LEN = 16, /* of the ciphertext, which may not be shorter */
    EPOCH_SHIFT = 48 /* of the sequence numbers that callers pass */
};

static const uint64_t number_mask = (UINT64_C(1) << EPOCH_SHIFT) - 1;

/* Where the parts of a header are. */
struct dtls13_header {
    size_t number_at;
    size_t number_len;
    size_t len;
};

/* By the first byte alone. */
static struct dtls13_header dtls13_header_of(const struct sslp_record_state *state, uint8_t first)
{
    struct dtls13_header header = {.number_at = 1};

    if ((first & HAS_ID) != 0)
        header.number_at += state->id_len;
    header.number_len = (first & HAS_LONG_NUMBER) != 0 ? 2 : 1;
    header.len = header.number_at + header.number_len + ((first & HAS_LENGTH) != 0 ? 2 : 0);
    return header;
}

/* A connection id that nobody has told of has no end. */
static bool dtls13_is_header(const struct sslp_record_state *state, uint8_t first)
{
    return (first & FIXED_MASK) == FIXED_BITS && ((first & HAS_ID) == 0 || state->id_len != 0);
}

/* The low bits of the epoch are in the clear, so a record of another one is left as it is. */
static bool dtls13_is_of_epoch(uint64_t sequence_number, uint8_t first)
{
    return (first & EPOCH_MASK) == (sequence_number >> EPOCH_SHIFT & EPOCH_MASK);
}

static SECURITY_STATUS dtls13_find_body(const struct sslp_record_state *state,
    struct sslp_bytes input, const uint8_t *output, size_t output_len, struct sslp_bytes *body)
{
    const size_t tag_len = state->keys.suite->cipher->tag_len;
    const struct dtls13_header header = dtls13_header_of(state, input.data[0]);
    const uint8_t *length;
    SECURITY_STATUS status;

    if (!dtls13_is_header(state, input.data[0]) || input.len < header.len + SAMPLE_LEN)
        return NTE_BAD_DATA;
    *body = sslp_bytes(input.data + header.len, input.len - header.len);
    length = body->data - 2;
    if ((input.data[0] & HAS_LENGTH) != 0 && body->len != ((size_t)length[0] << 8 | length[1]))
        return NTE_BAD_DATA;
    /* At least the content type; and no longer than a record can be made (RFC 8446 section 5.4). */
    if (body->len <= tag_len || body->len > SSLP_MAX_INNER_PLAINTEXT + tag_len)
        return NTE_BAD_DATA;
    if (sslp_record_collides(state, input, *body, output, output_len))
        return NTE_BUFFERS_OVERLAP;
    status = sslp_record_check_room(state, body->len, output_len);
    if (status == ERROR_SUCCESS && !dtls13_is_of_epoch(state->sequence_number, input.data[0]))
        return STATUS_AUTH_TAG_MISMATCH;
    return status;
}

static void dtls13_write_header(
    const struct sslp_record_context *context, uint8_t *header, size_t body_len)
{
    const uint8_t epoch = (uint8_t)(context->sequence_number >> EPOCH_SHIFT & EPOCH_MASK);

    header[0] = (uint8_t)(FIXED_BITS | HAS_LONG_NUMBER | HAS_LENGTH | epoch);
    sslp_record_put16(header + 1, context->sequence_number & 0xFFFF);
    sslp_record_put16(header + 3, body_len);
}

static SECURITY_STATUS dtls13_setup(struct sslp_record_state *state)
{
    const char *name = state->keys.suite->cipher->mask_name;
    SECURITY_STATUS status = sslp_protection_tls13.setup(state);
    EVP_CIPHER *cipher;

    if (status == ERROR_SUCCESS)
        status = sslp_algorithms_cipher(state->algorithms, name, &cipher);
    if (status != ERROR_SUCCESS)
        return status;
    state->mask = EVP_CIPHER_CTX_new();
    if (state->mask == NULL)
        return NTE_NO_MEMORY;
    return EVP_EncryptInit_ex2(state->mask, cipher, state->mask_key, NULL, NULL) == 1 &&
            EVP_CIPHER_CTX_set_padding(state->mask, 0) == 1
        ? ERROR_SUCCESS
        : sslp_errors_refusal(NTE_INTERNAL_ERROR);
}

/* Masks or unmasks a number.  AES encrypts the sample; for ChaCha20 it is counter and nonce, in the
 * form that EVP takes them. */
static bool dtls13_mask_number(const struct sslp_record_state *state, const uint8_t *sample,
    uint8_t *number, size_t number_len)
{
    static const uint8_t zeros[SAMPLE_LEN];
    const bool is_stream = state->keys.suite->cipher->mode == SSLP_MODE_CHACHA20_POLY1305;
    uint8_t mask[SAMPLE_LEN];
    int len = 0;
    const bool made =
        (!is_stream || EVP_EncryptInit_ex2(state->mask, NULL, NULL, sample, NULL) == 1) &&
        EVP_EncryptUpdate(state->mask, mask, &len, is_stream ? zeros : sample, SAMPLE_LEN) == 1 &&
        len == SAMPLE_LEN;

    for (size_t i = 0; made && i < number_len; i++)
        number[i] ^= mask[i];
    OPENSSL_cleanse(mask, sizeof(mask));
    return made;
}

/* Of the numbers that end with the low bits, that which is nearest to the one expected (RFC 9147
 * section 4.2.2); of two, the later.  The low bits are a secret still, the rest is not. */
static uint64_t dtls13_nearest(uint64_t expected, size_t low, size_t low_len)
{
    const size_t window = (size_t)1 << (8 * low_len);
    const size_t ahead = (low - (size_t)expected) & (window - 1);
    size_t is_behind = sslp_ct_less(window / 2, ahead);

    if (expected < window)
        is_behind &= sslp_ct_at_least((size_t)expected + ahead, window);
    if (number_mask - expected < window)
        is_behind |= sslp_ct_less((size_t)(number_mask - expected), ahead);
    return expected + ahead - (is_behind & window);
}

static size_t dtls13_read_number(const uint8_t *number, size_t number_len)
{
    return number_len == 1 ? number[0] : (size_t)number[0] << 8 | number[1];
}

/* RFC 9147 section 4.2.3: shorter plaintexts are padded until there is a sample. */
static size_t dtls13_padded_len(const struct sslp_record_state *state, size_t plaintext_len)
{
    const size_t least = SAMPLE_LEN - state->trailer_len;

    return plaintext_len < least ? least : plaintext_len;
}

/* The nonce has no epoch in it: RFC 9147 section 4. */
static bool dtls13_seal(struct sslp_record_state *state, const struct sslp_record_context *context,
    const uint8_t *plaintext, size_t plaintext_len, uint8_t *body)
{
    const size_t padded_len = dtls13_padded_len(state, plaintext_len);
    uint8_t *const number = body - context->header_len + 1;
    struct sslp_record_context own = *context;

    own.sequence_number &= number_mask;
    if (padded_len != plaintext_len) {
        plaintext = memmove(body, plaintext, plaintext_len);
        memset(body + plaintext_len, 0, padded_len - plaintext_len);
    }
    return sslp_protection_tls13.seal(state, &own, plaintext, padded_len, body) &&
        dtls13_mask_number(state, body, number, 2);
}

static enum sslp_opening dtls13_open(struct sslp_record_state *state,
    const struct sslp_record_context *context, struct sslp_bytes body, uint8_t *output,
    size_t *plaintext_len)
{
    const struct dtls13_header header = dtls13_header_of(state, context->header[0]);
    const uint64_t epoch = context->sequence_number >> EPOCH_SHIFT;
    struct sslp_record_context own = *context;
    uint8_t clear[MAX_HEADER];
    enum sslp_opening opening;

    memcpy(clear, context->header, header.len);
    if (!dtls13_mask_number(state, body.data, clear + header.number_at, header.number_len))
        return SSLP_NOT_COMPUTED;
    own.header = clear;
    own.header_len = header.len;
    own.sequence_number = dtls13_nearest(context->sequence_number & number_mask,
        dtls13_read_number(clear + header.number_at, header.number_len), header.number_len);
    opening = sslp_protection_tls13.open(state, &own, body, output, plaintext_len);
    if (opening == SSLP_OPENED)
        state->sequence_number = epoch << EPOCH_SHIFT | own.sequence_number;
    OPENSSL_cleanse(clear, header.len);
    return opening;
}

const struct sslp_protection sslp_protection_dtls13 = {
    .setup = dtls13_setup,
    .padded_len = dtls13_padded_len,
    .seal = dtls13_seal,
    .open = dtls13_open,
    .short_output = NTE_BUFFER_TOO_SMALL,
};

const struct sslp_framing sslp_framing_dtls13 = {
    .min_plaintext = 1, /* the content type */
    .max_plaintext = SSLP_MAX_INNER_PLAINTEXT,
    .find_body = dtls13_find_body,
    .write_header = dtls13_write_header,
    .not_genuine = STATUS_AUTH_TAG_MISMATCH,
};
