/* SPDX-License-Identifier: Apache-2.0
 *
 * TLS 1.3, RFC 8446, and what DTLS 1.3 has of it.
 */
#ifndef SSL_DRIVER_TLS13_H
#define SSL_DRIVER_TLS13_H

#include "driver.h"

/* ---- tls13_client.c, tls13_server.c: one handshake ---- */

void tls13_client_handshake(struct connection *connection);
void tls13_server_handshake(struct connection *connection);

/* ---- tls13_hello.c ---- */

/* Without the binders, whose room is left at the end. */
void tls13_write_client_hello(struct connection *connection, struct writer *to);
/* The ServerHello; false for a HelloRetryRequest, which is then kept in the connection. */
bool tls13_read_server_hello(struct connection *connection, struct reader reader);
void tls13_read_encrypted_extensions(struct connection *connection, struct reader reader);

/* What the client offered. */
struct tls13_offer {
    struct reader session_id;
    struct reader suites;
    struct reader shares;
    struct reader cookie;
    struct reader identities, binders;
    bool psk_ke, psk_dhe_ke, early_data;
};
struct tls13_offer tls13_read_client_hello(struct connection *connection, struct reader reader);
/* With the cookie of the connection, and with the group unless that is 0. */
void tls13_write_retry(
    struct connection *connection, const struct reader *session_id, DWORD group, struct writer *to);
void tls13_write_server_hello(struct connection *connection, const struct reader *session_id,
    uint32_t identity, struct writer *to);
void tls13_write_encrypted_extensions(const struct connection *connection, struct writer *to);
void tls13_write_certificate_request(const struct connection *connection, struct writer *to);
void tls13_read_certificate_request(struct connection *connection, struct reader reader);

/* ---- tls13_shares.c: KeyShareEntry, section 4.2.8 ---- */

/* Whether the command line allows the group. */
bool tls13_share_is_wanted(const struct options *options, DWORD group);
void tls13_write_groups(const struct options *options, struct writer *to);
/* The group that a client begins with. */
DWORD tls13_first_group(const struct options *options);
/* Makes the own key of connection->group. */
void tls13_share_create(struct connection *connection);
/* The server's, of a client's key_exchange, which becomes the peer's key. */
void tls13_share_answer(struct connection *connection, struct reader key_exchange);
void tls13_share_import(struct connection *connection, struct reader key_exchange);
void tls13_share_write(struct connection *connection, struct writer *to);

/* ---- tls13_psk.c: pre_shared_key and tickets, sections 4.2.11 and 4.6.1 ---- */

/* What the client has to offer, if anything. */
void tls13_psk_choose(struct connection *connection);
/* The suite with whose hash the client's PSK works. */
DWORD tls13_psk_suite(const struct connection *connection);
/* The whole extension, with zeros where the binder belongs. */
void tls13_psk_write_offer(struct connection *connection, struct writer *to);
/* Puts the binder in its place. */
void tls13_psk_bind(struct connection *connection, struct writer *hello);
/* The server looks for an identity that it knows; the result is its place in the list. */
uint32_t tls13_psk_find(struct connection *connection, const struct tls13_offer *offer);
/* Makes the early secret, with the PSK if there is one, whose binder has then to be right. */
void tls13_psk_check(struct connection *connection, const struct tls13_offer *offer,
    uint32_t identity, const struct message *hello);
void tls13_ticket_send(struct connection *connection);
void tls13_ticket_receive(struct connection *connection, struct reader reader);

/* ---- tls13_schedule.c: the figure of section 7.1 ---- */

void schedule_early(struct connection *connection, DWORD suite);
/* Finished of a binder (section 4.2.11.2); returns its length. */
size_t schedule_binder(
    struct connection *connection, NCRYPT_HASH_HANDLE transcript, uint8_t binder[MAX_DIGEST]);
/* The key of 0-RTT data comes into use; the transcript ends with the ClientHello. */
void schedule_use_early(
    struct connection *connection, NCRYPT_HASH_HANDLE transcript, struct direction *direction);
/* After the ServerHello. */
void schedule_handshake(struct connection *connection);
/* After the server's Finished. */
void schedule_master(struct connection *connection);
/* After the client's Finished. */
void schedule_resumption(struct connection *connection);
/* The key of a traffic secret comes into use, and the secret is used up. */
void schedule_use(
    struct connection *connection, struct direction *direction, NCRYPT_KEY_HANDLE *secret);
/* Section 7.2. */
void schedule_update(struct connection *connection, struct direction *direction);
/* verify_data of the side that writes in this direction; returns its length. */
size_t schedule_verify_data(struct connection *connection, const struct direction *direction,
    uint8_t verify_data[MAX_DIGEST]);
void schedule_free(struct connection *connection);
/* Bytes of the suite's hash. */
size_t schedule_hash_len(const struct connection *connection, DWORD suite);

/* ---- tls13_messages.c: what both sides do alike ---- */

void tls13_send_finished(struct connection *connection);
void tls13_receive_finished(struct connection *connection);
void tls13_send_certificates(struct connection *connection);
/* Certificate, which is there already, and CertificateVerify; false for an empty list. */
bool tls13_receive_certificates(struct connection *connection, const struct message *certificate);
/* New keys (section 4.6.3); the peer is asked to do the same. */
void tls13_send_key_update(struct connection *connection, bool ask);
/* The key that the last KeyUpdate announced. */
void tls13_use_update(struct connection *connection);
/* A handshake message, or a record of them, after the handshake. */
void tls13_late_message(struct connection *connection, const struct message *message);
void tls13_late_record(struct connection *connection);
void tls13_print_facts(const struct connection *connection);

#endif
