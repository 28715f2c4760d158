/* SPDX-License-Identifier: Apache-2.0
 *
 * Handshake messages of DTLS 1.3: fragments, ACKs, and what is sent again without one (RFC 9147
 * sections 5 and 7).  In the handshake the peer's next flight stands for the ACK of the last one.
 */
#include "dtls13.h"

#include "messages.h"
#include "tls13.h"
#include "transport.h"

#include <stdlib.h>
#include <string.h>

enum {
    CT_ACK = 26,
    FRAGMENT_LEN = 1100, /* safely below the MTU of an Ethernet */
    APPLICATION_EPOCH = 3,
    ACK_LEN = 16 /* of one number in an ACK */
};

/* Milliseconds. */
enum {
    FIRST_TIMEOUT = 200, /* doubled each time */
    MAX_DOUBLED = 1,
    SHORTEST_REPEAT = 100,
    ACK_DELAY = 60, /* for the rest of a flight */
    PATIENCE = 10000
};

enum { MAX_RESENT = 15, MAX_REFUSED = 200 /* at about 50 milliseconds each */ };

/* ---- Sending ---- */

static size_t fragment_count(const struct outgoing *outgoing)
{
    return outgoing->body.len == 0 ? 1 : (outgoing->body.len + FRAGMENT_LEN - 1) / FRAGMENT_LEN;
}

static void note_sent(struct connection *connection, const struct outgoing *outgoing, size_t index)
{
    struct dtls13 *dtls = &connection->dtls13;
    const uint64_t number = *record_next_number(connection, outgoing->epoch);

    dtls->sent[dtls->sent_count++ % SENT_ROOM] =
        (struct sent_record){.number = {.epoch = outgoing->epoch, .number = number},
            .sequence = outgoing->sequence,
            .fragment = index};
}

static void send_fragment(
    struct connection *connection, const struct outgoing *outgoing, size_t index)
{
    const size_t at = index * FRAGMENT_LEN, left = outgoing->body.len - at;
    struct writer fragment = {.len = 0};

    write_number(&fragment, outgoing->type, 1);
    write_number(&fragment, (uint32_t)outgoing->body.len, 3);
    write_number(&fragment, outgoing->sequence, 2);
    write_number(&fragment, (uint32_t)at, 3);
    write_vector(&fragment, 3, outgoing->body.data + at, left < FRAGMENT_LEN ? left : FRAGMENT_LEN);
    note_sent(connection, outgoing, index);
    record_send(connection, outgoing->epoch, CT_HANDSHAKE, fragment.data, fragment.len);
}

static void send_outgoing(struct connection *connection, const struct outgoing *outgoing)
{
    struct dtls13 *dtls = &connection->dtls13;
    const unsigned doubled = dtls->resent < MAX_DOUBLED ? dtls->resent : MAX_DOUBLED;

    for (size_t i = 0; i < fragment_count(outgoing); i++) {
        if (!outgoing->arrived[i])
            send_fragment(connection, outgoing, i);
    }
    dtls->sent_at = now_milliseconds();
    dtls->resend_at = dtls->sent_at + (FIRST_TIMEOUT << doubled);
}

static void send_again(struct connection *connection)
{
    for (size_t i = 0; i < connection->dtls13.outgoing_count; i++)
        send_outgoing(connection, &connection->dtls13.outgoing[i]);
}

static void resend(struct connection *connection)
{
    if (++connection->dtls13.resent > MAX_RESENT)
        fail("the peer does not answer");
    send_again(connection);
}

void dtls13_message_send(struct connection *connection, uint8_t type, const struct writer *body)
{
    struct dtls13 *dtls = &connection->dtls13;
    struct outgoing *outgoing = &dtls->outgoing[dtls->outgoing_count];

    if (dtls->outgoing_count == OUTGOING_ROOM)
        fail("a flight of too many messages");
    dtls->outgoing_count++;
    dtls->resent = 0;
    if (!dtls->established)
        dtls->ack_count = 0;
    *outgoing = (struct outgoing){.type = type, .epoch = connection->writing.epoch};
    outgoing->sequence = connection->next_send++;
    write_bytes(&outgoing->body, body->data, body->len);
    if (fragment_count(outgoing) > MAX_FRAGMENTS)
        fail("a message of %zu bytes", body->len);
    send_outgoing(connection, outgoing);
}

/* ---- ACKs: section 7 ---- */

