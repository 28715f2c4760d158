/* SPDX-License-Identifier: Apache-2.0
 *
 * Every suite that the running libssl can name, by its number, whether this build can do it or not:
 * it is in the table, and libssl says the same of it.  And the names that releases of OpenSSL have
 * for suites which their builds leave out.
 */
#include "cunit/run_tests.h"
#include "schedule/suite.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>

/* What OpenSSL 3.0 and 4.0 have as distributions build them; a builder may leave some out. */
enum { AT_LEAST = 125 };

static const struct {
    int nid;
    enum sslp_key_exchange key_exchange;
} exchanges[] = {{NID_kx_any, SSLP_KX_ANY}, {NID_kx_rsa, SSLP_KX_RSA}, {NID_kx_dhe, SSLP_KX_DHE},
    {NID_kx_ecdhe, SSLP_KX_ECDHE}, {NID_kx_psk, SSLP_KX_PSK}, {NID_kx_rsa_psk, SSLP_KX_RSA_PSK},
    {NID_kx_dhe_psk, SSLP_KX_DHE_PSK}, {NID_kx_ecdhe_psk, SSLP_KX_ECDHE_PSK},
    {NID_kx_srp, SSLP_KX_SRP}};

static const struct {
    int nid;
    enum sslp_authentication authentication;
} authentications[] = {{NID_auth_any, SSLP_AUTH_ANY}, {NID_auth_null, SSLP_AUTH_NONE},
    {NID_auth_rsa, SSLP_AUTH_RSA}, {NID_auth_dss, SSLP_AUTH_DSS}, {NID_auth_ecdsa, SSLP_AUTH_ECDSA},
    {NID_auth_psk, SSLP_AUTH_PSK}, {NID_auth_srp, SSLP_AUTH_SRP}};

static const struct {
    const char *version; /* as SSL_CIPHER_get_version says it */
    uint16_t number;
} versions[] = {{"SSLv3", SSLP_SSL3}, {"TLSv1.0", SSLP_TLS1_0}, {"TLSv1.1", SSLP_TLS1_1},
    {"TLSv1.2", SSLP_TLS1_2}, {"TLSv1.3", SSLP_TLS1_3}};

static const int digests[SSLP_HASH_COUNT] = {
    NID_undef, NID_md5, NID_sha1, NID_sha256, NID_sha384, NID_sm3};

static bool exchange_agrees(const SSL_CIPHER *theirs, const struct sslp_suite *ours)
{
    for (size_t i = 0; i < sizeof(exchanges) / sizeof(exchanges[0]); i++) {
        if (exchanges[i].nid == SSL_CIPHER_get_kx_nid(theirs))
            return exchanges[i].key_exchange == ours->key_exchange;
    }
    return false;
}

static bool authentication_agrees(const SSL_CIPHER *theirs, const struct sslp_suite *ours)
{
    for (size_t i = 0; i < sizeof(authentications) / sizeof(authentications[0]); i++) {
        if (authentications[i].nid == SSL_CIPHER_get_auth_nid(theirs))
            return authentications[i].authentication == ours->authentication;
    }
    return false;
}

static bool version_agrees(const SSL_CIPHER *theirs, const struct sslp_suite *ours)
{
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        if (strcmp(versions[i].version, SSL_CIPHER_get_version(theirs)) == 0)
            return versions[i].number == ours->min_version;
    }
    return false;
}

/* libssl has no hash of its own for suites older than TLS 1.2: its default is SHA-256 there. */
static bool prf_agrees(const SSL_CIPHER *theirs, const struct sslp_suite *ours)
{
    const EVP_MD *md = SSL_CIPHER_get_handshake_digest(theirs);
    const int nid = md == NULL ? NID_undef : EVP_MD_get_type(md);

    return nid == digests[ours->prf_hash] ||
        (nid == NID_md5_sha1 && ours->prf_hash == SSLP_HASH_SHA256);
}

/* The cipher by its number, which libssl knows for those of the legacy provider, too. */
static bool cipher_agrees(const SSL_CIPHER *theirs, const struct sslp_suite *ours)
{
    EVP_CIPHER *evp;
    bool agrees;

    if (ours->cipher->name == NULL)
        return SSL_CIPHER_get_cipher_nid(theirs) == NID_undef;
    evp = EVP_CIPHER_fetch(NULL, ours->cipher->name, NULL);
    agrees = evp == NULL || EVP_CIPHER_is_a(evp, OBJ_nid2sn(SSL_CIPHER_get_cipher_nid(theirs)));
    EVP_CIPHER_free(evp);
    return agrees;
}

/* 168 bits of a 3DES key count, of the 192 that it has. */
static int key_bits(const struct sslp_cipher *cipher)
{
    if (cipher->name != NULL && strncmp(cipher->name, "DES", 3) == 0)
        return cipher->key_len * 7;
    return cipher->key_len * 8;
}

