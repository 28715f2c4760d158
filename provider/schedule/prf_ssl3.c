/* SPDX-License-Identifier: Apache-2.0
 *
 * The key derivation of SSL 3.0 (RFC 6101 sections 6.1 and 6.2.2):
 *
 *   MD5(secret + SHA-1("A"   + secret + first + second)) +
 *   MD5(secret + SHA-1("BB"  + secret + first + second)) +
 *   MD5(secret + SHA-1("CCC" + secret + first + second)) + ...
 */
#include "schedule/prf.h"

#include <openssl/crypto.h>
#include <string.h>

enum { MD5_SIZE = 16, MAX_ROUNDS = 26 };

static enum sslp_status ssl3_round_block(const struct sslp_prf_key *key,
    struct sslp_hash_work *work, size_t round, struct sslp_bytes first, struct sslp_bytes second,
    uint8_t *block)
{
    uint8_t letters[MAX_ROUNDS] = {0}, digest[SSLP_MAX_HASH] = {0};
    const struct sslp_bytes inner[] = {
        sslp_bytes(letters, round + 1), key->ssl3_secret, first, second};
    const struct sslp_bytes outer[] = {key->ssl3_secret, sslp_bytes(digest, key->prf.sha1->size)};
    enum sslp_status status;

    memset(letters, (int)('A' + round), round + 1);
    status = sslp_hash_digest(key->prf.sha1, work, inner, 4, digest);
    if (status == SSLP_OK)
        status = sslp_hash_digest(key->prf.md5, work, outer, 2, block);
    OPENSSL_cleanse(digest, sizeof(digest));
    return status;
}

enum sslp_status sslp_prf_ssl3_expand(const struct sslp_prf_key *key, struct sslp_bytes first,
    struct sslp_bytes second, uint8_t *out, size_t out_len)
{
    uint8_t block[SSLP_MAX_HASH];
    struct sslp_hash_work work;
    enum sslp_status status = SSLP_OK;

    if (out_len == 0 || out_len > SSLP_SSL3_MAX_OUTPUT)
        return SSLP_ERR_OUTPUT_LENGTH;
    sslp_hash_work_init(&work);
    for (size_t round = 0; status == SSLP_OK && round * MD5_SIZE < out_len; round++) {
        size_t left = out_len - round * MD5_SIZE;

        status = ssl3_round_block(key, &work, round, first, second, block);
        if (status == SSLP_OK)
            memcpy(out + round * MD5_SIZE, block, left < MD5_SIZE ? left : MD5_SIZE);
    }
    sslp_hash_work_clear(&work);
    OPENSSL_cleanse(block, sizeof(block));
    if (status != SSLP_OK)
        OPENSSL_cleanse(out, out_len);
    return status;
}
