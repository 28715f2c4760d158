/* SPDX-License-Identifier: Apache-2.0
 *
 * The KDFs that stand in for those of OpenSSL's default provider: TLS1-PRF, TLS13-KDF and HKDF.
 * They take the same parameters, give the same bytes and refuse the same things.
 *
 * libssl makes a context for each derivation and gives everything in the call that derives, so what
 * counts here is how much a context costs: one block of memory, no fetch of a hash that the
 * provider has at hand, and no further allocation for inputs of the lengths that TLS has.
 */
#ifndef SSLP_MODULE_DROP_IN_DROP_IN_H
#define SSLP_MODULE_DROP_IN_DROP_IN_H

#include "module/algorithms.h"
#include "module/kdf/kdf.h"
#include "module/provctx.h"
#include "schedule/prf.h"

#include <openssl/core.h>
#include <openssl/core_dispatch.h>
#include <openssl/crypto.h>
#include <string.h>

/* Octets of any length. */
enum { SSLP_DROP_IN_FIXED = 96 };

struct sslp_drop_in_octets {
    uint8_t *data; /* NULL: not given; `fixed`, or owned where that is too short */
    size_t len;
    uint8_t fixed[SSLP_DROP_IN_FIXED];
};

static inline struct sslp_bytes sslp_drop_in_bytes(const struct sslp_drop_in_octets *octets)
{
    return sslp_bytes(octets->data, octets->len);
}

enum sslp_drop_in_item {
    SSLP_DROP_IN_KEY, /* TLS1-PRF: the secret */
    SSLP_DROP_IN_SALT,
    SSLP_DROP_IN_INFO, /* TLS1-PRF: the seed */
    SSLP_DROP_IN_PREFIX,
    SSLP_DROP_IN_LABEL,
    SSLP_DROP_IN_DATA,
    SSLP_DROP_IN_ITEMS
};

struct sslp_drop_in_digest {
    bool is_chosen;
    struct sslp_prf prf;       /* if it is: on hashes of the provider, or on these: */
    struct sslp_hash *fetched; /* two, owned; NULL without a query of the caller's */
};

struct sslp_drop_in {
    struct sslp_provctx *provctx;
    enum sslp_prf_kind kind; /* SSLP_PRF_TLS12: TLS1-PRF; SSLP_PRF_TLS13: built on HKDF */
    bool has_fixed_digest;   /* chosen for good: it is in the name of the KDF */
    struct sslp_drop_in_digest digest;
    int mode; /* EVP_KDF_HKDF_MODE_ */
    struct sslp_drop_in_octets item[SSLP_DROP_IN_ITEMS];
};

/* The life of a context. */
struct sslp_drop_in *sslp_drop_in_new(void *provctx, enum sslp_prf_kind kind);
OSSL_FUNC_kdf_dupctx_fn sslp_drop_in_dup;
OSSL_FUNC_kdf_freectx_fn sslp_drop_in_free;
OSSL_FUNC_kdf_reset_fn sslp_drop_in_reset;

void sslp_drop_in_clear_digest(struct sslp_drop_in_digest *digest);
int sslp_drop_in_copy_digest(struct sslp_drop_in *to, const struct sslp_drop_in *from);

/* Chooses the digest for good. */
int sslp_drop_in_fix_digest(struct sslp_drop_in *context, const char *name);

/* Whether the parameters have the meaning that OpenSSL 3.6 gave them: what is given twice is
 * refused, and what is not given stays as it was. */
static inline bool sslp_drop_in_is_strict(void)
{
    return sslp_runs_with(3, 6);
}

/* Wipes and frees; the item counts as not given. */
void sslp_drop_in_clear_octets(struct sslp_drop_in_octets *octets);

/* Finds the parameters of a KDF in a list: the first of each name, or NULL.  Raises and returns 0
 * for one that is given twice where that is not allowed. */
struct sslp_drop_in_name {
    const char *name;
    bool may_repeat;
};

int sslp_drop_in_find(const struct sslp_drop_in *context, const OSSL_PARAM params[],
    const struct sslp_drop_in_name *names, size_t count, const OSSL_PARAM *found[]);

/* Whether a parameter is a text that is given, and the length of it.  It ends with NUL or where its
 * parameter ends; a size of 0 means NUL alone, as the default provider looks for nothing else. */
static inline bool sslp_drop_in_is_text(const OSSL_PARAM *param)
{
    return param->data_type == OSSL_PARAM_UTF8_STRING && param->data != NULL;
}

static inline size_t sslp_drop_in_text_len(const OSSL_PARAM *param)
{
    return param->data_size == 0 ? strlen(param->data) : strnlen(param->data, param->data_size);
}

/* What a list of parameters changes in a context.  A change is prepared as a whole, where anything
 * can be refused, and then applied, which cannot fail: a list that is refused changes nothing. */
