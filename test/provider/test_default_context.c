/* SPDX-License-Identifier: Apache-2.0
 *
 * The default library context, whose hashes the provider uses in place: whatever is unloaded first,
 * and when nothing is, derivations give what they gave before, and the process ends well.
 */
#include "support.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KEY_BLOCK_LEN = 40 };

static uint8_t secret[SUPPORT_MASTER_LEN], random_bytes[SUPPORT_RANDOM_LEN];
static uint8_t expected[KEY_BLOCK_LEN];

static EVP_KDF *fetch_session_keys(void)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);

    CU_ASSERT_FATAL(kdf != NULL);
    return kdf;
}

static bool derives_the_expected(EVP_KDF *kdf)
{
    uint8_t out[KEY_BLOCK_LEN];
    const struct support_inputs inputs = {.protocol = "TLSv1.2",
        .suite = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        .secret = secret,
        .secret_len = sizeof(secret),
        .client_random = random_bytes,
        .server_random = random_bytes};

    return support_derive(kdf, inputs, out, sizeof(out)) && memcmp(out, expected, sizeof(out)) == 0;
}

static void test_provider_is_unloaded_first(void)
{
    OSSL_PROVIDER *hashes = OSSL_PROVIDER_load(NULL, "default");
    OSSL_PROVIDER *provider = OSSL_PROVIDER_load(NULL, SSLPROVIDER_NAME);
    EVP_KDF *kdf = fetch_session_keys();

    CU_ASSERT(derives_the_expected(kdf));
    CU_ASSERT(OSSL_PROVIDER_unload(provider) == 1);
    CU_ASSERT(derives_the_expected(kdf));
    EVP_KDF_free(kdf);
    CU_ASSERT(OSSL_PROVIDER_unload(hashes) == 1);
}

static void test_hashes_are_unloaded_first(void)
{
    OSSL_PROVIDER *hashes = OSSL_PROVIDER_load(NULL, "default");
    OSSL_PROVIDER *provider = OSSL_PROVIDER_load(NULL, SSLPROVIDER_NAME);
    EVP_KDF *kdf = fetch_session_keys();

    CU_ASSERT(derives_the_expected(kdf));
    CU_ASSERT(OSSL_PROVIDER_unload(hashes) == 1);
    CU_ASSERT(derives_the_expected(kdf));
    EVP_KDF_free(kdf);
    CU_ASSERT(OSSL_PROVIDER_unload(provider) == 1);
}

/* A thread's own default context is none of the process: its default query holds for it alone. */
static void test_default_of_the_thread_is_another_context(void)
{
    OSSL_LIB_CTX *own = OSSL_LIB_CTX_new(), *before = OSSL_LIB_CTX_set0_default(own);
    OSSL_PROVIDER *hashes = OSSL_PROVIDER_load(NULL, "default");
    OSSL_PROVIDER *provider = OSSL_PROVIDER_load(NULL, SSLPROVIDER_NAME);
    EVP_KDF *kdf = fetch_session_keys();

    CU_ASSERT(EVP_set_default_properties(own, "provider=nobody") == 1);
    CU_ASSERT(!derives_the_expected(kdf));
    ERR_clear_error();
    CU_ASSERT(EVP_set_default_properties(own, "") == 1);
    CU_ASSERT(derives_the_expected(kdf));
    EVP_KDF_free(kdf);
    OSSL_PROVIDER_unload(provider);
    OSSL_PROVIDER_unload(hashes);
    OSSL_LIB_CTX_set0_default(before);
    OSSL_LIB_CTX_free(own);
}

/* The child ends without unloading anything, with a key object and a KDF left.  That is no leak. */
static void test_process_ends_with_everything_loaded(void)
{
    static OSSL_PROVIDER *hashes, *provider;
    static EVP_PKEY *key;
    static EVP_KDF *kdf;
    const pid_t child = fork();
    int status = -1;

    if (child == 0) {
        hashes = OSSL_PROVIDER_load(NULL, "default");
        provider = OSSL_PROVIDER_load(NULL, SSLPROVIDER_NAME);
        key = support_master_key(NULL, secret, "client");
        kdf = fetch_session_keys();
        exit(
            hashes != NULL && provider != NULL && key != NULL && derives_the_expected(kdf) ? 0 : 1);
    }
    CU_ASSERT(child > 0 && waitpid(child, &status, 0) == child);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* The key block of OpenSSL's own TLS1-PRF. */
static int initialize(void)
{
    static char label[] = "key expansion";
    uint64_t state = UINT64_C(0xDEFA017C);
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *hashes = OSSL_PROVIDER_load(libctx, "default");
    EVP_KDF *kdf = EVP_KDF_fetch(libctx, "TLS1-PRF", NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA2-256", 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, secret, sizeof(secret)),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, label, sizeof(label) - 1),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, random_bytes, sizeof(random_bytes)),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, random_bytes, sizeof(random_bytes)),
        OSSL_PARAM_construct_end(),
    };
    int ok;

    support_fill(&state, secret, sizeof(secret));
    support_fill(&state, random_bytes, sizeof(random_bytes));
    ok = ctx != NULL && EVP_KDF_derive(ctx, expected, sizeof(expected), params) == 1;
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    OSSL_PROVIDER_unload(hashes);
    OSSL_LIB_CTX_free(libctx);
    return ok ? 0 : 1;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_provider_is_unloaded_first),
        TEST(test_hashes_are_unloaded_first),
        TEST(test_default_of_the_thread_is_another_context),
        TEST(test_process_ends_with_everything_loaded),
    };

    return RUN_TESTS("default context", initialize, NULL, tests);
}
