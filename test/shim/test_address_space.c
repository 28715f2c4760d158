/* SPDX-License-Identifier: Apache-2.0
 *
 * What is left in memory of the secrets of a TLS 1.3 handshake: nothing but the session keys while
 * their handles live, and nothing at all when every handle is freed.
 *
 * The peer is another process, with libcrypto alone: it computes every secret of the handshake and
 * tells them masked, so that this process knows what to look for without ever holding it.  Memory
 * is then compared in place, byte by byte.
 */
#include "shim/support.h"

#include "common/memory_search.h"
#include "common/tls13_schedule.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = TLS13_SIZE, SHARE_LEN = 32, SKIPPED = 77 };

struct told {
    uint8_t share[SHARE_LEN];
    struct tls13_secrets masked;
};

/* ---- The peer ---- */

static void require(bool ok)
{
    if (!ok)
        _exit(1);
}

/* Takes the share of this process and tells its own, and all secrets, masked. */
static void run_peer(int from, int to)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
    struct told told = {0};
    uint8_t share[SHARE_LEN];
    size_t len = SHARE_LEN;
    EVP_PKEY_CTX *context;
    EVP_PKEY *peer;

    require(read(from, share, sizeof(share)) == (ssize_t)sizeof(share));
    require(EVP_PKEY_get_raw_public_key(key, told.share, &len) == 1);
    peer = EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL, share, sizeof(share));
    context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    len = SIZE;
    require(EVP_PKEY_derive_init(context) == 1 && EVP_PKEY_derive_set_peer(context, peer) == 1 &&
        EVP_PKEY_derive(context, told.masked.bytes[TLS13_SHARED], &len) == 1);
    for (size_t i = 0; i < SIZE; i++)
        told.masked.bytes[TLS13_PSK][i] = (uint8_t)(0x11 * i + 5);
    require(tls13_compute(&told.masked));
    for (size_t i = 0; i < sizeof(told.masked); i++)
        ((uint8_t *)&told.masked)[i] ^= MEMORY_MASK;
    require(write(to, &told, sizeof(told)) == (ssize_t)sizeof(told));
    _exit(0);
}

/* ---- The handshake ---- */

static struct told told;

struct handles {
    NCRYPT_PROV_HANDLE provider;
    NCRYPT_HASH_HANDLE hash;
    NCRYPT_KEY_HANDLE all[24];
    size_t count;
    NCRYPT_KEY_HANDLE client_key, server_key;
};

static struct handles handles;

/* A place for the handle of a key that is freed with the others. */
static NCRYPT_KEY_HANDLE *place(void)
{
    CU_ASSERT_FATAL(handles.count < COUNT(handles.all));
    return &handles.all[handles.count++];
}

static void hash_stage(size_t stage)
{
    EXPECT_SUCCESS(SslHashHandshake(handles.provider, handles.hash,
                       (PBYTE)(uintptr_t)tls13_messages[stage], sizeof(tls13_messages[stage]), 0),
        "messages");
}

static NCRYPT_KEY_HANDLE import_psk(void)
{
    NCRYPT_KEY_HANDLE *psk = place();
    uint8_t secret[SIZE];

    for (size_t i = 0; i < SIZE; i++)
        secret[i] = told.masked.bytes[TLS13_PSK][i] ^ MEMORY_MASK;
    EXPECT_SUCCESS(
        SslImportKey(handles.provider, psk, TLS_13_PRE_SHARED_KEY, secret, sizeof(secret), 0),
        "PSK");
    OPENSSL_cleanse(secret, sizeof(secret));
    return *psk;
}

struct share_blob {
    NCRYPTSSL_KEY_SHARE_BLOB_HEADER header;
    BYTE share[SHARE_LEN];
};

static NCRYPT_KEY_HANDLE make_share(uint8_t share[SHARE_LEN])
{
    NCRYPT_KEY_HANDLE *own = place();
    struct share_blob blob = {{0}, {0}};
    DWORD len = 0;

    EXPECT_SUCCESS(
        SslCreateEphemeralKey(handles.provider, own, TLS1_3_PROTOCOL_VERSION, 0, 29, 0, NULL, 0, 0),
        "share");
    EXPECT_SUCCESS(SslExportKey(handles.provider, *own, NCRYPTSSL_KEY_SHARE_BLOB, (PBYTE)&blob,
                       sizeof(blob), &len, 0),
        "share");
    memcpy(share, blob.share, SHARE_LEN);
    return *own;
}

