/* SPDX-License-Identifier: Apache-2.0
 *
 * Master keys of every key exchange, made by both sides: what one side's write key protects, the
 * other's read key opens exactly when the master secrets are the same.
 */
#include "shim/support.h"
#include "shim/support/certificates.h"

#include <openssl/rsa.h>

enum { SHARE_LEN = 1200, RSA_LEN = 256 };

static NCRYPT_PROV_HANDLE provider;
static NCRYPT_KEY_HANDLE rsa_private, rsa_public, rsa_plain;
static EVP_PKEY *rsa_key;

/* A parameter list that grows; points into itself. */
struct list {
    NCryptBuffer buffers[6];
    NCryptBufferDesc list;
    DWORD version;
    BYTE random[2][RANDOM_LEN];
    BYTE hash[64];
};

static void add(struct list *list, ULONG type, void *data, size_t len)
{
    list->buffers[list->list.cBuffers++] = (NCryptBuffer){(ULONG)len, type, data};
}

static struct list *start(struct list *list)
{
    memset(list, 0, sizeof(*list));
    list->list.pBuffers = list->buffers;
    return list;
}

static PNCryptBufferDesc with_randoms(struct list *list)
{
    memset(list->random[0], 0x11, RANDOM_LEN);
    memset(list->random[1], 0x22, RANDOM_LEN);
    add(list, NCRYPTBUFFER_SSL_SERVER_RANDOM, list->random[1], RANDOM_LEN);
    add(list, NCRYPTBUFFER_SSL_CLIENT_RANDOM, list->random[0], RANDOM_LEN);
    return &list->list;
}

static PNCryptBufferDesc with_session_hash(struct list *list, size_t len)
{
    memset(list->hash, 0x33, sizeof(list->hash));
    add(list, NCRYPTBUFFER_SSL_SESSION_HASH, list->hash, len);
    return &list->list;
}

static void add_version(struct list *list, DWORD version)
{
    list->version = version;
    add(list, NCRYPTBUFFER_SSL_HIGHEST_VERSION, &list->version, sizeof(list->version));
}

/* Whether the client's record opens at the server: both have the same master secret. */
static bool agree(NCRYPT_KEY_HANDLE client, NCRYPT_KEY_HANDLE server)
{
    BYTE message[] = "same secret", record[128], opened[128];
    struct key_pair at_client, at_server;
    DWORD record_len = 0, len = 0;
    bool same = false;

    EXPECT_SUCCESS(generate(provider, client, &at_client), "client keys");
    EXPECT_SUCCESS(generate(provider, server, &at_server), "server keys");
    if (SslEncryptPacket(provider, at_client.write, message, sizeof(message), record,
            sizeof(record), &record_len, 0, CT_APPLICATIONDATA, 0) == ERROR_SUCCESS)
        same = SslDecryptPacket(provider, at_server.read, record, record_len, opened,
                   sizeof(opened), &len, 0, 0) == ERROR_SUCCESS &&
            len == sizeof(message) && memcmp(opened, message, len) == 0;
    free_pair(&at_client);
    free_pair(&at_server);
    return same;
}

static void free_both(NCRYPT_KEY_HANDLE a, NCRYPT_KEY_HANDLE b)
{
    EXPECT_SUCCESS(SslFreeObject(a, 0), "free");
    EXPECT_SUCCESS(SslFreeObject(b, 0), "free");
}

/* ---- RSA ---- */

