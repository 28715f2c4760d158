/* SPDX-License-Identifier: Apache-2.0
 *
 * What one derivation costs through EVP: SSL-SESSION-KEYS against OpenSSL's TLS1-PRF as libssl
 * calls it, and against the hash compressions that no implementation can do without.
 *
 *     bench [--smoke]
 *
 * All measurements are taken in turn, many short rounds of them, in processor time.  Of a cost the
 * median over the rounds counts, of two costs the median of the rounds' ratios, so that a machine
 * that changes its pace changes it for both.  The exit status is 1 when the ratio that the project
 * promises is missed; --smoke runs a few iterations and judges nothing.  The module comes from the
 * folder that OPENSSL_MODULES names.
 */
#include "sslprovider/names.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* TLS 1.2 with SHA-256 once the key pads are computed (RFC 5246 section 5): A(1) takes three
 * compressions, as label and randoms fill two inner blocks, every later A(i) two, and each 32
 * bytes of output three. */
enum { SHORT_LEN = 40, LONG_LEN = 104, SHORT_COMPRESSIONS = 11, LONG_COMPRESSIONS = 21 };
enum { MAX_ROUNDS = 101, HASHED_BLOCKS = 256, BLOCK_LEN = 64 };

static const double promised_ratio = 0.30;

static unsigned char secret[48] = {0x11};
static unsigned char client_random[32] = {0x22};
static unsigned char server_random[32] = {0x33};

/* What OpenSSL offers by itself, and the same with sslprovider beside it. */
static OSSL_LIB_CTX *plain, *with_sslprovider;
static OSSL_PROVIDER *providers[3];
static EVP_KDF *session_keys;
static EVP_PKEY *key;
static uint64_t handle;
static EVP_MD_CTX *hash;

static unsigned char result[LONG_LEN];

static void require(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "bench: %s failed\n", what);
        ERR_print_errors_fp(stderr);
        exit(EXIT_FAILURE);
    }
}

static OSSL_PARAM text_param(const char *name, const char *text)
{
    return OSSL_PARAM_construct_utf8_string(name, (char *)(uintptr_t)text, 0);
}

static OSSL_PARAM octets(const char *name, const void *data, size_t len)
{
    return OSSL_PARAM_construct_octet_string(name, (void *)(uintptr_t)data, len);
}

/* libssl fetches for every derivation, and always gives five seeds, the empty ones too. */
static void tls1_prf(size_t len)
{
    static const char label[] = "key expansion";
    const OSSL_PARAM params[] = {
        text_param(OSSL_KDF_PARAM_DIGEST, "SHA2-256"),
        octets(OSSL_KDF_PARAM_SECRET, secret, sizeof(secret)),
        octets(OSSL_KDF_PARAM_SEED, label, sizeof(label) - 1),
        octets(OSSL_KDF_PARAM_SEED, server_random, sizeof(server_random)),
        octets(OSSL_KDF_PARAM_SEED, client_random, sizeof(client_random)),
        octets(OSSL_KDF_PARAM_SEED, NULL, 0),
        octets(OSSL_KDF_PARAM_SEED, NULL, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *kdf = EVP_KDF_fetch(plain, "TLS1-PRF", NULL);
    EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);

    EVP_KDF_free(kdf);
    require(context != NULL && EVP_KDF_derive(context, result, len, params) > 0, "TLS1-PRF");
    EVP_KDF_CTX_free(context);
}

static void derive_session_keys(size_t len, const OSSL_PARAM params[])
{
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(session_keys);

    require(
        context != NULL && EVP_KDF_derive(context, result, len, params) > 0, "SSL-SESSION-KEYS");
    EVP_KDF_CTX_free(context);
}

static void by_handle(size_t len)
{
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &handle),
        octets(SSLPROVIDER_PARAM_CLIENT_RANDOM, client_random, sizeof(client_random)),
        octets(SSLPROVIDER_PARAM_SERVER_RANDOM, server_random, sizeof(server_random)),
        OSSL_PARAM_construct_end(),
    };

    derive_session_keys(len, params);
}

