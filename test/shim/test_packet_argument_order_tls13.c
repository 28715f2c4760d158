/* SPDX-License-Identifier: Apache-2.0
 *
 * SslEncryptPacket, SslDecryptPacket with a key of TLS 1.3: which status a wrong call gets, and
 * which one where two arguments are wrong; for a tag of 16 bytes and for one of 8.  "observed" is a
 * section of the notes on the behaviour of Windows.
 */
#include "shim/support/handle_faults.h"

enum { HEADER_LEN = 5, PLAIN_LEN = 40, BUFFER_LEN = 0x10100, UNTOUCHED = 0x7E57 };

static struct handles handles;
static NCRYPT_KEY_HANDLE session_key, traffic;
static DWORD tag_len;
static BYTE plain[BUFFER_LEN], record[BUFFER_LEN], output[BUFFER_LEN];

/* ---- SslEncryptPacket ---- */

enum {
    ENCRYPT_MASTER = HANDLE_FAULTS,
    ENCRYPT_NO_INPUT,
    ENCRYPT_HUGE_INPUT,
    ENCRYPT_NO_OUTPUT,
    ENCRYPT_NO_RESULT,
    ENCRYPT_FLAGS,
    ENCRYPT_EMPTY_INPUT,
    ENCRYPT_LONG_INPUT,
    ENCRYPT_TRAFFIC_SECRET,
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
    [ENCRYPT_EMPTY_INPUT] = {"no bytes", "observed 3.2", INPUT_ARGUMENT, NTE_INVALID_PARAMETER},
    [ENCRYPT_LONG_INPUT] = {"0x4002 bytes", "observed 3.2", INPUT_ARGUMENT, NTE_INVALID_PARAMETER},
    [ENCRYPT_TRAFFIC_SECRET] = {"traffic secret", "observed 3.2", KEY_ARGUMENT, NTE_NOT_SUPPORTED},
    [ENCRYPT_SHORT_OUTPUT] = {"short output", "observed 3.2", OUTPUT_ARGUMENT,
        NTE_BUFFER_TOO_SMALL},
    [ENCRYPT_OVERLAP] = {"overlap", "observed 3.2", INPUT_ARGUMENT, NTE_BUFFERS_OVERLAP},
};

static NCRYPT_KEY_HANDLE choose(unsigned long faults, unsigned master, unsigned secret)
{
    if (has_fault(faults, master))
        return handles.master;
    return has_fault(faults, secret) ? traffic : choose_key(&handles, faults, session_key);
}

static SECURITY_STATUS call_encrypt(unsigned long faults)
{
    BYTE *input = has_fault(faults, ENCRYPT_OVERLAP) ? output + 1 : plain;
    DWORD input_len = PLAIN_LEN, len = UNTOUCHED;
    SECURITY_STATUS status;

    if (has_fault(faults, ENCRYPT_HUGE_INPUT))
        input_len = 0x8001;
    if (has_fault(faults, ENCRYPT_EMPTY_INPUT))
        input_len = 0;
    if (has_fault(faults, ENCRYPT_LONG_INPUT))
        input_len = 0x4002;
    status = SslEncryptPacket(choose_provider(&handles, faults),
        choose(faults, ENCRYPT_MASTER, ENCRYPT_TRAFFIC_SECRET),
        has_fault(faults, ENCRYPT_NO_INPUT) ? NULL : input, input_len,
        has_fault(faults, ENCRYPT_NO_OUTPUT) ? NULL : output,
        has_fault(faults, ENCRYPT_SHORT_OUTPUT) ? HEADER_LEN + PLAIN_LEN + tag_len - 1 : BUFFER_LEN,
        has_fault(faults, ENCRYPT_NO_RESULT) ? NULL : &len, 0, CT_APPLICATIONDATA,
        has_fault(faults, ENCRYPT_FLAGS));
    EXPECT((len != UNTOUCHED) == (status == ERROR_SUCCESS), "SslEncryptPacket");
    return status;
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
    DECRYPT_TRAFFIC_SECRET,
    DECRYPT_SHORT_INPUT,
    DECRYPT_LONG_INPUT,
    DECRYPT_OVERLAP,
    DECRYPT_DTLS,
    DECRYPT_LENGTH_FIELD,
    DECRYPT_SHORT_OUTPUT,
    DECRYPT_DAMAGED,
    DECRYPT_FAULTS
};

