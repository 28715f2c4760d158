/* SPDX-License-Identifier: Apache-2.0
 *
 * What the test programs of this folder begin with.
 */
#ifndef SSLP_TEST_PROVIDER_SUPPORT_H
#define SSLP_TEST_PROVIDER_SUPPORT_H

#include "common/provider_support.h"
#include "cunit/run_tests.h"
#include "sslprovider/names.h"

/* Fails where the error queue does not hold this reason. */
#define ASSERT_RAISED(reason) CU_ASSERT(support_raised(reason))

#endif
