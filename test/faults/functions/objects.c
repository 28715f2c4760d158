/* SPDX-License-Identifier: Apache-2.0
 *
 * The objects that the calls of all families work with.
 */
#include "functions.h"

#include <openssl/pem.h>

enum { PATH_LEN = 512, SUITE_ECDHE = 0xC02F, SUITE_DHE = 0x009E };

const struct fault_setting faults_settings[FAULTS_SETTINGS] = {
    {"SSL 3.0 CBC", SSL3_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA, 0},
    {"TLS 1.0 CBC", TLS1_0_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA, 0},
    {"TLS 1.2 RC4", TLS1_2_PROTOCOL_VERSION, SUITE_RC4_SHA, 0},
    {"TLS 1.2 NULL", TLS1_2_PROTOCOL_VERSION, SUITE_NULL_SHA256, 0},
    {"TLS 1.2 CBC", TLS1_2_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA, 0},
    {"DTLS 1.2 CBC, encrypt-then-MAC", DTLS1_2_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA,
        NCRYPTSSL_ENCRYPT_THEN_MAC},
    {"TLS 1.2 GCM", TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM, 0},
    {"TLS 1.2 CCM_8", TLS1_2_PROTOCOL_VERSION, 0xC0A0, 0},
    {"TLS 1.2 ChaCha20", TLS1_2_PROTOCOL_VERSION, 0xCCA8, 0},
    {"TLS 1.3 GCM", TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES256_GCM, 0},
    {"TLS 1.3 CCM", TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_CCM, 0},
    {"TLS 1.3 ChaCha20", TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_CHACHA20, 0},
    {"DTLS 1.3 GCM", DTLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES256_GCM, 0},
    {"DTLS 1.3 ChaCha20", DTLS1_3_PROTOCOL_VERSION, SUITE_TLS13_CHACHA20, 0},
};

struct fault_objects objects;

static struct randoms both_randoms;
static DWORD version = TLS1_2_PROTOCOL_VERSION;
static BYTE psk[16] = "pre-shared key";
static NCryptBuffer version_buffers[3], psk_buffers[3];

static void path_in(const char *folder, const char *name, char path[PATH_LEN])
{
    snprintf(path, PATH_LEN, "%s/%s", folder, name);
}

/* RC4, which works on a copy of its state, and SSL 3.0, which has a MAC of its own, take part. */
bool faults_configure(const char *folder)
{
    char path[PATH_LEN];
    FILE *file;

    path_in(folder, "openssl.cnf", path);
    file = fopen(path, "w");
    if (file == NULL)
        return false;
    fprintf(file, "[ncryptssl]\nlegacy = yes\nprivate-keys = file:%s\n", folder);
    return fclose(file) == 0 && setenv("OPENSSL_CONF", path, 1) == 0;
}

static void make_lists(void)
{
    objects.randoms = *fill_randoms(&both_randoms);
    memcpy(version_buffers, both_randoms.buffers, sizeof(both_randoms.buffers));
    memcpy(psk_buffers, both_randoms.buffers, sizeof(both_randoms.buffers));
    version_buffers[2] =
        (NCryptBuffer){sizeof(version), NCRYPTBUFFER_SSL_HIGHEST_VERSION, &version};
    psk_buffers[2] = (NCryptBuffer){sizeof(psk), NCRYPTBUFFER_SSL_CLEAR_KEY, psk};
    objects.with_version = (NCryptBufferDesc){NCRYPTBUFFER_VERSION, 3, version_buffers};
    objects.with_psk = (NCryptBufferDesc){NCRYPTBUFFER_VERSION, 3, psk_buffers};
}

static bool make_rsa_blob(const EVP_PKEY *key)
{
    const BCRYPT_RSAKEY_BLOB header = {
        BCRYPT_RSAPUBLIC_MAGIC, 8 * FAULTS_RSA_LEN, 3, FAULTS_RSA_LEN, 0, 0};
    BYTE *const exponent = objects.rsa_blob + sizeof(header);
    BIGNUM *n = NULL, *e = NULL;
    bool made;

    memcpy(objects.rsa_blob, &header, sizeof(header));
    made = EVP_PKEY_get_bn_param(key, "e", &e) && EVP_PKEY_get_bn_param(key, "n", &n) &&
        BN_bn2binpad(e, exponent, 3) == 3 &&
        BN_bn2binpad(n, exponent + 3, FAULTS_RSA_LEN) == FAULTS_RSA_LEN;
    BN_free(n);
    BN_free(e);
    return made;
}

