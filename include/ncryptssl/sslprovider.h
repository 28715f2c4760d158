/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions of the Windows CNG SSL provider interface: the cryptographic steps of SSL 3.0,
 * TLS and DTLS, on handles, so that no secret passes through the caller.  Version 5 of the
 * interface is declared completely; the manual page ncryptssl(7) lists what the library exports.
 *
 * A comment below is the short form of a contract.  Each function has a manual page of its name
 * with every parameter and error, and ncryptssl-status(7) lists the checks in their order.  These
 * rules hold for all functions; a comment says only what differs from them.
 *
 * Result   ERROR_SUCCESS, or a failure, which is negative.  After a failure every output handle
 *          is 0, every output pointer is NULL, no object has been made, and no output buffer
 *          holds anything useful.  Every function can also answer NTE_NO_MEMORY and
 *          NTE_INTERNAL_ERROR.
 *
 * Checks   The provider handle first, then the other handles, then pointers, then the rest.
 *          ncryptssl-status(7) lists the functions that follow another order.
 *
 * Handles  hSslProvider is an open provider.  0, a freed handle and a handle of another kind are
 *          NTE_INVALID_HANDLE.  They are recognised safely: a stale number never reaches another
 *          object.  A new handle, written through a parameter ph..., belongs to the caller, who
 *          ends it with SslFreeObject.  Keys and hashes keep what they need of their provider
 *          alive, so handles may be freed in any order.
 *
 * Pointers NULL is NTE_INVALID_PARAMETER unless a comment says "may be NULL".  What a pointer
 *          leads to stays the caller's and is not used after the call.  The library does not
 *          write to inputs, although many are not const: the signatures are those of Windows.
 *
 * Lengths  cb... counts bytes.  psz... is a string of WCHAR that ends with a zero unit.
 *
 * Sizes    This is for functions with pbOutput (or pbSignature) and pcbResult.  If the buffer is
 *          NULL, the call succeeds and *pcbResult is the size needed.  Otherwise *pcbResult is
 *          the number of bytes written.  If the buffer is too small, the call returns
 *          NTE_BUFFER_TOO_SMALL, and *pcbResult is the size needed.
 *
 * dwFlags  Must be 0 unless a comment names a flag; anything else is NTE_BAD_FLAGS.
 *
 * Suites   dwProtocol is a *_PROTOCOL_VERSION, dwCipherSuite a number as in
 *          sslprovider_suites.h, dwKeyType a *_KEY_TYPE.  The protocol must have the suite, and
 *          the configuration must allow both; otherwise the call returns NTE_NOT_SUPPORTED.
 *          SSL 2.0 is never supported.
 *
 * Lists    pParameterList has ulVersion NCRYPTBUFFER_VERSION and entries in any order, for a
 *          master key at most 64.  The functions of TLS 1.3 do not read it.  A function skips
 *          types that it does not read; of two entries of one type the last counts.  A NULL
 *          list or array, another version, an entry of any type without data, and a missing or
 *          wrong entry are NTE_INVALID_PARAMETER.
 *
 * Memory   SslFreeBuffer frees what a function returns through a pointer to a pointer.
 *
 * Threads  Every function may be called from every thread, and with one handle from several
 *          threads at once.  Chained records, and the calls of one hash, are processed one at a
 *          time; the callers are responsible for their order.
 *
 * Forks    A child of fork() may use every handle of its parent.  If a thread of the parent was
 *          using a key or hash with a state at that moment, the state is lost: the child gets
 *          NTE_BAD_KEY_STATE or NTE_BAD_HASH_STATE.  See ncryptssl(7).
 *
 * Sources  Microsoft, "CNG SSL Provider Functions"; RFC 6101 (SSL 3.0); RFC 2246, 4346 and 5246
 *          (TLS 1.0 to 1.2); RFC 8446 (TLS 1.3); RFC 4347 and 6347 (DTLS); RFC 7627 (extended
 *          master secret).
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

/* Lists the protocol providers.  *ppProviderList receives an array of *pdwProviderCount entries,
 * in one block with their strings: one SslFreeBuffer frees all.  pszComment may be NULL.
 * Source: Microsoft, SslEnumProtocolProviders. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslEnumProtocolProviders(
    DWORD *pdwProviderCount, NCryptProviderName **ppProviderList, DWORD dwFlags);

/* Adds a reference to a provider handle.  The handle then needs one more
 * SslDecrementProviderReferenceCount or SslFreeObject to end.
 * Source: Microsoft, SslIncrementProviderReferenceCount. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslIncrementProviderReferenceCount(
    NCRYPT_PROV_HANDLE hSslProvider);

/* Removes a reference; the handle ends with the last one.
 * Errors: STATUS_INVALID_HANDLE, and not the usual code, for a bad handle.
 * Source: Microsoft, SslDecrementProviderReferenceCount. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslDecrementProviderReferenceCount(
    NCRYPT_PROV_HANDLE hSslProvider);

/* The entry point of a provider library.  *ppFunctionTable receives the table, which the library
 * owns and which stays valid as long as the process.  pszProviderName is as in SslOpenProvider,
 * but another name is NTE_INVALID_PARAMETER.  dwFlags is ignored.  Read no member that is newer
 * than Version, and write to none.
 * Source: Microsoft, GetSChannelInterface. */
