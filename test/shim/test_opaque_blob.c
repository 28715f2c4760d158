/* SPDX-License-Identifier: Apache-2.0
 *
 * OpaqueKeyBlob: a session key leaves with its running cipher state and goes on elsewhere, and a
 * blob that is not as it left is refused.  test_opaque_blob.cnf lets the legacy suites in.
 */
#include "shim/support.h"
#include "shim/support/provider.h"

enum { BUFFER_LEN = 256, PLAIN_LEN = 33, BEFORE = 3, AFTER = 3 };

struct combination {
    const char *label;
    DWORD protocol;
    DWORD suite;
    DWORD flags;
    bool repeatable; /* no random IV: one state makes one record */
};

static const struct combination combinations[] = {
    {"SSL 3.0 CBC", SSL3_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA, 0, true},
    {"TLS 1.0 CBC", TLS1_0_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA, 0, true},
    {"TLS 1.0 CBC encrypt-then-MAC", TLS1_0_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA,
        NCRYPTSSL_ENCRYPT_THEN_MAC, true},
    {"TLS 1.0 3DES", TLS1_0_PROTOCOL_VERSION, 0x000A, 0, true},
    {"TLS 1.0 export RC4", TLS1_0_PROTOCOL_VERSION, 0x0003, 0, true},
    {"TLS 1.1 CBC", TLS1_1_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA, 0, false},
    {"TLS 1.2 RC4", TLS1_2_PROTOCOL_VERSION, SUITE_RC4_SHA, 0, true},
    {"TLS 1.2 NULL", TLS1_2_PROTOCOL_VERSION, SUITE_NULL_SHA256, 0, true},
    {"TLS 1.2 CBC", TLS1_2_PROTOCOL_VERSION, 0xC028, 0, false},
    {"TLS 1.2 CBC encrypt-then-MAC", TLS1_2_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA,
        NCRYPTSSL_ENCRYPT_THEN_MAC, false},
    {"TLS 1.2 GCM", TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM, 0, true},
    {"TLS 1.2 CCM_8", TLS1_2_PROTOCOL_VERSION, 0xC0A1, 0, true},
    {"TLS 1.2 ChaCha20", TLS1_2_PROTOCOL_VERSION, 0xCCA8, 0, true},
    {"TLS 1.3 GCM", TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES256_GCM, 0, true},
    {"TLS 1.3 ChaCha20", TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_CHACHA20, 0, true},
    {"TLS 1.3 CCM_8", TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_CCM_8, 0, true},
    {"DTLS 1.0 CBC", DTLS1_0_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA, 0, false},
    {"DTLS 1.2 GCM", DTLS1_2_PROTOCOL_VERSION, SUITE_AES256_GCM, 0, true},
    {"DTLS 1.3 GCM", DTLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES256_GCM, 0, true},
    {"DTLS 1.3 ChaCha20", DTLS1_3_PROTOCOL_VERSION, SUITE_TLS13_CHACHA20, 0, true},
    {"DTLS 1.3 CCM_8", DTLS1_3_PROTOCOL_VERSION, SUITE_TLS13_CCM_8, 0, true},
};

static const char *program;
static BYTE plain[PLAIN_LEN];

static DWORD seal(NCRYPT_KEY_HANDLE key, ULONGLONG sequence, BYTE *record, const char *label)
{
    DWORD len = 0;

    EXPECT_SUCCESS(SslEncryptPacket(provider, key, plain, PLAIN_LEN, record, BUFFER_LEN, &len,
                       sequence, CT_APPLICATIONDATA, 0),
        label);
    return len;
}

static void expect_opens(
    NCRYPT_KEY_HANDLE key, ULONGLONG sequence, BYTE *record, DWORD record_len, const char *label)
{
    BYTE opened[BUFFER_LEN];
    DWORD len = 0;

    EXPECT_SUCCESS(
        SslDecryptPacket(provider, key, record, record_len, opened, BUFFER_LEN, &len, sequence, 0),
        label);
    EXPECT(len == PLAIN_LEN && memcmp(opened, plain, PLAIN_LEN) == 0, label);
}

static SECURITY_STATUS make_connection(
    const struct combination *with, struct key_pair *client, struct key_pair *server)
{
    const SECURITY_STATUS status = make_side(
        provider, with->protocol, with->suite, with->flags | NCRYPT_SSL_CLIENT_FLAG, client);

    *server = (struct key_pair){0, 0};
    return status != ERROR_SUCCESS ? status
                                   : make_side(provider, with->protocol, with->suite,
                                         with->flags | NCRYPT_SSL_SERVER_FLAG, server);
}

/* Exports, frees the key and every provider handle, opens again and imports: nothing but the blob
 * is left of the first key. */
