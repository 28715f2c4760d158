/* SPDX-License-Identifier: Apache-2.0
 *
 * Library contexts: what the provider says of itself, several contexts side by side, loading it
 * again and again, and working where no other provider is loaded.
 */
#include "support.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <pthread.h>
#include <string.h>

#define GCM_SUITE "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"

enum { GCM_BLOCK_LEN = 40, RELOADS = 10, THREADS = 8, CONTEXTS_A_THREAD = 4 };

static uint8_t secret[SUPPORT_MASTER_LEN], random_bytes[SUPPORT_RANDOM_LEN];
static uint8_t expected[GCM_BLOCK_LEN];

static struct support_inputs valid_inputs(const char *properties)
{
    return (struct support_inputs){.protocol = "TLSv1.2",
        .suite = GCM_SUITE,
        .properties = properties,
        .secret = secret,
        .secret_len = sizeof(secret),
        .client_random = random_bytes,
        .server_random = random_bytes};
}

static bool works(OSSL_LIB_CTX *libctx, const char *properties)
{
    EVP_KDF *kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    uint8_t out[GCM_BLOCK_LEN];
    bool ok = kdf != NULL && support_derive(kdf, valid_inputs(properties), out, sizeof(out)) &&
        memcmp(out, expected, sizeof(out)) == 0;

    EVP_KDF_free(kdf);
    return ok;
}

static void test_provider_describes_itself(void)
{
    OSSL_LIB_CTX *libctx = support_context_new("");
    OSSL_PROVIDER *provider = OSSL_PROVIDER_try_load(libctx, SSLPROVIDER_NAME, 1);
    const char *name = NULL, *version = NULL, *build = NULL;
    int status = -1, legacy = -1, require_ems = -1;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_NAME, (char **)(uintptr_t)&name, 0),
        OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_VERSION, (char **)(uintptr_t)&version, 0),
        OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_BUILDINFO, (char **)(uintptr_t)&build, 0),
        OSSL_PARAM_construct_int(OSSL_PROV_PARAM_STATUS, &status),
        OSSL_PARAM_construct_int(SSLPROVIDER_PROV_PARAM_LEGACY, &legacy),
        OSSL_PARAM_construct_int(SSLPROVIDER_PROV_PARAM_REQUIRE_EMS, &require_ems),
        OSSL_PARAM_construct_end()};
    const OSSL_PARAM *gettable;
    size_t listed = 0;

    CU_ASSERT_FATAL(provider != NULL);
    CU_ASSERT(OSSL_PROVIDER_get_params(provider, params) == 1);
    CU_ASSERT(name != NULL && name[0] != '\0');
    CU_ASSERT(version != NULL && strchr(version, '.') != NULL);
    CU_ASSERT(build != NULL && build[0] != '\0');
    CU_ASSERT(status == 1 && legacy == 0 && require_ems == 0);
    CU_ASSERT_STRING_EQUAL(OSSL_PROVIDER_get0_name(provider), SSLPROVIDER_NAME);
    for (gettable = OSSL_PROVIDER_gettable_params(provider); gettable->key != NULL; gettable++) {
        CU_ASSERT(OSSL_PARAM_locate(params, gettable->key) != NULL);
        listed++;
    }
    CU_ASSERT(listed == 6);
    OSSL_PROVIDER_unload(provider);
    OSSL_LIB_CTX_free(libctx);
}

