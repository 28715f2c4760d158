/* SPDX-License-Identifier: Apache-2.0
 *
 * KDF SSL-TRAFFIC-SECRET: from one named secret of TLS 1.3 to the next (SslExtractEarlyKey and its
 * kin; RFC 8446 section 7.1).  The result is as many bytes as the hash has, or stays in the
 * provider behind a handle.  An arrow starts at the kinds of key that the figure lets it start at,
 * and at no other.
 */
#include "module/kdf/kdf.h"
#include "module/reasons.h"
#include "schedule/tls13_secrets.h"
#include "sslprovider/names.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

static OSSL_FUNC_kdf_derive_fn traffic_secret_derive;
static OSSL_FUNC_kdf_settable_ctx_params_fn traffic_secret_settable_ctx_params;
static OSSL_FUNC_kdf_set_ctx_params_fn traffic_secret_set_ctx_params;
static OSSL_FUNC_kdf_get_ctx_params_fn traffic_secret_get_ctx_params;

/* What an arrow takes beside the secret it starts at. */
enum arrow_input { INPUT_NOTHING, INPUT_SHARED_SECRET, INPUT_TRANSCRIPT_HASH, INPUT_TICKET_NONCE };

struct sslp_arrow {
    const char *target;
    enum sslp_key_kind from[2]; /* the second may be SSLP_KEY_NONE */
    enum sslp_key_kind to;      /* SSLP_KEY_NONE: a salt, of which there are no key objects */
    enum arrow_input input;
    sslp_tls13_arrow_fn *derive; /* NULL: the first of all, which starts at no keyed secret */
};

/* One row a line, columns aligned. */
/* clang-format off */
static const struct sslp_arrow arrows[] = {
    {SSLPROVIDER_TARGET_EARLY_SECRET, {SSLP_KEY_PRE_SHARED_KEY}, SSLP_KEY_EARLY_SECRET,
        INPUT_NOTHING, NULL},
    {SSLPROVIDER_TARGET_EXT_BINDER_KEY, {SSLP_KEY_EARLY_SECRET}, SSLP_KEY_BINDER_KEY,
        INPUT_NOTHING, sslp_ext_binder_key},
    {SSLPROVIDER_TARGET_RES_BINDER_KEY, {SSLP_KEY_EARLY_SECRET}, SSLP_KEY_BINDER_KEY,
        INPUT_NOTHING, sslp_res_binder_key},
    {SSLPROVIDER_TARGET_CLIENT_EARLY_TRAFFIC, {SSLP_KEY_EARLY_SECRET}, SSLP_KEY_TRAFFIC_SECRET,
        INPUT_TRANSCRIPT_HASH, sslp_client_early_traffic_secret},
    {SSLPROVIDER_TARGET_EARLY_EXPORTER, {SSLP_KEY_EARLY_SECRET}, SSLP_KEY_EXPORTER_SECRET,
        INPUT_TRANSCRIPT_HASH, sslp_early_exporter_secret},
    {SSLPROVIDER_TARGET_DERIVED_SECRET, {SSLP_KEY_EARLY_SECRET, SSLP_KEY_HANDSHAKE_SECRET},
        SSLP_KEY_NONE, INPUT_NOTHING, sslp_derived_secret},
    {SSLPROVIDER_TARGET_HANDSHAKE_SECRET, {SSLP_KEY_EARLY_SECRET}, SSLP_KEY_HANDSHAKE_SECRET,
        INPUT_SHARED_SECRET, sslp_handshake_secret},
    {SSLPROVIDER_TARGET_CLIENT_HANDSHAKE_TRAFFIC, {SSLP_KEY_HANDSHAKE_SECRET},
        SSLP_KEY_TRAFFIC_SECRET, INPUT_TRANSCRIPT_HASH, sslp_client_handshake_traffic_secret},
    {SSLPROVIDER_TARGET_SERVER_HANDSHAKE_TRAFFIC, {SSLP_KEY_HANDSHAKE_SECRET},
        SSLP_KEY_TRAFFIC_SECRET, INPUT_TRANSCRIPT_HASH, sslp_server_handshake_traffic_secret},
    {SSLPROVIDER_TARGET_MASTER_SECRET, {SSLP_KEY_HANDSHAKE_SECRET}, SSLP_KEY_TLS13_MASTER_SECRET,
        INPUT_NOTHING, sslp_tls13_master_secret},
    {SSLPROVIDER_TARGET_CLIENT_APPLICATION_TRAFFIC, {SSLP_KEY_TLS13_MASTER_SECRET},
        SSLP_KEY_TRAFFIC_SECRET, INPUT_TRANSCRIPT_HASH, sslp_client_application_traffic_secret},
    {SSLPROVIDER_TARGET_SERVER_APPLICATION_TRAFFIC, {SSLP_KEY_TLS13_MASTER_SECRET},
        SSLP_KEY_TRAFFIC_SECRET, INPUT_TRANSCRIPT_HASH, sslp_server_application_traffic_secret},
    {SSLPROVIDER_TARGET_EXPORTER_SECRET, {SSLP_KEY_TLS13_MASTER_SECRET}, SSLP_KEY_EXPORTER_SECRET,
        INPUT_TRANSCRIPT_HASH, sslp_exporter_secret},
    {SSLPROVIDER_TARGET_RESUMPTION_SECRET, {SSLP_KEY_TLS13_MASTER_SECRET},
        SSLP_KEY_RESUMPTION_SECRET, INPUT_TRANSCRIPT_HASH, sslp_resumption_secret},
    {SSLPROVIDER_TARGET_PRE_SHARED_KEY, {SSLP_KEY_RESUMPTION_SECRET}, SSLP_KEY_PRE_SHARED_KEY,
        INPUT_TICKET_NONCE, sslp_ticket_pre_shared_key},
    {SSLPROVIDER_TARGET_NEXT_TRAFFIC, {SSLP_KEY_TRAFFIC_SECRET}, SSLP_KEY_TRAFFIC_SECRET,
        INPUT_NOTHING, sslp_next_traffic_secret},
};
/* clang-format on */

