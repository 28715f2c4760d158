/* SPDX-License-Identifier: Apache-2.0
 *
 * Key shares of TLS 1.3, NCRYPTSSL_KEY_SHARE_BLOB, of every group: to and from libcrypto; blobs
 * that are none; and the functions that keys of groups with ML-KEM are not for.
 */
#include "shim/support/key_share_blob.h"
#include "shim/support/provider.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

enum {
    TLS12 = TLS1_2_PROTOCOL_VERSION,
    SUITE_ECDHE = 0xC02F,
    SUITE_DHE = 0x009E,
    X25519MLKEM768 = 4588
};

/* The name of a group, for the messages. */
static const char *name_of(const struct share_group *group)
{
    return group->name != NULL ? group->name : group->type;
}

static void free_key(NCRYPT_KEY_HANDLE key, const char *label)
{
    EXPECT_SUCCESS(SslFreeObject(key, 0), label);
}

/* ---- Groups that both sides use in the same way ---- */

/* The shim's share is a key for libcrypto, which writes it in the same bytes. */
static void check_own_share(const struct share_group *group, const EVP_PKEY *theirs)
{
    const char *label = name_of(group);
    struct share_blob blob, again;
    NCRYPT_KEY_HANDLE own;
    EVP_PKEY *decoded;

    if (!EXPECT_SUCCESS(create_share(provider, group->number, &own), label))
        return;
    EXPECT_SUCCESS(export_share(provider, own, &blob), label);
    EXPECT(blob.header.dwMagic == NCRYPTSSL_KEY_SHARE_MAGIC, label);
    EXPECT(blob.header.dwGroup == group->number, label);
    EXPECT(blob.header.cbKeyExchange == group->client_len, label);
    EXPECT(blob.header.cbLength == sizeof(blob.header) + group->client_len, label);
    decoded = share_decode(theirs, blob.bytes, blob.header.cbKeyExchange);
    if (EXPECT(decoded != NULL, label)) {
        again = share_blob_of(group->number, decoded);
        EXPECT(same_share_blob(&blob, &again), label);
    }
    EVP_PKEY_free(decoded);
    free_key(own, label);
}

/* libcrypto's share goes in and comes out again. */
static void check_peer_share(const struct share_group *group, const EVP_PKEY *theirs)
{
    const char *label = name_of(group);
    struct share_blob blob = share_blob_of(group->number, theirs), again;
    NCRYPT_KEY_HANDLE peer;

    EXPECT(blob.header.cbKeyExchange == group->client_len, label);
    EXPECT_SUCCESS(import_share(provider, &blob, &peer), label);
    EXPECT_SUCCESS(export_share(provider, peer, &again), label);
    EXPECT(same_share_blob(&blob, &again), label);
    free_key(peer, label);
}

/* What libcrypto lacks, the shim lacks too. */
static void check_unavailable(const struct share_group *group)
{
    const char *label = name_of(group);
    struct share_blob blob = make_share_blob(group->number, group->client_len);
    NCRYPT_KEY_HANDLE key;

    blob.bytes[0] = 4;
    EXPECT_STATUS(create_share(provider, group->number, &key), NTE_NOT_SUPPORTED, label);
    EXPECT(key == 0, label);
    EXPECT_STATUS(import_share(provider, &blob, &key), NTE_NOT_SUPPORTED, label);
    EXPECT(key == 0, label);
    if (group->is_kem)
        EXPECT_STATUS(answer_share(provider, group->number, &blob, &key), NTE_NOT_SUPPORTED, label);
    EXPECT(key == 0, label);
}

static void test_every_group_agrees_with_libcrypto(void)
{
    for (size_t i = 0; i < share_group_count; i++) {
        const struct share_group *group = &share_groups[i];
        EVP_PKEY *theirs = share_generate(group);

        if (group->always || (group->is_kem && OpenSSL_version_num() >= FIRST_KEM_VERSION))
            EXPECT(theirs != NULL, name_of(group));
        if (theirs == NULL) {
            check_unavailable(group);
        } else {
            check_own_share(group, theirs);
            check_peer_share(group, theirs);
        }
        EXPECT(ERR_peek_error() == 0, name_of(group));
        EVP_PKEY_free(theirs);
    }
}

