/* SPDX-License-Identifier: Apache-2.0
 *
 * Constants and structures of the Ssl* interface.  Layouts are those of 64-bit Windows.  The
 * comment of every length names its unit, because the interface mixes bits, bytes and WCHARs.
 */
#ifndef NCRYPTSSL_SSLPROVIDER_TYPES_H
#define NCRYPTSSL_SSLPROVIDER_TYPES_H

#include "ncrypt.h"
#include "sslprovider_suites.h"

/* The provider that SslOpenProvider opens by default. */
#define MS_SCHANNEL_PROVIDER NCRYPTSSL_TEXT("Microsoft SSL Protocol Provider")

/* Interface versions, as initialisers of a BCRYPT_INTERFACE_VERSION: Windows Vista, 7, 10 version
 * 1507, 10 version 1809 and 10 version 2004.  The name without a number is version 1. */
#define NCRYPT_SSL_INTERFACE_VERSION_1 BCRYPT_MAKE_INTERFACE_VERSION(1, 0)
#define NCRYPT_SSL_INTERFACE_VERSION_2 BCRYPT_MAKE_INTERFACE_VERSION(2, 0)
#define NCRYPT_SSL_INTERFACE_VERSION_3 BCRYPT_MAKE_INTERFACE_VERSION(3, 0)
#define NCRYPT_SSL_INTERFACE_VERSION_4 BCRYPT_MAKE_INTERFACE_VERSION(4, 0)
#define NCRYPT_SSL_INTERFACE_VERSION_5 BCRYPT_MAKE_INTERFACE_VERSION(5, 0)
#define NCRYPT_SSL_INTERFACE_VERSION   NCRYPT_SSL_INTERFACE_VERSION_1

/* A side: for keys the caller's, for a Finished message the sender's. */
#define NCRYPT_SSL_CLIENT_FLAG 0x00000001
#define NCRYPT_SSL_SERVER_FLAG 0x00000002

/* SslComputeEapKeyBlock. */
#define NCRYPT_SSL_EAP_PRF_FIELD       0x000000FF /* mask of the numbers below */
#define NCRYPT_SSL_EAP_ID              0x00000000 /* EAP-TLS */
#define NCRYPT_SSL_EAP_TTLSV0_ID       0x00000001 /* EAP-TTLSv0 keying material */
#define NCRYPT_SSL_EAP_TTLSV0_CHLNG_ID 0x00000002 /* EAP-TTLSv0 challenge */
#define NCRYPT_SSL_EAP_FAST_ID         0x00000003 /* EAP-FAST */

/* SslSignHash and SslVerifySignature. */
#define NCRYPT_SSL_SIGN_INCLUDE_HASHOID 0x00000001
#define NCRYPT_SSL_SIGN_USE_PSS_PADDING 0x00000002

/* SslExpandBinderKey. */
#define NCRYPT_SSL_EXTERNAL_PSK_FLAG   0x00000001
#define NCRYPT_SSL_RESUMPTION_PSK_FLAG 0x00000002

/* Protocols: the version on the wire, as a DWORD in host byte order. */
#define SSL2_PROTOCOL_VERSION    0x0002
#define SSL3_PROTOCOL_VERSION    0x0300
#define TLS1_PROTOCOL_VERSION    0x0301
#define TLS1_0_PROTOCOL_VERSION  TLS1_PROTOCOL_VERSION
#define TLS1_1_PROTOCOL_VERSION  0x0302
#define TLS1_2_PROTOCOL_VERSION  0x0303
#define TLS1_3_PROTOCOL_VERSION  0x0304
#define DTLS1_0_PROTOCOL_VERSION 0xFEFF
#define DTLS1_2_PROTOCOL_VERSION 0xFEFD

/* Key types: numbers of the IANA registry "TLS Supported Groups"; 0 if no group is involved. */
#define TLS_ECC_P256_CURVE_KEY_TYPE 23
#define TLS_ECC_P384_CURVE_KEY_TYPE 24
#define TLS_ECC_P521_CURVE_KEY_TYPE 25

/* Content types of a record (RFC 5246 section 6.2.1, RFC 8446 section 5.1). */
#define CT_CHANGE_CIPHER_SPEC 20
#define CT_ALERT              21
#define CT_HANDSHAKE          22
#define CT_APPLICATIONDATA    23

/* Values of szExchange and szCertificate that are no algorithm names of ncrypt.h. */
#define TLS_PSK_EXCHANGE     NCRYPTSSL_TEXT("PSK")
#define TLS_RSA_PSK_EXCHANGE NCRYPTSSL_TEXT("RSA_PSK")
#define SSL_ECDSA_ALGORITHM  NCRYPTSSL_TEXT("ECDSA")

