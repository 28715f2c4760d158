/* SPDX-License-Identifier: Apache-2.0
 *
 * Damaged records of DTLS 1.3: none is opened, none changes what the caller passed or what the key
 * does next.  SSLP_TEST_CASES says how many, SSLP_TEST_SEED where the random numbers begin.
 */
#include "common/provider_support.h"
#include "shim/support.h"
#include "shim/support/dtls13_records.h"
#include "shim/support/provider.h"

enum { USUAL_CASES = 50000, MAX_TEXT = 90, ROOM = 512, CANARY = 0xA7, UNTOUCHED = 0x7E57 };

static struct dtls13_keys keys[DTLS13_SUITES];
static NCRYPT_KEY_HANDLE key_of[DTLS13_SUITES];
static uint64_t state;

static size_t below(size_t limit)
{
    return support_number_below(&state, limit);
}

/* One record on its way. */
static struct sent {
    size_t suite;
    struct dtls13_form form;
    ULONGLONG number, expected;
    BYTE plain[MAX_TEXT], genuine[ROOM], damaged[ROOM];
    size_t plain_len, genuine_len, damaged_len;
} sent;

static void send_record(void)
{
    static const size_t id_lens[] = {0, 0, 1, 8, 20};
    const ULONGLONG epoch = 2 + below(3);

    sent.suite = below(DTLS13_SUITES);
    sent.form = (struct dtls13_form){below(2) != 0, below(2) != 0, id_lens[below(5)]};
    sent.number = DTLS13_NUMBER(epoch, below(100000));
    sent.expected = sent.number + below(60);
    sent.plain_len = 16 + below(MAX_TEXT - 16);
    support_fill(&state, sent.plain, sent.plain_len);
    sent.genuine_len = dtls13_make(
        &keys[sent.suite], sent.form, sent.number, sent.plain, sent.plain_len, sent.genuine);
    CU_ASSERT_FATAL(sent.genuine_len != 0);
}

static void flip_bits(void)
{
    for (size_t i = below(8) + 1; i > 0; i--)
        sent.damaged[below(sent.damaged_len)] ^= (BYTE)(1U << below(8));
}

static void overwrite(void)
{
    const size_t at = below(sent.damaged_len);

    support_fill(&state, sent.damaged + at, 1 + below(sent.damaged_len - at));
}

static void cut_off(void)
{
    sent.damaged_len = 1 + below(sent.damaged_len - 1);
}

static void append(void)
{
    const size_t more = 1 + below(40);

    support_fill(&state, sent.damaged + sent.damaged_len, more);
    sent.damaged_len += more;
}

static void change_header(void)
{
    const size_t len = dtls13_header_len(sent.form);

    support_fill(&state, sent.damaged + below(len), 1);
}

static void move_part(void)
{
    const size_t from = below(sent.damaged_len), to = below(sent.damaged_len);
    const size_t longest = sent.damaged_len - (from > to ? from : to);

    memmove(sent.damaged + to, sent.damaged + from, 1 + below(longest));
}

static void remove_part(void)
{
    const size_t at = below(sent.damaged_len - 1), len = 1 + below(sent.damaged_len - 1 - at);

    memmove(sent.damaged + at, sent.damaged + at + len, sent.damaged_len - at - len);
    sent.damaged_len -= len;
}

/* True where something has changed. */
static bool damage(void)
{
    static void (*const ways[])(void) = {
        flip_bits, overwrite, cut_off, append, change_header, move_part, remove_part};

    memcpy(sent.damaged, sent.genuine, sent.genuine_len);
    sent.damaged_len = sent.genuine_len;
    ways[below(COUNT(ways))]();
    return sent.damaged_len != sent.genuine_len ||
        memcmp(sent.damaged, sent.genuine, sent.genuine_len) != 0;
}

static SECURITY_STATUS open_from(
    const BYTE *bytes, size_t len, BYTE *out, size_t *out_len, ULONGLONG *number)
{
    BYTE input[ROOM];
    DWORD opened = UNTOUCHED;
    SECURITY_STATUS status;

    memcpy(input, bytes, len);
    *number = sent.expected;
    status = NcryptsslDecryptPacket(
        provider, key_of[sent.suite], input, (DWORD)len, out, ROOM, &opened, number, 0);
    CU_ASSERT(memcmp(input, bytes, len) == 0);
    *out_len = opened;
    return status;
}

/* 1 for a damaged record, 0 where nothing was damaged after all. */
static unsigned try_one(void)
{
    BYTE out[ROOM + 1];
    ULONGLONG number;
    SECURITY_STATUS status;
    size_t len;

    send_record();
    if (!damage())
        return 0;
    EXPECT_SUCCESS(
        NcryptsslSetConnectionIdLength(provider, key_of[sent.suite], (DWORD)sent.form.id_len, 0),
        "the length of connection ids");
    out[ROOM] = CANARY;
    status = open_from(sent.damaged, sent.damaged_len, out, &len, &number);
    EXPECT(status == NTE_BAD_DATA || status == STATUS_AUTH_TAG_MISMATCH, "a damaged record");
    EXPECT(len == UNTOUCHED && number == sent.expected && out[ROOM] == CANARY, "what was passed");
    EXPECT_SUCCESS(open_from(sent.genuine, sent.genuine_len, out, &len, &number), "the record");
    EXPECT(number == sent.number && len == sent.plain_len &&
            memcmp(out, sent.plain, sent.plain_len) == 0,
        "the record");
    return 1;
}

static void test_no_damaged_record_is_opened(void)
{
    const char *cases = getenv("SSLP_TEST_CASES"), *seed = getenv("SSLP_TEST_SEED");
    const unsigned long wanted = cases != NULL ? strtoul(cases, NULL, 10) : USUAL_CASES;
    unsigned long damaged = 0;

    state = seed != NULL ? strtoull(seed, NULL, 0) : UINT64_C(0xD715);
    printf("[SSLP_TEST_SEED=0x%llX] ", (unsigned long long)state);
    while (damaged < wanted && CU_get_number_of_failures() == 0)
        damaged += try_one();
    printf("[%lu damaged records] ", damaged);
    CU_ASSERT(damaged == wanted);
}

static int open_all(void)
{
    bool done = open_provider() == 0;

    for (size_t i = 0; done && i < DTLS13_SUITES; i++)
        done = dtls13_derive(&dtls13_suites[i], &keys[i]) &&
            make_traffic_key_in(provider, DTLS1_3_PROTOCOL_VERSION, dtls13_suites[i].suite,
                NCRYPT_SSL_CLIENT_FLAG, &key_of[i]) == ERROR_SUCCESS;
    return done ? 0 : 1;
}

static int close_all(void)
{
    return free_handles(key_of, DTLS13_SUITES) + close_provider();
}

int main(void)
{
    static const struct named_test tests[] = {TEST(test_no_damaged_record_is_opened)};

    return RUN_TESTS("damaged records of DTLS 1.3", open_all, close_all, tests);
}
