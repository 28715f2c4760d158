/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether two threads hinder each other in the drop-in KDFs: both derive in one library context,
 * and, as a control, each in one of its own, so that nothing is shared but the machine.
 *
 *     drop_in_threads [--smoke] [--rounds N]
 *
 * The two ways alternate, in many short rounds; of a way counts the processor time that both
 * threads take for a derivation, and of the rounds the median of control divided by shared.  The
 * same is printed for OpenSSL's own KDFs.  The exit status is 1 where a drop-in misses the bound in
 * contexts that each thread keeps.  Printed only are contexts that are made for each derivation,
 * and a hash that EVP computes: libcrypto counts the references to an EVP_KDF and to an EVP_MD in
 * one place for all threads.  --smoke judges nothing.  The module comes from the folder that
 * OPENSSL_MODULES names.
 */
#define _GNU_SOURCE /* pthread_setaffinity_np */

#include "bench/support/bench_support.h"
#include "sslprovider/names.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 2, ROUNDS = 31, MAX_ROUNDS = 401, SMOKE_ROUNDS = 3, OUT_LEN = 64 };

static const double bound = 0.93;
static const double round_ns = 4e6, smoke_round_ns = 50e3;

/* A library context for each thread; the first one is also the one that they share. */
struct side {
    OSSL_LIB_CTX *libctx[THREADS];
    OSSL_PROVIDER *providers[THREADS][2];
};

enum { PLAIN, SELECTED, SIDES };

static struct side sides[SIDES];

static const struct row {
    const char *kdf, *digest;
    bool is_judged;
} rows[] = {
    {"HKDF", "SHA512", true},
    {"HKDF", "sha256", true},
    {"HKDF", "SHA1", true},
    {"TLS13-KDF", "SHA2-256", true},
    {"TLS1-PRF", "SHA2-256", true},
    {"HKDF", "SHA3-256", false},
};

struct task {
    EVP_KDF *kdf;
    EVP_KDF_CTX *context; /* NULL: made for each derivation */
    OSSL_PARAM params[8];
    int core, iterations;
    pthread_barrier_t *start;
    double ns; /* of the thread's processor time, for a derivation */
};

static void list_params(const struct row *row, OSSL_PARAM *end)
{
    static unsigned char input[32] = {0x11};
    static int expand = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
    const bool is_prf = strcmp(row->kdf, "TLS1-PRF") == 0;

    *end++ =
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)row->digest, 0);
    *end++ = OSSL_PARAM_construct_octet_string(
        is_prf ? OSSL_KDF_PARAM_SECRET : OSSL_KDF_PARAM_KEY, input, sizeof(input));
    if (is_prf) {
        *end++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, input, sizeof(input));
    } else if (strcmp(row->kdf, "HKDF") == 0) {
        *end++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, input, sizeof(input));
        *end++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, input, sizeof(input));
    } else {
        *end++ = OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &expand);
        *end++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_LABEL, input, 8);
    }
    *end = OSSL_PARAM_construct_end();
}

static void derive(const struct task *task)
{
    unsigned char out[OUT_LEN];
    EVP_KDF_CTX *context = task->context;

    if (context == NULL)
        context = EVP_KDF_CTX_new(task->kdf);
    else
        EVP_KDF_CTX_reset(context);
    bench_require(
        context != NULL && EVP_KDF_derive(context, out, sizeof(out), task->params) > 0, "deriving");
    if (task->context == NULL)
        EVP_KDF_CTX_free(context);
}

static void *run(void *arg)
{
    struct task *task = arg;
    cpu_set_t core;
    double start;

    CPU_ZERO(&core);
    CPU_SET((size_t)task->core, &core);
    (void)pthread_setaffinity_np(pthread_self(), sizeof(core), &core);
    for (int i = 0; i < 10; i++)
        derive(task);
    (void)pthread_barrier_wait(task->start);
    start = bench_clock_ns(CLOCK_THREAD_CPUTIME_ID);
    for (int i = 0; i < task->iterations; i++)
        derive(task);
    task->ns = (bench_clock_ns(CLOCK_THREAD_CPUTIME_ID) - start) / task->iterations;
    return NULL;
}

