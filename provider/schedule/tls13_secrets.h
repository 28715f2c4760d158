/* SPDX-License-Identifier: Apache-2.0
 *
 * The secrets of TLS 1.3 (RFC 8446 section 7.1), by the rows of tls13_arrows.h.
 *
 * A secret has as many bytes as the hash.  A derivation leaves the secret that it starts at as it
 * was, so any number of threads may derive from one.  On failure the output is zeros.
 */
#ifndef SSLP_SCHEDULE_TLS13_SECRETS_H
#define SSLP_SCHEDULE_TLS13_SECRETS_H

#include "schedule/prf.h"
#include "schedule/tls13_arrows.h"

#include <stdbool.h>

/* HKDF-Extract(0, PSK).  A missing PSK is replaced by Hash.length zeros. */
SSLP_CHECK_RESULT enum sslp_status sslp_early_secret(
    const struct sslp_prf *hkdf, struct sslp_bytes psk, uint8_t *out);

/* Whether a secret is the early secret without a PSK, which everybody can compute. */
SSLP_CHECK_RESULT enum sslp_status sslp_early_secret_is_public(
    const struct sslp_prf *hkdf, struct sslp_bytes secret, bool *is_public);

/* The secret of one side's Initial packets, HKDF-Expand-Label(HKDF-Extract(salt, connection id),
 * label, ""): RFC 9001 section 5.2.  SSLP_ERR_NOT_IN_PROTOCOL: the protocol has no salt. */
SSLP_CHECK_RESULT enum sslp_status sslp_initial_secret(const struct sslp_tls13_arrow *arrow,
    const struct sslp_protocol *protocol, const struct sslp_prf *hkdf,
    struct sslp_bytes connection_id, uint8_t *out);

/* Follows an arrow out of a secret, with which `secret` is keyed.  `input` is what the row takes:
 * the transcript hash, the ticket nonce, the shared secret, the connection id, or nothing. */
SSLP_CHECK_RESULT enum sslp_status sslp_tls13_derive(const struct sslp_tls13_arrow *arrow,
    const struct sslp_protocol *protocol, const struct sslp_prf_key *secret,
    struct sslp_bytes input, uint8_t *out);

/* Derive-Secret(secret, label, ""), with which the exporter begins too. */
SSLP_CHECK_RESULT enum sslp_status sslp_derive_secret_empty(const struct sslp_prf_key *secret,
    const struct sslp_protocol *protocol, struct sslp_bytes label, uint8_t *out);

#endif
