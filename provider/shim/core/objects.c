/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/core/objects.h"

#include "shim/core/backend.h"
#include "shim/core/errors.h"
#include "shim/keys/kem_key.h"
#include "shim/keys/public_key.h"

#include <openssl/crypto.h>
#include <stdatomic.h>
#include <stddef.h>

_Static_assert(sizeof(ULONG_PTR) == sizeof(sslp_handle), "a handle takes 64 bits");
_Static_assert(offsetof(struct sslp_provider_object, backend) == 0 &&
        offsetof(struct sslp_secret_object, backend) == 0 &&
        offsetof(struct sslp_session_key_object, backend) == 0 &&
        offsetof(struct sslp_hash_object, backend) == 0 &&
        offsetof(struct sslp_asymmetric_object, backend) == 0 &&
        offsetof(struct sslp_pre_master_object, backend) == 0,
    "every object begins with its backend");

static _Atomic(struct sslp_handle_table *) table;

static const size_t object_sizes[] = {
    [SSLP_OBJECT_PROVIDER] = sizeof(struct sslp_provider_object),
    [SSLP_OBJECT_SECRET] = sizeof(struct sslp_secret_object),
    [SSLP_OBJECT_SESSION_KEY] = sizeof(struct sslp_session_key_object),
    [SSLP_OBJECT_HASH] = sizeof(struct sslp_hash_object),
    [SSLP_OBJECT_PRIVATE_KEY] = sizeof(struct sslp_asymmetric_object),
    [SSLP_OBJECT_EPHEMERAL_KEY] = sizeof(struct sslp_asymmetric_object),
    [SSLP_OBJECT_PRE_MASTER_KEY] = sizeof(struct sslp_pre_master_object),
    [SSLP_OBJECT_STORAGE_PROVIDER] = sizeof(struct sslp_provider_object),
    [SSLP_OBJECT_STORAGE_KEY] = sizeof(struct sslp_asymmetric_object),
};

static size_t object_size(enum sslp_object_kind kind)
{
    return object_sizes[kind] + (kind == SSLP_OBJECT_SESSION_KEY ? sslp_record_state_size : 0);
}

/* What every object begins with. */
static struct sslp_backend **object_backend(void *object)
{
    return object;
}

void *sslp_object_make(enum sslp_object_kind kind, struct sslp_backend *backend)
{
    void *object = OPENSSL_zalloc(object_size(kind));

    if (object != NULL && backend != NULL)
        *object_backend(object) = sslp_backend_retain(backend);
    return object;
}

void *sslp_object_new(enum sslp_object_kind kind, struct sslp_backend *backend)
{
    const unsigned long errors = sslp_errors_begin();
    void *object = sslp_object_make(kind, backend);

    (void)sslp_errors_end(errors, ERROR_SUCCESS);
    return object;
}

static void object_clear_secret(struct sslp_secret_object *object)
{
    if (object->key != NULL)
        EVP_PKEY_free(object->key);
    else if (object->key_handle != 0)
        sslp_backend_end_key(object->backend, object->key_handle);
}

static void object_clear_hash(struct sslp_hash_object *object)
{
    EVP_MD_CTX_free(object->context[0]);
    EVP_MD_CTX_free(object->context[1]);
    OPENSSL_free(object->messages);
}

static void object_clear_asymmetric(struct sslp_asymmetric_object *object)
{
    EVP_PKEY_free(object->key);
    sslp_kem_key_free(object->kem);
}

void sslp_object_free(enum sslp_object_kind kind, void *object)
{
    struct sslp_backend *backend;

    if (object == NULL)
        return;
    backend = *object_backend(object);
    switch (kind) {
    case SSLP_OBJECT_SECRET:
        object_clear_secret(object);
        break;
    case SSLP_OBJECT_SESSION_KEY:
        sslp_record_pool_clear(&((struct sslp_session_key_object *)object)->pool);
        break;
    case SSLP_OBJECT_HASH:
        object_clear_hash(object);
        break;
    case SSLP_OBJECT_PRIVATE_KEY:
    case SSLP_OBJECT_EPHEMERAL_KEY:
    case SSLP_OBJECT_STORAGE_KEY:
        object_clear_asymmetric(object);
        break;
    case SSLP_OBJECT_PRE_MASTER_KEY:
        OPENSSL_cleanse(object, object_size(kind));
        break;
    case SSLP_OBJECT_PROVIDER:
    case SSLP_OBJECT_STORAGE_PROVIDER:
        break;
    }
    sslp_backend_release(backend);
    OPENSSL_free(object);
}

