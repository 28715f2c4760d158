/* SPDX-License-Identifier: Apache-2.0
 *
 * What an EVP_SKEY of the type SSL-KEY holds: a share in a key object.
 */
#ifndef SSLP_MODULE_KEY_TYPE_SKEY_H
#define SSLP_MODULE_KEY_TYPE_SKEY_H

#include "keys/key.h"
#include "module/features.h"
#include "module/provctx.h"

/* "0x", 16 digits and the end. */
enum { SSLP_SKEY_ID_SIZE = 19 };

struct sslp_skey {
    struct sslp_provctx *provctx;
    struct sslp_key *key;       /* this struct is a sharing owner of its handle */
    char id[SSLP_SKEY_ID_SIZE]; /* the handle as text */
};

/* One that holds nothing yet; raises and returns NULL when memory is short. */
struct sslp_skey *sslp_skey_new(struct sslp_provctx *provctx);
/* Ends the share.  NULL is allowed. */
void sslp_skey_free(struct sslp_skey *skey);

/* Shares in the object of a handle; raises and returns 0 if it has ended. */
int sslp_skey_share(struct sslp_skey *skey, struct sslp_key *key);

#ifdef SSLP_HAVE_SKEYMGMT
extern const OSSL_DISPATCH sslp_skeymgmt_functions[];
#endif

#endif