NCRYPTSSL_API NTSTATUS WINAPI GetSChannelInterface(
    LPCWSTR pszProviderName, NCRYPT_SSL_FUNCTION_TABLE **ppFunctionTable, DWORD dwFlags);

/* Copies that table to *pFunctionTable, which the caller owns and which has room for a table of
 * version 5; after a failure it holds zeros.  pszProviderName is as in GetSChannelInterface.
 * Microsoft declares this function and does not describe it. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslInitializeInterface(
    LPCWSTR pszProviderName, NCRYPT_SSL_FUNCTION_TABLE *pFunctionTable, DWORD dwFlags);

/* Reserved: always NTE_NOT_SUPPORTED, whatever the arguments.
 * Source: Microsoft, SslChangeNotify. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslChangeNotify(HANDLE hEvent, DWORD dwFlags);

/* Reads a property of a provider.  No property is defined: when the arguments are in order, the
 * call returns NTE_NOT_SUPPORTED.  pszProperty: a name of at most NCRYPT_MAX_PROPERTY_NAME WCHARs.
 * *ppbOutput and *pcbOutput receive NULL and 0.  ppEnumState is not used and may be NULL.
 * Source: Microsoft, SslGetProviderProperty. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslGetProviderProperty(NCRYPT_PROV_HANDLE hSslProvider,
    LPCWSTR pszProperty, PBYTE *ppbOutput, DWORD *pcbOutput, PVOID *ppEnumState, DWORD dwFlags);

/* ---- Freeing ---- */

/* Frees a block that a function of this interface returned: a record or state of an enumeration,
 * an array, a property.
 * Errors: NTE_INVALID_PARAMETER: NULL, an address that did not come from here, or a block that was
 *   freed before.  Nothing is touched then.
 * Source: Microsoft, SslFreeBuffer. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslFreeBuffer(PVOID pvInput);

/* Ends a handle of any kind.  A provider loses one reference.  The secrets of an object are wiped
 * as soon as no call in another thread uses them.  dwFlags is ignored.
 * Errors: STATUS_INVALID_HANDLE, and not the usual code, for a bad handle and for a handle of the
 *   NCrypt* functions.
 * Source: Microsoft, SslFreeObject. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslFreeObject(NCRYPT_HANDLE hObject, DWORD dwFlags);

/* ---- Enumeration and lookup ---- */

