/* SPDX-License-Identifier: Apache-2.0
 *
 * Constant-time arithmetic on secret numbers.  A condition is a mask: all ones for true, all zeros
 * for false, so that neither a branch nor an address depends on a secret.  Masks combine with &,
 * | and ~.
 */
#ifndef SSLP_BASE_CT_H
#define SSLP_BASE_CT_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

/* The same value, of which the compiler must not assume anything: without it an optimiser may see
 * that a mask has two values only and turn the arithmetic back into a branch. */
static inline size_t sslp_ct_hide(size_t value)
{
    __asm__("" : "+r"(value));
    return value;
}

/* True when the top bit is set. */
static inline size_t sslp_ct_top_bit(size_t value)
{
    return (size_t)0 - (sslp_ct_hide(value) >> (sizeof(value) * CHAR_BIT - 1));
}

static inline size_t sslp_ct_is_zero(size_t value)
{
    /* Only zero has a clear top bit and borrows into it when one is taken away. */
    return sslp_ct_top_bit(~value & (value - 1));
}

static inline size_t sslp_ct_equal(size_t a, size_t b)
{
    return sslp_ct_is_zero(a ^ b);
}

/* a < b, for the whole range of size_t. */
static inline size_t sslp_ct_less(size_t a, size_t b)
{
    /* Hidden, or the optimiser may fold a - b into an address. */
    a = sslp_ct_hide(a);
    b = sslp_ct_hide(b);
    /* Where the top bits differ they decide; where they agree the difference cannot overflow. */
    return sslp_ct_top_bit(a ^ ((a ^ b) | ((a - b) ^ b)));
}

/* a >= b. */
static inline size_t sslp_ct_at_least(size_t a, size_t b)
{
    return ~sslp_ct_less(a, b);
}

/* yes where the mask is true, otherwise no. */
static inline size_t sslp_ct_select(size_t mask, size_t yes, size_t no)
{
    mask = sslp_ct_hide(mask);
    return (mask & yes) | (~mask & no);
}

/* 0 exactly when the two runs of len bytes are equal; at most 255. */
static inline size_t sslp_ct_difference(const uint8_t *a, const uint8_t *b, size_t len)
{
    uint8_t difference = 0;

    for (size_t i = 0; i < len; i++) {
        difference = (uint8_t)(difference | (a[i] ^ b[i]));
    }
    return difference;
}

/* Copies len bytes where the mask is true and leaves `to` as it is otherwise. */
static inline void sslp_ct_copy_if(size_t mask, uint8_t *to, const uint8_t *from, size_t len)
{
    const uint8_t byte_mask = (uint8_t)sslp_ct_hide(mask);

    for (size_t i = 0; i < len; i++) {
        to[i] = (uint8_t)((byte_mask & from[i]) | (~byte_mask & to[i]));
    }
}

#endif
