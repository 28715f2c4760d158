/* SPDX-License-Identifier: Apache-2.0
 *
 * Provider handles: opening, counting, closing, listing, properties and buffers.  "MS" in a source
 * is Microsoft's public page of the function, "observed" the section of the notes on the behaviour
 * of Windows; where they differ the page holds.
 */
#include "shim/support.h"

#include <stdint.h>

static const WCHAR other_name[] = NCRYPTSSL_TEXT("Another SSL Protocol Provider");
static const WCHAR lower_case_name[] = NCRYPTSSL_TEXT("microsoft ssl protocol provider");
static const WCHAR longer_name[] = NCRYPTSSL_TEXT("Microsoft SSL Protocol Provider ");
static const WCHAR empty_name[] = NCRYPTSSL_TEXT("");

static bool is_open(NCRYPT_PROV_HANDLE provider)
{
    NCRYPT_KEY_HANDLE key = 0;
    const SECURITY_STATUS status = import_master(
        provider, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG, &key);

    if (status == ERROR_SUCCESS)
        SslFreeObject(key, 0);
    return status == ERROR_SUCCESS;
}

/* ---- SslOpenProvider ---- */

enum { OPEN_NO_HANDLE, OPEN_FLAGS, OPEN_NAME, OPEN_FAULTS };

static const struct fault open_faults[OPEN_FAULTS] = {
    [OPEN_NO_HANDLE] = {"no output", "observed 8, MS", 0, NTE_INVALID_PARAMETER},
    [OPEN_FLAGS] = {"flags", "observed 8", 1, NTE_INVALID_PARAMETER},
    [OPEN_NAME] = {"unknown name", "observed 8", 2, STATUS_NOT_FOUND},
};

static SECURITY_STATUS call_open(unsigned long faults)
{
    NCRYPT_PROV_HANDLE provider = GARBAGE_HANDLE;
    const SECURITY_STATUS status =
        SslOpenProvider(has_fault(faults, OPEN_NO_HANDLE) ? NULL : &provider,
            has_fault(faults, OPEN_NAME) ? other_name : NULL, has_fault(faults, OPEN_FLAGS));

    if (!has_fault(faults, OPEN_NO_HANDLE))
        EXPECT(status == ERROR_SUCCESS || provider == 0, "SslOpenProvider");
    if (status == ERROR_SUCCESS)
        EXPECT_SUCCESS(SslFreeObject(provider, 0), "open provider");
    return status;
}

static void test_open_checks_in_order(void)
{
    EXPECT_SUCCESS(call_open(0), "nothing wrong");
    check_order("SslOpenProvider", open_faults, OPEN_FAULTS, call_open);
}

static void test_provider_names_are_compared_exactly(void)
{
    static const LPCWSTR wrong[] = {lower_case_name, longer_name, empty_name};
    NCRYPT_PROV_HANDLE provider = 0;

    EXPECT_SUCCESS(SslOpenProvider(&provider, MS_SCHANNEL_PROVIDER, 0), "the name");
    EXPECT(provider != 0, "the name");
    EXPECT_SUCCESS(SslFreeObject(provider, 0), "the name");
    for (size_t i = 0; i < COUNT(wrong); i++) {
        provider = GARBAGE_HANDLE;
        EXPECT_STATUS(SslOpenProvider(&provider, wrong[i], 0), STATUS_NOT_FOUND, "another name");
        EXPECT(provider == 0, "another name");
    }
}

/* Every bit of the reserved flags counts. */
static void test_every_flag_of_open_is_refused(void)
{
    for (unsigned bit = 0; bit < 32; bit++) {
        NCRYPT_PROV_HANDLE provider = GARBAGE_HANDLE;

        EXPECT_STATUS(SslOpenProvider(&provider, NULL, (DWORD)1 << bit), NTE_INVALID_PARAMETER,
            "one reserved bit");
        EXPECT(provider == 0, "one reserved bit");
    }
}

/* ---- Reference counts ---- */

static void test_increment_and_decrement_count(void)
{
    enum { MORE = 100 };
    NCRYPT_PROV_HANDLE provider = 0;

    EXPECT_SUCCESS(SslOpenProvider(&provider, NULL, 0), "open");
    for (int i = 0; i < MORE; i++)
        EXPECT_SUCCESS(SslIncrementProviderReferenceCount(provider), "increment");
    /* Decrement and free take one reference each, in any mixture. */
    for (int i = 0; i < MORE; i++) {
        EXPECT_SUCCESS(
            i % 3 == 0 ? SslFreeObject(provider, 0) : SslDecrementProviderReferenceCount(provider),
            "give one back");
        EXPECT(is_open(provider), "references are left");
    }
    EXPECT_SUCCESS(SslDecrementProviderReferenceCount(provider), "the last one");
    EXPECT(!is_open(provider), "no reference is left");
    EXPECT_STATUS(SslDecrementProviderReferenceCount(provider), STATUS_INVALID_HANDLE, "closed");
    EXPECT_STATUS(SslFreeObject(provider, 0), STATUS_INVALID_HANDLE, "closed");
    EXPECT_BAD_HANDLE(SslIncrementProviderReferenceCount(provider), "closed");
}

