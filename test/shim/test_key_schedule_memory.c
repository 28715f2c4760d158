/* SPDX-License-Identifier: Apache-2.0
 *
 * The key schedule of TLS 1.3, short of memory at every point in turn: each call is repeated with
 * its first, second, third ... allocation failing, until it makes no more.  Whatever fails, no
 * handle and no byte comes out, nothing is leaked or left on OpenSSL's queue, and the same call
 * works right afterwards.
 */
#include "support.h"

#include "common/allocations.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

enum { OUTPUT_LEN = 64, NONCE_LEN = 8, X25519 = 29, P256 = 23, FFDHE2048 = 256 };

static const struct setting {
    const char *label;
    DWORD suite, hash_len, group;
} settings[] = {
    {"SHA-256 and P-256", SUITE_TLS13_AES128_GCM, 32, P256},
    {"SHA-384 and X25519", SUITE_TLS13_AES256_GCM, 48, X25519},
    {"SHA-256 and ffdhe2048", SUITE_TLS13_CHACHA20, 32, FFDHE2048},
};

static NCRYPT_PROV_HANDLE provider;

/* What the calls start at, and what they have made. */
static struct {
    const struct setting *with;
    long live; /* allocations before all that */
    NCRYPT_KEY_HANDLE own, peer;
    NCRYPT_KEY_HANDLE early, handshake, master, traffic, exporter, resumption, binder, pre_shared;
    NCRYPT_HASH_HANDLE hash;
    NCRYPT_HANDLE made[2];
    BYTE output[OUTPUT_LEN], expected[OUTPUT_LEN];
} now;

/* ---- The calls ---- */

static BYTE external[] = "an external pre-shared key";

static SECURITY_STATUS import_pre_shared_key(void)
{
    return SslImportKey(
        provider, &now.made[0], TLS_13_PRE_SHARED_KEY, external, sizeof(external), 0);
}

static SECURITY_STATUS extract_early(void)
{
    return SslExtractEarlyKey(
        provider, now.pre_shared, &now.made[0], TLS1_3_PROTOCOL_VERSION, now.with->suite, NULL, 0);
}

static SECURITY_STATUS extract_early_without_key(void)
{
    return SslExtractEarlyKey(
        provider, 0, &now.made[0], TLS1_3_PROTOCOL_VERSION, now.with->suite, NULL, 0);
}

static SECURITY_STATUS extract_handshake(void)
{
    return SslExtractHandshakeKey(provider, now.own, now.peer, now.early, &now.made[0], NULL, 0);
}

static SECURITY_STATUS extract_handshake_without_keys(void)
{
    return SslExtractHandshakeKey(provider, 0, 0, now.early, &now.made[0], NULL, 0);
}

static SECURITY_STATUS extract_master(void)
{
    return SslExtractMasterKey(provider, now.handshake, &now.made[0], NULL, 0);
}

static SECURITY_STATUS expand_early_traffic(void)
{
    return SslExpandTrafficKeys(provider, now.early, now.hash, &now.made[0], NULL, NULL, 0);
}

static SECURITY_STATUS expand_handshake_traffic(void)
{
    return SslExpandTrafficKeys(
        provider, now.handshake, now.hash, &now.made[0], &now.made[1], NULL, 0);
}

static SECURITY_STATUS expand_application_traffic(void)
{
    return SslExpandTrafficKeys(
        provider, now.master, now.hash, &now.made[0], &now.made[1], NULL, 0);
}

static SECURITY_STATUS expand_exporter(void)
{
    return SslExpandExporterMasterKey(provider, now.master, now.hash, &now.made[0], NULL, 0);
}

static SECURITY_STATUS expand_resumption(void)
{
    return SslExpandResumptionMasterKey(provider, now.master, now.hash, &now.made[0], NULL, 0);
}

static SECURITY_STATUS expand_binder(void)
{
    return SslExpandBinderKey(
        provider, now.early, &now.made[0], NULL, NCRYPT_SSL_RESUMPTION_PSK_FLAG);
}

