/* SPDX-License-Identifier: Apache-2.0
 *
 * From a premaster secret to a master key: one call of the KDF SSL-MASTER-KEY, whose result stays
 * in the OpenSSL provider and is taken over by handle.
 */
#include "shim/core/ossl_params.h"
#include "shim/keys/pre_master.h"
#include "shim/transcript/key_log.h"
#include "sslprovider/names.h"

SECURITY_STATUS sslp_master_key_new(struct sslp_backend *backend,
    const struct sslp_secret_attributes *attributes, const struct sslp_parameter_list *parameters,
    const struct sslp_pre_master *pre_master, NCRYPT_KEY_HANDLE *handle)
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
            sslp_bytes(parameters->client_random, SSLP_RANDOM_LEN));
        params[n++] = sslp_params_octets(SSLPROVIDER_PARAM_SERVER_RANDOM,
            sslp_bytes(parameters->server_random, SSLP_RANDOM_LEN));
    }
    params[n] = OSSL_PARAM_construct_end();
    /* What can fail now is the list: no random, or a session hash of another hash's length. */
    return sslp_secret_derive(
        backend, SSLP_KDF_MASTER_KEY, params, NTE_INVALID_PARAMETER, attributes, handle);
}
