/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of DTLS 1.3 as they come (RFC 9147 section 4): which of them there are in a datagram, and
 * to which epoch each belongs.  The header of a protected record is the library's matter.
 */
#include "dtls13.h"
#include "ncryptssl/sslprovider_ext.h"
#include "transport.h"

#include <string.h>

enum {
    HANDSHAKE_EPOCH = 2, /* 1 is for early data */
    PLAIN_HEADER_LEN = 13,
    EPOCH_BITS = 3,
    NUMBER_BITS = 48,
    WINDOW = 64
};

/* The first byte of a unified header. */
enum {
    FIXED_MASK = 0xE0,
    FIXED = 0x20,
    CONNECTION_ID = 0x10,
    LONG_NUMBER = 0x08,
    HAS_LENGTH = 0x04
};

void dtls13_use(struct direction *direction)
{
    const unsigned epoch = direction->epoch == 0 ? HANDSHAKE_EPOCH : direction->epoch + 1;
    struct kept_epoch *kept = &direction->kept[epoch % KEPT_EPOCHS];

    free_handle(&kept->key);
    *kept = (struct kept_epoch){.epoch = epoch, .key = direction->key};
    direction->key = 0;
    direction->epoch = epoch;
}

void dtls13_free(struct direction *direction)
{
    for (size_t i = 0; i < KEPT_EPOCHS; i++)
        free_handle(&direction->kept[i].key);
}

/* Whether the record did not come before (section 4.5.1). */
static bool is_new(struct kept_epoch *kept, uint64_t number)
{
    uint64_t age;

    if (number >= kept->next) {
        const uint64_t moved = number + 1 - kept->next;

        kept->came = (moved < WINDOW ? kept->came << moved : 0) | 1;
        kept->next = number + 1;
        return true;
    }
    age = kept->next - 1 - number;
    if (age >= WINDOW || (kept->came >> age & 1) != 0)
        return false;
    kept->came |= (uint64_t)1 << age;
    return true;
}

/* A record that cannot be opened is passed over (section 4.5.2). */
static bool open_sealed(struct connection *connection, uint8_t *at, size_t len)
{
    struct kept_epoch *kept = &connection->reading.kept[at[0] & EPOCH_BITS];
    struct record *into = &connection->record;
    ULONGLONG sequence = (ULONGLONG)kept->epoch << NUMBER_BITS | kept->next;
    DWORD written = 0;

    if (kept->key == 0)
        return false;
    if (NcryptsslDecryptPacket(connection->provider, kept->key, at, (DWORD)len, into->data,
            sizeof(into->data), &written, &sequence, 0) != ERROR_SUCCESS) {
        connection->dtls13.unreadable++;
        return false;
    }
    into->type = CT_APPLICATIONDATA;
    into->epoch = kept->epoch;
    into->number = sequence & (((ULONGLONG)1 << NUMBER_BITS) - 1);
    into->len = written;
    record_strip_padding(into);
    return is_new(kept, into->number);
}

static uint64_t read_48(struct reader *reader)
{
    const uint64_t high = read_number(reader, 2);

    return high << 32 | read_number(reader, 4);
}

/* Of epoch 0, which has no protection. */
static bool take_plain(struct connection *connection, const uint8_t *at, size_t len)
{
    struct reader reader = read_from(at, len);
    struct record *into = &connection->record;

    if (len < PLAIN_HEADER_LEN)
        return false;
    into->type = (uint8_t)read_number(&reader, 1);
    (void)read_number(&reader, 2);
    into->epoch = read_number(&reader, 2);
    into->number = read_48(&reader);
    into->len = read_number(&reader, 2);
    if (into->epoch != 0 || into->len != reader.left || into->len > MAX_FRAGMENT)
        return false;
    memcpy(into->data, reader.at, into->len);
    return true;
}

static bool is_sealed(uint8_t first)
{
    return (first & FIXED_MASK) == FIXED;
}

/* Up to the end of the datagram where the header does not say more. */
static size_t record_len(const uint8_t *at, size_t left)
{
    size_t header = PLAIN_HEADER_LEN, len;

    if (is_sealed(at[0])) {
        if ((at[0] & CONNECTION_ID) != 0 || (at[0] & HAS_LENGTH) == 0)
            return left;
        header = (at[0] & LONG_NUMBER) != 0 ? 5 : 4;
    }
    if (left < header)
        return left;
    len = header + ((size_t)at[header - 2] << 8 | at[header - 1]);
    return len < left ? len : left;
}

bool dtls13_next_of_datagram(struct connection *connection)
{
    uint8_t *at = connection->datagram + connection->datagram_at;
    const size_t len = record_len(at, connection->datagram_len - connection->datagram_at);

    connection->datagram_at += len;
    connection->record.at = 0;
    return is_sealed(at[0]) ? open_sealed(connection, at, len) : take_plain(connection, at, len);
}
