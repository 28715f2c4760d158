/* SPDX-License-Identifier: Apache-2.0
 *
 * TLS1-PRF, TLS13-KDF and HKDF with opaque keys: what goes in and comes out as an EVP_SKEY gives
 * the same as bytes, and a key that may not leave the provider does not.
 */
#include "skeys.h"

#ifdef SSLP_HAVE_KDF_SKEY

#    include <pthread.h>

enum { HASH_LEN = 32, KEY_LEN = 16, THREADS = 4, ROUNDS = 200 };

static OSSL_LIB_CTX *libctx;
static uint8_t secret[SUPPORT_MASTER_LEN], salt[HASH_LEN];

/* What each KDF derives from, in the words of the three. */
static const struct drop_in_kdf {
    const char *name, *secret_name, *further;
    int mode; /* -1: has none */
} kdfs[] = {
    {"TLS1-PRF", OSSL_KDF_PARAM_SECRET, OSSL_KDF_PARAM_SEED, -1},
    {"TLS13-KDF", OSSL_KDF_PARAM_KEY, OSSL_KDF_PARAM_LABEL, EVP_KDF_HKDF_MODE_EXPAND_ONLY},
    {"HKDF", OSSL_KDF_PARAM_KEY, OSSL_KDF_PARAM_INFO, EVP_KDF_HKDF_MODE_EXPAND_ONLY},
    {"HKDF", OSSL_KDF_PARAM_KEY, OSSL_KDF_PARAM_INFO, EVP_KDF_HKDF_MODE_EXTRACT_AND_EXPAND},
    {"HKDF-SHA256", OSSL_KDF_PARAM_KEY, OSSL_KDF_PARAM_INFO, EVP_KDF_HKDF_MODE_EXPAND_ONLY},
};

enum { KDFS = sizeof(kdfs) / sizeof(kdfs[0]) };

static EVP_KDF_CTX *new_context(const char *name)
{
    EVP_KDF *kdf = EVP_KDF_fetch(libctx, name, SSLPROVIDER_PROPERTY);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);

    CU_ASSERT_FATAL(ctx != NULL);
    EVP_KDF_free(kdf);
    return ctx;
}

/* All that a derivation needs beside its secret. */
static struct support_params inputs_of(const struct drop_in_kdf *kdf, int *mode)
{
    struct support_params params = {.count = 0};

    if (strcmp(kdf->name, "HKDF-SHA256") != 0)
        support_add_text(&params, OSSL_KDF_PARAM_DIGEST, "SHA2-256");
    *mode = kdf->mode;
    if (kdf->mode >= 0)
        support_add_int(&params, OSSL_KDF_PARAM_MODE, mode);
    support_add_octets(&params, kdf->further, "key expansion", 13);
    return params;
}

static EVP_SKEY *bare_key(const uint8_t *bytes, size_t len, int exportable)
{
    struct support_params params = {.count = 0};

    support_add_octets(&params, SSLPROVIDER_PARAM_RAW_BYTES, bytes, len);
    support_add_int(&params, SSLPROVIDER_PARAM_EXPORTABLE, &exportable);
    return skey_from(libctx, &params);
}

static EVP_SKEY *generic_key(const uint8_t *bytes, size_t len)
{
    return EVP_SKEY_import_raw_key(
        libctx, "GENERIC-SECRET", (uint8_t *)(uintptr_t)bytes, len, "provider=default");
}

static EVP_SKEY *tls13_key(const uint8_t *bytes, const char *kind, int exportable)
{
    struct support_params params = {.count = 0};

    support_add_octets(&params, SSLPROVIDER_PARAM_RAW_BYTES, bytes, HASH_LEN);
    support_add_text(&params, SSLPROVIDER_PARAM_KIND, kind);
    support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_3);
    support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, TLS13_SUITE);
    support_add_int(&params, SSLPROVIDER_PARAM_EXPORTABLE, &exportable);
    return skey_from(libctx, &params);
}

/* What the default provider derives from bytes. */
static bool expected_bytes(const struct drop_in_kdf *kdf, uint8_t *out, size_t len)
{
    int mode;
    struct support_params params = inputs_of(kdf, &mode);
    EVP_KDF *theirs = EVP_KDF_fetch(libctx, kdf->name, "provider=default");
    bool ok;

    support_add_octets(&params, kdf->secret_name, secret, HASH_LEN);
    ok = support_run(theirs, &params, out, len);
    EVP_KDF_free(theirs);
    return ok;
}

static bool holds(EVP_SKEY *skey, const uint8_t *expected, size_t expected_len)
{
    const unsigned char *bytes = NULL;
    size_t len = 0;

    return skey != NULL && EVP_SKEY_get0_raw_key(skey, &bytes, &len) == 1 && len == expected_len &&
        memcmp(bytes, expected, len) == 0;
}

/* With the type fetched before, so that its lookup leaves nothing on the error queue. */
static EVP_SKEY *derive_type(
    EVP_KDF_CTX *ctx, const char *type, size_t len, const struct support_params *params)
{
    EVP_SKEYMGMT *management = EVP_SKEYMGMT_fetch(libctx, type, NULL);
    EVP_SKEY *skey =
        EVP_KDF_derive_SKEY(ctx, management, type, NULL, len, params == NULL ? NULL : params->list);

    CU_ASSERT(management != NULL);
    EVP_SKEYMGMT_free(management);
    return skey;
}

/* ---- What goes in ---- */

