/* SPDX-License-Identifier: Apache-2.0
 *
 * NSS, by the PKCS #11 handle of a master secret, as its libssl derives keying material.
 */
#include "peers.h"

#include <nss.h>
#include <pk11pub.h>
#include <pkcs11n.h>

static unsigned char seed[SEED_LEN];
static PK11SymKey *key;

static bool nss_open(void)
{
    SECItem item = {siBuffer, bench_secret, SECRET_LEN};
    PK11SlotInfo *slot;

    peers_seed(seed);
    if (NSS_NoDB_Init(NULL) != SECSuccess)
        return false;
    slot = PK11_GetInternalSlot();
    if (slot == NULL)
        return false;
    key = PK11_ImportSymKey(
        slot, CKM_NSS_TLS_PRF_GENERAL_SHA256, PK11_OriginUnwrap, CKA_SIGN, &item, NULL);
    PK11_FreeSlot(slot);
    return key != NULL;
}

static bool nss_derive(unsigned char *out, size_t len)
{
    SECItem none = {siBuffer, NULL, 0};
    PK11Context *context =
        PK11_CreateContextBySymKey(CKM_NSS_TLS_PRF_GENERAL_SHA256, CKA_SIGN, key, &none);
    unsigned int written = 0;
    const bool ok = context != NULL && PK11_DigestBegin(context) == SECSuccess &&
        PK11_DigestOp(context, (const unsigned char *)bench_label, LABEL_LEN) == SECSuccess &&
        PK11_DigestOp(context, seed, SEED_LEN) == SECSuccess &&
        PK11_DigestFinal(context, out, &written, (unsigned int)len) == SECSuccess;

    if (context != NULL)
        PK11_DestroyContext(context, PR_TRUE);
    return ok && written == len;
}

const struct bench_peer bench_peer_nss = {"NSS", nss_open, nss_derive};
