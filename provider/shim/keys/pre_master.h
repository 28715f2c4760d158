/* SPDX-License-Identifier: Apache-2.0
 *
 * Premaster secrets of every key exchange up to TLS 1.2, and the step from one to a master secret.
 * Here their bytes live in the caller's memory while a function runs; that of
 * SslGeneratePreMasterKey lives as long as its handle (struct sslp_pre_master_object).
 */
#ifndef SSLP_SHIM_KEYS_PRE_MASTER_H
#define SSLP_SHIM_KEYS_PRE_MASTER_H

#include "base/bytes.h"
#include "schedule/sizes.h"
#include "shim/core/backend.h"
#include "shim/core/objects.h"
#include "shim/core/parameter_list.h"
#include "shim/keys/secret_handle.h"

/* A limit of the shim; SSLP_MAX_PRE_MASTER is that of TLS. */
enum { SSLP_MAX_SHIM_PRE_MASTER = 2048 };

/* As long as the field or the modulus in (EC)DH; with a PSK twice the key and four bytes.  The
 * caller wipes it, also after a failure. */
struct sslp_pre_master {
    uint8_t bytes[SSLP_MAX_SHIM_PRE_MASTER];
    size_t len;
};

/* PreMasterSecret of RFC 5246 section 7.4.7.1: the version, high byte first, and 46 random bytes.
 * NTE_FAIL where there is no randomness. */
SECURITY_STATUS sslp_pre_master_random(
    const struct sslp_backend *backend, DWORD version, struct sslp_pre_master *pre_master);

/* EncryptedPreMasterSecret: RSAES-PKCS1-v1_5.  With output NULL only *result is written: the size.
 * NTE_NOT_SUPPORTED for a key that is no RSA key, NTE_BUFFER_TOO_SMALL with the size in *result. */
SECURITY_STATUS sslp_pre_master_encrypt(const struct sslp_backend *backend, EVP_PKEY *key,
    const struct sslp_pre_master *pre_master, PBYTE output, DWORD output_len, DWORD *result);

/* Decrypts an EncryptedPreMasterSecret.  A wrong ciphertext, padding or version gives success and a
 * random secret, chosen in constant time (RFC 5246 section 7.4.7.1).  NTE_NOT_SUPPORTED for a key
 * that is no RSA key or cannot be used that way, NTE_NO_MEMORY and NTE_FAIL for a failure of
 * libcrypto or of a token. */
SECURITY_STATUS sslp_pre_master_decrypt(const struct sslp_backend *backend, EVP_PKEY *key,
    struct sslp_bytes encrypted, DWORD version, struct sslp_pre_master *pre_master);

/* Diffie-Hellman: leading zero bytes of a finite-field secret are dropped (RFC 5246 section
 * 8.1.2), the X coordinate of an elliptic curve keeps them (RFC 8422 section 5.10).  Status of
 * sslp_shared_secret_derive. */
SECURITY_STATUS sslp_pre_master_agree(const struct sslp_backend *backend, EVP_PKEY *own,
    EVP_PKEY *peer, struct sslp_pre_master *pre_master);

/* RFC 4279 section 2: N, N zero bytes, N, the key of N bytes.  NTE_INVALID_PARAMETER for a key that
 * is empty or too long for SSLP_MAX_SHIM_PRE_MASTER. */
SECURITY_STATUS sslp_pre_master_psk(struct sslp_bytes psk, struct sslp_pre_master *pre_master);

/* The master secret of RFC 5246 section 8.1 or, with a session hash, RFC 7627 section 4.  It stays
 * in the OpenSSL provider.  NTE_INVALID_PARAMETER for seeds that do not fit the suite. */
SECURITY_STATUS sslp_master_key_new(struct sslp_backend *backend,
    const struct sslp_secret_attributes *attributes, const struct sslp_parameter_list *parameters,
    const struct sslp_pre_master *pre_master, NCRYPT_KEY_HANDLE *handle);

#endif
