/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of every kind of protection, made and opened in turn, so that chained states stay
 * together: what failed is made again before it is opened, and opened before the next one is made.
 * With keys in use, and with keys that no record has been protected with.
 */
#include "functions.h"

enum { PLAIN_LEN = 33, MAX_RECORD = 256 };

static const struct fault_setting *now;
static struct key_pair client, server;
static BYTE plain[PLAIN_LEN] = "what the record protects", record[MAX_RECORD];
static DWORD record_len; /* 0: there is none to be opened */
static ULONGLONG sequence;

static void make_sides(void)
{
    EXPECT_SUCCESS(make_side(objects.provider, now->protocol, now->suite,
                       now->flags | NCRYPT_SSL_CLIENT_FLAG, &client),
        now->label);
    EXPECT_SUCCESS(make_side(objects.provider, now->protocol, now->suite,
                       now->flags | NCRYPT_SSL_SERVER_FLAG, &server),
        now->label);
    sequence = 0;
    record_len = 0;
}

static void free_sides(void)
{
    free_pair(&client);
    free_pair(&server);
}

static SECURITY_STATUS seal_into(BYTE *to, DWORD room, DWORD *len)
{
    return SslEncryptPacket(objects.provider, client.write, plain, PLAIN_LEN, to, room, len,
        sequence, CT_APPLICATIONDATA, 0);
}

static SECURITY_STATUS open_into(BYTE *to, DWORD room, DWORD *len)
{
    return SslDecryptPacket(
        objects.provider, server.read, record, record_len, to, room, len, sequence, 0);
}

static void prepare_record(void)
{
    if (record_len == 0)
        EXPECT_SUCCESS(seal_into(record, sizeof(record), &record_len), now->label);
}

static void open_and_compare(void)
{
    BYTE opened[MAX_RECORD];
    DWORD len = 0;

    EXPECT_SUCCESS(open_into(opened, sizeof(opened), &len), now->label);
    EXPECT(len == PLAIN_LEN && memcmp(opened, plain, PLAIN_LEN) == 0, now->label);
    sequence++;
    record_len = 0;
}

static SECURITY_STATUS seal(void)
{
    out.room = MAX_RECORD;
    return seal_into(out.bytes, out.room, &out.len);
}

static void open_what_was_made(void)
{
    memcpy(record, out.bytes, sizeof(record));
    record_len = out.len;
    open_and_compare();
}

static SECURITY_STATUS open(void)
{
    out.room = MAX_RECORD;
    return open_into(out.bytes, out.room, &out.len);
}

static bool is_opened(void)
{
    return out.len == PLAIN_LEN && memcmp(out.bytes, plain, PLAIN_LEN) == 0;
}

static void go_on(void)
{
    sequence++;
    record_len = 0;
}

static bool begin(size_t round, const char **label)
{
    if (round == FAULTS_SETTINGS)
        return false;
    now = &faults_settings[round];
    *label = now->label;
    make_sides();
    /* The first record makes what a key keeps for all records. */
    prepare_record();
    open_and_compare();
    return true;
}

static SECURITY_STATUS open_and_tell(void)
{
    ULONGLONG number = sequence;

    out.room = MAX_RECORD;
    return NcryptsslDecryptPacket(objects.provider, server.read, record, record_len, out.bytes,
        out.room, &out.len, &number, 0);
}

static SECURITY_STATUS set_id_length(void)
{
    return NcryptsslSetConnectionIdLength(objects.provider, server.read, 8, 0);
}

static bool has_ids(void)
{
    return now->protocol == DTLS1_3_PROTOCOL_VERSION;
}

static const struct fault_call calls[] = {
    {"SslEncryptPacket", seal, 0, NULL, NULL, open_what_was_made, NULL},
    {"SslDecryptPacket", open, 0, prepare_record, is_opened, go_on, NULL},
    {"NcryptsslDecryptPacket", open_and_tell, 0, prepare_record, is_opened, go_on, NULL},
    {"NcryptsslSetConnectionIdLength", set_id_length, 0, NULL, NULL, NULL, has_ids},
};

const struct fault_family faults_records = {
    "records", begin, free_sides, calls, COUNT(calls), NULL};

/* ---- First records ---- */

static bool begin_first(size_t round, const char **label)
{
    if (round == FAULTS_SETTINGS)
        return false;
    now = &faults_settings[round];
    *label = now->label;
    return true;
}

static void end_first(void)
{
}

static void prepare_sides(void)
{
    if (client.write == 0)
        make_sides();
}

static void prepare_first_record(void)
{
    prepare_sides();
    prepare_record();
}

static void open_and_free(void)
{
    open_what_was_made();
    free_sides();
}

static const struct fault_call first_calls[] = {
    {"SslEncryptPacket, first", seal, 0, prepare_sides, NULL, open_and_free, NULL},
    {"SslDecryptPacket, first", open, 0, prepare_first_record, is_opened, free_sides, NULL},
};

const struct fault_family faults_first_records = {
    "first records", begin_first, end_first, first_calls, COUNT(first_calls), NULL};
