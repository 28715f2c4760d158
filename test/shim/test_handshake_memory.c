/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions of a handshake, short of memory at every point in turn: each call is repeated with
 * its first, second, third ... allocation failing, until it makes no more.  Whatever fails, nothing
 * is written behind the output, no handle comes out, nothing is left on OpenSSL's queue, and the
 * same call works right afterwards.
 */
#include "certificates.h"
#include "key_share_blob.h"

#include "common/allocations.h"

#include <openssl/err.h>

enum {
    TLS12 = TLS1_2_PROTOCOL_VERSION,
    SUITE_ECDHE_RSA = 0xC02F,
    RSA_LEN = 256,
    RSA_BLOB_LEN = sizeof(BCRYPT_RSAKEY_BLOB) + 3 + RSA_LEN,
    ECC_BLOB_LEN = sizeof(BCRYPT_ECCKEY_BLOB) + 64,
    ECC_FULL_BLOB_LEN = sizeof(BCRYPT_ECCFULLKEY_BLOB) + 6 * 32 + 1 + 64,
    DIGEST_LEN = 32,
    X25519MLKEM768 = 4588,
    OUTPUT_LEN = 2048,
    CANARY_LEN = 1024,
    CANARY = 0xA7
};

static NCRYPT_PROV_HANDLE provider;
static NCRYPT_KEY_HANDLE rsa_private, rsa_public, ecdhe, peer, master;
static struct randoms randoms;
static NCryptBuffer with_version[3];
static NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, 3, with_version};
static DWORD version = TLS12;
static BYTE digest[DIGEST_LEN], both_randoms[2 * RANDOM_LEN], rsa_blob[RSA_BLOB_LEN];
static BYTE encrypted[RSA_LEN], signature[RSA_LEN];

static WCHAR rsa_type[] = BCRYPT_RSAPUBLIC_BLOB;
static WCHAR ecc_type[] = BCRYPT_ECCPUBLIC_BLOB;
static WCHAR full_ecc_type[] = BCRYPT_ECCFULLPUBLIC_BLOB;

/* What a call makes: a handle, or bytes with a canary behind them, or both. */
static struct {
    NCRYPT_KEY_HANDLE handle;
    BYTE bytes[OUTPUT_LEN + CANARY_LEN];
    DWORD room; /* bytes that the call may write */
    DWORD len;
} out;

/* ---- The calls ---- */

static SECURITY_STATUS create_ecdhe(void)
{
    return SslCreateEphemeralKey(
        provider, &out.handle, TLS12, SUITE_ECDHE_RSA, TLS_ECC_P256_CURVE_KEY_TYPE, 0, NULL, 0, 0);
}

static SECURITY_STATUS import_rsa(void)
{
    return SslImportKey(provider, &out.handle, rsa_type, rsa_blob, sizeof(rsa_blob), 0);
}

static SECURITY_STATUS export_rsa(void)
{
    out.room = RSA_BLOB_LEN;
    return SslExportKey(provider, rsa_public, rsa_type, out.bytes, out.room, &out.len, 0);
}

/* The size needed takes memory to find out; without, the answer is still no. */
static SECURITY_STATUS export_rsa_without_room(void)
{
    SECURITY_STATUS status;

    out.room = RSA_BLOB_LEN - RSA_LEN;
    status = SslExportKey(provider, rsa_public, rsa_type, out.bytes, out.room, &out.len, 0);
    EXPECT(status != ERROR_SUCCESS, "no room");
    out.len = 0;
    return status == NTE_BUFFER_TOO_SMALL ? ERROR_SUCCESS : status;
}

static SECURITY_STATUS export_ecc(void)
{
    out.room = ECC_BLOB_LEN;
    return SslExportKey(provider, ecdhe, ecc_type, out.bytes, out.room, &out.len, 0);
}

static SECURITY_STATUS export_full_ecc(void)
{
    out.room = ECC_FULL_BLOB_LEN;
    return SslExportKey(provider, ecdhe, full_ecc_type, out.bytes, out.room, &out.len, 0);
}

/* ---- Key shares ---- */

static struct share_blob p256_share, ffdhe_share, kem_share;
static NCRYPT_KEY_HANDLE ffdhe, kem;

static SECURITY_STATUS create_ffdhe(void)
{
    return SslCreateEphemeralKey(
        provider, &out.handle, TLS1_3_PROTOCOL_VERSION, 0, 256, 0, NULL, 0, 0);
}

