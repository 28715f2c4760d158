/* SPDX-License-Identifier: Apache-2.0 */
#include "peers.h"

#include <mbedtls/ssl.h>

static unsigned char seed[SEED_LEN];

static bool mbedtls_open(void)
{
    peers_seed(seed);
    return true;
}

static bool mbedtls_derive(unsigned char *out, size_t len)
{
    return mbedtls_ssl_tls_prf(MBEDTLS_SSL_TLS_PRF_SHA256, bench_secret, SECRET_LEN, bench_label,
               seed, SEED_LEN, out, len) == 0;
}

const struct bench_peer bench_peer_mbedtls = {"Mbed TLS", mbedtls_open, mbedtls_derive};
