/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/key_block.h"

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

size_t sslp_key_block_len(const struct sslp_key_lengths *lengths)
{
    return 2 * (lengths->mac_key + lengths->key_material + lengths->block_iv);
}

/* Cuts the block; key_material[side] is left pointing at the cipher key's part of it. */
static void partition(
    const uint8_t *block, struct sslp_session_keys *keys, const uint8_t *key_material[2])
{
    const struct sslp_key_lengths *lengths = &keys->lengths;
    const uint8_t *mac_keys = block;
    const uint8_t *key_materials = mac_keys + 2 * lengths->mac_key;
    const uint8_t *ivs = key_materials + 2 * lengths->key_material;

    for (size_t side = 0; side < 2; side++) {
        uint8_t *out = keys->side[side].bytes;

        memcpy(out, mac_keys + side * lengths->mac_key, lengths->mac_key);
        out += lengths->mac_key;
        key_material[side] = key_materials + side * lengths->key_material;
        memcpy(out, key_material[side], lengths->key_material);
        out += lengths->key;
        memcpy(out, ivs + side * lengths->block_iv, lengths->block_iv);
    }
}

enum sslp_status sslp_session_keys(const struct sslp_prf_key *master,
    const struct sslp_suite *suite, const struct sslp_protocol *protocol,
    const uint8_t *client_random, const uint8_t *server_random, struct sslp_session_keys *keys)
{
    uint8_t block[SSLP_MAX_KEY_BLOCK];
    const uint8_t *key_material[2];
    enum sslp_status status;

    *keys = (struct sslp_session_keys){.lengths = {0}};
    if (!sslp_suite_in_protocol(suite, protocol))
        return SSLP_ERR_SUITE_PROTOCOL;
    keys->lengths = sslp_suite_key_lengths(suite, protocol);
    status = sslp_key_block(
        master, client_random, server_random, block, sslp_key_block_len(&keys->lengths));
    if (status == SSLP_OK) {
        partition(block, keys, key_material);
        if (suite->cipher->exportable)
            status = sslp_export_final_keys(
                &master->prf, client_random, server_random, key_material, keys);
    }
    OPENSSL_cleanse(block, sizeof(block));
    if (status != SSLP_OK)
        OPENSSL_cleanse(keys, sizeof(*keys));
    return status;
}

enum sslp_status sslp_traffic_keys(const struct sslp_prf_key *traffic_secret,
    const struct sslp_suite *suite, const struct sslp_protocol *protocol,
    struct sslp_session_keys *keys)
{
    uint8_t *key = keys->side[0].bytes;
    enum sslp_status status;

    *keys = (struct sslp_session_keys){.lengths = {0}};
    if (!sslp_suite_in_protocol(suite, protocol))
        return SSLP_ERR_SUITE_PROTOCOL;
    keys->lengths = sslp_suite_key_lengths(suite, protocol);
    status = sslp_prf_expand_label(
        traffic_secret, SSLP_LABEL("key"), sslp_bytes(NULL, 0), key, keys->lengths.key);
    if (status == SSLP_OK)
        status = sslp_prf_expand_label(traffic_secret, SSLP_LABEL("iv"), sslp_bytes(NULL, 0),
            key + keys->lengths.key, keys->lengths.iv);
    if (status != SSLP_OK)
        OPENSSL_cleanse(keys, sizeof(*keys));
    return status;
}
