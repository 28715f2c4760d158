/* SPDX-License-Identifier: Apache-2.0
 *
 * The key schedule of TLS 1.3: the figure in RFC 8446 section 7.1, and key update.
 * The rules at the head of sslprovider.h hold, and these:
 *
 * What the RFC calls a secret is called a key here; only SslExpandWriteKey gives keys for records.
 * A secret of the wrong stage or a session key is NTE_NOT_SUPPORTED; every other object is
 * NTE_INVALID_HANDLE.  hHashValue is a transcript hash that has seen exactly
 * the messages named; it is read and may go on; a hash of another length than that of the suite is
 * NTE_INVALID_PARAMETER.  pParameterList may be NULL and is not read.  dwFlags should be 0, and is
 * looked at only where a comment says so.  Microsoft publishes no page on these functions.
 *
 * If SSLKEYLOGFILE asks for it, SslExpandTrafficKeys and SslExpandExporterMasterKey write what they
 * derive to a file, for hashes that the ClientHello went through.
 */
#ifndef NCRYPTSSL_SSLPROVIDER_TLS13_H
#define NCRYPTSSL_SSLPROVIDER_TLS13_H

#include "ncrypt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The early secret, with protocol and suite for all that follows.  hPreSharedKey: 0 for a
 * handshake without PSK, else a key with the suite's hash: one of SslExpandPreSharedKey has that of
 * its suite, an imported TLS_13_PRE_SHARED_KEY has SHA-256.
 * Errors: NTE_INVALID_HANDLE also: a pre-shared key with another hash. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExtractEarlyKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPreSharedKey, NCRYPT_KEY_HANDLE *phEarlyKey, DWORD dwProtocol,
    DWORD dwCipherSuite, PNCryptBufferDesc pParameterList, DWORD dwFlags);

/* The handshake secret, of the early secret and the shared secret of the own ephemeral key
 * hPrivateKey and the peer's hPublicKey.  Both 0: a resumption without (EC)DHE, in whose place are
 * zeros; but one of the two has to be secret.
 * Errors: NTE_INVALID_HANDLE also: both are 0, and the early secret is one without PSK.
 *   NTE_INVALID_PARAMETER also: the two do not belong to one group.
 *   NTE_NOT_SUPPORTED also: both are keys of another use. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExtractHandshakeKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPrivateKey, NCRYPT_KEY_HANDLE hPublicKey, NCRYPT_KEY_HANDLE hEarlyKey,
    NCRYPT_KEY_HANDLE *phHandshakeKey, PNCryptBufferDesc pParameterList, DWORD dwFlags);

/* The master secret, of the handshake secret. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExtractMasterKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hHandshakeKey, NCRYPT_KEY_HANDLE *phMasterKey,
    PNCryptBufferDesc pParameterList, DWORD dwFlags);

/* Traffic secrets of the stage of hBaseKey.  Early secret, messages to ClientHello: "c e
 * traffic".  Handshake secret, to ServerHello: "c hs traffic" and "s hs traffic".  Master secret,
 * to the server's Finished: "c ap traffic" and "s ap traffic".  Either output may be NULL, but
 * not both, and they may not be one variable; with the early secret phServerTrafficKey must be
 * NULL.
 * Errors: NTE_INVALID_PARAMETER also: outputs that do not follow this. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExpandTrafficKeys(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hBaseKey, NCRYPT_HASH_HANDLE hHashValue,
    NCRYPT_KEY_HANDLE *phClientTrafficKey, NCRYPT_KEY_HANDLE *phServerTrafficKey,
    PNCryptBufferDesc pParameterList, DWORD dwFlags);

/* The session key, for either direction, of a traffic secret: "key" and "iv" of RFC 8446 section
 * 7.3. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExpandWriteKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hBaseTrafficKey, NCRYPT_KEY_HANDLE *phWriteKey,
    PNCryptBufferDesc pParameterList, DWORD dwFlags);

/* The exporter secret: "e exp master" of the early secret (to ClientHello), "exp master" of the
 * master secret (to the server's Finished). */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExpandExporterMasterKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hBaseKey, NCRYPT_HASH_HANDLE hHashValue,
    NCRYPT_KEY_HANDLE *phExporterMasterKey, PNCryptBufferDesc pParameterList, DWORD dwFlags);

/* "res master" of the master secret; messages to the client's Finished.  dwFlags: NTE_BAD_FLAGS
 * if not 0. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExpandResumptionMasterKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hMasterKey, NCRYPT_HASH_HANDLE hHashValue,
    NCRYPT_KEY_HANDLE *phResumptionMasterKey, PNCryptBufferDesc pParameterList, DWORD dwFlags);

/* The binder key of the early secret.  dwFlags: NCRYPT_SSL_EXTERNAL_PSK_FLAG for "ext binder" or
 * NCRYPT_SSL_RESUMPTION_PSK_FLAG for "res binder", exactly one; otherwise NTE_BAD_FLAGS. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExpandBinderKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hEarlyKey, NCRYPT_KEY_HANDLE *phBinderKey, PNCryptBufferDesc pParameterList,
    DWORD dwFlags);

/* The pre-shared key that belongs to a ticket (RFC 8446 section 4.6.1).  pbTicketNonce: at most
 * 255 bytes; may be NULL with cbTicketNonce 0.  dwFlags: NTE_BAD_FLAGS if not 0. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExpandPreSharedKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hResumptionMasterKey, PBYTE pbTicketNonce, DWORD cbTicketNonce,
    NCRYPT_KEY_HANDLE *phPreSharedKey, PNCryptBufferDesc pParameterList, DWORD dwFlags);

/* The next traffic secret of a side, after a KeyUpdate (RFC 8446 section 7.2).  It came after the
 * versions of the function table, which has no member for it.  dwFlags: NTE_BAD_FLAGS if not 0. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExpandNextGenTrafficKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hTrafficKey, NCRYPT_KEY_HANDLE *phNextTrafficKey,
    PNCryptBufferDesc pParameterList, DWORD dwFlags);

#ifdef __cplusplus
}
#endif

#endif