static NCRYPT_KEY_HANDLE move(NCRYPT_KEY_HANDLE key, const char *label)
{
    struct opaque_blob blob, again;
    NCRYPT_KEY_HANDLE moved = 0;

    EXPECT_SUCCESS(export_opaque(provider, key, &blob), label);
    EXPECT_SUCCESS(SslFreeObject(key, 0), label);
    EXPECT_SUCCESS(SslFreeObject(provider, 0), label);
    EXPECT_SUCCESS(SslOpenProvider(&provider, NULL, 0), label);
    EXPECT_SUCCESS(import_opaque(provider, blob.bytes, blob.len, &moved), label);
    EXPECT(moved != 0 && moved != key, label);
    EXPECT_SUCCESS(export_opaque(provider, moved, &again), label);
    EXPECT(again.len == blob.len && memcmp(again.bytes, blob.bytes, blob.len) == 0, label);
    return moved;
}

static void go_on_elsewhere(const struct combination *with)
{
    BYTE record[BUFFER_LEN];
    struct key_pair client, server;

    if (!EXPECT_SUCCESS(make_connection(with, &client, &server), with->label))
        return;
    for (ULONGLONG i = 0; i < BEFORE + AFTER; i++) {
        if (i == BEFORE) {
            client.write = move(client.write, with->label);
            server.read = move(server.read, with->label);
        }
        expect_opens(
            server.read, i, record, seal(client.write, i, record, with->label), with->label);
    }
    free_pair(&client);
    free_pair(&server);
}

static void test_imported_key_continues_mid_stream(void)
{
    for (size_t i = 0; i < COUNT(combinations); i++)
        go_on_elsewhere(&combinations[i]);
}

/* The copy writes the bytes that the original writes, and neither moves the other's state. */
static void compare_copy(const struct combination *with)
{
    BYTE first[BUFFER_LEN], second[BUFFER_LEN];
    struct key_pair client, server;
    struct opaque_blob blob;
    NCRYPT_KEY_HANDLE copy = 0;

    if (!EXPECT_SUCCESS(make_connection(with, &client, &server), with->label))
        return;
    for (ULONGLONG i = 0; i < BEFORE; i++)
        seal(client.write, i, first, with->label);
    EXPECT_SUCCESS(export_opaque(provider, client.write, &blob), with->label);
    EXPECT_SUCCESS(import_opaque(provider, blob.bytes, blob.len, &copy), with->label);
    for (ULONGLONG i = BEFORE; i < BEFORE + AFTER; i++) {
        const DWORD len = seal(client.write, i, first, with->label);

        EXPECT(seal(copy, i, second, with->label) == len, with->label);
        EXPECT(memcmp(first, second, len) == 0, with->label);
    }
    SslFreeObject(copy, 0);
    free_pair(&client);
    free_pair(&server);
}

static void test_imported_key_writes_the_same_records(void)
{
    for (size_t i = 0; i < COUNT(combinations); i++) {
        if (combinations[i].repeatable)
            compare_copy(&combinations[i]);
    }
}

/* An imported key keeps its direction. */
static void test_direction_is_preserved(void)
{
    BYTE record[BUFFER_LEN], opened[BUFFER_LEN];
    DWORD len = 0;
    struct key_pair client, server;

    EXPECT_SUCCESS(make_connection(&combinations[8], &client, &server), "connection");
    client.read = move(client.read, "read key");
    client.write = move(client.write, "write key");
    EXPECT_STATUS(SslEncryptPacket(provider, client.read, plain, PLAIN_LEN, record, BUFFER_LEN,
                      &len, 0, CT_APPLICATIONDATA, 0),
        NTE_INTERNAL_ERROR, "a read key encrypts (observed behaviour, section 3.2)");
    len = seal(server.write, 0, record, "server");
    EXPECT_STATUS(
        SslDecryptPacket(provider, client.write, record, len, opened, BUFFER_LEN, &len, 0, 0),
        NTE_INTERNAL_ERROR, "a write key decrypts");
    expect_opens(client.read, 0, record, len, "client");
    free_pair(&client);
    free_pair(&server);
}

/* ---- Sizes ---- */

