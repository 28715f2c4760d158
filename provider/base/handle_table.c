/* SPDX-License-Identifier: Apache-2.0
 *
 * Slots live in chunks, and chunks are listed in directories.  Neither is moved or freed before the
 * table is, so that a lookup can read any slot without a lock.  Slots that follow one another in
 * number lie 128 bytes apart: threads that use neighbours do not share a cache line.  One atomic
 * word a slot holds all that decides whether a handle is live:
 *
 *     63            32  31   30                            0
 *     +---------------+------+-----------------------------+
 *     |  generation   | open |  references (owner's is one)|
 *     +---------------+------+-----------------------------+
 *
 * A slot whose word has no reference is free.  Only one thread gets a free slot to take into use,
 * and only the thread that drops the last reference destroys the object, so `kind` and `object`
 * never change while somebody can read them.
 *
 * Nor does anything else take a lock: a thread that a child of fork() does not have could have held
 * it.  What such a thread was about to put in or to take out is lost to the child, a slot at most.
 */

/* For getentropy, which POSIX has only since its 2024 edition. */
#define _DEFAULT_SOURCE

#include "base/handle_table.h"

#include <openssl/crypto.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

enum {
    CHUNK_BITS = 10,
    CHUNK_SLOTS = 1 << CHUNK_BITS,
    DIRECTORY_BITS = 7,
    DIRECTORY_CHUNKS = 1 << DIRECTORY_BITS,
    MAX_DIRECTORIES = SSLP_HANDLE_TABLE_MAX / DIRECTORY_CHUNKS / CHUNK_SLOTS,
    SPREAD_BITS = 2, /* four slots of 32 bytes between neighbours */
    CACHE_LINE = 64
};

#define SLOT_MASK      UINT64_C(0xFFFFFF)
#define OPEN           (UINT64_C(1) << 31)
#define REFERENCE_MASK (OPEN - 1)
#define NO_SLOT        UINT32_MAX

struct slot {
    _Alignas(32) _Atomic uint64_t state;
    void *object;
    _Atomic uint32_t next_free;
    _Atomic sslp_handle_kind kind;
};

struct directory {
    _Atomic(uint8_t *) chunk[DIRECTORY_CHUNKS]; /* owned; with room to align the slots */
};

struct sslp_handle_table {
    sslp_handle_destroy_fn *destroy;
    _Atomic uint64_t free_slots; /* changes << 32 | first one, from which next_free goes on */
    _Atomic uint32_t used;       /* slots ever taken into use */
    uint32_t first_generation;   /* of every slot */
    _Atomic uint64_t live;
    _Atomic(struct directory *) directories[MAX_DIRECTORIES]; /* owned */
};

static uint32_t generation_of(uint64_t handle_or_state)
{
    return (uint32_t)(handle_or_state >> 32);
}

/* The place of a slot in its chunk: the number with its bits turned. */
static uint32_t place_of(uint32_t index)
{
    return ((index << SPREAD_BITS) | (index & (CHUNK_SLOTS - 1)) >> (CHUNK_BITS - SPREAD_BITS)) &
        (CHUNK_SLOTS - 1);
}

static struct slot *slots_of(uint8_t *chunk)
{
    return (struct slot *)(void *)(chunk + (-(uintptr_t)chunk & (CACHE_LINE - 1)));
}

static inline struct slot *slot_at(struct sslp_handle_table *table, uint32_t index)
{
    struct directory *directory;
    uint8_t *chunk;

    if (index >= SSLP_HANDLE_TABLE_MAX)
        return NULL;
    directory = atomic_load_explicit(
        &table->directories[index >> (CHUNK_BITS + DIRECTORY_BITS)], memory_order_acquire);
    if (directory == NULL)
        return NULL;
    chunk = atomic_load_explicit(
        &directory->chunk[index >> CHUNK_BITS & (DIRECTORY_CHUNKS - 1)], memory_order_acquire);
    return chunk == NULL ? NULL : slots_of(chunk) + place_of(index);
}

static inline struct slot *slot_of(struct sslp_handle_table *table, sslp_handle handle)
{
    return slot_at(table, (uint32_t)(handle & SLOT_MASK));
}

/* Any number that another table is not likely to have. */
static uint32_t choose_generation(void)
{
    uint32_t generation;
    struct timespec now;

    if (getentropy(&generation, sizeof(generation)) == 0)
        return generation;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)now.tv_sec * UINT32_C(1000000007) + (uint32_t)now.tv_nsec;
}