static NCRYPT_KEY_HANDLE import_share(const uint8_t share[SHARE_LEN])
{
    struct share_blob blob = {{sizeof(blob), NCRYPTSSL_KEY_SHARE_MAGIC, 29, SHARE_LEN}, {0}};
    NCRYPT_KEY_HANDLE *peer = place();

    memcpy(blob.share, share, SHARE_LEN);
    EXPECT_SUCCESS(SslImportKey(handles.provider, peer, NCRYPTSSL_KEY_SHARE_BLOB, (PBYTE)&blob,
                       sizeof(blob), 0),
        "share");
    return *peer;
}

static void finished(NCRYPT_KEY_HANDLE key, DWORD flags)
{
    uint8_t verify_data[SIZE];

    EXPECT_SUCCESS(
        SslComputeFinishedHash(handles.provider, key, handles.hash, verify_data, SIZE, flags),
        "Finished");
}

/* Reads with one key and writes with the other, so that both have been at work. */
static void transfer(void)
{
    BYTE text[16] = "some text", record[64], opened[64];
    DWORD len, opened_len;

    EXPECT_SUCCESS(SslEncryptPacket(handles.provider, handles.client_key, text, sizeof(text),
                       record, sizeof(record), &len, 0, 23, 0),
        "record");
    EXPECT_SUCCESS(SslDecryptPacket(handles.provider, handles.client_key, record, len, opened,
                       sizeof(opened), &opened_len, 0, 0),
        "record");
    EXPECT_SUCCESS(SslEncryptPacket(handles.provider, handles.server_key, text, sizeof(text),
                       record, sizeof(record), &len, 0, 23, 0),
        "record");
}

static void master_stage(NCRYPT_KEY_HANDLE handshake)
{
    NCRYPT_KEY_HANDLE *master = place(), *client = place(), *server = place(), *next = place();
    NCRYPT_KEY_HANDLE *exporter = place(), *resumption = place(), *ticket = place();
    const NCRYPT_PROV_HANDLE provider = handles.provider;
    uint8_t material[SIZE];

    EXPECT_SUCCESS(SslExtractMasterKey(provider, handshake, master, NULL, 0), "master");
    EXPECT_SUCCESS(
        SslExpandTrafficKeys(provider, *master, handles.hash, client, server, NULL, 0), "traffic");
    EXPECT_SUCCESS(
        SslExpandExporterMasterKey(provider, *master, handles.hash, exporter, NULL, 0), "exporter");
    EXPECT_SUCCESS(SslExportKeyingMaterial(provider, *exporter, (PCHAR) "label", NULL, 0, NULL, 0,
                       material, sizeof(material), 0),
        "exporter");
    hash_stage(3);
    EXPECT_SUCCESS(
        SslExpandResumptionMasterKey(provider, *master, handles.hash, resumption, NULL, 0),
        "resumption");
    EXPECT_SUCCESS(
        SslExpandPreSharedKey(provider, *resumption, NULL, 0, ticket, NULL, 0), "ticket");
    EXPECT_SUCCESS(SslExpandNextGenTrafficKey(provider, *client, next, NULL, 0), "next");
    EXPECT_SUCCESS(
        SslExpandWriteKey(provider, *client, &handles.client_key, NULL, 0), "client key");
    EXPECT_SUCCESS(
        SslExpandWriteKey(provider, *server, &handles.server_key, NULL, 0), "server key");
}

