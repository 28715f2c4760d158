/* SPDX-License-Identifier: Apache-2.0 */
#include "hello.h"

#include "certificates.h"
#include "shares.h"

#include <openssl/rand.h>
#include <string.h>

/* ExtensionType. */
enum {
    SUPPORTED_GROUPS = 10,
    EC_POINT_FORMATS = 11,
    SIGNATURE_ALGORITHMS = 13,
    EXTENDED_MASTER_SECRET = 23,
    RENEGOTIATION_INFO = 0xFF01
};

enum { NO_COMPRESSION = 0, FALLBACK_RENEGOTIATION = 0x00FF };

void hello_draw_random(uint8_t random[RANDOM_LEN])
{
    if (RAND_bytes(random, RANDOM_LEN) != 1)
        fail("no random bytes");
}

void hello_choose_suite(struct connection *connection, DWORD suite)
{
    check(SslLookupCipherSuiteInfo(
              connection->provider, connection->protocol, suite, 0, &connection->suite, 0),
        "SslLookupCipherSuiteInfo");
}

bool hello_has_suite(const struct options *options, DWORD suite)
{
    for (size_t i = 0; i < options->suite_count; i++) {
        if (options->suites[i] == suite)
            return true;
    }
    return false;
}

void hello_agree_on_suite(struct connection *connection, struct reader offered)
{
    while (offered.left > 0) {
        const DWORD suite = read_number(&offered, 2);

        if (hello_has_suite(connection->options, suite)) {
            hello_choose_suite(connection, suite);
            return;
        }
    }
    fail("no common suite");
}

void hello_write_schemes(const struct connection *connection, struct writer *to)
{
    const size_t opened = write_open(to, 2);

    for (size_t i = 0; i < scheme_count; i++) {
        if (connection->options->scheme == 0 || connection->options->scheme == schemes[i].number)
            write_number(to, schemes[i].number, 2);
    }
    write_close(to, opened, 2);
}

void hello_read_schemes(struct connection *connection, struct reader list)
{
    connection->peer_scheme_count = 0;
    while (list.left > 0 && connection->peer_scheme_count < COUNT(connection->peer_schemes))
        connection->peer_schemes[connection->peer_scheme_count++] = (uint16_t)read_number(&list, 2);
}

/* ---- Extensions ---- */

static void write_groups(const struct connection *connection, struct writer *to)
{
    const size_t opened = write_open(to, 2), list = write_open(to, 2);

    for (size_t i = 0; i < share_group_count; i++) {
        if (connection->options->group == 0 || connection->options->group == share_groups[i])
            write_number(to, share_groups[i], 2);
    }
    write_close(to, list, 2);
    write_close(to, opened, 2);
}

void hello_write_extension(struct writer *to, uint32_t type, const void *data, size_t len)
{
    write_number(to, type, 2);
    write_vector(to, 2, data, len);
}

static const uint8_t uncompressed_only[] = {1, 0};
static const uint8_t first_handshake[] = {0};

static void write_client_extensions(const struct connection *connection, struct writer *to)
{
    const size_t opened = write_open(to, 2);

    hello_write_extension(to, RENEGOTIATION_INFO, first_handshake, sizeof(first_handshake));
    write_number(to, SUPPORTED_GROUPS, 2);
    write_groups(connection, to);
    hello_write_extension(to, EC_POINT_FORMATS, uncompressed_only, sizeof(uncompressed_only));
    if (connection->options->ems)
        hello_write_extension(to, EXTENDED_MASTER_SECRET, NULL, 0);
    if (names_its_hash(connection->options->protocol)) {
        size_t schemes_opened;

        write_number(to, SIGNATURE_ALGORITHMS, 2);
        schemes_opened = write_open(to, 2);
        hello_write_schemes(connection, to);
        write_close(to, schemes_opened, 2);
    }
    write_close(to, opened, 2);
}

void hello_read_groups(struct connection *connection, struct reader extension)
{
    struct reader list = read_vector(&extension, 2);

    while (list.left > 0 && connection->peer_group_count < COUNT(connection->peer_groups))
        connection->peer_groups[connection->peer_group_count++] = read_number(&list, 2);
}

static void read_extensions(struct connection *connection, struct reader *hello)
{
    struct reader list;

    if (hello->left == 0)
        return;
    list = read_vector(hello, 2);
    read_end(hello);
    while (list.left > 0) {
        const uint32_t type = read_number(&list, 2);
        struct reader extension = read_vector(&list, 2);

        if (type == EXTENDED_MASTER_SECRET)
            connection->ems = connection->options->ems;
        else if (type == RENEGOTIATION_INFO)
            connection->renegotiation_info = true;
        else if (type == SUPPORTED_GROUPS)
            hello_read_groups(connection, extension);
        else if (type == SIGNATURE_ALGORITHMS)
            hello_read_schemes(connection, read_vector(&extension, 2));
    }
}

