/* SPDX-License-Identifier: Apache-2.0
 *
 * The KDFs that stand in for those of OpenSSL's default provider: TLS1-PRF, TLS13-KDF and HKDF.
 * They take the same parameters, give the same bytes and refuse the same things.
 *
 * libssl makes a context for each derivation and gives everything in the call that derives, so the
 * cost of a context counts: one block of memory, no fetch of a hash that the provider has at hand,
 * and no further allocation for inputs of the lengths that TLS has.
 *
 * Secrets also go in as opaque keys (opaque.c).  What is derived from a key that may not leave the
 * provider is opaque as well.
 */
#ifndef SSLP_MODULE_DROP_IN_DROP_IN_H
#define SSLP_MODULE_DROP_IN_DROP_IN_H

#include "keys/key.h"
#include "module/algorithms.h"
#include "module/dispatch.h"
#include "module/features.h"
#include "module/provctx.h"
#include "schedule/prf.h"

#include <openssl/core.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>

/* The parameters, with OpenSSL's names.  Those before SSLP_DROP_IN_ITEMS are octets, which a
 * context keeps. */
enum sslp_drop_in_item {
    SSLP_DROP_IN_KEY,
    SSLP_DROP_IN_SECRET = SSLP_DROP_IN_KEY, /* TLS1-PRF */
    SSLP_DROP_IN_SALT,
    SSLP_DROP_IN_INFO,
    SSLP_DROP_IN_SEED = SSLP_DROP_IN_INFO, /* TLS1-PRF */
    SSLP_DROP_IN_PREFIX,
    SSLP_DROP_IN_LABEL,
    SSLP_DROP_IN_DATA,
    SSLP_DROP_IN_ITEMS,
    SSLP_DROP_IN_DIGEST = SSLP_DROP_IN_ITEMS,
    SSLP_DROP_IN_PROPERTIES,
    SSLP_DROP_IN_MODE,
    SSLP_DROP_IN_PARAMETERS
};

/* How a parameter is given. */
enum sslp_drop_in_type {
    SSLP_DROP_IN_TYPE_text,
    SSLP_DROP_IN_TYPE_mode, /* a text or a number */
    SSLP_DROP_IN_TYPE_octets,
    SSLP_DROP_IN_TYPE_pieces, /* octets from any number of parameters; empty ones are none */
    SSLP_DROP_IN_TYPE_seeds   /* pieces that are joined to those of earlier calls */
};

struct sslp_drop_in_change;
struct sslp_drop_in_parameter;

/* Prepares what a row of a KDF's parameters changes.  It is called for every row, whether the
 * parameter is given or not; raises and returns 0 on failure. */
typedef int sslp_drop_in_set_fn(
    struct sslp_drop_in_change *change, const struct sslp_drop_in_parameter *row);

struct sslp_drop_in_parameter {
    const char *name;
    enum sslp_drop_in_item item;
    enum sslp_drop_in_type type;
    sslp_drop_in_set_fn *set; /* NULL: taken by the setter of another row */
};

/* A KDF lists its parameters once, as X(type, name, setter), in the order in which they are set.
 * The list gives the table and what OpenSSL is told. */
#define SSLP_DROP_IN_ROW(type, name, set)                                                          \
    {OSSL_KDF_PARAM_##name, SSLP_DROP_IN_##name, SSLP_DROP_IN_TYPE_##type, set},
#define SSLP_DROP_IN_SETTABLE_ROW(type, name, set)                                                 \
    SSLP_DROP_IN_SETTABLE_##type(OSSL_KDF_PARAM_##name),
#define SSLP_DROP_IN_SETTABLE_text(name) OSSL_PARAM_utf8_string(name, NULL, 0)
#define SSLP_DROP_IN_SETTABLE_mode(name)                                                           \
    OSSL_PARAM_utf8_string(name, NULL, 0), OSSL_PARAM_int(name, NULL)
#define SSLP_DROP_IN_SETTABLE_octets(name) OSSL_PARAM_octet_string(name, NULL, 0)
#define SSLP_DROP_IN_SETTABLE_pieces(name) OSSL_PARAM_octet_string(name, NULL, 0)
#define SSLP_DROP_IN_SETTABLE_seeds(name)  OSSL_PARAM_octet_string(name, NULL, 0)

/* What the KDFs built on HKDF tell of their state. */
#define SSLP_DROP_IN_GETTABLE_HKDF                                                                 \
    OSSL_PARAM_size_t(OSSL_KDF_PARAM_SIZE, NULL),                                                  \
        OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_DIGEST, NULL, 0),                                    \
        OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_MODE, NULL, 0),                                      \
        OSSL_PARAM_int(OSSL_KDF_PARAM_MODE, NULL),                                                 \
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_INFO, NULL, 0)

struct sslp_drop_in;

/* What makes a KDF.  `check` is asked once the parameters are set and a digest is chosen, and
 * raises what is missing; then `compute` writes all of the output. */
