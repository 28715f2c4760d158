/* SPDX-License-Identifier: Apache-2.0
 *
 * GenericBlockCipher: block ciphers in CBC mode (RFC 6101 section 5.2.3.2; RFC 2246, 4346 and 5246
 * section 6.2.3.2) and encrypt-then-MAC (RFC 7366).
 *
 *     MAC-then-encrypt:  IV | encrypted(plaintext | MAC | padding)
 *     encrypt-then-MAC:  IV | encrypted(plaintext | padding) | MAC
 *
 * Up to TLS 1.0 the IV is the last ciphertext block of the previous record and is not sent.  It
 * moves on only when a record is accepted.
 */
#include "shim/core/errors.h"
#include "shim/records/protection.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

static size_t cbc_block_len(const struct sslp_record_state *state)
{
    return state->keys.suite->cipher->block_len;
}

static SECURITY_STATUS cbc_setup(struct sslp_record_state *state)
{
    SECURITY_STATUS status = sslp_record_stitched_setup(state);

    if (status != NTE_NOT_SUPPORTED)
        return status;
    status = sslp_record_cipher_new(state, state->keys.direction, &state->cipher);
    if (status != ERROR_SUCCESS)
        return status;
    if (EVP_CIPHER_CTX_set_padding(state->cipher, 0) != 1)
        return sslp_errors_refusal(NTE_INTERNAL_ERROR);
    return sslp_record_mac_setup(state);
}

/* Whole blocks from input to output, which are the same place or disjoint. */
static bool cbc_crypt(struct sslp_record_state *state, const uint8_t *iv, const uint8_t *input,
    size_t len, uint8_t *output)
{
    int written = 0;

    return EVP_CipherInit_ex2(state->cipher, NULL, NULL, iv, -1, NULL) == 1 &&
        EVP_CipherUpdate(state->cipher, output, &written, input, (int)len) == 1 &&
        written == (int)len;
}

size_t sslp_record_cbc_padded_len(const struct sslp_record_state *state, size_t plaintext_len)
{
    const size_t content_len = plaintext_len + state->mac_len - state->trailer_len;

    return content_len + cbc_block_len(state) - content_len % cbc_block_len(state);
}

static bool cbc_seal(struct sslp_record_state *state, const struct sslp_record_context *context,
    const uint8_t *plaintext, size_t plaintext_len, uint8_t *body)
{
    uint8_t *const fragment = body + state->explicit_len;
    const uint8_t *const iv = state->explicit_len != 0 ? body : state->iv;
    const size_t len = sslp_record_cbc_padded_len(state, plaintext_len);
    size_t content_len = plaintext_len;

    memmove(fragment, plaintext, plaintext_len);
    /* RFC 4346 section 6.2.3.2: an IV that nobody can predict. */
    if (state->explicit_len != 0 &&
        RAND_bytes_ex(state->algorithms->libctx, body, state->explicit_len, 0) != 1)
        return false;
    if (!state->keys.encrypt_then_mac) {
        if (!sslp_record_mac(
                state, context, sslp_bytes(fragment, plaintext_len), fragment + plaintext_len))
            return false;
        content_len += state->mac_len;
    }
    memset(fragment + content_len, (int)(len - content_len - 1), len - content_len);
    if (!cbc_crypt(state, iv, fragment, len, fragment))
        return false;
    /* RFC 7366 section 3: over IV and ciphertext. */
    if (state->keys.encrypt_then_mac &&
        !sslp_record_mac(
            state, context, sslp_bytes(body, state->explicit_len + len), fragment + len))
        return false;
    if (state->keys.protocol->chained_iv)
        memcpy(state->iv, fragment + len - cbc_block_len(state), cbc_block_len(state));
    return true;
}

/* The padding of a record whose encrypt-then-MAC matched.  The time of this check tells nobody
 * anything: the peer made the record. */
static bool cbc_strip_padding(const uint8_t *decrypted, size_t len, size_t *plaintext_len)
{
    const size_t padding_len = decrypted[len - 1];

    if (padding_len >= len)
        return false;
    for (size_t i = 0; i < padding_len; i++) {
        if (decrypted[len - 2 - i] != padding_len)
            return false;
    }
    *plaintext_len = len - 1 - padding_len;
    return *plaintext_len <= SSLP_MAX_PLAINTEXT;
}

static enum sslp_opening cbc_decrypt(struct sslp_record_state *state,
    const struct sslp_record_context *context, struct sslp_bytes body, size_t *plaintext_len)
{
    const uint8_t *const fragment = body.data + state->explicit_len;
    const uint8_t *const iv = state->explicit_len != 0 ? body.data : state->iv;
    const size_t len = sslp_record_content_len(state, body.len);
    const struct sslp_bytes authenticated = sslp_bytes(body.data, state->explicit_len + len);

    if (len == 0)
        return SSLP_NOT_GENUINE;
    if (state->keys.encrypt_then_mac) {
        const enum sslp_opening opening =
            sslp_record_mac_matches(state, context, authenticated, fragment + len);

        if (opening != SSLP_OPENED)
            return opening;
    }
    if (!cbc_crypt(state, iv, fragment, len, state->decrypted))
        return SSLP_NOT_COMPUTED;
    if (state->keys.encrypt_then_mac)
        return cbc_strip_padding(state->decrypted, len, plaintext_len) ? SSLP_OPENED
                                                                       : SSLP_NOT_GENUINE;
    return sslp_record_mac_padded_matches(
        state, context, sslp_bytes(state->decrypted, len), plaintext_len);
}

bool sslp_record_cbc_has_room(struct sslp_record_state *state)
{
    if (state->decrypted == NULL)
        state->decrypted = OPENSSL_zalloc(SSLP_MAX_CIPHERTEXT);
    return state->decrypted != NULL;
}

static enum sslp_opening cbc_open(struct sslp_record_state *state,
    const struct sslp_record_context *context, struct sslp_bytes body, uint8_t *output,
    size_t *plaintext_len)
{
    const size_t len = sslp_record_content_len(state, body.len);
    enum sslp_opening opening;

    if (!sslp_record_cbc_has_room(state))
        return SSLP_NOT_COMPUTED;
    opening = cbc_decrypt(state, context, body, plaintext_len);
    if (opening == SSLP_OPENED) {
        /* The chain first: output may stand where the ciphertext is. */
        if (state->keys.protocol->chained_iv)
            memcpy(state->iv, body.data + state->explicit_len + len - cbc_block_len(state),
                cbc_block_len(state));
        memcpy(output, state->decrypted, *plaintext_len);
    }
    sslp_record_cbc_wipe(state, len);
    return opening;
}

const struct sslp_protection sslp_protection_cbc = {
    .setup = cbc_setup,
    .padded_len = sslp_record_cbc_padded_len,
    .seal = cbc_seal,
    .open = cbc_open,
    .short_output = NTE_DECRYPTION_FAILURE,
};
