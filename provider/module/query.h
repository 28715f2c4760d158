/* SPDX-License-Identifier: Apache-2.0
 *
 * Property queries of an administrator or a caller.  OpenSSL treats a query that does not parse as
 * no query, and fetches any hash.  So every query is tried before it is used.
 */
#ifndef SSLP_MODULE_QUERY_H
#define SSLP_MODULE_QUERY_H

#include "base/status.h"

#include <stdbool.h>

/* Whether OpenSSL can parse a query; SSLP_ERR_MEMORY where that cannot be found out. */
SSLP_CHECK_RESULT enum sslp_status sslp_query_parses(const char *query, bool *parses);

/* The queries that are known to parse, so that each is tried once.  Only so many are kept; any
 * other is tried each time.  Empty when all zeros. */
struct sslp_queries {
    _Atomic(struct sslp_query *) known;
    _Atomic unsigned count;
};

void sslp_queries_clear(struct sslp_queries *queries);

/* The same answer as sslp_query_parses(). */
SSLP_CHECK_RESULT enum sslp_status sslp_queries_check(
    struct sslp_queries *queries, const char *query, bool *parses);

#endif
