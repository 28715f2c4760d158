/* SPDX-License-Identifier: Apache-2.0
 *
 * The key schedule of TLS 1.3 and DTLS 1.3, from a pre-shared key to the keys for records.
 * Agreements are in key_shares.c.  In the last round there is a key log.
 */
#include "functions.h"

enum { MAX_HASH_LEN = 48 };

static const struct setting {
    const char *label;
    DWORD protocol, suite, hash_len;
    bool key_log;
} settings[] = {
    {"AES-128-GCM", TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES128_GCM, 32, false},
    {"AES-256-GCM", TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES256_GCM, 48, false},
    {"ChaCha20", TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_CHACHA20, 32, false},
    {"CCM_8", TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_CCM_8, 32, false},
    {"DTLS 1.3", DTLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES256_GCM, 48, false},
    {"key log", TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES128_GCM, 32, true},
};

static const struct setting *now;

enum stage { EARLY, HANDSHAKE, MASTER, TRAFFIC, EXPORTER, RESUMPTION, BINDER, PRE_SHARED, STAGES };

static const DWORD kinds[STAGES] = {NCRYPTSSL_KIND_EARLY_SECRET, NCRYPTSSL_KIND_HANDSHAKE_SECRET,
    NCRYPTSSL_KIND_MASTER_SECRET, NCRYPTSSL_KIND_TRAFFIC_SECRET, NCRYPTSSL_KIND_EXPORTER_SECRET,
    NCRYPTSSL_KIND_RESUMPTION_SECRET, NCRYPTSSL_KIND_BINDER_KEY, NCRYPTSSL_KIND_PRE_SHARED_KEY};

static NCRYPT_KEY_HANDLE keys[STAGES];
static NCRYPT_HASH_HANDLE hash;

static bool begin(size_t round, const char **label)
{
    BYTE hello[4 + 2 + RANDOM_LEN] = {1, 0, 0, 2 + RANDOM_LEN, 3, 3};

    if (round == COUNT(settings))
        return false;
    now = &settings[round];
    *label = now->label;
    if (now->key_log)
        EXPECT(setenv("SSLKEYLOGFILE", "/dev/null", 1) == 0, now->label);
    for (size_t i = 0; i < STAGES; i++) {
        const struct secret_blob blob =
            make_secret(kinds[i], now->protocol, now->suite, NCRYPT_SSL_CLIENT_FLAG, now->hash_len);

        EXPECT_SUCCESS(import_secret(objects.provider, &blob, &keys[i]), now->label);
    }
    EXPECT_SUCCESS(
        SslCreateHandshakeHash(objects.provider, &hash, now->protocol, now->suite, 0), now->label);
    EXPECT_SUCCESS(SslHashHandshake(objects.provider, hash, hello, sizeof(hello), 0), now->label);
    return true;
}

static void end(void)
{
    for (size_t i = 0; i < STAGES; i++)
        EXPECT_SUCCESS(SslFreeObject(keys[i], 0), now->label);
    EXPECT_SUCCESS(SslFreeObject(hash, 0), now->label);
    unsetenv("SSLKEYLOGFILE");
}

/* ---- What is right ---- */

/* One step down the schedule, whichever the secret allows; false for none. */
static bool step_down(NCRYPT_KEY_HANDLE from, NCRYPT_KEY_HANDLE *to)
{
    BYTE nonce[1] = {0};

    return SslExtractMasterKey(objects.provider, from, to, NULL, 0) == ERROR_SUCCESS ||
        SslExpandExporterMasterKey(objects.provider, from, hash, to, NULL, 0) == ERROR_SUCCESS ||
        SslExpandPreSharedKey(objects.provider, from, nonce, sizeof(nonce), to, NULL, 0) ==
        ERROR_SUCCESS ||
        SslExtractEarlyKey(objects.provider, from, to, now->protocol, now->suite, NULL, 0) ==
        ERROR_SUCCESS;
}

static bool print_secret(NCRYPT_HANDLE handle, BYTE print[FAULTS_PRINT_LEN])
{
    char label[] = "EXPORTER-print";
    NCRYPT_KEY_HANDLE next = 0;
    bool printed;

    if (SslComputeFinishedHash(objects.provider, handle, hash, print, now->hash_len, 0) ==
            ERROR_SUCCESS ||
        SslExportKeyingMaterial(objects.provider, handle, label, NULL, 0, NULL, 0, print,
            MAX_HASH_LEN, 0) == ERROR_SUCCESS)
        return true;
    printed = step_down(handle, &next) && print_secret(next, print);
    SslFreeObject(next, 0);
    return printed;
}

static bool is_same_secret(void)
{
    return faults_same(print_secret);
}

static bool print_hash(NCRYPT_HANDLE handle, BYTE print[FAULTS_PRINT_LEN])
{
    return SslComputeFinishedHash(
               objects.provider, keys[TRAFFIC], handle, print, now->hash_len, 0) == ERROR_SUCCESS;
}

static bool is_same_hash(void)
{
    return faults_same(print_hash);
}

/* An external pre-shared key has SHA-256 (RFC 8446 section 4.2.11). */
static bool has_external_hash(void)
{
    return now->hash_len == 32;
}

/* ---- The calls ---- */

static SECURITY_STATUS import_pre_shared_key(void)
{
    BYTE external[] = "an external pre-shared key";

    return SslImportKey(
        objects.provider, &out.handles[0], TLS_13_PRE_SHARED_KEY, external, sizeof(external), 0);
}

static SECURITY_STATUS extract_early(void)
{
    return SslExtractEarlyKey(
        objects.provider, keys[PRE_SHARED], &out.handles[0], now->protocol, now->suite, NULL, 0);
}

