/* SPDX-License-Identifier: Apache-2.0
 *
 * Which secrets of TLS 1.3 can leave the OpenSSL provider: those that a key log holds, while there
 * is one, and no other.  The library does not export the key objects behind its handles.
 */
#include "shim/core/backend.h"
#include "shim/core/objects.h"
#include "shim/support.h"
#include "sslprovider/names.h"

#include <openssl/err.h>

enum { HASH_LEN = 32, TLS13 = TLS1_3_PROTOCOL_VERSION };

static NCRYPT_PROV_HANDLE provider;
static NCRYPT_HASH_HANDLE hash;

static NCRYPT_KEY_HANDLE import_stage(DWORD kind)
{
    const struct secret_blob blob =
        make_secret(kind, TLS13, SUITE_TLS13_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG, HASH_LEN);
    NCRYPT_KEY_HANDLE key = 0;

    EXPECT_SUCCESS(import_secret(provider, &blob, &key), "a secret");
    return key;
}

/* ---- What is derived ---- */

static SECURITY_STATUS early(NCRYPT_KEY_HANDLE from, NCRYPT_KEY_HANDLE *key)
{
    return SslExtractEarlyKey(provider, from, key, TLS13, SUITE_TLS13_AES128_GCM, NULL, 0);
}

static SECURITY_STATUS handshake(NCRYPT_KEY_HANDLE from, NCRYPT_KEY_HANDLE *key)
{
    return SslExtractHandshakeKey(provider, 0, 0, from, key, NULL, 0);
}

static SECURITY_STATUS master(NCRYPT_KEY_HANDLE from, NCRYPT_KEY_HANDLE *key)
{
    return SslExtractMasterKey(provider, from, key, NULL, 0);
}

static SECURITY_STATUS client_traffic(NCRYPT_KEY_HANDLE from, NCRYPT_KEY_HANDLE *key)
{
    return SslExpandTrafficKeys(provider, from, hash, key, NULL, NULL, 0);
}

static SECURITY_STATUS server_traffic(NCRYPT_KEY_HANDLE from, NCRYPT_KEY_HANDLE *key)
{
    return SslExpandTrafficKeys(provider, from, hash, NULL, key, NULL, 0);
}

static SECURITY_STATUS exporter(NCRYPT_KEY_HANDLE from, NCRYPT_KEY_HANDLE *key)
{
    return SslExpandExporterMasterKey(provider, from, hash, key, NULL, 0);
}

static SECURITY_STATUS resumption(NCRYPT_KEY_HANDLE from, NCRYPT_KEY_HANDLE *key)
{
    return SslExpandResumptionMasterKey(provider, from, hash, key, NULL, 0);
}

static SECURITY_STATUS binder(NCRYPT_KEY_HANDLE from, NCRYPT_KEY_HANDLE *key)
{
    return SslExpandBinderKey(provider, from, key, NULL, NCRYPT_SSL_EXTERNAL_PSK_FLAG);
}

static SECURITY_STATUS pre_shared(NCRYPT_KEY_HANDLE from, NCRYPT_KEY_HANDLE *key)
{
    return SslExpandPreSharedKey(provider, from, NULL, 0, key, NULL, 0);
}

static SECURITY_STATUS next_traffic(NCRYPT_KEY_HANDLE from, NCRYPT_KEY_HANDLE *key)
{
    return SslExpandNextGenTrafficKey(provider, from, key, NULL, 0);
}

static SECURITY_STATUS external(NCRYPT_KEY_HANDLE from, NCRYPT_KEY_HANDLE *key)
{
    BYTE bytes[] = "a pre-shared key";

    (void)from;
    return SslImportKey(provider, key, TLS_13_PRE_SHARED_KEY, bytes, sizeof(bytes), 0);
}

static const struct arrow {
    const char *name;
    DWORD from;
    SECURITY_STATUS (*derive)(NCRYPT_KEY_HANDLE from, NCRYPT_KEY_HANDLE *key);
    bool logged;
} arrows[] = {
    {"early secret", NCRYPTSSL_KIND_PRE_SHARED_KEY, early, false},
    {"handshake secret", NCRYPTSSL_KIND_EARLY_SECRET, handshake, false},
    {"master secret", NCRYPTSSL_KIND_HANDSHAKE_SECRET, master, false},
    {"c e traffic", NCRYPTSSL_KIND_EARLY_SECRET, client_traffic, true},
    {"c hs traffic", NCRYPTSSL_KIND_HANDSHAKE_SECRET, client_traffic, true},
    {"s hs traffic", NCRYPTSSL_KIND_HANDSHAKE_SECRET, server_traffic, true},
    {"c ap traffic", NCRYPTSSL_KIND_MASTER_SECRET, client_traffic, true},
    {"s ap traffic", NCRYPTSSL_KIND_MASTER_SECRET, server_traffic, true},
    {"e exp master", NCRYPTSSL_KIND_EARLY_SECRET, exporter, true},
    {"exp master", NCRYPTSSL_KIND_MASTER_SECRET, exporter, true},
    {"res master", NCRYPTSSL_KIND_MASTER_SECRET, resumption, false},
    {"ext binder", NCRYPTSSL_KIND_EARLY_SECRET, binder, false},
    {"resumption", NCRYPTSSL_KIND_RESUMPTION_SECRET, pre_shared, false},
    {"traffic upd", NCRYPTSSL_KIND_TRAFFIC_SECRET, next_traffic, false},
    {"external", NCRYPTSSL_KIND_PRE_SHARED_KEY, external, false},
};

