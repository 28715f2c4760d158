/* SPDX-License-Identifier: Apache-2.0
 *
 * Data over DTLS 1.3 that may get lost: numbered records in both directions.
 */
#include "dtls13.h"
#include "tls13.h"
#include "transport.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Times in milliseconds. */
enum { FIRST_WAIT = 10000, PACE = 1, QUIET = 1500, MAX_LINE = 128 };

static const char word[] = "record ";

static size_t put_line(unsigned number, char line[MAX_LINE])
{
    return (size_t)snprintf(line, MAX_LINE, "%s%05u %080u\n", word, number, 0U);
}

static void send_record(struct connection *connection, unsigned number)
{
    char line[MAX_LINE];
    const size_t len = put_line(number, line);

    record_send(
        connection, connection->writing.epoch, CT_APPLICATIONDATA, (const uint8_t *)line, len);
}

void dtls13_print_lines(unsigned count)
{
    const struct timespec pause = {.tv_nsec = PACE * 1000000L};
    char line[MAX_LINE];

    for (unsigned i = 0; i < count; i++) {
        (void)fwrite(line, 1, put_line(i, line), stdout);
        (void)fflush(stdout);
        (void)nanosleep(&pause, NULL);
    }
}

/* Some peers put several lines into a record; none comes twice. */
static void take_lines(const struct connection *connection, bool *seen, unsigned *lines)
{
    const char *at = (const char *)connection->record.data;
    const char *const end = at + connection->record.len;

    while (at < end) {
        const char *const newline = memchr(at, '\n', (size_t)(end - at));
        unsigned long number;

        if (newline == NULL || (size_t)(newline - at) < strlen(word) ||
            memcmp(at, word, strlen(word)) != 0)
            fail("a record without line");
        number = strtoul(at + strlen(word), NULL, 10);
        if (number >= connection->options->records || seen[number])
            fail("record %lu, which came before or never left", number);
        seen[number] = true;
        (*lines)++;
        at = newline + 1;
    }
}

static void receive_records(
    struct connection *connection, int milliseconds, bool *seen, unsigned *lines)
{
    while (dtls13_receive_data(connection, milliseconds)) {
        take_lines(connection, seen, lines);
        if (milliseconds == PACE)
            milliseconds = 0;
    }
}

/* Each side asks for new keys once, the client first. */
static bool is_time_for_update(const struct options *options, unsigned number)
{
    return options->key_update && number == options->records * (options->server ? 2 : 1) / 3;
}

/* At the end messages that got lost still have time to come, since both sides stay until it is
 * quiet. A server that began before its client could read would send in vain. */
void dtls13_exchange_records(struct connection *connection)
{
    const struct options *options = connection->options;
    bool *seen = calloc(options->records, sizeof(*seen));
    unsigned lines = 0;

    if (seen == NULL)
        fail("no memory");
    dtls13_settle(connection);
    if (options->server && dtls13_receive_data(connection, FIRST_WAIT))
        take_lines(connection, seen, &lines);
    for (unsigned i = 0; i < options->records; i++) {
        if (is_time_for_update(options, i))
            tls13_send_key_update(connection, true);
        send_record(connection, i);
        receive_records(connection, PACE, seen, &lines);
    }
    connection->calm = true;
    receive_records(connection, QUIET, seen, &lines);
    dtls13_settle(connection);
    receive_records(connection, 0, seen, &lines);
    printf("lines received %u\n", lines);
    free(seen);
}

void dtls13_print_records(const struct connection *connection)
{
    const struct dtls13 *dtls = &connection->dtls13;

    printf("epochs writing %u reading %u\n", connection->writing.epoch, connection->reading.epoch);
    printf("records sent %u lost %u received %u late %u unreadable %u\n", connection->sent_data,
        connection->lost_data, dtls->received_data, dtls->late_data, dtls->unreadable);
}
