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
 *
 * Beside the calls that every AEAD cipher of EVP understands there are two shorter ways, for
 * ciphers that have the parameters of TLS records (EVP_EncryptInit(3)): GCM takes its nonce as a
 * parameter, and ChaCha20-Poly1305 a whole record of TLS 1.2 at once.
 */
#include "shim/core/ossl_params.h"
#include "shim/records/protection.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

/* Only CCM needs the lengths of tag and content before it starts (RFC 3610 section 2.2). */
static bool aead_is_ccm(const struct sslp_record_state *state)
{
    return state->keys.suite->cipher->mode == SSLP_MODE_CCM;
}

static bool aead_takes(const struct sslp_record_state *state, enum sslp_record_param param)
{
    return sslp_algorithms_cipher_takes(state->algorithms, state->keys.suite->cipher->name, param);
}

/* The write IV, to which ChaCha20-Poly1305 adds the sequence number of each record. */
static bool aead_set_fixed_iv(const struct sslp_record_state *state, EVP_CIPHER_CTX *cipher)
{
    const OSSL_PARAM params[] = {
        sslp_params_octets(OSSL_CIPHER_PARAM_AEAD_TLS1_IV_FIXED, state->keys.iv),
        OSSL_PARAM_construct_end(),
    };

    return EVP_CIPHER_CTX_set_params(cipher, params) == 1;
}

static enum sslp_aead_way aead_way(const struct sslp_record_state *state, EVP_CIPHER_CTX *cipher)
{
    const enum sslp_cipher_mode mode = state->keys.suite->cipher->mode;

    if (mode == SSLP_MODE_CCM || !aead_takes(state, SSLP_TAKES_FIXED_IV))
        return SSLP_AEAD_BY_CALLS;
    if (mode == SSLP_MODE_GCM)
        return SSLP_AEAD_NONCE_PARAM;
    return !sslp_protocol_is_tls13(state->keys.protocol) && aead_takes(state, SSLP_TAKES_AAD) &&
            aead_set_fixed_iv(state, cipher)
        ? SSLP_AEAD_WHOLE_RECORD
        : SSLP_AEAD_BY_CALLS;
}

/* Two ciphers for two directions: CCM of libcrypto chooses encryption or decryption with the key.
 */
static SECURITY_STATUS aead_setup(struct sslp_record_state *state)
{
    const size_t iv_len = state->keys.iv.len;
    SECURITY_STATUS status;

    if (iv_len + state->explicit_len != SSLP_AEAD_NONCE_LEN && iv_len != SSLP_AEAD_NONCE_LEN)
        return NTE_INTERNAL_ERROR;
    if (state->keys.direction != SSLP_DIRECTION_BOTH) {
        status = sslp_record_cipher_new(state, state->keys.direction, &state->cipher);
    } else {
        status = sslp_record_cipher_new(state, SSLP_DIRECTION_WRITE, &state->cipher);
        if (status == ERROR_SUCCESS)
            status = sslp_record_cipher_new(state, SSLP_DIRECTION_READ, &state->opener);
    }
    if (status == ERROR_SUCCESS)
        state->aead_way = aead_way(state, state->cipher);
    return status;
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

/* Gives the cipher its nonce and, to open a record, the tag.  A nonce of the length SIZE_MAX is the
 * whole of it, as with EVP_CTRL_GCM_SET_IV_FIXED and the length -1. */
static bool aead_begin_with(const struct sslp_record_state *state, EVP_CIPHER_CTX *cipher,
    uint8_t nonce[SSLP_AEAD_NONCE_LEN], uint8_t *tag)
{
    const OSSL_PARAM nonce_param = {OSSL_CIPHER_PARAM_AEAD_TLS1_IV_FIXED, OSSL_PARAM_OCTET_STRING,
        nonce, SIZE_MAX, OSSL_PARAM_UNMODIFIED};
    const OSSL_PARAM tag_param = {OSSL_CIPHER_PARAM_AEAD_TAG, OSSL_PARAM_OCTET_STRING, tag,
        state->trailer_len, OSSL_PARAM_UNMODIFIED};
    const OSSL_PARAM end = OSSL_PARAM_END;
    const OSSL_PARAM params[] = {nonce_param, tag == NULL ? end : tag_param, end};

    return state->aead_way == SSLP_AEAD_NONCE_PARAM
        ? EVP_CIPHER_CTX_set_params(cipher, params) == 1
        : EVP_CipherInit_ex2(cipher, NULL, NULL, nonce, -1, params + 1) == 1;
}

/* The nonce is wiped: without nonce_explicit that of record 0 is the write IV, a secret. */
static bool aead_begin(const struct sslp_record_state *state, EVP_CIPHER_CTX *cipher,
    const struct sslp_record_context *context, const uint8_t *nonce_explicit, uint8_t *tag)
{
    uint8_t nonce[SSLP_AEAD_NONCE_LEN];
    bool begun;

    aead_make_nonce(state, context, nonce_explicit, nonce);
    begun = aead_begin_with(state, cipher, nonce, tag);
    OPENSSL_cleanse(nonce, sizeof(nonce));
    return begun;
}

/* Encrypts or decrypts all but the tag, in place or from one buffer to another. */
static bool aead_crypt(const struct sslp_record_state *state, EVP_CIPHER_CTX *cipher,
    struct sslp_bytes additional_data, const uint8_t *input, size_t len, uint8_t *output)
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
        EVP_CipherUpdate(cipher, output, &written, input, (int)len) != 1)
        return false;
    return written == (int)len;
}