#define SSL_KEY_TYPE_PROPERTY NCRYPTSSL_TEXT("KEYTYPE") /* SslGetKeyProperty */

#define NCRYPT_SSL_MAX_NAME_SIZE          64  /* WCHARs, terminator included */
#define MSCRYPT_ECC_MAX_CURVE_NAME_LENGTH 255 /* WCHARs */
#define MSCRYPT_ECC_MAX_OID_LENGTH        255 /* CHARs */

/* A cipher suite in one protocol.  Algorithms are names of ncrypt.h; what the suite does not have
 * is an empty string or 0. */
typedef struct NCRYPT_SSL_CIPHER_SUITE {
    DWORD dwProtocol;
    DWORD dwCipherSuite;
    DWORD dwBaseCipherSuite; /* the same for every curve: equal to dwCipherSuite */
    WCHAR szCipherSuite[NCRYPT_SSL_MAX_NAME_SIZE];
    WCHAR szCipher[NCRYPT_SSL_MAX_NAME_SIZE];
    DWORD dwCipherLen;                      /* bits in the key */
    DWORD dwCipherBlockLen;                 /* bytes; 1 for a stream cipher */
    WCHAR szHash[NCRYPT_SSL_MAX_NAME_SIZE]; /* of the record MAC; empty for AEAD */
    DWORD dwHashLen;                        /* bits; 0 for AEAD */
    WCHAR szExchange[NCRYPT_SSL_MAX_NAME_SIZE];
    DWORD dwMinExchangeLen; /* bits */
    DWORD dwMaxExchangeLen; /* bits */
    WCHAR szCertificate[NCRYPT_SSL_MAX_NAME_SIZE];
    DWORD dwKeyType;
} NCRYPT_SSL_CIPHER_SUITE;

/* The same between a version number and the chaining mode. */
#define NCRYPT_SSL_CIPHER_SUITE_EX_VERSION 1
typedef struct NCRYPT_SSL_CIPHER_SUITE_EX {
    DWORD dwVersion; /* NCRYPT_SSL_CIPHER_SUITE_EX_VERSION */
    DWORD dwProtocol;
    DWORD dwCipherSuite;
    DWORD dwBaseCipherSuite;
    WCHAR szCipherSuite[NCRYPT_SSL_MAX_NAME_SIZE];
    WCHAR szCipher[NCRYPT_SSL_MAX_NAME_SIZE];
    DWORD dwCipherLen;      /* bits */
    DWORD dwCipherBlockLen; /* bytes */
    WCHAR szHash[NCRYPT_SSL_MAX_NAME_SIZE];
    DWORD dwHashLen; /* bits */
    WCHAR szExchange[NCRYPT_SSL_MAX_NAME_SIZE];
    DWORD dwMinExchangeLen; /* bits */
    DWORD dwMaxExchangeLen; /* bits */
    WCHAR szCertificate[NCRYPT_SSL_MAX_NAME_SIZE];
    DWORD dwKeyType;
    WCHAR szCipherMode[NCRYPT_SSL_MAX_NAME_SIZE]; /* BCRYPT_CHAIN_MODE_* */
} NCRYPT_SSL_CIPHER_SUITE_EX;

/* What protection adds to a record, in bytes. */
#define NCRYPT_SSL_CIPHER_LENGTHS_BLOCK_PADDING 0x00000001
typedef struct NCRYPT_SSL_CIPHER_LENGTHS {
    DWORD cbLength;                /* of this structure */
    DWORD dwHeaderLen;             /* before the data */
    DWORD dwFixedTrailerLen;       /* after the data, always */
    DWORD dwMaxVariableTrailerLen; /* after that, 0 to this */
    DWORD dwFlags;                 /* NCRYPT_SSL_CIPHER_LENGTHS_* */
} NCRYPT_SSL_CIPHER_LENGTHS;

typedef struct NCRYPT_SSL_ECC_CURVE {
    WCHAR szCurveName[MSCRYPT_ECC_MAX_CURVE_NAME_LENGTH];
    CHAR szOID[MSCRYPT_ECC_MAX_OID_LENGTH]; /* dotted decimal, or empty */
    DWORD dwPublicKeyLength;                /* bits */
    DWORD dwCurveType;                      /* key type */
    DWORD dwFlags;
} NCRYPT_SSL_ECC_CURVE;

#endif
