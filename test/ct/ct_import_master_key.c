/* SPDX-License-Identifier: Apache-2.0
 *
 * SslImportMasterKey on encrypted premaster secrets, good and bad, that valgrind holds to be
 * uninitialised, and with them all that is decrypted.  Bleichenbacher's attack and those after it
 * need one bit about the padding, the length or the version; so every call succeeds, neither status
 * nor handle carries a mark, and no branch or address outside of libcrypto's RSA depends on what
 * came out of it.
 *
 *   ct_import_master_key CERTIFICATE.der KEY.pem        an RSA key of MODULUS_LEN bytes
 */
#include "ct/marks.h"
#include "shim/support.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

enum {
    MODULUS_LEN = 256,
    PRE_MASTER_LEN = 48,
    MAX_FILE_LEN = 8192,
    EXPORTED_LEN = 32,
    VERSION = TLS1_2_PROTOCOL_VERSION,
    /* 00 02, padding that is not zero, 00, version, random bytes (RFC 8017 section 7.2.1). */
    SEPARATOR_AT = MODULUS_LEN - PRE_MASTER_LEN - 1
};

/* A block before encryption that differs from a good one in one byte. */
struct bad_block {
    const char *what;
    size_t at;
    BYTE value;
};

static const struct bad_block good = {"good", 0, 0x00};

static const struct bad_block bad_blocks[] = {
    {"first byte", 0, 0x01},
    {"block type", 1, 0x01},
    {"padding of no byte", 2, 0x00},
    {"padding of seven bytes", 9, 0x00},
    {"premaster secret too long", SEPARATOR_AT - 1, 0x00},
    {"premaster secret too short", SEPARATOR_AT, 0x5A},
    {"other major version", SEPARATOR_AT + 1, 0x02},
    {"lower version", SEPARATOR_AT + 2, 0x01},
};

static NCRYPT_PROV_HANDLE provider;
static NCRYPT_KEY_HANDLE private_key;

static DWORD read_file(const char *name, BYTE data[MAX_FILE_LEN])
{
    FILE *file = fopen(name, "rb");
    const size_t len = file == NULL ? 0 : fread(data, 1, MAX_FILE_LEN, file);

    if (file != NULL)
        fclose(file);
    return (DWORD)len;
}

static bool open_private_key(BYTE *certificate, DWORD certificate_len, const BYTE *key, DWORD len)
{
    const CERT_CONTEXT context = {X509_ASN_ENCODING, certificate, certificate_len, NULL, NULL};

    return SslOpenProvider(&provider, NULL, 0) == ERROR_SUCCESS &&
        NcryptsslAttachPrivateKey(provider, &context, key, len, 0) == ERROR_SUCCESS &&
        SslOpenPrivateKey(provider, &private_key, &context, 0) == ERROR_SUCCESS;
}

static EVP_PKEY_CTX *raw_rsa(const BYTE *pem, DWORD len)
{
    BIO *bio = BIO_new_mem_buf(pem, (int)len);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    EVP_PKEY_CTX *ctx = key == NULL ? NULL : EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    const bool ready = ctx != NULL && EVP_PKEY_get_size(key) == MODULUS_LEN &&
        EVP_PKEY_encrypt_init(ctx) > 0 && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) > 0;

    EVP_PKEY_free(key);
    BIO_free(bio);
    if (ready)
        return ctx;
    EVP_PKEY_CTX_free(ctx);
    return NULL;
}

static bool encrypt(EVP_PKEY_CTX *rsa, const struct bad_block *change, BYTE output[MODULUS_LEN])
{
    BYTE block[MODULUS_LEN] = {0, 2};
    size_t len = MODULUS_LEN;

    memset(block + 2, 0xA7, SEPARATOR_AT - 2);
    block[SEPARATOR_AT + 1] = VERSION >> 8;
    block[SEPARATOR_AT + 2] = VERSION & 0xFF;
    memset(block + SEPARATOR_AT + 3, 0x3C, PRE_MASTER_LEN - 2);
    block[change->at] = change->value;
    return EVP_PKEY_encrypt(rsa, output, &len, block, MODULUS_LEN) > 0 && len == MODULUS_LEN;
}