static void object_destroy(sslp_handle_kind kind, void *object)
{
    sslp_object_free((enum sslp_object_kind)kind, object);
}

/* Of two threads that make the table, one discards its own.  NULL when memory is short. */
static struct sslp_handle_table *make_table(void)
{
    const unsigned long errors = sslp_errors_begin();
    struct sslp_handle_table *fresh = sslp_handle_table_new(object_destroy), *made = NULL;

    (void)sslp_errors_end(errors, ERROR_SUCCESS);
    if (fresh == NULL || atomic_compare_exchange_strong(&table, &made, fresh))
        return fresh;
    sslp_handle_table_free(fresh);
    return made;
}

/* The table lives as long as the process, since a caller may try a handle at any time.  NULL when
 * memory is short; the next call tries again. */
static struct sslp_handle_table *handles(void)
{
    struct sslp_handle_table *all = atomic_load_explicit(&table, memory_order_acquire);

    return all != NULL ? all : make_table();
}

SECURITY_STATUS sslp_object_insert(enum sslp_object_kind kind, void *object, ULONG_PTR *handle)
{
    struct sslp_handle_table *all = handles();
    sslp_handle number = 0;
    SECURITY_STATUS status = NTE_NO_MEMORY;

    if (all != NULL && sslp_handle_insert(all, (sslp_handle_kind)kind, object, &number))
        status = ERROR_SUCCESS;
    else
        sslp_object_free(kind, object);
    *handle = (ULONG_PTR)number;
    return status;
}

SECURITY_STATUS sslp_object_publish(enum sslp_object_kind kind, void *object, ULONG_PTR *handle)
{
    const unsigned long errors = sslp_errors_begin();

    return sslp_errors_end(errors, sslp_object_insert(kind, object, handle));
}

void *sslp_object_acquire(ULONG_PTR handle, enum sslp_object_kind kind)
{
    struct sslp_handle_table *all = handles();

    return all == NULL ? NULL : sslp_handle_acquire(all, handle, (sslp_handle_kind)kind);
}

void sslp_object_release(ULONG_PTR handle)
{
    sslp_handle_release(handles(), handle);
}

bool sslp_object_is_live(ULONG_PTR handle, enum sslp_object_kind kind)
{
    if (sslp_object_acquire(handle, kind) == NULL)
        return false;
    sslp_object_release(handle);
    return true;
}

bool sslp_object_close(ULONG_PTR handle)
{
    struct sslp_handle_table *all = handles();

    return all != NULL && sslp_handle_close(all, handle);
}

static bool kind_is_among(enum sslp_object_kind kind, unsigned kinds)
{
    return kind <= SSLP_OBJECT_STORAGE_KEY && (SSLP_KIND(kind) & kinds) != 0;
}

bool sslp_object_is_key(ULONG_PTR handle)
{
    const enum sslp_object_kind kind = (enum sslp_object_kind)sslp_handle_kind_of(handle);

    return kind_is_among(kind, SSLP_ANY_KEY) && sslp_object_is_live(handle, kind);
}

/* False where the handle is not a live one of these kinds. */
static bool call_find_key(struct sslp_call *call)
{
    const enum sslp_object_kind kind = (enum sslp_object_kind)sslp_handle_kind_of(call->key);

    if (call->key_kinds == 0)
        return true;
    if (!kind_is_among(kind, call->key_kinds))
        return false;
    call->key_object = sslp_object_acquire(call->key, kind);
    if (kind == SSLP_OBJECT_SECRET)
        call->secret = call->key_object;
    else if (kind == SSLP_OBJECT_SESSION_KEY)
        call->session_key = call->key_object;
    else if (kind == SSLP_OBJECT_PRIVATE_KEY)
        call->private_key = call->key_object;
    else if (kind == SSLP_OBJECT_EPHEMERAL_KEY)
        call->ephemeral_key = call->key_object;
    return call->key_object != NULL;
}

