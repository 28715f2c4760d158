/* SPDX-License-Identifier: Apache-2.0
 *
 * SslComputeSessionHash, SslComputeClientAuthHash and SslComputeFinishedHash: what comes of a hash
 * over handshake messages.  Where the master secret enters, the KDF SSL-FINISHED does the work by
 * the master key's handle.
 */
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "shim/core/backend.h"
#include "shim/core/text.h"
#include "shim/transcript/transcript.h"
#include "sslprovider/names.h"

#include <openssl/crypto.h>
#include <openssl/params.h>
#include <string.h>

/* Bytes: RFC 5246 section 7.4.9 and RFC 6101 section 5.6.9. */
enum { VERIFY_DATA_LEN = 12, SSL3_HASHES_LEN = 36 };

enum { SIDES = NCRYPT_SSL_CLIENT_FLAG | NCRYPT_SSL_SERVER_FLAG };

static bool is_ssl3(const struct sslp_hash_object *hash)
{
    return sslp_protocol_is_ssl3(hash->protocol);
}

/* Handles that belong together were made for one connection. */
static bool same_connection(
    const struct sslp_secret_object *master, const struct sslp_hash_object *hash)
{
    return master->protocol == hash->protocol->version && master->cipher_suite == hash->suite->id;
}

static SECURITY_STATUS session_hash(struct sslp_hash_object *hash, DWORD protocol, PBYTE output,
    DWORD output_len, DWORD *result, DWORD flags)
{
    const struct sslp_protocol *known = sslp_protocol_native(protocol);
    uint8_t digest[SSLP_TRANSCRIPT_MAX];
    SECURITY_STATUS status;

    /* RFC 7627 section 3 has no extended master secret for SSL 3.0. */
    if (known == NULL || sslp_protocol_is_ssl3(known))
        return NTE_NOT_SUPPORTED;
    if (result == NULL)
        return NTE_INVALID_PARAMETER;
    if (flags != 0)
        return NTE_BAD_FLAGS;
    if (output_len < hash->digest_len)
        return NTE_BUFFER_TOO_SMALL;
    if (output == NULL || known != hash->protocol)
        return NTE_INVALID_PARAMETER;
    status = sslp_transcript_sample(hash, digest);
    if (status == ERROR_SUCCESS) {
        memcpy(output, digest, hash->digest_len);
        *result = (DWORD)hash->digest_len;
    }
    return status;
}

SECURITY_STATUS WINAPI SslComputeSessionHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_HASH_HANDLE hHandshakeHash, DWORD dwProtocol, PBYTE pbOutput, DWORD cbOutput,
    DWORD *pcbResult, DWORD dwFlags)
{
    struct sslp_hash_object *hash;
    SECURITY_STATUS status = NTE_BAD_HASH_STATE;

    if (pcbResult != NULL)
        *pcbResult = 0;
    if (!sslp_object_is_live(hSslProvider, SSLP_OBJECT_PROVIDER))
        return NTE_INVALID_HANDLE;
    hash = sslp_object_acquire(hHandshakeHash, SSLP_OBJECT_HASH);
    if (hash == NULL)
        return NTE_INVALID_HANDLE;
    if (sslp_guard_enter(&hash->guard)) {
        status = session_hash(hash, dwProtocol, pbOutput, cbOutput, pcbResult, dwFlags);
        sslp_guard_leave(&hash->guard);
    }
    sslp_object_release(hHandshakeHash);
    return status;
}

/* The KDF SSL-FINISHED.  SSL 3.0 gives it the messages, every later version their hash; the role is
 * the sender of the message, not the side of the key. */
static SECURITY_STATUS derive(const struct sslp_secret_object *master,
    const struct sslp_hash_object *hash, const char *output, const char *sender, uint8_t *out,
    size_t out_len)
{
    uint64_t handle = master->key_handle;
    uint8_t digest[SSLP_TRANSCRIPT_MAX];
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint64(SSLPROVIDER_PARAM_HANDLE, &handle),
        OSSL_PARAM_construct_utf8_string(SSLPROVIDER_PARAM_OUTPUT, (char *)(uintptr_t)output, 0),
        OSSL_PARAM_construct_utf8_string(SSLPROVIDER_PARAM_ROLE, (char *)(uintptr_t)sender, 0),
        OSSL_PARAM_construct_end(),
        OSSL_PARAM_construct_end(),
    };
    SECURITY_STATUS status = ERROR_SUCCESS;

    if (is_ssl3(hash)) {
        params[3] = OSSL_PARAM_construct_octet_string(
            SSLPROVIDER_PARAM_MESSAGES, hash->messages, hash->messages_len);
    } else {
        status = sslp_transcript_sample(hash, digest);
        params[3] = OSSL_PARAM_construct_octet_string(
            SSLPROVIDER_PARAM_TRANSCRIPT_HASH, digest, hash->digest_len);
    }
    if (status != ERROR_SUCCESS)
        return status;
    return sslp_backend_derive(
        master->backend, SSLP_KDF_FINISHED, params, out, out_len, NTE_INTERNAL_ERROR);
}

