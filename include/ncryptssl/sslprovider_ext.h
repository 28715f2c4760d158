/* SPDX-License-Identifier: Apache-2.0
 *
 * Extensions of the Ssl* interface that Windows does not have: a key handle from the bytes of a
 * secret, TLS 1.3 key shares as they are on the wire, DTLS 1.3, and private keys for certificates.
 * The rules at the head of sslprovider.h hold.
 *
 * On Windows a master key can only come from a key exchange.  A caller who has the secret already
 * (from a key log, a test vector, or a TLS stack that did the handshake itself) describes it in a
 * blob and calls SslImportKey with the blob type NCRYPTSSL_SECRET_BLOB.  The handle works like one
 * of SslGenerateMasterKey or of the functions of TLS 1.3, and ends with SslFreeObject.
 *
 * The blob is the header below, with its fields in the byte order of the machine, and directly
 * after it the secret:
 *
 *     struct {
 *         NCRYPTSSL_SECRET_BLOB_HEADER header;
 *         BYTE secret[48];
 *     } blob = {{sizeof(blob), NCRYPTSSL_SECRET_MAGIC, NCRYPTSSL_KIND_MASTER_KEY,
 *                   TLS1_2_PROTOCOL_VERSION, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
 *                   NCRYPT_SSL_CLIENT_FLAG, sizeof(blob.secret)},
 *         {0}};
 *     NCRYPT_KEY_HANDLE master_key, read_key, write_key;
 *
 *     memcpy(blob.secret, master_secret, sizeof(blob.secret));
 *     status = SslImportKey(
 *         provider, &master_key, NCRYPTSSL_SECRET_BLOB, (PBYTE)&blob, sizeof(blob), 0);
 *     OPENSSL_cleanse(&blob, sizeof(blob));
 *     if (status == ERROR_SUCCESS) {
 *         status = SslGenerateSessionKeys(
 *             provider, master_key, &read_key, &write_key, &both_randoms, 0);
 *     }
 *
 * SslImportKey copies the secret; the caller wipes the blob.  The blob need not be aligned.
 *
 * Errors: NTE_BAD_DATA: cbLength is not cbKeyBlob, or not the header and cbSecret; another magic;
 *   an unknown kind, or one that the protocol does not have; a length that the kind does not
 *   have; not exactly one side; an unknown flag; NCRYPTSSL_ENCRYPT_THEN_MAC in SSL 3.0 or TLS 1.3.
 *   NTE_NOT_SUPPORTED: a protocol or suite that this release does not have or the configuration
 *   does not allow, or OpenSSL does not have the suite's hash.
 */
#ifndef NCRYPTSSL_SSLPROVIDER_EXT_H
#define NCRYPTSSL_SSLPROVIDER_EXT_H

#include "sslprovider.h"

/* pszBlobType of SslImportKey. */
#define NCRYPTSSL_SECRET_BLOB NCRYPTSSL_TEXT("NCRYPTSSLSECRETBLOB")

#define NCRYPTSSL_SECRET_MAGIC 0x53534C53 /* "SLSS" on a little-endian machine */

typedef struct NCRYPTSSL_SECRET_BLOB_HEADER {
    DWORD cbLength;   /* bytes in this header and the secret */
    DWORD dwMagic;    /* NCRYPTSSL_SECRET_MAGIC */
    DWORD dwKind;     /* NCRYPTSSL_KIND_* */
    DWORD dwProtocol; /* *_PROTOCOL_VERSION; that of TLS 1.3 or DTLS 1.3 for all kinds but the first
                       */
    DWORD dwCipherSuite; /* number of the suite */
    DWORD dwFlags;       /* the side, and what else the connection negotiated */
    DWORD cbSecret;      /* bytes in the secret */
} NCRYPTSSL_SECRET_BLOB_HEADER;

/* dwKind.  The master secret of SSL 3.0 to TLS 1.2 and of DTLS has 48 bytes (RFC 5246 section 8.1).
 * The secrets of TLS 1.3 (RFC 8446 section 7.1) have the length of the suite's hash; only a
 * pre-shared key has 1 to 512 bytes. */
#define NCRYPTSSL_KIND_MASTER_KEY        1
#define NCRYPTSSL_KIND_EARLY_SECRET      2
#define NCRYPTSSL_KIND_HANDSHAKE_SECRET  3
#define NCRYPTSSL_KIND_MASTER_SECRET     4 /* of TLS 1.3 */
#define NCRYPTSSL_KIND_TRAFFIC_SECRET    5
#define NCRYPTSSL_KIND_EXPORTER_SECRET   6
#define NCRYPTSSL_KIND_RESUMPTION_SECRET 7
#define NCRYPTSSL_KIND_BINDER_KEY        8
#define NCRYPTSSL_KIND_PRE_SHARED_KEY    9

