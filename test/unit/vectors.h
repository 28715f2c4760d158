/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests on published vectors share: keying a PRF, and counting, so that
 * a vector that is not reached does not look like one that passed.
 */
#ifndef SSLP_TEST_UNIT_VECTORS_H
#define SSLP_TEST_UNIT_VECTORS_H

#include "common/rsp.h"
#include "cunit/run_tests.h"
#include "schedule/key_block.h"

#include <stdio.h>
#include <string.h>

enum { MAX_OUTPUT = 512 };

struct vector_count {
    const char *what;
    unsigned at_least; /* what the files hold now */
    unsigned checked;
};

static inline struct sslp_bytes bytes_of(const struct rsp_field *field)
{
    return field == NULL ? sslp_bytes(NULL, 0) : sslp_bytes(field->data, field->len);
}

static inline bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* True when the piece is what the vector says; one that the vector lacks has to have no bytes. */
static inline bool piece_is(const uint8_t *bytes, size_t len, const struct rsp_field *expected)
{
    if (expected == NULL)
        return len == 0;
    return expected->len == len && memcmp(bytes, expected->data, len) == 0;
}

static inline void check_vector(
    const struct rsp_block *block, struct vector_count *count, bool right)
{
    count->checked++;
    if (!right)
        fprintf(stderr, "\n    %s:%u: %s", block->path, block->line, count->what);
    CU_ASSERT(right);
}

static inline void check_counts(const struct vector_count *counts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        printf("\n    %3u of %s", counts[i].checked, counts[i].what);
        CU_ASSERT(counts[i].checked >= counts[i].at_least);
    }
    printf("\n  ");
}

static inline struct sslp_prf_key key_with(const struct sslp_prf *prf, struct sslp_bytes secret)
{
    struct sslp_prf_key key;

    CU_ASSERT_EQUAL_FATAL(sslp_prf_key_init(&key, prf, secret), SSLP_OK);
    return key;
}

/* NULL when the vector names no suite. */
static inline const struct sslp_suite *suite_of(const struct rsp_block *block)
{
    const struct rsp_field *number = rsp_field(block, "cipher_suite");

    if (number == NULL || number->len != 2)
        return NULL;
    return sslp_suite_by_id((uint32_t)number->data[0] << 8 | number->data[1]);
}

#endif