/* The signing keys of a hash pair: RSA signs MD5 and SHA-1, the others SHA-1 alone (RFC 2246
 * section 7.4.8, RFC 4492 section 5.8). */
static const struct {
    LPCWSTR name;
    DWORD skip; /* bytes of the pair that are not signed */
} signers[] = {
    {BCRYPT_RSA_ALGORITHM, 0},
    {BCRYPT_DSA_ALGORITHM, SSLP_TRANSCRIPT_MD5},
    {BCRYPT_ECDSA_ALGORITHM, SSLP_TRANSCRIPT_MD5},
    {NCRYPTSSL_TEXT("ECDSA_P256"), SSLP_TRANSCRIPT_MD5},
    {NCRYPTSSL_TEXT("ECDSA_P384"), SSLP_TRANSCRIPT_MD5},
    {NCRYPTSSL_TEXT("ECDSA_P521"), SSLP_TRANSCRIPT_MD5},
};

static bool find_signer(LPCWSTR name, DWORD *skip)
{
    for (size_t i = 0; i < sizeof(signers) / sizeof(signers[0]); i++) {
        if (sslp_text_equal(name, signers[i].name)) {
            *skip = signers[i].skip;
            return true;
        }
    }
    return false;
}

static SECURITY_STATUS client_auth_hash(const struct sslp_secret_object *master,
    struct sslp_hash_object *hash, LPCWSTR signer, PBYTE output, DWORD output_len, DWORD *result,
    DWORD flags)
{
    const bool pair = sslp_transcript_is_pair(hash);
    uint8_t digest[SSLP_TRANSCRIPT_MAX];
    DWORD skip = 0;
    SECURITY_STATUS status;

    if (result == NULL || (pair && signer == NULL))
        return NTE_INVALID_PARAMETER;
    if (flags != 0)
        return NTE_BAD_FLAGS;
    if (pair && !find_signer(signer, &skip))
        return NTE_NOT_SUPPORTED;
    if (!same_connection(master, hash))
        return NTE_INVALID_PARAMETER;
    *result = (DWORD)hash->digest_len - skip;
    if (output == NULL)
        return ERROR_SUCCESS;
    if (output_len < *result)
        return NTE_BUFFER_TOO_SMALL;
    if (is_ssl3(hash))
        status = derive(master, hash, SSLPROVIDER_OUTPUT_CERTIFICATE_VERIFY,
            SSLPROVIDER_ROLE_CLIENT, digest, hash->digest_len);
    else
        status = sslp_transcript_sample(hash, digest);
    if (status == ERROR_SUCCESS)
        memcpy(output, digest + skip, *result);
    else
        *result = 0;
    return status;
}

static SECURITY_STATUS guarded_client_auth_hash(const struct sslp_secret_object *master,
    struct sslp_hash_object *hash, LPCWSTR signer, PBYTE output, DWORD output_len, DWORD *result,
    DWORD flags)
{
    SECURITY_STATUS status;

    if (!sslp_guard_enter(&hash->guard))
        return NTE_BAD_HASH_STATE;
    status = client_auth_hash(master, hash, signer, output, output_len, result, flags);
    sslp_guard_leave(&hash->guard);
    return status;
}

