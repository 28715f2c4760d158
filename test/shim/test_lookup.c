/* SPDX-License-Identifier: Apache-2.0
 *
 * SslLookupCipherSuiteInfo, SslLookupCipherLengths and SslGetCipherSuitePRFHashAlgorithm: the order
 * of their checks, rows that Windows is known to print, and every suite of libssl against what
 * libssl says about it.  test_lookup.cnf lets the legacy suites in.
 */
#include "cunit/run_tests.h"
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "shim/support/provider.h"

#include <CUnit/Basic.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

enum { FILL = 0x5A };

static NCRYPT_PROV_HANDLE stale;
static unsigned complaints;

static void complain(const char *what, int line, DWORD protocol, DWORD suite)
{
    complaints++;
    fprintf(stderr, "line %d, protocol %04X suite %04X: %s\n", line, protocol, suite, what);
}

#define EXPECT(condition, protocol, suite)                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            complain(#condition, __LINE__, (protocol), (suite));                                   \
    } while (0)

static bool text_is(const WCHAR *field, const char *text)
{
    size_t len = strlen(text);

    for (size_t i = 0; i < len; i++) {
        if (field[i] != (WCHAR)text[i])
            return false;
    }
    /* Nothing of an earlier content is left behind the text. */
    for (; len < NCRYPT_SSL_MAX_NAME_SIZE; len++) {
        if (field[len] != 0)
            return false;
    }
    return true;
}

static bool is_filled_with(const void *bytes, size_t len, int value)
{
    for (size_t i = 0; i < len; i++) {
        if (((const BYTE *)bytes)[i] != value)
            return false;
    }
    return true;
}

/* ---- Arguments: each line breaks this rule and, where it can, all that are checked later ---- */

static void test_suite_info_checks_in_order(void)
{
    static const struct {
        bool bad_handle, no_output;
        DWORD protocol, suite, flags;
        SECURITY_STATUS status;
    } rows[] = {
        {true, true, 0, 0, 1, NTE_INVALID_HANDLE},
        {false, true, 0, 0, 1, NTE_INVALID_PARAMETER},
        {false, false, 0, 0, 1, NTE_BAD_FLAGS},
        {false, false, 0x0305, 0x002F, 0, NTE_INVALID_PARAMETER},
        {false, false, SSL2_PROTOCOL_VERSION, SSL_CK_RC4_128_WITH_MD5, 0, NTE_INVALID_PARAMETER},
        {false, false, TLS1_2_PROTOCOL_VERSION, 0xFFFF, 0, NTE_INVALID_PARAMETER},
        {false, false, TLS1_2_PROTOCOL_VERSION, 0x1002F, 0, NTE_INVALID_PARAMETER},
        {false, false, 0x10303, 0x002F, 0, NTE_INVALID_PARAMETER},
        {false, false, TLS1_1_PROTOCOL_VERSION, 0x009C, 0, NTE_INVALID_PARAMETER},
        {false, false, TLS1_3_PROTOCOL_VERSION, 0x002F, 0, NTE_INVALID_PARAMETER},
        {false, false, DTLS1_2_PROTOCOL_VERSION, 0x0005, 0, NTE_INVALID_PARAMETER},
        {false, false, TLS1_2_PROTOCOL_VERSION, 0x002F, 0, ERROR_SUCCESS},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        NCRYPT_SSL_CIPHER_SUITE record;

        memset(&record, FILL, sizeof(record));
        CU_ASSERT_EQUAL(
            SslLookupCipherSuiteInfo(rows[i].bad_handle ? 0 : provider, rows[i].protocol,
                rows[i].suite, 0, rows[i].no_output ? NULL : &record, rows[i].flags),
            rows[i].status);
        if (rows[i].status != ERROR_SUCCESS && !rows[i].no_output)
            CU_ASSERT(is_filled_with(&record, offsetof(NCRYPT_SSL_CIPHER_SUITE, dwKeyType), 0));
        CU_ASSERT_EQUAL(record.dwKeyType, 0x5A5A5A5A);
    }
}

