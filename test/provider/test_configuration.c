/* SPDX-License-Identifier: Apache-2.0
 *
 * The provider's section of openssl.cnf, loaded by a call and as the default file of a process.
 * The program runs itself for the latter: the file named by OPENSSL_CONF is read once a process.
 *
 * OpenSSL drops what a provider raises while it is activated from a file, and 3.0 even says that
 * the file was loaded.  The reasons are therefore taken where the provider hands them over: the
 * provider is linked in, and started with a core that keeps them.
 */
#include "support.h"

#include "common/run_program.h"
#include "module/reasons.h"
#include "sslprovider/builtin.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define GCM_SUITE     "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
#define REPORT_MODULE "--report-module"
#define REPORT_LINKED "--report-linked-in"
#define REPORT_OTHER  "--report-other-file"
#define REPORT_NODE   "--report-nodejs"

static const char *program;
static uint8_t secret[SUPPORT_MASTER_LEN], random_bytes[SUPPORT_RANDOM_LEN];

/* --- Loaded by a call ------------------------------------------------------------------------ */

static uint32_t kept_reason;

static void keep_reason(
    const OSSL_CORE_HANDLE *handle, uint32_t reason, const char *format, va_list arguments)
{
    (void)handle;
    (void)format;
    (void)arguments;
    kept_reason = reason;
}

/* The provider with libcrypto's own core, but for the errors. */
static int init_keeping_reason(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **provctx)
{
    OSSL_DISPATCH core[128];
    size_t count = 0;

    for (; in->function_id != 0 && count < 127; in++) {
        core[count] = *in;
        if (in->function_id == OSSL_FUNC_CORE_VSET_ERROR)
            core[count].function = (void (*)(void))keep_reason;
        count++;
    }
    core[count] = (OSSL_DISPATCH){0, NULL};
    return sslprovider_provider_init(handle, core, out, provctx);
}

/* "" where nothing was raised. */
static const char *kept_text(void)
{
    for (const OSSL_ITEM *item = sslp_reason_strings; item->id != 0; item++) {
        if (item->id == kept_reason)
            return item->ptr;
    }
    return "";
}

static void refuse(const char *options, const char *reason)
{
    for (int linked_in = 0; linked_in < 2; linked_in++) {
        OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();

        kept_reason = 0;
        if (linked_in)
            CU_ASSERT(
                OSSL_PROVIDER_add_builtin(libctx, SSLPROVIDER_NAME, init_keeping_reason) == 1);
        (void)support_load_config(libctx, options);
        CU_ASSERT(OSSL_PROVIDER_available(libctx, SSLPROVIDER_NAME) == 0);
        CU_ASSERT_STRING_EQUAL(kept_text(), linked_in ? reason : "");
        OSSL_LIB_CTX_free(libctx);
    }
    ERR_clear_error();
}

/* Every loaded provider takes one of the 127 numbers that OpenSSL has for the reasons of libraries
 * it does not know, so the number of contexts in one program is limited. */
static void test_wrong_values_refuse_loading(void)
{
    static const char *const keys[] = {"legacy", "require-ems"};
    static const char *const values[] = {"1", "on", "Yes", "yesno"};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        for (size_t k = 0; k < sizeof(values) / sizeof(values[0]); k++) {
            char options[64];

            snprintf(options, sizeof(options), "%s = %s\n", keys[i], values[k]);
            refuse(options, "invalid configuration value");
        }
    }
    refuse("legacy = yes\nrequire-ems = yess\n", "invalid configuration value");
}

/* OpenSSL takes a query that it cannot parse for none, so that any hash would do. */
static const char *const unparsable[] = {"fips=yes provider=fips", "fips==yes",
    "\xE2\x80\x9C"
    "fips=yes\xE2\x80\x9D",
    "fips=yes,", "=yes"};

enum { UNPARSABLE = sizeof(unparsable) / sizeof(unparsable[0]) };

static void test_unparsable_query_refuses_loading(void)
{
    for (size_t i = 0; i < UNPARSABLE; i++) {
        char options[64];

        snprintf(options, sizeof(options), "properties = %s\n", unparsable[i]);
        refuse(options, "invalid configuration value");
    }
}