/* The next cipher suite; a suite comes once for each protocol that has it.  *ppEnumState: NULL
 * before the first call, then passed on unchanged.  *ppCipherSuite receives one record.  Free
 * every record with SslFreeBuffer, and the state too, at the end or at any time before.
 * hPrivateKey: 0, or a key of SslOpenPrivateKey that the suites must fit.  The first call makes
 * the list, in order of preference, and for each suite the newest protocol first.  The list leaves
 * out suites in which neither side authenticates itself.  One thread at a time may use a state.
 * Errors: NTE_NO_MORE_ITEMS: the end; *ppCipherSuite is left as it was.
 *   NTE_INVALID_PARAMETER also: a state that came from elsewhere.
 * Source: Microsoft, SslEnumCipherSuites. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslEnumCipherSuites(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPrivateKey, NCRYPT_SSL_CIPHER_SUITE **ppCipherSuite, PVOID *ppEnumState,
    DWORD dwFlags);

/* SslEnumCipherSuites with the larger record.  Neither function takes the state of the other. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslEnumCipherSuitesEx(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPrivateKey, NCRYPT_SSL_CIPHER_SUITE_EX **ppCipherSuite, PVOID *ppEnumState,
    DWORD dwFlags);

/* The elliptic curves in order of preference.  *ppEccCurve receives one array of *pEccCurveCount
 * elements.
 * Source: RFC 8422 section 5.1.1. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslEnumEccCurves(NCRYPT_PROV_HANDLE hSslProvider,
    DWORD *pEccCurveCount, NCRYPT_SSL_ECC_CURVE **ppEccCurve, DWORD dwFlags);

/* Fills *pCipherSuite, which the caller owns.  dwKeyType is ignored, and the member of that name
 * is left as it was.
 * Errors: NTE_INVALID_PARAMETER, and not the usual code: the protocol does not have the suite, or
 *   the configuration does not allow them.
 * Source: Microsoft, SslLookupCipherSuiteInfo. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslLookupCipherSuiteInfo(NCRYPT_PROV_HANDLE hSslProvider,
    DWORD dwProtocol, DWORD dwCipherSuite, DWORD dwKeyType, NCRYPT_SSL_CIPHER_SUITE *pCipherSuite,
    DWORD dwFlags);

/* What protection adds to a record.  pCipherLengths: at least sizeof(NCRYPT_SSL_CIPHER_LENGTHS)
 * bytes, as cbCipherLengths states.  The header length is that of the explicit IV or nonce (RFC
 * 5246 section 6.2.3); it does not count the 5 bytes, in DTLS 13, at the start of a record.
 * dwKeyType is ignored.
 * Errors: NTE_NOT_SUPPORTED: a protocol before TLS 1.1.  NTE_INVALID_PARAMETER, and not the usual
 *   code: too few bytes; the protocol does not have the suite, or the configuration does not allow
 *   them.
 * Source: Microsoft, SslLookupCipherLengths. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslLookupCipherLengths(NCRYPT_PROV_HANDLE hSslProvider,
    DWORD dwProtocol, DWORD dwCipherSuite, DWORD dwKeyType,
    NCRYPT_SSL_CIPHER_LENGTHS *pCipherLengths, DWORD cbCipherLengths, DWORD dwFlags);

/* The name of the suite's PRF or HKDF hash, such as BCRYPT_SHA256_ALGORITHM, which is also the
 * answer if a suite names no hash.  szPRFHash: room for NCRYPT_SSL_MAX_NAME_SIZE WCHARs.
 * dwKeyType is ignored.
 * Errors: NTE_NOT_SUPPORTED also: a protocol before TLS 1.2, or DTLS 1.0.
 * Source: Microsoft, SslGetCipherSuitePRFHashAlgorithm. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslGetCipherSuitePRFHashAlgorithm(
    NCRYPT_PROV_HANDLE hSslProvider, DWORD dwProtocol, DWORD dwCipherSuite, DWORD dwKeyType,
    WCHAR szPRFHash[NCRYPT_SSL_MAX_NAME_SIZE], DWORD dwFlags);

/* ---- Handshake hashes ---- */

