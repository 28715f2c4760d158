/* SPDX-License-Identifier: Apache-2.0
 *
 * The hashes of the key schedules, fetched from the default library context, and the PRFs on them.
 */
#ifndef SSLP_TEST_UNIT_HASHES_H
#define SSLP_TEST_UNIT_HASHES_H

#include "schedule/prf.h"

#include <stdbool.h>
#include <string.h>

enum { TEST_MD5, TEST_SHA1, TEST_SHA224, TEST_SHA256, TEST_SHA384, TEST_SHA512, TEST_FUNCTIONS };

/* Each of them computed by EVP, and then each without. */
enum { TEST_HASHES = 2 * TEST_FUNCTIONS };

static const struct {
    const char *name;      /* for EVP_MD_fetch */
    const char *published; /* as the vector files and RFCs spell it */
} test_hash_names[TEST_FUNCTIONS] = {
    {"MD5", "MD5"},
    {"SHA1", "SHA-1"},
    {"SHA2-224", "SHA-224"},
    {"SHA2-256", "SHA-256"},
    {"SHA2-384", "SHA-384"},
    {"SHA2-512", "SHA-512"},
};

struct test_hashes {
    struct sslp_hash of[TEST_HASHES];
};

static inline void test_hashes_close(struct test_hashes *hashes)
{
    for (size_t i = 0; i < TEST_HASHES; i++)
        sslp_hash_clear(&hashes->of[i]);
}

static inline bool test_hashes_open(struct test_hashes *hashes)
{
    *hashes = (struct test_hashes){0};
    for (size_t i = 0; i < TEST_HASHES; i++) {
        const char *name = test_hash_names[i % TEST_FUNCTIONS].name;

        if (sslp_hash_fetch(&hashes->of[i], NULL, name, NULL) != SSLP_OK) {
            test_hashes_close(hashes);
            return false;
        }
        if (i >= TEST_FUNCTIONS)
            sslp_hash_go_direct(&hashes->of[i]);
    }
    return true;
}

/* The PRF of a kind; `hash` counts for TLS 1.2 and 1.3. */
static inline struct sslp_prf test_prf(
    const struct test_hashes *hashes, enum sslp_prf_kind kind, const struct sslp_hash *hash)
{
    return (struct sslp_prf){kind, hash, &hashes->of[TEST_MD5], &hashes->of[TEST_SHA1]};
}

/* NULL when no hash of the table has the name. */
static inline const struct sslp_hash *test_hash_published(
    const struct test_hashes *hashes, const char *published)
{
    for (size_t i = 0; i < TEST_FUNCTIONS; i++) {
        if (strcmp(test_hash_names[i].published, published) == 0)
            return &hashes->of[i];
    }
    return NULL;
}

#endif
