/* SPDX-License-Identifier: Apache-2.0
 *
 * SslEncryptPacket, SslDecryptPacket: which status a wrong call gets, and which one where two
 * arguments are wrong; with a block cipher of TLS 1.2, and in TLS 1.3 for a tag of 16 bytes and for
 * one of 8.  "observed" is a section of the notes on the behaviour of Windows.
 *
 * Both functions notice the same faults first, whatever the protocol: those come first in every
 * table, and what only one kind of key notices comes behind them.
 */
#include "shim/support/handle_faults.h"

enum { HEADER_LEN = 5, PLAIN_LEN = 40, BUFFER_LEN = 0x10100, UNTOUCHED = 0x7E57 };

static NCRYPT_KEY_HANDLE writer, reader;
static DWORD tag_len; /* TLS 1.3 */
static BYTE plain[BUFFER_LEN], record[BUFFER_LEN], output[BUFFER_LEN];

/* The arguments that only some tables spoil; the faults that all of them have are laid over the
 * call when it is made. */
struct packet_call {
    NCRYPT_KEY_HANDLE key;
    BYTE *input, *output;
    DWORD input_len, room;
};

enum {
    INPUT_ARGUMENT = FIRST_OWN_ARGUMENT,
    OUTPUT_ARGUMENT,
    RESULT_ARGUMENT,
    FLAGS_ARGUMENT,
    CONTENT_ARGUMENT,
    ROOM_ARGUMENT,
    TAG_ARGUMENT
};

/* ---- SslEncryptPacket ---- */

enum {
    ENCRYPT_MASTER = HANDLE_FAULTS,
    ENCRYPT_NO_INPUT,
    ENCRYPT_HUGE_INPUT,
    ENCRYPT_NO_OUTPUT,
    ENCRYPT_NO_RESULT,
    ENCRYPT_FLAGS,
    ENCRYPT_COMMON_FAULTS
};

#define ENCRYPT_COMMON_ROWS                                                                        \
    PROVIDER_ROWS, KEY_ROWS,                                                                       \
        [ENCRYPT_MASTER] = {"master key", "observed 3.2", KEY_ARGUMENT, NTE_INVALID_HANDLE},       \
        [ENCRYPT_NO_INPUT] = {"no input", "observed 3.2", INPUT_ARGUMENT, NTE_INVALID_PARAMETER},  \
        [ENCRYPT_HUGE_INPUT] = {"0x8001 bytes", "observed 3.2", INPUT_ARGUMENT,                    \
            NTE_INVALID_PARAMETER},                                                                \
        [ENCRYPT_NO_OUTPUT] = {"no output", "observed 3.2", OUTPUT_ARGUMENT,                       \
            NTE_INVALID_PARAMETER},                                                                \
        [ENCRYPT_NO_RESULT] = {"no result", "observed 3.2", RESULT_ARGUMENT,                       \
            NTE_INVALID_PARAMETER},                                                                \
        [ENCRYPT_FLAGS] = {"flags", "observed 3.2", FLAGS_ARGUMENT, NTE_BAD_FLAGS}

static struct packet_call valid_encryption(void)
{
    return (struct packet_call){writer, plain, output, PLAIN_LEN, BUFFER_LEN};
}

static SECURITY_STATUS encrypt(const struct packet_call *call, unsigned long faults)
{
    DWORD len = UNTOUCHED;
    const SECURITY_STATUS status = SslEncryptPacket(choose_provider(faults),
        has_fault(faults, ENCRYPT_MASTER) ? handles.master : choose_key(faults, call->key),
        has_fault(faults, ENCRYPT_NO_INPUT) ? NULL : call->input,
        has_fault(faults, ENCRYPT_HUGE_INPUT) ? 0x8001 : call->input_len,
        has_fault(faults, ENCRYPT_NO_OUTPUT) ? NULL : call->output, call->room,
        has_fault(faults, ENCRYPT_NO_RESULT) ? NULL : &len, 0, CT_APPLICATIONDATA,
        has_fault(faults, ENCRYPT_FLAGS));

    EXPECT((len != UNTOUCHED) == (status == ERROR_SUCCESS), "SslEncryptPacket");
    return status;
}

enum {
    ENCRYPT_LONG_INPUT = ENCRYPT_COMMON_FAULTS,
    ENCRYPT_SHORT_OUTPUT,
    ENCRYPT_OVERLAP,
    ENCRYPT_FAULTS
};

