/* SPDX-License-Identifier: Apache-2.0
 *
 * The status test of the functions that make a master key.
 */
#include "status.h"

static struct {
    NCRYPT_PROV_HANDLE provider;
    NCRYPT_KEY_HANDLE private_key;
    NCRYPT_KEY_HANDLE public_key;
    NCRYPT_KEY_HANDLE *handle;
    DWORD protocol;
    DWORD suite;
    PNCryptBufferDesc list;
    PBYTE output;
    DWORD room;
    DWORD *result;
    PBYTE encrypted;
    DWORD encrypted_len;
    DWORD flags;
} with;

static NCRYPT_KEY_HANDLE new_key;
static BYTE encrypted[STATUS_RSA_LEN];
static DWORD encrypted_len;

static void prepare(void)
{
    memset(&with, 0, sizeof(with));
    with.provider = status_handle("provider");
    with.public_key = status_handle("rsa-public");
    with.handle = &new_key;
    with.protocol = TLS1_2_PROTOCOL_VERSION;
    with.suite = SUITE_AES128_CBC_SHA;
    with.list = status_valid_list();
    with.output = encrypted;
    with.room = sizeof(encrypted);
    with.result = &encrypted_len;
    with.encrypted = encrypted;
    with.encrypted_len = sizeof(encrypted);
    with.flags = NCRYPT_SSL_CLIENT_FLAG;
    new_key = GARBAGE_HANDLE;
    encrypted_len = 0x7E57;
}

static SECURITY_STATUS generate_pre_master_key(void)
{
    const SECURITY_STATUS status =
        SslGeneratePreMasterKey(with.provider, with.public_key, with.handle, with.protocol,
            with.suite, with.list, with.output, with.room, with.result, with.flags);

    status_end_handle(with.handle, status);
    return status;
}

static SECURITY_STATUS generate_master_key(void)
{
    const SECURITY_STATUS status =
        SslGenerateMasterKey(with.provider, with.private_key, with.public_key, with.handle,
            with.protocol, with.suite, with.list, with.output, with.room, with.result, with.flags);

    status_end_handle(with.handle, status);
    return status;
}

static void prepare_import(void)
{
    with.private_key = status_handle("private");
    with.flags = NCRYPT_SSL_SERVER_FLAG;
}

static SECURITY_STATUS import_master_key(void)
{
    const SECURITY_STATUS status = SslImportMasterKey(with.provider, with.private_key, with.handle,
        with.protocol, with.suite, with.list, with.encrypted, with.encrypted_len, with.flags);

    status_end_handle(with.handle, status);
    return status;
}

static const struct status_argument arguments[] = {
    {"provider", &with.provider, status_set_handle},
    {"private", &with.private_key, status_set_handle},
    {"public", &with.public_key, status_set_handle},
    {"handle", &with.handle, status_set_null},
    {"protocol", &with.protocol, status_set_number},
    {"suite", &with.suite, status_set_number},
    {"list", &with.list, status_set_list},
    {"output", &with.output, status_set_null},
    {"room", &with.room, status_set_number},
    {"result", &with.result, status_set_null},
    {"encrypted", &with.encrypted, status_set_null},
    {"length", &with.encrypted_len, status_set_number},
    {"flags", &with.flags, status_set_number},
};

static const struct status_function functions[] = {
    {"SslGeneratePreMasterKey",
        "provider public handle protocol suite list output room result flags", NULL,
        generate_pre_master_key},
    {"SslGenerateMasterKey",
        "provider private public handle protocol suite list output room result flags", NULL,
        generate_master_key},
    {"SslImportMasterKey", "provider private handle protocol suite list encrypted length flags",
        prepare_import, import_master_key},
};

const struct status_family status_master_keys = {
    "master keys", prepare, arguments, COUNT(arguments), functions, COUNT(functions)};
