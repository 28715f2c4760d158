/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the keys of a connection lie, as a suite in a protocol has them.
 *
 *     SSL 3.0 to TLS 1.2, the order of the key block (RFC 5246 section 6.3)
 *     +----------------+----------------+------------+------------+-----------+-----------+
 *     | client MAC key | server MAC key | client key | server key | client IV | server IV |
 *     +----------------+----------------+------------+------------+-----------+-----------+
 *
 *     TLS 1.3 (RFC 8446 section 7.3): a traffic secret has the keys of one side
 *     +-----+----+----------+
 *     | key | IV | mask key |
 *     +-----+----+----------+
 *
 * Without a gap, and each piece with its final length: the short keys of export suites stand here
 * once they are made.  Pure data.
 */
#ifndef SSLP_SCHEDULE_KEY_LAYOUT_H
#define SSLP_SCHEDULE_KEY_LAYOUT_H

#include "base/bytes.h"
#include "schedule/suite.h"

#include <stddef.h>
#include <stdint.h>

/* The two sides of a connection.  The keys of TLS 1.3 are in the place of the client's. */
enum sslp_side { SSLP_CLIENT, SSLP_SERVER, SSLP_SIDES };

enum sslp_key_piece {
    SSLP_PIECE_MAC_KEY,  /* MAC write key; none for AEAD */
    SSLP_PIECE_KEY,      /* write key of the cipher */
    SSLP_PIECE_IV,       /* first CBC IV up to TLS 1.0, AEAD fixed IV */
    SSLP_PIECE_MASK_KEY, /* masks the numbers of records or packets */
    SSLP_KEY_PIECES
};

/* Bytes. */
enum {
    SSLP_MAX_MAC_KEY = 48,
    SSLP_MAX_KEY = 48, /* and the next: TLS_SHA384_SHA384 of RFC 9150 */
    SSLP_MAX_IV = 48,
    SSLP_MAX_DIRECTION = SSLP_MAX_MAC_KEY + SSLP_MAX_KEY + SSLP_MAX_IV,
    SSLP_MAX_SESSION_KEYS = 2 * SSLP_MAX_DIRECTION
};

struct sslp_key_layout {
    struct sslp_key_place {
        uint16_t offset;
        uint16_t len;
    } piece[SSLP_SIDES][SSLP_KEY_PIECES];
    uint16_t len;              /* of all pieces */
    uint16_t direction_len;    /* of MAC key, key and IV of one side */
    uint16_t key_block_len;    /* of the block that they are cut from: export suites take less */
    uint16_t key_material_len; /* of a cipher key in that block */
};

/* Nothing but zeros where the protocol does not have the suite. */
struct sslp_key_layout sslp_key_layout_of(
    const struct sslp_suite *suite, const struct sslp_protocol *protocol);

/* A piece of session keys in that layout. */
static inline struct sslp_bytes sslp_key_layout_piece(const struct sslp_key_layout *layout,
    const uint8_t *keys, enum sslp_side side, enum sslp_key_piece piece)
{
    const struct sslp_key_place place = layout->piece[side][piece];

    return sslp_bytes(keys + place.offset, place.len);
}

/* A piece of one direction: MAC key, key and IV without a gap. */
struct sslp_bytes sslp_key_layout_cut(
    const struct sslp_key_layout *layout, const uint8_t *direction, enum sslp_key_piece piece);

#endif
