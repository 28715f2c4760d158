/* SPDX-License-Identifier: Apache-2.0
 *
 * ClientHello, ServerHello and their extensions.
 */
#ifndef SSL_DRIVER_HELLO_H
#define SSL_DRIVER_HELLO_H

#include "driver.h"

void hello_write_client(struct connection *connection, struct writer *to);
/* What the client offered. */
struct client_hello {
    struct reader session_id;
    struct reader cookie;
    struct reader suites;
};
struct client_hello hello_read_client(struct connection *connection, struct reader reader);

void hello_write_server(
    struct connection *connection, const uint8_t *session_id, size_t len, struct writer *to);
/* Sets protocol, suite, and whether the session is resumed. */
void hello_read_server(struct connection *connection, struct reader reader);

void hello_draw_random(uint8_t random[RANDOM_LEN]);
/* Whether the command line has the suite. */
bool hello_has_suite(const struct options *options, DWORD suite);
/* An extension whose content is these bytes. */
void hello_write_extension(struct writer *to, uint32_t type, const void *data, size_t len);
/* The first one offered that the command line has. */
void hello_agree_on_suite(struct connection *connection, struct reader offered);
/* The facts about a suite of the connection's protocol. */
void hello_choose_suite(struct connection *connection, DWORD suite);
/* The schemes of signatures that this side accepts, as a vector. */
void hello_write_schemes(const struct connection *connection, struct writer *to);
void hello_read_schemes(struct connection *connection, struct reader list);
/* An extension supported_groups. */
void hello_read_groups(struct connection *connection, struct reader extension);

#endif
