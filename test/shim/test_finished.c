/* SPDX-License-Identifier: Apache-2.0
 *
 * SslComputeFinishedHash, and with it SslComputeSessionHash, through the public functions alone:
 * its checks in order; the Finished messages of recorded handshakes, from the messages on the wire;
 * and RFC formulas computed again with OpenSSL.  The configuration allows SSL 3.0.
 */
#include "common/capture.h"
#include "common/provider_support.h"
#include "common/rsp.h"
#include "shim/support.h"

#include <glob.h>
#include <openssl/evp.h>

enum { MAX_FLIGHT = 16384, CLIENT = NCRYPT_SSL_CLIENT_FLAG };
enum { SERVER = NCRYPT_SSL_SERVER_FLAG, VERIFY_DATA = 12, SSL3_HASHES = 36 };
enum { NEW_SESSION_TICKET = 4 }; /* HandshakeType, RFC 5077 section 3.3 */

/* What the folder holds now: fewer would mean that some were not reached. */
enum { MIN_HANDSHAKES = 14, MIN_SESSION_HASHES = 13 };

static NCRYPT_PROV_HANDLE provider;
static NCRYPT_KEY_HANDLE master, traffic, binder, early;
static struct key_pair session;
static NCRYPT_HASH_HANDLE hash;
static unsigned handshakes, session_hashes;

static NCRYPT_HASH_HANDLE new_hash(DWORD protocol, DWORD suite)
{
    NCRYPT_HASH_HANDLE handle = 0;

    CU_ASSERT_EQUAL(SslCreateHandshakeHash(provider, &handle, protocol, suite, 0), ERROR_SUCCESS);
    return handle;
}

