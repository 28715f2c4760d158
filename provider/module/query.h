/* SPDX-License-Identifier: Apache-2.0
 *
 * Property queries of an administrator or a caller.  OpenSSL takes one that does not parse for no
 * query at all, and fetches any hash: whoever uses a query finds out first.
 */
#ifndef SSLP_MODULE_QUERY_H
#define SSLP_MODULE_QUERY_H

#include "base/status.h"

#include <stdbool.h>

/* Whether OpenSSL can parse a query; SSLP_ERR_MEMORY where that is not to be known. */
SSLP_CHECK_RESULT enum sslp_status sslp_query_parses(const char *query, bool *parses);

/* The queries that have proved good, so that each is tried once.  Empty when all zeros; beyond the
 * number that is kept, a query is tried each time. */
struct sslp_queries {
    _Atomic(struct sslp_query *) known;
    _Atomic unsigned count;
};

void sslp_queries_clear(struct sslp_queries *queries);
SSLP_CHECK_RESULT enum sslp_status sslp_queries_check(
    struct sslp_queries *queries, const char *query, bool *parses);

#endif
