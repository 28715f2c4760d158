/* SPDX-License-Identifier: Apache-2.0
 *
 * One connection from its first to its last record.
 */
#ifndef SSL_DRIVER_CONNECTION_H
#define SSL_DRIVER_CONNECTION_H

#include "driver.h"

/* Handshake, data both ways, close_notify; prints what was agreed on.  Closes the socket. */
void connection_run(const struct options *options, NCRYPT_PROV_HANDLE provider,
    struct session *session, int socket);

#endif
