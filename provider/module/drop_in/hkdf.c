/* SPDX-License-Identifier: Apache-2.0
 *
 * Drop-in KDF HKDF (RFC 5869): extraction, expansion, or one after the other.  From OpenSSL 3.6 on
 * there are also HKDF-SHA256, HKDF-SHA384 and HKDF-SHA512 (RFC 8619), whose digest cannot be
 * chosen.
 */
#include "schedule/hkdf.h"
#include "module/drop_in/drop_in.h"
#include "module/reasons.h"

#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

/* What is given of the info replaces what was there, unlike the seeds of TLS1-PRF. */
#define PARAMETERS_BESIDE_DIGEST(X)                                                                \
    X(mode, MODE, sslp_drop_in_set_mode)                                                           \
    X(octets, KEY, sslp_drop_in_set_octets)                                                        \
    X(octets, SALT, sslp_drop_in_set_octets)                                                       \
    X(pieces, INFO, sslp_drop_in_set_octets)

#define PARAMETERS(X)                                                                              \
    X(text, PROPERTIES, NULL)                                                                      \
    X(text, DIGEST, sslp_drop_in_set_digest)                                                       \
    PARAMETERS_BESIDE_DIGEST(X)

static const OSSL_PARAM hkdf_gettable[] = {SSLP_DROP_IN_GETTABLE_HKDF,
    OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SALT, NULL, 0), OSSL_PARAM_END};

static int hkdf_check(const struct sslp_drop_in *context, size_t out_len)
{
    if (context->item[SSLP_DROP_IN_KEY].value.data == NULL)
        return sslp_raise(context->provctx, MISSING_KEY);
    if (out_len == 0)
        return sslp_raise(context->provctx, INVALID_KEY_LENGTH);
    return sslp_drop_in_fits(context, out_len);
}

static enum sslp_status hkdf_extract(const struct sslp_drop_in *context, uint8_t *out)
{
    return sslp_hkdf_extract(context->digest.prf.hash, context->item[SSLP_DROP_IN_SALT].value,
        context->item[SSLP_DROP_IN_KEY].value, out);
}

static enum sslp_status hkdf_expand(
    const struct sslp_drop_in *context, struct sslp_bytes info, uint8_t *out, size_t out_len)
{
    const struct sslp_prf_key *keyed = sslp_drop_in_keyed(context, SSLP_DROP_IN_KEY);

    if (keyed != NULL)
        return sslp_hkdf_expand(&keyed->hmac, info, out, out_len);
    return sslp_hkdf_expand_once(
        context->digest.prf.hash, context->item[SSLP_DROP_IN_KEY].value, info, out, out_len);
}

static enum sslp_status hkdf_compute(
    const struct sslp_drop_in *context, uint8_t *out, size_t out_len)
{
    const struct sslp_hash *hash = context->digest.prf.hash;
    const struct sslp_bytes info = context->item[SSLP_DROP_IN_INFO].value;
    uint8_t extracted[SSLP_MAX_HASH];
    enum sslp_status status;

    if (context->mode == EVP_KDF_HKDF_MODE_EXTRACT_ONLY)
        return hkdf_extract(context, out);
    if (context->mode == EVP_KDF_HKDF_MODE_EXPAND_ONLY)
        return hkdf_expand(context, info, out, out_len);
    status = hkdf_extract(context, extracted);
    if (status == SSLP_OK)
        status = sslp_hkdf_expand_once(hash, sslp_bytes(extracted, hash->size), info, out, out_len);
    OPENSSL_cleanse(extracted, hash->size);
    return status;
}

#define DEFINE_HKDF(unit, digest, SETTABLE)                                                        \
    SSLP_DEFINE_DROP_IN(unit, hkdf, HKDF, SSLP_PRF_TLS13, digest, PARAMETERS, SETTABLE)

DEFINE_HKDF(hkdf, NULL, PARAMETERS);
DEFINE_HKDF(hkdf_sha256, "SHA2-256", PARAMETERS_BESIDE_DIGEST);
DEFINE_HKDF(hkdf_sha384, "SHA2-384", PARAMETERS_BESIDE_DIGEST);
DEFINE_HKDF(hkdf_sha512, "SHA2-512", PARAMETERS_BESIDE_DIGEST);
