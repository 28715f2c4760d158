/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions of the Windows CNG SSL provider interface: the cryptographic steps of SSL 3.0,
 * TLS and DTLS, on handles, so that no secret passes through the caller.  Version 5 of the
 * interface is declared whole; the README and the manual page ncryptssl(7) list the functions
 * that the library of a release exports.
 *
 * Rules for all functions; a comment below says only what differs from them.
 *
 * Result   ERROR_SUCCESS, or a failure, which is negative.  After a failure every output handle
 *          and output pointer that was given is 0 or NULL, no object has been made, and no output
 *          buffer holds anything of use.  Beside the codes a comment names, every function can
 *          answer NTE_NO_MEMORY and NTE_INTERNAL_ERROR.
 * Checks   The provider handle first, then the other handles, then pointers, then the rest.
 * Handles  hSslProvider is an open provider.  0, a handle that was freed and a handle of another
 *          kind are NTE_INVALID_HANDLE; they are recognised safely, and a stale number never
 *          reaches another object.  A new handle, through a parameter ph..., belongs to the
 *          caller, who ends it with SslFreeObject.  Keys and hashes keep what they need of their
 *          provider alive, so handles may be freed in any order.
 * Pointers NULL is NTE_INVALID_PARAMETER where no comment says "may be NULL".  What a pointer
 *          leads to stays the caller's and is not used after the call.  Inputs are not written
 *          to, although many are not const: the signatures are those of Windows.
 * Lengths  cb... counts bytes.  psz... is a string of WCHAR that ends with a zero unit.
 * Sizes    Where pbOutput (or pbSignature) and pcbResult occur together: with the buffer NULL the
 *          call succeeds and *pcbResult is the size needed; with a buffer it is the number of
 *          bytes written; too small a buffer is NTE_BUFFER_TOO_SMALL, with the size needed.
 * dwFlags  Must be 0 where no comment names a flag; otherwise NTE_BAD_FLAGS.
 * Suites   dwProtocol is a *_PROTOCOL_VERSION, dwCipherSuite a number as in sslprovider_suites.h,
 *          dwKeyType a *_KEY_TYPE.  The protocol must have the suite, and the configuration must
 *          allow both; otherwise NTE_NOT_SUPPORTED.  That is always so for SSL 2.0.
 * Lists    pParameterList has ulVersion NCRYPTBUFFER_VERSION and entries in any order, for a
 *          master key at most 64.  The functions of TLS 1.3 do not look at it.  Types that a
 * function does not read are skipped; of two entries of a type the last counts.  A NULL list,
 * another version, an entry of any type without data, and a missing or wrong entry are
 * NTE_INVALID_PARAMETER. Memory   What a function returns through a pointer to a pointer is freed
 * with SslFreeBuffer. Threads  Every function may be called from every thread, and with one handle
 * from several at once.  Records that are chained, and calls of one hash, are taken one at a time;
 * their order is then the callers' concern. Sources  Microsoft, "CNG SSL Provider Functions"; RFC
 * 6101 (SSL 3.0); RFC 2246, 4346 and 5246 (TLS 1.0 to 1.2); RFC 8446 (TLS 1.3); RFC 4347 and 6347
 * (DTLS); RFC 7627 (extended master secret).
 */
#ifndef NCRYPTSSL_SSLPROVIDER_H
#define NCRYPTSSL_SSLPROVIDER_H

#include "ncrypt.h"
#include "sslprovider_table.h"
#include "sslprovider_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Providers ---- */

