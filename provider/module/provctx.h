/* SPDX-License-Identifier: Apache-2.0
 *
 * One loaded instance of the provider.  Everything that it has lives here, so several library
 * contexts can load the provider side by side.
 */
#ifndef SSLP_MODULE_PROVCTX_H
#define SSLP_MODULE_PROVCTX_H

#include "base/handle_table.h"
#include "module/algorithms.h"
#include "module/config.h"
#include "module/debug_log.h"
#include "module/digests.h"
#include "module/prfs.h"
#include "module/query.h"
#include "module/reasons.h"

#include <openssl/core_dispatch.h>
#include <openssl/types.h>
#include <stdatomic.h>
#include <stdbool.h>

/* The functions of libcrypto's core that the provider calls back. */
struct sslp_core {
    /* The core belongs to another copy of libcrypto than the one that the provider calls: a program
     * with its own libcrypto has loaded the module, which brings the system's along. */
    bool is_foreign;
    OSSL_FUNC_core_get_libctx_fn *get_libctx;
    OSSL_FUNC_core_get_params_fn *get_params;
    OSSL_FUNC_core_new_error_fn *new_error;
    OSSL_FUNC_core_set_error_debug_fn *set_error_debug;
    OSSL_FUNC_core_vset_error_fn *vset_error;
};

struct sslp_provctx {
    const OSSL_CORE_HANDLE *handle;
    struct sslp_core core;
    struct sslp_config config;
    struct sslp_debug_log *debug_log; /* NULL: not asked for */
    OSSL_LIB_CTX *libctx;             /* hashes come from here */
    OSSL_LIB_CTX *child; /* owned; NULL where the application's context is the default one */
    struct sslp_queries queries;
    struct sslp_digests digests;
    struct sslp_prfs prfs;
    struct sslp_handle_table *keys;
    _Atomic uintptr_t skey_caller; /* an address that sslp_is_skey_caller knows; 0: none yet */
};

/* Whether a self-test has failed. */
static inline bool sslp_prfs_failed(const struct sslp_provctx *provctx)
{
    return atomic_load_explicit(&provctx->prfs.failed, memory_order_acquire);
}

/* The gate at the start of every operation: raises and returns 0 once a self-test has failed. */
static inline int sslp_prfs_usable(const struct sslp_provctx *provctx)
{
    return !sslp_prfs_failed(provctx) || sslp_raise(provctx, SELF_TEST_FAILED);
}

/* A tested PRF; `hash` counts for TLS 1.2 and 1.3 only.  The result is valid as long as the
 * provider.  Raises and returns NULL where a hash is not available, where there is no such PRF, and
 * once the self-test has failed. */
static inline const struct sslp_prf *sslp_prfs_get(
    struct sslp_provctx *provctx, enum sslp_prf_kind kind, enum sslp_hash_id hash)
{
    const enum sslp_hash_id at = sslp_prf_kind_has_pair(kind) ? SSLP_HASH_NONE : hash;
    const struct sslp_prf *prf =
        atomic_load_explicit(&provctx->prfs.ready[kind][at], memory_order_acquire);

    return prf != NULL && !sslp_prfs_failed(provctx) ? prf : sslp_prfs_prepare(provctx, kind, at);
}

/* Picks the functions of the core from the dispatch table that OSSL_provider_init gets. */
void sslp_core_collect(struct sslp_core *core, const OSSL_DISPATCH *in);

/* Counts a derivation for SSLPROVIDER_DEBUG. */
#define sslp_provctx_served(provctx, algorithm)                                                    \
    ((provctx)->debug_log == NULL ? (void)0                                                        \
                                  : sslp_debug_log_count((provctx)->debug_log, (algorithm)))

/* Whether the pair may be used under the configuration; raises a reason and returns 0 if not.
 * Either may be NULL, which means that it is not known. */
static inline int sslp_provctx_allows(const struct sslp_provctx *provctx,
    const struct sslp_protocol *protocol, const struct sslp_suite *suite)
{
    return !sslp_suite_is_legacy(suite, protocol) || provctx->config.legacy ||
        sslp_raise(provctx, LEGACY_NOT_ALLOWED);
}

#endif
