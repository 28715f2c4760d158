/* SPDX-License-Identifier: Apache-2.0
 *
 * Several threads with the same handles: deriving from one secret, using one session key or one
 * transcript hash, and freeing what others are using.  CUnit's assertions are for one thread, so
 * threads count their complaints and the test looks at the counts.
 */
#include "shim/support.h"
#include "shim/support/provider.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { MAX_THREADS = 8, ROUNDS = 200, RACES = 100, BUFFER_LEN = 256, PLAIN_LEN = 24 };
enum { DIGEST_LEN = 32 };

/* What the threads of one test have in common. */
struct shared {
    NCRYPT_KEY_HANDLE key;
    NCRYPT_HASH_HANDLE hash;
    struct opaque_blob expected;
    BYTE digest[DIGEST_LEN];
    _Atomic unsigned wrong;
    _Atomic unsigned freed;
    _Atomic unsigned served;
    pthread_barrier_t start;
};

struct worker {
    struct shared *shared;
    ULONGLONG number;
    pthread_t thread;
};

static void complain_if(bool wrong, struct shared *shared)
{
    if (wrong)
        atomic_fetch_add(&shared->wrong, 1);
}

/* Runs the body in threads that begin together; the threads with odd numbers may do another. */
static void run_threads(
    struct shared *shared, unsigned count, void *(*even)(void *), void *(*odd)(void *))
{
    struct worker workers[MAX_THREADS];
    unsigned started = 0;

    atomic_init(&shared->wrong, 0);
    atomic_init(&shared->freed, 0);
    atomic_init(&shared->served, 0);
    CU_ASSERT_EQUAL_FATAL(pthread_barrier_init(&shared->start, NULL, count), 0);
    for (; started < count; started++) {
        workers[started].shared = shared;
        workers[started].number = started;
        /* The threads that have started wait for all others, so a missing one ends the test. */
        if (pthread_create(&workers[started].thread, NULL, started % 2 == 0 ? even : odd,
                &workers[started]) != 0)
            abort();
    }
    for (unsigned i = 0; i < count; i++)
        CU_ASSERT_EQUAL(pthread_join(workers[i].thread, NULL), 0);
    pthread_barrier_destroy(&shared->start);
    CU_ASSERT_EQUAL(atomic_load(&shared->wrong), 0);
}

/* ---- One master key ---- */

static void *derive(void *argument)
{
    struct worker *worker = argument;
    struct shared *shared = worker->shared;

    pthread_barrier_wait(&shared->start);
    for (int i = 0; i < ROUNDS; i++) {
        struct key_pair keys;
        struct opaque_blob blob;

        if (generate(provider, shared->key, &keys) != ERROR_SUCCESS) {
            complain_if(true, shared);
            continue;
        }
        complain_if(export_opaque(provider, keys.write, &blob) != ERROR_SUCCESS, shared);
        complain_if(memcmp(&blob, &shared->expected, sizeof(blob)) != 0, shared);
        free_pair(&keys);
    }
    return NULL;
}

static void derive_in_threads(unsigned count)
{
    struct shared shared = {0};
    struct key_pair keys;

    EXPECT_SUCCESS(import_master(provider, TLS1_2_PROTOCOL_VERSION, SUITE_AES256_GCM,
                       NCRYPT_SSL_CLIENT_FLAG, &shared.key),
        "import");
    EXPECT_SUCCESS(generate(provider, shared.key, &keys), "generate");
    EXPECT_SUCCESS(export_opaque(provider, keys.write, &shared.expected), "export");
    free_pair(&keys);
    run_threads(&shared, count, derive, derive);
    EXPECT_SUCCESS(SslFreeObject(shared.key, 0), "free");
}

static void test_two_threads_derive_from_one_master_key(void)
{
    derive_in_threads(2);
}

static void test_eight_threads_derive_from_one_master_key(void)
{
    derive_in_threads(8);
}

/* ---- One secret of TLS 1.3 ---- */

static BYTE message[] = {2, 0, 0, 4, 'a', 'b', 'c', 'd'};

/* The session key of the server's traffic secret, as a blob; what is in between is freed. */
static SECURITY_STATUS expand(const struct shared *shared, struct opaque_blob *blob)
{
    NCRYPT_KEY_HANDLE client = 0, server = 0, key = 0;
    SECURITY_STATUS status =
        SslExpandTrafficKeys(provider, shared->key, shared->hash, &client, &server, NULL, 0);

    if (status != ERROR_SUCCESS)
        return status;
    status = SslExpandWriteKey(provider, server, &key, NULL, 0);
    if (status == ERROR_SUCCESS)
        status = export_opaque(provider, key, blob);
    SslFreeObject(client, 0);
    SslFreeObject(server, 0);
    SslFreeObject(key, 0);
    return status;
}

