/* SPDX-License-Identifier: Apache-2.0
 *
 * The binary interface of the public headers: sizes and offsets that programs compiled for 64-bit
 * Windows rely on, types of the prototypes, and values of the constants.  Most of it is decided
 * when this file compiles; the strings are compared when it runs.
 */
#include "cunit/run_tests.h"
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"

#include <CUnit/Basic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define IS_SIZE(type, size) _Static_assert(sizeof(type) == (size), "size of " #type)
#define IS_AT(type, member, offset)                                                                \
    _Static_assert(offsetof(type, member) == (offset), "offset of " #type "." #member)
#define IS_TYPE(type, expected)                                                                    \
    _Static_assert(_Generic((type){0}, expected : 1, default : 0), #type " is " #expected)
/* The operand is not evaluated: a function that the library does not export needs no definition. */
#define IS_POINTER_TO(name)                                                                        \
    _Static_assert(_Generic(&name, name##Fn : 1, default : 0), #name "Fn points to " #name)
#define IS_SLOT(number, name)                                                                      \
    _Static_assert(                                                                                \
        offsetof(NCRYPT_SSL_FUNCTION_TABLE, name) == 8 + 8 * (number), "slot of " #name);          \
    _Static_assert(                                                                                \
        _Generic(((NCRYPT_SSL_FUNCTION_TABLE *)0)->name, Ssl##name##Fn : 1, default : 0),          \
        "type of the member " #name)

_Static_assert(sizeof(void *) == 8, "the layouts below are those of 64-bit systems");

/* Base types. */
IS_TYPE(CHAR, char);
IS_TYPE(BYTE, uint8_t);
IS_TYPE(WORD, uint16_t);
IS_TYPE(USHORT, uint16_t);
IS_TYPE(DWORD, uint32_t);
IS_TYPE(ULONG, uint32_t);
IS_TYPE(LONG, int32_t);
IS_TYPE(BOOL, int32_t);
IS_TYPE(ULONGLONG, uint64_t);
IS_TYPE(ULONG_PTR, uintptr_t);
IS_TYPE(WCHAR, uint16_t);
IS_TYPE(LPCWSTR, const uint16_t *);
IS_TYPE(LPWSTR, uint16_t *);
IS_TYPE(PVOID, void *);
IS_TYPE(HANDLE, void *);
IS_TYPE(PBYTE, uint8_t *);
IS_TYPE(PCHAR, char *);
IS_TYPE(SECURITY_STATUS, int32_t);
IS_TYPE(NTSTATUS, int32_t);
IS_TYPE(NCRYPT_HANDLE, uintptr_t);
IS_TYPE(NCRYPT_PROV_HANDLE, uintptr_t);
IS_TYPE(NCRYPT_KEY_HANDLE, uintptr_t);
IS_TYPE(NCRYPT_HASH_HANDLE, uintptr_t);
IS_TYPE(NCRYPT_SECRET_HANDLE, uintptr_t);
IS_TYPE(PCCERT_CONTEXT, const CERT_CONTEXT *);
IS_TYPE(PNCryptBuffer, BCryptBuffer *);
IS_TYPE(PNCryptBufferDesc, BCryptBufferDesc *);

/* Structures. */
IS_SIZE(NCRYPT_SSL_CIPHER_SUITE, 676);
IS_AT(NCRYPT_SSL_CIPHER_SUITE, dwProtocol, 0);
IS_AT(NCRYPT_SSL_CIPHER_SUITE, dwCipherSuite, 4);
IS_AT(NCRYPT_SSL_CIPHER_SUITE, dwBaseCipherSuite, 8);
IS_AT(NCRYPT_SSL_CIPHER_SUITE, szCipherSuite, 12);
IS_AT(NCRYPT_SSL_CIPHER_SUITE, szCipher, 140);
IS_AT(NCRYPT_SSL_CIPHER_SUITE, dwCipherLen, 268);
IS_AT(NCRYPT_SSL_CIPHER_SUITE, dwCipherBlockLen, 272);
IS_AT(NCRYPT_SSL_CIPHER_SUITE, szHash, 276);
IS_AT(NCRYPT_SSL_CIPHER_SUITE, dwHashLen, 404);
IS_AT(NCRYPT_SSL_CIPHER_SUITE, szExchange, 408);
IS_AT(NCRYPT_SSL_CIPHER_SUITE, dwMinExchangeLen, 536);
IS_AT(NCRYPT_SSL_CIPHER_SUITE, dwMaxExchangeLen, 540);
IS_AT(NCRYPT_SSL_CIPHER_SUITE, szCertificate, 544);
IS_AT(NCRYPT_SSL_CIPHER_SUITE, dwKeyType, 672);

IS_SIZE(NCRYPT_SSL_CIPHER_SUITE_EX, 808);
IS_AT(NCRYPT_SSL_CIPHER_SUITE_EX, dwVersion, 0);
IS_AT(NCRYPT_SSL_CIPHER_SUITE_EX, dwProtocol, 4);
IS_AT(NCRYPT_SSL_CIPHER_SUITE_EX, dwCipherSuite, 8);
IS_AT(NCRYPT_SSL_CIPHER_SUITE_EX, dwBaseCipherSuite, 12);
IS_AT(NCRYPT_SSL_CIPHER_SUITE_EX, szCipherSuite, 16);
IS_AT(NCRYPT_SSL_CIPHER_SUITE_EX, szCipher, 144);
IS_AT(NCRYPT_SSL_CIPHER_SUITE_EX, dwCipherLen, 272);
IS_AT(NCRYPT_SSL_CIPHER_SUITE_EX, dwCipherBlockLen, 276);
IS_AT(NCRYPT_SSL_CIPHER_SUITE_EX, szHash, 280);
IS_AT(NCRYPT_SSL_CIPHER_SUITE_EX, dwHashLen, 408);
IS_AT(NCRYPT_SSL_CIPHER_SUITE_EX, szExchange, 412);
IS_AT(NCRYPT_SSL_CIPHER_SUITE_EX, dwMinExchangeLen, 540);
IS_AT(NCRYPT_SSL_CIPHER_SUITE_EX, dwMaxExchangeLen, 544);
IS_AT(NCRYPT_SSL_CIPHER_SUITE_EX, szCertificate, 548);
IS_AT(NCRYPT_SSL_CIPHER_SUITE_EX, dwKeyType, 676);
IS_AT(NCRYPT_SSL_CIPHER_SUITE_EX, szCipherMode, 680);

IS_SIZE(NCRYPT_SSL_CIPHER_LENGTHS, 20);
IS_AT(NCRYPT_SSL_CIPHER_LENGTHS, cbLength, 0);
IS_AT(NCRYPT_SSL_CIPHER_LENGTHS, dwHeaderLen, 4);
IS_AT(NCRYPT_SSL_CIPHER_LENGTHS, dwFixedTrailerLen, 8);
IS_AT(NCRYPT_SSL_CIPHER_LENGTHS, dwMaxVariableTrailerLen, 12);
IS_AT(NCRYPT_SSL_CIPHER_LENGTHS, dwFlags, 16);

IS_SIZE(NCRYPT_SSL_ECC_CURVE, 780);
IS_AT(NCRYPT_SSL_ECC_CURVE, szCurveName, 0);
IS_AT(NCRYPT_SSL_ECC_CURVE, szOID, 510);
IS_AT(NCRYPT_SSL_ECC_CURVE, dwPublicKeyLength, 768);
IS_AT(NCRYPT_SSL_ECC_CURVE, dwCurveType, 772);
IS_AT(NCRYPT_SSL_ECC_CURVE, dwFlags, 776);

IS_SIZE(NCryptBuffer, 16);
IS_AT(NCryptBuffer, cbBuffer, 0);
IS_AT(NCryptBuffer, BufferType, 4);
IS_AT(NCryptBuffer, pvBuffer, 8);

IS_SIZE(NCryptBufferDesc, 16);
IS_AT(NCryptBufferDesc, ulVersion, 0);
IS_AT(NCryptBufferDesc, cBuffers, 4);
IS_AT(NCryptBufferDesc, pBuffers, 8);

IS_SIZE(BCRYPT_ECCKEY_BLOB, 8);
IS_AT(BCRYPT_ECCKEY_BLOB, dwMagic, 0);
IS_AT(BCRYPT_ECCKEY_BLOB, cbKey, 4);

IS_SIZE(BCRYPT_ECCFULLKEY_BLOB, 32);
IS_AT(BCRYPT_ECCFULLKEY_BLOB, dwMagic, 0);
IS_AT(BCRYPT_ECCFULLKEY_BLOB, dwVersion, 4);
IS_AT(BCRYPT_ECCFULLKEY_BLOB, dwCurveType, 8);
IS_AT(BCRYPT_ECCFULLKEY_BLOB, dwCurveGenerationAlgId, 12);
IS_AT(BCRYPT_ECCFULLKEY_BLOB, cbFieldLength, 16);
IS_AT(BCRYPT_ECCFULLKEY_BLOB, cbSubgroupOrder, 20);
IS_AT(BCRYPT_ECCFULLKEY_BLOB, cbCofactor, 24);
IS_AT(BCRYPT_ECCFULLKEY_BLOB, cbSeed, 28);

IS_SIZE(SSL_ECCKEY_BLOB, 8);
IS_AT(SSL_ECCKEY_BLOB, dwCurveType, 0);
IS_AT(SSL_ECCKEY_BLOB, cbKey, 4);

IS_SIZE(BCRYPT_DH_KEY_BLOB, 8);
IS_AT(BCRYPT_DH_KEY_BLOB, dwMagic, 0);
IS_AT(BCRYPT_DH_KEY_BLOB, cbKey, 4);

IS_SIZE(BCRYPT_DH_PARAMETER_HEADER, 12);
IS_AT(BCRYPT_DH_PARAMETER_HEADER, cbLength, 0);
IS_AT(BCRYPT_DH_PARAMETER_HEADER, dwMagic, 4);
IS_AT(BCRYPT_DH_PARAMETER_HEADER, cbKeyLength, 8);

IS_SIZE(BCRYPT_RSAKEY_BLOB, 24);
IS_AT(BCRYPT_RSAKEY_BLOB, Magic, 0);
IS_AT(BCRYPT_RSAKEY_BLOB, BitLength, 4);
IS_AT(BCRYPT_RSAKEY_BLOB, cbPublicExp, 8);
IS_AT(BCRYPT_RSAKEY_BLOB, cbModulus, 12);
IS_AT(BCRYPT_RSAKEY_BLOB, cbPrime1, 16);
IS_AT(BCRYPT_RSAKEY_BLOB, cbPrime2, 20);

IS_SIZE(BCRYPT_KEY_DATA_BLOB_HEADER, 12);
IS_AT(BCRYPT_KEY_DATA_BLOB_HEADER, dwMagic, 0);
IS_AT(BCRYPT_KEY_DATA_BLOB_HEADER, dwVersion, 4);
IS_AT(BCRYPT_KEY_DATA_BLOB_HEADER, cbKeyData, 8);

IS_SIZE(PUBLICKEYSTRUC, 8);
IS_AT(PUBLICKEYSTRUC, bType, 0);
IS_AT(PUBLICKEYSTRUC, bVersion, 1);
IS_AT(PUBLICKEYSTRUC, reserved, 2);
IS_AT(PUBLICKEYSTRUC, aiKeyAlg, 4);

IS_SIZE(RSAPUBKEY, 12);
IS_AT(RSAPUBKEY, magic, 0);
IS_AT(RSAPUBKEY, bitlen, 4);
IS_AT(RSAPUBKEY, pubexp, 8);

IS_SIZE(BCRYPT_INTERFACE_VERSION, 4);
IS_AT(BCRYPT_INTERFACE_VERSION, MajorVersion, 0);
IS_AT(BCRYPT_INTERFACE_VERSION, MinorVersion, 2);

IS_SIZE(NCryptProviderName, 16);
IS_AT(NCryptProviderName, pszName, 0);
IS_AT(NCryptProviderName, pszComment, 8);

IS_SIZE(CERT_CONTEXT, 40);
IS_AT(CERT_CONTEXT, dwCertEncodingType, 0);
IS_AT(CERT_CONTEXT, pbCertEncoded, 8);
IS_AT(CERT_CONTEXT, cbCertEncoded, 16);
IS_AT(CERT_CONTEXT, pCertInfo, 24);
IS_AT(CERT_CONTEXT, hCertStore, 32);

IS_SIZE(NCRYPTSSL_SECRET_BLOB_HEADER, 28);
IS_AT(NCRYPTSSL_SECRET_BLOB_HEADER, cbLength, 0);
IS_AT(NCRYPTSSL_SECRET_BLOB_HEADER, dwMagic, 4);
IS_AT(NCRYPTSSL_SECRET_BLOB_HEADER, dwKind, 8);
IS_AT(NCRYPTSSL_SECRET_BLOB_HEADER, dwProtocol, 12);
IS_AT(NCRYPTSSL_SECRET_BLOB_HEADER, dwCipherSuite, 16);
IS_AT(NCRYPTSSL_SECRET_BLOB_HEADER, dwFlags, 20);
IS_AT(NCRYPTSSL_SECRET_BLOB_HEADER, cbSecret, 24);
IS_SIZE(NCRYPTSSL_KEY_SHARE_BLOB_HEADER, 16);
IS_AT(NCRYPTSSL_KEY_SHARE_BLOB_HEADER, cbLength, 0);
IS_AT(NCRYPTSSL_KEY_SHARE_BLOB_HEADER, dwMagic, 4);
IS_AT(NCRYPTSSL_KEY_SHARE_BLOB_HEADER, dwGroup, 8);
IS_AT(NCRYPTSSL_KEY_SHARE_BLOB_HEADER, cbKeyExchange, 12);

/* The function table, slot by slot. */
IS_SIZE(NCRYPT_SSL_FUNCTION_TABLE, 336);
IS_AT(NCRYPT_SSL_FUNCTION_TABLE, Version, 0);
IS_SLOT(0, ComputeClientAuthHash);
IS_SLOT(1, ComputeEapKeyBlock);
IS_SLOT(2, ComputeFinishedHash);
IS_SLOT(3, CreateEphemeralKey);
IS_SLOT(4, CreateHandshakeHash);
IS_SLOT(5, DecryptPacket);
IS_SLOT(6, EncryptPacket);
IS_SLOT(7, EnumCipherSuites);
IS_SLOT(8, ExportKey);
IS_SLOT(9, FreeBuffer);
IS_SLOT(10, FreeObject);
IS_SLOT(11, GenerateMasterKey);
IS_SLOT(12, GenerateSessionKeys);
IS_SLOT(13, GetKeyProperty);
IS_SLOT(14, GetProviderProperty);
IS_SLOT(15, HashHandshake);
IS_SLOT(16, ImportMasterKey);
IS_SLOT(17, ImportKey);
IS_SLOT(18, LookupCipherSuiteInfo);
IS_SLOT(19, OpenPrivateKey);
IS_SLOT(20, OpenProvider);
IS_SLOT(21, SignHash);
IS_SLOT(22, VerifySignature);
IS_SLOT(23, LookupCipherLengths);
IS_SLOT(24, CreateClientAuthHash);
IS_SLOT(25, GetCipherSuitePRFHashAlgorithm);
IS_SLOT(26, ComputeSessionHash);
IS_SLOT(27, GeneratePreMasterKey);
IS_SLOT(28, EnumEccCurves);
IS_SLOT(29, ExportKeyingMaterial);
IS_SLOT(30, ExtractEarlyKey);
IS_SLOT(31, ExtractHandshakeKey);
IS_SLOT(32, ExtractMasterKey);
IS_SLOT(33, ExpandTrafficKeys);
IS_SLOT(34, ExpandWriteKey);
IS_SLOT(35, ExpandExporterMasterKey);
IS_SLOT(36, EnumCipherSuitesEx);
IS_SLOT(37, ExpandResumptionMasterKey);
IS_SLOT(38, DuplicateTranscriptHash);
IS_SLOT(39, ExpandBinderKey);
IS_SLOT(40, ExpandPreSharedKey);

/* Pointer types and prototypes say the same. */
IS_POINTER_TO(GetSChannelInterface);
IS_POINTER_TO(SslComputeClientAuthHash);
IS_POINTER_TO(SslComputeEapKeyBlock);
IS_POINTER_TO(SslComputeFinishedHash);
IS_POINTER_TO(SslComputeSessionHash);
IS_POINTER_TO(SslCreateClientAuthHash);
IS_POINTER_TO(SslCreateEphemeralKey);
IS_POINTER_TO(SslCreateHandshakeHash);
IS_POINTER_TO(SslDecryptPacket);
IS_POINTER_TO(SslDuplicateTranscriptHash);
IS_POINTER_TO(SslEncryptPacket);
IS_POINTER_TO(SslEnumCipherSuites);
IS_POINTER_TO(SslEnumCipherSuitesEx);
IS_POINTER_TO(SslEnumEccCurves);
IS_POINTER_TO(SslExpandBinderKey);
IS_POINTER_TO(SslExpandExporterMasterKey);
IS_POINTER_TO(SslExpandPreSharedKey);
IS_POINTER_TO(SslExpandResumptionMasterKey);
IS_POINTER_TO(SslExpandTrafficKeys);
IS_POINTER_TO(SslExpandWriteKey);
IS_POINTER_TO(SslExportKey);
IS_POINTER_TO(SslExportKeyingMaterial);
IS_POINTER_TO(SslExtractEarlyKey);
IS_POINTER_TO(SslExtractHandshakeKey);
IS_POINTER_TO(SslExtractMasterKey);
IS_POINTER_TO(SslFreeBuffer);
IS_POINTER_TO(SslFreeObject);
IS_POINTER_TO(SslGenerateMasterKey);
IS_POINTER_TO(SslGeneratePreMasterKey);
IS_POINTER_TO(SslGenerateSessionKeys);
IS_POINTER_TO(SslGetCipherSuitePRFHashAlgorithm);
IS_POINTER_TO(SslGetKeyProperty);
IS_POINTER_TO(SslGetProviderProperty);
IS_POINTER_TO(SslHashHandshake);
IS_POINTER_TO(SslImportKey);
IS_POINTER_TO(SslImportMasterKey);
IS_POINTER_TO(SslInitializeInterface);
IS_POINTER_TO(SslLookupCipherLengths);
IS_POINTER_TO(SslLookupCipherSuiteInfo);
IS_POINTER_TO(SslOpenPrivateKey);
IS_POINTER_TO(SslOpenProvider);
IS_POINTER_TO(SslSignHash);
IS_POINTER_TO(SslVerifySignature);

/* Compares 16-bit units with the octets of an ASCII string, both up to and with their end. */
static int is_text(LPCWSTR text, const char *expected)
{
    size_t i = 0;

    while (text[i] == (unsigned char)expected[i] && expected[i] != '\0') {
        i++;
    }
    return text[i] == 0 && expected[i] == '\0';
}

static void test_names_are_16_bit_strings(void)
{
    static const struct {
        LPCWSTR text;
        const char *expected;
    } names[] = {
        {MS_SCHANNEL_PROVIDER, "Microsoft SSL Protocol Provider"},
        {SSL_KEY_TYPE_PROPERTY, "KEYTYPE"},
        {SSL_ECDSA_ALGORITHM, "ECDSA"},
        {TLS_PSK_EXCHANGE, "PSK"},
        {TLS_RSA_PSK_EXCHANGE, "RSA_PSK"},
        {BCRYPT_OPAQUE_KEY_BLOB, "OpaqueKeyBlob"},
        {BCRYPT_ECCPUBLIC_BLOB, "ECCPUBLICBLOB"},
        {BCRYPT_DH_PUBLIC_BLOB, "DHPUBLICBLOB"},
        {BCRYPT_RSAPUBLIC_BLOB, "RSAPUBLICBLOB"},
        {LEGACY_RSAPUBLIC_BLOB, "CAPIPUBLICBLOB"},
        {SSL_ECCPUBLIC_BLOB, "SSLECCPUBLICBLOB"},
        {TLS_13_PRE_SHARED_KEY, "TLS13PRESHAREDKEY"},
        {BCRYPT_KEY_DATA_BLOB, "KeyDataBlob"},
        {NCRYPTSSL_SECRET_BLOB, "NCRYPTSSLSECRETBLOB"},
        {NCRYPTSSL_KEY_SHARE_BLOB, "NCRYPTSSLKEYSHAREBLOB"},
        {NCRYPT_KEY_TYPE_PROPERTY, "Key Type"},
        {BCRYPT_SHA384_ALGORITHM, "SHA384"},
        {BCRYPT_ECDH_P256_ALGORITHM, "ECDH_P256"},
        {BCRYPT_CHACHA20_POLY1305_ALGORITHM, "CHACHA20_POLY1305"},
        {BCRYPT_CHAIN_MODE_CBC, "ChainingModeCBC"},
        {BCRYPT_CHAIN_MODE_NA, "ChainingModeN/A"},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!is_text(names[i].text, names[i].expected)) {
            printf("\n  expected the name %s\n", names[i].expected);
            CU_FAIL("a name differs");
        }
    }
    CU_ASSERT_EQUAL(sizeof(MS_SCHANNEL_PROVIDER), 64);
    CU_ASSERT_FALSE(is_text(MS_SCHANNEL_PROVIDER, "Microsoft SSL Protocol Provide"));
    CU_ASSERT_FALSE(is_text(TLS_PSK_EXCHANGE, "PSK "));
}

static void test_statuses_have_their_bits_and_sign(void)
{
    static const struct {
        SECURITY_STATUS status;
        uint32_t bits;
    } statuses[] = {
        {NTE_INVALID_HANDLE, 0x80090026u},
        {NTE_BAD_HASH, 0x80090002u},
        {NTE_INVALID_PARAMETER, 0x80090027u},
        {NTE_BAD_KEY, 0x80090003u},
        {NTE_BUFFER_TOO_SMALL, 0x80090028u},
        {NTE_BAD_LEN, 0x80090004u},
        {NTE_NOT_SUPPORTED, 0x80090029u},
        {NTE_BAD_DATA, 0x80090005u},
        {NTE_NO_MORE_ITEMS, 0x8009002Au},
        {NTE_BAD_SIGNATURE, 0x80090006u},
        {NTE_BUFFERS_OVERLAP, 0x8009002Bu},
        {NTE_BAD_VER, 0x80090007u},
        {NTE_DECRYPTION_FAILURE, 0x8009002Cu},
        {NTE_BAD_ALGID, 0x80090008u},
        {NTE_INTERNAL_ERROR, 0x8009002Du},
        {NTE_BAD_FLAGS, 0x80090009u},
        {NTE_UI_REQUIRED, 0x8009002Eu},
        {NTE_BAD_TYPE, 0x8009000Au},
        {NTE_HMAC_NOT_SUPPORTED, 0x8009002Fu},
        {NTE_BAD_KEY_STATE, 0x8009000Bu},
        {NTE_VALIDATION_FAILED, 0x80090032u},
        {NTE_BAD_HASH_STATE, 0x8009000Cu},
        {NTE_ENCRYPTION_FAILURE, 0x80090034u},
        {NTE_NO_KEY, 0x8009000Du},
        {STATUS_INVALID_HANDLE, 0xC0000008u},
        {NTE_NO_MEMORY, 0x8009000Eu},
        {STATUS_INVALID_PARAMETER, 0xC000000Du},
        {NTE_PERM, 0x80090010u},
        {STATUS_NO_MEMORY, 0xC0000017u},
        {NTE_NOT_FOUND, 0x80090011u},
        {STATUS_BUFFER_TOO_SMALL, 0xC0000023u},
        {NTE_BAD_PUBLIC_KEY, 0x80090015u},
        {STATUS_NOT_SUPPORTED, 0xC00000BBu},
        {NTE_FAIL, 0x80090020u},
        {STATUS_NOT_FOUND, 0xC0000225u},
        {SEC_E_INVALID_HANDLE, 0x80090301u},
        {SEC_E_MESSAGE_ALTERED, 0x8009030Fu},
        {SEC_E_BUFFER_TOO_SMALL, 0x80090321u},
        {SEC_E_ILLEGAL_MESSAGE, 0x80090326u},
        {SEC_E_DECRYPT_FAILURE, 0x80090330u},
        {STATUS_AUTH_TAG_MISMATCH, 0xC000A002u},
    };

    CU_ASSERT_EQUAL(ERROR_SUCCESS, 0);
    CU_ASSERT_EQUAL(STATUS_SUCCESS, 0);
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        CU_ASSERT_TRUE(statuses[i].status < 0);
        CU_ASSERT_EQUAL((uint32_t)statuses[i].status, statuses[i].bits);
    }
}

static void test_numbers_have_their_values(void)
{
    static const struct {
        DWORD value;
        DWORD expected;
    } numbers[] = {
        {NCRYPT_SSL_CLIENT_FLAG, 0x00000001},
        {NCRYPT_SSL_SERVER_FLAG, 0x00000002},
        {NCRYPT_SSL_EAP_PRF_FIELD, 0x000000FF},
        {NCRYPT_SSL_EAP_ID, 0x00000000},
        {NCRYPT_SSL_EAP_TTLSV0_ID, 0x00000001},
        {NCRYPT_SSL_EAP_TTLSV0_CHLNG_ID, 0x00000002},
        {NCRYPT_SSL_EAP_FAST_ID, 0x00000003},
        {NCRYPT_SSL_SIGN_INCLUDE_HASHOID, 0x00000001},
        {NCRYPT_SSL_SIGN_USE_PSS_PADDING, 0x00000002},
        {NCRYPT_SSL_EXTERNAL_PSK_FLAG, 0x00000001},
        {NCRYPT_SSL_RESUMPTION_PSK_FLAG, 0x00000002},
        {NCRYPT_SSL_CIPHER_LENGTHS_BLOCK_PADDING, 0x00000001},
        {NCRYPT_SSL_MAX_NAME_SIZE, 64},
        {MSCRYPT_ECC_MAX_OID_LENGTH, 255},
        {MSCRYPT_ECC_MAX_CURVE_NAME_LENGTH, 255},
        {NCRYPT_SSL_CIPHER_SUITE_EX_VERSION, 1},
        {NCRYPT_SCHANNEL_INTERFACE, 0x00010002},
        {NCRYPT_SCHANNEL_SIGNATURE_INTERFACE, 0x00010003},
        {NCRYPT_MAX_PROPERTY_NAME, 64},
        {NCRYPT_MAX_PROPERTY_DATA, 0x100000},
        {CT_CHANGE_CIPHER_SPEC, 20},
        {CT_ALERT, 21},
        {CT_HANDSHAKE, 22},
        {CT_APPLICATIONDATA, 23},
        {SSL2_PROTOCOL_VERSION, 0x0002},
        {TLS1_2_PROTOCOL_VERSION, 0x0303},
        {SSL3_PROTOCOL_VERSION, 0x0300},
        {TLS1_3_PROTOCOL_VERSION, 0x0304},
        {TLS1_PROTOCOL_VERSION, 0x0301},
        {DTLS1_0_PROTOCOL_VERSION, 0xFEFF},
        {TLS1_1_PROTOCOL_VERSION, 0x0302},
        {DTLS1_2_PROTOCOL_VERSION, 0xFEFD},
        {TLS1_0_PROTOCOL_VERSION, 0x0301},
        {TLS_ECC_P256_CURVE_KEY_TYPE, 23},
        {TLS_ECC_P384_CURVE_KEY_TYPE, 24},
        {TLS_ECC_P521_CURVE_KEY_TYPE, 25},
        {NCRYPTBUFFER_VERSION, 0},
        {NCRYPTBUFFER_SSL_CLIENT_RANDOM, 20},
        {NCRYPTBUFFER_SSL_SERVER_RANDOM, 21},
        {NCRYPTBUFFER_SSL_HIGHEST_VERSION, 22},
        {NCRYPTBUFFER_SSL_CLEAR_KEY, 23},
        {NCRYPTBUFFER_SSL_KEY_ARG_DATA, 24},
        {NCRYPTBUFFER_SSL_SESSION_HASH, 25},
        {NCRYPTBUFFER_DATA, 1},
        {BCRYPT_ECDH_PUBLIC_P256_MAGIC, 0x314B4345},
        {BCRYPT_ECDSA_PUBLIC_P256_MAGIC, 0x31534345},
        {BCRYPT_ECDH_PRIVATE_P256_MAGIC, 0x324B4345},
        {BCRYPT_ECDSA_PRIVATE_P256_MAGIC, 0x32534345},
        {BCRYPT_ECDH_PUBLIC_P384_MAGIC, 0x334B4345},
        {BCRYPT_ECDSA_PUBLIC_P384_MAGIC, 0x33534345},
        {BCRYPT_ECDH_PRIVATE_P384_MAGIC, 0x344B4345},
        {BCRYPT_ECDSA_PRIVATE_P384_MAGIC, 0x34534345},
        {BCRYPT_ECDH_PUBLIC_P521_MAGIC, 0x354B4345},
        {BCRYPT_ECDSA_PUBLIC_P521_MAGIC, 0x35534345},
        {BCRYPT_ECDH_PRIVATE_P521_MAGIC, 0x364B4345},
        {BCRYPT_ECDSA_PRIVATE_P521_MAGIC, 0x36534345},
        {BCRYPT_ECDH_PUBLIC_GENERIC_MAGIC, 0x504B4345},
        {BCRYPT_ECDSA_PUBLIC_GENERIC_MAGIC, 0x50444345},
        {BCRYPT_ECDH_PRIVATE_GENERIC_MAGIC, 0x564B4345},
        {BCRYPT_ECDSA_PRIVATE_GENERIC_MAGIC, 0x56444345},
        {BCRYPT_DH_PUBLIC_MAGIC, 0x42504844},
        {BCRYPT_RSAPUBLIC_MAGIC, 0x31415352},
        {BCRYPT_DH_PRIVATE_MAGIC, 0x56504844},
        {BCRYPT_RSAPRIVATE_MAGIC, 0x32415352},
        {BCRYPT_DH_PARAMETERS_MAGIC, 0x4D504844},
        {BCRYPT_RSAFULLPRIVATE_MAGIC, 0x33415352},
        {BCRYPT_KEY_DATA_BLOB_MAGIC, 0x4D42444B},
        {TLS_RSA_WITH_NULL_MD5, 0x0001},
        {TLS_RSA_WITH_NULL_SHA256, 0x003B},
        {TLS_PSK_WITH_NULL_SHA256, 0x00B0},
        {TLS_RSA_WITH_NULL_SHA, 0x0002},
        {TLS_RSA_WITH_AES_128_CBC_SHA256, 0x003C},
        {TLS_PSK_WITH_NULL_SHA384, 0x00B1},
        {TLS_RSA_EXPORT_WITH_RC4_40_MD5, 0x0003},
        {TLS_RSA_WITH_AES_256_CBC_SHA256, 0x003D},
        {TLS_AES_128_GCM_SHA256, 0x1301},
        {TLS_RSA_WITH_RC4_128_MD5, 0x0004},
        {TLS_DHE_DSS_WITH_AES_128_CBC_SHA256, 0x0040},
        {TLS_AES_256_GCM_SHA384, 0x1302},
        {TLS_RSA_WITH_RC4_128_SHA, 0x0005},
        {TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA, 0x0062},
        {TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, 0xC009},
        {TLS_RSA_WITH_DES_CBC_SHA, 0x0009},
        {TLS_DHE_DSS_EXPORT1024_WITH_DES_CBC_SHA, 0x0063},
        {TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, 0xC00A},
        {TLS_RSA_WITH_3DES_EDE_CBC_SHA, 0x000A},
        {TLS_RSA_EXPORT1024_WITH_RC4_56_SHA, 0x0064},
        {TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, 0xC013},
        {TLS_DHE_DSS_WITH_DES_CBC_SHA, 0x0012},
        {TLS_DHE_DSS_WITH_AES_256_CBC_SHA256, 0x006A},
        {TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, 0xC014},
        {TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA, 0x0013},
        {TLS_RSA_WITH_AES_128_GCM_SHA256, 0x009C},
        {TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, 0xC023},
        {TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA, 0x0016},
        {TLS_RSA_WITH_AES_256_GCM_SHA384, 0x009D},
        {TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384, 0xC024},
        {TLS_RSA_WITH_AES_128_CBC_SHA, 0x002F},
        {TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, 0x009E},
        {TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, 0xC027},
        {TLS_DHE_DSS_WITH_AES_128_CBC_SHA, 0x0032},
        {TLS_DHE_RSA_WITH_AES_256_GCM_SHA384, 0x009F},
        {TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384, 0xC028},
        {TLS_DHE_RSA_WITH_AES_128_CBC_SHA, 0x0033},
        {TLS_PSK_WITH_AES_128_GCM_SHA256, 0x00A8},
        {TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, 0xC02B},
        {TLS_RSA_WITH_AES_256_CBC_SHA, 0x0035},
        {TLS_PSK_WITH_AES_256_GCM_SHA384, 0x00A9},
        {TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, 0xC02C},
        {TLS_DHE_DSS_WITH_AES_256_CBC_SHA, 0x0038},
        {TLS_PSK_WITH_AES_128_CBC_SHA256, 0x00AE},
        {TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, 0xC02F},
        {TLS_DHE_RSA_WITH_AES_256_CBC_SHA, 0x0039},
        {TLS_PSK_WITH_AES_256_CBC_SHA384, 0x00AF},
        {TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, 0xC030},
        {SSL_CK_RC4_128_WITH_MD5, 0x010080},
        {SSL_CK_IDEA_128_CBC_WITH_MD5, 0x050080},
        {SSL_CK_RC4_128_EXPORT40_WITH_MD5, 0x020080},
        {SSL_CK_DES_64_CBC_WITH_MD5, 0x060040},
        {SSL_CK_RC2_128_CBC_WITH_MD5, 0x030080},
        {SSL_CK_DES_192_EDE3_CBC_WITH_MD5, 0x0700C0},
        {SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5, 0x040080},
        {NCRYPTSSL_SECRET_MAGIC, 0x53534C53},
        {NCRYPTSSL_KEY_SHARE_MAGIC, 0x4853534B},
        {NCRYPTSSL_KIND_MASTER_KEY, 1},
        {NCRYPTSSL_KIND_PRE_SHARED_KEY, 9},
        {NCRYPTSSL_ENCRYPT_THEN_MAC, 0x100},
    };

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        CU_ASSERT_EQUAL(numbers[i].value, numbers[i].expected);
    }
}

static void test_interface_versions_have_their_values(void)
{
    static const BCRYPT_INTERFACE_VERSION first = NCRYPT_SSL_INTERFACE_VERSION;
    static const BCRYPT_INTERFACE_VERSION last = NCRYPT_SSL_INTERFACE_VERSION_5;

    CU_ASSERT_EQUAL(first.MajorVersion, 1);
    CU_ASSERT_EQUAL(first.MinorVersion, 0);
    CU_ASSERT_EQUAL(last.MajorVersion, 5);
    CU_ASSERT_EQUAL(last.MinorVersion, 0);
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_names_are_16_bit_strings),
        TEST(test_statuses_have_their_bits_and_sign),
        TEST(test_numbers_have_their_values),
        TEST(test_interface_versions_have_their_values),
    };

    return RUN_TESTS("abi", NULL, NULL, tests);
}
