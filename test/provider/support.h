/* SPDX-License-Identifier: Apache-2.0
 *
 * What the test programs of this folder begin with.
 */
#ifndef SSLP_TEST_PROVIDER_SUPPORT_H
#define SSLP_TEST_PROVIDER_SUPPORT_H

#include "common/provider_support.h"
#include "common/rsp.h"
#include "cunit/run_tests.h"
#include "sslprovider/names.h"

/* Fails where the error queue does not hold this reason. */
#define ASSERT_RAISED(reason) CU_ASSERT(support_raised(reason))

/* Fails where a derivation with these parameters is not refused with this reason alone, or leaves
 * anything but zeros in its output of `len` bytes. */
void expect_kdf_refuses(
    EVP_KDF *kdf, const struct support_params *params, size_t len, const char *reason);

/* Fails where a derivation with these parameters does not give the value that the block expects. */
void expect_kdf_reproduces(EVP_KDF *kdf, const struct support_params *params,
    const struct rsp_block *block, const struct rsp_field *expected);

#endif