struct sslp_handle_table *sslp_handle_table_new(sslp_handle_destroy_fn *destroy)
{
    struct sslp_handle_table *table = OPENSSL_zalloc(sizeof(*table));

    if (table == NULL)
        return NULL;
    table->first_generation = choose_generation();
    table->destroy = destroy;
    atomic_init(&table->free_slots, NO_SLOT);
    return table;
}

void sslp_handle_table_free(struct sslp_handle_table *table)
{
    if (table == NULL)
        return;
    for (uint32_t i = 0; i < atomic_load(&table->used); i++) {
        struct slot *slot = slot_at(table, i);

        if ((atomic_load(&slot->state) & REFERENCE_MASK) != 0)
            table->destroy(slot->kind, slot->object);
    }
    for (size_t i = 0; i < MAX_DIRECTORIES; i++) {
        struct directory *directory = atomic_load(&table->directories[i]);

        for (size_t k = 0; directory != NULL && k < DIRECTORY_CHUNKS; k++)
            OPENSSL_free(atomic_load(&directory->chunk[k]));
        OPENSSL_free(directory);
    }
    OPENSSL_free(table);
}

/* The list's next word.  Each has a number of its own, so that a thread which was held up does not
 * take a list for the one it saw when the same slot is first in it again. */
static uint64_t free_slots_with(uint64_t before, uint32_t first)
{
    return ((before >> 32) + 1) << 32 | first;
}

/* Puts a slot on the list of free ones. */
static void give_back_slot(struct sslp_handle_table *table, struct slot *slot, uint32_t index)
{
    uint64_t list = atomic_load_explicit(&table->free_slots, memory_order_relaxed);

    do {
        atomic_store_explicit(&slot->next_free, (uint32_t)list, memory_order_relaxed);
    } while (!atomic_compare_exchange_weak_explicit(&table->free_slots, &list,
        free_slots_with(list, index), memory_order_release, memory_order_relaxed));
}

/* A slot that was in use before, or NULL.  Slots never go away, so one that another thread has
 * meanwhile taken can still be read. */
static struct slot *take_used_slot(struct sslp_handle_table *table, uint32_t *index)
{
    uint64_t list = atomic_load_explicit(&table->free_slots, memory_order_acquire);
    struct slot *slot;
    uint32_t next;

    do {
        *index = (uint32_t)list;
        if (*index == NO_SLOT)
            return NULL;
        slot = slot_at(table, *index);
        next = atomic_load_explicit(&slot->next_free, memory_order_relaxed);
    } while (!atomic_compare_exchange_weak_explicit(&table->free_slots, &list,
        free_slots_with(list, next), memory_order_acquire, memory_order_acquire));
    return slot;
}

/* The directory for a slot, which is made where there is none.  Of two threads that make the same,
 * one throws its own away; so it is with chunks. */
static struct directory *need_directory(struct sslp_handle_table *table, uint32_t index)
{
    _Atomic(struct directory *) *place =
        &table->directories[index >> (CHUNK_BITS + DIRECTORY_BITS)];
    struct directory *there = atomic_load_explicit(place, memory_order_acquire);
    struct directory *fresh;

    if (there != NULL)
        return there;
    fresh = OPENSSL_zalloc(sizeof(*fresh));
    if (fresh == NULL || atomic_compare_exchange_strong(place, &there, fresh))
        return fresh;
    OPENSSL_free(fresh);
    return there;
}

static bool need_chunk(struct sslp_handle_table *table, uint32_t index)
{
    struct directory *directory = need_directory(table, index);
    _Atomic(uint8_t *) *place;
    uint8_t *none = NULL, *fresh;

    if (directory == NULL)
        return false;
    place = &directory->chunk[index >> CHUNK_BITS & (DIRECTORY_CHUNKS - 1)];
    if (atomic_load_explicit(place, memory_order_acquire) != NULL)
        return true;
    fresh = OPENSSL_zalloc(CHUNK_SLOTS * sizeof(struct slot) + CACHE_LINE);
    if (fresh == NULL)
        return false;
    for (size_t i = 0; i < CHUNK_SLOTS; i++)
        atomic_init(&slots_of(fresh)[i].state, (uint64_t)table->first_generation << 32);
    if (!atomic_compare_exchange_strong(place, &none, fresh))
        OPENSSL_free(fresh);
    return true;
}

