/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/backend.h"

#include "shim/errors.h"
#include "shim/private_context.h"
#include "sslprovider/names.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <pthread.h>
#include <stdatomic.h>

/* The one backend with the private context, while anybody uses it.  The lock also covers the last
 * release, so that a dying backend is never handed out. */
static pthread_mutex_t private_lock = PTHREAD_MUTEX_INITIALIZER;
static struct sslp_backend *private_backend;

static void backend_free(struct sslp_backend *backend)
{
    EVP_KDF_free(backend->session_keys_kdf);
    sslp_private_context_close(&backend->own);
    OPENSSL_free(backend);
}

/* What the shim asks of the provider: the KDF, and whether legacy suites are allowed. */
static bool fetch(struct sslp_backend *backend)
{
    int legacy = 0;
    OSSL_PARAM params[] = {OSSL_PARAM_construct_int(SSLPROVIDER_PROV_PARAM_LEGACY, &legacy),
        OSSL_PARAM_construct_end()};

    backend->session_keys_kdf =
        EVP_KDF_fetch(backend->libctx, SSLPROVIDER_KDF_SESSION_KEYS, SSLP_BACKEND_QUERY);
    if (backend->session_keys_kdf == NULL ||
        !OSSL_PROVIDER_get_params(EVP_KDF_get0_provider(backend->session_keys_kdf), params))
        return false;
    backend->legacy = legacy != 0;
    return true;
}

static SECURITY_STATUS backend_new(bool is_private, struct sslp_backend **out)
{
    struct sslp_backend *backend = OPENSSL_zalloc(sizeof(*backend));
    bool ok;

    if (backend == NULL)
        return NTE_NO_MEMORY;
    atomic_init(&backend->references, 1);
    ok = !is_private || sslp_private_context_open(&backend->own);
    backend->libctx = backend->own.libctx;
    if (!ok || !fetch(backend)) {
        backend_free(backend);
        return NTE_FAIL;
    }
    *out = backend;
    return ERROR_SUCCESS;
}

static SECURITY_STATUS open_private(struct sslp_backend **backend)
{
    SECURITY_STATUS status = ERROR_SUCCESS;

    pthread_mutex_lock(&private_lock);
    if (private_backend != NULL)
        (void)sslp_backend_retain(private_backend);
    else
        status = backend_new(true, &private_backend);
    *backend = private_backend;
    pthread_mutex_unlock(&private_lock);
    return status;
}

SECURITY_STATUS sslp_backend_open(struct sslp_backend **backend)
{
    const unsigned long errors = sslp_errors_begin();
    SECURITY_STATUS status;

    *backend = NULL;
    if (OSSL_PROVIDER_available(NULL, SSLPROVIDER_NAME) == 1)
        status = backend_new(false, backend);
    else
        status = open_private(backend);
    return sslp_errors_end(errors, status);
}

struct sslp_backend *sslp_backend_retain(struct sslp_backend *backend)
{
    atomic_fetch_add(&backend->references, 1);
    return backend;
}

void sslp_backend_release(struct sslp_backend *backend)
{
    bool last;

    if (backend == NULL)
        return;
    if (backend->own.libctx == NULL) {
        if (atomic_fetch_sub(&backend->references, 1) == 1)
            backend_free(backend);
        return;
    }
    pthread_mutex_lock(&private_lock);
    last = atomic_fetch_sub(&backend->references, 1) == 1;
    if (last) {
        private_backend = NULL;
        backend_free(backend);
    }
    pthread_mutex_unlock(&private_lock);
}
