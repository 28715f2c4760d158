/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of record protection share.  record.c and framing.c check arguments and headers
 * and know no cryptography.  cbc.c, aead.c and stream.c are GenericBlockCipher, GenericAEADCipher
 * and GenericStreamCipher of RFC 5246 section 6.2.3; mac.c is the MAC of the first and the last.
 * stitched.c does what cbc.c does, with the ciphers of libcrypto that compute the MAC too.
 * tls13.c is what differs in TLS 1.3, in headers as in protection, and dtls13.c in DTLS 1.3.
 *
 *     +--------+-------------+---------------------------------------+
 *     | header | IV or nonce |  the protected fragment               |
 *     +--------+-------------+---------------------------------------+
 *              |<-- body -------------------------------------------->|
 *
 * IV or nonce: explicit_len bytes, often none.
 */
#ifndef SSLP_SHIM_RECORDS_INTERNAL_H
#define SSLP_SHIM_RECORDS_INTERNAL_H

#include "base/wipe.h"
#include "shim/records/record.h"

#include <openssl/types.h>
#include <string.h>

enum {
    SSLP_MAX_MAC = SSLP_MAX_MAC_KEY,                 /* both are as long as the hash */
    SSLP_MAX_CIPHERTEXT = SSLP_MAX_PLAINTEXT + 2048, /* RFC 5246 section 6.2.3 */
    SSLP_TLS_HEADER_LEN = 5,                         /* type, version, length: section 6.2.1 */
    SSLP_DTLS_HEADER_LEN = 13,   /* epoch and sequence number before length: RFC 6347 section 4.1 */
    SSLP_UNIFIED_HEADER_LEN = 5, /* as it is written: RFC 9147 section 4 */
    SSLP_PSEUDO_HEADER_LEN = 13,
    SSLP_AEAD_NONCE_LEN = 12 /* of every AEAD of TLS: RFC 5116 section 5 */
};

/* What a record's MAC or AEAD tag covers besides its content. */
struct sslp_record_context {
    uint64_t sequence_number; /* DTLS: epoch and sequence number (RFC 6347 section 4.1.2.1) */
    uint8_t content_type;
    const uint8_t *header; /* of the record, as it is sent or was received */
    size_t header_len;
};

/* What the opening of a record, or the check of its MAC, comes to.  A record is never called forged
 * for want of memory. */
enum sslp_opening {
    SSLP_OPENED,
    SSLP_NOT_GENUINE,
    SSLP_NOT_COMPUTED /* libcrypto has failed */
};

/* One kind of protection.  Functions that return bool return false when libcrypto fails.  On
 * failure the state stays as it was before the call: no IV and no key stream moves on. */
struct sslp_protection {
    /* Fetches and keys what seal and open need. */
    SECURITY_STATUS (*setup)(struct sslp_record_state *state);

    /* What this much plaintext grows to before it is encrypted.  NULL: it does not. */
    size_t (*padded_len)(const struct sslp_record_state *state, size_t plaintext_len);

    /* Fills the whole body.  The plaintext is disjoint from it, or at body, or at body +
     * explicit_len. */
    bool (*seal)(struct sslp_record_state *state, const struct sslp_record_context *context,
        const uint8_t *plaintext, size_t plaintext_len, uint8_t *body);

    /* Checks the body and writes the plaintext at output, which is disjoint from the body, or at
     * body.data, or at body.data + explicit_len. */
    enum sslp_opening (*open)(struct sslp_record_state *state,
        const struct sslp_record_context *context, struct sslp_bytes body, uint8_t *output,
        size_t *plaintext_len);

    SECURITY_STATUS short_output; /* the status of an output without room for the content */
};

extern const struct sslp_protection sslp_protection_cbc;
extern const struct sslp_protection sslp_protection_stitched;
extern const struct sslp_protection sslp_protection_aead;
extern const struct sslp_protection sslp_protection_stream;
extern const struct sslp_protection sslp_protection_null;
extern const struct sslp_protection sslp_protection_tls13;
extern const struct sslp_protection sslp_protection_dtls13;

/* Finds the body of the input, which has to be one record, and checks where the output lies. */
typedef SECURITY_STATUS sslp_find_body_fn(const struct sslp_record_state *state,
    struct sslp_bytes input, const uint8_t *output, size_t output_len, struct sslp_bytes *body);

/* How records lie in the caller's buffers: up to TLS 1.2, in TLS 1.3 and in DTLS 1.3. */
struct sslp_framing {
    size_t min_plaintext; /* bytes that sealing takes */
    size_t max_plaintext;
    sslp_find_body_fn *find_body;
    /* Writes the unified header.  NULL: the header has type, version and length. */
    void (*write_header)(
        const struct sslp_record_context *context, uint8_t *header, size_t body_len);
    SECURITY_STATUS not_genuine; /* the status of a record whose MAC, tag or padding is wrong */
};

extern const struct sslp_framing sslp_framing_before_tls13;
extern const struct sslp_framing sslp_framing_tls13;
extern const struct sslp_framing sslp_framing_dtls13;

/* How a record of an AEAD cipher is sealed and opened: aead.c. */
enum sslp_aead_way {
    SSLP_AEAD_BY_CALLS,    /* EVP_CipherInit_ex2 and the calls after it, one after the other */
    SSLP_AEAD_NONCE_PARAM, /* a parameter of TLS sets the nonce */
    SSLP_AEAD_WHOLE_RECORD /* parameters of TLS set it and the additional data */
};

