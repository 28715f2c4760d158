/* SPDX-License-Identifier: Apache-2.0
 *
 * KDF SSL-MASTER-KEY through EVP: refusals, the master secret as bytes and behind a handle, the
 * extended master secret of RFC 7627, and who owns a handle that the KDF has written.
 */
#include "support.h"
#include "support/context.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

#define GCM_SUITE "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"

enum { MAX_PRE_MASTER = 300, GCM_BLOCK_LEN = 40, DIFFERENTIAL_CASES = 300 };

static uint8_t secret[MAX_PRE_MASTER], client_random[SUPPORT_RANDOM_LEN],
    server_random[SUPPORT_RANDOM_LEN], session_hash[128];

static struct support_inputs with_randoms(const char *protocol, const char *suite)
{
    return (struct support_inputs){.protocol = protocol,
        .suite = suite,
        .secret = secret,
        .secret_len = SUPPORT_MASTER_LEN,
        .client_random = client_random,
        .server_random = server_random};
}

static struct support_inputs with_hash(const char *protocol, const char *suite, size_t len)
{
    return (struct support_inputs){.protocol = protocol,
        .suite = suite,
        .secret = secret,
        .secret_len = SUPPORT_MASTER_LEN,
        .session_hash = session_hash,
        .session_hash_len = len};
}

static bool is_filled(const uint8_t *bytes, size_t len, uint8_t value)
{
    uint8_t difference = 0;

    for (size_t i = 0; i < len; i++)
        difference = (uint8_t)(difference | (bytes[i] ^ value));
    return difference == 0;
}

static void refuse(struct support_inputs inputs, size_t len, const char *reason)
{
    uint8_t out[2 * SUPPORT_MASTER_LEN];

    CU_ASSERT(!support_derive(master_kdf, inputs, out, len));
    ASSERT_RAISED(reason);
}

static uint64_t derive_handle(struct support_inputs inputs)
{
    uint64_t handle = 0;

    inputs.output = "handle";
    CU_ASSERT(support_derive(master_kdf, inputs, &handle, sizeof(handle)));
    return handle;
}

/* RFC 5246 section 8.1, by the default provider. */
static bool reference(uint8_t master[SUPPORT_MASTER_LEN])
{
    return support_default_prf(libctx, "SHA2-256", secret, SUPPORT_MASTER_LEN, "master secret",
        client_random, server_random, SUPPORT_RANDOM_LEN, master, SUPPORT_MASTER_LEN);
}

static void test_missing_inputs_raise_their_reasons_in_order(void)
{
    struct support_inputs inputs = {.output = "handle"};

    refuse(inputs, 8, "missing secret");
    inputs.secret = secret;
    inputs.secret_len = SUPPORT_MASTER_LEN;
    refuse(inputs, 8, "missing client random");
    inputs.client_random = client_random;
    refuse(inputs, 8, "missing server random");
    inputs.server_random = server_random;
    refuse(inputs, 8, "missing protocol version");
    inputs.protocol = "TLSv1.2";
    refuse(inputs, 8, "missing cipher suite");
    inputs.suite = GCM_SUITE;
    refuse(inputs, SUPPORT_MASTER_LEN, "invalid output length");

    inputs = with_randoms(NULL, NULL);
    refuse(inputs, SUPPORT_MASTER_LEN, "missing cipher suite or digest");
    refuse(with_randoms("TLSv1.2", NULL), SUPPORT_MASTER_LEN, "missing cipher suite or digest");
    refuse(with_randoms(NULL, GCM_SUITE), SUPPORT_MASTER_LEN, "missing protocol version");
}

