/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/keys/secret_handle.h"

#include "shim/core/errors.h"
#include "shim/core/objects.h"
#include "shim/keys/public_key.h"
#include "sslprovider/names.h"

#include <openssl/kdf.h>
#include <openssl/params.h>

EVP_PKEY *sslp_secret_key_from(OSSL_LIB_CTX *libctx, OSSL_PARAM *params)
{
    return sslp_pkey_from_params(
        libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLP_BACKEND_QUERY, EVP_PKEY_KEYPAIR, params);
}

SECURITY_STATUS sslp_secret_new(struct sslp_backend *backend,
    const struct sslp_secret_attributes *attributes, EVP_PKEY *key, NCRYPT_KEY_HANDLE *handle)
{
    struct sslp_secret_object *object = sslp_object_new(SSLP_OBJECT_SECRET, backend);
    OSSL_PARAM params[2];

    *handle = 0;
    if (object == NULL) {
        EVP_PKEY_free(key);
        return NTE_NO_MEMORY;
    }
    object->key = key;
    object->kind = attributes->kind;
    object->protocol = attributes->protocol;
    object->suite = attributes->suite;
    object->flags = attributes->flags;
    params[0] = OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &object->key_handle);
    params[1] = OSSL_PARAM_construct_end();
    if (EVP_PKEY_get_params(key, params))
        return sslp_object_publish(SSLP_OBJECT_SECRET, object, handle);
    sslp_object_free(SSLP_OBJECT_SECRET, object);
    return NTE_NO_MEMORY;
}

/* An EVP_PKEY that owns the key behind a handle; NULL for want of memory. */
static EVP_PKEY *secret_adopt(OSSL_LIB_CTX *libctx, uint64_t key_handle)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &key_handle),
        OSSL_PARAM_construct_end(),
    };

    return sslp_secret_key_from(libctx, params);
}

/* A handle that could not be adopted would live as long as the provider.  The KDF that made it ends
 * it, which takes no memory. */
static void secret_discard(EVP_KDF_CTX *kdf, uint64_t key_handle)
{
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_DISCARD, &key_handle),
        OSSL_PARAM_construct_end(),
    };

    /* The KDF refuses a handle that ended with an EVP_PKEY that came to nothing. */
    ERR_set_mark();
    (void)EVP_KDF_CTX_set_params(kdf, params);
    ERR_pop_to_mark();
}

SECURITY_STATUS sslp_secret_derive(struct sslp_backend *backend, enum sslp_backend_kdf kdf,
    const OSSL_PARAM *params, SECURITY_STATUS otherwise,
    const struct sslp_secret_attributes *attributes, NCRYPT_KEY_HANDLE *handle)
{
    const unsigned long errors = sslp_errors_begin();
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(backend->kdf[kdf]);
    uint64_t key_handle = 0;
    EVP_PKEY *key = NULL;
    SECURITY_STATUS status;

    *handle = 0;
    if (params == NULL || context == NULL) {
        status = sslp_errors_refusal(NTE_INTERNAL_ERROR);
    } else if (EVP_KDF_derive(context, (uint8_t *)&key_handle, sizeof(key_handle), params) <= 0) {
        status = sslp_errors_refusal(otherwise);
    } else if ((key = secret_adopt(backend->libctx, key_handle)) == NULL) {
        secret_discard(context, key_handle);
        status = sslp_errors_refusal(NTE_INTERNAL_ERROR);
    } else {
        status = sslp_secret_new(backend, attributes, key, handle);
    }
    EVP_KDF_CTX_free(context);
    return sslp_errors_end(errors, status);
}
