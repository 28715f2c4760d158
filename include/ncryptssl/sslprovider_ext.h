/* SPDX-License-Identifier: Apache-2.0
 *
 * Extensions of the Ssl* interface that Windows does not have: a key handle from the bytes of a
 * secret, and, at the end, private keys for certificates.
 *
 * On Windows a master key can only come out of a key exchange.  A caller who has the secret already
 * (from a key log, a test vector, or a TLS stack that did the handshake itself) describes it in a
 * blob and gives that to SslImportKey with the blob type NCRYPTSSL_SECRET_BLOB.  The handle works
 * as one from SslGenerateMasterKey or from the functions of TLS 1.3 does, and ends with
 * SslFreeObject.
 *
 * The blob is the header below and the secret behind it, without a gap:
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

#define NCRYPTSSL_SECRET_MAGIC 0x53534C53 /* in memory "SLSS" */

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
