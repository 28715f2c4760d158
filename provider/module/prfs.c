/* SPDX-License-Identifier: Apache-2.0 */
#include "module/prfs.h"

#include "module/known_answers.h"
#include "module/provctx.h"
#include "module/reasons.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdatomic.h>
#include <string.h>
#include <strings.h>

int sslp_prfs_init(struct sslp_prfs *prfs)
{
    return pthread_mutex_init(&prfs->lock, NULL) == 0;
}

void sslp_prfs_clear(struct sslp_prfs *prfs)
{
    for (size_t i = 0; i < SSLP_HASH_COUNT; i++)
        sslp_hash_clear(&prfs->hash[i]);
    if (prfs->fallback_provider != NULL)
        OSSL_PROVIDER_unload(prfs->fallback_provider);
    OSSL_LIB_CTX_free(prfs->fallback);
    pthread_mutex_destroy(&prfs->lock);
}

/* The private context for an application that has loaded no provider with hashes, as
 * `openssl kdf -provider sslprovider` does.  The caller holds the lock. */
static OSSL_LIB_CTX *fallback(struct sslp_prfs *prfs)
{
    if (prfs->fallback != NULL)
        return prfs->fallback;
    prfs->fallback = OSSL_LIB_CTX_new();
    if (prfs->fallback != NULL)
        prfs->fallback_provider = OSSL_PROVIDER_load(prfs->fallback, "default");
    if (prfs->fallback_provider == NULL) {
        OSSL_LIB_CTX_free(prfs->fallback);
        prfs->fallback = NULL;
    }
    return prfs->fallback;
}

static void see_digest(EVP_MD *md, void *seen)
{
    (void)md;
    *(bool *)seen = true;
}

/* Whether the application has loaded any provider with hashes.  If it has, then a hash that it
 * does not get is one that its default property query keeps from us. */
static bool application_has_hashes(const struct sslp_provctx *provctx)
{
    bool seen = false;

    EVP_MD_do_all_provided(provctx->libctx, see_digest, &seen);
    return seen;
}

/* The application's default query is mirrored into the child context.  OpenSSL before 3.5 tells of
 * it no more than whether it asks for fips=yes, which no fallback could keep. */
static bool may_fall_back(const struct sslp_provctx *provctx)
{
    return !EVP_default_properties_is_fips_enabled(provctx->libctx) &&
        !application_has_hashes(provctx);
}

/* Whether a digest comes from the provider that is part of libcrypto.  What a provider says of
 * itself could be said by any, such as one that hands questions on to the default provider.  It is
 * known by the name it was loaded under, too: under this one OpenSSL looks among its own first. */
static bool is_of_libcrypto(const EVP_MD *md)
{
    const OSSL_PROVIDER *provider = EVP_MD_get0_provider(md);
    char *name = NULL;
    OSSL_PARAM wanted[] = {
        OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_NAME, &name, 0),
        OSSL_PARAM_construct_end(),
    };

    return strcmp(OSSL_PROVIDER_get0_name(provider), "default") == 0 &&
        OSSL_PROVIDER_get_params(provider, wanted) && name != NULL &&
        strcmp(name, "OpenSSL Default Provider") == 0;
}

/* The caller holds the lock.  Failed attempts leave nothing on the error queue. */
static enum sslp_status fetch(
    struct sslp_provctx *provctx, const char *name, const char *properties, struct sslp_hash *hash)
{
    OSSL_LIB_CTX *other;
    enum sslp_status status;

    if (properties == NULL)
        properties = provctx->config.properties;
    ERR_set_mark();
    status = sslp_hash_fetch(hash, provctx->libctx, name, properties);
    if (status != SSLP_OK && properties == NULL && may_fall_back(provctx)) {
        other = fallback(&provctx->prfs);
        if (other != NULL)
            status = sslp_hash_fetch(hash, other, name, NULL);
    }
    /* The application's choice of a provider holds: only where it has chosen libcrypto's own are
     * libcrypto's functions called without EVP in between. */
    if (status == SSLP_OK && is_of_libcrypto(hash->md))
        sslp_hash_go_direct(hash);
    ERR_pop_to_mark();
    return status;
}

/* A hash of the fixed set, fetched when it is first wanted.  The caller holds the lock. */
static const struct sslp_hash *own_hash(struct sslp_provctx *provctx, enum sslp_hash_id id)
{
    struct sslp_hash *hash = &provctx->prfs.hash[id];

    if (hash->md == NULL && fetch(provctx, sslp_hash_id_name(id), NULL, hash) != SSLP_OK)
        return NULL;
    return hash;
}

/* Whether the row's PRF gives the row's answer; fails, without an answer, for want of memory. */
static enum sslp_status try_answer(
    const struct sslp_known_answer *row, const struct sslp_prf *prf, bool *right)
{
    uint8_t answer[sizeof(row->answer)] = {0};
    struct sslp_prf_key key;
    enum sslp_status status;

    status = sslp_prf_key_init(&key, prf, sslp_bytes(row->secret, row->secret_len));
    if (status == SSLP_OK && row->kind == SSLP_PRF_TLS13)
        status = sslp_prf_expand_label(
            &key, SSLP_LABEL("key"), sslp_bytes(NULL, 0), answer, row->answer_len);
    else if (status == SSLP_OK)
        status =
            sslp_key_block(&key, row->client_random, row->server_random, answer, row->answer_len);
    sslp_prf_key_clear(&key);
    *right = CRYPTO_memcmp(answer, row->answer, row->answer_len) == 0;
    return status;
}

