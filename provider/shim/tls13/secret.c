/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/tls13/secret.h"

#include "ncryptssl/sslprovider_ext.h"
#include "shim/core/backend.h"
#include "shim/core/ossl_params.h"
#include "shim/transcript/key_log.h"
#include "shim/transcript/transcript.h"
#include "sslprovider/names.h"

#include <string.h>

/* The digest of the messages, and the client random among them, of which `known` tells. */
struct messages {
    uint8_t digest[SSLP_TRANSCRIPT_MAX];
    size_t digest_len;
    uint8_t client_random[32];
    bool known;
};

static SECURITY_STATUS sample(struct sslp_hash_object *hash, struct messages *messages)
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

/* The secrets that stand in a key log, by their labels there. */
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
static SECURITY_STATUS derive(struct sslp_backend *backend, enum sslp_tls13_target target,
    const struct sslp_tls13_input *input, const struct messages *messages,
    const struct sslp_suite *suite, NCRYPT_KEY_HANDLE *handle)
{
    const struct sslp_tls13_arrow *arrow = &sslp_tls13_arrows[target];
    const struct sslp_secret_attributes attributes = {
        (DWORD)arrow->to, 0, sslp_protocol_tls13(), suite};
    uint64_t from = input->from == NULL ? 0 : input->from->key_handle;
    int exportable = log_labels[target] != NULL && messages->known && sslp_key_log_enabled();
    OSSL_PARAM params[9];
    size_t n = 0;

    params[n++] = sslp_params_text(SSLPROVIDER_PARAM_TARGET, arrow->target);
    params[n++] = sslp_params_text(SSLPROVIDER_PARAM_OUTPUT, SSLPROVIDER_OUTPUT_HANDLE);
    params[n++] = sslp_params_text(SSLPROVIDER_PARAM_CIPHER_SUITE, suite->name);
    params[n++] = OSSL_PARAM_construct_int(SSLPROVIDER_PARAM_EXPORTABLE, &exportable);
    if (from != 0)
        params[n++] = OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &from);
    if (messages->digest_len != 0)
        params[n++] = sslp_params_octets(
            SSLPROVIDER_PARAM_TRANSCRIPT_HASH, sslp_bytes(messages->digest, messages->digest_len));
    if (input->shared_secret.len != 0)
        params[n++] = sslp_params_octets(SSLPROVIDER_PARAM_SHARED_SECRET, input->shared_secret);
    if (input->ticket_nonce.data != NULL)
        params[n++] = sslp_params_octets(SSLPROVIDER_PARAM_TICKET_NONCE, input->ticket_nonce);
    params[n] = OSSL_PARAM_construct_end();
    return sslp_secret_derive(
        backend, SSLP_KDF_TRAFFIC_SECRET, params, NTE_INTERNAL_ERROR, &attributes, handle);
}

static void write_log(const char *label, NCRYPT_KEY_HANDLE handle, const struct messages *messages)
{
    const struct sslp_secret_object *secret;

    if (label == NULL || !messages->known)
        return;
    secret = sslp_object_acquire(handle, SSLP_OBJECT_SECRET);
    if (secret == NULL)
        return;
    sslp_key_log_write(label, secret->key, messages->client_random);
    sslp_object_release(handle);
}

SECURITY_STATUS sslp_tls13_secret_derive(struct sslp_backend *backend,
    enum sslp_tls13_target target, const struct sslp_tls13_input *input, NCRYPT_KEY_HANDLE *handle)
{
    const struct sslp_suite *suite =
        input->suite != NULL ? input->suite : sslp_suite_by_id(input->from->cipher_suite);
    struct messages messages = {.digest_len = 0};
    SECURITY_STATUS status = ERROR_SUCCESS;

    *handle = 0;
    if (input->hash != NULL)
        status = sample(input->hash, &messages);
    if (status == ERROR_SUCCESS)
        status = derive(backend, target, input, &messages, suite, handle);
    if (status == ERROR_SUCCESS)
        write_log(log_labels[target], *handle, &messages);
    return status;
}

SECURITY_STATUS sslp_tls13_acquire(NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE key,
    const NCRYPT_HASH_HANDLE *hash, bool has_output, struct sslp_tls13_base *base)
{
    *base = (struct sslp_tls13_base){.handle = key};
    if (!sslp_object_is_live(provider, SSLP_OBJECT_PROVIDER) || !sslp_object_is_key(key))
        return NTE_INVALID_HANDLE;
    if (hash != NULL) {
        base->hash_handle = *hash;
        base->hash = sslp_object_acquire(*hash, SSLP_OBJECT_HASH);
        if (base->hash == NULL)
            return NTE_INVALID_HANDLE;
    }
    if (!has_output) {
        sslp_tls13_release(base);
        return NTE_INVALID_PARAMETER;
    }
    base->secret = sslp_object_acquire(key, SSLP_OBJECT_SECRET);
    return ERROR_SUCCESS;
}

void sslp_tls13_release(struct sslp_tls13_base *base)
{
    if (base->secret != NULL)
        sslp_object_release(base->handle);
    if (base->hash != NULL)
        sslp_object_release(base->hash_handle);
}

/* Session keys and the secrets of TLS 1.3 are natively one kind, told apart by the stage. */
SECURITY_STATUS sslp_tls13_check_kind(const struct sslp_tls13_base *base)
{
    if (base->secret == NULL)
        return sslp_object_is_live(base->handle, SSLP_OBJECT_SESSION_KEY) ? NTE_NOT_SUPPORTED
                                                                          : NTE_INVALID_HANDLE;
    return base->secret->kind == NCRYPTSSL_KIND_MASTER_KEY ||
            base->secret->kind == NCRYPTSSL_KIND_PRE_SHARED_KEY
        ? NTE_INVALID_HANDLE
        : ERROR_SUCCESS;
}

SECURITY_STATUS sslp_tls13_check_stage(const struct sslp_tls13_base *base, unsigned stages)
{
    return (SSLP_STAGE(base->secret->kind) & stages) != 0 ? ERROR_SUCCESS : NTE_NOT_SUPPORTED;
}

SECURITY_STATUS sslp_tls13_check_hash(const struct sslp_tls13_base *base)
{
    const struct sslp_suite *suite = sslp_suite_by_id(base->secret->cipher_suite);

    return base->hash->digest_len == sslp_hash_id_size(suite->prf_hash) ? ERROR_SUCCESS
                                                                        : NTE_INVALID_PARAMETER;
}
