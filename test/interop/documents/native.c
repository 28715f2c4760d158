/* SPDX-License-Identifier: Apache-2.0
 *
 * The C blocks of the manual pages of libncryptssl, each in a function with what it takes for
 * granted. PAGE-N.c is block N of a page; test_documents.sh writes these files, and builds this
 * program with the installed headers and library.
 */
#include <ncrypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sslprovider.h>
#include <sslprovider_ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf16.h>

enum { RSA_BYTES = 256, X25519_MLKEM768 = 4588 };

/* Declarations agree with those of the header. */
#include "ncryptssl-porting-1.c"

static NCRYPT_PROV_HANDLE provider;
static NCRYPT_KEY_HANDLE master_key, private_key, traffic;
static BYTE master_secret[48] = "forty-seven letters and blanks, and a zero byte";
static BYTE client_random[32] = {1}, server_random[32] = {2};
/* An RSA key as a public blob, as PEM, and in a certificate. */
static BYTE blob[sizeof(BCRYPT_RSAKEY_BLOB) + 3 + RSA_BYTES], *der, *pem;
static DWORD blob_len, der_len, pem_len;

static void require(int ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "native.c: %s\n", what);
        exit(EXIT_FAILURE);
    }
}

/* The status of the block before. */
static SECURITY_STATUS status;

static void succeeded(const char *what)
{
    if (status != ERROR_SUCCESS)
        fprintf(stderr, "0x%08X: ", (unsigned)status);
    require(status == ERROR_SUCCESS, what);
    status = NTE_FAIL;
}

static void ended(NCRYPT_HANDLE handle)
{
    require(SslFreeObject(handle, 0) == ERROR_SUCCESS, "SslFreeObject");
}

static void make_blob(EVP_PKEY *key)
{
    BCRYPT_RSAKEY_BLOB header = {BCRYPT_RSAPUBLIC_MAGIC, 8 * RSA_BYTES, 3, RSA_BYTES, 0, 0};
    BIGNUM *modulus = NULL;

    require(EVP_PKEY_get_bn_param(key, "n", &modulus), "modulus");
    memcpy(blob, &header, sizeof(header));
    memcpy(blob + sizeof(header), "\1\0\1", 3);
    require(BN_bn2binpad(modulus, blob + sizeof(header) + 3, RSA_BYTES) == RSA_BYTES, "modulus");
    blob_len = sizeof(blob);
    BN_free(modulus);
}

static void make_certificate(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    BIO *text = BIO_new(BIO_s_mem());
    unsigned char *data;

    require(certificate != NULL && X509_gmtime_adj(X509_getm_notBefore(certificate), 0) != NULL &&
            X509_gmtime_adj(X509_getm_notAfter(certificate), 3600) != NULL &&
            X509_set_pubkey(certificate, key) && X509_sign(certificate, key, EVP_sha256()) > 0,
        "certificate");
    der_len = (DWORD)i2d_X509(certificate, &der);
    require(text != NULL && PEM_write_bio_PrivateKey(text, key, NULL, NULL, 0, NULL, NULL), "PEM");
    pem_len = (DWORD)BIO_get_mem_data(text, &data);
    pem = OPENSSL_memdup(data, pem_len);
    require(pem != NULL, "memory");
    BIO_free(text);
    X509_free(certificate);
}

static void open_provider(void)
{
#include "SslOpenProvider-1.c"
    succeeded("SslOpenProvider(3)");
}

static void function_table(void)
{
#include "GetSChannelInterface-1.c"
    succeeded("GetSChannelInterface(3)");
    ended(provider);
}

static void one_of_two_faults(void)
{
#include "ncryptssl-status-1.c"
    require(status == NTE_INVALID_PARAMETER && provider == 0, "ncryptssl-status(7)");
}

static void provider_names(void)
{
#include "SslFreeObject-1.c"
    require(count > 0, "SslFreeObject(3)");
}

static DWORD suites;

static void use(DWORD protocol, DWORD suite)
{
    require(protocol != 0, "a suite without a protocol");
    suites += suite != 0;
}

static void enumeration(void)
{
#include "SslEnumCipherSuites-1.c"
    require(suites > 20, "SslEnumCipherSuites(3)");
}

