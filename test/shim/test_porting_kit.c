/* SPDX-License-Identifier: Apache-2.0
 *
 * The porting kit: strings of WCHAR, the wipe, NULL as a handle, and names of groups.
 */
#include "common/memory_search.h"
#include "cunit/run_tests.h"
#include "ncryptssl/sslprovider_ext.h"
#include "ncryptssl/windows_compat.h"

#include <CUnit/Basic.h>
#include <pthread.h>
#include <stdbool.h>

/* ---- Strings ---- */

static void test_text_is_measured_and_compared(void)
{
    CU_ASSERT_EQUAL(NcryptsslTextLen(u""), 0);
    CU_ASSERT_EQUAL(NcryptsslTextLen(u"AES"), 3);
    CU_ASSERT_EQUAL(NcryptsslTextLen(u"\U0001F511"), 2);
    CU_ASSERT(NcryptsslTextCompare(u"RSA", u"RSA") == 0);
    CU_ASSERT(NcryptsslTextCompare(u"RSA", u"RSB") < 0);
    CU_ASSERT(NcryptsslTextCompare(u"RSA1", u"RSA") > 0);
    CU_ASSERT(NcryptsslTextCompare(u"rsa", u"RSA") > 0);
    CU_ASSERT(NcryptsslTextCompareN(u"RSA1", u"RSA2", 3) == 0);
    CU_ASSERT(NcryptsslTextCompareN(u"RSA1", u"RSA2", 4) < 0);
    CU_ASSERT(NcryptsslTextCompareN(u"RSA", u"RSA", 100) == 0);
    CU_ASSERT(NcryptsslTextCompareN(u"A", u"B", 0) == 0);
    CU_ASSERT(NcryptsslTextCompareCase(u"nistP256", u"NISTp256") == 0);
    CU_ASSERT(NcryptsslTextCompareCase(u"[", u"{") < 0);
    CU_ASSERT(NcryptsslTextCompareCase(u"a", u"B") < 0);
    CU_ASSERT(NcryptsslTextCompareCase(u"a", u"") > 0);
}

/* The macros are those of ported sources. */
static void test_names_of_windows_mean_these_functions(void)
{
    static const WCHAR name[] = TEXT("SHA256");

    CU_ASSERT_EQUAL(wcslen(name), 6);
    CU_ASSERT_EQUAL(lstrlenW(name), 6);
    CU_ASSERT(wcscmp(name, BCRYPT_SHA256_ALGORITHM) == 0);
    CU_ASSERT(wcsncmp(name, _T("SHA384"), 3) == 0);
    CU_ASSERT(_wcsicmp(name, TEXT("sha256")) == 0);
}

static void test_copies_end_within_their_room(void)
{
    WCHAR to[4];

    CU_ASSERT_EQUAL(NcryptsslTextCopy(to, 4, u"AES"), 3);
    CU_ASSERT(NcryptsslTextCompare(to, u"AES") == 0);
    CU_ASSERT_EQUAL(NcryptsslTextCopy(to, 4, u"3DES"), 4);
    CU_ASSERT(NcryptsslTextCompare(to, u"3DE") == 0);
    CU_ASSERT_EQUAL(NcryptsslTextCopy(to, 4, u"ab\U0001F511"), 4);
    CU_ASSERT(NcryptsslTextCompare(to, u"ab") == 0);
    CU_ASSERT_EQUAL(NcryptsslTextCopy(to, 1, u"AES"), 3);
    CU_ASSERT_EQUAL(to[0], 0);
    CU_ASSERT_EQUAL(NcryptsslTextCopy((WCHAR *)0, 0, u"AES"), 3);
}

/* RFC 3629: one to four bytes, and what is no character. */
static const struct {
    const char *utf8;
    LPCWSTR utf16;
    bool both_ways;
} conversions[] = {
    {"", u"", true},
    {"TLS_AES_128_GCM_SHA256", u"TLS_AES_128_GCM_SHA256", true},
    {"\x7F\xC2\x80\xDF\xBF", u"\x7F\x80\x7FF", true},
    {"\xE0\xA0\x80\xE2\x82\xAC\xEF\xBF\xBF", u"\x800\x20AC\xFFFF", true},
    {"\xED\x9F\xBF\xEE\x80\x80", u"\xD7FF\xE000", true},
    {"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", u"\xD800\xDC00\xDBFF\xDFFF", true},
    {"\xC0\x80", u"\xFFFD\xFFFD", false},                     /* too long a form */
    {"\xED\xA0\x80", u"\xFFFD\xFFFD\xFFFD", false},           /* half a pair */
    {"\xF4\x90\x80\x80", u"\xFFFD\xFFFD\xFFFD\xFFFD", false}, /* beyond U+10FFFF */
    {"a\xE2\x82", u"a\xFFFD\xFFFD", false},                   /* cut off */
    {"\x80z\xFF", u"\xFFFDz\xFFFD", false},
};

