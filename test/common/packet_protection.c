/* SPDX-License-Identifier: Apache-2.0 */
#include "common/packet_protection.h"

#include <openssl/evp.h>
#include <string.h>

static bool has_chacha(const char *suite)
{
    return strstr(suite, "CHACHA20") != NULL;
}

/* AES encrypts the sample; ChaCha20 takes it as counter and nonce. */
bool packet_mask(OSSL_LIB_CTX *libctx, const char *suite, const uint8_t *mask_key, size_t key_len,
    const uint8_t *sample, uint8_t mask[PACKET_SAMPLE_LEN])
{
    static const uint8_t zeros[PACKET_SAMPLE_LEN];
    const bool chacha = has_chacha(suite);
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(libctx,
        chacha              ? "ChaCha20"
            : key_len == 16 ? "AES-128-ECB"
                            : "AES-256-ECB",
        NULL);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int len = 0;
    const bool ok = EVP_EncryptInit_ex2(ctx, cipher, mask_key, chacha ? sample : NULL, NULL) == 1 &&
        EVP_EncryptUpdate(ctx, mask, &len, chacha ? zeros : sample, PACKET_SAMPLE_LEN) == 1 &&
        len == PACKET_SAMPLE_LEN;

    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(cipher);
    return ok;
}

bool packet_open(OSSL_LIB_CTX *libctx, const char *suite, const uint8_t *key, size_t key_len,
    const uint8_t nonce[PACKET_IV_LEN], const uint8_t *header, size_t header_len,
    const uint8_t *sealed, size_t sealed_len, uint8_t *out)
{
    const int text_len = (int)sealed_len - PACKET_TAG_LEN;
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(libctx,
        has_chacha(suite)   ? "ChaCha20-Poly1305"
            : key_len == 16 ? "AES-128-GCM"
                            : "AES-256-GCM",
        NULL);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    uint8_t tag[PACKET_TAG_LEN];
    int len = 0;
    bool ok;

    memcpy(tag, sealed + text_len, PACKET_TAG_LEN);
    ok = EVP_DecryptInit_ex2(ctx, cipher, key, nonce, NULL) == 1 &&
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, PACKET_TAG_LEN, tag) == 1 &&
        EVP_DecryptUpdate(ctx, NULL, &len, header, (int)header_len) == 1 &&
        EVP_DecryptUpdate(ctx, out, &len, sealed, text_len) == 1 && len == text_len &&
        EVP_DecryptFinal_ex(ctx, out + len, &len) == 1;
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(cipher);
    return ok;
}
