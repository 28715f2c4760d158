/* SPDX-License-Identifier: Apache-2.0
 *
 * What a context of SSL-SESSION-KEYS tells, and what it keeps from one call to the next.
 */
#include "session_keys.h"

static void test_lengths_are_gettable_once_the_suite_is_set(void)
{
    static const char *const lengths[] = {"mac-key-length", "key-length", "iv-length"};
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    struct support_inputs inputs = {.protocol = "TLSv1.2", .suite = CBC_SUITE};
    struct support_params params;

    /* A key block of an unknown suite has no length of its own. */
    CU_ASSERT(size_of(ctx, SSLPROVIDER_PARAM_SIZE) == SIZE_MAX);
    for (size_t i = 0; i < 3; i++)
        CU_ASSERT(size_of(ctx, lengths[i]) == SIZE_MAX - 1);
    support_list_inputs(&params, &inputs);
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
    CU_ASSERT(size_of(ctx, "mac-key-length") == 20);
    CU_ASSERT(size_of(ctx, "key-length") == 16);
    CU_ASSERT(size_of(ctx, "iv-length") == 0);
    CU_ASSERT(size_of(ctx, SSLPROVIDER_PARAM_SIZE) == 72);
    EVP_KDF_CTX_reset(ctx);

    inputs = from_handle(master_key, "write");
    support_list_inputs(&params, &inputs);
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
    CU_ASSERT(size_of(ctx, "mac-key-length") == 0);
    CU_ASSERT(size_of(ctx, "key-length") == 16);
    CU_ASSERT(size_of(ctx, "iv-length") == 4);
    CU_ASSERT(size_of(ctx, SSLPROVIDER_PARAM_SIZE) == 20);
    CU_ASSERT(EVP_KDF_CTX_get_params(ctx, NULL) == 1);
    EVP_KDF_CTX_free(ctx);
}

/* Exactly the four sizes can be read, and above all nothing that was put in. */
static void test_getters_return_sizes_only(void)
{
    static const char *const inputs_only[] = {"secret", "handle", "client-random", "server-random",
        "key", "session-hash", "digest", "protocol"};
    const OSSL_PARAM *gettable = EVP_KDF_gettable_ctx_params(kdf);
    struct support_inputs inputs = from_bytes("TLSv1.2", GCM_SUITE, NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    struct support_params params;
    unsigned listed = 0;

    support_list_inputs(&params, &inputs);
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
    for (size_t i = 0; i < sizeof(inputs_only) / sizeof(inputs_only[0]); i++) {
        uint8_t buffer[MAX_OUTPUT] = {0};
        OSSL_PARAM get[] = {
            OSSL_PARAM_construct_octet_string(inputs_only[i], buffer, sizeof(buffer)),
            OSSL_PARAM_construct_end()};

        (void)EVP_KDF_CTX_get_params(ctx, get);
        CU_ASSERT(!OSSL_PARAM_modified(get));
        CU_ASSERT(all_zero(buffer, sizeof(buffer)));
        CU_ASSERT(OSSL_PARAM_locate_const(gettable, inputs_only[i]) == NULL);
    }
    for (; gettable->key != NULL; gettable++, listed++) {
        size_t size = 0;
        OSSL_PARAM get[] = {
            OSSL_PARAM_construct_size_t(gettable->key, &size), OSSL_PARAM_construct_end()};

        CU_ASSERT(gettable->data_type == OSSL_PARAM_UNSIGNED_INTEGER);
        CU_ASSERT(EVP_KDF_CTX_get_params(ctx, get) == 1 && OSSL_PARAM_modified(get));
    }
    CU_ASSERT(listed == 6);
    EVP_KDF_CTX_free(ctx);
}

static bool context_gives(EVP_KDF_CTX *ctx, const OSSL_PARAM *params, const uint8_t *expected)
{
    uint8_t out[GCM_BLOCK_LEN] = {0};

    return EVP_KDF_derive(ctx, out, sizeof(out), params) == 1 &&
        memcmp(out, expected, sizeof(out)) == 0;
}

static void test_context_derives_repeatedly(void)
{
    struct support_inputs inputs = from_bytes("TLSv1.2", GCM_SUITE, NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    struct support_params params;
    uint8_t expected[GCM_BLOCK_LEN];

    CU_ASSERT_FATAL(reference_block("SHA2-256", expected, sizeof(expected)));
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, NULL) == 1);
    support_list_inputs(&params, &inputs);
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
    CU_ASSERT(context_gives(ctx, NULL, expected));
    CU_ASSERT(context_gives(ctx, NULL, expected));
    EVP_KDF_CTX_reset(ctx);
    CU_ASSERT(!context_gives(ctx, NULL, expected));
    ASSERT_RAISED("missing secret");
    CU_ASSERT(context_gives(ctx, params.list, expected));
    CU_ASSERT(context_gives(ctx, NULL, expected));
    EVP_KDF_CTX_free(ctx);
}

