/* SPDX-License-Identifier: Apache-2.0
 *
 * The captures of DTLS 1.3 with nothing but the functions of the library: each protected record is
 * opened to the plaintext and the number that was recorded, a key update included, and made again;
 * and whole handshakes, from the handshake secret to the exporter and the key log.
 */
#include "common/capture.h"
#include "common/rsp.h"
#include "shim/support.h"
#include "shim/support/provider.h"

#include <glob.h>
#include <unistd.h>

enum {
    DTLS13 = DTLS1_3_PROTOCOL_VERSION,
    MAX_RECORD_LEN = 0x4200,
    MAX_MESSAGES = 16384,
    MAX_LOG = 4096,
    FIRST_EPOCH = 2, /* of handshake keys; that of application data is the next one */
    EPOCHS = 3,
    RECORD_HEADER = 13,
    MESSAGE_HEADER = 12, /* of DTLS; 4 bytes of it are that of TLS */
    HANDSHAKE = 22,
    FINISHED = 20
};

/* What the folder holds now: fewer would mean that some were not reached. */
enum { MIN_CAPTURES = 3, MIN_RECORDS = 40, MIN_UPDATED = 3, MIN_HANDSHAKES = 2 };

static const char *const side_names[CAPTURE_SIDES] = {"client", "server"};

static unsigned captures, records, updated, handshakes;

static char log_path[] = "/tmp/sslprovider-dtls13-key-log-XXXXXX";

/* ---- What both parts do ---- */

/* The connection at hand. */
static struct rsp_reader reader;
static struct rsp_block connection, block;
static struct capture capture;
static const char *label;

/* The fields of `connection` stay where they are as long as the reader is open. */
static const struct rsp_field *field(const char *format, int side)
{
    char name[64];

    snprintf(name, sizeof(name), format, side_names[side]);
    return rsp_field(&connection, name);
}

static DWORD suite(void)
{
    const struct rsp_field *number = rsp_field(&connection, "cipher_suite");

    CU_ASSERT_FATAL(number != NULL && number->len == 2);
    return (DWORD)number->data[0] << 8 | number->data[1];
}

static NCRYPT_KEY_HANDLE import_stage(DWORD kind, const struct rsp_field *secret)
{
    struct secret_blob blob;
    NCRYPT_KEY_HANDLE key = 0;

    CU_ASSERT_FATAL(secret != NULL && secret->len <= MAX_SECRET_LEN);
    blob = make_secret(kind, DTLS13, suite(), NCRYPT_SSL_CLIENT_FLAG, (DWORD)secret->len);
    memcpy(blob.secret, secret->data, secret->len);
    EXPECT_SUCCESS(import_secret(provider, &blob, &key), label);
    return key;
}

static NCRYPT_KEY_HANDLE write_key_of(NCRYPT_KEY_HANDLE traffic)
{
    NCRYPT_KEY_HANDLE key = 0;

    EXPECT_SUCCESS(SslExpandWriteKey(provider, traffic, &key, NULL, 0), label);
    return key;
}

static ULONGLONG number_of(const struct rsp_field *bytes)
{
    ULONGLONG number = 0;

    CU_ASSERT_FATAL(bytes != NULL && bytes->len <= sizeof(number));
    for (size_t i = 0; i < bytes->len; i++)
        number = number << 8 | bytes->data[i];
    return number;
}

/* ---- Records ---- */

/* The keys that a side writes with, and the number that its next record should have. */
static struct writer {
    NCRYPT_KEY_HANDLE key[EPOCHS];
    ULONGLONG expected[EPOCHS];
    size_t next; /* of the records of its stream */
} writers[CAPTURE_SIDES];

static void open_keys(void)
{
    memset(writers, 0, sizeof(writers));
    for (int side = 0; side < CAPTURE_SIDES; side++) {
        NCRYPT_KEY_HANDLE traffic[EPOCHS] = {
            import_stage(NCRYPTSSL_KIND_TRAFFIC_SECRET, field("%s_handshake_traffic_secret", side)),
            import_stage(
                NCRYPTSSL_KIND_TRAFFIC_SECRET, field("%s_application_traffic_secret_0", side))};

        EXPECT_SUCCESS(
            SslExpandNextGenTrafficKey(provider, traffic[1], &traffic[2], NULL, 0), label);
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            writers[side].key[epoch] = write_key_of(traffic[epoch]);
            writers[side].expected[epoch] = (ULONGLONG)(FIRST_EPOCH + epoch) << 48;
            EXPECT_SUCCESS(SslFreeObject(traffic[epoch], 0), label);
        }
    }
}

