/* SPDX-License-Identifier: Apache-2.0
 *
 * A process whose threads derive forks, as pre-fork servers and interpreters do.  The child goes on
 * deriving: no lock of the provider can be left behind by a thread that the child does not have.
 *
 * $SSLP_FORK_CHILDREN, where it is set, is another number of children: for valgrind.
 */
#include "support.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, SECONDS = 20, OUT_LEN = 40 };

static OSSL_LIB_CTX *libctx;
static atomic_bool stop;
static int children = 200;

/* One derivation of TLS1-PRF in a context of its own, as libssl makes it. */
static bool derive(const char *digest, const char *properties)
{
    static const uint8_t secret[SUPPORT_MASTER_LEN] = {1}, seed[SUPPORT_RANDOM_LEN] = {2};
    struct support_params params = {.count = 0};
    EVP_KDF *kdf = EVP_KDF_fetch(libctx, "TLS1-PRF", SSLPROVIDER_PROPERTY);
    EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
    uint8_t out[OUT_LEN];
    bool derived;

    support_add_text(&params, OSSL_KDF_PARAM_DIGEST, digest);
    support_add_text(&params, OSSL_KDF_PARAM_PROPERTIES, properties);
    support_add_octets(&params, OSSL_KDF_PARAM_SECRET, secret, sizeof(secret));
    support_add_octets(&params, OSSL_KDF_PARAM_SEED, seed, sizeof(seed));
    derived = context != NULL && EVP_KDF_derive(context, out, sizeof(out), params.list) > 0;
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return derived;
}

struct named_digest {
    const char *digest, *properties;
};

static void *derive_until_stopped(void *argument)
{
    const struct named_digest *named = argument;

    while (!atomic_load(&stop))
        (void)derive(named->digest, named->properties);
    return NULL;
}

/* The status of a child that derives three times and is then killed, as what the threads that it
 * does not have left on the heap would be leaks to a program that looks for some at its end.  A
 * child that hangs dies of the alarm. */
static int run_child(const struct named_digest *named)
{
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        alarm(SECONDS);
        for (int i = 0; i < 3; i++) {
            if (!derive(named->digest, named->properties))
                _exit(1);
        }
        raise(SIGKILL);
    }
    CU_ASSERT_FATAL(child > 0 && waitpid(child, &status, 0) == child);
    return status;
}

static void fork_beside_threads(struct named_digest named)
{
    pthread_t threads[THREADS];
    unsigned hung = 0, failed = 0;

    atomic_store(&stop, false);
    /* The first fetch writes to tables of libcrypto, whose locks a child may find held. */
    CU_ASSERT(derive(named.digest, named.properties));
    for (int i = 0; i < THREADS; i++)
        CU_ASSERT_FATAL(pthread_create(&threads[i], NULL, derive_until_stopped, &named) == 0);
    for (int i = 0; i < children && hung == 0; i++) {
        const int status = run_child(&named);

        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
            hung++;
        else if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
            failed++;
    }
    atomic_store(&stop, true);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    printf("\n    %s%s%s: %d children, %u hung, %u failed", named.digest,
        named.properties == NULL ? "" : " under ", named.properties == NULL ? "" : named.properties,
        children, hung, failed);
    CU_ASSERT(hung == 0);
    CU_ASSERT(failed == 0);
}

static void test_children_derive_with_any_spelling_of_a_digest(void)
{
    static const char *const digests[] = {
        "SHA2-256", "SHA512", "sha256", "SHA-1", "SHA3-256", "2.16.840.1.101.3.4.2.2", "MD5-SHA1"};

    for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++)
        fork_beside_threads((struct named_digest){digests[i], NULL});
}

static void test_children_derive_under_a_property_query(void)
{
    fork_beside_threads((struct named_digest){"SHA512", "provider=default"});
}

static int initialize(void)
{
    const char *number = getenv("SSLP_FORK_CHILDREN");

    if (number != NULL)
        children = atoi(number);
    libctx = support_context_new("");
    return libctx == NULL || !derive("SHA2-256", NULL);
}

static int clean_up(void)
{
    OSSL_LIB_CTX_free(libctx);
    return 0;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_children_derive_with_any_spelling_of_a_digest),
        TEST(test_children_derive_under_a_property_query),
    };

    return RUN_TESTS("fork beside threads", initialize, clean_up, tests);
}
