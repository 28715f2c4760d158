/* SPDX-License-Identifier: Apache-2.0
 *
 * KDF SSL-KEYING-MATERIAL of the built module: what it refuses; every exporter value that the
 * vector files hold up to TLS 1.2; and the PRF with an empty secret, which EAP-TLS needs, against
 * the TLS1-PRF of OpenSSL.  The configuration of the test loads the module.
 */
#include "provider/support.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <stdio.h>
#include <string.h>

enum { RANDOM_LEN = SUPPORT_RANDOM_LEN };

/* What the files hold now: fewer would mean that some were not reached. */
static struct {
    const char *section;
    const char *digest;
    const char *protocol, *suite; /* a pair with this PRF, where the block names none */
    unsigned min, min_context, values, with_context;
} schedules[] = {
    {"TLS 1.0/1.1", "MD5-SHA1", "TLSv1.1", "0x002F", 29, 12, 0, 0},
    {"TLS 1.2, SHA-256", "SHA2-256", "TLSv1.2", "0x009C", 28, 7, 0, 0},
    {"TLS 1.2, SHA-384", "SHA2-384", "TLSv1.2", "0xC030", 9, 4, 0, 0},
};

struct octets {
    const uint8_t *data; /* NULL: not given */
    size_t len;
};

/* Inputs of one derivation. */
struct inputs {
    const char *digest, *protocol, *suite;
    struct octets secret, label, client_random, server_random, context;
    uint64_t handle;
};

static EVP_KDF *kdf;
static const uint8_t secret[SUPPORT_MASTER_LEN] = {0x4D, 0x53};
static const uint8_t randoms[2 * RANDOM_LEN] = {0xC1, [RANDOM_LEN] = 0x5E};
static const uint8_t long_context[65536];

static struct support_params list(struct inputs *in)
{
    const struct {
        const char *name;
        struct octets value;
    } octets[] = {{SSLPROVIDER_PARAM_SECRET, in->secret}, {SSLPROVIDER_PARAM_LABEL, in->label},
        {SSLPROVIDER_PARAM_CLIENT_RANDOM, in->client_random},
        {SSLPROVIDER_PARAM_SERVER_RANDOM, in->server_random},
        {SSLPROVIDER_PARAM_CONTEXT, in->context}};
    struct support_params params = {.count = 0};

    support_add_text(&params, SSLPROVIDER_PARAM_DIGEST, in->digest);
    support_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, in->protocol);
    support_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, in->suite);
    for (size_t i = 0; i < sizeof(octets) / sizeof(octets[0]); i++)
        support_add_octets(&params, octets[i].name, octets[i].value.data, octets[i].value.len);
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
        .secret = {secret, sizeof(secret)},
        .label = {(const uint8_t *)"label", 5},
        .client_random = {randoms, RANDOM_LEN},
        .server_random = {randoms + RANDOM_LEN, RANDOM_LEN}};
}

static void test_missing_and_wrong_inputs_raise_their_reasons(void)
{
    struct inputs in = tls12();

    in.secret.data = NULL;
    refuse(&in, 32, "missing secret");
    in = tls12();
    in.secret.len = 47;
    refuse(&in, 32, "invalid secret length");
    in = tls12();
    in.label.data = NULL;
    refuse(&in, 32, "missing label");
    in = tls12();
    in.client_random.data = NULL;
    refuse(&in, 32, "missing client random");
    in = tls12();
    in.server_random.data = NULL;
    refuse(&in, 32, "missing server random");
    in = tls12();
    in.server_random.len = 31;
    refuse(&in, 32, "invalid random length");
    in = tls12();
    in.context.data = long_context;
    in.context.len = sizeof(long_context);
    refuse(&in, 32, "invalid context length");
    in = tls12();
    in.protocol = "TLSv1.3";
    in.suite = "0x1301";
    refuse(&in, 32, "randoms not in TLS 1.3");
    in.client_random.data = in.server_random.data = NULL;
    refuse(&in, 32, "invalid secret length");
    in.secret.len = 32;
    in.label.data = long_context;
    in.label.len = 250;
    refuse(&in, 32, "invalid label length");
    in.label.len = 5;
    in.suite = "0x002F";
    refuse(&in, 32, "cipher suite not in protocol");
    in = tls12();
    in.protocol = "SSLv3";
    refuse(&in, 32, "derivation not in protocol");
    in = tls12();
    in.handle = 1;
    refuse(&in, 32, "invalid key handle");
}

static struct octets text(const char *label)
{
    return (struct octets){(const uint8_t *)label, strlen(label)};
}

/* The start of the seed must not complete a reserved label either, whichever random comes first. */
static void test_reserved_labels_are_refused(void)
{
    static const char *const reserved[] = {"client finished", "server finished", "master secret",
        "extended master secret", "key expansion", "key expansion and more"};
    struct inputs in = tls12();
    uint8_t random[RANDOM_LEN] = "ansion", out[32];

    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        in = tls12();
        in.label = text(reserved[i]);
        refuse(&in, 32, "reserved label");
        in.context = text("context");
        refuse(&in, 32, "reserved label");
        in = (struct inputs){.digest = "SHA2-256",
            .secret = in.secret,
            .label = in.label,
            .client_random = in.client_random,
            .server_random = in.server_random};
        refuse(&in, 32, "reserved label");
        in.secret.len = 0;
        refuse(&in, 32, "reserved label");
    }
    in = tls12();
    in.client_random.data = random;
    in.label = text("key exp");
    refuse(&in, 32, "reserved label");
    in.label = text("key exP");
    CU_ASSERT(derive(&in, out, sizeof(out)));
}

