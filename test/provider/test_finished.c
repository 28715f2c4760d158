/* SPDX-License-Identifier: Apache-2.0
 *
 * KDF SSL-FINISHED of the built module: what it refuses, and every verify_data that the vector
 * files hold up to TLS 1.2, from bytes with only a digest, with protocol and cipher suite, and by
 * the handle of a key object.  The configuration of the test loads the module and allows
 * SSL 3.0.
 */
#include "provider/support.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <stdio.h>
#include <string.h>

enum { VERIFY_DATA_LEN = 12, SSL3_HASHES_LEN = 36 };

/* What the files hold now: fewer would mean that some were not reached. */
enum { MIN_TLS10 = 8, MIN_SHA256 = 27, MIN_SHA384 = 4, MIN_SSL3 = 2 };

static struct {
    const char *section;
    const char *digest;
    unsigned min, values;
} schedules[] = {
    {"SSL 3.0", NULL, MIN_SSL3, 0},
    {"TLS 1.0/1.1", "MD5-SHA1", MIN_TLS10, 0},
    {"TLS 1.2, SHA-256", "SHA2-256", MIN_SHA256, 0},
    {"TLS 1.2, SHA-384", "SHA2-384", MIN_SHA384, 0},
};

static const struct {
    const char *attribute; /* [Protocol = ...] of the captures */
    const char *name;
} protocols[] = {
    {"SSL 3.0", SSLPROVIDER_PROTOCOL_SSL3},
    {"TLS 1.0", SSLPROVIDER_PROTOCOL_TLS1_0},
    {"TLS 1.1", SSLPROVIDER_PROTOCOL_TLS1_1},
    {"TLS 1.2", SSLPROVIDER_PROTOCOL_TLS1_2},
    {"DTLS 1.0", SSLPROVIDER_PROTOCOL_DTLS1_0},
    {"DTLS 1.2", SSLPROVIDER_PROTOCOL_DTLS1_2},
};

/* Inputs of one derivation; NULL or 0 leaves a parameter out. */
struct inputs {
    const char *digest, *protocol, *suite, *role, *output;
    struct {
        const uint8_t *data;
        size_t len;
    } secret, hash, messages;
    uint64_t handle;
};

static EVP_KDF *kdf;
static const uint8_t secret[SUPPORT_MASTER_LEN] = {0x4D, 0x53}, hash[64] = {0x48};

static struct support_params list(struct inputs *in)
{
    struct support_params params = {.count = 0};

    support_add_text(&params, SSLPROVIDER_PARAM_DIGEST, in->digest);
    support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, in->protocol);
    support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, in->suite);
    support_add_text(&params, SSLPROVIDER_PARAM_ROLE, in->role);
    support_add_text(&params, SSLPROVIDER_PARAM_OUTPUT, in->output);
    support_add_octets(&params, SSLPROVIDER_PARAM_SECRET, in->secret.data, in->secret.len);
    support_add_octets(&params, SSLPROVIDER_PARAM_TRANSCRIPT_HASH, in->hash.data, in->hash.len);
    support_add_octets(&params, SSLPROVIDER_PARAM_MESSAGES, in->messages.data, in->messages.len);
    if (in->handle != 0)
        support_add_uint64(&params, SSLPROVIDER_PARAM_HANDLE, &in->handle);
    return params;
}

static bool derive(struct inputs *in, uint8_t *out, size_t len)
{
    const struct support_params params = list(in);

    return support_run(kdf, &params, out, len);
}

static void refuse(struct inputs *in, size_t len, const char *reason)
{
    const struct support_params params = list(in);

    expect_kdf_refuses(kdf, &params, len, reason);
}

static void reproduce(
    const struct rsp_block *block, struct inputs *in, const struct rsp_field *expected)
{
    const struct support_params params = list(in);

    expect_kdf_reproduces(kdf, &params, block, expected);
}

static struct inputs tls12(void)
{
    return (struct inputs){.protocol = "TLSv1.2",
        .suite = "0x002F",
        .role = "client",
        .secret = {secret, sizeof(secret)},
        .hash = {hash, 32}};
}

