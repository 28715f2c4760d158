/* SPDX-License-Identifier: Apache-2.0
 *
 * Hashes that fail, cannot be fetched, or are gone.  All of them come from a provider that fails
 * when it is told to: at the n-th hash, or at the n-th call of any of its functions, for every n.
 * Then a function says that OpenSSL failed, nothing comes out, and the same call works afterwards.
 */
#include "shim/support.h"

#include "common/provider_support.h"
#include "sslprovider/names.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/provider.h>

enum { OUTPUT_LEN = 32, CANARY = 0xA7, KEY_BLOCK_LEN = 40 };
enum { TLS12 = TLS1_2_PROTOCOL_VERSION, TLS13 = TLS1_3_PROTOCOL_VERSION, SUITE_PSK = 0x00A8 };

static OSSL_PROVIDER *hash_provider;
static NCRYPT_PROV_HANDLE provider;
static NCRYPT_HASH_HANDLE hash;
static NCRYPT_KEY_HANDLE master, psk, early, handshake, master_secret, traffic, exporter,
    resumption;
static unsigned long points;

static struct {
    NCRYPT_KEY_HANDLE handles[2];
    BYTE bytes[OUTPUT_LEN];
} out;

/* ---- The calls ---- */

static SECURITY_STATUS generate_session_keys(void)
{
    struct randoms randoms;

    return SslGenerateSessionKeys(
        provider, master, &out.handles[0], &out.handles[1], fill_randoms(&randoms), 0);
}

static SECURITY_STATUS generate_master_key(void)
{
    BYTE key[16] = "pre-shared key";
    struct randoms randoms;
    const NCryptBufferDesc *both = fill_randoms(&randoms);
    NCryptBuffer buffers[3] = {
        both->pBuffers[0], both->pBuffers[1], {sizeof(key), NCRYPTBUFFER_SSL_CLEAR_KEY, key}};
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, 3, buffers};

    return SslGenerateMasterKey(provider, 0, 0, &out.handles[0], TLS12, SUITE_PSK, &list, NULL, 0,
        NULL, NCRYPT_SSL_CLIENT_FLAG);
}

static SECURITY_STATUS export_material(NCRYPT_KEY_HANDLE key, BYTE *randoms, DWORD len)
{
    char label[] = "EXPORTER-test";

    return SslExportKeyingMaterial(
        provider, key, label, randoms, len, NULL, 0, out.bytes, OUTPUT_LEN, 0);
}

static SECURITY_STATUS export_tls12(void)
{
    BYTE randoms[2 * RANDOM_LEN] = {0};

    return export_material(master, randoms, sizeof(randoms));
}

static SECURITY_STATUS export_tls13(void)
{
    return export_material(exporter, NULL, 0);
}

static SECURITY_STATUS finished(void)
{
    return SslComputeFinishedHash(provider, traffic, hash, out.bytes, OUTPUT_LEN, 0);
}

static SECURITY_STATUS extract_early(void)
{
    return SslExtractEarlyKey(
        provider, psk, &out.handles[0], TLS13, SUITE_TLS13_AES128_GCM, NULL, 0);
}

static SECURITY_STATUS extract_handshake(void)
{
    return SslExtractHandshakeKey(provider, 0, 0, early, &out.handles[0], NULL, 0);
}

static SECURITY_STATUS extract_master(void)
{
    return SslExtractMasterKey(provider, handshake, &out.handles[0], NULL, 0);
}

static SECURITY_STATUS expand_traffic(void)
{
    return SslExpandTrafficKeys(
        provider, master_secret, hash, &out.handles[0], &out.handles[1], NULL, 0);
}

static SECURITY_STATUS expand_exporter(void)
{
    return SslExpandExporterMasterKey(provider, master_secret, hash, &out.handles[0], NULL, 0);
}

static SECURITY_STATUS expand_resumption(void)
{
    return SslExpandResumptionMasterKey(provider, master_secret, hash, &out.handles[0], NULL, 0);
}

static SECURITY_STATUS expand_binder(void)
{
    return SslExpandBinderKey(provider, early, &out.handles[0], NULL, NCRYPT_SSL_EXTERNAL_PSK_FLAG);
}

static SECURITY_STATUS expand_pre_shared_key(void)
{
    return SslExpandPreSharedKey(provider, resumption, NULL, 0, &out.handles[0], NULL, 0);
}

static SECURITY_STATUS expand_next_traffic(void)
{
    return SslExpandNextGenTrafficKey(provider, traffic, &out.handles[0], NULL, 0);
}

static SECURITY_STATUS expand_write_key(void)
{
    return SslExpandWriteKey(provider, traffic, &out.handles[0], NULL, 0);
}

