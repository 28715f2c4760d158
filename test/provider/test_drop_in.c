/* SPDX-License-Identifier: Apache-2.0
 *
 * The drop-in KDFs apart from what they compute: the lists of their parameters, their getters, the
 * limits that they do not have, whose hash they use, and who is taken when nobody is selected.
 */
#include "support.h"
#include "support/context.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <string.h>

enum { OUT_LEN = 40, LONG_LEN = 40000 };

static const char *const names[] = {
    "TLS1-PRF", "TLS13-KDF", "HKDF", "HKDF-SHA256", "HKDF-SHA384", "HKDF-SHA512"};

enum { NAMES = sizeof(names) / sizeof(names[0]) };

static uint8_t bytes[LONG_LEN];

/* NULL where this OpenSSL has no such KDF. */
static EVP_KDF *fetch(const char *name, const char *query)
{
    EVP_KDF *kdf = EVP_KDF_fetch(libctx, name, query);

    ERR_clear_error();
    return kdf;
}

static EVP_KDF_CTX *context_of(const char *name)
{
    EVP_KDF *kdf = fetch(name, SSLPROVIDER_PROPERTY);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);

    CU_ASSERT_FATAL(ctx != NULL);
    EVP_KDF_free(kdf);
    return ctx;
}

static void add_inputs(struct support_params *params, const char *digest, const char *item)
{
    support_add_text(params, OSSL_KDF_PARAM_DIGEST, digest);
    support_add_octets(params, OSSL_KDF_PARAM_SECRET, bytes, 48);
    support_add_octets(params, OSSL_KDF_PARAM_KEY, bytes, 48);
    support_add_octets(params, item, bytes + 48, 64);
}

/* --- Offer and selection -----------------------------------------------------------------------
 */

static void test_names_equal_those_of_default(void)
{
    for (size_t i = 0; i < NAMES; i++) {
        EVP_KDF *theirs = fetch(names[i], "provider=default");
        EVP_KDF *ours = fetch(names[i], SSLPROVIDER_PROPERTY);

        CU_ASSERT_EQUAL(theirs == NULL, ours == NULL);
        EVP_KDF_free(theirs);
        EVP_KDF_free(ours);
    }
}

static const char *provider_taken(OSSL_LIB_CTX *from, const char *query)
{
    EVP_KDF *kdf = EVP_KDF_fetch(from, "TLS1-PRF", query);
    const char *name = kdf == NULL ? "none" : OSSL_PROVIDER_get0_name(EVP_KDF_get0_provider(kdf));

    EVP_KDF_free(kdf);
    return name;
}

static void test_drop_ins_serve_only_when_selected(void)
{
    OSSL_LIB_CTX *selected = support_context_new("");

    CU_ASSERT_STRING_EQUAL(provider_taken(libctx, NULL), "default");
    CU_ASSERT_STRING_EQUAL(provider_taken(libctx, "?" SSLPROVIDER_PROPERTY), SSLPROVIDER_NAME);
    CU_ASSERT_FATAL(EVP_set_default_properties(selected, "?" SSLPROVIDER_PROPERTY) == 1);
    CU_ASSERT_STRING_EQUAL(provider_taken(selected, NULL), SSLPROVIDER_NAME);
    CU_ASSERT_STRING_EQUAL(provider_taken(selected, "provider=default"), "default");
    OSSL_LIB_CTX_free(selected);
}

/* --- Parameters --------------------------------------------------------------------------------
 */

static bool lists(const OSSL_PARAM *list, const OSSL_PARAM *wanted)
{
    for (; list->key != NULL; list++) {
        if (strcmp(list->key, wanted->key) == 0 && list->data_type == wanted->data_type)
            return true;
    }
    return false;
}

/* Whether all of one list are on the other, but for an exception. */
static bool covers(const OSSL_PARAM *list, const OSSL_PARAM *wanted, const char *but)
{
    for (; wanted->key != NULL; wanted++) {
        if (strcmp(wanted->key, but) != 0 && !lists(list, wanted))
            return false;
    }
    return true;
}

static void test_parameters_equal_those_of_default(void)
{
    for (size_t i = 0; i < NAMES; i++) {
        EVP_KDF *theirs = fetch(names[i], "provider=default");
        EVP_KDF *ours = fetch(names[i], SSLPROVIDER_PROPERTY);
        const bool is_tls13 = strcmp(names[i], "TLS13-KDF") == 0;

        if (theirs == NULL)
            continue;
        CU_ASSERT_FATAL(ours != NULL);
        CU_ASSERT(
            covers(EVP_KDF_settable_ctx_params(ours), EVP_KDF_settable_ctx_params(theirs), "none"));
        CU_ASSERT(
            covers(EVP_KDF_settable_ctx_params(theirs), EVP_KDF_settable_ctx_params(ours), "none"));
        CU_ASSERT(covers(EVP_KDF_gettable_ctx_params(ours), EVP_KDF_gettable_ctx_params(theirs),
            is_tls13 ? OSSL_KDF_PARAM_SALT : "none"));
        EVP_KDF_free(theirs);
        EVP_KDF_free(ours);
    }
}

