/* SPDX-License-Identifier: Apache-2.0 */
#include "peers.h"

#include "tls12.h"

#include <stdio.h>
#include <string.h>

enum { MAX_PEERS = 8 };

#define BENCH_LIST_PEER(unit) &bench_peer_##unit,
static const struct bench_peer *const all[] = {BENCH_PEERS(BENCH_LIST_PEER) NULL};
#undef BENCH_LIST_PEER

/* A row has a function of its own, which finds its peer by a number. */
static const struct bench_peer *opened[MAX_PEERS];
static size_t count;

#define DEFINE_RUN(number)                                                                         \
    static void run_##number(size_t len)                                                           \
    {                                                                                              \
        bench_require(opened[number]->derive(tls12_result, len), opened[number]->name);            \
    }
DEFINE_RUN(0)
DEFINE_RUN(1)
DEFINE_RUN(2)
DEFINE_RUN(3)
DEFINE_RUN(4)
DEFINE_RUN(5)
DEFINE_RUN(6)
DEFINE_RUN(7)
#undef DEFINE_RUN

static void (*const runs[MAX_PEERS])(size_t) = {
    run_0, run_1, run_2, run_3, run_4, run_5, run_6, run_7};
static struct bench_row rows[MAX_PEERS][2];
static char names[MAX_PEERS][2][64];

void peers_seed(unsigned char seed[SEED_LEN])
{
    memcpy(seed, bench_randoms[1], RANDOM_LEN);
    memcpy(seed + RANDOM_LEN, bench_randoms[0], RANDOM_LEN);
}

static void add_row(size_t peer, int which, size_t len)
{
    char *name = names[peer][which];

    (void)snprintf(name, sizeof(names[peer][which]), "%s, %zu bytes", opened[peer]->name, len);
    rows[peer][which] = (struct bench_row){.name = name, .run = runs[peer], .len = len};
}

static bool agrees(const struct bench_peer *peer, size_t len)
{
    unsigned char out[LONG_LEN];

    tls12_openssl(len);
    return peer->derive(out, len) && memcmp(out, tls12_result, len) == 0;
}

void peers_open(void)
{
    for (size_t i = 0; all[i] != NULL && count < MAX_PEERS; i++) {
        if (!all[i]->open())
            continue;
        bench_require(agrees(all[i], SHORT_LEN) && agrees(all[i], LONG_LEN), all[i]->name);
        opened[count] = all[i];
        add_row(count, 0, SHORT_LEN);
        add_row(count, 1, LONG_LEN);
        count++;
    }
}

size_t peers_count(void)
{
    return count;
}

struct bench_row *peers_row(size_t peer, size_t len)
{
    return &rows[peer][len == LONG_LEN];
}

struct bench_row *peers_find(const char *name, size_t len)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(opened[i]->name, name) == 0)
            return peers_row(i, len);
    }
    return NULL;
}
