/* SPDX-License-Identifier: Apache-2.0
 *
 * Fetching digests, their states, and HMAC (RFC 2104) on copies of prepared states.
 *
 * The hash functions used here are deprecated in favour of EVP, because they bypass the
 * application's choice of an implementation.  The module takes them only where that choice has
 * fallen on the very code that is behind them (module/digests.c).
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "schedule/hash.h"

#include <openssl/crypto.h>
#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <stdbool.h>
#include <string.h>

enum { INNER_PAD = 0x36, OUTER_PAD = 0x5C };

#if !defined(OPENSSL_NO_ENGINE) && !defined(OPENSSL_NO_DEPRECATED_3_0)
/* A libcrypto that was built without ENGINEs lacks the functions. */
extern __typeof__(ENGINE_get_digest_engine) ENGINE_get_digest_engine __attribute__((weak));
extern __typeof__(ENGINE_finish) ENGINE_finish __attribute__((weak));
#    define HAVE_ENGINES
#endif

/* Whether the application has made an ENGINE its default for the hash, which EVP would ask before
 * any provider.  OpenSSL 4.0 has no ENGINEs. */
static bool direct_hash_is_replaced(const struct sslp_direct_hash *hash)
{
#ifdef HAVE_ENGINES
    ENGINE *engine = ENGINE_get_digest_engine == NULL ? NULL : ENGINE_get_digest_engine(hash->nid);

    if (engine == NULL)
        return false;
    (void)ENGINE_finish(engine);
    return true;
#else
    (void)hash;
    return false;
#endif
}

/* The functions of one hash, and its row; SHA-224 and SHA-384 share the update of another. */
#define DEFINE_HASH(id, member, init_name, update_name, final_name)                                \
    static int id##_init(union sslp_direct_state *state)                                           \
    {                                                                                              \
        return init_name(&state->member);                                                          \
    }                                                                                              \
    static int id##_update(union sslp_direct_state *state, const void *data, size_t len)           \
    {                                                                                              \
        return update_name(&state->member, data, len);                                             \
    }                                                                                              \
    static int id##_final(union sslp_direct_state *state, uint8_t *out)                            \
    {                                                                                              \
        return final_name(out, &state->member);                                                    \
    }
#define HASH_ROW(name, nid, id, member)                                                            \
    {                                                                                              \
        name, nid, sizeof(((union sslp_direct_state *)0)->member), id##_init, id##_update,         \
            id##_final                                                                             \
    }

#ifdef SSLP_DIRECT_SHA
DEFINE_HASH(sha1, sha1, SHA1_Init, SHA1_Update, SHA1_Final)
DEFINE_HASH(sha224, sha256, SHA224_Init, SHA224_Update, SHA224_Final)
DEFINE_HASH(sha256, sha256, SHA256_Init, SHA256_Update, SHA256_Final)
DEFINE_HASH(sha384, sha512, SHA384_Init, SHA384_Update, SHA384_Final)
DEFINE_HASH(sha512, sha512, SHA512_Init, SHA512_Update, SHA512_Final)
#endif
#ifdef SSLP_DIRECT_MD5
DEFINE_HASH(md5, md5, MD5_Init, MD5_Update, MD5_Final)
#endif

/* Ends with a row without a name. */
static const struct sslp_direct_hash direct_hashes[] = {
#ifdef SSLP_DIRECT_SHA
    HASH_ROW("SHA2-256", NID_sha256, sha256, sha256),
    HASH_ROW("SHA2-384", NID_sha384, sha384, sha512),
    HASH_ROW("SHA1", NID_sha1, sha1, sha1),
    HASH_ROW("SHA2-224", NID_sha224, sha224, sha256),
    HASH_ROW("SHA2-512", NID_sha512, sha512, sha512),
#endif
#ifdef SSLP_DIRECT_MD5
    HASH_ROW("MD5", NID_md5, md5, md5),
#endif
    {0},
};

static const struct sslp_direct_hash *direct_hash_of(const EVP_MD *md)
{
    for (const struct sslp_direct_hash *hash = direct_hashes; hash->name != NULL; hash++) {
        if (EVP_MD_is_a(md, hash->name))
            return hash;
    }
    return NULL;
}

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
    hash->direct = direct_hash_of(hash->md);
}

static void hash_state_init(struct sslp_hash_state *state)
{
    state->direct = NULL;
    state->context = NULL;
}

static enum sslp_status hash_status(int ok)
{
    return ok == 1 ? SSLP_OK : SSLP_ERR_HASH_FAILED;
}

/* Another hash function may use less of the memory: what the one before has left there is wiped. */
static void hash_state_set_direct(
    struct sslp_hash_state *state, const struct sslp_direct_hash *direct)
{
    if (state->direct != NULL && state->direct != direct)
        OPENSSL_cleanse(&state->memory, state->direct->state_size);
    state->direct = direct;
}

/* Freeing an EVP_MD_CTX wipes the hash state in it. */
static void hash_state_clear(struct sslp_hash_state *state)
{
    hash_state_set_direct(state, NULL);
    if (state->context != NULL)
        EVP_MD_CTX_free(state->context);
    state->context = NULL;
}

/* One context serves all uses of a state.  A state that EVP never computes with has none. */
static enum sslp_status hash_state_need_context(struct sslp_hash_state *state)
{
    hash_state_set_direct(state, NULL);
    if (state->context == NULL)
        state->context = EVP_MD_CTX_new();
    return state->context == NULL ? SSLP_ERR_MEMORY : SSLP_OK;
}

static enum sslp_status hash_state_start(
    struct sslp_hash_state *state, const struct sslp_hash *hash)
{
    enum sslp_status status;

