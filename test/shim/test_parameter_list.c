/* SPDX-License-Identifier: Apache-2.0
 *
 * The parameter list of SslGenerateSessionKeys: both randoms in any order, nothing empty, and
 * everything else passed over.
 */
#include "shim/support.h"

static NCRYPT_PROV_HANDLE provider;
static NCRYPT_KEY_HANDLE master;

static SECURITY_STATUS generate_with(NCryptBufferDesc *list, struct opaque_blob *write_key)
{
    struct key_pair keys = {GARBAGE_HANDLE, GARBAGE_HANDLE};
    const SECURITY_STATUS status =
        SslGenerateSessionKeys(provider, master, &keys.read, &keys.write, list, 0);

    if (status != ERROR_SUCCESS) {
        EXPECT(keys.read == 0 && keys.write == 0, "outputs of a failure");
        return status;
    }
    EXPECT(keys.read != 0 && keys.write != 0 && keys.read != keys.write, "two handles");
    if (write_key != NULL)
        EXPECT_SUCCESS(export_opaque(provider, keys.write, write_key), "export");
    free_pair(&keys);
    return status;
}

static bool same_key(const struct opaque_blob *a, const struct opaque_blob *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static void test_randoms_have_32_bytes(void)
{
    struct randoms randoms;

    for (size_t i = 0; i < 2; i++) {
        for (DWORD len = 0; len <= 65; len++) {
            BYTE room[65] = {1};

            fill_randoms(&randoms);
            randoms.buffers[i].pvBuffer = room;
            randoms.buffers[i].cbBuffer = len;
            EXPECT_STATUS(generate_with(&randoms.list, NULL),
                len == RANDOM_LEN ? ERROR_SUCCESS : NTE_INVALID_PARAMETER, "length of a random");
        }
    }
}

static void test_both_randoms_are_needed(void)
{
    struct randoms randoms;

    fill_randoms(&randoms);
    randoms.list.cBuffers = 0;
    EXPECT_STATUS(generate_with(&randoms.list, NULL), NTE_INVALID_PARAMETER, "empty list");
    randoms.list.pBuffers = NULL;
    EXPECT_STATUS(generate_with(&randoms.list, NULL), NTE_INVALID_PARAMETER, "empty list");
    for (size_t i = 0; i < 2; i++) {
        fill_randoms(&randoms);
        randoms.list.cBuffers = 1;
        randoms.list.pBuffers = &randoms.buffers[i];
        EXPECT_STATUS(generate_with(&randoms.list, NULL), NTE_INVALID_PARAMETER, "one random");
        fill_randoms(&randoms);
        randoms.buffers[i].BufferType = NCRYPTBUFFER_DATA;
        EXPECT_STATUS(generate_with(&randoms.list, NULL), NTE_INVALID_PARAMETER, "another type");
        fill_randoms(&randoms);
        randoms.buffers[i].BufferType = randoms.buffers[1 - i].BufferType;
        EXPECT_STATUS(generate_with(&randoms.list, NULL), NTE_INVALID_PARAMETER, "one type twice");
    }
}

static void test_malformed_list_is_refused(void)
{
    static const ULONG versions[] = {1, 2, 0x80000000, 0xFFFFFFFF};
    struct randoms randoms;

    EXPECT_STATUS(generate_with(NULL, NULL), NTE_INVALID_PARAMETER, "no list");
    fill_randoms(&randoms);
    randoms.list.pBuffers = NULL;
    EXPECT_STATUS(generate_with(&randoms.list, NULL), NTE_INVALID_PARAMETER, "no entries");
    for (size_t i = 0; i < COUNT(versions); i++) {
        fill_randoms(&randoms);
        randoms.list.ulVersion = versions[i];
        EXPECT_STATUS(generate_with(&randoms.list, NULL), NTE_INVALID_PARAMETER, "version");
    }
}

/* Observed behaviour, section 2: any entry without data, even of a type that is not read. */
static void test_empty_entry_is_refused(void)
{
    static const ULONG types[] = {NCRYPTBUFFER_EMPTY, NCRYPTBUFFER_DATA,
        NCRYPTBUFFER_SSL_HIGHEST_VERSION, NCRYPTBUFFER_SSL_SESSION_HASH, 99, 0xFFFFFFFF};

    for (size_t type = 0; type < COUNT(types); type++) {
        for (size_t at = 0; at < 3; at++) {
            struct randoms randoms;
            NCryptBuffer entries[3];
            NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, 3, entries};
            BYTE data[4] = {1, 2, 3, 4};

            fill_randoms(&randoms);
            for (size_t i = 0, next = 0; i < 3; i++)
                entries[i] = i == at ? (NCryptBuffer){sizeof(data), types[type], data}
                                     : randoms.buffers[next++];
            EXPECT_SUCCESS(generate_with(&list, NULL), "other types are passed over");
            entries[at].cbBuffer = 0;
            EXPECT_STATUS(generate_with(&list, NULL), NTE_INVALID_PARAMETER, "no bytes");
            entries[at].cbBuffer = sizeof(data);
            entries[at].pvBuffer = NULL;
            EXPECT_STATUS(generate_with(&list, NULL), NTE_INVALID_PARAMETER, "no data");
        }
    }
}