/* Opens a protocol provider.  *phSslProvider receives a handle with one reference.
 * pszProviderName: MS_SCHANNEL_PROVIDER, compared exactly; may be NULL, which means the same.
 * Errors: NTE_INVALID_PARAMETER: phSslProvider is NULL, or dwFlags is not 0.  STATUS_NOT_FOUND:
 *   another name.  Any other: the OpenSSL provider behind the library could not be set up.
 * Source: Microsoft, SslOpenProvider. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslOpenProvider(
    NCRYPT_PROV_HANDLE *phSslProvider, LPCWSTR pszProviderName, DWORD dwFlags);

/* Lists the protocol providers.  *ppProviderList receives an array of *pdwProviderCount entries
 * in one block together with their strings: one SslFreeBuffer frees all.  pszComment may be NULL.
 * Source: Microsoft, SslEnumProtocolProviders. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslEnumProtocolProviders(
    DWORD *pdwProviderCount, NCryptProviderName **ppProviderList, DWORD dwFlags);

/* Adds a reference to a provider handle: it takes one more SslDecrementProviderReferenceCount or
 * SslFreeObject to end it.
 * Source: Microsoft, SslIncrementProviderReferenceCount. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslIncrementProviderReferenceCount(
    NCRYPT_PROV_HANDLE hSslProvider);

/* Gives a reference back; with the last one the handle ends.
 * Errors: STATUS_INVALID_HANDLE, and not the usual code, for a bad handle.
 * Source: Microsoft, SslDecrementProviderReferenceCount. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslDecrementProviderReferenceCount(
    NCRYPT_PROV_HANDLE hSslProvider);

/* The entry point of a provider library: *ppFunctionTable receives its table, which the library
 * owns and which stays valid while it is loaded.  pszProviderName as in SslOpenProvider, except
 * that another name is NTE_INVALID_PARAMETER; dwFlags is not looked at.  Read no member that is
 * newer than Version, and write to none.
 * Source: Microsoft, GetSChannelInterface. */
NCRYPTSSL_API NTSTATUS WINAPI GetSChannelInterface(
    LPCWSTR pszProviderName, NCRYPT_SSL_FUNCTION_TABLE **ppFunctionTable, DWORD dwFlags);

/* Copies that table to *pFunctionTable, which the caller owns and which has room for one of version
 * 5.  pszProviderName as in GetSChannelInterface.  Windows declares and does not describe this
 * function. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslInitializeInterface(
    LPCWSTR pszProviderName, NCRYPT_SSL_FUNCTION_TABLE *pFunctionTable, DWORD dwFlags);

/* Reserved: always NTE_NOT_SUPPORTED, whatever the arguments.
 * Source: Microsoft, SslChangeNotify. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslChangeNotify(HANDLE hEvent, DWORD dwFlags);

/* Reads a property of a provider.  pszProperty: a name of at most NCRYPT_MAX_PROPERTY_NAME
 * WCHARs.  *ppbOutput and *pcbOutput would receive the value and its bytes; ppEnumState may be
 * NULL.  No name is defined: once the arguments are in order the answer is NTE_NOT_SUPPORTED.
 * Source: Microsoft, SslGetProviderProperty. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslGetProviderProperty(NCRYPT_PROV_HANDLE hSslProvider,
    LPCWSTR pszProperty, PBYTE *ppbOutput, DWORD *pcbOutput, PVOID *ppEnumState, DWORD dwFlags);

/* ---- Freeing ---- */

/* Frees a block that a function of this interface returned: an element or state of an
 * enumeration, an array, a property.
 * Errors: NTE_INVALID_PARAMETER, with nothing touched, for NULL and for every address that did
 *   not come from here or was freed before.
 * Source: Microsoft, SslFreeBuffer. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslFreeBuffer(PVOID pvInput);

/* Ends a handle of any kind.  A provider loses one reference.  Secrets are wiped once no call in
 * another thread uses them any longer.  dwFlags is not looked at.
 * Errors: STATUS_INVALID_HANDLE, and not the usual code, for a bad handle.
 * Source: Microsoft, SslFreeObject. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslFreeObject(NCRYPT_HANDLE hObject, DWORD dwFlags);

/* ---- Enumeration and lookup ---- */

