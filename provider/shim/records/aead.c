/* SPDX-License-Identifier: Apache-2.0
 *
 * AEAD ciphers: GenericAEADCipher of TLS 1.2 and DTLS 1.2 (RFC 5246 section 6.2.3.3), and the
 * cipher itself for tls13.c.
 *
 *     nonce_explicit | ciphertext | tag
 *
 * GCM and CCM (RFC 5288 section 3, RFC 6655 section 3): the nonce is the salt, which is the 4-byte
 * write IV, and nonce_explicit, for which the writer takes the sequence number.  ChaCha20-Poly1305
 * (RFC 7905 section 2) and every cipher of TLS 1.3 (RFC 8446 section 5.3): the nonce is the 12-byte
 * write IV xor the sequence number, and none of it is sent.
 */
#include "shim/core/errors.h"
#include "shim/records/protection.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

static size_t aead_tag_len(const struct sslp_record_state *state)
{
    return state->suite->cipher->tag_len;
}

/* Only CCM needs the lengths of tag and content before it starts (RFC 3610 section 2.2). */
static bool aead_is_ccm(const struct sslp_record_state *state)
{
    return state->suite->cipher->mode == SSLP_MODE_CCM;
}

/* Two ciphers for two directions: CCM of libcrypto chooses encryption or decryption with the key.
 */
SECURITY_STATUS sslp_record_aead_setup(struct sslp_record_state *state)
{
    const size_t iv_len = sslp_record_piece_len(state, SSLP_PIECE_IV);
    SECURITY_STATUS status;

    if (iv_len + state->explicit_len != SSLP_AEAD_NONCE_LEN && iv_len != SSLP_AEAD_NONCE_LEN)
        return NTE_INTERNAL_ERROR;
    if (state->direction != SSLP_DIRECTION_BOTH)
        return sslp_record_cipher_new(state, state->direction, &state->cipher);
    status = sslp_record_cipher_new(state, SSLP_DIRECTION_WRITE, &state->cipher);
    return status != ERROR_SUCCESS
        ? status
        : sslp_record_cipher_new(state, SSLP_DIRECTION_READ, &state->opener);
}

size_t sslp_record_aead_sealed_len(const struct sslp_record_state *state, size_t plaintext_len)
{
    return state->explicit_len + plaintext_len + aead_tag_len(state);
}

static void aead_make_nonce(const struct sslp_record_state *state,
    const struct sslp_record_context *context, const uint8_t *nonce_explicit,
    uint8_t nonce[SSLP_AEAD_NONCE_LEN])
{
    const size_t iv_len = sslp_record_piece_len(state, SSLP_PIECE_IV);
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

bool sslp_record_aead_seal(struct sslp_record_state *state,
    const struct sslp_record_context *context, struct sslp_bytes additional_data, uint8_t *body,
    size_t plaintext_len)
{
    uint8_t *const content = body + state->explicit_len;
    uint8_t *const tag = content + plaintext_len;
    int written = 0;

    if (state->explicit_len != 0)
        sslp_record_put64(body, context->sequence_number);
    return aead_begin(state, state->cipher, context, body) &&
        aead_crypt(state, state->cipher, additional_data, content, plaintext_len) &&
        EVP_CipherFinal_ex(state->cipher, tag, &written) == 1 && written == 0 &&
        EVP_CIPHER_CTX_ctrl(state->cipher, EVP_CTRL_AEAD_GET_TAG, (int)aead_tag_len(state), tag) ==
        1;
}

size_t sslp_record_aead_opened_len(const struct sslp_record_state *state, size_t body_len)
{
    return body_len - state->explicit_len - aead_tag_len(state);
}

enum sslp_opening sslp_record_aead_open(struct sslp_record_state *state,
    const struct sslp_record_context *context, struct sslp_bytes additional_data,
    struct sslp_bytes body, uint8_t *output)
{
    const size_t len = sslp_record_aead_opened_len(state, body.len);
    const uint8_t *const content = body.data + state->explicit_len;
    EVP_CIPHER_CTX *const cipher = state->opener != NULL ? state->opener : state->cipher;
    uint8_t tag[EVP_MAX_BLOCK_LENGTH];
    uint8_t nothing[EVP_MAX_BLOCK_LENGTH];
    int written = 0;

    /* Nonce and tag first: the output may lie over them. */
    if (!aead_begin(state, cipher, context, body.data))
        return SSLP_NOT_COMPUTED;
    memcpy(tag, content + len, aead_tag_len(state));
    memmove(output, content, len);
    if (EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, (int)aead_tag_len(state), tag) != 1)
        return SSLP_NOT_COMPUTED;
    /* CCM checks the tag before it returns the content, the others at the end. */
    if (!aead_crypt(state, cipher, additional_data, output, len))
        return aead_is_ccm(state) ? SSLP_NOT_GENUINE : SSLP_NOT_COMPUTED;
    return EVP_CipherFinal_ex(cipher, nothing, &written) == 1 && written == 0 ? SSLP_OPENED
                                                                              : SSLP_NOT_GENUINE;
}

static bool aead_seal(struct sslp_record_state *state, const struct sslp_record_context *context,
    uint8_t *body, size_t plaintext_len)
{
    uint8_t header[SSLP_PSEUDO_HEADER_LEN];

    sslp_record_pseudo_header(state, context, plaintext_len, header);
    return sslp_record_aead_seal(
        state, context, sslp_bytes(header, sizeof(header)), body, plaintext_len);
}

static bool aead_body_len_valid(const struct sslp_record_state *state, size_t body_len)
{
    return body_len >= state->explicit_len + aead_tag_len(state);
}

static enum sslp_opening aead_open(struct sslp_record_state *state,
    const struct sslp_record_context *context, struct sslp_bytes body, uint8_t *output,
    size_t *plaintext_len)
{
    uint8_t header[SSLP_PSEUDO_HEADER_LEN];

    *plaintext_len = sslp_record_aead_opened_len(state, body.len);
    if (*plaintext_len > SSLP_MAX_PLAINTEXT)
        return SSLP_NOT_GENUINE;
    sslp_record_pseudo_header(state, context, *plaintext_len, header);
    return sslp_record_aead_open(state, context, sslp_bytes(header, sizeof(header)), body, output);
}

const struct sslp_protection sslp_protection_aead = {
    .setup = sslp_record_aead_setup,
    .sealed_len = sslp_record_aead_sealed_len,
    .seal = aead_seal,
    .body_len_valid = aead_body_len_valid,
    .opened_room = sslp_record_aead_opened_len,
    .open = aead_open,
    .short_output = NTE_DECRYPTION_FAILURE,
};
