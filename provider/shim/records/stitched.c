/* SPDX-License-Identifier: Apache-2.0
 *
 * GenericBlockCipher with the stitched ciphers of libcrypto, AES-CBC-HMAC, which compute the MAC
 * while they encrypt.  They do MAC-then-encrypt of TLS and DTLS whole: sealing appends MAC and
 * padding, and opening checks both in constant time.  libssl uses the same ciphers for TLS.  They
 * exist for AES with HMAC-SHA-1 and HMAC-SHA-256, on some machines.
 */
#include "shim/core/errors.h"
#include "shim/core/ossl_params.h"
#include "shim/records/protection.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

/* NULL: there is none. */
static const char *stitched_name(const struct sslp_record_keys *keys)
{
    static const struct {
        const char *cipher;
        enum sslp_hash_id mac;
        const char *name;
    } names[] = {
        {"AES-128-CBC", SSLP_HASH_SHA1, "AES-128-CBC-HMAC-SHA1"},
        {"AES-256-CBC", SSLP_HASH_SHA1, "AES-256-CBC-HMAC-SHA1"},
        {"AES-128-CBC", SSLP_HASH_SHA256, "AES-128-CBC-HMAC-SHA256"},
        {"AES-256-CBC", SSLP_HASH_SHA256, "AES-256-CBC-HMAC-SHA256"},
    };

    if (keys->encrypt_then_mac || sslp_protocol_is_ssl3(keys->protocol))
        return NULL;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].mac == keys->suite->mac &&
            strcmp(names[i].cipher, keys->suite->cipher->name) == 0)
            return names[i].name;
    }
    return NULL;
}

/* Another provider's cipher may have the name and not do MAC-then-encrypt: OpenSSL passes over
 * parameters that a cipher does not know. */
static bool does_mac_then_encrypt(const struct sslp_record_state *state, const char *name)
{
    return sslp_algorithms_cipher_takes(state->algorithms, name, SSLP_TAKES_MAC_KEY) &&
        sslp_algorithms_cipher_takes(state->algorithms, name, SSLP_TAKES_AAD);
}

static SECURITY_STATUS stitched_key(struct sslp_record_state *state, const EVP_CIPHER *cipher)
{
    const int encrypt = state->keys.direction == SSLP_DIRECTION_WRITE;
    const OSSL_PARAM params[] = {
        sslp_params_octets(OSSL_CIPHER_PARAM_AEAD_MAC_KEY, state->keys.mac_key),
        OSSL_PARAM_construct_end(),
    };

    state->cipher = EVP_CIPHER_CTX_new();
    if (state->cipher == NULL)
        return NTE_NO_MEMORY;
    return EVP_CipherInit_ex2(state->cipher, cipher, state->key, NULL, encrypt, NULL) == 1 &&
            EVP_CIPHER_CTX_set_params(state->cipher, params) == 1
        ? ERROR_SUCCESS
        : sslp_errors_refusal(NTE_NOT_SUPPORTED);
}

SECURITY_STATUS sslp_record_stitched_setup(struct sslp_record_state *state)
{
    const char *const name = stitched_name(&state->keys);
    unsigned long errors;
    EVP_CIPHER *cipher = NULL;
    SECURITY_STATUS status = name == NULL
        ? NTE_NOT_SUPPORTED
        : sslp_algorithms_rare_cipher(state->algorithms, name, &cipher);

    if (status != ERROR_SUCCESS)
        return status;
    if (!does_mac_then_encrypt(state, name) ||
        EVP_CIPHER_get_key_length(cipher) != (int)state->keys.key.len)
        return NTE_NOT_SUPPORTED;
    errors = sslp_errors_begin();
    status = sslp_errors_end(errors, stitched_key(state, cipher));
    if (status == ERROR_SUCCESS) {
        state->protection = &sslp_protection_stitched;
        return ERROR_SUCCESS;
    }
    EVP_CIPHER_CTX_free(state->cipher);
    state->cipher = NULL;
    return status;
}

