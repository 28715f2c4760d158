/* SPDX-License-Identifier: Apache-2.0
 *
 * KDF SSL-SESSION-KEYS through EVP: what it refuses and why, what each output selects from the key
 * block, what a context tells and keeps, and agreement with the TLS1-PRF of the default provider.
 */
#include "support.h"

#include "common/rsp.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define GCM_SUITE "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
#define CBC_SUITE "TLS_RSA_WITH_AES_128_CBC_SHA"

enum { MAX_OUTPUT = 256, GCM_BLOCK_LEN = 40, DIFFERENTIAL_CASES = 300 };

static OSSL_LIB_CTX *libctx;
static OSSL_PROVIDER *hash_provider;
static EVP_KDF *kdf;
static EVP_PKEY *master_key, *bare_key, *pre_master_key;
static uint8_t secret[MAX_OUTPUT], client_random[SUPPORT_RANDOM_LEN],
    server_random[SUPPORT_RANDOM_LEN];

static struct support_inputs from_bytes(const char *protocol, const char *suite, const char *output)
{
    return (struct support_inputs){.protocol = protocol,
        .suite = suite,
        .output = output,
        .secret = secret,
        .secret_len = SUPPORT_MASTER_LEN,
        .client_random = client_random,
        .server_random = server_random};
}

static struct support_inputs from_handle(const EVP_PKEY *key, const char *output)
{
    return (struct support_inputs){.handle = support_handle_of(key),
        .output = output,
        .client_random = client_random,
        .server_random = server_random};
}

static bool all_zero(const uint8_t *bytes, size_t len)
{
    uint8_t any = 0;

    for (size_t i = 0; i < len; i++)
        any |= bytes[i];
    return any == 0;
}

/* RFC 5246 section 6.3, by the default provider: the seed has the server's random first. */
static bool reference_block(const char *digest, uint8_t *out, size_t len)
{
    return support_default_prf(libctx, digest, secret, SUPPORT_MASTER_LEN, "key expansion",
        server_random, client_random, SUPPORT_RANDOM_LEN, out, len);
}

/* --- Refusals -------------------------------------------------------------------------------- */

static void refuse_len(struct support_inputs inputs, size_t len, const char *reason)
{
    uint8_t out[MAX_OUTPUT];

    if (support_derive(kdf, inputs, out, len)) {
        fprintf(stderr, "\n    \"%s\": not refused\n", reason);
        CU_FAIL("a wrong derivation was not refused");
    }
    ASSERT_RAISED(reason);
}

static void refuse(struct support_inputs inputs, const char *reason)
{
    refuse_len(inputs, GCM_BLOCK_LEN, reason);
}

/* Each line gives everything but what its reason asks for: the order of the checks. */
static void test_missing_inputs_named_in_order(void)
{
    struct support_inputs inputs = {.output = "write"};

    refuse(inputs, "missing secret");
    inputs.secret = secret;
    inputs.secret_len = SUPPORT_MASTER_LEN;
    refuse(inputs, "missing client random");
    inputs.client_random = client_random;
    refuse(inputs, "missing server random");
    inputs.server_random = server_random;
    refuse(inputs, "output needs a cipher suite");
    inputs.suite = GCM_SUITE;
    refuse(inputs, "missing protocol version");
    inputs.protocol = "TLSv1.2";
    refuse(inputs, "missing role");
    inputs.role = "client";
    refuse(inputs, "invalid output length");

    inputs = from_bytes(NULL, NULL, NULL);
    refuse(inputs, "missing cipher suite or digest");
    inputs.suite = GCM_SUITE;
    refuse(inputs, "missing protocol version");
    refuse(from_bytes("TLSv1.2", NULL, NULL), "missing cipher suite or digest");
}

static void test_unknown_names_refused(void)
{
    struct support_inputs inputs = from_bytes("TLSv1.2", GCM_SUITE, NULL);

    refuse(from_bytes("TLSv9", GCM_SUITE, NULL), "unknown protocol version");
    refuse(from_bytes("tlsv1.2", GCM_SUITE, NULL), "unknown protocol version");
    refuse(from_bytes("", GCM_SUITE, NULL), "unknown protocol version");
    refuse(from_bytes("TLSv1.2", "TLS_NO_SUCH_SUITE", NULL), "unknown cipher suite");
    refuse(from_bytes("TLSv1.2", "0x", NULL), "unknown cipher suite");
    refuse(from_bytes("TLSv1.2", "0xC02FF", NULL), "unknown cipher suite");
    refuse(from_bytes("TLSv1.2", GCM_SUITE, "read-everything"), "unknown output");
    refuse(from_bytes("TLSv1.2", GCM_SUITE, "handle"), "unknown output");
    inputs.role = "referee";
    refuse(inputs, "unknown role");
}

