/* SPDX-License-Identifier: Apache-2.0
 *
 * Drop-in KDF TLS13-KDF: one step of the key schedule of TLS 1.3 (RFC 8446 section 7.1).  Expansion
 * is HKDF-Expand-Label.  Extraction is given the previous secret as salt, and derives the salt of
 * HKDF-Extract from it first, with the label that is given.
 */
#include "module/drop_in/drop_in.h"
#include "module/reasons.h"
#include "schedule/hkdf.h"

#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

/* A call must leave one of the two steps as the mode; a context begins with both.  An opaque key
 * may come before the mode, wherever it is from. */
static int tls13_kdf_set_mode(
    struct sslp_drop_in_change *change, const struct sslp_drop_in_parameter *row)
{
    return sslp_drop_in_set_mode(change, row) &&
        (change->is_foreign_key || change->mode != EVP_KDF_HKDF_MODE_EXTRACT_AND_EXPAND ||
            sslp_raise(change->context->provctx, INVALID_MODE));
}

/* Before OpenSSL 3.6 data counts only together with the other parameters of the same call. */
static int tls13_kdf_set_data(
    struct sslp_drop_in_change *change, const struct sslp_drop_in_parameter *row)
{
    if (change->found[SSLP_DROP_IN_DATA] == NULL && sslp_drop_in_is_strict())
        return 1;
    return sslp_drop_in_replace_octets(change, row);
}

#define PARAMETERS(X)                                                                              \
    X(text, PROPERTIES, NULL)                                                                      \
    X(text, DIGEST, sslp_drop_in_set_digest)                                                       \
    X(mode, MODE, tls13_kdf_set_mode)                                                              \
    X(octets, KEY, sslp_drop_in_set_octets)                                                        \
    X(octets, SALT, sslp_drop_in_set_octets)                                                       \
    X(octets, PREFIX, sslp_drop_in_set_octets)                                                     \
    X(octets, LABEL, sslp_drop_in_set_octets)                                                      \
    X(octets, DATA, tls13_kdf_set_data)

/* Without the salt, which is a secret of the key schedule here. */
static const OSSL_PARAM tls13_kdf_gettable[] = {SSLP_DROP_IN_GETTABLE_HKDF, OSSL_PARAM_END};

static int tls13_kdf_check(const struct sslp_drop_in *context, size_t out_len)
{
    if (context->mode == EVP_KDF_HKDF_MODE_EXTRACT_AND_EXPAND)
        return sslp_raise(context->provctx, INVALID_MODE);
    if (context->mode == EVP_KDF_HKDF_MODE_EXPAND_ONLY &&
        context->item[SSLP_DROP_IN_KEY].value.data == NULL)
        return sslp_raise(context->provctx, MISSING_KEY);
    return sslp_drop_in_fits(context, out_len);
}

static enum sslp_status tls13_kdf_expand(const struct sslp_drop_in *context,
    enum sslp_drop_in_item secret, struct sslp_bytes data, uint8_t *out, size_t out_len)
{
    const struct sslp_prf_key *keyed = sslp_drop_in_keyed(context, secret);
    const struct sslp_hkdf_label label = {
        .prefix = context->item[SSLP_DROP_IN_PREFIX].value,
        .label = context->item[SSLP_DROP_IN_LABEL].value,
        .context = data,
    };

    if (keyed != NULL)
        return sslp_hkdf_expand_label(&keyed->hmac, &label, out, out_len);
    return sslp_hkdf_expand_label_once(
        context->digest.prf.hash, context->item[secret].value, &label, out, out_len);
}

/* Derive-Secret(previous secret, label, "") of RFC 8446 section 7.1. */
static enum sslp_status tls13_kdf_derive_salt(
    const struct sslp_drop_in *context, uint8_t salt[SSLP_MAX_HASH])
{
    const struct sslp_hash *hash = context->digest.prf.hash;
    uint8_t nothing[SSLP_MAX_HASH];
    struct sslp_hash_work work;
    enum sslp_status status;

    sslp_hash_work_init(&work);
    status = sslp_hash_digest(hash, &work, NULL, 0, nothing);
    sslp_hash_work_clear(&work);
    if (status != SSLP_OK)
        return status;
    return tls13_kdf_expand(
        context, SSLP_DROP_IN_SALT, sslp_bytes(nothing, hash->size), salt, hash->size);
}

static enum sslp_status tls13_kdf_extract(const struct sslp_drop_in *context, uint8_t *out)
{
    static const uint8_t zeros[SSLP_MAX_HASH];
    const struct sslp_hash *hash = context->digest.prf.hash;
    const bool has_previous = context->item[SSLP_DROP_IN_SALT].value.data != NULL;
    struct sslp_bytes input = context->item[SSLP_DROP_IN_KEY].value;
    struct sslp_bytes salt = sslp_bytes(zeros, hash->size);
    uint8_t derived[SSLP_MAX_HASH];
    enum sslp_status status = SSLP_OK;

    if (input.data == NULL)
        input = sslp_bytes(zeros, hash->size);
    if (has_previous) {
        status = tls13_kdf_derive_salt(context, derived);
        salt.data = derived;
    }
    if (status == SSLP_OK)
        status = sslp_hkdf_extract(hash, salt, input, out);
    if (has_previous)
        OPENSSL_cleanse(derived, sizeof(derived));
    return status;
}

static enum sslp_status tls13_kdf_compute(
    const struct sslp_drop_in *context, uint8_t *out, size_t out_len)
{
    if (context->mode == EVP_KDF_HKDF_MODE_EXTRACT_ONLY)
        return tls13_kdf_extract(context, out);
    return tls13_kdf_expand(
        context, SSLP_DROP_IN_KEY, context->item[SSLP_DROP_IN_DATA].value, out, out_len);
}

SSLP_DEFINE_DROP_IN(tls13, tls13_kdf, TLS13_KDF, SSLP_PRF_TLS13, NULL, PARAMETERS, PARAMETERS);
