/* SPDX-License-Identifier: Apache-2.0
 *
 * RSA key exchange at the server with a private key that another provider decrypts with, as one of
 * a token is: that it fails is reported, and one that does not hide the padding is not asked.  What
 * is wrong with the ciphertext alone is hidden as ever.
 */
#include "shim/support.h"
#include "shim/support/certificates.h"

#include <limits.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <unistd.h>

enum { RSA_LEN = 256, TLS12 = TLS1_2_PROTOCOL_VERSION };

/* ---- The token ---- */

static struct {
    bool knows_tls_padding;
    bool works;
    unsigned decryptions;
} token;

static int anything; /* that stands for a key or a context */

static void *token_new(void *provctx)
{
    (void)provctx;
    return &anything;
}

static void token_free(void *object)
{
    (void)object;
}

static int token_has(const void *key, int selection)
{
    (void)key, (void)selection;
    return 1;
}

static int token_import(void *key, int selection, const OSSL_PARAM params[])
{
    (void)key, (void)selection, (void)params;
    return 1;
}

static const OSSL_PARAM *token_import_types(int selection)
{
    static const OSSL_PARAM types[] = {OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0), OSSL_PARAM_END};

    (void)selection;
    return types;
}

static int token_init(void *context, void *key, const OSSL_PARAM params[])
{
    (void)context, (void)key, (void)params;
    return 1;
}

static int token_decrypt(void *context, unsigned char *out, size_t *out_len, size_t out_size,
    const unsigned char *in, size_t in_len)
{
    (void)context, (void)out_size, (void)in, (void)in_len;
    token.decryptions++;
    if (!token.works) {
        ERR_raise(ERR_LIB_USER, 1);
        return 0;
    }
    memset(out, 0x5A, 48);
    *out_len = 48;
    return 1;
}

static int token_set(void *context, const OSSL_PARAM params[])
{
    (void)context, (void)params;
    return 1;
}

static const OSSL_PARAM *token_settable(void *context, void *provctx)
{
    static const OSSL_PARAM with_tls[] = {
        OSSL_PARAM_utf8_string(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, NULL, 0),
        OSSL_PARAM_uint(OSSL_ASYM_CIPHER_PARAM_TLS_CLIENT_VERSION, NULL), OSSL_PARAM_END};
    static const OSSL_PARAM without[] = {
        OSSL_PARAM_utf8_string(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, NULL, 0), OSSL_PARAM_END};

    (void)context, (void)provctx;
    return token.knows_tls_padding ? with_tls : without;
}

#define FUNCTION(id, function)                                                                     \
    {                                                                                              \
        id, (void (*)(void))(function)                                                             \
    }

static const OSSL_ALGORITHM *token_query(void *provctx, int operation, int *no_cache)
{
    static const OSSL_DISPATCH keys[] = {FUNCTION(OSSL_FUNC_KEYMGMT_NEW, token_new),
        FUNCTION(OSSL_FUNC_KEYMGMT_FREE, token_free), FUNCTION(OSSL_FUNC_KEYMGMT_HAS, token_has),
        FUNCTION(OSSL_FUNC_KEYMGMT_IMPORT, token_import),
        FUNCTION(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, token_import_types), FUNCTION(0, NULL)};
    static const OSSL_DISPATCH ciphers[] = {FUNCTION(OSSL_FUNC_ASYM_CIPHER_NEWCTX, token_new),
        FUNCTION(OSSL_FUNC_ASYM_CIPHER_FREECTX, token_free),
        FUNCTION(OSSL_FUNC_ASYM_CIPHER_DECRYPT_INIT, token_init),
        FUNCTION(OSSL_FUNC_ASYM_CIPHER_DECRYPT, token_decrypt),
        FUNCTION(OSSL_FUNC_ASYM_CIPHER_SET_CTX_PARAMS, token_set),
        FUNCTION(OSSL_FUNC_ASYM_CIPHER_SETTABLE_CTX_PARAMS, token_settable), FUNCTION(0, NULL)};
    static const OSSL_ALGORITHM keymgmt[] = {
        {"RSA:rsaEncryption", "provider=token", keys, NULL}, {NULL, NULL, NULL, NULL}};
    static const OSSL_ALGORITHM cipher[] = {
        {"RSA:rsaEncryption", "provider=token", ciphers, NULL}, {NULL, NULL, NULL, NULL}};

    (void)provctx;
    *no_cache = 0;
    if (operation == OSSL_OP_KEYMGMT)
        return keymgmt;
    return operation == OSSL_OP_ASYM_CIPHER ? cipher : NULL;
}

static int token_provider(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **provctx)
{
    static const OSSL_DISPATCH functions[] = {
        FUNCTION(OSSL_FUNC_PROVIDER_QUERY_OPERATION, token_query), FUNCTION(0, NULL)};

    (void)in;
    *out = functions;
    *provctx = (void *)(uintptr_t)handle;
    return 1;
}

/* ---- The tests ---- */

static NCRYPT_PROV_HANDLE provider;
static NCRYPT_KEY_HANDLE private_key;
static BYTE ciphertext[RSA_LEN]; /* below every modulus, and of nothing */

