/* SPDX-License-Identifier: Apache-2.0
 *
 * OpenSSL's error queue around a piece of work.  Native callers do not look at the queue, so the
 * work leaves it as it was.  Meanwhile it tells lack of memory from other failures.
 */
#ifndef SSLP_SHIM_CORE_ERRORS_H
#define SSLP_SHIM_CORE_ERRORS_H

#include "ncryptssl/wintypes.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

/* Before the work.  What it returns belongs to the end.  An empty queue takes no mark: at the end
 * all of it goes. */
static inline unsigned long sslp_errors_begin(void)
{
    return ERR_set_mark() == 0 ? 0 : ERR_peek_last_error();
}

/* The end of work that has failed. */
SECURITY_STATUS sslp_errors_judge(unsigned long begin, SECURITY_STATUS status);

/* After the work: gives the status back, or NTE_NO_MEMORY in the place of a failure that was one of
 * memory.  Where the queue was empty before, all its entries are ours and are looked at; otherwise
 * the last one decides. */
static inline SECURITY_STATUS sslp_errors_end(unsigned long begin, SECURITY_STATUS status)
{
    if (status != ERROR_SUCCESS)
        return sslp_errors_judge(begin, status);
    (void)ERR_pop_to_mark();
    return ERROR_SUCCESS;
}

/* Between the two, where OpenSSL has refused something: `status` if it says why.  A refusal without
 * an error is one for lack of memory: many of its functions then return NULL and raise nothing. */
static inline SECURITY_STATUS sslp_errors_refusal(SECURITY_STATUS status)
{
    return ERR_peek_last_error() != 0 ? status : NTE_NO_MEMORY;
}

/* OPENSSL_zalloc without an error on the queue, which newer releases of OpenSSL put there. */
static inline void *sslp_zalloc(size_t size)
{
    const unsigned long errors = sslp_errors_begin();
    void *memory = OPENSSL_zalloc(size);

    (void)sslp_errors_end(errors, ERROR_SUCCESS);
    return memory;
}

#endif
