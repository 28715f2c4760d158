/* SPDX-License-Identifier: Apache-2.0
 *
 * The word of a guard:
 *
 *     31                       1  0
 *     +-------------------------+--------+
 *     | generation of its holder| waited |
 *     +-------------------------+--------+
 *
 * 0: nobody holds it.  A generation is a process: it is counted up in every child.
 */
#include "shim/core/fork_lock.h"

#include <pthread.h>

#define WAITED UINT32_C(1)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t left = PTHREAD_COND_INITIALIZER; /* a guard that somebody waits for */
static uint32_t generation = 1;                        /* changes while there is one thread only */

void sslp_process_lock(void)
{
    (void)pthread_mutex_lock(&lock);
}

void sslp_process_unlock(void)
{
    (void)pthread_mutex_unlock(&lock);
}

/* The child does not have the threads that waited, but the condition would remember them. */
static void begin_child(void)
{
    (void)pthread_cond_init(&left, NULL);
    generation++;
    sslp_process_unlock();
}

/* When the library is loaded.  Handlers that are registered later run before the lock is taken and
 * after it is given back, so they may call the library. */
__attribute__((constructor)) static void watch_forks(void)
{
    (void)pthread_atfork(sslp_process_lock, sslp_process_unlock, begin_child);
}

/* Waits while a thread of this process has the guard.  The mark makes that thread signal its
 * leaving. */
static bool enter_slowly(struct sslp_guard *guard)
{
    const uint32_t mine = generation << 1 | WAITED;
    bool entered = false, lost = false;

    sslp_process_lock();
    while (!entered && !lost) {
        uint32_t now = atomic_load(&guard->word);

        if (now == 0)
            entered = atomic_compare_exchange_strong(&guard->word, &now, mine);
        else if (now >> 1 != generation)
            lost = true;
        else if (now == mine || atomic_compare_exchange_strong(&guard->word, &now, mine))
            (void)pthread_cond_wait(&left, &lock);
    }
    sslp_process_unlock();
    return entered;
}

bool sslp_guard_enter(struct sslp_guard *guard)
{
    uint32_t nobody = 0;

    return atomic_compare_exchange_strong_explicit(&guard->word, &nobody, generation << 1,
               memory_order_acquire, memory_order_relaxed) ||
        enter_slowly(guard);
}

void sslp_guard_leave(struct sslp_guard *guard)
{
    if ((atomic_exchange(&guard->word, 0) & WAITED) == 0)
        return;
    sslp_process_lock();
    (void)pthread_cond_broadcast(&left);
    sslp_process_unlock();
}
