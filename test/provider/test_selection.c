/* SPDX-License-Identifier: Apache-2.0
 *
 * Which provider a KDF comes from, by the default query of the context and the query of the fetch.
 * A query of the fetch replaces what the default one says of the same property, so a program that
 * passes one on `provider` leaves a default query on another property as it is.
 */
#include "support.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <string.h>

#define BY_KDF      "?" SSLPROVIDER_KDF_PROPERTY
#define BY_PROVIDER "?" SSLPROVIDER_PROPERTY

static OSSL_LIB_CTX *libctx; /* with `default` before sslprovider, as the manual shows it */

/* A case: the default query, the query of the fetch, and the provider that serves. */
struct selection {
    const char *by_default, *fetched, *provider;
};

static const char *const drop_ins[] = {
    "TLS1-PRF", "TLS13-KDF", "HKDF", "HKDF-SHA256", "HKDF-SHA384", "HKDF-SHA512", NULL};

static bool is_served_by(const char *name, const char *query, const char *provider)
{
    EVP_KDF *kdf = EVP_KDF_fetch(libctx, name, query);
    const bool right =
        kdf != NULL && strcmp(OSSL_PROVIDER_get0_name(EVP_KDF_get0_provider(kdf)), provider) == 0;

    EVP_KDF_free(kdf);
    return right;
}

/* HKDF-SHA256 and its like are there from OpenSSL 3.6 on. */
static bool is_known(const char *name)
{
    const bool known = is_served_by(name, "provider=default", "default");

    ERR_clear_error();
    return known;
}

static void check_drop_ins(const struct selection *selection)
{
    CU_ASSERT_FATAL(EVP_set_default_properties(libctx, selection->by_default) == 1);
    for (size_t i = 0; drop_ins[i] != NULL; i++) {
        const bool right = !is_known(drop_ins[i]) ||
            is_served_by(drop_ins[i], selection->fetched, selection->provider);

        CU_ASSERT(right);
        if (!right)
            fprintf(stderr, "%s, default \"%s\", fetched with \"%s\": not from %s\n", drop_ins[i],
                selection->by_default, selection->fetched == NULL ? "" : selection->fetched,
                selection->provider);
    }
    CU_ASSERT(EVP_set_default_properties(libctx, "") == 1);
    CU_ASSERT(support_nothing_raised());
}

static void test_default_query_on_our_property_selects_the_kdfs(void)
{
    static const struct selection selections[] = {
        {BY_KDF, NULL, SSLPROVIDER_NAME},
        {BY_KDF, "", SSLPROVIDER_NAME},
        {BY_KDF, "provider!=fips", SSLPROVIDER_NAME}, /* what stunnel passes */
        {BY_KDF, "fips!=yes", SSLPROVIDER_NAME},
        {BY_KDF, "?fips=yes", SSLPROVIDER_NAME},
        {BY_KDF, "-fips", SSLPROVIDER_NAME},
        /* Who names another provider, or takes the property back, gets another one. */
        {BY_KDF, "provider=default", "default"},
        {BY_KDF, "provider!=sslprovider", "default"},
        {BY_KDF, "sslprovider.kdf!=yes", "default"},
        {BY_KDF, "-sslprovider.kdf", "default"},
    };

    for (size_t i = 0; i < sizeof(selections) / sizeof(selections[0]); i++)
        check_drop_ins(&selections[i]);
}

static void test_default_query_on_the_provider_selects_the_kdfs(void)
{
    static const struct selection selections[] = {
        {BY_PROVIDER, NULL, SSLPROVIDER_NAME},
        {BY_PROVIDER, "fips!=yes", SSLPROVIDER_NAME},
        /* The query of the fetch takes the place of the default one. */
        {BY_PROVIDER, "provider!=fips", "default"},
        {BY_PROVIDER "," BY_KDF, "provider!=fips", SSLPROVIDER_NAME},
    };

    for (size_t i = 0; i < sizeof(selections) / sizeof(selections[0]); i++)
        check_drop_ins(&selections[i]);
}

static void test_query_of_a_fetch_selects_the_kdf(void)
{
    static const struct selection selections[] = {
        {"", NULL, "default"},
        {"", "fips!=yes", "default"},
        {"", SSLPROVIDER_PROPERTY, SSLPROVIDER_NAME},
        {"", BY_PROVIDER, SSLPROVIDER_NAME},
        {"", SSLPROVIDER_KDF_PROPERTY, SSLPROVIDER_NAME},
        {"", BY_KDF, SSLPROVIDER_NAME},
    };

    for (size_t i = 0; i < sizeof(selections) / sizeof(selections[0]); i++)
        check_drop_ins(&selections[i]);
}

/* The KDFs that no other provider has are found by either property, and with neither. */
static void test_own_kdfs_need_no_query(void)
{
    static const char *const names[] = {SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_KDF_MASTER_KEY,
        SSLPROVIDER_KDF_FINISHED, SSLPROVIDER_KDF_KEYING_MATERIAL, SSLPROVIDER_KDF_TRAFFIC_SECRET};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        CU_ASSERT(is_served_by(names[i], NULL, SSLPROVIDER_NAME));
        CU_ASSERT(is_served_by(names[i], SSLPROVIDER_PROPERTY, SSLPROVIDER_NAME));
        CU_ASSERT(is_served_by(names[i], SSLPROVIDER_KDF_PROPERTY, SSLPROVIDER_NAME));
    }
    CU_ASSERT(support_nothing_raised());
}

/* What sslprovider does not have comes from elsewhere. */
static void test_other_algorithms_come_from_default(void)
{
    EVP_MD *hash;

    CU_ASSERT_FATAL(EVP_set_default_properties(libctx, BY_KDF) == 1);
    hash = EVP_MD_fetch(libctx, "SHA2-256", NULL);
    CU_ASSERT_FATAL(hash != NULL);
    CU_ASSERT_STRING_EQUAL(OSSL_PROVIDER_get0_name(EVP_MD_get0_provider(hash)), "default");
    EVP_MD_free(hash);
    CU_ASSERT(is_served_by("PBKDF2", NULL, "default"));
    CU_ASSERT(EVP_set_default_properties(libctx, "") == 1);
    CU_ASSERT(support_nothing_raised());
}

static int initialize(void)
{
    libctx = support_context_new("");
    return libctx == NULL;
}

static int clean_up(void)
{
    OSSL_LIB_CTX_free(libctx);
    return 0;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_default_query_on_our_property_selects_the_kdfs),
        TEST(test_default_query_on_the_provider_selects_the_kdfs),
        TEST(test_query_of_a_fetch_selects_the_kdf),
        TEST(test_own_kdfs_need_no_query),
        TEST(test_other_algorithms_come_from_default),
    };

    return RUN_TESTS("selection", initialize, clean_up, tests);
}
