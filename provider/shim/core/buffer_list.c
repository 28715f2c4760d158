/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/core/buffer_list.h"

#include <string.h>

enum { MAX_CLEAR_KEY = 256 };

static bool is_random(const NCryptBuffer *buffer)
{
    return buffer->cbBuffer == SSLP_PARAMETER_RANDOM_LEN;
}

/* Digests as long as those of MD5 and SHA-1 together, and of SHA-256, SHA-384 and SHA-512. */
static bool is_session_hash(const NCryptBuffer *buffer)
{
    return buffer->cbBuffer == 36 || buffer->cbBuffer == 32 || buffer->cbBuffer == 48 ||
        buffer->cbBuffer == 64;
}

/* Takes one entry; false where it has a length that its type does not allow. */
static bool take(
    const NCryptBuffer *buffer, enum sslp_parameter_set set, struct sslp_parameters *parameters)
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
static bool is_consistent(const struct sslp_parameters *parameters)
{
    const bool client = parameters->client_random != NULL;
    const bool server = parameters->server_random != NULL;

    return client == server && !(client && parameters->session_hash.data != NULL);
}

SECURITY_STATUS sslp_parameters_read(
    const NCryptBufferDesc *list, enum sslp_parameter_set set, struct sslp_parameters *parameters)
{
    *parameters = (struct sslp_parameters){0};
    if (list == NULL || list->ulVersion != NCRYPTBUFFER_VERSION || list->pBuffers == NULL)
        return NTE_INVALID_PARAMETER;
    if (set == SSLP_PARAMETERS_MASTER_KEY && list->cBuffers > SSLP_PARAMETER_LIST_MAX)
        return NTE_INVALID_PARAMETER;
    for (ULONG i = 0; i < list->cBuffers; i++) {
        const NCryptBuffer *buffer = &list->pBuffers[i];

        if (buffer->pvBuffer == NULL || buffer->cbBuffer == 0 || !take(buffer, set, parameters))
            return NTE_INVALID_PARAMETER;
    }
    return set != SSLP_PARAMETERS_MASTER_KEY || is_consistent(parameters) ? ERROR_SUCCESS
                                                                          : NTE_INVALID_PARAMETER;
}
