/* SPDX-License-Identifier: Apache-2.0
 *
 * BoringSSL has the names of OpenSSL's functions, so it is loaded with a scope of its own.
 */
#define _GNU_SOURCE /* RTLD_DEEPBIND */

#include "peers.h"

#include <dlfcn.h>

/* As BoringSSL declares them. */
typedef int prf_fn(const void *digest, uint8_t *out, size_t out_len, const uint8_t *secret,
    size_t secret_len, const char *label, size_t label_len, const uint8_t *seed1, size_t seed1_len,
    const uint8_t *seed2, size_t seed2_len);
typedef const void *digest_fn(void);

static prf_fn *prf;
static const void *sha256;

static bool boringssl_open(void)
{
    void *library = dlopen(BENCH_BORINGSSL_LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    digest_fn *digest = NULL;

    if (library == NULL)
        return false;
    *(void **)&prf = dlsym(library, "CRYPTO_tls1_prf");
    *(void **)&digest = dlsym(library, "EVP_sha256");
    if (prf == NULL || digest == NULL)
        return false;
    sha256 = digest();
    return true;
}

static bool boringssl_derive(unsigned char *out, size_t len)
{
    return prf(sha256, out, len, bench_secret, SECRET_LEN, bench_label, LABEL_LEN, bench_randoms[1],
               RANDOM_LEN, bench_randoms[0], RANDOM_LEN) == 1;
}

const struct bench_peer bench_peer_boringssl = {"BoringSSL", boringssl_open, boringssl_derive};
