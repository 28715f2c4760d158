/* SPDX-License-Identifier: Apache-2.0
 *
 * From the inputs of a KDF to a PRF keyed with its secret.
 */
#include "module/kdf/inputs.h"
#include "module/key_type/key_type.h"
#include "module/reasons.h"
#include "schedule/finished.h"

#include <string.h>

/* What is given must not contradict the key.  Of the suite of a pre-shared key the hash alone
 * counts, which the derivation looks at: a resumption may choose another suite (RFC 8446 section
 * 4.6.1). */
static bool contradicts(const struct sslp_kdf_view *view, const struct sslp_key_attributes *key)
{
    if (key->protocol != NULL && view->protocol != key->protocol)
        return true;
    return key->suite != NULL && view->suite != key->suite && key->kind != SSLP_KEY_PRE_SHARED_KEY;
}

static int keys_may_leave(const struct sslp_kdf_inputs *inputs)
{
    const struct sslp_key *key = inputs->key, *shared = inputs->shared_key;

    return (key == NULL || sslp_key_may_leave(inputs->provctx, key)) &&
        (shared == NULL || sslp_key_may_leave(inputs->provctx, shared));
}

int sslp_kdf_may_leave(const struct sslp_kdf_inputs *inputs)
{
    return inputs->exportable || keys_may_leave(inputs);
}

int sslp_kdf_inputs_view(const struct sslp_kdf_inputs *inputs, struct sslp_kdf_view *view)
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
    return !contradicts(view, &key->attributes) || sslp_raise(inputs->provctx, KEY_MISMATCH);
}

/* Bytes of a digest that is named; 0 where it is not to be had. */
static size_t named_hash_size(const struct sslp_kdf_inputs *inputs, const char *name)
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
        return named_hash_size(inputs, digest);
    if (suite == NULL && inputs->key != NULL)
        suite = inputs->key->attributes.suite;
    return suite == NULL ? 0 : sslp_hash_id_size(suite->prf);
}

/* Without a protocol, the digest alone tells the PRF of TLS 1.0 from that of TLS 1.2. */
static int choose_kind(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view,
    enum sslp_prf_kind *kind)
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
    *kind = view->protocol->prf;
    if (digest != NULL && pair != (*kind == SSLP_PRF_SSL3 || *kind == SSLP_PRF_TLS10))
        return sslp_raise(inputs->provctx, DIGEST_NOT_IN_PROTOCOL);
    if ((*kind == SSLP_PRF_TLS12 || *kind == SSLP_PRF_TLS13) && digest == NULL &&
        view->suite == NULL)
        return sslp_raise(inputs->provctx, MISSING_SUITE_OR_DIGEST);
    return 1;
}

/* A PRF on the digest that was given, or under a property query. */
static int find_prf(struct sslp_kdf_prf *prf, enum sslp_prf_kind kind,
    const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view)
{
    const char *digest = sslp_kdf_text(inputs, SSLP_ITEM_DIGEST);

    if (digest == NULL && view->suite != NULL)
        digest = sslp_hash_id_name(view->suite->prf);
    prf->chosen = &prf->named;
    return sslp_prfs_on_digest(inputs->provctx, kind, digest,
        sslp_kdf_text(inputs, SSLP_ITEM_PROPERTIES), prf->hash, &prf->named);
}

static bool names_hashes(const struct sslp_kdf_inputs *inputs)
{
    return sslp_kdf_text(inputs, SSLP_ITEM_DIGEST) != NULL ||
        sslp_kdf_text(inputs, SSLP_ITEM_PROPERTIES) != NULL;
}

int sslp_kdf_prf_choose(struct sslp_kdf_prf *prf, const struct sslp_kdf_inputs *inputs,
    const struct sslp_kdf_view *view)
{
    enum sslp_prf_kind kind;

    memset(prf, 0, sizeof(*prf));
    if (!choose_kind(inputs, view, &kind))
        return 0;
    if (!names_hashes(inputs)) {
        prf->chosen = sslp_prfs_get(
            inputs->provctx, kind, view->suite == NULL ? SSLP_HASH_NONE : view->suite->prf);
        return prf->chosen != NULL;
    }
    /* Whoever has the hash that the caller names gets to see the secrets that it is keyed with, so
     * consent to let out the result is not enough. */
    if (!keys_may_leave(inputs))
        return 0;
    return find_prf(prf, kind, inputs, view);
}

int sslp_kdf_prf_init(struct sslp_kdf_prf *prf, const struct sslp_kdf_inputs *inputs,
    const struct sslp_kdf_view *view)
{
    const struct sslp_key *key = inputs->key;

    if (key != NULL && !names_hashes(inputs) && sslp_key_kind_has_prf(key->attributes.kind)) {
        *prf = (struct sslp_kdf_prf){.chosen = &key->prf_key.prf, .keyed = &key->prf_key};
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
