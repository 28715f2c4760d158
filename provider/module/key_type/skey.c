/* SPDX-License-Identifier: Apache-2.0 */
#include "module/key_type/skey.h"

#include "module/reasons.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdio.h>

struct sslp_skey *sslp_skey_new(struct sslp_provctx *provctx)
{
    struct sslp_skey *skey = OPENSSL_zalloc(sizeof(*skey));

    if (skey == NULL)
        (void)sslp_raise_status(provctx, SSLP_ERR_MEMORY);
    else
        skey->provctx = provctx;
    return skey;
}

void sslp_skey_free(struct sslp_skey *skey)
{
    if (skey == NULL)
        return;
    sslp_key_unshare(skey->key);
    OPENSSL_free(skey);
}

int sslp_skey_share(struct sslp_skey *skey, struct sslp_key *key)
{
    if (!sslp_key_share(key))
        return sslp_raise(skey->provctx, INVALID_KEY_HANDLE);
    skey->key = key;
    (void)snprintf(skey->id, sizeof(skey->id), "0x%016" PRIx64, key->handle);
    return 1;
}
