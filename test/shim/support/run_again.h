/* SPDX-License-Identifier: Apache-2.0
 *
 * The own program again, with another configuration.
 */
#ifndef SSLP_TEST_SHIM_SUPPORT_RUN_AGAIN_H
#define SSLP_TEST_SHIM_SUPPORT_RUN_AGAIN_H

/* Configuration is read once in a process, so another one takes another process.  NULL for conf or
 * modules stands for none.  Returns the exit status, or -1. */
int run_again(char *const argv[], const char *conf, const char *modules);

#endif
