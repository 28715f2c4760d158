/* SPDX-License-Identifier: Apache-2.0
 *
 * Key management SSL-KEY through EVP_SKEY: import, export by policy, generation, reference, and
 * that an object is the same one as EVP_PKEY, EVP_SKEY and handle.
 */
#include "skeys.h"
#include "support/context.h"

#ifdef SSLP_HAVE_SKEYMGMT

#    include <pthread.h>

enum { GCM_BLOCK_LEN = 40, RELOADS = 5, THREADS = 4, ROUNDS = 200 };

static uint8_t secret[SUPPORT_MASTER_LEN], random_bytes[SUPPORT_RANDOM_LEN];

static bool derives(uint64_t handle)
{
    uint8_t out[GCM_BLOCK_LEN];
    struct support_inputs inputs = {
        .handle = handle, .client_random = random_bytes, .server_random = random_bytes};

    return support_derive(session_kdf, inputs, out, sizeof(out));
}

static void test_every_attribute_is_imported(void)
{
    EVP_SKEY *skey = master_skey(libctx, secret, GCM_SUITE, 0);
    struct skey_description what;

    CU_ASSERT_FATAL(skey != NULL);
    what = describe(skey);
    CU_ASSERT(EVP_SKEY_is_a(skey, SSLPROVIDER_KEYMGMT_SSL_KEY));
    CU_ASSERT_STRING_EQUAL(what.kind, "master-secret");
    CU_ASSERT_STRING_EQUAL(what.protocol, "TLSv1.2");
    CU_ASSERT_STRING_EQUAL(what.suite, GCM_SUITE);
    CU_ASSERT_STRING_EQUAL(what.role, "client");
    CU_ASSERT(what.exportable == 0 && what.length == sizeof(secret) && !what.has_secret);
    CU_ASSERT(derives(what.handle));
    EVP_SKEY_free(skey);
    CU_ASSERT(!derives(what.handle));
    ASSERT_RAISED("invalid key handle");
}

/* OpenSSL's own import of raw bytes gives no attributes: such a key is the result of a key
 * agreement. */
static void test_raw_bytes_alone_are_a_pre_master_secret(void)
{
    EVP_SKEY *skey = EVP_SKEY_import_raw_key(
        libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, secret, 32, SSLPROVIDER_PROPERTY);

    CU_ASSERT_FATAL(skey != NULL);
    CU_ASSERT_STRING_EQUAL(EVP_SKEY_get0_provider_name(skey), SSLPROVIDER_NAME);
    CU_ASSERT_STRING_EQUAL(describe(skey).kind, "pre-master-secret");
    CU_ASSERT(describe(skey).length == 32);
    EVP_SKEY_free(skey);
}

static void refuse(struct support_params *params, int selection, const char *reason)
{
    EVP_SKEY *skey = EVP_SKEY_import(
        libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY, selection, params->list);

    CU_ASSERT(skey == NULL);
    ASSERT_RAISED(reason);
    EVP_SKEY_free(skey);
}

static void test_wrong_imports_are_refused(void)
{
    static const char *const names[] = {"secret", "raw-bytes"};
    struct support_params params = {.count = 0};
    uint64_t handle = 1;

    support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, "TLSv1.2");
    support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, GCM_SUITE);
    refuse(&params, OSSL_SKEYMGMT_SELECT_ALL, "missing secret");
    support_add_octets(&params, SSLPROVIDER_PARAM_RAW_BYTES, secret, 48);
    refuse(&params, OSSL_SKEYMGMT_SELECT_PARAMETERS, "missing secret");
    support_add_text(&params, SSLPROVIDER_PARAM_KIND, "traffic-secret");
    refuse(&params, OSSL_SKEYMGMT_SELECT_ALL, "wrong kind of key");
    for (size_t i = 0; i < 2; i++) {
        params = (struct support_params){.count = 0};
        support_add_octets(&params, names[i], secret, 47);
        support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, "TLSv1.2");
        refuse(&params, OSSL_SKEYMGMT_SELECT_ALL, "missing cipher suite");
        support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, GCM_SUITE);
        refuse(&params, OSSL_SKEYMGMT_SELECT_ALL, "invalid secret length");
        support_add_uint64(&params, SSLPROVIDER_PARAM_HANDLE, &handle);
        refuse(&params, OSSL_SKEYMGMT_SELECT_ALL, "secret and handle given");
    }
    params = (struct support_params){.count = 0};
    support_add_uint64(&params, SSLPROVIDER_PARAM_HANDLE, &handle);
    refuse(&params, OSSL_SKEYMGMT_SELECT_ALL, "invalid key handle");
    params = (struct support_params){.count = 0};
    support_add_text(&params, SSLPROVIDER_PARAM_HANDLE, "1");
    refuse(&params, OSSL_SKEYMGMT_SELECT_ALL, "invalid parameter type");
}

