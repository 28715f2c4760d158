/* SPDX-License-Identifier: Apache-2.0
 *
 * The cipher-suite table, in ascending order of IANA number.  It holds the TLS suites of the
 * native header and every suite that OpenSSL 3.0 to 4.0 can name, except those of GOST, whose key
 * schedule is another.  Where OpenSSL has a suite, the first version is OpenSSL's; export suites
 * end with TLS 1.0 (RFC 4346 appendix A.5), AEAD suites exist in TLS 1.2 alone (RFC 5288, 6209,
 * 6655, 7905) or in TLS 1.3 (RFC 8446, RFC 8998), which also has two without encryption (RFC 9150).
 *
 * The PRF column is the hash of the TLS 1.2 PRF: SHA-256 unless the name says SHA384 (RFC 5246
 * section 5); in TLS 1.3 that of HKDF.  The file is as long as the registry asks for: it is all
 * data.
 */
#include "schedule/suite.h"

/* One row a line, columns aligned. */
/* clang-format off */

/*                                                  EVP name             masks          mode                        mat key blk fix exp tag  export legacy */
static const struct sslp_cipher null              = {NULL,                NULL,          SSLP_MODE_NULL,               0,  0,  1,  0,  0,  0, false, true };
static const struct sslp_cipher hmac_sha256       = {NULL,                NULL,          SSLP_MODE_NULL,              32, 32,  1, 32,  0,  0, false, true };
static const struct sslp_cipher hmac_sha384       = {NULL,                NULL,          SSLP_MODE_NULL,              48, 48,  1, 48,  0,  0, false, true };
static const struct sslp_cipher rc4_40            = {"RC4",               NULL,          SSLP_MODE_STREAM,             5, 16,  1,  0,  0,  0, true,  true };
static const struct sslp_cipher rc4_56            = {"RC4",               NULL,          SSLP_MODE_STREAM,             7, 16,  1,  0,  0,  0, true,  true };
static const struct sslp_cipher rc4_128           = {"RC4",               NULL,          SSLP_MODE_STREAM,            16, 16,  1,  0,  0,  0, false, true };
static const struct sslp_cipher des_export        = {"DES-CBC",           NULL,          SSLP_MODE_CBC,                8,  8,  8,  0,  0,  0, true,  true };
static const struct sslp_cipher des               = {"DES-CBC",           NULL,          SSLP_MODE_CBC,                8,  8,  8,  0,  0,  0, false, true };
static const struct sslp_cipher triple_des        = {"DES-EDE3-CBC",      NULL,          SSLP_MODE_CBC,               24, 24,  8,  0,  0,  0, false, false};
static const struct sslp_cipher aes_128_cbc       = {"AES-128-CBC",       NULL,          SSLP_MODE_CBC,               16, 16, 16,  0,  0,  0, false, false};
static const struct sslp_cipher aes_256_cbc       = {"AES-256-CBC",       NULL,          SSLP_MODE_CBC,               32, 32, 16,  0,  0,  0, false, false};
static const struct sslp_cipher camellia_128_cbc  = {"CAMELLIA-128-CBC",  NULL,          SSLP_MODE_CBC,               16, 16, 16,  0,  0,  0, false, false};
static const struct sslp_cipher camellia_256_cbc  = {"CAMELLIA-256-CBC",  NULL,          SSLP_MODE_CBC,               32, 32, 16,  0,  0,  0, false, false};
static const struct sslp_cipher seed_cbc          = {"SEED-CBC",          NULL,          SSLP_MODE_CBC,               16, 16, 16,  0,  0,  0, false, false};
static const struct sslp_cipher idea_cbc          = {"IDEA-CBC",          NULL,          SSLP_MODE_CBC,               16, 16,  8,  0,  0,  0, false, false};
static const struct sslp_cipher aes_128_gcm       = {"AES-128-GCM",       "AES-128-ECB", SSLP_MODE_GCM,               16, 16,  1,  4,  8, 16, false, false};
static const struct sslp_cipher aes_256_gcm       = {"AES-256-GCM",       "AES-256-ECB", SSLP_MODE_GCM,               32, 32,  1,  4,  8, 16, false, false};
static const struct sslp_cipher aria_128_gcm      = {"ARIA-128-GCM",      NULL,          SSLP_MODE_GCM,               16, 16,  1,  4,  8, 16, false, false};
static const struct sslp_cipher aria_256_gcm      = {"ARIA-256-GCM",      NULL,          SSLP_MODE_GCM,               32, 32,  1,  4,  8, 16, false, false};
static const struct sslp_cipher aes_128_ccm       = {"AES-128-CCM",       "AES-128-ECB", SSLP_MODE_CCM,               16, 16,  1,  4,  8, 16, false, false};
static const struct sslp_cipher aes_256_ccm       = {"AES-256-CCM",       "AES-256-ECB", SSLP_MODE_CCM,               32, 32,  1,  4,  8, 16, false, false};
static const struct sslp_cipher aes_128_ccm_8     = {"AES-128-CCM",       "AES-128-ECB", SSLP_MODE_CCM,               16, 16,  1,  4,  8,  8, false, false};
static const struct sslp_cipher aes_256_ccm_8     = {"AES-256-CCM",       "AES-256-ECB", SSLP_MODE_CCM,               32, 32,  1,  4,  8,  8, false, false};
static const struct sslp_cipher chacha20_poly1305 = {"ChaCha20-Poly1305", "ChaCha20",    SSLP_MODE_CHACHA20_POLY1305, 32, 32,  1, 12,  0, 16, false, false};
static const struct sslp_cipher sm4_gcm           = {"SM4-GCM",           NULL,          SSLP_MODE_GCM,               16, 16,  1,  4,  8, 16, false, false};
static const struct sslp_cipher sm4_ccm           = {"SM4-CCM",           NULL,          SSLP_MODE_CCM,               16, 16,  1,  4,  8, 16, false, false};

