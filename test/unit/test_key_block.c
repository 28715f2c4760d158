/* SPDX-License-Identifier: Apache-2.0
 *
 * Every suite in every protocol version: the key block and its cut, recomputed from the suite's
 * name with other code, down to the last step of export suites (RFC 2246 section 6.3.1, RFC 6101
 * section 6.2.2).
 */
#include "cunit/run_tests.h"
#include "schedule/key_block.h"
#include "unit/hashes.h"
#include "unit/reference.h"

#include <openssl/err.h>
#include <stdio.h>

/* Bytes of one direction, as the suite's name has it. */
struct cut {
    size_t mac, material, key, iv, block_iv;
};

static const uint32_t versions[] = {
    SSLP_SSL3, SSLP_TLS1_0, SSLP_TLS1_1, SSLP_TLS1_2, SSLP_TLS1_3, SSLP_DTLS1_0, SSLP_DTLS1_2};

static struct test_hashes hashes;
static struct sslp_hash sm3; /* builds of libcrypto may lack it */
static bool has_sm3;
static uint8_t secret[SSLP_MASTER_SECRET_LEN], client_random[SSLP_RANDOM_LEN],
    server_random[SSLP_RANDOM_LEN];

static int init(void)
{
    for (size_t i = 0; i < sizeof(secret); i++)
        secret[i] = (uint8_t)(0xF0 - 3 * i);
    for (size_t i = 0; i < SSLP_RANDOM_LEN; i++) {
        client_random[i] = (uint8_t)(0xC0 + i);
        server_random[i] = (uint8_t)(0x50 + i);
    }
    has_sm3 = sslp_hash_fetch(&sm3, NULL, "SM3", NULL) == SSLP_OK;
    return test_hashes_open(&hashes) ? 0 : 1;
}

static int cleanup(void)
{
    sslp_hash_clear(&sm3);
    test_hashes_close(&hashes);
    return 0;
}

static bool has(const struct sslp_suite *suite, const char *part)
{
    return strstr(suite->name, part) != NULL;
}

static bool ends_with(const struct sslp_suite *suite, const char *end)
{
    const size_t len = strlen(suite->name), end_len = strlen(end);

    return len >= end_len && strcmp(suite->name + len - end_len, end) == 0;
}

static struct cut cut_of(const struct sslp_suite *suite, uint32_t version)
{
    const bool gcm_or_ccm = has(suite, "_GCM_") || has(suite, "_CCM");
    const bool aead = gcm_or_ccm || has(suite, "_CHACHA20_");
    struct cut cut = {0};

    /* RFC 9150 section 6: no encryption, and the key is that of the MAC. */
    if (has(suite, "TLS_SHA")) {
        cut.key = cut.material = cut.iv = cut.block_iv = has(suite, "TLS_SHA384") ? 48 : 32;
        return cut;
    }
    if (!aead && ends_with(suite, "_MD5"))
        cut.mac = 16;
    else if (!aead)
        cut.mac = ends_with(suite, "_SHA256") ? 32 : ends_with(suite, "_SHA384") ? 48 : 20;
    if (has(suite, "_128_") || has(suite, "_RC4_") || has(suite, "_SM4_") || has(suite, "_SEED_") ||
        has(suite, "_IDEA_"))
        cut.key = 16;
    else if (has(suite, "_256_") || has(suite, "_CHACHA20_"))
        cut.key = 32;
    else if (!has(suite, "_NULL_"))
        cut.key = has(suite, "_3DES_EDE_") ? 24 : 8;
    cut.material = has(suite, "_RC4_40_") ? 5 : has(suite, "_RC4_56_") ? 7 : cut.key;
    if (aead)
        cut.iv = gcm_or_ccm && version != SSLP_TLS1_3 ? 4 : 12;
    else if (has(suite, "_CBC_") && (version == SSLP_SSL3 || version == SSLP_TLS1_0))
        cut.iv = has(suite, "DES_") || has(suite, "_IDEA_") ? 8 : 16;
    cut.block_iv = has(suite, "_EXPORT") ? 0 : cut.iv;
    return cut;
}

static const char *prf_digest(const struct sslp_suite *suite, uint32_t version)
{
    if (version == SSLP_TLS1_2 || version == SSLP_DTLS1_2)
        return ends_with(suite, "_SHA384") ? "SHA2-384" : "SHA2-256";
    return "MD5-SHA1";
}

static bool reference_stream(
    const struct sslp_suite *suite, uint32_t version, uint8_t *stream, size_t len)
{
    const struct sslp_bytes master = sslp_bytes(secret, sizeof(secret));
    const struct sslp_bytes seeds[] = {SSLP_LABEL("key expansion"),
        sslp_bytes(server_random, SSLP_RANDOM_LEN), sslp_bytes(client_random, SSLP_RANDOM_LEN)};

    if (version == SSLP_SSL3)
        return reference_ssl3_prf(master, seeds[1], seeds[2], stream, len);
    return reference_tls_prf(prf_digest(suite, version), master, seeds, 3, stream, len);
}

