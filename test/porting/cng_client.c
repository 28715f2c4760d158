/* SPDX-License-Identifier: Apache-2.0
 *
 * The shape of a public client of the CNG SSL provider: its types, its annotations and the order of
 * its calls, with framing and network left out.  test/interop/test_porting.sh compiles it as C, as
 * C with -fshort-wchar and as C++17, with the porting kit alone, and runs each.
 */
#include <windows_compat.h>

#include <ncrypt.h>
#include <Sslprovider.h>

#include <stdio.h>
#include <string.h>

/* What has come in the place of <winsock2.h> defines NULL again. */
#include <arpa/inet.h>
#include <sys/socket.h>

#include <windows_compat.h>

/* L"" is right where wchar_t has 16 bits, as on Windows. */
#ifdef CLIENT_WIDE_LITERALS
#    define CLIENT_TEXT(text) L##text
#else
#    define CLIENT_TEXT(text) _T(text)
#endif

enum { RANDOM_SIZE = 32, VERIFY_DATA_SIZE = 12, MODULUS_SIZE = 256 };

typedef struct _CLIENT_SESSION {
    NCRYPT_PROV_HANDLE hSslProvider;
    NCRYPT_PROV_HANDLE hKeyProvider;
    NCRYPT_KEY_HANDLE hServerKey;
    NCRYPT_KEY_HANDLE hMasterKey;
    NCRYPT_KEY_HANDLE hReadKey;
    NCRYPT_KEY_HANDLE hWriteKey;
    NCRYPT_HASH_HANDLE hHandshakeHash;
    BYTE ClientRandom[RANDOM_SIZE];
    BYTE ServerRandom[RANDOM_SIZE];
    ULONGLONG WriteSequence;
} CLIENT_SESSION, *PCLIENT_SESSION;

static BOOLEAN ClientReport(_In_z_ LPCSTR pszWhat, _In_ SECURITY_STATUS Status)
{
    if (FAILED(Status))
        fprintf(stderr, "%s: 0x%08X\n", pszWhat, (UINT)Status);
    return SUCCEEDED(Status);
}

/* The loop looks at the record before it looks at the status. */
static HRESULT ClientListSuites(_In_ NCRYPT_PROV_HANDLE hProvider, _Out_ UINT *pcSuites)
{
    NCRYPT_SSL_CIPHER_SUITE *pSuite = NULL, *pPrevious;
    PVOID pState = NULL;
    SECURITY_STATUS Status;

    *pcSuites = 0;
    do {
        pPrevious = pSuite;
        Status = SslEnumCipherSuites(hProvider, NULL, &pSuite, &pState, 0);
        if (0 == wcscmp(pSuite->szCipherSuite, CLIENT_TEXT("TLS_RSA_WITH_AES_128_GCM_SHA256")) &&
            pSuite->dwProtocol == TLS1_2_PROTOCOL_VERSION && wcslen(pSuite->szCipherSuite) == 31)
            (*pcSuites)++;
        if (pPrevious != NULL && pPrevious != pSuite)
            SslFreeBuffer(pPrevious);
    } while (Status == ERROR_SUCCESS);
    SslFreeBuffer(pSuite);
    SslFreeBuffer(pState);
    return Status == NTE_NO_MORE_ITEMS ? S_OK : E_FAIL;
}

static HRESULT ClientListCurves(_In_ NCRYPT_PROV_HANDLE hProvider, _Out_ BOOLEAN *pfFound)
{
    PNCRYPT_SSL_ECC_CURVE pCurves = NULL;
    DWORD cCurves = 0, i;
    SECURITY_STATUS Status = SslEnumEccCurves(hProvider, &cCurves, &pCurves, 0);

    *pfFound = FALSE;
    if (FAILED(Status))
        return Status;
    for (i = 0; i < cCurves; i++)
        *pfFound |= _wcsicmp(pCurves[i].szCurveName, CLIENT_TEXT("NISTP256")) == 0;
    SslFreeBuffer(pCurves);
    return SEC_E_OK;
}

