/* SPDX-License-Identifier: Apache-2.0
 *
 * Handshake hashes through the public functions alone: SslCreateHandshakeHash,
 * SslCreateClientAuthHash, SslHashHandshake, SslComputeSessionHash and SslComputeClientAuthHash,
 * their checks in order and their digests against libcrypto.  test_hashes.cnf lets SSL 3.0 in.
 */
#include "shim/support.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <pthread.h>

enum { MD5_LEN = 16, PAIR_LEN = 36, UNTOUCHED = 0x7E57, ROUNDS = 2000 };
enum { RSA_AES128_SHA = 0x002F, ECDHE_RSA_AES256_GCM = 0xC030, TLS13_AES256_GCM = 0x1302 };
enum { MAX_SSL3_MESSAGES = 1 << 20 };

static NCRYPT_PROV_HANDLE provider;
static NCRYPT_KEY_HANDLE master, master10, ssl3_master, traffic;
static NCRYPT_HASH_HANDLE hash, pair;
static BYTE text[1000];

static const struct {
    DWORD protocol, suite;
    const char *md; /* what libcrypto calls the same */
    DWORD len;
} transcripts[] = {
    {TLS1_0_PROTOCOL_VERSION, RSA_AES128_SHA, "MD5-SHA1", PAIR_LEN},
    {TLS1_1_PROTOCOL_VERSION, RSA_AES128_SHA, "MD5-SHA1", PAIR_LEN},
    {TLS1_2_PROTOCOL_VERSION, RSA_AES128_SHA, "SHA256", 32},
    {TLS1_2_PROTOCOL_VERSION, ECDHE_RSA_AES256_GCM, "SHA384", 48},
    {TLS1_3_PROTOCOL_VERSION, TLS13_AES256_GCM, "SHA384", 48},
    {DTLS1_0_PROTOCOL_VERSION, RSA_AES128_SHA, "MD5-SHA1", PAIR_LEN},
    {DTLS1_2_PROTOCOL_VERSION, ECDHE_RSA_AES256_GCM, "SHA384", 48},
};

static NCRYPT_KEY_HANDLE import_key(DWORD kind, DWORD protocol, DWORD suite, DWORD len)
{
    struct secret_blob blob = make_secret(kind, protocol, suite, NCRYPT_SSL_CLIENT_FLAG, len);
    NCRYPT_KEY_HANDLE key = 0;

    memset(blob.secret, 0x3A, len);
    if (import_secret(provider, &blob, &key) != ERROR_SUCCESS)
        fprintf(stderr, "no key of kind %u\n", (unsigned)kind);
    return key;
}

/* Each fault is made with all those that are looked at later. */
static void test_create_checks_in_order(void)
{
    NCRYPT_HASH_HANDLE h = UNTOUCHED;

    CU_ASSERT_EQUAL(SslCreateHandshakeHash(0, &h, 0x0002, 0, 1), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslCreateHandshakeHash(hash, NULL, 0x0002, 0, 1), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslCreateHandshakeHash(provider, NULL, 0x0002, 0, 1), NTE_INVALID_PARAMETER);
    h = UNTOUCHED;
    CU_ASSERT_EQUAL(SslCreateHandshakeHash(provider, &h, 0x0002, 0, 1), NTE_BAD_FLAGS);
    CU_ASSERT_EQUAL(SslCreateHandshakeHash(provider, &h, 0x0002, 0x2F, 0), NTE_NOT_SUPPORTED);
    CU_ASSERT_EQUAL(SslCreateHandshakeHash(provider, &h, 0x0303, 0x1301, 0), NTE_NOT_SUPPORTED);
    CU_ASSERT_EQUAL(SslCreateHandshakeHash(provider, &h, 0x0301, 0xC030, 0), NTE_NOT_SUPPORTED);
    CU_ASSERT_EQUAL(h, 0);
}

