/* SPDX-License-Identifier: Apache-2.0
 *
 * The KDFs, by bytes and by handle.
 */
#include "secrets.h"

#include "common/provider_support.h"
#include "sslprovider/names.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/provider.h>

#define SUITE "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"

/* A parameter that comes after the secret and is wrong, or a length. */
enum { NO_FAULT, FAULT_VALUE, FAULT_LENGTH, KDF_FAULTS };

enum {
    SESSION,
    MASTER_KEY,
    FINISHED,
    KEYING_MATERIAL,
    TRAFFIC_SECRET,
    TLS1_PRF,
    TLS13,
    HKDF,
    KDFS
};

static const char *const names[KDFS] = {SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_KDF_MASTER_KEY,
    SSLPROVIDER_KDF_FINISHED, SSLPROVIDER_KDF_KEYING_MATERIAL, SSLPROVIDER_KDF_TRAFFIC_SECRET,
    "TLS1-PRF", "TLS13-KDF", "HKDF"};

static OSSL_LIB_CTX *libctx;
static OSSL_PROVIDER *hashes;
static EVP_KDF *kdfs[KDFS];

/* A secret in the clear, with the parameters of one derivation. */
struct call {
    struct support_params params;
    struct randoms randoms;
    uint8_t secret[SECRETS_MAX_LEN], out[SECRETS_MAX_LEN];
};

static void begin(struct call *call, const char *name, const uint8_t *masked, size_t len)
{
    *call = (struct call){.params = {.count = 0}};
    (void)fill_randoms(&call->randoms);
    secrets_unmask(masked, len, call->secret);
    support_add_octets(&call->params, name, call->secret, len);
}

static void add_randoms(struct call *call)
{
    support_add_octets(
        &call->params, SSLPROVIDER_PARAM_CLIENT_RANDOM, call->randoms.client, RANDOM_LEN);
    support_add_octets(
        &call->params, SSLPROVIDER_PARAM_SERVER_RANDOM, call->randoms.server, RANDOM_LEN);
}

static void add_suite(struct call *call)
{
    support_add_text(&call->params, SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_2);
    support_add_text(&call->params, SSLPROVIDER_PARAM_CIPHER_SUITE, SUITE);
}

/* `name` is a parameter that the KDF has, and that no value such as this one is good for. */
static bool end(struct call *call, int kdf, const char *name, size_t len, unsigned fault)
{
    bool ok;

    if (fault == FAULT_VALUE)
        support_add_text(&call->params, name, "no such value");
    ok = support_run(kdfs[kdf], &call->params, call->out, fault == FAULT_LENGTH ? 0 : len);
    OPENSSL_cleanse(call, sizeof(*call));
    return ok;
}

static bool session_keys(unsigned fault)
{
    struct call call;

    begin(&call, SSLPROVIDER_PARAM_SECRET, told.masked[SECRET_MASTER], MASTER_KEY_LEN);
    add_suite(&call);
    add_randoms(&call);
    return end(&call, SESSION, SSLPROVIDER_PARAM_OUTPUT, 40, fault);
}

/* A key from bytes, a copy of it, and a derivation by the handle of the copy. */
static bool session_keys_by_handle(unsigned fault)
{
    EVP_PKEY *key, *copy = NULL;
    struct call call;
    uint64_t handle;
    bool ok = false;

    begin(&call, SSLPROVIDER_PARAM_SECRET, told.masked[SECRET_MASTER], MASTER_KEY_LEN);
    add_suite(&call);
    key = support_key_from(libctx, &call.params);
    OPENSSL_cleanse(&call, sizeof(call));
    if (key != NULL)
        copy = EVP_PKEY_dup(key);
    EVP_PKEY_free(key);
    handle = copy == NULL ? 0 : support_handle_of(copy);
    if (handle != 0) {
        call.params.count = 0;
        (void)fill_randoms(&call.randoms);
        support_add_uint64(&call.params, SSLPROVIDER_PARAM_HANDLE, &handle);
        add_randoms(&call);
        support_add_text(&call.params, SSLPROVIDER_PARAM_ROLE, SSLPROVIDER_ROLE_CLIENT);
        ok = end(&call, SESSION, SSLPROVIDER_PARAM_OUTPUT, 40, fault);
    }
    EVP_PKEY_free(copy);
    return ok;
}

static bool master_key(unsigned fault)
{
    struct call call;

    begin(&call, SSLPROVIDER_PARAM_SECRET, told.masked[SECRET_PRE_MASTER], MASTER_KEY_LEN);
    add_suite(&call);
    add_randoms(&call);
    return end(&call, MASTER_KEY, SSLPROVIDER_PARAM_OUTPUT, MASTER_KEY_LEN, fault);
}

static bool finished(unsigned fault)
{
    struct call call;

    begin(&call, SSLPROVIDER_PARAM_SECRET, told.masked[SECRET_MASTER], MASTER_KEY_LEN);
    add_suite(&call);
    support_add_octets(
        &call.params, SSLPROVIDER_PARAM_TRANSCRIPT_HASH, call.randoms.client, RANDOM_LEN);
    if (fault != FAULT_VALUE)
        support_add_text(&call.params, SSLPROVIDER_PARAM_ROLE, SSLPROVIDER_ROLE_CLIENT);
    return end(&call, FINISHED, SSLPROVIDER_PARAM_ROLE, 12, fault);
}

