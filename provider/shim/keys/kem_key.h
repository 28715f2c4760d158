/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys of the groups with ML-KEM, whose two sides differ.  The client has a key pair, and its share
 * is the public half.  The server makes secret and share at once, from the client's share.  The
 * client gets the secret out of the server's share.
 *
 * The server's secret lives as long as the handle, in the secure heap of libcrypto where the
 * program has set that up, otherwise in the ordinary heap.  It is wiped when it is freed.
 */
#ifndef SSLP_SHIM_KEYS_KEM_KEY_H
#define SSLP_SHIM_KEYS_KEM_KEY_H

#include "base/bytes.h"
#include "ncryptssl/wintypes.h"
#include "shim/keys/groups.h"

#include <openssl/types.h>

enum sslp_kem_role {
    SSLP_KEM_CLIENT,  /* a key pair */
    SSLP_KEM_SERVER,  /* a secret, and the share that carries it to the client */
    SSLP_KEM_IMPORTED /* the share of a peer, of either side: both can be of one length */
};

struct sslp_kem_key {
    const struct sslp_kem_group *group;
    enum sslp_kem_role role;
    EVP_PKEY *pair;                        /* owned; the client's, otherwise NULL */
    uint8_t *secret;                       /* owned; the server's, otherwise NULL */
    uint8_t share[SSLP_MAX_KEM_SHARE_LEN]; /* the own one, or the imported one */
    size_t share_len;
    uint8_t client_share[SSLP_MAX_KEM_SHARE_LEN]; /* the one that the server's secret is for */
};

/* The functions below leave their errors on OpenSSL's queue, and return NTE_NO_MEMORY and
 * NTE_INTERNAL_ERROR too.  The caller frees the key; after a failure *key is NULL.
 * NTE_NOT_SUPPORTED: libcrypto lacks the group. */

/* The client's.  Takes the pair over, also on failure. */
SECURITY_STATUS sslp_kem_key_client(
    const struct sslp_kem_group *group, EVP_PKEY *pair, struct sslp_kem_key **key);

/* The server's.  NTE_INVALID_PARAMETER for a share of another length, or one that is no key;
 * NTE_FAIL where libcrypto has no random numbers. */
SECURITY_STATUS sslp_kem_key_server(OSSL_LIB_CTX *libctx, const struct sslp_kem_group *group,
    struct sslp_bytes client_share, struct sslp_kem_key **key);

/* A peer's.  NTE_BAD_DATA for a length that neither side's share has; nothing else is checked. */
SECURITY_STATUS sslp_kem_key_import(OSSL_LIB_CTX *libctx, const struct sslp_kem_group *group,
    struct sslp_bytes share, struct sslp_kem_key **key);

/* The shared secret, group->secret_len bytes.  The own key is not imported.  NTE_INVALID_PARAMETER
 * unless the peer's is the share of the other side in the same group: for the server the one that
 * its secret is for, for the client one that libcrypto does not refuse. */
SECURITY_STATUS sslp_kem_key_agree(OSSL_LIB_CTX *libctx, const struct sslp_kem_key *own,
    const struct sslp_kem_key *peer, uint8_t *secret);

/* Wipes and frees; NULL is allowed. */
void sslp_kem_key_free(struct sslp_kem_key *key);

#endif
