/* SPDX-License-Identifier: Apache-2.0
 *
 * Those of RFC 7919, and below them the one of RFC 3526.
 */
#include "shim/keys/dh_groups.h"

#include <stddef.h>

static const struct sslp_dh_group groups[] = {
    {0, 1536, "modp_1536"},
    {256, 2048, "ffdhe2048"},
    {257, 3072, "ffdhe3072"},
    {258, 4096, "ffdhe4096"},
    {259, 6144, "ffdhe6144"},
    {260, 8192, "ffdhe8192"},
};

enum { GROUP_COUNT = sizeof(groups) / sizeof(groups[0]) };

const struct sslp_dh_group *sslp_dh_group_by_number(DWORD group)
{
    for (size_t i = 0; group != 0 && i < GROUP_COUNT; i++) {
        if (groups[i].group == group)
            return &groups[i];
    }
    return NULL;
}

const struct sslp_dh_group *sslp_dh_group_by_bits(DWORD bits)
{
    for (size_t i = 0; i < GROUP_COUNT; i++) {
        if (groups[i].bits == bits)
            return &groups[i];
    }
    return NULL;
}
