/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether a drop-in KDF is slower than OpenSSL's own in any case: every digest of this libcrypto by
 * every name, every mode, and lengths from nothing to thousands of bytes.
 *
 *     drop_in_cases [--smoke] [--all] [--rounds N] [--part NAME]... [--kdf NAME] [--digest NAME]
 *
 * A case is measured on both sides in turn, many short rounds, in processor time; the median of the
 * rounds' ratios counts.  Cases over the bound are measured again, with three times the rounds,
 * before they count.  The exit status is 1 where any case stays over the bound.  --all prints every
 * case, the other options choose cases: parts are `names`, `queries` and `lengths`.  --smoke takes
 * a few cases and judges nothing.  The module comes from the folder that OPENSSL_MODULES names.
 */
#include "bench/support/bench_support.h"
#include "sslprovider/names.h"

#include <ctype.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_CASES = 8000, MAX_DIGESTS = 64, MAX_NAMES = 512, NAME_SIZE = 64 };
enum { ROUNDS = 21, MAX_ROUNDS = 201, SMOKE_ROUNDS = 3, SMOKE_STEP = 23 };
enum { LONGEST_INPUT = 4096, LONGEST_OUTPUT = 8160, MAX_HASH_BLOCKS = 255, MAX_PARAMS = 12 };
enum { NOT_GIVEN = -1 };

static const double bound = 1.05;
static const double round_ns = 300e3, smoke_round_ns = 10e3;

/* How a program comes to its context. */
enum way { FETCHED, FRESH, REUSED, SET, WAYS };

static const char *const ways[WAYS] = {
    [FETCHED] = "fetched", /* KDF and context for each derivation, as libssl does */
    [FRESH] = "fresh",     /* a context for each derivation, of one KDF */
    [REUSED] = "reused",   /* one context, which is reset */
    [SET] = "set",         /* a context for each derivation, parameters one call earlier */
};

enum part { NAMES, QUERIES, LENGTHS, PARTS };

static const char *const parts[PARTS] = {
    [NAMES] = "names", [QUERIES] = "queries", [LENGTHS] = "lengths"};

/* What is computed, on any digest; NOT_GIVEN leaves a parameter out. */
struct shape {
    const char *kdf;
    int mode;      /* EVP_KDF_HKDF_MODE_, or NOT_GIVEN */
    int key, salt; /* bytes */
    int info;      /* bytes: seed of TLS1-PRF, data of TLS13-KDF */
    int out;       /* bytes, but no more than HKDF gives; 0: the hash */
    bool is_main;  /* measured by every name of a digest, and with property queries */
};

enum {
    BOTH = EVP_KDF_HKDF_MODE_EXTRACT_AND_EXPAND,
    EXTRACT = EVP_KDF_HKDF_MODE_EXTRACT_ONLY,
    EXPAND = EVP_KDF_HKDF_MODE_EXPAND_ONLY
};

