/* SPDX-License-Identifier: Apache-2.0
 *
 * The client's side of TLS 1.3: RFC 8446 section 2.
 */
#include "certificates.h"
#include "dtls13.h"
#include "hello.h"
#include "messages.h"
#include "tls13.h"
#include "transport.h"

#include <string.h>

static void send_hello(struct connection *connection)
{
    struct writer body = {.len = 0};

    if (connection->tls13.has_share)
        tls13_share_create(connection);
    tls13_write_client_hello(connection, &body);
    tls13_psk_bind(connection, &body);
    message_send(connection, CLIENT_HELLO, &body);
}

/* What the command line wants in the first ClientHello. */
static void prepare(struct connection *connection)
{
    const struct options *options = connection->options;
    struct tls13 *tls13 = &connection->tls13;

    tls13_psk_choose(connection);
    tls13->has_share = tls13->psk_kind == NO_PSK || !options->psk_ke;
    if (tls13->has_share)
        connection->group = tls13_first_group(options);
    tls13->early_data = options->early_data != NULL && tls13->psk_kind == RESUMPTION_PSK;
    if (tls13->early_data && !connection->session->early_data)
        fail("the ticket allows no early data");
    hello_draw_random(connection->randoms);
}

/* Section 4.2.10: right behind the ClientHello. */
static void send_early_data(struct connection *connection)
{
    const char *text = connection->options->early_data;
    NCRYPT_HASH_HANDLE hash;

    if (!connection->tls13.early_data)
        return;
    hash = transcript_copy(connection, tls13_psk_suite(connection));
    schedule_use_early(connection, hash, &connection->writing);
    free_handle(&hash);
    record_send(connection, 1, CT_APPLICATIONDATA, (const uint8_t *)text, strlen(text));
    record_send(connection, 1, CT_APPLICATIONDATA, (const uint8_t *)"\n", 1);
}

/* Section 4.1.4. */
static void retry(struct connection *connection, const struct message *message)
{
    if (connection->tls13.early_data)
        fail("a HelloRetryRequest after early data");
    transcript_begin(connection);
    transcript_retry(connection);
    message_hash(connection, message);
    connection->tls13.retried = true;
    send_hello(connection);
}

static void receive_hello(struct connection *connection)
{
    struct message message = message_receive(connection);

    if (!tls13_read_server_hello(connection, message_read(&message, SERVER_HELLO))) {
        retry(connection, &message);
        message = message_receive(connection);
        if (!tls13_read_server_hello(connection, message_read(&message, SERVER_HELLO)))
            fail("a second HelloRetryRequest");
    } else {
        transcript_begin(connection);
    }
    message_hash(connection, &message);
}

static void use_handshake_keys(struct connection *connection)
{
    struct tls13 *tls13 = &connection->tls13;

    schedule_early(connection, connection->suite.dwCipherSuite);
    schedule_handshake(connection);
    schedule_use(connection, &connection->reading, &tls13->handshake_traffic[SERVER]);
    if (!tls13->early_data)
        schedule_use(connection, &connection->writing, &tls13->handshake_traffic[CLIENT]);
}

static void receive_encrypted_extensions(struct connection *connection)
{
    const struct message message = message_receive(connection);

    tls13_read_encrypted_extensions(connection, message_read(&message, ENCRYPTED_EXTENSIONS));
    message_hash(connection, &message);
}

/* CertificateRequest, which may be there, stands before Certificate. */
static bool receive_server_certificates(struct connection *connection)
{
    struct message message = message_receive(connection);
    const bool asked = message.type == CERTIFICATE_REQUEST;

    if (asked) {
        tls13_read_certificate_request(connection, message_read(&message, CERTIFICATE_REQUEST));
        message_hash(connection, &message);
        message = message_receive(connection);
    }
    if (!tls13_receive_certificates(connection, &message))
        fail("a server without certificate");
    return asked;
}

/* EndOfEarlyData has the key of the early data still. */
static void end_early_data(struct connection *connection)
{
    const struct writer nothing = {.len = 0};

    if (!connection->tls13.early_data)
        return;
    message_send(connection, END_OF_EARLY_DATA, &nothing);
    schedule_use(connection, &connection->writing, &connection->tls13.handshake_traffic[CLIENT]);
}

static void send_flight(struct connection *connection, bool asked)
{
    struct tls13 *tls13 = &connection->tls13;

    end_early_data(connection);
    if (connection->options->certificate != NULL && !asked)
        fail("the server did not ask for a certificate");
    if (asked) {
        tls13_send_certificates(connection);
        printf("client-certificate %s\n", certificate_algorithm());
    }
    tls13_send_finished(connection);
    schedule_use(connection, &connection->writing, &tls13->application_traffic[CLIENT]);
    schedule_use(connection, &connection->reading, &tls13->application_traffic[SERVER]);
    schedule_resumption(connection);
}

void tls13_client_handshake(struct connection *connection)
{
    bool asked = false;

    certificate_open(connection);
    prepare(connection);
    send_hello(connection);
    send_early_data(connection);
    receive_hello(connection);
    use_handshake_keys(connection);
    receive_encrypted_extensions(connection);
    if (connection->tls13.psk_kind == NO_PSK)
        asked = receive_server_certificates(connection);
    tls13_receive_finished(connection);
    schedule_master(connection);
    send_flight(connection, asked);
    if (is_dtls13(connection))
        dtls13_establish(connection);
}