/* Every algorithm is found by the provider's property, and by no other provider's. */
static void test_property_query_selects_the_provider(void)
{
    static const char *const kdfs[] = {SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_KDF_MASTER_KEY};
    OSSL_LIB_CTX *libctx = support_context_new("");
    EVP_KEYMGMT *keymgmt =
        EVP_KEYMGMT_fetch(libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY);

    for (size_t i = 0; i < 2; i++) {
        static const char *const queries[] = {SSLPROVIDER_PROPERTY, NULL, "?provider=nobody"};
        EVP_KDF *kdf;

        for (size_t k = 0; k < 3; k++) {
            kdf = EVP_KDF_fetch(libctx, kdfs[i], queries[k]);
            CU_ASSERT_FATAL(kdf != NULL);
            CU_ASSERT_STRING_EQUAL(
                OSSL_PROVIDER_get0_name(EVP_KDF_get0_provider(kdf)), SSLPROVIDER_NAME);
            EVP_KDF_free(kdf);
        }
        kdf = EVP_KDF_fetch(libctx, kdfs[i], "provider=default");
        CU_ASSERT(kdf == NULL);
        kdf = EVP_KDF_fetch(libctx, kdfs[i], "fips=yes");
        CU_ASSERT(kdf == NULL);
    }
    CU_ASSERT(keymgmt != NULL);
    EVP_KEYMGMT_free(keymgmt);
    ERR_clear_error();
    OSSL_LIB_CTX_free(libctx);
}

static void test_contexts_side_by_side_are_independent(void)
{
    OSSL_LIB_CTX *plain = support_context_new(""), *open = support_context_new("legacy = yes\n");
    OSSL_LIB_CTX *strict = support_context_new("require-ems = yes\n");
    OSSL_LIB_CTX *starved = support_context_new("properties = provider=nobody\n");

    for (int round = 0; round < 2; round++) {
        CU_ASSERT(works(plain, NULL));
        CU_ASSERT(works(open, NULL));
        CU_ASSERT(works(strict, NULL));
        CU_ASSERT(!works(starved, NULL));
        ASSERT_RAISED("hash not available");
        CU_ASSERT(support_provider_status(plain, "legacy") == 0);
        CU_ASSERT(support_provider_status(open, "legacy") == 1);
        CU_ASSERT(support_provider_status(strict, "require-ems") == 1);
        CU_ASSERT(support_provider_status(open, "require-ems") == 0);
    }
    /* What remains goes on working when others end. */
    OSSL_LIB_CTX_free(open);
    CU_ASSERT(works(plain, NULL));
    OSSL_LIB_CTX_free(starved);
    OSSL_LIB_CTX_free(plain);
    CU_ASSERT(works(strict, NULL));
    OSSL_LIB_CTX_free(strict);
}

static void test_provider_can_be_loaded_again(void)
{
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *hashes = OSSL_PROVIDER_load(libctx, "default");

    for (int i = 0; i < RELOADS; i++) {
        OSSL_PROVIDER *provider = OSSL_PROVIDER_load(libctx, SSLPROVIDER_NAME);
        EVP_PKEY *key;

        CU_ASSERT_FATAL(provider != NULL);
        CU_ASSERT(works(libctx, NULL));
        key = support_master_key(libctx, secret, "client");
        CU_ASSERT(key != NULL);
        EVP_PKEY_free(key);
        CU_ASSERT(OSSL_PROVIDER_unload(provider) == 1);
        CU_ASSERT(OSSL_PROVIDER_available(libctx, SSLPROVIDER_NAME) == 0);
    }
    OSSL_PROVIDER_unload(hashes);
    OSSL_LIB_CTX_free(libctx);
    for (int i = 0; i < RELOADS; i++) {
        libctx = support_context_new(i % 2 == 0 ? "" : "legacy = yes\n");
        CU_ASSERT(works(libctx, NULL));
        CU_ASSERT(support_provider_status(libctx, "legacy") == i % 2);
        OSSL_LIB_CTX_free(libctx);
    }
}

/* An algorithm that is still held keeps the provider alive after it was unloaded. */
static void test_algorithm_outlives_unload(void)
{
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *hashes = OSSL_PROVIDER_load(libctx, "default");
    OSSL_PROVIDER *provider = OSSL_PROVIDER_load(libctx, SSLPROVIDER_NAME);
    EVP_KDF *kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    uint8_t out[GCM_BLOCK_LEN];

    CU_ASSERT(support_derive(kdf, valid_inputs(NULL), out, sizeof(out)));
    OSSL_PROVIDER_unload(provider);
    memset(out, 0, sizeof(out));
    CU_ASSERT(support_derive(kdf, valid_inputs(NULL), out, sizeof(out)));
    CU_ASSERT(memcmp(out, expected, sizeof(out)) == 0);
    EVP_KDF_free(kdf);
    OSSL_PROVIDER_unload(hashes);
    OSSL_LIB_CTX_free(libctx);
}

