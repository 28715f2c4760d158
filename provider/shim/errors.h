/* SPDX-License-Identifier: Apache-2.0
 *
 * OpenSSL's error queue around a piece of work: native callers do not look at it, so it is left as
 * it was found, but it tells a failure for want of memory from the others.
 */
#ifndef SSLP_SHIM_ERRORS_H
#define SSLP_SHIM_ERRORS_H

#include "ncryptssl/wintypes.h"

#include <openssl/err.h>

/* Before the work.  What it returns belongs to the end. */
static inline unsigned long sslp_errors_begin(void)
{
    (void)ERR_set_mark();
    return ERR_peek_last_error();
}

/* After the work: gives the status back, or NTE_NO_MEMORY in the place of a failure that was one of
 * memory. */
static inline SECURITY_STATUS sslp_errors_end(unsigned long begin, SECURITY_STATUS status)
{
    const unsigned long last = ERR_peek_last_error();

    (void)ERR_pop_to_mark();
    if (status != ERROR_SUCCESS && last != begin && ERR_GET_REASON(last) == ERR_R_MALLOC_FAILURE)
        return NTE_NO_MEMORY;
    return status;
}

#endif
