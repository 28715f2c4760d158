/* SPDX-License-Identifier: Apache-2.0 */
#include "operations.h"

#include <openssl/err.h>
#include <openssl/params.h>
#include <string.h>

#define CBC_SUITE "TLS_RSA_WITH_AES_128_CBC_SHA"

enum { GCM_BLOCK_LEN = 40 };

uint8_t secret[SUPPORT_MASTER_LEN], client_random[SUPPORT_RANDOM_LEN],
    server_random[SUPPORT_RANDOM_LEN];

struct subject subject_new(void)
{
    struct subject subject = {.libctx = OSSL_LIB_CTX_new()};

    subject.hashes = OSSL_PROVIDER_load(subject.libctx, "default");
    subject.provider = OSSL_PROVIDER_load(subject.libctx, SSLPROVIDER_NAME);
    subject.session =
        EVP_KDF_fetch(subject.libctx, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    subject.master =
        EVP_KDF_fetch(subject.libctx, SSLPROVIDER_KDF_MASTER_KEY, SSLPROVIDER_PROPERTY);
    subject.finished =
        EVP_KDF_fetch(subject.libctx, SSLPROVIDER_KDF_FINISHED, SSLPROVIDER_PROPERTY);
    subject.material =
        EVP_KDF_fetch(subject.libctx, SSLPROVIDER_KDF_KEYING_MATERIAL, SSLPROVIDER_PROPERTY);
    subject.traffic =
        EVP_KDF_fetch(subject.libctx, SSLPROVIDER_KDF_TRAFFIC_SECRET, SSLPROVIDER_PROPERTY);
    subject.tls1_prf = EVP_KDF_fetch(subject.libctx, "TLS1-PRF", SSLPROVIDER_PROPERTY);
    subject.tls13_kdf = EVP_KDF_fetch(subject.libctx, "TLS13-KDF", SSLPROVIDER_PROPERTY);
    subject.hkdf = EVP_KDF_fetch(subject.libctx, "HKDF", SSLPROVIDER_PROPERTY);
    CU_ASSERT_FATAL(subject.hashes != NULL && subject.provider != NULL);
    CU_ASSERT_FATAL(subject.session != NULL && subject.master != NULL);
    CU_ASSERT_FATAL(subject.finished != NULL && subject.material != NULL);
    CU_ASSERT_FATAL(subject.traffic != NULL && subject.tls1_prf != NULL &&
        subject.tls13_kdf != NULL && subject.hkdf != NULL);
    return subject;
}

void subject_free(struct subject *subject)
{
    EVP_PKEY_free(subject->key);
    EVP_KDF_free(subject->session);
    EVP_KDF_free(subject->master);
    EVP_KDF_free(subject->finished);
    EVP_KDF_free(subject->material);
    EVP_KDF_free(subject->traffic);
    EVP_KDF_free(subject->tls1_prf);
    EVP_KDF_free(subject->tls13_kdf);
    EVP_KDF_free(subject->hkdf);
    OSSL_PROVIDER_unload(subject->provider);
    OSSL_PROVIDER_unload(subject->hashes);
    OSSL_LIB_CTX_free(subject->libctx);
}

static struct support_inputs inputs_of(const char *protocol, const char *suite)
{
    return (struct support_inputs){.protocol = protocol,
        .suite = suite,
        .secret = secret,
        .secret_len = sizeof(secret),
        .client_random = client_random,
        .server_random = server_random};
}

static bool derive_from_bytes(const struct subject *subject, uint8_t *out, size_t len)
{
    return support_derive(
        subject->session, inputs_of("TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"), out, len);
}

static bool derive_from_bytes_tls11(const struct subject *subject, uint8_t *out, size_t len)
{
    struct support_inputs inputs = inputs_of("TLSv1.1", CBC_SUITE);

    inputs.output = "session-keys";
    inputs.role = "client";
    return support_derive(subject->session, inputs, out, len);
}

/* A hash of the caller's choice is fetched in each derivation. */
static bool derive_with_digest(const struct subject *subject, uint8_t *out, size_t len)
{
    struct support_inputs inputs = inputs_of(NULL, NULL);

    inputs.digest = "SHA2-512";
    inputs.properties = "provider=default";
    return support_derive(subject->session, inputs, out, len);
}

static bool derive_by_handle(const struct subject *subject, uint8_t *out, size_t len)
{
    return support_derive(subject->session,
        (struct support_inputs){.handle = support_handle_of(subject->key),
            .client_random = client_random,
            .server_random = server_random},
        out, len);
}

static bool derive_from_copy(const struct subject *subject, uint8_t *out, size_t len)
{
    struct support_inputs inputs = inputs_of("TLSv1.2", CBC_SUITE);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(subject->session), *copy = NULL;
    struct support_params params;
    bool ok;

    inputs.digest = "SHA2-384";
    inputs.properties = "provider=default";
    support_list_inputs(&params, &inputs);
    ok = ctx != NULL && EVP_KDF_CTX_set_params(ctx, params.list) == 1;
    if (ok)
        copy = EVP_KDF_CTX_dup(ctx);
    EVP_KDF_CTX_free(ctx);
    ok = copy != NULL && EVP_KDF_derive(copy, out, len, NULL) == 1;
    EVP_KDF_CTX_free(copy);
    return ok;
}

static bool derive_master_secret(const struct subject *subject, uint8_t *out, size_t len)
{
    return support_derive(subject->master, inputs_of("TLSv1.2", CBC_SUITE), out, len);
}

/* One derivation of a drop-in KDF, all in one call; with `by_copy` through a copied context. */
static bool derive_drop_in(
    EVP_KDF *kdf, const struct support_params *params, bool by_copy, uint8_t *out, size_t len)
{
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf), *copy = NULL;
    bool ok = ctx != NULL;

