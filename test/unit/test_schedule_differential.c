/* SPDX-License-Identifier: Apache-2.0
 *
 * Random secrets, labels, seeds and lengths: the PRFs, master secrets and key blocks of TLS 1.0 to
 * 1.2 are those of OpenSSL's own TLS1-PRF.  A failure prints the seed, and SSLP_TEST_SEED sets it.
 */
#include "cunit/run_tests.h"
#include "schedule/key_block.h"
#include "schedule/master_secret.h"
#include "unit/hashes.h"
#include "unit/reference.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { CASES = 100, MAX_SECRET = 300, MAX_PART = 120, MAX_OUTPUT = 600 };

static const struct {
    const char *digest;
    enum sslp_prf_kind kind;
    size_t hash;
} prfs[] = {{"MD5-SHA1", SSLP_PRF_TLS10, TEST_SHA256}, {"SHA2-256", SSLP_PRF_TLS12, TEST_SHA256},
    {"SHA2-384", SSLP_PRF_TLS12, TEST_SHA384}};

enum { PRFS = sizeof(prfs) / sizeof(prfs[0]) };

struct random_case {
    uint8_t secret[MAX_SECRET], label[MAX_PART], seed[2][MAX_PART];
    size_t secret_len, label_len, seed_len[2], output_len;
};

static struct test_hashes hashes;
static uint64_t first_seed = UINT64_C(0x5EED0F7E57CA5E5), state;

static int init(void)
{
    const char *text = getenv("SSLP_TEST_SEED");

    if (text != NULL)
        first_seed = strtoull(text, NULL, 0);
    /* The generator would never leave zero. */
    state = first_seed == 0 ? 1 : first_seed;
    return test_hashes_open(&hashes) ? 0 : 1;
}

static int cleanup(void)
{
    test_hashes_close(&hashes);
    return 0;
}

/* xorshift64: repeatable on every machine, and no more than that. */
static uint64_t next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static size_t random_up_to(size_t most)
{
    return (size_t)(next_random() >> 16) % (most + 1);
}

static void random_fill(uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)(next_random() >> 32);
}

static struct random_case next_case(void)
{
    struct random_case it;

    it.secret_len = random_up_to(MAX_SECRET);
    it.label_len = 1 + random_up_to(MAX_PART - 1);
    it.seed_len[0] = random_up_to(MAX_PART);
    it.seed_len[1] = random_up_to(MAX_PART);
    it.output_len = 1 + random_up_to(MAX_OUTPUT - 1);
    random_fill(it.secret, it.secret_len);
    random_fill(it.label, it.label_len);
    random_fill(it.seed[0], MAX_PART);
    random_fill(it.seed[1], MAX_PART);
    return it;
}

static struct sslp_prf_key key_of(size_t row, const struct random_case *it)
{
    const struct sslp_prf prf = test_prf(&hashes, prfs[row].kind, &hashes.of[prfs[row].hash]);
    struct sslp_prf_key key;

    CU_ASSERT_EQUAL_FATAL(
        sslp_prf_key_init(&key, &prf, sslp_bytes(it->secret, it->secret_len)), SSLP_OK);
    return key;
}

static void check(size_t row, size_t i, const char *what, const struct random_case *it,
    const struct sslp_bytes seeds[3], const uint8_t *output, size_t output_len)
{
    uint8_t expected[MAX_OUTPUT];
    const bool right = reference_tls_prf(prfs[row].digest, sslp_bytes(it->secret, it->secret_len),
                           seeds, 3, expected, output_len) &&
        memcmp(output, expected, output_len) == 0;

    if (!right)
        fprintf(stderr, "\n    %s with %s, case %zu of SSLP_TEST_SEED=0x%" PRIx64, what,
            prfs[row].digest, i, first_seed);
    CU_ASSERT(right);
}

static void test_prf_agrees(void)
{
    for (size_t i = 0; i < CASES * PRFS; i++) {
        const struct random_case it = next_case();
        const struct sslp_bytes seeds[1 + SSLP_SEED_PARTS] = {sslp_bytes(it.label, it.label_len),
            sslp_bytes(it.seed[0], it.seed_len[0]), sslp_bytes(it.seed[1], it.seed_len[1])};
        struct sslp_prf_key key = key_of(i % PRFS, &it);
        uint8_t output[MAX_OUTPUT];

        CU_ASSERT_EQUAL(sslp_prf_expand(&key, seeds[0], seeds + 1, output, it.output_len), SSLP_OK);
        check(i % PRFS, i, "PRF", &it, seeds, output, it.output_len);
        sslp_prf_key_clear(&key);
    }
}

static void test_key_blocks_agree(void)
{
    for (size_t i = 0; i < CASES * PRFS; i++) {
        const struct random_case it = next_case();
        const struct sslp_bytes seeds[] = {SSLP_LABEL("key expansion"),
            sslp_bytes(it.seed[1], SSLP_RANDOM_LEN), sslp_bytes(it.seed[0], SSLP_RANDOM_LEN)};
        struct sslp_prf_key key = key_of(i % PRFS, &it);
        uint8_t output[MAX_OUTPUT];

        CU_ASSERT_EQUAL(
            sslp_key_block(&key, it.seed[0], it.seed[1], output, it.output_len), SSLP_OK);
        check(i % PRFS, i, "key block", &it, seeds, output, it.output_len);
        sslp_prf_key_clear(&key);
    }
}

static void test_master_secrets_agree(void)
{
    for (size_t i = 0; i < CASES * PRFS; i++) {
        const struct random_case it = next_case();
        const struct sslp_bytes seeds[] = {SSLP_LABEL("master secret"),
            sslp_bytes(it.seed[0], SSLP_RANDOM_LEN), sslp_bytes(it.seed[1], SSLP_RANDOM_LEN)};
        const struct sslp_bytes extended_seeds[] = {SSLP_LABEL("extended master secret"),
            sslp_bytes(it.seed[0], it.seed_len[0]), sslp_bytes(NULL, 0)};
        struct sslp_prf_key key = key_of(i % PRFS, &it);
        uint8_t output[SSLP_MASTER_SECRET_LEN];

        CU_ASSERT_EQUAL(sslp_master_secret(&key, it.seed[0], it.seed[1], output), SSLP_OK);
        check(i % PRFS, i, "master secret", &it, seeds, output, sizeof(output));
        CU_ASSERT_EQUAL(sslp_extended_master_secret(&key, extended_seeds[1], output), SSLP_OK);
        check(i % PRFS, i, "extended master secret", &it, extended_seeds, output, sizeof(output));
        sslp_prf_key_clear(&key);
    }
}

static const struct named_test tests[] = {
    {"PRF agrees", test_prf_agrees},
    {"key blocks agree", test_key_blocks_agree},
    {"master secrets agree", test_master_secrets_agree},
};

int main(void)
{
    return RUN_TESTS("schedule against OpenSSL", init, cleanup, tests);
}
