/* SPDX-License-Identifier: Apache-2.0
 *
 * What was measured, as a table of text and as a bar chart, and the bounds.
 */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "bench.h"
#include "memory.h"
#include "threads.h"

#include <stdio.h>

enum { REPORT_MAX_LINES = 40, REPORT_MAX_BOUNDS = 24 };

/* A line of the table.  A ratio of 0 is not shown. */
struct report_line {
    const char *name;
    double ns;
    double of_openssl, of_floor;
    bool is_subject;  /* sslprovider, and not what it is compared with */
    bool begins_part; /* a new comparison */
};

/* A ratio, or a number of bytes, that is promised to be at most `bound`. */
struct report_bound {
    const char *name;
    double value, bound;
};

struct report {
    struct report_line lines[REPORT_MAX_LINES];
    size_t line_count;
    struct report_bound bounds[REPORT_MAX_BOUNDS];
    size_t bound_count;
    struct threads_result threads;
    struct memory_result memory;
    bool has_threads, has_memory;
    int rounds;
};

void report_add_line(struct report *report, struct report_line line);
void report_add_bound(struct report *report, const char *name, double value, double bound);

void report_text(const struct report *report, FILE *out);
void report_svg(const struct report *report, FILE *out);

/* Whether every bound is kept. */
bool report_keeps_bounds(const struct report *report);

#endif
