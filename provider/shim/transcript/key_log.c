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
    MAX_SECRET_LEN = SSLP_MASTER_SECRET_LEN, /* and of SHA-384, the longest hash of TLS 1.3 */
    MAX_LABEL_LEN = sizeof(SSLP_KEY_LOG_CLIENT_HANDSHAKE) - 1,
    MAX_TEXT_LEN = 1 + MAX_LABEL_LEN + 1 + 2 * SSLP_RANDOM_LEN + 1 + 2 * MAX_SECRET_LEN + 1
};

/* What a line begins with. */
struct entry {
    const char *label;
    const uint8_t *client_random;
};

/* NULL in a program that runs with more privileges than its user. */
static const char *key_log_path(void)
{
    const char *path = secure_getenv("SSLKEYLOGFILE");

    return path == NULL || path[0] == '\0' ? NULL : path;
}

bool sslp_key_log_is_allowed(void)
{
    return key_log_path() != NULL;
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
 * could block the connection, or end the program when its reader leaves.  A file that another user
 * made could be read by that user, or be a second name of a file that holds something else. */
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
 * begins with a newline, which is left out unless the last line of the file has none. */
static void key_log_append_text(const char *text, size_t len)
{
    const int flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW;
    const int file = open(key_log_path(), flags, S_IRUSR | S_IWUSR);
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
static int key_log_write_line(const OSSL_PARAM params[], void *argument)
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
    end = put_hex(end, entry->client_random, SSLP_RANDOM_LEN);
    *end++ = ' ';
    end = put_hex(end, secret->data, secret->data_size);
    *end++ = '\n';
    key_log_append_text(text, (size_t)(end - text));
    OPENSSL_cleanse(text, sizeof(text));
    return 1;
}

void sslp_key_log_append(
    const char *label, const EVP_PKEY *secret, const uint8_t client_random[SSLP_RANDOM_LEN])
{
    struct entry entry = {label, client_random};

    ERR_set_mark();
    (void)EVP_PKEY_export(secret, EVP_PKEY_KEYPAIR, key_log_write_line, &entry);
    ERR_pop_to_mark();
}
