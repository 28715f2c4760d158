/* SPDX-License-Identifier: Apache-2.0
 *
 * Data over DTLS 1.3 that may get lost: numbered records in both directions.
 */
#define _GNU_SOURCE /* O_DIRECT */

#include "dtls13.h"
#include "tls13.h"
#include "transport.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Times in milliseconds. */
enum { FIRST_WAIT = 10000, PACE = 1, SLOW = 20, QUIET = 1500 };

/* A peer that is so many records behind may not have the time to read. */
enum { AHEAD = 200, MAX_LINE = 128 };

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

/* The reader of a pipe in this mode gets line by line, however late it is. */
static void keep_lines_apart(void)
{
    const int flags = fcntl(STDOUT_FILENO, F_GETFL);

    if (flags < 0 || fcntl(STDOUT_FILENO, F_SETFL, flags | O_DIRECT) != 0)
        fail("the output is no pipe");
}

void dtls13_print_lines(unsigned count)
{
    const struct timespec pause = {.tv_nsec = PACE * 1000000L};
    char line[MAX_LINE];

    keep_lines_apart();
    for (unsigned i = 0; i < count; i++) {
        (void)fwrite(line, 1, put_line(i, line), stdout);
        (void)fflush(stdout);
        (void)nanosleep(&pause, NULL);
    }
}

/* Each record is a line, and none comes twice. */
static void take_line(const struct connection *connection, bool *seen, unsigned *lines)
{
    const struct record *record = &connection->record;
    const char *const line = (const char *)record->data;
    unsigned long number;

    if (record->len <= strlen(word) || memcmp(line, word, strlen(word)) != 0 ||
        memchr(line, '\n', record->len) != line + record->len - 1)
        fail("a record that is no line");
    number = strtoul(line + strlen(word), NULL, 10);
    if (number >= connection->options->records || seen[number])
        fail("record %lu, which came before or never left", number);
    seen[number] = true;
    (*lines)++;
}

static void receive_records(
    struct connection *connection, int milliseconds, bool *seen, unsigned *lines)
{
    while (dtls13_receive_data(connection, milliseconds)) {
        take_line(connection, seen, lines);
        if (milliseconds <= SLOW)
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
        take_line(connection, seen, &lines);
    for (unsigned i = 0; i < options->records; i++) {
        if (is_time_for_update(options, i))
            tls13_send_key_update(connection, true);
        send_record(connection, i);
        receive_records(connection, i > lines + AHEAD ? SLOW : PACE, seen, &lines);
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