static void test_wrong_lengths_refused(void)
{
    static const size_t wrong_secrets[] = {0, 1, 47, 49, 96};
    static const size_t wrong_randoms[] = {0, 1, 31, 33, 64};
    struct support_inputs inputs = from_bytes("TLSv1.2", GCM_SUITE, NULL);

    for (size_t i = 0; i < sizeof(wrong_secrets) / sizeof(wrong_secrets[0]); i++) {
        inputs.secret_len = wrong_secrets[i];
        refuse(inputs, "invalid secret length");
    }
    for (size_t i = 0; i < sizeof(wrong_randoms) / sizeof(wrong_randoms[0]); i++) {
        static const char *const names[] = {
            SSLPROVIDER_PARAM_CLIENT_RANDOM, SSLPROVIDER_PARAM_SERVER_RANDOM};

        for (size_t side = 0; side < 2; side++) {
            EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
            struct support_params params = {.count = 0};

            support_add_octets(&params, names[side], secret, wrong_randoms[i]);
            CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) != 1);
            ASSERT_RAISED("invalid random length");
            EVP_KDF_CTX_free(ctx);
        }
    }
}

static void test_protocol_and_suite_must_agree(void)
{
    struct support_inputs inputs = from_bytes("TLSv1.2", NULL, NULL);

    refuse(from_bytes("TLSv1.1", GCM_SUITE, NULL), "cipher suite not in protocol");
    refuse(from_bytes("DTLSv1", GCM_SUITE, NULL), "cipher suite not in protocol");
    refuse(from_bytes("TLSv1.2", "TLS_AES_128_GCM_SHA256", NULL), "cipher suite not in protocol");
    refuse(from_bytes("TLSv1.2", GCM_SUITE, "key"), "output only in TLS 1.3");
    refuse(from_bytes("TLSv1.2", GCM_SUITE, "iv"), "output only in TLS 1.3");
    refuse(from_bytes("SSLv3", CBC_SUITE, NULL), "legacy protocol or cipher suite not allowed");
    refuse(from_bytes("TLSv1.2", "TLS_RSA_WITH_RC4_128_SHA", NULL),
        "legacy protocol or cipher suite not allowed");
    refuse(from_bytes("TLSv1.2", "TLS_RSA_WITH_NULL_SHA256", NULL),
        "legacy protocol or cipher suite not allowed");
    refuse(from_bytes("TLSv1", "TLS_RSA_WITH_DES_CBC_SHA", NULL),
        "legacy protocol or cipher suite not allowed");
    refuse(from_bytes("TLSv1", "TLS_RSA_EXPORT_WITH_RC4_40_MD5", NULL),
        "legacy protocol or cipher suite not allowed");
    inputs.digest = "MD5-SHA1";
    refuse(inputs, "digest not in protocol");
    inputs.digest = "SHA2-256";
    inputs.protocol = "TLSv1.1";
    refuse(inputs, "digest not in protocol");
}

static void test_handles_refused(void)
{
    struct support_inputs inputs = from_handle(master_key, NULL);
    EVP_PKEY *gone = support_master_key(libctx, secret, "client");

    inputs.secret = secret;
    inputs.secret_len = SUPPORT_MASTER_LEN;
    refuse(inputs, "secret and handle given");
    refuse(from_handle(pre_master_key, NULL), "wrong kind of key");
    inputs = from_handle(master_key, NULL);
    inputs.protocol = "DTLSv1.2";
    refuse(inputs, "protocol or cipher suite differs from the key's");
    inputs = from_handle(master_key, NULL);
    inputs.suite = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
    refuse(inputs, "protocol or cipher suite differs from the key's");
    refuse(from_handle(bare_key, "read"), "missing role");

    inputs = from_handle(gone, NULL);
    CU_ASSERT(inputs.handle != 0);
    EVP_PKEY_free(gone);
    refuse(inputs, "invalid key handle");
    inputs.handle = 1;
    refuse(inputs, "invalid key handle");
    inputs.handle = UINT64_MAX;
    refuse(inputs, "invalid key handle");
    for (unsigned bit = 0; bit < 64; bit++) {
        inputs.handle = support_handle_of(pre_master_key) ^ UINT64_C(1) << bit;
        if (inputs.handle == support_handle_of(master_key) ||
            inputs.handle == support_handle_of(bare_key))
            continue;
        refuse(inputs, "invalid key handle");
    }
}

/* A type that is not the parameter's own fails exactly for the parameters of the settable list:
 * the list is complete, and what it leaves out is ignored. */
static void test_parameter_types_follow_settable_list(void)
{
    static const char *const names[] = {"protocol", "cipher-suite", "secret", "handle",
        "client-random", "server-random", "role", "output", "digest", "properties", "session-hash",
        "kind", "exportable", "mac-key-length", "key-length", "iv-length", "size", "label", "mode"};
    const OSSL_PARAM *settable = EVP_KDF_settable_ctx_params(kdf);
    unsigned listed = 0;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const OSSL_PARAM *entry = OSSL_PARAM_locate_const(settable, names[i]);
        bool text = entry != NULL && entry->data_type == OSSL_PARAM_UTF8_STRING;
        EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
        struct support_params params = {.count = 0};
        int set;

        if (text)
            support_add_octets(&params, names[i], "client", 6);
        else
            support_add_text(&params, names[i], "not of this type");
        set = EVP_KDF_CTX_set_params(ctx, params.list);
        CU_ASSERT((set == 1) == (entry == NULL));
        if (entry != NULL)
            ASSERT_RAISED("invalid parameter type");
        CU_ASSERT(support_nothing_raised());
        listed += entry != NULL;
        EVP_KDF_CTX_free(ctx);
    }
    CU_ASSERT(listed == 10);
    for (; settable->key != NULL; settable++)
        CU_ASSERT(listed-- != 0);
    CU_ASSERT(listed == 0);
}