static SECURITY_STATUS expand_pre_shared_key(void)
{
    BYTE nonce[NONCE_LEN] = {0};

    return SslExpandPreSharedKey(
        provider, now.resumption, nonce, sizeof(nonce), &now.made[0], NULL, 0);
}

static SECURITY_STATUS expand_next_traffic(void)
{
    return SslExpandNextGenTrafficKey(provider, now.traffic, &now.made[0], NULL, 0);
}

static SECURITY_STATUS duplicate_hash(void)
{
    return SslDuplicateTranscriptHash(provider, now.hash, &now.made[0], 0);
}

static SECURITY_STATUS finished(void)
{
    return SslComputeFinishedHash(
        provider, now.traffic, now.hash, now.output, now.with->hash_len, 0);
}

static SECURITY_STATUS binder(void)
{
    return SslComputeFinishedHash(
        provider, now.binder, now.hash, now.output, now.with->hash_len, 0);
}

static SECURITY_STATUS keying_material(void)
{
    char label[] = "EXPORTER-test";
    BYTE context[] = "context";

    return SslExportKeyingMaterial(provider, now.exporter, label, NULL, 0, context, sizeof(context),
        now.output, OUTPUT_LEN, 0);
}

/* ---- Short of memory ---- */

typedef SECURITY_STATUS call_fn(void);

/* Without the error queue, whose texts stay for reuse; a queue is there again afterwards. */
static long count_live(void)
{
    OPENSSL_thread_stop();
    ERR_clear_error();
    return allocations_live();
}

static void prepare_outputs(size_t handles)
{
    for (size_t i = 0; i < COUNT(now.made); i++)
        now.made[i] = i < handles ? GARBAGE_HANDLE : 0;
    memset(now.output, 0, sizeof(now.output));
}

static void free_made(const char *label)
{
    for (size_t i = 0; i < COUNT(now.made); i++)
        EXPECT(now.made[i] == 0 || SslFreeObject(now.made[i], 0) == ERROR_SUCCESS, label);
    now.made[0] = now.made[1] = 0;
}

/* libcrypto, short of memory, does not always say why it fails; an agreement then looks like one
 * with a bad key. */
static void expect_status_of_failure(SECURITY_STATUS status, const char *label)
{
    if (allocations_failed_ours())
        EXPECT_STATUS(status, NTE_NO_MEMORY, label);
    EXPECT(
        status == NTE_NO_MEMORY || status == NTE_INTERNAL_ERROR || status == NTE_INVALID_PARAMETER,
        label);
}

static void expect_nothing_came_out(const char *label)
{
    static const BYTE zeros[OUTPUT_LEN];

    EXPECT(now.made[0] == 0 && now.made[1] == 0, label);
    EXPECT(memcmp(now.output, zeros, OUTPUT_LEN) == 0, label);
}

/* With all the memory there is: what comes out is the same each time. */
static void expect_works(call_fn *call, size_t handles, const char *label)
{
    prepare_outputs(handles);
    EXPECT_SUCCESS(call(), label);
    for (size_t i = 0; i < handles; i++)
        EXPECT(now.made[i] != 0 && now.made[i] != GARBAGE_HANDLE, label);
    EXPECT(memcmp(now.output, now.expected, OUTPUT_LEN) == 0, label);
    free_made(label);
}

/* Fails the n-th allocation; whether there was one. */
static bool try_once(call_fn *call, size_t handles, unsigned long n, const char *name)
{
    const long before = count_live();
    SECURITY_STATUS status;
    char label[128];
    bool reached;

    snprintf(label, sizeof(label), "%s, %s, allocation %lu", now.with->label, name, n);
    prepare_outputs(handles);
    allocations_fail(n, NULL);
    status = call();
    reached = allocations_end();
    EXPECT(ERR_peek_error() == 0, label);
    if (status == ERROR_SUCCESS) {
        EXPECT(memcmp(now.output, now.expected, OUTPUT_LEN) == 0, label);
        free_made(label);
    } else {
        EXPECT(reached, label);
        expect_status_of_failure(status, label);
        expect_nothing_came_out(label);
    }
    EXPECT(count_live() == before, label);
    expect_works(call, handles, label);
    return reached;
}