/* The older blobs of the same keys say the same. */
static void test_keys_of_shares_export_their_other_blobs(void)
{
    BYTE other[sizeof(BCRYPT_DH_KEY_BLOB) + 3 * 256];
    NCRYPT_KEY_HANDLE key;
    struct share_blob blob;
    DWORD len = 0;

    EXPECT_SUCCESS(create_share(provider, 23, &key), "P-256");
    EXPECT_SUCCESS(export_share(provider, key, &blob), "P-256");
    EXPECT_SUCCESS(
        SslExportKey(provider, key, BCRYPT_ECCPUBLIC_BLOB, other, sizeof(other), &len, 0), "P-256");
    EXPECT(blob.bytes[0] == 4 && memcmp(blob.bytes + 1, other + 8, 64) == 0, "P-256");
    free_key(key, "P-256");

    EXPECT_SUCCESS(create_share(provider, 256, &key), "ffdhe2048");
    EXPECT_SUCCESS(export_share(provider, key, &blob), "ffdhe2048");
    EXPECT_SUCCESS(
        SslExportKey(provider, key, BCRYPT_DH_PUBLIC_BLOB, other, sizeof(other), &len, 0),
        "ffdhe2048");
    EXPECT(len == sizeof(other), "ffdhe2048");
    EXPECT(memcmp(blob.bytes, other + 8 + 2 * 256, 256) == 0, "ffdhe2048");
    free_key(key, "ffdhe2048");
}

/* ---- Blobs that are none ---- */

static void refuse(
    const struct share_blob *blob, DWORD len, SECURITY_STATUS wanted, const char *label)
{
    NCRYPT_KEY_HANDLE key = GARBAGE_HANDLE;
    BYTE *exact = malloc(len + 1); /* a read behind the blob is noticed */

    memcpy(exact + 1, blob, len);
    EXPECT_STATUS(
        SslImportKey(provider, &key, NCRYPTSSL_KEY_SHARE_BLOB, exact + 1, len, 0), wanted, label);
    EXPECT(key == 0, label);
    EXPECT(ERR_peek_error() == 0, label);
    free(exact);
}

static void test_headers_are_checked(void)
{
    EVP_PKEY *theirs = share_generate(share_group(29));
    const struct share_blob good = share_blob_of(29, theirs);
    struct share_blob bad;

    for (DWORD len = 0; len < good.header.cbLength; len++)
        refuse(&good, len, NTE_BAD_DATA, "truncated");
    refuse(&good, good.header.cbLength + 1, NTE_BAD_DATA, "a byte too many");
    bad = good;
    bad.header.dwMagic ^= 0x01000000;
    refuse(&bad, good.header.cbLength, NTE_BAD_DATA, "magic");
    bad = good;
    bad.header.cbLength = 0xFFFFFFFF;
    refuse(&bad, good.header.cbLength, NTE_BAD_DATA, "length of the blob");
    bad = good;
    bad.header.cbKeyExchange = 0xFFFFFFF0;
    refuse(&bad, good.header.cbLength, NTE_BAD_DATA, "length of the share");
    bad = good;
    bad.header.cbKeyExchange--;
    refuse(&bad, good.header.cbLength, NTE_BAD_DATA, "a shorter share");
    bad = good;
    bad.header.dwGroup = 0;
    refuse(&bad, good.header.cbLength, NTE_NOT_SUPPORTED, "no group");
    bad.header.dwGroup = 0x10000 + 29;
    refuse(&bad, good.header.cbLength, NTE_NOT_SUPPORTED, "a group and a high bit");
    bad.header.dwGroup = 261;
    refuse(&bad, good.header.cbLength, NTE_NOT_SUPPORTED, "an unknown group");
    EVP_PKEY_free(theirs);
}

/* Of every group: one byte less, one more, and nothing at all. */
static void test_lengths_are_those_of_the_group(void)
{
    for (size_t i = 0; i < share_group_count; i++) {
        const struct share_group *group = &share_groups[i];
        const size_t lens[] = {
            0, group->client_len - 1, group->client_len + 1, group->server_len - 1};

        for (size_t j = 0; j < COUNT(lens); j++) {
            struct share_blob blob = make_share_blob(group->number, lens[j]);

            blob.bytes[0] = 4;
            refuse(&blob, blob.header.cbLength, NTE_BAD_DATA, name_of(group));
        }
    }
}

