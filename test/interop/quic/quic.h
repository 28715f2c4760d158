/* SPDX-License-Identifier: Apache-2.0
 *
 * QUIC packets (RFC 9000, 9001, 9369) opened with keys of the provider, which come through EVP
 * alone: keys.c derives them, packet.c opens one packet, connection.c follows a connection.
 */
#ifndef SSLP_TEST_INTEROP_QUIC_H
#define SSLP_TEST_INTEROP_QUIC_H

#include "common/capture.h"

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { MAX_KEY_LEN = 32, IV_LEN = 12, TAG_LEN = 16, SAMPLE_LEN = 16, MAX_SECRET_LEN = 48 };

/* Says on stderr what is wrong; false. */
bool report(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- keys.c ---- */

/* What one side protects the packets of one level with. */
struct keys {
    const char *suite;
    size_t key_len;
    uint8_t key[MAX_KEY_LEN], iv[IV_LEN], hp_key[MAX_KEY_LEN];
};

bool open_provider(void);
void close_provider(void);

/* Each secret is a key object that is not exportable; NULL after a failure. */
EVP_PKEY *initial_secret(const char *protocol, int side, const uint8_t *id, size_t id_len);
EVP_PKEY *import_secret(const char *protocol, const char *suite, const uint8_t *secret, size_t len);
EVP_PKEY *next_secret(const EVP_PKEY *secret);

/* All three pieces; key_update() keeps the header protection key (RFC 9001 section 6.1). */
bool derive_keys(const EVP_PKEY *secret, const char *suite, struct keys *keys);
bool key_update(const EVP_PKEY *secret, struct keys *keys);

/* ---- packet.c ---- */

struct packet {
    const uint8_t *wire;
    size_t len;
    size_t number_at; /* where the packet number begins */
    /* What removing the protection finds out. */
    uint8_t *clear; /* owned, as long as the packet: header, then plaintext */
    size_t header_len, text_len;
    uint64_t number;
    uint8_t mask[SAMPLE_LEN], nonce[IV_LEN];
};

bool is_long(const struct packet *packet);

/* The header, with the number next to the one that is expected. */
bool unmask_header(const struct keys *keys, uint64_t expected, struct packet *packet);

/* The payload; false where the tag is wrong. */
bool open_payload(const struct keys *keys, struct packet *packet);
void free_packet(struct packet *packet);

/* ---- connection.c ---- */

enum level { LEVEL_INITIAL, LEVEL_HANDSHAKE, LEVEL_APPLICATION, LEVELS };

struct opened {
    int side;
    const struct keys *keys;
    const struct packet *packet;
};
typedef bool opened_fn(const struct opened *opened, void *argument);

struct connection_counts {
    unsigned datagrams, packets[LEVELS], updates[CAPTURE_SIDES], retries;
    const char *suite;
};

/* Opens every packet of a capture with its key log, and shows each of them; false after the first
 * one that cannot be opened. */
bool open_connection(const char *capture, const char *key_log, opened_fn *show, void *argument,
    struct connection_counts *counts);

/* ---- relay.c ---- */

bool print_free_port(void);

/* Datagrams between one client and a server on 127.0.0.1, written to a capture until SIGTERM or the
 * end of `seconds`; prints the port for the client. */
bool relay(uint16_t server_port, const char *capture, unsigned seconds);

#endif
