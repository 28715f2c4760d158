/* SPDX-License-Identifier: Apache-2.0
 *
 * The status test of the functions that open, count and free.
 */
#include "status.h"

#define GARBAGE_POINTER ((void *)garbage)

static BYTE garbage[8];

/* What the call to come is made with; outputs point to `out`, which holds garbage before. */
static struct {
    NCRYPT_HANDLE provider;
    NCRYPT_HANDLE object;
    LPCWSTR name;
    DWORD flags;
    PVOID block;
    NCRYPT_PROV_HANDLE *handle;
    DWORD *count;
    NCryptProviderName **list;
    NCRYPT_SSL_FUNCTION_TABLE **table;
    NCRYPT_SSL_FUNCTION_TABLE *room;
    PBYTE *value;
    PVOID *state;
} with;

static struct {
    NCRYPT_PROV_HANDLE handle;
    NCRYPT_HANDLE fresh; /* made for the call to free */
    DWORD count;
    NCryptProviderName *list;
    NCRYPT_SSL_FUNCTION_TABLE *table;
    NCRYPT_SSL_FUNCTION_TABLE room;
    PBYTE value;
    PVOID state;
} out;

static void prepare(void)
{
    static const WCHAR name[] = MS_SCHANNEL_PROVIDER;

    memset(&with, 0, sizeof(with));
    with.provider = status_handle("provider");
    with.name = name;
    with.handle = &out.handle;
    with.count = &out.count;
    with.list = &out.list;
    with.table = &out.table;
    with.room = &out.room;
    with.value = &out.value;
    with.state = &out.state;
    out.handle = out.fresh = GARBAGE_HANDLE;
    out.count = 0x7E57;
    out.list = GARBAGE_POINTER;
    out.table = GARBAGE_POINTER;
    memset(&out.room, 0x5A, sizeof(out.room));
    out.value = GARBAGE_POINTER;
    out.state = NULL;
}

static SECURITY_STATUS open_provider(void)
{
    const SECURITY_STATUS status = SslOpenProvider(with.handle, with.name, with.flags);

    status_end_handle(with.handle, status);
    return status;
}

static SECURITY_STATUS enum_protocol_providers(void)
{
    const SECURITY_STATUS status = SslEnumProtocolProviders(with.count, with.list, with.flags);

    if (with.list != NULL)
        status_end_block(out.list, status);
    if (with.count != NULL)
        EXPECT((out.count == 0) == (status != ERROR_SUCCESS), status_row);
    return status;
}

/* Each undoes its success by the other. */
static SECURITY_STATUS increment(void)
{
    const SECURITY_STATUS status = SslIncrementProviderReferenceCount(with.provider);

    if (status == ERROR_SUCCESS)
        EXPECT_SUCCESS(SslDecrementProviderReferenceCount(with.provider), status_row);
    return status;
}

static SECURITY_STATUS decrement(void)
{
    if (with.provider == status_handle("provider"))
        EXPECT_SUCCESS(SslIncrementProviderReferenceCount(with.provider), status_row);
    return SslDecrementProviderReferenceCount(with.provider);
}

static SECURITY_STATUS get_interface(void)
{
    const NTSTATUS status = GetSChannelInterface(with.name, with.table, with.flags);

    if (with.table != NULL)
        EXPECT((out.table == NULL) == (status != STATUS_SUCCESS), status_row);
    return status;
}

static SECURITY_STATUS initialize_interface(void)
{
    static const BYTE zeros[sizeof(NCRYPT_SSL_FUNCTION_TABLE)];
    const SECURITY_STATUS status = SslInitializeInterface(with.name, with.room, with.flags);

    if (with.room != NULL)
        EXPECT((memcmp(with.room, zeros, sizeof(zeros)) == 0) == (status != ERROR_SUCCESS),
            status_row);
    return status;
}

static SECURITY_STATUS change_notify(void)
{
    return SslChangeNotify(with.block, with.flags);
}

static SECURITY_STATUS get_provider_property(void)
{
    const SECURITY_STATUS status = SslGetProviderProperty(
        with.provider, with.name, with.value, with.count, with.state, with.flags);

    if (with.value != NULL)
        EXPECT(out.value == NULL, status_row);
    if (with.count != NULL)
        EXPECT(out.count == 0, status_row);
    return status;
}

static void prepare_block(void)
{
    EXPECT_SUCCESS(SslEnumProtocolProviders(&out.count, &out.list, 0), status_row);
    with.block = out.list;
}

static bool set_block(void *argument, const char *value)
{
    if (strcmp(value, "foreign") == 0)
        *(PVOID *)argument = garbage;
    else if (strcmp(value, "inside") == 0)
        *(PVOID *)argument = (BYTE *)out.list + 1;
    else if (strcmp(value, "freed") == 0)
        return SslFreeBuffer(out.list) == ERROR_SUCCESS;
    else
        return status_set_null(argument, value);
    return true;
}

static SECURITY_STATUS free_buffer(void)
{
    const SECURITY_STATUS status = SslFreeBuffer(with.block);

    if (with.block != out.list)
        EXPECT_SUCCESS(SslFreeBuffer(out.list), status_row);
    return status;
}

static void prepare_object(void)
{
    EXPECT_SUCCESS(SslOpenProvider(&out.fresh, NULL, 0), status_row);
    with.object = out.fresh;
}

static SECURITY_STATUS free_object(void)
{
    const SECURITY_STATUS status = SslFreeObject(with.object, with.flags);

    if (with.object != out.fresh)
        EXPECT_SUCCESS(SslFreeObject(out.fresh, 0), status_row);
    return status;
}

static const struct status_argument arguments[] = {
    {"provider", &with.provider, status_set_handle},
    {"object", &with.object, status_set_handle},
    {"name", &with.name, status_set_text},
    {"flags", &with.flags, status_set_number},
    {"block", &with.block, set_block},
    {"handle", &with.handle, status_set_null},
    {"count", &with.count, status_set_null},
    {"list", &with.list, status_set_null},
    {"table", &with.table, status_set_null},
    {"room", &with.room, status_set_null},
    {"value", &with.value, status_set_null},
    {"state", &with.state, status_set_null},
};

static const struct status_function functions[] = {
    {"SslOpenProvider", "handle name flags", NULL, open_provider},
    {"SslEnumProtocolProviders", "count list flags", NULL, enum_protocol_providers},
    {"SslIncrementProviderReferenceCount", "provider", NULL, increment},
    {"SslDecrementProviderReferenceCount", "provider", NULL, decrement},
    {"GetSChannelInterface", "name table flags", NULL, get_interface},
    {"SslInitializeInterface", "name room flags", NULL, initialize_interface},
    {"SslChangeNotify", "block flags", NULL, change_notify},
    {"SslGetProviderProperty", "provider name value count state flags", NULL,
        get_provider_property},
    {"SslFreeBuffer", "block", prepare_block, free_buffer},
    {"SslFreeObject", "object flags", prepare_object, free_object},
};

const struct status_family status_providers = {
    "providers", prepare, arguments, COUNT(arguments), functions, COUNT(functions)};
