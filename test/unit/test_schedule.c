/* SPDX-License-Identifier: Apache-2.0
 *
 * The hash backend and the PRFs: what they refuse, how they fail, and HMAC with keys of every
 * length that RFC 2104 treats differently.
 */
#include "cunit/run_tests.h"
#include "schedule/key_block.h"
#include "schedule/master_secret.h"
#include "unit/hashes.h"
#include "unit/reference.h"

#include <openssl/err.h>

enum { MAX_LABEL = 249, MAX_CONTEXT = 255, MAX_HKDF = 255 * 64 };

static struct test_hashes hashes;
static uint8_t pattern[1024]; /* input bytes of no meaning */
static uint8_t out[MAX_HKDF + 1];

static int init(void)
{
    for (size_t i = 0; i < sizeof(pattern); i++)
        pattern[i] = (uint8_t)(i * 7 + i / 256);
    return test_hashes_open(&hashes) ? 0 : 1;
}

static int cleanup(void)
{
    test_hashes_close(&hashes);
    return 0;
}

static bool all_are(const uint8_t *bytes, size_t len, uint8_t value)
{
    uint8_t difference = 0;

    for (size_t i = 0; i < len; i++)
        difference = (uint8_t)(difference | (bytes[i] ^ value));
    return difference == 0;
}

static struct sslp_prf_key keyed(enum sslp_prf_kind kind, size_t secret_len)
{
    const struct sslp_prf prf = test_prf(&hashes, kind, &hashes.of[TEST_SHA256]);
    struct sslp_prf_key key;

    CU_ASSERT_EQUAL_FATAL(sslp_prf_key_init(&key, &prf, sslp_bytes(pattern, secret_len)), SSLP_OK);
    return key;
}

static void test_unusable_hashes_are_refused(void)
{
    /* Unknown, with extendable output, and without output. */
    static const struct {
        const char *name;
        enum sslp_status status;
    } cases[] = {{"NO-SUCH-HASH", SSLP_ERR_HASH_UNAVAILABLE}, {"", SSLP_ERR_HASH_UNAVAILABLE},
        {"SHAKE128", SSLP_ERR_XOF_DIGEST}, {"SHAKE256", SSLP_ERR_XOF_DIGEST},
        {"NULL", SSLP_ERR_HASH_UNAVAILABLE}};
    struct sslp_hash hash;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        memset(&hash, 0xA5, sizeof(hash));
        CU_ASSERT_EQUAL(sslp_hash_fetch(&hash, NULL, cases[i].name, NULL), cases[i].status);
        CU_ASSERT_PTR_NULL(hash.md);
        CU_ASSERT_EQUAL(hash.size, 0);
    }
    CU_ASSERT_EQUAL(
        sslp_hash_fetch(&hash, NULL, "SHA2-256", "provider=nobody"), SSLP_ERR_HASH_UNAVAILABLE);
    CU_ASSERT_PTR_NULL(hash.md);
    sslp_hash_clear(&hash);
    ERR_clear_error();
}

/* Which hashes have a function outside of EVP: SHA-3 never, the others where the headers show it.
 */
static bool has_direct_function(const char *name)
{
#ifdef SSLP_DIRECT_SHA
    return strncmp(name, "SHA3", 4) != 0;
#else
    (void)name;
    return false;
#endif
}

static void test_usable_hashes_tell_their_sizes(void)
{
    static const struct {
        const char *name;
        size_t size, block_size;
    } known[] = {{"MD5", 16, 64}, {"SHA1", 20, 64}, {"SHA2-256", 32, 64}, {"SHA2-384", 48, 128},
        {"SHA2-512", 64, 128}, {"SHA3-224", 28, 144}, {"SHA3-256", 32, 136}};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        struct sslp_hash hash;

        CU_ASSERT_EQUAL_FATAL(
            sslp_hash_fetch(&hash, NULL, known[i].name, "provider=default"), SSLP_OK);
        CU_ASSERT_EQUAL(hash.size, known[i].size);
        CU_ASSERT_EQUAL(hash.block_size, known[i].block_size);
        sslp_hash_go_direct(&hash);
        CU_ASSERT_EQUAL(hash.direct != NULL, has_direct_function(known[i].name));
        sslp_hash_clear(&hash);
        CU_ASSERT_PTR_NULL(hash.md);
        sslp_hash_clear(&hash);
    }
}

