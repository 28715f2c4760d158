/* SPDX-License-Identifier: Apache-2.0
 *
 * The kinds of secrets, as RFC 5246 section 8.1 and RFC 8446 section 7.1 name them.  Pure data.
 */
#ifndef SSLP_SCHEDULE_KEY_KIND_H
#define SSLP_SCHEDULE_KEY_KIND_H

#include "base/status.h"
#include "schedule/sizes.h"
#include "schedule/suite.h"

#include <stdbool.h>
#include <stddef.h>

/* The numbers are also those of NCRYPTSSL_KIND_ in the native interface. */
enum sslp_key_kind {
    SSLP_KEY_NONE = 0,
    SSLP_KEY_MASTER_SECRET = 1, /* SSL 3.0 to TLS 1.2 */
    SSLP_KEY_EARLY_SECRET = 2,
    SSLP_KEY_HANDSHAKE_SECRET = 3,
    SSLP_KEY_TLS13_MASTER_SECRET = 4,
    SSLP_KEY_TRAFFIC_SECRET = 5,
    SSLP_KEY_EXPORTER_SECRET = 6,
    SSLP_KEY_RESUMPTION_SECRET = 7,
    SSLP_KEY_BINDER_KEY = 8,
    SSLP_KEY_PRE_SHARED_KEY = 9,
    SSLP_KEY_PRE_MASTER_SECRET = 10 /* or a shared secret of (EC)DHE, before a protocol has it */
};

/* The value of the parameter "kind"; NULL and SSLP_KEY_NONE for unknown ones. */
const char *sslp_key_kind_name(enum sslp_key_kind kind);
enum sslp_key_kind sslp_key_kind_by_name(const char *name, size_t name_len);

/* Whether the kind belongs to the key schedule of TLS 1.3. */
static inline bool sslp_key_kind_is_tls13(enum sslp_key_kind kind)
{
    return kind != SSLP_KEY_MASTER_SECRET && kind != SSLP_KEY_PRE_MASTER_SECRET;
}

/* Whether secrets of the kind key a PRF.  The others are the input of an extraction, or of the PRF
 * that makes the master secret. */
static inline bool sslp_key_kind_has_prf(enum sslp_key_kind kind)
{
    return kind != SSLP_KEY_PRE_MASTER_SECRET && kind != SSLP_KEY_PRE_SHARED_KEY;
}

/* Whether a secret of the kind can have this length, in bytes.  In TLS 1.3 it is that of the
 * suite's hash; a suite that is not known has none. */
static inline bool sslp_key_kind_has_length(
    enum sslp_key_kind kind, const struct sslp_suite *suite, size_t len)
{
    switch (kind) {
    case SSLP_KEY_NONE:
        return false;
    case SSLP_KEY_MASTER_SECRET:
        return len == SSLP_MASTER_SECRET_LEN;
    case SSLP_KEY_PRE_MASTER_SECRET:
        return len >= 1 && len <= SSLP_MAX_PRE_MASTER;
    case SSLP_KEY_PRE_SHARED_KEY:
        return len >= 1 && len <= SSLP_MAX_PRE_SHARED_KEY;
    default:
        return suite != NULL && len == sslp_hash_id_size(suite->prf_hash);
    }
}

/* Whether a secret can be of this kind.  Protocol and suite are NULL where they are not known. */
static inline enum sslp_status sslp_key_kind_check(enum sslp_key_kind kind,
    const struct sslp_protocol *protocol, const struct sslp_suite *suite, size_t len)
{
    if (kind == SSLP_KEY_NONE)
        return SSLP_ERR_KEY_KIND;
    if (protocol != NULL && sslp_protocol_is_tls13(protocol) != sslp_key_kind_is_tls13(kind))
        return SSLP_ERR_KEY_KIND;
    if (protocol != NULL && suite != NULL && !sslp_suite_in_protocol(suite, protocol))
        return SSLP_ERR_SUITE_PROTOCOL;
    return sslp_key_kind_has_length(kind, suite, len) ? SSLP_OK : SSLP_ERR_SECRET_LENGTH;
}

#endif
