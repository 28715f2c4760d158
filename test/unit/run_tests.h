/* SPDX-License-Identifier: Apache-2.0
 *
 * The frame of a CUnit program: one suite, and an exit status that says whether all of it passed.
 */
#ifndef SSLP_TEST_UNIT_RUN_TESTS_H
#define SSLP_TEST_UNIT_RUN_TESTS_H

#include <CUnit/Basic.h>
#include <stddef.h>

struct unit_test {
    const char *name;
    void (*run)(void);
};

static inline int run_tests(const char *suite_name, CU_InitializeFunc init, CU_CleanupFunc cleanup,
    const struct unit_test *tests, size_t test_count)
{
    CU_pSuite suite;
    unsigned failures = 0;

    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    suite = CU_add_suite(suite_name, init, cleanup);
    for (size_t i = 0; i < test_count; i++)
        failures += suite == NULL || CU_add_test(suite, tests[i].name, tests[i].run) == NULL;
    CU_basic_set_mode(CU_BRM_VERBOSE);
    if (CU_basic_run_tests() != CUE_SUCCESS)
        failures++;
    /* A suite whose initialisation fails runs no test, and so has no failed one. */
    failures += CU_get_number_of_failures() + CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures == 0 ? 0 : 1;
}

#define RUN_TESTS(name, init, cleanup, tests)                                                      \
    run_tests(name, init, cleanup, tests, sizeof(tests) / sizeof((tests)[0]))

#endif