static void test_wrong_inputs_are_refused(void)
{
    static const size_t wrong_lengths[] = {0, 1, 8, 47, 49, 96};
    struct support_inputs inputs = with_randoms("TLSv1.2", GCM_SUITE);

    for (size_t i = 0; i < sizeof(wrong_lengths) / sizeof(wrong_lengths[0]); i++)
        refuse(inputs, wrong_lengths[i], "invalid output length");
    inputs.secret_len = 0;
    refuse(inputs, SUPPORT_MASTER_LEN, "invalid secret length");
    inputs = with_randoms("TLSv1.2", GCM_SUITE);
    inputs.output = "key-block";
    refuse(inputs, SUPPORT_MASTER_LEN, "unknown output");
    inputs.output = NULL;
    inputs.handle = 77;
    refuse(inputs, SUPPORT_MASTER_LEN, "invalid key handle");
    refuse(with_randoms("TLSv1.3", "TLS_AES_128_GCM_SHA256"), SUPPORT_MASTER_LEN,
        "derivation not in protocol");
    refuse(with_randoms("TLSv1.1", GCM_SUITE), SUPPORT_MASTER_LEN, "cipher suite not in protocol");
    refuse(with_randoms("SSLv3", "AES128-SHA"), SUPPORT_MASTER_LEN,
        "legacy protocol or cipher suite not allowed");
    refuse(with_randoms("TLSv1.2", "0x0005"), SUPPORT_MASTER_LEN,
        "legacy protocol or cipher suite not allowed");
    inputs = with_randoms("TLSv1", NULL);
    inputs.digest = "SHA2-256";
    refuse(inputs, SUPPORT_MASTER_LEN, "digest not in protocol");
    inputs = with_randoms("TLSv1.2", GCM_SUITE);
    inputs.properties = "provider=nobody";
    refuse(inputs, SUPPORT_MASTER_LEN, "hash not available");
    /* A key object cannot remember a hash that is not its cipher suite's. */
    inputs.output = "handle";
    refuse(inputs, 8, "digest or properties given for a key object");
    inputs.properties = NULL;
    inputs.digest = "SHA2-256";
    refuse(inputs, 8, "digest or properties given for a key object");
}

/* RFC 7627 section 3: the session hash has the length of the hash of the handshake. */
static void test_wrong_session_hashes_are_refused(void)
{
    static const size_t wrong_lengths[] = {1, 20, 31, 33, 36, 48, 64};
    struct support_inputs inputs = with_hash("TLSv1.2", GCM_SUITE, 32);

    inputs.client_random = client_random;
    refuse(inputs, SUPPORT_MASTER_LEN, "randoms and session hash given");
    inputs.client_random = NULL;
    inputs.server_random = server_random;
    refuse(inputs, SUPPORT_MASTER_LEN, "randoms and session hash given");
    for (size_t i = 0; i < sizeof(wrong_lengths) / sizeof(wrong_lengths[0]); i++)
        refuse(with_hash("TLSv1.2", GCM_SUITE, wrong_lengths[i]), SUPPORT_MASTER_LEN,
            "invalid session hash length");
    refuse(with_hash("TLSv1.2", GCM_SUITE, 65), SUPPORT_MASTER_LEN, "invalid session hash length");
    refuse(
        with_hash("TLSv1.1", "AES128-SHA", 32), SUPPORT_MASTER_LEN, "invalid session hash length");
    refuse(with_hash("SSLv3", "AES128-SHA", 36), SUPPORT_MASTER_LEN, "derivation not in protocol");
    inputs = with_hash("TLSv1.2", GCM_SUITE, 0);
    inputs.session_hash_len = 0;
    refuse(inputs, SUPPORT_MASTER_LEN, "invalid session hash length");
}

static void test_refusal_zeroes_the_output(void)
{
    struct support_inputs cases[] = {with_randoms("TLSv9", GCM_SUITE), {.protocol = "TLSv1.2"},
        with_randoms("TLSv1.2", NULL), with_hash("TLSv1.2", GCM_SUITE, 48)};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t out[SUPPORT_MASTER_LEN];

        memset(out, 0xA5, sizeof(out));
        CU_ASSERT(!support_derive(master_kdf, cases[i], out, sizeof(out)));
        CU_ASSERT(is_filled(out, sizeof(out), 0));
        ERR_clear_error();
    }
}

static void test_settable_and_gettable_lists_are_complete(void)
{
    static const char *const names[] = {"protocol", "cipher-suite", "secret", "handle",
        "client-random", "server-random", "session-hash", "role", "output", "digest", "properties",
        "kind", "exportable", "discard", "size", "key", "label"};
    const OSSL_PARAM *settable = EVP_KDF_settable_ctx_params(master_kdf);
    const OSSL_PARAM *gettable = EVP_KDF_gettable_ctx_params(master_kdf);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(master_kdf);
    struct support_params handle_output = {.count = 0};
    unsigned listed = 0;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const OSSL_PARAM *entry = OSSL_PARAM_locate_const(settable, names[i]);
        struct support_params params = {.count = 0};

        if (entry != NULL && entry->data_type == OSSL_PARAM_UTF8_STRING)
            support_add_octets(&params, names[i], "client", 6);
        else
            support_add_text(&params, names[i], "not of this type");
        CU_ASSERT((EVP_KDF_CTX_set_params(ctx, params.list) == 1) == (entry == NULL));
        if (entry != NULL)
            ASSERT_RAISED("invalid parameter type");
        listed += entry != NULL;
    }
    CU_ASSERT(listed == 14);
    for (; settable->key != NULL; settable++)
        CU_ASSERT(listed-- != 0);
    CU_ASSERT(gettable[0].key != NULL && strcmp(gettable[0].key, "size") == 0);
    CU_ASSERT(gettable[1].key == NULL);
    CU_ASSERT(EVP_KDF_CTX_get_kdf_size(ctx) == SUPPORT_MASTER_LEN);
    support_add_text(&handle_output, SSLPROVIDER_PARAM_OUTPUT, "handle");
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, handle_output.list) == 1);
    CU_ASSERT(EVP_KDF_CTX_get_kdf_size(ctx) == sizeof(uint64_t));
    EVP_KDF_CTX_free(ctx);
}

