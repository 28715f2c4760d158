/* SPDX-License-Identifier: Apache-2.0
 *
 * The other side of a key exchange of TLS 1.3: libcrypto alone, used as libssl uses it.
 */
#ifndef SSLP_TEST_COMMON_KEY_SHARES_H
#define SSLP_TEST_COMMON_KEY_SHARES_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAX_SHARE_LEN = 2048, FIRST_KEM_VERSION = 0x30500000L };

/* Lengths in bytes, of RFC 8446 sections 4.2.8 and 7.4, RFC 7919, and the drafts on ML-KEM. */
struct share_group {
    uint32_t number;
    const char *type; /* of the key */
    const char *name; /* of its group; NULL: the type is the group */
    size_t client_len, server_len, secret_len;
    bool is_kem;
    bool always; /* every build of libcrypto has it */
};

extern const struct share_group share_groups[];
extern const size_t share_group_count;

/* Ends the program for a number that is not in the table. */
const struct share_group *share_group(uint32_t number);

/* A key pair; NULL where libcrypto does not have the group. */
EVP_PKEY *share_generate(const struct share_group *group);

/* The share of a key; returns its length, 0 on failure. */
size_t share_encode(const EVP_PKEY *key, uint8_t share[MAX_SHARE_LEN]);

/* The key of a share, in the group of another key; NULL for none. */
EVP_PKEY *share_decode(const EVP_PKEY *group, const uint8_t *share, size_t len);

/* The secret of the own key and the peer's, or of a key pair and a ciphertext; and a ciphertext
 * with its secret.  Each returns the length of the secret, 0 on failure. */
size_t share_derive(EVP_PKEY *own, EVP_PKEY *peer, uint8_t secret[MAX_SHARE_LEN]);
size_t share_decapsulate(
    EVP_PKEY *own, const uint8_t *ciphertext, size_t len, uint8_t secret[MAX_SHARE_LEN]);
size_t share_encapsulate(EVP_PKEY *peer, uint8_t ciphertext[MAX_SHARE_LEN], size_t *ciphertext_len,
    uint8_t secret[MAX_SHARE_LEN]);

#endif