/* Each fault is made with all those that are looked at later. */
static void test_checks_in_order(void)
{
    const NCRYPT_PROV_HANDLE p = provider;
    BYTE out[64];

    CU_ASSERT_EQUAL(SslComputeFinishedHash(0, 0, 0, NULL, 0, 4), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslComputeFinishedHash(master, master, hash, out, 12, 1), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslComputeFinishedHash(p, 0, hash, NULL, 0, 4), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslComputeFinishedHash(p, hash, hash, NULL, 0, 4), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslComputeFinishedHash(p, p, hash, NULL, 0, 4), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslComputeFinishedHash(p, session.read, 0, NULL, 0, 4), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslComputeFinishedHash(p, master, master, NULL, 0, 4), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(
        SslComputeFinishedHash(p, session.read, hash, NULL, 0, 4), NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(SslComputeFinishedHash(p, early, hash, out, 0, 4), NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(SslComputeFinishedHash(p, early, hash, out, 11, 4), NTE_BAD_FLAGS);
    CU_ASSERT_EQUAL(SslComputeFinishedHash(p, session.read, hash, out, 11, 0), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslComputeFinishedHash(p, early, hash, out, 11, 0), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslComputeFinishedHash(p, traffic, hash, out, 12, 0), NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(SslComputeFinishedHash(p, binder, hash, out, 48, 0), NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(SslComputeFinishedHash(p, traffic, hash, out, 32, 0), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(SslComputeFinishedHash(p, binder, hash, out, 32, 0), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(SslComputeFinishedHash(p, master, hash, out, 11, 0), NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(SslComputeFinishedHash(p, master, hash, out, 13, 0), NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(SslComputeFinishedHash(p, master, hash, out, 36, 1), NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(SslComputeFinishedHash(p, master, hash, out, 12, 0), NTE_BAD_FLAGS);
    CU_ASSERT_EQUAL(SslComputeFinishedHash(p, master, hash, out, 12, CLIENT), ERROR_SUCCESS);
}

/* A key and a hash of different connections. */
static void test_key_and_hash_must_share_protocol_and_suite(void)
{
    static const DWORD others[][2] = {{TLS1_2_PROTOCOL_VERSION, 0x0035},
        {TLS1_1_PROTOCOL_VERSION, 0x002F}, {DTLS1_2_PROTOCOL_VERSION, 0x002F},
        {SSL3_PROTOCOL_VERSION, 0x002F}};
    BYTE out[SSL3_HASHES];

    for (size_t i = 0; i < COUNT(others); i++) {
        const NCRYPT_HASH_HANDLE other = new_hash(others[i][0], others[i][1]);

        CU_ASSERT_EQUAL(SslComputeFinishedHash(provider, master, other, out, VERIFY_DATA, CLIENT),
            NTE_INVALID_PARAMETER);
        CU_ASSERT_EQUAL(SslComputeFinishedHash(provider, master, other, out, SSL3_HASHES, CLIENT),
            NTE_INVALID_PARAMETER);
        SslFreeObject(other, 0);
    }
}

/* PRF(master, label, digest) with OpenSSL's own KDF (RFC 5246 section 7.4.9). */
static bool prf(const char *md, const BYTE *secret, const char *label, const BYTE *digest,
    size_t digest_len, BYTE out[VERIFY_DATA])
{
    return support_default_prf(
        NULL, md, secret, MASTER_KEY_LEN, label, digest, NULL, digest_len, out, VERIFY_DATA);
}

static void test_values_follow_the_formula_of_their_protocol(void)
{
    static const struct {
        DWORD protocol, suite;
        const char *md;
    } rows[] = {{TLS1_0_PROTOCOL_VERSION, 0x002F, "MD5-SHA1"},
        {TLS1_1_PROTOCOL_VERSION, 0xC013, "MD5-SHA1"}, {TLS1_2_PROTOCOL_VERSION, 0x002F, "SHA256"},
        {TLS1_2_PROTOCOL_VERSION, 0xC030, "SHA384"}, {DTLS1_0_PROTOCOL_VERSION, 0x002F, "MD5-SHA1"},
        {DTLS1_2_PROTOCOL_VERSION, 0xC030, "SHA384"}};
    static BYTE text[] = "handshake messages";
    BYTE secret[MASTER_KEY_LEN], digest[EVP_MAX_MD_SIZE], out[VERIFY_DATA], expected[VERIFY_DATA];
    size_t len;

    memset(secret, 0x3A, sizeof(secret));
    for (size_t i = 0; i < COUNT(rows); i++) {
        const NCRYPT_KEY_HANDLE key =
            import_master_bytes(provider, rows[i].protocol, rows[i].suite, SERVER, secret);
        const NCRYPT_HASH_HANDLE own = new_hash(rows[i].protocol, rows[i].suite);

        CU_ASSERT_EQUAL(SslHashHandshake(provider, own, text, sizeof(text), 0), ERROR_SUCCESS);
        CU_ASSERT(EVP_Q_digest(NULL, rows[i].md, NULL, text, sizeof(text), digest, &len));
        for (DWORD flags = CLIENT; flags <= (CLIENT | SERVER); flags++) {
            CU_ASSERT(prf(rows[i].md, secret,
                flags == SERVER ? "server finished" : "client finished", digest, len, expected));
            CU_ASSERT_EQUAL(
                SslComputeFinishedHash(provider, key, own, out, VERIFY_DATA, flags), ERROR_SUCCESS);
            CU_ASSERT(memcmp(out, expected, VERIFY_DATA) == 0);
        }
        CU_ASSERT_EQUAL(SslHashHandshake(provider, own, text, 1, 0), ERROR_SUCCESS);
        CU_ASSERT_EQUAL(
            SslComputeFinishedHash(provider, key, own, out, VERIFY_DATA, CLIENT), ERROR_SUCCESS);
        CU_ASSERT(memcmp(out, expected, VERIFY_DATA) != 0);
        SslFreeObject(key, 0);
        SslFreeObject(own, 0);
    }
}

/* RFC 6101 section 5.6.9, at a handshake of no messages: hash(master + pad_2 + hash(sender +
 * master + pad_1)). */
static void test_ssl3_hashes_an_empty_transcript(void)
{
    BYTE secret[MASTER_KEY_LEN], buffer[256], inner[20], expected[SSL3_HASHES], out[SSL3_HASHES];
    const NCRYPT_HASH_HANDLE own = new_hash(SSL3_PROTOCOL_VERSION, 0x002F);
    NCRYPT_KEY_HANDLE key;
    size_t len;

    memset(secret, 0x3A, sizeof(secret));
    key = import_master_bytes(provider, SSL3_PROTOCOL_VERSION, 0x002F, SERVER, secret);
    for (int sha1 = 0; sha1 < 2; sha1++) {
        const char *md = sha1 ? "SHA1" : "MD5";
        const size_t pad = sha1 ? 40 : 48;

        memcpy(buffer, "SRVR", 4);
        memcpy(buffer + 4, secret, MASTER_KEY_LEN);
        memset(buffer + 52, 0x36, pad);
        CU_ASSERT(EVP_Q_digest(NULL, md, NULL, buffer, 52 + pad, inner, &len));
        memcpy(buffer, secret, MASTER_KEY_LEN);
        memset(buffer + MASTER_KEY_LEN, 0x5C, pad);
        memcpy(buffer + MASTER_KEY_LEN + pad, inner, len);
        CU_ASSERT(EVP_Q_digest(
            NULL, md, NULL, buffer, MASTER_KEY_LEN + pad + len, expected + (sha1 ? 16 : 0), &len));
    }
    CU_ASSERT_EQUAL(SslComputeFinishedHash(provider, key, own, out, VERIFY_DATA, SERVER),
        NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(SslComputeFinishedHash(provider, key, own, out, SSL3_HASHES, 0), NTE_BAD_FLAGS);
    CU_ASSERT_EQUAL(
        SslComputeFinishedHash(provider, key, own, out, SSL3_HASHES, SERVER), ERROR_SUCCESS);
    CU_ASSERT(memcmp(out, expected, SSL3_HASHES) == 0);
    SslFreeObject(key, 0);
    SslFreeObject(own, 0);
}

static void check_ssl3_side(
    const struct rsp_block *block, NCRYPT_KEY_HANDLE key, const char *side, DWORD flag)
{
    const NCRYPT_HASH_HANDLE own = new_hash(SSL3_PROTOCOL_VERSION, 0x002F);
    const struct rsp_field *messages, *expected;
    BYTE out[SSL3_HASHES];
    char name[40];

    snprintf(name, sizeof(name), "%s_finished_messages", side);
    messages = rsp_field(block, name);
    snprintf(name, sizeof(name), "%s_verify_data", side);
    expected = rsp_field(block, name);
    CU_ASSERT_FATAL(messages != NULL && expected != NULL && expected->len == SSL3_HASHES);
    CU_ASSERT_EQUAL(
        SslHashHandshake(provider, own, (PBYTE)messages->data, (DWORD)messages->len, 0), 0);
    CU_ASSERT_EQUAL(
        SslComputeFinishedHash(provider, key, own, out, SSL3_HASHES, flag), ERROR_SUCCESS);
    CU_ASSERT(memcmp(out, expected->data, SSL3_HASHES) == 0);
    SslFreeObject(own, 0);
}

static void test_ssl3_handshake_of_nss_is_reproduced(void)
{
    const char *path = SSLP_TEST_VECTORS "/captures/ssl3-RSA-AES128-SHA-nss-nss.rsp";
    struct rsp_reader reader;
    struct rsp_block block;
    NCRYPT_KEY_HANDLE key;

    CU_ASSERT_FATAL(rsp_open(&reader, path) && rsp_next(&reader, &block) == RSP_BLOCK);
    key = import_master_bytes(
        provider, SSL3_PROTOCOL_VERSION, 0x002F, SERVER, rsp_field(&block, "master_secret")->data);
    check_ssl3_side(&block, key, "client", CLIENT);
    check_ssl3_side(&block, key, "server", SERVER);
    SslFreeObject(key, 0);
    rsp_close(&reader);
}

/* The handshake bytes that a side sent before its ChangeCipherSpec. */
struct flight {
    BYTE data[MAX_FLIGHT];
    size_t len;
};

static void read_flight(const struct capture_stream *stream, struct flight *flight)
{
    flight->len = 0;
    for (size_t i = 0; i < stream->record_count; i++) {
        const struct capture_record *record = &stream->records[i];

        if (record->type == CT_CHANGE_CIPHER_SPEC)
            return;
        if (record->type != CT_HANDSHAKE || record->len - 5 > MAX_FLIGHT - flight->len)
            continue;
        memcpy(flight->data + flight->len, record->data + 5, record->len - 5);
        flight->len += record->len - 5;
    }
}

static size_t message_len(const struct flight *flight, size_t at)
{
    const BYTE *header = flight->data + at;
    size_t len = 4;

    if (flight->len - at < 4)
        return flight->len - at;
    len += (size_t)header[1] << 16 | (size_t)header[2] << 8 | header[3];
    return len < flight->len - at ? len : flight->len - at;
}

/* All of a full handshake up to the client's Finished: ClientHello, what the server sent to
 * ServerHelloDone, and the rest of the client's.  A ticket comes after that Finished. */
static void hash_handshake(NCRYPT_HASH_HANDLE own, struct flight *client, struct flight *server)
{
    const size_t hello = message_len(client, 0);

    CU_ASSERT_EQUAL(SslHashHandshake(provider, own, client->data, (DWORD)hello, 0), 0);
    for (size_t at = 0, len; at < server->len; at += len) {
        len = message_len(server, at);
        if (server->data[at] != NEW_SESSION_TICKET)
            CU_ASSERT_EQUAL(SslHashHandshake(provider, own, server->data + at, (DWORD)len, 0), 0);
    }
    CU_ASSERT_EQUAL(
        SslHashHandshake(provider, own, client->data + hello, (DWORD)(client->len - hello), 0), 0);
}

/* 0 for DTLS, whose messages are cut otherwise, for TLS 1.3 and for SSL 3.0. */
static DWORD tls_protocol(const struct rsp_block *block)
{
    static const struct {
        const char *attribute;
        DWORD version;
    } protocols[] = {{"TLS 1.0", TLS1_0_PROTOCOL_VERSION}, {"TLS 1.1", TLS1_1_PROTOCOL_VERSION},
        {"TLS 1.2", TLS1_2_PROTOCOL_VERSION}};
    const char *attribute = rsp_attribute(block, "Protocol");
    const char *handshake = rsp_attribute(block, "Handshake");

    if (attribute == NULL || handshake == NULL || strcmp(handshake, "full") != 0)
        return 0;
    for (size_t i = 0; i < COUNT(protocols); i++) {
        if (strcmp(attribute, protocols[i].attribute) == 0)
            return protocols[i].version;
    }
    return 0;
}

static void check_connection(
    const struct rsp_block *block, const struct capture_connection *connection)
{
    static struct flight client, server;
    const DWORD protocol = tls_protocol(block);
    const struct rsp_field *number = rsp_field(block, "cipher_suite"), *expected;
    const struct rsp_field *session = rsp_field(block, "session_hash");
    BYTE out[64];
    DWORD suite, n = 0;
    NCRYPT_KEY_HANDLE key;
    NCRYPT_HASH_HANDLE own;

    if (protocol == 0)
        return;
    suite = (DWORD)number->data[0] << 8 | number->data[1];
    own = new_hash(protocol, suite);
    key = import_master_bytes(
        provider, protocol, suite, SERVER, rsp_field(block, "master_secret")->data);
    read_flight(&connection->streams[CAPTURE_CLIENT], &client);
    read_flight(&connection->streams[CAPTURE_SERVER], &server);
    hash_handshake(own, &client, &server);
    CU_ASSERT_EQUAL(
        SslComputeSessionHash(provider, own, protocol, out, sizeof(out), &n, 0), ERROR_SUCCESS);
    if (session != NULL) {
        CU_ASSERT(n == session->len && memcmp(out, session->data, n) == 0);
        session_hashes++;
    }
    expected = rsp_field(block, "client_verify_data");
    CU_ASSERT_EQUAL(
        SslComputeFinishedHash(provider, key, own, out, VERIFY_DATA, CLIENT), ERROR_SUCCESS);
    EXPECT(memcmp(out, expected->data, VERIFY_DATA) == 0, block->path);
    handshakes++;
    SslFreeObject(key, 0);
    SslFreeObject(own, 0);
}

static void check_capture(const char *path)
{
    static struct capture capture;
    struct rsp_reader reader;
    struct rsp_block block;
    char pcap[4096];

    snprintf(pcap, sizeof(pcap), "%.*s.pcap", (int)(strlen(path) - strlen(".rsp")), path);
    CU_ASSERT(capture_open(&capture, pcap));
    CU_ASSERT(rsp_open(&reader, path));
    for (size_t i = 0; i < capture.connection_count; i++) {
        if (rsp_next(&reader, &block) == RSP_BLOCK)
            check_connection(&block, capture.connections[i]);
    }
    rsp_close(&reader);
    capture_close(&capture);
}

static void test_finished_of_recorded_handshakes_is_reproduced(void)
{
    glob_t files;

    CU_ASSERT_FATAL(glob(SSLP_TEST_VECTORS "/captures/*.rsp", 0, NULL, &files) == 0);
    for (size_t i = 0; i < files.gl_pathc; i++)
        check_capture(files.gl_pathv[i]);
    globfree(&files);
    printf("%u handshakes, %u session hashes ", handshakes, session_hashes);
    CU_ASSERT(handshakes >= MIN_HANDSHAKES);
    CU_ASSERT(session_hashes >= MIN_SESSION_HASHES);
}

static int suite_init(void)
{
    const DWORD tls12 = TLS1_2_PROTOCOL_VERSION;
    BYTE secret[MASTER_KEY_LEN];

    memset(secret, 0x3A, sizeof(secret));
    if (SslOpenProvider(&provider, NULL, 0) != ERROR_SUCCESS)
        return 1;
    master = import_master_bytes(provider, tls12, 0x002F, SERVER, secret);
    traffic = import_tls13_bytes(provider, NCRYPTSSL_KIND_TRAFFIC_SECRET, SERVER, secret);
    binder = import_tls13_bytes(provider, NCRYPTSSL_KIND_BINDER_KEY, SERVER, secret);
    early = import_tls13_bytes(provider, NCRYPTSSL_KIND_EARLY_SECRET, SERVER, secret);
    return generate(provider, master, &session) |
        SslCreateHandshakeHash(provider, &hash, tls12, 0x002F, 0);
}

static int suite_cleanup(void)
{
    const NCRYPT_HANDLE all[] = {master, traffic, binder, early, hash, provider};

    free_pair(&session);
    return free_handles(all, COUNT(all));
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_checks_in_order),
        TEST(test_key_and_hash_must_share_protocol_and_suite),
        TEST(test_values_follow_the_formula_of_their_protocol),
        TEST(test_ssl3_hashes_an_empty_transcript),
        TEST(test_ssl3_handshake_of_nss_is_reproduced),
        TEST(test_finished_of_recorded_handshakes_is_reproduced),
    };

    return RUN_TESTS("Finished", suite_init, suite_cleanup, tests);
}
