/* SPDX-License-Identifier: Apache-2.0
 *
 * Hello messages of TLS 1.3 and the extensions in them: RFC 8446 sections 4.1 and 4.2, and for
 * DTLS 1.3 RFC 9147 section 5.3.
 */
#include "hello.h"

#include "tls13.h"

#include <string.h>

enum {
    SUPPORTED_GROUPS = 10,
    SIGNATURE_ALGORITHMS = 13,
    PRE_SHARED_KEY = 41,
    EARLY_DATA = 42,
    SUPPORTED_VERSIONS = 43,
    COOKIE = 44,
    PSK_KEY_EXCHANGE_MODES = 45,
    KEY_SHARE = 51
};

enum { PSK_KE = 0, PSK_DHE_KE = 1, NO_COMPRESSION = 0 };

/* Section 4.1.3: what a HelloRetryRequest has for a random. */
static const uint8_t retry_random[RANDOM_LEN] = {0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11,
    0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E,
    0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C};

/* What the field of the version has, since supported_versions has the version. */
static DWORD legacy_version(const struct connection *connection)
{
    return is_dtls13(connection) ? DTLS1_2_PROTOCOL_VERSION : TLS1_2_PROTOCOL_VERSION;
}

static void write_schemes(const struct connection *connection, struct writer *to)
{
    size_t opened;

    write_number(to, SIGNATURE_ALGORITHMS, 2);
    opened = write_open(to, 2);
    hello_write_schemes(connection, to);
    write_close(to, opened, 2);
}

/* ---- ClientHello, written ---- */

static void write_versions(const struct connection *connection, struct writer *to)
{
    const DWORD version = connection->options->protocol;
    const uint8_t only[] = {2, (uint8_t)(version >> 8), (uint8_t)version};

    hello_write_extension(to, SUPPORTED_VERSIONS, only, sizeof(only));
}

static void write_key_exchange(struct connection *connection, struct writer *to)
{
    size_t opened, list;

    write_number(to, SUPPORTED_GROUPS, 2);
    opened = write_open(to, 2);
    tls13_write_groups(connection->options, to);
    write_close(to, opened, 2);
    write_number(to, KEY_SHARE, 2);
    opened = write_open(to, 2);
    list = write_open(to, 2);
    tls13_share_write(connection, to);
    write_close(to, list, 2);
    write_close(to, opened, 2);
}

static void write_cookie(const struct writer *cookie, struct writer *to)
{
    size_t opened;

    if (cookie->len == 0)
        return;
    write_number(to, COOKIE, 2);
    opened = write_open(to, 2);
    write_vector(to, 2, cookie->data, cookie->len);
    write_close(to, opened, 2);
}

/* Section 4.2.9: with a PSK, and for tickets that will be one. */
static void write_modes(const struct connection *connection, struct writer *to)
{
    const uint8_t modes[] = {1, connection->options->psk_ke ? PSK_KE : PSK_DHE_KE};

    if (connection->tls13.psk_kind != NO_PSK || connection->options->resume)
        hello_write_extension(to, PSK_KEY_EXCHANGE_MODES, modes, sizeof(modes));
}

static void write_client_extensions(struct connection *connection, struct writer *to)
{
    const struct tls13 *tls13 = &connection->tls13;
    const size_t opened = write_open(to, 2);

    write_versions(connection, to);
    write_schemes(connection, to);
    if (tls13->has_share)
        write_key_exchange(connection, to);
    write_cookie(&tls13->cookie, to);
    write_modes(connection, to);
    if (tls13->early_data)
        hello_write_extension(to, EARLY_DATA, NULL, 0);
    if (tls13->psk_kind != NO_PSK) {
        write_number(to, PRE_SHARED_KEY, 2);
        tls13_psk_write_offer(connection, to);
    }
    write_close(to, opened, 2);
}