static void test_points_are_checked(void)
{
    EVP_PKEY *theirs = share_generate(share_group(23));
    const struct share_blob good = share_blob_of(23, theirs);
    struct share_blob bad = good;

    bad.bytes[64] ^= 1;
    refuse(&bad, good.header.cbLength, NTE_BAD_DATA, "off the curve");
    for (int form = 0; form < 8; form++) {
        bad = good;
        bad.bytes[0] = (BYTE)form;
        if (form != 4)
            refuse(&bad, good.header.cbLength, NTE_BAD_DATA, "another form");
    }
    bad = make_share_blob(23, 33);
    memcpy(bad.bytes, good.bytes, 33);
    bad.bytes[0] = (BYTE)(2 + (good.bytes[64] & 1));
    refuse(&bad, bad.header.cbLength, NTE_BAD_DATA, "compressed");
    bad = make_share_blob(23, 1);
    refuse(&bad, bad.header.cbLength, NTE_BAD_DATA, "infinity");
    EVP_PKEY_free(theirs);
}

/* RFC 7919 section 5.1. */
static void test_finite_field_values_are_checked(void)
{
    EVP_PKEY *theirs = share_generate(share_group(256));
    struct share_blob blob = make_share_blob(256, 256);
    BIGNUM *p = NULL;
    NCRYPT_KEY_HANDLE key;

    CU_ASSERT_FATAL(EVP_PKEY_get_bn_param(theirs, "p", &p) == 1);
    refuse(&blob, blob.header.cbLength, NTE_BAD_DATA, "0");
    blob.bytes[255] = 1;
    refuse(&blob, blob.header.cbLength, NTE_BAD_DATA, "1");
    BN_bn2binpad(p, blob.bytes, 256);
    refuse(&blob, blob.header.cbLength, NTE_BAD_DATA, "p");
    blob.bytes[255] ^= 1;
    refuse(&blob, blob.header.cbLength, NTE_BAD_DATA, "p - 1");
    memset(blob.bytes, 0xFF, 256);
    refuse(&blob, blob.header.cbLength, NTE_BAD_DATA, "more than p");
    memset(blob.bytes, 0, 256);
    blob.bytes[255] = 4;
    EXPECT_SUCCESS(import_share(provider, &blob, &key), "a small value, padded");
    free_key(key, "a small value");
    BN_free(p);
    EVP_PKEY_free(theirs);
}

/* ---- Export ---- */

static void test_size_queries_tell_the_length(void)
{
    NCRYPT_KEY_HANDLE key;
    struct share_blob blob;
    DWORD len = 0;

    EXPECT_SUCCESS(create_share(provider, 24, &key), "P-384");
    EXPECT_SUCCESS(SslExportKey(provider, key, NCRYPTSSL_KEY_SHARE_BLOB, NULL, 0, &len, 0), "size");
    EXPECT(len == sizeof(blob.header) + 97, "size");
    memset(&blob, 0xA7, sizeof(blob));
    for (DWORD room = 0; room < sizeof(blob.header) + 97; room += 16) {
        len = 0;
        EXPECT_STATUS(
            SslExportKey(provider, key, NCRYPTSSL_KEY_SHARE_BLOB, (PBYTE)&blob, room, &len, 0),
            NTE_BUFFER_TOO_SMALL, "too small");
        EXPECT(len == sizeof(blob.header) + 97, "too small");
        EXPECT(blob.header.cbLength == 0xA7A7A7A7, "too small");
    }
    EXPECT_SUCCESS(SslExportKey(provider, key, NCRYPTSSL_KEY_SHARE_BLOB, (PBYTE)&blob,
                       sizeof(blob.header) + 97, &len, 0),
        "exact");
    EXPECT(blob.bytes[97] == 0xA7, "exact");
    free_key(key, "P-384");
}

static void test_keys_without_a_group_have_no_share(void)
{
    NCRYPT_KEY_HANDLE key;
    struct share_blob blob;

    EXPECT_SUCCESS(
        SslCreateEphemeralKey(provider, &key, TLS12, SUITE_DHE, 0, 2048, NULL, 0, 0), "DHE");
    EXPECT_STATUS(export_share(provider, key, &blob), NTE_NOT_SUPPORTED, "DHE");
    free_key(key, "DHE");
    EXPECT_SUCCESS(
        SslCreateEphemeralKey(provider, &key, TLS12, SUITE_AES128_GCM, 0, 1024, NULL, 0, 0), "RSA");
    EXPECT_STATUS(export_share(provider, key, &blob), NTE_NOT_SUPPORTED, "RSA");
    free_key(key, "RSA");
}

