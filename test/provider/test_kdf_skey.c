/* SPDX-License-Identifier: Apache-2.0
 *
 * KDFs and opaque keys: from a master key that nobody can read, the keys of a connection as
 * EVP_SKEYs that OpenSSL's own ciphers take, and secrets of one schedule from another that stay
 * opaque all the way.
 */
#include "skeys.h"

/* Nothing that is rejected at a fetch may lie on the queue of everybody: on every version. */
static void test_fetches_leave_no_error(void)
{
    static const char *const names[] = {SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_KDF_MASTER_KEY,
        SSLPROVIDER_KDF_FINISHED, SSLPROVIDER_KDF_KEYING_MATERIAL, SSLPROVIDER_KDF_TRAFFIC_SECRET,
        "TLS1-PRF", "HKDF", "TLS13-KDF"};
    OSSL_LIB_CTX *fresh = support_context_new("");

    CU_ASSERT_FATAL(fresh != NULL);
    ERR_clear_error();
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        EVP_KDF *kdf = EVP_KDF_fetch(fresh, names[i], NULL);

        CU_ASSERT(kdf != NULL);
        CU_ASSERT(support_nothing_raised());
        EVP_KDF_free(kdf);
    }
#ifdef SSLP_HAVE_SKEYMGMT
    {
        EVP_SKEYMGMT *type = EVP_SKEYMGMT_fetch(fresh, SSLPROVIDER_KEYMGMT_SSL_KEY, NULL);

        CU_ASSERT(type != NULL);
        CU_ASSERT(support_nothing_raised());
        EVP_SKEYMGMT_free(type);
    }
#endif
    OSSL_LIB_CTX_free(fresh);
}

#ifdef SSLP_HAVE_KDF_SKEY

#    define MAC_SUITE "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"

enum { MAC_LEN = 32, KEY_LEN = 16, BLOCK_LEN = 2 * (MAC_LEN + KEY_LEN), HASH_LEN = 32 };

static OSSL_LIB_CTX *libctx;
static EVP_KDF *session_kdf, *master_kdf, *secret_kdf, *finished_kdf, *material_kdf;
static uint8_t secret[SUPPORT_MASTER_LEN], client_random[SUPPORT_RANDOM_LEN],
    server_random[SUPPORT_RANDOM_LEN], hash[HASH_LEN];

/* A context with a key in it, and both randoms where they are wanted. */
static EVP_KDF_CTX *context_with(EVP_KDF *kdf, EVP_SKEY *skey, bool randoms)
{
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    struct support_inputs inputs = {.client_random = randoms ? client_random : NULL,
        .server_random = randoms ? server_random : NULL};
    struct support_params params;

    support_list_inputs(&params, &inputs);
    CU_ASSERT_FATAL(ctx != NULL && EVP_KDF_CTX_set_params(ctx, params.list) == 1);
    CU_ASSERT_FATAL(EVP_KDF_CTX_set_SKEY(ctx, skey, NULL) == 1);
    return ctx;
}

/* With the type fetched before: looked up by its name in the KDF's provider first, a type of
 * another one leaves libcrypto's own error behind. */
static EVP_SKEY *derive_type(
    EVP_KDF_CTX *ctx, const char *name, size_t len, struct support_params *params)
{
    EVP_SKEYMGMT *type = EVP_SKEYMGMT_fetch(libctx, name, NULL);
    EVP_SKEY *skey = EVP_KDF_derive_SKEY(ctx, type, name, NULL, len, params->list);

    CU_ASSERT(type != NULL);
    EVP_SKEYMGMT_free(type);
    return skey;
}

static EVP_SKEY *derive_piece(EVP_KDF_CTX *ctx, const char *output, const char *type, size_t len)
{
    struct support_params params = {.count = 0};

    support_add_text(&params, SSLPROVIDER_PARAM_OUTPUT, output);
    return derive_type(ctx, type, len, &params);
}

static bool holds(EVP_SKEY *skey, const uint8_t *expected, size_t expected_len)
{
    const unsigned char *bytes = NULL;
    size_t len = 0;

    return EVP_SKEY_get0_raw_key(skey, &bytes, &len) == 1 && len == expected_len &&
        memcmp(bytes, expected, len) == 0;
}