static SECURITY_STATUS extract_early_without_key(void)
{
    return SslExtractEarlyKey(
        objects.provider, 0, &out.handles[0], now->protocol, now->suite, NULL, 0);
}

static SECURITY_STATUS extract_handshake_without_keys(void)
{
    return SslExtractHandshakeKey(objects.provider, 0, 0, keys[EARLY], &out.handles[0], NULL, 0);
}

static SECURITY_STATUS extract_master(void)
{
    return SslExtractMasterKey(objects.provider, keys[HANDSHAKE], &out.handles[0], NULL, 0);
}

static SECURITY_STATUS expand_early_traffic(void)
{
    return SslExpandTrafficKeys(
        objects.provider, keys[EARLY], hash, &out.handles[0], NULL, NULL, 0);
}

static SECURITY_STATUS expand_handshake_traffic(void)
{
    return SslExpandTrafficKeys(
        objects.provider, keys[HANDSHAKE], hash, &out.handles[0], &out.handles[1], NULL, 0);
}

static SECURITY_STATUS expand_application_traffic(void)
{
    return SslExpandTrafficKeys(
        objects.provider, keys[MASTER], hash, &out.handles[0], &out.handles[1], NULL, 0);
}

static SECURITY_STATUS expand_exporter(void)
{
    return SslExpandExporterMasterKey(
        objects.provider, keys[MASTER], hash, &out.handles[0], NULL, 0);
}

static SECURITY_STATUS expand_resumption(void)
{
    return SslExpandResumptionMasterKey(
        objects.provider, keys[MASTER], hash, &out.handles[0], NULL, 0);
}

static SECURITY_STATUS expand_binder(void)
{
    return SslExpandBinderKey(
        objects.provider, keys[EARLY], &out.handles[0], NULL, NCRYPT_SSL_RESUMPTION_PSK_FLAG);
}

static SECURITY_STATUS expand_pre_shared_key(void)
{
    BYTE nonce[8] = {0};

    return SslExpandPreSharedKey(
        objects.provider, keys[RESUMPTION], nonce, sizeof(nonce), &out.handles[0], NULL, 0);
}

static SECURITY_STATUS expand_next_traffic(void)
{
    return SslExpandNextGenTrafficKey(objects.provider, keys[TRAFFIC], &out.handles[0], NULL, 0);
}

static SECURITY_STATUS expand_write_key(void)
{
    return SslExpandWriteKey(objects.provider, keys[TRAFFIC], &out.handles[0], NULL, 0);
}

static SECURITY_STATUS duplicate_hash(void)
{
    return SslDuplicateTranscriptHash(objects.provider, hash, &out.handles[0], 0);
}

static SECURITY_STATUS finished_of(enum stage stage)
{
    out.room = now->hash_len;
    return SslComputeFinishedHash(objects.provider, keys[stage], hash, out.bytes, out.room, 0);
}

static SECURITY_STATUS finished(void)
{
    return finished_of(TRAFFIC);
}

static SECURITY_STATUS binder(void)
{
    return finished_of(BINDER);
}

static SECURITY_STATUS keying_material(void)
{
    char label[] = "EXPORTER-test";
    BYTE context[] = "context";

    out.room = 64;
    return SslExportKeyingMaterial(objects.provider, keys[EXPORTER], label, NULL, 0, context,
        sizeof(context), out.bytes, out.room, 0);
}

static const struct fault_call calls[] = {
    {"SslImportKey, pre-shared key", import_pre_shared_key, 1, NULL, is_same_secret, NULL,
        has_external_hash},
    {"SslExtractEarlyKey", extract_early, 1, NULL, is_same_secret, NULL, NULL},
    {"SslExtractEarlyKey, no key", extract_early_without_key, 1, NULL, is_same_secret, NULL, NULL},
    {"SslExtractHandshakeKey, no keys", extract_handshake_without_keys, 1, NULL, is_same_secret,
        NULL, NULL},
    {"SslExtractMasterKey", extract_master, 1, NULL, is_same_secret, NULL, NULL},
    {"SslExpandTrafficKeys, early", expand_early_traffic, 1, NULL, is_same_secret, NULL, NULL},
    {"SslExpandTrafficKeys, handshake", expand_handshake_traffic, 2, NULL, is_same_secret, NULL,
        NULL},
    {"SslExpandTrafficKeys", expand_application_traffic, 2, NULL, is_same_secret, NULL, NULL},
    {"SslExpandExporterMasterKey", expand_exporter, 1, NULL, is_same_secret, NULL, NULL},
    {"SslExpandResumptionMasterKey", expand_resumption, 1, NULL, is_same_secret, NULL, NULL},
    {"SslExpandBinderKey", expand_binder, 1, NULL, is_same_secret, NULL, NULL},
    {"SslExpandPreSharedKey", expand_pre_shared_key, 1, NULL, is_same_secret, NULL, NULL},
    {"SslExpandNextGenTrafficKey", expand_next_traffic, 1, NULL, is_same_secret, NULL, NULL},
    {"SslExpandWriteKey", expand_write_key, 1, NULL, faults_same_session_keys, NULL, NULL},
    {"SslDuplicateTranscriptHash", duplicate_hash, 1, NULL, is_same_hash, NULL, NULL},
    {"SslComputeFinishedHash", finished, 0, NULL, faults_same_bytes, NULL, NULL},
    {"SslComputeFinishedHash, binder", binder, 0, NULL, faults_same_bytes, NULL, NULL},
    {"SslExportKeyingMaterial", keying_material, 0, NULL, faults_same_bytes, NULL, NULL},
};

const struct fault_family faults_key_schedule = {
    "key schedule", begin, end, calls, COUNT(calls), NULL};
