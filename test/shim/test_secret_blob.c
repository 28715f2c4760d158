/* SPDX-License-Identifier: Apache-2.0
 *
 * NCRYPTSSL_SECRET_BLOB: what is taken in, and every way in which a blob can be wrong.  The rules
 * are those at the top of sslprovider_ext.h.  No configuration: legacy suites are refused here, and
 * test_opaque_blob, which allows them, uses them.
 */
#include "shim/support.h"
#include "shim/support/provider.h"

enum { TLS12 = TLS1_2_PROTOCOL_VERSION, TLS13 = TLS1_3_PROTOCOL_VERSION };
enum { CLIENT = NCRYPT_SSL_CLIENT_FLAG, SERVER = NCRYPT_SSL_SERVER_FLAG };
enum { HEADER_LEN = sizeof(NCRYPTSSL_SECRET_BLOB_HEADER) };
enum { SHA256_LEN = 32, SHA384_LEN = 48, MAX_PSK_LEN = 512 };

/* Imports, checks the handle against the status, and frees it. */
static SECURITY_STATUS try_bytes(const BYTE *bytes, DWORD len, const char *label)
{
    NCRYPT_KEY_HANDLE key = GARBAGE_HANDLE;
    const SECURITY_STATUS status =
        SslImportKey(provider, &key, NCRYPTSSL_SECRET_BLOB, (PBYTE)(uintptr_t)bytes, len, 0);

    if (status == ERROR_SUCCESS)
        EXPECT_SUCCESS(SslFreeObject(key, 0), label);
    else
        EXPECT(key == 0, label);
    return status;
}

static SECURITY_STATUS try_blob(const struct secret_blob *blob, const char *label)
{
    return try_bytes((const BYTE *)blob, blob->header.cbLength, label);
}

static void expect_blob(
    const struct secret_blob *blob, SECURITY_STATUS wanted, const char *label, int line)
{
    char text[128];

    snprintf(text, sizeof(text), "%s, called from line %d", label, line);
    EXPECT_STATUS(try_blob(blob, text), wanted, text);
}

#define EXPECT_BLOB(blob, wanted, label) expect_blob((blob), (wanted), (label), __LINE__)

/* ---- The frame ---- */

static void test_every_other_length_is_bad_data(void)
{
    const struct secret_blob right = make_master(TLS12, SUITE_AES128_GCM, CLIENT);
    const DWORD right_len = right.header.cbLength;

    EXPECT_SUCCESS(try_bytes((const BYTE *)&right, right_len, "right"), "right");
    for (DWORD len = 0; len < right_len + 8; len++) {
        struct secret_blob blob = right;

        if (len == right_len)
            continue;
        /* The length of the buffer, of the blob, of the secret: any two of them must not do. */
        EXPECT_STATUS(try_bytes((const BYTE *)&blob, len, "cbKeyBlob"), NTE_BAD_DATA, "cbKeyBlob");
        blob.header.cbLength = len;
        EXPECT_STATUS(
            try_bytes((const BYTE *)&blob, right_len, "cbLength"), NTE_BAD_DATA, "cbLength");
        EXPECT_STATUS(try_bytes((const BYTE *)&blob, len, "both"), NTE_BAD_DATA, "both");
        blob.header.cbSecret = len - (DWORD)HEADER_LEN;
        EXPECT_STATUS(try_bytes((const BYTE *)&blob, len, "all"), NTE_BAD_DATA, "all three");
        blob = right;
        blob.header.cbSecret = len;
        if (len != MASTER_KEY_LEN)
            EXPECT_BLOB(&blob, NTE_BAD_DATA, "cbSecret");
    }
}

/* Sums that wrap around must not come out right. */
static void test_enormous_lengths_are_bad_data(void)
{
    static const DWORD lengths[] = {0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, (DWORD)-HEADER_LEN,
        (DWORD)-HEADER_LEN + MASTER_KEY_LEN, 0x10000 + MASTER_KEY_LEN};

    for (size_t i = 0; i < COUNT(lengths); i++) {
        struct secret_blob blob = make_master(TLS12, SUITE_AES128_GCM, CLIENT);
        const DWORD right_len = blob.header.cbLength;

        blob.header.cbSecret = lengths[i];
        EXPECT_STATUS(try_bytes((BYTE *)&blob, right_len, "cbSecret"), NTE_BAD_DATA, "cbSecret");
        blob.header.cbLength = lengths[i] + (DWORD)HEADER_LEN;
        EXPECT_STATUS(try_bytes((BYTE *)&blob, right_len, "cbLength"), NTE_BAD_DATA, "cbLength");
    }
}

