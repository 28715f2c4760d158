/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys of the groups with ML-KEM.  The two sides differ here: the client has a key pair, and its
 * share is the public half; the server makes secret and share at once, from the client's share; and
 * the client gets the secret out of the server's share.
 */
#ifndef SSLP_SHIM_KEYS_KEM_KEY_H
#define SSLP_SHIM_KEYS_KEM_KEY_H

#include "base/bytes.h"
#include "ncryptssl/wintypes.h"
#include "shim/keys/kem_groups.h"

#include <openssl/types.h>

enum sslp_kem_role {
    SSLP_KEM_CLIENT,  /* a key pair */
    SSLP_KEM_SERVER,  /* a secret, and the share that carries it to the client */
    SSLP_KEM_IMPORTED /* the share of a peer, whose side nothing but its use tells for sure */
};

struct sslp_kem_key {
    const struct sslp_kem_group *group;
    enum sslp_kem_role role;
    EVP_PKEY *pair;                        /* owned; the client's, otherwise NULL */
    uint8_t *secret;                       /* owned, in secure memory; the server's */
    uint8_t share[SSLP_MAX_KEM_SHARE_LEN]; /* the own one, or the imported one */
    size_t share_len;
    uint8_t client_share[SSLP_MAX_KEM_SHARE_LEN]; /* that the server's secret is for */
};

/* The functions below leave their errors on OpenSSL's queue.  A key is the caller's to free; after
 * a failure *key is NULL.  NTE_NOT_SUPPORTED: libcrypto lacks the group. */

/* The client's.  Takes the pair over, also on failure. */
SECURITY_STATUS sslp_kem_key_client(
    const struct sslp_kem_group *group, EVP_PKEY *pair, struct sslp_kem_key **key);

/* The server's.  NTE_INVALID_PARAMETER for a share of another length, or one that is no key. */
SECURITY_STATUS sslp_kem_key_server(OSSL_LIB_CTX *libctx, const struct sslp_kem_group *group,
    struct sslp_bytes client_share, struct sslp_kem_key **key);

/* A peer's.  NTE_BAD_DATA for a length that neither side's share has; more is not looked at. */
SECURITY_STATUS sslp_kem_key_import(OSSL_LIB_CTX *libctx, const struct sslp_kem_group *group,
    struct sslp_bytes share, struct sslp_kem_key **key);

/* The shared secret, group->secret_len bytes.  The own key is one of the first two kinds.
 * NTE_INVALID_PARAMETER unless the peer's is the share of the other side in the same group: for the
 * server the one that its secret is for, for the client one that libcrypto does not refuse. */
SECURITY_STATUS sslp_kem_key_agree(OSSL_LIB_CTX *libctx, const struct sslp_kem_key *own,
    const struct sslp_kem_key *peer, uint8_t *secret);

/* NULL is allowed. */
void sslp_kem_key_free(struct sslp_kem_key *key);

#endif
