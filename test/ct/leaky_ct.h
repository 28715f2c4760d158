/* SPDX-License-Identifier: Apache-2.0
 *
 * The planted leaks.  Included ahead of a second build of records/mac.c and records/dtls13.c, in
 * which two of the functions of base/ct.h branch on what they are given: one stops at the first
 * byte that differs, the other compares with an `if`.  A check that does not report both sees
 * nothing.
 */
#ifndef SSLP_TEST_CT_LEAKY_CT_H
#define SSLP_TEST_CT_LEAKY_CT_H

#define sslp_ct_difference sslp_ct_sound_difference
#define sslp_ct_at_least   sslp_ct_sound_at_least
#include "base/ct.h"
#undef sslp_ct_difference
#undef sslp_ct_at_least

static inline size_t sslp_ct_difference(const uint8_t *a, const uint8_t *b, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (a[i] != b[i])
            return 1;
    }
    return 0;
}

static inline size_t sslp_ct_at_least(size_t a, size_t b)
{
    if (a >= b) {
        /* Keeps the optimiser from making arithmetic of the branch. */
        __asm__ volatile("" ::: "memory");
        return ~(size_t)0;
    }
    return 0;
}

#endif