/* The last step for one side: `key` and `iv` replace what came out of the key block. */
static bool reference_export(uint32_t version, size_t side, const struct cut *cut,
    const uint8_t *material, uint8_t *key, uint8_t *iv)
{
    const struct sslp_bytes client = sslp_bytes(client_random, SSLP_RANDOM_LEN);
    const struct sslp_bytes server = sslp_bytes(server_random, SSLP_RANDOM_LEN);
    const struct sslp_bytes input = sslp_bytes(material, cut->material);
    uint8_t digest[16], ivs[32];
    bool ok;

    if (version == SSLP_SSL3) {
        const struct sslp_bytes parts[] = {
            input, side == 0 ? client : server, side == 0 ? server : client};

        ok = reference_digest(EVP_md5(), parts, 3, digest);
        memcpy(key, digest, cut->key);
        ok = ok && reference_digest(EVP_md5(), parts + 1, 2, digest);
        memcpy(iv, digest, cut->iv);
    } else {
        const struct sslp_bytes key_seeds[] = {
            side == 0 ? SSLP_LABEL("client write key") : SSLP_LABEL("server write key"), client,
            server};
        const struct sslp_bytes iv_seeds[] = {SSLP_LABEL("IV block"), client, server};

        ok = reference_tls_prf("MD5-SHA1", input, key_seeds, 3, key, cut->key);
        if (ok && cut->iv != 0) {
            ok = reference_tls_prf("MD5-SHA1", sslp_bytes(NULL, 0), iv_seeds, 3, ivs, 2 * cut->iv);
            memcpy(iv, ivs + side * cut->iv, cut->iv);
        }
    }
    return ok;
}

/* One direction in the order of sslp_session_keys_direction, the rest of it zero. */
static bool reference_direction(uint32_t version, size_t side, const struct cut *cut,
    bool exportable, const uint8_t *stream, uint8_t direction[SSLP_MAX_DIRECTION])
{
    const uint8_t *material = stream + 2 * cut->mac + side * cut->material;

    memset(direction, 0, SSLP_MAX_DIRECTION);
    memcpy(direction, stream + side * cut->mac, cut->mac);
    direction += cut->mac;
    if (exportable)
        return reference_export(version, side, cut, material, direction, direction + cut->key);
    memcpy(direction, material, cut->material);
    memcpy(direction + cut->key, stream + 2 * (cut->mac + cut->material) + side * cut->block_iv,
        cut->block_iv);
    return true;
}

static bool layout_is(const struct sslp_key_layout *layout, const struct cut *cut)
{
    const struct sslp_key_place *client = layout->piece[SSLP_CLIENT];

    return client[SSLP_PIECE_MAC_KEY].len == cut->mac &&
        layout->key_material_len == cut->material && client[SSLP_PIECE_KEY].len == cut->key &&
        client[SSLP_PIECE_IV].len == cut->iv &&
        layout->direction_len == cut->mac + cut->key + cut->iv &&
        layout->key_block_len == 2 * (cut->mac + cut->material + cut->block_iv);
}

/* The keys of one side, the rest zero. */
static void direction_of(const struct sslp_session_keys *keys, enum sslp_side side,
    uint8_t direction[SSLP_MAX_DIRECTION])
{
    memset(direction, 0, SSLP_MAX_DIRECTION);
    sslp_session_keys_direction(keys, side, direction);
}

static struct sslp_prf_key master_key(const struct sslp_suite *suite, enum sslp_prf_kind kind)
{
    const struct sslp_hash *hash = suite->prf_hash == SSLP_HASH_SM3
        ? &sm3
        : &hashes.of[suite->prf_hash == SSLP_HASH_SHA384 ? TEST_SHA384 : TEST_SHA256];
    const struct sslp_prf prf = test_prf(&hashes, kind, hash);
    struct sslp_prf_key key;

    CU_ASSERT_EQUAL_FATAL(
        sslp_prf_key_init(&key, &prf, sslp_bytes(secret, sizeof(secret))), SSLP_OK);
    return key;
}

