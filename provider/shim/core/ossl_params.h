/* SPDX-License-Identifier: Apache-2.0
 *
 * Parameters for OpenSSL made of constant data.  OSSL_PARAM has no pointers to const; what they
 * lead to here is read and not written to.
 */
#ifndef SSLP_SHIM_CORE_OSSL_PARAMS_H
#define SSLP_SHIM_CORE_OSSL_PARAMS_H

#include "base/bytes.h"

#include <openssl/params.h>

static inline OSSL_PARAM sslp_params_text(const char *name, const char *text)
{
    return OSSL_PARAM_construct_utf8_string(name, (char *)(uintptr_t)text, 0);
}

static inline OSSL_PARAM sslp_params_octets(const char *name, struct sslp_bytes octets)
{
    return OSSL_PARAM_construct_octet_string(name, (void *)(uintptr_t)octets.data, octets.len);
}

#endif
