/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines that are appended to a file from inside another's process: no signal reaches that process
 * for it, nothing waits, and a descriptor that the process has closed or used for something else is
 * not written to.
 */
#ifndef SSLP_BASE_APPEND_H
#define SSLP_BASE_APPEND_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct sslp_append_file {
    int descriptor; /* own */
    dev_t device;   /* what it stood for at the beginning */
    ino_t inode;
};

/* Opens a file, made where there is none for the user alone, or a copy of a descriptor.  False
 * where that cannot be had. */
bool sslp_append_open(struct sslp_append_file *file, const char *path);
bool sslp_append_to(struct sslp_append_file *file, int descriptor);
void sslp_append_close(struct sslp_append_file *file);

/* Writes in one go, in the way above; how many bytes were written. */
size_t sslp_write_quietly(int descriptor, const void *data, size_t len);

/* The same, if the descriptor is still what it was; how many bytes were written. */
size_t sslp_append(const struct sslp_append_file *file, const void *data, size_t len);

#endif
