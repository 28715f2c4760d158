/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/protocol.h"

#include "schedule/sizes.h"
#include "sslprovider/names.h"

#include <string.h>

/* RFC 9001 section 5.2 and RFC 9369 section 3.3.1. */
static const uint8_t quic1_salt[SSLP_INITIAL_SALT_LEN] = {0x38, 0x76, 0x2C, 0xF7, 0xF5, 0x59, 0x34,
    0xB3, 0x4D, 0x17, 0x9A, 0xE6, 0xA4, 0xC8, 0x0C, 0xAD, 0xCC, 0xBB, 0x7F, 0x0A};
static const uint8_t quic2_salt[SSLP_INITIAL_SALT_LEN] = {0x0D, 0xED, 0xE3, 0xDE, 0xF7, 0x00, 0xA6,
    0xDB, 0x81, 0x93, 0x81, 0xBE, 0x6E, 0x26, 0x9D, 0xCB, 0xF9, 0xBD, 0x2E, 0xD9};

/* One row a line, columns aligned. */
/* clang-format off */
/*                                                        prefix    key           iv           mask key     its output                next generation  salt */
/* RFC 8446 sections 7.1, 7.2 and 7.3. */
static const struct sslp_protocol_labels tls13_labels  = {"tls13 ", "key",        "iv",        NULL,        NULL,                      "traffic upd",   NULL};
/* RFC 9147 sections 5.9 and 4.2.3: the prefix has no blank. */
static const struct sslp_protocol_labels dtls13_labels = {"dtls13", "key",        "iv",        "sn",        SSLPROVIDER_OUTPUT_SN_KEY, "traffic upd",   NULL};
/* RFC 9001 sections 5.1, 5.4 and 6.1; RFC 9369 section 3.3.2. */
static const struct sslp_protocol_labels quic1_labels  = {"tls13 ", "quic key",   "quic iv",   "quic hp",   SSLPROVIDER_OUTPUT_HP_KEY, "quic ku",       quic1_salt};
static const struct sslp_protocol_labels quic2_labels  = {"tls13 ", "quicv2 key", "quicv2 iv", "quicv2 hp", SSLPROVIDER_OUTPUT_HP_KEY, "quicv2 ku",     quic2_salt};
/* clang-format on */

/* One row a line, columns aligned. */
/* clang-format off */
const struct sslp_protocol sslp_protocols[] = {
    /* name, wire value, TLS rules, PRF, labels, family, chained IV, legacy, offer */
    {"SSLv3",    SSLP_SSL3,    SSLP_SSL3,   SSLP_PRF_SSL3,  NULL, SSLP_STREAM,   true,  true,  SSLP_BY_NATIVE},
    {"TLSv1",    SSLP_TLS1_0,  SSLP_TLS1_0, SSLP_PRF_TLS10, NULL, SSLP_STREAM,   true,  false, SSLP_BY_NATIVE},
    {"DTLSv1",   SSLP_DTLS1_0, SSLP_TLS1_1, SSLP_PRF_TLS10, NULL, SSLP_DATAGRAM, false, false, SSLP_BY_NATIVE},
    {"TLSv1.1",  SSLP_TLS1_1,  SSLP_TLS1_1, SSLP_PRF_TLS10, NULL, SSLP_STREAM,   false, false, SSLP_BY_NATIVE},
    {"DTLSv1.2", SSLP_DTLS1_2, SSLP_TLS1_2, SSLP_PRF_TLS12, NULL, SSLP_DATAGRAM, false, false, SSLP_BY_NATIVE},
    {"TLSv1.2",  SSLP_TLS1_2,  SSLP_TLS1_2, SSLP_PRF_TLS12, NULL, SSLP_STREAM,   false, false, SSLP_BY_NATIVE},
    {"DTLSv1.3", SSLP_DTLS1_3, SSLP_TLS1_3, SSLP_PRF_TLS13, &dtls13_labels, SSLP_DATAGRAM, false, false, SSLP_BY_EXTENSION},
    {"TLSv1.3",  SSLP_TLS1_3,  SSLP_TLS1_3, SSLP_PRF_TLS13, &tls13_labels,  SSLP_STREAM,   false, false, SSLP_BY_NATIVE},
    {"QUICv1",   SSLP_QUIC1,   SSLP_TLS1_3, SSLP_PRF_TLS13, &quic1_labels,  SSLP_PACKETS,  false, false, SSLP_BY_KDFS_ALONE},
    {"QUICv2",   SSLP_QUIC2,   SSLP_TLS1_3, SSLP_PRF_TLS13, &quic2_labels,  SSLP_PACKETS,  false, false, SSLP_BY_KDFS_ALONE},
};
/* clang-format on */

const size_t sslp_protocol_count = sizeof(sslp_protocols) / sizeof(sslp_protocols[0]);

static const char *const reserved_labels[] = {"client finished", "server finished", "master secret",
    "extended master secret", "key expansion"};

const struct sslp_protocol *sslp_protocol_by_version(uint32_t version)
{
    for (size_t i = 0; i < sslp_protocol_count; i++) {
        if (sslp_protocols[i].version == version)
            return &sslp_protocols[i];
    }
    return NULL;
}

const struct sslp_protocol *sslp_protocol_of_shim(uint32_t version)
{
    const struct sslp_protocol *protocol = sslp_protocol_by_version(version);

    return protocol != NULL && protocol->offer != SSLP_BY_KDFS_ALONE ? protocol : NULL;
}

static bool version_before(uint32_t version, uint16_t tls_version)
{
    const struct sslp_protocol *protocol = sslp_protocol_of_shim(version);

    return (protocol == NULL ? version : protocol->tls_version) < tls_version;
}

bool sslp_version_before_tls11(uint32_t version)
{
    return version_before(version, SSLP_TLS1_1);
}

bool sslp_version_before_tls12(uint32_t version)
{
    return version_before(version, SSLP_TLS1_2);
}

const struct sslp_protocol *sslp_protocol_tls13(void)
{
    return sslp_protocol_by_version(SSLP_TLS1_3);
}

const struct sslp_protocol *sslp_protocol_by_name(const char *name, size_t name_len)
{
    for (size_t i = 0; i < sslp_protocol_count; i++) {
        if (strlen(sslp_protocols[i].name) == name_len &&
            memcmp(sslp_protocols[i].name, name, name_len) == 0)
            return &sslp_protocols[i];
    }
    return NULL;
}

bool sslp_protocol_reserves_label(struct sslp_bytes label, const uint8_t *first_random)
{
    for (size_t i = 0; i < sizeof(reserved_labels) / sizeof(reserved_labels[0]); i++) {
        const char *reserved = reserved_labels[i];
        const size_t len = strlen(reserved);
        const size_t in_label = label.len < len ? label.len : len;

        if ((in_label == 0 || memcmp(label.data, reserved, in_label) == 0) &&
            memcmp(first_random, reserved + in_label, len - in_label) == 0)
            return true;
    }
    return false;
}
