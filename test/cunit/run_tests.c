/* SPDX-License-Identifier: Apache-2.0 */
#include "cunit/run_tests.h"

#include <stdbool.h>

int run_tests(const char *suite_name, CU_InitializeFunc set_up, CU_CleanupFunc tear_down,
    const struct named_test *tests, size_t count)
{
    CU_pSuite suite;
    unsigned failures = 1;
    bool complete;

    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    suite = CU_add_suite(suite_name, set_up, tear_down);
    complete = suite != NULL;
    for (size_t i = 0; complete && i < count; i++)
        complete = CU_add_test(suite, tests[i].name, tests[i].run) != NULL;
    CU_basic_set_mode(CU_BRM_VERBOSE);
    /* A suite whose set_up fails runs no test, and so has no failed one. */
    if (complete && CU_basic_run_tests() == CUE_SUCCESS)
        failures = CU_get_number_of_failures() + CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures == 0 ? 0 : 1;
}
