/* SPDX-License-Identifier: Apache-2.0
 *
 * Pre-shared keys: external ones, and those of tickets.
 */
#include "hello.h"
#include "messages.h"
#include "tls13.h"
#include "transport.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <string.h>

enum { EARLY_DATA = 42, LIFETIME = 7200, TICKET_LEN = 32, MAX_EARLY_DATA = 0x4000 };

static void import_external(struct connection *connection)
{
    const struct options *options = connection->options;

    check(SslImportKey(connection->provider, &connection->tls13.external_psk, TLS_13_PRE_SHARED_KEY,
              (PBYTE)options->psk, (DWORD)options->psk_len, 0),
        "SslImportKey of a PSK");
}

/* ---- The client's offer ---- */

void tls13_psk_choose(struct connection *connection)
{
    if (connection->session->pre_shared_key != 0) {
        connection->tls13.psk_kind = RESUMPTION_PSK;
    } else if (connection->options->psk_len > 0) {
        connection->tls13.psk_kind = EXTERNAL_PSK;
        import_external(connection);
    }
}

DWORD tls13_psk_suite(const struct connection *connection)
{
    if (connection->suite.dwCipherSuite != 0)
        return connection->suite.dwCipherSuite;
    return connection->tls13.psk_kind == RESUMPTION_PSK ? connection->session->suite
                                                        : connection->options->suites[0];
}

/* Section 4.2.11.1. */
static uint32_t obfuscated_age(const struct session *session)
{
    return (uint32_t)(now_milliseconds() - session->issued_at) + session->age_add;
}

void tls13_psk_write_offer(struct connection *connection, struct writer *to)
{
    const struct session *session = connection->session;
    const char *identity = connection->options->identity;
    const uint8_t zeros[MAX_DIGEST] = {0};
    const size_t opened = write_open(to, 2), identities = write_open(to, 2);
    size_t binders;

    if (connection->tls13.psk_kind == RESUMPTION_PSK) {
        write_vector(to, 2, session->ticket, session->ticket_len);
        write_number(to, obfuscated_age(session), 4);
    } else {
        write_vector(to, 2, identity, strlen(identity));
        write_number(to, 0, 4);
    }
    write_close(to, identities, 2);
    binders = write_open(to, 2);
    write_vector(to, 1, zeros, schedule_hash_len(connection, tls13_psk_suite(connection)));
    write_close(to, binders, 2);
    write_close(to, opened, 2);
}

/* ---- Binders: section 4.2.11.2 ---- */

/* Of a ClientHello that ends before its list of binders, with the header of the whole. */
static size_t compute_binder(struct connection *connection, const uint8_t *hello, size_t whole,
    size_t partial, uint8_t binder[MAX_DIGEST])
{
    NCRYPT_HASH_HANDLE hash = transcript_copy(connection, tls13_psk_suite(connection));
    struct writer header = {.len = 0};
    size_t len;

    write_number(&header, CLIENT_HELLO, 1);
    write_number(&header, (uint32_t)whole, 3);
    transcript_add_to(connection, hash, header.data, header.len);
    transcript_add_to(connection, hash, hello, partial);
    len = schedule_binder(connection, hash, binder);
    free_handle(&hash);
    return len;
}

void tls13_psk_bind(struct connection *connection, struct writer *hello)
{
    const DWORD suite = tls13_psk_suite(connection);
    const size_t len = schedule_hash_len(connection, suite);
    uint8_t binder[MAX_DIGEST];

    if (connection->tls13.psk_kind == NO_PSK)
        return;
    schedule_early(connection, suite);
    (void)compute_binder(connection, hello->data, hello->len, hello->len - len - 3, binder);
    memcpy(hello->data + hello->len - len, binder, len);
}

/* ---- The server's choice ---- */

static bool is_text(const struct reader *identity, const void *other, size_t len)
{
    return identity->left == len && memcmp(identity->at, other, len) == 0;
}

static enum psk_kind recognise(const struct connection *connection, const struct reader *identity)
{
    const struct session *session = connection->session;
    const struct options *options = connection->options;

    if (session->pre_shared_key != 0 && is_text(identity, session->ticket, session->ticket_len) &&
        session->suite == connection->suite.dwCipherSuite)
        return RESUMPTION_PSK;
    if (options->psk_len > 0 && is_text(identity, options->identity, strlen(options->identity)))
        return EXTERNAL_PSK;
    return NO_PSK;
}

