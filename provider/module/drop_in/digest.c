/* SPDX-License-Identifier: Apache-2.0
 *
 * The digest of a drop-in KDF.  The hashes that libssl names have a PRF of the provider that is
 * ready; any other is looked up among those that the provider keeps, and one under a property query
 * of the caller's is fetched.
 */
#include "module/drop_in/drop_in.h"
#include "module/reasons.h"

#include <string.h>

void sslp_drop_in_clear_digest(struct sslp_drop_in_digest *digest)
{
    if (digest->fetched != NULL) {
        sslp_hash_clear(&digest->fetched[0]);
        sslp_hash_clear(&digest->fetched[1]);
        OPENSSL_free(digest->fetched);
    }
    digest->fetched = NULL;
    digest->is_chosen = false;
}

/* Memory for two digests that are fetched. */
static int make_room(struct sslp_provctx *provctx, struct sslp_drop_in_digest *digest)
{
    digest->fetched = OPENSSL_zalloc(2 * sizeof(*digest->fetched));
    return digest->fetched != NULL || sslp_raise_status(provctx, SSLP_ERR_MEMORY);
}

/* Points the copy's PRF at the copy's hashes where it is on such. */
static const struct sslp_hash *own_hash(const struct sslp_drop_in_digest *to,
    const struct sslp_drop_in_digest *from, const struct sslp_hash *hash)
{
    return hash == NULL ? NULL : to->fetched + (hash - from->fetched);
}

int sslp_drop_in_copy_digest(struct sslp_drop_in *copy, const struct sslp_drop_in *original)
{
    struct sslp_drop_in_digest *to = &copy->digest;
    const struct sslp_drop_in_digest *from = &original->digest;

    if (!from->is_chosen || from->fetched == NULL) {
        *to = *from;
        return 1;
    }
    if (!make_room(copy->provctx, to))
        return 0;
    for (size_t i = 0; i < 2; i++) {
        if (!sslp_raise_status(copy->provctx, sslp_hash_copy(&to->fetched[i], &from->fetched[i])))
            return 0;
    }
    to->prf = (struct sslp_prf){from->prf.kind, own_hash(to, from, from->prf.hash),
        own_hash(to, from, from->prf.md5), own_hash(to, from, from->prf.sha1)};
    to->is_chosen = true;
    return 1;
}

/* The hashes that libssl names, which the provider has ready. */
static const struct ready_digest {
    const char *name;
    enum sslp_hash_id hash;
} ready_digests[] = {
    {"SHA2-256", SSLP_HASH_SHA256},
    {"SHA2-384", SSLP_HASH_SHA384},
    {"SHA256", SSLP_HASH_SHA256},
    {"SHA384", SSLP_HASH_SHA384},
};

static enum sslp_hash_id ready_hash(const char *name)
{
    for (size_t i = 0; i < sizeof(ready_digests) / sizeof(ready_digests[0]); i++) {
        if (strcmp(name, ready_digests[i].name) == 0)
            return ready_digests[i].hash;
    }
    return SSLP_HASH_NONE;
}

/* Only TLS1-PRF has a use for two hashes. */
static bool is_pair(const struct sslp_drop_in *context, const char *name)
{
    return context->kind == SSLP_PRF_TLS12 && sslp_prfs_is_pair(name);
}

static int take_ready(const struct sslp_drop_in *context, enum sslp_prf_kind kind,
    enum sslp_hash_id hash, struct sslp_drop_in_digest *digest)
{
    const struct sslp_prf *prf = sslp_prfs_get(context->provctx, kind, hash);

    if (prf == NULL)
        return 0;
    digest->prf = *prf;
    digest->is_chosen = true;
    return 1;
}

/* Any other hash, or one under a query of the caller's. */
static int find_digest(const struct sslp_drop_in *context, const char *name, const char *properties,
    struct sslp_drop_in_digest *digest)
{
    const enum sslp_prf_kind kind = is_pair(context, name) ? SSLP_PRF_TLS10 : context->kind;

    digest->is_chosen = (properties == NULL || make_room(context->provctx, digest)) &&
        sslp_prfs_on_digest(
            context->provctx, kind, name, properties, digest->fetched, &digest->prf);
    return digest->is_chosen;
}

static int choose_digest(const struct sslp_drop_in *context, const char *name,
    const char *properties, struct sslp_drop_in_digest *digest)
{
    if (properties == NULL) {
        const enum sslp_hash_id ready = ready_hash(name);

        if (ready != SSLP_HASH_NONE)
            return take_ready(context, context->kind, ready, digest);
        if (is_pair(context, name))
            return take_ready(context, SSLP_PRF_TLS10, SSLP_HASH_NONE, digest);
    }
    return find_digest(context, name, properties, digest);
}

/* The longest name of a digest; OpenSSL's own stay far below. */
enum { MAX_NAME = 63 };

static int choose_by_text(
    struct sslp_drop_in_change *change, const OSSL_PARAM *digest, const char *properties)
{
    char name[MAX_NAME + 1];
    const size_t len = sslp_drop_in_text_len(digest);

    if (len > MAX_NAME)
        return sslp_raise(change->context->provctx, HASH_UNAVAILABLE);
    memcpy(name, digest->data, len);
    name[len] = '\0';
    return choose_digest(change->context, name, properties, &change->digest);
}

static int choose_under_query(
    struct sslp_drop_in_change *change, const OSSL_PARAM *digest, const OSSL_PARAM *properties)
{
    char *query = OPENSSL_strndup(properties->data, sslp_drop_in_text_len(properties));
    int ok;

    if (query == NULL)
        return sslp_raise_status(change->context->provctx, SSLP_ERR_MEMORY);
    ok = choose_by_text(change, digest, query);
    OPENSSL_free(query);
    return ok;
}

/* A query of the right type but without data is none. */
int sslp_drop_in_set_digest(
    struct sslp_drop_in_change *change, const OSSL_PARAM *digest, const OSSL_PARAM *properties)
{
    struct sslp_provctx *provctx = change->context->provctx;

    if (digest == NULL)
        return 1;
    if (!sslp_drop_in_is_text(digest))
        return sslp_raise_detail(provctx, INVALID_PARAMETER_TYPE, digest->key);
    if (properties == NULL)
        return choose_by_text(change, digest, NULL);
    if (properties->data_type != OSSL_PARAM_UTF8_STRING)
        return sslp_raise_detail(provctx, INVALID_PARAMETER_TYPE, properties->key);
    return properties->data == NULL ? choose_by_text(change, digest, NULL)
                                    : choose_under_query(change, digest, properties);
}

int sslp_drop_in_fix_digest(struct sslp_drop_in *context, const char *name)
{
    context->has_fixed_digest = true;
    return choose_digest(context, name, NULL, &context->digest);
}
