/* SPDX-License-Identifier: Apache-2.0
 *
 * Short of memory at every point in turn: each call is repeated with its first, second, third ...
 * allocation failing, until it makes no more.  Whatever fails, nothing crashes, no handle comes
 * out, nothing is leaked, and the same call works right afterwards: above all a genuine record
 * still opens, for none of its cipher's state has moved.
 *
 * One provider handle is open all the time, and with it the private context, which is made with all
 * the memory there is: what OpenSSL does without is not tested here.  test_allocation_failure.cnf
 * lets the legacy suites in.
 */
#include "support.h"

#include "common/allocations.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

enum { PLAIN_LEN = 33, BUFFER_LEN = 256, CONTENT_TYPE = CT_APPLICATIONDATA };

static const struct combination {
    const char *label;
    DWORD protocol;
    DWORD suite;
    DWORD flags;
} combinations[] = {
    {"SSL 3.0 CBC", SSL3_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA, 0},
    {"TLS 1.0 CBC", TLS1_0_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA, 0},
    {"TLS 1.2 RC4", TLS1_2_PROTOCOL_VERSION, SUITE_RC4_SHA, 0},
    {"TLS 1.2 NULL", TLS1_2_PROTOCOL_VERSION, SUITE_NULL_SHA256, 0},
    {"TLS 1.2 CBC", TLS1_2_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA, 0},
    {"DTLS 1.2 CBC encrypt-then-MAC", DTLS1_2_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA,
        NCRYPTSSL_ENCRYPT_THEN_MAC},
    {"TLS 1.2 GCM", TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM, 0},
    {"TLS 1.2 CCM_8", TLS1_2_PROTOCOL_VERSION, 0xC0A0, 0},
};

static NCRYPT_PROV_HANDLE provider;
static BYTE plain[PLAIN_LEN];

/* What the calls work on, and what they have made. */
static struct {
    const struct combination *with;
    NCRYPT_KEY_HANDLE master;
    struct key_pair client, server;
    struct opaque_blob blob; /* of client.write */
    BYTE record[BUFFER_LEN];
    DWORD record_len;
    ULONGLONG sequence;
    NCRYPT_KEY_HANDLE made[2];
    bool outputs_cleared; /* what a failure has to leave of the outputs */
    bool right;           /* what a success has to give */
} now;

/* ---- The calls ---- */

static SECURITY_STATUS open_provider(void)
{
    return SslOpenProvider(&now.made[0], NULL, 0);
}

static SECURITY_STATUS enumerate(void)
{
    NCryptProviderName *list = NULL;
    DWORD count = 0;
    const SECURITY_STATUS status = SslEnumProtocolProviders(&count, &list, 0);

    now.outputs_cleared = list == NULL && count == 0;
    now.right = list != NULL && count == 1;
    if (list != NULL)
        EXPECT_SUCCESS(SslFreeBuffer(list), "list");
    return status;
}

static SECURITY_STATUS import_secret_blob(void)
{
    return import_master(provider, now.with->protocol, now.with->suite,
        now.with->flags | NCRYPT_SSL_CLIENT_FLAG, &now.made[0]);
}

static SECURITY_STATUS generate_keys(void)
{
    struct randoms randoms;

    return SslGenerateSessionKeys(
        provider, now.master, &now.made[0], &now.made[1], fill_randoms(&randoms), 0);
}

static SECURITY_STATUS import_opaque_blob(void)
{
    return import_opaque(provider, now.blob.bytes, now.blob.len, &now.made[0]);
}

static SECURITY_STATUS export_opaque_blob(void)
{
    static const struct opaque_blob cleared;
    struct opaque_blob blob;
    const SECURITY_STATUS status = export_opaque(provider, now.client.write, &blob);

    now.outputs_cleared = memcmp(blob.bytes, cleared.bytes, sizeof(blob.bytes)) == 0;
    now.right = blob.len == now.blob.len;
    return status;
}

static bool all_zero(const BYTE *bytes, size_t len)
{
    BYTE any = 0;

    for (size_t i = 0; i < len; i++)
        any |= bytes[i];
    return any == 0;
}

