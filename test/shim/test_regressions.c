/* SPDX-License-Identifier: Apache-2.0
 *
 * Uses that once went wrong: two outputs in one variable, a blob that asks for ages of work, what
 * opening and freeing leave behind, and configurations that were overlooked.  Where the default
 * library context is concerned, this program runs again with a configuration of its own;
 * test_regressions.cnf lets the legacy suites in.
 */
#include "shim/support.h"
#include "shim/support/provider.h"

#include "common/allocations.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <unistd.h>

enum { REPEATS = 50, WARM_UP = 3, DIGEST_LEN = 32 };

static const char *program;

/* ---- Outputs ---- */

/* One variable for both keys would lose one of them, and nobody could free it. */
static void test_one_variable_for_both_keys_is_refused(void)
{
    NCRYPT_KEY_HANDLE master = 0, both = GARBAGE_HANDLE;
    struct randoms randoms;

    CU_ASSERT_EQUAL_FATAL(import_master(provider, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM,
                              NCRYPT_SSL_CLIENT_FLAG, &master),
        ERROR_SUCCESS);
    EXPECT_STATUS(SslGenerateSessionKeys(provider, master, &both, &both, fill_randoms(&randoms), 0),
        NTE_INVALID_PARAMETER, "one variable");
    EXPECT(both == 0, "one variable");
    /* It comes where a NULL pointer does: after the handles, before flags and list. */
    both = GARBAGE_HANDLE;
    EXPECT_STATUS(SslGenerateSessionKeys(provider, master, &both, &both, NULL, 1),
        NTE_INVALID_PARAMETER, "one variable, and wrong flags");
    EXPECT(both == 0, "one variable, and wrong flags");
    both = GARBAGE_HANDLE;
    EXPECT_BAD_HANDLE(SslGenerateSessionKeys(provider, 0, &both, &both, NULL, 1), "no master key");
    EXPECT(both == 0, "no master key");
    EXPECT_SUCCESS(SslFreeObject(master, 0), "master key");
}

static void test_failed_enumeration_leaves_no_list(void)
{
    NCryptProviderName *list = (NCryptProviderName *)&provider;
    DWORD count = 7;

    EXPECT_STATUS(SslEnumProtocolProviders(NULL, &list, 0), NTE_INVALID_PARAMETER, "no count");
    EXPECT(list == NULL, "no count");
    EXPECT_STATUS(SslEnumProtocolProviders(&count, NULL, 0), NTE_INVALID_PARAMETER, "no list");
    EXPECT(count == 0, "no list");
    list = (NCryptProviderName *)&provider;
    count = 7;
    EXPECT_STATUS(SslEnumProtocolProviders(&count, &list, 1), NTE_BAD_FLAGS, "wrong flags");
    EXPECT(list == NULL && count == 0, "wrong flags");
}

/* ---- Blobs ---- */

/* SSL 3.0 has no extensions to negotiate RFC 7366 with. */
static void test_ssl3_has_no_encrypt_then_mac(void)
{
    NCRYPT_KEY_HANDLE key = GARBAGE_HANDLE;

    EXPECT_STATUS(import_master(provider, SSL3_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA,
                      NCRYPT_SSL_CLIENT_FLAG | NCRYPTSSL_ENCRYPT_THEN_MAC, &key),
        NTE_BAD_DATA, "SSL 3.0, encrypt-then-MAC");
    EXPECT(key == 0, "SSL 3.0, encrypt-then-MAC");
    EXPECT_SUCCESS(import_master(provider, SSL3_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA,
                       NCRYPT_SSL_CLIENT_FLAG, &key),
        "SSL 3.0");
    EXPECT_SUCCESS(SslFreeObject(key, 0), "SSL 3.0");
    EXPECT_SUCCESS(import_master(provider, TLS1_0_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA,
                       NCRYPT_SSL_CLIENT_FLAG | NCRYPTSSL_ENCRYPT_THEN_MAC, &key),
        "TLS 1.0, encrypt-then-MAC");
    EXPECT_SUCCESS(SslFreeObject(key, 0), "TLS 1.0, encrypt-then-MAC");
}

/* Where the blob holds the place in the key stream, as 64 bits little-endian (opaque_blob.c). */
enum { STREAM_OFFSET_AT = 40 };