static void test_digest_joins_its_parts(void)
{
    const struct sslp_bytes parts[] = {sslp_bytes(pattern, 3), sslp_bytes(NULL, 0),
        sslp_bytes(pattern + 3, 200), sslp_bytes(pattern + 203, 0)};
    struct sslp_hash_work work;

    sslp_hash_work_init(&work);
    for (size_t i = 0; i < TEST_HASHES; i++) {
        const struct sslp_hash *hash = &hashes.of[i];
        uint8_t expected[EVP_MAX_MD_SIZE], digest[SSLP_MAX_HASH];

        CU_ASSERT_EQUAL(hash->direct != NULL,
            i >= TEST_FUNCTIONS && has_direct_function(test_hash_names[i % TEST_FUNCTIONS].name));
        CU_ASSERT(EVP_Digest(pattern, 203, expected, NULL, hash->md, NULL) == 1);
        CU_ASSERT_EQUAL(sslp_hash_digest(hash, &work, parts, 4, digest), SSLP_OK);
        CU_ASSERT(memcmp(digest, expected, hash->size) == 0);
        CU_ASSERT(EVP_Digest("", 0, expected, NULL, hash->md, NULL) == 1);
        CU_ASSERT_EQUAL(sslp_hash_digest(hash, &work, NULL, 0, digest), SSLP_OK);
        CU_ASSERT(memcmp(digest, expected, hash->size) == 0);
    }
    sslp_hash_work_clear(&work);
    CU_ASSERT_PTR_NULL(work.context);
    sslp_hash_work_clear(&work);
}

static bool is_empty(const struct sslp_hmac_key *key)
{
    return key->size == 0 && key->direct == NULL && key->inner.context == NULL &&
        key->outer.context == NULL;
}

static void check_hmac(const struct sslp_hash *hash, size_t key_len, struct sslp_hash_work *work)
{
    const struct sslp_bytes parts[] = {
        sslp_bytes(pattern + 500, 1), sslp_bytes(NULL, 0), sslp_bytes(pattern + 501, 150)};
    uint8_t expected[EVP_MAX_MD_SIZE], mac[SSLP_MAX_HASH];
    struct sslp_hmac_key key;

    CU_ASSERT_EQUAL_FATAL(
        sslp_hmac_key_init(&key, hash, sslp_bytes(key_len == 0 ? NULL : pattern, key_len)),
        SSLP_OK);
    CU_ASSERT_EQUAL(key.size, hash->size);
    CU_ASSERT_PTR_NOT_NULL(
        HMAC(hash->md, pattern, (int)key_len, pattern + 500, 151, expected, NULL));
    /* Twice: computing a MAC leaves the key as it was. */
    for (int i = 0; i < 2; i++) {
        CU_ASSERT_EQUAL(sslp_hmac(&key, work, parts, 3, mac), SSLP_OK);
        CU_ASSERT(memcmp(mac, expected, hash->size) == 0);
    }
    memset(mac, 0, sizeof(mac));
    CU_ASSERT_EQUAL(
        sslp_hmac_once(hash, work, sslp_bytes(pattern, key_len), parts, 3, mac), SSLP_OK);
    CU_ASSERT(memcmp(mac, expected, hash->size) == 0);
    CU_ASSERT_PTR_NOT_NULL(HMAC(hash->md, pattern, (int)key_len, mac, hash->size, expected, NULL));
    CU_ASSERT_EQUAL(sslp_hmac(&key, work, &(struct sslp_bytes){mac, hash->size}, 1, mac), SSLP_OK);
    CU_ASSERT(memcmp(mac, expected, hash->size) == 0);
    sslp_hmac_key_clear(&key);
    CU_ASSERT(is_empty(&key));
    sslp_hmac_key_clear(&key);
}

