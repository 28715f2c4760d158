/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/key_kind.h"

#include "sslprovider/names.h"

#include <string.h>

static const char *const kinds[] = {
    [SSLP_KEY_MASTER_SECRET] = SSLPROVIDER_KIND_MASTER_SECRET,
    [SSLP_KEY_EARLY_SECRET] = SSLPROVIDER_KIND_EARLY_SECRET,
    [SSLP_KEY_HANDSHAKE_SECRET] = SSLPROVIDER_KIND_HANDSHAKE_SECRET,
    [SSLP_KEY_TLS13_MASTER_SECRET] = SSLPROVIDER_KIND_TLS13_MASTER,
    [SSLP_KEY_TRAFFIC_SECRET] = SSLPROVIDER_KIND_TRAFFIC_SECRET,
    [SSLP_KEY_EXPORTER_SECRET] = SSLPROVIDER_KIND_EXPORTER_SECRET,
    [SSLP_KEY_RESUMPTION_SECRET] = SSLPROVIDER_KIND_RESUMPTION_SECRET,
    [SSLP_KEY_BINDER_KEY] = SSLPROVIDER_KIND_BINDER_KEY,
    [SSLP_KEY_PRE_SHARED_KEY] = SSLPROVIDER_KIND_PRE_SHARED_KEY,
    [SSLP_KEY_PRE_MASTER_SECRET] = SSLPROVIDER_KIND_PRE_MASTER_SECRET,
};

enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

const char *sslp_key_kind_name(enum sslp_key_kind kind)
{
    return (size_t)kind < KIND_COUNT ? kinds[kind] : NULL;
}

enum sslp_key_kind sslp_key_kind_by_name(const char *name, size_t name_len)
{
    for (size_t kind = SSLP_KEY_NONE + 1; kind < KIND_COUNT; kind++) {
        if (strlen(kinds[kind]) == name_len && memcmp(kinds[kind], name, name_len) == 0)
            return (enum sslp_key_kind)kind;
    }
    return SSLP_KEY_NONE;
}
