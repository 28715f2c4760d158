/* SPDX-License-Identifier: Apache-2.0
 *
 * What a list of parameters changes in a context of a drop-in KDF: all that it says, or nothing.
 * And what is said of a refusal: OpenSSL's own reasons, which its tests compare.
 */
#include "support.h"
#include "support/context.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

enum { OUT_LEN = 40, LONG_LEN = 200, MAX_OUT = 10000 };

static uint8_t bytes[512];

static EVP_KDF_CTX *context_of(const char *name, const char *query)
{
    EVP_KDF *kdf = EVP_KDF_fetch(libctx, name, query);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);

    CU_ASSERT_FATAL(ctx != NULL);
    EVP_KDF_free(kdf);
    return ctx;
}

/* --- All or nothing ----------------------------------------------------------------------------
 */

/* A good list of a KDF; the others differ from it. */
static void add_good(struct support_params *params, const char *name)
{
    const bool tls1_prf = strcmp(name, "TLS1-PRF") == 0;

    support_add_text(params, OSSL_KDF_PARAM_DIGEST, "SHA2-256");
    support_add_octets(params, tls1_prf ? OSSL_KDF_PARAM_SECRET : OSSL_KDF_PARAM_KEY, bytes, 32);
    if (tls1_prf) {
        support_add_octets(params, OSSL_KDF_PARAM_SEED, bytes + 32, 64);
        return;
    }
    support_add_text(params, OSSL_KDF_PARAM_MODE,
        strcmp(name, "HKDF") == 0 ? "EXTRACT_AND_EXPAND" : "EXPAND_ONLY");
    support_add_octets(params, OSSL_KDF_PARAM_SALT, bytes + 96, 16);
    support_add_octets(params, OSSL_KDF_PARAM_INFO, bytes + 112, 16);
    support_add_octets(params, OSSL_KDF_PARAM_PREFIX, "tls13 ", 6);
    support_add_octets(params, OSSL_KDF_PARAM_LABEL, "key", 3);
    support_add_octets(params, OSSL_KDF_PARAM_DATA, bytes + 128, 32);
}

/* A parameter that stops a list, and the KDF that it stops. */
static const struct {
    const char *kdf, *name;
    unsigned type;
    const void *data;
    size_t size;
} stops[] = {
    {"TLS1-PRF", OSSL_KDF_PARAM_SEED, OSSL_PARAM_UTF8_STRING, "text", 4},
    {"TLS1-PRF", OSSL_KDF_PARAM_SECRET, OSSL_PARAM_OCTET_STRING, NULL, 7},
    {"TLS1-PRF", OSSL_KDF_PARAM_DIGEST, OSSL_PARAM_UTF8_STRING, "NO-SUCH-HASH", 12},
    {"HKDF", OSSL_KDF_PARAM_SALT, OSSL_PARAM_OCTET_STRING, NULL, 7},
    {"HKDF", OSSL_KDF_PARAM_INFO, OSSL_PARAM_UTF8_STRING, "text", 4},
    {"HKDF", OSSL_KDF_PARAM_MODE, OSSL_PARAM_UTF8_STRING, "NO_MODE", 7},
    {"HKDF", OSSL_KDF_PARAM_KEY, OSSL_PARAM_UTF8_STRING, "text", 4},
    {"HKDF", OSSL_KDF_PARAM_DIGEST, OSSL_PARAM_UTF8_STRING, "SHAKE128", 8},
    {"TLS13-KDF", OSSL_KDF_PARAM_SALT, OSSL_PARAM_OCTET_STRING, NULL, 7},
    {"TLS13-KDF", OSSL_KDF_PARAM_DATA, OSSL_PARAM_UTF8_STRING, "text", 4},
    {"TLS13-KDF", OSSL_KDF_PARAM_LABEL, OSSL_PARAM_UTF8_STRING, "text", 4},
    {"TLS13-KDF", OSSL_KDF_PARAM_MODE, OSSL_PARAM_UTF8_STRING, "EXTRACT_AND_EXPAND", 18},
};

/* Other values than those of the good list, one of which stops all of them: the first of its name,
 * which is the one that counts where a name may stand twice. */
