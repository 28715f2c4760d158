/* SPDX-License-Identifier: Apache-2.0
 *
 * What most tests of the shim share.  Everything here goes through the public functions.
 */
#ifndef SSLP_TEST_SHIM_SUPPORT_H
#define SSLP_TEST_SHIM_SUPPORT_H

#include "cunit/run_tests.h"
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "shim/support/expect.h"
#include "shim/support/keys.h"
#include "shim/support/order.h"
#include "shim/support/run_again.h"

#include <CUnit/Basic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
