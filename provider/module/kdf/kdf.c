/* SPDX-License-Identifier: Apache-2.0 */
#include "module/kdf/kdf.h"

#include "module/key_type/key_type.h"
#include "module/reasons.h"

#include <openssl/crypto.h>
#include <openssl/params.h>
#include <string.h>

/* ---- What the inputs say ---- */

/* The parameters must not contradict the key.  A pre-shared key is bound to the hash of its suite
 * alone, which the derivation checks: a resumption may choose another suite (RFC 8446 section
 * 4.6.1). */
static bool kdf_contradicts(const struct sslp_kdf_view *view, const struct sslp_key_attributes *key)
{
    if (key->protocol != NULL && view->protocol != key->protocol)
        return true;
    return key->suite != NULL && view->suite != key->suite && key->kind != SSLP_KEY_PRE_SHARED_KEY;
}

static int kdf_keys_may_leave(const struct sslp_kdf_inputs *inputs)
{
    const struct sslp_key *key = inputs->key, *shared = inputs->shared_key;

    return (key == NULL || sslp_key_may_leave(inputs->provctx, key)) &&
        (shared == NULL || sslp_key_may_leave(inputs->provctx, shared));
}

int sslp_kdf_may_leave(const struct sslp_kdf_inputs *inputs)
{
    return inputs->exportable || kdf_keys_may_leave(inputs);
}

int sslp_kdf_view(const struct sslp_kdf_inputs *inputs, struct sslp_kdf_view *view)
{
    const struct sslp_key *key = inputs->key;

    *view = (struct sslp_kdf_view){
        inputs->protocol, inputs->suite, inputs->role, sslp_kdf_octets(inputs, SSLP_ITEM_SECRET)};
    if (key == NULL)
        return view->secret.data != NULL || sslp_raise(inputs->provctx, MISSING_SECRET);
    if (view->secret.data != NULL)
        return sslp_raise(inputs->provctx, SECRET_AND_HANDLE);
    if (view->protocol == NULL)
        view->protocol = key->attributes.protocol;
    if (view->suite == NULL)
        view->suite = key->attributes.suite;
    if (view->role == SSLP_ROLE_NONE)
        view->role = key->attributes.role;
    view->secret = sslp_key_secret(key);
    return !kdf_contradicts(view, &key->attributes) || sslp_raise(inputs->provctx, KEY_MISMATCH);
}

/* Bytes of a named digest; 0 where it is not available. */
static size_t kdf_named_hash_size(const struct sslp_kdf_inputs *inputs, const char *name)
{
    const char *properties = sslp_kdf_text(inputs, SSLP_ITEM_PROPERTIES);
    const struct sslp_hash *hash;
    struct sslp_hash fetched;
    size_t size = 0;

    if (properties == NULL)
        return sslp_digests_get(inputs->provctx, name, &hash) == SSLP_OK ? hash->size : 0;
    if (sslp_digests_fetch(inputs->provctx, name, properties, &fetched) == SSLP_OK)
        size = fetched.size;
    sslp_hash_clear(&fetched);
    return size;
}

size_t sslp_kdf_hash_size(const struct sslp_kdf_inputs *inputs)
{
    const char *digest = sslp_kdf_text(inputs, SSLP_ITEM_DIGEST);
    const struct sslp_suite *suite = inputs->suite;

    if (digest != NULL)
        return kdf_named_hash_size(inputs, digest);
    if (suite == NULL && inputs->key != NULL)
        suite = inputs->key->attributes.suite;
    return suite == NULL ? 0 : sslp_hash_id_size(suite->prf_hash);
}

