/* SPDX-License-Identifier: Apache-2.0
 *
 * KDF SSL-TRAFFIC-SECRET, and the KDFs that go on from its results: every TLS 1.3 vector from bytes
 * and by handles, a generation of traffic secrets against the default provider, and every arrow
 * refused from every kind of key that it does not start at.
 */
#include "common/provider_support.h"
#include "common/tls13_vectors.h"
#include "provider/support.h"
#include "sslprovider/names.h"

#include <CUnit/Basic.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SUITE        "TLS_AES_128_GCM_SHA256"

enum { SIZE = 32, MAX_SECRET = 64 };

static OSSL_LIB_CTX *libctx;
static EVP_KDF *secret_kdf, *finished_kdf, *material_kdf, *keys_kdf;

/* An arrow: its target, the kind of key it starts at and the one it leads to. */
static const struct {
    const char *target, *from, *to;
} arrows[TLS13_SECRETS] = {
    [TLS13_EARLY] = {"early-secret", "pre-shared-key", "early-secret"},
    [TLS13_EXT_BINDER] = {"ext-binder-key", "early-secret", "binder-key"},
    [TLS13_RES_BINDER] = {"res-binder-key", "early-secret", "binder-key"},
    [TLS13_CLIENT_EARLY_TRAFFIC] = {"client-early-traffic-secret", "early-secret",
        "traffic-secret"},
    [TLS13_EARLY_EXPORTER] = {"early-exporter-secret", "early-secret", "exporter-secret"},
    [TLS13_HANDSHAKE] = {"handshake-secret", "early-secret", "handshake-secret"},
    [TLS13_CLIENT_HANDSHAKE_TRAFFIC] = {"client-handshake-traffic-secret", "handshake-secret",
        "traffic-secret"},
    [TLS13_SERVER_HANDSHAKE_TRAFFIC] = {"server-handshake-traffic-secret", "handshake-secret",
        "traffic-secret"},
    [TLS13_MASTER] = {"master-secret", "handshake-secret", "tls13-master-secret"},
    [TLS13_CLIENT_APPLICATION_TRAFFIC] = {"client-application-traffic-secret",
        "tls13-master-secret", "traffic-secret"},
    [TLS13_SERVER_APPLICATION_TRAFFIC] = {"server-application-traffic-secret",
        "tls13-master-secret", "traffic-secret"},
    [TLS13_EXPORTER] = {"exporter-secret", "tls13-master-secret", "exporter-secret"},
    [TLS13_RESUMPTION] = {"resumption-secret", "tls13-master-secret", "resumption-secret"},
    [TLS13_TICKET_PSK] = {"pre-shared-key", "resumption-secret", "pre-shared-key"},
};

/* Parameters of a derivation, put together piece by piece. */
struct call {
    struct support_params params;
    uint64_t handle;
};

static bool run(EVP_KDF *kdf, struct call *call, void *out, size_t len)
{
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
    bool ok;

    if (call->handle != 0)
        support_add_uint64(&call->params, SSLPROVIDER_PARAM_HANDLE, &call->handle);
    ok = context != NULL && EVP_KDF_derive(context, out, len, call->params.list) == 1;
    EVP_KDF_CTX_free(context);
    return ok;
}

static void add_bytes(struct call *call, const char *name, struct sslp_bytes bytes)
{
    static const uint8_t none;

    support_add_octets(&call->params, name, bytes.len == 0 ? &none : bytes.data, bytes.len);
}

/* The input of an arrow, under the name that it has there. */
static void add_input(struct call *call, enum tls13_secret to, struct sslp_bytes input)
{
    if (to == TLS13_TICKET_PSK)
        add_bytes(call, SSLPROVIDER_PARAM_TICKET_NONCE, input);
    else if (input.len != 0)
        add_bytes(call,
            to == TLS13_HANDSHAKE ? SSLPROVIDER_PARAM_SHARED_SECRET
                                  : SSLPROVIDER_PARAM_TRANSCRIPT_HASH,
            input);
}

static const char *digest_name(const char *hash)
{
    return strcmp(hash, "SHA-384") == 0 ? "SHA2-384" : "SHA2-256";
}

