/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/core/parameter_list.h"

#include "schedule/sizes.h"
#include "schedule/suite.h"

#include <stdbool.h>
#include <string.h>

/* Limits of the native interface: entries of a list, and bytes of a clear key. */
enum { MAX_ENTRIES = 64, MAX_CLEAR_KEY = 256 };

static bool is_random(const NCryptBuffer *buffer)
{
    return buffer->cbBuffer == SSLP_RANDOM_LEN;
}

/* As long as MD5 and SHA-1 together, SHA-256, SHA-384 or SHA-512. */
static bool is_session_hash(const NCryptBuffer *buffer)
{
    const size_t len = buffer->cbBuffer;

    return len == SSLP_MD5_SHA1_LEN || len == sslp_hash_id_size(SSLP_HASH_SHA256) ||
        len == sslp_hash_id_size(SSLP_HASH_SHA384) || len == SSLP_MAX_HASH;
}

/* Takes one entry; false where it has a length that its type does not allow. */
static bool take_entry(
    const NCryptBuffer *buffer, enum sslp_parameter_set set, struct sslp_parameter_list *parameters)
{
    const bool master_key = set == SSLP_PARAMETERS_MASTER_KEY;

    switch (buffer->BufferType) {
    case NCRYPTBUFFER_SSL_CLIENT_RANDOM:
        parameters->client_random = buffer->pvBuffer;
        return is_random(buffer);
    case NCRYPTBUFFER_SSL_SERVER_RANDOM:
        parameters->server_random = buffer->pvBuffer;
        return is_random(buffer);
    case NCRYPTBUFFER_SSL_HIGHEST_VERSION:
        /* Another size than a DWORD's counts as absent. */
        if (master_key && buffer->cbBuffer == sizeof(DWORD))
            memcpy(&parameters->highest_version, buffer->pvBuffer, sizeof(DWORD));
        return true;
    case NCRYPTBUFFER_SSL_CLEAR_KEY:
        if (master_key)
            parameters->clear_key = sslp_bytes(buffer->pvBuffer, buffer->cbBuffer);
        return !master_key || buffer->cbBuffer <= MAX_CLEAR_KEY;
    case NCRYPTBUFFER_SSL_SESSION_HASH:
        if (master_key)
            parameters->session_hash = sslp_bytes(buffer->pvBuffer, buffer->cbBuffer);
        return !master_key || is_session_hash(buffer);
    default:
        return true;
    }
}

/* RFC 7627 section 4: the session hash stands in place of the randoms. */
static bool is_consistent(const struct sslp_parameter_list *parameters)
{
    const bool client = parameters->client_random != NULL;
    const bool server = parameters->server_random != NULL;

    return client == server && !(client && parameters->session_hash.data != NULL);
}

SECURITY_STATUS sslp_parameter_list_read(const NCryptBufferDesc *list, enum sslp_parameter_set set,
    struct sslp_parameter_list *parameters)
{
    *parameters = (struct sslp_parameter_list){0};
    if (list == NULL || list->ulVersion != NCRYPTBUFFER_VERSION || list->pBuffers == NULL)
        return NTE_INVALID_PARAMETER;
    if (set == SSLP_PARAMETERS_MASTER_KEY && list->cBuffers > MAX_ENTRIES)
        return NTE_INVALID_PARAMETER;
    for (ULONG i = 0; i < list->cBuffers; i++) {
        const NCryptBuffer *buffer = &list->pBuffers[i];

        if (buffer->pvBuffer == NULL || buffer->cbBuffer == 0 ||
            !take_entry(buffer, set, parameters))
            return NTE_INVALID_PARAMETER;
    }
    return set != SSLP_PARAMETERS_MASTER_KEY || is_consistent(parameters) ? ERROR_SUCCESS
                                                                          : NTE_INVALID_PARAMETER;
}