/* Before the other inputs or after them, by the KDF's name of it or without a name. */
static void test_keys_go_in_as_bytes_do(void)
{
    for (size_t i = 0; i < KDFS; i++) {
        uint8_t expected[40], out[40];

        CU_ASSERT_FATAL(expected_bytes(&kdfs[i], expected, sizeof(expected)));
        for (int way = 0; way < 16; way++) {
            EVP_SKEY *key =
                (way & 1) != 0 ? bare_key(secret, HASH_LEN, 1) : generic_key(secret, HASH_LEN);
            const char *name = (way & 2) != 0 ? kdfs[i].secret_name : NULL;
            EVP_KDF_CTX *ctx = new_context(kdfs[i].name);
            int mode;
            struct support_params params = inputs_of(&kdfs[i], &mode);

            CU_ASSERT_FATAL(key != NULL);
            if ((way & 4) != 0)
                CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
            CU_ASSERT(EVP_KDF_CTX_set_SKEY(ctx, key, name) == 1);
            if ((way & 8) != 0)
                EVP_SKEY_free(key); /* the context holds it */
            CU_ASSERT(
                EVP_KDF_derive(ctx, out, sizeof(out), (way & 4) != 0 ? NULL : params.list) == 1);
            CU_ASSERT(memcmp(out, expected, sizeof(out)) == 0);
            CU_ASSERT(support_nothing_raised());
            if ((way & 8) == 0)
                EVP_SKEY_free(key);
            EVP_KDF_CTX_free(ctx);
        }
    }
}

/* Extraction: key and salt, both opaque, in either order and of either type. */
static void expect_extraction(const char *name, const char *label)
{
    int mode = EVP_KDF_HKDF_MODE_EXTRACT_ONLY;
    struct support_params params = {.count = 0}, with_secrets;
    EVP_KDF *theirs = EVP_KDF_fetch(libctx, name, "provider=default");
    uint8_t expected[HASH_LEN], out[HASH_LEN];

    support_add_text(&params, OSSL_KDF_PARAM_DIGEST, "SHA2-256");
    support_add_int(&params, OSSL_KDF_PARAM_MODE, &mode);
    if (label != NULL) {
        support_add_octets(&params, OSSL_KDF_PARAM_PREFIX, "tls13 ", 6);
        support_add_octets(&params, OSSL_KDF_PARAM_LABEL, label, strlen(label));
    }
    with_secrets = params;
    support_add_octets(&with_secrets, OSSL_KDF_PARAM_KEY, secret, HASH_LEN);
    support_add_octets(&with_secrets, OSSL_KDF_PARAM_SALT, salt, sizeof(salt));
    CU_ASSERT(support_run(theirs, &with_secrets, expected, sizeof(expected)));
    for (int way = 0; way < 8; way++) {
        EVP_KDF_CTX *ctx = new_context(name);
        EVP_SKEY *key =
            (way & 1) != 0 ? generic_key(secret, HASH_LEN) : bare_key(secret, HASH_LEN, 1);
        EVP_SKEY *previous = (way & 2) != 0 ? generic_key(salt, sizeof(salt))
                                            : tls13_key(salt, SSLPROVIDER_KIND_EARLY_SECRET, 1);
        const bool salt_first = (way & 4) != 0;

        CU_ASSERT(EVP_KDF_CTX_set_SKEY(
                      ctx, salt_first ? previous : key, salt_first ? "salt" : "key") == 1);
        CU_ASSERT(EVP_KDF_CTX_set_SKEY(
                      ctx, salt_first ? key : previous, salt_first ? "key" : "salt") == 1);
        CU_ASSERT(EVP_KDF_derive(ctx, out, sizeof(out), params.list) == 1);
        CU_ASSERT(memcmp(out, expected, sizeof(out)) == 0);
        EVP_SKEY_free(key);
        EVP_SKEY_free(previous);
        EVP_KDF_CTX_free(ctx);
    }
    CU_ASSERT(support_nothing_raised());
    EVP_KDF_free(theirs);
}

static void test_key_and_salt_both_opaque(void)
{
    expect_extraction("HKDF", NULL);
    expect_extraction("TLS13-KDF", "derived");
}

static bool derives(EVP_KDF_CTX *ctx, const struct support_params *params, const uint8_t *expected)
{
    uint8_t out[KEY_LEN];
    const bool ok = EVP_KDF_derive(ctx, out, sizeof(out), params->list) == 1;

    ERR_clear_error();
    return ok && memcmp(out, expected, sizeof(out)) == 0;
}

/* A copy keeps the key, a reset drops it, and bytes and keys replace each other. */
static void test_contexts_keep_keys_as_they_keep_bytes(void)
{
    for (size_t i = 0; i < KDFS; i++) {
        EVP_KDF_CTX *ctx = new_context(kdfs[i].name), *copy;
        EVP_SKEY *key = bare_key(secret, HASH_LEN, 1), *other = bare_key(salt, sizeof(salt), 1);
        struct support_params bytes = {.count = 0};
        int mode;
        struct support_params params = inputs_of(&kdfs[i], &mode);
        uint8_t expected[KEY_LEN];

        CU_ASSERT(expected_bytes(&kdfs[i], expected, sizeof(expected)));
        CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
        CU_ASSERT(EVP_KDF_CTX_set_SKEY(ctx, key, NULL) == 1);
        EVP_SKEY_free(key);
        copy = EVP_KDF_CTX_dup(ctx);
        CU_ASSERT_FATAL(copy != NULL);
        EVP_KDF_CTX_reset(ctx);
        CU_ASSERT(!derives(ctx, &params, expected));
        params.list[0] = OSSL_PARAM_construct_end();
        CU_ASSERT(derives(copy, &params, expected));
        CU_ASSERT(EVP_KDF_CTX_set_SKEY(copy, other, NULL) == 1);
        CU_ASSERT(!derives(copy, &params, expected));
        support_add_octets(&bytes, kdfs[i].secret_name, secret, HASH_LEN);
        if (kdfs[i].mode >= 0)
            support_add_int(&bytes, OSSL_KDF_PARAM_MODE, &mode);
        CU_ASSERT(derives(copy, &bytes, expected));
        CU_ASSERT(EVP_KDF_CTX_set_SKEY(copy, other, NULL) == 1);
        CU_ASSERT(!derives(copy, &params, expected));
        EVP_SKEY_free(other);
        EVP_KDF_CTX_free(copy);
        EVP_KDF_CTX_free(ctx);
    }
}