/* A new transcript hash: MD5 and SHA-1 side by side before TLS 1.2 and in DTLS 1.0 (RFC 2246
 * section 7.4.9), otherwise the suite's PRF hash (RFC 5246 section 7.4.9, RFC 8446 section 4.4.1).
 * Source: Microsoft, SslCreateHandshakeHash. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslCreateHandshakeHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_HASH_HANDLE *phHandshakeHash, DWORD dwProtocol, DWORD dwCipherSuite, DWORD dwFlags);

/* A new transcript hash for a CertificateVerify of TLS 1.2 or later, with the algorithm
 * pszHashAlgId; the case of the name does not matter.  Make one hash for each algorithm that may
 * yet be chosen.
 * Errors: NTE_NOT_SUPPORTED also: an earlier protocol, an unknown algorithm.
 *   NTE_INVALID_PARAMETER also: an empty name.
 * Source: Microsoft, SslCreateClientAuthHash; RFC 5246 section 7.4.8. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslCreateClientAuthHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_HASH_HANDLE *phHandshakeHash, DWORD dwProtocol, DWORD dwCipherSuite,
    LPCWSTR pszHashAlgId, DWORD dwFlags);

/* Appends handshake messages to a hash of either kind.  A message has its header of 4 bytes (DTLS:
 * 12 bytes, as if unfragmented, RFC 6347 section 4.2.6) and no record header; the caller may cut
 * the stream anywhere.  cbInput may be 0, pbInput may not be NULL.  Never hash HelloRequest.
 * Errors: NTE_NO_MEMORY also: more than 1 MiB of SSL 3.0 messages.  SSL 3.0 hashes them with the
 *   master secret, so the library keeps them (RFC 6101 section 5.6.9).
 * Source: Microsoft, SslHashHandshake. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslHashHandshake(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_HASH_HANDLE hHandshakeHash, PBYTE pbInput, DWORD cbInput, DWORD dwFlags);

/* *phTranscriptHash receives an independent copy of a TLS 1.3 hash.  A hash of an older protocol
 * is NTE_NOT_SUPPORTED.  Authentication after the handshake needs the copy (RFC 8446 section
 * 4.2.6).  Microsoft declares this function and does not describe it. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslDuplicateTranscriptHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_HASH_HANDLE hTranscriptHash, NCRYPT_HASH_HANDLE *phTranscriptHash, DWORD dwFlags);

/* The session hash of RFC 7627 section 3: the digest of all messages so far.  It has 36 bytes
 * before TLS 1.2, later the length of the hash: 32 or 48, or that of the algorithm of
 * SslCreateClientAuthHash.  dwProtocol: the protocol of the hash; another one is
 * NTE_INVALID_PARAMETER.  The hash stays usable.  The function answers no size query: pbOutput may
 * not be NULL, and if cbOutput is too small *pcbResult is 0.  64 bytes are always enough.
 * Errors: NTE_NOT_SUPPORTED: SSL 3.0, or an unknown protocol.
 * Source: RFC 7627 section 3, RFC 8446 section 4.4.1. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslComputeSessionHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_HASH_HANDLE hHandshakeHash, DWORD dwProtocol, PBYTE pbOutput, DWORD cbOutput,
    DWORD *pcbResult, DWORD dwFlags);

/* The digest that a CertificateVerify signs.
 * hMasterKey: the master key of the same protocol and suite as the hash, otherwise
 *   NTE_INVALID_PARAMETER; only SSL 3.0 uses its secret (RFC 6101 section 5.6.8).
 * pszAlgId: the algorithm of the signing key.  Before TLS 1.2 RSA gives MD5 and SHA-1 (36 bytes);
 *   DSA and ECDSA, also as ECDSA_P256, ECDSA_P384 or ECDSA_P521, give SHA-1 (20 bytes).  Later
 *   pszAlgId is ignored and may be NULL: the result is the digest of the hash.  The hash stays
 *   usable.
 * Errors: NTE_NOT_SUPPORTED also: another algorithm before TLS 1.2.
 * Source: Microsoft, SslComputeClientAuthHash. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslComputeClientAuthHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hMasterKey, NCRYPT_HASH_HANDLE hHandshakeHash, LPCWSTR pszAlgId,
    PBYTE pbOutput, DWORD cbOutput, DWORD *pcbResult, DWORD dwFlags);

/* verify_data of a Finished message.  The hash stays usable.  Up to TLS 1.2 hMasterKey is the
 * master key of the same protocol and suite as the hash, which is one of SslCreateHandshakeHash;
 * otherwise NTE_INVALID_PARAMETER.  In TLS 1.3 it is the sender's handshake traffic secret, or a
 * binder key (RFC 8446 sections 4.4.4 and 4.2.11.2), and the hash has the length of its suite's.
 * dwFlags: the sender of the message, NCRYPT_SSL_CLIENT_FLAG or NCRYPT_SSL_SERVER_FLAG; both count
 *   as the client, none is NTE_BAD_FLAGS; in TLS 1.3 the sender is ignored.
 * cbOutput: 12; in SSL 3.0 36; in TLS 1.3 the length of the hash; other lengths are
 *   NTE_INVALID_PARAMETER.
 * Source: Microsoft, SslComputeFinishedHash; RFC 5246 section 7.4.9, RFC 6101 section 5.6.9. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslComputeFinishedHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hMasterKey, NCRYPT_HASH_HANDLE hHandshakeHash, PBYTE pbOutput, DWORD cbOutput,
    DWORD dwFlags);

/* ---- Asymmetric keys, import and export, signatures ---- */