static void test_getters_of_hkdf_agree_with_default(void)
{
    EVP_KDF_CTX *ctx = context_of("HKDF");
    struct support_params params = {.count = 0};
    int mode = -1, extract_only = EVP_KDF_HKDF_MODE_EXTRACT_ONLY;
    char digest[20] = "", mode_name[20] = "";
    uint8_t salt[20] = {0}, info[80] = {0};
    size_t size = 0;
    OSSL_PARAM wanted[] = {
        OSSL_PARAM_construct_size_t(OSSL_KDF_PARAM_SIZE, &size),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, sizeof(digest)),
        OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt, sizeof(salt)),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, sizeof(info)),
        OSSL_PARAM_construct_end(),
    };
    OSSL_PARAM wanted_name[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MODE, mode_name, sizeof(mode_name)),
        OSSL_PARAM_construct_end(),
    };

    /* Neither a digest nor the size of an extraction is there yet. */
    CU_ASSERT(EVP_KDF_CTX_get_params(ctx, wanted) != 1);
    ASSERT_RAISED("missing message digest");
    add_inputs(&params, "SHA2-384", OSSL_KDF_PARAM_INFO);
    support_add_octets(&params, OSSL_KDF_PARAM_SALT, bytes + 200, 10);
    support_add_int(&params, OSSL_KDF_PARAM_MODE, &extract_only);
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
    CU_ASSERT(EVP_KDF_CTX_get_params(ctx, wanted) == 1);
    CU_ASSERT(size == 48 && mode == extract_only);
    CU_ASSERT_STRING_EQUAL(digest, "SHA2-384");
    CU_ASSERT(wanted[3].return_size == 10 && memcmp(salt, bytes + 200, 10) == 0);
    CU_ASSERT(wanted[4].return_size == 64 && memcmp(info, bytes + 48, 64) == 0);
    CU_ASSERT(EVP_KDF_CTX_get_params(ctx, wanted_name) == 1);
    CU_ASSERT_STRING_EQUAL(mode_name, "EXTRACT_ONLY");
    EVP_KDF_CTX_reset(ctx);
    CU_ASSERT(EVP_KDF_CTX_get_kdf_size(ctx) == SIZE_MAX);
    EVP_KDF_CTX_free(ctx);
}

static void test_salt_of_tls13_is_not_readable(void)
{
    EVP_KDF_CTX *ctx = context_of("TLS13-KDF");
    struct support_params params = {.count = 0};
    uint8_t salt[48] = {0};
    OSSL_PARAM wanted[] = {
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt, sizeof(salt)),
        OSSL_PARAM_construct_end(),
    };

    support_add_text(&params, OSSL_KDF_PARAM_MODE, "EXTRACT_ONLY");
    support_add_octets(&params, OSSL_KDF_PARAM_SALT, bytes, sizeof(salt));
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
    (void)EVP_KDF_CTX_get_params(ctx, wanted);
    CU_ASSERT(!OSSL_PARAM_modified(&wanted[0]));
    CU_ASSERT(salt[0] == 0 && memcmp(salt, salt + 1, sizeof(salt) - 1) == 0);
    EVP_KDF_CTX_free(ctx);
}

/* Every call refuses it, and the KDF keeps its own digest. */
static void test_kdf_with_a_digest_in_its_name_refuses_another(void)
{
    EVP_KDF *kdf = fetch("HKDF-SHA256", SSLPROVIDER_PROPERTY);
    EVP_KDF_CTX *ctx = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
    struct support_params digest = {.count = 0}, params = {.count = 0}, named = {.count = 0};
    uint8_t expected[OUT_LEN], out[OUT_LEN];
    EVP_KDF_CTX *hkdf;

    EVP_KDF_free(kdf);
    if (ctx == NULL)
        return;
    support_add_text(&digest, OSSL_KDF_PARAM_DIGEST, "SHA2-512");
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, digest.list) != 1);
    ASSERT_RAISED("digest cannot be chosen");
    add_inputs(&params, NULL, OSSL_KDF_PARAM_INFO);
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
    CU_ASSERT(EVP_KDF_derive(ctx, out, sizeof(out), digest.list) != 1);
    ASSERT_RAISED("digest cannot be chosen");
    CU_ASSERT(EVP_KDF_derive(ctx, out, sizeof(out), NULL) == 1);
    hkdf = context_of("HKDF");
    add_inputs(&named, "SHA2-256", OSSL_KDF_PARAM_INFO);
    CU_ASSERT(EVP_KDF_derive(hkdf, expected, sizeof(expected), named.list) == 1);
    CU_ASSERT(memcmp(out, expected, sizeof(out)) == 0);
    EVP_KDF_CTX_free(hkdf);
    EVP_KDF_CTX_free(ctx);
}

