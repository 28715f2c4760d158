/* SPDX-License-Identifier: Apache-2.0
 *
 * GetSChannelInterface and SslInitializeInterface: the functions as a table of pointers; and
 * SslChangeNotify, which is in no table.
 */
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/utf16.h"

#include <stdbool.h>
#include <string.h>

/* SslExpandNextGenTrafficKey, which came later, is in no table. */
static const NCRYPT_SSL_FUNCTION_TABLE function_table = {
    .Version = NCRYPT_SSL_INTERFACE_VERSION_5,
    .ComputeClientAuthHash = SslComputeClientAuthHash,
    .ComputeEapKeyBlock = SslComputeEapKeyBlock,
    .ComputeFinishedHash = SslComputeFinishedHash,
    .CreateEphemeralKey = SslCreateEphemeralKey,
    .CreateHandshakeHash = SslCreateHandshakeHash,
    .DecryptPacket = SslDecryptPacket,
    .EncryptPacket = SslEncryptPacket,
    .EnumCipherSuites = SslEnumCipherSuites,
    .ExportKey = SslExportKey,
    .FreeBuffer = SslFreeBuffer,
    .FreeObject = SslFreeObject,
    .GenerateMasterKey = SslGenerateMasterKey,
    .GenerateSessionKeys = SslGenerateSessionKeys,
    .GetKeyProperty = SslGetKeyProperty,
    .GetProviderProperty = SslGetProviderProperty,
    .HashHandshake = SslHashHandshake,
    .ImportMasterKey = SslImportMasterKey,
    .ImportKey = SslImportKey,
    .LookupCipherSuiteInfo = SslLookupCipherSuiteInfo,
    .OpenPrivateKey = SslOpenPrivateKey,
    .OpenProvider = SslOpenProvider,
    .SignHash = SslSignHash,
    .VerifySignature = SslVerifySignature,
    .LookupCipherLengths = SslLookupCipherLengths,
    .CreateClientAuthHash = SslCreateClientAuthHash,
    .GetCipherSuitePRFHashAlgorithm = SslGetCipherSuitePRFHashAlgorithm,
    .ComputeSessionHash = SslComputeSessionHash,
    .GeneratePreMasterKey = SslGeneratePreMasterKey,
    .EnumEccCurves = SslEnumEccCurves,
    .ExportKeyingMaterial = SslExportKeyingMaterial,
    .ExtractEarlyKey = SslExtractEarlyKey,
    .ExtractHandshakeKey = SslExtractHandshakeKey,
    .ExtractMasterKey = SslExtractMasterKey,
    .ExpandTrafficKeys = SslExpandTrafficKeys,
    .ExpandWriteKey = SslExpandWriteKey,
    .ExpandExporterMasterKey = SslExpandExporterMasterKey,
    .EnumCipherSuitesEx = SslEnumCipherSuitesEx,
    .ExpandResumptionMasterKey = SslExpandResumptionMasterKey,
    .DuplicateTranscriptHash = SslDuplicateTranscriptHash,
    .ExpandBinderKey = SslExpandBinderKey,
    .ExpandPreSharedKey = SslExpandPreSharedKey,
};

static bool is_ours(LPCWSTR name)
{
    return name == NULL || NcryptsslTextCompare(name, MS_SCHANNEL_PROVIDER) == 0;
}

/* The table is shared by all callers, so it is read-only although the type does not say so. */
NTSTATUS WINAPI GetSChannelInterface(
    LPCWSTR pszProviderName, NCRYPT_SSL_FUNCTION_TABLE **ppFunctionTable, DWORD dwFlags)
{
    (void)dwFlags; /* ignored */
    if (ppFunctionTable == NULL)
        return NTE_INVALID_PARAMETER;
    *ppFunctionTable = NULL;
    if (!is_ours(pszProviderName))
        return NTE_INVALID_PARAMETER;
    *ppFunctionTable = (NCRYPT_SSL_FUNCTION_TABLE *)&function_table;
    return STATUS_SUCCESS;
}

SECURITY_STATUS WINAPI SslInitializeInterface(
    LPCWSTR pszProviderName, NCRYPT_SSL_FUNCTION_TABLE *pFunctionTable, DWORD dwFlags)
{
    if (pFunctionTable == NULL)
        return NTE_INVALID_PARAMETER;
    memset(pFunctionTable, 0, sizeof(*pFunctionTable));
    if (!is_ours(pszProviderName))
        return NTE_INVALID_PARAMETER;
    if (dwFlags != 0)
        return NTE_BAD_FLAGS;
    *pFunctionTable = function_table;
    return ERROR_SUCCESS;
}

SECURITY_STATUS WINAPI SslChangeNotify(HANDLE hEvent, DWORD dwFlags)
{
    (void)hEvent;
    (void)dwFlags;
    return NTE_NOT_SUPPORTED;
}
