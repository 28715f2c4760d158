/* SPDX-License-Identifier: Apache-2.0
 *
 * What the native functions cost beside the work they are made of: SslGenerateSessionKeys and both
 * frees against one derivation by handle and the keyed contexts of both directions.
 *
 *     shim [--smoke | --check]
 *
 * The sides are measured in turn, many short rounds of them, in processor time, and the median of
 * the rounds' ratios counts, so that a machine that changes its pace changes it for both.  With
 * --check the exit status is 1 when the ratio that the project promises is missed; --smoke runs a
 * few iterations.  The module comes from the folder that OPENSSL_MODULES names.
 */
#include "bench/support/bench_support.h"
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "sslprovider/names.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ROUNDS = 61, MAX_KEYS = 136, TLS13_SECRET_LEN = 32 };

static const double promised_ratio = 1.25;

static BYTE secret[48] = {0x11};
static BYTE client_random[32] = {0x22};
static BYTE server_random[32] = {0x33};

static OSSL_PROVIDER *providers[2];
static NCRYPT_PROV_HANDLE provider;

/* ---- Master keys of TLS 1.2, by the native functions and by EVP ---- */

struct suite {
    DWORD number;
    const char *name, *cipher, *digest; /* digest of the record MAC; NULL: AEAD */
    size_t keys_len, key_len, mac_key_len;
    NCRYPT_KEY_HANDLE master;
    EVP_PKEY *key;
    uint64_t handle;
    EVP_CIPHER *fetched;
};

enum { GCM, CBC, SUITES };

static struct suite suites[SUITES] = {
    [GCM] = {.number = TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        .name = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        .cipher = "AES-128-GCM",
        .keys_len = 40,
        .key_len = 16},
    [CBC] = {.number = TLS_RSA_WITH_AES_128_CBC_SHA256,
        .name = "TLS_RSA_WITH_AES_128_CBC_SHA256",
        .cipher = "AES-128-CBC",
        .digest = "SHA2-256",
        .keys_len = 96,
        .key_len = 16,
        .mac_key_len = 32},
};

static EVP_KDF *session_keys;
static EVP_MAC *hmac;

static NCRYPT_KEY_HANDLE import_secret(DWORD kind, DWORD protocol, DWORD suite, DWORD secret_len)
{
    struct {
        NCRYPTSSL_SECRET_BLOB_HEADER header;
        BYTE secret[sizeof(secret)];
    } blob = {{(DWORD)sizeof(blob.header) + secret_len, NCRYPTSSL_SECRET_MAGIC, kind, protocol,
                  suite, NCRYPT_SSL_CLIENT_FLAG, secret_len},
        {0}};
    NCRYPT_KEY_HANDLE key = 0;

    memcpy(blob.secret, secret, secret_len);
    bench_require(SslImportKey(provider, &key, NCRYPTSSL_SECRET_BLOB, (PBYTE)&blob,
                      blob.header.cbLength, 0) == ERROR_SUCCESS,
        "SslImportKey");
    return key;
}

static void free_object(NCRYPT_HANDLE object)
{
    bench_require(SslFreeObject(object, 0) == ERROR_SUCCESS, "SslFreeObject");
}

static void native_import(const struct suite *suite)
{
    free_object(import_secret(
        NCRYPTSSL_KIND_MASTER_KEY, TLS1_2_PROTOCOL_VERSION, suite->number, sizeof(secret)));
}

static void native_session_keys(const struct suite *suite)
{
    NCryptBuffer randoms[] = {
        {sizeof(client_random), NCRYPTBUFFER_SSL_CLIENT_RANDOM, client_random},
        {sizeof(server_random), NCRYPTBUFFER_SSL_SERVER_RANDOM, server_random},
    };
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, 2, randoms};
    NCRYPT_KEY_HANDLE read = 0, write = 0;

    bench_require(
        SslGenerateSessionKeys(provider, suite->master, &read, &write, &list, 0) == ERROR_SUCCESS,
        "SslGenerateSessionKeys");
    free_object(read);
    free_object(write);
}

static OSSL_PARAM text_param(const char *name, const char *text)
{
    return OSSL_PARAM_construct_utf8_string(name, (char *)(uintptr_t)text, 0);
}

static void evp_derive(const struct suite *suite, BYTE *keys)
{
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(
            SSLPROVIDER_PARAM_HANDLE, (uint64_t *)(uintptr_t)&suite->handle),
        OSSL_PARAM_construct_octet_string(
            SSLPROVIDER_PARAM_CLIENT_RANDOM, client_random, sizeof(client_random)),
        OSSL_PARAM_construct_octet_string(
            SSLPROVIDER_PARAM_SERVER_RANDOM, server_random, sizeof(server_random)),
        text_param(SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_SESSION_KEYS),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(session_keys);

    bench_require(context != NULL && EVP_KDF_derive(context, keys, suite->keys_len, params) > 0,
        "SSL-SESSION-KEYS");
    EVP_KDF_CTX_free(context);
}