/* A list of one secret counts as an opaque key where it is set, not where it comes with the call
 * that derives: there the default provider's answer holds. */
static void test_one_secret_of_a_derivation_is_no_key(void)
{
    static const char *const names[] = {OSSL_KDF_PARAM_KEY, OSSL_KDF_PARAM_SALT};

    for (size_t i = 0; i < 2 * KDFS; i++) {
        const struct drop_in_kdf *kdf = &kdfs[i / 2];

        for (int is_set = 0; is_set <= 1; is_set++) {
            struct support_params lone = {.count = 0};
            uint8_t expected[HASH_LEN], out[HASH_LEN];
            EVP_KDF *theirs = EVP_KDF_fetch(libctx, kdf->name, "provider=default");
            EVP_KDF_CTX *reference = EVP_KDF_CTX_new(theirs), *ctx = new_context(kdf->name);
            int mode;
            struct support_params params = inputs_of(kdf, &mode);
            bool ok;

            CU_ASSERT_FATAL(reference != NULL);
            support_add_octets(&lone, names[i % 2], secret, HASH_LEN);
            if (is_set != 0) {
                CU_ASSERT(EVP_KDF_CTX_set_params(reference, params.list) == 1);
                CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
            }
            ok = EVP_KDF_derive(reference, expected, sizeof(expected), lone.list) == 1;
            CU_ASSERT_EQUAL(EVP_KDF_derive(ctx, out, sizeof(out), lone.list) == 1, ok);
            CU_ASSERT(!ok || memcmp(out, expected, sizeof(out)) == 0);
            ERR_clear_error();
            EVP_KDF_CTX_free(ctx);
            EVP_KDF_CTX_free(reference);
            EVP_KDF_free(theirs);
        }
    }
}

/* Only secrets go in as keys. */
static void test_other_names_are_refused(void)
{
    static const char *const wrong[] = {OSSL_KDF_PARAM_INFO, OSSL_KDF_PARAM_SEED,
        OSSL_KDF_PARAM_LABEL, OSSL_KDF_PARAM_PREFIX, OSSL_KDF_PARAM_DATA, "nonsense"};
    EVP_SKEY *key = bare_key(secret, HASH_LEN, 0);

    for (size_t i = 0; i < KDFS; i++) {
        EVP_KDF_CTX *ctx = new_context(kdfs[i].name);

        for (size_t j = 0; j < sizeof(wrong) / sizeof(wrong[0]); j++) {
            CU_ASSERT(EVP_KDF_CTX_set_SKEY(ctx, key, wrong[j]) != 1);
            ASSERT_RAISED("unknown parameter for a key");
        }
        if (i == 0) {
            CU_ASSERT(EVP_KDF_CTX_set_SKEY(ctx, key, OSSL_KDF_PARAM_SALT) != 1);
            ASSERT_RAISED("unknown parameter for a key");
        }
        EVP_KDF_CTX_free(ctx);
    }
    EVP_SKEY_free(key);
}

/* ---- What comes out ---- */

static void test_keys_come_out(void)
{
    for (size_t i = 0; i < KDFS; i++) {
        for (int exportable = 0; exportable <= 1; exportable++) {
            EVP_KDF_CTX *ctx = new_context(kdfs[i].name);
            EVP_SKEY *key = bare_key(secret, HASH_LEN, exportable), *aes, *generic, *own;
            int mode;
            struct support_params params = inputs_of(&kdfs[i], &mode);
            uint8_t expected[KEY_LEN], out[KEY_LEN];

            CU_ASSERT(expected_bytes(&kdfs[i], expected, sizeof(expected)));
            CU_ASSERT(EVP_KDF_CTX_set_SKEY(ctx, key, NULL) == 1);
            aes = derive_type(ctx, "AES", KEY_LEN, &params);
            CU_ASSERT(holds(aes, expected, KEY_LEN));
            CU_ASSERT_STRING_EQUAL(EVP_SKEY_get0_provider_name(aes), "default");
            /* Seeds of TLS1-PRF add up, so the context keeps those of the first list. */
            generic = derive_type(ctx, "GENERIC-SECRET", KEY_LEN, NULL);
            CU_ASSERT(holds(generic, expected, KEY_LEN));
            own = derive_type(ctx, SSLPROVIDER_KEYMGMT_SSL_KEY, KEY_LEN, NULL);
            CU_ASSERT_FATAL(own != NULL);
            CU_ASSERT_STRING_EQUAL(describe(own).kind, "pre-master-secret");
            CU_ASSERT_EQUAL(describe(own).exportable, exportable);
            CU_ASSERT_EQUAL(holds(own, expected, KEY_LEN), exportable == 1);
            ERR_clear_error();
            memset(out, 0xA5, sizeof(out));
            CU_ASSERT_EQUAL(EVP_KDF_derive(ctx, out, sizeof(out), NULL), exportable);
            if (exportable == 0) {
                static const uint8_t zeros[KEY_LEN];

                ASSERT_RAISED("key not exportable");
                CU_ASSERT(memcmp(out, zeros, sizeof(out)) == 0);
            } else {
                CU_ASSERT(memcmp(out, expected, sizeof(out)) == 0);
            }
            CU_ASSERT(support_nothing_raised());
            EVP_SKEY_free(aes);
            EVP_SKEY_free(generic);
            EVP_SKEY_free(own);
            EVP_SKEY_free(key);
            EVP_KDF_CTX_free(ctx);
        }
    }
}

