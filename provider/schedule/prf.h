/* SPDX-License-Identifier: Apache-2.0
 *
 * The pseudorandom functions.  A secret keys one once, and then it expands as often as wanted.
 *
 *   TLS 1.0, 1.1   PRF(secret, label, seed) = P_MD5(S1, label + seed) xor P_SHA-1(S2, label + seed)
 *   TLS 1.2        PRF(secret, label, seed) = P_hash(secret, label + seed)
 *   TLS 1.3        HKDF-Expand-Label(secret, label, context, length)
 *   SSL 3.0        MD5(secret + SHA-1("A" + secret + seed)) + MD5(secret + SHA-1("BB" + ...
 *
 * A keyed PRF is not changed by expanding: many threads may expand the same one.
 */
#ifndef SSLP_SCHEDULE_PRF_H
#define SSLP_SCHEDULE_PRF_H

#include "base/bytes.h"
#include "base/status.h"
#include "schedule/hash.h"
#include "schedule/protocol.h"
#include "schedule/sizes.h"

/* Which function, on which hashes.  The hashes are borrowed. */
struct sslp_prf {
    enum sslp_prf_kind kind;
    const struct sslp_hash *hash; /* TLS 1.2 and 1.3 */
    const struct sslp_hash *md5;  /* SSL 3.0 to TLS 1.1 */
    const struct sslp_hash *sha1; /* SSL 3.0 to TLS 1.1 */
};

/* A PRF with its secret absorbed. */
struct sslp_prf_key {
    struct sslp_prf prf;
    struct sslp_bytes ssl3_secret; /* SSL 3.0 has no HMAC: the secret itself, borrowed */
    struct sslp_hmac_key hmac;     /* of the secret; TLS 1.0: of its second half, with SHA-1 */
    struct sslp_hmac_key hmac_md5; /* TLS 1.0: of the first half */
};

/* `secret` must outlive the key only for SSL 3.0. */
SSLP_CHECK_RESULT enum sslp_status sslp_prf_key_init(
    struct sslp_prf_key *key, const struct sslp_prf *prf, struct sslp_bytes secret);
void sslp_prf_key_clear(struct sslp_prf_key *key);

/* Makes an empty key of memory that holds none. */
static inline void sslp_prf_key_reset(struct sslp_prf_key *key)
{
    sslp_hmac_key_reset(&key->hmac);
    sslp_hmac_key_reset(&key->hmac_md5);
    key->ssl3_secret = sslp_bytes(NULL, 0);
}

/* A seed has this many parts; those not needed have no bytes. */
enum { SSLP_SEED_PARTS = 4 };

/* PRF(secret, label, seed[0] + seed[1] + ...) of TLS 1.0 to 1.2, `out_len` bytes. */
SSLP_CHECK_RESULT enum sslp_status sslp_prf_expand(const struct sslp_prf_key *key,
    struct sslp_bytes label, const struct sslp_bytes seed[SSLP_SEED_PARTS], uint8_t *out,
    size_t out_len);

/* The construction of SSL 3.0 (RFC 6101 section 6.1) over first + second; at most
 * SSLP_SSL3_MAX_OUTPUT bytes. */
SSLP_CHECK_RESULT enum sslp_status sslp_prf_ssl3_expand(const struct sslp_prf_key *key,
    struct sslp_bytes first, struct sslp_bytes second, uint8_t *out, size_t out_len);

/* HKDF-Expand-Label of RFC 8446 section 7.1.  Every label of a key schedule gets its prefix here:
 * the protocol's, and a protocol that has none is refused.  Prefix and label together have at most
 * 255 bytes, so has the context, and the output at most 255 hashes. */
SSLP_CHECK_RESULT enum sslp_status sslp_prf_expand_label(const struct sslp_prf_key *key,
    const struct sslp_protocol *protocol, struct sslp_bytes label, struct sslp_bytes context,
    uint8_t *out, size_t out_len);

/* A string constant as a label, without its NUL. */
#define SSLP_LABEL(text) sslp_bytes("" text, sizeof(text) - 1)

#endif
