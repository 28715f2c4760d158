/* SPDX-License-Identifier: Apache-2.0
 *
 * Key objects: which secrets they take, who owns their handles, when two are equal, and several
 * threads that derive from one while it is closed.
 */
#include "cunit/run_tests.h"
#include "keys/key.h"
#include "schedule/key_block.h"
#include "unit/hashes.h"

#include <openssl/err.h>
#include <pthread.h>

enum { LAST_KIND = SSLP_KEY_PRE_MASTER_SECRET, THREADS = 4, DERIVATIONS = 50 };

static struct test_hashes hashes;
static struct sslp_handle_table *table;
static uint8_t secret[SSLP_MAX_PRE_MASTER + 1];
static const uint8_t client_random[SSLP_RANDOM_LEN] = {1, 2, 3},
                     server_random[SSLP_RANDOM_LEN] = {4, 5, 6};

static int init(void)
{
    for (size_t i = 0; i < sizeof(secret); i++)
        secret[i] = (uint8_t)(i * 11 + 1);
    table = sslp_key_table_new();
    return table != NULL && test_hashes_open(&hashes) ? 0 : 1;
}

static int cleanup(void)
{
    sslp_handle_table_free(table);
    test_hashes_close(&hashes);
    return 0;
}

static bool is_tls13_kind(enum sslp_key_kind kind)
{
    return kind != SSLP_KEY_MASTER_SECRET && kind != SSLP_KEY_PRE_MASTER_SECRET;
}

static struct sslp_key_attributes attributes_of(
    enum sslp_key_kind kind, uint32_t version, uint32_t suite)
{
    return (struct sslp_key_attributes){.kind = kind,
        .protocol = sslp_protocol_by_version(version),
        .suite = sslp_suite_by_id(suite),
        .role = SSLP_ROLE_CLIENT};
}

/* Attributes that suit the kind: TLS 1.2 or 1.3, each with a suite on SHA-256. */
static struct sslp_key_attributes suitable(enum sslp_key_kind kind)
{
    return is_tls13_kind(kind) ? attributes_of(kind, SSLP_TLS1_3, 0x1301)
                               : attributes_of(kind, SSLP_TLS1_2, 0xC02F);
}

static size_t suitable_len(enum sslp_key_kind kind)
{
    return is_tls13_kind(kind) ? 32 : SSLP_MASTER_SECRET_LEN;
}

static struct sslp_key *new_key(const struct sslp_key_attributes *attributes, size_t len)
{
    const struct sslp_prf prf = test_prf(&hashes,
        attributes->protocol != NULL ? attributes->protocol->prf_kind : SSLP_PRF_TLS12,
        &hashes.of[TEST_SHA256]);
    struct sslp_key *key = NULL;

    CU_ASSERT_EQUAL_FATAL(sslp_key_new(table, attributes, sslp_bytes(secret, len),
                              sslp_key_kind_has_prf(attributes->kind) ? &prf : NULL, &key),
        SSLP_OK);
    return key;
}

static void test_names_of_kinds_and_roles(void)
{
    static const char *const bad[] = {
        "", "master", "master-secre", "master-secret-", "MASTER-SECRET"};

    for (int kind = SSLP_KEY_NONE + 1; kind <= LAST_KIND; kind++) {
        const char *name = sslp_key_kind_name((enum sslp_key_kind)kind);

        CU_ASSERT_PTR_NOT_NULL_FATAL(name);
        CU_ASSERT_EQUAL((int)sslp_key_kind_by_name(name, strlen(name)), kind);
        CU_ASSERT_EQUAL(sslp_key_kind_by_name(name, strlen(name) - 1), SSLP_KEY_NONE);
        CU_ASSERT_EQUAL(sslp_key_kind_by_name(name, strlen(name) + 1), SSLP_KEY_NONE);
    }
    CU_ASSERT_PTR_NULL(sslp_key_kind_name(SSLP_KEY_NONE));
    CU_ASSERT_PTR_NULL(sslp_key_kind_name((enum sslp_key_kind)(LAST_KIND + 1)));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CU_ASSERT_EQUAL(sslp_key_kind_by_name(bad[i], strlen(bad[i])), SSLP_KEY_NONE);
        CU_ASSERT_EQUAL(sslp_role_by_name(bad[i], strlen(bad[i])), SSLP_ROLE_NONE);
    }
    CU_ASSERT_EQUAL(sslp_role_by_name("client", 6), SSLP_ROLE_CLIENT);
    CU_ASSERT_EQUAL(sslp_role_by_name("server", 6), SSLP_ROLE_SERVER);
    CU_ASSERT_EQUAL(sslp_role_by_name("clients", 7), SSLP_ROLE_NONE);
    CU_ASSERT_STRING_EQUAL(sslp_role_name(SSLP_ROLE_CLIENT), "client");
    CU_ASSERT_STRING_EQUAL(sslp_role_name(SSLP_ROLE_SERVER), "server");
    CU_ASSERT_PTR_NULL(sslp_role_name(SSLP_ROLE_NONE));
}

