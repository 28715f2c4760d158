/* SPDX-License-Identifier: Apache-2.0
 *
 * Keying material for protocols on top of TLS 1.0 to 1.2 (RFC 5705) and of TLS 1.3 (RFC 8446
 * section 7.5).
 */
#ifndef SSLP_SCHEDULE_KEYING_MATERIAL_H
#define SSLP_SCHEDULE_KEYING_MATERIAL_H

#include "schedule/prf.h"

/* PRF(secret, label, first_random + second_random [+ uint16 length + context]); the randoms are
 * the client's and the server's, except in EAP-FAST (RFC 4851 section 5.1).  `context` is NULL for
 * none, which differs from one of no bytes. */
SSLP_CHECK_RESULT enum sslp_status sslp_keying_material(const struct sslp_prf_key *secret,
    struct sslp_bytes label, const uint8_t *first_random, const uint8_t *second_random,
    const struct sslp_bytes *context, uint8_t *out, size_t out_len);

/* HKDF-Expand-Label(Derive-Secret(secret, label, ""), "exporter", Hash(context), length) of an
 * exporter secret; no context and one of no bytes are the same.  Label at most 249 bytes, output at
 * most 255 hashes. */
SSLP_CHECK_RESULT enum sslp_status sslp_keying_material_tls13(
    const struct sslp_prf_key *exporter_secret, const struct sslp_protocol *protocol,
    struct sslp_bytes label, struct sslp_bytes context, uint8_t *out, size_t out_len);

#endif