static SECURITY_STATUS import_share_blob(struct share_blob *blob)
{
    return SslImportKey(
        provider, &out.handle, NCRYPTSSL_KEY_SHARE_BLOB, (PBYTE)blob, blob->header.cbLength, 0);
}

static SECURITY_STATUS import_p256_share(void)
{
    return import_share_blob(&p256_share);
}

static SECURITY_STATUS import_ffdhe_share(void)
{
    return import_share_blob(&ffdhe_share);
}

static SECURITY_STATUS export_p256_share(void)
{
    out.room = p256_share.header.cbLength;
    return SslExportKey(
        provider, ecdhe, NCRYPTSSL_KEY_SHARE_BLOB, out.bytes, out.room, &out.len, 0);
}

static SECURITY_STATUS create_kem(void)
{
    return SslCreateEphemeralKey(
        provider, &out.handle, TLS1_3_PROTOCOL_VERSION, 0, X25519MLKEM768, 0, NULL, 0, 0);
}

static SECURITY_STATUS answer_kem(void)
{
    return SslCreateEphemeralKey(provider, &out.handle, TLS1_3_PROTOCOL_VERSION, 0, X25519MLKEM768,
        0, (PBYTE)&kem_share, kem_share.header.cbLength, NCRYPT_SSL_SERVER_FLAG);
}

static SECURITY_STATUS import_kem_share(void)
{
    return import_share_blob(&kem_share);
}

static SECURITY_STATUS generate_premaster(void)
{
    out.room = RSA_LEN;
    return SslGeneratePreMasterKey(provider, rsa_public, &out.handle, TLS12, SUITE_AES128_GCM,
        &list, out.bytes, out.room, &out.len, NCRYPT_SSL_CLIENT_FLAG);
}

static SECURITY_STATUS generate_rsa(void)
{
    out.room = RSA_LEN;
    return SslGenerateMasterKey(provider, 0, rsa_public, &out.handle, TLS12, SUITE_AES128_GCM,
        &list, out.bytes, out.room, &out.len, NCRYPT_SSL_CLIENT_FLAG);
}

static SECURITY_STATUS import_master_key(void)
{
    return SslImportMasterKey(
        provider, rsa_private, &out.handle, TLS12, SUITE_AES128_GCM, &list, encrypted, RSA_LEN, 0);
}

static SECURITY_STATUS agree(void)
{
    return SslGenerateMasterKey(provider, ecdhe, peer, &out.handle, TLS12, SUITE_ECDHE_RSA,
        &randoms.list, NULL, 0, NULL, NCRYPT_SSL_SERVER_FLAG);
}

static SECURITY_STATUS create_hash(void)
{
    return SslCreateHandshakeHash(provider, &out.handle, TLS12, SUITE_AES128_GCM, 0);
}

/* The hash is made with all the memory there is, before the allocations are counted. */
static NCRYPT_HASH_HANDLE hash;

static SECURITY_STATUS session_hash(void)
{
    out.room = DIGEST_LEN;
    return SslComputeSessionHash(provider, hash, TLS12, out.bytes, out.room, &out.len, 0);
}

static SECURITY_STATUS finished(void)
{
    out.room = 12;
    return SslComputeFinishedHash(
        provider, master, hash, out.bytes, out.room, NCRYPT_SSL_CLIENT_FLAG);
}

static SECURITY_STATUS keying_material(void)
{
    char label[] = "EXPORTER-test";

    out.room = 48;
    return SslExportKeyingMaterial(provider, master, label, both_randoms, sizeof(both_randoms),
        NULL, 0, out.bytes, out.room, 0);
}

static SECURITY_STATUS eap_key_block(void)
{
    out.room = 192;
    return SslComputeEapKeyBlock(
        provider, master, both_randoms, sizeof(both_randoms), out.bytes, out.room, &out.len, 0);
}

static SECURITY_STATUS sign(void)
{
    out.room = RSA_LEN;
    return SslSignHash(provider, rsa_private, digest, DIGEST_LEN, out.bytes, out.room, &out.len, 0);
}

static SECURITY_STATUS verify(void)
{
    return SslVerifySignature(provider, rsa_public, digest, DIGEST_LEN, signature, RSA_LEN, 0);
}