static void test_lengths_follow_from_kind(void)
{
    static const size_t lengths[] = {0, 1, 31, 32, 33, 47, 48, 49, 512, 513, 131074, 131075};

    for (int kind = SSLP_KEY_NONE + 1; kind <= LAST_KIND; kind++) {
        const struct sslp_key_attributes attributes = suitable((enum sslp_key_kind)kind);
        struct sslp_key_attributes longer = attributes;

        longer.suite = sslp_suite_by_id(is_tls13_kind((enum sslp_key_kind)kind) ? 0x1302 : 0xC030);
        for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
            const size_t len = lengths[i];
            bool fits = len == 32, longer_fits = len == 48; /* RFC 8446 section 7.1 */

            if (kind == SSLP_KEY_MASTER_SECRET)
                fits = longer_fits = len == 48; /* RFC 5246 section 8.1 */
            else if (kind == SSLP_KEY_PRE_MASTER_SECRET)
                fits = longer_fits = len >= 1 && len <= 131074; /* RFC 4279 section 2 */
            else if (kind == SSLP_KEY_PRE_SHARED_KEY)
                fits = longer_fits = len >= 1 && len <= 512;
            CU_ASSERT_EQUAL(
                sslp_key_kind_check(attributes.kind, attributes.protocol, attributes.suite, len),
                fits ? SSLP_OK : SSLP_ERR_SECRET_LENGTH);
            CU_ASSERT_EQUAL(sslp_key_kind_check(longer.kind, longer.protocol, longer.suite, len),
                longer_fits ? SSLP_OK : SSLP_ERR_SECRET_LENGTH);
        }
    }
}

static void test_protocol_and_suite_have_to_suit(void)
{
    for (int number = SSLP_KEY_NONE + 1; number <= LAST_KIND; number++) {
        const enum sslp_key_kind kind = (enum sslp_key_kind)number;
        const size_t len = suitable_len(kind);
        struct sslp_key_attributes attributes = suitable(kind);

        /* A kind of the other key schedule, and then a suite of another version. */
        attributes.protocol =
            sslp_protocol_by_version(is_tls13_kind(kind) ? SSLP_TLS1_2 : SSLP_TLS1_3);
        CU_ASSERT_EQUAL(
            sslp_key_kind_check(attributes.kind, attributes.protocol, attributes.suite, len),
            SSLP_ERR_KEY_KIND);
        attributes = suitable(kind);
        attributes.suite = sslp_suite_by_id(is_tls13_kind(kind) ? 0xC02F : 0x1301);
        CU_ASSERT_EQUAL(
            sslp_key_kind_check(attributes.kind, attributes.protocol, attributes.suite, len),
            SSLP_ERR_SUITE_PROTOCOL);
        /* The length of a TLS 1.3 secret is that of its suite's hash. */
        attributes.suite = NULL;
        CU_ASSERT_EQUAL(
            sslp_key_kind_check(attributes.kind, attributes.protocol, attributes.suite, len),
            is_tls13_kind(kind) && kind != SSLP_KEY_PRE_SHARED_KEY ? SSLP_ERR_SECRET_LENGTH
                                                                   : SSLP_OK);
    }
    CU_ASSERT_EQUAL(sslp_key_kind_check(SSLP_KEY_PRE_MASTER_SECRET, NULL, NULL, 1), SSLP_OK);
}