void tls13_write_client_hello(struct connection *connection, struct writer *to)
{
    const struct options *options = connection->options;
    size_t opened;

    write_number(to, legacy_version(connection), 2);
    write_bytes(to, connection->randoms, RANDOM_LEN);
    write_vector(to, 1, NULL, 0);
    if (is_dtls13(connection))
        write_vector(to, 1, NULL, 0); /* legacy_cookie */
    opened = write_open(to, 2);
    for (size_t i = 0; i < options->suite_count; i++)
        write_number(to, options->suites[i], 2);
    write_close(to, opened, 2);
    write_vector(to, 1, "", 1); /* no compression */
    write_client_extensions(connection, to);
}

/* ---- ClientHello, read ---- */

static bool has_version(const struct connection *connection, struct reader extension)
{
    struct reader list = read_vector(&extension, 1);

    while (list.left > 0) {
        if (read_number(&list, 2) == connection->options->protocol)
            return true;
    }
    return false;
}

static void read_modes(struct tls13_offer *offer, struct reader extension)
{
    struct reader list = read_vector(&extension, 1);

    while (list.left > 0) {
        const uint32_t mode = read_number(&list, 1);

        offer->psk_ke = offer->psk_ke || mode == PSK_KE;
        offer->psk_dhe_ke = offer->psk_dhe_ke || mode == PSK_DHE_KE;
    }
}

static void read_pre_shared_key(struct tls13_offer *offer, struct reader extension)
{
    offer->identities = read_vector(&extension, 2);
    offer->binders = read_vector(&extension, 2);
    read_end(&extension);
}

static void read_client_extension(struct connection *connection, struct tls13_offer *offer,
    uint32_t type, struct reader extension)
{
    switch (type) {
    case SUPPORTED_VERSIONS:
        if (!has_version(connection, extension))
            fail("the client does not have TLS 1.3");
        connection->highest_version = connection->options->protocol;
        break;
    case SUPPORTED_GROUPS:
        hello_read_groups(connection, extension);
        break;
    case SIGNATURE_ALGORITHMS:
        hello_read_schemes(connection, read_vector(&extension, 2));
        break;
    case KEY_SHARE:
        offer->shares = read_vector(&extension, 2);
        break;
    case COOKIE:
        offer->cookie = read_vector(&extension, 2);
        break;
    case PSK_KEY_EXCHANGE_MODES:
        read_modes(offer, extension);
        break;
    case EARLY_DATA:
        offer->early_data = true;
        break;
    case PRE_SHARED_KEY:
        read_pre_shared_key(offer, extension);
        break;
    default:
        break;
    }
}

struct tls13_offer tls13_read_client_hello(struct connection *connection, struct reader reader)
{
    struct tls13_offer offer = {.psk_ke = false};
    struct reader list;

    connection->highest_version = read_number(&reader, 2);
    memcpy(connection->randoms, read_bytes(&reader, RANDOM_LEN), RANDOM_LEN);
    offer.session_id = read_vector(&reader, 1);
    if (is_dtls13(connection) && read_vector(&reader, 1).left != 0)
        fail("a legacy_cookie");
    offer.suites = read_vector(&reader, 2);
    (void)read_vector(&reader, 1);
    connection->peer_group_count = 0;
    connection->peer_scheme_count = 0;
    list = read_vector(&reader, 2);
    read_end(&reader);
    while (list.left > 0) {
        const uint32_t type = read_number(&list, 2);

        if (offer.binders.left > 0)
            fail("an extension behind pre_shared_key");
        read_client_extension(connection, &offer, type, read_vector(&list, 2));
    }
    if (connection->highest_version != connection->options->protocol)
        fail("the client does not have TLS 1.3");
    return offer;
}

/* ---- ServerHello and HelloRetryRequest, written ---- */

/* Up to the extensions, of which the version is the first; returns what closes them.  DTLS does not
 * send the session identifier back. */
