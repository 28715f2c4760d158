/* SPDX-License-Identifier: Apache-2.0
 *
 * OpenSSL's random numbers, made to fail in every library context.
 */
#ifndef SSLP_TEST_RANDOM_FAULTS_H
#define SSLP_TEST_RANDOM_FAULTS_H

#include <stdbool.h>

/* Seeds the generator that the others are drawn from meanwhile; false when it cannot be. */
bool random_install(void);

/* Makes the n-th request for random numbers from now on fail, counted from 1, and no other; or that
 * and all that follow.  As a generator without entropy does, it says so on the error queue. */
void random_fail(unsigned long n);
void random_fail_from(unsigned long n);

/* Ends that; whether so many requests were made that one failed. */
bool random_end(void);

#endif
