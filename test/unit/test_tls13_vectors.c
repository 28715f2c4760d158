/* SPDX-License-Identifier: Apache-2.0
 *
 * Every published vector of TLS 1.3 on the bare functions, one for each arrow of RFC 8446 section
 * 7.1; and of HKDF-Expand-Label elsewhere: the labels of QUIC, and imported pre-shared keys.
 */
#include "common/tls13_vectors.h"
#include "schedule/finished.h"
#include "schedule/keying_material.h"
#include "schedule/tls13_secrets.h"
#include "unit/hashes.h"
#include "unit/vectors.h"

enum count { QUIC_LABELS, BARE_LABELS, PSK_IMPORTS, COUNTS };

static struct vector_count counts[COUNTS] = {
    [QUIC_LABELS] = {"QUIC label", 12, 0},
    [BARE_LABELS] = {"label without prefix", 4, 0},
    [PSK_IMPORTS] = {"imported PSK", 6, 0},
};

static struct test_hashes hashes;

static bool equal(const uint8_t *output, const struct rsp_field *expected)
{
    return memcmp(output, expected->data, expected->len) == 0;
}

/* One expansion where the vector has both ends of it. */
static void check_label(const struct rsp_block *block, struct vector_count *count,
    const struct sslp_prf *prf, const char *secret_name, const char *label,
    struct sslp_bytes context, const char *output_name)
{
    const struct rsp_field *secret = rsp_field(block, secret_name);
    const struct rsp_field *expected = rsp_field(block, output_name);
    struct sslp_prf_key key;
    uint8_t output[MAX_OUTPUT];

    if (secret == NULL || expected == NULL)
        return;
    CU_ASSERT_FATAL(expected->len <= sizeof(output));
    key = key_with(prf, bytes_of(secret));
    check_vector(block, count,
        sslp_prf_expand_label(&key, sslp_protocol_tls13(), sslp_bytes(label, strlen(label)),
            context, output, expected->len) == SSLP_OK &&
            equal(output, expected));
    sslp_prf_key_clear(&key);
}