static void *expand_traffic_keys(void *argument)
{
    struct worker *worker = argument;
    struct shared *shared = worker->shared;

    pthread_barrier_wait(&shared->start);
    for (int i = 0; i < ROUNDS; i++) {
        struct opaque_blob blob;

        complain_if(expand(shared, &blob) != ERROR_SUCCESS, shared);
        complain_if(memcmp(&blob, &shared->expected, sizeof(blob)) != 0, shared);
    }
    return NULL;
}

static SECURITY_STATUS import_stage(DWORD kind, NCRYPT_KEY_HANDLE *key)
{
    const struct secret_blob blob = make_secret(
        kind, TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG, DIGEST_LEN);

    return import_secret(provider, &blob, key);
}

/* A secret, and a hash that has seen a message. */
static void open_schedule(DWORD kind, struct shared *shared)
{
    EXPECT_SUCCESS(import_stage(kind, &shared->key), "secret");
    EXPECT_SUCCESS(SslCreateHandshakeHash(
                       provider, &shared->hash, TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES128_GCM, 0),
        "hash");
    EXPECT_SUCCESS(
        SslHashHandshake(provider, shared->hash, message, sizeof(message), 0), "message");
}

static void test_threads_expand_from_one_secret(void)
{
    static const DWORD stages[] = {NCRYPTSSL_KIND_HANDSHAKE_SECRET, NCRYPTSSL_KIND_MASTER_SECRET};

    for (size_t i = 0; i < COUNT(stages); i++) {
        struct shared shared = {0};

        open_schedule(stages[i], &shared);
        EXPECT_SUCCESS(expand(&shared, &shared.expected), "expand");
        run_threads(&shared, MAX_THREADS, expand_traffic_keys, expand_traffic_keys);
        EXPECT_SUCCESS(SslFreeObject(shared.key, 0), "secret");
        EXPECT_SUCCESS(SslFreeObject(shared.hash, 0), "hash");
    }
}

static void *expand_until_refused(void *argument)
{
    struct worker *worker = argument;
    struct shared *shared = worker->shared;
    struct opaque_blob blob;
    SECURITY_STATUS status;

    pthread_barrier_wait(&shared->start);
    do {
        status = expand(shared, &blob);
    } while (status == ERROR_SUCCESS);
    complain_if(status != NTE_INVALID_HANDLE, shared);
    return NULL;
}

/* ---- One transcript hash ---- */

static SECURITY_STATUS digest_of(NCRYPT_HASH_HANDLE hash, BYTE digest[DIGEST_LEN])
{
    DWORD len = 0;
    const SECURITY_STATUS status =
        SslComputeSessionHash(provider, hash, TLS1_3_PROTOCOL_VERSION, digest, DIGEST_LEN, &len, 0);

    return status == ERROR_SUCCESS && len != DIGEST_LEN ? NTE_FAIL : status;
}

/* Goes on hashing in a copy. */
static SECURITY_STATUS hash_a_duplicate(NCRYPT_HASH_HANDLE hash, BYTE digest[DIGEST_LEN])
{
    NCRYPT_HASH_HANDLE copy = 0;
    SECURITY_STATUS status = SslDuplicateTranscriptHash(provider, hash, &copy, 0);

    if (status == ERROR_SUCCESS)
        status = SslHashHandshake(provider, copy, message, sizeof(message), 0);
    if (status == ERROR_SUCCESS)
        status = digest_of(copy, digest);
    SslFreeObject(copy, 0);
    return status;
}

static void *hash_duplicates(void *argument)
{
    struct worker *worker = argument;
    struct shared *shared = worker->shared;

    pthread_barrier_wait(&shared->start);
    for (int i = 0; i < ROUNDS; i++) {
        BYTE digest[DIGEST_LEN] = {0};

        complain_if(hash_a_duplicate(shared->hash, digest) != ERROR_SUCCESS, shared);
        complain_if(memcmp(digest, shared->digest, DIGEST_LEN) != 0, shared);
    }
    return NULL;
}

