/* SPDX-License-Identifier: Apache-2.0
 *
 * What a cipher suite is in a protocol: SslLookupCipherSuiteInfo, SslLookupCipherLengths and
 * SslGetCipherSuitePRFHashAlgorithm.
 */
#include "ncryptssl/sslprovider.h"
#include "shim/core/backend.h"
#include "shim/core/objects.h"
#include "shim/core/suite_record.h"

#include <string.h>

struct pair {
    const struct sslp_protocol *protocol;
    const struct sslp_suite *suite;
};

/* ERROR_SUCCESS, or NTE_INVALID_HANDLE where the handle ended meanwhile, or the status given. */
static SECURITY_STATUS find(NCRYPT_PROV_HANDLE provider_handle, DWORD protocol, DWORD suite,
    SECURITY_STATUS otherwise, struct pair *pair)
{
    struct sslp_provider_object *provider =
        sslp_object_acquire(provider_handle, SSLP_OBJECT_PROVIDER);
    bool found;

    if (provider == NULL)
        return NTE_INVALID_HANDLE;
    found =
        sslp_backend_find_suite(provider->backend, protocol, suite, &pair->protocol, &pair->suite);
    sslp_object_release(provider_handle);
    return found ? ERROR_SUCCESS : otherwise;
}

static SECURITY_STATUS look_suite_up(NCRYPT_PROV_HANDLE provider, DWORD protocol, DWORD suite,
    const void *output, DWORD flags, struct pair *pair)
{
    if (!sslp_object_is_live(provider, SSLP_OBJECT_PROVIDER))
        return NTE_INVALID_HANDLE;
    if (output == NULL)
        return NTE_INVALID_PARAMETER;
    if (flags != 0)
        return NTE_BAD_FLAGS;
    return find(provider, protocol, suite, NTE_INVALID_PARAMETER, pair);
}

SECURITY_STATUS WINAPI SslLookupCipherSuiteInfo(NCRYPT_PROV_HANDLE hSslProvider, DWORD dwProtocol,
    DWORD dwCipherSuite, DWORD dwKeyType, NCRYPT_SSL_CIPHER_SUITE *pCipherSuite, DWORD dwFlags)
{
    struct pair pair;
    const SECURITY_STATUS status =
        look_suite_up(hSslProvider, dwProtocol, dwCipherSuite, pCipherSuite, dwFlags, &pair);

    (void)dwKeyType; /* a suite is the same with every curve */
    if (status == ERROR_SUCCESS)
        sslp_suite_record_fill(pair.protocol, pair.suite, pCipherSuite);
    else if (pCipherSuite != NULL)
        memset(pCipherSuite, 0, offsetof(NCRYPT_SSL_CIPHER_SUITE, dwKeyType));
    return status;
}

static SECURITY_STATUS look_lengths_up(NCRYPT_PROV_HANDLE provider, DWORD protocol, DWORD suite,
    bool has_room, DWORD flags, struct pair *pair)
{
    if (!sslp_object_is_live(provider, SSLP_OBJECT_PROVIDER))
        return NTE_INVALID_HANDLE;
    if (!has_room)
        return NTE_INVALID_PARAMETER;
    if (sslp_version_before_tls11(protocol))
        return NTE_NOT_SUPPORTED;
    if (flags != 0)
        return NTE_BAD_FLAGS;
    return find(provider, protocol, suite, NTE_INVALID_PARAMETER, pair);
}

/* From TLS 1.1 on a CBC record brings its own IV (RFC 4346 section 6.2.3.2) and up to one whole
 * block of padding; an AEAD record brings what of its nonce is not implied, which in TLS 1.3 is
 * nothing (RFC 8446 section 5.3). */
static NCRYPT_SSL_CIPHER_LENGTHS lengths_of(struct pair pair)
{
    const struct sslp_cipher *cipher = pair.suite->cipher;
    NCRYPT_SSL_CIPHER_LENGTHS lengths = {.cbLength = sizeof(lengths)};

    if (sslp_cipher_is_aead(cipher)) {
        if (!sslp_protocol_is_tls13(pair.protocol))
            lengths.dwHeaderLen = cipher->explicit_nonce_len;
        lengths.dwFixedTrailerLen = cipher->tag_len;
        return lengths;
    }
    lengths.dwFixedTrailerLen = (DWORD)sslp_hash_id_size(pair.suite->mac);
    if (cipher->mode == SSLP_MODE_CBC) {
        lengths.dwHeaderLen = cipher->block_len;
        lengths.dwMaxVariableTrailerLen = cipher->block_len;
        lengths.dwFlags = NCRYPT_SSL_CIPHER_LENGTHS_BLOCK_PADDING;
    }
    return lengths;
}

SECURITY_STATUS WINAPI SslLookupCipherLengths(NCRYPT_PROV_HANDLE hSslProvider, DWORD dwProtocol,
    DWORD dwCipherSuite, DWORD dwKeyType, NCRYPT_SSL_CIPHER_LENGTHS *pCipherLengths,
    DWORD cbCipherLengths, DWORD dwFlags)
{
    const bool has_room = pCipherLengths != NULL && cbCipherLengths >= sizeof(*pCipherLengths);
    struct pair pair;
    const SECURITY_STATUS status =
        look_lengths_up(hSslProvider, dwProtocol, dwCipherSuite, has_room, dwFlags, &pair);

    (void)dwKeyType;
    if (status == ERROR_SUCCESS)
        *pCipherLengths = lengths_of(pair);
    else if (has_room)
        memset(pCipherLengths, 0, sizeof(*pCipherLengths));
    return status;
}

static SECURITY_STATUS look_hash_up(NCRYPT_PROV_HANDLE provider, DWORD protocol, DWORD suite,
    const WCHAR *output, DWORD flags, struct pair *pair)
{
    if (!sslp_object_is_live(provider, SSLP_OBJECT_PROVIDER))
        return NTE_INVALID_HANDLE;
    if (output == NULL)
        return NTE_INVALID_PARAMETER;
    if (sslp_version_before_tls12(protocol))
        return NTE_NOT_SUPPORTED;
    if (flags != 0)
        return NTE_BAD_FLAGS;
    return find(provider, protocol, suite, NTE_NOT_SUPPORTED, pair);
}

SECURITY_STATUS WINAPI SslGetCipherSuitePRFHashAlgorithm(NCRYPT_PROV_HANDLE hSslProvider,
    DWORD dwProtocol, DWORD dwCipherSuite, DWORD dwKeyType,
    WCHAR szPRFHash[NCRYPT_SSL_MAX_NAME_SIZE], DWORD dwFlags)
{
    struct pair pair;
    const SECURITY_STATUS status =
        look_hash_up(hSslProvider, dwProtocol, dwCipherSuite, szPRFHash, dwFlags, &pair);

    (void)dwKeyType;
    if (status == ERROR_SUCCESS)
        sslp_suite_record_write(szPRFHash, sslp_suite_record_hash(pair.suite->prf_hash));
    else if (szPRFHash != NULL)
        memset(szPRFHash, 0, NCRYPT_SSL_MAX_NAME_SIZE * sizeof(*szPRFHash));
    return status;
}
