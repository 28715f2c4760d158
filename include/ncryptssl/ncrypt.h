/* SPDX-License-Identifier: Apache-2.0
 *
 * The part of Windows' ncrypt.h, bcrypt.h and wincrypt.h that the Ssl* interface needs: handles,
 * parameter buffers, key blobs and the names of algorithms, properties and blob types.
 *
 * A blob begins with one of the structures below, its fields in the byte order of the machine, as a
 * C program writes them.  The numbers after it are big-endian on every machine, and zeros on the
 * left pad them to the length in the header, unless a comment says otherwise.
 * BCRYPT_OPAQUE_KEY_BLOB is the same on machines of either byte order.
 */
#ifndef NCRYPTSSL_NCRYPT_H
#define NCRYPTSSL_NCRYPT_H

#include "wintypes.h"

/* Handles are integers, never addresses; 0 is "no handle". */
typedef ULONG_PTR NCRYPT_HANDLE;
typedef ULONG_PTR NCRYPT_PROV_HANDLE;
typedef ULONG_PTR NCRYPT_KEY_HANDLE;
typedef ULONG_PTR NCRYPT_HASH_HANDLE;
typedef ULONG_PTR NCRYPT_SECRET_HANDLE;

/* One entry of a parameter list, and the list.  The caller owns both and the data.  A call reads
 * them while it runs, and keeps no pointer. */
typedef struct BCryptBuffer {
    ULONG cbBuffer;   /* length of pvBuffer in bytes */
    ULONG BufferType; /* NCRYPTBUFFER_* */
    PVOID pvBuffer;
} BCryptBuffer, *PBCryptBuffer, NCryptBuffer, *PNCryptBuffer;

typedef struct BCryptBufferDesc {
    ULONG ulVersion; /* NCRYPTBUFFER_VERSION */
    ULONG cBuffers;  /* number of entries */
    PBCryptBuffer pBuffers;
} BCryptBufferDesc, *PBCryptBufferDesc, NCryptBufferDesc, *PNCryptBufferDesc;

#define NCRYPTBUFFER_VERSION             0 /* the only ulVersion */
#define NCRYPTBUFFER_EMPTY               0
#define NCRYPTBUFFER_DATA                1
#define NCRYPTBUFFER_SSL_CLIENT_RANDOM   20 /* ClientHello.random, 32 bytes (RFC 5246 7.4.1.2) */
#define NCRYPTBUFFER_SSL_SERVER_RANDOM   21 /* ServerHello.random, 32 bytes (RFC 5246 7.4.1.3) */
#define NCRYPTBUFFER_SSL_HIGHEST_VERSION 22 /* DWORD: highest version the client offered */
#define NCRYPTBUFFER_SSL_CLEAR_KEY       23 /* SSL 2.0 clear key; the key of a PSK suite */
#define NCRYPTBUFFER_SSL_KEY_ARG_DATA    24 /* SSL 2.0 KEY-ARG */
#define NCRYPTBUFFER_SSL_SESSION_HASH    25 /* session hash of RFC 7627: 32, 36, 48 or 64 bytes */

typedef struct NCryptProviderName {
    LPWSTR pszName;
    LPWSTR pszComment;
} NCryptProviderName;

typedef struct BCRYPT_INTERFACE_VERSION {
    USHORT MajorVersion;
    USHORT MinorVersion;
} BCRYPT_INTERFACE_VERSION, *PBCRYPT_INTERFACE_VERSION;

/* Initialises a BCRYPT_INTERFACE_VERSION. */
#define BCRYPT_MAKE_INTERFACE_VERSION(major, minor)                                                \
    {                                                                                              \
        (USHORT)(major), (USHORT)(minor)                                                           \
    }

/* Numbers under which Windows registers providers of this interface. */
#define NCRYPT_SCHANNEL_INTERFACE           0x00010002
#define NCRYPT_SCHANNEL_SIGNATURE_INTERFACE 0x00010003

#define NCRYPT_SILENT_FLAG 0x00000040 /* SslOpenPrivateKey: ask the user nothing */