static void close_keys(void)
{
    for (int side = 0; side < CAPTURE_SIDES; side++) {
        for (int epoch = 0; epoch < EPOCHS; epoch++)
            EXPECT_SUCCESS(SslFreeObject(writers[side].key[epoch], 0), label);
    }
}

/* The record stands in the packets, after those that the side sent before. */
static void check_on_wire(int side, const struct rsp_field *record)
{
    const struct capture_stream *stream = &capture.connections[0]->streams[side];
    size_t *next = &writers[side].next;

    while (*next < stream->record_count && stream->records[*next].type != 0)
        (*next)++;
    if (EXPECT(*next < stream->record_count, label))
        EXPECT(stream->records[*next].len == record->len &&
                memcmp(stream->records[*next].data, record->data, record->len) == 0,
            label);
    (*next)++;
}

/* What this library makes of the plaintext is what the other one made, if the header has the form
 * in which records are written. */
static void check_made_again(NCRYPT_KEY_HANDLE key, ULONGLONG number, const struct rsp_field *inner,
    const struct rsp_field *record)
{
    BYTE made[MAX_RECORD_LEN];
    DWORD len = 0;

    if ((record->data[0] & 0x1C) != 0x0C)
        return;
    EXPECT_SUCCESS(SslEncryptPacket(provider, key, (PBYTE)(uintptr_t)inner->data, (DWORD)inner->len,
                       made, sizeof(made), &len, number, 0, 0),
        label);
    EXPECT(len == record->len && memcmp(made, record->data, len) == 0, label);
}

static void check_record(void)
{
    const struct rsp_field *record = rsp_field(&block, "record");
    const struct rsp_field *inner = rsp_field(&block, "inner_plaintext");
    const int side = (int)number_of(rsp_field(&block, "direction"));
    const ULONGLONG epoch = number_of(rsp_field(&block, "epoch"));
    const ULONGLONG number = epoch << 48 | number_of(rsp_field(&block, "sequence_number"));
    BYTE input[MAX_RECORD_LEN], output[MAX_RECORD_LEN];
    ULONGLONG *expected, told;
    NCRYPT_KEY_HANDLE key;
    DWORD len = 0;

    CU_ASSERT_FATAL(record != NULL && inner != NULL && record->len <= sizeof(input));
    CU_ASSERT_FATAL(side < CAPTURE_SIDES && epoch >= FIRST_EPOCH && epoch < FIRST_EPOCH + EPOCHS);
    check_on_wire(side, record);
    key = writers[side].key[epoch - FIRST_EPOCH];
    expected = &writers[side].expected[epoch - FIRST_EPOCH];
    memcpy(input, record->data, record->len);
    EXPECT_SUCCESS(SslDecryptPacket(provider, key, input, (DWORD)record->len, output,
                       sizeof(output), &len, *expected, 0),
        label);
    EXPECT(len == inner->len && memcmp(output, inner->data, len) == 0, label);
    told = *expected;
    EXPECT_SUCCESS(NcryptsslDecryptPacket(provider, key, input, (DWORD)record->len, output,
                       sizeof(output), &len, &told, 0),
        label);
    EXPECT(told == number && len == inner->len && memcmp(output, inner->data, len) == 0, label);
    EXPECT(memcmp(input, record->data, record->len) == 0, label);
    check_made_again(key, number, inner, record);
    if (told >= *expected)
        *expected = told + 1;
    records++;
    updated += epoch > FIRST_EPOCH + 1;
}

static void check_records(void)
{
    enum rsp_result result;

    open_keys();
    while ((result = rsp_next(&reader, &block)) == RSP_BLOCK)
        check_record();
    EXPECT(result == RSP_END, reader.error);
    for (int side = 0; side < CAPTURE_SIDES; side++) {
        const struct capture_stream *stream = &capture.connections[0]->streams[side];

        for (size_t i = writers[side].next; i < stream->record_count; i++)
            EXPECT(stream->records[i].type != 0, "a record that was not recorded");
    }
    close_keys();
    captures++;
}

/* ---- Handshakes ---- */

/* The messages of one side, in order, with the header of TLS. */
struct messages {
    BYTE bytes[MAX_MESSAGES];
    size_t len;    /* of those that are whole */
    size_t last;   /* where the last of them begins */
    size_t filled; /* with what there is of the next */
    size_t count;
};

static struct messages sent[CAPTURE_SIDES];

/* Puts the fragments of a record together, which come in order but for those sent again (RFC 9147
 * section 5.2: the transcript has type, length and body). */
