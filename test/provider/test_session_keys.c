/* SPDX-License-Identifier: Apache-2.0
 *
 * SSL-SESSION-KEYS agrees with the TLS1-PRF of the default provider, with the hash that the caller
 * chooses and on random input.
 */
#include "session_keys.h"

enum { DIFFERENTIAL_CASES = 300 };

static void test_digest_and_properties_override_the_suite(void)
{
    struct support_inputs inputs = from_bytes("TLSv1.2", GCM_SUITE, NULL);
    uint8_t expected[GCM_BLOCK_LEN], out[GCM_BLOCK_LEN];

    CU_ASSERT_FATAL(reference_block("SHA2-512", expected, sizeof(expected)));
    inputs.digest = "SHA2-512";
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

/* The hash sees the secret, so it must not be anybody's: it is not even called. */
static void test_callers_digest_requires_an_exportable_key(void)
{
    struct support_inputs inputs = from_handle(master_key, NULL);
    const unsigned long before = support_hashes_computed();
    uint8_t expected[GCM_BLOCK_LEN], out[GCM_BLOCK_LEN];

    inputs.properties = SUPPORT_HASH_QUERY;
    refuse(inputs, "key not exportable");
    inputs.digest = "SHA2-256";
    refuse(inputs, "key not exportable");
    refuse_len(inputs, GCM_BLOCK_LEN - 1, "key not exportable");
    inputs.properties = NULL;
    refuse(inputs, "key not exportable");
    CU_ASSERT_EQUAL(support_hashes_computed(), before);

    CU_ASSERT_FATAL(reference_block("SHA2-512", expected, sizeof(expected)));
    inputs = from_handle(exportable_key, NULL);
    inputs.digest = "SHA512";
    CU_ASSERT(support_derive(kdf, inputs, out, sizeof(out)));
    CU_ASSERT(memcmp(out, expected, sizeof(out)) == 0);
    inputs.digest = NULL;
    inputs.properties = SUPPORT_HASH_QUERY;
    CU_ASSERT(support_derive(kdf, inputs, out, sizeof(out)));
    CU_ASSERT(support_hashes_computed() > before);
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

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_digest_and_properties_override_the_suite),
        TEST(test_callers_digest_requires_an_exportable_key),
        TEST(test_agrees_with_default_prf),
    };

    return RUN_TESTS("session keys", initialize, clean_up, tests);
}
