/* SPDX-License-Identifier: Apache-2.0
 *
 * The client random among the handshake messages of a hash.  A key log is searched by it, and the
 * native functions of TLS 1.3 do not get it as an argument.
 */
#ifndef SSLP_SHIM_TRANSCRIPT_CLIENT_RANDOM_H
#define SSLP_SHIM_TRANSCRIPT_CLIENT_RANDOM_H

#include "base/bytes.h"
#include "schedule/sizes.h"

#include <stdbool.h>
#include <stdint.h>

/* Bytes: type and length of a message (RFC 8446 section 4), and after them in a ClientHello
 * legacy_version and random (section 4.1.2). */
enum {
    SSLP_MESSAGE_HEADER_LEN = 4,
    SSLP_CLIENT_RANDOM_OFFSET = SSLP_MESSAGE_HEADER_LEN + 2,
    SSLP_CLIENT_RANDOM_END = SSLP_CLIENT_RANDOM_OFFSET + SSLP_RANDOM_LEN
};

/* Begins as zeros. */
struct sslp_client_random {
    uint8_t start[SSLP_CLIENT_RANDOM_END]; /* of the present message, as far as it is known */
    size_t start_len;
    size_t skip; /* bytes to come of a message that is no ClientHello */
};

/* Reads the next bytes of the messages, which may be cut anywhere. */
void sslp_client_random_scan(struct sslp_client_random *scan, struct sslp_bytes input);

/* SSLP_RANDOM_LEN bytes; NULL while no ClientHello has been seen. */
const uint8_t *sslp_client_random_found(const struct sslp_client_random *scan);

#endif
