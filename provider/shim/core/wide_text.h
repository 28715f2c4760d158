/* SPDX-License-Identifier: Apache-2.0
 *
 * 16-bit text of the native interface.
 */
#ifndef SSLP_SHIM_CORE_WIDE_TEXT_H
#define SSLP_SHIM_CORE_WIDE_TEXT_H

#include "ncryptssl/wintypes.h"

#include <stdbool.h>
#include <stddef.h>

/* Characters before the terminator. */
static inline size_t sslp_wide_text_len(LPCWSTR text)
{
    size_t len = 0;

    while (text[len] != 0)
        len++;
    return len;
}

/* Names of blobs and providers compare exactly, case included. */
static inline bool sslp_wide_text_equal(LPCWSTR a, LPCWSTR b)
{
    while (*a != 0 && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

#endif
