/* SPDX-License-Identifier: Apache-2.0
 *
 * SslOpenPrivateKey and NcryptsslAttachPrivateKey: their checks in order, every form in which a key
 * can be attached, and the stores of the configuration (private_keys/stores.c).  The configuration
 * is read when the first provider is opened and goes with the last handle, so each test writes one
 * of its own.
 */
#include "private_keys/private_keys.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <unistd.h>

enum { MAX_ATTACHED = 1024 };

/* ---- Arguments ---- */

static void test_open_checks_in_order(void)
{
    CERT_CONTEXT bad = certificates[RSA_KEY];
    NCRYPT_KEY_HANDLE handle = GARBAGE_HANDLE;

    open_with(NULL);
    EXPECT_BAD_HANDLE(SslOpenPrivateKey(0, &handle, NULL, 1), "no provider");
    CU_ASSERT_EQUAL(handle, 0);
    EXPECT_BAD_HANDLE(SslOpenPrivateKey(0, NULL, NULL, 1), "no provider, no output");
    EXPECT_STATUS(SslOpenPrivateKey(provider, NULL, &bad, 1), NTE_INVALID_PARAMETER, "no output");
    EXPECT_STATUS(
        SslOpenPrivateKey(provider, &handle, NULL, 1), NTE_INVALID_PARAMETER, "no certificate");
    bad.pbCertEncoded = NULL;
    EXPECT_STATUS(SslOpenPrivateKey(provider, &handle, &bad, 1), NTE_INVALID_PARAMETER, "no DER");
    bad = certificates[RSA_KEY];
    bad.cbCertEncoded = 0;
    EXPECT_STATUS(SslOpenPrivateKey(provider, &handle, &bad, 1), NTE_INVALID_PARAMETER, "length 0");
    for (DWORD bit = 0; bit < 32; bit++) {
        handle = GARBAGE_HANDLE;
        bad.cbCertEncoded = certificates[RSA_KEY].cbCertEncoded - (bit == 6 ? 0 : 1);
        EXPECT_STATUS(SslOpenPrivateKey(provider, &handle, &bad, 1U << bit),
            bit == 6 ? NTE_NO_KEY : NTE_BAD_FLAGS, "flags");
        CU_ASSERT_EQUAL(handle, 0);
    }
    bad.cbCertEncoded = certificates[RSA_KEY].cbCertEncoded;
    EXPECT_STATUS(open_key(&bad), NTE_NO_KEY, "no key");
    close_provider();
}

static void test_malformed_certificate_is_bad_data(void)
{
    CERT_CONTEXT bad = certificates[P256_KEY];
    BYTE longer[2048];

    open_with(NULL);
    for (bad.cbCertEncoded = 1; bad.cbCertEncoded < certificates[P256_KEY].cbCertEncoded;
         bad.cbCertEncoded++)
        EXPECT_STATUS(open_key(&bad), NTE_BAD_DATA, "truncated");
    memcpy(longer, bad.pbCertEncoded, bad.cbCertEncoded);
    longer[bad.cbCertEncoded++] = 0;
    bad.pbCertEncoded = longer;
    EXPECT_STATUS(open_key(&bad), NTE_BAD_DATA, "too long");
    EXPECT_STATUS(attach_pem(&bad, keys[P256_KEY]), NTE_BAD_DATA, "too long");
    close_provider();
}