static void test_hmac_agrees_for_every_kind_of_key_length(void)
{
    struct sslp_hash_work work;

    sslp_hash_work_init(&work);
    for (size_t i = 0; i < TEST_HASHES; i++) {
        const size_t block = hashes.of[i].block_size;
        const size_t lengths[] = {0, 1, block - 1, block, block + 1, 200, sizeof(pattern)};

        for (size_t k = 0; k < sizeof(lengths) / sizeof(lengths[0]); k++)
            check_hmac(&hashes.of[i], lengths[k], &work);
    }
    sslp_hash_work_clear(&work);
}

/* A short state after a long one in the same memory. */
static void test_work_is_wiped_whatever_it_computed_last(void)
{
    static const uint8_t zeros[SSLP_MAX_DIRECT_BLOCK];
    const struct sslp_bytes part = sslp_bytes(pattern, 200);
    uint8_t digest[SSLP_MAX_HASH];
    struct sslp_hash_work work;

    memset(&work, 0, sizeof(work));
    sslp_hash_work_init(&work);
    for (size_t i = TEST_HASHES; i-- > 0;) {
        CU_ASSERT_EQUAL(sslp_hash_digest(&hashes.of[i], &work, &part, 1, digest), SSLP_OK);
        if (i == TEST_FUNCTIONS || i == 0) {
            sslp_hash_work_clear(&work);
            CU_ASSERT(memcmp(&work.state, zeros, SSLP_MAX_HASH) == 0); /* the chaining value */
            CU_ASSERT(
                memcmp(work.block, zeros, sizeof(zeros)) == 0); /* what is behind is padding */
        }
    }
}

/* A protocol without a label prefix cannot derive by mistake. */
static void test_label_needs_a_protocol_with_a_prefix(void)
{
    struct sslp_prf_key key = keyed(SSLP_PRF_TLS13, 32);
    uint8_t out[32];

    for (size_t i = 0; i < sslp_protocol_count; i++) {
        const enum sslp_status status = sslp_prf_expand_label(
            &key, &sslp_protocols[i], SSLP_LABEL("key"), sslp_bytes(NULL, 0), out, sizeof(out));

        CU_ASSERT_EQUAL(status,
            sslp_protocol_is_tls13(&sslp_protocols[i]) ? SSLP_OK : SSLP_ERR_NOT_IN_PROTOCOL);
    }
    sslp_prf_key_clear(&key);
}

static void test_output_of_no_length_is_refused(void)
{
    const struct sslp_bytes seed[SSLP_SEED_PARTS] = {sslp_bytes(pattern, 32), sslp_bytes(NULL, 0)};
    struct sslp_prf_key ssl3 = keyed(SSLP_PRF_SSL3, 48), tls10 = keyed(SSLP_PRF_TLS10, 48);
    struct sslp_prf_key tls12 = keyed(SSLP_PRF_TLS12, 48), tls13 = keyed(SSLP_PRF_TLS13, 32);

    CU_ASSERT_EQUAL(sslp_prf_ssl3_expand(&ssl3, seed[0], seed[1], out, 0), SSLP_ERR_OUTPUT_LENGTH);
    CU_ASSERT_EQUAL(sslp_prf_expand(&tls10, SSLP_LABEL("x"), seed, out, 0), SSLP_ERR_OUTPUT_LENGTH);
    CU_ASSERT_EQUAL(sslp_prf_expand(&tls12, SSLP_LABEL("x"), seed, out, 0), SSLP_ERR_OUTPUT_LENGTH);
    CU_ASSERT_EQUAL(
        sslp_prf_expand_label(&tls13, sslp_protocol_tls13(), SSLP_LABEL("x"), seed[0], out, 0),
        SSLP_ERR_OUTPUT_LENGTH);
    CU_ASSERT_EQUAL(sslp_key_block(&ssl3, pattern, pattern, out, 0), SSLP_ERR_OUTPUT_LENGTH);
    CU_ASSERT_EQUAL(sslp_key_block(&tls12, pattern, pattern, out, 0), SSLP_ERR_OUTPUT_LENGTH);
    sslp_prf_key_clear(&ssl3);
    sslp_prf_key_clear(&tls10);
    sslp_prf_key_clear(&tls12);
    sslp_prf_key_clear(&tls13);
}

