/* SPDX-License-Identifier: Apache-2.0
 *
 * The handle table from one thread: a handle is refused unless it is exactly a live one, and an
 * object is destroyed exactly once, when its handle is closed and nobody refers to it.
 */
#include "base/handle_table.h"
#include "cunit/run_tests.h"

enum {
    KIND = 7,
    OTHER_KIND = 8,
    MANY = 5000,
    THIRDS = (MANY + 2) / 3,
    REUSES = 1000,
    SLOT_BITS = 24
};

/* What the table holds in these tests; `kind` is the one its destruction named. */
struct object {
    unsigned destroyed;
    sslp_handle_kind kind;
};

static void destroy(sslp_handle_kind kind, void *object)
{
    struct object *it = object;

    it->destroyed++;
    it->kind = kind;
}

static struct sslp_handle_table *new_table(void)
{
    struct sslp_handle_table *table = sslp_handle_table_new(destroy);

    CU_ASSERT_PTR_NOT_NULL_FATAL(table);
    return table;
}

static sslp_handle insert(struct sslp_handle_table *table, struct object *object)
{
    sslp_handle handle = 0;

    CU_ASSERT_FATAL(sslp_handle_insert(table, KIND, object, &handle));
    CU_ASSERT_NOT_EQUAL(handle, 0);
    CU_ASSERT_EQUAL(sslp_handle_kind_of(handle), KIND);
    return handle;
}

/* True when neither a lookup nor a close takes the number for a handle. */
static bool refused(struct sslp_handle_table *table, sslp_handle handle)
{
    return sslp_handle_acquire(table, handle, KIND) == NULL &&
        sslp_handle_acquire(table, handle, sslp_handle_kind_of(handle)) == NULL &&
        !sslp_handle_close(table, handle);
}

