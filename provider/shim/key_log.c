/* SPDX-License-Identifier: Apache-2.0 */

/* For secure_getenv, which POSIX does not have. */
#define _GNU_SOURCE

#include "shim/key_log.h"

#include "sslprovider/names.h"

#include <fcntl.h>
#include <openssl/core.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    RANDOM_LEN = 32,
    MAX_SECRET_LEN = 48, /* a master secret; in TLS 1.3 SHA-384 is the longest hash */
    MAX_LABEL_LEN = sizeof(SSLP_KEY_LOG_CLIENT_HANDSHAKE) - 1,
    MAX_LINE_LEN = MAX_LABEL_LEN + 1 + 2 * RANDOM_LEN + 1 + 2 * MAX_SECRET_LEN + 1
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

/* One write of a whole line, so that lines of several threads and processes do not mix. */
static void append(const char *line, size_t len)
{
    const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    const int file = open(log_path(), flags, 0600);
    struct stat status;

    if (file < 0)
        return;
    /* A pipe could stop the connection, or the program when its reader leaves. */
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode))
        len = 0;
    while (len > 0) {
        const ssize_t written = write(file, line, len);

        if (written <= 0)
            break;
        line += written;
        len -= (size_t)written;
    }
    (void)close(file);
}

/* OSSL_CALLBACK of EVP_PKEY_export: sees the secret in place, so no copy of it is left. */
static int write_line(const OSSL_PARAM params[], void *argument)
{
    const OSSL_PARAM *secret = OSSL_PARAM_locate_const(params, SSLPROVIDER_PARAM_SECRET);
    const struct entry *entry = argument;
    const size_t label_len = strlen(entry->label);
    char line[MAX_LINE_LEN];
    char *end = line;

    if (secret == NULL || secret->data_size > MAX_SECRET_LEN || label_len > MAX_LABEL_LEN)
        return 0;
    memcpy(end, entry->label, label_len);
    end += label_len;
    *end++ = ' ';
    end = put_hex(end, entry->client_random, RANDOM_LEN);
    *end++ = ' ';
    end = put_hex(end, secret->data, secret->data_size);
    *end++ = '\n';
    append(line, (size_t)(end - line));
    OPENSSL_cleanse(line, sizeof(line));
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