/* An exporter secret of TLS 1.3 serves exporters only (RFC 8446 section 7.5). */
static void test_tls13_allows_every_label(void)
{
    struct inputs in = {.protocol = "TLSv1.3",
        .suite = "0x1301",
        .secret = {secret, 32},
        .label = text("key expansion")};
    uint8_t out[32];

    CU_ASSERT(derive(&in, out, sizeof(out)));
}

/* RFC 5705 section 4: an empty context is not the same as none. */
static void test_contexts_of_different_lengths_give_different_values(void)
{
    static const size_t lens[] = {0, 1, 2, 255, 256, 65535};
    uint8_t seen[1 + sizeof(lens) / sizeof(lens[0])][32];
    struct inputs in = tls12();

    CU_ASSERT(derive(&in, seen[0], sizeof(seen[0])));
    in.context.data = long_context;
    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        in.context.len = lens[i];
        CU_ASSERT(derive(&in, seen[i + 1], sizeof(seen[0])));
        for (size_t k = 0; k <= i; k++)
            CU_ASSERT(memcmp(seen[i + 1], seen[k], sizeof(seen[0])) != 0);
    }
}

static void test_empty_secret_is_a_valid_input(void)
{
    for (size_t i = 0; i < sizeof(schedules) / sizeof(schedules[0]); i++) {
        struct inputs in = tls12();
        uint8_t ours[64], theirs[64];

        in.protocol = schedules[i].protocol;
        in.suite = schedules[i].suite;
        in.secret.len = 0;
        CU_ASSERT(derive(&in, ours, sizeof(ours)));
        CU_ASSERT(support_default_prf(NULL, schedules[i].digest, secret, 0, "label", randoms,
            randoms + RANDOM_LEN, RANDOM_LEN, theirs, sizeof(theirs)));
        CU_ASSERT(memcmp(ours, theirs, sizeof(ours)) == 0);
    }
}

static struct octets octets_of(const struct rsp_field *field)
{
    static const uint8_t nothing[1];

    if (field == NULL)
        return (struct octets){NULL, 0};
    return (struct octets){field->data == NULL ? nothing : field->data, field->len};
}

/* From bytes with the digest, with protocol and suite, and by handle. */
static void check_row(const struct rsp_block *block, size_t row)
{
    const struct rsp_field *expected = rsp_field(block, "exporter_value");
    struct inputs in = {.digest = schedules[row].digest};
    EVP_PKEY *key;

    if (expected == NULL)
        return;
    in.secret = octets_of(rsp_field(block, "master_secret"));
    in.label = octets_of(rsp_field(block, "label"));
    in.client_random = octets_of(rsp_field(block, "client_random"));
    in.server_random = octets_of(rsp_field(block, "server_random"));
    in.context = octets_of(rsp_field(block, "context"));
    reproduce(block, &in, expected);
    in.digest = NULL;
    in.protocol = schedules[row].protocol;
    in.suite = schedules[row].suite;
    reproduce(block, &in, expected);
    key = support_master_key_of(NULL, in.secret.data, in.protocol, in.suite, NULL);
    in.handle = support_handle_of(key);
    in.secret.data = NULL;
    reproduce(block, &in, expected);
    EVP_PKEY_free(key);
    schedules[row].values++;
    schedules[row].with_context += in.context.data != NULL;
}

static void check_block(const struct rsp_block *block, void *argument)
{
    (void)argument;
    for (size_t i = 0; i < sizeof(schedules) / sizeof(schedules[0]); i++) {
        if (strcmp(schedules[i].section, block->section) == 0)
            check_row(block, i);
    }
}

static void test_every_exporter_value_is_reproduced(void)
{
    CU_ASSERT(rsp_visit_vectors(false, check_block, NULL));
    for (size_t i = 0; i < sizeof(schedules) / sizeof(schedules[0]); i++) {
        printf("\n    %-17s %2u exporter values, %2u with a context", schedules[i].section,
            schedules[i].values, schedules[i].with_context);
        CU_ASSERT(schedules[i].values >= schedules[i].min);
        CU_ASSERT(schedules[i].with_context >= schedules[i].min_context);
    }
    printf("\n  ");
}

static int suite_init(void)
{
    kdf = EVP_KDF_fetch(NULL, SSLPROVIDER_KDF_KEYING_MATERIAL, SSLPROVIDER_PROPERTY);
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
        TEST(test_reserved_labels_are_refused),
        TEST(test_tls13_allows_every_label),
        TEST(test_contexts_of_different_lengths_give_different_values),
        TEST(test_empty_secret_is_a_valid_input),
        TEST(test_every_exporter_value_is_reproduced),
    };

    return RUN_TESTS("KDF SSL-KEYING-MATERIAL", suite_init, suite_cleanup, tests);
}