static void test_order_is_free_and_the_last_duplicate_wins(void)
{
    static BYTE wrong[RANDOM_LEN] = {0xEE};
    struct randoms randoms;
    struct opaque_blob right, other;
    NCryptBuffer entries[4];
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, 2, entries};

    fill_randoms(&randoms);
    EXPECT_SUCCESS(generate_with(&randoms.list, &right), "the usual order");
    entries[0] = randoms.buffers[1];
    entries[1] = randoms.buffers[0];
    EXPECT_SUCCESS(generate_with(&list, &other), "the other order");
    EXPECT(same_key(&right, &other), "the other order");
    list.cBuffers = 4;
    for (size_t i = 0; i < 2; i++) {
        entries[i] = (NCryptBuffer){RANDOM_LEN, randoms.buffers[i].BufferType, wrong};
        entries[2 + i] = randoms.buffers[i];
    }
    EXPECT_SUCCESS(generate_with(&list, &other), "right ones last");
    EXPECT(same_key(&right, &other), "right ones last");
    entries[3] = entries[1];
    EXPECT_SUCCESS(generate_with(&list, &other), "a wrong one last");
    EXPECT(!same_key(&right, &other), "a wrong one last");
    /* An earlier duplicate is checked although its value is not used. */
    entries[3] = randoms.buffers[1];
    entries[1].cbBuffer = RANDOM_LEN - 1;
    EXPECT_STATUS(generate_with(&list, NULL), NTE_INVALID_PARAMETER, "a short one first");
}

/* Observed behaviour, section 2: this function has no limit of 64 entries. */
static void test_long_lists_are_read_to_their_end(void)
{
    enum { ENTRIES = 1000 };
    struct randoms randoms;
    struct opaque_blob right, other;
    NCryptBuffer *entries = calloc(ENTRIES, sizeof(*entries));
    NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, ENTRIES, entries};

    if (!EXPECT(entries != NULL, "memory"))
        return;
    fill_randoms(&randoms);
    EXPECT_SUCCESS(generate_with(&randoms.list, &right), "two entries");
    for (ULONG i = 0; i < ENTRIES - 2; i++)
        entries[i] = (NCryptBuffer){1, 1000 + i, randoms.client};
    entries[ENTRIES - 2] = randoms.buffers[0];
    entries[ENTRIES - 1] = randoms.buffers[1];
    EXPECT_SUCCESS(generate_with(&list, &other), "a thousand entries");
    EXPECT(same_key(&right, &other), "a thousand entries");
    free(entries);
}

static void test_derivation_is_repeatable(void)
{
    struct randoms randoms;
    struct opaque_blob first, again;

    fill_randoms(&randoms);
    EXPECT_SUCCESS(generate_with(&randoms.list, &first), "first");
    for (int i = 0; i < 100; i++) {
        EXPECT_SUCCESS(generate_with(&randoms.list, &again), "again");
        EXPECT(same_key(&first, &again), "the same randoms, the same keys");
    }
    randoms.server[RANDOM_LEN - 1] ^= 1;
    EXPECT_SUCCESS(generate_with(&randoms.list, &again), "one bit of a random");
    EXPECT(!same_key(&first, &again), "other randoms, other keys");
}

static int open_all(void)
{
    return SslOpenProvider(&provider, NULL, 0) ||
        import_master(provider, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_CBC_SHA,
            NCRYPT_SSL_CLIENT_FLAG, &master);
}

static int close_all(void)
{
    return SslFreeObject(master, 0) || SslFreeObject(provider, 0);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_randoms_have_32_bytes),
        TEST(test_both_randoms_are_needed),
        TEST(test_malformed_list_is_refused),
        TEST(test_empty_entry_is_refused),
        TEST(test_order_is_free_and_the_last_duplicate_wins),
        TEST(test_long_lists_are_read_to_their_end),
        TEST(test_derivation_is_repeatable),
    };

    return RUN_TESTS("parameter list", open_all, close_all, tests);
}
