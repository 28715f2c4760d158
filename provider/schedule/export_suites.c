/* SPDX-License-Identifier: Apache-2.0
 *
 * Export suites: the short keys of the key block are hashed once more with both randoms, and the
 * IVs come from the randoms alone (RFC 2246 section 6.3.1, RFC 6101 section 6.2.2).
 */
#include "schedule/key_block.h"
#include "schedule/sizes.h"

#include <openssl/crypto.h>
#include <string.h>

struct export_inputs {
    const struct sslp_prf *prf;
    struct sslp_bytes client_random;
    struct sslp_bytes server_random;
};

/* SSL 3.0: MD5(key + own random + peer's random), cut to the final length. */
static enum sslp_status export_ssl3_digest(const struct export_inputs *in, enum sslp_side side,
    struct sslp_bytes key_material, uint8_t *out, size_t out_len)
{
    const struct sslp_bytes own = side == SSLP_CLIENT ? in->client_random : in->server_random;
    const struct sslp_bytes peer = side == SSLP_CLIENT ? in->server_random : in->client_random;
    const struct sslp_bytes parts[] = {key_material, own, peer};
    uint8_t digest[SSLP_MAX_HASH];
    struct sslp_hash_work work;
    enum sslp_status status;

    if (out_len > in->prf->md5->size)
        return SSLP_ERR_OUTPUT_LENGTH;
    sslp_hash_work_init(&work);
    status = sslp_hash_digest(in->prf->md5, &work, parts, 3, digest);
    if (status == SSLP_OK)
        memcpy(out, digest, out_len);
    sslp_hash_work_clear(&work);
    OPENSSL_cleanse(digest, sizeof(digest));
    return status;
}

/* TLS 1.0: PRF(secret, label, client_random + server_random). */
static enum sslp_status export_tls_expand(const struct export_inputs *in, struct sslp_bytes secret,
    struct sslp_bytes label, uint8_t *out, size_t out_len)
{
    const struct sslp_bytes seed[SSLP_SEED_PARTS] = {in->client_random, in->server_random};
    struct sslp_prf_key key;
    enum sslp_status status = sslp_prf_key_init(&key, in->prf, secret);

    if (status == SSLP_OK)
        status = sslp_prf_expand(&key, label, seed, out, out_len);
    sslp_prf_key_clear(&key);
    return status;
}

static enum sslp_status export_final_key(const struct export_inputs *in, enum sslp_side side,
    struct sslp_bytes key_material, uint8_t *out, size_t out_len)
{
    if (in->prf->kind == SSLP_PRF_SSL3)
        return export_ssl3_digest(in, side, key_material, out, out_len);
    return export_tls_expand(in, key_material,
        side == SSLP_CLIENT ? SSLP_LABEL("client write key") : SSLP_LABEL("server write key"), out,
        out_len);
}

/* The IVs of both sides, client's first.  They are no secret: only the randoms enter. */
static enum sslp_status export_final_ivs(
    const struct export_inputs *in, uint8_t *out, size_t iv_len)
{
    enum sslp_status status;

    if (in->prf->kind != SSLP_PRF_SSL3)
        return export_tls_expand(in, sslp_bytes(NULL, 0), SSLP_LABEL("IV block"), out, 2 * iv_len);
    status = export_ssl3_digest(in, SSLP_CLIENT, sslp_bytes(NULL, 0), out, iv_len);
    if (status == SSLP_OK)
        status = export_ssl3_digest(in, SSLP_SERVER, sslp_bytes(NULL, 0), out + iv_len, iv_len);
    return status;
}

enum sslp_status sslp_export_final_keys(const struct sslp_prf *prf, const uint8_t *client_random,
    const uint8_t *server_random, const uint8_t *key_block, struct sslp_session_keys *keys)
{
    const struct export_inputs in = {prf, sslp_bytes(client_random, SSLP_RANDOM_LEN),
        sslp_bytes(server_random, SSLP_RANDOM_LEN)};
    const struct sslp_key_layout *layout = &keys->layout;
    const size_t key_material_len = layout->key_material_len;
    const struct sslp_key_place *client = layout->piece[SSLP_CLIENT];
    const uint8_t *key_material = key_block + client[SSLP_PIECE_KEY].offset;
    enum sslp_status status = SSLP_OK;

    memcpy(keys->bytes, key_block, client[SSLP_PIECE_KEY].offset); /* the MAC keys are final */
    for (int side = SSLP_CLIENT; status == SSLP_OK && side < SSLP_SIDES; side++) {
        const struct sslp_key_place key = layout->piece[side][SSLP_PIECE_KEY];

        status = export_final_key(&in, (enum sslp_side)side,
            sslp_bytes(key_material + (size_t)side * key_material_len, key_material_len),
            keys->bytes + key.offset, key.len);
    }
    if (status == SSLP_OK && client[SSLP_PIECE_IV].len != 0)
        status = export_final_ivs(
            &in, keys->bytes + client[SSLP_PIECE_IV].offset, client[SSLP_PIECE_IV].len);
    return status;
}
