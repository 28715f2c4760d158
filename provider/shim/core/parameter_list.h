/* SPDX-License-Identifier: Apache-2.0
 *
 * The parameter lists of the native interface, NCryptBufferDesc: arrays of typed buffers in any
 * order.
 */
#ifndef SSLP_SHIM_CORE_PARAMETER_LIST_H
#define SSLP_SHIM_CORE_PARAMETER_LIST_H

#include "base/bytes.h"
#include "ncryptssl/sslprovider.h"

/* What the lists of a function hold; buffers of other types are ignored. */
enum sslp_parameter_set {
    SSLP_PARAMETERS_RANDOMS,   /* client and server random */
    SSLP_PARAMETERS_MASTER_KEY /* randoms or session hash, highest version, clear key */
};

/* What a list holds.  Everything points into the caller's list. */
struct sslp_parameter_list {
    BYTE *client_random; /* SSLP_RANDOM_LEN bytes; NULL: not given, as below */
    BYTE *server_random;
    struct sslp_bytes session_hash;
    struct sslp_bytes clear_key;
    DWORD highest_version; /* 0: not given */
};

/* Reads a list.  NTE_INVALID_PARAMETER for a malformed list or entry, and in a master key's list
 * for one random without the other or with a session hash, and for too many entries. */
SECURITY_STATUS sslp_parameter_list_read(const NCryptBufferDesc *list, enum sslp_parameter_set set,
    struct sslp_parameter_list *parameters);

#endif