/* The digest of a copy is then that of any moment. */
static void *duplicate_a_moving_hash(void *argument)
{
    struct worker *worker = argument;
    struct shared *shared = worker->shared;

    pthread_barrier_wait(&shared->start);
    for (int i = 0; i < ROUNDS; i++) {
        BYTE digest[DIGEST_LEN];

        complain_if(hash_a_duplicate(shared->hash, digest) != ERROR_SUCCESS, shared);
    }
    return NULL;
}

static void *expand_from_a_moving_hash(void *argument)
{
    struct worker *worker = argument;
    struct shared *shared = worker->shared;

    pthread_barrier_wait(&shared->start);
    for (int i = 0; i < ROUNDS; i++) {
        struct opaque_blob blob;

        complain_if(expand(shared, &blob) != ERROR_SUCCESS, shared);
    }
    return NULL;
}

static void *go_on_hashing(void *argument)
{
    struct worker *worker = argument;
    struct shared *shared = worker->shared;

    pthread_barrier_wait(&shared->start);
    for (int i = 0; i < ROUNDS; i++)
        complain_if(
            SslHashHandshake(provider, shared->hash, message, sizeof(message), 0) != ERROR_SUCCESS,
            shared);
    return NULL;
}

static void test_threads_duplicate_one_transcript_hash(void)
{
    struct shared shared = {0};
    BYTE before[DIGEST_LEN], after[DIGEST_LEN];

    open_schedule(NCRYPTSSL_KIND_HANDSHAKE_SECRET, &shared);
    EXPECT_SUCCESS(digest_of(shared.hash, before), "before");
    EXPECT_SUCCESS(hash_a_duplicate(shared.hash, shared.digest), "duplicate");
    EXPECT(memcmp(shared.digest, before, DIGEST_LEN) != 0, "a message more");
    run_threads(&shared, MAX_THREADS, hash_duplicates, hash_duplicates);
    EXPECT_SUCCESS(digest_of(shared.hash, after), "after");
    EXPECT(memcmp(before, after, DIGEST_LEN) == 0, "what was duplicated has not moved");
    run_threads(&shared, MAX_THREADS, duplicate_a_moving_hash, go_on_hashing);
    run_threads(&shared, MAX_THREADS, expand_from_a_moving_hash, go_on_hashing);
    EXPECT_SUCCESS(digest_of(shared.hash, after), "after");
    EXPECT(memcmp(before, after, DIGEST_LEN) != 0, "what was hashed has moved");
    EXPECT_SUCCESS(SslFreeObject(shared.key, 0), "secret");
    EXPECT_SUCCESS(SslFreeObject(shared.hash, 0), "hash");
}

/* ---- One session key ---- */

static BYTE records[MAX_THREADS * ROUNDS][BUFFER_LEN];
static DWORD record_lens[MAX_THREADS * ROUNDS];
static BYTE plain[PLAIN_LEN] = "what each thread sends";

static void *write_records(void *argument)
{
    struct worker *worker = argument;
    struct shared *shared = worker->shared;

    pthread_barrier_wait(&shared->start);
    for (ULONGLONG i = 0; i < ROUNDS; i++) {
        const ULONGLONG sequence = worker->number * ROUNDS + i;

        complain_if(
            SslEncryptPacket(provider, shared->key, plain, PLAIN_LEN, records[sequence], BUFFER_LEN,
                &record_lens[sequence], sequence, CT_APPLICATIONDATA, 0) != ERROR_SUCCESS,
            shared);
    }
    return NULL;
}

static void *read_records(void *argument)
{
    struct worker *worker = argument;
    struct shared *shared = worker->shared;

    pthread_barrier_wait(&shared->start);
    for (ULONGLONG i = 0; i < ROUNDS; i++) {
        const ULONGLONG sequence = worker->number * ROUNDS + i;
        BYTE opened[BUFFER_LEN];
        DWORD len = 0;

        complain_if(
            SslDecryptPacket(provider, shared->key, records[sequence], record_lens[sequence],
                opened, sizeof(opened), &len, sequence, 0) != ERROR_SUCCESS,
            shared);
        complain_if(len != PLAIN_LEN || memcmp(opened, plain, PLAIN_LEN) != 0, shared);
    }
    return NULL;
}

static void share_session_keys(DWORD protocol, DWORD suite)
{
    struct shared shared = {0};
    struct key_pair client, server;

    EXPECT_SUCCESS(make_side(provider, protocol, suite, NCRYPT_SSL_CLIENT_FLAG, &client), "client");
    EXPECT_SUCCESS(make_side(provider, protocol, suite, NCRYPT_SSL_SERVER_FLAG, &server), "server");
    shared.key = client.write;
    run_threads(&shared, MAX_THREADS, write_records, write_records);
    shared.key = server.read;
    run_threads(&shared, MAX_THREADS, read_records, read_records);
    free_pair(&client);
    free_pair(&server);
}

