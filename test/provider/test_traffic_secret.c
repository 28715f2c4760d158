/* SPDX-License-Identifier: Apache-2.0
 *
 * KDF SSL-TRAFFIC-SECRET, and the KDFs that go on from its results: every TLS 1.3 vector from bytes
 * and by handles, a generation of traffic secrets against the default provider, and every arrow
 * refused from every kind of key that it does not start at.
 */
#include "traffic_secret/calls.h"

#include <openssl/params.h>
#include <string.h>

/* ---- Refusals ---- */

static const uint8_t secret[MAX_SECRET] = {0x53}, hash[MAX_SECRET] = {0x48};

/* Targets and the kinds they start at, two more than those of the vectors. */
static const struct {
    const char *target, *from, *also;
} all[] = {
    {"early-secret", "pre-shared-key", ""},
    {"ext-binder-key", "early-secret", ""},
    {"res-binder-key", "early-secret", ""},
    {"client-early-traffic-secret", "early-secret", ""},
    {"early-exporter-secret", "early-secret", ""},
    {"derived-secret", "early-secret", "handshake-secret"},
    {"handshake-secret", "early-secret", ""},
    {"client-handshake-traffic-secret", "handshake-secret", ""},
    {"server-handshake-traffic-secret", "handshake-secret", ""},
    {"master-secret", "handshake-secret", ""},
    {"client-application-traffic-secret", "tls13-master-secret", ""},
    {"server-application-traffic-secret", "tls13-master-secret", ""},
    {"exporter-secret", "tls13-master-secret", ""},
    {"resumption-secret", "tls13-master-secret", ""},
    {"pre-shared-key", "resumption-secret", ""},
    {"next-traffic-secret", "traffic-secret", ""},
};

static const char *const kinds[] = {"early-secret", "handshake-secret", "tls13-master-secret",
    "traffic-secret", "exporter-secret", "resumption-secret", "binder-key", "pre-shared-key"};

static void test_each_target_accepts_only_its_kinds_of_key(void)
{
    unsigned refused = 0, taken = 0;

    for (size_t k = 0; k < COUNT(kinds); k++) {
        EVP_PKEY *key = key_of(kinds[k], sslp_bytes(secret, SIZE), SUITE, 1);

        CU_ASSERT_FATAL(key != NULL);
        for (size_t i = 0; i < COUNT(all); i++) {
            struct call call = {.handle = support_handle_of(key)};
            uint8_t out[SIZE];
            const bool fits =
                strcmp(kinds[k], all[i].from) == 0 || strcmp(kinds[k], all[i].also) == 0;

            support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, all[i].target);
            add_bytes(&call, SSLPROVIDER_PARAM_TRANSCRIPT_HASH, sslp_bytes(hash, SIZE));
            add_bytes(&call, SSLPROVIDER_PARAM_TICKET_NONCE, sslp_bytes(NULL, 0));
            CU_ASSERT_EQUAL(run_call(secret_kdf, &call, out, sizeof(out)), fits);
            CU_ASSERT(fits ? support_nothing_raised() : support_raised("wrong kind of key"));
            taken += fits;
            refused += !fits;
        }
        EVP_PKEY_free(key);
    }
    CU_ASSERT_EQUAL(taken, COUNT(all) + 1);
    CU_ASSERT_EQUAL(refused, COUNT(all) * COUNT(kinds) - taken);
}

/* The handshake secret as bytes, from a key and perhaps from a shared secret by its handle. */
static bool handshake_bytes(EVP_PKEY *from, EVP_PKEY *shared, int consent, uint8_t out[SIZE])
{
    struct call call = {.handle = support_handle_of(from)};
    uint64_t shared_handle = support_handle_of(shared);

    support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, "handshake-secret");
    support_add_uint64(&call.params, SSLPROVIDER_PARAM_SHARED_SECRET_HANDLE, &shared_handle);
    support_add_int(&call.params, SSLPROVIDER_PARAM_EXPORTABLE, &consent);
    return run_call(secret_kdf, &call, out, SIZE);
}