/* The keys of TLS 1.3 for records. */
static NCRYPT_KEY_HANDLE traffic;

static SECURITY_STATUS expand_write_key(void)
{
    return SslExpandWriteKey(provider, traffic, &out.handle, NULL, 0);
}

/* ---- Short of memory ---- */

typedef SECURITY_STATUS call_fn(void);

static bool is(const BYTE *bytes, size_t len, BYTE value)
{
    BYTE different = 0;

    for (size_t i = 0; i < len; i++)
        different |= bytes[i] ^ value;
    return different == 0;
}

static void clear_output(void)
{
    if (out.handle != 0 && out.handle != GARBAGE_HANDLE)
        EXPECT_SUCCESS(SslFreeObject(out.handle, 0), "what was made");
    out.handle = GARBAGE_HANDLE;
    out.room = out.len = 0;
    memset(out.bytes, CANARY, sizeof(out.bytes));
}

/* Fails the n-th allocation; whether there was one. */
static bool try_once(call_fn *call, const char *name, unsigned long n)
{
    SECURITY_STATUS status;
    char label[96];
    bool reached;

    snprintf(label, sizeof(label), "%s, allocation %lu", name, n);
    clear_output();
    allocations_fail(n, NULL);
    status = call();
    reached = allocations_end();
    EXPECT(ERR_peek_error() == 0, label);
    ERR_clear_error();
    EXPECT(is(out.bytes + out.room, sizeof(out.bytes) - out.room, CANARY), label);
    if (status == ERROR_SUCCESS)
        return reached;
    EXPECT(reached, label);
    if (allocations_failed_ours())
        EXPECT_STATUS(status, NTE_NO_MEMORY, label);
    EXPECT(out.handle == 0 || out.handle == GARBAGE_HANDLE, label);
    EXPECT(out.len == 0, label);
    clear_output();
    EXPECT_SUCCESS(call(), label);
    return reached;
}

static void try_call(call_fn *call, const char *name)
{
    unsigned long n = 1;

    clear_output();
    EXPECT_SUCCESS(call(), name);
    while (try_once(call, name, n))
        n++;
    EXPECT(n > 1, name);
    clear_output();
}

#define TRY(call) try_call(call, #call)

static void test_keys(void)
{
    TRY(create_ecdhe);
    TRY(import_rsa);
    TRY(export_rsa);
    TRY(export_rsa_without_room);
    TRY(export_ecc);
    TRY(export_full_ecc);
}

static void test_key_shares(void)
{
    EXPECT_SUCCESS(export_share(provider, ecdhe, &p256_share), "P-256");
    EXPECT_SUCCESS(create_share(provider, 256, &ffdhe), "ffdhe2048");
    EXPECT_SUCCESS(export_share(provider, ffdhe, &ffdhe_share), "ffdhe2048");
    TRY(create_ffdhe);
    TRY(import_p256_share);
    TRY(import_ffdhe_share);
    TRY(export_p256_share);
    EXPECT_SUCCESS(SslFreeObject(ffdhe, 0), "ffdhe2048");
}

static void test_key_shares_with_ml_kem(void)
{
    if (OpenSSL_version_num() < FIRST_KEM_VERSION)
        return;
    EXPECT_SUCCESS(create_share(provider, X25519MLKEM768, &kem), "client");
    EXPECT_SUCCESS(export_share(provider, kem, &kem_share), "client");
    TRY(create_kem);
    TRY(answer_kem);
    TRY(import_kem_share);
    EXPECT_SUCCESS(SslFreeObject(kem, 0), "client");
}

static void test_master_keys(void)
{
    TRY(generate_premaster);
    TRY(generate_rsa);
    TRY(import_master_key);
    TRY(agree);
}

static void test_hashes_and_what_follows(void)
{
    BYTE message[] = "a message of the handshake";

    TRY(create_hash);
    CU_ASSERT_EQUAL_FATAL(
        SslCreateHandshakeHash(provider, &hash, TLS12, SUITE_AES128_GCM, 0), ERROR_SUCCESS);
    EXPECT_SUCCESS(SslHashHandshake(provider, hash, message, sizeof(message), 0), "message");
    TRY(session_hash);
    TRY(finished);
    EXPECT_SUCCESS(SslFreeObject(hash, 0), "hash");
    TRY(keying_material);
    TRY(eap_key_block);
}

static void test_signatures(void)
{
    TRY(sign);
    TRY(verify);
}

