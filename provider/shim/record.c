/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of a record object, the record header, and the order in which the arguments of
 * SslEncryptPacket and SslDecryptPacket are checked.
 */
#include "shim/errors.h"
#include "shim/record_internal.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

enum {
    HEADER_LEN = 5,           /* RFC 5246 section 6.2.1: type, version, length */
    DATAGRAM_HEADER_LEN = 13, /* RFC 6347 section 4.1: epoch and sequence number before length */
    MAX_SEAL_INPUT = 0x8000,  /* beyond these two the call is refused before its flags are read */
    MAX_OPEN_INPUT = 0x10000
};

static const struct sslp_protection *protection_of(const struct sslp_suite *suite)
{
    switch (suite->cipher->mode) {
    case SSLP_MODE_NULL:
        return &sslp_protection_null;
    case SSLP_MODE_STREAM:
        return &sslp_protection_stream;
    case SSLP_MODE_CBC:
        return &sslp_protection_cbc;
    case SSLP_MODE_GCM:
    case SSLP_MODE_CCM:
    case SSLP_MODE_CHACHA20_POLY1305:
        return &sslp_protection_aead;
    }
    return NULL;
}

/* Whether record protection of TLS 1.2 and older has this combination. */
static bool is_supported(const struct sslp_record_keys *keys)
{
    const struct sslp_protocol *protocol = keys->protocol;

    if (protocol->tls_version > SSLP_TLS1_2 || protection_of(keys->suite) == NULL)
        return false;
    if (protocol->version == SSLP_SSL3) {
        /* SSL 3.0 has no extensions to negotiate RFC 7366 with, and a MAC of MD5 or SHA-1. */
        return !keys->encrypt_then_mac &&
            (keys->suite->mac == SSLP_HASH_MD5 || keys->suite->mac == SSLP_HASH_SHA1);
    }
    return sslp_cipher_is_aead(keys->suite->cipher) || keys->suite->mac != SSLP_HASH_NONE;
}

static bool lengths_fit(const struct sslp_record_keys *keys, const struct sslp_key_lengths *lengths)
{
    return keys->mac_key.len == lengths->mac_key && keys->key.len == lengths->key &&
        keys->iv.len == lengths->iv && lengths->mac_key <= SSLP_MAX_MAC_KEY &&
        lengths->key <= SSLP_MAX_KEY && lengths->iv <= SSLP_MAX_IV;
}

static void copy_bytes(uint8_t *to, struct sslp_bytes from)
{
    if (from.len != 0)
        memcpy(to, from.data, from.len);
}

static void fill_in(struct sslp_record *record, OSSL_LIB_CTX *libctx,
    const struct sslp_record_keys *keys, const struct sslp_key_lengths *lengths)
{
    const struct sslp_cipher *cipher = keys->suite->cipher;

    record->protocol = keys->protocol;
    record->suite = keys->suite;
    record->protection = protection_of(keys->suite);
    record->direction = keys->direction;
    record->encrypt_then_mac = keys->encrypt_then_mac;
    record->lengths = *lengths;
    record->header_len = keys->protocol->datagram ? DATAGRAM_HEADER_LEN : HEADER_LEN;
    record->explicit_len = cipher->explicit_nonce_len;
    if (cipher->mode == SSLP_MODE_CBC && !keys->protocol->chained_iv)
        record->explicit_len = cipher->block_len;
    record->mac_len = sslp_cipher_is_aead(cipher) ? 0 : sslp_hash_id_size(keys->suite->mac);
    record->stream_offset = keys->stream_offset;
    record->libctx = libctx;
    copy_bytes(record->mac_key, keys->mac_key);
    copy_bytes(record->key, keys->key);
    copy_bytes(record->iv, keys->iv);
}

SECURITY_STATUS sslp_record_new(
    OSSL_LIB_CTX *libctx, const struct sslp_record_keys *keys, struct sslp_record **record)
{
    struct sslp_key_lengths lengths;
    struct sslp_record *made;
    SECURITY_STATUS status;
    unsigned long errors;

    *record = NULL;
    if (!is_supported(keys))
        return NTE_NOT_SUPPORTED;
    lengths = sslp_suite_key_lengths(keys->suite, keys->protocol);
    if (!lengths_fit(keys, &lengths))
        return NTE_INTERNAL_ERROR;
    made = sslp_zalloc(sizeof(*made));
    if (made == NULL)
        return NTE_NO_MEMORY;
    fill_in(made, libctx, keys, &lengths);
    errors = sslp_errors_begin();
    status = sslp_errors_end(errors, made->protection->setup(made, libctx));
    if (status != ERROR_SUCCESS) {
        sslp_record_free(made);
        return status;
    }
    *record = made;
    return ERROR_SUCCESS;
}