static void test_threads_share_a_write_key_and_a_read_key(void)
{
    share_session_keys(TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM);
    share_session_keys(TLS1_2_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA);
    share_session_keys(TLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES128_GCM);
    share_session_keys(DTLS1_3_PROTOCOL_VERSION, SUITE_TLS13_AES128_GCM);
    share_session_keys(DTLS1_3_PROTOCOL_VERSION, SUITE_TLS13_CHACHA20);
}

/* A key of TLS 1.3 does both, so that writers and readers meet on it: half of the threads read
 * what was written before, while the others write theirs again. */
static void test_threads_write_and_read_with_one_key(void)
{
    static const DWORD suites[] = {SUITE_TLS13_AES128_GCM, SUITE_TLS13_CHACHA20, SUITE_TLS13_CCM_8};

    for (size_t i = 0; i < COUNT(suites); i++) {
        struct shared shared = {0};

        EXPECT_SUCCESS(
            make_traffic_key(provider, suites[i], NCRYPT_SSL_CLIENT_FLAG, &shared.key), "key");
        run_threads(&shared, MAX_THREADS, write_records, write_records);
        run_threads(&shared, MAX_THREADS, write_records, read_records);
        run_threads(&shared, MAX_THREADS, read_records, write_records);
        run_threads(&shared, MAX_THREADS, read_records, read_records);
        EXPECT_SUCCESS(SslFreeObject(shared.key, 0), "free");
    }
}

/* ---- Freed while in use ---- */

/* Uses the handle until it is refused: nothing between the two answers is possible. */
static void *use_until_refused(void *argument)
{
    struct worker *worker = argument;
    struct shared *shared = worker->shared;
    SECURITY_STATUS status;

    pthread_barrier_wait(&shared->start);
    do {
        BYTE record[BUFFER_LEN];
        DWORD len = 0;

        status = SslEncryptPacket(provider, shared->key, plain, PLAIN_LEN, record, sizeof(record),
            &len, worker->number, CT_APPLICATIONDATA, 0);
        if (status == ERROR_SUCCESS)
            atomic_fetch_add(&shared->served, 1);
    } while (status == ERROR_SUCCESS);
    complain_if(status != NTE_INVALID_HANDLE, shared);
    return NULL;
}

static void *derive_until_refused(void *argument)
{
    struct worker *worker = argument;
    struct shared *shared = worker->shared;
    SECURITY_STATUS status;

    pthread_barrier_wait(&shared->start);
    do {
        struct key_pair keys;

        status = generate(provider, shared->key, &keys);
        if (status == ERROR_SUCCESS) {
            atomic_fetch_add(&shared->served, 1);
            free_pair(&keys);
        }
    } while (status == ERROR_SUCCESS);
    complain_if(status != NTE_INVALID_HANDLE, shared);
    return NULL;
}

/* All but one of those who free come too late. */
static void *free_it(void *argument)
{
    struct worker *worker = argument;
    struct shared *shared = worker->shared;
    SECURITY_STATUS status;

    pthread_barrier_wait(&shared->start);
    if (worker->number > 1) /* some at once, some after a while */
        sched_yield();
    status = SslFreeObject(shared->key, 0);
    if (status == ERROR_SUCCESS)
        atomic_fetch_add(&shared->freed, 1);
    complain_if(status != ERROR_SUCCESS && status != STATUS_INVALID_HANDLE, shared);
    return NULL;
}

static void test_session_key_is_freed_while_in_use(void)
{
    for (int i = 0; i < RACES; i++) {
        struct shared shared = {0};
        struct key_pair keys;

        EXPECT_SUCCESS(make_side(provider, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM,
                           NCRYPT_SSL_CLIENT_FLAG, &keys),
            "generate");
        shared.key = keys.write;
        run_threads(&shared, 4, use_until_refused, free_it);
        CU_ASSERT_EQUAL(atomic_load(&shared.freed), 1);
        SslFreeObject(keys.read, 0);
    }
}

static void test_master_key_is_freed_while_in_use(void)
{
    for (int i = 0; i < RACES; i++) {
        struct shared shared = {0};

        EXPECT_SUCCESS(import_master(provider, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM,
                           NCRYPT_SSL_CLIENT_FLAG, &shared.key),
            "import");
        run_threads(&shared, 4, derive_until_refused, free_it);
        CU_ASSERT_EQUAL(atomic_load(&shared.freed), 1);
    }
}

