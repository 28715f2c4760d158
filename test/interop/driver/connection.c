/* SPDX-License-Identifier: Apache-2.0 */
#include "connection.h"

#include "dtls13.h"
#include "messages.h"
#include "ncryptssl/sslprovider_ext.h"
#include "shares.h"
#include "tls13.h"
#include "transport.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Times in milliseconds; over DTLS nobody has to answer a close_notify. */
enum { MAX_DATA = 0x10000, DATA_WAIT = 10000, CLOSE_WAIT = 300 };

bool names_its_hash(DWORD protocol)
{
    return protocol == TLS1_2_PROTOCOL_VERSION || protocol == TLS1_3_PROTOCOL_VERSION ||
        protocol == DTLS1_2_PROTOCOL_VERSION || protocol == DTLS1_3_PROTOCOL_VERSION;
}

bool is_tls13(const struct connection *connection)
{
    return connection->options->protocol == TLS1_3_PROTOCOL_VERSION || is_dtls13(connection);
}

bool is_dtls13(const struct connection *connection)
{
    return connection->options->protocol == DTLS1_3_PROTOCOL_VERSION;
}

bool text_equals(LPCWSTR text, LPCWSTR other)
{
    while (*text != 0 && *text == *other) {
        text++;
        other++;
    }
    return *text == *other;
}

void check(SECURITY_STATUS status, const char *call)
{
    if (status != ERROR_SUCCESS)
        fail("%s: 0x%08X", call, (unsigned)status);
}

void free_handle(NCRYPT_HANDLE *handle)
{
    if (*handle != 0)
        check(SslFreeObject(*handle, 0), "SslFreeObject");
    *handle = 0;
}

/* ---- Finished: RFC 5246 section 7.4.9 ---- */

DWORD side_of(const struct connection *connection, bool own)
{
    return connection->options->server == own ? NCRYPT_SSL_SERVER_FLAG : NCRYPT_SSL_CLIENT_FLAG;
}

void send_finished(struct connection *connection)
{
    struct writer body = {.len = VERIFY_DATA_LEN};

    change_cipher_spec_send(connection);
    transcript_verify_data(connection, side_of(connection, true), body.data);
    message_send(connection, FINISHED, &body);
}

void receive_finished(struct connection *connection)
{
    uint8_t expected[VERIFY_DATA_LEN];
    struct message message;
    struct reader reader;

    change_cipher_spec_receive(connection);
    message = message_receive(connection);
    reader = message_read(&message, FINISHED);
    transcript_verify_data(connection, side_of(connection, false), expected);
    if (CRYPTO_memcmp(read_bytes(&reader, VERIFY_DATA_LEN), expected, VERIFY_DATA_LEN) != 0)
        fail("the peer's Finished is wrong");
    read_end(&reader);
    message_hash(connection, &message);
}

/* ---- After the handshake ---- */

static void print_text(const char *what, LPCWSTR text)
{
    printf("%s ", what);
    for (; *text != 0; text++)
        putchar((int)*text);
    putchar('\n');
}

static void print_facts(struct connection *connection)
{
    printf("protocol 0x%04X\n", (unsigned)connection->protocol);
    print_text("suite", connection->suite.szCipherSuite);
    if (connection->group != 0)
        printf("group %u\n", (unsigned)connection->group);
    if (is_tls13(connection))
        tls13_print_facts(connection);
    else
        printf("extended-master-secret %s\n", connection->ems ? "yes" : "no");
    printf("resumed %s\n", connection->resumed ? "yes" : "no");
    secrets_print_exported(connection);
    (void)fflush(stdout);
}

static void send_data(struct connection *connection, const char *data, size_t len)
{
    record_send(
        connection, connection->writing.epoch, CT_APPLICATIONDATA, (const uint8_t *)data, len);
}

static void receive_late_record(struct connection *connection)
{
    if (connection->options->dtls)
        dtls_late_record(connection);
    else if (is_tls13(connection) && connection->record.type == CT_HANDSHAKE)
        tls13_late_record(connection);
    else
        fail("content type %u among the data", connection->record.type);
}

/* The next application data; false when the peer has closed the connection. */
static bool receive_data(struct connection *connection, int milliseconds)
{
    if (is_dtls13(connection))
        return dtls13_receive_data(connection, milliseconds);
    for (;;) {
        const enum arrival arrival = record_receive(connection, milliseconds);

        if (arrival == CLOSED)
            printf("closed without close_notify\n");
        if (arrival != ARRIVED)
            return false;
        if (connection->record.type == CT_APPLICATIONDATA && connection->record.epoch == 1)
            return true;
        if (record_is_close_notify(connection)) {
            printf("closed close_notify\n");
            return false;
        }
        receive_late_record(connection);
    }
}

