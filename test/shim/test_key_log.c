/* SPDX-License-Identifier: Apache-2.0
 *
 * SSLKEYLOGFILE and TLS 1.3: which lines the functions of the key schedule write, with the
 * handshakes of RFC 8448, and where in the messages the client random is found.
 */
#include "common/rsp.h"
#include "shim/support.h"

#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MAX_MESSAGES = 4096,
    MAX_LOG = 4096,
    MESSAGE_HEADER = 4,
    RANDOM_AT = MESSAGE_HEADER + 2, /* RFC 8446 section 4.1.2 */
    HASH_LEN = 32,
    TLS13 = TLS1_3_PROTOCOL_VERSION,
    SUITE = SUITE_TLS13_AES128_GCM
};

#define RESUMED     SSLP_TEST_VECTORS "/rfc8448.rsp"      /* section 4 */
#define HELLO_RETRY SSLP_TEST_VECTORS "/more/rfc8448.rsp" /* section 5 */

static NCRYPT_PROV_HANDLE provider;
static char log_path[] = "/tmp/sslprovider-key-log-XXXXXX";

/* ---- The log ---- */

static char log_text[MAX_LOG];

/* The log so far; it begins anew. */
static const char *take_log(void)
{
    FILE *file = fopen(log_path, "rb");
    size_t len = 0;

    if (file != NULL) {
        len = fread(log_text, 1, sizeof(log_text) - 1, file);
        fclose(file);
    }
    log_text[len] = '\0';
    CU_ASSERT(truncate(log_path, 0) == 0);
    return log_text;
}

static void expect_log(const char *wanted, const char *label)
{
    const char *actual = take_log();

    if (!EXPECT(strcmp(actual, wanted) == 0, label))
        fprintf(stderr, "in the log:\n%swanted:\n%s", actual, wanted);
}

/* Lines to be expected. */
struct lines {
    char text[MAX_LOG];
};

static void append_hex(struct lines *lines, const BYTE *bytes, size_t len)
{
    const size_t at = strlen(lines->text);

    CU_ASSERT_FATAL(at + 2 * len < sizeof(lines->text));
    for (size_t i = 0; i < len; i++)
        snprintf(lines->text + at + 2 * i, 3, "%02x", bytes[i]);
}

static void append_text(struct lines *lines, const char *text)
{
    const size_t at = strlen(lines->text);

    CU_ASSERT_FATAL(at + strlen(text) < sizeof(lines->text));
    strcpy(lines->text + at, text);
}

static void append_line(struct lines *lines, const char *label, const BYTE random[RANDOM_LEN],
    const struct rsp_field *secret)
{
    CU_ASSERT_PTR_NOT_NULL_FATAL(secret);
    append_text(lines, label);
    append_text(lines, " ");
    append_hex(lines, random, RANDOM_LEN);
    append_text(lines, " ");
    append_hex(lines, secret->data, secret->len);
    append_text(lines, "\n");
}

/* ---- Vectors ---- */

static struct rsp_reader reader;
static struct rsp_block block;

/* The first block of the file with this field. */
static void open_block(const char *path, const char *field)
{
    CU_ASSERT_FATAL(rsp_open(&reader, path));
    do {
        CU_ASSERT_FATAL(rsp_next(&reader, &block) == RSP_BLOCK);
    } while (rsp_field(&block, field) == NULL);
}

static const struct rsp_field *field(const char *name)
{
    const struct rsp_field *found = rsp_field(&block, name);

    CU_ASSERT_PTR_NOT_NULL_FATAL(found);
    return found;
}

static const BYTE *client_random(void)
{
    return field("client_hello")->data + RANDOM_AT;
}

static NCRYPT_KEY_HANDLE import_stage(DWORD kind, const struct rsp_field *secret)
{
    struct secret_blob blob =
        make_secret(kind, TLS13, SUITE, NCRYPT_SSL_CLIENT_FLAG, (DWORD)secret->len);
    NCRYPT_KEY_HANDLE key = 0;

    memcpy(blob.secret, secret->data, secret->len);
    EXPECT_SUCCESS(import_secret(provider, &blob, &key), "a secret");
    return key;
}

/* ---- Messages ---- */

