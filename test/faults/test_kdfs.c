/* SPDX-License-Identifier: Apache-2.0
 *
 * The KDFs and keys of the provider, short of memory at every point: each operation is repeated
 * with its first, second, third ... allocation failing, alone and with all that follow, until it
 * makes no more.  Whatever fails, nothing crashes or leaks, no result is wrong, a refusal says that
 * memory was short and writes zeros, and the same operation works right afterwards.  The operations
 * are in kdfs/.
 *
 * Contexts are made and providers loaded with all the memory there is: what OpenSSL does without is
 * not tested here.
 */
#include "kdfs/operations.h"

#include "common/allocations.h"
#include "common/random_faults.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

static bool all_zero(const uint8_t *bytes, size_t len)
{
    uint8_t any = 0;

    for (size_t i = 0; i < len; i++)
        any |= bytes[i];
    return any == 0;
}

/* CUnit names a line; this names the operation and the allocation as well. */
static void check(bool ok, const char *what, const char *name, unsigned long n)
{
    if (!ok)
        fprintf(stderr, "\n    %s, allocation %lu: %s\n", name, n, what);
    CU_ASSERT(ok);
}

/* Without the error queue, whose texts stay for reuse.  A queue is there again afterwards: without
 * one nothing could be reported. */
static long count_live(void)
{
    OPENSSL_thread_stop();
    ERR_clear_error();
    return allocations_live();
}

static struct {
    unsigned long points, failed, exceptions;
} totals;

/* Empties the queue. */
static bool says_memory(void)
{
    bool says = false;
    unsigned long error;

    while ((error = ERR_get_error()) != 0)
        says |= ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE;
    return says;
}

/* Where libcrypto fails for want of memory and gives another reason or none. */
static const struct {
    const char *file; /* what its name ends with */
    const char *reason;
} exceptions[] = {
    {"core_namemap.c", "to compare names one is copied, and without memory for it nobody has it"},
    {"pmeth_lib.c", "EVP_PKEY_CTX_new_from_name returns NULL in silence"},
    {"digest.c", "so does EVP_MD_CTX_new, and EVP_MD_fetch says \"unsupported\""},
    {"sha3_prov.c", "so does the constructor of a hash: \"initialization error\""},
};

static bool is_exception(const char *file)
{
    const size_t len = file == NULL ? 0 : strlen(file);

    for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++) {
        const size_t end_len = strlen(exceptions[i].file);

        if (len >= end_len && strcmp(file + len - end_len, exceptions[i].file) == 0)
            return true;
    }
    return false;
}

static void judge(const struct operation *operation, unsigned long n)
{
    char what[256];

    totals.failed++;
    if (says_memory())
        return;
    totals.exceptions++;
    snprintf(what, sizeof(what), "does not say that memory was short (%s)",
        allocations_failed_file() == NULL ? "?" : allocations_failed_file());
    check(is_exception(allocations_failed_file()), what, operation->name, n);
}

/* How allocations fail: allocations_fail or allocations_fail_from. */
typedef void fail_fn(unsigned long n, bool (*counts)(const char *file));

/* Runs an operation with its n-th allocation failing; false when it makes fewer. */
static bool run_short_of_memory(const struct subject *subject, const struct operation *operation,
    const uint8_t *expected, unsigned long n, fail_fn *fail, bool (*counts)(const char *file))
{
    uint8_t out[MAX_OUTPUT] = {0};
    bool done, failed;

    fail(n, counts);
    done = operation->run(subject, out, operation->len);
    failed = allocations_end();
    totals.points += failed;
    if (done) {
        check(memcmp(out, expected, operation->len) == 0, "another result", operation->name, n);
    } else {
        check(failed, "refused without cause", operation->name, n);
        judge(operation, n);
        check(all_zero(out, operation->len), "output is not zero", operation->name, n);
    }
    ERR_clear_error();
    return failed;
}

static void expect_works(const struct subject *subject, const struct operation *operation,
    const uint8_t *expected, unsigned long n)
{
    uint8_t out[MAX_OUTPUT] = {0};

    check(operation->run(subject, out, operation->len), "refused afterwards", operation->name, n);
    check(memcmp(out, expected, operation->len) == 0, "wrong afterwards", operation->name, n);
    check(ERR_peek_error() == 0, "an error after a success", operation->name, n);
    ERR_clear_error();
}

static void sweep(const struct subject *subject, const struct operation *operation, fail_fn *fail)
{
    uint8_t expected[MAX_OUTPUT] = {0};
    unsigned long n = 1;
    long before;

    CU_ASSERT(operation->run(subject, expected, operation->len));
    CU_ASSERT(!all_zero(expected, operation->len));
    before = count_live();
    for (; run_short_of_memory(subject, operation, expected, n, fail, NULL); n++) {
        check(count_live() == before, "leaked", operation->name, n);
        expect_works(subject, operation, expected, n);
        check(count_live() == before, "leaked afterwards", operation->name, n);
    }
    check(n > 2, "nothing has failed", operation->name, n);
    CU_ASSERT(support_provider_status(subject->libctx, "status") == 1);
}

/* With a provider that has been used before. */
static void test_running_provider_survives_every_failed_allocation(void)
{
    struct subject subject = subject_new();

    subject.key = support_master_key(subject.libctx, secret, "client");
    CU_ASSERT_FATAL(subject.key != NULL);
    for (size_t i = 0; i < OPERATIONS; i++) {
        sweep(&subject, &operations[i], allocations_fail);
        sweep(&subject, &operations[i], allocations_fail_from);
    }
    subject_free(&subject);
}