/* From bytes the list decides; from a key its policy does, and a list can only narrow it. */
static void test_policy_is_handed_down(void)
{
    static const struct {
        int input;  /* exportable of the key; -1: bytes */
        int asked;  /* exportable of the list; -1: nothing */
        int result; /* exportable of the result; -1: refused */
    } rows[] = {{-1, -1, 0}, {-1, 0, 0}, {-1, 1, 1}, {0, -1, 0}, {0, 0, 0}, {0, 1, -1}, {1, -1, 1},
        {1, 0, 0}, {1, 1, 1}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        EVP_KDF_CTX *ctx = new_context("HKDF");
        EVP_SKEY *key = rows[i].input < 0 ? NULL : bare_key(secret, HASH_LEN, rows[i].input);
        EVP_SKEY *result;
        int mode, asked = rows[i].asked;
        struct support_params params = inputs_of(&kdfs[2], &mode);

        if (key == NULL)
            support_add_octets(&params, OSSL_KDF_PARAM_KEY, secret, HASH_LEN);
        else
            CU_ASSERT(EVP_KDF_CTX_set_SKEY(ctx, key, NULL) == 1);
        if (asked >= 0)
            support_add_int(&params, SSLPROVIDER_PARAM_EXPORTABLE, &asked);
        result = derive_type(ctx, SSLPROVIDER_KEYMGMT_SSL_KEY, KEY_LEN, &params);
        if (rows[i].result < 0) {
            CU_ASSERT(result == NULL);
            ASSERT_RAISED("key not exportable");
        } else {
            CU_ASSERT_FATAL(result != NULL);
            CU_ASSERT_EQUAL(describe(result).exportable, rows[i].result);
        }
        EVP_SKEY_free(result);
        EVP_SKEY_free(key);
        EVP_KDF_CTX_free(ctx);
    }
}

/* One closed key among open ones is enough. */
static void test_closed_salt_closes_the_result(void)
{
    EVP_KDF_CTX *ctx = new_context("HKDF");
    EVP_SKEY *key = bare_key(secret, HASH_LEN, 1), *closed = bare_key(salt, sizeof(salt), 0), *own;
    int mode;
    struct support_params params = inputs_of(&kdfs[3], &mode);
    uint8_t out[HASH_LEN];
    OSSL_PARAM get[] = {OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, out, sizeof(out)),
        OSSL_PARAM_construct_end()};

    CU_ASSERT(EVP_KDF_CTX_set_SKEY(ctx, key, "key") == 1);
    CU_ASSERT(EVP_KDF_CTX_set_SKEY(ctx, closed, "salt") == 1);
    CU_ASSERT(EVP_KDF_derive(ctx, out, sizeof(out), params.list) != 1);
    ASSERT_RAISED("key not exportable");
    CU_ASSERT(EVP_KDF_CTX_get_params(ctx, get) != 1);
    ASSERT_RAISED("key not exportable");
    own = derive_type(ctx, SSLPROVIDER_KEYMGMT_SSL_KEY, 24, NULL);
    CU_ASSERT_FATAL(own != NULL);
    CU_ASSERT_EQUAL(describe(own).exportable, 0);
    EVP_SKEY_free(own);
    own = bare_key(salt, sizeof(salt), 1);
    CU_ASSERT(EVP_KDF_CTX_set_SKEY(ctx, own, "salt") == 1);
    CU_ASSERT(EVP_KDF_CTX_get_params(ctx, get) == 1);
    CU_ASSERT(get[0].return_size == sizeof(salt) && memcmp(out, salt, sizeof(salt)) == 0);
    EVP_SKEY_free(own);
    EVP_SKEY_free(key);
    EVP_SKEY_free(closed);
    EVP_KDF_CTX_free(ctx);
}