static void exchange_rsa(DWORD protocol, DWORD suite, NCRYPT_KEY_HANDLE public_key, bool extended)
{
    NCRYPT_KEY_HANDLE client = 0, server = 0;
    BYTE encrypted[RSA_LEN];
    struct list list;
    DWORD len = 0;

    add_version(start(&list), protocol);
    if (extended)
        with_session_hash(&list, 32);
    else
        with_randoms(&list);
    EXPECT_SUCCESS(SslGenerateMasterKey(provider, 0, public_key, &client, protocol, suite,
                       &list.list, encrypted, sizeof(encrypted), &len, NCRYPT_SSL_CLIENT_FLAG),
        "client");
    CU_ASSERT(len == RSA_LEN);
    EXPECT_SUCCESS(SslImportMasterKey(provider, rsa_private, &server, protocol, suite, &list.list,
                       encrypted, len, NCRYPT_SSL_SERVER_FLAG),
        "server");
    CU_ASSERT(agree(client, server));
    free_both(client, server);
}

static void test_rsa_client_and_server_agree(void)
{
    exchange_rsa(TLS1_2_PROTOCOL_VERSION, TLS_RSA_WITH_AES_128_GCM_SHA256, rsa_public, false);
    exchange_rsa(TLS1_2_PROTOCOL_VERSION, TLS_RSA_WITH_AES_128_GCM_SHA256, rsa_plain, true);
    exchange_rsa(TLS1_1_PROTOCOL_VERSION, TLS_RSA_WITH_AES_128_CBC_SHA, rsa_plain, false);
    exchange_rsa(DTLS1_2_PROTOCOL_VERSION, TLS_RSA_WITH_AES_256_CBC_SHA256, rsa_public, false);
}

/* In the place of the highest version the premaster secret has the protocol's, which the server
 * compares. */
static void test_rsa_client_need_not_name_the_highest_version(void)
{
    static const struct {
        DWORD protocol, suite;
    } cases[] = {{TLS1_1_PROTOCOL_VERSION, TLS_RSA_WITH_AES_128_CBC_SHA},
        {TLS1_2_PROTOCOL_VERSION, TLS_RSA_WITH_AES_128_GCM_SHA256},
        {DTLS1_2_PROTOCOL_VERSION, TLS_RSA_WITH_AES_256_CBC_SHA256}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const DWORD protocol = cases[i].protocol, suite = cases[i].suite;
        NCRYPT_KEY_HANDLE client = 0, server = 0;
        BYTE encrypted[RSA_LEN];
        struct list list;
        DWORD len = 0;

        with_randoms(start(&list));
        EXPECT_SUCCESS(SslGenerateMasterKey(provider, 0, rsa_public, &client, protocol, suite,
                           &list.list, encrypted, sizeof(encrypted), &len, NCRYPT_SSL_CLIENT_FLAG),
            "client");
        add_version(&list, protocol);
        EXPECT_SUCCESS(SslImportMasterKey(provider, rsa_private, &server, protocol, suite,
                           &list.list, encrypted, len, NCRYPT_SSL_SERVER_FLAG),
            "server");
        CU_ASSERT(agree(client, server));
        free_both(client, server);
    }
}

/* RFC 7627 wants the ciphertext in the session hash, so it is made before the master secret. */
static void test_rsa_client_with_a_pre_master_key_agrees(void)
{
    NCRYPT_KEY_HANDLE pre_master = 0, client = 0, server = 0;
    const DWORD protocol = TLS1_2_PROTOCOL_VERSION, suite = TLS_RSA_WITH_AES_256_GCM_SHA384;
    BYTE encrypted[RSA_LEN];
    struct list list;
    DWORD len = 0;

    add_version(start(&list), protocol);
    with_session_hash(&list, 48);
    EXPECT_SUCCESS(SslGeneratePreMasterKey(provider, rsa_plain, &pre_master, protocol, suite,
                       &list.list, encrypted, sizeof(encrypted), &len, NCRYPT_SSL_CLIENT_FLAG),
        "premaster");
    EXPECT_SUCCESS(SslGenerateMasterKey(provider, pre_master, 0, &client, protocol, suite,
                       &list.list, NULL, 0, NULL, NCRYPT_SSL_CLIENT_FLAG),
        "client");
    EXPECT_SUCCESS(SslImportMasterKey(provider, rsa_private, &server, protocol, suite, &list.list,
                       encrypted, len, 0),
        "server");
    CU_ASSERT(agree(client, server));
    EXPECT_SUCCESS(SslFreeObject(pre_master, 0), "free");
    free_both(client, server);
}

