/* SPDX-License-Identifier: Apache-2.0
 *
 * SslEncryptPacket, SslDecryptPacket and NcryptsslDecryptPacket with keys of DTLS 1.3: every suite
 * and every form of header against records that libcrypto alone has made, the number that is
 * nearest to the one expected, epochs, replays, connection ids, the places in a buffer; and what
 * other functions say to the protocol.
 */
#include "shim/support.h"
#include "shim/support/dtls13_records.h"
#include "shim/support/provider.h"

enum { DTLS13 = DTLS1_3_PROTOCOL_VERSION, HEADER_LEN = 5, MAX_INNER = 0x4001, UNTOUCHED = 0x7E57 };

static const ULONGLONG max_number = (UINT64_C(1) << 48) - 1;

static const struct dtls13_suite *now;
static struct dtls13_keys keys;
static NCRYPT_KEY_HANDLE key;
static BYTE plain[DTLS13_MAX_RECORD], record[DTLS13_MAX_RECORD], opened[DTLS13_MAX_RECORD];

/* Runs the body once for each suite, with a key of its own. */
static void for_each_suite(void (*body)(void))
{
    for (size_t i = 0; i < sizeof(plain); i++)
        plain[i] = (BYTE)(i * 7 + 1);
    for (size_t i = 0; i < DTLS13_SUITES; i++) {
        now = &dtls13_suites[i];
        CU_ASSERT_FATAL(dtls13_derive(now, &keys));
        if (!EXPECT_SUCCESS(
                make_traffic_key_in(provider, DTLS13, now->suite, NCRYPT_SSL_CLIENT_FLAG, &key),
                now->label))
            continue;
        body();
        EXPECT_SUCCESS(SslFreeObject(key, 0), now->label);
    }
}

static size_t make(struct dtls13_form form, ULONGLONG number, size_t len)
{
    const size_t made = dtls13_make(&keys, form, number, plain, len, record);

    CU_ASSERT_FATAL(made != 0);
    return made;
}

/* Size and number are written on success only. */
static SECURITY_STATUS open_record(
    size_t record_len, ULONGLONG expected, DWORD *len, ULONGLONG *number)
{
    SECURITY_STATUS status, without;
    DWORD other = UNTOUCHED;

    *len = UNTOUCHED;
    *number = expected;
    status = NcryptsslDecryptPacket(
        provider, key, record, (DWORD)record_len, opened, sizeof(opened), len, number, 0);
    EXPECT(status == ERROR_SUCCESS || (*len == UNTOUCHED && *number == expected), now->label);
    without = SslDecryptPacket(
        provider, key, record, (DWORD)record_len, opened, sizeof(opened), &other, expected, 0);
    EXPECT_STATUS(without, status, now->label);
    EXPECT(other == *len, now->label);
    return status;
}

static void expect_opens(size_t record_len, ULONGLONG expected, ULONGLONG number, size_t wanted)
{
    ULONGLONG told;
    DWORD len;

    EXPECT_SUCCESS(open_record(record_len, expected, &len, &told), now->label);
    EXPECT(told == number && len == wanted && memcmp(opened, plain, wanted) == 0, now->label);
}

static void expect_refused(size_t record_len, ULONGLONG expected, SECURITY_STATUS wanted)
{
    ULONGLONG told;
    DWORD len;

    EXPECT_STATUS(open_record(record_len, expected, &len, &told), wanted, now->label);
}

static DWORD seal(DWORD len, ULONGLONG number)
{
    DWORD made = 0;

    EXPECT_SUCCESS(SslEncryptPacket(provider, key, plain, len, record, sizeof(record), &made,
                       number, CT_APPLICATIONDATA, 0),
        now->label);
    return made;
}

/* ---- Forms ---- */

