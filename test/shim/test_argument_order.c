/* SPDX-License-Identifier: Apache-2.0
 *
 * SslGenerateSessionKeys, SslImportKey, SslExportKey: which status a wrong call gets, and which one
 * where two arguments are wrong. "observed" is the section of the notes on the behaviour of
 * Windows, "header" the rules at the top of sslprovider.h for what the notes leave open.  The
 * SSL 2.0 step of the notes cannot be reached: no key of SSL 2.0 can be made.
 */
#include "shim/support/handle_faults.h"

enum { UNTOUCHED = 0x7E57 };

/* ---- SslGenerateSessionKeys ---- */

enum {
    GENERATE_NO_READ = HANDLE_FAULTS,
    GENERATE_NO_WRITE,
    GENERATE_SESSION_KEY,
    GENERATE_TLS13_SECRET,
    GENERATE_FLAGS,
    GENERATE_NO_LIST,
    GENERATE_LIST_VERSION,
    GENERATE_NO_BUFFERS,
    GENERATE_EMPTY_ENTRY,
    GENERATE_SHORT_RANDOM,
    GENERATE_FAULTS
};

static const struct fault generate_faults[GENERATE_FAULTS] = {
    PROVIDER_ROWS,
    KEY_ROWS,
    [GENERATE_NO_READ] = {"no read key", "observed 4", 2, NTE_INVALID_PARAMETER},
    [GENERATE_NO_WRITE] = {"no write key", "observed 4", 3, NTE_INVALID_PARAMETER},
    [GENERATE_SESSION_KEY] = {"session key", "observed 4", KEY_ARGUMENT, NTE_INVALID_HANDLE},
    [GENERATE_TLS13_SECRET] = {"TLS 1.3 secret", "observed 4", KEY_ARGUMENT, NTE_INVALID_HANDLE},
    [GENERATE_FLAGS] = {"flags", "observed 4", 4, NTE_BAD_FLAGS},
    [GENERATE_NO_LIST] = {"no list", "observed 2", 5, NTE_INVALID_PARAMETER},
    [GENERATE_LIST_VERSION] = {"list version", "observed 2", 5, NTE_INVALID_PARAMETER},
    [GENERATE_NO_BUFFERS] = {"no buffers", "observed 2", 5, NTE_INVALID_PARAMETER},
    [GENERATE_EMPTY_ENTRY] = {"empty entry", "observed 2", 5, NTE_INVALID_PARAMETER},
    [GENERATE_SHORT_RANDOM] = {"short random", "observed 2", 5, NTE_INVALID_PARAMETER},
};

static NCRYPT_KEY_HANDLE choose_master(unsigned long faults)
{
    if (has_fault(faults, GENERATE_SESSION_KEY))
        return handles.client.read;
    return choose_key(
        faults, has_fault(faults, GENERATE_TLS13_SECRET) ? handles.exporter : handles.master);
}

static SECURITY_STATUS call_generate(unsigned long faults)
{
    const bool no_read = has_fault(faults, GENERATE_NO_READ);
    const bool no_write = has_fault(faults, GENERATE_NO_WRITE);
    struct key_pair keys = {GARBAGE_HANDLE, GARBAGE_HANDLE};
    struct randoms randoms;
    NCryptBufferDesc *list = fill_randoms(&randoms);
    SECURITY_STATUS status;

    if (has_fault(faults, GENERATE_LIST_VERSION))
        list->ulVersion = 1;
    if (has_fault(faults, GENERATE_NO_BUFFERS))
        list->pBuffers = NULL;
    if (has_fault(faults, GENERATE_EMPTY_ENTRY))
        randoms.buffers[1].pvBuffer = NULL;
    if (has_fault(faults, GENERATE_SHORT_RANDOM))
        randoms.buffers[0].cbBuffer--;
    if (has_fault(faults, GENERATE_NO_LIST))
        list = NULL;
    status = SslGenerateSessionKeys(choose_provider(faults), choose_master(faults),
        no_read ? NULL : &keys.read, no_write ? NULL : &keys.write, list,
        has_fault(faults, GENERATE_FLAGS));
    if (status == ERROR_SUCCESS) {
        free_pair(&keys);
    } else {
        EXPECT(no_read || keys.read == 0, "SslGenerateSessionKeys");
        EXPECT(no_write || keys.write == 0, "SslGenerateSessionKeys");
    }
    return status;
}