/* Observed behaviour, section 5: NULL asks for the size, and a short buffer gets it too. */
static void check_sizes(const struct combination *with)
{
    static const WCHAR type[] = BCRYPT_OPAQUE_KEY_BLOB;
    struct key_pair client, server;
    BYTE buffer[MAX_BLOB_LEN];
    DWORD size = 0, len = 0;

    if (!EXPECT_SUCCESS(make_connection(with, &client, &server), with->label))
        return;
    EXPECT_SUCCESS(SslExportKey(provider, client.read, type, NULL, 0, &size, 0), with->label);
    EXPECT_SUCCESS(SslExportKey(provider, client.read, type, NULL, 7, &len, 0), with->label);
    EXPECT(size != 0 && size < sizeof(buffer) && len == size, with->label);
    for (DWORD room = 0; room < size && size < sizeof(buffer); room++) {
        memset(buffer, 0xAA, sizeof(buffer));
        len = 0;
        EXPECT_STATUS(SslExportKey(provider, client.read, type, buffer, room, &len, 0),
            NTE_BUFFER_TOO_SMALL, with->label);
        EXPECT(len == size, with->label);
        for (size_t i = 0; i < sizeof(buffer); i++) {
            if (buffer[i] != 0xAA)
                EXPECT(false, "a short buffer is left alone");
        }
    }
    memset(buffer, 0xAA, sizeof(buffer));
    EXPECT_SUCCESS(SslExportKey(provider, client.read, type, buffer, size, &len, 0), with->label);
    EXPECT(len == size && buffer[size] == 0xAA, with->label);
    free_pair(&client);
    free_pair(&server);
}

static void test_size_queries_tell_the_length(void)
{
    for (size_t i = 0; i < COUNT(combinations); i++)
        check_sizes(&combinations[i]);
}

/* ---- Damage ---- */

static void expect_bad_data(const BYTE *bytes, DWORD len, const char *label)
{
    NCRYPT_KEY_HANDLE key = GARBAGE_HANDLE;

    EXPECT_STATUS(import_opaque(provider, bytes, len, &key), NTE_BAD_DATA, label);
    EXPECT(key == 0, label);
}

static void put_length(BYTE *blob, DWORD len)
{
    for (int i = 0; i < 4; i++)
        blob[i] = (BYTE)(len >> 8 * i);
}

static void damage(const struct combination *with)
{
    struct key_pair client, server;
    struct opaque_blob blob;
    NCRYPT_KEY_HANDLE key = 0;

    if (!EXPECT_SUCCESS(make_connection(with, &client, &server), with->label))
        return;
    EXPECT_SUCCESS(export_opaque(provider, client.write, &blob), with->label);
    for (DWORD bit = 0; bit < 8 * blob.len; bit++) {
        blob.bytes[bit / 8] ^= (BYTE)(1U << bit % 8);
        expect_bad_data(blob.bytes, blob.len, with->label);
        blob.bytes[bit / 8] ^= (BYTE)(1U << bit % 8);
    }
    /* Cut, and cut with the length told truly: the first field is the length of the blob. */
    for (DWORD len = 0; len < blob.len; len++) {
        expect_bad_data(blob.bytes, len, with->label);
        put_length(blob.bytes, len);
        expect_bad_data(blob.bytes, len, with->label);
        put_length(blob.bytes, blob.len);
    }
    expect_bad_data(blob.bytes, blob.len + 1, with->label);
    put_length(blob.bytes, blob.len + 1);
    expect_bad_data(blob.bytes, blob.len + 1, with->label);
    put_length(blob.bytes, blob.len);
    EXPECT_SUCCESS(import_opaque(provider, blob.bytes, blob.len, &key), "undamaged");
    SslFreeObject(key, 0);
    free_pair(&client);
    free_pair(&server);
}

static void test_damaged_blobs_are_bad_data(void)
{
    for (size_t i = 0; i < COUNT(combinations); i++)
        damage(&combinations[i]);
}

static void test_blob_need_not_be_aligned(void)
{
    struct key_pair keys;
    struct opaque_blob blob;
    BYTE room[MAX_BLOB_LEN + 8];

    EXPECT_SUCCESS(make_side(provider, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM,
                       NCRYPT_SSL_CLIENT_FLAG, &keys),
        "generate");
    EXPECT_SUCCESS(export_opaque(provider, keys.read, &blob), "export");
    for (size_t shift = 0; shift < 8; shift++) {
        NCRYPT_KEY_HANDLE key = 0;
        DWORD len = 0;

        memcpy(room + shift, blob.bytes, blob.len);
        EXPECT_SUCCESS(import_opaque(provider, room + shift, blob.len, &key), "shifted");
        EXPECT_SUCCESS(SslExportKey(provider, key, BCRYPT_OPAQUE_KEY_BLOB, room + shift,
                           MAX_BLOB_LEN, &len, 0),
            "shifted");
        EXPECT(len == blob.len && memcmp(room + shift, blob.bytes, len) == 0, "shifted");
        SslFreeObject(key, 0);
    }
    free_pair(&keys);
}

