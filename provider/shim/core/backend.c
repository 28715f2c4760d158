/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/core/backend.h"

#include "shim/core/errors.h"
#include "shim/core/fork_lock.h"
#include "shim/core/private_context.h"
#include "shim/keys/private_key.h"
#include "sslprovider/names.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdatomic.h>

enum { IN_DEFAULT_CONTEXT, IN_PRIVATE_CONTEXT, CONTEXTS };

/* One backend for each kind of context, while anybody uses it.  The process lock protects it and
 * the last release, so a backend that ends is never handed out. */
static struct sslp_backend *shared[CONTEXTS];

static const char *const kdf_names[SSLP_KDF_COUNT] = {
    [SSLP_KDF_SESSION_KEYS] = SSLPROVIDER_KDF_SESSION_KEYS,
    [SSLP_KDF_MASTER_KEY] = SSLPROVIDER_KDF_MASTER_KEY,
    [SSLP_KDF_FINISHED] = SSLPROVIDER_KDF_FINISHED,
    [SSLP_KDF_KEYING_MATERIAL] = SSLPROVIDER_KDF_KEYING_MATERIAL,
    [SSLP_KDF_TRAFFIC_SECRET] = SSLPROVIDER_KDF_TRAFFIC_SECRET,
};

static void backend_free(struct sslp_backend *backend)
{
    for (size_t i = 0; i < SSLP_KDF_COUNT; i++)
        EVP_KDF_free(backend->kdf[i]);
    EVP_KDF_CTX_free(backend->ending);
    for (size_t i = 0; i < SSLP_IDLE_IMPORTS; i++)
        EVP_PKEY_CTX_free(atomic_load(&backend->imports[i]));
    sslp_algorithms_clear(&backend->algorithms);
    sslp_private_keys_free(backend->attached);
    sslp_private_context_close(&backend->own);
    OPENSSL_free(backend);
}

/* What the shim asks of the provider: its KDFs and its policies. */
static bool backend_fetch(struct sslp_backend *backend)
{
    int legacy = 0, require_ems = 0;
    OSSL_PARAM params[] = {OSSL_PARAM_construct_int(SSLPROVIDER_PROV_PARAM_LEGACY, &legacy),
        OSSL_PARAM_construct_int(SSLPROVIDER_PROV_PARAM_REQUIRE_EMS, &require_ems),
        OSSL_PARAM_construct_end()};

    for (size_t i = 0; i < SSLP_KDF_COUNT; i++) {
        backend->kdf[i] = EVP_KDF_fetch(backend->libctx, kdf_names[i], SSLP_BACKEND_QUERY);
        if (backend->kdf[i] == NULL)
            return false;
    }
    backend->ending = EVP_KDF_CTX_new(backend->kdf[0]);
    if (backend->ending == NULL ||
        !OSSL_PROVIDER_get_params(EVP_KDF_get0_provider(backend->kdf[0]), params))
        return false;
    backend->legacy = legacy != 0;
    backend->require_ems = require_ems != 0;
    return true;
}

static SECURITY_STATUS backend_new(int context, struct sslp_backend **out)
{
    struct sslp_backend *backend = sslp_zalloc(sizeof(*backend));
    SECURITY_STATUS status;

    if (backend == NULL)
        return NTE_NO_MEMORY;
    atomic_init(&backend->references, 1);
    backend->attached = sslp_private_keys_new();
    if (backend->attached == NULL)
        status = NTE_NO_MEMORY;
    else if (context == IN_PRIVATE_CONTEXT)
        status = sslp_private_context_open(&backend->own);
    else
        status = sslp_private_context_read_keys(&backend->own);
    backend->libctx = backend->own.libctx;
    backend->algorithms.libctx = backend->libctx;
    if (status == ERROR_SUCCESS && !backend_fetch(backend))
        status = sslp_errors_refusal(NTE_FAIL);
    if (status == ERROR_SUCCESS)
        *out = backend;
    else
        backend_free(backend);
    return status;
}

/* The backend in use, with a reference.  Where there is none it is `fresh`, which may be NULL. */
static struct sslp_backend *backend_retain_shared(int context, struct sslp_backend *fresh)
{
    struct sslp_backend *backend;

    sslp_process_lock();
    if (shared[context] != NULL)
        (void)sslp_backend_retain(shared[context]);
    else
        shared[context] = fresh;
    backend = shared[context];
    sslp_process_unlock();
    return backend;
}

/* No lock is held while a backend is made.  Of two threads that make one, one discards its own. */
static SECURITY_STATUS backend_open_shared(int context, struct sslp_backend **backend)
{
    struct sslp_backend *fresh = NULL;
    SECURITY_STATUS status;

    *backend = backend_retain_shared(context, NULL);
    if (*backend != NULL)
        return ERROR_SUCCESS;
    status = backend_new(context, &fresh);
    if (status != ERROR_SUCCESS)
        return status;
    *backend = backend_retain_shared(context, fresh);
    if (*backend != fresh)
        backend_free(fresh);
    return ERROR_SUCCESS;
}

SECURITY_STATUS sslp_backend_open(struct sslp_backend **backend)
{
    const unsigned long errors = sslp_errors_begin();
    const bool is_active = OSSL_PROVIDER_available(NULL, SSLPROVIDER_NAME) == 1;

    return sslp_errors_end(
        errors, backend_open_shared(is_active ? IN_DEFAULT_CONTEXT : IN_PRIVATE_CONTEXT, backend));
}

