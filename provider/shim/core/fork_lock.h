/* SPDX-License-Identifier: Apache-2.0
 *
 * Locks in a process that may fork: a child has one thread only, and what the others held at that
 * moment nobody gives back.
 *
 * The process lock is for moments in which memory of the shim's own is changed, and nothing of
 * libcrypto is called: fork() waits for it, so that a child never finds it held.
 *
 * A guard is for work in libcrypto on a state that goes from call to call.  fork() does not wait
 * for it: in a child, a guard that a thread of the parent was holding is told from one that is
 * held.
 */
#ifndef SSLP_SHIM_CORE_FORK_LOCK_H
#define SSLP_SHIM_CORE_FORK_LOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

void sslp_process_lock(void);
void sslp_process_unlock(void);

/* Zero bytes are a guard that nobody holds. */
struct sslp_guard {
    _Atomic uint32_t word;
};

/* Waits for the guard.  False, without it: a thread that this process does not have was changing
 * the state when the process was made, and so it is for ever. */
bool sslp_guard_enter(struct sslp_guard *guard);
void sslp_guard_leave(struct sslp_guard *guard);

#endif