static void test_two_opens_are_two_handles(void)
{
    NCRYPT_PROV_HANDLE first = 0, second = 0, third = 0;

    EXPECT_SUCCESS(SslOpenProvider(&first, NULL, 0), "open");
    EXPECT_SUCCESS(SslOpenProvider(&second, NULL, 0), "open");
    EXPECT(first != second, "two handles");
    EXPECT_SUCCESS(SslFreeObject(first, 0), "free the first");
    EXPECT(!is_open(first) && is_open(second), "only the second is open");
    /* The slot may be used again; the number may not. */
    EXPECT_SUCCESS(SslOpenProvider(&third, NULL, 0), "open");
    EXPECT(third != first, "no handle comes twice");
    EXPECT_STATUS(SslFreeObject(first, 0), STATUS_INVALID_HANDLE, "stale");
    EXPECT(is_open(third), "a stale handle reaches nobody");
    EXPECT_SUCCESS(SslFreeObject(second, 0), "free the second");
    EXPECT_SUCCESS(SslFreeObject(third, 0), "free the third");
}

/* Codes of the pages: SslFreeObject and SslDecrement... name the raw NTSTATUS, SslIncrement... the
 * code of the other functions. */
static void check_bad_provider(ULONG_PTR handle, const char *label)
{
    EXPECT_BAD_HANDLE(SslIncrementProviderReferenceCount(handle), label);
    EXPECT_STATUS(SslDecrementProviderReferenceCount(handle), STATUS_INVALID_HANDLE, label);
}

static void test_key_in_place_of_a_provider_is_refused(void)
{
    NCRYPT_PROV_HANDLE provider = 0;
    NCRYPT_KEY_HANDLE master = 0;
    struct key_pair keys = {0, 0};

    EXPECT_SUCCESS(SslOpenProvider(&provider, NULL, 0), "open");
    EXPECT_SUCCESS(import_master(provider, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM,
                       NCRYPT_SSL_SERVER_FLAG, &master),
        "import");
    EXPECT_SUCCESS(generate(provider, master, &keys), "generate");
    check_bad_provider(0, "zero");
    check_bad_provider(UINTPTR_MAX, "all bits");
    check_bad_provider((ULONG_PTR)&provider, "an address");
    check_bad_provider(master, "a master key");
    check_bad_provider(keys.read, "a session key");
    EXPECT_STATUS(SslFreeObject(0, 0), STATUS_INVALID_HANDLE, "zero");
    EXPECT_STATUS(SslFreeObject(UINTPTR_MAX, 0), STATUS_INVALID_HANDLE, "all bits");
    EXPECT_STATUS(SslFreeObject((ULONG_PTR)&provider, 0), STATUS_INVALID_HANDLE, "an address");
    free_pair(&keys);
    EXPECT_SUCCESS(SslFreeObject(master, 0), "free the master key");
    EXPECT_SUCCESS(SslFreeObject(provider, 0), "free the provider");
}

/* Observed 8: the flags of SslFreeObject are never looked at. */
static void test_free_object_ignores_its_flags(void)
{
    for (unsigned bit = 0; bit < 32; bit++) {
        NCRYPT_PROV_HANDLE provider = 0;

        EXPECT_SUCCESS(SslOpenProvider(&provider, NULL, 0), "open");
        EXPECT_SUCCESS(SslFreeObject(provider, (DWORD)1 << bit), "one flag");
        EXPECT_STATUS(SslFreeObject(provider, (DWORD)1 << bit), STATUS_INVALID_HANDLE, "twice");
    }
}

