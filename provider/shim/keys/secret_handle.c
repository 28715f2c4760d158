/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/keys/secret_handle.h"

#include "ncryptssl/sslprovider_ext.h"
#include "shim/core/errors.h"
#include "shim/core/objects.h"
#include "sslprovider/names.h"

#include <openssl/kdf.h>
#include <openssl/params.h>

/* The object owns the handle, or the key that has adopted it. */
static SECURITY_STATUS secret_publish(struct sslp_backend *backend,
    const struct sslp_secret_attributes *attributes, EVP_PKEY *key, uint64_t key_handle,
    NCRYPT_KEY_HANDLE *handle)
{
    struct sslp_secret_object *object = sslp_object_make(SSLP_OBJECT_SECRET, backend);

    *handle = 0;
    if (object == NULL) {
        EVP_PKEY_free(key);
        if (key == NULL)
            sslp_backend_end_key(backend, key_handle);
        return NTE_NO_MEMORY;
    }
    object->key = key;
    object->key_handle = key_handle;
    object->exportable = attributes->exportable;
    object->kind = attributes->kind;
    object->protocol = attributes->protocol;
    object->suite = attributes->suite;
    object->flags = attributes->flags;
    return sslp_object_insert(SSLP_OBJECT_SECRET, object, handle);
}

SECURITY_STATUS sslp_secret_new(struct sslp_backend *backend,
    const struct sslp_secret_attributes *attributes, EVP_PKEY *key, NCRYPT_KEY_HANDLE *handle)
{
    uint64_t key_handle = 0;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &key_handle),
        OSSL_PARAM_construct_end(),
    };

    if (EVP_PKEY_get_params(key, params))
        return secret_publish(backend, attributes, key, key_handle, handle);
    EVP_PKEY_free(key);
    *handle = 0;
    return NTE_NO_MEMORY;
}

/* An EVP_PKEY costs more than a derivation.  A key log needs one, and so does the question whether
 * an early secret was made without a pre-shared key. */
static bool secret_needs_pkey(const struct sslp_secret_attributes *attributes)
{
    return attributes->exportable || attributes->kind == NCRYPTSSL_KIND_EARLY_SECRET;
}

/* Takes over a handle that a KDF has written: nobody else would end it before the provider ends. */
static SECURITY_STATUS secret_take(struct sslp_backend *backend,
    const struct sslp_secret_attributes *attributes, uint64_t key_handle, NCRYPT_KEY_HANDLE *handle)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &key_handle),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY *key = NULL;

    if (secret_needs_pkey(attributes)) {
        key = sslp_backend_import_key(backend, params);
        if (key == NULL) {
            sslp_backend_end_key(backend, key_handle);
            return sslp_errors_refusal(NTE_INTERNAL_ERROR);
        }
    }
    return secret_publish(backend, attributes, key, key_handle, handle);
}

SECURITY_STATUS sslp_secret_derive(struct sslp_backend *backend, enum sslp_backend_kdf kdf,
    const OSSL_PARAM *params, SECURITY_STATUS otherwise,
    const struct sslp_secret_attributes *attributes, NCRYPT_KEY_HANDLE *handle)
{
    const unsigned long errors = sslp_errors_begin();
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(backend->kdf[kdf]);
    uint64_t key_handle = 0;
    SECURITY_STATUS status;

    *handle = 0;
    if (params == NULL || context == NULL)
        status = sslp_errors_refusal(NTE_INTERNAL_ERROR);
    else if (EVP_KDF_derive(context, (uint8_t *)&key_handle, sizeof(key_handle), params) <= 0)
        status = sslp_errors_refusal(otherwise);
    else
        status = secret_take(backend, attributes, key_handle, handle);
    EVP_KDF_CTX_free(context);
    return sslp_errors_end(errors, status);
}