/* What a certificate would have held. */
static SECURITY_STATUS ClientImportServerKey(_Inout_ PCLIENT_SESSION pSession,
    _In_reads_bytes_(cbModulus) const BYTE *pbModulus, _In_ DWORD cbModulus)
{
    static const BYTE Exponent[] = {0x01, 0x00, 0x01};
    const DWORD cbBlob = (DWORD)(sizeof(BCRYPT_RSAKEY_BLOB) + sizeof(Exponent)) + cbModulus;
    PBYTE pbBlob = (PBYTE)HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, cbBlob);
    BCRYPT_RSAKEY_BLOB *pHeader = (BCRYPT_RSAKEY_BLOB *)(PVOID)pbBlob;
    SECURITY_STATUS Status;

    if (pbBlob == NULL)
        return NTE_NO_MEMORY;
    pHeader->Magic = BCRYPT_RSAPUBLIC_MAGIC;
    pHeader->BitLength = cbModulus * 8;
    pHeader->cbPublicExp = sizeof(Exponent);
    pHeader->cbModulus = cbModulus;
    CopyMemory(pbBlob + sizeof(*pHeader), Exponent, sizeof(Exponent));
    CopyMemory(pbBlob + sizeof(*pHeader) + sizeof(Exponent), pbModulus, cbModulus);
    Status = NCryptOpenStorageProvider(&pSession->hKeyProvider, MS_KEY_STORAGE_PROVIDER, 0);
    if (SUCCEEDED(Status))
        Status = NCryptImportKey(pSession->hKeyProvider, NULL, BCRYPT_RSAPUBLIC_BLOB, NULL,
            &pSession->hServerKey, pbBlob, cbBlob, 0);
    SecureZeroMemory(pbBlob, cbBlob);
    HeapFree(GetProcessHeap(), 0, pbBlob);
    return Status;
}

static SECURITY_STATUS ClientMakeKeys(_Inout_ PCLIENT_SESSION pSession, _In_ DWORD dwSuite,
    _Out_writes_bytes_to_(cbEncrypted, *pcbEncrypted) PBYTE pbEncrypted, _In_ DWORD cbEncrypted,
    _Out_ LPDWORD pcbEncrypted)
{
    NCryptBuffer Buffers[2];
    NCryptBufferDesc List;
    SECURITY_STATUS Status;

    Buffers[0].cbBuffer = sizeof(pSession->ClientRandom);
    Buffers[0].BufferType = NCRYPTBUFFER_SSL_CLIENT_RANDOM;
    Buffers[0].pvBuffer = pSession->ClientRandom;
    Buffers[1].cbBuffer = sizeof(pSession->ServerRandom);
    Buffers[1].BufferType = NCRYPTBUFFER_SSL_SERVER_RANDOM;
    Buffers[1].pvBuffer = pSession->ServerRandom;
    List.ulVersion = NCRYPTBUFFER_VERSION;
    List.cBuffers = ARRAYSIZE(Buffers);
    List.pBuffers = Buffers;

    Status = SslGenerateMasterKey(pSession->hSslProvider, NULL, pSession->hServerKey,
        &pSession->hMasterKey, TLS1_2_PROTOCOL_VERSION, dwSuite, &List, pbEncrypted, cbEncrypted,
        pcbEncrypted, NCRYPT_SSL_CLIENT_FLAG);
    if (!ClientReport("SslGenerateMasterKey", Status))
        return Status;
    return SslGenerateSessionKeys(pSession->hSslProvider, pSession->hMasterKey, &pSession->hReadKey,
        &pSession->hWriteKey, &List, 0);
}

