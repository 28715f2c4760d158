/* SPDX-License-Identifier: Apache-2.0
 *
 * What the handles of the shim stand for, and the frame of a call that takes handles.  There is one
 * table for the process.  Every object keeps the backend alive, which has the library context and
 * the fetched algorithms, so handles may be freed in any order.
 *
 * Master keys and the secrets of TLS 1.3 stay in the OpenSSL provider.  Record keys, private keys
 * and premaster secrets are in the ordinary heap of the process while their handle lives, and are
 * wiped with it.
 */
#ifndef SSLP_SHIM_CORE_OBJECTS_H
#define SSLP_SHIM_CORE_OBJECTS_H

#include "base/handle_table.h"
#include "ncryptssl/sslprovider.h"
#include "schedule/sizes.h"
#include "shim/core/fork_lock.h"
#include "shim/records/pool.h"
#include "shim/transcript/client_random.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sslp_backend; /* shim/core/backend.h */
struct sslp_kem_key; /* shim/keys/kem_key.h */

enum sslp_object_kind {
    SSLP_OBJECT_PROVIDER = 1,
    SSLP_OBJECT_SECRET,           /* a master key, or a secret of the TLS 1.3 schedule */
    SSLP_OBJECT_SESSION_KEY,      /* the keys of one direction of a connection */
    SSLP_OBJECT_HASH,             /* a transcript hash */
    SSLP_OBJECT_PRIVATE_KEY,      /* SslOpenPrivateKey */
    SSLP_OBJECT_EPHEMERAL_KEY,    /* SslCreateEphemeralKey, and imported public keys */
    SSLP_OBJECT_PRE_MASTER_KEY,   /* SslGeneratePreMasterKey */
    SSLP_OBJECT_STORAGE_PROVIDER, /* NCryptOpenStorageProvider */
    SSLP_OBJECT_STORAGE_KEY       /* NCryptImportKey: a plain CNG key, no SSL key */
};

/* Every object begins with its backend. */

/* SSLP_OBJECT_PROVIDER, SSLP_OBJECT_STORAGE_PROVIDER. */
struct sslp_provider_object {
    struct sslp_backend *backend; /* counted reference */
    _Atomic uint32_t references;  /* SslOpenProvider, SslIncrementProviderReferenceCount */
};

struct sslp_secret_object {
    struct sslp_backend *backend; /* counted reference */
    uint64_t key_handle; /* owned; for EVP_KDF.  The secret stays in the OpenSSL provider */
    EVP_PKEY *key;       /* owned; has adopted the handle.  NULL where none is needed */
    bool exportable;     /* to a key log */
    DWORD kind;          /* NCRYPTSSL_KIND_* */
    DWORD flags;         /* role and NCRYPTSSL_ENCRYPT_THEN_MAC */
    const struct sslp_protocol *protocol;
    const struct sslp_suite *suite; /* NULL: an external pre-shared key */
};

struct sslp_session_key_object {
    struct sslp_backend *backend; /* counted reference */
    struct sslp_record_pool pool; /* owned */
    _Atomic uint32_t id_len;      /* of connection ids in records to open: DTLS 1.3 */
    max_align_t record[];         /* the pool's first state */
};

/* SslCreateHandshakeHash and SslCreateClientAuthHash. */
struct sslp_hash_object {
    struct sslp_backend *backend; /* counted reference */
    struct sslp_guard guard;      /* of what follows: hashing changes it */
    const struct sslp_protocol *protocol;
    const struct sslp_suite *suite;
    bool client_auth;                        /* made by SslCreateClientAuthHash */
    EVP_MD_CTX *context[2];                  /* owned; MD5 and SHA-1, or one hash and NULL */
    size_t digest_len;                       /* of both together, or of the one hash */
    struct sslp_client_random client_random; /* TLS 1.3 */
    uint8_t *messages;                       /* owned; SSL 3.0: what was hashed, for its Finished */
    size_t messages_len;
    size_t messages_room;
};

/* SSLP_OBJECT_PRIVATE_KEY, SSLP_OBJECT_EPHEMERAL_KEY, SSLP_OBJECT_STORAGE_KEY. */
struct sslp_asymmetric_object {
    struct sslp_backend *backend; /* counted reference */
    EVP_PKEY *key;                /* owned; NULL in a group with ML-KEM */
    struct sslp_kem_key *kem;     /* owned; NULL in every other one */
    bool has_private;
    DWORD group; /* TLS named group; 0 where the key has none */
};

struct sslp_pre_master_object {
    struct sslp_backend *backend;           /* counted reference */
    uint8_t secret[SSLP_MASTER_SECRET_LEN]; /* of RSA: RFC 5246 section 7.4.7.1, as long */
};

