/* SPDX-License-Identifier: Apache-2.0
 *
 * The OpenSSL side of the shim: a library context in which `sslprovider` is active, and the
 * algorithms fetched from it.
 *
 * The application's default context is used when sslprovider is active there.  Otherwise all
 * handles share one private context, with the provider linked in and `default` loaded; it is
 * configured by the section [ncryptssl] of the default openssl.cnf and goes with the last handle.
 */
#ifndef SSLP_SHIM_BACKEND_H
#define SSLP_SHIM_BACKEND_H

#include "ncryptssl/sslprovider.h"
#include "shim/private_context.h"
#include "sslprovider/names.h"

#include <openssl/types.h>
#include <stdbool.h>
#include <stdint.h>

struct sslp_backend {
    _Atomic uint32_t references;
    OSSL_LIB_CTX *libctx;            /* NULL: the default context */
    struct sslp_private_context own; /* empty with the default context */
    bool legacy;                     /* the configuration allows legacy suites */
    EVP_KDF *session_keys_kdf;       /* owned */
};

/* Selects the provider's algorithms also where the application's default query is fips=yes, with
 * which every query is merged: what they hash with is still fetched under that. */
#define SSLP_BACKEND_QUERY SSLPROVIDER_PROPERTY ",-fips"

/* ERROR_SUCCESS with a counted reference, NTE_NO_MEMORY, or NTE_FAIL where no usable context can
 * be made (an unknown key or value in [ncryptssl], or OpenSSL lacks its default provider). */
SECURITY_STATUS sslp_backend_open(struct sslp_backend **backend);
struct sslp_backend *sslp_backend_retain(struct sslp_backend *backend);
/* NULL is allowed. */
void sslp_backend_release(struct sslp_backend *backend);

#endif
