/* SPDX-License-Identifier: Apache-2.0
 *
 * Decrypts the captures of TLS 1.3 with nothing but the native calls: the traffic secrets of the
 * vector go in, session keys come out, and what other libraries sent on a wire is read.
 */
#include "common/capture.h"
#include "common/rsp.h"
#include "shim/support.h"
#include "shim/support/provider.h"

#include <glob.h>

enum {
    HEADER_LEN = 5,
    MAX_RECORD_LEN = HEADER_LEN + 0x4000 + 256, /* RFC 8446 section 5.2 */
    MAX_TEXT = 16384,
    FINISHED = 20, /* HandshakeType, RFC 8446 section 4 */
    MESSAGE_HEADER = 4
};

/* What the folders hold now: fewer would mean that some were not reached. */
enum { MIN_CAPTURES = 8, MIN_RECORDS = 74 };

static const char *const side_names[CAPTURE_SIDES] = {"client", "server"};

static unsigned captures, records;

/* What one side sent, record by record. */
struct reading {
    const struct rsp_block *block;
    const char *side;
    NCRYPT_KEY_HANDLE key;
    ULONGLONG sequence;
    BYTE handshake[MAX_TEXT]; /* messages not yet looked at */
    size_t handshake_len;
    BYTE text[MAX_TEXT];
    size_t text_len;
    bool finished;
};

static bool report(const struct reading *reading, const char *what, SECURITY_STATUS status)
{
    fprintf(stderr, "%s:%u: %s: %s (0x%08X)\n", reading->block->path, reading->block->line,
        reading->side, what, (unsigned)status);
    CU_FAIL("a capture was not decrypted as recorded");
    return false;
}

static const struct rsp_field *field_of(const struct reading *reading, const char *name)
{
    char full[64];

    snprintf(full, sizeof(full), "%s_%s", reading->side, name);
    return rsp_field(reading->block, full);
}

/* From now on the side writes under this traffic secret (RFC 8446 section 7.3). */
static bool change_key(struct reading *reading, const char *name)
{
    const struct rsp_field *suite = rsp_field(reading->block, "cipher_suite");
    const struct rsp_field *secret = field_of(reading, name);
    struct secret_blob blob;
    NCRYPT_KEY_HANDLE traffic = 0;
    SECURITY_STATUS status;

    if (suite == NULL || suite->len != 2 || secret == NULL || secret->len > MAX_SECRET_LEN)
        return report(reading, "no cipher suite or traffic secret", 0);
    if (reading->key != 0)
        EXPECT_SUCCESS(SslFreeObject(reading->key, 0), name);
    reading->key = 0;
    reading->sequence = 0;
    blob = make_secret(NCRYPTSSL_KIND_TRAFFIC_SECRET, TLS1_3_PROTOCOL_VERSION,
        (DWORD)suite->data[0] << 8 | suite->data[1], NCRYPT_SSL_CLIENT_FLAG, (DWORD)secret->len);
    memcpy(blob.secret, secret->data, secret->len);
    status = import_secret(provider, &blob, &traffic);
    if (status != ERROR_SUCCESS)
        return report(reading, "SslImportKey", status);
    status = SslExpandWriteKey(provider, traffic, &reading->key, NULL, 0);
    EXPECT_SUCCESS(SslFreeObject(traffic, 0), name);
    return status == ERROR_SUCCESS || report(reading, "SslExpandWriteKey", status);
}

static bool append(struct reading *reading, BYTE *to, size_t *len, const BYTE *data, size_t count)
{
    if (count > MAX_TEXT - *len)
        return report(reading, "more data than recorded", 0);
    memcpy(to + *len, data, count);
    *len += count;
    return true;
}

/* Takes whole messages off the front; after Finished the key of application data is in force. */
static bool read_messages(struct reading *reading)
{
    while (reading->handshake_len >= MESSAGE_HEADER) {
        const BYTE *message = reading->handshake;
        const size_t body = (size_t)message[1] << 16 | (size_t)message[2] << 8 | message[3];
        const struct rsp_field *verify_data = field_of(reading, "verify_data");

        if (reading->handshake_len - MESSAGE_HEADER < body)
            return true;
        if (message[0] == FINISHED) {
            if (verify_data == NULL || verify_data->len != body ||
                memcmp(verify_data->data, message + MESSAGE_HEADER, body) != 0)
                return report(reading, "verify_data", 0);
            reading->finished = true;
            if (!change_key(reading, "application_traffic_secret_0"))
                return false;
        }
        reading->handshake_len -= MESSAGE_HEADER + body;
        memmove(reading->handshake, message + MESSAGE_HEADER + body, reading->handshake_len);
    }
    return true;
}

