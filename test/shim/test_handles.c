/* SPDX-License-Identifier: Apache-2.0
 *
 * Forged, stale and doubly freed handles: every one of them is refused, whatever its bits are and
 * however many live ones there are beside it.
 */
#include "shim/support.h"
#include "shim/support/forged_handles.h"

enum { LIVE = 1000, RANDOM_VALUES = 1000000, RANDOM_VALUES_OF_OTHERS = 100000, BUFFER_LEN = 256 };

static NCRYPT_PROV_HANDLE provider;
static NCRYPT_KEY_HANDLE live[LIVE + 1]; /* keys, and the provider handle last */
static ULONG_PTR sorted[LIVE + 1];

static int compare(const void *a, const void *b)
{
    const ULONG_PTR left = *(const ULONG_PTR *)a, right = *(const ULONG_PTR *)b;

    return (left > right) - (left < right);
}

static bool is_live(ULONG_PTR handle)
{
    return bsearch(&handle, sorted, COUNT(sorted), sizeof(sorted[0]), compare) != NULL;
}

/* Makes 1,000 keys live: master keys and session keys in turn. */
static bool fill(void)
{
    NCRYPT_KEY_HANDLE master = 0;

    for (size_t i = 0; i < LIVE; i += 4) {
        struct key_pair keys = {0, 0};

        if (import_master(provider, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM,
                NCRYPT_SSL_CLIENT_FLAG, &master) != ERROR_SUCCESS ||
            generate(provider, master, &keys) != ERROR_SUCCESS ||
            import_master(provider, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA,
                NCRYPT_SSL_SERVER_FLAG, &live[i + 3]) != ERROR_SUCCESS)
            return false;
        live[i] = master;
        live[i + 1] = keys.read;
        live[i + 2] = keys.write;
    }
    live[LIVE] = provider;
    memcpy(sorted, live, sizeof(sorted));
    qsort(sorted, COUNT(sorted), sizeof(sorted[0]), compare);
    return true;
}

static int open_all(void)
{
    return SslOpenProvider(&provider, NULL, 0) == ERROR_SUCCESS && fill() ? 0 : 1;
}

static int close_all(void)
{
    int failed = 0;

    for (size_t i = 0; i <= LIVE; i++)
        failed |= SslFreeObject(live[i], 0) != ERROR_SUCCESS;
    return failed;
}

/* The calls that take a key.  All else is right, so that only the handle can be to blame. */

static SECURITY_STATUS generate_from(NCRYPT_KEY_HANDLE key)
{
    struct key_pair keys;
    const SECURITY_STATUS status = generate(provider, key, &keys);

    return keys.read == 0 && keys.write == 0 ? status : NTE_FAIL;
}

static SECURITY_STATUS export_from(NCRYPT_KEY_HANDLE key)
{
    struct opaque_blob blob;

    return export_opaque(provider, key, &blob);
}

static SECURITY_STATUS encrypt_with(NCRYPT_KEY_HANDLE key)
{
    BYTE plain[16] = {0}, record[BUFFER_LEN];
    DWORD len = 0;

    return SslEncryptPacket(provider, key, plain, sizeof(plain), record, sizeof(record), &len, 0,
        CT_APPLICATIONDATA, 0);
}

static SECURITY_STATUS decrypt_with(NCRYPT_KEY_HANDLE key)
{
    BYTE record[45] = {CT_APPLICATIONDATA, 3, 3, 0, 40}, plain[BUFFER_LEN];
    DWORD len = 0;

    return SslDecryptPacket(
        provider, key, record, sizeof(record), plain, sizeof(plain), &len, 0, 0);
}

static const struct {
    const char *name;
    SECURITY_STATUS (*call)(NCRYPT_KEY_HANDLE key);
    int random_values;
} calls[] = {
    {"SslGenerateSessionKeys", generate_from, RANDOM_VALUES},
    {"SslExportKey", export_from, RANDOM_VALUES_OF_OTHERS},
    {"SslEncryptPacket", encrypt_with, RANDOM_VALUES_OF_OTHERS},
    {"SslDecryptPacket", decrypt_with, RANDOM_VALUES_OF_OTHERS},
};

static void expect_refused(size_t call, ULONG_PTR handle)
{
    if (calls[call].call(handle) != NTE_INVALID_HANDLE) {
        fprintf(stderr, "%s takes 0x%016llX\n", calls[call].name, (unsigned long long)handle);
        CU_FAIL("a forged handle was taken");
    }
}

/* ---- Forged ---- */

static void test_random_values_are_refused(void)
{
    for (size_t call = 0; call < COUNT(calls); call++) {
        uint64_t state = call + 1;

        for (int i = 0; i < calls[call].random_values; i++)
            expect_refused(call, (ULONG_PTR)next_random(&state));
    }
}

/* Nearer than chance: small numbers, addresses, and parts of live handles put together anew. */
static void test_plausible_values_are_refused(void)
{
    const ULONG_PTR addresses[] = {(ULONG_PTR)&provider, (ULONG_PTR)live, (ULONG_PTR)calls,
        (ULONG_PTR)generate_from, UINTPTR_MAX, UINTPTR_MAX - 1, (ULONG_PTR)1 << 63};
    uint64_t state = 99;

    for (size_t call = 0; call < COUNT(calls); call++) {
        for (ULONG_PTR small = 0; small < 4096; small++)
            expect_refused(call, small);
        for (size_t i = 0; i < COUNT(addresses); i++)
            expect_refused(call, addresses[i]);
        for (int i = 0; i < 10000; i++) {
            const uint64_t value = next_random(&state);
            const uint64_t mask = value >> 63 != 0 ? UINT32_MAX : UINT64_C(0xFFFFFF);
            const ULONG_PTR handle =
                (ULONG_PTR)((live[value % LIVE] & mask) | (next_random(&state) & ~mask));

            if (!is_live(handle))
                expect_refused(call, handle);
        }
    }
}

