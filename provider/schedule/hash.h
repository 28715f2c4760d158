/* SPDX-License-Identifier: Apache-2.0
 *
 * Hashing for the key schedule: digests are fetched from EVP, and everything above works with them
 * and with HMAC keys as values.  This is the only file of the layer that computes with EVP.
 *
 * Where a digest is libcrypto's own, its block function is called without EVP around it.  A state
 * between two blocks is a chaining value of 16 to 64 bytes then, and starting from a prepared one
 * is a copy of that.  EVP allocates for each of its copies, which costs more than the compressions
 * of a key block.
 *
 * Functions may be called from any thread; a const argument is only read, so one HMAC key serves
 * many threads at a time.
 */
#ifndef SSLP_SCHEDULE_HASH_H
#define SSLP_SCHEDULE_HASH_H

#include "base/bytes.h"
#include "base/status.h"
#include "schedule/sizes.h"

#include <openssl/macros.h>
#include <openssl/types.h>
#include <stdbool.h>

/* A libcrypto may have been built without MD5, and without all that is deprecated; an application
 * may hide the latter from itself.  What is not there is left to EVP. */
#ifndef OPENSSL_NO_DEPRECATED_3_0
#    define SSLP_DIRECT_SHA
#    include <openssl/sha.h>
#    ifndef OPENSSL_NO_MD5
#        define SSLP_DIRECT_MD5
#        include <openssl/md5.h>
#    endif
#endif

enum { SSLP_MAX_DIRECT_BLOCK = 128 }; /* bytes: SHA-512 */

/* The struct of a hash function of libcrypto; it begins with the chaining value. */
union sslp_direct_state {
    uint8_t unused; /* a union needs a member, also where there is no hash */
#ifdef SSLP_DIRECT_SHA
    SHA_CTX sha1;
    SHA256_CTX sha256; /* and SHA-224 */
    SHA512_CTX sha512; /* and SHA-384 */
#endif
#ifdef SSLP_DIRECT_MD5
    MD5_CTX md5;
#endif
};

/* The chaining value of a hash after whole blocks. */
union sslp_hash_chain {
    uint8_t bytes[SSLP_MAX_HASH];
    uint64_t aligned;
};

/* One hash function of libcrypto, of the family of MD4: padding with a bit and the length. */
struct sslp_direct_hash {
    const char *name;  /* as EVP knows it */
    int nid;           /* as an ENGINE knows it */
    uint8_t size;      /* bytes of a digest */
    uint8_t chain_len; /* bytes of the chaining value */
    uint8_t word_len;  /* bytes of a word of it */
    uint8_t block_len; /* bytes: 1 << block_shift */
    uint8_t block_shift;
    uint8_t length_len; /* bytes of the length in the last block */
    bool little_endian;
    /* Sets the initial chaining value. */
    void (*begin)(union sslp_direct_state *state);
    /* Compresses whole blocks into the chaining value. */
    void (*compress)(union sslp_direct_state *state, const uint8_t *blocks, size_t count);
};

/* A fetched digest. */
struct sslp_hash {
    EVP_MD *md; /* owned */
    size_t size;
    size_t block_size;
    const struct sslp_direct_hash *direct; /* NULL: EVP computes it */
};

/* Fetches a digest by name under a property query; NULL is the empty query.  Refuses digests that
 * HMAC cannot use (extendable output, or larger than the limits above). */
SSLP_CHECK_RESULT enum sslp_status sslp_hash_fetch(
    struct sslp_hash *hash, OSSL_LIB_CTX *libctx, const char *name, const char *properties);

/* Whether a digest is one of the known hashes, whichever way it was named.  A name that is the
 * first of the digest costs no lock and no memory. */
bool sslp_hash_is(const struct sslp_hash *hash, const char *name);

/* Computes the digest without EVP from now on, where there is such a function.  Only for one that
 * was fetched from libcrypto's own provider: the result is the same then, and so is the code. */
