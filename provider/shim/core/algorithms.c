/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/core/algorithms.h"

#include "shim/core/errors.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

enum algorithm_type { ALGORITHM_CIPHER, ALGORITHM_DIGEST, ALGORITHM_MAC };

struct sslp_algorithm {
    struct sslp_algorithm *next;
    const char *name;
    enum algorithm_type type;
    void *implementation; /* owned; of the type.  NULL: no provider has it */
    unsigned takes;       /* set of enum sslp_record_param */
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

static unsigned algorithm_takes(const EVP_CIPHER *cipher)
{
    const OSSL_PARAM *const params = EVP_CIPHER_settable_ctx_params(cipher);
    unsigned takes = 0;

    if (params == NULL)
        return 0;
    if (OSSL_PARAM_locate_const(params, OSSL_CIPHER_PARAM_AEAD_TLS1_IV_FIXED) != NULL)
        takes |= SSLP_TAKES_FIXED_IV;
    if (OSSL_PARAM_locate_const(params, OSSL_CIPHER_PARAM_AEAD_TLS1_AAD) != NULL)
        takes |= SSLP_TAKES_AAD;
    if (OSSL_PARAM_locate_const(params, OSSL_CIPHER_PARAM_AEAD_MAC_KEY) != NULL)
        takes |= SSLP_TAKES_MAC_KEY;
    return takes;
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

/* NULL where it has not been asked for. */
static struct sslp_algorithm *algorithm_known(
    struct sslp_algorithms *algorithms, enum algorithm_type type, const char *name)
{
    return algorithm_find(
        atomic_load_explicit(&algorithms->first, memory_order_acquire), NULL, type, name);
}

/* NTE_NO_MEMORY, or the entry, without an implementation yet. */
static SECURITY_STATUS algorithm_make(
    enum algorithm_type type, const char *name, struct sslp_algorithm **fresh)
{
    *fresh = sslp_zalloc(sizeof(**fresh));
    if (*fresh == NULL)
        return NTE_NO_MEMORY;
    (*fresh)->name = name;
    (*fresh)->type = type;
    return ERROR_SUCCESS;
}

static SECURITY_STATUS algorithm_fetch_new(struct sslp_algorithms *algorithms,
    enum algorithm_type type, const char *name, struct sslp_algorithm **found)
{
    struct sslp_algorithm *fresh;
    const SECURITY_STATUS status = algorithm_make(type, name, &fresh);

    if (status != ERROR_SUCCESS)
        return status;
    fresh->implementation = algorithm_fetch(algorithms->libctx, type, name);
    if (fresh->implementation == NULL) {
        OPENSSL_free(fresh);
        return sslp_errors_refusal(NTE_NOT_SUPPORTED);
    }
    if (type == ALGORITHM_CIPHER)
        fresh->takes = algorithm_takes(fresh->implementation);
    *found = algorithm_publish(algorithms, fresh);
    return ERROR_SUCCESS;
}

static SECURITY_STATUS algorithm_get(struct sslp_algorithms *algorithms, enum algorithm_type type,
    const char *name, struct sslp_algorithm **found)
{
    *found = algorithm_known(algorithms, type, name);
    if (*found == NULL)
        return algorithm_fetch_new(algorithms, type, name, found);
    return (*found)->implementation != NULL ? ERROR_SUCCESS : NTE_NOT_SUPPORTED;
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

SECURITY_STATUS sslp_algorithms_rare_cipher(
    struct sslp_algorithms *algorithms, const char *name, EVP_CIPHER **cipher)
{
    struct sslp_algorithm *found = algorithm_known(algorithms, ALGORITHM_CIPHER, name);
    SECURITY_STATUS status = ERROR_SUCCESS;

    if (found == NULL) {
        const unsigned long errors = sslp_errors_begin();

        status = sslp_errors_end(
            errors, algorithm_fetch_new(algorithms, ALGORITHM_CIPHER, name, &found));
        if (status == NTE_NOT_SUPPORTED)
            status = algorithm_make(ALGORITHM_CIPHER, name, &found);
        if (status != ERROR_SUCCESS)
            return status;
        if (found->implementation == NULL)
            found = algorithm_publish(algorithms, found);
    }
    *cipher = found->implementation;
    return *cipher != NULL ? ERROR_SUCCESS : NTE_NOT_SUPPORTED;
}

bool sslp_algorithms_cipher_takes(
    struct sslp_algorithms *algorithms, const char *name, enum sslp_record_param param)
{
    const struct sslp_algorithm *found = algorithm_known(algorithms, ALGORITHM_CIPHER, name);

    return found != NULL && (found->takes & param) != 0;
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