/* The bytes leave with the consent given at the import, and stay where they are. */
static void test_export_requires_exportable(void)
{
    EVP_SKEY *closed = master_skey(libctx, secret, GCM_SUITE, 0);
    EVP_SKEY *open = master_skey(libctx, secret, GCM_SUITE, 1), *other;
    const unsigned char *bytes = NULL, *again = NULL;
    struct skey_description what = {.exportable = -1};
    size_t len = 0;

    CU_ASSERT(EVP_SKEY_get0_raw_key(closed, &bytes, &len) != 1);
    ASSERT_RAISED("key not exportable");
    CU_ASSERT(EVP_SKEY_export(closed, OSSL_SKEYMGMT_SELECT_ALL, read_description, &what) != 1);
    ASSERT_RAISED("key not exportable");
    CU_ASSERT(what.exportable == -1);
    CU_ASSERT(EVP_SKEY_get0_raw_key(open, &bytes, &len) == 1);
    CU_ASSERT(bytes != NULL && len == sizeof(secret) && memcmp(bytes, secret, len) == 0);
    other = master_skey(libctx, secret, GCM_SUITE, 1);
    CU_ASSERT(EVP_SKEY_get0_raw_key(open, &again, &len) == 1 && again == bytes);
    CU_ASSERT(EVP_SKEY_export(open, OSSL_SKEYMGMT_SELECT_ALL, read_description, &what) == 1);
    CU_ASSERT(what.has_secret && what.exportable == 1 && what.handle == 0);
    CU_ASSERT_STRING_EQUAL(what.suite, GCM_SUITE);
    EVP_SKEY_free(other);
    EVP_SKEY_free(closed);
    EVP_SKEY_free(open);
}

/* A key moves between two contexts only as bytes, since each has a provider of its own. */
static void test_other_contexts_get_only_exportable_keys(void)
{
    OSSL_LIB_CTX *there = support_context_new("");
    OSSL_PROVIDER *provider = OSSL_PROVIDER_try_load(there, SSLPROVIDER_NAME, 1);
    EVP_SKEY *closed = master_skey(libctx, secret, GCM_SUITE, 0);
    EVP_SKEY *open = master_skey(libctx, secret, GCM_SUITE, 1), *moved;

    CU_ASSERT(skey_of_handle(there, handle_of_skey(open)) == NULL);
    ASSERT_RAISED("invalid key handle");
    CU_ASSERT(EVP_SKEY_to_provider(closed, there, provider, NULL) == NULL);
    ERR_clear_error();
    moved = EVP_SKEY_to_provider(open, there, provider, NULL);
    CU_ASSERT_FATAL(moved != NULL);
    CU_ASSERT_STRING_EQUAL(describe(moved).suite, GCM_SUITE);
    CU_ASSERT(handle_of_skey(moved) != handle_of_skey(open));
    EVP_SKEY_free(moved);
    EVP_SKEY_free(open);
    EVP_SKEY_free(closed);
    OSSL_PROVIDER_unload(provider);
    OSSL_LIB_CTX_free(there);
}