/* ---- Groups with ML-KEM ---- */

/* The server's key of one share of libcrypto's, whose pair gets the secret out again: that it is
 * the server's secret, test_shared_secret.c looks at. */
static void check_server(const struct share_group *group)
{
    const char *label = name_of(group);
    EVP_PKEY *theirs = share_generate(group);
    const struct share_blob client = share_blob_of(group->number, theirs);
    struct share_blob server, again;
    BYTE secret[MAX_SHARE_LEN];
    NCRYPT_KEY_HANDLE own = 0, peer = 0;

    EXPECT_SUCCESS(answer_share(provider, group->number, &client, &own), label);
    EXPECT_SUCCESS(export_share(provider, own, &server), label);
    EXPECT(server.header.cbKeyExchange == group->server_len, label);
    EXPECT(share_decapsulate(theirs, server.bytes, server.header.cbKeyExchange, secret) ==
            group->secret_len,
        label);
    EXPECT_SUCCESS(import_share(provider, &server, &peer), label);
    EXPECT_SUCCESS(export_share(provider, peer, &again), label);
    EXPECT(same_share_blob(&server, &again), label);
    free_key(own, label);
    free_key(peer, label);
    EVP_PKEY_free(theirs);
}

static void test_server_answers_a_share(void)
{
    size_t done = 0;

    for (size_t i = 0; i < share_group_count; i++) {
        EVP_PKEY *key = share_groups[i].is_kem ? share_generate(&share_groups[i]) : NULL;

        if (key != NULL) {
            check_server(&share_groups[i]);
            done++;
        }
        EVP_PKEY_free(key);
    }
    CU_ASSERT_EQUAL(done, OpenSSL_version_num() >= FIRST_KEM_VERSION ? 6 : 0);
}

static void refuse_answer(
    const struct share_blob *client, DWORD len, DWORD flags, const char *label)
{
    struct share_blob copy = *client;
    NCRYPT_KEY_HANDLE key = GARBAGE_HANDLE;

    EXPECT_STATUS(SslCreateEphemeralKey(provider, &key, TLS1_3_PROTOCOL_VERSION, 0, X25519MLKEM768,
                      0, (PBYTE)&copy, len, flags),
        NTE_INVALID_PARAMETER, label);
    EXPECT(key == 0, label);
    EXPECT(ERR_peek_error() == 0, label);
}

/* A bad blob is bad in every release of libcrypto. */
static void test_server_refuses_a_bad_share(void)
{
    const struct share_group *group = share_group(X25519MLKEM768);
    const struct share_blob shaped = make_share_blob(X25519MLKEM768, group->client_len);
    struct share_blob bad = shaped;

    refuse_answer(&shaped, shaped.header.cbLength, 0, "without the server's flag");
    refuse_answer(&shaped, shaped.header.cbLength - 1, NCRYPT_SSL_SERVER_FLAG, "truncated");
    refuse_answer(&shaped, 1, NCRYPT_SSL_SERVER_FLAG, "one byte");
    bad.header.dwMagic++;
    refuse_answer(&bad, bad.header.cbLength, NCRYPT_SSL_SERVER_FLAG, "magic");
    bad = shaped;
    bad.header.dwGroup = 513;
    refuse_answer(&bad, bad.header.cbLength, NCRYPT_SSL_SERVER_FLAG, "another group");
    bad = make_share_blob(X25519MLKEM768, group->server_len);
    refuse_answer(&bad, bad.header.cbLength, NCRYPT_SSL_SERVER_FLAG, "a server's share");
}

/* Shares of the right length that are none. */
static void test_server_refuses_a_key_in_place_of_a_share(void)
{
    EVP_PKEY *theirs = share_generate(share_group(X25519MLKEM768));
    struct share_blob bad;

    if (theirs == NULL)
        return;
    bad = share_blob_of(X25519MLKEM768, theirs);
    memset(bad.bytes, 0xFF, 3); /* coefficients of 4095, beyond the modulus 3329 */
    refuse_answer(&bad, bad.header.cbLength, NCRYPT_SSL_SERVER_FLAG, "no key of ML-KEM");
    bad = share_blob_of(X25519MLKEM768, theirs);
    memset(bad.bytes + 1184, 0, 32);
    refuse_answer(&bad, bad.header.cbLength, NCRYPT_SSL_SERVER_FLAG, "a zero key of X25519");
    EVP_PKEY_free(theirs);
}