/* The next cipher suite; a suite comes once for each protocol that has it.  *ppEnumState: NULL
 * before the first call, then passed on as it is; *ppCipherSuite receives one record.  Free every
 * record, and the state too, at the end or at any time before.  hPrivateKey: 0, or a key of
 * SslOpenPrivateKey to which the suites must fit.  The list is made by the first call, the
 * suites in order of preference and the newest protocol of a suite first; it leaves out suites in
 * which neither side proves who it is.  One thread at a time may use a state.
 * Errors: NTE_NO_MORE_ITEMS: the end.  NTE_INVALID_PARAMETER also: a state that came from
 *   elsewhere.
 * Source: Microsoft, SslEnumCipherSuites. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslEnumCipherSuites(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPrivateKey, NCRYPT_SSL_CIPHER_SUITE **ppCipherSuite, PVOID *ppEnumState,
    DWORD dwFlags);

/* SslEnumCipherSuites with the larger record.  The states of the two may not be exchanged. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslEnumCipherSuitesEx(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPrivateKey, NCRYPT_SSL_CIPHER_SUITE_EX **ppCipherSuite, PVOID *ppEnumState,
    DWORD dwFlags);

/* The elliptic curves in order of preference: *ppEccCurve receives one array of *pEccCurveCount
 * elements.
 * Source: RFC 8422 section 5.1.1. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslEnumEccCurves(NCRYPT_PROV_HANDLE hSslProvider,
    DWORD *pEccCurveCount, NCRYPT_SSL_ECC_CURVE **ppEccCurve, DWORD dwFlags);

/* Fills *pCipherSuite, which the caller owns.  dwKeyType is accepted and not used, and the member
 * of that name is left as it was.
 * Errors: NTE_INVALID_PARAMETER also: no such suite in the protocol.
 * Source: Microsoft, SslLookupCipherSuiteInfo. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslLookupCipherSuiteInfo(NCRYPT_PROV_HANDLE hSslProvider,
    DWORD dwProtocol, DWORD dwCipherSuite, DWORD dwKeyType, NCRYPT_SSL_CIPHER_SUITE *pCipherSuite,
    DWORD dwFlags);

/* What protection adds to a record.  pCipherLengths: at least sizeof(NCRYPT_SSL_CIPHER_LENGTHS)
 * bytes, which cbCipherLengths states.  The header length is the explicit IV or nonce (RFC 5246
 * section 6.2.3) without the 5 or, in DTLS, 13 bytes that begin a record.
 * Errors: NTE_NOT_SUPPORTED: a protocol before TLS 1.1.  NTE_INVALID_PARAMETER also: too few
 *   bytes, or no such suite in the protocol.
 * Source: Microsoft, SslLookupCipherLengths. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslLookupCipherLengths(NCRYPT_PROV_HANDLE hSslProvider,
    DWORD dwProtocol, DWORD dwCipherSuite, DWORD dwKeyType,
    NCRYPT_SSL_CIPHER_LENGTHS *pCipherLengths, DWORD cbCipherLengths, DWORD dwFlags);

/* The name of the hash of the suite's PRF or HKDF, such as BCRYPT_SHA256_ALGORITHM, which is also
 * the answer where a suite names none.  szPRFHash: room for NCRYPT_SSL_MAX_NAME_SIZE WCHARs.
 * Errors: NTE_NOT_SUPPORTED also: a protocol before TLS 1.2.
 * Source: Microsoft, SslGetCipherSuitePRFHashAlgorithm. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslGetCipherSuitePRFHashAlgorithm(
    NCRYPT_PROV_HANDLE hSslProvider, DWORD dwProtocol, DWORD dwCipherSuite, DWORD dwKeyType,
    WCHAR szPRFHash[NCRYPT_SSL_MAX_NAME_SIZE], DWORD dwFlags);

/* ---- Handshake hashes ---- */

