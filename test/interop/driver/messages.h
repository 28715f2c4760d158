/* SPDX-License-Identifier: Apache-2.0
 *
 * Handshake messages: sent and received whole, and hashed.
 */
#ifndef SSL_DRIVER_MESSAGES_H
#define SSL_DRIVER_MESSAGES_H

#include "driver.h"

/* messages.c.  Sending hashes a message; receiving leaves that to message_hash, because Finished
 * and CertificateVerify are checked against the hash of what came before them. */
void message_send(struct connection *connection, uint8_t type, const struct writer *body);
struct message message_receive(struct connection *connection);
struct reader message_read(const struct message *message, uint8_t type);
void message_hash(struct connection *connection, const struct message *message);
/* TLS 1.3, after the handshake: without the hash. */
void message_send_late(struct connection *connection, uint8_t type, const struct writer *body);
/* The record received last is part of the stream of handshake bytes. */
void message_feed(struct connection *connection);
/* Takes a whole message out of that stream, if there is one. */
bool message_take(struct connection *connection, struct message *message);
/* The keys are there by then. */
void change_cipher_spec_send(struct connection *connection);
void change_cipher_spec_receive(struct connection *connection);

/* dtls.c: the same on datagrams (RFC 6347 section 4.2). */
void dtls_message_send(struct connection *connection, uint8_t type, const struct writer *body);
struct message dtls_message_receive(struct connection *connection);
void dtls_change_cipher_spec_send(struct connection *connection);
void dtls_change_cipher_spec_receive(struct connection *connection);
/* A record that is no application data, after the handshake. */
void dtls_late_record(struct connection *connection);

/* transcript.c. */
void transcript_add(struct connection *connection, const uint8_t *data, size_t len);
void transcript_add_to(
    struct connection *connection, NCRYPT_HASH_HANDLE hash, const uint8_t *data, size_t len);
/* RFC 6347 section 4.2.1: the exchange of the cookie does not count. */
void transcript_restart(struct connection *connection);
/* Once the suite is known. */
void transcript_begin(struct connection *connection);
void transcript_free(struct connection *connection);
/* TLS 1.3: a copy that goes on alone; before the suite is known for the suite given. */
NCRYPT_HASH_HANDLE transcript_copy(struct connection *connection, DWORD suite);
/* RFC 8446 section 4.4.1: the first ClientHello becomes its own hash. */
void transcript_retry(struct connection *connection);
/* For a CertificateVerify: that of the algorithm, or before TLS 1.2 the hash of the handshake. */
NCRYPT_HASH_HANDLE transcript_auth_hash(const struct connection *connection, LPCWSTR algorithm);
/* RFC 7627 section 3. */
DWORD transcript_session_hash(struct connection *connection, uint8_t digest[MAX_DIGEST]);
void transcript_verify_data(
    struct connection *connection, DWORD side, uint8_t verify_data[VERIFY_DATA_LEN]);

#endif
