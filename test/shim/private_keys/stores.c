/* SPDX-License-Identifier: Apache-2.0
 *
 * The stores of the configuration, in which SslOpenPrivateKey looks for a key.
 */
#include "private_keys.h"

#include <limits.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { MAX_OBJECTS = 1024 };

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

void test_stores_are_searched(void)
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
 * pipe without a writer blocks; the alarm ends a test that does it. */
void test_pipes_and_devices_are_skipped(void)
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
void test_uris_are_read_as_libcrypto_does(void)
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

/* The pipe may hold a policy and cannot be read twice. */
void test_configuration_from_a_pipe_is_refused(void)
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
void test_searches_are_limited(void)
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

void test_attached_keys_need_no_store(void)
{
    open_with("file:/nonexistent");
    EXPECT_SUCCESS(attach_pem(&certificates[P256_KEY], keys[P256_KEY]), "attach");
    EXPECT_SUCCESS(open_key(&certificates[P256_KEY]), "attached");
    EXPECT_STATUS(open_key(&certificates[RSA_KEY]), NTE_NO_KEY, "not attached");
    close_provider();
}

/* The same where the application has the module active in its own context, and whatever else the
 * section says there. */
void test_default_context_reads_the_stores(void)
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
