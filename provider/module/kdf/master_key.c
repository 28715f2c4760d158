/* SPDX-License-Identifier: Apache-2.0
 *
 * KDF SSL-MASTER-KEY: derives the master secret from the premaster secret (SslGenerateMasterKey;
 * RFC 5246 section 8.1, RFC 6101 section 6.1), or the extended one with a session hash (RFC 7627
 * section 4).  The result is 48 bytes, or stays in the provider behind a handle.
 */
#include "module/kdf/kdf.h"
#include "module/reasons.h"
#include "schedule/master_secret.h"
#include "sslprovider/names.h"

#include <openssl/crypto.h>
#include <string.h>

static size_t master_key_size(const struct sslp_kdf_inputs *inputs)
{
    return sslp_kdf_wants_handle(inputs) ? sizeof(uint64_t) : SSLP_MASTER_SECRET_LEN;
}

/* The session hash replaces both randoms (RFC 7627 section 4). */
static int master_key_check_seed(
    const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    if (inputs->transcript_hash_len != 0) {
        if (inputs->has_client_random || inputs->has_server_random)
            return sslp_raise(inputs->provctx, RANDOMS_AND_SESSION_HASH);
        return !sslp_protocol_is_ssl3(view->protocol) ||
            sslp_raise(inputs->provctx, NOT_IN_PROTOCOL);
    }
    if (!inputs->has_client_random)
        return sslp_raise(inputs->provctx, MISSING_CLIENT_RANDOM);
    if (!inputs->has_server_random)
        return sslp_raise(inputs->provctx, MISSING_SERVER_RANDOM);
    return !inputs->provctx->config.require_ems ||
        sslp_raise(inputs->provctx, EXTENDED_MASTER_SECRET_REQUIRED);
}

static int master_key_check(
    const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view, size_t out_len)
{
    const struct sslp_key *key = inputs->key;

    if (sslp_protocol_is_tls13(view->protocol))
        return sslp_raise(inputs->provctx, NOT_IN_PROTOCOL);
    if (key != NULL && key->attributes.kind != SSLP_KEY_PRE_MASTER_SECRET)
        return sslp_raise(inputs->provctx, WRONG_KEY_KIND);
    if (!master_key_check_seed(inputs, view))
        return 0;
    if (!sslp_kdf_check_suite(inputs, view) || !sslp_kdf_check_handle(inputs, view))
        return 0;
    if (!sslp_provctx_allows(inputs->provctx, view->protocol, view->suite))
        return 0;
    if (out_len != master_key_size(inputs))
        return sslp_raise_length(
            inputs->provctx, INVALID_OUTPUT_LENGTH, out_len, master_key_size(inputs));
    return sslp_kdf_wants_handle(inputs) || sslp_kdf_may_leave(inputs);
}

static int master_key_derive(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view,
    const struct sslp_prf_key *premaster, uint8_t *master_secret, size_t len)
{
    (void)view;
    (void)len;
    if (inputs->transcript_hash_len == 0)
        return sslp_raise_status(inputs->provctx,
            sslp_master_secret(
                premaster, inputs->client_random, inputs->server_random, master_secret));
    return sslp_kdf_check_transcript_hash(
               inputs, premaster, SSLP_REASON_INVALID_SESSION_HASH_LENGTH) &&
        sslp_raise_status(inputs->provctx,
            sslp_extended_master_secret(premaster,
                sslp_bytes(inputs->transcript_hash, inputs->transcript_hash_len), master_secret));
}

static int master_key_store(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view,
    const uint8_t master_secret[SSLP_MASTER_SECRET_LEN], uint8_t *out)
{
    const struct sslp_prf *prf =
        sslp_prfs_get(inputs->provctx, view->protocol->prf_kind, view->suite->prf_hash);

    return prf != NULL &&
        sslp_kdf_store_secret(inputs, view, SSLP_KEY_MASTER_SECRET,
            sslp_bytes(master_secret, SSLP_MASTER_SECRET_LEN), prf, out);
}

static int master_key_compute(struct sslp_kdf_inputs *inputs, uint8_t *out, size_t out_len)
{
    uint8_t master_secret[SSLP_MASTER_SECRET_LEN];
    struct sslp_kdf_view view;
    int ok;

    if (!sslp_kdf_view(inputs, &view) || !master_key_check(inputs, &view, out_len))
        return 0;
    ok = sslp_kdf_derive_with_prf(
        inputs, &view, master_key_derive, master_secret, sizeof(master_secret));
    if (ok && sslp_kdf_wants_handle(inputs))
        ok = master_key_store(inputs, &view, master_secret, out);
    else if (ok)
        memcpy(out, master_secret, sizeof(master_secret));
    OPENSSL_cleanse(master_secret, sizeof(master_secret));
    return ok;
}

#define MASTER_KEY_PARAMETERS(X)                                                                   \
    SSLP_SECRET_PARAMETERS(X)                                                                      \
    SSLP_HANDLE_PARAMETERS(X)                                                                      \
    SSLP_RANDOM_PARAMETERS(X)                                                                      \
    X(octets, SESSION_HASH, sslp_set_transcript_hash)                                              \
    SSLP_SUITE_PARAMETERS(X)                                                                       \
    X(text, ROLE, sslp_set_role)                                                                   \
    X(text, OUTPUT, sslp_set_output)                                                               \
    X(flag, EXPORTABLE, sslp_set_exportable)

SSLP_DEFINE_KDF(master_key, MASTER_KEY, MASTER_KEY_PARAMETERS, sslp_kdf_secret_outputs,
    sslp_kdf_gettable_size, sslp_kdf_get_size);
