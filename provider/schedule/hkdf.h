/* SPDX-License-Identifier: Apache-2.0
 *
 * HKDF (RFC 5869), and HKDF-Expand-Label of RFC 8446 section 7.1 with any prefix.  On failure the
 * output is zeros, except when the length itself is refused.
 */
#ifndef SSLP_SCHEDULE_HKDF_H
#define SSLP_SCHEDULE_HKDF_H

#include "base/bytes.h"
#include "base/status.h"
#include "schedule/hash.h"
#include "schedule/sizes.h"

/* HMAC(salt, input): as many bytes as the hash has.  HMAC pads its key with zeros, so a salt
 * of zeros and an empty one are the same. */
SSLP_CHECK_RESULT enum sslp_status sslp_hkdf_extract(
    const struct sslp_hash *hash, struct sslp_bytes salt, struct sslp_bytes input, uint8_t *out);

/* At most 255 hashes (RFC 5869 section 2.3); none at all is no error. */
SSLP_CHECK_RESULT enum sslp_status sslp_hkdf_expand(
    const struct sslp_hmac_key *key, struct sslp_bytes info, uint8_t *out, size_t out_len);

/* The same with a key that is used for nothing else. */
SSLP_CHECK_RESULT enum sslp_status sslp_hkdf_expand_once(const struct sslp_hash *hash,
    struct sslp_bytes secret, struct sslp_bytes info, uint8_t *out, size_t out_len);

/* The parts of HkdfLabel.  Prefix and label together have at most 255 bytes, and so has the
 * context. */
struct sslp_hkdf_label {
    struct sslp_bytes prefix, label, context;
};

SSLP_CHECK_RESULT enum sslp_status sslp_hkdf_expand_label(const struct sslp_hmac_key *key,
    const struct sslp_hkdf_label *label, uint8_t *out, size_t out_len);

/* The same with a key that is used for nothing else. */
SSLP_CHECK_RESULT enum sslp_status sslp_hkdf_expand_label_once(const struct sslp_hash *hash,
    struct sslp_bytes secret, const struct sslp_hkdf_label *label, uint8_t *out, size_t out_len);

#endif