static void test_attach_checks_in_order(void)
{
    const CERT_CONTEXT *good = &certificates[RSA_KEY];
    const BYTE junk[] = {1, 2, 3};
    CERT_CONTEXT bad = *good;

    open_with(NULL);
    EXPECT_BAD_HANDLE(NcryptsslAttachPrivateKey(0, NULL, NULL, 0, 1), "no provider");
    EXPECT_STATUS(NcryptsslAttachPrivateKey(provider, NULL, junk, 3, 1), NTE_INVALID_PARAMETER,
        "no certificate");
    EXPECT_STATUS(
        NcryptsslAttachPrivateKey(provider, good, NULL, 3, 1), NTE_INVALID_PARAMETER, "no key");
    EXPECT_STATUS(
        NcryptsslAttachPrivateKey(provider, good, junk, 0, 1), NTE_INVALID_PARAMETER, "empty key");
    bad.cbCertEncoded = 0;
    EXPECT_STATUS(NcryptsslAttachPrivateKey(provider, &bad, junk, 3, 1), NTE_INVALID_PARAMETER,
        "empty certificate");
    bad.cbCertEncoded = 3;
    EXPECT_STATUS(NcryptsslAttachPrivateKey(provider, &bad, junk, 3, 1), NTE_BAD_FLAGS, "flags");
    EXPECT_STATUS(attach_pem(&bad, keys[RSA_KEY]), NTE_BAD_DATA, "certificate");
    EXPECT_STATUS(attach(good, junk, sizeof(junk)), NTE_BAD_DATA, "key");
    close_provider();
}

/* ---- Attached keys ---- */

/* PKCS #8 and the traditional form, in PEM and in DER. */
static BIO *encode(EVP_PKEY *key, unsigned form)
{
    BIO *bio = BIO_new(BIO_s_mem());

    switch (form) {
    case 0:
        CU_ASSERT(PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL));
        break;
    case 1:
        CU_ASSERT(PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0, NULL, NULL));
        break;
    case 2:
        CU_ASSERT(i2d_PKCS8PrivateKey_bio(bio, key, NULL, NULL, 0, NULL, NULL));
        break;
    default:
        CU_ASSERT(i2d_PrivateKey_bio(bio, key));
        break;
    }
    return bio;
}

static void test_every_form_of_a_key_is_attached(void)
{
    for (unsigned form = 0; form < 4; form++) {
        open_with(NULL);
        for (size_t i = 0; i < KEYS; i++) {
            EXPECT_STATUS(open_key(&certificates[i]), NTE_NO_KEY, key_names[i]);
            EXPECT_SUCCESS(attach_bio(&certificates[i], encode(keys[i], form)), key_names[i]);
            EXPECT_SUCCESS(open_key(&certificates[i]), key_names[i]);
        }
        close_provider();
    }
}

static void test_other_objects_beside_the_key_are_ignored(void)
{
    BIO *bio = BIO_new(BIO_s_mem());
    const unsigned char *der = certificates[P256_KEY].pbCertEncoded;
    X509 *certificate = d2i_X509(NULL, &der, (long)certificates[P256_KEY].cbCertEncoded);

    open_with(NULL);
    BIO_puts(bio, "a line of text\n");
    CU_ASSERT(PEM_write_bio_Parameters(bio, keys[P256_KEY]));
    CU_ASSERT(PEM_write_bio_X509(bio, certificate));
    CU_ASSERT(PEM_write_bio_PrivateKey(bio, keys[P384_KEY], NULL, NULL, 0, NULL, NULL));
    CU_ASSERT(PEM_write_bio_PrivateKey_traditional(bio, keys[P256_KEY], NULL, NULL, 0, NULL, NULL));
    BIO_puts(bio, "another\n");
    EXPECT_SUCCESS(attach_bio(&certificates[P256_KEY], bio), "bundle");
    EXPECT_SUCCESS(open_key(&certificates[P256_KEY]), "bundle");
    X509_free(certificate);
    close_provider();
}