/* What a consumer on Windows does: the size first, then the call; then the record of 16 bytes. */
static void test_size_query_then_call_gives_usable_keys(void)
{
    const DWORD protocol = TLS1_2_PROTOCOL_VERSION, suite = TLS_RSA_WITH_AES_128_CBC_SHA;
    NCRYPT_KEY_HANDLE thrown_away = 0, master = 0;
    NCRYPT_HASH_HANDLE hash = 0;
    BYTE encrypted[RSA_LEN], verify_data[12], message[16] = {0x14}, record[96];
    struct key_pair keys;
    struct list list;
    DWORD len = 0;

    add_version(start(&list), protocol);
    with_randoms(&list);
    EXPECT_SUCCESS(SslGenerateMasterKey(provider, 0, rsa_plain, &thrown_away, protocol, suite,
                       &list.list, NULL, 0, &len, NCRYPT_SSL_CLIENT_FLAG),
        "size");
    CU_ASSERT(len == RSA_LEN);
    EXPECT_SUCCESS(SslFreeObject(thrown_away, 0), "the key of the size query");
    EXPECT_SUCCESS(SslGenerateMasterKey(provider, 0, rsa_plain, &master, protocol, suite,
                       &list.list, encrypted, len, &len, NCRYPT_SSL_CLIENT_FLAG),
        "key");
    EXPECT_SUCCESS(SslCreateHandshakeHash(provider, &hash, protocol, suite, 0), "hash");
    EXPECT_SUCCESS(SslHashHandshake(provider, hash, message, sizeof(message), 0), "message");
    EXPECT_SUCCESS(SslComputeFinishedHash(provider, master, hash, verify_data, sizeof(verify_data),
                       NCRYPT_SSL_CLIENT_FLAG),
        "Finished");
    EXPECT_SUCCESS(generate(provider, master, &keys), "session keys");
    EXPECT_SUCCESS(SslEncryptPacket(provider, keys.write, message, sizeof(message), record,
                       sizeof(record), &len, 0, CT_HANDSHAKE, 0),
        "record");
    CU_ASSERT(len == 69);
    free_pair(&keys);
    free_both(master, hash);
}

static void test_short_buffer_makes_no_key(void)
{
    NCRYPT_KEY_HANDLE master = GARBAGE_HANDLE;
    BYTE encrypted[RSA_LEN];
    struct list list;
    DWORD len = 0;

    add_version(start(&list), TLS1_2_PROTOCOL_VERSION);
    with_randoms(&list);
    EXPECT_STATUS(SslGenerateMasterKey(provider, 0, rsa_plain, &master, TLS1_2_PROTOCOL_VERSION,
                      TLS_RSA_WITH_AES_128_CBC_SHA, &list.list, encrypted, RSA_LEN - 1, &len,
                      NCRYPT_SSL_CLIENT_FLAG),
        NTE_BUFFER_TOO_SMALL, "one byte short");
    CU_ASSERT(master == 0 && len == RSA_LEN);
}

