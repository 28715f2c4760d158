/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/key.h"

#include <openssl/crypto.h>
#include <stdatomic.h>
#include <string.h>

/* The owners of a handle: how many, and whether the unique one is among them.  Once the last is
 * gone, nobody can become an owner. */
#define OWNERS_UNIQUE (UINT32_C(1) << 31)
#define OWNERS_COUNT  (OWNERS_UNIQUE - 1)
#define OWNERS_ENDED  UINT32_MAX

static const char *const roles[] = {
    [SSLP_ROLE_NONE] = NULL, [SSLP_ROLE_CLIENT] = "client", [SSLP_ROLE_SERVER] = "server"};

const char *sslp_role_name(enum sslp_role role)
{
    return roles[role];
}

enum sslp_role sslp_role_by_name(const char *name, size_t name_len)
{
    for (int role = SSLP_ROLE_CLIENT; role <= SSLP_ROLE_SERVER; role++) {
        if (strlen(roles[role]) == name_len && memcmp(roles[role], name, name_len) == 0)
            return (enum sslp_role)role;
    }
    return SSLP_ROLE_NONE;
}

static void key_destroy(sslp_handle_kind handle_kind, void *object)
{
    struct sslp_key *key = object;

    (void)handle_kind;
    sslp_prf_key_clear(&key->prf_key);
    OPENSSL_secure_clear_free(key->secret, key->secret_len);
    OPENSSL_free(key);
}

struct sslp_handle_table *sslp_key_table_new(void)
{
    return sslp_handle_table_new(key_destroy);
}

enum sslp_status sslp_key_new(struct sslp_handle_table *table,
    const struct sslp_key_attributes *attributes, struct sslp_bytes secret,
    const struct sslp_prf *prf, struct sslp_key **out)
{
    struct sslp_key *key;
    enum sslp_status status =
        sslp_key_kind_check(attributes->kind, attributes->protocol, attributes->suite, secret.len);

    *out = NULL;
    if (status != SSLP_OK)
        return status;
    /* Only the secret itself is in the secure heap.  The keyed PRF would take 2 KB of it for each
     * key, and a heap of usual size would hold a few dozen keys.  Where the hash is another
     * provider's, the keyed state lies in memory of that provider in any case. */
    key = OPENSSL_zalloc(sizeof(*key));
    if (key == NULL)
        return SSLP_ERR_MEMORY;
    key->secret = OPENSSL_secure_malloc(secret.len);
    if (key->secret == NULL) {
        OPENSSL_free(key);
        return SSLP_ERR_MEMORY;
    }
    memcpy(key->secret, secret.data, secret.len);
    key->secret_len = secret.len;
    key->attributes = *attributes;
    key->table = table;
    if (attributes->protocol != NULL && attributes->suite != NULL)
        key->layout = sslp_key_layout_of(attributes->suite, attributes->protocol);
    if (prf != NULL)
        status = sslp_prf_key_init(&key->prf_key, prf, sslp_key_secret(key));
    atomic_init(&key->owners, OWNERS_UNIQUE | 1);
    if (status == SSLP_OK && !sslp_handle_insert(table, SSLP_HANDLE_KIND_KEY, key, &key->handle))
        status = sslp_handle_table_count(table) < SSLP_HANDLE_TABLE_MAX ? SSLP_ERR_MEMORY
                                                                        : SSLP_ERR_TOO_MANY_KEYS;
    if (status != SSLP_OK) {
        key_destroy(SSLP_HANDLE_KIND_KEY, key);
        return status;
    }
    *out = key;
    return SSLP_OK;
}

struct sslp_key *sslp_key_retain(struct sslp_key *key)
{
    if (key != NULL)
        sslp_handle_retain(key->table, key->handle);
    return key;
}

sslp_handle sslp_key_disown(struct sslp_key *key)
{
    const sslp_handle handle = key->handle;

    /* The unique owner counts as one.  Others may share already, since a handle can be guessed. */
    (void)atomic_fetch_sub(&key->owners, OWNERS_UNIQUE | 1);
    return handle;
}

/* Adds an owner; `unique` is OWNERS_UNIQUE for the unique one, or 0. */
static bool key_add_owner(struct sslp_key *key, uint32_t unique)
{
    uint32_t owners = atomic_load(&key->owners);

    do {
        if (owners == OWNERS_ENDED || (owners & unique) != 0 ||
            (owners & OWNERS_COUNT) + 1 == OWNERS_COUNT)
            return false;
    } while (!atomic_compare_exchange_weak(&key->owners, &owners, (owners + 1) | unique));
    return true;
}

static void key_remove_owner(struct sslp_key *key, uint32_t unique)
{
    uint32_t owners, rest;

    if (key == NULL)
        return;
    owners = atomic_load(&key->owners);
    do {
        rest = (owners - 1) & ~unique;
        if (rest == 0)
            rest = OWNERS_ENDED;
    } while (!atomic_compare_exchange_weak(&key->owners, &owners, rest));
    if (rest == OWNERS_ENDED)
        (void)sslp_handle_close(key->table, key->handle);
}

bool sslp_key_adopt(struct sslp_key *key)
{
    return key_add_owner(key, OWNERS_UNIQUE);
}

void sslp_key_close(struct sslp_key *key)
{
    key_remove_owner(key, OWNERS_UNIQUE);
}

bool sslp_key_share(struct sslp_key *key)
{
    return key_add_owner(key, 0);
}

void sslp_key_unshare(struct sslp_key *key)
{
    key_remove_owner(key, 0);
}

bool sslp_key_equal(const struct sslp_key *a, const struct sslp_key *b)
{
    return a->attributes.kind == b->attributes.kind &&
        a->attributes.protocol == b->attributes.protocol &&
        a->attributes.suite == b->attributes.suite && a->attributes.role == b->attributes.role &&
        a->attributes.exportable == b->attributes.exportable && a->secret_len == b->secret_len &&
        CRYPTO_memcmp(a->secret, b->secret, a->secret_len) == 0;
}