static bool call_find_transcript(struct sslp_call *call)
{
    if (call->hash == NULL)
        return true;
    call->transcript = sslp_object_acquire(*call->hash, SSLP_OBJECT_HASH);
    return call->transcript != NULL;
}

bool sslp_call_begin(struct sslp_call *call)
{
    const struct sslp_provider_object *provider;

    for (size_t i = 0; i < sizeof(call->results) / sizeof(call->results[0]); i++) {
        if (call->results[i] != NULL)
            *call->results[i] = 0;
    }
    if (call->result_len != NULL)
        *call->result_len = 0;
    provider = sslp_object_acquire(call->provider, SSLP_OBJECT_PROVIDER);
    if (provider == NULL)
        return false;
    call->backend = provider->backend;
    if (call_find_key(call) && call_find_transcript(call))
        return true;
    (void)sslp_call_end(call, NTE_INVALID_HANDLE);
    return false;
}

SECURITY_STATUS sslp_call_end(struct sslp_call *call, SECURITY_STATUS status)
{
    if (call->transcript != NULL)
        sslp_object_release(*call->hash);
    if (call->key_object != NULL)
        sslp_object_release(call->key);
    sslp_object_release(call->provider);
    return status;
}

SECURITY_STATUS sslp_provider_new(enum sslp_object_kind kind, NCRYPT_PROV_HANDLE *handle)
{
    struct sslp_provider_object *object = sslp_object_new(kind, NULL);
    SECURITY_STATUS status;

    if (object == NULL)
        return NTE_NO_MEMORY;
    atomic_init(&object->references, 1);
    status = sslp_backend_open(&object->backend);
    if (status == ERROR_SUCCESS)
        return sslp_object_publish(kind, object, handle);
    sslp_object_free(kind, object);
    return status;
}

SECURITY_STATUS sslp_session_key_new(
    struct sslp_backend *backend, const struct sslp_record_keys *keys, NCRYPT_KEY_HANDLE *handle)
{
    struct sslp_session_key_object *object = sslp_object_make(SSLP_OBJECT_SESSION_KEY, backend);
    struct sslp_record_state *record;
    SECURITY_STATUS status;

    *handle = 0;
    if (object == NULL)
        return NTE_NO_MEMORY;
    record = (struct sslp_record_state *)(void *)object->record;
    status = sslp_record_state_init(record, &backend->algorithms, keys);
    if (status != ERROR_SUCCESS) {
        sslp_record_state_clear(record);
        sslp_object_free(SSLP_OBJECT_SESSION_KEY, object);
        return status;
    }
    sslp_record_pool_fill(&object->pool, record);
    return sslp_object_insert(SSLP_OBJECT_SESSION_KEY, object, handle);
}

/* Takes over what the fields own, also on failure. */
static SECURITY_STATUS asymmetric_object_make(
    enum sslp_object_kind kind, const struct sslp_asymmetric_object *fields, ULONG_PTR *handle)
{
    struct sslp_asymmetric_object *object = sslp_object_new(kind, fields->backend);

    *handle = 0;
    if (object == NULL) {
        EVP_PKEY_free(fields->key);
        sslp_kem_key_free(fields->kem);
        return NTE_NO_MEMORY;
    }
    *object = *fields;
    return sslp_object_publish(kind, object, handle);
}

SECURITY_STATUS sslp_asymmetric_object_new(struct sslp_backend *backend, enum sslp_object_kind kind,
    EVP_PKEY *key, bool has_private, DWORD group, ULONG_PTR *handle)
{
    const struct sslp_asymmetric_object fields = {
        .backend = backend, .key = key, .has_private = has_private, .group = group};

    return asymmetric_object_make(kind, &fields, handle);
}

SECURITY_STATUS sslp_kem_object_new(
    struct sslp_backend *backend, struct sslp_kem_key *kem, ULONG_PTR *handle)
{
    const struct sslp_asymmetric_object fields = {.backend = backend,
        .kem = kem,
        .has_private = kem->role != SSLP_KEM_IMPORTED,
        .group = kem->group->group};

    return asymmetric_object_make(SSLP_OBJECT_EPHEMERAL_KEY, &fields, handle);
}

bool sslp_asymmetric_object_is_a(const struct sslp_asymmetric_object *object, const char *type)
{
    return sslp_public_is_a(object->key, type);
}