static void by_bytes(size_t len)
{
    const OSSL_PARAM params[] = {
        octets(SSLPROVIDER_PARAM_SECRET, secret, sizeof(secret)),
        text_param(SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_2),
        text_param(SSLPROVIDER_PARAM_CIPHER_SUITE, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
        octets(SSLPROVIDER_PARAM_CLIENT_RANDOM, client_random, sizeof(client_random)),
        octets(SSLPROVIDER_PARAM_SERVER_RANDOM, server_random, sizeof(server_random)),
        OSSL_PARAM_construct_end(),
    };

    derive_session_keys(len, params);
}

/* Whole blocks in one call: nearly all of the time is compressions. */
static void hash_blocks(size_t len)
{
    static unsigned char blocks[HASHED_BLOCKS * BLOCK_LEN];

    require(EVP_DigestUpdate(hash, blocks, len) == 1, "SHA-256");
}

struct measurement {
    const char *name;
    void (*run)(size_t len);
    size_t len;
    double ns[MAX_ROUNDS];
};

enum { PRF_40, PRF_104, HANDLE_40, HANDLE_104, BYTES_40, BYTES_104, BLOCKS, MEASUREMENTS };

static struct measurement measurements[MEASUREMENTS] = {
    [PRF_40] = {"TLS1-PRF, 40 bytes", tls1_prf, SHORT_LEN, {0}},
    [PRF_104] = {"TLS1-PRF, 104 bytes", tls1_prf, LONG_LEN, {0}},
    [HANDLE_40] = {"SSL-SESSION-KEYS by handle, 40 bytes", by_handle, SHORT_LEN, {0}},
    [HANDLE_104] = {"SSL-SESSION-KEYS by handle, 104 bytes", by_handle, LONG_LEN, {0}},
    [BYTES_40] = {"SSL-SESSION-KEYS by bytes, 40 bytes", by_bytes, SHORT_LEN, {0}},
    [BYTES_104] = {"SSL-SESSION-KEYS by bytes, 104 bytes", by_bytes, LONG_LEN, {0}},
    [BLOCKS] = {NULL, hash_blocks, (size_t)HASHED_BLOCKS *BLOCK_LEN, {0}},
};

static double now_ns(void)
{
    struct timespec now;

    require(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0, "the clock");
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void measure(struct measurement *measurement, int round, int iterations)
{
    const double start = now_ns();

    for (int i = 0; i < iterations; i++)
        measurement->run(measurement->len);
    measurement->ns[round] = (now_ns() - start) / iterations;
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof(values[0]), compare);
    return values[count / 2];
}

static double cost(int row, int rounds)
{
    double ns[MAX_ROUNDS];

    memcpy(ns, measurements[row].ns, sizeof(ns));
    return median(ns, rounds);
}

static double ratio(int row, int reference, int rounds)
{
    double ratios[MAX_ROUNDS];

    for (int round = 0; round < rounds; round++)
        ratios[round] = measurements[row].ns[round] / measurements[reference].ns[round];
    return median(ratios, rounds);
}

static void make_key(void)
{
    OSSL_PARAM params[] = {
        octets(SSLPROVIDER_PARAM_SECRET, secret, sizeof(secret)),
        text_param(SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_2),
        text_param(SSLPROVIDER_PARAM_CIPHER_SUITE, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
        OSSL_PARAM_construct_end(),
    };
    OSSL_PARAM wanted[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &handle),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(
        with_sslprovider, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY);

    require(context != NULL && EVP_PKEY_fromdata_init(context) > 0 &&
            EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params) > 0 &&
            EVP_PKEY_get_params(key, wanted),
        "making the key");
    EVP_PKEY_CTX_free(context);
}

static void set_up(void)
{
    plain = OSSL_LIB_CTX_new();
    with_sslprovider = OSSL_LIB_CTX_new();
    require(plain != NULL && with_sslprovider != NULL, "making the library contexts");
    providers[0] = OSSL_PROVIDER_load(plain, "default");
    providers[1] = OSSL_PROVIDER_load(with_sslprovider, "default");
    providers[2] = OSSL_PROVIDER_load(with_sslprovider, SSLPROVIDER_NAME);
    require(providers[0] != NULL && providers[1] != NULL && providers[2] != NULL,
        "loading the providers");
    session_keys =
        EVP_KDF_fetch(with_sslprovider, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    require(session_keys != NULL, "fetching SSL-SESSION-KEYS");
    make_key();
    hash = EVP_MD_CTX_new();
    require(hash != NULL && EVP_DigestInit_ex2(hash, EVP_sha256(), NULL) == 1, "SHA-256");
}

static void tear_down(void)
{
    EVP_MD_CTX_free(hash);
    EVP_PKEY_free(key);
    EVP_KDF_free(session_keys);
    for (int i = 2; i >= 0; i--)
        OSSL_PROVIDER_unload(providers[i]);
    OSSL_LIB_CTX_free(with_sslprovider);
    OSSL_LIB_CTX_free(plain);
}

/* What is compared has to be the same computation. */
static void check_agreement(size_t len)
{
    unsigned char expected[LONG_LEN];

    tls1_prf(len);
    memcpy(expected, result, len);
    by_handle(len);
    require(memcmp(result, expected, len) == 0, "the comparison by handle");
    by_bytes(len);
    require(memcmp(result, expected, len) == 0, "the comparison by bytes");
}

static bool report(int rounds, bool judge)
{
    const double compression = cost(BLOCKS, rounds) / HASHED_BLOCKS;
    const double by_handle_40 = ratio(HANDLE_40, PRF_40, rounds);

    for (int i = 0; i < BLOCKS; i++)
        printf("%-40s %8.0f ns\n", measurements[i].name, cost(i, rounds));
    printf(
        "%-40s %8.0f ns\n", "floor, 40 bytes: 11 compressions", SHORT_COMPRESSIONS * compression);
    printf(
        "%-40s %8.0f ns\n", "floor, 104 bytes: 21 compressions", LONG_COMPRESSIONS * compression);
    printf("ratio 104 bytes by handle / TLS1-PRF = %.2f\n", ratio(HANDLE_104, PRF_104, rounds));
    printf("ratio 40 bytes by bytes / TLS1-PRF = %.2f\n", ratio(BYTES_40, PRF_40, rounds));
    printf("ratio 104 bytes by bytes / TLS1-PRF = %.2f\n", ratio(BYTES_104, PRF_104, rounds));
    printf("ratio 40 bytes by handle / floor = %.2f\n",
        cost(HANDLE_40, rounds) / (SHORT_COMPRESSIONS * compression));
    printf("ratio 40 bytes by handle / TLS1-PRF = %.2f (at most %.2f)\n", by_handle_40,
        promised_ratio);
    return !judge || by_handle_40 <= promised_ratio;
}

int main(int argc, char *argv[])
{
    const bool smoke = argc == 2 && strcmp(argv[1], "--smoke") == 0;
    const int rounds = smoke ? 3 : MAX_ROUNDS;
    const int iterations = smoke ? 20 : 1000;
    bool fast_enough;

    if (argc > 2 || (argc == 2 && !smoke)) {
        fprintf(stderr, "usage: %s [--smoke]\n", argv[0]);
        return EXIT_FAILURE;
    }
    set_up();
    check_agreement(SHORT_LEN);
    check_agreement(LONG_LEN);
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < MEASUREMENTS; i++)
            measure(&measurements[i], round, i == BLOCKS ? iterations / 20 : iterations);
    }
    fast_enough = report(rounds, !smoke);
    tear_down();
    return fast_enough ? EXIT_SUCCESS : EXIT_FAILURE;
}