static EVP_PKEY *agreement_of(struct sslp_bytes bytes, const char *protocol, int exportable)
{
    struct support_params params = {.count = 0};

    support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, bytes.data, bytes.len);
    support_add_text(&params, SSLPROVIDER_PARAM_KIND, SSLPROVIDER_KIND_PRE_MASTER_SECRET);
    support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, protocol);
    support_add_int(&params, SSLPROVIDER_PARAM_EXPORTABLE, &exportable);
    return support_key_from(libctx, &params);
}

/* Both the secret and the shared secret must be exportable, or the derivation must ask for it. */
static void test_secret_bytes_require_exportable(void)
{
    uint8_t expected[SIZE], out[SIZE], nothing[SIZE] = {0};

    CU_ASSERT(derive_bytes("sha256", TLS13_HANDSHAKE, sslp_bytes(secret, SIZE),
        sslp_bytes(hash, SIZE), expected, sizeof(expected)));
    for (unsigned i = 0; i < 8; i++) {
        EVP_PKEY *from = key_of("early-secret", sslp_bytes(secret, SIZE), SUITE, (i & 1) != 0);
        EVP_PKEY *shared = agreement_of(sslp_bytes(hash, SIZE), NULL, (i & 2) != 0);
        const bool consent = (i & 4) != 0 || (i & 3) == 3;

        memset(out, 0xA5, sizeof(out));
        CU_ASSERT_EQUAL(handshake_bytes(from, shared, (i & 4) != 0, out), consent);
        CU_ASSERT(consent ? support_nothing_raised() : support_raised("key not exportable"));
        CU_ASSERT(memcmp(out, consent ? expected : nothing, SIZE) == 0);
        EVP_PKEY_free(from);
        EVP_PKEY_free(shared);
    }
}

/* The hash that the caller chooses sees both secrets, so the result being exportable is not enough.
 * The refusal comes before any hash is fetched. */
static void test_callers_digest_requires_exportable_keys(void)
{
    uint8_t out[SIZE];

    for (unsigned i = 0; i < 8; i++) {
        EVP_PKEY *from = key_of("early-secret", sslp_bytes(secret, SIZE), SUITE, (i & 1) != 0);
        EVP_PKEY *shared = agreement_of(sslp_bytes(hash, SIZE), NULL, (i & 2) != 0);
        struct call call = {.handle = support_handle_of(from)};
        uint64_t shared_handle = support_handle_of(shared);
        const bool may_leave = (i & 3) == 3, known = (i & 4) == 0;
        int consent = 1;

        support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, "handshake-secret");
        support_add_uint64(&call.params, SSLPROVIDER_PARAM_SHARED_SECRET_HANDLE, &shared_handle);
        support_add_int(&call.params, SSLPROVIDER_PARAM_EXPORTABLE, &consent);
        support_add_text(
            &call.params, SSLPROVIDER_PARAM_DIGEST, known ? "SHA2-256" : "no-such-hash");
        CU_ASSERT_EQUAL(run_call(secret_kdf, &call, out, SIZE), may_leave && known);
        if (may_leave && known)
            CU_ASSERT(support_nothing_raised());
        if (!may_leave || !known)
            CU_ASSERT(support_raised(may_leave ? "hash not available" : "key not exportable"));
        EVP_PKEY_free(from);
        EVP_PKEY_free(shared);
    }
}

/* The pre-shared key is not the key of the PRF here, but the hash still sees it. */
static void test_callers_digest_is_refused_for_a_hidden_pre_shared_key(void)
{
    EVP_PKEY *key = key_of("pre-shared-key", sslp_bytes(secret, SIZE), SUITE, 0);
    struct call call = {.handle = support_handle_of(key)};
    uint8_t out[SIZE];

    support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, "early-secret");
    support_add_text(&call.params, SSLPROVIDER_PARAM_PROPERTIES, "provider=default");
    CU_ASSERT_FALSE(run_call(secret_kdf, &call, out, SIZE));
    CU_ASSERT(support_raised("key not exportable"));
    EVP_PKEY_free(key);
}

/* ---- Pre-shared keys, and the early secret without one ---- */

/* The early secret of a pre-shared key by its handle, for this suite, or for this digest where that
 * is not NULL. */
