/* SPDX-License-Identifier: Apache-2.0
 *
 * Decrypts the captures of SSL 3.0, TLS 1.0 to 1.2 and DTLS 1.0 and 1.2 with nothing but the native
 * calls: the master secret of the vector goes in, session keys come out, and what other libraries
 * sent on a wire is read by the client's and by the server's key.
 */
#include "common/capture.h"
#include "common/rsp.h"
#include "cunit/run_tests.h"
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"

#include <CUnit/Basic.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER_TLS = 5, /* RFC 5246 section 6.2.1 */
    HEADER_DTLS = 13,
    MAX_PLAINTEXT = 0x4000 + 2048,
    MAX_APPLICATION_DATA = 4096,
    MAX_SECRET = 48
};

enum { FINISHED = 20 }; /* HandshakeType, RFC 5246 section 7.4 */

/* What the folder holds now: fewer would mean that some were not reached. */
enum { MIN_CAPTURES = 19, MIN_CONNECTIONS = 20, MIN_RECORDS = 121 };

static const struct {
    const char *attribute;
    DWORD version;
} protocols[] = {
    {"SSL 3.0", SSL3_PROTOCOL_VERSION},
    {"TLS 1.0", TLS1_0_PROTOCOL_VERSION},
    {"TLS 1.1", TLS1_1_PROTOCOL_VERSION},
    {"TLS 1.2", TLS1_2_PROTOCOL_VERSION},
    {"DTLS 1.0", DTLS1_0_PROTOCOL_VERSION},
    {"DTLS 1.2", DTLS1_2_PROTOCOL_VERSION},
};

static const char *const side_names[CAPTURE_SIDES] = {"client", "server"};

static NCRYPT_PROV_HANDLE provider;
static unsigned captures, connections, records;

static bool report(const struct rsp_block *block, const char *what, SECURITY_STATUS status)
{
    fprintf(stderr, "%s:%u: %s (0x%08X)\n", block->path, block->line, what, (unsigned)status);
    CU_FAIL("a capture was not decrypted as recorded");
    return false;
}

/* 0, which no test expects, for TLS 1.3 and for anything unknown. */
static DWORD protocol_of(const struct rsp_block *block)
{
    const char *attribute = rsp_attribute(block, "Protocol");

    for (size_t i = 0; attribute != NULL && i < sizeof(protocols) / sizeof(protocols[0]); i++) {
        if (strcmp(protocols[i].attribute, attribute) == 0)
            return protocols[i].version;
    }
    return 0;
}

static bool import_master_key(
    const struct rsp_block *block, DWORD role, NCRYPT_KEY_HANDLE *master_key)
{
    const struct rsp_field *secret = rsp_field(block, "master_secret");
    const struct rsp_field *suite = rsp_field(block, "cipher_suite");
    const char *encrypt_then_mac = rsp_attribute(block, "Encrypt then MAC");
    NCRYPTSSL_SECRET_BLOB_HEADER header = {0};
    BYTE blob[sizeof(header) + MAX_SECRET];
    SECURITY_STATUS status;

    if (secret == NULL || secret->len != MAX_SECRET || suite == NULL || suite->len != 2)
        return report(block, "no master secret or cipher suite", 0);
    header.cbLength = sizeof(blob);
    header.dwMagic = NCRYPTSSL_SECRET_MAGIC;
    header.dwKind = NCRYPTSSL_KIND_MASTER_KEY;
    header.dwProtocol = protocol_of(block);
    header.dwCipherSuite = (DWORD)suite->data[0] << 8 | suite->data[1];
    header.dwFlags = role;
    if (encrypt_then_mac != NULL && strcmp(encrypt_then_mac, "yes") == 0)
        header.dwFlags |= NCRYPTSSL_ENCRYPT_THEN_MAC;
    header.cbSecret = MAX_SECRET;
    memcpy(blob, &header, sizeof(header));
    memcpy(blob + sizeof(header), secret->data, secret->len);
    status = SslImportKey(provider, master_key, NCRYPTSSL_SECRET_BLOB, blob, sizeof(blob), 0);
    return status == ERROR_SUCCESS || report(block, "SslImportKey", status);
}

