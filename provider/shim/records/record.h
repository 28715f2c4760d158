/* SPDX-License-Identifier: Apache-2.0
 *
 * Protection of records in one direction of a connection: SSL 3.0, TLS 1.0 to 1.3, DTLS 1.0, 1.2
 * and 1.3.  Layouts: RFC 6101 section 5.2.3, RFC 2246/4346/5246 section 6.2.3, RFC 6347
 * section 4.1, RFC 5288 (GCM), RFC 6655 (CCM), RFC 7905 (ChaCha20-Poly1305), RFC 7366
 * (encrypt-then-MAC), RFC 8446 section 5, RFC 9147 section 4.
 *
 * struct sslp_record_state is a connection state of RFC 5246 section 6.1: the current read or write
 * state.  One thread at a time uses it: pool.h sees to that.
 */
#ifndef SSLP_SHIM_RECORDS_RECORD_H
#define SSLP_SHIM_RECORDS_RECORD_H

#include "base/bytes.h"
#include "ncryptssl/sslprovider.h"
#include "schedule/key_layout.h"
#include "shim/core/algorithms.h"

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The key of a TLS 1.3 traffic secret does both: the secret does not say which side holds it. */
enum sslp_direction {
    SSLP_DIRECTION_READ = 1,
    SSLP_DIRECTION_WRITE = 2,
    SSLP_DIRECTION_BOTH = SSLP_DIRECTION_READ | SSLP_DIRECTION_WRITE
};

enum {
    SSLP_MAX_PLAINTEXT = 1 << 14, /* RFC 5246 section 6.2.1 */

    /* TLSInnerPlaintext: content, its type and padding (RFC 8446 section 5.4). */
    SSLP_MAX_INNER_PLAINTEXT = SSLP_MAX_PLAINTEXT + 1
};

struct sslp_record_state;

/* An RC4 state cannot be made beyond this much key stream, which has to be run through again. */
#define SSLP_MAX_STREAM_OFFSET (UINT64_C(1) << 30)

/* Everything that makes a state; also what an opaque blob carries. */
struct sslp_record_keys {
    const struct sslp_protocol *protocol;
    const struct sslp_suite *suite;
    struct sslp_key_layout layout; /* of the suite in the protocol */
    enum sslp_direction direction;
    bool encrypt_then_mac;     /* RFC 7366; has an effect on CBC suites only */
    struct sslp_bytes mac_key; /* lengths as in the layout */
    struct sslp_bytes key;
    struct sslp_bytes iv;       /* first or current CBC IV, AEAD fixed IV, or empty */
    struct sslp_bytes mask_key; /* DTLS 1.3: masks record numbers; otherwise empty */
    uint64_t stream_offset;     /* bytes of RC4 key stream already used; 0 for all others */
};

/* Points MAC key, key, IV and mask key into the bytes of one direction, by the layout. */
static inline void sslp_record_keys_cut(struct sslp_record_keys *keys, const uint8_t *bytes)
{
    keys->mac_key = sslp_key_layout_cut(&keys->layout, bytes, SSLP_PIECE_MAC_KEY);
    keys->key = sslp_key_layout_cut(&keys->layout, bytes, SSLP_PIECE_KEY);
    keys->iv = sslp_key_layout_cut(&keys->layout, bytes, SSLP_PIECE_IV);
    keys->mask_key = sslp_key_layout_cut(&keys->layout, bytes, SSLP_PIECE_MASK_KEY);
}

/* What sslp_record_state_init takes: memory of zeros, as aligned as malloc's. */
extern const size_t sslp_record_state_size;

/* Copies the keys.  The algorithms, of which it has cipher and MAC, have to live as long.
 * NTE_NOT_SUPPORTED: the protocol does not have the suite, libcrypto does not offer the cipher, or
 * the stream offset is too high.  NTE_NO_MEMORY, NTE_INTERNAL_ERROR.  The caller begins and ends
 * the work on the error queue. */
SECURITY_STATUS sslp_record_state_init(struct sslp_record_state *state,
    struct sslp_algorithms *algorithms, const struct sslp_record_keys *keys);

/* Wipes the keys and frees what the state owns; also after a failure. */
void sslp_record_state_clear(struct sslp_record_state *state);

/* Another one with the same keys, for sslp_record_state_free.  Another thread may be using the
 * state, unless it is sequential. */
SECURITY_STATUS sslp_record_state_another(
    const struct sslp_record_state *state, struct sslp_record_state **another);

/* Whether records depend on the one before: by RC4's key stream or a chained IV. */
bool sslp_record_state_is_sequential(const struct sslp_record_state *state);

/* Whether its records have a unified header, which may hold a connection id: those of DTLS 1.3. */
bool sslp_record_state_has_ids(const struct sslp_record_state *state);

/* Tells how long connection ids are in the records that are opened next; 0 to begin with. */
void sslp_record_state_expect_ids(struct sslp_record_state *state, size_t id_len);

/* NULL is allowed. */
void sslp_record_state_free(struct sslp_record_state *state);

/* What makes a state like this one.  Points into it: valid until the next record. */
struct sslp_record_keys sslp_record_state_export(const struct sslp_record_state *state);

/* What SslEncryptPacket and SslDecryptPacket check before they use the key. */
SECURITY_STATUS sslp_record_check_seal(
    const uint8_t *input, DWORD input_len, const uint8_t *output, const DWORD *result, DWORD flags);
SECURITY_STATUS sslp_record_check_open(
    const uint8_t *input, DWORD input_len, const uint8_t *output, const DWORD *result, DWORD flags);

/* SslEncryptPacket and SslDecryptPacket behind their handles: every check of the arguments, and the
 * work.  *result is written on success only, and so is *sequence_number, in DTLS 1.3: the number of
 * the record that is nearest to the one it was. */
SECURITY_STATUS sslp_record_seal(struct sslp_record_state *state, const uint8_t *input,
    DWORD input_len, uint8_t *output, DWORD output_len, DWORD *result, uint64_t sequence_number,
    DWORD content_type, DWORD flags);
SECURITY_STATUS sslp_record_open(struct sslp_record_state *state, const uint8_t *input,
    DWORD input_len, uint8_t *output, DWORD output_len, DWORD *result, uint64_t *sequence_number,
    DWORD flags);

#endif
