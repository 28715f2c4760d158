/* SPDX-License-Identifier: Apache-2.0
 *
 * SslEnumCipherSuites and SslEnumCipherSuitesEx.  The program begins without configuration; the
 * tests that need one write it to a folder of their own.
 */
#include "cunit/run_tests.h"
#include "ncryptssl/sslprovider.h"
#include "shim/support/certificates.h"

#include <CUnit/Basic.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

enum { MAX_RECORDS = 1024, PATH_LEN = 256 };

struct list {
    size_t count;
    NCRYPT_SSL_CIPHER_SUITE records[MAX_RECORDS];
};

static NCRYPT_PROV_HANDLE provider;
static struct list list;
static char folder[] = "/tmp/test_enumeration_XXXXXX";
static char configuration[PATH_LEN], key_file[PATH_LEN];

static bool text_is(const WCHAR *field, const char *text)
{
    while (*text != 0 && *field == (WCHAR)*text) {
        field++;
        text++;
    }
    return *field == 0 && *text == 0;
}

/* Reads a whole list and frees all of it but the state, which the caller gets. */
static SECURITY_STATUS read_list(NCRYPT_PROV_HANDLE from, NCRYPT_KEY_HANDLE key, PVOID *state)
{
    NCRYPT_SSL_CIPHER_SUITE *record = NULL;
    SECURITY_STATUS status;

    list.count = 0;
    while ((status = SslEnumCipherSuites(from, key, &record, state, 0)) == ERROR_SUCCESS) {
        if (list.count < MAX_RECORDS)
            list.records[list.count++] = *record;
        CU_ASSERT_EQUAL(SslFreeBuffer(record), ERROR_SUCCESS);
    }
    if (status != NTE_NO_MORE_ITEMS)
        CU_ASSERT_PTR_NULL(record);
    return status;
}