/* A new transcript hash: MD5 and SHA-1 side by side before TLS 1.2 and in DTLS 1.0 (RFC 2246
 * section 7.4.9), and otherwise the hash of the suite's PRF (RFC 5246 7.4.9, RFC 8446 4.4.1).
 * Source: Microsoft, SslCreateHandshakeHash. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslCreateHandshakeHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_HASH_HANDLE *phHandshakeHash, DWORD dwProtocol, DWORD dwCipherSuite, DWORD dwFlags);

/* A new transcript hash for a CertificateVerify of TLS 1.2 or later, of the algorithm
 * pszHashAlgId; the name is compared without regard to case.  Make one for each algorithm that
 * may yet be chosen.
 * Errors: NTE_NOT_SUPPORTED also: an earlier protocol, an unknown algorithm.
 * Source: Microsoft, SslCreateClientAuthHash; RFC 5246 section 7.4.8. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslCreateClientAuthHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_HASH_HANDLE *phHandshakeHash, DWORD dwProtocol, DWORD dwCipherSuite,
    LPCWSTR pszHashAlgId, DWORD dwFlags);

/* Appends handshake messages to a hash of either kind: with their header of 4 bytes (DTLS: of 12,
 * as if unfragmented, RFC 6347 section 4.2.6) and without record headers, cut at will.  cbInput
 * may be 0.  HelloRequest is never hashed.
 * Errors: NTE_NO_MEMORY also: more than 1 MiB of SSL 3.0 messages, which are kept (RFC 6101
 *   section 5.6.9 hashes them with the master secret).
 * Source: Microsoft, SslHashHandshake. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslHashHandshake(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_HASH_HANDLE hHandshakeHash, PBYTE pbInput, DWORD cbInput, DWORD dwFlags);

/* *phTranscriptHash receives an independent copy of a hash of TLS 1.3; another one gives
 * NTE_NOT_SUPPORTED.  RFC 8446 section 4.2.6 needs it for authentication after the handshake. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslDuplicateTranscriptHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_HASH_HANDLE hTranscriptHash, NCRYPT_HASH_HANDLE *phTranscriptHash, DWORD dwFlags);

/* The session hash of RFC 7627 section 3: the digest of all messages so far; 36 bytes before TLS
 * 1.2, else 32 or 48, or that of SslCreateClientAuthHash.  dwProtocol: that of the hash, or
 * NTE_INVALID_PARAMETER; SSL 3.0 is NTE_NOT_SUPPORTED.  The hash may go on.  There is no question
 * for the size, and if cbOutput is too small *pcbResult is 0: pass 64 bytes. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslComputeSessionHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_HASH_HANDLE hHandshakeHash, DWORD dwProtocol, PBYTE pbOutput, DWORD cbOutput,
    DWORD *pcbResult, DWORD dwFlags);

/* The digest that a CertificateVerify signs.  hMasterKey: the master key of the same protocol and
 * suite as the hash, or NTE_INVALID_PARAMETER; SSL 3.0 hashes it in (RFC 6101 section 5.6.8).
 * pszAlgId: the algorithm of the signing key; before TLS 1.2 RSA gives MD5 and SHA-1 (36 bytes),
 * DSA and ECDSA, with or without _P256 and the like, give SHA-1 (20 bytes); later it is not looked
 * at and may be NULL: the result is the digest of the hash given.  The hash may go on.
 * Errors: NTE_NOT_SUPPORTED also: another algorithm before TLS 1.2.
 * Source: Microsoft, SslComputeClientAuthHash. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslComputeClientAuthHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hMasterKey, NCRYPT_HASH_HANDLE hHandshakeHash, LPCWSTR pszAlgId,
    PBYTE pbOutput, DWORD cbOutput, DWORD *pcbResult, DWORD dwFlags);

/* verify_data of a Finished message.  hMasterKey: the master key of the same protocol and suite as
 * the hash, or NTE_INVALID_PARAMETER; in TLS 1.3 the sender's handshake traffic secret, or a binder
 * key (RFC 8446 sections 4.4.4 and 4.2.11.2).  dwFlags: the sender of the message,
 * NCRYPT_SSL_CLIENT_FLAG or NCRYPT_SSL_SERVER_FLAG; both count as the client, none is
 * NTE_BAD_FLAGS; in TLS 1.3 neither matters.  cbOutput: 12, in SSL 3.0 36 and in TLS 1.3 the length
 * of the hash; other lengths are NTE_INVALID_PARAMETER.  The hash may go on.
 * Source: Microsoft, SslComputeFinishedHash; RFC 5246 section 7.4.9, RFC 6101 section 5.6.9. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslComputeFinishedHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hMasterKey, NCRYPT_HASH_HANDLE hHandshakeHash, PBYTE pbOutput, DWORD cbOutput,
    DWORD dwFlags);

/* ---- Asymmetric keys, import and export, signatures ---- */