/* One bad parameter, wherever it stands in the list, and none of the list counts. */
static void test_failed_set_changes_nothing(void)
{
    struct support_inputs inputs = from_bytes("TLSv1.2", GCM_SUITE, NULL);
    struct support_inputs others = inputs;
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    struct support_params params, change;
    uint8_t expected[GCM_BLOCK_LEN];

    CU_ASSERT_FATAL(reference_block("SHA2-256", expected, sizeof(expected)));
    support_list_inputs(&params, &inputs);
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
    others.secret = secret + 1;
    others.client_random = secret;
    others.digest = "SHA2-384";
    others.properties = "provider=nobody";
    others.handle = support_handle_of(master_key);
    others.suite = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
    others.output = "client-key";
    support_list_inputs(&change, &others);
    support_add_text(&change, SSLPROVIDER_PARAM_ROLE, "nobody");
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, change.list) != 1);
    ASSERT_RAISED("unknown role");
    CU_ASSERT(context_gives(ctx, NULL, expected));
    CU_ASSERT(!context_gives(ctx, change.list, expected));
    ASSERT_RAISED("unknown role");
    CU_ASSERT(context_gives(ctx, NULL, expected));
    EVP_KDF_CTX_free(ctx);
}

/* What is given twice in one list says two things, also where both are the same; in the next list
 * it is a change. */
static void test_repeated_parameters_are_refused(void)
{
    struct support_inputs inputs = from_bytes("TLSv1.2", GCM_SUITE, "key-block");
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    struct support_params params;
    uint8_t expected[GCM_BLOCK_LEN];
    size_t once;

    CU_ASSERT_FATAL(reference_block("SHA2-256", expected, sizeof(expected)));
    inputs.role = "client";
    support_list_inputs(&params, &inputs);
    once = params.count;
    CU_ASSERT(context_gives(ctx, params.list, expected));
    for (size_t i = 0; i < once; i++) {
        struct support_params twice = params;

        twice.list[twice.count++] = params.list[i];
        twice.list[twice.count] = OSSL_PARAM_construct_end();
        CU_ASSERT(EVP_KDF_CTX_set_params(ctx, twice.list) == 0);
        ASSERT_RAISED("repeated parameter");
        CU_ASSERT(context_gives(ctx, params.list, expected));
    }
    /* The secret under its two names. */
    support_add_octets(&params, SSLPROVIDER_PARAM_KEY, secret, SUPPORT_MASTER_LEN);
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 0);
    ASSERT_RAISED("repeated parameter");
    EVP_KDF_CTX_free(ctx);
}

/* EVP_KDF_CTX_set_SKEY passes the bytes of a key of another provider on as "key" where the
 * application names no parameter. */
