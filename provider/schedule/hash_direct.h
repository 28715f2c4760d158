/* SPDX-License-Identifier: Apache-2.0
 *
 * Hash functions of libcrypto without EVP around them: a state is plain memory, so that starting
 * from a prepared one is a copy of some 100 or 200 bytes.  EVP allocates for each of its copies,
 * which costs more than the compressions of a key block.
 */
#ifndef SSLP_SCHEDULE_HASH_DIRECT_H
#define SSLP_SCHEDULE_HASH_DIRECT_H

#include <openssl/macros.h>
#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* One hash function.  The functions give 0 on failure. */
struct sslp_direct_hash {
    const char *name;  /* as EVP knows it */
    int nid;           /* as an ENGINE knows it */
    size_t state_size; /* bytes of the union that it uses */
    int (*init)(union sslp_direct_state *state);
    int (*update)(union sslp_direct_state *state, const void *data, size_t len);
    int (*final)(union sslp_direct_state *state, uint8_t *out);
};

/* The function that a digest of EVP computes; NULL when it is none of those here. */
const struct sslp_direct_hash *sslp_direct_hash_of(const EVP_MD *md);

/* Whether the application has made an ENGINE its default for the hash, which EVP would ask before
 * any provider.  OpenSSL 4.0 has no ENGINEs. */
bool sslp_direct_hash_is_replaced(const struct sslp_direct_hash *hash);

#endif