static void try_call(call_fn *call, size_t handles, const char *name)
{
    unsigned long n = 1;

    prepare_outputs(handles);
    EXPECT_SUCCESS(call(), name);
    memcpy(now.expected, now.output, OUTPUT_LEN);
    free_made(name);
    while (try_once(call, handles, n, name))
        n++;
    EXPECT(n > 1, name);
}

#define TRY(call, handles) try_call(call, handles, #call)

/* ---- What the calls start at ---- */

static bool import_stage(DWORD kind, NCRYPT_KEY_HANDLE *key)
{
    const struct secret_blob blob = make_secret(
        kind, TLS1_3_PROTOCOL_VERSION, now.with->suite, NCRYPT_SSL_CLIENT_FLAG, now.with->hash_len);

    return import_secret(provider, &blob, key) == ERROR_SUCCESS;
}

static bool create_key(NCRYPT_KEY_HANDLE *key)
{
    return SslCreateEphemeralKey(provider, key, TLS1_3_PROTOCOL_VERSION, 0, now.with->group, 0,
               NULL, 0, 0) == ERROR_SUCCESS;
}

static bool create_hash(void)
{
    BYTE message[] = {2, 0, 0, 4, 'a', 'b', 'c', 'd'};

    return SslCreateHandshakeHash(
               provider, &now.hash, TLS1_3_PROTOCOL_VERSION, now.with->suite, 0) == ERROR_SUCCESS &&
        SslHashHandshake(provider, now.hash, message, sizeof(message), 0) == ERROR_SUCCESS;
}

static void make_all(void)
{
    CU_ASSERT_FATAL(import_stage(NCRYPTSSL_KIND_EARLY_SECRET, &now.early));
    CU_ASSERT_FATAL(import_stage(NCRYPTSSL_KIND_HANDSHAKE_SECRET, &now.handshake));
    CU_ASSERT_FATAL(import_stage(NCRYPTSSL_KIND_MASTER_SECRET, &now.master));
    CU_ASSERT_FATAL(import_stage(NCRYPTSSL_KIND_TRAFFIC_SECRET, &now.traffic));
    CU_ASSERT_FATAL(import_stage(NCRYPTSSL_KIND_EXPORTER_SECRET, &now.exporter));
    CU_ASSERT_FATAL(import_stage(NCRYPTSSL_KIND_RESUMPTION_SECRET, &now.resumption));
    CU_ASSERT_FATAL(import_stage(NCRYPTSSL_KIND_BINDER_KEY, &now.binder));
    CU_ASSERT_FATAL(import_stage(NCRYPTSSL_KIND_PRE_SHARED_KEY, &now.pre_shared));
    CU_ASSERT_FATAL(create_key(&now.own) && create_key(&now.peer) && create_hash());
}

static void free_all(void)
{
    const NCRYPT_HANDLE all[] = {now.own, now.peer, now.early, now.handshake, now.master,
        now.traffic, now.exporter, now.resumption, now.binder, now.pre_shared, now.hash};

    for (size_t i = 0; i < COUNT(all); i++)
        EXPECT_SUCCESS(SslFreeObject(all[i], 0), now.with->label);
}

/* The first agreement in a group leaves behind what libcrypto keeps for the next ones. */
static void begin(const struct setting *with)
{
    memset(&now, 0, sizeof(now));
    now.with = with;
    make_all();
    EXPECT_SUCCESS(extract_handshake(), with->label);
    free_made(with->label);
    free_all();
    now.live = count_live();
    make_all();
}

/* A reference that a call did not give back would keep an object for good. */
static void end(void)
{
    free_all();
    EXPECT(count_live() == now.live, now.with->label);
}

/* ---- Tests ---- */