/* The keys live in the ordinary heap as long as the handle of the session key, here and within the
 * contexts of libcrypto.  sslp_record_state_clear wipes them. */
struct sslp_record_state {
    struct sslp_record_keys keys; /* its bytes are the next four */
    uint8_t mac_key[SSLP_MAX_MAC_KEY];
    uint8_t key[SSLP_MAX_KEY];
    uint8_t iv[SSLP_MAX_IV]; /* a chained IV is that of the next record */
    uint8_t mask_key[SSLP_MAX_KEY];
    const struct sslp_protection *protection;
    const struct sslp_framing *framing;
    struct sslp_algorithms *algorithms; /* borrowed */
    size_t header_len;
    uint16_t header_version;
    size_t explicit_len;    /* IV or nonce_explicit that each record carries */
    size_t mac_len;         /* 0 for AEAD */
    size_t trailer_len;     /* AEAD tag or MAC; 0 where CBC encrypts the MAC with the rest */
    EVP_CIPHER_CTX *cipher; /* keyed; NULL without encryption */
    EVP_CIPHER_CTX *opener; /* TLS 1.3: keyed for opening, while `cipher` seals */
    enum sslp_aead_way aead_way;
    EVP_CIPHER_CTX *mask;     /* DTLS 1.3: keyed with the mask key */
    size_t id_len;            /* DTLS 1.3: of connection ids */
    uint64_t sequence_number; /* of the record at hand, as `open` leaves it */
    EVP_CIPHER_CTX *trial;    /* RC4: a copy that runs ahead until the record is accepted */
    EVP_MAC_CTX *hmac;        /* keyed; TLS and DTLS */
    EVP_MD_CTX *ssl3_inner;   /* SSL 3.0: holds MAC key and pad_1 */
    EVP_MD_CTX *ssl3_outer;   /* SSL 3.0: holds MAC key and pad_2 */
    EVP_MD_CTX *ssl3_scratch; /* SSL 3.0: the hash of the record at hand */
    uint8_t *decrypted;       /* CBC, from the first reading on: zeros between calls */
};

/* Of a body between IV or nonce and trailer; the output of opening needs as much room. */
static inline size_t sslp_record_content_len(const struct sslp_record_state *state, size_t body_len)
{
    return body_len - state->explicit_len - state->trailer_len;
}

/* Makes a keyed cipher for one direction.  The state owns *context, also after a failure. */
SECURITY_STATUS sslp_record_cipher_new(
    const struct sslp_record_state *state, enum sslp_direction direction, EVP_CIPHER_CTX **context);

/* Whether the output overlaps the input otherwise than by lying at body or content.  What counts of
 * the output is as much as the body has. */
bool sslp_record_collides(const struct sslp_record_state *state, struct sslp_bytes input,
    struct sslp_bytes body, const uint8_t *output, size_t output_len);

/* Checks the length of a body, and the room of the output for it. */
SECURITY_STATUS sslp_record_check_room(
    const struct sslp_record_state *state, size_t body_len, size_t output_len);

/* seq_num, type, version, length: what the MAC covers before the fragment, and the additional_data
 * of AEAD (RFC 5246 sections 6.2.3.1 and 6.2.3.3). */
void sslp_record_pseudo_header(const struct sslp_record_state *state,
    const struct sslp_record_context *context, size_t length,
    uint8_t header[SSLP_PSEUDO_HEADER_LEN]);

/* Big-endian bytes of a number. */
static inline void sslp_record_put16(uint8_t *to, size_t value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

static inline void sslp_record_put64(uint8_t *to, uint64_t value)
{
    for (size_t i = 0; i < 8; i++) {
        to[i] = (uint8_t)(value >> (8 * (7 - i)));
    }
}

/* What CBC encrypts: plaintext, with MAC-then-encrypt the MAC, and 1 to block_len bytes of padding
 * with padding_length. */
size_t sslp_record_cbc_padded_len(const struct sslp_record_state *state, size_t plaintext_len);

/* Sees to `decrypted`, at the first record: many keys never see one, and the room is large.  False
 * when memory is short. */
bool sslp_record_cbc_has_room(struct sslp_record_state *state);

/* Wipes what a record has left in `decrypted`. */
static inline void sslp_record_cbc_wipe(struct sslp_record_state *state, size_t len)
{
    sslp_wipe(state->decrypted, len);
}

/* Takes sslp_protection_stitched for the protection, and keys its cipher.  NTE_NOT_SUPPORTED, and
 * nothing has changed, where there is none or it cannot be keyed. */
SECURITY_STATUS sslp_record_stitched_setup(struct sslp_record_state *state);

/* Keys the MAC of a suite that has one. */
SECURITY_STATUS sslp_record_mac_setup(struct sslp_record_state *state);

/* Writes the MAC, mac_len bytes, of data whose length is no secret. */
bool sslp_record_mac(struct sslp_record_state *state, const struct sslp_record_context *context,
    struct sslp_bytes data, uint8_t *mac);

/* Whether the MAC of data, whose length is no secret, is the one at `received`. */
enum sslp_opening sslp_record_mac_matches(struct sslp_record_state *state,
    const struct sslp_record_context *context, struct sslp_bytes data, const uint8_t *received);

/* Checks padding and MAC of a decrypted MAC-then-encrypt body, in time that depends on its length
 * only.  *plaintext_len counts where the body is genuine. */
enum sslp_opening sslp_record_mac_padded_matches(struct sslp_record_state *state,
    const struct sslp_record_context *context, struct sslp_bytes decrypted, size_t *plaintext_len);

#endif
