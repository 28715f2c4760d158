/* SPDX-License-Identifier: Apache-2.0
 *
 * SslOpenPrivateKey and NcryptsslAttachPrivateKey: their checks in order, every form in which a key
 * can be attached, and the stores of the configuration.  The configuration is read when the first
 * provider is opened and goes with the last handle, so each test writes one of its own.
 */
#include "shim/support.h"
#include "shim/support/certificates.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { KEYS = 4, PATH_LEN = 256, MAX_ATTACHED = 1024, MAX_OBJECTS = 1024 };
enum { RSA_KEY, P256_KEY, P384_KEY, DSA_KEY };

static const char *const key_names[KEYS] = {"RSA", "P-256", "P-384", "DSA"};

static const char *program;
static char folder[] = "/tmp/ncryptssl-keys-XXXXXX";
static EVP_PKEY *keys[KEYS], *other_rsa;
static CERT_CONTEXT certificates[KEYS];
static NCRYPT_PROV_HANDLE provider;

/* ---- Files and configuration ---- */

static const char *path_of(const char *name)
{
    static char path[PATH_LEN];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

/* The cipher is NULL for a key in clear. */
static void write_key(const char *name, EVP_PKEY *key, const EVP_CIPHER *cipher)
{
    BIO *file = BIO_new_file(path_of(name), "w");
    char passphrase[] = "secret";

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL(PEM_write_bio_PKCS8PrivateKey(
                        file, key, cipher, NULL, 0, NULL, cipher == NULL ? NULL : passphrase),
        1);
    BIO_free(file);
}

static void write_text(const char *name, const char *text)
{
    FILE *file = fopen(path_of(name), "w");

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
}

/* Opens a provider with `private-keys` as given; NULL for no configuration. */
static void open_with(const char *stores)
{
    char text[4 * PATH_LEN];

    if (stores != NULL) {
        snprintf(text, sizeof(text), "[ncryptssl]\nprivate-keys = %s\n", stores);
        write_text("openssl.cnf", text);
    }
    setenv("OPENSSL_CONF", stores != NULL ? path_of("openssl.cnf") : "/dev/null", 1);
    CU_ASSERT_EQUAL_FATAL(SslOpenProvider(&provider, NULL, 0), ERROR_SUCCESS);
}

static void close_provider(void)
{
    CU_ASSERT_EQUAL(SslFreeObject(provider, 0), ERROR_SUCCESS);
    provider = 0;
}

/* ---- Calls ---- */

/* A handle that signs holds a private key; test_signatures looks at the signatures themselves. */
static bool can_sign(NCRYPT_KEY_HANDLE handle)
{
    BYTE digest[32] = {1, 2, 3}, signature[512];
    DWORD len = 0;

    return SslSignHash(provider, handle, digest, sizeof(digest), signature, sizeof(signature), &len,
               0) == ERROR_SUCCESS &&
        len > 0;
}

static SECURITY_STATUS open_key(const CERT_CONTEXT *certificate)
{
    NCRYPT_KEY_HANDLE handle = GARBAGE_HANDLE;
    const SECURITY_STATUS status = SslOpenPrivateKey(provider, &handle, certificate, 0);

    CU_ASSERT_EQUAL(ERR_peek_error(), 0);
    if (status != ERROR_SUCCESS) {
        CU_ASSERT_EQUAL(handle, 0);
        return status;
    }
    CU_ASSERT(can_sign(handle));
    CU_ASSERT_EQUAL(SslFreeObject(handle, 0), ERROR_SUCCESS);
    return status;
}

static SECURITY_STATUS attach(const CERT_CONTEXT *certificate, const void *bytes, size_t len)
{
    const SECURITY_STATUS status =
        NcryptsslAttachPrivateKey(provider, certificate, bytes, (DWORD)len, 0);

    CU_ASSERT_EQUAL(ERR_peek_error(), 0);
    return status;
}

static SECURITY_STATUS attach_bio(const CERT_CONTEXT *certificate, BIO *bio)
{
    char *text = NULL;
    const long len = BIO_get_mem_data(bio, &text);
    SECURITY_STATUS status;

    CU_ASSERT(len > 0);
    status = attach(certificate, text, (size_t)len);
    BIO_free(bio);
    return status;
}

static SECURITY_STATUS attach_pem(const CERT_CONTEXT *certificate, EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());

    CU_ASSERT(PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL));
    return attach_bio(certificate, bio);
}

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

