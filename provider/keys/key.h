/* SPDX-License-Identifier: Apache-2.0
 *
 * Key objects: a secret together with what it may be used for.  Only the owners of an object ever
 * change, so any number of threads may derive from one at a time.
 *
 * Each object has a handle.  The handle has owners: at most one unique owner (an EVP_PKEY) and any
 * number of sharing ones (EVP_SKEYs).  Whoever uses the object in between holds a counted
 * reference.
 *
 *                 adopt                     close, unshare
 *     unowned ------------> owned -------------------------> ended
 *        ^    share          |  (by the last owner)
 *        +-------------------+
 *               disown
 *
 * A KDF that writes a handle leaves it unowned; the table's teardown ends what is left.
 */
#ifndef SSLP_KEYS_KEY_H
#define SSLP_KEYS_KEY_H

#include "base/bytes.h"
#include "base/handle_table.h"
#include "base/status.h"
#include "schedule/key_kind.h"
#include "schedule/key_layout.h"
#include "schedule/prf.h"

/* Which side of the connection the holder of a key is. */
enum sslp_role { SSLP_ROLE_NONE, SSLP_ROLE_CLIENT, SSLP_ROLE_SERVER };

struct sslp_key_attributes {
    enum sslp_key_kind kind;
    const struct sslp_protocol *protocol; /* may be NULL for a premaster secret */
    const struct sslp_suite *suite;       /* NULL for a pre-shared key: SHA-256 */
    enum sslp_role role;                  /* SSLP_ROLE_NONE: each use has to say */
    bool exportable;                      /* whether the secret may leave the provider */
};

/* What a derivation reads comes first, so that it touches few cache lines. */
struct sslp_key {
    struct sslp_key_attributes attributes;
    uint8_t *secret; /* owned, wiped when freed */
    size_t secret_len;
    struct sslp_key_layout layout;   /* of the session keys; all zeros without protocol and suite */
    struct sslp_prf_key prf_key;     /* the PRF keyed with the secret; not for premaster and PSK */
    struct sslp_handle_table *table; /* borrowed */
    sslp_handle handle;
    _Atomic uint32_t owners; /* of the handle: key.c */
};

/* A table for key objects; its teardown wipes the keys that are left. */
struct sslp_handle_table *sslp_key_table_new(void);

/* "client" and "server"; SSLP_ROLE_NONE and NULL for anything else. */
enum sslp_role sslp_role_by_name(const char *name, size_t name_len);
const char *sslp_role_name(enum sslp_role role);

/* Copies the secret into a new object and keys `prf` with it, NULL where the kind has none.  The
 * caller is the unique owner of the handle: `key` is valid until sslp_key_close. */
SSLP_CHECK_RESULT enum sslp_status sslp_key_new(struct sslp_handle_table *table,
    const struct sslp_key_attributes *attributes, struct sslp_bytes secret,
    const struct sslp_prf *prf, struct sslp_key **key);

/* Keys of the provider and objects of the shim never pass for one another. */
enum { SSLP_HANDLE_KIND_KEY = 0x80 };

/* The key of a live handle with a counted reference; NULL for any other number. */
static inline struct sslp_key *sslp_key_acquire(struct sslp_handle_table *table, uint64_t handle)
{
    return sslp_handle_acquire(table, handle, SSLP_HANDLE_KIND_KEY);
}

/* A further reference for a caller who holds one.  NULL is allowed in both. */
struct sslp_key *sslp_key_retain(struct sslp_key *key);
static inline void sslp_key_release(struct sslp_key *key)
{
    if (key != NULL)
        sslp_handle_release(key->table, key->handle);
}

/* Gives up the unique ownership and returns the handle, for anybody to adopt.  Another thread may
 * do so at once, so `key` is no longer valid.  The table wipes what nobody adopts. */
sslp_handle sslp_key_disown(struct sslp_key *key);

/* Makes the caller, who holds a reference, the unique owner of the handle; false if there is one,
 * or if the handle has ended. */
bool sslp_key_adopt(struct sslp_key *key);
/* Ends that ownership.  NULL is allowed. */
void sslp_key_close(struct sslp_key *key);

/* The same for a sharing owner; sharing fails only if the handle has ended. */
bool sslp_key_share(struct sslp_key *key);
void sslp_key_unshare(struct sslp_key *key);

/* Whether one key can replace the other: same secret, compared in constant time, same kind,
 * protocol, suite, role and export policy. */
bool sslp_key_equal(const struct sslp_key *a, const struct sslp_key *b);

static inline struct sslp_bytes sslp_key_secret(const struct sslp_key *key)
{
    return sslp_bytes(key->secret, key->secret_len);
}

#endif
