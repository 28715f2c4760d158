/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/key.h"

#include <openssl/crypto.h>
#include <stdatomic.h>
#include <string.h>

/* Provider keys and the objects of the shim never pass for one another. */
enum { HANDLE_KIND_KEY = 0x80 };

/* How the length of a secret follows from its kind. */
enum length_rule { LENGTH_PRE_MASTER, LENGTH_MASTER, LENGTH_HASH, LENGTH_PSK };

static const struct {
    const char *name;
    enum length_rule length;
} kinds[] = {
    [SSLP_KEY_PRE_MASTER_SECRET] = {"pre-master-secret", LENGTH_PRE_MASTER},
    [SSLP_KEY_MASTER_SECRET] = {"master-secret", LENGTH_MASTER},
    [SSLP_KEY_EARLY_SECRET] = {"early-secret", LENGTH_HASH},
    [SSLP_KEY_HANDSHAKE_SECRET] = {"handshake-secret", LENGTH_HASH},
    [SSLP_KEY_TLS13_MASTER_SECRET] = {"tls13-master-secret", LENGTH_HASH},
    [SSLP_KEY_TRAFFIC_SECRET] = {"traffic-secret", LENGTH_HASH},
    [SSLP_KEY_EXPORTER_SECRET] = {"exporter-secret", LENGTH_HASH},
    [SSLP_KEY_RESUMPTION_SECRET] = {"resumption-secret", LENGTH_HASH},
    [SSLP_KEY_BINDER_KEY] = {"binder-key", LENGTH_HASH},
    [SSLP_KEY_PRE_SHARED_KEY] = {"pre-shared-key", LENGTH_PSK},
};

/* The owners of a handle: how many, and whether the unique one is among them.  When the last has
 * gone nobody can become an owner any more. */
#define OWNERS_UNIQUE (UINT32_C(1) << 31)
#define OWNERS_COUNT  (OWNERS_UNIQUE - 1)
#define OWNERS_ENDED  UINT32_MAX

enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

const char *sslp_key_kind_name(enum sslp_key_kind kind)
{
    return (size_t)kind < KIND_COUNT ? kinds[kind].name : NULL;
}

enum sslp_key_kind sslp_key_kind_by_name(const char *name, size_t name_len)
{
    for (size_t kind = SSLP_KEY_NONE + 1; kind < KIND_COUNT; kind++) {
        if (strlen(kinds[kind].name) == name_len && memcmp(kinds[kind].name, name, name_len) == 0)
            return (enum sslp_key_kind)kind;
    }
    return SSLP_KEY_NONE;
}

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

enum sslp_status sslp_key_check(const struct sslp_key_attributes *attributes, size_t secret_len)
{
    const struct sslp_protocol *protocol = attributes->protocol;
    const struct sslp_suite *suite = attributes->suite;
    const bool tls13_kind = kinds[attributes->kind].length == LENGTH_HASH ||
        kinds[attributes->kind].length == LENGTH_PSK;
    bool fits = false;

    if (attributes->kind == SSLP_KEY_NONE)
        return SSLP_ERR_KEY_KIND;
    if (protocol != NULL && (protocol->prf == SSLP_PRF_TLS13) != tls13_kind)
        return SSLP_ERR_KEY_KIND;
    if (protocol != NULL && suite != NULL && !sslp_suite_in_protocol(suite, protocol))
        return SSLP_ERR_SUITE_PROTOCOL;
    switch (kinds[attributes->kind].length) {
    case LENGTH_PRE_MASTER:
        fits = secret_len >= 1 && secret_len <= SSLP_MAX_PRE_MASTER;
        break;
    case LENGTH_MASTER:
        fits = secret_len == SSLP_MASTER_SECRET_LEN;
        break;
    case LENGTH_HASH:
        fits = suite != NULL && secret_len == sslp_hash_id_size(suite->prf);
        break;
    case LENGTH_PSK:
        fits = secret_len >= 1 && secret_len <= SSLP_MAX_PRE_SHARED_KEY;
        break;
    }
    return fits ? SSLP_OK : SSLP_ERR_SECRET_LENGTH;
}