/* The record of a failed call must not be one, and no plaintext may stay in it. */
static SECURITY_STATUS encrypt(void)
{
    DWORD len = 0;
    SECURITY_STATUS status;

    memset(now.record, 0, sizeof(now.record));
    status = SslEncryptPacket(provider, now.client.write, plain, PLAIN_LEN, now.record, BUFFER_LEN,
        &len, now.sequence, CONTENT_TYPE, 0);
    now.outputs_cleared = len == 0 && all_zero(now.record, BUFFER_LEN);
    now.right = len > PLAIN_LEN;
    now.record_len = len;
    return status;
}

static SECURITY_STATUS decrypt(void)
{
    BYTE opened[BUFFER_LEN] = {0};
    DWORD len = 0;
    const SECURITY_STATUS status = SslDecryptPacket(provider, now.server.read, now.record,
        now.record_len, opened, BUFFER_LEN, &len, now.sequence, 0);

    now.outputs_cleared = len == 0 && all_zero(opened, BUFFER_LEN);
    now.right = len == PLAIN_LEN && memcmp(opened, plain, PLAIN_LEN) == 0;
    return status;
}

/* ---- Short of memory ---- */

typedef SECURITY_STATUS call_fn(void);

static void free_made(void)
{
    for (size_t i = 0; i < COUNT(now.made); i++) {
        if (now.made[i] != 0 && now.made[i] != GARBAGE_HANDLE)
            EXPECT_SUCCESS(SslFreeObject(now.made[i], 0), "what was made");
        now.made[i] = 0;
    }
}

/* Without the error queue, whose texts stay for reuse; a queue is there again afterwards. */
static long count_live(void)
{
    OPENSSL_thread_stop();
    ERR_clear_error();
    return allocations_live();
}

/* Fails the n-th allocation; false when the call makes fewer, or has succeeded without it. */
static bool fails(call_fn *call, const char *name, unsigned long n, bool *reached)
{
    SECURITY_STATUS status;
    char label[96];

    snprintf(label, sizeof(label), "%s, %s, allocation %lu", now.with->label, name, n);
    now.made[0] = now.made[1] = GARBAGE_HANDLE;
    now.outputs_cleared = now.right = true;
    allocations_fail(n, NULL);
    status = call();
    *reached = allocations_end();
    EXPECT(ERR_peek_error() == 0, label);
    if (status == ERROR_SUCCESS) {
        EXPECT(now.right, label);
        return false;
    }
    EXPECT(*reached, label);
    EXPECT(status < 0, label);
    if (allocations_failed_ours())
        EXPECT_STATUS(status, NTE_NO_MEMORY, label);
    EXPECT(now.outputs_cleared, label);
    for (size_t i = 0; i < COUNT(now.made); i++)
        EXPECT(now.made[i] == 0 || now.made[i] == GARBAGE_HANDLE, label);
    return true;
}

/* The call's handles, of which there are so many, are 0 after each failure. */
static void try_call(call_fn *call, const char *name, size_t handles)
{
    unsigned long n = 1;
    bool reached = true;
    long before;

    now.made[0] = now.made[1] = 0;
    EXPECT_SUCCESS(call(), name);
    free_made();
    for (; reached; n++) {
        before = count_live();
        if (fails(call, name, n, &reached)) {
            for (size_t i = 0; i < handles; i++)
                EXPECT(now.made[i] == 0, name);
            free_made();
            EXPECT(count_live() == before, name);
            now.right = true;
            EXPECT_SUCCESS(call(), name);
            EXPECT(now.right, name);
        }
        free_made();
        EXPECT(count_live() == before, name);
    }
    EXPECT(n > 2, "nothing has failed");
}

/* Records are made and opened in turn, so that chained states stay together: what failed is made
 * again before it is opened, and opened again before the next one is made. */
static void try_records(void)
{
    bool reached = true;

    for (unsigned long n = 1; reached; n++, now.sequence++) {
        const long before = count_live();

        if (fails(encrypt, "encrypt", n, &reached))
            EXPECT_SUCCESS(encrypt(), "encrypt again");
        EXPECT_SUCCESS(decrypt(), "decrypt what was made");
        EXPECT(now.right, "decrypt what was made");
        EXPECT(count_live() == before, "encrypt");
    }
    reached = true;
    for (unsigned long n = 1; reached; n++, now.sequence++) {
        const long before = count_live();

        EXPECT_SUCCESS(encrypt(), "encrypt");
        if (fails(decrypt, "decrypt", n, &reached)) {
            EXPECT_SUCCESS(decrypt(), "decrypt again");
            EXPECT(now.right, "decrypt again");
        }
        EXPECT(count_live() == before, "decrypt");
    }
}