/* *phPrivateKey receives the private key that belongs to a certificate: one that was attached
 * (sslprovider_ext.h), or else one in the files, folders and tokens that the configuration names
 * under `private-keys`.  Nothing is ever asked of the user.  pCertContext: pbCertEncoded and
 * cbCertEncoded count.  dwFlags: 0 or NCRYPT_SILENT_FLAG.
 * Errors: NTE_BAD_DATA: that is no certificate.  NTE_NO_KEY: there is no key.  NTE_NOT_SUPPORTED:
 *   its algorithm is not RSA, ECDSA or DSA.
 * Source: Microsoft, SslOpenPrivateKey. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslOpenPrivateKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE *phPrivateKey, PCCERT_CONTEXT pCertContext, DWORD dwFlags);

/* A new key pair for key exchange.  dwKeyType: the group for elliptic curves and in TLS 1.3, where
 * the suite does not matter yet and may be 0, and where it may also be ffdhe2048 to ffdhe8192 (256
 * to 260, RFC 7919) or one with ML-KEM (sslprovider_ext.h); else it is not looked at.  dwKeyBitLen:
 * bits, for RSA (512 to 16384 in steps of 64) and in DHE suites.  pbParams: in those a
 * BCRYPT_DH_PARAMETER_HEADER with modulus and generator, cbParams bytes together, and dwKeyBitLen
 * is then the length of the modulus; NULL for the group of that length, of RFC 7919 or of 1536 bits
 * that of RFC 3526.  dwFlags: 0 or NCRYPT_SSL_SERVER_FLAG, which changes nothing.  Parameters and
 * flag have another meaning in groups with ML-KEM.
 * Errors: NTE_INVALID_PARAMETER, and not the usual code: flags; also wrong parameters, a length of
 *   0.  NTE_NOT_SUPPORTED: a group or a length that there is not, a suite without such a key.
 * Source: Microsoft, SslCreateEphemeralKey. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslCreateEphemeralKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE *phEphemeralKey, DWORD dwProtocol, DWORD dwCipherSuite, DWORD dwKeyType,
    DWORD dwKeyBitLen, PBYTE pbParams, DWORD cbParams, DWORD dwFlags);

/* Makes a key of a blob of cbKeyBlob bytes.  pszBlobType, compared exactly:
 * BCRYPT_OPAQUE_KEY_BLOB gives back what SslExportKey wrote, in the state it had then;
 * BCRYPT_ECCPUBLIC_BLOB and BCRYPT_ECCFULLPUBLIC_BLOB with a magic of key exchange,
 * SSL_ECCPUBLIC_BLOB, BCRYPT_DH_PUBLIC_BLOB, BCRYPT_RSAPUBLIC_BLOB and LEGACY_RSAPUBLIC_BLOB give a
 * peer's public key, which counts as an ephemeral one.  A key of X25519 or X448 is the first
 * coordinate, unchanged, and the second is zeros, which SSL_ECCPUBLIC_BLOB may leave out; in
 * BCRYPT_ECCPUBLIC_BLOB the generic magic stands for these two alone.  The parameters in
 * BCRYPT_ECCFULLPUBLIC_BLOB have to be those of a curve of SslEnumEccCurves; its seed is not looked
 * at.  Of sslprovider_ext.h, NCRYPTSSL_KEY_SHARE_BLOB gives a peer's public key too, and
 * NCRYPTSSL_SECRET_BLOB a secret.  TLS_13_PRE_SHARED_KEY is an external pre-shared key for TLS 1.3,
 * the bare bytes, 4 to 512, for suites with SHA-256; NCRYPTSSL_SECRET_BLOB brings in one for
 * another hash.  The blob is the caller's to wipe.
 * Errors: NTE_INVALID_PARAMETER also: another length of a pre-shared key.
 *   NTE_NOT_SUPPORTED: another type, magic or group.  NTE_BAD_DATA: a blob that its type does
 *   not allow, a point off its curve, a Diffie-Hellman value of 0, 1 or p - 1.
 * Source: Microsoft, SslImportKey. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslImportKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE *phKey, LPCWSTR pszBlobType, PBYTE pbKeyBlob, DWORD cbKeyBlob, DWORD dwFlags);

/* Writes a key as a blob: BCRYPT_OPAQUE_KEY_BLOB for a session key, with its secrets in clear and
 * its running state, to go on in another process; for an ephemeral key the public blob of its
 * algorithm, and of an elliptic curve SSL_ECCPUBLIC_BLOB too, which alone names every curve; and of
 * a key with a group NCRYPTSSL_KEY_SHARE_BLOB of sslprovider_ext.h.  An opaque blob has no layout
 * to rely on and is for this library only.  Of the key and its copy only one may go on with
 * records: they do not share their state.
 * Errors: NTE_NOT_SUPPORTED: a type that the key does not have, or a secret that does not leave
 *   the provider.  NTE_INVALID_HANDLE also: a private key, a premaster secret, a pre-shared key.
 * Source: Microsoft, SslExportKey. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExportKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hKey, LPCWSTR pszBlobType, PBYTE pbOutput, DWORD cbOutput, DWORD *pcbResult,
    DWORD dwFlags);

/* Reads a property of a private or ephemeral key into *ppbOutput, *pcbOutput bytes.  pszProperty,
 * of at most NCRYPT_MAX_PROPERTY_NAME WCHARs: SSL_KEY_TYPE_PROPERTY, for ephemeral keys, a DWORD
 * with the group where that is P-256, P-384 or P-521 and 0 for others; NCRYPT_ALGORITHM_PROPERTY
 * and NCRYPT_ALGORITHM_GROUP_PROPERTY, zero-terminated names; NCRYPT_LENGTH_PROPERTY, a DWORD of
 * bits; NCRYPT_BLOCK_LENGTH_PROPERTY, of RSA keys, a DWORD of bytes.
 * Errors: NTE_NOT_SUPPORTED: another one.  NTE_INVALID_HANDLE also: the type of a private key.
 * Source: Microsoft, SslGetKeyProperty. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslGetKeyProperty(
    NCRYPT_KEY_HANDLE hKey, LPCWSTR pszProperty, PBYTE *ppbOutput, DWORD *pcbOutput, DWORD dwFlags);

/* Signs a digest of cbHashValue bytes.  RSA: PKCS #1 v1.5 of the digest alone, as TLS 1.1 signs
 * MD5 and SHA-1; with NCRYPT_SSL_SIGN_INCLUDE_HASHOID with a DigestInfo, or with
 * NCRYPT_SSL_SIGN_USE_PSS_PADDING RSASSA-PSS whose salt has the length of the digest (RFC 8446
 * section 4.2.3), and then pbHashValue is the zero-terminated WCHAR name of the hash and the
 * digest behind it, and cbHashValue counts both.  ECDSA and DSA: no flag; r and s, each of full
 * width, not DER.
 * Errors: NTE_INVALID_PARAMETER, and not the usual code: other flags, or both; also a digest that
 *   is empty, has not the length of its hash, does not fit under the padding or, without a named
 *   hash, is longer than that of any.
 *   NTE_NOT_SUPPORTED: a hash other than MD5 and SHA-1 to SHA-512 of ncrypt.h.
 * Source: Microsoft, SslSignHash. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslSignHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPrivateKey, PBYTE pbHashValue, DWORD cbHashValue, PBYTE pbSignature,
    DWORD cbSignature, DWORD *pcbResult, DWORD dwFlags);

/* Verifies what SslSignHash makes; digest and flags as there, other bits ignored.  hPublicKey: the
 * public key of an import, or a key of SslOpenPrivateKey or SslCreateEphemeralKey, whose public
 * half counts.
 * Errors: NTE_BAD_SIGNATURE: it does not fit, or has another length.  NTE_NOT_SUPPORTED: a key that
 *   makes no such signatures.
 * Source: Microsoft, SslVerifySignature. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslVerifySignature(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPublicKey, PBYTE pbHashValue, DWORD cbHashValue, PBYTE pbSignature,
    DWORD cbSignature, DWORD dwFlags);

/* ---- Master key and session keys up to TLS 1.2 and DTLS 1.2 ---- */

