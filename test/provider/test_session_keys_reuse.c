/* SPDX-License-Identifier: Apache-2.0
 *
 * One derivation for all the pieces: a context that has given one piece gives the others without
 * computing a hash, until an input changes that the session keys depend on.
 */
#include "session_keys.h"

#include <openssl/crypto.h>

#define MAC_SUITE "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"
#define IV_SUITE  "TLS_RSA_WITH_AES_128_CBC_SHA"

struct piece {
    const char *name, *purpose; /* the same by two names */
    size_t offset, len;         /* in the key block */
};

/* RFC 5246 section 6.3, AES-128 with HMAC-SHA-256. */
static const struct piece pieces[] = {
    {"client-mac-key", "client_MAC_key", 0, 32},
    {"server-mac-key", "server_MAC_key", 32, 32},
    {"client-key", "client_CIPHER_key", 64, 16},
    {"server-key", "server_CIPHER_key", 80, 16},
};

enum { PIECES = 4, BLOCK_LEN = 96, HEAP_SIZE = 1 << 14, HEAP_PART = 64 };

static uint8_t block[BLOCK_LEN];

static EVP_KDF_CTX *new_context(struct support_inputs inputs)
{
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    struct support_params params;

    support_list_inputs(&params, &inputs);
    CU_ASSERT_FATAL(ctx != NULL && EVP_KDF_CTX_set_params(ctx, params.list) == 1);
    return ctx;
}

/* Through the hash that is counted; a context made of this has everything but the output. */
static struct support_inputs counted_inputs(void)
{
    struct support_inputs inputs = from_bytes("TLSv1.2", MAC_SUITE, NULL);

    inputs.role = "client";
    inputs.properties = SUPPORT_HASH_QUERY;
    return inputs;
}

static bool derive_output(EVP_KDF_CTX *ctx, const char *output, uint8_t *out, size_t len)
{
    struct support_params params = {.count = 0};

    support_add_text(&params, SSLPROVIDER_PARAM_OUTPUT, output);
    return EVP_KDF_derive(ctx, out, len, params.list) == 1;
}

static bool gives(EVP_KDF_CTX *ctx, const char *output, const uint8_t *expected, size_t len)
{
    uint8_t out[MAX_OUTPUT];

    return derive_output(ctx, output, out, len) && memcmp(out, expected, len) == 0;
}

/* What a derivation of one piece costs a context, in hashes. */
static unsigned long cost_of(EVP_KDF_CTX *ctx)
{
    const unsigned long before = support_hashes_computed();
    uint8_t out[32];

    CU_ASSERT(derive_output(ctx, "client-mac-key", out, sizeof(out)));
    return support_hashes_computed() - before;
}

static void test_four_keys_cost_one_derivation(void)
{
    EVP_KDF_CTX *ctx = new_context(counted_inputs());
    const unsigned long before = support_hashes_computed();
    unsigned long first = 0;

    for (size_t i = 0; i < PIECES; i++) {
        CU_ASSERT(gives(ctx, pieces[i].name, block + pieces[i].offset, pieces[i].len));
        if (i == 0)
            first = support_hashes_computed() - before;
    }
    CU_ASSERT(first > 0);
    CU_ASSERT_EQUAL(support_hashes_computed() - before, first);
    /* Neither another name nor another view of the same keys costs anything, nor all of them. */
    for (size_t i = 0; i < PIECES; i++)
        CU_ASSERT(gives(ctx, pieces[i].purpose, block + pieces[i].offset, pieces[i].len));
    CU_ASSERT(gives(ctx, "write-key", block + 64, 16));
    CU_ASSERT(gives(ctx, "read-key", block + 80, 16));
    CU_ASSERT(gives(ctx, "write-mac-key", block, 32));
    CU_ASSERT_EQUAL(support_hashes_computed() - before, first);
    EVP_KDF_CTX_free(ctx);
}

/* Six pieces, where the block has IVs: TLS 1.0. */
static void test_ivs_cost_no_further_derivation(void)
{
    struct support_inputs inputs = from_bytes("TLSv1", IV_SUITE, NULL);
    EVP_KDF_CTX *ctx = new_context(inputs);
    uint8_t expected[104];

    CU_ASSERT(reference_block("MD5-SHA1", expected, sizeof(expected)));
    for (int round = 0; round < 2; round++) {
        CU_ASSERT(gives(ctx, "client_MAC_key", expected, 20));
        CU_ASSERT(gives(ctx, "server_MAC_key", expected + 20, 20));
        CU_ASSERT(gives(ctx, "client_CIPHER_key", expected + 40, 16));
        CU_ASSERT(gives(ctx, "server_CIPHER_key", expected + 56, 16));
        CU_ASSERT(gives(ctx, "client_IV", expected + 72, 16));
        CU_ASSERT(gives(ctx, "server_IV", expected + 88, 16));
    }
    EVP_KDF_CTX_free(ctx);
}

