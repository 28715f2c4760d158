/* SPDX-License-Identifier: Apache-2.0
 *
 * The key schedule of TLS 1.3 by libcrypto's own TLS13-KDF, for TLS_AES_128_GCM_SHA256: what the
 * library derives is compared with it, or looked for in memory.
 */
#ifndef SSLP_TEST_TLS13_SCHEDULE_H
#define SSLP_TEST_TLS13_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TLS13_SIZE = 32, TLS13_KEY_LEN = 16, TLS13_IV_LEN = 12, TLS13_STAGES = 4 };

/* The keys of records come last. */
enum tls13_secret {
    TLS13_PSK,
    TLS13_EARLY,
    TLS13_BINDER,
    TLS13_BINDER_FINISHED,
    TLS13_EARLY_TRAFFIC,
    TLS13_SHARED,
    TLS13_HANDSHAKE_SALT,
    TLS13_HANDSHAKE,
    TLS13_CLIENT_HANDSHAKE,
    TLS13_SERVER_HANDSHAKE,
    TLS13_CLIENT_FINISHED,
    TLS13_SERVER_FINISHED,
    TLS13_MASTER_SALT,
    TLS13_MASTER,
    TLS13_CLIENT_APPLICATION,
    TLS13_SERVER_APPLICATION,
    TLS13_NEXT_CLIENT,
    TLS13_EXPORTER,
    TLS13_RESUMPTION,
    TLS13_TICKET_PSK,
    TLS13_CLIENT_KEY,
    TLS13_SERVER_KEY,
    TLS13_SECRETS
};

extern const char *const tls13_secret_names[TLS13_SECRETS];

struct tls13_secrets {
    uint8_t bytes[TLS13_SECRETS][TLS13_SIZE]; /* of a key the first TLS13_KEY_LEN count */
};

size_t tls13_secret_len(size_t secret);

/* The messages of the handshake, in pieces that the stages of the schedule end with; what they say
 * does not matter here. */
extern const char tls13_messages[TLS13_STAGES][16];

/* One call of libcrypto's TLS13-KDF with SHA-256.  A secret that is absent, or a key in the place
 * of data, is NULL. */
bool tls13_kdf(const char *mode, const uint8_t *salt, const uint8_t *key, const char *label,
    const uint8_t *data, uint8_t *out, size_t len);

/* Computes all from the PSK, which is an external one, and the shared secret. */
bool tls13_compute(struct tls13_secrets *secrets);

#endif
