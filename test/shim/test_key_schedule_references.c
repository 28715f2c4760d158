/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls of the key schedule of TLS 1.3 that are refused keep no reference to the keys they were
 * given.  A leak checker takes an object that the table of handles still knows for memory in use;
 * the allocations that are left tell.
 */
#include "shim/support.h"
#include "shim/support/provider.h"

#include "common/allocations.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

enum { HASH_LEN = 32, NONCE_LEN = 8, P256 = 23, SUITE = SUITE_TLS13_AES128_GCM };

/* What the calls start at, and where they would put what they make. */
static struct {
    NCRYPT_KEY_HANDLE own, peer;
    NCRYPT_KEY_HANDLE early, handshake, master, traffic, exporter, resumption, binder, pre_shared;
    NCRYPT_HASH_HANDLE hash;
    NCRYPT_HANDLE made[2];
} now;

/* ---- The calls ---- */

static SECURITY_STATUS extract_early(void)
{
    return SslExtractEarlyKey(
        provider, now.pre_shared, &now.made[0], TLS1_3_PROTOCOL_VERSION, SUITE, NULL, 0);
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

/* ---- What is left ---- */

typedef SECURITY_STATUS call_fn(void);

/* Without the error queue, whose texts stay for reuse; a queue is there again afterwards. */
static long count_live(void)
{
    OPENSSL_thread_stop();
    ERR_clear_error();
    return allocations_live();
}

/* ---- What the calls start at ---- */

static bool import_stage(DWORD kind, NCRYPT_KEY_HANDLE *key)
{
    const struct secret_blob blob =
        make_secret(kind, TLS1_3_PROTOCOL_VERSION, SUITE, NCRYPT_SSL_CLIENT_FLAG, HASH_LEN);

    return import_secret(provider, &blob, key) == ERROR_SUCCESS;
}

static bool create_key(NCRYPT_KEY_HANDLE *key)
{
    return SslCreateEphemeralKey(provider, key, TLS1_3_PROTOCOL_VERSION, 0, P256, 0, NULL, 0, 0) ==
        ERROR_SUCCESS;
}

static bool create_hash(void)
{
    BYTE message[] = {2, 0, 0, 4, 'a', 'b', 'c', 'd'};

    return SslCreateHandshakeHash(provider, &now.hash, TLS1_3_PROTOCOL_VERSION, SUITE, 0) ==
        ERROR_SUCCESS &&
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
        EXPECT_SUCCESS(SslFreeObject(all[i], 0), "free");
}

/* ---- The test ---- */

/* A key of the wrong stage wherever one is wanted. */
static void test_refused_calls_leak_no_reference(void)
{
    call_fn *const calls[] = {extract_handshake, extract_handshake_without_keys, extract_master,
        expand_early_traffic, expand_handshake_traffic, expand_exporter, expand_resumption,
        expand_binder, expand_pre_shared_key, expand_next_traffic};
    NCRYPT_KEY_HANDLE *const stages[] = {
        &now.early, &now.handshake, &now.master, &now.traffic, &now.resumption};
    NCRYPT_KEY_HANDLE right[COUNT(stages)];
    long before;

    /* The first objects leave behind what libcrypto keeps for the next ones. */
    make_all();
    free_all();
    before = count_live();
    make_all();
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
    free_all();
    EXPECT(count_live() == before, "what is left");
}

int main(void)
{
    static const struct named_test tests[] = {TEST(test_refused_calls_leak_no_reference)};

    if (!allocations_install())
        return 1;
    return RUN_TESTS("key schedule refused", open_provider, close_provider, tests);
}