/* Whatever stage a derivation fails at, the caller is left with zeros and not with old bytes. */
static void test_refusal_zeroes_output(void)
{
    struct support_inputs cases[5];

    cases[0] = from_bytes("TLSv9", GCM_SUITE, NULL);          /* a parameter */
    cases[1] = (struct support_inputs){.digest = "SHA2-256"}; /* the inputs as a whole */
    cases[2] = from_bytes("TLSv1.2", GCM_SUITE, "read");      /* the output */
    cases[3] = from_bytes("TLSv1.2", NULL, NULL);             /* the choice of the PRF */
    cases[4] = from_bytes("TLSv1.2", GCM_SUITE, NULL);        /* the hash */
    cases[4].properties = "provider=nobody";
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t out[GCM_BLOCK_LEN];

        memset(out, 0xA5, sizeof(out));
        CU_ASSERT(!support_derive(kdf, cases[i], out, sizeof(out)));
        CU_ASSERT(all_zero(out, sizeof(out)));
        ERR_clear_error();
    }
}

/* A caller without a buffer gets a refusal; a child process keeps a crash from ending the run. */
static void test_null_output_refused(void)
{
    struct support_inputs inputs = from_bytes("TLSv1.2", GCM_SUITE, NULL);
    int status = -1;
    pid_t child;

    fflush(NULL);
    child = fork();
    if (child == 0)
        _exit(support_derive(kdf, inputs, NULL, GCM_BLOCK_LEN) ? 1 : 0);
    CU_ASSERT_FATAL(child > 0 && waitpid(child, &status, 0) == child);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void test_failing_hash_reported_and_output_zeroed(void)
{
    struct support_inputs inputs = from_bytes("TLSv1.2", GCM_SUITE, "client-write");
    uint8_t good[20], out[20];

    inputs.properties = SUPPORT_HASH_QUERY;
    CU_ASSERT(support_derive(kdf, inputs, good, sizeof(good)));
    support_set_fault(SUPPORT_FAILING_DIGEST);
    memset(out, 0xA5, sizeof(out));
    CU_ASSERT(!support_derive(kdf, inputs, out, sizeof(out)));
    ASSERT_RAISED("hash computation failed");
    CU_ASSERT(all_zero(out, sizeof(out)));
    memset(out, 0xA5, sizeof(out));
    inputs.output = "key-block";
    CU_ASSERT(!support_derive(kdf, inputs, out, sizeof(out)));
    ASSERT_RAISED("hash computation failed");
    CU_ASSERT(all_zero(out, sizeof(out)));
    support_set_fault(SUPPORT_NO_FAULT);
    inputs.output = "client-write";
    CU_ASSERT(support_derive(kdf, inputs, out, sizeof(out)));
    CU_ASSERT(memcmp(out, good, sizeof(out)) == 0);
}

static void test_hash_not_available(void)
{
    struct support_inputs inputs = from_bytes("TLSv1.2", GCM_SUITE, NULL);

    inputs.properties = "provider=nobody";
    refuse(inputs, "hash not available");
    inputs.properties = NULL;
    inputs.digest = "NO-SUCH-HASH";
    refuse(inputs, "hash not available");
    /* An extendable output function cannot be a PRF hash. */
    inputs.digest = "SHAKE256";
    refuse(inputs, "hash not available");
    inputs = from_handle(master_key, NULL);
    inputs.properties = "provider=nobody";
    refuse(inputs, "hash not available");
    inputs = from_bytes("TLSv1.1", CBC_SUITE, NULL);
    inputs.properties = "provider=nobody";
    refuse(inputs, "hash not available");
}

/* --- Outputs --------------------------------------------------------------------------------- */

/* One direction in the key block of a suite; the lengths stand in the RFC of the suite. */
static const struct suite_case {
    const char *protocol, *suite, *digest;
    size_t mac_key, key, iv;
} suite_cases[] = {
    {"TLSv1", CBC_SUITE, "MD5-SHA1", 20, 16, 16},
    {"TLSv1", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "MD5-SHA1", 20, 24, 8},
    {"TLSv1.1", CBC_SUITE, "MD5-SHA1", 20, 16, 0},
    {"DTLSv1", CBC_SUITE, "MD5-SHA1", 20, 16, 0},
    {"TLSv1.2", CBC_SUITE, "SHA2-256", 20, 16, 0},
    {"TLSv1.2", "AES256-SHA256", "SHA2-256", 32, 32, 0},
    {"TLSv1.2", "0xC028", "SHA2-384", 48, 32, 0},
    {"TLSv1.2", GCM_SUITE, "SHA2-256", 0, 16, 4},
    {"DTLSv1.2", "0xc030", "SHA2-384", 0, 32, 4},
    {"TLSv1.2", "TLS_RSA_WITH_AES_128_CCM_8", "SHA2-256", 0, 16, 4},
    {"TLSv1.2", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "SHA2-256", 0, 32, 12},
};

/* MAC key, key and IV of both sides, cut from the reference key block. */
struct direction {
    uint8_t bytes[MAX_OUTPUT / 2];
    size_t len;
};

static void cut(const struct suite_case *row, const uint8_t *block, struct direction side[2])
{
    const size_t lengths[] = {row->mac_key, row->key, row->iv};

    side[0].len = side[1].len = 0;
    for (size_t piece = 0; piece < 3; piece++) {
        for (size_t i = 0; i < 2; i++) {
            memcpy(side[i].bytes + side[i].len, block, lengths[piece]);
            side[i].len += lengths[piece];
            block += lengths[piece];
        }
    }
}

static size_t size_of(EVP_KDF_CTX *ctx, const char *name)
{
    size_t size = SIZE_MAX - 1;
    OSSL_PARAM params[] = {OSSL_PARAM_construct_size_t(name, &size), OSSL_PARAM_construct_end()};

    CU_ASSERT(EVP_KDF_CTX_get_params(ctx, params) == 1);
    return OSSL_PARAM_modified(params) ? size : SIZE_MAX - 1;
}

/* The output is exactly as long as `size` says, and has these bytes. */
static void expect_output(
    struct support_inputs inputs, const char *output, const uint8_t *expected, size_t len)
{
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    struct support_params params;
    uint8_t out[MAX_OUTPUT];

    inputs.output = output;
    support_list_inputs(&params, &inputs);
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
    CU_ASSERT(size_of(ctx, SSLPROVIDER_PARAM_SIZE) == len);
    CU_ASSERT(EVP_KDF_CTX_get_kdf_size(ctx) == len);
    if (len != 0) {
        bool equal = EVP_KDF_derive(ctx, out, len, NULL) == 1 && memcmp(out, expected, len) == 0;

        if (!equal)
            fprintf(stderr, "\n    %s %s %s\n", inputs.protocol, inputs.suite, output);
        CU_ASSERT(equal);
    }
    CU_ASSERT(EVP_KDF_derive(ctx, out, len + 1, NULL) != 1);
    ASSERT_RAISED("invalid output length");
    CU_ASSERT(EVP_KDF_derive(ctx, out, len == 0 ? 0 : len - 1, NULL) != 1);
    ERR_clear_error();
    EVP_KDF_CTX_free(ctx);
}

static void test_outputs_cut_from_key_block_by_role(void)
{
    static const char *const pieces[] = {"mac-key", "key", "iv"};

    for (size_t i = 0; i < sizeof(suite_cases) / sizeof(suite_cases[0]); i++) {
        const struct suite_case *row = &suite_cases[i];
        const size_t lengths[] = {row->mac_key, row->key, row->iv};
        const size_t len = row->mac_key + row->key + row->iv;
        uint8_t block[MAX_OUTPUT], both[MAX_OUTPUT];
        struct direction side[2];

        CU_ASSERT_FATAL(reference_block(row->digest, block, 2 * len));
        cut(row, block, side);
        for (size_t role = 0; role < 2; role++) {
            const struct direction *mine = &side[role], *peers = &side[1 - role];
            struct support_inputs inputs = from_bytes(row->protocol, row->suite, NULL);
            size_t offset = 0;

            inputs.role = role == 0 ? "client" : "server";
            memcpy(both, peers->bytes, len);
            memcpy(both + len, mine->bytes, len);
            expect_output(inputs, "read", peers->bytes, len);
            expect_output(inputs, "write", mine->bytes, len);
            expect_output(inputs, "session-keys", both, 2 * len);
            expect_output(inputs, "client-write", side[0].bytes, len);
            expect_output(inputs, "server-write", side[1].bytes, len);
            for (size_t piece = 0; piece < 3; piece++) {
                const struct direction *owner[] = {peers, mine, &side[0], &side[1]};
                static const char *const whose[] = {"read", "write", "client", "server"};

                for (size_t k = 0; k < 4; k++) {
                    char name[32];

                    snprintf(name, sizeof(name), "%s-%s", whose[k], pieces[piece]);
                    expect_output(inputs, name, owner[k]->bytes + offset, lengths[piece]);
                }
                offset += lengths[piece];
            }
        }
    }
}

/* The key block is a stream: any length, and a shorter one is the beginning of a longer one. */
static void test_key_block_is_stream(void)
{
    struct support_inputs inputs = from_bytes("TLSv1.2", GCM_SUITE, "key-block");
    uint8_t expected[MAX_OUTPUT], out[MAX_OUTPUT];

    CU_ASSERT_FATAL(reference_block("SHA2-256", expected, sizeof(expected)));
    for (size_t len = 1; len <= sizeof(out); len++)
        CU_ASSERT(support_derive(kdf, inputs, out, len) && memcmp(out, expected, len) == 0);
    refuse_len(inputs, 0, "invalid output length");
}

/* RFC 8446 section 7.3 on the traffic secrets of RFC 8448. */
static void test_tls13_key_and_iv(void)
{
    static const char *const names[] = {"client_handshake", "server_handshake"};
    struct rsp_reader reader;
    struct rsp_block block;
    unsigned compared = 0;

    CU_ASSERT_FATAL(rsp_open(&reader, SSLP_TEST_VECTORS "/rfc8448.rsp"));
    while (rsp_next(&reader, &block) == RSP_BLOCK) {
        for (size_t i = 0; i < 2; i++) {
            const struct rsp_field *traffic_secret, *key, *iv;
            struct support_inputs inputs;
            uint8_t both[28];
            char name[64];

            snprintf(name, sizeof(name), "%s_traffic_secret", names[i]);
            traffic_secret = rsp_field(&block, name);
            snprintf(name, sizeof(name), "%s_key", names[i]);
            key = rsp_field(&block, name);
            snprintf(name, sizeof(name), "%s_iv", names[i]);
            iv = rsp_field(&block, name);
            if (traffic_secret == NULL || key == NULL || iv == NULL)
                continue;
            CU_ASSERT_FATAL(key->len == 16 && iv->len == 12);
            inputs = (struct support_inputs){.protocol = "TLSv1.3",
                .suite = "TLS_AES_128_GCM_SHA256",
                .secret = traffic_secret->data,
                .secret_len = traffic_secret->len};
            memcpy(both, key->data, 16);
            memcpy(both + 16, iv->data, 12);
            expect_output(inputs, "key", key->data, 16);
            expect_output(inputs, "iv", iv->data, 12);
            expect_output(inputs, "session-keys", both, 28);
            expect_output(inputs, NULL, both, 28);
            inputs.role = "server";
            expect_output(inputs, "session-keys", both, 28);
            compared++;
        }
    }
    rsp_close(&reader);
    CU_ASSERT(compared >= 4);
}

static void test_tls13_refusals(void)
{
    static const char *const sides[] = {"key-block", "read", "write", "client-write",
        "server-write", "read-key", "write-iv", "client-mac-key", "server-key"};
    struct support_inputs inputs = {.protocol = "TLSv1.3", .secret = secret, .secret_len = 32};

    inputs.output = "key";
    refuse_len(inputs, 16, "output needs a cipher suite");
    inputs.suite = "TLS_AES_128_GCM_SHA256";
    for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
        inputs.output = sides[i];
        refuse_len(inputs, 16, "output not in TLS 1.3");
    }
    inputs.output = "key";
    inputs.secret_len = 48;
    refuse_len(inputs, 16, "invalid secret length");
    inputs.suite = "TLS_AES_256_GCM_SHA384";
    refuse_len(inputs, 31, "invalid output length");
    inputs.suite = GCM_SUITE;
    refuse_len(inputs, 16, "cipher suite not in protocol");
    inputs = from_handle(master_key, "key");
    inputs.protocol = "TLSv1.3";
    refuse_len(inputs, 16, "protocol or cipher suite differs from the key's");
}