/* Names of key properties, and their bounds. */
#define NCRYPT_MAX_PROPERTY_NAME        64       /* WCHARs */
#define NCRYPT_MAX_PROPERTY_DATA        0x100000 /* bytes */
#define NCRYPT_ALGORITHM_PROPERTY       NCRYPTSSL_TEXT("Algorithm Name")
#define NCRYPT_ALGORITHM_GROUP_PROPERTY NCRYPTSSL_TEXT("Algorithm Group")
#define NCRYPT_LENGTH_PROPERTY          NCRYPTSSL_TEXT("Length")
#define NCRYPT_BLOCK_LENGTH_PROPERTY    NCRYPTSSL_TEXT("Block Length")
#define NCRYPT_KEY_TYPE_PROPERTY        NCRYPTSSL_TEXT("Key Type")

/* Names of algorithms. */
#define BCRYPT_RSA_ALGORITHM               NCRYPTSSL_TEXT("RSA")
#define BCRYPT_DSA_ALGORITHM               NCRYPTSSL_TEXT("DSA")
#define BCRYPT_ECDSA_ALGORITHM             NCRYPTSSL_TEXT("ECDSA")
#define BCRYPT_DH_ALGORITHM                NCRYPTSSL_TEXT("DH")
#define BCRYPT_ECDH_ALGORITHM              NCRYPTSSL_TEXT("ECDH")
#define BCRYPT_ECDH_P256_ALGORITHM         NCRYPTSSL_TEXT("ECDH_P256")
#define BCRYPT_ECDH_P384_ALGORITHM         NCRYPTSSL_TEXT("ECDH_P384")
#define BCRYPT_ECDH_P521_ALGORITHM         NCRYPTSSL_TEXT("ECDH_P521")
#define BCRYPT_ECDSA_P256_ALGORITHM        NCRYPTSSL_TEXT("ECDSA_P256")
#define BCRYPT_ECDSA_P384_ALGORITHM        NCRYPTSSL_TEXT("ECDSA_P384")
#define BCRYPT_ECDSA_P521_ALGORITHM        NCRYPTSSL_TEXT("ECDSA_P521")
#define BCRYPT_MD5_ALGORITHM               NCRYPTSSL_TEXT("MD5")
#define BCRYPT_SHA1_ALGORITHM              NCRYPTSSL_TEXT("SHA1")
#define BCRYPT_SHA256_ALGORITHM            NCRYPTSSL_TEXT("SHA256")
#define BCRYPT_SHA384_ALGORITHM            NCRYPTSSL_TEXT("SHA384")
#define BCRYPT_SHA512_ALGORITHM            NCRYPTSSL_TEXT("SHA512")
#define BCRYPT_AES_ALGORITHM               NCRYPTSSL_TEXT("AES")
#define BCRYPT_3DES_ALGORITHM              NCRYPTSSL_TEXT("3DES")
#define BCRYPT_DES_ALGORITHM               NCRYPTSSL_TEXT("DES")
#define BCRYPT_RC4_ALGORITHM               NCRYPTSSL_TEXT("RC4")
#define BCRYPT_RC2_ALGORITHM               NCRYPTSSL_TEXT("RC2")
#define BCRYPT_CHACHA20_POLY1305_ALGORITHM NCRYPTSSL_TEXT("CHACHA20_POLY1305")

#define BCRYPT_CHAIN_MODE_CBC NCRYPTSSL_TEXT("ChainingModeCBC")
#define BCRYPT_CHAIN_MODE_GCM NCRYPTSSL_TEXT("ChainingModeGCM")
#define BCRYPT_CHAIN_MODE_CCM NCRYPTSSL_TEXT("ChainingModeCCM")
#define BCRYPT_CHAIN_MODE_NA  NCRYPTSSL_TEXT("ChainingModeN/A")

/* Names of blob types, and the parts of such a blob. */
#define BCRYPT_OPAQUE_KEY_BLOB NCRYPTSSL_TEXT("OpaqueKeyBlob") /* private to the provider */
#define BCRYPT_ECCPUBLIC_BLOB  NCRYPTSSL_TEXT("ECCPUBLICBLOB") /* BCRYPT_ECCKEY_BLOB X Y */
#define BCRYPT_ECCFULLPUBLIC_BLOB                                                                  \
    NCRYPTSSL_TEXT("ECCFULLPUBLICBLOB") /* BCRYPT_ECCFULLKEY_BLOB, curve, X Y */