/* Without a protocol, the digest tells the PRF of TLS 1.0 from that of TLS 1.2. */
static int kdf_choose_prf_kind(const struct sslp_kdf_inputs *inputs,
    const struct sslp_kdf_view *view, enum sslp_prf_kind *kind)
{
    const char *digest = sslp_kdf_text(inputs, SSLP_ITEM_DIGEST);
    const bool pair = digest != NULL && sslp_prfs_is_pair(digest);

    if (view->protocol == NULL) {
        if (digest == NULL && view->suite == NULL)
            return sslp_raise(inputs->provctx, MISSING_SUITE_OR_DIGEST);
        if (digest == NULL)
            return sslp_raise(inputs->provctx, MISSING_PROTOCOL);
        *kind = pair ? SSLP_PRF_TLS10 : SSLP_PRF_TLS12;
        return 1;
    }
    *kind = view->protocol->prf_kind;
    if (digest != NULL && pair != sslp_prf_kind_has_pair(*kind))
        return sslp_raise(inputs->provctx, DIGEST_NOT_IN_PROTOCOL);
    if (!sslp_prf_kind_has_pair(*kind) && digest == NULL && view->suite == NULL)
        return sslp_raise(inputs->provctx, MISSING_SUITE_OR_DIGEST);
    return 1;
}

/* A PRF on the digest that was given, or under a property query. */
static int kdf_find_prf(struct sslp_kdf_prf *prf, enum sslp_prf_kind kind,
    const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    const char *digest = sslp_kdf_text(inputs, SSLP_ITEM_DIGEST);

    if (digest == NULL && view->suite != NULL)
        digest = sslp_hash_id_name(view->suite->prf_hash);
    prf->chosen = &prf->named;
    return sslp_prfs_on_digest(inputs->provctx, kind, digest,
        sslp_kdf_text(inputs, SSLP_ITEM_PROPERTIES), prf->hash, &prf->named);
}

static bool kdf_names_hashes(const struct sslp_kdf_inputs *inputs)
{
    return sslp_kdf_text(inputs, SSLP_ITEM_DIGEST) != NULL ||
        sslp_kdf_text(inputs, SSLP_ITEM_PROPERTIES) != NULL;
}

/* An empty one; what is written later is not zeroed. */
static void kdf_prf_begin(struct sslp_kdf_prf *prf)
{
    prf->chosen = NULL;
    prf->keyed = NULL;
    sslp_prf_key_reset(&prf->own);
    prf->hash[0].md = NULL;
    prf->hash[1].md = NULL;
}

int sslp_kdf_prf_choose(struct sslp_kdf_prf *prf, const struct sslp_kdf_inputs *inputs,
    const struct sslp_kdf_view *view)
{
    enum sslp_prf_kind kind;

    kdf_prf_begin(prf);
    if (!kdf_choose_prf_kind(inputs, view, &kind))
        return 0;
    if (!kdf_names_hashes(inputs)) {
        prf->chosen = sslp_prfs_get(
            inputs->provctx, kind, view->suite == NULL ? SSLP_HASH_NONE : view->suite->prf_hash);
        return prf->chosen != NULL;
    }
    /* The implementation of the hash that the caller names sees the secrets: consent to let out the
     * result is not enough. */
    if (!kdf_keys_may_leave(inputs))
        return 0;
    return kdf_find_prf(prf, kind, inputs, view);
}

int sslp_kdf_prf_init(struct sslp_kdf_prf *prf, const struct sslp_kdf_inputs *inputs,
    const struct sslp_kdf_view *view)
{
    const struct sslp_key *key = inputs->key;

    if (key != NULL && !kdf_names_hashes(inputs) && sslp_key_kind_has_prf(key->attributes.kind)) {
        kdf_prf_begin(prf);
        prf->chosen = &key->prf_key.prf;
        prf->keyed = &key->prf_key;
        return 1;
    }
    if (!sslp_kdf_prf_choose(prf, inputs, view))
        return 0;
    prf->keyed = &prf->own;
    return sslp_raise_status(
        inputs->provctx, sslp_prf_key_init(&prf->own, prf->chosen, view->secret));
}

void sslp_kdf_prf_clear(struct sslp_kdf_prf *prf)
{
    sslp_prf_key_clear(&prf->own);
    sslp_hash_clear(&prf->hash[0]);
    sslp_hash_clear(&prf->hash[1]);
}

