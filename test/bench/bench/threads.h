/* SPDX-License-Identifier: Apache-2.0
 *
 * Two threads that derive by handle at the same time: what they reach together, divided by what one
 * of them reaches alone.
 */
#ifndef BENCH_THREADS_H
#define BENCH_THREADS_H

#include <stdbool.h>

struct threads_result {
    double nothing_shared;     /* each with a library context of its own: the control */
    double neighbours, shared; /* handles that follow one another; one key */
    double neighbours_of_control, shared_of_control;
};

/* False on a machine with one processor. */
bool threads_measure(struct threads_result *result, int rounds, bool smoke);

#endif
