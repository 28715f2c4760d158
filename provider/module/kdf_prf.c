/* SPDX-License-Identifier: Apache-2.0
 *
 * From the inputs of a KDF to a PRF keyed with its secret.
 */
#include "module/kdf_inputs.h"
#include "module/reasons.h"

#include <string.h>
#include <strings.h>

int sslp_kdf_inputs_view(const struct sslp_kdf_inputs *inputs, struct sslp_kdf_view *view)
{
    const struct sslp_key *key = inputs->key;

    *view = (struct sslp_kdf_view){inputs->protocol, inputs->suite, inputs->role,
        sslp_bytes(inputs->secret, inputs->secret_len)};
    if (key == NULL)
        return inputs->secret != NULL || sslp_raise(inputs->provctx, MISSING_SECRET);
    if (inputs->secret != NULL)
        return sslp_raise(inputs->provctx, SECRET_AND_HANDLE);
    if (view->protocol == NULL)
        view->protocol = key->attributes.protocol;
    if (view->suite == NULL)
        view->suite = key->attributes.suite;
    if (view->role == SSLP_ROLE_NONE)
        view->role = key->attributes.role;
    view->secret = sslp_key_secret(key);
    if ((key->attributes.protocol != NULL && view->protocol != key->attributes.protocol) ||
        (key->attributes.suite != NULL && view->suite != key->attributes.suite))
        return sslp_raise(inputs->provctx, KEY_MISMATCH);
    return 1;
}

/* RFC 2246 names no digest: OpenSSL calls the pair of TLS 1.0 and 1.1 MD5-SHA1. */
static bool is_md5_sha1(const char *digest)
{
    return strcasecmp(digest, "MD5-SHA1") == 0;
}

/* Without a protocol, the digest alone tells the PRF of TLS 1.0 from that of TLS 1.2. */
static int choose_kind(const struct sslp_kdf_inputs *inputs, const struct sslp_kdf_view *view,
    enum sslp_prf_kind *kind)
{
    const bool pair = inputs->digest != NULL && is_md5_sha1(inputs->digest);

    if (view->protocol == NULL) {
        if (inputs->digest == NULL && view->suite == NULL)
            return sslp_raise(inputs->provctx, MISSING_SUITE_OR_DIGEST);
        if (inputs->digest == NULL)
            return sslp_raise(inputs->provctx, MISSING_PROTOCOL);
        *kind = pair ? SSLP_PRF_TLS10 : SSLP_PRF_TLS12;
        return 1;
    }
    *kind = view->protocol->prf;
    if (inputs->digest != NULL && pair != (*kind == SSLP_PRF_SSL3 || *kind == SSLP_PRF_TLS10))
        return sslp_raise(inputs->provctx, DIGEST_NOT_IN_PROTOCOL);
    if ((*kind == SSLP_PRF_TLS12 || *kind == SSLP_PRF_TLS13) && inputs->digest == NULL &&
        view->suite == NULL)
        return sslp_raise(inputs->provctx, MISSING_SUITE_OR_DIGEST);
    return 1;
}

/* A PRF on hashes fetched for this context: a digest or a property query was given. */
static int fetch_prf(struct sslp_kdf_prf *prf, const struct sslp_kdf_inputs *inputs,
    const struct sslp_kdf_view *view, struct sslp_prf *chosen)
{
    const char *first = inputs->digest;

    if (chosen->kind == SSLP_PRF_SSL3 || chosen->kind == SSLP_PRF_TLS10) {
        chosen->md5 = &prf->hash[0];
        chosen->sha1 = &prf->hash[1];
        return sslp_prfs_fetch_hash(inputs->provctx, sslp_hash_id_name(SSLP_HASH_MD5),
                   inputs->properties, &prf->hash[0]) &&
            sslp_prfs_fetch_hash(inputs->provctx, sslp_hash_id_name(SSLP_HASH_SHA1),
                inputs->properties, &prf->hash[1]);
    }
    if (first == NULL)
        first = sslp_hash_id_name(view->suite->prf);
    chosen->hash = &prf->hash[0];
    return sslp_prfs_fetch_hash(inputs->provctx, first, inputs->properties, &prf->hash[0]);
}

int sslp_kdf_prf_init(struct sslp_kdf_prf *prf, const struct sslp_kdf_inputs *inputs,
    const struct sslp_kdf_view *view)
{
    const bool own_hashes = inputs->digest != NULL || inputs->properties != NULL;
    struct sslp_prf chosen = {0};
    const struct sslp_prf *use = &chosen;

    memset(prf, 0, sizeof(*prf));
    if (!choose_kind(inputs, view, &chosen.kind))
        return 0;
    if (inputs->key != NULL && !own_hashes && sslp_key_kind_has_prf(inputs->key->attributes.kind)) {
        prf->keyed = &inputs->key->prf_key;
        return 1;
    }
    if (!own_hashes)
        use = sslp_prfs_get(
            inputs->provctx, chosen.kind, view->suite == NULL ? SSLP_HASH_NONE : view->suite->prf);
    else if (!fetch_prf(prf, inputs, view, &chosen))
        return 0;
    if (use == NULL ||
        !sslp_raise_status(inputs->provctx, sslp_prf_key_init(&prf->own, use, view->secret)))
        return 0;
    prf->keyed = &prf->own;
    return 1;
}

void sslp_kdf_prf_clear(struct sslp_kdf_prf *prf)
{
    sslp_prf_key_clear(&prf->own);
    sslp_hash_clear(&prf->hash[0]);
    sslp_hash_clear(&prf->hash[1]);
}
