/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/keys/secret.h"

#include "shim/core/errors.h"
#include "shim/core/objects.h"
#include "sslprovider/names.h"

#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

EVP_PKEY *sslp_secret_key_from(OSSL_LIB_CTX *libctx, OSSL_PARAM *params)
{
    EVP_PKEY_CTX *context =
        EVP_PKEY_CTX_new_from_name(libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLP_BACKEND_QUERY);
    EVP_PKEY *key = NULL;

    if (context != NULL && EVP_PKEY_fromdata_init(context) > 0)
        (void)EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params);
    EVP_PKEY_CTX_free(context);
    return key;
}

SECURITY_STATUS sslp_secret_new(struct sslp_backend *backend,
    const struct sslp_secret_attributes *attributes, EVP_PKEY *key, NCRYPT_KEY_HANDLE *handle)
{
    struct sslp_secret_object *object = sslp_object_new(SSLP_OBJECT_SECRET, backend);
    OSSL_PARAM params[] = {OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end()};

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
    if (EVP_PKEY_get_params(key, params))
        return sslp_object_publish(SSLP_OBJECT_SECRET, object, handle);
    sslp_object_free(SSLP_OBJECT_SECRET, object);
    return NTE_NO_MEMORY;
}

/* An EVP_PKEY that owns the key behind the handle. */
static EVP_PKEY *adopt(EVP_PKEY_CTX *context, uint64_t key_handle)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &key_handle),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY *key = NULL;

    (void)EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params);
    return key;
}

/* Nobody else knows the handle, and without memory it cannot be adopted: the KDF ends it. */
static void discard(EVP_KDF_CTX *kdf, uint64_t key_handle)
{
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_DISCARD, &key_handle),
        OSSL_PARAM_construct_end(),
    };

    /* The handle has ended already where it was the EVP_PKEY that came to nothing. */
    ERR_set_mark();
    (void)EVP_KDF_CTX_set_params(kdf, params);
    ERR_pop_to_mark();
}

static SECURITY_STATUS derive(struct sslp_backend *backend, EVP_PKEY_CTX *adopter, EVP_KDF_CTX *kdf,
    const OSSL_PARAM *params, SECURITY_STATUS otherwise,
    const struct sslp_secret_attributes *attributes, NCRYPT_KEY_HANDLE *handle)
{
    uint64_t key_handle = 0;
    EVP_PKEY *key;

    if (EVP_KDF_derive(kdf, (uint8_t *)&key_handle, sizeof(key_handle), params) <= 0)
        return sslp_errors_refusal(otherwise);
    key = adopt(adopter, key_handle);
    if (key == NULL) {
        discard(kdf, key_handle);
        return sslp_errors_refusal(NTE_INTERNAL_ERROR);
    }
    return sslp_secret_new(backend, attributes, key, handle);
}

SECURITY_STATUS sslp_secret_derive(struct sslp_backend *backend, enum sslp_backend_kdf kdf,
    const OSSL_PARAM *params, SECURITY_STATUS otherwise,
    const struct sslp_secret_attributes *attributes, NCRYPT_KEY_HANDLE *handle)
{
    const unsigned long errors = sslp_errors_begin();
    EVP_PKEY_CTX *adopter = EVP_PKEY_CTX_new_from_name(
        backend->libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLP_BACKEND_QUERY);
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(backend->kdf[kdf]);
    SECURITY_STATUS status;

    *handle = 0;
    if (params != NULL && adopter != NULL && context != NULL && EVP_PKEY_fromdata_init(adopter) > 0)
        status = derive(backend, adopter, context, params, otherwise, attributes, handle);
    else
        status = sslp_errors_refusal(NTE_INTERNAL_ERROR);
    EVP_KDF_CTX_free(context);
    EVP_PKEY_CTX_free(adopter);
    return sslp_errors_end(errors, status);
}
