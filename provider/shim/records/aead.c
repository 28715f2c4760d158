/* SPDX-License-Identifier: Apache-2.0
 *
 * AEAD ciphers: the cipher itself, and what it covers in TLS 1.2 and DTLS 1.2 (RFC 5246 section
 * 6.2.3.3); for TLS 1.3 that is in tls13.c.
 *
 *     explicit nonce | ciphertext | tag
 *
 * GCM and CCM (RFC 5288 section 3, RFC 6655 section 3): the nonce is the 4-byte salt of the key and
 * 8 bytes from the record, for which the writer takes the sequence number.  ChaCha20-Poly1305
 * (RFC 7905 section 2), and every cipher in TLS 1.3 (RFC 8446 section 5.3): the 12-byte IV of the
 * key xor the sequence number; none of it is sent.
 */
#include "shim/core/errors.h"
#include "shim/records/protection.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

enum { NONCE_LEN = 12 };

static size_t tag_len(const struct sslp_record *record)
{
    return record->suite->cipher->tag_len;
}

/* CCM alone wants the length of tag and content before it starts (RFC 3610 section 2.2). */
static bool is_ccm(const struct sslp_record *record)
{
    return record->suite->cipher->mode == SSLP_MODE_CCM;
}

static SECURITY_STATUS make_cipher(const struct sslp_record *record, OSSL_LIB_CTX *libctx,
    enum sslp_direction direction, EVP_CIPHER_CTX **cipher)
{
    const SECURITY_STATUS status = sslp_record_cipher_new(record, libctx, direction, cipher);

    if (status != ERROR_SUCCESS)
        return status;
    if (EVP_CIPHER_CTX_ctrl(*cipher, EVP_CTRL_AEAD_SET_IVLEN, NONCE_LEN, NULL) != 1)
        return sslp_errors_refusal(NTE_INTERNAL_ERROR);
    if (is_ccm(record) &&
        EVP_CIPHER_CTX_ctrl(*cipher, EVP_CTRL_AEAD_SET_TAG, (int)tag_len(record), NULL) != 1)
        return sslp_errors_refusal(NTE_INTERNAL_ERROR);
    if (EVP_CipherInit_ex2(*cipher, NULL, record->key, NULL, -1, NULL) != 1)
        return sslp_errors_refusal(NTE_INTERNAL_ERROR);
    return ERROR_SUCCESS;
}

/* Both directions take two ciphers: with the key, CCM of libcrypto chooses the code of one. */
SECURITY_STATUS sslp_record_aead_setup(struct sslp_record *record, OSSL_LIB_CTX *libctx)
{
    SECURITY_STATUS status;

    if (sslp_record_piece_len(record, SSLP_PIECE_IV) + record->explicit_len != NONCE_LEN &&
        sslp_record_piece_len(record, SSLP_PIECE_IV) != NONCE_LEN)
        return NTE_INTERNAL_ERROR;
    if (record->direction != SSLP_DIRECTION_BOTH)
        return make_cipher(record, libctx, record->direction, &record->cipher);
    status = make_cipher(record, libctx, SSLP_DIRECTION_WRITE, &record->cipher);
    return status != ERROR_SUCCESS
        ? status
        : make_cipher(record, libctx, SSLP_DIRECTION_READ, &record->opener);
}

static EVP_CIPHER_CTX *opening_cipher(const struct sslp_record *record)
{
    return record->opener != NULL ? record->opener : record->cipher;
}

size_t sslp_record_aead_sealed_len(const struct sslp_record *record, size_t plaintext_len)
{
    return record->explicit_len + plaintext_len + tag_len(record);
}

static void make_nonce(const struct sslp_record *record, const struct sslp_record_context *context,
    const uint8_t *explicit_nonce, uint8_t nonce[NONCE_LEN])
{
    memcpy(nonce, record->iv, sslp_record_piece_len(record, SSLP_PIECE_IV));
    if (record->explicit_len != 0) {
        memcpy(nonce + sslp_record_piece_len(record, SSLP_PIECE_IV), explicit_nonce,
            record->explicit_len);
        return;
    }
    for (size_t i = 0; i < 8; i++) {
        const uint8_t byte = (uint8_t)(context->sequence_number >> (8 * (7 - i)));

        nonce[NONCE_LEN - 8 + i] = (uint8_t)(nonce[NONCE_LEN - 8 + i] ^ byte);
    }
}

