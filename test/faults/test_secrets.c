/* SPDX-License-Identifier: Apache-2.0
 *
 * What is left of secrets in memory when an operation has ended and all its handles are freed:
 * nothing, whether it has succeeded or was refused, because of a wrong parameter, for want of
 * memory at any point, of random numbers, or because a hash failed.  All writable memory is looked
 * through, and the whole stack that the operation has run on.
 *
 *     faults_secrets [secure_heap] [hash_provider]
 *
 * With OpenSSL's secure heap, and with a provider of hashes that fails when it is told to, in the
 * default context.  Without that provider the hashes are OpenSSL's own, the functions are in a
 * context of their own, and memory and random numbers fail.
 */
#include "secrets/secrets.h"

#include "common/allocations.h"
#include "common/provider_support.h"
#include "common/random_faults.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <pthread.h>

enum {
    STACK_LEN = 1 << 19,
    STACK_ABOVE = 1 << 15,
    SECURE_HEAP_LEN = 1 << 16,
    SECURE_HEAP_PART = 16,
    SKIPPED = 77
};

static bool with_secure_heap, with_hash_provider;
static _Alignas(4096) uint8_t stack[STACK_LEN];

/* ---- Known exceptions ---- */

/* Where libcrypto frees a block with a secret in it as it is.  The test wipes those, so that
 * nothing else that is left goes unseen. */
static const struct {
    const char *file; /* what its name ends with */
    const char *reason;
} exceptions[] = {
    {"rsa_enc.c", "RSA_PKCS1_WITH_TLS_PADDING decrypts into a block of its own"},
};

static bool is_exception(const char *file)
{
    const size_t len = file == NULL ? 0 : strlen(file);

    for (size_t i = 0; i < COUNT(exceptions); i++) {
        const size_t end_len = strlen(exceptions[i].file);

        if (len >= end_len && strcmp(file + len - end_len, exceptions[i].file) == 0)
            return true;
    }
    return false;
}

/* ---- Faults at the n-th occasion ---- */

static void fail_one_allocation(unsigned long n)
{
    allocations_fail(n, NULL);
}

static void fail_allocations_from(unsigned long n)
{
    allocations_fail_from(n, NULL);
}

static const struct mode {
    const char *label;
    void (*begin)(unsigned long n);
    bool (*end)(void);
    bool of_hash_provider;
} modes[] = {
    {"allocation", fail_one_allocation, allocations_end, false},
    {"allocations from", fail_allocations_from, allocations_end, false},
    {"random numbers", random_fail, random_end, false},
    {"random numbers from", random_fail_from, random_end, false},
    {"hashes from", support_fail_hashes_from, support_end_failing_hashes, true},
};

static unsigned long scans, points[COUNT(modes)], refused[COUNT(modes)];

/* ---- One attempt ---- */

struct attempt {
    const struct operation *operation;
    unsigned fault;
    const struct mode *mode; /* NULL: nothing fails */
    unsigned long n;
    bool succeeded;
};

/* What runs when the thread ends stays above the frames of the operation.  The error queue of the
 * thread is made with all the memory: without one OpenSSL since 3.6 overflows the stack. */
static void *run_attempt(void *argument)
{
    volatile uint8_t above[STACK_ABOVE] = {0};
    struct attempt *attempt = argument;

    ERR_clear_error();
    if (attempt->mode != NULL)
        attempt->mode->begin(attempt->n);
    attempt->succeeded = attempt->operation->run(attempt->fault);
    return above[0] == 0 ? NULL : argument;
}

/* On a stack of its own, of which nothing is used again before it is looked through. */
static bool run_apart(struct attempt attempt)
{
    pthread_attr_t attributes;
    pthread_t thread;
    bool ran;

    memset(stack, 0, STACK_LEN);
    ran = pthread_attr_init(&attributes) == 0 &&
        pthread_attr_setstack(&attributes, stack, STACK_LEN) == 0 &&
        pthread_create(&thread, &attributes, run_attempt, &attempt) == 0 &&
        pthread_join(thread, NULL) == 0;
    CU_ASSERT_FATAL(ran);
    (void)pthread_attr_destroy(&attributes);
    return attempt.succeeded;
}