static void add_other(struct support_params *params, size_t stop)
{
    static const char *const octets[] = {OSSL_KDF_PARAM_SECRET, OSSL_KDF_PARAM_KEY,
        OSSL_KDF_PARAM_SALT, OSSL_KDF_PARAM_INFO, OSSL_KDF_PARAM_SEED, OSSL_KDF_PARAM_LABEL,
        OSSL_KDF_PARAM_DATA};

    params->list[params->count++] = (OSSL_PARAM){stops[stop].name, stops[stop].type,
        (void *)(uintptr_t)stops[stop].data, stops[stop].size, 0};
    if (strcmp(stops[stop].name, OSSL_KDF_PARAM_DIGEST) != 0)
        support_add_text(params, OSSL_KDF_PARAM_DIGEST, "SHA2-512");
    if (strcmp(stops[stop].name, OSSL_KDF_PARAM_MODE) != 0)
        support_add_text(params, OSSL_KDF_PARAM_MODE, "EXTRACT_ONLY");
    for (size_t i = 0; i < sizeof(octets) / sizeof(octets[0]); i++) {
        if (strcmp(stops[stop].name, octets[i]) != 0)
            support_add_octets(params, octets[i], bytes + 200, LONG_LEN);
    }
}

static void expect_unchanged(size_t stop, bool in_derivation)
{
    EVP_KDF_CTX *ctx = context_of(stops[stop].kdf, SSLPROVIDER_PROPERTY);
    struct support_params good = {.count = 0}, other = {.count = 0};
    uint8_t expected[OUT_LEN], out[OUT_LEN];

    add_good(&good, stops[stop].kdf);
    add_other(&other, stop);
    CU_ASSERT(EVP_KDF_derive(ctx, expected, OUT_LEN, good.list) == 1);
    CU_ASSERT((in_derivation ? EVP_KDF_derive(ctx, out, OUT_LEN, other.list)
                             : EVP_KDF_CTX_set_params(ctx, other.list)) != 1);
    CU_ASSERT(ERR_peek_error() != 0);
    ERR_clear_error();
    CU_ASSERT(EVP_KDF_derive(ctx, out, OUT_LEN, NULL) == 1);
    CU_ASSERT(memcmp(out, expected, OUT_LEN) == 0);
    CU_ASSERT(support_nothing_raised());
    EVP_KDF_CTX_free(ctx);
}

static void test_refused_list_changes_nothing(void)
{
    for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
        expect_unchanged(i, false);
        expect_unchanged(i, true);
    }
}

/* Nor does one that a fresh context refuses: it has no digest then. */
static void test_refused_list_gives_nothing(void)
{
    EVP_KDF_CTX *ctx = context_of("HKDF", SSLPROVIDER_PROPERTY);
    struct support_params params = {.count = 0};
    uint8_t out[OUT_LEN];

    support_add_text(&params, OSSL_KDF_PARAM_DIGEST, "SHA2-256");
    support_add_octets(&params, OSSL_KDF_PARAM_KEY, bytes, 32);
    support_add_octets(&params, OSSL_KDF_PARAM_SALT, bytes, 7);
    params.list[2].data = NULL;
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) != 1);
    ASSERT_RAISED("invalid parameter type");
    CU_ASSERT(EVP_KDF_derive(ctx, out, OUT_LEN, NULL) != 1);
    ASSERT_RAISED("missing message digest");
    EVP_KDF_CTX_free(ctx);
}

/* --- Reasons -----------------------------------------------------------------------------------
 */

struct refusal {
    const char *kdf, *digest, *mode;
    size_t key_len; /* 0: none */
    bool has_seed;
    size_t out_len;
    const char *reason;
};

static const struct refusal refusals[] = {
    {"TLS1-PRF", "SHAKE128", NULL, 32, true, 40, "xof digests not allowed"},
    {"TLS1-PRF", NULL, NULL, 32, true, 40, "missing message digest"},
    {"TLS1-PRF", "SHA256", NULL, 0, true, 40, "missing secret"},
    {"TLS1-PRF", "SHA256", NULL, 32, false, 40, "missing seed"},
    {"TLS1-PRF", "SHA256", NULL, 32, true, 0, "invalid key length"},
    {"HKDF", "SHAKE256", "EXPAND_ONLY", 32, false, 40, "xof digests not allowed"},
    {"HKDF", NULL, "EXPAND_ONLY", 32, false, 40, "missing message digest"},
    {"HKDF", "SHA256", "EXPAND_ONLY", 0, false, 40, "missing key"},
    {"HKDF", "SHA256", "NO_MODE", 32, false, 40, "invalid mode"},
    {"HKDF", "SHA256", "EXPAND_ONLY", 32, false, 0, "invalid key length"},
    {"HKDF", "SHA256", "EXTRACT_ONLY", 32, false, 40, "wrong output buffer size"},
    {"TLS13-KDF", "SHAKE128", "EXPAND_ONLY", 32, false, 40, "xof digests not allowed"},
    {"TLS13-KDF", NULL, "EXPAND_ONLY", 32, false, 40, "missing message digest"},
    {"TLS13-KDF", "SHA256", NULL, 32, false, 40, "invalid mode"},
    {"TLS13-KDF", "SHA256", "EXTRACT_ONLY", 32, false, 40, "wrong output buffer size"},
    /* Here OpenSSL's own say nothing. */
    {"TLS13-KDF", "SHA256", "EXPAND_ONLY", 0, false, 40, "missing key"},
    {"HKDF", "SHA256", "EXPAND_ONLY", 32, false, 255 * 32 + 1, "invalid output length"},
    {"TLS13-KDF", "SHA256", "EXPAND_ONLY", 32, false, 255 * 32 + 1, "invalid output length"},
};

