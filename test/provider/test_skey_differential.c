/* SPDX-License-Identifier: Apache-2.0
 *
 * Random derivations from opaque keys beside the same from bytes: an exportable key gives the
 * bytes, and of a key that is not exportable no byte comes out, whichever way a program asks.
 *
 * SSLP_TEST_CASES sets the number of cases, SSLP_TEST_SEED the seed, which is printed.
 */
#include "skeys.h"

#ifdef SSLP_HAVE_KDF_SKEY

#    include <inttypes.h>

enum { CASES = 20000, MAX_SECRET = 80, MAX_OUTPUT = 96, CANARY_LEN = 6 };

static OSSL_LIB_CTX *libctx;
static EVP_KDF *prf, *tls13, *hkdf;
static EVP_SKEYMGMT *own_type, *generic_type;
static uint64_t first_seed = UINT64_C(0x0BACDE12);
static unsigned long cases = CASES, derived, refused, found;

/* One case: a KDF, and what is given to it. */
struct derivation {
    EVP_KDF *kdf;
    uint8_t secret[MAX_SECRET], salt[MAX_SECRET], text[40];
    size_t secret_len, salt_len, text_len, out_len;
    int mode;
    bool has_salt;
    struct support_params params; /* all but the secrets */
};

static EVP_SKEY *key_of(const uint8_t *bytes, size_t len, int exportable)
{
    struct support_params params = {.count = 0};

    support_add_octets(&params, SSLPROVIDER_PARAM_RAW_BYTES, bytes, len);
    support_add_int(&params, SSLPROVIDER_PARAM_EXPORTABLE, &exportable);
    return skey_from(libctx, &params);
}

static void make_case(struct derivation *d, uint64_t *state)
{
    static const char *const digests[] = {"SHA2-256", "SHA2-384", "SHA512", "SHA1"};
    EVP_KDF *const choice[] = {prf, tls13, hkdf};

    d->kdf = choice[support_number_below(state, 3)];
    d->secret_len = 16 + support_number_below(state, MAX_SECRET - 15);
    d->salt_len = 16 + support_number_below(state, MAX_SECRET - 15);
    d->text_len = 1 + support_number_below(state, sizeof(d->text));
    d->out_len = 1 + support_number_below(state, MAX_OUTPUT);
    support_fill(state, d->secret, d->secret_len);
    support_fill(state, d->salt, d->salt_len);
    support_fill(state, d->text, d->text_len);
    d->params.count = 0;
    support_add_text(&d->params, OSSL_KDF_PARAM_DIGEST, digests[support_number_below(state, 4)]);
    d->has_salt = false;
    if (d->kdf == prf) {
        support_add_octets(&d->params, OSSL_KDF_PARAM_SEED, d->text, d->text_len);
        return;
    }
    d->mode = d->kdf == tls13 ? 1 + (int)support_number_below(state, 2)
                              : (int)support_number_below(state, 3);
    d->has_salt = support_number_below(state, 2) != 0;
    support_add_int(&d->params, OSSL_KDF_PARAM_MODE, &d->mode);
    if (d->kdf == tls13) {
        support_add_octets(&d->params, OSSL_KDF_PARAM_PREFIX, "tls13 ", 6);
        support_add_octets(&d->params, OSSL_KDF_PARAM_LABEL, d->text, d->text_len);
    } else {
        support_add_octets(&d->params, OSSL_KDF_PARAM_INFO, d->text, d->text_len);
    }
}

static const char *secret_name(const struct derivation *d)
{
    return d->kdf == prf ? OSSL_KDF_PARAM_SECRET : OSSL_KDF_PARAM_KEY;
}

/* The context for the opaque way; the secrets go in by key, whose policy may differ. */
static EVP_KDF_CTX *opaque_context(const struct derivation *d, EVP_SKEY *key, EVP_SKEY *salt)
{
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(d->kdf);

    CU_ASSERT_FATAL(EVP_KDF_CTX_set_SKEY(ctx, key, secret_name(d)) == 1);
    if (d->has_salt)
        CU_ASSERT_FATAL(EVP_KDF_CTX_set_SKEY(ctx, salt, OSSL_KDF_PARAM_SALT) == 1);
    return ctx;
}

/* The bytes; false where the KDF refuses the inputs. */
static bool from_bytes(const struct derivation *d, uint8_t *out, size_t len)
{
    struct support_params params = d->params;

    support_add_octets(&params, secret_name(d), d->secret, d->secret_len);
    if (d->has_salt)
        support_add_octets(&params, OSSL_KDF_PARAM_SALT, d->salt, d->salt_len);
    return support_run(d->kdf, &params, out, len);
}

static bool has_bytes(EVP_SKEY *skey, const uint8_t *expected, size_t expected_len)
{
    const unsigned char *bytes = NULL;
    size_t len = 0;

    return EVP_SKEY_get0_raw_key(skey, &bytes, &len) == 1 && len == expected_len &&
        memcmp(bytes, expected, len) == 0;
}

