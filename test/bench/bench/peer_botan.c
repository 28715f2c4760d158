/* SPDX-License-Identifier: Apache-2.0
 *
 * Botan by its C interface, which finds the KDF by its name each time.
 */
#include "peers.h"

#include <botan/ffi.h>
#include <string.h>

static unsigned char seed[SEED_LEN];

static bool botan_open(void)
{
    peers_seed(seed);
    return true;
}

/* Botan 2 adds its bytes to what is there. */
static bool botan_derive(unsigned char *out, size_t len)
{
    memset(out, 0, len);
    return botan_kdf("TLS-12-PRF(SHA-256)", out, len, bench_secret, SECRET_LEN, seed, SEED_LEN,
               (const unsigned char *)bench_label, LABEL_LEN) == 0;
}

const struct bench_peer bench_peer_botan = {"Botan", botan_open, botan_derive};