/* Puts the place into the blob, and a digest that is right again. */
static bool patch_offset(struct opaque_blob *blob, ULONGLONG offset)
{
    const size_t len = blob->len - DIGEST_LEN;
    size_t digest_len = 0;

    for (int i = 0; i < 8; i++)
        blob->bytes[STREAM_OFFSET_AT + i] = (BYTE)(offset >> 8 * i);
    return EVP_Q_digest(NULL, "SHA256", NULL, blob->bytes, len, blob->bytes + len, &digest_len) ==
        1 &&
        digest_len == DIGEST_LEN;
}

/* RC4 can be moved on in one way only, which takes time in proportion: no blob may ask for more
 * than seconds of it.  An offset that is allowed shows that the blob is patched as it should be. */
static void test_enormous_stream_offset_is_refused(void)
{
    static const ULONGLONG too_far[] = {(UINT64_C(1) << 30) + 1, UINT64_C(1) << 31,
        UINT64_C(1) << 32, UINT64_C(1) << 63, UINT64_MAX};
    NCRYPT_KEY_HANDLE key = GARBAGE_HANDLE;
    struct opaque_blob blob;
    struct key_pair keys;

    CU_ASSERT_EQUAL_FATAL(
        make_side(provider, TLS1_2_PROTOCOL_VERSION, SUITE_RC4_SHA, NCRYPT_SSL_CLIENT_FLAG, &keys),
        ERROR_SUCCESS);
    EXPECT_SUCCESS(export_opaque(provider, keys.read, &blob), "RC4");
    EXPECT(patch_offset(&blob, 12345), "offset 12345");
    EXPECT_SUCCESS(import_opaque(provider, blob.bytes, blob.len, &key), "offset 12345");
    EXPECT_SUCCESS(SslFreeObject(key, 0), "offset 12345");
    for (size_t i = 0; i < COUNT(too_far); i++) {
        char label[32];

        snprintf(label, sizeof(label), "offset %llX", (unsigned long long)too_far[i]);
        EXPECT(patch_offset(&blob, too_far[i]), label);
        key = GARBAGE_HANDLE;
        /* The first one takes seconds where it is not refused, and the last one centuries. */
        if (!EXPECT_STATUS(
                import_opaque(provider, blob.bytes, blob.len, &key), NTE_NOT_SUPPORTED, label))
            break;
        EXPECT(key == 0, label);
    }
    free_pair(&keys);
}

/* ---- What is left behind ---- */

/* With the last handle goes the private context, and with that all that it took. */
static void open_and_free(bool use)
{
    NCRYPT_PROV_HANDLE one = 0;
    struct key_pair keys;

    CU_ASSERT_EQUAL_FATAL(SslOpenProvider(&one, NULL, 0), ERROR_SUCCESS);
    if (use) {
        EXPECT_SUCCESS(make_side(one, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM,
                           NCRYPT_SSL_CLIENT_FLAG, &keys),
            "keys");
        free_pair(&keys);
    }
    EXPECT_SUCCESS(SslFreeObject(one, 0), "provider");
}

static void test_opening_and_freeing_leaks_nothing(void)
{
    long before;

    /* The handle of the other tests would keep the private context. */
    EXPECT_SUCCESS(SslFreeObject(provider, 0), "provider of the suite");
    for (int i = 0; i < WARM_UP; i++)
        open_and_free(true);
    before = allocations_live();
    for (int i = 0; i < REPEATS; i++)
        open_and_free(i % 2 == 0);
    CU_ASSERT_EQUAL(allocations_live(), before);
    CU_ASSERT_EQUAL(SslOpenProvider(&provider, NULL, 0), ERROR_SUCCESS);
}

/* ---- Configurations, each in a process of its own ---- */

static char modules[PATH_MAX];

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s: line %d: not so: %s\n", scenario, __LINE__, #condition);          \
            return 1;                                                                              \
        }                                                                                          \
    } while (0)

/* The application restricts itself to fips=yes, which nothing of ours claims to be: handles there
 * are, but no hash for the keys, whose query is the application's. */
