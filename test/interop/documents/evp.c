/* SPDX-License-Identifier: Apache-2.0
 *
 * The C blocks of the manual pages of the module, each in a function with what it takes for
 * granted. PAGE-N.c is block N of a page; test_documents.sh writes these files, and builds this
 * program with the installed headers.
 */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/provider.h>
#include <openssl/ssl.h>
#include <sslprovider/names.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char master_secret[48] = "forty-seven letters and blanks, and a zero byte";
static unsigned char client_random[32] = {1}, server_random[32] = {2};
static char digest[] = "SHA2-256";

static void require(int ok, const char *what)
{
    if (!ok) {
        ERR_print_errors_fp(stderr);
        fprintf(stderr, "evp.c: %s\n", what);
        exit(EXIT_FAILURE);
    }
}

static EVP_KDF *fetch(const char *name)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, name, SSLPROVIDER_PROPERTY);

    require(kdf != NULL, name);
    return kdf;
}

/* The keys of one connection, as bytes from its secret and in another order by its handle. */
static unsigned char key_block[40];

static void from_bytes(void)
{
    unsigned char keys[40] = {0};
#include "sslprovider-1.c"
    memcpy(key_block, keys, sizeof(keys));
}

static int derived;

static void derive_with(uint64_t handle)
{
    EVP_KDF *kdf = fetch(SSLPROVIDER_KDF_SESSION_KEYS);
#include "SSL-SESSION-KEYS-1.c"
    require(memcmp(keys, key_block + 16, 16) == 0 && memcmp(keys + 20, key_block, 16) == 0,
        "SSL-SESSION-KEYS(7)");
    EVP_KDF_free(kdf);
    derived = 1;
}

static void by_handle(EVP_PKEY_CTX *context)
{
#include "SSL-KEY-2.c"
    require(derived, "SSL-KEY(7)");
}

/* A handle that is not adopted, because the list is refused, is ended. */
static void discard(EVP_PKEY_CTX *context)
{
    char protocol[] = "TLSv1.2", suite[] = "0xC02F", output[] = "handle";
    uint64_t handle = 0, other = 1;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string("secret", master_secret, 48),
        OSSL_PARAM_construct_octet_string("client-random", client_random, 32),
        OSSL_PARAM_construct_octet_string("server-random", server_random, 32),
        OSSL_PARAM_construct_utf8_string("protocol", protocol, 0),
        OSSL_PARAM_construct_utf8_string("cipher-suite", suite, 0),
        OSSL_PARAM_construct_utf8_string("output", output, 0),
        OSSL_PARAM_construct_end(),
    };
    OSSL_PARAM with_handle[] = {
        OSSL_PARAM_construct_uint64("handle", &other), OSSL_PARAM_construct_end()};
    EVP_KDF *kdf = fetch(SSLPROVIDER_KDF_MASTER_KEY);
    EVP_KDF_CTX *kdf_context = EVP_KDF_CTX_new(kdf);
    EVP_PKEY *key = NULL;

    require(EVP_PKEY_fromdata_init(context) > 0, "EVP_PKEY_fromdata_init");
#include "SSL-KEY-4.c"
    require(handle != 0 && key == NULL, "SSL-KEY(7): the list was not refused");
    other = handle;
    require(EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, with_handle) <= 0,
        "SSL-KEY(7): the handle was not ended");
    ERR_clear_error();
    EVP_KDF_CTX_free(kdf_context);
    EVP_KDF_free(kdf);
}

/* Last, since it changes the default context. */
static void drop_in(void)
{
    OSSL_LIB_CTX *libctx = NULL;
    EVP_KDF *kdf;
    {
#include "sslprovider-drop-in-1.c"
        require(ctx != NULL, "sslprovider-drop-in(7): SSL_CTX_new_ex");
        SSL_CTX_free(ctx);
    }
    kdf = EVP_KDF_fetch(libctx, "TLS1-PRF", NULL);
    require(kdf != NULL &&
            strcmp(OSSL_PROVIDER_get0_name(EVP_KDF_get0_provider(kdf)), SSLPROVIDER_NAME) == 0,
        "sslprovider-drop-in(7): another provider serves");
    EVP_KDF_free(kdf);
}

int main(void)
{
    OSSL_PROVIDER *loaded = OSSL_PROVIDER_try_load(NULL, SSLPROVIDER_NAME, 1);
    EVP_PKEY_CTX *context =
        EVP_PKEY_CTX_new_from_name(NULL, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY);

    require(loaded != NULL && context != NULL, "the module");
    from_bytes();
    by_handle(context);
    discard(context);
    drop_in();
    EVP_PKEY_CTX_free(context);
    OSSL_PROVIDER_unload(loaded);
    return EXIT_SUCCESS;
}