static void test_key_is_another_name_of_secret(void)
{
    struct support_inputs inputs = from_bytes("TLSv1.2", GCM_SUITE, NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    struct support_params params;
    uint8_t expected[GCM_BLOCK_LEN];

    CU_ASSERT_FATAL(reference_block("SHA2-256", expected, sizeof(expected)));
    inputs.secret = NULL;
    support_list_inputs(&params, &inputs);
    support_add_octets(&params, SSLPROVIDER_PARAM_KEY, secret, SUPPORT_MASTER_LEN);
    CU_ASSERT(context_gives(ctx, params.list, expected));
    EVP_KDF_CTX_free(ctx);
}

static void test_copied_context_is_independent(void)
{
    struct support_inputs inputs = from_bytes("TLSv1.2", NULL, NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf), *half, *copy;
    struct support_params params, rest = {.count = 0};
    uint8_t expected[GCM_BLOCK_LEN];

    CU_ASSERT_FATAL(reference_block("SHA2-256", expected, sizeof(expected)));
    inputs.properties = "provider=default";
    inputs.server_random = NULL;
    support_list_inputs(&params, &inputs);
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
    half = EVP_KDF_CTX_dup(ctx);
    CU_ASSERT_FATAL(half != NULL);
    EVP_KDF_CTX_free(ctx);
    support_add_octets(&rest, SSLPROVIDER_PARAM_SERVER_RANDOM, server_random, SUPPORT_RANDOM_LEN);
    support_add_text(&rest, SSLPROVIDER_PARAM_DIGEST, "SHA2-256");
    CU_ASSERT(context_gives(half, rest.list, expected));

    copy = EVP_KDF_CTX_dup(half);
    CU_ASSERT_FATAL(copy != NULL);
    EVP_KDF_CTX_reset(half);
    CU_ASSERT(!context_gives(half, NULL, expected));
    ERR_clear_error();
    CU_ASSERT(context_gives(copy, NULL, expected));
    EVP_KDF_CTX_free(half);
    CU_ASSERT(context_gives(copy, NULL, expected));
    EVP_KDF_CTX_free(copy);

    copy = EVP_KDF_CTX_dup(ctx = EVP_KDF_CTX_new(kdf));
    CU_ASSERT(copy != NULL && !context_gives(copy, NULL, expected));
    ASSERT_RAISED("missing secret");
    EVP_KDF_CTX_free(copy);
    EVP_KDF_CTX_free(ctx);
}

/* A context that has taken a handle keeps the key, and so does its copy, when the handle ends. */
static void test_copied_context_keeps_its_key(void)
{
    EVP_PKEY *key = support_master_key(libctx, secret, "client");
    struct support_inputs inputs = from_handle(key, NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf), *copy;
    struct support_params params;
    uint8_t expected[GCM_BLOCK_LEN];

    CU_ASSERT_FATAL(reference_block("SHA2-256", expected, sizeof(expected)));
    support_list_inputs(&params, &inputs);
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
    EVP_PKEY_free(key);
    copy = EVP_KDF_CTX_dup(ctx);
    CU_ASSERT_FATAL(copy != NULL);
    CU_ASSERT(context_gives(ctx, NULL, expected));
    EVP_KDF_CTX_free(ctx);
    CU_ASSERT(context_gives(copy, NULL, expected));
    CU_ASSERT(!context_gives(copy, params.list, expected));
    ASSERT_RAISED("invalid key handle");
    EVP_KDF_CTX_free(copy);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_lengths_are_gettable_once_the_suite_is_set),
        TEST(test_getters_return_sizes_only),
        TEST(test_context_derives_repeatedly),
        TEST(test_failed_set_changes_nothing),
        TEST(test_repeated_parameters_are_refused),
        TEST(test_key_is_another_name_of_secret),
        TEST(test_copied_context_is_independent),
        TEST(test_copied_context_keeps_its_key),
    };

    return RUN_TESTS("session keys, contexts", initialize, clean_up, tests);
}
