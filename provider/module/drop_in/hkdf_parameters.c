/* SPDX-License-Identifier: Apache-2.0
 *
 * What HKDF and TLS13-KDF share: digest, mode, key and salt, and the getters.
 */
#include "module/drop_in/drop_in.h"
#include "module/param.h"
#include "module/reasons.h"
#include "schedule/hkdf.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>
#include <strings.h>

/* The names in the order of their numbers. */
static const char *const modes[] = {
    [EVP_KDF_HKDF_MODE_EXTRACT_AND_EXPAND] = "EXTRACT_AND_EXPAND",
    [EVP_KDF_HKDF_MODE_EXTRACT_ONLY] = "EXTRACT_ONLY",
    [EVP_KDF_HKDF_MODE_EXPAND_ONLY] = "EXPAND_ONLY",
};

enum { MODES = sizeof(modes) / sizeof(modes[0]) };

/* MODES when it is none. */
static int mode_by_name(const OSSL_PARAM *param)
{
    const size_t len = param->data == NULL ? 0 : sslp_drop_in_text_len(param);
    int mode = 0;

    while (mode < MODES &&
        (strlen(modes[mode]) != len || strncasecmp(param->data, modes[mode], len) != 0))
        mode++;
    return mode;
}

static int set_mode(struct sslp_drop_in_change *change, const OSSL_PARAM *param)
{
    struct sslp_provctx *provctx = change->context->provctx;
    int mode = MODES;

    if (param == NULL)
        return 1;
    if (param->data_type == OSSL_PARAM_UTF8_STRING)
        mode = mode_by_name(param);
    else if (!sslp_param_has_number(param) || !OSSL_PARAM_get_int(param, &mode))
        return sslp_raise_detail(provctx, INVALID_PARAMETER_TYPE, param->key);
    if (mode < 0 || mode >= MODES)
        return sslp_raise(provctx, INVALID_MODE);
    change->sets_mode = true;
    change->mode = mode;
    return 1;
}

int sslp_drop_in_set_hkdf(
    struct sslp_drop_in_change *change, const OSSL_PARAM *const found[SSLP_HKDF_COMMON])
{
    return sslp_drop_in_set_digest(change, found[SSLP_HKDF_DIGEST], found[SSLP_HKDF_PROPERTIES]) &&
        set_mode(change, found[SSLP_HKDF_MODE]) &&
        sslp_drop_in_set_octets(change, SSLP_DROP_IN_KEY, found[SSLP_HKDF_KEY]) &&
        sslp_drop_in_set_octets(change, SSLP_DROP_IN_SALT, found[SSLP_HKDF_SALT]);
}

int sslp_drop_in_fits_hash(const struct sslp_drop_in *context, size_t out_len)
{
    const size_t right = context->digest.prf.hash->size;

    return out_len == right ||
        sslp_raise_length(context->provctx, WRONG_OUTPUT_BUFFER_SIZE, out_len, right);
}

int sslp_drop_in_fits_expansion(const struct sslp_drop_in *context, size_t out_len)
{
    const size_t most = SSLP_HKDF_MAX_BLOCKS * context->digest.prf.hash->size;

    return out_len <= most ||
        sslp_raise_longer(context->provctx, INVALID_OUTPUT_LENGTH, out_len, most);
}

/* Only an extraction has a length of its own. */
static int get_size(const struct sslp_drop_in *context, OSSL_PARAM *size)
{
    if (size == NULL)
        return 1;
    if (context->mode != EVP_KDF_HKDF_MODE_EXTRACT_ONLY)
        return OSSL_PARAM_set_size_t(size, SIZE_MAX);
    if (!context->digest.is_chosen)
        return sslp_raise(context->provctx, MISSING_MESSAGE_DIGEST);
    return OSSL_PARAM_set_size_t(size, context->digest.prf.hash->size);
}

static int get_digest(const struct sslp_drop_in *context, OSSL_PARAM *digest)
{
    if (digest == NULL)
        return 1;
    if (!context->digest.is_chosen)
        return sslp_raise(context->provctx, MISSING_MESSAGE_DIGEST);
    return OSSL_PARAM_set_utf8_string(digest, EVP_MD_get0_name(context->digest.prf.hash->md));
}

static int get_mode(const struct sslp_drop_in *context, OSSL_PARAM *mode)
{
    if (mode == NULL)
        return 1;
    return mode->data_type == OSSL_PARAM_UTF8_STRING
        ? OSSL_PARAM_set_utf8_string(mode, modes[context->mode])
        : OSSL_PARAM_set_int(mode, context->mode);
}

int sslp_drop_in_get_hkdf(const struct sslp_drop_in *context, OSSL_PARAM params[], bool has_salt)
{
    OSSL_PARAM *size = OSSL_PARAM_locate(params, OSSL_KDF_PARAM_SIZE);
    OSSL_PARAM *digest = OSSL_PARAM_locate(params, OSSL_KDF_PARAM_DIGEST);
    OSSL_PARAM *mode = OSSL_PARAM_locate(params, OSSL_KDF_PARAM_MODE);
    OSSL_PARAM *info = OSSL_PARAM_locate(params, OSSL_KDF_PARAM_INFO);
    OSSL_PARAM *salt = has_salt ? OSSL_PARAM_locate(params, OSSL_KDF_PARAM_SALT) : NULL;

    if (size == NULL && digest == NULL && mode == NULL && info == NULL && salt == NULL)
        return sslp_drop_in_get_nothing();
    return get_size(context, size) && get_digest(context, digest) && get_mode(context, mode) &&
        sslp_drop_in_get_octets(context, SSLP_DROP_IN_INFO, info) &&
        sslp_drop_in_get_octets(context, SSLP_DROP_IN_SALT, salt);
}
