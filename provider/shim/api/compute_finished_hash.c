/* SPDX-License-Identifier: Apache-2.0
 *
 * SslComputeSessionHash, SslComputeClientAuthHash and SslComputeFinishedHash: what is computed from
 * a hash over handshake messages.  What depends on the master secret is derived by the KDF
 * SSL-FINISHED, by the master key's handle.
 */
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"
#include "ncryptssl/utf16.h"
#include "shim/core/backend.h"
#include "shim/transcript/transcript.h"
#include "sslprovider/names.h"

#include <string.h>

enum { SIDES = NCRYPT_SSL_CLIENT_FLAG | NCRYPT_SSL_SERVER_FLAG };

static bool transcript_is_ssl3(const struct sslp_hash_object *hash)
{
    return sslp_protocol_is_ssl3(hash->protocol);
}

/* Handles of one connection have one protocol and one suite. */
static bool same_connection(
    const struct sslp_secret_object *master, const struct sslp_hash_object *hash)
{
    return master->protocol == hash->protocol && master->suite == hash->suite;
}

static SECURITY_STATUS session_hash(struct sslp_hash_object *hash, DWORD protocol, PBYTE output,
    DWORD output_len, DWORD *result, DWORD flags)
{
    const struct sslp_protocol *known = sslp_protocol_of_shim(protocol);
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
    struct sslp_call call = {
        .result_len = pcbResult, .provider = hSslProvider, .hash = &hHandshakeHash};
    SECURITY_STATUS status = NTE_BAD_HASH_STATE;

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    if (sslp_guard_enter(&call.transcript->guard)) {
        status = session_hash(call.transcript, dwProtocol, pbOutput, cbOutput, pcbResult, dwFlags);
        sslp_guard_leave(&call.transcript->guard);
    }
    return sslp_call_end(&call, status);
}

/* The KDF SSL-FINISHED.  SSL 3.0 gives it the messages, every later version their hash; the role is
 * the sender of the message, not the side of the key. */
static SECURITY_STATUS derive_finished(const struct sslp_secret_object *master,
    const struct sslp_hash_object *hash, const char *output, const char *sender, uint8_t *out,
    size_t out_len)
{
    uint8_t digest[SSLP_TRANSCRIPT_MAX];
    struct sslp_params params = {0};

    sslp_add_number(&params, SSLPROVIDER_PARAM_HANDLE, &master->key_handle);
    sslp_add_text(&params, SSLPROVIDER_PARAM_OUTPUT, output);
    sslp_add_text(&params, SSLPROVIDER_PARAM_ROLE, sender);
    if (transcript_is_ssl3(hash)) {
        sslp_add_octets(
            &params, SSLPROVIDER_PARAM_MESSAGES, sslp_bytes(hash->messages, hash->messages_len));
    } else {
        const SECURITY_STATUS status = sslp_transcript_sample(hash, digest);

        if (status != ERROR_SUCCESS)
            return status;
        sslp_add_octets(
            &params, SSLPROVIDER_PARAM_TRANSCRIPT_HASH, sslp_bytes(digest, hash->digest_len));
    }
    return sslp_backend_derive(
        master->backend, SSLP_KDF_FINISHED, &params, out, out_len, NTE_INTERNAL_ERROR);
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
        if (NcryptsslTextCompare(name, signers[i].name) == 0) {
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
    if (transcript_is_ssl3(hash))
        status = derive_finished(master, hash, SSLPROVIDER_OUTPUT_CERTIFICATE_VERIFY,
            SSLPROVIDER_ROLE_CLIENT, digest, hash->digest_len);
    else
        status = sslp_transcript_sample(hash, digest);
    if (status == ERROR_SUCCESS)
        memcpy(output, digest + skip, *result);
    else
        *result = 0;
    return status;
}

SECURITY_STATUS WINAPI SslComputeClientAuthHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hMasterKey, NCRYPT_HASH_HANDLE hHandshakeHash, LPCWSTR pszAlgId,
    PBYTE pbOutput, DWORD cbOutput, DWORD *pcbResult, DWORD dwFlags)
{
    struct sslp_call call = {.result_len = pcbResult,
        .provider = hSslProvider,
        .key = hMasterKey,
        .key_kinds = SSLP_KIND(SSLP_OBJECT_SECRET),
        .hash = &hHandshakeHash};
    SECURITY_STATUS status = NTE_BAD_HASH_STATE;

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    if (call.secret->kind != NCRYPTSSL_KIND_MASTER_KEY) {
        status = NTE_INVALID_HANDLE;
    } else if (sslp_guard_enter(&call.transcript->guard)) {
        status = client_auth_hash(
            call.secret, call.transcript, pszAlgId, pbOutput, cbOutput, pcbResult, dwFlags);
        sslp_guard_leave(&call.transcript->guard);
    }
    return sslp_call_end(&call, status);
}

/* RFC 8446 sections 4.4.4 and 4.2.11.2: the secret says whose message it is, the flags do not. */
static SECURITY_STATUS finished_hash_tls13(const struct sslp_secret_object *secret,
    const struct sslp_hash_object *hash, PBYTE output, DWORD output_len)
{
    const size_t len = sslp_hash_id_size(secret->suite->prf_hash);

    if (output_len != len || hash->digest_len != len)
        return NTE_INVALID_PARAMETER;
    return derive_finished(
        secret, hash, SSLPROVIDER_OUTPUT_FINISHED, SSLPROVIDER_ROLE_CLIENT, output, len);
}

static SECURITY_STATUS finished_hash_of_master(const struct sslp_secret_object *master,
    const struct sslp_hash_object *hash, PBYTE output, DWORD output_len, DWORD flags)
{
    const DWORD len = transcript_is_ssl3(hash) ? SSLP_MD5_SHA1_LEN : SSLP_VERIFY_DATA_LEN;
    const char *sender =
        (flags & NCRYPT_SSL_CLIENT_FLAG) != 0 ? SSLPROVIDER_ROLE_CLIENT : SSLPROVIDER_ROLE_SERVER;

    /* The hash of a CertificateVerify may be of another algorithm than the PRF's. */
    if (hash->client_auth || !same_connection(master, hash) || output_len != len)
        return NTE_INVALID_PARAMETER;
    if ((flags & SIDES) == 0)
        return NTE_BAD_FLAGS;
    return derive_finished(master, hash, SSLPROVIDER_OUTPUT_FINISHED, sender, output, len);
}

/* `secret` is NULL for a key of another kind. */
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
    struct sslp_call call = {.provider = hSslProvider,
        .key = hMasterKey,
        .key_kinds = SSLP_ANY_KEY,
        .hash = &hHandshakeHash};
    SECURITY_STATUS status = NTE_BAD_HASH_STATE;

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    if (sslp_guard_enter(&call.transcript->guard)) {
        status = finished_hash(call.secret, call.transcript, pbOutput, cbOutput, dwFlags);
        sslp_guard_leave(&call.transcript->guard);
    }
    return sslp_call_end(&call, status);
}
