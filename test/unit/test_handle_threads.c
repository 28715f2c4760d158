/* SPDX-License-Identifier: Apache-2.0
 *
 * The handle table from several threads at once, on the same few handles.  The objects hold plain
 * memory that their destruction writes to, so that ThreadSanitizer sees a lookup that is not
 * ordered before it.
 */
#include "base/handle_table.h"
#include "cunit/run_tests.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { KIND = 3, THREADS = 4, SHARED = 8, STEPS = 4000, ROUNDS = 3000 };

struct object {
    unsigned destroyed; /* plain on purpose */
};

static struct object objects[SHARED + THREADS * STEPS];
static atomic_size_t objects_used, destroyed_count, arrived;

struct worker {
    pthread_t thread;
    struct sslp_handle_table *table;
    _Atomic sslp_handle *shared; /* SHARED handles that all threads use */
    uint64_t random;
    size_t wrong, closed, found;
};

static void destroy(sslp_handle_kind kind, void *object)
{
    struct object *it = object;

    (void)kind;
    it->destroyed++;
    atomic_fetch_add(&destroyed_count, 1);
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static bool insert_fresh(struct sslp_handle_table *table, _Atomic sslp_handle *place)
{
    struct object *object = &objects[atomic_fetch_add(&objects_used, 1)];
    sslp_handle handle;
    bool ok = sslp_handle_insert(table, KIND, object, &handle);

    if (ok)
        atomic_store(place, handle);
    return ok;
}

static void look_up(struct worker *worker, sslp_handle handle)
{
    struct object *object = sslp_handle_acquire(worker->table, handle, KIND);

    if (object == NULL)
        return;
    worker->found++;
    sslp_handle_retain(worker->table, handle);
    worker->wrong += object->destroyed != 0;
    sslp_handle_release(worker->table, handle);
    worker->wrong += object->destroyed != 0;
    sslp_handle_release(worker->table, handle);
}

static void *use_shared_handles(void *argument)
{
    struct worker *worker = argument;

    for (size_t i = 0; i < STEPS; i++) {
        const uint64_t random = next_random(&worker->random);
        _Atomic sslp_handle *place = &worker->shared[random % SHARED];
        const sslp_handle handle = atomic_load(place);

        worker->wrong += sslp_handle_acquire(worker->table, handle, KIND + 1) != NULL;
        worker->wrong += sslp_handle_close(worker->table, handle ^ (UINT64_C(1) << 63));
        look_up(worker, handle);
        if (random >> 32 & 1 && sslp_handle_close(worker->table, handle)) {
            worker->closed++;
            worker->wrong += !insert_fresh(worker->table, place);
        }
    }
    return NULL;
}

/* Starts the threads, waits for them, and gives back the sum of what they found wrong. */
static size_t run_workers(struct worker *workers, void *(*work)(void *))
{
    size_t wrong = 0, started = 0;

    while (started < THREADS &&
        pthread_create(&workers[started].thread, NULL, work, &workers[started]) == 0)
        started++;
    CU_ASSERT_EQUAL_FATAL(started, THREADS);
    for (size_t i = 0; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
        wrong += workers[i].wrong;
    }
    return wrong;
}

static void test_shared_handles_are_destroyed_once(void)
{
    struct sslp_handle_table *table = sslp_handle_table_new(destroy);
    static _Atomic sslp_handle shared[SHARED];
    struct worker workers[THREADS] = {{.wrong = 0}};
    size_t wrong, closed = 0, found = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(table);
    for (size_t i = 0; i < SHARED; i++)
        CU_ASSERT_FATAL(insert_fresh(table, &shared[i]));
    for (size_t i = 0; i < THREADS; i++) {
        workers[i].table = table;
        workers[i].shared = shared;
        workers[i].random = UINT64_C(0x9E3779B97F4A7C15) * (i + 1);
    }
    wrong = run_workers(workers, use_shared_handles);
    for (size_t i = 0; i < THREADS; i++) {
        closed += workers[i].closed;
        found += workers[i].found;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT(closed > STEPS / 4 && found > STEPS / 4); /* the threads did meet live handles */
    CU_ASSERT_EQUAL(atomic_load(&objects_used), SHARED + closed);
    CU_ASSERT_EQUAL(atomic_load(&destroyed_count), closed);
    CU_ASSERT_EQUAL(sslp_handle_table_count(table), SHARED);
    sslp_handle_table_free(table);
    for (size_t i = 0; i < SHARED + closed; i++)
        wrong += objects[i].destroyed != 1;
    CU_ASSERT_EQUAL(wrong, 0);
}

/* Each round has one handle, which every thread closes at the same moment: a barrier would wake the
 * threads one after the other, so they wait for one another on a counter. */
static void *close_at_once(void *argument)
{
    struct worker *worker = argument;

    for (size_t round = 0; round < ROUNDS; round++) {
        atomic_fetch_add(&arrived, 1);
        while (atomic_load(&arrived) < THREADS * (round + 1))
            sched_yield();
        worker->closed += sslp_handle_close(worker->table, worker->shared[round]);
    }
    return NULL;
}

static void test_one_of_several_closes_wins(void)
{
    struct sslp_handle_table *table = sslp_handle_table_new(destroy);
    static _Atomic sslp_handle handles[ROUNDS];
    static struct object closed_objects[ROUNDS];
    struct worker workers[THREADS] = {{.wrong = 0}};
    size_t closed = 0, wrong = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(table);
    for (size_t i = 0; i < ROUNDS; i++) {
        sslp_handle handle;

        CU_ASSERT_FATAL(sslp_handle_insert(table, KIND, &closed_objects[i], &handle));
        atomic_store(&handles[i], handle);
    }
    for (size_t i = 0; i < THREADS; i++) {
        workers[i].table = table;
        workers[i].shared = handles;
    }
    run_workers(workers, close_at_once);
    for (size_t i = 0; i < THREADS; i++)
        closed += workers[i].closed;
    CU_ASSERT_EQUAL(closed, ROUNDS);
    for (size_t i = 0; i < ROUNDS; i++)
        wrong += closed_objects[i].destroyed != 1;
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(sslp_handle_table_count(table), 0);
    sslp_handle_table_free(table);
}

static const struct named_test tests[] = {
    {"shared handles are destroyed once", test_shared_handles_are_destroyed_once},
    {"one of several closes wins", test_one_of_several_closes_wins},
};

int main(void)
{
    return RUN_TESTS("handle threads", NULL, NULL, tests);
}