static void test_wrong_keys_are_not_attached(void)
{
    BIO *bio;
    char passphrase[] = "secret";

    open_with(NULL);
    for (size_t i = 0; i < KEYS; i++)
        EXPECT_STATUS(attach_pem(&certificates[i], keys[(i + 1) % KEYS]), NTE_BAD_KEY, "another");
    EXPECT_STATUS(attach_pem(&certificates[RSA_KEY], other_rsa), NTE_BAD_KEY, "another of RSA");
    for (size_t i = 0; i < KEYS; i++) {
        bio = BIO_new(BIO_s_mem());
        CU_ASSERT(PEM_write_bio_PUBKEY(bio, keys[i]));
        EXPECT_STATUS(attach_bio(&certificates[i], bio), NTE_BAD_DATA, "public key in PEM");
        bio = BIO_new(BIO_s_mem());
        CU_ASSERT(i2d_PUBKEY_bio(bio, keys[i]));
        EXPECT_STATUS(attach_bio(&certificates[i], bio), NTE_BAD_DATA, "public key in DER");
        bio = BIO_new(BIO_s_mem());
        CU_ASSERT(PEM_write_bio_PKCS8PrivateKey(
            bio, keys[i], EVP_aes_128_cbc(), NULL, 0, NULL, passphrase));
        EXPECT_STATUS(attach_bio(&certificates[i], bio), NTE_BAD_DATA, "encrypted PKCS #8");
        bio = BIO_new(BIO_s_mem());
        CU_ASSERT(PEM_write_bio_PrivateKey_traditional(
            bio, keys[i], EVP_aes_128_cbc(), NULL, 0, NULL, passphrase));
        EXPECT_STATUS(attach_bio(&certificates[i], bio), NTE_BAD_DATA, "encrypted traditional");
        EXPECT_STATUS(open_key(&certificates[i]), NTE_NO_KEY, key_names[i]);
    }
    close_provider();
}

static void test_truncated_keys_are_bad_data(void)
{
    BIO *bio = encode(keys[P256_KEY], 2);
    char *der = NULL;
    const long len = BIO_get_mem_data(bio, &der);

    open_with(NULL);
    for (long part = 1; part < len; part++)
        EXPECT_STATUS(attach(&certificates[P256_KEY], der, (size_t)part), NTE_BAD_DATA, "part");
    BIO_free(bio);
    close_provider();
}

/* Attached keys belong to all provider handles and live as long as any handle. */
static void test_attached_keys_end_with_the_last_handle(void)
{
    NCRYPT_PROV_HANDLE first;
    NCRYPT_KEY_HANDLE key = 0;

    open_with(NULL);
    first = provider;
    EXPECT_SUCCESS(attach_pem(&certificates[P256_KEY], keys[P256_KEY]), "attach");
    EXPECT_SUCCESS(attach_pem(&certificates[P256_KEY], keys[P256_KEY]), "attach again");
    CU_ASSERT_EQUAL_FATAL(SslOpenProvider(&provider, NULL, 0), ERROR_SUCCESS);
    SslFreeObject(first, 0);
    EXPECT_SUCCESS(SslOpenPrivateKey(provider, &key, &certificates[P256_KEY], 0), "open");
    close_provider();
    open_with(NULL);
    EXPECT_SUCCESS(open_key(&certificates[P256_KEY]), "kept by a key");
    close_provider();
    EXPECT_SUCCESS(SslFreeObject(key, 0), "free");
    open_with(NULL);
    EXPECT_STATUS(open_key(&certificates[P256_KEY]), NTE_NO_KEY, "gone");
    close_provider();
}

static void test_number_of_attached_keys_is_limited(void)
{
    BIO *bio = encode(keys[P256_KEY], 2);
    char *der = NULL;
    const size_t len = (size_t)BIO_get_mem_data(bio, &der);

    open_with(NULL);
    for (long i = 0; i <= MAX_ATTACHED; i++) {
        CERT_CONTEXT certificate = make_certificate(keys[P256_KEY], 1000 + i);

        EXPECT_STATUS(attach(&certificate, der, len),
            i < MAX_ATTACHED ? ERROR_SUCCESS : NTE_NO_MEMORY, "bound");
        if (i == MAX_ATTACHED - 1)
            EXPECT_SUCCESS(attach(&certificate, der, len), "again");
        free_certificate(&certificate);
    }
    BIO_free(bio);
    close_provider();
}