uint32_t tls13_psk_find(struct connection *connection, const struct tls13_offer *offer)
{
    struct reader list = offer->identities;

    for (uint32_t place = 0; list.left > 0; place++) {
        const struct reader identity = read_vector(&list, 2);

        (void)read_number(&list, 4); /* its age */
        connection->tls13.psk_kind = recognise(connection, &identity);
        if (connection->tls13.psk_kind != NO_PSK)
            return place;
    }
    connection->tls13.psk_kind = NO_PSK;
    return 0;
}

static void check_binder(struct connection *connection, const struct tls13_offer *offer,
    uint32_t identity, const struct message *hello)
{
    struct reader list = offer->binders, binder = {0};
    uint8_t expected[MAX_DIGEST];
    size_t len;

    for (uint32_t place = 0; place <= identity; place++)
        binder = read_vector(&list, 1);
    len = compute_binder(
        connection, hello->body, hello->len, hello->len - offer->binders.left - 2, expected);
    if (binder.left != len || CRYPTO_memcmp(binder.at, expected, len) != 0)
        fail("the client's binder is wrong");
}

void tls13_psk_check(struct connection *connection, const struct tls13_offer *offer,
    uint32_t identity, const struct message *hello)
{
    if (connection->tls13.psk_kind == EXTERNAL_PSK)
        import_external(connection);
    schedule_early(connection, connection->suite.dwCipherSuite);
    if (connection->tls13.psk_kind != NO_PSK)
        check_binder(connection, offer, identity, hello);
}

/* ---- Tickets ---- */

static void keep(struct connection *connection, const struct reader *nonce, uint32_t age_add,
    const struct reader *ticket)
{
    struct session *session = connection->session;

    if (ticket->left > sizeof(session->ticket))
        fail("a ticket of %zu bytes", ticket->left);
    memcpy(session->ticket, ticket->at, ticket->left);
    session->ticket_len = ticket->left;
    session->age_add = age_add;
    session->issued_at = now_milliseconds();
    session->suite = connection->suite.dwCipherSuite;
    check(SslExpandPreSharedKey(connection->provider, connection->tls13.resumption,
              (PBYTE)nonce->at, (DWORD)nonce->left, &session->pre_shared_key, NULL, 0),
        "SslExpandPreSharedKey");
}

static void write_early_data_limit(const struct connection *connection, struct writer *to)
{
    const size_t opened = write_open(to, 2);

    if (connection->options->early_data != NULL) {
        write_number(to, EARLY_DATA, 2);
        write_number(to, 4, 2);
        write_number(to, MAX_EARLY_DATA, 4);
    }
    write_close(to, opened, 2);
}

void tls13_ticket_send(struct connection *connection)
{
    static const uint8_t nonce[] = {0};
    const struct reader nonce_reader = read_from(nonce, sizeof(nonce));
    uint8_t random[4 + TICKET_LEN];
    struct reader reader = read_from(random, sizeof(random));
    struct writer body = {.len = 0};
    uint32_t age_add;

    if (RAND_bytes(random, sizeof(random)) != 1)
        fail("no random bytes");
    age_add = read_number(&reader, 4);
    keep(connection, &nonce_reader, age_add, &reader);
    connection->session->early_data = connection->options->early_data != NULL;
    write_number(&body, LIFETIME, 4);
    write_number(&body, age_add, 4);
    write_vector(&body, 1, nonce, sizeof(nonce));
    write_vector(&body, 2, reader.at, reader.left);
    write_early_data_limit(connection, &body);
    message_send_late(connection, NEW_SESSION_TICKET, &body);
}

/* Of several tickets the first one is kept. */
void tls13_ticket_receive(struct connection *connection, struct reader reader)
{
    struct reader nonce, ticket, list;
    uint32_t age_add;

    (void)read_number(&reader, 4); /* how long it is good for */
    age_add = read_number(&reader, 4);
    nonce = read_vector(&reader, 1);
    ticket = read_vector(&reader, 2);
    list = read_vector(&reader, 2);
    read_end(&reader);
    if (!connection->options->resume || connection->session->pre_shared_key != 0)
        return;
    keep(connection, &nonce, age_add, &ticket);
    while (list.left > 0) {
        if (read_number(&list, 2) == EARLY_DATA)
            connection->session->early_data = true;
        (void)read_vector(&list, 2);
    }
}
