/* SPDX-License-Identifier: Apache-2.0
 *
 * What the KDFs of the provider share around their derivations: the life of a context, the secret
 * and the PRF that the inputs say, and the glue to OpenSSL.
 */
#ifndef SSLP_MODULE_KDF_KDF_H
#define SSLP_MODULE_KDF_KDF_H

#include "module/algorithms.h"
#include "module/dispatch.h"
#include "module/features.h"
#include "module/kdf/inputs.h"

#include <openssl/params.h>

/* ---- What the inputs say ---- */

/* The inputs and the key of a handle together: the key's protocol and suite are used where none is
 * given, and must not be contradicted. */
struct sslp_kdf_view {
    const struct sslp_protocol *protocol;
    const struct sslp_suite *suite;
    enum sslp_role role;
    struct sslp_bytes secret;
};

/* Raises and returns 0 for a missing secret, one given twice, and a contradiction. */
int sslp_kdf_view(const struct sslp_kdf_inputs *inputs, struct sslp_kdf_view *view);

/* Whether a secret derived from the inputs may leave the provider as bytes: those of a key object
 * need its consent, or that of whoever asks for the derivation.  Raises and returns 0 if not. */
int sslp_kdf_may_leave(const struct sslp_kdf_inputs *inputs);

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

/* Keys the PRF, derives with it, and clears it; `derive` raises and returns 0 on failure. */
typedef int sslp_kdf_derive_fn(const struct sslp_kdf_inputs *inputs,
    const struct sslp_kdf_view *view, const struct sslp_prf_key *keyed, uint8_t *out,
    size_t out_len);
int sslp_kdf_derive_with_prf(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view,
    sslp_kdf_derive_fn *derive, uint8_t *out, size_t out_len);

/* ---- Checks and outputs that several KDFs have ---- */

/* The transcript hash, if it has the length that the PRF's hashes give (RFC 7627 section 3, RFC
 * 5246 section 7.4.9); raises `reason` and returns 0 if not. */
int sslp_kdf_check_transcript_hash(
    const struct sslp_kdf_inputs *inputs, const struct sslp_prf_key *prf, enum sslp_reason reason);

/* Whether a stream, such as the key block, may have this length; raises if not. */
int sslp_kdf_check_stream_len(
    const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view, size_t out_len);

/* Whether the secret can be of this kind, by its length and under the protocol and the suite that
 * are known; raises if not. */
int sslp_kdf_check_secret(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view,
    enum sslp_key_kind kind);

/* Whether the protocol, if it is known, has the suite; raises if not. */
int sslp_kdf_check_suite(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view);

/* Whether a secret can stay in the provider: a key object derives with the suite's hash under the
 * configured query, and no other.  Raises if not. */
int sslp_kdf_check_handle(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view);

/* The outputs of KDFs that make secrets: the bytes, or a handle of what stays in the provider. */
extern const struct sslp_output sslp_kdf_secret_outputs[];
extern const struct sslp_output *const sslp_kdf_handle_output;
bool sslp_kdf_wants_handle(const struct sslp_kdf_inputs *inputs);

/* Leaves a secret of the kind in the provider and writes its handle, 8 bytes: the owner until
 * somebody adopts it.  The PRF is the one that derives from such secrets. */
int sslp_kdf_store_secret(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view,
    enum sslp_key_kind kind, struct sslp_bytes secret, const struct sslp_prf *prf, uint8_t *out);

/* ---- Glue ---- */

/* What makes a KDF. */
struct sslp_kdf_method {
    enum sslp_algorithm algorithm;
    const struct sslp_kdf_parameter *parameters; /* ends with a NULL name */
    const struct sslp_output *outputs;           /* ends with a NULL name; NULL: it has one */
    /* Computes into `out` once the parameters are set; raises and returns 0 on failure. */
    int (*compute)(struct sslp_kdf_inputs *inputs, uint8_t *out, size_t out_len);
    /* Bytes of the output, for the getter "size"; 0 where it is not known yet. */
    size_t (*size)(const struct sslp_kdf_inputs *inputs);
};

/* The functions of OSSL_FUNC_KDF_ that are the same for all; a context is a struct
 * sslp_kdf_inputs.  set_ctx_params takes all of a list, or nothing and raises a reason. */
struct sslp_kdf_inputs *sslp_kdf_new(void *provctx, const struct sslp_kdf_method *method);
OSSL_FUNC_kdf_dupctx_fn sslp_kdf_dupctx;
OSSL_FUNC_kdf_freectx_fn sslp_kdf_freectx;
OSSL_FUNC_kdf_reset_fn sslp_kdf_reset;
OSSL_FUNC_kdf_derive_fn sslp_kdf_derive;
OSSL_FUNC_kdf_set_ctx_params_fn sslp_kdf_set_ctx_params;
OSSL_FUNC_kdf_gettable_ctx_params_fn sslp_kdf_gettable_size;
OSSL_FUNC_kdf_get_ctx_params_fn sslp_kdf_get_size;

/* The row of "discard": the handle of a key that nobody is going to adopt ends when all else of the
 * list is done, so that a key which goes in by the same list is used up. */
sslp_set_parameter_fn sslp_set_discard;

#ifdef SSLP_HAVE_KDF_SKEY
/* Opaque keys go in as the secret or the shared secret; those KDFs that make a secret give one. */
OSSL_FUNC_kdf_set_skey_fn sslp_kdf_set_skey;
OSSL_FUNC_kdf_derive_skey_fn sslp_kdf_derive_skey;
#endif

