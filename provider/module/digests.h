/* SPDX-License-Identifier: Apache-2.0
 *
 * Digests by name.  The provider keeps every digest that was asked for, once for each name that
 * differs in more than case.  No lock is taken: a thread offers the digest that it makes to the
 * others with one atomic operation, and takes theirs where they were first.  So a child process
 * never waits for a thread that the fork has left behind.
 */
#ifndef SSLP_MODULE_DIGESTS_H
#define SSLP_MODULE_DIGESTS_H

#include "schedule/hash.h"

#include <openssl/types.h>

struct sslp_provctx;

enum { SSLP_DIGEST_BUCKETS = 32 };

/* Empty when all zeros. */
struct sslp_digests {
    _Atomic(struct sslp_digest *) bucket[SSLP_DIGEST_BUCKETS];
    /* The provider that is part of libcrypto, where a digest of its own is kept. */
    _Atomic(const OSSL_PROVIDER *) libcrypto;
    /* Private, with `default` loaded; made only when needed. */
    _Atomic(struct sslp_fallback *) fallback;
};

void sslp_digests_clear(struct sslp_digests *digests);

/* A digest under the configured query, valid as long as the provider.  Where no query is configured
 * it may come from the fallback.  Nothing is raised. */
SSLP_CHECK_RESULT enum sslp_status sslp_digests_get(
    struct sslp_provctx *provctx, const char *name, const struct sslp_hash **hash);

/* A digest under a query of the caller's.  It is not kept: the caller clears it. */
SSLP_CHECK_RESULT enum sslp_status sslp_digests_fetch(
    struct sslp_provctx *provctx, const char *name, const char *properties, struct sslp_hash *hash);

#endif
