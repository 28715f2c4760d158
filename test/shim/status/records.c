/* SPDX-License-Identifier: Apache-2.0
 *
 * The status test of session keys and records.
 */
#include "status.h"

enum { PLAIN_LEN = 40, ROOM = 0x10100, UNTOUCHED = 0x7E57 };

static struct {
    NCRYPT_PROV_HANDLE provider;
    NCRYPT_KEY_HANDLE key;
    NCRYPT_KEY_HANDLE *read;
    NCRYPT_KEY_HANDLE *write;
    PNCryptBufferDesc list;
    PBYTE input;
    DWORD input_len;
    PBYTE output;
    DWORD room;
    DWORD *result;
    ULONGLONG *number;
    DWORD id_len;
    DWORD content_type;
    DWORD flags;
} with;

static struct key_pair new_keys;
static BYTE plain[ROOM], record[ROOM], output[ROOM];
static DWORD record_len, output_len;
static ULONGLONG number;

static void prepare(void)
{
    memset(&with, 0, sizeof(with));
    with.provider = status_handle("provider");
    with.key = status_handle("master");
    with.read = &new_keys.read;
    with.write = &new_keys.write;
    with.list = status_valid_list();
    with.output = output;
    with.room = ROOM;
    with.result = &output_len;
    with.number = &number;
    with.content_type = CT_APPLICATIONDATA;
    new_keys = (struct key_pair){GARBAGE_HANDLE, GARBAGE_HANDLE};
    output_len = UNTOUCHED;
    number = 0;
}

static bool set_same(void *argument, const char *value)
{
    if (strcmp(value, "same") != 0)
        return status_set_null(argument, value);
    with.write = with.read;
    return true;
}

static SECURITY_STATUS generate_session_keys(void)
{
    const SECURITY_STATUS status = SslGenerateSessionKeys(
        with.provider, with.key, with.read, with.write, with.list, with.flags);

    status_end_handle(with.read, status);
    if (with.write != with.read)
        status_end_handle(with.write, status);
    return status;
}

static void prepare_encrypt(void)
{
    with.key = status_handle("write");
    with.input = plain;
    with.input_len = PLAIN_LEN;
}

/* The record to open. */
static void make_record(NCRYPT_KEY_HANDLE key)
{
    EXPECT_SUCCESS(SslEncryptPacket(with.provider, key, plain, PLAIN_LEN, record, ROOM, &record_len,
                       0, CT_APPLICATIONDATA, 0),
        status_row);
    with.input = record;
    with.input_len = record_len;
}

static void prepare_decrypt(void)
{
    with.key = status_handle("read");
    make_record(status_handle("peer-write"));
}

static void prepare_id(void)
{
    with.key = status_handle("dtls13");
    with.id_len = 8;
}

static void prepare_expand(void)
{
    with.key = status_handle("traffic");
}

/* A key of TLS 1.3 or DTLS 1.3 both makes and opens a record. */
static bool set_key(void *argument, const char *value)
{
    if (!status_set_handle(argument, value))
        return false;
    if (with.input == record && strstr(value, "tls13") != NULL)
        make_record(with.key);
    return true;
}

/* Input inside the output or the output inside the input, or a record with something wrong. */
static bool set_input(void *argument, const char *value)
{
    static const struct {
        const char *name;
        size_t at;
        BYTE flip;
    } damages[] = {{"other-version", 1, 4}, {"dtls-version", 1, 3 ^ 0xFE}, {"other-length", 4, 1},
        {"damaged", 30, 1}, {"other-type", 0, 1}, {"minor-version", 2, 0x80},
        {"not-unified", 0, 0x80}, {"with-id", 0, 0x10}};

    if (strcmp(value, "overlap") == 0) {
        memmove(output + 1, with.input, with.input_len);
        *(PBYTE *)argument = output + 1;
        return true;
    }
    if (strcmp(value, "in-place") == 0) {
        memmove(output + 5, with.input, with.input_len);
        *(PBYTE *)argument = output + 5;
        return true;
    }
    if (strcmp(value, "part-of-a-block") == 0) {
        record[4]--;
        with.input_len--;
        return true;
    }
    for (size_t i = 0; i < COUNT(damages); i++) {
        if (strcmp(value, damages[i].name) == 0) {
            record[damages[i].at] ^= damages[i].flip;
            return true;
        }
    }
    return status_set_null(argument, value);
}