/* dwFlags: NCRYPT_SSL_CLIENT_FLAG or NCRYPT_SSL_SERVER_FLAG, the side of the key's holder;
 * SslGenerateSessionKeys tells reading from writing by it.  The flag below may be added if both
 * sides agreed on RFC 7366: session keys of suites with a CBC cipher then follow it. */
#define NCRYPTSSL_ENCRYPT_THEN_MAC 0x00000100

/* ---- Key shares of TLS 1.3 ---- */

/* pszBlobType of SslExportKey and SslImportKey: the header below, and directly after it the bytes
 * of KeyShareEntry.key_exchange (RFC 8446 section 4.2.8).  A TLS 1.3 stack needs no other type:
 * this one has every group.  The blob need not be aligned.
 *
 *     group                               dwKeyType   key_exchange
 *     X25519, X448                        29, 30      the string of 32 or 56 bytes (RFC 7748)
 *     other curves of SslEnumEccCurves                an uncompressed point
 *     ffdhe2048 to ffdhe8192              256 to 260  the value, as long as the modulus (RFC 7919)
 *     ML-KEM-512, -768, -1024             512 to 514  client: encapsulation key; server: ciphertext
 *     SecP256r1MLKEM768, X25519MLKEM768,  4587, 4588, the two shares one after the other, in the
 *       SecP384r1MLKEM1024                  4589      order of draft-ietf-tls-ecdhe-mlkem
 *
 * In groups without ML-KEM both sides make a key pair with SslCreateEphemeralKey, export their own
 * share and import the peer's.  With ML-KEM (OpenSSL 3.5 or later) the server makes its key from
 * the client's share, so the client's share comes first:
 *
 *     client  SslCreateEphemeralKey(provider, &own, TLS1_3_PROTOCOL_VERSION, 0, 4588, 0, NULL, 0,
 *                 0), SslExportKey(own), and later SslImportKey of the server's share
 *     server  SslImportKey of the client's share; SslCreateEphemeralKey(provider, &own,
 *                 TLS1_3_PROTOCOL_VERSION, suite, 4588, 0, blob, cbBlob, NCRYPT_SSL_SERVER_FLAG),
 *                 where blob is that share again; SslExportKey(own)
 *
 * Both then call SslExtractHandshakeKey with their own key and the imported share.  The server's
 * key holds the secret for the one share that it was made from.
 *
 * Errors of SslImportKey: NTE_BAD_DATA: another magic; cbLength is not cbKeyBlob, or not the header
 *   and cbKeyExchange; a length that shares of the group do not have; a point that is not on the
 *   curve; a value that is 0, 1, p - 1 or more (RFC 7919 section 5.1).  NTE_NOT_SUPPORTED: a group
 *   that is unknown, or that OpenSSL does not have.  The contents of a share with ML-KEM are
 *   checked when it is used.
 * Errors of SslExportKey: NTE_NOT_SUPPORTED also: a key without a number of its group: an RSA key,
 *   a key made for a DHE suite, or one imported as BCRYPT_DH_PUBLIC_BLOB.
 * Errors of SslCreateEphemeralKey in a group with ML-KEM: NTE_INVALID_PARAMETER also: parameters
 *   that are no client's share of the group, or parameters without NCRYPT_SSL_SERVER_FLAG.  The
 *   flag without parameters changes nothing. */
#define NCRYPTSSL_KEY_SHARE_BLOB NCRYPTSSL_TEXT("NCRYPTSSLKEYSHAREBLOB")

#define NCRYPTSSL_KEY_SHARE_MAGIC 0x4853534B /* "KSSH" on a little-endian machine */

typedef struct NCRYPTSSL_KEY_SHARE_BLOB_HEADER {
    DWORD cbLength;      /* bytes in this header and the key exchange */
    DWORD dwMagic;       /* NCRYPTSSL_KEY_SHARE_MAGIC */
    DWORD dwGroup;       /* number in the IANA registry "TLS Supported Groups" */
    DWORD cbKeyExchange; /* bytes in the key exchange */
} NCRYPTSSL_KEY_SHARE_BLOB_HEADER;

/* ---- DTLS 1.3 (RFC 9147) ---- */

/* dwProtocol.  Every function that takes TLS1_3_PROTOCOL_VERSION takes this number too, and handles
 * of the one are not those of the other; SslEnumCipherSuites lists no suites of it.  The messages
 * that SslHashHandshake gets have the header of TLS 1.3, 4 bytes (section 5.2).
 *
 * A record has the unified header of section 4.  The fragment of SslEncryptPacket and
 * SslDecryptPacket is TLSInnerPlaintext, as in TLS 1.3.  The sequence number of both has the low 16
 * bits of the epoch in its upper 16 bits, and the number of the record in the others.
 *
 * SslEncryptPacket writes a number of 16 bits, the length, and no connection id; what is too short
 * to mask the number it pads with zeros (section 4.2.3).  dwContentType goes nowhere.
 *
 * SslDecryptPacket takes one record with any legal header; without a length, the record ends with
 * the input.  A record has the low bits of its number only: the argument is the number that the
 * caller expects, one above the highest that came under this key, and the nearest one counts
 * (section 4.2.2).  STATUS_AUTH_TAG_MISMATCH also: a header with the bits of another epoch. */
