/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/records/pool.h"

void sslp_record_pool_clear(struct sslp_record_pool *pool)
{
    for (size_t i = 0; i < SSLP_MAX_IDLE_STATES; i++) {
        struct sslp_record_state *const state = atomic_load(&pool->idle[i]);

        if (state != NULL && state != pool->first)
            sslp_record_state_free(state);
    }
    if (pool->first != NULL)
        sslp_record_state_clear(pool->first);
}

static struct sslp_record_state *pool_take_idle(struct sslp_record_pool *pool)
{
    for (size_t i = 0; i < SSLP_MAX_IDLE_STATES; i++) {
        struct sslp_record_state *state =
            atomic_load_explicit(&pool->idle[i], memory_order_relaxed);

        if (state != NULL)
            state = atomic_exchange_explicit(&pool->idle[i], NULL, memory_order_acquire);
        if (state != NULL)
            return state;
    }
    return NULL;
}

SECURITY_STATUS sslp_record_pool_take(
    struct sslp_record_pool *pool, struct sslp_record_state **state)
{
    if (pool->sequential) {
        *state = pool->first;
        return sslp_guard_enter(&pool->guard) ? ERROR_SUCCESS : NTE_BAD_KEY_STATE;
    }
    *state = pool_take_idle(pool);
    return *state != NULL ? ERROR_SUCCESS : sslp_record_state_another(pool->first, state);
}

static bool pool_keep(struct sslp_record_pool *pool, struct sslp_record_state *state)
{
    for (size_t i = 0; i < SSLP_MAX_IDLE_STATES; i++) {
        struct sslp_record_state *none = NULL;

        if (atomic_load_explicit(&pool->idle[i], memory_order_relaxed) == NULL &&
            atomic_compare_exchange_strong_explicit(
                &pool->idle[i], &none, state, memory_order_release, memory_order_relaxed))
            return true;
    }
    return false;
}

void sslp_record_pool_give_back(struct sslp_record_pool *pool, struct sslp_record_state *state)
{
    if (pool->sequential)
        sslp_guard_leave(&pool->guard);
    else if (!pool_keep(pool, state) && state != pool->first)
        sslp_record_state_free(state);
}