/* Only session keys are exported (head of sslprovider.h). */
static void test_secrets_are_not_exported(void)
{
    static const WCHAR type[] = BCRYPT_OPAQUE_KEY_BLOB;

    for (DWORD kind = NCRYPTSSL_KIND_MASTER_KEY; kind <= NCRYPTSSL_KIND_PRE_SHARED_KEY; kind++) {
        const bool is_master = kind == NCRYPTSSL_KIND_MASTER_KEY;
        const SECURITY_STATUS refusal =
            kind == NCRYPTSSL_KIND_PRE_SHARED_KEY ? NTE_INVALID_HANDLE : NTE_NOT_SUPPORTED;
        const struct secret_blob secret = is_master
            ? make_master(TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG)
            : make_secret(kind, TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES128_GCM,
                  NCRYPT_SSL_CLIENT_FLAG, 32);
        NCRYPT_KEY_HANDLE key = 0;
        BYTE buffer[MAX_BLOB_LEN] = {0};
        DWORD len = 7;

        EXPECT_SUCCESS(import_secret(provider, &secret, &key), "import");
        EXPECT_STATUS(
            SslExportKey(provider, key, type, NULL, 0, &len, 0), refusal, "size of a secret");
        EXPECT_STATUS(SslExportKey(provider, key, type, buffer, sizeof(buffer), &len, 0), refusal,
            "a secret");
        EXPECT(len == 0 && buffer[0] == 0, "a secret");
        SslFreeObject(key, 0);
    }
}

/* ---- The same blobs where the legacy suites are not allowed ---- */

static const char hex_digits[] = "0123456789abcdef";

static SECURITY_STATUS import_hex(const char *hex)
{
    BYTE bytes[MAX_BLOB_LEN];
    DWORD len = 0;
    NCRYPT_KEY_HANDLE key = GARBAGE_HANDLE;
    SECURITY_STATUS status;

    for (; hex[0] != '\0' && hex[1] != '\0' && len < sizeof(bytes); hex += 2)
        bytes[len++] = (BYTE)((strchr(hex_digits, hex[0]) - hex_digits) << 4 |
            (strchr(hex_digits, hex[1]) - hex_digits));
    status = import_opaque(provider, bytes, len, &key);
    if (status == ERROR_SUCCESS)
        SslFreeObject(key, 0);
    return key == 0 || status == ERROR_SUCCESS ? status : NTE_FAIL;
}

/* The second program: its exit status says what became of the blob. */
static int import_only(const char *hex)
{
    SECURITY_STATUS status;

    if (SslOpenProvider(&provider, NULL, 0) != ERROR_SUCCESS)
        return 2;
    status = import_hex(hex);
    SslFreeObject(provider, 0);
    if (status == ERROR_SUCCESS)
        return 0;
    return status == NTE_NOT_SUPPORTED ? 1 : 3;
}

static void test_legacy_blobs_are_refused_without_the_setting(void)
{
    static const struct {
        size_t combination;
        int wanted;
    } cases[] = {{0, 1}, {4, 1}, {6, 1}, {7, 1}, {1, 0}, {10, 0}};

    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct combination *with = &combinations[cases[i].combination];
        char name[512], hex[2 * MAX_BLOB_LEN + 1] = "";
        char *arguments[] = {name, hex, NULL};
        struct key_pair client, server;
        struct opaque_blob blob;

        EXPECT_SUCCESS(make_connection(with, &client, &server), with->label);
        EXPECT_SUCCESS(export_opaque(provider, client.read, &blob), with->label);
        for (DWORD byte = 0; byte < blob.len; byte++) {
            hex[2 * byte] = hex_digits[blob.bytes[byte] >> 4];
            hex[2 * byte + 1] = hex_digits[blob.bytes[byte] & 15];
        }
        snprintf(name, sizeof(name), "%s", program);
        EXPECT(run_again(arguments, NULL, NULL) == cases[i].wanted, with->label);
        free_pair(&client);
        free_pair(&server);
    }
}

static int set_up(void)
{
    for (size_t i = 0; i < sizeof(plain); i++)
        plain[i] = (BYTE)(i * 7 + 1);
    return open_provider();
}

int main(int argc, char *argv[])
{
    static const struct named_test tests[] = {
        TEST(test_imported_key_continues_mid_stream),
        TEST(test_imported_key_writes_the_same_records),
        TEST(test_direction_is_preserved),
        TEST(test_size_queries_tell_the_length),
        TEST(test_damaged_blobs_are_bad_data),
        TEST(test_blob_need_not_be_aligned),
        TEST(test_secrets_are_not_exported),
        TEST(test_legacy_blobs_are_refused_without_the_setting),
    };

    if (argc == 2)
        return import_only(argv[1]);
    program = argv[0];
    return RUN_TESTS("opaque blob", set_up, close_provider, tests);
}
