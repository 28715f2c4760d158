/* SPDX-License-Identifier: Apache-2.0
 *
 * What the handles of a backend share: implementations that are fetched once, and the context that
 * ends keys.
 */
#include "shim/core/backend.h"
#include "shim/core/objects.h"
#include "shim/support.h"
#include "sslprovider/names.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <pthread.h>

enum { THREADS = 4, REPEATS = 200, HASH_LEN = 32 };

static NCRYPT_PROV_HANDLE provider;
static struct sslp_backend *backend;

static const char *const ciphers[] = {"AES-128-GCM", "AES-256-GCM", "ChaCha20-Poly1305"};

static void test_the_same_implementation_each_time(void)
{
    char gcm[] = "AES-128-GCM";
    EVP_CIPHER *first = NULL, *second = NULL;
    EVP_MAC *mac = NULL, *same_mac = NULL;
    EVP_MD *digest = NULL, *same_digest = NULL;

    EXPECT_SUCCESS(sslp_algorithms_cipher(&backend->algorithms, ciphers[0], &first), "AES-128-GCM");
    EXPECT_SUCCESS(sslp_algorithms_cipher(&backend->algorithms, gcm, &second), "by equal text");
    EXPECT_SUCCESS(sslp_algorithms_mac(&backend->algorithms, "HMAC", &mac), "HMAC");
    EXPECT_SUCCESS(sslp_algorithms_mac(&backend->algorithms, "HMAC", &same_mac), "HMAC again");
    EXPECT_SUCCESS(sslp_algorithms_digest(&backend->algorithms, "MD5", &digest), "MD5");
    EXPECT_SUCCESS(sslp_algorithms_digest(&backend->algorithms, "MD5", &same_digest), "MD5 again");
    CU_ASSERT(first != NULL && first == second);
    CU_ASSERT(mac != NULL && mac == same_mac);
    CU_ASSERT(digest != NULL && digest == same_digest);
}

static void test_what_nobody_has(void)
{
    EVP_CIPHER *cipher = NULL;

    for (int i = 0; i < 2; i++)
        CU_ASSERT(sslp_algorithms_cipher(&backend->algorithms, "NO-SUCH-CIPHER", &cipher) ==
            NTE_NOT_SUPPORTED);
    CU_ASSERT_PTR_NULL(cipher);
    ERR_clear_error();
}

static void test_a_rare_cipher(void)
{
    EVP_CIPHER *rare = NULL, *usual = NULL;

    for (int i = 0; i < 2; i++)
        CU_ASSERT(sslp_algorithms_rare_cipher(&backend->algorithms, "NO-SUCH-RARITY", &rare) ==
            NTE_NOT_SUPPORTED);
    CU_ASSERT_PTR_NULL(rare);
    CU_ASSERT(ERR_peek_error() == 0);
    EXPECT_SUCCESS(
        sslp_algorithms_rare_cipher(&backend->algorithms, "AES-256-GCM", &rare), "AES-256-GCM");
    EXPECT_SUCCESS(sslp_algorithms_cipher(&backend->algorithms, "AES-256-GCM", &usual), "again");
    CU_ASSERT(rare != NULL && rare == usual);
    CU_ASSERT(
        sslp_algorithms_cipher_takes(&backend->algorithms, "AES-256-GCM", SSLP_TAKES_FIXED_IV));
    CU_ASSERT(
        !sslp_algorithms_cipher_takes(&backend->algorithms, "NO-SUCH-RARITY", SSLP_TAKES_AAD));
}

/* Fresh lists, so that all threads fetch at once. */
static struct sslp_algorithms contested[REPEATS];
static EVP_CIPHER *found[THREADS][REPEATS][COUNT(ciphers)];

static void *fetch_all(void *argument)
{
    EVP_CIPHER *(*mine)[COUNT(ciphers)] = argument;

    for (size_t i = 0; i < REPEATS; i++) {
        for (size_t k = 0; k < COUNT(ciphers); k++)
            (void)sslp_algorithms_cipher(&contested[i], ciphers[k], &mine[i][k]);
    }
    return NULL;
}

static void test_threads_find_one_implementation(void)
{
    pthread_t threads[THREADS];
    size_t different = 0;

    for (size_t i = 0; i < REPEATS; i++)
        contested[i].libctx = backend->libctx;
    for (size_t t = 0; t < THREADS; t++)
        CU_ASSERT_FATAL(pthread_create(&threads[t], NULL, fetch_all, found[t]) == 0);
    for (size_t t = 0; t < THREADS; t++)
        CU_ASSERT(pthread_join(threads[t], NULL) == 0);
    for (size_t i = 0; i < REPEATS; i++) {
        for (size_t k = 0; k < COUNT(ciphers); k++) {
            for (size_t t = 0; t < THREADS; t++)
                different += found[t][i][k] == NULL || found[t][i][k] != found[0][i][k];
        }
        sslp_algorithms_clear(&contested[i]);
    }
    CU_ASSERT_EQUAL(different, 0);
}

static EVP_PKEY *adopt(uint64_t key_handle)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &key_handle),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY *key = sslp_backend_import_key(backend, params);

    ERR_clear_error();
    return key;
}

/* A key that nobody ended would live as long as the OpenSSL provider. */
static void *derive_and_free(void *failures)
{
    const struct secret_blob blob = make_secret(NCRYPTSSL_KIND_TRAFFIC_SECRET,
        TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG, HASH_LEN);
    NCRYPT_KEY_HANDLE from = 0, next = 0;

    if (import_secret(provider, &blob, &from) != ERROR_SUCCESS)
        ++*(size_t *)failures;
    for (size_t i = 0; i < REPEATS; i++) {
        const struct sslp_secret_object *secret = NULL;
        uint64_t key_handle = 0;

        if (SslExpandNextGenTrafficKey(provider, from, &next, NULL, 0) == ERROR_SUCCESS)
            secret = sslp_object_acquire(next, SSLP_OBJECT_SECRET);
        if (secret != NULL) {
            key_handle = secret->key_handle;
            sslp_object_release(next);
        }
        if (key_handle == 0 || SslFreeObject(next, 0) != ERROR_SUCCESS || adopt(key_handle) != NULL)
            ++*(size_t *)failures;
    }
    if (SslFreeObject(from, 0) != ERROR_SUCCESS)
        ++*(size_t *)failures;
    return NULL;
}

static void test_a_freed_secret_has_ended(void)
{
    pthread_t threads[THREADS];
    size_t failures[THREADS] = {0};

    for (size_t t = 0; t < THREADS; t++)
        CU_ASSERT_FATAL(pthread_create(&threads[t], NULL, derive_and_free, &failures[t]) == 0);
    for (size_t t = 0; t < THREADS; t++) {
        CU_ASSERT(pthread_join(threads[t], NULL) == 0);
        CU_ASSERT_EQUAL(failures[t], 0);
    }
}

static int open_all(void)
{
    return SslOpenProvider(&provider, NULL, 0) != ERROR_SUCCESS ||
        sslp_backend_open(&backend) != ERROR_SUCCESS;
}

static int close_all(void)
{
    sslp_backend_release(backend);
    return SslFreeObject(provider, 0) != ERROR_SUCCESS;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_the_same_implementation_each_time),
        TEST(test_what_nobody_has),
        TEST(test_a_rare_cipher),
        TEST(test_threads_find_one_implementation),
        TEST(test_a_freed_secret_has_ended),
    };

    return RUN_TESTS("what handles share", open_all, close_all, tests);
}