/* A traffic secret of the standard KDF goes on to our own. */
static void test_results_have_attributes(void)
{
    static const char label[] = "c ap traffic";
    EVP_KDF_CTX *ctx = new_context("TLS13-KDF"), *keys;
    EVP_SKEY *master = tls13_key(secret, SSLPROVIDER_KIND_TLS13_MASTER, 0), *traffic, *key;
    struct support_params params = {.count = 0}, output = {.count = 0}, expand = {.count = 0};
    int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
    EVP_KDF *theirs = EVP_KDF_fetch(libctx, "TLS13-KDF", "provider=default");
    uint8_t bytes[HASH_LEN], expected[KEY_LEN];

    support_add_text(&params, OSSL_KDF_PARAM_DIGEST, "SHA256");
    support_add_int(&params, OSSL_KDF_PARAM_MODE, &mode);
    support_add_octets(&params, OSSL_KDF_PARAM_PREFIX, "tls13 ", 6);
    expand = params;
    support_add_octets(&params, OSSL_KDF_PARAM_LABEL, label, sizeof(label) - 1);
    support_add_octets(&params, OSSL_KDF_PARAM_DATA, salt, sizeof(salt));
    output = params;
    support_add_octets(&output, OSSL_KDF_PARAM_KEY, secret, HASH_LEN);
    CU_ASSERT(support_run(theirs, &output, bytes, sizeof(bytes)));
    support_add_octets(&expand, OSSL_KDF_PARAM_LABEL, "key", 3);
    support_add_octets(&expand, OSSL_KDF_PARAM_KEY, bytes, sizeof(bytes));
    CU_ASSERT(support_run(theirs, &expand, expected, sizeof(expected)));

    support_add_text(&params, SSLPROVIDER_PARAM_KIND, SSLPROVIDER_KIND_TRAFFIC_SECRET);
    support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_3);
    support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, TLS13_SUITE);
    support_add_text(&params, SSLPROVIDER_PARAM_ROLE, "client");
    CU_ASSERT(EVP_KDF_CTX_set_SKEY(ctx, master, "key") == 1);
    traffic = derive_type(ctx, SSLPROVIDER_KEYMGMT_SSL_KEY, HASH_LEN, &params);
    CU_ASSERT_FATAL(traffic != NULL);
    CU_ASSERT_STRING_EQUAL(describe(traffic).kind, "traffic-secret");
    CU_ASSERT_STRING_EQUAL(describe(traffic).suite, TLS13_SUITE);
    CU_ASSERT_STRING_EQUAL(describe(traffic).role, "client");
    keys = new_context(SSLPROVIDER_KDF_SESSION_KEYS);
    CU_ASSERT(EVP_KDF_CTX_set_SKEY(keys, traffic, NULL) == 1);
    output.count = 0;
    support_add_text(&output, SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_KEY);
    key = derive_type(keys, "AES", KEY_LEN, &output);
    CU_ASSERT(holds(key, expected, sizeof(expected)));
    EVP_SKEY_free(key);
    EVP_SKEY_free(traffic);
    CU_ASSERT(derive_type(ctx, SSLPROVIDER_KEYMGMT_SSL_KEY, HASH_LEN - 1, &params) == NULL);
    ASSERT_RAISED("invalid secret length");
    EVP_SKEY_free(master);
    EVP_KDF_free(theirs);
    EVP_KDF_CTX_free(keys);
    EVP_KDF_CTX_free(ctx);
}

/* ---- What a closed key is not for ---- */

static void expect_refusal(const struct drop_in_kdf *kdf, EVP_SKEY *key, const char *digest,
    const char *properties, const char *reason)
{
    EVP_KDF_CTX *ctx = new_context(kdf->name);
    int mode = kdf->mode;
    struct support_params params = {.count = 0};
    EVP_SKEY *result;

    support_add_text(&params, OSSL_KDF_PARAM_DIGEST, digest);
    support_add_text(&params, OSSL_KDF_PARAM_PROPERTIES, properties);
    if (mode >= 0)
        support_add_int(&params, OSSL_KDF_PARAM_MODE, &mode);
    support_add_octets(&params, kdf->further, "key expansion", 13);
    CU_ASSERT_FATAL(key != NULL);
    CU_ASSERT(EVP_KDF_CTX_set_SKEY(ctx, key, NULL) == 1);
    result = derive_type(ctx, SSLPROVIDER_KEYMGMT_SSL_KEY, HASH_LEN, &params);
    CU_ASSERT_EQUAL(result == NULL, reason != NULL);
    if (reason != NULL)
        ASSERT_RAISED(reason);
    EVP_SKEY_free(result);
    EVP_SKEY_free(key);
    EVP_KDF_CTX_free(ctx);
}

/* The implementation of a hash sees the secret, and a key of a key schedule has its own PRF. */
static void test_closed_keys_keep_to_their_hash(void)
{
    const struct drop_in_kdf *prf = &kdfs[0], *tls13 = &kdfs[1], *hkdf = &kdfs[2];
    const char *const mismatch = "protocol or cipher suite differs from the key's";
    const char *const psk = SSLPROVIDER_KIND_PRE_SHARED_KEY;

    expect_refusal(
        hkdf, bare_key(secret, HASH_LEN, 0), "SHA2-256", "provider=default", "key not exportable");
    expect_refusal(hkdf, bare_key(secret, HASH_LEN, 1), "SHA2-256", "provider=default", NULL);
    expect_refusal(hkdf, bare_key(secret, HASH_LEN, 0), "SHA2-512", NULL, NULL);
    expect_refusal(prf, master_skey(libctx, secret, GCM_SUITE, 0), "SHA2-256", NULL, NULL);
    expect_refusal(prf, master_skey(libctx, secret, GCM_SUITE, 0), "SHA2-384", NULL, mismatch);
    expect_refusal(prf, master_skey(libctx, secret, GCM_SUITE, 0), "MD5-SHA1", NULL, mismatch);
    expect_refusal(prf, master_skey(libctx, secret, GCM_SUITE, 1), "SHA2-384", NULL, NULL);
    expect_refusal(hkdf, master_skey(libctx, secret, GCM_SUITE, 0), "SHA2-256", NULL, mismatch);
    expect_refusal(
        tls13, tls13_key(secret, SSLPROVIDER_KIND_TRAFFIC_SECRET, 0), "SHA2-256", NULL, NULL);
    expect_refusal(
        tls13, tls13_key(secret, SSLPROVIDER_KIND_TRAFFIC_SECRET, 0), "SHA2-384", NULL, mismatch);
    expect_refusal(
        prf, tls13_key(secret, SSLPROVIDER_KIND_TRAFFIC_SECRET, 0), "SHA2-256", NULL, mismatch);
    expect_refusal(hkdf, tls13_key(secret, psk, 0), "SHA2-256", NULL, NULL);
    expect_refusal(hkdf, tls13_key(secret, psk, 0), "SHA2-384", NULL,
        "hash differs from the pre-shared key's");
    expect_refusal(
        prf, tls13_key(secret, psk, 0), "SHA2-256", NULL, "hash differs from the pre-shared key's");
}

