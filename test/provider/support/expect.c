/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/support.h"

#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

enum { MAX_OUTPUT = 512 };

void expect_kdf_refuses(
    EVP_KDF *kdf, const struct support_params *params, size_t len, const char *reason)
{
    uint8_t out[MAX_OUTPUT];
    bool zeros = true;

    CU_ASSERT_FATAL(len <= sizeof(out));
    memset(out, 0xA5, sizeof(out));
    ERR_clear_error();
    CU_ASSERT_FALSE(support_run(kdf, params, out, len));
    ASSERT_RAISED(reason);
    for (size_t i = 0; i < len; i++)
        zeros = zeros && out[i] == 0;
    CU_ASSERT(zeros);
}

void expect_kdf_reproduces(EVP_KDF *kdf, const struct support_params *params,
    const struct rsp_block *block, const struct rsp_field *expected)
{
    uint8_t out[MAX_OUTPUT];
    const bool right = expected->len <= sizeof(out) &&
        support_run(kdf, params, out, expected->len) &&
        memcmp(out, expected->data, expected->len) == 0;

    if (!right) {
        fprintf(
            stderr, "\n    %s:%u: %s not reproduced\n", block->path, block->line, expected->name);
        ERR_print_errors_fp(stderr);
    }
    CU_ASSERT(right);
}
