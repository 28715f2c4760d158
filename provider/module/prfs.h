/* SPDX-License-Identifier: Apache-2.0
 *
 * The provider's own PRFs: hashes fetched once from the child library context under the configured
 * property query, each PRF proven by a known answer before it is used.
 *
 * The child context may not be used while the provider is being initialised, so the power-up
 * self-test runs at the first use.  A wrong answer closes the provider for good.
 */
#ifndef SSLP_MODULE_PRFS_H
#define SSLP_MODULE_PRFS_H

#include "schedule/prf.h"
#include "schedule/suite.h"

#include <openssl/types.h>
#include <pthread.h>
#include <stdbool.h>

struct sslp_provctx;

enum { SSLP_PRF_ROWS = 6 }; /* rows of the known-answer table: every PRF there is */

enum sslp_state { SSLP_STATE_STARTING, SSLP_STATE_RUNNING, SSLP_STATE_FAILED };

struct sslp_prfs {
    pthread_mutex_t lock;   /* guards everything that is not atomic */
    _Atomic int state;      /* enum sslp_state */
    OSSL_LIB_CTX *fallback; /* private, with `default` loaded; made only when needed */
    OSSL_PROVIDER *fallback_provider;
    struct sslp_hash hash[SSLP_HASH_COUNT];
    struct sslp_prf prf[SSLP_PRF_ROWS];
    _Atomic bool ready[SSLP_PRF_ROWS];
};

int sslp_prfs_init(struct sslp_prfs *prfs);
void sslp_prfs_clear(struct sslp_prfs *prfs);

/* The gate before every operation: runs the self-test the first time; raises and returns 0 once
 * it has failed. */
int sslp_prfs_start(struct sslp_provctx *provctx);

/* Runs every known-answer test again; 0 closes the provider. */
int sslp_prfs_self_test(struct sslp_provctx *provctx);

/* Whether the self-test has failed. */
bool sslp_prfs_failed(struct sslp_provctx *provctx);

/* A tested PRF; `hash` counts for TLS 1.2 and 1.3 only.  The result is valid as long as the
 * provider.  Raises and returns NULL when a hash of it is not to be had. */
const struct sslp_prf *sslp_prfs_get(
    struct sslp_provctx *provctx, enum sslp_prf_kind kind, enum sslp_hash_id hash);

/* Fetches any hash by name: under `properties`, or the configured query where that is NULL; without
 * any query also from the fallback.  The caller clears it.  Raises and returns 0 on failure. */
int sslp_prfs_fetch_hash(
    struct sslp_provctx *provctx, const char *name, const char *properties, struct sslp_hash *hash);

/* RFC 2246 names no digest: OpenSSL calls the pair of TLS 1.0 and 1.1 MD5-SHA1. */
bool sslp_prfs_is_pair(const char *digest);
/* Fetches both of it, MD5 first, as above. */
int sslp_prfs_fetch_pair(
    struct sslp_provctx *provctx, const char *properties, struct sslp_hash pair[2]);

#endif
