/* SPDX-License-Identifier: Apache-2.0
 *
 * Every TLS 1.3 vector from bytes and by handles, and the derivations that no vector covers against
 * the default provider.
 */
#include "calls.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <stdio.h>
#include <string.h>

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

/* ---- From bytes: no suite, a digest ---- */

enum tls13_answer derive_bytes(const char *hash, enum tls13_secret to, struct sslp_bytes from,
    struct sslp_bytes input, uint8_t *out, size_t size)
{
    struct call call = {.handle = 0};

    if (strcmp(trial_protocol, SSLPROVIDER_PROTOCOL_TLS1_3) != 0)
        support_add_text(&call.params, SSLPROVIDER_PARAM_PROTOCOL, trial_protocol);
    support_add_text(&call.params, SSLPROVIDER_PARAM_DIGEST, digest_name(hash));
    support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, arrows[to].target);
    if (from.len != 0)
        add_bytes(&call, SSLPROVIDER_PARAM_SECRET, from);
    add_input(&call, to, input);
    return tls13_answer(run_call(secret_kdf, &call, out, size));
}

static enum tls13_answer finished_bytes(const char *hash, bool binder, struct sslp_bytes secret,
    struct sslp_bytes transcript_hash, uint8_t *out, size_t size)
{
    struct call call = {.handle = 0};

    (void)binder;
    support_add_text(&call.params, SSLPROVIDER_PARAM_PROTOCOL, trial_protocol);
    support_add_text(&call.params, SSLPROVIDER_PARAM_DIGEST, digest_name(hash));
    add_bytes(&call, SSLPROVIDER_PARAM_SECRET, secret);
    add_bytes(&call, SSLPROVIDER_PARAM_TRANSCRIPT_HASH, transcript_hash);
    return tls13_answer(run_call(finished_kdf, &call, out, size));
}

static enum tls13_answer exporter_bytes(const char *hash, struct sslp_bytes secret,
    struct sslp_bytes label, const struct rsp_field *context, uint8_t *out, size_t size)
{
    struct call call = {.handle = 0};

    support_add_text(&call.params, SSLPROVIDER_PARAM_PROTOCOL, trial_protocol);
    support_add_text(&call.params, SSLPROVIDER_PARAM_DIGEST, digest_name(hash));
    add_bytes(&call, SSLPROVIDER_PARAM_SECRET, secret);
    add_bytes(&call, SSLPROVIDER_PARAM_LABEL, label);
    if (context != NULL)
        add_bytes(&call, SSLPROVIDER_PARAM_CONTEXT, sslp_bytes(context->data, context->len));
    return tls13_answer(run_call(material_kdf, &call, out, size));
}

static enum tls13_answer keys_bytes(
    unsigned suite, struct sslp_bytes secret, uint8_t *out, size_t size)
{
    struct call call = {.handle = 0};
    char name[8];

    snprintf(name, sizeof(name), "0x%04X", suite);
    support_add_text(&call.params, SSLPROVIDER_PARAM_PROTOCOL, trial_protocol);
    support_add_text(&call.params, SSLPROVIDER_PARAM_CIPHER_SUITE, name);
    add_bytes(&call, SSLPROVIDER_PARAM_SECRET, secret);
    return tls13_answer(run_call(keys_kdf, &call, out, size));
}

/* ---- By handles, with protocol and suite of the key ---- */

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
    CU_ASSERT(has_text(key, SSLPROVIDER_PARAM_PROTOCOL, trial_protocol));
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
        support_add_text(&call.params, SSLPROVIDER_PARAM_PROTOCOL, trial_protocol);
        support_add_text(&call.params, SSLPROVIDER_PARAM_CIPHER_SUITE, suite_name(size));
    }
    support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, arrows[to].target);
    support_add_text(&call.params, SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_HANDLE);
    support_add_int(&call.params, SSLPROVIDER_PARAM_EXPORTABLE, &exportable);
    add_input(&call, to, input);
    ok = run_call(secret_kdf, &call, &derived, sizeof(derived)) &&
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
        ok = run_call(kdf, call, out, size);
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

const struct tls13_trial trials[TRIALS] = {
    {NULL, derive_bytes, NULL, finished_bytes, exporter_bytes, keys_bytes},
    {NULL, derive_handles, NULL, finished_handles, exporter_handles, keys_handles},
};

void test_every_vector_is_reproduced(void)
{
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
    ok = kdf != NULL && run_call(kdf, &call, out, SIZE);
    EVP_KDF_free(kdf);
    return ok;
}

void test_next_generation_and_salt_equal_those_of_the_default_provider(void)
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
        CU_ASSERT_FATAL(run_call(secret_kdf, &call, out, sizeof(out)));
        CU_ASSERT(memcmp(out, expected, SIZE) == 0);
    }
    CU_ASSERT(support_nothing_raised());
}
