/* SPDX-License-Identifier: Apache-2.0
 *
 * SSLP_KEY_NONE is no kind of key: whatever else is right, there is no key of it, for it would have
 * neither a length of its secret nor a derivation that it is good for.
 */
#include "cunit/run_tests.h"
#include "keys/key.h"

static const uint8_t secret[SSLP_MAX_PRE_SHARED_KEY] = {1, 2, 3};

/* None at all, and one of each rule for lengths and protocols. */
static struct sslp_key_attributes attributes_of(uint32_t version, uint32_t suite)
{
    return (struct sslp_key_attributes){.kind = SSLP_KEY_NONE,
        .protocol = version == 0 ? NULL : sslp_protocol_by_version(version),
        .suite = suite == 0 ? NULL : sslp_suite_by_id(suite)};
}

static const struct {
    uint32_t version, suite;
} combinations[] = {{0, 0}, {0, 0xC02F}, {SSLP_TLS1_0, 0x002F}, {SSLP_TLS1_2, 0},
    {SSLP_TLS1_2, 0xC02F}, {SSLP_TLS1_3, 0}, {SSLP_TLS1_3, 0x1301}};

static const size_t lengths[] = {0, 1, 32, 48, SSLP_MAX_PRE_SHARED_KEY, SSLP_MAX_PRE_MASTER};

static void test_no_kind_is_refused_for_every_secret(void)
{
    for (size_t i = 0; i < sizeof(combinations) / sizeof(combinations[0]); i++) {
        const struct sslp_key_attributes attributes =
            attributes_of(combinations[i].version, combinations[i].suite);

        for (size_t k = 0; k < sizeof(lengths) / sizeof(lengths[0]); k++)
            CU_ASSERT_EQUAL(sslp_key_kind_check(
                                attributes.kind, attributes.protocol, attributes.suite, lengths[k]),
                SSLP_ERR_KEY_KIND);
    }
}

static void test_no_key_of_no_kind(void)
{
    struct sslp_handle_table *table = sslp_key_table_new();

    CU_ASSERT_FATAL(table != NULL);
    for (size_t i = 0; i < sizeof(combinations) / sizeof(combinations[0]); i++) {
        const struct sslp_key_attributes attributes =
            attributes_of(combinations[i].version, combinations[i].suite);
        struct sslp_key not_written, *key = &not_written;

        CU_ASSERT_EQUAL(sslp_key_new(table, &attributes, sslp_bytes(secret, 48), NULL, &key),
            SSLP_ERR_KEY_KIND);
        CU_ASSERT(key == NULL);
    }
    CU_ASSERT_EQUAL(sslp_handle_table_count(table), 0);
    sslp_handle_table_free(table);
}

static void test_no_kind_has_no_name(void)
{
    CU_ASSERT(sslp_key_kind_name(SSLP_KEY_NONE) == NULL);
    CU_ASSERT_EQUAL(sslp_key_kind_by_name("", 0), SSLP_KEY_NONE);
    CU_ASSERT_EQUAL(sslp_key_kind_by_name("none", 4), SSLP_KEY_NONE);
}

int main(void)
{
    static const struct named_test tests[] = {
        {"no kind, refused for every secret", test_no_kind_is_refused_for_every_secret},
        {"no kind, no key", test_no_key_of_no_kind},
        {"no kind, no name", test_no_kind_has_no_name},
    };

    return RUN_TESTS("key kinds", NULL, NULL, tests);
}
