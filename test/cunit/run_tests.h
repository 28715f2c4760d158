/* SPDX-License-Identifier: Apache-2.0
 *
 * The frame of a CUnit program: one suite, and an exit status that says whether all of it passed.
 */
#ifndef SSLP_TEST_CUNIT_RUN_TESTS_H
#define SSLP_TEST_CUNIT_RUN_TESTS_H

#include <CUnit/Basic.h>
#include <stddef.h>

struct named_test {
    const char *name;
    void (*run)(void);
};

/* A row of a table of tests whose name is that of its function. */
#define TEST(function)                                                                             \
    {                                                                                              \
#        function, function                                                                        \
    }

/* The exit status: 0 exactly when every test ran and passed.  set_up and tear_down may be NULL. */
int run_tests(const char *suite_name, CU_InitializeFunc set_up, CU_CleanupFunc tear_down,
    const struct named_test *tests, size_t count);

#define RUN_TESTS(suite_name, set_up, tear_down, tests)                                            \
    run_tests(suite_name, set_up, tear_down, tests, sizeof(tests) / sizeof((tests)[0]))

#endif
