/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/keys/groups.h"

/* One row a line, columns aligned. */
/* clang-format off */

/* Numbers: RFC 8422 section 5.1.1 and RFC 7027 section 2; RFC 8734 section 3 for those that TLS 1.3
 * has in the place of the latter; RFC 4492 section 5.1.1 for those that RFC 8422 retired.  Windows
 * also has the names secP192r1 to secP521r1 for curves of NIST; a number stands here once.  X448
 * has no native name: the one given follows that of X25519. */
const struct sslp_curve sslp_curves[] = {
    /* group, name,         OID,                      EVP name,         bits, len, X, flags */
    {29, "curve25519",      "",                       "X25519",          255,  32, true,  10},
    {23, "nistP256",        "1.2.840.10045.3.1.7",    "P-256",           256,  32, false,  0},
    {24, "nistP384",        "1.3.132.0.34",           "P-384",           384,  48, false,  0},
    {25, "nistP521",        "1.3.132.0.35",           "P-521",           521,  66, false,  0},
    {30, "curve448",        "",                       "X448",            448,  56, true,   0},
    {26, "brainpoolP256r1", "1.3.36.3.3.2.8.1.1.7",   "brainpoolP256r1", 256,  32, false,  0},
    {27, "brainpoolP384r1", "1.3.36.3.3.2.8.1.1.11",  "brainpoolP384r1", 384,  48, false,  0},
    {28, "brainpoolP512r1", "1.3.36.3.3.2.8.1.1.13",  "brainpoolP512r1", 512,  64, false,  0},
    {31, "brainpoolP256r1tls13", "1.3.36.3.3.2.8.1.1.7",  "brainpoolP256r1", 256,  32, false,  0},
    {32, "brainpoolP384r1tls13", "1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1", 384,  48, false,  0},
    {33, "brainpoolP512r1tls13", "1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1", 512,  64, false,  0},
    {22, "secP256k1",       "",                       "secp256k1",       256,  32, false,  0},
    {21, "nistP224",        "1.3.132.0.33",           "P-224",           224,  28, false,  0},
    {20, "secP224k1",       "",                       "secp224k1",       224,  28, false,  0},
    {19, "nistP192",        "1.2.840.10045.3.1.1",    "P-192",           192,  24, false,  0},
    {18, "secP192k1",       "",                       "secp192k1",       192,  24, false,  0},
    {17, "secP160r2",       "",                       "secp160r2",       160,  20, false,  0},
    {16, "secP160r1",       "",                       "secp160r1",       160,  20, false,  0},
    {15, "secP160k1",       "",                       "secp160k1",       160,  20, false,  0},
};

/* RFC 7919 appendix A, and below them a group of RFC 3526 section 2. */
static const struct sslp_dh_group dh_groups[] = {
    {0, 1536, "modp_1536"},
    {256, 2048, "ffdhe2048"},
    {257, 3072, "ffdhe3072"},
    {258, 4096, "ffdhe4096"},
    {259, 6144, "ffdhe6144"},
    {260, 8192, "ffdhe8192"},
};

/* Lengths: FIPS 203 section 8, draft-ietf-tls-mlkem, draft-ietf-tls-ecdhe-mlkem section 4. */
static const struct sslp_kem_group kem_groups[] = {
    /* group, EVP name,            client, server, secret */
    {0x0200, "ML-KEM-512",            800,    768,     32},
    {0x0201, "ML-KEM-768",           1184,   1088,     32},
    {0x0202, "ML-KEM-1024",          1568,   1568,     32},
    {4587,   "SecP256r1MLKEM768",    1249,   1153,     64},
    {4588,   "X25519MLKEM768",       1216,   1120,     64},
    {4589,   "SecP384r1MLKEM1024",   1665,   1665,     80},
};

/* Names that stand in none of the tables above: of Windows, and of the IANA registry. */
static const struct {
    const char *name;
    DWORD group;
} other_names[] = {
    {"secP192r1",           19},
    {"secP224r1",           21},
    {"secP256r1",           23},
    {"secP384r1",           24},
    {"secP521r1",           25},
    {"MLKEM512",        0x0200},
    {"MLKEM768",        0x0201},
    {"MLKEM1024",       0x0202},
    {"secp256r1_mlkem768",  4587},
    {"x25519_mlkem768",     4588},
    {"secp384r1_mlkem1024", 4589},
};
/* clang-format on */

#define COUNT_OF(table) (sizeof(table) / sizeof((table)[0]))

const size_t sslp_curve_count = COUNT_OF(sslp_curves);

static WCHAR group_lower_case(WCHAR unit)
{
    return unit >= 'A' && unit <= 'Z' ? (WCHAR)(unit - 'A' + 'a') : unit;
}

static bool group_is_named(const char *name, LPCWSTR text)
{
    while (*name != 0 && group_lower_case((WCHAR)*name) == group_lower_case(*text)) {
        name++;
        text++;
    }
    return *name == 0 && *text == 0;
}

DWORD sslp_group_by_name(LPCWSTR name)
{
    for (size_t i = 0; i < COUNT_OF(other_names); i++) {
        if (group_is_named(other_names[i].name, name))
            return other_names[i].group;
    }
    for (size_t i = 0; i < sslp_curve_count; i++) {
        if (group_is_named(sslp_curves[i].name, name))
            return sslp_curves[i].group;
    }
    /* OpenSSL has one name for the two numbers of a Brainpool curve; the first is meant. */
    for (size_t i = 0; i < sslp_curve_count; i++) {
        if (group_is_named(sslp_curves[i].evp_name, name))
            return sslp_curves[i].group;
    }
    for (size_t i = 0; i < COUNT_OF(dh_groups); i++) {
        if (dh_groups[i].group != 0 && group_is_named(dh_groups[i].evp_name, name))
            return dh_groups[i].group;
    }
    for (size_t i = 0; i < COUNT_OF(kem_groups); i++) {
        if (group_is_named(kem_groups[i].evp_name, name))
            return kem_groups[i].group;
    }
    return 0;
}

const struct sslp_curve *sslp_curve_by_group(DWORD group)
{
    for (size_t i = 0; i < sslp_curve_count; i++) {
        if (sslp_curves[i].group == group)
            return &sslp_curves[i];
    }
    return NULL;
}

const struct sslp_dh_group *sslp_dh_group_by_number(DWORD group)
{
    for (size_t i = 0; group != 0 && i < COUNT_OF(dh_groups); i++) {
        if (dh_groups[i].group == group)
            return &dh_groups[i];
    }
    return NULL;
}

const struct sslp_dh_group *sslp_dh_group_by_bits(DWORD bits)
{
    for (size_t i = 0; i < COUNT_OF(dh_groups); i++) {
        if (dh_groups[i].bits == bits)
            return &dh_groups[i];
    }
    return NULL;
}

const struct sslp_kem_group *sslp_kem_group_by_number(DWORD group)
{
    for (size_t i = 0; i < COUNT_OF(kem_groups); i++) {
        if (kem_groups[i].group == group)
            return &kem_groups[i];
    }
    return NULL;
}