static void all_forms(void)
{
    static const size_t id_lens[] = {0, 1, 8, 255};
    const size_t least = DTLS13_SAMPLE - now->tag_len == 0 ? 1 : DTLS13_SAMPLE - now->tag_len;
    const size_t lens[] = {least, least + 1, 100, MAX_INNER};
    const ULONGLONG number = DTLS13_NUMBER(3, UINT64_C(0x123456789A));

    for (size_t i = 0; i < 4 * COUNT(id_lens) * COUNT(lens); i++) {
        const struct dtls13_form form = {
            (i & 1) != 0, (i & 2) != 0, id_lens[i / 4 % COUNT(id_lens)]};
        const size_t len = lens[i / 4 / COUNT(id_lens)];
        const size_t made = make(form, number, len);

        if (form.id_len != 0)
            expect_refused(made, number, NTE_BAD_DATA);
        EXPECT_SUCCESS(
            NcryptsslSetConnectionIdLength(provider, key, (DWORD)form.id_len, 0), now->label);
        expect_opens(made, number, number, len);
        if (form.id_len != 0) {
            /* A length that was told makes no connection id. */
            expect_opens(
                make((struct dtls13_form){true, true, 0}, number, len), number, number, len);
        }
        EXPECT_SUCCESS(NcryptsslSetConnectionIdLength(provider, key, 0, 0), now->label);
    }
}

static void test_every_form_of_header_is_opened(void)
{
    for_each_suite(all_forms);
}

static void sealed_form(void)
{
    static const ULONGLONG numbers[] = {0, 1, 0xFF, 0xFFFF, 0x10000, UINT64_C(0xFFFFFFFFFFFF)};
    const struct dtls13_form form = {true, true, 0};

    for (size_t i = 0; i < COUNT(numbers); i++) {
        const ULONGLONG number = DTLS13_NUMBER(2 + i, numbers[i]);
        BYTE other[DTLS13_MAX_RECORD];
        const DWORD made = seal(200, number);

        EXPECT(dtls13_make(&keys, form, number, plain, 200, other) == made &&
                memcmp(record, other, made) == 0,
            now->label);
        expect_opens(made, number, number, 200);
    }
}

static void test_records_are_written_in_one_form(void)
{
    for_each_suite(sealed_form);
}

/* RFC 9147 section 4.2.3: where content and tag are too short to mask the number, zeros follow. */
static void short_plaintexts(void)
{
    const BYTE zeros[DTLS13_SAMPLE] = {0};

    for (DWORD len = 1; len <= DTLS13_SAMPLE + 1; len++) {
        const ULONGLONG number = DTLS13_NUMBER(3, len);
        const size_t least = DTLS13_SAMPLE - now->tag_len, whole = len < least ? least : len;
        const DWORD made = seal(len, number);
        ULONGLONG told;
        DWORD got;

        EXPECT(made == HEADER_LEN + whole + now->tag_len, now->label);
        EXPECT_SUCCESS(open_record(made, number, &got, &told), now->label);
        EXPECT(got == whole && memcmp(opened, plain, len) == 0 &&
                memcmp(opened + len, zeros, whole - len) == 0,
            now->label);
    }
}

static void test_short_plaintexts_are_padded(void)
{
    for_each_suite(short_plaintexts);
}

/* ---- Numbers ---- */

static void nearest(ULONGLONG expected, long from, long to, bool long_number, bool opens)
{
    for (long i = from; i <= to; i++) {
        const ULONGLONG number = (ULONGLONG)((long long)expected + i);
        const ULONGLONG under = DTLS13_NUMBER(3, expected), own = DTLS13_NUMBER(3, number);
        size_t made;

        if (number > max_number)
            continue;
        made = make((struct dtls13_form){long_number, true, 0}, own, 20);
        if (opens)
            expect_opens(made, under, own, 20);
        else
            expect_refused(made, under, STATUS_AUTH_TAG_MISMATCH);
    }
}

