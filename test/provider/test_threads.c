/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads on one provider: all derive from one key object, and some derive by handles that others
 * are closing at that moment.  The second may fail, but only because the handle is no longer valid.
 */
#include "support.h"
#include "support/context.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum { GCM_BLOCK_LEN = 40, MAX_THREADS = 8, DERIVATIONS = 200, SHARED_HANDLES = 4, ROUNDS = 300 };

static uint8_t secret[SUPPORT_MASTER_LEN], random_bytes[SUPPORT_RANDOM_LEN];
static uint8_t expected[GCM_BLOCK_LEN];

struct worker {
    pthread_t thread;
    uint64_t handle;
    uint64_t random;
    unsigned right, stale, wrong;
};

/* Handles that are live, or were a moment ago. */
static _Atomic uint64_t shared[SHARED_HANDLES];
static atomic_bool stop;
static pthread_barrier_t begin; /* creators and users of handles begin together */

static struct support_inputs inputs_of(uint64_t handle)
{
    return (struct support_inputs){
        .handle = handle, .client_random = random_bytes, .server_random = random_bytes};
}

/* Counts what came of one derivation. */
static void derive_once(struct worker *worker, uint64_t handle)
{
    uint8_t out[GCM_BLOCK_LEN];

    if (support_derive(session_kdf, inputs_of(handle), out, sizeof(out))) {
        if (memcmp(out, expected, sizeof(out)) == 0)
            worker->right++;
        else
            worker->wrong++;
    } else if (support_raised("invalid key handle")) {
        worker->stale++;
    } else {
        worker->wrong++;
    }
}

static void *derive_from_one_key(void *argument)
{
    struct worker *worker = argument;

    for (unsigned i = 0; i < DERIVATIONS; i++)
        derive_once(worker, worker->handle);
    return NULL;
}

static void derive_in_threads(size_t count)
{
    EVP_PKEY *key = support_master_key(libctx, secret, "client");
    struct worker workers[MAX_THREADS] = {{0}};

    CU_ASSERT_FATAL(key != NULL);
    for (size_t i = 0; i < count; i++) {
        workers[i].handle = support_handle_of(key);
        CU_ASSERT_FATAL(
            pthread_create(&workers[i].thread, NULL, derive_from_one_key, &workers[i]) == 0);
    }
    for (size_t i = 0; i < count; i++) {
        pthread_join(workers[i].thread, NULL);
        CU_ASSERT(workers[i].right == DERIVATIONS);
    }
    EVP_PKEY_free(key);
}

static void test_two_threads_derive_from_one_key(void)
{
    derive_in_threads(2);
}

static void test_eight_threads_derive_from_one_key(void)
{
    derive_in_threads(MAX_THREADS);
}

/* The first use of a provider, and with it the self-test, happens in all threads at once. */
static void *first_use(void *argument)
{
    struct worker *worker = argument;
    uint8_t out[GCM_BLOCK_LEN];
    struct support_inputs inputs = inputs_of(0);
    EVP_KDF *own = EVP_KDF_fetch(
        (OSSL_LIB_CTX *)(uintptr_t)worker->handle, SSLPROVIDER_KDF_SESSION_KEYS, NULL);

    inputs.protocol = "TLSv1.2";
    inputs.suite = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
    inputs.secret = secret;
    inputs.secret_len = sizeof(secret);
    if (own != NULL && support_derive(own, inputs, out, sizeof(out)) &&
        memcmp(out, expected, sizeof(out)) == 0)
        worker->right++;
    EVP_KDF_free(own);
    return NULL;
}

static void test_first_use_may_come_in_all_threads_at_once(void)
{
    OSSL_LIB_CTX *fresh = support_context_new("");
    struct worker workers[MAX_THREADS] = {{0}};

    for (size_t i = 0; i < MAX_THREADS; i++) {
        workers[i].handle = (uintptr_t)fresh;
        CU_ASSERT_FATAL(pthread_create(&workers[i].thread, NULL, first_use, &workers[i]) == 0);
    }
    for (size_t i = 0; i < MAX_THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        CU_ASSERT(workers[i].right == 1);
    }
    OSSL_LIB_CTX_free(fresh);
}

/* Drop-in KDFs in all threads at once, each with a context of its own for each derivation as libssl
 * has them, the hash at hand or fetched, on a provider that nobody has used before. */
static void *derive_drop_in(void *argument)
{
    struct worker *worker = argument;
    EVP_KDF *prf =
        EVP_KDF_fetch((OSSL_LIB_CTX *)(uintptr_t)worker->handle, "TLS1-PRF", SSLPROVIDER_PROPERTY);

    for (unsigned i = 0; i < DERIVATIONS; i++) {
        EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(prf);
        struct support_params params = {.count = 0};
        uint8_t out[GCM_BLOCK_LEN];

        support_add_text(&params, "digest", i % 4 == 0 ? "SHA-256" : "SHA2-256");
        support_add_octets(&params, "secret", secret, sizeof(secret));
        support_add_octets(&params, "seed", "key expansion", 13);
        support_add_octets(&params, "seed", random_bytes, sizeof(random_bytes));
        support_add_octets(&params, "seed", random_bytes, sizeof(random_bytes));
        if (ctx != NULL && EVP_KDF_derive(ctx, out, sizeof(out), params.list) == 1 &&
            memcmp(out, expected, sizeof(out)) == 0)
            worker->right++;
        EVP_KDF_CTX_free(ctx);
    }
    EVP_KDF_free(prf);
    return NULL;
}

