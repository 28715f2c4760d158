/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/protocol.h"

#include <string.h>

/* RFC 8446 sections 7.1, 7.2 and 7.3. */
static const struct sslp_protocol_labels tls13_labels = {
    "tls13 ", "key", "iv", NULL, "traffic upd"};

/* One row a line, columns aligned. */
/* clang-format off */
const struct sslp_protocol sslp_protocols[] = {
    /* name, wire value, TLS rules, PRF, labels, family, chained IV, legacy, native */
    {"SSLv3",    SSLP_SSL3,    SSLP_SSL3,   SSLP_PRF_SSL3,  NULL, SSLP_STREAM,   true,  true,  true},
    {"TLSv1",    SSLP_TLS1_0,  SSLP_TLS1_0, SSLP_PRF_TLS10, NULL, SSLP_STREAM,   true,  false, true},
    {"DTLSv1",   SSLP_DTLS1_0, SSLP_TLS1_1, SSLP_PRF_TLS10, NULL, SSLP_DATAGRAM, false, false, true},
    {"TLSv1.1",  SSLP_TLS1_1,  SSLP_TLS1_1, SSLP_PRF_TLS10, NULL, SSLP_STREAM,   false, false, true},
    {"DTLSv1.2", SSLP_DTLS1_2, SSLP_TLS1_2, SSLP_PRF_TLS12, NULL, SSLP_DATAGRAM, false, false, true},
    {"TLSv1.2",  SSLP_TLS1_2,  SSLP_TLS1_2, SSLP_PRF_TLS12, NULL, SSLP_STREAM,   false, false, true},
    {"TLSv1.3",  SSLP_TLS1_3,  SSLP_TLS1_3, SSLP_PRF_TLS13, &tls13_labels, SSLP_STREAM, false, false, true},
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

const struct sslp_protocol *sslp_protocol_native(uint32_t version)
{
    const struct sslp_protocol *protocol = sslp_protocol_by_version(version);

    return protocol != NULL && protocol->is_native ? protocol : NULL;
}

static bool version_before(uint32_t version, uint16_t tls_version)
{
    const struct sslp_protocol *protocol = sslp_protocol_by_version(version);

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
