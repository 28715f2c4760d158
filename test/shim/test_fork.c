/* SPDX-License-Identifier: Apache-2.0
 *
 * fork() while other threads are in the middle of calls with the same handles: the child goes on
 * with all of them.  What a thread that the child does not have was just working on is lost, where
 * its state is undefined, with a status that says so.  Nothing hangs: an alarm ends each child.
 */
#include "shim/support.h"

#include <limits.h>
#include <openssl/provider.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    MIXED_CHILDREN = 60, /* of each of two parents: the first thread, and another one */
    STATEFUL_CHILDREN = 40,
    CONTEXT_CHILDREN = 40,
    CHILD_LIFE = 60, /* seconds: a machine may be busy, and valgrind slow */
    MAX_THREADS = 8,
    PLAIN_LEN = 512,
    LONG_LEN = 0x4000,
    RECORD_LEN = LONG_LEN + 512,
    HASH_LEN = 32,
    TLS12 = TLS1_2_PROTOCOL_VERSION,
    TLS10 = TLS1_PROTOCOL_VERSION,
    CLIENT = NCRYPT_SSL_CLIENT_FLAG,
    SERVER = NCRYPT_SSL_SERVER_FLAG
};

#if defined(__has_feature)
#    if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#        define SANITIZED true
#    endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#    define SANITIZED true
#endif
#ifndef SANITIZED
#    define SANITIZED false
#endif

static char modules[PATH_MAX];
static NCRYPT_PROV_HANDLE provider;
static NCRYPT_KEY_HANDLE master;
static struct key_pair gcm, cbc, chained;
static NCRYPT_HASH_HANDLE hash;
static BYTE sealed_cbc[RECORD_LEN];
static DWORD sealed_cbc_len;
static _Atomic bool stop;
static _Atomic unsigned wrong;

static void complain_if(bool complaint)
{
    if (complaint)
        atomic_fetch_add(&wrong, 1);
}

/* ---- Calls ---- */

static SECURITY_STATUS seal(NCRYPT_KEY_HANDLE key, DWORD len, DWORD *sealed_len)
{
    BYTE plain[LONG_LEN] = {1}, record[RECORD_LEN];

    return SslEncryptPacket(
        provider, key, plain, len, record, sizeof(record), sealed_len, 1, 23, 0);
}

static SECURITY_STATUS open_cbc(void)
{
    BYTE plain[RECORD_LEN];
    DWORD len = 0;

    return SslDecryptPacket(
        provider, cbc.read, sealed_cbc, sealed_cbc_len, plain, sizeof(plain), &len, 1, 0);
}

static SECURITY_STATUS generate_and_free(void)
{
    struct key_pair keys;
    const SECURITY_STATUS status = generate(provider, master, &keys);

    if (status == ERROR_SUCCESS)
        free_pair(&keys);
    return status;
}

static SECURITY_STATUS hash_on(NCRYPT_HASH_HANDLE to)
{
    static BYTE message[LONG_LEN];

    return SslHashHandshake(provider, to, message, sizeof(message), 0);
}

static SECURITY_STATUS hash_alone(void)
{
    NCRYPT_HASH_HANDLE own = 0;
    SECURITY_STATUS status = SslCreateHandshakeHash(provider, &own, TLS12, SUITE_AES128_GCM, 0);

    if (status == ERROR_SUCCESS)
        status = hash_on(own);
    SslFreeObject(own, 0);
    return status;
}

/* Takes a buffer and frees it. */
static SECURITY_STATUS list_providers(void)
{
    NCryptProviderName *list = NULL;
    DWORD count = 0;
    const SECURITY_STATUS status = SslEnumProtocolProviders(&count, &list, 0);

    return status != ERROR_SUCCESS ? status : SslFreeBuffer(list);
}

static SECURITY_STATUS open_and_close(void)
{
    NCRYPT_PROV_HANDLE another = 0;
    const SECURITY_STATUS status = SslOpenProvider(&another, NULL, 0);

    SslFreeObject(another, 0);
    return status;
}

/* ---- Handles ---- */

