/* SPDX-License-Identifier: Apache-2.0
 *
 * The order in which a function notices what is wrong with its arguments.
 */
#ifndef SSLP_TEST_SHIM_SUPPORT_ORDER_H
#define SSLP_TEST_SHIM_SUPPORT_ORDER_H

#include "ncryptssl/sslprovider.h"

#include <stdbool.h>
#include <stddef.h>

/* One thing that can be wrong with a call.  Two faults of one argument are never tried together. */
struct fault {
    const char *what;
    const char *source; /* the document that gives status and place */
    unsigned argument;
    SECURITY_STATUS status;
};

/* Makes the call with every fault whose bit is set, and checks its outputs. */
typedef SECURITY_STATUS faulty_call(unsigned long faults);

bool has_fault(unsigned long faults, unsigned fault);

/* The faults stand in the order in which the function has to notice them: each alone gives its
 * status, and of each pair the first one wins. */
void check_order(const char *function, const struct fault *faults, size_t count, faulty_call *call);

#endif