    if (hash->direct != NULL && !direct_hash_is_replaced(hash->direct)) {
        hash_state_set_direct(state, hash->direct);
        return hash_status(hash->direct->init(&state->memory));
    }
    status = hash_state_need_context(state);
    return status != SSLP_OK ? status
                             : hash_status(EVP_DigestInit_ex2(state->context, hash->md, NULL));
}

static enum sslp_status hash_state_copy(
    struct sslp_hash_state *state, const struct sslp_hash_state *from)
{
    enum sslp_status status;

    if (from->direct != NULL) {
        hash_state_set_direct(state, from->direct);
        memcpy(&state->memory, &from->memory, from->direct->state_size);
        return SSLP_OK;
    }
    if (from->context == NULL)
        return SSLP_ERR_HASH_FAILED;
    status = hash_state_need_context(state);
    return status != SSLP_OK ? status
                             : hash_status(EVP_MD_CTX_copy_ex(state->context, from->context));
}

static enum sslp_status hash_state_absorb(
    struct sslp_hash_state *state, const void *data, size_t len)
{
    if (len == 0)
        return SSLP_OK;
    if (state->direct != NULL)
        return hash_status(state->direct->update(&state->memory, data, len));
    return hash_status(EVP_DigestUpdate(state->context, data, len));
}

static enum sslp_status hash_state_finish(struct sslp_hash_state *state, uint8_t *out)
{
    if (state->direct != NULL)
        return hash_status(state->direct->final(&state->memory, out));
    return hash_status(EVP_DigestFinal_ex(state->context, out, NULL));
}

void sslp_hash_work_init(struct sslp_hash_work *work)
{
    hash_state_init(&work->state);
}

void sslp_hash_work_clear(struct sslp_hash_work *work)
{
    hash_state_clear(&work->state);
}

static enum sslp_status hash_absorb_parts(
    struct sslp_hash_state *state, const struct sslp_bytes *parts, size_t part_count)
{
    enum sslp_status status = SSLP_OK;

    for (size_t i = 0; status == SSLP_OK && i < part_count; i++)
        status = hash_state_absorb(state, parts[i].data, parts[i].len);
    return status;
}

enum sslp_status sslp_hash_digest(const struct sslp_hash *hash, struct sslp_hash_work *work,
    const struct sslp_bytes *parts, size_t part_count, uint8_t *out)
{
    enum sslp_status status = hash_state_start(&work->state, hash);

    if (status == SSLP_OK)
        status = hash_absorb_parts(&work->state, parts, part_count);
    if (status == SSLP_OK)
        status = hash_state_finish(&work->state, out);
    return status;
}

/* A hash state that has absorbed one block: the key, each byte xored with the pad.  The loop
 * runs over the longest block there is: with a fixed length, compilers make wide instructions. */
static enum sslp_status hmac_padded_state(const struct sslp_hash *hash,
    const uint8_t block[SSLP_MAX_HASH_BLOCK], uint8_t pad, struct sslp_hash_state *state)
{
    uint8_t padded[SSLP_MAX_HASH_BLOCK];
    enum sslp_status status = hash_state_start(state, hash);

    for (size_t i = 0; i < SSLP_MAX_HASH_BLOCK; i++)
        padded[i] = block[i] ^ pad;
    if (status == SSLP_OK)
        status = hash_state_absorb(state, padded, hash->block_size);
    OPENSSL_cleanse(padded, hash->block_size);
    return status;
}

/* Fills a block of zeros with the key, or with the digest of a key that is longer. */
static enum sslp_status hmac_fill_block(
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

void sslp_hmac_key_reset(struct sslp_hmac_key *key)
{
    hash_state_init(&key->inner);
    hash_state_init(&key->outer);
    key->size = 0;
}

enum sslp_status sslp_hmac_key_init(
    struct sslp_hmac_key *key, const struct sslp_hash *hash, struct sslp_bytes secret)
{
    uint8_t block[SSLP_MAX_HASH_BLOCK] = {0};
    enum sslp_status status = hmac_fill_block(hash, secret, block);

    sslp_hmac_key_reset(key);
    key->size = hash->size;
    if (status == SSLP_OK)
        status = hmac_padded_state(hash, block, INNER_PAD, &key->inner);
    if (status == SSLP_OK)
        status = hmac_padded_state(hash, block, OUTER_PAD, &key->outer);
    OPENSSL_cleanse(block, hash->block_size);
    if (status != SSLP_OK)
        sslp_hmac_key_clear(key);
    return status;
}

void sslp_hmac_key_clear(struct sslp_hmac_key *key)
{
    hash_state_clear(&key->inner);
    hash_state_clear(&key->outer);
    key->size = 0;
}

enum sslp_status sslp_hmac(const struct sslp_hmac_key *key, struct sslp_hash_work *work,
    const struct sslp_bytes *parts, size_t part_count, uint8_t *out)
{
    struct sslp_hash_state *state = &work->state;
    enum sslp_status status = hash_state_copy(state, &key->inner);

    if (status == SSLP_OK)
        status = hash_absorb_parts(state, parts, part_count);
    /* `out` may be one of the parts: it is written after all of them have been absorbed. */
    if (status == SSLP_OK)
        status = hash_state_finish(state, out);
    if (status == SSLP_OK)
        status = hash_state_copy(state, &key->outer);
    if (status == SSLP_OK)
        status = hash_state_absorb(state, out, key->size);
    if (status == SSLP_OK)
        status = hash_state_finish(state, out);
    if (status != SSLP_OK)
        OPENSSL_cleanse(out, key->size);
    return status;
}
