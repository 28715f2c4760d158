/* SPDX-License-Identifier: Apache-2.0
 *
 * The elliptic curves among the TLS named groups, as one constant table; free of OpenSSL calls.
 * Whether libcrypto has a curve is for the caller to find out.
 */
#ifndef SSLP_SHIM_KEYS_CURVES_H
#define SSLP_SHIM_KEYS_CURVES_H

#include "ncryptssl/wintypes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SSLP_MAX_COORDINATE_LEN = 66 }; /* of P-521 */

struct sslp_curve {
    DWORD group;             /* number in the IANA registry "TLS Supported Groups" */
    const char *name;        /* as Windows spells it */
    const char *oid;         /* dotted decimal; "" where SslEnumEccCurves gives none */
    const char *evp_name;    /* X curves: the name of the key type; others: of the group of "EC" */
    uint16_t bits;           /* of the field */
    uint16_t coordinate_len; /* bytes in a coordinate; X curves: in the whole public key */
    bool is_x_curve;         /* X25519, X448 (RFC 7748): a key is one string and no point */
    DWORD flags;             /* dwFlags of NCRYPT_SSL_ECC_CURVE */
};

/* In order of preference. */
extern const struct sslp_curve sslp_curves[];
extern const size_t sslp_curve_count;

/* NULL when the group is no curve of the table. */
const struct sslp_curve *sslp_curve_by_group(DWORD group);

#endif
