/* SPDX-License-Identifier: Apache-2.0
 *
 * The groups of TLS 1.3 with ML-KEM, as one constant table; free of OpenSSL calls.  Whether
 * libcrypto has a group (3.5 and later do) is for the caller to find out.
 */
#ifndef SSLP_SHIM_KEYS_KEM_GROUPS_H
#define SSLP_SHIM_KEYS_KEM_GROUPS_H

#include "ncryptssl/wintypes.h"

#include <stdint.h>

/* Of SecP384r1MLKEM1024. */
enum { SSLP_MAX_KEM_SHARE_LEN = 1665, SSLP_MAX_KEM_SECRET_LEN = 80 };

/* Lengths in bytes.  In hybrids a share is those of both parts, one behind the other, and so is the
 * secret. */
struct sslp_kem_group {
    DWORD group;               /* number in the IANA registry "TLS Supported Groups" */
    const char *evp_name;      /* of the key type */
    uint16_t client_share_len; /* an encapsulation key */
    uint16_t server_share_len; /* a ciphertext */
    uint16_t secret_len;
};

/* NULL when the group is none of the table. */
const struct sslp_kem_group *sslp_kem_group_by_number(DWORD group);

#endif