void sslp_hash_go_direct(struct sslp_hash *hash);

/* A further reference to the digest, in an empty struct. */
SSLP_CHECK_RESULT enum sslp_status sslp_hash_copy(
    struct sslp_hash *to, const struct sslp_hash *from);

/* Gives the digest back and leaves an empty struct. */
void sslp_hash_clear(struct sslp_hash *hash);

/* Scratch space for computations, reused between them.  EVP's part of it is made when it is needed:
 * a computation without EVP allocates nothing.  The memory is not looked at before it is written.
 */
struct sslp_hash_work {
    EVP_MD_CTX *context; /* owned; NULL until EVP computes */
    uint8_t used;        /* bytes of `state` and `block` to be wiped; 0 until they are used */
    union sslp_direct_state state;
    uint8_t block[2 * SSLP_MAX_DIRECT_BLOCK]; /* the last one, and what padding takes */
};

void sslp_hash_work_init(struct sslp_hash_work *work);
void sslp_hash_work_clear(struct sslp_hash_work *work);

/* Digest of the parts in order; `out` takes hash->size bytes. */
SSLP_CHECK_RESULT enum sslp_status sslp_hash_digest(const struct sslp_hash *hash,
    struct sslp_hash_work *work, const struct sslp_bytes *parts, size_t part_count, uint8_t *out);

/* An HMAC key (RFC 2104) as the two hash states that have absorbed its padded forms: computing
 * a MAC then costs no compression for the key. */
struct sslp_hmac_key {
    const struct sslp_direct_hash *direct; /* NULL: the states are those of the contexts */
    struct sslp_hmac_state {
        EVP_MD_CTX *context; /* owned */
        union sslp_hash_chain chain;
    } inner, outer;
    size_t size; /* bytes of a MAC; 0: no key */
};

/* Makes an empty key of memory that holds none. */
static inline void sslp_hmac_key_reset(struct sslp_hmac_key *key)
{
    key->direct = NULL;
    key->inner.context = NULL;
    key->outer.context = NULL;
    key->size = 0;
}

SSLP_CHECK_RESULT enum sslp_status sslp_hmac_key_init(
    struct sslp_hmac_key *key, const struct sslp_hash *hash, struct sslp_bytes secret);

/* Wipes the key and leaves an empty struct. */
void sslp_hmac_key_clear(struct sslp_hmac_key *key);

/* HMAC of the parts in order; `out` takes key->size bytes and may be one of the parts. */
SSLP_CHECK_RESULT enum sslp_status sslp_hmac(const struct sslp_hmac_key *key,
    struct sslp_hash_work *work, const struct sslp_bytes *parts, size_t part_count, uint8_t *out);

/* HMAC with a key that is used for this one MAC: no state is prepared, nor copied.  `out` may be
 * one of the parts. */
SSLP_CHECK_RESULT enum sslp_status sslp_hmac_once(const struct sslp_hash *hash,
    struct sslp_hash_work *work, struct sslp_bytes secret, const struct sslp_bytes *parts,
    size_t part_count, uint8_t *out);

/* For a message whose MAC is computed again and again, with some of its bytes changed: pads it in
 * place, behind its `len` bytes, where SSLP_HMAC_PADDING more must be writable.  The value is what
 * sslp_hmac_padded then takes: the blocks of the message, or 0 where EVP pads. */
enum { SSLP_HMAC_PADDING = SSLP_MAX_DIRECT_BLOCK + 16 };
size_t sslp_hmac_pad(const struct sslp_hmac_key *key, uint8_t *message, size_t len);

/* HMAC of such a message; `out` takes key->size bytes and may be part of it. */
SSLP_CHECK_RESULT enum sslp_status sslp_hmac_padded(const struct sslp_hmac_key *key,
    struct sslp_hash_work *work, const uint8_t *message, size_t len, size_t blocks, uint8_t *out);

#endif