static void test_empty_table_refuses_every_number(void)
{
    struct sslp_handle_table *table = new_table();
    size_t wrong = refused(table, 0) ? 0 : 1;

    for (unsigned bit = 0; bit < 64; bit++) {
        wrong += !refused(table, UINT64_C(1) << bit);
        wrong += !refused(table, UINT64_MAX << bit);
        wrong += !refused(table, UINT64_MAX >> bit);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(sslp_handle_table_count(table), 0);
    sslp_handle_table_free(table);
    sslp_handle_table_free(NULL);
}

static void test_live_handle_gives_its_object(void)
{
    struct sslp_handle_table *table = new_table();
    struct object object = {0, 0};
    sslp_handle handle = insert(table, &object);

    CU_ASSERT_EQUAL(sslp_handle_table_count(table), 1);
    CU_ASSERT_PTR_EQUAL(sslp_handle_acquire(table, handle, KIND), &object);
    sslp_handle_release(table, handle);
    CU_ASSERT_EQUAL(object.destroyed, 0);
    CU_ASSERT(sslp_handle_close(table, handle));
    CU_ASSERT_EQUAL(object.destroyed, 1);
    CU_ASSERT_EQUAL(object.kind, KIND);
    CU_ASSERT_EQUAL(sslp_handle_table_count(table), 0);
    sslp_handle_table_free(table);
    CU_ASSERT_EQUAL(object.destroyed, 1);
}

static void test_first_and_last_kind_pass_to_destroy(void)
{
    static const sslp_handle_kind kinds[] = {1, 255};

    for (size_t i = 0; i < sizeof(kinds); i++) {
        struct sslp_handle_table *table = new_table();
        struct object object = {0, 0};
        sslp_handle handle;

        CU_ASSERT_FATAL(sslp_handle_insert(table, kinds[i], &object, &handle));
        CU_ASSERT_EQUAL(sslp_handle_kind_of(handle), kinds[i]);
        CU_ASSERT_PTR_EQUAL(sslp_handle_acquire(table, handle, kinds[i]), &object);
        sslp_handle_release(table, handle);
        CU_ASSERT(sslp_handle_close(table, handle));
        CU_ASSERT_EQUAL(object.kind, kinds[i]);
        sslp_handle_table_free(table);
    }
}

static void test_wrong_kind_is_refused(void)
{
    struct sslp_handle_table *table = new_table();
    struct object object = {0, 0};
    sslp_handle handle = insert(table, &object);
    size_t wrong = 0;

    for (unsigned kind = 0; kind < 256; kind++) {
        if (kind != KIND)
            wrong += sslp_handle_acquire(table, handle, (sslp_handle_kind)kind) != NULL;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT(sslp_handle_close(table, handle));
    CU_ASSERT_EQUAL(object.destroyed, 1); /* no lookup that failed left a reference behind */
    sslp_handle_table_free(table);
}

static void test_every_flipped_bit_is_refused(void)
{
    struct sslp_handle_table *table = new_table();
    struct object gone = {0, 0}, object = {0, 0};
    sslp_handle stale[64], handle = 0;
    size_t wrong = 0;

    /* The neighbouring slots have been in use, so that their memory is there to be read. */
    for (size_t i = 0; i < 64; i++)
        stale[i] = insert(table, &gone);
    handle = insert(table, &object);
    for (size_t i = 0; i < 64; i++)
        CU_ASSERT(sslp_handle_close(table, stale[i]));
    for (unsigned bit = 0; bit < 64; bit++)
        wrong += !refused(table, handle ^ (UINT64_C(1) << bit));
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(object.destroyed, 0);
    CU_ASSERT_PTR_EQUAL(sslp_handle_acquire(table, handle, KIND), &object);
    sslp_handle_release(table, handle);
    CU_ASSERT(sslp_handle_close(table, handle));
    CU_ASSERT_EQUAL(object.destroyed, 1);
    sslp_handle_table_free(table);
}

static void test_flipped_bits_never_reach_the_same_object(void)
{
    struct sslp_handle_table *table = new_table();
    static struct object objects[64];
    sslp_handle handles[64];
    size_t wrong = 0;

    for (size_t i = 0; i < 64; i++)
        handles[i] = insert(table, &objects[i]);
    for (size_t i = 0; i < 64; i++) {
        for (unsigned bit = 0; bit < 64; bit++) {
            const sslp_handle forged = handles[i] ^ (UINT64_C(1) << bit);
            struct object *found = sslp_handle_acquire(table, forged, KIND);

            /* Another live handle may be one bit away, but only its own object is behind it. */
            wrong += found != NULL && (found == &objects[i] || handles[found - objects] != forged);
            if (found != NULL)
                sslp_handle_release(table, forged);
        }
    }
    CU_ASSERT_EQUAL(wrong, 0);
    sslp_handle_table_free(table);
    for (size_t i = 0; i < 64; i++)
        wrong += objects[i].destroyed != 1;
    CU_ASSERT_EQUAL(wrong, 0);
}

static void test_second_close_has_no_effect(void)
{
    struct sslp_handle_table *table = new_table();
    struct object object = {0, 0}, next = {0, 0};
    sslp_handle handle = insert(table, &object), next_handle;

    CU_ASSERT(sslp_handle_close(table, handle));
    CU_ASSERT(refused(table, handle));
    next_handle = insert(table, &next);
    CU_ASSERT(refused(table, handle)); /* although its slot is in use again */
    CU_ASSERT_EQUAL(object.destroyed, 1);
    CU_ASSERT_EQUAL(next.destroyed, 0);
    CU_ASSERT(sslp_handle_close(table, next_handle));
    CU_ASSERT_EQUAL(next.destroyed, 1);
    sslp_handle_table_free(table);
}

static void test_reference_outlives_close(void)
{
    struct sslp_handle_table *table = new_table();
    struct object object = {0, 0};
    sslp_handle handle = insert(table, &object);

    CU_ASSERT_PTR_EQUAL(sslp_handle_acquire(table, handle, KIND), &object);
    CU_ASSERT(sslp_handle_close(table, handle));
    CU_ASSERT_EQUAL(object.destroyed, 0);
    CU_ASSERT(refused(table, handle));
    CU_ASSERT_EQUAL(object.destroyed, 0);
    sslp_handle_release(table, handle);
    CU_ASSERT_EQUAL(object.destroyed, 1);
    CU_ASSERT(refused(table, handle));
    sslp_handle_table_free(table);
    CU_ASSERT_EQUAL(object.destroyed, 1);
}

static void test_retain_counts_before_and_after_close(void)
{
    struct sslp_handle_table *table = new_table();
    struct object object = {0, 0};
    sslp_handle handle = insert(table, &object);

    CU_ASSERT_PTR_EQUAL(sslp_handle_acquire(table, handle, KIND), &object);
    sslp_handle_retain(table, handle);
    CU_ASSERT(sslp_handle_close(table, handle));
    sslp_handle_retain(table, handle);
    sslp_handle_release(table, handle);
    sslp_handle_release(table, handle);
    CU_ASSERT_EQUAL(object.destroyed, 0);
    CU_ASSERT_EQUAL(sslp_handle_table_count(table), 1);
    sslp_handle_release(table, handle);
    CU_ASSERT_EQUAL(object.destroyed, 1);
    CU_ASSERT_EQUAL(sslp_handle_table_count(table), 0);
    sslp_handle_table_free(table);
}

static void test_reused_slot_gets_a_new_number(void)
{
    struct sslp_handle_table *table = new_table();
    static struct object objects[REUSES];
    static sslp_handle handles[REUSES];
    const sslp_handle slot_mask = (UINT64_C(1) << SLOT_BITS) - 1;
    size_t wrong = 0;

    for (size_t i = 0; i < REUSES; i++) {
        handles[i] = insert(table, &objects[i]);
        wrong += (handles[i] & slot_mask) != (handles[0] & slot_mask);
        for (size_t k = 0; k < i; k++)
            wrong += handles[k] == handles[i];
        CU_ASSERT(sslp_handle_close(table, handles[i]));
        wrong += objects[i].destroyed != 1;
    }
    for (size_t i = 0; i < REUSES; i++)
        wrong += !refused(table, handles[i]);
    CU_ASSERT_EQUAL(wrong, 0);
    sslp_handle_table_free(table);
}

static void test_many_handles_cross_chunk_borders(void)
{
    struct sslp_handle_table *table = new_table();
    static struct object objects[MANY];
    static sslp_handle handles[MANY];
    size_t wrong = 0;

    for (size_t i = 0; i < MANY; i++)
        handles[i] = insert(table, &objects[i]);
    CU_ASSERT_EQUAL(sslp_handle_table_count(table), MANY);
    for (size_t i = 0; i < MANY; i++) {
        wrong += sslp_handle_acquire(table, handles[i], KIND) != &objects[i];
        wrong += sslp_handle_acquire(table, handles[i], OTHER_KIND) != NULL;
        sslp_handle_release(table, handles[i]);
    }
    /* Every third goes, in an order that is not the order of their slots. */
    for (size_t i = 0; i < THIRDS; i++) {
        const size_t third = i * 7 % THIRDS * 3;

        wrong += !sslp_handle_close(table, handles[third]) || objects[third].destroyed != 1;
    }
    CU_ASSERT_EQUAL(sslp_handle_table_count(table), MANY - THIRDS);
    for (size_t i = 0; i < MANY; i++) {
        struct object *found = sslp_handle_acquire(table, handles[i], KIND);

        wrong += found != (objects[i].destroyed == 0 ? &objects[i] : NULL);
        if (found != NULL)
            sslp_handle_release(table, handles[i]);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    sslp_handle_table_free(table);
    for (size_t i = 0; i < MANY; i++)
        wrong += objects[i].destroyed != 1;
    CU_ASSERT_EQUAL(wrong, 0);
}

static void test_free_destroys_closed_but_referenced_objects_too(void)
{
    struct sslp_handle_table *table = new_table();
    struct object objects[3] = {{0, 0}, {0, 0}, {0, 0}};
    sslp_handle handles[3];

    for (size_t i = 0; i < 3; i++)
        handles[i] = insert(table, &objects[i]);
    CU_ASSERT_PTR_NOT_NULL(sslp_handle_acquire(table, handles[1], KIND));
    CU_ASSERT(sslp_handle_close(table, handles[1]));
    CU_ASSERT(sslp_handle_close(table, handles[2]));
    sslp_handle_table_free(table);
    for (size_t i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(objects[i].destroyed, 1);
}

/* The same slot and kind, and as many uses of the slot, but another table. */
static void test_handle_of_another_table_is_refused(void)
{
    struct sslp_handle_table *table = new_table(), *other = new_table();
    struct object object = {0, 0}, other_object = {0, 0};
    sslp_handle handle = insert(table, &object), other_handle = insert(other, &other_object);

    CU_ASSERT_NOT_EQUAL(handle, other_handle);
    CU_ASSERT(refused(other, handle));
    CU_ASSERT(refused(table, other_handle));
    sslp_handle_table_free(table);
    CU_ASSERT(refused(other, handle));
    CU_ASSERT_EQUAL(object.destroyed, 1);
    CU_ASSERT_EQUAL(other_object.destroyed, 0);
    sslp_handle_table_free(other);
}

static void test_full_table_leaves_the_object_with_the_caller(void)
{
    struct sslp_handle_table *table = new_table();
    struct object object = {0, 0}, refused_object = {0, 0};
    sslp_handle handle = 0, first = 0;
    size_t inserted = 0;

    while (inserted <= SSLP_HANDLE_TABLE_MAX && sslp_handle_insert(table, KIND, &object, &handle)) {
        if (inserted++ == 0)
            first = handle;
    }
    CU_ASSERT_EQUAL(inserted, SSLP_HANDLE_TABLE_MAX);
    CU_ASSERT_EQUAL(handle, 0);
    CU_ASSERT_FALSE(sslp_handle_insert(table, KIND, &refused_object, &handle));
    CU_ASSERT_EQUAL(refused_object.destroyed, 0);
    CU_ASSERT(sslp_handle_close(table, first));
    CU_ASSERT(sslp_handle_insert(table, KIND, &refused_object, &handle));
    CU_ASSERT_NOT_EQUAL(handle, first);
    sslp_handle_table_free(table);
    CU_ASSERT_EQUAL(object.destroyed, SSLP_HANDLE_TABLE_MAX);
    CU_ASSERT_EQUAL(refused_object.destroyed, 1);
}

static const struct named_test tests[] = {
    {"empty table refuses every number", test_empty_table_refuses_every_number},
    {"live handle gives its object", test_live_handle_gives_its_object},
    {"first and last kind pass to destroy", test_first_and_last_kind_pass_to_destroy},
    {"wrong kind is refused", test_wrong_kind_is_refused},
    {"every flipped bit is refused", test_every_flipped_bit_is_refused},
    {"flipped bits never reach the same object", test_flipped_bits_never_reach_the_same_object},
    {"second close has no effect", test_second_close_has_no_effect},
    {"reference outlives close", test_reference_outlives_close},
    {"retain counts before and after close", test_retain_counts_before_and_after_close},
    {"reused slot gets a new number", test_reused_slot_gets_a_new_number},
    {"many handles cross chunk borders", test_many_handles_cross_chunk_borders},
    {"free destroys closed but referenced objects too",
        test_free_destroys_closed_but_referenced_objects_too},
    {"handle of another table is refused", test_handle_of_another_table_is_refused},
    {"full table leaves the object with the caller",
        test_full_table_leaves_the_object_with_the_caller},
};

int main(void)
{
    return RUN_TESTS("handle table", NULL, NULL, tests);
}
