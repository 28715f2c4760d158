/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/keying_material.h"

enum sslp_status sslp_keying_material(const struct sslp_prf_key *secret, struct sslp_bytes label,
    const uint8_t *first_random, const uint8_t *second_random, const struct sslp_bytes *context,
    uint8_t *out, size_t out_len)
{
    struct sslp_bytes seed[SSLP_SEED_PARTS] = {
        sslp_bytes(first_random, SSLP_RANDOM_LEN), sslp_bytes(second_random, SSLP_RANDOM_LEN)};
    uint8_t context_len[2];

    if (secret->prf.kind == SSLP_PRF_SSL3)
        return SSLP_ERR_SUITE_PROTOCOL;
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
