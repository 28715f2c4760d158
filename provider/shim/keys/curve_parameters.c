/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/keys/curve_parameters.h"

#include "shim/keys/public_key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

static bool write_base_point(const EVP_PKEY *key, uint8_t *to, size_t field_len)
{
    uint8_t point[1 + 2 * SSLP_MAX_COORDINATE_LEN];
    size_t len = 0;

    if (EVP_PKEY_get_octet_string_param(
            key, OSSL_PKEY_PARAM_EC_GENERATOR, point, sizeof(point), &len) != 1 ||
        len != 1 + 2 * field_len || point[0] != POINT_CONVERSION_UNCOMPRESSED)
        return false;
    memcpy(to, point + 1, 2 * field_len);
    return true;
}

size_t sslp_curve_parameters(const EVP_PKEY *key, const struct sslp_curve *curve,
    uint8_t parameters[SSLP_MAX_CURVE_PARAMETERS])
{
    const size_t field_len = curve->coordinate_len;
    const size_t order_len = sslp_public_number_len(key, OSSL_PKEY_PARAM_EC_ORDER);
    const BCRYPT_ECCFULLKEY_BLOB header = {.dwMagic = BCRYPT_ECDH_PUBLIC_GENERIC_MAGIC,
        .dwVersion = BCRYPT_ECC_FULLKEY_BLOB_V1,
        .dwCurveType = BCRYPT_ECC_PRIME_SHORT_WEIERSTRASS_CURVE,
        .dwCurveGenerationAlgId = BCRYPT_NO_CURVE_GENERATION_ALG_ID,
        .cbFieldLength = (ULONG)field_len,
        .cbSubgroupOrder = (ULONG)order_len,
        .cbCofactor = 1,
        .cbSeed = 0};
    uint8_t *numbers = parameters + sizeof(header);

    if (order_len == 0 || order_len > SSLP_MAX_COORDINATE_LEN + 1)
        return 0;
    memcpy(parameters, &header, sizeof(header));
    if (!sslp_public_number(key, OSSL_PKEY_PARAM_EC_P, numbers, field_len) ||
        !sslp_public_number(key, OSSL_PKEY_PARAM_EC_A, numbers + field_len, field_len) ||
        !sslp_public_number(key, OSSL_PKEY_PARAM_EC_B, numbers + 2 * field_len, field_len) ||
        !write_base_point(key, numbers + 3 * field_len, field_len) ||
        !sslp_public_number(key, OSSL_PKEY_PARAM_EC_ORDER, numbers + 5 * field_len, order_len) ||
        !sslp_public_number(
            key, OSSL_PKEY_PARAM_EC_COFACTOR, numbers + 5 * field_len + order_len, 1))
        return 0;
    return sizeof(header) + 5 * field_len + order_len + 1;
}

static bool has_parameters(OSSL_LIB_CTX *libctx, const struct sslp_curve *curve,
    const BCRYPT_ECCFULLKEY_BLOB *header, const uint8_t *parameters)
{
    uint8_t own[SSLP_MAX_CURVE_PARAMETERS];
    EVP_PKEY *group = sslp_public_group(libctx, "EC", curve->evp_name);
    const size_t len = group == NULL ? 0 : sslp_curve_parameters(group, curve, own);

    EVP_PKEY_free(group);
    return len ==
        sizeof(*header) + 5 * (size_t)curve->coordinate_len + header->cbSubgroupOrder +
            header->cbCofactor &&
        memcmp(own + sizeof(*header), parameters, len - sizeof(*header)) == 0;
}

const struct sslp_curve *sslp_curve_by_parameters(
    OSSL_LIB_CTX *libctx, const BCRYPT_ECCFULLKEY_BLOB *header, const uint8_t *parameters)
{
    for (size_t i = 0; i < sslp_curve_count; i++) {
        const struct sslp_curve *curve = &sslp_curves[i];

        if (!curve->is_x_curve && curve->coordinate_len == header->cbFieldLength &&
            header->cbCofactor == 1 && has_parameters(libctx, curve, header, parameters))
            return curve;
    }
    return NULL;
}