/* OpenSSL from 3.2 on has the values of a section as parameters, too. */
static void test_values_from_the_application_are_read(void)
{
#if OPENSSL_VERSION_NUMBER >= 0x30200000L
    static const struct {
        const char *name, *value;
        bool good;
    } cases[] = {{"legacy", "yes", true}, {"legacy", "maybe", false}, {"require-ems", "on", false},
        {"properties", "provider=default", true}, {"properties", "fips==yes", false}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();
        OSSL_PARAM values[] = {
            OSSL_PARAM_construct_utf8_string(cases[i].name, (char *)(uintptr_t)cases[i].value, 0),
            OSSL_PARAM_construct_end()};
        OSSL_PROVIDER *provider = OSSL_PROVIDER_load_ex(libctx, SSLPROVIDER_NAME, values);

        CU_ASSERT((provider != NULL) == cases[i].good);
        if (provider != NULL)
            OSSL_PROVIDER_unload(provider);
        OSSL_LIB_CTX_free(libctx);
        ERR_clear_error();
    }
#endif
}

static const char *build_info(OSSL_LIB_CTX *libctx)
{
    OSSL_PROVIDER *provider = OSSL_PROVIDER_load(libctx, SSLPROVIDER_NAME);
    const char *text = NULL;
    OSSL_PARAM wanted[] = {
        OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_BUILDINFO, (char **)(uintptr_t)&text, 0),
        OSSL_PARAM_construct_end()};

    CU_ASSERT_FATAL(provider != NULL && OSSL_PROVIDER_get_params(provider, wanted) == 1);
    OSSL_PROVIDER_unload(provider);
    return text;
}

/* What `openssl list -providers -verbose` prints. */
static void test_build_info_shows_the_policy(void)
{
    static const struct {
        const char *options, *policy;
    } cases[] = {
        {"", " legacy=no require-ems=no properties=(none)"},
        {"legacy = yes\nrequire-ems = yes\nproperties = ?fips=yes\n",
            " legacy=yes require-ems=yes properties=?fips=yes"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        OSSL_LIB_CTX *libctx = support_context_new(cases[i].options);
        const char *text = strchr(build_info(libctx), ' ');

        CU_ASSERT_STRING_EQUAL(text == NULL ? "" : text, cases[i].policy);
        OSSL_LIB_CTX_free(libctx);
    }
}

/* Whether a master secret, plain or extended, can be had from a KDF. */
static bool makes_master_secret(OSSL_LIB_CTX *libctx, const char *digest, const char *label)
{
    EVP_KDF *kdf = EVP_KDF_fetch(libctx, "TLS1-PRF", SSLPROVIDER_PROPERTY);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    struct support_params params = {.count = 0};
    uint8_t out[SUPPORT_MASTER_LEN];
    bool made;

    support_add_text(&params, "digest", digest);
    support_add_octets(&params, "secret", secret, sizeof(secret));
    /* In parts, as they come from libssl, and a label that is in two. */
    support_add_octets(&params, "seed", label, 5);
    support_add_octets(&params, "seed", label + 5, strlen(label) - 5);
    support_add_octets(&params, "seed", random_bytes, sizeof(random_bytes));
    made = EVP_KDF_derive(ctx, out, sizeof(out), params.list) == 1;
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    return made;
}

static void test_require_ems_refuses_a_plain_master_secret(void)
{
    static const char *const digests[] = {"SHA2-256", "sha512", "MD5-SHA1"};
    OSSL_LIB_CTX *libctx = support_context_new("require-ems = yes\n");
    OSSL_LIB_CTX *lax = support_context_new("");

    for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++) {
        CU_ASSERT(!makes_master_secret(libctx, digests[i], "master secret"));
        ASSERT_RAISED("extended master secret required");
        CU_ASSERT(makes_master_secret(libctx, digests[i], "extended master secret"));
        CU_ASSERT(makes_master_secret(libctx, digests[i], "key expansion"));
        CU_ASSERT(makes_master_secret(lax, digests[i], "master secret"));
    }
    OSSL_LIB_CTX_free(libctx);
    OSSL_LIB_CTX_free(lax);
}

static void test_status_parameters_report_the_policies(void)
{
    static const struct {
        const char *options;
        int legacy, require_ems;
    } cases[] = {
        {"", 0, 0},
        {"legacy = no\nrequire-ems = no\n", 0, 0},
        {"legacy = yes\n", 1, 0},
        {"require-ems = yes\n", 0, 1},
        {"legacy = yes\nrequire-ems = yes\n", 1, 1},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        OSSL_LIB_CTX *libctx = support_context_new(cases[i].options);

        CU_ASSERT_FATAL(libctx != NULL);
        CU_ASSERT(support_provider_status(libctx, "legacy") == cases[i].legacy);
        CU_ASSERT(support_provider_status(libctx, "require-ems") == cases[i].require_ems);
        CU_ASSERT(support_provider_status(libctx, "status") == 1);
        OSSL_LIB_CTX_free(libctx);
    }
}

