/* SPDX-License-Identifier: Apache-2.0
 *
 * Key management SSL-KEY through EVP_PKEY: what can be imported, what can be read back, that a
 * secret leaves only where it was allowed to, and how long a handle lives.
 */
#include "support.h"
#include "support/context.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

#define GCM_SUITE   "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
#define TLS13_SUITE "TLS_AES_256_GCM_SHA384"

static uint8_t secret[1024], random_bytes[SUPPORT_RANDOM_LEN];

/* One import; NULL, 0 and a negative `exportable` are left out. */
struct description {
    const char *kind, *protocol, *suite, *role;
    size_t secret_len;
    int exportable;
};

static const struct description kinds[] = {
    {"pre-master-secret", NULL, NULL, NULL, 1, -1},
    {"pre-master-secret", "TLSv1.1", NULL, "client", 48, -1},
    {"pre-master-secret", "TLSv1.2", GCM_SUITE, "server", 1024, 0},
    {"master-secret", "TLSv1.2", GCM_SUITE, "client", 48, 1},
    {"master-secret", "DTLSv1", "TLS_RSA_WITH_AES_128_CBC_SHA", "server", 48, 0},
    {"early-secret", "TLSv1.3", TLS13_SUITE, "client", 48, -1},
    {"handshake-secret", "TLSv1.3", TLS13_SUITE, "server", 48, 1},
    {"tls13-master-secret", "TLSv1.3", TLS13_SUITE, NULL, 48, -1},
    {"traffic-secret", "TLSv1.3", "TLS_CHACHA20_POLY1305_SHA256", "client", 32, 1},
    {"exporter-secret", "TLSv1.3", "TLS_AES_128_CCM_SHA256", NULL, 32, -1},
    {"resumption-secret", "TLSv1.3", "TLS_AES_128_CCM_8_SHA256", NULL, 32, -1},
    {"binder-key", "TLSv1.3", "TLS_AES_128_GCM_SHA256", "client", 32, -1},
    {"pre-shared-key", "TLSv1.3", "TLS_AES_128_GCM_SHA256", "client", 1, 1},
    {"pre-shared-key", "TLSv1.3", "TLS_AES_128_GCM_SHA256", "client", 512, 0},
};

enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

static EVP_PKEY *import(const struct description *what)
{
    struct support_params params = {.count = 0};
    int exportable = what->exportable;

    if (what->secret_len != 0)
        support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, secret, what->secret_len);
    support_add_text(&params, SSLPROVIDER_PARAM_KIND, what->kind);
    support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, what->protocol);
    support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, what->suite);
    support_add_text(&params, SSLPROVIDER_PARAM_ROLE, what->role);
    if (exportable >= 0)
        support_add_int(&params, SSLPROVIDER_PARAM_EXPORTABLE, &exportable);
    return support_key_from(libctx, &params);
}

static void refuse(struct description what, const char *reason)
{
    EVP_PKEY *key = import(&what);

    CU_ASSERT(key == NULL);
    ASSERT_RAISED(reason);
    EVP_PKEY_free(key);
}

static bool has_text(const EVP_PKEY *key, const char *name, const char *expected)
{
    char text[64] = "";
    int got = EVP_PKEY_get_utf8_string_param(key, name, text, sizeof(text), NULL);

    return expected == NULL ? got != 1 : got == 1 && strcmp(text, expected) == 0;
}