static bool attach_rsa(void)
{
    return NcryptsslAttachPrivateKey(objects.provider, &objects.rsa_certificate, objects.rsa_key,
               objects.rsa_key_len, 0) == ERROR_SUCCESS &&
        SslOpenPrivateKey(objects.provider, &objects.rsa_private, &objects.rsa_certificate, 0) ==
        ERROR_SUCCESS;
}

void faults_renew_rsa(void)
{
    EXPECT_SUCCESS(SslFreeObject(objects.rsa_private, 0), "RSA");
    EXPECT(attach_rsa(), "RSA");
}

static bool open_ecdsa(void)
{
    EVP_PKEY *key = make_key("P-256");
    CERT_CONTEXT certificate = make_certificate(key, 2);
    BYTE *der = NULL;
    const int len = i2d_PrivateKey(key, &der);
    const bool opened = NcryptsslAttachPrivateKey(
                            objects.provider, &certificate, der, (DWORD)len, 0) == ERROR_SUCCESS &&
        SslOpenPrivateKey(objects.provider, &objects.ecdsa_private, &certificate, 0) ==
            ERROR_SUCCESS;

    OPENSSL_free(der);
    free_certificate(&certificate);
    EVP_PKEY_free(key);
    return opened;
}

static bool open_rsa(void)
{
    EVP_PKEY *key = make_key("RSA");
    bool opened;

    objects.rsa_certificate = make_certificate(key, 1);
    objects.rsa_key_len = (DWORD)i2d_PrivateKey(key, &objects.rsa_key);
    opened = attach_rsa() && make_rsa_blob(key) &&
        SslImportKey(objects.provider, &objects.rsa_public, BCRYPT_RSAPUBLIC_BLOB, objects.rsa_blob,
            sizeof(objects.rsa_blob), 0) == ERROR_SUCCESS;
    EVP_PKEY_free(key);
    return opened;
}

/* A key that only the file has. */
static bool write_key_file(const char *folder)
{
    EVP_PKEY *key = make_key("P-256");
    char path[PATH_LEN];
    FILE *file;
    bool written;

    path_in(folder, "key.pem", path);
    objects.file_certificate = make_certificate(key, 3);
    file = fopen(path, "w");
    written = file != NULL && PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1;
    if (file != NULL)
        written = fclose(file) == 0 && written;
    EVP_PKEY_free(key);
    return written;
}

static bool create(DWORD suite, DWORD group, DWORD bits, NCRYPT_KEY_HANDLE *key)
{
    return SslCreateEphemeralKey(objects.provider, key, TLS1_2_PROTOCOL_VERSION, suite, group, bits,
               NULL, 0, 0) == ERROR_SUCCESS;
}

bool faults_objects_open(const char *folder)
{
    make_lists();
    return SslOpenProvider(&objects.provider, NULL, 0) == ERROR_SUCCESS && open_ecdsa() &&
        open_rsa() && write_key_file(folder) &&
        create(SUITE_ECDHE, TLS_ECC_P256_CURVE_KEY_TYPE, 0, &objects.ecdhe) &&
        create(SUITE_ECDHE, TLS_ECC_P256_CURVE_KEY_TYPE, 0, &objects.ecdhe_peer) &&
        create(SUITE_DHE, 0, 2048, &objects.dhe) && create(SUITE_DHE, 0, 2048, &objects.dhe_peer);
}

bool faults_objects_close(void)
{
    const NCRYPT_HANDLE made[] = {objects.rsa_private, objects.rsa_public, objects.ecdsa_private,
        objects.ecdhe, objects.ecdhe_peer, objects.dhe, objects.dhe_peer, objects.provider};
    bool freed = true;

    for (size_t i = 0; i < COUNT(made); i++)
        freed &= SslFreeObject(made[i], 0) == ERROR_SUCCESS;
    OPENSSL_clear_free(objects.rsa_key, objects.rsa_key_len);
    free_certificate(&objects.rsa_certificate);
    free_certificate(&objects.file_certificate);
    return freed;
}

NCRYPT_KEY_HANDLE faults_master(DWORD protocol, DWORD suite, DWORD flags)
{
    NCRYPT_KEY_HANDLE key = 0;

    CU_ASSERT_EQUAL_FATAL(
        import_master(objects.provider, protocol, suite, flags, &key), ERROR_SUCCESS);
    return key;
}
