/* SPDX-License-Identifier: Apache-2.0
 *
 * SSLKEYLOGFILE: secrets appended to a file in the format of NSS, for Wireshark.  Whoever reads
 * that file can decrypt the connections.  So it is written only when the environment names it and
 * the process has no more privileges than the user who started it.
 */
#ifndef SSLP_SHIM_TRANSCRIPT_KEY_LOG_H
#define SSLP_SHIM_TRANSCRIPT_KEY_LOG_H

#include "schedule/sizes.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* Labels of secrets: the master secret up to TLS 1.2, and what TLS 1.3 has in its place. */
#define SSLP_KEY_LOG_MASTER             "CLIENT_RANDOM"
#define SSLP_KEY_LOG_CLIENT_EARLY       "CLIENT_EARLY_TRAFFIC_SECRET"
#define SSLP_KEY_LOG_CLIENT_HANDSHAKE   "CLIENT_HANDSHAKE_TRAFFIC_SECRET"
#define SSLP_KEY_LOG_SERVER_HANDSHAKE   "SERVER_HANDSHAKE_TRAFFIC_SECRET"
#define SSLP_KEY_LOG_CLIENT_APPLICATION "CLIENT_TRAFFIC_SECRET_0"
#define SSLP_KEY_LOG_SERVER_APPLICATION "SERVER_TRAFFIC_SECRET_0"
#define SSLP_KEY_LOG_EARLY_EXPORTER     "EARLY_EXPORTER_SECRET"
#define SSLP_KEY_LOG_EXPORTER           "EXPORTER_SECRET"

/* Whether the environment names a file and the process may write to it.  Not in a privileged one.
 */
bool sslp_key_log_is_allowed(void);

/* Whether a log is wanted: then the keys that stand in one are made exportable. */
static inline bool sslp_key_log_enabled(void)
{
    return getenv("SSLKEYLOGFILE") != NULL && sslp_key_log_is_allowed();
}

/* Appends a line to the log. */
void sslp_key_log_append(
    const char *label, const EVP_PKEY *secret, const uint8_t client_random[SSLP_RANDOM_LEN]);

/* Appends "<label> <client random> <secret>" where a log is wanted.  A failure is not reported: a
 * connection must not depend on its log. */
static inline void sslp_key_log_write(
    const char *label, const EVP_PKEY *secret, const uint8_t client_random[SSLP_RANDOM_LEN])
{
    if (sslp_key_log_enabled())
        sslp_key_log_append(label, secret, client_random);
}

#endif