/* RFC 9147 section 4.2.2.  At the ends of the range the window is not beyond them. */
static void all_nearest(void)
{
    static const ULONGLONG middle[] = {
        300, 0x1000, UINT64_C(0xFFFF80), UINT64_C(0x123456789ABC), UINT64_C(0xFFFFFFFE0000)};

    for (size_t i = 0; i < COUNT(middle); i++) {
        nearest(middle[i], -127, 128, false, true);
        nearest(middle[i], -140, -128, false, false);
        nearest(middle[i], 129, 140, false, false);
    }
    nearest(0, 0, 255, false, true);
    nearest(0, 256, 260, false, false);
    nearest(5, -5, 250, false, true);
    nearest(127, -127, 128, false, true);
    nearest(128, -128, -128, false, false);
    nearest(128, -127, 128, false, true);
    nearest(max_number, -255, 0, false, true);
    nearest(max_number, -260, -256, false, false);
    nearest(max_number - 127, -128, 127, false, true);
    nearest(max_number - 128, -127, 128, false, true);
    nearest(0x100000, -32767, -32760, true, true);
    nearest(0x100000, -32770, -32768, true, false);
    nearest(0x100000, 32760, 32768, true, true);
    nearest(0x100000, 32769, 32770, true, false);
    nearest(0, 65530, 65535, true, true);
    nearest(0, 65536, 65538, true, false);
    nearest(max_number, -65535, -65530, true, true);
}

static void test_the_nearest_number_counts(void)
{
    for_each_suite(all_nearest);
}

/* The low bits of the epoch are all that a record has of it. */
static void epochs(void)
{
    const struct dtls13_form form = {true, true, 0};

    for (ULONGLONG epoch = 0; epoch < 12; epoch++) {
        const size_t made = make(form, DTLS13_NUMBER(epoch, 9), 30);

        for (ULONGLONG expected = 0; expected < 12; expected++) {
            if (expected % 4 == epoch % 4)
                expect_opens(made, DTLS13_NUMBER(expected, 9), DTLS13_NUMBER(expected, 9), 30);
            else
                expect_refused(made, DTLS13_NUMBER(expected, 9), STATUS_AUTH_TAG_MISMATCH);
        }
    }
}

/* The first byte tells, so the record stays where it lies, for the key of its own epoch. */
static void other_epoch_in_place(void)
{
    const struct dtls13_form form = {true, true, 0};
    const size_t made = make(form, DTLS13_NUMBER(2, 9), 30);
    BYTE before[DTLS13_MAX_RECORD];
    DWORD len = 0;

    memcpy(before, record, made);
    EXPECT_STATUS(SslDecryptPacket(provider, key, record, (DWORD)made, record + 5,
                      (DWORD)(made - 5), &len, DTLS13_NUMBER(3, 9), 0),
        STATUS_AUTH_TAG_MISMATCH, now->label);
    EXPECT(memcmp(record, before, made) == 0, now->label);
}

static void test_another_epoch_is_refused(void)
{
    for_each_suite(epochs);
    for_each_suite(other_epoch_in_place);
}

/* The key has no memory of numbers: the caller compares them. */
static void replays(void)
{
    const ULONGLONG number = DTLS13_NUMBER(3, 77);
    const size_t made = make((struct dtls13_form){true, true, 0}, number, 30);

    for (int i = 0; i < 3; i++)
        expect_opens(made, DTLS13_NUMBER(3, 70 + 5 * i), number, 30);
}

static void test_a_replayed_record_has_the_same_number(void)
{
    for_each_suite(replays);
}

/* ---- What is no record ---- */