/* The read key of the side `role`; that side's write key is of no use to a listener. */
static bool open_read_key(const struct rsp_block *block, DWORD role, NCRYPT_KEY_HANDLE *read_key)
{
    const struct rsp_field *client_random = rsp_field(block, "client_random");
    const struct rsp_field *server_random = rsp_field(block, "server_random");
    NCRYPT_KEY_HANDLE master_key = 0, write_key = 0;
    NCryptBuffer buffers[2] = {{0}};
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, 2, buffers};
    SECURITY_STATUS status;

    if (client_random == NULL || server_random == NULL)
        return report(block, "no randoms", 0);
    if (!import_master_key(block, role, &master_key))
        return false;
    buffers[0].cbBuffer = (ULONG)server_random->len;
    buffers[0].BufferType = NCRYPTBUFFER_SSL_SERVER_RANDOM;
    buffers[0].pvBuffer = (PVOID)server_random->data;
    buffers[1].cbBuffer = (ULONG)client_random->len;
    buffers[1].BufferType = NCRYPTBUFFER_SSL_CLIENT_RANDOM;
    buffers[1].pvBuffer = (PVOID)client_random->data;
    status = SslGenerateSessionKeys(provider, master_key, read_key, &write_key, &list, 0);
    CU_ASSERT_EQUAL(SslFreeObject(master_key, 0), ERROR_SUCCESS);
    if (status != ERROR_SUCCESS)
        return report(block, "SslGenerateSessionKeys", status);
    CU_ASSERT_EQUAL(SslFreeObject(write_key, 0), ERROR_SUCCESS);
    return true;
}

/* The handshake header is 4 bytes; DTLS adds message number, fragment offset and fragment length
 * (RFC 6347 section 4.2.2). */
static bool check_finished(const struct rsp_block *block, const char *side, bool datagram,
    const uint8_t *message, size_t len)
{
    const size_t header = datagram ? 12 : 4;
    const struct rsp_field *verify_data;
    char name[32];

    snprintf(name, sizeof(name), "%s_verify_data", side);
    verify_data = rsp_field(block, name);
    if (verify_data == NULL || len != header + verify_data->len || message[0] != FINISHED ||
        message[1] != 0 || message[2] != 0 || message[3] != verify_data->len ||
        memcmp(message + header, verify_data->data, verify_data->len) != 0)
        return report(block, name, 0);
    CU_PASS("Finished as recorded");
    return true;
}

/* Whatever follows the ChangeCipherSpec of a side is protected: in DTLS, all but epoch 0. */
static bool is_protected(
    const struct capture_record *record, bool datagram, bool *changed, uint64_t *sequence)
{
    if (datagram) {
        *sequence = record->sequence;
        return record->sequence >> 48 != 0;
    }
    if (record->type == CT_CHANGE_CIPHER_SPEC) {
        *changed = true;
        *sequence = 0;
        return false;
    }
    return *changed;
}

struct plaintext {
    uint8_t data[MAX_APPLICATION_DATA];
    size_t len;
    unsigned protected_records;
};

static bool open_record(const struct rsp_block *block, NCRYPT_KEY_HANDLE key,
    const struct capture_record *record, uint64_t sequence, BYTE *output, DWORD *output_len)
{
    BYTE input[HEADER_DTLS + MAX_PLAINTEXT];
    SECURITY_STATUS status;

    if (record->len > sizeof(input))
        return report(block, "a record longer than the protocol allows", 0);
    memcpy(input, record->data, record->len);
    status = SslDecryptPacket(
        provider, key, input, (DWORD)record->len, output, MAX_PLAINTEXT, output_len, sequence, 0);
    if (status != ERROR_SUCCESS)
        return report(block, "SslDecryptPacket", status);
    CU_ASSERT(memcmp(input, record->data, record->len) == 0);
    return true;
}

static bool read_stream(const struct rsp_block *block, NCRYPT_KEY_HANDLE key,
    const struct capture_stream *stream, const char *side, bool datagram,
    struct plaintext *plaintext)
{
    bool changed = false;
    uint64_t sequence = 0;

    for (size_t i = 0; i < stream->record_count; i++) {
        const struct capture_record *record = &stream->records[i];
        BYTE output[MAX_PLAINTEXT];
        DWORD len = 0;

        if (!is_protected(record, datagram, &changed, &sequence))
            continue;
        if (!open_record(block, key, record, sequence, output, &len))
            return false;
        sequence++;
        if (plaintext->protected_records++ == 0) {
            if (record->type != CT_HANDSHAKE)
                return report(block, "Finished is not the first protected record", 0);
            if (!check_finished(block, side, datagram, output, len))
                return false;
        } else if (record->type == CT_APPLICATIONDATA) {
            if (len > sizeof(plaintext->data) - plaintext->len)
                return report(block, "more application data than recorded", 0);
            memcpy(plaintext->data + plaintext->len, output, len);
            plaintext->len += len;
        } else if (record->type != CT_ALERT || len != 2) {
            return report(block, "neither application data nor an alert", 0);
        }
    }
    return true;
}