static SECURITY_STATUS import(NCRYPT_KEY_HANDLE *master, DWORD len)
{
    struct randoms randoms;
    DWORD version = TLS12;
    NCryptBuffer buffers[3];
    NCryptBufferDesc list = *fill_randoms(&randoms);

    memcpy(buffers, randoms.buffers, sizeof(randoms.buffers));
    buffers[2] = (NCryptBuffer){sizeof(version), NCRYPTBUFFER_SSL_HIGHEST_VERSION, &version};
    list.cBuffers = COUNT(buffers);
    list.pBuffers = buffers;
    *master = GARBAGE_HANDLE;
    token.decryptions = 0;
    return SslImportMasterKey(
        provider, private_key, master, TLS12, SUITE_AES128_GCM, &list, ciphertext, len, 0);
}

static void test_other_failures_of_a_token_are_reported(void)
{
    NCRYPT_KEY_HANDLE master;

    token.knows_tls_padding = true;
    token.works = false;
    EXPECT_STATUS(import(&master, RSA_LEN), NTE_FAIL, "a token that fails");
    EXPECT(master == 0 && token.decryptions == 1, "a token that fails");
    EXPECT(ERR_peek_error() == 0, "a token that fails");
    token.works = true;
    EXPECT_SUCCESS(import(&master, RSA_LEN), "a token that works");
    EXPECT(token.decryptions == 1, "a token that works");
    EXPECT_SUCCESS(SslFreeObject(master, 0), "a token that works");
}

static void test_token_without_tls_padding_is_not_used(void)
{
    NCRYPT_KEY_HANDLE master;

    token.knows_tls_padding = false;
    token.works = false;
    EXPECT_STATUS(import(&master, RSA_LEN), NTE_NOT_SUPPORTED, "no padding of TLS");
    EXPECT(master == 0 && token.decryptions == 0, "no padding of TLS");
}

/* Before the token is asked. */
static void test_malformed_ciphertext_gives_no_error(void)
{
    NCRYPT_KEY_HANDLE master;

    token.knows_tls_padding = true;
    token.works = false;
    EXPECT_SUCCESS(import(&master, RSA_LEN - 1), "too short");
    EXPECT(token.decryptions == 0, "too short");
    EXPECT_SUCCESS(SslFreeObject(master, 0), "too short");
    memset(ciphertext, 0xFF, sizeof(ciphertext));
    EXPECT_SUCCESS(import(&master, RSA_LEN), "not below the modulus");
    EXPECT(token.decryptions == 0, "not below the modulus");
    EXPECT_SUCCESS(SslFreeObject(master, 0), "not below the modulus");
    memset(ciphertext, 0, sizeof(ciphertext));
}

static bool open_private_key(void)
{
    EVP_PKEY *key = make_key("RSA");
    CERT_CONTEXT certificate = make_certificate(key, 1);
    BYTE *der = NULL;
    const int len = i2d_PrivateKey(key, &der);
    const bool opened =
        NcryptsslAttachPrivateKey(provider, &certificate, der, (DWORD)len, 0) == ERROR_SUCCESS &&
        SslOpenPrivateKey(provider, &private_key, &certificate, 0) == ERROR_SUCCESS;

    OPENSSL_free(der);
    free_certificate(&certificate);
    EVP_PKEY_free(key);
    return opened;
}

/* The test is <build>/test/<program>, the module <build>/ossl-modules/sslprovider.so. */
static bool find_modules(char modules[PATH_MAX])
{
    char path[PATH_MAX - 32], *slash;
    const ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

    if (len <= 0)
        return false;
    path[len] = '\0';
    for (int i = 0; i < 2 && (slash = strrchr(path, '/')) != NULL; i++)
        *slash = '\0';
    snprintf(modules, PATH_MAX, "%s/ossl-modules", path);
    return true;
}

static OSSL_PROVIDER *loaded[3];

/* Once the keys are there the token is preferred. */
static int set_up(void)
{
    char modules[PATH_MAX];

    if (!find_modules(modules) || !OSSL_PROVIDER_set_default_search_path(NULL, modules) ||
        !OSSL_PROVIDER_add_builtin(NULL, "token", token_provider))
        return 1;
    loaded[0] = OSSL_PROVIDER_load(NULL, "default");
    loaded[1] = OSSL_PROVIDER_load(NULL, "sslprovider");
    if (loaded[0] == NULL || loaded[1] == NULL ||
        SslOpenProvider(&provider, NULL, 0) != ERROR_SUCCESS || !open_private_key())
        return 1;
    loaded[2] = OSSL_PROVIDER_load(NULL, "token");
    return loaded[2] == NULL || !EVP_set_default_properties(NULL, "?provider=token");
}

static int tear_down(void)
{
    bool closed = SslFreeObject(private_key, 0) == ERROR_SUCCESS &&
        SslFreeObject(provider, 0) == ERROR_SUCCESS;

    for (size_t i = 0; i < COUNT(loaded); i++)
        closed = OSSL_PROVIDER_unload(loaded[i]) == 1 && closed;
    return !closed;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_other_failures_of_a_token_are_reported),
        TEST(test_token_without_tls_padding_is_not_used),
        TEST(test_malformed_ciphertext_gives_no_error),
    };

    return RUN_TESTS("token", set_up, tear_down, tests);
}
