/* SPDX-License-Identifier: Apache-2.0
 *
 * SslEncryptPacket, SslDecryptPacket: which status a wrong call gets, and which one where two
 * arguments are wrong.  "observed" is a section of the notes on the behaviour of Windows.
 */
#include "shim/support/handle_faults.h"

enum { PLAIN_LEN = 40, BUFFER_LEN = 0x10100, UNTOUCHED = 0x7E57 };

static struct handles handles;
static BYTE plain[BUFFER_LEN], record[BUFFER_LEN], output[BUFFER_LEN];

/* ---- SslEncryptPacket ---- */

enum {
    ENCRYPT_MASTER = HANDLE_FAULTS,
    ENCRYPT_NO_INPUT,
    ENCRYPT_HUGE_INPUT,
    ENCRYPT_NO_OUTPUT,
    ENCRYPT_NO_RESULT,
    ENCRYPT_FLAGS,
    ENCRYPT_LONG_INPUT,
    ENCRYPT_SHORT_OUTPUT,
    ENCRYPT_OVERLAP,
    ENCRYPT_FAULTS
};

enum { INPUT_ARGUMENT = FIRST_OWN_ARGUMENT, OUTPUT_ARGUMENT, RESULT_ARGUMENT, FLAGS_ARGUMENT };

static const struct fault encrypt_faults[ENCRYPT_FAULTS] = {
    PROVIDER_ROWS,
    KEY_ROWS,
    [ENCRYPT_MASTER] = {"master key", "observed 3.2", KEY_ARGUMENT, NTE_INVALID_HANDLE},
    [ENCRYPT_NO_INPUT] = {"no input", "observed 3.2", INPUT_ARGUMENT, NTE_INVALID_PARAMETER},
    [ENCRYPT_HUGE_INPUT] = {"0x8001 bytes", "observed 3.2", INPUT_ARGUMENT, NTE_INVALID_PARAMETER},
    [ENCRYPT_NO_OUTPUT] = {"no output", "observed 3.2", OUTPUT_ARGUMENT, NTE_INVALID_PARAMETER},
    [ENCRYPT_NO_RESULT] = {"no result", "observed 3.2", RESULT_ARGUMENT, NTE_INVALID_PARAMETER},
    [ENCRYPT_FLAGS] = {"flags", "observed 3.2", FLAGS_ARGUMENT, NTE_BAD_FLAGS},
    [ENCRYPT_LONG_INPUT] = {"0x4001 bytes", "observed 3.2", INPUT_ARGUMENT, NTE_INVALID_PARAMETER},
    [ENCRYPT_SHORT_OUTPUT] = {"short output", "observed 3.2", OUTPUT_ARGUMENT,
        NTE_BUFFER_TOO_SMALL},
    [ENCRYPT_OVERLAP] = {"overlap", "observed 3.2", INPUT_ARGUMENT, NTE_BUFFERS_OVERLAP},
};

static SECURITY_STATUS call_encrypt(unsigned long faults)
{
    BYTE *input = has_fault(faults, ENCRYPT_OVERLAP) ? output + 1 : plain;
    DWORD input_len = PLAIN_LEN, len = UNTOUCHED;
    SECURITY_STATUS status;

    if (has_fault(faults, ENCRYPT_HUGE_INPUT))
        input_len = 0x8001;
    if (has_fault(faults, ENCRYPT_LONG_INPUT))
        input_len = 0x4001;
    status = SslEncryptPacket(choose_provider(&handles, faults),
        has_fault(faults, ENCRYPT_MASTER) ? handles.master
                                          : choose_key(&handles, faults, handles.client.write),
        has_fault(faults, ENCRYPT_NO_INPUT) ? NULL : input, input_len,
        has_fault(faults, ENCRYPT_NO_OUTPUT) ? NULL : output,
        has_fault(faults, ENCRYPT_SHORT_OUTPUT) ? PLAIN_LEN : BUFFER_LEN,
        has_fault(faults, ENCRYPT_NO_RESULT) ? NULL : &len, 0, CT_APPLICATIONDATA,
        has_fault(faults, ENCRYPT_FLAGS));
    EXPECT((len != UNTOUCHED) == (status == ERROR_SUCCESS), "SslEncryptPacket");
    return status;
}

static void test_encrypt_checks_in_order(void)
{
    EXPECT_SUCCESS(call_encrypt(0), "nothing wrong");
    check_order("SslEncryptPacket", encrypt_faults, ENCRYPT_FAULTS, call_encrypt);
}

/* ---- SslDecryptPacket ---- */

enum {
    DECRYPT_MASTER = HANDLE_FAULTS,
    DECRYPT_NO_INPUT,
    DECRYPT_EMPTY_INPUT,
    DECRYPT_HUGE_INPUT,
    DECRYPT_NO_OUTPUT,
    DECRYPT_NO_RESULT,
    DECRYPT_FLAGS,
    DECRYPT_SHORT_HEADER,
    DECRYPT_VERSION,
    DECRYPT_LENGTH_FIELD,
    DECRYPT_OVERLAP,
    DECRYPT_PART_OF_BLOCK,
    DECRYPT_DAMAGED,
    DECRYPT_FAULTS
};