static EVP_CIPHER_CTX *evp_cipher(const struct suite *suite, const BYTE *key, int encrypt)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();

    bench_require(context != NULL &&
            EVP_CipherInit_ex2(context, suite->fetched, key, NULL, encrypt, NULL) == 1,
        "keying a cipher");
    return context;
}

static EVP_MAC_CTX *evp_mac(const struct suite *suite, const BYTE *key)
{
    const OSSL_PARAM params[] = {
        text_param(OSSL_MAC_PARAM_DIGEST, suite->digest), OSSL_PARAM_construct_end()};
    EVP_MAC_CTX *context = suite->digest == NULL ? NULL : EVP_MAC_CTX_new(hmac);

    bench_require(suite->digest == NULL ||
            (context != NULL && EVP_MAC_init(context, key, suite->mac_key_len, params) == 1),
        "keying a MAC");
    return context;
}

static void evp_session_keys(const struct suite *suite)
{
    BYTE keys[MAX_KEYS];
    const BYTE *const cipher_keys = keys + 2 * suite->mac_key_len;
    EVP_CIPHER_CTX *read, *write;
    EVP_MAC_CTX *read_mac, *write_mac;

    evp_derive(suite, keys);
    read = evp_cipher(suite, cipher_keys, 0);
    read_mac = evp_mac(suite, keys);
    write = evp_cipher(suite, cipher_keys + suite->key_len, 1);
    write_mac = evp_mac(suite, keys + suite->mac_key_len);
    EVP_CIPHER_CTX_free(read);
    EVP_CIPHER_CTX_free(write);
    EVP_MAC_CTX_free(read_mac);
    EVP_MAC_CTX_free(write_mac);
}

static void evp_derive_only(const struct suite *suite)
{
    BYTE keys[MAX_KEYS];

    evp_derive(suite, keys);
}

/* ---- Secrets of TLS 1.3 ---- */

static NCRYPT_KEY_HANDLE handshake_secret, traffic_secret;
static NCRYPT_HASH_HANDLE transcript;

static void native_traffic_keys(const struct suite *suite)
{
    NCRYPT_KEY_HANDLE client = 0, server = 0;

    (void)suite;
    bench_require(SslExpandTrafficKeys(provider, handshake_secret, transcript, &client, &server,
                      NULL, 0) == ERROR_SUCCESS,
        "SslExpandTrafficKeys");
    free_object(client);
    free_object(server);
}

static void native_write_key(const struct suite *suite)
{
    NCRYPT_KEY_HANDLE key = 0;

    (void)suite;
    bench_require(SslExpandWriteKey(provider, traffic_secret, &key, NULL, 0) == ERROR_SUCCESS,
        "SslExpandWriteKey");
    free_object(key);
}

/* ---- Measurement ---- */

enum {
    NATIVE_GCM,
    EVP_GCM,
    NATIVE_CBC,
    EVP_CBC,
    DERIVE_GCM,
    IMPORT,
    TRAFFIC_KEYS,
    WRITE_KEY,
    MEASUREMENTS
};

static struct measurement {
    const char *name;
    void (*run)(const struct suite *suite);
    int suite;
    double ns[MAX_ROUNDS];
} measurements[MEASUREMENTS] = {
    [NATIVE_GCM] = {"SslGenerateSessionKeys and frees, GCM", native_session_keys, GCM, {0}},
    [EVP_GCM] = {"derivation and two ciphers of EVP, GCM", evp_session_keys, GCM, {0}},
    [NATIVE_CBC] = {"SslGenerateSessionKeys and frees, CBC", native_session_keys, CBC, {0}},
    [EVP_CBC] = {"derivation, ciphers and MACs of EVP, CBC", evp_session_keys, CBC, {0}},
    [DERIVE_GCM] = {"derivation by handle of EVP, 40 bytes", evp_derive_only, GCM, {0}},
    [IMPORT] = {"SslImportKey of a secret and free", native_import, GCM, {0}},
    [TRAFFIC_KEYS] = {"SslExpandTrafficKeys and frees", native_traffic_keys, GCM, {0}},
    [WRITE_KEY] = {"SslExpandWriteKey and free", native_write_key, GCM, {0}},
};

static void measure(struct measurement *measurement, int round, int iterations)
{
    const double start = bench_clock_ns(CLOCK_PROCESS_CPUTIME_ID);

    for (int i = 0; i < iterations; i++)
        measurement->run(&suites[measurement->suite]);
    measurement->ns[round] = (bench_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - start) / iterations;
}

static double ratio(int row, int reference, int rounds)
{
    double ratios[MAX_ROUNDS];

    for (int round = 0; round < rounds; round++)
        ratios[round] = measurements[row].ns[round] / measurements[reference].ns[round];
    return bench_median(ratios, rounds);
}