static void append_fragments(struct messages *to, const BYTE *at, size_t len)
{
    while (len >= MESSAGE_HEADER) {
        const size_t whole = (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
        const size_t number = (size_t)at[4] << 8 | at[5];
        const size_t offset = (size_t)at[6] << 16 | (size_t)at[7] << 8 | at[8];
        const size_t part = (size_t)at[9] << 16 | (size_t)at[10] << 8 | at[11];

        CU_ASSERT_FATAL(part <= len - MESSAGE_HEADER && to->len + 4 + whole <= MAX_MESSAGES);
        if (number == to->count && offset == to->filled) {
            memcpy(to->bytes + to->len, at, 4);
            memcpy(to->bytes + to->len + 4 + offset, at + MESSAGE_HEADER, part);
            to->filled += part;
            if (to->filled == whole) {
                to->last = to->len;
                to->len += 4 + whole;
                to->filled = 0;
                to->count++;
            }
        }
        at += MESSAGE_HEADER + part;
        len -= MESSAGE_HEADER + part;
    }
}

/* The messages that a side sent in clear. */
static void read_hellos(int side)
{
    const struct capture_stream *stream = &capture.connections[0]->streams[side];

    memset(&sent[side], 0, sizeof(sent[side]));
    for (size_t i = 0; i < stream->record_count; i++) {
        if (stream->records[i].type == HANDSHAKE)
            append_fragments(&sent[side], stream->records[i].data + RECORD_HEADER,
                stream->records[i].len - RECORD_HEADER);
    }
}

/* And those under its handshake key, up to the one that the vector calls for. */
static void read_flight(int side, NCRYPT_KEY_HANDLE key)
{
    const struct capture_stream *stream = &capture.connections[0]->streams[side];
    ULONGLONG number = (ULONGLONG)FIRST_EPOCH << 48;

    for (size_t i = 0; i < stream->record_count; i++) {
        BYTE input[MAX_RECORD_LEN], output[MAX_RECORD_LEN];
        const struct capture_record *record = &stream->records[i];
        DWORD len = 0;

        if (record->type != 0 || (record->data[0] & 3) != FIRST_EPOCH)
            continue;
        CU_ASSERT_FATAL(record->len <= sizeof(input));
        memcpy(input, record->data, record->len);
        EXPECT_SUCCESS(NcryptsslDecryptPacket(provider, key, input, (DWORD)record->len, output,
                           sizeof(output), &len, &number, 0),
            label);
        number++;
        while (len > 0 && output[len - 1] == 0)
            len--;
        if (len > 0 && output[len - 1] == HANDSHAKE)
            append_fragments(&sent[side], output, len - 1);
    }
}

static void hash_bytes(NCRYPT_HASH_HANDLE hash, const BYTE *bytes, size_t len)
{
    EXPECT_SUCCESS(SslHashHandshake(provider, hash, (PBYTE)(uintptr_t)bytes, (DWORD)len, 0), label);
}

static size_t message_len(const BYTE *message)
{
    return 4 + ((size_t)message[1] << 16 | (size_t)message[2] << 8 | message[3]);
}

static void expect_digest(NCRYPT_HASH_HANDLE hash, const struct rsp_field *expected)
{
    BYTE digest[64];
    DWORD len = 0;

    EXPECT_SUCCESS(
        SslComputeSessionHash(provider, hash, DTLS13, digest, sizeof(digest), &len, 0), label);
    EXPECT(expected != NULL && expected->len == len && memcmp(digest, expected->data, len) == 0,
        label);
}

static NCRYPT_HASH_HANDLE new_hash(void)
{
    NCRYPT_HASH_HANDLE hash = 0;

    EXPECT_SUCCESS(SslCreateHandshakeHash(provider, &hash, DTLS13, suite(), 0), label);
    return hash;
}

/* RFC 8446 section 4.4.1: after a HelloRetryRequest, the first ClientHello is there as its hash. */
static void hash_hellos(NCRYPT_HASH_HANDLE hash)
{
    const struct messages *client = &sent[CAPTURE_CLIENT], *server = &sent[CAPTURE_SERVER];
    const size_t first_len = message_len(client->bytes);
    BYTE message[4 + 64] = {254};
    NCRYPT_HASH_HANDLE first;
    DWORD len = 0;

    CU_ASSERT_FATAL(client->count == server->count && client->count >= 1 && client->count <= 2);
    if (client->count == 1) {
        hash_bytes(hash, client->bytes, client->len);
        hash_bytes(hash, server->bytes, server->len);
        return;
    }
    first = new_hash();
    hash_bytes(first, client->bytes, first_len);
    EXPECT_SUCCESS(SslComputeSessionHash(provider, first, DTLS13, message + 4, 64, &len, 0), label);
    EXPECT_SUCCESS(SslFreeObject(first, 0), label);
    message[3] = (BYTE)len;
    hash_bytes(hash, message, 4 + len);
    hash_bytes(hash, server->bytes, message_len(server->bytes));
    hash_bytes(hash, client->bytes + first_len, client->len - first_len);
    hash_bytes(
        hash, server->bytes + message_len(server->bytes), server->len - message_len(server->bytes));
}

/* The flight of one side, whose last message is Finished. */
static void check_flight(
    int side, NCRYPT_KEY_HANDLE traffic, NCRYPT_HASH_HANDLE hash, const struct rsp_field *expected)
{
    struct messages *messages = &sent[side];
    const size_t before = messages->len;
    const NCRYPT_KEY_HANDLE key = write_key_of(traffic);
    const BYTE *finished;
    BYTE verify_data[64];

    read_flight(side, key);
    EXPECT_SUCCESS(SslFreeObject(key, 0), label);
    finished = messages->bytes + messages->last;
    CU_ASSERT_FATAL(messages->len > before && finished[0] == FINISHED && expected != NULL);
    hash_bytes(hash, messages->bytes + before, messages->last - before);
    EXPECT_SUCCESS(
        SslComputeFinishedHash(provider, traffic, hash, verify_data, (DWORD)expected->len, 0),
        label);
    EXPECT(memcmp(verify_data, expected->data, expected->len) == 0, label);
    EXPECT(message_len(finished) == 4 + expected->len &&
            memcmp(finished + 4, expected->data, expected->len) == 0,
        label);
    hash_bytes(hash, finished, message_len(finished));
}

/* Keys that are the same make the same records. */
static void expect_same_key(NCRYPT_KEY_HANDLE traffic, const struct rsp_field *expected)
{
    const NCRYPT_KEY_HANDLE imported = import_stage(NCRYPTSSL_KIND_TRAFFIC_SECRET, expected);
    const NCRYPT_KEY_HANDLE keys[2] = {write_key_of(traffic), write_key_of(imported)};
    BYTE plain[] = "the same", made[2][64];
    DWORD len[2] = {0};

    for (size_t i = 0; i < 2; i++) {
        EXPECT_SUCCESS(SslEncryptPacket(provider, keys[i], plain, sizeof(plain), made[i],
                           sizeof(made[i]), &len[i], 7, 0, 0),
            label);
        EXPECT_SUCCESS(SslFreeObject(keys[i], 0), label);
    }
    EXPECT(len[0] == len[1] && memcmp(made[0], made[1], len[0]) == 0, label);
    EXPECT_SUCCESS(SslFreeObject(imported, 0), label);
}

static void check_exporter(NCRYPT_KEY_HANDLE exporter)
{
    const struct rsp_field *name = rsp_field(&connection, "label");
    const struct rsp_field *context = rsp_field(&connection, "context");
    const struct rsp_field *expected = rsp_field(&connection, "exporter_value");
    char text[256] = "";
    BYTE out[256];

    CU_ASSERT_FATAL(name != NULL && expected != NULL);
    CU_ASSERT_FATAL(name->len < sizeof(text) && expected->len <= sizeof(out));
    memcpy(text, name->data, name->len);
    EXPECT_SUCCESS(SslExportKeyingMaterial(provider, exporter, text, NULL, 0,
                       context == NULL ? NULL : (PBYTE)(uintptr_t)context->data,
                       context == NULL ? 0 : (WORD)context->len, out, (DWORD)expected->len, 0),
        label);
    EXPECT(memcmp(out, expected->data, expected->len) == 0, label);
}

static size_t read_text(const char *path, char *text)
{
    FILE *file = fopen(path, "rb");
    size_t len = 0;

    if (file != NULL) {
        len = fread(text, 1, MAX_LOG - 1, file);
        fclose(file);
    }
    text[len] = '\0';
    return len;
}

/* The lines are those of the recorded key log, which begins with a comment, in any order. */
static void check_key_log(const char *keys_path)
{
    static char wanted[MAX_LOG], actual[MAX_LOG];
    size_t wanted_len = 0, lines_len = read_text(log_path, actual);

    CU_ASSERT_FATAL(read_text(keys_path, wanted) != 0);
    for (char *line = strtok(wanted, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        if (*line == '#')
            continue;
        EXPECT(strstr(actual, line) != NULL, line);
        wanted_len += strlen(line) + 1;
    }
    EXPECT(wanted_len == lines_len, label);
    CU_ASSERT(truncate(log_path, 0) == 0);
}

static void check_handshake(const char *keys_path)
{
    NCRYPT_KEY_HANDLE handshake, master = 0, exporter = 0, traffic[2] = {0}, application[2] = {0};
    NCRYPT_HASH_HANDLE hash;

    handshake =
        import_stage(NCRYPTSSL_KIND_HANDSHAKE_SECRET, rsp_field(&connection, "handshake_secret"));
    hash = new_hash();
    CU_ASSERT(truncate(log_path, 0) == 0);
    for (int side = 0; side < CAPTURE_SIDES; side++)
        read_hellos(side);
    hash_hellos(hash);
    expect_digest(hash, rsp_field(&connection, "client_server_hello_hash"));
    EXPECT_SUCCESS(
        SslExpandTrafficKeys(provider, handshake, hash, &traffic[0], &traffic[1], NULL, 0), label);
    check_flight(CAPTURE_SERVER, traffic[1], hash, rsp_field(&connection, "server_verify_data"));
    expect_digest(hash, rsp_field(&connection, "server_finished_handshake_hash"));
    EXPECT_SUCCESS(SslExtractMasterKey(provider, handshake, &master, NULL, 0), label);
    EXPECT_SUCCESS(
        SslExpandTrafficKeys(provider, master, hash, &application[0], &application[1], NULL, 0),
        label);
    EXPECT_SUCCESS(SslExpandExporterMasterKey(provider, master, hash, &exporter, NULL, 0), label);
    for (int side = 0; side < CAPTURE_SIDES; side++) {
        expect_same_key(traffic[side], field("%s_handshake_traffic_secret", side));
        expect_same_key(application[side], field("%s_application_traffic_secret_0", side));
    }
    check_exporter(exporter);
    check_flight(CAPTURE_CLIENT, traffic[0], hash, rsp_field(&connection, "client_verify_data"));
    expect_digest(hash, rsp_field(&connection, "client_finished_handshake_hash"));
    check_key_log(keys_path);
    EXPECT(free_handles((const NCRYPT_HANDLE[]){handshake, master, exporter, hash, traffic[0],
                            traffic[1], application[0], application[1]},
               8) == 0,
        label);
    handshakes++;
}

/* ---- Files ---- */

static void with_capture(const char *path, bool whole)
{
    char other[4096];

    label = path;
    snprintf(other, sizeof(other), "%.*s.pcap", (int)(strlen(path) - strlen(".rsp")), path);
    if (EXPECT(capture_open(&capture, other), capture.error) &&
        EXPECT(capture.connection_count == 1, path) && EXPECT(rsp_open(&reader, path), path) &&
        EXPECT(rsp_next(&reader, &connection) == RSP_BLOCK, path)) {
        strcpy(strrchr(other, '.'), ".keys");
        if (!whole)
            check_records();
        else if (rsp_field(&connection, "handshake_secret") != NULL)
            check_handshake(other);
    }
    rsp_close(&reader);
    capture_close(&capture);
}

static void with_captures(bool whole)
{
    glob_t files;

    CU_ASSERT_FATAL(glob(SSLP_TEST_VECTORS "/protocols/dtls13-*.rsp", 0, NULL, &files) == 0);
    for (size_t i = 0; i < files.gl_pathc; i++)
        with_capture(files.gl_pathv[i], whole);
    globfree(&files);
}

static void test_every_record_is_opened_and_made_again(void)
{
    with_captures(false);
    printf(
        "[%u captures, %u protected records, %u after a key update] ", captures, records, updated);
    CU_ASSERT(captures >= MIN_CAPTURES);
    CU_ASSERT(records >= MIN_RECORDS);
    CU_ASSERT(updated >= MIN_UPDATED);
}

static void test_handshakes_from_their_messages(void)
{
    with_captures(true);
    printf("[%u handshakes] ", handshakes);
    CU_ASSERT(handshakes >= MIN_HANDSHAKES);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_every_record_is_opened_and_made_again),
        TEST(test_handshakes_from_their_messages),
    };
    const int file = mkstemp(log_path);
    int status;

    if (file < 0 || close(file) != 0 || setenv("SSLKEYLOGFILE", log_path, 1) != 0)
        return 1;
    status = RUN_TESTS("captures of DTLS 1.3", open_provider, close_provider, tests);
    unlink(log_path);
    return status;
}