static bool encrypt(EVP_SKEY *skey, const uint8_t *key, const uint8_t iv[16], uint8_t out[64])
{
    static const uint8_t plain[48] = "what a record of a connection protects, in CBC";
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(libctx, "AES-128-CBC", NULL);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int len = 0, last = 0;
    bool ok;

    if (skey != NULL)
        ok = EVP_CipherInit_SKEY(ctx, cipher, skey, iv, 16, 1, NULL) == 1;
    else
        ok = EVP_EncryptInit_ex2(ctx, cipher, key, iv, NULL) == 1;
    ok = ok && EVP_CipherUpdate(ctx, out, &len, plain, sizeof(plain)) == 1 &&
        EVP_CipherFinal_ex(ctx, out + len, &last) == 1 && len + last == 64;
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(cipher);
    return ok;
}

static bool encrypts_alike(EVP_SKEY *skey, const uint8_t *key)
{
    uint8_t opaque[64], bytes[64];

    return encrypt(skey, NULL, client_random, opaque) && encrypt(NULL, key, client_random, bytes) &&
        memcmp(opaque, bytes, sizeof(bytes)) == 0;
}

/* The four keys of a connection with a CBC suite, and what they cost. */
static void derive_four_keys(EVP_KDF_CTX *ctx, const uint8_t block[BLOCK_LEN])
{
    EVP_SKEY *client_mac = derive_piece(ctx, "client-mac-key", "GENERIC-SECRET", MAC_LEN);
    EVP_SKEY *server_mac = derive_piece(ctx, "server-mac-key", "GENERIC-SECRET", MAC_LEN);
    EVP_SKEY *client_key = derive_piece(ctx, "client-key", "AES", KEY_LEN);
    EVP_SKEY *server_key = derive_piece(ctx, "server-key", "AES", KEY_LEN);

    CU_ASSERT_FATAL(client_mac != NULL && server_mac != NULL);
    CU_ASSERT_FATAL(client_key != NULL && server_key != NULL);
    CU_ASSERT(EVP_SKEY_is_a(client_key, "AES") && EVP_SKEY_is_a(server_key, "AES"));
    CU_ASSERT(EVP_SKEY_is_a(client_mac, "GENERIC-SECRET"));
    CU_ASSERT_STRING_EQUAL(EVP_SKEY_get0_provider_name(client_key), "default");
    CU_ASSERT(holds(client_mac, block, MAC_LEN));
    CU_ASSERT(holds(server_mac, block + MAC_LEN, MAC_LEN));
    CU_ASSERT(encrypts_alike(client_key, block + 2 * MAC_LEN));
    CU_ASSERT(encrypts_alike(server_key, block + 2 * MAC_LEN + KEY_LEN));
    CU_ASSERT(support_nothing_raised());
    EVP_SKEY_free(client_mac);
    EVP_SKEY_free(server_mac);
    EVP_SKEY_free(client_key);
    EVP_SKEY_free(server_key);
}

static void test_opaque_master_key_gives_four_opaque_keys(void)
{
    EVP_SKEY *master = master_skey(libctx, secret, MAC_SUITE, 0);
    EVP_KDF_CTX *ctx = context_with(session_kdf, master, true);
    const unsigned char *bytes = NULL;
    uint8_t block[BLOCK_LEN];
    size_t len = 0;

    CU_ASSERT(support_default_prf(libctx, "SHA2-256", secret, sizeof(secret), "key expansion",
        server_random, client_random, SUPPORT_RANDOM_LEN, block, sizeof(block)));
    derive_four_keys(ctx, block);
    CU_ASSERT(EVP_SKEY_get0_raw_key(master, &bytes, &len) != 1);
    ASSERT_RAISED("key not exportable");
    EVP_KDF_CTX_free(ctx);
    EVP_SKEY_free(master);
}