/* Content, its type, and zeros (RFC 8446 section 5.2). */
static bool read_inner_plaintext(struct reading *reading, const BYTE *inner, size_t len)
{
    while (len > 0 && inner[len - 1] == 0)
        len--;
    if (len == 0)
        return report(reading, "no content type", 0);
    len--;
    switch (inner[len]) {
    case CT_HANDSHAKE:
        return append(reading, reading->handshake, &reading->handshake_len, inner, len) &&
            read_messages(reading);
    case CT_APPLICATIONDATA:
        if (!reading->finished)
            return report(reading, "application data before Finished", 0);
        return append(reading, reading->text, &reading->text_len, inner, len);
    case CT_ALERT:
        return len == 2 || report(reading, "an alert of another length", 0);
    default:
        return report(reading, "a content type that was not recorded", 0);
    }
}

static bool read_record(struct reading *reading, const struct capture_record *record)
{
    BYTE input[MAX_RECORD_LEN], output[MAX_RECORD_LEN];
    DWORD len = 0;
    SECURITY_STATUS status;

    if (record->len > sizeof(input))
        return report(reading, "a record longer than the protocol allows", 0);
    memcpy(input, record->data, record->len);
    status = SslDecryptPacket(provider, reading->key, input, (DWORD)record->len, output,
        sizeof(output), &len, reading->sequence, 0);
    if (status != ERROR_SUCCESS)
        return report(reading, "SslDecryptPacket", status);
    CU_ASSERT(memcmp(input, record->data, record->len) == 0);
    reading->sequence++;
    records++;
    return read_inner_plaintext(reading, output, len);
}

/* What is not application data on the outside is in the clear: ClientHello, ServerHello, and
 * ChangeCipherSpec for the eyes of middleboxes (RFC 8446 appendix D.4). */
static void check_direction(
    const struct rsp_block *block, const struct capture_stream *stream, int sender)
{
    static struct reading reading;
    const struct rsp_field *expected;
    bool ok;

    memset(&reading, 0, sizeof(reading));
    reading.block = block;
    reading.side = side_names[sender];
    expected = field_of(&reading, "app_data");
    ok = change_key(&reading, "handshake_traffic_secret");
    for (size_t i = 0; ok && i < stream->record_count; i++) {
        if (stream->records[i].type == CT_APPLICATIONDATA)
            ok = read_record(&reading, &stream->records[i]);
    }
    if (ok && (!reading.finished || reading.handshake_len != 0))
        ok = report(&reading, "the handshake did not end", 0);
    if (ok) {
        CU_ASSERT(expected != NULL && expected->len != 0 && expected->len == reading.text_len &&
            memcmp(expected->data, reading.text, reading.text_len) == 0);
    }
    EXPECT_SUCCESS(SslFreeObject(reading.key, 0), reading.side);
}

/* Each of these captures holds one connection. */
static void check_block(const char *path, const struct capture *capture)
{
    struct rsp_reader reader;
    struct rsp_block block;

    if (EXPECT(rsp_open(&reader, path), path) &&
        EXPECT(rsp_next(&reader, &block) == RSP_BLOCK, path) &&
        EXPECT(capture->connection_count == 1, path)) {
        check_direction(&block, &capture->connections[0]->streams[CAPTURE_CLIENT], CAPTURE_CLIENT);
        check_direction(&block, &capture->connections[0]->streams[CAPTURE_SERVER], CAPTURE_SERVER);
        EXPECT(rsp_next(&reader, &block) == RSP_END, path);
        captures++;
    }
    rsp_close(&reader);
}

static void check_capture(const char *path)
{
    static struct capture capture;
    char pcap[4096];

    snprintf(pcap, sizeof(pcap), "%.*s.pcap", (int)(strlen(path) - strlen(".rsp")), path);
    if (EXPECT(capture_open(&capture, pcap), capture.error))
        check_block(path, &capture);
    capture_close(&capture);
}

static void test_every_record_is_decrypted(void)
{
    static const char *const patterns[] = {SSLP_TEST_VECTORS "/captures/tls13-*.rsp",
        SSLP_TEST_VECTORS "/more/captures/illustrated-tls13-*.rsp"};

    for (size_t i = 0; i < COUNT(patterns); i++) {
        glob_t files;

        CU_ASSERT_FATAL(glob(patterns[i], 0, NULL, &files) == 0);
        for (size_t j = 0; j < files.gl_pathc; j++)
            check_capture(files.gl_pathv[j]);
        globfree(&files);
    }
    printf("[%u captures, %u protected records] ", captures, records);
    CU_ASSERT(captures >= MIN_CAPTURES);
    CU_ASSERT(records >= MIN_RECORDS);
}

int main(void)
{
    static const struct named_test tests[] = {TEST(test_every_record_is_decrypted)};

    return RUN_TESTS("captures of TLS 1.3", open_provider, close_provider, tests);
}