static const struct fault encrypt_faults[ENCRYPT_FAULTS] = {
    ENCRYPT_COMMON_ROWS,
    [ENCRYPT_LONG_INPUT] = {"0x4001 bytes", "observed 3.2", INPUT_ARGUMENT, NTE_INVALID_PARAMETER},
    [ENCRYPT_SHORT_OUTPUT] = {"short output", "observed 3.2", OUTPUT_ARGUMENT,
        NTE_BUFFER_TOO_SMALL},
    [ENCRYPT_OVERLAP] = {"overlap", "observed 3.2", INPUT_ARGUMENT, NTE_BUFFERS_OVERLAP},
};

static SECURITY_STATUS call_encrypt(unsigned long faults)
{
    struct packet_call call = valid_encryption();

    if (has_fault(faults, ENCRYPT_OVERLAP))
        call.input = output + 1;
    if (has_fault(faults, ENCRYPT_LONG_INPUT))
        call.input_len = 0x4001;
    if (has_fault(faults, ENCRYPT_SHORT_OUTPUT))
        call.room = PLAIN_LEN;
    return encrypt(&call, faults);
}

enum {
    TLS13_ENCRYPT_EMPTY_INPUT = ENCRYPT_COMMON_FAULTS,
    TLS13_ENCRYPT_LONG_INPUT,
    TLS13_ENCRYPT_TRAFFIC_SECRET,
    TLS13_ENCRYPT_SHORT_OUTPUT,
    TLS13_ENCRYPT_OVERLAP,
    TLS13_ENCRYPT_FAULTS
};

static const struct fault tls13_encrypt_faults[TLS13_ENCRYPT_FAULTS] = {
    ENCRYPT_COMMON_ROWS,
    [TLS13_ENCRYPT_EMPTY_INPUT] = {"no bytes", "observed 3.2", INPUT_ARGUMENT,
        NTE_INVALID_PARAMETER},
    [TLS13_ENCRYPT_LONG_INPUT] = {"0x4002 bytes", "observed 3.2", INPUT_ARGUMENT,
        NTE_INVALID_PARAMETER},
    [TLS13_ENCRYPT_TRAFFIC_SECRET] = {"traffic secret", "observed 3.2", KEY_ARGUMENT,
        NTE_NOT_SUPPORTED},
    [TLS13_ENCRYPT_SHORT_OUTPUT] = {"short output", "observed 3.2", OUTPUT_ARGUMENT,
        NTE_BUFFER_TOO_SMALL},
    [TLS13_ENCRYPT_OVERLAP] = {"overlap", "observed 3.2", INPUT_ARGUMENT, NTE_BUFFERS_OVERLAP},
};

static SECURITY_STATUS call_tls13_encrypt(unsigned long faults)
{
    struct packet_call call = valid_encryption();

    if (has_fault(faults, TLS13_ENCRYPT_OVERLAP))
        call.input = output + 1;
    if (has_fault(faults, TLS13_ENCRYPT_EMPTY_INPUT))
        call.input_len = 0;
    if (has_fault(faults, TLS13_ENCRYPT_LONG_INPUT))
        call.input_len = 0x4002;
    if (has_fault(faults, TLS13_ENCRYPT_TRAFFIC_SECRET))
        call.key = handles.traffic;
    if (has_fault(faults, TLS13_ENCRYPT_SHORT_OUTPUT))
        call.room = HEADER_LEN + PLAIN_LEN + tag_len - 1;
    return encrypt(&call, faults);
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
    DECRYPT_COMMON_FAULTS
};

#define DECRYPT_COMMON_ROWS                                                                        \
    PROVIDER_ROWS, KEY_ROWS,                                                                       \
        [DECRYPT_MASTER] = {"master key", "observed 3.3", KEY_ARGUMENT, NTE_INVALID_HANDLE},       \
        [DECRYPT_NO_INPUT] = {"no input", "observed 3.3", INPUT_ARGUMENT, NTE_INVALID_PARAMETER},  \
        [DECRYPT_EMPTY_INPUT] = {"no bytes", "observed 3.3", INPUT_ARGUMENT,                       \
            NTE_INVALID_PARAMETER},                                                                \
        [DECRYPT_HUGE_INPUT] = {"0x10001", "observed 3.3", INPUT_ARGUMENT, NTE_INVALID_PARAMETER}, \
        [DECRYPT_NO_OUTPUT] = {"no output", "observed 3.3", OUTPUT_ARGUMENT,                       \
            NTE_INVALID_PARAMETER},                                                                \
        [DECRYPT_NO_RESULT] = {"no result", "observed 3.3", RESULT_ARGUMENT,                       \
            NTE_INVALID_PARAMETER},                                                                \
        [DECRYPT_FLAGS] = {"flags", "observed 3.3", FLAGS_ARGUMENT, NTE_BAD_FLAGS}

