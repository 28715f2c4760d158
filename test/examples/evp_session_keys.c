/* SPDX-License-Identifier: Apache-2.0
 *
 * The read and the write keys of one side of a TLS 1.2 connection, through EVP alone:
 *
 *     example_evp_session_keys SUITE MASTER-SECRET CLIENT-RANDOM SERVER-RANDOM client|server
 *
 * The three in the middle are hexadecimal.  sslprovider comes from openssl.cnf or, where that does
 * not activate it, from the folder that OPENSSL_MODULES names.
 */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <sslprovider/names.h>
#include <stdio.h>
#include <stdlib.h>

struct octets {
    unsigned char *data;
    long len;
};

static int from_hex(struct octets *octets, const char *hex)
{
    octets->data = OPENSSL_hexstr2buf(hex, &octets->len);
    return octets->data != NULL;
}

static OSSL_PARAM octet_param(const char *name, struct octets octets)
{
    return OSSL_PARAM_construct_octet_string(name, octets.data, (size_t)octets.len);
}

/* Everything but the choice of the output stays in the context from one derivation to the next. */
static EVP_KDF_CTX *new_context(char *suite, struct octets secret, struct octets client_random,
    struct octets server_random, char *role)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(SSLPROVIDER_PARAM_PROTOCOL, "TLSv1.2", 0),
        OSSL_PARAM_construct_utf8_string(SSLPROVIDER_PARAM_CIPHER_SUITE, suite, 0),
        octet_param(SSLPROVIDER_PARAM_SECRET, secret),
        octet_param(SSLPROVIDER_PARAM_CLIENT_RANDOM, client_random),
        octet_param(SSLPROVIDER_PARAM_SERVER_RANDOM, server_random),
        OSSL_PARAM_construct_utf8_string(SSLPROVIDER_PARAM_ROLE, role, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "SSL-SESSION-KEYS", "provider=sslprovider");
    EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);

    EVP_KDF_free(kdf);
    if (context != NULL && !EVP_KDF_CTX_set_params(context, params)) {
        EVP_KDF_CTX_free(context);
        context = NULL;
    }
    return context;
}

/* Derives one output, such as "read-key", and prints it. */
static int print_output(EVP_KDF_CTX *context, char *output)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(SSLPROVIDER_PARAM_OUTPUT, output, 0),
        OSSL_PARAM_construct_end(),
    };
    unsigned char keys[256];
    size_t size;

    if (!EVP_KDF_CTX_set_params(context, params))
        return 0;
    size = EVP_KDF_CTX_get_kdf_size(context);
    if (size > sizeof(keys))
        return 0;
    printf("%-13s ", output);
    if (size == 0) {
        printf("none in this suite\n");
        return 1;
    }
    if (EVP_KDF_derive(context, keys, size, NULL) <= 0)
        return 0;
    for (size_t i = 0; i < size; i++)
        printf("%02x", keys[i]);
    printf("\n");
    OPENSSL_cleanse(keys, sizeof(keys));
    return 1;
}

static int print_keys(EVP_KDF_CTX *context)
{
    static char outputs[][16] = {
        "read-mac-key", "read-key", "read-iv", "write-mac-key", "write-key", "write-iv"};

    for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
        if (!print_output(context, outputs[i]))
            return 0;
    }
    return 1;
}

int main(int argc, char *argv[])
{
    struct octets secret = {0}, client_random = {0}, server_random = {0};
    OSSL_PROVIDER *provider;
    EVP_KDF_CTX *context = NULL;
    int ok = 0;

    if (argc != 6) {
        fprintf(stderr, "usage: %s SUITE MASTER-SECRET CLIENT-RANDOM SERVER-RANDOM client|server\n",
            argv[0]);
        return EXIT_FAILURE;
    }
    /* Unlike OSSL_PROVIDER_load, this leaves OpenSSL's default provider as it is. */
    provider = OSSL_PROVIDER_try_load(NULL, SSLPROVIDER_NAME, 1);
    if (provider != NULL && from_hex(&secret, argv[2]) && from_hex(&client_random, argv[3]) &&
        from_hex(&server_random, argv[4]))
        context = new_context(argv[1], secret, client_random, server_random, argv[5]);
    if (context != NULL)
        ok = print_keys(context);
    if (!ok)
        ERR_print_errors_fp(stderr);
    EVP_KDF_CTX_free(context);
    OPENSSL_clear_free(secret.data, (size_t)secret.len);
    OPENSSL_free(client_random.data);
    OPENSSL_free(server_random.data);
    OSSL_PROVIDER_unload(provider);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
