/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/support/context.h"

#include "provider/support.h"

#include <openssl/crypto.h>
#include <openssl/kdf.h>

OSSL_LIB_CTX *libctx;
EVP_KDF *session_kdf, *master_kdf;

int open_context(void)
{
    libctx = support_context_new("");
    if (libctx == NULL)
        return 1;
    session_kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    master_kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_MASTER_KEY, SSLPROVIDER_PROPERTY);
    return session_kdf == NULL || master_kdf == NULL;
}

int close_context(void)
{
    EVP_KDF_free(session_kdf);
    EVP_KDF_free(master_kdf);
    OSSL_LIB_CTX_free(libctx);
    return 0;
}