static void test_every_bit_of_the_magic_counts(void)
{
    for (unsigned bit = 0; bit < 32; bit++) {
        struct secret_blob blob = make_master(TLS12, SUITE_AES128_GCM, CLIENT);

        blob.header.dwMagic ^= (DWORD)1 << bit;
        EXPECT_BLOB(&blob, NTE_BAD_DATA, "one bit of the magic");
    }
}

static void test_unknown_kinds_are_bad_data(void)
{
    static const DWORD kinds[] = {0, NCRYPTSSL_KIND_PRE_SHARED_KEY + 1, 0x100, 0xFFFFFFFF};

    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct secret_blob blob = make_master(TLS12, SUITE_AES128_GCM, CLIENT);

        blob.header.dwKind = kinds[i];
        EXPECT_BLOB(&blob, NTE_BAD_DATA, "no such kind");
        blob = make_secret(kinds[i], TLS13, SUITE_TLS13_AES128_GCM, CLIENT, SHA256_LEN);
        EXPECT_BLOB(&blob, NTE_BAD_DATA, "no such kind in TLS 1.3");
    }
}

/* Exactly one side, and beside it encrypt-then-MAC alone. */
static void test_flags_must_name_exactly_one_side(void)
{
    for (unsigned low = 0; low < 4; low++) {
        const DWORD sides = low; /* bit 0 the client, bit 1 the server */
        const SECURITY_STATUS wanted = low == 1 || low == 2 ? ERROR_SUCCESS : NTE_BAD_DATA;
        struct secret_blob blob = make_master(TLS12, SUITE_AES128_CBC_SHA, sides);

        EXPECT_BLOB(&blob, wanted, "sides");
        blob.header.dwFlags = sides | NCRYPTSSL_ENCRYPT_THEN_MAC;
        EXPECT_BLOB(&blob, wanted, "sides with encrypt-then-MAC");
    }
    for (unsigned bit = 2; bit < 32; bit++) {
        struct secret_blob blob =
            make_master(TLS12, SUITE_AES128_CBC_SHA, CLIENT | (DWORD)1 << bit);

        EXPECT_BLOB(&blob,
            (DWORD)1 << bit == NCRYPTSSL_ENCRYPT_THEN_MAC ? ERROR_SUCCESS : NTE_BAD_DATA,
            "one more flag");
    }
}

static void test_blob_need_not_be_aligned(void)
{
    const struct secret_blob right = make_master(TLS12, SUITE_AES128_GCM, SERVER);
    BYTE room[sizeof(right) + 8];

    for (size_t shift = 0; shift < 8; shift++) {
        memcpy(room + shift, &right, right.header.cbLength);
        EXPECT_SUCCESS(try_bytes(room + shift, right.header.cbLength, "shifted"), "shifted");
    }
}

/* The caller wipes its blob; the key must not need it any longer. */
static void test_the_secret_is_copied_and_the_blob_left_alone(void)
{
    struct secret_blob blob = make_master(TLS12, SUITE_AES128_GCM, CLIENT);
    const struct secret_blob before = blob;
    NCRYPT_KEY_HANDLE key = 0, untouched = 0;
    struct key_pair first, second;
    struct opaque_blob exported[2];

    EXPECT_SUCCESS(import_secret(provider, &before, &untouched), "import");
    EXPECT_SUCCESS(
        SslImportKey(provider, &key, NCRYPTSSL_SECRET_BLOB, (PBYTE)&blob, blob.header.cbLength, 0),
        "import");
    EXPECT(memcmp(&blob, &before, sizeof(blob)) == 0, "the blob is as it was");
    memset(&blob, 0, sizeof(blob));
    EXPECT_SUCCESS(generate(provider, key, &first), "generate");
    EXPECT_SUCCESS(generate(provider, untouched, &second), "generate");
    EXPECT_SUCCESS(export_opaque(provider, first.write, &exported[0]), "export");
    EXPECT_SUCCESS(export_opaque(provider, second.write, &exported[1]), "export");
    EXPECT(memcmp(&exported[0], &exported[1], sizeof(exported[0])) == 0, "the same keys");
    free_pair(&first);
    free_pair(&second);
    SslFreeObject(key, 0);
    SslFreeObject(untouched, 0);
}