/* Every kind of legacy is served with `legacy = yes`, and refused by its reason without it. */
static void test_legacy_allows_old_protocols_and_suites(void)
{
    static const struct {
        const char *protocol, *suite;
        size_t direction;
    } cases[] = {
        {"SSLv3", "TLS_RSA_WITH_AES_128_CBC_SHA", 20 + 16 + 16},
        {"TLSv1.2", "TLS_RSA_WITH_NULL_SHA256", 32},
        {"TLSv1.2", "TLS_RSA_WITH_RC4_128_MD5", 16 + 16},
        {"TLSv1.1", "TLS_RSA_WITH_DES_CBC_SHA", 20 + 8},
        {"TLSv1", "TLS_RSA_EXPORT_WITH_RC4_40_MD5", 16 + 16},
    };
    static const char *const options[] = {"legacy = no\n", "legacy = yes\n"};

    for (size_t i = 0; i < 2; i++) {
        OSSL_LIB_CTX *libctx = support_context_new(options[i]);
        EVP_KDF *kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);

        CU_ASSERT_FATAL(kdf != NULL);
        for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
            struct support_inputs inputs = {.protocol = cases[k].protocol,
                .suite = cases[k].suite,
                .output = "client-write",
                .secret = secret,
                .secret_len = sizeof(secret),
                .client_random = random_bytes,
                .server_random = random_bytes};
            uint8_t out[64];
            bool derived = support_derive(kdf, inputs, out, cases[k].direction);

            CU_ASSERT(derived == (i == 1));
            CU_ASSERT(i == 1 || support_raised("legacy protocol or cipher suite not allowed"));
        }
        EVP_KDF_free(kdf);
        OSSL_LIB_CTX_free(libctx);
    }
}

/* SSL 3.0 ends with its twenty-sixth letter (RFC 6101 section 6.2.2). */
static void test_ssl3_key_block_has_at_most_416_bytes(void)
{
    OSSL_LIB_CTX *libctx = support_context_new("legacy = yes\n");
    EVP_KDF *kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    struct support_inputs inputs = {.protocol = "SSLv3",
        .secret = secret,
        .secret_len = sizeof(secret),
        .client_random = random_bytes,
        .server_random = random_bytes};
    uint8_t out[417];

    CU_ASSERT_FATAL(kdf != NULL);
    CU_ASSERT(support_derive(kdf, inputs, out, 416));
    CU_ASSERT(!support_derive(kdf, inputs, out, 417));
    ASSERT_RAISED("invalid output length");
    EVP_KDF_free(kdf);
    OSSL_LIB_CTX_free(libctx);
}

static void test_properties_select_the_hash(void)
{
    static const struct {
        const char *options, *properties;
        bool works;
    } cases[] = {
        {"properties = provider=default\n", NULL, true},
        {"properties = ?provider=nobody\n", NULL, true},
        {"properties = provider=nobody\n", NULL, false},
        {"properties = provider=nobody\n", "provider=default", true},
        {"properties = provider=default\n", "provider=nobody", false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        OSSL_LIB_CTX *libctx = support_context_new(cases[i].options);
        EVP_KDF *kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
        struct support_inputs inputs = {.protocol = "TLSv1.2",
            .suite = GCM_SUITE,
            .properties = cases[i].properties,
            .secret = secret,
            .secret_len = sizeof(secret),
            .client_random = random_bytes,
            .server_random = random_bytes};
        uint8_t out[40];

        CU_ASSERT_FATAL(kdf != NULL);
        CU_ASSERT(support_derive(kdf, inputs, out, sizeof(out)) == cases[i].works);
        CU_ASSERT(cases[i].works ? support_nothing_raised() : support_raised("hash not available"));
        EVP_KDF_free(kdf);
        OSSL_LIB_CTX_free(libctx);
    }
}

/* --- Loaded by a process --------------------------------------------------------------------- */

/* What the child prints: the policies of the provider, or the reason why it is not there. */
static int report_from_default_context(bool linked_in)
{
    if (linked_in && OSSL_PROVIDER_add_builtin(NULL, SSLPROVIDER_NAME, init_keeping_reason) != 1)
        return 1;
    (void)OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL);
    if (OSSL_PROVIDER_available(NULL, SSLPROVIDER_NAME) == 1)
        printf("legacy %d, require-ems %d", support_provider_status(NULL, "legacy"),
            support_provider_status(NULL, "require-ems"));
    else
        printf("refused: %s", kept_text());
    return fflush(stdout) == 0 ? 0 : 1;
}

