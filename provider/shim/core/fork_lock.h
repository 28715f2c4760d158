/* SPDX-License-Identifier: Apache-2.0
 *
 * Locks in a process that may fork.  A child has one thread only, and nobody there gives back what
 * the parent's other threads held.
 *
 * The process lock protects short changes of the shim's own memory, without calls of libcrypto.
 * fork() waits for it, so a child never finds it held.
 *
 * A guard protects work in libcrypto on a state that goes from call to call.  fork() does not wait
 * for it.  Instead, a child can tell a guard that a thread of the parent held from one that a
 * thread of its own holds.
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

/* Waits for the guard.  False, without it: a thread of the parent was changing the state at the
 * moment of the fork, so the state is lost for ever. */
bool sslp_guard_enter(struct sslp_guard *guard);
void sslp_guard_leave(struct sslp_guard *guard);

#endif