/* The list that an application may pass each time, with the output alone different. */
static void test_setting_the_same_inputs_derives_nothing_new(void)
{
    struct support_inputs inputs = {.handle = support_handle_of(master_key),
        .client_random = client_random,
        .server_random = server_random,
        .role = "server",
        .protocol = "TLSv1.2",
        .suite = GCM_SUITE};
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    struct support_params params;
    uint8_t expected[GCM_BLOCK_LEN], out[16];

    CU_ASSERT(reference_block("SHA2-256", expected, sizeof(expected)));
    for (int round = 0; round < 4; round++) {
        inputs.output = round % 2 == 0 ? "write-key" : "read-key";
        support_list_inputs(&params, &inputs);
        CU_ASSERT(EVP_KDF_derive(ctx, out, sizeof(out), params.list) == 1);
        CU_ASSERT(memcmp(out, expected + (round % 2 == 0 ? 16 : 0), sizeof(out)) == 0);
    }
    EVP_KDF_CTX_free(ctx);
}

/* Each input that the keys depend on, changed alone, is felt at once; then changed back. */
static void test_changed_input_derives_again(void)
{
    EVP_KDF_CTX *ctx = new_context(counted_inputs());
    uint8_t other[SUPPORT_MASTER_LEN], out[32], expected[32];
    const unsigned long price = cost_of(ctx);

    memset(other, 0x3C, sizeof(other));
    CU_ASSERT(price > 0);
    for (int i = 0; i < 6; i++) {
        struct support_inputs changed = counted_inputs();
        struct support_params params;
        EVP_KDF_CTX *fresh;

        CU_ASSERT_EQUAL(cost_of(ctx), i == 0 ? 0 : price);
        CU_ASSERT_EQUAL(cost_of(ctx), 0);
        changed.secret = i == 0 ? other : changed.secret;
        changed.client_random = i == 1 ? other : changed.client_random;
        changed.server_random = i == 2 ? other : changed.server_random;
        changed.suite = i == 3 ? "TLS_RSA_WITH_AES_256_CBC_SHA256" : changed.suite;
        changed.protocol = i == 4 ? "DTLSv1.2" : changed.protocol;
        changed.digest = i == 5 ? "SHA2-256" : NULL;
        support_list_inputs(&params, &changed);
        CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
        CU_ASSERT(cost_of(ctx) >= price);
        fresh = new_context(changed);
        CU_ASSERT(derive_output(fresh, "client-mac-key", expected, sizeof(expected)));
        CU_ASSERT(derive_output(ctx, "client-mac-key", out, sizeof(out)));
        CU_ASSERT(memcmp(out, expected, sizeof(out)) == 0);
        EVP_KDF_CTX_free(fresh);
        changed = counted_inputs();
        support_list_inputs(&params, &changed);
        CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
    }
    EVP_KDF_CTX_free(ctx);
}

/* Neither a copy nor what a reset leaves has the keys; a refused list changes nothing. */
static void test_copy_and_reset_derive_again(void)
{
    EVP_KDF_CTX *ctx = new_context(counted_inputs()), *copy;
    const unsigned long price = cost_of(ctx);
    struct support_inputs wrong = {.suite = "no such suite", .client_random = secret};
    struct support_inputs again = counted_inputs();
    struct support_params params;

    support_list_inputs(&params, &wrong);
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) != 1);
    ASSERT_RAISED("unknown cipher suite");
    CU_ASSERT_EQUAL(cost_of(ctx), 0);
    copy = EVP_KDF_CTX_dup(ctx);
    CU_ASSERT_FATAL(copy != NULL);
    CU_ASSERT_EQUAL(cost_of(copy), price);
    CU_ASSERT_EQUAL(cost_of(copy), 0);
    CU_ASSERT_EQUAL(cost_of(ctx), 0);
    EVP_KDF_CTX_reset(ctx);
    support_list_inputs(&params, &again);
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
    CU_ASSERT_EQUAL(cost_of(ctx), price);
    EVP_KDF_CTX_free(copy);
    EVP_KDF_CTX_free(ctx);
}

/* Kept keys do not let a wrong request pass. */
static void test_requests_for_kept_keys_are_checked(void)
{
    EVP_KDF_CTX *ctx = new_context(counted_inputs());
    uint8_t out[64];

    CU_ASSERT(cost_of(ctx) > 0);
    memset(out, 0xA5, sizeof(out));
    CU_ASSERT(!derive_output(ctx, "client-mac-key", out, 31));
    ASSERT_RAISED("invalid output length");
    CU_ASSERT(all_zero(out, 31));
    CU_ASSERT(!derive_output(ctx, "client-iv", out, 16));
    ASSERT_RAISED("invalid output length");
    CU_ASSERT(!derive_output(ctx, "key", out, 16));
    ASSERT_RAISED("output only in TLS 1.3");
    EVP_KDF_CTX_free(ctx);
}