static bool run_with(const struct operation *operation, unsigned fault)
{
    return run_apart((struct attempt){.operation = operation, .fault = fault});
}

static bool run_failing(const struct operation *operation, const struct mode *mode, unsigned long n)
{
    return run_apart((struct attempt){.operation = operation, .mode = mode, .n = n});
}

static const char *place_of(const struct memory_secret *secret)
{
    static char text[64];

    if (secret->in_secure_heap)
        return "secure heap";
    if (secret->address >= (uintptr_t)stack && secret->address < (uintptr_t)stack + STACK_LEN) {
        (void)snprintf(text, sizeof(text), "stack, %zu from its end",
            (uintptr_t)stack + STACK_LEN - secret->address);
        return text;
    }
    return "memory";
}

/* Whether none of the secrets is anywhere; says which. */
static bool is_clean(const char *label)
{
    struct memory_secret list[SECRETS_SEARCHED];
    bool clean = true;

    secrets_list(list);
    CU_ASSERT_FATAL(memory_search(0, list, SECRETS_SEARCHED) != 0);
    scans++;
    for (size_t i = 0; i < SECRETS_SEARCHED; i++) {
        if (!memory_is_found(&list[i]))
            continue;
        fprintf(stderr, "\n    %s: %s%s in %s", label, list[i].name,
            list[i].mask == MEMORY_MASK ? "" : " (key pad)", place_of(&list[i]));
        clean = false;
    }
    return clean;
}

static bool prepare(const struct operation *operation)
{
    return operation->prepare == NULL || operation->prepare();
}

/* ---- Operations ---- */

static void succeed(const struct operation *operation)
{
    CU_ASSERT(prepare(operation));
    EXPECT(run_with(operation, 0), operation->name);
    CU_ASSERT(is_clean(operation->name));
}

static void refuse_faults(const struct operation *operation)
{
    for (unsigned fault = 1; fault < operation->faults; fault++) {
        char label[128];

        (void)snprintf(label, sizeof(label), "%s, wrong parameter %u", operation->name, fault);
        CU_ASSERT(prepare(operation));
        EXPECT(!run_with(operation, fault), label);
        CU_ASSERT(is_clean(label));
    }
}

/* False when the operation does not come to that point. */
static bool try_point(const struct operation *operation, size_t mode, unsigned long n)
{
    bool reached, succeeded;
    char label[128];

    (void)snprintf(label, sizeof(label), "%s, %s %lu", operation->name, modes[mode].label, n);
    CU_ASSERT(prepare(operation));
    succeeded = run_failing(operation, &modes[mode], n);
    reached = modes[mode].end();
    EXPECT(succeeded || reached, label);
    CU_ASSERT(is_clean(label));
    points[mode] += reached;
    refused[mode] += !succeeded;
    return reached;
}

static void try_operations(const struct operation *operations, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        succeed(&operations[i]);
        refuse_faults(&operations[i]);
        for (size_t mode = 0; mode < COUNT(modes); mode++) {
            if (modes[mode].of_hash_provider != with_hash_provider)
                continue;
            for (unsigned long n = 1; try_point(&operations[i], mode, n); n++)
                continue;
        }
        succeed(&operations[i]);
    }
}

static void test_functions_leave_no_secret(void)
{
    try_operations(secrets_functions, SECRETS_FUNCTIONS);
}

static void test_kdfs_leave_no_secret(void)
{
    try_operations(secrets_kdfs, SECRETS_KDFS);
}

/* ---- Whether the search finds what is there ---- */

static struct memory_secret search_planted(size_t number)
{
    const uint8_t pad = number == PLANTED_AS_PAD ? 0x36 : 0;
    struct memory_secret secret = memory_tail(
        secrets_planted[number].name, told.planted[number], SECRETS_MAX_LEN, MEMORY_MASK ^ pad);

    CU_ASSERT_FATAL(memory_search(0, &secret, 1) != 0);
    return secret;
}