static void test_secret_output_agrees_with_default_prf(void)
{
    static const char *const digests[] = {"MD5-SHA1", "SHA2-256", "SHA2-384"};
    static const size_t hash_lens[] = {36, 32, 48};
    uint64_t state = UINT64_C(0x3A57E2);

    for (unsigned i = 0; i < DIFFERENTIAL_CASES; i++) {
        uint8_t expected[SUPPORT_MASTER_LEN], out[SUPPORT_MASTER_LEN];
        struct support_inputs inputs = {.digest = digests[i % 3], .secret = secret};
        const bool extended = i % 2 != 0;

        inputs.secret_len = 1 + support_number_below(&state, MAX_PRE_MASTER);
        support_fill(&state, secret, inputs.secret_len);
        support_fill(&state, client_random, sizeof(client_random));
        support_fill(&state, server_random, sizeof(server_random));
        support_fill(&state, session_hash, sizeof(session_hash));
        if (extended) {
            inputs.session_hash = session_hash;
            inputs.session_hash_len = hash_lens[i % 3];
            CU_ASSERT(support_default_prf(libctx, inputs.digest, secret, inputs.secret_len,
                "extended master secret", session_hash, NULL, hash_lens[i % 3], expected,
                sizeof(expected)));
        } else {
            inputs.client_random = client_random;
            inputs.server_random = server_random;
            CU_ASSERT(support_default_prf(libctx, inputs.digest, secret, inputs.secret_len,
                "master secret", client_random, server_random, SUPPORT_RANDOM_LEN, expected,
                sizeof(expected)));
        }
        CU_ASSERT(support_derive(master_kdf, inputs, out, sizeof(out)));
        CU_ASSERT(memcmp(out, expected, sizeof(out)) == 0);
    }
}

/* The keys derived by a handle are those derived from the bytes behind it. */
static void test_handle_replaces_the_secret(void)
{
    struct support_inputs inputs = with_randoms("TLSv1.2", GCM_SUITE);
    struct support_inputs by_handle = {
        .client_random = client_random, .server_random = server_random};
    struct support_inputs by_bytes = with_randoms("TLSv1.2", GCM_SUITE);
    uint8_t master[SUPPORT_MASTER_LEN], from_bytes[GCM_BLOCK_LEN], from_handle[GCM_BLOCK_LEN];
    char role[16] = "", kind[32] = "";
    EVP_PKEY *key;

    inputs.role = "server";
    by_handle.handle = derive_handle(inputs);
    CU_ASSERT(by_handle.handle != 0);
    CU_ASSERT(reference(master));
    by_bytes.secret = master;
    CU_ASSERT(support_derive(session_kdf, by_bytes, from_bytes, sizeof(from_bytes)));
    CU_ASSERT(support_derive(session_kdf, by_handle, from_handle, sizeof(from_handle)));
    CU_ASSERT(memcmp(from_bytes, from_handle, sizeof(from_bytes)) == 0);

    /* The role of the derivation became the role of the key: read is what the client wrote. */
    by_handle.output = "read";
    by_bytes.output = "client-write";
    CU_ASSERT(support_derive(session_kdf, by_bytes, from_bytes, 20));
    CU_ASSERT(support_derive(session_kdf, by_handle, from_handle, 20));
    CU_ASSERT(memcmp(from_bytes, from_handle, 20) == 0);

    key = support_adopt(libctx, by_handle.handle);
    CU_ASSERT_FATAL(key != NULL);
    CU_ASSERT(EVP_PKEY_get_utf8_string_param(key, "role", role, sizeof(role), NULL) == 1);
    CU_ASSERT_STRING_EQUAL(role, "server");
    CU_ASSERT(EVP_PKEY_get_utf8_string_param(key, "kind", kind, sizeof(kind), NULL) == 1);
    CU_ASSERT_STRING_EQUAL(kind, "master-secret");
    CU_ASSERT(support_handle_of(key) == by_handle.handle);
    CU_ASSERT(support_derive(session_kdf, by_handle, from_handle, 20));
    EVP_PKEY_free(key);
    CU_ASSERT(!support_derive(session_kdf, by_handle, from_handle, 20));
    ASSERT_RAISED("invalid key handle");
}

