/* SPDX-License-Identifier: Apache-2.0
 *
 * The default property query of the application's context holds for the hashes of the provider too
 * (EVP_set_default_properties(3)): where it keeps a hash away, there is no derivation, and above
 * all none with a hash from elsewhere.
 */
#include "support.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/provider.h>
#include <string.h>

#define CBC_SUITE     "TLS_RSA_WITH_AES_128_CBC_SHA"
#define OUR_KDF_QUERY "-fips,provider=sslprovider"

enum { BLOCK_LEN = 72 };

static OSSL_LIB_CTX *plain; /* without a query: the reference */
static uint8_t secret[SUPPORT_MASTER_LEN], client_random[SUPPORT_RANDOM_LEN],
    server_random[SUPPORT_RANDOM_LEN];

static struct support_inputs inputs_of(const char *protocol, const char *digest)
{
    return (struct support_inputs){.protocol = protocol,
        .suite = protocol == NULL ? NULL : CBC_SUITE,
        .digest = digest,
        .secret = secret,
        .secret_len = sizeof(secret),
        .client_random = client_random,
        .server_random = server_random};
}

static void refuse(EVP_KDF *kdf, struct support_inputs inputs)
{
    static const uint8_t zeros[BLOCK_LEN];
    uint8_t out[BLOCK_LEN];

    memset(out, 0xA5, sizeof(out));
    CU_ASSERT(!support_derive(kdf, inputs, out, sizeof(out)));
    ASSERT_RAISED("hash not available");
    CU_ASSERT(memcmp(out, zeros, sizeof(out)) == 0);
}

/* No hash of `default` has the property fips=yes. */
static void refuse_all(EVP_KDF *kdf)
{
    refuse(kdf, inputs_of(NULL, "MD5-SHA1"));
    refuse(kdf, inputs_of(NULL, "SHA2-256"));
    refuse(kdf, inputs_of(NULL, "SHA2-512"));
    refuse(kdf, inputs_of("TLSv1", NULL));
    refuse(kdf, inputs_of("TLSv1.2", NULL));
}

static void agree(EVP_KDF *kdf, struct support_inputs inputs, const char *by)
{
    uint8_t expected[BLOCK_LEN], out[BLOCK_LEN];

    CU_ASSERT_FATAL(support_default_prf(plain, by, secret, sizeof(secret), "key expansion",
        server_random, client_random, SUPPORT_RANDOM_LEN, expected, sizeof(expected)));
    CU_ASSERT(support_derive(kdf, inputs, out, sizeof(out)));
    CU_ASSERT(memcmp(out, expected, sizeof(out)) == 0);
    CU_ASSERT(support_nothing_raised());
}

static void agree_all(EVP_KDF *kdf)
{
    agree(kdf, inputs_of(NULL, "MD5-SHA1"), "MD5-SHA1");
    agree(kdf, inputs_of(NULL, "SHA2-512"), "SHA2-512");
    agree(kdf, inputs_of("TLSv1", NULL), "MD5-SHA1");
    agree(kdf, inputs_of("TLSv1.2", NULL), "SHA2-256");
}

/* The query is merged with that of each fetch, so that it has to be taken out to find us. */
static EVP_KDF *fetch_kdf(OSSL_LIB_CTX *libctx)
{
    EVP_KDF *kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);

    CU_ASSERT(kdf == NULL);
    EVP_KDF_free(kdf);
    ERR_clear_error();
    kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_SESSION_KEYS, OUR_KDF_QUERY);
    CU_ASSERT_FATAL(kdf != NULL);
    return kdf;
}

static void test_query_set_before_first_use_is_honoured(void)
{
    OSSL_LIB_CTX *libctx = support_context_new("");
    EVP_KDF *kdf;

    CU_ASSERT_FATAL(libctx != NULL && EVP_set_default_properties(libctx, "fips=yes") == 1);
    kdf = fetch_kdf(libctx);
    refuse_all(kdf);
    /* That hashes are kept away is no failed self-test: the provider works as soon as it may. */
    CU_ASSERT(support_provider_status(libctx, "status") == 1);
    CU_ASSERT(EVP_set_default_properties(libctx, "") == 1);
    agree_all(kdf);
    EVP_KDF_free(kdf);
    OSSL_LIB_CTX_free(libctx);
}