/* The server's key reads what the client sent, and the other way round. */
static void check_direction(
    const struct rsp_block *block, const struct capture_connection *connection, int sender)
{
    const DWORD role = sender == CAPTURE_CLIENT ? NCRYPT_SSL_SERVER_FLAG : NCRYPT_SSL_CLIENT_FLAG;
    struct plaintext plaintext = {.len = 0};
    const struct rsp_field *expected;
    NCRYPT_KEY_HANDLE key = 0;
    char name[32];

    snprintf(name, sizeof(name), "%s_app_data", side_names[sender]);
    expected = rsp_field(block, name);
    if (!open_read_key(block, role, &key))
        return;
    if (read_stream(block, key, &connection->streams[sender], side_names[sender],
            connection->datagram, &plaintext)) {
        if (expected == NULL || expected->len != plaintext.len ||
            memcmp(expected->data, plaintext.data, plaintext.len) != 0)
            report(block, name, 0);
        else
            CU_PASS("application data as recorded");
    }
    records += plaintext.protected_records;
    CU_ASSERT_EQUAL(SslFreeObject(key, 0), ERROR_SUCCESS);
}

/* The blocks of a vector file are the connections of its capture, in the same order. */
static void check_blocks(struct rsp_reader *reader, const struct capture *capture)
{
    struct rsp_block block;
    enum rsp_result result;
    size_t number = 0;

    while ((result = rsp_next(reader, &block)) == RSP_BLOCK) {
        if (number == capture->connection_count) {
            report(&block, "no such connection in the capture", 0);
            return;
        }
        if (protocol_of(&block) == 0) {
            report(&block, "unknown protocol", 0);
            return;
        }
        check_direction(&block, capture->connections[number], CAPTURE_CLIENT);
        check_direction(&block, capture->connections[number], CAPTURE_SERVER);
        number++;
    }
    if (result == RSP_ERROR)
        fprintf(stderr, "%s\n", reader->error);
    CU_ASSERT_EQUAL(result, RSP_END);
    CU_ASSERT_EQUAL(number, capture->connection_count);
    connections += (unsigned)number;
}

static void check_capture(const char *path)
{
    static struct capture capture;
    struct rsp_reader reader;
    char pcap[4096];

    snprintf(pcap, sizeof(pcap), "%.*s.pcap", (int)(strlen(path) - strlen(".rsp")), path);
    if (!capture_open(&capture, pcap)) {
        fprintf(stderr, "%s\n", capture.error);
        CU_FAIL("a capture is not readable");
    } else {
        if (rsp_open(&reader, path)) {
            check_blocks(&reader, &capture);
        } else {
            fprintf(stderr, "%s\n", reader.error);
            CU_FAIL("a vector file is not readable");
        }
        rsp_close(&reader);
        captures++;
    }
    capture_close(&capture);
}

/* File names begin with the version; TLS 1.3 is the matter of test_captures_tls13.c. */
static void test_every_record_is_decrypted(void)
{
    glob_t files;
    unsigned skipped = 0;

    CU_ASSERT_FATAL(glob(SSLP_TEST_VECTORS "/captures/*.rsp", 0, NULL, &files) == 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        if (strstr(files.gl_pathv[i], "/tls13-") == NULL)
            check_capture(files.gl_pathv[i]);
        else
            skipped++;
    }
    globfree(&files);
    printf("\n    %u captures, %u connections, %u protected records; %u of TLS 1.3 left out\n  ",
        captures, connections, records, skipped);
    CU_ASSERT(captures >= MIN_CAPTURES);
    CU_ASSERT(connections >= MIN_CONNECTIONS);
    CU_ASSERT(records >= MIN_RECORDS);
}

static int suite_init(void)
{
    return SslOpenProvider(&provider, NULL, 0) == ERROR_SUCCESS ? 0 : 1;
}

static int suite_cleanup(void)
{
    return SslFreeObject(provider, 0) == ERROR_SUCCESS ? 0 : 1;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_every_record_is_decrypted),
    };

    return RUN_TESTS("captures", suite_init, suite_cleanup, tests);
}
