/* SPDX-License-Identifier: Apache-2.0
 *
 * Stitched ciphers of another provider, in the application's library context: one that knows none
 * of the parameters of a record, and one that does not take a key.  Records are then protected with
 * the plain cipher and HMAC, and nobody notices.
 */
#include "shim/support.h"
#include "shim/support/provider.h"

#include <openssl/core.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>

enum { PLAIN_LEN = 30, BUFFER_LEN = 256 };

/* ---- The other provider ---- */

static bool takes_parameters;
static int contexts;

static void *cipher_newctx(void *provctx)
{
    (void)provctx;
    contexts++;
    return &contexts;
}

static void cipher_freectx(void *context)
{
    (void)context;
    contexts--;
}

static int cipher_get_params(OSSL_PARAM params[])
{
    static const struct {
        const char *name;
        size_t number;
    } numbers[] = {{OSSL_CIPHER_PARAM_KEYLEN, 16}, {OSSL_CIPHER_PARAM_IVLEN, 16},
        {OSSL_CIPHER_PARAM_BLOCK_SIZE, 16}, {OSSL_CIPHER_PARAM_MODE, EVP_CIPH_CBC_MODE}};

    for (size_t i = 0; i < COUNT(numbers); i++) {
        OSSL_PARAM *param = OSSL_PARAM_locate(params, numbers[i].name);

        if (param != NULL && !OSSL_PARAM_set_size_t(param, numbers[i].number))
            return 0;
    }
    return 1;
}

static int cipher_init(void *context, const unsigned char *key, size_t key_len,
    const unsigned char *iv, size_t iv_len, const OSSL_PARAM params[])
{
    (void)context, (void)key, (void)key_len, (void)iv, (void)iv_len, (void)params;
    if (takes_parameters)
        ERR_raise(ERR_LIB_USER, 1);
    return !takes_parameters;
}

static int cipher_update(void *context, unsigned char *out, size_t *out_len, size_t out_size,
    const unsigned char *in, size_t in_len)
{
    (void)context, (void)out_size;
    memmove(out, in, in_len);
    *out_len = in_len;
    return 1;
}

static int cipher_final(void *context, unsigned char *out, size_t *out_len, size_t out_size)
{
    (void)context, (void)out, (void)out_size;
    *out_len = 0;
    return 1;
}

static int cipher_set_params(void *context, const OSSL_PARAM params[])
{
    (void)context, (void)params;
    return 1;
}

static const OSSL_PARAM *cipher_settable(void *context, void *provctx)
{
    static const OSSL_PARAM known[] = {
        OSSL_PARAM_octet_string(OSSL_CIPHER_PARAM_AEAD_MAC_KEY, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_CIPHER_PARAM_AEAD_TLS1_AAD, NULL, 0), OSSL_PARAM_END};
    static const OSSL_PARAM none[] = {OSSL_PARAM_END};

    (void)context, (void)provctx;
    return takes_parameters ? known : none;
}

static const OSSL_DISPATCH cipher_functions[] = {
    {OSSL_FUNC_CIPHER_NEWCTX, (void (*)(void))cipher_newctx},
    {OSSL_FUNC_CIPHER_FREECTX, (void (*)(void))cipher_freectx},
    {OSSL_FUNC_CIPHER_GET_PARAMS, (void (*)(void))cipher_get_params},
    {OSSL_FUNC_CIPHER_ENCRYPT_INIT, (void (*)(void))cipher_init},
    {OSSL_FUNC_CIPHER_DECRYPT_INIT, (void (*)(void))cipher_init},
    {OSSL_FUNC_CIPHER_UPDATE, (void (*)(void))cipher_update},
    {OSSL_FUNC_CIPHER_FINAL, (void (*)(void))cipher_final},
    {OSSL_FUNC_CIPHER_SET_CTX_PARAMS, (void (*)(void))cipher_set_params},
    {OSSL_FUNC_CIPHER_SETTABLE_CTX_PARAMS, (void (*)(void))cipher_settable},
    {0, NULL},
};

static const OSSL_ALGORITHM *query(void *provctx, int operation, int *no_cache)
{
    static const OSSL_ALGORITHM ciphers[] = {
        {"AES-128-CBC-HMAC-SHA1", "provider=another", cipher_functions, NULL},
        {NULL, NULL, NULL, NULL}};

    (void)provctx;
    *no_cache = 0;
    return operation == OSSL_OP_CIPHER ? ciphers : NULL;
}