static bool keying_material(unsigned fault)
{
    struct call call;

    begin(&call, SSLPROVIDER_PARAM_SECRET, told.masked[SECRET_MASTER], MASTER_KEY_LEN);
    if (fault != FAULT_VALUE)
        support_add_text(&call.params, SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_2);
    support_add_text(&call.params, SSLPROVIDER_PARAM_CIPHER_SUITE, SUITE);
    add_randoms(&call);
    support_add_text(&call.params, SSLPROVIDER_PARAM_LABEL, "EXPORTER-test");
    return end(&call, KEYING_MATERIAL, SSLPROVIDER_PARAM_PROTOCOL, 32, fault);
}

static bool traffic_secret(unsigned fault)
{
    struct call call;

    begin(&call, SSLPROVIDER_PARAM_SECRET, told.tls13.bytes[TLS13_CLIENT_APPLICATION], TLS13_SIZE);
    support_add_text(&call.params, SSLPROVIDER_PARAM_CIPHER_SUITE, "TLS_AES_128_GCM_SHA256");
    if (fault != FAULT_VALUE)
        support_add_text(&call.params, SSLPROVIDER_PARAM_TARGET, SSLPROVIDER_TARGET_NEXT_TRAFFIC);
    return end(&call, TRAFFIC_SECRET, SSLPROVIDER_PARAM_TARGET, TLS13_SIZE, fault);
}

static bool tls1_prf(unsigned fault)
{
    struct call call;

    begin(&call, "secret", told.masked[SECRET_MASTER], MASTER_KEY_LEN);
    if (fault != FAULT_VALUE)
        support_add_text(&call.params, "digest", "SHA2-256");
    support_add_octets(&call.params, "seed", "key expansion", 13);
    support_add_octets(&call.params, "seed", call.randoms.server, RANDOM_LEN);
    support_add_octets(&call.params, "seed", call.randoms.client, RANDOM_LEN);
    return end(&call, TLS1_PRF, "digest", 40, fault);
}

static bool tls13_kdf_drop_in(unsigned fault)
{
    struct call call;

    begin(&call, "key", told.tls13.bytes[TLS13_CLIENT_APPLICATION], TLS13_SIZE);
    if (fault != FAULT_VALUE)
        support_add_text(&call.params, "digest", "SHA2-256");
    support_add_text(&call.params, "mode", "EXPAND_ONLY");
    support_add_octets(&call.params, "prefix", "tls13 ", 6);
    support_add_octets(&call.params, "label", "traffic upd", 11);
    return end(&call, TLS13, "digest", TLS13_SIZE, fault);
}

/* The step from zeros as salt and a PSK to the early secret. */
static bool hkdf(unsigned fault)
{
    struct call call;

    begin(&call, "key", told.tls13.bytes[TLS13_PSK], TLS13_SIZE);
    if (fault != FAULT_VALUE)
        support_add_text(&call.params, "digest", "SHA2-256");
    support_add_text(&call.params, "mode", "EXTRACT_ONLY");
    return end(&call, HKDF, "digest", TLS13_SIZE, fault);
}

bool secrets_kdfs_open(const char *query)
{
    char options[128] = "";
    bool ok;

    libctx = OSSL_LIB_CTX_new();
    if (query != NULL) {
        (void)snprintf(options, sizeof(options), "properties = %s\n", query);
        ok = OSSL_PROVIDER_add_builtin(libctx, SUPPORT_HASH_PROVIDER, support_hash_provider_init) ==
            1;
        hashes = ok ? OSSL_PROVIDER_load(libctx, SUPPORT_HASH_PROVIDER) : NULL;
        if (hashes == NULL)
            return false;
    }
    ok = support_load_config(libctx, options) == 1;
    for (int i = 0; ok && i < KDFS; i++) {
        kdfs[i] = EVP_KDF_fetch(libctx, names[i], SSLPROVIDER_PROPERTY);
        ok = kdfs[i] != NULL;
    }
    return ok;
}

void secrets_kdfs_close(void)
{
    for (int i = 0; i < KDFS; i++)
        EVP_KDF_free(kdfs[i]);
    OSSL_PROVIDER_unload(hashes);
    OSSL_LIB_CTX_free(libctx);
}

const struct operation secrets_kdfs[SECRETS_KDFS] = {
    {SSLPROVIDER_KDF_SESSION_KEYS, session_keys, KDF_FAULTS, NULL},
    {SSLPROVIDER_KDF_SESSION_KEYS " by handle", session_keys_by_handle, KDF_FAULTS, NULL},
    {SSLPROVIDER_KDF_MASTER_KEY, master_key, KDF_FAULTS, NULL},
    {SSLPROVIDER_KDF_FINISHED, finished, KDF_FAULTS, NULL},
    {SSLPROVIDER_KDF_KEYING_MATERIAL, keying_material, KDF_FAULTS, NULL},
    {SSLPROVIDER_KDF_TRAFFIC_SECRET, traffic_secret, KDF_FAULTS, NULL},
    {"TLS1-PRF", tls1_prf, KDF_FAULTS, NULL},
    {"TLS13-KDF", tls13_kdf_drop_in, FAULT_LENGTH, NULL}, /* it gives 0 bytes too */
    {"HKDF", hkdf, KDF_FAULTS, NULL},
};
