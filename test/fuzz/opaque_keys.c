/* SPDX-License-Identifier: Apache-2.0
 *
 * Opaque keys, where OpenSSL has them: made, described, used by KDFs and derived by them.
 */
#include "evp.h"

#include "module/features.h"
#include "sslprovider/names.h"

#include <openssl/err.h>
#include <string.h>

#ifdef SSLP_HAVE_SKEYMGMT

static void opaque_keys_begin(void)
{
    fuzz_open_context();
}

/* Whether the secret is there. */
static int look_at_export(const OSSL_PARAM params[], void *argument)
{
    for (; params->key != NULL; params++) {
        fuzz_require_hidden(params->data, params->data_size, "a secret that is exported");
        if (strcmp(params->key, SSLPROVIDER_PARAM_RAW_BYTES) == 0)
            *(bool *)argument = true;
    }
    return 1;
}

static void read_opaque_key(struct fuzz_input *input, EVP_SKEY *key)
{
    static const int selections[] = {OSSL_SKEYMGMT_SELECT_ALL, OSSL_SKEYMGMT_SELECT_PARAMETERS,
        OSSL_SKEYMGMT_SELECT_SECRET_KEY, 0};
    const unsigned char *bytes = NULL;
    size_t len = 0;
    bool has_secret = false;
    const int selection = selections[fuzz_below(input, COUNT(selections))];

    (void)EVP_SKEY_export(key, selection, look_at_export, &has_secret);
    fuzz_require(!has_secret || (selection & OSSL_SKEYMGMT_SELECT_SECRET_KEY) != 0,
        "no secret where none was asked for");
    if (EVP_SKEY_get0_raw_key(key, &bytes, &len) == 1)
        fuzz_require_hidden(bytes, len, "a secret as raw bytes");
    (void)EVP_SKEY_get0_key_id(key);
    fuzz_require_errors_hidden();
}

/* A key from any parameters, from a handle of a key with the canary, or a generated one. */
static EVP_SKEY *make_opaque_key(struct fuzz_input *input)
{
    struct fuzz_list list = {.count = 0};
    const uint8_t how = fuzz_byte(input);
    static const uint8_t secret[48] = {5};
    EVP_SKEY *key;

    if (how % 4 == 0) {
        fuzz_add(&list, SSLPROVIDER_PARAM_HANDLE, OSSL_PARAM_UNSIGNED_INTEGER,
            &fuzz_canary_handles[fuzz_below(input, FUZZ_CANARIES)], sizeof(uint64_t));
    } else if (how % 4 == 1) {
        fuzz_add_octets(&list, SSLPROVIDER_PARAM_RAW_BYTES, secret, sizeof(secret));
        fuzz_add_text(&list, SSLPROVIDER_PARAM_KIND, SSLPROVIDER_KIND_MASTER_SECRET);
        fuzz_add_text(&list, SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_2);
        fuzz_add_text(&list, SSLPROVIDER_PARAM_CIPHER_SUITE, "0xC02F");
    }
    fuzz_change_list(input, &list);
    for (unsigned more = fuzz_byte(input) % 4; more != 0; more--)
        fuzz_add_any(input, &list, 0);
    key = how % 4 == 2
        ? EVP_SKEY_generate(
              fuzz_libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY, list.params)
        : EVP_SKEY_import(fuzz_libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY,
              how % 16 == 3 ? OSSL_SKEYMGMT_SELECT_PARAMETERS : OSSL_SKEYMGMT_SELECT_ALL,
              list.params);
    fuzz_require_errors_hidden();
    fuzz_list_free(&list);
    return key;
}

#    ifdef SSLP_HAVE_KDF_SKEY

/* What each KDF needs beside a key, so that a derivation can succeed. */
static void add_inputs(int kdf, struct fuzz_list *list)
{
    static const uint8_t octets[48] = {3};

    if (kdf == FUZZ_SESSION_KEYS || kdf == FUZZ_MASTER_KEY || kdf == FUZZ_KEYING_MATERIAL) {
        fuzz_add_octets(list, SSLPROVIDER_PARAM_CLIENT_RANDOM, octets, 32);
        fuzz_add_octets(list, SSLPROVIDER_PARAM_SERVER_RANDOM, octets, 32);
    }
    if (kdf == FUZZ_FINISHED || kdf == FUZZ_TRAFFIC_SECRET)
        fuzz_add_octets(list, SSLPROVIDER_PARAM_TRANSCRIPT_HASH, octets, 32);
    if (kdf == FUZZ_TRAFFIC_SECRET)
        fuzz_add_text(list, SSLPROVIDER_PARAM_TARGET, SSLPROVIDER_TARGET_NEXT_TRAFFIC);
    if (kdf == FUZZ_KEYING_MATERIAL)
        fuzz_add_text(list, SSLPROVIDER_PARAM_LABEL, "EXPORTER-fuzz");
}

static void derive_with_key(struct fuzz_input *input, EVP_SKEY *key)
{
    static const char *const names[] = {NULL, "key", "secret", "shared-secret", "salt", "unknown"};
    static const char *const types[] = {
        SSLPROVIDER_KEYMGMT_SSL_KEY, "GENERIC-SECRET", "AES", "unknown"};
    const int kdf = (int)fuzz_below(input, FUZZ_KDFS);
    EVP_KDF_CTX *const ctx = EVP_KDF_CTX_new(fuzz_kdfs[kdf]);
    struct fuzz_list list = {.count = 0};
    uint8_t out[FUZZ_OUTPUT];
    EVP_SKEY *derived;
    size_t len;

    fuzz_require(ctx != NULL, "a context");
    if (fuzz_byte(input) % 4 != 0)
        add_inputs(kdf, &list);
    for (unsigned more = fuzz_byte(input) % 4; more != 0; more--)
        fuzz_add_any(input, &list, 0);
    (void)EVP_KDF_CTX_set_params(ctx, list.params);
    (void)EVP_KDF_CTX_set_SKEY(ctx, key, names[fuzz_below(input, COUNT(names))]);
    fuzz_require_errors_hidden();
    len = fuzz_byte(input) % 2 == 0 ? 0 : fuzz_below(input, FUZZ_OUTPUT);
    derived =
        EVP_KDF_derive_SKEY(ctx, NULL, types[fuzz_below(input, COUNT(types))], NULL, len, NULL);
    if (derived != NULL)
        read_opaque_key(input, derived);
    EVP_SKEY_free(derived);
    fuzz_require_errors_hidden();
    (void)fuzz_derive(ctx, NULL, out, fuzz_below(input, FUZZ_OUTPUT + 1));
    EVP_KDF_CTX_free(ctx);
    fuzz_list_free(&list);
}

#    endif

static void opaque_keys_run(struct fuzz_input *input)
{
    EVP_SKEY *const key = make_opaque_key(input);

    if (key == NULL)
        return;
    read_opaque_key(input, key);
#    ifdef SSLP_HAVE_KDF_SKEY
    do {
        derive_with_key(input, key);
    } while (!fuzz_ends(input) && fuzz_byte(input) % 4 != 0);
#    endif
    EVP_SKEY_free(key);
}

#else

static void opaque_keys_begin(void)
{
    fuzz_skip("this OpenSSL has no EVP_SKEY");
}

static void opaque_keys_run(struct fuzz_input *input)
{
    (void)input;
}

#endif

static void opaque_keys_seed(void)
{
    fuzz_seed_random(200, 60);
}

const struct fuzz_target fuzz_opaque_keys = {
    "opaque_keys", opaque_keys_begin, opaque_keys_run, opaque_keys_seed};
