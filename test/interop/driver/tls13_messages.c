/* SPDX-License-Identifier: Apache-2.0 */
#include "certificates.h"
#include "dtls13.h"
#include "messages.h"
#include "tls13.h"

#include <openssl/crypto.h>

/* ---- Authentication: section 4.4 ---- */

void tls13_send_finished(struct connection *connection)
{
    struct writer body = {.len = 0};

    body.len = schedule_verify_data(connection, &connection->writing, body.data);
    message_send(connection, FINISHED, &body);
}

void tls13_receive_finished(struct connection *connection)
{
    const struct message message = message_receive(connection);
    struct reader reader = message_read(&message, FINISHED);
    uint8_t expected[MAX_DIGEST];
    const size_t len = schedule_verify_data(connection, &connection->reading, expected);

    if (CRYPTO_memcmp(read_bytes(&reader, len), expected, len) != 0)
        fail("the peer's Finished is wrong");
    read_end(&reader);
    message_hash(connection, &message);
}

void tls13_send_certificates(struct connection *connection)
{
    struct writer body = {.len = 0};

    certificate_send(connection);
    if (connection->private_key == 0)
        return;
    signature_write_handshake(connection, &body);
    message_send(connection, CERTIFICATE_VERIFY, &body);
}

bool tls13_receive_certificates(struct connection *connection, const struct message *certificate)
{
    const bool has_one = certificate_read(connection, message_read(certificate, CERTIFICATE));
    struct message message;
    struct reader reader;

    message_hash(connection, certificate);
    if (!has_one)
        return false;
    message = message_receive(connection);
    reader = message_read(&message, CERTIFICATE_VERIFY);
    signature_check_handshake(connection, &reader);
    message_hash(connection, &message);
    return true;
}

/* ---- After the handshake: section 4.6 ---- */

/* RFC 9147 section 8: in DTLS the new key waits for the ACK, and so does another KeyUpdate. */
void tls13_send_key_update(struct connection *connection, bool ask)
{
    struct writer body = {.len = 0};

    if (is_dtls13(connection) && dtls13_is_updating(connection)) {
        connection->dtls13.update_owed = true;
        connection->dtls13.owed_asks = connection->dtls13.owed_asks || ask;
        return;
    }
    write_number(&body, ask ? 1 : 0, 1);
    message_send_late(connection, KEY_UPDATE, &body);
    if (!is_dtls13(connection))
        tls13_use_update(connection);
}

void tls13_use_update(struct connection *connection)
{
    schedule_update(connection, &connection->writing);
    connection->tls13.updates_sent++;
}

static void receive_key_update(struct connection *connection, struct reader reader)
{
    const uint32_t asks = read_number(&reader, 1);

    read_end(&reader);
    if (asks > 1)
        fail("a KeyUpdate of kind %u", (unsigned)asks);
    schedule_update(connection, &connection->reading);
    connection->tls13.updates_received++;
    if (asks == 1)
        tls13_send_key_update(connection, false);
}

void tls13_late_message(struct connection *connection, const struct message *message)
{
    if (message->type == KEY_UPDATE)
        receive_key_update(connection, message_read(message, KEY_UPDATE));
    else if (connection->options->server)
        fail("handshake message %u of a client", message->type);
    else
        tls13_ticket_receive(connection, message_read(message, NEW_SESSION_TICKET));
}

void tls13_late_record(struct connection *connection)
{
    struct message message;

    message_feed(connection);
    while (message_take(connection, &message))
        tls13_late_message(connection, &message);
}

void tls13_print_facts(const struct connection *connection)
{
    static const char *const kinds[] = {"none", "external", "resumption"};
    const struct tls13 *tls13 = &connection->tls13;

    printf("psk %s\n", kinds[tls13->psk_kind]);
    printf("share %s\n", tls13->has_share ? "yes" : "no");
    printf("hello-retry %s\n", tls13->retried ? "yes" : "no");
    printf("early-data %s\n", tls13->early_data ? "yes" : "no");
}