static void test_create_client_auth_checks_in_order(void)
{
    const LPCWSTR whirlpool = NCRYPTSSL_TEXT("WHIRLPOOL"), name = BCRYPT_SHA256_ALGORITHM;
    NCRYPT_HASH_HANDLE h = UNTOUCHED;
    const NCRYPT_PROV_HANDLE p = provider;

    CU_ASSERT_EQUAL(SslCreateClientAuthHash(0, &h, 0x0302, 0, NULL, 1), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslCreateClientAuthHash(p, NULL, 0x0302, 0, NULL, 1), NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(SslCreateClientAuthHash(p, &h, 0x0002, 0, NULL, 1), NTE_NOT_SUPPORTED);
    CU_ASSERT_EQUAL(SslCreateClientAuthHash(p, &h, 0x0302, 0, NULL, 1), NTE_NOT_SUPPORTED);
    CU_ASSERT_EQUAL(SslCreateClientAuthHash(p, &h, 0xFEFF, 0, NULL, 1), NTE_NOT_SUPPORTED);
    CU_ASSERT_EQUAL(SslCreateClientAuthHash(p, &h, 0x0303, 0, NULL, 1), NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(
        SslCreateClientAuthHash(p, &h, 0x0303, 0, NCRYPTSSL_TEXT(""), 1), NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(SslCreateClientAuthHash(p, &h, 0x0303, 0, whirlpool, 1), NTE_BAD_FLAGS);
    CU_ASSERT_EQUAL(SslCreateClientAuthHash(p, &h, 0x0303, 0x1301, name, 0), NTE_NOT_SUPPORTED);
    CU_ASSERT_EQUAL(SslCreateClientAuthHash(p, &h, 0x9999, 0x2F, name, 0), NTE_NOT_SUPPORTED);
    CU_ASSERT_EQUAL(SslCreateClientAuthHash(p, &h, 0x0303, 0x2F, whirlpool, 0), NTE_NOT_SUPPORTED);
    CU_ASSERT_EQUAL(
        SslCreateClientAuthHash(p, &h, 0x0303, 0x2F, NCRYPTSSL_TEXT("SHA2"), 0), NTE_NOT_SUPPORTED);
    CU_ASSERT_EQUAL(h, 0);
}

static void test_hash_checks_in_order(void)
{
    CU_ASSERT_EQUAL(SslHashHandshake(0, 0, NULL, 0, 1), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslHashHandshake(hash, provider, text, 1, 0), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslHashHandshake(provider, 0, NULL, 0, 1), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslHashHandshake(provider, master, NULL, 0, 1), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslHashHandshake(provider, hash, NULL, 0, 1), NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(SslHashHandshake(provider, hash, text, 1, 1), NTE_BAD_FLAGS);
}

static void test_session_hash_checks_in_order(void)
{
    const NCRYPT_PROV_HANDLE p = provider;
    BYTE out[64];
    DWORD n = UNTOUCHED;

    CU_ASSERT_EQUAL(SslComputeSessionHash(0, 0, 0x0300, NULL, 0, &n, 1), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(n, 0);
    CU_ASSERT_EQUAL(SslComputeSessionHash(p, 0, 0x0300, NULL, 0, NULL, 1), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslComputeSessionHash(p, master, 0x0300, NULL, 0, NULL, 1), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslComputeSessionHash(p, hash, 0x0300, NULL, 0, NULL, 1), NTE_NOT_SUPPORTED);
    CU_ASSERT_EQUAL(SslComputeSessionHash(p, hash, 0x0305, NULL, 0, NULL, 1), NTE_NOT_SUPPORTED);
    CU_ASSERT_EQUAL(
        SslComputeSessionHash(p, hash, 0x0302, NULL, 0, NULL, 1), NTE_INVALID_PARAMETER);
    n = UNTOUCHED;
    CU_ASSERT_EQUAL(SslComputeSessionHash(p, hash, 0x0302, NULL, 0, &n, 1), NTE_BAD_FLAGS);
    CU_ASSERT_EQUAL(n, 0);
    n = UNTOUCHED;
    CU_ASSERT_EQUAL(SslComputeSessionHash(p, hash, 0x0302, NULL, 31, &n, 0), NTE_BUFFER_TOO_SMALL);
    CU_ASSERT_EQUAL(n, 0);
    CU_ASSERT_EQUAL(SslComputeSessionHash(p, hash, 0x0303, NULL, 64, &n, 0), NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(SslComputeSessionHash(p, hash, 0x0302, out, 64, &n, 0), NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(SslComputeSessionHash(p, hash, 0x0303, out, 32, &n, 0), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(n, 32);
}

static void test_client_auth_checks_in_order(void)
{
    const NCRYPT_PROV_HANDLE p = provider;
    const LPCWSTR dh = BCRYPT_DH_ALGORITHM, rsa = BCRYPT_RSA_ALGORITHM;
    BYTE out[64];
    DWORD n = UNTOUCHED;

    CU_ASSERT_EQUAL(SslComputeClientAuthHash(0, 0, 0, NULL, out, 0, &n, 1), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(n, 0);
    CU_ASSERT_EQUAL(
        SslComputeClientAuthHash(p, 0, pair, NULL, out, 0, NULL, 1), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(
        SslComputeClientAuthHash(p, traffic, pair, NULL, out, 0, NULL, 1), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(
        SslComputeClientAuthHash(p, master, master, NULL, out, 0, NULL, 1), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(
        SslComputeClientAuthHash(p, master, pair, rsa, out, 0, NULL, 1), NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(
        SslComputeClientAuthHash(p, master, pair, NULL, out, 0, &n, 1), NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(SslComputeClientAuthHash(p, master, pair, dh, out, 0, &n, 1), NTE_BAD_FLAGS);
    CU_ASSERT_EQUAL(
        SslComputeClientAuthHash(p, master, pair, dh, out, 0, &n, 0), NTE_NOT_SUPPORTED);
    CU_ASSERT_EQUAL(SslComputeClientAuthHash(p, master, pair, NCRYPTSSL_TEXT("rsa"), out, 0, &n, 0),
        NTE_NOT_SUPPORTED);
    CU_ASSERT_EQUAL(
        SslComputeClientAuthHash(p, master, pair, rsa, out, 0, &n, 0), NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(n, 0);
    CU_ASSERT_EQUAL(SslComputeClientAuthHash(p, master10, pair, rsa, NULL, 9, &n, 0), 0);
    CU_ASSERT_EQUAL(n, PAIR_LEN);
    n = UNTOUCHED;
    CU_ASSERT_EQUAL(
        SslComputeClientAuthHash(p, master10, pair, rsa, out, 35, &n, 0), NTE_BUFFER_TOO_SMALL);
    CU_ASSERT_EQUAL(n, PAIR_LEN);
}

static bool session_hash_is(
    NCRYPT_HASH_HANDLE own, DWORD protocol, const char *md, size_t text_len, DWORD len)
{
    BYTE out[65], expected[EVP_MAX_MD_SIZE];
    DWORD n = 0;
    size_t expected_len = 0;

    memset(out, 0xA5, sizeof(out));
    return EVP_Q_digest(NULL, md, NULL, text, text_len, expected, &expected_len) == 1 &&
        SslComputeSessionHash(provider, own, protocol, out, 64, &n, 0) == ERROR_SUCCESS &&
        n == len && n == expected_len && memcmp(out, expected, n) == 0 && out[n] == 0xA5;
}

/* Cut at will, sampled again and again. */
static void test_transcripts_equal_those_of_libcrypto(void)
{
    for (size_t i = 0; i < COUNT(transcripts); i++) {
        const DWORD protocol = transcripts[i].protocol;
        NCRYPT_HASH_HANDLE own = 0;
        DWORD at = 0;

        CU_ASSERT_EQUAL(
            SslCreateHandshakeHash(provider, &own, protocol, transcripts[i].suite, 0), 0);
        CU_ASSERT(session_hash_is(own, protocol, transcripts[i].md, 0, transcripts[i].len));
        for (DWORD len = 0; at + len <= sizeof(text); len += 13) {
            CU_ASSERT_EQUAL(SslHashHandshake(provider, own, text + at, len, 0), ERROR_SUCCESS);
            at += len;
            CU_ASSERT(session_hash_is(own, protocol, transcripts[i].md, at, transcripts[i].len));
        }
        CU_ASSERT_EQUAL(SslFreeObject(own, 0), ERROR_SUCCESS);
    }
}

static void test_client_auth_hash_follows_the_algorithm_name(void)
{
    static const struct {
        LPCWSTR name;
        const char *md;
        DWORD len;
    } rows[] = {{NCRYPTSSL_TEXT("SHA1"), "SHA1", 20}, {NCRYPTSSL_TEXT("SHA256"), "SHA256", 32},
        {NCRYPTSSL_TEXT("sha384"), "SHA384", 48}, {NCRYPTSSL_TEXT("Sha512"), "SHA512", 64},
        {NCRYPTSSL_TEXT("MD5"), "MD5", MD5_LEN}};
    const DWORD tls12 = TLS1_2_PROTOCOL_VERSION;
    BYTE first[64], second[64];
    DWORD n = 0;

    for (size_t i = 0; i < COUNT(rows); i++) {
        NCRYPT_HASH_HANDLE own = 0;

        CU_ASSERT_EQUAL(
            SslCreateClientAuthHash(provider, &own, tls12, RSA_AES128_SHA, rows[i].name, 0), 0);
        CU_ASSERT_EQUAL(SslHashHandshake(provider, own, text, 77, 0), ERROR_SUCCESS);
        CU_ASSERT_EQUAL(EVP_Q_digest(NULL, rows[i].md, NULL, text, 77, first, NULL), 1);
        CU_ASSERT_EQUAL(
            SslComputeClientAuthHash(provider, master, own, NULL, second, 64, &n, 0), 0);
        CU_ASSERT_EQUAL(n, rows[i].len);
        CU_ASSERT(memcmp(first, second, n) == 0);
        CU_ASSERT_EQUAL(SslComputeClientAuthHash(provider, master, own, NCRYPTSSL_TEXT("any"),
                            second, rows[i].len - 1, &n, 0),
            NTE_BUFFER_TOO_SMALL);
        CU_ASSERT_EQUAL(n, rows[i].len);
        CU_ASSERT_EQUAL(SslFreeObject(own, 0), ERROR_SUCCESS);
    }
}

/* RFC 2246 section 7.4.8: RSA signs both digests, the others SHA-1. */
static void test_client_auth_hash_may_be_md5_and_sha1(void)
{
    const LPCWSTR names[] = {BCRYPT_RSA_ALGORITHM, BCRYPT_DSA_ALGORITHM, BCRYPT_ECDSA_ALGORITHM,
        NCRYPTSSL_TEXT("ECDSA_P256"), NCRYPTSSL_TEXT("ECDSA_P384"), NCRYPTSSL_TEXT("ECDSA_P521")};
    BYTE expected[EVP_MAX_MD_SIZE], out[PAIR_LEN];
    NCRYPT_HASH_HANDLE own = 0;
    size_t len;
    DWORD n;

    CU_ASSERT_EQUAL(
        SslCreateHandshakeHash(provider, &own, TLS1_0_PROTOCOL_VERSION, RSA_AES128_SHA, 0), 0);
    CU_ASSERT_EQUAL(SslHashHandshake(provider, own, text, sizeof(text), 0), ERROR_SUCCESS);
    CU_ASSERT(EVP_Q_digest(NULL, "MD5-SHA1", NULL, text, sizeof(text), expected, &len));
    for (size_t i = 0; i < COUNT(names); i++) {
        const DWORD skip = i == 0 ? 0 : MD5_LEN;

        CU_ASSERT_EQUAL(SslComputeClientAuthHash(
                            provider, master10, own, names[i], out, PAIR_LEN - skip, &n, 0),
            ERROR_SUCCESS);
        CU_ASSERT_EQUAL(n, PAIR_LEN - skip);
        CU_ASSERT(memcmp(out, expected + skip, n) == 0);
    }
    CU_ASSERT_EQUAL(SslFreeObject(own, 0), ERROR_SUCCESS);
}

/* RFC 6101 section 5.6.8: hash(master + pad_2 + hash(messages + master + pad_1)). */
static void ssl3_certificate_verify(const char *md, size_t pad, BYTE *out)
{
    BYTE buffer[sizeof(text) + MASTER_KEY_LEN + 48], inner[EVP_MAX_MD_SIZE];
    size_t len;

    memcpy(buffer, text, sizeof(text));
    memset(buffer + sizeof(text), 0x3A, MASTER_KEY_LEN);
    memset(buffer + sizeof(text) + MASTER_KEY_LEN, 0x36, pad);
    CU_ASSERT(EVP_Q_digest(
                  NULL, md, NULL, buffer, sizeof(text) + MASTER_KEY_LEN + pad, inner, &len) == 1);
    memset(buffer, 0x3A, MASTER_KEY_LEN);
    memset(buffer + MASTER_KEY_LEN, 0x5C, pad);
    memcpy(buffer + MASTER_KEY_LEN + pad, inner, len);
    CU_ASSERT(EVP_Q_digest(NULL, md, NULL, buffer, MASTER_KEY_LEN + pad + len, out, &len) == 1);
}

static void test_ssl3_client_auth_hash_includes_the_master_secret(void)
{
    BYTE expected[PAIR_LEN], out[PAIR_LEN];
    NCRYPT_HASH_HANDLE own = 0;
    DWORD n = 0;

    ssl3_certificate_verify("MD5", 48, expected);
    ssl3_certificate_verify("SHA1", 40, expected + MD5_LEN);
    CU_ASSERT_EQUAL(
        SslCreateHandshakeHash(provider, &own, SSL3_PROTOCOL_VERSION, RSA_AES128_SHA, 0), 0);
    CU_ASSERT_EQUAL(SslHashHandshake(provider, own, text, 333, 0), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(SslHashHandshake(provider, own, text + 333, sizeof(text) - 333, 0), 0);
    CU_ASSERT_EQUAL(SslComputeClientAuthHash(
                        provider, ssl3_master, own, BCRYPT_RSA_ALGORITHM, out, PAIR_LEN, &n, 0),
        ERROR_SUCCESS);
    CU_ASSERT_EQUAL(n, PAIR_LEN);
    CU_ASSERT(memcmp(out, expected, PAIR_LEN) == 0);
    CU_ASSERT_EQUAL(SslComputeClientAuthHash(
                        provider, ssl3_master, own, BCRYPT_DSA_ALGORITHM, out, PAIR_LEN, &n, 0),
        ERROR_SUCCESS);
    CU_ASSERT(n == 20 && memcmp(out, expected + MD5_LEN, n) == 0);
    SslFreeObject(own, 0);
}

/* SSL 3.0 keeps what it hashes, so the length has an end; what fits before it is not lost. */
static void test_ssl3_messages_are_limited(void)
{
    BYTE *much = calloc(1, MAX_SSL3_MESSAGES), before[PAIR_LEN], after[PAIR_LEN];
    NCRYPT_HASH_HANDLE own = 0;
    const DWORD flag = NCRYPT_SSL_CLIENT_FLAG;

    CU_ASSERT_PTR_NOT_NULL_FATAL(much);
    CU_ASSERT_EQUAL(
        SslCreateHandshakeHash(provider, &own, SSL3_PROTOCOL_VERSION, RSA_AES128_SHA, 0), 0);
    CU_ASSERT_EQUAL(SslHashHandshake(provider, own, much, 1, 0), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(SslComputeFinishedHash(provider, ssl3_master, own, before, PAIR_LEN, flag), 0);
    CU_ASSERT_EQUAL(SslHashHandshake(provider, own, much, MAX_SSL3_MESSAGES, 0), NTE_NO_MEMORY);
    CU_ASSERT_EQUAL(SslComputeFinishedHash(provider, ssl3_master, own, after, PAIR_LEN, flag), 0);
    CU_ASSERT(memcmp(before, after, PAIR_LEN) == 0);
    CU_ASSERT_EQUAL(SslHashHandshake(provider, own, much, MAX_SSL3_MESSAGES - 1, 0), 0);
    CU_ASSERT_EQUAL(SslHashHandshake(provider, own, much, 1, 0), NTE_NO_MEMORY);
    SslFreeObject(own, 0);
    free(much);
}

static void *hash_one_byte_often(void *handle)
{
    const NCRYPT_HASH_HANDLE *own = handle;
    static BYTE byte[] = {'a'};

    for (int i = 0; i < ROUNDS; i++)
        (void)SslHashHandshake(provider, *own, byte, 1, 0);
    return NULL;
}

/* Calls on one handle are serialised: of equal bytes, the order does not matter. */
static void test_two_threads_may_share_a_hash(void)
{
    BYTE all[2 * ROUNDS], out[64], expected[EVP_MAX_MD_SIZE];
    NCRYPT_HASH_HANDLE own = 0;
    pthread_t thread;
    size_t len;
    DWORD n;

    memset(all, 'a', sizeof(all));
    CU_ASSERT_EQUAL(
        SslCreateHandshakeHash(provider, &own, TLS1_2_PROTOCOL_VERSION, RSA_AES128_SHA, 0), 0);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, hash_one_byte_often, &own), 0);
    (void)hash_one_byte_often(&own);
    pthread_join(thread, NULL);
    CU_ASSERT(EVP_Q_digest(NULL, "SHA256", NULL, all, sizeof(all), expected, &len) == 1);
    CU_ASSERT_EQUAL(
        SslComputeSessionHash(provider, own, TLS1_2_PROTOCOL_VERSION, out, 64, &n, 0), 0);
    CU_ASSERT(memcmp(out, expected, 32) == 0);
    SslFreeObject(own, 0);
}

static void test_error_queue_is_left_alone(void)
{
    NCRYPT_HASH_HANDLE own = 0;
    BYTE out[64];
    DWORD n;

    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 7);
    CU_ASSERT_EQUAL(SslCreateClientAuthHash(
                        provider, &own, 0x0303, RSA_AES128_SHA, NCRYPTSSL_TEXT("SHA999"), 0),
        NTE_NOT_SUPPORTED);
    CU_ASSERT_EQUAL(SslComputeSessionHash(provider, hash, 0x0303, out, 64, &n, 0), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(ERR_GET_REASON(ERR_get_error()), 7);
    CU_ASSERT_EQUAL(ERR_get_error(), 0);
}

static int suite_init(void)
{
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (BYTE)(i * 31 + 1);
    if (SslOpenProvider(&provider, NULL, 0) != ERROR_SUCCESS)
        return 1;
    master = import_key(NCRYPTSSL_KIND_MASTER_KEY, TLS1_2_PROTOCOL_VERSION, RSA_AES128_SHA, 48);
    master10 = import_key(NCRYPTSSL_KIND_MASTER_KEY, TLS1_0_PROTOCOL_VERSION, RSA_AES128_SHA, 48);
    ssl3_master = import_key(NCRYPTSSL_KIND_MASTER_KEY, SSL3_PROTOCOL_VERSION, RSA_AES128_SHA, 48);
    traffic = import_key(NCRYPTSSL_KIND_TRAFFIC_SECRET, TLS1_3_PROTOCOL_VERSION, 0x1301, 32);
    return SslCreateHandshakeHash(provider, &hash, TLS1_2_PROTOCOL_VERSION, RSA_AES128_SHA, 0) |
        SslCreateHandshakeHash(provider, &pair, TLS1_0_PROTOCOL_VERSION, RSA_AES128_SHA, 0);
}

static int suite_cleanup(void)
{
    const NCRYPT_HANDLE all[] = {provider, master, master10, ssl3_master, traffic, hash, pair};

    return free_handles(all, COUNT(all));
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_create_checks_in_order),
        TEST(test_create_client_auth_checks_in_order),
        TEST(test_hash_checks_in_order),
        TEST(test_session_hash_checks_in_order),
        TEST(test_client_auth_checks_in_order),
        TEST(test_transcripts_equal_those_of_libcrypto),
        TEST(test_client_auth_hash_follows_the_algorithm_name),
        TEST(test_client_auth_hash_may_be_md5_and_sha1),
        TEST(test_ssl3_client_auth_hash_includes_the_master_secret),
        TEST(test_ssl3_messages_are_limited),
        TEST(test_two_threads_may_share_a_hash),
        TEST(test_error_queue_is_left_alone),
    };

    return RUN_TESTS("hashes", suite_init, suite_cleanup, tests);
}