static void test_planted_leaks_are_found(void)
{
    for (size_t i = 0; i < PLANTED_AFTER_FAILURE; i++) {
        struct memory_secret secret = search_planted(i);

        EXPECT(!memory_is_found(&secret), secret.name);
        EXPECT(run_with(&secrets_planted[i], 0), secret.name);
        secret = search_planted(i);
        if (with_secure_heap && i == PLANTED_IN_SECURE_HEAP)
            EXPECT(secret.in_secure_heap && !secret.in_plain, secret.name);
        else
            EXPECT(secret.in_plain && !secret.in_secure_heap, secret.name);
    }
}

static void test_planted_leak_after_a_failure_is_found(void)
{
    const struct operation *operation = &secrets_planted[PLANTED_AFTER_FAILURE];
    struct memory_secret secret;
    bool failed = false;

    EXPECT(run_with(operation, 0), operation->name);
    secret = search_planted(PLANTED_AFTER_FAILURE);
    EXPECT(!memory_is_found(&secret), operation->name);
    for (unsigned long n = 1; !failed && n < 100; n++) {
        failed = !run_failing(operation, &modes[0], n);
        CU_ASSERT(allocations_end());
        secret = search_planted(PLANTED_AFTER_FAILURE);
        failed = failed && memory_is_found(&secret);
    }
    EXPECT(failed, operation->name);
}

static void test_master_key_is_found_while_it_lives(void)
{
    struct memory_secret list[SECRETS_SEARCHED];

    CU_ASSERT(secrets_hold_master());
    secrets_list(list);
    CU_ASSERT_FATAL(memory_search(0, list, SECRETS_SEARCHED) != 0);
    CU_ASSERT(with_secure_heap ? list[SECRET_MASTER].in_secure_heap && !list[SECRET_MASTER].in_plain
                               : list[SECRET_MASTER].in_plain);
    CU_ASSERT(secrets_end_master());
    CU_ASSERT(is_clean("master key that was freed"));
}

/* ---- All ---- */

/* A context of the application in which all hashes come from the provider that can fail. */
static bool use_hash_provider(void)
{
    return OSSL_PROVIDER_add_builtin(NULL, SUPPORT_HASH_PROVIDER, support_hash_provider_init) ==
        1 &&
        OSSL_PROVIDER_load(NULL, SUPPORT_HASH_PROVIDER) != NULL &&
        support_load_config(NULL, "properties = " SUPPORT_HASH_QUERY "\n") == 1;
}

static bool open_all(void)
{
    EVP_PKEY *rsa = make_key("RSA");
    bool opened;

    opened = rsa != NULL && random_install() && secrets_ask(rsa) &&
        (!with_hash_provider || use_hash_provider()) && secrets_functions_open(rsa) &&
        secrets_kdfs_open(with_hash_provider ? SUPPORT_HASH_QUERY : NULL);
    EVP_PKEY_free(rsa);
    return opened;
}

static bool run_all(void)
{
    static const struct named_test tests[] = {
        TEST(test_planted_leaks_are_found),
        TEST(test_planted_leak_after_a_failure_is_found),
        TEST(test_master_key_is_found_while_it_lives),
        TEST(test_functions_leave_no_secret),
        TEST(test_kdfs_leave_no_secret),
    };
    bool passed = RUN_TESTS("secrets in memory", NULL, NULL, tests) == 0;

    for (size_t i = 0; i < COUNT(modes); i++) {
        if (modes[i].of_hash_provider != with_hash_provider)
            continue;
        printf("%s: %lu points, %lu times refused\n", modes[i].label, points[i], refused[i]);
        passed = passed && refused[i] > 0;
    }
    printf("%lu searches\n", scans);
    return passed;
}

int main(int argc, char *argv[])
{
    bool passed;

    for (int i = 1; i < argc; i++) {
        with_secure_heap |= strcmp(argv[i], "secure_heap") == 0;
        with_hash_provider |= strcmp(argv[i], "hash_provider") == 0;
    }
    if (memory_is_instrumented()) {
        printf("not under a sanitizer, valgrind or an emulator\n");
        return SKIPPED;
    }
    if (!allocations_install() ||
        (with_secure_heap && CRYPTO_secure_malloc_init(SECURE_HEAP_LEN, SECURE_HEAP_PART) != 1))
        return 1;
    allocations_wipe(is_exception);
    passed = open_all() && run_all();
    passed = secrets_functions_close() && passed;
    secrets_kdfs_close();
    return passed ? 0 : 1;
}
