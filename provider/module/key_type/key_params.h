/* SPDX-License-Identifier: Apache-2.0
 *
 * Key objects and parameter lists: how an object is made of one, and what one says of an object.
 * Both forms that OpenSSL has for keys, EVP_PKEY and EVP_SKEY, share this.
 */
#ifndef SSLP_MODULE_KEY_TYPE_KEY_PARAMS_H
#define SSLP_MODULE_KEY_TYPE_KEY_PARAMS_H

#include "keys/key.h"
#include "module/provctx.h"

#include <openssl/core.h>

extern const OSSL_DISPATCH sslp_keymgmt_functions[];

/* Each raises and returns 0 or NULL on failure. */

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

/* Whether a list with a handle has no secret beside it. */
int sslp_key_only_handle(const struct sslp_provctx *provctx, const OSSL_PARAM params[]);

/* The object of a parameter "handle", with a counted reference. */
struct sslp_key *sslp_key_of_param(struct sslp_provctx *provctx, const OSSL_PARAM *param);

/* Whether the secret may leave the provider: by the consent given when the object was made. */
int sslp_key_may_leave(const struct sslp_provctx *provctx, const struct sslp_key *key);

/* What is said of an object; the list points into it and into the object. */
struct sslp_key_params {
    OSSL_PARAM list[8]; /* always ended */
    size_t count;
    int exportable;
    size_t length;
    uint64_t handle;
};

/* Kind, protocol, suite, role, policy; then more for who asks for it. */
void sslp_key_describe(struct sslp_key_params *params, const struct sslp_key *key);
void sslp_key_add_secret(
    struct sslp_key_params *params, const char *name, const struct sslp_key *key);
void sslp_key_add_reference(struct sslp_key_params *params, const struct sslp_key *key);

#endif
