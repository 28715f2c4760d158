/* SPDX-License-Identifier: Apache-2.0
 *
 * Public blobs of SslImportKey and SslExportKey: the order of the checks, keys of libcrypto there
 * and back byte for byte, and blobs that are no key.  The tests of each algorithm are in
 * public_keys/.  "observed" is a section of the notes on the behaviour of Windows.
 */
#include "public_keys/public_keys.h"

#include <openssl/err.h>

struct blob p256;

static NCRYPT_KEY_HANDLE public_key; /* P-256 */

/* ---- The order of checks ---- */

enum { IMPORT_MAGIC = IMPORT_COMMON_FAULTS, IMPORT_POINT, IMPORT_FAULTS };

static const struct fault import_faults[IMPORT_FAULTS] = {
    IMPORT_COMMON_ROWS,
    [IMPORT_MAGIC] = {"magic", "observed 5", 6, NTE_NOT_SUPPORTED},
    [IMPORT_POINT] = {"point", "api 15, 39", 7, NTE_BAD_DATA},
};

static SECURITY_STATUS call_import(unsigned long faults)
{
    const bool no_output = has_fault(faults, IMPORT_NO_OUTPUT);
    static const WCHAR type[] = BCRYPT_ECCPUBLIC_BLOB;
    NCRYPT_KEY_HANDLE key = GARBAGE_HANDLE;
    struct blob blob = p256;
    SECURITY_STATUS status;

    if (has_fault(faults, IMPORT_MAGIC))
        blob.bytes[0] ^= 1;
    if (has_fault(faults, IMPORT_POINT))
        blob.bytes[blob.len - 1] ^= 1;
    status = SslImportKey(choose_provider(faults), no_output ? NULL : &key,
        has_fault(faults, IMPORT_NO_TYPE) ? NULL : type,
        has_fault(faults, IMPORT_NO_BLOB) ? NULL : blob.bytes, blob.len,
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

enum { EXPORT_NO_TYPE = EXPORT_COMMON_FAULTS, EXPORT_OTHER_TYPE, EXPORT_SHORT, EXPORT_FAULTS };

static const struct fault export_faults[EXPORT_FAULTS] = {
    EXPORT_COMMON_ROWS,
    [EXPORT_NO_TYPE] = {"no blob type", "observed 5", 4, NTE_INVALID_PARAMETER},
    [EXPORT_OTHER_TYPE] = {"type of RSA", "observed 5", 4, NTE_NOT_SUPPORTED},
    [EXPORT_SHORT] = {"short buffer", "observed 5", 5, NTE_BUFFER_TOO_SMALL},
};

static SECURITY_STATUS call_export(unsigned long faults)
{
    static const WCHAR type[] = BCRYPT_ECCPUBLIC_BLOB, other[] = BCRYPT_RSAPUBLIC_BLOB;
    BYTE output[MAX_BLOB];
    DWORD len = UNTOUCHED;
    LPCWSTR wanted = has_fault(faults, EXPORT_OTHER_TYPE) ? other : type;
    const SECURITY_STATUS status = SslExportKey(choose_provider(faults),
        choose_key(faults, public_key), has_fault(faults, EXPORT_NO_TYPE) ? NULL : wanted, output,
        has_fault(faults, EXPORT_SHORT) ? 71 : 72,
        has_fault(faults, EXPORT_NO_RESULT) ? NULL : &len, has_fault(faults, EXPORT_FLAGS));

    if (has_fault(faults, EXPORT_NO_RESULT))
        EXPECT(len == UNTOUCHED, "SslExportKey");
    else
        EXPECT(len == (status == ERROR_SUCCESS || status == NTE_BUFFER_TOO_SMALL ? 72U : 0U),
            "SslExportKey");
    return status;
}

static void test_export_checks_in_order(void)
{
    EXPECT_SUCCESS(call_export(0), "nothing wrong");
    check_order("SslExportKey", export_faults, EXPORT_FAULTS, call_export);
}

/* ---- Types and kinds ---- */

static const WCHAR ecc_type[] = BCRYPT_ECCPUBLIC_BLOB;
static const WCHAR ssl_ecc_type[] = SSL_ECCPUBLIC_BLOB;
static const WCHAR full_ecc_type[] = BCRYPT_ECCFULLPUBLIC_BLOB;
static const WCHAR dh_type[] = BCRYPT_DH_PUBLIC_BLOB;
static const WCHAR rsa_type[] = BCRYPT_RSAPUBLIC_BLOB;
static const WCHAR capi_type[] = LEGACY_RSAPUBLIC_BLOB;
static const WCHAR opaque_type[] = BCRYPT_OPAQUE_KEY_BLOB;

enum { MAX_TYPES = 3 };

/* The first type imports the blob. */
static void expect_types(const LPCWSTR types[MAX_TYPES], const struct blob *blob)
{
    static const LPCWSTR all[] = {
        ecc_type, ssl_ecc_type, full_ecc_type, dh_type, rsa_type, capi_type, opaque_type};
    NCRYPT_KEY_HANDLE key;

    EXPECT_SUCCESS(import_blob(types[0], blob, &key), "types");
    for (size_t i = 0; i < COUNT(all); i++) {
        DWORD len = UNTOUCHED;
        bool has = false;

        for (size_t j = 0; j < MAX_TYPES; j++)
            has |= all[i] == types[j];
        EXPECT_STATUS(SslExportKey(handles.provider, key, all[i], NULL, 0, &len, 0),
            has ? ERROR_SUCCESS : NTE_NOT_SUPPORTED, "types");
        EXPECT((len != 0) == has, "types");
    }
    SslFreeObject(key, 0);
}

static void test_each_algorithm_has_its_types(void)
{
    const LPCWSTR of_ecc[MAX_TYPES] = {ecc_type, ssl_ecc_type, full_ecc_type};
    const LPCWSTR of_x25519[MAX_TYPES] = {ecc_type, ssl_ecc_type};
    const LPCWSTR of_dh[MAX_TYPES] = {dh_type}, of_rsa[MAX_TYPES] = {rsa_type};
    const struct blob x25519 = make_x25519(BCRYPT_ECDH_PUBLIC_GENERIC_MAGIC);
    const struct blob dh = make_dh_word(2), rsa = make_rsa(1024, 3);
    DWORD len = UNTOUCHED;

    expect_types(of_ecc, &p256);
    expect_types(of_x25519, &x25519);
    expect_types(of_dh, &dh);
    expect_types(of_rsa, &rsa);
    /* A session key and a master key have none of these. */
    EXPECT_STATUS(SslExportKey(handles.provider, handles.client.read, ecc_type, NULL, 0, &len, 0),
        NTE_NOT_SUPPORTED, "session key");
    EXPECT_STATUS(SslExportKey(handles.provider, handles.master, rsa_type, NULL, 0, &len, 0),
        NTE_NOT_SUPPORTED, "master key");
}

static void test_unknown_types_and_empty_blobs_are_refused(void)
{
    struct blob blob = p256;
    static const WCHAR lower[] = NCRYPTSSL_TEXT("eccpublicblob");

    expect_refused(lower, &blob, NTE_NOT_SUPPORTED, "lower case");
    blob.len = 0;
    expect_refused(lower, &blob, NTE_INVALID_PARAMETER, "lower case, 0 bytes");
    expect_refused(ecc_type, &blob, NTE_BAD_DATA, "0 bytes");
    expect_refused(capi_type, &blob, NTE_BAD_DATA, "0 bytes");
}

/* What was in the error queue before a failure is there after it, and nothing else. */
static void test_error_queue_is_left_alone(void)
{
    struct blob bad = p256;
    NCRYPT_KEY_HANDLE key;

    bad.bytes[bad.len - 1] ^= 1;
    ERR_raise(ERR_LIB_USER, 77);
    EXPECT_STATUS(import_blob(ecc_type, &bad, &key), NTE_BAD_DATA, "error queue");
    EXPECT(ERR_GET_REASON(ERR_get_error()) == 77, "error queue");
    EXPECT(ERR_get_error() == 0, "error queue");
}

/* A pre-master key is an SSL key, but has no blob. */
static void test_pre_master_keys_are_not_exported(void)
{
    const struct blob rsa = make_rsa(1024, 3);
    NCRYPT_KEY_HANDLE key, pre_master = 0;
    DWORD version = TLS1_2_PROTOCOL_VERSION, len = UNTOUCHED;
    NCryptBuffer buffer = {sizeof(version), NCRYPTBUFFER_SSL_HIGHEST_VERSION, &version};
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, 1, &buffer};
    BYTE output[128];

    EXPECT_SUCCESS(import_blob(rsa_type, &rsa, &key), "RSA");
    EXPECT_SUCCESS(SslGeneratePreMasterKey(handles.provider, key, &pre_master, version,
                       SUITE_AES128_GCM, &list, output, sizeof(output), &len, 1),
        "pre-master key");
    EXPECT_BAD_HANDLE(
        SslExportKey(handles.provider, pre_master, opaque_type, NULL, 0, &len, 0), "pre-master");
    EXPECT_BAD_HANDLE(
        SslExportKey(handles.provider, pre_master, NULL, NULL, 0, &len, 0), "pre-master");
    EXPECT_STATUS(SslExportKey(handles.provider, pre_master, NULL, NULL, 0, &len, 1), NTE_BAD_FLAGS,
        "pre-master");
    SslFreeObject(key, 0);
    SslFreeObject(pre_master, 0);
}

static int open_all(void)
{
    if (open_handles() != 0)
        return 1;
    p256 = make_point(BCRYPT_ECDH_PUBLIC_P256_MAGIC, "P-256", 32);
    return SslImportKey(handles.provider, &public_key, ecc_type, p256.bytes, p256.len, 0);
}

static int close_all(void)
{
    return !made || SslFreeObject(public_key, 0) || close_handles();
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_import_checks_in_order),
        TEST(test_export_checks_in_order),
        TEST(test_ecc_blobs_come_back_and_bad_points_are_refused),
        TEST(test_wrong_ecc_headers_are_refused),
        TEST(test_wrong_ssl_ecc_headers_are_refused),
        TEST(test_x25519_blobs_come_back_and_short_ones_are_refused),
        TEST(test_full_ecc_blobs_come_back_and_bad_points_are_refused),
        TEST(test_changed_curve_parameters_are_refused),
        TEST(test_wrong_full_ecc_headers_are_refused),
        TEST(test_leading_zeros_are_kept),
        TEST(test_dh_blobs_come_back_and_bad_ones_are_refused),
        TEST(test_rsa_blobs_come_back_and_bad_ones_are_refused),
        TEST(test_capi_blobs_are_read_and_bad_ones_are_refused),
        TEST(test_each_algorithm_has_its_types),
        TEST(test_unknown_types_and_empty_blobs_are_refused),
        TEST(test_error_queue_is_left_alone),
        TEST(test_pre_master_keys_are_not_exported),
    };

    return RUN_TESTS("public keys", open_all, close_all, tests);
}
