/* SPDX-License-Identifier: Apache-2.0
 *
 * The drop-in KDFs and opaque keys.  An SSL-KEY goes in as a secret, and what is derived can come
 * out as one.  A key of another provider goes in as bytes, which libcrypto asks that provider for.
 *
 * From a key that may not leave the provider only opaque keys are derived, and with no hash but the
 * provider's own: the implementation of a hash sees the secret.
 */
#include "module/drop_in/drop_in.h"

#include "module/key_type/key_type.h"
#include "module/reasons.h"
#include "schedule/sizes.h"
#include "sslprovider/names.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

static bool opaque_same_hash(const struct sslp_hash *a, const struct sslp_hash *b)
{
    return a == b || (a != NULL && b != NULL && a->md == b->md);
}

static bool opaque_same_prf(const struct sslp_prf *a, const struct sslp_prf *b)
{
    return a->kind == b->kind && opaque_same_hash(a->hash, b->hash) &&
        opaque_same_hash(a->md5, b->md5) && opaque_same_hash(a->sha1, b->sha1);
}

static bool opaque_has_prf(const struct sslp_drop_in *context, const struct sslp_key *key)
{
    return sslp_key_kind_has_prf(key->attributes.kind) &&
        opaque_same_prf(&key->prf_key.prf, &context->digest.prf);
}

const struct sslp_prf_key *sslp_drop_in_keyed(
    const struct sslp_drop_in *context, enum sslp_drop_in_item item)
{
    const struct sslp_key *key = context->item[item].key;

    return key != NULL && opaque_has_prf(context, key) ? &key->prf_key : NULL;
}

/* RFC 8446 section 4.2.11 binds a pre-shared key to one hash. */
static bool opaque_is_pre_shared_key_hash(
    const struct sslp_drop_in *context, const struct sslp_key *key)
{
    const struct sslp_prf *prf = &context->digest.prf;

    return sslp_prf_kind_is_hkdf(prf->kind) &&
        sslp_hash_is(prf->hash, sslp_hash_id_name(sslp_pre_shared_key_hash(key->attributes.suite)));
}

/* A key of a key schedule keeps to the PRF of its protocol and suite.  One that may leave the
 * provider would be of use with any as bytes. */
static int opaque_check_key(const struct sslp_drop_in *context, const struct sslp_key *key)
{
    const enum sslp_key_kind kind = key->attributes.kind;

    if (key->attributes.exportable)
        return 1;
    if (context->digest.fetched != NULL)
        return sslp_raise(context->provctx, KEY_NOT_EXPORTABLE);
    if (kind == SSLP_KEY_PRE_SHARED_KEY)
        return opaque_is_pre_shared_key_hash(context, key) ||
            sslp_raise(context->provctx, PRE_SHARED_KEY_HASH);
    return !sslp_key_kind_has_prf(kind) || opaque_has_prf(context, key) ||
        sslp_raise(context->provctx, KEY_MISMATCH);
}

int sslp_drop_in_check_keys(const struct sslp_drop_in *context)
{
    for (size_t i = 0; i < SSLP_DROP_IN_ITEMS; i++) {
        if (context->item[i].key != NULL && !opaque_check_key(context, context->item[i].key))
            return 0;
    }
    return 1;
}

bool sslp_drop_in_is_closed(const struct sslp_drop_in *context)
{
    for (size_t i = 0; i < SSLP_DROP_IN_ITEMS; i++) {
        const struct sslp_key *key = context->item[i].key;

        if (key != NULL && !key->attributes.exportable)
            return true;
    }
    return false;
}

bool sslp_drop_in_is_foreign_key(const OSSL_PARAM params[])
{
    return sslp_drop_in_takes_skeys() && params[0].key != NULL && params[1].key == NULL &&
        params[0].data_type == OSSL_PARAM_OCTET_STRING &&
        (strcmp(params[0].key, OSSL_KDF_PARAM_KEY) == 0 ||
            strcmp(params[0].key, OSSL_KDF_PARAM_SALT) == 0);
}

#ifdef SSLP_HAVE_KDF_SKEY

/* The item that takes a key under the name: one of the KDF's secrets.  SSLP_DROP_IN_ITEMS for none.
 * Where the application gives no name, libcrypto passes "key". */
