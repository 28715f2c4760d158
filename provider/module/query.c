/* SPDX-License-Identifier: Apache-2.0 */
#include "module/query.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <string.h>

enum { MAX_KNOWN = 64 };

struct sslp_query {
    struct sslp_query *next;
    char text[];
};

/* OpenSSL has no function for this, but refuses a default query that it cannot parse.  The query is
 * set in a new library context, where it changes nothing for anybody. */
enum sslp_status sslp_query_parses(const char *query, bool *parses)
{
    OSSL_LIB_CTX *libctx;

    ERR_set_mark();
    libctx = OSSL_LIB_CTX_new();
    *parses = libctx != NULL && EVP_set_default_properties(libctx, query) == 1;
    OSSL_LIB_CTX_free(libctx);
    ERR_pop_to_mark();
    return libctx == NULL ? SSLP_ERR_MEMORY : SSLP_OK;
}

static bool queries_have(const struct sslp_query *known, const char *query)
{
    while (known != NULL && strcmp(known->text, query) != 0)
        known = known->next;
    return known != NULL;
}

/* Two threads may keep the same query at once; twice does no harm.  Where memory is short the query
 * is tried again next time. */
static void queries_keep(struct sslp_queries *queries, const char *query)
{
    const size_t size = strlen(query) + 1;
    struct sslp_query *kept;

    if (atomic_fetch_add(&queries->count, 1) >= MAX_KNOWN) {
        atomic_fetch_sub(&queries->count, 1);
        return;
    }
    ERR_set_mark();
    kept = OPENSSL_malloc(sizeof(*kept) + size);
    ERR_pop_to_mark();
    if (kept == NULL) {
        atomic_fetch_sub(&queries->count, 1);
        return;
    }
    memcpy(kept->text, query, size);
    kept->next = atomic_load(&queries->known);
    while (!atomic_compare_exchange_weak(&queries->known, &kept->next, kept))
        continue;
}

enum sslp_status sslp_queries_check(struct sslp_queries *queries, const char *query, bool *parses)
{
    enum sslp_status status;

    *parses = queries_have(atomic_load_explicit(&queries->known, memory_order_acquire), query);
    if (*parses)
        return SSLP_OK;
    status = sslp_query_parses(query, parses);
    if (status == SSLP_OK && *parses)
        queries_keep(queries, query);
    return status;
}

void sslp_queries_clear(struct sslp_queries *queries)
{
    struct sslp_query *query = atomic_load(&queries->known);

    while (query != NULL) {
        struct sslp_query *next = query->next;

        OPENSSL_free(query);
        query = next;
    }
}