static const struct call {
    const char *name;
    SECURITY_STATUS (*run)(void);
    bool gives_bytes;
} calls[] = {
    {"SslGenerateSessionKeys", generate_session_keys, false},
    {"SslGenerateMasterKey", generate_master_key, false},
    {"SslExportKeyingMaterial, TLS 1.2", export_tls12, true},
    {"SslExportKeyingMaterial, TLS 1.3", export_tls13, true},
    {"SslComputeFinishedHash", finished, true},
    {"SslExtractEarlyKey", extract_early, false},
    {"SslExtractHandshakeKey", extract_handshake, false},
    {"SslExtractMasterKey", extract_master, false},
    {"SslExpandTrafficKeys", expand_traffic, false},
    {"SslExpandExporterMasterKey", expand_exporter, false},
    {"SslExpandResumptionMasterKey", expand_resumption, false},
    {"SslExpandBinderKey", expand_binder, false},
    {"SslExpandPreSharedKey", expand_pre_shared_key, false},
    {"SslExpandNextGenTrafficKey", expand_next_traffic, false},
    {"SslExpandWriteKey", expand_write_key, false},
};

/* ---- Hashes that fail ---- */

static SECURITY_STATUS run_call(const struct call *call)
{
    for (size_t i = 0; i < COUNT(out.handles); i++)
        out.handles[i] = 0;
    memset(out.bytes, CANARY, OUTPUT_LEN);
    return call->run();
}

static void free_outputs(void)
{
    for (size_t i = 0; i < COUNT(out.handles); i++)
        CU_ASSERT(out.handles[i] == 0 || SslFreeObject(out.handles[i], 0) == ERROR_SUCCESS);
}

static bool has_no_output(void)
{
    bool none = out.handles[0] == 0 && out.handles[1] == 0;

    for (size_t i = 0; i < OUTPUT_LEN; i++)
        none = none && (out.bytes[i] == 0 || out.bytes[i] == CANARY);
    return none;
}

static void expect_works(const struct call *call, const BYTE expected[OUTPUT_LEN])
{
    EXPECT_SUCCESS(run_call(call), call->name);
    EXPECT(memcmp(out.bytes, expected, OUTPUT_LEN) == 0, call->name);
    free_outputs();
}

/* A context for a hash that is not to be had is a lack of memory. */
static void expect_openssl_failed(SECURITY_STATUS status, const char *label, bool all_calls)
{
    if (!all_calls || status != NTE_NO_MEMORY)
        EXPECT_STATUS(status, NTE_INTERNAL_ERROR, label);
}

static bool try_point(
    const struct call *call, const BYTE expected[OUTPUT_LEN], bool all_calls, unsigned long n)
{
    SECURITY_STATUS status;
    char label[128];
    bool failed;

    (void)snprintf(
        label, sizeof(label), "%s, %s %lu", call->name, all_calls ? "call of a hash" : "hash", n);
    (all_calls ? support_fail_hash_calls_from : support_fail_hashes_from)(n);
    status = run_call(call);
    failed = support_end_failing_hashes();
    EXPECT(ERR_peek_error() == 0, label);
    if (failed) {
        expect_openssl_failed(status, label, all_calls);
        EXPECT(status == ERROR_SUCCESS || has_no_output(), label);
        points++;
    } else {
        EXPECT_SUCCESS(status, label);
    }
    free_outputs();
    expect_works(call, expected);
    return failed;
}

static void test_functions_survive_failing_hashes(void)
{
    for (size_t i = 0; i < COUNT(calls); i++) {
        BYTE expected[OUTPUT_LEN];

        EXPECT_SUCCESS(run_call(&calls[i]), calls[i].name);
        memcpy(expected, out.bytes, OUTPUT_LEN);
        EXPECT((expected[0] != CANARY || expected[1] != CANARY) == calls[i].gives_bytes,
            calls[i].name);
        free_outputs();
        for (int all_calls = 0; all_calls < 2; all_calls++) {
            const unsigned long before = points;

            for (unsigned long n = 1; try_point(&calls[i], expected, all_calls != 0, n); n++)
                continue;
            EXPECT(points > before, calls[i].name);
        }
    }
    printf("%lu points ", points);
}

/* Objects of the provider keep the hashes that they use. */
static void test_functions_work_when_the_hashes_are_unloaded(void)
{
    CU_ASSERT(OSSL_PROVIDER_unload(hash_provider) == 1);
    for (size_t i = 0; i < COUNT(calls); i++) {
        EXPECT_SUCCESS(run_call(&calls[i]), calls[i].name);
        free_outputs();
    }
    hash_provider = OSSL_PROVIDER_load(NULL, SUPPORT_HASH_PROVIDER);
    CU_ASSERT(hash_provider != NULL);
}

/* ---- Hashes that cannot be fetched ---- */

static OSSL_LIB_CTX *context_with_query(const char *query)
{
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();
    char options[128];

    (void)snprintf(options, sizeof(options), "properties = %s\n", query);
    CU_ASSERT_FATAL(libctx != NULL && support_load_config(libctx, options) == 1);
    CU_ASSERT(
        OSSL_PROVIDER_add_builtin(libctx, SUPPORT_HASH_PROVIDER, support_hash_provider_init) == 1);
    return libctx;
}

