/* SPDX-License-Identifier: Apache-2.0 */
#include "quic.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { LONG_HEADER = 0x80, NUMBER_LEN = 0x03, MAX_NUMBER_LEN = 4 };

bool is_long(const struct packet *packet)
{
    return (packet->wire[0] & LONG_HEADER) != 0;
}

static bool has_chacha(const struct keys *keys)
{
    return strstr(keys->suite, "CHACHA20") != NULL;
}

/* RFC 9001 sections 5.4.3 and 5.4.4: AES encrypts the sample; ChaCha20 takes it as counter and
 * nonce. */
static bool make_mask(const struct keys *keys, const uint8_t *sample, uint8_t mask[SAMPLE_LEN])
{
    static const uint8_t zeros[SAMPLE_LEN];
    const bool chacha = has_chacha(keys);
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL,
        chacha                    ? "ChaCha20"
            : keys->key_len == 16 ? "AES-128-ECB"
                                  : "AES-256-ECB",
        NULL);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int len = 0;
    const bool ok =
        EVP_EncryptInit_ex2(ctx, cipher, keys->hp_key, chacha ? sample : NULL, NULL) == 1 &&
        EVP_EncryptUpdate(ctx, mask, &len, chacha ? zeros : sample, SAMPLE_LEN) == 1 &&
        len == SAMPLE_LEN;

    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(cipher);
    return ok;
}

/* RFC 9000 appendix A.3: the number with these low bits that is closest to the expected one. */
static uint64_t recover_number(uint64_t expected, uint64_t low, unsigned bits)
{
    const uint64_t window = UINT64_C(1) << bits, half = window / 2;
    const uint64_t candidate = (expected & ~(window - 1)) | low;

    if (candidate + half <= expected && candidate < (UINT64_C(1) << 62) - window)
        return candidate + window;
    if (candidate > expected + half && candidate >= window)
        return candidate - window;
    return candidate;
}

/* RFC 9001 section 5.4.2: the sample lies where the payload would begin after the longest number.
 */
bool unmask_header(const struct keys *keys, uint64_t expected, struct packet *packet)
{
    uint64_t low = 0;
    size_t number_len;

    if (packet->len < packet->number_at + MAX_NUMBER_LEN + SAMPLE_LEN ||
        !make_mask(keys, packet->wire + packet->number_at + MAX_NUMBER_LEN, packet->mask))
        return false;
    free_packet(packet);
    packet->clear = malloc(packet->len);
    if (packet->clear == NULL)
        return false;
    memcpy(packet->clear, packet->wire, packet->len);
    packet->clear[0] ^= packet->mask[0] & (is_long(packet) ? 0x0F : 0x1F);
    number_len = (size_t)(packet->clear[0] & NUMBER_LEN) + 1;
    for (size_t i = 0; i < number_len; i++) {
        packet->clear[packet->number_at + i] ^= packet->mask[1 + i];
        low = low << 8 | packet->clear[packet->number_at + i];
    }
    packet->header_len = packet->number_at + number_len;
    packet->number = recover_number(expected, low, (unsigned)(8 * number_len));
    return true;
}

bool open_payload(const struct keys *keys, struct packet *packet)
{
    const uint8_t *sealed = packet->wire + packet->header_len;
    const size_t text_len = packet->len - packet->header_len - TAG_LEN;
    uint8_t *text = packet->clear + packet->header_len, tag[TAG_LEN];
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL,
        has_chacha(keys)          ? "ChaCha20-Poly1305"
            : keys->key_len == 16 ? "AES-128-GCM"
                                  : "AES-256-GCM",
        NULL);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int len = 0;
    bool ok;

    memcpy(packet->nonce, keys->iv, IV_LEN);
    for (size_t i = 0; i < 8; i++)
        packet->nonce[IV_LEN - 1 - i] ^= (uint8_t)(packet->number >> (8 * i));
    memcpy(tag, sealed + text_len, TAG_LEN);
    ok = EVP_DecryptInit_ex2(ctx, cipher, keys->key, packet->nonce, NULL) == 1 &&
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, tag) == 1 &&
        EVP_DecryptUpdate(ctx, NULL, &len, packet->clear, (int)packet->header_len) == 1 &&
        EVP_DecryptUpdate(ctx, text, &len, sealed, (int)text_len) == 1 && len == (int)text_len &&
        EVP_DecryptFinal_ex(ctx, text + len, &len) == 1;
    packet->text_len = text_len;
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(cipher);
    return ok;
}

void free_packet(struct packet *packet)
{
    free(packet->clear);
    packet->clear = NULL;
}
