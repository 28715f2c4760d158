/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/keys/public_key.h"

#include "shim/core/errors.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

struct number {
    const char *name; /* of the parameter */
    const BIGNUM *value;
};

EVP_PKEY *sslp_pkey_from_params(
    OSSL_LIB_CTX *libctx, const char *type, const char *query, int selection, OSSL_PARAM *params)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(libctx, type, query);
    EVP_PKEY *key = NULL;

    if (context != NULL && EVP_PKEY_fromdata_init(context) > 0)
        (void)EVP_PKEY_fromdata(context, &key, selection, params);
    EVP_PKEY_CTX_free(context);
    return key;
}

static EVP_PKEY *key_from_numbers(OSSL_LIB_CTX *libctx, const char *type, int selection,
    const struct number *numbers, size_t count)
{
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params = NULL;
    EVP_PKEY *key = NULL;
    bool pushed = builder != NULL;

    for (size_t i = 0; pushed && i < count; i++)
        pushed = OSSL_PARAM_BLD_push_BN(builder, numbers[i].name, numbers[i].value) == 1;
    if (pushed)
        params = OSSL_PARAM_BLD_to_param(builder);
    if (params != NULL)
        key = sslp_pkey_from_params(libctx, type, NULL, selection, params);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(builder);
    return key;
}

bool sslp_public_is_a(const EVP_PKEY *key, const char *type)
{
    const char *name = key == NULL ? NULL : EVP_PKEY_get0_type_name(key);

    return name != NULL && (strcasecmp(name, type) == 0 || EVP_PKEY_is_a(key, type) == 1);
}

size_t sslp_public_number_len(const EVP_PKEY *key, const char *name)
{
    BIGNUM *number = NULL;
    const size_t len = EVP_PKEY_get_bn_param(key, name, &number) ? (size_t)BN_num_bytes(number) : 0;

    BN_free(number);
    return len;
}

bool sslp_public_number(const EVP_PKEY *key, const char *name, uint8_t *to, size_t len)
{
    BIGNUM *number = NULL;
    const bool written = EVP_PKEY_get_bn_param(key, name, &number) == 1 &&
        BN_bn2binpad(number, to, (int)len) == (int)len;

    BN_free(number);
    return written;
}

EVP_PKEY *sslp_public_group(OSSL_LIB_CTX *libctx, const char *type, const char *name)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)(uintptr_t)name, 0),
        OSSL_PARAM_construct_end(),
    };

    return sslp_pkey_from_params(libctx, type, NULL, EVP_PKEY_KEY_PARAMETERS, params);
}

EVP_PKEY *sslp_public_encoded(OSSL_LIB_CTX *libctx, const char *type, struct sslp_bytes encoded)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(
            OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)encoded.data, encoded.len),
        OSSL_PARAM_construct_end(),
    };

    return sslp_pkey_from_params(libctx, type, NULL, EVP_PKEY_PUBLIC_KEY, params);
}

/* libcrypto refuses a point that is not on the curve when it reads it.  Other implementations may
 * not, so the key is checked too (RFC 8422 section 5.11). */
static bool point_is_valid(OSSL_LIB_CTX *libctx, EVP_PKEY *key)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(libctx, key, NULL);
    const bool valid = context != NULL && EVP_PKEY_public_check_quick(context) > 0;

    EVP_PKEY_CTX_free(context);
    return valid;
}

static SECURITY_STATUS key_from_point(OSSL_LIB_CTX *libctx, const struct sslp_curve *curve,
    const uint8_t *coordinates, EVP_PKEY **key)
{
    uint8_t point[1 + 2 * SSLP_MAX_COORDINATE_LEN];
    const size_t len = 2 * (size_t)curve->coordinate_len;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(
            OSSL_PKEY_PARAM_GROUP_NAME, (char *)(uintptr_t)curve->evp_name, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, 1 + len),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY *group;

    point[0] = POINT_CONVERSION_UNCOMPRESSED;
    memcpy(point + 1, coordinates, len);
    group = sslp_public_group(libctx, "EC", curve->evp_name);
    if (group == NULL)
        return sslp_errors_refusal(NTE_NOT_SUPPORTED);
    EVP_PKEY_free(group);
    *key = sslp_pkey_from_params(libctx, "EC", NULL, EVP_PKEY_PUBLIC_KEY, params);
    return *key != NULL && point_is_valid(libctx, *key) ? ERROR_SUCCESS
                                                        : sslp_errors_refusal(NTE_BAD_DATA);
}

SECURITY_STATUS sslp_public_on_curve(OSSL_LIB_CTX *libctx, const struct sslp_curve *curve,
    const uint8_t *coordinates, EVP_PKEY **key)
{
    if (!curve->is_x_curve)
        return key_from_point(libctx, curve, coordinates, key);
    *key = EVP_PKEY_new_raw_public_key_ex(
        libctx, curve->evp_name, NULL, coordinates, curve->coordinate_len);
    return *key != NULL ? ERROR_SUCCESS : sslp_errors_refusal(NTE_NOT_SUPPORTED);
}