/* Makes a row's PRF ready if its hashes are to be had.  A wrong answer closes the provider; a
 * failure to compute one leaves the row to the next attempt.  The caller holds the lock. */
static void prepare(struct sslp_provctx *provctx, size_t index)
{
    const struct sslp_known_answer *row = &sslp_known_answers[index];
    struct sslp_prf prf = {.kind = row->kind};
    bool right;

    if (row->hash != SSLP_HASH_NONE) {
        prf.hash = own_hash(provctx, row->hash);
        if (prf.hash == NULL)
            return;
    } else {
        prf.md5 = own_hash(provctx, SSLP_HASH_MD5);
        prf.sha1 = own_hash(provctx, SSLP_HASH_SHA1);
        if (prf.md5 == NULL || prf.sha1 == NULL)
            return;
    }
    if (try_answer(row, &prf, &right) != SSLP_OK)
        return;
    if (!right) {
        atomic_store(&provctx->prfs.state, SSLP_STATE_FAILED);
        return;
    }
    provctx->prfs.prf[index] = prf;
    atomic_store_explicit(&provctx->prfs.ready[index], true, memory_order_release);
}

int sslp_prfs_start(struct sslp_provctx *provctx)
{
    struct sslp_prfs *prfs = &provctx->prfs;

    if (atomic_load_explicit(&prfs->state, memory_order_acquire) == SSLP_STATE_STARTING) {
        pthread_mutex_lock(&prfs->lock);
        for (size_t i = 0; i < SSLP_PRF_ROWS && prfs->state == SSLP_STATE_STARTING; i++)
            prepare(provctx, i);
        if (prfs->state == SSLP_STATE_STARTING)
            atomic_store_explicit(&prfs->state, SSLP_STATE_RUNNING, memory_order_release);
        pthread_mutex_unlock(&prfs->lock);
    }
    if (sslp_prfs_failed(provctx))
        return sslp_raise(provctx, SELF_TEST_FAILED);
    return 1;
}

bool sslp_prfs_failed(struct sslp_provctx *provctx)
{
    return atomic_load_explicit(&provctx->prfs.state, memory_order_acquire) == SSLP_STATE_FAILED;
}

int sslp_prfs_self_test(struct sslp_provctx *provctx)
{
    struct sslp_prfs *prfs = &provctx->prfs;
    enum sslp_status status = SSLP_ERR_HASH_UNAVAILABLE; /* until a PRF has been tried */

    if (!sslp_prfs_start(provctx))
        return 0;
    pthread_mutex_lock(&prfs->lock);
    for (size_t i = 0; i < SSLP_PRF_ROWS; i++) {
        bool right = true;

        if (!prfs->ready[i])
            continue;
        status = try_answer(&sslp_known_answers[i], &prfs->prf[i], &right);
        if (status != SSLP_OK)
            break;
        if (!right)
            atomic_store(&prfs->state, SSLP_STATE_FAILED);
    }
    pthread_mutex_unlock(&prfs->lock);
    if (sslp_prfs_failed(provctx))
        return sslp_raise(provctx, SELF_TEST_FAILED);
    return sslp_raise_status(provctx, status);
}

static size_t row_of(enum sslp_prf_kind kind, enum sslp_hash_id hash)
{
    size_t row = 0;

    if (kind == SSLP_PRF_SSL3 || kind == SSLP_PRF_TLS10)
        hash = SSLP_HASH_NONE;
    while (row < SSLP_PRF_ROWS &&
        (sslp_known_answers[row].kind != kind || sslp_known_answers[row].hash != hash))
        row++;
    return row;
}

const struct sslp_prf *sslp_prfs_get(
    struct sslp_provctx *provctx, enum sslp_prf_kind kind, enum sslp_hash_id hash)
{
    struct sslp_prfs *prfs = &provctx->prfs;
    const size_t row = row_of(kind, hash);

    if (row < SSLP_PRF_ROWS && !atomic_load_explicit(&prfs->ready[row], memory_order_acquire)) {
        /* The application may have loaded a provider with the hash since the last time. */
        pthread_mutex_lock(&prfs->lock);
        if (!prfs->ready[row])
            prepare(provctx, row);
        pthread_mutex_unlock(&prfs->lock);
    }
    if (sslp_prfs_failed(provctx)) {
        (void)sslp_raise(provctx, SELF_TEST_FAILED);
        return NULL;
    }
    if (row == SSLP_PRF_ROWS || !atomic_load_explicit(&prfs->ready[row], memory_order_acquire)) {
        (void)sslp_raise(provctx, HASH_UNAVAILABLE);
        return NULL;
    }
    return &prfs->prf[row];
}

int sslp_prfs_fetch_hash(
    struct sslp_provctx *provctx, const char *name, const char *properties, struct sslp_hash *hash)
{
    enum sslp_status status;

    pthread_mutex_lock(&provctx->prfs.lock);
    status = fetch(provctx, name, properties, hash);
    pthread_mutex_unlock(&provctx->prfs.lock);
    return status == SSLP_OK || sslp_raise_detail(provctx, HASH_UNAVAILABLE, name);
}

bool sslp_prfs_is_pair(const char *digest)
{
    return strcasecmp(digest, "MD5-SHA1") == 0;
}

int sslp_prfs_fetch_pair(
    struct sslp_provctx *provctx, const char *properties, struct sslp_hash pair[2])
{
    return sslp_prfs_fetch_hash(provctx, sslp_hash_id_name(SSLP_HASH_MD5), properties, &pair[0]) &&
        sslp_prfs_fetch_hash(provctx, sslp_hash_id_name(SSLP_HASH_SHA1), properties, &pair[1]);
}