/* What the cipher is told of a record.  Where the IV is chained, it also gets that: it may have
 * moved on with a record that was refused. */
static bool stitched_begin(struct sslp_record_state *state,
    const struct sslp_record_context *context, size_t plaintext_len)
{
    uint8_t header[SSLP_PSEUDO_HEADER_LEN];
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TLS1_AAD, header, sizeof(header)),
        OSSL_PARAM_construct_end(),
    };

    /* The cipher takes the explicit IV from the length by itself.  To open, it puts in the length
     * that it has found. */
    sslp_record_pseudo_header(state, context, state->explicit_len + plaintext_len, header);
    if (state->keys.protocol->chained_iv)
        return EVP_CipherInit_ex2(state->cipher, NULL, NULL, state->iv, -1, params) == 1;
    return EVP_CIPHER_CTX_set_params(state->cipher, params) == 1;
}

/* The whole body, explicit IV included. */
static bool stitched_crypt(
    struct sslp_record_state *state, struct sslp_bytes input, uint8_t *output)
{
    int written = 0;

    return EVP_CipherUpdate(state->cipher, output, &written, input.data, (int)input.len) == 1 &&
        written == (int)input.len;
}

static void stitched_move_iv(struct sslp_record_state *state, struct sslp_bytes body)
{
    const size_t block_len = state->keys.suite->cipher->block_len;

    if (state->keys.protocol->chained_iv)
        memcpy(state->iv, body.data + body.len - block_len, block_len);
}

static bool stitched_seal(struct sslp_record_state *state,
    const struct sslp_record_context *context, const uint8_t *plaintext, size_t plaintext_len,
    uint8_t *body)
{
    const struct sslp_bytes whole =
        sslp_bytes(body, state->explicit_len + sslp_record_cbc_padded_len(state, plaintext_len));

    memmove(body + state->explicit_len, plaintext, plaintext_len);
    /* RFC 4346 section 6.2.3.2: an IV that nobody can predict.  These bytes are encrypted like a
     * block of the plaintext, and what comes out is the IV. */
    if (state->explicit_len != 0 &&
        RAND_bytes_ex(state->algorithms->libctx, body, state->explicit_len, 0) != 1)
        return false;
    if (!stitched_begin(state, context, plaintext_len) || !stitched_crypt(state, whole, body))
        return false;
    stitched_move_iv(state, whole);
    return true;
}

/* Into the buffer of the state: MAC and padding come out behind the plaintext, where the caller's
 * buffer must not change.  Whether the record is genuine is public from here on. */
static bool stitched_decrypt(
    struct sslp_record_state *state, struct sslp_bytes body, size_t *plaintext_len)
{
    if (!stitched_crypt(state, body, state->decrypted))
        return false;
    *plaintext_len =
        body.len - state->explicit_len - state->mac_len - 1 - state->decrypted[body.len - 1];
    return *plaintext_len <= SSLP_MAX_PLAINTEXT;
}

static enum sslp_opening stitched_open(struct sslp_record_state *state,
    const struct sslp_record_context *context, struct sslp_bytes body, uint8_t *output,
    size_t *plaintext_len)
{
    enum sslp_opening opening = SSLP_NOT_GENUINE;

    /* No room for MAC and padding_length.  The length of the record is public. */
    if (sslp_record_content_len(state, body.len) < state->mac_len + 1)
        return SSLP_NOT_GENUINE;
    if (!sslp_record_cbc_has_room(state) || !stitched_begin(state, context, 0))
        return SSLP_NOT_COMPUTED;
    if (stitched_decrypt(state, body, plaintext_len)) {
        opening = SSLP_OPENED;
        stitched_move_iv(state, body);
        memcpy(output, state->decrypted + state->explicit_len, *plaintext_len);
    }
    sslp_record_cbc_wipe(state, body.len);
    return opening;
}

const struct sslp_protection sslp_protection_stitched = {
    .padded_len = sslp_record_cbc_padded_len,
    .seal = stitched_seal,
    .open = stitched_open,
    .short_output = NTE_DECRYPTION_FAILURE,
};
