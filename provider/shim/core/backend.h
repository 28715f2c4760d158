/* SPDX-License-Identifier: Apache-2.0
 *
 * The OpenSSL side of the shim: a library context in which `sslprovider` is active, and the
 * algorithms fetched from it.
 *
 * The application's default context is used when sslprovider is active there.  Otherwise there is a
 * private context, with the linked-in provider and `default` loaded, configured by the section
 * [ncryptssl] of the default openssl.cnf.  Either way all handles share one backend, which ends
 * with the last of them.
 */
#ifndef SSLP_SHIM_CORE_BACKEND_H
#define SSLP_SHIM_CORE_BACKEND_H

#include "ncryptssl/sslprovider.h"
#include "schedule/suite.h"
#include "shim/core/algorithms.h"
#include "shim/core/ossl_params.h"
#include "shim/core/private_context.h"
#include "sslprovider/names.h"

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sslp_backend_kdf {
    SSLP_KDF_SESSION_KEYS,
    SSLP_KDF_MASTER_KEY,
    SSLP_KDF_FINISHED,
    SSLP_KDF_KEYING_MATERIAL,
    SSLP_KDF_TRAFFIC_SECRET,
    SSLP_KDF_COUNT
};

struct sslp_private_keys; /* shim/keys/private_key.h */

/* So many contexts for imports of secrets are kept for the next ones. */
enum { SSLP_IDLE_IMPORTS = 4 };

struct sslp_backend {
    _Atomic uint32_t references;
    OSSL_LIB_CTX *libctx;            /* NULL: the default context */
    struct sslp_private_context own; /* with the default context only `private_keys` is set */
    bool legacy;                     /* the configuration allows legacy suites */
    bool require_ems;                /* it refuses a master secret without a session hash */
    EVP_KDF *kdf[SSLP_KDF_COUNT];    /* owned; by enum sslp_backend_kdf */
    EVP_KDF_CTX *ending;             /* owned; for sslp_backend_end_key, in any thread */
    _Atomic(EVP_PKEY_CTX *) imports[SSLP_IDLE_IMPORTS]; /* owned; idle ones or NULL */
    struct sslp_algorithms algorithms;                  /* owned; of records and transcripts */
    struct sslp_private_keys *attached;                 /* owned; NcryptsslAttachPrivateKey */
};

/* Selects the provider's algorithms also where the application's default query, which OpenSSL
 * merges with every query, is fips=yes.  Their hashes are still fetched under fips=yes. */
#define SSLP_BACKEND_QUERY SSLPROVIDER_PROPERTY ",-fips"

/* ERROR_SUCCESS with a counted reference, NTE_NO_MEMORY, or NTE_FAIL where no usable context can
 * be made (an unknown key or value in [ncryptssl], or OpenSSL lacks its default provider). */
SECURITY_STATUS sslp_backend_open(struct sslp_backend **backend);
struct sslp_backend *sslp_backend_retain(struct sslp_backend *backend);
/* NULL is allowed. */
void sslp_backend_release(struct sslp_backend *backend);

/* One derivation.  Leaves the error queue as it was.  ERROR_SUCCESS, NTE_NO_MEMORY, or `otherwise`
 * where the KDF refuses; NTE_INTERNAL_ERROR for more parameters than the list has room for. */
SECURITY_STATUS sslp_backend_derive(const struct sslp_backend *backend, enum sslp_backend_kdf kdf,
    const struct sslp_params *params, uint8_t *out, size_t out_len, SECURITY_STATUS otherwise);

/* The same as a part of work that the caller begins and ends on the error queue. */
SECURITY_STATUS sslp_backend_compute(const struct sslp_backend *backend, enum sslp_backend_kdf kdf,
    const struct sslp_params *params, uint8_t *out, size_t out_len, SECURITY_STATUS otherwise);

/* Imports a secret as a key object of type SSL-KEY, or adopts a handle that a KDF has written. NULL
 * on failure, with errors on the queue. */
EVP_PKEY *sslp_backend_import_key(struct sslp_backend *backend, OSSL_PARAM *params);

/* Ends a key that a KDF has written a handle of and that nobody has adopted.  Takes no memory and
 * leaves the error queue as it was. */
void sslp_backend_end_key(const struct sslp_backend *backend, uint64_t key_handle);

/* Protocol and suite by their numbers; false unless the protocol has the suite, the shim its
 * records, and the configuration allows both. */
bool sslp_backend_find_suite(const struct sslp_backend *backend, DWORD protocol, DWORD suite,
    const struct sslp_protocol **found_protocol, const struct sslp_suite **found_suite);

#endif
