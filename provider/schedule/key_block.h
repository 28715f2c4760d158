/* SPDX-License-Identifier: Apache-2.0
 *
 * From the master secret to the keys of both directions, SSL 3.0 to TLS 1.2, and from a traffic
 * secret to the keys of one direction, TLS 1.3.
 *
 *     key block (RFC 5246 section 6.3)
 *     +------------+------------+--------+--------+-------+-------+
 *     | client MAC | server MAC | client | server |client |server |
 *     |    key     |    key     |  key   |  key   |  IV   |  IV   |
 *     +------------+------------+--------+--------+-------+-------+
 *
 *     one direction, as this library hands it out
 *     +---------+-----+----+
 *     | MAC key | key | IV |      struct sslp_write_keys
 *     +---------+-----+----+
 */
#ifndef SSLP_SCHEDULE_KEY_BLOCK_H
#define SSLP_SCHEDULE_KEY_BLOCK_H

#include "schedule/master_secret.h"
#include "schedule/prf.h"
#include "schedule/suite.h"

enum sslp_side { SSLP_CLIENT, SSLP_SERVER };

/* Keys that protect what one side sends: MAC key, key and IV without a gap. */
struct sslp_write_keys {
    uint8_t bytes[SSLP_MAX_DIRECTION];
};

struct sslp_session_keys {
    struct sslp_key_lengths lengths;
    struct sslp_write_keys side[2]; /* by enum sslp_side */
};

/* The stream PRF(master, "key expansion", server_random + client_random), any length (SSL 3.0: at
 * most SSLP_SSL3_MAX_OUTPUT). */
SSLP_CHECK_RESULT enum sslp_status sslp_key_block(const struct sslp_prf_key *master,
    const uint8_t *client_random, const uint8_t *server_random, uint8_t *out, size_t out_len);

/* Bytes of key block that the suite uses in the protocol. */
size_t sslp_key_block_len(const struct sslp_key_lengths *lengths);

/* Derives and cuts the key block; export suites get their final keys (RFC 2246 section 6.3.1).
 * On failure `keys` is wiped. */
SSLP_CHECK_RESULT enum sslp_status sslp_session_keys(const struct sslp_prf_key *master,
    const struct sslp_suite *suite, const struct sslp_protocol *protocol,
    const uint8_t *client_random, const uint8_t *server_random, struct sslp_session_keys *keys);

/* RFC 8446 section 7.3: key and IV of a traffic secret into side[0]. */
SSLP_CHECK_RESULT enum sslp_status sslp_traffic_keys(const struct sslp_prf_key *traffic_secret,
    const struct sslp_suite *suite, const struct sslp_protocol *protocol,
    struct sslp_session_keys *keys);

/* The last step of export suites, on keys that are cut but not final: key_export.c. */
SSLP_CHECK_RESULT enum sslp_status sslp_export_final_keys(const struct sslp_prf *prf,
    const uint8_t *client_random, const uint8_t *server_random, const uint8_t *key_material[2],
    struct sslp_session_keys *keys);

#endif