static const struct shape shapes[] = {
    {"TLS1-PRF", NOT_GIVEN, 48, NOT_GIVEN, 77, 40, true},
    {"TLS1-PRF", NOT_GIVEN, 48, NOT_GIVEN, 77, 104, false},
    {"TLS1-PRF", NOT_GIVEN, 48, NOT_GIVEN, 47, 12, false},
    {"TLS1-PRF", NOT_GIVEN, 0, NOT_GIVEN, 1, 1, false},
    {"TLS1-PRF", NOT_GIVEN, 200, NOT_GIVEN, 77, 48, false},
    {"TLS1-PRF", NOT_GIVEN, 4096, NOT_GIVEN, 77, 48, false},
    {"TLS1-PRF", NOT_GIVEN, 48, NOT_GIVEN, 1000, 48, false},
    {"TLS1-PRF", NOT_GIVEN, 48, NOT_GIVEN, 4096, 48, false},
    {"TLS1-PRF", NOT_GIVEN, 48, NOT_GIVEN, 77, 1000, false},
    {"TLS1-PRF", NOT_GIVEN, 48, NOT_GIVEN, 77, 8160, false},

    {"TLS13-KDF", EXPAND, 32, NOT_GIVEN, NOT_GIVEN, 16, true},
    {"TLS13-KDF", EXPAND, 32, NOT_GIVEN, 32, 0, false},
    {"TLS13-KDF", EXPAND, 48, NOT_GIVEN, 64, 12, false},
    {"TLS13-KDF", EXPAND, 0, NOT_GIVEN, 0, 1, false},
    {"TLS13-KDF", EXPAND, 4096, NOT_GIVEN, 32, 32, false},
    {"TLS13-KDF", EXPAND, 32, NOT_GIVEN, 32, 8160, false},
    {"TLS13-KDF", EXTRACT, NOT_GIVEN, NOT_GIVEN, NOT_GIVEN, 0, false},
    {"TLS13-KDF", EXTRACT, 32, NOT_GIVEN, NOT_GIVEN, 0, false},
    {"TLS13-KDF", EXTRACT, 32, 32, NOT_GIVEN, 0, false},
    {"TLS13-KDF", EXTRACT, 4096, 4096, NOT_GIVEN, 0, false},

    {"HKDF", BOTH, 32, 32, 32, 32, true},
    {"HKDF", BOTH, 1, NOT_GIVEN, NOT_GIVEN, 1, false},
    {"HKDF", BOTH, 48, 0, 0, 200, false},
    {"HKDF", BOTH, 32, 32, 4096, 64, false},
    {"HKDF", BOTH, 32, 4096, 32, 64, false},
    {"HKDF", BOTH, 4096, 32, 32, 64, false},
    {"HKDF", BOTH, 32, 32, 32, 8160, false},
    {"HKDF", BOTH, 4096, 4096, 4096, 2000, false},
    {"HKDF", EXTRACT, 32, 32, NOT_GIVEN, 0, false},
    {"HKDF", EXTRACT, 1, NOT_GIVEN, NOT_GIVEN, 0, false},
    {"HKDF", EXTRACT, 300, 13, NOT_GIVEN, 0, false},
    {"HKDF", EXTRACT, 4096, 32, NOT_GIVEN, 0, false},
    {"HKDF", EXTRACT, 32, 4096, NOT_GIVEN, 0, false},
    {"HKDF", EXPAND, 32, NOT_GIVEN, 32, 16, false},
    {"HKDF", EXPAND, 32, NOT_GIVEN, NOT_GIVEN, 1, false},
    {"HKDF", EXPAND, 200, NOT_GIVEN, 100, 100, false},
    {"HKDF", EXPAND, 4096, NOT_GIVEN, 32, 32, false},
    {"HKDF", EXPAND, 32, NOT_GIVEN, 4096, 500, false},
    {"HKDF", EXPAND, 64, NOT_GIVEN, 10, 8160, false},
};

enum { SHAPES = sizeof(shapes) / sizeof(shapes[0]) };

/* Property queries of the caller's for the digest. */
static const char *const queries[] = {"", "provider=default", "?fips=yes"};

enum { QUERY_COUNT = sizeof(queries) / sizeof(queries[0]) };

/* OpenSSL 3.6 and later have these, whose digest cannot be chosen. */
static const char *const fixed_kdfs[] = {"HKDF-SHA256", "HKDF-SHA384", "HKDF-SHA512"};

struct names {
    char name[MAX_NAMES][NAME_SIZE];
    size_t count;
};

struct digest {
    char name[NAME_SIZE];
    size_t size;
};

/* OpenSSL alone, and the same with sslprovider selected. */
enum { PLAIN, SELECTED, SIDES };

struct side {
    OSSL_LIB_CTX *libctx;
    OSSL_PROVIDER *providers[2];
};

struct test_case {
    const struct shape *shape;
    const char *kdf;
    char digest[NAME_SIZE]; /* empty: the KDF has its own */
    const char *query;      /* NULL: none is given */
    enum way way;
    size_t out_len;
    double ns[SIDES], ratio; /* medians */
};

static struct side sides[SIDES];
static struct digest digests[MAX_DIGESTS];
static size_t digest_count;
static struct test_case cases[MAX_CASES];
static size_t case_count;

static struct options {
    bool smoke, all;
    bool part[PARTS];
    int rounds;
    const char *kdf, *digest;
} options = {.rounds = ROUNDS};

/* ---- Parameters and derivations ---- */

struct derivation {
    EVP_KDF *kdf;         /* NULL: fetched each time */
    EVP_KDF_CTX *context; /* NULL: made each time */
    OSSL_PARAM params[MAX_PARAMS];
};

