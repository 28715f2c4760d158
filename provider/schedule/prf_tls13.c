/* SPDX-License-Identifier: Apache-2.0
 *
 * HKDF-Expand-Label as TLS 1.3 has it (RFC 8446 section 7.1).
 */
#include "schedule/hkdf.h"
#include "schedule/prf.h"

enum sslp_status sslp_prf_expand_label(const struct sslp_prf_key *key, struct sslp_bytes label,
    struct sslp_bytes context, uint8_t *out, size_t out_len)
{
    const struct sslp_hkdf_label full = {SSLP_LABEL("tls13 "), label, context};

    return out_len == 0 ? SSLP_ERR_OUTPUT_LENGTH
                        : sslp_hkdf_expand_label(&key->hmac, &full, out, out_len);
}
