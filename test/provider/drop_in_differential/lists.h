/* SPDX-License-Identifier: Apache-2.0
 *
 * Random parameter lists for TLS1-PRF, TLS13-KDF and HKDF: mostly what an application would give,
 * and now and then something missing, given twice, of a wrong type or of no sense.
 */
#ifndef SSLP_TEST_DROP_IN_LISTS_H
#define SSLP_TEST_DROP_IN_LISTS_H

#include "common/provider_support.h"

enum kind { TLS1_PRF, TLS13_KDF, HKDF, HKDF_SHA256, KINDS };

enum { MAX_OCTETS = 1024, MAX_SEEDS = 5, MAX_INFOS = 4 };

struct list {
    OSSL_PARAM params[SUPPORT_MAX_PARAMS];
    size_t count;
    size_t seed_len;    /* bytes of all seeds */
    const char *digest; /* the first that is given; NULL: none */
    bool has_info;      /* an info that is not empty */
    bool unusable;      /* no key derivation can use the digest: extendable output, or none */
    int numbers[SUPPORT_MAX_PARAMS];
    int64_t long_number;
    double real_number;
};

/* Before the first list. */
void lists_init(uint64_t *state);

/* What a context was given by the lists before. */
struct list_before {
    const char *digest; /* NULL: none */
    size_t seed_len;
    bool has_info;
    bool may_name_digest; /* to a KDF that has its digest in its name, in the call to come */
};

/* `complete` lists mostly have all that a derivation needs.  All seeds of a context together stay
 * within max_seed.  Pointers in the list are to it and to static memory. */
void list_make(struct list *list, enum kind kind, uint64_t *state, bool complete,
    const struct list_before *before, size_t max_seed);

/* A usable length for the output of a list, mostly, up to max_output. */
size_t list_output_len(
    enum kind kind, uint64_t *state, size_t digest_size, bool extraction, size_t max_output);

/* True in so many of a hundred cases. */
bool chance(uint64_t *state, unsigned percent);

#endif
