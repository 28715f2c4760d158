/* SPDX-License-Identifier: Apache-2.0
 *
 * Random use of TLS1-PRF, TLS13-KDF and HKDF by two contexts side by side, one of the default
 * provider and one of sslprovider: every call gives the same result, and every derivation the same
 * bytes.  What the default provider does at run time is what is right, so this holds for each
 * version of OpenSSL; our limits may be wider, and ours may refuse a digest that no derivation can
 * use as soon as it is named.
 *
 * SSLP_TEST_CASES sets the number of cases, SSLP_TEST_SEED the seed, which is printed.
 */
#include "support.h"

#include "drop_in_differential/lists.h"
#include "module/features.h"

#include <inttypes.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CASES = 20000, MAX_STEPS = 4, MAX_LEN = 1024, MAX_OUTPUT = 255 * EVP_MAX_MD_SIZE + 1 };

/* The default provider's and ours. */
enum { THEIRS, OURS, BOTH };

static const char *const names[KINDS] = {"TLS1-PRF", "TLS13-KDF", "HKDF", "HKDF-SHA256"};

static OSSL_LIB_CTX *libctx;
static EVP_KDF *kdfs[KINDS][BOTH]; /* NULL where this OpenSSL has no such KDF */
static uint64_t first_seed = UINT64_C(0xD20B1D1FFE2E57);
static unsigned long cases = CASES, derived, refused, differences;
static size_t max_seed; /* of the default provider's TLS1-PRF */

/* One case: a pair of contexts, and what they were told. */
struct pair {
    enum kind kind;
    unsigned long number;
    uint64_t state;
    EVP_KDF_CTX *ctx[BOTH];
    struct list_before before;
};

static void different(const struct pair *pair, const char *what)
{
    fprintf(stderr, "\n    %s, case %lu of SSLP_TEST_SEED=0x%" PRIx64 ": %s", names[pair->kind],
        pair->number, first_seed, what);
    differences++;
}

static void print_list(const struct list *list, const int result[BOTH])
{
    fprintf(stderr, ", theirs %d, ours %d", result[THEIRS], result[OURS]);
    for (size_t i = 0; i < list->count; i++) {
        const OSSL_PARAM *param = &list->params[i];

        fprintf(stderr, "\n        %s: type %u, %zu bytes%s %s", param->key, param->data_type,
            param->data_size, param->data == NULL ? ", NULL" : "",
            param->data_type == OSSL_PARAM_UTF8_STRING && param->data != NULL
                ? (const char *)param->data
                : "");
    }
}

/* The bytes of a digest; 0 when there is none of the name. */
static size_t size_of(const char *digest)
{
    static const char *cached;
    static size_t cached_size;

    if (digest != NULL && digest != cached) {
        EVP_MD *md = EVP_MD_fetch(libctx, digest, NULL);

        cached = digest;
        cached_size = md == NULL || EVP_MD_get_size(md) <= 0 ? 0 : (size_t)EVP_MD_get_size(md);
        EVP_MD_free(md);
    }
    return digest == NULL ? 0 : cached_size;
}

static bool open_pair(struct pair *pair)
{
    for (int i = 0; i < BOTH; i++)
        pair->ctx[i] = EVP_KDF_CTX_new(kdfs[pair->kind][i]);
    pair->before = (struct list_before){0};
    return pair->ctx[THEIRS] != NULL && pair->ctx[OURS] != NULL;
}

static void close_pair(struct pair *pair)
{
    for (int i = 0; i < BOTH; i++)
        EVP_KDF_CTX_free(pair->ctx[i]);
}

/* What both contexts now hold, if the list was taken. */
static void remember(struct pair *pair, const struct list *list)
{
    if (list->digest != NULL)
        pair->before.digest = list->digest;
    pair->before.seed_len += list->seed_len;
    pair->before.has_info = pair->before.has_info || list->has_info;
}

/* From OpenSSL 3.6 on ours takes a key alone before the mode of TLS13-KDF: libcrypto gives an
 * opaque key of another provider so. */