/* RFC 6101 section 6.2.2 has letters from A to Z, each for 16 bytes. */
static void test_ssl3_output_ends_with_the_alphabet(void)
{
    const struct sslp_bytes first = sslp_bytes(pattern, 32), second = sslp_bytes(pattern + 32, 32);
    struct sslp_prf_key key = keyed(SSLP_PRF_SSL3, 48);
    uint8_t expected[SSLP_SSL3_MAX_OUTPUT];

    CU_ASSERT_EQUAL(SSLP_SSL3_MAX_OUTPUT, 416);
    CU_ASSERT_EQUAL(sslp_prf_ssl3_expand(&key, first, second, out, 417), SSLP_ERR_OUTPUT_LENGTH);
    CU_ASSERT_EQUAL(sslp_key_block(&key, pattern, pattern, out, 417), SSLP_ERR_OUTPUT_LENGTH);
    CU_ASSERT_EQUAL(
        sslp_prf_ssl3_expand(&key, first, second, out, SIZE_MAX), SSLP_ERR_OUTPUT_LENGTH);
    CU_ASSERT(reference_ssl3_prf(sslp_bytes(pattern, 48), first, second, expected, 416));
    for (size_t len = 1; len <= 416; len++) {
        memset(out, 0xA5, 417);
        CU_ASSERT_EQUAL(sslp_prf_ssl3_expand(&key, first, second, out, len), SSLP_OK);
        CU_ASSERT(memcmp(out, expected, len) == 0 && out[len] == 0xA5);
    }
    sslp_prf_key_clear(&key);
    CU_ASSERT_PTR_NULL(key.ssl3_secret.data);
}

/* RFC 5869 section 2.3: at most 255 blocks; RFC 8446 section 7.1: lengths of one byte. */
static void test_hkdf_limits_are_kept(void)
{
    const struct sslp_bytes none = sslp_bytes(NULL, 0);
    struct sslp_prf_key key = keyed(SSLP_PRF_TLS13, 32);
    const size_t longest = 255 * key.hmac.size;
    uint8_t expected[32];

    CU_ASSERT_EQUAL(sslp_prf_expand_label(&key, sslp_protocol_tls13(),
                        sslp_bytes(pattern, MAX_LABEL + 1), none, out, 32),
        SSLP_ERR_OUTPUT_LENGTH);
    CU_ASSERT_EQUAL(sslp_prf_expand_label(&key, sslp_protocol_tls13(), SSLP_LABEL("key"),
                        sslp_bytes(pattern, MAX_CONTEXT + 1), out, 32),
        SSLP_ERR_OUTPUT_LENGTH);
    CU_ASSERT_EQUAL(sslp_prf_expand_label(
                        &key, sslp_protocol_tls13(), SSLP_LABEL("key"), none, out, longest + 1),
        SSLP_ERR_OUTPUT_LENGTH);
    CU_ASSERT_EQUAL(
        sslp_prf_expand_label(&key, sslp_protocol_tls13(), SSLP_LABEL("key"), none, out, SIZE_MAX),
        SSLP_ERR_OUTPUT_LENGTH);
    memset(out, 0xA5, sizeof(out));
    CU_ASSERT_EQUAL(
        sslp_prf_expand_label(&key, sslp_protocol_tls13(), SSLP_LABEL("key"), none, out, longest),
        SSLP_OK);
    CU_ASSERT_EQUAL(out[longest], 0xA5);

    /* The longest label and context that are allowed. */
    uint8_t label[6 + MAX_LABEL] = "tls13 ";

    memcpy(label + 6, pattern, MAX_LABEL);
    CU_ASSERT(reference_expand_label("SHA256", sslp_bytes(pattern, 32),
        sslp_bytes(label, sizeof(label)), sslp_bytes(pattern, MAX_CONTEXT), expected, 32));
    CU_ASSERT_EQUAL(sslp_prf_expand_label(&key, sslp_protocol_tls13(),
                        sslp_bytes(pattern, MAX_LABEL), sslp_bytes(pattern, MAX_CONTEXT), out, 32),
        SSLP_OK);
    CU_ASSERT(memcmp(out, expected, 32) == 0);
    sslp_prf_key_clear(&key);
}