SECURITY_STATUS WINAPI SslComputeClientAuthHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hMasterKey, NCRYPT_HASH_HANDLE hHandshakeHash, LPCWSTR pszAlgId,
    PBYTE pbOutput, DWORD cbOutput, DWORD *pcbResult, DWORD dwFlags)
{
    struct sslp_secret_object *master;
    struct sslp_hash_object *hash = NULL;
    SECURITY_STATUS status = NTE_INVALID_HANDLE;

    if (pcbResult != NULL)
        *pcbResult = 0;
    if (!sslp_object_is_live(hSslProvider, SSLP_OBJECT_PROVIDER))
        return NTE_INVALID_HANDLE;
    master = sslp_object_acquire(hMasterKey, SSLP_OBJECT_SECRET);
    if (master == NULL)
        return NTE_INVALID_HANDLE;
    if (master->kind == NCRYPTSSL_KIND_MASTER_KEY)
        hash = sslp_object_acquire(hHandshakeHash, SSLP_OBJECT_HASH);
    if (hash != NULL) {
        status = guarded_client_auth_hash(
            master, hash, pszAlgId, pbOutput, cbOutput, pcbResult, dwFlags);
        sslp_object_release(hHandshakeHash);
    }
    sslp_object_release(hMasterKey);
    return status;
}

/* RFC 8446 sections 4.4.4 and 4.2.11.2: the secret says whose message it is, the flags do not. */
static SECURITY_STATUS finished_hash_tls13(const struct sslp_secret_object *secret,
    const struct sslp_hash_object *hash, PBYTE output, DWORD output_len)
{
    const size_t len = sslp_hash_id_size(sslp_suite_by_id(secret->cipher_suite)->prf_hash);

    if (output_len != len || hash->digest_len != len)
        return NTE_INVALID_PARAMETER;
    return derive(secret, hash, SSLPROVIDER_OUTPUT_FINISHED, SSLPROVIDER_ROLE_CLIENT, output, len);
}

static SECURITY_STATUS finished_hash_of_master(const struct sslp_secret_object *master,
    const struct sslp_hash_object *hash, PBYTE output, DWORD output_len, DWORD flags)
{
    const DWORD len = is_ssl3(hash) ? SSL3_HASHES_LEN : VERIFY_DATA_LEN;
    const char *sender =
        (flags & NCRYPT_SSL_CLIENT_FLAG) != 0 ? SSLPROVIDER_ROLE_CLIENT : SSLPROVIDER_ROLE_SERVER;

    /* The hash of a CertificateVerify may be of another algorithm than the PRF's. */
    if (hash->client_auth || !same_connection(master, hash) || output_len != len)
        return NTE_INVALID_PARAMETER;
    if ((flags & SIDES) == 0)
        return NTE_BAD_FLAGS;
    return derive(master, hash, SSLPROVIDER_OUTPUT_FINISHED, sender, output, len);
}

/* `secret` is NULL for a key that is none. */
static SECURITY_STATUS finished_hash(const struct sslp_secret_object *secret,
    const struct sslp_hash_object *hash, PBYTE output, DWORD output_len, DWORD flags)
{
    if (output == NULL || output_len == 0)
        return NTE_INVALID_PARAMETER;
    if ((flags & ~(DWORD)SIDES) != 0)
        return NTE_BAD_FLAGS;
    if (secret == NULL)
        return NTE_INVALID_HANDLE;
    switch (secret->kind) {
    case NCRYPTSSL_KIND_TRAFFIC_SECRET:
    case NCRYPTSSL_KIND_BINDER_KEY:
        return finished_hash_tls13(secret, hash, output, output_len);
    case NCRYPTSSL_KIND_MASTER_KEY:
        return finished_hash_of_master(secret, hash, output, output_len, flags);
    default:
        return NTE_INVALID_HANDLE;
    }
}

SECURITY_STATUS WINAPI SslComputeFinishedHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hMasterKey, NCRYPT_HASH_HANDLE hHandshakeHash, PBYTE pbOutput, DWORD cbOutput,
    DWORD dwFlags)
{
    struct sslp_secret_object *secret;
    struct sslp_hash_object *hash;
    SECURITY_STATUS status = NTE_BAD_HASH_STATE;

    if (!sslp_object_is_live(hSslProvider, SSLP_OBJECT_PROVIDER) || !sslp_object_is_key(hMasterKey))
        return NTE_INVALID_HANDLE;
    hash = sslp_object_acquire(hHandshakeHash, SSLP_OBJECT_HASH);
    if (hash == NULL)
        return NTE_INVALID_HANDLE;
    secret = sslp_object_acquire(hMasterKey, SSLP_OBJECT_SECRET);
    if (sslp_guard_enter(&hash->guard)) {
        status = finished_hash(secret, hash, pbOutput, cbOutput, dwFlags);
        sslp_guard_leave(&hash->guard);
    }
    if (secret != NULL)
        sslp_object_release(hMasterKey);
    sslp_object_release(hHandshakeHash);
    return status;
}
