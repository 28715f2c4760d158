/* SPDX-License-Identifier: Apache-2.0
 *
 * Secrets as valgrind's memcheck can follow them: memory that counts as uninitialised.  It may be
 * moved and computed with, and what comes out is marked in turn; a branch or an address that
 * depends on it is reported.
 */
#ifndef SSLP_TEST_CT_MARKS_H
#define SSLP_TEST_CT_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <valgrind/memcheck.h>

/* False, with a word why, outside of valgrind, where marks are nothing. */
static inline bool can_mark(void)
{
    if (RUNNING_ON_VALGRIND == 0) {
        fprintf(stderr, "run under valgrind by test/tools/check_constant_time.sh\n");
        return false;
    }
    return true;
}

static inline void mark_secret(const void *data, size_t len)
{
    (void)VALGRIND_MAKE_MEM_UNDEFINED(data, len);
}

/* What every observer may know, such as the verdict on a record. */
static inline void publish(const void *data, size_t len)
{
    (void)VALGRIND_MAKE_MEM_DEFINED(data, len);
}

/* Whether any bit is marked. */
static inline bool is_secret(const unsigned char *data, size_t len)
{
    unsigned char marks, any = 0;

    for (size_t i = 0; i < len; i++) {
        if (VALGRIND_GET_VBITS(data + i, &marks, 1) != 1)
            return false;
        any |= marks;
    }
    return any != 0;
}

#endif
