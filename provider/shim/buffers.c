/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/buffers.h"

#include "shim/errors.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdalign.h>
#include <stdint.h>

struct buffer {
    struct buffer *next;
    const void *tag;
    size_t size;
    alignas(max_align_t) unsigned char block[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct buffer *buffers; /* newest first: what was taken last is freed soonest */

void *sslp_buffer_new_tagged(size_t size, const void *tag)
{
    const unsigned long errors = sslp_errors_begin();
    struct buffer *buffer = NULL;

    if (size <= SIZE_MAX - sizeof(*buffer))
        buffer = sslp_zalloc(sizeof(*buffer) + size);
    (void)sslp_errors_end(errors, ERROR_SUCCESS);
    if (buffer == NULL)
        return NULL;
    buffer->tag = tag;
    buffer->size = size;
    pthread_mutex_lock(&lock);
    buffer->next = buffers;
    buffers = buffer;
    pthread_mutex_unlock(&lock);
    return buffer->block;
}

void *sslp_buffer_new(size_t size)
{
    return sslp_buffer_new_tagged(size, NULL);
}

/* The link that leads to the block's entry, or the last one.  Under the lock. */
static struct buffer **find(const void *block)
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

    pthread_mutex_lock(&lock);
    found = *find(block);
    live = found != NULL && found->tag == tag;
    pthread_mutex_unlock(&lock);
    return live;
}

bool sslp_buffer_free(void *block)
{
    struct buffer **link, *found;

    pthread_mutex_lock(&lock);
    link = find(block);
    found = *link;
    if (found != NULL)
        *link = found->next;
    pthread_mutex_unlock(&lock);
    if (found != NULL)
        OPENSSL_clear_free(found, sizeof(*found) + found->size);
    return found != NULL;
}