/* The reference is the handle as text, which OpenSSL's own parser of parameters reads. */
static void test_key_id_names_the_key(void)
{
    EVP_SKEY *skey = master_skey(libctx, secret, GCM_SUITE, 0);
    const char *id = EVP_SKEY_get0_key_id(skey);
    OSSL_PARAM settable[] = {
        OSSL_PARAM_uint64(SSLPROVIDER_PARAM_HANDLE, NULL), OSSL_PARAM_construct_end()};
    OSSL_PARAM param = OSSL_PARAM_construct_end();
    uint64_t handle = 0;
    int found = 0;

    CU_ASSERT_FATAL(id != NULL);
    CU_ASSERT(strlen(id) == 18 && strncmp(id, "0x", 2) == 0);
    CU_ASSERT(strtoull(id, NULL, 0) == handle_of_skey(skey));
    CU_ASSERT_FALSE(!OSSL_PARAM_allocate_from_text(
        &param, settable, SSLPROVIDER_PARAM_HANDLE, id, strlen(id), &found));
    CU_ASSERT(found == 1 && OSSL_PARAM_get_uint64(&param, &handle) == 1);
    CU_ASSERT(derives(handle));
    OPENSSL_free(param.data);
    EVP_SKEY_free(skey);
}

static EVP_SKEY *generate(const char *kind, const char *protocol, size_t *length, int *exportable)
{
    struct support_params params = {.count = 0};

    support_add_text(&params, SSLPROVIDER_PARAM_KIND, kind);
    support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, protocol);
    support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, TLS13_SUITE);
    support_add_int(&params, SSLPROVIDER_PARAM_EXPORTABLE, exportable);
    if (length != NULL) {
        params.list[params.count++] =
            OSSL_PARAM_construct_size_t(SSLPROVIDER_PARAM_KEY_LENGTH, length);
        params.list[params.count] = OSSL_PARAM_construct_end();
    }
    return EVP_SKEY_generate(
        libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY, params.list);
}

static void test_generated_keys_are_pre_shared_keys(void)
{
    static const size_t lengths[] = {1, 16, 32, 512};
    EVP_SKEY *plain =
        EVP_SKEY_generate(libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY, NULL);
    int exportable = 1;

    CU_ASSERT_FATAL(plain != NULL);
    CU_ASSERT_STRING_EQUAL(describe(plain).kind, "pre-shared-key");
    CU_ASSERT_STRING_EQUAL(describe(plain).protocol, "TLSv1.3");
    CU_ASSERT(describe(plain).length == 32 && describe(plain).exportable == 0);
    EVP_SKEY_free(plain);
    for (size_t i = 0; i < 4; i++) {
        size_t length = lengths[i], len[2] = {0};
        const unsigned char *bytes[2] = {NULL, NULL};
        EVP_SKEY *a = generate("pre-shared-key", "TLSv1.3", &length, &exportable);
        EVP_SKEY *b = generate(NULL, NULL, &length, &exportable);

        CU_ASSERT(EVP_SKEY_get0_raw_key(a, &bytes[0], &len[0]) == 1 && len[0] == length);
        CU_ASSERT(EVP_SKEY_get0_raw_key(b, &bytes[1], &len[1]) == 1 && len[1] == length);
        CU_ASSERT(length < 16 || memcmp(bytes[0], bytes[1], length) != 0);
        CU_ASSERT_STRING_EQUAL(describe(a).suite, TLS13_SUITE);
        EVP_SKEY_free(a);
        EVP_SKEY_free(b);
    }
}

static void refuse_generation(
    const char *kind, const char *protocol, size_t length, const char *reason)
{
    CU_ASSERT(generate(kind, protocol, &length, NULL) == NULL);
    ASSERT_RAISED(reason);
}

static void test_wrong_generations_are_refused(void)
{
    OSSL_LIB_CTX *bare = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *provider = OSSL_PROVIDER_load(bare, SSLPROVIDER_NAME);

    refuse_generation("master-secret", NULL, 48, "wrong kind of key");
    refuse_generation("session-key", NULL, 48, "unknown kind of key");
    refuse_generation(NULL, NULL, 0, "invalid secret length");
    refuse_generation(NULL, NULL, 513, "invalid secret length");
    refuse_generation(NULL, "TLSv1.2", 32, "wrong kind of key");
    /* The random numbers come from the providers of the application. */
    CU_ASSERT(
        EVP_SKEY_generate(bare, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY, NULL) == NULL);
    ASSERT_RAISED("random numbers not available");
    OSSL_PROVIDER_unload(provider);
    OSSL_LIB_CTX_free(bare);
}

/* --- One object in three forms ---------------------------------------------------------------- */

