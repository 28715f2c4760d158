/* SPDX-License-Identifier: Apache-2.0
 *
 * A process ends in three ways.  The provider is unloaded; or the process exits without that, as
 * with OpenSSL 4.0, and the destructor of the module writes the last line; or the process dies, and
 * nothing can be done.  A child that was forked counts from zero.
 */

/* For secure_getenv, which POSIX does not have. */
#define _GNU_SOURCE

#include "module/debug_log.h"

#include "base/append.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VARIABLE "SSLPROVIDER_DEBUG"

enum { MAX_LINE = 1024, MAX_LIVE = 64 };

/* Who writes the last line of a log. */
enum last_line {
    LINE_NOT_OWED, /* nobody yet: nothing is loaded */
    LINE_LISTED,   /* who takes it out of the list below */
    LINE_UNLISTED, /* who closes it: the list had no room */
    LINE_WRITTEN   /* nobody any more: the end of the process has */
};

struct sslp_debug_log {
    struct sslp_append_file file;
    _Atomic enum last_line last_line;
    _Atomic uint64_t served[SSLP_ALGORITHM_COUNT];
};

static const char *const names[SSLP_ALGORITHM_COUNT] = {[SSLP_ALGORITHM_TLS1_PRF] = "TLS1-PRF",
    [SSLP_ALGORITHM_TLS13_KDF] = "TLS13-KDF",
    [SSLP_ALGORITHM_HKDF] = "HKDF",
#define X(NAME, unit, description) [SSLP_ALGORITHM_##NAME] = SSLPROVIDER_KDF_##NAME,
    SSLP_OWN_KDFS(X)
#undef X
};

/* The logs that owe a last line. */
static _Atomic(struct sslp_debug_log *) live[MAX_LIVE];

static void debug_log_write(
    const struct sslp_append_file *file, const char *format, va_list arguments)
{
    char line[MAX_LINE];
    int len = snprintf(line, sizeof(line), "sslprovider[%ld]: ", (long)getpid());
    const int more = vsnprintf(line + len, sizeof(line) - (size_t)len - 1, format, arguments);

    if (more < 0)
        return;
    len += more;
    if (len > MAX_LINE - 2)
        len = MAX_LINE - 2;
    line[len] = '\n';
    (void)sslp_append(file, line, (size_t)len + 1);
}

void sslp_debug_log_say(const struct sslp_debug_log *log, const char *format, ...)
{
    va_list arguments;

    if (log == NULL)
        return;
    va_start(arguments, format);
    debug_log_write(&log->file, format, arguments);
    va_end(arguments);
}

/* Threads of the parent do not exist in the child, so nobody counts at the moment. */
static void begin_anew_in_child(void)
{
    for (size_t i = 0; i < MAX_LIVE; i++) {
        struct sslp_debug_log *log = atomic_load(&live[i]);

        for (size_t k = 0; log != NULL && k < SSLP_ALGORITHM_COUNT; k++)
            atomic_store(&log->served[k], 0);
    }
}

void sslp_debug_log_loaded(struct sslp_debug_log *log)
{
    static atomic_bool registered;

    if (log == NULL)
        return;
    if (!atomic_exchange(&registered, true))
        (void)pthread_atfork(NULL, NULL, begin_anew_in_child);
    atomic_store(&log->last_line, LINE_LISTED);
    for (size_t i = 0; i < MAX_LIVE; i++) {
        struct sslp_debug_log *nobody = NULL;

        if (atomic_compare_exchange_strong(&live[i], &nobody, log))
            return;
    }
    atomic_store(&log->last_line, LINE_UNLISTED);
}

/* Takes the log out of the list: whether it was there. */
static bool debug_log_leave(struct sslp_debug_log *log)
{
    for (size_t i = 0; i < MAX_LIVE; i++) {
        struct sslp_debug_log *expected = log;

        if (atomic_compare_exchange_strong(&live[i], &expected, NULL))
            return true;
    }
    return false;
}

static void say_what_was_served(const struct sslp_debug_log *log)
{
    char list[MAX_LINE / 2] = "";
    size_t len = 0;

    for (size_t i = 0; i < SSLP_ALGORITHM_COUNT; i++) {
        const uint64_t served = atomic_load(&log->served[i]);

        if (served != 0 && len < sizeof(list))
            len += (size_t)snprintf(list + len, sizeof(list) - len, "%s %s %llu",
                len == 0 ? "" : ",", names[i], (unsigned long long)served);
    }
    if (len != 0)
        sslp_debug_log_say(log, "served%s", list);
    else
        sslp_debug_log_say(log,
            "served nothing in this process; libssl chooses the provider where "
            "\"default_properties = ?sslprovider.kdf=yes\" stands in the section that alg_section "
            "names, see sslprovider-services(7)");
}

/* At the end of the process, or when the module is unloaded.  The memory stays, because the
 * provider may yet be torn down. */
__attribute__((destructor)) static void end_of_process(void)
{
    for (size_t i = 0; i < MAX_LIVE; i++) {
        struct sslp_debug_log *log = atomic_exchange(&live[i], NULL);

        if (log != NULL) {
            say_what_was_served(log);
            atomic_store(&log->last_line, LINE_WRITTEN);
        }
    }
}

/* Opens the place for the lines.  If it is not understood or cannot be written, stderr says so: an
 * administrator looks there first. */
static bool debug_log_open_file(const char *where, struct sslp_append_file *file)
{
    static const char prefix[] = "file:";
    struct sslp_debug_log complaint = {.served = {0}};

    if (strcmp(where, "stderr") == 0)
        return sslp_append_to(file, STDERR_FILENO);
    if (strncmp(where, prefix, sizeof(prefix) - 1) == 0 &&
        sslp_append_open(file, where + sizeof(prefix) - 1))
        return true;
    if (sslp_append_to(&complaint.file, STDERR_FILENO)) {
        sslp_debug_log_say(&complaint,
            VARIABLE "=%s: no such place for lines, or it cannot be written; "
                     "use stderr or file:PATH",
            where);
        sslp_append_close(&complaint.file);
    }
    return false;
}

struct sslp_debug_log *sslp_debug_log_open(void)
{
    const char *where = secure_getenv(VARIABLE);
    struct sslp_debug_log *log;

    if (where == NULL || where[0] == '\0')
        return NULL;
    log = OPENSSL_zalloc(sizeof(*log));
    if (log == NULL || !debug_log_open_file(where, &log->file)) {
        OPENSSL_free(log);
        return NULL;
    }
    return log;
}

void sslp_debug_log_close(struct sslp_debug_log *log)
{
    if (log == NULL)
        return;
    if (debug_log_leave(log) || atomic_load(&log->last_line) == LINE_UNLISTED)
        say_what_was_served(log);
    else if (atomic_load(&log->last_line) == LINE_LISTED)
        return; /* another thread ends the process and writes that line now, so the log stays */
    sslp_append_close(&log->file);
    OPENSSL_free(log);
}

void sslp_debug_log_count(struct sslp_debug_log *log, enum sslp_algorithm algorithm)
{
    atomic_fetch_add_explicit(&log->served[algorithm], 1, memory_order_relaxed);
}
