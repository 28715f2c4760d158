/* SPDX-License-Identifier: Apache-2.0
 *
 * The library context of a test program that needs one, in which sslprovider is active without
 * options, and the two KDFs that most tests go through.
 */
#ifndef SSLP_TEST_PROVIDER_SUPPORT_CONTEXT_H
#define SSLP_TEST_PROVIDER_SUPPORT_CONTEXT_H

#include <openssl/types.h>

extern OSSL_LIB_CTX *libctx;
extern EVP_KDF *session_kdf, *master_kdf;

/* Set-up and tear-down; each 0 when all went well. */
int open_context(void);
int close_context(void);

#endif
