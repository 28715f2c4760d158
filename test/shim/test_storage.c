/* SPDX-License-Identifier: Apache-2.0
 *
 * NCryptOpenStorageProvider, NCryptImportKey and NCryptFreeObject: the order of their checks, what
 * is read, and the RSA key exchange of a client whose server key is a plain CNG key.
 */
#include "shim/support.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

enum { MAX_BLOB = 1024, RSA_BITS = 1024, PRE_MASTER_LEN = 48 };

struct blob {
    BYTE bytes[MAX_BLOB];
    DWORD len;
};

static NCRYPT_PROV_HANDLE ssl_provider, storage, closed;
static NCRYPT_KEY_HANDLE storage_key;
static EVP_PKEY *server_key;
static struct blob rsa, p256;

/* ---- Blobs of keys of libcrypto ---- */

/* False once libcrypto has failed; CUnit takes no assertions while it sets up. */
static bool made = true;

static void append_number(struct blob *blob, const EVP_PKEY *key, const char *name, int len)
{
    BIGNUM *number = NULL;

    made = EVP_PKEY_get_bn_param(key, name, &number) == 1 &&
        BN_bn2binpad(number, blob->bytes + blob->len, len) == len && made;
    blob->len += (DWORD)len;
    BN_free(number);
}

static struct blob make_rsa(const EVP_PKEY *key)
{
    const BCRYPT_RSAKEY_BLOB header = {BCRYPT_RSAPUBLIC_MAGIC, RSA_BITS, 3, RSA_BITS / 8, 0, 0};
    struct blob blob = {{0}, sizeof(header)};

    memcpy(blob.bytes, &header, sizeof(header));
    append_number(&blob, key, "e", 3);
    append_number(&blob, key, "n", RSA_BITS / 8);
    return blob;
}

static struct blob make_p256(void)
{
    const BCRYPT_ECCKEY_BLOB header = {BCRYPT_ECDH_PUBLIC_P256_MAGIC, 32};
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    struct blob blob = {{0}, sizeof(header)};

    memcpy(blob.bytes, &header, sizeof(header));
    append_number(&blob, key, "qx", 32);
    append_number(&blob, key, "qy", 32);
    EVP_PKEY_free(key);
    return blob;
}

/* ---- NCryptOpenStorageProvider ---- */

static void test_open_checks_in_order(void)
{
    static const WCHAR unknown[] = NCRYPTSSL_TEXT("Microsoft Smart Card Key Storage Provider");
    static const WCHAR name[] = MS_KEY_STORAGE_PROVIDER;
    NCRYPT_PROV_HANDLE handle = GARBAGE_HANDLE;

    EXPECT_STATUS(NCryptOpenStorageProvider(NULL, unknown, 1), NTE_INVALID_PARAMETER, "no output");
    EXPECT_STATUS(NCryptOpenStorageProvider(&handle, unknown, 1), NTE_BAD_FLAGS, "flags");
    EXPECT(handle == 0, "flags");
    handle = GARBAGE_HANDLE;
    EXPECT_STATUS(NCryptOpenStorageProvider(&handle, unknown, 0), NTE_INVALID_PARAMETER, "name");
    EXPECT(handle == 0, "name");
    EXPECT_SUCCESS(NCryptOpenStorageProvider(&handle, NULL, 0), "default");
    EXPECT_SUCCESS(NCryptFreeObject(handle), "default");
    EXPECT_SUCCESS(NCryptOpenStorageProvider(&handle, name, 0), "by name");
    EXPECT_SUCCESS(NCryptFreeObject(handle), "by name");
}

/* ---- NCryptImportKey ---- */

enum {
    NO_PROVIDER,
    CLOSED_PROVIDER,
    SSL_PROVIDER,
    KEY_AS_PROVIDER,
    IMPORT_KEY,
    NO_TYPE,
    NO_DATA,
    NO_OUTPUT,
    FLAGS,
    UNKNOWN_TYPE,
    BAD_BLOB,
    FAULTS
};

