/* SPDX-License-Identifier: Apache-2.0
 *
 * The hash backend: EVP digests, and HMAC (RFC 2104) on copies of their states.
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

    *hash = (struct sslp_hash){0};
    if (md == NULL)
        return SSLP_ERR_HASH_UNAVAILABLE;
    size = EVP_MD_get_size(md);
    block_size = EVP_MD_get_block_size(md);
    if (size <= 0 || size > SSLP_MAX_HASH || block_size < size ||
        block_size > SSLP_MAX_HASH_BLOCK || (EVP_MD_get_flags(md) & EVP_MD_FLAG_XOF) != 0) {
        EVP_MD_free(md);
        return SSLP_ERR_HASH_UNAVAILABLE;
    }
    *hash = (struct sslp_hash){md, (size_t)size, (size_t)block_size};
    return SSLP_OK;
}

void sslp_hash_clear(struct sslp_hash *hash)
{
    EVP_MD_free(hash->md);
    *hash = (struct sslp_hash){0};
}

enum sslp_status sslp_hash_work_init(struct sslp_hash_work *work)
{
    work->context = EVP_MD_CTX_new();
    return work->context == NULL ? SSLP_ERR_MEMORY : SSLP_OK;
}

/* Freeing an EVP_MD_CTX wipes the hash state in it. */
void sslp_hash_work_clear(struct sslp_hash_work *work)
{
    EVP_MD_CTX_free(work->context);
    work->context = NULL;
}

static int absorb(EVP_MD_CTX *context, const struct sslp_bytes *parts, size_t part_count)
{
    for (size_t i = 0; i < part_count; i++) {
        if (parts[i].len != 0 && !EVP_DigestUpdate(context, parts[i].data, parts[i].len))
            return 0;
    }
    return 1;
}

enum sslp_status sslp_hash_digest(const struct sslp_hash *hash, struct sslp_hash_work *work,
    const struct sslp_bytes *parts, size_t part_count, uint8_t *out)
{
    if (!EVP_DigestInit_ex2(work->context, hash->md, NULL) ||
        !absorb(work->context, parts, part_count) || !EVP_DigestFinal_ex(work->context, out, NULL))
        return SSLP_ERR_HASH_FAILED;
    return SSLP_OK;
}

/* A hash state that has absorbed one block: the key, each byte xored with the pad. */
static enum sslp_status padded_state(
    const struct sslp_hash *hash, const uint8_t *block, uint8_t pad, EVP_MD_CTX **state)
{
    uint8_t padded[SSLP_MAX_HASH_BLOCK];
    enum sslp_status status = SSLP_OK;

    *state = EVP_MD_CTX_new();
    if (*state == NULL)
        return SSLP_ERR_MEMORY;
    for (size_t i = 0; i < hash->block_size; i++)
        padded[i] = block[i] ^ pad;
    if (!EVP_DigestInit_ex2(*state, hash->md, NULL) ||
        !EVP_DigestUpdate(*state, padded, hash->block_size))
        status = SSLP_ERR_HASH_FAILED;
    OPENSSL_cleanse(padded, sizeof(padded));
    return status;
}

enum sslp_status sslp_hmac_key_init(
    struct sslp_hmac_key *key, const struct sslp_hash *hash, struct sslp_bytes secret)
{
    uint8_t block[SSLP_MAX_HASH_BLOCK] = {0};
    enum sslp_status status = SSLP_OK;

    *key = (struct sslp_hmac_key){.size = hash->size};
    if (secret.len > hash->block_size) {
        struct sslp_hash_work work;

        status = sslp_hash_work_init(&work);
        if (status == SSLP_OK)
            status = sslp_hash_digest(hash, &work, &secret, 1, block);
        sslp_hash_work_clear(&work);
    } else if (secret.len != 0) {
        memcpy(block, secret.data, secret.len);
    }
    if (status == SSLP_OK)
        status = padded_state(hash, block, INNER_PAD, &key->inner);
    if (status == SSLP_OK)
        status = padded_state(hash, block, OUTER_PAD, &key->outer);
    OPENSSL_cleanse(block, sizeof(block));
    if (status != SSLP_OK)
        sslp_hmac_key_clear(key);
    return status;
}

void sslp_hmac_key_clear(struct sslp_hmac_key *key)
{
    EVP_MD_CTX_free(key->inner);
    EVP_MD_CTX_free(key->outer);
    *key = (struct sslp_hmac_key){0};
}

enum sslp_status sslp_hmac(const struct sslp_hmac_key *key, struct sslp_hash_work *work,
    const struct sslp_bytes *parts, size_t part_count, uint8_t *out)
{
    EVP_MD_CTX *context = work->context;

    /* The inner hash passes through `out`: when it is written the parts have been absorbed. */
    if (!EVP_MD_CTX_copy_ex(context, key->inner) || !absorb(context, parts, part_count) ||
        !EVP_DigestFinal_ex(context, out, NULL) || !EVP_MD_CTX_copy_ex(context, key->outer) ||
        !EVP_DigestUpdate(context, out, key->size) || !EVP_DigestFinal_ex(context, out, NULL)) {
        OPENSSL_cleanse(out, key->size);
        return SSLP_ERR_HASH_FAILED;
    }
    return SSLP_OK;
}