/* *phPrivateKey receives the private key of a certificate: an attached one (sslprovider_ext.h),
 * otherwise one in the files, folders and tokens that the configuration names under
 * `private-keys`.  The user is never asked for anything.
 * pCertContext: only pbCertEncoded and cbCertEncoded are read.
 * dwFlags: 0 or NCRYPT_SILENT_FLAG.
 * Errors: NTE_BAD_DATA: this is no certificate.  NTE_NO_KEY: no key matches.  NTE_NOT_SUPPORTED:
 *   its algorithm is not RSA, ECDSA or DSA.
 * Source: Microsoft, SslOpenPrivateKey. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslOpenPrivateKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE *phPrivateKey, PCCERT_CONTEXT pCertContext, DWORD dwFlags);

/* A new key pair for a key exchange.
 * dwKeyType: the group, for elliptic curves and in TLS 1.3; otherwise ignored.  In TLS 1.3 it may
 *   also be ffdhe2048 to ffdhe8192 (256 to 260, RFC 7919) or a group with ML-KEM
 *   (sslprovider_ext.h), and dwCipherSuite may be 0.  For ML-KEM alone (512 to 514) neither
 *   protocol nor suite is read.
 * dwKeyBitLen: bits, for RSA (512 to 16384 in steps of 64) and in DHE suites; otherwise ignored.
 * pbParams, cbParams: in DHE suites a BCRYPT_DH_PARAMETER_HEADER with modulus and generator, and
 *   their bytes together; dwKeyBitLen is then the length of the modulus.  NULL selects the group
 *   of that length, of RFC 7919 or for 1536 bits of RFC 3526.
 * dwFlags: 0 or NCRYPT_SSL_SERVER_FLAG, which changes nothing.  In groups with ML-KEM pbParams and
 *   dwFlags have another meaning (sslprovider_ext.h).
 * Errors: NTE_INVALID_PARAMETER, and not the usual code: other flags; also wrong parameters, a
 *   length of 0.  NTE_NOT_SUPPORTED also: an unknown group or length, a suite without such a key.
 *   NTE_FAIL: OpenSSL could not make the key.
 * Source: Microsoft, SslCreateEphemeralKey. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslCreateEphemeralKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE *phEphemeralKey, DWORD dwProtocol, DWORD dwCipherSuite, DWORD dwKeyType,
    DWORD dwKeyBitLen, PBYTE pbParams, DWORD cbParams, DWORD dwFlags);

/* Makes a key from a blob of cbKeyBlob bytes; the caller wipes the blob.  pszBlobType, compared
 * exactly, is one of these:
 * BCRYPT_OPAQUE_KEY_BLOB: a session key as SslExportKey wrote it, in the state that it had then.
 * BCRYPT_ECCPUBLIC_BLOB and BCRYPT_ECCFULLPUBLIC_BLOB with a key exchange magic,
 *   SSL_ECCPUBLIC_BLOB, BCRYPT_DH_PUBLIC_BLOB, BCRYPT_RSAPUBLIC_BLOB, LEGACY_RSAPUBLIC_BLOB: a
 *   peer's public key, which counts as an ephemeral key.  A key of X25519 or X448 is the first
 *   coordinate, unchanged; the second one is zeros, and SSL_ECCPUBLIC_BLOB may leave it out.  In
 *   BCRYPT_ECCPUBLIC_BLOB the generic magic means these two curves only.  The parameters in
 *   BCRYPT_ECCFULLPUBLIC_BLOB must be those of a curve of SslEnumEccCurves; the seed is ignored.
 * NCRYPTSSL_KEY_SHARE_BLOB and NCRYPTSSL_SECRET_BLOB: a peer's key share, and a secret
 *   (sslprovider_ext.h).
 * TLS_13_PRE_SHARED_KEY: an external pre-shared key for TLS 1.3, the bare bytes, 4 to 512, for
 *   suites with SHA-256.  NCRYPTSSL_SECRET_BLOB imports one for another hash.
 * Errors: NTE_INVALID_PARAMETER also: another length of a pre-shared key.  NTE_NOT_SUPPORTED:
 *   another type, magic or group.  NTE_BAD_DATA: a malformed blob; a point that is not on its
 *   curve; a Diffie-Hellman value of 0, 1, p - 1 or more; an RSA modulus of less than 512 or more
 *   than 16384 bits.
 * Source: Microsoft, SslImportKey. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslImportKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE *phKey, LPCWSTR pszBlobType, PBYTE pbKeyBlob, DWORD cbKeyBlob, DWORD dwFlags);

/* Writes a key as a blob.  A session key has BCRYPT_OPAQUE_KEY_BLOB, with its secrets in clear and
 * its running state, so that another process can continue.  An ephemeral or imported public key
 * has the public blob of its algorithm; on an elliptic curve it also has SSL_ECCPUBLIC_BLOB, the
 * only blob that names every curve; with a group it has NCRYPTSSL_KEY_SHARE_BLOB of
 * sslprovider_ext.h.  An opaque blob has no layout to rely on and is for this library only.  The
 * key and its copy do not share their state: only one of them may continue with records.
 * Errors: NTE_NOT_SUPPORTED: a type that the key does not have, or a secret that does not leave
 *   the provider.  NTE_INVALID_HANDLE also: a private key, a premaster secret, a pre-shared key.
 * Source: Microsoft, SslExportKey. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExportKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hKey, LPCWSTR pszBlobType, PBYTE pbOutput, DWORD cbOutput, DWORD *pcbResult,
    DWORD dwFlags);

/* Reads a property of a private, ephemeral or imported public key into *ppbOutput, which has
 * *pcbOutput bytes.  pszProperty has at most NCRYPT_MAX_PROPERTY_NAME WCHARs.
 * SSL_KEY_TYPE_PROPERTY, not for private keys: a DWORD, the group of a key on P-256, P-384 or
 * P-521, 0 for any other key.  NCRYPT_ALGORITHM_PROPERTY and NCRYPT_ALGORITHM_GROUP_PROPERTY:
 * zero-terminated names.  NCRYPT_LENGTH_PROPERTY: a DWORD, bits.  NCRYPT_BLOCK_LENGTH_PROPERTY,
 * RSA only: a DWORD, bytes.
 * Errors: NTE_NOT_SUPPORTED: another property.  NTE_INVALID_HANDLE also: SSL_KEY_TYPE_PROPERTY of
 *   a private key.
 * Source: Microsoft, SslGetKeyProperty. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslGetKeyProperty(
    NCRYPT_KEY_HANDLE hKey, LPCWSTR pszProperty, PBYTE *ppbOutput, DWORD *pcbOutput, DWORD dwFlags);

/* Signs a digest of cbHashValue bytes with a key of SslOpenPrivateKey.  RSA with flags 0: PKCS #1
 * v1.5 of the digest alone, as TLS 1.1 signs MD5 and SHA-1.  RSA with
 * NCRYPT_SSL_SIGN_INCLUDE_HASHOID: PKCS #1 v1.5 with a DigestInfo.  RSA with
 * NCRYPT_SSL_SIGN_USE_PSS_PADDING: RSASSA-PSS with a salt of the length of the digest (RFC 8446
 * section 4.2.3).  With a flag pbHashValue is the zero-terminated WCHAR name of the hash followed
 * by the digest, and cbHashValue counts both.  ECDSA and DSA: neither flag; the signature is r and
 * s, each of full width, not DER.
 * Errors: NTE_INVALID_PARAMETER, and not the usual code: other flags, or both.  Also a digest that
 *   is empty, that does not have the length of its hash, or that does not fit under the padding;
 *   with ECDSA and DSA one of more than 64 bytes.  NTE_NOT_SUPPORTED: another hash than MD5 and
 *   SHA-1 to SHA-512 of ncrypt.h; a key of the type RSA-PSS without the PSS flag.  NTE_FAIL:
 *   OpenSSL failed to sign.
 * Source: Microsoft, SslSignHash. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslSignHash(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPrivateKey, PBYTE pbHashValue, DWORD cbHashValue, PBYTE pbSignature,
    DWORD cbSignature, DWORD *pcbResult, DWORD dwFlags);

/* Verifies what SslSignHash makes; digest and flags are as there, other bits are ignored.
 * hPublicKey: a public key of SslImportKey, or a key of SslOpenPrivateKey or
 * SslCreateEphemeralKey, of which the public half counts.
 * Errors: NTE_BAD_SIGNATURE: the signature is wrong, or has another length.  NTE_NOT_SUPPORTED: a
 *   key that makes no such signatures.  NTE_FAIL: OpenSSL failed to verify.
 * Source: Microsoft, SslVerifySignature. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslVerifySignature(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPublicKey, PBYTE pbHashValue, DWORD cbHashValue, PBYTE pbSignature,
    DWORD cbSignature, DWORD dwFlags);

/* ---- Master key and session keys up to TLS 1.2 and DTLS 1.2 ---- */