static void test_secret_of_tls13_is_freed_while_in_use(void)
{
    for (int i = 0; i < RACES; i++) {
        struct shared shared = {0};

        open_schedule(NCRYPTSSL_KIND_MASTER_SECRET, &shared);
        run_threads(&shared, 4, expand_until_refused, free_it);
        CU_ASSERT_EQUAL(atomic_load(&shared.freed), 1);
        EXPECT_SUCCESS(SslFreeObject(shared.hash, 0), "hash");
    }
}

/* ---- Providers ---- */

static void *count_up_and_down(void *argument)
{
    struct worker *worker = argument;
    struct shared *shared = worker->shared;

    pthread_barrier_wait(&shared->start);
    for (int i = 0; i < ROUNDS; i++) {
        complain_if(SslIncrementProviderReferenceCount(shared->key) != ERROR_SUCCESS, shared);
        complain_if(SslDecrementProviderReferenceCount(shared->key) != ERROR_SUCCESS, shared);
    }
    return NULL;
}

static void test_references_are_counted_exactly(void)
{
    struct shared shared = {0};

    EXPECT_SUCCESS(SslOpenProvider(&shared.key, NULL, 0), "open");
    run_threads(&shared, MAX_THREADS, count_up_and_down, count_up_and_down);
    EXPECT_SUCCESS(SslFreeObject(shared.key, 0), "the one reference that is left");
    EXPECT_STATUS(SslFreeObject(shared.key, 0), STATUS_INVALID_HANDLE, "none is left");
}

/* With no other handle open, the context behind them comes and goes under the threads. */
static void *open_and_close(void *argument)
{
    struct worker *worker = argument;
    struct shared *shared = worker->shared;

    pthread_barrier_wait(&shared->start);
    for (int i = 0; i < 10; i++) {
        NCRYPT_PROV_HANDLE own = 0;
        NCRYPT_KEY_HANDLE master = 0;
        struct key_pair keys = {0, 0};

        complain_if(SslOpenProvider(&own, NULL, 0) != ERROR_SUCCESS, shared);
        complain_if(import_master(own, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM,
                        NCRYPT_SSL_CLIENT_FLAG, &master) != ERROR_SUCCESS,
            shared);
        complain_if(SslFreeObject(own, 0) != ERROR_SUCCESS, shared);
        complain_if(generate(own, master, &keys) != NTE_INVALID_HANDLE, shared);
        complain_if(SslFreeObject(master, 0) != ERROR_SUCCESS, shared);
    }
    return NULL;
}

static void test_providers_open_and_close_in_all_threads(void)
{
    struct shared shared = {0};

    EXPECT_SUCCESS(SslFreeObject(provider, 0), "close the handle of the other tests");
    run_threads(&shared, MAX_THREADS, open_and_close, open_and_close);
    EXPECT_SUCCESS(SslOpenProvider(&provider, NULL, 0), "open it again");
}

static void *list_and_free(void *argument)
{
    struct worker *worker = argument;
    struct shared *shared = worker->shared;

    pthread_barrier_wait(&shared->start);
    for (int i = 0; i < ROUNDS; i++) {
        NCryptProviderName *list = NULL;
        DWORD count = 0;

        complain_if(SslEnumProtocolProviders(&count, &list, 0) != ERROR_SUCCESS, shared);
        complain_if(count != 1 || SslFreeBuffer(list) != ERROR_SUCCESS, shared);
    }
    return NULL;
}

static void test_buffers_are_made_and_freed_in_all_threads(void)
{
    struct shared shared = {0};

    run_threads(&shared, MAX_THREADS, list_and_free, list_and_free);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_two_threads_derive_from_one_master_key),
        TEST(test_eight_threads_derive_from_one_master_key),
        TEST(test_threads_expand_from_one_secret),
        TEST(test_threads_duplicate_one_transcript_hash),
        TEST(test_threads_share_a_write_key_and_a_read_key),
        TEST(test_threads_write_and_read_with_one_key),
        TEST(test_session_key_is_freed_while_in_use),
        TEST(test_master_key_is_freed_while_in_use),
        TEST(test_secret_of_tls13_is_freed_while_in_use),
        TEST(test_references_are_counted_exactly),
        TEST(test_providers_open_and_close_in_all_threads),
        TEST(test_buffers_are_made_and_freed_in_all_threads),
    };

    return RUN_TESTS("threads", open_provider, close_provider, tests);
}