static void wrong_records(void)
{
    const ULONGLONG number = DTLS13_NUMBER(3, 5);
    const struct dtls13_form with_length = {true, true, 0}, without = {true, false, 0};
    const size_t whole = make(with_length, number, 40);
    size_t made;

    for (size_t len = 1; len < whole; len++)
        expect_refused(len, number, NTE_BAD_DATA);
    record[whole] = 0;
    expect_refused(whole + 1, number, NTE_BAD_DATA);
    for (unsigned first = 0; first < 256; first++) {
        (void)make(with_length, number, 40);
        if ((first & 0xE0) == 0x20)
            continue;
        record[0] = (BYTE)first;
        expect_refused(whole, number, NTE_BAD_DATA);
    }
    /* Without a length, what is cut off or added is part of the ciphertext. */
    made = make(without, number, 40);
    for (size_t len = 1; len < made; len++)
        expect_refused(len, number,
            len < dtls13_header_len(without) + DTLS13_SAMPLE || len <= 3 + now->tag_len
                ? NTE_BAD_DATA
                : STATUS_AUTH_TAG_MISMATCH);
    record[made] = 0;
    expect_refused(made + 1, number, STATUS_AUTH_TAG_MISMATCH);
    /* A header of TLS 1.3, and a record that is longer than one can be made. */
    memcpy(record, "\x17\x03\x03", 3);
    expect_refused(made, number, NTE_BAD_DATA);
    made = dtls13_make(&keys, without, number, plain, MAX_INNER + 1, record);
    expect_refused(made, number, NTE_BAD_DATA);
}

static void test_what_is_no_record_is_bad_data(void)
{
    for_each_suite(wrong_records);
}

/* ---- Places in a buffer ---- */

static void places(void)
{
    const ULONGLONG number = DTLS13_NUMBER(3, 0x4321);
    const struct dtls13_form form = {false, true, 8};
    const size_t at = dtls13_header_len(form);
    ULONGLONG told = number;
    DWORD len = 0, made = 0;
    size_t whole;

    /* In place, to seal and to open. */
    memcpy(record + HEADER_LEN, plain, 50);
    EXPECT_SUCCESS(SslEncryptPacket(provider, key, record + HEADER_LEN, 50, record, sizeof(record),
                       &made, number, 0, 0),
        now->label);
    EXPECT_SUCCESS(
        SslDecryptPacket(provider, key, record, made, record + HEADER_LEN, made, &len, number, 0),
        now->label);
    EXPECT(len == 50 && memcmp(record + HEADER_LEN, plain, 50) == 0, now->label);
    EXPECT_SUCCESS(NcryptsslSetConnectionIdLength(provider, key, 8, 0), now->label);
    whole = make(form, number, 50);
    EXPECT_STATUS(NcryptsslDecryptPacket(
                      provider, key, record, (DWORD)whole, record + at - 1, 60, &len, &told, 0),
        NTE_BUFFERS_OVERLAP, now->label);
    EXPECT_STATUS(NcryptsslDecryptPacket(
                      provider, key, record, (DWORD)whole, record + at, 49, &len, &told, 0),
        NTE_BUFFER_TOO_SMALL, now->label);
    EXPECT_SUCCESS(NcryptsslDecryptPacket(
                       provider, key, record, (DWORD)whole, record + at, 50, &len, &told, 0),
        now->label);
    EXPECT(len == 50 && told == number && memcmp(record + at, plain, 50) == 0, now->label);
    /* No room for the record, or just enough. */
    EXPECT_STATUS(SslEncryptPacket(provider, key, plain, 50, record,
                      HEADER_LEN + 50 + (DWORD)now->tag_len - 1, &made, number, 0, 0),
        NTE_BUFFER_TOO_SMALL, now->label);
    EXPECT_SUCCESS(SslEncryptPacket(provider, key, plain, 50, record,
                       HEADER_LEN + 50 + (DWORD)now->tag_len, &made, number, 0, 0),
        now->label);
}

static void test_places_in_a_buffer(void)
{
    for_each_suite(places);
}

/* ---- Other functions ---- */

