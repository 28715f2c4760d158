/* SPDX-License-Identifier: Apache-2.0
 *
 * The KDFs that the provider offers, as things to be counted.
 */
#ifndef SSLP_MODULE_ALGORITHMS_H
#define SSLP_MODULE_ALGORITHMS_H

enum sslp_algorithm {
    SSLP_ALGORITHM_TLS1_PRF,
    SSLP_ALGORITHM_TLS13_KDF,
    SSLP_ALGORITHM_HKDF, /* with its digest in the name or not */
    SSLP_ALGORITHM_SESSION_KEYS,
    SSLP_ALGORITHM_MASTER_KEY,
    SSLP_ALGORITHM_FINISHED,
    SSLP_ALGORITHM_KEYING_MATERIAL,
    SSLP_ALGORITHM_TRAFFIC_SECRET,
    SSLP_ALGORITHM_COUNT
};

#endif