static void test_require_ems_holds(void)
{
    OSSL_LIB_CTX *strict = support_context_new("require-ems = yes\n"), *before = libctx;
    EVP_KDF_CTX *ctx;
    EVP_SKEY *key;
    struct support_params params = {.count = 0};

    CU_ASSERT_FATAL(strict != NULL);
    libctx = strict;
    ctx = new_context("TLS1-PRF");
    key = bare_key(secret, SUPPORT_MASTER_LEN, 0);
    support_add_text(&params, OSSL_KDF_PARAM_DIGEST, "SHA2-256");
    support_add_octets(&params, OSSL_KDF_PARAM_SEED, "master secret", 13);
    CU_ASSERT(EVP_KDF_CTX_set_SKEY(ctx, key, "secret") == 1);
    CU_ASSERT(derive_type(ctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SUPPORT_MASTER_LEN, &params) == NULL);
    ASSERT_RAISED("extended master secret required");
    EVP_SKEY_free(key);
    EVP_KDF_CTX_free(ctx);
    libctx = before;
    OSSL_LIB_CTX_free(strict);
}

/* ---- Other providers' keys and key agreements ---- */

static EVP_PKEY *new_pair(void)
{
    return EVP_PKEY_Q_keygen(libctx, NULL, "X25519");
}

/* The shared secret of an exchange, as a key of a type. */
static EVP_SKEY *agree(EVP_PKEY *own, EVP_PKEY *peer, const char *type)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(libctx, own, NULL);
    EVP_SKEYMGMT *management = EVP_SKEYMGMT_fetch(libctx, type, NULL);
    EVP_SKEY *shared = NULL;

    if (ctx != NULL && EVP_PKEY_derive_init(ctx) > 0 && EVP_PKEY_derive_set_peer(ctx, peer) > 0)
        shared = EVP_PKEY_derive_SKEY(ctx, management, type, NULL, HASH_LEN, NULL);
    EVP_SKEYMGMT_free(management);
    EVP_PKEY_CTX_free(ctx);
    return shared;
}

/* Both sides, one with a key of ours and one with OpenSSL's: as TLS13-KDF's key, and as
 * SSL-TRAFFIC-SECRET's shared secret. */
static void test_key_agreements_go_in(void)
{
    EVP_PKEY *a = new_pair(), *b = new_pair();
    EVP_SKEY *ours = agree(a, b, SSLPROVIDER_KEYMGMT_SSL_KEY),
             *theirs = agree(b, a, "GENERIC-SECRET");
    EVP_SKEY *early = tls13_key(salt, SSLPROVIDER_KIND_EARLY_SECRET, 0);
    EVP_SKEY *results[4] = {NULL};
    int mode = EVP_KDF_HKDF_MODE_EXTRACT_ONLY, exportable = 1;
    struct support_params standard = {.count = 0}, own = {.count = 0};

    CU_ASSERT_FATAL(ours != NULL && theirs != NULL && early != NULL);
    support_add_text(&standard, OSSL_KDF_PARAM_DIGEST, "SHA2-256");
    support_add_int(&standard, OSSL_KDF_PARAM_MODE, &mode);
    support_add_octets(&standard, OSSL_KDF_PARAM_PREFIX, "tls13 ", 6);
    support_add_octets(&standard, OSSL_KDF_PARAM_LABEL, "derived", 7);
    support_add_text(&own, SSLPROVIDER_PARAM_TARGET, SSLPROVIDER_TARGET_HANDSHAKE_SECRET);
    support_add_int(&own, SSLPROVIDER_PARAM_EXPORTABLE, &exportable);
    for (int i = 0; i < 4; i++) {
        const bool is_standard = i < 2;
        EVP_KDF_CTX *ctx = new_context(is_standard ? "TLS13-KDF" : SSLPROVIDER_KDF_TRAFFIC_SECRET);

        CU_ASSERT(EVP_KDF_CTX_set_SKEY(ctx, early, is_standard ? "salt" : "secret") == 1);
        CU_ASSERT(EVP_KDF_CTX_set_SKEY(
                      ctx, i % 2 == 0 ? ours : theirs, is_standard ? "key" : "shared-secret") == 1);
        results[i] = is_standard ? derive_type(ctx, "GENERIC-SECRET", HASH_LEN, &standard)
                                 : derive_type(ctx, SSLPROVIDER_KEYMGMT_SSL_KEY, 0, &own);
        CU_ASSERT_FATAL(results[i] != NULL);
        EVP_KDF_CTX_free(ctx);
    }
    for (int i = 1; i < 4; i++) {
        const unsigned char *bytes = NULL;
        size_t len = 0;

        CU_ASSERT(EVP_SKEY_get0_raw_key(results[0], &bytes, &len) == 1 && len == HASH_LEN);
        CU_ASSERT(holds(results[i], bytes, len));
    }
    CU_ASSERT(support_nothing_raised());
    for (int i = 0; i < 4; i++)
        EVP_SKEY_free(results[i]);
    EVP_SKEY_free(ours);
    EVP_SKEY_free(theirs);
    EVP_SKEY_free(early);
    EVP_PKEY_free(a);
    EVP_PKEY_free(b);
}

