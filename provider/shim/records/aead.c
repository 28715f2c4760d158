/* SPDX-License-Identifier: Apache-2.0
 *
 * GenericAEADCipher of TLS 1.2 and DTLS 1.2 (RFC 5246 section 6.2.3.3), and encrypted_record of
 * TLS 1.3 (RFC 8446 section 5.2).
 *
 *     nonce_explicit | ciphertext | tag
 *
 * GCM and CCM (RFC 5288 section 3, RFC 6655 section 3): the nonce is the salt, which is the 4-byte
 * write IV, and nonce_explicit, for which the writer takes the sequence number.  ChaCha20-Poly1305
 * (RFC 7905 section 2) and every cipher of TLS 1.3 (RFC 8446 section 5.3): the nonce is the 12-byte
 * write IV xor the sequence number, and none of it is sent.
 */
#include "shim/records/protection.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

/* Only CCM needs the lengths of tag and content before it starts (RFC 3610 section 2.2). */
static bool aead_is_ccm(const struct sslp_record_state *state)
{
    return state->keys.suite->cipher->mode == SSLP_MODE_CCM;
}

/* Two ciphers for two directions: CCM of libcrypto chooses encryption or decryption with the key.
 */
static SECURITY_STATUS aead_setup(struct sslp_record_state *state)
{
    const size_t iv_len = state->keys.iv.len;
    SECURITY_STATUS status;

    if (iv_len + state->explicit_len != SSLP_AEAD_NONCE_LEN && iv_len != SSLP_AEAD_NONCE_LEN)
        return NTE_INTERNAL_ERROR;
    if (state->keys.direction != SSLP_DIRECTION_BOTH)
        return sslp_record_cipher_new(state, state->keys.direction, &state->cipher);
    status = sslp_record_cipher_new(state, SSLP_DIRECTION_WRITE, &state->cipher);
    return status != ERROR_SUCCESS
        ? status
        : sslp_record_cipher_new(state, SSLP_DIRECTION_READ, &state->opener);
}

static void aead_make_nonce(const struct sslp_record_state *state,
    const struct sslp_record_context *context, const uint8_t *nonce_explicit,
    uint8_t nonce[SSLP_AEAD_NONCE_LEN])
{
    const size_t iv_len = state->keys.iv.len;
    uint8_t number[8];

    memcpy(nonce, state->iv, iv_len);
    if (state->explicit_len != 0) {
        memcpy(nonce + iv_len, nonce_explicit, state->explicit_len);
        return;
    }
    sslp_record_put64(number, context->sequence_number);
    for (size_t i = 0; i < sizeof(number); i++)
        nonce[iv_len - sizeof(number) + i] ^= number[i];
}

/* The nonce is wiped: without nonce_explicit that of record 0 is the write IV, a secret. */
static bool aead_begin(const struct sslp_record_state *state, EVP_CIPHER_CTX *cipher,
    const struct sslp_record_context *context, const uint8_t *nonce_explicit)
{
    uint8_t nonce[SSLP_AEAD_NONCE_LEN];
    bool begun;

    aead_make_nonce(state, context, nonce_explicit, nonce);
    begun = EVP_CipherInit_ex2(cipher, NULL, NULL, nonce, -1, NULL) == 1;
    OPENSSL_cleanse(nonce, sizeof(nonce));
    return begun;
}

/* Encrypts or decrypts in place all but the tag. */
static bool aead_crypt(const struct sslp_record_state *state, EVP_CIPHER_CTX *cipher,
    struct sslp_bytes additional_data, uint8_t *content, size_t len)
{
    int written = 0;

    if (aead_is_ccm(state) && EVP_CipherUpdate(cipher, NULL, &written, NULL, (int)len) != 1)
        return false;
    if (EVP_CipherUpdate(cipher, NULL, &written, additional_data.data, (int)additional_data.len) !=
        1)
        return false;
    /* CCM does all its work here, tag included, so it must get an empty content too. */
    written = 0;
    if ((len != 0 || aead_is_ccm(state)) &&
        EVP_CipherUpdate(cipher, content, &written, content, (int)len) != 1)
        return false;
    return written == (int)len;
}