static void test_generate_checks_in_order(void)
{
    EXPECT_SUCCESS(call_generate(0), "nothing wrong");
    check_order("SslGenerateSessionKeys", generate_faults, GENERATE_FAULTS, call_generate);
}

/* ---- SslImportKey ---- */

enum {
    IMPORT_UNKNOWN_TYPE = IMPORT_COMMON_FAULTS,
    IMPORT_LOWER_CASE_TYPE,
    IMPORT_BAD_MAGIC,
    IMPORT_FAULTS
};

static const struct fault import_faults[IMPORT_FAULTS] = {
    IMPORT_COMMON_ROWS,
    [IMPORT_UNKNOWN_TYPE] = {"unknown blob type", "observed 5", 5, NTE_NOT_SUPPORTED},
    [IMPORT_LOWER_CASE_TYPE] = {"lower-case type", "observed 5", 5, NTE_NOT_SUPPORTED},
    [IMPORT_BAD_MAGIC] = {"magic of the blob", "sslprovider_ext.h", 6, NTE_BAD_DATA},
};

static LPCWSTR choose_type(bool none, bool unknown, bool lower_case)
{
    static const WCHAR secret_type[] = NCRYPTSSL_SECRET_BLOB;
    static const WCHAR unknown_type[] = NCRYPTSSL_TEXT("PRIVATEBLOB");
    static const WCHAR lower_case_type[] = NCRYPTSSL_TEXT("ncryptsslsecretblob");

    if (none)
        return NULL;
    if (unknown)
        return unknown_type;
    return lower_case ? lower_case_type : secret_type;
}

static SECURITY_STATUS call_import(unsigned long faults)
{
    const bool no_output = has_fault(faults, IMPORT_NO_OUTPUT);
    struct secret_blob blob =
        make_master(TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG);
    NCRYPT_KEY_HANDLE key = GARBAGE_HANDLE;
    SECURITY_STATUS status;

    if (has_fault(faults, IMPORT_BAD_MAGIC))
        blob.header.dwMagic ^= 1;
    status = SslImportKey(choose_provider(faults), no_output ? NULL : &key,
        choose_type(has_fault(faults, IMPORT_NO_TYPE), has_fault(faults, IMPORT_UNKNOWN_TYPE),
            has_fault(faults, IMPORT_LOWER_CASE_TYPE)),
        has_fault(faults, IMPORT_NO_BLOB) ? NULL : (PBYTE)&blob, blob.header.cbLength,
        has_fault(faults, IMPORT_FLAGS));
    if (status == ERROR_SUCCESS)
        SslFreeObject(key, 0);
    else
        EXPECT(no_output || key == 0, "SslImportKey");
    return status;
}

static void test_import_checks_in_order(void)
{
    EXPECT_SUCCESS(call_import(0), "nothing wrong");
    check_order("SslImportKey", import_faults, IMPORT_FAULTS, call_import);
}

/* Observed 5, last line of the table of SslImportKey. */
static void test_unknown_type_and_empty_blob_have_a_status_of_their_own(void)
{
    NCRYPT_KEY_HANDLE key = GARBAGE_HANDLE;
    BYTE byte = 0;

    EXPECT_STATUS(SslImportKey(handles.provider, &key, BCRYPT_KEY_DATA_BLOB, &byte, 0, 0),
        NTE_INVALID_PARAMETER, "0 bytes");
    EXPECT(key == 0, "0 bytes");
    EXPECT_STATUS(SslImportKey(handles.provider, &key, BCRYPT_KEY_DATA_BLOB, &byte, 1, 0),
        NTE_NOT_SUPPORTED, "1 byte");
    EXPECT_STATUS(SslImportKey(handles.provider, &key, NCRYPTSSL_SECRET_BLOB, &byte, 0, 0),
        NTE_BAD_DATA, "0 bytes");
    EXPECT_STATUS(SslImportKey(handles.provider, &key, BCRYPT_OPAQUE_KEY_BLOB, &byte, 0, 0),
        NTE_BAD_DATA, "0 bytes");
}