static void test_algorithms_without_native_form_are_not_supported(void)
{
    EVP_PKEY *key = make_key("ED25519");
    CERT_CONTEXT certificate = make_certificate(key, 1);

    open_with(NULL);
    EXPECT_STATUS(open_key(&certificate), NTE_NO_KEY, "Ed25519");
    EXPECT_SUCCESS(attach_pem(&certificate, key), "Ed25519");
    EXPECT_STATUS(open_key(&certificate), NTE_NOT_SUPPORTED, "Ed25519");
    close_provider();
    free_certificate(&certificate);
    EVP_PKEY_free(key);
}

static void *use_from_thread(void *data)
{
    const size_t i = *(const size_t *)data;
    SECURITY_STATUS status = ERROR_SUCCESS;
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    long len;

    PEM_write_bio_PKCS8PrivateKey(bio, keys[i], NULL, NULL, 0, NULL, NULL);
    len = BIO_get_mem_data(bio, &text);
    for (int round = 0; status == ERROR_SUCCESS && round < 20; round++) {
        NCRYPT_KEY_HANDLE key = 0;

        status = NcryptsslAttachPrivateKey(
            provider, &certificates[i], (const BYTE *)text, (DWORD)len, 0);
        if (status == ERROR_SUCCESS)
            status = SslOpenPrivateKey(provider, &key, &certificates[i], 0);
        SslFreeObject(key, 0);
    }
    BIO_free(bio);
    return status == ERROR_SUCCESS ? data : NULL;
}

static void test_threads_attach_and_open(void)
{
    static const size_t index[] = {0, 1, 2, 3, 0, 1};
    pthread_t threads[COUNT(index)];

    open_with(NULL);
    for (size_t i = 0; i < COUNT(index); i++)
        CU_ASSERT_EQUAL(
            pthread_create(&threads[i], NULL, use_from_thread, (void *)(uintptr_t)&index[i]), 0);
    for (size_t i = 0; i < COUNT(index); i++) {
        void *result = NULL;

        pthread_join(threads[i], &result);
        CU_ASSERT_PTR_NOT_NULL(result);
    }
    close_provider();
}

/* ---- The program ---- */

static int set_up(void)
{
    if (mkdtemp(folder) == NULL)
        return 1;
    other_rsa = make_key("RSA");
    for (size_t i = 0; i < KEYS; i++) {
        keys[i] = make_key(key_names[i]);
        if (keys[i] == NULL)
            return 1;
        certificates[i] = make_certificate(keys[i], 1);
        if (certificates[i].cbCertEncoded == 0)
            return 1;
    }
    return other_rsa == NULL;
}

static int tear_down(void)
{
    for (size_t i = 0; i < KEYS; i++) {
        free_certificate(&certificates[i]);
        EVP_PKEY_free(keys[i]);
    }
    EVP_PKEY_free(other_rsa);
    return unlink(path_of("openssl.cnf")) != 0 || rmdir(folder) != 0;
}

int main(int argc, char *argv[])
{
    static const struct named_test tests[] = {
        TEST(test_open_checks_in_order),
        TEST(test_malformed_certificate_is_bad_data),
        TEST(test_attach_checks_in_order),
        TEST(test_wrong_keys_are_not_attached),
        TEST(test_truncated_keys_are_bad_data),
        TEST(test_every_form_of_a_key_is_attached),
        TEST(test_other_objects_beside_the_key_are_ignored),
        TEST(test_attached_keys_end_with_the_last_handle),
        TEST(test_number_of_attached_keys_is_limited),
        TEST(test_algorithms_without_native_form_are_not_supported),
        TEST(test_threads_attach_and_open),
        TEST(test_stores_are_searched),
        TEST(test_pipes_and_devices_are_skipped),
        TEST(test_uris_are_read_as_libcrypto_does),
        TEST(test_configuration_from_a_pipe_is_refused),
        TEST(test_searches_are_limited),
        TEST(test_attached_keys_need_no_store),
        TEST(test_default_context_reads_the_stores),
    };

    (void)argc;
    program = argv[0];
    return RUN_TESTS("private keys", set_up, tear_down, tests);
}
