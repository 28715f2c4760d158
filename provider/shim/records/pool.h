/* SPDX-License-Identifier: Apache-2.0
 *
 * The records of one session key.  A record is used by one thread at a time; where nothing goes
 * from one call to the next, further threads, and a child of fork() for what its parent's threads
 * had taken, get records of their own, made of the same keys.  The key stream of RC4 and the IV
 * that CBC chains up to TLS 1.0 do go on: there the threads wait for the only record.
 */
#ifndef SSLP_SHIM_RECORDS_POOL_H
#define SSLP_SHIM_RECORDS_POOL_H

#include "shim/core/fork_lock.h"
#include "shim/records/record.h"

/* As many records are kept for the next call. */
enum { SSLP_MAX_IDLE_RECORDS = 8 };

struct sslp_record_pool {
    struct sslp_record *first; /* owned; the others have its keys */
    bool keeps_state;
    struct sslp_guard guard;                                   /* of a record that keeps state */
    _Atomic(struct sslp_record *) idle[SSLP_MAX_IDLE_RECORDS]; /* owned but for the first */
};

/* Zero bytes are an empty pool.  Takes the record over. */
static inline void sslp_record_pool_fill(struct sslp_record_pool *pool, struct sslp_record *record)
{
    pool->first = record;
    pool->keeps_state = sslp_record_keeps_state(record);
    atomic_store_explicit(&pool->idle[0], record, memory_order_release);
}

/* Wipes and frees all records; an empty pool is allowed. */
void sslp_record_pool_clear(struct sslp_record_pool *pool);

/* A record for the calling thread alone.  NTE_BAD_KEY_STATE: a thread that this process does not
 * have was changing the state at the moment of the fork.  Otherwise as sslp_record_new. */
SECURITY_STATUS sslp_record_pool_take(struct sslp_record_pool *pool, struct sslp_record **record);
void sslp_record_pool_give_back(struct sslp_record_pool *pool, struct sslp_record *record);

#endif