static void import_master_key(void)
{
    NCRYPT_KEY_HANDLE imported;
    {
#include "SslImportKey-1.c"
        imported = master_key;
    }
    succeeded("SslImportKey(3)");
    master_key = imported;
}

static NCRYPT_KEY_HANDLE session_key;

static void session_keys(void)
{
#include "SslGenerateSessionKeys-1.c"
    succeeded("SslGenerateSessionKeys(3)");
    ended(read_key);
    session_key = write_key;
}

static void encrypt(void)
{
    static BYTE text[] = "some text";
    const DWORD text_len = sizeof(text);
    const ULONGLONG sequence_number = 0;
    const NCRYPT_KEY_HANDLE write_key = session_key;
#include "SslEncryptPacket-1.c"
    succeeded("SslEncryptPacket(3)");
    require(size == 5 + 8 + sizeof(text) + 16, "SslEncryptPacket(3): the length");
    ended(write_key);
}

static void finished(void)
{
    static BYTE messages[] = {1, 0, 0, 0};
    const DWORD messages_len = sizeof(messages);
#include "SslCreateHandshakeHash-1.c"
    succeeded("SslCreateHandshakeHash(3)");
    ended(hash);
}

static void keying_material(void)
{
#include "SslExportKeyingMaterial-1.c"
    succeeded("SslExportKeyingMaterial(3)");
}

static void key_exchange(void)
{
    NCRYPT_KEY_HANDLE agreed;
    BYTE encrypted[RSA_BYTES];
#include "NCryptImportKey-1.c"
    succeeded("NCryptImportKey(3)");
    {
        NCRYPT_KEY_HANDLE master_key;
#include "SslGenerateMasterKey-1.c"
        agreed = master_key;
    }
    succeeded("SslGenerateMasterKey(3)");
    ended(agreed);
    require(
        NCryptFreeObject(server_key) == ERROR_SUCCESS && NCryptFreeObject(storage) == ERROR_SUCCESS,
        "NCryptFreeObject");
}

static void open_private_key(void)
{
    NCRYPT_KEY_HANDLE opened;
    {
#include "SslOpenPrivateKey-1.c"
        opened = private_key;
    }
    succeeded("SslOpenPrivateKey(3)");
    private_key = opened;
}

static void sign(void)
{
    static const BYTE digest[32] = {3};
#include "SslSignHash-1.c"
    succeeded("SslSignHash(3)");
    require(size == RSA_BYTES, "SslSignHash(3): the length");
}

static void key_property(void)
{
    const NCRYPT_KEY_HANDLE key = private_key;
#include "SslGetKeyProperty-1.c"
    succeeded("SslGetKeyProperty(3)");
    require(bits == 8 * RSA_BYTES, "SslGetKeyProperty(3): the length");
}

/* What a peer sends of a key on P-256. */
static NCRYPT_KEY_HANDLE peer_of(NCRYPT_PROV_HANDLE here)
{
    NCRYPT_KEY_HANDLE peer = 0;
#include "SslCreateEphemeralKey-1.c"
    succeeded("SslCreateEphemeralKey(3)");
    require(SslImportKey(here, &peer, BCRYPT_ECCPUBLIC_BLOB, blob, size, 0) == ERROR_SUCCESS,
        "SslImportKey");
    ended(own);
    return peer;
}

static void key_schedule(void)
{
    static BYTE server_hello[] = {2, 0, 0, 0};
    const DWORD server_hello_len = sizeof(server_hello);
    NCRYPT_KEY_HANDLE own_share, peer_share = peer_of(provider);
    NCRYPT_HASH_HANDLE hash;

    require(SslCreateEphemeralKey(provider, &own_share, TLS1_3_PROTOCOL_VERSION,
                TLS_AES_128_GCM_SHA256, TLS_ECC_P256_CURVE_KEY_TYPE, 0, NULL, 0, 0) == 0 &&
            SslCreateHandshakeHash(
                provider, &hash, TLS1_3_PROTOCOL_VERSION, TLS_AES_128_GCM_SHA256, 0) == 0,
        "own share, hash");
#include "SslExtractEarlyKey-1.c"
    succeeded("SslExtractEarlyKey(3)");
    traffic = server;
    ended(read_key);
    ended(client);
    ended(handshake);
    ended(early);
    ended(hash);
    ended(own_share);
    ended(peer_share);
}

