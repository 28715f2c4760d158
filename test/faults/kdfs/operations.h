/* SPDX-License-Identifier: Apache-2.0
 *
 * The operations of the sweep over the KDFs and keys of the provider.
 */
#ifndef SSLP_TEST_FAULTS_KDFS_OPERATIONS_H
#define SSLP_TEST_FAULTS_KDFS_OPERATIONS_H

#include "provider/support.h"

#include "module/features.h"

#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/provider.h>

enum { MAX_OUTPUT = 72 };

/* A context in which sslprovider is active, and what is made of it. */
struct subject {
    OSSL_LIB_CTX *libctx;
    OSSL_PROVIDER *hashes, *provider;
    EVP_KDF *session, *master, *finished, *material, *traffic, *tls1_prf, *tls13_kdf, *hkdf;
    EVP_PKEY *key;
};

/* A configuration file would leave something behind in OpenSSL, and that would be counted. */
struct subject subject_new(void);

void subject_free(struct subject *subject);

/* What the operations derive from. */
extern uint8_t secret[SUPPORT_MASTER_LEN], client_random[SUPPORT_RANDOM_LEN],
    server_random[SUPPORT_RANDOM_LEN];

/* One operation; what it computes is compared with what it computed with all the memory. */
typedef bool operation_fn(const struct subject *subject, uint8_t *out, size_t len);

enum {
    DERIVE_FROM_BYTES,
    DERIVE_FROM_BYTES_TLS11,
    DERIVE_WITH_DIGEST,
    DERIVE_BY_HANDLE,
    DERIVE_FROM_COPY,
    DERIVE_MASTER_SECRET,
    DERIVE_FINISHED,
    DERIVE_KEYING_MATERIAL,
    DERIVE_TRAFFIC_SECRET,
    DERIVE_KEYS_OF_TRAFFIC_SECRET,
    DERIVE_INITIAL_SECRET,
    DERIVE_HP_KEY,
    DERIVE_SN_KEY,
    MAKE_KEY,
    MAKE_KEY_BY_KDF,
    DROP_IN_TLS1_PRF,
    DROP_IN_TLS1_PRF_LONG,
    DROP_IN_TLS13,
    DROP_IN_HKDF,
    DERIVE_PIECES,
#ifdef SSLP_HAVE_SKEYMGMT
    SHARE_KEY,
#endif
#ifdef SSLP_HAVE_KDF_SKEY
    DERIVE_SKEYS,
    DROP_IN_SKEYS,
#endif
    OPERATIONS
};

extern const struct operation {
    const char *name;
    operation_fn *run;
    size_t len;
    bool needs_key;
} operations[OPERATIONS];

#endif