static void test_handle_is_adopted_only_once(void)
{
    uint64_t handle = derive_handle(with_randoms("TLSv1.2", GCM_SUITE));
    EVP_PKEY *key = support_adopt(libctx, handle);

    CU_ASSERT_FATAL(key != NULL);
    CU_ASSERT(support_adopt(libctx, handle) == NULL);
    ASSERT_RAISED("key handle already has an owner");
    EVP_PKEY_free(key);
    CU_ASSERT(support_adopt(libctx, handle) == NULL);
    ASSERT_RAISED("invalid key handle");
    CU_ASSERT(support_adopt(libctx, 0) == NULL);
    ASSERT_RAISED("invalid key handle");
    /* The handle of an object that was made as EVP_PKEY is lent: it cannot be taken over. */
    key = support_master_key(libctx, secret, "client");
    CU_ASSERT(support_adopt(libctx, support_handle_of(key)) == NULL);
    ASSERT_RAISED("key handle already has an owner");
    EVP_PKEY_free(key);
}

/* The library context frees handles that nobody adopts; a leak checker sees it. */
static void test_teardown_frees_a_handle_without_owner(void)
{
    OSSL_LIB_CTX *other = support_context_new("");
    EVP_KDF *kdf = EVP_KDF_fetch(other, SSLPROVIDER_KDF_MASTER_KEY, SSLPROVIDER_PROPERTY);
    struct support_inputs inputs = with_randoms("TLSv1.2", GCM_SUITE);
    uint64_t handles[3] = {0};

    inputs.output = "handle";
    for (size_t i = 0; i < 3; i++)
        CU_ASSERT(support_derive(kdf, inputs, &handles[i], sizeof(handles[i])));
    CU_ASSERT(handles[0] != handles[1] && handles[1] != handles[2] && handles[0] != handles[2]);
    EVP_KDF_free(kdf);
    OSSL_LIB_CTX_free(other);
}

static EVP_PKEY *pre_master_key(const char *protocol, int exportable)
{
    struct support_params params = {.count = 0};

    support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, secret, SUPPORT_MASTER_LEN);
    support_add_text(&params, SSLPROVIDER_PARAM_KIND, SSLPROVIDER_KIND_PRE_MASTER_SECRET);
    support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, protocol);
    support_add_int(&params, SSLPROVIDER_PARAM_EXPORTABLE, &exportable);
    return support_key_from(libctx, &params);
}

static void test_pre_master_secret_may_come_by_handle(void)
{
    EVP_PKEY *bare = pre_master_key(NULL, 1), *bound = pre_master_key("TLSv1.2", 1);
    EVP_PKEY *master = support_master_key(libctx, secret, NULL);
    struct support_inputs inputs = with_randoms("TLSv1.2", GCM_SUITE);
    uint8_t expected[SUPPORT_MASTER_LEN], out[SUPPORT_MASTER_LEN];

    CU_ASSERT(reference(expected));
    inputs.handle = support_handle_of(bare);
    refuse(inputs, sizeof(out), "secret and handle given");
    inputs.secret = NULL;
    CU_ASSERT(support_derive(master_kdf, inputs, out, sizeof(out)));
    CU_ASSERT(memcmp(out, expected, sizeof(out)) == 0);
    inputs.handle = support_handle_of(bound);
    CU_ASSERT(support_derive(master_kdf, inputs, out, sizeof(out)));
    CU_ASSERT(memcmp(out, expected, sizeof(out)) == 0);
    inputs.protocol = NULL;
    CU_ASSERT(support_derive(master_kdf, inputs, out, sizeof(out)));
    inputs.protocol = "TLSv1.1";
    refuse(inputs, sizeof(out), "protocol or cipher suite differs from the key's");
    inputs.protocol = "TLSv1.2";
    inputs.handle = support_handle_of(master);
    refuse(inputs, sizeof(out), "wrong kind of key");
    EVP_PKEY_free(bare);
    EVP_PKEY_free(bound);
    EVP_PKEY_free(master);
}