/* A new record, and the call that opens it. */
static struct packet_call valid_decryption(void)
{
    struct packet_call call = {reader, record, output, 0, BUFFER_LEN};

    EXPECT_SUCCESS(SslEncryptPacket(handles.provider, writer, plain, PLAIN_LEN, record, BUFFER_LEN,
                       &call.input_len, 0, CT_APPLICATIONDATA, 0),
        "a record to open");
    return call;
}

static DWORD choose_record_len(unsigned long faults, DWORD right)
{
    if (has_fault(faults, DECRYPT_HUGE_INPUT))
        return 0x10001;
    return has_fault(faults, DECRYPT_EMPTY_INPUT) ? 0 : right;
}

static SECURITY_STATUS decrypt(const struct packet_call *call, unsigned long faults)
{
    DWORD len = UNTOUCHED;
    const SECURITY_STATUS status = SslDecryptPacket(choose_provider(faults),
        has_fault(faults, DECRYPT_MASTER) ? handles.master : choose_key(faults, call->key),
        has_fault(faults, DECRYPT_NO_INPUT) ? NULL : call->input,
        choose_record_len(faults, call->input_len),
        has_fault(faults, DECRYPT_NO_OUTPUT) ? NULL : call->output, call->room,
        has_fault(faults, DECRYPT_NO_RESULT) ? NULL : &len, 0, has_fault(faults, DECRYPT_FLAGS));

    EXPECT((len != UNTOUCHED) == (status == ERROR_SUCCESS), "SslDecryptPacket");
    return status;
}

enum {
    DECRYPT_SHORT_HEADER = DECRYPT_COMMON_FAULTS,
    DECRYPT_VERSION,
    DECRYPT_LENGTH_FIELD,
    DECRYPT_OVERLAP,
    DECRYPT_PART_OF_BLOCK,
    DECRYPT_DAMAGED,
    DECRYPT_FAULTS
};

static const struct fault decrypt_faults[DECRYPT_FAULTS] = {
    DECRYPT_COMMON_ROWS,
    [DECRYPT_SHORT_HEADER] = {"4 bytes", "observed 3.3", INPUT_ARGUMENT, NTE_BAD_DATA},
    [DECRYPT_VERSION] = {"version", "observed 3.3", CONTENT_ARGUMENT, NTE_BAD_DATA},
    [DECRYPT_LENGTH_FIELD] = {"length field", "observed 3.3", CONTENT_ARGUMENT, NTE_BAD_DATA},
    [DECRYPT_OVERLAP] = {"overlap", "observed 3.3", OUTPUT_ARGUMENT, NTE_BUFFERS_OVERLAP},
    [DECRYPT_PART_OF_BLOCK] = {"part of a block", "observed 3.3", CONTENT_ARGUMENT, NTE_BAD_DATA},
    [DECRYPT_DAMAGED] = {"damaged", "observed 3.3", TAG_ARGUMENT, NTE_DECRYPTION_FAILURE},
};

static SECURITY_STATUS call_decrypt(unsigned long faults)
{
    struct packet_call call = valid_decryption();

    if (has_fault(faults, DECRYPT_PART_OF_BLOCK)) {
        call.input_len--;
        record[4]--;
    }
    if (has_fault(faults, DECRYPT_VERSION))
        record[1] = 7;
    if (has_fault(faults, DECRYPT_LENGTH_FIELD))
        record[4]++;
    if (has_fault(faults, DECRYPT_DAMAGED))
        record[call.input_len - 1] ^= 1;
    if (has_fault(faults, DECRYPT_SHORT_HEADER))
        call.input_len = 4;
    if (has_fault(faults, DECRYPT_OVERLAP))
        call.output = record;
    return decrypt(&call, faults);
}

enum {
    TLS13_DECRYPT_TRAFFIC_SECRET = DECRYPT_COMMON_FAULTS,
    TLS13_DECRYPT_SHORT_INPUT,
    TLS13_DECRYPT_LONG_INPUT,
    TLS13_DECRYPT_OVERLAP,
    TLS13_DECRYPT_DTLS,
    TLS13_DECRYPT_LENGTH_FIELD,
    TLS13_DECRYPT_SHORT_OUTPUT,
    TLS13_DECRYPT_DAMAGED,
    TLS13_DECRYPT_FAULTS
};