/* RFC 5246 section 7.4.7.1: the server tells nobody what was wrong with the ciphertext. */
static void test_bad_ciphertext_gives_no_error(void)
{
    static const size_t lengths[] = {RSA_LEN, RSA_LEN - 1, 1, RSA_LEN + 1};
    const DWORD protocol = TLS1_2_PROTOCOL_VERSION, suite = TLS_RSA_WITH_AES_128_GCM_SHA256;
    NCRYPT_KEY_HANDLE client = 0;
    BYTE encrypted[RSA_LEN + 1] = {0};
    struct list list;
    DWORD len = 0;

    add_version(start(&list), protocol);
    with_randoms(&list);
    EXPECT_SUCCESS(SslGenerateMasterKey(provider, 0, rsa_plain, &client, protocol, suite,
                       &list.list, encrypted, RSA_LEN, &len, NCRYPT_SSL_CLIENT_FLAG),
        "client");
    encrypted[17] ^= 1;
    for (size_t i = 0; i < COUNT(lengths); i++) {
        NCRYPT_KEY_HANDLE server = 0;

        EXPECT_SUCCESS(SslImportMasterKey(provider, rsa_private, &server, protocol, suite,
                           &list.list, encrypted, (DWORD)lengths[i], NCRYPT_SSL_SERVER_FLAG),
            "bad ciphertext");
        CU_ASSERT(!agree(client, server));
        EXPECT_SUCCESS(SslFreeObject(server, 0), "free");
    }
    EXPECT_SUCCESS(SslFreeObject(client, 0), "free");
}

/* One ciphertext in 256 begins with a zero.  Without it the number is the same, but RFC 8017
 * section 7.2.2 wants as many bytes as the modulus has. */
static void test_ciphertext_keeps_its_leading_zero(void)
{
    const DWORD protocol = TLS1_2_PROTOCOL_VERSION, suite = TLS_RSA_WITH_AES_128_GCM_SHA256;
    NCRYPT_KEY_HANDLE client = 0, whole = 0, cut = 0;
    BYTE encrypted[RSA_LEN] = {1};
    struct list list;
    DWORD len = 0;

    add_version(start(&list), protocol);
    with_randoms(&list);
    for (int i = 0; i < 10000 && encrypted[0] != 0; i++) {
        if (client != 0)
            EXPECT_SUCCESS(SslFreeObject(client, 0), "free");
        EXPECT_SUCCESS(SslGenerateMasterKey(provider, 0, rsa_plain, &client, protocol, suite,
                           &list.list, encrypted, RSA_LEN, &len, NCRYPT_SSL_CLIENT_FLAG),
            "client");
    }
    CU_ASSERT_FATAL(encrypted[0] == 0);
    EXPECT_SUCCESS(SslImportMasterKey(provider, rsa_private, &whole, protocol, suite, &list.list,
                       encrypted, RSA_LEN, NCRYPT_SSL_SERVER_FLAG),
        "whole");
    EXPECT_SUCCESS(SslImportMasterKey(provider, rsa_private, &cut, protocol, suite, &list.list,
                       encrypted + 1, RSA_LEN - 1, NCRYPT_SSL_SERVER_FLAG),
        "without its first byte");
    CU_ASSERT(agree(client, whole));
    CU_ASSERT(!agree(client, cut));
    free_both(whole, cut);
    EXPECT_SUCCESS(SslFreeObject(client, 0), "free");
}

/* Whether two server keys protect a message alike: GCM has no random part. */
static bool same_records(NCRYPT_KEY_HANDLE first, NCRYPT_KEY_HANDLE second)
{
    const NCRYPT_KEY_HANDLE masters[] = {first, second};
    BYTE message[4] = {0}, records[2][64] = {{0}};
    DWORD len[2] = {0};

    for (size_t i = 0; i < COUNT(masters); i++) {
        struct key_pair keys;

        EXPECT_SUCCESS(generate(provider, masters[i], &keys), "keys");
        EXPECT_SUCCESS(SslEncryptPacket(provider, keys.write, message, sizeof(message), records[i],
                           sizeof(records[i]), &len[i], 0, CT_HANDSHAKE, 0),
            "record");
        free_pair(&keys);
    }
    return len[0] == len[1] && memcmp(records[0], records[1], len[0]) == 0;
}