static bool is_foreign_key(const struct pair *pair, const struct list *list, const char *what)
{
    const char *name = list->count == 1 ? list->params[0].key : "";

    return sslp_runs_with(3, 6) && pair->kind == TLS13_KDF && strcmp(what, "set") == 0 &&
        (strcmp(name, OSSL_KDF_PARAM_KEY) == 0 || strcmp(name, OSSL_KDF_PARAM_SALT) == 0);
}

/* Whether the case can go on after the call: of a refused list OpenSSL takes a part, and how much
 * of it is not the same in all versions; the provider takes nothing. */
static bool agree(
    struct pair *pair, const struct list *list, const int result[BOTH], const char *what)
{
    const bool theirs = result[THEIRS] == 1, ours = result[OURS] == 1;

    if (theirs != ours && !(theirs && list->unusable && strcmp(what, "set") == 0) &&
        !(ours && is_foreign_key(pair, list, what))) {
        different(pair, what);
        print_list(list, result);
    }
    if (!ours && ERR_peek_error() == 0)
        different(pair, "no reason");
    ERR_clear_error();
    if (theirs && ours)
        remember(pair, list);
    return theirs && ours;
}

static bool set_params(struct pair *pair)
{
    struct list list;
    int result[BOTH];

    pair->before.may_name_digest = true;
    list_make(&list, pair->kind, &pair->state, chance(&pair->state, 50), &pair->before, max_seed);
    for (int i = 0; i < BOTH; i++)
        result[i] = EVP_KDF_CTX_set_params(pair->ctx[i], list.params);
    return agree(pair, &list, result, "set");
}

static bool all_zero(const uint8_t *bytes, size_t len)
{
    uint8_t any = 0;

    for (size_t i = 0; i < len; i++)
        any |= bytes[i];
    return any == 0;
}

static bool is_extraction(const struct pair *pair)
{
    return EVP_KDF_CTX_get_kdf_size(pair->ctx[OURS]) != SIZE_MAX;
}

static void compare_outputs(
    struct pair *pair, const int result[BOTH], uint8_t out[BOTH][MAX_OUTPUT], size_t len)
{
    if (result[THEIRS] == 1 && result[OURS] == 1) {
        derived++;
        if (memcmp(out[THEIRS], out[OURS], len) != 0)
            different(pair, "another result");
    } else {
        refused++;
        if (result[OURS] != 1 && !all_zero(out[OURS], len))
            different(pair, "output after a failure");
    }
}

/* With all parameters in the call, as libssl does it, with some, or with none. */
static bool derive(struct pair *pair, bool complete)
{
    static uint8_t out[BOTH][MAX_OUTPUT];
    struct list list = {.count = 0};
    const bool without_list = !complete && chance(&pair->state, 60);
    int result[BOTH];
    size_t len;

    /* OpenSSL 3.6 changes the digest of HKDF-SHA256 then, although not when it is set: a mistake.
     */
    pair->before.may_name_digest = false;
    if (!without_list)
        list_make(&list, pair->kind, &pair->state, complete, &pair->before, max_seed);
    len = list_output_len(pair->kind, &pair->state,
        size_of(list.digest != NULL ? list.digest : pair->before.digest),
        complete ? chance(&pair->state, 50) : is_extraction(pair), MAX_LEN);
    for (int i = 0; i < BOTH; i++) {
        memset(out[i], 0xA5, len);
        result[i] = EVP_KDF_derive(pair->ctx[i], out[i], len, without_list ? NULL : list.params);
    }
    compare_outputs(pair, result, out, len);
    return agree(pair, &list, result, "derive") || without_list;
}

/* OpenSSL 3.0 cannot duplicate these contexts: its own then goes on as it is. */
static bool duplicate(struct pair *pair)
{
    for (int i = 0; i < BOTH; i++) {
        EVP_KDF_CTX *copy = EVP_KDF_CTX_dup(pair->ctx[i]);

        if (copy == NULL && i == OURS)
            different(pair, "no duplicate");
        if (copy == NULL)
            continue;
        EVP_KDF_CTX_free(pair->ctx[i]);
        pair->ctx[i] = copy;
    }
    ERR_clear_error();
    return true;
}

static bool reset(struct pair *pair)
{
    for (int i = 0; i < BOTH; i++)
        EVP_KDF_CTX_reset(pair->ctx[i]);
    pair->before = (struct list_before){0};
    return true;
}

