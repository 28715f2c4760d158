/* SPDX-License-Identifier: Apache-2.0
 *
 * The server's side of TLS 1.3: RFC 8446 section 2.
 */
#include "certificates.h"
#include "dtls13.h"
#include "hello.h"
#include "messages.h"
#include "tls13.h"
#include "transport.h"

#include <openssl/rand.h>
#include <string.h>

enum { COOKIE_LEN = 20 };

/* ---- The ClientHello ---- */

/* The client's share of a group that is wanted, whose number becomes that of the connection. */
static bool find_share(
    struct connection *connection, const struct tls13_offer *offer, struct reader *key_exchange)
{
    struct reader list = offer->shares;

    while (list.left > 0) {
        const DWORD group = read_number(&list, 2);

        *key_exchange = read_vector(&list, 2);
        if (tls13_share_is_wanted(connection->options, group)) {
            connection->group = group;
            return true;
        }
    }
    return false;
}

static DWORD choose_group(const struct connection *connection)
{
    for (size_t i = 0; i < connection->peer_group_count; i++) {
        if (tls13_share_is_wanted(connection->options, connection->peer_groups[i]))
            return connection->peer_groups[i];
    }
    fail("no common group");
}

/* Section 4.2.9: how the PSK is used is the command line's choice. */
static void choose_mode(struct connection *connection, const struct tls13_offer *offer)
{
    struct tls13 *tls13 = &connection->tls13;

    tls13->has_share = tls13->psk_kind == NO_PSK || !connection->options->psk_ke;
    if (tls13->psk_kind != NO_PSK && !(tls13->has_share ? offer->psk_dhe_ke : offer->psk_ke))
        fail("the client does not use a PSK %s (EC)DHE", tls13->has_share ? "with" : "without");
}

/* Appendix D.4: behind the first answer to a client that wants it. */
static void send_compatible_record(struct connection *connection)
{
    static const uint8_t one = 1;

    if (connection->tls13.compatible)
        record_send(connection, 0, CT_CHANGE_CIPHER_SPEC, &one, 1);
}

/* Section 4.1.4. */
static void send_retry(struct connection *connection, const struct tls13_offer *offer,
    const struct message *hello, DWORD group)
{
    struct tls13 *tls13 = &connection->tls13;
    struct writer body = {.len = 0};

    if (connection->options->cookie) {
        if (RAND_bytes(tls13->cookie.data, COOKIE_LEN) != 1)
            fail("no random bytes");
        tls13->cookie.len = COOKIE_LEN;
    }
    message_hash(connection, hello);
    transcript_retry(connection);
    tls13_write_retry(connection, &offer->session_id, group, &body);
    message_send(connection, SERVER_HELLO, &body);
    send_compatible_record(connection);
    tls13->retried = true;
}

static struct message read_hello(struct connection *connection, struct tls13_offer *offer)
{
    const struct message message = message_receive(connection);
    const DWORD before = connection->suite.dwCipherSuite;

    *offer = tls13_read_client_hello(connection, message_read(&message, CLIENT_HELLO));
    hello_agree_on_suite(connection, offer->suites);
    if (connection->tls13.retried && connection->suite.dwCipherSuite != before)
        fail("another suite than before");
    connection->tls13.compatible = !is_dtls13(connection) && offer->session_id.left > 0;
    return message;
}

static void check_cookie(const struct connection *connection, const struct tls13_offer *offer)
{
    const struct writer *cookie = &connection->tls13.cookie;

    if (offer->cookie.left != cookie->len ||
        (cookie->len > 0 && memcmp(offer->cookie.at, cookie->data, cookie->len) != 0))
        fail("another cookie");
}

/* The ClientHello that the handshake goes on with, the share in it and the place of the PSK. */
struct beginning {
    struct message hello;
    struct tls13_offer offer;
    struct reader key_exchange;
    uint32_t identity;
};

static bool look_at_hello(struct connection *connection, struct beginning *beginning)
{
    beginning->hello = read_hello(connection, &beginning->offer);
    beginning->identity = tls13_psk_find(connection, &beginning->offer);
    choose_mode(connection, &beginning->offer);
    return !connection->tls13.has_share ||
        find_share(connection, &beginning->offer, &beginning->key_exchange);
}

static void receive_hello(struct connection *connection, struct beginning *beginning)
{
    const bool has_share = look_at_hello(connection, beginning);

    transcript_begin(connection);
    if (has_share && !connection->options->cookie)
        return;
    send_retry(
        connection, &beginning->offer, &beginning->hello, has_share ? 0 : choose_group(connection));
    if (!look_at_hello(connection, beginning))
        fail("no share of the group that was asked for");
    check_cookie(connection, &beginning->offer);
}