static int set_target(
    struct sslp_kdf_inputs *next, const struct sslp_kdf_inputs *current, const OSSL_PARAM *param)
{
    size_t len;

    (void)current;
    if (param->data_type != OSSL_PARAM_UTF8_STRING || param->data == NULL)
        return sslp_raise_detail(next->provctx, INVALID_PARAMETER_TYPE, param->key);
    len = strnlen(param->data, param->data_size);
    for (size_t i = 0; i < sizeof(arrows) / sizeof(arrows[0]); i++) {
        if (strlen(arrows[i].target) == len && memcmp(arrows[i].target, param->data, len) == 0) {
            next->arrow = &arrows[i];
            return 1;
        }
    }
    return sslp_raise_value(next->provctx, UNKNOWN_TARGET, (const char *)param->data, len);
}

#define PARAMETERS(X)                                                                              \
    X(handle, HANDLE, sslp_set_handle)                                                             \
    X(handle, DISCARD, sslp_set_discard)                                                           \
    X(text, TARGET, set_target)                                                                    \
    X(octets, TRANSCRIPT_HASH, sslp_set_transcript_hash)                                           \
    X(text, OUTPUT, sslp_set_secret_output)                                                        \
    X(octets, SECRET, sslp_set_secret)                                                             \
    X(octets, KEY, sslp_set_secret)                                                                \
    X(octets, SHARED_SECRET, sslp_set_shared_secret)                                               \
    X(handle, SHARED_SECRET_HANDLE, sslp_set_shared_secret_handle)                                 \
    X(octets, TICKET_NONCE, sslp_set_ticket_nonce)                                                 \
    X(text, PROTOCOL, sslp_set_protocol)                                                           \
    X(text, CIPHER_SUITE, sslp_set_suite)                                                          \
    X(text, ROLE, sslp_set_role)                                                                   \
    X(flag, EXPORTABLE, sslp_set_exportable)                                                       \
    X(text, DIGEST, sslp_set_digest)                                                               \
    X(text, PROPERTIES, sslp_set_properties)

