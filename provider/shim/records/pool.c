/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/records/pool.h"

void sslp_record_pool_clear(struct sslp_record_pool *pool)
{
    for (size_t i = 0; i < SSLP_MAX_IDLE_RECORDS; i++) {
        struct sslp_record *const record = atomic_load(&pool->idle[i]);

        if (record != pool->first)
            sslp_record_free(record);
    }
    sslp_record_free(pool->first);
}

static struct sslp_record *take_idle(struct sslp_record_pool *pool)
{
    for (size_t i = 0; i < SSLP_MAX_IDLE_RECORDS; i++) {
        struct sslp_record *record = atomic_load_explicit(&pool->idle[i], memory_order_relaxed);

        if (record != NULL)
            record = atomic_exchange_explicit(&pool->idle[i], NULL, memory_order_acquire);
        if (record != NULL)
            return record;
    }
    return NULL;
}

SECURITY_STATUS sslp_record_pool_take(struct sslp_record_pool *pool, struct sslp_record **record)
{
    if (pool->keeps_state) {
        *record = pool->first;
        return sslp_guard_enter(&pool->guard) ? ERROR_SUCCESS : NTE_BAD_KEY_STATE;
    }
    *record = take_idle(pool);
    return *record != NULL ? ERROR_SUCCESS : sslp_record_another(pool->first, record);
}

static bool keep(struct sslp_record_pool *pool, struct sslp_record *record)
{
    for (size_t i = 0; i < SSLP_MAX_IDLE_RECORDS; i++) {
        struct sslp_record *none = NULL;

        if (atomic_load_explicit(&pool->idle[i], memory_order_relaxed) == NULL &&
            atomic_compare_exchange_strong_explicit(
                &pool->idle[i], &none, record, memory_order_release, memory_order_relaxed))
            return true;
    }
    return false;
}

void sslp_record_pool_give_back(struct sslp_record_pool *pool, struct sslp_record *record)
{
    if (pool->keeps_state)
        sslp_guard_leave(&pool->guard);
    else if (!keep(pool, record) && record != pool->first)
        sslp_record_free(record);
}
