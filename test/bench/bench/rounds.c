/* SPDX-License-Identifier: Apache-2.0
 *
 * The rounds, and what is made of them.
 */
#include "bench.h"

/* How long a row runs in a round. */
static const double round_ns = 400e3, smoke_round_ns = 10e3;

static double time_runs(const struct bench_row *row, int iterations)
{
    const double start = bench_clock_ns(CLOCK_PROCESS_CPUTIME_ID);

    for (int i = 0; i < iterations; i++)
        row->run(row->len);
    return (bench_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - start) / iterations;
}

/* As many runs as fill the time of a round; the first runs warm up. */
static void choose_iterations(struct bench_row *row, bool smoke)
{
    double ns;

    (void)time_runs(row, 3);
    ns = time_runs(row, 10);
    row->iterations = 1 + (int)((smoke ? smoke_round_ns : round_ns) / (ns < 1 ? 1 : ns));
}

void bench_measure(struct bench_row *rows[], size_t count, int rounds, bool smoke)
{
    for (size_t i = 0; i < count; i++)
        choose_iterations(rows[i], smoke);
    for (int round = 0; round < rounds; round++) {
        /* Nobody always comes after the same neighbour's cache lines. */
        for (size_t i = 0; i < count; i++) {
            struct bench_row *row = rows[round % 2 == 0 ? i : count - 1 - i];

            row->ns[round] =
                time_runs(row, row->iterations) / (row->divisor == 0 ? 1 : row->divisor);
        }
    }
}

double bench_cost(const struct bench_row *row, int rounds)
{
    return bench_median(row->ns, rounds);
}

double bench_ratio(const struct bench_row *row, const struct bench_row *reference, int rounds)
{
    double ratios[MAX_ROUNDS];

    for (int round = 0; round < rounds; round++)
        ratios[round] = row->ns[round] / reference->ns[round];
    return bench_median(ratios, rounds);
}
