/* SPDX-License-Identifier: Apache-2.0
 *
 * Parameter lists: arrays of typed buffers in any order.
 */
#ifndef SSLP_SHIM_CORE_BUFFER_LIST_H
#define SSLP_SHIM_CORE_BUFFER_LIST_H

#include "base/bytes.h"
#include "ncryptssl/sslprovider.h"

#include <stdbool.h>

enum { SSLP_PARAMETER_RANDOM_LEN = 32, SSLP_PARAMETER_LIST_MAX = 64 };

/* What the lists of a function hold; types that it does not read are passed over. */
enum sslp_parameter_set {
    SSLP_PARAMETERS_RANDOMS,   /* client and server random */
    SSLP_PARAMETERS_MASTER_KEY /* randoms or session hash, highest version, clear key */
};

/* What was found; everything points into the caller's list. */
struct sslp_parameters {
    BYTE *client_random; /* SSLP_PARAMETER_RANDOM_LEN bytes; NULL: not given, as below */
    BYTE *server_random;
    struct sslp_bytes session_hash;
    struct sslp_bytes clear_key;
    DWORD highest_version; /* 0: not given */
};

/* Reads a list.  NTE_INVALID_PARAMETER for a list or an entry that is malformed, and in a master
 * key's list for one random without the other or with a session hash, and for too many entries. */
SECURITY_STATUS sslp_parameters_read(
    const NCryptBufferDesc *list, enum sslp_parameter_set set, struct sslp_parameters *parameters);

#endif