static void test_four_keys_cost_one_derivation(void)
{
    OSSL_LIB_CTX *other = support_context_new("properties = " SUPPORT_HASH_QUERY "\n");
    OSSL_PROVIDER *hashes = NULL;
    EVP_KDF *kdf = EVP_KDF_fetch(other, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    static const char *const outputs[] = {
        "client_MAC_key", "server_MAC_key", "client_CIPHER_key", "server_CIPHER_key"};
    unsigned long before, first = 0;
    EVP_SKEY *master;
    EVP_KDF_CTX *ctx;

    CU_ASSERT(
        OSSL_PROVIDER_add_builtin(other, SUPPORT_HASH_PROVIDER, support_hash_provider_init) == 1);
    hashes = OSSL_PROVIDER_load(other, SUPPORT_HASH_PROVIDER);
    master = master_skey(other, secret, MAC_SUITE, 0);
    CU_ASSERT_FATAL(kdf != NULL && hashes != NULL && master != NULL);
    ctx = context_with(kdf, master, true);
    before = support_hashes_computed();
    for (size_t i = 0; i < 4; i++) {
        EVP_SKEY *key = derive_piece(
            ctx, outputs[i], i < 2 ? "GENERIC-SECRET" : "AES", i < 2 ? MAC_LEN : KEY_LEN);

        CU_ASSERT(key != NULL);
        EVP_SKEY_free(key);
        if (i == 0)
            first = support_hashes_computed() - before;
    }
    CU_ASSERT(first > 0);
    CU_ASSERT_EQUAL(support_hashes_computed() - before, first);
    EVP_KDF_CTX_free(ctx);
    EVP_SKEY_free(master);
    EVP_KDF_free(kdf);
    OSSL_PROVIDER_unload(hashes);
    OSSL_LIB_CTX_free(other);
}

/* Another provider's KDF gets a key by its bytes, so it does not get this one. */
static void test_other_providers_do_not_get_the_key(void)
{
    EVP_KDF *prf = EVP_KDF_fetch(libctx, "TLS1-PRF", "provider=default");
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(prf);
    EVP_SKEY *closed = master_skey(libctx, secret, MAC_SUITE, 0);
    EVP_SKEY *open = master_skey(libctx, secret, MAC_SUITE, 1);

    CU_ASSERT(EVP_KDF_CTX_set_SKEY(ctx, closed, "secret") != 1);
    ASSERT_RAISED("key not exportable");
    CU_ASSERT(EVP_KDF_CTX_set_SKEY(ctx, open, "secret") == 1);
    EVP_SKEY_free(closed);
    EVP_SKEY_free(open);
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(prf);
}

/* --- Secrets of the schedules ----------------------------------------------------------------- */

static EVP_SKEY *bare_skey(const uint8_t *bytes, size_t len)
{
    struct support_params params = {.count = 0};

    support_add_octets(&params, SSLPROVIDER_PARAM_RAW_BYTES, bytes, len);
    return skey_from(libctx, &params);
}

static void add_master_attributes(struct support_params *params)
{
    support_add_text(params, SSLPROVIDER_PARAM_PROTOCOL, "TLSv1.2");
    support_add_text(params, SSLPROVIDER_PARAM_CIPHER_SUITE, MAC_SUITE);
    support_add_text(params, SSLPROVIDER_PARAM_ROLE, "server");
}

/* From the result of a key agreement to the keys of the connection, and no secret in sight. */
static void test_master_secret_stays_opaque(void)
{
    EVP_SKEY *pre_master = bare_skey(secret, 32), *master;
    EVP_KDF_CTX *ctx = context_with(master_kdf, pre_master, true), *keys;
    struct support_params params = {.count = 0};
    uint8_t master_secret[SUPPORT_MASTER_LEN], block[BLOCK_LEN];

    CU_ASSERT(support_default_prf(libctx, "SHA2-256", secret, 32, "master secret", client_random,
        server_random, SUPPORT_RANDOM_LEN, master_secret, sizeof(master_secret)));
    CU_ASSERT(support_default_prf(libctx, "SHA2-256", master_secret, sizeof(master_secret),
        "key expansion", server_random, client_random, SUPPORT_RANDOM_LEN, block, sizeof(block)));
    add_master_attributes(&params);
    CU_ASSERT(derive_type(ctx, "GENERIC-SECRET", SUPPORT_MASTER_LEN, &params) == NULL);
    ASSERT_RAISED("key not exportable");
    CU_ASSERT(derive_type(ctx, SSLPROVIDER_KEYMGMT_SSL_KEY, 47, &params) == NULL);
    ASSERT_RAISED("invalid output length");
    master = derive_type(ctx, SSLPROVIDER_KEYMGMT_SSL_KEY, 0, &params);
    CU_ASSERT_FATAL(master != NULL);
    CU_ASSERT_STRING_EQUAL(describe(master).kind, "master-secret");
    CU_ASSERT_STRING_EQUAL(describe(master).suite, MAC_SUITE);
    CU_ASSERT_STRING_EQUAL(describe(master).role, "server");
    keys = context_with(session_kdf, master, true);
    derive_four_keys(keys, block);
    EVP_SKEY_free(pre_master);
    EVP_SKEY_free(master);
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_CTX_free(keys);
}

/* Made exportable, it may also go to another provider. */
static void test_exportable_of_the_derivation_allows_export(void)
{
    EVP_SKEY *pre_master = bare_skey(secret, 32), *own, *foreign;
    EVP_KDF_CTX *ctx = context_with(master_kdf, pre_master, true);
    struct support_params params = {.count = 0};
    uint8_t expected[SUPPORT_MASTER_LEN];
    int exportable = 1;

    CU_ASSERT(support_default_prf(libctx, "SHA2-256", secret, 32, "master secret", client_random,
        server_random, SUPPORT_RANDOM_LEN, expected, sizeof(expected)));
    add_master_attributes(&params);
    support_add_int(&params, SSLPROVIDER_PARAM_EXPORTABLE, &exportable);
    own = derive_type(ctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SUPPORT_MASTER_LEN, &params);
    foreign = derive_type(ctx, "GENERIC-SECRET", SUPPORT_MASTER_LEN, &params);
    CU_ASSERT(own != NULL && holds(own, expected, sizeof(expected)));
    CU_ASSERT(foreign != NULL && holds(foreign, expected, sizeof(expected)));
    EVP_SKEY_free(own);
    EVP_SKEY_free(foreign);
    EVP_SKEY_free(pre_master);
    EVP_KDF_CTX_free(ctx);
}

static EVP_SKEY *next_secret(EVP_SKEY *from, const char *target, EVP_SKEY *shared)
{
    EVP_KDF_CTX *ctx =
        from == NULL ? EVP_KDF_CTX_new(secret_kdf) : context_with(secret_kdf, from, false);
    struct support_params params = {.count = 0};
    EVP_SKEY *to = NULL;

    support_add_text(&params, SSLPROVIDER_PARAM_TARGET, target);
    support_add_octets(&params, SSLPROVIDER_PARAM_TRANSCRIPT_HASH, hash, sizeof(hash));
    if (from == NULL)
        support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, TLS13_SUITE);
    if (shared == NULL || EVP_KDF_CTX_set_SKEY(ctx, shared, "shared-secret") == 1)
        to = derive_type(ctx, SSLPROVIDER_KEYMGMT_SSL_KEY, 0, &params);
    EVP_KDF_CTX_free(ctx);
    return to;
}

