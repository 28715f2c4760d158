/* SPDX-License-Identifier: Apache-2.0
 *
 * The keys of EAP methods that run TLS, by SslExportKeyingMaterial:
 *
 *     example_eap_keys EXPORTER-SECRET                               TLS 1.3
 *     example_eap_keys MASTER-SECRET CLIENT-RANDOM SERVER-RANDOM     TLS 1.2
 *
 * The secrets are hexadecimal, and of suites with SHA-256: a key log has them as EXPORTER_SECRET
 * and CLIENT_RANDOM.  A program that made the handshake with the functions of the CNG interface has
 * handles of them instead.
 */
#include <openssl/crypto.h>
#include <sslprovider.h>
#include <sslprovider_ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SECRET = 48, RANDOMS_LEN = 64 };

static void require(SECURITY_STATUS status, const char *what)
{
    if (status != ERROR_SUCCESS) {
        fprintf(stderr, "%s: 0x%08X\n", what, (unsigned)status);
        exit(EXIT_FAILURE);
    }
}

static DWORD read_hex(const char *hex, BYTE *octets, size_t size)
{
    size_t len;

    if (!OPENSSL_hexstr2buf_ex(octets, size, &len, hex, '\0')) {
        fprintf(stderr, "%s: not hexadecimal, or too long\n", hex);
        exit(EXIT_FAILURE);
    }
    return (DWORD)len;
}

static void print_keys(const char *name, const BYTE *keys, size_t len)
{
    printf("%-9s ", name);
    for (size_t i = 0; i < len; i++)
        printf("%02x", keys[i]);
    printf("\n");
}

static NCRYPT_KEY_HANDLE import_secret(NCRYPT_PROV_HANDLE provider, const char *hex, int tls13)
{
    struct {
        NCRYPTSSL_SECRET_BLOB_HEADER header;
        BYTE secret[MAX_SECRET];
    } blob = {{0, NCRYPTSSL_SECRET_MAGIC,
                  tls13 ? NCRYPTSSL_KIND_EXPORTER_SECRET : NCRYPTSSL_KIND_MASTER_KEY,
                  tls13 ? TLS1_3_PROTOCOL_VERSION : TLS1_2_PROTOCOL_VERSION,
                  tls13 ? TLS_AES_128_GCM_SHA256 : TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
                  NCRYPT_SSL_CLIENT_FLAG, 0},
        {0}};
    NCRYPT_KEY_HANDLE key = 0;

    blob.header.cbSecret = read_hex(hex, blob.secret, sizeof(blob.secret));
    blob.header.cbLength = (DWORD)sizeof(blob.header) + blob.header.cbSecret;
    require(
        SslImportKey(provider, &key, NCRYPTSSL_SECRET_BLOB, (PBYTE)&blob, blob.header.cbLength, 0),
        "SslImportKey");
    OPENSSL_cleanse(&blob, sizeof(blob));
    return key;
}

/* TLS 1.3: the type of the method is the context (RFC 9190 section 2.3, RFC 9427 section 2). */
static void export_eap_tls13(
    NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE exporter, BYTE type, BYTE keys[128])
{
    CHAR label[] = "EXPORTER_EAP_TLS_Key_Material";

    require(SslExportKeyingMaterial(
                provider, exporter, label, NULL, 0, &type, sizeof(type), keys, 128, 0),
        "SslExportKeyingMaterial");
}

/* TEAP has no context, and its 40 bytes go on into a schedule of its own.  The randoms are those of
 * both Hello messages up to TLS 1.2, and in TLS 1.3 NULL and 0. */
static void export_teap(NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE key, BYTE *randoms,
    DWORD randoms_len, BYTE session_key_seed[40])
{
    CHAR label[] = "EXPORTER: teap session key seed";

    require(SslExportKeyingMaterial(
                provider, key, label, randoms, randoms_len, NULL, 0, session_key_seed, 40, 0),
        "SslExportKeyingMaterial");
}

static void print_tls13(NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE exporter)
{
    static const struct {
        const char *name;
        BYTE type;
    } methods[] = {{"EAP-TLS", 0x0D}, {"EAP-TTLS", 0x15}, {"PEAP", 0x19}};
    BYTE keys[128];

    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        export_eap_tls13(provider, exporter, methods[i].type, keys);
        print_keys(methods[i].name, keys, sizeof(keys));
    }
    export_teap(provider, exporter, NULL, 0, keys);
    print_keys("TEAP", keys, 40);
    OPENSSL_cleanse(keys, sizeof(keys));
}

/* EAP-TLS and PEAP have one key block up to TLS 1.2. */
static void print_tls12(NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE master_key, BYTE *randoms)
{
    BYTE block[192];
    DWORD len = 0;

    require(SslComputeEapKeyBlock(provider, master_key, randoms, RANDOMS_LEN, block, sizeof(block),
                &len, NCRYPT_SSL_EAP_ID),
        "SslComputeEapKeyBlock");
    print_keys("PEAP", block, 128);
    export_teap(provider, master_key, randoms, RANDOMS_LEN, block);
    print_keys("TEAP", block, 40);
    OPENSSL_cleanse(block, sizeof(block));
}

int main(int argc, char *argv[])
{
    NCRYPT_PROV_HANDLE provider = 0;
    NCRYPT_KEY_HANDLE key;
    BYTE randoms[RANDOMS_LEN];

    if (argc != 2 && argc != 4) {
        fprintf(stderr, "usage: %s SECRET [CLIENT-RANDOM SERVER-RANDOM]\n", argv[0]);
        return EXIT_FAILURE;
    }
    require(SslOpenProvider(&provider, MS_SCHANNEL_PROVIDER, 0), "SslOpenProvider");
    key = import_secret(provider, argv[1], argc == 2);
    if (argc == 2) {
        print_tls13(provider, key);
    } else {
        if (read_hex(argv[2], randoms, 32) != 32 || read_hex(argv[3], randoms + 32, 32) != 32) {
            fprintf(stderr, "a random has 32 bytes\n");
            return EXIT_FAILURE;
        }
        print_tls12(provider, key, randoms);
    }
    require(SslFreeObject(key, 0), "SslFreeObject");
    require(SslFreeObject(provider, 0), "SslFreeObject");
    return EXIT_SUCCESS;
}