static void test_lengths_checks_in_order(void)
{
    static const struct {
        bool bad_handle, no_output;
        DWORD protocol, suite, room, flags;
        SECURITY_STATUS status;
    } rows[] = {
        {true, true, 0, 0, 0, 1, NTE_INVALID_HANDLE},
        {false, true, 0, 0, 20, 1, NTE_INVALID_PARAMETER},
        {false, false, 0, 0, 0, 1, NTE_INVALID_PARAMETER},
        {false, false, 0, 0, 19, 1, NTE_INVALID_PARAMETER},
        {false, false, SSL2_PROTOCOL_VERSION, 0, 20, 1, NTE_NOT_SUPPORTED},
        {false, false, SSL3_PROTOCOL_VERSION, 0, 20, 1, NTE_NOT_SUPPORTED},
        {false, false, TLS1_0_PROTOCOL_VERSION, 0x002F, 20, 1, NTE_NOT_SUPPORTED},
        {false, false, TLS1_1_PROTOCOL_VERSION, 0xFFFF, 20, 1, NTE_BAD_FLAGS},
        {false, false, TLS1_1_PROTOCOL_VERSION, 0xFFFF, 20, 0, NTE_INVALID_PARAMETER},
        {false, false, TLS1_1_PROTOCOL_VERSION, 0x009C, 20, 0, NTE_INVALID_PARAMETER},
        {false, false, 0x0400, 0x002F, 20, 0, NTE_INVALID_PARAMETER},
        {false, false, TLS1_1_PROTOCOL_VERSION, 0x002F, 20, 0, ERROR_SUCCESS},
        {false, false, TLS1_1_PROTOCOL_VERSION, 0x002F, 24, 0, ERROR_SUCCESS},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        NCRYPT_SSL_CIPHER_LENGTHS lengths[2];
        const bool written = !rows[i].no_output && rows[i].room >= sizeof(lengths[0]);

        memset(lengths, FILL, sizeof(lengths));
        CU_ASSERT_EQUAL(
            SslLookupCipherLengths(rows[i].bad_handle ? stale : provider, rows[i].protocol,
                rows[i].suite, 0, rows[i].no_output ? NULL : lengths, rows[i].room, rows[i].flags),
            rows[i].status);
        if (rows[i].status != ERROR_SUCCESS)
            CU_ASSERT(is_filled_with(&lengths[0], sizeof(lengths[0]), written ? 0 : FILL));
        CU_ASSERT(is_filled_with(&lengths[1], sizeof(lengths[1]), FILL));
    }
}

static void test_prf_hash_checks_in_order(void)
{
    static const struct {
        bool bad_handle, no_output;
        DWORD protocol, suite, flags;
        SECURITY_STATUS status;
    } rows[] = {
        {true, true, 0, 0, 1, NTE_INVALID_HANDLE},
        {false, true, 0, 0, 1, NTE_INVALID_PARAMETER},
        {false, false, TLS1_1_PROTOCOL_VERSION, 0x002F, 1, NTE_NOT_SUPPORTED},
        {false, false, DTLS1_0_PROTOCOL_VERSION, 0x002F, 1, NTE_NOT_SUPPORTED},
        {false, false, TLS1_2_PROTOCOL_VERSION, 0xFFFF, 1, NTE_BAD_FLAGS},
        {false, false, TLS1_2_PROTOCOL_VERSION, 0xFFFF, 0, NTE_NOT_SUPPORTED},
        {false, false, TLS1_2_PROTOCOL_VERSION, 0x1301, 0, NTE_NOT_SUPPORTED},
        {false, false, 0xFFFF, 0x002F, 0, NTE_NOT_SUPPORTED},
        {false, false, DTLS1_2_PROTOCOL_VERSION, 0x002F, 0, ERROR_SUCCESS},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        WCHAR name[NCRYPT_SSL_MAX_NAME_SIZE];

        memset(name, FILL, sizeof(name));
        CU_ASSERT_EQUAL(
            SslGetCipherSuitePRFHashAlgorithm(rows[i].bad_handle ? 0 : provider, rows[i].protocol,
                rows[i].suite, 0, rows[i].no_output ? NULL : name, rows[i].flags),
            rows[i].status);
        if (rows[i].status == ERROR_SUCCESS)
            CU_ASSERT(text_is(name, "SHA256"))
        else
            CU_ASSERT(is_filled_with(name, sizeof(name), rows[i].no_output ? FILL : 0));
    }
}

