/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/keys/pre_master.h"

#include "schedule/suite.h"
#include "shim/core/errors.h"
#include "shim/core/ossl_params.h"
#include "shim/keys/public_key.h"
#include "shim/keys/shared_secret.h"
#include "shim/transcript/key_log.h"
#include "sslprovider/names.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <string.h>

SECURITY_STATUS sslp_pre_master_random(
    const struct sslp_backend *backend, DWORD version, struct sslp_pre_master *pre_master)
{
    const unsigned long errors = sslp_errors_begin();
    const bool drawn =
        RAND_priv_bytes_ex(backend->libctx, pre_master->bytes, SSLP_RSA_PRE_MASTER_LEN, 0) == 1;
    const SECURITY_STATUS status =
        sslp_errors_end(errors, drawn ? ERROR_SUCCESS : sslp_errors_refusal(NTE_FAIL));

    pre_master->len = SSLP_RSA_PRE_MASTER_LEN;
    if (!drawn)
        return status;
    pre_master->bytes[0] = (uint8_t)(version >> 8);
    pre_master->bytes[1] = (uint8_t)version;
    return ERROR_SUCCESS;
}

SECURITY_STATUS sslp_pre_master_encrypt(const struct sslp_backend *backend, EVP_PKEY *key,
    const struct sslp_pre_master *pre_master, PBYTE output, DWORD output_len, DWORD *result)
{
    SECURITY_STATUS status;
    unsigned long errors;
    EVP_PKEY_CTX *context;
    size_t len = 0;

    if (!sslp_public_is_a(key, "RSA"))
        return NTE_NOT_SUPPORTED;
    errors = sslp_errors_begin();
    context = EVP_PKEY_CTX_new_from_pkey(backend->libctx, key, NULL);
    if (context == NULL) {
        status = NTE_NO_MEMORY;
    } else if (EVP_PKEY_encrypt_init(context) > 0 &&
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0 &&
        EVP_PKEY_encrypt(context, NULL, &len, pre_master->bytes, pre_master->len) > 0) {
        *result = (DWORD)len;
        status = ERROR_SUCCESS;
        if (output != NULL && output_len < len)
            status = NTE_BUFFER_TOO_SMALL;
        else if (output != NULL &&
            EVP_PKEY_encrypt(context, output, &len, pre_master->bytes, pre_master->len) <= 0)
            status = sslp_errors_refusal(NTE_FAIL);
    } else {
        status = sslp_errors_refusal(NTE_NOT_SUPPORTED);
    }
    EVP_PKEY_CTX_free(context);
    return sslp_errors_end(errors, status);
}

/* A ciphertext is as long as the modulus and below it.  Both are visible to the attacker, so
 * nothing here has to be constant in time. */
static SECURITY_STATUS pre_master_check_ciphertext(
    const EVP_PKEY *key, struct sslp_bytes encrypted, bool *fits)
{
    BIGNUM *modulus = NULL, *number;
    SECURITY_STATUS status = ERROR_SUCCESS;

    *fits = false;
    if (encrypted.len != (size_t)EVP_PKEY_get_size(key))
        return ERROR_SUCCESS;
    number = BN_bin2bn(encrypted.data, (int)encrypted.len, NULL);
    if (number == NULL || !EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &modulus))
        status = sslp_errors_refusal(NTE_FAIL);
    else
        *fits = BN_cmp(number, modulus) < 0;
    BN_free(number);
    BN_free(modulus);
    return status;
}

/* RSA_PKCS1_WITH_TLS_PADDING (EVP_PKEY_CTX_set_rsa_padding(3)): libcrypto compares padding, length
 * and version by masks and returns a random secret in the place of a wrong one.  An implementation
 * without the version parameter reports a wrong padding by failing, which is the oracle of
 * Bleichenbacher's attack; such a one is not used. */
static SECURITY_STATUS pre_master_set_tls_padding(EVP_PKEY_CTX *context, unsigned version)
{
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint(OSSL_ASYM_CIPHER_PARAM_TLS_CLIENT_VERSION, &version),
        OSSL_PARAM_construct_end(),
    };

    if (EVP_PKEY_decrypt_init(context) <= 0)
        return sslp_errors_refusal(NTE_NOT_SUPPORTED);
    if (OSSL_PARAM_locate_const(EVP_PKEY_CTX_settable_params(context), params[0].key) == NULL)
        return NTE_NOT_SUPPORTED;
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_WITH_TLS_PADDING) > 0 &&
            EVP_PKEY_CTX_set_params(context, params) > 0
        ? ERROR_SUCCESS
        : sslp_errors_refusal(NTE_NOT_SUPPORTED);
}

