/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/support/keys.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct secret_blob make_secret(
    DWORD kind, DWORD protocol, DWORD suite, DWORD flags, DWORD secret_len)
{
    struct secret_blob blob = {0};

    blob.header.cbLength = (DWORD)sizeof(blob.header) + secret_len;
    blob.header.dwMagic = NCRYPTSSL_SECRET_MAGIC;
    blob.header.dwKind = kind;
    blob.header.dwProtocol = protocol;
    blob.header.dwCipherSuite = suite;
    blob.header.dwFlags = flags;
    blob.header.cbSecret = secret_len;
    for (DWORD i = 0; i < secret_len && i < MAX_SECRET_LEN; i++)
        blob.secret[i] = (BYTE)(0x3A + i);
    return blob;
}

struct secret_blob make_master(DWORD protocol, DWORD suite, DWORD flags)
{
    return make_secret(NCRYPTSSL_KIND_MASTER_KEY, protocol, suite, flags, MASTER_KEY_LEN);
}

SECURITY_STATUS import_secret(
    NCRYPT_PROV_HANDLE provider, const struct secret_blob *blob, NCRYPT_KEY_HANDLE *key)
{
    struct secret_blob copy = *blob;

    return SslImportKey(
        provider, key, NCRYPTSSL_SECRET_BLOB, (PBYTE)&copy, blob->header.cbLength, 0);
}

SECURITY_STATUS import_master(
    NCRYPT_PROV_HANDLE provider, DWORD protocol, DWORD suite, DWORD flags, NCRYPT_KEY_HANDLE *key)
{
    const struct secret_blob blob = make_master(protocol, suite, flags);

    return import_secret(provider, &blob, key);
}

static NCRYPT_KEY_HANDLE import_with(
    NCRYPT_PROV_HANDLE provider, struct secret_blob blob, const BYTE *secret)
{
    NCRYPT_KEY_HANDLE key = 0;

    memcpy(blob.secret, secret, blob.header.cbSecret);
    if (import_secret(provider, &blob, &key) != ERROR_SUCCESS)
        fprintf(stderr, "no key of kind %u\n", (unsigned)blob.header.dwKind);
    return key;
}

NCRYPT_KEY_HANDLE import_master_bytes(
    NCRYPT_PROV_HANDLE provider, DWORD protocol, DWORD suite, DWORD flags, const BYTE *secret)
{
    return import_with(provider, make_master(protocol, suite, flags), secret);
}

NCRYPT_KEY_HANDLE import_tls13_bytes(
    NCRYPT_PROV_HANDLE provider, DWORD kind, DWORD flags, const BYTE *secret)
{
    return import_with(provider,
        make_secret(kind, TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES128_GCM, flags, 32), secret);
}

NCryptBufferDesc *fill_randoms(struct randoms *randoms)
{
    for (int i = 0; i < RANDOM_LEN; i++) {
        randoms->client[i] = (BYTE)(0xC0 + i);
        randoms->server[i] = (BYTE)(0x50 + i);
    }
    randoms->buffers[0] =
        (NCryptBuffer){RANDOM_LEN, NCRYPTBUFFER_SSL_CLIENT_RANDOM, randoms->client};
    randoms->buffers[1] =
        (NCryptBuffer){RANDOM_LEN, NCRYPTBUFFER_SSL_SERVER_RANDOM, randoms->server};
    randoms->list = (NCryptBufferDesc){NCRYPTBUFFER_VERSION, 2, randoms->buffers};
    return &randoms->list;
}

SECURITY_STATUS generate(
    NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE master, struct key_pair *keys)
{
    struct randoms randoms;

    *keys = (struct key_pair){GARBAGE_HANDLE, GARBAGE_HANDLE};
    return SslGenerateSessionKeys(
        provider, master, &keys->read, &keys->write, fill_randoms(&randoms), 0);
}