/* Key and IV of a traffic secret are one derivation, too. */
static void test_traffic_keys_are_kept_too(void)
{
    struct support_inputs inputs = {.protocol = "TLSv1.3",
        .suite = "TLS_AES_128_GCM_SHA256",
        .secret = secret,
        .secret_len = 32,
        .properties = SUPPORT_HASH_QUERY};
    EVP_KDF_CTX *ctx = new_context(inputs);
    uint8_t all[28], key[16], iv[12];
    unsigned long before;

    CU_ASSERT(derive_output(ctx, "session-keys", all, sizeof(all)));
    CU_ASSERT(derive_output(ctx, "key", key, sizeof(key)));
    before = support_hashes_computed();
    CU_ASSERT(derive_output(ctx, "iv", iv, sizeof(iv)));
    CU_ASSERT(gives(ctx, "session-keys", all, sizeof(all)));
    CU_ASSERT_EQUAL(support_hashes_computed(), before);
    CU_ASSERT(memcmp(all, key, 16) == 0 && memcmp(all + 16, iv, 12) == 0);
    EVP_KDF_CTX_free(ctx);
}

/* Without a secret in the context: what it takes of the secure heap is for the kept keys alone. */
static struct support_inputs inputs_by_handle(void)
{
    struct support_inputs inputs = from_handle(exportable_key, "client-key");

    inputs.properties = SUPPORT_HASH_QUERY;
    return inputs;
}

static void test_kept_keys_lie_in_secure_memory(void)
{
    const size_t before = CRYPTO_secure_used();
    EVP_KDF_CTX *ctx = new_context(inputs_by_handle()), *copy;
    struct support_inputs changed = {.server_random = secret};
    struct support_params params;
    uint8_t out[16];
    size_t kept;

    CU_ASSERT_EQUAL(CRYPTO_secure_used(), before);
    CU_ASSERT(EVP_KDF_derive(ctx, out, sizeof(out), NULL) == 1);
    kept = CRYPTO_secure_used();
    CU_ASSERT(kept > before);
    copy = EVP_KDF_CTX_dup(ctx);
    CU_ASSERT_EQUAL(CRYPTO_secure_used(), kept);
    EVP_KDF_CTX_free(copy);
    support_list_inputs(&params, &changed);
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
    CU_ASSERT_EQUAL(CRYPTO_secure_used(), before);
    CU_ASSERT(EVP_KDF_derive(ctx, out, sizeof(out), NULL) == 1);
    CU_ASSERT_EQUAL(CRYPTO_secure_used(), kept);
    EVP_KDF_CTX_reset(ctx);
    CU_ASSERT_EQUAL(CRYPTO_secure_used(), before);
    EVP_KDF_CTX_free(ctx);
    ctx = new_context(inputs_by_handle());
    CU_ASSERT(EVP_KDF_derive(ctx, out, sizeof(out), NULL) == 1);
    EVP_KDF_CTX_free(ctx);
    CU_ASSERT_EQUAL(CRYPTO_secure_used(), before);
}

/* Without room to keep them, each piece is derived on its own. */
static void test_full_secure_memory_only_costs_time(void)
{
    EVP_KDF_CTX *ctx = new_context(inputs_by_handle());
    void *taken[HEAP_SIZE / HEAP_PART];
    uint8_t first[16], second[16];
    size_t count = 0;
    unsigned long start, middle;

    while (
        count < HEAP_SIZE / HEAP_PART && (taken[count] = OPENSSL_secure_malloc(HEAP_PART)) != NULL)
        count++;
    ERR_clear_error();
    start = support_hashes_computed();
    CU_ASSERT(EVP_KDF_derive(ctx, first, sizeof(first), NULL) == 1);
    middle = support_hashes_computed();
    CU_ASSERT(EVP_KDF_derive(ctx, second, sizeof(second), NULL) == 1);
    CU_ASSERT(middle > start);
    CU_ASSERT_EQUAL(support_hashes_computed() - middle, middle - start);
    CU_ASSERT(memcmp(first, second, sizeof(first)) == 0);
    CU_ASSERT(support_nothing_raised());
    while (count > 0)
        OPENSSL_secure_free(taken[--count]);
    EVP_KDF_CTX_free(ctx);
}

static int initialize_block(void)
{
    if (CRYPTO_secure_malloc_init(HEAP_SIZE, 16) == 0)
        return 1;
    return initialize() != 0 || !reference_block("SHA2-256", block, sizeof(block));
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_four_keys_cost_one_derivation),
        TEST(test_ivs_cost_no_further_derivation),
        TEST(test_setting_the_same_inputs_derives_nothing_new),
        TEST(test_changed_input_derives_again),
        TEST(test_copy_and_reset_derive_again),
        TEST(test_requests_for_kept_keys_are_checked),
        TEST(test_traffic_keys_are_kept_too),
        TEST(test_kept_keys_lie_in_secure_memory),
        TEST(test_full_secure_memory_only_costs_time),
    };

    return RUN_TESTS("session keys, reuse", initialize_block, clean_up, tests);
}
