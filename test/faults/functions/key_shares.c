/* SPDX-License-Identifier: Apache-2.0
 *
 * Key shares of TLS 1.3, those of groups with ML-KEM where the release has them.
 */
#include "functions.h"

static const struct group {
    const char *label;
    DWORD number;
} groups[] = {{"P-256", 23}, {"X25519", 29}, {"ffdhe2048", 256}, {"ML-KEM-768", 513},
    {"SecP256r1MLKEM768", 4587}, {"X25519MLKEM768", 4588}};

static const struct group *now;
static NCRYPT_KEY_HANDLE own, answer, early;
static struct share_blob share, answer_blob;

static bool is_kem(void)
{
    return share_group(now->number)->is_kem;
}

static bool begin(size_t round, const char **label)
{
    const struct secret_blob secret = make_secret(NCRYPTSSL_KIND_EARLY_SECRET,
        TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG, 32);

    if (round == COUNT(groups))
        return false;
    now = &groups[round];
    *label = now->label;
    if (is_kem() && OpenSSL_version_num() < FIRST_KEM_VERSION)
        return false;
    EXPECT_SUCCESS(import_secret(objects.provider, &secret, &early), now->label);
    EXPECT_SUCCESS(create_share(objects.provider, now->number, &own), now->label);
    EXPECT_SUCCESS(export_share(objects.provider, own, &share), now->label);
    EXPECT_SUCCESS(is_kem() ? answer_share(objects.provider, now->number, &share, &answer)
                            : create_share(objects.provider, now->number, &answer),
        now->label);
    EXPECT_SUCCESS(export_share(objects.provider, answer, &answer_blob), now->label);
    return true;
}

static void end(void)
{
    EXPECT_SUCCESS(SslFreeObject(own, 0), now->label);
    EXPECT_SUCCESS(SslFreeObject(answer, 0), now->label);
    EXPECT_SUCCESS(SslFreeObject(early, 0), now->label);
}

static SECURITY_STATUS create(void)
{
    return create_share(objects.provider, now->number, &out.handles[0]);
}

/* In groups without ML-KEM the share of the client changes nothing. */
static SECURITY_STATUS create_answer(void)
{
    return is_kem() ? answer_share(objects.provider, now->number, &share, &out.handles[0])
                    : create();
}

static SECURITY_STATUS import(void)
{
    return import_share(objects.provider, &share, &out.handles[0]);
}

static SECURITY_STATUS export(void)
{
    out.room = share.header.cbLength;
    return SslExportKey(
        objects.provider, own, NCRYPTSSL_KEY_SHARE_BLOB, out.bytes, out.room, &out.len, 0);
}

/* The peer's share, imported, is used for an agreement. */
static NCRYPT_KEY_HANDLE peer;

static void prepare_peer(void)
{
    if (peer == 0)
        EXPECT_SUCCESS(import_share(objects.provider, &answer_blob, &peer), now->label);
}

static SECURITY_STATUS extract(void)
{
    return SslExtractHandshakeKey(objects.provider, own, peer, early, &out.handles[0], NULL, 0);
}

static bool print_handshake_key(NCRYPT_HANDLE handle, BYTE print[FAULTS_PRINT_LEN])
{
    NCRYPT_KEY_HANDLE master = 0, exporter = 0;
    NCRYPT_HASH_HANDLE hash = 0;
    char label[] = "EXPORTER-print";
    const bool printed = SslCreateHandshakeHash(objects.provider, &hash, TLS1_3_PROTOCOL_VERSION,
                             SUITE_TLS13_AES128_GCM, 0) == ERROR_SUCCESS &&
        SslExtractMasterKey(objects.provider, handle, &master, NULL, 0) == ERROR_SUCCESS &&
        SslExpandExporterMasterKey(objects.provider, master, hash, &exporter, NULL, 0) ==
            ERROR_SUCCESS &&
        SslExportKeyingMaterial(objects.provider, exporter, label, NULL, 0, NULL, 0, print,
            MASTER_KEY_LEN, 0) == ERROR_SUCCESS;

    SslFreeObject(exporter, 0);
    SslFreeObject(master, 0);
    SslFreeObject(hash, 0);
    return printed;
}

static bool is_agreed(void)
{
    return faults_same(print_handshake_key);
}

static void end_peer(void)
{
    EXPECT_SUCCESS(SslFreeObject(peer, 0), now->label);
    peer = 0;
}

static const struct fault_call calls[] = {
    {"SslCreateEphemeralKey", create, 1, NULL, NULL, NULL, NULL},
    {"SslCreateEphemeralKey, server", create_answer, 1, NULL, NULL, NULL, NULL},
    {"SslImportKey, share", import, 1, NULL, NULL, NULL, NULL},
    {"SslExportKey, share", export, 0, NULL, faults_same_bytes, NULL, NULL},
    {"SslExtractHandshakeKey", extract, 1, prepare_peer, is_agreed, end_peer, NULL},
};

const struct fault_family faults_key_shares = {"key shares", begin, end, calls, COUNT(calls), NULL};
