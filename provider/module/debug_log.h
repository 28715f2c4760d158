/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines for an administrator: OpenSSL is silent about a module that it could not load, or that
 * nobody chose.  The environment variable SSLPROVIDER_DEBUG says where they go, "stderr" or
 * "file:PATH".  An instance writes a line when it is loaded or refuses that, and another at the end
 * of each process, with the derivations that it served there.  No line holds a secret.
 */
#ifndef SSLP_MODULE_DEBUG_LOG_H
#define SSLP_MODULE_DEBUG_LOG_H

#include "module/algorithms.h"

struct sslp_debug_log;

/* NULL where nobody asks, where the lines cannot be written, and in a program that runs with more
 * privileges than its user. */
struct sslp_debug_log *sslp_debug_log_open(void);

/* The instance is loaded: the log owes a last line from now on.  NULL is allowed. */
void sslp_debug_log_loaded(struct sslp_debug_log *log);

/* Writes the last line if it is owed, unless the end of the process has done so.  NULL is allowed.
 */
void sslp_debug_log_close(struct sslp_debug_log *log);

/* Writes one line.  NULL is allowed. */
void sslp_debug_log_say(const struct sslp_debug_log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Counts a derivation; see sslp_provctx_served(). */
void sslp_debug_log_count(struct sslp_debug_log *log, enum sslp_algorithm algorithm);

#endif