struct messages {
    BYTE bytes[MAX_MESSAGES];
    size_t len;
};

static void append_bytes(struct messages *messages, const BYTE *bytes, size_t len)
{
    CU_ASSERT_FATAL(len <= sizeof(messages->bytes) - messages->len);
    memcpy(messages->bytes + messages->len, bytes, len);
    messages->len += len;
}

static void append_message(struct messages *messages, const char *name)
{
    append_bytes(messages, field(name)->data, field(name)->len);
}

/* RFC 8446 section 4.4.1: what stands for the first ClientHello after a HelloRetryRequest. */
static void append_message_hash(struct messages *messages)
{
    static const BYTE header[MESSAGE_HEADER] = {254, 0, 0, HASH_LEN};
    const struct rsp_field *hello = field("client_hello");
    BYTE digest[HASH_LEN];

    CU_ASSERT_FATAL(EVP_Digest(hello->data, hello->len, digest, NULL, EVP_sha256(), NULL) == 1);
    append_bytes(messages, header, sizeof(header));
    append_bytes(messages, digest, sizeof(digest));
}

static void hash_bytes(NCRYPT_HASH_HANDLE hash, const BYTE *bytes, size_t len)
{
    EXPECT_SUCCESS(
        SslHashHandshake(provider, hash, (PBYTE)(uintptr_t)bytes, (DWORD)len, 0), "messages");
}

static NCRYPT_HASH_HANDLE create_hash(void)
{
    NCRYPT_HASH_HANDLE hash = 0;

    EXPECT_SUCCESS(SslCreateHandshakeHash(provider, &hash, TLS13, SUITE, 0), "hash");
    return hash;
}

static void free_object(NCRYPT_HANDLE handle)
{
    EXPECT_SUCCESS(SslFreeObject(handle, 0), "an object");
}

/* ---- The seven labels ---- */

static void expand_traffic(NCRYPT_KEY_HANDLE base, NCRYPT_HASH_HANDLE hash, bool with_server)
{
    NCRYPT_KEY_HANDLE client = 0, server = 0;

    EXPECT_SUCCESS(
        SslExpandTrafficKeys(provider, base, hash, &client, with_server ? &server : NULL, NULL, 0),
        "traffic");
    free_object(client);
    if (with_server)
        free_object(server);
}

static void expand_exporter(NCRYPT_KEY_HANDLE base, NCRYPT_HASH_HANDLE hash)
{
    NCRYPT_KEY_HANDLE exporter = 0;

    EXPECT_SUCCESS(
        SslExpandExporterMasterKey(provider, base, hash, &exporter, NULL, 0), "exporter");
    free_object(exporter);
}

static NCRYPT_KEY_HANDLE extract_early(void)
{
    const struct rsp_field *psk = field("psk");
    NCRYPT_KEY_HANDLE pre_shared = 0, early = 0;

    EXPECT_SUCCESS(SslImportKey(provider, &pre_shared, TLS_13_PRE_SHARED_KEY,
                       (PBYTE)(uintptr_t)psk->data, (DWORD)psk->len, 0),
        "PSK");
    EXPECT_SUCCESS(
        SslExtractEarlyKey(provider, pre_shared, &early, TLS13, SUITE, NULL, 0), "early secret");
    free_object(pre_shared);
    return early;
}

/* Everything that a handshake with early data derives, in the order of its messages. */
static void derive_resumed_handshake(NCRYPT_HASH_HANDLE hash)
{
    const NCRYPT_KEY_HANDLE early = extract_early();
    const NCRYPT_KEY_HANDLE handshake =
        import_stage(NCRYPTSSL_KIND_HANDSHAKE_SECRET, field("handshake_secret"));
    struct messages flight = {.len = 0};
    NCRYPT_KEY_HANDLE master = 0;

    hash_bytes(hash, field("client_hello")->data, field("client_hello")->len);
    expand_traffic(early, hash, false);
    expand_exporter(early, hash);
    hash_bytes(hash, field("server_hello")->data, field("server_hello")->len);
    expand_traffic(handshake, hash, true);
    EXPECT_SUCCESS(SslExtractMasterKey(provider, handshake, &master, NULL, 0), "master secret");
    append_message(&flight, "encrypted_extensions");
    append_message(&flight, "server_finished");
    hash_bytes(hash, flight.bytes, flight.len);
    expand_traffic(master, hash, true);
    expand_exporter(master, hash);
    free_object(early);
    free_object(handshake);
    free_object(master);
}

