/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/buffers.h"

#include "shim/errors.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdalign.h>

struct buffer {
    struct buffer *next;
    size_t size;
    alignas(max_align_t) unsigned char block[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct buffer *buffers; /* newest first: what was taken last is freed soonest */

void *sslp_buffer_new(size_t size)
{
    const unsigned long errors = sslp_errors_begin();
    struct buffer *buffer = NULL;

    if (size <= SIZE_MAX - sizeof(*buffer))
        buffer = OPENSSL_zalloc(sizeof(*buffer) + size);
    (void)sslp_errors_end(errors, ERROR_SUCCESS);
    if (buffer == NULL)
        return NULL;
    buffer->size = size;
    pthread_mutex_lock(&lock);
    buffer->next = buffers;
    buffers = buffer;
    pthread_mutex_unlock(&lock);
    return buffer->block;
}

bool sslp_buffer_free(void *block)
{
    struct buffer **link = &buffers, *found;

    pthread_mutex_lock(&lock);
    while (*link != NULL && (*link)->block != block)
        link = &(*link)->next;
    found = *link;
    if (found != NULL)
        *link = found->next;
    pthread_mutex_unlock(&lock);
    if (found != NULL)
        OPENSSL_clear_free(found, sizeof(*found) + found->size);
    return found != NULL;
}