enum { CONTENT_ARGUMENT = FLAGS_ARGUMENT + 1 };

static const struct fault decrypt_faults[DECRYPT_FAULTS] = {
    PROVIDER_ROWS,
    KEY_ROWS,
    [DECRYPT_MASTER] = {"master key", "observed 3.3", KEY_ARGUMENT, NTE_INVALID_HANDLE},
    [DECRYPT_NO_INPUT] = {"no input", "observed 3.3", INPUT_ARGUMENT, NTE_INVALID_PARAMETER},
    [DECRYPT_EMPTY_INPUT] = {"no bytes", "observed 3.3", INPUT_ARGUMENT, NTE_INVALID_PARAMETER},
    [DECRYPT_HUGE_INPUT] = {"0x10001", "observed 3.3", INPUT_ARGUMENT, NTE_INVALID_PARAMETER},
    [DECRYPT_NO_OUTPUT] = {"no output", "observed 3.3", OUTPUT_ARGUMENT, NTE_INVALID_PARAMETER},
    [DECRYPT_NO_RESULT] = {"no result", "observed 3.3", RESULT_ARGUMENT, NTE_INVALID_PARAMETER},
    [DECRYPT_FLAGS] = {"flags", "observed 3.3", FLAGS_ARGUMENT, NTE_BAD_FLAGS},
    [DECRYPT_SHORT_HEADER] = {"4 bytes", "observed 3.3", INPUT_ARGUMENT, NTE_BAD_DATA},
    [DECRYPT_VERSION] = {"version", "observed 3.3", CONTENT_ARGUMENT, NTE_BAD_DATA},
    [DECRYPT_LENGTH_FIELD] = {"length field", "observed 3.3", CONTENT_ARGUMENT, NTE_BAD_DATA},
    [DECRYPT_OVERLAP] = {"overlap", "observed 3.3", OUTPUT_ARGUMENT, NTE_BUFFERS_OVERLAP},
    [DECRYPT_PART_OF_BLOCK] = {"part of a block", "observed 3.3", CONTENT_ARGUMENT, NTE_BAD_DATA},
    [DECRYPT_DAMAGED] = {"damaged", "observed 3.3", CONTENT_ARGUMENT + 1, NTE_DECRYPTION_FAILURE},
};

/* The record as the faults leave it, and its length. */
static DWORD spoil_record(unsigned long faults)
{
    DWORD len = 0;

    EXPECT_SUCCESS(SslEncryptPacket(handles.provider, handles.client.write, plain, PLAIN_LEN,
                       record, BUFFER_LEN, &len, 0, CT_APPLICATIONDATA, 0),
        "a record to open");
    if (has_fault(faults, DECRYPT_PART_OF_BLOCK)) {
        len--;
        record[4]--;
    }
    if (has_fault(faults, DECRYPT_VERSION))
        record[1] = 7;
    if (has_fault(faults, DECRYPT_LENGTH_FIELD))
        record[4]++;
    if (has_fault(faults, DECRYPT_DAMAGED))
        record[len - 1] ^= 1;
    if (has_fault(faults, DECRYPT_HUGE_INPUT))
        return 0x10001;
    if (has_fault(faults, DECRYPT_SHORT_HEADER))
        return 4;
    return has_fault(faults, DECRYPT_EMPTY_INPUT) ? 0 : len;
}

static SECURITY_STATUS call_decrypt(unsigned long faults)
{
    const DWORD record_len = spoil_record(faults);
    BYTE *place = has_fault(faults, DECRYPT_OVERLAP) ? record : output;
    DWORD len = UNTOUCHED;
    const SECURITY_STATUS status = SslDecryptPacket(choose_provider(&handles, faults),
        has_fault(faults, DECRYPT_MASTER) ? handles.master
                                          : choose_key(&handles, faults, handles.server.read),
        has_fault(faults, DECRYPT_NO_INPUT) ? NULL : record, record_len,
        has_fault(faults, DECRYPT_NO_OUTPUT) ? NULL : place, BUFFER_LEN,
        has_fault(faults, DECRYPT_NO_RESULT) ? NULL : &len, 0, has_fault(faults, DECRYPT_FLAGS));

    EXPECT((len != UNTOUCHED) == (status == ERROR_SUCCESS), "SslDecryptPacket");
    return status;
}

static void test_decrypt_checks_in_order(void)
{
    EXPECT_SUCCESS(call_decrypt(0), "nothing wrong");
    check_order("SslDecryptPacket", decrypt_faults, DECRYPT_FAULTS, call_decrypt);
}

static int open_all(void)
{
    return open_handles(&handles);
}

static int close_all(void)
{
    return close_handles(&handles);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_encrypt_checks_in_order),
        TEST(test_decrypt_checks_in_order),
    };

    return RUN_TESTS("packet argument order", open_all, close_all, tests);
}
