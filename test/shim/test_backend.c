/* SPDX-License-Identifier: Apache-2.0
 *
 * Which library context is behind a provider handle, and what the configuration does to it (README,
 * "Configuration").  The configuration of a process is read once, so every case is a run of this
 * program with a file and a scenario of its own.  What tells the settings apart is TLS 1.2 with a
 * NULL cipher: it is allowed with `legacy = yes` alone and needs nothing from other providers.
 */
#include "shim/support.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <unistd.h>

enum { PASSED = 0, FAILED = 1 };

static const char *program;
static char folder[] = "/tmp/ncryptssl-backend-XXXXXX";
static char configuration[sizeof(folder) + 16];
static char modules[PATH_MAX];

/* ---- Scenarios, each in a process of its own ---- */

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s: line %d: not so: %s\n", scenario, __LINE__, #condition);          \
            return FAILED;                                                                         \
        }                                                                                          \
    } while (0)

/* Makes both keys of a suite and uses them once. */
static SECURITY_STATUS use(NCRYPT_PROV_HANDLE provider, DWORD protocol, DWORD suite)
{
    BYTE plain[16] = {1}, record[128];
    struct key_pair keys;
    DWORD len = 0;
    SECURITY_STATUS status = make_side(provider, protocol, suite, NCRYPT_SSL_CLIENT_FLAG, &keys);

    if (status != ERROR_SUCCESS)
        return keys.read == 0 && keys.write == 0 ? status : NTE_INTERNAL_ERROR;
    status = SslEncryptPacket(provider, keys.write, plain, sizeof(plain), record, sizeof(record),
        &len, 0, CT_APPLICATIONDATA, 0);
    free_pair(&keys);
    return status;
}

static SECURITY_STATUS use_null_cipher(NCRYPT_PROV_HANDLE provider)
{
    return use(provider, TLS1_2_PROTOCOL_VERSION, SUITE_NULL_SHA256);
}

/* The shim must leave no error of OpenSSL behind in the queue of the caller. */
static int opens(const char *scenario, bool in_default_context, bool legacy)
{
    NCRYPT_PROV_HANDLE provider = 0, other = 0;

    REQUIRE(SslOpenProvider(&provider, NULL, 0) == ERROR_SUCCESS && provider != 0);
    REQUIRE(OSSL_PROVIDER_available(NULL, "sslprovider") == in_default_context);
    REQUIRE(use(provider, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM) == ERROR_SUCCESS);
    REQUIRE(use_null_cipher(provider) == (legacy ? ERROR_SUCCESS : NTE_NOT_SUPPORTED));
    /* A second handle shares the settings; after the last one all is made anew. */
    REQUIRE(SslOpenProvider(&other, NULL, 0) == ERROR_SUCCESS);
    REQUIRE(SslFreeObject(provider, 0) == ERROR_SUCCESS);
    REQUIRE(use_null_cipher(other) == (legacy ? ERROR_SUCCESS : NTE_NOT_SUPPORTED));
    REQUIRE(SslFreeObject(other, 0) == ERROR_SUCCESS);
    REQUIRE(SslOpenProvider(&provider, NULL, 0) == ERROR_SUCCESS);
    REQUIRE(use(provider, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM) == ERROR_SUCCESS);
    REQUIRE(SslFreeObject(provider, 0) == ERROR_SUCCESS);
    REQUIRE(ERR_peek_error() == 0);
    return PASSED;
}

static int refuses_to_open(const char *scenario)
{
    for (int i = 0; i < 3; i++) {
        NCRYPT_PROV_HANDLE provider = GARBAGE_HANDLE;

        REQUIRE(SslOpenProvider(&provider, NULL, 0) < 0);
        REQUIRE(provider == 0);
        REQUIRE(ERR_peek_error() == 0);
    }
    return PASSED;
}

/* Under a property query that no hash meets there are no keys, by whatever step it shows. */
static int makes_no_keys(const char *scenario)
{
    NCRYPT_PROV_HANDLE provider = 0;

    if (SslOpenProvider(&provider, NULL, 0) == ERROR_SUCCESS) {
        REQUIRE(use(provider, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM) < 0);
        REQUIRE(SslFreeObject(provider, 0) == ERROR_SUCCESS);
    }
    REQUIRE(ERR_peek_error() == 0);
    return PASSED;
}