#define ROW(id, name, openssl_name, kx, auth, cipher, mac, prf, min, max)                           \
    {id, name, openssl_name, SSLP_KX_##kx, SSLP_AUTH_##auth, &cipher, SSLP_HASH_##mac,              \
        SSLP_HASH_##prf, SSLP_##min, SSLP_##max}

const struct sslp_suite sslp_suites[] = {
    ROW(0x0001, "TLS_RSA_WITH_NULL_MD5",                          "NULL-MD5",                       RSA,       RSA,   null,              MD5,    SHA256, SSL3,   TLS1_2),
    ROW(0x0002, "TLS_RSA_WITH_NULL_SHA",                          "NULL-SHA",                       RSA,       RSA,   null,              SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0003, "TLS_RSA_EXPORT_WITH_RC4_40_MD5",                 "EXP-RC4-MD5",                    RSA,       RSA,   rc4_40,            MD5,    SHA256, SSL3,   TLS1_0),
    ROW(0x0004, "TLS_RSA_WITH_RC4_128_MD5",                       "RC4-MD5",                        RSA,       RSA,   rc4_128,           MD5,    SHA256, SSL3,   TLS1_2),
    ROW(0x0005, "TLS_RSA_WITH_RC4_128_SHA",                       "RC4-SHA",                        RSA,       RSA,   rc4_128,           SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0007, "TLS_RSA_WITH_IDEA_CBC_SHA",                      "IDEA-CBC-SHA",                   RSA,       RSA,   idea_cbc,          SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0009, "TLS_RSA_WITH_DES_CBC_SHA",                       "DES-CBC-SHA",                    RSA,       RSA,   des,               SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x000A, "TLS_RSA_WITH_3DES_EDE_CBC_SHA",                  "DES-CBC3-SHA",                   RSA,       RSA,   triple_des,        SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0012, "TLS_DHE_DSS_WITH_DES_CBC_SHA",                   "DHE-DSS-DES-CBC-SHA",            DHE,       DSS,   des,               SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0013, "TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA",              "DHE-DSS-DES-CBC3-SHA",           DHE,       DSS,   triple_des,        SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0016, "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA",              "DHE-RSA-DES-CBC3-SHA",           DHE,       RSA,   triple_des,        SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x002C, "TLS_PSK_WITH_NULL_SHA",                          "PSK-NULL-SHA",                   PSK,       PSK,   null,              SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x002D, "TLS_DHE_PSK_WITH_NULL_SHA",                      "DHE-PSK-NULL-SHA",               DHE_PSK,   PSK,   null,              SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x002E, "TLS_RSA_PSK_WITH_NULL_SHA",                      "RSA-PSK-NULL-SHA",               RSA_PSK,   RSA,   null,              SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x002F, "TLS_RSA_WITH_AES_128_CBC_SHA",                   "AES128-SHA",                     RSA,       RSA,   aes_128_cbc,       SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0032, "TLS_DHE_DSS_WITH_AES_128_CBC_SHA",               "DHE-DSS-AES128-SHA",             DHE,       DSS,   aes_128_cbc,       SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",               "DHE-RSA-AES128-SHA",             DHE,       RSA,   aes_128_cbc,       SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0034, "TLS_DH_anon_WITH_AES_128_CBC_SHA",               "ADH-AES128-SHA",                 DHE,       NONE,  aes_128_cbc,       SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA",                   "AES256-SHA",                     RSA,       RSA,   aes_256_cbc,       SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0038, "TLS_DHE_DSS_WITH_AES_256_CBC_SHA",               "DHE-DSS-AES256-SHA",             DHE,       DSS,   aes_256_cbc,       SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",               "DHE-RSA-AES256-SHA",             DHE,       RSA,   aes_256_cbc,       SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x003A, "TLS_DH_anon_WITH_AES_256_CBC_SHA",               "ADH-AES256-SHA",                 DHE,       NONE,  aes_256_cbc,       SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x003B, "TLS_RSA_WITH_NULL_SHA256",                       "NULL-SHA256",                    RSA,       RSA,   null,              SHA256, SHA256, TLS1_2, TLS1_2),
    ROW(0x003C, "TLS_RSA_WITH_AES_128_CBC_SHA256",                "AES128-SHA256",                  RSA,       RSA,   aes_128_cbc,       SHA256, SHA256, TLS1_2, TLS1_2),
    ROW(0x003D, "TLS_RSA_WITH_AES_256_CBC_SHA256",                "AES256-SHA256",                  RSA,       RSA,   aes_256_cbc,       SHA256, SHA256, TLS1_2, TLS1_2),
    ROW(0x0040, "TLS_DHE_DSS_WITH_AES_128_CBC_SHA256",            "DHE-DSS-AES128-SHA256",          DHE,       DSS,   aes_128_cbc,       SHA256, SHA256, TLS1_2, TLS1_2),
    ROW(0x0041, "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA",              "CAMELLIA128-SHA",                RSA,       RSA,   camellia_128_cbc,  SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0044, "TLS_DHE_DSS_WITH_CAMELLIA_128_CBC_SHA",          "DHE-DSS-CAMELLIA128-SHA",        DHE,       DSS,   camellia_128_cbc,  SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0045, "TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA",          "DHE-RSA-CAMELLIA128-SHA",        DHE,       RSA,   camellia_128_cbc,  SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0046, "TLS_DH_anon_WITH_CAMELLIA_128_CBC_SHA",          "ADH-CAMELLIA128-SHA",            DHE,       NONE,  camellia_128_cbc,  SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0062, "TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA",            "EXP1024-DES-CBC-SHA",            RSA,       RSA,   des_export,        SHA1,   SHA256, SSL3,   TLS1_0),
    ROW(0x0063, "TLS_DHE_DSS_EXPORT1024_WITH_DES_CBC_SHA",        "EXP1024-DHE-DSS-DES-CBC-SHA",    DHE,       DSS,   des_export,        SHA1,   SHA256, SSL3,   TLS1_0),
    ROW(0x0064, "TLS_RSA_EXPORT1024_WITH_RC4_56_SHA",             "EXP1024-RC4-SHA",                RSA,       RSA,   rc4_56,            SHA1,   SHA256, SSL3,   TLS1_0),
    ROW(0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256",            "DHE-RSA-AES128-SHA256",          DHE,       RSA,   aes_128_cbc,       SHA256, SHA256, TLS1_2, TLS1_2),
    ROW(0x006A, "TLS_DHE_DSS_WITH_AES_256_CBC_SHA256",            "DHE-DSS-AES256-SHA256",          DHE,       DSS,   aes_256_cbc,       SHA256, SHA256, TLS1_2, TLS1_2),
    ROW(0x006B, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256",            "DHE-RSA-AES256-SHA256",          DHE,       RSA,   aes_256_cbc,       SHA256, SHA256, TLS1_2, TLS1_2),
    ROW(0x006C, "TLS_DH_anon_WITH_AES_128_CBC_SHA256",            "ADH-AES128-SHA256",              DHE,       NONE,  aes_128_cbc,       SHA256, SHA256, TLS1_2, TLS1_2),
    ROW(0x006D, "TLS_DH_anon_WITH_AES_256_CBC_SHA256",            "ADH-AES256-SHA256",              DHE,       NONE,  aes_256_cbc,       SHA256, SHA256, TLS1_2, TLS1_2),
    ROW(0x0084, "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA",              "CAMELLIA256-SHA",                RSA,       RSA,   camellia_256_cbc,  SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0087, "TLS_DHE_DSS_WITH_CAMELLIA_256_CBC_SHA",          "DHE-DSS-CAMELLIA256-SHA",        DHE,       DSS,   camellia_256_cbc,  SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0088, "TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA",          "DHE-RSA-CAMELLIA256-SHA",        DHE,       RSA,   camellia_256_cbc,  SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0089, "TLS_DH_anon_WITH_CAMELLIA_256_CBC_SHA",          "ADH-CAMELLIA256-SHA",            DHE,       NONE,  camellia_256_cbc,  SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x008C, "TLS_PSK_WITH_AES_128_CBC_SHA",                   "PSK-AES128-CBC-SHA",             PSK,       PSK,   aes_128_cbc,       SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x008D, "TLS_PSK_WITH_AES_256_CBC_SHA",                   "PSK-AES256-CBC-SHA",             PSK,       PSK,   aes_256_cbc,       SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0090, "TLS_DHE_PSK_WITH_AES_128_CBC_SHA",               "DHE-PSK-AES128-CBC-SHA",         DHE_PSK,   PSK,   aes_128_cbc,       SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0091, "TLS_DHE_PSK_WITH_AES_256_CBC_SHA",               "DHE-PSK-AES256-CBC-SHA",         DHE_PSK,   PSK,   aes_256_cbc,       SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0094, "TLS_RSA_PSK_WITH_AES_128_CBC_SHA",               "RSA-PSK-AES128-CBC-SHA",         RSA_PSK,   RSA,   aes_128_cbc,       SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0095, "TLS_RSA_PSK_WITH_AES_256_CBC_SHA",               "RSA-PSK-AES256-CBC-SHA",         RSA_PSK,   RSA,   aes_256_cbc,       SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0096, "TLS_RSA_WITH_SEED_CBC_SHA",                      "SEED-SHA",                       RSA,       RSA,   seed_cbc,          SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x0099, "TLS_DHE_DSS_WITH_SEED_CBC_SHA",                  "DHE-DSS-SEED-SHA",               DHE,       DSS,   seed_cbc,          SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x009A, "TLS_DHE_RSA_WITH_SEED_CBC_SHA",                  "DHE-RSA-SEED-SHA",               DHE,       RSA,   seed_cbc,          SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x009B, "TLS_DH_anon_WITH_SEED_CBC_SHA",                  "ADH-SEED-SHA",                   DHE,       NONE,  seed_cbc,          SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0x009C, "TLS_RSA_WITH_AES_128_GCM_SHA256",                "AES128-GCM-SHA256",              RSA,       RSA,   aes_128_gcm,       NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0x009D, "TLS_RSA_WITH_AES_256_GCM_SHA384",                "AES256-GCM-SHA384",              RSA,       RSA,   aes_256_gcm,       NONE,   SHA384, TLS1_2, TLS1_2),
    ROW(0x009E, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",            "DHE-RSA-AES128-GCM-SHA256",      DHE,       RSA,   aes_128_gcm,       NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0x009F, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",            "DHE-RSA-AES256-GCM-SHA384",      DHE,       RSA,   aes_256_gcm,       NONE,   SHA384, TLS1_2, TLS1_2),
    ROW(0x00A2, "TLS_DHE_DSS_WITH_AES_128_GCM_SHA256",            "DHE-DSS-AES128-GCM-SHA256",      DHE,       DSS,   aes_128_gcm,       NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0x00A3, "TLS_DHE_DSS_WITH_AES_256_GCM_SHA384",            "DHE-DSS-AES256-GCM-SHA384",      DHE,       DSS,   aes_256_gcm,       NONE,   SHA384, TLS1_2, TLS1_2),
    ROW(0x00A6, "TLS_DH_anon_WITH_AES_128_GCM_SHA256",            "ADH-AES128-GCM-SHA256",          DHE,       NONE,  aes_128_gcm,       NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0x00A7, "TLS_DH_anon_WITH_AES_256_GCM_SHA384",            "ADH-AES256-GCM-SHA384",          DHE,       NONE,  aes_256_gcm,       NONE,   SHA384, TLS1_2, TLS1_2),
    ROW(0x00A8, "TLS_PSK_WITH_AES_128_GCM_SHA256",                "PSK-AES128-GCM-SHA256",          PSK,       PSK,   aes_128_gcm,       NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0x00A9, "TLS_PSK_WITH_AES_256_GCM_SHA384",                "PSK-AES256-GCM-SHA384",          PSK,       PSK,   aes_256_gcm,       NONE,   SHA384, TLS1_2, TLS1_2),
    ROW(0x00AA, "TLS_DHE_PSK_WITH_AES_128_GCM_SHA256",            "DHE-PSK-AES128-GCM-SHA256",      DHE_PSK,   PSK,   aes_128_gcm,       NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0x00AB, "TLS_DHE_PSK_WITH_AES_256_GCM_SHA384",            "DHE-PSK-AES256-GCM-SHA384",      DHE_PSK,   PSK,   aes_256_gcm,       NONE,   SHA384, TLS1_2, TLS1_2),
    ROW(0x00AC, "TLS_RSA_PSK_WITH_AES_128_GCM_SHA256",            "RSA-PSK-AES128-GCM-SHA256",      RSA_PSK,   RSA,   aes_128_gcm,       NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0x00AD, "TLS_RSA_PSK_WITH_AES_256_GCM_SHA384",            "RSA-PSK-AES256-GCM-SHA384",      RSA_PSK,   RSA,   aes_256_gcm,       NONE,   SHA384, TLS1_2, TLS1_2),
    ROW(0x00AE, "TLS_PSK_WITH_AES_128_CBC_SHA256",                "PSK-AES128-CBC-SHA256",          PSK,       PSK,   aes_128_cbc,       SHA256, SHA256, TLS1_0, TLS1_2),
    ROW(0x00AF, "TLS_PSK_WITH_AES_256_CBC_SHA384",                "PSK-AES256-CBC-SHA384",          PSK,       PSK,   aes_256_cbc,       SHA384, SHA384, TLS1_0, TLS1_2),
    ROW(0x00B0, "TLS_PSK_WITH_NULL_SHA256",                       "PSK-NULL-SHA256",                PSK,       PSK,   null,              SHA256, SHA256, TLS1_0, TLS1_2),
    ROW(0x00B1, "TLS_PSK_WITH_NULL_SHA384",                       "PSK-NULL-SHA384",                PSK,       PSK,   null,              SHA384, SHA384, TLS1_0, TLS1_2),
    ROW(0x00B2, "TLS_DHE_PSK_WITH_AES_128_CBC_SHA256",            "DHE-PSK-AES128-CBC-SHA256",      DHE_PSK,   PSK,   aes_128_cbc,       SHA256, SHA256, TLS1_0, TLS1_2),
    ROW(0x00B3, "TLS_DHE_PSK_WITH_AES_256_CBC_SHA384",            "DHE-PSK-AES256-CBC-SHA384",      DHE_PSK,   PSK,   aes_256_cbc,       SHA384, SHA384, TLS1_0, TLS1_2),
    ROW(0x00B4, "TLS_DHE_PSK_WITH_NULL_SHA256",                   "DHE-PSK-NULL-SHA256",            DHE_PSK,   PSK,   null,              SHA256, SHA256, TLS1_0, TLS1_2),
    ROW(0x00B5, "TLS_DHE_PSK_WITH_NULL_SHA384",                   "DHE-PSK-NULL-SHA384",            DHE_PSK,   PSK,   null,              SHA384, SHA384, TLS1_0, TLS1_2),
    ROW(0x00B6, "TLS_RSA_PSK_WITH_AES_128_CBC_SHA256",            "RSA-PSK-AES128-CBC-SHA256",      RSA_PSK,   RSA,   aes_128_cbc,       SHA256, SHA256, TLS1_0, TLS1_2),
    ROW(0x00B7, "TLS_RSA_PSK_WITH_AES_256_CBC_SHA384",            "RSA-PSK-AES256-CBC-SHA384",      RSA_PSK,   RSA,   aes_256_cbc,       SHA384, SHA384, TLS1_0, TLS1_2),
    ROW(0x00B8, "TLS_RSA_PSK_WITH_NULL_SHA256",                   "RSA-PSK-NULL-SHA256",            RSA_PSK,   RSA,   null,              SHA256, SHA256, TLS1_0, TLS1_2),
    ROW(0x00B9, "TLS_RSA_PSK_WITH_NULL_SHA384",                   "RSA-PSK-NULL-SHA384",            RSA_PSK,   RSA,   null,              SHA384, SHA384, TLS1_0, TLS1_2),
    ROW(0x00BA, "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA256",           "CAMELLIA128-SHA256",             RSA,       RSA,   camellia_128_cbc,  SHA256, SHA256, TLS1_2, TLS1_2),
    ROW(0x00BD, "TLS_DHE_DSS_WITH_CAMELLIA_128_CBC_SHA256",       "DHE-DSS-CAMELLIA128-SHA256",     DHE,       DSS,   camellia_128_cbc,  SHA256, SHA256, TLS1_2, TLS1_2),
    ROW(0x00BE, "TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA256",       "DHE-RSA-CAMELLIA128-SHA256",     DHE,       RSA,   camellia_128_cbc,  SHA256, SHA256, TLS1_2, TLS1_2),
    ROW(0x00BF, "TLS_DH_anon_WITH_CAMELLIA_128_CBC_SHA256",       "ADH-CAMELLIA128-SHA256",         DHE,       NONE,  camellia_128_cbc,  SHA256, SHA256, TLS1_2, TLS1_2),
    ROW(0x00C0, "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA256",           "CAMELLIA256-SHA256",             RSA,       RSA,   camellia_256_cbc,  SHA256, SHA256, TLS1_2, TLS1_2),
    ROW(0x00C3, "TLS_DHE_DSS_WITH_CAMELLIA_256_CBC_SHA256",       "DHE-DSS-CAMELLIA256-SHA256",     DHE,       DSS,   camellia_256_cbc,  SHA256, SHA256, TLS1_2, TLS1_2),
    ROW(0x00C4, "TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA256",       "DHE-RSA-CAMELLIA256-SHA256",     DHE,       RSA,   camellia_256_cbc,  SHA256, SHA256, TLS1_2, TLS1_2),
    ROW(0x00C5, "TLS_DH_anon_WITH_CAMELLIA_256_CBC_SHA256",       "ADH-CAMELLIA256-SHA256",         DHE,       NONE,  camellia_256_cbc,  SHA256, SHA256, TLS1_2, TLS1_2),
    ROW(0x00C6, "TLS_SM4_GCM_SM3",                                "TLS_SM4_GCM_SM3",                ANY,       ANY,   sm4_gcm,           NONE,   SM3,    TLS1_3, TLS1_3),
    ROW(0x00C7, "TLS_SM4_CCM_SM3",                                "TLS_SM4_CCM_SM3",                ANY,       ANY,   sm4_ccm,           NONE,   SM3,    TLS1_3, TLS1_3),
    ROW(0x1301, "TLS_AES_128_GCM_SHA256",                         "TLS_AES_128_GCM_SHA256",         ANY,       ANY,   aes_128_gcm,       NONE,   SHA256, TLS1_3, TLS1_3),
    ROW(0x1302, "TLS_AES_256_GCM_SHA384",                         "TLS_AES_256_GCM_SHA384",         ANY,       ANY,   aes_256_gcm,       NONE,   SHA384, TLS1_3, TLS1_3),
    ROW(0x1303, "TLS_CHACHA20_POLY1305_SHA256",                   "TLS_CHACHA20_POLY1305_SHA256",   ANY,       ANY,   chacha20_poly1305, NONE,   SHA256, TLS1_3, TLS1_3),
    ROW(0x1304, "TLS_AES_128_CCM_SHA256",                         "TLS_AES_128_CCM_SHA256",         ANY,       ANY,   aes_128_ccm,       NONE,   SHA256, TLS1_3, TLS1_3),
    ROW(0x1305, "TLS_AES_128_CCM_8_SHA256",                       "TLS_AES_128_CCM_8_SHA256",       ANY,       ANY,   aes_128_ccm_8,     NONE,   SHA256, TLS1_3, TLS1_3),
    ROW(0xC006, "TLS_ECDHE_ECDSA_WITH_NULL_SHA",                  "ECDHE-ECDSA-NULL-SHA",           ECDHE,     ECDSA, null,              SHA1,   SHA256, TLS1_0, TLS1_2),
    ROW(0xC009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",           "ECDHE-ECDSA-AES128-SHA",         ECDHE,     ECDSA, aes_128_cbc,       SHA1,   SHA256, TLS1_0, TLS1_2),
    ROW(0xC00A, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",           "ECDHE-ECDSA-AES256-SHA",         ECDHE,     ECDSA, aes_256_cbc,       SHA1,   SHA256, TLS1_0, TLS1_2),
    ROW(0xC010, "TLS_ECDHE_RSA_WITH_NULL_SHA",                    "ECDHE-RSA-NULL-SHA",             ECDHE,     RSA,   null,              SHA1,   SHA256, TLS1_0, TLS1_2),
    ROW(0xC013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",             "ECDHE-RSA-AES128-SHA",           ECDHE,     RSA,   aes_128_cbc,       SHA1,   SHA256, TLS1_0, TLS1_2),
    ROW(0xC014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",             "ECDHE-RSA-AES256-SHA",           ECDHE,     RSA,   aes_256_cbc,       SHA1,   SHA256, TLS1_0, TLS1_2),
    ROW(0xC015, "TLS_ECDH_anon_WITH_NULL_SHA",                    "AECDH-NULL-SHA",                 ECDHE,     NONE,  null,              SHA1,   SHA256, TLS1_0, TLS1_2),
    ROW(0xC018, "TLS_ECDH_anon_WITH_AES_128_CBC_SHA",             "AECDH-AES128-SHA",               ECDHE,     NONE,  aes_128_cbc,       SHA1,   SHA256, TLS1_0, TLS1_2),
    ROW(0xC019, "TLS_ECDH_anon_WITH_AES_256_CBC_SHA",             "AECDH-AES256-SHA",               ECDHE,     NONE,  aes_256_cbc,       SHA1,   SHA256, TLS1_0, TLS1_2),
    ROW(0xC01D, "TLS_SRP_SHA_WITH_AES_128_CBC_SHA",               "SRP-AES-128-CBC-SHA",            SRP,       SRP,   aes_128_cbc,       SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0xC01E, "TLS_SRP_SHA_RSA_WITH_AES_128_CBC_SHA",           "SRP-RSA-AES-128-CBC-SHA",        SRP,       RSA,   aes_128_cbc,       SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0xC01F, "TLS_SRP_SHA_DSS_WITH_AES_128_CBC_SHA",           "SRP-DSS-AES-128-CBC-SHA",        SRP,       DSS,   aes_128_cbc,       SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0xC020, "TLS_SRP_SHA_WITH_AES_256_CBC_SHA",               "SRP-AES-256-CBC-SHA",            SRP,       SRP,   aes_256_cbc,       SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0xC021, "TLS_SRP_SHA_RSA_WITH_AES_256_CBC_SHA",           "SRP-RSA-AES-256-CBC-SHA",        SRP,       RSA,   aes_256_cbc,       SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0xC022, "TLS_SRP_SHA_DSS_WITH_AES_256_CBC_SHA",           "SRP-DSS-AES-256-CBC-SHA",        SRP,       DSS,   aes_256_cbc,       SHA1,   SHA256, SSL3,   TLS1_2),
    ROW(0xC023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",        "ECDHE-ECDSA-AES128-SHA256",      ECDHE,     ECDSA, aes_128_cbc,       SHA256, SHA256, TLS1_2, TLS1_2),
    ROW(0xC024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",        "ECDHE-ECDSA-AES256-SHA384",      ECDHE,     ECDSA, aes_256_cbc,       SHA384, SHA384, TLS1_2, TLS1_2),
    ROW(0xC027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",          "ECDHE-RSA-AES128-SHA256",        ECDHE,     RSA,   aes_128_cbc,       SHA256, SHA256, TLS1_2, TLS1_2),
    ROW(0xC028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",          "ECDHE-RSA-AES256-SHA384",        ECDHE,     RSA,   aes_256_cbc,       SHA384, SHA384, TLS1_2, TLS1_2),
    ROW(0xC02B, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",        "ECDHE-ECDSA-AES128-GCM-SHA256",  ECDHE,     ECDSA, aes_128_gcm,       NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC02C, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",        "ECDHE-ECDSA-AES256-GCM-SHA384",  ECDHE,     ECDSA, aes_256_gcm,       NONE,   SHA384, TLS1_2, TLS1_2),
    ROW(0xC02F, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",          "ECDHE-RSA-AES128-GCM-SHA256",    ECDHE,     RSA,   aes_128_gcm,       NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",          "ECDHE-RSA-AES256-GCM-SHA384",    ECDHE,     RSA,   aes_256_gcm,       NONE,   SHA384, TLS1_2, TLS1_2),
    ROW(0xC035, "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA",             "ECDHE-PSK-AES128-CBC-SHA",       ECDHE_PSK, PSK,   aes_128_cbc,       SHA1,   SHA256, TLS1_0, TLS1_2),
    ROW(0xC036, "TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA",             "ECDHE-PSK-AES256-CBC-SHA",       ECDHE_PSK, PSK,   aes_256_cbc,       SHA1,   SHA256, TLS1_0, TLS1_2),
    ROW(0xC037, "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256",          "ECDHE-PSK-AES128-CBC-SHA256",    ECDHE_PSK, PSK,   aes_128_cbc,       SHA256, SHA256, TLS1_0, TLS1_2),
    ROW(0xC038, "TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384",          "ECDHE-PSK-AES256-CBC-SHA384",    ECDHE_PSK, PSK,   aes_256_cbc,       SHA384, SHA384, TLS1_0, TLS1_2),
    ROW(0xC039, "TLS_ECDHE_PSK_WITH_NULL_SHA",                    "ECDHE-PSK-NULL-SHA",             ECDHE_PSK, PSK,   null,              SHA1,   SHA256, TLS1_0, TLS1_2),
    ROW(0xC03A, "TLS_ECDHE_PSK_WITH_NULL_SHA256",                 "ECDHE-PSK-NULL-SHA256",          ECDHE_PSK, PSK,   null,              SHA256, SHA256, TLS1_0, TLS1_2),
    ROW(0xC03B, "TLS_ECDHE_PSK_WITH_NULL_SHA384",                 "ECDHE-PSK-NULL-SHA384",          ECDHE_PSK, PSK,   null,              SHA384, SHA384, TLS1_0, TLS1_2),
    ROW(0xC050, "TLS_RSA_WITH_ARIA_128_GCM_SHA256",               "ARIA128-GCM-SHA256",             RSA,       RSA,   aria_128_gcm,      NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC051, "TLS_RSA_WITH_ARIA_256_GCM_SHA384",               "ARIA256-GCM-SHA384",             RSA,       RSA,   aria_256_gcm,      NONE,   SHA384, TLS1_2, TLS1_2),
    ROW(0xC052, "TLS_DHE_RSA_WITH_ARIA_128_GCM_SHA256",           "DHE-RSA-ARIA128-GCM-SHA256",     DHE,       RSA,   aria_128_gcm,      NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC053, "TLS_DHE_RSA_WITH_ARIA_256_GCM_SHA384",           "DHE-RSA-ARIA256-GCM-SHA384",     DHE,       RSA,   aria_256_gcm,      NONE,   SHA384, TLS1_2, TLS1_2),
    ROW(0xC056, "TLS_DHE_DSS_WITH_ARIA_128_GCM_SHA256",           "DHE-DSS-ARIA128-GCM-SHA256",     DHE,       DSS,   aria_128_gcm,      NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC057, "TLS_DHE_DSS_WITH_ARIA_256_GCM_SHA384",           "DHE-DSS-ARIA256-GCM-SHA384",     DHE,       DSS,   aria_256_gcm,      NONE,   SHA384, TLS1_2, TLS1_2),
    ROW(0xC05C, "TLS_ECDHE_ECDSA_WITH_ARIA_128_GCM_SHA256",       "ECDHE-ECDSA-ARIA128-GCM-SHA256", ECDHE,     ECDSA, aria_128_gcm,      NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC05D, "TLS_ECDHE_ECDSA_WITH_ARIA_256_GCM_SHA384",       "ECDHE-ECDSA-ARIA256-GCM-SHA384", ECDHE,     ECDSA, aria_256_gcm,      NONE,   SHA384, TLS1_2, TLS1_2),
    ROW(0xC060, "TLS_ECDHE_RSA_WITH_ARIA_128_GCM_SHA256",         "ECDHE-ARIA128-GCM-SHA256",       ECDHE,     RSA,   aria_128_gcm,      NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC061, "TLS_ECDHE_RSA_WITH_ARIA_256_GCM_SHA384",         "ECDHE-ARIA256-GCM-SHA384",       ECDHE,     RSA,   aria_256_gcm,      NONE,   SHA384, TLS1_2, TLS1_2),
    ROW(0xC06A, "TLS_PSK_WITH_ARIA_128_GCM_SHA256",               "PSK-ARIA128-GCM-SHA256",         PSK,       PSK,   aria_128_gcm,      NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC06B, "TLS_PSK_WITH_ARIA_256_GCM_SHA384",               "PSK-ARIA256-GCM-SHA384",         PSK,       PSK,   aria_256_gcm,      NONE,   SHA384, TLS1_2, TLS1_2),
    ROW(0xC06C, "TLS_DHE_PSK_WITH_ARIA_128_GCM_SHA256",           "DHE-PSK-ARIA128-GCM-SHA256",     DHE_PSK,   PSK,   aria_128_gcm,      NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC06D, "TLS_DHE_PSK_WITH_ARIA_256_GCM_SHA384",           "DHE-PSK-ARIA256-GCM-SHA384",     DHE_PSK,   PSK,   aria_256_gcm,      NONE,   SHA384, TLS1_2, TLS1_2),
    ROW(0xC06E, "TLS_RSA_PSK_WITH_ARIA_128_GCM_SHA256",           "RSA-PSK-ARIA128-GCM-SHA256",     RSA_PSK,   RSA,   aria_128_gcm,      NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC06F, "TLS_RSA_PSK_WITH_ARIA_256_GCM_SHA384",           "RSA-PSK-ARIA256-GCM-SHA384",     RSA_PSK,   RSA,   aria_256_gcm,      NONE,   SHA384, TLS1_2, TLS1_2),
    ROW(0xC072, "TLS_ECDHE_ECDSA_WITH_CAMELLIA_128_CBC_SHA256",   "ECDHE-ECDSA-CAMELLIA128-SHA256", ECDHE,     ECDSA, camellia_128_cbc,  SHA256, SHA256, TLS1_2, TLS1_2),
    ROW(0xC073, "TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_CBC_SHA384",   "ECDHE-ECDSA-CAMELLIA256-SHA384", ECDHE,     ECDSA, camellia_256_cbc,  SHA384, SHA384, TLS1_2, TLS1_2),
    ROW(0xC076, "TLS_ECDHE_RSA_WITH_CAMELLIA_128_CBC_SHA256",     "ECDHE-RSA-CAMELLIA128-SHA256",   ECDHE,     RSA,   camellia_128_cbc,  SHA256, SHA256, TLS1_2, TLS1_2),
    ROW(0xC077, "TLS_ECDHE_RSA_WITH_CAMELLIA_256_CBC_SHA384",     "ECDHE-RSA-CAMELLIA256-SHA384",   ECDHE,     RSA,   camellia_256_cbc,  SHA384, SHA384, TLS1_2, TLS1_2),
    ROW(0xC094, "TLS_PSK_WITH_CAMELLIA_128_CBC_SHA256",           "PSK-CAMELLIA128-SHA256",         PSK,       PSK,   camellia_128_cbc,  SHA256, SHA256, TLS1_0, TLS1_2),
    ROW(0xC095, "TLS_PSK_WITH_CAMELLIA_256_CBC_SHA384",           "PSK-CAMELLIA256-SHA384",         PSK,       PSK,   camellia_256_cbc,  SHA384, SHA384, TLS1_0, TLS1_2),
    ROW(0xC096, "TLS_DHE_PSK_WITH_CAMELLIA_128_CBC_SHA256",       "DHE-PSK-CAMELLIA128-SHA256",     DHE_PSK,   PSK,   camellia_128_cbc,  SHA256, SHA256, TLS1_0, TLS1_2),
    ROW(0xC097, "TLS_DHE_PSK_WITH_CAMELLIA_256_CBC_SHA384",       "DHE-PSK-CAMELLIA256-SHA384",     DHE_PSK,   PSK,   camellia_256_cbc,  SHA384, SHA384, TLS1_0, TLS1_2),
    ROW(0xC098, "TLS_RSA_PSK_WITH_CAMELLIA_128_CBC_SHA256",       "RSA-PSK-CAMELLIA128-SHA256",     RSA_PSK,   RSA,   camellia_128_cbc,  SHA256, SHA256, TLS1_0, TLS1_2),
    ROW(0xC099, "TLS_RSA_PSK_WITH_CAMELLIA_256_CBC_SHA384",       "RSA-PSK-CAMELLIA256-SHA384",     RSA_PSK,   RSA,   camellia_256_cbc,  SHA384, SHA384, TLS1_0, TLS1_2),
    ROW(0xC09A, "TLS_ECDHE_PSK_WITH_CAMELLIA_128_CBC_SHA256",     "ECDHE-PSK-CAMELLIA128-SHA256",   ECDHE_PSK, PSK,   camellia_128_cbc,  SHA256, SHA256, TLS1_0, TLS1_2),
    ROW(0xC09B, "TLS_ECDHE_PSK_WITH_CAMELLIA_256_CBC_SHA384",     "ECDHE-PSK-CAMELLIA256-SHA384",   ECDHE_PSK, PSK,   camellia_256_cbc,  SHA384, SHA384, TLS1_0, TLS1_2),
    ROW(0xC09C, "TLS_RSA_WITH_AES_128_CCM",                       "AES128-CCM",                     RSA,       RSA,   aes_128_ccm,       NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC09D, "TLS_RSA_WITH_AES_256_CCM",                       "AES256-CCM",                     RSA,       RSA,   aes_256_ccm,       NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC09E, "TLS_DHE_RSA_WITH_AES_128_CCM",                   "DHE-RSA-AES128-CCM",             DHE,       RSA,   aes_128_ccm,       NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC09F, "TLS_DHE_RSA_WITH_AES_256_CCM",                   "DHE-RSA-AES256-CCM",             DHE,       RSA,   aes_256_ccm,       NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC0A0, "TLS_RSA_WITH_AES_128_CCM_8",                     "AES128-CCM8",                    RSA,       RSA,   aes_128_ccm_8,     NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC0A1, "TLS_RSA_WITH_AES_256_CCM_8",                     "AES256-CCM8",                    RSA,       RSA,   aes_256_ccm_8,     NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC0A2, "TLS_DHE_RSA_WITH_AES_128_CCM_8",                 "DHE-RSA-AES128-CCM8",            DHE,       RSA,   aes_128_ccm_8,     NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC0A3, "TLS_DHE_RSA_WITH_AES_256_CCM_8",                 "DHE-RSA-AES256-CCM8",            DHE,       RSA,   aes_256_ccm_8,     NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC0A4, "TLS_PSK_WITH_AES_128_CCM",                       "PSK-AES128-CCM",                 PSK,       PSK,   aes_128_ccm,       NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC0A5, "TLS_PSK_WITH_AES_256_CCM",                       "PSK-AES256-CCM",                 PSK,       PSK,   aes_256_ccm,       NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC0A6, "TLS_DHE_PSK_WITH_AES_128_CCM",                   "DHE-PSK-AES128-CCM",             DHE_PSK,   PSK,   aes_128_ccm,       NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC0A7, "TLS_DHE_PSK_WITH_AES_256_CCM",                   "DHE-PSK-AES256-CCM",             DHE_PSK,   PSK,   aes_256_ccm,       NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC0A8, "TLS_PSK_WITH_AES_128_CCM_8",                     "PSK-AES128-CCM8",                PSK,       PSK,   aes_128_ccm_8,     NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC0A9, "TLS_PSK_WITH_AES_256_CCM_8",                     "PSK-AES256-CCM8",                PSK,       PSK,   aes_256_ccm_8,     NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC0AA, "TLS_PSK_DHE_WITH_AES_128_CCM_8",                 "DHE-PSK-AES128-CCM8",            DHE_PSK,   PSK,   aes_128_ccm_8,     NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC0AB, "TLS_PSK_DHE_WITH_AES_256_CCM_8",                 "DHE-PSK-AES256-CCM8",            DHE_PSK,   PSK,   aes_256_ccm_8,     NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC0AC, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM",               "ECDHE-ECDSA-AES128-CCM",         ECDHE,     ECDSA, aes_128_ccm,       NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC0AD, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM",               "ECDHE-ECDSA-AES256-CCM",         ECDHE,     ECDSA, aes_256_ccm,       NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC0AE, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8",             "ECDHE-ECDSA-AES128-CCM8",        ECDHE,     ECDSA, aes_128_ccm_8,     NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC0AF, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8",             "ECDHE-ECDSA-AES256-CCM8",        ECDHE,     ECDSA, aes_256_ccm_8,     NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xC0B4, "TLS_SHA256_SHA256",                              "TLS_SHA256_SHA256",              ANY,       ANY,   hmac_sha256,       SHA256, SHA256, TLS1_3, TLS1_3),
    ROW(0xC0B5, "TLS_SHA384_SHA384",                              "TLS_SHA384_SHA384",              ANY,       ANY,   hmac_sha384,       SHA384, SHA384, TLS1_3, TLS1_3),
    ROW(0xCCA8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",    "ECDHE-RSA-CHACHA20-POLY1305",    ECDHE,     RSA,   chacha20_poly1305, NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xCCA9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",  "ECDHE-ECDSA-CHACHA20-POLY1305",  ECDHE,     ECDSA, chacha20_poly1305, NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xCCAA, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256",      "DHE-RSA-CHACHA20-POLY1305",      DHE,       RSA,   chacha20_poly1305, NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xCCAB, "TLS_PSK_WITH_CHACHA20_POLY1305_SHA256",          "PSK-CHACHA20-POLY1305",          PSK,       PSK,   chacha20_poly1305, NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xCCAC, "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256",    "ECDHE-PSK-CHACHA20-POLY1305",    ECDHE_PSK, PSK,   chacha20_poly1305, NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xCCAD, "TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256",      "DHE-PSK-CHACHA20-POLY1305",      DHE_PSK,   PSK,   chacha20_poly1305, NONE,   SHA256, TLS1_2, TLS1_2),
    ROW(0xCCAE, "TLS_RSA_PSK_WITH_CHACHA20_POLY1305_SHA256",      "RSA-PSK-CHACHA20-POLY1305",      RSA_PSK,   RSA,   chacha20_poly1305, NONE,   SHA256, TLS1_2, TLS1_2),
};

#undef ROW
/* clang-format on */

const size_t sslp_suite_count = sizeof(sslp_suites) / sizeof(sslp_suites[0]);
