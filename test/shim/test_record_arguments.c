/* SPDX-License-Identifier: Apache-2.0
 *
 * What SslEncryptPacket and SslDecryptPacket check, in which order, and which lengths of a record
 * cannot be.  test_record_arguments.cnf lets the legacy suites in.
 */
#include "shim/support/records.h"

static DWORD encrypt(NCRYPT_KEY_HANDLE key, BYTE *input, DWORD input_len, BYTE *output,
    DWORD output_len, DWORD *result, DWORD flags)
{
    return (DWORD)SslEncryptPacket(
        provider, key, input, input_len, output, output_len, result, 0, CONTENT_TYPE, flags);
}

/* Nearly every line breaks two rules: the status is that of the one which is checked first. */
static void encrypt_arguments(void)
{
    DWORD got = UNTOUCHED;

    EXPECT(SslEncryptPacket(0, client.write, NULL, 0, NULL, 0, NULL, 0, 0, 1), NTE_INVALID_HANDLE);
    EXPECT(encrypt(0, NULL, 0, NULL, 0, NULL, 1), NTE_INVALID_HANDLE);
    EXPECT(encrypt(provider, plain, 1, sealed, BUFFER_LEN, &got, 0), NTE_INVALID_HANDLE);
    EXPECT(encrypt(client.write, NULL, 1, sealed, BUFFER_LEN, &got, 1), NTE_INVALID_PARAMETER);
    EXPECT(encrypt(client.write, NULL, 0, sealed, BUFFER_LEN, &got, 0), NTE_INVALID_PARAMETER);
    EXPECT(
        encrypt(client.write, plain, 0x8001, sealed, BUFFER_LEN, &got, 1), NTE_INVALID_PARAMETER);
    EXPECT(encrypt(client.write, plain, 1, NULL, BUFFER_LEN, &got, 1), NTE_INVALID_PARAMETER);
    EXPECT(encrypt(client.write, plain, 1, NULL, 0, &got, 0), NTE_INVALID_PARAMETER);
    EXPECT(encrypt(client.write, plain, 1, sealed, BUFFER_LEN, NULL, 1), NTE_INVALID_PARAMETER);
    EXPECT(encrypt(client.write, plain, 0x4001, sealed, BUFFER_LEN, &got, 1), NTE_BAD_FLAGS);
    EXPECT(encrypt(client.read, plain, 1, sealed, BUFFER_LEN, &got, 1), NTE_BAD_FLAGS);
    EXPECT(encrypt(client.read, plain, 0x4001, sealed, BUFFER_LEN, &got, 0), NTE_INTERNAL_ERROR);
    EXPECT(encrypt(client.write, plain, 0x4001, sealed, 0, &got, 0), NTE_INVALID_PARAMETER);
    EXPECT(encrypt(client.write, sealed, 1, sealed, 1, &got, 0), NTE_BUFFER_TOO_SMALL);
    EXPECT(got, UNTOUCHED);
}

static void test_encrypt_checks_in_order(void)
{
    for_each_combination(encrypt_arguments);
}

static DWORD decrypt(NCRYPT_KEY_HANDLE key, BYTE *input, DWORD input_len, BYTE *output,
    DWORD output_len, DWORD *result, DWORD flags)
{
    return (DWORD)SslDecryptPacket(
        provider, key, input, input_len, output, output_len, result, 0, flags);
}

