/* SPDX-License-Identifier: Apache-2.0
 *
 * What the handles of the shim stand for.  One table for the process; every object keeps the
 * backend (library context and fetched algorithms) alive, so handles may be freed in any order.
 */
#ifndef SSLP_SHIM_CORE_OBJECTS_H
#define SSLP_SHIM_CORE_OBJECTS_H

#include "base/handle_table.h"
#include "ncryptssl/sslprovider.h"
#include "shim/core/fork_lock.h"
#include "shim/records/pool.h"
#include "shim/transcript/client_random.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>

struct sslp_backend; /* shim/core/backend.h */
struct sslp_kem_key; /* shim/keys/kem_key.h */
struct sslp_protocol;
struct sslp_suite;

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

struct sslp_provider_object {
    struct sslp_backend *backend; /* counted reference */
    _Atomic uint32_t references;  /* SslOpenProvider, SslIncrementProviderReferenceCount */
};

struct sslp_secret_object {
    struct sslp_backend *backend; /* counted reference */
    EVP_PKEY *key;                /* owned; the secret stays inside the OpenSSL provider */
    uint64_t key_handle;          /* of the key, for EVP_KDF; valid while the key lives */
    DWORD kind;                   /* NCRYPTSSL_KIND_* */
    DWORD protocol;               /* *_PROTOCOL_VERSION */
    DWORD cipher_suite;           /* IANA number; 0: an external pre-shared key */
    DWORD flags;                  /* role and NCRYPTSSL_ENCRYPT_THEN_MAC */
};

struct sslp_session_key_object {
    struct sslp_backend *backend; /* counted reference */
    struct sslp_record_pool pool; /* owned */
};

/* SslCreateHandshakeHash and SslCreateClientAuthHash. */
struct sslp_hash_object {
    struct sslp_backend *backend; /* counted reference */
    struct sslp_guard guard;      /* of what follows: hashing changes it */
    const struct sslp_protocol *protocol;
    const struct sslp_suite *suite;
    bool client_auth;                        /* made by SslCreateClientAuthHash */
    EVP_MD_CTX *context[2];                  /* owned; MD5 and SHA-1, or one hash and NULL */
    size_t digest_len;                       /* of both together: 36, or that of the one hash */
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
    struct sslp_backend *backend; /* counted reference */
    uint8_t secret[48];           /* wiped when freed */
};

/* SSLP_OBJECT_STORAGE_PROVIDER. */
struct sslp_storage_provider_object {
    struct sslp_backend *backend; /* counted reference */
};

/* Puts an object in the table.  Returns 0, leaving the object with the caller, for no memory. */
ULONG_PTR sslp_object_insert(enum sslp_object_kind kind, void *object);

/* The object of a live handle of this kind, with a reference that sslp_object_release gives back;
 * NULL for everything else.  Any thread. */
void *sslp_object_acquire(ULONG_PTR handle, enum sslp_object_kind kind);
void sslp_object_release(ULONG_PTR handle);

/* Whether the number is a live handle of this kind. */
int sslp_object_is_live(ULONG_PTR handle, enum sslp_object_kind kind);

/* Whether the number is a live SSL key of any kind: what the native API layer checks first. */
int sslp_object_is_key(ULONG_PTR handle);

/* Ends a handle; 0 when it was not live. */
int sslp_object_close(ULONG_PTR handle);

/* Destroy an object that is not, or no longer, in the table.  NULL is allowed. */
void sslp_provider_object_free(struct sslp_provider_object *object);
void sslp_secret_object_free(struct sslp_secret_object *object);
void sslp_session_key_object_free(struct sslp_session_key_object *object);
void sslp_hash_object_free(struct sslp_hash_object *object);
void sslp_asymmetric_object_free(struct sslp_asymmetric_object *object);
void sslp_pre_master_object_free(struct sslp_pre_master_object *object);
void sslp_storage_provider_object_free(struct sslp_storage_provider_object *object);

/* A handle to an asymmetric key.  Takes the key over, also on failure, when *handle is 0. */
SECURITY_STATUS sslp_asymmetric_object_new(struct sslp_backend *backend, enum sslp_object_kind kind,
    EVP_PKEY *key, bool has_private, DWORD group, ULONG_PTR *handle);

/* The same for a key of a group with ML-KEM, which is an ephemeral key. */
SECURITY_STATUS sslp_kem_object_new(
    struct sslp_backend *backend, struct sslp_kem_key *kem, ULONG_PTR *handle);

/* Whether the key is of this type of libcrypto; none is in a group with ML-KEM. */
bool sslp_asymmetric_object_is_a(const struct sslp_asymmetric_object *object, const char *type);

#endif
