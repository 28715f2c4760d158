/* SPDX-License-Identifier: Apache-2.0
 *
 * The numbers of the RFCs, in bytes unless a name says otherwise.
 */
#ifndef SSLP_SCHEDULE_SIZES_H
#define SSLP_SCHEDULE_SIZES_H

enum {
    SSLP_RANDOM_LEN = 32,        /* of a hello: RFC 5246 section 7.4.1.2 */
    SSLP_MASTER_SECRET_LEN = 48, /* RFC 5246 section 8.1 */
    SSLP_VERIFY_DATA_LEN = 12,   /* up to TLS 1.2: RFC 5246 section 7.4.9 */

    /* MD5 and SHA-1 side by side: digests of SSL 3.0, transcript hashes before TLS 1.2. */
    SSLP_MD5_SHA1_LEN = 36,

    SSLP_MAX_HASH = 64,        /* SHA-512 */
    SSLP_MAX_HASH_BLOCK = 144, /* SHA3-224 */

    SSLP_RSA_PRE_MASTER_LEN = 48, /* RFC 5246 section 7.4.7.1 */

    /* The longest premaster secret: that of RFC 4279 section 2 with a PSK of 2^16 - 1 bytes. */
    SSLP_MAX_PRE_MASTER = 2 * (2 + 65535),
    SSLP_MAX_PRE_SHARED_KEY = 512, /* TLS 1.3; a limit of this library */
    SSLP_MAX_TICKET_NONCE = 255,   /* RFC 8446 section 4.6.1 */

    SSLP_INITIAL_SALT_LEN = 20,    /* of QUIC: RFC 9001 section 5.2 */
    SSLP_MAX_CONNECTION_ID = 20,   /* RFC 9000 section 17.2 */
    SSLP_MIN_PACKET_TAG = 16,      /* of an AEAD in QUIC: RFC 9001 section 5.3 */
    SSLP_MAX_CONTEXT = 65535,      /* of an exporter: RFC 5705 section 4 */
    SSLP_MAX_HKDF_LABEL = 255,     /* prefix and label together: RFC 8446 section 7.1 */
    SSLP_MAX_HKDF_CONTEXT = 255,   /* RFC 8446 section 7.1 */
    SSLP_MAX_TLS13_LABEL = 249,    /* without the prefix "tls13 " */
    SSLP_HKDF_MAX_BLOCKS = 255,    /* hashes of output: RFC 5869 section 2.3 */
    SSLP_SSL3_MAX_OUTPUT = 26 * 16 /* RFC 6101 section 6.2.2: "A" to "ZZ...", one MD5 each */
};

#endif