#define SSL_ECCPUBLIC_BLOB    NCRYPTSSL_TEXT("SSLECCPUBLICBLOB")  /* SSL_ECCKEY_BLOB X Y */
#define BCRYPT_DH_PUBLIC_BLOB NCRYPTSSL_TEXT("DHPUBLICBLOB")      /* BCRYPT_DH_KEY_BLOB p g y */
#define BCRYPT_RSAPUBLIC_BLOB NCRYPTSSL_TEXT("RSAPUBLICBLOB")     /* BCRYPT_RSAKEY_BLOB e n */
#define LEGACY_RSAPUBLIC_BLOB NCRYPTSSL_TEXT("CAPIPUBLICBLOB")    /* PUBLICKEYSTRUC RSAPUBKEY n */
#define BCRYPT_KEY_DATA_BLOB  NCRYPTSSL_TEXT("KeyDataBlob")       /* its header, the key */
#define TLS_13_PRE_SHARED_KEY NCRYPTSSL_TEXT("TLS13PRESHAREDKEY") /* the bare key */

typedef struct BCRYPT_ECCKEY_BLOB {
    ULONG dwMagic; /* BCRYPT_ECDH_* or BCRYPT_ECDSA_* */
    ULONG cbKey;   /* bytes in each coordinate: 32, 48 or 66 for P-256, P-384 and P-521 */
} BCRYPT_ECCKEY_BLOB, *PBCRYPT_ECCKEY_BLOB;

/* After it come p, a, b, the base point's X and Y, the order, the cofactor and the seed of the
 * curve y^2 = x^3 + ax + b, then the key's X and Y. */
typedef struct BCRYPT_ECCFULLKEY_BLOB {
    ULONG dwMagic;                /* BCRYPT_ECDH_PUBLIC_GENERIC_MAGIC, for example */
    ULONG dwVersion;              /* BCRYPT_ECC_FULLKEY_BLOB_V1 */
    ULONG dwCurveType;            /* BCRYPT_ECC_PRIME_SHORT_WEIERSTRASS_CURVE */
    ULONG dwCurveGenerationAlgId; /* BCRYPT_NO_CURVE_GENERATION_ALG_ID */
    ULONG cbFieldLength;          /* bytes in each of p, a, b and the coordinates */
    ULONG cbSubgroupOrder;        /* bytes in the order of the base point */
    ULONG cbCofactor;             /* bytes in the cofactor */
    ULONG cbSeed;                 /* bytes in the seed, or 0 */
} BCRYPT_ECCFULLKEY_BLOB, *PBCRYPT_ECCFULLKEY_BLOB;

typedef struct SSL_ECCKEY_BLOB {
    ULONG dwCurveType; /* number of the named group in the IANA registry */
    ULONG cbKey;       /* bytes in each coordinate */
} SSL_ECCKEY_BLOB, *PSSL_ECCKEY_BLOB;

typedef struct BCRYPT_DH_KEY_BLOB {
    ULONG dwMagic; /* BCRYPT_DH_PUBLIC_MAGIC or BCRYPT_DH_PRIVATE_MAGIC */
    ULONG cbKey;   /* bytes in each of modulus, generator and value */
} BCRYPT_DH_KEY_BLOB, *PBCRYPT_DH_KEY_BLOB;

typedef struct BCRYPT_DH_PARAMETER_HEADER {
    ULONG cbLength;    /* bytes in this header, the modulus and the generator */
    ULONG dwMagic;     /* BCRYPT_DH_PARAMETERS_MAGIC */
    ULONG cbKeyLength; /* bytes in each of modulus and generator */
} BCRYPT_DH_PARAMETER_HEADER;

typedef struct BCRYPT_RSAKEY_BLOB {
    ULONG Magic;       /* BCRYPT_RSA*_MAGIC */
    ULONG BitLength;   /* bits in the modulus */
    ULONG cbPublicExp; /* lengths in bytes; those of the primes are ignored */
    ULONG cbModulus;
    ULONG cbPrime1;
    ULONG cbPrime2;
} BCRYPT_RSAKEY_BLOB;