/* RSA key exchange at the client in two steps, as RFC 7627 needs it: a new pre-master secret,
 * also written to pbOutput encrypted for hPublicKey (RFC 5246 section 7.4.7.1, without length
 * prefix), to be hPrivateKey of SslGenerateMasterKey.  List: NCRYPTBUFFER_SSL_HIGHEST_VERSION.
 * dwFlags: 0 or NCRYPT_SSL_CLIENT_FLAG.  A question for the size returns a key as well, of
 * another secret, to be freed.
 * Errors: NTE_NOT_SUPPORTED also: a suite of another key exchange. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslGeneratePreMasterKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPublicKey, NCRYPT_KEY_HANDLE *phPreMasterKey, DWORD dwProtocol,
    DWORD dwCipherSuite, PNCryptBufferDesc pParameterList, PBYTE pbOutput, DWORD cbOutput,
    DWORD *pcbResult, DWORD dwFlags);

/* Makes the master key, which remembers protocol, suite and side; the side is dwFlags,
 * NCRYPT_SSL_CLIENT_FLAG or NCRYPT_SSL_SERVER_FLAG, none is NTE_BAD_FLAGS and both are the
 * client.  RSA, client only: hPublicKey is the server's key and pbOutput receives the pre-master
 * secret under it; or hPrivateKey is one of SslGeneratePreMasterKey and the rest is not used.  DH
 * and ECDH: hPrivateKey is the own ephemeral key, hPublicKey the peer's, and pbOutput is not
 * used.  PSK: neither.  List: both randoms, or NCRYPTBUFFER_SSL_SESSION_HASH for the extended
 * master secret, and not both; for RSA NCRYPTBUFFER_SSL_HIGHEST_VERSION; for PSK
 * NCRYPTBUFFER_SSL_CLEAR_KEY.  With RSA a question for the size returns a key as well, of another
 * secret, to be freed.
 * Errors: NTE_NOT_SUPPORTED also: RSA at the server (see SslImportMasterKey), TLS 1.3.
 * Source: Microsoft, SslGenerateMasterKey; RFC 5246 section 8.1, RFC 7627 section 4, RFC 6101
 *   section 6.1. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslGenerateMasterKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPrivateKey, NCRYPT_KEY_HANDLE hPublicKey, NCRYPT_KEY_HANDLE *phMasterKey,
    DWORD dwProtocol, DWORD dwCipherSuite, PNCryptBufferDesc pParameterList, PBYTE pbOutput,
    DWORD cbOutput, DWORD *pcbResult, DWORD dwFlags);

/* RSA key exchange at the server: decrypts the client's pre-master secret, cbEncryptedKey bytes
 * without length prefix, and makes the master key.  List as for SslGenerateMasterKey with RSA.
 * dwFlags: 0 or NCRYPT_SSL_SERVER_FLAG.  A ciphertext or version that is wrong is not reported: a
 * random secret takes its place in constant time, and Finished fails (RFC 5246 section 7.4.7.1).
 * Errors: NTE_BAD_ALGID: a suite of another key exchange.  NTE_FAIL: the key could not be used, be
 *   the ciphertext right or wrong.
 * Source: Microsoft, SslImportMasterKey. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslImportMasterKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPrivateKey, NCRYPT_KEY_HANDLE *phMasterKey, DWORD dwProtocol,
    DWORD dwCipherSuite, NCryptBufferDesc *pParameterList, PBYTE pbEncryptedKey,
    DWORD cbEncryptedKey, DWORD dwFlags);

/* Derives the keys of both directions from a master key: *phReadKey is what the peer writes with,
 * *phWriteKey what this side does; protocol, suite and side are those of the master key.  List:
 * both randoms, 32 bytes each, also where the master secret is an extended one; here the number
 * of entries has no limit.  The same input gives the same keys, and a master key may be used
 * again with the randoms of a resumed session.
 * Errors: NTE_NOT_SUPPORTED: no cipher for the suite.  NTE_INVALID_PARAMETER also: phReadKey and
 *   phWriteKey are the same address.
 * Source: Microsoft, SslGenerateSessionKeys; RFC 5246 section 6.3, RFC 6101 section 6.2.2. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslGenerateSessionKeys(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hMasterKey, NCRYPT_KEY_HANDLE *phReadKey, NCRYPT_KEY_HANDLE *phWriteKey,
    PNCryptBufferDesc pParameterList, DWORD dwFlags);

/* ---- Records ---- */

