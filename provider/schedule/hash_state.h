/* SPDX-License-Identifier: Apache-2.0
 *
 * The running state of a hash: of EVP, or of a function of hash_direct.h.  hash_state.c is the only
 * file of this layer that computes with EVP.
 */
#ifndef SSLP_SCHEDULE_HASH_STATE_H
#define SSLP_SCHEDULE_HASH_STATE_H

#include "base/status.h"
#include "schedule/hash_direct.h"

struct sslp_hash;

/* Empty when all zeros.  The memory of `memory` that no hash has used is never looked at. */
struct sslp_hash_state {
    const struct sslp_direct_hash *direct; /* NULL: the state is that of `context` */
    EVP_MD_CTX *context;                   /* owned; kept for the next use */
    union sslp_direct_state memory;
};

static inline void sslp_hash_state_init(struct sslp_hash_state *state)
{
    state->direct = NULL;
    state->context = NULL;
}

/* Wipes the state and leaves an empty one. */
void sslp_hash_state_clear(struct sslp_hash_state *state);

/* Begins anew, or goes on from another state, which is only read. */
SSLP_CHECK_RESULT enum sslp_status sslp_hash_state_start(
    struct sslp_hash_state *state, const struct sslp_hash *hash);
SSLP_CHECK_RESULT enum sslp_status sslp_hash_state_copy(
    struct sslp_hash_state *state, const struct sslp_hash_state *from);

SSLP_CHECK_RESULT enum sslp_status sslp_hash_state_absorb(
    struct sslp_hash_state *state, const void *data, size_t len);

/* Writes the digest; the state can then only begin anew. */
SSLP_CHECK_RESULT enum sslp_status sslp_hash_state_finish(
    struct sslp_hash_state *state, uint8_t *out);

#endif