/* Observed 8: keys keep the provider alive, the closed handle is refused all the same. */
static void test_keys_outlive_their_provider_handle(void)
{
    static BYTE plain[] = "the provider handle is gone";
    NCRYPT_PROV_HANDLE first = 0, second = 0;
    NCRYPT_KEY_HANDLE master = 0;
    struct key_pair client = {0, 0}, server = {0, 0};
    BYTE record[128], opened[128];
    DWORD len = 0;

    EXPECT_SUCCESS(SslOpenProvider(&first, NULL, 0), "open");
    EXPECT_SUCCESS(import_master(first, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM,
                       NCRYPT_SSL_CLIENT_FLAG, &master),
        "import");
    EXPECT_SUCCESS(make_side(first, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM,
                       NCRYPT_SSL_SERVER_FLAG, &server),
        "generate");
    EXPECT_SUCCESS(SslFreeObject(first, 0), "close");
    EXPECT_BAD_HANDLE(generate(first, master, &client), "closed, and kept alive by keys");
    EXPECT_BAD_HANDLE(SslEncryptPacket(first, server.write, plain, sizeof(plain), record,
                          sizeof(record), &len, 0, CT_APPLICATIONDATA, 0),
        "closed, and kept alive by keys");
    EXPECT_SUCCESS(SslOpenProvider(&second, NULL, 0), "open another");
    EXPECT_SUCCESS(generate(second, master, &client), "an old key under a new provider handle");
    EXPECT_SUCCESS(SslEncryptPacket(second, client.write, plain, sizeof(plain), record,
                       sizeof(record), &len, 0, CT_APPLICATIONDATA, 0),
        "encrypt");
    EXPECT_SUCCESS(
        SslDecryptPacket(second, server.read, record, len, opened, sizeof(opened), &len, 0, 0),
        "decrypt");
    EXPECT(len == sizeof(plain) && memcmp(opened, plain, sizeof(plain)) == 0, "plaintext");
    EXPECT_SUCCESS(SslFreeObject(second, 0), "close");
    EXPECT_SUCCESS(SslFreeObject(master, 0), "free with no provider handle open");
    EXPECT_SUCCESS(SslFreeObject(client.read, 0), "free with no provider handle open");
    EXPECT_SUCCESS(SslFreeObject(client.write, 0), "free with no provider handle open");
    EXPECT_STATUS(SslFreeObject(client.write, 0), STATUS_INVALID_HANDLE, "freed before");
    free_pair(&server);
}

/* ---- SslGetProviderProperty ---- */

enum {
    PROPERTY_PROVIDER,
    PROPERTY_NO_NAME,
    PROPERTY_LONG_NAME,
    PROPERTY_NO_OUTPUT,
    PROPERTY_NO_LENGTH,
    PROPERTY_FLAGS,
    PROPERTY_FAULTS
};

static const struct fault property_faults[PROPERTY_FAULTS] = {
    [PROPERTY_PROVIDER] = {"no provider", "observed 8", 0, NTE_INVALID_HANDLE},
    [PROPERTY_NO_NAME] = {"no name", "observed 8", 1, NTE_INVALID_PARAMETER},
    [PROPERTY_LONG_NAME] = {"65 characters", "observed 8", 1, NTE_INVALID_PARAMETER},
    [PROPERTY_NO_OUTPUT] = {"no output", "observed 8", 2, NTE_INVALID_PARAMETER},
    [PROPERTY_NO_LENGTH] = {"no length", "observed 8", 3, NTE_INVALID_PARAMETER},
    [PROPERTY_FLAGS] = {"flags", "observed 8", 4, NTE_BAD_FLAGS},
};

static NCRYPT_PROV_HANDLE property_provider;

static SECURITY_STATUS call_property(unsigned long faults)
{
    WCHAR name[NCRYPT_MAX_PROPERTY_NAME + 2];
    const size_t name_len = NCRYPT_MAX_PROPERTY_NAME + has_fault(faults, PROPERTY_LONG_NAME);
    BYTE block, *output = &block;
    DWORD len = 77;
    PVOID state = NULL;
    SECURITY_STATUS status;

    for (size_t i = 0; i < name_len; i++)
        name[i] = 'N';
    name[name_len] = 0;
    status = SslGetProviderProperty(has_fault(faults, PROPERTY_PROVIDER) ? 0 : property_provider,
        has_fault(faults, PROPERTY_NO_NAME) ? NULL : name,
        has_fault(faults, PROPERTY_NO_OUTPUT) ? NULL : &output,
        has_fault(faults, PROPERTY_NO_LENGTH) ? NULL : &len, &state,
        has_fault(faults, PROPERTY_FLAGS));
    EXPECT(output == NULL || has_fault(faults, PROPERTY_NO_OUTPUT), "SslGetProviderProperty");
    EXPECT(len == 0 || has_fault(faults, PROPERTY_NO_LENGTH), "SslGetProviderProperty");
    return status;
}

static void test_properties_are_checked_but_not_supported(void)
{
    EXPECT_SUCCESS(SslOpenProvider(&property_provider, NULL, 0), "open");
    EXPECT_STATUS(call_property(0), NTE_NOT_SUPPORTED, "a name of 64 characters");
    check_order("SslGetProviderProperty", property_faults, PROPERTY_FAULTS, call_property);
    EXPECT_SUCCESS(SslFreeObject(property_provider, 0), "close");
}

/* ---- SslEnumProtocolProviders and SslFreeBuffer ---- */

enum { ENUM_NO_COUNT, ENUM_NO_LIST, ENUM_FLAGS, ENUM_FAULTS };