/* A premaster secret of another version (a roll-back) or length gives another master secret. */
static void test_bad_pre_master_secret_gives_no_error(void)
{
    static const struct {
        size_t len;
        BYTE version[2];
        bool good;
    } cases[] = {{48, {3, 3}, true}, {48, {3, 2}, false}, {48, {3, 4}, false}, {47, {3, 3}, false},
        {49, {3, 3}, false}};
    const DWORD protocol = TLS1_2_PROTOCOL_VERSION, suite = TLS_RSA_WITH_AES_128_GCM_SHA256;

    for (size_t i = 0; i < COUNT(cases); i++) {
        EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, rsa_key, NULL);
        NCRYPT_KEY_HANDLE first = 0, second = 0;
        BYTE secret[64], encrypted[RSA_LEN];
        size_t len = sizeof(encrypted);
        struct list list;

        memset(secret, 0x77, sizeof(secret));
        memcpy(secret, cases[i].version, 2);
        CU_ASSERT_FATAL(EVP_PKEY_encrypt_init(context) > 0 &&
            EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0 &&
            EVP_PKEY_encrypt(context, encrypted, &len, secret, cases[i].len) > 0);
        EVP_PKEY_CTX_free(context);
        add_version(start(&list), protocol);
        with_randoms(&list);
        EXPECT_SUCCESS(SslImportMasterKey(provider, rsa_private, &first, protocol, suite,
                           &list.list, encrypted, (DWORD)len, NCRYPT_SSL_SERVER_FLAG),
            "first");
        EXPECT_SUCCESS(SslImportMasterKey(provider, rsa_private, &second, protocol, suite,
                           &list.list, encrypted, (DWORD)len, NCRYPT_SSL_SERVER_FLAG),
            "second");
        /* Twice the same secret only if it is the one in the ciphertext. */
        CU_ASSERT(same_records(first, second) == cases[i].good);
        free_both(first, second);
    }
}

/* ---- Diffie-Hellman and PSK ---- */

/* A side's ephemeral key, and the peer's public one as imported from its blob. */
static NCRYPT_KEY_HANDLE send_share(NCRYPT_KEY_HANDLE ephemeral, LPCWSTR blob_type)
{
    BYTE blob[SHARE_LEN];
    NCRYPT_KEY_HANDLE peer = 0;
    DWORD len = 0;

    EXPECT_SUCCESS(
        SslExportKey(provider, ephemeral, blob_type, blob, sizeof(blob), &len, 0), "export");
    EXPECT_SUCCESS(SslImportKey(provider, &peer, blob_type, blob, len, 0), "import");
    return peer;
}

static void exchange_dh(DWORD suite, DWORD group, DWORD bits, LPCWSTR blob_type, bool extended)
{
    NCRYPT_KEY_HANDLE client_key = 0, server_key = 0, client_share, server_share;
    NCRYPT_KEY_HANDLE client = 0, server = 0;
    const DWORD protocol = TLS1_2_PROTOCOL_VERSION;
    struct list list;

    start(&list);
    if (extended)
        with_session_hash(&list, 32);
    else
        with_randoms(&list);
    EXPECT_SUCCESS(
        SslCreateEphemeralKey(provider, &server_key, protocol, suite, group, bits, NULL, 0, 0),
        "server key");
    server_share = send_share(server_key, blob_type);
    EXPECT_SUCCESS(
        SslCreateEphemeralKey(provider, &client_key, protocol, suite, group, bits, NULL, 0, 0),
        "client key");
    client_share = send_share(client_key, blob_type);
    EXPECT_SUCCESS(SslGenerateMasterKey(provider, client_key, server_share, &client, protocol,
                       suite, &list.list, NULL, 0, NULL, NCRYPT_SSL_CLIENT_FLAG),
        "client");
    EXPECT_SUCCESS(SslGenerateMasterKey(provider, server_key, client_share, &server, protocol,
                       suite, &list.list, NULL, 0, NULL, NCRYPT_SSL_SERVER_FLAG),
        "server");
    CU_ASSERT(agree(client, server));
    EXPECT_BAD_HANDLE(SslGenerateMasterKey(provider, client_share, server_share, &client, protocol,
                          suite, &list.list, NULL, 0, NULL, NCRYPT_SSL_CLIENT_FLAG),
        "a public key as the own one");
    CU_ASSERT(client == 0);
    free_both(client_key, client_share);
    free_both(server_key, server_share);
    EXPECT_SUCCESS(SslFreeObject(server, 0), "free");
}

