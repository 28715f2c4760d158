/* SPDX-License-Identifier: Apache-2.0
 *
 * SSLKEYLOGFILE: secrets appended to a file in the format of NSS, for Wireshark.  Whoever
 * reads that file can decrypt the connections: it is written only when the environment names it
 * and the process has no more privileges than the user who started it.
 */
#ifndef SSLP_SHIM_TRANSCRIPT_KEY_LOG_H
#define SSLP_SHIM_TRANSCRIPT_KEY_LOG_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>

/* Labels of secrets: the master secret up to TLS 1.2, and what TLS 1.3 has in its place. */
#define SSLP_KEY_LOG_MASTER             "CLIENT_RANDOM"
#define SSLP_KEY_LOG_CLIENT_EARLY       "CLIENT_EARLY_TRAFFIC_SECRET"
#define SSLP_KEY_LOG_CLIENT_HANDSHAKE   "CLIENT_HANDSHAKE_TRAFFIC_SECRET"
#define SSLP_KEY_LOG_SERVER_HANDSHAKE   "SERVER_HANDSHAKE_TRAFFIC_SECRET"
#define SSLP_KEY_LOG_CLIENT_APPLICATION "CLIENT_TRAFFIC_SECRET_0"
#define SSLP_KEY_LOG_SERVER_APPLICATION "SERVER_TRAFFIC_SECRET_0"
#define SSLP_KEY_LOG_EARLY_EXPORTER     "EARLY_EXPORTER_SECRET"
#define SSLP_KEY_LOG_EXPORTER           "EXPORTER_SECRET"

/* Whether a log is wanted: then the keys that stand in one are made exportable. */
bool sslp_key_log_enabled(void);

/* Appends "<label> <client random> <secret>"; silent on failure, since a connection must not hang
 * on its log. */
void sslp_key_log_write(const char *label, const EVP_PKEY *secret, const uint8_t client_random[32]);

#endif