static void check(bool right, const SSL_CIPHER *theirs, const char *what)
{
    if (!right)
        fprintf(stderr, "\n    %s: %s", SSL_CIPHER_standard_name(theirs), what);
    CU_ASSERT(right);
}

static void check_suite(const SSL_CIPHER *theirs)
{
    const char *name = SSL_CIPHER_standard_name(theirs);
    const struct sslp_suite *ours = sslp_suite_by_id(SSL_CIPHER_get_protocol_id(theirs));
    int bits = 0;

    check(ours != NULL, theirs, "in the table");
    if (ours == NULL)
        return;
    SSL_CIPHER_get_bits(theirs, &bits);
    check(strcmp(ours->name, name) == 0, theirs, "name");
    check(
        ours->openssl_name != NULL && strcmp(ours->openssl_name, SSL_CIPHER_get_name(theirs)) == 0,
        theirs, "OpenSSL name");
    check(bits == key_bits(ours->cipher), theirs, "key bits");
    check(SSL_CIPHER_is_aead(theirs) == sslp_cipher_is_aead(ours->cipher), theirs, "AEAD");
    check(SSL_CIPHER_get_digest_nid(theirs) == digests[ours->mac], theirs, "MAC");
    check(cipher_agrees(theirs, ours), theirs, "cipher");
    check(prf_agrees(theirs, ours), theirs, "PRF");
    check(exchange_agrees(theirs, ours), theirs, "key exchange");
    check(authentication_agrees(theirs, ours), theirs, "authentication");
    check(version_agrees(theirs, ours), theirs, "first version");
}

/* Signals in the place of a suite, and suites with a key schedule of their own (RFC 9189). */
static bool is_left_out(const SSL_CIPHER *suite)
{
    const char *name = SSL_CIPHER_get_name(suite);

    return strstr(name, "SCSV") != NULL || strstr(name, "GOST") != NULL;
}

static void test_libssl_and_the_table_agree(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(context);
    unsigned suites = 0, tls13 = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(ssl);
    for (unsigned id = 0; id <= 0xFFFF; id++) {
        const unsigned char number[2] = {(unsigned char)(id >> 8), (unsigned char)id};
        const SSL_CIPHER *suite = SSL_CIPHER_find(ssl, number);

        if (suite == NULL || is_left_out(suite))
            continue;
        check_suite(suite);
        suites++;
        tls13 += strcmp(SSL_CIPHER_get_version(suite), "TLSv1.3") == 0;
    }
    printf("\n    %u suites of libssl, %zu in the table\n  ", suites, sslp_suite_count);
    CU_ASSERT(suites >= AT_LEAST);
    CU_ASSERT(tls13 >= 5);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

/* Those of openssl/ssl3.h, and of OpenSSL 1.0.2 for the suites of EXPORT1024. */
static void test_weak_suites_have_their_names(void)
{
    static const struct {
        uint32_t id;
        const char *name;
        bool legacy;
    } weak[] = {{0x0003, SSL3_TXT_RSA_RC4_40_MD5, true}, {0x0004, SSL3_TXT_RSA_RC4_128_MD5, true},
        {0x0005, SSL3_TXT_RSA_RC4_128_SHA, true}, {0x0009, SSL3_TXT_RSA_DES_64_CBC_SHA, true},
        {0x000A, SSL3_TXT_RSA_DES_192_CBC3_SHA, false},
        {0x0012, SSL3_TXT_DHE_DSS_DES_64_CBC_SHA, true},
        {0x0013, SSL3_TXT_DHE_DSS_DES_192_CBC3_SHA, false},
        {0x0016, SSL3_TXT_DHE_RSA_DES_192_CBC3_SHA, false}, {0x0062, "EXP1024-DES-CBC-SHA", true},
        {0x0063, "EXP1024-DHE-DSS-DES-CBC-SHA", true}, {0x0064, "EXP1024-RC4-SHA", true}};

    for (size_t i = 0; i < sizeof(weak) / sizeof(weak[0]); i++) {
        const struct sslp_suite *suite = sslp_suite_by_name(weak[i].name, strlen(weak[i].name));

        CU_ASSERT(suite != NULL && suite->id == weak[i].id);
        CU_ASSERT(suite != NULL && sslp_suite_is_legacy(suite, NULL) == weak[i].legacy);
    }
    for (size_t i = 0; i < sslp_suite_count; i++)
        CU_ASSERT_PTR_NOT_NULL(sslp_suites[i].openssl_name);
}

static const struct named_test tests[] = {
    {"libssl and the table agree", test_libssl_and_the_table_agree},
    {"weak suites have their names", test_weak_suites_have_their_names},
};

int main(void)
{
    return RUN_TESTS("suites of libssl", NULL, NULL, tests);
}
