/* SPDX-License-Identifier: Apache-2.0
 *
 * SslCreateHandshakeHash, SslCreateClientAuthHash, SslHashHandshake and SslDuplicateTranscriptHash:
 * hashes over the messages of a handshake.
 */
#include "ncryptssl/sslprovider.h"
#include "shim/core/backend.h"
#include "shim/core/errors.h"
#include "shim/transcript/transcript.h"

#include <openssl/crypto.h>

/* Hashes that a CertificateVerify of TLS 1.2 can name (RFC 5246 section 7.4.1.4.1). */
static const struct {
    LPCWSTR name;
    const char *md; /* for EVP_MD_fetch */
} client_auth_hashes[] = {
    {BCRYPT_SHA256_ALGORITHM, "SHA2-256"},
    {BCRYPT_SHA384_ALGORITHM, "SHA2-384"},
    {BCRYPT_SHA512_ALGORITHM, "SHA2-512"},
    {BCRYPT_SHA1_ALGORITHM, "SHA1"},
    {BCRYPT_MD5_ALGORITHM, "MD5"},
};

static WCHAR upper(WCHAR c)
{
    return c >= u'a' && c <= u'z' ? (WCHAR)(c - (u'a' - u'A')) : c;
}

/* Names of hashes, unlike those of blobs, compare without regard to the case of ASCII letters. */
static bool same_hash(LPCWSTR a, LPCWSTR b)
{
    while (*a != 0 && upper(*a) == upper(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

static const char *client_auth_md(LPCWSTR name)
{
    for (size_t i = 0; i < sizeof(client_auth_hashes) / sizeof(client_auth_hashes[0]); i++) {
        if (same_hash(name, client_auth_hashes[i].name))
            return client_auth_hashes[i].md;
    }
    return NULL;
}

static struct sslp_hash_object *new_object(struct sslp_backend *backend)
{
    struct sslp_hash_object *object = sslp_zalloc(sizeof(*object));

    if (object == NULL)
        return NULL;
    object->backend = sslp_backend_retain(backend);
    return object;
}

/* Without a name: the transcript hash of the protocol and the suite. */
static SECURITY_STATUS create(struct sslp_backend *backend, const struct sslp_protocol *protocol,
    const struct sslp_suite *suite, const char *client_auth, NCRYPT_HASH_HANDLE *handle)
{
    const bool pair = sslp_prf_kind_has_pair(protocol->prf_kind);
    const char *names[2] = {client_auth, NULL};
    struct sslp_hash_object *object = new_object(backend);
    SECURITY_STATUS status;

    if (object == NULL)
        return NTE_NO_MEMORY;
    object->protocol = protocol;
    object->suite = suite;
    object->client_auth = client_auth != NULL;
    if (client_auth == NULL && pair) {
        names[0] = sslp_hash_id_name(SSLP_HASH_MD5);
        names[1] = sslp_hash_id_name(SSLP_HASH_SHA1);
    } else if (client_auth == NULL) {
        names[0] = sslp_hash_id_name(suite->prf_hash);
    }
    status = sslp_transcript_start(object, names);
    if (status == ERROR_SUCCESS) {
        *handle = sslp_object_insert(SSLP_OBJECT_HASH, object);
        if (*handle == 0)
            status = NTE_NO_MEMORY;
    }
    if (status != ERROR_SUCCESS)
        sslp_hash_object_free(object);
    return status;
}

static SECURITY_STATUS create_handshake_hash(struct sslp_backend *backend,
    NCRYPT_HASH_HANDLE *handle, DWORD protocol_number, DWORD suite_number, DWORD flags)
{
    const struct sslp_protocol *protocol;
    const struct sslp_suite *suite;

    if (handle == NULL)
        return NTE_INVALID_PARAMETER;
    if (flags != 0)
        return NTE_BAD_FLAGS;
    if (!sslp_backend_find_suite(backend, protocol_number, suite_number, &protocol, &suite))
        return NTE_NOT_SUPPORTED;
    return create(backend, protocol, suite, NULL, handle);
}

SECURITY_STATUS WINAPI SslCreateHandshakeHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_HASH_HANDLE *phHandshakeHash, DWORD dwProtocol, DWORD dwCipherSuite, DWORD dwFlags)
{
    struct sslp_provider_object *provider = sslp_object_acquire(hSslProvider, SSLP_OBJECT_PROVIDER);
    SECURITY_STATUS status;

    if (phHandshakeHash != NULL)
        *phHandshakeHash = 0;
    if (provider == NULL)
        return NTE_INVALID_HANDLE;
    status = create_handshake_hash(
        provider->backend, phHandshakeHash, dwProtocol, dwCipherSuite, dwFlags);
    sslp_object_release(hSslProvider);
    return status;
}

static SECURITY_STATUS create_client_auth_hash(struct sslp_backend *backend,
    NCRYPT_HASH_HANDLE *handle, DWORD protocol_number, DWORD suite_number, LPCWSTR name,
    DWORD flags)
{
    const struct sslp_protocol *protocol;
    const struct sslp_suite *suite;
    const char *md;

    if (handle == NULL)
        return NTE_INVALID_PARAMETER;
    if (sslp_version_before_tls12(protocol_number))
        return NTE_NOT_SUPPORTED;
    if (name == NULL || *name == 0)
        return NTE_INVALID_PARAMETER;
    if (flags != 0)
        return NTE_BAD_FLAGS;
    md = client_auth_md(name);
    if (md == NULL ||
        !sslp_backend_find_suite(backend, protocol_number, suite_number, &protocol, &suite))
        return NTE_NOT_SUPPORTED;
    return create(backend, protocol, suite, md, handle);
}

SECURITY_STATUS WINAPI SslCreateClientAuthHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_HASH_HANDLE *phHandshakeHash, DWORD dwProtocol, DWORD dwCipherSuite,
    LPCWSTR pszHashAlgId, DWORD dwFlags)
{
    struct sslp_provider_object *provider = sslp_object_acquire(hSslProvider, SSLP_OBJECT_PROVIDER);
    SECURITY_STATUS status;

    if (phHandshakeHash != NULL)
        *phHandshakeHash = 0;
    if (provider == NULL)
        return NTE_INVALID_HANDLE;
    status = create_client_auth_hash(
        provider->backend, phHandshakeHash, dwProtocol, dwCipherSuite, pszHashAlgId, dwFlags);
    sslp_object_release(hSslProvider);
    return status;
}

SECURITY_STATUS WINAPI SslHashHandshake(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_HASH_HANDLE hHandshakeHash, PBYTE pbInput, DWORD cbInput, DWORD dwFlags)
{
    struct sslp_hash_object *hash;
    SECURITY_STATUS status;

    if (!sslp_object_is_live(hSslProvider, SSLP_OBJECT_PROVIDER))
        return NTE_INVALID_HANDLE;
    hash = sslp_object_acquire(hHandshakeHash, SSLP_OBJECT_HASH);
    if (hash == NULL)
        return NTE_INVALID_HANDLE;
    if (pbInput == NULL) {
        status = NTE_INVALID_PARAMETER;
    } else if (dwFlags != 0) {
        status = NTE_BAD_FLAGS;
    } else if (!sslp_guard_enter(&hash->guard)) {
        status = NTE_BAD_HASH_STATE;
    } else {
        status = sslp_transcript_append(hash, sslp_bytes(pbInput, cbInput));
        sslp_guard_leave(&hash->guard);
    }
    sslp_object_release(hHandshakeHash);
    return status;
}

static SECURITY_STATUS duplicate(const struct sslp_hash_object *hash, NCRYPT_HASH_HANDLE *handle)
{
    struct sslp_hash_object *copy = new_object(hash->backend);
    SECURITY_STATUS status;

    if (copy == NULL)
        return NTE_NO_MEMORY;
    copy->protocol = hash->protocol;
    copy->suite = hash->suite;
    copy->client_auth = hash->client_auth;
    status = sslp_transcript_copy(copy, hash);
    if (status == ERROR_SUCCESS) {
        *handle = sslp_object_insert(SSLP_OBJECT_HASH, copy);
        if (*handle == 0)
            status = NTE_NO_MEMORY;
    }
    if (status != ERROR_SUCCESS)
        sslp_hash_object_free(copy);
    return status;
}

SECURITY_STATUS WINAPI SslDuplicateTranscriptHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_HASH_HANDLE hTranscriptHash, NCRYPT_HASH_HANDLE *phTranscriptHash, DWORD dwFlags)
{
    struct sslp_hash_object *hash;
    SECURITY_STATUS status;

    if (phTranscriptHash != NULL)
        *phTranscriptHash = 0;
    if (!sslp_object_is_live(hSslProvider, SSLP_OBJECT_PROVIDER))
        return NTE_INVALID_HANDLE;
    hash = sslp_object_acquire(hTranscriptHash, SSLP_OBJECT_HASH);
    if (hash == NULL)
        return NTE_INVALID_HANDLE;
    if (phTranscriptHash == NULL) {
        status = NTE_INVALID_PARAMETER;
    } else if (!sslp_protocol_is_tls13(hash->protocol)) {
        status = NTE_NOT_SUPPORTED;
    } else if (dwFlags != 0) {
        status = NTE_BAD_FLAGS;
    } else if (!sslp_guard_enter(&hash->guard)) {
        status = NTE_BAD_HASH_STATE;
    } else {
        status = duplicate(hash, phTranscriptHash);
        sslp_guard_leave(&hash->guard);
    }
    sslp_object_release(hTranscriptHash);
    return status;
}
