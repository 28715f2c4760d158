/* SPDX-License-Identifier: Apache-2.0 */
#include "messages.h"

#include "dtls13.h"
#include "transport.h"

#include <string.h>

enum { HEADER_LEN = 4 };

/* RFC 6347 section 4.2.6: hashed as if it had come in one fragment.  RFC 9147 section 5.2: as in
 * TLS. */
void message_hash(struct connection *connection, const struct message *message)
{
    struct writer header = {.len = 0};

    write_number(&header, message->type, 1);
    write_number(&header, (uint32_t)message->len, 3);
    if (connection->options->dtls && !is_dtls13(connection)) {
        write_number(&header, message->sequence, 2);
        write_number(&header, 0, 3);
        write_number(&header, (uint32_t)message->len, 3);
    }
    transcript_add(connection, header.data, header.len);
    transcript_add(connection, message->body, message->len);
}

static void tls_message_send(struct connection *connection, uint8_t type, const struct writer *body)
{
    struct writer message = {.len = 0};

    write_number(&message, type, 1);
    write_vector(&message, 3, body->data, body->len);
    record_send(connection, connection->writing.epoch, CT_HANDSHAKE, message.data, message.len);
}

void message_send(struct connection *connection, uint8_t type, const struct writer *body)
{
    const struct message message = {
        .type = type, .sequence = connection->next_send, .body = body->data, .len = body->len};

    if (type != HELLO_VERIFY_REQUEST)
        message_hash(connection, &message);
    if (connection->options->dtls && !is_dtls13(connection))
        dtls_message_send(connection, type, body);
    else
        message_send_late(connection, type, body);
}

void message_send_late(struct connection *connection, uint8_t type, const struct writer *body)
{
    if (is_dtls13(connection))
        dtls13_message_send(connection, type, body);
    else
        tls_message_send(connection, type, body);
}

static void receive_record(struct connection *connection, uint8_t content_type)
{
    if (record_receive(connection, 0) != ARRIVED)
        fail("the peer closed the connection in the handshake");
    if (record_is_close_notify(connection))
        fail("close_notify in the handshake");
    if (connection->record.type != content_type)
        fail("content type %u instead of %u", connection->record.type, content_type);
}

void message_feed(struct connection *connection)
{
    write_bytes(&connection->stream, connection->record.data, connection->record.len);
}

bool message_take(struct connection *connection, struct message *message)
{
    struct writer *stream = &connection->stream;
    struct writer *body = &connection->body;
    struct reader reader = read_from(stream->data, stream->len);
    size_t len;

    if (stream->len < HEADER_LEN)
        return false;
    message->type = (uint8_t)read_number(&reader, 1);
    len = read_number(&reader, 3);
    if (len > reader.left) {
        if (len > MAX_MESSAGE - HEADER_LEN)
            fail("a message of %zu bytes", len);
        return false;
    }
    body->len = 0;
    write_bytes(body, read_bytes(&reader, len), len);
    memmove(stream->data, reader.at, reader.left);
    stream->len = reader.left;
    message->body = body->data;
    message->len = len;
    return true;
}

static struct message tls_message_receive(struct connection *connection)
{
    struct message message = {.type = HELLO_REQUEST};

    do {
        while (!message_take(connection, &message)) {
            receive_record(connection, CT_HANDSHAKE);
            message_feed(connection);
        }
    } while (message.type == HELLO_REQUEST);
    return message;
}

struct message message_receive(struct connection *connection)
{
    if (is_dtls13(connection))
        return dtls13_message_receive(connection);
    return connection->options->dtls ? dtls_message_receive(connection)
                                     : tls_message_receive(connection);
}

struct reader message_read(const struct message *message, uint8_t type)
{
    if (message->type != type)
        fail("handshake message %u instead of %u", message->type, type);
    return read_from(message->body, message->len);
}

void change_cipher_spec_send(struct connection *connection)
{
    static const uint8_t one = 1;

    if (connection->options->dtls)
        dtls_change_cipher_spec_send(connection);
    else
        record_send(connection, 0, CT_CHANGE_CIPHER_SPEC, &one, 1);
    connection->writing.epoch = 1;
}

void change_cipher_spec_receive(struct connection *connection)
{
    if (connection->options->dtls)
        dtls_change_cipher_spec_receive(connection);
    else
        receive_record(connection, CT_CHANGE_CIPHER_SPEC);
    if (connection->record.len != 1 || connection->record.data[0] != 1)
        fail("no ChangeCipherSpec");
    if (connection->stream.len != 0)
        fail("ChangeCipherSpec within a handshake message");
    connection->reading.epoch = 1;
}