/* Behind the header of the record, or on it. */
static bool set_output(void *argument, const char *value)
{
    if (strcmp(value, "behind-header") == 0)
        with.output = with.input + 5;
    else if (strcmp(value, "on-header") == 0)
        with.output = with.input;
    else
        return status_set_null(argument, value);
    return true;
}

/* *pcbResult is written on success only. */
static void end_packet(SECURITY_STATUS status)
{
    EXPECT((output_len != UNTOUCHED) == (status == ERROR_SUCCESS), status_row);
}

static SECURITY_STATUS encrypt_packet(void)
{
    const SECURITY_STATUS status = SslEncryptPacket(with.provider, with.key, with.input,
        with.input_len, with.output, with.room, with.result, 0, with.content_type, with.flags);

    end_packet(status);
    return status;
}

static SECURITY_STATUS decrypt_packet(void)
{
    const SECURITY_STATUS status = SslDecryptPacket(with.provider, with.key, with.input,
        with.input_len, with.output, with.room, with.result, 0, with.flags);

    end_packet(status);
    return status;
}

static SECURITY_STATUS decrypt_and_tell(void)
{
    const SECURITY_STATUS status = NcryptsslDecryptPacket(with.provider, with.key, with.input,
        with.input_len, with.output, with.room, with.result, with.number, with.flags);

    EXPECT(number == 0, status_row);
    end_packet(status);
    return status;
}

/* The key is for other rows too. */
static SECURITY_STATUS set_id_length(void)
{
    const SECURITY_STATUS status =
        NcryptsslSetConnectionIdLength(with.provider, with.key, with.id_len, with.flags);

    EXPECT_SUCCESS(
        NcryptsslSetConnectionIdLength(status_handle("provider"), status_handle("dtls13"), 0, 0),
        status_row);
    return status;
}

static SECURITY_STATUS expand_write_key(void)
{
    const SECURITY_STATUS status =
        SslExpandWriteKey(with.provider, with.key, with.write, with.list, with.flags);

    status_end_handle(with.write, status);
    return status;
}

static const struct status_argument arguments[] = {
    {"provider", &with.provider, status_set_handle},
    {"key", &with.key, set_key},
    {"read", &with.read, status_set_null},
    {"write", &with.write, set_same},
    {"list", &with.list, status_set_list},
    {"input", &with.input, set_input},
    {"length", &with.input_len, status_set_number},
    {"output", &with.output, set_output},
    {"room", &with.room, status_set_number},
    {"result", &with.result, status_set_null},
    {"number", &with.number, status_set_null},
    {"id-length", &with.id_len, status_set_number},
    {"type", &with.content_type, status_set_number},
    {"flags", &with.flags, status_set_number},
};

static const struct status_function functions[] = {
    {"SslGenerateSessionKeys", "provider key read write list flags", NULL, generate_session_keys},
    {"SslEncryptPacket", "provider key input length output room result type flags", prepare_encrypt,
        encrypt_packet},
    {"SslDecryptPacket", "provider key input length output room result flags", prepare_decrypt,
        decrypt_packet},
    {"NcryptsslDecryptPacket", "provider key input length output room result number flags",
        prepare_decrypt, decrypt_and_tell},
    {"NcryptsslSetConnectionIdLength", "provider key id-length flags", prepare_id, set_id_length},
    {"SslExpandWriteKey", "provider key write list flags", prepare_expand, expand_write_key},
};

const struct status_family status_records = {
    "session keys and records", prepare, arguments, COUNT(arguments), functions, COUNT(functions)};