/* The stream of 255 blocks against EVP's HKDF with the same info. */
static void test_longest_hkdf_output_agrees(void)
{
    struct sslp_prf_key key = keyed(SSLP_PRF_TLS13, 32);
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
    uint8_t info[] = {255 * 32 >> 8, 255 * 32 & 0xFF, 9, 't', 'l', 's', '1', '3', ' ', 'k', 'e',
        'y', 2, pattern[0], pattern[1]};
    static uint8_t expected[255 * 32];
    int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", (char *)"SHA2-256", 0),
        OSSL_PARAM_construct_int("mode", &mode),
        OSSL_PARAM_construct_octet_string("key", pattern, 32),
        OSSL_PARAM_construct_octet_string("info", info, sizeof(info)), OSSL_PARAM_construct_end()};

    CU_ASSERT(EVP_KDF_derive(context, expected, sizeof(expected), params) == 1);
    CU_ASSERT_EQUAL(sslp_prf_expand_label(&key, sslp_protocol_tls13(), SSLP_LABEL("key"),
                        sslp_bytes(pattern, 2), out, sizeof(expected)),
        SSLP_OK);
    CU_ASSERT(memcmp(out, expected, sizeof(expected)) == 0);
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    sslp_prf_key_clear(&key);
}

/* A hash that stopped working: no state to copy for HMAC, no digest to start. */
static void test_failing_hash_leaves_no_output(void)
{
    const struct sslp_bytes seed[SSLP_SEED_PARTS] = {sslp_bytes(pattern, 32), sslp_bytes(NULL, 0)};
    const struct sslp_hash broken = {NULL, 16, 64, NULL};
    struct sslp_prf_key tls10 = keyed(SSLP_PRF_TLS10, 48), ssl3 = keyed(SSLP_PRF_SSL3, 48);
    struct sslp_prf_key tls12 = keyed(SSLP_PRF_TLS12, 48), tls13 = keyed(SSLP_PRF_TLS13, 32);

    /* The second half fails after the first has filled the output. */
    sslp_hmac_key_clear(&tls10.hmac_md5);
    memset(out, 0xA5, sizeof(out));
    CU_ASSERT_EQUAL(sslp_prf_expand(&tls10, SSLP_LABEL("x"), seed, out, 100), SSLP_ERR_HASH_FAILED);
    CU_ASSERT(all_are(out, 100, 0) && out[100] == 0xA5);
    sslp_hmac_key_clear(&tls12.hmac);
    memset(out, 0xA5, sizeof(out));
    CU_ASSERT_EQUAL(sslp_prf_expand(&tls12, SSLP_LABEL("x"), seed, out, 100), SSLP_ERR_HASH_FAILED);
    CU_ASSERT(all_are(out, 100, 0) && out[100] == 0xA5);
    EVP_MD_CTX_free(tls13.hmac.outer.context);
    tls13.hmac.outer.context = NULL;
    memset(out, 0xA5, sizeof(out));
    CU_ASSERT_EQUAL(
        sslp_prf_expand_label(&tls13, sslp_protocol_tls13(), SSLP_LABEL("x"), seed[0], out, 100),
        SSLP_ERR_HASH_FAILED);
    CU_ASSERT(all_are(out, 100, 0) && out[100] == 0xA5);
    ssl3.prf.sha1 = &broken;
    memset(out, 0xA5, sizeof(out));
    CU_ASSERT_EQUAL(sslp_prf_ssl3_expand(&ssl3, seed[0], seed[1], out, 100), SSLP_ERR_HASH_FAILED);
    CU_ASSERT(all_are(out, 100, 0) && out[100] == 0xA5);
    /* SSL 3.0 has no extended master secret (RFC 7627 section 4). */
    memset(out, 0xA5, sizeof(out));
    CU_ASSERT_NOT_EQUAL(sslp_extended_master_secret(&ssl3, seed[0], out), SSLP_OK);
    CU_ASSERT(all_are(out, SSLP_MASTER_SECRET_LEN, 0));
    sslp_prf_key_clear(&tls10);
    sslp_prf_key_clear(&tls12);
    sslp_prf_key_clear(&tls13);
    sslp_prf_key_clear(&ssl3);
    ERR_clear_error();
}