static size_t write_server_start(const struct connection *connection, const uint8_t *random,
    const struct reader *session_id, struct writer *to)
{
    const DWORD protocol = connection->options->protocol;
    const uint8_t version[] = {(uint8_t)(protocol >> 8), (uint8_t)protocol};
    size_t opened;

    write_number(to, legacy_version(connection), 2);
    write_bytes(to, random, RANDOM_LEN);
    write_vector(to, 1, session_id->at, is_dtls13(connection) ? 0 : session_id->left);
    write_number(to, connection->suite.dwCipherSuite, 2);
    write_number(to, NO_COMPRESSION, 1);
    opened = write_open(to, 2);
    hello_write_extension(to, SUPPORTED_VERSIONS, version, sizeof(version));
    return opened;
}

/* An extension whose content is one number of two bytes. */
static void write_number_extension(struct writer *to, uint32_t type, uint32_t number)
{
    write_number(to, type, 2);
    write_number(to, 2, 2);
    write_number(to, number, 2);
}

void tls13_write_retry(
    struct connection *connection, const struct reader *session_id, DWORD group, struct writer *to)
{
    const size_t opened = write_server_start(connection, retry_random, session_id, to);

    if (group != 0)
        write_number_extension(to, KEY_SHARE, group);
    write_cookie(&connection->tls13.cookie, to);
    write_close(to, opened, 2);
}

void tls13_write_server_hello(struct connection *connection, const struct reader *session_id,
    uint32_t identity, struct writer *to)
{
    uint8_t *random = connection->randoms + RANDOM_LEN;
    size_t opened, share;

    hello_draw_random(random);
    opened = write_server_start(connection, random, session_id, to);
    if (connection->tls13.has_share) {
        write_number(to, KEY_SHARE, 2);
        share = write_open(to, 2);
        tls13_share_write(connection, to);
        write_close(to, share, 2);
    }
    if (connection->tls13.psk_kind != NO_PSK)
        write_number_extension(to, PRE_SHARED_KEY, identity);
    write_close(to, opened, 2);
}

/* ---- ServerHello and HelloRetryRequest, read ---- */

struct answer {
    uint32_t version;
    bool psk, share;
    DWORD group;                /* of the share, or the one that is asked for */
    struct reader key_exchange; /* not in a HelloRetryRequest */
};

static void read_share(struct answer *answer, bool retry, struct reader extension)
{
    answer->share = true;
    answer->group = read_number(&extension, 2);
    if (!retry)
        answer->key_exchange = read_vector(&extension, 2);
    read_end(&extension);
}

static void keep_cookie(struct connection *connection, struct reader extension)
{
    const struct reader cookie = read_vector(&extension, 2);

    connection->tls13.cookie.len = 0;
    write_bytes(&connection->tls13.cookie, cookie.at, cookie.left);
}

/* Section 4.2: an answer to nothing that was asked is an error. */
static void read_server_extension(struct connection *connection, struct answer *answer, bool retry,
    uint32_t type, struct reader extension)
{
    if (type == SUPPORTED_VERSIONS)
        answer->version = read_number(&extension, 2);
    else if (type == KEY_SHARE && connection->tls13.has_share)
        read_share(answer, retry, extension);
    else if (type == COOKIE && retry)
        keep_cookie(connection, extension);
    else if (type == PRE_SHARED_KEY && !retry && connection->tls13.psk_kind != NO_PSK &&
        read_number(&extension, 2) == 0)
        answer->psk = true;
    else
        fail("extension %u in a ServerHello", (unsigned)type);
}

static void take_suite(struct connection *connection, DWORD suite)
{
    if (!hello_has_suite(connection->options, suite))
        fail("suite 0x%04X was not offered", (unsigned)suite);
    if (connection->tls13.retried && suite != connection->suite.dwCipherSuite)
        fail("another suite than before");
    connection->protocol = connection->options->protocol;
    hello_choose_suite(connection, suite);
}