struct sslp_drop_in_change {
    struct sslp_drop_in *context;
    bool sets_mode;
    int mode;
    struct sslp_drop_in_digest digest; /* owned; replaces the old one if it is chosen */
    size_t count;
    struct sslp_drop_in_edit {
        enum sslp_drop_in_item item;
        const OSSL_PARAM *param; /* NULL: the item counts as not given from now on */
        bool joins;              /* this parameter and those of its name after it, in a row */
        bool keeps;              /* behind what is there */
        size_t len;              /* of the item afterwards */
        uint8_t *longer;         /* owned; for what `fixed` cannot hold */
    } edit[SSLP_DROP_IN_ITEMS];
};

static inline void sslp_drop_in_change_init(
    struct sslp_drop_in_change *change, struct sslp_drop_in *context)
{
    change->context = context;
    change->sets_mode = false;
    change->digest.is_chosen = false;
    change->digest.fetched = NULL;
    change->count = 0;
}

/* Each prepares one change; a NULL parameter changes nothing.  Raises and returns 0 on failure. */
int sslp_drop_in_set_digest(
    struct sslp_drop_in_change *change, const OSSL_PARAM *digest, const OSSL_PARAM *properties);
int sslp_drop_in_set_octets(
    struct sslp_drop_in_change *change, enum sslp_drop_in_item item, const OSSL_PARAM *param);
/* The parameter and those of the same name after it, in a row; empty ones add nothing.  With
 * `keeps` they come behind what is there. */
int sslp_drop_in_join_octets(struct sslp_drop_in_change *change, enum sslp_drop_in_item item,
    const OSSL_PARAM *param, bool keeps);
void sslp_drop_in_unset_octets(struct sslp_drop_in_change *change, enum sslp_drop_in_item item);

/* Ends a change: applies it if it is `prepared`, or gives it up.  The value is `prepared`. */
int sslp_drop_in_change_end(struct sslp_drop_in_change *change, int prepared);

/* OSSL_FUNC_KDF_DERIVE around a KDF's own functions: sets the parameters, checks what is there, and
 * computes into `out`, which holds nothing after any failure. */
struct sslp_drop_in_method {
    enum sslp_algorithm algorithm;
    int (*set_params)(void *kctx, const OSSL_PARAM params[]);
    int (*check)(const struct sslp_drop_in *context, size_t out_len);
    enum sslp_status (*compute)(const struct sslp_drop_in *context, uint8_t *out, size_t out_len);
};

/* Whether an extraction gets room for just its hash, and an expansion no more than RFC 5869 section
 * 2.3 gives; raise if not. */
int sslp_drop_in_fits_hash(const struct sslp_drop_in *context, size_t out_len);
int sslp_drop_in_fits_expansion(const struct sslp_drop_in *context, size_t out_len);

int sslp_drop_in_derive(struct sslp_drop_in *context, const struct sslp_drop_in_method *method,
    uint8_t *out, size_t out_len, const OSSL_PARAM params[]);

/* For the KDFs built on HKDF: the digest, mode, key and salt among the parameters. */
enum {
    SSLP_HKDF_DIGEST,
    SSLP_HKDF_PROPERTIES,
    SSLP_HKDF_MODE,
    SSLP_HKDF_KEY,
    SSLP_HKDF_SALT,
    SSLP_HKDF_COMMON
};
#define SSLP_HKDF_COMMON_NAMES                                                                     \
    [SSLP_HKDF_DIGEST] = {OSSL_KDF_PARAM_DIGEST, false},                                           \
    [SSLP_HKDF_PROPERTIES] = {OSSL_KDF_PARAM_PROPERTIES, false},                                   \
    [SSLP_HKDF_MODE] = {OSSL_KDF_PARAM_MODE, false},                                               \
    [SSLP_HKDF_KEY] = {OSSL_KDF_PARAM_KEY, false}, [SSLP_HKDF_SALT] = {OSSL_KDF_PARAM_SALT, false}

int sslp_drop_in_set_hkdf(
    struct sslp_drop_in_change *change, const OSSL_PARAM *const found[SSLP_HKDF_COMMON]);

/* The parameters that tell of the state of such a KDF: size, digest, mode and info, and the salt
 * where that is no secret. */
int sslp_drop_in_get_hkdf(const struct sslp_drop_in *context, OSSL_PARAM params[], bool has_salt);

/* The value of a getter that is asked for nothing: OpenSSL before 3.5 calls that unsupported. */
static inline int sslp_drop_in_get_nothing(void)
{
    return sslp_runs_with(3, 5) ? 1 : -2;
}

/* Writes an item to a parameter of a getter; a NULL parameter asks for nothing. */
int sslp_drop_in_get_octets(
    const struct sslp_drop_in *context, enum sslp_drop_in_item item, OSSL_PARAM *param);

extern const OSSL_DISPATCH sslp_kdf_tls1_prf_functions[];
extern const OSSL_DISPATCH sslp_kdf_tls13_functions[];
extern const OSSL_DISPATCH sslp_kdf_hkdf_functions[];
extern const OSSL_DISPATCH sslp_kdf_hkdf_sha256_functions[];
extern const OSSL_DISPATCH sslp_kdf_hkdf_sha384_functions[];
extern const OSSL_DISPATCH sslp_kdf_hkdf_sha512_functions[];

#endif