static bool session_keys_agree(const struct sslp_suite *suite, const struct sslp_protocol *protocol)
{
    const uint32_t version = protocol->version;
    const struct cut cut = cut_of(suite, version);
    const size_t len = 2 * (cut.mac + cut.material + cut.block_iv);
    struct sslp_prf_key master = master_key(suite, protocol->prf_kind);
    uint8_t stream[SSLP_MAX_SESSION_KEYS], block[SSLP_MAX_SESSION_KEYS];
    uint8_t direction[SSLP_MAX_DIRECTION], given[SSLP_MAX_DIRECTION];
    struct sslp_session_keys keys = {.layout = sslp_key_layout_of(suite, protocol)};
    bool right = len <= sizeof(stream) && reference_stream(suite, version, stream, len) &&
        sslp_key_block(&master, client_random, server_random, block, len) == SSLP_OK &&
        memcmp(block, stream, len) == 0 &&
        sslp_session_keys(&master, suite, client_random, server_random, &keys) == SSLP_OK &&
        layout_is(&keys.layout, &cut);

    for (size_t side = 0; right && side < 2; side++) {
        direction_of(&keys, (enum sslp_side)side, given);
        right =
            reference_direction(version, side, &cut, has(suite, "_EXPORT"), stream, direction) &&
            memcmp(given, direction, sizeof(direction)) == 0;
    }
    sslp_prf_key_clear(&master);
    return right;
}

/* RFC 8446 section 7.3; the secret has the length of the suite's hash. */
static bool traffic_keys_agree(const struct sslp_suite *suite, const struct sslp_protocol *protocol)
{
    const struct cut cut = cut_of(suite, protocol->version);
    const char *digest = ends_with(suite, "_SHA384") ? "SHA384"
        : ends_with(suite, "_SM3")                   ? "SM3"
                                                     : "SHA256";
    const struct sslp_bytes none = sslp_bytes(NULL, 0), input = sslp_bytes(secret, sizeof(secret));
    struct sslp_prf_key key = master_key(suite, SSLP_PRF_TLS13);
    uint8_t expected[SSLP_MAX_DIRECTION] = {0}, given[SSLP_MAX_DIRECTION];
    struct sslp_session_keys keys = {.layout = sslp_key_layout_of(suite, protocol)};
    const struct sslp_key_place *piece = keys.layout.piece[SSLP_CLIENT];
    const bool right = sslp_traffic_keys(&key, protocol, &keys) == SSLP_OK &&
        piece[SSLP_PIECE_MAC_KEY].len == 0 && piece[SSLP_PIECE_KEY].len == cut.key &&
        piece[SSLP_PIECE_IV].len == cut.iv && piece[SSLP_PIECE_MASK_KEY].len == 0 &&
        reference_expand_label(digest, input, SSLP_LABEL("tls13 key"), none, expected, cut.key) &&
        reference_expand_label(
            digest, input, SSLP_LABEL("tls13 iv"), none, expected + cut.key, cut.iv);

    sslp_prf_key_clear(&key);
    direction_of(&keys, SSLP_CLIENT, given);
    return right && memcmp(given, expected, sizeof(expected)) == 0;
}

static void test_every_suite_in_every_protocol(void)
{
    size_t exported = 0, session = 0, traffic = 0;

    for (size_t i = 0; i < sslp_suite_count; i++) {
        for (size_t k = 0; k < sizeof(versions) / sizeof(versions[0]); k++) {
            const struct sslp_suite *suite = &sslp_suites[i];
            const struct sslp_protocol *protocol = sslp_protocol_by_version(versions[k]);
            bool right;

            if (!sslp_suite_in_protocol(suite, protocol) ||
                (suite->prf_hash == SSLP_HASH_SM3 && !has_sm3))
                continue;
            right = sslp_protocol_is_tls13(protocol) ? traffic_keys_agree(suite, protocol)
                                                     : session_keys_agree(suite, protocol);
            if (!right)
                fprintf(stderr, "\n    %s in %s", suite->name, protocol->name);
            CU_ASSERT(right);
            exported += has(suite, "_EXPORT");
            traffic += sslp_protocol_is_tls13(protocol);
            session += !sslp_protocol_is_tls13(protocol);
        }
    }
    printf("\n    %zu session keys, %zu of them of export suites, %zu traffic keys\n  ", session,
        exported, traffic);
    CU_ASSERT(session >= 626);
    CU_ASSERT_EQUAL(exported, 8); /* four suites in SSL 3.0 and TLS 1.0 */
    CU_ASSERT_EQUAL(traffic, has_sm3 ? 9 : 7);
}

/* A few lengths of key block written out, where a shared mistake in the rules would hide. */
static void test_known_key_block_lengths(void)
{
    static const struct {
        uint32_t suite, version;
        size_t len;
    } known[] = {{0xC02F, SSLP_TLS1_2, 40}, {0xC030, SSLP_TLS1_2, 72}, {0x002F, SSLP_TLS1_0, 104},
        {0x002F, SSLP_TLS1_1, 72}, {0x002F, SSLP_DTLS1_0, 72}, {0x003D, SSLP_TLS1_2, 128},
        {0x000A, SSLP_TLS1_0, 104}, {0x000A, SSLP_TLS1_2, 88}, {0xCCA8, SSLP_DTLS1_2, 88},
        {0x0005, SSLP_SSL3, 72}, {0x0003, SSLP_TLS1_0, 42}, {0x0001, SSLP_TLS1_2, 32},
        {0x00AF, SSLP_TLS1_0, 192}, {0xC0A0, SSLP_TLS1_2, 40}};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        const struct sslp_key_layout layout = sslp_key_layout_of(
            sslp_suite_by_id(known[i].suite), sslp_protocol_by_version(known[i].version));

        CU_ASSERT_EQUAL(layout.key_block_len, known[i].len);
    }
}

