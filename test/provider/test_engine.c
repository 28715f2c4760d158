/* SPDX-License-Identifier: Apache-2.0
 *
 * An ENGINE that an application makes its default for a digest computes that digest also for the
 * provider, as it does for OpenSSL's own.  OpenSSL 4.0 has no ENGINEs.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "support.h"

#include <openssl/core_names.h>
#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/obj_mac.h>
#include <openssl/sha.h>
#include <string.h>

#ifdef OPENSSL_NO_ENGINE
int main(void)
{
    puts("skipped: this OpenSSL has no ENGINEs");
    return 77;
}
#else

enum { OUT_LEN = 40 };

static ENGINE *engine;
static EVP_MD *engine_md;
static unsigned served; /* digests that the engine began */

static int engine_init(EVP_MD_CTX *context)
{
    served++;
    return SHA256_Init(EVP_MD_CTX_md_data(context));
}

static int engine_update(EVP_MD_CTX *context, const void *data, size_t len)
{
    return SHA256_Update(EVP_MD_CTX_md_data(context), data, len);
}

static int engine_final(EVP_MD_CTX *context, unsigned char *out)
{
    return SHA256_Final(out, EVP_MD_CTX_md_data(context));
}

static int engine_digests(ENGINE *self, const EVP_MD **digest, const int **nids, int nid)
{
    static const int mine[] = {NID_sha256};

    (void)self;
    if (digest == NULL) {
        *nids = mine;
        return 1;
    }
    *digest = nid == NID_sha256 ? engine_md : NULL;
    return *digest != NULL;
}

/* One derivation; how many digests the engine began for it. */
static unsigned served_by_engine(const char *query, const char *digest, uint8_t out[OUT_LEN])
{
    static const uint8_t secret[SUPPORT_MASTER_LEN] = {1}, seed[SUPPORT_RANDOM_LEN] = {2};
    struct support_params params = {.count = 0};
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "TLS1-PRF", query);
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);

    served = 0;
    support_add_text(&params, OSSL_KDF_PARAM_DIGEST, digest);
    support_add_octets(&params, OSSL_KDF_PARAM_SECRET, secret, sizeof(secret));
    support_add_octets(&params, OSSL_KDF_PARAM_SEED, seed, sizeof(seed));
    CU_ASSERT(EVP_KDF_derive(context, out, OUT_LEN, params.list) > 0);
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return served;
}

static void expect_as_openssl(const char *digest, bool by_engine)
{
    uint8_t own[OUT_LEN], ours[OUT_LEN];

    CU_ASSERT((served_by_engine("provider=default", digest, own) > 0) == by_engine);
    CU_ASSERT((served_by_engine(SSLPROVIDER_PROPERTY, digest, ours) > 0) == by_engine);
    CU_ASSERT(memcmp(own, ours, OUT_LEN) == 0);
}

static void test_default_engine_computes_the_hashes(void)
{
    expect_as_openssl("SHA2-256", false);
    expect_as_openssl("sha256", false);
    CU_ASSERT_FATAL(ENGINE_set_default_digests(engine) == 1);
    expect_as_openssl("SHA2-256", true);
    expect_as_openssl("sha256", true);
    expect_as_openssl("SHA2-384", false);
    ENGINE_unregister_digests(engine);
    expect_as_openssl("SHA2-256", false);
}

static int initialize(void)
{
    engine_md = EVP_MD_meth_new(NID_sha256, NID_sha256WithRSAEncryption);
    engine = ENGINE_new();
    return engine_md == NULL || engine == NULL ||
        !EVP_MD_meth_set_result_size(engine_md, SHA256_DIGEST_LENGTH) ||
        !EVP_MD_meth_set_input_blocksize(engine_md, SHA256_CBLOCK) ||
        !EVP_MD_meth_set_app_datasize(engine_md, sizeof(SHA256_CTX)) ||
        !EVP_MD_meth_set_init(engine_md, engine_init) ||
        !EVP_MD_meth_set_update(engine_md, engine_update) ||
        !EVP_MD_meth_set_final(engine_md, engine_final) || !ENGINE_set_id(engine, "counting") ||
        !ENGINE_set_name(engine, "counting digests") ||
        !ENGINE_set_digests(engine, engine_digests) || support_load_config(NULL, "") != 1;
}

static int clean_up(void)
{
    ENGINE_free(engine);
    EVP_MD_meth_free(engine_md);
    return 0;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_default_engine_computes_the_hashes),
    };

    return RUN_TESTS("engine", initialize, clean_up, tests);
}

#endif
