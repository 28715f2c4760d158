/* SPDX-License-Identifier: Apache-2.0
 *
 * Ephemeral and public keys: made, imported and exported.
 */
#include "functions.h"

enum {
    TLS12 = TLS1_2_PROTOCOL_VERSION,
    SUITE_ECDHE = 0xC02F,
    SUITE_DHE = 0x009E,
    ECC_LEN = sizeof(BCRYPT_ECCKEY_BLOB) + 64,
    FULL_ECC_LEN = sizeof(BCRYPT_ECCFULLKEY_BLOB) + 6 * 32 + 1 + 64
};

static BYTE ecc_blob[ECC_LEN], full_ecc_blob[FULL_ECC_LEN], dh_blob[1024];
static DWORD dh_blob_len;
static NCRYPT_PROV_HANDLE storage;

static bool begin(size_t round, const char **label)
{
    DWORD len = 0;

    *label = "keys";
    if (round != 0)
        return false;
    EXPECT_SUCCESS(NCryptOpenStorageProvider(&storage, NULL, 0), "storage");
    EXPECT_SUCCESS(SslExportKey(objects.provider, objects.ecdhe, BCRYPT_ECCPUBLIC_BLOB, ecc_blob,
                       sizeof(ecc_blob), &len, 0),
        "ECC");
    EXPECT_SUCCESS(SslExportKey(objects.provider, objects.ecdhe, BCRYPT_ECCFULLPUBLIC_BLOB,
                       full_ecc_blob, sizeof(full_ecc_blob), &len, 0),
        "full ECC");
    EXPECT_SUCCESS(SslExportKey(objects.provider, objects.dhe, BCRYPT_DH_PUBLIC_BLOB, dh_blob,
                       sizeof(dh_blob), &dh_blob_len, 0),
        "DH");
    return true;
}

static void end(void)
{
    EXPECT_SUCCESS(NCryptFreeObject(storage), "storage");
}

static SECURITY_STATUS create(DWORD suite, DWORD group, DWORD bits)
{
    return SslCreateEphemeralKey(
        objects.provider, &out.handles[0], TLS12, suite, group, bits, NULL, 0, 0);
}

static SECURITY_STATUS create_ecdhe(void)
{
    return create(SUITE_ECDHE, TLS_ECC_P256_CURVE_KEY_TYPE, 0);
}

static SECURITY_STATUS create_x25519(void)
{
    return create(SUITE_ECDHE, 29, 0);
}

static SECURITY_STATUS create_dhe(void)
{
    return create(SUITE_DHE, 0, 2048);
}

static SECURITY_STATUS import_blob(LPCWSTR type, PBYTE blob, DWORD len)
{
    return SslImportKey(objects.provider, &out.handles[0], type, blob, len, 0);
}

static SECURITY_STATUS import_rsa(void)
{
    return import_blob(BCRYPT_RSAPUBLIC_BLOB, objects.rsa_blob, sizeof(objects.rsa_blob));
}

static SECURITY_STATUS import_ecc(void)
{
    return import_blob(BCRYPT_ECCPUBLIC_BLOB, ecc_blob, sizeof(ecc_blob));
}

static SECURITY_STATUS import_full_ecc(void)
{
    return import_blob(BCRYPT_ECCFULLPUBLIC_BLOB, full_ecc_blob, sizeof(full_ecc_blob));
}

static SECURITY_STATUS import_dh(void)
{
    return import_blob(BCRYPT_DH_PUBLIC_BLOB, dh_blob, dh_blob_len);
}

/* NCryptFreeObject frees it, in prepare for the next one. */
static NCRYPT_KEY_HANDLE storage_key;

static SECURITY_STATUS import_into_storage(void)
{
    const SECURITY_STATUS status = NCryptImportKey(storage, 0, BCRYPT_RSAPUBLIC_BLOB, NULL,
        &storage_key, objects.rsa_blob, sizeof(objects.rsa_blob), 0);

    EXPECT(status == ERROR_SUCCESS || storage_key == 0, "NCryptImportKey");
    return status;
}

static void free_storage_key(void)
{
    EXPECT_SUCCESS(NCryptFreeObject(storage_key), "NCryptImportKey");
    storage_key = 0;
}

static SECURITY_STATUS export_blob(NCRYPT_KEY_HANDLE key, LPCWSTR type, DWORD room)
{
    out.room = room;
    return SslExportKey(objects.provider, key, type, out.bytes, room, &out.len, 0);
}

static SECURITY_STATUS export_rsa(void)
{
    return export_blob(objects.rsa_public, BCRYPT_RSAPUBLIC_BLOB, sizeof(objects.rsa_blob));
}

/* The size needed takes memory to find out; without, the answer is still no. */
static SECURITY_STATUS export_rsa_without_room(void)
{
    const SECURITY_STATUS status =
        export_blob(objects.rsa_public, BCRYPT_RSAPUBLIC_BLOB, sizeof(objects.rsa_blob) - 1);

    if (status != NTE_BUFFER_TOO_SMALL)
        return status;
    out.len = 0;
    return ERROR_SUCCESS;
}

static SECURITY_STATUS export_ecc(void)
{
    return export_blob(objects.ecdhe, BCRYPT_ECCPUBLIC_BLOB, sizeof(ecc_blob));
}

static SECURITY_STATUS export_full_ecc(void)
{
    return export_blob(objects.ecdhe, BCRYPT_ECCFULLPUBLIC_BLOB, sizeof(full_ecc_blob));
}

static SECURITY_STATUS export_dh(void)
{
    return export_blob(objects.dhe, BCRYPT_DH_PUBLIC_BLOB, dh_blob_len);
}

static const struct fault_call calls[] = {
    {"SslCreateEphemeralKey, P-256", create_ecdhe, 1, NULL, NULL, NULL, NULL},
    {"SslCreateEphemeralKey, X25519", create_x25519, 1, NULL, NULL, NULL, NULL},
    {"SslCreateEphemeralKey, DH", create_dhe, 1, NULL, NULL, NULL, NULL},
    {"SslImportKey, RSA", import_rsa, 1, NULL, NULL, NULL, NULL},
    {"SslImportKey, P-256", import_ecc, 1, NULL, NULL, NULL, NULL},
    {"SslImportKey, full P-256", import_full_ecc, 1, NULL, NULL, NULL, NULL},
    {"SslImportKey, DH", import_dh, 1, NULL, NULL, NULL, NULL},
    {"NCryptImportKey", import_into_storage, 0, NULL, NULL, free_storage_key, NULL},
    {"SslExportKey, RSA", export_rsa, 0, NULL, faults_same_bytes, NULL, NULL},
    {"SslExportKey, RSA, no room", export_rsa_without_room, 0, NULL, faults_same_bytes, NULL, NULL},
    {"SslExportKey, P-256", export_ecc, 0, NULL, faults_same_bytes, NULL, NULL},
    {"SslExportKey, full P-256", export_full_ecc, 0, NULL, faults_same_bytes, NULL, NULL},
    {"SslExportKey, DH", export_dh, 0, NULL, faults_same_bytes, NULL, NULL},
};

const struct fault_family faults_keys = {"keys", begin, end, calls, COUNT(calls), NULL};
