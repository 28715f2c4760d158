/* SPDX-License-Identifier: Apache-2.0
 *
 * The server's side: RFC 5246 section 7.3, RFC 6347 section 4.2.
 */
#include "certificates.h"
#include "hello.h"
#include "messages.h"
#include "shares.h"

#include <openssl/rand.h>
#include <string.h>

/* ClientCertificateType. */
enum { RSA_SIGN = 1, ECDSA_SIGN = 64 };

enum { COOKIE_LEN = 20 };

static void send_cookie(struct connection *connection)
{
    struct writer body = {.len = 0};

    if (RAND_bytes(connection->cookie, COOKIE_LEN) != 1)
        fail("no random bytes");
    connection->cookie_len = COOKIE_LEN;
    write_number(&body, DTLS1_0_PROTOCOL_VERSION, 2); /* RFC 6347 section 4.2.1 */
    write_vector(&body, 1, connection->cookie, connection->cookie_len);
    message_send(connection, HELLO_VERIFY_REQUEST, &body);
}

/* A number of a TLS version grows, that of a DTLS version falls. */
static void choose_protocol(struct connection *connection)
{
    const DWORD own = connection->options->protocol, offered = connection->highest_version;

    if (connection->options->dtls ? offered > own : offered < own)
        fail("the client has protocol 0x%04X at most", (unsigned)offered);
    connection->protocol = own;
}

static void recognise_session(struct connection *connection, const struct client_hello *hello)
{
    struct session *session = connection->session;

    connection->resumed = session->master_key != 0 && hello->session_id.left == session->id_len &&
        memcmp(hello->session_id.at, session->id, session->id_len) == 0 &&
        session->suite == connection->suite.dwCipherSuite && session->ems == connection->ems;
    if (connection->resumed)
        return;
    session->id_len = connection->options->resume ? sizeof(session->id) : 0;
    if (session->id_len > 0 && RAND_bytes(session->id, sizeof(session->id)) != 1)
        fail("no random bytes");
}

static void receive_hello(struct connection *connection)
{
    struct message message = message_receive(connection);
    struct client_hello hello = hello_read_client(connection, message_read(&message, CLIENT_HELLO));

    if (connection->options->dtls && hello.cookie.left == 0) {
        send_cookie(connection);
        message = message_receive(connection);
        hello = hello_read_client(connection, message_read(&message, CLIENT_HELLO));
        if (hello.cookie.left != connection->cookie_len ||
            memcmp(hello.cookie.at, connection->cookie, connection->cookie_len) != 0)
            fail("another cookie");
    }
    choose_protocol(connection);
    hello_agree_on_suite(connection, hello.suites);
    recognise_session(connection, &hello);
    transcript_begin(connection);
    message_hash(connection, &message);
}

static void send_hello(struct connection *connection)
{
    const struct session *session = connection->session;
    struct writer body = {.len = 0};

    hello_write_server(connection, session->id, session->id_len, &body);
    message_send(connection, SERVER_HELLO, &body);
}

static void send_key_exchange(struct connection *connection)
{
    struct writer body = {.len = 0}, signature = {.len = 0};

    share_write_server(connection, &body);
    signature_write_parameters(connection, body.data, body.len, &signature);
    write_bytes(&body, signature.data, signature.len);
    message_send(connection, SERVER_KEY_EXCHANGE, &body);
}

static void send_certificate_request(struct connection *connection)
{
    static const uint8_t kinds[] = {RSA_SIGN, ECDSA_SIGN};
    struct writer body = {.len = 0};

    write_vector(&body, 1, kinds, sizeof(kinds));
    if (names_its_hash(connection->protocol))
        hello_write_schemes(connection, &body);
    write_number(&body, 0, 2); /* of any authority */
    message_send(connection, CERTIFICATE_REQUEST, &body);
}

static void receive_certificate_verify(struct connection *connection)
{
    const struct message message = message_receive(connection);
    struct reader reader = message_read(&message, CERTIFICATE_VERIFY);

    signature_check_handshake(connection, &reader);
    message_hash(connection, &message);
    printf("client-certificate %s\n", connection->peer_algorithm);
}

static void receive_certificate(struct connection *connection)
{
    const struct message message = message_receive(connection);

    if (!certificate_read(connection, message_read(&message, CERTIFICATE)))
        fail("a client without certificate");
    message_hash(connection, &message);
}

static void full_handshake(struct connection *connection)
{
    const bool ask = connection->options->request_client;
    const struct writer nothing = {.len = 0};

    if (connection->suite.szCertificate[0] != 0)
        certificate_send(connection);
    if (share_is_used(connection))
        send_key_exchange(connection);
    if (ask)
        send_certificate_request(connection);
    message_send(connection, SERVER_HELLO_DONE, &nothing);
    if (ask)
        receive_certificate(connection);
    secrets_receive_client_key_exchange(connection);
    if (ask)
        receive_certificate_verify(connection);
    secrets_make_session_keys(connection);
    receive_finished(connection);
    send_finished(connection);
}

static void abbreviated_handshake(struct connection *connection)
{
    connection->master_key = connection->session->master_key;
    secrets_make_session_keys(connection);
    send_finished(connection);
    receive_finished(connection);
}

void server_handshake(struct connection *connection)
{
    certificate_open(connection);
    receive_hello(connection);
    send_hello(connection);
    if (connection->resumed)
        abbreviated_handshake(connection);
    else
        full_handshake(connection);
}
