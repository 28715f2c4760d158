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

#define LABEL "CLIENT_RANDOM "

enum {
    RANDOM_LEN = 32,
    MASTER_LEN = 48,
    LABEL_LEN = sizeof(LABEL) - 1,
    LINE_LEN = LABEL_LEN + 2 * RANDOM_LEN + 1 + 2 * MASTER_LEN + 1
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
    char line[LINE_LEN];
    char *end = line;

    if (secret == NULL || secret->data_size != MASTER_LEN)
        return 0;
    memcpy(end, LABEL, LABEL_LEN);
    end = put_hex(end + LABEL_LEN, argument, RANDOM_LEN);
    *end++ = ' ';
    end = put_hex(end, secret->data, MASTER_LEN);
    *end = '\n';
    append(line, sizeof(line));
    OPENSSL_cleanse(line, sizeof(line));
    return 1;
}

void sslp_key_log_write(const EVP_PKEY *master_key, const uint8_t client_random[32])
{
    uint8_t random[RANDOM_LEN];

    if (!sslp_key_log_enabled())
        return;
    memcpy(random, client_random, sizeof(random));
    ERR_set_mark();
    (void)EVP_PKEY_export(master_key, EVP_PKEY_KEYPAIR, write_line, random);
    ERR_pop_to_mark();
}
