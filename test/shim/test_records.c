/* SPDX-License-Identifier: Apache-2.0
 *
 * Records as they are made and opened: of all lengths, both ways, one after another, with a header
 * that says what they are.  test_records.cnf lets the legacy suites in.
 */
#include "shim/support/records.h"

static void round_trips(void)
{
    static const DWORD lengths[] = {0, 1, 15, 16, 17, 100, MAX_PLAINTEXT};

    for (ULONGLONG i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        const ULONGLONG sequence = i << 48 | i;

        expect_opens(server.read, sealed, seal(client.write, lengths[i], sequence, sealed),
            sequence, lengths[i]);
        expect_opens(client.read, sealed, seal(server.write, lengths[i], sequence, sealed),
            sequence, lengths[i]);
    }
}

static void test_records_of_every_length_are_opened_by_the_peer(void)
{
    for_each_combination(round_trips);
}

static void header_bytes(void)
{
    static const BYTE number[] = {0, 3, 1, 2, 3, 4, 5, 6};
    const DWORD len = seal(client.write, 16, UINT64_C(0x0003010203040506), sealed);
    const DWORD body_len = len - header_len();

    EXPECT(sealed[0], CONTENT_TYPE);
    EXPECT((DWORD)sealed[1] << 8 | sealed[2], now->protocol);
    EXPECT((DWORD)sealed[header_len() - 2] << 8 | sealed[header_len() - 1], body_len);
    if (is_datagram())
        EXPECT(memcmp(sealed + 3, number, sizeof(number)), 0);
    if (now->kind == AEAD && now->explicit_len == 8)
        EXPECT(memcmp(sealed + header_len(), number, sizeof(number)), 0);
}

static void test_header_holds_type_version_and_length(void)
{
    for_each_combination(header_bytes);
}

static void test_aes_128_cbc_sha_makes_69_bytes_of_16(void)
{
    static const struct combination traced = {
        TLS1_2_PROTOCOL_VERSION, 0x002F, CBC, 16, 20, 16, false};
    static const DWORD sizes[][2] = {{16, 69}, {11, 53}, {28, 85}};
    const unsigned before = complaints;

    now = &traced;
    CU_ASSERT_EQUAL_FATAL(open_side(NCRYPT_SSL_CLIENT_FLAG, &client), ERROR_SUCCESS);
    for (size_t i = 0; i < 3; i++)
        EXPECT(seal(client.write, sizes[i][0], i, sealed), sizes[i][1]);
    close_side(&client);
    CU_ASSERT_EQUAL(complaints, before);
}

/* A record out of its turn fails where the cipher is chained, and the ones in turn still open.  The
 * MAC of RFC 7366 does not cover a chained IV: there the sequence number alone tells the turn. */
static void out_of_turn(void)
{
    const bool notices = is_chained() && !now->encrypt_then_mac;
    static BYTE first[1024], second[1024];
    const DWORD first_len = sealed_len(50), second_len = sealed_len(61);
    DWORD len = 0;

    EXPECT(SslEncryptPacket(
               provider, client.write, plain, 50, first, sizeof(first), &len, 7, CONTENT_TYPE, 0),
        ERROR_SUCCESS);
    EXPECT(SslEncryptPacket(
               provider, client.write, plain, 61, second, sizeof(second), &len, 8, CONTENT_TYPE, 0),
        ERROR_SUCCESS);
    if (notices)
        EXPECT(open_record(server.read, second, second_len, 8), NTE_DECRYPTION_FAILURE);
    expect_opens(server.read, first, first_len, 7, 50);
    if (notices)
        EXPECT(open_record(server.read, first, first_len, 7), NTE_DECRYPTION_FAILURE);
    expect_opens(server.read, second, second_len, 8, 61);
    if (!is_chained())
        expect_opens(server.read, first, first_len, 7, 50);
}

static void test_chained_ciphers_continue_from_record_to_record(void)
{
    for_each_combination(out_of_turn);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_records_of_every_length_are_opened_by_the_peer),
        TEST(test_header_holds_type_version_and_length),
        TEST(test_aes_128_cbc_sha_makes_69_bytes_of_16),
        TEST(test_chained_ciphers_continue_from_record_to_record),
    };

    return RUN_RECORD_TESTS("records", tests);
}