static void test_refused_key_leaves_nothing(void)
{
    const uint64_t before = sslp_handle_table_count(table);
    const struct sslp_hash broken = {NULL, 32, 64, NULL};
    const struct sslp_prf prf = {SSLP_PRF_TLS12, &broken, &broken, &broken};
    const struct sslp_key_attributes attributes = suitable(SSLP_KEY_MASTER_SECRET);
    struct sslp_key_attributes wrong = attributes;
    struct sslp_key *key = (struct sslp_key *)&wrong;

    CU_ASSERT_EQUAL(sslp_key_new(table, &attributes, sslp_bytes(secret, 47), NULL, &key),
        SSLP_ERR_SECRET_LENGTH);
    CU_ASSERT_PTR_NULL(key);
    wrong.protocol = sslp_protocol_by_version(SSLP_TLS1_3);
    key = (struct sslp_key *)&wrong;
    CU_ASSERT_EQUAL(
        sslp_key_new(table, &wrong, sslp_bytes(secret, 48), NULL, &key), SSLP_ERR_KEY_KIND);
    CU_ASSERT_PTR_NULL(key);
    key = (struct sslp_key *)&wrong;
    CU_ASSERT_NOT_EQUAL(
        sslp_key_new(table, &attributes, sslp_bytes(secret, 48), &prf, &key), SSLP_OK);
    CU_ASSERT_PTR_NULL(key);
    CU_ASSERT_EQUAL(sslp_handle_table_count(table), before);
    ERR_clear_error();
}

static void test_every_kind_lives_and_ends(void)
{
    const uint64_t before = sslp_handle_table_count(table);

    for (int number = SSLP_KEY_NONE + 1; number <= LAST_KIND; number++) {
        const enum sslp_key_kind kind = (enum sslp_key_kind)number;
        const struct sslp_key_attributes attributes = suitable(kind);
        struct sslp_key *key = new_key(&attributes, suitable_len(kind));
        const uint64_t handle = key->handle;

        CU_ASSERT_EQUAL(key->attributes.kind, kind);
        CU_ASSERT_EQUAL(key->secret_len, suitable_len(kind));
        CU_ASSERT(memcmp(key->secret, secret, key->secret_len) == 0);
        CU_ASSERT_PTR_NOT_EQUAL(key->secret, secret);
        CU_ASSERT_EQUAL(key->prf_key.hmac.size != 0, sslp_key_kind_has_prf(kind));
        CU_ASSERT_PTR_EQUAL(sslp_key_acquire(table, handle), key);
        CU_ASSERT_PTR_EQUAL(sslp_key_retain(key), key);
        sslp_key_close(key);
        CU_ASSERT_PTR_NULL(sslp_key_acquire(table, handle));
        sslp_key_release(key);
        /* The last reference still holds the secret. */
        CU_ASSERT(memcmp(key->secret, secret, key->secret_len) == 0);
        CU_ASSERT_EQUAL(sslp_handle_table_count(table), before + 1);
        sslp_key_release(key);
        CU_ASSERT_EQUAL(sslp_handle_table_count(table), before);
        CU_ASSERT_PTR_NULL(sslp_key_acquire(table, handle));
    }
}

static void test_forged_handles_give_no_key(void)
{
    const struct sslp_key_attributes attributes = suitable(SSLP_KEY_MASTER_SECRET);
    struct sslp_key *key = new_key(&attributes, 48);
    size_t wrong = sslp_key_acquire(table, 0) != NULL;

    for (unsigned bit = 0; bit < 64; bit++)
        wrong += sslp_key_acquire(table, key->handle ^ (UINT64_C(1) << bit)) != NULL;
    CU_ASSERT_EQUAL(wrong, 0);
    sslp_key_close(key);
    CU_ASSERT_PTR_NULL(sslp_key_retain(NULL));
    sslp_key_release(NULL);
    sslp_key_close(NULL);
}

