/* SPDX-License-Identifier: Apache-2.0
 *
 * What a cipher suite is in a protocol: SslLookupCipherSuiteInfo, SslLookupCipherLengths and
 * SslGetCipherSuitePRFHashAlgorithm.
 */
#include "ncryptssl/sslprovider.h"
#include "shim/core/backend.h"
#include "shim/core/native_suite.h"
#include "shim/core/objects.h"

#include <string.h>

/* What the three functions check, in this order after the handle. */
struct lookup {
    DWORD protocol_number, suite_number;
    bool has_output;
    bool is_too_old; /* the function does not serve the protocol */
    DWORD flags;
    SECURITY_STATUS unknown; /* the status where the protocol does not have the suite */
    const struct sslp_protocol *protocol;
    const struct sslp_suite *suite;
};

static SECURITY_STATUS lookup_suite(NCRYPT_PROV_HANDLE provider, struct lookup *lookup)
{
    struct sslp_call call = {.provider = provider};
    SECURITY_STATUS status = ERROR_SUCCESS;

    if (!sslp_call_begin(&call))
        return NTE_INVALID_HANDLE;
    if (!lookup->has_output)
        status = NTE_INVALID_PARAMETER;
    else if (lookup->is_too_old)
        status = NTE_NOT_SUPPORTED;
    else if (lookup->flags != 0)
        status = NTE_BAD_FLAGS;
    else if (!sslp_backend_find_suite(call.backend, lookup->protocol_number, lookup->suite_number,
                 &lookup->protocol, &lookup->suite))
        status = lookup->unknown;
    return sslp_call_end(&call, status);
}

SECURITY_STATUS WINAPI SslLookupCipherSuiteInfo(NCRYPT_PROV_HANDLE hSslProvider, DWORD dwProtocol,
    DWORD dwCipherSuite, DWORD dwKeyType, NCRYPT_SSL_CIPHER_SUITE *pCipherSuite, DWORD dwFlags)
{
    struct lookup lookup = {.protocol_number = dwProtocol,
        .suite_number = dwCipherSuite,
        .has_output = pCipherSuite != NULL,
        .flags = dwFlags,
        .unknown = NTE_INVALID_PARAMETER};
    const SECURITY_STATUS status = lookup_suite(hSslProvider, &lookup);

    (void)dwKeyType; /* a suite is the same with every curve */
    if (status == ERROR_SUCCESS)
        sslp_native_suite_fill(lookup.protocol, lookup.suite, pCipherSuite);
    else if (pCipherSuite != NULL)
        memset(pCipherSuite, 0, offsetof(NCRYPT_SSL_CIPHER_SUITE, dwKeyType));
    return status;
}

/* From TLS 1.1 on a CBC record has its own IV (RFC 4346 section 6.2.3.2) and up to one whole block
 * of padding.  An AEAD record has the explicit part of its nonce, which is empty in TLS 1.3 (RFC
 * 8446 section 5.3). */
static NCRYPT_SSL_CIPHER_LENGTHS cipher_lengths(
    const struct sslp_protocol *protocol, const struct sslp_suite *suite)
{
    const struct sslp_cipher *cipher = suite->cipher;
    NCRYPT_SSL_CIPHER_LENGTHS lengths = {.cbLength = sizeof(lengths)};

    if (sslp_cipher_is_aead(cipher)) {
        if (!sslp_protocol_is_tls13(protocol))
            lengths.dwHeaderLen = cipher->explicit_nonce_len;
        lengths.dwFixedTrailerLen = cipher->tag_len;
        return lengths;
    }
    lengths.dwFixedTrailerLen = (DWORD)sslp_hash_id_size(suite->mac);
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
    struct lookup lookup = {.protocol_number = dwProtocol,
        .suite_number = dwCipherSuite,
        .has_output = has_room,
        .is_too_old = sslp_version_before_tls11(dwProtocol),
        .flags = dwFlags,
        .unknown = NTE_INVALID_PARAMETER};
    const SECURITY_STATUS status = lookup_suite(hSslProvider, &lookup);

    (void)dwKeyType;
    if (status == ERROR_SUCCESS)
        *pCipherLengths = cipher_lengths(lookup.protocol, lookup.suite);
    else if (has_room)
        memset(pCipherLengths, 0, sizeof(*pCipherLengths));
    return status;
}

SECURITY_STATUS WINAPI SslGetCipherSuitePRFHashAlgorithm(NCRYPT_PROV_HANDLE hSslProvider,
    DWORD dwProtocol, DWORD dwCipherSuite, DWORD dwKeyType,
    WCHAR szPRFHash[NCRYPT_SSL_MAX_NAME_SIZE], DWORD dwFlags)
{
    struct lookup lookup = {.protocol_number = dwProtocol,
        .suite_number = dwCipherSuite,
        .has_output = szPRFHash != NULL,
        .is_too_old = sslp_version_before_tls12(dwProtocol),
        .flags = dwFlags,
        .unknown = NTE_NOT_SUPPORTED};
    const SECURITY_STATUS status = lookup_suite(hSslProvider, &lookup);

    (void)dwKeyType;
    if (status == ERROR_SUCCESS)
        sslp_native_suite_write(szPRFHash, sslp_native_suite_hash(lookup.suite->prf_hash));
    else if (szPRFHash != NULL)
        memset(szPRFHash, 0, NCRYPT_SSL_MAX_NAME_SIZE * sizeof(*szPRFHash));
    return status;
}