static void test_keying_with_a_broken_hash_leaves_no_key(void)
{
    const struct sslp_hash broken = {NULL, 16, 64, NULL};
    struct sslp_prf prf = test_prf(&hashes, SSLP_PRF_TLS10, NULL);
    struct sslp_prf_key key;

    prf.sha1 = &broken; /* the MD5 half has been keyed when this one fails */
    CU_ASSERT_NOT_EQUAL(sslp_prf_key_init(&key, &prf, sslp_bytes(pattern, 48)), SSLP_OK);
    CU_ASSERT(is_empty(&key.hmac));
    CU_ASSERT(is_empty(&key.hmac_md5));
    prf = test_prf(&hashes, SSLP_PRF_TLS12, &broken);
    CU_ASSERT_NOT_EQUAL(sslp_prf_key_init(&key, &prf, sslp_bytes(pattern, 48)), SSLP_OK);
    CU_ASSERT(is_empty(&key.hmac));
    /* A secret longer than a block has to be hashed first. */
    CU_ASSERT_NOT_EQUAL(sslp_prf_key_init(&key, &prf, sslp_bytes(pattern, 200)), SSLP_OK);
    CU_ASSERT(is_empty(&key.hmac));
    ERR_clear_error();
}

static const struct named_test tests[] = {
    {"unusable hashes are refused", test_unusable_hashes_are_refused},
    {"usable hashes tell their sizes", test_usable_hashes_tell_their_sizes},
    {"digest joins its parts", test_digest_joins_its_parts},
    {"HMAC agrees for every kind of key length", test_hmac_agrees_for_every_kind_of_key_length},
    {"work is wiped, whatever it computed last", test_work_is_wiped_whatever_it_computed_last},
    {"label needs a protocol with a prefix", test_label_needs_a_protocol_with_a_prefix},
    {"output of no length is refused", test_output_of_no_length_is_refused},
    {"SSL 3.0 output ends with the alphabet", test_ssl3_output_ends_with_the_alphabet},
    {"HKDF limits are kept", test_hkdf_limits_are_kept},
    {"longest HKDF output agrees", test_longest_hkdf_output_agrees},
    {"failing hash leaves no output", test_failing_hash_leaves_no_output},
    {"keying with a broken hash leaves no key", test_keying_with_a_broken_hash_leaves_no_key},
};

int main(void)
{
    return RUN_TESTS("schedule", init, cleanup, tests);
}