static const struct sslp_kdf_parameter parameters[] = {PARAMETERS(SSLP_PARAMETER_ROW){NULL, NULL}};

static const OSSL_PARAM *traffic_secret_settable_ctx_params(void *kctx, void *provctx)
{
    static const OSSL_PARAM settable[] = {PARAMETERS(SSLP_SETTABLE_ROW) OSSL_PARAM_END};

    (void)kctx;
    (void)provctx;
    return settable;
}

static int traffic_secret_set_ctx_params(void *kctx, const OSSL_PARAM params[])
{
    return sslp_kdf_set_params(kctx, parameters, params);
}

/* The first arrow also starts at nothing: a handshake without PSK. */
static int view_inputs(const struct sslp_kdf_inputs *inputs, struct sslp_kdf_view *view)
{
    const bool no_psk = inputs->arrow->derive == NULL && inputs->key == NULL &&
        inputs->item[SSLP_ITEM_SECRET].data == NULL;

    if (no_psk)
        *view = (struct sslp_kdf_view){
            .protocol = inputs->protocol, .suite = inputs->suite, .role = inputs->role};
    else if (!sslp_kdf_inputs_view(inputs, view))
        return 0;
    if (view->protocol == NULL)
        view->protocol = sslp_protocol_by_version(SSLP_TLS1_3);
    return view->protocol->prf == SSLP_PRF_TLS13 || sslp_raise(inputs->provctx, NOT_IN_PROTOCOL);
}

static int check_from(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    const enum sslp_key_kind *from = inputs->arrow->from;
    const struct sslp_key *key = inputs->key;

    if (key != NULL && key->attributes.kind != from[0] && key->attributes.kind != from[1])
        return sslp_raise(inputs->provctx, WRONG_KEY_KIND);
    if (inputs->shared_key != NULL && inputs->item[SSLP_ITEM_SHARED_SECRET].data != NULL)
        return sslp_raise(inputs->provctx, SHARED_SECRET_AND_HANDLE);
    if (from[0] == SSLP_KEY_PRE_SHARED_KEY && view->secret.len > SSLP_MAX_PRE_SHARED_KEY)
        return sslp_raise(inputs->provctx, INVALID_SECRET_LENGTH);
    return 1;
}

/* A key object derives with the suite's hash under the configured query, and no other. */
static int check_handle(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    if (!sslp_kdf_wants_handle(inputs))
        return 1;
    if (inputs->arrow->to == SSLP_KEY_NONE)
        return sslp_raise(inputs->provctx, TARGET_HAS_NO_HANDLE);
    if (view->suite == NULL)
        return sslp_raise(inputs->provctx, MISSING_SUITE);
    if (sslp_kdf_text(inputs, SSLP_ITEM_DIGEST) != NULL ||
        sslp_kdf_text(inputs, SSLP_ITEM_PROPERTIES) != NULL)
        return sslp_raise(inputs->provctx, DIGEST_AND_HANDLE);
    return 1;
}

static int check(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    if (!check_from(inputs, view))
        return 0;
    if (view->suite != NULL && !sslp_suite_in_protocol(view->suite, view->protocol))
        return sslp_raise(inputs->provctx, SUITE_NOT_IN_PROTOCOL);
    if (inputs->arrow->input == INPUT_TRANSCRIPT_HASH && inputs->transcript_hash_len == 0)
        return sslp_raise(inputs->provctx, MISSING_TRANSCRIPT_HASH);
    if (inputs->arrow->input == INPUT_TICKET_NONCE &&
        inputs->item[SSLP_ITEM_TICKET_NONCE].data == NULL)
        return sslp_raise(inputs->provctx, MISSING_TICKET_NONCE);
    return check_handle(inputs, view);
}

