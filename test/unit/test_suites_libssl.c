/* SPDX-License-Identifier: Apache-2.0
 *
 * Every suite that libssl can name, as `openssl ciphers -stdname ALL:COMPLEMENTOFALL` does: it is
 * in the table, and libssl says the same of it.
 */
#include "schedule/suite.h"
#include "unit/run_tests.h"

#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>

/* What OpenSSL 3.0 and 4.0 have as distributions build them; a builder may leave some out. */
enum { AT_LEAST = 120 };

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

static const int digests[SSLP_HASH_COUNT] = {NID_undef, NID_md5, NID_sha1, NID_sha256, NID_sha384};

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

    return nid == digests[ours->prf] || (nid == NID_md5_sha1 && ours->prf == SSLP_HASH_SHA256);
}

/* The cipher by its number, which libssl knows for those of the legacy provider, too. */
static bool cipher_agrees(const SSL_CIPHER *theirs, const struct sslp_suite *ours)
{
    EVP_CIPHER *evp;
    bool agrees;

    if (ours->cipher->name == NULL)
        return SSL_CIPHER_get_cipher_nid(theirs) == NID_undef;
    evp = EVP_CIPHER_fetch(NULL, ours->cipher->name, NULL);
    agrees = evp == NULL || EVP_CIPHER_get_nid(evp) == SSL_CIPHER_get_cipher_nid(theirs);
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

static void test_libssl_and_the_table_agree(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    const STACK_OF(SSL_CIPHER) * suites;
    int tls13 = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(context);
    CU_ASSERT(SSL_CTX_set_cipher_list(context, "ALL:COMPLEMENTOFALL:@SECLEVEL=0") == 1);
    CU_ASSERT(SSL_CTX_set_ciphersuites(context,
                  "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:"
                  "TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256") == 1);
    suites = SSL_CTX_get_ciphers(context);
    for (int i = 0; i < sk_SSL_CIPHER_num(suites); i++) {
        const SSL_CIPHER *suite = sk_SSL_CIPHER_value(suites, i);

        check_suite(suite);
        tls13 += strcmp(SSL_CIPHER_get_version(suite), "TLSv1.3") == 0;
    }
    printf("\n    %d suites of libssl, %zu in the table\n  ", sk_SSL_CIPHER_num(suites),
        sslp_suite_count);
    CU_ASSERT(sk_SSL_CIPHER_num(suites) >= AT_LEAST);
    CU_ASSERT_EQUAL(tls13, 5);
    SSL_CTX_free(context);
}

static const struct unit_test tests[] = {
    {"libssl and the table agree", test_libssl_and_the_table_agree},
};

int main(void)
{
    return RUN_TESTS("suites of libssl", NULL, NULL, tests);
}