static bool wiped(const struct sslp_session_keys *keys)
{
    static const uint8_t zero[sizeof(keys->bytes)];

    return memcmp(keys->bytes, zero, sizeof(zero)) == 0;
}

static void test_suite_outside_its_protocol_is_refused(void)
{
    size_t refused = 0, wrong = 0, left = 0;

    for (size_t i = 0; i < sslp_suite_count; i++) {
        for (size_t k = 0; k < sizeof(versions) / sizeof(versions[0]); k++) {
            const struct sslp_suite *suite = &sslp_suites[i];
            const struct sslp_protocol *protocol = sslp_protocol_by_version(versions[k]);
            struct sslp_prf_key key;
            struct sslp_session_keys keys;

            if (sslp_suite_in_protocol(suite, protocol))
                continue;
            key = master_key(suite, protocol->prf_kind);
            keys.layout = sslp_key_layout_of(suite, protocol);
            memset(keys.bytes, 0xA5, sizeof(keys.bytes));
            wrong += sslp_session_keys(&key, suite, client_random, server_random, &keys) !=
                SSLP_ERR_SUITE_PROTOCOL;
            left += !wiped(&keys);
            memset(keys.bytes, 0xA5, sizeof(keys.bytes));
            wrong += sslp_traffic_keys(&key, protocol, &keys) != SSLP_ERR_SUITE_PROTOCOL;
            left += !wiped(&keys);
            sslp_prf_key_clear(&key);
            refused++;
        }
    }
    CU_ASSERT(refused >= 400);
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(left, 0); /* on failure the keys are wiped */
}

/* A hash that fails, first for the key block and then only for the last step of export suites. */
static void test_failure_wipes_the_keys(void)
{
    static const struct sslp_hash broken = {NULL, 16, 64, NULL};
    static const uint32_t suites[] = {0x0003, 0x0062};

    for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
        const struct sslp_suite *suite = sslp_suite_by_id(suites[i]);
        const struct sslp_protocol *tls10 = sslp_protocol_by_version(SSLP_TLS1_0);
        struct sslp_prf_key key = master_key(suite, SSLP_PRF_TLS10);
        struct sslp_session_keys keys;

        key.prf.md5 = &broken;
        keys.layout = sslp_key_layout_of(suite, tls10);
        memset(keys.bytes, 0xA5, sizeof(keys.bytes));
        CU_ASSERT_NOT_EQUAL(
            sslp_session_keys(&key, suite, client_random, server_random, &keys), SSLP_OK);
        CU_ASSERT(wiped(&keys));
        sslp_hmac_key_clear(&key.hmac);
        memset(keys.bytes, 0xA5, sizeof(keys.bytes));
        CU_ASSERT_EQUAL(sslp_session_keys(&key, suite, client_random, server_random, &keys),
            SSLP_ERR_HASH_FAILED);
        CU_ASSERT(wiped(&keys));
        sslp_prf_key_clear(&key);
    }
    for (int broken_inner = 0; broken_inner < 2; broken_inner++) {
        const struct sslp_suite *suite = sslp_suite_by_id(0x1301);
        struct sslp_prf_key key = master_key(suite, SSLP_PRF_TLS13);
        EVP_MD_CTX **state = broken_inner ? &key.hmac.inner.context : &key.hmac.outer.context;
        struct sslp_session_keys keys;

        EVP_MD_CTX_free(*state);
        *state = NULL;
        keys.layout = sslp_key_layout_of(suite, sslp_protocol_tls13());
        memset(keys.bytes, 0xA5, sizeof(keys.bytes));
        CU_ASSERT_EQUAL(
            sslp_traffic_keys(&key, sslp_protocol_tls13(), &keys), SSLP_ERR_HASH_FAILED);
        CU_ASSERT(wiped(&keys));
        sslp_prf_key_clear(&key);
    }
    ERR_clear_error();
}

static const struct named_test tests[] = {
    {"every suite in every protocol", test_every_suite_in_every_protocol},
    {"known key block lengths", test_known_key_block_lengths},
    {"suite outside its protocol is refused", test_suite_outside_its_protocol_is_refused},
    {"failure wipes the keys", test_failure_wipes_the_keys},
};

int main(void)
{
    return RUN_TESTS("key block", init, cleanup, tests);
}
