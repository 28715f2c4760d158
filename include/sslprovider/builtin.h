/* SPDX-License-Identifier: Apache-2.0
 *
 * The provider without its module: the entry point of libsslprovider.a and libncryptssl.a, for
 * OSSL_PROVIDER_add_builtin(3).
 *
 *     OSSL_PROVIDER_add_builtin(libctx, SSLPROVIDER_NAME, sslprovider_provider_init);
 *
 * SSLPROVIDER_NAME is in <sslprovider/names.h>.  The types are those of <openssl/core.h>, which
 * this header does without.  sslprovider(7) has an example.
 */
#ifndef SSLPROVIDER_BUILTIN_H
#define SSLPROVIDER_BUILTIN_H

#ifdef __cplusplus
extern "C" {
#endif

struct ossl_core_handle_st;
struct ossl_dispatch_st;

/* An OSSL_provider_init_fn: returns 1, or 0 if the provider does not load. */
int sslprovider_provider_init(const struct ossl_core_handle_st *handle,
    const struct ossl_dispatch_st *in, const struct ossl_dispatch_st **out, void **provctx);

#ifdef __cplusplus
}
#endif

#endif
