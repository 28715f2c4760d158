/* SPDX-License-Identifier: Apache-2.0
 *
 * SslComputeEapKeyBlock through the public functions alone: its checks in order, and the blocks of
 * all methods computed again with OpenSSL's TLS1-PRF.  The configuration allows SSL 3.0.
 */
#include "common/provider_support.h"
#include "shim/support.h"

enum { EAP_KEYS = 128, EAP_LEN = 192, UNTOUCHED = 0x7E57, RSA_AES128_SHA = 0x002F };

static const struct {
    const char *digest;
    DWORD protocol, suite;
} schedules[] = {
    {"MD5-SHA1", TLS1_0_PROTOCOL_VERSION, RSA_AES128_SHA},
    {"MD5-SHA1", TLS1_1_PROTOCOL_VERSION, RSA_AES128_SHA},
    {"SHA2-256", TLS1_2_PROTOCOL_VERSION, RSA_AES128_SHA},
    {"SHA2-384", TLS1_2_PROTOCOL_VERSION, 0xC030},
};

static NCRYPT_PROV_HANDLE provider;
static NCRYPT_KEY_HANDLE master, ssl3_master, traffic;
static struct key_pair session;
static BYTE secret[MASTER_KEY_LEN], randoms[2 * RANDOM_LEN];