/* Keying material from the imported key: it shows whether the mark came as far as the master
 * secret, and which premaster secret it was. */
static bool import_and_export(BYTE encrypted[MODULUS_LEN], BYTE exported[EXPORTED_LEN])
{
    static char label[] = "EXPERIMENTAL constant time";
    struct randoms randoms;
    BYTE seed[2 * RANDOM_LEN] = {0};
    DWORD version = VERSION;
    NCryptBuffer buffers[3];
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, COUNT(buffers), buffers};
    NCRYPT_KEY_HANDLE master = GARBAGE_HANDLE;
    SECURITY_STATUS status;
    bool done;

    memcpy(buffers, fill_randoms(&randoms)->pBuffers, sizeof(randoms.buffers));
    buffers[2] = (NCryptBuffer){sizeof(version), NCRYPTBUFFER_SSL_HIGHEST_VERSION, &version};
    mark_secret(encrypted, MODULUS_LEN);
    status = SslImportMasterKey(provider, private_key, &master, VERSION, SUITE_AES128_CBC_SHA,
        &list, encrypted, MODULUS_LEN, NCRYPT_SSL_SERVER_FLAG);
    publish(encrypted, MODULUS_LEN);
    done = !is_secret((const BYTE *)&status, sizeof(status)) &&
        !is_secret((const BYTE *)&master, sizeof(master)) && status == ERROR_SUCCESS &&
        SslExportKeyingMaterial(provider, master, label, seed, sizeof(seed), NULL, 0, exported,
            EXPORTED_LEN, 0) == ERROR_SUCCESS &&
        is_secret(exported, EXPORTED_LEN);
    publish(exported, EXPORTED_LEN);
    SslFreeObject(master, 0);
    return done;
}

/* A good block gives the same key each time, a bad one another each time. */
static bool try_block(EVP_PKEY_CTX *rsa, const struct bad_block *block, const BYTE *expected)
{
    BYTE encrypted[MODULUS_LEN], first[EXPORTED_LEN], second[EXPORTED_LEN];
    const bool is_good = block == &good;
    const bool done = encrypt(rsa, block, encrypted) && import_and_export(encrypted, first) &&
        import_and_export(encrypted, second) &&
        (memcmp(first, second, EXPORTED_LEN) == 0) == is_good &&
        (memcmp(first, expected, EXPORTED_LEN) == 0) == is_good;

    if (!done)
        fprintf(stderr, "%s: another answer than expected, or one without marks\n", block->what);
    return done;
}

int main(int argc, char *argv[])
{
    static BYTE certificate[MAX_FILE_LEN], key[MAX_FILE_LEN];
    BYTE encrypted[MODULUS_LEN], expected[EXPORTED_LEN];
    EVP_PKEY_CTX *rsa = NULL;
    DWORD key_len = 0;
    bool done = argc == 3 && can_mark();

    if (done) {
        const DWORD certificate_len = read_file(argv[1], certificate);

        key_len = read_file(argv[2], key);
        done = open_private_key(certificate, certificate_len, key, key_len);
    }
    if (done)
        rsa = raw_rsa(key, key_len);
    done = rsa != NULL && encrypt(rsa, &good, encrypted) &&
        import_and_export(encrypted, expected) && try_block(rsa, &good, expected);
    for (size_t i = 0; i < COUNT(bad_blocks) && done; i++)
        done = try_block(rsa, &bad_blocks[i], expected);
    EVP_PKEY_CTX_free(rsa);
    SslFreeObject(private_key, 0);
    SslFreeObject(provider, 0);
    return done ? 0 : 1;
}
