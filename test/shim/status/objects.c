/* SPDX-License-Identifier: Apache-2.0
 *
 * The objects that the table names.  They are made once; no call of the table changes them, except
 * that hashes take in more messages.
 */
#include "status.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

enum { MAX_OBJECTS = 64, MAX_DER_LEN = 4096, X25519_GROUP = 29 };

static struct {
    const char *name;
    NCRYPT_HANDLE handle;
    bool live;
} objects[MAX_OBJECTS];

static size_t object_count;

/* NCryptFreeObject frees these. */
static NCRYPT_PROV_HANDLE storage;
static NCRYPT_KEY_HANDLE storage_key;

/* A certificate and where it lies; the second has another serial number and no key. */
static struct {
    BYTE der[MAX_DER_LEN];
    CERT_CONTEXT context;
} certificates[2];

/* Both halves of the first one's key. */
static struct status_rsa_blob public_blob;
static BYTE private_der[MAX_DER_LEN];
static DWORD private_der_len;

static void add(const char *name, NCRYPT_HANDLE handle, bool live)
{
    objects[object_count].name = name;
    objects[object_count].handle = handle;
    objects[object_count++].live = live;
}

/* For a status and the place of the handle that came with it; which of the two arguments is
 * evaluated first is open. */
static bool added(SECURITY_STATUS status, const char *name, const NCRYPT_HANDLE *handle)
{
    if (status != ERROR_SUCCESS) {
        fprintf(stderr, "%s: 0x%08X\n", name, (unsigned)status);
        return false;
    }
    add(name, *handle, true);
    return true;
}

bool status_object(const char *name, NCRYPT_HANDLE *handle)
{
    for (size_t i = 0; i < object_count; i++) {
        if (strcmp(objects[i].name, name) == 0) {
            *handle = objects[i].handle;
            return true;
        }
    }
    return false;
}

NCRYPT_HANDLE status_handle(const char *name)
{
    NCRYPT_HANDLE handle;

    if (!status_object(name, &handle)) {
        fprintf(stderr, "no object is called %s\n", name);
        abort();
    }
    return handle;
}

PCCERT_CONTEXT status_certificate(bool with_key)
{
    return &certificates[!with_key].context;
}

const struct status_rsa_blob *status_public_blob(void)
{
    return &public_blob;
}

const BYTE *status_private_der(DWORD *len)
{
    *len = private_der_len;
    return private_der;
}

/* ---- Secrets, session keys, hashes ---- */

static const struct {
    const char *name;
    DWORD kind, protocol, suite, flags, len;
} secrets[] = {
    {"master", NCRYPTSSL_KIND_MASTER_KEY, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA,
        NCRYPT_SSL_CLIENT_FLAG, MASTER_KEY_LEN},
    {"master-of-server", NCRYPTSSL_KIND_MASTER_KEY, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA,
        NCRYPT_SSL_SERVER_FLAG, MASTER_KEY_LEN},
    {"master-gcm", NCRYPTSSL_KIND_MASTER_KEY, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM,
        NCRYPT_SSL_CLIENT_FLAG, MASTER_KEY_LEN},
    {"master-tls10", NCRYPTSSL_KIND_MASTER_KEY, TLS1_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA,
        NCRYPT_SSL_CLIENT_FLAG, MASTER_KEY_LEN},
    {"master-ssl3", NCRYPTSSL_KIND_MASTER_KEY, SSL3_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA,
        NCRYPT_SSL_CLIENT_FLAG, MASTER_KEY_LEN},
};

