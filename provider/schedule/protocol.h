/* SPDX-License-Identifier: Apache-2.0
 *
 * The protocol versions and the rules that differ between them, as one table.  DTLS 1.0 and 1.2
 * follow TLS 1.1 and 1.2 (RFC 4347 and RFC 6347, section 4.1.2).
 */
#ifndef SSLP_SCHEDULE_PROTOCOL_H
#define SSLP_SCHEDULE_PROTOCOL_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Wire values, as ProtocolVersion in RFC 6101, 2246, 4346, 5246, 8446, 4347, 6347 and 9147; those
 * of QUIC are its versions (RFC 9000 section 15, RFC 9369 section 3.1). */
enum {
    SSLP_SSL3 = 0x0300,
    SSLP_TLS1_0 = 0x0301,
    SSLP_TLS1_1 = 0x0302,
    SSLP_TLS1_2 = 0x0303,
    SSLP_TLS1_3 = 0x0304,
    SSLP_DTLS1_0 = 0xFEFF,
    SSLP_DTLS1_2 = 0xFEFD,
    SSLP_DTLS1_3 = 0xFEFC,
    SSLP_QUIC1 = 0x00000001,
    SSLP_QUIC2 = 0x6B3343CF
};

/* The suite of QUIC's Initial packets, TLS_AES_128_GCM_SHA256 (RFC 9001 sections 5.2 and 5.3). */
enum { SSLP_INITIAL_SUITE = 0x1301 };

/* How a secret is expanded.  SSL 3.0 and TLS 1.0 have fixed hashes, the others that of the suite.
 */
enum sslp_prf_kind {
    SSLP_PRF_SSL3,  /* RFC 6101 section 6.1: MD5 over SHA-1 with "A", "BB", "CCC" */
    SSLP_PRF_TLS10, /* RFC 2246 section 5: P_MD5 xor P_SHA-1 */
    SSLP_PRF_TLS12, /* RFC 5246 section 5: P_hash */
    SSLP_PRF_TLS13  /* RFC 8446 section 7.1: HKDF-Expand-Label */
};

/* Whether the PRF has the fixed pair MD5 and SHA-1, and not one hash that a suite names. */
static inline bool sslp_prf_kind_has_pair(enum sslp_prf_kind kind)
{
    return kind == SSLP_PRF_SSL3 || kind == SSLP_PRF_TLS10;
}

/* Whether the PRF is HKDF-Expand-Label. */
static inline bool sslp_prf_kind_is_hkdf(enum sslp_prf_kind kind)
{
    return kind == SSLP_PRF_TLS13;
}

/* How its records travel. */
enum sslp_record_family {
    SSLP_STREAM,   /* in order, over TCP */
    SSLP_DATAGRAM, /* each on its own: DTLS */
    SSLP_PACKETS   /* QUIC has packets instead */
};

/* Who offers a protocol beside the KDFs, which have all. */
enum sslp_offer {
    SSLP_BY_KDFS_ALONE,
    SSLP_BY_EXTENSION, /* the shim, which lists no suites of it */
    SSLP_BY_NATIVE     /* the native interface */
};

/* The labels that HKDF-Expand-Label takes in the protocol (RFC 8446 sections 7.1 to 7.3), and what
 * else its traffic secrets have of their own. */
struct sslp_protocol_labels {
    const char *prefix;          /* of every label */
    const char *key;             /* of a traffic secret's key */
    const char *iv;              /* and of its IV */
    const char *mask_key;        /* of the key that masks record or packet numbers; NULL for none */
    const char *mask_output;     /* what the parameter "output" calls that key; NULL for none */
    const char *next_traffic;    /* of the next generation of a traffic secret */
    const uint8_t *initial_salt; /* SSLP_INITIAL_SALT_LEN bytes; NULL without Initial secrets */
};

struct sslp_protocol {
    const char *name;     /* as in the parameter "protocol" */
    uint32_t version;     /* wire value */
    uint16_t tls_version; /* the TLS version whose rules it follows; orders the versions */
    enum sslp_prf_kind prf_kind;
    const struct sslp_protocol_labels *labels; /* NULL before TLS 1.3 */
    enum sslp_record_family family;
    bool chained_iv; /* CBC records chain their IV: the key block holds the first one */
    bool legacy;     /* refused unless the configuration says legacy = yes */
    enum sslp_offer offer;
};

/* Rows from the oldest version to the newest. */
extern const struct sslp_protocol sslp_protocols[];
extern const size_t sslp_protocol_count;

/* The key schedule that a protocol follows.  False for NULL: the protocol is not known. */
static inline bool sslp_protocol_is_tls13(const struct sslp_protocol *protocol)
{
    return protocol != NULL && sslp_prf_kind_is_hkdf(protocol->prf_kind);
}

static inline bool sslp_protocol_is_ssl3(const struct sslp_protocol *protocol)
{
    return protocol != NULL && protocol->prf_kind == SSLP_PRF_SSL3;
}

static inline bool sslp_protocol_is_datagram(const struct sslp_protocol *protocol)
{
    return protocol->family == SSLP_DATAGRAM;
}

/* NULL when there is no such version. */
const struct sslp_protocol *sslp_protocol_by_version(uint32_t version);

/* The same for a version that the shim has, natively or as an extension. */
const struct sslp_protocol *sslp_protocol_of_shim(uint32_t version);

/* Whether a version number is below that of TLS 1.1 or 1.2.  The numbers of DTLS count as those of
 * the TLS whose rules it follows; unknown ones count as they are. */
bool sslp_version_before_tls11(uint32_t version);
bool sslp_version_before_tls12(uint32_t version);

/* TLS 1.3 itself. */
const struct sslp_protocol *sslp_protocol_tls13(void);

const struct sslp_protocol *sslp_protocol_by_name(const char *name, size_t name_len);

/* Whether an exporter of TLS 1.0 to 1.2 with this label, and this random of 32 bytes at the start
 * of its seed, would repeat what TLS itself derives from the master secret (RFC 5705 section 4, RFC
 * 7627 section 4).  The PRF does not see where the label ends and the seed begins. */
bool sslp_protocol_reserves_label(struct sslp_bytes label, const uint8_t *first_random);

#endif