typedef struct BCRYPT_KEY_DATA_BLOB_HEADER {
    ULONG dwMagic;   /* BCRYPT_KEY_DATA_BLOB_MAGIC */
    ULONG dwVersion; /* BCRYPT_KEY_DATA_BLOB_VERSION1 */
    ULONG cbKeyData; /* bytes in the key */
} BCRYPT_KEY_DATA_BLOB_HEADER, *PBCRYPT_KEY_DATA_BLOB_HEADER;

/* The two headers of LEGACY_RSAPUBLIC_BLOB.  Its modulus is little-endian. */
typedef struct PUBLICKEYSTRUC {
    BYTE bType;     /* PUBLICKEYBLOB */
    BYTE bVersion;  /* CUR_BLOB_VERSION */
    WORD reserved;  /* ignored */
    ULONG aiKeyAlg; /* CALG_RSA_KEYX or CALG_RSA_SIGN */
} PUBLICKEYSTRUC, BLOBHEADER;

typedef struct RSAPUBKEY {
    DWORD magic;  /* BCRYPT_RSAPUBLIC_MAGIC */
    DWORD bitlen; /* bits in the modulus */
    DWORD pubexp;
} RSAPUBKEY;

#define PUBLICKEYBLOB    0x6
#define CUR_BLOB_VERSION 0x02
#define CALG_RSA_KEYX    0x0000A400
#define CALG_RSA_SIGN    0x00002400

#define BCRYPT_ECC_FULLKEY_BLOB_V1               1
#define BCRYPT_ECC_PRIME_SHORT_WEIERSTRASS_CURVE 1
#define BCRYPT_NO_CURVE_GENERATION_ALG_ID        0

#define BCRYPT_KEY_DATA_BLOB_MAGIC    0x4D42444B
#define BCRYPT_KEY_DATA_BLOB_VERSION1 1

#define BCRYPT_ECDH_PUBLIC_P256_MAGIC      0x314B4345
#define BCRYPT_ECDH_PRIVATE_P256_MAGIC     0x324B4345
#define BCRYPT_ECDH_PUBLIC_P384_MAGIC      0x334B4345
#define BCRYPT_ECDH_PRIVATE_P384_MAGIC     0x344B4345
#define BCRYPT_ECDH_PUBLIC_P521_MAGIC      0x354B4345
#define BCRYPT_ECDH_PRIVATE_P521_MAGIC     0x364B4345
#define BCRYPT_ECDH_PUBLIC_GENERIC_MAGIC   0x504B4345
#define BCRYPT_ECDH_PRIVATE_GENERIC_MAGIC  0x564B4345
#define BCRYPT_ECDSA_PUBLIC_P256_MAGIC     0x31534345
#define BCRYPT_ECDSA_PRIVATE_P256_MAGIC    0x32534345
#define BCRYPT_ECDSA_PUBLIC_P384_MAGIC     0x33534345
#define BCRYPT_ECDSA_PRIVATE_P384_MAGIC    0x34534345
#define BCRYPT_ECDSA_PUBLIC_P521_MAGIC     0x35534345
#define BCRYPT_ECDSA_PRIVATE_P521_MAGIC    0x36534345
#define BCRYPT_ECDSA_PUBLIC_GENERIC_MAGIC  0x50444345
#define BCRYPT_ECDSA_PRIVATE_GENERIC_MAGIC 0x56444345
#define BCRYPT_DH_PUBLIC_MAGIC             0x42504844
#define BCRYPT_DH_PRIVATE_MAGIC            0x56504844
#define BCRYPT_DH_PARAMETERS_MAGIC         0x4D504844
#define BCRYPT_RSAPUBLIC_MAGIC             0x31415352
#define BCRYPT_RSAPRIVATE_MAGIC            0x32415352
#define BCRYPT_RSAFULLPRIVATE_MAGIC        0x33415352