/* --- What a context tells -------------------------------------------------------------------- */

static void test_lengths_known_with_suite(void)
{
    static const char *const lengths[] = {"mac-key-length", "key-length", "iv-length"};
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    struct support_inputs inputs = {.protocol = "TLSv1.2", .suite = CBC_SUITE};
    struct support_params params;

    /* A key block of an unknown suite has no length of its own. */
    CU_ASSERT(size_of(ctx, SSLPROVIDER_PARAM_SIZE) == SIZE_MAX);
    for (size_t i = 0; i < 3; i++)
        CU_ASSERT(size_of(ctx, lengths[i]) == SIZE_MAX - 1);
    support_list_inputs(&params, &inputs);
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
    CU_ASSERT(size_of(ctx, "mac-key-length") == 20);
    CU_ASSERT(size_of(ctx, "key-length") == 16);
    CU_ASSERT(size_of(ctx, "iv-length") == 0);
    CU_ASSERT(size_of(ctx, SSLPROVIDER_PARAM_SIZE) == 72);
    EVP_KDF_CTX_reset(ctx);

    inputs = from_handle(master_key, "write");
    support_list_inputs(&params, &inputs);
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
    CU_ASSERT(size_of(ctx, "mac-key-length") == 0);
    CU_ASSERT(size_of(ctx, "key-length") == 16);
    CU_ASSERT(size_of(ctx, "iv-length") == 4);
    CU_ASSERT(size_of(ctx, SSLPROVIDER_PARAM_SIZE) == 20);
    CU_ASSERT(EVP_KDF_CTX_get_params(ctx, NULL) == 1);
    EVP_KDF_CTX_free(ctx);
}

