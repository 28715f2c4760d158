/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/core/algorithms.h"

#include "shim/core/errors.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

enum algorithm_type { ALGORITHM_CIPHER, ALGORITHM_DIGEST, ALGORITHM_MAC };

/* Only `implementation` of the type. */
struct sslp_algorithm {
    struct sslp_algorithm *next;
    const char *name;
    enum algorithm_type type;
    void *implementation; /* owned; NULL: an optional cipher that there is not */
};

static void *algorithm_fetch(OSSL_LIB_CTX *libctx, enum algorithm_type type, const char *name)
{
    switch (type) {
    case ALGORITHM_CIPHER:
        return EVP_CIPHER_fetch(libctx, name, NULL);
    case ALGORITHM_DIGEST:
        return EVP_MD_fetch(libctx, name, NULL);
    case ALGORITHM_MAC:
        return EVP_MAC_fetch(libctx, name, NULL);
    }
    return NULL;
}

static void algorithm_free(struct sslp_algorithm *algorithm)
{
    switch (algorithm->type) {
    case ALGORITHM_CIPHER:
        EVP_CIPHER_free(algorithm->implementation);
        break;
    case ALGORITHM_DIGEST:
        EVP_MD_free(algorithm->implementation);
        break;
    case ALGORITHM_MAC:
        EVP_MAC_free(algorithm->implementation);
        break;
    }
    OPENSSL_free(algorithm);
}

/* From the first to the last, exclusive.  NULL where there is none. */
static struct sslp_algorithm *algorithm_find(struct sslp_algorithm *first,
    const struct sslp_algorithm *last, enum algorithm_type type, const char *name)
{
    for (; first != last; first = first->next) {
        if (first->type == type && (first->name == name || strcmp(first->name, name) == 0))
            return first;
    }
    return NULL;
}

/* Puts a fresh one at the head, unless another thread has put in the same.  Gives the one that is
 * in the list. */
static struct sslp_algorithm *algorithm_publish(
    struct sslp_algorithms *algorithms, struct sslp_algorithm *fresh)
{
    struct sslp_algorithm *searched = NULL;
    struct sslp_algorithm *head = atomic_load_explicit(&algorithms->first, memory_order_acquire);

    do {
        struct sslp_algorithm *const there =
            algorithm_find(head, searched, fresh->type, fresh->name);

        if (there != NULL) {
            algorithm_free(fresh);
            return there;
        }
        searched = head;
        fresh->next = head;
    } while (!atomic_compare_exchange_weak_explicit(
        &algorithms->first, &head, fresh, memory_order_acq_rel, memory_order_acquire));
    return fresh;
}

static SECURITY_STATUS algorithm_get(struct sslp_algorithms *algorithms, enum algorithm_type type,
    const char *name, struct sslp_algorithm **found)
{
    struct sslp_algorithm *fresh;

    *found = algorithm_find(
        atomic_load_explicit(&algorithms->first, memory_order_acquire), NULL, type, name);
    if (*found != NULL)
        return ERROR_SUCCESS;
    fresh = sslp_zalloc(sizeof(*fresh));
    if (fresh == NULL)
        return NTE_NO_MEMORY;
    fresh->name = name;
    fresh->type = type;
    fresh->implementation = algorithm_fetch(algorithms->libctx, type, name);
    if (fresh->implementation == NULL) {
        OPENSSL_free(fresh);
        return sslp_errors_refusal(NTE_NOT_SUPPORTED);
    }
    *found = algorithm_publish(algorithms, fresh);
    return ERROR_SUCCESS;
}

#define DEFINE_GETTER(function, type, EVP_TYPE)                                                    \
    SECURITY_STATUS function(                                                                      \
        struct sslp_algorithms *algorithms, const char *name, EVP_TYPE **implementation)           \
    {                                                                                              \
        struct sslp_algorithm *found;                                                              \
        const SECURITY_STATUS status = algorithm_get(algorithms, type, name, &found);              \
                                                                                                   \
        if (status == ERROR_SUCCESS)                                                               \
            *implementation = found->implementation;                                               \
        return status;                                                                             \
    }

DEFINE_GETTER(sslp_algorithms_cipher, ALGORITHM_CIPHER, EVP_CIPHER)
DEFINE_GETTER(sslp_algorithms_digest, ALGORITHM_DIGEST, EVP_MD)
DEFINE_GETTER(sslp_algorithms_mac, ALGORITHM_MAC, EVP_MAC)

/* Of an optional cipher that is not in the list. */
static SECURITY_STATUS algorithm_try(
    struct sslp_algorithms *algorithms, const char *name, struct sslp_algorithm **found)
{
    const unsigned long errors = sslp_errors_begin();
    SECURITY_STATUS status =
        sslp_errors_end(errors, algorithm_get(algorithms, ALGORITHM_CIPHER, name, found));
    struct sslp_algorithm *missing;

    if (status != NTE_NOT_SUPPORTED)
        return status;
    missing = sslp_zalloc(sizeof(*missing));
    if (missing == NULL)
        return NTE_NO_MEMORY;
    missing->name = name;
    missing->type = ALGORITHM_CIPHER;
    *found = algorithm_publish(algorithms, missing);
    return ERROR_SUCCESS;
}

SECURITY_STATUS sslp_algorithms_optional_cipher(
    struct sslp_algorithms *algorithms, const char *name, EVP_CIPHER **cipher)
{
    struct sslp_algorithm *found =
        algorithm_find(atomic_load_explicit(&algorithms->first, memory_order_acquire), NULL,
            ALGORITHM_CIPHER, name);
    const SECURITY_STATUS status =
        found != NULL ? ERROR_SUCCESS : algorithm_try(algorithms, name, &found);

    if (status != ERROR_SUCCESS)
        return status;
    *cipher = found->implementation;
    return *cipher != NULL ? ERROR_SUCCESS : NTE_NOT_SUPPORTED;
}

void sslp_algorithms_clear(struct sslp_algorithms *algorithms)
{
    struct sslp_algorithm *algorithm = atomic_exchange(&algorithms->first, NULL);

    while (algorithm != NULL) {
        struct sslp_algorithm *const next = algorithm->next;

        algorithm_free(algorithm);
        algorithm = next;
    }
}
