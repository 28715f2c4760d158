/* SPDX-License-Identifier: Apache-2.0
 *
 * What each output of SSL-SESSION-KEYS selects from the key block, and the key and IV of TLS 1.3.
 */
#include "session_keys.h"

#include "common/rsp.h"

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

static void test_outputs_are_cut_from_the_key_block_by_role(void)
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
static void test_key_block_is_a_stream_of_any_length(void)
{
    struct support_inputs inputs = from_bytes("TLSv1.2", GCM_SUITE, "key-block");
    uint8_t expected[MAX_OUTPUT], out[MAX_OUTPUT];

    CU_ASSERT_FATAL(reference_block("SHA2-256", expected, sizeof(expected)));
    for (size_t len = 1; len <= sizeof(out); len++)
        CU_ASSERT(support_derive(kdf, inputs, out, len) && memcmp(out, expected, len) == 0);
    refuse_len(inputs, 0, "invalid output length");
}

/* RFC 8446 section 7.3 on the traffic secrets of RFC 8448. */
static void test_tls13_key_and_iv_match_rfc8448(void)
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

static void test_tls13_refuses_outputs_of_a_side(void)
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

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_outputs_are_cut_from_the_key_block_by_role),
        TEST(test_key_block_is_a_stream_of_any_length),
        TEST(test_tls13_key_and_iv_match_rfc8448),
        TEST(test_tls13_refuses_outputs_of_a_side),
    };

    return RUN_TESTS("session keys, outputs", initialize, clean_up, tests);
}
