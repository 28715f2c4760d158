/* SPDX-License-Identifier: Apache-2.0
 *
 * The constant-time primitives against the plain C they stand for: every pair of small numbers, and
 * every pair of numbers near the edges of size_t, where subtraction wraps and the top bit changes.
 */
#include "base/ct.h"
#include "cunit/run_tests.h"

#include <CUnit/Basic.h>
#include <stdbool.h>
#include <string.h>

enum { SMALL = 320, AROUND = 8 };

static const size_t edges[] = {0, 255, 256, SIZE_MAX / 2, SIZE_MAX / 2 + 1, SIZE_MAX};

static size_t mask_of(bool condition)
{
    return condition ? SIZE_MAX : 0;
}

/* True when every comparison of the pair is right. */
static bool pair_is_right(size_t a, size_t b)
{
    return sslp_ct_equal(a, b) == mask_of(a == b) && sslp_ct_less(a, b) == mask_of(a < b) &&
        sslp_ct_at_least(a, b) == mask_of(a >= b) && sslp_ct_select(SIZE_MAX, a, b) == a &&
        sslp_ct_select(0, a, b) == b;
}

static bool value_is_right(size_t a)
{
    return sslp_ct_hide(a) == a && sslp_ct_is_zero(a) == mask_of(a == 0) &&
        sslp_ct_top_bit(a) == mask_of(a > SIZE_MAX / 2);
}

static void test_small_numbers_agree_with_plain_c(void)
{
    size_t wrong = 0;

    for (size_t a = 0; a < SMALL; a++) {
        wrong += value_is_right(a) ? 0 : 1;
        for (size_t b = 0; b < SMALL; b++)
            wrong += pair_is_right(a, b) ? 0 : 1;
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void test_edges_agree_with_plain_c(void)
{
    const size_t count = sizeof(edges) / sizeof(edges[0]);
    size_t wrong = 0;

    for (size_t i = 0; i < count * 2 * AROUND; i++) {
        const size_t a = edges[i % count] + i / count - AROUND;

        wrong += value_is_right(a) ? 0 : 1;
        for (size_t j = 0; j < count * 2 * AROUND; j++)
            wrong += pair_is_right(a, edges[j % count] + j / count - AROUND) ? 0 : 1;
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void test_single_bits_agree_with_plain_c(void)
{
    const unsigned bits = sizeof(size_t) * CHAR_BIT;
    size_t wrong = 0;

    for (unsigned i = 0; i < bits; i++) {
        wrong += value_is_right((size_t)1 << i) ? 0 : 1;
        for (unsigned j = 0; j < bits; j++)
            wrong += pair_is_right((size_t)1 << i, (size_t)1 << j) ? 0 : 1;
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void test_difference_sees_every_byte_value_at_every_place(void)
{
    uint8_t a[48], b[48];
    size_t wrong = 0;

    memset(a, 0x5A, sizeof(a));
    memcpy(b, a, sizeof(b));
    CU_ASSERT_EQUAL(sslp_ct_difference(a, b, sizeof(a)), 0);
    CU_ASSERT_EQUAL(sslp_ct_difference(a, b, 0), 0);
    for (size_t place = 0; place < sizeof(b); place++) {
        for (unsigned value = 0; value < 256; value++) {
            b[place] = (uint8_t)value;
            wrong += (sslp_ct_difference(a, b, sizeof(a)) == 0) != (value == a[place]);
            wrong += sslp_ct_difference(a, b, place) != 0;
        }
        b[place] = a[place];
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void test_differences_that_cancel_by_xor_are_seen(void)
{
    const uint8_t a[2] = {1, 1}, b[2] = {0, 0};

    CU_ASSERT_NOT_EQUAL(sslp_ct_difference(a, b, 2), 0);
}

static void test_copy_if_copies_all_or_nothing(void)
{
    uint8_t from[256], to[256];
    size_t wrong = 0;

    for (unsigned value = 0; value < 256; value++) {
        for (size_t i = 0; i < sizeof(from); i++)
            from[i] = (uint8_t)i;
        memset(to, (int)value, sizeof(to));
        sslp_ct_copy_if(0, to, from, sizeof(to));
        for (size_t i = 0; i < sizeof(to); i++)
            wrong += to[i] != value;
        sslp_ct_copy_if(SIZE_MAX, to, from, sizeof(to) - 1);
        wrong += memcmp(to, from, sizeof(to) - 1) != 0;
        wrong += to[sizeof(to) - 1] != value;
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_small_numbers_agree_with_plain_c),
        TEST(test_edges_agree_with_plain_c),
        TEST(test_single_bits_agree_with_plain_c),
        TEST(test_difference_sees_every_byte_value_at_every_place),
        TEST(test_differences_that_cancel_by_xor_are_seen),
        TEST(test_copy_if_copies_all_or_nothing),
    };

    return RUN_TESTS("ct", NULL, NULL, tests);
}
