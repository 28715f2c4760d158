/* SPDX-License-Identifier: Apache-2.0
 *
 * What SSL-SESSION-KEYS refuses and why, and that a refusal leaves nothing behind in the output.
 */
#include "session_keys.h"

#include <sys/wait.h>
#include <unistd.h>

/* Each line gives everything but what its reason asks for: the order of the checks. */
static void test_missing_inputs_raise_their_reasons_in_order(void)
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

/* Nobody who asks for the one key of a traffic secret has randoms. */
static void test_outputs_of_one_side_need_the_protocol(void)
{
    static const char *const outputs[] = {"key", "iv", "sn-key", "hp-key"};

    for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
        struct support_inputs inputs = from_bytes(NULL, GCM_SUITE, outputs[i]);

        refuse(inputs, "missing protocol version");
        inputs.client_random = inputs.server_random = NULL;
        refuse(inputs, "missing protocol version");
    }
}

static void test_unknown_names_are_refused(void)
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

static void test_wrong_lengths_are_refused(void)
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

static void test_wrong_handles_are_refused(void)
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
            inputs.handle == support_handle_of(bare_key) ||
            inputs.handle == support_handle_of(exportable_key))
            continue;
        refuse(inputs, "invalid key handle");
    }
}

/* A type that is not the parameter's own fails exactly for the parameters of the settable list:
 * the list is complete, and what it leaves out is ignored. */
static void test_parameter_types_follow_the_settable_list(void)
{
    static const char *const names[] = {"protocol", "cipher-suite", "secret", "handle",
        "client-random", "server-random", "role", "output", "digest", "properties", "session-hash",
        "kind", "exportable", "discard", "mac-key-length", "key-length", "iv-length", "size",
        "label", "mode", "key"};
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
    CU_ASSERT(listed == 12);
    for (; settable->key != NULL; settable++)
        CU_ASSERT(listed-- != 0);
    CU_ASSERT(listed == 0);
}

/* Whatever stage a derivation fails at, the caller is left with zeros and not with old bytes. */
static void test_refusal_zeroes_the_output(void)
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
static void test_missing_output_buffer_is_refused(void)
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

static void test_failing_hash_raises_its_reason_and_zeroes_the_output(void)
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

static void test_missing_hash_raises_its_reason(void)
{
    struct support_inputs inputs = from_bytes("TLSv1.2", GCM_SUITE, NULL);

    inputs.properties = "provider=nobody";
    refuse(inputs, "hash not available");
    inputs.properties = NULL;
    inputs.digest = "NO-SUCH-HASH";
    refuse(inputs, "hash not available");
    /* An extendable output function cannot be a PRF hash. */
    inputs.digest = "SHAKE256";
    refuse(inputs, "xof digests not allowed");
    inputs = from_handle(exportable_key, NULL);
    inputs.properties = "provider=nobody";
    refuse(inputs, "hash not available");
    inputs = from_bytes("TLSv1.1", CBC_SUITE, NULL);
    inputs.properties = "provider=nobody";
    refuse(inputs, "hash not available");
}

/* OpenSSL would take a query that does not parse for none. */
static void test_unparsable_query_is_refused(void)
{
    static const char *const queries[] = {"fips=yes provider=fips", "fips==yes",
        "\xE2\x80\x9C"
        "fips=yes\xE2\x80\x9D",
        "provider=", ",", "fips=yes,"};
    struct support_inputs inputs = from_bytes("TLSv1.2", GCM_SUITE, NULL);

    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        inputs.properties = queries[i];
        for (int times = 0; times < 2; times++)
            refuse(inputs, "invalid property query");
    }
}

/* Each value that is not understood, and each length beside the right one, stands behind the
 * reason. */
static void expect_detail(struct support_inputs inputs, size_t len, const char *detail)
{
    uint8_t out[SUPPORT_MASTER_LEN * 10];
    const char *data = NULL;
    int flags = 0;

    ERR_clear_error();
    CU_ASSERT(!support_derive(kdf, inputs, out, len));
    ERR_peek_last_error_data(&data, &flags);
    CU_ASSERT_STRING_EQUAL(data == NULL ? "" : data, detail);
    ERR_clear_error();
}

static void test_refusals_carry_their_details(void)
{
    char long_name[200];

    expect_detail(from_bytes("TLSv9", GCM_SUITE, NULL), 40, "TLSv9");
    expect_detail(from_bytes("TLSv1.2", "TLS_NO_SUITE", NULL), 40, "TLS_NO_SUITE");
    expect_detail(from_bytes("TLSv1.2", GCM_SUITE, "read-all"), 40, "read-all");
    expect_detail(from_bytes("TLSv1.2", GCM_SUITE, "client-key"), 17, "17, not 16");
    expect_detail(from_bytes("TLSv1.2", GCM_SUITE, "client-write"), 40, "40, not 20");
    memset(long_name, 'x', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    expect_detail(from_bytes(long_name, GCM_SUITE, NULL), 40, long_name + sizeof(long_name) - 81);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_missing_inputs_raise_their_reasons_in_order),
        TEST(test_outputs_of_one_side_need_the_protocol),
        TEST(test_unknown_names_are_refused),
        TEST(test_wrong_lengths_are_refused),
        TEST(test_protocol_and_suite_must_agree),
        TEST(test_wrong_handles_are_refused),
        TEST(test_parameter_types_follow_the_settable_list),
        TEST(test_refusal_zeroes_the_output),
        TEST(test_missing_output_buffer_is_refused),
        TEST(test_failing_hash_raises_its_reason_and_zeroes_the_output),
        TEST(test_missing_hash_raises_its_reason),
        TEST(test_unparsable_query_is_refused),
        TEST(test_refusals_carry_their_details),
    };

    return RUN_TESTS("session keys, refusals", initialize, clean_up, tests);
}