static const char *suite_name(size_t secret_len)
{
    return secret_len == 48 ? "TLS_AES_256_GCM_SHA384" : SUITE;
}

/* ---- From bytes: no protocol, no suite, a digest ---- */

static enum tls13_answer derive_bytes(const char *hash, enum tls13_secret to,
    struct sslp_bytes from, struct sslp_bytes input, uint8_t *out, size_t size)
{
    struct call call = {.handle = 0};

    support_add_text(&call.params, SSLPROVIDER_PARAM_DIGEST, digest_name(hash));
    support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, arrows[to].target);
    if (from.len != 0)
        add_bytes(&call, SSLPROVIDER_PARAM_SECRET, from);
    add_input(&call, to, input);
    return tls13_answer(run(secret_kdf, &call, out, size));
}

static enum tls13_answer finished_bytes(const char *hash, bool binder, struct sslp_bytes secret,
    struct sslp_bytes transcript_hash, uint8_t *out, size_t size)
{
    struct call call = {.handle = 0};

    (void)binder;
    support_add_text(&call.params, SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_3);
    support_add_text(&call.params, SSLPROVIDER_PARAM_DIGEST, digest_name(hash));
    add_bytes(&call, SSLPROVIDER_PARAM_SECRET, secret);
    add_bytes(&call, SSLPROVIDER_PARAM_TRANSCRIPT_HASH, transcript_hash);
    return tls13_answer(run(finished_kdf, &call, out, size));
}

static enum tls13_answer exporter_bytes(const char *hash, struct sslp_bytes secret,
    struct sslp_bytes label, const struct rsp_field *context, uint8_t *out, size_t size)
{
    struct call call = {.handle = 0};

    support_add_text(&call.params, SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_3);
    support_add_text(&call.params, SSLPROVIDER_PARAM_DIGEST, digest_name(hash));
    add_bytes(&call, SSLPROVIDER_PARAM_SECRET, secret);
    add_bytes(&call, SSLPROVIDER_PARAM_LABEL, label);
    if (context != NULL)
        add_bytes(&call, SSLPROVIDER_PARAM_CONTEXT, sslp_bytes(context->data, context->len));
    return tls13_answer(run(material_kdf, &call, out, size));
}

static enum tls13_answer keys_bytes(
    unsigned suite, struct sslp_bytes secret, uint8_t *out, size_t size)
{
    struct call call = {.handle = 0};
    char name[8];

    snprintf(name, sizeof(name), "0x%04X", suite);
    support_add_text(&call.params, SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_3);
    support_add_text(&call.params, SSLPROVIDER_PARAM_CIPHER_SUITE, name);
    add_bytes(&call, SSLPROVIDER_PARAM_SECRET, secret);
    return tls13_answer(run(keys_kdf, &call, out, size));
}

/* ---- By handles, with protocol and suite of the key ---- */

static EVP_PKEY *key_of(
    const char *kind, struct sslp_bytes secret, const char *suite, int exportable)
{
    struct support_params params = {.count = 0};

    support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, secret.data, secret.len);
    support_add_text(&params, SSLPROVIDER_PARAM_KIND, kind);
    support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_3);
    support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, suite);
    support_add_int(&params, SSLPROVIDER_PARAM_EXPORTABLE, &exportable);
    return support_key_from(libctx, &params);
}

static bool has_text(const EVP_PKEY *key, const char *name, const char *expected)
{
    char text[64];
    size_t len;

    return EVP_PKEY_get_utf8_string_param(key, name, text, sizeof(text), &len) == 1 &&
        strcmp(text, expected) == 0;
}

struct exported {
    uint8_t *out;
    size_t size;
    bool done;
};

static int take_secret(const OSSL_PARAM params[], void *argument)
{
    const OSSL_PARAM *secret = OSSL_PARAM_locate_const(params, SSLPROVIDER_PARAM_SECRET);
    struct exported *to = argument;

    to->done = secret != NULL && secret->data_size == to->size;
    if (to->done)
        memcpy(to->out, secret->data, to->size);
    return 1;
}

