/* SPDX-License-Identifier: Apache-2.0
 *
 * The key schedule of TLS 1.3: the figure in RFC 8446 section 7.1, and key update.  The rules at
 * the head of sslprovider.h hold, and these:
 *
 * Secrets  What the RFC calls a secret is called a key here; only SslExpandWriteKey makes keys for
 *          records.  A secret of another stage and a session key are NTE_NOT_SUPPORTED; every
 *          other object is NTE_INVALID_HANDLE.
 *
 * Hashes   hHashValue is a transcript hash that has seen exactly the messages named.  The
 *          function reads it, and it stays usable.  A hash of another length than the suite's is
 *          NTE_INVALID_PARAMETER.
 *
 * Rest     pParameterList may be NULL and is not read.  dwFlags should be 0; a function reads it
 *          only if its comment says so.  Microsoft declares these functions and does not describe
 *          them.
 *
 * If SSLKEYLOGFILE asks for it, SslExpandTrafficKeys and SslExpandExporterMasterKey write what they
 * derive to a file, if the hash has seen the ClientHello; see ncryptssl(7).
 *
 *                0 or PSK
 *                   |
 *          SslExtractEarlyKey --> early ------> SslExpandBinderKey            binder key
 *                   |                     +---> SslExpandTrafficKeys          c e traffic
 *                   |                     +---> SslExpandExporterMasterKey    e exp master
 *        SslExtractHandshakeKey --> handshake -> SslExpandTrafficKeys         c/s hs traffic
 *                   |
 *         SslExtractMasterKey --> master -----> SslExpandTrafficKeys          c/s ap traffic
 *                                         +---> SslExpandExporterMasterKey    exp master
 *                                         +---> SslExpandResumptionMasterKey  res master
 *
 * A traffic key goes to SslExpandWriteKey, SslComputeFinishedHash and SslExpandNextGenTrafficKey, a
 * resumption key to SslExpandPreSharedKey, whose result begins the next connection.
 */
#ifndef NCRYPTSSL_SSLPROVIDER_TLS13_H
#define NCRYPTSSL_SSLPROVIDER_TLS13_H

#include "ncrypt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The early secret.  It fixes protocol and suite for all that follows.  hPreSharedKey: 0 for a
 * handshake without PSK, otherwise a PSK with the suite's hash.  A PSK of SslExpandPreSharedKey
 * has the hash of its suite, an imported TLS_13_PRE_SHARED_KEY has SHA-256.
 * Errors: NTE_INVALID_HANDLE also: a PSK with another hash or of another protocol.
 *   NTE_NOT_SUPPORTED: neither TLS 1.3 nor DTLS 1.3, or a suite that the protocol does not have.
 * Source: RFC 8446 sections 7.1 and 4.2.11. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExtractEarlyKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPreSharedKey, NCRYPT_KEY_HANDLE *phEarlyKey, DWORD dwProtocol,
    DWORD dwCipherSuite, PNCryptBufferDesc pParameterList, DWORD dwFlags);

