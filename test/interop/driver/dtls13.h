/* SPDX-License-Identifier: Apache-2.0
 *
 * DTLS 1.3, RFC 9147.
 */
#ifndef SSL_DRIVER_DTLS13_H
#define SSL_DRIVER_DTLS13_H

#include "driver.h"

/* ---- dtls13_record.c: epochs, and records as they come ---- */

/* The key of the direction begins its next epoch. */
void dtls13_use(struct direction *direction);
void dtls13_free(struct direction *direction);
/* The next record of the datagram; false when there is none that can be read. */
bool dtls13_next_of_datagram(struct connection *connection);

/* ---- dtls13.c: handshake messages and their ACKs ---- */

void dtls13_message_send(struct connection *connection, uint8_t type, const struct writer *body);
struct message dtls13_message_receive(struct connection *connection);
/* The handshake is over. */
void dtls13_establish(struct connection *connection);
/* Whether a KeyUpdate waits for its ACK. */
bool dtls13_is_updating(const struct connection *connection);
/* Application data, to connection->record; false when nothing came in time, or the peer has closed
 * the connection. */
bool dtls13_receive_data(struct connection *connection, int milliseconds);
/* Waits for the ACK of all that was sent, and for the ticket that is wanted. */
void dtls13_settle(struct connection *connection);

/* ---- dtls13_data.c ---- */

/* Records with numbers in both directions at once, and key updates between them. */
void dtls13_exchange_records(struct connection *connection);
/* For a peer that sends what it reads: as many lines, a while apart, to a
 * pipe. */
void dtls13_print_lines(unsigned count);
void dtls13_print_records(const struct connection *connection);

#endif
