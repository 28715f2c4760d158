/* SPDX-License-Identifier: Apache-2.0
 *
 * The key schedule of TLS 1.3 for the suites beyond RFC 8446, against the HKDF of the default
 * provider: SM4 with SM3 (RFC 8998), where libcrypto has that hash, and the suites without
 * encryption (RFC 9150), which are legacy.
 */
#include "support.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

enum { MAX_HASH = 48 };

static OSSL_LIB_CTX *libctx;
static EVP_KDF *secret_kdf, *keys_kdf;
static uint8_t secret[MAX_HASH], transcript_hash[MAX_HASH];

static const struct rare {
    const char *suite, *digest;
    size_t hash_len, key_len, iv_len;
} rare[] = {
    {"TLS_SM4_GCM_SM3", "SM3", 32, 16, 12},
    {"TLS_SM4_CCM_SM3", "SM3", 32, 16, 12},
    {"0x00C6", "SM3", 32, 16, 12},
    {"TLS_SHA256_SHA256", "SHA2-256", 32, 32, 32},
    {"TLS_SHA384_SHA384", "SHA2-384", 48, 48, 48},
};

static bool has_digest(const char *name)
{
    EVP_MD *md = EVP_MD_fetch(libctx, name, NULL);
    const bool has = md != NULL;

    EVP_MD_free(md);
    ERR_clear_error();
    return has;
}

/* HKDF-Expand-Label written out, and HKDF-Expand by the default provider. */
static bool expand_label(const char *digest, const uint8_t *key, size_t key_len, const char *label,
    const uint8_t *context, size_t context_len, uint8_t *out, size_t len)
{
    EVP_KDF *kdf = EVP_KDF_fetch(libctx, "HKDF", "provider=default");
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    struct support_params params = {.count = 0};
    uint8_t info[128] = {0, (uint8_t)len, (uint8_t)(6 + strlen(label))};
    size_t n = 3;
    bool ok;

    memcpy(info + n, "tls13 ", 6);
    memcpy(info + n + 6, label, strlen(label));
    n += 6 + strlen(label);
    info[n++] = (uint8_t)context_len;
    if (context_len != 0)
        memcpy(info + n, context, context_len);
    support_add_text(&params, OSSL_KDF_PARAM_MODE, "EXPAND_ONLY");
    support_add_text(&params, OSSL_KDF_PARAM_DIGEST, digest);
    support_add_octets(&params, OSSL_KDF_PARAM_KEY, key, key_len);
    support_add_octets(&params, OSSL_KDF_PARAM_INFO, info, n + context_len);
    ok = EVP_KDF_derive(ctx, out, len, params.list) == 1;
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    return ok;
}

static bool derive(EVP_KDF *kdf, struct support_params *params, uint8_t *out, size_t len)
{
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    const bool ok = ctx != NULL && EVP_KDF_derive(ctx, out, len, params->list) == 1;

    EVP_KDF_CTX_free(ctx);
    return ok;
}

/* From a handshake secret to the server's traffic secret. */
static bool traffic_secret(EVP_KDF *kdf, const struct rare *row, uint8_t *out)
{
    struct support_params params = {.count = 0};

    support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, row->suite);
    support_add_text(&params, SSLPROVIDER_PARAM_TARGET, "server-handshake-traffic-secret");
    support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, secret, row->hash_len);
    support_add_octets(&params, SSLPROVIDER_PARAM_TRANSCRIPT_HASH, transcript_hash, row->hash_len);
    return derive(kdf, &params, out, row->hash_len);
}

static bool key_and_iv(const struct rare *row, const uint8_t *traffic, uint8_t *out)
{
    struct support_params params = {.count = 0};

    support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_3);
    support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, row->suite);
    support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, traffic, row->hash_len);
    return derive(keys_kdf, &params, out, row->key_len + row->iv_len);
}

static void check(const struct rare *row)
{
    uint8_t traffic[MAX_HASH], keys[2 * MAX_HASH], expected[2 * MAX_HASH];

    CU_ASSERT(traffic_secret(secret_kdf, row, traffic));
    CU_ASSERT(expand_label(row->digest, secret, row->hash_len, "s hs traffic", transcript_hash,
        row->hash_len, expected, row->hash_len));
    CU_ASSERT(memcmp(traffic, expected, row->hash_len) == 0);
    CU_ASSERT(key_and_iv(row, traffic, keys));
    CU_ASSERT(
        expand_label(row->digest, traffic, row->hash_len, "key", NULL, 0, expected, row->key_len));
    CU_ASSERT(expand_label(
        row->digest, traffic, row->hash_len, "iv", NULL, 0, expected + row->key_len, row->iv_len));
    CU_ASSERT(memcmp(keys, expected, row->key_len + row->iv_len) == 0);
    CU_ASSERT(support_nothing_raised());
}

static void test_keys_agree_with_hkdf(void)
{
    unsigned checked = 0;

    for (size_t i = 0; i < sizeof(rare) / sizeof(rare[0]); i++) {
        if (!has_digest(rare[i].digest))
            continue;
        check(&rare[i]);
        checked++;
    }
    CU_ASSERT(checked >= 2);
}

static void refuse_in(const char *options, const struct rare *row, const char *reason)
{
    OSSL_LIB_CTX *other = support_context_new(options);
    EVP_KDF *kdf = EVP_KDF_fetch(other, SSLPROVIDER_KDF_TRAFFIC_SECRET, SSLPROVIDER_PROPERTY);
    uint8_t out[MAX_HASH];

    CU_ASSERT_PTR_NOT_NULL_FATAL(kdf);
    CU_ASSERT_FALSE(traffic_secret(kdf, row, out));
    ASSERT_RAISED(reason);
    EVP_KDF_free(kdf);
    OSSL_LIB_CTX_free(other);
}

/* A build of libcrypto without the hash behaves in the same way. */
static void test_missing_hash_raises_its_reason(void)
{
    refuse_in("properties = fips=yes\n", &rare[0], "hash not available");
}

static int suite_init(void)
{
    for (size_t i = 0; i < MAX_HASH; i++) {
        secret[i] = (uint8_t)(0x11 + 5 * i);
        transcript_hash[i] = (uint8_t)(0xE0 - 3 * i);
    }
    libctx = support_context_new("legacy = yes\n");
    secret_kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_TRAFFIC_SECRET, SSLPROVIDER_PROPERTY);
    keys_kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    return secret_kdf != NULL && keys_kdf != NULL ? 0 : 1;
}

static int suite_cleanup(void)
{
    EVP_KDF_free(secret_kdf);
    EVP_KDF_free(keys_kdf);
    OSSL_LIB_CTX_free(libctx);
    return 0;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_keys_agree_with_hkdf),
        TEST(test_missing_hash_raises_its_reason),
    };

    return RUN_TESTS("rare suites", suite_init, suite_cleanup, tests);
}
