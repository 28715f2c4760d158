/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/hkdf.h"

#include "base/wipe.h"

#include <openssl/crypto.h>
#include <string.h>

enum sslp_status sslp_hkdf_extract(
    const struct sslp_hash *hash, struct sslp_bytes salt, struct sslp_bytes input, uint8_t *out)
{
    struct sslp_hash_work work;
    enum sslp_status status;

    sslp_hash_work_init(&work);
    status = sslp_hmac_once(hash, &work, salt, &input, 1, out);
    sslp_hash_work_clear(&work);
    return status;
}

/* T(i) = HMAC(key, T(i-1) + info + i), concatenated (RFC 5869 section 2.3). */
static enum sslp_status concatenate_blocks(const struct sslp_hmac_key *key,
    struct sslp_hash_work *work, struct sslp_bytes info, uint8_t *out, size_t out_len)
{
    uint8_t t[SSLP_MAX_HASH] = {0}, counter = 0;
    struct sslp_bytes parts[] = {sslp_bytes(t, 0), info, sslp_bytes(&counter, 1)};
    enum sslp_status status = SSLP_OK;

    while (status == SSLP_OK && out_len > 0) {
        size_t take = out_len < key->size ? out_len : key->size;

        counter++;
        status = sslp_hmac(key, work, parts, 3, t);
        if (status == SSLP_OK)
            memcpy(out, t, take);
        parts[0].len = key->size;
        out += take;
        out_len -= take;
    }
    sslp_wipe(t, sizeof(t));
    return status;
}

enum sslp_status sslp_hkdf_expand(
    const struct sslp_hmac_key *key, struct sslp_bytes info, uint8_t *out, size_t out_len)
{
    struct sslp_hash_work work;
    enum sslp_status status;

    if (out_len > SSLP_HKDF_MAX_BLOCKS * key->size)
        return SSLP_ERR_OUTPUT_LENGTH;
    sslp_hash_work_init(&work);
    status = concatenate_blocks(key, &work, info, out, out_len);
    sslp_hash_work_clear(&work);
    if (status != SSLP_OK)
        OPENSSL_cleanse(out, out_len);
    return status;
}

/* T(1), of which the output may be a part. */
static enum sslp_status hkdf_first_block(const struct sslp_hash *hash, struct sslp_bytes secret,
    struct sslp_bytes info, uint8_t *out, size_t out_len)
{
    static const uint8_t counter = 1;
    const struct sslp_bytes parts[] = {info, sslp_bytes(&counter, 1)};
    uint8_t t[SSLP_MAX_HASH];
    struct sslp_hash_work work;
    enum sslp_status status;

    sslp_hash_work_init(&work);
    status = sslp_hmac_once(hash, &work, secret, parts, 2, t);
    sslp_hash_work_clear(&work);
    if (status == SSLP_OK)
        memcpy(out, t, out_len);
    else
        OPENSSL_cleanse(out, out_len);
    sslp_wipe(t, sizeof(t));
    return status;
}

enum sslp_status sslp_hkdf_expand_once(const struct sslp_hash *hash, struct sslp_bytes secret,
    struct sslp_bytes info, uint8_t *out, size_t out_len)
{
    struct sslp_hmac_key key;
    enum sslp_status status;

    if (out_len <= hash->size)
        return hkdf_first_block(hash, secret, info, out, out_len);
    status = sslp_hmac_key_init(&key, hash, secret);
    if (status == SSLP_OK)
        status = sslp_hkdf_expand(&key, info, out, out_len);
    else
        OPENSSL_cleanse(out, out_len);
    sslp_hmac_key_clear(&key);
    return status;
}

static uint8_t *put(uint8_t *end, struct sslp_bytes bytes)
{
    if (bytes.len != 0)
        memcpy(end, bytes.data, bytes.len);
    return end + bytes.len;
}

/* HkdfLabel in one run of bytes, so that it is one hash input:
 *
 *   uint16 length, opaque label<7..255> = prefix + label, opaque context<0..255>
 */
struct hkdf_label_text {
    uint8_t bytes[2 + 1 + SSLP_MAX_HKDF_LABEL + 1 + SSLP_MAX_HKDF_CONTEXT];
    size_t len;
};

static enum sslp_status hkdf_label_text_init(
    struct hkdf_label_text *text, const struct sslp_hkdf_label *label, size_t out_len)
{
    uint8_t *end = text->bytes;

    if (label->prefix.len > SSLP_MAX_HKDF_LABEL ||
        label->label.len > SSLP_MAX_HKDF_LABEL - label->prefix.len ||
        label->context.len > SSLP_MAX_HKDF_CONTEXT)
        return SSLP_ERR_OUTPUT_LENGTH;
    *end++ = (uint8_t)(out_len >> 8);
    *end++ = (uint8_t)out_len;
    *end++ = (uint8_t)(label->prefix.len + label->label.len);
    end = put(end, label->prefix);
    end = put(end, label->label);
    *end++ = (uint8_t)label->context.len;
    end = put(end, label->context);
    text->len = (size_t)(end - text->bytes);
    return SSLP_OK;
}

enum sslp_status sslp_hkdf_expand_label(const struct sslp_hmac_key *key,
    const struct sslp_hkdf_label *label, uint8_t *out, size_t out_len)
{
    struct hkdf_label_text text;
    enum sslp_status status;

    if (out_len > SSLP_HKDF_MAX_BLOCKS * key->size)
        return SSLP_ERR_OUTPUT_LENGTH;
    status = hkdf_label_text_init(&text, label, out_len);
    if (status == SSLP_OK)
        return sslp_hkdf_expand(key, sslp_bytes(text.bytes, text.len), out, out_len);
    OPENSSL_cleanse(out, out_len);
    return status;
}

enum sslp_status sslp_hkdf_expand_label_once(const struct sslp_hash *hash, struct sslp_bytes secret,
    const struct sslp_hkdf_label *label, uint8_t *out, size_t out_len)
{
    struct hkdf_label_text text;
    enum sslp_status status;

    if (out_len > SSLP_HKDF_MAX_BLOCKS * hash->size)
        return SSLP_ERR_OUTPUT_LENGTH;
    status = hkdf_label_text_init(&text, label, out_len);
    if (status == SSLP_OK)
        return sslp_hkdf_expand_once(hash, secret, sslp_bytes(text.bytes, text.len), out, out_len);
    OPENSSL_cleanse(out, out_len);
    return status;
}