static void test_wrong_imports_are_refused(void)
{
    static const size_t lengths[] = {1, 32, 47, 49};

    refuse(
        (struct description){"master-secret", "TLSv1.2", GCM_SUITE, NULL, 0, -1}, "missing secret");
    refuse((struct description){"master-secret", NULL, GCM_SUITE, NULL, 48, -1},
        "missing protocol version");
    refuse((struct description){"master-secret", "TLSv1.2", NULL, NULL, 48, -1},
        "missing cipher suite");
    refuse((struct description){"traffic-secret", "TLSv1.3", NULL, NULL, 32, -1},
        "missing cipher suite");
    refuse((struct description){"pre-shared-key", NULL, TLS13_SUITE, NULL, 32, -1},
        "missing protocol version");
    refuse((struct description){"session-key", "TLSv1.2", GCM_SUITE, NULL, 48, -1},
        "unknown kind of key");
    refuse((struct description){"", "TLSv1.2", GCM_SUITE, NULL, 48, -1}, "unknown kind of key");
    refuse((struct description){"master-secret", "TLSv7", GCM_SUITE, NULL, 48, -1},
        "unknown protocol version");
    refuse((struct description){"master-secret", "TLSv1.2", "NO_SUITE", NULL, 48, -1},
        "unknown cipher suite");
    refuse((struct description){"master-secret", "TLSv1.2", GCM_SUITE, "middle", 48, -1},
        "unknown role");
    refuse((struct description){"master-secret", "TLSv1.3", TLS13_SUITE, NULL, 48, -1},
        "wrong kind of key");
    refuse((struct description){"traffic-secret", "TLSv1.2", GCM_SUITE, NULL, 32, -1},
        "wrong kind of key");
    refuse((struct description){"master-secret", "TLSv1", GCM_SUITE, NULL, 48, -1},
        "cipher suite not in protocol");
    refuse((struct description){"pre-shared-key", "TLSv1.3", TLS13_SUITE, NULL, 513, -1},
        "invalid secret length");
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
        refuse((struct description){"master-secret", "TLSv1.2", GCM_SUITE, NULL, lengths[i], -1},
            "invalid secret length");
    refuse((struct description){"traffic-secret", "TLSv1.3", TLS13_SUITE, NULL, 32, -1},
        "invalid secret length");
    refuse((struct description){"master-secret", "SSLv3", "AES128-SHA", NULL, 48, -1},
        "legacy protocol or cipher suite not allowed");
    refuse((struct description){"master-secret", "TLSv1.2", "NULL-SHA256", NULL, 48, -1},
        "legacy protocol or cipher suite not allowed");
    refuse((struct description){"pre-master-secret", "SSLv3", NULL, NULL, 48, -1},
        "legacy protocol or cipher suite not allowed");
}

static void test_wrong_parameter_types_are_refused(void)
{
    const char *const texts[] = {"kind", "protocol", "cipher-suite", "role"};
    struct support_params params;
    uint64_t number = 1;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        params = (struct support_params){.count = 0};
        support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, secret, 48);
        support_add_uint64(&params, texts[i], &number);
        CU_ASSERT(support_key_from(libctx, &params) == NULL);
        ASSERT_RAISED("invalid parameter type");
    }
    for (size_t i = 0; i < 3; i++) {
        static const char *const others[] = {"secret", "exportable", "handle"};

        params = (struct support_params){.count = 0};
        if (i == 1)
            support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, secret, 48);
        support_add_text(&params, others[i], "text");
        CU_ASSERT(support_key_from(libctx, &params) == NULL);
        ASSERT_RAISED("invalid parameter type");
    }
    params = (struct support_params){.count = 0};
    support_add_uint64(&params, SSLPROVIDER_PARAM_HANDLE, &number);
    params.list[0].data = NULL;
    CU_ASSERT(support_key_from(libctx, &params) == NULL);
    ASSERT_RAISED("invalid parameter type");
    params = (struct support_params){.count = 0};
    support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, secret, 48);
    support_add_uint64(&params, SSLPROVIDER_PARAM_HANDLE, &number);
    CU_ASSERT(support_key_from(libctx, &params) == NULL);
    ASSERT_RAISED("secret and handle given");
}

/* One of the names is right with a kind; with both, none is the secret. */
static void test_secret_under_both_names_is_refused(void)
{
    static const char *const names[] = {"secret", "raw-bytes"};

    for (size_t i = 0; i < 3; i++) {
        struct support_params params = {.count = 0};
        EVP_PKEY *key;

        support_add_text(&params, SSLPROVIDER_PARAM_KIND, "pre-master-secret");
        support_add_octets(&params, names[i % 2], secret, 48);
        if (i == 2)
            support_add_octets(&params, names[1], secret + 1, 47);
        key = support_key_from(libctx, &params);
        CU_ASSERT_EQUAL(key != NULL, i < 2);
        CU_ASSERT(i < 2 ? support_nothing_raised() : support_raised("repeated parameter"));
        EVP_PKEY_free(key);
    }
}

static void test_every_kind_is_imported_and_read_back(void)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        const struct description *what = &kinds[i];
        EVP_PKEY *key = import(what);
        int exportable = -1;

        CU_ASSERT_FATAL(key != NULL);
        CU_ASSERT(EVP_PKEY_is_a(key, SSLPROVIDER_KEYMGMT_SSL_KEY));
        CU_ASSERT(has_text(key, "kind", what->kind));
        CU_ASSERT(has_text(key, "protocol", what->protocol));
        CU_ASSERT(has_text(key, "cipher-suite", what->suite));
        CU_ASSERT(has_text(key, "role", what->role));
        CU_ASSERT(EVP_PKEY_get_int_param(key, "exportable", &exportable) == 1);
        CU_ASSERT(exportable == (what->exportable == 1));
        CU_ASSERT(support_handle_of(key) != 0);
        CU_ASSERT(EVP_PKEY_get_bits(key) == 8 * (int)what->secret_len);
        CU_ASSERT(EVP_PKEY_get_size(key) == (int)what->secret_len);
        EVP_PKEY_free(key);
    }
    ERR_clear_error();
}