static const struct fault faults_of_import[FAULTS] = {
    [NO_PROVIDER] = {"no provider", "header", 0, NTE_INVALID_HANDLE},
    [CLOSED_PROVIDER] = {"closed provider", "header", 0, NTE_INVALID_HANDLE},
    [SSL_PROVIDER] = {"SSL provider", "header", 0, NTE_INVALID_HANDLE},
    [KEY_AS_PROVIDER] = {"key as provider", "header", 0, NTE_INVALID_HANDLE},
    [IMPORT_KEY] = {"import key", "header", 1, NTE_INVALID_HANDLE},
    [NO_TYPE] = {"no blob type", "header", 2, NTE_INVALID_PARAMETER},
    [NO_DATA] = {"no data", "header", 5, NTE_INVALID_PARAMETER},
    [NO_OUTPUT] = {"no output", "header", 4, NTE_INVALID_PARAMETER},
    [FLAGS] = {"flags", "header", 7, NTE_BAD_FLAGS},
    [UNKNOWN_TYPE] = {"unknown type", "header", 2, NTE_NOT_SUPPORTED},
    [BAD_BLOB] = {"bad blob", "header", 6, NTE_BAD_DATA},
};

static NCRYPT_PROV_HANDLE choose_storage(unsigned long faults)
{
    if (has_fault(faults, NO_PROVIDER))
        return 0;
    if (has_fault(faults, CLOSED_PROVIDER))
        return closed;
    if (has_fault(faults, SSL_PROVIDER))
        return ssl_provider;
    return has_fault(faults, KEY_AS_PROVIDER) ? storage_key : storage;
}

static SECURITY_STATUS call_import(unsigned long faults)
{
    static const WCHAR type[] = BCRYPT_RSAPUBLIC_BLOB,
                       private_type[] = NCRYPTSSL_TEXT("PRIVATEBLOB");
    const bool no_output = has_fault(faults, NO_OUTPUT);
    LPCWSTR wanted = has_fault(faults, UNKNOWN_TYPE) ? private_type : type;
    NCRYPT_KEY_HANDLE key = GARBAGE_HANDLE;
    struct blob blob = rsa;
    SECURITY_STATUS status;

    if (has_fault(faults, BAD_BLOB))
        blob.bytes[0] ^= 1;
    status =
        NCryptImportKey(choose_storage(faults), has_fault(faults, IMPORT_KEY) ? storage_key : 0,
            has_fault(faults, NO_TYPE) ? NULL : wanted, NULL, no_output ? NULL : &key,
            has_fault(faults, NO_DATA) ? NULL : blob.bytes, blob.len, has_fault(faults, FLAGS));
    if (status == ERROR_SUCCESS)
        EXPECT_SUCCESS(NCryptFreeObject(key), "NCryptImportKey");
    else
        EXPECT(no_output || key == 0, "NCryptImportKey");
    EXPECT(ERR_peek_error() == 0, "NCryptImportKey");
    return status;
}

static void test_import_checks_in_order(void)
{
    EXPECT_SUCCESS(call_import(0), "nothing wrong");
    check_order("NCryptImportKey", faults_of_import, FAULTS, call_import);
}

static void expect_import(
    LPCWSTR type, const struct blob *blob, DWORD flags, SECURITY_STATUS wanted, const char *label)
{
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, 0, NULL};
    NCRYPT_KEY_HANDLE key = GARBAGE_HANDLE;
    struct blob copy = *blob;

    EXPECT_STATUS(
        NCryptImportKey(storage, 0, type, &list, &key, copy.bytes, copy.len, flags), wanted, label);
    if (wanted == ERROR_SUCCESS)
        EXPECT_SUCCESS(NCryptFreeObject(key), label);
    else
        EXPECT(key == 0, label);
}

