/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/keys/shared_secret.h"

#include "shim/core/errors.h"
#include "shim/keys/kem_key.h"
#include "shim/keys/public_key.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

_Static_assert((int)SSLP_MAX_KEM_SECRET_LEN <= (int)SSLP_MAX_SHARED_SECRET_LEN,
    "the secrets of all groups have room");

/* libcrypto refuses a key for what it is, or because no provider can compute with it. */
static SECURITY_STATUS shared_secret_refusal(void)
{
    const bool lacks = ERR_GET_REASON(ERR_peek_error()) == ERR_R_UNSUPPORTED;

    return sslp_errors_refusal(lacks ? NTE_NOT_SUPPORTED : NTE_INVALID_PARAMETER);
}

SECURITY_STATUS sslp_shared_secret_derive(const struct sslp_backend *backend, EVP_PKEY *own,
    EVP_PKEY *peer, enum sslp_leading_zeros zeros, uint8_t *secret, size_t *len)
{
    const unsigned long errors = sslp_errors_begin();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(backend->libctx, own, NULL);
    unsigned pad = zeros == SSLP_KEEP_LEADING_ZEROS;
    /* Only DH reads it. */
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint(OSSL_EXCHANGE_PARAM_PAD, &pad),
        OSSL_PARAM_construct_end(),
    };
    SECURITY_STATUS status;

    if (context == NULL)
        status = NTE_NO_MEMORY;
    else if (EVP_PKEY_derive_init_ex(context, params) <= 0)
        status = sslp_errors_refusal(NTE_NOT_SUPPORTED);
    else if (!sslp_public_is_a(peer, EVP_PKEY_get0_type_name(own)))
        status =
            NTE_INVALID_PARAMETER; /* which some releases of libcrypto refuse without an error */
    else if (EVP_PKEY_derive_set_peer(context, peer) > 0 &&
        EVP_PKEY_derive(context, secret, len) > 0)
        status = ERROR_SUCCESS;
    else
        status = shared_secret_refusal();
    EVP_PKEY_CTX_free(context);
    return sslp_errors_end(errors, status);
}

static SECURITY_STATUS shared_secret_by_kem(const struct sslp_backend *backend,
    const struct sslp_kem_key *own, const struct sslp_kem_key *peer,
    struct sslp_shared_secret *secret)
{
    const unsigned long errors = sslp_errors_begin();

    secret->len = own->group->secret_len;
    return sslp_errors_end(errors, sslp_kem_key_agree(backend->libctx, own, peer, secret->bytes));
}

SECURITY_STATUS sslp_shared_secret_agree(const struct sslp_backend *backend,
    const struct sslp_asymmetric_object *own, const struct sslp_asymmetric_object *peer,
    struct sslp_shared_secret *secret)
{
    secret->len = sizeof(secret->bytes);
    if (!own->has_private)
        return NTE_INVALID_HANDLE;
    /* Not left to libcrypto: one curve can have two group numbers.  0: DH parameters, no group. */
    if ((own->kem == NULL) != (peer->kem == NULL) ||
        (own->group != 0 && peer->group != 0 && own->group != peer->group))
        return NTE_INVALID_PARAMETER;
    if (own->kem != NULL)
        return shared_secret_by_kem(backend, own->kem, peer->kem, secret);
    return sslp_shared_secret_derive(
        backend, own->key, peer->key, SSLP_KEEP_LEADING_ZEROS, secret->bytes, &secret->len);
}

void sslp_shared_secret_clear(struct sslp_shared_secret *secret)
{
    OPENSSL_cleanse(secret, sizeof(*secret));
}
