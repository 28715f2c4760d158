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

/* Wire values, as ProtocolVersion in RFC 6101, 2246, 4346, 5246, 8446, 4347 and 6347. */
enum {
    SSLP_SSL3 = 0x0300,
    SSLP_TLS1_0 = 0x0301,
    SSLP_TLS1_1 = 0x0302,
    SSLP_TLS1_2 = 0x0303,
    SSLP_TLS1_3 = 0x0304,
    SSLP_DTLS1_0 = 0xFEFF,
    SSLP_DTLS1_2 = 0xFEFD
};

/* How a secret is expanded. */
enum sslp_prf_kind {
    SSLP_PRF_SSL3,  /* RFC 6101 section 6.1: MD5 over SHA-1 with "A", "BB", "CCC" */
    SSLP_PRF_TLS10, /* RFC 2246 section 5: P_MD5 xor P_SHA-1 */
    SSLP_PRF_TLS12, /* RFC 5246 section 5: P_hash */
    SSLP_PRF_TLS13  /* RFC 8446 section 7.1: HKDF-Expand-Label */
};

struct sslp_protocol {
    const char *name;       /* as in the parameter "protocol" */
    uint16_t version;       /* wire value */
    uint16_t tls_version;   /* the TLS version whose rules it follows; orders the versions */
    enum sslp_prf_kind prf; /* its key schedule */
    bool datagram;          /* DTLS */
    bool chained_iv;        /* CBC records chain their IV: the key block holds the first one */
    bool legacy;            /* refused unless the configuration says legacy = yes */
};

/* NULL when there is no such version. */
const struct sslp_protocol *sslp_protocol_by_version(uint32_t version);
const struct sslp_protocol *sslp_protocol_by_name(const char *name, size_t name_len);

/* Whether an exporter of TLS 1.0 to 1.2 that has this label and this random, 32 bytes, at the start
 * of its seed would run into what TLS itself derives from the master secret (RFC 5705 section 4,
 * RFC 7627 section 4).  The PRF does not see where the label ends and the seed begins. */
bool sslp_protocol_reserves_label(struct sslp_bytes label, const uint8_t *first_random);

#endif
