/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks that say which row of a table they looked at.
 */
#ifndef SSLP_TEST_SHIM_SUPPORT_EXPECT_H
#define SSLP_TEST_SHIM_SUPPORT_EXPECT_H

#include "ncryptssl/sslprovider.h"

#include <stdbool.h>

/* CUnit names a line; the label names the row of a table as well. */
bool expect(bool ok, const char *label, const char *what, int line);

bool expect_status(SECURITY_STATUS actual, SECURITY_STATUS wanted, const char *label, int line);

#define EXPECT(condition, label)             expect((condition), (label), #condition, __LINE__)
#define EXPECT_STATUS(actual, wanted, label) expect_status((actual), (wanted), (label), __LINE__)
#define EXPECT_SUCCESS(actual, label)        EXPECT_STATUS((actual), ERROR_SUCCESS, (label))
#define EXPECT_BAD_HANDLE(actual, label)     EXPECT_STATUS((actual), NTE_INVALID_HANDLE, (label))

#endif
