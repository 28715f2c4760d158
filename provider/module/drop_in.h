/* SPDX-License-Identifier: Apache-2.0
 *
 * The KDFs that stand in for those of OpenSSL's default provider: TLS1-PRF, TLS13-KDF and HKDF.
 * They take the same parameters, give the same bytes and refuse the same things.
 *
 * libssl makes a context for each derivation and gives everything in the call that derives, so what
 * counts here is how much a context costs: one block of memory, no fetch of a hash that the
 * provider has at hand, and no further allocation for inputs of the lengths that TLS has.
 */
#ifndef SSLP_MODULE_DROP_IN_H
#define SSLP_MODULE_DROP_IN_H

#include "module/kdf.h"
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

struct sslp_drop_in {
    struct sslp_provctx *provctx;
    enum sslp_prf_kind kind; /* SSLP_PRF_TLS12: TLS1-PRF; SSLP_PRF_TLS13: built on HKDF */
    bool has_fixed_digest;   /* chosen for good: it is in the name of the KDF */
    bool has_digest;
    struct sslp_prf prf;         /* with `has_digest`: on hashes of the provider, or on these: */
    struct sslp_hash fetched[2]; /* owned */
    int mode;                    /* EVP_KDF_HKDF_MODE_ */
    struct sslp_drop_in_octets item[SSLP_DROP_IN_ITEMS];
};

/* The life of a context. */
struct sslp_drop_in *sslp_drop_in_new(void *provctx, enum sslp_prf_kind kind);
OSSL_FUNC_kdf_dupctx_fn sslp_drop_in_dup;
OSSL_FUNC_kdf_freectx_fn sslp_drop_in_free;
OSSL_FUNC_kdf_reset_fn sslp_drop_in_reset;

void sslp_drop_in_forget_digest(struct sslp_drop_in *context);
int sslp_drop_in_copy_digest(struct sslp_drop_in *to, const struct sslp_drop_in *from);

/* Chooses the digest for good. */
int sslp_drop_in_fix_digest(struct sslp_drop_in *context, const char *name);

/* Whether the parameters have the meaning that OpenSSL 3.6 gave them: what is given twice is
 * refused, and what is not given stays as it was. */
static inline bool sslp_drop_in_is_strict(void)
{
    return OPENSSL_version_major() > 3 || OPENSSL_version_minor() >= 6;
}

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

/* Setters; a NULL parameter sets nothing.  After a failure the item counts as not given. */
int sslp_drop_in_set_digest(
    struct sslp_drop_in *context, const OSSL_PARAM *digest, const OSSL_PARAM *properties);
int sslp_drop_in_set_octets(
    struct sslp_drop_in *context, enum sslp_drop_in_item item, const OSSL_PARAM *param);

/* Appends this parameter and those of the same name after it to an item; empty ones add nothing. */
int sslp_drop_in_append_octets(
    struct sslp_drop_in *context, enum sslp_drop_in_item item, const OSSL_PARAM *param);

/* Wipes and frees; the item counts as not given. */
void sslp_drop_in_clear_octets(struct sslp_drop_in_octets *octets);

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
    struct sslp_drop_in *context, const OSSL_PARAM *const found[SSLP_HKDF_COMMON]);

/* The parameters that tell of the state of such a KDF: size, digest, mode and info. */
int sslp_drop_in_get_hkdf(const struct sslp_drop_in *context, OSSL_PARAM params[]);

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