/* A certificate for SslOpenPrivateKey, which reads pbCertEncoded and cbCertEncoded only. */
typedef struct CERT_INFO CERT_INFO;
typedef CERT_INFO *PCERT_INFO;
typedef void *HCERTSTORE;
typedef struct CERT_CONTEXT {
    DWORD dwCertEncodingType; /* X509_ASN_ENCODING */
    BYTE *pbCertEncoded;      /* the DER certificate */
    DWORD cbCertEncoded;      /* bytes */
    PCERT_INFO pCertInfo;     /* may be NULL */
    HCERTSTORE hCertStore;    /* may be NULL */
} CERT_CONTEXT, *PCERT_CONTEXT;
typedef const CERT_CONTEXT *PCCERT_CONTEXT;

#define X509_ASN_ENCODING 0x00000001

/* ---- Functions: the part of a key storage provider that the Ssl* functions need ---- */

#define MS_KEY_STORAGE_PROVIDER NCRYPTSSL_TEXT("Microsoft Software Key Storage Provider")

#ifdef __cplusplus
extern "C" {
#endif

/* Opens the key storage provider.  *phProvider receives a handle, which the caller ends with
 * NCryptFreeObject.
 * pszProviderName: MS_KEY_STORAGE_PROVIDER, compared exactly, or NULL, which means the same;
 *   another name is NTE_INVALID_PARAMETER.
 * dwFlags: 0, otherwise NTE_BAD_FLAGS.  Any thread.
 * Errors: NTE_NO_MEMORY; NTE_FAIL: the OpenSSL provider behind the library could not be set up.
 * Source: Microsoft, NCryptOpenStorageProvider. */
NCRYPTSSL_API SECURITY_STATUS WINAPI NCryptOpenStorageProvider(
    NCRYPT_PROV_HANDLE *phProvider, LPCWSTR pszProviderName, DWORD dwFlags);

/* Makes a plain key from a public blob, which is copied.  Such a handle is no SSL key;
 * SslGenerateMasterKey and SslGeneratePreMasterKey take it as the public key of an RSA server.
 * The key keeps what it needs of the provider alive; NCryptFreeObject ends it.  Any thread.
 * hImportKey: 0, otherwise NTE_INVALID_HANDLE.
 * pszBlobType: BCRYPT_RSAPUBLIC_BLOB, LEGACY_RSAPUBLIC_BLOB, BCRYPT_DH_PUBLIC_BLOB, or
 *   BCRYPT_ECCPUBLIC_BLOB or BCRYPT_ECCFULLPUBLIC_BLOB with a magic of key exchange or of
 *   signatures.
 * pParameterList: not read, may be NULL.
 * dwFlags: 0 or NCRYPT_SILENT_FLAG, otherwise NTE_BAD_FLAGS.
 * Errors: NTE_NOT_SUPPORTED: another type of blob, magic or curve.  NTE_BAD_DATA: a malformed
 *   blob; a point that is not on its curve; a Diffie-Hellman value of 0, 1, p - 1 or more.
 *   NTE_NO_MEMORY.
 * Source: Microsoft, NCryptImportKey. */
NCRYPTSSL_API SECURITY_STATUS WINAPI NCryptImportKey(NCRYPT_PROV_HANDLE hProvider,
    NCRYPT_KEY_HANDLE hImportKey, LPCWSTR pszBlobType, NCryptBufferDesc *pParameterList,
    NCRYPT_KEY_HANDLE *phKey, PBYTE pbData, DWORD cbData, DWORD dwFlags);

/* TRUE for a live handle of NCryptImportKey, FALSE for everything else, a handle of the Ssl*
 * functions included.  Any thread.
 * Source: Microsoft, NCryptIsKeyHandle. */
NCRYPTSSL_API BOOL WINAPI NCryptIsKeyHandle(NCRYPT_KEY_HANDLE hKey);

/* Ends a handle of NCryptOpenStorageProvider or NCryptImportKey.  Everything else is
 * NTE_INVALID_HANDLE, a handle of the Ssl* functions included.  Any thread.
 * Source: Microsoft, NCryptFreeObject. */
NCRYPTSSL_API SECURITY_STATUS WINAPI NCryptFreeObject(NCRYPT_HANDLE hObject);

#ifdef __cplusplus
}
#endif

#endif