static void test_resumed_handshake_logs_every_label(void)
{
    static const struct {
        const char *label, *secret;
    } logged[] = {
        {"CLIENT_EARLY_TRAFFIC_SECRET", "client_early_traffic_secret"},
        {"EARLY_EXPORTER_SECRET", "early_exporter_master_secret"},
        {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "client_handshake_traffic_secret"},
        {"SERVER_HANDSHAKE_TRAFFIC_SECRET", "server_handshake_traffic_secret"},
        {"CLIENT_TRAFFIC_SECRET_0", "client_application_traffic_secret_0"},
        {"SERVER_TRAFFIC_SECRET_0", "server_application_traffic_secret_0"},
        {"EXPORTER_SECRET", "exporter_master_secret"},
    };
    const NCRYPT_HASH_HANDLE hash = create_hash();
    struct lines wanted = {""};
    struct stat status;

    open_block(RESUMED, "psk");
    for (size_t i = 0; i < COUNT(logged); i++)
        append_line(&wanted, logged[i].label, client_random(), field(logged[i].secret));
    derive_resumed_handshake(hash);
    expect_log(wanted.text, "RFC 8448 section 4");
    EXPECT(stat(log_path, &status) == 0 && (status.st_mode & 0777) == 0600, "for the user alone");
    free_object(hash);
    rsp_close(&reader);
}

/* Which lines an output that is left out does without. */
static void test_only_derived_secrets_are_logged(void)
{
    const NCRYPT_HASH_HANDLE hash = create_hash();
    NCRYPT_KEY_HANDLE handshake, server = 0;
    struct lines wanted = {""};

    open_block(RESUMED, "psk");
    handshake = import_stage(NCRYPTSSL_KIND_HANDSHAKE_SECRET, field("handshake_secret"));
    hash_bytes(hash, field("client_hello")->data, field("client_hello")->len);
    hash_bytes(hash, field("server_hello")->data, field("server_hello")->len);
    EXPECT_SUCCESS(
        SslExpandTrafficKeys(provider, handshake, hash, NULL, &server, NULL, 0), "server");
    append_line(&wanted, "SERVER_HANDSHAKE_TRAFFIC_SECRET", client_random(),
        field("server_handshake_traffic_secret"));
    expect_log(wanted.text, "the server's alone");
    EXPECT_STATUS(SslExpandTrafficKeys(provider, handshake, hash, &server, &server, NULL, 0),
        NTE_INVALID_PARAMETER, "one variable");
    expect_log("", "a call that fails");
    free_object(handshake);
    free_object(hash);
    rsp_close(&reader);
}

/* The other secrets have no label; the next traffic secrets follow from those that have. */
static void test_other_secrets_are_not_logged(void)
{
    const NCRYPT_HASH_HANDLE hash = create_hash();
    NCRYPT_KEY_HANDLE early, handshake = 0, master, key = 0;

    open_block(RESUMED, "psk");
    hash_bytes(hash, field("client_hello")->data, field("client_hello")->len);
    early = extract_early();
    EXPECT_SUCCESS(
        SslExpandBinderKey(provider, early, &key, NULL, NCRYPT_SSL_RESUMPTION_PSK_FLAG), "binder");
    free_object(key);
    EXPECT_SUCCESS(
        SslExtractHandshakeKey(provider, 0, 0, early, &handshake, NULL, 0), "handshake secret");
    master = import_stage(NCRYPTSSL_KIND_MASTER_SECRET, field("master_secret"));
    EXPECT_SUCCESS(
        SslExpandResumptionMasterKey(provider, master, hash, &key, NULL, 0), "resumption");
    free_object(master);
    EXPECT_SUCCESS(SslExpandPreSharedKey(provider, key, NULL, 0, &master, NULL, 0), "PSK");
    free_object(master);
    free_object(key);
    key = import_stage(NCRYPTSSL_KIND_TRAFFIC_SECRET, field("client_application_traffic_secret_0"));
    EXPECT_SUCCESS(SslExpandNextGenTrafficKey(provider, key, &master, NULL, 0), "next");
    expect_log("", "secrets without a label");
    free_object(master);
    free_object(key);
    free_object(handshake);
    free_object(early);
    free_object(hash);
    rsp_close(&reader);
}

