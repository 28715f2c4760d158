/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/secret.h"

#include "shim/errors.h"
#include "shim/objects.h"
#include "sslprovider/names.h"

#include <openssl/crypto.h>
#include <openssl/params.h>

SECURITY_STATUS sslp_secret_new(struct sslp_backend *backend,
    const struct sslp_secret_attributes *attributes, EVP_PKEY *key, NCRYPT_KEY_HANDLE *handle)
{
    struct sslp_secret_object *object = sslp_zalloc(sizeof(*object));
    OSSL_PARAM params[] = {OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end()};

    *handle = 0;
    if (object == NULL) {
        EVP_PKEY_free(key);
        return NTE_NO_MEMORY;
    }
    object->backend = sslp_backend_retain(backend);
    object->key = key;
    object->kind = attributes->kind;
    object->protocol = attributes->protocol->version;
    object->cipher_suite = attributes->suite->id;
    object->flags = attributes->flags;
    params[0] = OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &object->key_handle);
    if (EVP_PKEY_get_params(key, params)) {
        *handle = sslp_object_insert(SSLP_OBJECT_SECRET, object);
        if (*handle != 0)
            return ERROR_SUCCESS;
    }
    sslp_secret_object_free(object);
    return NTE_NO_MEMORY;
}
