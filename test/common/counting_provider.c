/* SPDX-License-Identifier: Apache-2.0 */
#include "common/counting_provider.h"

#include <openssl/core_dispatch.h>
#include <string.h>

enum { MAX_FUNCTIONS = 16, MAX_ALGORITHMS = 32 };

/* The drop-in KDFs; their functions below are in the same order. */
enum { TLS1_PRF, TLS13_KDF, HKDF, KDFS };

static const char *const names[KDFS] = {"TLS1-PRF", "TLS13-KDF", "HKDF"};

static counting_told_fn *told_of;
static OSSL_FUNC_provider_query_operation_fn *real_query;
static OSSL_FUNC_kdf_derive_fn *real_derive[KDFS];

static int derive_and_tell(
    int kdf, void *kctx, unsigned char *out, size_t len, const OSSL_PARAM params[])
{
    if (!real_derive[kdf](kctx, out, len, params))
        return 0;
    told_of(names[kdf], out, len);
    return 1;
}

static int count_tls1_prf(void *kctx, unsigned char *out, size_t len, const OSSL_PARAM params[])
{
    return derive_and_tell(TLS1_PRF, kctx, out, len, params);
}

static int count_tls13_kdf(void *kctx, unsigned char *out, size_t len, const OSSL_PARAM params[])
{
    return derive_and_tell(TLS13_KDF, kctx, out, len, params);
}

static int count_hkdf(void *kctx, unsigned char *out, size_t len, const OSSL_PARAM params[])
{
    return derive_and_tell(HKDF, kctx, out, len, params);
}

static OSSL_FUNC_kdf_derive_fn *const counting_derive[KDFS] = {
    count_tls1_prf, count_tls13_kdf, count_hkdf};

/* A copy of a dispatch table with another function in the place of one. */
static void replace(OSSL_DISPATCH copy[MAX_FUNCTIONS], const OSSL_DISPATCH *table, int id,
    void (*function)(void), void (**real)(void))
{
    size_t n = 0;

    for (; table->function_id != 0 && n + 1 < MAX_FUNCTIONS; table++) {
        copy[n] = *table;
        if (table->function_id == id) {
            *real = table->function;
            copy[n].function = function;
        }
        n++;
    }
    copy[n] = (OSSL_DISPATCH){0, NULL};
}

static const OSSL_ALGORITHM *counting_query(void *provctx, int operation, int *no_cache)
{
    static OSSL_ALGORITHM algorithms[MAX_ALGORITHMS];
    static OSSL_DISPATCH copies[KDFS][MAX_FUNCTIONS];
    const OSSL_ALGORITHM *real = real_query(provctx, operation, no_cache);
    size_t n = 0;

    if (operation != OSSL_OP_KDF || real == NULL)
        return real;
    for (; real->algorithm_names != NULL && n + 1 < MAX_ALGORITHMS; real++, n++) {
        algorithms[n] = *real;
        for (int kdf = 0; kdf < KDFS; kdf++) {
            if (strcmp(real->algorithm_names, names[kdf]) != 0)
                continue;
            replace(copies[kdf], real->implementation, OSSL_FUNC_KDF_DERIVE,
                (void (*)(void))counting_derive[kdf], (void (**)(void)) & real_derive[kdf]);
            algorithms[n].implementation = copies[kdf];
        }
    }
    algorithms[n] = (OSSL_ALGORITHM){NULL, NULL, NULL, NULL};
    return algorithms;
}

int counting_init(OSSL_provider_init_fn *real_init, counting_told_fn *told,
    const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out,
    void **provctx)
{
    static OSSL_DISPATCH functions[MAX_FUNCTIONS];
    const OSSL_DISPATCH *real;

    told_of = told;
    if (!real_init(handle, in, &real, provctx))
        return 0;
    replace(functions, real, OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))counting_query,
        (void (**)(void)) & real_query);
    *out = functions;
    return 1;
}
