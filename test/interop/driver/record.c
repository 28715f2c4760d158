/* SPDX-License-Identifier: Apache-2.0
 *
 * Records: RFC 5246 section 6.2, RFC 6347 section 4.1, RFC 8446 section 5.  The header of a
 * protected record is made and its length checked by the library; that of a plain one is framing,
 * and so is the inner content type of TLS 1.3.
 */
#include "dtls13.h"
#include "transport.h"

#include <string.h>

enum {
    TLS_HEADER_LEN = 5,
    DTLS_HEADER_LEN = 13,
    SEQUENCE_BITS = 48,
    LEVEL_WARNING = 1,
    CLOSE_NOTIFY = 0
};

static void put_big_endian(uint8_t *to, uint64_t value, size_t width)
{
    for (size_t i = width; i > 0; i--, value >>= 8)
        to[i - 1] = (uint8_t)value;
}

static uint64_t get_big_endian(const uint8_t *from, size_t width)
{
    uint64_t value = 0;

    for (size_t i = 0; i < width; i++)
        value = value << 8 | from[i];
    return value;
}

/* The version in the header before one is agreed on: RFC 5246 appendix E.1, RFC 6347 section
 * 4.2.1.  TLS 1.3 keeps that of TLS 1.2 (RFC 8446 section 5.1, RFC 9147 section 4). */
static DWORD header_version(const struct connection *connection)
{
    if (connection->protocol != 0 && is_tls13(connection))
        return is_dtls13(connection) ? DTLS1_2_PROTOCOL_VERSION : TLS1_2_PROTOCOL_VERSION;
    if (connection->protocol != 0)
        return connection->protocol;
    return connection->options->dtls ? DTLS1_0_PROTOCOL_VERSION : TLS1_PROTOCOL_VERSION;
}

static size_t put_plain_record(const struct connection *connection, uint8_t content_type,
    uint64_t sequence, const uint8_t *data, size_t len, uint8_t *to)
{
    size_t at = 3;

    to[0] = content_type;
    put_big_endian(to + 1, header_version(connection), 2);
    if (connection->options->dtls) {
        put_big_endian(to + at, sequence, 8);
        at += 8;
    }
    put_big_endian(to + at, len, 2);
    memcpy(to + at + 2, data, len);
    return at + 2 + len;
}

static bool transmit(struct connection *connection, const uint8_t *data, size_t len)
{
    if (connection->options->dtls)
        return datagram_send(connection, data, len);
    socket_write(connection->socket, data, len);
    pcap_write(connection->options->server, data, len);
    return true;
}

static DWORD protect(struct connection *connection, unsigned epoch, uint8_t content_type,
    uint64_t sequence, const uint8_t *data, size_t len, uint8_t record[MAX_HEADER + MAX_RECORD])
{
    const NCRYPT_KEY_HANDLE key = is_dtls13(connection)
        ? connection->writing.kept[epoch % KEPT_EPOCHS].key
        : connection->writing.key;
    uint8_t inner[MAX_FRAGMENT + 1];
    DWORD written = 0;

    memcpy(inner, data, len);
    if (is_tls13(connection)) { /* RFC 8446 section 5.2 */
        inner[len++] = content_type;
        content_type = CT_APPLICATIONDATA;
    }
    check(SslEncryptPacket(connection->provider, key, inner, (DWORD)len, record,
              MAX_HEADER + MAX_RECORD, &written, sequence, content_type, 0),
        "SslEncryptPacket");
    return written;
}

uint64_t *record_next_number(struct connection *connection, unsigned epoch)
{
    struct direction *writing = &connection->writing;

    if (is_dtls13(connection) && epoch > 0)
        return &writing->kept[epoch % KEPT_EPOCHS].next;
    return &writing->sequence[epoch];
}

static void send_one(struct connection *connection, unsigned epoch, uint8_t content_type,
    const uint8_t *data, size_t len)
{
    uint8_t record[MAX_HEADER + MAX_RECORD];
    uint64_t sequence = (*record_next_number(connection, epoch))++;
    size_t written;
    bool lost;

    if (connection->options->dtls)
        sequence |= (uint64_t)epoch << SEQUENCE_BITS;
    if (epoch == 0)
        written = put_plain_record(connection, content_type, sequence, data, len, record);
    else
        written = protect(connection, epoch, content_type, sequence, data, len, record);
    lost = !transmit(connection, record, written);
    if (content_type == CT_APPLICATIONDATA) {
        connection->sent_data++;
        connection->lost_data += lost;
    }
}

void record_send(struct connection *connection, unsigned epoch, uint8_t content_type,
    const uint8_t *data, size_t len)
{
    do {
        const size_t part = len < MAX_FRAGMENT ? len : MAX_FRAGMENT;

        send_one(connection, epoch, content_type, data, part);
        data += part;
        len -= part;
    } while (len > 0);
}