static void test_missing_and_wrong_inputs_raise_their_reasons(void)
{
    struct inputs in = tls12();

    in.secret.data = NULL;
    refuse(&in, VERIFY_DATA_LEN, "missing secret");
    in = tls12();
    in.secret.len = 47;
    refuse(&in, VERIFY_DATA_LEN, "invalid secret length");
    in.secret.len = 0;
    refuse(&in, VERIFY_DATA_LEN, "invalid secret length");
    in = tls12();
    in.role = NULL;
    refuse(&in, VERIFY_DATA_LEN, "missing role");
    in = tls12();
    in.hash.data = NULL;
    refuse(&in, VERIFY_DATA_LEN, "missing transcript hash");
    in = tls12();
    in.output = SSLPROVIDER_OUTPUT_CERTIFICATE_VERIFY;
    refuse(&in, SSL3_HASHES_LEN, "derivation not in protocol");
    in = tls12();
    in.protocol = "TLSv1.3";
    in.suite = "0x1301";
    refuse(&in, 32, "invalid secret length");
    in.secret.len = 32;
    refuse(&in, VERIFY_DATA_LEN, "invalid output length");
    in.hash.len = 36;
    refuse(&in, 32, "invalid transcript hash length");
    in.suite = "0x002F";
    refuse(&in, 32, "cipher suite not in protocol");
    in = tls12();
    in.protocol = "SSLv3";
    refuse(&in, SSL3_HASHES_LEN, "missing handshake messages");
    in = tls12();
    refuse(&in, VERIFY_DATA_LEN - 1, "invalid output length");
    refuse(&in, VERIFY_DATA_LEN + 1, "invalid output length");
    in = tls12();
    in.handle = 1;
    refuse(&in, VERIFY_DATA_LEN, "invalid key handle");
}

/* RFC 5246 section 7.4.9: the hash is that of the PRF; before, MD5 and SHA-1 (36 bytes). */
static void test_transcript_hash_must_have_the_length_of_the_prf_hash(void)
{
    static const struct {
        const char *protocol, *suite;
        size_t len;
    } rows[] = {{"TLSv1", "0x002F", 36}, {"TLSv1.1", "0x002F", 36}, {"TLSv1.2", "0x002F", 32},
        {"TLSv1.2", "0xC030", 48}, {"DTLSv1", "0x002F", 36}, {"DTLSv1.2", "0xC030", 48}};
    struct inputs in = tls12();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        in.protocol = rows[i].protocol;
        in.suite = rows[i].suite;
        for (in.hash.len = 1; in.hash.len <= sizeof(hash); in.hash.len++) {
            uint8_t out[VERIFY_DATA_LEN];

            if (in.hash.len == rows[i].len)
                CU_ASSERT(derive(&in, out, sizeof(out)))
            else
                refuse(&in, VERIFY_DATA_LEN, "invalid transcript hash length");
        }
    }
}

/* With protocol and suite, and by handle.  The role is the sender's, whatever side holds the key.
 */
static unsigned check_suite(
    const struct rsp_block *block, struct inputs in, const struct rsp_field *expected)
{
    const struct rsp_field *number = rsp_field(block, "cipher_suite");
    const char *attribute = rsp_attribute(block, "Protocol");
    EVP_PKEY *key;
    char suite[8];

    if (number == NULL || number->len != 2 || attribute == NULL)
        return 0;
    for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
        if (strcmp(protocols[i].attribute, attribute) == 0)
            in.protocol = protocols[i].name;
    }
    snprintf(suite, sizeof(suite), "0x%02X%02X", number->data[0], number->data[1]);
    in.suite = suite;
    in.digest = NULL;
    reproduce(block, &in, expected);
    key =
        support_master_key_of(NULL, in.secret.data, in.protocol, in.suite, SSLPROVIDER_ROLE_SERVER);
    in.handle = support_handle_of(key);
    in.protocol = in.suite = NULL;
    in.secret.data = NULL;
    reproduce(block, &in, expected);
    EVP_PKEY_free(key);
    return 2;
}