struct sslp_backend *sslp_backend_retain(struct sslp_backend *backend)
{
    atomic_fetch_add(&backend->references, 1);
    return backend;
}

/* False where the reference may be the last one. */
static bool backend_release_one_of_many(struct sslp_backend *backend)
{
    uint32_t references = atomic_load(&backend->references);

    while (references > 1) {
        if (atomic_compare_exchange_weak(&backend->references, &references, references - 1))
            return true;
    }
    return false;
}

/* True for the last one: then nobody can find the backend any more. */
static bool backend_release_last(struct sslp_backend *backend)
{
    const int context = backend->libctx == NULL ? IN_DEFAULT_CONTEXT : IN_PRIVATE_CONTEXT;
    bool last;

    sslp_process_lock();
    last = atomic_fetch_sub(&backend->references, 1) == 1;
    if (last)
        shared[context] = NULL;
    sslp_process_unlock();
    return last;
}

void sslp_backend_release(struct sslp_backend *backend)
{
    if (backend != NULL && !backend_release_one_of_many(backend) && backend_release_last(backend))
        backend_free(backend);
}

SECURITY_STATUS sslp_backend_compute(const struct sslp_backend *backend, enum sslp_backend_kdf kdf,
    const struct sslp_params *params, uint8_t *out, size_t out_len, SECURITY_STATUS otherwise)
{
    const OSSL_PARAM *list = sslp_params_list(params);
    EVP_KDF_CTX *context;
    bool derived;

    if (list == NULL)
        return NTE_INTERNAL_ERROR;
    context = EVP_KDF_CTX_new(backend->kdf[kdf]);
    derived = context != NULL && EVP_KDF_derive(context, out, out_len, list) > 0;
    EVP_KDF_CTX_free(context);
    return derived ? ERROR_SUCCESS : sslp_errors_refusal(otherwise);
}

SECURITY_STATUS sslp_backend_derive(const struct sslp_backend *backend, enum sslp_backend_kdf kdf,
    const struct sslp_params *params, uint8_t *out, size_t out_len, SECURITY_STATUS otherwise)
{
    const unsigned long errors = sslp_errors_begin();

    return sslp_errors_end(
        errors, sslp_backend_compute(backend, kdf, params, out, out_len, otherwise));
}

/* A context has no state between imports, but only one thread at a time may use it. */
static EVP_PKEY_CTX *backend_take_import(struct sslp_backend *backend)
{
    EVP_PKEY_CTX *context = NULL;

    for (size_t i = 0; i < SSLP_IDLE_IMPORTS && context == NULL; i++) {
        if (atomic_load_explicit(&backend->imports[i], memory_order_relaxed) != NULL)
            context = atomic_exchange(&backend->imports[i], NULL);
    }
    if (context != NULL)
        return context;
    context = EVP_PKEY_CTX_new_from_name(
        backend->libctx, SSLPROVIDER_KEYMGMT_SSL_KEY, SSLP_BACKEND_QUERY);
    if (context != NULL && EVP_PKEY_fromdata_init(context) > 0)
        return context;
    EVP_PKEY_CTX_free(context);
    return NULL;
}

static void backend_give_back_import(struct sslp_backend *backend, EVP_PKEY_CTX *context)
{
    for (size_t i = 0; i < SSLP_IDLE_IMPORTS; i++) {
        EVP_PKEY_CTX *none = NULL;

        if (atomic_load_explicit(&backend->imports[i], memory_order_relaxed) == NULL &&
            atomic_compare_exchange_strong(&backend->imports[i], &none, context))
            return;
    }
    EVP_PKEY_CTX_free(context);
}

EVP_PKEY *sslp_backend_import_key(struct sslp_backend *backend, OSSL_PARAM *params)
{
    EVP_PKEY_CTX *context = backend_take_import(backend);
    EVP_PKEY *key = NULL;

    if (context == NULL)
        return NULL;
    (void)EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params);
    backend_give_back_import(backend, context);
    return key;
}

void sslp_backend_end_key(const struct sslp_backend *backend, uint64_t key_handle)
{
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_DISCARD, &key_handle),
        OSSL_PARAM_construct_end(),
    };

    /* The KDF refuses a handle that has ended with an EVP_PKEY. */
    ERR_set_mark();
    (void)EVP_KDF_CTX_set_params(backend->ending, params);
    ERR_pop_to_mark();
}

/* TLS 1.3 records without encryption (RFC 9150) have a protection that the shim does not have. */
static bool has_records(const struct sslp_suite *suite, const struct sslp_protocol *protocol)
{
    return !sslp_protocol_is_tls13(protocol) || sslp_cipher_is_aead(suite->cipher);
}

bool sslp_backend_find_suite(const struct sslp_backend *backend, DWORD protocol, DWORD suite,
    const struct sslp_protocol **found_protocol, const struct sslp_suite **found_suite)
{
    *found_protocol = sslp_protocol_of_shim(protocol);
    *found_suite = sslp_suite_by_id(suite);
    return *found_protocol != NULL && *found_suite != NULL &&
        sslp_suite_in_protocol(*found_suite, *found_protocol) &&
        has_records(*found_suite, *found_protocol) &&
        (backend->legacy || !sslp_suite_is_legacy(*found_suite, *found_protocol));
}
