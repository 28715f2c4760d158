/* SPDX-License-Identifier: Apache-2.0
 *
 * The cipher-suite table against its own names (an IANA name says all that the other columns do),
 * against the native header, and against the ciphers and digests of libcrypto.
 */
#include "cunit/run_tests.h"
#include "ncryptssl/sslprovider_suites.h"
#include "schedule/key_layout.h"
#include "schedule/suite.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define NAMED(macro)                                                                               \
    {                                                                                              \
        macro, #macro                                                                              \
    }

/* The suites of the native header, by value and spelling of their macros. */
static const struct {
    uint32_t id;
    const char *name;
} native[] = {NAMED(TLS_RSA_WITH_NULL_MD5), NAMED(TLS_RSA_WITH_NULL_SHA),
    NAMED(TLS_RSA_EXPORT_WITH_RC4_40_MD5), NAMED(TLS_RSA_WITH_RC4_128_MD5),
    NAMED(TLS_RSA_WITH_RC4_128_SHA), NAMED(TLS_RSA_WITH_DES_CBC_SHA),
    NAMED(TLS_RSA_WITH_3DES_EDE_CBC_SHA), NAMED(TLS_DHE_DSS_WITH_DES_CBC_SHA),
    NAMED(TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA), NAMED(TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA),
    NAMED(TLS_RSA_WITH_AES_128_CBC_SHA), NAMED(TLS_DHE_DSS_WITH_AES_128_CBC_SHA),
    NAMED(TLS_DHE_RSA_WITH_AES_128_CBC_SHA), NAMED(TLS_RSA_WITH_AES_256_CBC_SHA),
    NAMED(TLS_DHE_DSS_WITH_AES_256_CBC_SHA), NAMED(TLS_DHE_RSA_WITH_AES_256_CBC_SHA),
    NAMED(TLS_RSA_WITH_NULL_SHA256), NAMED(TLS_RSA_WITH_AES_128_CBC_SHA256),
    NAMED(TLS_RSA_WITH_AES_256_CBC_SHA256), NAMED(TLS_DHE_DSS_WITH_AES_128_CBC_SHA256),
    NAMED(TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA), NAMED(TLS_DHE_DSS_EXPORT1024_WITH_DES_CBC_SHA),
    NAMED(TLS_RSA_EXPORT1024_WITH_RC4_56_SHA), NAMED(TLS_DHE_DSS_WITH_AES_256_CBC_SHA256),
    NAMED(TLS_RSA_WITH_AES_128_GCM_SHA256), NAMED(TLS_RSA_WITH_AES_256_GCM_SHA384),
    NAMED(TLS_DHE_RSA_WITH_AES_128_GCM_SHA256), NAMED(TLS_DHE_RSA_WITH_AES_256_GCM_SHA384),
    NAMED(TLS_PSK_WITH_AES_128_GCM_SHA256), NAMED(TLS_PSK_WITH_AES_256_GCM_SHA384),
    NAMED(TLS_PSK_WITH_AES_128_CBC_SHA256), NAMED(TLS_PSK_WITH_AES_256_CBC_SHA384),
    NAMED(TLS_PSK_WITH_NULL_SHA256), NAMED(TLS_PSK_WITH_NULL_SHA384), NAMED(TLS_AES_128_GCM_SHA256),
    NAMED(TLS_AES_256_GCM_SHA384), NAMED(TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA),
    NAMED(TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA), NAMED(TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA),
    NAMED(TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA), NAMED(TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256),
    NAMED(TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384), NAMED(TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256),
    NAMED(TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384), NAMED(TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
    NAMED(TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384), NAMED(TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256),
    NAMED(TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384)};

_Static_assert(sizeof(native) / sizeof(native[0]) == 48, "the native header names 48 suites");

/* RFC 8446 appendix B.4, RFC 8998 section 2, RFC 9150 section 4. */
static const struct {
    uint32_t id;
    const char *name;
} tls13[] = {{0x1301, "TLS_AES_128_GCM_SHA256"}, {0x1302, "TLS_AES_256_GCM_SHA384"},
    {0x1303, "TLS_CHACHA20_POLY1305_SHA256"}, {0x1304, "TLS_AES_128_CCM_SHA256"},
    {0x1305, "TLS_AES_128_CCM_8_SHA256"}, {0x00C6, "TLS_SM4_GCM_SM3"}, {0x00C7, "TLS_SM4_CCM_SM3"},
    {0xC0B4, "TLS_SHA256_SHA256"}, {0xC0B5, "TLS_SHA384_SHA384"}};

/* What the part of a name between WITH and the hash stands for. */
static const struct {
    const char *spelling; /* with the underscores around it */
    struct sslp_cipher cipher;
} ciphers[] = {
    {"_NULL_", {NULL, NULL, SSLP_MODE_NULL, 0, 0, 1, 0, 0, 0, false, true}},
    {"_RC4_40_", {"RC4", NULL, SSLP_MODE_STREAM, 5, 16, 1, 0, 0, 0, true, true}},
    {"_RC4_56_", {"RC4", NULL, SSLP_MODE_STREAM, 7, 16, 1, 0, 0, 0, true, true}},
    {"_RC4_128_", {"RC4", NULL, SSLP_MODE_STREAM, 16, 16, 1, 0, 0, 0, false, true}},
    {"_EXPORT1024_WITH_DES_CBC_", {"DES-CBC", NULL, SSLP_MODE_CBC, 8, 8, 8, 0, 0, 0, true, true}},
    {"_DES_CBC_", {"DES-CBC", NULL, SSLP_MODE_CBC, 8, 8, 8, 0, 0, 0, false, true}},
    {"_3DES_EDE_CBC_", {"DES-EDE3-CBC", NULL, SSLP_MODE_CBC, 24, 24, 8, 0, 0, 0, false, false}},
    {"_AES_128_CBC_", {"AES-128-CBC", NULL, SSLP_MODE_CBC, 16, 16, 16, 0, 0, 0, false, false}},
    {"_AES_256_CBC_", {"AES-256-CBC", NULL, SSLP_MODE_CBC, 32, 32, 16, 0, 0, 0, false, false}},
    {"_CAMELLIA_128_CBC_",
        {"CAMELLIA-128-CBC", NULL, SSLP_MODE_CBC, 16, 16, 16, 0, 0, 0, false, false}},
    {"_CAMELLIA_256_CBC_",
        {"CAMELLIA-256-CBC", NULL, SSLP_MODE_CBC, 32, 32, 16, 0, 0, 0, false, false}},
    {"_AES_128_GCM_",
        {"AES-128-GCM", "AES-128-ECB", SSLP_MODE_GCM, 16, 16, 1, 4, 8, 16, false, false}},
    {"_AES_256_GCM_",
        {"AES-256-GCM", "AES-256-ECB", SSLP_MODE_GCM, 32, 32, 1, 4, 8, 16, false, false}},
    {"_ARIA_128_GCM_", {"ARIA-128-GCM", NULL, SSLP_MODE_GCM, 16, 16, 1, 4, 8, 16, false, false}},
    {"_ARIA_256_GCM_", {"ARIA-256-GCM", NULL, SSLP_MODE_GCM, 32, 32, 1, 4, 8, 16, false, false}},
    {"_AES_128_CCM_8_",
        {"AES-128-CCM", "AES-128-ECB", SSLP_MODE_CCM, 16, 16, 1, 4, 8, 8, false, false}},
    {"_AES_256_CCM_8_",
        {"AES-256-CCM", "AES-256-ECB", SSLP_MODE_CCM, 32, 32, 1, 4, 8, 8, false, false}},
    {"_AES_128_CCM_",
        {"AES-128-CCM", "AES-128-ECB", SSLP_MODE_CCM, 16, 16, 1, 4, 8, 16, false, false}},
    {"_AES_256_CCM_",
        {"AES-256-CCM", "AES-256-ECB", SSLP_MODE_CCM, 32, 32, 1, 4, 8, 16, false, false}},
    {"_CHACHA20_POLY1305_",
        {"ChaCha20-Poly1305", "ChaCha20", SSLP_MODE_CHACHA20_POLY1305, 32, 32, 1, 12, 0, 16, false,
            false}},
    {"_SEED_CBC_", {"SEED-CBC", NULL, SSLP_MODE_CBC, 16, 16, 16, 0, 0, 0, false, false}},
    {"_IDEA_CBC_", {"IDEA-CBC", NULL, SSLP_MODE_CBC, 16, 16, 8, 0, 0, 0, false, false}},
    {"_SM4_GCM_", {"SM4-GCM", NULL, SSLP_MODE_GCM, 16, 16, 1, 4, 8, 16, false, false}},
    {"_SM4_CCM_", {"SM4-CCM", NULL, SSLP_MODE_CCM, 16, 16, 1, 4, 8, 16, false, false}},
    /* RFC 9150 section 6: the key and the nonce of HMAC are as long as its hash. */
    {"TLS_SHA256_", {NULL, NULL, SSLP_MODE_NULL, 32, 32, 1, 32, 0, 0, false, true}},
    {"TLS_SHA384_", {NULL, NULL, SSLP_MODE_NULL, 48, 48, 1, 48, 0, 0, false, true}},
};

/* What the part between TLS and WITH stands for. */
static const struct {
    const char *spelling;
    enum sslp_key_exchange key_exchange;
    enum sslp_authentication authentication;
} exchanges[] = {
    {"TLS_RSA_WITH_", SSLP_KX_RSA, SSLP_AUTH_RSA},
    {"TLS_RSA_EXPORT_WITH_", SSLP_KX_RSA, SSLP_AUTH_RSA},
    {"TLS_RSA_EXPORT1024_WITH_", SSLP_KX_RSA, SSLP_AUTH_RSA},
    {"TLS_DHE_DSS_WITH_", SSLP_KX_DHE, SSLP_AUTH_DSS},
    {"TLS_DHE_DSS_EXPORT1024_WITH_", SSLP_KX_DHE, SSLP_AUTH_DSS},
    {"TLS_DHE_RSA_WITH_", SSLP_KX_DHE, SSLP_AUTH_RSA},
    {"TLS_DH_anon_WITH_", SSLP_KX_DHE, SSLP_AUTH_NONE},
    {"TLS_ECDHE_ECDSA_WITH_", SSLP_KX_ECDHE, SSLP_AUTH_ECDSA},
    {"TLS_ECDHE_RSA_WITH_", SSLP_KX_ECDHE, SSLP_AUTH_RSA},
    {"TLS_ECDH_anon_WITH_", SSLP_KX_ECDHE, SSLP_AUTH_NONE},
    {"TLS_PSK_WITH_", SSLP_KX_PSK, SSLP_AUTH_PSK},
    {"TLS_RSA_PSK_WITH_", SSLP_KX_RSA_PSK, SSLP_AUTH_RSA},
    {"TLS_DHE_PSK_WITH_", SSLP_KX_DHE_PSK, SSLP_AUTH_PSK},
    {"TLS_PSK_DHE_WITH_", SSLP_KX_DHE_PSK, SSLP_AUTH_PSK}, /* RFC 6655 has it the other way round */
    {"TLS_ECDHE_PSK_WITH_", SSLP_KX_ECDHE_PSK, SSLP_AUTH_PSK},
    {"TLS_SRP_SHA_WITH_", SSLP_KX_SRP, SSLP_AUTH_SRP},
    {"TLS_SRP_SHA_RSA_WITH_", SSLP_KX_SRP, SSLP_AUTH_RSA},
    {"TLS_SRP_SHA_DSS_WITH_", SSLP_KX_SRP, SSLP_AUTH_DSS},
};

/* Without encryption: RFC 9150. */
static bool is_integrity_only(const struct sslp_suite *suite)
{
    return suite->id == 0xC0B4 || suite->id == 0xC0B5;
}

static const struct sslp_suite *current;

/* Names the row, as CUnit only names the line. */
static void expect(bool right, const char *what)
{
    if (!right)
        fprintf(stderr, "\n    %s: %s", current->name, what);
    CU_ASSERT(right);
}

static bool ends_with(const char *text, const char *end)
{
    const size_t len = strlen(text), end_len = strlen(end);

    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static const struct sslp_cipher *cipher_by_name(const char *suite_name)
{
    char closed[80];

    snprintf(closed, sizeof(closed), "%s_", suite_name);
    for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++) {
        if (strstr(closed, ciphers[i].spelling) != NULL)
            return &ciphers[i].cipher;
    }
    return NULL;
}

static bool same_name(const char *a, const char *b)
{
    return a == NULL ? b == NULL : b != NULL && strcmp(a, b) == 0;
}

static bool same_cipher(const struct sslp_cipher *a, const struct sslp_cipher *b)
{
    return same_name(a->name, b->name) && same_name(a->mask_name, b->mask_name) &&
        a->mode == b->mode && a->key_material_len == b->key_material_len &&
        a->key_len == b->key_len && a->block_len == b->block_len &&
        a->fixed_iv_len == b->fixed_iv_len && a->explicit_nonce_len == b->explicit_nonce_len &&
        a->tag_len == b->tag_len && a->exportable == b->exportable && a->legacy == b->legacy;
}

static void test_rows_ascend_and_names_are_unique(void)
{
    for (size_t i = 0; i < sslp_suite_count; i++) {
        current = &sslp_suites[i];
        expect(i == 0 || current[-1].id < current->id, "ascending number");
        expect(strncmp(current->name, "TLS_", 4) == 0, "name starts with TLS_");
        for (size_t k = 0; k < i; k++) {
            const struct sslp_suite *other = &sslp_suites[k];

            expect(strcmp(current->name, other->name) != 0, "unique name");
            expect(current->openssl_name == NULL || other->openssl_name == NULL ||
                    strcmp(current->openssl_name, other->openssl_name) != 0,
                "unique OpenSSL name");
            expect(other->openssl_name == NULL || strcmp(current->name, other->openssl_name) != 0,
                "name of no other suite");
        }
    }
}

static void test_cipher_follows_from_name(void)
{
    for (size_t i = 0; i < sslp_suite_count; i++) {
        const struct sslp_cipher *cipher;

        current = &sslp_suites[i];
        cipher = cipher_by_name(current->name);
        expect(cipher != NULL && same_cipher(cipher, current->cipher), "cipher of the name");
    }
}

static void test_cipher_fields_are_consistent(void)
{
    for (size_t i = 0; i < sslp_suite_count; i++) {
        const struct sslp_cipher *cipher = sslp_suites[i].cipher;
        const bool aead = cipher->mode >= SSLP_MODE_GCM;

        current = &sslp_suites[i];
        expect(sslp_cipher_is_aead(cipher) == aead, "tag exactly where AEAD");
        expect((current->mac == SSLP_HASH_NONE) == aead, "MAC exactly where not AEAD");
        expect((cipher->name == NULL) == (cipher->mode == SSLP_MODE_NULL), "a cipher unless NULL");
        expect((cipher->key_len == 0) ==
                (cipher->mode == SSLP_MODE_NULL && !is_integrity_only(current)),
            "a key unless NULL");
        expect(cipher->mode == SSLP_MODE_CBC ? cipher->block_len == 8 || cipher->block_len == 16
                                             : cipher->block_len == 1,
            "block length");
        /* RFC 5116 section 4: every AEAD nonce of TLS has 12 bytes. */
        if (!is_integrity_only(current))
            expect(cipher->fixed_iv_len + cipher->explicit_nonce_len == (aead ? 12 : 0), "nonce");
        expect(cipher->exportable || cipher->key_material_len == cipher->key_len,
            "key material is the key unless exportable");
        expect(cipher->key_material_len <= cipher->key_len, "key material");
        expect(!cipher->exportable || cipher->legacy, "export is legacy");
        expect(cipher->key_len <= SSLP_MAX_KEY && cipher->block_len <= SSLP_MAX_IV &&
                sslp_hash_id_size(current->mac) <= SSLP_MAX_MAC_KEY,
            "within the limits of a direction");
    }
}

static void test_hashes_follow_from_name(void)
{
    for (size_t i = 0; i < sslp_suite_count; i++) {
        const char *name = sslp_suites[i].name;
        enum sslp_hash_id mac = SSLP_HASH_NONE;

        current = &sslp_suites[i];
        /* RFC 5246 section 5: SHA-256 unless the suite says otherwise. */
        expect(current->prf_hash ==
                (ends_with(name, "_SHA384")       ? SSLP_HASH_SHA384
                        : ends_with(name, "_SM3") ? SSLP_HASH_SM3
                                                  : SSLP_HASH_SHA256),
            "PRF of the name");
        if (ends_with(name, "_MD5"))
            mac = SSLP_HASH_MD5;
        else if (ends_with(name, "_SHA"))
            mac = SSLP_HASH_SHA1;
        else if (!sslp_cipher_is_aead(current->cipher))
            mac = current->prf_hash;
        expect(current->mac == mac, "MAC of the name");
    }
}

static void test_key_exchange_follows_from_name(void)
{
    for (size_t i = 0; i < sslp_suite_count; i++) {
        bool right = false;

        current = &sslp_suites[i];
        if (strstr(current->name, "_WITH_") == NULL)
            right = current->key_exchange == SSLP_KX_ANY &&
                current->authentication == SSLP_AUTH_ANY && current->min_version == SSLP_TLS1_3;
        for (size_t k = 0; k < sizeof(exchanges) / sizeof(exchanges[0]); k++) {
            if (strncmp(current->name, exchanges[k].spelling, strlen(exchanges[k].spelling)) == 0)
                right = current->key_exchange == exchanges[k].key_exchange &&
                    current->authentication == exchanges[k].authentication;
        }
        expect(right, "key exchange of the name");
    }
}

static void test_versions_follow_from_kind(void)
{
    for (size_t i = 0; i < sslp_suite_count; i++) {
        const bool is_tls13 = strstr(sslp_suites[i].name, "_WITH_") == NULL;

        current = &sslp_suites[i];
        expect(current->min_version <= current->max_version, "ordered versions");
        expect(current->min_version >= SSLP_SSL3 && current->max_version <= SSLP_TLS1_3,
            "known versions");
        expect((current->max_version == SSLP_TLS1_3) == is_tls13, "TLS 1.3 alone or not at all");
        expect((current->min_version == SSLP_TLS1_3) == is_tls13, "TLS 1.3 alone or not at all");
        /* RFC 5246 is the first version with AEAD; RFC 4346 appendix A.5 ends export. */
        if (sslp_cipher_is_aead(current->cipher))
            expect(current->min_version >= SSLP_TLS1_2, "AEAD from TLS 1.2");
        if (current->cipher->exportable)
            expect(current->max_version == SSLP_TLS1_0, "export until TLS 1.0");
        else
            expect(current->max_version >= SSLP_TLS1_2, "still in TLS 1.2");
    }
}

static void test_sizes_agree_with_libcrypto(void)
{
    size_t fetched = 0;

    for (size_t i = 0; i < sslp_suite_count; i++) {
        const struct sslp_cipher *cipher = sslp_suites[i].cipher;
        EVP_CIPHER *evp = NULL;

        current = &sslp_suites[i];
        if (cipher->name != NULL)
            evp = EVP_CIPHER_fetch(NULL, cipher->name, NULL);
        /* RC4, single DES, SEED and IDEA are in OpenSSL's legacy provider, which is not loaded
         * here; OpenSSL 3.0 has no mode of SM4 with a tag. */
        expect(evp != NULL || cipher->legacy || strstr(current->name, "_SEED_") != NULL ||
                strstr(current->name, "_IDEA_") != NULL || strstr(current->name, "_SM4_") != NULL,
            "cipher is on offer");
        if (evp == NULL)
            continue;
        fetched++;
        expect(EVP_CIPHER_get_key_length(evp) == cipher->key_len, "key length");
        expect(EVP_CIPHER_get_block_size(evp) == cipher->block_len, "block length");
        if (cipher->mode == SSLP_MODE_CBC)
            expect(EVP_CIPHER_get_iv_length(evp) == cipher->block_len, "IV length");
        expect(((EVP_CIPHER_get_flags(evp) & EVP_CIPH_FLAG_AEAD_CIPHER) != 0) ==
                sslp_cipher_is_aead(cipher),
            "AEAD");
        EVP_CIPHER_free(evp);
        if (cipher->mask_name != NULL) {
            evp = EVP_CIPHER_fetch(NULL, cipher->mask_name, NULL);
            expect(evp != NULL && EVP_CIPHER_get_key_length(evp) == cipher->key_len,
                "key length of the mask");
            EVP_CIPHER_free(evp);
        }
    }
    CU_ASSERT(fetched >= 140);
    for (int id = SSLP_HASH_MD5; id < SSLP_HASH_COUNT; id++) {
        EVP_MD *md = EVP_MD_fetch(NULL, sslp_hash_id_name((enum sslp_hash_id)id), NULL);

        CU_ASSERT_PTR_NOT_NULL_FATAL(md);
        CU_ASSERT_EQUAL((size_t)EVP_MD_get_size(md), sslp_hash_id_size((enum sslp_hash_id)id));
        EVP_MD_free(md);
    }
    CU_ASSERT_PTR_NULL(sslp_hash_id_name(SSLP_HASH_NONE));
    CU_ASSERT_EQUAL(sslp_hash_id_size(SSLP_HASH_NONE), 0);
}

static void test_native_and_tls13_suites_are_there(void)
{
    for (size_t i = 0; i < sizeof(native) / sizeof(native[0]); i++) {
        const struct sslp_suite *suite = sslp_suite_by_id(native[i].id);

        CU_ASSERT(suite != NULL && strcmp(suite->name, native[i].name) == 0);
    }
    for (size_t i = 0; i < sizeof(tls13) / sizeof(tls13[0]); i++) {
        const struct sslp_suite *suite = sslp_suite_by_id(tls13[i].id);

        CU_ASSERT(suite != NULL && strcmp(suite->name, tls13[i].name) == 0);
    }
}

static const struct named_test tests[] = {
    {"rows ascend and names are unique", test_rows_ascend_and_names_are_unique},
    {"cipher follows from name", test_cipher_follows_from_name},
    {"cipher fields are consistent", test_cipher_fields_are_consistent},
    {"hashes follow from name", test_hashes_follow_from_name},
    {"key exchange follows from name", test_key_exchange_follows_from_name},
    {"versions follow from kind", test_versions_follow_from_kind},
    {"sizes agree with libcrypto", test_sizes_agree_with_libcrypto},
    {"native and TLS 1.3 suites are there", test_native_and_tls13_suites_are_there},
};

int main(void)
{
    return RUN_TESTS("suites", NULL, NULL, tests);
}
