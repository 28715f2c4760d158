/* SPDX-License-Identifier: Apache-2.0
 *
 * Handles: numbers that stand for objects and can be checked.
 *
 * A handle is slot + kind + generation in 64 bits, never a pointer.  A slot's generation changes
 * each time the slot is used again, so a stale, forged or doubly closed handle is recognised and
 * never reaches memory that belongs to something else.
 *
 *     63            32 31      24 23           0
 *     +---------------+----------+-------------+
 *     |  generation   |   kind   |    slot     |
 *     +---------------+----------+-------------+
 *
 * Each table begins with a generation of its own, so a handle of another table, or of one that is
 * gone, is recognised as well.
 *
 * Nothing takes a lock, so a child of fork() can go on with the table whatever other threads were
 * doing.  Every function may be called from any thread, except that sslp_handle_table_free must
 * come last.
 */
#ifndef SSLP_BASE_HANDLE_TABLE_H
#define SSLP_BASE_HANDLE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

/* 0 is no handle. */
typedef uint64_t sslp_handle;

/* Kinds are the owner's numbers, 1 to 255. */
typedef uint8_t sslp_handle_kind;

/* Destroys an object when its handle is closed and nobody holds a reference any more. */
typedef void sslp_handle_destroy_fn(sslp_handle_kind kind, void *object);

struct sslp_handle_table;

/* As many objects fit into one table. */
enum { SSLP_HANDLE_TABLE_MAX = 1 << 24 };

/* NULL when memory is short. */
struct sslp_handle_table *sslp_handle_table_new(sslp_handle_destroy_fn *destroy);

/* Destroys every object still in the table, then the table.  NULL is allowed. */
void sslp_handle_table_free(struct sslp_handle_table *table);

/* Puts an object in and writes its handle, which owns the object until sslp_handle_close.  The
 * handle is written before anybody can look it up.  False, *handle 0, and the object left with the
 * caller when memory is short or the table is full. */
bool sslp_handle_insert(
    struct sslp_handle_table *table, sslp_handle_kind kind, void *object, sslp_handle *handle);

/* The object of a live handle of this kind, with a reference that keeps it alive until
 * sslp_handle_release; NULL for any other number. */
void *sslp_handle_acquire(
    struct sslp_handle_table *table, sslp_handle handle, sslp_handle_kind kind);

/* Adds a reference for somebody who already holds one, whether the handle is closed or not. */
void sslp_handle_retain(struct sslp_handle_table *table, sslp_handle handle);

/* Gives back one reference; the last one destroys the object of a closed handle. */
void sslp_handle_release(struct sslp_handle_table *table, sslp_handle handle);

/* Ends a handle: it is refused from now on, and its object goes when the last reference does.
 * False, and no effect, when the handle is not live. */
bool sslp_handle_close(struct sslp_handle_table *table, sslp_handle handle);

/* The kind a handle claims to be; says nothing about whether it is live. */
static inline sslp_handle_kind sslp_handle_kind_of(sslp_handle handle)
{
    return (sslp_handle_kind)(handle >> 24);
}

/* How many handles are live: for tests and diagnostics. */
uint64_t sslp_handle_table_count(struct sslp_handle_table *table);

#endif