/* Of TLS 1.3. */
static const struct {
    const char *name;
    DWORD kind, suite, len;
} tls13_secrets[] = {
    {"early", NCRYPTSSL_KIND_EARLY_SECRET, SUITE_TLS13_AES128_GCM, 32},
    {"handshake", NCRYPTSSL_KIND_HANDSHAKE_SECRET, SUITE_TLS13_AES128_GCM, 32},
    {"tls13-master", NCRYPTSSL_KIND_MASTER_SECRET, SUITE_TLS13_AES128_GCM, 32},
    {"traffic", NCRYPTSSL_KIND_TRAFFIC_SECRET, SUITE_TLS13_AES128_GCM, 32},
    {"exporter", NCRYPTSSL_KIND_EXPORTER_SECRET, SUITE_TLS13_AES128_GCM, 32},
    {"resumption", NCRYPTSSL_KIND_RESUMPTION_SECRET, SUITE_TLS13_AES128_GCM, 32},
    {"binder", NCRYPTSSL_KIND_BINDER_KEY, SUITE_TLS13_AES128_GCM, 32},
    {"pre-shared", NCRYPTSSL_KIND_PRE_SHARED_KEY, SUITE_TLS13_AES128_GCM, 32},
    {"early-sha384", NCRYPTSSL_KIND_EARLY_SECRET, SUITE_TLS13_AES256_GCM, 48},
    {"traffic-sha384", NCRYPTSSL_KIND_TRAFFIC_SECRET, SUITE_TLS13_AES256_GCM, 48},
    {"exporter-sha384", NCRYPTSSL_KIND_EXPORTER_SECRET, SUITE_TLS13_AES256_GCM, 48},
    {"pre-shared-sha384", NCRYPTSSL_KIND_PRE_SHARED_KEY, SUITE_TLS13_AES256_GCM, 48},
};

static bool open_secret(NCRYPT_PROV_HANDLE provider, const char *name, struct secret_blob blob)
{
    NCRYPT_KEY_HANDLE handle;

    return added(import_secret(provider, &blob, &handle), name, &handle);
}

static bool open_external(NCRYPT_PROV_HANDLE provider)
{
    BYTE bytes[] = "a pre-shared key";
    NCRYPT_KEY_HANDLE handle;

    return added(SslImportKey(provider, &handle, TLS_13_PRE_SHARED_KEY, bytes, sizeof(bytes), 0),
        "external", &handle);
}

/* Early secrets that everybody can compute: a pre-shared key of zeros is the same as none. */
static bool open_public_early_secrets(NCRYPT_PROV_HANDLE provider)
{
    BYTE zeros[32] = {0};
    NCRYPT_KEY_HANDLE psk = 0, early = 0;
    bool opened = added(SslExtractEarlyKey(provider, 0, &early, TLS1_3_PROTOCOL_VERSION,
                            SUITE_TLS13_AES128_GCM, NULL, 0),
        "early-without-psk", &early);

    opened = opened &&
        SslImportKey(provider, &psk, TLS_13_PRE_SHARED_KEY, zeros, sizeof(zeros), 0) ==
            ERROR_SUCCESS &&
        added(SslExtractEarlyKey(
                  provider, psk, &early, TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES128_GCM, NULL, 0),
            "early-zero-psk", &early);
    SslFreeObject(psk, 0);
    return opened;
}

static bool open_secrets(NCRYPT_PROV_HANDLE provider)
{
    for (size_t i = 0; i < COUNT(secrets); i++) {
        if (!open_secret(provider, secrets[i].name,
                make_secret(secrets[i].kind, secrets[i].protocol, secrets[i].suite,
                    secrets[i].flags, secrets[i].len)))
            return false;
    }
    for (size_t i = 0; i < COUNT(tls13_secrets); i++) {
        if (!open_secret(provider, tls13_secrets[i].name,
                make_secret(tls13_secrets[i].kind, TLS1_3_PROTOCOL_VERSION, tls13_secrets[i].suite,
                    NCRYPT_SSL_CLIENT_FLAG, tls13_secrets[i].len)))
            return false;
    }
    return open_external(provider) && open_public_early_secrets(provider);
}

static bool open_tls13_keys(NCRYPT_PROV_HANDLE provider)
{
    NCRYPT_KEY_HANDLE key;

    return added(make_traffic_key(provider, SUITE_TLS13_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG, &key),
               "tls13", &key) &&
        added(make_traffic_key(provider, SUITE_TLS13_CCM_8, NCRYPT_SSL_CLIENT_FLAG, &key),
            "tls13-ccm-8", &key) &&
        added(make_traffic_key_in(provider, DTLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES128_GCM,
                  NCRYPT_SSL_CLIENT_FLAG, &key),
            "dtls13", &key);
}