/* The two functions for opaque keys, where OpenSSL has them. */
#ifdef SSLP_HAVE_KDF_SKEY
#    define SSLP_DISPATCH_SKEY                                                                     \
        SSLP_DISPATCH(OSSL_FUNC_KDF_SET_SKEY, sslp_kdf_set_skey),                                  \
            SSLP_DISPATCH(OSSL_FUNC_KDF_DERIVE_SKEY, sslp_kdf_derive_skey),
#else
#    define SSLP_DISPATCH_SKEY
#endif

/* A KDF lists its parameters once, as X(type, NAME, setter) with type one of those below.  The list
 * is what OpenSSL asks for and what the decoder goes by; its order is that of likelihood. */
#define SSLP_PARAMETER_ROW(type, name, set) {SSLPROVIDER_PARAM_##name, set},
#define SSLP_SETTABLE_ROW(type, name, set)  SSLP_SETTABLE_##type(SSLPROVIDER_PARAM_##name),
#define SSLP_SETTABLE_octets(name)          OSSL_PARAM_octet_string(name, NULL, 0)
#define SSLP_SETTABLE_text(name)            OSSL_PARAM_utf8_string(name, NULL, 0)
#define SSLP_SETTABLE_handle(name)          OSSL_PARAM_uint64(name, NULL)
#define SSLP_SETTABLE_flag(name)            OSSL_PARAM_int(name, NULL)

/* Parameters that several KDFs have. */
#define SSLP_HANDLE_PARAMETERS(X)                                                                  \
    X(handle, HANDLE, sslp_set_handle)                                                             \
    X(handle, DISCARD, sslp_set_discard)
#define SSLP_SECRET_PARAMETERS(X)                                                                  \
    X(octets, SECRET, sslp_set_secret)                                                             \
    X(octets, KEY, sslp_set_secret)
#define SSLP_RANDOM_PARAMETERS(X)                                                                  \
    X(octets, CLIENT_RANDOM, sslp_set_client_random)                                               \
    X(octets, SERVER_RANDOM, sslp_set_server_random)
#define SSLP_SUITE_PARAMETERS(X)                                                                   \
    X(text, PROTOCOL, sslp_set_protocol)                                                           \
    X(text, CIPHER_SUITE, sslp_set_suite)                                                          \
    X(text, DIGEST, sslp_set_digest)                                                               \
    X(text, PROPERTIES, sslp_set_properties)

/* Defines sslp_kdf_<unit>_functions of the list, the unit's <unit>_compute and <unit>_size, and two
 * getters. */
#define SSLP_DEFINE_KDF(unit, NAME, PARAMETERS, outputs, gettable, get)                            \
    static const struct sslp_kdf_parameter unit##_parameters[] = {                                 \
        PARAMETERS(SSLP_PARAMETER_ROW){NULL, NULL}};                                               \
    static const struct sslp_kdf_method unit##_method = {                                          \
        SSLP_ALGORITHM_##NAME, unit##_parameters, outputs, unit##_compute, unit##_size};           \
                                                                                                   \
    static void *unit##_newctx(void *provctx)                                                      \
    {                                                                                              \
        return sslp_kdf_new(provctx, &unit##_method);                                              \
    }                                                                                              \
                                                                                                   \
    static const OSSL_PARAM *unit##_settable(void *kctx, void *provctx)                            \
    {                                                                                              \
        static const OSSL_PARAM settable[] = {PARAMETERS(SSLP_SETTABLE_ROW) OSSL_PARAM_END};       \
                                                                                                   \
        (void)kctx;                                                                                \
        (void)provctx;                                                                             \
        return settable;                                                                           \
    }                                                                                              \
                                                                                                   \
    const OSSL_DISPATCH sslp_kdf_##unit##_functions[] = {                                          \
        SSLP_DISPATCH(OSSL_FUNC_KDF_NEWCTX, unit##_newctx),                                        \
        SSLP_DISPATCH(OSSL_FUNC_KDF_DUPCTX, sslp_kdf_dupctx),                                      \
        SSLP_DISPATCH(OSSL_FUNC_KDF_FREECTX, sslp_kdf_freectx),                                    \
        SSLP_DISPATCH(OSSL_FUNC_KDF_RESET, sslp_kdf_reset),                                        \
        SSLP_DISPATCH(OSSL_FUNC_KDF_DERIVE, sslp_kdf_derive),                                      \
        SSLP_DISPATCH(OSSL_FUNC_KDF_SETTABLE_CTX_PARAMS, unit##_settable),                         \
        SSLP_DISPATCH(OSSL_FUNC_KDF_SET_CTX_PARAMS, sslp_kdf_set_ctx_params),                      \
        SSLP_DISPATCH(OSSL_FUNC_KDF_GETTABLE_CTX_PARAMS, gettable),                                \
        SSLP_DISPATCH(OSSL_FUNC_KDF_GET_CTX_PARAMS, get),                                          \
        SSLP_DISPATCH_SKEY SSLP_DISPATCH_END,                                                      \
    }

#define SSLP_DECLARE_KDF(NAME, unit, description)                                                  \
    extern const OSSL_DISPATCH sslp_kdf_##unit##_functions[];
SSLP_OWN_KDFS(SSLP_DECLARE_KDF)
#undef SSLP_DECLARE_KDF

#endif