static struct sslp_bytes arrow_input(const struct sslp_kdf_inputs *inputs)
{
    switch (inputs->arrow->input) {
    case INPUT_SHARED_SECRET:
        return inputs->shared_key != NULL ? sslp_key_secret(inputs->shared_key)
                                          : sslp_kdf_octets(inputs, SSLP_ITEM_SHARED_SECRET);
    case INPUT_TRANSCRIPT_HASH:
        return sslp_bytes(inputs->transcript_hash, inputs->transcript_hash_len);
    case INPUT_TICKET_NONCE:
        return sslp_kdf_octets(inputs, SSLP_ITEM_TICKET_NONCE);
    case INPUT_NOTHING:
        break;
    }
    return sslp_bytes(NULL, 0);
}

/* EVP_MD_is_a takes memory to compare names and without it says no: not where the name is the first
 * one. */
static bool is_hash(const EVP_MD *md, enum sslp_hash_id id)
{
    const char *name = sslp_hash_id_name(id);

    return strcmp(EVP_MD_get0_name(md), name) == 0 || EVP_MD_is_a(md, name);
}

/* RFC 8446 section 4.2.11 binds a pre-shared key to one hash, whichever way the hash is named. */
static int check_hash(const struct sslp_kdf_inputs *inputs, const struct sslp_prf *hkdf)
{
    const struct sslp_key *key = inputs->key;

    return key == NULL || key->attributes.kind != SSLP_KEY_PRE_SHARED_KEY ||
        is_hash(hkdf->hash->md, sslp_pre_shared_key_hash(key->attributes.suite)) ||
        sslp_raise(inputs->provctx, PRE_SHARED_KEY_HASH);
}

/* Without a pre-shared key the early secret is a constant, and so would be all that follows from it
 * if no shared secret went in.  The value tells, wherever it comes from. */
static int check_shared_secret(const struct sslp_kdf_inputs *inputs,
    const struct sslp_kdf_view *view, const struct sslp_prf *hkdf)
{
    bool is_public = false;

    if (inputs->arrow->input != INPUT_SHARED_SECRET || arrow_input(inputs).len != 0)
        return 1;
    return sslp_raise_status(
               inputs->provctx, sslp_early_secret_is_public(hkdf, view->secret, &is_public)) &&
        (!is_public || sslp_raise(inputs->provctx, MISSING_SHARED_SECRET));
}

static int derive(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view,
    const struct sslp_kdf_prf *prf, uint8_t *secret)
{
    if (inputs->arrow->derive == NULL)
        return sslp_raise_status(
            inputs->provctx, sslp_early_secret(prf->chosen, view->secret, secret));
    if (view->secret.len != prf->chosen->hash->size)
        return sslp_raise(inputs->provctx, INVALID_SECRET_LENGTH);
    if (!check_shared_secret(inputs, view, prf->chosen))
        return 0;
    return sslp_raise_status(
        inputs->provctx, inputs->arrow->derive(prf->keyed, arrow_input(inputs), secret));
}

/* Leaves the secret in the provider; the handle is its owner until somebody adopts it. */
static int store_secret(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view,
    const struct sslp_prf *hkdf, struct sslp_bytes secret, uint8_t *out)
{
    const struct sslp_key_attributes attributes = {.kind = inputs->arrow->to,
        .protocol = view->protocol,
        .suite = view->suite,
        .role = view->role,
        .exportable = inputs->exportable};

    return sslp_kdf_store_secret(inputs, &attributes, secret, hkdf, out);
}

static int derive_with(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view,
    const struct sslp_kdf_prf *prf, uint8_t *out, size_t out_len)
{
    const size_t size = prf->chosen->hash->size;
    const size_t right = sslp_kdf_wants_handle(inputs) ? sizeof(uint64_t) : size;
    uint8_t secret[SSLP_MAX_HASH];
    int ok = 0;

    if (out_len != right)
        return sslp_raise_length(inputs->provctx, INVALID_OUTPUT_LENGTH, out_len, right);
    if (!sslp_kdf_wants_handle(inputs))
        return sslp_kdf_may_leave(inputs) && derive(inputs, view, prf, out);
    if (derive(inputs, view, prf, secret))
        ok = store_secret(inputs, view, prf->chosen, sslp_bytes(secret, size), out);
    OPENSSL_cleanse(secret, sizeof(secret));
    return ok;
}

