/* SPDX-License-Identifier: Apache-2.0
 *
 * The shared secret of (EC)DHE and ML-KEM.
 */
#ifndef SSLP_SHIM_KEYS_SHARED_SECRET_H
#define SSLP_SHIM_KEYS_SHARED_SECRET_H

#include "shim/core/backend.h"
#include "shim/core/objects.h"
#include "shim/keys/public_key.h"

#include <openssl/evp.h>

/* The longest is as long as the modulus of a finite-field group. */
enum { SSLP_MAX_SHARED_SECRET_LEN = (SSLP_MAX_DH_BITS + 7) / 8 };

/* The caller wipes it, also after a failure. */
struct sslp_shared_secret {
    uint8_t bytes[SSLP_MAX_SHARED_SECRET_LEN];
    size_t len;
};

/* The input "(EC)DHE" of the key schedule of TLS 1.3 (RFC 8446 section 7.4): the X coordinate of an
 * elliptic curve in full width, the string of X25519 or X448, a finite-field secret as long as the
 * modulus, the secret of ML-KEM, or those of a hybrid's parts in its order.
 * NTE_INVALID_HANDLE: the own key lacks the private half.  NTE_INVALID_PARAMETER: the keys are not
 * of one group, or libcrypto refuses the peer's.  NTE_NOT_SUPPORTED: libcrypto cannot compute it.
 */
SECURITY_STATUS sslp_shared_secret_agree(const struct sslp_backend *backend,
    const struct sslp_asymmetric_object *own, const struct sslp_asymmetric_object *peer,
    struct sslp_shared_secret *secret);

/* Wipes it. */
void sslp_shared_secret_clear(struct sslp_shared_secret *secret);

/* Leading zeros of a finite-field secret are dropped up to TLS 1.2 (RFC 5246 section 8.1.2) and
 * kept in TLS 1.3; other secrets keep theirs in both. */
enum sslp_leading_zeros { SSLP_DROP_LEADING_ZEROS, SSLP_KEEP_LEADING_ZEROS };

/* Diffie-Hellman itself.  *len: the room, then the length.  Status as above, but for
 * NTE_INVALID_HANDLE. */
SECURITY_STATUS sslp_shared_secret_derive(const struct sslp_backend *backend, EVP_PKEY *own,
    EVP_PKEY *peer, enum sslp_leading_zeros zeros, uint8_t *secret, size_t *len);

#endif
