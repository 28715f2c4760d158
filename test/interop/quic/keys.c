/* SPDX-License-Identifier: Apache-2.0 */
#include "common/provider_support.h"
#include "quic.h"
#include "sslprovider/names.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/provider.h>
#include <string.h>

static OSSL_PROVIDER *provider;
static EVP_KDF *secret_kdf, *keys_kdf;

bool open_provider(void)
{
    provider = OSSL_PROVIDER_try_load(NULL, SSLPROVIDER_NAME, 1);
    secret_kdf = EVP_KDF_fetch(NULL, SSLPROVIDER_KDF_TRAFFIC_SECRET, SSLPROVIDER_PROPERTY);
    keys_kdf = EVP_KDF_fetch(NULL, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    return secret_kdf != NULL && keys_kdf != NULL;
}

void close_provider(void)
{
    EVP_KDF_free(keys_kdf);
    EVP_KDF_free(secret_kdf);
    if (provider != NULL)
        OSSL_PROVIDER_unload(provider);
}

static EVP_PKEY *derive_secret(struct support_params *params)
{
    uint64_t handle;

    support_add_text(params, SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_HANDLE);
    if (!support_run(secret_kdf, params, &handle, sizeof(handle)))
        return NULL;
    return support_adopt(NULL, handle);
}

EVP_PKEY *initial_secret(const char *protocol, int side, const uint8_t *id, size_t id_len)
{
    struct support_params params = {.count = 0};

    support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, protocol);
    support_add_text(&params, SSLPROVIDER_PARAM_TARGET,
        side == CAPTURE_CLIENT ? SSLPROVIDER_TARGET_CLIENT_INITIAL
                               : SSLPROVIDER_TARGET_SERVER_INITIAL);
    support_add_octets(&params, SSLPROVIDER_PARAM_CONNECTION_ID, id, id_len);
    return derive_secret(&params);
}

EVP_PKEY *import_secret(const char *protocol, const char *suite, const uint8_t *secret, size_t len)
{
    struct support_params params = {.count = 0};

    support_add_text(&params, SSLPROVIDER_PARAM_KIND, SSLPROVIDER_KIND_TRAFFIC_SECRET);
    support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, protocol);
    support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, suite);
    support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, secret, len);
    return support_key_from(NULL, &params);
}

EVP_PKEY *next_secret(const EVP_PKEY *secret)
{
    struct support_params params = {.count = 0};
    uint64_t handle = support_handle_of(secret);

    support_add_uint64(&params, SSLPROVIDER_PARAM_HANDLE, &handle);
    support_add_text(&params, SSLPROVIDER_PARAM_TARGET, SSLPROVIDER_TARGET_NEXT_TRAFFIC);
    return derive_secret(&params);
}

static bool derive_piece(const EVP_PKEY *secret, const char *output, uint8_t *piece, size_t len)
{
    struct support_params params = {.count = 0};
    uint64_t handle = support_handle_of(secret);

    support_add_uint64(&params, SSLPROVIDER_PARAM_HANDLE, &handle);
    support_add_text(&params, SSLPROVIDER_PARAM_OUTPUT, output);
    return support_run(keys_kdf, &params, piece, len);
}

bool key_update(const EVP_PKEY *secret, struct keys *keys)
{
    return secret != NULL &&
        derive_piece(secret, SSLPROVIDER_OUTPUT_KEY, keys->key, keys->key_len) &&
        derive_piece(secret, SSLPROVIDER_OUTPUT_IV, keys->iv, IV_LEN);
}

bool derive_keys(const EVP_PKEY *secret, const char *suite, struct keys *keys)
{
    keys->suite = suite;
    keys->key_len = strstr(suite, "AES_128") != NULL ? 16 : 32;
    return key_update(secret, keys) &&
        derive_piece(secret, SSLPROVIDER_OUTPUT_HP_KEY, keys->hp_key, keys->key_len);
}