/* A free slot, or NULL. */
static struct slot *take_free_slot(struct sslp_handle_table *table, uint32_t *index)
{
    struct slot *slot = take_used_slot(table, index);

    if (slot != NULL)
        return slot;
    *index = atomic_load(&table->used);
    do {
        if (*index >= SSLP_HANDLE_TABLE_MAX || !need_chunk(table, *index))
            return NULL;
    } while (!atomic_compare_exchange_weak(&table->used, index, *index + 1));
    return slot_at(table, *index);
}

bool sslp_handle_insert(
    struct sslp_handle_table *table, sslp_handle_kind kind, void *object, sslp_handle *handle)
{
    uint32_t index = 0, generation;
    struct slot *slot = take_free_slot(table, &index);

    *handle = 0;
    if (slot == NULL)
        return false;
    generation = generation_of(atomic_load(&slot->state)) + 1;
    atomic_store_explicit(&slot->kind, kind, memory_order_relaxed);
    slot->object = object;
    *handle = (uint64_t)generation << 32 | (uint64_t)kind << 24 | index;
    atomic_fetch_add(&table->live, 1);
    atomic_store_explicit(
        &slot->state, (uint64_t)generation << 32 | OPEN | 1, memory_order_release);
    return true;
}

void *sslp_handle_acquire(
    struct sslp_handle_table *table, sslp_handle handle, sslp_handle_kind kind)
{
    struct slot *slot = slot_of(table, handle);
    uint64_t state;

    if (slot == NULL || sslp_handle_kind_of(handle) != kind)
        return NULL;
    state = atomic_load_explicit(&slot->state, memory_order_relaxed);
    do {
        if (generation_of(state) != generation_of(handle) || (state & OPEN) == 0 ||
            (state & REFERENCE_MASK) == REFERENCE_MASK)
            return NULL;
    } while (!atomic_compare_exchange_weak_explicit(
        &slot->state, &state, state + 1, memory_order_acquire, memory_order_relaxed));
    if (slot->kind != kind) {
        sslp_handle_release(table, handle);
        return NULL;
    }
    return slot->object;
}

void sslp_handle_retain(struct sslp_handle_table *table, sslp_handle handle)
{
    atomic_fetch_add_explicit(&slot_of(table, handle)->state, 1, memory_order_relaxed);
}

/* Destroys the object of a slot nobody can reach any more, and frees the slot.  A slot whose
 * generations are used up stays out of use, so that no handle is ever given out twice. */
static void retire(struct sslp_handle_table *table, struct slot *slot, uint32_t index)
{
    uint32_t generation = generation_of(atomic_load_explicit(&slot->state, memory_order_acquire));
    void *object = slot->object;

    slot->object = NULL;
    table->destroy(slot->kind, object);
    atomic_fetch_sub(&table->live, 1);
    if (generation + 1 != table->first_generation)
        give_back_slot(table, slot, index);
}

void sslp_handle_release(struct sslp_handle_table *table, sslp_handle handle)
{
    struct slot *slot = slot_of(table, handle);
    uint64_t before = atomic_fetch_sub_explicit(&slot->state, 1, memory_order_acq_rel);

    if ((before & REFERENCE_MASK) == 1)
        retire(table, slot, (uint32_t)(handle & SLOT_MASK));
}

bool sslp_handle_close(struct sslp_handle_table *table, sslp_handle handle)
{
    struct slot *slot = slot_of(table, handle);
    uint64_t state;

    if (slot == NULL)
        return false;
    state = atomic_load_explicit(&slot->state, memory_order_acquire);
    /* Ends the handle and gives back the owner's reference in one step.  If the slot has meanwhile
     * been used again, its word has another generation. */
    do {
        if (generation_of(state) != generation_of(handle) || (state & OPEN) == 0 ||
            atomic_load_explicit(&slot->kind, memory_order_relaxed) != sslp_handle_kind_of(handle))
            return false;
    } while (!atomic_compare_exchange_weak_explicit(
        &slot->state, &state, (state & ~OPEN) - 1, memory_order_acq_rel, memory_order_acquire));
    if ((state & REFERENCE_MASK) == 1)
        retire(table, slot, (uint32_t)(handle & SLOT_MASK));
    return true;
}

uint64_t sslp_handle_table_count(struct sslp_handle_table *table)
{
    return atomic_load(&table->live);
}