struct sslp_drop_in_method {
    enum sslp_algorithm algorithm;
    enum sslp_prf_kind kind; /* SSLP_PRF_TLS12: TLS1-PRF; SSLP_PRF_TLS13: built on HKDF */
    const char *digest;      /* chosen for good, as the name of the KDF has it; NULL: none */
    const struct sslp_drop_in_parameter *parameters; /* ends with a NULL name */
    const OSSL_PARAM *gettable;
    int (*check)(const struct sslp_drop_in *context, size_t out_len);
    enum sslp_status (*compute)(const struct sslp_drop_in *context, uint8_t *out, size_t out_len);
};

enum { SSLP_DROP_IN_FIXED = 96 };

struct sslp_drop_in_digest {
    bool is_chosen;
    struct sslp_prf prf;       /* if it is: on hashes of the provider, or on these: */
    struct sslp_hash *fetched; /* two, owned; NULL without a query of the caller's */
};

struct sslp_drop_in {
    struct sslp_provctx *provctx;
    const struct sslp_drop_in_method *method;
    struct sslp_drop_in_digest digest;
    int mode; /* EVP_KDF_HKDF_MODE_ */
    struct sslp_drop_in_octets {
        /* NULL: not given; in `fixed`, or owned where that is too short, or the secret of: */
        struct sslp_bytes value;
        struct sslp_key *key; /* counted reference; NULL: given as bytes */
        uint8_t fixed[SSLP_DROP_IN_FIXED];
    } item[SSLP_DROP_IN_ITEMS];
};

/* What a list of parameters changes in a context.  A change is prepared as a whole, where anything
 * can be refused, and then applied, which cannot fail: a list that is refused changes nothing. */
struct sslp_drop_in_change {
    struct sslp_drop_in *context;
    bool is_foreign_key; /* the list is what sslp_drop_in_is_foreign_key knows */
    const OSSL_PARAM *found[SSLP_DROP_IN_PARAMETERS]; /* the first of each name; NULL: not given */
    int mode;
    struct sslp_drop_in_digest digest; /* owned; replaces the old one if it is chosen */
    struct sslp_drop_in_edit {
        const struct sslp_drop_in_parameter *row; /* NULL: the item stays as it is */
        size_t len;                               /* of the item afterwards */
        uint8_t *longer;                          /* owned; for what `fixed` cannot hold */
    } edit[SSLP_DROP_IN_ITEMS];
};

/* Setters for the lists.  All but the last change nothing where their parameter is not given; the
 * last makes the item count as not given, too. */
sslp_drop_in_set_fn sslp_drop_in_set_digest, sslp_drop_in_set_mode, sslp_drop_in_set_octets,
    sslp_drop_in_replace_octets;

/* For `check` of the KDFs built on HKDF: an extraction gets room for just its hash, and an
 * expansion no more than RFC 5869 section 2.3 gives.  Raises if not. */
int sslp_drop_in_fits(const struct sslp_drop_in *context, size_t out_len);

/* Whether a digest is chosen; raises if not. */
int sslp_drop_in_has_digest(const struct sslp_drop_in *context);

/* Wipes and frees an item, or gives its key back.  It counts as not given then. */
void sslp_drop_in_clear_octets(struct sslp_drop_in_octets *octets);

/* Computes all of the output from what is set; raises and returns 0 on failure. */
int sslp_drop_in_compute(const struct sslp_drop_in *context, uint8_t *out, size_t out_len);

/* The PRF that the opaque key of an item has keyed, if it is the one that is chosen, so that
 * nothing is computed again; NULL if not. */
const struct sslp_prf_key *sslp_drop_in_keyed(
    const struct sslp_drop_in *context, enum sslp_drop_in_item item);

/* Whether the keys may be used with the digest that is chosen; raises if not. */
int sslp_drop_in_check_keys(const struct sslp_drop_in *context);

/* Whether a key of an item may not leave the provider, and so nothing that is derived from it. */
bool sslp_drop_in_is_closed(const struct sslp_drop_in *context);

/* A list of one secret for a KDF that takes it under another name, or not alone: that is how
 * libcrypto gives an opaque key of another provider, ahead of the call that derives. */
bool sslp_drop_in_is_foreign_key(const OSSL_PARAM params[]);

/* Sets what the call that derives gives: no list of it is an opaque key. */
int sslp_drop_in_set_to_derive(struct sslp_drop_in *context, const OSSL_PARAM params[]);

/* The names of the modes by their numbers. */
extern const char *const sslp_drop_in_modes[];

/* An empty context without a digest, and memory for two digests that are fetched; each raises where
 * memory is short. */
struct sslp_drop_in *sslp_drop_in_alloc(
    struct sslp_provctx *provctx, const struct sslp_drop_in_method *method);
int sslp_drop_in_alloc_fetched(struct sslp_provctx *provctx, struct sslp_drop_in_digest *digest);

