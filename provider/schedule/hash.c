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

#include "base/ct.h"
#include "base/wipe.h"

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

/* The functions of one hash; SHA-224 and SHA-384 compress with those of another. */
#define DEFINE_HASH(id, member, init_name)                                                         \
    static void id##_begin(union sslp_direct_state *state)                                         \
    {                                                                                              \
        (void)init_name(&state->member);                                                           \
    }
/* One block is the common case; Update takes several in one go. */
#define DEFINE_COMPRESSION(id, member, transform_name, update_name, block_len)                     \
    static void id##_compress(union sslp_direct_state *state, const uint8_t *blocks, size_t count) \
    {                                                                                              \
        if (count == 1) {                                                                          \
            transform_name(&state->member, blocks);                                                \
            return;                                                                                \
        }                                                                                          \
        state->member.num = 0;                                                                     \
        state->member.Nl = state->member.Nh = 0;                                                   \
        (void)update_name(&state->member, blocks, count *(block_len));                             \
    }
#define HASH_ROW(name, nid, id, compression, size, chain_len, word_len, little_endian)             \
    {                                                                                              \
        name, nid, size, chain_len, word_len, 16 * (word_len), (word_len) == 4 ? 6 : 7,            \
            2 * (word_len), little_endian, id##_begin, compression##_compress                      \
    }

#ifdef SSLP_DIRECT_SHA
DEFINE_HASH(sha1, sha1, SHA1_Init)
DEFINE_HASH(sha224, sha256, SHA224_Init)
DEFINE_HASH(sha256, sha256, SHA256_Init)
DEFINE_HASH(sha384, sha512, SHA384_Init)
DEFINE_HASH(sha512, sha512, SHA512_Init)
DEFINE_COMPRESSION(sha1, sha1, SHA1_Transform, SHA1_Update, 64)
DEFINE_COMPRESSION(sha256, sha256, SHA256_Transform, SHA256_Update, 64)
DEFINE_COMPRESSION(sha512, sha512, SHA512_Transform, SHA512_Update, 128)
#endif
#ifdef SSLP_DIRECT_MD5
DEFINE_HASH(md5, md5, MD5_Init)
DEFINE_COMPRESSION(md5, md5, MD5_Transform, MD5_Update, 64)
#endif

/* Ends with a row without a name. */
static const struct sslp_direct_hash direct_hashes[] = {
#ifdef SSLP_DIRECT_SHA
    HASH_ROW("SHA2-256", NID_sha256, sha256, sha256, 32, 32, 4, false),
    HASH_ROW("SHA2-384", NID_sha384, sha384, sha512, 48, 64, 8, false),
    HASH_ROW("SHA1", NID_sha1, sha1, sha1, 20, 20, 4, false),
    HASH_ROW("SHA2-224", NID_sha224, sha224, sha256, 28, 32, 4, false),
    HASH_ROW("SHA2-512", NID_sha512, sha512, sha512, 64, 64, 8, false),
#endif
#ifdef SSLP_DIRECT_MD5
    HASH_ROW("MD5", NID_md5, md5, md5, 16, 16, 4, true),
#endif
    {0},
};

/* A question for a name takes a lock of libcrypto's, so it comes last.  It is asked for digests
 * without a number: some never have one, and none has in a program that keeps libcrypto from
 * listing its algorithms. */