/* --- Limits ------------------------------------------------------------------------------------
 */

/* The same octets whole and in parts; a list holds so many parts. */
static void derive_from_parts(
    const char *name, const char *item, size_t len, size_t parts, uint8_t out[OUT_LEN])
{
    EVP_KDF_CTX *ctx = context_of(name);
    struct support_params params = {.count = 0};

    add_inputs(&params, "SHA2-256", "unknown");
    for (size_t i = 0; i < parts; i++) {
        const size_t begin = len * i / parts, end = len * (i + 1) / parts;

        support_add_octets(&params, item, bytes + begin, end - begin);
    }
    CU_ASSERT(EVP_KDF_derive(ctx, out, OUT_LEN, params.list) == 1);
    EVP_KDF_CTX_free(ctx);
}

static void check_parts(const char *name, const char *item, size_t len)
{
    uint8_t whole[OUT_LEN], out[OUT_LEN];

    derive_from_parts(name, item, len, 1, whole);
    for (size_t parts = 2; parts <= 10; parts++) {
        derive_from_parts(name, item, len, parts, out);
        CU_ASSERT(memcmp(out, whole, sizeof(out)) == 0);
    }
}

static void test_length_and_parts_are_unlimited(void)
{
    static const size_t lengths[] = {11, 95, 96, 97, 192, 193, 1024, 1025, 3000, LONG_LEN};

    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        check_parts("TLS1-PRF", OSSL_KDF_PARAM_SEED, lengths[i]);
        check_parts("HKDF", OSSL_KDF_PARAM_INFO, lengths[i]);
    }
}

/* --- Hashes ------------------------------------------------------------------------------------
 */

static bool derive(EVP_KDF_CTX *ctx, const char *properties, const char *item, uint8_t *out)
{
    struct support_params params = {.count = 0};

    EVP_KDF_CTX_reset(ctx);
    add_inputs(&params, "SHA2-256", item);
    support_add_text(&params, OSSL_KDF_PARAM_PROPERTIES, properties);
    return EVP_KDF_derive(ctx, out, OUT_LEN, params.list) == 1;
}

/* A hash of another provider is computed by that provider: its faults show. */
static void check_hash_of_provider(const char *name, const char *item)
{
    static const uint8_t zeros[OUT_LEN];
    EVP_KDF_CTX *ctx = context_of(name);
    uint8_t expected[OUT_LEN], out[OUT_LEN];

    CU_ASSERT(derive(ctx, NULL, item, expected));
    CU_ASSERT(derive(ctx, SUPPORT_HASH_QUERY, item, out));
    CU_ASSERT(memcmp(out, expected, sizeof(out)) == 0);
    support_set_fault(SUPPORT_WRONG_DIGEST);
    CU_ASSERT(derive(ctx, SUPPORT_HASH_QUERY, item, out));
    CU_ASSERT(memcmp(out, expected, sizeof(out)) != 0);
    support_set_fault(SUPPORT_FAILING_DIGEST);
    CU_ASSERT(!derive(ctx, SUPPORT_HASH_QUERY, item, out));
    ASSERT_RAISED("hash computation failed");
    CU_ASSERT(memcmp(out, zeros, sizeof(out)) == 0);
    /* That of libcrypto is not concerned. */
    CU_ASSERT(derive(ctx, NULL, item, out));
    CU_ASSERT(memcmp(out, expected, sizeof(out)) == 0);
    support_set_fault(SUPPORT_NO_FAULT);
    EVP_KDF_CTX_free(ctx);
}

static void test_hash_comes_from_the_provider_in_the_query(void)
{
    OSSL_PROVIDER *provider;

    CU_ASSERT_FATAL(
        OSSL_PROVIDER_add_builtin(libctx, SUPPORT_HASH_PROVIDER, support_hash_provider_init) == 1);
    provider = OSSL_PROVIDER_load(libctx, SUPPORT_HASH_PROVIDER);
    CU_ASSERT_FATAL(provider != NULL);
    check_hash_of_provider("TLS1-PRF", OSSL_KDF_PARAM_SEED);
    check_hash_of_provider("HKDF", OSSL_KDF_PARAM_INFO);
    OSSL_PROVIDER_unload(provider);
}

static int initialize(void)
{
    uint64_t state = UINT64_C(0xD20B1D2);

    support_fill(&state, bytes, sizeof(bytes));
    return open_context();
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_names_equal_those_of_default),
        TEST(test_drop_ins_serve_only_when_selected),
        TEST(test_parameters_equal_those_of_default),
        TEST(test_getters_of_hkdf_agree_with_default),
        TEST(test_salt_of_tls13_is_not_readable),
        TEST(test_kdf_with_a_digest_in_its_name_refuses_another),
        TEST(test_length_and_parts_are_unlimited),
        TEST(test_hash_comes_from_the_provider_in_the_query),
    };

    return RUN_TESTS("drop-in", initialize, close_context, tests);
}