/* RFC 9001 section 5.1 and 6.1. */
static void check_quic(const struct rsp_block *block, const struct sslp_prf *prf)
{
    static const struct {
        const char *secret, *label, *output;
    } rows[] = {{"initial_secret", "client in", "client_initial_secret"},
        {"initial_secret", "server in", "server_initial_secret"},
        {"client_initial_secret", "quic key", "client_key"},
        {"client_initial_secret", "quic iv", "client_iv"},
        {"client_initial_secret", "quic hp", "client_hp"},
        {"server_initial_secret", "quic key", "server_key"},
        {"server_initial_secret", "quic iv", "server_iv"},
        {"server_initial_secret", "quic hp", "server_hp"}, {"secret", "quic key", "key"},
        {"secret", "quic iv", "iv"}, {"secret", "quic hp", "hp"}, {"secret", "quic ku", "ku"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check_label(block, &counts[QUIC_LABELS], prf, rows[i].secret, rows[i].label,
            sslp_bytes(NULL, 0), rows[i].output);
}

static struct sslp_prf hkdf_of(const char *hash)
{
    const struct sslp_prf hkdf =
        test_prf(&hashes, SSLP_PRF_TLS13, test_hash_published(&hashes, hash));

    CU_ASSERT_PTR_NOT_NULL_FATAL(hkdf.hash);
    return hkdf;
}

static enum tls13_answer derive(const char *hash, enum tls13_secret to, struct sslp_bytes from,
    struct sslp_bytes input, uint8_t *out, size_t size)
{
    static const enum sslp_tls13_target targets[TLS13_SECRETS] = {
        [TLS13_EXT_BINDER] = SSLP_TARGET_EXT_BINDER_KEY,
        [TLS13_RES_BINDER] = SSLP_TARGET_RES_BINDER_KEY,
        [TLS13_CLIENT_EARLY_TRAFFIC] = SSLP_TARGET_CLIENT_EARLY_TRAFFIC,
        [TLS13_EARLY_EXPORTER] = SSLP_TARGET_EARLY_EXPORTER,
        [TLS13_HANDSHAKE] = SSLP_TARGET_HANDSHAKE_SECRET,
        [TLS13_CLIENT_HANDSHAKE_TRAFFIC] = SSLP_TARGET_CLIENT_HANDSHAKE_TRAFFIC,
        [TLS13_SERVER_HANDSHAKE_TRAFFIC] = SSLP_TARGET_SERVER_HANDSHAKE_TRAFFIC,
        [TLS13_MASTER] = SSLP_TARGET_MASTER_SECRET,
        [TLS13_CLIENT_APPLICATION_TRAFFIC] = SSLP_TARGET_CLIENT_APPLICATION_TRAFFIC,
        [TLS13_SERVER_APPLICATION_TRAFFIC] = SSLP_TARGET_SERVER_APPLICATION_TRAFFIC,
        [TLS13_EXPORTER] = SSLP_TARGET_EXPORTER_SECRET,
        [TLS13_RESUMPTION] = SSLP_TARGET_RESUMPTION_SECRET,
        [TLS13_TICKET_PSK] = SSLP_TARGET_PRE_SHARED_KEY,
    };
    const struct sslp_prf hkdf = hkdf_of(hash);
    struct sslp_prf_key key;
    enum sslp_status status;

    CU_ASSERT_EQUAL(size, hkdf.hash->size);
    if (to == TLS13_EARLY)
        return tls13_answer(sslp_early_secret(&hkdf, from, out) == SSLP_OK);
    key = key_with(&hkdf, from);
    status =
        sslp_tls13_derive(&sslp_tls13_arrows[targets[to]], sslp_protocol_tls13(), &key, input, out);
    sslp_prf_key_clear(&key);
    return tls13_answer(status == SSLP_OK);
}

static enum tls13_answer finished(const char *hash, bool binder, struct sslp_bytes secret,
    struct sslp_bytes transcript_hash, uint8_t *out, size_t size)
{
    const struct sslp_prf hkdf = hkdf_of(hash);
    struct sslp_prf_key key = key_with(&hkdf, secret);
    const enum sslp_status status =
        sslp_finished_tls13(&key, sslp_protocol_tls13(), transcript_hash, out);

    (void)binder;
    CU_ASSERT_EQUAL(size, hkdf.hash->size);
    sslp_prf_key_clear(&key);
    return tls13_answer(status == SSLP_OK);
}

static enum tls13_answer exporter(const char *hash, struct sslp_bytes secret,
    struct sslp_bytes label, const struct rsp_field *context, uint8_t *out, size_t size)
{
    const struct sslp_prf hkdf = hkdf_of(hash);
    struct sslp_prf_key key = key_with(&hkdf, secret);
    const enum sslp_status status = sslp_keying_material_tls13(
        &key, sslp_protocol_tls13(), label, bytes_of(context), out, size);

    sslp_prf_key_clear(&key);
    return tls13_answer(status == SSLP_OK);
}

static enum tls13_answer traffic_keys(
    unsigned suite_id, struct sslp_bytes secret, uint8_t *out, size_t size)
{
    const struct sslp_suite *suite = sslp_suite_by_id(suite_id);
    const struct sslp_prf hkdf =
        test_prf(&hashes, SSLP_PRF_TLS13, &hashes.of[secret.len == 48 ? TEST_SHA384 : TEST_SHA256]);
    struct sslp_prf_key key = key_with(&hkdf, secret);
    struct sslp_session_keys keys = {.layout = sslp_key_layout_of(suite, sslp_protocol_tls13())};
    const enum sslp_status status = sslp_traffic_keys(&key, sslp_protocol_tls13(), &keys);

    sslp_prf_key_clear(&key);
    if (status != SSLP_OK || keys.layout.direction_len != size)
        return TLS13_REFUSED;
    sslp_session_keys_direction(&keys, SSLP_CLIENT, out);
    return TLS13_GIVEN;
}

static void test_every_secret_of_tls13_is_reproduced(void)
{
    static const struct tls13_trial trial = {
        .derive = derive, .finished = finished, .exporter = exporter, .traffic_keys = traffic_keys};
    struct tls13_counts counted;

    CU_ASSERT_TRUE(tls13_check_all(&trial, &counted));
    CU_ASSERT_TRUE(tls13_is_all(&counted));
}

/* These labels do not begin with "tls13 ", which is no part of HKDF: HMAC alone is on trial. */
static void check_bare_label(const struct rsp_block *block, const struct sslp_prf *prf)
{
    const struct sslp_bytes label = bytes_of(rsp_field(block, "label"));
    const struct sslp_bytes context = bytes_of(rsp_field(block, "context"));
    const struct rsp_field *expected = rsp_field(block, "output");
    uint8_t head[3] = {0}, context_len = (uint8_t)context.len, one = 1, output[SSLP_MAX_HASH];
    const struct sslp_bytes parts[] = {
        sslp_bytes(head, 3), label, sslp_bytes(&context_len, 1), context, sslp_bytes(&one, 1)};
    struct sslp_prf_key key = key_with(prf, bytes_of(rsp_field(block, "secret")));
    struct sslp_hash_work work;

    CU_ASSERT_FATAL(expected != NULL && expected->len <= key.hmac.size);
    sslp_hash_work_init(&work);
    head[1] = (uint8_t)expected->len;
    head[2] = (uint8_t)label.len;
    check_vector(block, &counts[BARE_LABELS],
        sslp_hmac(&key.hmac, &work, parts, 5, output) == SSLP_OK && equal(output, expected));
    sslp_hash_work_clear(&work);
    sslp_prf_key_clear(&key);
}

/* RFC 9258 section 5.1: the label expands HKDF-Extract(0, epsk) in the hash of ImportedIdentity. */
static void check_psk_import(const struct rsp_block *block, const struct sslp_prf *prf)
{
    const struct rsp_field *expected = rsp_field(block, "imported_psk");
    const struct sslp_bytes identity = bytes_of(rsp_field(block, "identity"));
    const struct sslp_bytes context = bytes_of(rsp_field(block, "context"));
    const struct sslp_bytes epsk = bytes_of(rsp_field(block, "epsk"));
    const uint8_t identity_len[2] = {(uint8_t)(identity.len >> 8), (uint8_t)identity.len};
    const uint8_t context_len[2] = {(uint8_t)(context.len >> 8), (uint8_t)context.len};
    const uint8_t tls13[2] = {0x03, 0x04};
    const struct sslp_bytes imported[] = {sslp_bytes(identity_len, 2), identity,
        sslp_bytes(context_len, 2), context, sslp_bytes(tls13, 2),
        bytes_of(rsp_field(block, "target_kdf"))};
    uint8_t digest[SSLP_MAX_HASH], extracted[SSLP_MAX_HASH], output[SSLP_MAX_HASH];
    struct sslp_hash_work work;
    struct sslp_hmac_key zero;
    struct sslp_prf_key key;

    CU_ASSERT_FATAL(expected != NULL && expected->len <= sizeof(output));
    sslp_hash_work_init(&work);
    CU_ASSERT_EQUAL_FATAL(sslp_hmac_key_init(&zero, prf->hash, sslp_bytes(NULL, 0)), SSLP_OK);
    CU_ASSERT_EQUAL(sslp_hash_digest(prf->hash, &work, imported, 6, digest), SSLP_OK);
    CU_ASSERT_EQUAL(sslp_hmac(&zero, &work, &epsk, 1, extracted), SSLP_OK);
    key = key_with(prf, sslp_bytes(extracted, prf->hash->size));
    check_vector(block, &counts[PSK_IMPORTS],
        sslp_prf_expand_label(&key, sslp_protocol_tls13(), SSLP_LABEL("derived psk"),
            sslp_bytes(digest, prf->hash->size), output, expected->len) == SSLP_OK &&
            equal(output, expected));
    sslp_prf_key_clear(&key);
    sslp_hmac_key_clear(&zero);
    sslp_hash_work_clear(&work);
}

/* HKDF with an info of one's own, section "HKDF, ...", is no function of this layer. */
static void check_block(const struct rsp_block *block, void *argument)
{
    static const struct {
        const char *section;
        void (*check)(const struct rsp_block *block, const struct sslp_prf *prf);
    } rows[] = {{"QUIC v1, ", check_quic}, {"HKDF-Expand-Label, ", check_bare_label},
        {"PSK import, ", check_psk_import}};

    (void)argument;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sslp_prf prf;

        if (!starts_with(block->section, rows[i].section))
            continue;
        prf = test_prf(&hashes, SSLP_PRF_TLS13,
            test_hash_published(&hashes, block->section + strlen(rows[i].section)));
        CU_ASSERT_PTR_NOT_NULL_FATAL(prf.hash);
        rows[i].check(block, &prf);
    }
}

static enum sslp_status derive_to(enum sslp_tls13_target target, const struct sslp_prf_key *key,
    struct sslp_bytes input, uint8_t *out)
{
    return sslp_tls13_derive(&sslp_tls13_arrows[target], sslp_protocol_tls13(), key, input, out);
}

/* Whatever is wrong with the input, a failed derivation leaves zeros. */
static void test_nothing_is_left_of_a_failure(void)
{
    static const uint8_t zeros[SSLP_MAX_HASH], long_input[256];
    const struct sslp_prf hkdf = hkdf_of("SHA-256");
    struct sslp_prf_key key = key_with(&hkdf, sslp_bytes(long_input, 32));
    const struct sslp_bytes nonce = sslp_bytes(long_input, sizeof(long_input));
    uint8_t out[SSLP_MAX_HASH];

    memset(out, 0xA5, sizeof(out));
    CU_ASSERT_NOT_EQUAL(derive_to(SSLP_TARGET_PRE_SHARED_KEY, &key, nonce, out), SSLP_OK);
    CU_ASSERT(memcmp(out, zeros, 32) == 0);
    memset(out, 0xA5, sizeof(out));
    CU_ASSERT_NOT_EQUAL(
        derive_to(SSLP_TARGET_EXPORTER_SECRET, &key, sslp_bytes(long_input, 31), out), SSLP_OK);
    CU_ASSERT(memcmp(out, zeros, 32) == 0);
    memset(out, 0xA5, sizeof(out));
    CU_ASSERT_NOT_EQUAL(
        sslp_finished_tls13(&key, sslp_protocol_tls13(), sslp_bytes(long_input, 33), out), SSLP_OK);
    CU_ASSERT(memcmp(out, zeros, 32) == 0);
    sslp_prf_key_clear(&key);
}

static void test_every_vector_is_reproduced(void)
{
    CU_ASSERT(rsp_visit_vectors(true, check_block, NULL));
}

static void test_no_vector_was_left_out(void)
{
    check_counts(counts, COUNTS);
}

static int init(void)
{
    return test_hashes_open(&hashes) ? 0 : 1;
}

static int cleanup(void)
{
    test_hashes_close(&hashes);
    return 0;
}

static const struct named_test tests[] = {
    {"every secret of TLS 1.3 is reproduced", test_every_secret_of_tls13_is_reproduced},
    {"nothing is left of a failure", test_nothing_is_left_of_a_failure},
    {"every vector is reproduced", test_every_vector_is_reproduced},
    {"no vector was left out", test_no_vector_was_left_out},
};

int main(void)
{
    return RUN_TESTS("TLS 1.3 vectors", init, cleanup, tests);
}
