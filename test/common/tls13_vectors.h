/* SPDX-License-Identifier: Apache-2.0
 *
 * The TLS 1.3 vectors: walks a block from one secret to the next as RFC 8446 section 7.1 does, has
 * every value that the block gives recomputed by whoever is on trial, and counts.
 *
 * A secret that the block gives is taken from it, one that it leaves out is the result of the step
 * before.  ACVP writes the messages in place of the transcript hashes, and other names.  A block of
 * DTLS 1.3 has the same fields.
 */
#ifndef SSLP_TEST_TLS13_VECTORS_H
#define SSLP_TEST_TLS13_VECTORS_H

#include "base/bytes.h"
#include "common/rsp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tls13_secret {
    TLS13_EARLY,
    TLS13_EXT_BINDER,
    TLS13_RES_BINDER,
    TLS13_CLIENT_EARLY_TRAFFIC,
    TLS13_EARLY_EXPORTER,
    TLS13_HANDSHAKE,
    TLS13_CLIENT_HANDSHAKE_TRAFFIC,
    TLS13_SERVER_HANDSHAKE_TRAFFIC,
    TLS13_MASTER,
    TLS13_CLIENT_APPLICATION_TRAFFIC,
    TLS13_SERVER_APPLICATION_TRAFFIC,
    TLS13_EXPORTER,
    TLS13_RESUMPTION,
    TLS13_TICKET_PSK,
    TLS13_SECRETS
};

/* What comes of a question. */
enum tls13_answer { TLS13_REFUSED, TLS13_GIVEN, TLS13_NOT_ASKED };

static inline enum tls13_answer tls13_answer(bool given)
{
    return given ? TLS13_GIVEN : TLS13_REFUSED;
}

/* The one on trial.  `hash` is "SHA-256" or "SHA-384"; a secret has `size` bytes. */
struct tls13_trial {
    /* NULL, or called before each block. */
    void (*begin)(const struct rsp_block *block);
    /* `input`: nothing, transcript hash, shared secret or ticket nonce; for the early secret
     * `from` is the PSK, which may have no bytes. */
    enum tls13_answer (*derive)(const char *hash, enum tls13_secret to, struct sslp_bytes from,
        struct sslp_bytes input, uint8_t *out, size_t size);
    /* NULL, or for one that gives no secrets out: whether it has derived the one that is expected.
     * What `derive` gives then stands in for secrets that a block leaves out. */
    enum tls13_answer (*agrees)(const char *hash, enum tls13_secret to, struct sslp_bytes from,
        struct sslp_bytes input, struct sslp_bytes expected);
    enum tls13_answer (*finished)(const char *hash, bool binder, struct sslp_bytes secret,
        struct sslp_bytes transcript_hash, uint8_t *out, size_t size);
    enum tls13_answer (*exporter)(const char *hash, struct sslp_bytes secret,
        struct sslp_bytes label, const struct rsp_field *context, uint8_t *out, size_t size);
    /* Key and IV side by side. */
    enum tls13_answer (*traffic_keys)(
        unsigned suite, struct sslp_bytes secret, uint8_t *out, size_t size);
};

/* How many values were right, by what they are, and how many could not be asked for. */
struct tls13_counts {
    unsigned blocks, secrets, finished, exporters, traffic_keys, not_asked;
};

/* True when everything the block gives came out right; says on stderr what did not. */
bool tls13_check_block(
    const struct rsp_block *block, const struct tls13_trial *trial, struct tls13_counts *counts);

/* All TLS 1.3 blocks of the vector files; false when one is wrong or a file cannot be read. */
bool tls13_check_all(const struct tls13_trial *trial, struct tls13_counts *counts);

/* Whether at least as much was right as the files hold now. */
bool tls13_is_all(const struct tls13_counts *counts);

#endif
