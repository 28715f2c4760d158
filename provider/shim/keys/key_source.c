/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/keys/key_source.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Passes over a prefix, given in lower case.  No locale has a say in it. */
static bool skip(const char **text, const char *prefix)
{
    const size_t len = strlen(prefix);

    for (size_t i = 0; i < len; i++) {
        if (lower((*text)[i]) != prefix[i])
            return false;
    }
    *text += len;
    return true;
}

static bool exists(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0;
}

/* By the rules of libcrypto's own loader: schemes and hosts in any case (RFC 3986 sections 3.1 and
 * 3.2.2), this host by no name or `localhost` (RFC 8089 section 2), nothing percent-decoded, and a
 * path that happens to look like a URI is one, unless an authority follows. */
enum sslp_key_source sslp_key_source_of(const char *uri, const char **path)
{
    *path = uri;
    if (!skip(path, "file:")) {
        const char *const scheme_end = strchr(uri, ':');

        if (scheme_end == NULL)
            return SSLP_KEY_SOURCE_PATH;
        return strncmp(scheme_end, "://", 3) != 0 && exists(uri) ? SSLP_KEY_SOURCE_PATH
                                                                 : SSLP_KEY_SOURCE_LOADER;
    }
    if (skip(path, "//")) {
        (void)skip(path, "localhost");
    } else if (exists(uri)) {
        *path = uri;
        return SSLP_KEY_SOURCE_PATH;
    }
    return **path == '/' ? SSLP_KEY_SOURCE_PATH : SSLP_KEY_SOURCE_NONE;
}

static bool is_regular(const struct stat *status)
{
    return S_ISREG(status->st_mode);
}

/* Looked at before it is opened, as opening a device can do something by itself, and again when it
 * is open, as another file may have come in its place. */
BIO *sslp_key_source_open(int folder, const char *path)
{
    const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    struct stat status;
    FILE *stream = NULL;
    BIO *bio = NULL;
    int file;

    if (fstatat(folder, path, &status, 0) != 0 || !is_regular(&status))
        return NULL;
    file = openat(folder, path, flags);
    if (file < 0)
        return NULL;
    if (fstat(file, &status) == 0 && is_regular(&status))
        stream = fdopen(file, "rb");
    if (stream == NULL) {
        (void)close(file);
        return NULL;
    }
    bio = BIO_new_fp(stream, BIO_CLOSE);
    if (bio == NULL)
        (void)fclose(stream);
    return bio;
}