    if (ok && by_copy) {
        ok = EVP_KDF_CTX_set_params(ctx, params->list) == 1;
        if (ok)
            copy = EVP_KDF_CTX_dup(ctx);
        EVP_KDF_CTX_free(ctx);
        ctx = copy;
        ok = ctx != NULL;
    }
    ok = ok && EVP_KDF_derive(ctx, out, len, by_copy ? NULL : params->list) == 1;
    EVP_KDF_CTX_free(ctx);
    return ok;
}

static bool derive_finished(const struct subject *subject, uint8_t *out, size_t len)
{
    struct support_params params = {.count = 0};

    support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_2);
    support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, CBC_SUITE);
    support_add_text(&params, SSLPROVIDER_PARAM_ROLE, SSLPROVIDER_ROLE_CLIENT);
    support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, secret, sizeof(secret));
    support_add_octets(
        &params, SSLPROVIDER_PARAM_TRANSCRIPT_HASH, client_random, sizeof(client_random));
    return derive_drop_in(subject->finished, &params, false, out, len);
}

static bool derive_keying_material(const struct subject *subject, uint8_t *out, size_t len)
{
    struct support_params params = {.count = 0};

    support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_TLS1_2);
    support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, CBC_SUITE);
    support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, secret, sizeof(secret));
    support_add_octets(
        &params, SSLPROVIDER_PARAM_CLIENT_RANDOM, client_random, sizeof(client_random));
    support_add_octets(
        &params, SSLPROVIDER_PARAM_SERVER_RANDOM, server_random, sizeof(server_random));
    support_add_text(&params, SSLPROVIDER_PARAM_LABEL, "EXPORTER-test");
    support_add_octets(&params, SSLPROVIDER_PARAM_CONTEXT, secret, sizeof(secret));
    return derive_drop_in(subject->material, &params, true, out, len);
}

/* A handshake secret from an early secret and a shared secret, and the KDF of keys after it. */
static bool derive_traffic_secret(const struct subject *subject, uint8_t *out, size_t len)
{
    struct support_params params = {.count = 0};

    support_add_text(&params, SSLPROVIDER_PARAM_TARGET, SSLPROVIDER_TARGET_HANDSHAKE_SECRET);
    support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, "TLS_AES_128_GCM_SHA256");
    support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, client_random, sizeof(client_random));
    support_add_octets(&params, SSLPROVIDER_PARAM_SHARED_SECRET, secret, sizeof(secret));
    return derive_drop_in(subject->traffic, &params, true, out, len);
}

static bool derive_keys_of_traffic_secret(const struct subject *subject, uint8_t *out, size_t len)
{
    struct support_inputs inputs = {.protocol = SSLPROVIDER_PROTOCOL_TLS1_3,
        .suite = "TLS_AES_128_GCM_SHA256",
        .secret = client_random,
        .secret_len = sizeof(client_random)};

    inputs.output = "session-keys";
    return support_derive(subject->session, inputs, out, len);
}

/* RFC 9001 section 5.2. */
static bool derive_initial_secret(const struct subject *subject, uint8_t *out, size_t len)
{
    struct support_params params = {.count = 0};

    support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_QUIC1);
    support_add_text(&params, SSLPROVIDER_PARAM_TARGET, SSLPROVIDER_TARGET_CLIENT_INITIAL);
    support_add_octets(&params, SSLPROVIDER_PARAM_CONNECTION_ID, client_random, 8);
    return derive_drop_in(subject->traffic, &params, true, out, len);
}