/* The handshake secret, from the early secret and the shared secret of the own ephemeral key
 * hPrivateKey and the peer's hPublicKey.  Both may be 0, for a resumption without (EC)DHE:
 * Hash.length zeros replace the shared secret.  At least one of PSK and shared secret is needed.
 * Errors: NTE_INVALID_HANDLE also: one of the two is 0, or both are and the early secret has no
 *   PSK.  NTE_INVALID_PARAMETER also: the two keys are of different kinds or groups.
 *   NTE_NOT_SUPPORTED also: both are keys for another use.
 * Source: RFC 8446 sections 7.1 and 7.4. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExtractHandshakeKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPrivateKey, NCRYPT_KEY_HANDLE hPublicKey, NCRYPT_KEY_HANDLE hEarlyKey,
    NCRYPT_KEY_HANDLE *phHandshakeKey, PNCryptBufferDesc pParameterList, DWORD dwFlags);

/* The master secret, from the handshake secret.
 * Source: RFC 8446 section 7.1. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExtractMasterKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hHandshakeKey, NCRYPT_KEY_HANDLE *phMasterKey,
    PNCryptBufferDesc pParameterList, DWORD dwFlags);

/* The traffic secrets of the stage of hBaseKey.  Early secret, messages to ClientHello: "c e
 * traffic".  Handshake secret, messages to ServerHello: "c hs traffic" and "s hs traffic".  Master
 * secret, messages to the server's Finished: "c ap traffic" and "s ap traffic".  One output may be
 * NULL, not both, and they may not be the same variable.  With the early secret phServerTrafficKey
 * must be NULL.
 * Errors: NTE_INVALID_PARAMETER also: outputs that do not follow this.
 * Source: RFC 8446 section 7.1. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExpandTrafficKeys(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hBaseKey, NCRYPT_HASH_HANDLE hHashValue,
    NCRYPT_KEY_HANDLE *phClientTrafficKey, NCRYPT_KEY_HANDLE *phServerTrafficKey,
    PNCryptBufferDesc pParameterList, DWORD dwFlags);

/* The session key of a traffic secret, for either direction: "key" and "iv".
 * Source: RFC 8446 section 7.3. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExpandWriteKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hBaseTrafficKey, NCRYPT_KEY_HANDLE *phWriteKey,
    PNCryptBufferDesc pParameterList, DWORD dwFlags);

/* The exporter master secret: "e exp master" of the early secret (messages to ClientHello), "exp
 * master" of the master secret (messages to the server's Finished).
 * Source: RFC 8446 sections 7.1 and 7.5. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExpandExporterMasterKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hBaseKey, NCRYPT_HASH_HANDLE hHashValue,
    NCRYPT_KEY_HANDLE *phExporterMasterKey, PNCryptBufferDesc pParameterList, DWORD dwFlags);

/* The resumption master secret: "res master" of the master secret; messages to the client's
 * Finished.  dwFlags: NTE_BAD_FLAGS if not 0.
 * Source: RFC 8446 section 7.1. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExpandResumptionMasterKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hMasterKey, NCRYPT_HASH_HANDLE hHashValue,
    NCRYPT_KEY_HANDLE *phResumptionMasterKey, PNCryptBufferDesc pParameterList, DWORD dwFlags);

/* The binder key of the early secret.  dwFlags: exactly one of NCRYPT_SSL_EXTERNAL_PSK_FLAG for
 * "ext binder" and NCRYPT_SSL_RESUMPTION_PSK_FLAG for "res binder"; otherwise NTE_BAD_FLAGS.
 * Source: RFC 8446 sections 7.1 and 4.2.11.2. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExpandBinderKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hEarlyKey, NCRYPT_KEY_HANDLE *phBinderKey, PNCryptBufferDesc pParameterList,
    DWORD dwFlags);

/* The PSK of a ticket.
 * pbTicketNonce: at most 255 bytes; may be NULL with cbTicketNonce 0.
 * dwFlags: NTE_BAD_FLAGS if not 0.
 * Errors: NTE_INVALID_PARAMETER also: a longer nonce.
 * Source: RFC 8446 section 4.6.1. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExpandPreSharedKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hResumptionMasterKey, PBYTE pbTicketNonce, DWORD cbTicketNonce,
    NCRYPT_KEY_HANDLE *phPreSharedKey, PNCryptBufferDesc pParameterList, DWORD dwFlags);

/* The next traffic secret of a side, after a KeyUpdate.  The function is newer than the versions
 * of the function table, which has no member for it.  dwFlags: NTE_BAD_FLAGS if not 0.
 * Source: RFC 8446 section 7.2. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExpandNextGenTrafficKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hTrafficKey, NCRYPT_KEY_HANDLE *phNextTrafficKey,
    PNCryptBufferDesc pParameterList, DWORD dwFlags);

#ifdef __cplusplus
}
#endif

#endif
