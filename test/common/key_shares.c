/* SPDX-License-Identifier: Apache-2.0 */
#include "common/key_shares.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
const struct share_group share_groups[] = {
    /* number, type, name,                 client, server, secret */
    {29,   "X25519", NULL,                   32,   32,   32, false, true},
    {30,   "X448", NULL,                     56,   56,   56, false, true},
    {23,   "EC", "P-256",                    65,   65,   32, false, true},
    {24,   "EC", "P-384",                    97,   97,   48, false, true},
    {25,   "EC", "P-521",                   133,  133,   66, false, true},
    {26,   "EC", "brainpoolP256r1",          65,   65,   32, false, false},
    {27,   "EC", "brainpoolP384r1",          97,   97,   48, false, false},
    {28,   "EC", "brainpoolP512r1",         129,  129,   64, false, false},
    {31,   "EC", "brainpoolP256r1",          65,   65,   32, false, false},
    {32,   "EC", "brainpoolP384r1",          97,   97,   48, false, false},
    {33,   "EC", "brainpoolP512r1",         129,  129,   64, false, false},
    {256,  "DH", "ffdhe2048",               256,  256,  256, false, true},
    {257,  "DH", "ffdhe3072",               384,  384,  384, false, true},
    {258,  "DH", "ffdhe4096",               512,  512,  512, false, true},
    {259,  "DH", "ffdhe6144",               768,  768,  768, false, true},
    {260,  "DH", "ffdhe8192",              1024, 1024, 1024, false, true},
    {512,  "ML-KEM-512", NULL,              800,  768,   32, true,  false},
    {513,  "ML-KEM-768", NULL,             1184, 1088,   32, true,  false},
    {514,  "ML-KEM-1024", NULL,            1568, 1568,   32, true,  false},
    {4587, "SecP256r1MLKEM768", NULL,      1249, 1153,   64, true,  false},
    {4588, "X25519MLKEM768", NULL,         1216, 1120,   64, true,  false},
    {4589, "SecP384r1MLKEM1024", NULL,     1665, 1665,   80, true,  false},
};
/* clang-format on */

const size_t share_group_count = sizeof(share_groups) / sizeof(share_groups[0]);

const struct share_group *share_group(uint32_t number)
{
    for (size_t i = 0; i < share_group_count; i++) {
        if (share_groups[i].number == number)
            return &share_groups[i];
    }
    abort();
}

EVP_PKEY *share_generate(const struct share_group *group)
{
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string("group", (char *)(uintptr_t)group->name, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, group->type, NULL);
    EVP_PKEY *key = NULL;

    if (context == NULL || EVP_PKEY_keygen_init(context) <= 0 ||
        (group->name != NULL && EVP_PKEY_CTX_set_params(context, params) <= 0) ||
        EVP_PKEY_generate(context, &key) <= 0)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    ERR_clear_error();
    return key;
}

size_t share_encode(const EVP_PKEY *key, uint8_t share[MAX_SHARE_LEN])
{
    unsigned char *encoded = NULL;
    const size_t len = EVP_PKEY_get1_encoded_public_key((EVP_PKEY *)(uintptr_t)key, &encoded);

    if (len > MAX_SHARE_LEN)
        abort();
    if (len != 0)
        memcpy(share, encoded, len);
    OPENSSL_free(encoded);
    return len;
}

EVP_PKEY *share_decode(const EVP_PKEY *group, const uint8_t *share, size_t len)
{
    EVP_PKEY *key = EVP_PKEY_new();

    if (key != NULL && EVP_PKEY_copy_parameters(key, group) > 0 &&
        EVP_PKEY_set1_encoded_public_key(key, share, len) > 0)
        return key;
    EVP_PKEY_free(key);
    ERR_clear_error();
    return NULL;
}

size_t share_derive(EVP_PKEY *own, EVP_PKEY *peer, uint8_t secret[MAX_SHARE_LEN])
{
    unsigned pad = 1;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint("pad", &pad), OSSL_PARAM_construct_end()};
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
    size_t len = MAX_SHARE_LEN;

    if (EVP_PKEY_derive_init(context) <= 0 ||
        (EVP_PKEY_is_a(own, "DH") && EVP_PKEY_CTX_set_params(context, params) <= 0) ||
        EVP_PKEY_derive_set_peer(context, peer) <= 0 || EVP_PKEY_derive(context, secret, &len) <= 0)
        len = 0;
    EVP_PKEY_CTX_free(context);
    ERR_clear_error();
    return len;
}

size_t share_decapsulate(
    EVP_PKEY *own, const uint8_t *ciphertext, size_t len, uint8_t secret[MAX_SHARE_LEN])
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
    size_t secret_len = MAX_SHARE_LEN;

    if (EVP_PKEY_decapsulate_init(context, NULL) <= 0 ||
        EVP_PKEY_decapsulate(context, secret, &secret_len, ciphertext, len) <= 0)
        secret_len = 0;
    EVP_PKEY_CTX_free(context);
    ERR_clear_error();
    return secret_len;
}

size_t share_encapsulate(EVP_PKEY *peer, uint8_t ciphertext[MAX_SHARE_LEN], size_t *ciphertext_len,
    uint8_t secret[MAX_SHARE_LEN])
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, peer, NULL);
    size_t secret_len = MAX_SHARE_LEN;

    *ciphertext_len = MAX_SHARE_LEN;
    if (EVP_PKEY_encapsulate_init(context, NULL) <= 0 ||
        EVP_PKEY_encapsulate(context, ciphertext, ciphertext_len, secret, &secret_len) <= 0)
        secret_len = 0;
    EVP_PKEY_CTX_free(context);
    ERR_clear_error();
    return secret_len;
}
