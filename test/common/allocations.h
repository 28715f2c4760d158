/* SPDX-License-Identifier: Apache-2.0
 *
 * OpenSSL's allocations, ours included, counted and made to fail.
 *
 * Counting finds a leak that a leak checker takes for memory in use, such as an object that a table
 * still knows.  The counts are those of the process, so a test that counts runs one thread.
 */
#ifndef SSLP_TEST_ALLOCATIONS_H
#define SSLP_TEST_ALLOCATIONS_H

#include <stdbool.h>

/* Before OpenSSL allocates anything; false when it is too late. */
bool allocations_install(void);

/* From now on wipes blocks that are freed in source files that `wipes` says yes to. */
void allocations_wipe(bool (*wipes)(const char *file));

/* Blocks that are allocated now. */
long allocations_live(void);

/* Whether an allocation in this source file is one of this library, not of libcrypto, which does
 * not always name a file: then it is NULL. */
bool allocations_is_ours(const char *file);

/* Makes the n-th allocation from now on fail, counted from 1, and no other.  Those in files that
 * `counts`, where it is not NULL, says no to are not counted. */
void allocations_fail(unsigned long n, bool (*counts)(const char *file));

/* The same for the n-th and all that follow: memory that has run out stays short. */
void allocations_fail_from(unsigned long n, bool (*counts)(const char *file));

/* Ends that; whether so many allocations were made that one failed. */
bool allocations_end(void);

/* The source file of the first allocation that failed; NULL: none did, or no file was named. */
const char *allocations_failed_file(void);

/* Whether that is one of this library. */
bool allocations_failed_ours(void);

#endif