static void write_64(struct writer *to, uint64_t value)
{
    write_number(to, (uint32_t)(value >> 32), 4);
    write_number(to, (uint32_t)value, 4);
}

static uint64_t read_64(struct reader *reader)
{
    const uint64_t high = read_number(reader, 4);

    return high << 32 | read_number(reader, 4);
}

/* Section 7.1: before there are keys the flight is asked for by sending the own one again. */
static void send_ack(struct connection *connection)
{
    struct dtls13 *dtls = &connection->dtls13;
    struct writer ack = {.len = 0};
    const size_t opened = write_open(&ack, 2);

    for (size_t i = 0; i < dtls->ack_count; i++) {
        write_64(&ack, dtls->acks[i].epoch);
        write_64(&ack, dtls->acks[i].number);
    }
    write_close(&ack, opened, 2);
    if (dtls->ack_count > 0 && connection->writing.epoch > 0)
        record_send(connection, connection->writing.epoch, CT_ACK, ack.data, ack.len);
    dtls->ack_count = 0;
}

/* The record received last will be in the next ACK. */
static void owe_ack(struct connection *connection)
{
    struct dtls13 *dtls = &connection->dtls13;
    const struct record *record = &connection->record;

    if (dtls->ack_count == ACK_ROOM)
        send_ack(connection);
    if (dtls->ack_count == 0)
        dtls->ack_at = now_milliseconds() + ACK_DELAY;
    dtls->acks[dtls->ack_count++] =
        (struct record_number){.epoch = record->epoch, .number = record->number};
}

static struct outgoing *find_outgoing(struct dtls13 *dtls, uint16_t sequence)
{
    for (size_t i = 0; i < dtls->outgoing_count; i++) {
        if (dtls->outgoing[i].sequence == sequence)
            return &dtls->outgoing[i];
    }
    return NULL;
}

static void mark_arrived(struct dtls13 *dtls, uint64_t epoch, uint64_t number)
{
    const size_t count = dtls->sent_count < SENT_ROOM ? dtls->sent_count : SENT_ROOM;

    for (size_t i = 0; i < count; i++) {
        struct outgoing *outgoing;

        if (dtls->sent[i].number.epoch != epoch || dtls->sent[i].number.number != number)
            continue;
        outgoing = find_outgoing(dtls, dtls->sent[i].sequence);
        if (outgoing != NULL)
            outgoing->arrived[dtls->sent[i].fragment] = true;
    }
}

static bool has_arrived(const struct outgoing *outgoing)
{
    return memchr(outgoing->arrived, false, fragment_count(outgoing)) == NULL;
}

bool dtls13_is_updating(const struct connection *connection)
{
    const struct dtls13 *dtls = &connection->dtls13;

    for (size_t i = 0; i < dtls->outgoing_count; i++) {
        if (dtls->outgoing[i].type == KEY_UPDATE)
            return true;
    }
    return false;
}

static void take_away(struct connection *connection, size_t index)
{
    struct dtls13 *dtls = &connection->dtls13;
    const uint8_t type = dtls->outgoing[index].type;

    dtls->outgoing_count--;
    memmove(&dtls->outgoing[index], &dtls->outgoing[index + 1],
        (dtls->outgoing_count - index) * sizeof(dtls->outgoing[0]));
    if (type != KEY_UPDATE)
        return;
    tls13_use_update(connection);
    if (dtls->update_owed) {
        const bool asks = dtls->owed_asks;

        dtls->update_owed = false;
        dtls->owed_asks = false;
        tls13_send_key_update(connection, asks);
    }
}

static void take_ack(struct connection *connection)
{
    struct dtls13 *dtls = &connection->dtls13;
    struct reader reader = read_from(connection->record.data, connection->record.len);
    struct reader list = read_vector(&reader, 2);

    read_end(&reader);
    if (list.left % ACK_LEN != 0)
        fail("an ACK of %zu bytes", list.left);
    while (list.left > 0) {
        const uint64_t epoch = read_64(&list);

        mark_arrived(dtls, epoch, read_64(&list));
    }
    for (size_t i = 0; i < dtls->outgoing_count;) {
        if (has_arrived(&dtls->outgoing[i]))
            take_away(connection, i);
        else
            i++;
    }
}

/* ---- Receiving ---- */