static bool extract_early(EVP_PKEY *psk, const char *suite, const char *digest)
{
    struct call call = {.handle = support_handle_of(psk)};
    const size_t size = strstr(digest != NULL ? digest : suite, "384") != NULL ? 48 : 32;
    int exportable = 1;
    uint8_t out[48];

    support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, "early-secret");
    support_add_int(&call.params, SSLPROVIDER_PARAM_EXPORTABLE, &exportable);
    support_add_text(&call.params, SSLPROVIDER_PARAM_CIPHER_SUITE, digest != NULL ? NULL : suite);
    support_add_text(&call.params, SSLPROVIDER_PARAM_DIGEST, digest);
    return run_call(secret_kdf, &call, out, size);
}

/* RFC 8446 section 4.2.11: the hash is that of the suite which the import names, or else SHA-256.
 */
static void test_pre_shared_key_is_bound_to_one_hash(void)
{
    static const struct {
        const char *made_for, *suite, *digest;
        bool fits;
    } rows[] = {
        {NULL, "TLS_AES_128_GCM_SHA256", NULL, true},
        {NULL, "TLS_CHACHA20_POLY1305_SHA256", NULL, true},
        {NULL, "TLS_AES_256_GCM_SHA384", NULL, false},
        {NULL, NULL, "SHA256", true},
        {NULL, NULL, "SHA384", false},
        {NULL, NULL, "SHA3-256", false},
        {SUITE, "TLS_AES_128_CCM_8_SHA256", NULL, true},
        {SUITE, "TLS_AES_256_GCM_SHA384", NULL, false},
        {SUITE, NULL, "SHA2-384", false},
        {"TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384", NULL, true},
        {"TLS_AES_256_GCM_SHA384", SUITE, NULL, false},
        {"TLS_AES_256_GCM_SHA384", NULL, "SHA2-256", false},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        EVP_PKEY *psk = key_of(
            "pre-shared-key", sslp_bytes(secret, SIZE), rows[i].made_for, 1 /* exportable */);

        CU_ASSERT_PTR_NOT_NULL_FATAL(psk);
        CU_ASSERT_EQUAL(extract_early(psk, rows[i].suite, rows[i].digest), rows[i].fits);
        CU_ASSERT(rows[i].fits ? support_nothing_raised()
                               : support_raised("hash differs from the pre-shared key's"));
        EVP_PKEY_free(psk);
    }
}

static uint64_t early_of(const char *suite, const uint8_t *psk, size_t len)
{
    struct call call = {.handle = 0};
    uint64_t handle = 0;

    support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, "early-secret");
    support_add_text(&call.params, SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_HANDLE);
    support_add_text(&call.params, SSLPROVIDER_PARAM_CIPHER_SUITE, suite);
    if (psk != NULL)
        support_add_octets(&call.params, SSLPROVIDER_PARAM_SECRET, psk, len);
    CU_ASSERT(run_call(secret_kdf, &call, &handle, sizeof(handle)));
    return handle;
}

static bool extract_handshake(uint64_t early, const char *shared_secret)
{
    struct call call = {.handle = early};
    uint64_t handle = 0;
    bool ok;

    support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, "handshake-secret");
    support_add_text(&call.params, SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_HANDLE);
    if (shared_secret != NULL)
        support_add_octets(
            &call.params, SSLPROVIDER_PARAM_SHARED_SECRET, shared_secret, strlen(shared_secret));
    ok = run_call(secret_kdf, &call, &handle, sizeof(handle));
    EVP_PKEY_free(ok ? support_adopt(libctx, handle) : NULL);
    return ok;
}

/* Without a pre-shared key and a shared secret, all later secrets would be public constants.  A
 * pre-shared key of zeros, as long as the hash, counts as none. */
static void test_handshake_secret_requires_a_psk_or_a_shared_secret(void)
{
    static const uint8_t zeros[48];
    const struct {
        const char *suite;
        const uint8_t *psk;
        size_t len;
        int without;
    } rows[] = {
        {SUITE, NULL, 0, 1},
        {"TLS_AES_256_GCM_SHA384", NULL, 0, 1},
        {SUITE, zeros, 32, 1},
        {"TLS_AES_256_GCM_SHA384", zeros, 48, 1},
        {SUITE, secret, SIZE, 0},
        {"TLS_AES_256_GCM_SHA384", secret, SIZE, 0},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        EVP_PKEY *early = support_adopt(libctx, early_of(rows[i].suite, rows[i].psk, rows[i].len));
        int without = -1;

        CU_ASSERT_PTR_NOT_NULL_FATAL(early);
        CU_ASSERT(EVP_PKEY_get_int_param(early, "without-psk", &without) == 1);
        CU_ASSERT_EQUAL(without, rows[i].without);
        CU_ASSERT(extract_handshake(support_handle_of(early), "a shared secret"));
        CU_ASSERT_EQUAL(extract_handshake(support_handle_of(early), NULL), !rows[i].without);
        CU_ASSERT(
            rows[i].without ? support_raised("missing shared secret") : support_nothing_raised());
        EVP_PKEY_free(early);
    }
}