/* Exactly the four sizes can be read, and above all nothing that was put in. */
static void test_getters_return_sizes_only(void)
{
    static const char *const inputs_only[] = {"secret", "handle", "client-random", "server-random",
        "key", "session-hash", "digest", "protocol"};
    const OSSL_PARAM *gettable = EVP_KDF_gettable_ctx_params(kdf);
    struct support_inputs inputs = from_bytes("TLSv1.2", GCM_SUITE, NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    struct support_params params;
    unsigned listed = 0;

    support_list_inputs(&params, &inputs);
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
    for (size_t i = 0; i < sizeof(inputs_only) / sizeof(inputs_only[0]); i++) {
        uint8_t buffer[MAX_OUTPUT] = {0};
        OSSL_PARAM get[] = {
            OSSL_PARAM_construct_octet_string(inputs_only[i], buffer, sizeof(buffer)),
            OSSL_PARAM_construct_end()};

        (void)EVP_KDF_CTX_get_params(ctx, get);
        CU_ASSERT(!OSSL_PARAM_modified(get));
        CU_ASSERT(all_zero(buffer, sizeof(buffer)));
        CU_ASSERT(OSSL_PARAM_locate_const(gettable, inputs_only[i]) == NULL);
    }
    for (; gettable->key != NULL; gettable++, listed++) {
        size_t size = 0;
        OSSL_PARAM get[] = {
            OSSL_PARAM_construct_size_t(gettable->key, &size), OSSL_PARAM_construct_end()};

        CU_ASSERT(gettable->data_type == OSSL_PARAM_UNSIGNED_INTEGER);
        CU_ASSERT(EVP_KDF_CTX_get_params(ctx, get) == 1 && OSSL_PARAM_modified(get));
    }
    CU_ASSERT(listed == 4);
    EVP_KDF_CTX_free(ctx);
}

/* --- What a context keeps -------------------------------------------------------------------- */

static bool context_gives(EVP_KDF_CTX *ctx, const OSSL_PARAM *params, const uint8_t *expected)
{
    uint8_t out[GCM_BLOCK_LEN] = {0};

    return EVP_KDF_derive(ctx, out, sizeof(out), params) == 1 &&
        memcmp(out, expected, sizeof(out)) == 0;
}

static void test_set_then_derive_repeatedly(void)
{
    struct support_inputs inputs = from_bytes("TLSv1.2", GCM_SUITE, NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    struct support_params params;
    uint8_t expected[GCM_BLOCK_LEN];

    CU_ASSERT_FATAL(reference_block("SHA2-256", expected, sizeof(expected)));
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, NULL) == 1);
    support_list_inputs(&params, &inputs);
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
    CU_ASSERT(context_gives(ctx, NULL, expected));
    CU_ASSERT(context_gives(ctx, NULL, expected));
    EVP_KDF_CTX_reset(ctx);
    CU_ASSERT(!context_gives(ctx, NULL, expected));
    ASSERT_RAISED("missing secret");
    CU_ASSERT(context_gives(ctx, params.list, expected));
    CU_ASSERT(context_gives(ctx, NULL, expected));
    EVP_KDF_CTX_free(ctx);
}

