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
#include "ct/pre_masters.h"
#include "shim/support.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

enum { MAX_FILE_LEN = 8192, EXPORTED_LEN = 32 };

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

static EVP_PKEY_CTX *raw_rsa_of(const BYTE *pem, DWORD len)
{
    BIO *bio = BIO_new_mem_buf(pem, (int)len);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    EVP_PKEY_CTX *ctx = raw_rsa(key);

    EVP_PKEY_free(key);
    BIO_free(bio);
    return ctx;
}

/* Keying material from the imported key: it shows whether the mark came as far as the master
 * secret, and which premaster secret it was. */
static bool import_and_export(BYTE encrypted[MODULUS_LEN], BYTE exported[EXPORTED_LEN])
{
    static char label[] = "EXPERIMENTAL constant time";
    BYTE seed[2 * RANDOM_LEN] = {0};
    NCRYPT_KEY_HANDLE master = GARBAGE_HANDLE;
    SECURITY_STATUS status;
    bool done;

    mark_secret(encrypted, MODULUS_LEN);
    status = import_encrypted(provider, private_key, encrypted, &master);
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
static bool try_block(EVP_PKEY_CTX *rsa, const struct block_change *block, const BYTE *expected)
{
    BYTE encrypted[MODULUS_LEN], first[EXPORTED_LEN], second[EXPORTED_LEN];
    const bool is_good = block == &good_block;
    const bool done = encrypt_block(rsa, block, 0xA7, 0x3C, encrypted) &&
        import_and_export(encrypted, first) && import_and_export(encrypted, second) &&
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
        rsa = raw_rsa_of(key, key_len);
    done = rsa != NULL && encrypt_block(rsa, &good_block, 0xA7, 0x3C, encrypted) &&
        import_and_export(encrypted, expected) && try_block(rsa, &good_block, expected);
    for (size_t i = 0; i < COUNT(bad_blocks) && done; i++)
        done = try_block(rsa, &bad_blocks[i], expected);
    EVP_PKEY_CTX_free(rsa);
    SslFreeObject(private_key, 0);
    SslFreeObject(provider, 0);
    return done ? 0 : 1;
}