static bool derive_with_consent(uint64_t handle, int consent, void *out, size_t len)
{
    struct support_inputs inputs = with_randoms("TLSv1.2", GCM_SUITE);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(master_kdf);
    struct support_params params;
    bool ok;

    inputs.secret = NULL;
    inputs.handle = handle;
    support_list_inputs(&params, &inputs);
    support_add_int(&params, SSLPROVIDER_PARAM_EXPORTABLE, &consent);
    ok = ctx != NULL && EVP_KDF_derive(ctx, out, len, params.list) == 1;
    EVP_KDF_CTX_free(ctx);
    return ok;
}

/* The bytes of a master secret come out with consent: that of its premaster secret, or of who asks
 * for them.  By handle it comes out in any case. */
static void test_secret_bytes_require_exportable(void)
{
    EVP_PKEY *closed = pre_master_key(NULL, 0), *open = pre_master_key(NULL, 1), *master;
    struct support_inputs inputs = with_randoms("TLSv1.2", GCM_SUITE);
    uint8_t expected[SUPPORT_MASTER_LEN], out[SUPPORT_MASTER_LEN];

    CU_ASSERT(reference(expected));
    memset(out, 0xA5, sizeof(out));
    CU_ASSERT(!derive_with_consent(support_handle_of(closed), 0, out, sizeof(out)));
    ASSERT_RAISED("key not exportable");
    CU_ASSERT(is_filled(out, sizeof(out), 0));
    CU_ASSERT(derive_with_consent(support_handle_of(closed), 1, out, sizeof(out)));
    CU_ASSERT(memcmp(out, expected, sizeof(out)) == 0);
    memset(out, 0, sizeof(out));
    CU_ASSERT(derive_with_consent(support_handle_of(open), 0, out, sizeof(out)));
    CU_ASSERT(memcmp(out, expected, sizeof(out)) == 0);

    inputs.secret = NULL;
    inputs.handle = support_handle_of(closed);
    master = support_adopt(libctx, derive_handle(inputs));
    CU_ASSERT(master != NULL);
    EVP_PKEY_free(master);
    EVP_PKEY_free(closed);
    EVP_PKEY_free(open);
}

static void test_require_ems_requires_a_session_hash(void)
{
    OSSL_LIB_CTX *strict = support_context_new("require-ems = yes\n");
    EVP_KDF *kdf = EVP_KDF_fetch(strict, SSLPROVIDER_KDF_MASTER_KEY, SSLPROVIDER_PROPERTY);
    uint8_t out[SUPPORT_MASTER_LEN], loose[SUPPORT_MASTER_LEN];

    CU_ASSERT_FATAL(kdf != NULL);
    CU_ASSERT(!support_derive(kdf, with_randoms("TLSv1.2", GCM_SUITE), out, sizeof(out)));
    ASSERT_RAISED("extended master secret required");
    CU_ASSERT(!support_derive(kdf, with_randoms("TLSv1", "AES128-SHA"), out, sizeof(out)));
    ASSERT_RAISED("extended master secret required");
    CU_ASSERT(support_derive(kdf, with_hash("TLSv1.2", GCM_SUITE, 32), out, sizeof(out)));
    CU_ASSERT(
        support_derive(master_kdf, with_hash("TLSv1.2", GCM_SUITE, 32), loose, sizeof(loose)));
    CU_ASSERT(memcmp(out, loose, sizeof(out)) == 0);
    CU_ASSERT(support_derive(kdf, with_hash("DTLSv1", "AES128-SHA", 36), out, sizeof(out)));
    EVP_KDF_free(kdf);
    OSSL_LIB_CTX_free(strict);
}

static int initialize(void)
{
    uint64_t state = UINT64_C(0x987654321);

    support_fill(&state, secret, sizeof(secret));
    support_fill(&state, client_random, sizeof(client_random));
    support_fill(&state, server_random, sizeof(server_random));
    support_fill(&state, session_hash, sizeof(session_hash));
    return open_context();
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_missing_inputs_raise_their_reasons_in_order),
        TEST(test_wrong_inputs_are_refused),
        TEST(test_wrong_session_hashes_are_refused),
        TEST(test_refusal_zeroes_the_output),
        TEST(test_settable_and_gettable_lists_are_complete),
        TEST(test_secret_output_agrees_with_default_prf),
        TEST(test_handle_replaces_the_secret),
        TEST(test_handle_is_adopted_only_once),
        TEST(test_teardown_frees_a_handle_without_owner),
        TEST(test_pre_master_secret_may_come_by_handle),
        TEST(test_secret_bytes_require_exportable),
        TEST(test_require_ems_requires_a_session_hash),
    };

    return RUN_TESTS("master key", initialize, close_context, tests);
}
