/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory that the shim hands out and SslFreeBuffer takes back.  Every block is on a list, so any
 * other pointer is refused instead of freed.  Any thread.
 */
#ifndef SSLP_SHIM_CORE_BUFFERS_H
#define SSLP_SHIM_CORE_BUFFERS_H

#include <stdbool.h>
#include <stddef.h>

/* A block of zeros; NULL when memory is short. */
void *sslp_buffer_new(size_t size);

/* The same, marked with an address that stands for what the block holds. */
void *sslp_buffer_new_tagged(size_t size, const void *tag);

/* Whether it is a live block with this tag.  The pointer is not followed. */
bool sslp_buffer_is_live(const void *block, const void *tag);

/* False, and no effect, for what is not a live block. */
bool sslp_buffer_free(void *block);

#endif
