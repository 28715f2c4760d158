/* SPDX-License-Identifier: Apache-2.0
 *
 * Implementations of libcrypto for records and transcripts.  Each is fetched at its first use and
 * kept as long as the backend, because a fetch costs more than a key.  Any thread; nothing takes a
 * lock.  What could not be fetched is asked for again the next time, unless it is optional:
 * libcrypto takes longer to find nothing than to find something.
 */
#ifndef SSLP_SHIM_CORE_ALGORITHMS_H
#define SSLP_SHIM_CORE_ALGORITHMS_H

#include "ncryptssl/wintypes.h"

#include <openssl/types.h>
#include <stdatomic.h>

struct sslp_algorithm; /* algorithms.c */

/* Zero bytes, but for the context, are an empty list. */
struct sslp_algorithms {
    OSSL_LIB_CTX *libctx;                   /* borrowed; NULL: the default context */
    _Atomic(struct sslp_algorithm *) first; /* owned; grows at its head */
};

/* An implementation that lives as long as the list.  The name lives as long, too.  ERROR_SUCCESS,
 * NTE_NOT_SUPPORTED where no provider has it, or NTE_NO_MEMORY.  They leave errors on the queue. */
SECURITY_STATUS sslp_algorithms_cipher(
    struct sslp_algorithms *algorithms, const char *name, EVP_CIPHER **cipher);
SECURITY_STATUS sslp_algorithms_digest(
    struct sslp_algorithms *algorithms, const char *name, EVP_MD **digest);
SECURITY_STATUS sslp_algorithms_mac(
    struct sslp_algorithms *algorithms, const char *name, EVP_MAC **mac);

/* A cipher that there is a way around.  NTE_NOT_SUPPORTED is remembered, and leaves no errors. */
SECURITY_STATUS sslp_algorithms_optional_cipher(
    struct sslp_algorithms *algorithms, const char *name, EVP_CIPHER **cipher);

/* Frees what was fetched; after the last use. */
void sslp_algorithms_clear(struct sslp_algorithms *algorithms);

#endif