/* The early secret without a pre-shared key of RFC 8448 section 3, as bytes and as a key object. */
static void test_early_secret_without_psk_is_recognised_by_value(void)
{
    static const uint8_t constant[SIZE] = {0x33, 0xad, 0x0a, 0x1c, 0x60, 0x7e, 0xc0, 0x3b, 0x09,
        0xe6, 0xcd, 0x98, 0x93, 0x68, 0x0c, 0xe2, 0x10, 0xad, 0xf3, 0x00, 0xaa, 0x1f, 0x26, 0x60,
        0xe1, 0xb2, 0x2e, 0x10, 0xf1, 0x70, 0xf9, 0x2a};
    EVP_PKEY *imported = key_of("early-secret", sslp_bytes(constant, SIZE), SUITE, 0);
    EVP_PKEY *copy = EVP_PKEY_dup(imported);
    EVP_PKEY *other = key_of("handshake-secret", sslp_bytes(constant, SIZE), SUITE, 0);
    struct call call = {.handle = 0};
    uint8_t out[SIZE];
    int without = -1;

    CU_ASSERT_FALSE(extract_handshake(support_handle_of(imported), NULL));
    CU_ASSERT(support_raised("missing shared secret"));
    CU_ASSERT_FALSE(extract_handshake(support_handle_of(copy), NULL));
    CU_ASSERT(support_raised("missing shared secret"));
    support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, "handshake-secret");
    support_add_text(&call.params, SSLPROVIDER_PARAM_DIGEST, "SHA2-256");
    add_bytes(&call, SSLPROVIDER_PARAM_SECRET, sslp_bytes(constant, SIZE));
    CU_ASSERT_FALSE(run_call(secret_kdf, &call, out, SIZE));
    CU_ASSERT(support_raised("missing shared secret"));
    CU_ASSERT(EVP_PKEY_get_int_param(other, "without-psk", &without) != 1);
    EVP_PKEY_free(imported);
    EVP_PKEY_free(copy);
    EVP_PKEY_free(other);
}

/* A shared secret comes by the handle of a key agreement, which is not bound to a protocol yet. */
static void test_shared_secret_handle_must_be_a_key_agreement(void)
{
    EVP_PKEY *from = key_of("early-secret", sslp_bytes(secret, SIZE), SUITE, 1);
    EVP_PKEY *bound = agreement_of(sslp_bytes(hash, SIZE), "TLSv1.2", 1);
    EVP_PKEY *shared = agreement_of(sslp_bytes(hash, SIZE), NULL, 1);
    struct call call = {.handle = support_handle_of(from)};
    uint64_t shared_handle = support_handle_of(shared);
    uint8_t out[SIZE];

    CU_ASSERT_FALSE(handshake_bytes(from, from, 1, out));
    CU_ASSERT(support_raised("wrong kind of key"));
    CU_ASSERT_FALSE(handshake_bytes(from, bound, 1, out));
    CU_ASSERT(support_raised("wrong kind of key"));
    support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, "handshake-secret");
    support_add_uint64(&call.params, SSLPROVIDER_PARAM_SHARED_SECRET_HANDLE, &shared_handle);
    add_bytes(&call, SSLPROVIDER_PARAM_SHARED_SECRET, sslp_bytes(hash, SIZE));
    CU_ASSERT_FALSE(run_call(secret_kdf, &call, out, SIZE));
    CU_ASSERT(support_raised("shared secret and its handle given"));
    EVP_PKEY_free(shared);
    call = (struct call){.handle = support_handle_of(from)};
    support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, "handshake-secret");
    support_add_uint64(&call.params, SSLPROVIDER_PARAM_SHARED_SECRET_HANDLE, &shared_handle);
    CU_ASSERT_FALSE(run_call(secret_kdf, &call, out, SIZE));
    CU_ASSERT(support_raised("invalid key handle"));
    EVP_PKEY_free(from);
    EVP_PKEY_free(bound);
}