static enum sslp_drop_in_item opaque_item(
    const struct sslp_drop_in_method *method, const char *name)
{
    if (name == NULL || strcmp(name, OSSL_KDF_PARAM_KEY) == 0)
        return SSLP_DROP_IN_KEY;
    for (const struct sslp_drop_in_parameter *row = method->parameters; row->name != NULL; row++) {
        if ((row->item == SSLP_DROP_IN_KEY || row->item == SSLP_DROP_IN_SALT) &&
            strcmp(row->name, name) == 0)
            return row->item;
    }
    return SSLP_DROP_IN_ITEMS;
}

int sslp_drop_in_set_skey(void *kctx, void *keydata, const char *name)
{
    struct sslp_drop_in *context = kctx;
    const struct sslp_skey *skey = keydata;
    const enum sslp_drop_in_item item = opaque_item(context->method, name);
    struct sslp_drop_in_octets *octets;

    if (item == SSLP_DROP_IN_ITEMS)
        return sslp_raise_detail(context->provctx, UNKNOWN_PARAMETER, name);
    octets = &context->item[item];
    sslp_drop_in_clear_octets(octets);
    octets->key = sslp_key_retain(skey->key);
    octets->value = sslp_key_secret(skey->key);
    return 1;
}

/* An opaque key hands its policy down.  Bytes have none. */
static enum sslp_key_policy opaque_policy(const struct sslp_drop_in *context)
{
    if (sslp_drop_in_is_closed(context))
        return SSLP_KEY_CLOSED;
    for (size_t i = 0; i < SSLP_DROP_IN_ITEMS; i++) {
        if (context->item[i].key != NULL)
            return SSLP_KEY_OPEN;
    }
    return SSLP_KEY_AS_ASKED;
}

/* An extraction has one length. */
static size_t opaque_len(const struct sslp_drop_in *context, size_t len)
{
    return len == 0 && context->digest.is_chosen && context->mode == EVP_KDF_HKDF_MODE_EXTRACT_ONLY
        ? context->digest.prf.hash->size
        : len;
}

/* Derives a secret into memory that the caller wipes, and makes a key of it. */
static int opaque_derive_key(const struct sslp_drop_in *context, const OSSL_PARAM params[],
    uint8_t *secret, size_t len, struct sslp_skey *skey)
{
    struct sslp_key *key;

    return sslp_drop_in_compute(context, secret, len) &&
        sslp_key_from_derived(
            context->provctx, params, sslp_bytes(secret, len), opaque_policy(context), &key) &&
        sslp_skey_take_over(skey, key);
}

/* The secrets of a key schedule fit on the stack. */
static int opaque_derive_into(const struct sslp_drop_in *context, const OSSL_PARAM params[],
    size_t len, struct sslp_skey *skey)
{
    uint8_t stack[SSLP_MAX_HASH], *secret = stack;
    int ok;

    if (len > SSLP_MAX_PRE_MASTER)
        return sslp_raise_longer(context->provctx, INVALID_OUTPUT_LENGTH, len, SSLP_MAX_PRE_MASTER);
    if (len > sizeof(stack)) {
        secret = OPENSSL_secure_malloc(len);
        if (secret == NULL)
            return sslp_raise_status(context->provctx, SSLP_ERR_MEMORY);
    }
    ok = opaque_derive_key(context, params, secret, len, skey);
    if (secret == stack)
        OPENSSL_cleanse(stack, len);
    else
        OPENSSL_secure_clear_free(secret, len);
    return ok;
}

/* libcrypto calls this for keys of our own type. */
void *sslp_drop_in_derive_skey(void *kctx, const char *key_type, void *provctx,
    OSSL_FUNC_skeymgmt_import_fn *import, size_t len, const OSSL_PARAM params[])
{
    struct sslp_drop_in *context = kctx;
    struct sslp_skey *skey = NULL;

    (void)key_type;
    (void)provctx;
    (void)import;
    if (sslp_prfs_usable(context->provctx) && sslp_drop_in_set_to_derive(context, params))
        skey = sslp_skey_new(context->provctx);
    if (skey != NULL && !opaque_derive_into(context, params, opaque_len(context, len), skey)) {
        sslp_skey_free(skey);
        skey = NULL;
    }
    if (skey != NULL)
        sslp_provctx_served(context->provctx, context->method->algorithm);
    return skey;
}

#endif
