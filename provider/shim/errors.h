/* SPDX-License-Identifier: Apache-2.0
 *
 * OpenSSL's error queue around a piece of work: native callers do not look at it, so it is left as
 * it was found, but it tells a failure for want of memory from the others.
 */
#ifndef SSLP_SHIM_ERRORS_H
#define SSLP_SHIM_ERRORS_H

#include "ncryptssl/wintypes.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdbool.h>

/* Before the work.  What it returns belongs to the end. */
static inline unsigned long sslp_errors_begin(void)
{
    (void)ERR_set_mark();
    return ERR_peek_last_error();
}

static inline bool sslp_error_is_memory(unsigned long error)
{
    return ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE;
}

/* After the work: gives the status back, or NTE_NO_MEMORY in the place of a failure that was one of
 * memory.  Where the queue was empty before, all its entries are ours and are looked at; otherwise
 * the last one decides. */
static inline SECURITY_STATUS sslp_errors_end(unsigned long begin, SECURITY_STATUS status)
{
    bool memory = false;

    if (begin != 0) {
        const unsigned long last = ERR_peek_last_error();

        memory = last != begin && sslp_error_is_memory(last);
    } else {
        unsigned long error;

        while ((error = ERR_get_error()) != 0)
            memory = memory || sslp_error_is_memory(error);
    }
    (void)ERR_pop_to_mark();
    return status != ERROR_SUCCESS && memory ? NTE_NO_MEMORY : status;
}

/* OPENSSL_zalloc, which newer releases of OpenSSL let put a failure on the queue. */
static inline void *sslp_zalloc(size_t size)
{
    const unsigned long errors = sslp_errors_begin();
    void *memory = OPENSSL_zalloc(size);

    (void)sslp_errors_end(errors, ERROR_SUCCESS);
    return memory;
}

#endif
