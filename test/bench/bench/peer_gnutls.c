/* SPDX-License-Identifier: Apache-2.0
 *
 * GnuTLS exports its bare PRF for its own tests; no header declares it.
 */
#include "peers.h"

#include <dlfcn.h>
#include <gnutls/gnutls.h>

typedef int prf_fn(gnutls_mac_algorithm_t mac, size_t secret_len, const void *secret,
    size_t label_len, const char *label, size_t seed_len, const uint8_t *seed, size_t out_len,
    char *out);

static prf_fn *prf;
static unsigned char seed[SEED_LEN];

static bool gnutls_peer_open(void)
{
    void *library = dlopen("libgnutls.so.30", RTLD_NOW | RTLD_LOCAL);

    if (library == NULL)
        return false;
    *(void **)&prf = dlsym(library, "_gnutls_prf_raw");
    peers_seed(seed);
    return prf != NULL;
}

static bool gnutls_peer_derive(unsigned char *out, size_t len)
{
    return prf(GNUTLS_MAC_SHA256, SECRET_LEN, bench_secret, LABEL_LEN, bench_label, SEED_LEN, seed,
               len, (char *)out) == 0;
}

const struct bench_peer bench_peer_gnutls = {"GnuTLS", gnutls_peer_open, gnutls_peer_derive};
