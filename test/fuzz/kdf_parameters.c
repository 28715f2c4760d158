/* SPDX-License-Identifier: Apache-2.0
 *
 * Random lists of parameters for every KDF and for the key type, step by step on one context.
 */
#include "evp.h"

#include "sslprovider/names.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

static void kdf_parameters_begin(void)
{
    fuzz_open_context();
}

/* What a context says of itself, into buffers that may be too small. */
static void read_back(struct fuzz_input *input, EVP_KDF_CTX *ctx)
{
    static const char *const gettable[] = {SSLPROVIDER_PARAM_SIZE, SSLPROVIDER_PARAM_MAC_KEY_LENGTH,
        SSLPROVIDER_PARAM_KEY_LENGTH, SSLPROVIDER_PARAM_IV_LENGTH, SSLPROVIDER_PARAM_SECRET};
    uint8_t value[64] = {0};
    OSSL_PARAM params[] = {{gettable[fuzz_below(input, COUNT(gettable))], fuzz_byte(input) % 7,
                               value, fuzz_below(input, sizeof(value) + 1), SIZE_MAX},
        OSSL_PARAM_END};

    (void)EVP_KDF_CTX_get_params(ctx, params);
    (void)EVP_KDF_CTX_get_kdf_size(ctx);
    fuzz_require_hidden(value, sizeof(value), "a secret in what a getter gives");
    fuzz_require_errors_hidden();
}

static void take_params(struct fuzz_input *input, struct fuzz_list *list, uint64_t own)
{
    for (unsigned count = fuzz_byte(input) % 8; count != 0; count--)
        fuzz_add_any(input, list, own);
}

static void use_kdf(struct fuzz_input *input, uint64_t own)
{
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(fuzz_kdfs[fuzz_below(input, FUZZ_KDFS)]);
    uint8_t out[FUZZ_OUTPUT];

    fuzz_require(ctx != NULL, "a context");
    for (unsigned steps = 0; steps < 8 && !fuzz_ends(input); steps++) {
        struct fuzz_list list = {.count = 0};

        take_params(input, &list, own);
        switch (fuzz_byte(input) % 5) {
        case 0:
            (void)EVP_KDF_CTX_set_params(ctx, list.params);
            fuzz_require_errors_hidden();
            break;
        case 1:
            read_back(input, ctx);
            break;
        case 2:
            EVP_KDF_CTX_reset(ctx);
            break;
        default:
            (void)fuzz_derive(ctx, list.params, out, fuzz_below(input, FUZZ_OUTPUT + 1));
            break;
        }
        fuzz_list_free(&list);
    }
    EVP_KDF_CTX_free(ctx);
}

static int look_at_export(const OSSL_PARAM params[], void *argument)
{
    (void)argument;
    for (; params->key != NULL; params++)
        fuzz_require_hidden(params->data, params->data_size, "a secret that is exported");
    return 1;
}

/* A key object from parameters, and all that can be asked of one. */
static EVP_PKEY *make_any_key(struct fuzz_input *input)
{
    struct fuzz_list list = {.count = 0};
    EVP_PKEY_CTX *ctx =
        EVP_PKEY_CTX_new_from_name(fuzz_libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY);
    EVP_PKEY *key = NULL;
    static const uint8_t secret[48] = {7};
    static const int exportable = 1;
    const uint8_t how = fuzz_byte(input) % 4;

    if (how < 2) {
        fuzz_add_text(&list, SSLPROVIDER_PARAM_KIND, SSLPROVIDER_KIND_MASTER_SECRET);
        fuzz_add_text(&list, SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_2);
        fuzz_add_text(&list, SSLPROVIDER_PARAM_CIPHER_SUITE, "0xC02F");
        fuzz_add_octets(&list, SSLPROVIDER_PARAM_SECRET, how == 0 ? secret : fuzz_canary, 48);
        if (how == 0) {
            fuzz_add(&list, SSLPROVIDER_PARAM_EXPORTABLE, OSSL_PARAM_INTEGER, &exportable,
                sizeof(exportable));
            fuzz_change_list(input, &list);
        }
    } else {
        take_params(input, &list, 0);
    }
    fuzz_require(ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1, "a context of the key type");
    if (EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, list.params) != 1)
        fuzz_require(key == NULL, "no key after a failure");
    fuzz_require_errors_hidden();
    EVP_PKEY_CTX_free(ctx);
    fuzz_list_free(&list);
    return key;
}

/* As many ways to read a key as OpenSSL has. */
static void read_key(struct fuzz_input *input, EVP_PKEY *key)
{
    static const char *const gettable[] = {SSLPROVIDER_PARAM_KIND, SSLPROVIDER_PARAM_PROTOCOL,
        SSLPROVIDER_PARAM_CIPHER_SUITE, SSLPROVIDER_PARAM_ROLE, SSLPROVIDER_PARAM_HANDLE,
        SSLPROVIDER_PARAM_EXPORTABLE, SSLPROVIDER_PARAM_WITHOUT_PSK, SSLPROVIDER_PARAM_SECRET,
        OSSL_PKEY_PARAM_BITS, OSSL_PKEY_PARAM_SECURITY_BITS, OSSL_PKEY_PARAM_MAX_SIZE, "unknown"};
    static const int selections[] = {
        EVP_PKEY_KEYPAIR, EVP_PKEY_KEY_PARAMETERS, EVP_PKEY_PUBLIC_KEY, 0};
    uint8_t value[64] = {0};
    OSSL_PARAM params[] = {{gettable[fuzz_below(input, COUNT(gettable))], fuzz_byte(input) % 7,
                               value, fuzz_below(input, sizeof(value) + 1), SIZE_MAX},
        OSSL_PARAM_END};
    EVP_PKEY *copy;

    (void)EVP_PKEY_get_params(key, params);
    fuzz_require_hidden(value, sizeof(value), "a secret in what a key says");
    (void)EVP_PKEY_export(
        key, selections[fuzz_below(input, COUNT(selections))], look_at_export, NULL);
    copy = EVP_PKEY_dup(key);
    if (copy != NULL)
        (void)EVP_PKEY_eq(key, copy);
    EVP_PKEY_free(copy);
    fuzz_require_errors_hidden();
}

static void kdf_parameters_run(struct fuzz_input *input)
{
    EVP_PKEY *key = NULL;
    uint64_t own = 0;

    if (fuzz_byte(input) % 2 == 0) {
        key = make_any_key(input);
        if (key != NULL) {
            OSSL_PARAM params[] = {OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &own),
                OSSL_PARAM_construct_end()};

            (void)EVP_PKEY_get_params(key, params);
            read_key(input, key);
        }
    }
    use_kdf(input, own);
    EVP_PKEY_free(key);
}

static void kdf_parameters_seed(void)
{
    fuzz_seed_random(150, 200);
    fuzz_seed_random(100, 40);
}

const struct fuzz_target fuzz_kdf_parameters = {
    "kdf_parameters", kdf_parameters_begin, kdf_parameters_run, kdf_parameters_seed};