/* Nanoseconds of processor time for a derivation, both threads at work. */
static double time_threads(
    const struct side *side, const struct row *row, bool is_shared, bool is_fresh, int iterations)
{
    pthread_t threads[THREADS];
    struct task tasks[THREADS];
    pthread_barrier_t start;
    double ns = 0;

    bench_require(pthread_barrier_init(&start, NULL, THREADS) == 0, "making a barrier");
    for (int i = 0; i < THREADS; i++) {
        struct task *task = &tasks[i];

        *task = (struct task){.core = i, .iterations = iterations, .start = &start};
        task->kdf = EVP_KDF_fetch(side->libctx[is_shared ? 0 : i], row->kdf, NULL);
        bench_require(task->kdf != NULL, row->kdf);
        if (!is_fresh) {
            task->context = EVP_KDF_CTX_new(task->kdf);
            bench_require(task->context != NULL, row->kdf);
        }
        list_params(row, task->params);
    }
    for (int i = 0; i < THREADS; i++)
        bench_require(pthread_create(&threads[i], NULL, run, &tasks[i]) == 0, "starting a thread");
    for (int i = 0; i < THREADS; i++) {
        bench_require(pthread_join(threads[i], NULL) == 0, "waiting for a thread");
        EVP_KDF_CTX_free(tasks[i].context);
        EVP_KDF_free(tasks[i].kdf);
        ns += tasks[i].ns / THREADS;
    }
    (void)pthread_barrier_destroy(&start);
    return ns;
}

/* The median of control / shared: 1 where sharing costs nothing. */
static double measure(
    const struct side *side, const struct row *row, bool is_fresh, int rounds, double target_ns)
{
    double ratios[MAX_ROUNDS];
    const double cost = time_threads(side, row, false, is_fresh, 50);
    const int iterations = 1 + (int)(target_ns / cost);

    for (int round = 0; round < rounds; round++) {
        const double shared = time_threads(side, row, true, is_fresh, iterations);

        ratios[round] = time_threads(side, row, false, is_fresh, iterations) / shared;
    }
    return bench_median(ratios, rounds);
}

static void set_up(void)
{
    for (int which = 0; which < SIDES; which++) {
        for (int i = 0; i < THREADS; i++) {
            struct side *side = &sides[which];

            side->libctx[i] = OSSL_LIB_CTX_new();
            bench_require(side->libctx[i] != NULL, "making a library context");
            side->providers[i][0] = OSSL_PROVIDER_load(side->libctx[i], "default");
            bench_require(side->providers[i][0] != NULL, "loading the default provider");
            if (which != SELECTED)
                continue;
            side->providers[i][1] = OSSL_PROVIDER_load(side->libctx[i], SSLPROVIDER_NAME);
            bench_require(side->providers[i][1] != NULL &&
                    EVP_set_default_properties(side->libctx[i], "?" SSLPROVIDER_KDF_PROPERTY) == 1,
                "selecting sslprovider");
        }
    }
}

static void tear_down(void)
{
    for (int which = 0; which < SIDES; which++) {
        for (int i = 0; i < THREADS; i++) {
            if (sides[which].providers[i][1] != NULL)
                OSSL_PROVIDER_unload(sides[which].providers[i][1]);
            OSSL_PROVIDER_unload(sides[which].providers[i][0]);
            OSSL_LIB_CTX_free(sides[which].libctx[i]);
        }
    }
}

int main(int argc, char *argv[])
{
    const bool smoke = argc == 2 && strcmp(argv[1], "--smoke") == 0;
    const bool has_rounds = argc == 3 && strcmp(argv[1], "--rounds") == 0;
    const int rounds = smoke ? SMOKE_ROUNDS : has_rounds ? atoi(argv[2]) : ROUNDS;
    const double target_ns = smoke ? smoke_round_ns : round_ns;
    bool good = true;

    if ((argc > 1 && !smoke && !has_rounds) || rounds < 1 || rounds > MAX_ROUNDS) {
        fprintf(stderr, "usage: %s [--smoke] [--rounds N]\n", argv[0]);
        return EXIT_FAILURE;
    }
    set_up();
    printf("Two threads, control / shared:   kept contexts       fresh contexts\n"
           "KDF         digest            ours     OpenSSL    ours     OpenSSL\n");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        double ratios[2][SIDES];

        for (int is_fresh = 0; is_fresh < 2; is_fresh++) {
            for (int which = 0; which < SIDES; which++)
                ratios[is_fresh][which] =
                    measure(&sides[which], &rows[i], is_fresh, rounds, target_ns);
        }
        printf("%-11s %-14s %9.2f %9.2f %9.2f %9.2f\n", rows[i].kdf, rows[i].digest,
            ratios[0][SELECTED], ratios[0][PLAIN], ratios[1][SELECTED], ratios[1][PLAIN]);
        good = good && (!rows[i].is_judged || ratios[0][SELECTED] >= bound);
    }
    tear_down();
    return good || smoke ? EXIT_SUCCESS : EXIT_FAILURE;
}
