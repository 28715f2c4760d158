/* SPDX-License-Identifier: Apache-2.0
 *
 * The KDFs that the provider offers.  A new KDF of our own is one file in module/kdf and one row
 * here, from which its entry in the provider and its counter come.
 */
#ifndef SSLP_MODULE_ALGORITHMS_H
#define SSLP_MODULE_ALGORITHMS_H

#include "sslprovider/names.h"

/* X(NAME, unit, description): SSLPROVIDER_KDF_NAME is the algorithm's name and
 * sslp_kdf_<unit>_functions its dispatch table. */
#define SSLP_OWN_KDFS(X)                                                                           \
    X(SESSION_KEYS, session_keys, "session keys from a TLS master or traffic secret")              \
    X(MASTER_KEY, master_key, "TLS master secret from a premaster secret")                         \
    X(FINISHED, finished, "contents of a TLS Finished message")                                    \
    X(KEYING_MATERIAL, keying_material, "TLS keying material exporter")                            \
    X(TRAFFIC_SECRET, traffic_secret, "one secret of the TLS 1.3 key schedule from another")

#define SSLP_ALGORITHM_ENUMERATOR(NAME, unit, description) SSLP_ALGORITHM_##NAME,

/* What SSLPROVIDER_DEBUG counts. */
enum sslp_algorithm {
    SSLP_ALGORITHM_TLS1_PRF,
    SSLP_ALGORITHM_TLS13_KDF,
    SSLP_ALGORITHM_HKDF, /* with its digest in the name or not */
    SSLP_OWN_KDFS(SSLP_ALGORITHM_ENUMERATOR) SSLP_ALGORITHM_COUNT
};

#undef SSLP_ALGORITHM_ENUMERATOR

#endif
