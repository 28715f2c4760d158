/* SPDX-License-Identifier: Apache-2.0
 *
 * Fetching digests, and HMAC (RFC 2104) on copies of prepared hash states.
 */
#include "schedule/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

enum { INNER_PAD = 0x36, OUTER_PAD = 0x5C };

enum sslp_status sslp_hash_fetch(
    struct sslp_hash *hash, OSSL_LIB_CTX *libctx, const char *name, const char *properties)
{
    EVP_MD *md = EVP_MD_fetch(libctx, name, properties);
    int size, block_size;
    bool is_xof;

    *hash = (struct sslp_hash){0};
    if (md == NULL)
        return SSLP_ERR_HASH_UNAVAILABLE;
    is_xof = (EVP_MD_get_flags(md) & EVP_MD_FLAG_XOF) != 0;
    size = EVP_MD_get_size(md);
    block_size = EVP_MD_get_block_size(md);
    if (is_xof || size <= 0 || size > SSLP_MAX_HASH || block_size < size ||
        block_size > SSLP_MAX_HASH_BLOCK) {
        EVP_MD_free(md);
        return is_xof ? SSLP_ERR_XOF_DIGEST : SSLP_ERR_HASH_UNAVAILABLE;
    }
    *hash = (struct sslp_hash){md, (size_t)size, (size_t)block_size, NULL};
    return SSLP_OK;
}

enum sslp_status sslp_hash_copy(struct sslp_hash *to, const struct sslp_hash *from)
{
    if (from->md != NULL && !EVP_MD_up_ref(from->md))
        return SSLP_ERR_MEMORY;
    *to = *from;
    return SSLP_OK;
}

void sslp_hash_clear(struct sslp_hash *hash)
{
    if (hash->md == NULL)
        return;
    EVP_MD_free(hash->md);
    *hash = (struct sslp_hash){0};
}

void sslp_hash_go_direct(struct sslp_hash *hash)
{
    hash->direct = sslp_direct_hash_of(hash->md);
}

void sslp_hash_work_init(struct sslp_hash_work *work)
{
    sslp_hash_state_init(&work->state);
}

void sslp_hash_work_clear(struct sslp_hash_work *work)
{
    sslp_hash_state_clear(&work->state);
}

static enum sslp_status absorb(
    struct sslp_hash_state *state, const struct sslp_bytes *parts, size_t part_count)
{
    enum sslp_status status = SSLP_OK;

    for (size_t i = 0; status == SSLP_OK && i < part_count; i++)
        status = sslp_hash_state_absorb(state, parts[i].data, parts[i].len);
    return status;
}

enum sslp_status sslp_hash_digest(const struct sslp_hash *hash, struct sslp_hash_work *work,
    const struct sslp_bytes *parts, size_t part_count, uint8_t *out)
{
    enum sslp_status status = sslp_hash_state_start(&work->state, hash);

    if (status == SSLP_OK)
        status = absorb(&work->state, parts, part_count);
    if (status == SSLP_OK)
        status = sslp_hash_state_finish(&work->state, out);
    return status;
}

/* A hash state that has absorbed one block: the key, each byte xored with the pad.  A loop over the
 * longest block there is has a fixed length, and compilers make a few wide instructions of it. */
static enum sslp_status padded_state(const struct sslp_hash *hash,
    const uint8_t block[SSLP_MAX_HASH_BLOCK], uint8_t pad, struct sslp_hash_state *state)
{
    uint8_t padded[SSLP_MAX_HASH_BLOCK];
    enum sslp_status status = sslp_hash_state_start(state, hash);

    for (size_t i = 0; i < SSLP_MAX_HASH_BLOCK; i++)
        padded[i] = block[i] ^ pad;
    if (status == SSLP_OK)
        status = sslp_hash_state_absorb(state, padded, hash->block_size);
    OPENSSL_cleanse(padded, hash->block_size);
    return status;
}

/* Writes the block of a key over zeros: the key itself, or where that is longer its digest. */
static enum sslp_status fill_block(
    const struct sslp_hash *hash, struct sslp_bytes secret, uint8_t block[SSLP_MAX_HASH_BLOCK])
{
    struct sslp_hash_work work;
    enum sslp_status status;

    if (secret.len <= hash->block_size) {
        if (secret.len != 0)
            memcpy(block, secret.data, secret.len);
        return SSLP_OK;
    }
    sslp_hash_work_init(&work);
    status = sslp_hash_digest(hash, &work, &secret, 1, block);
    sslp_hash_work_clear(&work);
    return status;
}

enum sslp_status sslp_hmac_key_init(
    struct sslp_hmac_key *key, const struct sslp_hash *hash, struct sslp_bytes secret)
{
    uint8_t block[SSLP_MAX_HASH_BLOCK] = {0};
    enum sslp_status status = fill_block(hash, secret, block);

    sslp_hmac_key_reset(key);
    key->size = hash->size;
    if (status == SSLP_OK)
        status = padded_state(hash, block, INNER_PAD, &key->inner);
    if (status == SSLP_OK)
        status = padded_state(hash, block, OUTER_PAD, &key->outer);
    OPENSSL_cleanse(block, hash->block_size);
    if (status != SSLP_OK)
        sslp_hmac_key_clear(key);
    return status;
}

void sslp_hmac_key_clear(struct sslp_hmac_key *key)
{
    sslp_hash_state_clear(&key->inner);
    sslp_hash_state_clear(&key->outer);
    key->size = 0;
}

enum sslp_status sslp_hmac(const struct sslp_hmac_key *key, struct sslp_hash_work *work,
    const struct sslp_bytes *parts, size_t part_count, uint8_t *out)
{
    struct sslp_hash_state *state = &work->state;
    enum sslp_status status = sslp_hash_state_copy(state, &key->inner);

    if (status == SSLP_OK)
        status = absorb(state, parts, part_count);
    /* The inner hash passes through `out`: when it is written the parts have been absorbed. */
    if (status == SSLP_OK)
        status = sslp_hash_state_finish(state, out);
    if (status == SSLP_OK)
        status = sslp_hash_state_copy(state, &key->outer);
    if (status == SSLP_OK)
        status = sslp_hash_state_absorb(state, out, key->size);
    if (status == SSLP_OK)
        status = sslp_hash_state_finish(state, out);
    if (status != SSLP_OK)
        OPENSSL_cleanse(out, key->size);
    return status;
}
