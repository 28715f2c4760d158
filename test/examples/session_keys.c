/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions of the CNG interface from a master secret to session keys: import, derive, use,
 * hand over to another process.  No configuration file is needed.
 */
#include <openssl/crypto.h>
#include <sslprovider.h>
#include <sslprovider_ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A connection's values; real ones come from a key log or from the TLS stack. */
static BYTE master_secret[48] = {0x01};
static BYTE client_random[32] = {0x02};
static BYTE server_random[32] = {0x03};

static void require(SECURITY_STATUS status, const char *what)
{
    if (status != ERROR_SUCCESS) {
        fprintf(stderr, "%s: 0x%08X\n", what, (unsigned)status);
        exit(EXIT_FAILURE);
    }
}

static NCRYPT_KEY_HANDLE import_master_key(NCRYPT_PROV_HANDLE provider)
{
    struct {
        NCRYPTSSL_SECRET_BLOB_HEADER header;
        BYTE secret[sizeof(master_secret)];
    } blob = {
        {sizeof(blob), NCRYPTSSL_SECRET_MAGIC, NCRYPTSSL_KIND_MASTER_KEY, TLS1_2_PROTOCOL_VERSION,
            TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, NCRYPT_SSL_CLIENT_FLAG, sizeof(blob.secret)},
        {0}};
    NCRYPT_KEY_HANDLE master_key = 0;

    memcpy(blob.secret, master_secret, sizeof(blob.secret));
    require(
        SslImportKey(provider, &master_key, NCRYPTSSL_SECRET_BLOB, (PBYTE)&blob, sizeof(blob), 0),
        "SslImportKey");
    OPENSSL_cleanse(&blob, sizeof(blob));
    return master_key;
}

static void derive(NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE master_key,
    NCRYPT_KEY_HANDLE *read_key, NCRYPT_KEY_HANDLE *write_key)
{
    NCryptBuffer randoms[] = {
        {sizeof(client_random), NCRYPTBUFFER_SSL_CLIENT_RANDOM, client_random},
        {sizeof(server_random), NCRYPTBUFFER_SSL_SERVER_RANDOM, server_random},
    };
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, 2, randoms};

    require(SslGenerateSessionKeys(provider, master_key, read_key, write_key, &list, 0),
        "SslGenerateSessionKeys");
}

/* The blob has secrets in clear: it goes to the process that protects the records, and nowhere
 * else. */
static NCRYPT_KEY_HANDLE hand_over(
    NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE key, const char *name)
{
    BYTE blob[512];
    DWORD size = 0;
    NCRYPT_KEY_HANDLE copy = 0;

    require(SslExportKey(provider, key, BCRYPT_OPAQUE_KEY_BLOB, NULL, 0, &size, 0),
        "SslExportKey, asked for the size");
    require(SslExportKey(provider, key, BCRYPT_OPAQUE_KEY_BLOB, blob, sizeof(blob), &size, 0),
        "SslExportKey");
    require(SslImportKey(provider, &copy, BCRYPT_OPAQUE_KEY_BLOB, blob, size, 0),
        "SslImportKey of the copy");
    OPENSSL_cleanse(blob, sizeof(blob));
    printf("%s key: exported as %u bytes and imported again\n", name, (unsigned)size);
    return copy;
}

int main(void)
{
    static BYTE text[] = "a record of the client";
    NCRYPT_PROV_HANDLE provider = 0;
    NCRYPT_KEY_HANDLE master_key, read_key = 0, write_key = 0, read_copy, write_copy;
    BYTE record[128];
    DWORD size = 0;

    require(SslOpenProvider(&provider, MS_SCHANNEL_PROVIDER, 0), "SslOpenProvider");
    master_key = import_master_key(provider);
    derive(provider, master_key, &read_key, &write_key);

    read_copy = hand_over(provider, read_key, "read");
    write_copy = hand_over(provider, write_key, "write");

    require(SslEncryptPacket(provider, write_copy, text, sizeof(text) - 1, record, sizeof(record),
                &size, 0, CT_APPLICATIONDATA, 0),
        "SslEncryptPacket");
    printf("write key: %zu bytes of text became a record of %u bytes\n", sizeof(text) - 1,
        (unsigned)size);

    require(SslFreeObject(write_copy, 0), "SslFreeObject");
    require(SslFreeObject(read_copy, 0), "SslFreeObject");
    require(SslFreeObject(write_key, 0), "SslFreeObject");
    require(SslFreeObject(read_key, 0), "SslFreeObject");
    require(SslFreeObject(master_key, 0), "SslFreeObject");
    require(SslFreeObject(provider, 0), "SslFreeObject");
    return EXIT_SUCCESS;
}