static void make_all(void)
{
    struct key_pair server;
    BYTE plain[PLAIN_LEN] = {1};

    CU_ASSERT_EQUAL_FATAL(SslOpenProvider(&provider, NULL, 0), ERROR_SUCCESS);
    CU_ASSERT_EQUAL_FATAL(
        import_master(provider, TLS12, SUITE_AES128_GCM, CLIENT, &master), ERROR_SUCCESS);
    CU_ASSERT_EQUAL_FATAL(
        make_side(provider, TLS12, SUITE_AES128_GCM, CLIENT, &gcm), ERROR_SUCCESS);
    CU_ASSERT_EQUAL_FATAL(
        make_side(provider, TLS12, SUITE_AES128_CBC_SHA, CLIENT, &cbc), ERROR_SUCCESS);
    CU_ASSERT_EQUAL_FATAL(
        make_side(provider, TLS10, SUITE_AES128_CBC_SHA, CLIENT, &chained), ERROR_SUCCESS);
    CU_ASSERT_EQUAL_FATAL(
        SslCreateHandshakeHash(provider, &hash, TLS12, SUITE_AES128_GCM, 0), ERROR_SUCCESS);
    CU_ASSERT_EQUAL_FATAL(
        make_side(provider, TLS12, SUITE_AES128_CBC_SHA, SERVER, &server), ERROR_SUCCESS);
    CU_ASSERT_EQUAL_FATAL(SslEncryptPacket(provider, server.write, plain, PLAIN_LEN, sealed_cbc,
                              sizeof(sealed_cbc), &sealed_cbc_len, 1, 23, 0),
        ERROR_SUCCESS);
    free_pair(&server);
}

static void free_all(void)
{
    free_pair(&gcm);
    free_pair(&cbc);
    free_pair(&chained);
    SslFreeObject(hash, 0);
    SslFreeObject(master, 0);
    SslFreeObject(provider, 0);
}

/* ---- Threads ---- */

static void *derive_keys(void *unused)
{
    while (!atomic_load(&stop))
        complain_if(generate_and_free() != ERROR_SUCCESS);
    return unused;
}

static void *protect_records(void *unused)
{
    DWORD len;

    while (!atomic_load(&stop)) {
        complain_if(seal(gcm.write, PLAIN_LEN, &len) != ERROR_SUCCESS);
        complain_if(open_cbc() != ERROR_SUCCESS);
    }
    return unused;
}

static void *protect_chained_records(void *unused)
{
    DWORD len;

    while (!atomic_load(&stop))
        complain_if(seal(chained.write, LONG_LEN, &len) != ERROR_SUCCESS);
    return unused;
}

static void *hash_messages(void *unused)
{
    while (!atomic_load(&stop)) {
        complain_if(hash_on(hash) != ERROR_SUCCESS);
        complain_if(hash_alone() != ERROR_SUCCESS);
    }
    return unused;
}

static void *use_provider(void *unused)
{
    while (!atomic_load(&stop)) {
        complain_if(list_providers() != ERROR_SUCCESS);
        complain_if(open_and_close() != ERROR_SUCCESS);
    }
    return unused;
}

struct crew {
    pthread_t threads[MAX_THREADS];
    unsigned count;
};

static void start_threads(struct crew *crew, void *(*const bodies[])(void *), unsigned count)
{
    atomic_store(&stop, false);
    atomic_store(&wrong, 0);
    for (crew->count = 0; crew->count < count; crew->count++) {
        if (pthread_create(&crew->threads[crew->count], NULL, bodies[crew->count], NULL) != 0)
            abort();
    }
}

static void join_threads(struct crew *crew)
{
    atomic_store(&stop, true);
    for (unsigned i = 0; i < crew->count; i++)
        CU_ASSERT_EQUAL(pthread_join(crew->threads[i], NULL), 0);
    CU_ASSERT_EQUAL(atomic_load(&wrong), 0);
}

/* ---- Children ---- */

/* What became of them. */
struct fates {
    unsigned hung, failed, lost;
};

enum { LOST = 99 };