enum { CONTENT_ARGUMENT = FLAGS_ARGUMENT + 1, ROOM_ARGUMENT, TAG_ARGUMENT };

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
    [DECRYPT_TRAFFIC_SECRET] = {"traffic secret", "observed 3.3", KEY_ARGUMENT, NTE_NOT_SUPPORTED},
    [DECRYPT_SHORT_INPUT] = {"no content type", "observed 3.3", INPUT_ARGUMENT, NTE_BAD_DATA},
    [DECRYPT_LONG_INPUT] = {"0x4101 bytes", "observed 3.3", INPUT_ARGUMENT, NTE_BAD_DATA},
    [DECRYPT_OVERLAP] = {"overlap", "observed 3.3", OUTPUT_ARGUMENT, NTE_BUFFERS_OVERLAP},
    [DECRYPT_DTLS] = {"DTLS", "observed 3.3", CONTENT_ARGUMENT, NTE_BAD_DATA},
    [DECRYPT_LENGTH_FIELD] = {"length field", "observed 3.3", CONTENT_ARGUMENT, NTE_BAD_DATA},
    [DECRYPT_SHORT_OUTPUT] = {"short output", "observed 3.3", ROOM_ARGUMENT, NTE_BUFFER_TOO_SMALL},
    [DECRYPT_DAMAGED] = {"damaged", "observed 3.3", TAG_ARGUMENT, STATUS_AUTH_TAG_MISMATCH},
};

/* The record as the faults leave it, and its length. */
static DWORD spoil_record(unsigned long faults)
{
    DWORD len = 0;

    EXPECT_SUCCESS(SslEncryptPacket(handles.provider, session_key, plain, PLAIN_LEN, record,
                       BUFFER_LEN, &len, 0, CT_APPLICATIONDATA, 0),
        "a record to open");
    if (has_fault(faults, DECRYPT_DTLS))
        record[1] = 0xFE;
    if (has_fault(faults, DECRYPT_LENGTH_FIELD))
        record[4]++;
    if (has_fault(faults, DECRYPT_DAMAGED))
        record[len - 1] ^= 1;
    if (has_fault(faults, DECRYPT_HUGE_INPUT))
        return 0x10001;
    if (has_fault(faults, DECRYPT_LONG_INPUT))
        return 0x4101;
    if (has_fault(faults, DECRYPT_SHORT_INPUT))
        return HEADER_LEN + tag_len;
    return has_fault(faults, DECRYPT_EMPTY_INPUT) ? 0 : len;
}

static SECURITY_STATUS call_decrypt(unsigned long faults)
{
    const DWORD record_len = spoil_record(faults);
    BYTE *place = has_fault(faults, DECRYPT_OVERLAP) ? record + 1 : output;
    DWORD len = UNTOUCHED;
    const SECURITY_STATUS status = SslDecryptPacket(choose_provider(&handles, faults),
        choose(faults, DECRYPT_MASTER, DECRYPT_TRAFFIC_SECRET),
        has_fault(faults, DECRYPT_NO_INPUT) ? NULL : record, record_len,
        has_fault(faults, DECRYPT_NO_OUTPUT) ? NULL : place,
        has_fault(faults, DECRYPT_SHORT_OUTPUT) ? PLAIN_LEN - 1 : PLAIN_LEN,
        has_fault(faults, DECRYPT_NO_RESULT) ? NULL : &len, 0, has_fault(faults, DECRYPT_FLAGS));

    EXPECT((len != UNTOUCHED) == (status == ERROR_SUCCESS), "SslDecryptPacket");
    return status;
}

/* ---- With each length of a tag ---- */

static void check_suite(DWORD suite, DWORD its_tag_len)
{
    tag_len = its_tag_len;
    CU_ASSERT_EQUAL_FATAL(
        make_traffic_key(handles.provider, suite, NCRYPT_SSL_CLIENT_FLAG, &session_key),
        ERROR_SUCCESS);
    EXPECT_SUCCESS(call_encrypt(0), "nothing wrong");
    check_order("SslEncryptPacket", encrypt_faults, ENCRYPT_FAULTS, call_encrypt);
    EXPECT_SUCCESS(call_decrypt(0), "nothing wrong");
    check_order("SslDecryptPacket", decrypt_faults, DECRYPT_FAULTS, call_decrypt);
    EXPECT_SUCCESS(SslFreeObject(session_key, 0), "session key");
}

static void test_packets_with_a_tag_of_16_bytes(void)
{
    check_suite(SUITE_TLS13_AES128_GCM, 16);
    check_suite(SUITE_TLS13_CHACHA20, 16);
}

static void test_packets_with_a_tag_of_8_bytes(void)
{
    check_suite(SUITE_TLS13_CCM_8, 8);
}

static int open_all(void)
{
    const struct secret_blob blob =
        make_traffic_secret(SUITE_TLS13_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG);

    return open_handles(&handles) || import_secret(handles.provider, &blob, &traffic);
}

static int close_all(void)
{
    return SslFreeObject(traffic, 0) || close_handles(&handles);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_packets_with_a_tag_of_16_bytes),
        TEST(test_packets_with_a_tag_of_8_bytes),
    };

    return RUN_TESTS("packet argument order, TLS 1.3", open_all, close_all, tests);
}
