/* SPDX-License-Identifier: Apache-2.0
 *
 * The states of one session key.  A state is used by one thread at a time.  Where no record depends
 * on the one before, each further thread gets a state of its own, made of the same keys; so does a
 * child of fork() for those that its parent's threads had taken.  Where records are sequential
 * (RC4, and CBC up to TLS 1.0), the threads wait for the only state.
 */
#ifndef SSLP_SHIM_RECORDS_POOL_H
#define SSLP_SHIM_RECORDS_POOL_H

#include "shim/core/fork_lock.h"
#include "shim/records/record.h"

/* So many states are kept for the next calls. */
enum { SSLP_MAX_IDLE_STATES = 8 };

struct sslp_record_pool {
    struct sslp_record_state *first; /* in the pool's owner; the others have its keys */
    bool sequential;
    struct sslp_guard guard;                                        /* of a sequential state */
    _Atomic(struct sslp_record_state *) idle[SSLP_MAX_IDLE_STATES]; /* owned but for the first */
};

/* Zero bytes are an empty pool.  The state has to stay where it is as long as the pool. */
static inline void sslp_record_pool_fill(
    struct sslp_record_pool *pool, struct sslp_record_state *state)
{
    pool->first = state;
    pool->sequential = sslp_record_state_is_sequential(state);
    atomic_store_explicit(&pool->idle[0], state, memory_order_release);
}

/* Clears the first state and frees the others; an empty pool is allowed. */
void sslp_record_pool_clear(struct sslp_record_pool *pool);

/* A state that only the calling thread has.  NTE_BAD_KEY_STATE: when this process was forked, a
 * thread of its parent was changing the state.  Otherwise as sslp_record_state_another. */
SECURITY_STATUS sslp_record_pool_take(
    struct sslp_record_pool *pool, struct sslp_record_state **state);
void sslp_record_pool_give_back(struct sslp_record_pool *pool, struct sslp_record_state *state);

#endif
