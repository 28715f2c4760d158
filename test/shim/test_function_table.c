/* SPDX-License-Identifier: Apache-2.0
 *
 * GetSChannelInterface, SslInitializeInterface and SslChangeNotify.  The table is read as a foreign
 * caller reads it: by offset, each slot against the exported function of the name.
 */
#include "cunit/run_tests.h"
#include "ncryptssl/sslprovider.h"

#include <CUnit/Basic.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

enum { FIRST_SLOT_AT = 8, SLOT_COUNT = 41, TABLE_SIZE = 336 };

/* In the order of the slots. */
static const char *const names[SLOT_COUNT] = {
    "SslComputeClientAuthHash",
    "SslComputeEapKeyBlock",
    "SslComputeFinishedHash",
    "SslCreateEphemeralKey",
    "SslCreateHandshakeHash",
    "SslDecryptPacket",
    "SslEncryptPacket",
    "SslEnumCipherSuites",
    "SslExportKey",
    "SslFreeBuffer",
    "SslFreeObject",
    "SslGenerateMasterKey",
    "SslGenerateSessionKeys",
    "SslGetKeyProperty",
    "SslGetProviderProperty",
    "SslHashHandshake",
    "SslImportMasterKey",
    "SslImportKey",
    "SslLookupCipherSuiteInfo",
    "SslOpenPrivateKey",
    "SslOpenProvider",
    "SslSignHash",
    "SslVerifySignature",
    "SslLookupCipherLengths",
    "SslCreateClientAuthHash",
    "SslGetCipherSuitePRFHashAlgorithm",
    "SslComputeSessionHash",
    "SslGeneratePreMasterKey",
    "SslEnumEccCurves",
    "SslExportKeyingMaterial",
    "SslExtractEarlyKey",
    "SslExtractHandshakeKey",
    "SslExtractMasterKey",
    "SslExpandTrafficKeys",
    "SslExpandWriteKey",
    "SslExpandExporterMasterKey",
    "SslEnumCipherSuitesEx",
    "SslExpandResumptionMasterKey",
    "SslDuplicateTranscriptHash",
    "SslExpandBinderKey",
    "SslExpandPreSharedKey",
};

static const WCHAR name[] = MS_SCHANNEL_PROVIDER;
static const WCHAR other_case[] = NCRYPTSSL_TEXT("microsoft SSL Protocol Provider");
static const WCHAR longer[] = NCRYPTSSL_TEXT("Microsoft SSL Protocol Provider 2");
static const WCHAR empty[] = NCRYPTSSL_TEXT("");

static void test_wrong_arguments_clear_the_output(void)
{
    const LPCWSTR wrong[] = {other_case, longer, empty};
    static const NCRYPT_SSL_FUNCTION_TABLE zeros;
    NCRYPT_SSL_FUNCTION_TABLE own, *table;

    CU_ASSERT_EQUAL(GetSChannelInterface(NULL, NULL, 0), NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(SslInitializeInterface(name, NULL, 1), NTE_INVALID_PARAMETER);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        table = &own;
        CU_ASSERT_EQUAL(GetSChannelInterface(wrong[i], &table, 0), NTE_INVALID_PARAMETER);
        CU_ASSERT_PTR_NULL(table);
        memset(&own, 0x5A, sizeof(own));
        CU_ASSERT_EQUAL(SslInitializeInterface(wrong[i], &own, 1), NTE_INVALID_PARAMETER);
        CU_ASSERT_EQUAL(memcmp(&own, &zeros, sizeof(own)), 0);
    }
    memset(&own, 0x5A, sizeof(own));
    CU_ASSERT_EQUAL(SslInitializeInterface(name, &own, 1), NTE_BAD_FLAGS);
    CU_ASSERT_EQUAL(memcmp(&own, &zeros, sizeof(own)), 0);
}

static void test_both_names_and_all_flags_give_one_table(void)
{
    NCRYPT_SSL_FUNCTION_TABLE *by_name = NULL, *by_default = NULL;

    CU_ASSERT_EQUAL(GetSChannelInterface(name, &by_name, 0xFFFFFFFF), STATUS_SUCCESS);
    CU_ASSERT_EQUAL(GetSChannelInterface(NULL, &by_default, 0), STATUS_SUCCESS);
    CU_ASSERT_PTR_NOT_NULL(by_name);
    CU_ASSERT_PTR_EQUAL(by_name, by_default);
}

/* A slot as a number, read at its offset. */
static uintptr_t slot(const NCRYPT_SSL_FUNCTION_TABLE *table, size_t number)
{
    uintptr_t value;

    memcpy(&value, (const BYTE *)table + FIRST_SLOT_AT + number * sizeof(value), sizeof(value));
    return value;
}

/* The table is that of version 5, in which each slot is filled. */
static void check_table(const NCRYPT_SSL_FUNCTION_TABLE *table)
{
    static const USHORT version[4] = {5};
    void *const program = dlopen(NULL, RTLD_NOW);

    CU_ASSERT_EQUAL(sizeof(*table), TABLE_SIZE);
    CU_ASSERT_EQUAL(memcmp(table, version, sizeof(version)), 0);
    for (size_t i = 0; i < SLOT_COUNT; i++) {
        const uintptr_t expected = (uintptr_t)dlsym(program, names[i]);

        CU_ASSERT_NOT_EQUAL(expected, 0);
        CU_ASSERT_EQUAL(slot(table, i), expected);
        if (slot(table, i) != expected)
            fprintf(stderr, "slot %zu is not %s\n", i, names[i]);
    }
    dlclose(program);
}

static void test_entries_are_the_exported_functions(void)
{
    NCRYPT_SSL_FUNCTION_TABLE own, *table = NULL;

    CU_ASSERT_EQUAL_FATAL(GetSChannelInterface(NULL, &table, 0), STATUS_SUCCESS);
    check_table(table);
    memset(&own, 0x5A, sizeof(own));
    CU_ASSERT_EQUAL(SslInitializeInterface(NULL, &own, 0), ERROR_SUCCESS);
    check_table(&own);
}

static void test_functions_work_through_the_table(void)
{
    NCRYPT_SSL_FUNCTION_TABLE *table = NULL;
    NCRYPT_PROV_HANDLE provider = 0;
    NCRYPT_SSL_CIPHER_SUITE record = {0};

    CU_ASSERT_EQUAL_FATAL(GetSChannelInterface(name, &table, 0), STATUS_SUCCESS);
    CU_ASSERT_EQUAL_FATAL(table->OpenProvider(&provider, name, 0), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(
        table->LookupCipherSuiteInfo(provider, TLS1_2_PROTOCOL_VERSION, 0xC02F, 0, &record, 0),
        ERROR_SUCCESS);
    CU_ASSERT_EQUAL(record.dwCipherSuite, 0xC02F);
    CU_ASSERT_EQUAL(table->FreeObject(provider, 0), ERROR_SUCCESS);
}

static void test_change_notify_is_never_supported(void)
{
    int event;

    CU_ASSERT_EQUAL(SslChangeNotify(NULL, 0), NTE_NOT_SUPPORTED);
    CU_ASSERT_EQUAL(SslChangeNotify(&event, 1), NTE_NOT_SUPPORTED);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_wrong_arguments_clear_the_output),
        TEST(test_both_names_and_all_flags_give_one_table),
        TEST(test_entries_are_the_exported_functions),
        TEST(test_functions_work_through_the_table),
        TEST(test_change_notify_is_never_supported),
    };

    return RUN_TESTS("function table", NULL, NULL, tests);
}
