/* SPDX-License-Identifier: Apache-2.0
 *
 * What an element of `private-keys` names in the file system.  libcrypto's loader would open
 * whatever is there, and wait for ever at a pipe; so files and folders are opened here, and the
 * loader is given what they hold.
 */
#ifndef SSLP_SHIM_KEYS_KEY_SOURCE_H
#define SSLP_SHIM_KEYS_KEY_SOURCE_H

#include <openssl/types.h>
#include <stdbool.h>

enum sslp_key_source {
    SSLP_KEY_SOURCE_PATH,   /* in the file system, whether there is something or not */
    SSLP_KEY_SOURCE_LOADER, /* a URI that is for the loader of another scheme */
    SSLP_KEY_SOURCE_NONE    /* a URI of a file on another host, or with no absolute path */
};

/* Which it is; *path points into the URI. */
enum sslp_key_source sslp_key_source_of(const char *uri, const char **path);

/* A regular file, below a folder or AT_FDCWD, for the caller to free; NULL for anything else. Never
 * waits. */
BIO *sslp_key_source_open(int folder, const char *path);

#endif
