/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/keying_material.h"

#include "schedule/tls13_secrets.h"

#include <openssl/crypto.h>

enum sslp_status sslp_keying_material(const struct sslp_prf_key *secret, struct sslp_bytes label,
    const uint8_t *first_random, const uint8_t *second_random, const struct sslp_bytes *context,
    uint8_t *out, size_t out_len)
{
    struct sslp_bytes seed[SSLP_SEED_PARTS] = {
        sslp_bytes(first_random, SSLP_RANDOM_LEN), sslp_bytes(second_random, SSLP_RANDOM_LEN)};
    uint8_t context_len[2];

    if (secret->prf.kind == SSLP_PRF_SSL3)
        return SSLP_ERR_NOT_IN_PROTOCOL;
    if (context != NULL) {
        if (context->len > SSLP_MAX_CONTEXT)
            return SSLP_ERR_OUTPUT_LENGTH;
        context_len[0] = (uint8_t)(context->len >> 8);
        context_len[1] = (uint8_t)context->len;
        seed[2] = sslp_bytes(context_len, sizeof(context_len));
        seed[3] = *context;
    }
    return sslp_prf_expand(secret, label, seed, out, out_len);
}

enum sslp_status sslp_keying_material_tls13(const struct sslp_prf_key *exporter_secret,
    const struct sslp_protocol *protocol, struct sslp_bytes label, struct sslp_bytes context,
    uint8_t *out, size_t out_len)
{
    const struct sslp_prf *hkdf = &exporter_secret->prf;
    const size_t size = exporter_secret->hmac.size;
    uint8_t secret[SSLP_MAX_HASH], context_hash[SSLP_MAX_HASH];
    struct sslp_prf_key key = {0};
    struct sslp_hash_work work;
    enum sslp_status status = sslp_derive_secret_empty(exporter_secret, protocol, label, secret);

    sslp_hash_work_init(&work);
    if (status == SSLP_OK)
        status = sslp_hash_digest(hkdf->hash, &work, &context, 1, context_hash);
    if (status == SSLP_OK)
        status = sslp_prf_key_init(&key, hkdf, sslp_bytes(secret, size));
    if (status == SSLP_OK)
        status = sslp_prf_expand_label(
            &key, protocol, SSLP_LABEL("exporter"), sslp_bytes(context_hash, size), out, out_len);
    sslp_prf_key_clear(&key);
    sslp_hash_work_clear(&work);
    OPENSSL_cleanse(secret, sizeof(secret));
    if (status != SSLP_OK)
        OPENSSL_cleanse(out, out_len);
    return status;
}
