/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys and values of both sections of the configuration: the module's and the shim's.  A policy
 * that cannot be read never opens.
 */
#include "fuzz.h"

#include "common/provider_support.h"
#include "sslprovider/builtin.h"
#include "sslprovider/names.h"

#include <openssl/conf.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_TEXT = 1500, MAX_VALUE = 60, MAX_LINES = 6 };

static const char *const keys[] = {"legacy", "require-ems", "properties", "private-keys",
    "identity", "Legacy", "require_ems", "unknown"};
static const char *const values[] = {"yes", "no", "", "Yes", "1", "fips=yes", "?fips=yes",
    "provider=default", "sslprovider.kdf=yes", "?", "a=b,c", "no ", "/dev/null", "file:/nowhere",
    "/nowhere:file:/nowhere"};

static char debug_log[SUPPORT_PATH_SIZE];

static void configuration_begin(void)
{
}

/* Bytes that an editor could write; none that begins a command of the file. */
static void clean(char *value, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (value[i] < ' ' || value[i] > '~' || strchr("$\\#.[]", value[i]) != NULL)
            value[i] = '_';
    }
    value[len] = '\0';
}

/* Lines "key = value"; whether they say legacy = yes alone. */
static void take_lines(struct fuzz_input *input, char text[MAX_TEXT])
{
    size_t used = 0;

    text[0] = '\0';
    for (unsigned lines = fuzz_byte(input) % MAX_LINES; lines != 0; lines--) {
        const char *const key = keys[fuzz_below(input, COUNT(keys))];
        char own[MAX_VALUE + 1];
        const char *value = values[fuzz_below(input, COUNT(values))];

        if (fuzz_byte(input) % 4 == 3) {
            clean(own, fuzz_bytes(input, own, MAX_VALUE));
            value = own;
        }
        used += (size_t)snprintf(text + used, MAX_TEXT - used, "%s = %s\n", key, value);
    }
}

/* Derives in the context, if it came to be, and asks for its policy. */
static void use_context(OSSL_LIB_CTX *libctx)
{
    EVP_KDF *const kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    uint8_t octets[48] = {0}, out[40];
    struct support_inputs inputs = {.protocol = SSLPROVIDER_PROTOCOL_SSL3,
        .suite = "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
        .role = SSLPROVIDER_ROLE_CLIENT,
        .secret = octets,
        .secret_len = sizeof(octets),
        .client_random = octets,
        .server_random = octets};

    if (kdf == NULL)
        return;
    if (support_derive(kdf, inputs, out, sizeof(out)))
        fuzz_require(support_provider_status(libctx, SSLPROVIDER_PROV_PARAM_LEGACY) == 1,
            "SSL 3.0 with legacy = yes alone");
    inputs.protocol = SSLPROVIDER_PROTOCOL_TLS1_2;
    (void)support_derive(kdf, inputs, out, sizeof(out));
    EVP_KDF_free(kdf);
}

/* What the provider says of itself, each into a variable of the type that it names. */
static void ask_provider(OSSL_LIB_CTX *libctx, bool has_hashes)
{
    OSSL_PROVIDER *const provider = OSSL_PROVIDER_try_load(libctx, SSLPROVIDER_NAME, 1);
    const OSSL_PARAM *row;

    fuzz_require(provider != NULL, "the provider that is there");
    for (row = OSSL_PROVIDER_gettable_params(provider); row->key != NULL; row++) {
        const char *text = NULL;
        int number = -1;
        OSSL_PARAM params[] = {{row->key, row->data_type,
                                   row->data_type == OSSL_PARAM_INTEGER ? (void *)&number : &text,
                                   row->data_type == OSSL_PARAM_INTEGER ? sizeof(number) : 0, 0},
            OSSL_PARAM_END};

        fuzz_require(
            OSSL_PROVIDER_get_params(provider, params) == 1 && (number >= 0 || text != NULL),
            row->key);
    }
    fuzz_require(OSSL_PROVIDER_self_test(provider) == 1 || !has_hashes, "the module proves itself");
    OSSL_PROVIDER_unload(provider);
}

/* Lines in the module's own section; beside the default provider, or with no other one, whose
 * hashes it could use. */