static void test_skey_shares_the_object_of_a_pkey(void)
{
    EVP_PKEY *pkey = support_master_key(libctx, secret, "client");
    const uint64_t handle = support_handle_of(pkey);
    EVP_SKEY *first = skey_of_handle(libctx, handle), *second = skey_of_handle(libctx, handle);

    CU_ASSERT_FATAL(first != NULL && second != NULL);
    CU_ASSERT(handle_of_skey(first) == handle && handle_of_skey(second) == handle);
    CU_ASSERT_STRING_EQUAL(EVP_SKEY_get0_key_id(first), EVP_SKEY_get0_key_id(second));
    /* Whoever goes first, the handle lives as long as one of them. */
    EVP_PKEY_free(pkey);
    CU_ASSERT(derives(handle));
    EVP_SKEY_free(first);
    CU_ASSERT(derives(handle));
    EVP_SKEY_free(second);
    CU_ASSERT(!derives(handle));
    ASSERT_RAISED("invalid key handle");
    CU_ASSERT(skey_of_handle(libctx, handle) == NULL);
    ASSERT_RAISED("invalid key handle");
}

static void test_pkey_shares_the_object_of_a_skey(void)
{
    EVP_SKEY *skey = master_skey(libctx, secret, GCM_SUITE, 0);
    const uint64_t handle = handle_of_skey(skey);
    EVP_PKEY *pkey = support_adopt(libctx, handle);

    CU_ASSERT_FATAL(pkey != NULL);
    CU_ASSERT(support_handle_of(pkey) == handle);
    /* One EVP_PKEY an object at a time: further ones are references to it. */
    CU_ASSERT(support_adopt(libctx, handle) == NULL);
    ASSERT_RAISED("key handle already has an owner");
    EVP_PKEY_free(pkey);
    CU_ASSERT(derives(handle));
    pkey = support_adopt(libctx, handle);
    CU_ASSERT(pkey != NULL);
    EVP_SKEY_free(skey);
    CU_ASSERT(derives(handle));
    skey = skey_of_handle(libctx, handle);
    CU_ASSERT(handle_of_skey(skey) == handle);
    EVP_PKEY_free(pkey);
    EVP_SKEY_free(skey);
    CU_ASSERT(!derives(handle));
    ASSERT_RAISED("invalid key handle");
}

/* What a KDF leaves in the provider becomes either form. */
static void test_skey_adopts_what_a_kdf_wrote(void)
{
    EVP_KDF *master_kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_MASTER_KEY, SSLPROVIDER_PROPERTY);
    struct support_inputs inputs = {.protocol = "TLSv1.2",
        .suite = GCM_SUITE,
        .output = "handle",
        .secret = secret,
        .secret_len = sizeof(secret),
        .client_random = random_bytes,
        .server_random = random_bytes};
    uint64_t handle = 0;
    EVP_SKEY *skey;

    CU_ASSERT(support_derive(master_kdf, inputs, &handle, sizeof(handle)));
    skey = skey_of_handle(libctx, handle);
    CU_ASSERT_FATAL(skey != NULL);
    CU_ASSERT_STRING_EQUAL(describe(skey).kind, "master-secret");
    CU_ASSERT(derives(handle));
    EVP_SKEY_free(skey);
    CU_ASSERT(!derives(handle));
    ASSERT_RAISED("invalid key handle");
    EVP_KDF_free(master_kdf);
}

/* --- Threads, contexts, configuration --------------------------------------------------------- */

static _Atomic uint64_t shared;

struct worker {
    pthread_t thread;
    unsigned shares, stale, wrong;
};

/* Shares in an object that its maker gives up at any moment. */
static void *share_and_end(void *argument)
{
    struct worker *worker = argument;

    for (unsigned i = 0; i < ROUNDS; i++) {
        const uint64_t handle = shared;
        EVP_SKEY *skey = skey_of_handle(libctx, handle);

        if (skey != NULL) {
            worker->shares++;
            worker->wrong += !derives(handle);
            EVP_SKEY_free(skey);
        } else if (support_raised("invalid key handle")) {
            worker->stale++;
        } else {
            worker->wrong++;
        }
    }
    return NULL;
}