/* The default provider's exchanges of the names HKDF and TLS1-PRF fetch the KDF by that name, and
 * their results can be keys of ours.  A hash that counts shows whose KDF it was. */
static void test_exchanges_named_as_kdfs(void)
{
    OSSL_LIB_CTX *counting = support_context_new("properties = " SUPPORT_HASH_QUERY "\n");
    EVP_SKEYMGMT *type =
        EVP_SKEYMGMT_fetch(counting, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY);
    OSSL_PROVIDER *hashes;

    CU_ASSERT_FATAL(OSSL_PROVIDER_add_builtin(
                        counting, SUPPORT_HASH_PROVIDER, support_hash_provider_init) == 1);
    hashes = OSSL_PROVIDER_load(counting, SUPPORT_HASH_PROVIDER);
    CU_ASSERT_FATAL(hashes != NULL && type != NULL);
    CU_ASSERT(EVP_set_default_properties(counting, "?sslprovider.kdf=yes") == 1);
    for (size_t i = 0; i < KDFS; i += 2) {
        EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(counting, kdfs[i].name, "provider=default");
        const unsigned long before = support_hashes_computed();
        int mode;
        struct support_params params = inputs_of(&kdfs[i], &mode);
        EVP_SKEY *key;

        if (strcmp(kdfs[i].name, "HKDF-SHA256") == 0)
            continue; /* no exchange has this name */
        CU_ASSERT_FATAL(ctx != NULL);
        support_add_octets(&params, kdfs[i].secret_name, secret, HASH_LEN);
        CU_ASSERT(EVP_PKEY_derive_init_ex(ctx, params.list) == 1);
        key = EVP_PKEY_derive_SKEY(ctx, type, SSLPROVIDER_KEYMGMT_SSL_KEY, NULL, HASH_LEN, NULL);
        CU_ASSERT_FATAL(key != NULL);
        CU_ASSERT_STRING_EQUAL(EVP_SKEY_get0_provider_name(key), SSLPROVIDER_NAME);
        CU_ASSERT(support_hashes_computed() > before);
        EVP_SKEY_free(key);
        EVP_PKEY_CTX_free(ctx);
    }
    EVP_SKEYMGMT_free(type);
    OSSL_PROVIDER_unload(hashes);
    OSSL_LIB_CTX_free(counting);
    ERR_clear_error();
}

struct copied_bytes {
    uint8_t bytes[64];
    size_t len;
};

static int copy_raw_bytes(const OSSL_PARAM params[], void *argument)
{
    struct copied_bytes *copied = argument;
    const OSSL_PARAM *raw = OSSL_PARAM_locate_const(params, SSLPROVIDER_PARAM_RAW_BYTES);
    void *to = copied->bytes;

    return raw != NULL &&
        OSSL_PARAM_get_octet_string(raw, &to, sizeof(copied->bytes), &copied->len) == 1;
}

/* Between library contexts a key goes by its export, if it may. */
static void test_keys_move_between_providers(void)
{
    OSSL_LIB_CTX *other = support_context_new("");
    OSSL_PROVIDER *target = OSSL_PROVIDER_load(other, SSLPROVIDER_NAME);
    EVP_SKEYMGMT *management =
        EVP_SKEYMGMT_fetch(libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY);
    EVP_SKEY *open = bare_key(secret, HASH_LEN, 1), *closed = bare_key(secret, HASH_LEN, 0);
    EVP_SKEY *generic = generic_key(secret, HASH_LEN), *moved;
    struct copied_bytes copied = {.len = 0};
    struct support_params params = {.count = 0};

    CU_ASSERT_FATAL(target != NULL && management != NULL);
    moved = EVP_SKEY_to_provider(open, other, target, NULL);
    CU_ASSERT_FATAL(moved != NULL);
    CU_ASSERT(moved != open && holds(moved, secret, HASH_LEN));
    EVP_SKEY_free(moved);
    CU_ASSERT(EVP_SKEY_to_provider(closed, other, target, NULL) == NULL);
    ERR_clear_error();
    /* A key keeps the name of its type, and neither provider has the other's. */
    CU_ASSERT(EVP_SKEY_to_provider(generic, libctx, target, NULL) == NULL);
    ERR_clear_error();
    CU_ASSERT(EVP_SKEY_export(generic, OSSL_SKEYMGMT_SELECT_ALL, copy_raw_bytes, &copied) == 1);
    support_add_octets(&params, SSLPROVIDER_PARAM_RAW_BYTES, copied.bytes, copied.len);
    moved = EVP_SKEY_import_SKEYMGMT(libctx, management, OSSL_SKEYMGMT_SELECT_ALL, params.list);
    CU_ASSERT_FATAL(moved != NULL);
    CU_ASSERT_STRING_EQUAL(describe(moved).kind, "pre-master-secret");
    EVP_SKEY_free(moved);
    EVP_SKEY_free(open);
    EVP_SKEY_free(closed);
    EVP_SKEY_free(generic);
    EVP_SKEYMGMT_free(management);
    OSSL_PROVIDER_unload(target);
    OSSL_LIB_CTX_free(other);
}

/* ---- The keyed state, and threads ---- */

