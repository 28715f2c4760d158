/* SPDX-License-Identifier: Apache-2.0
 *
 * What the parameters of a KDF context say, decoded and checked one by one.  The KDFs of the
 * provider spell the shared parameters alike, so they share the decoder.
 */
#ifndef SSLP_MODULE_KDF_INPUTS_H
#define SSLP_MODULE_KDF_INPUTS_H

#include "keys/key.h"
#include "module/provctx.h"
#include "module/reasons.h"
#include "schedule/key_block.h"
#include "schedule/sizes.h"
#include "schedule/tls13_arrows.h"

#include <openssl/core.h>

/* Whose keys an output holds. */
enum sslp_output_side {
    SSLP_SIDE_NONE, /* nobody's: key block, secret, handle */
    SSLP_SIDE_BOTH, /* read, then write */
    SSLP_SIDE_READ,
    SSLP_SIDE_WRITE,
    SSLP_SIDE_CLIENT,
    SSLP_SIDE_SERVER,
    SSLP_SIDE_ONLY /* TLS 1.3: those of the one side that a traffic secret has */
};

enum sslp_output_content {
    SSLP_OUTPUT_MAC_KEY = SSLP_PIECE_MAC_KEY, /* one piece of one side */
    SSLP_OUTPUT_KEY = SSLP_PIECE_KEY,
    SSLP_OUTPUT_IV = SSLP_PIECE_IV,
    SSLP_OUTPUT_MASK_KEY = SSLP_PIECE_MASK_KEY,
    SSLP_OUTPUT_DIRECTION = SSLP_KEY_PIECES, /* MAC key, key, IV */
    SSLP_OUTPUT_KEY_BLOCK,
    SSLP_OUTPUT_SECRET,
    SSLP_OUTPUT_HANDLE,
    SSLP_OUTPUT_FINISHED,
    SSLP_OUTPUT_CERTIFICATE_VERIFY
};

struct sslp_output {
    const char *name;
    enum sslp_output_side side;
    enum sslp_output_content content;
};

/* Parameters of any length; text ends with a NUL that the length does not count. */
enum sslp_kdf_item {
    SSLP_ITEM_SECRET,
    SSLP_ITEM_SHARED_SECRET, /* of (EC)DHE, TLS 1.3 */
    SSLP_ITEM_TICKET_NONCE,
    SSLP_ITEM_CONNECTION_ID,
    SSLP_ITEM_LABEL,
    SSLP_ITEM_CONTEXT,
    SSLP_ITEM_MESSAGES,
    SSLP_ITEM_DIGEST,
    SSLP_ITEM_PROPERTIES,
    SSLP_ITEM_COUNT
};

struct sslp_kdf_method; /* module/kdf/kdf.h */

struct sslp_kdf_inputs {
    struct sslp_provctx *provctx;
    const struct sslp_kdf_method *method; /* of the KDF whose context this is */
    const struct sslp_protocol *protocol;
    const struct sslp_suite *suite;
    const struct sslp_output *output;     /* NULL: the KDF's default */
    const struct sslp_tls13_arrow *arrow; /* NULL: not given */
    enum sslp_role role;
    struct sslp_key *key;        /* counted reference */
    struct sslp_key *shared_key; /* the same, instead of SSLP_ITEM_SHARED_SECRET */
    struct {
        uint8_t *data; /* owned, a secret wiped when freed; NULL: not given */
        size_t len;
    } item[SSLP_ITEM_COUNT];
    /* What was derived from these inputs, apart from role and output; owned, secure memory, or
     * NULL.
     */
    struct sslp_session_keys *session_keys;
    bool is_set;     /* something was set since the beginning or the last reset */
    bool exportable; /* a secret that the KDF makes may leave the provider */
    bool has_client_random;
    bool has_server_random;
    uint8_t transcript_hash_len;
    uint8_t client_random[SSLP_RANDOM_LEN];
    uint8_t server_random[SSLP_RANDOM_LEN];
    uint8_t transcript_hash[SSLP_MAX_HASH]; /* also the session hash of RFC 7627 */
};

static inline struct sslp_bytes sslp_kdf_octets(
    const struct sslp_kdf_inputs *inputs, enum sslp_kdf_item item)
{
    return sslp_bytes(inputs->item[item].data, inputs->item[item].len);
}

/* NULL when not given. */
static inline const char *sslp_kdf_text(
    const struct sslp_kdf_inputs *inputs, enum sslp_kdf_item item)
{
    return (const char *)inputs->item[item].data;
}

/* A change that a parameter list makes: the inputs after it and before it. */
struct sslp_kdf_change {
    struct sslp_kdf_inputs *next;
    const struct sslp_kdf_inputs *current;
};

/* Puts one parameter into `next`; raises and returns 0 on failure. */
typedef int sslp_set_parameter_fn(struct sslp_kdf_change *change, const OSSL_PARAM *param);

/* One settable parameter of a KDF; a table has at most 32. */
struct sslp_kdf_parameter {
    const char *name;
    sslp_set_parameter_fn *set;
};

/* Setters for those lists; a decoder's table ends with a NULL name. */
sslp_set_parameter_fn sslp_set_protocol, sslp_set_suite, sslp_set_secret, sslp_set_any_secret,
    sslp_set_handle, sslp_set_client_random, sslp_set_server_random, sslp_set_transcript_hash,
    sslp_set_label, sslp_set_context, sslp_set_messages, sslp_set_role, sslp_set_digest,
    sslp_set_properties, sslp_set_exportable, sslp_set_shared_secret, sslp_set_ticket_nonce,
    sslp_set_connection_id, sslp_set_shared_secret_handle, sslp_set_arrow, sslp_set_output;

/* The object of a parameter "handle", with a counted reference. */
struct sslp_key *sslp_key_of_param(struct sslp_provctx *provctx, const OSSL_PARAM *param);

/* Applies a parameter list: all of it, or nothing and a raised reason. */
int sslp_kdf_inputs_set(struct sslp_kdf_inputs *inputs, const struct sslp_kdf_parameter *table,
    const OSSL_PARAM params[]);

/* Keeps session keys, where none are kept, for derivations of their other pieces.  Without memory
 * for it those derive again.  The keys are wiped as soon as an input changes that they depend on.
 */
void sslp_kdf_keep_session_keys(
    struct sslp_kdf_inputs *inputs, const struct sslp_session_keys *keys);

/* Gives back what the inputs own, before their memory goes. */
void sslp_kdf_inputs_clear(struct sslp_kdf_inputs *inputs);

/* Wipes everything but the provider and the method. */
void sslp_kdf_inputs_reset(struct sslp_kdf_inputs *inputs);

/* Copies into empty inputs; what was derived is not copied. */
int sslp_kdf_inputs_copy(struct sslp_kdf_inputs *to, const struct sslp_kdf_inputs *from);

#endif
