/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of the KDF SSL-SESSION-KEYS share: one library context, keys in it, derivations
 * from bytes and by handle, and refusals with their reason.
 */
#ifndef SSLP_TEST_PROVIDER_SESSION_KEYS_H
#define SSLP_TEST_PROVIDER_SESSION_KEYS_H

#include "support.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <string.h>

#define GCM_SUITE "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
#define CBC_SUITE "TLS_RSA_WITH_AES_128_CBC_SHA"

enum { MAX_OUTPUT = 256, GCM_BLOCK_LEN = 40 };

static OSSL_LIB_CTX *libctx;
static OSSL_PROVIDER *hash_provider;
static EVP_KDF *kdf;
static EVP_PKEY *master_key, *bare_key, *exportable_key, *pre_master_key;
static uint8_t secret[MAX_OUTPUT], client_random[SUPPORT_RANDOM_LEN],
    server_random[SUPPORT_RANDOM_LEN];

static inline struct support_inputs from_bytes(
    const char *protocol, const char *suite, const char *output)
{
    return (struct support_inputs){.protocol = protocol,
        .suite = suite,
        .output = output,
        .secret = secret,
        .secret_len = SUPPORT_MASTER_LEN,
        .client_random = client_random,
        .server_random = server_random};
}

static inline struct support_inputs from_handle(const EVP_PKEY *key, const char *output)
{
    return (struct support_inputs){.handle = support_handle_of(key),
        .output = output,
        .client_random = client_random,
        .server_random = server_random};
}

static inline bool all_zero(const uint8_t *bytes, size_t len)
{
    uint8_t any = 0;

    for (size_t i = 0; i < len; i++)
        any |= bytes[i];
    return any == 0;
}

/* RFC 5246 section 6.3, by the default provider: the seed has the server's random first. */
static inline bool reference_block(const char *digest, uint8_t *out, size_t len)
{
    return support_default_prf(libctx, digest, secret, SUPPORT_MASTER_LEN, "key expansion",
        server_random, client_random, SUPPORT_RANDOM_LEN, out, len);
}

static inline void refuse_len(struct support_inputs inputs, size_t len, const char *reason)
{
    uint8_t out[MAX_OUTPUT];

    if (support_derive(kdf, inputs, out, len)) {
        fprintf(stderr, "\n    \"%s\": not refused\n", reason);
        CU_FAIL("a wrong derivation was not refused");
    }
    ASSERT_RAISED(reason);
}

static inline void refuse(struct support_inputs inputs, const char *reason)
{
    refuse_len(inputs, GCM_BLOCK_LEN, reason);
}

static inline size_t size_of(EVP_KDF_CTX *ctx, const char *name)
{
    size_t size = SIZE_MAX - 1;
    OSSL_PARAM params[] = {OSSL_PARAM_construct_size_t(name, &size), OSSL_PARAM_construct_end()};

    CU_ASSERT(EVP_KDF_CTX_get_params(ctx, params) == 1);
    return OSSL_PARAM_modified(params) ? size : SIZE_MAX - 1;
}

static inline EVP_PKEY *new_exportable_key(void)
{
    struct support_params params = {.count = 0};
    int exportable = 1;

    support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, secret, SUPPORT_MASTER_LEN);
    support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_2);
    support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, GCM_SUITE);
    support_add_int(&params, SSLPROVIDER_PARAM_EXPORTABLE, &exportable);
    return support_key_from(libctx, &params);
}

static inline EVP_PKEY *new_pre_master_key(void)
{
    struct support_params params = {.count = 0};

    support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, secret, SUPPORT_MASTER_LEN);
    support_add_text(&params, SSLPROVIDER_PARAM_KIND, SSLPROVIDER_KIND_PRE_MASTER_SECRET);
    return support_key_from(libctx, &params);
}

static inline int initialize(void)
{
    uint64_t state = UINT64_C(0x123456789);

    support_fill(&state, secret, sizeof(secret));
    support_fill(&state, client_random, sizeof(client_random));
    support_fill(&state, server_random, sizeof(server_random));
    libctx = support_context_new("");
    if (libctx == NULL ||
        OSSL_PROVIDER_add_builtin(libctx, SUPPORT_HASH_PROVIDER, support_hash_provider_init) != 1)
        return 1;
    hash_provider = OSSL_PROVIDER_load(libctx, SUPPORT_HASH_PROVIDER);
    kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    master_key = support_master_key(libctx, secret, "client");
    bare_key = support_master_key(libctx, secret, NULL);
    exportable_key = new_exportable_key();
    pre_master_key = new_pre_master_key();
    return hash_provider == NULL || kdf == NULL || master_key == NULL || bare_key == NULL ||
        exportable_key == NULL || pre_master_key == NULL;
}

static inline int clean_up(void)
{
    EVP_PKEY_free(master_key);
    EVP_PKEY_free(bare_key);
    EVP_PKEY_free(exportable_key);
    EVP_PKEY_free(pre_master_key);
    EVP_KDF_free(kdf);
    OSSL_PROVIDER_unload(hash_provider);
    OSSL_LIB_CTX_free(libctx);
    return 0;
}

#endif