/* RSA key exchange at the client in two steps, as RFC 7627 needs it.  Makes a new premaster
 * secret, the later hPrivateKey of SslGenerateMasterKey, and writes it to pbOutput encrypted for
 * hPublicKey (RFC 5246 section 7.4.7.1, without length prefix).  A size query also returns a key,
 * of another secret, which the caller frees.
 * List: NCRYPTBUFFER_SSL_HIGHEST_VERSION.
 * dwFlags: 0 or NCRYPT_SSL_CLIENT_FLAG.
 * Errors: NTE_NOT_SUPPORTED also: a suite of another key exchange.  NTE_FAIL: no random numbers,
 *   or the encryption failed.
 * Source: RFC 7627 section 4, RFC 5246 section 7.4.7.1. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslGeneratePreMasterKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPublicKey, NCRYPT_KEY_HANDLE *phPreMasterKey, DWORD dwProtocol,
    DWORD dwCipherSuite, PNCryptBufferDesc pParameterList, PBYTE pbOutput, DWORD cbOutput,
    DWORD *pcbResult, DWORD dwFlags);

/* Makes the master key, which remembers protocol, suite and side.
 * dwFlags: the side, NCRYPT_SSL_CLIENT_FLAG or NCRYPT_SSL_SERVER_FLAG; none is NTE_BAD_FLAGS, both
 *   are the client.
 * RSA, client only: hPublicKey is the server's key, and pbOutput receives the premaster secret
 * encrypted for it; or hPrivateKey is a key of SslGeneratePreMasterKey, and the rest is not used.
 * DHE and ECDHE: hPrivateKey is the own ephemeral key, hPublicKey the peer's, and pbOutput is not
 * used.  PSK: neither key.  An RSA size query also returns a key, of another secret, which the
 * caller frees.
 * List: both randoms, or NCRYPTBUFFER_SSL_SESSION_HASH for the extended master secret, not both;
 *   for RSA NCRYPTBUFFER_SSL_HIGHEST_VERSION, without it dwProtocol; for PSK
 *   NCRYPTBUFFER_SSL_CLEAR_KEY.
 * Errors: NTE_NOT_SUPPORTED also: RSA at the server (see SslImportMasterKey), TLS 1.3.  NTE_FAIL:
 *   no random numbers, or the encryption failed.
 * Source: Microsoft, SslGenerateMasterKey; RFC 5246 section 8.1, RFC 7627 section 4, RFC 6101
 *   section 6.1. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslGenerateMasterKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPrivateKey, NCRYPT_KEY_HANDLE hPublicKey, NCRYPT_KEY_HANDLE *phMasterKey,
    DWORD dwProtocol, DWORD dwCipherSuite, PNCryptBufferDesc pParameterList, PBYTE pbOutput,
    DWORD cbOutput, DWORD *pcbResult, DWORD dwFlags);

/* RSA key exchange at the server: decrypts the client's premaster secret, cbEncryptedKey bytes
 * without length prefix, and makes the master key.  A wrong ciphertext or version is not reported:
 * a random secret replaces it in constant time, and Finished fails (RFC 5246 section 7.4.7.1).
 * List: as for SslGenerateMasterKey with RSA, NCRYPTBUFFER_SSL_HIGHEST_VERSION always.
 * dwFlags: 0 or NCRYPT_SSL_SERVER_FLAG.
 * Errors: NTE_BAD_ALGID: a suite of another key exchange.  NTE_FAIL: the key could not be used,
 *   whether the ciphertext is right or wrong.
 * Source: Microsoft, SslImportMasterKey. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslImportMasterKey(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hPrivateKey, NCRYPT_KEY_HANDLE *phMasterKey, DWORD dwProtocol,
    DWORD dwCipherSuite, NCryptBufferDesc *pParameterList, PBYTE pbEncryptedKey,
    DWORD cbEncryptedKey, DWORD dwFlags);

/* Derives the keys of both directions from a master key: *phReadKey is what the peer writes with,
 * *phWriteKey what this side writes with.  Protocol, suite and side are those of the master key.
 * List, of any length: both randoms, 32 bytes each, also with an extended master secret.  The same
 * input gives the same keys; a master key may be used again with the randoms of a resumed session.
 * Errors: NTE_NOT_SUPPORTED: no cipher for the suite.  NTE_INVALID_PARAMETER also: phReadKey and
 *   phWriteKey are the same address.
 * Source: Microsoft, SslGenerateSessionKeys; RFC 5246 section 6.3, RFC 6101 section 6.2.2. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslGenerateSessionKeys(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hMasterKey, NCRYPT_KEY_HANDLE *phReadKey, NCRYPT_KEY_HANDLE *phWriteKey,
    PNCryptBufferDesc pParameterList, DWORD dwFlags);

/* ---- Records ---- */

