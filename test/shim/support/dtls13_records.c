/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/support/dtls13_records.h"

#include "shim/support/keys.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

enum { MAX_HEADER = 1 + 255 + 2 + 2 };

const struct dtls13_suite dtls13_suites[DTLS13_SUITES] = {
    {"AES-128-GCM", SUITE_TLS13_AES128_GCM, "SHA2-256", "AES-128-GCM", "AES-128-ECB", 32, 16, 16},
    {"AES-256-GCM", SUITE_TLS13_AES256_GCM, "SHA2-384", "AES-256-GCM", "AES-256-ECB", 48, 32, 16},
    {"ChaCha20-Poly1305", SUITE_TLS13_CHACHA20, "SHA2-256", "ChaCha20-Poly1305", "ChaCha20", 32, 32,
        16},
    {"CCM", SUITE_TLS13_CCM, "SHA2-256", "AES-128-CCM", "AES-128-ECB", 32, 16, 16},
    {"CCM_8", SUITE_TLS13_CCM_8, "SHA2-256", "AES-128-CCM", "AES-128-ECB", 32, 16, 8},
};

/* HKDF-Expand-Label with the prefix of RFC 9147 section 5.9. */
static bool expand(
    const struct dtls13_suite *suite, BYTE *secret, const char *label, BYTE *out, size_t len)
{
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MODE, (char *)"EXPAND_ONLY", 0),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)suite->hash, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret, suite->secret_len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PREFIX, (char *)"dtls13", 6),
        OSSL_PARAM_construct_octet_string(
            OSSL_KDF_PARAM_LABEL, (char *)(uintptr_t)label, strlen(label)),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "TLS13-KDF", "provider=default");
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
    const bool done = context != NULL && EVP_KDF_derive(context, out, len, params) == 1;

    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return done;
}

bool dtls13_derive(const struct dtls13_suite *suite, struct dtls13_keys *keys)
{
    struct secret_blob blob =
        make_traffic_secret_in(DTLS1_3_PROTOCOL_VERSION, suite->suite, NCRYPT_SSL_CLIENT_FLAG);

    keys->suite = suite;
    return expand(suite, blob.secret, "key", keys->key, suite->key_len) &&
        expand(suite, blob.secret, "iv", keys->iv, sizeof(keys->iv)) &&
        expand(suite, blob.secret, "sn", keys->sn_key, suite->key_len);
}

size_t dtls13_header_len(struct dtls13_form form)
{
    return 1 + form.id_len + (form.long_number ? 2 : 1) + (form.has_length ? 2 : 0);
}

static bool seal(const struct dtls13_keys *keys, const BYTE nonce[DTLS13_IV], const BYTE *header,
    size_t header_len, const BYTE *inner, size_t inner_len, BYTE *body)
{
    const bool ccm = strstr(keys->suite->cipher, "CCM") != NULL;
    const int tag_len = (int)keys->suite->tag_len;
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, keys->suite->cipher, NULL);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int len = 0, last = 0;
    const bool sealed = EVP_EncryptInit_ex2(context, cipher, NULL, NULL, NULL) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, DTLS13_IV, NULL) == 1 &&
        (!ccm || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, tag_len, NULL) == 1) &&
        EVP_EncryptInit_ex2(context, NULL, keys->key, nonce, NULL) == 1 &&
        (!ccm || EVP_EncryptUpdate(context, NULL, &len, NULL, (int)inner_len) == 1) &&
        EVP_EncryptUpdate(context, NULL, &len, header, (int)header_len) == 1 &&
        EVP_EncryptUpdate(context, body, &len, inner, (int)inner_len) == 1 &&
        EVP_EncryptFinal_ex(context, body + len, &last) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, tag_len, body + inner_len) == 1;

    EVP_CIPHER_CTX_free(context);
    EVP_CIPHER_free(cipher);
    return sealed;
}

/* RFC 9147 section 4.2.3. */
static bool make_mask(const struct dtls13_keys *keys, const BYTE *sample, BYTE mask[DTLS13_SAMPLE])
{
    static const BYTE zeros[DTLS13_SAMPLE];
    const bool stream = strcmp(keys->suite->mask, "ChaCha20") == 0;
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, keys->suite->mask, NULL);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int len = 0;
    const bool made =
        EVP_EncryptInit_ex2(context, cipher, keys->sn_key, stream ? sample : NULL, NULL) == 1 &&
        EVP_EncryptUpdate(context, mask, &len, stream ? zeros : sample, DTLS13_SAMPLE) == 1 &&
        len == DTLS13_SAMPLE;

    EVP_CIPHER_CTX_free(context);
    EVP_CIPHER_free(cipher);
    return made;
}

size_t dtls13_make(const struct dtls13_keys *keys, struct dtls13_form form, ULONGLONG number,
    const BYTE *inner, size_t inner_len, BYTE *record)
{
    const size_t number_at = 1 + form.id_len, number_len = form.long_number ? 2 : 1;
    const size_t header_len = dtls13_header_len(form);
    const size_t body_len = inner_len + keys->suite->tag_len;
    BYTE nonce[DTLS13_IV], mask[DTLS13_SAMPLE];

    record[0] = (BYTE)(0x20 | (form.id_len != 0 ? 0x10 : 0) | (form.long_number ? 0x08 : 0) |
        (form.has_length ? 0x04 : 0) | (number >> 48 & 3));
    for (size_t i = 0; i < form.id_len; i++)
        record[1 + i] = (BYTE)(0xC0 + i);
    for (size_t i = 0; i < number_len; i++)
        record[number_at + i] = (BYTE)(number >> 8 * (number_len - 1 - i));
    if (form.has_length) {
        record[header_len - 2] = (BYTE)(body_len >> 8);
        record[header_len - 1] = (BYTE)body_len;
    }
    memcpy(nonce, keys->iv, sizeof(nonce));
    for (size_t i = 0; i < 6; i++)
        nonce[DTLS13_IV - 1 - i] ^= (BYTE)(number >> 8 * i);
    if (!seal(keys, nonce, record, header_len, inner, inner_len, record + header_len) ||
        !make_mask(keys, record + header_len, mask))
        return 0;
    for (size_t i = 0; i < number_len; i++)
        record[number_at + i] ^= mask[i];
    return header_len + body_len;
}
