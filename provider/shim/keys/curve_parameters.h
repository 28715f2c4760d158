/* SPDX-License-Identifier: Apache-2.0
 *
 * The parameters of a curve written out, as ECCFULLPUBLICBLOB has them in front of a point.
 */
#ifndef SSLP_SHIM_KEYS_CURVE_PARAMETERS_H
#define SSLP_SHIM_KEYS_CURVE_PARAMETERS_H

#include "ncryptssl/ncrypt.h"
#include "shim/keys/curves.h"

#include <openssl/types.h>
#include <stddef.h>
#include <stdint.h>

/* The header, five numbers of the field, the order, which can be a byte longer, and the cofactor,
 * which is 1 on every curve of the table. */
enum {
    SSLP_MAX_CURVE_PARAMETERS = sizeof(BCRYPT_ECCFULLKEY_BLOB) + 5 * SSLP_MAX_COORDINATE_LEN +
        SSLP_MAX_COORDINATE_LEN + 1 + 1
};

/* Writes BCRYPT_ECCFULLKEY_BLOB, p, a, b, the base point, order and cofactor, without a seed, of
 * the curve of a key of the type "EC", which has to be that of the table.  Returns their length in
 * bytes, or 0 for want of memory. */
size_t sslp_curve_parameters(const EVP_PKEY *key, const struct sslp_curve *curve,
    uint8_t parameters[SSLP_MAX_CURVE_PARAMETERS]);

/* The curve of the table with these parameters: those behind the header, in the same order.  NULL:
 * there is none, and no key on others is let in, for parameters that a peer chooses can be weak, or
 * make a forged key of an honest one (RFC 8422 section 5.4 has named curves alone). */
const struct sslp_curve *sslp_curve_by_parameters(
    OSSL_LIB_CTX *libctx, const BCRYPT_ECCFULLKEY_BLOB *header, const uint8_t *parameters);

#endif