/* After a first use in which libcrypto ran out of memory.  It looks through the algorithms of a
 * provider once, and a hash that it could not take in then is not to be had in that context any
 * more: that is a refusal with its reason, and none that the self-test has failed. */
static void expect_works_or_lacks_its_hash(const struct subject *subject,
    const struct operation *operation, const uint8_t *expected, unsigned long n)
{
    uint8_t out[MAX_OUTPUT] = {0};

    if (operation->run(subject, out, operation->len)) {
        check(memcmp(out, expected, operation->len) == 0, "wrong afterwards", operation->name, n);
    } else {
        check(ERR_peek_error() != 0, "no reason afterwards", operation->name, n);
        check(all_zero(out, operation->len), "output is not zero", operation->name, n);
    }
    ERR_clear_error();
}

/* Not the tables in which OpenSSL 3.0 keeps what it has fetched: where they cannot grow, it leaks
 * their entries itself. */
static bool is_ours_or_of_hashes(const char *file)
{
    return file != NULL &&
        (allocations_is_ours(file) || strstr(file, "evp/digest.c") != NULL ||
            strstr(file, "providers/") != NULL);
}

/* A new provider whose first use is short of its n-th allocation; false when it makes fewer. */
static bool first_use_short_of_memory(
    const struct operation *first, uint8_t expected[OPERATIONS][MAX_OUTPUT], unsigned long n)
{
    struct subject subject = subject_new();
    const bool failed = run_short_of_memory(
        &subject, first, expected[first - operations], n, allocations_fail, is_ours_or_of_hashes);

    CU_ASSERT(support_provider_status(subject.libctx, "status") == 1);
    for (size_t i = 0; i < OPERATIONS; i++) {
        if (operations[i].needs_key)
            continue;
        if (allocations_failed_ours())
            expect_works(&subject, &operations[i], expected[i], n);
        else
            expect_works_or_lacks_its_hash(&subject, &operations[i], expected[i], n);
    }
    subject_free(&subject);
    return failed;
}

/* OpenSSL's tables keep a block more or less from time to time, but what leaks adds up. */
static bool leaks(
    const struct operation *first, uint8_t expected[OPERATIONS][MAX_OUTPUT], unsigned long n)
{
    enum { REPEATS = 8 };
    const long before = count_live();

    for (int i = 0; i < REPEATS; i++)
        (void)first_use_short_of_memory(first, expected, n);
    return count_live() - before >= REPEATS;
}

/* With a provider of its own for each allocation: the first use fetches all hashes and runs the
 * self-test on them.  A self-test that could not be run is no failed one. */
static void first_use(const struct operation *first)
{
    uint8_t expected[OPERATIONS][MAX_OUTPUT] = {{0}};
    struct subject subject = subject_new();
    unsigned long n = 1;
    long before;

    for (size_t i = 0; i < OPERATIONS; i++) {
        if (!operations[i].needs_key)
            CU_ASSERT(operations[i].run(&subject, expected[i], operations[i].len));
    }
    subject_free(&subject);
    before = count_live();
    for (; first_use_short_of_memory(first, expected, n); n++)
        check(count_live() <= before || !leaks(first, expected, n), "leaked", first->name, n);
    check(n > 20, "no self-test in the first use", first->name, n);
}

static void test_first_use_survives_every_failed_allocation(void)
{
    first_use(&operations[DERIVE_FROM_BYTES]);
    first_use(&operations[MAKE_KEY]);
    first_use(&operations[DROP_IN_TLS13]);
}

/* The only operation of the provider that draws random numbers. */
#ifdef SSLP_HAVE_SKEYMGMT
static EVP_SKEY *generate_key(OSSL_LIB_CTX *libctx)
{
    return EVP_SKEY_generate(libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY, NULL);
}

static void test_key_is_not_generated_without_random_numbers(void)
{
    struct subject subject = subject_new();
    EVP_SKEY *key = generate_key(subject.libctx);
    const long before = count_live();

    CU_ASSERT(key != NULL);
    random_fail(1);
    CU_ASSERT(generate_key(subject.libctx) == NULL);
    CU_ASSERT(random_end());
    CU_ASSERT(support_raised("random numbers not available"));
    CU_ASSERT_EQUAL(count_live(), before);
    EVP_SKEY_free(key);
    key = generate_key(subject.libctx);
    CU_ASSERT(key != NULL);
    EVP_SKEY_free(key);
    subject_free(&subject);
}
#endif

static int initialize(void)
{
    uint64_t state = UINT64_C(0xA110CA7E);

    support_fill(&state, secret, sizeof(secret));
    support_fill(&state, client_random, sizeof(client_random));
    support_fill(&state, server_random, sizeof(server_random));
    return 0;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_running_provider_survives_every_failed_allocation),
        TEST(test_first_use_survives_every_failed_allocation),
#ifdef SSLP_HAVE_SKEYMGMT
        TEST(test_key_is_not_generated_without_random_numbers),
#endif
    };

    int failed;

    if (!allocations_install() || !random_install())
        return 1;
    failed = RUN_TESTS("KDFs short of memory", initialize, NULL, tests);
    printf("%lu points, %lu failed derivations, %lu exceptions\n", totals.points, totals.failed,
        totals.exceptions);
    return failed;
}