static bool direct_hash_is(const struct sslp_direct_hash *direct, const struct sslp_hash *hash)
{
    const int nid = EVP_MD_get_type(hash->md);

    return direct->size == hash->size && direct->block_len == hash->block_size &&
        (nid == direct->nid || (nid == NID_undef && EVP_MD_is_a(hash->md, direct->name)));
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

/* EVP_MD_is_a takes a lock and allocates, and says no without memory. */
bool sslp_hash_is(const struct sslp_hash *hash, const char *name)
{
    return strcmp(EVP_MD_get0_name(hash->md), name) == 0 || EVP_MD_is_a(hash->md, name);
}

void sslp_hash_go_direct(struct sslp_hash *hash)
{
    const struct sslp_direct_hash *direct = direct_hashes;

    while (direct->name != NULL && !direct_hash_is(direct, hash))
        direct++;
    hash->direct = direct->name == NULL ? NULL : direct;
}

void sslp_hash_work_init(struct sslp_hash_work *work)
{
    work->context = NULL;
    work->used = 0;
}

/* Freeing an EVP_MD_CTX wipes the hash state in it. */
void sslp_hash_work_clear(struct sslp_hash_work *work)
{
    if (work->used != 0) {
        sslp_wipe(&work->state, SSLP_MAX_HASH); /* the chaining value */
        sslp_wipe(work->block, SSLP_MAX_DIRECT_BLOCK);
    }
    if (work->context != NULL)
        EVP_MD_CTX_free(work->context);
    sslp_hash_work_init(work);
}

/* ---- By block functions ---- */

/* Copies a part of a block.  The length is hidden: compilers that see its bound make a string
 * instruction of the copy, which takes as long to begin as a block to compress. */
static void direct_copy(uint8_t *to, const uint8_t *from, size_t len)
{
    memcpy(to, from, sslp_ct_hide(len));
}

/* Compresses the parts; what does not fill a block stays in work->block.  The value is its length.
 */
static size_t direct_absorb(const struct sslp_direct_hash *direct, struct sslp_hash_work *work,
    const struct sslp_bytes *parts, size_t part_count, uint64_t *total)
{
    const size_t block_len = direct->block_len;
    size_t fill = 0;

    for (size_t i = 0; i < part_count; i++) {
        const uint8_t *data = parts[i].data;
        size_t len = parts[i].len;

        *total += len;
        if (fill != 0 && len >= block_len - fill) {
            direct_copy(work->block + fill, data, block_len - fill);
            data += block_len - fill;
            len -= block_len - fill;
            direct->compress(&work->state, work->block, 1);
            fill = 0;
        }
        if (len >= block_len) {
            const size_t rest = len & (block_len - 1); /* block_len is a power of two */

            direct->compress(&work->state, data, (len - rest) >> direct->block_shift);
            data += len - rest;
            len = rest;
        }
        if (len != 0)
            direct_copy(work->block + fill, data, len);
        fill += len;
    }
    return fill;
}

/* Written out, so that compilers make one instruction of each. */
static void put_big_endian_32(uint8_t *out, uint32_t word)
{
    out[0] = (uint8_t)(word >> 24);
    out[1] = (uint8_t)(word >> 16);
    out[2] = (uint8_t)(word >> 8);
    out[3] = (uint8_t)word;
}

static void put_big_endian_64(uint8_t *out, uint64_t word)
{
    put_big_endian_32(out, (uint32_t)(word >> 32));
    put_big_endian_32(out + 4, (uint32_t)word);
}

static void put_little_endian_32(uint8_t *out, uint32_t word)
{
    out[0] = (uint8_t)word;
    out[1] = (uint8_t)(word >> 8);
    out[2] = (uint8_t)(word >> 16);
    out[3] = (uint8_t)(word >> 24);
}

/* RFC 1321 section 3.1 and 3.2, FIPS 180-4 section 5.1: a bit, zeros, and the length in bits,
 * behind the last `fill` bytes of a message, which are less than a block.  The value is one block,
 * or two where the length does not fit into the first. */
static size_t direct_pad(
    const struct sslp_direct_hash *direct, uint8_t *last, size_t fill, uint64_t total)
{
    const size_t blocks = fill < (size_t)direct->block_len - direct->length_len ? 1 : 2;
    uint8_t *length = last + (blocks << direct->block_shift) - 8;

    last[fill++] = 0x80;
    memset(last + fill, 0, (size_t)(length - last) - fill);
    if (direct->little_endian) {
        put_little_endian_32(length, (uint32_t)(total << 3));
        put_little_endian_32(length + 4, (uint32_t)(total >> 29));
    } else {
        put_big_endian_64(length, total << 3);
    }
    return blocks;
}

/* The first `size` bytes of the chaining value, by whole words. */
static void direct_output(const struct sslp_direct_hash *direct,
    const union sslp_direct_state *state, uint8_t *out, size_t size)
{
    const uint8_t *words = (const uint8_t *)state;
    uint32_t word;
    uint64_t long_word;

    for (size_t i = 0; i < size; i += direct->word_len) {
        if (direct->word_len == 8) {
            memcpy(&long_word, words + i, sizeof(long_word));
            put_big_endian_64(out + i, long_word);
            continue;
        }
        memcpy(&word, words + i, sizeof(word));
        if (direct->little_endian)
            put_little_endian_32(out + i, word);
        else
            put_big_endian_32(out + i, word);
    }
}

/* What clearing has to wipe: the second block holds nothing but padding. */
static void direct_use(const struct sslp_direct_hash *direct, struct sslp_hash_work *work)
{
    if (work->used < direct->block_len)
        work->used = direct->block_len;
}

/* Hashes the parts on top of `before` bytes that the state has absorbed. */
static void direct_finish(const struct sslp_direct_hash *direct, struct sslp_hash_work *work,
    uint64_t before, const struct sslp_bytes *parts, size_t part_count, uint8_t *out, size_t size)
{
    size_t fill;

    direct_use(direct, work);
    fill = direct_absorb(direct, work, parts, part_count, &before);
    direct->compress(&work->state, work->block, direct_pad(direct, work->block, fill, before));
    direct_output(direct, &work->state, out, size);
}

/* ---- By EVP ---- */

static enum sslp_status evp_status(int ok)
{
    return ok == 1 ? SSLP_OK : SSLP_ERR_HASH_FAILED;
}

/* One context serves all uses of scratch space. */
static enum sslp_status evp_need_context(EVP_MD_CTX **context)
{
    if (*context == NULL)
        *context = EVP_MD_CTX_new();
    return *context == NULL ? SSLP_ERR_MEMORY : SSLP_OK;
}

static enum sslp_status evp_finish(
    EVP_MD_CTX *context, const struct sslp_bytes *parts, size_t part_count, uint8_t *out)
{
    int ok = 1;

    for (size_t i = 0; ok == 1 && i < part_count; i++) {
        if (parts[i].len != 0)
            ok = EVP_DigestUpdate(context, parts[i].data, parts[i].len);
    }
    return evp_status(ok == 1 ? EVP_DigestFinal_ex(context, out, NULL) : 0);
}

/* ---- Digests and HMAC ---- */

/* The block function to use; NULL for EVP. */
static const struct sslp_direct_hash *direct_of(const struct sslp_hash *hash)
{
    return hash->direct != NULL && !direct_hash_is_replaced(hash->direct) ? hash->direct : NULL;
}

enum sslp_status sslp_hash_digest(const struct sslp_hash *hash, struct sslp_hash_work *work,
    const struct sslp_bytes *parts, size_t part_count, uint8_t *out)
{
    const struct sslp_direct_hash *direct = direct_of(hash);
    enum sslp_status status;

    if (direct != NULL) {
        direct->begin(&work->state);
        direct_finish(direct, work, 0, parts, part_count, out, hash->size);
        return SSLP_OK;
    }
    status = evp_need_context(&work->context);
    if (status == SSLP_OK)
        status = evp_status(EVP_DigestInit_ex2(work->context, hash->md, NULL));
    return status == SSLP_OK ? evp_finish(work->context, parts, part_count, out) : status;
}

void sslp_hmac_key_clear(struct sslp_hmac_key *key)
{
    if (key->direct != NULL) {
        sslp_wipe(&key->inner.chain, sizeof(key->inner.chain));
        sslp_wipe(&key->outer.chain, sizeof(key->outer.chain));
    }
    if (key->inner.context != NULL)
        EVP_MD_CTX_free(key->inner.context);
    if (key->outer.context != NULL)
        EVP_MD_CTX_free(key->outer.context);
    sslp_hmac_key_reset(key);
}

/* A block of the key, each byte xored with the pad.  The loop runs over the longest block there is:
 * with a fixed length, compilers make wide instructions. */
static void hmac_xor_pad(
    uint8_t padded[SSLP_MAX_HASH_BLOCK], const uint8_t block[SSLP_MAX_HASH_BLOCK], uint8_t pad)
{
    for (size_t i = 0; i < SSLP_MAX_HASH_BLOCK; i++)
        padded[i] = block[i] ^ pad;
}

/* A hash state that has absorbed the padded key. */
static enum sslp_status hmac_pad_key(const struct sslp_hash *hash,
    const struct sslp_direct_hash *direct, const uint8_t block[SSLP_MAX_HASH_BLOCK], uint8_t pad,
    struct sslp_hmac_state *state)
{
    uint8_t padded[SSLP_MAX_HASH_BLOCK];
    enum sslp_status status;

    hmac_xor_pad(padded, block, pad);
    if (direct != NULL) {
        union sslp_direct_state running;

        direct->begin(&running);
        direct->compress(&running, padded, 1);
        memcpy(&state->chain, &running, direct->chain_len);
        sslp_wipe(&running, SSLP_MAX_HASH);
        status = SSLP_OK;
    } else {
        status = evp_need_context(&state->context);
        if (status == SSLP_OK)
            status = evp_status(EVP_DigestInit_ex2(state->context, hash->md, NULL));
        if (status == SSLP_OK)
            status = evp_status(EVP_DigestUpdate(state->context, padded, hash->block_size));
    }
    sslp_wipe(padded, sizeof(padded));
    return status;
}

/* Fills a block of zeros with the key, or with the digest of a key that is longer. */
static enum sslp_status hmac_fill_block(const struct sslp_hash *hash, struct sslp_hash_work *work,
    struct sslp_bytes secret, uint8_t block[SSLP_MAX_HASH_BLOCK])
{
    if (secret.len > hash->block_size)
        return sslp_hash_digest(hash, work, &secret, 1, block);
    if (secret.len != 0)
        memcpy(block, secret.data, secret.len);
    return SSLP_OK;
}

enum sslp_status sslp_hmac_key_init(
    struct sslp_hmac_key *key, const struct sslp_hash *hash, struct sslp_bytes secret)
{
    uint8_t block[SSLP_MAX_HASH_BLOCK] = {0};
    struct sslp_hash_work work;
    enum sslp_status status;

    sslp_hmac_key_reset(key);
    sslp_hash_work_init(&work);
    status = hmac_fill_block(hash, &work, secret, block);
    /* A context that has hashed a long secret goes on as one of the key's. */
    key->inner.context = work.context;
    work.context = NULL;
    sslp_hash_work_clear(&work);
    key->direct = direct_of(hash);
    key->size = hash->size;
    if (status == SSLP_OK)
        status = hmac_pad_key(hash, key->direct, block, INNER_PAD, &key->inner);
    if (status == SSLP_OK)
        status = hmac_pad_key(hash, key->direct, block, OUTER_PAD, &key->outer);
    sslp_wipe(block, sizeof(block));
    if (status != SSLP_OK)
        sslp_hmac_key_clear(key);
    return status;
}

/* One of the two hashes of HMAC, from its prepared state. */
static enum sslp_status hmac_half(const struct sslp_hmac_key *key,
    const struct sslp_hmac_state *state, struct sslp_hash_work *work,
    const struct sslp_bytes *parts, size_t part_count, uint8_t *out)
{
    enum sslp_status status;

    if (key->direct != NULL) {
        direct_copy((uint8_t *)&work->state, state->chain.bytes, key->direct->chain_len);
        direct_finish(key->direct, work, key->direct->block_len, parts, part_count, out, key->size);
        return SSLP_OK;
    }
    if (state->context == NULL)
        return SSLP_ERR_HASH_FAILED;
    status = evp_need_context(&work->context);
    if (status == SSLP_OK)
        status = evp_status(EVP_MD_CTX_copy_ex(work->context, state->context));
    return status == SSLP_OK ? evp_finish(work->context, parts, part_count, out) : status;
}

enum sslp_status sslp_hmac(const struct sslp_hmac_key *key, struct sslp_hash_work *work,
    const struct sslp_bytes *parts, size_t part_count, uint8_t *out)
{
    const struct sslp_bytes inner = sslp_bytes(out, key->size);
    enum sslp_status status = hmac_half(key, &key->inner, work, parts, part_count, out);

    /* `out` may be one of the parts: it is written after all of them have been absorbed. */
    if (status == SSLP_OK)
        status = hmac_half(key, &key->outer, work, &inner, 1, out);
    if (status != SSLP_OK)
        OPENSSL_cleanse(out, key->size);
    return status;
}

/* One of the two hashes of HMAC, from a block of the key. */
static enum sslp_status hmac_half_once(const struct sslp_hash *hash,
    const struct sslp_direct_hash *direct, struct sslp_hash_work *work,
    const uint8_t block[SSLP_MAX_HASH_BLOCK], uint8_t pad, const struct sslp_bytes *parts,
    size_t part_count, uint8_t *out)
{
    uint8_t padded[SSLP_MAX_HASH_BLOCK];
    enum sslp_status status = SSLP_OK;

    hmac_xor_pad(padded, block, pad);
    if (direct != NULL) {
        direct->begin(&work->state);
        direct->compress(&work->state, padded, 1);
        direct_finish(direct, work, direct->block_len, parts, part_count, out, hash->size);
    } else {
        status = evp_need_context(&work->context);
        if (status == SSLP_OK)
            status = evp_status(EVP_DigestInit_ex2(work->context, hash->md, NULL));
        if (status == SSLP_OK)
            status = evp_status(EVP_DigestUpdate(work->context, padded, hash->block_size));
        if (status == SSLP_OK)
            status = evp_finish(work->context, parts, part_count, out);
    }
    sslp_wipe(padded, sizeof(padded));
    return status;
}

enum sslp_status sslp_hmac_once(const struct sslp_hash *hash, struct sslp_hash_work *work,
    struct sslp_bytes secret, const struct sslp_bytes *parts, size_t part_count, uint8_t *out)
{
    const struct sslp_direct_hash *direct = direct_of(hash);
    const struct sslp_bytes inner = sslp_bytes(out, hash->size);
    uint8_t block[SSLP_MAX_HASH_BLOCK] = {0};
    enum sslp_status status = hmac_fill_block(hash, work, secret, block);

    if (status == SSLP_OK)
        status = hmac_half_once(hash, direct, work, block, INNER_PAD, parts, part_count, out);
    if (status == SSLP_OK)
        status = hmac_half_once(hash, direct, work, block, OUTER_PAD, &inner, 1, out);
    sslp_wipe(block, sizeof(block));
    if (status != SSLP_OK)
        OPENSSL_cleanse(out, hash->size);
    return status;
}

size_t sslp_hmac_pad(const struct sslp_hmac_key *key, uint8_t *message, size_t len)
{
    const struct sslp_direct_hash *direct = key->direct;
    size_t fill;

    if (direct == NULL)
        return 0;
    fill = len & (direct->block_len - 1U);
    return (len >> direct->block_shift) +
        direct_pad(direct, message + (len - fill), fill, direct->block_len + (uint64_t)len);
}

enum sslp_status sslp_hmac_padded(const struct sslp_hmac_key *key, struct sslp_hash_work *work,
    const uint8_t *message, size_t len, size_t blocks, uint8_t *out)
{
    const struct sslp_direct_hash *direct = key->direct;
    const struct sslp_bytes whole = sslp_bytes(message, len);

    if (direct == NULL)
        return sslp_hmac(key, work, &whole, 1, out);
    direct_use(direct, work);
    direct_copy((uint8_t *)&work->state, key->inner.chain.bytes, direct->chain_len);
    direct->compress(&work->state, message, blocks);
    direct_output(direct, &work->state, work->block, key->size);
    direct_copy((uint8_t *)&work->state, key->outer.chain.bytes, direct->chain_len);
    direct->compress(&work->state, work->block,
        direct_pad(direct, work->block, key->size, direct->block_len + (uint64_t)key->size));
    direct_output(direct, &work->state, out, key->size);
    return SSLP_OK;
}
