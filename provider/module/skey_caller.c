/* SPDX-License-Identifier: Apache-2.0 */

/* For dladdr. */
#ifndef _GNU_SOURCE
#    define _GNU_SOURCE
#endif

#include "module/skey_caller.h"

#include "module/provctx.h"

#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

/* The symbol and the library that an address belongs to. */
static bool skey_caller_find(uintptr_t address, Dl_info *info)
{
    return dladdr((const void *)address, info) != 0;
}

static bool skey_caller_is_derive_skey(const struct sslp_provctx *provctx, uintptr_t address)
{
    Dl_info caller, core;

    return provctx->core.vset_error != NULL && skey_caller_find(address, &caller) &&
        skey_caller_find((uintptr_t)provctx->core.vset_error, &core) &&
        caller.dli_fbase == core.dli_fbase && caller.dli_sname != NULL &&
        strcmp(caller.dli_sname, "EVP_KDF_derive_SKEY") == 0;
}

/* Looking a symbol up takes longer than a derivation, and there is one such call in libcrypto. */
bool sslp_is_skey_caller(struct sslp_provctx *provctx, const void *address)
{
    const uintptr_t at = (uintptr_t)address;

    if (atomic_load_explicit(&provctx->skey_caller, memory_order_relaxed) == at)
        return true;
    if (!skey_caller_is_derive_skey(provctx, at))
        return false;
    atomic_store_explicit(&provctx->skey_caller, at, memory_order_relaxed);
    return true;
}
