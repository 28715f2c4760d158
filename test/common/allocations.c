/* SPDX-License-Identifier: Apache-2.0 */
#include "common/allocations.h"

#include <malloc.h>
#include <openssl/crypto.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static _Atomic long live;
static _Atomic unsigned long left; /* until the one that fails; 0: none does */
static bool (*_Atomic is_counted)(const char *file);
static _Atomic bool failed, goes_on;
static _Atomic(const char *) failed_file;
static bool (*_Atomic is_wiped)(const char *file);

static bool must_fail(const char *file)
{
    bool (*const counts)(const char *file) = is_counted;

    if (left == 0 || (counts != NULL && !counts(file)) || --left != 0)
        return false;
    if (!failed)
        failed_file = file;
    failed = true;
    left = goes_on;
    return true;
}

static void *counted_malloc(size_t size, const char *file, int line)
{
    void *block;

    (void)line;
    /* OpenSSL expects NULL for nothing, and may ask for it. */
    if (size == 0 || must_fail(file))
        return NULL;
    block = malloc(size);
    live += block != NULL;
    return block;
}

static void counted_free(void *block, const char *file, int line)
{
    bool (*const wipes)(const char *file) = is_wiped;

    (void)line;
    live -= block != NULL;
    if (block != NULL && wipes != NULL && wipes(file))
        OPENSSL_cleanse(block, malloc_usable_size(block));
    free(block);
}

static void *counted_realloc(void *block, size_t size, const char *file, int line)
{
    if (block == NULL)
        return counted_malloc(size, file, line);
    if (size == 0) {
        counted_free(block, file, line);
        return NULL;
    }
    return must_fail(file) ? NULL : realloc(block, size);
}

bool allocations_install(void)
{
    return CRYPTO_set_mem_functions(counted_malloc, counted_realloc, counted_free) == 1;
}

void allocations_wipe(bool (*wipes)(const char *file))
{
    is_wiped = wipes;
}

long allocations_live(void)
{
    return live;
}

/* The name of libcrypto's folder is "providers". */
bool allocations_is_ours(const char *file)
{
    return file != NULL && strstr(file, "provider/") != NULL && strstr(file, "providers/") == NULL;
}

static void start(unsigned long n, bool (*counts)(const char *file), bool go_on)
{
    failed = false;
    failed_file = NULL;
    is_counted = counts;
    goes_on = go_on;
    left = n;
}

void allocations_fail(unsigned long n, bool (*counts)(const char *file))
{
    start(n, counts, false);
}

void allocations_fail_from(unsigned long n, bool (*counts)(const char *file))
{
    start(n, counts, true);
}

bool allocations_end(void)
{
    left = 0;
    return failed;
}

const char *allocations_failed_file(void)
{
    return failed_file;
}

bool allocations_failed_ours(void)
{
    return allocations_is_ours(failed_file);
}