static void test_tls13_and_dtls13_do_not_mix(void)
{
    const DWORD suite = SUITE_TLS13_AES128_GCM;
    struct secret_blob psk =
        make_secret(NCRYPTSSL_KIND_PRE_SHARED_KEY, DTLS13, suite, NCRYPT_SSL_CLIENT_FLAG, 32);
    BYTE bytes[] = "an external pre-shared key";
    NCRYPT_KEY_HANDLE own = 0, foreign = 0, early = 0, tls = 0;
    ULONGLONG told = 9;
    DWORD len = 0, made = 0;

    EXPECT_SUCCESS(import_secret(provider, &psk, &own), "DTLS 1.3");
    EXPECT_SUCCESS(SslImportKey(provider, &foreign, TLS_13_PRE_SHARED_KEY, bytes, sizeof(bytes), 0),
        "TLS 1.3");
    EXPECT_STATUS(SslExtractEarlyKey(provider, foreign, &early, DTLS13, suite, NULL, 0),
        NTE_INVALID_HANDLE, "a key of TLS 1.3");
    EXPECT_STATUS(
        SslExtractEarlyKey(provider, own, &early, TLS1_3_PROTOCOL_VERSION, suite, NULL, 0),
        NTE_INVALID_HANDLE, "a key of DTLS 1.3");
    EXPECT_SUCCESS(SslExtractEarlyKey(provider, own, &early, DTLS13, suite, NULL, 0), "DTLS 1.3");
    EXPECT_SUCCESS(
        make_traffic_key(provider, suite, NCRYPT_SSL_CLIENT_FLAG, &tls), "a key of TLS 1.3");
    EXPECT_STATUS(
        NcryptsslSetConnectionIdLength(provider, tls, 8, 0), NTE_NOT_SUPPORTED, "TLS 1.3");
    /* What tells the number opens records of every protocol, and leaves the number as it was. */
    EXPECT_SUCCESS(
        SslEncryptPacket(provider, tls, plain, 30, record, sizeof(record), &made, 9, 23, 0),
        "TLS 1.3");
    EXPECT_SUCCESS(
        NcryptsslDecryptPacket(provider, tls, record, made, opened, sizeof(opened), &len, &told, 0),
        "TLS 1.3");
    EXPECT(len == 30 && told == 9, "TLS 1.3");
    EXPECT(free_handles((const NCRYPT_HANDLE[]){own, foreign, early, tls}, 4) == 0, "handles");
}

static void test_suites_are_found_and_not_listed(void)
{
    NCRYPT_SSL_CIPHER_SUITE *listed = NULL, found;
    NCRYPT_SSL_CIPHER_LENGTHS lengths;
    PVOID state = NULL;
    unsigned count = 0;

    for (size_t i = 0; i < DTLS13_SUITES; i++) {
        const struct dtls13_suite *suite = &dtls13_suites[i];

        EXPECT_SUCCESS(
            SslLookupCipherSuiteInfo(provider, DTLS13, suite->suite, 0, &found, 0), suite->label);
        EXPECT(found.dwProtocol == DTLS13 && found.dwCipherSuite == suite->suite, suite->label);
        EXPECT_SUCCESS(
            SslLookupCipherLengths(provider, DTLS13, suite->suite, 0, &lengths, sizeof(lengths), 0),
            suite->label);
        EXPECT(
            lengths.dwHeaderLen == 0 && lengths.dwFixedTrailerLen == suite->tag_len, suite->label);
    }
    while (SslEnumCipherSuites(provider, 0, &listed, &state, 0) == ERROR_SUCCESS) {
        EXPECT(listed->dwProtocol != DTLS13, "a suite of DTLS 1.3");
        count++;
        SslFreeBuffer(listed);
    }
    SslFreeBuffer(state);
    CU_ASSERT(count > 50);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_every_form_of_header_is_opened),
        TEST(test_records_are_written_in_one_form),
        TEST(test_short_plaintexts_are_padded),
        TEST(test_the_nearest_number_counts),
        TEST(test_another_epoch_is_refused),
        TEST(test_a_replayed_record_has_the_same_number),
        TEST(test_what_is_no_record_is_bad_data),
        TEST(test_places_in_a_buffer),
        TEST(test_tls13_and_dtls13_do_not_mix),
        TEST(test_suites_are_found_and_not_listed),
    };

    return RUN_TESTS("records of DTLS 1.3", open_provider, close_provider, tests);
}
