/* SPDX-License-Identifier: Apache-2.0
 *
 * What opaque keys cost under the names TLS1-PRF, TLS13-KDF and HKDF, beside the same derivation of
 * bytes from bytes (OpenSSL 3.6 and later):
 *
 *     opaque [--smoke | --check]
 *
 * "in" derives bytes from an SSL-KEY, a context and a key a derivation; "in and out" derives an
 * SSL-KEY from an SSL-KEY, beside bytes from bytes that then become an SSL-KEY.  The two sides are
 * measured in turn, many short rounds of them, in processor time, and the median of the rounds'
 * ratios counts.  With --check the exit status is 1 when a promised ratio is missed; --smoke runs a
 * few iterations.  The module comes from the folder that OPENSSL_MODULES names.
 */
#include "bench/support/bench_support.h"
#include "module/features.h"
#include "sslprovider/names.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef SSLP_HAVE_KDF_SKEY

enum { MAX_ROUNDS = 61, SECRET_LEN = 32, MASTER_LEN = 48, RESULT_LEN = 32, MAX_PARAMS = 8 };

static const double promised_ratio = 1.1;

/* A KDF as libssl uses it, and an opaque key for it. */
struct subject {
    const char *name, *secret_name, *kind, *protocol, *suite;
    size_t secret_len;
    OSSL_PARAM params[MAX_PARAMS]; /* all but the secret, which comes last */
    size_t count;
    EVP_KDF *kdf;
    EVP_SKEY *key;
};

static struct subject subjects[] = {
    {"TLS1-PRF", OSSL_KDF_PARAM_SECRET, SSLPROVIDER_KIND_MASTER_SECRET, "TLSv1.2",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", MASTER_LEN, {{0}}, 0, NULL, NULL},
    {"TLS13-KDF", OSSL_KDF_PARAM_KEY, SSLPROVIDER_KIND_TRAFFIC_SECRET, "TLSv1.3",
        "TLS_AES_128_GCM_SHA256", SECRET_LEN, {{0}}, 0, NULL, NULL},
    {"HKDF", OSSL_KDF_PARAM_KEY, SSLPROVIDER_KIND_TRAFFIC_SECRET, "TLSv1.3",
        "TLS_AES_128_GCM_SHA256", SECRET_LEN, {{0}}, 0, NULL, NULL},
};

static uint8_t secret[MASTER_LEN] = {0x11}, seed[77] = {0x22};
static EVP_SKEYMGMT *type;

static void add_text(OSSL_PARAM *params, size_t *count, const char *name, const char *text)
{
    params[(*count)++] = OSSL_PARAM_construct_utf8_string(name, (char *)(uintptr_t)text, 0);
}

static void add_octets(
    OSSL_PARAM *params, size_t *count, const char *name, const void *octets, size_t len)
{
    params[(*count)++] = OSSL_PARAM_construct_octet_string(name, (void *)(uintptr_t)octets, len);
}

static EVP_SKEY *import(const struct subject *subject, const uint8_t *bytes, size_t len)
{
    int exportable = 1;
    OSSL_PARAM params[6];
    size_t count = 0;
    EVP_SKEY *key;

    add_octets(params, &count, SSLPROVIDER_PARAM_RAW_BYTES, bytes, len);
    params[count++] = OSSL_PARAM_construct_int(SSLPROVIDER_PARAM_EXPORTABLE, &exportable);
    if (subject != NULL) {
        add_text(params, &count, SSLPROVIDER_PARAM_KIND, subject->kind);
        add_text(params, &count, SSLPROVIDER_PARAM_PROTOCOL, subject->protocol);
        add_text(params, &count, SSLPROVIDER_PARAM_CIPHER_SUITE, subject->suite);
    }
    params[count] = OSSL_PARAM_construct_end();
    key = EVP_SKEY_import_SKEYMGMT(NULL, type, OSSL_SKEYMGMT_SELECT_ALL, params);
    bench_require(key != NULL, "SSL-KEY");
    return key;
}

static void prepare(struct subject *subject)
{
    static int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;

    add_text(subject->params, &subject->count, OSSL_KDF_PARAM_DIGEST, "SHA2-256");
    if (strcmp(subject->name, "TLS1-PRF") == 0) {
        add_octets(subject->params, &subject->count, OSSL_KDF_PARAM_SEED, seed, sizeof(seed));
    } else {
        subject->params[subject->count++] = OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode);
        if (strcmp(subject->name, "HKDF") == 0) {
            add_octets(subject->params, &subject->count, OSSL_KDF_PARAM_INFO, seed, 40);
        } else {
            add_octets(subject->params, &subject->count, OSSL_KDF_PARAM_PREFIX, "tls13 ", 6);
            add_octets(subject->params, &subject->count, OSSL_KDF_PARAM_LABEL, "c ap traffic", 12);
            add_octets(subject->params, &subject->count, OSSL_KDF_PARAM_DATA, seed, 32);
        }
    }
    subject->params[subject->count] = OSSL_PARAM_construct_end();
    subject->kdf = EVP_KDF_fetch(NULL, subject->name, SSLPROVIDER_PROPERTY);
    subject->key = import(subject, secret, subject->secret_len);
    bench_require(subject->kdf != NULL, subject->name);
}