int sslp_kdf_derive_with_prf(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view,
    sslp_kdf_derive_fn *derive, uint8_t *out, size_t out_len)
{
    struct sslp_kdf_prf prf;
    const int ok =
        sslp_kdf_prf_init(&prf, inputs, view) && derive(inputs, view, prf.keyed, out, out_len);

    sslp_kdf_prf_clear(&prf);
    return ok;
}

/* ---- Checks and outputs that several KDFs have ---- */

int sslp_kdf_check_transcript_hash(
    const struct sslp_kdf_inputs *inputs, const struct sslp_prf_key *prf, enum sslp_reason reason)
{
    const size_t len = prf->prf.kind == SSLP_PRF_TLS10 ? SSLP_MD5_SHA1_LEN : prf->hmac.size;

    if (inputs->transcript_hash_len == len)
        return 1;
    sslp_reason_raise(inputs->provctx, reason, __FILE__, __LINE__, __func__, "%zu, not %zu",
        (size_t)inputs->transcript_hash_len, len);
    return 0;
}

int sslp_kdf_check_stream_len(
    const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view, size_t out_len)
{
    if (out_len == 0)
        return sslp_raise_detail(inputs->provctx, INVALID_OUTPUT_LENGTH, "0");
    return !sslp_protocol_is_ssl3(view->protocol) || out_len <= SSLP_SSL3_MAX_OUTPUT ||
        sslp_raise_longer(inputs->provctx, INVALID_OUTPUT_LENGTH, out_len, SSLP_SSL3_MAX_OUTPUT);
}

int sslp_kdf_check_secret(
    const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view, enum sslp_key_kind kind)
{
    return sslp_raise_status(
        inputs->provctx, sslp_key_kind_check(kind, view->protocol, view->suite, view->secret.len));
}

int sslp_kdf_check_suite(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    return view->protocol == NULL || view->suite == NULL ||
        sslp_suite_in_protocol(view->suite, view->protocol) ||
        sslp_raise(inputs->provctx, SUITE_NOT_IN_PROTOCOL);
}

const struct sslp_output sslp_kdf_secret_outputs[] = {
    {SSLPROVIDER_OUTPUT_SECRET, SSLP_SIDE_NONE, SSLP_OUTPUT_SECRET},
    {SSLPROVIDER_OUTPUT_HANDLE, SSLP_SIDE_NONE, SSLP_OUTPUT_HANDLE},
    {NULL, SSLP_SIDE_NONE, SSLP_OUTPUT_SECRET},
};

const struct sslp_output *const sslp_kdf_handle_output = &sslp_kdf_secret_outputs[1];

bool sslp_kdf_wants_handle(const struct sslp_kdf_inputs *inputs)
{
    return inputs->output == sslp_kdf_handle_output;
}

int sslp_kdf_check_handle(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    if (!sslp_kdf_wants_handle(inputs))
        return 1;
    if (view->protocol == NULL)
        return sslp_raise(inputs->provctx, MISSING_PROTOCOL);
    if (view->suite == NULL)
        return sslp_raise(inputs->provctx, MISSING_SUITE);
    return !kdf_names_hashes(inputs) || sslp_raise(inputs->provctx, DIGEST_AND_HANDLE);
}

int sslp_kdf_store_secret(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view,
    enum sslp_key_kind kind, struct sslp_bytes secret, const struct sslp_prf *prf, uint8_t *out)
{
    const struct sslp_key_attributes attributes = {
        kind, view->protocol, view->suite, view->role, inputs->exportable};
    struct sslp_key *key;
    sslp_handle handle;

    if (!sslp_key_kind_has_prf(kind))
        prf = NULL;
    if (!sslp_raise_status(
            inputs->provctx, sslp_key_new(inputs->provctx->keys, &attributes, secret, prf, &key)))
        return 0;
    handle = sslp_key_disown(key);
    memcpy(out, &handle, sizeof(handle));
    return 1;
}

/* ---- Glue ---- */

struct sslp_kdf_inputs *sslp_kdf_new(void *provctx, const struct sslp_kdf_method *method)
{
    struct sslp_kdf_inputs *inputs;

