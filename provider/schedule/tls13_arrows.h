/* SPDX-License-Identifier: Apache-2.0
 *
 * The key schedule of TLS 1.3 as one table: an arrow leads from one secret to the next (RFC 8446
 * section 7.1), to a ticket's PSK (section 4.6.1) or to the next traffic secret (section 7.2). DTLS
 * 1.3 and QUIC have the same arrows; those of QUIC's Initial packets start at a connection id.
 *
 *     PSK -> early secret ----------> ext binder, res binder, c e traffic, e exp master
 *                 | derived
 *   (EC)DHE -> handshake secret ----> c hs traffic, s hs traffic
 *                 | derived
 *       0 -> master secret ---------> c ap traffic, s ap traffic, exp master, res master
 *
 * Pure data.
 */
#ifndef SSLP_SCHEDULE_TLS13_ARROWS_H
#define SSLP_SCHEDULE_TLS13_ARROWS_H

#include "schedule/key_kind.h"
#include "schedule/key_layout.h"

enum sslp_tls13_target {
    SSLP_TARGET_EARLY_SECRET,
    SSLP_TARGET_EXT_BINDER_KEY,
    SSLP_TARGET_RES_BINDER_KEY,
    SSLP_TARGET_CLIENT_EARLY_TRAFFIC,
    SSLP_TARGET_EARLY_EXPORTER,
    SSLP_TARGET_DERIVED_SECRET,
    SSLP_TARGET_HANDSHAKE_SECRET,
    SSLP_TARGET_CLIENT_HANDSHAKE_TRAFFIC,
    SSLP_TARGET_SERVER_HANDSHAKE_TRAFFIC,
    SSLP_TARGET_MASTER_SECRET,
    SSLP_TARGET_CLIENT_APPLICATION_TRAFFIC,
    SSLP_TARGET_SERVER_APPLICATION_TRAFFIC,
    SSLP_TARGET_EXPORTER_SECRET,
    SSLP_TARGET_RESUMPTION_SECRET,
    SSLP_TARGET_PRE_SHARED_KEY,
    SSLP_TARGET_NEXT_TRAFFIC,
    SSLP_TARGET_CLIENT_INITIAL,
    SSLP_TARGET_SERVER_INITIAL,
    SSLP_TARGET_COUNT
};

/* What goes in beside the secret that the arrow starts at, and by which function. */
enum sslp_arrow_input {
    /* HKDF-Extract; without the input, Hash.length zeros are extracted. */
    SSLP_INPUT_PRE_SHARED_KEY, /* under a salt of zeros: the arrow starts at no other secret */
    SSLP_INPUT_SHARED_SECRET,  /* of (EC)DHE, under the derived secret */
    SSLP_INPUT_ZEROS,          /* under the derived secret */
    SSLP_INPUT_CONNECTION_ID,  /* under the protocol's salt, and the result expanded */

    /* HKDF-Expand-Label, with this context. */
    SSLP_INPUT_NOTHING,
    SSLP_INPUT_EMPTY_HASH,      /* of no messages */
    SSLP_INPUT_TRANSCRIPT_HASH, /* of the messages up to the one that the row names */
    SSLP_INPUT_TICKET_NONCE
};

struct sslp_tls13_arrow {
    const char *target;         /* the value of the parameter "target" */
    enum sslp_key_kind from[2]; /* the second may be SSLP_KEY_NONE, or both: no secret */
    enum sslp_key_kind to;      /* SSLP_KEY_NONE: a salt, of which there are no key objects */
    const char *label;          /* NULL: an extraction, or the protocol's label next_traffic */
    enum sslp_arrow_input input;
    enum sslp_side side; /* the side that sends with the secret; SSLP_SIDES: neither, or both */
};

/* By enum sslp_tls13_target. */
extern const struct sslp_tls13_arrow sslp_tls13_arrows[SSLP_TARGET_COUNT];

/* NULL for an unknown target. */
const struct sslp_tls13_arrow *sslp_tls13_arrow_by_target(const char *target, size_t target_len);

#endif
