/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/keys/kem_key.h"

#include "shim/core/errors.h"
#include "shim/keys/public_key.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/proverr.h>
#include <stdbool.h>
#include <string.h>

void sslp_kem_key_free(struct sslp_kem_key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->pair);
    OPENSSL_secure_clear_free(key->secret, key->group->secret_len);
    OPENSSL_free(key);
}

static struct sslp_kem_key *kem_key_new(const struct sslp_kem_group *group, enum sslp_kem_role role)
{
    struct sslp_kem_key *key = OPENSSL_zalloc(sizeof(*key));

    if (key != NULL) {
        key->group = group;
        key->role = role;
    }
    return key;
}

/* Hands the key out, or frees it after a failure. */
static SECURITY_STATUS kem_key_give(
    struct sslp_kem_key *key, SECURITY_STATUS status, struct sslp_kem_key **to)
{
    *to = status == ERROR_SUCCESS ? key : NULL;
    if (status != ERROR_SUCCESS)
        sslp_kem_key_free(key);
    return status;
}

SECURITY_STATUS sslp_kem_key_client(
    const struct sslp_kem_group *group, EVP_PKEY *pair, struct sslp_kem_key **to)
{
    struct sslp_kem_key *key = kem_key_new(group, SSLP_KEM_CLIENT);
    SECURITY_STATUS status;

    *to = NULL;
    if (key == NULL) {
        EVP_PKEY_free(pair);
        return NTE_NO_MEMORY;
    }
    key->pair = pair;
    if (EVP_PKEY_get_octet_string_param(pair, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, key->share,
            sizeof(key->share), &key->share_len) == 1 &&
        key->share_len == group->client_share_len)
        status = ERROR_SUCCESS;
    else
        status = sslp_errors_refusal(NTE_INTERNAL_ERROR);
    return kem_key_give(key, status, to);
}

static bool kem_group_is_available(OSSL_LIB_CTX *libctx, const struct sslp_kem_group *group)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(libctx, group->evp_name, NULL);

    EVP_PKEY_CTX_free(context);
    return context != NULL;
}

/* Whether libcrypto refuses a share because it leads to a secret that everybody knows (RFC 7748
 * section 6.1).  A lack of random numbers is no fault of the share. */
static bool kem_share_is_refused(void)
{
    const unsigned long error = ERR_peek_last_error();

    return ERR_GET_LIB(error) == ERR_LIB_PROV &&
        ERR_GET_REASON(error) == PROV_R_FAILED_DURING_DERIVATION;
}

static SECURITY_STATUS kem_encapsulate(
    OSSL_LIB_CTX *libctx, EVP_PKEY *peer, struct sslp_kem_key *key)
{
    const struct sslp_kem_group *group = key->group;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(libctx, peer, NULL);
    SECURITY_STATUS status;
    size_t secret_len = group->secret_len;

    key->share_len = group->server_share_len;
    if (context == NULL)
        status = NTE_NO_MEMORY;
    else if (EVP_PKEY_encapsulate_init(context, NULL) > 0 &&
        EVP_PKEY_encapsulate(context, key->share, &key->share_len, key->secret, &secret_len) > 0)
        status = key->share_len == group->server_share_len && secret_len == group->secret_len
            ? ERROR_SUCCESS
            : NTE_INTERNAL_ERROR;
    else
        status = sslp_errors_refusal(kem_share_is_refused() ? NTE_INVALID_PARAMETER : NTE_FAIL);
    EVP_PKEY_CTX_free(context);
    return status;
}

SECURITY_STATUS sslp_kem_key_server(OSSL_LIB_CTX *libctx, const struct sslp_kem_group *group,
    struct sslp_bytes client_share, struct sslp_kem_key **to)
{
    struct sslp_kem_key *key;
    SECURITY_STATUS status;
    EVP_PKEY *peer;

    *to = NULL;
    if (client_share.len != group->client_share_len)
        return NTE_INVALID_PARAMETER;
    if (!kem_group_is_available(libctx, group))
        return sslp_errors_refusal(NTE_NOT_SUPPORTED);
    key = kem_key_new(group, SSLP_KEM_SERVER);
    if (key == NULL || (key->secret = OPENSSL_secure_zalloc(group->secret_len)) == NULL)
        return kem_key_give(key, NTE_NO_MEMORY, to);
    memcpy(key->client_share, client_share.data, client_share.len);
    peer = sslp_public_encoded(libctx, group->evp_name, client_share);
    status = peer != NULL ? kem_encapsulate(libctx, peer, key)
                          : sslp_errors_refusal(NTE_INVALID_PARAMETER);
    EVP_PKEY_free(peer);
    return kem_key_give(key, status, to);
}

SECURITY_STATUS sslp_kem_key_import(OSSL_LIB_CTX *libctx, const struct sslp_kem_group *group,
    struct sslp_bytes share, struct sslp_kem_key **to)
{
    struct sslp_kem_key *key;

    *to = NULL;
    if (share.len != group->client_share_len && share.len != group->server_share_len)
        return NTE_BAD_DATA;
    if (!kem_group_is_available(libctx, group))
        return sslp_errors_refusal(NTE_NOT_SUPPORTED);
    key = kem_key_new(group, SSLP_KEM_IMPORTED);
    if (key == NULL)
        return NTE_NO_MEMORY;
    memcpy(key->share, share.data, share.len);
    key->share_len = share.len;
    *to = key;
    return ERROR_SUCCESS;
}

/* A changed ciphertext gives another secret (FIPS 203 section 6.3), and the handshake fails with
 * the first record.  libcrypto refuses the share of a hybrid whose point is not on the curve. */
static SECURITY_STATUS kem_decapsulate(OSSL_LIB_CTX *libctx, const struct sslp_kem_key *own,
    const struct sslp_kem_key *peer, uint8_t *secret)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(libctx, own->pair, NULL);
    SECURITY_STATUS status;
    size_t len = own->group->secret_len;

    if (context == NULL)
        status = NTE_NO_MEMORY;
    else if (EVP_PKEY_decapsulate_init(context, NULL) > 0 &&
        EVP_PKEY_decapsulate(context, secret, &len, peer->share, peer->share_len) > 0)
        status = len == own->group->secret_len ? ERROR_SUCCESS : NTE_INTERNAL_ERROR;
    else
        status = sslp_errors_refusal(NTE_INVALID_PARAMETER);
    EVP_PKEY_CTX_free(context);
    return status;
}

SECURITY_STATUS sslp_kem_key_agree(OSSL_LIB_CTX *libctx, const struct sslp_kem_key *own,
    const struct sslp_kem_key *peer, uint8_t *secret)
{
    if (own->group != peer->group || own->role == peer->role)
        return NTE_INVALID_PARAMETER;
    if (own->role == SSLP_KEM_CLIENT)
        return peer->share_len == own->group->server_share_len
            ? kem_decapsulate(libctx, own, peer, secret)
            : NTE_INVALID_PARAMETER;
    if (peer->share_len != own->group->client_share_len ||
        memcmp(peer->share, own->client_share, peer->share_len) != 0)
        return NTE_INVALID_PARAMETER;
    memcpy(secret, own->secret, own->group->secret_len);
    return ERROR_SUCCESS;
}