/* The key that masks the numbers of packets or records. */
static bool derive_mask_key(const struct subject *subject, const char *protocol, const char *output,
    uint8_t *out, size_t len)
{
    struct support_inputs inputs = {.protocol = protocol,
        .suite = "TLS_AES_128_GCM_SHA256",
        .secret = client_random,
        .secret_len = sizeof(client_random)};

    inputs.output = output;
    return support_derive(subject->session, inputs, out, len);
}

static bool derive_hp_key(const struct subject *subject, uint8_t *out, size_t len)
{
    return derive_mask_key(
        subject, SSLPROVIDER_PROTOCOL_QUIC2, SSLPROVIDER_OUTPUT_HP_KEY, out, len);
}

static bool derive_sn_key(const struct subject *subject, uint8_t *out, size_t len)
{
    return derive_mask_key(
        subject, SSLPROVIDER_PROTOCOL_DTLS1_3, SSLPROVIDER_OUTPUT_SN_KEY, out, len);
}

static bool drop_in_tls1_prf(const struct subject *subject, uint8_t *out, size_t len)
{
    struct support_params params = {.count = 0};

    support_add_text(&params, "digest", "SHA2-256");
    support_add_octets(&params, "secret", secret, sizeof(secret));
    support_add_octets(&params, "seed", client_random, sizeof(client_random));
    return derive_drop_in(subject->tls1_prf, &params, false, out, len);
}

/* Too long for the room in the context, and with hashes of the caller's choice. */
static bool drop_in_tls1_prf_long(const struct subject *subject, uint8_t *out, size_t len)
{
    static const uint8_t long_seed[1000];
    struct support_params params = {.count = 0};

    support_add_text(&params, "digest", "MD5-SHA1");
    support_add_text(&params, "properties", "provider=default");
    support_add_octets(&params, "secret", long_seed, sizeof(long_seed));
    support_add_octets(&params, "seed", client_random, sizeof(client_random));
    support_add_octets(&params, "seed", long_seed, sizeof(long_seed));
    return derive_drop_in(subject->tls1_prf, &params, true, out, len);
}

static bool drop_in_tls13(const struct subject *subject, uint8_t *out, size_t len)
{
    struct support_params params = {.count = 0};

    support_add_text(&params, "mode", "EXPAND_ONLY");
    support_add_text(&params, "digest", "SHA2-384");
    support_add_octets(&params, "key", secret, sizeof(secret));
    support_add_octets(&params, "prefix", "tls13 ", 6);
    support_add_octets(&params, "label", "key", 3);
    return derive_drop_in(subject->tls13_kdf, &params, false, out, len);
}

/* SHA-3 is computed by EVP. */
static bool drop_in_hkdf(const struct subject *subject, uint8_t *out, size_t len)
{
    struct support_params params = {.count = 0};

    support_add_text(&params, "digest", "SHA3-256");
    support_add_octets(&params, "key", secret, sizeof(secret));
    support_add_octets(&params, "salt", server_random, sizeof(server_random));
    return derive_drop_in(subject->hkdf, &params, true, out, len);
}

/* Two pieces of one derivation: the second is there already, or for want of memory is not. */
static bool derive_pieces(const struct subject *subject, uint8_t *out, size_t len)
{
    struct support_inputs inputs = inputs_of("TLSv1.1", CBC_SUITE);
    struct support_params client = {.count = 0}, params;
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(subject->session);
    bool ok;

    inputs.output = "server-key";
    support_list_inputs(&params, &inputs);
    support_add_text(&client, SSLPROVIDER_PARAM_OUTPUT, "client-key");
    ok = ctx != NULL && EVP_KDF_derive(ctx, out, len / 2, params.list) == 1 &&
        EVP_KDF_derive(ctx, out + len / 2, len / 2, client.list) == 1;
    EVP_KDF_CTX_free(ctx);
    if (!ok)
        memset(out, 0, len); /* the first piece is no output of a derivation that failed */
    return ok;
}

/* A key is made, and a copy of it; the copy is used. */
static bool make_key(const struct subject *subject, uint8_t *out, size_t len)
{
    struct subject own = *subject;
    EVP_PKEY *copy;
    bool ok;

    own.key = support_master_key(subject->libctx, secret, "client");
    if (own.key == NULL)
        return false;
    copy = EVP_PKEY_dup(own.key);
    EVP_PKEY_free(own.key);
    own.key = copy;
    ok = copy != NULL && derive_by_handle(&own, out, len);
    EVP_PKEY_free(copy);
    return ok;
}