static int init_provider(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **provctx)
{
    static const OSSL_DISPATCH functions[] = {
        {OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query}, {0, NULL}};

    (void)in;
    *provctx = (void *)(uintptr_t)handle;
    *out = functions;
    return 1;
}

/* ---- Tests ---- */

/* The first to be loaded is the first to be asked. */
static const char *const names[] = {"another", "default", "sslprovider"};
static OSSL_PROVIDER *providers[COUNT(names)];

static int load_providers(void)
{
    bool loaded = OSSL_PROVIDER_add_builtin(NULL, names[0], init_provider) == 1 &&
        EVP_set_default_properties(NULL, "?provider=another") == 1;

    for (size_t i = 0; loaded && i < COUNT(names); i++) {
        providers[i] = OSSL_PROVIDER_load(NULL, names[i]);
        loaded = providers[i] != NULL;
    }
    if (!loaded)
        ERR_print_errors_fp(stderr);
    return loaded ? 0 : 1;
}

static int unload_providers(void)
{
    for (size_t i = COUNT(names); i-- > 0;)
        OSSL_PROVIDER_unload(providers[i]);
    return 0;
}

/* A record goes through, and a bit that was changed in it is found out. */
static void exchange(DWORD protocol, NCRYPT_KEY_HANDLE write, NCRYPT_KEY_HANDLE read)
{
    BYTE plain[PLAIN_LEN] = "what both sides can read", record[BUFFER_LEN], opened[BUFFER_LEN];
    const DWORD header = protocol >= DTLS1_2_PROTOCOL_VERSION ? 13 : 5;
    DWORD len = 0, opened_len = 0;

    CU_ASSERT_EQUAL(SslEncryptPacket(provider, write, plain, sizeof(plain), record, sizeof(record),
                        &len, 0, CT_APPLICATIONDATA, 0),
        ERROR_SUCCESS);
    CU_ASSERT(len > header && memcmp(record + header, plain, sizeof(plain)) != 0);
    record[len - 1] ^= 1;
    CU_ASSERT_NOT_EQUAL(
        SslDecryptPacket(provider, read, record, len, opened, sizeof(opened), &opened_len, 0, 0),
        ERROR_SUCCESS);
    record[len - 1] ^= 1;
    CU_ASSERT_EQUAL(
        SslDecryptPacket(provider, read, record, len, opened, sizeof(opened), &opened_len, 0, 0),
        ERROR_SUCCESS);
    CU_ASSERT(opened_len == sizeof(plain) && memcmp(opened, plain, sizeof(plain)) == 0);
}

static void expect_plain_way(bool with_parameters)
{
    static const DWORD protocols[] = {
        TLS1_PROTOCOL_VERSION, TLS1_2_PROTOCOL_VERSION, DTLS1_2_PROTOCOL_VERSION};

    takes_parameters = with_parameters;
    CU_ASSERT_EQUAL_FATAL(SslOpenProvider(&provider, NULL, 0), ERROR_SUCCESS);
    for (size_t i = 0; i < COUNT(protocols); i++) {
        struct key_pair client = {0, 0}, server = {0, 0};

        CU_ASSERT_EQUAL(make_side(provider, protocols[i], SUITE_AES128_CBC_SHA,
                            NCRYPT_SSL_CLIENT_FLAG, &client),
            ERROR_SUCCESS);
        CU_ASSERT_EQUAL(make_side(provider, protocols[i], SUITE_AES128_CBC_SHA,
                            NCRYPT_SSL_SERVER_FLAG, &server),
            ERROR_SUCCESS);
        exchange(protocols[i], client.write, server.read);
        free_pair(&client);
        free_pair(&server);
    }
    SslFreeObject(provider, 0);
    CU_ASSERT_EQUAL(contexts, 0);
    CU_ASSERT_EQUAL(ERR_peek_error(), 0);
}

static void test_cipher_without_the_parameters_is_passed_over(void)
{
    expect_plain_way(false);
}

static void test_cipher_that_takes_no_key_is_passed_over(void)
{
    expect_plain_way(true);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_cipher_without_the_parameters_is_passed_over),
        TEST(test_cipher_that_takes_no_key_is_passed_over),
    };

    return RUN_TESTS(
        "stitched ciphers of another provider", load_providers, unload_providers, tests);
}