/* Up to TLS 1.2 made in the buffer; in TLS 1.3 the header as it is sent. */
static struct sslp_bytes aead_additional_data(const struct sslp_record_state *state,
    const struct sslp_record_context *context, size_t plaintext_len,
    uint8_t buffer[SSLP_PSEUDO_HEADER_LEN])
{
    if (sslp_protocol_is_tls13(state->keys.protocol))
        return sslp_bytes(context->header, context->header_len);
    sslp_record_pseudo_header(state, context, plaintext_len, buffer);
    return sslp_bytes(buffer, SSLP_PSEUDO_HEADER_LEN);
}

/* Seals or opens a record of TLS 1.2 whose nonce is not sent: content and tag go through in one
 * call. */
static bool aead_crypt_whole(const struct sslp_record_state *state,
    const struct sslp_record_context *context, const uint8_t *input, size_t len, bool opens,
    uint8_t *output)
{
    uint8_t header[SSLP_PSEUDO_HEADER_LEN];
    const OSSL_PARAM params[] = {{OSSL_CIPHER_PARAM_AEAD_TLS1_AAD, OSSL_PARAM_OCTET_STRING, header,
                                     sizeof(header), OSSL_PARAM_UNMODIFIED},
        OSSL_PARAM_END};
    const size_t whole_len = len + state->trailer_len;
    int written = 0;

    /* The cipher takes the tag from the length of a record to open by itself. */
    sslp_record_pseudo_header(state, context, opens ? whole_len : len, header);
    return EVP_CIPHER_CTX_set_params(state->cipher, params) == 1 &&
        EVP_CipherUpdate(state->cipher, output, &written, input, (int)whole_len) == 1;
}

static bool aead_seal(struct sslp_record_state *state, const struct sslp_record_context *context,
    const uint8_t *plaintext, size_t plaintext_len, uint8_t *body)
{
    uint8_t *const content = body + state->explicit_len;
    uint8_t *const tag = content + plaintext_len;
    OSSL_PARAM want_tag[] = {{OSSL_CIPHER_PARAM_AEAD_TAG, OSSL_PARAM_OCTET_STRING, tag,
                                 state->trailer_len, OSSL_PARAM_UNMODIFIED},
        OSSL_PARAM_END};
    uint8_t buffer[SSLP_PSEUDO_HEADER_LEN];
    const struct sslp_bytes additional_data =
        aead_additional_data(state, context, plaintext_len, buffer);
    int written = 0;

    if (state->aead_way == SSLP_AEAD_WHOLE_RECORD)
        return aead_crypt_whole(state, context, plaintext, plaintext_len, false, body);
    if (plaintext == body)
        plaintext = memmove(content, plaintext, plaintext_len);
    if (state->explicit_len != 0)
        sslp_record_put64(body, context->sequence_number);
    return aead_begin(state, state->cipher, context, body, NULL) &&
        aead_crypt(state, state->cipher, additional_data, plaintext, plaintext_len, content) &&
        EVP_CipherFinal_ex(state->cipher, tag, &written) == 1 && written == 0 &&
        EVP_CIPHER_CTX_get_params(state->cipher, want_tag) == 1;
}

static enum sslp_opening aead_open(struct sslp_record_state *state,
    const struct sslp_record_context *context, struct sslp_bytes body, uint8_t *output,
    size_t *plaintext_len)
{
    const size_t len = sslp_record_content_len(state, body.len);
    const uint8_t *content = body.data + state->explicit_len;
    EVP_CIPHER_CTX *const cipher = state->opener != NULL ? state->opener : state->cipher;
    uint8_t buffer[SSLP_PSEUDO_HEADER_LEN], tag[EVP_MAX_BLOCK_LENGTH];
    const struct sslp_bytes additional_data = aead_additional_data(state, context, len, buffer);
    uint8_t nothing[EVP_MAX_BLOCK_LENGTH];
    int written = 0;
    bool genuine;

    *plaintext_len = len;
    if (len > state->framing->max_plaintext)
        return SSLP_NOT_GENUINE;
    if (state->aead_way == SSLP_AEAD_WHOLE_RECORD)
        return aead_crypt_whole(state, context, content, len, true, output) ? SSLP_OPENED
                                                                            : SSLP_NOT_GENUINE;
    memcpy(tag, content + len, state->trailer_len);
    /* Nonce and tag first: the output may lie over them. */
    if (!aead_begin(state, cipher, context, body.data, tag))
        return SSLP_NOT_COMPUTED;
    if (output == body.data)
        content = memmove(output, content, len);
    /* CCM checks the tag before it returns the content, the others at the end. */
    if (!aead_crypt(state, cipher, additional_data, content, len, output))
        return aead_is_ccm(state) ? SSLP_NOT_GENUINE : SSLP_NOT_COMPUTED;
    /* This verdict is public: test/ct/ct.supp names its line. */
    genuine = EVP_CipherFinal_ex(cipher, nothing, &written) == 1 && written == 0;
    return genuine ? SSLP_OPENED : SSLP_NOT_GENUINE;
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