/* Adopts the key that a derivation left, looks at it, and reads its secret, which it allows. */
static bool read_key(uint64_t handle, const char *kind, uint8_t *out, size_t size)
{
    struct exported to = {out, size, false};
    EVP_PKEY *key = support_adopt(libctx, handle);

    if (key == NULL)
        return false;
    CU_ASSERT(has_text(key, SSLPROVIDER_PARAM_KIND, kind));
    CU_ASSERT(has_text(key, SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_3));
    CU_ASSERT(has_text(key, SSLPROVIDER_PARAM_CIPHER_SUITE, suite_name(size)));
    CU_ASSERT(EVP_PKEY_export(key, EVP_PKEY_KEYPAIR, take_secret, &to) == 1);
    EVP_PKEY_free(key);
    return to.done;
}

static enum tls13_answer derive_handles(const char *hash, enum tls13_secret to,
    struct sslp_bytes from, struct sslp_bytes input, uint8_t *out, size_t size)
{
    struct call call = {.handle = 0};
    EVP_PKEY *key = NULL;
    uint64_t derived = 0;
    int exportable = 1;
    bool ok;

    (void)hash;
    if (from.len != 0) {
        key = key_of(arrows[to].from, from, suite_name(size), 0);
        if (key == NULL)
            return TLS13_REFUSED;
        call.handle = support_handle_of(key);
    } else {
        support_add_text(&call.params, SSLPROVIDER_PARAM_CIPHER_SUITE, suite_name(size));
    }
    support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, arrows[to].target);
    support_add_text(&call.params, SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_HANDLE);
    support_add_int(&call.params, SSLPROVIDER_PARAM_EXPORTABLE, &exportable);
    add_input(&call, to, input);
    ok = run(secret_kdf, &call, &derived, sizeof(derived)) &&
        read_key(derived, arrows[to].to, out, size);
    EVP_PKEY_free(key);
    return tls13_answer(ok);
}

/* One derivation from a key object that lives as long as it. */
static bool run_with_key(EVP_KDF *kdf, struct call *call, const char *kind, const char *suite,
    struct sslp_bytes secret, uint8_t *out, size_t size)
{
    EVP_PKEY *key = key_of(kind, secret, suite, 0);
    bool ok = false;

    if (key != NULL) {
        call->handle = support_handle_of(key);
        ok = run(kdf, call, out, size);
    }
    EVP_PKEY_free(key);
    return ok;
}

static enum tls13_answer finished_handles(const char *hash, bool binder, struct sslp_bytes secret,
    struct sslp_bytes transcript_hash, uint8_t *out, size_t size)
{
    struct call call = {.handle = 0};

    (void)hash;
    add_bytes(&call, SSLPROVIDER_PARAM_TRANSCRIPT_HASH, transcript_hash);
    return tls13_answer(run_with_key(finished_kdf, &call, binder ? "binder-key" : "traffic-secret",
        suite_name(size), secret, out, size));
}

static enum tls13_answer exporter_handles(const char *hash, struct sslp_bytes secret,
    struct sslp_bytes label, const struct rsp_field *context, uint8_t *out, size_t size)
{
    struct call call = {.handle = 0};

    (void)hash;
    add_bytes(&call, SSLPROVIDER_PARAM_LABEL, label);
    if (context != NULL)
        add_bytes(&call, SSLPROVIDER_PARAM_CONTEXT, sslp_bytes(context->data, context->len));
    return tls13_answer(run_with_key(
        material_kdf, &call, "exporter-secret", suite_name(secret.len), secret, out, size));
}

static enum tls13_answer keys_handles(
    unsigned suite, struct sslp_bytes secret, uint8_t *out, size_t size)
{
    struct call call = {.handle = 0};
    char name[8];

    snprintf(name, sizeof(name), "0x%04X", suite);
    return tls13_answer(run_with_key(keys_kdf, &call, "traffic-secret", name, secret, out, size));
}

