/* SPDX-License-Identifier: Apache-2.0
 *
 * Packets of QUIC and records of DTLS 1.3 opened with OpenSSL's ciphers, from keys that are there:
 * the mask of numbers (RFC 9001 section 5.4, RFC 9147 section 4.2.3), and the payload.
 */
#ifndef SSLP_TEST_COMMON_PACKET_PROTECTION_H
#define SSLP_TEST_COMMON_PACKET_PROTECTION_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PACKET_SAMPLE_LEN = 16, PACKET_IV_LEN = 12, PACKET_TAG_LEN = 16 };

/* The suite is AES with GCM, whose key length says which, or has CHACHA20 in its name. */
bool packet_mask(OSSL_LIB_CTX *libctx, const char *suite, const uint8_t *mask_key, size_t key_len,
    const uint8_t *sample, uint8_t mask[PACKET_SAMPLE_LEN]);

/* Writes sealed_len - PACKET_TAG_LEN bytes; false where the tag is wrong. */
bool packet_open(OSSL_LIB_CTX *libctx, const char *suite, const uint8_t *key, size_t key_len,
    const uint8_t nonce[PACKET_IV_LEN], const uint8_t *header, size_t header_len,
    const uint8_t *sealed, size_t sealed_len, uint8_t *out);

#endif
