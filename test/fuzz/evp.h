/* SPDX-License-Identifier: Apache-2.0
 *
 * What the targets of the EVP interface share: a library context with the provider linked in, its
 * KDFs, keys with the canary, and lists of parameters that an input spells.
 */
#ifndef SSLP_TEST_FUZZ_EVP_H
#define SSLP_TEST_FUZZ_EVP_H

#include "fuzz.h"

#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

enum {
    FUZZ_SESSION_KEYS,
    FUZZ_MASTER_KEY,
    FUZZ_FINISHED,
    FUZZ_KEYING_MATERIAL,
    FUZZ_TRAFFIC_SECRET,
    FUZZ_TLS1_PRF,
    FUZZ_TLS13_KDF,
    FUZZ_HKDF,
    FUZZ_KDFS
};

enum { FUZZ_PARAMS = 20, FUZZ_VALUE = 600, FUZZ_OUTPUT = 1024, FUZZ_CANARIES = 7 };

extern OSSL_LIB_CTX *fuzz_libctx;
extern EVP_KDF *fuzz_kdfs[FUZZ_KDFS];

/* Handles of keys with the canary, of different kinds, none exportable. */
extern uint64_t fuzz_canary_handles[FUZZ_CANARIES];

/* With legacy protocols. */
void fuzz_open_context(void);

/* A list of parameters with values of its own, each in a block of its own. */
struct fuzz_list {
    OSSL_PARAM params[FUZZ_PARAMS + 1]; /* always ended */
    size_t count;
};

/* Where the list is full nothing is added. */
void fuzz_add(
    struct fuzz_list *list, const char *name, unsigned type, const void *value, size_t len);
void fuzz_add_text(struct fuzz_list *list, const char *name, const char *text);
void fuzz_add_octets(struct fuzz_list *list, const char *name, const void *octets, size_t len);
void fuzz_list_free(struct fuzz_list *list);

/* A parameter with a name, a type and a value as the input says.  `own` is one more handle. */
void fuzz_add_any(struct fuzz_input *input, struct fuzz_list *list, uint64_t own);

/* Takes away, doubles, reorders or spoils parameters of the list. */
void fuzz_change_list(struct fuzz_input *input, struct fuzz_list *list);

/* One derivation with a context and with a copy of it, which have to agree; the output holds zeros
 * after a failure, and no canary.  Whether there is one. */
bool fuzz_derive(EVP_KDF_CTX *ctx, const OSSL_PARAM *params, uint8_t out[FUZZ_OUTPUT], size_t len);

#endif
