/* SPDX-License-Identifier: Apache-2.0
 *
 * Handshake messages on datagrams: fragments, and flights that are sent again while the peer does
 * not answer (RFC 6347 section 4.2).  Messages are taken in their order; what comes too early is
 * dropped, since the peer sends it again.
 */
#include "messages.h"
#include "transport.h"

#include <string.h>

enum {
    FRAGMENT_LEN = 1100, /* safely below the MTU of an Ethernet */
    FIRST_TIMEOUT = 400, /* milliseconds, doubled each time */
    SHORTEST_REPEAT = 100,
    MAX_RESENT = 5,
    MAX_REFUSED = 200 /* at about 50 milliseconds each */
};

static void send_fragments(
    struct connection *connection, unsigned epoch, uint16_t sequence, const struct writer *message)
{
    const size_t len = message->len - 1; /* the first byte is the type */
    size_t at = 0;

    do {
        const size_t part = len - at < FRAGMENT_LEN ? len - at : FRAGMENT_LEN;
        struct writer fragment = {.len = 0};

        write_number(&fragment, message->data[0], 1);
        write_number(&fragment, (uint32_t)len, 3);
        write_number(&fragment, sequence, 2);
        write_number(&fragment, (uint32_t)at, 3);
        write_vector(&fragment, 3, message->data + 1 + at, part);
        record_send(connection, epoch, CT_HANDSHAKE, fragment.data, fragment.len);
        at += part;
    } while (at < len);
}

static void send_entry(struct connection *connection, size_t index)
{
    const struct flight *flight = &connection->flight;
    const struct writer *message = &flight->entries[index].message;

    if (flight->entries[index].content_type == CT_HANDSHAKE)
        send_fragments(
            connection, flight->entries[index].epoch, flight->entries[index].sequence, message);
    else
        record_send(connection, flight->entries[index].epoch, CT_CHANGE_CIPHER_SPEC, message->data,
            message->len);
    connection->flight.sent_at = now_milliseconds();
}

static void send_flight(struct connection *connection)
{
    for (size_t i = 0; i < connection->flight.count; i++)
        send_entry(connection, i);
}

static void flight_resend(struct connection *connection)
{
    if (++connection->flight.resent > MAX_RESENT)
        fail("the peer does not answer");
    send_flight(connection);
}

/* The peer may be about to start, which does not count as silence. */
static void flight_refused(struct connection *connection)
{
    if (++connection->flight.refused > MAX_REFUSED)
        fail("the peer is not there");
    send_flight(connection);
}

/* A message of the peer that was already here: it has not got the flight that answers it. */
static void flight_repeat(struct connection *connection)
{
    if (now_milliseconds() - connection->flight.sent_at >= SHORTEST_REPEAT)
        flight_resend(connection);
}

static struct writer *flight_add(struct connection *connection, uint8_t content_type)
{
    struct flight *flight = &connection->flight;
    const size_t index = flight->complete ? 0 : flight->count;

    if (index == FLIGHT_ROOM)
        fail("a flight of too many messages");
    flight->complete = false;
    flight->resent = 0;
    flight->count = index + 1;
    flight->entries[index].content_type = content_type;
    flight->entries[index].epoch = connection->writing.epoch;
    flight->entries[index].message.len = 0;
    return &flight->entries[index].message;
}

void dtls_message_send(struct connection *connection, uint8_t type, const struct writer *body)
{
    struct writer *message = flight_add(connection, CT_HANDSHAKE);

    connection->flight.entries[connection->flight.count - 1].sequence = connection->next_send++;
    write_number(message, type, 1);
    write_bytes(message, body->data, body->len);
    send_entry(connection, connection->flight.count - 1);
}

void dtls_change_cipher_spec_send(struct connection *connection)
{
    write_number(flight_add(connection, CT_CHANGE_CIPHER_SPEC), 1, 1);
    send_entry(connection, connection->flight.count - 1);
}

/* The next record; sends the flight again as often as there is none. */
static void receive_record(struct connection *connection)
{
    enum arrival arrival;

    while ((arrival = record_receive(connection, FIRST_TIMEOUT << connection->flight.resent)) !=
        ARRIVED) {
        if (arrival == REFUSED)
            flight_refused(connection);
        else
            flight_resend(connection);
    }
    if (record_is_close_notify(connection))
        fail("close_notify in the handshake");
}

/* Adds a fragment to the message that is put together. */
static void collect(
    struct connection *connection, size_t len, size_t offset, const struct reader *fragment)
{
    struct writer *partial = &connection->partial;

    if (len > MAX_MESSAGE || offset > len || fragment->left > len - offset)
        fail("a fragment outside of its message");
    if (partial->len != len) {
        partial->len = len;
        memset(connection->partial_have, 0, sizeof(connection->partial_have));
    }
    memcpy(partial->data + offset, fragment->at, fragment->left);
    memset(connection->partial_have + offset, 1, fragment->left);
}

static bool is_whole(struct connection *connection)
{
    return memchr(connection->partial_have, 0, connection->partial.len) == NULL;
}

/* Handles one fragment of the record; true when it completed the expected message. */
static bool take_fragment(struct connection *connection, struct message *message)
{
    struct record *record = &connection->record;
    struct reader reader = read_from(record->data + record->at, record->len - record->at);
    size_t len, offset;
    struct reader fragment;

    message->type = (uint8_t)read_number(&reader, 1);
    len = read_number(&reader, 3);
    message->sequence = (uint16_t)read_number(&reader, 2);
    offset = read_number(&reader, 3);
    fragment = read_vector(&reader, 3);
    record->at = record->len - reader.left;
    if (message->sequence < connection->next_receive)
        flight_repeat(connection);
    if (message->sequence != connection->next_receive)
        return false;
    collect(connection, len, offset, &fragment);
    return is_whole(connection);
}

struct message dtls_message_receive(struct connection *connection)
{
    struct record *record = &connection->record;
    struct message message;

    for (;;) {
        while (record->type == CT_HANDSHAKE && record->epoch == connection->reading.epoch &&
            record->at < record->len) {
            if (!take_fragment(connection, &message))
                continue;
            connection->body.len = 0;
            write_bytes(&connection->body, connection->partial.data, connection->partial.len);
            memset(connection->partial_have, 0, sizeof(connection->partial_have));
            message.body = connection->body.data;
            message.len = connection->body.len;
            connection->next_receive++;
            connection->flight.complete = true;
            return message;
        }
        receive_record(connection);
        if (record->type == CT_HANDSHAKE && record->epoch < connection->reading.epoch)
            flight_repeat(connection);
    }
}

void dtls_change_cipher_spec_receive(struct connection *connection)
{
    do {
        receive_record(connection);
        if (connection->record.type == CT_HANDSHAKE)
            flight_repeat(connection);
    } while (connection->record.type != CT_CHANGE_CIPHER_SPEC);
    connection->flight.complete = true;
}

void dtls_late_record(struct connection *connection)
{
    if (connection->record.type == CT_HANDSHAKE)
        flight_repeat(connection);
}