void sslp_record_free(struct sslp_record *record)
{
    if (record == NULL)
        return;
    EVP_CIPHER_CTX_free(record->cipher);
    EVP_CIPHER_CTX_free(record->trial);
    EVP_MAC_CTX_free(record->hmac);
    EVP_MD_CTX_free(record->ssl3_inner);
    EVP_MD_CTX_free(record->ssl3_outer);
    EVP_MD_CTX_free(record->ssl3_scratch);
    OPENSSL_clear_free(record->decrypted, SSLP_MAX_CIPHERTEXT);
    OPENSSL_clear_free(record, sizeof(*record));
}

struct sslp_record_keys sslp_record_export(const struct sslp_record *record)
{
    return (struct sslp_record_keys){
        .protocol = record->protocol,
        .suite = record->suite,
        .direction = record->direction,
        .encrypt_then_mac = record->encrypt_then_mac,
        .mac_key = sslp_bytes(record->mac_key, record->lengths.mac_key),
        .key = sslp_bytes(record->key, record->lengths.key),
        .iv = sslp_bytes(record->iv, record->lengths.iv),
        .stream_offset = record->stream_offset,
    };
}

SECURITY_STATUS sslp_record_cipher_setup(struct sslp_record *record, OSSL_LIB_CTX *libctx)
{
    const int encrypt = record->direction == SSLP_DIRECTION_WRITE;
    const int key_len = (int)record->lengths.key;
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(libctx, record->suite->cipher->name, NULL);
    SECURITY_STATUS status = NTE_INTERNAL_ERROR;

    if (cipher == NULL)
        return NTE_NOT_SUPPORTED;
    record->cipher = EVP_CIPHER_CTX_new();
    if (record->cipher == NULL) {
        status = NTE_NO_MEMORY;
    } else if (EVP_CipherInit_ex2(record->cipher, cipher, NULL, NULL, encrypt, NULL) == 1 &&
        (EVP_CIPHER_CTX_get_key_length(record->cipher) == key_len ||
            EVP_CIPHER_CTX_set_key_length(record->cipher, key_len) == 1)) {
        status = ERROR_SUCCESS;
    }
    EVP_CIPHER_free(cipher);
    return status;
}

void sslp_record_pseudo_header(const struct sslp_record *record,
    const struct sslp_record_context *context, size_t length,
    uint8_t header[SSLP_PSEUDO_HEADER_LEN])
{
    sslp_record_put64(header, context->sequence_number);
    header[8] = context->content_type;
    sslp_record_put16(header + 9, record->protocol->version);
    sslp_record_put16(header + 11, length);
}

/* Numbers instead of pointers: the order of unrelated pointers is not defined in C. */
static bool overlaps(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    const uintptr_t a_start = (uintptr_t)a;
    const uintptr_t b_start = (uintptr_t)b;

    if (a_len == 0 || b_len == 0)
        return false;
    return a_start < b_start ? b_start - a_start < a_len : a_start - b_start < b_len;
}

static void write_header(const struct sslp_record *record,
    const struct sslp_record_context *context, uint8_t *header, size_t body_len)
{
    header[0] = context->content_type;
    sslp_record_put16(header + 1, record->protocol->version);
    if (record->protocol->datagram)
        sslp_record_put64(header + 3, context->sequence_number);
    sslp_record_put16(header + record->header_len - 2, body_len);
}

static SECURITY_STATUS check_seal_arguments(const struct sslp_record *record, const uint8_t *input,
    DWORD input_len, const uint8_t *output, const DWORD *result, DWORD flags)
{
    if (input == NULL || input_len > MAX_SEAL_INPUT)
        return NTE_INVALID_PARAMETER;
    if (output == NULL || result == NULL) {
        return NTE_INVALID_PARAMETER;
    }
    if (flags != 0)
        return NTE_BAD_FLAGS;
    if (record->direction != SSLP_DIRECTION_WRITE) {
        return NTE_INTERNAL_ERROR;
    }
    return input_len > SSLP_MAX_PLAINTEXT ? NTE_INVALID_PARAMETER : ERROR_SUCCESS;
}