static void test_diffie_hellman_client_and_server_agree(void)
{
    exchange_dh(TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, 23, 0, SSL_ECCPUBLIC_BLOB, false);
    exchange_dh(TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, 24, 0, BCRYPT_ECCPUBLIC_BLOB, true);
    exchange_dh(TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, 25, 0, SSL_ECCPUBLIC_BLOB, false);
    exchange_dh(TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, 29, 0, SSL_ECCPUBLIC_BLOB, true);
    exchange_dh(TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, 0, 2048, BCRYPT_DH_PUBLIC_BLOB, false);
}

static void test_pre_shared_key_client_and_server_agree(void)
{
    const DWORD protocol = TLS1_2_PROTOCOL_VERSION, suite = TLS_PSK_WITH_AES_128_GCM_SHA256;
    NCRYPT_KEY_HANDLE client = 0, server = 0, other = 0;
    BYTE psk[256] = {1, 2, 3};
    struct list list;

    with_randoms(start(&list));
    add(&list, NCRYPTBUFFER_SSL_CLEAR_KEY, psk, sizeof(psk));
    EXPECT_SUCCESS(SslGenerateMasterKey(provider, 0, 0, &client, protocol, suite, &list.list, NULL,
                       0, NULL, NCRYPT_SSL_CLIENT_FLAG),
        "client");
    EXPECT_SUCCESS(SslGenerateMasterKey(provider, 0, 0, &server, protocol, suite, &list.list, NULL,
                       0, NULL, NCRYPT_SSL_SERVER_FLAG),
        "server");
    CU_ASSERT(agree(client, server));
    psk[255] = 1;
    EXPECT_SUCCESS(SslGenerateMasterKey(provider, 0, 0, &other, protocol, suite, &list.list, NULL,
                       0, NULL, NCRYPT_SSL_SERVER_FLAG),
        "another key");
    CU_ASSERT(!agree(client, other));
    with_randoms(start(&list));
    EXPECT_STATUS(SslGenerateMasterKey(provider, 0, 0, &other, protocol, suite, &list.list, NULL, 0,
                      NULL, NCRYPT_SSL_SERVER_FLAG),
        NTE_INVALID_PARAMETER, "no key");
    free_both(client, server);
}

static void test_parameter_lists_are_checked(void)
{
    const DWORD protocol = TLS1_2_PROTOCOL_VERSION, suite = TLS_PSK_WITH_AES_128_GCM_SHA256;
    NCRYPT_KEY_HANDLE master = GARBAGE_HANDLE;
    BYTE psk[257] = {1};
    struct list list;

#define EXPECT_REFUSED(label)                                                                      \
    EXPECT_STATUS(SslGenerateMasterKey(provider, 0, 0, &master, protocol, suite, &list.list, NULL, \
                      0, NULL, NCRYPT_SSL_CLIENT_FLAG),                                            \
        NTE_INVALID_PARAMETER, label);                                                             \
    CU_ASSERT(master == 0)

    add(start(&list), NCRYPTBUFFER_SSL_CLEAR_KEY, psk, 16);
    EXPECT_REFUSED("neither randoms nor session hash");
    with_session_hash(&list, 48);
    EXPECT_REFUSED("a session hash of another hash");
    with_randoms(&list);
    EXPECT_REFUSED("randoms and session hash");
    add(start(&list), NCRYPTBUFFER_SSL_CLEAR_KEY, psk, 16);
    add(&list, NCRYPTBUFFER_SSL_CLIENT_RANDOM, list.random[0], RANDOM_LEN);
    EXPECT_REFUSED("one random alone");
    with_randoms(start(&list));
    add(&list, NCRYPTBUFFER_SSL_CLEAR_KEY, psk, sizeof(psk));
    EXPECT_REFUSED("too long a key");
    list.buffers[2].cbBuffer = 16;
    list.list.cBuffers = 65;
    EXPECT_REFUSED("too many entries");
    list.list.cBuffers = 3;
    list.list.ulVersion = 1;
    EXPECT_REFUSED("another version");
#undef EXPECT_REFUSED
}

