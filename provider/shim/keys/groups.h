/* SPDX-License-Identifier: Apache-2.0
 *
 * The groups of key exchange as three constant tables: elliptic curves, finite fields, ML-KEM. Free
 * of OpenSSL calls; the caller finds out whether libcrypto has a group.
 */
#ifndef SSLP_SHIM_KEYS_GROUPS_H
#define SSLP_SHIM_KEYS_GROUPS_H

#include "ncryptssl/wintypes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest of the tables, in bytes: P-521, SecP384r1MLKEM1024. */
enum { SSLP_MAX_COORDINATE_LEN = 66, SSLP_MAX_KEM_SHARE_LEN = 1665, SSLP_MAX_KEM_SECRET_LEN = 80 };

/* In all three tables `group` is the number in the IANA registry "TLS Supported Groups". */

struct sslp_curve {
    DWORD group;
    const char *name;        /* as Windows spells it */
    const char *oid;         /* dotted decimal; "" where SslEnumEccCurves gives none */
    const char *evp_name;    /* X curves: the name of the key type; others: of the group of "EC" */
    uint16_t bits;           /* of the field */
    uint16_t coordinate_len; /* bytes in a coordinate; X curves: in the whole public key */
    bool is_x_curve;         /* X25519, X448 (RFC 7748): a key is one string and no point */
    DWORD flags;             /* dwFlags of NCRYPT_SSL_ECC_CURVE */
};

struct sslp_dh_group {
    DWORD group; /* 0: it has none */
    DWORD bits;  /* of the modulus */
    const char *evp_name;
};

/* Lengths in bytes.  Shares and secrets of a hybrid are those of its two parts, concatenated. */
struct sslp_kem_group {
    DWORD group;
    const char *evp_name;      /* of the key type */
    uint16_t client_share_len; /* an encapsulation key */
    uint16_t server_share_len; /* a ciphertext */
    uint16_t secret_len;
};

/* In order of preference. */
extern const struct sslp_curve sslp_curves[];
extern const size_t sslp_curve_count;

/* NULL: no such group in the table. */
const struct sslp_curve *sslp_curve_by_group(DWORD group);
const struct sslp_dh_group *sslp_dh_group_by_number(DWORD group);
const struct sslp_kem_group *sslp_kem_group_by_number(DWORD group);

/* The number of a group from its name in the tables, or another name that Windows or the IANA
 * registry has for it, in any case of letters; 0: no group. */
DWORD sslp_group_by_name(LPCWSTR name);

/* The group that stands for a length where the caller of a DHE suite gives no parameters. */
const struct sslp_dh_group *sslp_dh_group_by_bits(DWORD bits);

#endif
