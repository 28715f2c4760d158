/* SPDX-License-Identifier: Apache-2.0
 *
 * Block ciphers in CBC mode: RFC 6101 section 5.2.3.2, RFC 2246, 4346 and 5246 section 6.2.3.2, and
 * encrypt-then-MAC of RFC 7366.
 *
 *     MAC-then-encrypt:  IV | encrypted(plaintext | MAC | padding)
 *     encrypt-then-MAC:  IV | encrypted(plaintext | padding) | MAC
 *
 * Up to TLS 1.0 the IV is the last ciphertext block of the record before and stays out of the
 * record; it moves on only when a record is accepted.
 */
#include "shim/core/errors.h"
#include "shim/records/protection.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

static size_t block_len(const struct sslp_record *record)
{
    return record->suite->cipher->block_len;
}

/* What stands behind the ciphertext in the clear. */
static size_t clear_mac_len(const struct sslp_record *record)
{
    return record->encrypt_then_mac ? record->mac_len : 0;
}

static SECURITY_STATUS cbc_setup(struct sslp_record *record, OSSL_LIB_CTX *libctx)
{
    SECURITY_STATUS status = sslp_record_cipher_setup(record, libctx);

    if (status != ERROR_SUCCESS)
        return status;
    if (EVP_CipherInit_ex2(record->cipher, NULL, record->key, NULL, -1, NULL) != 1 ||
        EVP_CIPHER_CTX_set_padding(record->cipher, 0) != 1)
        return sslp_errors_refusal(NTE_INTERNAL_ERROR);
    if (record->direction == SSLP_DIRECTION_READ) {
        record->decrypted = sslp_zalloc(SSLP_MAX_CIPHERTEXT);
        if (record->decrypted == NULL)
            return NTE_NO_MEMORY;
    }
    return sslp_record_mac_setup(record, libctx);
}

/* Whole blocks from input to output, which are the same place or disjoint. */
static bool crypt_blocks(struct sslp_record *record, const uint8_t *iv, const uint8_t *input,
    size_t len, uint8_t *output)
{
    int written = 0;

    return EVP_CipherInit_ex2(record->cipher, NULL, NULL, iv, -1, NULL) == 1 &&
        EVP_CipherUpdate(record->cipher, output, &written, input, (int)len) == 1 &&
        written == (int)len;
}

/* Plaintext with what is encrypted beside it: one to block_len bytes of padding at the end. */
static size_t padded_len(const struct sslp_record *record, size_t plaintext_len)
{
    const size_t content_len = plaintext_len + record->mac_len - clear_mac_len(record);

    return content_len + block_len(record) - content_len % block_len(record);
}

static size_t cbc_sealed_len(const struct sslp_record *record, size_t plaintext_len)
{
    return record->explicit_len + padded_len(record, plaintext_len) + clear_mac_len(record);
}

/* RFC 4346 section 6.2.3.2: an IV that nobody can foresee. */
static bool choose_iv(struct sslp_record *record, uint8_t *iv)
{
    return record->explicit_len == 0 ||
        RAND_bytes_ex(record->libctx, iv, record->explicit_len, 0) == 1;
}

static bool append_mac(struct sslp_record *record, const struct sslp_record_context *context,
    uint8_t *data, size_t len)
{
    uint8_t mac[SSLP_MAX_MAC];

    if (!sslp_record_mac(record, context, sslp_bytes(data, len), mac))
        return false;
    memcpy(data + len, mac, record->mac_len);
    return true;
}

static bool cbc_seal(struct sslp_record *record, const struct sslp_record_context *context,
    uint8_t *body, size_t plaintext_len)
{
    uint8_t *const fragment = body + record->explicit_len;
    const uint8_t *const iv = record->explicit_len != 0 ? body : record->iv;
    const size_t len = padded_len(record, plaintext_len);
    size_t content_len = plaintext_len;

    if (!choose_iv(record, body))
        return false;
    if (!record->encrypt_then_mac) {
        if (!append_mac(record, context, fragment, plaintext_len))
            return false;
        content_len += record->mac_len;
    }
    memset(fragment + content_len, (int)(len - content_len - 1), len - content_len);
    if (!crypt_blocks(record, iv, fragment, len, fragment))
        return false;
    /* RFC 7366 section 3: over everything that the record carries before the MAC. */
    if (record->encrypt_then_mac && !append_mac(record, context, body, record->explicit_len + len))
        return false;
    if (record->protocol->chained_iv)
        memcpy(record->iv, fragment + len - block_len(record), block_len(record));
    return true;
}

static bool cbc_body_len_valid(const struct sslp_record *record, size_t body_len)
{
    return (body_len - record->explicit_len - clear_mac_len(record)) % block_len(record) == 0;
}

static size_t cbc_opened_room(const struct sslp_record *record, size_t body_len)
{
    return body_len - record->explicit_len - clear_mac_len(record);
}

/* The padding of a record that encrypt-then-MAC has authenticated.  No secret hangs on the time of
 * this check: whoever can make the MAC match is the peer. */
static bool strip_padding(const uint8_t *decrypted, size_t len, size_t *plaintext_len)
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

static enum sslp_opening decrypt_and_check(struct sslp_record *record,
    const struct sslp_record_context *context, struct sslp_bytes body, size_t *plaintext_len)
{
    const uint8_t *const fragment = body.data + record->explicit_len;
    const uint8_t *const iv = record->explicit_len != 0 ? body.data : record->iv;
    const size_t len = cbc_opened_room(record, body.len);
    const struct sslp_bytes authenticated = sslp_bytes(body.data, record->explicit_len + len);

    if (len == 0)
        return SSLP_NOT_GENUINE;
    if (record->encrypt_then_mac) {
        const enum sslp_opening opening =
            sslp_record_mac_matches(record, context, authenticated, fragment + len);

        if (opening != SSLP_OPENED)
            return opening;
    }
    if (!crypt_blocks(record, iv, fragment, len, record->decrypted))
        return SSLP_NOT_COMPUTED;
    if (record->encrypt_then_mac)
        return strip_padding(record->decrypted, len, plaintext_len) ? SSLP_OPENED
                                                                    : SSLP_NOT_GENUINE;
    return sslp_record_mac_padded_matches(
        record, context, sslp_bytes(record->decrypted, len), plaintext_len);
}

static enum sslp_opening cbc_open(struct sslp_record *record,
    const struct sslp_record_context *context, struct sslp_bytes body, uint8_t *output,
    size_t *plaintext_len)
{
    const size_t len = cbc_opened_room(record, body.len);
    const enum sslp_opening opening = decrypt_and_check(record, context, body, plaintext_len);

    if (opening == SSLP_OPENED) {
        /* The chain first: output may stand where the ciphertext is. */
        if (record->protocol->chained_iv)
            memcpy(record->iv, body.data + record->explicit_len + len - block_len(record),
                block_len(record));
        memcpy(output, record->decrypted, *plaintext_len);
    }
    OPENSSL_cleanse(record->decrypted, len);
    return opening;
}

const struct sslp_protection sslp_protection_cbc = {
    .setup = cbc_setup,
    .sealed_len = cbc_sealed_len,
    .seal = cbc_seal,
    .body_len_valid = cbc_body_len_valid,
    .opened_room = cbc_opened_room,
    .open = cbc_open,
    .short_output = NTE_DECRYPTION_FAILURE,
};