static bool report(int rounds, bool judge)
{
    const double gcm = ratio(NATIVE_GCM, EVP_GCM, rounds);
    const double cbc = ratio(NATIVE_CBC, EVP_CBC, rounds);

    for (int i = 0; i < MEASUREMENTS; i++)
        printf("%-42s %8.0f ns\n", measurements[i].name, bench_median(measurements[i].ns, rounds));
    printf("ratio of session keys, CBC = %.2f\n", cbc);
    printf("ratio of session keys, GCM = %.2f (at most %.2f)\n", gcm, promised_ratio);
    return !judge || gcm <= promised_ratio;
}

static void set_up_suite(struct suite *suite)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(SSLPROVIDER_PARAM_SECRET, secret, sizeof(secret)),
        text_param(SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_2),
        text_param(SSLPROVIDER_PARAM_CIPHER_SUITE, suite->name),
        text_param(SSLPROVIDER_PARAM_ROLE, SSLPROVIDER_ROLE_CLIENT),
        OSSL_PARAM_construct_end(),
    };
    OSSL_PARAM wanted[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &suite->handle),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *context =
        EVP_PKEY_CTX_new_from_name(NULL, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY);

    bench_require(context != NULL && EVP_PKEY_fromdata_init(context) > 0 &&
            EVP_PKEY_fromdata(context, &suite->key, EVP_PKEY_KEYPAIR, params) > 0 &&
            EVP_PKEY_get_params(suite->key, wanted),
        "making the key");
    EVP_PKEY_CTX_free(context);
    suite->master = import_secret(
        NCRYPTSSL_KIND_MASTER_KEY, TLS1_2_PROTOCOL_VERSION, suite->number, sizeof(secret));
    suite->fetched = EVP_CIPHER_fetch(NULL, suite->cipher, NULL);
    bench_require(suite->fetched != NULL, "fetching the cipher");
}

static void set_up(void)
{
    static BYTE message[64] = {0x02};

    providers[0] = OSSL_PROVIDER_load(NULL, "default");
    providers[1] = OSSL_PROVIDER_load(NULL, SSLPROVIDER_NAME);
    bench_require(providers[0] != NULL && providers[1] != NULL, "loading the providers");
    session_keys = EVP_KDF_fetch(NULL, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    bench_require(session_keys != NULL && hmac != NULL, "fetching the algorithms");
    bench_require(
        SslOpenProvider(&provider, MS_SCHANNEL_PROVIDER, 0) == ERROR_SUCCESS, "SslOpenProvider");
    for (int i = 0; i < SUITES; i++)
        set_up_suite(&suites[i]);
    handshake_secret = import_secret(NCRYPTSSL_KIND_HANDSHAKE_SECRET, TLS1_3_PROTOCOL_VERSION,
        TLS_AES_128_GCM_SHA256, TLS13_SECRET_LEN);
    traffic_secret = import_secret(NCRYPTSSL_KIND_TRAFFIC_SECRET, TLS1_3_PROTOCOL_VERSION,
        TLS_AES_128_GCM_SHA256, TLS13_SECRET_LEN);
    bench_require(SslCreateHandshakeHash(provider, &transcript, TLS1_3_PROTOCOL_VERSION,
                      TLS_AES_128_GCM_SHA256, 0) == ERROR_SUCCESS &&
            SslHashHandshake(provider, transcript, message, sizeof(message), 0) == ERROR_SUCCESS,
        "the transcript");
}

static void tear_down(void)
{
    free_object(transcript);
    free_object(traffic_secret);
    free_object(handshake_secret);
    for (int i = 0; i < SUITES; i++) {
        free_object(suites[i].master);
        EVP_PKEY_free(suites[i].key);
        EVP_CIPHER_free(suites[i].fetched);
    }
    free_object(provider);
    EVP_MAC_free(hmac);
    EVP_KDF_free(session_keys);
    OSSL_PROVIDER_unload(providers[1]);
    OSSL_PROVIDER_unload(providers[0]);
}

int main(int argc, char *argv[])
{
    const bool smoke = argc == 2 && strcmp(argv[1], "--smoke") == 0;
    const bool judge = argc == 2 && strcmp(argv[1], "--check") == 0;
    const int rounds = smoke ? 3 : MAX_ROUNDS;
    const int iterations = smoke ? 20 : 1000;
    bool fast_enough;

    if (argc > 2 || (argc == 2 && !smoke && !judge)) {
        fprintf(stderr, "usage: %s [--smoke | --check]\n", argv[0]);
        return EXIT_FAILURE;
    }
    set_up();
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < MEASUREMENTS; i++)
            measure(&measurements[i], round, iterations);
    }
    fast_enough = report(rounds, judge);
    tear_down();
    return fast_enough ? EXIT_SUCCESS : EXIT_FAILURE;
}
