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

#include <openssl/core.h>

enum sslp_output_whose {
    SSLP_WHOSE_NOBODYS, /* not of one side: key block, secret, handle */
    SSLP_WHOSE_BOTH,    /* read, then write */
    SSLP_WHOSE_READ,
    SSLP_WHOSE_WRITE,
    SSLP_WHOSE_CLIENT,
    SSLP_WHOSE_SERVER,
    SSLP_WHOSE_ONLY_ONE /* TLS 1.3: a traffic secret has one side */
};

enum sslp_output_piece {
    SSLP_PIECE_KEY_BLOCK,
    SSLP_PIECE_ALL, /* MAC key, key, IV */
    SSLP_PIECE_MAC_KEY,
    SSLP_PIECE_KEY,
    SSLP_PIECE_IV,
    SSLP_PIECE_SECRET,
    SSLP_PIECE_HANDLE,
    SSLP_PIECE_FINISHED,
    SSLP_PIECE_CERTIFICATE_VERIFY
};

struct sslp_output {
    const char *name;
    enum sslp_output_whose whose;
    enum sslp_output_piece piece;
};

/* Parameters of any length; text ends with a NUL that the length does not count. */
enum sslp_kdf_item {
    SSLP_ITEM_SECRET,
    SSLP_ITEM_SHARED_SECRET, /* of (EC)DHE, TLS 1.3 */
    SSLP_ITEM_TICKET_NONCE,
    SSLP_ITEM_LABEL,
    SSLP_ITEM_CONTEXT,
    SSLP_ITEM_MESSAGES,
    SSLP_ITEM_DIGEST,
    SSLP_ITEM_PROPERTIES,
    SSLP_ITEM_COUNT
};

struct sslp_arrow; /* SSL-TRAFFIC-SECRET */

