/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/transcript/transcript.h"

#include "schedule/protocol.h"
#include "shim/core/backend.h"
#include "shim/core/errors.h"

#include <openssl/crypto.h>
#include <string.h>

enum { FIRST_ROOM = 4096 };

static SECURITY_STATUS transcript_start_one(
    struct sslp_algorithms *algorithms, const char *name, EVP_MD_CTX **context, size_t *digest_len)
{
    EVP_MD *md;
    const SECURITY_STATUS status = sslp_algorithms_digest(algorithms, name, &md);

    if (status != ERROR_SUCCESS)
        return status;
    *context = EVP_MD_CTX_new();
    if (*context == NULL)
        return NTE_NO_MEMORY;
    if (!EVP_DigestInit_ex2(*context, md, NULL))
        return sslp_errors_refusal(NTE_INTERNAL_ERROR);
    *digest_len += (size_t)EVP_MD_get_size(md);
    return ERROR_SUCCESS;
}

SECURITY_STATUS sslp_transcript_start(struct sslp_hash_object *hash, const char *const names[2])
{
    const unsigned long errors = sslp_errors_begin();
    SECURITY_STATUS status = ERROR_SUCCESS;

    for (size_t i = 0; i < 2 && names[i] != NULL && status == ERROR_SUCCESS; i++)
        status = transcript_start_one(
            &hash->backend->algorithms, names[i], &hash->context[i], &hash->digest_len);
    return sslp_errors_end(errors, status);
}

/* Makes room for more messages. */
static bool transcript_reserve(struct sslp_hash_object *hash, size_t len)
{
    size_t room = hash->messages_room == 0 ? FIRST_ROOM : hash->messages_room;
    unsigned long errors;
    uint8_t *messages;

    if (len > SSLP_TRANSCRIPT_MAX_MESSAGES - hash->messages_len)
        return false;
    while (room < hash->messages_len + len)
        room *= 2;
    if (room == hash->messages_room)
        return true;
    errors = sslp_errors_begin();
    messages = OPENSSL_realloc(hash->messages, room);
    (void)sslp_errors_end(errors, ERROR_SUCCESS);
    if (messages == NULL)
        return false;
    hash->messages = messages;
    hash->messages_room = room;
    return true;
}

/* SSL 3.0 hashes the master secret after the messages (RFC 6101 section 5.6.9).  Only the provider
 * has that secret, so the messages are kept for it. */
SECURITY_STATUS sslp_transcript_append(struct sslp_hash_object *hash, struct sslp_bytes input)
{
    const bool keeps = sslp_protocol_is_ssl3(hash->protocol);
    SECURITY_STATUS status = ERROR_SUCCESS;
    unsigned long errors;

    if (input.len == 0)
        return ERROR_SUCCESS;
    if (keeps && !transcript_reserve(hash, input.len))
        return NTE_NO_MEMORY;
    errors = sslp_errors_begin();
    for (size_t i = 0; i < 2 && hash->context[i] != NULL && status == ERROR_SUCCESS; i++) {
        if (!EVP_DigestUpdate(hash->context[i], input.data, input.len))
            status = sslp_errors_refusal(NTE_INTERNAL_ERROR);
    }
    status = sslp_errors_end(errors, status);
    if (sslp_protocol_is_tls13(hash->protocol) && status == ERROR_SUCCESS)
        sslp_client_random_scan(&hash->client_random, input);
    if (keeps && status == ERROR_SUCCESS) {
        memcpy(hash->messages + hash->messages_len, input.data, input.len);
        hash->messages_len += input.len;
    }
    return status;
}

SECURITY_STATUS sslp_transcript_sample(
    const struct sslp_hash_object *hash, uint8_t digest[SSLP_TRANSCRIPT_MAX])
{
    const unsigned long errors = sslp_errors_begin();
    EVP_MD_CTX *copy = EVP_MD_CTX_new();
    SECURITY_STATUS status = copy == NULL ? NTE_NO_MEMORY : ERROR_SUCCESS;
    size_t len = 0;

    for (size_t i = 0; i < 2 && hash->context[i] != NULL && status == ERROR_SUCCESS; i++) {
        unsigned int written = 0;

        if (!EVP_MD_CTX_copy_ex(copy, hash->context[i]) ||
            !EVP_DigestFinal_ex(copy, digest + len, &written))
            status = sslp_errors_refusal(NTE_INTERNAL_ERROR);
        len += written;
    }
    EVP_MD_CTX_free(copy);
    return sslp_errors_end(errors, status);
}

SECURITY_STATUS sslp_transcript_copy(
    struct sslp_hash_object *to, const struct sslp_hash_object *from)
{
    const unsigned long errors = sslp_errors_begin();
    SECURITY_STATUS status = ERROR_SUCCESS;

    /* TLS 1.3 has one hash and keeps no messages. */
    to->context[0] = EVP_MD_CTX_new();
    if (to->context[0] == NULL || !EVP_MD_CTX_copy_ex(to->context[0], from->context[0]))
        status = NTE_NO_MEMORY;
    to->digest_len = from->digest_len;
    to->client_random = from->client_random;
    return sslp_errors_end(errors, status);
}
