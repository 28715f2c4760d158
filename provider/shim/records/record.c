/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of a connection state, the record header, and the order in which the arguments of
 * SslEncryptPacket and SslDecryptPacket are checked.
 */
#include "shim/core/errors.h"
#include "shim/records/protection.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

/* Longer inputs are refused before the flags are read. */
enum { MAX_SEAL_INPUT = 0x8000, MAX_OPEN_INPUT = 0x10000 };

static const struct sslp_protection *protection_of(const struct sslp_record_keys *keys)
{
    if (sslp_protocol_is_tls13(keys->protocol))
        return sslp_protocol_is_datagram(keys->protocol) ? &sslp_protection_dtls13
                                                         : &sslp_protection_tls13;
    switch (keys->suite->cipher->mode) {
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

/* Whether record protection of the protocol has this combination. */
static bool record_keys_are_supported(const struct sslp_record_keys *keys)
{
    const struct sslp_protocol *protocol = keys->protocol;

    if (sslp_protocol_is_tls13(protocol))
        return sslp_cipher_is_aead(keys->suite->cipher);
    if (sslp_protocol_is_ssl3(protocol)) {
        /* SSL 3.0 has no extensions to negotiate RFC 7366 with, and a MAC of MD5 or SHA-1. */
        return !keys->encrypt_then_mac &&
            (keys->suite->mac == SSLP_HASH_MD5 || keys->suite->mac == SSLP_HASH_SHA1);
    }
    return sslp_cipher_is_aead(keys->suite->cipher) || keys->suite->mac != SSLP_HASH_NONE;
}

static bool record_keys_fit(const struct sslp_record_keys *keys)
{
    const struct sslp_key_place *piece = keys->layout.piece[SSLP_CLIENT];

    return keys->layout.len != 0 && keys->mac_key.len == piece[SSLP_PIECE_MAC_KEY].len &&
        keys->key.len == piece[SSLP_PIECE_KEY].len && keys->iv.len == piece[SSLP_PIECE_IV].len &&
        keys->mask_key.len == piece[SSLP_PIECE_MASK_KEY].len &&
        keys->mask_key.len <= SSLP_MAX_KEY && keys->mac_key.len <= SSLP_MAX_MAC_KEY &&
        keys->key.len <= SSLP_MAX_KEY && keys->iv.len <= SSLP_MAX_IV;
}

static void record_copy_key(uint8_t *to, struct sslp_bytes *key)
{
    if (key->len != 0)
        memcpy(to, key->data, key->len);
    key->data = to;
}

static void record_state_fill(struct sslp_record_state *state, struct sslp_algorithms *algorithms,
    const struct sslp_record_keys *keys)
{
    const struct sslp_cipher *cipher = keys->suite->cipher;
    const bool cbc = cipher->mode == SSLP_MODE_CBC;

    state->keys = *keys;
    record_copy_key(state->mac_key, &state->keys.mac_key);
    record_copy_key(state->key, &state->keys.key);
    record_copy_key(state->iv, &state->keys.iv);
    record_copy_key(state->mask_key, &state->keys.mask_key);
    state->framing = &sslp_framing_before_tls13;
    state->header_len =
        sslp_protocol_is_datagram(keys->protocol) ? SSLP_DTLS_HEADER_LEN : SSLP_TLS_HEADER_LEN;
    state->header_version = (uint16_t)keys->protocol->version;
    state->explicit_len = cipher->explicit_nonce_len;
    if (cbc && !keys->protocol->chained_iv)
        state->explicit_len = cipher->block_len;
    if (sslp_protocol_is_tls13(keys->protocol)) {
        state->framing = &sslp_framing_tls13;
        state->header_version = SSLP_TLS1_2; /* legacy_record_version, RFC 8446 section 5.1 */
        state->explicit_len = 0;
    }
    if (sslp_record_state_has_ids(state)) {
        state->framing = &sslp_framing_dtls13;
        state->header_len = SSLP_UNIFIED_HEADER_LEN;
    }
    state->mac_len = sslp_cipher_is_aead(cipher) ? 0 : sslp_hash_id_size(keys->suite->mac);
    state->trailer_len = cbc && !keys->encrypt_then_mac ? 0 : state->mac_len + cipher->tag_len;
    state->algorithms = algorithms;
}

const size_t sslp_record_state_size = sizeof(struct sslp_record_state);

SECURITY_STATUS sslp_record_state_init(struct sslp_record_state *state,
    struct sslp_algorithms *algorithms, const struct sslp_record_keys *keys)
{
    state->protection = protection_of(keys);
    if (state->protection == NULL || !record_keys_are_supported(keys))
        return NTE_NOT_SUPPORTED;
    if (!record_keys_fit(keys))
        return NTE_INTERNAL_ERROR;
    record_state_fill(state, algorithms, keys);
    return state->protection->setup(state);
}

static void record_state_clear_mac(struct sslp_record_state *state)
{
    EVP_MAC_CTX_free(state->hmac);
    EVP_MD_CTX_free(state->ssl3_inner);
    EVP_MD_CTX_free(state->ssl3_outer);
    EVP_MD_CTX_free(state->ssl3_scratch);
    OPENSSL_clear_free(state->decrypted, SSLP_MAX_CIPHERTEXT);
    OPENSSL_cleanse(state->mac_key, state->keys.mac_key.len);
}

/* Of the keys, as much as was written. */
void sslp_record_state_clear(struct sslp_record_state *state)
{
    EVP_CIPHER_CTX_free(state->cipher);
    EVP_CIPHER_CTX_free(state->opener);
    EVP_CIPHER_CTX_free(state->trial);
    EVP_CIPHER_CTX_free(state->mask);
    if (state->mac_len != 0)
        record_state_clear_mac(state);
    OPENSSL_cleanse(state->key, state->keys.key.len);
    OPENSSL_cleanse(state->iv, state->keys.iv.len);
    OPENSSL_cleanse(state->mask_key, state->keys.mask_key.len);
}

void sslp_record_state_free(struct sslp_record_state *state)
{
    if (state == NULL)
        return;
    sslp_record_state_clear(state);
    OPENSSL_free(state);
}

struct sslp_record_keys sslp_record_state_export(const struct sslp_record_state *state)
{
    return state->keys;
}

SECURITY_STATUS sslp_record_state_another(
    const struct sslp_record_state *state, struct sslp_record_state **another)
{
    const unsigned long errors = sslp_errors_begin();
    SECURITY_STATUS status = NTE_NO_MEMORY;

    *another = OPENSSL_zalloc(sizeof(**another));
    if (*another != NULL)
        status = sslp_record_state_init(*another, state->algorithms, &state->keys);
    if (status != ERROR_SUCCESS) {
        sslp_record_state_free(*another);
        *another = NULL;
    }
    return sslp_errors_end(errors, status);
}

bool sslp_record_state_has_ids(const struct sslp_record_state *state)
{
    const struct sslp_protocol *protocol = state->keys.protocol;

    return sslp_protocol_is_tls13(protocol) && sslp_protocol_is_datagram(protocol);
}

void sslp_record_state_expect_ids(struct sslp_record_state *state, size_t id_len)
{
    state->id_len = id_len;
}

bool sslp_record_state_is_sequential(const struct sslp_record_state *state)
{
    const enum sslp_cipher_mode mode = state->keys.suite->cipher->mode;

    return mode == SSLP_MODE_STREAM || (mode == SSLP_MODE_CBC && state->keys.protocol->chained_iv);
}

/* CCM needs both lengths before its key. */
static bool set_aead_lengths(EVP_CIPHER_CTX *context, const struct sslp_cipher *cipher)
{
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, SSLP_AEAD_NONCE_LEN, NULL) == 1 &&
        (cipher->mode != SSLP_MODE_CCM ||
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, cipher->tag_len, NULL) == 1);
}