/* One bad parameter, wherever it stands in the list, and none of the list counts. */
static void test_failed_set_changes_nothing(void)
{
    struct support_inputs inputs = from_bytes("TLSv1.2", GCM_SUITE, NULL);
    struct support_inputs others = inputs;
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    struct support_params params, change;
    uint8_t expected[GCM_BLOCK_LEN];

    CU_ASSERT_FATAL(reference_block("SHA2-256", expected, sizeof(expected)));
    support_list_inputs(&params, &inputs);
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
    others.secret = secret + 1;
    others.client_random = secret;
    others.digest = "SHA2-384";
    others.properties = "provider=nobody";
    others.handle = support_handle_of(master_key);
    others.suite = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
    others.output = "client-key";
    support_list_inputs(&change, &others);
    support_add_text(&change, SSLPROVIDER_PARAM_ROLE, "nobody");
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, change.list) != 1);
    ASSERT_RAISED("unknown role");
    CU_ASSERT(context_gives(ctx, NULL, expected));
    CU_ASSERT(!context_gives(ctx, change.list, expected));
    ASSERT_RAISED("unknown role");
    CU_ASSERT(context_gives(ctx, NULL, expected));
    EVP_KDF_CTX_free(ctx);
}

static void test_last_of_duplicates_counts(void)
{
    struct support_inputs inputs = from_bytes("TLSv1.2", GCM_SUITE, NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    struct support_params params = {.count = 0};
    uint8_t expected[GCM_BLOCK_LEN], out[16];

    CU_ASSERT_FATAL(reference_block("SHA2-256", expected, sizeof(expected)));
    support_add_text(&params, SSLPROVIDER_PARAM_DIGEST, "SHA2-384");
    support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, secret + 1, 20);
    support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, secret, SUPPORT_MASTER_LEN);
    support_add_octets(&params, SSLPROVIDER_PARAM_CLIENT_RANDOM, secret, SUPPORT_RANDOM_LEN);
    support_add_octets(&params, SSLPROVIDER_PARAM_CLIENT_RANDOM, client_random, SUPPORT_RANDOM_LEN);
    support_add_octets(&params, SSLPROVIDER_PARAM_SERVER_RANDOM, server_random, SUPPORT_RANDOM_LEN);
    support_add_text(&params, SSLPROVIDER_PARAM_DIGEST, "SHA2-256");
    CU_ASSERT(context_gives(ctx, params.list, expected));
    EVP_KDF_CTX_free(ctx);

    inputs.role = "client";
    ctx = EVP_KDF_CTX_new(kdf);
    support_list_inputs(&params, &inputs);
    support_add_text(&params, SSLPROVIDER_PARAM_OUTPUT, "read-key");
    support_add_text(&params, SSLPROVIDER_PARAM_OUTPUT, "write-key");
    support_add_text(&params, SSLPROVIDER_PARAM_ROLE, "server");
    CU_ASSERT(EVP_KDF_derive(ctx, out, sizeof(out), params.list) == 1);
    CU_ASSERT(memcmp(out, expected + 16, sizeof(out)) == 0);
    EVP_KDF_CTX_free(ctx);
}

