/* SPDX-License-Identifier: Apache-2.0
 *
 * In the place of records/stitched.c: a libcrypto without stitched ciphers, as on machines that are
 * not x86-64.  All CBC records then go through records/cbc.c and records/mac.c.
 */
#include "shim/records/protection.h"

SECURITY_STATUS sslp_record_stitched_setup(struct sslp_record_state *state)
{
    (void)state;
    return NTE_NOT_SUPPORTED;
}