/* ---- The client random behind a HelloRetryRequest ---- */

static struct messages retried;
static size_t random_end; /* bytes of them that have to be hashed for the client random */
static NCRYPT_KEY_HANDLE handshake_secret;
static struct lines retried_lines;

static void open_hello_retry(void)
{
    open_block(HELLO_RETRY, "hello_retry_request");
    retried.len = 0;
    append_message_hash(&retried);
    append_message(&retried, "hello_retry_request");
    random_end = retried.len + RANDOM_AT + RANDOM_LEN;
    append_message(&retried, "client_hello_2");
    append_message(&retried, "server_hello");
    handshake_secret = import_stage(NCRYPTSSL_KIND_HANDSHAKE_SECRET, field("handshake_secret"));
    retried_lines.text[0] = '\0';
    append_line(&retried_lines, "CLIENT_HANDSHAKE_TRAFFIC_SECRET", client_random(),
        field("client_handshake_traffic_secret"));
    append_line(&retried_lines, "SERVER_HANDSHAKE_TRAFFIC_SECRET", client_random(),
        field("server_handshake_traffic_secret"));
}

static void close_hello_retry(void)
{
    free_object(handshake_secret);
    rsp_close(&reader);
}

static void expect_retried_lines(NCRYPT_HASH_HANDLE hash, size_t cut)
{
    char label[32];

    snprintf(label, sizeof(label), "cut at byte %zu", cut);
    expand_traffic(handshake_secret, hash, true);
    expect_log(retried_lines.text, label);
}

static void test_messages_may_be_split_at_every_byte(void)
{
    open_hello_retry();
    for (size_t cut = 0; cut <= retried.len; cut++) {
        const NCRYPT_HASH_HANDLE hash = create_hash();
        NCRYPT_HASH_HANDLE copy = 0;

        hash_bytes(hash, retried.bytes, cut);
        EXPECT_SUCCESS(SslDuplicateTranscriptHash(provider, hash, &copy, 0), "a copy");
        hash_bytes(hash, retried.bytes + cut, retried.len - cut);
        expect_retried_lines(hash, cut);
        free_object(hash);
        hash_bytes(copy, retried.bytes + cut, retried.len - cut);
        expect_retried_lines(copy, cut);
        free_object(copy);
    }
    close_hello_retry();
}

static void test_messages_may_come_in_small_pieces(void)
{
    open_hello_retry();
    for (size_t size = 1; size <= RANDOM_AT + RANDOM_LEN + 1; size++) {
        const NCRYPT_HASH_HANDLE hash = create_hash();

        for (size_t at = 0; at < retried.len; at += size)
            hash_bytes(hash, retried.bytes + at, retried.len - at < size ? retried.len - at : size);
        expect_retried_lines(hash, size);
        free_object(hash);
    }
    close_hello_retry();
}