static void test_live_handles_with_one_bit_changed_are_refused(void)
{
    for (size_t i = 0; i <= LIVE; i++) {
        for (unsigned bit = 0; bit < 64; bit++) {
            const ULONG_PTR handle = live[i] ^ (ULONG_PTR)1 << bit;

            /* The changed slot number may be that of another live key. */
            if (is_live(handle))
                continue;
            for (size_t call = 0; call < COUNT(calls); call++)
                expect_refused(call, handle);
        }
    }
}

/* The same against SslFreeObject, which would do the most harm. */
static void test_forged_handles_free_nothing(void)
{
    uint64_t state = 7;

    for (int i = 0; i < RANDOM_VALUES_OF_OTHERS; i++)
        EXPECT_STATUS(SslFreeObject((NCRYPT_HANDLE)next_random(&state), 0), STATUS_INVALID_HANDLE,
            "a random value");
    for (size_t i = 0; i <= LIVE; i += 37) {
        for (unsigned bit = 0; bit < 64; bit++) {
            const ULONG_PTR handle = live[i] ^ (ULONG_PTR)1 << bit;

            if (!is_live(handle))
                EXPECT_STATUS(SslFreeObject(handle, 0), STATUS_INVALID_HANDLE, "one bit");
        }
    }
}

/* ---- Of another kind ---- */

static void test_handle_of_another_kind_is_refused(void)
{
    const NCRYPT_KEY_HANDLE master = live[0], read = live[1], write = live[2];
    const struct secret_blob blob = make_secret(NCRYPTSSL_KIND_TRAFFIC_SECRET,
        TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES256_GCM, NCRYPT_SSL_CLIENT_FLAG, 48);
    NCRYPT_KEY_HANDLE traffic = 0;

    EXPECT_SUCCESS(import_secret(provider, &blob, &traffic), "import");
    EXPECT_BAD_HANDLE(generate_from(provider), "provider as master key");
    EXPECT_BAD_HANDLE(generate_from(read), "read key as master key");
    EXPECT_BAD_HANDLE(generate_from(write), "write key as master key");
    EXPECT_BAD_HANDLE(generate_from(traffic), "TLS 1.3 secret as master key");
    EXPECT_BAD_HANDLE(export_from(provider), "provider exported");
    EXPECT_BAD_HANDLE(encrypt_with(provider), "provider encrypts");
    EXPECT_BAD_HANDLE(encrypt_with(master), "master key encrypts");
    /* Natively of the same kind as a session key, at another stage:
     * told apart once the other arguments are in order. */
    EXPECT_STATUS(encrypt_with(traffic), NTE_NOT_SUPPORTED, "TLS 1.3 secret encrypts");
    EXPECT_STATUS(SslEncryptPacket(provider, traffic, NULL, 0, NULL, 0, NULL, 0, 0, 1),
        NTE_INVALID_PARAMETER, "TLS 1.3 secret encrypts nothing");
    EXPECT_BAD_HANDLE(decrypt_with(provider), "provider decrypts");
    EXPECT_BAD_HANDLE(decrypt_with(master), "master key decrypts");
    EXPECT_STATUS(decrypt_with(traffic), NTE_NOT_SUPPORTED, "TLS 1.3 secret decrypts");
    EXPECT_SUCCESS(encrypt_with(write), "the write key encrypts");
    EXPECT_SUCCESS(SslFreeObject(traffic, 0), "free");
}

/* ---- Freed ---- */

static void test_freed_handles_stay_refused_after_their_slot_is_reused(void)
{
    enum { ROUNDS = 200 };
    NCRYPT_KEY_HANDLE stale[ROUNDS];

    for (size_t i = 0; i < ROUNDS; i++) {
        EXPECT_SUCCESS(import_master(provider, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM,
                           NCRYPT_SSL_CLIENT_FLAG, &stale[i]),
            "import");
        EXPECT_SUCCESS(SslFreeObject(stale[i], 0), "free");
        EXPECT_STATUS(SslFreeObject(stale[i], 0), STATUS_INVALID_HANDLE, "free again");
        for (size_t j = 0; j <= i; j++) {
            EXPECT_BAD_HANDLE(generate_from(stale[j]), "stale");
            EXPECT(j == i || stale[j] != stale[i], "no handle comes twice");
        }
    }
}

static void test_every_live_handle_still_works(void)
{
    for (size_t i = 0; i < LIVE; i += 4) {
        struct key_pair keys;

        EXPECT_SUCCESS(generate(provider, live[i], &keys), "master key");
        free_pair(&keys);
        EXPECT_SUCCESS(export_from(live[i + 1]), "read key");
        EXPECT_SUCCESS(encrypt_with(live[i + 2]), "write key");
        EXPECT_SUCCESS(generate(provider, live[i + 3], &keys), "master key");
        free_pair(&keys);
    }
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_random_values_are_refused),
        TEST(test_plausible_values_are_refused),
        TEST(test_live_handles_with_one_bit_changed_are_refused),
        TEST(test_forged_handles_free_nothing),
        TEST(test_handle_of_another_kind_is_refused),
        TEST(test_freed_handles_stay_refused_after_their_slot_is_reused),
        TEST(test_every_live_handle_still_works),
    };

    return RUN_TESTS("handles", open_all, close_all, tests);
}