/* A child tells the result and is killed: what the threads that it does not have left on the heap
 * would be leaks to a program that looks for some at its end. */
static void be_child(int (*body)(void), int answer)
{
    unsigned char result;

    alarm(CHILD_LIFE);
    result = (unsigned char)body();
    if (write(answer, &result, 1) == 1)
        raise(SIGKILL);
    _exit(1);
}

/* The body's result is 0, LOST, or anything else for a failure. */
static void run_child(int (*body)(void), struct fates *fates)
{
    unsigned char result = 0;
    int answer[2];
    pid_t child;

    if (pipe(answer) != 0)
        abort();
    child = fork();
    if (child == 0)
        be_child(body, answer[1]);
    close(answer[1]);
    if (read(answer[0], &result, 1) != 1)
        fates->hung++;
    else if (result == LOST)
        fates->lost++;
    else if (result != 0) {
        fprintf(stderr, "a child fails in %d\n", result);
        fates->failed++;
    }
    close(answer[0]);
    if (child < 0 || waitpid(child, NULL, 0) != child)
        abort();
}

static void run_children(unsigned count, int (*body)(void), struct fates *fates)
{
    *fates = (struct fates){0, 0, 0};
    for (unsigned i = 0; i < count; i++) {
        run_child(body, fates);
        sched_yield();
    }
}

/* Every handle that the threads use, and new ones; the number of the call that failed. */
static int go_on(void)
{
    const NCRYPT_HANDLE shared[] = {
        gcm.read, gcm.write, cbc.read, cbc.write, chained.read, chained.write, hash, master};
    DWORD len;

    for (int round = 0; round < 3; round++) {
        if (generate_and_free() != ERROR_SUCCESS)
            return 1;
        if (seal(gcm.write, PLAIN_LEN, &len) != ERROR_SUCCESS)
            return 2;
        if (open_cbc() != ERROR_SUCCESS)
            return 3;
        if (hash_alone() != ERROR_SUCCESS)
            return 4;
        if (list_providers() != ERROR_SUCCESS)
            return 5;
        if (SslIncrementProviderReferenceCount(provider) != ERROR_SUCCESS ||
            SslFreeObject(provider, 0) != ERROR_SUCCESS)
            return 6;
    }
    for (size_t i = 0; i < COUNT(shared); i++) {
        if (SslFreeObject(shared[i], 0) != ERROR_SUCCESS)
            return 10 + (int)i;
    }
    return SslFreeObject(provider, 0) == ERROR_SUCCESS ? 0 : 7;
}

static void *fork_from_thread(void *fates)
{
    run_children(MIXED_CHILDREN, go_on, fates);
    return fates;
}

static void test_children_of_a_fork_can_go_on(void)
{
    static void *(*const bodies[])(void *) = {
        derive_keys, protect_records, protect_records, hash_messages, use_provider};
    struct fates mine, other;
    struct crew crew;
    pthread_t thread;

    make_all();
    start_threads(&crew, bodies, COUNT(bodies));
    run_children(MIXED_CHILDREN, go_on, &mine);
    if (pthread_create(&thread, NULL, fork_from_thread, &other) != 0)
        abort();
    CU_ASSERT_EQUAL(pthread_join(thread, NULL), 0);
    join_threads(&crew);
    CU_ASSERT_EQUAL(mine.hung + other.hung, 0);
    CU_ASSERT_EQUAL(mine.failed + other.failed, 0);
    free_all();
}

/* The state of a chained IV, or of a hash, that a thread was changing is lost: each call says so,
 * the handle can be freed, and new ones work. */
