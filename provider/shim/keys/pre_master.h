/* SPDX-License-Identifier: Apache-2.0
 *
 * Premaster secrets of every key exchange, and the step from one to a master key.  This is the
 * only TLS secret that the shim's own memory ever holds, and only while a function runs.
 */
#ifndef SSLP_SHIM_KEYS_PRE_MASTER_H
#define SSLP_SHIM_KEYS_PRE_MASTER_H

#include "base/bytes.h"
#include "shim/core/backend.h"
#include "shim/core/objects.h"
#include "shim/core/parameter_list.h"
#include "shim/keys/secret.h"

/* 48 bytes in RSA key exchange; as long as the field or the group in (EC)DH; twice the key and four
 * bytes with a PSK.  The caller wipes it. */
enum { SSLP_RSA_PRE_MASTER_LEN = 48, SSLP_MAX_SHIM_PRE_MASTER = 2048 };

struct sslp_pre_master {
    uint8_t bytes[SSLP_MAX_SHIM_PRE_MASTER];
    size_t len;
};

/* RFC 5246 section 7.4.7.1: the version, high byte first, and 46 random bytes. */
SECURITY_STATUS sslp_pre_master_random(
    const struct sslp_backend *backend, DWORD version, struct sslp_pre_master *pre_master);

/* Its encryption under an RSA key, PKCS #1 v1.5.  With output NULL *result is the size. */
SECURITY_STATUS sslp_pre_master_encrypt(const struct sslp_backend *backend, EVP_PKEY *key,
    const struct sslp_pre_master *pre_master, PBYTE output, DWORD output_len, DWORD *result);

/* The decryption by the server.  Whatever is wrong with the ciphertext or the version in it, the
 * answer is success and a random secret, chosen in constant time (RFC 5246 section 7.4.7.1).  Where
 * it could not be decrypted at all the answer is NTE_NO_MEMORY, NTE_NOT_SUPPORTED or NTE_FAIL. */
SECURITY_STATUS sslp_pre_master_decrypt(const struct sslp_backend *backend, EVP_PKEY *key,
    struct sslp_bytes encrypted, DWORD version, struct sslp_pre_master *pre_master);

/* Diffie-Hellman: leading zero bytes of a finite-field secret are dropped (RFC 5246 section
 * 8.1.2), the X coordinate of an elliptic curve keeps them (RFC 8422 section 5.10). */
SECURITY_STATUS sslp_pre_master_agree(const struct sslp_backend *backend, EVP_PKEY *own,
    EVP_PKEY *peer, struct sslp_pre_master *pre_master);

/* RFC 4279 section 2: N, N zero bytes, N, the key. */
SECURITY_STATUS sslp_pre_master_psk(struct sslp_bytes psk, struct sslp_pre_master *pre_master);

/* The master key, which stays in the OpenSSL provider. */
SECURITY_STATUS sslp_master_key_new(struct sslp_backend *backend,
    const struct sslp_secret_attributes *attributes, const struct sslp_parameter_list *parameters,
    const struct sslp_pre_master *pre_master, NCRYPT_KEY_HANDLE *handle);

#endif