/* ---- SslExportKey ---- */

enum {
    EXPORT_NO_TYPE = EXPORT_COMMON_FAULTS,
    EXPORT_UNKNOWN_TYPE,
    EXPORT_SECRET_TYPE,
    EXPORT_MASTER,
    EXPORT_TLS13_SECRET,
    EXPORT_SHORT,
    EXPORT_FAULTS
};

static const struct fault export_faults[EXPORT_FAULTS] = {
    EXPORT_COMMON_ROWS,
    [EXPORT_NO_TYPE] = {"no blob type", "header", 4, NTE_INVALID_PARAMETER},
    [EXPORT_UNKNOWN_TYPE] = {"unknown blob type", "observed 5", 4, NTE_NOT_SUPPORTED},
    [EXPORT_SECRET_TYPE] = {"raw secret", "sslprovider_ext.h", 4, NTE_NOT_SUPPORTED},
    [EXPORT_MASTER] = {"master key", "header", KEY_ARGUMENT, NTE_NOT_SUPPORTED},
    [EXPORT_TLS13_SECRET] = {"TLS 1.3 secret", "header", KEY_ARGUMENT, NTE_NOT_SUPPORTED},
    [EXPORT_SHORT] = {"short buffer", "observed 5", 5, NTE_BUFFER_TOO_SMALL},
};

static NCRYPT_KEY_HANDLE choose_exported(unsigned long faults)
{
    if (has_fault(faults, EXPORT_MASTER))
        return handles.master;
    return choose_key(
        faults, has_fault(faults, EXPORT_TLS13_SECRET) ? handles.exporter : handles.client.read);
}

static LPCWSTR choose_export_type(unsigned long faults)
{
    static const WCHAR opaque_type[] = BCRYPT_OPAQUE_KEY_BLOB;
    const bool named = has_fault(faults, EXPORT_NO_TYPE) ||
        has_fault(faults, EXPORT_UNKNOWN_TYPE) || has_fault(faults, EXPORT_SECRET_TYPE);

    return named ? choose_type(has_fault(faults, EXPORT_NO_TYPE),
                       has_fault(faults, EXPORT_UNKNOWN_TYPE), false)
                 : opaque_type;
}

static SECURITY_STATUS call_export(unsigned long faults)
{
    BYTE output[MAX_BLOB_LEN];
    DWORD len = UNTOUCHED;
    const SECURITY_STATUS status = SslExportKey(choose_provider(faults), choose_exported(faults),
        choose_export_type(faults), output, has_fault(faults, EXPORT_SHORT) ? 1 : MAX_BLOB_LEN,
        has_fault(faults, EXPORT_NO_RESULT) ? NULL : &len, has_fault(faults, EXPORT_FLAGS));

    if (has_fault(faults, EXPORT_NO_RESULT))
        EXPECT(len == UNTOUCHED, "SslExportKey");
    else if (status == ERROR_SUCCESS || status == NTE_BUFFER_TOO_SMALL)
        EXPECT(len > 1 && len < MAX_BLOB_LEN, "SslExportKey");
    else
        EXPECT(len == 0, "SslExportKey");
    return status;
}

static void test_export_checks_in_order(void)
{
    EXPECT_SUCCESS(call_export(0), "nothing wrong");
    check_order("SslExportKey", export_faults, EXPORT_FAULTS, call_export);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_generate_checks_in_order),
        TEST(test_import_checks_in_order),
        TEST(test_unknown_type_and_empty_blob_have_a_status_of_their_own),
        TEST(test_export_checks_in_order),
    };

    return RUN_TESTS("argument order", open_handles, close_handles, tests);
}
