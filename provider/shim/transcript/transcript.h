/* SPDX-License-Identifier: Apache-2.0
 *
 * The running hash inside a hash object: one algorithm, or MD5 and SHA-1 side by side.  A sample is
 * taken from a copy, so hashing can continue after it.
 *
 * The caller has entered the guard of the object.  Every function leaves the error queue as it was.
 */
#ifndef SSLP_SHIM_TRANSCRIPT_TRANSCRIPT_H
#define SSLP_SHIM_TRANSCRIPT_TRANSCRIPT_H

#include "base/bytes.h"
#include "shim/core/objects.h"

/* Bytes: of the longest digest; of MD5, the first half of a pair; and how much of a handshake an
 * SSL 3.0 hash keeps. */
enum {
    SSLP_TRANSCRIPT_MAX = SSLP_MAX_HASH,
    SSLP_TRANSCRIPT_MD5 = 16,
    SSLP_TRANSCRIPT_MAX_MESSAGES = 1 << 20
};

static inline bool sslp_transcript_is_pair(const struct sslp_hash_object *hash)
{
    return hash->context[1] != NULL;
}

/* Starts the contexts with algorithms of the backend; the second name is NULL for one alone.
 * NTE_NOT_SUPPORTED: libcrypto has no such algorithm.  The object frees the contexts. */
SECURITY_STATUS sslp_transcript_start(struct sslp_hash_object *hash, const char *const names[2]);

/* NTE_NO_MEMORY also for an SSL 3.0 handshake that is longer than the bound above. */
SECURITY_STATUS sslp_transcript_append(struct sslp_hash_object *hash, struct sslp_bytes input);

/* The digest of what was hashed so far: digest_len bytes. */
SECURITY_STATUS sslp_transcript_sample(
    const struct sslp_hash_object *hash, uint8_t digest[SSLP_TRANSCRIPT_MAX]);

/* Copies what was hashed so far of TLS 1.3 into an object that is new, of the same suite.
 * NTE_NO_MEMORY; the object frees what was copied. */
SECURITY_STATUS sslp_transcript_copy(
    struct sslp_hash_object *to, const struct sslp_hash_object *from);

#endif