static void take_retry(struct connection *connection, const struct answer *answer)
{
    if (connection->tls13.retried || (!answer->share && connection->tls13.cookie.len == 0))
        fail("a HelloRetryRequest for nothing");
    if (!answer->share)
        return;
    if (answer->group == connection->group ||
        !tls13_share_is_wanted(connection->options, answer->group))
        fail("group %u is asked for", (unsigned)answer->group);
    connection->group = answer->group;
}

/* Section 4.2.8: the share is of the group that was offered, or there is a PSK without one. */
static void take_answer(struct connection *connection, const struct answer *answer)
{
    struct tls13 *tls13 = &connection->tls13;

    if (!answer->psk)
        tls13->psk_kind = NO_PSK;
    if (answer->share != tls13->has_share)
        fail("a handshake %s a share", answer->share ? "with" : "without");
    if (!answer->share && !answer->psk)
        fail("neither a share nor a PSK");
    if (!answer->share)
        return;
    if (answer->group != connection->group)
        fail("a share of group %u", (unsigned)answer->group);
    tls13_share_import(connection, answer->key_exchange);
}

bool tls13_read_server_hello(struct connection *connection, struct reader reader)
{
    uint8_t *random = connection->randoms + RANDOM_LEN;
    struct answer answer = {.version = 0};
    struct reader list;
    DWORD suite;
    bool retry;

    (void)read_number(&reader, 2);
    memcpy(random, read_bytes(&reader, RANDOM_LEN), RANDOM_LEN);
    retry = memcmp(random, retry_random, RANDOM_LEN) == 0;
    if (read_vector(&reader, 1).left != 0)
        fail("a session identifier");
    suite = read_number(&reader, 2);
    if (read_number(&reader, 1) != NO_COMPRESSION)
        fail("a method of compression");
    list = read_vector(&reader, 2);
    read_end(&reader);
    while (list.left > 0) {
        const uint32_t type = read_number(&list, 2);

        read_server_extension(connection, &answer, retry, type, read_vector(&list, 2));
    }
    if (answer.version != connection->options->protocol)
        fail("no TLS 1.3");
    take_suite(connection, suite);
    if (retry)
        take_retry(connection, &answer);
    else
        take_answer(connection, &answer);
    return !retry;
}

/* ---- EncryptedExtensions and CertificateRequest: sections 4.3.1 and 4.3.2 ---- */

void tls13_write_encrypted_extensions(const struct connection *connection, struct writer *to)
{
    const size_t opened = write_open(to, 2);

    if (connection->tls13.early_data)
        hello_write_extension(to, EARLY_DATA, NULL, 0);
    write_close(to, opened, 2);
}

void tls13_read_encrypted_extensions(struct connection *connection, struct reader reader)
{
    struct reader list = read_vector(&reader, 2);
    bool early_data = false;

    read_end(&reader);
    while (list.left > 0) {
        if (read_number(&list, 2) == EARLY_DATA)
            early_data = true;
        (void)read_vector(&list, 2);
    }
    if (early_data != connection->tls13.early_data)
        fail(early_data ? "early data is accepted" : "early data is refused");
}

void tls13_write_certificate_request(const struct connection *connection, struct writer *to)
{
    size_t opened;

    write_vector(to, 1, NULL, 0);
    opened = write_open(to, 2);
    write_schemes(connection, to);
    write_close(to, opened, 2);
}

void tls13_read_certificate_request(struct connection *connection, struct reader reader)
{
    struct reader list;

    if (read_vector(&reader, 1).left != 0)
        fail("a CertificateRequest with a context");
    list = read_vector(&reader, 2);
    read_end(&reader);
    while (list.left > 0) {
        const uint32_t type = read_number(&list, 2);
        struct reader extension = read_vector(&list, 2);

        if (type == SIGNATURE_ALGORITHMS)
            hello_read_schemes(connection, read_vector(&extension, 2));
    }
}