/* A message that is here already: in the handshake the peer has not got what answers it. */
static void take_repeated(struct connection *connection)
{
    if (!connection->dtls13.established &&
        now_milliseconds() - connection->dtls13.sent_at >= SHORTEST_REPEAT)
        resend(connection);
}

/* Section 5.2: the beginning of the next flight shows that the last one arrived. */
static void forget_flight(struct connection *connection)
{
    if (!connection->dtls13.established)
        connection->dtls13.outgoing_count = 0;
}

static void collect(
    struct incoming *incoming, uint8_t type, size_t len, size_t offset, const struct reader *part)
{
    if (len > MAX_MESSAGE || offset > len || part->left > len - offset)
        fail("a fragment outside of its message");
    if (!incoming->begun) {
        incoming->begun = true;
        incoming->type = type;
        incoming->body.len = len;
        memset(incoming->have, 0, sizeof(incoming->have));
    }
    if (incoming->type != type || incoming->body.len != len)
        fail("fragments of different messages with one number");
    memcpy(incoming->body.data + offset, part->at, part->left);
    memset(incoming->have + offset, 1, part->left);
}

/* Section 4.2.1: what is new comes with the newest keys, or after the handshake with older ones. */
static bool has_right_epoch(const struct connection *connection)
{
    const unsigned epoch = connection->record.epoch;

    return epoch == connection->reading.epoch ||
        (connection->dtls13.established && epoch >= APPLICATION_EPOCH);
}

/* True when the fragment is kept, or was there before. */
static bool take_fragment(struct connection *connection, struct reader *reader)
{
    const uint8_t type = (uint8_t)read_number(reader, 1);
    const size_t len = read_number(reader, 3);
    const uint16_t sequence = (uint16_t)read_number(reader, 2);
    const size_t offset = read_number(reader, 3);
    const struct reader part = read_vector(reader, 3);

    if (sequence < connection->next_receive) {
        take_repeated(connection);
        return true;
    }
    if (sequence - connection->next_receive >= INCOMING_ROOM || !has_right_epoch(connection))
        return false;
    forget_flight(connection);
    collect(&connection->dtls13.incoming[sequence % INCOMING_ROOM], type, len, offset, &part);
    return true;
}

static void take_fragments(struct connection *connection)
{
    struct reader reader = read_from(connection->record.data, connection->record.len);
    bool kept = true;

    while (reader.left > 0)
        kept = take_fragment(connection, &reader) && kept;
    if (kept)
        owe_ack(connection);
}

/* The next message, if it is whole. */
static bool take_message(struct connection *connection, struct message *message)
{
    const uint16_t sequence = connection->next_receive;
    struct incoming *incoming = &connection->dtls13.incoming[sequence % INCOMING_ROOM];

    if (!incoming->begun || memchr(incoming->have, 0, incoming->body.len) != NULL)
        return false;
    connection->body.len = 0;
    write_bytes(&connection->body, incoming->body.data, incoming->body.len);
    *message = (struct message){.type = incoming->type,
        .sequence = sequence,
        .body = connection->body.data,
        .len = connection->body.len};
    incoming->begun = false;
    connection->next_receive++;
    return true;
}

/* How long nothing has to be done. */
static int rest(const struct connection *connection, long long end)
{
    const struct dtls13 *dtls = &connection->dtls13;
    const long long now = now_milliseconds();

    if (dtls->outgoing_count > 0 && dtls->resend_at < end)
        end = dtls->resend_at;
    if (dtls->ack_count > 0 && dtls->ack_at < end)
        end = dtls->ack_at;
    return end > now ? (int)(end - now) : 0;
}

static void do_what_is_due(struct connection *connection)
{
    struct dtls13 *dtls = &connection->dtls13;
    const long long now = now_milliseconds();

    if (dtls->ack_count > 0 && now >= dtls->ack_at)
        send_ack(connection);
    if (dtls->outgoing_count > 0 && now >= dtls->resend_at)
        resend(connection);
}

/* The peer may be about to start, which does not count as silence. */
static void take_refusal(struct connection *connection)
{
    struct dtls13 *dtls = &connection->dtls13;

    dtls->closed = dtls->established;
    if (!dtls->closed && ++dtls->refused > MAX_REFUSED)
        fail("the peer is not there");
    if (!dtls->closed)
        send_again(connection);
}

static void take_close(struct connection *connection)
{
    if (!connection->dtls13.closed)
        printf("closed close_notify\n");
    connection->dtls13.closed = true;
}