/* The kind is a master secret unless something else is said. */
static void test_kind_defaults_to_master_secret(void)
{
    EVP_PKEY *key = import(&(struct description){NULL, "TLSv1.2", GCM_SUITE, NULL, 48, -1});

    CU_ASSERT_FATAL(key != NULL);
    CU_ASSERT(has_text(key, "kind", "master-secret"));
    EVP_PKEY_free(key);
}

/* Names that other key types use for a secret are tried too. */
static void test_secret_is_not_readable(void)
{
    static const char *const names[] = {"secret", "priv", "key", "raw-bytes"};

    for (size_t i = 0; i < KIND_COUNT; i++) {
        EVP_PKEY *key = import(&kinds[i]);
        const OSSL_PARAM *gettable;

        CU_ASSERT_FATAL(key != NULL);
        gettable = EVP_PKEY_gettable_params(key);
        for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
            uint8_t buffer[sizeof(secret)] = {0}, zeros[sizeof(secret)] = {0};
            size_t len = 0;

            CU_ASSERT(
                EVP_PKEY_get_octet_string_param(key, names[k], buffer, sizeof(buffer), &len) != 1);
            CU_ASSERT(memcmp(buffer, zeros, sizeof(buffer)) == 0);
            CU_ASSERT(OSSL_PARAM_locate_const(gettable, names[k]) == NULL);
        }
        CU_ASSERT(EVP_PKEY_get_raw_private_key(key, NULL, &(size_t){0}) != 1);
        EVP_PKEY_free(key);
    }
    ERR_clear_error();
}

/* What is exported makes an equal key again; without consent nothing is exported at all. */
static void test_export_requires_exportable(void)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        EVP_PKEY *key = import(&kinds[i]), *again = NULL;
        OSSL_PARAM *exported = NULL;
        int done;

        CU_ASSERT_FATAL(key != NULL);
        done = EVP_PKEY_todata(key, EVP_PKEY_KEYPAIR, &exported);
        CU_ASSERT((done == 1) == (kinds[i].exportable == 1));
        CU_ASSERT((exported != NULL) == (done == 1));
        CU_ASSERT(done == 1 || support_raised("key not exportable"));
        if (exported != NULL) {
            const OSSL_PARAM *bytes = OSSL_PARAM_locate_const(exported, "secret");
            EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(libctx, key, NULL);

            CU_ASSERT(bytes != NULL && bytes->data_size == kinds[i].secret_len &&
                memcmp(bytes->data, secret, bytes->data_size) == 0);
            CU_ASSERT(EVP_PKEY_fromdata_init(ctx) == 1);
            CU_ASSERT(EVP_PKEY_fromdata(ctx, &again, EVP_PKEY_KEYPAIR, exported) == 1);
            CU_ASSERT(again != NULL && EVP_PKEY_eq(key, again) == 1);
            EVP_PKEY_CTX_free(ctx);
            EVP_PKEY_free(again);
        }
        OSSL_PARAM_free(exported);
        EVP_PKEY_free(key);
    }
    ERR_clear_error();
}

static void test_keys_are_equal_only_if_every_attribute_is(void)
{
    const struct description original = {"master-secret", "TLSv1.2", GCM_SUITE, "client", 48, 0};
    const struct description others[] = {
        {"master-secret", "DTLSv1.2", GCM_SUITE, "client", 48, 0},
        {"master-secret", "TLSv1.2", "TLS_RSA_WITH_AES_128_GCM_SHA256", "client", 48, 0},
        {"master-secret", "TLSv1.2", GCM_SUITE, "server", 48, 0},
        {"master-secret", "TLSv1.2", GCM_SUITE, NULL, 48, 0},
        {"pre-master-secret", "TLSv1.2", GCM_SUITE, "client", 48, 0},
        {"master-secret", "TLSv1.2", GCM_SUITE, "client", 48, 1},
    };
    EVP_PKEY *key = import(&original), *same = import(&original), *other;

    CU_ASSERT_FATAL(key != NULL && same != NULL);
    CU_ASSERT(EVP_PKEY_eq(key, same) == 1);
    CU_ASSERT(support_handle_of(key) != support_handle_of(same));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        other = import(&others[i]);
        CU_ASSERT(other != NULL && EVP_PKEY_eq(key, other) != 1);
        EVP_PKEY_free(other);
    }
    secret[47] ^= 1;
    other = import(&original);
    secret[47] ^= 1;
    CU_ASSERT(other != NULL && EVP_PKEY_eq(key, other) != 1);
    EVP_PKEY_free(other);
    EVP_PKEY_free(same);
    EVP_PKEY_free(key);
}