static void test_opening(void)
{
    now.with = &combinations[0];
    try_call(open_provider, "open", 1);
    try_call(enumerate, "enumerate", 0);
}

static void test_keys(void)
{
    for (size_t i = 0; i < COUNT(combinations); i++) {
        now.with = &combinations[i];
        try_call(import_secret_blob, "import a secret", 1);
        CU_ASSERT_EQUAL_FATAL(import_master(provider, now.with->protocol, now.with->suite,
                                  now.with->flags | NCRYPT_SSL_CLIENT_FLAG, &now.master),
            ERROR_SUCCESS);
        try_call(generate_keys, "generate", 2);
        CU_ASSERT_EQUAL_FATAL(generate(provider, now.master, &now.client), ERROR_SUCCESS);
        CU_ASSERT_EQUAL_FATAL(export_opaque(provider, now.client.write, &now.blob), ERROR_SUCCESS);
        try_call(export_opaque_blob, "export", 0);
        try_call(import_opaque_blob, "import an opaque blob", 1);
        EXPECT_SUCCESS(SslFreeObject(now.master, 0), now.with->label);
        free_pair(&now.client);
    }
}

static void test_records(void)
{
    for (size_t i = 0; i < COUNT(combinations); i++) {
        const struct combination *const with = now.with = &combinations[i];

        CU_ASSERT_EQUAL_FATAL(make_side(provider, with->protocol, with->suite,
                                  with->flags | NCRYPT_SSL_CLIENT_FLAG, &now.client),
            ERROR_SUCCESS);
        CU_ASSERT_EQUAL_FATAL(make_side(provider, with->protocol, with->suite,
                                  with->flags | NCRYPT_SSL_SERVER_FLAG, &now.server),
            ERROR_SUCCESS);
        /* The first record makes what a key keeps for all records. */
        now.sequence = 0;
        EXPECT_SUCCESS(encrypt(), with->label);
        EXPECT_SUCCESS(decrypt(), with->label);
        now.sequence = 1;
        try_records();
        free_pair(&now.client);
        free_pair(&now.server);
    }
}

/* The same, but it is the first record that runs short. */
static void test_first_records(void)
{
    for (size_t i = 0; i < COUNT(combinations); i++) {
        const struct combination *const with = now.with = &combinations[i];
        bool seal_reached = true, open_reached = true;

        now.sequence = 0;
        for (unsigned long n = 1; seal_reached || open_reached; n++) {
            const long before = count_live();

            EXPECT_SUCCESS(make_side(provider, with->protocol, with->suite,
                               with->flags | NCRYPT_SSL_CLIENT_FLAG, &now.client),
                with->label);
            EXPECT_SUCCESS(make_side(provider, with->protocol, with->suite,
                               with->flags | NCRYPT_SSL_SERVER_FLAG, &now.server),
                with->label);
            if (fails(encrypt, "first encrypt", n, &seal_reached))
                EXPECT_SUCCESS(encrypt(), with->label);
            if (fails(decrypt, "first decrypt", n, &open_reached))
                EXPECT_SUCCESS(decrypt(), with->label);
            EXPECT(now.right, with->label);
            free_pair(&now.client);
            free_pair(&now.server);
            EXPECT(count_live() == before, with->label);
        }
    }
}

static int set_up(void)
{
    for (size_t i = 0; i < sizeof(plain); i++)
        plain[i] = (BYTE)(i * 29 + 3);
    return SslOpenProvider(&provider, NULL, 0) != ERROR_SUCCESS;
}

static int tear_down(void)
{
    return SslFreeObject(provider, 0) != ERROR_SUCCESS;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_opening),
        TEST(test_keys),
        TEST(test_records),
        TEST(test_first_records),
    };

    if (!allocations_install())
        return 1;
    return run_tests("allocation failure", tests, COUNT(tests), set_up, tear_down);
}
