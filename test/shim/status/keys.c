/* SPDX-License-Identifier: Apache-2.0
 *
 * The status test of opening, creating, importing and exporting keys, and of their properties.
 */
#include "status.h"

enum { ECC_P256_LEN = 32, P256_GROUP = 23, X25519MLKEM768 = 4588 };

static struct {
    NCRYPT_PROV_HANDLE provider;
    NCRYPT_KEY_HANDLE key;
    NCRYPT_KEY_HANDLE *handle;
    PCCERT_CONTEXT certificate;
    DWORD protocol;
    DWORD suite;
    DWORD key_type;
    DWORD bits;
    PBYTE params;
    DWORD params_len;
    LPCWSTR type;
    PBYTE blob;
    DWORD blob_len;
    PBYTE output;
    DWORD room;
    DWORD *result;
    PBYTE *value;
    DWORD flags;
} with;

static NCRYPT_KEY_HANDLE new_key;
static struct secret_blob secret;
static BYTE output[MAX_BLOB_LEN];
static DWORD output_len;
static PBYTE value;

static void prepare(void)
{
    static const WCHAR secret_type[] = NCRYPTSSL_SECRET_BLOB;

    secret = make_master(TLS1_2_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA, NCRYPT_SSL_CLIENT_FLAG);
    memset(&with, 0, sizeof(with));
    with.provider = status_handle("provider");
    with.handle = &new_key;
    with.certificate = status_certificate(true);
    with.protocol = TLS1_2_PROTOCOL_VERSION;
    with.suite = 0xC02F;
    with.key_type = TLS_ECC_P256_CURVE_KEY_TYPE;
    with.type = secret_type;
    with.blob = (PBYTE)&secret;
    with.blob_len = secret.header.cbLength;
    with.output = output;
    with.room = sizeof(output);
    with.result = &output_len;
    with.value = &value;
    new_key = GARBAGE_HANDLE;
    output_len = 0x7E57;
    value = output;
}

static bool set_certificate(void *argument, const char *name)
{
    static BYTE sequence[] = {0x30, 0x03, 0x02, 0x01, 0x01};
    static const CERT_CONTEXT no_certificate = {
        X509_ASN_ENCODING, sequence, sizeof(sequence), NULL, NULL};

    if (strcmp(name, "without-key") == 0)
        *(PCCERT_CONTEXT *)argument = status_certificate(false);
    else if (strcmp(name, "garbage") == 0)
        *(PCCERT_CONTEXT *)argument = &no_certificate;
    else
        return status_set_null(argument, name);
    return true;
}

static SECURITY_STATUS open_private_key(void)
{
    const SECURITY_STATUS status =
        SslOpenPrivateKey(with.provider, with.handle, with.certificate, with.flags);

    status_end_handle(with.handle, status);
    return status;
}

/* Parameters of Diffie-Hellman that are none, or a client's key share, which is none either. */
static bool set_params(void *argument, const char *name)
{
    static BCRYPT_DH_PARAMETER_HEADER header = {sizeof(header), BCRYPT_DH_PUBLIC_MAGIC, 0};
    static NCRYPTSSL_KEY_SHARE_BLOB_HEADER share = {
        sizeof(share), NCRYPTSSL_KEY_SHARE_MAGIC, X25519MLKEM768, 0};

    if (strcmp(name, "other-magic") == 0) {
        *(PBYTE *)argument = (PBYTE)&header;
        with.params_len = sizeof(header);
    } else if (strcmp(name, "empty-share") == 0) {
        *(PBYTE *)argument = (PBYTE)&share;
        with.params_len = sizeof(share);
    } else {
        return false;
    }
    return true;
}

static SECURITY_STATUS create_ephemeral_key(void)
{
    const SECURITY_STATUS status = SslCreateEphemeralKey(with.provider, with.handle, with.protocol,
        with.suite, with.key_type, with.bits, with.params, with.params_len, with.flags);

    status_end_handle(with.handle, status);
    return status;
}

/* The point is not one of the curve: every coordinate is 1. */
static void make_ecc_blob(DWORD first)
{
    const BCRYPT_ECCKEY_BLOB header = {first, ECC_P256_LEN};

    memset(output, 0, sizeof(output));
    memcpy(output, &header, sizeof(header));
    output[sizeof(header) + ECC_P256_LEN - 1] = 1;
    output[sizeof(header) + 2 * ECC_P256_LEN - 1] = 1;
    with.blob = output;
    with.blob_len = sizeof(header) + 2 * ECC_P256_LEN;
}