/* ---- The server's flight ---- */

/* Section 4.2.10: with the first PSK, which allows it, and without HelloRetryRequest. */
static void choose_early_data(struct connection *connection, const struct beginning *beginning)
{
    struct tls13 *tls13 = &connection->tls13;

    tls13->early_data = connection->options->early_data != NULL && beginning->offer.early_data &&
        tls13->psk_kind == RESUMPTION_PSK && beginning->identity == 0 &&
        connection->session->early_data && !tls13->retried;
    if (tls13->early_data)
        schedule_use_early(connection, connection->transcript.hash, &connection->reading);
}

static void send_hello(struct connection *connection, const struct beginning *beginning)
{
    struct tls13 *tls13 = &connection->tls13;
    struct writer body = {.len = 0};

    if (tls13->has_share)
        tls13_share_answer(connection, beginning->key_exchange);
    tls13_write_server_hello(connection, &beginning->offer.session_id, beginning->identity, &body);
    message_send(connection, SERVER_HELLO, &body);
    if (!tls13->retried)
        send_compatible_record(connection);
    schedule_handshake(connection);
    schedule_use(connection, &connection->writing, &tls13->handshake_traffic[SERVER]);
    if (!tls13->early_data)
        schedule_use(connection, &connection->reading, &tls13->handshake_traffic[CLIENT]);
}

static void send_flight(struct connection *connection, bool ask)
{
    struct tls13 *tls13 = &connection->tls13;
    struct writer extensions = {.len = 0}, request = {.len = 0};

    tls13_write_encrypted_extensions(connection, &extensions);
    message_send(connection, ENCRYPTED_EXTENSIONS, &extensions);
    if (ask) {
        tls13_write_certificate_request(connection, &request);
        message_send(connection, CERTIFICATE_REQUEST, &request);
    }
    if (tls13->psk_kind == NO_PSK) {
        if (connection->private_key == 0)
            fail("neither a certificate nor a PSK");
        tls13_send_certificates(connection);
    }
    tls13_send_finished(connection);
    schedule_master(connection);
    schedule_use(connection, &connection->writing, &tls13->application_traffic[SERVER]);
}

/* ---- The client's flight ---- */

/* Up to the record of EndOfEarlyData, which then is the next message. */
static void receive_early_data(struct connection *connection)
{
    const struct record *record = &connection->record;
    struct writer text = {.len = 0};

    while (record_receive(connection, 0) == ARRIVED && record->type == CT_APPLICATIONDATA)
        write_bytes(&text, record->data, record->len);
    if (record->type != CT_HANDSHAKE)
        fail("content type %u behind early data", record->type);
    message_feed(connection);
    while (text.len > 0 && text.data[text.len - 1] == '\n')
        text.len--;
    if (text.len != strlen(connection->options->early_data) ||
        memcmp(text.data, connection->options->early_data, text.len) != 0)
        fail("other early data than expected");
}

static void end_early_data(struct connection *connection)
{
    struct message message;
    struct reader reader;

    if (!connection->tls13.early_data)
        return;
    receive_early_data(connection);
    message = message_receive(connection);
    reader = message_read(&message, END_OF_EARLY_DATA);
    read_end(&reader);
    message_hash(connection, &message);
    schedule_use(connection, &connection->reading, &connection->tls13.handshake_traffic[CLIENT]);
}

static void receive_flight(struct connection *connection, bool ask)
{
    end_early_data(connection);
    if (ask) {
        const struct message message = message_receive(connection);

        if (!tls13_receive_certificates(connection, &message))
            fail("a client without certificate");
        printf("client-certificate %s\n", connection->peer_algorithm);
    }
    tls13_receive_finished(connection);
    schedule_use(connection, &connection->reading, &connection->tls13.application_traffic[CLIENT]);
    schedule_resumption(connection);
}

void tls13_server_handshake(struct connection *connection)
{
    struct beginning beginning;
    bool ask;

    certificate_open(connection);
    connection->protocol = connection->options->protocol;
    receive_hello(connection, &beginning);
    tls13_psk_check(connection, &beginning.offer, beginning.identity, &beginning.hello);
    message_hash(connection, &beginning.hello);
    choose_early_data(connection, &beginning);
    send_hello(connection, &beginning);
    ask = connection->options->request_client && connection->tls13.psk_kind == NO_PSK;
    send_flight(connection, ask);
    receive_flight(connection, ask);
    if (is_dtls13(connection))
        dtls13_establish(connection);
    if (connection->options->resume && connection->session->pre_shared_key == 0)
        tls13_ticket_send(connection);
}