static bool open_session_keys(NCRYPT_PROV_HANDLE provider)
{
    struct key_pair keys;
    SECURITY_STATUS status = generate(provider, status_handle("master"), &keys);

    if (!added(status, "read", &keys.read) || !added(status, "write", &keys.write))
        return false;
    status = generate(provider, status_handle("master-of-server"), &keys);
    return added(status, "peer-read", &keys.read) && added(status, "peer-write", &keys.write);
}

static bool open_hashes(NCRYPT_PROV_HANDLE provider)
{
    static const struct {
        const char *name;
        DWORD protocol, suite;
    } hashes[] = {
        {"hash", TLS1_2_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA},
        {"hash-gcm", TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM},
        {"hash-tls10", TLS1_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA},
        {"hash-ssl3", SSL3_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA},
        {"hash-tls13", TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES128_GCM},
        {"hash-tls13-sha384", TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES256_GCM},
    };
    NCRYPT_HASH_HANDLE handle;

    for (size_t i = 0; i < COUNT(hashes); i++) {
        if (!added(
                SslCreateHandshakeHash(provider, &handle, hashes[i].protocol, hashes[i].suite, 0),
                hashes[i].name, &handle))
            return false;
    }
    return true;
}

/* ---- Asymmetric keys ---- */

static bool make_certificate(EVP_PKEY *key, size_t which)
{
    X509 *x509 = X509_new();
    unsigned char *to = certificates[which].der;
    int len = 0;

    if (x509 != NULL && ASN1_INTEGER_set(X509_get_serialNumber(x509), (long)which + 1) &&
        X509_gmtime_adj(X509_getm_notBefore(x509), 0) != NULL &&
        X509_gmtime_adj(X509_getm_notAfter(x509), 86400) != NULL && X509_set_pubkey(x509, key) &&
        X509_sign(x509, key, EVP_sha256()) > 0)
        len = i2d_X509(x509, NULL);
    if (len > 0 && len <= MAX_DER_LEN)
        len = i2d_X509(x509, &to);
    X509_free(x509);
    certificates[which].context = (CERT_CONTEXT){
        X509_ASN_ENCODING, certificates[which].der, len > 0 ? (DWORD)len : 0, NULL, NULL};
    return len > 0;
}

/* The private key of the first certificate becomes one that the library finds. */
static bool attach(NCRYPT_PROV_HANDLE provider, EVP_PKEY *key)
{
    unsigned char *to = private_der;
    const int len = i2d_PrivateKey(key, NULL);

    if (len <= 0 || len > MAX_DER_LEN || i2d_PrivateKey(key, &to) != len)
        return false;
    private_der_len = (DWORD)len;
    return NcryptsslAttachPrivateKey(provider, &certificates[0].context, private_der,
               private_der_len, 0) == ERROR_SUCCESS;
}

static bool make_rsa_blob(const EVP_PKEY *key, struct status_rsa_blob *blob)
{
    BIGNUM *modulus = NULL;
    int len = -1;

    *blob = (struct status_rsa_blob){
        {BCRYPT_RSAPUBLIC_MAGIC, STATUS_RSA_LEN * 8, 3, STATUS_RSA_LEN, 0, 0}, {1, 0, 1}, {0}};
    if (EVP_PKEY_get_bn_param(key, "n", &modulus))
        len = BN_bn2binpad(modulus, blob->modulus, STATUS_RSA_LEN);
    BN_free(modulus);
    return len == STATUS_RSA_LEN;
}

/* A plain CNG key, which is no SSL key. */
static bool open_storage(void)
{
    if (NCryptOpenStorageProvider(&storage, NULL, 0) != ERROR_SUCCESS ||
        NCryptImportKey(storage, 0, BCRYPT_RSAPUBLIC_BLOB, NULL, &storage_key, (PBYTE)&public_blob,
            STATUS_RSA_BLOB_LEN, 0) != ERROR_SUCCESS)
        return false;
    add("storage-provider", storage, false);
    add("storage", storage_key, false);
    return true;
}

static bool open_public(NCRYPT_PROV_HANDLE provider, const EVP_PKEY *key)
{
    NCRYPT_KEY_HANDLE handle;

    if (!make_rsa_blob(key, &public_blob) || !open_storage())
        return false;
    return added(SslImportKey(provider, &handle, BCRYPT_RSAPUBLIC_BLOB, (PBYTE)&public_blob,
                     STATUS_RSA_BLOB_LEN, 0),
        "rsa-public", &handle);
}