static void test_one_owner_adopts(void)
{
    const struct sslp_key_attributes attributes = suitable(SSLP_KEY_MASTER_SECRET);
    struct sslp_key *key = new_key(&attributes, 48);
    const uint64_t handle = key->handle;

    /* Whoever makes a key owns it, until it is given up. */
    CU_ASSERT_FALSE(sslp_key_adopt(key));
    CU_ASSERT_EQUAL(sslp_key_disown(key), handle);
    CU_ASSERT_PTR_EQUAL_FATAL(sslp_key_acquire(table, handle), key);
    CU_ASSERT(sslp_key_adopt(key));
    CU_ASSERT_FALSE(sslp_key_adopt(key));
    sslp_key_release(key);
    sslp_key_close(key);
    CU_ASSERT_PTR_NULL(sslp_key_acquire(table, handle));
}

/* A handle is live as long as it has an owner of either sort. */
static void test_owners_share_a_handle(void)
{
    const struct sslp_key_attributes attributes = suitable(SSLP_KEY_MASTER_SECRET);
    struct sslp_key *key = new_key(&attributes, 48);
    const uint64_t handle = key->handle;

    CU_ASSERT(sslp_key_share(key));
    CU_ASSERT(sslp_key_share(key));
    CU_ASSERT_FALSE(sslp_key_adopt(key));
    sslp_key_close(key);
    /* The unique owner may go and come; there is still one at most. */
    CU_ASSERT(sslp_key_adopt(key));
    CU_ASSERT_FALSE(sslp_key_adopt(key));
    sslp_key_unshare(key);
    sslp_key_close(key);
    CU_ASSERT_PTR_EQUAL_FATAL(sslp_key_acquire(table, handle), key);
    sslp_key_unshare(key);
    /* The handle has ended, so an earlier reference no longer makes an owner. */
    CU_ASSERT_PTR_NULL(sslp_key_acquire(table, handle));
    CU_ASSERT_FALSE(sslp_key_share(key));
    CU_ASSERT_FALSE(sslp_key_adopt(key));
    sslp_key_release(key);
    sslp_key_unshare(NULL);
}

/* A handle from a KDF has no owner yet, so it may be shared at once. */
static void test_nobodys_handle_is_shared(void)
{
    const struct sslp_key_attributes attributes = suitable(SSLP_KEY_MASTER_SECRET);
    struct sslp_key *key = new_key(&attributes, 48);
    const uint64_t handle = sslp_key_disown(key);

    CU_ASSERT(sslp_key_share(key));
    CU_ASSERT(sslp_key_adopt(key));
    sslp_key_unshare(key);
    CU_ASSERT_PTR_EQUAL_FATAL(sslp_key_acquire(table, handle), key);
    sslp_key_release(key);
    sslp_key_close(key);
    CU_ASSERT_PTR_NULL(sslp_key_acquire(table, handle));
}

/* Whoever knows a handle may share it before its owner gives it up, and remains an owner. */
static void test_giving_up_takes_no_share_of_others(void)
{
    const struct sslp_key_attributes attributes = suitable(SSLP_KEY_MASTER_SECRET);
    struct sslp_key *key = new_key(&attributes, 48);
    const uint64_t handle = key->handle;

    CU_ASSERT(sslp_key_share(key));
    CU_ASSERT(sslp_key_share(key));
    CU_ASSERT_EQUAL(sslp_key_disown(key), handle);
    sslp_key_unshare(key);
    CU_ASSERT_PTR_EQUAL_FATAL(sslp_key_acquire(table, handle), key);
    CU_ASSERT(sslp_key_adopt(key));
    sslp_key_unshare(key);
    CU_ASSERT_PTR_EQUAL_FATAL(sslp_key_acquire(table, handle), key);
    sslp_key_release(key);
    sslp_key_close(key);
    CU_ASSERT_PTR_NULL(sslp_key_acquire(table, handle));
    CU_ASSERT_FALSE(sslp_key_share(key));
    sslp_key_release(key);
}

