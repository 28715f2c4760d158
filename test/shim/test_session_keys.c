/* SPDX-License-Identifier: Apache-2.0
 *
 * The keys of SslGenerateSessionKeys are the right ones: those that are derived with libcrypto's
 * TLS1-PRF (RFC 5246 section 6.3) or come from a published connection, and libcrypto's ciphers take
 * the records of the shim apart.
 */
#include "common/rsp.h"
#include "shim/support.h"
#include "shim/support/provider.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

enum { BUFFER_LEN = 512, PLAIN_LEN = 50, MAX_KEY_BLOCK = 160 };

/* One direction of a connection, as its suite uses it. */
struct material {
    const BYTE *mac_key;
    size_t mac_key_len;
    const BYTE *key;
    const BYTE *iv; /* implicit part */
};

struct profile {
    const char *label;
    DWORD protocol;
    DWORD suite;
    const char *prf_hash;
    const char *mac_hash; /* NULL for AEAD */
    const char *cipher;
    size_t mac_key_len, key_len, iv_len; /* of the key block */
    size_t explicit_len;                 /* in the record */
};

static const struct profile profiles[] = {
    {"TLS 1.0 CBC", TLS1_0_PROTOCOL_VERSION, 0x002F, "MD5-SHA1", "SHA1", "AES-128-CBC", 20, 16, 16,
        0},
    {"TLS 1.1 CBC", TLS1_1_PROTOCOL_VERSION, 0x0035, "MD5-SHA1", "SHA1", "AES-256-CBC", 20, 32, 0,
        16},
    {"TLS 1.2 CBC", TLS1_2_PROTOCOL_VERSION, 0x003C, "SHA256", "SHA256", "AES-128-CBC", 32, 16, 0,
        16},
    {"TLS 1.2 CBC SHA-384", TLS1_2_PROTOCOL_VERSION, 0xC028, "SHA384", "SHA384", "AES-256-CBC", 48,
        32, 0, 16},
    {"TLS 1.2 GCM", TLS1_2_PROTOCOL_VERSION, 0xC02F, "SHA256", NULL, "AES-128-GCM", 0, 16, 4, 8},
    {"TLS 1.2 GCM SHA-384", TLS1_2_PROTOCOL_VERSION, 0x009D, "SHA384", NULL, "AES-256-GCM", 0, 32,
        4, 8},
};

static void put64(BYTE *to, ULONGLONG number)
{
    for (int i = 0; i < 8; i++)
        to[i] = (BYTE)(number >> (56 - 8 * i));
}

/* Type, version and plaintext length behind the sequence number (RFC 5246 section 6.2.3.1). */
static void pseudo_header(BYTE header[13], ULONGLONG sequence, const BYTE *record)
{
    put64(header, sequence);
    memcpy(header + 8, record, 3);
    header[11] = 0;
    header[12] = PLAIN_LEN;
}

static bool open_gcm(const struct profile *profile, const struct material *with, BYTE *record,
    ULONGLONG sequence, BYTE *plain)
{
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, profile->cipher, NULL);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    BYTE nonce[12], header[13];
    int len = 0;
    bool opened;

    memcpy(nonce, with->iv, 4);
    memcpy(nonce + 4, record + 5, 8);
    pseudo_header(header, sequence, record);
    opened = EVP_DecryptInit_ex2(context, cipher, with->key, nonce, NULL) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, record + 13 + PLAIN_LEN) == 1 &&
        EVP_DecryptUpdate(context, NULL, &len, header, sizeof(header)) == 1 &&
        EVP_DecryptUpdate(context, plain, &len, record + 13, PLAIN_LEN) == 1 &&
        EVP_DecryptFinal_ex(context, plain + PLAIN_LEN, &len) == 1;
    EVP_CIPHER_CTX_free(context);
    EVP_CIPHER_free(cipher);
    return opened;
}

