/* SPDX-License-Identifier: Apache-2.0
 *
 * The smallest use of the installed module: the 40 bytes of keys of a TLS 1.2 connection.
 */
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <sslprovider/names.h>

int main(void)
{
    static unsigned char bytes[48], keys[40];
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(SSLPROVIDER_PARAM_DIGEST, "SHA2-256", 0),
        OSSL_PARAM_construct_octet_string(SSLPROVIDER_PARAM_SECRET, bytes, 48),
        OSSL_PARAM_construct_octet_string(SSLPROVIDER_PARAM_CLIENT_RANDOM, bytes, 32),
        OSSL_PARAM_construct_octet_string(SSLPROVIDER_PARAM_SERVER_RANDOM, bytes, 32),
        OSSL_PARAM_construct_end(),
    };
    OSSL_PROVIDER *provider = OSSL_PROVIDER_try_load(NULL, SSLPROVIDER_NAME, 1);
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, SSLPROVIDER_KDF_SESSION_KEYS, NULL);
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
    int ok = context != NULL && EVP_KDF_derive(context, keys, sizeof(keys), params) > 0;

    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return !ok || provider == NULL || !OSSL_PROVIDER_unload(provider);
}