/* A new object of zeros, with a reference to the backend, which may be NULL.  NULL when memory is
 * short. */
void *sslp_object_new(enum sslp_object_kind kind, struct sslp_backend *backend);

/* Frees an object that has no handle, with all that it owns.  NULL is allowed. */
void sslp_object_free(enum sslp_object_kind kind, void *object);

/* Makes a handle, which owns the object.  On failure NTE_NO_MEMORY, *handle is 0, and the object is
 * freed. */
SECURITY_STATUS sslp_object_publish(enum sslp_object_kind kind, void *object, ULONG_PTR *handle);

/* The same two as parts of work that the caller begins and ends on the error queue. */
void *sslp_object_make(enum sslp_object_kind kind, struct sslp_backend *backend);
SECURITY_STATUS sslp_object_insert(enum sslp_object_kind kind, void *object, ULONG_PTR *handle);

/* The object of a live handle of this kind, with a reference that sslp_object_release gives back;
 * NULL for any other number.  Any thread. */
void *sslp_object_acquire(ULONG_PTR handle, enum sslp_object_kind kind);
void sslp_object_release(ULONG_PTR handle);

/* Whether the number is a live handle of this kind. */
bool sslp_object_is_live(ULONG_PTR handle, enum sslp_object_kind kind);

/* Whether the number is a live SSL key of any kind: what the native API layer checks first. */
bool sslp_object_is_key(ULONG_PTR handle);

/* Ends a handle; false when it was not live. */
bool sslp_object_close(ULONG_PTR handle);

/* ---- One call of a native function ---- */

/* Sets of kinds. */
#define SSLP_KIND(kind) (1U << (kind))

enum {
    SSLP_ANY_KEY = SSLP_KIND(SSLP_OBJECT_SECRET) | SSLP_KIND(SSLP_OBJECT_SESSION_KEY) |
        SSLP_KIND(SSLP_OBJECT_PRIVATE_KEY) | SSLP_KIND(SSLP_OBJECT_EPHEMERAL_KEY) |
        SSLP_KIND(SSLP_OBJECT_PRE_MASTER_KEY)
};

/* A function fills in its row, and sslp_call_begin checks it from top to bottom. */
struct sslp_call {
    ULONG_PTR *results[2]; /* set to 0; NULL: none, or the caller gives none */
    DWORD *result_len;     /* likewise */
    NCRYPT_PROV_HANDLE provider;
    NCRYPT_KEY_HANDLE key;
    unsigned key_kinds;             /* that the function takes; 0: the key is not looked up */
    const NCRYPT_HASH_HANDLE *hash; /* NULL: the function takes none */

    /* What sslp_call_begin finds, with a reference each. */
    struct sslp_backend *backend;
    void *key_object;
    struct sslp_hash_object *transcript;

    /* The key's object by its kind: at most one is not NULL. */
    struct sslp_secret_object *secret;
    struct sslp_session_key_object *session_key;
    struct sslp_asymmetric_object *private_key;
    struct sslp_asymmetric_object *ephemeral_key;
};

/* False, with nothing held, where a handle is not live or of another kind: NTE_INVALID_HANDLE. */
bool sslp_call_begin(struct sslp_call *call);

/* After a call that was begun: gives the references back, and the status. */
SECURITY_STATUS sslp_call_end(struct sslp_call *call, SECURITY_STATUS status);

/* ---- Handles to providers and keys ---- */

/* A handle to a provider of this kind, with one reference.  ERROR_SUCCESS, or the status of
 * sslp_backend_open. */
SECURITY_STATUS sslp_provider_new(enum sslp_object_kind kind, NCRYPT_PROV_HANDLE *handle);

/* A handle to the keys of one direction.  On failure *handle is 0.  Status of
 * sslp_record_state_init, and like there the caller begins and ends the work on the error queue. */
SECURITY_STATUS sslp_session_key_new(
    struct sslp_backend *backend, const struct sslp_record_keys *keys, NCRYPT_KEY_HANDLE *handle);

/* A handle to an asymmetric key.  Takes the key over, also on failure, when *handle is 0. */
SECURITY_STATUS sslp_asymmetric_object_new(struct sslp_backend *backend, enum sslp_object_kind kind,
    EVP_PKEY *key, bool has_private, DWORD group, ULONG_PTR *handle);

/* The same for a key of a group with ML-KEM, which is an ephemeral key. */
SECURITY_STATUS sslp_kem_object_new(
    struct sslp_backend *backend, struct sslp_kem_key *kem, ULONG_PTR *handle);

/* Whether the key is of this type of libcrypto; none is in a group with ML-KEM. */
bool sslp_asymmetric_object_is_a(const struct sslp_asymmetric_object *object, const char *type);

#endif