static bool open_cbc(const struct profile *profile, const struct material *with, BYTE *record,
    DWORD record_len, ULONGLONG sequence, BYTE *plain)
{
    const size_t at = 5 + profile->explicit_len;
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, profile->cipher, NULL);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    BYTE mac_input[13 + PLAIN_LEN], mac[64];
    size_t mac_len = 0;
    int len = 0;
    bool opened = EVP_DecryptInit_ex2(context, cipher, with->key,
                      profile->explicit_len != 0 ? record + 5 : with->iv, NULL) == 1 &&
        EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
        EVP_DecryptUpdate(context, plain, &len, record + at, (int)(record_len - at)) == 1;

    pseudo_header(mac_input, sequence, record);
    memcpy(mac_input + 13, plain, PLAIN_LEN);
    opened = opened &&
        EVP_Q_mac(NULL, "HMAC", NULL, profile->mac_hash, NULL, with->mac_key, with->mac_key_len,
            mac_input, sizeof(mac_input), mac, sizeof(mac), &mac_len) != NULL &&
        mac_len == profile->mac_key_len && memcmp(mac, plain + PLAIN_LEN, mac_len) == 0;
    EVP_CIPHER_CTX_free(context);
    EVP_CIPHER_free(cipher);
    return opened;
}

/* Whether the record that this handle writes opens with these keys, and under no other number. */
static void check_written(
    const struct profile *profile, const struct material *with, NCRYPT_KEY_HANDLE key)
{
    const ULONGLONG sequence = 0x0102030405060708;
    BYTE plain[BUFFER_LEN], record[BUFFER_LEN], opened[BUFFER_LEN] = {0};
    DWORD len = 0;

    memset(plain, 0x42, sizeof(plain));
    EXPECT_SUCCESS(SslEncryptPacket(provider, key, plain, PLAIN_LEN, record, sizeof(record), &len,
                       sequence, CT_APPLICATIONDATA, 0),
        profile->label);
    if (profile->mac_hash == NULL)
        EXPECT(open_gcm(profile, with, record, sequence, opened), profile->label);
    else
        EXPECT(open_cbc(profile, with, record, len, sequence, opened), profile->label);
    EXPECT(memcmp(plain, opened, PLAIN_LEN) == 0, profile->label);
}

/* Cuts the two directions out of a key block (RFC 5246 section 6.3). */
static void cut(const struct profile *profile, const BYTE *block, struct material directions[2])
{
    const BYTE *keys = block + 2 * profile->mac_key_len, *ivs = keys + 2 * profile->key_len;

    for (size_t i = 0; i < 2; i++)
        directions[i] = (struct material){block + i * profile->mac_key_len, profile->mac_key_len,
            keys + i * profile->key_len, ivs + i * profile->iv_len};
}

static bool derive_key_block(const struct profile *profile, BYTE *block)
{
    const struct secret_blob secret = make_master(profile->protocol, profile->suite, 0);
    struct randoms randoms;
    BYTE seed[13 + 2 * RANDOM_LEN];
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(
            OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)profile->prf_hash, 0),
        OSSL_PARAM_construct_octet_string(
            OSSL_KDF_PARAM_SECRET, (void *)(uintptr_t)secret.secret, MASTER_KEY_LEN),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed, sizeof(seed)),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "TLS1-PRF", "provider=default");
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
    bool derived;

    fill_randoms(&randoms);
    memcpy(seed, "key expansion", 13);
    memcpy(seed + 13, randoms.server, RANDOM_LEN);
    memcpy(seed + 13 + RANDOM_LEN, randoms.client, RANDOM_LEN);
    derived = EVP_KDF_derive(context, block,
                  2 * (profile->mac_key_len + profile->key_len + profile->iv_len), params) == 1;
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return derived;
}

