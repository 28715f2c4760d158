/* SPDX-License-Identifier: Apache-2.0
 *
 * The client's side: RFC 5246 section 7.3, RFC 6347 section 4.2.
 */
#include "certificates.h"
#include "hello.h"
#include "messages.h"
#include "shares.h"

#include <string.h>

static void send_hello(struct connection *connection)
{
    struct writer body = {.len = 0};

    hello_write_client(connection, &body);
    message_send(connection, CLIENT_HELLO, &body);
}

/* Leaves the ServerHello, hashed by now. */
static void receive_hello(struct connection *connection)
{
    struct message message = message_receive(connection);

    if (connection->options->dtls && message.type == HELLO_VERIFY_REQUEST) {
        struct reader reader = message_read(&message, HELLO_VERIFY_REQUEST);
        struct reader cookie;

        (void)read_number(&reader, 2);
        cookie = read_vector(&reader, 1);
        memcpy(connection->cookie, cookie.at, cookie.left);
        connection->cookie_len = cookie.left;
        transcript_restart(connection);
        send_hello(connection);
        message = message_receive(connection);
    }
    hello_read_server(connection, message_read(&message, SERVER_HELLO));
    transcript_begin(connection);
    message_hash(connection, &message);
}

/* ServerKeyExchange: RFC 5246 section 7.4.3, RFC 8422 section 5.4, RFC 4279 section 2. */
static void read_key_exchange(struct connection *connection, struct reader reader)
{
    const uint8_t *parameters = reader.at;

    if (!share_is_used(connection)) {
        (void)read_vector(&reader, 2); /* a hint for the identity */
        read_end(&reader);
        return;
    }
    share_read_server(connection, &reader);
    signature_check_parameters(connection, parameters, (size_t)(reader.at - parameters), &reader);
}

static void read_certificate_request(struct connection *connection, struct reader reader)
{
    (void)read_vector(&reader, 1); /* kinds of certificates */
    if (names_its_hash(connection->protocol))
        hello_read_schemes(connection, read_vector(&reader, 2));
    (void)read_vector(&reader, 2); /* authorities */
    read_end(&reader);
}

/* The messages up to ServerHelloDone; true when the server asks for a certificate. */
static bool receive_server_flight(struct connection *connection)
{
    struct message message = message_receive(connection);
    bool asked = false;
    struct reader end;

    if (connection->suite.szCertificate[0] != 0) {
        if (!certificate_read(connection, message_read(&message, CERTIFICATE)))
            fail("a server without certificate");
        message_hash(connection, &message);
        message = message_receive(connection);
    }
    if (share_is_used(connection) || message.type == SERVER_KEY_EXCHANGE) {
        read_key_exchange(connection, message_read(&message, SERVER_KEY_EXCHANGE));
        message_hash(connection, &message);
        message = message_receive(connection);
    }
    if (message.type == CERTIFICATE_REQUEST) {
        asked = true;
        read_certificate_request(connection, message_read(&message, CERTIFICATE_REQUEST));
        message_hash(connection, &message);
        message = message_receive(connection);
    }
    end = message_read(&message, SERVER_HELLO_DONE);
    read_end(&end);
    message_hash(connection, &message);
    return asked;
}

static void send_certificate_verify(struct connection *connection)
{
    struct writer body = {.len = 0};

    signature_write_handshake(connection, &body);
    message_send(connection, CERTIFICATE_VERIFY, &body);
    printf("client-certificate %s\n", certificate_algorithm());
}

static void full_handshake(struct connection *connection)
{
    const bool asked = receive_server_flight(connection);

    if (connection->options->certificate != NULL && !asked)
        fail("the server did not ask for a certificate");
    if (asked)
        certificate_send(connection);
    secrets_send_client_key_exchange(connection);
    if (asked && connection->private_key != 0)
        send_certificate_verify(connection);
    secrets_make_session_keys(connection);
    send_finished(connection);
    receive_finished(connection);
}

/* RFC 5246 section 7.3, figure 2: no key exchange, and the server is the first to finish. */
static void abbreviated_handshake(struct connection *connection)
{
    connection->master_key = connection->session->master_key;
    secrets_make_session_keys(connection);
    receive_finished(connection);
    send_finished(connection);
}

void client_handshake(struct connection *connection)
{
    certificate_open(connection);
    send_hello(connection);
    receive_hello(connection);
    if (connection->resumed)
        abbreviated_handshake(connection);
    else
        full_handshake(connection);
}
