/* SPDX-License-Identifier: Apache-2.0
 *
 * KDFs and opaque keys: an EVP_SKEY goes in, and a secret comes out as one.
 *
 * Session keys need none of this: for a key of another provider, such as AES, libcrypto derives the
 * bytes and imports them there.
 */
#include "module/kdf/kdf.h"

#ifdef SSLP_HAVE_KDF_SKEY

#    include "module/key_type/key_type.h"
#    include "module/reasons.h"
#    include "sslprovider/names.h"

#    include <openssl/crypto.h>
#    include <openssl/params.h>
#    include <string.h>

/* The parameter for the handle of an opaque key that was given under a name.  Where the application
 * gives no name, libcrypto passes "key". */
static const char *skey_handle_name(const struct sslp_kdf_inputs *inputs, const char *name)
{
    const struct sslp_kdf_parameter *row = inputs->method->parameters;

    if (name == NULL || strcmp(name, SSLPROVIDER_PARAM_KEY) == 0 ||
        strcmp(name, SSLPROVIDER_PARAM_SECRET) == 0)
        return SSLPROVIDER_PARAM_HANDLE;
    while (row->name != NULL && row->set != sslp_set_shared_secret_handle)
        row++;
    return row->name != NULL && strcmp(name, SSLPROVIDER_PARAM_SHARED_SECRET) == 0 ? row->name
                                                                                   : NULL;
}

/* Puts in the key's handle; the context then holds its own reference. */
int sslp_kdf_set_skey(void *kctx, void *keydata, const char *name)
{
    struct sslp_kdf_inputs *inputs = kctx;
    const struct sslp_skey *skey = keydata;
    const char *handle_name = skey_handle_name(inputs, name);
    uint64_t handle = skey->key->handle;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(handle_name, &handle), OSSL_PARAM_construct_end()};

    if (handle_name == NULL)
        return sslp_raise_detail(inputs->provctx, UNKNOWN_PARAMETER, name);
    return sslp_kdf_inputs_set(inputs, inputs->method->parameters, params);
}

/* Derives a handle, which the EVP_SKEY then shares. */
static int skey_derive_into(struct sslp_skey *skey, struct sslp_kdf_inputs *inputs, size_t len)
{
    const struct sslp_output *const asked_for = inputs->output;
    struct sslp_key *key;
    uint8_t out[sizeof(sslp_handle)];
    sslp_handle handle;
    int ok;

    inputs->output = sslp_kdf_handle_output;
    ok = inputs->method->compute(inputs, out, sizeof(out));
    inputs->output = asked_for;
    if (!ok)
        return 0;
    memcpy(&handle, out, sizeof(handle));
    key = sslp_key_acquire(inputs->provctx->keys, handle);
    if (key == NULL)
        return sslp_raise(inputs->provctx, INVALID_KEY_HANDLE);
    ok = sslp_skey_share(skey, key);
    sslp_key_release(key);
    if (ok && len != 0 && len != skey->key->secret_len)
        ok = sslp_raise_length(inputs->provctx, INVALID_OUTPUT_LENGTH, len, skey->key->secret_len);
    return ok;
}

/* libcrypto calls this for keys of our own type.  Allocate first: nothing may fail once the key
 * exists. */
void *sslp_kdf_derive_skey(void *kctx, const char *key_type, void *provctx,
    OSSL_FUNC_skeymgmt_import_fn *import, size_t len, const OSSL_PARAM params[])
{
    struct sslp_kdf_inputs *inputs = kctx;
    struct sslp_skey *skey = NULL;

    (void)provctx;
    (void)import;
    if (inputs->method->outputs != sslp_kdf_secret_outputs) {
        (void)sslp_raise_detail(inputs->provctx, WRONG_KEY_KIND, key_type);
        return NULL;
    }
    if (sslp_prfs_usable(inputs->provctx) && sslp_kdf_set_ctx_params(inputs, params))
        skey = sslp_skey_new(inputs->provctx);
    if (skey != NULL && !skey_derive_into(skey, inputs, len)) {
        sslp_skey_free(skey);
        skey = NULL;
    }
    if (skey != NULL)
        sslp_provctx_served(inputs->provctx, inputs->method->algorithm);
    return skey;
}

#endif