static const struct fault enum_faults[ENUM_FAULTS] = {
    [ENUM_NO_COUNT] = {"no count", "observed 8", 0, NTE_INVALID_PARAMETER},
    [ENUM_NO_LIST] = {"no list", "observed 8", 1, NTE_INVALID_PARAMETER},
    [ENUM_FLAGS] = {"flags", "observed 8", 2, NTE_BAD_FLAGS},
};

static SECURITY_STATUS call_enum(unsigned long faults)
{
    const bool both = !has_fault(faults, ENUM_NO_COUNT) && !has_fault(faults, ENUM_NO_LIST);
    NCryptProviderName garbage, *list = &garbage;
    DWORD count = 77;
    const SECURITY_STATUS status =
        SslEnumProtocolProviders(has_fault(faults, ENUM_NO_COUNT) ? NULL : &count,
            has_fault(faults, ENUM_NO_LIST) ? NULL : &list, has_fault(faults, ENUM_FLAGS));

    if (status == ERROR_SUCCESS)
        EXPECT_SUCCESS(SslFreeBuffer(list), "list");
    else if (both)
        EXPECT(count == 0 && list == NULL, "SslEnumProtocolProviders");
    return status;
}

static void test_enumeration_checks_in_order(void)
{
    EXPECT_SUCCESS(call_enum(0), "nothing wrong");
    check_order("SslEnumProtocolProviders", enum_faults, ENUM_FAULTS, call_enum);
}

static void test_enumeration_names_one_provider_that_opens(void)
{
    static const WCHAR name[] = MS_SCHANNEL_PROVIDER;
    NCryptProviderName *list = NULL;
    NCRYPT_PROV_HANDLE provider = 0;
    DWORD count = 0;

    EXPECT_SUCCESS(SslEnumProtocolProviders(&count, &list, 0), "list");
    if (!EXPECT(count == 1 && list != NULL, "list"))
        return;
    EXPECT(memcmp(list[0].pszName, name, sizeof(name)) == 0, "name");
    EXPECT(list[0].pszComment == NULL, "comment");
    EXPECT_SUCCESS(SslOpenProvider(&provider, list[0].pszName, 0), "open what was listed");
    EXPECT_SUCCESS(SslFreeObject(provider, 0), "close");
    /* The names are in the block: what is freed is the array alone. */
    EXPECT_STATUS(SslFreeBuffer(list[0].pszName), NTE_INVALID_PARAMETER, "inside a block");
    EXPECT_SUCCESS(SslFreeBuffer(list), "free once");
}

static void test_free_buffer_accepts_own_blocks_once(void)
{
    NCryptProviderName *lists[3] = {NULL, NULL, NULL};
    BYTE *foreign = malloc(64);
    BYTE local[64];
    DWORD count;

    EXPECT_STATUS(SslFreeBuffer(NULL), NTE_INVALID_PARAMETER, "NULL");
    EXPECT_STATUS(SslFreeBuffer(local), NTE_INVALID_PARAMETER, "automatic storage");
    EXPECT_STATUS(SslFreeBuffer(foreign), NTE_INVALID_PARAMETER, "a block of malloc");
    for (size_t i = 0; i < COUNT(lists); i++)
        EXPECT_SUCCESS(SslEnumProtocolProviders(&count, &lists[i], 0), "list");
    EXPECT_STATUS(SslFreeBuffer((BYTE *)lists[0] + 1), NTE_INVALID_PARAMETER, "inside a block");
    /* The middle, the oldest and the newest of three. */
    EXPECT_SUCCESS(SslFreeBuffer(lists[1]), "free");
    EXPECT_SUCCESS(SslFreeBuffer(lists[0]), "free");
    EXPECT_STATUS(SslFreeBuffer(lists[1]), NTE_INVALID_PARAMETER, "freed before");
    EXPECT_SUCCESS(SslFreeBuffer(lists[2]), "free");
    for (size_t i = 0; i < COUNT(lists); i++)
        EXPECT_STATUS(SslFreeBuffer(lists[i]), NTE_INVALID_PARAMETER, "freed before");
    free(foreign);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_open_checks_in_order),
        TEST(test_provider_names_are_compared_exactly),
        TEST(test_every_flag_of_open_is_refused),
        TEST(test_increment_and_decrement_count),
        TEST(test_two_opens_are_two_handles),
        TEST(test_key_in_place_of_a_provider_is_refused),
        TEST(test_free_object_ignores_its_flags),
        TEST(test_keys_outlive_their_provider_handle),
        TEST(test_properties_are_checked_but_not_supported),
        TEST(test_enumeration_checks_in_order),
        TEST(test_enumeration_names_one_provider_that_opens),
        TEST(test_free_buffer_accepts_own_blocks_once),
    };

    return RUN_TESTS("provider handles", NULL, NULL, tests);
}
