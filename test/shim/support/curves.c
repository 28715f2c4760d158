/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/support/curves.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdint.h>

const struct curve curves[CURVES] = {
    {29, "X25519", 32, 0, 255},
    {30, "X448", 56, 0, 448},
    {23, "P-256", 32, 23, 256},
    {24, "P-384", 48, 24, 384},
    {25, "P-521", 66, 25, 521},
    {26, "brainpoolP256r1", 32, 0, 256},
    {27, "brainpoolP384r1", 48, 0, 384},
    {28, "brainpoolP512r1", 64, 0, 512},
    {22, "secp256k1", 32, 0, 256},
    {21, "P-224", 28, 0, 224},
    {20, "secp224k1", 28, 0, 224},
    {19, "P-192", 24, 0, 192},
    {18, "secp192k1", 24, 0, 192},
    {17, "secp160r2", 20, 0, 160},
    {16, "secp160r1", 20, 0, 160},
    {15, "secp160k1", 20, 0, 160},
};

bool libcrypto_has(const char *name)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string("group", (char *)(uintptr_t)name, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, name[0] == 'X' ? name : "EC", NULL);
    EVP_PKEY *key = NULL;
    bool has = context != NULL;

    if (has && name[0] != 'X')
        has = EVP_PKEY_fromdata_init(context) > 0 &&
            EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEY_PARAMETERS, params) > 0;
    EVP_PKEY_free(key);
    EVP_PKEY_CTX_free(context);
    ERR_clear_error();
    return has;
}
