/* SPDX-License-Identifier: Apache-2.0
 *
 * SslExpandWriteKey: which keys it takes, the order of its checks, and that the session key works
 * in both directions, also out of an opaque blob.  "observed" is a section of the notes on the
 * behaviour of Windows.
 */
#include "shim/support/handle_faults.h"

#include <openssl/evp.h>

enum { PLAIN_LEN = 30, BUFFER_LEN = 128, DIGEST_LEN = 32, DIRECTION_AT = 16, MAC_FLAG_AT = 20 };
enum { READ_DIRECTION = 1, WRITE_DIRECTION = 2, BOTH_DIRECTIONS = 3 };

static const DWORD suites[] = {SUITE_TLS13_AES128_GCM, SUITE_TLS13_AES256_GCM, SUITE_TLS13_CHACHA20,
    SUITE_TLS13_CCM, SUITE_TLS13_CCM_8};

static BYTE plain[PLAIN_LEN] = "what both sides can read";

/* ---- Which keys ---- */

static const struct {
    DWORD kind;
    SECURITY_STATUS status;
} kinds[] = {
    {NCRYPTSSL_KIND_EARLY_SECRET, NTE_NOT_SUPPORTED},
    {NCRYPTSSL_KIND_HANDSHAKE_SECRET, NTE_NOT_SUPPORTED},
    {NCRYPTSSL_KIND_MASTER_SECRET, NTE_NOT_SUPPORTED},
    {NCRYPTSSL_KIND_TRAFFIC_SECRET, ERROR_SUCCESS},
    {NCRYPTSSL_KIND_EXPORTER_SECRET, NTE_NOT_SUPPORTED},
    {NCRYPTSSL_KIND_RESUMPTION_SECRET, NTE_NOT_SUPPORTED},
    {NCRYPTSSL_KIND_BINDER_KEY, NTE_NOT_SUPPORTED},
    {NCRYPTSSL_KIND_PRE_SHARED_KEY, NTE_INVALID_HANDLE},
};

static void test_only_traffic_secrets_are_expanded(void)
{
    for (size_t i = 0; i < COUNT(kinds); i++) {
        const struct secret_blob blob = make_secret(kinds[i].kind, TLS1_3_PROTOCOL_VERSION,
            SUITE_TLS13_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG, 32);
        NCRYPT_KEY_HANDLE secret = 0, made = GARBAGE_HANDLE;
        char label[32];

        snprintf(label, sizeof(label), "kind %u", (unsigned)kinds[i].kind);
        EXPECT_SUCCESS(import_secret(handles.provider, &blob, &secret), label);
        EXPECT_STATUS(
            SslExpandWriteKey(handles.provider, secret, &made, NULL, 0), kinds[i].status, label);
        EXPECT((made != 0) == (kinds[i].status == ERROR_SUCCESS), label);
        EXPECT(made == 0 || SslFreeObject(made, 0) == ERROR_SUCCESS, label);
        EXPECT_SUCCESS(SslFreeObject(secret, 0), label);
    }
}

/* ---- The order of checks ---- */

enum { NO_OUTPUT = HANDLE_FAULTS, MASTER_KEY, EXPORTER_SECRET, SESSION_KEY, FAULTS };
enum { OUTPUT_ARGUMENT = FIRST_OWN_ARGUMENT };

static const struct fault faults[FAULTS] = {
    PROVIDER_ROWS,
    KEY_ROWS,
    [NO_OUTPUT] = {"no output", "observed 0", OUTPUT_ARGUMENT, NTE_INVALID_PARAMETER},
    [MASTER_KEY] = {"master key", "observed 0", KEY_ARGUMENT, NTE_INVALID_HANDLE},
    [EXPORTER_SECRET] = {"exporter secret", "observed 9", KEY_ARGUMENT, NTE_NOT_SUPPORTED},
    [SESSION_KEY] = {"session key", "observed 0", KEY_ARGUMENT, NTE_NOT_SUPPORTED},
};

static NCRYPT_KEY_HANDLE choose_base(unsigned long with)
{
    if (has_fault(with, MASTER_KEY))
        return handles.master;
    if (has_fault(with, EXPORTER_SECRET))
        return handles.exporter;
    return has_fault(with, SESSION_KEY) ? handles.client.write : choose_key(with, handles.traffic);
}

/* List and flags are not looked at: observed 9. */
static SECURITY_STATUS call_expand(unsigned long with)
{
    NCryptBufferDesc list = {7, 1, NULL};
    NCRYPT_KEY_HANDLE made = GARBAGE_HANDLE;
    const SECURITY_STATUS status = SslExpandWriteKey(choose_provider(with), choose_base(with),
        has_fault(with, NO_OUTPUT) ? NULL : &made, &list, 0xFFFFFFFF);

    if (has_fault(with, NO_OUTPUT))
        EXPECT(made == GARBAGE_HANDLE, "no output");
    else if (status != ERROR_SUCCESS)
        EXPECT(made == 0, "the output is 0");
    else
        EXPECT_SUCCESS(SslFreeObject(made, 0), "a key");
    return status;
}

static void test_checks_come_in_order(void)
{
    EXPECT_SUCCESS(call_expand(0), "nothing wrong");
    check_order("SslExpandWriteKey", faults, FAULTS, call_expand);
}

