/* SPDX-License-Identifier: Apache-2.0
 *
 * Extensions of the Ssl* interface that Windows does not have: a key handle from the bytes of a
 * secret, key shares of TLS 1.3 as they are on the wire, and, at the end, private keys for
 * certificates.
 *
 * On Windows a master key can only come out of a key exchange.  A caller who has the secret already
 * (from a key log, a test vector, or a TLS stack that did the handshake itself) describes it in a
 * blob and gives that to SslImportKey with the blob type NCRYPTSSL_SECRET_BLOB.  The handle works
 * as one from SslGenerateMasterKey or from the functions of TLS 1.3 does, and ends with
 * SslFreeObject.
 *
 * The blob is the header below, its fields in the byte order of the machine, and the secret behind
 * it, without a gap:
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
 * SslImportKey copies the secret; the blob stays the caller's, to be wiped.  It need not be
 * aligned.
 *
 * Errors: NTE_BAD_DATA: cbLength is not cbKeyBlob, or not the header and cbSecret; another magic;
 *   an unknown kind; a length of the secret that the kind does not have; not exactly one side; an
 *   unknown flag.  NTE_NOT_SUPPORTED: a protocol, suite or kind that this release does not have or
 *   the configuration does not allow.
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
    DWORD dwProtocol; /* *_PROTOCOL_VERSION; for all kinds but the first TLS1_3_PROTOCOL_VERSION */
    DWORD dwCipherSuite; /* number of the suite */
    DWORD dwFlags;       /* the side, and what else the connection negotiated */
    DWORD cbSecret;      /* bytes in the secret */
} NCRYPTSSL_SECRET_BLOB_HEADER;

/* dwKind.  The master secret of SSL 3.0 to TLS 1.2 and of DTLS has 48 bytes (RFC 5246 section 8.1);
 * the secrets of TLS 1.3 (RFC 8446 section 7.1) have the length of the suite's hash, except an
 * external pre-shared key, which has a length of its own. */
#define NCRYPTSSL_KIND_MASTER_KEY        1
#define NCRYPTSSL_KIND_EARLY_SECRET      2
#define NCRYPTSSL_KIND_HANDSHAKE_SECRET  3
#define NCRYPTSSL_KIND_MASTER_SECRET     4 /* of TLS 1.3 */
#define NCRYPTSSL_KIND_TRAFFIC_SECRET    5
#define NCRYPTSSL_KIND_EXPORTER_SECRET   6
#define NCRYPTSSL_KIND_RESUMPTION_SECRET 7
#define NCRYPTSSL_KIND_BINDER_KEY        8
#define NCRYPTSSL_KIND_PRE_SHARED_KEY    9

/* dwFlags: NCRYPT_SSL_CLIENT_FLAG or NCRYPT_SSL_SERVER_FLAG, the side that the holder of the key is
 * on and from which SslGenerateSessionKeys tells reading from writing; and with it this one where
 * both sides agreed on RFC 7366, which the session keys then follow in suites with a CBC cipher. */
#define NCRYPTSSL_ENCRYPT_THEN_MAC 0x00000100

/* ---- Key shares of TLS 1.3 ---- */

