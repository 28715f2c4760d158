/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of opaque keys share: EVP_SKEYs of the type SSL-KEY, and what is said of them.
 */
#ifndef SSLP_TEST_PROVIDER_SKEYS_H
#define SSLP_TEST_PROVIDER_SKEYS_H

#include "module/features.h"
#include "support.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What ctest takes for a test that was skipped. */
enum { SKIPPED = 77 };

#ifdef SSLP_HAVE_SKEYMGMT

#    define GCM_SUITE   "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
#    define TLS13_SUITE "TLS_AES_128_GCM_SHA256"

/* NULL when it is refused.  An unknown type would quietly become another provider's. */
static inline EVP_SKEY *skey_from(OSSL_LIB_CTX *libctx, struct support_params *params)
{
    EVP_SKEY *skey = EVP_SKEY_import(libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY,
        OSSL_SKEYMGMT_SELECT_ALL, params->list);

    if (skey != NULL)
        CU_ASSERT_STRING_EQUAL(EVP_SKEY_get0_provider_name(skey), SSLPROVIDER_NAME);
    return skey;
}

/* A master secret of TLS 1.2. */
static inline EVP_SKEY *master_skey(
    OSSL_LIB_CTX *libctx, const void *secret, const char *suite, int exportable)
{
    struct support_params params = {.count = 0};

    support_add_octets(&params, SSLPROVIDER_PARAM_RAW_BYTES, secret, SUPPORT_MASTER_LEN);
    support_add_text(&params, SSLPROVIDER_PARAM_KIND, SSLPROVIDER_KIND_MASTER_SECRET);
    support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_2);
    support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, suite);
    support_add_text(&params, SSLPROVIDER_PARAM_ROLE, SSLPROVIDER_ROLE_CLIENT);
    support_add_int(&params, SSLPROVIDER_PARAM_EXPORTABLE, &exportable);
    return skey_from(libctx, &params);
}

static inline EVP_SKEY *skey_of_handle(OSSL_LIB_CTX *libctx, uint64_t handle)
{
    struct support_params params = {.count = 0};

    support_add_uint64(&params, SSLPROVIDER_PARAM_HANDLE, &handle);
    return skey_from(libctx, &params);
}

/* What an EVP_SKEY says of itself. */
struct skey_description {
    char kind[32], protocol[16], suite[64], role[16];
    int exportable;
    uint64_t handle;
    size_t length;
    bool has_secret;
};

static inline void read_text(const OSSL_PARAM params[], const char *name, char *text, size_t size)
{
    const OSSL_PARAM *param = OSSL_PARAM_locate_const(params, name);

    if (param != NULL)
        CU_ASSERT(OSSL_PARAM_get_utf8_string(param, &text, size) == 1);
}

static inline int read_description(const OSSL_PARAM params[], void *argument)
{
    struct skey_description *what = argument;
    const OSSL_PARAM *param;

    read_text(params, SSLPROVIDER_PARAM_KIND, what->kind, sizeof(what->kind));
    read_text(params, SSLPROVIDER_PARAM_PROTOCOL, what->protocol, sizeof(what->protocol));
    read_text(params, SSLPROVIDER_PARAM_CIPHER_SUITE, what->suite, sizeof(what->suite));
    read_text(params, SSLPROVIDER_PARAM_ROLE, what->role, sizeof(what->role));
    param = OSSL_PARAM_locate_const(params, SSLPROVIDER_PARAM_EXPORTABLE);
    CU_ASSERT(param != NULL && OSSL_PARAM_get_int(param, &what->exportable) == 1);
    param = OSSL_PARAM_locate_const(params, SSLPROVIDER_PARAM_HANDLE);
    if (param != NULL)
        CU_ASSERT(OSSL_PARAM_get_uint64(param, &what->handle) == 1);
    param = OSSL_PARAM_locate_const(params, SSLPROVIDER_PARAM_KEY_LENGTH);
    if (param != NULL)
        CU_ASSERT(OSSL_PARAM_get_size_t(param, &what->length) == 1);
    what->has_secret = OSSL_PARAM_locate_const(params, SSLPROVIDER_PARAM_RAW_BYTES) != NULL ||
        OSSL_PARAM_locate_const(params, SSLPROVIDER_PARAM_SECRET) != NULL;
    return 1;
}

static inline struct skey_description describe(EVP_SKEY *skey)
{
    struct skey_description what = {.exportable = -1};

    CU_ASSERT(EVP_SKEY_export(skey, OSSL_SKEYMGMT_SELECT_PARAMETERS, read_description, &what) == 1);
    return what;
}

static inline uint64_t handle_of_skey(EVP_SKEY *skey)
{
    return skey == NULL ? 0 : describe(skey).handle;
}

#endif

#endif