/* Each fault is made with all those that are looked at later. */
static void test_eap_checks_in_order(void)
{
    BYTE block[EAP_LEN];
    DWORD n = UNTOUCHED;

    CU_ASSERT_EQUAL(
        SslComputeEapKeyBlock(master, 0, NULL, 63, block, 191, NULL, 0x100), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(
        SslComputeEapKeyBlock(0, 0, NULL, 63, block, 191, &n, 0x100), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(n, 0);
    CU_ASSERT_EQUAL(
        SslComputeEapKeyBlock(provider, session.read, NULL, 63, block, 191, NULL, 0x100),
        NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslComputeEapKeyBlock(provider, traffic, NULL, 63, block, 191, NULL, 0x100),
        NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslComputeEapKeyBlock(provider, ssl3_master, NULL, 63, block, 191, NULL, 0x100),
        NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(SslComputeEapKeyBlock(provider, ssl3_master, NULL, 63, block, 191, &n, 0x100),
        NTE_BAD_FLAGS);
    CU_ASSERT_EQUAL(
        SslComputeEapKeyBlock(provider, ssl3_master, NULL, 63, block, 191, &n, 4), NTE_BAD_FLAGS);
    CU_ASSERT_EQUAL(SslComputeEapKeyBlock(provider, master, NULL, 63, block, 191, &n, 0),
        NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(SslComputeEapKeyBlock(provider, ssl3_master, NULL, 64, block, 191, &n, 0),
        NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(n, 0);
    CU_ASSERT_EQUAL(SslComputeEapKeyBlock(provider, master, NULL, 64, NULL, 0, &n, 3), 0);
    CU_ASSERT_EQUAL(n, EAP_LEN);
    n = 0;
    CU_ASSERT_EQUAL(
        SslComputeEapKeyBlock(provider, master, NULL, 64, block, 191, &n, 0), NTE_BUFFER_TOO_SMALL);
    CU_ASSERT_EQUAL(n, EAP_LEN);
    CU_ASSERT_EQUAL(SslComputeEapKeyBlock(provider, master, NULL, 64, block, 192, &n, 0),
        NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(n, 0);
    CU_ASSERT_EQUAL(SslComputeEapKeyBlock(provider, master, randoms, 64, block, 192, &n, 0), 0);
    CU_ASSERT_EQUAL(n, EAP_LEN);
}

/* PRF(secret, label, seed) with OpenSSL's own KDF. */
static bool prf(
    size_t row, DWORD secret_len, const char *label, const BYTE *seed, BYTE *out, size_t len)
{
    return support_default_prf(NULL, schedules[row].digest, secret, secret_len, label, seed,
        seed + RANDOM_LEN, RANDOM_LEN, out, len);
}

static void check_eap(size_t row, NCRYPT_KEY_HANDLE key)
{
    static const struct {
        const char *label;
        size_t len;
        bool server_first;
    } methods[] = {{"client EAP encryption", EAP_KEYS, false},
        {"ttls keying material", EAP_KEYS, false}, {"ttls challenge", EAP_KEYS, false},
        {"key expansion", EAP_LEN, true}};
    BYTE swapped[2 * RANDOM_LEN];

    memcpy(swapped, randoms + RANDOM_LEN, RANDOM_LEN);
    memcpy(swapped + RANDOM_LEN, randoms, RANDOM_LEN);
    for (DWORD id = 0; id < 4; id++) {
        BYTE expected[EAP_LEN] = {0}, block[EAP_LEN + 1];
        DWORD n = 0;

        CU_ASSERT(prf(row, MASTER_KEY_LEN, methods[id].label,
            methods[id].server_first ? swapped : randoms, expected, methods[id].len));
        if (id == NCRYPT_SSL_EAP_ID)
            CU_ASSERT(
                prf(row, 0, methods[id].label, randoms, expected + EAP_KEYS, EAP_LEN - EAP_KEYS));
        memset(block, 0xA5, sizeof(block));
        CU_ASSERT_EQUAL(
            SslComputeEapKeyBlock(provider, key, randoms, 64, block, sizeof(block), &n, id), 0);
        CU_ASSERT_EQUAL(n, EAP_LEN);
        CU_ASSERT(memcmp(block, expected, EAP_LEN) == 0);
        CU_ASSERT_EQUAL(block[EAP_LEN], 0xA5);
    }
}

static void test_eap_blocks_follow_the_formulas(void)
{
    for (size_t i = 0; i < COUNT(schedules); i++) {
        const NCRYPT_KEY_HANDLE key = import_master_bytes(
            provider, schedules[i].protocol, schedules[i].suite, NCRYPT_SSL_CLIENT_FLAG, secret);

        check_eap(i, key);
        CU_ASSERT_EQUAL(SslFreeObject(key, 0), ERROR_SUCCESS);
    }
}

/* The output may lie over the randoms, since they are read before it is written. */
static void test_eap_block_may_overwrite_its_randoms(void)
{
    BYTE block[EAP_LEN], expected[EAP_LEN];
    DWORD n = 0;

    CU_ASSERT_EQUAL(SslComputeEapKeyBlock(provider, master, randoms, 64, expected, 192, &n, 0), 0);
    memcpy(block + 100, randoms, 64);
    CU_ASSERT_EQUAL(SslComputeEapKeyBlock(provider, master, block + 100, 64, block, 192, &n, 0), 0);
    CU_ASSERT(memcmp(block, expected, EAP_LEN) == 0);
}

static int suite_init(void)
{
    const DWORD tls12 = TLS1_2_PROTOCOL_VERSION;

    for (size_t i = 0; i < sizeof(randoms); i++)
        randoms[i] = (BYTE)(i * 7 + 1);
    memset(secret, 0x3A, sizeof(secret));
    if (SslOpenProvider(&provider, NULL, 0) != ERROR_SUCCESS)
        return 1;
    master = import_master_bytes(provider, tls12, RSA_AES128_SHA, NCRYPT_SSL_CLIENT_FLAG, secret);
    ssl3_master = import_master_bytes(
        provider, SSL3_PROTOCOL_VERSION, RSA_AES128_SHA, NCRYPT_SSL_CLIENT_FLAG, secret);
    traffic =
        import_tls13_bytes(provider, NCRYPTSSL_KIND_TRAFFIC_SECRET, NCRYPT_SSL_CLIENT_FLAG, secret);
    return generate(provider, master, &session);
}

static int suite_cleanup(void)
{
    const NCRYPT_HANDLE all[] = {master, ssl3_master, traffic, provider};

    free_pair(&session);
    return free_handles(all, COUNT(all));
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_eap_checks_in_order),
        TEST(test_eap_blocks_follow_the_formulas),
        TEST(test_eap_block_may_overwrite_its_randoms),
    };

    return RUN_TESTS("EAP key blocks", suite_init, suite_cleanup, tests);
}
