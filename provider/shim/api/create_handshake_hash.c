/* SPDX-License-Identifier: Apache-2.0
 *
 * SslCreateHandshakeHash, SslCreateClientAuthHash, SslHashHandshake and SslDuplicateTranscriptHash:
 * hashes over the messages of a handshake.
 */
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/utf16.h"
#include "shim/core/backend.h"
#include "shim/transcript/transcript.h"

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

/* Names of hashes, unlike those of blobs, compare without regard to the case of ASCII letters. */
static const char *client_auth_md(LPCWSTR name)
{
    for (size_t i = 0; i < sizeof(client_auth_hashes) / sizeof(client_auth_hashes[0]); i++) {
        if (NcryptsslTextCompareCase(name, client_auth_hashes[i].name) == 0)
            return client_auth_hashes[i].md;
    }
    return NULL;
}

static struct sslp_hash_object *hash_object_new(struct sslp_backend *backend,
    const struct sslp_protocol *protocol, const struct sslp_suite *suite, bool client_auth)
{
    struct sslp_hash_object *object = sslp_object_new(SSLP_OBJECT_HASH, backend);

    if (object == NULL)
        return NULL;
    object->protocol = protocol;
    object->suite = suite;
    object->client_auth = client_auth;
    return object;
}

/* A handle to a hash that was started with this status.  Takes the object over. */
static SECURITY_STATUS hash_object_publish(
    struct sslp_hash_object *object, SECURITY_STATUS started, NCRYPT_HASH_HANDLE *handle)
{
    if (started == ERROR_SUCCESS)
        return sslp_object_publish(SSLP_OBJECT_HASH, object, handle);
    sslp_object_free(SSLP_OBJECT_HASH, object);
    return started;
}

/* Without a name: the transcript hash of the protocol and the suite. */
static SECURITY_STATUS start_hash(struct sslp_backend *backend,
    const struct sslp_protocol *protocol, const struct sslp_suite *suite, const char *client_auth,
    NCRYPT_HASH_HANDLE *handle)
{
    struct sslp_hash_object *object =
        hash_object_new(backend, protocol, suite, client_auth != NULL);
    const char *names[2] = {client_auth, NULL};

    if (object == NULL)
        return NTE_NO_MEMORY;
    if (client_auth == NULL && sslp_prf_kind_has_pair(protocol->prf_kind)) {
        names[0] = sslp_hash_id_name(SSLP_HASH_MD5);
        names[1] = sslp_hash_id_name(SSLP_HASH_SHA1);
    } else if (client_auth == NULL) {
        names[0] = sslp_hash_id_name(suite->prf_hash);
    }
    return hash_object_publish(object, sslp_transcript_start(object, names), handle);
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
    return start_hash(backend, protocol, suite, NULL, handle);
}

SECURITY_STATUS WINAPI SslCreateHandshakeHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_HASH_HANDLE *phHandshakeHash, DWORD dwProtocol, DWORD dwCipherSuite, DWORD dwFlags)
{
    struct sslp_call call = {.results = {phHandshakeHash}, .provider = hSslProvider};

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    return sslp_call_end(&call,
        create_handshake_hash(call.backend, phHandshakeHash, dwProtocol, dwCipherSuite, dwFlags));
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
    return start_hash(backend, protocol, suite, md, handle);
}

SECURITY_STATUS WINAPI SslCreateClientAuthHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_HASH_HANDLE *phHandshakeHash, DWORD dwProtocol, DWORD dwCipherSuite,
    LPCWSTR pszHashAlgId, DWORD dwFlags)
{
    struct sslp_call call = {.results = {phHandshakeHash}, .provider = hSslProvider};

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    return sslp_call_end(&call,
        create_client_auth_hash(
            call.backend, phHandshakeHash, dwProtocol, dwCipherSuite, pszHashAlgId, dwFlags));
}

SECURITY_STATUS WINAPI SslHashHandshake(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_HASH_HANDLE hHandshakeHash, PBYTE pbInput, DWORD cbInput, DWORD dwFlags)
{
    struct sslp_call call = {.provider = hSslProvider, .hash = &hHandshakeHash};
    SECURITY_STATUS status;

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    if (pbInput == NULL) {
        status = NTE_INVALID_PARAMETER;
    } else if (dwFlags != 0) {
        status = NTE_BAD_FLAGS;
    } else if (!sslp_guard_enter(&call.transcript->guard)) {
        status = NTE_BAD_HASH_STATE;
    } else {
        status = sslp_transcript_append(call.transcript, sslp_bytes(pbInput, cbInput));
        sslp_guard_leave(&call.transcript->guard);
    }
    return sslp_call_end(&call, status);
}

static SECURITY_STATUS duplicate_hash(
    const struct sslp_hash_object *hash, NCRYPT_HASH_HANDLE *handle)
{
    struct sslp_hash_object *copy =
        hash_object_new(hash->backend, hash->protocol, hash->suite, hash->client_auth);

    if (copy == NULL)
        return NTE_NO_MEMORY;
    return hash_object_publish(copy, sslp_transcript_copy(copy, hash), handle);
}

SECURITY_STATUS WINAPI SslDuplicateTranscriptHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_HASH_HANDLE hTranscriptHash, NCRYPT_HASH_HANDLE *phTranscriptHash, DWORD dwFlags)
{
    struct sslp_call call = {
        .results = {phTranscriptHash}, .provider = hSslProvider, .hash = &hTranscriptHash};
    SECURITY_STATUS status;

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    if (phTranscriptHash == NULL) {
        status = NTE_INVALID_PARAMETER;
    } else if (!sslp_protocol_is_tls13(call.transcript->protocol)) {
        status = NTE_NOT_SUPPORTED;
    } else if (dwFlags != 0) {
        status = NTE_BAD_FLAGS;
    } else if (!sslp_guard_enter(&call.transcript->guard)) {
        status = NTE_BAD_HASH_STATE;
    } else {
        status = duplicate_hash(call.transcript, phTranscriptHash);
        sslp_guard_leave(&call.transcript->guard);
    }
    return sslp_call_end(&call, status);
}