static void read_and_free_list(NCRYPT_PROV_HANDLE from, NCRYPT_KEY_HANDLE key)
{
    PVOID state = NULL;

    ERR_clear_error();
    CU_ASSERT_EQUAL(read_list(from, key, &state), NTE_NO_MORE_ITEMS);
    CU_ASSERT_EQUAL(SslFreeBuffer(state), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(ERR_peek_error(), 0);
}

/* ---- Arguments: each line breaks this rule and all that are checked later ---- */

static void test_suites_check_in_order(void)
{
    int foreign = 0;
    PVOID state = NULL, no_state = &foreign;
    NCRYPT_SSL_CIPHER_SUITE *record;

    CU_ASSERT_EQUAL(SslEnumCipherSuites(0, provider, NULL, NULL, 1), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslEnumCipherSuites(provider, provider, NULL, NULL, 1), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslEnumCipherSuites(provider, 1, NULL, NULL, 1), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslEnumCipherSuites(provider, 0, NULL, &no_state, 1), NTE_INVALID_PARAMETER);
    record = (void *)&foreign;
    CU_ASSERT_EQUAL(SslEnumCipherSuites(provider, 0, &record, NULL, 1), NTE_INVALID_PARAMETER);
    CU_ASSERT_PTR_NULL(record);
    record = (void *)&foreign;
    CU_ASSERT_EQUAL(SslEnumCipherSuites(provider, 0, &record, &no_state, 1), NTE_BAD_FLAGS);
    CU_ASSERT_PTR_NULL(record);
    record = (void *)&foreign;
    CU_ASSERT_EQUAL(SslEnumCipherSuites(provider, 0, &record, &no_state, 0), NTE_INVALID_PARAMETER);
    CU_ASSERT_PTR_NULL(record);
    CU_ASSERT_PTR_EQUAL(no_state, &foreign);
    CU_ASSERT_EQUAL(SslEnumCipherSuites(provider, 0, &record, &state, 1), NTE_BAD_FLAGS);
    CU_ASSERT_PTR_NULL(state);
}

static void test_suites_ex_check_in_order(void)
{
    int foreign = 0;
    PVOID state = NULL, no_state = &foreign;
    NCRYPT_SSL_CIPHER_SUITE_EX *record;

    CU_ASSERT_EQUAL(SslEnumCipherSuitesEx(0, provider, NULL, NULL, 1), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslEnumCipherSuitesEx(provider, provider, NULL, NULL, 1), NTE_INVALID_HANDLE);
    CU_ASSERT_EQUAL(SslEnumCipherSuitesEx(provider, 0, NULL, &no_state, 1), NTE_INVALID_PARAMETER);
    record = (void *)&foreign;
    CU_ASSERT_EQUAL(SslEnumCipherSuitesEx(provider, 0, &record, NULL, 1), NTE_INVALID_PARAMETER);
    CU_ASSERT_PTR_NULL(record);
    CU_ASSERT_EQUAL(SslEnumCipherSuitesEx(provider, 0, &record, &no_state, 1), NTE_BAD_FLAGS);
    CU_ASSERT_EQUAL(
        SslEnumCipherSuitesEx(provider, 0, &record, &no_state, 0), NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(SslEnumCipherSuitesEx(provider, 0, &record, &state, 1), NTE_BAD_FLAGS);
    CU_ASSERT_PTR_NULL(state);
}

/* ---- States ---- */

/* A state of the other function, a record, and a state that was freed. */
static void test_foreign_and_freed_states_are_refused(void)
{
    PVOID plain = NULL, extended = NULL, other;
    NCRYPT_SSL_CIPHER_SUITE *record = NULL, *none = NULL;
    NCRYPT_SSL_CIPHER_SUITE_EX *larger = NULL, *no_larger = NULL;

    CU_ASSERT_EQUAL(SslEnumCipherSuites(provider, 0, &record, &plain, 0), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(SslEnumCipherSuitesEx(provider, 0, &larger, &extended, 0), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(SslEnumCipherSuites(provider, 0, &none, &extended, 0), NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(
        SslEnumCipherSuitesEx(provider, 0, &no_larger, &plain, 0), NTE_INVALID_PARAMETER);
    other = record;
    CU_ASSERT_EQUAL(SslEnumCipherSuites(provider, 0, &none, &other, 0), NTE_INVALID_PARAMETER);
    other = larger;
    CU_ASSERT_EQUAL(
        SslEnumCipherSuitesEx(provider, 0, &no_larger, &other, 0), NTE_INVALID_PARAMETER);
    other = (BYTE *)plain + 1;
    CU_ASSERT_EQUAL(SslEnumCipherSuites(provider, 0, &none, &other, 0), NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(SslFreeBuffer(record), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(SslFreeBuffer(larger), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(SslFreeBuffer(plain), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(SslFreeBuffer(extended), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(SslFreeBuffer(plain), NTE_INVALID_PARAMETER);
    CU_ASSERT_EQUAL(SslEnumCipherSuites(provider, 0, &none, &plain, 0), NTE_INVALID_PARAMETER);
    CU_ASSERT_PTR_NULL(none);
}

static void test_enumeration_at_its_end_stays_there(void)
{
    NCRYPT_SSL_CIPHER_SUITE *record = NULL;
    PVOID state = NULL, before;

    CU_ASSERT_EQUAL(read_list(provider, 0, &state), NTE_NO_MORE_ITEMS);
    before = state;
    for (int i = 0; i < 3; i++) {
        record = &list.records[0];
        CU_ASSERT_EQUAL(SslEnumCipherSuites(provider, 0, &record, &state, 0), NTE_NO_MORE_ITEMS);
        CU_ASSERT_PTR_EQUAL(record, &list.records[0]);
        CU_ASSERT_PTR_EQUAL(state, before);
    }
    CU_ASSERT_EQUAL(SslFreeBuffer(state), ERROR_SUCCESS);
}

/* A loop of programs for Windows: the record is read once more after NTE_NO_MORE_ITEMS. */
static void test_the_last_record_can_be_read_after_the_end(void)
{
    NCRYPT_SSL_CIPHER_SUITE *record = NULL;
    NCRYPT_SSL_CIPHER_SUITE_EX *larger = NULL;
    PVOID state = NULL, larger_state = NULL;
    SECURITY_STATUS status = ERROR_SUCCESS;
    size_t named = 0, larger_named = 0;

    CU_ASSERT_EQUAL(read_list(provider, 0, &state), NTE_NO_MORE_ITEMS);
    CU_ASSERT_EQUAL(SslFreeBuffer(state), ERROR_SUCCESS);
    state = NULL;
    while (status != NTE_NO_MORE_ITEMS) {
        NCRYPT_SSL_CIPHER_SUITE *before = record;

        status = SslEnumCipherSuites(provider, 0, &record, &state, 0);
        named += record->szCipherSuite[0] != 0;
        if (record != before && before != NULL)
            CU_ASSERT_EQUAL(SslFreeBuffer(before), ERROR_SUCCESS);
    }
    status = ERROR_SUCCESS;
    while (status != NTE_NO_MORE_ITEMS) {
        NCRYPT_SSL_CIPHER_SUITE_EX *before = larger;

        status = SslEnumCipherSuitesEx(provider, 0, &larger, &larger_state, 0);
        larger_named += larger->szCipherSuite[0] != 0;
        if (larger != before && before != NULL)
            CU_ASSERT_EQUAL(SslFreeBuffer(before), ERROR_SUCCESS);
    }
    CU_ASSERT_EQUAL(named, list.count + 1);
    CU_ASSERT_EQUAL(larger_named, list.count + 1);
    CU_ASSERT_EQUAL(SslFreeBuffer(record), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(SslFreeBuffer(larger), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(SslFreeBuffer(state), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(SslFreeBuffer(larger_state), ERROR_SUCCESS);
}

/* A list is a snapshot: another provider handle goes on with it after its own was freed. */
static void test_list_outlives_its_provider_handle(void)
{
    NCRYPT_SSL_CIPHER_SUITE *record = NULL;
    NCRYPT_PROV_HANDLE other = 0;
    PVOID state = NULL;

    read_and_free_list(provider, 0);
    CU_ASSERT_EQUAL_FATAL(SslOpenProvider(&other, NULL, 0), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(SslEnumCipherSuites(other, 0, &record, &state, 0), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(SslFreeObject(other, 0), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(memcmp(record, &list.records[0], sizeof(*record)), 0);
    SslFreeBuffer(record);
    CU_ASSERT_EQUAL(SslEnumCipherSuites(provider, 0, &record, &state, 0), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(memcmp(record, &list.records[1], sizeof(*record)), 0);
    SslFreeBuffer(record);
    CU_ASSERT_EQUAL(SslFreeBuffer(state), ERROR_SUCCESS);
}

/* ---- What a list holds ---- */

/* Newest first. */
static const DWORD protocols[] = {TLS1_3_PROTOCOL_VERSION, TLS1_2_PROTOCOL_VERSION,
    DTLS1_2_PROTOCOL_VERSION, TLS1_1_PROTOCOL_VERSION, DTLS1_0_PROTOCOL_VERSION,
    TLS1_0_PROTOCOL_VERSION, SSL3_PROTOCOL_VERSION};

static size_t age(DWORD protocol)
{
    size_t i = 0;

    while (i < ARRAY_LEN(protocols) && protocols[i] != protocol)
        i++;
    return i;
}

/* The records of a suite stand together, newest protocol first, and no other suite of the number
 * comes later. */
static void check_order(void)
{
    for (size_t i = 0; i < list.count; i++) {
        const NCRYPT_SSL_CIPHER_SUITE *record = &list.records[i];

        CU_ASSERT(age(record->dwProtocol) < ARRAY_LEN(protocols));
        if (i + 1 < list.count && record[1].dwCipherSuite == record->dwCipherSuite) {
            CU_ASSERT(age(record[1].dwProtocol) > age(record->dwProtocol));
            continue;
        }
        for (size_t j = i + 1; j < list.count; j++)
            CU_ASSERT_NOT_EQUAL(list.records[j].dwCipherSuite, record->dwCipherSuite);
    }
}

/* Every record is what the lookup says of the pair, and has key type 0. */
static void check_against_lookup(NCRYPT_PROV_HANDLE from)
{
    for (size_t i = 0; i < list.count; i++) {
        NCRYPT_SSL_CIPHER_SUITE record = {0};

        CU_ASSERT_EQUAL(SslLookupCipherSuiteInfo(from, list.records[i].dwProtocol,
                            list.records[i].dwCipherSuite, 0, &record, 0),
            ERROR_SUCCESS);
        CU_ASSERT_EQUAL(memcmp(&record, &list.records[i], sizeof(record)), 0);
    }
}

static bool lists(DWORD protocol, DWORD suite)
{
    for (size_t i = 0; i < list.count; i++) {
        if (list.records[i].dwProtocol == protocol && list.records[i].dwCipherSuite == suite)
            return true;
    }
    return false;
}

static void test_suites_are_ordered_with_one_record_for_each_protocol(void)
{
    static const DWORD tls13[] = {0x1302, 0x1301, 0x1303, 0x1304, 0x1305};
    static const DWORD next[] = {
        TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256};

    read_and_free_list(provider, 0);
    printf("[%u records] ", (unsigned)list.count);
    CU_ASSERT(list.count >= 100 && list.count < MAX_RECORDS);
    check_order();
    check_against_lookup(provider);
    for (size_t i = 0; i < ARRAY_LEN(tls13); i++) {
        CU_ASSERT_EQUAL(list.records[i].dwCipherSuite, tls13[i]);
        CU_ASSERT_EQUAL(list.records[i].dwProtocol, TLS1_3_PROTOCOL_VERSION);
    }
    for (size_t i = 0; i < ARRAY_LEN(next); i++) {
        const NCRYPT_SSL_CIPHER_SUITE *records = &list.records[ARRAY_LEN(tls13) + 2 * i];

        CU_ASSERT_EQUAL(records[0].dwCipherSuite, next[i]);
        CU_ASSERT_EQUAL(records[0].dwProtocol, TLS1_2_PROTOCOL_VERSION);
        CU_ASSERT_EQUAL(records[1].dwCipherSuite, next[i]);
        CU_ASSERT_EQUAL(records[1].dwProtocol, DTLS1_2_PROTOCOL_VERSION);
    }
    /* 3DES has blocks of 64 bits only: its suites come after all others. */
    CU_ASSERT(text_is(list.records[list.count - 1].szCipher, "3DES"));
    CU_ASSERT(lists(TLS1_0_PROTOCOL_VERSION, TLS_RSA_WITH_AES_128_CBC_SHA));
    CU_ASSERT(lists(DTLS1_0_PROTOCOL_VERSION, TLS_RSA_WITH_AES_128_CBC_SHA));
    CU_ASSERT(lists(TLS1_2_PROTOCOL_VERSION, TLS_PSK_WITH_AES_128_GCM_SHA256));
    CU_ASSERT(!lists(SSL3_PROTOCOL_VERSION, TLS_RSA_WITH_AES_128_CBC_SHA));
    CU_ASSERT(!lists(TLS1_2_PROTOCOL_VERSION, TLS_RSA_WITH_RC4_128_SHA));
    CU_ASSERT(!lists(TLS1_2_PROTOCOL_VERSION, 0x0034));
    CU_ASSERT(!lists(TLS1_2_PROTOCOL_VERSION, TLS_AES_128_GCM_SHA256));
}

/* A record as a real system prints it: a suite of TLS 1.3 names neither exchange nor certificate,
 * and its hash, which is no MAC, stands nowhere in it. */
static void test_suite_of_tls13_names_only_its_cipher(void)
{
    const NCRYPT_SSL_CIPHER_SUITE *record = &list.records[2];

    read_and_free_list(provider, 0);
    CU_ASSERT(text_is(record->szCipherSuite, "TLS_CHACHA20_POLY1305_SHA256"));
    CU_ASSERT_EQUAL(record->dwProtocol, 772);
    CU_ASSERT_EQUAL(record->dwCipherSuite, 0x1303);
    CU_ASSERT_EQUAL(record->dwBaseCipherSuite, 0x1303);
    CU_ASSERT(text_is(record->szCipher, "CHACHA20_POLY1305"));
    CU_ASSERT_EQUAL(record->dwCipherLen, 256);
    CU_ASSERT_EQUAL(record->dwCipherBlockLen, 1);
    CU_ASSERT(text_is(record->szHash, ""));
    CU_ASSERT_EQUAL(record->dwHashLen, 0);
    CU_ASSERT(text_is(record->szExchange, ""));
    CU_ASSERT_EQUAL(record->dwMinExchangeLen, 0);
    CU_ASSERT_EQUAL(record->dwMaxExchangeLen, 0);
    CU_ASSERT(text_is(record->szCertificate, ""));
    CU_ASSERT_EQUAL(record->dwKeyType, 0);
}

static void test_list_is_the_same_every_time(void)
{
    static struct list before;

    read_and_free_list(provider, 0);
    before = list;
    read_and_free_list(provider, 0);
    CU_ASSERT_EQUAL(list.count, before.count);
    CU_ASSERT_EQUAL(memcmp(list.records, before.records, list.count * sizeof(list.records[0])), 0);
}

/* The mode that belongs to a suite, by its name; without GCM, CCM and CBC in it there is none. */
static const char *mode_of(const WCHAR *suite)
{
    static const char *const marks[][2] = {
        {"GCM", "ChainingModeGCM"}, {"CCM", "ChainingModeCCM"}, {"CBC", "ChainingModeCBC"}};

    for (; *suite != 0; suite++) {
        for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
            if (suite[0] == (WCHAR)marks[i][0][0] && suite[1] == (WCHAR)marks[i][0][1] &&
                suite[2] == (WCHAR)marks[i][0][2])
                return marks[i][1];
        }
    }
    return "ChainingModeN/A";
}

static void test_larger_record_adds_version_and_mode(void)
{
    NCRYPT_SSL_CIPHER_SUITE_EX *record = NULL;
    SECURITY_STATUS status;
    PVOID state = NULL;
    size_t count = 0;

    read_and_free_list(provider, 0);
    while ((status = SslEnumCipherSuitesEx(provider, 0, &record, &state, 0)) == ERROR_SUCCESS) {
        CU_ASSERT_FATAL(count < list.count);
        CU_ASSERT_EQUAL(record->dwVersion, NCRYPT_SSL_CIPHER_SUITE_EX_VERSION);
        CU_ASSERT_EQUAL(memcmp((BYTE *)record + 4, &list.records[count], 676), 0);
        CU_ASSERT(text_is(record->szCipherMode, mode_of(record->szCipherSuite)));
        CU_ASSERT_EQUAL(SslFreeBuffer(record), ERROR_SUCCESS);
        count++;
    }
    CU_ASSERT_EQUAL(status, NTE_NO_MORE_ITEMS);
    CU_ASSERT_EQUAL(count, list.count);
    CU_ASSERT_EQUAL(SslFreeBuffer(state), ERROR_SUCCESS);
}

/* ---- With configuration: the private context is made anew once its last handle is gone ---- */

static void open_with(const char *text)
{
    FILE *file = fopen(configuration, "w");

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fprintf(file, "[ncryptssl]\n%s\n", text);
    fclose(file);
    CU_ASSERT_EQUAL(SslFreeObject(provider, 0), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(setenv("OPENSSL_CONF", configuration, 1), 0);
    CU_ASSERT_EQUAL_FATAL(SslOpenProvider(&provider, NULL, 0), ERROR_SUCCESS);
}

static void test_legacy_adds_the_old_suites_at_the_end(void)
{
    bool old = false;

    open_with("legacy = yes");
    read_and_free_list(provider, 0);
    check_order();
    check_against_lookup(provider);
    CU_ASSERT(lists(SSL3_PROTOCOL_VERSION, TLS_RSA_WITH_AES_128_CBC_SHA));
    CU_ASSERT(lists(TLS1_2_PROTOCOL_VERSION, TLS_RSA_WITH_NULL_SHA256));
    CU_ASSERT(lists(SSL3_PROTOCOL_VERSION, TLS_RSA_WITH_NULL_MD5));
    /* DTLS has no stream ciphers (RFC 6347 section 4.1.2.2). */
    CU_ASSERT(!lists(DTLS1_2_PROTOCOL_VERSION, TLS_RSA_WITH_RC4_128_SHA));
    for (size_t i = 0; i < list.count; i++) {
        const bool now = text_is(list.records[i].szCipher, "") ||
            text_is(list.records[i].szCipher, "RC4") || text_is(list.records[i].szCipher, "DES");

        CU_ASSERT(now || !old);
        old = now;
    }
    CU_ASSERT(old);
    open_with("legacy = no");
}

/* ---- With a private key ---- */

/* Puts the key where private-keys looks, and opens it by its certificate. */
static NCRYPT_KEY_HANDLE open_key(const char *type)
{
    char setting[PATH_LEN + 32];
    EVP_PKEY *key = make_key(type);
    NCRYPT_KEY_HANDLE handle = 0;
    CERT_CONTEXT certificate;
    FILE *file = fopen(key_file, "w");

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_PTR_NOT_NULL_FATAL(key);
    CU_ASSERT_EQUAL(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
    fclose(file);
    snprintf(setting, sizeof(setting), "private-keys = file:%s", key_file);
    open_with(setting);
    certificate = make_certificate(key, 1);
    CU_ASSERT_EQUAL(SslOpenPrivateKey(provider, &handle, &certificate, 0), ERROR_SUCCESS);
    free_certificate(&certificate);
    EVP_PKEY_free(key);
    return handle;
}

/* The filtered list is the part of the whole one that names the certificate, and TLS 1.3, where a
 * key of DSA cannot sign (RFC 8446 section 4.2.3). */
static void test_private_key_selects_the_suites_it_can_serve(void)
{
    static const struct {
        const char *type, *certificate;
        bool tls13;
    } types[] = {{"RSA", "RSA", true}, {"P-256", "ECDSA", true}, {"DSA", "DSA", false}};
    static struct list whole;

    read_and_free_list(provider, 0);
    whole = list;
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        const NCRYPT_KEY_HANDLE key = open_key(types[i].type);
        size_t expected = 0;

        CU_ASSERT_NOT_EQUAL_FATAL(key, 0);
        read_and_free_list(provider, key);
        CU_ASSERT(list.count > 0);
        for (size_t j = 0; j < whole.count; j++) {
            const bool is_tls13 = whole.records[j].dwProtocol == TLS1_3_PROTOCOL_VERSION;

            if (is_tls13 ? !types[i].tls13
                         : !text_is(whole.records[j].szCertificate, types[i].certificate))
                continue;
            CU_ASSERT_FATAL(expected < list.count);
            CU_ASSERT_EQUAL(
                memcmp(&whole.records[j], &list.records[expected], sizeof(list.records[0])), 0);
            expected++;
        }
        CU_ASSERT_EQUAL(expected, list.count);
        CU_ASSERT_EQUAL(SslFreeObject(key, 0), ERROR_SUCCESS);
    }
    open_with("");
}

static int open_provider(void)
{
    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(configuration, sizeof(configuration), "%s/openssl.cnf", folder);
    snprintf(key_file, sizeof(key_file), "%s/key.pem", folder);
    return SslOpenProvider(&provider, NULL, 0) == ERROR_SUCCESS ? 0 : 1;
}

static int close_provider(void)
{
    (void)unlink(configuration);
    (void)unlink(key_file);
    return rmdir(folder) == 0 && SslFreeObject(provider, 0) == ERROR_SUCCESS ? 0 : 1;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_suites_check_in_order),
        TEST(test_suites_ex_check_in_order),
        TEST(test_foreign_and_freed_states_are_refused),
        TEST(test_enumeration_at_its_end_stays_there),
        TEST(test_the_last_record_can_be_read_after_the_end),
        TEST(test_list_outlives_its_provider_handle),
        TEST(test_suites_are_ordered_with_one_record_for_each_protocol),
        TEST(test_suite_of_tls13_names_only_its_cipher),
        TEST(test_list_is_the_same_every_time),
        TEST(test_larger_record_adds_version_and_mode),
        TEST(test_legacy_adds_the_old_suites_at_the_end),
        TEST(test_private_key_selects_the_suites_it_can_serve),
    };

    return RUN_TESTS("enumeration", open_provider, close_provider, tests);
}