/* The same arrow from bytes. */
static void next_bytes(const uint8_t *from, const char *target, bool shared, uint8_t out[HASH_LEN])
{
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(secret_kdf);
    struct support_params params = {.count = 0};

    support_add_text(&params, SSLPROVIDER_PARAM_TARGET, target);
    support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, TLS13_SUITE);
    support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, from, HASH_LEN);
    support_add_octets(&params, SSLPROVIDER_PARAM_TRANSCRIPT_HASH, hash, sizeof(hash));
    support_add_octets(&params, SSLPROVIDER_PARAM_SHARED_SECRET, shared ? secret : NULL, HASH_LEN);
    CU_ASSERT(EVP_KDF_derive(ctx, out, HASH_LEN, params.list) == 1);
    EVP_KDF_CTX_free(ctx);
}

static void expected_traffic_key(uint8_t key[KEY_LEN])
{
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(session_kdf);
    struct support_params params = {.count = 0};
    uint8_t a[HASH_LEN], b[HASH_LEN];

    next_bytes(NULL, "early-secret", false, a);
    next_bytes(a, "handshake-secret", true, b);
    next_bytes(b, "client-handshake-traffic-secret", false, a);
    support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, "TLSv1.3");
    support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, TLS13_SUITE);
    support_add_text(&params, SSLPROVIDER_PARAM_OUTPUT, "key");
    support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, a, sizeof(a));
    CU_ASSERT(EVP_KDF_derive(ctx, key, KEY_LEN, params.list) == 1);
    EVP_KDF_CTX_free(ctx);
}