/* 1 < value < p - 1: the others lead to a secret that everybody knows (RFC 7919 section 5.1). */
static bool dh_is_in_range(const BIGNUM *value, const BIGNUM *modulus)
{
    BIGNUM *limit = BN_dup(modulus);
    const bool in = limit != NULL && BN_sub_word(limit, 1) == 1 && !BN_is_zero(value) &&
        !BN_is_one(value) && BN_cmp(value, limit) < 0;

    BN_free(limit);
    return in;
}

/* Takes the numbers over; each may be NULL for want of memory.  y counts where a public key is
 * selected.  Like libssl, this does not test the modulus for primality: the peer chose it, and the
 * test would take longer than the handshake. */
static SECURITY_STATUS key_from_dh_numbers(
    OSSL_LIB_CTX *libctx, int selection, BIGNUM *p, BIGNUM *g, BIGNUM *y, EVP_PKEY **key)
{
    const bool has_value = selection == EVP_PKEY_PUBLIC_KEY;
    SECURITY_STATUS status = NTE_BAD_DATA;

    if (p == NULL || g == NULL || y == NULL) {
        status = NTE_NO_MEMORY;
    } else if (BN_num_bits(p) >= SSLP_MIN_DH_BITS && BN_num_bits(p) <= SSLP_MAX_DH_BITS &&
        BN_is_odd(p) && dh_is_in_range(g, p) && (!has_value || dh_is_in_range(y, p))) {
        const struct number numbers[] = {
            {OSSL_PKEY_PARAM_FFC_P, p}, {OSSL_PKEY_PARAM_FFC_G, g}, {OSSL_PKEY_PARAM_PUB_KEY, y}};

        *key = key_from_numbers(libctx, "DH", selection, numbers, has_value ? 3 : 2);
        status = *key != NULL ? ERROR_SUCCESS : sslp_errors_refusal(NTE_BAD_DATA);
    }
    BN_free(p);
    BN_free(g);
    BN_free(y);
    return status;
}

SECURITY_STATUS sslp_public_dh(OSSL_LIB_CTX *libctx, struct sslp_bytes modulus,
    struct sslp_bytes generator, struct sslp_bytes value, EVP_PKEY **key)
{
    return key_from_dh_numbers(libctx,
        value.len == 0 ? EVP_PKEY_KEY_PARAMETERS : EVP_PKEY_PUBLIC_KEY,
        BN_bin2bn(modulus.data, (int)modulus.len, NULL),
        BN_bin2bn(generator.data, (int)generator.len, NULL),
        BN_bin2bn(value.data, (int)value.len, NULL), key);
}

SECURITY_STATUS sslp_public_dh_in_group(
    OSSL_LIB_CTX *libctx, const char *group, struct sslp_bytes value, EVP_PKEY **key)
{
    EVP_PKEY *domain = sslp_public_group(libctx, "DH", group);
    BIGNUM *p = NULL, *g = NULL;

    if (domain == NULL)
        return sslp_errors_refusal(NTE_NOT_SUPPORTED);
    (void)EVP_PKEY_get_bn_param(domain, OSSL_PKEY_PARAM_FFC_P, &p);
    (void)EVP_PKEY_get_bn_param(domain, OSSL_PKEY_PARAM_FFC_G, &g);
    EVP_PKEY_free(domain);
    return key_from_dh_numbers(
        libctx, EVP_PKEY_PUBLIC_KEY, p, g, BN_bin2bn(value.data, (int)value.len, NULL), key);
}

SECURITY_STATUS sslp_public_rsa(OSSL_LIB_CTX *libctx, BIGNUM *n, BIGNUM *e, EVP_PKEY **key)
{
    const struct number numbers[] = {{OSSL_PKEY_PARAM_RSA_N, n}, {OSSL_PKEY_PARAM_RSA_E, e}};
    SECURITY_STATUS status = NTE_BAD_DATA;

    if (n == NULL || e == NULL) {
        status = NTE_NO_MEMORY;
    } else if (BN_num_bits(n) >= SSLP_MIN_RSA_BITS && BN_num_bits(n) <= SSLP_MAX_RSA_BITS &&
        BN_is_odd(n) && BN_is_odd(e) && !BN_is_one(e) && BN_cmp(e, n) < 0) {
        *key = key_from_numbers(libctx, "RSA", EVP_PKEY_PUBLIC_KEY, numbers, 2);
        status = *key != NULL ? ERROR_SUCCESS : sslp_errors_refusal(NTE_BAD_DATA);
    }
    BN_free(n);
    BN_free(e);
    return status;
}
