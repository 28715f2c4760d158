/* SPDX-License-Identifier: Apache-2.0
 *
 * Every published vector of SSL 3.0 to TLS 1.2 on the bare functions: PRFs, master secrets, key
 * blocks and their pieces.
 */
#include "schedule/master_secret.h"
#include "unit/hashes.h"
#include "unit/vectors.h"

enum count { PRF_OUTPUTS, MASTER_SECRETS, EXTENDED_MASTER_SECRETS, KEY_BLOCKS, PARTITIONS, COUNTS };

static struct vector_count counts[COUNTS] = {
    [PRF_OUTPUTS] = {"raw PRF", 36, 0},
    [MASTER_SECRETS] = {"master secret", 226, 0},
    [EXTENDED_MASTER_SECRETS] = {"extended master secret", 25, 0},
    [KEY_BLOCKS] = {"key block", 252, 0},
    [PARTITIONS] = {"keys of a suite", 20, 0},
};

static struct test_hashes hashes;

static const struct rsp_field *field_of(
    const struct rsp_block *block, const char *name, const char *acvp_name)
{
    const struct rsp_field *field = rsp_field(block, name);

    return field != NULL ? field : rsp_field(block, acvp_name);
}

static bool equal(const uint8_t *output, const struct rsp_field *expected)
{
    return memcmp(output, expected->data, expected->len) == 0;
}

/* The PRF that a section names, such as "PRF, TLS 1.2, SHA-256"; false when it is not of these. */
static bool prf_of_section(const char *section, struct sslp_prf *prf)
{
    const char *versions = starts_with(section, "PRF, ") ? section + strlen("PRF, ") : section;
    const struct sslp_hash *hash = NULL;

    if (starts_with(versions, "TLS 1.2, ")) {
        hash = test_hash_published(&hashes, versions + strlen("TLS 1.2, "));
        CU_ASSERT_PTR_NOT_NULL_FATAL(hash);
        *prf = test_prf(&hashes, SSLP_PRF_TLS12, hash);
    } else if (strcmp(versions, "TLS 1.0/1.1") == 0) {
        *prf = test_prf(&hashes, SSLP_PRF_TLS10, NULL);
    } else if (strcmp(versions, "SSL 3.0") == 0) {
        *prf = test_prf(&hashes, SSLP_PRF_SSL3, NULL);
    } else {
        return false;
    }
    return true;
}

/* A vector without a label has it in the seed. */
static void check_prf(const struct rsp_block *block, const struct sslp_prf *prf)
{
    const struct rsp_field *expected = rsp_field(block, "output");
    const struct rsp_field *label = rsp_field(block, "label");
    const struct sslp_bytes seed[SSLP_SEED_PARTS] = {
        bytes_of(rsp_field(block, "seed")), sslp_bytes(NULL, 0)};
    struct sslp_prf_key key = key_with(prf, bytes_of(rsp_field(block, "secret")));
    uint8_t output[MAX_OUTPUT];

    CU_ASSERT_FATAL(expected != NULL && expected->len <= sizeof(output));
    check_vector(block, &counts[PRF_OUTPUTS],
        sslp_prf_expand(&key, bytes_of(label), seed, output, expected->len) == SSLP_OK &&
            equal(output, expected));
    sslp_prf_key_clear(&key);
}

/* NIST's files have randoms of their own for the master secret. */
static void check_master_secret(const struct rsp_block *block, const struct sslp_prf *prf)
{
    const struct rsp_field *premaster = field_of(block, "pre_master_secret", "preMasterSecret");
    const struct rsp_field *expected = field_of(block, "master_secret", "masterSecret");
    const struct rsp_field *hash = field_of(block, "session_hash", "sessionHash");
    const struct rsp_field *client = field_of(block, "clientHello_random", "clientHelloRandom");
    const struct rsp_field *server = field_of(block, "serverHello_random", "serverHelloRandom");
    struct sslp_prf_key key;
    uint8_t master[SSLP_MASTER_SECRET_LEN];

    if (premaster == NULL)
        return;
    client = client != NULL ? client : rsp_field(block, "client_random");
    server = server != NULL ? server : rsp_field(block, "server_random");
    CU_ASSERT_FATAL(expected != NULL && expected->len == sizeof(master));
    key = key_with(prf, bytes_of(premaster));
    if (hash != NULL) {
        check_vector(block, &counts[EXTENDED_MASTER_SECRETS],
            sslp_extended_master_secret(&key, bytes_of(hash), master) == SSLP_OK &&
                equal(master, expected));
    } else {
        CU_ASSERT_FATAL(client != NULL && client->len == SSLP_RANDOM_LEN);
        CU_ASSERT_FATAL(server != NULL && server->len == SSLP_RANDOM_LEN);
        check_vector(block, &counts[MASTER_SECRETS],
            sslp_master_secret(&key, client->data, server->data, master) == SSLP_OK &&
                equal(master, expected));
    }
    sslp_prf_key_clear(&key);
}

