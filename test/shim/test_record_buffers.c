/* SPDX-License-Identifier: Apache-2.0
 *
 * Where input and output of a record may lie, and the room that the output needs.
 * test_record_buffers.cnf lets the legacy suites in.
 */
#include "shim/support/records.h"

static void in_place(void)
{
    const DWORD len = 37;
    const DWORD starts[] = {header_len(), fragment_at()};

    for (ULONGLONG i = 0; i < 2; i++) {
        BYTE *const place = sealed + starts[i];
        DWORD got = 0;

        memcpy(place, plain, len);
        EXPECT(SslEncryptPacket(provider, client.write, place, len, sealed, sealed_len(len), &got,
                   i, CONTENT_TYPE, 0),
            ERROR_SUCCESS);
        EXPECT(SslDecryptPacket(
                   provider, server.read, sealed, got, place, opened_room(len), &got, i, 0),
            ERROR_SUCCESS);
        EXPECT(got, len);
        EXPECT(memcmp(place, plain, len), 0);
    }
}

static void test_plaintext_may_lie_at_both_documented_places(void)
{
    for_each_combination(in_place);
}

static void overlapping(void)
{
    const DWORD len = 40;
    DWORD got = UNTOUCHED;
    DWORD record_len;

    for (DWORD at = 0; at < sealed_len(len); at++) {
        if (at == header_len() || at == fragment_at())
            continue;
        memcpy(sealed + at, plain, len);
        EXPECT(SslEncryptPacket(provider, client.write, sealed + at, len, sealed, BUFFER_LEN, &got,
                   0, CONTENT_TYPE, 0),
            NTE_BUFFERS_OVERLAP);
    }
    record_len = seal(client.write, len, 0, sealed);
    for (DWORD at = 0; at < record_len; at++) {
        if (at == header_len() || at == fragment_at())
            continue;
        EXPECT(SslDecryptPacket(provider, server.read, sealed, record_len, sealed + at,
                   BUFFER_LEN - at, &got, 0, 0),
            NTE_BUFFERS_OVERLAP);
    }
    EXPECT(got, UNTOUCHED);
    expect_opens(server.read, sealed, record_len, 0, len);
}

static void test_other_overlaps_are_refused(void)
{
    for_each_combination(overlapping);
}

static void short_outputs(void)
{
    const DWORD len = 33;
    const DWORD too_short =
        now->kind == NULL_CIPHER ? (DWORD)NTE_BUFFER_TOO_SMALL : (DWORD)NTE_DECRYPTION_FAILURE;
    DWORD got = UNTOUCHED;
    DWORD record_len;

    EXPECT(SslEncryptPacket(provider, client.write, plain, len, sealed, sealed_len(len) - 1, &got,
               0, CONTENT_TYPE, 0),
        NTE_BUFFER_TOO_SMALL);
    EXPECT(got, UNTOUCHED);
    EXPECT(SslEncryptPacket(provider, client.write, plain, len, sealed, sealed_len(len),
               &record_len, 0, CONTENT_TYPE, 0),
        ERROR_SUCCESS);
    EXPECT(SslDecryptPacket(
               provider, server.read, sealed, record_len, opened, opened_room(len) - 1, &got, 0, 0),
        too_short);
    EXPECT(got, UNTOUCHED);
    EXPECT(SslDecryptPacket(
               provider, server.read, sealed, record_len, opened, opened_room(len), &got, 0, 0),
        ERROR_SUCCESS);
    EXPECT(got, len);
}

static void test_one_byte_less_of_output_is_refused(void)
{
    for_each_combination(short_outputs);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_plaintext_may_lie_at_both_documented_places),
        TEST(test_other_overlaps_are_refused),
        TEST(test_one_byte_less_of_output_is_refused),
    };

    return RUN_RECORD_TESTS("record buffers", tests);
}
