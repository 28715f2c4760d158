/* SPDX-License-Identifier: Apache-2.0
 *
 * What a key object takes, and what it costs to derive by any of a million handles.
 */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include <stdbool.h>

struct memory_result {
    double bytes; /* of a key object with its handle */
    int objects;
    /* By a random one of the handles, divided by the same one each time: of the provider, and of a
     * control that reads two hash states of 128 bytes from as much memory. */
    double random, control, random_of_control;
};

/* False where the C library does not tell what memory is in use, or there is too little. */
bool memory_measure(struct memory_result *result, int rounds, bool smoke);

#endif