/* A point of P-256 that is not one, in the form of a key share of a group. */
static void make_share_blob(DWORD group, DWORD len)
{
    const NCRYPTSSL_KEY_SHARE_BLOB_HEADER header = {
        (DWORD)sizeof(header) + len, NCRYPTSSL_KEY_SHARE_MAGIC, group, len};

    memset(output, 1, sizeof(output));
    memcpy(output, &header, sizeof(header));
    output[sizeof(header)] = 4;
    with.blob = output;
    with.blob_len = header.cbLength;
}

static bool set_blob(void *argument, const char *name)
{
    if (strcmp(name, "other-magic") == 0)
        secret.header.dwMagic ^= 1;
    else if (strcmp(name, "off-the-curve") == 0)
        make_ecc_blob(BCRYPT_ECDH_PUBLIC_P256_MAGIC);
    else if (strcmp(name, "ecdsa-magic") == 0)
        make_ecc_blob(BCRYPT_ECDSA_PUBLIC_P256_MAGIC);
    else if (strcmp(name, "unknown-group") == 0)
        make_ecc_blob(0x7E57);
    else if (strcmp(name, "share-off-the-curve") == 0)
        make_share_blob(P256_GROUP, 1 + 2 * ECC_P256_LEN);
    else if (strcmp(name, "short-share") == 0)
        make_share_blob(P256_GROUP, 2 * ECC_P256_LEN);
    else if (strcmp(name, "short-hybrid-share") == 0)
        make_share_blob(X25519MLKEM768, 1 + 2 * ECC_P256_LEN);
    else if (strcmp(name, "share-of-unknown-group") == 0)
        make_share_blob(0x7E57, 1 + 2 * ECC_P256_LEN);
    else
        return status_set_null(argument, name);
    return true;
}

static SECURITY_STATUS import_key(void)
{
    const SECURITY_STATUS status =
        SslImportKey(with.provider, with.handle, with.type, with.blob, with.blob_len, with.flags);

    status_end_handle(with.handle, status);
    return status;
}

static void prepare_export(void)
{
    static const WCHAR opaque_type[] = BCRYPT_OPAQUE_KEY_BLOB;

    with.key = status_handle("read");
    with.type = opaque_type;
}

static SECURITY_STATUS export_key(void)
{
    const SECURITY_STATUS status = SslExportKey(
        with.provider, with.key, with.type, with.output, with.room, with.result, with.flags);

    if (with.result == NULL)
        return status;
    if (status == ERROR_SUCCESS || status == NTE_BUFFER_TOO_SMALL)
        EXPECT(output_len > 1 && output_len < MAX_BLOB_LEN, status_row);
    else
        EXPECT(output_len == 0, status_row);
    return status;
}

static void prepare_property(void)
{
    static const WCHAR key_type[] = SSL_KEY_TYPE_PROPERTY;

    with.key = status_handle("ephemeral");
    with.type = key_type;
}

static SECURITY_STATUS get_key_property(void)
{
    const SECURITY_STATUS status =
        SslGetKeyProperty(with.key, with.type, with.value, with.result, with.flags);

    if (with.value != NULL)
        status_end_block(value, status);
    if (with.result != NULL)
        EXPECT((output_len == 0) == (status != ERROR_SUCCESS), status_row);
    return status;
}

static const struct status_argument arguments[] = {
    {"provider", &with.provider, status_set_handle},
    {"key", &with.key, status_set_handle},
    {"handle", &with.handle, status_set_null},
    {"certificate", &with.certificate, set_certificate},
    {"protocol", &with.protocol, status_set_number},
    {"suite", &with.suite, status_set_number},
    {"key-type", &with.key_type, status_set_number},
    {"bits", &with.bits, status_set_number},
    {"params", &with.params, set_params},
    {"type", &with.type, status_set_text},
    {"blob", &with.blob, set_blob},
    {"length", &with.blob_len, status_set_number},
    {"name", &with.type, status_set_text},
    {"value", &with.value, status_set_null},
    {"output", &with.output, status_set_null},
    {"room", &with.room, status_set_number},
    {"result", &with.result, status_set_null},
    {"flags", &with.flags, status_set_number},
};

static const struct status_function functions[] = {
    {"SslOpenPrivateKey", "provider handle certificate flags", NULL, open_private_key},
    {"SslCreateEphemeralKey", "provider handle protocol suite key-type bits params flags", NULL,
        create_ephemeral_key},
    {"SslImportKey", "provider handle type blob length flags", NULL, import_key},
    {"SslExportKey", "provider key type output room result flags", prepare_export, export_key},
    {"SslGetKeyProperty", "key name value result flags", prepare_property, get_key_property},
};

const struct status_family status_keys = {
    "keys", prepare, arguments, COUNT(arguments), functions, COUNT(functions)};
