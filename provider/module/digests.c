/* SPDX-License-Identifier: Apache-2.0 */
#include "module/digests.h"

#include "module/provctx.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdatomic.h>
#include <string.h>
#include <strings.h>

struct sslp_digest {
    struct sslp_digest *next; /* older ones of the bucket */
    struct sslp_hash hash;    /* owned */
    bool from_fallback;
    char name[]; /* in the case of the first who asked */
};

struct sslp_fallback {
    OSSL_LIB_CTX *libctx;
    OSSL_PROVIDER *provider;
};

static void fallback_free(struct sslp_fallback *fallback)
{
    if (fallback == NULL)
        return;
    if (fallback->provider != NULL)
        OSSL_PROVIDER_unload(fallback->provider);
    OSSL_LIB_CTX_free(fallback->libctx);
    OPENSSL_free(fallback);
}

static struct sslp_fallback *fallback_new(void)
{
    struct sslp_fallback *fallback = OPENSSL_zalloc(sizeof(*fallback));

    if (fallback == NULL)
        return NULL;
    fallback->libctx = OSSL_LIB_CTX_new();
    if (fallback->libctx != NULL)
        fallback->provider = OSSL_PROVIDER_load(fallback->libctx, "default");
    if (fallback->provider == NULL) {
        fallback_free(fallback);
        fallback = NULL;
    }
    return fallback;
}

/* The private context for an application that has loaded no provider with hashes, as
 * `openssl kdf -provider sslprovider` does. */
static OSSL_LIB_CTX *fallback_context(struct sslp_provctx *provctx)
{
    struct sslp_digests *digests = &provctx->digests;
    struct sslp_fallback *there = atomic_load(&digests->fallback), *made;

    if (there != NULL)
        return there->libctx;
    made = fallback_new();
    if (made == NULL)
        return NULL;
    if (atomic_compare_exchange_strong(&digests->fallback, &there, made)) {
        sslp_debug_log_say(provctx->debug_log,
            "no provider with hashes is loaded, a private copy of OpenSSL's is used; where that is "
            "a surprise, \"activate = 1\" is missing in the section of the default provider");
        return made->libctx;
    }
    fallback_free(made);
    return there->libctx;
}

static void digest_free(struct sslp_digest *digest)
{
    sslp_hash_clear(&digest->hash);
    OPENSSL_free(digest);
}

void sslp_digests_clear(struct sslp_digests *digests)
{
    for (size_t i = 0; i < SSLP_DIGEST_BUCKETS; i++) {
        struct sslp_digest *digest = atomic_load(&digests->bucket[i]);

        while (digest != NULL) {
            struct sslp_digest *next = digest->next;

            digest_free(digest);
            digest = next;
        }
    }
    fallback_free(atomic_load(&digests->fallback));
}

static void digests_see(EVP_MD *md, void *seen)
{
    (void)md;
    *(bool *)seen = true;
}

/* Whether the application has loaded any provider with hashes.  If it has, its default property
 * query may be what keeps a hash from us. */
static bool application_has_hashes(const struct sslp_provctx *provctx)
{
    bool seen = false;

    EVP_MD_do_all_provided(provctx->libctx, digests_see, &seen);
    return seen;
}

/* A child context has the application's default query, too.  All that OpenSSL before 3.5 tells of
 * it is whether it asks for fips=yes, and no fallback could satisfy that. */
static bool query_allows_fallback(const struct sslp_provctx *provctx)
{
    return !EVP_default_properties_is_fips_enabled(provctx->libctx);
}

/* Whether a digest comes from the provider that is part of libcrypto.  The name that a provider
 * gives itself is not enough: any could say it, such as one that hands questions on to the default
 * provider.  So the name under which it was loaded counts as well: OpenSSL looks for this one among
 * its own first. */
static bool is_libcrypto(const OSSL_PROVIDER *provider)
{
    char *name = NULL;
    OSSL_PARAM wanted[] = {
        OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_NAME, &name, 0),
        OSSL_PARAM_construct_end(),
    };

    return strcmp(OSSL_PROVIDER_get0_name(provider), "default") == 0 &&
        OSSL_PROVIDER_get_params(provider, wanted) && name != NULL &&
        strcmp(name, "OpenSSL Default Provider") == 0;
}