#define DTLS1_3_PROTOCOL_VERSION 0xFEFC

/* Bytes of the longest connection id (RFC 9146 section 3). */
#define NCRYPTSSL_MAX_CONNECTION_ID 255

#ifdef __cplusplus
extern "C" {
#endif

/* The dwKeyType of SslCreateEphemeralKey from the name of a group: as Windows spells it, in
 * SslEnumEccCurves (curve25519, nistP256) and elsewhere (secP256r1, x25519_mlkem768), as the IANA
 * registry does (x25519, X25519MLKEM768), or as OpenSSL does (P-256).  The case of letters does not
 * matter.  brainpoolP256r1 is the group of TLS 1.2 (RFC 7027), brainpoolP256r1tls13 that of TLS 1.3
 * (RFC 8734); the names of the longer curves tell the two apart in the same way.
 * *pdwKeyType: the number, 0 after a failure; it does not say that OpenSSL has the group.
 * Errors: NTE_INVALID_PARAMETER: NULL.  NTE_NOT_FOUND: another name. */
NCRYPTSSL_API SECURITY_STATUS WINAPI NcryptsslGroupByName(LPCWSTR pszName, DWORD *pdwKeyType);

/* SslDecryptPacket that also tells the number of the record.
 * pSequenceNumber: before the call, the number that is expected; after success, in DTLS 1.3, that
 * of the record.  A failed call, and every other protocol, leaves it as it is.  The key keeps no
 * list of numbers: a record that comes twice is opened twice, and the caller looks at the number
 * (RFC 9147 section 4.5.1).
 * Errors: as SslDecryptPacket; NTE_INVALID_PARAMETER also: pSequenceNumber is NULL. */
NCRYPTSSL_API SECURITY_STATUS WINAPI NcryptsslDecryptPacket(NCRYPT_PROV_HANDLE hSslProvider,
    NCRYPT_KEY_HANDLE hKey, PBYTE pbInput, DWORD cbInput, PBYTE pbOutput, DWORD cbOutput,
    DWORD *pcbResult, ULONGLONG *pSequenceNumber, DWORD dwFlags);

/* Tells how long the connection ids are in the records that a session key of DTLS 1.3 opens
 * (RFC 9147 section 9).
 * cbConnectionId: 0 to 255.  With 0, as at the beginning, a record with a connection id is
 *   NTE_BAD_DATA.  Records without one are opened in any case.  The caller looks at the id itself,
 *   which stands behind the first byte and is covered by the tag.
 * Errors: NTE_INVALID_HANDLE: hKey is no session key.  NTE_INVALID_PARAMETER: more than 255.
 *   NTE_BAD_FLAGS: dwFlags is not 0.  NTE_NOT_SUPPORTED: a key of another protocol. */
NCRYPTSSL_API SECURITY_STATUS WINAPI NcryptsslSetConnectionIdLength(
    NCRYPT_PROV_HANDLE hSslProvider, NCRYPT_KEY_HANDLE hKey, DWORD cbConnectionId, DWORD dwFlags);

/* Attaches a private key to a certificate.  SslOpenPrivateKey looks here first.
 * pCertContext: the certificate; only pbCertEncoded and cbCertEncoded are read.
 * pbKey, cbKey: at most 1 MiB of PEM or DER, PKCS #8 or the traditional form of the algorithm, not
 *   encrypted; other PEM objects around the key are skipped.  The library copies the bytes, and
 *   the caller wipes them.  The key belongs to exactly this certificate, through every provider
 *   handle; a second call for the certificate replaces it.  It is kept until the last handle of
 *   the library is freed; handles that SslOpenPrivateKey made before keep theirs.
 * Errors: NTE_BAD_DATA: no DER certificate, or no private key that is readable without a
 *   passphrase; the user is not asked for one.  NTE_BAD_KEY: the key of another certificate.
 *   NTE_NO_MEMORY also: 1024 certificates have a key. */
NCRYPTSSL_API SECURITY_STATUS WINAPI NcryptsslAttachPrivateKey(NCRYPT_PROV_HANDLE hSslProvider,
    PCCERT_CONTEXT pCertContext, const BYTE *pbKey, DWORD cbKey, DWORD dwFlags);

#ifdef __cplusplus
}
#endif

#endif
