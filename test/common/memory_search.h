/* SPDX-License-Identifier: Apache-2.0
 *
 * Secrets, looked for in all memory that a process can write to, its stacks and its secure heap
 * included.
 *
 * A process that looks through its own memory knows the secrets masked only, and they are compared
 * in place: so the search does not find itself, and leaves no copy behind.
 */
#ifndef SSLP_TEST_MEMORY_SEARCH_H
#define SSLP_TEST_MEMORY_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { MEMORY_MASK = 0xA7, MEMORY_TAIL = 16 };

struct memory_secret {
    const char *name;
    const uint8_t *masked; /* each byte of the secret, exclusive-or the mask */
    size_t len;
    uint8_t mask;                  /* 0 for a secret as it is */
    bool in_plain, in_secure_heap; /* where it was found */
    uintptr_t address;             /* where it was found first */
};

/* The end of a secret of that length.  The beginning of a block that was freed is written over by
 * malloc with pointers of its own, and what comes later stays. */
struct memory_secret memory_tail(const char *name, const uint8_t *masked, size_t len, uint8_t mask);

/* Looks for all of them in a process, 0 for this one.  How many bytes it has seen; 0 where it
 * cannot look. */
size_t memory_search(pid_t process, struct memory_secret *secrets, size_t count);

/* Whether any is there. */
bool memory_is_found(const struct memory_secret *secret);

/* A sanitizer, valgrind and an emulator keep copies and maps of their own. */
bool memory_is_instrumented(void);

#endif
