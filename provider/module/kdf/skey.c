/* SPDX-License-Identifier: Apache-2.0
 *
 * KDFs and opaque keys: an EVP_SKEY goes in, and a secret comes out as one.
 *
 * Session keys need nothing of this: where the key asked for belongs to another provider, such as
 * AES, libcrypto derives its bytes and imports them there.
 */
#include "module/kdf/kdf.h"

#ifdef SSLP_HAVE_KDF_SKEY

#    include "module/reasons.h"
#    include "sslprovider/names.h"

#    include <openssl/crypto.h>
#    include <openssl/params.h>
#    include <string.h>

/* The key's own handle is what goes in: the context then holds a reference of its own. */
static int set_handle(struct sslp_kdf_inputs *inputs, const struct sslp_kdf_parameter *row,
    const struct sslp_key *key)
{
    const struct sslp_kdf_parameter table[] = {*row, {NULL, NULL}};
    uint64_t handle = key->handle;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(row->name, &handle), OSSL_PARAM_construct_end()};

    return sslp_kdf_inputs_set(inputs, table, params);
}

int sslp_kdf_set_skey(void *kctx, void *keydata, const char *name)
{
    static const struct sslp_kdf_parameter row = {SSLPROVIDER_PARAM_HANDLE, sslp_set_handle};
    const struct sslp_skey *skey = keydata;
    struct sslp_kdf_inputs *inputs = kctx;

    /* libcrypto says "key" for an application that names no parameter. */
    if (name != NULL && strcmp(name, SSLPROVIDER_PARAM_KEY) != 0 &&
        strcmp(name, SSLPROVIDER_PARAM_SECRET) != 0)
        return sslp_raise_detail(inputs->provctx, UNKNOWN_PARAMETER, name);
    return set_handle(inputs, &row, skey->key);
}

int sslp_kdf_set_skey_or_shared(void *kctx, void *keydata, const char *name)
{
    static const struct sslp_kdf_parameter row = {
        SSLPROVIDER_PARAM_SHARED_SECRET_HANDLE, sslp_set_shared_secret_handle};
    const struct sslp_skey *skey = keydata;

    if (name == NULL || strcmp(name, SSLPROVIDER_PARAM_SHARED_SECRET) != 0)
        return sslp_kdf_set_skey(kctx, keydata, name);
    return set_handle(kctx, &row, skey->key);
}

/* Whatever can fail of the taking over comes before there is a key to take over. */
static int derive_into(struct sslp_skey *skey, struct sslp_kdf_inputs *inputs,
    sslp_kdf_compute_fn *compute, size_t len)
{
    const struct sslp_output *const asked_for = inputs->output;
    struct sslp_key *key;
    uint8_t out[sizeof(sslp_handle)];
    sslp_handle handle;
    int ok;

    inputs->output = sslp_kdf_handle_output;
    ok = compute(inputs, out, sizeof(out));
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

void *sslp_kdf_derive_skey(struct sslp_kdf_inputs *inputs, const struct sslp_kdf_method *method,
    size_t len, const OSSL_PARAM params[])
{
    struct sslp_skey *skey = NULL;

    if (sslp_prfs_start(inputs->provctx) && sslp_kdf_set_params(inputs, method->parameters, params))
        skey = sslp_skey_new(inputs->provctx);
    if (skey != NULL && !derive_into(skey, inputs, method->compute, len)) {
        sslp_skey_free(skey);
        skey = NULL;
    }
    if (skey != NULL)
        sslp_provctx_served(inputs->provctx, method->algorithm);
    return skey;
}

/* The type asked for is that of this provider's own secrets, which this KDF does not make. */
void *sslp_kdf_derive_no_skey(void *kctx, const char *key_type, void *provctx,
    OSSL_FUNC_skeymgmt_import_fn *import, size_t len, const OSSL_PARAM params[])
{
    (void)kctx;
    (void)import;
    (void)len;
    (void)params;
    (void)sslp_raise_detail((struct sslp_provctx *)provctx, WRONG_KEY_KIND, key_type);
    return NULL;
}

#endif
