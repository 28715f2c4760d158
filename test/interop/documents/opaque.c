/* SPDX-License-Identifier: Apache-2.0
 *
 * The C blocks of the manual pages of the module that need EVP_SKEY inside EVP_KDF, which is
 * OpenSSL 3.6: the rest is in evp.c.
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/provider.h>
#include <sslprovider/names.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned char master_secret[48] = "forty-seven letters and blanks, and a zero byte";
static unsigned char client_random[32] = {1}, server_random[32] = {2}, iv[16];

static void require(int ok, const char *what)
{
    if (!ok) {
        ERR_print_errors_fp(stderr);
        fprintf(stderr, "opaque.c: %s\n", what);
        exit(EXIT_FAILURE);
    }
}

static EVP_SKEY *master_key(void)
{
    char protocol[] = "TLSv1.2", suite[] = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string("secret", master_secret, 48),
        OSSL_PARAM_construct_utf8_string("protocol", protocol, 0),
        OSSL_PARAM_construct_utf8_string("cipher-suite", suite, 0),
        OSSL_PARAM_construct_end(),
    };
#include "SSL-KEY-1.c"
    require(key != NULL, "SSL-KEY(7)");
    return key;
}

/* The handle of another key object, which no EVP_SKEY owns yet. */
static void shared(EVP_SKEY *master)
{
    char output[] = "handle", protocol[] = "TLSv1.2", suite[] = "0xC02F";
    uint64_t handle = 0;
    OSSL_PARAM inputs[] = {
        OSSL_PARAM_construct_octet_string("secret", master_secret, 48),
        OSSL_PARAM_construct_octet_string("client-random", client_random, 32),
        OSSL_PARAM_construct_octet_string("server-random", server_random, 32),
        OSSL_PARAM_construct_utf8_string("protocol", protocol, 0),
        OSSL_PARAM_construct_utf8_string("cipher-suite", suite, 0),
        OSSL_PARAM_construct_utf8_string("output", output, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, SSLPROVIDER_KDF_MASTER_KEY, SSLPROVIDER_PROPERTY);
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);

    require(
        EVP_KDF_derive(context, (unsigned char *)&handle, sizeof(handle), inputs) > 0, "a handle");
    {
#include "SSL-KEY-3.c"
        require(opaque != NULL && opaque != master, "SSL-KEY(7): by handle");
        EVP_SKEY_free(opaque);
    }
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
}

#include "SSL-SESSION-KEYS-2.c"

static void session_keys(EVP_SKEY *master)
{
    OSSL_PARAM randoms[] = {
        OSSL_PARAM_construct_octet_string("client-random", client_random, 32),
        OSSL_PARAM_construct_octet_string("server-random", server_random, 32),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-128-CBC", NULL);
    EVP_CIPHER_CTX *cipher_context = EVP_CIPHER_CTX_new();
    EVP_SKEY *mac_key = NULL, *key = NULL;
    unsigned char block[16] = {0};
    int len = 0;

#include "SSL-SESSION-KEYS-3.c"
    require(mac_key != NULL && key != NULL, "SSL-SESSION-KEYS(7): the keys");
    require(EVP_CipherUpdate(cipher_context, block, &len, block, sizeof(block)) && len == 16,
        "SSL-SESSION-KEYS(7): the cipher");
    EVP_SKEY_free(mac_key);
    EVP_SKEY_free(key);
    EVP_CIPHER_CTX_free(cipher_context);
    EVP_CIPHER_free(cipher);
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
}

int main(void)
{
    OSSL_PROVIDER *loaded = OSSL_PROVIDER_try_load(NULL, SSLPROVIDER_NAME, 1);
    EVP_SKEY *master;

    require(loaded != NULL, "the module");
    master = master_key();
    shared(master);
    session_keys(master);
    EVP_SKEY_free(master);
    OSSL_PROVIDER_unload(loaded);
    return EXIT_SUCCESS;
}