static unsigned char input[LONGEST_INPUT], output[SIDES][LONGEST_OUTPUT];

static void add_octets(OSSL_PARAM **end, const char *name, int len)
{
    if (len != NOT_GIVEN)
        *(*end)++ = OSSL_PARAM_construct_octet_string(name, input, (size_t)len);
}

/* libssl gives label, two randoms, and two more. */
static void add_seeds(OSSL_PARAM **end, int len)
{
    static const int lengths[] = {13, 32, 32, LONGEST_INPUT, 0};

    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        const int part = len < lengths[i] ? len : lengths[i];

        add_octets(end, OSSL_KDF_PARAM_SEED, part);
        len -= part;
    }
}

static void list_params(struct test_case *test, OSSL_PARAM *end)
{
    static char prefix[] = "tls13 ", label[] = "derived";
    static int modes[] = {BOTH, EXTRACT, EXPAND};
    const struct shape *shape = test->shape;

    if (shape->mode != NOT_GIVEN)
        *end++ = OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &modes[shape->mode]);
    if (test->digest[0] != '\0')
        *end++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, test->digest, 0);
    if (test->query != NULL)
        *end++ = OSSL_PARAM_construct_utf8_string(
            OSSL_KDF_PARAM_PROPERTIES, (char *)(uintptr_t)test->query, 0);
    if (strcmp(shape->kdf, "TLS1-PRF") == 0) {
        add_octets(&end, OSSL_KDF_PARAM_SECRET, shape->key);
        add_seeds(&end, shape->info);
    } else {
        add_octets(&end, OSSL_KDF_PARAM_KEY, shape->key);
        add_octets(&end, OSSL_KDF_PARAM_SALT, shape->salt);
        if (strcmp(shape->kdf, "HKDF") == 0) {
            add_octets(&end, OSSL_KDF_PARAM_INFO, shape->info);
        } else {
            *end++ = OSSL_PARAM_construct_octet_string(
                OSSL_KDF_PARAM_PREFIX, prefix, sizeof(prefix) - 1);
            *end++ =
                OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_LABEL, label, sizeof(label) - 1);
            add_octets(&end, OSSL_KDF_PARAM_DATA, shape->info);
        }
    }
    *end = OSSL_PARAM_construct_end();
}

static void derivation_begin(struct derivation *derivation, struct test_case *test, int side)
{
    *derivation = (struct derivation){0};
    list_params(test, derivation->params);
    if (test->way != FETCHED) {
        derivation->kdf = EVP_KDF_fetch(sides[side].libctx, test->kdf, NULL);
        bench_require(derivation->kdf != NULL, test->kdf);
    }
    if (test->way == REUSED) {
        derivation->context = EVP_KDF_CTX_new(derivation->kdf);
        bench_require(derivation->context != NULL, test->kdf);
    }
}

static void derivation_end(struct derivation *derivation)
{
    EVP_KDF_CTX_free(derivation->context);
    EVP_KDF_free(derivation->kdf);
}

static bool derive(const struct derivation *derivation, const struct test_case *test, int side)
{
    EVP_KDF *kdf = derivation->kdf;
    EVP_KDF_CTX *context = derivation->context;
    bool ok;

    if (kdf == NULL)
        kdf = EVP_KDF_fetch(sides[side].libctx, test->kdf, NULL);
    if (context == NULL)
        context = EVP_KDF_CTX_new(kdf);
    else
        EVP_KDF_CTX_reset(context);
    if (derivation->kdf == NULL)
        EVP_KDF_free(kdf);
    if (context != NULL && test->way == SET)
        ok = EVP_KDF_CTX_set_params(context, derivation->params) > 0 &&
            EVP_KDF_derive(context, output[side], test->out_len, NULL) > 0;
    else
        ok = context != NULL &&
            EVP_KDF_derive(context, output[side], test->out_len, derivation->params) > 0;
    if (derivation->context == NULL)
        EVP_KDF_CTX_free(context);
    return ok;
}

/* ---- Cases ---- */

static void collect_name(const char *name, void *arg)
{
    struct names *names = arg;
    char lower[NAME_SIZE];
    size_t len = strlen(name);

    bench_require(len < NAME_SIZE && names->count + 2 <= MAX_NAMES, "keeping a name");
    for (size_t i = 0; i <= len; i++)
        lower[i] = (char)tolower((unsigned char)name[i]);
    memcpy(names->name[names->count++], name, len + 1);
    if (strcmp(lower, name) != 0)
        memcpy(names->name[names->count++], lower, len + 1);
}

