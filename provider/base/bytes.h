/* SPDX-License-Identifier: Apache-2.0
 *
 * A borrowed run of bytes: a pointer never travels without its length.
 */
#ifndef SSLP_BASE_BYTES_H
#define SSLP_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct sslp_bytes {
    const uint8_t *data; /* not owned; may be NULL where len is 0 */
    size_t len;          /* bytes */
};

static inline struct sslp_bytes sslp_bytes(const void *data, size_t len)
{
    return (struct sslp_bytes){(const uint8_t *)data, len};
}

/* A text without its NUL. */
static inline struct sslp_bytes sslp_text(const char *text)
{
    return sslp_bytes(text, strlen(text));
}

#endif
