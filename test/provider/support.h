/* SPDX-License-Identifier: Apache-2.0
 *
 * How a test program of this folder runs: one CUnit suite, and an exit status that tells.
 */
#ifndef SSLP_TEST_PROVIDER_RUN_H
#define SSLP_TEST_PROVIDER_RUN_H

#include "common/provider_support.h"
#include "sslprovider/names.h"

#include <CUnit/Basic.h>

/* Fails where the error queue does not hold this reason. */
#define ASSERT_RAISED(reason) CU_ASSERT(support_raised(reason))

/* The tests of a program; the table ends with a NULL name. */
struct named_test {
    const char *name;
    void (*function)(void);
};

/* The exit status: 0 exactly when every test of the table ran and passed. */
static inline int run_tests(const char *suite_name, int (*initialize)(void), int (*clean_up)(void),
    const struct named_test *tests)
{
    CU_pSuite suite;
    unsigned failures = 1;
    bool complete;

    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    suite = CU_add_suite(suite_name, initialize, clean_up);
    complete = suite != NULL;
    for (; complete && tests->name != NULL; tests++)
        complete = CU_add_test(suite, tests->name, tests->function) != NULL;
    if (complete) {
        CU_basic_set_mode(CU_BRM_VERBOSE);
        CU_basic_run_tests();
        failures = CU_get_number_of_failures() + CU_get_number_of_suites_failed();
    }
    CU_cleanup_registry();
    return failures == 0 ? 0 : 1;
}

#endif