/* Protects a record with a write key.
 * pbInput: the fragment, 0 to 16384 bytes.  In TLS 1.3 it has 1 to 16385 bytes: the caller appends
 *   the inner content type and any padding, and passes CT_APPLICATIONDATA.
 * pbOutput: the whole record: header, explicit IV or nonce, ciphertext, MAC or tag, minimal
 *   padding.  The function answers no size query, and writes *pcbResult on success only.
 * In place: pbInput is pbOutput and the header, with or without the explicit IV.
 * SequenceNumber: that of the record, from 0 after each change of keys; in DTLS the epoch is in
 *   the upper 16 bits (RFC 6347 section 4.1).  AEAD ciphers make their nonce from it: never use a
 *   number twice with one key.
 * dwContentType: CT_*; its low byte goes to the header.
 * Errors: NTE_INVALID_PARAMETER also: a wrong length of the input.  NTE_INTERNAL_ERROR also: a
 *   read key.  NTE_BUFFERS_OVERLAP: any other overlap.  NTE_FAIL: the cipher failed.
 *   NTE_NOT_SUPPORTED: a secret of TLS 1.3, or OpenSSL does not have the cipher any more.
 * Source: Microsoft, SslEncryptPacket; RFC 5246 section 6.2.3, RFC 8446 section 5.2. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslEncryptPacket(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hKey, PBYTE pbInput, DWORD cbInput, PBYTE pbOutput, DWORD cbOutput,
    DWORD *pcbResult, ULONGLONG SequenceNumber, DWORD dwContentType, DWORD dwFlags);

/* Opens a record with a read key.
 * pbInput: exactly one record with its header, at most 65536 bytes.
 * pbOutput: the fragment, which may be empty; in TLS 1.3 its inner content type and padding follow
 *   and are counted in *pcbResult.
 * cbOutput: provide cbInput bytes, since padding and MAC may pass through the buffer.
 * In place: pbOutput is pbInput and the header, with or without the explicit IV.  SequenceNumber
 *   is as in SslEncryptPacket; in DTLS it counts, not the copy in the header.  *pcbResult is
 *   written on success only.
 * Errors: NTE_INVALID_PARAMETER also: cbInput is 0 or more than 65536.  NTE_INTERNAL_ERROR also: a
 *   write key.  NTE_BAD_DATA: a header or length that no record of this key has.
 *   NTE_DECRYPTION_FAILURE: MAC, tag, padding, or too small an output; faults of MAC and padding
 *   are the same, also in time, and leave the key as it was.  NTE_BUFFER_TOO_SMALL: too small an
 *   output in TLS 1.3, or in a suite without encryption.  STATUS_AUTH_TAG_MISMATCH: the tag of TLS
 *   1.3.  NTE_BUFFERS_OVERLAP: any other overlap.  NTE_FAIL: the cipher failed, whatever the
 *   record is.  NTE_NOT_SUPPORTED: as in SslEncryptPacket.
 * Source: Microsoft, SslDecryptPacket; RFC 5246 section 6.2.3, RFC 8446 section 5.2. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslDecryptPacket(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hKey, PBYTE pbInput, DWORD cbInput, PBYTE pbOutput, DWORD cbOutput,
    DWORD *pcbResult, ULONGLONG SequenceNumber, DWORD dwFlags);

/* ---- Keying material for others ---- */

