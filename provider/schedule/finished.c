/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/finished.h"

#include <openssl/crypto.h>
#include <string.h>

enum { MD5_PAD_LEN = 48, SHA1_PAD_LEN = 40, INNER_PAD = 0x36, OUTER_PAD = 0x5C };

enum sslp_status sslp_finished(const struct sslp_prf_key *master, enum sslp_side sender,
    struct sslp_bytes transcript_hash, uint8_t verify_data[SSLP_VERIFY_DATA_LEN])
{
    const struct sslp_bytes seed[SSLP_SEED_PARTS] = {transcript_hash};
    const struct sslp_bytes label =
        sender == SSLP_CLIENT ? SSLP_LABEL("client finished") : SSLP_LABEL("server finished");

    return sslp_prf_expand(master, label, seed, verify_data, SSLP_VERIFY_DATA_LEN);
}

enum sslp_status sslp_finished_tls13(const struct sslp_prf_key *base,
    const struct sslp_protocol *protocol, struct sslp_bytes transcript_hash, uint8_t *verify_data)
{
    const size_t size = base->hmac.size;
    uint8_t finished_key[SSLP_MAX_HASH];
    struct sslp_hmac_key key = {0};
    struct sslp_hash_work work;
    enum sslp_status status = SSLP_ERR_HASH_LENGTH;

    sslp_hash_work_init(&work);
    if (transcript_hash.len == size)
        status = sslp_prf_expand_label(
            base, protocol, SSLP_LABEL("finished"), sslp_bytes(NULL, 0), finished_key, size);
    if (status == SSLP_OK)
        status = sslp_hmac_key_init(&key, base->prf.hash, sslp_bytes(finished_key, size));
    if (status == SSLP_OK)
        status = sslp_hmac(&key, &work, &transcript_hash, 1, verify_data);
    sslp_hash_work_clear(&work);
    sslp_hmac_key_clear(&key);
    OPENSSL_cleanse(finished_key, sizeof(finished_key));
    if (status != SSLP_OK)
        OPENSSL_cleanse(verify_data, size);
    return status;
}

/* hash(master + pad_2 + hash(messages + sender + master + pad_1)) */
static enum sslp_status finished_ssl3_hash(const struct sslp_prf_key *master,
    const struct sslp_hash *hash, size_t pad_len, struct sslp_bytes sender,
    struct sslp_bytes messages, uint8_t *out)
{
    uint8_t pad_1[MD5_PAD_LEN] = {0}, pad_2[MD5_PAD_LEN] = {0}, inner[SSLP_MAX_HASH] = {0};
    const struct sslp_bytes inner_parts[] = {
        messages, sender, master->ssl3_secret, sslp_bytes(pad_1, pad_len)};
    const struct sslp_bytes outer_parts[] = {
        master->ssl3_secret, sslp_bytes(pad_2, pad_len), sslp_bytes(inner, hash->size)};
    struct sslp_hash_work work;
    enum sslp_status status;

    memset(pad_1, INNER_PAD, sizeof(pad_1));
    memset(pad_2, OUTER_PAD, sizeof(pad_2));
    sslp_hash_work_init(&work);
    status = sslp_hash_digest(hash, &work, inner_parts, 4, inner);
    if (status == SSLP_OK)
        status = sslp_hash_digest(hash, &work, outer_parts, 3, out);
    sslp_hash_work_clear(&work);
    OPENSSL_cleanse(inner, sizeof(inner));
    return status;
}

static enum sslp_status finished_ssl3_hashes(const struct sslp_prf_key *master,
    struct sslp_bytes sender, struct sslp_bytes messages, uint8_t hashes[SSLP_MD5_SHA1_LEN])
{
    const struct sslp_prf *prf = &master->prf;
    enum sslp_status status =
        finished_ssl3_hash(master, prf->md5, MD5_PAD_LEN, sender, messages, hashes);

    if (status == SSLP_OK)
        status = finished_ssl3_hash(
            master, prf->sha1, SHA1_PAD_LEN, sender, messages, hashes + prf->md5->size);
    if (status != SSLP_OK)
        OPENSSL_cleanse(hashes, SSLP_MD5_SHA1_LEN);
    return status;
}

enum sslp_status sslp_finished_ssl3(const struct sslp_prf_key *master, enum sslp_side sender,
    struct sslp_bytes messages, uint8_t hashes[SSLP_MD5_SHA1_LEN])
{
    return finished_ssl3_hashes(
        master, sender == SSLP_CLIENT ? SSLP_LABEL("CLNT") : SSLP_LABEL("SRVR"), messages, hashes);
}

enum sslp_status sslp_certificate_verify_ssl3(const struct sslp_prf_key *master,
    struct sslp_bytes messages, uint8_t hashes[SSLP_MD5_SHA1_LEN])
{
    return finished_ssl3_hashes(master, sslp_bytes(NULL, 0), messages, hashes);
}