/* Whether a context has all lengths right when it is made.  Then one call keys it. */
static bool has_usual_lengths(
    const EVP_CIPHER *cipher, const struct sslp_cipher *native, int key_len)
{
    return EVP_CIPHER_get_key_length(cipher) == key_len && native->mode != SSLP_MODE_CCM &&
        (!sslp_cipher_is_aead(native) || EVP_CIPHER_get_iv_length(cipher) == SSLP_AEAD_NONCE_LEN);
}

static bool set_lengths(EVP_CIPHER_CTX *context, const struct sslp_cipher *native, int key_len)
{
    return (EVP_CIPHER_CTX_get_key_length(context) == key_len ||
               EVP_CIPHER_CTX_set_key_length(context, key_len) == 1) &&
        (!sslp_cipher_is_aead(native) || set_aead_lengths(context, native));
}

SECURITY_STATUS sslp_record_cipher_new(
    const struct sslp_record_state *state, enum sslp_direction direction, EVP_CIPHER_CTX **context)
{
    const struct sslp_cipher *const native = state->keys.suite->cipher;
    const int encrypt = direction == SSLP_DIRECTION_WRITE;
    const int key_len = (int)state->keys.key.len;
    EVP_CIPHER *cipher;
    const SECURITY_STATUS status = sslp_algorithms_cipher(state->algorithms, native->name, &cipher);

    if (status != ERROR_SUCCESS)
        return status;
    *context = EVP_CIPHER_CTX_new();
    if (*context == NULL)
        return NTE_NO_MEMORY;
    if (has_usual_lengths(cipher, native, key_len)
            ? EVP_CipherInit_ex2(*context, cipher, state->key, NULL, encrypt, NULL) == 1
            : EVP_CipherInit_ex2(*context, cipher, NULL, NULL, encrypt, NULL) == 1 &&
                set_lengths(*context, native, key_len) &&
                EVP_CipherInit_ex2(*context, NULL, state->key, NULL, -1, NULL) == 1)
        return ERROR_SUCCESS;
    return sslp_errors_refusal(NTE_INTERNAL_ERROR);
}