static void test_drop_ins_serve_all_threads(void)
{
    OSSL_LIB_CTX *fresh = support_context_new("");
    struct worker workers[MAX_THREADS] = {{0}};

    for (size_t i = 0; i < MAX_THREADS; i++) {
        workers[i].handle = (uintptr_t)fresh;
        CU_ASSERT_FATAL(pthread_create(&workers[i].thread, NULL, derive_drop_in, &workers[i]) == 0);
    }
    for (size_t i = 0; i < MAX_THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        CU_ASSERT(workers[i].right == DERIVATIONS);
    }
    OSSL_LIB_CTX_free(fresh);
}

/* Makes keys, shows their handles to the others, and frees them while they are in use. */
static void *create_and_free(void *argument)
{
    struct worker *worker = argument;

    pthread_barrier_wait(&begin);
    for (unsigned i = 0; i < ROUNDS; i++) {
        EVP_PKEY *key = support_master_key(libctx, secret, "client");
        const uint64_t handle = support_handle_of(key);

        if (handle == 0)
            worker->wrong++;
        atomic_store(&shared[support_number_below(&worker->random, SHARED_HANDLES)], handle);
        derive_once(worker, handle);
        EVP_PKEY_free(key);
    }
    return NULL;
}

static void *derive_by_shared_handles(void *argument)
{
    struct worker *worker = argument;

    pthread_barrier_wait(&begin);
    do
        derive_once(
            worker, atomic_load(&shared[support_number_below(&worker->random, SHARED_HANDLES)]));
    while (!atomic_load(&stop));
    return NULL;
}

static void test_stale_handles_are_refused_while_keys_come_and_go(void)
{
    enum { CREATORS = 2, USERS = 2 };
    EVP_PKEY *lasting = support_master_key(libctx, secret, "client");
    struct worker creators[CREATORS] = {{0}}, users[USERS] = {{0}};
    unsigned right = 0, stale = 0;

    CU_ASSERT_FATAL(lasting != NULL);
    atomic_store(&stop, false);
    CU_ASSERT_FATAL(pthread_barrier_init(&begin, NULL, CREATORS + USERS) == 0);
    for (size_t i = 0; i < SHARED_HANDLES; i++)
        atomic_store(&shared[i], support_handle_of(lasting));
    for (size_t i = 0; i < USERS; i++) {
        users[i].random = 7 + i;
        CU_ASSERT_FATAL(
            pthread_create(&users[i].thread, NULL, derive_by_shared_handles, &users[i]) == 0);
    }
    for (size_t i = 0; i < CREATORS; i++) {
        creators[i].random = 77 + i;
        CU_ASSERT_FATAL(
            pthread_create(&creators[i].thread, NULL, create_and_free, &creators[i]) == 0);
    }
    for (size_t i = 0; i < CREATORS; i++) {
        pthread_join(creators[i].thread, NULL);
        /* A key is good in the hands of its owner whatever the others do. */
        CU_ASSERT(creators[i].right == ROUNDS);
        CU_ASSERT(creators[i].wrong == 0 && creators[i].stale == 0);
    }
    atomic_store(&stop, true);
    for (size_t i = 0; i < USERS; i++) {
        pthread_join(users[i].thread, NULL);
        CU_ASSERT(users[i].wrong == 0);
        right += users[i].right;
        stale += users[i].stale;
    }
    CU_ASSERT(right + stale >= USERS);
    pthread_barrier_destroy(&begin);
    /* When all is over, every handle that was shared is either the lasting one or stale. */
    for (size_t i = 0; i < SHARED_HANDLES; i++) {
        struct worker last = {.handle = atomic_load(&shared[i])};
        const bool lives = last.handle == support_handle_of(lasting);

        derive_once(&last, last.handle);
        CU_ASSERT(lives ? last.right == 1 : last.stale == 1);
    }
    EVP_PKEY_free(lasting);
}

static int initialize(void)
{
    uint64_t state = UINT64_C(0x7412EAD5);

    support_fill(&state, secret, sizeof(secret));
    support_fill(&state, random_bytes, sizeof(random_bytes));
    return open_context() ||
        !support_default_prf(libctx, "SHA2-256", secret, sizeof(secret), "key expansion",
            random_bytes, random_bytes, SUPPORT_RANDOM_LEN, expected, sizeof(expected));
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_two_threads_derive_from_one_key),
        TEST(test_eight_threads_derive_from_one_key),
        TEST(test_first_use_may_come_in_all_threads_at_once),
        TEST(test_drop_ins_serve_all_threads),
        TEST(test_stale_handles_are_refused_while_keys_come_and_go),
    };

    return RUN_TESTS("threads", initialize, close_context, tests);
}
