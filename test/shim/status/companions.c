/* SPDX-License-Identifier: Apache-2.0
 *
 * The status test of the companions NCrypt* and of our own functions.
 */
#include "status.h"

enum { ECC_P256_LEN = 32, TOO_LONG = (1 << 20) + 1 };

static struct {
    NCRYPT_PROV_HANDLE provider;
    NCRYPT_HANDLE object;
    NCRYPT_KEY_HANDLE import_key;
    NCRYPT_HANDLE *handle;
    LPCWSTR name;
    LPCWSTR type;
    PNCryptBufferDesc list;
    PCCERT_CONTEXT certificate;
    DWORD *number;
    PBYTE bytes; /* of a blob or of a private key */
    DWORD len;
    DWORD flags;
} with;

static NCRYPT_HANDLE new_object, fresh;
static DWORD group;
static struct status_rsa_blob rsa;
static BYTE room[TOO_LONG];

static void prepare(void)
{
    static const WCHAR name[] = MS_KEY_STORAGE_PROVIDER;
    static const WCHAR rsa_type[] = BCRYPT_RSAPUBLIC_BLOB;

    memset(&with, 0, sizeof(with));
    rsa = *status_public_blob();
    with.provider = status_handle("storage-provider");
    with.handle = &new_object;
    with.name = name;
    with.type = rsa_type;
    with.certificate = status_certificate(true);
    with.number = &group;
    with.bytes = (PBYTE)&rsa;
    with.len = STATUS_RSA_BLOB_LEN;
    new_object = fresh = GARBAGE_HANDLE;
}

static void end_object(SECURITY_STATUS status)
{
    if (with.handle == NULL)
        return;
    if (status != ERROR_SUCCESS)
        EXPECT(new_object == 0, status_row);
    else
        EXPECT_SUCCESS(NCryptFreeObject(new_object), status_row);
}

static SECURITY_STATUS open_storage_provider(void)
{
    const SECURITY_STATUS status = NCryptOpenStorageProvider(with.handle, with.name, with.flags);

    end_object(status);
    return status;
}

/* A key on P-256 of which every coordinate is 1. */
static void make_ecc_blob(DWORD magic)
{
    const BCRYPT_ECCKEY_BLOB header = {magic, ECC_P256_LEN};

    memset(room, 0, sizeof(room));
    memcpy(room, &header, sizeof(header));
    room[sizeof(header) + ECC_P256_LEN - 1] = 1;
    room[sizeof(header) + 2 * ECC_P256_LEN - 1] = 1;
    with.bytes = room;
    with.len = sizeof(header) + 2 * ECC_P256_LEN;
}

static bool set_blob(void *argument, const char *value)
{
    if (strcmp(value, "other-magic") == 0)
        rsa.header.Magic ^= 1;
    else if (strcmp(value, "even-modulus") == 0)
        rsa.modulus[STATUS_RSA_LEN - 1] &= 0xFE;
    else if (strcmp(value, "unknown-magic") == 0)
        make_ecc_blob(0x7E57);
    else if (strcmp(value, "off-the-curve") == 0)
        make_ecc_blob(BCRYPT_ECDSA_PUBLIC_P256_MAGIC);
    else
        return status_set_null(argument, value);
    return true;
}

static SECURITY_STATUS import_key(void)
{
    const SECURITY_STATUS status = NCryptImportKey(with.provider, with.import_key, with.type,
        with.list, with.handle, with.bytes, with.len, with.flags);

    end_object(status);
    return status;
}

static void prepare_object(void)
{
    EXPECT_SUCCESS(NCryptOpenStorageProvider(&fresh, NULL, 0), status_row);
    with.object = fresh;
}

static SECURITY_STATUS free_object(void)
{
    const SECURITY_STATUS status = NCryptFreeObject(with.object);

    if (with.object != fresh)
        EXPECT_SUCCESS(NCryptFreeObject(fresh), status_row);
    return status;
}

/* ---- NcryptsslAttachPrivateKey ---- */

static void prepare_attach(void)
{
    const BYTE *der = status_private_der(&with.len);

    with.provider = status_handle("provider");
    memset(room, 0, sizeof(room));
    memcpy(room, der, with.len);
    with.bytes = room;
}

/* Of the certificate without a key the key is another's. */
static bool set_certificate(void *argument, const char *value)
{
    static BYTE sequence[] = {0x30, 0x03, 0x02, 0x01, 0x01};
    static const CERT_CONTEXT no_certificate = {
        X509_ASN_ENCODING, sequence, sizeof(sequence), NULL, NULL};

    if (strcmp(value, "without-key") == 0)
        *(PCCERT_CONTEXT *)argument = status_certificate(false);
    else if (strcmp(value, "garbage") == 0)
        *(PCCERT_CONTEXT *)argument = &no_certificate;
    else
        return status_set_null(argument, value);
    return true;
}

/* The key to import with is a handle, the key to attach a block of bytes. */
static bool set_key(void *argument, const char *value)
{
    if (with.bytes != room)
        return status_set_handle(argument, value);
    if (strcmp(value, "garbage") == 0) {
        memset(room, 'g', with.len);
        return true;
    }
    return status_set_null(&with.bytes, value);
}

static SECURITY_STATUS attach_private_key(void)
{
    return NcryptsslAttachPrivateKey(
        with.provider, with.certificate, with.bytes, with.len, with.flags);
}

/* ---- NcryptsslGroupByName ---- */

static void prepare_group(void)
{
    static const WCHAR name[] = u"x25519_mlkem768";

    with.name = name;
    group = 0x5A5A;
}

static SECURITY_STATUS group_by_name(void)
{
    const SECURITY_STATUS status = NcryptsslGroupByName(with.name, with.number);

    if (with.number != NULL)
        EXPECT((group == 0) == (status != ERROR_SUCCESS), status_row);
    return status;
}

static const struct status_argument arguments[] = {
    {"provider", &with.provider, status_set_handle},
    {"object", &with.object, status_set_handle},
    {"key", &with.import_key, set_key},
    {"handle", &with.handle, status_set_null},
    {"name", &with.name, status_set_text},
    {"type", &with.type, status_set_text},
    {"list", &with.list, status_set_list},
    {"certificate", &with.certificate, set_certificate},
    {"number", &with.number, status_set_null},
    {"blob", &with.bytes, set_blob},
    {"length", &with.len, status_set_number},
    {"flags", &with.flags, status_set_number},
};

static const struct status_function functions[] = {
    {"NcryptsslAttachPrivateKey", "provider certificate key length flags", prepare_attach,
        attach_private_key},
    {"NcryptsslGroupByName", "name number", prepare_group, group_by_name},
    {"NCryptOpenStorageProvider", "handle name flags", NULL, open_storage_provider},
    {"NCryptImportKey", "provider key type list handle blob length flags", NULL, import_key},
    {"NCryptFreeObject", "object", prepare_object, free_object},
};

const struct status_family status_companions = {
    "companions", prepare, arguments, COUNT(arguments), functions, COUNT(functions)};