static int load_module(OSSL_LIB_CTX *libctx, const char *options, bool alone)
{
    char text[MAX_TEXT + 256], path[SUPPORT_PATH_SIZE];
    int loaded;

    if (!alone)
        return support_load_config(libctx, options);
    snprintf(text, sizeof(text),
        "openssl_conf = init\n[init]\nproviders = list\n[list]\n" SSLPROVIDER_NAME
        " = own\n[own]\nactivate = 1\n%s",
        options);
    fuzz_require(support_write_file(text, path), "a file of its own");
    loaded = OSSL_LIB_CTX_load_config(libctx, path);
    unlink(path);
    return loaded;
}

static void configure_module(const char *options, bool alone)
{
    OSSL_LIB_CTX *const libctx = OSSL_LIB_CTX_new();

    fuzz_require(libctx != NULL &&
            OSSL_PROVIDER_add_builtin(libctx, SSLPROVIDER_NAME, sslprovider_provider_init) == 1,
        "a library context");
    (void)load_module(libctx, options, alone);
    CONF_modules_finish();
    if (OSSL_PROVIDER_available(libctx, SSLPROVIDER_NAME) == 1) {
        use_context(libctx);
        ask_provider(libctx, strstr(options, "properties") == NULL);
    }
    OSSL_LIB_CTX_free(libctx);
}

/* The shim in its context of its own.  Where the file activates the module, its section is a policy
 * that the shim keeps as well. */
static void configure_shim(const char *section, const char *options)
{
    char text[MAX_TEXT + 256], path[SUPPORT_PATH_SIZE];
    NCRYPT_PROV_HANDLE provider = 0;
    NCRYPT_SSL_CIPHER_SUITE suite;

    snprintf(text, sizeof(text), "%s%s", section, options);
    fuzz_require(support_write_file(text, path) && setenv("OPENSSL_CONF", path, 1) == 0,
        "a file of its own");
    if (fuzz_made(SslOpenProvider(&provider, NULL, 0), &provider, "SslOpenProvider") ==
        ERROR_SUCCESS) {
        if (SslLookupCipherSuiteInfo(provider, SSL3_PROTOCOL_VERSION, TLS_RSA_WITH_3DES_EDE_CBC_SHA,
                0, &suite, 0) == ERROR_SUCCESS)
            fuzz_require(
                strstr(options, "legacy = yes") != NULL, "SSL 3.0 with legacy = yes alone");
        fuzz_free(provider);
    }
    unlink(path);
}

/* SSLPROVIDER_DEBUG: none, a file, and what is neither. */
static void set_debug_log(struct fuzz_input *input)
{
    static const char *const logs[] = {
        NULL, "file:/dev/null", "file:", "stdout", "file:/nowhere/log"};
    const char *const value = logs[fuzz_below(input, COUNT(logs))];
    char path[SUPPORT_PATH_SIZE + 8] = "file:";

    unlink(debug_log);
    debug_log[0] = '\0';
    if (value == NULL)
        unsetenv("SSLPROVIDER_DEBUG");
    else if (strcmp(value, "file:/dev/null") != 0)
        setenv("SSLPROVIDER_DEBUG", value, 1);
    else if (support_write_file("", debug_log)) {
        strcat(path, debug_log);
        setenv("SSLPROVIDER_DEBUG", path, 1);
    }
}

static void configuration_run(struct fuzz_input *input)
{
    const uint8_t how = fuzz_byte(input);
    struct fuzz_input nothing = {NULL, 0};
    char options[MAX_TEXT];

    take_lines(input, options);
    set_debug_log(input);
    if (how % 4 == 0)
        configure_shim("[ncryptssl]\n", options);
    else if (how % 4 == 1)
        configure_shim("openssl_conf = init\n[init]\nproviders = list\n[list]\nsslprovider = own\n"
                       "[own]\nactivate = 1\n",
            options);
    else
        configure_module(options, how % 4 == 3);
    set_debug_log(&nothing);
    ERR_clear_error();
}

static void configuration_seed(void)
{
    for (uint8_t how = 0; how < 4; how++) {
        for (uint8_t key = 0; key < COUNT(keys); key++) {
            for (uint8_t value = 0; value < COUNT(values); value++) {
                const uint8_t seed[] = {how, 1, key, value, 0, (uint8_t)(key % 5)};

                fuzz_seed(seed, sizeof(seed));
            }
        }
    }
}

const struct fuzz_target fuzz_configuration = {
    "configuration", configuration_begin, configuration_run, configuration_seed};