/* ---- What the key does ---- */

static DWORD seal(NCRYPT_KEY_HANDLE key, ULONGLONG sequence, BYTE *record, const char *label)
{
    DWORD len = 0;

    EXPECT_SUCCESS(SslEncryptPacket(handles.provider, key, plain, PLAIN_LEN, record, BUFFER_LEN,
                       &len, sequence, CT_APPLICATIONDATA, 0),
        label);
    return len;
}

static void expect_opens(
    NCRYPT_KEY_HANDLE key, ULONGLONG sequence, BYTE *record, DWORD record_len, const char *label)
{
    BYTE opened[BUFFER_LEN];
    DWORD len = 0;

    EXPECT_SUCCESS(SslDecryptPacket(handles.provider, key, record, record_len, opened, BUFFER_LEN,
                       &len, sequence, 0),
        label);
    EXPECT(len == PLAIN_LEN && memcmp(opened, plain, PLAIN_LEN) == 0, label);
}

/* Two keys of one secret, the secret being gone, and a copy out of a blob. */
static void use_all_ways(DWORD suite)
{
    NCRYPT_KEY_HANDLE keys[3] = {0};
    struct opaque_blob blob, again;
    BYTE record[BUFFER_LEN];
    ULONGLONG sequence = 0;
    char label[32];

    snprintf(label, sizeof(label), "suite %04X", (unsigned)suite);
    for (size_t i = 0; i < 2; i++)
        EXPECT_SUCCESS(
            make_traffic_key(handles.provider, suite, NCRYPT_SSL_CLIENT_FLAG, &keys[i]), label);
    EXPECT_SUCCESS(export_opaque(handles.provider, keys[0], &blob), label);
    EXPECT_SUCCESS(import_opaque(handles.provider, blob.bytes, blob.len, &keys[2]), label);
    EXPECT_SUCCESS(export_opaque(handles.provider, keys[2], &again), label);
    EXPECT(memcmp(&blob, &again, sizeof(blob)) == 0, label);
    for (size_t writer = 0; writer < COUNT(keys); writer++) {
        for (size_t reader = 0; reader < COUNT(keys); reader++) {
            expect_opens(
                keys[reader], sequence, record, seal(keys[writer], sequence, record, label), label);
            sequence++;
        }
    }
    for (size_t i = 0; i < COUNT(keys); i++)
        EXPECT_SUCCESS(SslFreeObject(keys[i], 0), label);
}

static void test_every_copy_of_a_key_writes_and_reads(void)
{
    for (size_t i = 0; i < COUNT(suites); i++)
        use_all_ways(suites[i]);
}

/* ---- Blobs that no key makes ---- */

/* The field changed and the digest made anew, so that the field alone is wrong. */
static void expect_field_refused(
    const struct opaque_blob *blob, size_t at, BYTE value, const char *label)
{
    struct opaque_blob changed = *blob;
    NCRYPT_KEY_HANDLE key = GARBAGE_HANDLE;
    const size_t len = blob->len - DIGEST_LEN;

    EXPECT(changed.bytes[at] != value, label);
    changed.bytes[at] = value;
    EXPECT(
        EVP_Digest(changed.bytes, len, changed.bytes + len, NULL, EVP_sha256(), NULL) == 1, label);
    EXPECT_STATUS(
        import_opaque(handles.provider, changed.bytes, changed.len, &key), NTE_BAD_DATA, label);
    EXPECT(key == 0, label);
}

static void test_direction_in_a_blob_must_fit_the_protocol(void)
{
    struct opaque_blob blob;
    NCRYPT_KEY_HANDLE key;

    EXPECT_SUCCESS(
        make_traffic_key(handles.provider, SUITE_TLS13_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG, &key),
        "key");
    EXPECT_SUCCESS(export_opaque(handles.provider, key, &blob), "TLS 1.3");
    EXPECT_SUCCESS(SslFreeObject(key, 0), "key");
    EXPECT(blob.bytes[DIRECTION_AT] == BOTH_DIRECTIONS, "TLS 1.3");
    expect_field_refused(&blob, DIRECTION_AT, 0, "TLS 1.3, no direction");
    expect_field_refused(&blob, DIRECTION_AT, READ_DIRECTION, "TLS 1.3, a read key");
    expect_field_refused(&blob, DIRECTION_AT, WRITE_DIRECTION, "TLS 1.3, a write key");
    expect_field_refused(&blob, DIRECTION_AT, BOTH_DIRECTIONS + 1, "TLS 1.3, another direction");
    expect_field_refused(&blob, MAC_FLAG_AT, 1, "TLS 1.3, encrypt-then-MAC");
    EXPECT_SUCCESS(export_opaque(handles.provider, handles.client.read, &blob), "TLS 1.2");
    EXPECT(blob.bytes[DIRECTION_AT] == READ_DIRECTION, "TLS 1.2");
    expect_field_refused(&blob, DIRECTION_AT, BOTH_DIRECTIONS, "TLS 1.2, both directions");
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_only_traffic_secrets_are_expanded),
        TEST(test_checks_come_in_order),
        TEST(test_every_copy_of_a_key_writes_and_reads),
        TEST(test_direction_in_a_blob_must_fit_the_protocol),
    };

    return RUN_TESTS("write keys of TLS 1.3", open_handles, close_handles, tests);
}