/* The client's keys write what the key block says for the client, and the server's read it. */
static void check_profile(const struct profile *profile)
{
    static BYTE plain[] = "from side to side";
    BYTE block[MAX_KEY_BLOCK], record[BUFFER_LEN], opened[BUFFER_LEN];
    struct material directions[2];
    struct key_pair client, server;
    DWORD len = 0;

    EXPECT(derive_key_block(profile, block), profile->label);
    cut(profile, block, directions);
    EXPECT_SUCCESS(
        make_side(provider, profile->protocol, profile->suite, NCRYPT_SSL_CLIENT_FLAG, &client),
        profile->label);
    EXPECT_SUCCESS(
        make_side(provider, profile->protocol, profile->suite, NCRYPT_SSL_SERVER_FLAG, &server),
        profile->label);
    EXPECT_SUCCESS(SslEncryptPacket(provider, server.write, plain, sizeof(plain), record,
                       sizeof(record), &len, 0, CT_APPLICATIONDATA, 0),
        profile->label);
    EXPECT_SUCCESS(
        SslDecryptPacket(provider, client.read, record, len, opened, sizeof(opened), &len, 0, 0),
        profile->label);
    EXPECT(len == sizeof(plain) && memcmp(opened, plain, len) == 0, profile->label);
    free_pair(&server);
    EXPECT_SUCCESS(
        make_side(provider, profile->protocol, profile->suite, NCRYPT_SSL_SERVER_FLAG, &server),
        profile->label);
    check_written(profile, &directions[0], client.write);
    check_written(profile, &directions[1], server.write);
    free_pair(&client);
    free_pair(&server);
}

static void test_keys_agree_with_libcrypto(void)
{
    for (size_t i = 0; i < COUNT(profiles); i++)
        check_profile(&profiles[i]);
}

/* ---- A published connection ---- */

static const BYTE *field(const struct rsp_block *block, const char *name, size_t len)
{
    const struct rsp_field *found = rsp_field(block, name);

    return EXPECT(found != NULL && found->len == len, name) ? found->data : NULL;
}

static void check_published(const struct rsp_block *block)
{
    static const struct profile profile = {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        TLS1_2_PROTOCOL_VERSION, 0xC013, "SHA256", "SHA1", "AES-128-CBC", 20, 16, 0, 16};
    static const DWORD roles[] = {NCRYPT_SSL_CLIENT_FLAG, NCRYPT_SSL_SERVER_FLAG};
    const struct material directions[] = {
        {field(block, "client_write_MAC_secret", 20), 20, field(block, "client_write_key", 16),
            NULL},
        {field(block, "server_write_MAC_secret", 20), 20, field(block, "server_write_key", 16),
            NULL},
    };
    const BYTE *secret = field(block, "master_secret", MASTER_KEY_LEN);
    const BYTE *client = field(block, "client_random", RANDOM_LEN);
    const BYTE *server = field(block, "server_random", RANDOM_LEN);

    for (size_t i = 0; i < 2 && secret != NULL && client != NULL && server != NULL; i++) {
        struct secret_blob blob = make_master(profile.protocol, profile.suite, roles[i]);
        struct randoms randoms;
        NCRYPT_KEY_HANDLE key = 0;
        struct key_pair keys = {0, 0};

        memcpy(blob.secret, secret, MASTER_KEY_LEN);
        fill_randoms(&randoms);
        memcpy(randoms.client, client, RANDOM_LEN);
        memcpy(randoms.server, server, RANDOM_LEN);
        EXPECT_SUCCESS(import_secret(provider, &blob, &key), "import");
        EXPECT_SUCCESS(
            SslGenerateSessionKeys(provider, key, &keys.read, &keys.write, &randoms.list, 0),
            "generate");
        if (directions[i].mac_key != NULL && directions[i].key != NULL)
            check_written(&profile, &directions[i], keys.write);
        free_pair(&keys);
        SslFreeObject(key, 0);
    }
}

static void test_keys_match_a_published_connection(void)
{
    struct rsp_reader reader;
    struct rsp_block block;

    if (EXPECT(rsp_open(&reader, SSLP_TEST_VECTORS "/illustrated_tls12.rsp"), reader.error) &&
        EXPECT(rsp_next(&reader, &block) == RSP_BLOCK, "a block"))
        check_published(&block);
    rsp_close(&reader);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_keys_agree_with_libcrypto),
        TEST(test_keys_match_a_published_connection),
    };

    return RUN_TESTS("session keys", open_provider, close_provider, tests);
}