/* ---- ClientHello ---- */

/* A second one, with a cookie, repeats the first (RFC 6347 section 4.2.1). */
void hello_write_client(struct connection *connection, struct writer *to)
{
    const struct options *options = connection->options;
    const struct session *session = connection->session;
    size_t opened;

    if (connection->cookie_len == 0)
        hello_draw_random(connection->randoms);
    connection->highest_version = options->protocol;
    write_number(to, options->protocol, 2);
    write_bytes(to, connection->randoms, RANDOM_LEN);
    write_vector(to, 1, session->id, session->id_len);
    if (options->dtls)
        write_vector(to, 1, connection->cookie, connection->cookie_len);
    opened = write_open(to, 2);
    for (size_t i = 0; i < options->suite_count; i++)
        write_number(to, options->suites[i], 2);
    write_close(to, opened, 2);
    write_vector(to, 1, "", 1); /* no compression */
    write_client_extensions(connection, to);
}

static bool accepts_renegotiation_info(struct reader suites)
{
    while (suites.left > 0) {
        if (read_number(&suites, 2) == FALLBACK_RENEGOTIATION)
            return true;
    }
    return false;
}

struct client_hello hello_read_client(struct connection *connection, struct reader reader)
{
    struct client_hello hello = {.cookie = {0}};

    connection->highest_version = read_number(&reader, 2);
    memcpy(connection->randoms, read_bytes(&reader, RANDOM_LEN), RANDOM_LEN);
    hello.session_id = read_vector(&reader, 1);
    if (connection->options->dtls)
        hello.cookie = read_vector(&reader, 1);
    hello.suites = read_vector(&reader, 2);
    (void)read_vector(&reader, 1);
    connection->peer_group_count = 0;
    connection->peer_scheme_count = 0;
    read_extensions(connection, &reader);
    if (accepts_renegotiation_info(hello.suites))
        connection->renegotiation_info = true;
    return hello;
}

/* ---- ServerHello ---- */

void hello_write_server(
    struct connection *connection, const uint8_t *session_id, size_t len, struct writer *to)
{
    size_t opened;

    hello_draw_random(connection->randoms + RANDOM_LEN);
    write_number(to, connection->protocol, 2);
    write_bytes(to, connection->randoms + RANDOM_LEN, RANDOM_LEN);
    write_vector(to, 1, session_id, len);
    write_number(to, connection->suite.dwCipherSuite, 2);
    write_number(to, NO_COMPRESSION, 1);
    opened = write_open(to, 2);
    if (connection->renegotiation_info)
        hello_write_extension(to, RENEGOTIATION_INFO, first_handshake, sizeof(first_handshake));
    if (connection->ems)
        hello_write_extension(to, EXTENDED_MASTER_SECRET, NULL, 0);
    if (share_is_elliptic(connection) && connection->peer_group_count > 0)
        hello_write_extension(to, EC_POINT_FORMATS, uncompressed_only, sizeof(uncompressed_only));
    write_close(to, opened, 2);
}

/* A session that goes on has the suite and the kind of master secret that it had (RFC 5246 section
 * 7.4.1.3, RFC 7627 section 5.3). */
static void recognise_session(struct connection *connection, const struct reader *id)
{
    struct session *session = connection->session;

    connection->resumed = session->master_key != 0 && id->left == session->id_len &&
        memcmp(id->at, session->id, id->left) == 0 && id->left > 0;
    if (connection->resumed) {
        if (session->suite != connection->suite.dwCipherSuite || session->ems != connection->ems)
            fail("a resumed session that has changed");
        return;
    }
    if (id->left > sizeof(session->id))
        fail("a session identifier of %zu bytes", id->left);
    memcpy(session->id, id->at, id->left);
    session->id_len = id->left;
}

void hello_read_server(struct connection *connection, struct reader reader)
{
    struct reader id;
    DWORD suite;

    connection->protocol = read_number(&reader, 2);
    if (connection->protocol != connection->options->protocol)
        fail("protocol 0x%04X", (unsigned)connection->protocol);
    memcpy(connection->randoms + RANDOM_LEN, read_bytes(&reader, RANDOM_LEN), RANDOM_LEN);
    id = read_vector(&reader, 1);
    suite = read_number(&reader, 2);
    if (!hello_has_suite(connection->options, suite))
        fail("suite 0x%04X was not offered", (unsigned)suite);
    if (read_number(&reader, 1) != NO_COMPRESSION)
        fail("a method of compression");
    read_extensions(connection, &reader);
    hello_choose_suite(connection, suite);
    recognise_session(connection, &id);
}
