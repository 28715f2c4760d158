/* SPDX-License-Identifier: Apache-2.0
 *
 * A program that has the provider built in, from libsslprovider.a: it needs no module and no
 * configuration, and shares the default library context with OpenSSL's own provider.
 *
 *     cc evp_builtin.c $(pkg-config --cflags --libs sslprovider-builtin)
 *
 * It prints the write key of a TLS 1.3 client, of a traffic secret of 32 zero bytes.
 */
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <sslprovider/builtin.h>
#include <sslprovider/names.h>
#include <stdio.h>

static int print_key(EVP_KDF_CTX *context)
{
    unsigned char secret[32] = {0}, key[16];
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(SSLPROVIDER_PARAM_PROTOCOL, "TLSv1.3", 0),
        OSSL_PARAM_construct_utf8_string(
            SSLPROVIDER_PARAM_CIPHER_SUITE, "TLS_AES_128_GCM_SHA256", 0),
        OSSL_PARAM_construct_octet_string(SSLPROVIDER_PARAM_SECRET, secret, sizeof(secret)),
        OSSL_PARAM_construct_utf8_string(SSLPROVIDER_PARAM_OUTPUT, "key", 0),
        OSSL_PARAM_construct_end(),
    };

    if (EVP_KDF_derive(context, key, sizeof(key), params) <= 0)
        return 0;
    for (size_t i = 0; i < sizeof(key); i++)
        printf("%02x", key[i]);
    printf("\n");
    return 1;
}

int main(void)
{
    /* Once a provider is loaded by hand, OpenSSL no longer loads "default" by itself. */
    OSSL_PROVIDER *hashes = OSSL_PROVIDER_load(NULL, "default");
    OSSL_PROVIDER *provider = NULL;
    EVP_KDF *kdf = NULL;
    EVP_KDF_CTX *context = NULL;
    int ok;

    if (OSSL_PROVIDER_add_builtin(NULL, SSLPROVIDER_NAME, sslprovider_provider_init))
        provider = OSSL_PROVIDER_load(NULL, SSLPROVIDER_NAME);
    if (provider != NULL)
        kdf = EVP_KDF_fetch(NULL, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    if (kdf != NULL)
        context = EVP_KDF_CTX_new(kdf);
    ok = context != NULL && print_key(context);
    if (!ok)
        ERR_print_errors_fp(stderr);
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    OSSL_PROVIDER_unload(provider);
    OSSL_PROVIDER_unload(hashes);
    return !ok;
}
