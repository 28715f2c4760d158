/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/support/expect.h"

#include <CUnit/Basic.h>
#include <stdio.h>

bool expect(bool ok, const char *label, const char *what, int line)
{
    if (!ok)
        fprintf(stderr, "line %d: %s: %s\n", line, label, what);
    CU_ASSERT(ok);
    return ok;
}

bool expect_status(SECURITY_STATUS actual, SECURITY_STATUS wanted, const char *label, int line)
{
    if (actual != wanted)
        fprintf(stderr, "line %d: %s: status 0x%08X, not 0x%08X\n", line, label, (unsigned)actual,
            (unsigned)wanted);
    CU_ASSERT_EQUAL(actual, wanted);
    return actual == wanted;
}