static void test_dup_is_independent(void)
{
    struct support_inputs inputs = from_bytes("TLSv1.2", NULL, NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf), *half, *copy;
    struct support_params params, rest = {.count = 0};
    uint8_t expected[GCM_BLOCK_LEN];

    CU_ASSERT_FATAL(reference_block("SHA2-256", expected, sizeof(expected)));
    inputs.properties = "provider=default";
    inputs.server_random = NULL;
    support_list_inputs(&params, &inputs);
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
    half = EVP_KDF_CTX_dup(ctx);
    CU_ASSERT_FATAL(half != NULL);
    EVP_KDF_CTX_free(ctx);
    support_add_octets(&rest, SSLPROVIDER_PARAM_SERVER_RANDOM, server_random, SUPPORT_RANDOM_LEN);
    support_add_text(&rest, SSLPROVIDER_PARAM_DIGEST, "SHA2-256");
    CU_ASSERT(context_gives(half, rest.list, expected));

    copy = EVP_KDF_CTX_dup(half);
    CU_ASSERT_FATAL(copy != NULL);
    EVP_KDF_CTX_reset(half);
    CU_ASSERT(!context_gives(half, NULL, expected));
    ERR_clear_error();
    CU_ASSERT(context_gives(copy, NULL, expected));
    EVP_KDF_CTX_free(half);
    CU_ASSERT(context_gives(copy, NULL, expected));
    EVP_KDF_CTX_free(copy);

    copy = EVP_KDF_CTX_dup(ctx = EVP_KDF_CTX_new(kdf));
    CU_ASSERT(copy != NULL && !context_gives(copy, NULL, expected));
    ASSERT_RAISED("missing secret");
    EVP_KDF_CTX_free(copy);
    EVP_KDF_CTX_free(ctx);
}

/* A context that has taken a handle keeps the key, and so does its copy, when the handle ends. */
static void test_dup_with_handle_keeps_key(void)
{
    EVP_PKEY *key = support_master_key(libctx, secret, "client");
    struct support_inputs inputs = from_handle(key, NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf), *copy;
    struct support_params params;
    uint8_t expected[GCM_BLOCK_LEN];

    CU_ASSERT_FATAL(reference_block("SHA2-256", expected, sizeof(expected)));
    support_list_inputs(&params, &inputs);
    CU_ASSERT(EVP_KDF_CTX_set_params(ctx, params.list) == 1);
    EVP_PKEY_free(key);
    copy = EVP_KDF_CTX_dup(ctx);
    CU_ASSERT_FATAL(copy != NULL);
    CU_ASSERT(context_gives(ctx, NULL, expected));
    EVP_KDF_CTX_free(ctx);
    CU_ASSERT(context_gives(copy, NULL, expected));
    CU_ASSERT(!context_gives(copy, params.list, expected));
    ASSERT_RAISED("invalid key handle");
    EVP_KDF_CTX_free(copy);
}

/* --- Overrides, and agreement ---------------------------------------------------------------- */

static void test_digest_and_properties_override(void)
{
    struct support_inputs inputs = from_bytes("TLSv1.2", GCM_SUITE, NULL);
    uint8_t expected[GCM_BLOCK_LEN], out[GCM_BLOCK_LEN];

    CU_ASSERT_FATAL(reference_block("SHA2-512", expected, sizeof(expected)));
    inputs.digest = "SHA2-512";
    CU_ASSERT(support_derive(kdf, inputs, out, sizeof(out)));
    CU_ASSERT(memcmp(out, expected, sizeof(out)) == 0);
    inputs = from_handle(master_key, NULL);
    inputs.digest = "SHA512";
    CU_ASSERT(support_derive(kdf, inputs, out, sizeof(out)));
    CU_ASSERT(memcmp(out, expected, sizeof(out)) == 0);

    /* The query reaches the hash provider of the test: its fault shows in the result. */
    CU_ASSERT_FATAL(reference_block("SHA2-256", expected, sizeof(expected)));
    inputs = from_bytes("TLSv1.2", GCM_SUITE, NULL);
    inputs.properties = SUPPORT_HASH_QUERY;
    CU_ASSERT(support_derive(kdf, inputs, out, sizeof(out)));
    CU_ASSERT(memcmp(out, expected, sizeof(out)) == 0);
    support_set_fault(SUPPORT_WRONG_DIGEST);
    CU_ASSERT(support_derive(kdf, inputs, out, sizeof(out)));
    CU_ASSERT(memcmp(out, expected, sizeof(out)) != 0);
    inputs.properties = NULL;
    CU_ASSERT(support_derive(kdf, inputs, out, sizeof(out)));
    CU_ASSERT(memcmp(out, expected, sizeof(out)) == 0);
    support_set_fault(SUPPORT_NO_FAULT);
}