/* A copy is a key of its own: it has its own handle, and outlives the original. */
static void test_copied_key_is_independent(void)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        EVP_PKEY *key = import(&kinds[i]), *copy;
        OSSL_PARAM *exported = NULL;

        CU_ASSERT_FATAL(key != NULL);
        copy = EVP_PKEY_dup(key);
        CU_ASSERT_FATAL(copy != NULL);
        CU_ASSERT(EVP_PKEY_eq(key, copy) == 1);
        CU_ASSERT(support_handle_of(copy) != 0);
        CU_ASSERT(support_handle_of(copy) != support_handle_of(key));
        EVP_PKEY_free(key);
        CU_ASSERT(has_text(copy, "kind", kinds[i].kind));
        CU_ASSERT(has_text(copy, "role", kinds[i].role));
        CU_ASSERT((EVP_PKEY_todata(copy, EVP_PKEY_KEYPAIR, &exported) == 1) ==
            (kinds[i].exportable == 1));
        OSSL_PARAM_free(exported);
        EVP_PKEY_free(copy);
    }
    ERR_clear_error();
}

static bool derives(EVP_KDF *kdf, uint64_t handle)
{
    uint8_t out[40];
    struct support_inputs inputs = {
        .handle = handle, .client_random = random_bytes, .server_random = random_bytes};

    return support_derive(kdf, inputs, out, sizeof(out));
}

static void test_handle_of_a_key_ends_with_it(void)
{
    EVP_PKEY *key = support_master_key(libctx, secret, "client"), *next;
    uint64_t handle = support_handle_of(key);

    CU_ASSERT(derives(session_kdf, handle));
    CU_ASSERT(EVP_PKEY_up_ref(key) == 1);
    EVP_PKEY_free(key);
    CU_ASSERT(derives(session_kdf, handle));
    EVP_PKEY_free(key);
    CU_ASSERT(!derives(session_kdf, handle));
    ASSERT_RAISED("invalid key handle");
    /* A key that takes the freed one's place does not answer for it. */
    next = support_master_key(libctx, secret, "client");
    CU_ASSERT(support_handle_of(next) != handle);
    CU_ASSERT(!derives(session_kdf, handle));
    ASSERT_RAISED("invalid key handle");
    EVP_PKEY_free(next);
}

/* Both contexts have keys, made in the same order, so that a handle that does not say to which
 * context it belongs would find a key here. */
static void test_handle_of_another_context_is_refused(void)
{
    OSSL_LIB_CTX *contexts[2] = {support_context_new(""), support_context_new("")};
    EVP_PKEY *keys[2][4];
    EVP_KDF *kdf;

    CU_ASSERT_FATAL(contexts[0] != NULL && contexts[1] != NULL);
    for (size_t i = 0; i < 2; i++) {
        for (size_t k = 0; k < 4; k++) {
            keys[i][k] = support_master_key(contexts[i], secret + i, "client");
            CU_ASSERT(keys[i][k] != NULL);
        }
    }
    kdf = EVP_KDF_fetch(contexts[1], SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    for (size_t k = 0; k < 4; k++) {
        CU_ASSERT(derives(kdf, support_handle_of(keys[1][k])));
        CU_ASSERT(!derives(kdf, support_handle_of(keys[0][k])));
        ASSERT_RAISED("invalid key handle");
    }
    EVP_KDF_free(kdf);
    for (size_t i = 0; i < 2; i++) {
        for (size_t k = 0; k < 4; k++)
            EVP_PKEY_free(keys[i][k]);
        OSSL_LIB_CTX_free(contexts[i]);
    }
}

static int initialize(void)
{
    uint64_t state = UINT64_C(0x55AA55AA);

    support_fill(&state, secret, sizeof(secret));
    support_fill(&state, random_bytes, sizeof(random_bytes));
    return open_context();
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_wrong_imports_are_refused),
        TEST(test_wrong_parameter_types_are_refused),
        TEST(test_secret_under_both_names_is_refused),
        TEST(test_every_kind_is_imported_and_read_back),
        TEST(test_kind_defaults_to_master_secret),
        TEST(test_secret_is_not_readable),
        TEST(test_export_requires_exportable),
        TEST(test_keys_are_equal_only_if_every_attribute_is),
        TEST(test_copied_key_is_independent),
        TEST(test_handle_of_a_key_ends_with_it),
        TEST(test_handle_of_another_context_is_refused),
    };

    return RUN_TESTS("SSL-KEY", initialize, close_context, tests);
}