/* TLS 1.3 from the shared secret to a traffic key, opaque all the way. */
static void test_tls13_schedule_stays_opaque(void)
{
    EVP_SKEY *shared = bare_skey(secret, HASH_LEN), *early, *handshake, *traffic, *key;
    uint8_t expected[KEY_LEN], data[HASH_LEN];
    EVP_KDF_CTX *ctx;

    early = next_secret(NULL, "early-secret", NULL);
    handshake = next_secret(early, "handshake-secret", shared);
    traffic = next_secret(handshake, "client-handshake-traffic-secret", NULL);
    CU_ASSERT_FATAL(early != NULL && handshake != NULL && traffic != NULL);
    CU_ASSERT_STRING_EQUAL(describe(traffic).kind, "traffic-secret");
    expected_traffic_key(expected);
    ctx = context_with(session_kdf, traffic, false);
    key = derive_piece(ctx, "key", "AES", KEY_LEN);
    CU_ASSERT(key != NULL && holds(key, expected, sizeof(expected)));
    EVP_SKEY_free(key);
    EVP_KDF_CTX_free(ctx);

    ctx = context_with(secret_kdf, handshake, false);
    CU_ASSERT(derive_piece(ctx, "secret", "GENERIC-SECRET", HASH_LEN) == NULL);
    ASSERT_RAISED("missing target");
    EVP_KDF_CTX_free(ctx);
    ctx = context_with(secret_kdf, traffic, false);
    {
        struct support_params params = {.count = 0};

        support_add_text(&params, SSLPROVIDER_PARAM_TARGET, "next-traffic-secret");
        CU_ASSERT(EVP_KDF_derive(ctx, data, sizeof(data), params.list) != 1);
        ASSERT_RAISED("key not exportable");
    }
    EVP_KDF_CTX_free(ctx);
    EVP_SKEY_free(shared);
    EVP_SKEY_free(early);
    EVP_SKEY_free(handshake);
    EVP_SKEY_free(traffic);
}

/* QUIC from the connection id to the keys of a packet, opaque all the way: RFC 9001 appendix A.1,
 * and the header protection key, which is AES. */
static void test_quic_initial_keys_stay_opaque(void)
{
    static const uint8_t id[] = {0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08};
    static const uint8_t key[] = {0x1f, 0x36, 0x96, 0x13, 0xdd, 0x76, 0xd5, 0x46, 0x77, 0x30, 0xef,
        0xcb, 0xe3, 0xb1, 0xa2, 0x2d};
    static const uint8_t hp_key[] = {0x9f, 0x50, 0x44, 0x9e, 0x04, 0xa0, 0xe8, 0x10, 0x28, 0x3a,
        0x1e, 0x99, 0x33, 0xad, 0xed, 0xd2};
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(secret_kdf);
    struct support_params params = {.count = 0};
    EVP_SKEY *traffic, *piece, *next;

    support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, SSLPROVIDER_PROTOCOL_QUIC1);
    support_add_text(&params, SSLPROVIDER_PARAM_TARGET, SSLPROVIDER_TARGET_CLIENT_INITIAL);
    support_add_octets(&params, SSLPROVIDER_PARAM_CONNECTION_ID, id, sizeof(id));
    traffic = derive_type(ctx, SSLPROVIDER_KEYMGMT_SSL_KEY, HASH_LEN, &params);
    CU_ASSERT_FATAL(traffic != NULL);
    CU_ASSERT_STRING_EQUAL(describe(traffic).protocol, SSLPROVIDER_PROTOCOL_QUIC1);
    CU_ASSERT_STRING_EQUAL(describe(traffic).suite, TLS13_SUITE);
    EVP_KDF_CTX_free(ctx);
    ctx = context_with(session_kdf, traffic, false);
    piece = derive_piece(ctx, SSLPROVIDER_OUTPUT_KEY, "AES", KEY_LEN);
    CU_ASSERT(piece != NULL && holds(piece, key, sizeof(key)));
    EVP_SKEY_free(piece);
    piece = derive_piece(ctx, SSLPROVIDER_OUTPUT_HP_KEY, "AES", KEY_LEN);
    CU_ASSERT(piece != NULL && holds(piece, hp_key, sizeof(hp_key)));
    EVP_SKEY_free(piece);
    CU_ASSERT(derive_piece(ctx, SSLPROVIDER_OUTPUT_SN_KEY, "AES", KEY_LEN) == NULL);
    ASSERT_RAISED("output not in protocol");
    EVP_KDF_CTX_free(ctx);
    next = next_secret(traffic, SSLPROVIDER_TARGET_NEXT_TRAFFIC, NULL);
    CU_ASSERT_STRING_EQUAL(describe(next).protocol, SSLPROVIDER_PROTOCOL_QUIC1);
    EVP_SKEY_free(next);
    EVP_SKEY_free(traffic);
}