static const struct sslp_protocol *protocol_of(const struct rsp_block *block)
{
    static const struct {
        const char *attribute;
        uint32_t version;
    } names[] = {{"SSL 3.0", SSLP_SSL3}, {"TLS 1.0", SSLP_TLS1_0}, {"TLS 1.1", SSLP_TLS1_1},
        {"TLS 1.2", SSLP_TLS1_2}, {"TLS 1.3", SSLP_TLS1_3}, {"DTLS 1.0", SSLP_DTLS1_0},
        {"DTLS 1.2", SSLP_DTLS1_2}};
    const char *attribute = rsp_attribute(block, "Protocol");

    for (size_t i = 0; attribute != NULL && i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i].attribute, attribute) == 0)
            return sslp_protocol_by_version(names[i].version);
    }
    return NULL;
}

static void check_partition(const struct rsp_block *block, const struct sslp_prf_key *master,
    const struct rsp_field *client, const struct rsp_field *server)
{
    const struct sslp_protocol *protocol = protocol_of(block);
    const struct sslp_suite *suite = suite_of(block);
    struct sslp_session_keys keys;
    bool right = true;

    if (protocol == NULL || rsp_field(block, "client_write_key") == NULL)
        return;
    CU_ASSERT_PTR_NOT_NULL_FATAL(suite);
    keys.layout = sslp_key_layout_of(suite, protocol);
    CU_ASSERT_EQUAL_FATAL(
        sslp_session_keys(master, suite, client->data, server->data, &keys), SSLP_OK);
    for (size_t side = 0; side < 2; side++) {
        const char *owner = side == SSLP_CLIENT ? "client" : "server";
        const struct sslp_bytes mac_key = sslp_key_layout_piece(
            &keys.layout, keys.bytes, (enum sslp_side)side, SSLP_PIECE_MAC_KEY);
        const struct sslp_bytes key =
            sslp_key_layout_piece(&keys.layout, keys.bytes, (enum sslp_side)side, SSLP_PIECE_KEY);
        const struct sslp_bytes iv =
            sslp_key_layout_piece(&keys.layout, keys.bytes, (enum sslp_side)side, SSLP_PIECE_IV);
        char name[40];

        snprintf(name, sizeof(name), "%s_write_MAC_secret", owner);
        right = right && piece_is(mac_key.data, mac_key.len, rsp_field(block, name));
        snprintf(name, sizeof(name), "%s_write_key", owner);
        right = right && piece_is(key.data, key.len, rsp_field(block, name));
        /* The captures give CBC suites an IV even where the version derives none. */
        snprintf(name, sizeof(name), "%s_write_IV", owner);
        if (suite->cipher->mode != SSLP_MODE_CBC || protocol->chained_iv)
            right = right && piece_is(iv.data, iv.len, rsp_field(block, name));
        else
            right = right && iv.len == 0;
    }
    check_vector(block, &counts[PARTITIONS], right);
}

/* Some vectors give the key block in pieces, and leave out those at its end. */
static size_t expected_key_block(const struct rsp_block *block, uint8_t *expected)
{
    static const char *const pieces[] = {"key_block", "keyBlock", "client_write_MAC_secret",
        "server_write_MAC_secret", "client_write_key", "server_write_key", "client_write_IV",
        "server_write_IV"};
    size_t len = 0;

    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        const struct rsp_field *piece = rsp_field(block, pieces[i]);

        if (piece == NULL || (i >= 2 && field_of(block, "key_block", "keyBlock") != NULL))
            continue;
        CU_ASSERT_FATAL(piece->len <= MAX_OUTPUT - len);
        memcpy(expected + len, piece->data, piece->len);
        len += piece->len;
    }
    return len;
}

static void check_key_block(const struct rsp_block *block, const struct sslp_prf *prf)
{
    const struct rsp_field *secret = field_of(block, "master_secret", "masterSecret");
    const struct rsp_field *client = field_of(block, "client_random", "clientRandom");
    const struct rsp_field *server = field_of(block, "server_random", "serverRandom");
    uint8_t expected[MAX_OUTPUT], output[MAX_OUTPUT];
    const size_t len = expected_key_block(block, expected);
    struct sslp_prf_key key;

    if (len == 0)
        return;
    CU_ASSERT_FATAL(secret != NULL && client != NULL && server != NULL);
    CU_ASSERT_FATAL(client->len == SSLP_RANDOM_LEN && server->len == SSLP_RANDOM_LEN);
    key = key_with(prf, bytes_of(secret));
    check_vector(block, &counts[KEY_BLOCKS],
        sslp_key_block(&key, client->data, server->data, output, len) == SSLP_OK &&
            memcmp(output, expected, len) == 0);
    check_partition(block, &key, client, server);
    sslp_prf_key_clear(&key);
}

static void check_block(const struct rsp_block *block, void *argument)
{
    struct sslp_prf prf;

    (void)argument;
    if (!prf_of_section(block->section, &prf))
        return;
    if (starts_with(block->section, "PRF, ")) {
        check_prf(block, &prf);
    } else {
        check_master_secret(block, &prf);
        check_key_block(block, &prf);
    }
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
    {"every vector is reproduced", test_every_vector_is_reproduced},
    {"no vector was left out", test_no_vector_was_left_out},
};

int main(void)
{
    return RUN_TESTS("schedule vectors", init, cleanup, tests);
}