SECURITY_STATUS sslp_record_seal(struct sslp_record *record, const uint8_t *input, DWORD input_len,
    uint8_t *output, DWORD output_len, DWORD *result, uint64_t sequence_number, DWORD content_type,
    DWORD flags)
{
    const struct sslp_record_context context = {sequence_number, (uint8_t)content_type};
    SECURITY_STATUS status = check_seal_arguments(record, input, input_len, output, result, flags);
    size_t body_len, total;
    uint8_t *body, *plaintext;
    unsigned long errors;
    bool sealed;

    if (status != ERROR_SUCCESS)
        return status;
    body_len = record->protection->sealed_len(record, input_len);
    total = record->header_len + body_len;
    if (output_len < total)
        return NTE_BUFFER_TOO_SMALL;
    body = output + record->header_len;
    plaintext = body + record->explicit_len;
    if (input != body && input != plaintext && overlaps(input, input_len, output, total))
        return NTE_BUFFERS_OVERLAP;
    memmove(plaintext, input, input_len);
    errors = sslp_errors_begin();
    sealed = record->protection->seal(record, &context, body, input_len);
    status = sslp_errors_end(errors, sealed ? ERROR_SUCCESS : NTE_FAIL);
    if (!sealed) {
        OPENSSL_cleanse(output, total);
        return status;
    }
    write_header(record, &context, output, body_len);
    *result = (DWORD)total;
    return ERROR_SUCCESS;
}

static SECURITY_STATUS check_open_arguments(const struct sslp_record *record, const uint8_t *input,
    DWORD input_len, const uint8_t *output, const DWORD *result, DWORD flags)
{
    if (input == NULL || input_len == 0 || input_len > MAX_OPEN_INPUT)
        return NTE_INVALID_PARAMETER;
    if (output == NULL || result == NULL) {
        return NTE_INVALID_PARAMETER;
    }
    if (flags != 0)
        return NTE_BAD_FLAGS;
    return record->direction != SSLP_DIRECTION_READ ? NTE_INTERNAL_ERROR : ERROR_SUCCESS;
}

/* The version of the header has to be of the key's family only: peers put a lower version of TLS
 * into some records, and MAC and tag cover the version of the key (RFC 5246 appendix E.1). */
static bool version_fits(const struct sslp_record *record, const uint8_t *header)
{
    const unsigned version = (unsigned)header[1] << 8 | header[2];

    if (record->protocol->datagram)
        return version == SSLP_DTLS1_0 || version == SSLP_DTLS1_2;
    return version >= SSLP_SSL3 && version <= SSLP_TLS1_2;
}

/* Exactly one record: header, and a body that fills the rest of the input. */
static SECURITY_STATUS find_body(const struct sslp_record *record, const uint8_t *input,
    size_t input_len, struct sslp_bytes *body)
{
    size_t body_len;

    if (input_len < record->header_len || !version_fits(record, input))
        return NTE_BAD_DATA;
    body_len = (size_t)input[record->header_len - 2] << 8 | input[record->header_len - 1];
    if (body_len > SSLP_MAX_CIPHERTEXT || body_len < record->mac_len + record->explicit_len ||
        input_len - record->header_len != body_len)
        return NTE_BAD_DATA;
    *body = sslp_bytes(input + record->header_len, body_len);
    return ERROR_SUCCESS;
}

static bool open_in_place(
    const struct sslp_record *record, struct sslp_bytes body, const uint8_t *output)
{
    return output == body.data || output == body.data + record->explicit_len;
}

/* Where the plaintext goes, and whether the body can be a record at all. */
static SECURITY_STATUS check_output(const struct sslp_record *record, struct sslp_bytes input,
    struct sslp_bytes body, const uint8_t *output, size_t output_len)
{
    const size_t writable = body.len < output_len ? body.len : output_len;

    if (!open_in_place(record, body, output) && overlaps(input.data, input.len, output, writable))
        return NTE_BUFFERS_OVERLAP;
    if (!record->protection->body_len_valid(record, body.len))
        return NTE_BAD_DATA;
    if (output_len < record->protection->opened_room(record, body.len))
        return record->protection->short_output;
    return ERROR_SUCCESS;
}

SECURITY_STATUS sslp_record_open(struct sslp_record *record, const uint8_t *input, DWORD input_len,
    uint8_t *output, DWORD output_len, DWORD *result, uint64_t sequence_number, DWORD flags)
{
    struct sslp_record_context context = {sequence_number, 0};
    SECURITY_STATUS status = check_open_arguments(record, input, input_len, output, result, flags);
    struct sslp_bytes body;
    size_t plaintext_len = 0;
    unsigned long errors;
    bool opened;

    if (status != ERROR_SUCCESS)
        return status;
    status = find_body(record, input, input_len, &body);
    if (status != ERROR_SUCCESS)
        return status;
    status = check_output(record, sslp_bytes(input, input_len), body, output, output_len);
    if (status != ERROR_SUCCESS)
        return status;
    context.content_type = input[0];
    errors = sslp_errors_begin();
    opened = record->protection->open(record, &context, body, output, &plaintext_len);
    status = sslp_errors_end(errors, opened ? ERROR_SUCCESS : NTE_DECRYPTION_FAILURE);
    if (!opened) {
        OPENSSL_cleanse(output, record->protection->opened_room(record, body.len));
        return status;
    }
    *result = (DWORD)plaintext_len;
    return ERROR_SUCCESS;
}
