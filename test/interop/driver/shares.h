/* SPDX-License-Identifier: Apache-2.0
 *
 * Key exchange: public shares between the blobs of the interface and the wire, master keys and
 * session keys.
 */
#ifndef SSL_DRIVER_SHARES_H
#define SSL_DRIVER_SHARES_H

#include "driver.h"

/* ---- shares.c ---- */

/* A group of which a share can be made; the first is preferred. */
extern const DWORD share_groups[];
extern const size_t share_group_count;

/* Makes the own key and writes ServerECDHParams (RFC 8422 section 5.4) or ServerDHParams (RFC 5246
 * section 7.4.3). */
void share_write_server(struct connection *connection, struct writer *to);
/* Reads them, imports the peer's key and makes the own one. */
void share_read_server(struct connection *connection, struct reader *from);
/* ClientECDiffieHellmanPublic or ClientDiffieHellmanPublic. */
void share_write_client(struct connection *connection, struct writer *to);
void share_read_client(struct connection *connection, struct reader *from);
bool share_is_elliptic(const struct connection *connection);
bool share_is_used(const struct connection *connection);

/* ---- secrets.c ---- */

/* The ClientKeyExchange, which is sent in between, is part of the hash that an extended master
 * secret is made of (RFC 7627). */
void secrets_send_client_key_exchange(struct connection *connection);
void secrets_receive_client_key_exchange(struct connection *connection);
void secrets_make_session_keys(struct connection *connection);
/* Prints keying material, when the command line asks for some. */
void secrets_print_exported(struct connection *connection);

#endif
