/* SPDX-License-Identifier: Apache-2.0
 *
 * Datagrams, and a bad network: some are lost, and some are overtaken by the next one.
 */
#include "transport.h"

#include <openssl/rand.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum {
    RETRY = 50,        /* milliseconds */
    OVERTAKING = 5,    /* how long one that comes waits for the next one */
    SHORTEST_REST = 20 /* who waits longer than this has nothing more to send for now */
};

/* So many times of a hundred. */
static bool happens(unsigned percent)
{
    uint8_t random[2];

    if (percent == 0)
        return false;
    if (RAND_bytes(random, sizeof(random)) != 1)
        fail("no random bytes");
    return (unsigned)(random[0] << 8 | random[1]) * 100 < percent * 0x10000;
}

static void put(struct connection *connection, const uint8_t *data, size_t len)
{
    socket_write(connection->socket, data, len);
    pcap_write(connection->options->server, data, len);
}

static void put_held(struct connection *connection)
{
    if (connection->held.len > 0)
        put(connection, connection->held.data, connection->held.len);
    connection->held.len = 0;
}

bool datagram_send(struct connection *connection, const uint8_t *data, size_t len)
{
    const struct options *options = connection->options;
    const unsigned lossy = connection->calm ? 0 : options->lossy;

    if (++connection->datagrams_sent == options->drop || happens(lossy))
        return false;
    if (connection->held.len == 0 && happens(lossy)) {
        write_bytes(&connection->held, data, len);
        return true;
    }
    put(connection, data, len);
    put_held(connection);
    return true;
}

/* A datagram to a peer that is not there yet brings a refusal. */
static enum arrival take(struct connection *connection, int milliseconds)
{
    const struct timespec pause = {.tv_nsec = RETRY * 1000000L};
    ssize_t received;

    if (!socket_wait(connection->socket, milliseconds))
        return TIMED_OUT;
    received = recv(connection->socket, connection->datagram, sizeof(connection->datagram), 0);
    if (received < 0) {
        (void)nanosleep(&pause, NULL);
        return REFUSED;
    }
    connection->datagram_at = 0;
    connection->datagram_len = (size_t)received;
    return ARRIVED;
}

static void take_held(struct connection *connection)
{
    struct writer *held = &connection->held_in;

    memcpy(connection->datagram, held->data, held->len);
    connection->datagram_at = 0;
    connection->datagram_len = held->len;
    held->len = 0;
}

/* Puts the datagram that came aside, for the next one to be first. */
static void hold(struct connection *connection)
{
    write_bytes(&connection->held_in, connection->datagram, connection->datagram_len);
    connection->datagram_len = 0;
}

static bool gets_lost(struct connection *connection)
{
    if (!happens(connection->options->lossy_in))
        return false;
    connection->datagram_len = 0;
    return true;
}

enum arrival datagram_receive(struct connection *connection, int milliseconds)
{
    enum arrival arrival;

    if (milliseconds > SHORTEST_REST)
        put_held(connection);
    if (connection->held_in.len > 0) {
        take_held(connection);
        return ARRIVED;
    }
    do
        arrival = take(connection, milliseconds);
    while (arrival == ARRIVED && gets_lost(connection));
    if (arrival == ARRIVED && happens(connection->options->lossy_in)) {
        hold(connection);
        if (take(connection, OVERTAKING) != ARRIVED)
            take_held(connection);
    }
    return arrival;
}
