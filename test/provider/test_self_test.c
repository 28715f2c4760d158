/* SPDX-License-Identifier: Apache-2.0
 *
 * The self-tests: a hash that computes wrongly closes the provider at its first use, and
 * one that begins to do so later closes it when the self-test is run again.
 */
#include "support.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <string.h>

#define GCM_SUITE "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
#define CLOSED    "self-test failed, the provider is closed"

enum { GCM_BLOCK_LEN = 40 };

static uint8_t secret[SUPPORT_MASTER_LEN], random_bytes[SUPPORT_RANDOM_LEN];

static struct support_inputs valid_inputs(void)
{
    return (struct support_inputs){.protocol = "TLSv1.2",
        .suite = GCM_SUITE,
        .secret = secret,
        .secret_len = sizeof(secret),
        .client_random = random_bytes,
        .server_random = random_bytes};
}

/* A context where sslprovider takes its hashes from the provider of the test alone. */
struct subject {
    OSSL_LIB_CTX *libctx;
    OSSL_PROVIDER *hash, *provider;
    EVP_KDF *session, *master;
};

static struct subject subject_new(const char *options)
{
    struct subject subject = {.libctx = OSSL_LIB_CTX_new()};

    CU_ASSERT_FATAL(OSSL_PROVIDER_add_builtin(
                        subject.libctx, SUPPORT_HASH_PROVIDER, support_hash_provider_init) == 1);
    subject.hash = OSSL_PROVIDER_load(subject.libctx, SUPPORT_HASH_PROVIDER);
    CU_ASSERT_FATAL(subject.hash != NULL && support_load_config(subject.libctx, options) == 1);
    subject.provider = OSSL_PROVIDER_try_load(subject.libctx, SSLPROVIDER_NAME, 1);
    subject.session =
        EVP_KDF_fetch(subject.libctx, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    subject.master =
        EVP_KDF_fetch(subject.libctx, SSLPROVIDER_KDF_MASTER_KEY, SSLPROVIDER_PROPERTY);
    CU_ASSERT_FATAL(subject.provider != NULL && subject.session != NULL && subject.master != NULL);
    return subject;
}

static void subject_free(struct subject *subject)
{
    EVP_KDF_free(subject->session);
    EVP_KDF_free(subject->master);
    OSSL_PROVIDER_unload(subject->provider);
    OSSL_PROVIDER_unload(subject->hash);
    OSSL_LIB_CTX_free(subject->libctx);
}

static const char test_hash_options[] = "properties = " SUPPORT_HASH_QUERY "\n";

static bool derives(EVP_KDF *kdf, size_t len)
{
    uint8_t out[64];

    return support_derive(kdf, valid_inputs(), out, len);
}

/* Nothing works any more, and everything says why. */
static void expect_closed(const struct subject *subject)
{
    CU_ASSERT(support_provider_status(subject->libctx, "status") == 0);
    CU_ASSERT(!derives(subject->session, GCM_BLOCK_LEN));
    ASSERT_RAISED(CLOSED);
    CU_ASSERT(!derives(subject->master, SUPPORT_MASTER_LEN));
    ASSERT_RAISED(CLOSED);
    CU_ASSERT(support_master_key(subject->libctx, secret, "client") == NULL);
    ERR_clear_error();
    CU_ASSERT(OSSL_PROVIDER_self_test(subject->provider) == 0);
    ASSERT_RAISED(CLOSED);
    CU_ASSERT(support_provider_status(subject->libctx, "status") == 0);
}

static void test_wrong_hash_disables_the_provider_at_first_use(void)
{
    struct subject subject = subject_new(test_hash_options);
    EVP_KDF *kdf;

    support_set_fault(SUPPORT_WRONG_DIGEST);
    CU_ASSERT(support_provider_status(subject.libctx, "status") == 1);
    CU_ASSERT(!derives(subject.session, GCM_BLOCK_LEN));
    ASSERT_RAISED(CLOSED);
    expect_closed(&subject);
    /* It stays closed when the hash is right again. */
    support_set_fault(SUPPORT_NO_FAULT);
    expect_closed(&subject);
    /* Algorithms that nobody fetched before are not to be had at all, or are closed too. */
    kdf = EVP_KDF_fetch(subject.libctx, SSLPROVIDER_KDF_SESSION_KEYS, "provider=sslprovider");
    CU_ASSERT(kdf == NULL || EVP_KDF_CTX_new(kdf) == NULL);
    EVP_KDF_free(kdf);
    ERR_clear_error();
    subject_free(&subject);
}

/* The first use may be any: here it is a key object. */
static void test_wrong_hash_refuses_key_objects(void)
{
    struct subject subject = subject_new(test_hash_options);

    support_set_fault(SUPPORT_WRONG_DIGEST);
    CU_ASSERT(support_master_key(subject.libctx, secret, "client") == NULL);
    ASSERT_RAISED(CLOSED);
    expect_closed(&subject);
    support_set_fault(SUPPORT_NO_FAULT);
    subject_free(&subject);
}

/* A hash that fails outright has given no known answer, so nothing is derived with it. */
static void test_failing_hash_gives_no_output(void)
{
    struct subject subject = subject_new(test_hash_options);

    support_set_fault(SUPPORT_FAILING_DIGEST);
    CU_ASSERT(!derives(subject.session, GCM_BLOCK_LEN));
    CU_ASSERT(!derives(subject.master, SUPPORT_MASTER_LEN));
    CU_ASSERT(support_master_key(subject.libctx, secret, "client") == NULL);
    CU_ASSERT(OSSL_PROVIDER_self_test(subject.provider) == 0);
    support_set_fault(SUPPORT_NO_FAULT);
    ERR_clear_error();
    subject_free(&subject);
}

static void test_openssl_self_test_reports_the_same(void)
{
    struct subject wrong = subject_new(test_hash_options), good = subject_new("");

    CU_ASSERT(OSSL_PROVIDER_self_test(good.provider) == 1);
    CU_ASSERT(OSSL_PROVIDER_self_test(good.provider) == 1);
    CU_ASSERT(derives(good.session, GCM_BLOCK_LEN));
    CU_ASSERT(derives(good.master, SUPPORT_MASTER_LEN));
    CU_ASSERT(OSSL_PROVIDER_self_test(good.provider) == 1);
    CU_ASSERT(support_provider_status(good.libctx, "status") == 1);

    support_set_fault(SUPPORT_WRONG_DIGEST);
    CU_ASSERT(OSSL_PROVIDER_self_test(wrong.provider) == 0);
    ASSERT_RAISED(CLOSED);
    expect_closed(&wrong);
    /* Other contexts have hashes of their own. */
    CU_ASSERT(OSSL_PROVIDER_self_test(good.provider) == 1);
    CU_ASSERT(derives(good.session, GCM_BLOCK_LEN));
    support_set_fault(SUPPORT_NO_FAULT);
    subject_free(&wrong);
    subject_free(&good);
}

/* What was made before the failure is closed as well: contexts, copies and key objects. */
static void test_later_failure_disables_open_contexts(void)
{
    struct subject subject = subject_new(test_hash_options);
    EVP_PKEY *key = support_master_key(subject.libctx, secret, "client");
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(subject.session);
    struct support_inputs inputs = {.client_random = random_bytes, .server_random = random_bytes};
    struct support_params params;
    uint8_t out[GCM_BLOCK_LEN];

    CU_ASSERT_FATAL(key != NULL && ctx != NULL);
    inputs.handle = support_handle_of(key);
    support_list_inputs(&params, &inputs);
    CU_ASSERT(EVP_KDF_derive(ctx, out, sizeof(out), params.list) == 1);
    CU_ASSERT(OSSL_PROVIDER_self_test(subject.provider) == 1);
    support_set_fault(SUPPORT_WRONG_DIGEST);
    CU_ASSERT(OSSL_PROVIDER_self_test(subject.provider) == 0);
    ASSERT_RAISED(CLOSED);
    support_set_fault(SUPPORT_NO_FAULT);
    CU_ASSERT(EVP_KDF_derive(ctx, out, sizeof(out), NULL) != 1);
    ASSERT_RAISED(CLOSED);
    CU_ASSERT(EVP_KDF_CTX_dup(ctx) == NULL);
    ASSERT_RAISED(CLOSED);
    CU_ASSERT(EVP_PKEY_dup(key) == NULL);
    ERR_clear_error();
    expect_closed(&subject);
    EVP_KDF_CTX_free(ctx);
    EVP_PKEY_free(key);
    subject_free(&subject);
}

static int initialize(void)
{
    uint64_t state = UINT64_C(0x5E1F7E57);

    support_fill(&state, secret, sizeof(secret));
    support_fill(&state, random_bytes, sizeof(random_bytes));
    return 0;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_wrong_hash_disables_the_provider_at_first_use),
        TEST(test_wrong_hash_refuses_key_objects),
        TEST(test_failing_hash_gives_no_output),
        TEST(test_openssl_self_test_reports_the_same),
        TEST(test_later_failure_disables_open_contexts),
    };

    return RUN_TESTS("self-test", initialize, NULL, tests);
}