/* Protects a record with a write key.  pbInput: the fragment, at most 16384 bytes; cbInput may be
 * 0, but in TLS 1.3 is 1 to 16385, as the caller appends the inner content type and any padding
 * and passes CT_APPLICATIONDATA.  pbOutput: the whole record, header, explicit IV or nonce,
 * ciphertext, MAC or tag, padding (minimal); there is no question for the size, and if cbOutput is
 * too small *pcbResult is not written.  In place: pbInput is pbOutput and the header, with or
 * without the explicit IV.  SequenceNumber: of the record, from 0 after each change of keys; in
 * DTLS the epoch is in the upper 16 bits (RFC 6347 section 4.1).  In GCM it is the explicit nonce:
 * never use one twice with a key.  dwContentType: CT_*; its low byte goes to the header. Errors:
 * NTE_INVALID_PARAMETER also: too long an input.  NTE_INTERNAL_ERROR also: a read key.
 *   NTE_BUFFERS_OVERLAP: any other overlap.  NTE_FAIL: the cipher failed.
 * Source: Microsoft, SslEncryptPacket; RFC 5246 section 6.2.3, RFC 8446 section 5.2. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslEncryptPacket(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hKey, PBYTE pbInput, DWORD cbInput, PBYTE pbOutput, DWORD cbOutput,
    DWORD *pcbResult, ULONGLONG SequenceNumber, DWORD dwContentType, DWORD dwFlags);

/* Opens a record with a read key.  pbInput: exactly one record with its header.  pbOutput: the
 * fragment, which may have 0 bytes; in TLS 1.3 followed by its inner content type and padding,
 * counted in *pcbResult.  cbOutput: give room for cbInput bytes, since padding and MAC may pass
 * through the buffer.  In place: pbOutput is pbInput and the header, with or without the explicit
 * IV.  SequenceNumber as in SslEncryptPacket; in DTLS it counts, not the copy in the header.
 * *pcbResult is written on success only.
 * Errors: NTE_INVALID_PARAMETER also: cbInput 0 or more than 65536.  NTE_INTERNAL_ERROR also: a
 *   write key.  NTE_BAD_DATA: the header or a length cannot be that of a record of this key.
 *   NTE_DECRYPTION_FAILURE: MAC, tag, padding or room for the output, without a difference
 *   between faults of MAC and padding, in time either; the key is then in the state it had
 *   before.  NTE_BUFFER_TOO_SMALL: room for the output in TLS 1.3 and in a suite without
 *   encryption.
 *   STATUS_AUTH_TAG_MISMATCH: the tag of TLS 1.3.  NTE_BUFFERS_OVERLAP: any other overlap.
 *   NTE_FAIL: the cipher failed, whatever the record is.
 * Source: Microsoft, SslDecryptPacket; RFC 5246 section 6.2.3, RFC 8446 section 5.2. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslDecryptPacket(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hKey, PBYTE pbInput, DWORD cbInput, PBYTE pbOutput, DWORD cbOutput,
    DWORD *pcbResult, ULONGLONG SequenceNumber, DWORD dwFlags);

/* ---- Keying material for others ---- */