static void test_keys_of_tls13_for_records(void)
{
    static const DWORD suites[] = {SUITE_TLS13_AES256_GCM, SUITE_TLS13_CHACHA20, SUITE_TLS13_CCM_8};

    for (size_t i = 0; i < COUNT(suites); i++) {
        const struct secret_blob blob = make_traffic_secret(suites[i], NCRYPT_SSL_CLIENT_FLAG);

        CU_ASSERT_EQUAL_FATAL(import_secret(provider, &blob, &traffic), ERROR_SUCCESS);
        TRY(expand_write_key);
        EXPECT_SUCCESS(SslFreeObject(traffic, 0), "traffic secret");
    }
}

/* ---- Keys that the calls work with ---- */

static bool make_rsa_blob(const EVP_PKEY *key)
{
    const BCRYPT_RSAKEY_BLOB header = {BCRYPT_RSAPUBLIC_MAGIC, 8 * RSA_LEN, 3, RSA_LEN, 0, 0};
    BIGNUM *n = NULL, *e = NULL;
    bool made;

    memcpy(rsa_blob, &header, sizeof(header));
    made = EVP_PKEY_get_bn_param(key, "e", &e) && EVP_PKEY_get_bn_param(key, "n", &n) &&
        BN_bn2binpad(e, rsa_blob + sizeof(header), 3) == 3 &&
        BN_bn2binpad(n, rsa_blob + sizeof(header) + 3, RSA_LEN) == RSA_LEN;
    BN_free(n);
    BN_free(e);
    return made;
}

static bool make_rsa(void)
{
    EVP_PKEY *key = make_key("RSA");
    CERT_CONTEXT certificate = make_certificate(key, 1);
    BYTE *der = NULL;
    const int len = i2d_PrivateKey(key, &der);
    bool made =
        NcryptsslAttachPrivateKey(provider, &certificate, der, (DWORD)len, 0) == ERROR_SUCCESS &&
        SslOpenPrivateKey(provider, &rsa_private, &certificate, 0) == ERROR_SUCCESS;

    made = made && make_rsa_blob(key) &&
        SslImportKey(provider, &rsa_public, rsa_type, rsa_blob, sizeof(rsa_blob), 0) ==
            ERROR_SUCCESS;
    OPENSSL_free(der);
    free_certificate(&certificate);
    EVP_PKEY_free(key);
    return made;
}

static bool make_ecdhe(NCRYPT_KEY_HANDLE *key)
{
    const bool made = create_ecdhe() == ERROR_SUCCESS;

    *key = out.handle;
    out.handle = 0;
    return made;
}

static int set_up(void)
{
    DWORD len = 0;

    fill_randoms(&randoms);
    with_version[0] = randoms.buffers[0];
    with_version[1] = randoms.buffers[1];
    with_version[2] = (NCryptBuffer){sizeof(version), NCRYPTBUFFER_SSL_HIGHEST_VERSION, &version};
    if (SslOpenProvider(&provider, NULL, 0) != ERROR_SUCCESS || !make_rsa() ||
        !make_ecdhe(&ecdhe) || !make_ecdhe(&peer))
        return 1;
    if (SslGenerateMasterKey(provider, 0, rsa_public, &master, TLS12, SUITE_AES128_GCM, &list,
            encrypted, RSA_LEN, &len, NCRYPT_SSL_CLIENT_FLAG) != ERROR_SUCCESS)
        return 1;
    return SslSignHash(provider, rsa_private, digest, DIGEST_LEN, signature, RSA_LEN, &len, 0) !=
        ERROR_SUCCESS;
}

static int tear_down(void)
{
    const NCRYPT_HANDLE made[] = {rsa_private, rsa_public, ecdhe, peer, master, provider};
    bool freed = true;

    for (size_t i = 0; i < COUNT(made); i++)
        freed &= SslFreeObject(made[i], 0) == ERROR_SUCCESS;
    return !freed;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_keys),
        TEST(test_key_shares),
        TEST(test_key_shares_with_ml_kem),
        TEST(test_master_keys),
        TEST(test_hashes_and_what_follows),
        TEST(test_signatures),
        TEST(test_keys_of_tls13_for_records),
    };

    if (!allocations_install())
        return 1;
    return run_tests("handshake short of memory", tests, COUNT(tests), set_up, tear_down);
}
