/* SPDX-License-Identifier: Apache-2.0
 *
 * Other libraries, as far as they were found when the benchmark was configured.  Each derives the
 * same key block of TLS 1.2 with SHA-256 by its bare function.
 *
 * BENCH_PEERS(X) of bench_peers.h, which CMake writes, calls X(unit) for every peer; peer_<unit>.c
 * defines it.
 */
#ifndef BENCH_PEERS_H
#define BENCH_PEERS_H

#include "bench.h"
#include "bench_peers.h"

struct bench_peer {
    const char *name;
    /* False where the library cannot be used after all. */
    bool (*open)(void);
    /* Writes the key block; false on failure. */
    bool (*derive)(unsigned char *out, size_t len);
};

static const char bench_label[] = "key expansion";
enum { LABEL_LEN = sizeof(bench_label) - 1, SEED_LEN = 2 * RANDOM_LEN };

/* The server's random, then the client's (RFC 5246 section 6.3). */
void peers_seed(unsigned char seed[SEED_LEN]);

#define BENCH_DECLARE_PEER(unit) extern const struct bench_peer bench_peer_##unit;
BENCH_PEERS(BENCH_DECLARE_PEER)
#undef BENCH_DECLARE_PEER

/* Opens the peers and compares their results; those that give another one end the program. */
void peers_open(void);

size_t peers_count(void);

/* Two rows of each peer that is open: SHORT_LEN and LONG_LEN. */
struct bench_row *peers_row(size_t peer, size_t len);

/* A peer's row by the name of its library; NULL where it is not there. */
struct bench_row *peers_find(const char *name, size_t len);

#endif
