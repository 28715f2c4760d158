/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions used here are deprecated in favour of EVP, for the reason that they pass the
 * application's choice of an implementation by.  The module takes them only where that choice has
 * fallen on the very code that is behind them (module/digests.c).
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "schedule/hash_direct.h"

#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>

#if !defined(OPENSSL_NO_ENGINE) && !defined(OPENSSL_NO_DEPRECATED_3_0)
/* A libcrypto that was built without ENGINEs lacks the functions. */
extern __typeof__(ENGINE_get_digest_engine) ENGINE_get_digest_engine __attribute__((weak));
extern __typeof__(ENGINE_finish) ENGINE_finish __attribute__((weak));

bool sslp_direct_hash_is_replaced(const struct sslp_direct_hash *hash)
{
    ENGINE *engine = ENGINE_get_digest_engine == NULL ? NULL : ENGINE_get_digest_engine(hash->nid);

    if (engine == NULL)
        return false;
    (void)ENGINE_finish(engine);
    return true;
}
#else
bool sslp_direct_hash_is_replaced(const struct sslp_direct_hash *hash)
{
    (void)hash;
    return false;
}
#endif

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
static const struct sslp_direct_hash hashes[] = {
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

const struct sslp_direct_hash *sslp_direct_hash_of(const EVP_MD *md)
{
    for (const struct sslp_direct_hash *hash = hashes; hash->name != NULL; hash++) {
        if (EVP_MD_is_a(md, hash->name))
            return hash;
    }
    return NULL;
}