struct sslp_kdf_inputs {
    struct sslp_provctx *provctx;
    const struct sslp_protocol *protocol;
    const struct sslp_suite *suite;
    const struct sslp_output *output; /* NULL: the KDF's default */
    const struct sslp_arrow *arrow;   /* NULL: not given */
    enum sslp_role role;
    struct sslp_key *key;        /* counted reference */
    struct sslp_key *shared_key; /* the same, in the place of SSLP_ITEM_SHARED_SECRET */
    struct {
        uint8_t *data; /* owned, a secret wiped when freed; NULL: not given */
        size_t len;
    } item[SSLP_ITEM_COUNT];
    /* What was derived of these inputs, apart from role and output; owned, secure memory, or NULL.
     */
    struct sslp_session_keys *session_keys;
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

typedef int sslp_set_parameter_fn(
    struct sslp_kdf_inputs *next, const struct sslp_kdf_inputs *current, const OSSL_PARAM *param);

/* One settable parameter of a KDF; a table has at most 32. */
struct sslp_kdf_parameter {
    const char *name;
    sslp_set_parameter_fn *set;
};

/* A KDF lists its parameters once, as X(type, name, setter) with type one of those below, and makes
 * of the list what OpenSSL asks for and what the decoder goes by. */
#define SSLP_PARAMETER_ROW(type, name, set) {SSLPROVIDER_PARAM_##name, set},
#define SSLP_SETTABLE_ROW(type, name, set)  SSLP_SETTABLE_##type(SSLPROVIDER_PARAM_##name),
#define SSLP_SETTABLE_octets(name)          OSSL_PARAM_octet_string(name, NULL, 0)
#define SSLP_SETTABLE_text(name)            OSSL_PARAM_utf8_string(name, NULL, 0)
#define SSLP_SETTABLE_handle(name)          OSSL_PARAM_uint64(name, NULL)
#define SSLP_SETTABLE_flag(name)            OSSL_PARAM_int(name, NULL)

/* Setters for those lists; a decoder's table ends with a NULL name. */
sslp_set_parameter_fn sslp_set_protocol, sslp_set_suite, sslp_set_secret, sslp_set_any_secret,
    sslp_set_handle, sslp_set_client_random, sslp_set_server_random, sslp_set_transcript_hash,
    sslp_set_label, sslp_set_context, sslp_set_messages, sslp_set_role, sslp_set_digest,
    sslp_set_properties, sslp_set_exportable, sslp_set_shared_secret, sslp_set_ticket_nonce,
    sslp_set_shared_secret_handle;

/* For the KDFs' own setters of "output": looks a name up in a table that ends with NULL. */
int sslp_set_output(
    struct sslp_kdf_inputs *next, const OSSL_PARAM *param, const struct sslp_output *outputs);

/* Applies a parameter list: all of it, or nothing and a raised reason. */
int sslp_kdf_inputs_set(struct sslp_kdf_inputs *inputs, const struct sslp_kdf_parameter *table,
    const OSSL_PARAM params[]);

/* Keeps session keys, where none are kept, for derivations that want another piece of them; without
 * the memory for it they are derived again.  They are wiped as soon as an input that they depend on
 * changes. */
void sslp_kdf_keep_session_keys(
    struct sslp_kdf_inputs *inputs, const struct sslp_session_keys *keys);

/* Wipes everything but the provider. */
void sslp_kdf_inputs_reset(struct sslp_kdf_inputs *inputs);

/* Copies into empty inputs; what was derived is not copied. */
int sslp_kdf_inputs_copy(struct sslp_kdf_inputs *to, const struct sslp_kdf_inputs *from);

/* What the inputs and the key of a handle say together: the key's protocol and suite are used
 * where none is given, and must not be contradicted. */
struct sslp_kdf_view {
    const struct sslp_protocol *protocol;
    const struct sslp_suite *suite;
    enum sslp_role role;
    struct sslp_bytes secret;
};

/* Whether a secret derived of the inputs may leave the provider as bytes: those of a key object
 * need its consent, or that of whoever asks for the derivation.  Raises and returns 0 if not. */
int sslp_kdf_may_leave(const struct sslp_kdf_inputs *inputs);

/* False also where no protocol is given. */
static inline bool sslp_kdf_is_tls13(const struct sslp_protocol *protocol)
{
    return protocol != NULL && protocol->prf == SSLP_PRF_TLS13;
}

/* Raises and returns 0 for a missing secret, one given twice, and a contradiction. */
int sslp_kdf_inputs_view(const struct sslp_kdf_inputs *inputs, struct sslp_kdf_view *view);

/* Bytes of the hash, as many as a secret of TLS 1.3 has; 0 where nothing says which one, or it is
 * not to be had. */
size_t sslp_kdf_hash_size(const struct sslp_kdf_inputs *inputs);

/* The PRF, and that keyed with the input secret. */
struct sslp_kdf_prf {
    const struct sslp_prf *chosen;
    const struct sslp_prf_key *keyed; /* use this */
    struct sslp_prf named;            /* for `digest` or `properties`, and what is chosen then */
    struct sslp_prf_key own;          /* set where no key object has it ready */
    struct sslp_hash hash[2];         /* fetched for `properties` */
};

/* Chooses and fetches the PRF and, in the second, keys it.  The caller clears it in any case, and
 * keeps it where it is. */
int sslp_kdf_prf_choose(struct sslp_kdf_prf *prf, const struct sslp_kdf_inputs *inputs,
    const struct sslp_kdf_view *view);
int sslp_kdf_prf_init(struct sslp_kdf_prf *prf, const struct sslp_kdf_inputs *inputs,
    const struct sslp_kdf_view *view);
void sslp_kdf_prf_clear(struct sslp_kdf_prf *prf);

/* The transcript hash, if it has the length that the PRF's hashes give (RFC 7627 section 3, RFC
 * 5246 section 7.4.9); raises `reason` and returns 0 if not. */
int sslp_kdf_check_transcript_hash(
    const struct sslp_kdf_inputs *inputs, const struct sslp_prf_key *prf, enum sslp_reason reason);

#endif
