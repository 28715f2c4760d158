/* SPDX-License-Identifier: Apache-2.0
 *
 * The elliptic curves of TLS up to 1.2, by their numbers in the IANA registry of groups.
 */
#ifndef SSLP_TEST_SHIM_SUPPORT_CURVES_H
#define SSLP_TEST_SHIM_SUPPORT_CURVES_H

#include "ncryptssl/sslprovider.h"

#include <stdbool.h>

enum { CURVES = 16 };

extern const struct curve {
    DWORD group;
    const char *name; /* of libcrypto */
    DWORD key_len;    /* bytes of a coordinate */
    DWORD type;       /* what SslGetKeyProperty calls the key type */
    DWORD bits;
} curves[CURVES];

/* What libcrypto can agree in: some builds lack curves, and then the shim lacks them too. */
bool libcrypto_has(const char *name);

#endif
