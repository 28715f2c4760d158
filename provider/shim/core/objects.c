/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/core/objects.h"

#include "shim/core/backend.h"
#include "shim/core/errors.h"
#include "shim/keys/kem_key.h"
#include "shim/keys/public_key.h"

#include <openssl/crypto.h>
#include <stdatomic.h>

_Static_assert(sizeof(ULONG_PTR) == sizeof(sslp_handle), "a handle takes 64 bits");

static _Atomic(struct sslp_handle_table *) table;

void sslp_provider_object_free(struct sslp_provider_object *object)
{
    if (object == NULL)
        return;
    sslp_backend_release(object->backend);
    OPENSSL_free(object);
}

void sslp_secret_object_free(struct sslp_secret_object *object)
{
    if (object == NULL)
        return;
    EVP_PKEY_free(object->key);
    sslp_backend_release(object->backend);
    OPENSSL_free(object);
}

void sslp_session_key_object_free(struct sslp_session_key_object *object)
{
    if (object == NULL)
        return;
    sslp_record_pool_clear(&object->pool);
    sslp_backend_release(object->backend);
    OPENSSL_free(object);
}

void sslp_hash_object_free(struct sslp_hash_object *object)
{
    if (object == NULL)
        return;
    EVP_MD_CTX_free(object->context[0]);
    EVP_MD_CTX_free(object->context[1]);
    OPENSSL_free(object->messages);
    sslp_backend_release(object->backend);
    OPENSSL_free(object);
}

void sslp_asymmetric_object_free(struct sslp_asymmetric_object *object)
{
    if (object == NULL)
        return;
    EVP_PKEY_free(object->key);
    sslp_kem_key_free(object->kem);
    sslp_backend_release(object->backend);
    OPENSSL_free(object);
}

void sslp_pre_master_object_free(struct sslp_pre_master_object *object)
{
    if (object == NULL)
        return;
    sslp_backend_release(object->backend);
    OPENSSL_clear_free(object, sizeof(*object));
}

void sslp_storage_provider_object_free(struct sslp_storage_provider_object *object)
{
    if (object == NULL)
        return;
    sslp_backend_release(object->backend);
    OPENSSL_free(object);
}

static void destroy(sslp_handle_kind kind, void *object)
{
    switch ((enum sslp_object_kind)kind) {
    case SSLP_OBJECT_PROVIDER:
        sslp_provider_object_free(object);
        break;
    case SSLP_OBJECT_SECRET:
        sslp_secret_object_free(object);
        break;
    case SSLP_OBJECT_SESSION_KEY:
        sslp_session_key_object_free(object);
        break;
    case SSLP_OBJECT_HASH:
        sslp_hash_object_free(object);
        break;
    case SSLP_OBJECT_PRIVATE_KEY:
    case SSLP_OBJECT_EPHEMERAL_KEY:
    case SSLP_OBJECT_STORAGE_KEY:
        sslp_asymmetric_object_free(object);
        break;
    case SSLP_OBJECT_PRE_MASTER_KEY:
        sslp_pre_master_object_free(object);
        break;
    case SSLP_OBJECT_STORAGE_PROVIDER:
        sslp_storage_provider_object_free(object);
        break;
    }
}

/* Of two threads that make the table, one throws its own away.  NULL when memory is short. */
static struct sslp_handle_table *make_table(void)
{
    const unsigned long errors = sslp_errors_begin();
    struct sslp_handle_table *fresh = sslp_handle_table_new(destroy), *made = NULL;

    (void)sslp_errors_end(errors, ERROR_SUCCESS);
    if (fresh == NULL || atomic_compare_exchange_strong(&table, &made, fresh))
        return fresh;
    sslp_handle_table_free(fresh);
    return made;
}

/* The table lives as long as the process, since a handle may be tried at any time.  NULL when
 * memory is short; the next call tries again. */
static struct sslp_handle_table *handles(void)
{
    struct sslp_handle_table *all = atomic_load_explicit(&table, memory_order_acquire);

    return all != NULL ? all : make_table();
}

ULONG_PTR sslp_object_insert(enum sslp_object_kind kind, void *object)
{
    const unsigned long errors = sslp_errors_begin();
    struct sslp_handle_table *all = handles();
    sslp_handle handle = 0;

    if (all == NULL || !sslp_handle_insert(all, (sslp_handle_kind)kind, object, &handle))
        handle = 0;
    (void)sslp_errors_end(errors, ERROR_SUCCESS);
    return (ULONG_PTR)handle;
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

int sslp_object_is_live(ULONG_PTR handle, enum sslp_object_kind kind)
{
    if (sslp_object_acquire(handle, kind) == NULL)
        return 0;
    sslp_object_release(handle);
    return 1;
}

int sslp_object_close(ULONG_PTR handle)
{
    struct sslp_handle_table *all = handles();

    return all != NULL && sslp_handle_close(all, handle);
}

int sslp_object_is_key(ULONG_PTR handle)
{
    const enum sslp_object_kind kind = (enum sslp_object_kind)sslp_handle_kind_of(handle);

    switch (kind) {
    case SSLP_OBJECT_SECRET:
    case SSLP_OBJECT_SESSION_KEY:
    case SSLP_OBJECT_PRIVATE_KEY:
    case SSLP_OBJECT_EPHEMERAL_KEY:
    case SSLP_OBJECT_PRE_MASTER_KEY:
        return sslp_object_is_live(handle, kind);
    default:
        return 0;
    }
}

/* Takes over what the fields own, also on failure. */
static SECURITY_STATUS new_asymmetric(
    enum sslp_object_kind kind, const struct sslp_asymmetric_object *fields, ULONG_PTR *handle)
{
    struct sslp_asymmetric_object *object = sslp_zalloc(sizeof(*object));

    *handle = 0;
    if (object == NULL) {
        EVP_PKEY_free(fields->key);
        sslp_kem_key_free(fields->kem);
        return NTE_NO_MEMORY;
    }
    *object = *fields;
    sslp_backend_retain(object->backend);
    *handle = sslp_object_insert(kind, object);
    if (*handle != 0)
        return ERROR_SUCCESS;
    sslp_asymmetric_object_free(object);
    return NTE_NO_MEMORY;
}

SECURITY_STATUS sslp_asymmetric_object_new(struct sslp_backend *backend, enum sslp_object_kind kind,
    EVP_PKEY *key, bool has_private, DWORD group, ULONG_PTR *handle)
{
    const struct sslp_asymmetric_object fields = {
        .backend = backend, .key = key, .has_private = has_private, .group = group};

    return new_asymmetric(kind, &fields, handle);
}

SECURITY_STATUS sslp_kem_object_new(
    struct sslp_backend *backend, struct sslp_kem_key *kem, ULONG_PTR *handle)
{
    const struct sslp_asymmetric_object fields = {.backend = backend,
        .kem = kem,
        .has_private = kem->role != SSLP_KEM_IMPORTED,
        .group = kem->group->group};

    return new_asymmetric(SSLP_OBJECT_EPHEMERAL_KEY, &fields, handle);
}

bool sslp_asymmetric_object_is_a(const struct sslp_asymmetric_object *object, const char *type)
{
    return sslp_public_is_a(object->key, type);
}
