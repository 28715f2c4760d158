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

/* A row of a list of parameters that a function says it takes or gives, or none. */
static const OSSL_PARAM *any_of(struct fuzz_input *input, const OSSL_PARAM *rows)
{
    size_t count = 0;

    while (rows != NULL && rows[count].key != NULL)
        count++;
    return count == 0 ? NULL : &rows[fuzz_below(input, count)];
}

/* A request for a row, mostly of its own type, into a buffer that may be too small. */
enum { ANSWER = 64 };
static OSSL_PARAM request_for(
    struct fuzz_input *input, const OSSL_PARAM *row, uint8_t answer[ANSWER])
{
    const uint8_t how = fuzz_byte(input);

    memset(answer, 0, ANSWER);
    return (OSSL_PARAM){how % 8 == 7 ? "unknown" : row->key,
        how % 4 == 3 ? (how >> 4) % 7 : row->data_type, how % 16 == 6 ? NULL : answer,
        how % 4 == 0 && row->data_type <= OSSL_PARAM_UNSIGNED_INTEGER
            ? sizeof(int)
            : fuzz_below(input, ANSWER + 1),
        SIZE_MAX};
}

/* What a context says of itself. */
static void read_back(struct fuzz_input *input, EVP_KDF_CTX *ctx)
{
    const OSSL_PARAM *const row = any_of(input, EVP_KDF_CTX_gettable_params(ctx));
    uint8_t answer[ANSWER];

    fuzz_require(EVP_KDF_CTX_settable_params(ctx) != NULL, "a KDF says what it takes");
    (void)EVP_KDF_CTX_get_kdf_size(ctx);
    if (row == NULL)
        return;
    OSSL_PARAM params[] = {request_for(input, row, answer), OSSL_PARAM_END};

    (void)EVP_KDF_CTX_get_params(ctx, params);
    fuzz_require_hidden(answer, sizeof(answer), "a secret in what a getter gives");
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

/* A key object from parameters, of which some are nearly right. */
static EVP_PKEY *make_any_key(struct fuzz_input *input)
{
    static const struct {
        const char *kind, *protocol, *suite;
        size_t len;
    } kinds[] = {
        {SSLPROVIDER_KIND_MASTER_SECRET, SSLPROVIDER_PROTOCOL_TLS1_2, "0xC02F", 48},
        {SSLPROVIDER_KIND_EARLY_SECRET, SSLPROVIDER_PROTOCOL_TLS1_3, "TLS_AES_128_GCM_SHA256", 32},
        {SSLPROVIDER_KIND_TRAFFIC_SECRET, SSLPROVIDER_PROTOCOL_DTLS1_3, "TLS_AES_256_GCM_SHA384",
            48},
        {SSLPROVIDER_KIND_PRE_SHARED_KEY, SSLPROVIDER_PROTOCOL_TLS1_3, "TLS_AES_128_GCM_SHA256",
            20},
    };
    struct fuzz_list list = {.count = 0};
    EVP_PKEY_CTX *ctx =
        EVP_PKEY_CTX_new_from_name(fuzz_libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY);
    EVP_PKEY *key = NULL;
    static const uint8_t secret[48] = {7};
    static const int exportable = 1;
    const uint8_t how = fuzz_byte(input);
    const size_t which = (how >> 4) % COUNT(kinds);

    if (how % 4 < 2) {
        fuzz_add_text(&list, SSLPROVIDER_PARAM_KIND, kinds[which].kind);
        fuzz_add_text(&list, SSLPROVIDER_PARAM_PROTOCOL, kinds[which].protocol);
        fuzz_add_text(&list, SSLPROVIDER_PARAM_CIPHER_SUITE, kinds[which].suite);
        fuzz_add_octets(
            &list, SSLPROVIDER_PARAM_SECRET, how % 4 == 0 ? secret : fuzz_canary, kinds[which].len);
        if (how % 4 == 0) {
            fuzz_add(&list, SSLPROVIDER_PARAM_EXPORTABLE, OSSL_PARAM_INTEGER, &exportable,
                sizeof(exportable));
            fuzz_change_list(input, &list);
        }
    } else {
        take_params(input, &list, 0);
    }
    /* The question ends what a context was made ready for. */
    fuzz_require(ctx != NULL && EVP_PKEY_fromdata_settable(ctx, EVP_PKEY_KEYPAIR) != NULL &&
            EVP_PKEY_fromdata_init(ctx) == 1,
        "a context of the key type");
    if (EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, list.params) != 1)
        fuzz_require(key == NULL && how % 4 != 1, "no key after a failure, which has a reason");
    fuzz_require_errors_hidden();
    EVP_PKEY_CTX_free(ctx);
    fuzz_list_free(&list);
    return key;
}

/* As many ways to read a key as OpenSSL has. */
static void read_key(struct fuzz_input *input, EVP_PKEY *key)
{
    static const OSSL_PARAM secret = OSSL_PARAM_octet_string(SSLPROVIDER_PARAM_SECRET, NULL, 0);
    static const int selections[] = {
        EVP_PKEY_KEYPAIR, EVP_PKEY_KEY_PARAMETERS, EVP_PKEY_PUBLIC_KEY, 0};
    const OSSL_PARAM *row = any_of(input, EVP_PKEY_gettable_params(key));
    uint8_t answer[ANSWER];
    EVP_PKEY *copy;

    fuzz_require(row != NULL, "a key says what it gives");
    if (fuzz_byte(input) % 4 == 0)
        row = &secret;
    OSSL_PARAM params[] = {request_for(input, row, answer), OSSL_PARAM_END};

    (void)EVP_PKEY_get_params(key, params);
    fuzz_require_hidden(answer, sizeof(answer), "a secret in what a key says");
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