/* Up to TLS 1.2 made in the buffer; in TLS 1.3 the header as it is sent. */
static struct sslp_bytes aead_additional_data(const struct sslp_record_state *state,
    const struct sslp_record_context *context, size_t plaintext_len,
    uint8_t buffer[SSLP_PSEUDO_HEADER_LEN])
{
    if (sslp_protocol_is_tls13(state->keys.protocol))
        return sslp_bytes(context->header, state->header_len);
    sslp_record_pseudo_header(state, context, plaintext_len, buffer);
    return sslp_bytes(buffer, SSLP_PSEUDO_HEADER_LEN);
}

static bool aead_seal(struct sslp_record_state *state, const struct sslp_record_context *context,
    uint8_t *body, size_t plaintext_len)
{
    uint8_t *const content = body + state->explicit_len;
    uint8_t *const tag = content + plaintext_len;
    uint8_t buffer[SSLP_PSEUDO_HEADER_LEN];
    const struct sslp_bytes additional_data =
        aead_additional_data(state, context, plaintext_len, buffer);
    int written = 0;

    if (state->explicit_len != 0)
        sslp_record_put64(body, context->sequence_number);
    return aead_begin(state, state->cipher, context, body) &&
        aead_crypt(state, state->cipher, additional_data, content, plaintext_len) &&
        EVP_CipherFinal_ex(state->cipher, tag, &written) == 1 && written == 0 &&
        EVP_CIPHER_CTX_ctrl(state->cipher, EVP_CTRL_AEAD_GET_TAG, (int)state->trailer_len, tag) ==
        1;
}

static enum sslp_opening aead_open(struct sslp_record_state *state,
    const struct sslp_record_context *context, struct sslp_bytes body, uint8_t *output,
    size_t *plaintext_len)
{
    const size_t len = sslp_record_content_len(state, body.len);
    const uint8_t *const content = body.data + state->explicit_len;
    EVP_CIPHER_CTX *const cipher = state->opener != NULL ? state->opener : state->cipher;
    uint8_t buffer[SSLP_PSEUDO_HEADER_LEN], tag[EVP_MAX_BLOCK_LENGTH];
    const struct sslp_bytes additional_data = aead_additional_data(state, context, len, buffer);
    uint8_t nothing[EVP_MAX_BLOCK_LENGTH];
    int written = 0;

    *plaintext_len = len;
    if (len > state->framing->max_plaintext)
        return SSLP_NOT_GENUINE;
    /* Nonce and tag first: the output may lie over them. */
    if (!aead_begin(state, cipher, context, body.data))
        return SSLP_NOT_COMPUTED;
    memcpy(tag, content + len, state->trailer_len);
    memmove(output, content, len);
    if (EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, (int)state->trailer_len, tag) != 1)
        return SSLP_NOT_COMPUTED;
    /* CCM checks the tag before it returns the content, the others at the end. */
    if (!aead_crypt(state, cipher, additional_data, output, len))
        return aead_is_ccm(state) ? SSLP_NOT_GENUINE : SSLP_NOT_COMPUTED;
    return EVP_CipherFinal_ex(cipher, nothing, &written) == 1 && written == 0 ? SSLP_OPENED
                                                                              : SSLP_NOT_GENUINE;
}

const struct sslp_protection sslp_protection_aead = {
    .setup = aead_setup,
    .seal = aead_seal,
    .open = aead_open,
    .short_output = NTE_DECRYPTION_FAILURE,
};

const struct sslp_protection sslp_protection_tls13 = {
    .setup = aead_setup,
    .seal = aead_seal,
    .open = aead_open,
    .short_output = NTE_BUFFER_TOO_SMALL,
};