/* ---- What leaves ---- */

static int note_secret(const OSSL_PARAM params[], void *argument)
{
    *(bool *)argument = OSSL_PARAM_locate_const(params, SSLPROVIDER_PARAM_SECRET) != NULL;
    return 1;
}

/* Makes an EVP_PKEY of a handle that has none; then it owns the handle. */
static EVP_PKEY *adopt(const struct sslp_secret_object *secret)
{
    uint64_t key_handle = secret->key_handle;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &key_handle),
        OSSL_PARAM_construct_end(),
    };

    return sslp_backend_import_key(secret->backend, params);
}

static void expect_exportable(NCRYPT_KEY_HANDLE handle, bool wanted, const char *label)
{
    const struct sslp_secret_object *secret = sslp_object_acquire(handle, SSLP_OBJECT_SECRET);
    EVP_PKEY *key, *adopted = NULL;
    int exportable = -1;
    bool seen = false;

    CU_ASSERT_PTR_NOT_NULL_FATAL(secret);
    key = secret->key;
    if (key == NULL)
        key = adopted = adopt(secret);
    EXPECT(secret->exportable == wanted, label);
    EXPECT(EVP_PKEY_get_int_param(key, SSLPROVIDER_PARAM_EXPORTABLE, &exportable) == 1 &&
            exportable == (int)wanted,
        label);
    EXPECT(EVP_PKEY_export(key, EVP_PKEY_KEYPAIR, note_secret, &seen) == (int)wanted, label);
    EXPECT(seen == wanted, label);
    EVP_PKEY_free(adopted);
    ERR_clear_error();
    sslp_object_release(handle);
}

static void derive_all(bool with_log)
{
    for (size_t i = 0; i < COUNT(arrows); i++) {
        const NCRYPT_KEY_HANDLE from = import_stage(arrows[i].from);
        NCRYPT_KEY_HANDLE key = 0;

        EXPECT_SUCCESS(arrows[i].derive(from, &key), arrows[i].name);
        expect_exportable(key, with_log && arrows[i].logged, arrows[i].name);
        EXPECT_SUCCESS(SslFreeObject(from, 0), arrows[i].name);
        EXPECT_SUCCESS(SslFreeObject(key, 0), arrows[i].name);
    }
}

static void test_nothing_leaves_without_a_log(void)
{
    CU_ASSERT(unsetenv("SSLKEYLOGFILE") == 0);
    derive_all(false);
    CU_ASSERT(setenv("SSLKEYLOGFILE", "", 1) == 0);
    derive_all(false);
}

/* A line is found by the client random, so without one nothing is written, and nothing may leave.
 */
static void test_what_a_log_holds_leaves_with_one(void)
{
    static BYTE client_hello[4 + 2 + 32] = {1, 0, 0, 34};

    CU_ASSERT(setenv("SSLKEYLOGFILE", "/dev/null", 1) == 0);
    derive_all(false);
    EXPECT_SUCCESS(
        SslHashHandshake(provider, hash, client_hello, sizeof(client_hello), 0), "ClientHello");
    derive_all(true);
    CU_ASSERT(unsetenv("SSLKEYLOGFILE") == 0);
}

/* The consent is given when a key is made. */
static void test_a_log_that_comes_later_changes_nothing(void)
{
    const NCRYPT_KEY_HANDLE from = import_stage(NCRYPTSSL_KIND_MASTER_SECRET);
    NCRYPT_KEY_HANDLE key = 0;

    CU_ASSERT(unsetenv("SSLKEYLOGFILE") == 0);
    EXPECT_SUCCESS(client_traffic(from, &key), "c ap traffic");
    CU_ASSERT(setenv("SSLKEYLOGFILE", "/dev/null", 1) == 0);
    expect_exportable(key, false, "c ap traffic");
    CU_ASSERT(unsetenv("SSLKEYLOGFILE") == 0);
    EXPECT_SUCCESS(SslFreeObject(from, 0), "master secret");
    EXPECT_SUCCESS(SslFreeObject(key, 0), "c ap traffic");
}

static int open_all(void)
{
    return SslOpenProvider(&provider, NULL, 0) != ERROR_SUCCESS ||
        SslCreateHandshakeHash(provider, &hash, TLS13, SUITE_TLS13_AES128_GCM, 0) != ERROR_SUCCESS;
}

static int close_all(void)
{
    return SslFreeObject(hash, 0) != ERROR_SUCCESS || SslFreeObject(provider, 0) != ERROR_SUCCESS;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_nothing_leaves_without_a_log),
        TEST(test_what_a_log_holds_leaves_with_one),
        TEST(test_a_log_that_comes_later_changes_nothing),
    };

    return RUN_TESTS("what a key log lets out", open_all, close_all, tests);
}