/* Allowed, but with OpenSSL's `legacy` out of reach there is no RC4 (observed behaviour, section 4,
 * the last check of SslGenerateSessionKeys: after the list). */
static int has_no_rc4(const char *scenario)
{
    NCRYPT_PROV_HANDLE provider = 0;
    NCRYPT_KEY_HANDLE master = 0;
    struct key_pair keys = {GARBAGE_HANDLE, GARBAGE_HANDLE};

    REQUIRE(SslOpenProvider(&provider, NULL, 0) == ERROR_SUCCESS);
    REQUIRE(use_null_cipher(provider) == ERROR_SUCCESS);
    REQUIRE(import_master(provider, TLS1_2_PROTOCOL_VERSION, SUITE_RC4_SHA, NCRYPT_SSL_CLIENT_FLAG,
                &master) == ERROR_SUCCESS);
    REQUIRE(SslGenerateSessionKeys(provider, master, &keys.read, &keys.write, NULL, 0) ==
        NTE_INVALID_PARAMETER);
    REQUIRE(generate(provider, master, &keys) == NTE_NOT_SUPPORTED);
    REQUIRE(keys.read == 0 && keys.write == 0);
    REQUIRE(SslFreeObject(master, 0) == ERROR_SUCCESS);
    REQUIRE(SslFreeObject(provider, 0) == ERROR_SUCCESS);
    return PASSED;
}

static int play(const char *scenario)
{
    if (strcmp(scenario, "private") == 0)
        return opens(scenario, false, false);
    if (strcmp(scenario, "private-legacy") == 0)
        return opens(scenario, false, true);
    if (strcmp(scenario, "default") == 0)
        return opens(scenario, true, false);
    if (strcmp(scenario, "default-legacy") == 0)
        return opens(scenario, true, true);
    if (strcmp(scenario, "refused") == 0)
        return refuses_to_open(scenario);
    if (strcmp(scenario, "no-keys") == 0)
        return makes_no_keys(scenario);
    return strcmp(scenario, "no-rc4") == 0 ? has_no_rc4(scenario) : FAILED;
}

/* ---- Running them ---- */

static bool write_configuration(const char *text)
{
    FILE *file = fopen(configuration, "w");
    bool written = file != NULL && fputs(text, file) >= 0;

    return file != NULL && fclose(file) == 0 && written;
}

static void expect_played(const char *scenario, const char *text, const char *module_folder)
{
    char name[PATH_MAX], argument[64];
    char *arguments[] = {name, argument, NULL};

    snprintf(name, sizeof(name), "%s", program);
    snprintf(argument, sizeof(argument), "%s", scenario);
    if (EXPECT(text == NULL || write_configuration(text), "configuration file"))
        EXPECT(run_again(arguments, text == NULL ? NULL : configuration, module_folder) == PASSED,
            text == NULL ? scenario : text);
}

static void test_private_context_serves_without_configuration(void)
{
    expect_played("private", NULL, NULL);
    expect_played("private", "", NULL);
    expect_played("private", "[ncryptssl]\n", NULL);
    /* A section that is not activated is not read, whatever its name. */
    expect_played("private", "[sslprovider]\nactivate = 1\nlegcy = yes\n", NULL);
    expect_played("private", "[another]\nlegacy = yes\n", NULL);
    /* The module is loadable, but nothing asked for it. */
    expect_played("private", NULL, modules);
}

static void test_private_context_reads_its_section(void)
{
    expect_played("private-legacy", "[ncryptssl]\nlegacy = yes\n", NULL);
    expect_played("private", "[ncryptssl]\nlegacy = no\n", NULL);
    expect_played("private-legacy",
        "[ncryptssl]\nlegacy = yes\nrequire-ems = yes\nproperties = provider=default\n", NULL);
    expect_played("no-rc4", "[ncryptssl]\nlegacy = yes\n", "/nonexistent");
}