static void test_rsa_blobs_are_read_and_others_are_refused(void)
{
    static const DWORD ecdsa = BCRYPT_ECDSA_PUBLIC_P256_MAGIC, group = TLS_ECC_P256_CURVE_KEY_TYPE;
    struct blob blob = p256;

    expect_import(BCRYPT_ECCPUBLIC_BLOB, &blob, 0, ERROR_SUCCESS, "ECDH");
    memcpy(blob.bytes, &ecdsa, sizeof(ecdsa));
    expect_import(BCRYPT_ECCPUBLIC_BLOB, &blob, NCRYPT_SILENT_FLAG, ERROR_SUCCESS, "ECDSA");
    memcpy(blob.bytes, &group, sizeof(group));
    expect_import(SSL_ECCPUBLIC_BLOB, &blob, 0, NTE_NOT_SUPPORTED, "blob of SSL providers");
    blob.len--;
    expect_import(BCRYPT_ECCPUBLIC_BLOB, &blob, 0, NTE_NOT_SUPPORTED, "no magic");
    blob = p256;
    blob.bytes[blob.len - 1] ^= 1;
    expect_import(BCRYPT_ECCPUBLIC_BLOB, &blob, 0, NTE_BAD_DATA, "off the curve");
    expect_import(BCRYPT_OPAQUE_KEY_BLOB, &blob, 0, NTE_NOT_SUPPORTED, "opaque");
    blob.len = 0;
    expect_import(BCRYPT_OPAQUE_KEY_BLOB, &blob, 0, NTE_INVALID_PARAMETER, "opaque, 0 bytes");
    expect_import(BCRYPT_RSAPUBLIC_BLOB, &blob, 0, NTE_BAD_DATA, "RSA, 0 bytes");
}

/* ---- Kinds of handles ---- */

static void test_handles_of_the_two_interfaces_do_not_mix(void)
{
    static const WCHAR type[] = BCRYPT_RSAPUBLIC_BLOB, name[] = NCRYPT_LENGTH_PROPERTY;
    NCRYPT_KEY_HANDLE ssl_key = 0;
    PBYTE output = NULL;
    DWORD len = 0;

    EXPECT_BAD_HANDLE(NCryptFreeObject(0), "nothing");
    EXPECT_BAD_HANDLE(NCryptFreeObject(closed), "closed provider");
    EXPECT_BAD_HANDLE(NCryptFreeObject(ssl_provider), "SSL provider");
    EXPECT_SUCCESS(SslImportKey(ssl_provider, &ssl_key, type, rsa.bytes, rsa.len, 0), "SSL key");
    EXPECT_BAD_HANDLE(NCryptFreeObject(ssl_key), "SSL key");
    CU_ASSERT_EQUAL(NCryptIsKeyHandle(0), FALSE);
    CU_ASSERT_EQUAL(NCryptIsKeyHandle(storage), FALSE);
    CU_ASSERT_EQUAL(NCryptIsKeyHandle(ssl_provider), FALSE);
    CU_ASSERT_EQUAL(NCryptIsKeyHandle(ssl_key), FALSE);
    CU_ASSERT_EQUAL(NCryptIsKeyHandle(storage_key), TRUE);
    EXPECT_SUCCESS(SslFreeObject(ssl_key, 0), "SSL key");
    EXPECT_BAD_HANDLE(SslImportKey(storage, &ssl_key, type, rsa.bytes, rsa.len, 0), "provider");
    EXPECT_BAD_HANDLE(SslExportKey(ssl_provider, storage_key, type, NULL, 0, &len, 0), "plain key");
    EXPECT_BAD_HANDLE(SslGetKeyProperty(storage_key, name, &output, &len, 0), "plain key");
}