/* ---- Protocol, suite and kind ---- */

static const struct {
    DWORD protocol;
    DWORD suite;
    SECURITY_STATUS wanted;
    const char *label;
} combinations[] = {
    {TLS1_0_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA, ERROR_SUCCESS, "TLS 1.0"},
    {TLS1_1_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA, ERROR_SUCCESS, "TLS 1.1"},
    {TLS12, SUITE_AES128_CBC_SHA, ERROR_SUCCESS, "TLS 1.2"},
    {DTLS1_0_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA, ERROR_SUCCESS, "DTLS 1.0"},
    {DTLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM, ERROR_SUCCESS, "DTLS 1.2"},
    {TLS12, 0xCCA8, ERROR_SUCCESS, "ChaCha20"},
    {0, SUITE_AES128_CBC_SHA, NTE_NOT_SUPPORTED, "protocol 0"},
    {SSL2_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA, NTE_NOT_SUPPORTED, "SSL 2.0"},
    {0x0305, SUITE_AES128_CBC_SHA, NTE_NOT_SUPPORTED, "a later TLS"},
    {0xFEFE, SUITE_AES128_CBC_SHA, NTE_NOT_SUPPORTED, "between the two DTLS"},
    {0xFEFC, SUITE_AES128_CBC_SHA, NTE_NOT_SUPPORTED, "a suite of TLS 1.2 in DTLS 1.3"},
    {0x00000001, SUITE_TLS13_AES128_GCM, NTE_NOT_SUPPORTED, "QUIC version 1"},
    {0x6B3343CF, SUITE_TLS13_AES128_GCM, NTE_NOT_SUPPORTED, "QUIC version 2"},
    {0x10303, SUITE_AES128_CBC_SHA, NTE_NOT_SUPPORTED, "TLS 1.2 and a high bit"},
    {TLS12, 0x0000, NTE_NOT_SUPPORTED, "TLS_NULL_WITH_NULL_NULL"},
    {TLS12, 0x00FF, NTE_NOT_SUPPORTED, "a signalling value"},
    {TLS12, 0xFFFF, NTE_NOT_SUPPORTED, "no suite"},
    {TLS12, 0x1002F, NTE_NOT_SUPPORTED, "a suite and a high bit"},
    {TLS1_1_PROTOCOL_VERSION, SUITE_AES128_GCM, NTE_NOT_SUPPORTED, "GCM before TLS 1.2"},
    {DTLS1_0_PROTOCOL_VERSION, SUITE_AES128_GCM, NTE_NOT_SUPPORTED, "GCM in DTLS 1.0"},
    {TLS12, SUITE_TLS13_AES128_GCM, NTE_NOT_SUPPORTED, "a suite of TLS 1.3 in TLS 1.2"},
    {DTLS1_2_PROTOCOL_VERSION, SUITE_RC4_SHA, NTE_NOT_SUPPORTED, "a stream cipher in DTLS"},
    {SSL3_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA, NTE_NOT_SUPPORTED, "SSL 3.0 is legacy"},
    {TLS12, SUITE_RC4_SHA, NTE_NOT_SUPPORTED, "RC4 is legacy"},
    {TLS12, SUITE_NULL_SHA256, NTE_NOT_SUPPORTED, "NULL is legacy"},
    {TLS1_0_PROTOCOL_VERSION, SUITE_DES_CBC_SHA, NTE_NOT_SUPPORTED, "single DES is legacy"},
    {TLS1_0_PROTOCOL_VERSION, 0x0003, NTE_NOT_SUPPORTED, "export suites are legacy"},
};

static void test_protocol_and_suite_must_fit(void)
{
    for (size_t i = 0; i < COUNT(combinations); i++) {
        const struct secret_blob blob =
            make_master(combinations[i].protocol, combinations[i].suite, CLIENT);

        EXPECT_BLOB(&blob, combinations[i].wanted, combinations[i].label);
    }
}

static const struct {
    DWORD suite;
    DWORD hash_len;
} tls13_suites[] = {
    {SUITE_TLS13_AES128_GCM, SHA256_LEN},
    {SUITE_TLS13_AES256_GCM, SHA384_LEN},
};