/* A key is a handle, but no provider. */
static void test_handles_of_other_kinds_are_refused(void)
{
    struct {
        NCRYPTSSL_SECRET_BLOB_HEADER header;
        BYTE secret[48];
    } blob = {
        {sizeof(blob), NCRYPTSSL_SECRET_MAGIC, NCRYPTSSL_KIND_MASTER_KEY, TLS1_2_PROTOCOL_VERSION,
            TLS_RSA_WITH_AES_128_CBC_SHA, NCRYPT_SSL_CLIENT_FLAG, sizeof(blob.secret)},
        {0}};
    NCRYPT_SSL_CIPHER_LENGTHS lengths;
    NCRYPT_SSL_CIPHER_SUITE record;
    WCHAR name[NCRYPT_SSL_MAX_NAME_SIZE];
    NCRYPT_KEY_HANDLE key = 0;

    CU_ASSERT_EQUAL_FATAL(
        SslImportKey(provider, &key, NCRYPTSSL_SECRET_BLOB, (PBYTE)&blob, sizeof(blob), 0),
        ERROR_SUCCESS);
    CU_ASSERT_EQUAL(SslLookupCipherSuiteInfo(key, TLS1_2_PROTOCOL_VERSION, 0x002F, 0, &record, 0),
        NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslLookupCipherLengths(
                        key, TLS1_2_PROTOCOL_VERSION, 0x002F, 0, &lengths, sizeof(lengths), 0),
        NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(
        SslGetCipherSuitePRFHashAlgorithm(key, TLS1_2_PROTOCOL_VERSION, 0x002F, 0, name, 0),
        NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslFreeObject(key, 0), ERROR_SUCCESS);
}

/* ---- Records ---- */

struct info {
    DWORD protocol, suite;
    const char *name, *cipher;
    DWORD cipher_bits, block_len;
    const char *hash;
    DWORD hash_bits;
    const char *exchange;
    DWORD min_bits, max_bits;
    const char *certificate;
};

/* The rows whose numbers Windows prints come first; of DHE only the upper bound is our own. */
static const struct info infos[] = {
    {0x0301, 0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA", "AES", 256, 16, "SHA1", 160, "DH", 1024,
        4096, "RSA"},
    {0xFEFD, 0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA", "AES", 256, 16, "SHA1", 160, "DH", 1024,
        4096, "RSA"},
    {0x0303, 0xC02F, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "AES", 128, 16, "", 0, "ECDH", 0,
        65536, "RSA"},
    {0x0303, 0xC030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "AES", 256, 16, "", 0, "ECDH", 0,
        65536, "RSA"},
    {0xFEFD, 0xC02C, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "AES", 256, 16, "", 0, "ECDH", 0,
        65536, "ECDSA"},
    {0x0304, 0x1303, "TLS_CHACHA20_POLY1305_SHA256", "CHACHA20_POLY1305", 256, 1, "", 0, "", 0, 0,
        ""},
    {0x0300, 0x0001, "TLS_RSA_WITH_NULL_MD5", "", 0, 1, "MD5", 128, "RSA", 512, 16384, "RSA"},
    {0x0300, 0x0003, "TLS_RSA_EXPORT_WITH_RC4_40_MD5", "RC4", 40, 1, "MD5", 128, "RSA", 512, 16384,
        "RSA"},
    {0x0302, 0x0005, "TLS_RSA_WITH_RC4_128_SHA", "RC4", 128, 1, "SHA1", 160, "RSA", 512, 16384,
        "RSA"},
    {0x0301, 0x0064, "TLS_RSA_EXPORT1024_WITH_RC4_56_SHA", "RC4", 56, 1, "SHA1", 160, "RSA", 512,
        16384, "RSA"},
    {0x0301, 0x0063, "TLS_DHE_DSS_EXPORT1024_WITH_DES_CBC_SHA", "DES", 56, 8, "SHA1", 160, "DH",
        1024, 4096, "DSA"},
    {0x0303, 0x000A, "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "3DES", 168, 8, "SHA1", 160, "RSA", 512,
        16384, "RSA"},
    {0x0303, 0x006A, "TLS_DHE_DSS_WITH_AES_256_CBC_SHA256", "AES", 256, 16, "SHA256", 256, "DH",
        1024, 4096, "DSA"},
    {0x0303, 0x00A9, "TLS_PSK_WITH_AES_256_GCM_SHA384", "AES", 256, 16, "", 0, "PSK", 0, 65536, ""},
    {0x0303, 0x00AF, "TLS_PSK_WITH_AES_256_CBC_SHA384", "AES", 256, 16, "SHA384", 384, "PSK", 0,
        65536, ""},
    {0x0303, 0x0095, "TLS_RSA_PSK_WITH_AES_256_CBC_SHA", "AES", 256, 16, "SHA1", 160, "RSA_PSK",
        512, 16384, "RSA"},
    {0x0303, 0x0034, "TLS_DH_anon_WITH_AES_128_CBC_SHA", "AES", 128, 16, "SHA1", 160, "DH", 1024,
        4096, ""},
    {0x0303, 0xC060, "TLS_ECDHE_RSA_WITH_ARIA_128_GCM_SHA256", "ARIA", 128, 16, "", 0, "ECDH", 0,
        65536, "RSA"},
    {0x0303, 0xC0AE, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", "AES", 128, 16, "", 0, "ECDH", 0, 65536,
        "ECDSA"},
    {0x0303, 0x0084, "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA", "CAMELLIA", 256, 16, "SHA1", 160, "RSA",
        512, 16384, "RSA"},
};

static void check_info(const struct info *row)
{
    NCRYPT_SSL_CIPHER_SUITE record;
    const DWORD protocol = row->protocol, suite = row->suite;

    memset(&record, FILL, sizeof(record));
    EXPECT(SslLookupCipherSuiteInfo(provider, protocol, suite, 0, &record, 0) == ERROR_SUCCESS,
        protocol, suite);
    EXPECT(record.dwProtocol == protocol, protocol, suite);
    EXPECT(record.dwCipherSuite == suite, protocol, suite);
    EXPECT(record.dwBaseCipherSuite == suite, protocol, suite);
    EXPECT(text_is(record.szCipherSuite, row->name), protocol, suite);
    EXPECT(text_is(record.szCipher, row->cipher), protocol, suite);
    EXPECT(record.dwCipherLen == row->cipher_bits, protocol, suite);
    EXPECT(record.dwCipherBlockLen == row->block_len, protocol, suite);
    EXPECT(text_is(record.szHash, row->hash), protocol, suite);
    EXPECT(record.dwHashLen == row->hash_bits, protocol, suite);
    EXPECT(text_is(record.szExchange, row->exchange), protocol, suite);
    EXPECT(record.dwMinExchangeLen == row->min_bits, protocol, suite);
    EXPECT(record.dwMaxExchangeLen == row->max_bits, protocol, suite);
    EXPECT(text_is(record.szCertificate, row->certificate), protocol, suite);
    EXPECT(record.dwKeyType == 0x5A5A5A5A, protocol, suite);
}

static void test_records_match_the_documented_ones(void)
{
    const unsigned before = complaints;

    for (size_t i = 0; i < ARRAY_LEN(infos); i++)
        check_info(&infos[i]);
    CU_ASSERT_EQUAL(complaints, before);
}

/* Windows 7 looks curve by curve, so every key type finds the suite; the member stays the
 * caller's. */
static void test_every_key_type_finds_the_suite(void)
{
    static const DWORD types[] = {0, TLS_ECC_P256_CURVE_KEY_TYPE, TLS_ECC_P384_CURVE_KEY_TYPE,
        TLS_ECC_P521_CURVE_KEY_TYPE, 29, 0xFFFFFFFF};
    NCRYPT_SSL_CIPHER_SUITE record;

    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        record.dwKeyType = 7 * types[i];
        CU_ASSERT_EQUAL(SslLookupCipherSuiteInfo(
                            provider, TLS1_2_PROTOCOL_VERSION, 0xC02B, types[i], &record, 0),
            ERROR_SUCCESS);
        CU_ASSERT(text_is(record.szCipherSuite, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"));
        CU_ASSERT_EQUAL(record.dwKeyType, 7 * types[i]);
    }
}

/* Without legacy = yes the same lookups fail; here the file has it. */
static void test_legacy_suites_are_found_when_allowed(void)
{
    static const DWORD suites[] = {0x0001, 0x0004, 0x0009, 0x0062};
    NCRYPT_SSL_CIPHER_SUITE record;

    for (size_t i = 0; i < ARRAY_LEN(suites); i++) {
        CU_ASSERT_EQUAL(
            SslLookupCipherSuiteInfo(provider, SSL3_PROTOCOL_VERSION, suites[i], 0, &record, 0),
            ERROR_SUCCESS);
    }
}

/* ---- Against libssl ---- */

/* What libssl calls the parts of a suite. */
struct part {
    int nid;
    const char *name;
};

static const struct part exchange_names[] = {{NID_kx_rsa, "RSA"}, {NID_kx_dhe, "DH"},
    {NID_kx_ecdhe, "ECDH"}, {NID_kx_psk, "PSK"}, {NID_kx_rsa_psk, "RSA_PSK"},
    {NID_kx_dhe_psk, "DHE_PSK"}, {NID_kx_ecdhe_psk, "ECDHE_PSK"}, {NID_kx_srp, "SRP"},
    {NID_kx_any, ""}, {NID_undef, NULL}};
static const struct part certificate_names[] = {{NID_auth_rsa, "RSA"}, {NID_auth_dss, "DSA"},
    {NID_auth_ecdsa, "ECDSA"}, {NID_auth_psk, ""}, {NID_auth_srp, ""}, {NID_auth_null, ""},
    {NID_auth_any, ""}, {NID_undef, NULL}};
static const struct part mac_names[] = {{NID_md5, "MD5"}, {NID_sha1, "SHA1"},
    {NID_sha256, "SHA256"}, {NID_sha384, "SHA384"}, {NID_undef, ""}};

static bool text_is_part(const WCHAR *field, const struct part *parts, int nid)
{
    while (parts->nid != nid && parts->nid != NID_undef)
        parts++;
    return parts->nid == nid && parts->name != NULL && text_is(field, parts->name);
}

static void check_info_with(const SSL_CIPHER *cipher, DWORD protocol, DWORD suite)
{
    NCRYPT_SSL_CIPHER_SUITE record;
    int bits = 0;

    EXPECT(SslLookupCipherSuiteInfo(provider, protocol, suite, 0, &record, 0) == ERROR_SUCCESS,
        protocol, suite);
    (void)SSL_CIPHER_get_bits(cipher, &bits);
    EXPECT(text_is(record.szCipherSuite, SSL_CIPHER_standard_name(cipher)), protocol, suite);
    EXPECT(record.dwCipherLen == (DWORD)bits, protocol, suite);
    EXPECT(text_is_part(record.szExchange, exchange_names, SSL_CIPHER_get_kx_nid(cipher)), protocol,
        suite);
    EXPECT(text_is_part(record.szCertificate, certificate_names, SSL_CIPHER_get_auth_nid(cipher)),
        protocol, suite);
    EXPECT(
        text_is_part(record.szHash, mac_names, SSL_CIPHER_get_digest_nid(cipher)), protocol, suite);
    EXPECT((record.dwHashLen == 0) == (SSL_CIPHER_is_aead(cipher) == 1), protocol, suite);
}

/* libssl names the hash of the old PRF where the suite names none; that of TLS 1.2 is SHA-256. */
static void check_prf_hash_with(const SSL_CIPHER *cipher, DWORD protocol, DWORD suite)
{
    const bool sha384 = EVP_MD_is_a(SSL_CIPHER_get_handshake_digest(cipher), "SHA2-384");
    WCHAR name[NCRYPT_SSL_MAX_NAME_SIZE];

    EXPECT(
        SslGetCipherSuitePRFHashAlgorithm(provider, protocol, suite, 0, name, 0) == ERROR_SUCCESS,
        protocol, suite);
    EXPECT(text_is(name, sha384 ? "SHA384" : "SHA256"), protocol, suite);
}

static void test_records_agree_with_libssl(void)
{
    const unsigned before = complaints;
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(ctx);
    NCRYPT_SSL_CIPHER_SUITE record;
    unsigned count = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(ssl);
    for (unsigned suite = 0; suite <= 0xFFFF; suite++) {
        const unsigned char number[] = {(unsigned char)(suite >> 8), (unsigned char)suite};
        const SSL_CIPHER *cipher = SSL_CIPHER_find(ssl, number);
        const DWORD protocol =
            suite >> 8 == 0x13 ? TLS1_3_PROTOCOL_VERSION : TLS1_2_PROTOCOL_VERSION;

        /* libssl also has suites that the table leaves out: IDEA, SEED, GOST. */
        if (cipher == NULL ||
            SslLookupCipherSuiteInfo(provider, protocol, suite, 0, &record, 0) ==
                NTE_INVALID_PARAMETER)
            continue;
        check_info_with(cipher, protocol, suite);
        check_prf_hash_with(cipher, protocol, suite);
        count++;
    }
    printf("[%u suites of libssl] ", count);
    CU_ASSERT(count >= 100);
    CU_ASSERT_EQUAL(complaints, before);
    SSL_free(ssl);
    SSL_CTX_free(ctx);
}

/* ---- Lengths, and that records have them ---- */

static const struct {
    DWORD protocol, suite;
    NCRYPT_SSL_CIPHER_LENGTHS lengths;
} lengths[] = {
    {TLS1_1_PROTOCOL_VERSION, 0x002F, {20, 16, 20, 16, 1}},
    {TLS1_1_PROTOCOL_VERSION, 0x0005, {20, 0, 20, 0, 0}},
    {TLS1_2_PROTOCOL_VERSION, 0x0004, {20, 0, 16, 0, 0}},
    {TLS1_2_PROTOCOL_VERSION, 0x003B, {20, 0, 32, 0, 0}},
    {TLS1_2_PROTOCOL_VERSION, 0x000A, {20, 8, 20, 8, 1}},
    {TLS1_2_PROTOCOL_VERSION, 0x003D, {20, 16, 32, 16, 1}},
    {TLS1_2_PROTOCOL_VERSION, 0xC028, {20, 16, 48, 16, 1}},
    {TLS1_2_PROTOCOL_VERSION, 0x009C, {20, 8, 16, 0, 0}},
    {TLS1_2_PROTOCOL_VERSION, 0xC0A0, {20, 8, 8, 0, 0}},
    {TLS1_2_PROTOCOL_VERSION, 0xCCA8, {20, 0, 16, 0, 0}},
    {TLS1_3_PROTOCOL_VERSION, 0x1301, {20, 0, 16, 0, 0}},
    {TLS1_3_PROTOCOL_VERSION, 0x1302, {20, 0, 16, 0, 0}},
    {TLS1_3_PROTOCOL_VERSION, 0x1303, {20, 0, 16, 0, 0}},
    {TLS1_3_PROTOCOL_VERSION, 0x1304, {20, 0, 16, 0, 0}},
    {TLS1_3_PROTOCOL_VERSION, 0x1305, {20, 0, 8, 0, 0}},
    {DTLS1_0_PROTOCOL_VERSION, 0x000A, {20, 8, 20, 8, 1}},
    {DTLS1_2_PROTOCOL_VERSION, 0x009D, {20, 8, 16, 0, 0}},
    {DTLS1_2_PROTOCOL_VERSION, 0x003C, {20, 16, 32, 16, 1}},
};

static void test_lengths_match_the_documented_ones(void)
{
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        NCRYPT_SSL_CIPHER_LENGTHS got;

        memset(&got, FILL, sizeof(got));
        CU_ASSERT_EQUAL(SslLookupCipherLengths(provider, lengths[i].protocol, lengths[i].suite, 23,
                            &got, sizeof(got), 0),
            ERROR_SUCCESS);
        CU_ASSERT_EQUAL(memcmp(&got, &lengths[i].lengths, sizeof(got)), 0);
    }
}

static NCRYPT_KEY_HANDLE import_secret(DWORD kind, DWORD protocol, DWORD suite, DWORD len)
{
    struct {
        NCRYPTSSL_SECRET_BLOB_HEADER header;
        BYTE secret[48];
    } blob = {{sizeof(blob.header) + len, NCRYPTSSL_SECRET_MAGIC, kind, protocol, suite,
                  NCRYPT_SSL_CLIENT_FLAG, len},
        {0}};
    NCRYPT_KEY_HANDLE secret = 0;

    CU_ASSERT_EQUAL(SslImportKey(provider, &secret, NCRYPTSSL_SECRET_BLOB, (PBYTE)&blob,
                        blob.header.cbLength, 0),
        ERROR_SUCCESS);
    return secret;
}

static NCRYPT_KEY_HANDLE expand_write_key(DWORD suite)
{
    const NCRYPT_KEY_HANDLE traffic = import_secret(
        NCRYPTSSL_KIND_TRAFFIC_SECRET, TLS1_3_PROTOCOL_VERSION, suite, suite == 0x1302 ? 48 : 32);
    NCRYPT_KEY_HANDLE write = 0;

    CU_ASSERT_EQUAL(SslExpandWriteKey(provider, traffic, &write, NULL, 0), ERROR_SUCCESS);
    SslFreeObject(traffic, 0);
    return write;
}

static NCRYPT_KEY_HANDLE make_write_key(DWORD protocol, DWORD suite)
{
    BYTE random[32] = {0};
    NCryptBuffer buffers[] = {
        {32, NCRYPTBUFFER_SSL_CLIENT_RANDOM, random}, {32, NCRYPTBUFFER_SSL_SERVER_RANDOM, random}};
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, 2, buffers};
    NCRYPT_KEY_HANDLE master, read = 0, write = 0;

    if (protocol == TLS1_3_PROTOCOL_VERSION)
        return expand_write_key(suite);
    master = import_secret(NCRYPTSSL_KIND_MASTER_KEY, protocol, suite, 48);
    CU_ASSERT_EQUAL(
        SslGenerateSessionKeys(provider, master, &read, &write, &list, 0), ERROR_SUCCESS);
    SslFreeObject(read, 0);
    SslFreeObject(master, 0);
    return write;
}