/* The functions of the dispatch tables; the context is a struct sslp_drop_in. */
struct sslp_drop_in *sslp_drop_in_new(void *provctx, const struct sslp_drop_in_method *method);
OSSL_FUNC_kdf_dupctx_fn sslp_drop_in_dup;
OSSL_FUNC_kdf_freectx_fn sslp_drop_in_free;
OSSL_FUNC_kdf_reset_fn sslp_drop_in_reset;
OSSL_FUNC_kdf_derive_fn sslp_drop_in_derive;
OSSL_FUNC_kdf_set_ctx_params_fn sslp_drop_in_set;
OSSL_FUNC_kdf_get_ctx_params_fn sslp_drop_in_get;

#ifdef SSLP_HAVE_KDF_SKEY
OSSL_FUNC_kdf_set_skey_fn sslp_drop_in_set_skey;
OSSL_FUNC_kdf_derive_skey_fn sslp_drop_in_derive_skey;
#    define SSLP_DROP_IN_DISPATCH_SKEY                                                             \
        SSLP_DISPATCH(OSSL_FUNC_KDF_SET_SKEY, sslp_drop_in_set_skey),                              \
            SSLP_DISPATCH(OSSL_FUNC_KDF_DERIVE_SKEY, sslp_drop_in_derive_skey),
#else
#    define SSLP_DROP_IN_DISPATCH_SKEY
#endif

/* Defines sslp_kdf_<unit>_functions of the list of the parameters, the list of those that are
 * settable, and the <family>_gettable, <family>_check and <family>_compute of the file. */
#define SSLP_DEFINE_DROP_IN(unit, family, NAME, kind, digest, PARAMETERS, SETTABLE)                \
    static const struct sslp_drop_in_parameter unit##_parameters[] = {PARAMETERS(                  \
        SSLP_DROP_IN_ROW){NULL, SSLP_DROP_IN_PARAMETERS, SSLP_DROP_IN_TYPE_text, NULL}};           \
    static const struct sslp_drop_in_method unit##_method = {SSLP_ALGORITHM_##NAME, kind, digest,  \
        unit##_parameters, family##_gettable, family##_check, family##_compute};                   \
                                                                                                   \
    static void *unit##_newctx(void *provctx)                                                      \
    {                                                                                              \
        return sslp_drop_in_new(provctx, &unit##_method);                                          \
    }                                                                                              \
                                                                                                   \
    static const OSSL_PARAM *unit##_settable_ctx_params(void *kctx, void *provctx)                 \
    {                                                                                              \
        static const OSSL_PARAM settable[] = {SETTABLE(SSLP_DROP_IN_SETTABLE_ROW) OSSL_PARAM_END}; \
                                                                                                   \
        (void)kctx;                                                                                \
        (void)provctx;                                                                             \
        return settable;                                                                           \
    }                                                                                              \
                                                                                                   \
    static const OSSL_PARAM *unit##_gettable_ctx_params(void *kctx, void *provctx)                 \
    {                                                                                              \
        (void)kctx;                                                                                \
        (void)provctx;                                                                             \
        return family##_gettable;                                                                  \
    }                                                                                              \
                                                                                                   \
    const OSSL_DISPATCH sslp_kdf_##unit##_functions[] = {                                          \
        SSLP_DISPATCH(OSSL_FUNC_KDF_NEWCTX, unit##_newctx),                                        \
        SSLP_DISPATCH(OSSL_FUNC_KDF_DUPCTX, sslp_drop_in_dup),                                     \
        SSLP_DISPATCH(OSSL_FUNC_KDF_FREECTX, sslp_drop_in_free),                                   \
        SSLP_DISPATCH(OSSL_FUNC_KDF_RESET, sslp_drop_in_reset),                                    \
        SSLP_DISPATCH(OSSL_FUNC_KDF_DERIVE, sslp_drop_in_derive),                                  \
        SSLP_DISPATCH(OSSL_FUNC_KDF_SETTABLE_CTX_PARAMS, unit##_settable_ctx_params),              \
        SSLP_DISPATCH(OSSL_FUNC_KDF_SET_CTX_PARAMS, sslp_drop_in_set),                             \
        SSLP_DISPATCH(OSSL_FUNC_KDF_GETTABLE_CTX_PARAMS, unit##_gettable_ctx_params),              \
        SSLP_DISPATCH(OSSL_FUNC_KDF_GET_CTX_PARAMS, sslp_drop_in_get),                             \
        SSLP_DROP_IN_DISPATCH_SKEY SSLP_DISPATCH_END,                                              \
    }

extern const OSSL_DISPATCH sslp_kdf_tls1_prf_functions[];
extern const OSSL_DISPATCH sslp_kdf_tls13_functions[];
extern const OSSL_DISPATCH sslp_kdf_hkdf_functions[];
extern const OSSL_DISPATCH sslp_kdf_hkdf_sha256_functions[];
extern const OSSL_DISPATCH sslp_kdf_hkdf_sha384_functions[];
extern const OSSL_DISPATCH sslp_kdf_hkdf_sha512_functions[];

#endif
