/* SPDX-License-Identifier: Apache-2.0
 *
 * OpenSSL's error queue around a piece of work: native callers do not look at it, so it is left as
 * it was found, but it tells a failure for want of memory from the others.
 */
#ifndef SSLP_SHIM_CORE_ERRORS_H
#define SSLP_SHIM_CORE_ERRORS_H

#include "ncryptssl/wintypes.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

/* Before the work.  What it returns belongs to the end. */
static inline unsigned long sslp_errors_begin(void)
{
    (void)ERR_set_mark();
    return ERR_peek_last_error();
}

/* After the work: gives the status back, or NTE_NO_MEMORY in the place of a failure that was one of
 * memory.  Where the queue was empty before, all its entries are ours and are looked at; otherwise
 * the last one decides. */
SECURITY_STATUS sslp_errors_end(unsigned long begin, SECURITY_STATUS status);

/* Between the two, where OpenSSL has refused something: `status` if it says why.  A refusal without
 * a word is one for want of memory, for which many of its functions return NULL in silence. */
static inline SECURITY_STATUS sslp_errors_refusal(SECURITY_STATUS status)
{
    return ERR_peek_last_error() != 0 ? status : NTE_NO_MEMORY;
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
