/* SPDX-License-Identifier: Apache-2.0
 *
 * The client random among the handshake messages that a hash is fed with: a key log is found by it,
 * and the functions of TLS 1.3 are not told it.
 */
#ifndef SSLP_SHIM_TRANSCRIPT_CLIENT_RANDOM_H
#define SSLP_SHIM_TRANSCRIPT_CLIENT_RANDOM_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

/* Bytes: type and length of a message (RFC 8446 section 4), and in a ClientHello the version and
 * the random behind them (section 4.1.2). */
enum {
    SSLP_MESSAGE_HEADER_LEN = 4,
    SSLP_CLIENT_RANDOM_OFFSET = SSLP_MESSAGE_HEADER_LEN + 2,
    SSLP_CLIENT_RANDOM_END = SSLP_CLIENT_RANDOM_OFFSET + 32
};

/* Begins as zeros. */
struct sslp_client_random {
    uint8_t start[SSLP_CLIENT_RANDOM_END]; /* of the present message, as far as it is known */
    size_t start_len;
    size_t skip; /* bytes to come of a message that is no ClientHello */
};

/* Goes on in the messages, which may be cut anywhere. */
void sslp_client_random_scan(struct sslp_client_random *scan, struct sslp_bytes input);

/* 32 bytes; NULL where no ClientHello has been seen. */
const uint8_t *sslp_client_random_found(const struct sslp_client_random *scan);

#endif
