/* SPDX-License-Identifier: Apache-2.0
 *
 * Private keys that are attached to certificates, or found in a file.
 */
#include "functions.h"

#include "common/allocations.h"

static bool begin(size_t round, const char **label)
{
    *label = "private keys";
    return round == 0;
}

static void end(void)
{
}

static SECURITY_STATUS attach(void)
{
    return NcryptsslAttachPrivateKey(
        objects.provider, &objects.rsa_certificate, objects.rsa_key, objects.rsa_key_len, 0);
}

static SECURITY_STATUS open_attached(void)
{
    return SslOpenPrivateKey(objects.provider, &out.handles[0], &objects.rsa_certificate, 0);
}

static bool print_algorithm(NCRYPT_HANDLE handle, BYTE print[FAULTS_PRINT_LEN])
{
    PBYTE name = NULL;
    DWORD len = 0;
    const bool printed =
        SslGetKeyProperty(handle, NCRYPT_ALGORITHM_PROPERTY, &name, &len, 0) == ERROR_SUCCESS;

    if (printed)
        memcpy(print, name, len);
    (void)SslFreeBuffer(name);
    return printed;
}

static bool is_same_algorithm(void)
{
    return faults_same(print_algorithm);
}

static SECURITY_STATUS open_of_file(void)
{
    return SslOpenPrivateKey(objects.provider, &out.handles[0], &objects.file_certificate, 0);
}

static const struct fault_call calls[] = {
    {"NcryptsslAttachPrivateKey", attach, 0, NULL, NULL, NULL, NULL},
    {"SslOpenPrivateKey, attached", open_attached, 1, NULL, is_same_algorithm, NULL, NULL},
    {"SslOpenPrivateKey, file", open_of_file, 1, NULL, is_same_algorithm, NULL, NULL},
};

const struct fault_family faults_private_keys = {
    "private keys", begin, end, calls, COUNT(calls), allocations_is_ours};