static void shake_hands(NCRYPT_KEY_HANDLE own)
{
    NCRYPT_KEY_HANDLE *early = place(), *binder = place(), *early_traffic = place();
    NCRYPT_KEY_HANDLE *handshake = place(), *client = place(), *server = place();
    const NCRYPT_PROV_HANDLE provider = handles.provider;
    const NCRYPT_KEY_HANDLE psk = import_psk(), peer = import_share(told.share);

    EXPECT_SUCCESS(SslExtractEarlyKey(provider, psk, early, TLS1_3_PROTOCOL_VERSION,
                       SUITE_TLS13_AES128_GCM, NULL, 0),
        "early");
    EXPECT_SUCCESS(
        SslExpandBinderKey(provider, *early, binder, NULL, NCRYPT_SSL_EXTERNAL_PSK_FLAG), "binder");
    hash_stage(0);
    finished(*binder, 0);
    EXPECT_SUCCESS(
        SslExpandTrafficKeys(provider, *early, handles.hash, early_traffic, NULL, NULL, 0),
        "early traffic");
    hash_stage(1);
    EXPECT_SUCCESS(
        SslExtractHandshakeKey(provider, own, peer, *early, handshake, NULL, 0), "handshake");
    EXPECT_SUCCESS(
        SslExpandTrafficKeys(provider, *handshake, handles.hash, client, server, NULL, 0),
        "handshake traffic");
    finished(*server, NCRYPT_SSL_SERVER_FLAG);
    hash_stage(2);
    finished(*client, NCRYPT_SSL_CLIENT_FLAG);
    master_stage(*handshake);
    transfer();
}

static bool ask_peer(const uint8_t share[SHARE_LEN])
{
    int question[2], answer[2], status = 0;
    pid_t child;
    bool told_all;

    if (pipe(question) != 0 || pipe(answer) != 0)
        return false;
    child = fork();
    if (child == 0)
        run_peer(question[0], answer[1]);
    told_all = child > 0 && write(question[1], share, SHARE_LEN) == SHARE_LEN &&
        read(answer[0], &told, sizeof(told)) == (ssize_t)sizeof(told) &&
        waitpid(child, &status, 0) == child && status == 0;
    for (int i = 0; i < 2; i++) {
        close(question[i]);
        close(answer[i]);
    }
    return told_all;
}

static bool is_in_memory(size_t secret)
{
    struct memory_secret wanted = {
        .masked = told.masked.bytes[secret], .len = tls13_secret_len(secret), .mask = MEMORY_MASK};

    CU_ASSERT_FATAL(memory_search(0, &wanted, 1) != 0);
    return memory_is_found(&wanted);
}

/* The search sees what is there: the write keys, and the PSK while it stands in a buffer. */
static void expect_found(size_t secret, bool found)
{
    EXPECT(is_in_memory(secret) == found, tls13_secret_names[secret]);
}

static void test_only_session_keys_stay_in_memory(void)
{
    uint8_t share[SHARE_LEN];
    NCRYPT_KEY_HANDLE own;

    EXPECT_SUCCESS(SslOpenProvider(&handles.provider, NULL, 0), "provider");
    EXPECT_SUCCESS(SslCreateHandshakeHash(handles.provider, &handles.hash, TLS1_3_PROTOCOL_VERSION,
                       SUITE_TLS13_AES128_GCM, 0),
        "hash");
    own = make_share(share);
    CU_ASSERT_FATAL(ask_peer(share));
    shake_hands(own);
    EXPECT(is_in_memory(TLS13_CLIENT_APPLICATION), "a secret is found while its handle lives");
    for (size_t i = 0; i < handles.count; i++)
        EXPECT_SUCCESS(SslFreeObject(handles.all[i], 0), "handle");
    EXPECT_SUCCESS(SslFreeObject(handles.hash, 0), "hash");
    for (size_t i = 0; i < TLS13_SECRETS; i++)
        expect_found(i, i >= TLS13_CLIENT_KEY);
    transfer();
}

static void test_no_secret_stays_in_memory(void)
{
    EXPECT_SUCCESS(SslFreeObject(handles.client_key, 0), "client key");
    EXPECT_SUCCESS(SslFreeObject(handles.server_key, 0), "server key");
    EXPECT_SUCCESS(SslFreeObject(handles.provider, 0), "provider");
    for (size_t i = 0; i < TLS13_SECRETS; i++)
        expect_found(i, false);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_only_session_keys_stay_in_memory),
        TEST(test_no_secret_stays_in_memory),
    };

    if (memory_is_instrumented()) {
        printf("not under a sanitizer, valgrind or an emulator\n");
        return SKIPPED;
    }
    return RUN_TESTS("address space", NULL, NULL, tests);
}
