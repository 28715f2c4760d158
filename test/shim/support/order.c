/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/support/order.h"

#include "shim/support/expect.h"

#include <stdio.h>

bool has_fault(unsigned long faults, unsigned fault)
{
    return (faults >> fault & 1) != 0;
}

void check_order(const char *function, const struct fault *faults, size_t count, faulty_call *call)
{
    char label[256];

    for (size_t i = 0; i < count; i++) {
        snprintf(label, sizeof(label), "%s, %s (%s)", function, faults[i].what, faults[i].source);
        EXPECT_STATUS(call(1UL << i), faults[i].status, label);
        for (size_t j = i + 1; j < count; j++) {
            if (faults[j].argument == faults[i].argument)
                continue;
            snprintf(label, sizeof(label), "%s, %s (%s) before %s", function, faults[i].what,
                faults[i].source, faults[j].what);
            EXPECT_STATUS(call(1UL << i | 1UL << j), faults[i].status, label);
        }
    }
}