static SECURITY_STATUS ClientSendFinished(_Inout_ PCLIENT_SESSION pSession, _In_ DWORD dwSuite)
{
    BYTE Message[] = {1, 0, 0, 0}, Finished[4 + VERIFY_DATA_SIZE], Record[128];
    DWORD cbRecord = 0;
    SECURITY_STATUS Status;

    Status = SslCreateHandshakeHash(
        pSession->hSslProvider, &pSession->hHandshakeHash, TLS1_2_PROTOCOL_VERSION, dwSuite, 0);
    if (!ClientReport("SslCreateHandshakeHash", Status))
        return Status;
    Status = SslHashHandshake(
        pSession->hSslProvider, pSession->hHandshakeHash, Message, sizeof(Message), 0);
    if (!ClientReport("SslHashHandshake", Status))
        return Status;
    ZeroMemory(Finished, sizeof(Finished));
    Finished[0] = 20;
    Finished[3] = VERIFY_DATA_SIZE;
    Status = SslComputeFinishedHash(pSession->hSslProvider, pSession->hMasterKey,
        pSession->hHandshakeHash, Finished + 4, VERIFY_DATA_SIZE, NCRYPT_SSL_CLIENT_FLAG);
    if (!ClientReport("SslComputeFinishedHash", Status))
        return Status;
    return SslEncryptPacket(pSession->hSslProvider, pSession->hWriteKey, Finished, sizeof(Finished),
        Record, sizeof(Record), &cbRecord, pSession->WriteSequence++, CT_HANDSHAKE, 0);
}

static VOID ClientClose(_Inout_ PCLIENT_SESSION pSession)
{
    if (pSession->hHandshakeHash != NULL)
        SslFreeObject(pSession->hHandshakeHash, 0);
    if (pSession->hWriteKey != NULL)
        SslFreeObject(pSession->hWriteKey, 0);
    if (pSession->hReadKey != NULL)
        SslFreeObject(pSession->hReadKey, 0);
    if (pSession->hMasterKey != NULL)
        SslFreeObject(pSession->hMasterKey, 0);
    if (NCryptIsKeyHandle(pSession->hServerKey))
        NCryptFreeObject(pSession->hServerKey);
    if (pSession->hKeyProvider != NULL)
        NCryptFreeObject(pSession->hKeyProvider);
    if (pSession->hSslProvider != NULL)
        SslFreeObject(pSession->hSslProvider, 0);
    SecureZeroMemory(pSession, sizeof(*pSession));
}

int __cdecl main(void)
{
    const DWORD dwSuite = TLS_RSA_WITH_AES_128_GCM_SHA256;
    NCRYPT_SSL_CIPHER_SUITE Suite;
    NCRYPT_SSL_CIPHER_LENGTHS Lengths;
    NCRYPT_PROV_HANDLE hProvider = NULL;
    CLIENT_SESSION Session;
    BYTE Modulus[MODULUS_SIZE], Encrypted[MODULUS_SIZE];
    BOOLEAN fCurve = FALSE, fDone;
    DWORD cbEncrypted = 0;
    UINT cSuites = 0;

    ZeroMemory(&Session, sizeof(Session));
    FillMemory(Session.ClientRandom, RANDOM_SIZE, 0x11);
    FillMemory(Session.ServerRandom, RANDOM_SIZE, 0x22);
    FillMemory(Modulus, sizeof(Modulus), 0xC5);
    ZeroMemory(&Suite, sizeof(Suite));

    if (!ClientReport("SslOpenProvider", SslOpenProvider(&hProvider, MS_SCHANNEL_PROVIDER, 0)))
        return 1;
    Session.hSslProvider = hProvider;
    fDone = ClientReport("suites", ClientListSuites(hProvider, &cSuites)) && cSuites == 1 &&
        ClientReport("curves", ClientListCurves(hProvider, &fCurve)) && fCurve &&
        ClientReport("SslLookupCipherSuiteInfo",
            SslLookupCipherSuiteInfo(hProvider, TLS1_2_PROTOCOL_VERSION, dwSuite, 0, &Suite, 0)) &&
        wcscmp(Suite.szCipher, BCRYPT_AES_ALGORITHM) == 0 &&
        ClientReport("SslLookupCipherLengths",
            SslLookupCipherLengths(
                hProvider, TLS1_2_PROTOCOL_VERSION, dwSuite, 0, &Lengths, sizeof(Lengths), 0)) &&
        ClientReport("server key", ClientImportServerKey(&Session, Modulus, sizeof(Modulus))) &&
        ClientReport("keys",
            ClientMakeKeys(&Session, dwSuite, Encrypted, sizeof(Encrypted), &cbEncrypted)) &&
        cbEncrypted == MODULUS_SIZE &&
        ClientReport("Finished", ClientSendFinished(&Session, dwSuite));
    ClientClose(&Session);
    printf("%s\n", fDone ? "done" : "failed");
    return fDone ? 0 : 1;
}