struct secret_blob make_traffic_secret_in(DWORD protocol, DWORD suite, DWORD sender)
{
    struct secret_blob blob = make_secret(NCRYPTSSL_KIND_TRAFFIC_SECRET, protocol, suite,
        NCRYPT_SSL_CLIENT_FLAG, suite == SUITE_TLS13_AES256_GCM ? 48 : 32);

    blob.secret[0] = (BYTE)sender;
    return blob;
}

struct secret_blob make_traffic_secret(DWORD suite, DWORD sender)
{
    return make_traffic_secret_in(TLS1_3_PROTOCOL_VERSION, suite, sender);
}

SECURITY_STATUS make_traffic_key_in(
    NCRYPT_PROV_HANDLE provider, DWORD protocol, DWORD suite, DWORD sender, NCRYPT_KEY_HANDLE *key)
{
    const struct secret_blob blob = make_traffic_secret_in(protocol, suite, sender);
    NCRYPT_KEY_HANDLE secret;
    SECURITY_STATUS status = import_secret(provider, &blob, &secret);

    *key = 0;
    if (status != ERROR_SUCCESS)
        return status;
    status = SslExpandWriteKey(provider, secret, key, NULL, 0);
    SslFreeObject(secret, 0);
    return status;
}

SECURITY_STATUS make_traffic_key(
    NCRYPT_PROV_HANDLE provider, DWORD suite, DWORD sender, NCRYPT_KEY_HANDLE *key)
{
    return make_traffic_key_in(provider, TLS1_3_PROTOCOL_VERSION, suite, sender, key);
}

static SECURITY_STATUS make_traffic_side(
    NCRYPT_PROV_HANDLE provider, DWORD protocol, DWORD suite, DWORD role, struct key_pair *keys)
{
    const DWORD peer = role ^ (NCRYPT_SSL_CLIENT_FLAG | NCRYPT_SSL_SERVER_FLAG);
    const SECURITY_STATUS status =
        make_traffic_key_in(provider, protocol, suite, peer, &keys->read);

    return status != ERROR_SUCCESS
        ? status
        : make_traffic_key_in(provider, protocol, suite, role, &keys->write);
}

SECURITY_STATUS make_side(
    NCRYPT_PROV_HANDLE provider, DWORD protocol, DWORD suite, DWORD flags, struct key_pair *keys)
{
    NCRYPT_KEY_HANDLE master;
    SECURITY_STATUS status;

    *keys = (struct key_pair){0, 0};
    if (protocol == TLS1_3_PROTOCOL_VERSION || protocol == DTLS1_3_PROTOCOL_VERSION)
        return make_traffic_side(provider, protocol, suite, flags, keys);
    status = import_master(provider, protocol, suite, flags, &master);
    if (status != ERROR_SUCCESS)
        return status;
    status = generate(provider, master, keys);
    SslFreeObject(master, 0);
    return status;
}

void free_pair(struct key_pair *keys)
{
    SslFreeObject(keys->read, 0);
    SslFreeObject(keys->write, 0);
    *keys = (struct key_pair){0, 0};
}

int free_handles(const NCRYPT_HANDLE *handles, size_t count)
{
    int failed = 0;

    for (size_t i = 0; i < count; i++)
        failed += SslFreeObject(handles[i], 0) != ERROR_SUCCESS;
    return failed;
}

SECURITY_STATUS export_opaque(
    NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE key, struct opaque_blob *blob)
{
    memset(blob, 0, sizeof(*blob));
    return SslExportKey(
        provider, key, BCRYPT_OPAQUE_KEY_BLOB, blob->bytes, sizeof(blob->bytes), &blob->len, 0);
}

SECURITY_STATUS import_opaque(
    NCRYPT_PROV_HANDLE provider, const BYTE *bytes, DWORD len, NCRYPT_KEY_HANDLE *key)
{
    return SslImportKey(provider, key, BCRYPT_OPAQUE_KEY_BLOB, (PBYTE)(uintptr_t)bytes, len, 0);
}