static void test_text_converts_to_and_from_utf8(void)
{
    for (size_t i = 0; i < sizeof(conversions) / sizeof(conversions[0]); i++) {
        WCHAR wide[64];
        char narrow[64];

        CU_ASSERT_EQUAL(NcryptsslTextFromUtf8(wide, 64, conversions[i].utf8),
            NcryptsslTextLen(conversions[i].utf16));
        CU_ASSERT(NcryptsslTextCompare(wide, conversions[i].utf16) == 0);
        if (!conversions[i].both_ways)
            continue;
        CU_ASSERT_EQUAL(
            NcryptsslTextToUtf8(narrow, 64, conversions[i].utf16), strlen(conversions[i].utf8));
        CU_ASSERT_STRING_EQUAL(narrow, conversions[i].utf8);
    }
}

/* Every room gives a string, of whole characters, and the length of all. */
static void test_conversions_are_cut_between_characters(void)
{
    static const char utf8[] = "a\xE2\x82\xAC\xF0\x9F\x94\x91z";
    static const WCHAR utf16[] = u"a\x20AC\xD83D\xDD11z";
    static const size_t narrow_len[] = {0, 0, 1, 1, 1, 4, 4, 4, 4, 8, 9},
                        wide_len[] = {0, 0, 1, 2, 2, 4, 5};

    for (size_t room = 0; room < sizeof(narrow_len) / sizeof(narrow_len[0]); room++) {
        char narrow[16];

        memset(narrow, 'x', sizeof(narrow));
        CU_ASSERT_EQUAL(NcryptsslTextToUtf8(narrow, room, utf16), 9);
        CU_ASSERT(memcmp(narrow, utf8, narrow_len[room]) == 0);
        CU_ASSERT_EQUAL(narrow[narrow_len[room]], room == 0 ? 'x' : 0);
        CU_ASSERT_EQUAL(narrow[room], 'x');
    }
    for (size_t room = 0; room < sizeof(wide_len) / sizeof(wide_len[0]); room++) {
        WCHAR wide[16];

        memset(wide, 'x', sizeof(wide));
        CU_ASSERT_EQUAL(NcryptsslTextFromUtf8(wide, room, utf8), 5);
        CU_ASSERT(memcmp(wide, utf16, wide_len[room] * sizeof(WCHAR)) == 0);
        CU_ASSERT_EQUAL(wide[wide_len[room]], room == 0 ? 0x7878 : 0);
        CU_ASSERT_EQUAL(wide[room], 0x7878);
    }
}

static void test_half_pairs_become_replacement_characters(void)
{
    char narrow[16];

    CU_ASSERT_EQUAL(NcryptsslTextToUtf8(narrow, 16, (const WCHAR[]){0xD800, 'a', 0xDC00, 0}), 7);
    CU_ASSERT_STRING_EQUAL(narrow,
        "\xEF\xBF\xBD"
        "a\xEF\xBF\xBD");
}

/* ---- The wipe ---- */

enum { STACK_LEN = 1 << 20, SECRET_LEN = 4096, SECRET_BYTE = 0xA7 };

/* On a stack of its own, so that what is left there can be looked at. */
static void *use_and_wipe(void *argument)
{
    volatile BYTE sum = 0;
    BYTE secret[SECRET_LEN];

    for (size_t i = 0; i < SECRET_LEN; i++)
        secret[i] = SECRET_BYTE;
    for (size_t i = 0; i < SECRET_LEN; i++)
        sum = (BYTE)(sum ^ ((volatile BYTE *)secret)[i]);
    if (argument != NULL)
        SecureZeroMemory(secret, sizeof(secret));
    return NULL;
}

/* The bytes of the secret that a run leaves on its stack. */
static size_t secret_left(void *wipe)
{
    BYTE *stack = aligned_alloc(4096, STACK_LEN);
    pthread_attr_t attributes;
    pthread_t thread;
    size_t left = 0;

    CU_ASSERT_FATAL(stack != NULL && pthread_attr_init(&attributes) == 0);
    memset(stack, 0, STACK_LEN);
    CU_ASSERT_FATAL(pthread_attr_setstack(&attributes, stack, STACK_LEN) == 0);
    CU_ASSERT_FATAL(pthread_create(&thread, &attributes, use_and_wipe, wipe) == 0);
    CU_ASSERT_EQUAL(pthread_join(thread, NULL), 0);
    pthread_attr_destroy(&attributes);
    for (size_t i = 0; i < STACK_LEN; i++)
        left += stack[i] == SECRET_BYTE;
    free(stack);
    return left;
}