static void test_keys_outlive_their_provider(void)
{
    NCRYPT_PROV_HANDLE handle = 0;
    NCRYPT_KEY_HANDLE key = 0;

    EXPECT_SUCCESS(NCryptOpenStorageProvider(&handle, NULL, 0), "provider");
    EXPECT_SUCCESS(
        NCryptImportKey(handle, 0, BCRYPT_RSAPUBLIC_BLOB, NULL, &key, rsa.bytes, rsa.len, 0),
        "key");
    EXPECT_SUCCESS(NCryptFreeObject(handle), "provider");
    EXPECT_BAD_HANDLE(NCryptFreeObject(handle), "provider, again");
    CU_ASSERT_EQUAL(NCryptIsKeyHandle(key), TRUE);
    EXPECT_SUCCESS(NCryptFreeObject(key), "key");
    CU_ASSERT_EQUAL(NCryptIsKeyHandle(key), FALSE);
    EXPECT_BAD_HANDLE(NCryptFreeObject(key), "key, again");
}

/* ---- The key exchange ---- */

static bool decrypt(const BYTE *encrypted, size_t encrypted_len, BYTE *pre_master)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, server_key, NULL);
    BYTE room[RSA_BITS / 8];
    size_t len = sizeof(room);
    const bool ok = EVP_PKEY_decrypt_init(context) > 0 &&
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0 &&
        EVP_PKEY_decrypt(context, room, &len, encrypted, encrypted_len) > 0 &&
        len == PRE_MASTER_LEN;

    if (ok)
        memcpy(pre_master, room, PRE_MASTER_LEN);
    EVP_PKEY_CTX_free(context);
    return ok;
}

/* As a client on Windows does it: the size, the key of which is thrown away, then the real call. */
static void test_client_encrypts_under_a_cng_key(void)
{
    struct randoms randoms;
    NCryptBuffer buffers[3];
    DWORD version = TLS1_2_PROTOCOL_VERSION, len = 0;
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, 3, buffers};
    NCRYPT_KEY_HANDLE master = 0;
    BYTE encrypted[RSA_BITS / 8], pre_master[PRE_MASTER_LEN] = {0};

    fill_randoms(&randoms);
    memcpy(buffers, randoms.buffers, sizeof(randoms.buffers));
    buffers[2] = (NCryptBuffer){sizeof(version), NCRYPTBUFFER_SSL_HIGHEST_VERSION, &version};
    EXPECT_SUCCESS(SslGenerateMasterKey(ssl_provider, 0, storage_key, &master, version,
                       SUITE_AES128_CBC_SHA, &list, NULL, 0, &len, NCRYPT_SSL_CLIENT_FLAG),
        "size");
    EXPECT(len == sizeof(encrypted), "size");
    SslFreeObject(master, 0);
    EXPECT_SUCCESS(SslGenerateMasterKey(ssl_provider, 0, storage_key, &master, version,
                       SUITE_AES128_CBC_SHA, &list, encrypted, len, &len, NCRYPT_SSL_CLIENT_FLAG),
        "key");
    EXPECT(len == sizeof(encrypted), "key");
    EXPECT(decrypt(encrypted, len, pre_master), "key");
    EXPECT(pre_master[0] == 3 && pre_master[1] == 3, "version");
    SslFreeObject(master, 0);
}

static int open_all(void)
{
    server_key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)RSA_BITS);
    rsa = make_rsa(server_key);
    p256 = make_p256();
    return !made || SslOpenProvider(&ssl_provider, NULL, 0) ||
        NCryptOpenStorageProvider(&storage, NULL, 0) ||
        NCryptOpenStorageProvider(&closed, NULL, 0) || NCryptFreeObject(closed) ||
        NCryptImportKey(
            storage, 0, BCRYPT_RSAPUBLIC_BLOB, NULL, &storage_key, rsa.bytes, rsa.len, 0);
}

static int close_all(void)
{
    EVP_PKEY_free(server_key);
    return NCryptFreeObject(storage_key) || NCryptFreeObject(storage) ||
        SslFreeObject(ssl_provider, 0);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_open_checks_in_order),
        TEST(test_import_checks_in_order),
        TEST(test_rsa_blobs_are_read_and_others_are_refused),
        TEST(test_handles_of_the_two_interfaces_do_not_mix),
        TEST(test_keys_outlive_their_provider),
        TEST(test_client_encrypts_under_a_cng_key),
    };

    return RUN_TESTS("storage keys", open_all, close_all, tests);
}
