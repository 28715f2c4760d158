/* SPDX-License-Identifier: Apache-2.0
 *
 * A provider of the tests around sslprovider: it hands out sslprovider's algorithms, with functions
 * to derive in the drop-in KDFs that call the real ones and then tell of it.  So nothing in the
 * product has to count, and everything else up to the dispatch table and from it on is what is
 * shipped.  One in a process.
 */
#ifndef SSLP_TEST_COUNTING_PROVIDER_H
#define SSLP_TEST_COUNTING_PROVIDER_H

#include <openssl/core.h>
#include <stddef.h>

/* Called after a derivation that succeeded, with its output, which it may change. */
typedef void counting_told_fn(const char *kdf, unsigned char *out, size_t len);

/* Initializes the real provider and puts the functions that count between. */
int counting_init(OSSL_provider_init_fn *real_init, counting_told_fn *told,
    const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out,
    void **provctx);

#endif