static void test_finished_and_exporter_accept_only_their_kinds_of_key(void)
{
    for (size_t k = 0; k < COUNT(kinds); k++) {
        EVP_PKEY *key = key_of(kinds[k], sslp_bytes(secret, SIZE), SUITE, 0);
        struct call finished = {.handle = support_handle_of(key)};
        struct call material = {.handle = support_handle_of(key)};
        const bool authenticates =
            strcmp(kinds[k], "traffic-secret") == 0 || strcmp(kinds[k], "binder-key") == 0;
        const bool exports = strcmp(kinds[k], "exporter-secret") == 0;
        uint8_t out[SIZE];

        add_bytes(&finished, SSLPROVIDER_PARAM_TRANSCRIPT_HASH, sslp_bytes(hash, SIZE));
        CU_ASSERT_EQUAL(run_call(finished_kdf, &finished, out, sizeof(out)), authenticates);
        CU_ASSERT(authenticates ? support_nothing_raised() : support_raised("wrong kind of key"));
        support_add_text(&material.params, SSLPROVIDER_PARAM_LABEL, "label");
        CU_ASSERT_EQUAL(run_call(material_kdf, &material, out, sizeof(out)), exports);
        CU_ASSERT(exports ? support_nothing_raised() : support_raised("wrong kind of key"));
        EVP_PKEY_free(key);
    }
}

/* A derivation from bytes that is right except for what a row says. */
struct wrong {
    const char *target, *protocol, *suite, *digest, *output;
    size_t secret_len, hash_len, nonce_len, out_len;
    const char *reason;
};

enum { NONE = 0x1000 }; /* not given */

static void test_missing_and_wrong_inputs_raise_their_reasons(void)
{
    static const char c_hs[] = "client-handshake-traffic-secret";
    static const struct wrong rows[] = {
        {NULL, NULL, SUITE, NULL, NULL, 32, 32, NONE, 32, "missing target"},
        {"session-keys", NULL, SUITE, NULL, NULL, 32, 32, NONE, 32, "unknown target"},
        {"", NULL, SUITE, NULL, NULL, 32, 32, NONE, 32, "unknown target"},
        {c_hs, NULL, NULL, NULL, NULL, 32, 32, NONE, 32, "missing cipher suite or digest"},
        {c_hs, "TLSv1.2", SUITE, NULL, NULL, 32, 32, NONE, 32, "derivation not in protocol"},
        {c_hs, NULL, "0xC02F", NULL, NULL, 32, 32, NONE, 32, "cipher suite not in protocol"},
        {c_hs, NULL, SUITE, "MD5-SHA1", NULL, 32, 32, NONE, 32, "digest not in protocol"},
        {c_hs, NULL, SUITE, "no-such-hash", NULL, 32, 32, NONE, 32, "hash not available"},
        {c_hs, NULL, SUITE, NULL, "read", 32, 32, NONE, 32, "unknown output"},
        {c_hs, NULL, SUITE, NULL, NULL, NONE, 32, NONE, 32, "missing secret"},
        {c_hs, NULL, SUITE, NULL, NULL, 0, 32, NONE, 32, "invalid secret length"},
        {c_hs, NULL, SUITE, NULL, NULL, 31, 32, NONE, 32, "invalid secret length"},
        {c_hs, NULL, SUITE, NULL, NULL, 48, 32, NONE, 32, "invalid secret length"},
        {c_hs, NULL, SUITE, NULL, NULL, 32, NONE, NONE, 32, "missing transcript hash"},
        {c_hs, NULL, SUITE, NULL, NULL, 32, 31, NONE, 32, "invalid transcript hash length"},
        {c_hs, NULL, SUITE, NULL, NULL, 32, 48, NONE, 32, "invalid transcript hash length"},
        {c_hs, NULL, SUITE, NULL, NULL, 32, 32, NONE, 31, "invalid output length"},
        {c_hs, NULL, SUITE, NULL, NULL, 32, 32, NONE, 33, "invalid output length"},
        {c_hs, NULL, SUITE, NULL, "handle", 32, 32, NONE, 32, "invalid output length"},
        {c_hs, NULL, NULL, "SHA2-256", "handle", 32, 32, NONE, 8, "missing cipher suite"},
        {c_hs, NULL, SUITE, "SHA2-256", "handle", 32, 32, NONE, 8,
            "digest or properties given for a key object"},
        {"derived-secret", NULL, SUITE, NULL, "handle", 32, 32, NONE, 8, "target has no handle"},
        {"pre-shared-key", NULL, SUITE, NULL, NULL, 32, NONE, NONE, 32, "missing ticket nonce"},
        {"pre-shared-key", NULL, SUITE, NULL, NULL, 32, NONE, 256, 32,
            "invalid ticket nonce length"},
        {"early-secret", NULL, SUITE, NULL, NULL, 513, NONE, NONE, 32, "invalid secret length"},
    };
    static const uint8_t bytes[1024];

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct wrong *row = &rows[i];
        struct call call = {.handle = 0};
        uint8_t out[64];

        memset(out, 0xA5, sizeof(out));
        support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, row->target);
        support_add_text(&call.params, SSLPROVIDER_PARAM_PROTOCOL, row->protocol);
        support_add_text(&call.params, SSLPROVIDER_PARAM_CIPHER_SUITE, row->suite);
        support_add_text(&call.params, SSLPROVIDER_PARAM_DIGEST, row->digest);
        support_add_text(&call.params, SSLPROVIDER_PARAM_OUTPUT, row->output);
        if (row->secret_len != NONE)
            add_bytes(&call, SSLPROVIDER_PARAM_SECRET, sslp_bytes(bytes, row->secret_len));
        if (row->hash_len != NONE)
            add_bytes(&call, SSLPROVIDER_PARAM_TRANSCRIPT_HASH, sslp_bytes(hash, row->hash_len));
        if (row->nonce_len != NONE)
            add_bytes(&call, SSLPROVIDER_PARAM_TICKET_NONCE, sslp_bytes(bytes, row->nonce_len));
        CU_ASSERT_FALSE(run_call(secret_kdf, &call, out, row->out_len));
        CU_ASSERT(support_raised(row->reason));
        for (size_t k = 0; k < row->out_len; k++)
            CU_ASSERT_EQUAL(out[k], 0);
    }
}