static void compare_sizes(struct pair *pair)
{
    if (EVP_KDF_CTX_get_kdf_size(pair->ctx[THEIRS]) != EVP_KDF_CTX_get_kdf_size(pair->ctx[OURS]))
        different(pair, "another size");
    ERR_clear_error();
}

static bool step(struct pair *pair)
{
    switch (support_number_below(&pair->state, 10)) {
    case 0:
        return reset(pair);
    case 1:
        return duplicate(pair);
    case 2:
    case 3:
    case 4:
        return set_params(pair);
    default:
        return derive(pair, false);
    }
}

/* Half of the cases are one call with everything in it; the others are some calls more. */
static void run_case(struct pair *pair)
{
    bool goes_on = true;

    CU_ASSERT_FATAL(open_pair(pair));
    if (chance(&pair->state, 50)) {
        goes_on = derive(pair, true);
    } else {
        for (int i = 0; i < MAX_STEPS && goes_on; i++)
            goes_on = i == 0 ? set_params(pair) : step(pair);
    }
    if (goes_on)
        compare_sizes(pair);
    /* Nothing of a case, refused or not, outlives a reset. */
    if (chance(&pair->state, 5)) {
        reset(pair);
        (void)derive(pair, true);
    }
    close_pair(pair);
}

static void test_random_cases_agree_with_default(void)
{
    printf("\n    SSLP_TEST_SEED=0x%" PRIx64 " SSLP_TEST_CASES=%lu", first_seed, cases);
    for (unsigned long i = 0; i < cases && differences < 20; i++) {
        /* Each case has its own numbers, so that one can be repeated alone. */
        struct pair pair = {
            .number = i, .state = (first_seed ^ (i + 1) * UINT64_C(0x9E3779B97F4A7C15)) | 1};

        do
            pair.kind = (enum kind)support_number_below(&pair.state, KINDS);
        while (kdfs[pair.kind][THEIRS] == NULL);
        run_case(&pair);
    }
    printf("\n    %lu derivations, %lu refusals, %lu differences\n", derived, refused, differences);
    CU_ASSERT(differences == 0);
    CU_ASSERT(derived > cases / 3 && refused > cases / 20);
}

static bool takes_seed(size_t len)
{
    static const uint8_t bytes[SUPPORT_PATH_SIZE];
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdfs[TLS1_PRF][THEIRS]);
    struct support_params params = {.count = 0};
    bool ok;

    support_add_octets(&params, OSSL_KDF_PARAM_SEED, bytes, len);
    ok = EVP_KDF_CTX_set_params(ctx, params.list) == 1;
    EVP_KDF_CTX_free(ctx);
    ERR_clear_error();
    return ok;
}

static int initialize(void)
{
    const char *seed = getenv("SSLP_TEST_SEED"), *count = getenv("SSLP_TEST_CASES");
    uint64_t state;

    if (seed != NULL)
        first_seed = strtoull(seed, NULL, 0);
    if (count != NULL)
        cases = strtoul(count, NULL, 0);
    state = first_seed | 1;
    lists_init(&state);
    libctx = support_context_new("");
    for (int kind = 0; kind < KINDS; kind++) {
        kdfs[kind][THEIRS] = EVP_KDF_fetch(libctx, names[kind], "provider=default");
        kdfs[kind][OURS] = EVP_KDF_fetch(libctx, names[kind], SSLPROVIDER_PROPERTY);
        if ((kdfs[kind][THEIRS] == NULL) != (kdfs[kind][OURS] == NULL))
            return 1;
    }
    ERR_clear_error();
    /* OpenSSL 3.0 has a limit; all seeds of a context together stay within it. */
    max_seed = takes_seed(4 * MAX_OCTETS) ? (size_t)4 * MAX_OCTETS : MAX_OCTETS;
    return kdfs[TLS1_PRF][THEIRS] == NULL || !takes_seed(max_seed);
}

static int clean_up(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        EVP_KDF_free(kdfs[kind][THEIRS]);
        EVP_KDF_free(kdfs[kind][OURS]);
    }
    OSSL_LIB_CTX_free(libctx);
    return 0;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_random_cases_agree_with_default),
    };

    return RUN_TESTS("drop-in differential", initialize, clean_up, tests);
}