static size_t count_lines(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

static void test_no_line_is_written_before_the_client_random_is_complete(void)
{
    const NCRYPT_HASH_HANDLE hash = create_hash();

    open_hello_retry();
    for (size_t len = 0; len < retried.len; len++) {
        expand_traffic(handshake_secret, hash, true);
        CU_ASSERT_EQUAL(count_lines(take_log()), len < random_end ? 0 : 2);
        hash_bytes(hash, retried.bytes + len, 1);
    }
    free_object(hash);
    close_hello_retry();
}

/* ---- Other messages ---- */

/* How many lines come of the messages. */
static size_t lines_of(NCRYPT_HASH_HANDLE hash, const BYTE *bytes, size_t len)
{
    hash_bytes(hash, bytes, len);
    expand_traffic(handshake_secret, hash, true);
    free_object(hash);
    return count_lines(take_log());
}

static void test_transcript_without_a_client_hello_is_not_logged(void)
{
    static const BYTE endless[] = {8, 0xFF, 0xFF, 0xFF, 1, 0, 0, 34, 3, 3};
    NCRYPT_HASH_HANDLE tls12 = 0;
    const struct rsp_field *hello;
    struct messages messages = {.len = 0};

    open_hello_retry();
    hello = field("client_hello");
    CU_ASSERT_EQUAL(lines_of(create_hash(), hello->data, 0), 0);
    CU_ASSERT_EQUAL(lines_of(create_hash(), endless, sizeof(endless)), 0);
    append_message_hash(&messages);
    append_message(&messages, "hello_retry_request");
    append_message(&messages, "server_hello");
    CU_ASSERT_EQUAL(lines_of(create_hash(), messages.bytes, messages.len), 0);
    /* A ClientHello inside another message does not count. */
    messages.len = 0;
    append_bytes(&messages, endless, MESSAGE_HEADER);
    append_bytes(&messages, hello->data, hello->len);
    CU_ASSERT_EQUAL(lines_of(create_hash(), messages.bytes, messages.len), 0);
    /* Up to TLS 1.2 the randoms are given, and messages not looked through. */
    EXPECT_SUCCESS(
        SslCreateHandshakeHash(provider, &tls12, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM, 0),
        "TLS 1.2");
    CU_ASSERT_EQUAL(lines_of(tls12, hello->data, hello->len), 0);
    close_hello_retry();
}

/* A message without a body, and a message of more than 64 KiB. */
static void test_other_messages_of_every_length_are_skipped(void)
{
    static const BYTE empty[MESSAGE_HEADER] = {5};
    static BYTE long_message[MESSAGE_HEADER + 0x12345] = {8, 1, 0x23, 0x45};
    const struct rsp_field *hello;
    NCRYPT_HASH_HANDLE hash = create_hash();

    open_hello_retry();
    hello = field("client_hello");
    hash_bytes(hash, empty, sizeof(empty));
    hash_bytes(hash, long_message, sizeof(long_message));
    hash_bytes(hash, empty, sizeof(empty));
    CU_ASSERT_EQUAL(lines_of(hash, hello->data, hello->len), 2);
    hash = create_hash();
    hash_bytes(hash, long_message, sizeof(long_message) - 1);
    CU_ASSERT_EQUAL(lines_of(hash, hello->data, hello->len), 0);
    close_hello_retry();
}

/* ---- Whether there is a log ---- */

static void test_nothing_is_logged_unless_asked_for(void)
{
    static const char *const values[] = {NULL, "", "/nonexistent/keys"};

    for (size_t i = 0; i < COUNT(values); i++) {
        const NCRYPT_HASH_HANDLE hash = create_hash();

        if (values[i] == NULL)
            unsetenv("SSLKEYLOGFILE");
        else
            setenv("SSLKEYLOGFILE", values[i], 1);
        open_hello_retry();
        CU_ASSERT_EQUAL(lines_of(hash, retried.bytes, retried.len), 0);
        close_hello_retry();
    }
    CU_ASSERT(setenv("SSLKEYLOGFILE", log_path, 1) == 0);
}

static int open_all(void)
{
    const int file = mkstemp(log_path);

    return file < 0 || close(file) != 0 || unlink(log_path) != 0 ||
        setenv("SSLKEYLOGFILE", log_path, 1) != 0 ||
        SslOpenProvider(&provider, NULL, 0) != ERROR_SUCCESS;
}

static int close_all(void)
{
    const bool removed = unlink(log_path) == 0;

    return SslFreeObject(provider, 0) != ERROR_SUCCESS || !removed;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_resumed_handshake_logs_every_label),
        TEST(test_only_derived_secrets_are_logged),
        TEST(test_other_secrets_are_not_logged),
        TEST(test_messages_may_be_split_at_every_byte),
        TEST(test_messages_may_come_in_small_pieces),
        TEST(test_no_line_is_written_before_the_client_random_is_complete),
        TEST(test_transcript_without_a_client_hello_is_not_logged),
        TEST(test_other_messages_of_every_length_are_skipped),
        TEST(test_nothing_is_logged_unless_asked_for),
    };

    return RUN_TESTS("key log of TLS 1.3", open_all, close_all, tests);
}