static void test_every_vector_is_reproduced(void)
{
    static const struct tls13_trial trials[] = {
        {NULL, derive_bytes, NULL, finished_bytes, exporter_bytes, keys_bytes},
        {NULL, derive_handles, NULL, finished_handles, exporter_handles, keys_handles},
    };

    for (size_t i = 0; i < COUNT(trials); i++) {
        struct tls13_counts counted;

        CU_ASSERT_TRUE(tls13_check_all(&trials[i], &counted));
        CU_ASSERT_TRUE(tls13_is_all(&counted));
        CU_ASSERT(support_nothing_raised());
    }
}

/* ---- Arrows that no vector covers ---- */

/* HKDF-Expand-Label by the default provider's TLS13-KDF. */
static bool expand_by_default(
    const uint8_t *secret, const char *label, const void *data, size_t data_len, uint8_t out[SIZE])
{
    EVP_KDF *kdf = EVP_KDF_fetch(libctx, "TLS13-KDF", "provider=default");
    struct call call = {.handle = 0};
    bool ok;

    support_add_text(&call.params, OSSL_KDF_PARAM_MODE, "EXPAND_ONLY");
    support_add_text(&call.params, OSSL_KDF_PARAM_DIGEST, "SHA2-256");
    support_add_octets(&call.params, OSSL_KDF_PARAM_KEY, secret, SIZE);
    support_add_octets(&call.params, OSSL_KDF_PARAM_PREFIX, "tls13 ", 6);
    support_add_octets(&call.params, OSSL_KDF_PARAM_LABEL, label, strlen(label));
    if (data_len != 0)
        support_add_octets(&call.params, OSSL_KDF_PARAM_DATA, data, data_len);
    ok = kdf != NULL && run(kdf, &call, out, SIZE);
    EVP_KDF_free(kdf);
    return ok;
}

static void test_next_generation_and_salt_are_those_of_the_default_provider(void)
{
    static const struct {
        const char *target, *label;
        bool of_nothing; /* the hash of no bytes is the context */
    } rows[] = {{"next-traffic-secret", "traffic upd", false}, {"derived-secret", "derived", true}};
    uint64_t state = 1;

    for (size_t i = 0; i < 200; i++) {
        uint8_t secret[SIZE], nothing[SIZE], expected[SIZE], out[SIZE];
        const size_t row = i % COUNT(rows);
        struct call call = {.handle = 0};

        support_fill(&state, secret, sizeof(secret));
        CU_ASSERT(EVP_Q_digest(libctx, "SHA2-256", NULL, "", 0, nothing, NULL) == 1);
        CU_ASSERT_FATAL(expand_by_default(
            secret, rows[row].label, nothing, rows[row].of_nothing ? SIZE : 0, expected));
        support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, rows[row].target);
        support_add_text(&call.params, SSLPROVIDER_PARAM_CIPHER_SUITE, SUITE);
        support_add_octets(&call.params, SSLPROVIDER_PARAM_SECRET, secret, sizeof(secret));
        CU_ASSERT_FATAL(run(secret_kdf, &call, out, sizeof(out)));
        CU_ASSERT(memcmp(out, expected, SIZE) == 0);
    }
    CU_ASSERT(support_nothing_raised());
}

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

static void test_an_arrow_starts_at_its_own_kinds_alone(void)
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
            CU_ASSERT_EQUAL(run(secret_kdf, &call, out, sizeof(out)), fits);
            CU_ASSERT(fits ? support_nothing_raised() : support_raised("wrong kind of key"));
            taken += fits;
            refused += !fits;
        }
        EVP_PKEY_free(key);
    }
    CU_ASSERT_EQUAL(taken, COUNT(all) + 1);
    CU_ASSERT_EQUAL(refused, COUNT(all) * COUNT(kinds) - taken);
}

/* An arrow whose result is wanted as bytes, from a key and perhaps a shared secret by its handle.
 */
static bool handshake_bytes(EVP_PKEY *from, EVP_PKEY *shared, int consent, uint8_t out[SIZE])
{
    struct call call = {.handle = support_handle_of(from)};
    uint64_t shared_handle = support_handle_of(shared);

    support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, "handshake-secret");
    support_add_uint64(&call.params, SSLPROVIDER_PARAM_SHARED_SECRET_HANDLE, &shared_handle);
    support_add_int(&call.params, SSLPROVIDER_PARAM_EXPORTABLE, &consent);
    return run(secret_kdf, &call, out, SIZE);
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