void sslp_record_pseudo_header(const struct sslp_record_state *state,
    const struct sslp_record_context *context, size_t length,
    uint8_t header[SSLP_PSEUDO_HEADER_LEN])
{
    sslp_record_put64(header, context->sequence_number);
    header[8] = context->content_type;
    sslp_record_put16(header + 9, state->keys.protocol->version);
    sslp_record_put16(header + 11, length);
}

/* Whether two buffers have a byte in common.  Numbers instead of pointers: C does not define the
 * order of unrelated pointers. */
static bool buffers_overlap(struct sslp_bytes a, struct sslp_bytes b)
{
    const uintptr_t a_start = (uintptr_t)a.data, b_start = (uintptr_t)b.data;

    if (a.len == 0 || b.len == 0)
        return false;
    return a_start <= b_start ? b_start - a_start < a.len : a_start - b_start < b.len;
}

bool sslp_record_collides(const struct sslp_record_state *state, struct sslp_bytes input,
    struct sslp_bytes body, const uint8_t *output, size_t output_len)
{
    const size_t writable = body.len < output_len ? body.len : output_len;

    return output != body.data && output != body.data + state->explicit_len &&
        buffers_overlap(input, sslp_bytes(output, writable));
}

static void record_write_header(const struct sslp_record_state *state,
    const struct sslp_record_context *context, uint8_t *header, size_t body_len)
{
    if (state->framing->write_header != NULL) {
        state->framing->write_header(context, header, body_len);
        return;
    }
    header[0] = context->content_type;
    sslp_record_put16(header + 1, state->header_version);
    if (sslp_protocol_is_datagram(state->keys.protocol))
        sslp_record_put64(header + 3, context->sequence_number);
    sslp_record_put16(header + state->header_len - 2, body_len);
}

SECURITY_STATUS sslp_record_check_seal(
    const uint8_t *input, DWORD input_len, const uint8_t *output, const DWORD *result, DWORD flags)
{
    if (input == NULL || input_len > MAX_SEAL_INPUT || output == NULL || result == NULL)
        return NTE_INVALID_PARAMETER;
    return flags != 0 ? NTE_BAD_FLAGS : ERROR_SUCCESS;
}

/* Checks the arguments against the key. */
static SECURITY_STATUS record_check_plaintext(
    const struct sslp_record_state *state, DWORD input_len)
{
    if ((state->keys.direction & SSLP_DIRECTION_WRITE) == 0)
        return NTE_INTERNAL_ERROR;
    if (input_len < state->framing->min_plaintext || input_len > state->framing->max_plaintext)
        return NTE_INVALID_PARAMETER;
    return ERROR_SUCCESS;
}

static size_t record_padded_len(const struct sslp_record_state *state, size_t plaintext_len)
{
    return state->protection->padded_len == NULL
        ? plaintext_len
        : state->protection->padded_len(state, plaintext_len);
}

/* libcrypto raises errors only when it fails.  After success there is a mark to take from the
 * queue, and nothing from an empty one, which sslp_errors_begin calls 0. */
static SECURITY_STATUS record_errors_end(unsigned long errors, SECURITY_STATUS status)
{
    return errors == 0 && status == ERROR_SUCCESS ? ERROR_SUCCESS : sslp_errors_end(errors, status);
}

