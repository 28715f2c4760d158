/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions of the shim, short of memory or of random numbers at every point: each call is
 * repeated with its first, second, third ... allocation failing, or request for random numbers,
 * alone and with all that follow, until it makes no more.  Whatever fails, nothing crashes or
 * leaks, no success is wrong, no handle and no byte comes out, the status is NTE_NO_MEMORY or
 * NTE_FAIL, and the same call works right afterwards.  The parts that know the functions are in
 * functions/.
 *
 * $SSLP_FAULTS_STEP, where it is set, is how many points apart those are that are tried: for
 * valgrind, under which all of them take long.
 *
 * A provider is open all the time, and with it the private context, which is made with all the
 * memory there is.
 */
#include "functions/functions.h"

#include "common/allocations.h"
#include "common/random_faults.h"

#include <openssl/err.h>
#include <unistd.h>

struct fault_outputs out;

typedef bool counts_fn(const char *file);

static void fail_random(unsigned long n, counts_fn *counts)
{
    (void)counts;
    random_fail(n);
}

static void fail_random_from(unsigned long n, counts_fn *counts)
{
    (void)counts;
    random_fail_from(n);
}

/* What fails, and the status of a call in which it did. */
static const struct mode {
    const char *label;
    void (*begin)(unsigned long n, counts_fn *counts);
    bool (*end)(void);
    SECURITY_STATUS status;
} modes[] = {
    {"allocation", allocations_fail, allocations_end, NTE_NO_MEMORY},
    {"allocations from", allocations_fail_from, allocations_end, NTE_NO_MEMORY},
    {"random numbers", fail_random, random_end, NTE_FAIL},
    {"random numbers from", fail_random_from, random_end, NTE_FAIL},
};

static const struct fault_family *const families[] = {&faults_providers, &faults_private_keys,
    &faults_lookup, &faults_hashes, &faults_keys, &faults_key_shares, &faults_master_keys,
    &faults_signatures, &faults_secrets, &faults_key_schedule, &faults_records,
    &faults_first_records};

static struct {
    unsigned long points, failed, exceptions;
    unsigned long of_mode[COUNT(modes)]; /* points */
} totals;

static unsigned long step = 1;

static void read_step(void)
{
    const char *text = getenv("SSLP_FAULTS_STEP");

    if (text != NULL)
        step = strtoul(text, NULL, 10);
    if (step == 0)
        step = 1;
}

/* The point at work. */
static struct {
    const struct fault_family *family;
    const struct fault_call *call;
    const char *round;
    const struct mode *mode;
    unsigned long n;
    char label[192];
} now;

/* ---- Outputs ---- */

/* The canary stands in what a call has not written. */
static void clear_outputs(void)
{
    memset(&out, 0, sizeof(out));
    memset(out.bytes, FAULTS_CANARY, sizeof(out.bytes));
    for (size_t i = 0; i < now.call->handles; i++)
        out.handles[i] = GARBAGE_HANDLE;
}

static void free_outputs(void)
{
    for (size_t i = 0; i < FAULTS_HANDLES; i++) {
        if (out.handles[i] != 0)
            EXPECT_SUCCESS(SslFreeObject(out.handles[i], 0), now.label);
    }
    for (size_t i = 0; i < FAULTS_BLOCKS; i++) {
        if (out.blocks[i] != NULL)
            EXPECT_SUCCESS(SslFreeBuffer(out.blocks[i]), now.label);
    }
}

static void expect_nothing_behind_the_room(void)
{
    BYTE different = 0;

    for (size_t i = out.room; i < sizeof(out.bytes); i++)
        different |= out.bytes[i] ^ FAULTS_CANARY;
    EXPECT(different == 0, now.label);
}

static void expect_no_output(void)
{
    bool none = true;

    for (size_t i = 0; i < out.room; i++)
        none &= out.bytes[i] == 0 || out.bytes[i] == FAULTS_CANARY;
    EXPECT(none, now.label);
    EXPECT(out.len == 0, now.label);
    for (size_t i = 0; i < FAULTS_HANDLES; i++)
        EXPECT(out.handles[i] == 0, now.label);
    for (size_t i = 0; i < FAULTS_BLOCKS; i++)
        EXPECT(out.blocks[i] == NULL, now.label);
}

/* ---- One point ---- */

/* Without the error queue, whose texts stay for reuse; a queue is there again afterwards. */
static long count_live(void)
{
    OPENSSL_thread_stop();
    ERR_clear_error();
    return allocations_live();
}

static bool is_short_of_memory(void)
{
    return now.mode->status == NTE_NO_MEMORY;
}

static void judge(SECURITY_STATUS status)
{
    const char *file = is_short_of_memory() ? allocations_failed_file() : "random numbers";
    char label[256];

    totals.failed++;
    if (faults_exception(now.call->name, file, status) != NULL) {
        totals.exceptions++;
        return;
    }
    snprintf(label, sizeof(label), "%s (%s)", now.label, file == NULL ? "?" : file);
    EXPECT_STATUS(status, now.mode->status, label);
}

