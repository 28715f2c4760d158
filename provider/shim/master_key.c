/* SPDX-License-Identifier: Apache-2.0
 *
 * From a premaster secret to a master key: one call of the KDF SSL-MASTER-KEY, whose result stays
 * in the OpenSSL provider and is taken over by handle.
 */
#include "shim/errors.h"
#include "shim/key_log.h"
#include "shim/params.h"
#include "shim/pre_master.h"
#include "sslprovider/names.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>

static SECURITY_STATUS derive(const struct sslp_backend *backend,
    const struct sslp_secret_attributes *attributes, const struct sslp_parameters *parameters,
    const struct sslp_pre_master *pre_master, uint64_t *key_handle)
{
    OSSL_PARAM params[9];
    int exportable = sslp_key_log_enabled();
    size_t n = 0;

    params[n++] = sslp_params_octets(
        SSLPROVIDER_PARAM_SECRET, sslp_bytes(pre_master->bytes, pre_master->len));
    params[n++] = sslp_params_text(SSLPROVIDER_PARAM_PROTOCOL, attributes->protocol->name);
    params[n++] = sslp_params_text(SSLPROVIDER_PARAM_CIPHER_SUITE, attributes->suite->name);
    params[n++] = sslp_params_text(SSLPROVIDER_PARAM_ROLE,
        attributes->flags == NCRYPT_SSL_CLIENT_FLAG ? SSLPROVIDER_ROLE_CLIENT
                                                    : SSLPROVIDER_ROLE_SERVER);
    params[n++] = sslp_params_text(SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_HANDLE);
    params[n++] = OSSL_PARAM_construct_int(SSLPROVIDER_PARAM_EXPORTABLE, &exportable);
    if (parameters->session_hash.data != NULL) {
        params[n++] = sslp_params_octets(SSLPROVIDER_PARAM_SESSION_HASH, parameters->session_hash);
    } else if (parameters->client_random != NULL) {
        params[n++] = sslp_params_octets(SSLPROVIDER_PARAM_CLIENT_RANDOM,
            sslp_bytes(parameters->client_random, SSLP_PARAMETER_RANDOM_LEN));
        params[n++] = sslp_params_octets(SSLPROVIDER_PARAM_SERVER_RANDOM,
            sslp_bytes(parameters->server_random, SSLP_PARAMETER_RANDOM_LEN));
    }
    params[n] = OSSL_PARAM_construct_end();
    /* What can fail now is the list: no random, or a session hash of another hash's length. */
    return sslp_backend_derive(backend, SSLP_KDF_MASTER_KEY, params, (uint8_t *)key_handle,
        sizeof(*key_handle), NTE_INVALID_PARAMETER);
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

static SECURITY_STATUS make_master_key(struct sslp_backend *backend, EVP_PKEY_CTX *context,
    const struct sslp_secret_attributes *attributes, const struct sslp_parameters *parameters,
    const struct sslp_pre_master *pre_master, NCRYPT_KEY_HANDLE *handle)
{
    uint64_t key_handle = 0;
    SECURITY_STATUS status = derive(backend, attributes, parameters, pre_master, &key_handle);
    EVP_PKEY *key;

    if (status != ERROR_SUCCESS)
        return status;
    key = adopt(context, key_handle);
    if (key != NULL)
        return sslp_secret_new(backend, attributes, key, handle);
    /* Nobody else knows the handle: a second attempt is to get the secret wiped. */
    EVP_PKEY_free(adopt(context, key_handle));
    return NTE_INTERNAL_ERROR;
}

SECURITY_STATUS sslp_master_key_new(struct sslp_backend *backend,
    const struct sslp_secret_attributes *attributes, const struct sslp_parameters *parameters,
    const struct sslp_pre_master *pre_master, NCRYPT_KEY_HANDLE *handle)
{
    const unsigned long errors = sslp_errors_begin();
    /* Whatever can fail of the adoption comes before there is a secret to adopt. */
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(
        backend->libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLP_BACKEND_QUERY);
    SECURITY_STATUS status = NTE_INTERNAL_ERROR;

    *handle = 0;
    if (context != NULL && EVP_PKEY_fromdata_init(context) > 0)
        status = make_master_key(backend, context, attributes, parameters, pre_master, handle);
    EVP_PKEY_CTX_free(context);
    return sslp_errors_end(errors, status);
}
