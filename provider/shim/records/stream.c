/* SPDX-License-Identifier: Apache-2.0
 *
 * GenericStreamCipher (RFC 5246 section 6.2.3.1): plaintext | MAC, encrypted by RC4 or, with the
 * NULL cipher, not at all.  The key stream of RC4 goes on from record to record.
 */
#include "shim/core/errors.h"
#include "shim/records/protection.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

/* Takes time in proportion: hence SSLP_MAX_STREAM_OFFSET, as a blob may name any offset. */
static bool stream_skip(struct sslp_record_state *state)
{
    uint8_t waste[4096] = {0};
    uint64_t left = state->keys.stream_offset;
    bool done = true;

    while (left != 0 && done) {
        const int len = left < sizeof(waste) ? (int)left : (int)sizeof(waste);
        int written = 0;

        done = EVP_CipherUpdate(state->cipher, waste, &written, waste, len) == 1;
        left -= (uint64_t)len;
    }
    OPENSSL_cleanse(waste, sizeof(waste));
    return done;
}

static SECURITY_STATUS stream_setup(struct sslp_record_state *state)
{
    SECURITY_STATUS status;

    if (state->keys.stream_offset > SSLP_MAX_STREAM_OFFSET)
        return NTE_NOT_SUPPORTED;
    status = sslp_record_cipher_new(state, state->keys.direction, &state->cipher);
    if (status != ERROR_SUCCESS)
        return status;
    state->trial = EVP_CIPHER_CTX_new();
    if (state->trial == NULL)
        return NTE_NO_MEMORY;
    if (!stream_skip(state))
        return sslp_errors_refusal(NTE_INTERNAL_ERROR);
    return sslp_record_mac_setup(state);
}

/* With the copy: state->cipher stays where it is until the record is accepted. */
static bool stream_crypt(
    struct sslp_record_state *state, const uint8_t *input, size_t len, uint8_t *output)
{
    int written = 0;

    return len == 0 ||
        (EVP_CipherUpdate(state->trial, output, &written, input, (int)len) == 1 &&
            written == (int)len);
}

static void stream_accept(struct sslp_record_state *state, size_t len)
{
    EVP_CIPHER_CTX *const accepted = state->trial;

    state->trial = state->cipher;
    state->cipher = accepted;
    state->keys.stream_offset += len;
}

static bool null_seal(struct sslp_record_state *state, const struct sslp_record_context *context,
    const uint8_t *plaintext, size_t plaintext_len, uint8_t *body)
{
    memmove(body, plaintext, plaintext_len);
    return sslp_record_mac(state, context, sslp_bytes(body, plaintext_len), body + plaintext_len);
}

static bool stream_seal(struct sslp_record_state *state, const struct sslp_record_context *context,
    const uint8_t *plaintext, size_t plaintext_len, uint8_t *body)
{
    const size_t len = plaintext_len + state->mac_len;

    if (!null_seal(state, context, plaintext, plaintext_len, body) ||
        EVP_CIPHER_CTX_copy(state->trial, state->cipher) != 1 ||
        !stream_crypt(state, body, len, body))
        return false;
    stream_accept(state, len);
    return true;
}

static enum sslp_opening stream_open(struct sslp_record_state *state,
    const struct sslp_record_context *context, struct sslp_bytes body, uint8_t *output,
    size_t *plaintext_len)
{
    const size_t len = sslp_record_content_len(state, body.len);
    enum sslp_opening opening = SSLP_NOT_COMPUTED;
    uint8_t received[SSLP_MAX_MAC];

    if (len > SSLP_MAX_PLAINTEXT)
        return SSLP_NOT_GENUINE;
    if (EVP_CIPHER_CTX_copy(state->trial, state->cipher) == 1 &&
        stream_crypt(state, body.data, len, output) &&
        stream_crypt(state, body.data + len, state->mac_len, received))
        opening = sslp_record_mac_matches(state, context, sslp_bytes(output, len), received);
    OPENSSL_cleanse(received, sizeof(received));
    if (opening == SSLP_OPENED) {
        stream_accept(state, body.len);
        *plaintext_len = len;
    }
    return opening;
}

const struct sslp_protection sslp_protection_stream = {
    .setup = stream_setup,
    .seal = stream_seal,
    .open = stream_open,
    .short_output = NTE_DECRYPTION_FAILURE,
};

static enum sslp_opening null_open(struct sslp_record_state *state,
    const struct sslp_record_context *context, struct sslp_bytes body, uint8_t *output,
    size_t *plaintext_len)
{
    const size_t len = sslp_record_content_len(state, body.len);
    enum sslp_opening opening;

    if (len > SSLP_MAX_PLAINTEXT)
        return SSLP_NOT_GENUINE;
    opening = sslp_record_mac_matches(state, context, sslp_bytes(body.data, len), body.data + len);
    if (opening != SSLP_OPENED)
        return opening;
    memmove(output, body.data, len);
    *plaintext_len = len;
    return SSLP_OPENED;
}

const struct sslp_protection sslp_protection_null = {
    .setup = sslp_record_mac_setup,
    .seal = null_seal,
    .open = null_open,
    .short_output = NTE_BUFFER_TOO_SMALL,
};