static SECURITY_STATUS open_record(
    struct connection *connection, uint8_t *record, size_t len, uint64_t sequence)
{
    struct record *into = &connection->record;
    DWORD written = 0;
    const SECURITY_STATUS status = SslDecryptPacket(connection->provider, connection->reading.key,
        record, (DWORD)len, into->data, sizeof(into->data), &written, sequence, 0);

    into->len = written;
    return status;
}

/* RFC 8446 section 5.4: the inner content type is the last byte that is not zero. */
void record_strip_padding(struct record *record)
{
    while (record->len > 0 && record->data[record->len - 1] == 0)
        record->len--;
    if (record->len == 0 || record->type != CT_APPLICATIONDATA)
        fail("a protected record without content type");
    record->type = record->data[--record->len];
}

/* RFC 8446 appendix D.4: for the eyes of others on the way; it has no protection. */
static bool is_for_compatibility(const struct connection *connection, const uint8_t *record)
{
    return is_tls13(connection) && record[0] == CT_CHANGE_CIPHER_SPEC;
}

static enum arrival receive_tls(struct connection *connection)
{
    struct record *into = &connection->record;
    uint8_t record[TLS_HEADER_LEN + MAX_RECORD];
    size_t len;

    if (!socket_read(connection->socket, record, TLS_HEADER_LEN))
        return CLOSED;
    len = (size_t)get_big_endian(record + 3, 2);
    if (len > MAX_RECORD || record[1] != 3)
        fail("no TLS record: type %u, version %u, %zu bytes", record[0], record[1], len);
    if (len > 0 && !socket_read(connection->socket, record + TLS_HEADER_LEN, len))
        fail("the peer closed within a record");
    pcap_write(!connection->options->server, record, TLS_HEADER_LEN + len);
    into->type = record[0];
    into->epoch = connection->reading.epoch;
    into->len = len;
    if (into->epoch == 0 || is_for_compatibility(connection, record)) {
        memcpy(into->data, record + TLS_HEADER_LEN, len);
        return ARRIVED;
    }
    check(open_record(connection, record, TLS_HEADER_LEN + len, connection->reading.sequence[1]++),
        "SslDecryptPacket");
    if (is_tls13(connection))
        record_strip_padding(into);
    return ARRIVED;
}

static enum arrival receive_tls13(struct connection *connection)
{
    const struct record *record = &connection->record;
    enum arrival arrival;

    do
        arrival = receive_tls(connection);
    while (arrival == ARRIVED && record->type == CT_CHANGE_CIPHER_SPEC && record->len == 1 &&
        record->data[0] == 1);
    return arrival;
}

/* The next record of the datagram; false when there is none that can be read: it is passed over
 * (RFC 6347 section 4.1.2.7). */
static bool next_of_datagram(struct connection *connection)
{
    uint8_t *at = connection->datagram + connection->datagram_at;
    const size_t left = connection->datagram_len - connection->datagram_at;
    struct record *into = &connection->record;
    uint64_t sequence;
    size_t len;

    connection->datagram_at = connection->datagram_len;
    if (left < DTLS_HEADER_LEN)
        return false;
    len = (size_t)get_big_endian(at + 11, 2);
    if (len > MAX_RECORD || len > left - DTLS_HEADER_LEN)
        return false;
    connection->datagram_at -= left - DTLS_HEADER_LEN - len;
    sequence = get_big_endian(at + 3, 8);
    into->type = at[0];
    into->epoch = (unsigned)(sequence >> SEQUENCE_BITS);
    into->at = 0;
    into->len = len;
    if (into->epoch > connection->reading.epoch)
        return false;
    if (into->epoch == 0) {
        memcpy(into->data, at + DTLS_HEADER_LEN, len);
        return true;
    }
    return open_record(connection, at, DTLS_HEADER_LEN + len, sequence) == ERROR_SUCCESS;
}

enum arrival record_receive(struct connection *connection, int milliseconds)
{
    if (!connection->options->dtls)
        return is_tls13(connection) ? receive_tls13(connection) : receive_tls(connection);
    for (;;) {
        enum arrival arrival;

        while (connection->datagram_at < connection->datagram_len) {
            if (is_dtls13(connection) ? dtls13_next_of_datagram(connection)
                                      : next_of_datagram(connection))
                return ARRIVED;
        }
        arrival = datagram_receive(connection, milliseconds);
        if (arrival != ARRIVED)
            return arrival;
    }
}

bool record_is_close_notify(const struct connection *connection)
{
    const struct record *record = &connection->record;

    if (record->type != CT_ALERT)
        return false;
    if (record->len != 2)
        fail("an alert of %zu bytes", record->len);
    if (record->data[1] != CLOSE_NOTIFY)
        fail("alert %u of level %u", record->data[1], record->data[0]);
    return true;
}

void send_close_notify(struct connection *connection)
{
    static const uint8_t alert[] = {LEVEL_WARNING, CLOSE_NOTIFY};

    record_send(connection, connection->writing.epoch, CT_ALERT, alert, sizeof(alert));
}