static int play_fips(const char *scenario)
{
    NCRYPT_PROV_HANDLE own = GARBAGE_HANDLE;
    struct key_pair keys;

    REQUIRE(SslOpenProvider(&own, NULL, 0) == ERROR_SUCCESS && own != 0);
    REQUIRE(OSSL_PROVIDER_available(NULL, "sslprovider") == 1);
    REQUIRE(EVP_default_properties_is_fips_enabled(NULL) == 1);
    REQUIRE(make_side(own, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG,
                &keys) == NTE_NOT_SUPPORTED);
    REQUIRE(keys.read == 0 && keys.write == 0);
    /* The application changes its mind, and the same handle makes keys. */
    REQUIRE(EVP_set_default_properties(NULL, "") == 1);
    REQUIRE(make_side(own, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG,
                &keys) == ERROR_SUCCESS);
    free_pair(&keys);
    REQUIRE(SslFreeObject(own, 0) == ERROR_SUCCESS);
    REQUIRE(ERR_peek_error() == 0);
    return 0;
}

/* The configuration may hold restrictions that cannot be read, so no context is opened without
 * them. */
static int play_refused(const char *scenario)
{
    for (int i = 0; i < 2; i++) {
        NCRYPT_PROV_HANDLE own = GARBAGE_HANDLE;

        REQUIRE(SslOpenProvider(&own, NULL, 0) < 0);
        REQUIRE(own == 0);
        REQUIRE(ERR_peek_error() == 0);
    }
    return 0;
}

static int play(const char *scenario)
{
    if (strcmp(scenario, "fips") == 0)
        return play_fips(scenario);
    return strcmp(scenario, "refused") == 0 ? play_refused(scenario) : 1;
}

/* Runs a scenario under an openssl.cnf that activates `default` and the module, where the module's
 * section and the algorithm section have these lines more. */
static void expect_played(const char *scenario, const char *settings, const char *algorithms)
{
    char path[] = "/tmp/ncryptssl-regressions-XXXXXX", name[PATH_MAX], argument[32];
    char *arguments[] = {name, argument, NULL};
    const int descriptor = mkstemp(path);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "w");

    if (!EXPECT(file != NULL, "configuration file"))
        return;
    fprintf(file,
        "openssl_conf = init\n[init]\nproviders = list\nalg_section = algorithms\n"
        "[list]\ndefault = default_section\nsslprovider = module_section\n"
        "[default_section]\nactivate = 1\n"
        "[module_section]\nmodule = %s/sslprovider.so\nactivate = 1\n%s\n[algorithms]\n%s\n",
        modules, settings, algorithms);
    EXPECT(fclose(file) == 0, "configuration file");
    snprintf(name, sizeof(name), "%s", program);
    snprintf(argument, sizeof(argument), "%s", scenario);
    EXPECT(run_again(arguments, path, NULL) == 0, scenario);
    unlink(path);
}

static void test_handles_work_under_a_fips_query_of_the_application(void)
{
    expect_played("fips", "", "default_properties = fips=yes");
}

static void test_refused_module_is_not_replaced(void)
{
    expect_played("refused", "legcy = yes", "");
    expect_played("refused", "legacy = maybe", "");
    expect_played("refused", "require-ems = on", "");
    expect_played("refused", "legcy = yes", "default_properties = fips=yes");
}

/* The test is <build>/test/<program>, the module <build>/ossl-modules/sslprovider.so. */
static bool find_modules(void)
{
    const char *const end = strrchr(program, '/');
    char folder[PATH_MAX] = "";
    int len;

    if (end == NULL || (program[0] != '/' && getcwd(folder, sizeof(folder)) == NULL))
        return false;
    len = snprintf(
        modules, sizeof(modules), "%s/%.*s/../ossl-modules", folder, (int)(end - program), program);
    return len > 0 && len < (int)sizeof(modules);
}

static int set_up(void)
{
    return !find_modules() || open_provider();
}

int main(int argc, char *argv[])
{
    static const struct named_test tests[] = {
        /* First, for a key that another test has lost would keep the private context. */
        TEST(test_opening_and_freeing_leaks_nothing),
        TEST(test_one_variable_for_both_keys_is_refused),
        TEST(test_failed_enumeration_leaves_no_list),
        TEST(test_ssl3_has_no_encrypt_then_mac),
        TEST(test_enormous_stream_offset_is_refused),
        TEST(test_handles_work_under_a_fips_query_of_the_application),
        TEST(test_refused_module_is_not_replaced),
    };

    if (argc == 2)
        return play(argv[1]);
    if (!allocations_install())
        return 1;
    program = argv[0];
    return RUN_TESTS("regressions", set_up, close_provider, tests);
}