/* Ends a handle that could not be adopted for lack of memory, if a failed adoption has not ended
 * it. The context was made before. */
static void discard(EVP_KDF_CTX *ctx, uint64_t handle)
{
    struct support_params params = {.count = 0};

    support_add_uint64(&params, SSLPROVIDER_PARAM_DISCARD, &handle);
    ERR_set_mark();
    (void)EVP_KDF_CTX_set_params(ctx, params.list);
    ERR_pop_to_mark();
}

/* The KDF leaves its result in the provider, and an EVP_PKEY adopts it. */
static bool make_key_by_kdf(const struct subject *subject, uint8_t *out, size_t len)
{
    struct support_inputs inputs = inputs_of("TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(subject->master);
    struct subject own = *subject;
    struct support_params params;
    uint64_t handle = 0;
    bool ok;

    inputs.role = "client";
    inputs.output = "handle";
    support_list_inputs(&params, &inputs);
    ok = ctx != NULL && EVP_KDF_derive(ctx, (void *)&handle, sizeof(handle), params.list) == 1;
    own.key = ok ? support_adopt(subject->libctx, handle) : NULL;
    if (ok && own.key == NULL)
        discard(ctx, handle);
    EVP_KDF_CTX_free(ctx);
    ok = own.key != NULL && derive_by_handle(&own, out, len);
    EVP_PKEY_free(own.key);
    return ok;
}

#ifdef SSLP_HAVE_SKEYMGMT
/* A share in the object of an EVP_PKEY, which goes first. */
static bool share_key(const struct subject *subject, uint8_t *out, size_t len)
{
    EVP_PKEY *pkey = support_master_key(subject->libctx, secret, "client");
    uint64_t handle = support_handle_of(pkey);
    struct support_params params = {.count = 0};
    EVP_SKEY *skey;
    bool ok;

    support_add_uint64(&params, SSLPROVIDER_PARAM_HANDLE, &handle);
    skey = pkey == NULL ? NULL
                        : EVP_SKEY_import(subject->libctx, SSLPROVIDER_KEYMGMT_SSL_KEY,
                              SSLPROVIDER_PROPERTY, OSSL_SKEYMGMT_SELECT_ALL, params.list);
    EVP_PKEY_free(pkey);
    ok = skey != NULL &&
        support_derive(subject->session,
            (struct support_inputs){
                .handle = handle, .client_random = client_random, .server_random = server_random},
            out, len);
    EVP_SKEY_free(skey);
    return ok;
}
#endif

#ifdef SSLP_HAVE_KDF_SKEY
/* A master key and a key of it, both opaque. */
static bool derive_skeys(const struct subject *subject, uint8_t *out, size_t len)
{
    EVP_SKEYMGMT *type =
        EVP_SKEYMGMT_fetch(subject->libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY);
    EVP_KDF_CTX *master = EVP_KDF_CTX_new(subject->master);
    EVP_KDF_CTX *session = EVP_KDF_CTX_new(subject->session);
    struct support_inputs inputs = inputs_of("TLSv1.2", CBC_SUITE);
    struct support_inputs key = {.client_random = client_random, .server_random = server_random};
    struct support_params params;
    EVP_SKEY *skey = NULL;
    bool ok = type != NULL && master != NULL && session != NULL;

    key.output = "client-write";
    support_list_inputs(&params, &inputs);
    if (ok)
        skey = EVP_KDF_derive_SKEY(
            master, type, SSLPROVIDER_KEYMGMT_SSL_KEY, NULL, SUPPORT_MASTER_LEN, params.list);
    support_list_inputs(&params, &key);
    ok = skey != NULL && EVP_KDF_CTX_set_SKEY(session, skey, NULL) == 1 &&
        EVP_KDF_derive(session, out, len, params.list) == 1;
    EVP_SKEY_free(skey);
    EVP_KDF_CTX_free(master);
    EVP_KDF_CTX_free(session);
    EVP_SKEYMGMT_free(type);
    return ok;
}

/* A key that may leave, made of a key that may, in a copy of the context; and bytes of it. */
static bool drop_in_skeys(const struct subject *subject, uint8_t *out, size_t len)
{
    EVP_SKEYMGMT *type =
        EVP_SKEYMGMT_fetch(subject->libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY);
    EVP_KDF_CTX *first = EVP_KDF_CTX_new(subject->tls13_kdf), *copy = NULL, *last = NULL;
    EVP_SKEY *key = NULL, *derived = NULL;
    struct support_params import = {.count = 0}, expand = {.count = 0};
    int exportable = 1;
    bool ok;

    support_add_octets(&import, SSLPROVIDER_PARAM_RAW_BYTES, secret, sizeof(secret));
    support_add_int(&import, SSLPROVIDER_PARAM_EXPORTABLE, &exportable);
    support_add_text(&expand, "mode", "EXPAND_ONLY");
    support_add_text(&expand, "digest", "SHA2-256");
    support_add_octets(&expand, "prefix", "tls13 ", 6);
    support_add_octets(&expand, "label", "key", 3);
    if (type != NULL)
        key =
            EVP_SKEY_import_SKEYMGMT(subject->libctx, type, OSSL_SKEYMGMT_SELECT_ALL, import.list);
    if (key != NULL && EVP_KDF_CTX_set_SKEY(first, key, "key") == 1)
        copy = EVP_KDF_CTX_dup(first);
    if (copy != NULL)
        derived = EVP_KDF_derive_SKEY(copy, type, "SSL-KEY", NULL, 100, expand.list);
    if (derived != NULL)
        last = EVP_KDF_CTX_new(subject->tls13_kdf);
    ok = last != NULL && EVP_KDF_CTX_set_SKEY(last, derived, "key") == 1 &&
        EVP_KDF_derive(last, out, len, expand.list) == 1;
    EVP_SKEY_free(key);
    EVP_SKEY_free(derived);
    EVP_KDF_CTX_free(first);
    EVP_KDF_CTX_free(copy);
    EVP_KDF_CTX_free(last);
    EVP_SKEYMGMT_free(type);
    return ok;
}
#endif

const struct operation operations[OPERATIONS] = {
    [DERIVE_FROM_BYTES] = {"derive from bytes", derive_from_bytes, GCM_BLOCK_LEN, false},
    [DERIVE_FROM_BYTES_TLS11] = {"derive from bytes, TLS 1.1", derive_from_bytes_tls11, MAX_OUTPUT,
        false},
    [DERIVE_WITH_DIGEST] = {"derive with a digest", derive_with_digest, MAX_OUTPUT, false},
    [DERIVE_BY_HANDLE] = {"derive by handle", derive_by_handle, GCM_BLOCK_LEN, true},
    [DERIVE_FROM_COPY] = {"derive from a copy", derive_from_copy, MAX_OUTPUT, false},
    [DERIVE_MASTER_SECRET] = {"derive a master secret", derive_master_secret, SUPPORT_MASTER_LEN,
        false},
    [DERIVE_FINISHED] = {"derive a Finished", derive_finished, 12, false},
    [DERIVE_KEYING_MATERIAL] = {"derive keying material", derive_keying_material, 48, false},
    [DERIVE_TRAFFIC_SECRET] = {"derive a traffic secret", derive_traffic_secret, 32, false},
    [DERIVE_KEYS_OF_TRAFFIC_SECRET] = {"derive keys of a traffic secret",
        derive_keys_of_traffic_secret, 28, false},
    [DERIVE_INITIAL_SECRET] = {"derive an Initial secret of QUIC", derive_initial_secret, 32,
        false},
    [DERIVE_HP_KEY] = {"derive a header protection key", derive_hp_key, 16, false},
    [DERIVE_SN_KEY] = {"derive a sequence number key", derive_sn_key, 16, false},
    [MAKE_KEY] = {"make a key", make_key, GCM_BLOCK_LEN, false},
    [MAKE_KEY_BY_KDF] = {"make a key by KDF", make_key_by_kdf, GCM_BLOCK_LEN, false},
    [DROP_IN_TLS1_PRF] = {"TLS1-PRF", drop_in_tls1_prf, GCM_BLOCK_LEN, false},
    [DROP_IN_TLS1_PRF_LONG] = {"TLS1-PRF, long", drop_in_tls1_prf_long, MAX_OUTPUT, false},
    [DROP_IN_TLS13] = {"TLS13-KDF", drop_in_tls13, GCM_BLOCK_LEN, false},
    [DROP_IN_HKDF] = {"HKDF", drop_in_hkdf, GCM_BLOCK_LEN, false},
    [DERIVE_PIECES] = {"derive pieces", derive_pieces, 32, false},
#ifdef SSLP_HAVE_SKEYMGMT
    [SHARE_KEY] = {"share a key", share_key, GCM_BLOCK_LEN, false},
#endif
#ifdef SSLP_HAVE_KDF_SKEY
    [DERIVE_SKEYS] = {"derive opaque keys", derive_skeys, 36, false},
    [DROP_IN_SKEYS] = {"TLS13-KDF with opaque keys", drop_in_skeys, 20, false},
#endif
};
