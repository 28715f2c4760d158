/* SPDX-License-Identifier: Apache-2.0 */
#include "module/prfs.h"

#include "module/known_answers.h"
#include "module/provctx.h"
#include "module/reasons.h"

#include <openssl/crypto.h>
#include <stdatomic.h>
#include <strings.h>

void sslp_prfs_clear(struct sslp_prfs *prfs)
{
    for (size_t kind = 0; kind < SSLP_PRF_KINDS; kind++) {
        for (size_t hash = 0; hash < SSLP_HASH_COUNT; hash++)
            OPENSSL_free((void *)(uintptr_t)atomic_load(&prfs->ready[kind][hash]));
    }
}

/* Whether the PRF gives the row's answer.  A failure to compute says nothing about that. */
static enum sslp_status prfs_try_answer(
    const struct sslp_known_answer *row, const struct sslp_prf *prf, bool *right)
{
    uint8_t answer[sizeof(row->answer)] = {0};
    struct sslp_prf_key key;
    enum sslp_status status;

    status = sslp_prf_key_init(&key, prf, sslp_bytes(row->secret, row->secret_len));
    if (status == SSLP_OK && sslp_prf_kind_is_hkdf(row->kind))
        status = sslp_prf_expand_label(&key, sslp_protocol_tls13(), SSLP_LABEL("key"),
            sslp_bytes(NULL, 0), answer, row->answer_len);
    else if (status == SSLP_OK)
        status =
            sslp_key_block(&key, row->client_random, row->server_random, answer, row->answer_len);
    sslp_prf_key_clear(&key);
    *right = CRYPTO_memcmp(answer, row->answer, row->answer_len) == 0;
    return status;
}

static enum sslp_status prfs_of_row(
    struct sslp_provctx *provctx, const struct sslp_known_answer *row, struct sslp_prf *prf)
{
    enum sslp_status status;

    *prf = (struct sslp_prf){.kind = row->kind};
    if (row->hash != SSLP_HASH_NONE)
        return sslp_digests_get(provctx, sslp_hash_id_name(row->hash), &prf->hash);
    status = sslp_digests_get(provctx, sslp_hash_id_name(SSLP_HASH_MD5), &prf->md5);
    if (status == SSLP_OK)
        status = sslp_digests_get(provctx, sslp_hash_id_name(SSLP_HASH_SHA1), &prf->sha1);
    return status;
}

/* Threads may prove the same PRF side by side; the first one offers it to the others. */
static enum sslp_status prfs_offer(
    _Atomic(const struct sslp_prf *) *ready, const struct sslp_prf *proven)
{
    const struct sslp_prf *there = NULL;
    struct sslp_prf *prf = OPENSSL_memdup(proven, sizeof(*proven));

    if (prf == NULL)
        return SSLP_ERR_MEMORY;
    if (!atomic_compare_exchange_strong(ready, &there, prf))
        OPENSSL_free(prf);
    return SSLP_OK;
}

/* Makes a row's PRF ready if its hashes are available.  A wrong answer closes the provider; after a
 * failure to compute one the next call tries again. */
static enum sslp_status prfs_prove(
    struct sslp_provctx *provctx, const struct sslp_known_answer *row)
{
    struct sslp_prf prf;
    bool right;
    enum sslp_status status = prfs_of_row(provctx, row, &prf);

    if (status == SSLP_OK)
        status = prfs_try_answer(row, &prf, &right);
    if (status != SSLP_OK)
        return status;
    if (right)
        return prfs_offer(&provctx->prfs.ready[row->kind][row->hash], &prf);
    atomic_store(&provctx->prfs.failed, true);
    return SSLP_OK;
}

/* Proves the PRFs of a kind whose hashes are available, once, for the sake of a PRF that has no
 * answer of its own: on a digest that the caller names.  A failure to compute one ends the call,
 * and the next call tries again. */
static enum sslp_status prfs_prove_kind(struct sslp_provctx *provctx, enum sslp_prf_kind kind)
{
    struct sslp_prfs *prfs = &provctx->prfs;

