/* SPDX-License-Identifier: Apache-2.0
 *
 * Programs of the build that tests start.  Where they are made for another processor, the variable
 * SSLP_EMULATOR has the command that they run under; a kernel does not know it by itself.
 */
#ifndef SSLP_TEST_RUN_PROGRAM_H
#define SSLP_TEST_RUN_PROGRAM_H

/* As execv; ends the process with status 127 where that fails. */
_Noreturn void run_program(char *const argv[]);

#endif
