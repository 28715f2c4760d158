/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking suites and protocol versions up: by number, by either name, by number as text, and by
 * everything that is none of these.
 */
#include "cunit/run_tests.h"
#include "schedule/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The wire values and names of RFC 6101, 2246, 4346, 5246, 8446, 4347, 6347, 9147, 9000 and 9369,
 * and their rules. */
static const struct rules {
    const char *name;
    uint32_t version;
    uint16_t tls_version;
    bool datagram, chained_iv, legacy, in_shim;
    const char *mask_output; /* what it masks its numbers with */
} protocols[] = {
    {"SSLv3", 0x0300, 0x0300, false, true, true, true, NULL},
    {"TLSv1", 0x0301, 0x0301, false, true, false, true, NULL},
    {"TLSv1.1", 0x0302, 0x0302, false, false, false, true, NULL},
    {"TLSv1.2", 0x0303, 0x0303, false, false, false, true, NULL},
    {"TLSv1.3", 0x0304, 0x0304, false, false, false, true, NULL},
    {"DTLSv1", 0xFEFF, 0x0302, true, false, false, true, NULL},
    {"DTLSv1.2", 0xFEFD, 0x0303, true, false, false, true, NULL},
    {"DTLSv1.3", 0xFEFC, 0x0304, true, false, false, true, "sn-key"},
    {"QUICv1", 0x00000001, 0x0304, false, false, false, false, "hp-key"},
    {"QUICv2", 0x6B3343CF, 0x0304, false, false, false, false, "hp-key"},
};

enum { PROTOCOLS = sizeof(protocols) / sizeof(protocols[0]) };

static bool masks(const struct rules *rules)
{
    return rules->mask_output != NULL;
}

/* The lookup in memory that ends where the name ends, so that a read past it is seen. */
static const struct sslp_suite *look_up(const char *name, size_t len)
{
    char *exact = malloc(len != 0 ? len : 1);
    const struct sslp_suite *suite;

    CU_ASSERT_PTR_NOT_NULL_FATAL(exact);
    memcpy(exact, name, len);
    suite = sslp_suite_by_name(exact, len);
    free(exact);
    return suite;
}

static bool named(const struct sslp_suite *suite, const char *name, size_t len)
{
    return (strlen(suite->name) == len && memcmp(suite->name, name, len) == 0) ||
        (suite->openssl_name != NULL && strlen(suite->openssl_name) == len &&
            memcmp(suite->openssl_name, name, len) == 0);
}

static void test_numbers_find_their_row_only(void)
{
    size_t found = 0, wrong = 0;

    for (uint32_t id = 0; id <= 0xFFFF; id++) {
        const struct sslp_suite *suite = sslp_suite_by_id(id);

        found += suite != NULL;
        wrong += suite != NULL && suite->id != id;
        wrong += sslp_suite_by_id(id | 0x10000) != NULL;
    }
    CU_ASSERT_EQUAL(found, sslp_suite_count);
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_PTR_NULL(sslp_suite_by_id(UINT32_MAX));
}

static void test_names_and_number_texts_find_their_row(void)
{
    static const char *const formats[] = {"0x%04X", "0x%04x", "0X%04X", "0x%X"};

    for (size_t i = 0; i < sslp_suite_count; i++) {
        const struct sslp_suite *suite = &sslp_suites[i];

        CU_ASSERT_PTR_EQUAL(look_up(suite->name, strlen(suite->name)), suite);
        if (suite->openssl_name != NULL)
            CU_ASSERT_PTR_EQUAL(look_up(suite->openssl_name, strlen(suite->openssl_name)), suite);
        for (size_t k = 0; k < sizeof(formats) / sizeof(formats[0]); k++) {
            char text[16];

            snprintf(text, sizeof(text), formats[k], (unsigned)suite->id);
            CU_ASSERT_PTR_EQUAL(look_up(text, strlen(text)), suite);
        }
    }
}