/* Some clients use the first of two connections for the handshake alone. */
static bool may_stay_silent(const struct connection *connection)
{
    return connection->options->server && connection->options->resume && !connection->resumed;
}

/* A line and what comes with it; cuts of records need not follow lines. */
static size_t receive_line(struct connection *connection, char line[MAX_DATA])
{
    size_t len = 0;

    while (memchr(line, '\n', len) == NULL) {
        if (!receive_data(connection, DATA_WAIT)) {
            if (len == 0 && may_stay_silent(connection))
                return 0;
            fail("no line after %zu bytes", len);
        }
        if (connection->record.len > MAX_DATA - 1 - len)
            fail("too much data");
        memcpy(line + len, connection->record.data, connection->record.len);
        len += connection->record.len;
    }
    line[len] = '\0';
    printf("data %.*s\n", (int)strcspn(line, "\r\n"), line);
    return len;
}

static void exchange_data(struct connection *connection)
{
    const struct options *options = connection->options;
    static char line[MAX_DATA];
    size_t len;

    if (options->records > 0) {
        dtls13_exchange_records(connection);
        return;
    }
    if (is_dtls13(connection))
        dtls13_settle(connection);
    if (options->key_update)
        tls13_send_key_update(connection, true);
    if (is_dtls13(connection))
        dtls13_settle(connection);
    if (options->server) {
        len = receive_line(connection, line);
        if (len > 0)
            send_data(connection, line, len);
        return;
    }
    len = strlen(options->send);
    memcpy(line, options->send, len);
    line[len++] = '\n';
    send_data(connection, line, len);
    (void)receive_line(connection, line);
    line[strcspn(line, "\r\n")] = '\0';
    if (strcmp(line, options->expect) != 0)
        fail("other data than expected");
}

static void close_both(struct connection *connection)
{
    if (is_dtls13(connection))
        dtls13_settle(connection);
    send_close_notify(connection);
    while (receive_data(connection, CLOSE_WAIT)) {
        /* what was on its way is passed over */
    }
}

static void print_key_updates(const struct connection *connection)
{
    const struct tls13 *tls13 = &connection->tls13;

    if (is_tls13(connection))
        printf("key-updates sent %u received %u\n", tls13->updates_sent, tls13->updates_received);
    if (is_dtls13(connection))
        dtls13_print_records(connection);
}

/* The first connection's master key goes on in the session, if there is to be a second one. */
static void keep_session(struct connection *connection)
{
    struct session *session = connection->session;

    if (is_tls13(connection)) {
        if (connection->options->resume && session->pre_shared_key == 0)
            fail("no ticket");
        return;
    }
    if (connection->options->resume && session->master_key == 0) {
        session->master_key = connection->master_key;
        session->suite = connection->suite.dwCipherSuite;
        session->ems = connection->ems;
    }
    if (session->master_key == connection->master_key)
        connection->master_key = 0;
}

static void free_connection(struct connection *connection)
{
    NCRYPT_KEY_HANDLE *const keys[] = {&connection->private_key, &connection->own_share,
        &connection->peer_share, &connection->peer_key, &connection->pre_master_key,
        &connection->master_key, &connection->reading.key, &connection->writing.key};

    for (size_t i = 0; i < COUNT(keys); i++)
        free_handle(keys[i]);
    schedule_free(connection);
    dtls13_free(&connection->reading);
    dtls13_free(&connection->writing);
    free(connection->dtls13.queue);
    transcript_free(connection);
    (void)close(connection->socket);
    free(connection);
}

static void handshake(struct connection *connection)
{
    const struct session *session = connection->session;
    const bool resumable = session->master_key != 0 || session->pre_shared_key != 0;

    if (is_tls13(connection)) {
        if (connection->options->server)
            tls13_server_handshake(connection);
        else
            tls13_client_handshake(connection);
        connection->resumed = connection->tls13.psk_kind == RESUMPTION_PSK;
    } else if (connection->options->server) {
        server_handshake(connection);
    } else {
        client_handshake(connection);
    }
    if (resumable && !connection->resumed)
        fail("the session was not resumed");
}

void connection_run(
    const struct options *options, NCRYPT_PROV_HANDLE provider, struct session *session, int socket)
{
    struct connection *connection = calloc(1, sizeof(*connection));

    if (connection == NULL)
        fail("no memory");
    connection->options = options;
    connection->provider = provider;
    connection->session = session;
    connection->socket = socket;
    connection->peer_algorithm = "none";
    pcap_connect();
    handshake(connection);
    print_facts(connection);
    exchange_data(connection);
    close_both(connection);
    print_key_updates(connection);
    keep_session(connection);
    free_connection(connection);
}