/* The last reason on the queue, "" for none. */
static const char *reason_of(const struct refusal *refusal, const char *query)
{
    static uint8_t out[MAX_OUT];
    EVP_KDF_CTX *ctx = context_of(refusal->kdf, query);
    struct support_params params = {.count = 0};
    const char *reason;

    support_add_text(&params, OSSL_KDF_PARAM_DIGEST, refusal->digest);
    support_add_text(&params, OSSL_KDF_PARAM_MODE, refusal->mode);
    if (refusal->key_len != 0)
        support_add_octets(&params,
            strcmp(refusal->kdf, "TLS1-PRF") == 0 ? OSSL_KDF_PARAM_SECRET : OSSL_KDF_PARAM_KEY,
            bytes, refusal->key_len);
    if (refusal->has_seed)
        support_add_octets(&params, OSSL_KDF_PARAM_SEED, bytes, 32);
    ERR_clear_error();
    CU_ASSERT(EVP_KDF_derive(ctx, out, refusal->out_len, params.list) != 1);
    reason = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    EVP_KDF_CTX_free(ctx);
    return reason == NULL ? "" : reason;
}

static void test_reasons_equal_those_of_openssl(void)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        const char *theirs = reason_of(&refusals[i], "provider=default");

        CU_ASSERT_STRING_EQUAL(reason_of(&refusals[i], SSLPROVIDER_PROPERTY), refusals[i].reason);
        CU_ASSERT(theirs[0] == '\0' || strcmp(theirs, refusals[i].reason) == 0);
    }
}

/* --- What differs from release to release ------------------------------------------------------
 */

static int take_pointer(const char *query, uint8_t out[OUT_LEN])
{
    EVP_KDF_CTX *ctx = context_of("TLS1-PRF", query);
    struct support_params params = {.count = 0};
    void *seed = bytes;
    int taken;

    support_add_text(&params, OSSL_KDF_PARAM_DIGEST, "SHA2-256");
    support_add_octets(&params, OSSL_KDF_PARAM_SECRET, bytes, 48);
    params.list[params.count++] = OSSL_PARAM_construct_octet_ptr(OSSL_KDF_PARAM_SEED, &seed, 100);
    params.list[params.count] = OSSL_PARAM_construct_end();
    taken = EVP_KDF_derive(ctx, out, OUT_LEN, params.list);
    ERR_clear_error();
    EVP_KDF_CTX_free(ctx);
    return taken;
}

static void test_seed_may_be_a_pointer_parameter(void)
{
    uint8_t theirs[OUT_LEN] = {0}, ours[OUT_LEN] = {0};

    CU_ASSERT_EQUAL(take_pointer("provider=default", theirs) == 1,
        take_pointer(SSLPROVIDER_PROPERTY, ours) == 1);
    CU_ASSERT(memcmp(theirs, ours, OUT_LEN) == 0);
}

static int get_by_empty_list(const char *kdf, const char *query)
{
    EVP_KDF_CTX *ctx = context_of(kdf, query);
    OSSL_PARAM nothing[] = {OSSL_PARAM_construct_end()};
    const int got = EVP_KDF_CTX_get_params(ctx, nothing);

    EVP_KDF_CTX_free(ctx);
    return got;
}

static void test_getting_an_empty_list_agrees_with_default(void)
{
    static const char *const kdfs[] = {"TLS1-PRF", "TLS13-KDF", "HKDF"};

    for (size_t i = 0; i < sizeof(kdfs) / sizeof(kdfs[0]); i++)
        CU_ASSERT_EQUAL(get_by_empty_list(kdfs[i], SSLPROVIDER_PROPERTY),
            get_by_empty_list(kdfs[i], "provider=default"));
    ERR_clear_error();
}

static int initialize(void)
{
    uint64_t state = UINT64_C(0xA11);

    support_fill(&state, bytes, sizeof(bytes));
    return open_context();
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_refused_list_changes_nothing),
        TEST(test_refused_list_gives_nothing),
        TEST(test_reasons_equal_those_of_openssl),
        TEST(test_seed_may_be_a_pointer_parameter),
        TEST(test_getting_an_empty_list_agrees_with_default),
    };

    return RUN_TESTS("drop-in, changes", initialize, close_context, tests);
}
