/* SPDX-License-Identifier: Apache-2.0
 *
 * Implementations of libcrypto for records and transcripts.  Each is fetched at its first use and
 * kept as long as the backend, because a fetch costs more than a key.  Any thread; nothing takes a
 * lock.  What could not be fetched is asked for again the next time.
 */
#ifndef SSLP_SHIM_CORE_ALGORITHMS_H
#define SSLP_SHIM_CORE_ALGORITHMS_H

#include "ncryptssl/wintypes.h"

#include <openssl/types.h>
#include <stdatomic.h>
#include <stdbool.h>

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

/* The same for a cipher that only some machines have, without errors on the queue.  That no
 * provider has it is remembered: such a fetch takes longest. */
SECURITY_STATUS sslp_algorithms_rare_cipher(
    struct sslp_algorithms *algorithms, const char *name, EVP_CIPHER **cipher);

/* Parameters of records that some ciphers take (EVP_EncryptInit(3)). */
enum sslp_record_param {
    SSLP_TAKES_FIXED_IV = 1, /* OSSL_CIPHER_PARAM_AEAD_TLS1_IV_FIXED */
    SSLP_TAKES_AAD = 2,      /* OSSL_CIPHER_PARAM_AEAD_TLS1_AAD */
    SSLP_TAKES_MAC_KEY = 4   /* OSSL_CIPHER_PARAM_AEAD_MAC_KEY */
};

/* Whether a cipher that was fetched takes the parameter. */
bool sslp_algorithms_cipher_takes(
    struct sslp_algorithms *algorithms, const char *name, enum sslp_record_param param);

/* Frees what was fetched; after the last use. */
void sslp_algorithms_clear(struct sslp_algorithms *algorithms);

#endif
