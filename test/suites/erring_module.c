/* SPDX-License-Identifier: Apache-2.0
 *
 * The negative control of the suites: sslprovider as a module, but every fifth derivation of a
 * drop-in KDF, the first one included, has a flipped bit.  With every one flipped, two ends in one
 * process would agree again.  SSLP_COUNTED_MODULE names the real module.
 */
#include "common/counting_provider.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static void flip(const char *kdf, unsigned char *out, size_t len)
{
    static atomic_uint derivations;

    (void)kdf;
    if (atomic_fetch_add(&derivations, 1) % 5 != 0)
        return;
    for (size_t i = 0; i < len; i++)
        out[i] ^= 1;
}

__attribute__((visibility("default"))) OSSL_provider_init_fn OSSL_provider_init;

int OSSL_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **provctx)
{
    const char *path = getenv("SSLP_COUNTED_MODULE");
    void *module = path == NULL ? NULL : dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void *symbol = module == NULL ? NULL : dlsym(module, "OSSL_provider_init");
    OSSL_provider_init_fn *real_init;

    if (symbol == NULL)
        return 0;
    /* What dlsym finds is a function; ISO C has no cast for that. */
    memcpy(&real_init, &symbol, sizeof(real_init));
    return counting_init(real_init, flip, handle, in, out, provctx);
}
