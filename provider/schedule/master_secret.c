/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/master_secret.h"

enum sslp_status sslp_master_secret(const struct sslp_prf_key *premaster,
    const uint8_t *client_random, const uint8_t *server_random,
    uint8_t master_secret[SSLP_MASTER_SECRET_LEN])
{
    const struct sslp_bytes seed[SSLP_SEED_PARTS] = {
        sslp_bytes(client_random, SSLP_RANDOM_LEN), sslp_bytes(server_random, SSLP_RANDOM_LEN)};

    if (premaster->prf.kind == SSLP_PRF_SSL3)
        return sslp_prf_ssl3_expand(
            premaster, seed[0], seed[1], master_secret, SSLP_MASTER_SECRET_LEN);
    return sslp_prf_expand(
        premaster, SSLP_LABEL("master secret"), seed, master_secret, SSLP_MASTER_SECRET_LEN);
}

enum sslp_status sslp_extended_master_secret(const struct sslp_prf_key *premaster,
    struct sslp_bytes session_hash, uint8_t master_secret[SSLP_MASTER_SECRET_LEN])
{
    const struct sslp_bytes seed[SSLP_SEED_PARTS] = {session_hash};

    return sslp_prf_expand(premaster, SSLP_LABEL("extended master secret"), seed, master_secret,
        SSLP_MASTER_SECRET_LEN);
}