/* OpenSSL 4.0 has a digest that wants a key first, which no KDF gives. */
static bool digest_is_usable(const EVP_MD *md)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    bool ok;

    ERR_set_mark();
    ok = EVP_Digest(input, 1, digest, NULL, md, NULL) == 1;
    ERR_pop_to_mark();
    return ok;
}

static void collect_digest(EVP_MD *md, void *arg)
{
    const char *name = EVP_MD_get0_name(md);
    const int size = EVP_MD_get_size(md);

    (void)arg;
    if (size <= 0 || (EVP_MD_get_flags(md) & EVP_MD_FLAG_XOF) != 0 || !digest_is_usable(md))
        return;
    bench_require(digest_count < MAX_DIGESTS && strlen(name) < NAME_SIZE, "keeping a digest");
    memcpy(digests[digest_count].name, name, strlen(name) + 1);
    digests[digest_count++].size = (size_t)size;
}

/* Whether OpenSSL computes a case; then both sides have to give the same bytes.  OpenSSL 3.0 takes
 * no more than 1024 bytes of seed. */
static bool is_computed(struct test_case *test)
{
    bool ok[SIDES];

    for (int side = 0; side < SIDES; side++) {
        struct derivation derivation;

        derivation_begin(&derivation, test, side);
        ERR_set_mark();
        ok[side] = derive(&derivation, test, side);
        ERR_pop_to_mark();
        derivation_end(&derivation);
    }
    if (ok[PLAIN] &&
        (!ok[SELECTED] || memcmp(output[PLAIN], output[SELECTED], test->out_len) != 0)) {
        fprintf(stderr, "drop_in_cases: %s %s differs from OpenSSL's\n", test->kdf, test->digest);
        exit(EXIT_FAILURE);
    }
    return ok[PLAIN];
}

static void add_case(const struct shape *shape, const char *kdf, const char *digest,
    const char *query, size_t hash_size)
{
    struct test_case test = {.shape = shape, .kdf = kdf, .query = query};
    const size_t most = MAX_HASH_BLOCKS * hash_size;

    test.out_len = shape->out == 0 ? hash_size : (size_t)shape->out;
    if (shape->mode != NOT_GIVEN && test.out_len > most)
        test.out_len = most;
    if (digest != NULL)
        memcpy(test.digest, digest, strlen(digest) + 1);
    if (!is_computed(&test))
        return;
    for (int way = 0; way < WAYS; way++) {
        bench_require(case_count < MAX_CASES, "keeping a case");
        cases[case_count] = test;
        cases[case_count++].way = (enum way)way;
    }
}

static bool is_wanted(const char *wanted, const char *name)
{
    return wanted == NULL || strcasecmp(wanted, name) == 0;
}

static void add_cases_of_digest(const struct digest *digest)
{
    EVP_MD *md = EVP_MD_fetch(sides[PLAIN].libctx, digest->name, NULL);
    struct names names = {.count = 0};

    bench_require(md != NULL && EVP_MD_names_do_all(md, collect_name, &names) == 1, digest->name);
    EVP_MD_free(md);
    for (size_t i = 0; i < SHAPES; i++) {
        if (!is_wanted(options.kdf, shapes[i].kdf))
            continue;
        for (size_t k = 0; options.part[QUERIES] && shapes[i].is_main && k < QUERY_COUNT; k++)
            add_case(&shapes[i], shapes[i].kdf, digest->name, queries[k], digest->size);
        if (options.part[LENGTHS])
            add_case(&shapes[i], shapes[i].kdf, digest->name, NULL, digest->size);
        for (size_t k = 0; options.part[NAMES] && shapes[i].is_main && k < names.count; k++)
            add_case(&shapes[i], shapes[i].kdf, names.name[k], NULL, digest->size);
    }
}

static void add_cases_of_fixed_kdf(const char *name)
{
    EVP_KDF *kdf;

    ERR_set_mark();
    kdf = EVP_KDF_fetch(sides[PLAIN].libctx, name, NULL);
    ERR_pop_to_mark();
    if (kdf == NULL)
        return;
    EVP_KDF_free(kdf);
    for (size_t i = 0; i < SHAPES; i++) {
        if (strcmp(shapes[i].kdf, "HKDF") == 0 && is_wanted(options.kdf, name))
            add_case(&shapes[i], name, NULL, NULL, (size_t)(atoi(name + 8) / 8));
    }
}