/* The exporter and the Finished message take their secrets as EVP_SKEYs, too. */
static void test_finished_and_exporter_accept_skeys(void)
{
    EVP_SKEY *master = master_skey(libctx, secret, MAC_SUITE, 0);
    EVP_KDF_CTX *finished = context_with(finished_kdf, master, false);
    EVP_KDF_CTX *material = context_with(material_kdf, master, true);
    struct support_params params = {.count = 0};
    uint8_t out[32], expected[32];

    support_add_octets(&params, SSLPROVIDER_PARAM_TRANSCRIPT_HASH, hash, sizeof(hash));
    CU_ASSERT(EVP_KDF_derive(finished, out, 12, params.list) == 1);
    CU_ASSERT(support_default_prf(libctx, "SHA2-256", secret, sizeof(secret), "client finished",
        hash, NULL, sizeof(hash), expected, 12));
    CU_ASSERT(memcmp(out, expected, 12) == 0);
    params = (struct support_params){.count = 0};
    support_add_text(&params, SSLPROVIDER_PARAM_LABEL, "EXPORTER-test");
    CU_ASSERT(EVP_KDF_derive(material, out, sizeof(out), params.list) == 1);
    CU_ASSERT(support_default_prf(libctx, "SHA2-256", secret, sizeof(secret), "EXPORTER-test",
        client_random, server_random, SUPPORT_RANDOM_LEN, expected, sizeof(expected)));
    CU_ASSERT(memcmp(out, expected, sizeof(out)) == 0);
    EVP_KDF_CTX_free(finished);
    EVP_KDF_CTX_free(material);
    EVP_SKEY_free(master);
}

static void test_wrong_uses_are_refused(void)
{
    EVP_SKEY *master = master_skey(libctx, secret, MAC_SUITE, 0), *bare = bare_skey(secret, 32);
    EVP_KDF *const no_secret[] = {session_kdf, finished_kdf, material_kdf};
    EVP_KDF_CTX *ctx = context_with(session_kdf, bare, true);
    uint8_t out[KEY_LEN];

    CU_ASSERT(EVP_KDF_derive(ctx, out, sizeof(out), NULL) != 1);
    ASSERT_RAISED("wrong kind of key");
    CU_ASSERT(EVP_KDF_CTX_set_SKEY(ctx, master, "salt") != 1);
    ASSERT_RAISED("unknown parameter for a key");
    CU_ASSERT(EVP_KDF_CTX_set_SKEY(ctx, master, "shared-secret") != 1);
    ASSERT_RAISED("unknown parameter for a key");
    EVP_KDF_CTX_free(ctx);
    ctx = EVP_KDF_CTX_new(secret_kdf);
    CU_ASSERT(EVP_KDF_CTX_set_SKEY(ctx, master, "shared-secret") != 1);
    ASSERT_RAISED("wrong kind of key");
    EVP_KDF_CTX_free(ctx);
    /* These make no secrets of a schedule, whatever their output is used for. */
    for (size_t i = 0; i < 3; i++) {
        ctx = context_with(no_secret[i], master, false);
        CU_ASSERT(derive_piece(ctx, NULL, SSLPROVIDER_KEYMGMT_SSL_KEY, 32) == NULL);
        ASSERT_RAISED("wrong kind of key");
        EVP_KDF_CTX_free(ctx);
    }
    EVP_SKEY_free(master);
    EVP_SKEY_free(bare);
}