static void take_record(struct connection *connection)
{
    const struct record *record = &connection->record;
    struct dtls13 *dtls = &connection->dtls13;

    if (record->type == CT_HANDSHAKE)
        take_fragments(connection);
    else if (record->type == CT_ACK)
        take_ack(connection);
    else if (record->type == CT_APPLICATIONDATA && record->epoch >= APPLICATION_EPOCH)
        return;
    else if (record->epoch == 0 && dtls->established)
        return; /* anybody may have sent it */
    else if (!record_is_close_notify(connection))
        fail("content type %u", record->type);
    else
        take_close(connection);
}

/* Takes a record, and sends what is due; false at the end of the time. */
static bool receive(struct connection *connection, long long end)
{
    const enum arrival arrival = record_receive(connection, rest(connection, end));

    if (arrival == ARRIVED)
        take_record(connection);
    else
        connection->record.type = 0;
    if (arrival == REFUSED)
        take_refusal(connection);
    do_what_is_due(connection);
    return arrival == ARRIVED || now_milliseconds() < end;
}

struct message dtls13_message_receive(struct connection *connection)
{
    const long long end = now_milliseconds() + PATIENCE;
    struct message message;

    while (!take_message(connection, &message)) {
        if (!receive(connection, end))
            fail("the peer is silent");
        if (connection->dtls13.closed)
            fail("close_notify in the handshake");
    }
    return message;
}

/* ---- After the handshake ---- */

void dtls13_establish(struct connection *connection)
{
    connection->dtls13.established = true;
    send_ack(connection);
}

/* Section 8: the ACK of a KeyUpdate has to come after its key is there. */
static void take_late_messages(struct connection *connection)
{
    struct message message;

    while (take_message(connection, &message))
        tls13_late_message(connection, &message);
    send_ack(connection);
}

/* Whether a record of data came. */
static bool receive_late(struct connection *connection, long long end, bool *in_time)
{
    struct dtls13 *dtls = &connection->dtls13;
    const struct record *record = &connection->record;

    *in_time = receive(connection, end);
    take_late_messages(connection);
    if (record->type != CT_APPLICATIONDATA)
        return false;
    dtls->received_data++;
    dtls->late_data += record->epoch < connection->reading.epoch;
    return true;
}

/* Records, each behind its length.  As many as a peer sends meanwhile: one that begins to speak
 * before it has acknowledged the handshake goes on until it is heard. */
static void queue_record(struct connection *connection)
{
    struct dtls13 *dtls = &connection->dtls13;
    const struct record *record = &connection->record;
    const size_t size = sizeof(record->len) + record->len;
    uint8_t *queue = realloc(dtls->queue, dtls->queue_len + size);

    if (queue == NULL)
        fail("no memory");
    memcpy(queue + dtls->queue_len, &record->len, sizeof(record->len));
    memcpy(queue + dtls->queue_len + sizeof(record->len), record->data, record->len);
    dtls->queue = queue;
    dtls->queue_len += size;
}

static bool take_queued(struct connection *connection)
{
    struct dtls13 *dtls = &connection->dtls13;
    struct record *record = &connection->record;
    size_t size = sizeof(record->len);

    if (dtls->queue_len == 0)
        return false;
    memcpy(&record->len, dtls->queue, size);
    memcpy(record->data, dtls->queue + size, record->len);
    record->type = CT_APPLICATIONDATA;
    size += record->len;
    dtls->queue_len -= size;
    memmove(dtls->queue, dtls->queue + size, dtls->queue_len);
    return true;
}

bool dtls13_receive_data(struct connection *connection, int milliseconds)
{
    const long long end = now_milliseconds() + milliseconds;
    bool in_time = true;

    if (take_queued(connection))
        return true;
    while (in_time && !connection->dtls13.closed) {
        if (receive_late(connection, end, &in_time))
            return true;
    }
    return false;
}

void dtls13_settle(struct connection *connection)
{
    const long long end = now_milliseconds() + PATIENCE;
    struct dtls13 *dtls = &connection->dtls13;
    const bool wants_ticket =
        connection->options->resume && !connection->options->server && !connection->resumed;
    bool in_time = true;

    while (in_time && !dtls->closed &&
        (dtls->outgoing_count > 0 || (wants_ticket && connection->session->pre_shared_key == 0))) {
        if (receive_late(connection, end, &in_time))
            queue_record(connection);
    }
    if (!in_time)
        fail("the peer does not answer");
}
