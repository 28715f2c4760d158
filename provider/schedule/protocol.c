/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/protocol.h"

#include <string.h>

static const struct sslp_protocol protocols[] = {
    /* name, version, TLS rules, key schedule, datagram, chained IV, legacy */
    {"SSLv3", SSLP_SSL3, SSLP_SSL3, SSLP_PRF_SSL3, false, true, true},
    {"TLSv1", SSLP_TLS1_0, SSLP_TLS1_0, SSLP_PRF_TLS10, false, true, false},
    {"TLSv1.1", SSLP_TLS1_1, SSLP_TLS1_1, SSLP_PRF_TLS10, false, false, false},
    {"TLSv1.2", SSLP_TLS1_2, SSLP_TLS1_2, SSLP_PRF_TLS12, false, false, false},
    {"TLSv1.3", SSLP_TLS1_3, SSLP_TLS1_3, SSLP_PRF_TLS13, false, false, false},
    {"DTLSv1", SSLP_DTLS1_0, SSLP_TLS1_1, SSLP_PRF_TLS10, true, false, false},
    {"DTLSv1.2", SSLP_DTLS1_2, SSLP_TLS1_2, SSLP_PRF_TLS12, true, false, false},
};

static const size_t protocol_count = sizeof(protocols) / sizeof(protocols[0]);

static const char *const reserved_labels[] = {"client finished", "server finished", "master secret",
    "extended master secret", "key expansion"};

const struct sslp_protocol *sslp_protocol_by_version(uint32_t version)
{
    for (size_t i = 0; i < protocol_count; i++) {
        if (protocols[i].version == version)
            return &protocols[i];
    }
    return NULL;
}

const struct sslp_protocol *sslp_protocol_by_name(const char *name, size_t name_len)
{
    for (size_t i = 0; i < protocol_count; i++) {
        if (strlen(protocols[i].name) == name_len && memcmp(protocols[i].name, name, name_len) == 0)
            return &protocols[i];
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
