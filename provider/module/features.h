/* SPDX-License-Identifier: Apache-2.0
 *
 * What the OpenSSL headers that this is compiled with offer to a provider.  The numbers of the
 * functions are macros, so they are asked for and not the version: a module made with newer headers
 * loads into an older libcrypto too, which never looks at numbers that it does not know.  What the
 * libcrypto does that this runs with is asked of that one.
 */
#ifndef SSLP_MODULE_FEATURES_H
#define SSLP_MODULE_FEATURES_H

#include <openssl/core_dispatch.h>
#include <openssl/crypto.h>
#include <stdbool.h>

/* Key managements for opaque symmetric keys, EVP_SKEY: OpenSSL 3.5. */
#ifdef OSSL_OP_SKEYMGMT
#    define SSLP_HAVE_SKEYMGMT
#endif

/* KDFs that take and give such keys: OpenSSL 3.6. */
#if defined(SSLP_HAVE_SKEYMGMT) && defined(OSSL_FUNC_KDF_SET_SKEY) &&                              \
    defined(OSSL_FUNC_KDF_DERIVE_SKEY)
#    define SSLP_HAVE_KDF_SKEY
#endif

/* Whether the libcrypto is of this release or a later one. */
static inline bool sslp_runs_with(unsigned major, unsigned minor)
{
    const unsigned running = OPENSSL_version_major();

    return running > major || (running == major && OPENSSL_version_minor() >= minor);
}

#endif