/* ---- The canary ---- */

/* Whether any six bytes of a secret in a row are among the bytes. */
static bool leaks(const uint8_t *secret, size_t len, const void *bytes, size_t bytes_len)
{
    const uint8_t *in = bytes;

    for (size_t i = 0; i + CANARY_LEN <= bytes_len; i++) {
        for (size_t j = 0; j + CANARY_LEN <= len; j++) {
            if (memcmp(in + i, secret + j, CANARY_LEN) == 0)
                return true;
        }
    }
    return false;
}

struct canary {
    const uint8_t *secret;
    size_t len;
    bool leaked;
};

static int look_at_export(const OSSL_PARAM params[], void *argument)
{
    struct canary *canary = argument;

    for (; params->key != NULL; params++)
        canary->leaked =
            canary->leaked || leaks(canary->secret, canary->len, params->data, params->data_size);
    return 1;
}

/* Everything that the error queue says; empties it. */
static bool errors_leak(const uint8_t *secret, size_t len)
{
    const char *file, *function, *data;
    int line, flags;
    unsigned long error;
    bool leaked = false;

    while ((error = ERR_get_error_all(&file, &line, &function, &data, &flags)) != 0) {
        char text[256];

        ERR_error_string_n(error, text, sizeof(text));
        leaked = leaked || leaks(secret, len, text, strlen(text)) ||
            leaks(secret, len, data, data == NULL ? 0 : strlen(data));
    }
    return leaked;
}

/* All that can be asked of a context. */
static bool getters_leak(const struct derivation *d, EVP_KDF_CTX *ctx)
{
    const OSSL_PARAM *known = EVP_KDF_gettable_ctx_params(d->kdf);
    bool leaked = false;

    for (; known->key != NULL; known++) {
        uint8_t room[256] = {0};
        OSSL_PARAM get[] = {*known, OSSL_PARAM_construct_end()};

        get[0].data = room;
        get[0].data_size = known->data_type == OSSL_PARAM_OCTET_STRING ||
                known->data_type == OSSL_PARAM_UTF8_STRING
            ? sizeof(room)
            : known->data_size;
        (void)EVP_KDF_CTX_get_params(ctx, get);
        leaked = leaked || leaks(d->secret, d->secret_len, room, sizeof(room)) ||
            leaks(d->salt, d->salt_len, room, sizeof(room));
    }
    return leaked;
}

static bool key_leaks(EVP_SKEY *key, const uint8_t *secret, size_t len)
{
    struct canary canary = {secret, len, false};
    const unsigned char *raw = NULL;
    size_t raw_len = 0;
    const char *id = EVP_SKEY_get0_key_id(key);

    for (int selection = 0; selection <= OSSL_SKEYMGMT_SELECT_ALL; selection++)
        (void)EVP_SKEY_export(key, selection, look_at_export, &canary);
    if (EVP_SKEY_get0_raw_key(key, &raw, &raw_len) == 1)
        canary.leaked = canary.leaked || leaks(secret, len, raw, raw_len);
    return canary.leaked || leaks(secret, len, id, strlen(id)) || errors_leak(secret, len);
}

/* ---- Cases ---- */

/* The exportable twin: bytes, a key of ours and one of OpenSSL's. */
static void compare_open(const struct derivation *d, const uint8_t *expected)
{
    EVP_SKEY *key = key_of(d->secret, d->secret_len, 1), *salt = key_of(d->salt, d->salt_len, 1);
    EVP_KDF_CTX *ctx = opaque_context(d, key, salt);
    EVP_SKEY *own, *generic;
    uint8_t out[MAX_OUTPUT];

    CU_ASSERT(EVP_KDF_derive(ctx, out, d->out_len, d->params.list) == 1);
    CU_ASSERT(memcmp(out, expected, d->out_len) == 0);
    own = EVP_KDF_derive_SKEY(ctx, own_type, "SSL-KEY", NULL, d->out_len, NULL);
    generic = EVP_KDF_derive_SKEY(ctx, generic_type, "GENERIC-SECRET", NULL, d->out_len, NULL);
    CU_ASSERT_FATAL(own != NULL && generic != NULL);
    CU_ASSERT(has_bytes(own, expected, d->out_len));
    CU_ASSERT(has_bytes(generic, expected, d->out_len));
    EVP_SKEY_free(own);
    EVP_SKEY_free(generic);
    EVP_SKEY_free(key);
    EVP_SKEY_free(salt);
    EVP_KDF_CTX_free(ctx);
}

