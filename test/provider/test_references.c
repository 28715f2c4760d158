/* SPDX-License-Identifier: Apache-2.0
 *
 * A KDF context holds one reference to its key, however often the key is named to it: when context
 * and EVP_PKEY are gone, so is the key object.  A reference too many is no leak that a leak checker
 * sees, for the provider's table still knows the key; the allocations that are left tell.
 */
#include "support.h"
#include "support/context.h"

#include "common/allocations.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

enum { BLOCK_LEN = 40, WARM_UP = 16, KEYS = 1000, FEW_KEYS = 100 };

static uint8_t secret[SUPPORT_MASTER_LEN], randoms[SUPPORT_RANDOM_LEN];

/* A key, and the list that names it by its handle. */
struct subject {
    EVP_PKEY *key, *other_key;
    EVP_KDF_CTX *ctx;
    struct support_inputs inputs;
    struct support_params params;
};

static bool derives(EVP_KDF_CTX *ctx, const OSSL_PARAM *params)
{
    uint8_t out[BLOCK_LEN];

    return EVP_KDF_derive(ctx, out, sizeof(out), params) == 1;
}

static bool derive_twice(struct subject *subject)
{
    return derives(subject->ctx, subject->params.list) &&
        derives(subject->ctx, subject->params.list);
}

static bool set_then_derive(struct subject *subject)
{
    return EVP_KDF_CTX_set_params(subject->ctx, subject->params.list) == 1 &&
        derives(subject->ctx, subject->params.list) && derives(subject->ctx, NULL) &&
        EVP_KDF_CTX_set_params(subject->ctx, subject->params.list) == 1;
}

/* The list is refused when its first handle has been taken in. */
static bool name_in_one_list(struct subject *subject)
{
    uint64_t other = support_handle_of(subject->other_key);
    struct support_params twice = subject->params;

    support_add_uint64(&twice, SSLPROVIDER_PARAM_HANDLE, &other);
    return !derives(subject->ctx, twice.list) && support_raised("repeated parameter") &&
        derive_twice(subject) && !derives(subject->ctx, twice.list) &&
        support_raised("repeated parameter") && derive_twice(subject);
}

static bool change_the_key(struct subject *subject)
{
    uint64_t other = support_handle_of(subject->other_key);
    struct support_params change = {.count = 0};

    support_add_uint64(&change, SSLPROVIDER_PARAM_HANDLE, &other);
    return derive_twice(subject) && derives(subject->ctx, change.list) && derive_twice(subject);
}

/* The list is refused after its handle has been taken in. */
static bool refuse_the_list(struct subject *subject)
{
    struct support_params bad = subject->params;
    bool refused = true;

    support_add_text(&bad, SSLPROVIDER_PARAM_ROLE, "nobody");
    for (int i = 0; i < 2; i++) {
        refused = refused && !derives(subject->ctx, bad.list) && support_raised("unknown role");
        refused = refused && derives(subject->ctx, subject->params.list);
    }
    return refused;
}

static bool copy_and_reset(struct subject *subject)
{
    EVP_KDF_CTX *copy;
    bool ok = derive_twice(subject);

    copy = EVP_KDF_CTX_dup(subject->ctx);
    EVP_KDF_CTX_reset(subject->ctx);
    ok = ok && copy != NULL && derives(copy, NULL) && derives(copy, subject->params.list) &&
        derive_twice(subject);
    EVP_KDF_CTX_free(copy);
    return ok;
}

/* The key goes first where it is the context that has the last reference. */
static bool use_once(bool (*use)(struct subject *), bool key_first)
{
    struct subject subject = {.key = support_master_key(libctx, secret, "client"),
        .other_key = support_master_key(libctx, secret, "server"),
        .ctx = EVP_KDF_CTX_new(session_kdf)};
    bool ok;

    subject.inputs = (struct support_inputs){.handle = support_handle_of(subject.key),
        .client_random = randoms,
        .server_random = randoms};
    support_list_inputs(&subject.params, &subject.inputs);
    ok = subject.ctx != NULL && subject.inputs.handle != 0 && use(&subject);
    if (key_first)
        EVP_PKEY_free(subject.key);
    EVP_KDF_CTX_free(subject.ctx);
    if (!key_first)
        EVP_PKEY_free(subject.key);
    EVP_PKEY_free(subject.other_key);
    return ok && support_nothing_raised();
}

static void expect_nothing_left(bool (*use)(struct subject *), unsigned keys)
{
    long before;

    /* What is allocated for good must not count: hashes, and the texts of 16 queued errors. */
    for (unsigned i = 0; i < WARM_UP; i++)
        CU_ASSERT(use_once(use, true));
    before = allocations_live();
    for (unsigned i = 0; i < keys; i++)
        CU_ASSERT(use_once(use, i % 2 == 0));
    CU_ASSERT_EQUAL(allocations_live(), before);
}

static void test_deriving_twice_leaks_no_reference(void)
{
    expect_nothing_left(derive_twice, KEYS);
}

static void test_setting_and_deriving_leaks_no_reference(void)
{
    expect_nothing_left(set_then_derive, FEW_KEYS);
}

static void test_naming_a_key_twice_leaks_no_reference(void)
{
    expect_nothing_left(name_in_one_list, FEW_KEYS);
}

static void test_changing_the_key_leaks_no_reference(void)
{
    expect_nothing_left(change_the_key, FEW_KEYS);
}

static void test_refused_list_leaks_no_reference(void)
{
    expect_nothing_left(refuse_the_list, FEW_KEYS);
}

static void test_copy_and_reset_leak_no_reference(void)
{
    expect_nothing_left(copy_and_reset, FEW_KEYS);
}

static int initialize(void)
{
    uint64_t state = UINT64_C(0x4EFE4E4CE5);

    support_fill(&state, secret, sizeof(secret));
    support_fill(&state, randoms, sizeof(randoms));
    return open_context();
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_deriving_twice_leaks_no_reference),
        TEST(test_setting_and_deriving_leaks_no_reference),
        TEST(test_naming_a_key_twice_leaks_no_reference),
        TEST(test_changing_the_key_leaks_no_reference),
        TEST(test_refused_list_leaks_no_reference),
        TEST(test_copy_and_reset_leak_no_reference),
    };

    if (!allocations_install())
        return 1;
    return RUN_TESTS("references", initialize, close_context, tests);
}
