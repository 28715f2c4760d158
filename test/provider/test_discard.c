/* SPDX-License-Identifier: Apache-2.0
 *
 * The parameter "discard" of the SSL-* KDFs: a handle that nobody owns ends, one that somebody owns
 * does not, and a list that is refused ends none.
 */
#include "support.h"
#include "support/context.h"

#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <string.h>

#define SUITE "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"

enum { BLOCK_LEN = 40 };

static const uint8_t secret[SUPPORT_MASTER_LEN] = {1}, client_random[SUPPORT_RANDOM_LEN] = {2},
                     server_random[SUPPORT_RANDOM_LEN] = {3};

/* A master secret that is left in the provider. */
static uint64_t leave_master_secret(void)
{
    uint64_t handle = 0;
    const struct support_inputs inputs = {.protocol = "TLSv1.2",
        .suite = SUITE,
        .output = "handle",
        .secret = secret,
        .secret_len = sizeof(secret),
        .client_random = client_random,
        .server_random = server_random};

    CU_ASSERT(support_derive(master_kdf, inputs, &handle, sizeof(handle)));
    return handle;
}

static bool derive_by(uint64_t handle, uint8_t out[BLOCK_LEN])
{
    const struct support_inputs inputs = {
        .handle = handle, .client_random = client_random, .server_random = server_random};

    return support_derive(session_kdf, inputs, out, BLOCK_LEN);
}

/* Any of the KDFs does it. */
static int discard_with(EVP_KDF *kdf, uint64_t handle, const char *protocol)
{
    struct support_params params = {.count = 0};
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    int set;

    support_add_uint64(&params, SSLPROVIDER_PARAM_DISCARD, &handle);
    support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, protocol);
    set = EVP_KDF_CTX_set_params(ctx, params.list);
    EVP_KDF_CTX_free(ctx);
    return set;
}

static void expect_ended(uint64_t handle)
{
    uint8_t out[BLOCK_LEN];

    CU_ASSERT(!derive_by(handle, out));
    ASSERT_RAISED("invalid key handle");
}

static void test_discard_ends_a_handle_without_owner(void)
{
    static const char *const names[] = {SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_KDF_MASTER_KEY,
        SSLPROVIDER_KDF_FINISHED, SSLPROVIDER_KDF_KEYING_MATERIAL, SSLPROVIDER_KDF_TRAFFIC_SECRET};
    uint8_t out[BLOCK_LEN];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const uint64_t handle = leave_master_secret();
        EVP_KDF *kdf = EVP_KDF_fetch(libctx, names[i], SSLPROVIDER_PROPERTY);

        CU_ASSERT(derive_by(handle, out));
        CU_ASSERT(discard_with(kdf, handle, NULL) == 1);
        CU_ASSERT(support_nothing_raised());
        expect_ended(handle);
        CU_ASSERT(support_adopt(libctx, handle) == NULL);
        ASSERT_RAISED("invalid key handle");
        CU_ASSERT(discard_with(kdf, handle, NULL) != 1);
        ASSERT_RAISED("invalid key handle");
        EVP_KDF_free(kdf);
    }
}

static void test_discard_leaves_an_adopted_handle(void)
{
    const uint64_t handle = leave_master_secret();
    EVP_PKEY *key = support_adopt(libctx, handle);
    uint8_t out[BLOCK_LEN];

    CU_ASSERT_PTR_NOT_NULL(key);
    CU_ASSERT(discard_with(session_kdf, handle, NULL) != 1);
    ASSERT_RAISED("key handle already has an owner");
    CU_ASSERT(derive_by(handle, out));
    EVP_PKEY_free(key);
    expect_ended(handle);
}

/* All of a list, or nothing. */
static void test_refused_list_discards_nothing(void)
{
    const uint64_t handle = leave_master_secret();
    uint8_t out[BLOCK_LEN];
    EVP_PKEY *key;

    CU_ASSERT(discard_with(session_kdf, handle, "TLSv9") != 1);
    ASSERT_RAISED("unknown protocol version");
    CU_ASSERT(derive_by(handle, out));
    key = support_adopt(libctx, handle);
    CU_ASSERT_PTR_NOT_NULL(key);
    EVP_PKEY_free(key);
    expect_ended(handle);
}

/* A list may name the input key and discard it: the derivation still gives the same bytes. */
static void test_discarding_the_input_key_does_not_disturb_the_derivation(void)
{
    uint64_t handle = leave_master_secret();
    struct support_inputs inputs = {
        .handle = handle, .client_random = client_random, .server_random = server_random};
    uint8_t out[BLOCK_LEN], expected[BLOCK_LEN];
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(session_kdf);
    struct support_params params;

    CU_ASSERT(derive_by(handle, expected));
    support_list_inputs(&params, &inputs);
    support_add_uint64(&params, SSLPROVIDER_PARAM_DISCARD, &handle);
    CU_ASSERT(EVP_KDF_derive(ctx, out, sizeof(out), params.list) == 1);
    CU_ASSERT(memcmp(out, expected, sizeof(out)) == 0);
    expect_ended(handle);
    /* The context has its own reference. */
    CU_ASSERT(EVP_KDF_derive(ctx, out, sizeof(out), NULL) == 1);
    CU_ASSERT(memcmp(out, expected, sizeof(out)) == 0);
    EVP_KDF_CTX_free(ctx);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_discard_ends_a_handle_without_owner),
        TEST(test_discard_leaves_an_adopted_handle),
        TEST(test_refused_list_discards_nothing),
        TEST(test_discarding_the_input_key_does_not_disturb_the_derivation),
    };

    return RUN_TESTS("discard", open_context, close_context, tests);
}