/* The context keeps the object, as it does with a handle. */
static void test_context_outlives_the_key(void)
{
    EVP_SKEY *master = master_skey(libctx, secret, MAC_SUITE, 0), *key;
    EVP_KDF_CTX *ctx = context_with(session_kdf, master, true), *copy;

    EVP_SKEY_free(master);
    copy = EVP_KDF_CTX_dup(ctx);
    EVP_KDF_CTX_free(ctx);
    key = derive_piece(copy, "client-key", "AES", KEY_LEN);
    CU_ASSERT(key != NULL);
    EVP_SKEY_free(key);
    EVP_KDF_CTX_free(copy);
}

/* What two providers need: a key agreement of OpenSSL's, whose result comes in as SSL-KEY. */
static void test_key_agreement_yields_a_pre_master_secret(void)
{
    EVP_PKEY *own = EVP_PKEY_Q_keygen(libctx, NULL, "X25519");
    EVP_PKEY *peer = EVP_PKEY_Q_keygen(libctx, NULL, "X25519");
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(libctx, own, NULL);
    EVP_SKEYMGMT *type =
        EVP_SKEYMGMT_fetch(libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY);
    EVP_SKEY *shared = NULL;

    CU_ASSERT_FATAL(ctx != NULL && type != NULL);
    CU_ASSERT(EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, peer) == 1);
    shared = EVP_PKEY_derive_SKEY(ctx, type, SSLPROVIDER_KEYMGMT_SSL_KEY, NULL, 32, NULL);
    CU_ASSERT_FATAL(shared != NULL);
    CU_ASSERT_STRING_EQUAL(EVP_SKEY_get0_provider_name(shared), SSLPROVIDER_NAME);
    CU_ASSERT_STRING_EQUAL(describe(shared).kind, "pre-master-secret");
    CU_ASSERT(describe(shared).length == 32 && describe(shared).exportable == 0);
    EVP_SKEY_free(shared);
    EVP_SKEYMGMT_free(type);
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(own);
    EVP_PKEY_free(peer);
}

static int initialize(void)
{
    uint64_t state = UINT64_C(0x0BA90E);

    support_fill(&state, secret, sizeof(secret));
    support_fill(&state, client_random, sizeof(client_random));
    support_fill(&state, server_random, sizeof(server_random));
    support_fill(&state, hash, sizeof(hash));
    libctx = support_context_new("");
    session_kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    master_kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_MASTER_KEY, SSLPROVIDER_PROPERTY);
    secret_kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_TRAFFIC_SECRET, SSLPROVIDER_PROPERTY);
    finished_kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_FINISHED, SSLPROVIDER_PROPERTY);
    material_kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_KEYING_MATERIAL, SSLPROVIDER_PROPERTY);
    return session_kdf == NULL || master_kdf == NULL || secret_kdf == NULL ||
        finished_kdf == NULL || material_kdf == NULL;
}

static int clean_up(void)
{
    EVP_KDF_free(session_kdf);
    EVP_KDF_free(master_kdf);
    EVP_KDF_free(secret_kdf);
    EVP_KDF_free(finished_kdf);
    EVP_KDF_free(material_kdf);
    OSSL_LIB_CTX_free(libctx);
    return 0;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_fetches_leave_no_error),
        TEST(test_opaque_master_key_gives_four_opaque_keys),
        TEST(test_four_keys_cost_one_derivation),
        TEST(test_other_providers_do_not_get_the_key),
        TEST(test_master_secret_stays_opaque),
        TEST(test_exportable_of_the_derivation_allows_export),
        TEST(test_tls13_schedule_stays_opaque),
        TEST(test_quic_initial_keys_stay_opaque),
        TEST(test_finished_and_exporter_accept_skeys),
        TEST(test_wrong_uses_are_refused),
        TEST(test_context_outlives_the_key),
        TEST(test_key_agreement_yields_a_pre_master_secret),
    };

    return RUN_TESTS("KDFs and EVP_SKEY", initialize, clean_up, tests);
}

#else

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_fetches_leave_no_error),
    };

    printf("the rest is skipped: the KDFs of these OpenSSL headers know no EVP_SKEY (3.6 and later"
           " do)\n");
    return RUN_TESTS("KDFs and EVP_SKEY", NULL, NULL, tests);
}

#endif
