/* SPDX-License-Identifier: Apache-2.0
 *
 * Hashing for the key schedule: digests are fetched from EVP, and everything above works with them
 * and with HMAC keys as values.  This is the only file of the layer that computes with EVP.
 *
 * Where a digest is libcrypto's own, its functions are called without EVP around them: a state is
 * plain memory then, and starting from a prepared one is a copy of some 100 or 200 bytes.  EVP
 * allocates for each of its copies, which costs more than the compressions of a key block.
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

/* One hash function of libcrypto.  The functions give 0 on failure. */
struct sslp_direct_hash {
    const char *name;  /* as EVP knows it */
    int nid;           /* as an ENGINE knows it */
    size_t state_size; /* bytes of the union that it uses */
    int (*init)(union sslp_direct_state *state);
    int (*update)(union sslp_direct_state *state, const void *data, size_t len);
    int (*final)(union sslp_direct_state *state, uint8_t *out);
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

/* Computes the digest without EVP from now on, where there is such a function.  Only for one that
 * was fetched from libcrypto's own provider: the result is the same then, and so is the code. */
void sslp_hash_go_direct(struct sslp_hash *hash);

/* A further reference to the digest, in an empty struct. */
SSLP_CHECK_RESULT enum sslp_status sslp_hash_copy(
    struct sslp_hash *to, const struct sslp_hash *from);

/* Gives the digest back and leaves an empty struct. */
void sslp_hash_clear(struct sslp_hash *hash);

/* The running state of a hash.  Empty when all zeros.  The part of `memory` that no hash has used
 * is never looked at. */
struct sslp_hash_state {
    const struct sslp_direct_hash *direct; /* NULL: the state is that of `context` */
    EVP_MD_CTX *context;                   /* owned; kept for the next use */
    union sslp_direct_state memory;
};

/* Scratch space for computations, reused between them.  EVP's part of it is made when it is needed:
 * a computation without EVP allocates nothing. */
struct sslp_hash_work {
    struct sslp_hash_state state;
};

void sslp_hash_work_init(struct sslp_hash_work *work);
void sslp_hash_work_clear(struct sslp_hash_work *work);

/* Digest of the parts in order; `out` takes hash->size bytes. */
SSLP_CHECK_RESULT enum sslp_status sslp_hash_digest(const struct sslp_hash *hash,
    struct sslp_hash_work *work, const struct sslp_bytes *parts, size_t part_count, uint8_t *out);

/* An HMAC key (RFC 2104) as the two hash states that have absorbed its padded forms: computing
 * a MAC then costs no compression for the key. */
struct sslp_hmac_key {
    struct sslp_hash_state inner;
    struct sslp_hash_state outer;
    size_t size; /* bytes of a MAC */
};

/* Makes an empty key of memory that holds none. */
void sslp_hmac_key_reset(struct sslp_hmac_key *key);

SSLP_CHECK_RESULT enum sslp_status sslp_hmac_key_init(
    struct sslp_hmac_key *key, const struct sslp_hash *hash, struct sslp_bytes secret);

/* Wipes the key and leaves an empty struct. */
void sslp_hmac_key_clear(struct sslp_hmac_key *key);

/* HMAC of the parts in order; `out` takes key->size bytes and may be one of the parts. */
SSLP_CHECK_RESULT enum sslp_status sslp_hmac(const struct sslp_hmac_key *key,
    struct sslp_hash_work *work, const struct sslp_bytes *parts, size_t part_count, uint8_t *out);

#endif
