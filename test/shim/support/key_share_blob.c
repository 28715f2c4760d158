/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/support/key_share_blob.h"

struct share_blob make_share_blob(DWORD group, size_t len)
{
    struct share_blob blob = {.header = {.dwMagic = NCRYPTSSL_KEY_SHARE_MAGIC, .dwGroup = group}};

    blob.header.cbKeyExchange = (DWORD)len;
    blob.header.cbLength = (DWORD)(sizeof(blob.header) + len);
    return blob;
}

struct share_blob share_blob_of(DWORD group, const EVP_PKEY *key)
{
    BYTE bytes[MAX_SHARE_LEN] = {0};
    struct share_blob blob = make_share_blob(group, share_encode(key, bytes));

    memcpy(blob.bytes, bytes, sizeof(bytes));
    return blob;
}

bool same_share_blob(const struct share_blob *a, const struct share_blob *b)
{
    return a->header.cbLength == b->header.cbLength && memcmp(a, b, a->header.cbLength) == 0;
}

SECURITY_STATUS import_share(
    NCRYPT_PROV_HANDLE provider, const struct share_blob *blob, NCRYPT_KEY_HANDLE *key)
{
    struct share_blob copy = *blob;

    *key = GARBAGE_HANDLE;
    return SslImportKey(
        provider, key, NCRYPTSSL_KEY_SHARE_BLOB, (PBYTE)&copy, blob->header.cbLength, 0);
}

SECURITY_STATUS export_share(
    NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE key, struct share_blob *blob)
{
    DWORD len = 0;
    const SECURITY_STATUS status =
        SslExportKey(provider, key, NCRYPTSSL_KEY_SHARE_BLOB, (PBYTE)blob, sizeof(*blob), &len, 0);

    if (status == ERROR_SUCCESS)
        EXPECT(len == blob->header.cbLength, "the length of a share");
    return status;
}

SECURITY_STATUS create_share(NCRYPT_PROV_HANDLE provider, DWORD group, NCRYPT_KEY_HANDLE *key)
{
    *key = GARBAGE_HANDLE;
    return SslCreateEphemeralKey(provider, key, TLS1_3_PROTOCOL_VERSION, 0, group, 0, NULL, 0, 0);
}

SECURITY_STATUS answer_share(NCRYPT_PROV_HANDLE provider, DWORD group,
    const struct share_blob *client, NCRYPT_KEY_HANDLE *key)
{
    struct share_blob copy = *client;

    *key = GARBAGE_HANDLE;
    return SslCreateEphemeralKey(provider, key, TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES128_GCM,
        group, 0, (PBYTE)&copy, client->header.cbLength, NCRYPT_SSL_SERVER_FLAG);
}