/* A parameter of the right type without data. */
static void test_numbers_without_data_are_refused(void)
{
    static const char *const names[] = {SSLPROVIDER_PARAM_HANDLE,
        SSLPROVIDER_PARAM_SHARED_SECRET_HANDLE, SSLPROVIDER_PARAM_EXPORTABLE};
    static const struct {
        bool data;
        size_t size;
    } rows[] = {{false, 0}, {false, 4}, {false, 8}, {true, 0}};
    uint64_t number = 1;

    for (size_t i = 0; i < COUNT(names) * COUNT(rows); i++) {
        EVP_KDF_CTX *context = EVP_KDF_CTX_new(secret_kdf);
        const bool is_flag = i % COUNT(names) == 2;
        OSSL_PARAM params[] = {
            {names[i % COUNT(names)], is_flag ? OSSL_PARAM_INTEGER : OSSL_PARAM_UNSIGNED_INTEGER,
                rows[i / COUNT(names)].data ? &number : NULL, rows[i / COUNT(names)].size,
                OSSL_PARAM_UNMODIFIED},
            OSSL_PARAM_construct_end()};

        CU_ASSERT(EVP_KDF_CTX_set_params(context, params) == 0);
        CU_ASSERT(support_raised("invalid parameter type"));
        EVP_KDF_CTX_free(context);
    }
}

