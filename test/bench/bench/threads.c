/* SPDX-License-Identifier: Apache-2.0 */
#include "threads.h"

#include "tls12.h"

#include <openssl/kdf.h>
#include <pthread.h>
#include <unistd.h>

enum { THREADS = 2, DERIVATIONS = 16000, SMOKE_DERIVATIONS = 50 };

/* What one thread derives by. */
struct use {
    EVP_KDF *kdf;
    uint64_t handle;
};

enum { CONTROL, NEIGHBOURS, SHARED, ARRANGEMENTS };

struct worker {
    pthread_t thread;
    pthread_barrier_t *barrier;
    struct use use;
    int derivations;
    double start, end;
};

static void *work(void *argument)
{
    struct worker *worker = argument;
    unsigned char out[SHORT_LEN];

    pthread_barrier_wait(worker->barrier);
    worker->start = bench_clock_ns(CLOCK_MONOTONIC);
    for (int i = 0; i < worker->derivations; i++)
        tls12_derive(worker->use.kdf, worker->use.handle, out, sizeof(out));
    worker->end = bench_clock_ns(CLOCK_MONOTONIC);
    return NULL;
}

/* From the first thread's start to the last one's end. */
static double time_threads(const struct use uses[], unsigned threads, int derivations)
{
    struct worker workers[THREADS];
    pthread_barrier_t barrier;
    double start = 0, end = 0;

    bench_require(pthread_barrier_init(&barrier, NULL, threads) == 0, "a barrier");
    for (unsigned i = 0; i < threads; i++) {
        workers[i] =
            (struct worker){.barrier = &barrier, .use = uses[i], .derivations = derivations};
        bench_require(
            pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0, "starting a thread");
    }
    for (unsigned i = 0; i < threads; i++) {
        pthread_join(workers[i].thread, NULL);
        if (i == 0 || workers[i].start < start)
            start = workers[i].start;
        if (i == 0 || workers[i].end > end)
            end = workers[i].end;
    }
    pthread_barrier_destroy(&barrier);
    return end - start;
}

bool threads_measure(struct threads_result *result, int rounds, bool smoke)
{
    const int derivations = smoke ? SMOKE_DERIVATIONS : DERIVATIONS;
    struct bench_context contexts[THREADS];
    EVP_PKEY *keys[THREADS + 1];
    struct use uses[ARRANGEMENTS][THREADS];
    double reached[ARRANGEMENTS][MAX_ROUNDS], of_control[ARRANGEMENTS][MAX_ROUNDS];

    if (sysconf(_SC_NPROCESSORS_ONLN) < THREADS)
        return false;
    for (int i = 0; i < THREADS; i++) {
        bench_context_open(&contexts[i], true);
        uses[CONTROL][i].kdf = tls12_fetch(contexts[i].libctx);
        keys[i] = tls12_make_key(contexts[i].libctx, &uses[CONTROL][i].handle);
        uses[NEIGHBOURS][i].kdf = uses[SHARED][i].kdf = uses[CONTROL][0].kdf;
        uses[SHARED][i].handle = uses[CONTROL][0].handle;
    }
    /* Made one after the other, so their handles are neighbours. */
    uses[NEIGHBOURS][0].handle = uses[CONTROL][0].handle;
    keys[THREADS] = tls12_make_key(contexts[0].libctx, &uses[NEIGHBOURS][1].handle);
    for (int round = 0; round < rounds; round++) {
        const double alone = time_threads(uses[CONTROL], 1, derivations);

        for (int i = 0; i < ARRANGEMENTS; i++)
            reached[i][round] = THREADS * alone / time_threads(uses[i], THREADS, derivations);
        for (int i = 0; i < ARRANGEMENTS; i++)
            of_control[i][round] = reached[i][round] / reached[CONTROL][round];
    }
    *result = (struct threads_result){bench_median(reached[CONTROL], rounds),
        bench_median(reached[NEIGHBOURS], rounds), bench_median(reached[SHARED], rounds),
        bench_median(of_control[NEIGHBOURS], rounds), bench_median(of_control[SHARED], rounds)};
    EVP_PKEY_free(keys[THREADS]);
    for (int i = 0; i < THREADS; i++) {
        EVP_PKEY_free(keys[i]);
        EVP_KDF_free(uses[CONTROL][i].kdf);
        bench_context_close(&contexts[i]);
    }
    return true;
}