static void test_what_is_no_certificate_is_bad_data(void)
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

static void test_other_objects_beside_the_key_do_no_harm(void)
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
static void test_attached_keys_go_with_the_last_handle(void)
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

static void test_attached_keys_are_bounded(void)
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

static void test_other_algorithms_have_no_native_form(void)
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

/* ---- Stores ---- */

static void fill_folder(void)
{
    PKCS12 *pkcs12 = PKCS12_create("secret", NULL, keys[DSA_KEY], NULL, NULL, 0, 0, 0, 0, 0);
    FILE *file;

    mkdir(path_of("store"), 0700);
    mkdir(path_of("store/inner"), 0700);
    write_text("store/a-note.txt", "no key\n");
    write_text("store/b-empty", "");
    write_text(
        "store/c-broken.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    write_key("store/d-other.pem", other_rsa, NULL);
    write_key("store/e-locked.pem", keys[P256_KEY], EVP_aes_128_cbc());
    file = fopen(path_of("store/f-locked.p12"), "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT(i2d_PKCS12_fp(file, pkcs12));
    fclose(file);
    write_key("store/g-p384.pem", keys[P384_KEY], NULL);
    write_key("store/h-rsa.pem", keys[RSA_KEY], NULL);
    write_key("store/inner/p256.pem", keys[P256_KEY], NULL);
    PKCS12_free(pkcs12);
}

static void empty_folder(void)
{
    static const char *const names[] = {"store/a-note.txt", "store/b-empty", "store/c-broken.pem",
        "store/d-other.pem", "store/e-locked.pem", "store/f-locked.p12", "store/g-p384.pem",
        "store/h-rsa.pem", "store/inner/p256.pem"};

    for (size_t i = 0; i < COUNT(names); i++)
        CU_ASSERT_EQUAL(unlink(path_of(names[i])), 0);
    rmdir(path_of("store/inner"));
    rmdir(path_of("store"));
}

/* Bit i of `wanted`: the key of certificate i is found. */
static void expect_found(const char *stores, unsigned wanted)
{
    open_with(stores);
    for (unsigned i = 0; i < KEYS; i++)
        EXPECT_STATUS(open_key(&certificates[i]),
            (wanted >> i & 1) != 0 ? ERROR_SUCCESS : NTE_NO_KEY, stores);
    close_provider();
}

static void test_stores_are_searched(void)
{
    const unsigned rsa = 1U << RSA_KEY, p256 = 1U << P256_KEY, p384 = 1U << P384_KEY;
    char stores[4 * PATH_LEN];

    fill_folder();
    snprintf(stores, sizeof(stores), "file:%s/store", folder);
    expect_found(stores, rsa | p384);
    snprintf(stores, sizeof(stores), "file://%s/store", folder);
    expect_found(stores, rsa | p384);
    snprintf(stores, sizeof(stores), "%s/store", folder);
    expect_found(stores, rsa | p384);
    snprintf(stores, sizeof(stores), "file:%s/store/h-rsa.pem", folder);
    expect_found(stores, rsa);
    snprintf(stores, sizeof(stores), " , file:%s/store/inner ,, file:%s/store,", folder, folder);
    expect_found(stores, rsa | p256 | p384);
    snprintf(stores, sizeof(stores),
        "file:/nonexistent, pkcs11:token=none, nonsense:x, %s/store/inner/p256.pem", folder);
    expect_found(stores, p256);
    expect_found("", 0);
    empty_folder();
}

/* A folder of what cannot be read, and a key. */
static void fill_with_special_files(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char target[PATH_LEN];
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);

    mkdir(path_of("store"), 0700);
    CU_ASSERT_EQUAL_FATAL(mkfifo(path_of("store/a-pipe"), 0600), 0);
    CU_ASSERT_FATAL(strlen(path_of("store/a-socket")) < sizeof(address.sun_path));
    strcpy(address.sun_path, path_of("store/a-socket"));
    CU_ASSERT_EQUAL(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    close(listener);
    snprintf(target, sizeof(target), "%s", path_of("store/a-pipe"));
    CU_ASSERT_EQUAL(symlink(target, path_of("store/b-link")), 0);
    CU_ASSERT_EQUAL(symlink("/dev/zero", path_of("store/b-device")), 0);
    CU_ASSERT_EQUAL(symlink("nothing", path_of("store/b-dangling")), 0);
    CU_ASSERT_EQUAL(symlink("b-loop", path_of("store/b-loop")), 0);
    write_key("store/c-hidden.pem", keys[P384_KEY], NULL);
    CU_ASSERT_EQUAL(chmod(path_of("store/c-hidden.pem"), 0), 0);
    write_key("store/d-rsa.pem", keys[RSA_KEY], NULL);
}

static void empty_special_files(void)
{
    static const char *const names[] = {"store/a-pipe", "store/a-socket", "store/b-link",
        "store/b-device", "store/b-dangling", "store/b-loop", "store/c-hidden.pem",
        "store/d-rsa.pem"};

    for (size_t i = 0; i < COUNT(names); i++)
        CU_ASSERT_EQUAL(unlink(path_of(names[i])), 0);
    rmdir(path_of("store"));
}

/* Every spelling of the URI of a file on this host (RFC 3986 section 3.1, RFC 8089).  Opening a
 * pipe that nobody writes to would take for ever; the alarm ends a test that does. */
static void test_pipes_are_passed_over(void)
{
    static const char *const prefixes[] = {
        "", "file:", "FILE:", "fIlE:", "file://", "file://localhost", "File://LocalHost"};
    char stores[4 * PATH_LEN];
    /* The superuser can read every file. */
    const unsigned wanted = 1U << RSA_KEY | (geteuid() == 0 ? 1U << P384_KEY : 0);

    fill_with_special_files();
    alarm(60);
    for (size_t i = 0; i < COUNT(prefixes); i++) {
        snprintf(stores, sizeof(stores), "%s%s/store", prefixes[i], folder);
        expect_found(stores, wanted);
        snprintf(stores, sizeof(stores), "%s%s/store/a-pipe, %s%s/store/d-rsa.pem", prefixes[i],
            folder, prefixes[i], folder);
        expect_found(stores, 1U << RSA_KEY);
        snprintf(stores, sizeof(stores), "%s%s/store/b-link, %s%s/store/b-device", prefixes[i],
            folder, prefixes[i], folder);
        expect_found(stores, 0);
    }
    alarm(0);
    empty_special_files();
}

/* As libcrypto's loader has it: other hosts and relative paths are none, and nothing is decoded; a
 * path that looks like a URI is a path. */
static void test_uris_are_read_as_libcrypto_does(void)
{
    char stores[4 * PATH_LEN];
    char *before = getcwd(NULL, 0);

    CU_ASSERT_PTR_NOT_NULL_FATAL(before);
    write_key("a%2Db.pem", keys[P256_KEY], NULL);
    write_key("file:x.pem", keys[P384_KEY], NULL);
    write_key("other:x.pem", keys[RSA_KEY], NULL);
    CU_ASSERT_EQUAL(chdir(folder), 0);
    snprintf(stores, sizeof(stores), "file://localhost%s/a%%2Db.pem", folder);
    expect_found(stores, 1U << P256_KEY);
    snprintf(stores, sizeof(stores), "file://elsewhere%s/a%%2Db.pem, file:a%%2Db.pem", folder);
    expect_found(stores, 0);
    expect_found("a%2Db.pem", 1U << P256_KEY);
    expect_found("file:x.pem, other:x.pem", 1U << P384_KEY | 1U << RSA_KEY);
    CU_ASSERT_EQUAL(chdir(before), 0);
    free(before);
    unlink(path_of("a%2Db.pem"));
    unlink(path_of("file:x.pem"));
    unlink(path_of("other:x.pem"));
}

/* It may hold a policy, and cannot be read a second time. */
static void test_configuration_from_a_pipe_is_refused(void)
{
    CU_ASSERT_EQUAL_FATAL(mkfifo(path_of("pipe.cnf"), 0600), 0);
    setenv("OPENSSL_CONF", path_of("pipe.cnf"), 1);
    alarm(60);
    EXPECT_STATUS(SslOpenProvider(&provider, NULL, 0), NTE_FAIL, "pipe");
    CU_ASSERT_EQUAL(provider, 0);
    alarm(0);
    unlink(path_of("pipe.cnf"));
}

/* A search looks at 1024 objects and no more. */
static void test_searches_are_bounded(void)
{
    char stores[2 * PATH_LEN];

    snprintf(stores, sizeof(stores), "file:%s/many.pem", folder);
    for (int others = MAX_OBJECTS - 1; others <= MAX_OBJECTS; others++) {
        BIO *file = BIO_new_file(path_of("many.pem"), "w");

        CU_ASSERT_PTR_NOT_NULL_FATAL(file);
        for (int i = 0; i < others; i++)
            PEM_write_bio_PrivateKey(file, keys[P384_KEY], NULL, NULL, 0, NULL, NULL);
        PEM_write_bio_PrivateKey(file, keys[P256_KEY], NULL, NULL, 0, NULL, NULL);
        BIO_free(file);
        open_with(stores);
        EXPECT_STATUS(open_key(&certificates[P256_KEY]),
            others < MAX_OBJECTS ? ERROR_SUCCESS : NTE_NO_KEY, "many");
        close_provider();
    }
    unlink(path_of("many.pem"));
}

static void test_attached_keys_need_no_store(void)
{
    open_with("file:/nonexistent");
    EXPECT_SUCCESS(attach_pem(&certificates[P256_KEY], keys[P256_KEY]), "attach");
    EXPECT_SUCCESS(open_key(&certificates[P256_KEY]), "attached");
    EXPECT_STATUS(open_key(&certificates[RSA_KEY]), NTE_NO_KEY, "not attached");
    close_provider();
}

/* The same where the application has the module active in its own context, and whatever else the
 * section says there. */
static void test_default_context_reads_the_stores_too(void)
{
    const char *const slash = strrchr(program, '/');
    char modules[PATH_MAX], text[2 * PATH_LEN];
    OSSL_PROVIDER *standard, *module;

    /* The test is <build>/test/<program>, the module <build>/ossl-modules/sslprovider.so. */
    snprintf(modules, sizeof(modules), "%.*s/../ossl-modules",
        slash == NULL ? 1 : (int)(slash - program), slash == NULL ? "." : program);
    OSSL_PROVIDER_set_default_search_path(NULL, modules);
    standard = OSSL_PROVIDER_load(NULL, "default");
    module = OSSL_PROVIDER_load(NULL, "sslprovider");
    CU_ASSERT_PTR_NOT_NULL_FATAL(module);
    write_key("p256.pem", keys[P256_KEY], NULL);
    snprintf(text, sizeof(text), "x\nnonsense = yes\nprivate-keys = file:%s/p256.pem", folder);
    open_with(text);
    EXPECT_SUCCESS(open_key(&certificates[P256_KEY]), "default context");
    EXPECT_STATUS(open_key(&certificates[RSA_KEY]), NTE_NO_KEY, "default context");
    EXPECT_SUCCESS(attach_pem(&certificates[RSA_KEY], keys[RSA_KEY]), "default context");
    EXPECT_SUCCESS(open_key(&certificates[RSA_KEY]), "default context");
    close_provider();
    unlink(path_of("p256.pem"));
    OSSL_PROVIDER_unload(module);
    OSSL_PROVIDER_unload(standard);
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
        TEST(test_what_is_no_certificate_is_bad_data),
        TEST(test_attach_checks_in_order),
        TEST(test_wrong_keys_are_not_attached),
        TEST(test_truncated_keys_are_bad_data),
        TEST(test_every_form_of_a_key_is_attached),
        TEST(test_other_objects_beside_the_key_do_no_harm),
        TEST(test_attached_keys_go_with_the_last_handle),
        TEST(test_attached_keys_are_bounded),
        TEST(test_other_algorithms_have_no_native_form),
        TEST(test_threads_attach_and_open),
        TEST(test_stores_are_searched),
        TEST(test_pipes_are_passed_over),
        TEST(test_uris_are_read_as_libcrypto_does),
        TEST(test_configuration_from_a_pipe_is_refused),
        TEST(test_searches_are_bounded),
        TEST(test_attached_keys_need_no_store),
        TEST(test_default_context_reads_the_stores_too),
    };

    (void)argc;
    program = argv[0];
    return RUN_TESTS("private keys", set_up, tear_down, tests);
}