/* The closed twin, each of its secrets and its result a canary. */
static void look_for_leaks(const struct derivation *d, const uint8_t *expected)
{
    EVP_SKEY *key = key_of(d->secret, d->secret_len, 0), *salt = key_of(d->salt, d->salt_len, 0);
    EVP_KDF_CTX *ctx = opaque_context(d, key, salt), *copy;
    EVP_SKEY *own;
    uint8_t out[MAX_OUTPUT], nothing[MAX_OUTPUT] = {0};

    memset(out, 0xA5, sizeof(out));
    CU_ASSERT(EVP_KDF_derive(ctx, out, d->out_len, d->params.list) != 1);
    CU_ASSERT(memcmp(out, nothing, d->out_len) == 0);
    found += errors_leak(d->secret, d->secret_len);
    copy = EVP_KDF_CTX_dup(ctx);
    CU_ASSERT(EVP_KDF_derive(copy, out, d->out_len, NULL) != 1);
    CU_ASSERT(memcmp(out, nothing, d->out_len) == 0);
    own = EVP_KDF_derive_SKEY(copy, own_type, "SSL-KEY", NULL, d->out_len, NULL);
    CU_ASSERT_FATAL(own != NULL);
    found += getters_leak(d, ctx);
    found += getters_leak(d, copy);
    found += errors_leak(d->secret, d->secret_len);
    found += key_leaks(key, d->secret, d->secret_len);
    found += key_leaks(salt, d->salt, d->salt_len);
    found += key_leaks(own, expected, d->out_len);
    EVP_SKEY_free(own);
    EVP_SKEY_free(key);
    EVP_SKEY_free(salt);
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_CTX_free(copy);
}

static void read_environment(void)
{
    const char *number = getenv("SSLP_TEST_CASES"), *seed = getenv("SSLP_TEST_SEED");

    if (number != NULL)
        cases = strtoul(number, NULL, 0);
    if (seed != NULL)
        first_seed = strtoull(seed, NULL, 0);
}

static void test_random_cases(void)
{
    uint64_t state = first_seed;

    printf("\n    SSLP_TEST_SEED=0x%" PRIx64 " SSLP_TEST_CASES=%lu", first_seed, cases);
    for (unsigned long i = 0; i < cases; i++) {
        struct derivation d;
        uint8_t expected[MAX_OUTPUT];

        make_case(&d, &state);
        if (d.kdf != prf && d.mode == EVP_KDF_HKDF_MODE_EXTRACT_ONLY) {
            EVP_MD *md = EVP_MD_fetch(libctx, d.params.list[0].data, NULL);

            d.out_len = (size_t)EVP_MD_get_size(md);
            EVP_MD_free(md);
        }
        if (!from_bytes(&d, expected, d.out_len)) {
            refused++;
            ERR_clear_error();
            continue;
        }
        derived++;
        compare_open(&d, expected);
        look_for_leaks(&d, expected);
    }
    printf("\n    %lu derivations, %lu refusals, %lu leaks\n  ", derived, refused, found);
    CU_ASSERT(refused == 0);
    CU_ASSERT_EQUAL(found, 0);
}

/* The search for a canary finds one. */
static void test_the_canary_is_found(void)
{
    uint8_t secret[32];
    uint64_t state = 99;
    EVP_SKEY *open;

    support_fill(&state, secret, sizeof(secret));
    open = key_of(secret, sizeof(secret), 1);
    CU_ASSERT(key_leaks(open, secret, sizeof(secret)));
    EVP_SKEY_free(open);
    ERR_raise_data(ERR_LIB_USER, ERR_R_PASSED_INVALID_ARGUMENT, "%s", "canary");
    CU_ASSERT(errors_leak((const uint8_t *)"canary", 6));
}

static int initialize(void)
{
    read_environment();
    libctx = support_context_new("");
    prf = EVP_KDF_fetch(libctx, "TLS1-PRF", SSLPROVIDER_PROPERTY);
    tls13 = EVP_KDF_fetch(libctx, "TLS13-KDF", SSLPROVIDER_PROPERTY);
    hkdf = EVP_KDF_fetch(libctx, "HKDF", SSLPROVIDER_PROPERTY);
    own_type = EVP_SKEYMGMT_fetch(libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLPROVIDER_PROPERTY);
    generic_type = EVP_SKEYMGMT_fetch(libctx, "GENERIC-SECRET", NULL);
    return hkdf == NULL || own_type == NULL || generic_type == NULL;
}

static int clean_up(void)
{
    EVP_KDF_free(prf);
    EVP_KDF_free(tls13);
    EVP_KDF_free(hkdf);
    EVP_SKEYMGMT_free(own_type);
    EVP_SKEYMGMT_free(generic_type);
    OSSL_LIB_CTX_free(libctx);
    return 0;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_the_canary_is_found),
        TEST(test_random_cases),
    };

    return RUN_TESTS("opaque keys beside bytes", initialize, clean_up, tests);
}

#else

int main(void)
{
    printf("skipped: the KDFs of these OpenSSL headers know no EVP_SKEY (3.6 and later do)\n");
    return SKIPPED;
}

#endif