static void destroy(sslp_handle_kind handle_kind, void *object)
{
    struct sslp_key *key = object;

    (void)handle_kind;
    sslp_prf_key_clear(&key->prf_key);
    OPENSSL_secure_clear_free(key->secret, key->secret_len);
    OPENSSL_free(key);
}

struct sslp_handle_table *sslp_key_table_new(void)
{
    return sslp_handle_table_new(destroy);
}

enum sslp_status sslp_key_new(struct sslp_handle_table *table,
    const struct sslp_key_attributes *attributes, struct sslp_bytes secret,
    const struct sslp_prf *prf, struct sslp_key **out)
{
    struct sslp_key *key;
    enum sslp_status status = sslp_key_check(attributes, secret.len);

    *out = NULL;
    if (status != SSLP_OK)
        return status;
    /* Only the secret itself takes space in the secure heap.  The keyed PRF would take 2 KB of it
     * for each key, so that a heap of usual size held a few dozens; and where the hash is another
     * provider's, that keeps the state in memory of its own anyway. */
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
    if (prf != NULL)
        status = sslp_prf_key_init(&key->prf_key, prf, sslp_key_secret(key));
    atomic_init(&key->owners, OWNERS_UNIQUE | 1);
    if (status == SSLP_OK && !sslp_handle_insert(table, HANDLE_KIND_KEY, key, &key->handle))
        status = sslp_handle_table_count(table) < SSLP_HANDLE_TABLE_MAX ? SSLP_ERR_MEMORY
                                                                        : SSLP_ERR_TOO_MANY_KEYS;
    if (status != SSLP_OK) {
        destroy(HANDLE_KIND_KEY, key);
        return status;
    }
    *out = key;
    return SSLP_OK;
}

struct sslp_key *sslp_key_acquire(struct sslp_handle_table *table, uint64_t handle)
{
    return sslp_handle_acquire(table, handle, HANDLE_KIND_KEY);
}

struct sslp_key *sslp_key_retain(struct sslp_key *key)
{
    if (key != NULL)
        sslp_handle_retain(key->table, key->handle);
    return key;
}

void sslp_key_release(struct sslp_key *key)
{
    if (key != NULL)
        sslp_handle_release(key->table, key->handle);
}

sslp_handle sslp_key_disown(struct sslp_key *key)
{
    const sslp_handle handle = key->handle;

    /* The unique owner counts as one.  Others may share already: the number can be guessed. */
    (void)atomic_fetch_sub(&key->owners, OWNERS_UNIQUE | 1);
    return handle;
}

/* One owner more, of the sort that `unique` is the bit of. */
static bool add_owner(struct sslp_key *key, uint32_t unique)
{
    uint32_t owners = atomic_load(&key->owners);

    do {
        if (owners == OWNERS_ENDED || (owners & unique) != 0 ||
            (owners & OWNERS_COUNT) + 1 == OWNERS_COUNT)
            return false;
    } while (!atomic_compare_exchange_weak(&key->owners, &owners, (owners + 1) | unique));
    return true;
}

static void remove_owner(struct sslp_key *key, uint32_t unique)
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
    return add_owner(key, OWNERS_UNIQUE);
}

void sslp_key_close(struct sslp_key *key)
{
    remove_owner(key, OWNERS_UNIQUE);
}

bool sslp_key_share(struct sslp_key *key)
{
    return add_owner(key, 0);
}

void sslp_key_unshare(struct sslp_key *key)
{
    remove_owner(key, 0);
}

bool sslp_key_equal(const struct sslp_key *a, const struct sslp_key *b)
{
    return a->attributes.kind == b->attributes.kind &&
        a->attributes.protocol == b->attributes.protocol &&
        a->attributes.suite == b->attributes.suite && a->attributes.role == b->attributes.role &&
        a->attributes.exportable == b->attributes.exportable && a->secret_len == b->secret_len &&
        CRYPTO_memcmp(a->secret, b->secret, a->secret_len) == 0;
}