/* A record is its header of 5 or 13 bytes, what comes before the data, the data, and what comes
 * behind, of which padding is the variable part. */
static void test_lengths_agree_with_real_records(void)
{
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        const NCRYPT_SSL_CIPHER_LENGTHS *expected = &lengths[i].lengths;
        const DWORD header = lengths[i].protocol >= DTLS1_2_PROTOCOL_VERSION ? 13 : 5;
        BYTE data[64] = {0}, record[256];
        const NCRYPT_KEY_HANDLE key = make_write_key(lengths[i].protocol, lengths[i].suite);

        for (DWORD len = 1; len <= sizeof(data); len++) {
            const DWORD least = header + expected->dwHeaderLen + len + expected->dwFixedTrailerLen;
            DWORD got = 0;

            CU_ASSERT_EQUAL(SslEncryptPacket(provider, key, data, len, record, sizeof(record), &got,
                                len, CT_APPLICATIONDATA, 0),
                ERROR_SUCCESS);
            CU_ASSERT(got >= least && got <= least + expected->dwMaxVariableTrailerLen);
        }
        SslFreeObject(key, 0);
    }
}

static int set_up(void)
{
    if (SslOpenProvider(&stale, NULL, 0) != ERROR_SUCCESS || SslFreeObject(stale, 0) != 0)
        return 1;
    return open_provider();
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_suite_info_checks_in_order),
        TEST(test_lengths_checks_in_order),
        TEST(test_prf_hash_checks_in_order),
        TEST(test_handles_of_other_kinds_are_refused),
        TEST(test_records_match_the_documented_ones),
        TEST(test_every_key_type_finds_the_suite),
        TEST(test_legacy_suites_are_found_when_allowed),
        TEST(test_records_agree_with_libssl),
        TEST(test_lengths_match_the_documented_ones),
        TEST(test_lengths_agree_with_real_records),
    };

    return RUN_TESTS("lookup", set_up, close_provider, tests);
}
