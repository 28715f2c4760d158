/* SPDX-License-Identifier: Apache-2.0 */
#include <wolfssl/options.h>
/* The library's options come before its other headers. */
#include <wolfssl/wolfcrypt/hash.h>
#include <wolfssl/wolfcrypt/kdf.h>

#include "peers.h"

static unsigned char seed[SEED_LEN];

static bool wolfssl_open(void)
{
    peers_seed(seed);
    return true;
}

static bool wolfssl_derive(unsigned char *out, size_t len)
{
    return wc_PRF_TLS(out, (word32)len, bench_secret, SECRET_LEN, (const byte *)bench_label,
               LABEL_LEN, seed, SEED_LEN, 1, sha256_mac, NULL, INVALID_DEVID) == 0;
}

const struct bench_peer bench_peer_wolfssl = {"wolfSSL", wolfssl_open, wolfssl_derive};
