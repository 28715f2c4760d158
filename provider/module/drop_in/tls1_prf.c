/* SPDX-License-Identifier: Apache-2.0
 *
 * Drop-in KDF TLS1-PRF: the PRF of TLS 1.0 to 1.2 (RFC 2246 and RFC 5246, section 5).  Label and
 * seed go in as octets to be joined, and add up over calls until the context is reset.
 */
#include "module/drop_in/drop_in.h"
#include "module/reasons.h"

#include <openssl/params.h>
#include <string.h>

#define PARAMETERS(X)                                                                              \
    X(text, PROPERTIES, NULL)                                                                      \
    X(text, DIGEST, sslp_drop_in_set_digest)                                                       \
    X(octets, SECRET, sslp_drop_in_set_octets)                                                     \
    X(seeds, SEED, sslp_drop_in_set_octets)

static const OSSL_PARAM tls1_prf_gettable[] = {
    OSSL_PARAM_size_t(OSSL_KDF_PARAM_SIZE, NULL), OSSL_PARAM_END};

/* The seed of a master secret without RFC 7627 begins with this label (RFC 5246 section 8.1).  The
 * extended one has another. */
static bool tls1_prf_makes_plain_master_secret(struct sslp_bytes seed)
{
    static const char label[] = "master secret";

    return seed.len >= sizeof(label) - 1 && memcmp(seed.data, label, sizeof(label) - 1) == 0;
}

static int tls1_prf_check(const struct sslp_drop_in *context, size_t out_len)
{
    const struct sslp_bytes seed = context->item[SSLP_DROP_IN_SEED].value;

    if (context->item[SSLP_DROP_IN_SECRET].value.data == NULL)
        return sslp_raise(context->provctx, MISSING_SECRET);
    if (seed.len == 0)
        return sslp_raise(context->provctx, MISSING_SEED);
    if (context->provctx->config.require_ems && tls1_prf_makes_plain_master_secret(seed))
        return sslp_raise(context->provctx, EXTENDED_MASTER_SECRET_REQUIRED);
    return out_len != 0 || sslp_raise(context->provctx, INVALID_KEY_LENGTH);
}

static enum sslp_status tls1_prf_compute(
    const struct sslp_drop_in *context, uint8_t *out, size_t out_len)
{
    const struct sslp_bytes seed[SSLP_SEED_PARTS] = {context->item[SSLP_DROP_IN_SEED].value};
    const struct sslp_bytes label = sslp_bytes(NULL, 0); /* it is the beginning of the seed */
    const struct sslp_prf_key *keyed = sslp_drop_in_keyed(context, SSLP_DROP_IN_SECRET);
    struct sslp_prf_key key;
    enum sslp_status status;

    if (keyed != NULL)
        return sslp_prf_expand(keyed, label, seed, out, out_len);
    status =
        sslp_prf_key_init(&key, &context->digest.prf, context->item[SSLP_DROP_IN_SECRET].value);
    if (status == SSLP_OK)
        status = sslp_prf_expand(&key, label, seed, out, out_len);
    sslp_prf_key_clear(&key);
    return status;
}

SSLP_DEFINE_DROP_IN(tls1_prf, tls1_prf, TLS1_PRF, SSLP_PRF_TLS12, NULL, PARAMETERS, PARAMETERS);