static void test_secrets_are_extracted(void)
{
    for (size_t i = 0; i < COUNT(settings); i++) {
        begin(&settings[i]);
        TRY(import_pre_shared_key, 1);
        TRY(extract_early, 1);
        TRY(extract_early_without_key, 1);
        TRY(extract_handshake, 1);
        TRY(extract_handshake_without_keys, 1);
        TRY(extract_master, 1);
        end();
    }
}

static void expand_all(const struct setting *with)
{
    begin(with);
    TRY(expand_early_traffic, 1);
    TRY(expand_handshake_traffic, 2);
    TRY(expand_application_traffic, 2);
    TRY(expand_exporter, 1);
    TRY(expand_resumption, 1);
    TRY(expand_binder, 1);
    TRY(expand_pre_shared_key, 1);
    TRY(expand_next_traffic, 1);
    end();
}

static void test_secrets_are_expanded(void)
{
    for (size_t i = 0; i < COUNT(settings); i++)
        expand_all(&settings[i]);
}

/* The log fails in silence, and what is exported for it stays nowhere. */
static void test_secrets_are_expanded_with_a_key_log(void)
{
    BYTE hello[4 + 2 + RANDOM_LEN] = {1, 0, 0, 2 + RANDOM_LEN, 3, 3};

    CU_ASSERT_FATAL(setenv("SSLKEYLOGFILE", "/dev/null", 1) == 0);
    begin(&settings[0]);
    EXPECT_SUCCESS(SslFreeObject(now.hash, 0), "hash");
    EXPECT_SUCCESS(
        SslCreateHandshakeHash(provider, &now.hash, TLS1_3_PROTOCOL_VERSION, now.with->suite, 0),
        "hash");
    EXPECT_SUCCESS(SslHashHandshake(provider, now.hash, hello, sizeof(hello), 0), "ClientHello");
    TRY(expand_early_traffic, 1);
    TRY(expand_handshake_traffic, 2);
    TRY(expand_exporter, 1);
    end();
    CU_ASSERT_FATAL(unsetenv("SSLKEYLOGFILE") == 0);
}

static void test_what_is_computed_of_secrets(void)
{
    for (size_t i = 0; i < COUNT(settings); i++) {
        begin(&settings[i]);
        TRY(duplicate_hash, 1);
        TRY(finished, 0);
        TRY(binder, 0);
        TRY(keying_material, 0);
        end();
    }
}

/* A key of the wrong stage wherever one is wanted, with all the memory there is. */
static void test_refused_calls_keep_nothing(void)
{
    call_fn *const calls[] = {extract_handshake, extract_handshake_without_keys, extract_master,
        expand_early_traffic, expand_handshake_traffic, expand_exporter, expand_resumption,
        expand_binder, expand_pre_shared_key, expand_next_traffic};
    NCRYPT_KEY_HANDLE *const stages[] = {
        &now.early, &now.handshake, &now.master, &now.traffic, &now.resumption};
    NCRYPT_KEY_HANDLE right[COUNT(stages)];

    begin(&settings[0]);
    for (size_t i = 0; i < COUNT(stages); i++) {
        right[i] = *stages[i];
        *stages[i] = now.exporter;
    }
    for (size_t i = 0; i < COUNT(calls); i++)
        EXPECT_STATUS(calls[i](), NTE_NOT_SUPPORTED, "the wrong stage");
    for (size_t i = 0; i < COUNT(stages); i++)
        *stages[i] = right[i];
    right[0] = now.pre_shared;
    now.pre_shared = now.own;
    EXPECT_BAD_HANDLE(extract_early(), "no pre-shared key");
    now.pre_shared = right[0];
    end();
}

static int set_up(void)
{
    return SslOpenProvider(&provider, NULL, 0);
}

static int tear_down(void)
{
    return SslFreeObject(provider, 0);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_secrets_are_extracted),
        TEST(test_secrets_are_expanded),
        TEST(test_secrets_are_expanded_with_a_key_log),
        TEST(test_what_is_computed_of_secrets),
        TEST(test_refused_calls_keep_nothing),
    };

    if (!allocations_install())
        return 1;
    return run_tests("key schedule short of memory", tests, COUNT(tests), set_up, tear_down);
}