/* The key block of an EAP method.
 * hMasterKey: a master key.
 * pbRandoms: client random and server random, in this order; may be NULL in a size query.
 * cbRandoms: 64, in a size query too.
 * dwFlags: NCRYPT_SSL_EAP_*_ID; others are NTE_BAD_FLAGS.
 * pbOutput: 192 bytes.  EAP-TLS: 128 bytes of key, and 64 of IV made with an empty secret.
 *   EAP-TTLS, both: 128 bytes of key, and zeros.  EAP-FAST: one stream; the session key seed is
 *   the 40 bytes after the cipher's key block, and with AES-256-CBC and SHA-384 it lies beyond the
 *   stream.
 * Errors: NTE_INVALID_PARAMETER also: another length of pbRandoms, SSL 3.0.
 * Source: Microsoft, SslComputeEapKeyBlock; RFC 5216 section 2.3, RFC 5281 sections 8 and 11.1,
 *   RFC 4851 section 5.1. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslComputeEapKeyBlock(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hMasterKey, PBYTE pbRandoms, DWORD cbRandoms, PBYTE pbOutput, DWORD cbOutput,
    DWORD *pcbResult, DWORD dwFlags);

/* Exported keying material.  Up to TLS 1.2 hMasterKey is the master key, and pbRandoms the client
 * and the server random, 64 bytes.  In TLS 1.3 hMasterKey is a key of SslExpandExporterMasterKey,
 * pbRandoms is NULL and cbRandoms 0.
 * sLabel: zero-terminated ASCII.
 * pbContextValue: may be NULL with cbContextValue 0, which means no context.  Up to TLS 1.2 a
 *   context of 0 bytes is something else: a pointer that is not NULL, with 0.
 * pbOutput, cbOutput: receives all the bytes asked for, 1 to 65535.
 * Errors: NTE_NOT_SUPPORTED: SSL 3.0.  NTE_INVALID_PARAMETER also: more than 65534 bytes of label;
 *   another length of pbRandoms; up to TLS 1.2 a label of TLS itself, such as "key expansion"; in
 *   TLS 1.3 more than 249 bytes of label, or more than 255 times the length of the hash to export.
 * Source: RFC 5705 section 4, RFC 8446 section 7.5. */
NCRYPTSSL_API SECURITY_STATUS WINAPI SslExportKeyingMaterial(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hMasterKey, PCHAR sLabel, PBYTE pbRandoms, DWORD cbRandoms,
    PBYTE pbContextValue, WORD cbContextValue, PBYTE pbOutput, DWORD cbOutput, DWORD dwFlags);

#ifdef __cplusplus
}
#endif

#include "sslprovider_tls13.h"

#endif