static int use_state(void)
{
    DWORD len = 1;
    const SECURITY_STATUS first = seal(chained.write, PLAIN_LEN, &len);
    const SECURITY_STATUS again = seal(chained.write, PLAIN_LEN, &len);
    const SECURITY_STATUS hashed = hash_on(hash);
    BYTE digest[HASH_LEN];
    struct opaque_blob blob;

    if (first != again || (first != ERROR_SUCCESS && first != NTE_BAD_KEY_STATE))
        return 1;
    if (hashed != hash_on(hash) || (hashed != ERROR_SUCCESS && hashed != NTE_BAD_HASH_STATE))
        return 2;
    if (export_opaque(provider, chained.write, &blob) != first)
        return 3;
    if (SslComputeSessionHash(provider, hash, TLS12, digest, sizeof(digest), &len, 0) != hashed)
        return 4;
    if (SslFreeObject(chained.write, 0) != ERROR_SUCCESS || SslFreeObject(hash, 0) != ERROR_SUCCESS)
        return 5;
    if (make_side(provider, TLS10, SUITE_AES128_CBC_SHA, CLIENT, &chained) != ERROR_SUCCESS ||
        seal(chained.write, PLAIN_LEN, &len) != ERROR_SUCCESS)
        return 6;
    return first == ERROR_SUCCESS && hashed == ERROR_SUCCESS ? 0 : LOST;
}

static void test_state_that_a_fork_lost_is_recognised(void)
{
    static void *(*const bodies[])(void *) = {
        protect_chained_records, protect_chained_records, hash_messages, hash_messages};
    struct fates fates;
    struct crew crew;

    make_all();
    start_threads(&crew, bodies, COUNT(bodies));
    run_children(STATEFUL_CHILDREN, use_state, &fates);
    join_threads(&crew);
    CU_ASSERT_EQUAL(fates.hung, 0);
    CU_ASSERT_EQUAL(fates.failed, 0);
    CU_ASSERT(fates.lost > 0);
    free_all();
}

/* ---- Library contexts ---- */

static void *open_in_turn(void *unused)
{
    while (!atomic_load(&stop))
        complain_if(open_and_close() != ERROR_SUCCESS);
    return unused;
}

static int use_and_free(void)
{
    DWORD len;

    if (generate_and_free() != ERROR_SUCCESS || seal(gcm.write, PLAIN_LEN, &len) != ERROR_SUCCESS)
        return 1;
    free_all();
    return SslFreeObject(provider, 0) == STATUS_INVALID_HANDLE ? 0 : 2;
}

/* The own handles are of the application's context.  When the module is gone from there, each
 * opening makes a private context, and each closing frees it. */
static void test_fork_while_contexts_are_made_is_safe(void)
{
    static void *(*const bodies[])(void *) = {open_in_turn, open_in_turn};
    OSSL_PROVIDER *standard, *module;
    struct fates fates;
    struct crew crew;

    CU_ASSERT_FATAL(OSSL_PROVIDER_set_default_search_path(NULL, modules) == 1);
    standard = OSSL_PROVIDER_load(NULL, "default");
    module = OSSL_PROVIDER_load(NULL, "sslprovider");
    CU_ASSERT_PTR_NOT_NULL_FATAL(module);
    make_all();
    OSSL_PROVIDER_unload(module);
    start_threads(&crew, bodies, COUNT(bodies));
    run_children(CONTEXT_CHILDREN, use_and_free, &fates);
    join_threads(&crew);
    CU_ASSERT_EQUAL(fates.hung, 0);
    CU_ASSERT_EQUAL(fates.failed, 0);
    free_all();
    OSSL_PROVIDER_unload(standard);
}

/* ---- The program ---- */

/* The test is <build>/test/<program>, the module <build>/ossl-modules/sslprovider.so. */
static void find_modules(const char *program)
{
    const char *const slash = strrchr(program, '/');

    snprintf(modules, sizeof(modules), "%.*s/../ossl-modules",
        slash == NULL ? 1 : (int)(slash - program), slash == NULL ? "." : program);
}

int main(int argc, char *argv[])
{
    static const struct named_test tests[] = {
        TEST(test_children_of_a_fork_can_go_on),
        TEST(test_state_that_a_fork_lost_is_recognised),
        TEST(test_fork_while_contexts_are_made_is_safe),
    };

    (void)argc;
    if (SANITIZED) {
        puts("skipped: a sanitizer's own locks, malloc's among them, stay held in a child");
        return 77;
    }
    find_modules(argv[0]);
    return RUN_TESTS("fork in threads", NULL, NULL, tests);
}
