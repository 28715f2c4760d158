/* SPDX-License-Identifier: Apache-2.0
 *
 * Key objects as OpenSSL has them, EVP_PKEY and EVP_SKEY: how an object is made of a list of
 * parameters, and what a list says of an object.  Functions raise a reason and return 0 or NULL on
 * failure.
 */
#ifndef SSLP_MODULE_KEY_TYPE_KEY_TYPE_H
#define SSLP_MODULE_KEY_TYPE_KEY_TYPE_H

#include "keys/key.h"
#include "module/features.h"
#include "module/provctx.h"

#include <openssl/core.h>
#include <openssl/core_dispatch.h>

/* Makes an object; the caller is its unique owner.  Only a kind that has no PRF may be without
 * protocol and suite. */
int sslp_key_make(struct sslp_provctx *provctx, const struct sslp_key_attributes *attributes,
    struct sslp_bytes secret, struct sslp_key **key);

/* The same of a secret and attributes in a list. */
int sslp_key_from_params(
    struct sslp_provctx *provctx, const OSSL_PARAM params[], struct sslp_key **key);

/* The same of attributes in a list and a random secret: a pre-shared key of TLS 1.3. */
int sslp_key_from_random(struct sslp_provctx *provctx, const OSSL_PARAM params[],
    struct sslp_bytes secret, struct sslp_key **key);

/* Whether a key that is made of a derived secret may leave the provider. */
enum sslp_key_policy {
    SSLP_KEY_CLOSED,   /* never; to ask for it is refused */
    SSLP_KEY_AS_ASKED, /* as the list says, by default not */
    SSLP_KEY_OPEN      /* as the list says, by default yes */
};

/* The same of attributes in a list, which may be NULL, and a secret that was derived.  Without
 * attributes it is a premaster secret: one that no protocol has yet. */
int sslp_key_from_derived(struct sslp_provctx *provctx, const OSSL_PARAM params[],
    struct sslp_bytes secret, enum sslp_key_policy policy, struct sslp_key **key);

/* Whether a list with a handle has no secret beside it. */
int sslp_key_only_handle(const struct sslp_provctx *provctx, const OSSL_PARAM params[]);

/* Whether the secret may leave the provider: by the consent given when the object was made. */
int sslp_key_may_leave(const struct sslp_provctx *provctx, const struct sslp_key *key);

/* Tells a callback what makes an equal object elsewhere: the attributes, and under `secret_name`
 * the secret, if that may leave.  Where the name is NULL the callback gets what refers to this
 * object instead: the attributes, the handle and the length. */
int sslp_key_export(const struct sslp_provctx *provctx, const struct sslp_key *key,
    const char *secret_name, OSSL_CALLBACK *callback, void *argument);

/* The attributes, for lists of what is settable, gettable or exported. */
#define SSLP_KEY_ATTRIBUTES                                                                        \
    OSSL_PARAM_utf8_string(SSLPROVIDER_PARAM_KIND, NULL, 0),                                       \
        OSSL_PARAM_utf8_string(SSLPROVIDER_PARAM_PROTOCOL, NULL, 0),                               \
        OSSL_PARAM_utf8_string(SSLPROVIDER_PARAM_CIPHER_SUITE, NULL, 0),                           \
        OSSL_PARAM_utf8_string(SSLPROVIDER_PARAM_ROLE, NULL, 0),                                   \
        OSSL_PARAM_int(SSLPROVIDER_PARAM_EXPORTABLE, NULL)

/* What an EVP_SKEY holds: a share in an object. */
enum { SSLP_SKEY_ID_SIZE = sizeof("0x0123456789abcdef") };

struct sslp_skey {
    struct sslp_provctx *provctx;
    struct sslp_key *key;       /* this struct is a sharing owner of its handle */
    char id[SSLP_SKEY_ID_SIZE]; /* the handle as text */
};

/* One that holds nothing yet. */
struct sslp_skey *sslp_skey_new(struct sslp_provctx *provctx);
/* Ends the share.  NULL is allowed. */
void sslp_skey_free(struct sslp_skey *skey);

/* Shares in the object of a handle, unless it has ended. */
int sslp_skey_share(struct sslp_skey *skey, struct sslp_key *key);

/* Makes a share of the unique ownership that the maker of an object has. */
int sslp_skey_take_over(struct sslp_skey *skey, struct sslp_key *key);

extern const OSSL_DISPATCH sslp_keymgmt_functions[];
#ifdef SSLP_HAVE_SKEYMGMT
extern const OSSL_DISPATCH sslp_skeymgmt_functions[];
#endif

#endif