/* Without a share it makes a client's key, and without ML-KEM both are let through. */
static void test_the_flag_alone_changes_nothing(void)
{
    EVP_PKEY *theirs = share_generate(share_group(X25519MLKEM768));
    struct share_blob blob = make_share_blob(23, 65);
    NCRYPT_KEY_HANDLE key = 0;

    if (theirs != NULL) {
        EXPECT_SUCCESS(SslCreateEphemeralKey(provider, &key, TLS1_3_PROTOCOL_VERSION, 0,
                           X25519MLKEM768, 0, NULL, 0, NCRYPT_SSL_SERVER_FLAG),
            "the flag");
        EXPECT_SUCCESS(export_share(provider, key, &blob), "the flag");
        EXPECT(blob.header.cbKeyExchange == 1216, "a client's share");
        free_key(key, "the flag");
    }
    blob = make_share_blob(23, 65);
    EXPECT_SUCCESS(answer_share(provider, 23, &blob, &key), "not looked at for P-256");
    free_key(key, "P-256");
    EVP_PKEY_free(theirs);
}

/* ---- What keys with ML-KEM are not for ---- */

static void refuse_properties(NCRYPT_KEY_HANDLE key)
{
    static const WCHAR names[][16] = {
        NCRYPT_ALGORITHM_PROPERTY,
        NCRYPT_ALGORITHM_GROUP_PROPERTY,
        NCRYPT_LENGTH_PROPERTY,
        NCRYPT_BLOCK_LENGTH_PROPERTY,
    };
    PBYTE value = NULL;
    DWORD len = 0;

    for (size_t i = 0; i < COUNT(names); i++)
        EXPECT_STATUS(
            SslGetKeyProperty(key, names[i], &value, &len, 0), NTE_NOT_SUPPORTED, "property");
    if (EXPECT_SUCCESS(SslGetKeyProperty(key, SSL_KEY_TYPE_PROPERTY, &value, &len, 0), "type")) {
        EXPECT(len == 4 && memcmp(value, "\0\0\0\0", 4) == 0, "type");
        EXPECT_SUCCESS(SslFreeBuffer(value), "type");
    }
}

static void refuse_blobs(NCRYPT_KEY_HANDLE key)
{
    static const WCHAR types[][20] = {
        BCRYPT_ECCPUBLIC_BLOB,
        BCRYPT_ECCFULLPUBLIC_BLOB,
        SSL_ECCPUBLIC_BLOB,
        BCRYPT_DH_PUBLIC_BLOB,
        BCRYPT_RSAPUBLIC_BLOB,
        BCRYPT_OPAQUE_KEY_BLOB,
    };
    DWORD len = 0;

    for (size_t i = 0; i < COUNT(types); i++)
        EXPECT_STATUS(SslExportKey(provider, key, types[i], NULL, 0, &len, 0), NTE_NOT_SUPPORTED,
            "another blob");
}

static void refuse_master_keys(NCRYPT_KEY_HANDLE own, NCRYPT_KEY_HANDLE peer, DWORD suite)
{
    NCRYPT_KEY_HANDLE master = GARBAGE_HANDLE;
    struct randoms randoms;
    DWORD len = 0;

    EXPECT_STATUS(SslGenerateMasterKey(provider, own, peer, &master, TLS12, suite,
                      fill_randoms(&randoms), NULL, 0, &len, NCRYPT_SSL_CLIENT_FLAG),
        NTE_INVALID_PARAMETER, "SslGenerateMasterKey");
    EXPECT(master == 0, "SslGenerateMasterKey");
}

static void refuse_rsa(NCRYPT_KEY_HANDLE key)
{
    DWORD version = TLS12, len = 0;
    NCRYPT_KEY_HANDLE made = GARBAGE_HANDLE;
    struct randoms randoms;
    NCryptBuffer buffers[3];
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, 3, buffers};
    BYTE bytes[256] = {0};

    fill_randoms(&randoms);
    memcpy(buffers, randoms.buffers, sizeof(randoms.buffers));
    buffers[2] = (NCryptBuffer){sizeof(version), NCRYPTBUFFER_SSL_HIGHEST_VERSION, &version};
    EXPECT_STATUS(SslGenerateMasterKey(provider, 0, key, &made, TLS12, SUITE_AES128_GCM, &list,
                      bytes, sizeof(bytes), &len, NCRYPT_SSL_CLIENT_FLAG),
        NTE_NOT_SUPPORTED, "RSA");
    EXPECT_STATUS(SslGeneratePreMasterKey(provider, key, &made, TLS12, SUITE_AES128_GCM, &list,
                      bytes, sizeof(bytes), &len, 0),
        NTE_NOT_SUPPORTED, "RSA");
    EXPECT_STATUS(SslVerifySignature(provider, key, bytes, 32, bytes, sizeof(bytes), 0),
        NTE_NOT_SUPPORTED, "a signature");
}