static int traffic_secret_compute(struct sslp_kdf_inputs *inputs, uint8_t *out, size_t out_len)
{
    struct sslp_kdf_view view;
    struct sslp_kdf_prf prf;
    int ok;

    if (inputs->arrow == NULL)
        return sslp_raise(inputs->provctx, MISSING_TARGET);
    if (!view_inputs(inputs, &view) || !check(inputs, &view))
        return 0;
    /* HKDF-Extract takes the pre-shared key as input and not as its key. */
    ok = (inputs->arrow->derive == NULL ? sslp_kdf_prf_choose(&prf, inputs, &view)
                                        : sslp_kdf_prf_init(&prf, inputs, &view)) &&
        check_hash(inputs, prf.chosen) && derive_with(inputs, &view, &prf, out, out_len);
    sslp_kdf_prf_clear(&prf);
    return ok;
}

static const struct sslp_kdf_method method = {
    SSLP_ALGORITHM_TRAFFIC_SECRET, parameters, traffic_secret_compute};

static int traffic_secret_derive(
    void *kctx, unsigned char *out, size_t out_len, const OSSL_PARAM params[])
{
    return sslp_kdf_derive(kctx, &method, out, out_len, params);
}

#ifdef SSLP_HAVE_KDF_SKEY
static void *traffic_secret_derive_skey(void *kctx, const char *key_type, void *provctx,
    OSSL_FUNC_skeymgmt_import_fn *import, size_t len, const OSSL_PARAM params[])
{
    (void)key_type;
    (void)provctx;
    (void)import;
    return sslp_kdf_derive_skey(kctx, &method, len, params);
}
#endif

static int traffic_secret_get_ctx_params(void *kctx, OSSL_PARAM params[])
{
    const struct sslp_kdf_inputs *inputs = kctx;
    OSSL_PARAM *size = OSSL_PARAM_locate(params, SSLPROVIDER_PARAM_SIZE);

    return size == NULL ||
        OSSL_PARAM_set_size_t(
            size, sslp_kdf_wants_handle(inputs) ? sizeof(uint64_t) : sslp_kdf_hash_size(inputs));
}

const OSSL_DISPATCH sslp_kdf_traffic_secret_functions[] = {
    SSLP_DISPATCH(OSSL_FUNC_KDF_NEWCTX, sslp_kdf_newctx),
    SSLP_DISPATCH(OSSL_FUNC_KDF_DUPCTX, sslp_kdf_dupctx),
    SSLP_DISPATCH(OSSL_FUNC_KDF_FREECTX, sslp_kdf_freectx),
    SSLP_DISPATCH(OSSL_FUNC_KDF_RESET, sslp_kdf_reset),
    SSLP_DISPATCH(OSSL_FUNC_KDF_DERIVE, traffic_secret_derive),
    SSLP_DISPATCH(OSSL_FUNC_KDF_SETTABLE_CTX_PARAMS, traffic_secret_settable_ctx_params),
    SSLP_DISPATCH(OSSL_FUNC_KDF_SET_CTX_PARAMS, traffic_secret_set_ctx_params),
    SSLP_DISPATCH(OSSL_FUNC_KDF_GETTABLE_CTX_PARAMS, sslp_kdf_gettable_size),
    SSLP_DISPATCH(OSSL_FUNC_KDF_GET_CTX_PARAMS, traffic_secret_get_ctx_params),
    SSLP_DISPATCH_SKEY(sslp_kdf_set_skey_or_shared, traffic_secret_derive_skey) SSLP_DISPATCH_END,
};
