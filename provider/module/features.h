/* SPDX-License-Identifier: Apache-2.0
 *
 * What differs between releases of OpenSSL, decided here and nowhere else.
 *
 * At compile time: what the headers offer to a provider.  The numbers of the functions are macros,
 * so the macros are asked for and not the version.  A module made with newer headers loads into an
 * older libcrypto too, which never looks at numbers that it does not know.
 *
 * At run time: what the libcrypto does that the module runs with.
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

/* Since OpenSSL 3.6 its KDFs refuse a parameter that is given twice, TLS13-KDF keeps data that is
 * not given, and HKDF-SHA256 and its like exist. */
static inline bool sslp_drop_in_is_strict(void)
{
    return sslp_runs_with(3, 6);
}

/* Since OpenSSL 3.6 KDFs take opaque keys. */
static inline bool sslp_drop_in_takes_skeys(void)
{
    return sslp_runs_with(3, 6);
}

/* Since OpenSSL 3.5 TLS1-PRF takes seeds by pointer, OSSL_PARAM_OCTET_PTR.  No other parameter of a
 * KDF is taken so. */
static inline bool sslp_drop_in_takes_pointers(void)
{
    return sslp_runs_with(3, 5);
}

/* An empty list of parameters makes TLS13-KDF look at its mode, and forget its data where it is not
 * strict.  OpenSSL 3.5 alone does nothing then. */
static inline bool sslp_drop_in_skips_empty_list(void)
{
    return sslp_runs_with(3, 5) && !sslp_runs_with(3, 6);
}

/* The value of a getter of a KDF that is asked for nothing it knows: OpenSSL before 3.5 calls that
 * unsupported. */
static inline int sslp_drop_in_get_nothing(void)
{
    return sslp_runs_with(3, 5) ? 1 : -2;
}

#endif