    if (atomic_load_explicit(&prfs->proven[kind], memory_order_acquire))
        return SSLP_OK;
    for (size_t i = 0; i < SSLP_PRF_ROWS && !sslp_prfs_failed(provctx); i++) {
        const struct sslp_known_answer *row = &sslp_known_answers[i];
        enum sslp_status status = SSLP_OK;

        if (row->kind == kind && atomic_load(&prfs->ready[kind][row->hash]) == NULL)
            status = prfs_prove(provctx, row);
        if (status != SSLP_OK && status != SSLP_ERR_HASH_UNAVAILABLE)
            return status;
    }
    atomic_store_explicit(&prfs->proven[kind], true, memory_order_release);
    return SSLP_OK;
}

int sslp_prfs_self_test(struct sslp_provctx *provctx)
{
    struct sslp_prfs *prfs = &provctx->prfs;
    enum sslp_status status = SSLP_OK;

    for (int kind = 0; status == SSLP_OK && kind < SSLP_PRF_KINDS; kind++)
        status = prfs_prove_kind(provctx, (enum sslp_prf_kind)kind);
    if (!sslp_prfs_usable(provctx) || !sslp_raise_status(provctx, status))
        return 0;
    status = SSLP_ERR_HASH_UNAVAILABLE; /* until a PRF has been tried */
    for (size_t i = 0; i < SSLP_PRF_ROWS; i++) {
        const struct sslp_known_answer *row = &sslp_known_answers[i];
        const struct sslp_prf *prf = atomic_load(&prfs->ready[row->kind][row->hash]);
        bool right = true;

        if (prf == NULL)
            continue;
        status = prfs_try_answer(row, prf, &right);
        if (status != SSLP_OK)
            break;
        if (!right)
            atomic_store(&prfs->failed, true);
    }
    return sslp_prfs_usable(provctx) && sslp_raise_status(provctx, status);
}

const struct sslp_prf *sslp_prfs_prepare(
    struct sslp_provctx *provctx, enum sslp_prf_kind kind, enum sslp_hash_id hash)
{
    enum sslp_status status = SSLP_ERR_HASH_UNAVAILABLE; /* also of a PRF that there is not */
    const struct sslp_prf *prf;

    /* The application may have loaded a provider with the hash since the last time. */
    for (size_t i = 0; i < SSLP_PRF_ROWS; i++) {
        if (sslp_known_answers[i].kind == kind && sslp_known_answers[i].hash == hash)
            status = prfs_prove(provctx, &sslp_known_answers[i]);
    }
    prf = atomic_load_explicit(&provctx->prfs.ready[kind][hash], memory_order_acquire);
    if (!sslp_prfs_usable(provctx))
        return NULL;
    if (prf == NULL)
        (void)sslp_raise_status(provctx, status);
    return prf;
}

bool sslp_prfs_is_pair(const char *digest)
{
    return strcasecmp(digest, "MD5-SHA1") == 0;
}

static int prfs_find_digest(struct sslp_provctx *provctx, const char *name, const char *properties,
    struct sslp_hash *fetched, const struct sslp_hash **hash)
{
    enum sslp_status status;

    if (properties == NULL) {
        status = sslp_digests_get(provctx, name, hash);
    } else {
        *hash = fetched;
        status = sslp_digests_fetch(provctx, name, properties, fetched);
    }
    if (status == SSLP_ERR_HASH_UNAVAILABLE)
        return sslp_raise_detail(provctx, HASH_UNAVAILABLE, name);
    return sslp_raise_status(provctx, status);
}

int sslp_prfs_on_digest(struct sslp_provctx *provctx, enum sslp_prf_kind kind, const char *digest,
    const char *properties, struct sslp_hash *hash, struct sslp_prf *prf)
{
    enum sslp_status status;

    *prf = (struct sslp_prf){.kind = kind};
    status = prfs_prove_kind(provctx, kind);
    if (!sslp_prfs_usable(provctx) || !sslp_raise_status(provctx, status))
        return 0;
    if (!sslp_prf_kind_has_pair(kind))
        return prfs_find_digest(provctx, digest, properties, hash, &prf->hash);
    return prfs_find_digest(
               provctx, sslp_hash_id_name(SSLP_HASH_MD5), properties, hash, &prf->md5) &&
        prfs_find_digest(provctx, sslp_hash_id_name(SSLP_HASH_SHA1), properties,
            hash == NULL ? NULL : hash + 1, &prf->sha1);
}