/* Both inputs count: the secret and the shared secret. */
static void test_bytes_need_consent(void)
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

/* A hash of the caller's choice gets to see both secrets: here consent to the result counts for
 * nothing, and what is refused is refused before any hash is fetched. */
static void test_hash_of_choice_needs_keys_that_may_leave(void)
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
        CU_ASSERT_EQUAL(run(secret_kdf, &call, out, SIZE), may_leave && known);
        if (may_leave && known)
            CU_ASSERT(support_nothing_raised());
        if (!may_leave || !known)
            CU_ASSERT(support_raised(may_leave ? "hash not available" : "key not exportable"));
        EVP_PKEY_free(from);
        EVP_PKEY_free(shared);
    }
}

/* The first arrow keys no PRF with its pre-shared key, but the hash sees it all the same. */
static void test_hash_of_choice_does_not_see_a_pre_shared_key(void)
{
    EVP_PKEY *key = key_of("pre-shared-key", sslp_bytes(secret, SIZE), SUITE, 0);
    struct call call = {.handle = support_handle_of(key)};
    uint8_t out[SIZE];

    support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, "early-secret");
    support_add_text(&call.params, SSLPROVIDER_PARAM_PROPERTIES, "provider=default");
    CU_ASSERT_FALSE(run(secret_kdf, &call, out, SIZE));
    CU_ASSERT(support_raised("key not exportable"));
    EVP_PKEY_free(key);
}

/* ---- What is bound, and what is known to all ---- */

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
    return run(secret_kdf, &call, out, size);
}

/* RFC 8446 section 4.2.11: the hash is that of the suite which the import names, or else SHA-256.
 */
static void test_a_pre_shared_key_has_one_hash(void)
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
    CU_ASSERT(run(secret_kdf, &call, &handle, sizeof(handle)));
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
    ok = run(secret_kdf, &call, &handle, sizeof(handle));
    EVP_PKEY_free(ok ? support_adopt(libctx, handle) : NULL);
    return ok;
}

/* With neither a pre-shared key nor a shared secret, all that follows would be a public constant.
 * A pre-shared key of as many zeros as the hash has bytes is the same as none. */
static void test_a_handshake_needs_one_secret_of_two(void)
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
static void test_the_constant_is_known_by_its_value(void)
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
    CU_ASSERT_FALSE(run(secret_kdf, &call, out, SIZE));
    CU_ASSERT(support_raised("missing shared secret"));
    CU_ASSERT(EVP_PKEY_get_int_param(other, "without-psk", &without) != 1);
    EVP_PKEY_free(imported);
    EVP_PKEY_free(copy);
    EVP_PKEY_free(other);
}

/* A shared secret by its handle is the result of a key agreement, which no protocol has yet. */
static void test_shared_secret_by_handle(void)
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
    CU_ASSERT_FALSE(run(secret_kdf, &call, out, SIZE));
    CU_ASSERT(support_raised("shared secret and its handle given"));
    EVP_PKEY_free(shared);
    call = (struct call){.handle = support_handle_of(from)};
    support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, "handshake-secret");
    support_add_uint64(&call.params, SSLPROVIDER_PARAM_SHARED_SECRET_HANDLE, &shared_handle);
    CU_ASSERT_FALSE(run(secret_kdf, &call, out, SIZE));
    CU_ASSERT(support_raised("invalid key handle"));
    EVP_PKEY_free(from);
    EVP_PKEY_free(bound);
}

static void test_finished_and_exporter_take_their_own_kinds_alone(void)
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
        CU_ASSERT_EQUAL(run(finished_kdf, &finished, out, sizeof(out)), authenticates);
        CU_ASSERT(authenticates ? support_nothing_raised() : support_raised("wrong kind of key"));
        support_add_text(&material.params, SSLPROVIDER_PARAM_LABEL, "label");
        CU_ASSERT_EQUAL(run(material_kdf, &material, out, sizeof(out)), exports);
        CU_ASSERT(exports ? support_nothing_raised() : support_raised("wrong kind of key"));
        EVP_PKEY_free(key);
    }
}

