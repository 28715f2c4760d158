/* SPDX-License-Identifier: Apache-2.0
 *
 * Values for handles that are none.
 */
#ifndef SSLP_TEST_SHIM_SUPPORT_FORGED_HANDLES_H
#define SSLP_TEST_SHIM_SUPPORT_FORGED_HANDLES_H

#include <stdint.h>

/* SplitMix64: the same values in every run, so that a failure comes again. */
uint64_t next_random(uint64_t *state);

#endif