static void write_key(void)
{
    const NCRYPT_KEY_HANDLE traffic_secret = traffic;
#include "SslExpandWriteKey-1.c"
    succeeded("SslExpandWriteKey(3)");
    ended(write_key);
}

static void key_update(void)
{
#include "SslExpandTrafficKeys-1.c"
    succeeded("SslExpandTrafficKeys(3)");
    ended(next_key);
    ended(next);
    ended(traffic);
}

/* With releases of OpenSSL that have the group. */
static void hybrid_share(void)
{
    static BYTE share[2048];
    NCRYPT_KEY_HANDLE own;
    DWORD share_size;

    status = SslCreateEphemeralKey(
        provider, &own, TLS1_3_PROTOCOL_VERSION, 0, X25519_MLKEM768, 0, NULL, 0, 0);
    if (status == NTE_NOT_SUPPORTED) {
        printf("note: this OpenSSL has no X25519MLKEM768, that block is compiled only\n");
        return;
    }
    succeeded("X25519MLKEM768");
    require(SslExportKey(provider, own, NCRYPTSSL_KEY_SHARE_BLOB, share, sizeof(share), &share_size,
                0) == ERROR_SUCCESS,
        "SslExportKey");
    ended(own);
#include "SslCreateEphemeralKey-2.c"
    succeeded("SslCreateEphemeralKey(3): X25519MLKEM768");
    ended(own);
}

static int received;

static int window_has(ULONGLONG number)
{
    return number != (3ULL << 48 | 7);
}

static void receive(const BYTE *fragment, DWORD size)
{
    received = fragment[0] == 'd' && size >= 1;
}

static void dtls13_record(void)
{
    struct {
        NCRYPTSSL_SECRET_BLOB_HEADER header;
        BYTE secret[32];
    } secret = {{sizeof(secret), NCRYPTSSL_SECRET_MAGIC, NCRYPTSSL_KIND_TRAFFIC_SECRET,
                    DTLS1_3_PROTOCOL_VERSION, TLS_AES_128_GCM_SHA256, NCRYPT_SSL_CLIENT_FLAG,
                    sizeof(secret.secret)},
        {4}};
    const ULONGLONG epoch = 3, highest = 6;
    NCRYPT_KEY_HANDLE traffic_secret, key;
    BYTE data[] = "data\x17", record[128], fragment[128];
    DWORD record_len, size;

    require(SslImportKey(provider, &traffic_secret, NCRYPTSSL_SECRET_BLOB, (PBYTE)&secret,
                sizeof(secret), 0) == ERROR_SUCCESS &&
            SslExpandWriteKey(provider, traffic_secret, &key, NULL, 0) == ERROR_SUCCESS &&
            SslEncryptPacket(provider, key, data, sizeof(data) - 1, record, sizeof(record),
                &record_len, epoch << 48 | (highest + 1), CT_APPLICATIONDATA, 0) == ERROR_SUCCESS,
        "a record of DTLS 1.3");
#include "SslEncryptPacket-2.c"
    succeeded("SslEncryptPacket(3): DTLS 1.3");
    require(received, "SslEncryptPacket(3): the fragment");
    ended(key);
    ended(traffic_secret);
}

int main(void)
{
    EVP_PKEY *key = EVP_RSA_gen(8 * RSA_BYTES);

    require(key != NULL && SslOpenProvider(&provider, NULL, 0) == ERROR_SUCCESS, "provider");
    make_blob(key);
    make_certificate(key);
    open_provider();
    function_table();
    one_of_two_faults();
    provider_names();
    enumeration();
    import_master_key();
    session_keys();
    encrypt();
    finished();
    keying_material();
    key_exchange();
    open_private_key();
    sign();
    key_property();
    key_schedule();
    write_key();
    key_update();
    hybrid_share();
    dtls13_record();
    ended(private_key);
    ended(master_key);
    ended(provider);
    OPENSSL_free(der);
    OPENSSL_free(pem);
    EVP_PKEY_free(key);
    return EXIT_SUCCESS;
}