/* A derivation from bytes that is right but for what a row says. */
struct wrong {
    const char *target, *protocol, *suite, *digest, *output;
    size_t secret_len, hash_len, nonce_len, out_len;
    const char *reason;
};

enum { NONE = 0x1000 }; /* not given */

static void test_what_is_missing_or_wrong_is_named(void)
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
        CU_ASSERT_FALSE(run(secret_kdf, &call, out, row->out_len));
        CU_ASSERT(support_raised(row->reason));
        for (size_t k = 0; k < row->out_len; k++)
            CU_ASSERT_EQUAL(out[k], 0);
    }
}

/* A number of the right type that is not there. */
static void test_numbers_without_data_refused(void)
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
static void test_a_key_is_not_contradicted(void)
{
    EVP_PKEY *key = key_of("early-secret", sslp_bytes(secret, SIZE), SUITE, 0);
    struct call with_secret = {.handle = support_handle_of(key)};
    struct call with_suite = {.handle = support_handle_of(key)};
    uint8_t out[SIZE];

    support_add_text(&with_secret.params, SSLPROVIDER_PARAM_TARGET, "handshake-secret");
    with_suite.params = with_secret.params;
    add_bytes(&with_secret, SSLPROVIDER_PARAM_SECRET, sslp_bytes(secret, SIZE));
    CU_ASSERT_FALSE(run(secret_kdf, &with_secret, out, sizeof(out)));
    CU_ASSERT(support_raised("secret and handle given"));
    support_add_text(
        &with_suite.params, SSLPROVIDER_PARAM_CIPHER_SUITE, "TLS_CHACHA20_POLY1305_SHA256");
    CU_ASSERT_FALSE(run(secret_kdf, &with_suite, out, sizeof(out)));
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

static int init(void)
{
    libctx = support_context_new("");
    if (libctx == NULL)
        return 1;
    secret_kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_TRAFFIC_SECRET, NULL);
    finished_kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_FINISHED, NULL);
    material_kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_KEYING_MATERIAL, NULL);
    keys_kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_SESSION_KEYS, NULL);
    return secret_kdf == NULL || finished_kdf == NULL || material_kdf == NULL || keys_kdf == NULL;
}

static int cleanup(void)
{
    EVP_KDF_free(secret_kdf);
    EVP_KDF_free(finished_kdf);
    EVP_KDF_free(material_kdf);
    EVP_KDF_free(keys_kdf);
    OSSL_LIB_CTX_free(libctx);
    return 0;
}

int main(void)
{
    static const struct named_test tests[] = {
        {"every vector, reproduced", test_every_vector_is_reproduced},
        {"next generation and salt, those of the default provider",
            test_next_generation_and_salt_are_those_of_the_default_provider},
        {"an arrow, from its own kinds alone", test_an_arrow_starts_at_its_own_kinds_alone},
        {"bytes, need consent", test_bytes_need_consent},
        {"hash of choice, needs keys that may leave",
            test_hash_of_choice_needs_keys_that_may_leave},
        {"hash of choice, does not see a pre-shared key",
            test_hash_of_choice_does_not_see_a_pre_shared_key},
        {"a pre-shared key, bound to one hash", test_a_pre_shared_key_has_one_hash},
        {"a handshake, from one secret of two", test_a_handshake_needs_one_secret_of_two},
        {"early secret without a PSK, known by its value", test_the_constant_is_known_by_its_value},
        {"shared secret, by its handle", test_shared_secret_by_handle},
        {"Finished and exporter, from their own kinds alone",
            test_finished_and_exporter_take_their_own_kinds_alone},
        {"what is missing or wrong, named", test_what_is_missing_or_wrong_is_named},
        {"numbers without data, refused", test_numbers_without_data_refused},
        {"a key, not contradicted", test_a_key_is_not_contradicted},
        {"size, by suite and output", test_size_follows_suite_and_output},
    };

    return RUN_TESTS("KDF SSL-TRAFFIC-SECRET", init, cleanup, tests);
}
