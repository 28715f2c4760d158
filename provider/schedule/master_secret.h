/* SPDX-License-Identifier: Apache-2.0
 *
 * From the premaster secret to the master secret, SSL 3.0 to TLS 1.2.
 */
#ifndef SSLP_SCHEDULE_MASTER_SECRET_H
#define SSLP_SCHEDULE_MASTER_SECRET_H

#include "schedule/prf.h"

/* RFC 5246 section 8.1, RFC 6101 section 6.1.  `premaster` is the PRF keyed with the premaster
 * secret, the randoms are those of the hellos, SSLP_RANDOM_LEN bytes each. */
SSLP_CHECK_RESULT enum sslp_status sslp_master_secret(const struct sslp_prf_key *premaster,
    const uint8_t *client_random, const uint8_t *server_random,
    uint8_t master_secret[SSLP_MASTER_SECRET_LEN]);

/* RFC 7627 section 4, not for SSL 3.0. */
SSLP_CHECK_RESULT enum sslp_status sslp_extended_master_secret(const struct sslp_prf_key *premaster,
    struct sslp_bytes session_hash, uint8_t master_secret[SSLP_MASTER_SECRET_LEN]);

#endif