static void decrypt_arguments(void)
{
    const NCRYPT_KEY_HANDLE key = server.read;
    const DWORD len = seal(client.write, 20, 0, sealed);
    DWORD got = UNTOUCHED;

    EXPECT(SslDecryptPacket(0, key, NULL, 0, NULL, 0, NULL, 0, 1), NTE_INVALID_HANDLE);
    EXPECT(decrypt(0, NULL, 0, NULL, 0, NULL, 1), NTE_INVALID_HANDLE);
    EXPECT(decrypt(provider, sealed, len, opened, BUFFER_LEN, &got, 0), NTE_INVALID_HANDLE);
    EXPECT(decrypt(key, NULL, len, opened, BUFFER_LEN, &got, 1), NTE_INVALID_PARAMETER);
    EXPECT(decrypt(key, sealed, 0, opened, BUFFER_LEN, &got, 1), NTE_INVALID_PARAMETER);
    EXPECT(decrypt(key, sealed, 0x10001, opened, BUFFER_LEN, &got, 1), NTE_INVALID_PARAMETER);
    EXPECT(decrypt(key, sealed, 0x10000, opened, BUFFER_LEN, &got, 0), NTE_BAD_DATA);
    EXPECT(decrypt(key, sealed, len, NULL, BUFFER_LEN, &got, 1), NTE_INVALID_PARAMETER);
    EXPECT(decrypt(key, sealed, len, opened, BUFFER_LEN, NULL, 1), NTE_INVALID_PARAMETER);
    EXPECT(decrypt(server.write, sealed, len, opened, BUFFER_LEN, &got, 1), NTE_BAD_FLAGS);
    EXPECT(decrypt(server.write, sealed, 1, opened, BUFFER_LEN, &got, 0), NTE_INTERNAL_ERROR);
    for (DWORD part = 1; part < len; part++)
        EXPECT(decrypt(key, sealed, part, sealed, BUFFER_LEN, &got, 0), NTE_BAD_DATA);
    EXPECT(decrypt(key, sealed, len + 1, sealed, BUFFER_LEN, &got, 0), NTE_BAD_DATA);
    EXPECT(decrypt(key, sealed, len, sealed, 1, &got, 0), NTE_BUFFERS_OVERLAP);
    EXPECT(got, UNTOUCHED);
    expect_opens(key, sealed, len, 0, 20);
}

static void test_decrypt_checks_in_order(void)
{
    for_each_combination(decrypt_arguments);
}

static void set_body_len(DWORD body_len)
{
    sealed[header_len() - 2] = (BYTE)(body_len >> 8);
    sealed[header_len() - 1] = (BYTE)body_len;
}

/* The shortest lengths by public arithmetic: IV and MAC, then a whole block, then the tag. */
static DWORD length_result(DWORD body_len)
{
    const DWORD mac = now->kind == AEAD ? 0 : now->trailer_len;
    const DWORD clear_mac = now->encrypt_then_mac ? now->trailer_len : 0;

    if (body_len < now->explicit_len + mac)
        return (DWORD)NTE_BAD_DATA;
    if (now->kind == AEAD && body_len < now->explicit_len + now->trailer_len)
        return (DWORD)NTE_BAD_DATA;
    if (now->kind == CBC && (body_len - now->explicit_len - clear_mac) % now->block_len != 0)
        return (DWORD)NTE_BAD_DATA;
    return (DWORD)NTE_DECRYPTION_FAILURE;
}

static void body_lengths(void)
{
    const DWORD longest = MAX_PLAINTEXT + 2048;

    memset(sealed, 0x42, sizeof(sealed));
    seal(client.write, 0, 0, sealed);
    for (DWORD len = 0; len < 200; len++) {
        set_body_len(len);
        /* With sequence number 1 the record itself is not genuine either. */
        EXPECT(open_record(server.read, sealed, header_len() + len, 1), length_result(len));
    }
    for (DWORD len = longest - 16; len <= longest; len++) {
        set_body_len(len);
        EXPECT(open_record(server.read, sealed, header_len() + len, 1), length_result(len));
    }
    set_body_len(longest + 1);
    EXPECT(open_record(server.read, sealed, header_len() + longest + 1, 1), NTE_BAD_DATA);
}

static void test_impossible_lengths_are_bad_data(void)
{
    for_each_combination(body_lengths);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_encrypt_checks_in_order),
        TEST(test_decrypt_checks_in_order),
        TEST(test_impossible_lengths_are_bad_data),
    };

    return RUN_RECORD_TESTS("record arguments", tests);
}