static void add_all_cases(void)
{
    for (size_t i = 0; i < digest_count; i++) {
        if (is_wanted(options.digest, digests[i].name))
            add_cases_of_digest(&digests[i]);
    }
    for (size_t i = 0; i < sizeof(fixed_kdfs) / sizeof(fixed_kdfs[0]); i++) {
        if (options.part[LENGTHS] && options.digest == NULL)
            add_cases_of_fixed_kdf(fixed_kdfs[i]);
    }
}

static void thin_out_cases(void)
{
    size_t kept = 0;

    for (size_t i = 0; i < case_count; i += SMOKE_STEP)
        cases[kept++] = cases[i];
    case_count = kept;
}

/* ---- Measuring ---- */

static double time_derivations(
    const struct derivation *derivation, const struct test_case *test, int side, int iterations)
{
    const double start = bench_clock_ns(CLOCK_PROCESS_CPUTIME_ID);

    for (int i = 0; i < iterations; i++)
        bench_require(derive(derivation, test, side), test->kdf);
    return (bench_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - start) / iterations;
}

static void measure(struct test_case *test, int rounds)
{
    double ns[SIDES][MAX_ROUNDS], ratios[MAX_ROUNDS];
    struct derivation derivations[SIDES];
    double cost;
    int iterations;

    for (int side = 0; side < SIDES; side++)
        derivation_begin(&derivations[side], test, side);
    (void)time_derivations(&derivations[SELECTED], test, SELECTED, 2);
    cost = time_derivations(&derivations[PLAIN], test, PLAIN, 3);
    iterations = 1 + (int)((options.smoke ? smoke_round_ns : round_ns) / cost);
    for (int round = 0; round < rounds; round++) {
        /* The one that comes first changes from round to round. */
        for (int turn = 0; turn < SIDES; turn++) {
            const int side = (round + turn) % SIDES;

            ns[side][round] = time_derivations(&derivations[side], test, side, iterations);
        }
        ratios[round] = ns[SELECTED][round] / ns[PLAIN][round];
    }
    for (int side = 0; side < SIDES; side++) {
        derivation_end(&derivations[side]);
        test->ns[side] = bench_median(ns[side], rounds);
    }
    test->ratio = bench_median(ratios, rounds);
}

static void print_length(int len)
{
    if (len == NOT_GIVEN)
        printf(" %5s", "-");
    else
        printf(" %5d", len);
}

static void print_case(const struct test_case *test)
{
    static const char *const modes[] = {
        [BOTH] = "both", [EXTRACT] = "extract", [EXPAND] = "expand"};
    const struct shape *shape = test->shape;

    printf("%-11s %-7s %-24s %-16s %-7s", test->kdf,
        shape->mode == NOT_GIVEN ? "" : modes[shape->mode], test->digest,
        test->query == NULL ? "-" : test->query, ways[test->way]);
    print_length(shape->key);
    print_length(shape->salt);
    print_length(shape->info);
    printf(" %5zu %9.0f %9.0f %6.3f\n", test->out_len, test->ns[SELECTED], test->ns[PLAIN],
        test->ratio);
}

/* The first line of a table of cases. */
static void print_head(const char *title)
{
    printf("%s\n%-11s %-7s %-24s %-16s %-7s %5s %5s %5s %5s %9s %9s %6s\n", title, "KDF", "mode",
        "digest", "query", "context", "key", "salt", "info", "out", "ns", "OpenSSL", "ratio");
}

static void print_summary(void)
{
    static double ratios[MAX_CASES];

    for (int way = 0; way < WAYS; way++) {
        int count = 0;

        for (size_t i = 0; i < case_count; i++) {
            if (cases[i].way == (enum way)way)
                ratios[count++] = cases[i].ratio;
        }
        if (count == 0)
            continue;
        bench_sort(ratios, count);
        printf("%-8s %5d cases, ratio to OpenSSL's: least %.3f, median %.3f, most %.3f\n",
            ways[way], count, ratios[0], ratios[count / 2], ratios[count - 1]);
    }
}