static const struct fault tls13_decrypt_faults[TLS13_DECRYPT_FAULTS] = {
    DECRYPT_COMMON_ROWS,
    [TLS13_DECRYPT_TRAFFIC_SECRET] = {"traffic secret", "observed 3.3", KEY_ARGUMENT,
        NTE_NOT_SUPPORTED},
    [TLS13_DECRYPT_SHORT_INPUT] = {"no content type", "observed 3.3", INPUT_ARGUMENT, NTE_BAD_DATA},
    [TLS13_DECRYPT_LONG_INPUT] = {"0x4101 bytes", "observed 3.3", INPUT_ARGUMENT, NTE_BAD_DATA},
    [TLS13_DECRYPT_OVERLAP] = {"overlap", "observed 3.3", OUTPUT_ARGUMENT, NTE_BUFFERS_OVERLAP},
    [TLS13_DECRYPT_DTLS] = {"DTLS", "observed 3.3", CONTENT_ARGUMENT, NTE_BAD_DATA},
    [TLS13_DECRYPT_LENGTH_FIELD] = {"length field", "observed 3.3", CONTENT_ARGUMENT, NTE_BAD_DATA},
    [TLS13_DECRYPT_SHORT_OUTPUT] = {"short output", "observed 3.3", ROOM_ARGUMENT,
        NTE_BUFFER_TOO_SMALL},
    [TLS13_DECRYPT_DAMAGED] = {"damaged", "observed 3.3", TAG_ARGUMENT, STATUS_AUTH_TAG_MISMATCH},
};

static SECURITY_STATUS call_tls13_decrypt(unsigned long faults)
{
    struct packet_call call = valid_decryption();

    if (has_fault(faults, TLS13_DECRYPT_DTLS))
        record[1] = 0xFE;
    if (has_fault(faults, TLS13_DECRYPT_LENGTH_FIELD))
        record[4]++;
    if (has_fault(faults, TLS13_DECRYPT_DAMAGED))
        record[call.input_len - 1] ^= 1;
    if (has_fault(faults, TLS13_DECRYPT_SHORT_INPUT))
        call.input_len = HEADER_LEN + tag_len;
    if (has_fault(faults, TLS13_DECRYPT_LONG_INPUT))
        call.input_len = 0x4101;
    if (has_fault(faults, TLS13_DECRYPT_TRAFFIC_SECRET))
        call.key = handles.traffic;
    if (has_fault(faults, TLS13_DECRYPT_OVERLAP))
        call.output = record + 1;
    call.room = has_fault(faults, TLS13_DECRYPT_SHORT_OUTPUT) ? PLAIN_LEN - 1 : PLAIN_LEN;
    return decrypt(&call, faults);
}

/* ---- Tests ---- */

static void check_valid_and_order(
    const char *function, const struct fault *faults, size_t count, faulty_call *call)
{
    EXPECT_SUCCESS(call(0), "nothing wrong");
    check_order(function, faults, count, call);
}

static void test_encrypt_checks_in_order(void)
{
    writer = handles.client.write;
    check_valid_and_order("SslEncryptPacket", encrypt_faults, ENCRYPT_FAULTS, call_encrypt);
}

static void test_decrypt_checks_in_order(void)
{
    writer = handles.client.write;
    reader = handles.server.read;
    check_valid_and_order("SslDecryptPacket", decrypt_faults, DECRYPT_FAULTS, call_decrypt);
}

static void check_suite_of_tls13(DWORD suite, DWORD its_tag_len)
{
    tag_len = its_tag_len;
    CU_ASSERT_EQUAL_FATAL(
        make_traffic_key(handles.provider, suite, NCRYPT_SSL_CLIENT_FLAG, &writer), ERROR_SUCCESS);
    reader = writer;
    check_valid_and_order(
        "SslEncryptPacket", tls13_encrypt_faults, TLS13_ENCRYPT_FAULTS, call_tls13_encrypt);
    check_valid_and_order(
        "SslDecryptPacket", tls13_decrypt_faults, TLS13_DECRYPT_FAULTS, call_tls13_decrypt);
    EXPECT_SUCCESS(SslFreeObject(writer, 0), "session key");
}

static void test_tls13_checks_in_order_with_a_tag_of_16_bytes(void)
{
    check_suite_of_tls13(SUITE_TLS13_AES128_GCM, 16);
    check_suite_of_tls13(SUITE_TLS13_CHACHA20, 16);
}

static void test_tls13_checks_in_order_with_a_tag_of_8_bytes(void)
{
    check_suite_of_tls13(SUITE_TLS13_CCM_8, 8);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_encrypt_checks_in_order),
        TEST(test_decrypt_checks_in_order),
        TEST(test_tls13_checks_in_order_with_a_tag_of_16_bytes),
        TEST(test_tls13_checks_in_order_with_a_tag_of_8_bytes),
    };

    return RUN_TESTS("packet argument order", open_handles, close_handles, tests);
}
