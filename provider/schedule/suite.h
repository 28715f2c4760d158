/* SPDX-License-Identifier: Apache-2.0
 *
 * The cipher suites: one constant table of what each of them asks of the key schedule and of
 * record protection.  Pure data, read from any thread.
 */
#ifndef SSLP_SCHEDULE_SUITE_H
#define SSLP_SCHEDULE_SUITE_H

#include "schedule/protocol.h"
#include "schedule/sizes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sslp_hash_id {
    SSLP_HASH_NONE,
    SSLP_HASH_MD5,
    SSLP_HASH_SHA1,
    SSLP_HASH_SHA256,
    SSLP_HASH_SHA384,
    SSLP_HASH_SM3,
    SSLP_HASH_COUNT
};

enum sslp_cipher_mode {
    SSLP_MODE_NULL,
    SSLP_MODE_STREAM,
    SSLP_MODE_CBC,
    SSLP_MODE_GCM,
    SSLP_MODE_CCM,
    SSLP_MODE_CHACHA20_POLY1305
};

/* Key exchange and authentication, as the suite's name spells them. */
enum sslp_key_exchange {
    SSLP_KX_ANY, /* TLS 1.3: the suite does not say */
    SSLP_KX_RSA,
    SSLP_KX_DHE,
    SSLP_KX_ECDHE,
    SSLP_KX_PSK,
    SSLP_KX_RSA_PSK,
    SSLP_KX_DHE_PSK,
    SSLP_KX_ECDHE_PSK,
    SSLP_KX_SRP
};

enum sslp_authentication {
    SSLP_AUTH_ANY, /* TLS 1.3: the suite does not say */
    SSLP_AUTH_NONE,
    SSLP_AUTH_RSA,
    SSLP_AUTH_DSS,
    SSLP_AUTH_ECDSA,
    SSLP_AUTH_PSK,
    SSLP_AUTH_SRP
};

/* A bulk cipher as suites use it; every length is in bytes. */
struct sslp_cipher {
    const char *name; /* for EVP_CIPHER_fetch; NULL for no encryption, then a key is the MAC's */
    const char *mask_name; /* the same, to mask numbers with; NULL: no RFC says how */
    enum sslp_cipher_mode mode;
    uint8_t key_material_len;   /* taken from the key block */
    uint8_t key_len;            /* of the final key; larger only in export suites */
    uint8_t block_len;          /* 1 for stream ciphers and AEAD */
    uint8_t fixed_iv_len;       /* implicit part of an AEAD nonce (RFC 5288, RFC 7905) */
    uint8_t explicit_nonce_len; /* part of an AEAD nonce that each record carries, up to TLS 1.2 */
    uint8_t tag_len;            /* AEAD tag */
    bool exportable;            /* final keys come from the export step (RFC 2246 section 6.3.1) */
    bool legacy;                /* NULL, RC4, single DES or export: refused by default */
};

struct sslp_suite {
    uint16_t id;              /* IANA number */
    const char *name;         /* IANA name */
    const char *openssl_name; /* also where builds of OpenSSL leave the suite out */
    enum sslp_key_exchange key_exchange;
    enum sslp_authentication authentication;
    const struct sslp_cipher *cipher;
    enum sslp_hash_id mac;      /* record MAC; SSLP_HASH_NONE for AEAD */
    enum sslp_hash_id prf_hash; /* of the PRF of TLS 1.2, or of HKDF in TLS 1.3 */
    uint16_t min_version;       /* first and last TLS version that has the suite */
    uint16_t max_version;
};

/* Rows in ascending order of their number. */
extern const struct sslp_suite sslp_suites[];
extern const size_t sslp_suite_count;

/* NULL when there is no such suite. */
const struct sslp_suite *sslp_suite_by_id(uint32_t id);

/* By IANA name, OpenSSL name, or number written as 0x and one to four hexadecimal digits. */
const struct sslp_suite *sslp_suite_by_name(const char *name, size_t name_len);

/* Whether the protocol version has the suite.  DTLS has no stream ciphers (RFC 6347 4.1.2.2). Where
 * numbers are masked, the cipher must have a way to do it (RFC 9147 section 4.2.3, RFC 9001 section
 * 5.4), and QUIC takes no short tags (RFC 9001 section 5.3). */
static inline bool sslp_suite_in_protocol(
    const struct sslp_suite *suite, const struct sslp_protocol *protocol)
{
    const struct sslp_cipher *cipher = suite->cipher;

    if (sslp_protocol_is_datagram(protocol) && cipher->mode == SSLP_MODE_STREAM)
        return false;
    if (protocol->labels != NULL && protocol->labels->mask_key != NULL && cipher->mask_name == NULL)
        return false;
    if (protocol->family == SSLP_PACKETS && cipher->tag_len < SSLP_MIN_PACKET_TAG)
        return false;
    return protocol->tls_version >= suite->min_version &&
        protocol->tls_version <= suite->max_version;
}

/* Whether the pair needs legacy = yes.  Either may be NULL: not known. */
static inline bool sslp_suite_is_legacy(
    const struct sslp_suite *suite, const struct sslp_protocol *protocol)
{
    return (suite != NULL && suite->cipher->legacy) || (protocol != NULL && protocol->legacy);
}

static inline bool sslp_cipher_is_aead(const struct sslp_cipher *cipher)
{
    return cipher->tag_len != 0;
}

/* Digest length in bytes, 0 for SSLP_HASH_NONE; the name EVP_MD_fetch knows, NULL for none. */
size_t sslp_hash_id_size(enum sslp_hash_id id);
const char *sslp_hash_id_name(enum sslp_hash_id id);

/* The hash that a pre-shared key of TLS 1.3 is bound to: that of its suite, or SHA-256 where the
 * suite is NULL (RFC 8446 section 4.2.11). */
static inline enum sslp_hash_id sslp_pre_shared_key_hash(const struct sslp_suite *suite)
{
    return suite == NULL ? SSLP_HASH_SHA256 : suite->prf_hash;
}

#endif