static void test_threads_share_and_free_one_key(void)
{
    struct worker workers[THREADS] = {{0}};
    EVP_PKEY *pkey = support_master_key(libctx, secret, "client"), *next;

    shared = support_handle_of(pkey);
    for (size_t i = 0; i < THREADS; i++)
        CU_ASSERT_FATAL(pthread_create(&workers[i].thread, NULL, share_and_end, &workers[i]) == 0);
    for (unsigned i = 0; i < ROUNDS; i++) {
        next = support_master_key(libctx, secret, "client");
        shared = support_handle_of(next);
        EVP_PKEY_free(pkey);
        pkey = next;
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        CU_ASSERT_EQUAL(workers[i].wrong, 0);
        CU_ASSERT_EQUAL(workers[i].shares + workers[i].stale, ROUNDS);
    }
    CU_ASSERT(derives(shared));
    EVP_PKEY_free(pkey);
    CU_ASSERT(!derives(shared));
    ASSERT_RAISED("invalid key handle");
}

static void test_legacy_follows_configuration(void)
{
    OSSL_LIB_CTX *open = support_context_new("legacy = yes\n");
    EVP_SKEY *skey = master_skey(open, secret, "TLS_RSA_WITH_RC4_128_SHA", 0);

    CU_ASSERT(skey != NULL);
    EVP_SKEY_free(skey);
    CU_ASSERT(master_skey(libctx, secret, "TLS_RSA_WITH_RC4_128_SHA", 0) == NULL);
    ASSERT_RAISED("legacy protocol or cipher suite not allowed");
    OSSL_LIB_CTX_free(open);
}

/* With a configuration that it refuses the provider is not there, and neither is the type. */
static void test_configuration_error_leaves_no_key_type(void)
{
    OSSL_LIB_CTX *wrong = OSSL_LIB_CTX_new();

    (void)support_load_config(wrong, "legacy = perhaps\n");
    CU_ASSERT(OSSL_PROVIDER_available(wrong, SSLPROVIDER_NAME) == 0);
    CU_ASSERT(EVP_SKEYMGMT_fetch(wrong, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY) == NULL);
    ERR_clear_error();
    OSSL_LIB_CTX_free(wrong);
}

/* A key keeps its provider alive; what is loaded again knows nothing of it. */
static void test_provider_can_be_loaded_again(void)
{
    OSSL_LIB_CTX *other = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *hashes = OSSL_PROVIDER_load(other, "default");

    for (int i = 0; i < RELOADS; i++) {
        OSSL_PROVIDER *provider = OSSL_PROVIDER_load(other, SSLPROVIDER_NAME);
        EVP_SKEY *skey = master_skey(other, secret, GCM_SUITE, 0);

        CU_ASSERT_FATAL(provider != NULL && skey != NULL);
        CU_ASSERT(!derives(handle_of_skey(skey)));
        ERR_clear_error();
        CU_ASSERT(OSSL_PROVIDER_unload(provider) == 1);
        CU_ASSERT_STRING_EQUAL(describe(skey).kind, "master-secret");
        EVP_SKEY_free(skey);
    }
    OSSL_PROVIDER_unload(hashes);
    OSSL_LIB_CTX_free(other);
}

static int initialize(void)
{
    uint64_t state = UINT64_C(0x5EC2E7);

    support_fill(&state, secret, sizeof(secret));
    support_fill(&state, random_bytes, sizeof(random_bytes));
    return open_context();
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_every_attribute_is_imported),
        TEST(test_raw_bytes_alone_are_a_pre_master_secret),
        TEST(test_wrong_imports_are_refused),
        TEST(test_export_requires_exportable),
        TEST(test_other_contexts_get_only_exportable_keys),
        TEST(test_key_id_names_the_key),
        TEST(test_generated_keys_are_pre_shared_keys),
        TEST(test_wrong_generations_are_refused),
        TEST(test_skey_shares_the_object_of_a_pkey),
        TEST(test_pkey_shares_the_object_of_a_skey),
        TEST(test_skey_adopts_what_a_kdf_wrote),
        TEST(test_threads_share_and_free_one_key),
        TEST(test_legacy_follows_configuration),
        TEST(test_configuration_error_leaves_no_key_type),
        TEST(test_provider_can_be_loaded_again),
    };

    return RUN_TESTS("SSL-KEY as EVP_SKEY", initialize, close_context, tests);
}

#else

int main(void)
{
    printf("skipped: these OpenSSL headers have no EVP_SKEY (3.5 and later have)\n");
    return SKIPPED;
}

#endif
