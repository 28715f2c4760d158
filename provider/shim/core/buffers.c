/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/core/buffers.h"

#include "shim/core/errors.h"
#include "shim/core/fork_lock.h"

#include <openssl/crypto.h>
#include <stdalign.h>
#include <stdint.h>

struct buffer {
    struct buffer *next;
    const void *tag;
    size_t size;
    alignas(max_align_t) unsigned char block[];
};

/* Under the process lock.  Newest first: callers usually free the newest buffer soonest. */
static struct buffer *buffers;

void *sslp_buffer_new_tagged(size_t size, const void *tag)
{
    struct buffer *buffer = NULL;

    if (size <= SIZE_MAX - sizeof(*buffer))
        buffer = sslp_zalloc(sizeof(*buffer) + size);
    if (buffer == NULL)
        return NULL;
    buffer->tag = tag;
    buffer->size = size;
    sslp_process_lock();
    buffer->next = buffers;
    buffers = buffer;
    sslp_process_unlock();
    return buffer->block;
}

void *sslp_buffer_new(size_t size)
{
    return sslp_buffer_new_tagged(size, NULL);
}

/* The link that leads to the block's entry, or the last one.  Under the lock. */
static struct buffer **buffer_find(const void *block)
{
    struct buffer **link = &buffers;

    while (*link != NULL && (*link)->block != block)
        link = &(*link)->next;
    return link;
}

bool sslp_buffer_is_live(const void *block, const void *tag)
{
    const struct buffer *found;
    bool live;

    sslp_process_lock();
    found = *buffer_find(block);
    live = found != NULL && found->tag == tag;
    sslp_process_unlock();
    return live;
}

bool sslp_buffer_free(void *block)
{
    struct buffer **link, *found;

    sslp_process_lock();
    link = buffer_find(block);
    found = *link;
    if (found != NULL)
        *link = found->next;
    sslp_process_unlock();
    if (found != NULL)
        OPENSSL_clear_free(found, sizeof(*found) + found->size);
    return found != NULL;
}