static void test_bad_texts_find_nothing(void)
{
    static const char *const texts[] = {"", "0", "0x", "0X", "x", "0xGG", "0xC02G", "0x12345",
        "0x0C02F", "0x00001301", "C02F", "xC02F", "0C02F", " 0xC02F", "0xC02F ", "0x C02F", "-0x1",
        "0x-1", "0x+1", "49199", "0x1304,", "0x0000", "0xFFFF", "TLS_", "tls_",
        "TLS_RSA_WITH_AES_128_CBC_SHA ", " AES128-SHA", "AES128-SHA:AES256-SHA",
        "SSL_CK_RC4_128_WITH_MD5", "TLS_FALLBACK_SCSV", "NULL", "ALL"};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        CU_ASSERT_PTR_NULL(look_up(texts[i], strlen(texts[i])));
    /* A NUL byte is a character like any other, and does not end the name. */
    CU_ASSERT_PTR_NULL(look_up("AES128-SHA", sizeof("AES128-SHA")));
    CU_ASSERT_PTR_NULL(look_up("0x002F", sizeof("0x002F")));
    CU_ASSERT_PTR_NULL(look_up("0x2F\0", 5));
    CU_ASSERT_PTR_NULL(sslp_suite_by_name(NULL, 0));
}

/* A prefix of a name is found only where it is the whole name of another suite. */
static void test_prefixes_and_longer_names_find_nothing(void)
{
    size_t wrong = 0;

    for (size_t i = 0; i < 2 * sslp_suite_count; i++) {
        const struct sslp_suite *row = &sslp_suites[i / 2];
        const char *name = i % 2 == 0 ? row->name : row->openssl_name;
        const size_t len = name == NULL ? 0 : strlen(name);
        char longer[80];

        for (size_t part = 0; part < len; part++) {
            const struct sslp_suite *suite = look_up(name, part);

            wrong += suite != NULL && !named(suite, name, part);
        }
        snprintf(longer, sizeof(longer), "%sX", name == NULL ? "" : name);
        wrong += look_up(longer, len + 1) != NULL;
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void test_protocols_by_version_and_name(void)
{
    size_t found = 0;

    for (size_t i = 0; i < PROTOCOLS; i++) {
        const struct sslp_protocol *protocol = sslp_protocol_by_version(protocols[i].version);

        CU_ASSERT_PTR_NOT_NULL_FATAL(protocol);
        CU_ASSERT_STRING_EQUAL(protocol->name, protocols[i].name);
        CU_ASSERT_EQUAL(protocol->version, protocols[i].version);
        CU_ASSERT_EQUAL(protocol->tls_version, protocols[i].tls_version);
        CU_ASSERT_EQUAL(sslp_protocol_is_datagram(protocol), protocols[i].datagram);
        CU_ASSERT_EQUAL(protocol->chained_iv, protocols[i].chained_iv);
        CU_ASSERT_EQUAL(protocol->legacy, protocols[i].legacy);
        CU_ASSERT_PTR_EQUAL(
            sslp_protocol_of_shim(protocols[i].version), protocols[i].in_shim ? protocol : NULL);
        CU_ASSERT_EQUAL(
            protocol->labels != NULL && protocol->labels->mask_key != NULL, masks(&protocols[i]));
        CU_ASSERT(!masks(&protocols[i]) ||
            strcmp(protocol->labels->mask_output, protocols[i].mask_output) == 0);
        CU_ASSERT_PTR_EQUAL(
            sslp_protocol_by_name(protocols[i].name, strlen(protocols[i].name)), protocol);
        CU_ASSERT_PTR_NULL(sslp_protocol_by_name(protocols[i].name, strlen(protocols[i].name) + 1));
    }
    for (uint32_t version = 0; version <= 0xFFFF; version++) {
        found += sslp_protocol_by_version(version) != NULL;
        found += sslp_protocol_by_version(version | 0x10000) != NULL;
    }
    /* One of QUIC has a larger number. */
    CU_ASSERT_EQUAL(found, PROTOCOLS - 1);
}

/* The versions are ordered by the TLS version whose rules they follow; what the native interface
 * does not have is ordered by its number. */
static void test_versions_are_ordered(void)
{
    CU_ASSERT_TRUE(sslp_version_before_tls11(0x0301));
    CU_ASSERT_FALSE(sslp_version_before_tls11(0xFEFF));
    CU_ASSERT_TRUE(sslp_version_before_tls12(0xFEFF));
    CU_ASSERT_FALSE(sslp_version_before_tls12(0xFEFD));
    CU_ASSERT_TRUE(sslp_version_before_tls11(SSLP_QUIC1));
    CU_ASSERT_FALSE(sslp_version_before_tls12(SSLP_QUIC2));
    CU_ASSERT_FALSE(sslp_version_before_tls12(SSLP_DTLS1_3));
}

static void test_bad_protocol_names_find_nothing(void)
{
    static const char *const names[] = {"", "T", "TLS", "tlsv1.2", "TLSv1.", "TLSv1.4", "TLSv1.2 ",
        "SSLv2", "SSLv", "DTLSv1.1", "DTLSv1.4", "QUIC", "QUICv", "QUICv3", "quicv1", "0x0303",
        "771"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        CU_ASSERT_PTR_NULL(sslp_protocol_by_name(names[i], strlen(names[i])));
    CU_ASSERT_PTR_NULL(sslp_protocol_by_name(NULL, 0));
}

static void test_suites_are_in_the_right_protocols(void)
{
    size_t wrong = 0;

    for (size_t i = 0; i < sslp_suite_count * PROTOCOLS; i++) {
        const struct sslp_suite *suite = &sslp_suites[i / PROTOCOLS];
        const struct sslp_protocol *protocol =
            sslp_protocol_by_version(protocols[i % PROTOCOLS].version);
        bool expected = protocol->tls_version >= suite->min_version &&
            protocol->tls_version <= suite->max_version;

        /* RFC 6347 section 4.1.2.2: no RC4, as datagrams may be lost. */
        if (sslp_protocol_is_datagram(protocol) && strstr(suite->name, "RC4") != NULL)
            expected = false;
        /* RFC 9147 section 4.2.3 and RFC 9001 section 5.4 mask numbers with AES and ChaCha20, and
         * RFC 9001 section 5.3 leaves out short tags. */
        if (masks(&protocols[i % PROTOCOLS]) && strstr(suite->name, "AES") == NULL &&
            strstr(suite->name, "CHACHA20") == NULL)
            expected = false;
        if (protocol->family == SSLP_PACKETS && strstr(suite->name, "CCM_8") != NULL)
            expected = false;
        /* DTLS 1.0 follows TLS 1.1, where export has ended. */
        if (strstr(suite->name, "EXPORT") != NULL)
            expected = protocol->version == SSLP_SSL3 || protocol->version == SSLP_TLS1_0;
        wrong += sslp_suite_in_protocol(suite, protocol) != expected;
        wrong += sslp_suite_is_legacy(suite, protocol) !=
            (protocol->version == SSLP_SSL3 || strstr(suite->name, "_NULL_") != NULL ||
                strstr(suite->name, "_RC4_") != NULL || strstr(suite->name, "_DES_CBC_") != NULL ||
                strstr(suite->name, "EXPORT") != NULL || strncmp(suite->name, "TLS_SHA", 7) == 0);
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static const struct named_test tests[] = {
    {"numbers find their row only", test_numbers_find_their_row_only},
    {"names and number texts find their row", test_names_and_number_texts_find_their_row},
    {"bad texts find nothing", test_bad_texts_find_nothing},
    {"prefixes and longer names find nothing", test_prefixes_and_longer_names_find_nothing},
    {"protocols by version and name", test_protocols_by_version_and_name},
    {"versions are ordered", test_versions_are_ordered},
    {"bad protocol names find nothing", test_bad_protocol_names_find_nothing},
    {"suites are in the right protocols", test_suites_are_in_the_right_protocols},
};

int main(void)
{
    return RUN_TESTS("suite lookup", NULL, NULL, tests);
}