static unsigned check_side(const struct rsp_block *block, const char *digest, const char *role)
{
    const struct rsp_field *master = rsp_field(block, "master_secret"), *transcript, *messages;
    const struct rsp_field *expected;
    struct inputs in = {.digest = digest, .role = role};
    char name[32];
    unsigned values = 0;

    snprintf(name, sizeof(name), "%s_finished_hash", role);
    transcript = rsp_field(block, name);
    snprintf(name, sizeof(name), "%s_finished_messages", role);
    messages = rsp_field(block, name);
    snprintf(name, sizeof(name), "%s_verify_data", role);
    expected = rsp_field(block, name);
    if (expected == NULL || master == NULL || (transcript == NULL && messages == NULL))
        return 0;
    in.secret.data = master->data;
    in.secret.len = master->len;
    if (transcript != NULL) {
        in.hash.data = transcript->data;
        in.hash.len = transcript->len;
        reproduce(block, &in, expected);
        values++;
    } else {
        in.messages.data = messages->data;
        in.messages.len = messages->len;
    }
    return values + check_suite(block, in, expected);
}

static unsigned verify_data, comparisons;

static void check_block(const struct rsp_block *block, void *argument)
{
    (void)argument;
    for (size_t i = 0; i < sizeof(schedules) / sizeof(schedules[0]); i++) {
        unsigned client, server;

        if (strcmp(schedules[i].section, block->section) != 0)
            continue;
        client = check_side(block, schedules[i].digest, "client");
        server = check_side(block, schedules[i].digest, "server");
        schedules[i].values += (client != 0 ? 1U : 0U) + (server != 0 ? 1U : 0U);
        comparisons += client + server;
    }
}

static void test_every_verify_data_is_reproduced(void)
{
    CU_ASSERT(rsp_visit_vectors(false, check_block, NULL));
    for (size_t i = 0; i < sizeof(schedules) / sizeof(schedules[0]); i++) {
        printf("\n    %-17s %2u verify_data", schedules[i].section, schedules[i].values);
        CU_ASSERT(schedules[i].values >= schedules[i].min);
        verify_data += schedules[i].values;
    }
    printf("\n    %u verify_data in %u comparisons\n  ", verify_data, comparisons);
}

static void test_size_follows_the_protocol(void)
{
    size_t size = 0;
    OSSL_PARAM get[] = {
        OSSL_PARAM_construct_size_t(SSLPROVIDER_PARAM_SIZE, &size), OSSL_PARAM_construct_end()};
    OSSL_PARAM set[] = {
        OSSL_PARAM_construct_utf8_string(SSLPROVIDER_PARAM_PROTOCOL, (char *)"SSLv3", 0),
        OSSL_PARAM_construct_end()};
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);

    CU_ASSERT_PTR_NOT_NULL_FATAL(ctx);
    CU_ASSERT_EQUAL(EVP_KDF_CTX_get_params(ctx, get), 1);
    CU_ASSERT_EQUAL(size, VERIFY_DATA_LEN);
    CU_ASSERT_EQUAL(EVP_KDF_CTX_set_params(ctx, set), 1);
    CU_ASSERT_EQUAL(EVP_KDF_CTX_get_params(ctx, get), 1);
    CU_ASSERT_EQUAL(size, SSL3_HASHES_LEN);
    EVP_KDF_CTX_free(ctx);
}

static int suite_init(void)
{
    kdf = EVP_KDF_fetch(NULL, SSLPROVIDER_KDF_FINISHED, SSLPROVIDER_PROPERTY);
    if (kdf == NULL)
        ERR_print_errors_fp(stderr);
    return kdf == NULL ? 1 : 0;
}

static int suite_cleanup(void)
{
    EVP_KDF_free(kdf);
    return 0;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_missing_and_wrong_inputs_raise_their_reasons),
        TEST(test_transcript_hash_must_have_the_length_of_the_prf_hash),
        TEST(test_size_follows_the_protocol),
        TEST(test_every_verify_data_is_reproduced),
    };

    return RUN_TESTS("KDF SSL-FINISHED", suite_init, suite_cleanup, tests);
}