static void test_equality_takes_everything_into_account(void)
{
    const struct sslp_key_attributes attributes = suitable(SSLP_KEY_PRE_MASTER_SECRET);
    struct sslp_key_attributes others[6];
    struct sslp_key *key = new_key(&attributes, 48), *same = new_key(&attributes, 48), *other;

    CU_ASSERT(sslp_key_equal(key, key));
    CU_ASSERT(sslp_key_equal(key, same));
    CU_ASSERT_NOT_EQUAL(key->handle, same->handle);
    for (size_t i = 0; i < 6; i++)
        others[i] = attributes;
    others[0].kind = SSLP_KEY_MASTER_SECRET;
    others[1].protocol = sslp_protocol_by_version(SSLP_DTLS1_2);
    others[2].suite = sslp_suite_by_id(0xC030);
    others[3].role = SSLP_ROLE_SERVER;
    others[4].suite = NULL;
    others[5].protocol = NULL;
    for (size_t i = 0; i < 6; i++) {
        other = new_key(&others[i], 48);
        CU_ASSERT_FALSE(sslp_key_equal(key, other));
        CU_ASSERT_FALSE(sslp_key_equal(other, key));
        sslp_key_close(other);
    }
    other = new_key(&attributes, 47);
    CU_ASSERT_FALSE(sslp_key_equal(key, other));
    sslp_key_close(other);
    for (size_t i = 0; i < 48; i += 47) {
        secret[i] ^= 1;
        other = new_key(&attributes, 48);
        secret[i] ^= 1;
        CU_ASSERT_FALSE(sslp_key_equal(key, other));
        sslp_key_close(other);
    }
    sslp_key_close(key);
    sslp_key_close(same);
}

/* SSL 3.0 borrows the secret, which therefore has to be the object's own copy. */
static void test_derivation_outlives_the_callers_secret(void)
{
    static const uint32_t versions[] = {SSLP_SSL3, SSLP_TLS1_0, SSLP_TLS1_2};
    uint8_t expected[100], output[100];

    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        const struct sslp_key_attributes attributes =
            attributes_of(SSLP_KEY_MASTER_SECRET, versions[i], 0x002F);
        const struct sslp_prf prf =
            test_prf(&hashes, attributes.protocol->prf_kind, &hashes.of[TEST_SHA256]);
        uint8_t passing[48];
        struct sslp_prf_key direct;
        struct sslp_key *key;

        memcpy(passing, secret, sizeof(passing));
        CU_ASSERT_EQUAL_FATAL(sslp_prf_key_init(&direct, &prf, sslp_bytes(secret, 48)), SSLP_OK);
        CU_ASSERT_EQUAL_FATAL(
            sslp_key_new(table, &attributes, sslp_bytes(passing, 48), &prf, &key), SSLP_OK);
        memset(passing, 0, sizeof(passing));
        CU_ASSERT_EQUAL(
            sslp_key_block(&direct, client_random, server_random, expected, 100), SSLP_OK);
        CU_ASSERT_EQUAL(
            sslp_key_block(&key->prf_key, client_random, server_random, output, 100), SSLP_OK);
        CU_ASSERT(memcmp(output, expected, 100) == 0);
        sslp_prf_key_clear(&direct);
        sslp_key_close(key);
    }
}

struct worker {
    pthread_t thread;
    uint64_t handle;
    const struct sslp_session_keys *expected;
    pthread_barrier_t *start;
    bool close_at_end;
    size_t wrong, derived;
};

static void *derive_by_handle(void *argument)
{
    struct worker *worker = argument;

    pthread_barrier_wait(worker->start);
    for (size_t i = 0; i < DERIVATIONS; i++) {
        struct sslp_key *key = sslp_key_acquire(table, worker->handle);
        struct sslp_session_keys keys;

        if (key == NULL)
            break; /* another thread has closed it */
        keys.layout = key->layout;
        if (worker->close_at_end && i == DERIVATIONS - 1)
            sslp_key_close(key);
        worker->wrong += sslp_session_keys(&key->prf_key, key->attributes.suite, client_random,
                             server_random, &keys) != SSLP_OK ||
            memcmp(keys.bytes, worker->expected->bytes, keys.layout.len) != 0;
        sslp_key_release(key);
        worker->derived++;
    }
    return NULL;
}

