/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/tls13/secret.h"

#include "ncryptssl/sslprovider_ext.h"
#include "shim/core/backend.h"
#include "shim/core/ossl_params.h"
#include "shim/transcript/key_log.h"
#include "shim/transcript/transcript.h"
#include "sslprovider/names.h"

#include <string.h>

/* The digest of the messages, and the client random among them if it is `known`. */
struct messages {
    uint8_t digest[SSLP_TRANSCRIPT_MAX];
    size_t digest_len;
    uint8_t client_random[SSLP_RANDOM_LEN];
    bool known;
};

static SECURITY_STATUS sample_messages(struct sslp_hash_object *hash, struct messages *messages)
{
    const uint8_t *client_random;
    SECURITY_STATUS status;

    if (!sslp_guard_enter(&hash->guard))
        return NTE_BAD_HASH_STATE;
    status = sslp_transcript_sample(hash, messages->digest);
    messages->digest_len = hash->digest_len;
    client_random = sslp_client_random_found(&hash->client_random);
    messages->known = client_random != NULL;
    if (messages->known)
        memcpy(messages->client_random, client_random, sizeof(messages->client_random));
    sslp_guard_leave(&hash->guard);
    return status;
}

/* The labels of the secrets that a key log has. */
static const char *const log_labels[SSLP_TARGET_COUNT] = {
    [SSLP_TARGET_CLIENT_EARLY_TRAFFIC] = SSLP_KEY_LOG_CLIENT_EARLY,
    [SSLP_TARGET_EARLY_EXPORTER] = SSLP_KEY_LOG_EARLY_EXPORTER,
    [SSLP_TARGET_CLIENT_HANDSHAKE_TRAFFIC] = SSLP_KEY_LOG_CLIENT_HANDSHAKE,
    [SSLP_TARGET_SERVER_HANDSHAKE_TRAFFIC] = SSLP_KEY_LOG_SERVER_HANDSHAKE,
    [SSLP_TARGET_CLIENT_APPLICATION_TRAFFIC] = SSLP_KEY_LOG_CLIENT_APPLICATION,
    [SSLP_TARGET_SERVER_APPLICATION_TRAFFIC] = SSLP_KEY_LOG_SERVER_APPLICATION,
    [SSLP_TARGET_EXPORTER_SECRET] = SSLP_KEY_LOG_EXPORTER,
};

/* What can still fail is memory, and a hash that a query of the configuration does not find. */
static SECURITY_STATUS derive_target(struct sslp_backend *backend, enum sslp_tls13_target target,
    const struct sslp_tls13_input *input, const struct messages *messages,
    const struct sslp_suite *suite, NCRYPT_KEY_HANDLE *handle)
{
    const struct sslp_tls13_arrow *arrow = &sslp_tls13_arrows[target];
    int exportable = log_labels[target] != NULL && messages->known && sslp_key_log_enabled();
    const struct sslp_secret_attributes attributes = {.kind = (DWORD)arrow->to,
        .protocol = input->from != NULL ? input->from->protocol : input->protocol,
        .suite = suite,
        .exportable = exportable != 0};
    struct sslp_params params = {0};

    sslp_add_text(&params, SSLPROVIDER_PARAM_TARGET, arrow->target);
    sslp_add_text(&params, SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_HANDLE);
    sslp_add_text(&params, SSLPROVIDER_PARAM_PROTOCOL, attributes.protocol->name);
    sslp_add_text(&params, SSLPROVIDER_PARAM_CIPHER_SUITE, suite->name);
    sslp_params_add(&params, OSSL_PARAM_construct_int(SSLPROVIDER_PARAM_EXPORTABLE, &exportable));
    if (input->from != NULL)
        sslp_add_number(&params, SSLPROVIDER_PARAM_HANDLE, &input->from->key_handle);
    if (messages->digest_len != 0)
        sslp_add_octets(&params, SSLPROVIDER_PARAM_TRANSCRIPT_HASH,
            sslp_bytes(messages->digest, messages->digest_len));
    if (input->shared_secret.len != 0)
        sslp_add_octets(&params, SSLPROVIDER_PARAM_SHARED_SECRET, input->shared_secret);
    if (input->ticket_nonce.data != NULL)
        sslp_add_octets(&params, SSLPROVIDER_PARAM_TICKET_NONCE, input->ticket_nonce);
    return sslp_secret_derive(backend, SSLP_KDF_TRAFFIC_SECRET, sslp_params_list(&params),
        NTE_INTERNAL_ERROR, &attributes, handle);
}

static void log_secret(const char *label, NCRYPT_KEY_HANDLE handle, const struct messages *messages)
{
    const struct sslp_secret_object *secret;

    if (label == NULL || !messages->known)
        return;
    secret = sslp_object_acquire(handle, SSLP_OBJECT_SECRET);
    if (secret == NULL)
        return;
    if (secret->exportable)
        sslp_key_log_write(label, secret->key, messages->client_random);
    sslp_object_release(handle);
}

SECURITY_STATUS sslp_tls13_secret_derive(struct sslp_backend *backend,
    enum sslp_tls13_target target, const struct sslp_tls13_input *input, NCRYPT_KEY_HANDLE *handle)
{
    const struct sslp_suite *suite = input->suite != NULL ? input->suite : input->from->suite;
    struct messages messages = {.digest_len = 0};
    SECURITY_STATUS status = ERROR_SUCCESS;

    *handle = 0;
    if (input->hash != NULL)
        status = sample_messages(input->hash, &messages);
    if (status == ERROR_SUCCESS)
        status = derive_target(backend, target, input, &messages, suite, handle);
    if (status == ERROR_SUCCESS)
        log_secret(log_labels[target], *handle, &messages);
    return status;
}

struct sslp_call sslp_tls13_call(NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE key,
    const NCRYPT_HASH_HANDLE *hash, NCRYPT_KEY_HANDLE *result)
{
    return (struct sslp_call){.results = {result},
        .provider = provider,
        .key = key,
        .key_kinds = SSLP_ANY_KEY,
        .hash = hash};
}

/* Session keys and the secrets of TLS 1.3 are natively one kind, told apart by the stage. */
SECURITY_STATUS sslp_tls13_check_kind(const struct sslp_call *call)
{
    if (call->secret == NULL)
        return call->session_key != NULL ? NTE_NOT_SUPPORTED : NTE_INVALID_HANDLE;
    return call->secret->kind == NCRYPTSSL_KIND_MASTER_KEY ||
            call->secret->kind == NCRYPTSSL_KIND_PRE_SHARED_KEY
        ? NTE_INVALID_HANDLE
        : ERROR_SUCCESS;
}

SECURITY_STATUS sslp_tls13_check_stage(const struct sslp_call *call, unsigned stages)
{
    return (SSLP_STAGE(call->secret->kind) & stages) != 0 ? ERROR_SUCCESS : NTE_NOT_SUPPORTED;
}

SECURITY_STATUS sslp_tls13_check_hash(const struct sslp_call *call)
{
    return call->transcript->digest_len == sslp_hash_id_size(call->secret->suite->prf_hash)
        ? ERROR_SUCCESS
        : NTE_INVALID_PARAMETER;
}
