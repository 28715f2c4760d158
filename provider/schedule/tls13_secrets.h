/* SPDX-License-Identifier: Apache-2.0
 *
 * The secrets of TLS 1.3: one function for each arrow of the figure in RFC 8446 section 7.1, of
 * section 4.6.1 (ticket PSK) and of section 7.2 (next generation).
 *
 *     PSK -> early secret ----------> ext binder, res binder, c e traffic, e exp master
 *                 | derived
 *   (EC)DHE -> handshake secret ----> c hs traffic, s hs traffic
 *                 | derived
 *       0 -> master secret ---------> c ap traffic, s ap traffic, exp master, res master
 *
 * A secret has as many bytes as the hash.  An arrow that starts at a secret takes HKDF keyed with
 * it and leaves it as it was, so any number of threads may derive from one.  On failure the output
 * is zeros.
 */
#ifndef SSLP_SCHEDULE_TLS13_SECRETS_H
#define SSLP_SCHEDULE_TLS13_SECRETS_H

#include "schedule/prf.h"

#include <stdbool.h>

enum { SSLP_MAX_TICKET_NONCE = 255 }; /* bytes: RFC 8446 section 4.6.1 */

/* HKDF-Extract with a salt of zeros.  No PSK: as many zeros as the hash has bytes. */
SSLP_CHECK_RESULT enum sslp_status sslp_early_secret(
    const struct sslp_prf *hkdf, struct sslp_bytes psk, uint8_t *out);

/* Whether a secret is that of the function above without PSK, which everybody can compute. */
SSLP_CHECK_RESULT enum sslp_status sslp_early_secret_is_public(
    const struct sslp_prf *hkdf, struct sslp_bytes secret, bool *is_public);

/* What an arrow out of a secret takes in: a transcript hash, the nonce of a ticket, the (EC)DHE
 * shared secret, of which none stands for zeros, or nothing. */
typedef enum sslp_status sslp_tls13_arrow_fn(
    const struct sslp_prf_key *secret, struct sslp_bytes input, uint8_t *out);

/* From the early secret; the hash is that of the ClientHello. */
sslp_tls13_arrow_fn sslp_ext_binder_key, sslp_res_binder_key, sslp_client_early_traffic_secret,
    sslp_early_exporter_secret;

/* From the early or the handshake secret: the salt of the next extraction. */
sslp_tls13_arrow_fn sslp_derived_secret;

/* From the early secret and the shared secret, over the derived one. */
sslp_tls13_arrow_fn sslp_handshake_secret;

/* From the handshake secret; the hash runs to the ServerHello. */
sslp_tls13_arrow_fn sslp_client_handshake_traffic_secret, sslp_server_handshake_traffic_secret;

/* From the handshake secret, over the derived one. */
sslp_tls13_arrow_fn sslp_tls13_master_secret;

/* From the master secret; the hash runs to the server's Finished. */
sslp_tls13_arrow_fn sslp_client_application_traffic_secret, sslp_server_application_traffic_secret,
    sslp_exporter_secret;

/* From the master secret; the hash runs to the client's Finished. */
sslp_tls13_arrow_fn sslp_resumption_secret;

/* From the resumption secret and the nonce of a ticket, at most 255 bytes. */
sslp_tls13_arrow_fn sslp_ticket_pre_shared_key;

/* From the traffic secret of a side to its next one. */
sslp_tls13_arrow_fn sslp_next_traffic_secret;

/* Derive-Secret(secret, label, "") of RFC 8446 section 7.1, with which the exporter begins too. */
SSLP_CHECK_RESULT enum sslp_status sslp_derive_secret_of_nothing(
    const struct sslp_prf_key *secret, struct sslp_bytes label, uint8_t *out);

#endif