static void test_agrees_with_default_prf(void)
{
    static const char *const digests[] = {"MD5-SHA1", "SHA2-256", "SHA2-384", "SHA2-512"};
    uint64_t state = UINT64_C(0x5E551014CE75);

    for (unsigned i = 0; i < DIFFERENTIAL_CASES; i++) {
        uint8_t master[SUPPORT_MASTER_LEN], client[SUPPORT_RANDOM_LEN], server[SUPPORT_RANDOM_LEN];
        uint8_t expected[MAX_OUTPUT], out[MAX_OUTPUT];
        const size_t len = 1 + support_number_below(&state, MAX_OUTPUT);
        struct support_inputs inputs = {.digest = digests[i % 4],
            .secret = master,
            .secret_len = sizeof(master),
            .client_random = client,
            .server_random = server};

        support_fill(&state, master, sizeof(master));
        support_fill(&state, client, sizeof(client));
        support_fill(&state, server, sizeof(server));
        CU_ASSERT(support_default_prf(libctx, inputs.digest, master, sizeof(master),
            "key expansion", server, client, SUPPORT_RANDOM_LEN, expected, len));
        CU_ASSERT(support_derive(kdf, inputs, out, len));
        CU_ASSERT(memcmp(out, expected, len) == 0);
    }
}

static EVP_PKEY *new_pre_master_key(void)
{
    struct support_params params = {.count = 0};

    support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, secret, SUPPORT_MASTER_LEN);
    support_add_text(&params, SSLPROVIDER_PARAM_KIND, SSLPROVIDER_KIND_PRE_MASTER_SECRET);
    return support_key_from(libctx, &params);
}

static int initialize(void)
{
    uint64_t state = UINT64_C(0x123456789);

    support_fill(&state, secret, sizeof(secret));
    support_fill(&state, client_random, sizeof(client_random));
    support_fill(&state, server_random, sizeof(server_random));
    libctx = support_context_new("");
    if (libctx == NULL ||
        OSSL_PROVIDER_add_builtin(libctx, SUPPORT_HASH_PROVIDER, support_hash_provider_init) != 1)
        return 1;
    hash_provider = OSSL_PROVIDER_load(libctx, SUPPORT_HASH_PROVIDER);
    kdf = EVP_KDF_fetch(libctx, SSLPROVIDER_KDF_SESSION_KEYS, SSLPROVIDER_PROPERTY);
    master_key = support_master_key(libctx, secret, "client");
    bare_key = support_master_key(libctx, secret, NULL);
    pre_master_key = new_pre_master_key();
    return hash_provider == NULL || kdf == NULL || master_key == NULL || bare_key == NULL ||
        pre_master_key == NULL;
}

static int clean_up(void)
{
    EVP_PKEY_free(master_key);
    EVP_PKEY_free(bare_key);
    EVP_PKEY_free(pre_master_key);
    EVP_KDF_free(kdf);
    OSSL_PROVIDER_unload(hash_provider);
    OSSL_LIB_CTX_free(libctx);
    return 0;
}

int main(void)
{
    static const struct named_test tests[] = {
        {"missing inputs, named in order", test_missing_inputs_named_in_order},
        {"unknown names, refused", test_unknown_names_refused},
        {"wrong lengths, refused", test_wrong_lengths_refused},
        {"protocol and suite, must agree", test_protocol_and_suite_must_agree},
        {"handles, refused", test_handles_refused},
        {"parameter types, follow the settable list", test_parameter_types_follow_settable_list},
        {"refusal, output zeroed", test_refusal_zeroes_output},
        {"no output buffer, refused", test_null_output_refused},
        {"failing hash, output zeroed", test_failing_hash_reported_and_output_zeroed},
        {"hash not available", test_hash_not_available},
        {"outputs, cut from the key block by role", test_outputs_cut_from_key_block_by_role},
        {"key block, a stream", test_key_block_is_stream},
        {"TLS 1.3, key and IV of RFC 8448", test_tls13_key_and_iv},
        {"TLS 1.3, refusals", test_tls13_refusals},
        {"lengths, known with the suite", test_lengths_known_with_suite},
        {"getters, sizes only", test_getters_return_sizes_only},
        {"set, then derive repeatedly", test_set_then_derive_repeatedly},
        {"failed set, changes nothing", test_failed_set_changes_nothing},
        {"duplicates, the last one counts", test_last_of_duplicates_counts},
        {"copy of a context, independent", test_dup_is_independent},
        {"copy of a context, keeps its key", test_dup_with_handle_keeps_key},
        {"digest and properties, override", test_digest_and_properties_override},
        {"random input, agrees with TLS1-PRF", test_agrees_with_default_prf},
        {NULL, NULL},
    };

    return run_tests("session keys", initialize, clean_up, tests);
}