static void test_threads_derive_from_one_key(void)
{
    static const uint32_t versions[] = {SSLP_SSL3, SSLP_TLS1_0, SSLP_TLS1_2};
    const uint64_t before = sslp_handle_table_count(table);

    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        const struct sslp_key_attributes attributes =
            attributes_of(SSLP_KEY_MASTER_SECRET, versions[i], 0x0035);
        struct sslp_key *key = new_key(&attributes, 48);
        struct worker workers[THREADS] = {{.handle = 0}};
        struct sslp_session_keys expected;
        pthread_barrier_t start;
        size_t wrong = 0, derived = 0, started = 0;

        expected.layout = sslp_key_layout_of(attributes.suite, attributes.protocol);
        CU_ASSERT_EQUAL_FATAL(sslp_session_keys(&key->prf_key, attributes.suite, client_random,
                                  server_random, &expected),
            SSLP_OK);
        CU_ASSERT_EQUAL_FATAL(pthread_barrier_init(&start, NULL, THREADS), 0);
        for (; started < THREADS; started++) {
            workers[started].handle = key->handle;
            workers[started].expected = &expected;
            workers[started].start = &start;
            workers[started].close_at_end = started == 0;
            CU_ASSERT_EQUAL_FATAL(
                pthread_create(&workers[started].thread, NULL, derive_by_handle, &workers[started]),
                0);
        }
        for (size_t k = 0; k < THREADS; k++) {
            pthread_join(workers[k].thread, NULL);
            wrong += workers[k].wrong;
            derived += workers[k].derived;
        }
        pthread_barrier_destroy(&start);
        CU_ASSERT_EQUAL(wrong, 0);
        CU_ASSERT(derived >= DERIVATIONS);
        CU_ASSERT_EQUAL(workers[0].derived, DERIVATIONS);
        CU_ASSERT_EQUAL(sslp_handle_table_count(table), before);
    }
}

static void test_teardown_takes_the_keys_that_are_left(void)
{
    struct sslp_handle_table *other = sslp_key_table_new();
    const struct sslp_key_attributes attributes = suitable(SSLP_KEY_PRE_MASTER_SECRET);
    struct sslp_key *key;

    CU_ASSERT_PTR_NOT_NULL_FATAL(other);
    for (size_t i = 0; i < 10; i++)
        CU_ASSERT_EQUAL(
            sslp_key_new(other, &attributes, sslp_bytes(secret, 48 + i), NULL, &key), SSLP_OK);
    CU_ASSERT_EQUAL(sslp_handle_table_count(other), 10);
    sslp_handle_table_free(other); /* a leak checker sees what this forgets */
}

static const struct named_test tests[] = {
    {"names of kinds and roles", test_names_of_kinds_and_roles},
    {"lengths follow from kind", test_lengths_follow_from_kind},
    {"protocol and suite have to suit", test_protocol_and_suite_have_to_suit},
    {"refused key leaves nothing", test_refused_key_leaves_nothing},
    {"every kind lives and ends", test_every_kind_lives_and_ends},
    {"forged handles give no key", test_forged_handles_give_no_key},
    {"one owner adopts", test_one_owner_adopts},
    {"owners share a handle", test_owners_share_a_handle},
    {"nobody's handle is shared", test_nobodys_handle_is_shared},
    {"giving up takes no share of others", test_giving_up_takes_no_share_of_others},
    {"equality takes everything into account", test_equality_takes_everything_into_account},
    {"derivation outlives the caller's secret", test_derivation_outlives_the_callers_secret},
    {"threads derive from one key", test_threads_derive_from_one_key},
    {"teardown takes the keys that are left", test_teardown_takes_the_keys_that_are_left},
};

int main(void)
{
    return RUN_TESTS("keys", init, cleanup, tests);
}
