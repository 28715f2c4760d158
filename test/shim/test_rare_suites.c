/* SPDX-License-Identifier: Apache-2.0
 *
 * Suites of TLS 1.3 beyond RFC 8446: those of SM4 (RFC 8998) can be looked up and used where
 * libcrypto has their algorithms, and are not offered; those without encryption (RFC 9150) are not
 * to be had at all.
 */
#include "shim/support.h"
#include "shim/support/provider.h"

#include <openssl/err.h>
#include <openssl/evp.h>

enum { TLS13 = TLS1_3_PROTOCOL_VERSION, TAG_LEN = 16, HEADER_LEN = 5, HASH_LEN = 32 };

static const struct {
    DWORD id;
    const char *cipher;
} sm4_suites[] = {{0x00C6, "SM4-GCM"}, {0x00C7, "SM4-CCM"}};

static const DWORD integrity_suites[] = {0xC0B4, 0xC0B5};

/* A build of libcrypto may lack these, and OpenSSL 3.0 has no mode of SM4 with a tag. */
static bool has_cipher(const char *name)
{
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
    const bool has = cipher != NULL;

    EVP_CIPHER_free(cipher);
    ERR_clear_error();
    return has;
}

static bool has_sm3(void)
{
    EVP_MD *md = EVP_MD_fetch(NULL, "SM3", NULL);
    const bool has = md != NULL;

    EVP_MD_free(md);
    ERR_clear_error();
    return has;
}

static bool same_text(const WCHAR *text, const char *wanted)
{
    while (*wanted != 0 && *text == (WCHAR)*wanted) {
        text++;
        wanted++;
    }
    return *text == (WCHAR)*wanted;
}

static void test_sm4_suites_are_known(void)
{
    for (size_t i = 0; i < COUNT(sm4_suites); i++) {
        NCRYPT_SSL_CIPHER_SUITE suite;
        NCRYPT_SSL_CIPHER_LENGTHS lengths;
        WCHAR hash[NCRYPT_SSL_MAX_NAME_SIZE];
        const DWORD id = sm4_suites[i].id;

        EXPECT_SUCCESS(SslLookupCipherSuiteInfo(provider, TLS13, id, 0, &suite, 0), "suite");
        EXPECT(same_text(suite.szCipher, "SM4") && suite.dwCipherLen == 128, "cipher");
        EXPECT_SUCCESS(SslLookupCipherLengths(provider, TLS13, id, 0, &lengths, sizeof(lengths), 0),
            "lengths");
        EXPECT(lengths.dwFixedTrailerLen == TAG_LEN && lengths.dwHeaderLen == 0, "lengths");
        EXPECT_SUCCESS(SslGetCipherSuitePRFHashAlgorithm(provider, TLS13, id, 0, hash, 0), "hash");
        EXPECT(same_text(hash, "SM3"), "hash");
        EXPECT_STATUS(SslLookupCipherSuiteInfo(provider, TLS1_2_PROTOCOL_VERSION, id, 0, &suite, 0),
            NTE_INVALID_PARAMETER, "only TLS 1.3");
    }
}

static void test_suites_without_encryption_are_not_supported(void)
{
    for (size_t i = 0; i < COUNT(integrity_suites); i++) {
        const struct secret_blob blob = make_secret(NCRYPTSSL_KIND_TRAFFIC_SECRET, TLS13,
            integrity_suites[i], NCRYPT_SSL_CLIENT_FLAG, HASH_LEN);
        NCRYPT_SSL_CIPHER_SUITE suite;
        NCRYPT_KEY_HANDLE key = GARBAGE_HANDLE;

        EXPECT_STATUS(SslLookupCipherSuiteInfo(provider, TLS13, integrity_suites[i], 0, &suite, 0),
            NTE_INVALID_PARAMETER, "look-up");
        EXPECT_STATUS(import_secret(provider, &blob, &key), NTE_NOT_SUPPORTED, "secret");
        EXPECT_STATUS(SslExtractEarlyKey(provider, 0, &key, TLS13, integrity_suites[i], NULL, 0),
            NTE_NOT_SUPPORTED, "early secret");
    }
}

static void test_rare_suites_are_not_enumerated(void)
{
    NCRYPT_SSL_CIPHER_SUITE *suite = NULL;
    PVOID state = NULL;
    unsigned count = 0;

    while (SslEnumCipherSuites(provider, 0, &suite, &state, 0) == ERROR_SUCCESS) {
        for (size_t i = 0; i < COUNT(sm4_suites); i++)
            CU_ASSERT_NOT_EQUAL(suite->dwCipherSuite, sm4_suites[i].id);
        for (size_t i = 0; i < COUNT(integrity_suites); i++)
            CU_ASSERT_NOT_EQUAL(suite->dwCipherSuite, integrity_suites[i]);
        SslFreeBuffer(suite);
        count++;
    }
    SslFreeBuffer(state);
    EXPECT(count > 50, "the list itself");
}

/* The first byte of the blob's secret says whose it is, so both sides come to the same keys. */
static void check_record(DWORD suite)
{
    BYTE plain[] = "over a record of SM4", record[128], opened[128];
    NCRYPT_KEY_HANDLE seals = 0, opens = 0;
    DWORD len = 0, opened_len = 0;

    EXPECT_SUCCESS(make_traffic_key(provider, suite, NCRYPT_SSL_CLIENT_FLAG, &seals), "key");
    EXPECT_SUCCESS(make_traffic_key(provider, suite, NCRYPT_SSL_CLIENT_FLAG, &opens), "key");
    EXPECT_SUCCESS(SslEncryptPacket(provider, seals, plain, sizeof(plain), record, sizeof(record),
                       &len, 0, 23, 0),
        "seal");
    EXPECT(len >= HEADER_LEN + sizeof(plain) + TAG_LEN, "length");
    EXPECT_SUCCESS(
        SslDecryptPacket(provider, opens, record, len, opened, sizeof(opened), &opened_len, 0, 0),
        "open");
    EXPECT(opened_len >= sizeof(plain) && memcmp(opened, plain, sizeof(plain)) == 0, "plaintext");
    record[len - 1] ^= 1;
    EXPECT(SslDecryptPacket(provider, opens, record, len, opened, sizeof(opened), &opened_len, 0,
               0) != ERROR_SUCCESS,
        "a damaged tag");
    SslFreeObject(seals, 0);
    SslFreeObject(opens, 0);
}

static void test_records_work_where_libcrypto_has_the_cipher(void)
{
    unsigned checked = 0;

    for (size_t i = 0; has_sm3() && i < COUNT(sm4_suites); i++) {
        if (!has_cipher(sm4_suites[i].cipher))
            continue;
        check_record(sm4_suites[i].id);
        checked++;
    }
    printf("\n    records of %u suites  ", checked);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_sm4_suites_are_known),
        TEST(test_suites_without_encryption_are_not_supported),
        TEST(test_rare_suites_are_not_enumerated),
        TEST(test_records_work_where_libcrypto_has_the_cipher),
    };

    return RUN_TESTS("rare suites", open_provider, close_provider, tests);
}
