/* SPDX-License-Identifier: Apache-2.0
 *
 * Wiping secrets of a size that the compiler knows, or of many bytes: a few wide stores, where
 * OPENSSL_cleanse stores word by word.
 */
#ifndef SSLP_BASE_WIPE_H
#define SSLP_BASE_WIPE_H

#include <stddef.h>
#include <string.h>

/* The barrier keeps compilers from leaving the stores out. */
static inline void sslp_wipe(void *data, size_t len)
{
    memset(data, 0, len);
    __asm__ volatile("" : : "r"(data) : "memory");
}

#endif