SECURITY_STATUS sslp_record_seal(struct sslp_record_state *state, const uint8_t *input,
    DWORD input_len, uint8_t *output, DWORD output_len, DWORD *result, uint64_t sequence_number,
    DWORD content_type, DWORD flags)
{
    const struct sslp_record_context context = {
        sequence_number, (uint8_t)content_type, output, state->header_len};
    SECURITY_STATUS status = sslp_record_check_seal(input, input_len, output, result, flags);
    size_t body_len, total;
    unsigned long errors;
    uint8_t *body;
    bool sealed;

    if (status == ERROR_SUCCESS)
        status = record_check_plaintext(state, input_len);
    if (status != ERROR_SUCCESS)
        return status;
    body_len = state->explicit_len + record_padded_len(state, input_len) + state->trailer_len;
    total = state->header_len + body_len;
    if (output_len < total)
        return NTE_BUFFER_TOO_SMALL;
    body = output + state->header_len;
    if (input != body && input != body + state->explicit_len &&
        buffers_overlap(sslp_bytes(input, input_len), sslp_bytes(output, total)))
        return NTE_BUFFERS_OVERLAP;
    record_write_header(state, &context, output, body_len);
    errors = sslp_errors_begin();
    sealed = state->protection->seal(state, &context, input, input_len, body);
    status = record_errors_end(errors, sealed ? ERROR_SUCCESS : sslp_errors_refusal(NTE_FAIL));
    if (sealed)
        *result = (DWORD)total;
    else
        OPENSSL_cleanse(output, total);
    return status;
}

SECURITY_STATUS sslp_record_check_open(
    const uint8_t *input, DWORD input_len, const uint8_t *output, const DWORD *result, DWORD flags)
{
    if (input == NULL || input_len == 0 || input_len > MAX_OPEN_INPUT || output == NULL ||
        result == NULL)
        return NTE_INVALID_PARAMETER;
    return flags != 0 ? NTE_BAD_FLAGS : ERROR_SUCCESS;
}

SECURITY_STATUS sslp_record_check_room(
    const struct sslp_record_state *state, size_t body_len, size_t output_len)
{
    if (body_len < state->explicit_len + state->trailer_len ||
        sslp_record_content_len(state, body_len) % state->keys.suite->cipher->block_len != 0)
        return NTE_BAD_DATA;
    return output_len < sslp_record_content_len(state, body_len) ? state->protection->short_output
                                                                 : ERROR_SUCCESS;
}

static SECURITY_STATUS status_of(const struct sslp_record_state *state, enum sslp_opening opening)
{
    switch (opening) {
    case SSLP_OPENED:
        return ERROR_SUCCESS;
    case SSLP_NOT_GENUINE:
        return state->framing->not_genuine;
    case SSLP_NOT_COMPUTED:
        break;
    }
    return sslp_errors_refusal(NTE_FAIL);
}

SECURITY_STATUS sslp_record_open(struct sslp_record_state *state, const uint8_t *input,
    DWORD input_len, uint8_t *output, DWORD output_len, DWORD *result, uint64_t *sequence_number,
    DWORD flags)
{
    struct sslp_record_context context = {*sequence_number, 0, input, state->header_len};
    SECURITY_STATUS status = sslp_record_check_open(input, input_len, output, result, flags);
    SECURITY_STATUS opened;
    struct sslp_bytes body;
    size_t plaintext_len = 0;
    unsigned long errors;

    if (status != ERROR_SUCCESS)
        return status;
    if ((state->keys.direction & SSLP_DIRECTION_READ) == 0)
        return NTE_INTERNAL_ERROR;
    state->sequence_number = context.sequence_number;
    status =
        state->framing->find_body(state, sslp_bytes(input, input_len), output, output_len, &body);
    if (status != ERROR_SUCCESS)
        return status;
    context.content_type = input[0];
    errors = sslp_errors_begin();
    opened =
        status_of(state, state->protection->open(state, &context, body, output, &plaintext_len));
    opened = record_errors_end(errors, opened);
    if (opened != ERROR_SUCCESS) {
        OPENSSL_cleanse(output, sslp_record_content_len(state, body.len));
        return opened;
    }
    *result = (DWORD)plaintext_len;
    *sequence_number = state->sequence_number;
    return ERROR_SUCCESS;
}