/* Without an explicit nonce, that of the record 0 is the IV, which is a secret. */
static bool begin_record(const struct sslp_record *record, EVP_CIPHER_CTX *cipher,
    const struct sslp_record_context *context, const uint8_t *explicit_nonce)
{
    uint8_t nonce[NONCE_LEN];
    bool begun;

    make_nonce(record, context, explicit_nonce, nonce);
    begun = EVP_CipherInit_ex2(cipher, NULL, NULL, nonce, -1, NULL) == 1;
    OPENSSL_cleanse(nonce, sizeof(nonce));
    return begun;
}

/* Encrypts or decrypts in place all but the tag. */
static bool crypt_content(const struct sslp_record *record, EVP_CIPHER_CTX *cipher,
    struct sslp_bytes additional_data, uint8_t *content, size_t len)
{
    int written = 0;

    if (is_ccm(record) && EVP_CipherUpdate(cipher, NULL, &written, NULL, (int)len) != 1)
        return false;
    if (EVP_CipherUpdate(cipher, NULL, &written, additional_data.data, (int)additional_data.len) !=
        1)
        return false;
    /* CCM does its work, tag included, in this call and so must see an empty content too. */
    written = 0;
    if ((len != 0 || is_ccm(record)) &&
        EVP_CipherUpdate(cipher, content, &written, content, (int)len) != 1)
        return false;
    return written == (int)len;
}

bool sslp_record_aead_seal(struct sslp_record *record, const struct sslp_record_context *context,
    struct sslp_bytes additional_data, uint8_t *body, size_t plaintext_len)
{
    uint8_t *const content = body + record->explicit_len;
    uint8_t *const tag = content + plaintext_len;
    int written = 0;

    if (record->explicit_len != 0)
        sslp_record_put64(body, context->sequence_number);
    return begin_record(record, record->cipher, context, body) &&
        crypt_content(record, record->cipher, additional_data, content, plaintext_len) &&
        EVP_CipherFinal_ex(record->cipher, tag, &written) == 1 && written == 0 &&
        EVP_CIPHER_CTX_ctrl(record->cipher, EVP_CTRL_AEAD_GET_TAG, (int)tag_len(record), tag) == 1;
}

size_t sslp_record_aead_opened_len(const struct sslp_record *record, size_t body_len)
{
    return body_len - record->explicit_len - tag_len(record);
}

enum sslp_opening sslp_record_aead_open(struct sslp_record *record,
    const struct sslp_record_context *context, struct sslp_bytes additional_data,
    struct sslp_bytes body, uint8_t *output)
{
    const size_t len = sslp_record_aead_opened_len(record, body.len);
    const uint8_t *const content = body.data + record->explicit_len;
    EVP_CIPHER_CTX *const cipher = opening_cipher(record);
    uint8_t tag[EVP_MAX_BLOCK_LENGTH];
    uint8_t nothing[EVP_MAX_BLOCK_LENGTH];
    int written = 0;

    /* Nonce and tag are taken out of the record before an output in place covers them. */
    if (!begin_record(record, cipher, context, body.data))
        return SSLP_NOT_COMPUTED;
    memcpy(tag, content + len, tag_len(record));
    memmove(output, content, len);
    if (EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, (int)tag_len(record), tag) != 1)
        return SSLP_NOT_COMPUTED;
    /* CCM looks at the tag before it gives the content, the others at the end. */
    if (!crypt_content(record, cipher, additional_data, output, len))
        return is_ccm(record) ? SSLP_NOT_GENUINE : SSLP_NOT_COMPUTED;
    return EVP_CipherFinal_ex(cipher, nothing, &written) == 1 && written == 0 ? SSLP_OPENED
                                                                              : SSLP_NOT_GENUINE;
}

static bool aead_seal(struct sslp_record *record, const struct sslp_record_context *context,
    uint8_t *body, size_t plaintext_len)
{
    uint8_t header[SSLP_PSEUDO_HEADER_LEN];

    sslp_record_pseudo_header(record, context, plaintext_len, header);
    return sslp_record_aead_seal(
        record, context, sslp_bytes(header, sizeof(header)), body, plaintext_len);
}

static bool aead_body_len_valid(const struct sslp_record *record, size_t body_len)
{
    return body_len >= record->explicit_len + tag_len(record);
}

static enum sslp_opening aead_open(struct sslp_record *record,
    const struct sslp_record_context *context, struct sslp_bytes body, uint8_t *output,
    size_t *plaintext_len)
{
    uint8_t header[SSLP_PSEUDO_HEADER_LEN];

    *plaintext_len = sslp_record_aead_opened_len(record, body.len);
    if (*plaintext_len > SSLP_MAX_PLAINTEXT)
        return SSLP_NOT_GENUINE;
    sslp_record_pseudo_header(record, context, *plaintext_len, header);
    return sslp_record_aead_open(record, context, sslp_bytes(header, sizeof(header)), body, output);
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
