/* SPDX-License-Identifier: Apache-2.0
 *
 * Master keys of every key exchange.
 */
#include "functions.h"

enum {
    TLS12 = TLS1_2_PROTOCOL_VERSION,
    SUITE_ECDHE = 0xC02F,
    SUITE_DHE = 0x009E,
    SUITE_PSK = 0x00A8
};

static BYTE encrypted[FAULTS_RSA_LEN];

static bool begin(size_t round, const char **label)
{
    NCRYPT_KEY_HANDLE master = 0;
    DWORD len = 0;

    *label = "master keys";
    if (round != 0)
        return false;
    EXPECT_SUCCESS(SslGenerateMasterKey(objects.provider, 0, objects.rsa_public, &master, TLS12,
                       SUITE_AES128_GCM, &objects.with_version, encrypted, sizeof(encrypted), &len,
                       NCRYPT_SSL_CLIENT_FLAG),
        "RSA");
    EXPECT_SUCCESS(SslFreeObject(master, 0), "RSA");
    return true;
}

static void end(void)
{
}

static SECURITY_STATUS generate_pre_master(void)
{
    out.room = FAULTS_RSA_LEN;
    return SslGeneratePreMasterKey(objects.provider, objects.rsa_public, &out.handles[0], TLS12,
        SUITE_AES128_GCM, &objects.with_version, out.bytes, out.room, &out.len,
        NCRYPT_SSL_CLIENT_FLAG);
}

static SECURITY_STATUS generate_rsa(void)
{
    out.room = FAULTS_RSA_LEN;
    return SslGenerateMasterKey(objects.provider, 0, objects.rsa_public, &out.handles[0], TLS12,
        SUITE_AES128_GCM, &objects.with_version, out.bytes, out.room, &out.len,
        NCRYPT_SSL_CLIENT_FLAG);
}

/* A buffer that is too small is the answer here, and what lies behind it stays as it was. */
static SECURITY_STATUS generate_pre_master_in_little_room(void)
{
    SECURITY_STATUS status;

    out.room = FAULTS_RSA_LEN - 1;
    status = SslGeneratePreMasterKey(objects.provider, objects.rsa_public, &out.handles[0], TLS12,
        SUITE_AES128_GCM, &objects.with_version, out.bytes, out.room, &out.len,
        NCRYPT_SSL_CLIENT_FLAG);
    return status == NTE_BUFFER_TOO_SMALL ? ERROR_SUCCESS : status;
}

static SECURITY_STATUS generate_rsa_in_little_room(void)
{
    SECURITY_STATUS status;

    out.room = FAULTS_RSA_LEN - 1;
    status = SslGenerateMasterKey(objects.provider, 0, objects.rsa_public, &out.handles[0], TLS12,
        SUITE_AES128_GCM, &objects.with_version, out.bytes, out.room, &out.len,
        NCRYPT_SSL_CLIENT_FLAG);
    return status == NTE_BUFFER_TOO_SMALL ? ERROR_SUCCESS : status;
}

static bool says_the_room(void)
{
    return out.len == FAULTS_RSA_LEN && out.handles[0] == 0;
}

/* What came out with the ciphertext is what the server reads in it. */
static bool is_read_by_server(void)
{
    NCRYPT_KEY_HANDLE server = 0;
    char label[] = "EXPORTER-print";
    BYTE randoms[2 * RANDOM_LEN] = {0}, a[32] = {1}, b[32] = {2};
    const bool read =
        SslImportMasterKey(objects.provider, objects.rsa_private, &server, TLS12, SUITE_AES128_GCM,
            &objects.with_version, out.bytes, out.len, 0) == ERROR_SUCCESS &&
        SslExportKeyingMaterial(objects.provider, server, label, randoms, sizeof(randoms), NULL, 0,
            a, sizeof(a), 0) == ERROR_SUCCESS &&
        SslExportKeyingMaterial(objects.provider, out.handles[0], label, randoms, sizeof(randoms),
            NULL, 0, b, sizeof(b), 0) == ERROR_SUCCESS;

    SslFreeObject(server, 0);
    return read && memcmp(a, b, sizeof(a)) == 0;
}

