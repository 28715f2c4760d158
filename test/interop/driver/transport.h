/* SPDX-License-Identifier: Apache-2.0
 *
 * Sockets on the loopback interface, and the records that pass through them.
 */
#ifndef SSL_DRIVER_TRANSPORT_H
#define SSL_DRIVER_TRANSPORT_H

#include "driver.h"

/* socket.c.  A server's listening socket serves one peer after the other. */
int socket_connect(const struct options *options);
int socket_listen(const struct options *options);
int socket_accept(const struct options *options, int listener);
/* A port of 127.0.0.1 that nobody listens on, below those that the system gives to clients. */
uint16_t socket_free_port(void);
/* False when nothing came in time. */
bool socket_wait(int socket, int milliseconds);
void socket_write(int socket, const uint8_t *data, size_t len);
/* False when the peer has closed and no byte came. */
bool socket_read(int socket, uint8_t *data, size_t len);
long long now_milliseconds(void);

/* pcap.c: the own TCP traffic as a capture file. */
void pcap_open(const char *path, uint16_t server_port);
void pcap_connect(void);
void pcap_write(bool from_server, const uint8_t *data, size_t len);
void pcap_close(void);

enum arrival { ARRIVED, CLOSED, TIMED_OUT, REFUSED };

/* datagram.c: what the command line does to datagrams happens here.  False when it gets lost. */
bool datagram_send(struct connection *connection, const uint8_t *data, size_t len);
enum arrival datagram_receive(struct connection *connection, int milliseconds);

/* record.c. */
/* To connection->record, without protection; milliseconds counts in DTLS. */
enum arrival record_receive(struct connection *connection, int milliseconds);
/* With the protection of the epoch.  TLS cuts what is too long for a record. */
void record_send(struct connection *connection, unsigned epoch, uint8_t content_type,
    const uint8_t *data, size_t len);
/* The number of the next record of an epoch. */
uint64_t *record_next_number(struct connection *connection, unsigned epoch);
/* Sets the type to the inner one, which is taken away. */
void record_strip_padding(struct record *record);
/* Fails for an alert in connection->record other than close_notify. */
bool record_is_close_notify(const struct connection *connection);
void send_close_notify(struct connection *connection);

#endif