/* Measures all cases, and once more those over the bound; the value is how many stay over it. */
static size_t measure_all(void)
{
    size_t repeated = 0, over = 0;

    if (options.all)
        print_head("All cases:");
    for (size_t i = 0; i < case_count; i++) {
        measure(&cases[i], options.rounds);
        if (options.all)
            print_case(&cases[i]);
    }
    for (size_t i = 0; i < case_count && !options.smoke; i++) {
        if (cases[i].ratio <= bound)
            continue;
        repeated++;
        measure(&cases[i], 3 * options.rounds - 2);
        if (cases[i].ratio <= bound)
            continue;
        if (over++ == 0)
            print_head("Over the bound:");
        print_case(&cases[i]);
    }
    print_summary();
    printf("OpenSSL %s: %zu cases, %zu measured again, %zu over %.2f\n",
        OpenSSL_version(OPENSSL_VERSION_STRING), case_count, repeated, over, bound);
    return over;
}

static void set_up(void)
{
    for (int side = 0; side < SIDES; side++) {
        sides[side].libctx = OSSL_LIB_CTX_new();
        bench_require(sides[side].libctx != NULL, "making a library context");
        sides[side].providers[0] = OSSL_PROVIDER_load(sides[side].libctx, "default");
        bench_require(sides[side].providers[0] != NULL, "loading the default provider");
    }
    sides[SELECTED].providers[1] = OSSL_PROVIDER_load(sides[SELECTED].libctx, SSLPROVIDER_NAME);
    bench_require(sides[SELECTED].providers[1] != NULL &&
            EVP_set_default_properties(sides[SELECTED].libctx, "?" SSLPROVIDER_KDF_PROPERTY) == 1,
        "selecting sslprovider");
    for (size_t i = 0; i < sizeof(input); i++)
        input[i] = (unsigned char)(i * 7 + 1);
    EVP_MD_do_all_provided(sides[PLAIN].libctx, collect_digest, NULL);
    bench_require(digest_count != 0, "listing the digests");
}

static void tear_down(void)
{
    for (int side = 0; side < SIDES; side++) {
        for (int i = 1; i >= 0; i--) {
            if (sides[side].providers[i] != NULL)
                OSSL_PROVIDER_unload(sides[side].providers[i]);
        }
        OSSL_LIB_CTX_free(sides[side].libctx);
    }
}

static bool read_part(const char *name)
{
    for (int part = 0; part < PARTS; part++) {
        if (strcmp(name, parts[part]) == 0)
            return options.part[part] = true;
    }
    return false;
}

static bool read_options(int argc, char *argv[])
{
    bool chosen = false;

    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        bool has_value = true, ok = value[0] != '\0';

        if (strcmp(argv[i], "--smoke") == 0 || strcmp(argv[i], "--all") == 0) {
            *(argv[i][2] == 's' ? &options.smoke : &options.all) = true;
            has_value = false;
            ok = true;
        } else if (strcmp(argv[i], "--rounds") == 0) {
            options.rounds = atoi(value);
            ok = options.rounds > 0 && 3 * options.rounds - 2 <= MAX_ROUNDS;
        } else if (strcmp(argv[i], "--part") == 0) {
            ok = read_part(value);
        } else if (strcmp(argv[i], "--kdf") == 0) {
            options.kdf = value;
        } else if (strcmp(argv[i], "--digest") == 0) {
            options.digest = value;
        } else {
            ok = false;
        }
        if (!ok)
            return false;
        i += has_value;
    }
    if (options.smoke)
        options.rounds = SMOKE_ROUNDS;
    for (int part = 0; part < PARTS; part++)
        chosen = chosen || options.part[part];
    for (int part = 0; part < PARTS && !chosen; part++)
        options.part[part] = true;
    return true;
}

int main(int argc, char *argv[])
{
    size_t over;

    if (!read_options(argc, argv)) {
        fprintf(stderr,
            "usage: %s [--smoke] [--all] [--rounds N] [--part names|queries|lengths]... [--kdf "
            "NAME] "
            "[--digest NAME]\n",
            argv[0]);
        return EXIT_FAILURE;
    }
    bench_keep_to_one_core();
    set_up();
    add_all_cases();
    if (options.smoke)
        thin_out_cases();
    over = measure_all();
    tear_down();
    return over == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
