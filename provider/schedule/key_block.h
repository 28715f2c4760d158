/* SPDX-License-Identifier: Apache-2.0
 *
 * From the master secret to the keys of both sides, SSL 3.0 to TLS 1.2, and from a traffic secret
 * to the keys of one side, TLS 1.3.
 */
#ifndef SSLP_SCHEDULE_KEY_BLOCK_H
#define SSLP_SCHEDULE_KEY_BLOCK_H

#include "schedule/key_layout.h"
#include "schedule/prf.h"

/* The keys, and where they lie in `bytes`. */
struct sslp_session_keys {
    struct sslp_key_layout layout;
    uint8_t bytes[SSLP_MAX_SESSION_KEYS];
};

/* The stream PRF(master, "key expansion", server_random + client_random), any length (SSL 3.0: at
 * most SSLP_SSL3_MAX_OUTPUT).  The randoms have SSLP_RANDOM_LEN bytes each, here and below. */
SSLP_CHECK_RESULT enum sslp_status sslp_key_block(const struct sslp_prf_key *master,
    const uint8_t *client_random, const uint8_t *server_random, uint8_t *out, size_t out_len);

/* Fills `bytes` by the layout, which is that of the suite in the protocol.  Export suites get their
 * final keys (RFC 2246 section 6.3.1).  On failure `bytes` is wiped. */
SSLP_CHECK_RESULT enum sslp_status sslp_session_keys(const struct sslp_prf_key *master,
    const struct sslp_suite *suite, const uint8_t *client_random, const uint8_t *server_random,
    struct sslp_session_keys *keys);

/* The same of a traffic secret: RFC 8446 section 7.3. */
SSLP_CHECK_RESULT enum sslp_status sslp_traffic_keys(const struct sslp_prf_key *traffic_secret,
    const struct sslp_protocol *protocol, struct sslp_session_keys *keys);

/* Writes MAC key, key and IV of one side: layout.direction_len bytes. */
void sslp_session_keys_direction(
    const struct sslp_session_keys *keys, enum sslp_side side, uint8_t *out);

/* The last step of export suites: from the keys of the key block to the final ones, by the layout.
 * export_suites.c. */
SSLP_CHECK_RESULT enum sslp_status sslp_export_final_keys(const struct sslp_prf *prf,
    const uint8_t *client_random, const uint8_t *server_random, const uint8_t *key_block,
    struct sslp_session_keys *keys);

#endif