static void derive_bytes(const struct subject *subject, uint8_t result[RESULT_LEN])
{
    OSSL_PARAM params[MAX_PARAMS];
    size_t count = subject->count;
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(subject->kdf);

    memcpy(params, subject->params, sizeof(params));
    add_octets(params, &count, subject->secret_name, secret, subject->secret_len);
    params[count] = OSSL_PARAM_construct_end();
    bench_require(EVP_KDF_derive(context, result, RESULT_LEN, params) > 0, "bytes");
    EVP_KDF_CTX_free(context);
}

static void bytes_to_bytes(const struct subject *subject)
{
    uint8_t result[RESULT_LEN];

    derive_bytes(subject, result);
}

static void bytes_to_key(const struct subject *subject)
{
    uint8_t result[RESULT_LEN];

    derive_bytes(subject, result);
    EVP_SKEY_free(import(NULL, result, sizeof(result)));
}

static EVP_KDF_CTX *context_with_key(const struct subject *subject)
{
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(subject->kdf);

    bench_require(EVP_KDF_CTX_set_SKEY(context, subject->key, subject->secret_name) > 0, "key");
    return context;
}

static void key_to_bytes(const struct subject *subject)
{
    EVP_KDF_CTX *context = context_with_key(subject);
    uint8_t result[RESULT_LEN];

    bench_require(EVP_KDF_derive(context, result, sizeof(result), subject->params) > 0, "in");
    EVP_KDF_CTX_free(context);
}

static void key_to_key(const struct subject *subject)
{
    EVP_KDF_CTX *context = context_with_key(subject);
    EVP_SKEY *key = EVP_KDF_derive_SKEY(
        context, type, SSLPROVIDER_KEYMGMT_SSL_KEY, NULL, RESULT_LEN, subject->params);

    bench_require(key != NULL, "in and out");
    EVP_SKEY_free(key);
    EVP_KDF_CTX_free(context);
}

typedef void side_fn(const struct subject *subject);

static double time_of(side_fn *side, const struct subject *subject, int iterations)
{
    const double start = bench_clock_ns(CLOCK_THREAD_CPUTIME_ID);

    for (int i = 0; i < iterations; i++)
        side(subject);
    return (bench_clock_ns(CLOCK_THREAD_CPUTIME_ID) - start) / iterations;
}

/* Prints a row; the value is whether it is within what is promised. */
static bool compare(const struct subject *subject, const char *what, side_fn *opaque,
    side_fn *bytes, int rounds, int iterations)
{
    double ratios[MAX_ROUNDS], times[2][MAX_ROUNDS], ratio;

    for (int i = 0; i < rounds; i++) {
        times[0][i] = time_of(opaque, subject, iterations);
        times[1][i] = time_of(bytes, subject, iterations);
        ratios[i] = times[0][i] / times[1][i];
    }
    ratio = bench_median(ratios, rounds);
    printf("%-10s %-10s %7.0f ns opaque %7.0f ns bytes  ratio %.2f\n", subject->name, what,
        bench_median(times[0], rounds), bench_median(times[1], rounds), ratio);
    return ratio <= promised_ratio;
}

int main(int argc, char *argv[])
{
    const bool smoke = argc > 1 && strcmp(argv[1], "--smoke") == 0;
    const bool check = argc > 1 && strcmp(argv[1], "--check") == 0;
    const int rounds = smoke ? 3 : MAX_ROUNDS, iterations = smoke ? 10 : 2000;
    bool good = true;

    bench_keep_to_one_core();
    bench_require(OSSL_PROVIDER_load(NULL, "default") != NULL &&
            OSSL_PROVIDER_load(NULL, SSLPROVIDER_NAME) != NULL,
        "providers");
    type = EVP_SKEYMGMT_fetch(NULL, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY);
    for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
        struct subject *subject = &subjects[i];

        prepare(subject);
        good = compare(subject, "in", key_to_bytes, bytes_to_bytes, rounds, iterations) && good;
        good = compare(subject, "in and out", key_to_key, bytes_to_key, rounds, iterations) && good;
        EVP_SKEY_free(subject->key);
        EVP_KDF_free(subject->kdf);
    }
    EVP_SKEYMGMT_free(type);
    return !check || good ? EXIT_SUCCESS : EXIT_FAILURE;
}

#else

int main(void)
{
    printf("the KDFs of these OpenSSL headers know no opaque keys (3.6 and later do)\n");
    return EXIT_SUCCESS;
}

#endif