/* A query that comes later holds for what is fetched later: a hash named for the first time. */
static void test_query_set_after_first_use_is_honoured(void)
{
    OSSL_LIB_CTX *libctx = support_context_new("");
    EVP_KDF *kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);

    CU_ASSERT_FATAL(kdf != NULL);
    agree_all(kdf);
    CU_ASSERT(EVP_set_default_properties(libctx, "fips=yes") == 1);
    refuse(kdf, inputs_of(NULL, "SHA2-224"));
    refuse(kdf, inputs_of(NULL, "SHA3-256"));
    agree_all(kdf);
    EVP_KDF_free(kdf);
    OSSL_LIB_CTX_free(libctx);
}

/* The provider's own query is merged with the application's, and replaces none of it. */
static void test_properties_parameter_does_not_evade_the_default_query(void)
{
    OSSL_LIB_CTX *libctx = support_context_new("properties = provider=default\n");
    struct support_inputs inputs = inputs_of("TLSv1.2", NULL);
    EVP_KDF *kdf;

    CU_ASSERT_FATAL(libctx != NULL && EVP_set_default_properties(libctx, "fips=yes") == 1);
    kdf = fetch_kdf(libctx);
    refuse_all(kdf);
    inputs.properties = "provider=default";
    refuse(kdf, inputs);
    /* A caller may lift the query for one derivation, as for any fetch. */
    inputs.properties = "-fips";
    agree(kdf, inputs, "SHA2-256");
    EVP_KDF_free(kdf);
    OSSL_LIB_CTX_free(libctx);
}

/* Without a provider of hashes the query has nothing to choose from. */
static void test_context_without_hashes_uses_the_fallback(void)
{
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *provider = OSSL_PROVIDER_load(libctx, SSLPROVIDER_NAME);
    EVP_KDF *kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);

    CU_ASSERT_FATAL(provider != NULL && kdf != NULL);
    agree_all(kdf);
    EVP_KDF_free(kdf);
    OSSL_PROVIDER_unload(provider);
    OSSL_LIB_CTX_free(libctx);
}

/* But a demand for validated hashes is not met from elsewhere, however late it comes. */
static void test_fips_query_disables_the_fallback(void)
{
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *provider = OSSL_PROVIDER_load(libctx, SSLPROVIDER_NAME);
    EVP_KDF *kdf;

    CU_ASSERT_FATAL(provider != NULL && EVP_set_default_properties(libctx, "fips=yes") == 1);
    kdf = fetch_kdf(libctx);
    refuse_all(kdf);
    CU_ASSERT(EVP_set_default_properties(libctx, "") == 1);
    agree_all(kdf);
    CU_ASSERT(EVP_set_default_properties(libctx, "fips=yes") == 1);
    refuse(kdf, inputs_of(NULL, "SHA2-512"));
    EVP_KDF_free(kdf);
    OSSL_PROVIDER_unload(provider);
    OSSL_LIB_CTX_free(libctx);
}

static int initialize(void)
{
    uint64_t state = UINT64_C(0xDEFA17);

    support_fill(&state, secret, sizeof(secret));
    support_fill(&state, client_random, sizeof(client_random));
    support_fill(&state, server_random, sizeof(server_random));
    plain = support_context_new("");
    return plain == NULL;
}

static int clean_up(void)
{
    OSSL_LIB_CTX_free(plain);
    return 0;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_query_set_before_first_use_is_honoured),
        TEST(test_query_set_after_first_use_is_honoured),
        TEST(test_properties_parameter_does_not_evade_the_default_query),
        TEST(test_context_without_hashes_uses_the_fallback),
        TEST(test_fips_query_disables_the_fallback),
    };

    return RUN_TESTS("default properties", initialize, clean_up, tests);
}
