/* SPDX-License-Identifier: Apache-2.0
 *
 * SslOpenProvider where no provider is open yet, short of memory: first with a private context,
 * then in the application's own.  Allocations of this library fail one by one, and those with which
 * libcrypto reads the configuration.  Each call then succeeds or says NTE_NO_MEMORY.  In what else
 * libcrypto allocates for a context, not every function reports a failure.
 */
#include "common/allocations.h"
#include "cunit/run_tests.h"
#include "ncryptssl/sslprovider.h"

#include <openssl/err.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <string.h>

static bool is_of_opening(const char *file)
{
    return allocations_is_ours(file) || (file != NULL && strstr(file, "crypto/conf/") != NULL);
}

static void expect_memory_is_the_reason(bool own_context)
{
    NCRYPT_PROV_HANDLE provider = 0;
    unsigned long refused = 0, n = 1;
    bool failed = true;

    for (; failed; n++) {
        SECURITY_STATUS status;

        allocations_fail(n, is_of_opening);
        status = SslOpenProvider(&provider, NULL, 0);
        failed = allocations_end();
        if (status == ERROR_SUCCESS) {
            CU_ASSERT_EQUAL(SslFreeObject(provider, 0), ERROR_SUCCESS);
            continue;
        }
        refused++;
        CU_ASSERT_EQUAL(provider, 0);
        CU_ASSERT_EQUAL(ERR_peek_error(), 0);
        if (status != NTE_NO_MEMORY)
            fprintf(stderr, "\n    allocation %lu, in %s: status 0x%08X\n", n,
                allocations_failed_file(), (unsigned)status);
        CU_ASSERT_EQUAL(status, NTE_NO_MEMORY);
    }
    CU_ASSERT(refused > 0);
    CU_ASSERT_EQUAL(OSSL_PROVIDER_available(NULL, "sslprovider"), !own_context);
    CU_ASSERT_EQUAL(SslOpenProvider(&provider, NULL, 0), ERROR_SUCCESS);
    CU_ASSERT_EQUAL(SslFreeObject(provider, 0), ERROR_SUCCESS);
    printf("%lu of %lu calls refused ", refused, n - 1);
}

static void test_private_context(void)
{
    expect_memory_is_the_reason(true);
}

static void test_context_of_the_application(void)
{
    OSSL_PROVIDER *standard = OSSL_PROVIDER_load(NULL, "default");
    OSSL_PROVIDER *module = OSSL_PROVIDER_load(NULL, "sslprovider");

    CU_ASSERT_FATAL(standard != NULL && module != NULL);
    expect_memory_is_the_reason(false);
    CU_ASSERT_EQUAL(OSSL_PROVIDER_unload(module), 1);
    CU_ASSERT_EQUAL(OSSL_PROVIDER_unload(standard), 1);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_private_context), TEST(test_context_of_the_application)};

    return allocations_install() ? RUN_TESTS("opening short of memory", NULL, NULL, tests) : 1;
}