    if (!sslp_prfs_usable(provctx))
        return NULL;
    inputs = OPENSSL_zalloc(sizeof(*inputs));
    if (inputs == NULL) {
        (void)sslp_raise_status(provctx, SSLP_ERR_MEMORY);
        return NULL;
    }
    inputs->provctx = provctx;
    inputs->method = method;
    return inputs;
}

void *sslp_kdf_dupctx(void *kctx)
{
    const struct sslp_kdf_inputs *from = kctx;
    struct sslp_kdf_inputs *to = sslp_kdf_new(from->provctx, from->method);

    if (to != NULL && !sslp_kdf_inputs_copy(to, from)) {
        OPENSSL_free(to);
        to = NULL;
    }
    return to;
}

void sslp_kdf_freectx(void *kctx)
{
    if (kctx == NULL)
        return;
    sslp_kdf_inputs_clear(kctx);
    OPENSSL_free(kctx);
}

void sslp_kdf_reset(void *kctx)
{
    sslp_kdf_inputs_reset(kctx);
}

/* sslp_kdf_set_ctx_params does all of it. */
int sslp_set_discard(struct sslp_kdf_change *change, const OSSL_PARAM *param)
{
    (void)change;
    (void)param;
    return 1;
}

/* Ends a handle, or leaves it without an owner again where `keep` says so. */
static void kdf_let_go(struct sslp_key *key, bool keep)
{
    if (keep)
        (void)sslp_key_disown(key);
    else
        sslp_key_close(key);
    sslp_key_release(key);
}

/* Owns a key that is to be discarded until the list is done, so that nobody adopts it in between.
 * Alone in its list "discard" leaves the context as it is: threads may share one for that. */
int sslp_kdf_set_ctx_params(void *kctx, const OSSL_PARAM params[])
{
    struct sslp_kdf_inputs *inputs = kctx;
    const OSSL_PARAM *discard =
        params == NULL ? NULL : OSSL_PARAM_locate_const(params, SSLPROVIDER_PARAM_DISCARD);
    struct sslp_key *key;
    int ok;

    if (discard == NULL)
        return sslp_kdf_inputs_set(inputs, inputs->method->parameters, params);
    key = sslp_key_of_param(inputs->provctx, discard);
    if (key == NULL)
        return 0;
    if (!sslp_key_adopt(key)) {
        sslp_key_release(key);
        return sslp_raise(inputs->provctx, KEY_HANDLE_OWNED);
    }
    ok = params[1].key == NULL || sslp_kdf_inputs_set(inputs, inputs->method->parameters, params);
    kdf_let_go(key, !ok);
    return ok;
}

int sslp_kdf_derive(void *kctx, unsigned char *out, size_t out_len, const OSSL_PARAM params[])
{
    struct sslp_kdf_inputs *inputs = kctx;
    int ok;

    if (out == NULL)
        return sslp_raise_detail(inputs->provctx, INVALID_OUTPUT_LENGTH, "no output");
    ok = sslp_prfs_usable(inputs->provctx) && sslp_kdf_set_ctx_params(inputs, params) &&
        inputs->method->compute(inputs, out, out_len);
    if (ok)
        sslp_provctx_served(inputs->provctx, inputs->method->algorithm);
    else
        OPENSSL_cleanse(out, out_len);
    return ok;
}

const OSSL_PARAM *sslp_kdf_gettable_size(void *kctx, void *provctx)
{
    static const OSSL_PARAM gettable[] = {
        OSSL_PARAM_size_t(SSLPROVIDER_PARAM_SIZE, NULL), OSSL_PARAM_END};

    (void)kctx;
    (void)provctx;
    return gettable;
}

int sslp_kdf_get_size(void *kctx, OSSL_PARAM params[])
{
    const struct sslp_kdf_inputs *inputs = kctx;
    OSSL_PARAM *size = OSSL_PARAM_locate(params, SSLPROVIDER_PARAM_SIZE);

    return size == NULL || OSSL_PARAM_set_size_t(size, inputs->method->size(inputs));
}