static const struct named_test tests[] = {
    TEST(test_rsa_client_and_server_agree),
    TEST(test_rsa_client_need_not_name_the_highest_version),
    TEST(test_rsa_client_with_a_pre_master_key_agrees),
    TEST(test_size_query_then_call_gives_usable_keys),
    TEST(test_short_buffer_makes_no_key),
    TEST(test_bad_ciphertext_gives_no_error),
    TEST(test_ciphertext_keeps_its_leading_zero),
    TEST(test_bad_pre_master_secret_gives_no_error),
    TEST(test_diffie_hellman_client_and_server_agree),
    TEST(test_pre_shared_key_client_and_server_agree),
    TEST(test_parameter_lists_are_checked),
};

/* The server's key, by certificate, and its public half both as an SSL key and as a plain one. */
static int set_up(void)
{
    BYTE blob[sizeof(BCRYPT_RSAKEY_BLOB) + 3 + RSA_LEN];
    BCRYPT_RSAKEY_BLOB header = {BCRYPT_RSAPUBLIC_MAGIC, 2048, 3, RSA_LEN, 0, 0};
    NCRYPT_PROV_HANDLE storage = 0;
    CERT_CONTEXT certificate;
    BYTE *der = NULL;
    BIGNUM *n = NULL, *e = NULL;
    int der_len, ok;

    rsa_key = make_key("RSA");
    certificate = make_certificate(rsa_key, 1);
    der_len = i2d_PrivateKey(rsa_key, &der);
    memcpy(blob, &header, sizeof(header));
    ok = EVP_PKEY_get_bn_param(rsa_key, "n", &n) && EVP_PKEY_get_bn_param(rsa_key, "e", &e) &&
        BN_bn2binpad(e, blob + sizeof(header), 3) == 3 &&
        BN_bn2binpad(n, blob + sizeof(header) + 3, RSA_LEN) == RSA_LEN;
    ok = ok && SslOpenProvider(&provider, NULL, 0) == ERROR_SUCCESS &&
        NcryptsslAttachPrivateKey(provider, &certificate, der, (DWORD)der_len, 0) ==
            ERROR_SUCCESS &&
        SslOpenPrivateKey(provider, &rsa_private, &certificate, 0) == ERROR_SUCCESS &&
        SslImportKey(provider, &rsa_public, BCRYPT_RSAPUBLIC_BLOB, blob, sizeof(blob), 0) ==
            ERROR_SUCCESS &&
        NCryptOpenStorageProvider(&storage, NULL, 0) == ERROR_SUCCESS &&
        NCryptImportKey(storage, 0, BCRYPT_RSAPUBLIC_BLOB, NULL, &rsa_plain, blob, sizeof(blob),
            0) == ERROR_SUCCESS &&
        NCryptFreeObject(storage) == ERROR_SUCCESS;
    BN_free(n);
    BN_free(e);
    OPENSSL_free(der);
    free_certificate(&certificate);
    return ok ? 0 : 1;
}

static int tear_down(void)
{
    EVP_PKEY_free(rsa_key);
    return SslFreeObject(rsa_private, 0) == ERROR_SUCCESS &&
            SslFreeObject(rsa_public, 0) == ERROR_SUCCESS &&
            NCryptFreeObject(rsa_plain) == ERROR_SUCCESS &&
            SslFreeObject(provider, 0) == ERROR_SUCCESS
        ? 0
        : 1;
}

int main(void)
{
    return RUN_TESTS("master keys", set_up, tear_down, tests);
}