static bool is_right(void)
{
    return now.call->is_right == NULL || now.call->is_right();
}

static void end_success(void)
{
    if (now.call->settle != NULL)
        now.call->settle();
    free_outputs();
}

/* With all the memory. */
static void expect_works(void)
{
    if (now.call->prepare != NULL)
        now.call->prepare();
    clear_outputs();
    if (EXPECT_SUCCESS(now.call->run(), now.label)) {
        EXPECT(is_right(), now.label);
        end_success();
    }
}

/* Whether the call came to the point that fails. */
static bool attempt(void)
{
    SECURITY_STATUS status;
    bool reached;

    if (now.call->prepare != NULL)
        now.call->prepare();
    clear_outputs();
    now.mode->begin(now.n, now.family->counts);
    status = now.call->run();
    reached = now.mode->end();
    EXPECT(ERR_peek_error() == 0, now.label);
    ERR_clear_error();
    expect_nothing_behind_the_room();
    if (status == ERROR_SUCCESS) {
        /* There is a way without a block of memory, but none without random numbers. */
        if (!is_right() || (reached && !is_short_of_memory()))
            judge(ERROR_SUCCESS);
        end_success();
        return reached;
    }
    EXPECT(reached, now.label);
    judge(status);
    expect_no_output();
    expect_works();
    return reached;
}

/* OpenSSL's tables keep a block more or less from time to time, but what leaks adds up. */
static bool leaks(void)
{
    enum { REPEATS = 8 };
    const long before = count_live();

    for (int i = 0; i < REPEATS; i++)
        (void)attempt();
    return count_live() - before >= REPEATS;
}

static bool try_point(void)
{
    const long before = count_live();
    bool reached;

    snprintf(now.label, sizeof(now.label), "%s, %s, %s %lu", now.round, now.call->name,
        now.mode->label, now.n);
    reached = attempt();
    EXPECT(count_live() == before || !leaks(), now.label);
    totals.points += reached;
    totals.of_mode[now.mode - modes] += reached;
    return reached;
}

static void try_once(const struct fault_call *call)
{
    now.call = call;
    snprintf(now.label, sizeof(now.label), "%s, %s", now.round, call->name);
    faults_forget();
    expect_works();
}

static void try_call(const struct fault_call *call)
{
    try_once(call);
    for (now.mode = modes; now.mode < modes + COUNT(modes); now.mode++) {
        for (now.n = 1; try_point(); now.n += step)
            continue;
    }
}

/* ---- Tests ---- */

static const struct fault_family *find_family(const char *name)
{
    for (size_t i = 0; i < COUNT(families); i++) {
        if (strcmp(families[i]->name, name) == 0)
            return families[i];
    }
    return NULL;
}

/* False when there is no such round. */
static bool make_round(
    const struct fault_family *family, size_t round, void (*try)(const struct fault_call *call))
{
    if (!family->begin(round, &now.round))
        return false;
    for (size_t i = 0; i < family->call_count; i++) {
        if (family->calls[i].applies == NULL || family->calls[i].applies())
            try(&family->calls[i]);
    }
    family->end();
    return true;
}

/* A leaked reference keeps an object for good.  So the test also compares what a whole round leaves
 * behind, after a first round has made what OpenSSL keeps. */
static void test_family(void)
{
    const struct fault_family *family = find_family(CU_get_current_test()->pName);
    const unsigned long points = totals.points;

    now.family = family;
    for (size_t round = 0; make_round(family, round, try_once); round++) {
        const long before = count_live();

        (void)make_round(family, round, try_call);
        EXPECT(count_live() == before, now.round);
    }
    printf("%lu points ", totals.points - points);
    CU_ASSERT(totals.points > points);
}

static bool run_all(void)
{
    struct named_test tests[COUNT(families)];
    int status;

    for (size_t i = 0; i < COUNT(families); i++)
        tests[i] = (struct named_test){families[i]->name, test_family};
    status = RUN_TESTS("functions in which something fails", NULL, NULL, tests);
    for (size_t i = 0; i < COUNT(modes); i++) {
        printf("%s: %lu points\n", modes[i].label, totals.of_mode[i]);
        if (totals.of_mode[i] == 0)
            status = 1;
    }
    printf("%lu points, %lu failed calls, %lu exceptions\n", totals.points, totals.failed,
        totals.exceptions);
    return status == 0;
}

static void remove_folder(const char *folder)
{
    static const char *const names[] = {"openssl.cnf", "key.pem"};
    char path[256];

    for (size_t i = 0; i < COUNT(names); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
}

int main(void)
{
    char folder[] = "/tmp/sslprovider-faults-XXXXXX";
    bool passed;

    if (!allocations_install() || !random_install() || mkdtemp(folder) == NULL)
        return 1;
    read_step();
    passed = faults_configure(folder) && faults_objects_open(folder) && run_all();
    passed = faults_objects_close() && passed;
    remove_folder(folder);
    return passed ? 0 : 1;
}
