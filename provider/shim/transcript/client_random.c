/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/transcript/client_random.h"

#include <string.h>

enum { CLIENT_HELLO = 1 };

const uint8_t *sslp_client_random_found(const struct sslp_client_random *scan)
{
    return scan->start_len == SSLP_CLIENT_RANDOM_END ? scan->start + SSLP_CLIENT_RANDOM_OFFSET
                                                     : NULL;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* After a whole header: other messages than ClientHello are skipped, such as the message_hash that
 * comes first after a HelloRetryRequest (RFC 8446 section 4.4.1). */
static void skip_other_message(struct sslp_client_random *scan)
{
    if (scan->start[0] == CLIENT_HELLO)
        return;
    scan->skip =
        (size_t)scan->start[1] << 16 | (size_t)scan->start[2] << 8 | (size_t)scan->start[3];
    scan->start_len = 0;
}

void sslp_client_random_scan(struct sslp_client_random *scan, struct sslp_bytes input)
{
    while (input.len > 0 && sslp_client_random_found(scan) == NULL) {
        const size_t wanted = scan->start_len < SSLP_MESSAGE_HEADER_LEN ? SSLP_MESSAGE_HEADER_LEN
                                                                        : SSLP_CLIENT_RANDOM_END;
        const size_t take =
            smaller(input.len, scan->skip > 0 ? scan->skip : wanted - scan->start_len);

        if (scan->skip > 0) {
            scan->skip -= take;
        } else {
            memcpy(scan->start + scan->start_len, input.data, take);
            scan->start_len += take;
            if (scan->start_len == SSLP_MESSAGE_HEADER_LEN)
                skip_other_message(scan);
        }
        input = sslp_bytes(input.data + take, input.len - take);
    }
}
