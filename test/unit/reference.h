/* SPDX-License-Identifier: Apache-2.0
 *
 * The same functions from another hand: the PRFs of TLS 1.0 to 1.2 as OpenSSL's own provider
 * computes them, that of SSL 3.0 (RFC 6101 section 6.2.2) on one-shot digests, and one block of
 * HKDF-Expand-Label (RFC 8446 section 7.1) on libcrypto's HMAC.
 */
#ifndef SSLP_TEST_UNIT_REFERENCE_H
#define SSLP_TEST_UNIT_REFERENCE_H

#include "base/bytes.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <stdbool.h>
#include <string.h>

enum { REFERENCE_MAX_SEEDS = 4, REFERENCE_MAX_INPUT = 1024 };

/* PRF(secret, seeds in order); digest is "MD5-SHA1" for TLS 1.0 and 1.1. */
static inline bool reference_tls_prf(const char *digest, struct sslp_bytes secret,
    const struct sslp_bytes *seeds, size_t seed_count, uint8_t *out, size_t out_len)
{
    static const uint8_t nothing[1];
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_TLS1_PRF, "provider=default");
    EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
    OSSL_PARAM params[3 + REFERENCE_MAX_SEEDS];
    size_t n = 0;
    bool ok;

    params[n++] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)digest, 0);
    params[n++] = OSSL_PARAM_construct_octet_string(
        OSSL_KDF_PARAM_SECRET, (void *)(secret.len == 0 ? nothing : secret.data), secret.len);
    for (size_t i = 0; i < seed_count && i < REFERENCE_MAX_SEEDS; i++)
        params[n++] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED,
            (void *)(seeds[i].len == 0 ? nothing : seeds[i].data), seeds[i].len);
    params[n] = OSSL_PARAM_construct_end();
    ok = context != NULL && seed_count <= REFERENCE_MAX_SEEDS &&
        EVP_KDF_derive(context, out, out_len, params) == 1;
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return ok;
}

/* The digest of the parts laid end to end; false when they are longer than the buffer. */
static inline bool reference_digest(
    const EVP_MD *md, const struct sslp_bytes *parts, size_t part_count, uint8_t *out)
{
    uint8_t input[REFERENCE_MAX_INPUT];
    size_t used = 0;

    for (size_t i = 0; i < part_count; i++) {
        if (parts[i].len > sizeof(input) - used)
            return false;
        if (parts[i].len != 0)
            memcpy(input + used, parts[i].data, parts[i].len);
        used += parts[i].len;
    }
    return EVP_Digest(input, used, out, NULL, md, NULL) == 1;
}

static inline bool reference_ssl3_prf(struct sslp_bytes secret, struct sslp_bytes first,
    struct sslp_bytes second, uint8_t *out, size_t out_len)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    for (size_t round = 0; round * 16 < out_len; round++) {
        uint8_t salt[sizeof(letters)], sha[20], md5[16];
        const struct sslp_bytes inner[] = {sslp_bytes(salt, round + 1), secret, first, second};
        const struct sslp_bytes outer[] = {secret, sslp_bytes(sha, sizeof(sha))};
        size_t left = out_len - round * 16;

        memset(salt, letters[round], round + 1);
        if (!reference_digest(EVP_sha1(), inner, 4, sha) ||
            !reference_digest(EVP_md5(), outer, 2, md5))
            return false;
        memcpy(out + round * 16, md5, left < sizeof(md5) ? left : sizeof(md5));
    }
    return true;
}

/* At most one hash of output: T(1) = HMAC(secret, HkdfLabel + 1). */
static inline bool reference_expand_label(const char *digest, struct sslp_bytes secret,
    struct sslp_bytes full_label, struct sslp_bytes context, uint8_t *out, size_t out_len)
{
    const EVP_MD *md = EVP_get_digestbyname(digest);
    uint8_t info[2 + 1 + 255 + 1 + 255 + 1], block[EVP_MAX_MD_SIZE];
    size_t used = 0;

    if (md == NULL || out_len > (size_t)EVP_MD_get_size(md) || full_label.len > 255 ||
        context.len > 255)
        return false;
    info[used++] = (uint8_t)(out_len >> 8);
    info[used++] = (uint8_t)out_len;
    info[used++] = (uint8_t)full_label.len;
    memcpy(info + used, full_label.data, full_label.len);
    used += full_label.len;
    info[used++] = (uint8_t)context.len;
    if (context.len != 0)
        memcpy(info + used, context.data, context.len);
    used += context.len;
    info[used++] = 1;
    if (HMAC(md, secret.data, (int)secret.len, info, used, block, NULL) == NULL)
        return false;
    memcpy(out, block, out_len);
    return true;
}

#endif
