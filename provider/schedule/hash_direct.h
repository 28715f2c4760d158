/* SPDX-License-Identifier: Apache-2.0
 *
 * Hash functions of libcrypto without EVP around them: a state is plain memory, so that starting
 * from a prepared one is a copy of some 100 or 200 bytes.  EVP allocates for each of its copies,
 * which costs more than the compressions of a key block.
 */
#ifndef SSLP_SCHEDULE_HASH_DIRECT_H
#define SSLP_SCHEDULE_HASH_DIRECT_H

#include <openssl/md5.h>
#include <openssl/sha.h>
#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

union sslp_direct_state {
    MD5_CTX md5;
    SHA_CTX sha1;
    SHA256_CTX sha256; /* and SHA-224 */
    SHA512_CTX sha512; /* and SHA-384 */
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
