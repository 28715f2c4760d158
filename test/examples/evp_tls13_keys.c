/* SPDX-License-Identifier: Apache-2.0
 *
 * The application keys of both sides of a TLS 1.3 connection, from the (EC)DHE shared secret
 * through EVP alone.  Every secret between stays in the provider, behind a handle:
 *
 *     example_evp_tls13_keys SUITE SHARED-SECRET TRANSCRIPT-HASH
 *
 * The hash is that of the messages from ClientHello to the server's Finished; both are hexadecimal.
 * sslprovider comes from openssl.cnf or, where that does not activate it, from the folder that
 * OPENSSL_MODULES names.
 */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <sslprovider/names.h>
#include <stdint.h>
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

/* A key that owns the handle which a KDF has left. */
static EVP_PKEY *adopt(uint64_t handle)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &handle), OSSL_PARAM_construct_end()};
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "SSL-KEY", SSLPROVIDER_PROPERTY);
    EVP_PKEY *key = NULL;

    if (context != NULL && EVP_PKEY_fromdata_init(context) > 0)
        (void)EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params);
    EVP_PKEY_CTX_free(context);
    return key;
}

static uint64_t handle_of(const EVP_PKEY *key)
{
    uint64_t handle = 0;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &handle), OSSL_PARAM_construct_end()};

    return EVP_PKEY_get_params(key, params) ? handle : 0;
}

/* One step of the key schedule, whose result stays in the provider. */
static EVP_PKEY *derive(const OSSL_PARAM *params)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, SSLPROVIDER_KDF_TRAFFIC_SECRET, SSLPROVIDER_PROPERTY);
    EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
    EVP_PKEY *key = NULL;
    uint64_t handle;

    if (context != NULL &&
        EVP_KDF_derive(context, (unsigned char *)&handle, sizeof(handle), params) > 0)
        key = adopt(handle);
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return key;
}

/* The secret `target` that follows from another one.  `input` is what the step takes beside it. */
static EVP_PKEY *next_secret(const EVP_PKEY *from, char *target, OSSL_PARAM input)
{
    char output[] = SSLPROVIDER_OUTPUT_HANDLE;
    uint64_t handle = handle_of(from);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &handle),
        OSSL_PARAM_construct_utf8_string(SSLPROVIDER_PARAM_TARGET, target, 0),
        OSSL_PARAM_construct_utf8_string(SSLPROVIDER_PARAM_OUTPUT, output, 0),
        input,
        OSSL_PARAM_construct_end(),
    };

    return derive(params);
}

/* A handshake without PSK begins with a secret of zeros, which needs no input but the suite. */
static EVP_PKEY *early_secret(char *suite)
{
    char target[] = SSLPROVIDER_TARGET_EARLY_SECRET, output[] = SSLPROVIDER_OUTPUT_HANDLE;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(SSLPROVIDER_PARAM_CIPHER_SUITE, suite, 0),
        OSSL_PARAM_construct_utf8_string(SSLPROVIDER_PARAM_TARGET, target, 0),
        OSSL_PARAM_construct_utf8_string(SSLPROVIDER_PARAM_OUTPUT, output, 0),
        OSSL_PARAM_construct_end(),
    };

    return derive(params);
}

static EVP_PKEY *master_secret(char *suite, struct octets shared_secret)
{
    EVP_PKEY *early = early_secret(suite), *handshake = NULL, *master = NULL;

    if (early != NULL)
        handshake = next_secret(early, SSLPROVIDER_TARGET_HANDSHAKE_SECRET,
            OSSL_PARAM_construct_octet_string(
                SSLPROVIDER_PARAM_SHARED_SECRET, shared_secret.data, (size_t)shared_secret.len));
    if (handshake != NULL)
        master =
            next_secret(handshake, SSLPROVIDER_TARGET_MASTER_SECRET, OSSL_PARAM_construct_end());
    EVP_PKEY_free(handshake);
    EVP_PKEY_free(early);
    return master;
}

/* "key" or "iv", as long as the suite has it. */
static int print_piece(const EVP_PKEY *traffic_secret, const char *whose, char *output)
{
    uint64_t handle = handle_of(traffic_secret);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &handle),
        OSSL_PARAM_construct_utf8_string(SSLPROVIDER_PARAM_OUTPUT, output, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
    unsigned char piece[32];
    size_t len = 0;
    int ok = context != NULL && EVP_KDF_CTX_set_params(context, params) > 0;

    if (ok)
        len = EVP_KDF_CTX_get_kdf_size(context);
    ok = len > 0 && len <= sizeof(piece) && EVP_KDF_derive(context, piece, len, NULL) > 0;
    if (ok)
        printf("%s %-3s ", whose, output);
    for (size_t i = 0; ok && i < len; i++)
        printf("%02x%s", piece[i], i + 1 == len ? "\n" : "");
    OPENSSL_cleanse(piece, sizeof(piece));
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return ok;
}

static int print_keys(
    const EVP_PKEY *master, char *target, const char *whose, struct octets transcript_hash)
{
    char key[] = SSLPROVIDER_OUTPUT_KEY, iv[] = SSLPROVIDER_OUTPUT_IV;
    EVP_PKEY *traffic_secret = next_secret(master, target,
        OSSL_PARAM_construct_octet_string(
            SSLPROVIDER_PARAM_TRANSCRIPT_HASH, transcript_hash.data, (size_t)transcript_hash.len));
    const int ok = traffic_secret != NULL && print_piece(traffic_secret, whose, key) &&
        print_piece(traffic_secret, whose, iv);

    EVP_PKEY_free(traffic_secret);
    return ok;
}

int main(int argc, char *argv[])
{
    struct octets shared_secret = {0}, transcript_hash = {0};
    OSSL_PROVIDER *provider;
    EVP_PKEY *master = NULL;
    int ok = 0;

    if (argc != 4) {
        fprintf(stderr, "usage: %s SUITE SHARED-SECRET TRANSCRIPT-HASH\n", argv[0]);
        return EXIT_FAILURE;
    }
    /* Unlike OSSL_PROVIDER_load, this leaves OpenSSL's default provider as it is. */
    provider = OSSL_PROVIDER_try_load(NULL, SSLPROVIDER_NAME, 1);
    if (provider != NULL && from_hex(&shared_secret, argv[2]) &&
        from_hex(&transcript_hash, argv[3]))
        master = master_secret(argv[1], shared_secret);
    if (master != NULL)
        ok = print_keys(master, SSLPROVIDER_TARGET_CLIENT_APPLICATION_TRAFFIC, "client",
                 transcript_hash) &&
            print_keys(
                master, SSLPROVIDER_TARGET_SERVER_APPLICATION_TRAFFIC, "server", transcript_hash);
    if (!ok)
        ERR_print_errors_fp(stderr);
    EVP_PKEY_free(master);
    OPENSSL_clear_free(shared_secret.data, (size_t)shared_secret.len);
    OPENSSL_free(transcript_hash.data);
    OSSL_PROVIDER_unload(provider);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
