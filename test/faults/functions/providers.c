/* SPDX-License-Identifier: Apache-2.0
 *
 * Providers.
 */
#include "functions.h"
static bool begin(size_t round, const char **label)
{
    *label = "a provider that is open";
    return round == 0;
}

static void end(void)
{
}

static SECURITY_STATUS open_provider(void)
{
    return SslOpenProvider(&out.handles[0], NULL, 0);
}

static SECURITY_STATUS enum_providers(void)
{
    NCryptProviderName *list = NULL;
    const SECURITY_STATUS status = SslEnumProtocolProviders(&out.len, &list, 0);

    out.blocks[0] = list;
    return status;
}

/* NCryptFreeObject frees it. */
static NCRYPT_PROV_HANDLE storage;

static SECURITY_STATUS open_storage_provider(void)
{
    const SECURITY_STATUS status = NCryptOpenStorageProvider(&storage, NULL, 0);

    EXPECT(status == ERROR_SUCCESS || storage == 0, "NCryptOpenStorageProvider");
    return status;
}

static void free_storage_provider(void)
{
    EXPECT_SUCCESS(NCryptFreeObject(storage), "NCryptOpenStorageProvider");
}

static const struct fault_call calls[] = {
    {"SslOpenProvider", open_provider, 1, NULL, NULL, NULL, NULL},
    {"SslEnumProtocolProviders", enum_providers, 0, NULL, NULL, NULL, NULL},
    {"NCryptOpenStorageProvider", open_storage_provider, 0, NULL, NULL, free_storage_provider,
        NULL},
};

const struct fault_family faults_providers = {"providers", begin, end, calls, COUNT(calls), NULL};
