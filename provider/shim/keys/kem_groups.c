/* SPDX-License-Identifier: Apache-2.0
 *
 * Lengths: FIPS 203 section 8, draft-ietf-tls-mlkem, draft-ietf-tls-ecdhe-mlkem section 4.
 */
#include "shim/keys/kem_groups.h"

#include <stddef.h>

/* One row a line, columns aligned. */
/* clang-format off */
static const struct sslp_kem_group groups[] = {
    /* group, EVP name,            client, server, secret */
    {0x0200, "ML-KEM-512",            800,    768,     32},
    {0x0201, "ML-KEM-768",           1184,   1088,     32},
    {0x0202, "ML-KEM-1024",          1568,   1568,     32},
    {4587,   "SecP256r1MLKEM768",    1249,   1153,     64},
    {4588,   "X25519MLKEM768",       1216,   1120,     64},
    {4589,   "SecP384r1MLKEM1024",   1665,   1665,     80},
};
/* clang-format on */

const struct sslp_kem_group *sslp_kem_group_by_number(DWORD group)
{
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        if (groups[i].group == group)
            return &groups[i];
    }
    return NULL;
}