/* Fails for reasons of libcrypto or of a token only, never because of the plaintext. */
static SECURITY_STATUS pre_master_unwrap(const struct sslp_backend *backend, EVP_PKEY *key,
    struct sslp_bytes encrypted, DWORD version, struct sslp_pre_master *pre_master)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(backend->libctx, key, NULL);
    uint8_t decrypted[SSLP_RSA_PRE_MASTER_LEN];
    size_t len = sizeof(decrypted);
    SECURITY_STATUS status =
        context == NULL ? NTE_NO_MEMORY : pre_master_set_tls_padding(context, version);

    if (status == ERROR_SUCCESS) {
        if (EVP_PKEY_decrypt(context, decrypted, &len, encrypted.data, encrypted.len) <= 0)
            status = sslp_errors_refusal(NTE_FAIL);
        else if (len == sizeof(decrypted))
            memcpy(pre_master->bytes, decrypted, sizeof(decrypted));
    }
    EVP_PKEY_CTX_free(context);
    OPENSSL_cleanse(decrypted, sizeof(decrypted));
    return status;
}

SECURITY_STATUS sslp_pre_master_decrypt(const struct sslp_backend *backend, EVP_PKEY *key,
    struct sslp_bytes encrypted, DWORD version, struct sslp_pre_master *pre_master)
{
    SECURITY_STATUS status;
    unsigned long errors;
    bool fits;

    if (!sslp_public_is_a(key, "RSA"))
        return NTE_NOT_SUPPORTED;
    status = sslp_pre_master_random(backend, version, pre_master);
    if (status != ERROR_SUCCESS)
        return status;
    errors = sslp_errors_begin();
    status = pre_master_check_ciphertext(key, encrypted, &fits);
    /* Otherwise the random secret stays the premaster secret. */
    if (status == ERROR_SUCCESS && fits)
        status = pre_master_unwrap(backend, key, encrypted, version, pre_master);
    return sslp_errors_end(errors, status);
}

SECURITY_STATUS sslp_pre_master_agree(const struct sslp_backend *backend, EVP_PKEY *own,
    EVP_PKEY *peer, struct sslp_pre_master *pre_master)
{
    pre_master->len = sizeof(pre_master->bytes);
    return sslp_shared_secret_derive(
        backend, own, peer, SSLP_DROP_LEADING_ZEROS, pre_master->bytes, &pre_master->len);
}

SECURITY_STATUS sslp_pre_master_psk(struct sslp_bytes psk, struct sslp_pre_master *pre_master)
{
    uint8_t *to = pre_master->bytes;

    if (psk.len == 0 || 2 * (2 + psk.len) > sizeof(pre_master->bytes))
        return NTE_INVALID_PARAMETER;
    pre_master->len = 2 * (2 + psk.len);
    memset(to, 0, pre_master->len);
    to[0] = to[2 + psk.len] = (uint8_t)(psk.len >> 8);
    to[1] = to[3 + psk.len] = (uint8_t)psk.len;
    memcpy(to + 4 + psk.len, psk.data, psk.len);
    return ERROR_SUCCESS;
}

/* Whether the KDF refuses what the caller's list has: no randoms, a session hash of another length,
 * or none where the configuration asks for one.  With any other list a refusal is a failure of
 * OpenSSL. */
static bool master_key_list_is_wrong(const struct sslp_backend *backend,
    const struct sslp_secret_attributes *attributes, const struct sslp_parameter_list *parameters)
{
    const struct sslp_protocol *protocol = attributes->protocol;

    if (parameters->session_hash.data == NULL)
        return parameters->client_random == NULL || backend->require_ems;
    return sslp_protocol_is_ssl3(protocol) ||
        parameters->session_hash.len !=
        (sslp_prf_kind_has_pair(protocol->prf_kind)
                ? SSLP_MD5_SHA1_LEN
                : sslp_hash_id_size(attributes->suite->prf_hash));
}

SECURITY_STATUS sslp_master_key_new(struct sslp_backend *backend,
    const struct sslp_secret_attributes *attributes, const struct sslp_parameter_list *parameters,
    const struct sslp_pre_master *pre_master, NCRYPT_KEY_HANDLE *handle)
{
    const bool client = attributes->flags == NCRYPT_SSL_CLIENT_FLAG;
    struct sslp_secret_attributes with_log = *attributes;
    int exportable = sslp_key_log_enabled();
    struct sslp_params params = {0};

    sslp_add_octets(
        &params, SSLPROVIDER_PARAM_SECRET, sslp_bytes(pre_master->bytes, pre_master->len));
    sslp_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, attributes->protocol->name);
    sslp_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, attributes->suite->name);
    sslp_add_text(&params, SSLPROVIDER_PARAM_ROLE,
        client ? SSLPROVIDER_ROLE_CLIENT : SSLPROVIDER_ROLE_SERVER);
    sslp_add_text(&params, SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_HANDLE);
    sslp_params_add(&params, OSSL_PARAM_construct_int(SSLPROVIDER_PARAM_EXPORTABLE, &exportable));
    if (parameters->session_hash.data != NULL)
        sslp_add_octets(&params, SSLPROVIDER_PARAM_SESSION_HASH, parameters->session_hash);
    else if (parameters->client_random != NULL)
        sslp_add_randoms(&params, parameters->client_random, parameters->server_random);
    with_log.exportable = exportable != 0;
    return sslp_secret_derive(backend, SSLP_KDF_MASTER_KEY, sslp_params_list(&params),
        master_key_list_is_wrong(backend, attributes, parameters) ? NTE_INVALID_PARAMETER
                                                                  : NTE_INTERNAL_ERROR,
        &with_log, handle);
}
