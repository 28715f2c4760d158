/* SPDX-License-Identifier: Apache-2.0
 *
 * HKDF-Expand-Label (RFC 8446 section 7.1) on HKDF-Expand (RFC 5869 section 2.3).
 */
#include "schedule/prf.h"

#include <openssl/crypto.h>
#include <string.h>

enum { MAX_LABEL = 249, MAX_CONTEXT = 255, MAX_BLOCKS = 255 };

/* HKDF-Expand: T(i) = HMAC(secret, T(i-1) + info + i), concatenated. */
static enum sslp_status hkdf_expand(const struct sslp_hmac_key *key, struct sslp_hash_work *work,
    const struct sslp_bytes info[4], uint8_t *out, size_t out_len)
{
    uint8_t t[SSLP_MAX_HASH] = {0}, counter = 0;
    struct sslp_bytes parts[] = {
        sslp_bytes(t, 0), info[0], info[1], info[2], info[3], sslp_bytes(&counter, 1)};
    enum sslp_status status = SSLP_OK;

    while (status == SSLP_OK && out_len > 0) {
        size_t take = out_len < key->size ? out_len : key->size;

        counter++;
        status = sslp_hmac(key, work, parts, 6, t);
        if (status == SSLP_OK)
            memcpy(out, t, take);
        parts[0].len = key->size;
        out += take;
        out_len -= take;
    }
    OPENSSL_cleanse(t, sizeof(t));
    return status;
}

enum sslp_status sslp_prf_expand_label(const struct sslp_prf_key *key, struct sslp_bytes label,
    struct sslp_bytes context, uint8_t *out, size_t out_len)
{
    static const char prefix[] = "tls13 ";
    uint8_t head[2 + 1 + sizeof(prefix) - 1] = {0}, context_len = (uint8_t)context.len;
    const struct sslp_bytes info[] = {
        sslp_bytes(head, sizeof(head)), label, sslp_bytes(&context_len, 1), context};
    struct sslp_hash_work work;
    enum sslp_status status;

    if (out_len == 0 || out_len > MAX_BLOCKS * key->hmac.size || label.len > MAX_LABEL ||
        context.len > MAX_CONTEXT)
        return SSLP_ERR_OUTPUT_LENGTH;
    head[0] = (uint8_t)(out_len >> 8);
    head[1] = (uint8_t)out_len;
    head[2] = (uint8_t)(sizeof(prefix) - 1 + label.len);
    memcpy(head + 3, prefix, sizeof(prefix) - 1);
    status = sslp_hash_work_init(&work);
    if (status == SSLP_OK)
        status = hkdf_expand(&key->hmac, &work, info, out, out_len);
    sslp_hash_work_clear(&work);
    if (status != SSLP_OK)
        OPENSSL_cleanse(out, out_len);
    return status;
}