/* pszBlobType of SslExportKey and SslImportKey: the header below, and behind it, without a gap, the
 * bytes of KeyShareEntry.key_exchange (RFC 8446 section 4.2.8).  One type for every group, so that
 * a TLS 1.3 stack needs no other.  The blob need not be aligned.
 *
 *     group                               dwKeyType   key_exchange
 *     X25519, X448                        29, 30      the string of 32 or 56 bytes (RFC 7748)
 *     other curves of SslEnumEccCurves                an uncompressed point
 *     ffdhe2048 to ffdhe8192              256 to 260  the value, as long as the modulus (RFC 7919)
 *     ML-KEM-512, -768, -1024             512 to 514  client: encapsulation key; server: ciphertext
 *     SecP256r1MLKEM768, X25519MLKEM768,  4587, 4588, the two shares one behind the other, in the
 *       SecP384r1MLKEM1024                  4589      order of draft-ietf-tls-ecdhe-mlkem
 *
 * Of the groups without ML-KEM both sides make a key pair with SslCreateEphemeralKey, export the
 * own share and import the peer's.  With ML-KEM (OpenSSL 3.5 or later) the server makes its key
 * from the client's share, so that comes first:
 *
 *     client  SslCreateEphemeralKey(provider, &own, TLS1_3_PROTOCOL_VERSION, 0, 4588, 0, NULL, 0,
 *                 0), SslExportKey(own), and later SslImportKey of the server's share
 *     server  SslImportKey of the client's share; SslCreateEphemeralKey(provider, &own,
 *                 TLS1_3_PROTOCOL_VERSION, suite, 4588, 0, blob, cbBlob, NCRYPT_SSL_SERVER_FLAG),
 *                 where blob is that share again; SslExportKey(own)
 *
 * and both go on with SslExtractHandshakeKey, own key and the peer's imported share.  The server's
 * key holds the secret, for the one share that it was made from.
 *
 * Errors of SslImportKey: NTE_BAD_DATA: another magic; cbLength is not cbKeyBlob, or not the header
 *   and cbKeyExchange; a length that shares of the group do not have; no point of the curve; a
 *   value that is 0, 1, p - 1 or more (RFC 7919 section 5.1).  NTE_NOT_SUPPORTED: a group that is
 *   unknown, or that OpenSSL does not have.  What a share with ML-KEM consists of is looked at when
 *   it is used.
 * Errors of SslExportKey: NTE_NOT_SUPPORTED also: a key without a number of its group: of RSA, made
 *   for a DHE suite, or imported as BCRYPT_DH_PUBLIC_BLOB.
 * Errors of SslCreateEphemeralKey in a group with ML-KEM: NTE_INVALID_PARAMETER also: parameters
 *   that are no share of a client in the group, or without NCRYPT_SSL_SERVER_FLAG.  The flag
 *   without parameters changes nothing. */
#define NCRYPTSSL_KEY_SHARE_BLOB NCRYPTSSL_TEXT("NCRYPTSSLKEYSHAREBLOB")

#define NCRYPTSSL_KEY_SHARE_MAGIC 0x4853534B /* "KSSH" on a little-endian machine */

typedef struct NCRYPTSSL_KEY_SHARE_BLOB_HEADER {
    DWORD cbLength;      /* bytes in this header and the key exchange */
    DWORD dwMagic;       /* NCRYPTSSL_KEY_SHARE_MAGIC */
    DWORD dwGroup;       /* number in the IANA registry "TLS Supported Groups" */
    DWORD cbKeyExchange; /* bytes in the key exchange */
} NCRYPTSSL_KEY_SHARE_BLOB_HEADER;

#ifdef __cplusplus
extern "C" {
#endif

/* Gives the library the private key of a certificate, for SslOpenPrivateKey, which looks here
 * first.  pbKey: cbKey bytes, at most 1 MiB, of PEM or DER: PKCS #8 or the traditional form of the
 * algorithm, not encrypted; other objects around it in PEM do no harm.  They are copied and the
 * caller wipes them.  The key is found again by the certificate, to the byte, through every
 * provider handle; a second call for the certificate replaces it.  It goes when the last handle of
 * the library is freed; handles that SslOpenPrivateKey made of it before keep it. Errors:
 * NTE_BAD_DATA: no DER certificate, or no private key that is readable without a passphrase; none
 * is asked for.  NTE_BAD_KEY: the key of another certificate.  NTE_NO_MEMORY also: 1024
 * certificates have a key. */
NCRYPTSSL_API SECURITY_STATUS WINAPI NcryptsslAttachPrivateKey(NCRYPT_PROV_HANDLE hSslProvider,
    PCCERT_CONTEXT pCertContext, const BYTE *pbKey, DWORD cbKey, DWORD dwFlags);

#ifdef __cplusplus
}
#endif

#endif
