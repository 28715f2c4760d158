/* SPDX-License-Identifier: Apache-2.0
 *
 * Operations that leave a secret behind, each in another kind of place: the search has to find all
 * of them.
 */
#include "secrets.h"

#include <openssl/crypto.h>

enum { PLANTED_LEN = SECRETS_MAX_LEN };

static void plant(size_t number, volatile uint8_t *to)
{
    secrets_unmask(told.planted[number], PLANTED_LEN, (uint8_t *)to);
}

static bool leave_on_heap(unsigned fault)
{
    uint8_t *block = OPENSSL_malloc(PLANTED_LEN);

    (void)fault;
    plant(PLANTED_ON_HEAP, block);
    OPENSSL_free(block);
    return true;
}

static bool leave_on_stack(unsigned fault)
{
    volatile uint8_t bytes[PLANTED_LEN];

    (void)fault;
    plant(PLANTED_ON_STACK, bytes);
    return bytes[0] == (told.planted[PLANTED_ON_STACK][0] ^ MEMORY_MASK);
}

static bool leave_in_data(unsigned fault)
{
    static volatile uint8_t bytes[PLANTED_LEN];

    (void)fault;
    plant(PLANTED_IN_DATA, bytes);
    return true;
}

/* Where there is none, this is the ordinary heap. */
static bool leave_in_secure_heap(unsigned fault)
{
    static uint8_t *block;

    (void)fault;
    block = OPENSSL_secure_malloc(PLANTED_LEN);
    plant(PLANTED_IN_SECURE_HEAP, block);
    return true;
}

static bool leave_as_pad(unsigned fault)
{
    uint8_t *block = OPENSSL_malloc(PLANTED_LEN);

    (void)fault;
    plant(PLANTED_AS_PAD, block);
    for (size_t i = 0; i < PLANTED_LEN; i++)
        block[i] ^= 0x36;
    OPENSSL_free(block);
    return true;
}

/* It wipes what it has made, but not where its second allocation fails. */
static bool leave_after_failure(unsigned fault)
{
    uint8_t *first = OPENSSL_malloc(PLANTED_LEN), *second;

    (void)fault;
    if (first == NULL)
        return false;
    plant(PLANTED_AFTER_FAILURE, first);
    second = OPENSSL_malloc(1);
    if (second != NULL)
        OPENSSL_cleanse(first, PLANTED_LEN);
    OPENSSL_free(first);
    OPENSSL_free(second);
    return second != NULL;
}

const struct operation secrets_planted[SECRETS_PLANTED] = {
    [PLANTED_ON_HEAP] = {"freed block", leave_on_heap, 0, NULL},
    [PLANTED_ON_STACK] = {"dead stack", leave_on_stack, 0, NULL},
    [PLANTED_IN_DATA] = {"static data", leave_in_data, 0, NULL},
    [PLANTED_IN_SECURE_HEAP] = {"secure heap", leave_in_secure_heap, 0, NULL},
    [PLANTED_AS_PAD] = {"key pad of an HMAC", leave_as_pad, 0, NULL},
    [PLANTED_AFTER_FAILURE] = {"after a failure", leave_after_failure, 0, NULL},
};
