/* SPDX-License-Identifier: Apache-2.0
 *
 * The provider's own PRFs: on digests under the configured property query, each PRF proven by a
 * known answer when it is first used.  A process pays for the PRFs that it uses.  A wrong answer
 * closes the provider for good.
 */
#ifndef SSLP_MODULE_PRFS_H
#define SSLP_MODULE_PRFS_H

#include "schedule/prf.h"
#include "schedule/suite.h"

#include <stdbool.h>

struct sslp_provctx;

enum {
    SSLP_PRF_KINDS = SSLP_PRF_TLS13 + 1,
    SSLP_PRF_ROWS = 7 /* rows of the known-answer table: every PRF there is */
};

/* Empty when all zeros. */
struct sslp_prfs {
    _Atomic bool failed;                 /* a known-answer test has */
    _Atomic bool proven[SSLP_PRF_KINDS]; /* all of the kind that can be */
    /* Owned; NULL until proven.  A pair stands at SSLP_HASH_NONE. */
    _Atomic(const struct sslp_prf *) ready[SSLP_PRF_KINDS][SSLP_HASH_COUNT];
};

void sslp_prfs_clear(struct sslp_prfs *prfs);

/* Runs the known-answer tests of all PRFs, also of those that are ready.  Raises and returns 0 for
 * a wrong answer, which closes the provider, for a failure to compute one, and where no PRF is
 * ready. */
int sslp_prfs_self_test(struct sslp_provctx *provctx);

/* Proves a PRF whose turn has come: what sslp_prfs_get of provctx.h does for one that is not ready.
 */
const struct sslp_prf *sslp_prfs_prepare(
    struct sslp_provctx *provctx, enum sslp_prf_kind kind, enum sslp_hash_id hash);

/* RFC 2246 names no digest: OpenSSL calls the pair of TLS 1.0 and 1.1 MD5-SHA1. */
bool sslp_prfs_is_pair(const char *digest);

/* A PRF of the kind on a digest that the caller names.  It has no answer of its own: the PRFs of
 * its kind on the configured digests are proven instead.  Without `properties` the configured query
 * counts, and the digests are the provider's; `hash` may then be NULL.  With a query they are
 * fetched into two of `hash`, which are empty before and which the caller clears, after a failure
 * too; only the pair of TLS 1.0 takes both.  Raises and returns 0 on failure. */
int sslp_prfs_on_digest(struct sslp_provctx *provctx, enum sslp_prf_kind kind, const char *digest,
    const char *properties, struct sslp_hash *hash, struct sslp_prf *prf);

#endif
