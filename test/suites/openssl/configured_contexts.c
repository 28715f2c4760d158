/* SPDX-License-Identifier: Apache-2.0
 *
 * Linked into the test programs with --wrap=OSSL_LIB_CTX_new: a library context that a test makes
 * reads the configuration that SSLP_CONTEXTS names, if any.
 */
#include <openssl/crypto.h>
#include <stdlib.h>

OSSL_LIB_CTX *__real_OSSL_LIB_CTX_new(void);
OSSL_LIB_CTX *__wrap_OSSL_LIB_CTX_new(void);

OSSL_LIB_CTX *__wrap_OSSL_LIB_CTX_new(void)
{
    OSSL_LIB_CTX *libctx = __real_OSSL_LIB_CTX_new();
    const char *path = getenv("SSLP_CONTEXTS");

    /* A test without its configuration would show nothing. */
    if (libctx != NULL && path != NULL && *path != '\0' && !OSSL_LIB_CTX_load_config(libctx, path))
        abort();
    return libctx;
}