static bool open_rsa(NCRYPT_PROV_HANDLE provider)
{
    EVP_PKEY *first = EVP_RSA_gen(STATUS_RSA_LEN * 8), *second = EVP_RSA_gen(STATUS_RSA_LEN * 8);
    NCRYPT_KEY_HANDLE handle = 0;
    SECURITY_STATUS status;
    bool done = false;

    if (first != NULL && second != NULL && make_certificate(first, 0) &&
        make_certificate(second, 1) && attach(provider, first))
        done = open_public(provider, first);
    EVP_PKEY_free(first);
    EVP_PKEY_free(second);
    if (!done)
        return false;
    status = SslOpenPrivateKey(provider, &handle, status_certificate(true), 0);
    return added(status, "private", &handle);
}

static bool open_ephemeral(NCRYPT_PROV_HANDLE provider)
{
    static const struct {
        const char *name;
        DWORD suite, key_type, bits;
    } keys[] = {{"ephemeral", 0xC02F, TLS_ECC_P256_CURVE_KEY_TYPE, 0},
        {"peer", 0xC02F, TLS_ECC_P256_CURVE_KEY_TYPE, 0},
        {"ephemeral-p384", 0xC02F, TLS_ECC_P384_CURVE_KEY_TYPE, 0},
        {"x25519", 0xC02F, X25519_GROUP, 0}, {"ephemeral-rsa", 0x002F, 0, 512}};
    NCRYPT_KEY_HANDLE handle;
    SECURITY_STATUS status;

    for (size_t i = 0; i < COUNT(keys); i++) {
        status = SslCreateEphemeralKey(provider, &handle, TLS1_2_PROTOCOL_VERSION, keys[i].suite,
            keys[i].key_type, keys[i].bits, NULL, 0, 0);
        if (!added(status, keys[i].name, &handle))
            return false;
    }
    return true;
}

static bool open_pre_master(NCRYPT_PROV_HANDLE provider)
{
    BYTE encrypted[STATUS_RSA_LEN];
    NCRYPT_KEY_HANDLE handle;
    DWORD len;

    return added(SslGeneratePreMasterKey(provider, status_handle("rsa-public"), &handle,
                     TLS1_2_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA, status_valid_list(), encrypted,
                     sizeof(encrypted), &len, NCRYPT_SSL_CLIENT_FLAG),
        "pre-master", &handle);
}

/* Numbers that were handles. */
static bool open_stale(NCRYPT_PROV_HANDLE provider)
{
    NCRYPT_HANDLE handle;

    if (SslOpenProvider(&handle, NULL, 0) != ERROR_SUCCESS || SslFreeObject(handle, 0))
        return false;
    add("stale", handle, false);
    if (import_master(provider, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA,
            NCRYPT_SSL_CLIENT_FLAG, &handle) != ERROR_SUCCESS ||
        SslFreeObject(handle, 0))
        return false;
    add("stale-key", handle, false);
    if (SslCreateHandshakeHash(
            provider, &handle, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA, 0) ||
        SslFreeObject(handle, 0))
        return false;
    add("stale-hash", handle, false);
    return true;
}

bool status_objects_open(void)
{
    NCRYPT_PROV_HANDLE provider = 0;

    if (!added(SslOpenProvider(&provider, NULL, 0), "provider", &provider))
        return false;
    add("zero", 0, false);
    add("garbage", GARBAGE_HANDLE, false);
    return open_secrets(provider) && open_session_keys(provider) && open_tls13_keys(provider) &&
        open_hashes(provider) && open_rsa(provider) && open_ephemeral(provider) &&
        open_pre_master(provider) && open_stale(provider);
}

bool status_objects_close(void)
{
    bool freed = NCryptFreeObject(storage_key) == ERROR_SUCCESS &&
        NCryptFreeObject(storage) == ERROR_SUCCESS;

    while (object_count > 0) {
        object_count--;
        if (objects[object_count].live)
            freed = SslFreeObject(objects[object_count].handle, 0) == ERROR_SUCCESS && freed;
    }
    OPENSSL_cleanse(private_der, sizeof(private_der));
    return freed;
}