/* As natively: for ML-KEM alone neither protocol nor suite is looked at, for hybrids they are. */
static void test_ml_kem_asks_for_no_suite(void)
{
    EVP_PKEY *theirs = share_generate(share_group(512));
    const bool has_kem = theirs != NULL;
    const struct {
        DWORD protocol, suite, group;
        bool taken;
    } rows[] = {{TLS1_3_PROTOCOL_VERSION, 0x9999, 512, true}, {TLS12, SUITE_ECDHE, 513, true},
        {0, 0, 514, true}, {TLS1_3_PROTOCOL_VERSION, 0x9999, X25519MLKEM768, false},
        {TLS12, SUITE_ECDHE, X25519MLKEM768, false}};

    for (size_t i = 0; i < COUNT(rows); i++) {
        NCRYPT_KEY_HANDLE key = GARBAGE_HANDLE;

        EXPECT_STATUS(SslCreateEphemeralKey(provider, &key, rows[i].protocol, rows[i].suite,
                          rows[i].group, 0, NULL, 0, 0),
            has_kem && rows[i].taken ? ERROR_SUCCESS : NTE_NOT_SUPPORTED, "ML-KEM");
        if (key != 0)
            free_key(key, "ML-KEM");
    }
    EVP_PKEY_free(theirs);
}

static void test_other_functions_refuse_kem_keys(void)
{
    EVP_PKEY *theirs = share_generate(share_group(X25519MLKEM768));
    NCRYPT_KEY_HANDLE client = 0, server = 0, peer = 0, curve = 0, dh = 0;
    struct share_blob blob;

    if (theirs == NULL)
        return;
    blob = share_blob_of(X25519MLKEM768, theirs);
    EXPECT_SUCCESS(create_share(provider, X25519MLKEM768, &client), "client");
    EXPECT_SUCCESS(answer_share(provider, X25519MLKEM768, &blob, &server), "server");
    EXPECT_SUCCESS(import_share(provider, &blob, &peer), "peer");
    EXPECT_SUCCESS(create_share(provider, 23, &curve), "P-256");
    EXPECT_SUCCESS(create_share(provider, 256, &dh), "ffdhe2048");
    for (size_t i = 0; i < 3; i++) {
        const NCRYPT_KEY_HANDLE key = i == 0 ? client : i == 1 ? server : peer;

        refuse_properties(key);
        refuse_blobs(key);
        refuse_rsa(key);
        refuse_master_keys(curve, key, SUITE_ECDHE);
        refuse_master_keys(dh, key, SUITE_DHE);
        if (key == peer)
            continue;
        refuse_master_keys(key, curve, SUITE_ECDHE);
        refuse_master_keys(key, peer, SUITE_ECDHE);
        refuse_master_keys(key, dh, SUITE_DHE);
    }
    free_key(client, "client");
    free_key(server, "server");
    free_key(peer, "peer");
    free_key(curve, "P-256");
    free_key(dh, "ffdhe2048");
    EVP_PKEY_free(theirs);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_every_group_agrees_with_libcrypto),
        TEST(test_keys_of_shares_export_their_other_blobs),
        TEST(test_headers_are_checked),
        TEST(test_lengths_are_those_of_the_group),
        TEST(test_points_are_checked),
        TEST(test_finite_field_values_are_checked),
        TEST(test_size_queries_tell_the_length),
        TEST(test_keys_without_a_group_have_no_share),
        TEST(test_server_answers_a_share),
        TEST(test_server_refuses_a_bad_share),
        TEST(test_server_refuses_a_key_in_place_of_a_share),
        TEST(test_the_flag_alone_changes_nothing),
        TEST(test_ml_kem_asks_for_no_suite),
        TEST(test_other_functions_refuse_kem_keys),
    };

    return RUN_TESTS("key shares", open_provider, close_provider, tests);
}
