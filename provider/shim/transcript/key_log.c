/* SPDX-License-Identifier: Apache-2.0 */

/* For secure_getenv, which POSIX does not have. */
#define _GNU_SOURCE

#include "shim/transcript/key_log.h"

#include "base/append.h"
#include "sslprovider/names.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/core.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    RANDOM_LEN = 32,
    MAX_SECRET_LEN = 48, /* a master secret; in TLS 1.3 SHA-384 is the longest hash */
    MAX_LABEL_LEN = sizeof(SSLP_KEY_LOG_CLIENT_HANDSHAKE) - 1,
    MAX_TEXT_LEN = 1 + MAX_LABEL_LEN + 1 + 2 * RANDOM_LEN + 1 + 2 * MAX_SECRET_LEN + 1
};

/* What a line begins with. */
struct entry {
    const char *label;
    const uint8_t *client_random;
};

/* NULL in a program that runs with more privileges than its user. */
static const char *log_path(void)
{
    const char *path = secure_getenv("SSLKEYLOGFILE");

    return path == NULL || path[0] == '\0' ? NULL : path;
}

bool sslp_key_log_enabled(void)
{
    return log_path() != NULL;
}

static char *put_hex(char *to, const uint8_t *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < len; i++) {
        *to++ = digits[bytes[i] >> 4];
        *to++ = digits[bytes[i] & 0xF];
    }
    return to;
}

/* A regular file of the user's own that nobody else can write to, under one name only.  A pipe
 * could stop the connection, or the program when its reader leaves; and what another user has laid
 * out may be his to read, or a second name of a file that holds something else. */
static bool is_own_file(const struct stat *status)
{
    return S_ISREG(status->st_mode) && status->st_uid == geteuid() &&
        (status->st_mode & (S_IWGRP | S_IWOTH)) == 0 && status->st_nlink == 1;
}

/* Whether the file ends within a line, as a full disk leaves it. */
static bool ends_within_line(int file, off_t size)
{
    char last;

    return size > 0 && pread(file, &last, 1, size - 1) == 1 && last != '\n';
}

/* One write of a whole line, so that lines of several threads and processes do not mix.  The text
 * is a newline, for where the last line could not be finished, and the line. */
static void append(const char *text, size_t len)
{
    const int flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW;
    const int file = open(log_path(), flags, S_IRUSR | S_IWUSR);
    struct stat status;

    if (file < 0)
        return;
    if (fstat(file, &status) == 0 && is_own_file(&status)) {
        const size_t skipped = ends_within_line(file, status.st_size) ? 0 : 1;

        (void)sslp_write_quietly(file, text + skipped, len - skipped);
    }
    (void)close(file);
}

/* OSSL_CALLBACK of EVP_PKEY_export: sees the secret in place, so no copy of it is left. */
static int write_line(const OSSL_PARAM params[], void *argument)
{
    const OSSL_PARAM *secret = OSSL_PARAM_locate_const(params, SSLPROVIDER_PARAM_SECRET);
    const struct entry *entry = argument;
    const size_t label_len = strlen(entry->label);
    char text[MAX_TEXT_LEN] = "\n";
    char *end = text + 1;

    if (secret == NULL || secret->data_size > MAX_SECRET_LEN || label_len > MAX_LABEL_LEN)
        return 0;
    memcpy(end, entry->label, label_len);
    end += label_len;
    *end++ = ' ';
    end = put_hex(end, entry->client_random, RANDOM_LEN);
    *end++ = ' ';
    end = put_hex(end, secret->data, secret->data_size);
    *end++ = '\n';
    append(text, (size_t)(end - text));
    OPENSSL_cleanse(text, sizeof(text));
    return 1;
}

void sslp_key_log_write(const char *label, const EVP_PKEY *secret, const uint8_t client_random[32])
{
    struct entry entry = {label, client_random};

    if (!sslp_key_log_enabled())
        return;
    ERR_set_mark();
    (void)EVP_PKEY_export(secret, EVP_PKEY_KEYPAIR, write_line, &entry);
    ERR_pop_to_mark();
}
