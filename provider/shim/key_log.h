/* SPDX-License-Identifier: Apache-2.0
 *
 * SSLKEYLOGFILE: master secrets appended to a file in the format of NSS, for Wireshark.  Whoever
 * reads that file can decrypt the connections: it is written only when the environment names it
 * and the process has no more privileges than the user who started it.
 */
#ifndef SSLP_SHIM_KEY_LOG_H
#define SSLP_SHIM_KEY_LOG_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>

/* Whether a log is wanted: then master keys are made exportable. */
bool sslp_key_log_enabled(void);

/* Appends "CLIENT_RANDOM <client random> <master secret>"; silent on failure, since a connection
 * must not hang on its log. */
void sslp_key_log_write(const EVP_PKEY *master_key, const uint8_t client_random[32]);

#endif