static void run_child(const char *path, const char *option, int output)
{
    char *const argv[] = {(char *)(uintptr_t)program, (char *)(uintptr_t)option, NULL};

    if (setenv("OPENSSL_CONF", path, 1) == 0 && dup2(output, STDOUT_FILENO) >= 0)
        run_program(argv);
    _exit(127);
}

static void expect_report_of(const char *option, const char *text, const char *expected)
{
    char path[SUPPORT_PATH_SIZE], report[512] = "";
    size_t len = 0;
    ssize_t got;
    int ends[2], status = -1;
    pid_t child;

    CU_ASSERT_FATAL(support_write_file(text, path) && pipe(ends) == 0);
    fflush(NULL);
    child = fork();
    if (child == 0)
        run_child(path, option, ends[1]);
    close(ends[1]);
    while ((got = read(ends[0], report + len, sizeof(report) - 1 - len)) > 0)
        len += (size_t)got;
    close(ends[0]);
    CU_ASSERT(child > 0 && waitpid(child, &status, 0) == child);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    unlink(path);
    if (strcmp(report, expected) != 0)
        fprintf(stderr, "\n    the child reports: %s\n", report);
    CU_ASSERT_STRING_EQUAL(report, expected);
}

static void expect_report(const char *text, const char *expected)
{
    expect_report_of(REPORT_MODULE, text, expected);
    expect_report_of(REPORT_LINKED, text, expected);
}

static void expect_refusal(const char *text, const char *reason)
{
    char expected[128];

    snprintf(expected, sizeof(expected), "refused: %s", reason);
    expect_report_of(REPORT_MODULE, text, "refused: ");
    expect_report_of(REPORT_LINKED, text, expected);
}

static void expect_options(const char *options, const char *expected)
{
    char text[2048];

    support_config_text(options, text, sizeof(text));
    expect_report(text, expected);
}

static void refuse_options(const char *options, const char *reason)
{
    char text[2048];

    support_config_text(options, text, sizeof(text));
    expect_refusal(text, reason);
}

static void test_default_file_sets_the_policies(void)
{
    expect_options("", "legacy 0, require-ems 0");
    expect_options("legacy = yes\n", "legacy 1, require-ems 0");
    expect_options("require-ems = yes\n", "legacy 0, require-ems 1");
    expect_options("legacy = no\nrequire-ems = no\nproperties = provider=default\n",
        "legacy 0, require-ems 0");
}

static void test_wrong_default_file_refuses_loading(void)
{
    for (size_t i = 0; i < UNPARSABLE; i++) {
        char options[64];

        snprintf(options, sizeof(options), "properties = %s\n", unparsable[i]);
        refuse_options(options, "invalid configuration value");
    }
    refuse_options("legacy = perhaps\n", "invalid configuration value");
    refuse_options("legasy = no\n", "unknown configuration key");
    refuse_options("Legacy = no\n", "unknown configuration key");
    refuse_options("legacy = yes\nproperty = fips=yes\n", "unknown configuration key");
}

/* A key is unknown only where it was meant for us: other sections may have keys of their own. */
static void test_other_sections_of_the_default_file_are_ignored(void)
{
    expect_report("openssl_conf = init\nlegasy = 1\n"
                  "[init]\nproviders = list\n"
                  "[list]\ndefault = default_options\nsslprovider = ours\nbase = other\n"
                  "[default_options]\nactivate = 1\nspecial = 1\n"
                  "[other]\nactivate = 1\nsecret-key = 2\n"
                  "[ours]\nidentity = sslprovider\nactivate = 1\nlegacy = yes\n"
                  "[unused]\nlegasy = 1\n",
        "legacy 1, require-ems 0");
    /* With the section's other name for the same provider, the key is found all the same. */
    expect_refusal("openssl_conf = init\n"
                   "[init]\nproviders = list\n"
                   "[list]\ndefault = default_options\nxyz = ours\n"
                   "[default_options]\nactivate = 1\n"
                   "[ours]\nidentity = sslprovider\nactivate = 1\nlegasy = yes\n",
        "unknown configuration key");
}