/* RFC 8446 section 7.1: every secret has the length of the hash. */
static void test_secrets_of_tls13_have_the_length_of_the_hash(void)
{
    for (size_t i = 0; i < COUNT(tls13_suites); i++) {
        const DWORD suite = tls13_suites[i].suite, hash_len = tls13_suites[i].hash_len;

        for (DWORD kind = NCRYPTSSL_KIND_EARLY_SECRET; kind <= NCRYPTSSL_KIND_BINDER_KEY; kind++) {
            for (DWORD len = 0; len <= 65; len++) {
                const struct secret_blob blob = make_secret(kind, TLS13, suite, SERVER, len);

                EXPECT_BLOB(&blob, len == hash_len ? ERROR_SUCCESS : NTE_BAD_DATA, "a secret");
            }
        }
    }
}

/* RFC 8446 section 4.2.11: an external key has a length of its own. */
static void test_pre_shared_keys_have_any_length_up_to_the_limit(void)
{
    for (DWORD len = 0; len <= MAX_PSK_LEN + 1; len++) {
        const struct secret_blob blob =
            make_secret(NCRYPTSSL_KIND_PRE_SHARED_KEY, TLS13, SUITE_TLS13_AES128_GCM, CLIENT, len);

        EXPECT_BLOB(&blob, len >= 1 && len <= MAX_PSK_LEN ? ERROR_SUCCESS : NTE_BAD_DATA, "a PSK");
    }
}

static void test_kinds_belong_to_their_protocol(void)
{
    static const DWORD older[] = {TLS1_0_PROTOCOL_VERSION, TLS1_1_PROTOCOL_VERSION, TLS12,
        DTLS1_0_PROTOCOL_VERSION, DTLS1_2_PROTOCOL_VERSION};
    struct secret_blob blob =
        make_secret(NCRYPTSSL_KIND_MASTER_KEY, TLS13, SUITE_TLS13_AES128_GCM, CLIENT, SHA256_LEN);

    EXPECT_BLOB(&blob, NTE_BAD_DATA, "a master key of TLS 1.3");
    blob = make_master(TLS13, SUITE_TLS13_AES128_GCM, CLIENT);
    EXPECT_BLOB(&blob, NTE_BAD_DATA, "a master key of TLS 1.3");
    /* With SHA-384 only the kind tells the two apart: both have 48 bytes. */
    blob = make_master(TLS13, SUITE_TLS13_AES256_GCM, CLIENT);
    EXPECT_BLOB(&blob, NTE_BAD_DATA, "a master key of TLS 1.3");
    for (size_t i = 0; i < COUNT(older); i++) {
        for (DWORD kind = NCRYPTSSL_KIND_EARLY_SECRET; kind <= NCRYPTSSL_KIND_PRE_SHARED_KEY;
             kind++) {
            blob = make_secret(kind, older[i], SUITE_AES128_CBC_SHA, CLIENT, MASTER_KEY_LEN);
            EXPECT_BLOB(&blob, NTE_BAD_DATA, "a secret of TLS 1.3 in an older protocol");
        }
    }
}

/* RFC 7366 is about CBC suites; TLS 1.3 has none, so the flag cannot be meant. */
static void test_encrypt_then_mac_is_refused_in_tls13(void)
{
    for (DWORD kind = NCRYPTSSL_KIND_EARLY_SECRET; kind <= NCRYPTSSL_KIND_PRE_SHARED_KEY; kind++) {
        struct secret_blob blob =
            make_secret(kind, TLS13, SUITE_TLS13_AES128_GCM, CLIENT, SHA256_LEN);

        EXPECT_BLOB(&blob, ERROR_SUCCESS, "without");
        blob.header.dwFlags |= NCRYPTSSL_ENCRYPT_THEN_MAC;
        EXPECT_BLOB(&blob, NTE_BAD_DATA, "with");
    }
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_every_other_length_is_bad_data),
        TEST(test_enormous_lengths_are_bad_data),
        TEST(test_every_bit_of_the_magic_counts),
        TEST(test_unknown_kinds_are_bad_data),
        TEST(test_flags_must_name_exactly_one_side),
        TEST(test_blob_need_not_be_aligned),
        TEST(test_the_secret_is_copied_and_the_blob_left_alone),
        TEST(test_protocol_and_suite_must_fit),
        TEST(test_secrets_of_tls13_have_the_length_of_the_hash),
        TEST(test_pre_shared_keys_have_any_length_up_to_the_limit),
        TEST(test_kinds_belong_to_their_protocol),
        TEST(test_encrypt_then_mac_is_refused_in_tls13),
    };

    return RUN_TESTS("secret blob", open_provider, close_provider, tests);
}