static void test_wrong_configuration_opens_nothing(void)
{
    static const char *const wrong[] = {
        "[ncryptssl]\nlegacy = maybe\n",
        "[ncryptssl]\nlegacy = 1\n",
        "[ncryptssl]\nlegacy = Yes\n",
        "[ncryptssl]\nlegacy =\n",
        "[ncryptssl]\nrequire-ems = on\n",
        "[ncryptssl]\nproperties = fips==yes\n",
        "[ncryptssl]\nproperties = fips=yes provider=fips\n",
        "[ncryptssl]\nlegcy = yes\n",
        "[ncryptssl]\nLegacy = yes\n",
        "[ncryptssl]\nlegacy = no\nactivate = 1\n",
        "[ncryptssl]\nunknown = \n",
    };

    for (size_t i = 0; i < COUNT(wrong); i++)
        expect_played("refused", wrong[i], NULL);
}

/* The unread part of a file may hold a restriction. */
static void test_unreadable_configuration_opens_nothing(void)
{
    expect_played("refused", "[ncryptssl\nlegacy = no\n", NULL);
    expect_played("refused", "[ncryptssl]\nproperties\n", NULL);
}

static void test_property_query_is_always_honoured(void)
{
    expect_played("no-keys", "[ncryptssl]\nproperties = provider=nonexistent\n", NULL);
    expect_played("no-keys", "[ncryptssl]\nproperties = provider=nonexistent\n", modules);
}

/* An openssl.cnf that activates `default` and the module, each with more lines of its own. */
static const char *activating(const char *module_settings, const char *rest)
{
    static char text[2 * PATH_MAX];

    snprintf(text, sizeof(text),
        "openssl_conf = init\n[init]\nproviders = list\n"
        "[list]\ndefault = default_section\nsslprovider = module_section\n"
        "[default_section]\nactivate = 1\n"
        "[module_section]\nmodule = %s/sslprovider.so\nactivate = 1\n%s\n%s",
        modules, module_settings, rest);
    return text;
}

/* The legacy setting says which section was read: that of the module and not [ncryptssl]. */
static void test_default_context_is_used_where_the_module_is_active(void)
{
    expect_played("default", activating("", ""), NULL);
    expect_played("default-legacy", activating("legacy = yes", ""), NULL);
    expect_played("default-legacy", activating("legacy = yes", "[ncryptssl]\nlegacy = no\n"), NULL);
    expect_played("default", activating("legacy = no", "[ncryptssl]\nlegacy = yes\n"), NULL);
    expect_played("default", activating("", "[ncryptssl]\nnonsense = yes\n"), NULL);
    expect_played("default", activating("", ""), modules);
    expect_played("no-keys", activating("properties = provider=nonexistent", ""), NULL);
}

/* The test is <build>/test/<program>, the module <build>/ossl-modules/sslprovider.so. */
static int find_modules(void)
{
    char path[PATH_MAX] = "", *slash;

    if (program[0] != '/' && getcwd(path, sizeof(path) - 1) == NULL)
        return 1;
    if (program[0] != '/')
        strcat(path, "/");
    if (strlen(path) + strlen(program) >= sizeof(path))
        return 1;
    strcat(path, program);
    for (int i = 0; i < 2; i++) {
        slash = strrchr(path, '/');
        if (slash == NULL)
            return 1;
        *slash = '\0';
    }
    if (snprintf(modules, sizeof(modules), "%s/ossl-modules", path) >= (int)sizeof(modules) ||
        mkdtemp(folder) == NULL)
        return 1;
    snprintf(configuration, sizeof(configuration), "%s/openssl.cnf", folder);
    return 0;
}

static int remove_folder(void)
{
    return unlink(configuration) != 0 || rmdir(folder) != 0;
}

int main(int argc, char *argv[])
{
    static const struct named_test tests[] = {
        TEST(test_private_context_serves_without_configuration),
        TEST(test_private_context_reads_its_section),
        TEST(test_wrong_configuration_opens_nothing),
        TEST(test_unreadable_configuration_opens_nothing),
        TEST(test_property_query_is_always_honoured),
        TEST(test_default_context_is_used_where_the_module_is_active),
    };

    if (argc == 2)
        return play(argv[1]);
    program = argv[0];
    return RUN_TESTS("backend", find_modules, remove_folder, tests);
}