/* The key block of an EAP method.  pbRandoms: client random and server random, 64 bytes, whatever
 * their order in the seed; may be NULL where the size is asked for.  dwFlags: NCRYPT_SSL_EAP_*_ID;
 * others are NTE_BAD_FLAGS.  pbOutput: 192 bytes.  EAP-TLS: 128 of key, and 64 of IV made with an
 * empty secret.  EAP-TTLS, both: 128 of key, and zeros.  EAP-FAST: one stream, of which the session
 * key seed are the 40 bytes after the cipher's key block; with AES-256-CBC and SHA-384 that lies
 * beyond it.
 * Errors: NTE_INVALID_PARAMETER also: another length of pbRandoms, SSL 3.0.
 * Source: Microsoft, SslComputeEapKeyBlock; RFC 5216 section 2.3, RFC 5281 sections 8 and 11.1,
 *   RFC 4851 5.1. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslComputeEapKeyBlock(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hMasterKey, PBYTE pbRandoms, DWORD cbRandoms, PBYTE pbOutput, DWORD cbOutput,
    DWORD *pcbResult, DWORD dwFlags);

/* Exported keying material.  hMasterKey: the master key, with pbRandoms the client and the server
 * random, 64 bytes; in TLS 1.3 a key of SslExpandExporterMasterKey, with pbRandoms NULL and
 * cbRandoms 0.  sLabel: zero-terminated ASCII.  pbContextValue: may be NULL with cbContextValue
 * 0, which is no context; up to TLS 1.2 a context of 0 bytes, which a pointer that is not NULL
 * makes of 0, is another thing.  pbOutput receives cbOutput bytes, at least 1 and at most 65535.
 * Errors: NTE_NOT_SUPPORTED: SSL 3.0.  NTE_INVALID_PARAMETER also: more than 65534 bytes of label,
 *   another length of pbRandoms; in TLS 1.3 more than 249 bytes of label, or than 255 times the
 *   hash to export.
 * Source: RFC 5705 section 4, RFC 8446 section 7.5. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExportKeyingMaterial(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hMasterKey, PCHAR sLabel, PBYTE pbRandoms, DWORD cbRandoms,
    PBYTE pbContextValue, WORD cbContextValue, PBYTE pbOutput, DWORD cbOutput, DWORD dwFlags);

#ifdef __cplusplus
}
#endif

#include "sslprovider_tls13.h"

#endif