/* A secret and a handle contradict each other, and so do a key and another suite. */
static void test_inputs_that_contradict_the_key_are_refused(void)
{
    EVP_PKEY *key = key_of("early-secret", sslp_bytes(secret, SIZE), SUITE, 0);
    struct call with_secret = {.handle = support_handle_of(key)};
    struct call with_suite = {.handle = support_handle_of(key)};
    uint8_t out[SIZE];

    support_add_text(&with_secret.params, SSLPROVIDER_PARAM_TARGET, "handshake-secret");
    with_suite.params = with_secret.params;
    add_bytes(&with_secret, SSLPROVIDER_PARAM_SECRET, sslp_bytes(secret, SIZE));
    CU_ASSERT_FALSE(run_call(secret_kdf, &with_secret, out, sizeof(out)));
    CU_ASSERT(support_raised("secret and handle given"));
    support_add_text(
        &with_suite.params, SSLPROVIDER_PARAM_CIPHER_SUITE, "TLS_CHACHA20_POLY1305_SHA256");
    CU_ASSERT_FALSE(run_call(secret_kdf, &with_suite, out, sizeof(out)));
    CU_ASSERT(support_raised("protocol or cipher suite differs from the key's"));
    EVP_PKEY_free(key);
}

static size_t size_of(EVP_KDF_CTX *context)
{
    size_t size = SIZE_MAX;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_size_t(SSLPROVIDER_PARAM_SIZE, &size), OSSL_PARAM_construct_end()};

    CU_ASSERT(EVP_KDF_CTX_get_params(context, params) == 1);
    return size;
}

static void set_text(EVP_KDF_CTX *context, const char *name, const char *text)
{
    struct support_params params = {.count = 0};

    support_add_text(&params, name, text);
    CU_ASSERT(EVP_KDF_CTX_set_params(context, params.list) == 1);
}

static void test_size_follows_suite_and_output(void)
{
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(secret_kdf);

    CU_ASSERT_FATAL(context != NULL);
    CU_ASSERT_EQUAL(size_of(context), 0);
    set_text(context, SSLPROVIDER_PARAM_CIPHER_SUITE, SUITE);
    CU_ASSERT_EQUAL(size_of(context), 32);
    set_text(context, SSLPROVIDER_PARAM_CIPHER_SUITE, "TLS_AES_256_GCM_SHA384");
    CU_ASSERT_EQUAL(size_of(context), 48);
    set_text(context, SSLPROVIDER_PARAM_DIGEST, "SHA2-512");
    CU_ASSERT_EQUAL(size_of(context), 64);
    set_text(context, SSLPROVIDER_PARAM_PROPERTIES, "provider=default");
    CU_ASSERT_EQUAL(size_of(context), 64);
    set_text(context, SSLPROVIDER_PARAM_PROPERTIES, "provider=nobody");
    CU_ASSERT_EQUAL(size_of(context), 0);
    EVP_KDF_CTX_reset(context);
    set_text(context, SSLPROVIDER_PARAM_DIGEST, "sha384");
    CU_ASSERT_EQUAL(size_of(context), 48);
    EVP_KDF_CTX_reset(context);
    set_text(context, SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_HANDLE);
    CU_ASSERT_EQUAL(size_of(context), 8);
    EVP_KDF_CTX_free(context);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_every_vector_is_reproduced),
        TEST(test_next_generation_and_salt_equal_those_of_the_default_provider),
        TEST(test_each_target_accepts_only_its_kinds_of_key),
        TEST(test_secret_bytes_require_exportable),
        TEST(test_callers_digest_requires_exportable_keys),
        TEST(test_callers_digest_is_refused_for_a_hidden_pre_shared_key),
        TEST(test_pre_shared_key_is_bound_to_one_hash),
        TEST(test_handshake_secret_requires_a_psk_or_a_shared_secret),
        TEST(test_early_secret_without_psk_is_recognised_by_value),
        TEST(test_shared_secret_handle_must_be_a_key_agreement),
        TEST(test_finished_and_exporter_accept_only_their_kinds_of_key),
        TEST(test_missing_and_wrong_inputs_raise_their_reasons),
        TEST(test_numbers_without_data_are_refused),
        TEST(test_inputs_that_contradict_the_key_are_refused),
        TEST(test_size_follows_suite_and_output),
        TEST(test_every_value_record_and_packet_of_other_protocols),
        TEST(test_secret_of_one_protocol_is_refused_by_another),
        TEST(test_initial_secrets_start_at_a_connection_id_alone),
        TEST(test_each_protocol_has_its_own_mask_key),
        TEST(test_suites_that_mask_no_numbers_are_refused),
        TEST(test_key_update_keeps_the_protocol),
    };

    return RUN_TESTS("KDF SSL-TRAFFIC-SECRET", open_kdfs, close_kdfs, tests);
}