/* With what the key has prepared, no hash begins from nothing. */
static void test_keyed_state_is_used(void)
{
    OSSL_LIB_CTX *counting = support_context_new("properties = " SUPPORT_HASH_QUERY "\n");
    OSSL_LIB_CTX *before = libctx;
    OSSL_PROVIDER *hashes;

    CU_ASSERT_FATAL(OSSL_PROVIDER_add_builtin(
                        counting, SUPPORT_HASH_PROVIDER, support_hash_provider_init) == 1);
    hashes = OSSL_PROVIDER_load(counting, SUPPORT_HASH_PROVIDER);
    CU_ASSERT_FATAL(hashes != NULL);
    libctx = counting;
    for (size_t i = 0; i < 3; i++) {
        EVP_SKEY *key = i == 0 ? master_skey(libctx, secret, GCM_SUITE, 1)
                               : tls13_key(secret, SSLPROVIDER_KIND_TRAFFIC_SECRET, 1);
        EVP_KDF_CTX *ctx = new_context(kdfs[i].name);
        int mode;
        struct support_params params = inputs_of(&kdfs[i], &mode), bytes = params;
        unsigned long start;
        uint8_t out[2][HASH_LEN];

        support_add_octets(
            &bytes, kdfs[i].secret_name, secret, i == 0 ? SUPPORT_MASTER_LEN : HASH_LEN);
        start = support_hashes_begun();
        CU_ASSERT(EVP_KDF_derive(ctx, out[0], HASH_LEN, bytes.list) == 1);
        CU_ASSERT(support_hashes_begun() > start);
        EVP_KDF_CTX_reset(ctx);
        CU_ASSERT(EVP_KDF_CTX_set_SKEY(ctx, key, NULL) == 1);
        start = support_hashes_begun();
        CU_ASSERT(EVP_KDF_derive(ctx, out[1], HASH_LEN, params.list) == 1);
        CU_ASSERT_EQUAL(support_hashes_begun(), start);
        CU_ASSERT(memcmp(out[0], out[1], HASH_LEN) == 0);
        EVP_SKEY_free(key);
        EVP_KDF_CTX_free(ctx);
    }
    libctx = before;
    OSSL_PROVIDER_unload(hashes);
    OSSL_LIB_CTX_free(counting);
}

static EVP_SKEY *shared_key;

static void *derive_in_thread(void *argument)
{
    const struct drop_in_kdf *kdf = argument;
    unsigned long good = 0;
    uint8_t expected[KEY_LEN];

    if (!expected_bytes(kdf, expected, sizeof(expected)))
        return NULL;
    for (int i = 0; i < ROUNDS; i++) {
        EVP_KDF *found = EVP_KDF_fetch(libctx, kdf->name, SSLPROVIDER_PROPERTY);
        EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(found);
        EVP_SKEYMGMT *types[2] = {EVP_SKEYMGMT_fetch(libctx, "AES", NULL),
            EVP_SKEYMGMT_fetch(libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, NULL)};
        int mode;
        struct support_params params = inputs_of(kdf, &mode);
        EVP_SKEY *aes = NULL, *own = NULL;

        if (EVP_KDF_CTX_set_SKEY(ctx, shared_key, NULL) == 1) {
            aes = EVP_KDF_derive_SKEY(ctx, types[0], "AES", NULL, KEY_LEN, params.list);
            own = EVP_KDF_derive_SKEY(ctx, types[1], "SSL-KEY", NULL, KEY_LEN, NULL);
        }
        good += holds(aes, expected, KEY_LEN) && own != NULL;
        EVP_SKEY_free(aes);
        EVP_SKEY_free(own);
        EVP_SKEYMGMT_free(types[0]);
        EVP_SKEYMGMT_free(types[1]);
        EVP_KDF_CTX_free(ctx);
        EVP_KDF_free(found);
    }
    return good == ROUNDS ? argument : NULL;
}

static void test_threads_share_a_key(void)
{
    pthread_t threads[THREADS];

    shared_key = bare_key(secret, HASH_LEN, 0);
    for (size_t i = 0; i < THREADS; i++)
        CU_ASSERT_FATAL(pthread_create(&threads[i], NULL, derive_in_thread,
                            (void *)(uintptr_t)&kdfs[i % KDFS]) == 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *result = NULL;

        CU_ASSERT(pthread_join(threads[i], &result) == 0);
        CU_ASSERT(result != NULL);
    }
    EVP_SKEY_free(shared_key);
    ERR_clear_error();
}

static int initialize(void)
{
    uint64_t state = 12;

    support_fill(&state, secret, sizeof(secret));
    support_fill(&state, salt, sizeof(salt));
    libctx = support_context_new("");
    return libctx == NULL;
}

static int clean_up(void)
{
    OSSL_LIB_CTX_free(libctx);
    return 0;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_keys_go_in_as_bytes_do),
        TEST(test_key_and_salt_both_opaque),
        TEST(test_contexts_keep_keys_as_they_keep_bytes),
        TEST(test_one_secret_of_a_derivation_is_no_key),
        TEST(test_other_names_are_refused),
        TEST(test_keys_come_out),
        TEST(test_policy_is_handed_down),
        TEST(test_closed_salt_closes_the_result),
        TEST(test_results_have_attributes),
        TEST(test_closed_keys_keep_to_their_hash),
        TEST(test_require_ems_holds),
        TEST(test_key_agreements_go_in),
        TEST(test_exchanges_named_as_kdfs),
        TEST(test_keys_move_between_providers),
        TEST(test_keyed_state_is_used),
        TEST(test_threads_share_a_key),
    };

    return RUN_TESTS("drop-in KDFs and EVP_SKEY", initialize, clean_up, tests);
}

#else

int main(void)
{
    printf("skipped: the KDFs of these OpenSSL headers know no EVP_SKEY (3.6 and later do)\n");
    return SKIPPED;
}

#endif