static NCRYPT_KEY_HANDLE pre_master;

static void prepare_pre_master(void)
{
    BYTE ciphertext[FAULTS_RSA_LEN];
    DWORD len = 0;

    if (pre_master == 0)
        EXPECT_SUCCESS(SslGeneratePreMasterKey(objects.provider, objects.rsa_public, &pre_master,
                           TLS12, SUITE_AES128_GCM, &objects.with_version, ciphertext,
                           sizeof(ciphertext), &len, NCRYPT_SSL_CLIENT_FLAG),
            "pre-master key");
}

static SECURITY_STATUS generate_of_pre_master(void)
{
    return SslGenerateMasterKey(objects.provider, pre_master, 0, &out.handles[0], TLS12,
        SUITE_AES128_GCM, &objects.randoms, NULL, 0, NULL, NCRYPT_SSL_CLIENT_FLAG);
}

static void end_pre_master(void)
{
    EXPECT_SUCCESS(SslFreeObject(pre_master, 0), "pre-master key");
    pre_master = 0;
}

static SECURITY_STATUS import_master_key(void)
{
    return SslImportMasterKey(objects.provider, objects.rsa_private, &out.handles[0], TLS12,
        SUITE_AES128_GCM, &objects.with_version, encrypted, sizeof(encrypted), 0);
}

static SECURITY_STATUS agree(DWORD suite, NCRYPT_KEY_HANDLE own, NCRYPT_KEY_HANDLE peer)
{
    return SslGenerateMasterKey(objects.provider, own, peer, &out.handles[0], TLS12, suite,
        &objects.randoms, NULL, 0, NULL, NCRYPT_SSL_SERVER_FLAG);
}

static SECURITY_STATUS generate_ecdhe(void)
{
    return agree(SUITE_ECDHE, objects.ecdhe, objects.ecdhe_peer);
}

static SECURITY_STATUS generate_dhe(void)
{
    return agree(SUITE_DHE, objects.dhe, objects.dhe_peer);
}

static SECURITY_STATUS generate_psk(void)
{
    return SslGenerateMasterKey(objects.provider, 0, 0, &out.handles[0], TLS12, SUITE_PSK,
        &objects.with_psk, NULL, 0, NULL, NCRYPT_SSL_CLIENT_FLAG);
}

static const struct fault_call calls[] = {
    {"SslGeneratePreMasterKey", generate_pre_master, 1, NULL, NULL, NULL, NULL},
    {"SslGenerateMasterKey, RSA", generate_rsa, 1, NULL, is_read_by_server, NULL, NULL},
    {"SslGeneratePreMasterKey, little room", generate_pre_master_in_little_room, 1, NULL,
        says_the_room, NULL, NULL},
    {"SslGenerateMasterKey, RSA, little room", generate_rsa_in_little_room, 1, NULL, says_the_room,
        NULL, NULL},
    {"SslGenerateMasterKey, pre-master key", generate_of_pre_master, 1, prepare_pre_master, NULL,
        end_pre_master, NULL},
    {"SslImportMasterKey", import_master_key, 1, faults_renew_rsa, faults_same_master_key, NULL,
        NULL},
    {"SslGenerateMasterKey, ECDHE", generate_ecdhe, 1, NULL, faults_same_master_key, NULL, NULL},
    {"SslGenerateMasterKey, DHE", generate_dhe, 1, NULL, faults_same_master_key, NULL, NULL},
    {"SslGenerateMasterKey, PSK", generate_psk, 1, NULL, faults_same_master_key, NULL, NULL},
};

const struct fault_family faults_master_keys = {
    "master keys", begin, end, calls, COUNT(calls), NULL};