/* A context that is configured by a file of its own, or by the section of Node.js in the default
 * file, and not by what others find there. */
static int report_own_context(const char *option)
{
    const bool by_file = strcmp(option, REPORT_OTHER) == 0;
    OSSL_LIB_CTX *libctx = NULL;
    OPENSSL_INIT_SETTINGS *settings;
    int ok;

    if (by_file) {
        libctx = OSSL_LIB_CTX_new();
        ok = support_load_config(libctx, "legacy = yes\n") == 1;
    } else {
        settings = OPENSSL_INIT_new();
        ok = OPENSSL_INIT_set_config_appname(settings, "nodejs_conf") == 1;
        (void)OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, settings);
        OPENSSL_INIT_free(settings);
    }
    if (ok && OSSL_PROVIDER_available(libctx, SSLPROVIDER_NAME) == 1)
        printf("legacy %d, require-ems %d", support_provider_status(libctx, "legacy"),
            support_provider_status(libctx, "require-ems"));
    else
        printf("refused");
    OSSL_LIB_CTX_free(libctx);
    return fflush(stdout) == 0 ? 0 : 1;
}

/* Sections of a default file that nobody activates, one with our name, with keys that we do not
 * know and values that we refuse. */
static void test_instance_obeys_only_its_own_configuration(void)
{
    static const char file[] = "nodejs_conf = node\n"
                               "[node]\nproviders = node_list\n"
                               "[node_list]\ndefault = active\nsslprovider = for_node\n"
                               "[active]\nactivate = 1\n"
                               "[for_node]\nactivate = 1\nrequire-ems = yes\n%s\n"
                               "[sslprovider]\nactivate = 1\nlegacy = perhaps\nlegasy = yes\n"
                               "[s]\nidentity = sslprovider\nactivate = 1\nnew-key = 1\n";
    char text[1024];

    snprintf(text, sizeof(text), file, "");
    expect_report_of(REPORT_OTHER, text, "legacy 1, require-ems 0");
    expect_report_of(REPORT_NODE, text, "legacy 0, require-ems 1");
    snprintf(text, sizeof(text), file, "legasy = no");
    expect_report_of(REPORT_OTHER, text, "legacy 1, require-ems 0");
    expect_report_of(REPORT_NODE, text, "refused");
}

/* A value that is the name of a section hides what it was meant for. */
static void test_nested_sections_refuse_loading(void)
{
    expect_refusal("openssl_conf = init\n"
                   "[init]\nproviders = list\n"
                   "[list]\ndefault = active\nsslprovider = ours\n"
                   "[active]\nactivate = 1\n"
                   "[ours]\nactivate = 1\nrequire-ems = strict\n"
                   "[strict]\nyes = 1\n",
        "unknown configuration key");
}

int main(int argc, char **argv)
{
    static const struct named_test tests[] = {
        TEST(test_status_parameters_report_the_policies),
        TEST(test_build_info_shows_the_policy),
        TEST(test_require_ems_refuses_a_plain_master_secret),
        TEST(test_legacy_allows_old_protocols_and_suites),
        TEST(test_ssl3_key_block_has_at_most_416_bytes),
        TEST(test_properties_select_the_hash),
        /* Last of those in this process, since they use up numbers. */
        TEST(test_wrong_values_refuse_loading),
        TEST(test_unparsable_query_refuses_loading),
        TEST(test_values_from_the_application_are_read),
        TEST(test_default_file_sets_the_policies),
        TEST(test_wrong_default_file_refuses_loading),
        TEST(test_other_sections_of_the_default_file_are_ignored),
        TEST(test_instance_obeys_only_its_own_configuration),
        TEST(test_nested_sections_refuse_loading),
    };
    uint64_t state = UINT64_C(0xC0FF1);

    if (argc == 2 && (strcmp(argv[1], REPORT_OTHER) == 0 || strcmp(argv[1], REPORT_NODE) == 0))
        return report_own_context(argv[1]);
    if (argc == 2)
        return report_from_default_context(strcmp(argv[1], REPORT_LINKED) == 0);
    program = argv[0];
    support_fill(&state, secret, sizeof(secret));
    support_fill(&state, random_bytes, sizeof(random_bytes));
    return RUN_TESTS("configuration", NULL, NULL, tests);
}