/* The provider's own names are asked for only until it is known. */
static bool is_of_libcrypto(struct sslp_digests *digests, const EVP_MD *md)
{
    const OSSL_PROVIDER *provider = EVP_MD_get0_provider(md);

    return provider == atomic_load_explicit(&digests->libcrypto, memory_order_relaxed) ||
        is_libcrypto(provider);
}

static enum sslp_status digests_fetch(struct sslp_provctx *provctx, const char *name,
    const char *properties, struct sslp_hash *hash, bool *from_fallback)
{
    enum sslp_status status;

    ERR_set_mark();
    status = sslp_hash_fetch(hash, provctx->libctx, name, properties);
    *from_fallback = status != SSLP_OK && properties == NULL && query_allows_fallback(provctx) &&
        !application_has_hashes(provctx);
    if (*from_fallback) {
        OSSL_LIB_CTX *other = fallback_context(provctx);

        status =
            other == NULL ? SSLP_ERR_HASH_UNAVAILABLE : sslp_hash_fetch(hash, other, name, NULL);
    }
    /* The application's choice of a provider holds: libcrypto's functions are called without EVP in
     * between only where the application has chosen libcrypto's own provider. */
    if (status == SSLP_OK && is_of_libcrypto(&provctx->digests, hash->md))
        sslp_hash_go_direct(hash);
    ERR_pop_to_mark();
    return status;
}

enum sslp_status sslp_digests_fetch(
    struct sslp_provctx *provctx, const char *name, const char *properties, struct sslp_hash *hash)
{
    bool from_fallback;

    return digests_fetch(provctx, name, properties, hash, &from_fallback);
}

/* OpenSSL ignores case in the names of algorithms. */
static unsigned digests_bucket(const char *name)
{
    unsigned sum = 0;

    for (; *name != '\0'; name++)
        sum = sum * 31 + ((unsigned char)*name | 0x20U);
    return (sum ^ sum >> 5) % SSLP_DIGEST_BUCKETS;
}

static struct sslp_digest *digests_find(struct sslp_digest *digest, const char *name)
{
    while (digest != NULL && strcasecmp(digest->name, name) != 0)
        digest = digest->next;
    return digest;
}

static enum sslp_status digests_make(
    struct sslp_provctx *provctx, const char *name, struct sslp_digest **out)
{
    const size_t size = strlen(name) + 1;
    struct sslp_digest *digest = OPENSSL_zalloc(sizeof(*digest) + size);
    enum sslp_status status;

    if (digest == NULL)
        return SSLP_ERR_MEMORY;
    memcpy(digest->name, name, size);
    status = digests_fetch(
        provctx, name, provctx->config.properties, &digest->hash, &digest->from_fallback);
    if (status == SSLP_OK)
        *out = digest;
    else
        digest_free(digest);
    return status;
}

/* Offers a digest to all threads, or takes the one that another thread has offered meanwhile.  A
 * digest that is kept keeps its provider, too, so that no other can come to be at its address. */
static struct sslp_digest *digests_offer(
    struct sslp_digests *digests, _Atomic(struct sslp_digest *) *bucket, struct sslp_digest *digest)
{
    digest->next = atomic_load(bucket);
    do {
        struct sslp_digest *there = digests_find(digest->next, digest->name);

        if (there != NULL) {
            digest_free(digest);
            return there;
        }
    } while (!atomic_compare_exchange_weak(bucket, &digest->next, digest));
    if (digest->hash.direct != NULL)
        atomic_store_explicit(
            &digests->libcrypto, EVP_MD_get0_provider(digest->hash.md), memory_order_relaxed);
    return digest;
}

enum sslp_status sslp_digests_get(
    struct sslp_provctx *provctx, const char *name, const struct sslp_hash **hash)
{
    _Atomic(struct sslp_digest *) *bucket = &provctx->digests.bucket[digests_bucket(name)];
    struct sslp_digest *digest =
        digests_find(atomic_load_explicit(bucket, memory_order_acquire), name);
    enum sslp_status status;

    *hash = NULL;
    if (digest == NULL) {
        status = digests_make(provctx, name, &digest);
        if (status != SSLP_OK)
            return status;
        digest = digests_offer(&provctx->digests, bucket, digest);
    } else if (digest->from_fallback && !query_allows_fallback(provctx)) {
        return SSLP_ERR_HASH_UNAVAILABLE;
    }
    *hash = &digest->hash;
    return SSLP_OK;
}
