/* SPDX-License-Identifier: Apache-2.0
 *
 * RC4 and no encryption at all (RFC 5246 section 6.2.3.1): plaintext | MAC, all of it encrypted or
 * all of it in the clear.  The RC4 key stream goes on from record to record.
 */
#include "shim/core/errors.h"
#include "shim/records/protection.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

/* Takes time in proportion, so a blob must not be able to ask for ages. */
static bool skip_key_stream(struct sslp_record *record)
{
    uint8_t waste[4096] = {0};
    uint64_t left = record->stream_offset;
    bool done = true;

    while (left != 0 && done) {
        const int len = left < sizeof(waste) ? (int)left : (int)sizeof(waste);
        int written = 0;

        done = EVP_CipherUpdate(record->cipher, waste, &written, waste, len) == 1;
        left -= (uint64_t)len;
    }
    OPENSSL_cleanse(waste, sizeof(waste));
    return done;
}

static SECURITY_STATUS stream_setup(struct sslp_record *record, OSSL_LIB_CTX *libctx)
{
    SECURITY_STATUS status;

    if (record->stream_offset > SSLP_MAX_STREAM_OFFSET)
        return NTE_NOT_SUPPORTED;
    status = sslp_record_cipher_setup(record, libctx);
    if (status != ERROR_SUCCESS)
        return status;
    record->trial = EVP_CIPHER_CTX_new();
    if (record->trial == NULL)
        return NTE_NO_MEMORY;
    if (EVP_CipherInit_ex2(record->cipher, NULL, record->key, NULL, -1, NULL) != 1 ||
        !skip_key_stream(record))
        return sslp_errors_refusal(NTE_INTERNAL_ERROR);
    return sslp_record_mac_setup(record, libctx);
}

static size_t sealed_len(const struct sslp_record *record, size_t plaintext_len)
{
    return plaintext_len + record->mac_len;
}

/* With the copy: record->cipher stays where it is until the record is accepted. */
static bool crypt_trial(
    struct sslp_record *record, const uint8_t *input, size_t len, uint8_t *output)
{
    int written = 0;

    return len == 0 ||
        (EVP_CipherUpdate(record->trial, output, &written, input, (int)len) == 1 &&
            written == (int)len);
}

static void accept_trial(struct sslp_record *record, size_t len)
{
    EVP_CIPHER_CTX *const accepted = record->trial;

    record->trial = record->cipher;
    record->cipher = accepted;
    record->stream_offset += len;
}

static bool stream_seal(struct sslp_record *record, const struct sslp_record_context *context,
    uint8_t *body, size_t plaintext_len)
{
    const size_t len = sealed_len(record, plaintext_len);
    uint8_t mac[SSLP_MAX_MAC];

    if (!sslp_record_mac(record, context, sslp_bytes(body, plaintext_len), mac))
        return false;
    memcpy(body + plaintext_len, mac, record->mac_len);
    if (EVP_CIPHER_CTX_copy(record->trial, record->cipher) != 1 ||
        !crypt_trial(record, body, len, body))
        return false;
    accept_trial(record, len);
    return true;
}

static bool any_body_len(const struct sslp_record *record, size_t body_len)
{
    return body_len >= record->mac_len;
}

static size_t opened_room(const struct sslp_record *record, size_t body_len)
{
    return body_len - record->mac_len;
}

static enum sslp_opening stream_open(struct sslp_record *record,
    const struct sslp_record_context *context, struct sslp_bytes body, uint8_t *output,
    size_t *plaintext_len)
{
    const size_t len = opened_room(record, body.len);
    uint8_t received[SSLP_MAX_MAC];
    enum sslp_opening opening;

    if (len > SSLP_MAX_PLAINTEXT)
        return SSLP_NOT_GENUINE;
    if (EVP_CIPHER_CTX_copy(record->trial, record->cipher) != 1 ||
        !crypt_trial(record, body.data, len, output) ||
        !crypt_trial(record, body.data + len, record->mac_len, received))
        return SSLP_NOT_COMPUTED;
    opening = sslp_record_mac_matches(record, context, sslp_bytes(output, len), received);
    if (opening != SSLP_OPENED)
        return opening;
    accept_trial(record, body.len);
    *plaintext_len = len;
    return SSLP_OPENED;
}

const struct sslp_protection sslp_protection_stream = {
    .setup = stream_setup,
    .sealed_len = sealed_len,
    .seal = stream_seal,
    .body_len_valid = any_body_len,
    .opened_room = opened_room,
    .open = stream_open,
    .short_output = NTE_DECRYPTION_FAILURE,
};

static bool null_seal(struct sslp_record *record, const struct sslp_record_context *context,
    uint8_t *body, size_t plaintext_len)
{
    uint8_t mac[SSLP_MAX_MAC];

    if (!sslp_record_mac(record, context, sslp_bytes(body, plaintext_len), mac))
        return false;
    memcpy(body + plaintext_len, mac, record->mac_len);
    return true;
}

static enum sslp_opening null_open(struct sslp_record *record,
    const struct sslp_record_context *context, struct sslp_bytes body, uint8_t *output,
    size_t *plaintext_len)
{
    const size_t len = opened_room(record, body.len);
    enum sslp_opening opening;

    if (len > SSLP_MAX_PLAINTEXT)
        return SSLP_NOT_GENUINE;
    opening = sslp_record_mac_matches(record, context, sslp_bytes(body.data, len), body.data + len);
    if (opening != SSLP_OPENED)
        return opening;
    memmove(output, body.data, len);
    *plaintext_len = len;
    return SSLP_OPENED;
}

const struct sslp_protection sslp_protection_null = {
    .setup = sslp_record_mac_setup,
    .sealed_len = sealed_len,
    .seal = null_seal,
    .body_len_valid = any_body_len,
    .opened_room = opened_room,
    .open = null_open,
    .short_output = NTE_BUFFER_TOO_SMALL,
};