static void test_wiped_memory_is_zero(void)
{
    int wipe;

    /* valgrind says that nobody may look at a stack that has ended.  The end of the thread writes
     * to its stack too. */
    if (!memory_is_instrumented()) {
        CU_ASSERT(secret_left(NULL) > SECRET_LEN / 2);
        CU_ASSERT(secret_left(&wipe) < 64);
    }
    CU_ASSERT_PTR_EQUAL(SecureZeroMemory(&wipe, sizeof(wipe)), &wipe);
    CU_ASSERT_EQUAL(wipe, 0);
    CU_ASSERT_PTR_NULL(SecureZeroMemory(NULL, 0));
}

/* ---- Results, NULL ---- */

static void test_results_are_told_apart(void)
{
    NCRYPT_KEY_HANDLE key = NULL;
    char *pointer = NULL;

    CU_ASSERT(SUCCEEDED(ERROR_SUCCESS) && SUCCEEDED(SEC_I_CONTINUE_NEEDED));
    CU_ASSERT(FAILED(NTE_INVALID_HANDLE) && FAILED(SEC_E_INVALID_TOKEN));
    CU_ASSERT(NT_SUCCESS(STATUS_SUCCESS) && !NT_SUCCESS(STATUS_INVALID_HANDLE));
    CU_ASSERT(key == NULL && pointer == NULL && sizeof(NULL) == sizeof(pointer));
    CU_ASSERT_EQUAL(SEC_E_OK, 0);
    CU_ASSERT_EQUAL((DWORD)SEC_E_INVALID_TOKEN, 0x80090308);
    CU_ASSERT_EQUAL(PKCS_7_ASN_ENCODING | X509_ASN_ENCODING, 0x00010001);
    CU_ASSERT(sizeof(BOOLEAN) == 1 && sizeof(HRESULT) == 4 && sizeof(SIZE_T) == 8);
    CU_ASSERT(sizeof(UINT) == 4 && sizeof(LONGLONG) == 8 && sizeof(DWORD_PTR) == 8);
}

/* ---- Names of groups ---- */

static void test_groups_are_found_by_every_name(void)
{
    static const struct {
        LPCWSTR name;
        DWORD group;
    } names[] = {{u"curve25519", 29}, {u"x25519", 29}, {u"X25519", 29}, {u"nistP256", 23},
        {u"NistP256", 23}, {u"secP256r1", 23}, {u"secp256r1", 23}, {u"P-256", 23},
        {u"secP384r1", 24}, {u"nistP521", 25}, {u"secP521r1", 25}, {u"curve448", 30}, {u"x448", 30},
        {u"brainpoolP256r1", 26}, {u"brainpoolP256r1tls13", 31}, {u"secP256k1", 22},
        {u"secP224r1", 21}, {u"secP192r1", 19}, {u"ffdhe2048", 256}, {u"ffdhe8192", 260},
        {u"MLKEM768", 513}, {u"ML-KEM-1024", 514}, {u"x25519_mlkem768", 4588},
        {u"X25519MLKEM768", 4588}, {u"secp256r1_mlkem768", 4587}, {u"SecP256r1MLKEM768", 4587},
        {u"secp384r1_mlkem1024", 4589}};
    NCRYPT_PROV_HANDLE provider = 0;
    NCRYPT_SSL_ECC_CURVE *curves = NULL;
    DWORD count = 0, group;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        CU_ASSERT_EQUAL(NcryptsslGroupByName(names[i].name, &group), ERROR_SUCCESS);
        CU_ASSERT_EQUAL(group, names[i].group);
    }
    CU_ASSERT_EQUAL(SslOpenProvider(&provider, NULL, 0), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(SslEnumEccCurves(provider, &count, &curves, 0), ERROR_SUCCESS);
    for (DWORD i = 0; i < count; i++) {
        CU_ASSERT_EQUAL(NcryptsslGroupByName(curves[i].szCurveName, &group), ERROR_SUCCESS);
        CU_ASSERT_EQUAL(group, curves[i].dwCurveType);
    }
    CU_ASSERT_EQUAL(SslFreeBuffer(curves), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(SslFreeObject(provider, 0), ERROR_SUCCESS);
    group = 1;
    CU_ASSERT_EQUAL(NcryptsslGroupByName(u"nistP2567", &group), NTE_NOT_FOUND);
    CU_ASSERT_EQUAL(group, 0);
    CU_ASSERT_EQUAL(NcryptsslGroupByName(u"nistP25", &group), NTE_NOT_FOUND);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_text_is_measured_and_compared),
        TEST(test_names_of_windows_mean_these_functions),
        TEST(test_copies_end_within_their_room),
        TEST(test_text_converts_to_and_from_utf8),
        TEST(test_conversions_are_cut_between_characters),
        TEST(test_half_pairs_become_replacement_characters),
        TEST(test_wiped_memory_is_zero),
        TEST(test_results_are_told_apart),
        TEST(test_groups_are_found_by_every_name),
    };

    return RUN_TESTS("porting kit", (CU_InitializeFunc)0, (CU_CleanupFunc)0, tests);
}
