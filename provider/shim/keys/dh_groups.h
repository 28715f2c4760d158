/* SPDX-License-Identifier: Apache-2.0
 *
 * The finite-field groups that libcrypto has by name, as one constant table; free of OpenSSL calls.
 */
#ifndef SSLP_SHIM_KEYS_DH_GROUPS_H
#define SSLP_SHIM_KEYS_DH_GROUPS_H

#include "ncryptssl/wintypes.h"

struct sslp_dh_group {
    DWORD group; /* number in the IANA registry "TLS Supported Groups"; 0: it has none */
    DWORD bits;  /* of the modulus */
    const char *evp_name;
};

/* The group of a number, and the one that stands for a length where the caller of a DHE suite gives
 * no parameters.  NULL when there is none. */
const struct sslp_dh_group *sslp_dh_group_by_number(DWORD group);
const struct sslp_dh_group *sslp_dh_group_by_bits(DWORD bits);

#endif
