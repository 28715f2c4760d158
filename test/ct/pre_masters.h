/* SPDX-License-Identifier: Apache-2.0
 *
 * Encrypted premaster secrets, good and bad, by libcrypto alone: it encrypts any block, which an
 * honest client never would.
 */
#ifndef SSLP_TEST_CT_PRE_MASTERS_H
#define SSLP_TEST_CT_PRE_MASTERS_H

#include "shim/support.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>

enum {
    MODULUS_LEN = 256,
    PRE_MASTER_LEN = 48,
    VERSION = TLS1_2_PROTOCOL_VERSION,
    /* 00 02, padding that is not zero, 00, version, random bytes (RFC 8017 section 7.2.1). */
    SEPARATOR_AT = MODULUS_LEN - PRE_MASTER_LEN - 1
};

/* A block before encryption that differs from a good one in one byte. */
struct block_change {
    const char *what;
    size_t at;
    BYTE value;
};

static const struct block_change good_block = {"good", 0, 0x00};

static const struct block_change bad_blocks[] = {
    {"first byte", 0, 0x01},
    {"block type", 1, 0x01},
    {"padding of no byte", 2, 0x00},
    {"padding of seven bytes", 9, 0x00},
    {"premaster secret too long", SEPARATOR_AT - 1, 0x00},
    {"premaster secret too short", SEPARATOR_AT, 0x5A},
    {"other major version", SEPARATOR_AT + 1, 0x02},
    {"lower version", SEPARATOR_AT + 2, 0x01},
};

/* NULL where the key is not of MODULUS_LEN bytes. */
static inline EVP_PKEY_CTX *raw_rsa(EVP_PKEY *key)
{
    EVP_PKEY_CTX *ctx = key == NULL ? NULL : EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);

    if (ctx != NULL && EVP_PKEY_get_size(key) == MODULUS_LEN && EVP_PKEY_encrypt_init(ctx) > 0 &&
        EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) > 0)
        return ctx;
    EVP_PKEY_CTX_free(ctx);
    return NULL;
}

/* `padding` fills the block, and is not 0; `secret` the premaster secret. */
static inline bool encrypt_block(EVP_PKEY_CTX *rsa, const struct block_change *change, BYTE padding,
    BYTE secret, BYTE output[MODULUS_LEN])
{
    BYTE block[MODULUS_LEN] = {0, 2};
    size_t len = MODULUS_LEN;

    memset(block + 2, padding, SEPARATOR_AT - 2);
    block[SEPARATOR_AT + 1] = VERSION >> 8;
    block[SEPARATOR_AT + 2] = VERSION & 0xFF;
    memset(block + SEPARATOR_AT + 3, secret, PRE_MASTER_LEN - 2);
    block[change->at] = change->value;
    return EVP_PKEY_encrypt(rsa, output, &len, block, MODULUS_LEN) > 0 && len == MODULUS_LEN;
}

/* SslImportMasterKey of a server, to be freed by the caller. */
static inline SECURITY_STATUS import_encrypted(NCRYPT_PROV_HANDLE provider,
    NCRYPT_KEY_HANDLE private_key, BYTE encrypted[MODULUS_LEN], NCRYPT_KEY_HANDLE *master)
{
    struct randoms randoms;
    DWORD version = VERSION;
    NCryptBuffer buffers[3];
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, COUNT(buffers), buffers};

    memcpy(buffers, fill_randoms(&randoms)->pBuffers, sizeof(randoms.buffers));
    buffers[2] = (NCryptBuffer){sizeof(version), NCRYPTBUFFER_SSL_HIGHEST_VERSION, &version};
    return SslImportMasterKey(provider, private_key, master, VERSION, SUITE_AES128_CBC_SHA, &list,
        encrypted, MODULUS_LEN, NCRYPT_SSL_SERVER_FLAG);
}

#endif
