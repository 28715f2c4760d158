/* SPDX-License-Identifier: Apache-2.0 */
#include "private_keys.h"

#include <openssl/err.h>
#include <openssl/pem.h>

const char *const key_names[KEYS] = {"RSA", "P-256", "P-384", "DSA"};

const char *program;
char folder[] = "/tmp/ncryptssl-keys-XXXXXX";
EVP_PKEY *keys[KEYS], *other_rsa;
CERT_CONTEXT certificates[KEYS];
NCRYPT_PROV_HANDLE provider;

/* ---- Files and configuration ---- */

const char *path_of(const char *name)
{
    static char path[PATH_LEN];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

void write_key(const char *name, EVP_PKEY *key, const EVP_CIPHER *cipher)
{
    BIO *file = BIO_new_file(path_of(name), "w");
    char passphrase[] = "secret";

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL(PEM_write_bio_PKCS8PrivateKey(
                        file, key, cipher, NULL, 0, NULL, cipher == NULL ? NULL : passphrase),
        1);
    BIO_free(file);
}

void write_text(const char *name, const char *text)
{
    FILE *file = fopen(path_of(name), "w");

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
}

void open_with(const char *stores)
{
    char text[4 * PATH_LEN];

    if (stores != NULL) {
        snprintf(text, sizeof(text), "[ncryptssl]\nprivate-keys = %s\n", stores);
        write_text("openssl.cnf", text);
    }
    setenv("OPENSSL_CONF", stores != NULL ? path_of("openssl.cnf") : "/dev/null", 1);
    CU_ASSERT_EQUAL_FATAL(SslOpenProvider(&provider, NULL, 0), ERROR_SUCCESS);
}

void close_provider(void)
{
    CU_ASSERT_EQUAL(SslFreeObject(provider, 0), ERROR_SUCCESS);
    provider = 0;
}

/* ---- Calls ---- */

/* A handle that signs holds a private key; test_signatures looks at the signatures themselves. */
static bool can_sign(NCRYPT_KEY_HANDLE handle)
{
    BYTE digest[32] = {1, 2, 3}, signature[512];
    DWORD len = 0;

    return SslSignHash(provider, handle, digest, sizeof(digest), signature, sizeof(signature), &len,
               0) == ERROR_SUCCESS &&
        len > 0;
}

SECURITY_STATUS open_key(const CERT_CONTEXT *certificate)
{
    NCRYPT_KEY_HANDLE handle = GARBAGE_HANDLE;
    const SECURITY_STATUS status = SslOpenPrivateKey(provider, &handle, certificate, 0);

    CU_ASSERT_EQUAL(ERR_peek_error(), 0);
    if (status != ERROR_SUCCESS) {
        CU_ASSERT_EQUAL(handle, 0);
        return status;
    }
    CU_ASSERT(can_sign(handle));
    CU_ASSERT_EQUAL(SslFreeObject(handle, 0), ERROR_SUCCESS);
    return status;
}

SECURITY_STATUS attach(const CERT_CONTEXT *certificate, const void *bytes, size_t len)
{
    const SECURITY_STATUS status =
        NcryptsslAttachPrivateKey(provider, certificate, bytes, (DWORD)len, 0);

    CU_ASSERT_EQUAL(ERR_peek_error(), 0);
    return status;
}

SECURITY_STATUS attach_bio(const CERT_CONTEXT *certificate, BIO *bio)
{
    char *text = NULL;
    const long len = BIO_get_mem_data(bio, &text);
    SECURITY_STATUS status;

    CU_ASSERT(len > 0);
    status = attach(certificate, text, (size_t)len);
    BIO_free(bio);
    return status;
}

SECURITY_STATUS attach_pem(const CERT_CONTEXT *certificate, EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());

    CU_ASSERT(PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL));
    return attach_bio(certificate, bio);
}
