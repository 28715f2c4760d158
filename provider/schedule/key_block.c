/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/key_block.h"

#include "schedule/sizes.h"

#include <openssl/crypto.h>
#include <string.h>

enum sslp_status sslp_key_block(const struct sslp_prf_key *master, const uint8_t *client_random,
    const uint8_t *server_random, uint8_t *out, size_t out_len)
{
    const struct sslp_bytes seed[SSLP_SEED_PARTS] = {
        sslp_bytes(server_random, SSLP_RANDOM_LEN), sslp_bytes(client_random, SSLP_RANDOM_LEN)};

    if (master->prf.kind == SSLP_PRF_SSL3)
        return sslp_prf_ssl3_expand(master, seed[0], seed[1], out, out_len);
    return sslp_prf_expand(master, SSLP_LABEL("key expansion"), seed, out, out_len);
}

static enum sslp_status export_suite_keys(const struct sslp_prf_key *master,
    const uint8_t *client_random, const uint8_t *server_random, struct sslp_session_keys *keys)
{
    uint8_t block[SSLP_MAX_SESSION_KEYS];
    enum sslp_status status =
        sslp_key_block(master, client_random, server_random, block, keys->layout.key_block_len);

    if (status == SSLP_OK)
        status = sslp_export_final_keys(&master->prf, client_random, server_random, block, keys);
    OPENSSL_cleanse(block, sizeof(block));
    return status;
}

enum sslp_status sslp_session_keys(const struct sslp_prf_key *master,
    const struct sslp_suite *suite, const uint8_t *client_random, const uint8_t *server_random,
    struct sslp_session_keys *keys)
{
    enum sslp_status status = SSLP_ERR_SUITE_PROTOCOL;

    if (keys->layout.len != 0 && suite->cipher->exportable)
        status = export_suite_keys(master, client_random, server_random, keys);
    else if (keys->layout.len != 0)
        /* The layout is that of the key block: what the PRF writes are the keys. */
        status =
            sslp_key_block(master, client_random, server_random, keys->bytes, keys->layout.len);
    if (status != SSLP_OK)
        OPENSSL_cleanse(keys->bytes, sizeof(keys->bytes));
    return status;
}

enum sslp_status sslp_traffic_keys(const struct sslp_prf_key *traffic_secret,
    const struct sslp_protocol *protocol, struct sslp_session_keys *keys)
{
    const struct sslp_protocol_labels *labels = protocol->labels;
    enum sslp_status status = keys->layout.len == 0 ? SSLP_ERR_SUITE_PROTOCOL : SSLP_OK;

    for (int piece = SSLP_PIECE_KEY; status == SSLP_OK && piece < SSLP_KEY_PIECES; piece++) {
        const struct sslp_key_place place = keys->layout.piece[SSLP_CLIENT][piece];
        const char *label = piece == SSLP_PIECE_KEY ? labels->key
            : piece == SSLP_PIECE_IV                ? labels->iv
                                                    : labels->mask_key;

        if (place.len != 0)
            status = sslp_prf_expand_label(traffic_secret, protocol, sslp_text(label),
                sslp_bytes(NULL, 0), keys->bytes + place.offset, place.len);
    }
    if (status != SSLP_OK)
        OPENSSL_cleanse(keys->bytes, sizeof(keys->bytes));
    return status;
}

void sslp_session_keys_direction(
    const struct sslp_session_keys *keys, enum sslp_side side, uint8_t *out)
{
    for (int piece = SSLP_PIECE_MAC_KEY; piece <= SSLP_PIECE_IV; piece++) {
        const struct sslp_key_place place = keys->layout.piece[side][piece];

        memcpy(out, keys->bytes + place.offset, place.len);
        out += place.len;
    }
}