static bool derive(OSSL_LIB_CTX *libctx, BYTE key_block[KEY_BLOCK_LEN])
{
    static const BYTE secret[MASTER_KEY_LEN] = {1}, randoms[RANDOM_LEN] = {2};
    EVP_KDF *kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    bool ok;

    CU_ASSERT_FATAL(kdf != NULL);
    memset(key_block, CANARY, KEY_BLOCK_LEN);
    ok = support_derive(kdf,
        (struct support_inputs){.protocol = SSLPROVIDER_PROTOCOL_TLS1_2,
            .suite = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            .secret = secret,
            .secret_len = sizeof(secret),
            .client_random = randoms,
            .server_random = randoms},
        key_block, KEY_BLOCK_LEN);
    EVP_KDF_free(kdf);
    return ok;
}

static void expect_no_hash(OSSL_LIB_CTX *libctx)
{
    static const BYTE zeros[KEY_BLOCK_LEN];
    BYTE key_block[KEY_BLOCK_LEN];

    CU_ASSERT(!derive(libctx, key_block));
    CU_ASSERT(support_raised("hash not available"));
    CU_ASSERT(memcmp(key_block, zeros, KEY_BLOCK_LEN) == 0);
}

/* The default provider is there all the time, and is not what the query asks for. */
static void test_hashes_come_and_go_under_a_query(void)
{
    OSSL_LIB_CTX *libctx = context_with_query(SUPPORT_HASH_QUERY);
    BYTE first[KEY_BLOCK_LEN], second[KEY_BLOCK_LEN];
    OSSL_PROVIDER *hashes;

    expect_no_hash(libctx);
    hashes = OSSL_PROVIDER_load(libctx, SUPPORT_HASH_PROVIDER);
    CU_ASSERT(hashes != NULL && OSSL_PROVIDER_unload(hashes) == 1);
    expect_no_hash(libctx);
    hashes = OSSL_PROVIDER_load(libctx, SUPPORT_HASH_PROVIDER);
    CU_ASSERT(derive(libctx, first));
    CU_ASSERT(OSSL_PROVIDER_unload(hashes) == 1);
    CU_ASSERT(derive(libctx, second) && memcmp(first, second, KEY_BLOCK_LEN) == 0);
    CU_ASSERT(support_nothing_raised());
    OSSL_LIB_CTX_free(libctx);
}

static void test_query_that_nobody_satisfies_refuses(void)
{
    OSSL_LIB_CTX *libctx = context_with_query("provider=legacy");

    expect_no_hash(libctx);
    expect_no_hash(libctx);
    OSSL_LIB_CTX_free(libctx);
}

/* ---- All ---- */

static NCRYPT_KEY_HANDLE import(DWORD kind, DWORD protocol, DWORD suite, DWORD len)
{
    const struct secret_blob blob = make_secret(kind, protocol, suite, NCRYPT_SSL_CLIENT_FLAG, len);
    NCRYPT_KEY_HANDLE key = 0;

    (void)import_secret(provider, &blob, &key);
    return key;
}

static NCRYPT_KEY_HANDLE import_tls13(DWORD kind)
{
    return import(kind, TLS13, SUITE_TLS13_AES128_GCM, 32);
}

static int open_all(void)
{
    if (OSSL_PROVIDER_add_builtin(NULL, SUPPORT_HASH_PROVIDER, support_hash_provider_init) != 1 ||
        (hash_provider = OSSL_PROVIDER_load(NULL, SUPPORT_HASH_PROVIDER)) == NULL ||
        support_load_config(NULL, "properties = " SUPPORT_HASH_QUERY "\n") != 1 ||
        SslOpenProvider(&provider, NULL, 0) != ERROR_SUCCESS ||
        SslCreateHandshakeHash(provider, &hash, TLS13, SUITE_TLS13_AES128_GCM, 0) != ERROR_SUCCESS)
        return 1;
    master = import(NCRYPTSSL_KIND_MASTER_KEY, TLS12, SUITE_AES128_GCM, MASTER_KEY_LEN);
    psk = import_tls13(NCRYPTSSL_KIND_PRE_SHARED_KEY);
    early = import_tls13(NCRYPTSSL_KIND_EARLY_SECRET);
    handshake = import_tls13(NCRYPTSSL_KIND_HANDSHAKE_SECRET);
    master_secret = import_tls13(NCRYPTSSL_KIND_MASTER_SECRET);
    traffic = import_tls13(NCRYPTSSL_KIND_TRAFFIC_SECRET);
    exporter = import_tls13(NCRYPTSSL_KIND_EXPORTER_SECRET);
    resumption = import_tls13(NCRYPTSSL_KIND_RESUMPTION_SECRET);
    return 0;
}

static int close_all(void)
{
    const NCRYPT_HANDLE made[] = {master, psk, early, handshake, master_secret, traffic, exporter,
        resumption, hash, provider};
    const int left = free_handles(made, COUNT(made));

    return OSSL_PROVIDER_unload(hash_provider) == 1 ? left : 1;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_functions_survive_failing_hashes),
        TEST(test_functions_work_when_the_hashes_are_unloaded),
        TEST(test_hashes_come_and_go_under_a_query),
        TEST(test_query_that_nobody_satisfies_refuses),
    };

    return RUN_TESTS("hashes that fail or are missing", open_all, close_all, tests);
}