/* Alone in its context, the provider takes hashes from a context of its own; but a property query
 * is a policy, which such hashes would get around. */
static void test_fallback_context_serves_only_without_a_query(void)
{
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *provider = OSSL_PROVIDER_load(libctx, SSLPROVIDER_NAME);

    CU_ASSERT_FATAL(provider != NULL);
    CU_ASSERT(OSSL_PROVIDER_available(libctx, "default") == 0);
    CU_ASSERT(works(libctx, NULL));
    CU_ASSERT(support_nothing_raised());
    CU_ASSERT(!works(libctx, "provider=default"));
    ASSERT_RAISED("hash not available");
    CU_ASSERT(!works(libctx, "?fips=yes"));
    ASSERT_RAISED("hash not available");
    CU_ASSERT(works(libctx, NULL));
    CU_ASSERT(OSSL_PROVIDER_available(libctx, "default") == 0);
    CU_ASSERT(OSSL_PROVIDER_self_test(provider) == 1);
    OSSL_PROVIDER_unload(provider);
    OSSL_LIB_CTX_free(libctx);
}

/* A provider with the hash that is loaded later is found, under a query too. */
static void test_hashes_that_are_loaded_later_are_used(void)
{
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *provider = OSSL_PROVIDER_load(libctx, SSLPROVIDER_NAME), *hashes;

    CU_ASSERT(!works(libctx, "provider=default"));
    ASSERT_RAISED("hash not available");
    hashes = OSSL_PROVIDER_load(libctx, "default");
    CU_ASSERT(works(libctx, "provider=default"));
    CU_ASSERT(works(libctx, NULL));
    OSSL_PROVIDER_unload(hashes);
    OSSL_PROVIDER_unload(provider);
    OSSL_LIB_CTX_free(libctx);
}

static void *use_contexts(void *argument)
{
    bool *ok = argument;

    for (int i = 0; i < CONTEXTS_A_THREAD; i++) {
        OSSL_LIB_CTX *libctx = support_context_new("");

        *ok = libctx != NULL && works(libctx, NULL) && *ok;
        OSSL_LIB_CTX_free(libctx);
    }
    return NULL;
}

static void test_threads_use_contexts_of_their_own(void)
{
    pthread_t threads[THREADS];
    bool ok[THREADS];

    for (size_t i = 0; i < THREADS; i++) {
        ok[i] = true;
        CU_ASSERT_FATAL(pthread_create(&threads[i], NULL, use_contexts, &ok[i]) == 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        CU_ASSERT(ok[i]);
    }
}

static int initialize(void)
{
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();
    uint64_t state = UINT64_C(0xC0117EC5);
    bool ok;

    support_fill(&state, secret, sizeof(secret));
    support_fill(&state, random_bytes, sizeof(random_bytes));
    ok = support_default_prf(libctx, "SHA2-256", secret, sizeof(secret), "key expansion",
        random_bytes, random_bytes, SUPPORT_RANDOM_LEN, expected, sizeof(expected));
    OSSL_LIB_CTX_free(libctx);
    return ok ? 0 : 1;
}

int main(void)
{
    /* Every loaded provider takes one of the 127 numbers that OpenSSL has for the reasons of
     * libraries it does not know: the tests that use them up come last, and look at no reason. */
    static const struct named_test tests[] = {
        TEST(test_provider_describes_itself),
        TEST(test_property_query_selects_the_provider),
        TEST(test_contexts_side_by_side_are_independent),
        TEST(test_algorithm_outlives_unload),
        TEST(test_fallback_context_serves_only_without_a_query),
        TEST(test_hashes_that_are_loaded_later_are_used),
        TEST(test_provider_can_be_loaded_again),
        TEST(test_threads_use_contexts_of_their_own),
    };

    return RUN_TESTS("contexts", initialize, NULL, tests);
}
