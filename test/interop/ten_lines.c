/* SPDX-License-Identifier: Apache-2.0
 *
 * The smallest use of the installed library: test_install.sh builds it with what pkg-config says
 * and with the CMake package.  A master key goes in, both keys of a client come out.
 */
#include <sslprovider.h>
#include <sslprovider_ext.h>

static struct {
    NCRYPTSSL_SECRET_BLOB_HEADER header;
    BYTE secret[48];
} blob = {{sizeof(blob), NCRYPTSSL_SECRET_MAGIC, NCRYPTSSL_KIND_MASTER_KEY, TLS1_2_PROTOCOL_VERSION,
              0xC02F, NCRYPT_SSL_CLIENT_FLAG, 48},
    "forty-seven letters and blanks, and a zero byte"};

int main(void)
{
    static BYTE randoms[2][32], key[512];
    NCryptBuffer both[] = {{32, NCRYPTBUFFER_SSL_CLIENT_RANDOM, randoms[0]},
        {32, NCRYPTBUFFER_SSL_SERVER_RANDOM, randoms[1]}};
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, 2, both};
    NCRYPT_PROV_HANDLE provider;
    NCRYPT_KEY_HANDLE master, read, write;
    DWORD size[2];

    return SslOpenProvider(&provider, NULL, 0) ||
        SslImportKey(provider, &master, NCRYPTSSL_SECRET_BLOB, (PBYTE)&blob, sizeof(blob), 0) ||
        SslGenerateSessionKeys(provider, master, &read, &write, &list, 0) ||
        SslExportKey(provider, read, BCRYPT_OPAQUE_KEY_BLOB, key, sizeof(key), &size[0], 0) ||
        SslExportKey(provider, write, BCRYPT_OPAQUE_KEY_BLOB, key, sizeof(key), &size[1], 0) ||
        size[0] == 0 || size[0] != size[1] || SslFreeObject(read, 0) || SslFreeObject(write, 0) ||
        SslFreeObject(master, 0) || SslFreeObject(provider, 0);
}
