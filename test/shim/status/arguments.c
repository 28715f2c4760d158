/* SPDX-License-Identifier: Apache-2.0
 *
 * How the values of the table become arguments, and what is looked at after a call.
 */
#include "status.h"

#include <errno.h>

const char *status_row = "";

static bool parse(const char *value, unsigned long most, unsigned long *number)
{
    char *end;

    errno = 0;
    *number = strtoul(value, &end, 0);
    return errno == 0 && end != value && *end == '\0' && *number <= most;
}

bool status_set_number(void *argument, const char *value)
{
    unsigned long number;

    if (!parse(value, UINT32_MAX, &number))
        return false;
    *(DWORD *)argument = (DWORD)number;
    return true;
}

bool status_set_word(void *argument, const char *value)
{
    unsigned long number;

    if (!parse(value, UINT16_MAX, &number))
        return false;
    *(WORD *)argument = (WORD)number;
    return true;
}

bool status_set_handle(void *argument, const char *value)
{
    return status_object(value, argument);
}

bool status_set_null(void *argument, const char *value)
{
    void *const null = NULL;

    if (strcmp(value, "null") != 0)
        return false;
    memcpy(argument, &null, sizeof(null));
    return true;
}

bool status_set_text(void *argument, const char *value)
{
    static WCHAR text[NCRYPT_MAX_PROPERTY_NAME + 2];
    size_t len = strlen(value);
    LPCWSTR set = text;

    memset(text, 0, sizeof(text));
    if (strcmp(value, "null") == 0) {
        set = NULL;
    } else if (strcmp(value, "64-letters") == 0 || strcmp(value, "65-letters") == 0) {
        len = value[1] == '4' ? NCRYPT_MAX_PROPERTY_NAME : NCRYPT_MAX_PROPERTY_NAME + 1;
        for (size_t i = 0; i < len; i++)
            text[i] = 'L';
    } else if (strcmp(value, "empty") != 0) {
        if (len >= COUNT(text))
            return false;
        for (size_t i = 0; i < len; i++)
            text[i] = (WCHAR)(unsigned char)value[i];
    }
    *(LPCWSTR *)argument = set;
    return true;
}

/* ---- Parameter lists ---- */

enum entry { CLIENT, SERVER, VERSION, CLEAR_KEY, SESSION_HASH, UNKNOWN, ENTRIES, NONE = ENTRIES };

enum {
    RANDOMS = 1 << CLIENT | 1 << SERVER,
    REST = 1 << VERSION | 1 << CLEAR_KEY,
    VALID = RANDOMS | REST,
    HASHED = REST | 1 << SESSION_HASH,
    ODD = VALID | 1 << UNKNOWN,
    MOST_ENTRIES = 65,
    MOST_BYTES = 257
};

static const struct {
    const char *name;
    unsigned entries; /* bits by enum entry */
    enum entry odd;   /* the one with another length, or NONE */
    ULONG odd_len;
    ULONG version;
    ULONG count; /* entries of another type are added up to this number */
    bool no_data;
    bool no_buffers;
} shapes[] = {
    {"valid", VALID, NONE, 0, 0, 0, false, false},
    {"version1", VALID, NONE, 0, 1, 0, false, false},
    {"no-buffers", VALID, NONE, 0, 0, 0, false, true},
    {"64-entries", VALID, NONE, 0, 0, 64, false, false},
    {"65-entries", VALID, NONE, 0, 0, 65, false, false},
    {"no-entries", 0, NONE, 0, 0, 0, false, false},
    {"client-random-31", VALID, CLIENT, 31, 0, 0, false, false},
    {"server-random-33", VALID, SERVER, 33, 0, 0, false, false},
    {"no-client-random", VALID & ~(1 << CLIENT), NONE, 0, 0, 0, false, false},
    {"no-server-random", VALID & ~(1 << SERVER), NONE, 0, 0, 0, false, false},
    {"no-randoms", REST, NONE, 0, 0, 0, false, false},
    {"no-version", VALID & ~(1 << VERSION), NONE, 0, 0, 0, false, false},
    {"version-2-bytes", VALID, VERSION, 2, 0, 0, false, false},
    {"no-clear-key", VALID & ~(1 << CLEAR_KEY), NONE, 0, 0, 0, false, false},
    {"clear-key-257", VALID, CLEAR_KEY, 257, 0, 0, false, false},
    {"session-hash", HASHED, NONE, 0, 0, 0, false, false},
    {"session-hash-31", HASHED, SESSION_HASH, 31, 0, 0, false, false},
    {"session-hash-and-randoms", HASHED | RANDOMS, NONE, 0, 0, 0, false, false},
    {"session-hash-and-server-random", HASHED | 1 << SERVER, NONE, 0, 0, 0, false, false},
    {"unknown-type", ODD, NONE, 0, 0, 0, false, false},
    {"unknown-type-empty", ODD, UNKNOWN, 0, 0, 0, false, false},
    {"unknown-type-null", ODD, UNKNOWN, 1, 0, 0, true, false},
};

static const struct {
    ULONG type;
    ULONG len;
} kinds[ENTRIES] = {
    [CLIENT] = {NCRYPTBUFFER_SSL_CLIENT_RANDOM, RANDOM_LEN},
    [SERVER] = {NCRYPTBUFFER_SSL_SERVER_RANDOM, RANDOM_LEN},
    [VERSION] = {NCRYPTBUFFER_SSL_HIGHEST_VERSION, sizeof(DWORD)},
    [CLEAR_KEY] = {NCRYPTBUFFER_SSL_CLEAR_KEY, 16},
    [SESSION_HASH] = {NCRYPTBUFFER_SSL_SESSION_HASH, 32},
    [UNKNOWN] = {0x7E57, 5},
};

static PNCryptBufferDesc make_list(size_t shape)
{
    static BYTE bytes[MOST_BYTES];
    static DWORD version = TLS1_2_PROTOCOL_VERSION;
    static NCryptBuffer buffers[MOST_ENTRIES];
    static NCryptBufferDesc list;

    list = (NCryptBufferDesc){shapes[shape].version, 0, buffers};
    memset(bytes, 0x5C, sizeof(bytes));
    for (unsigned i = 0; i < ENTRIES; i++) {
        const bool odd = shapes[shape].odd == (enum entry)i;

        if ((shapes[shape].entries >> i & 1) == 0)
            continue;
        buffers[list.cBuffers++] =
            (NCryptBuffer){odd ? shapes[shape].odd_len : kinds[i].len, kinds[i].type,
                i == VERSION                       ? (PVOID)&version
                    : odd && shapes[shape].no_data ? NULL
                                                   : (PVOID)bytes};
    }
    while (list.cBuffers < shapes[shape].count)
        buffers[list.cBuffers++] = (NCryptBuffer){kinds[UNKNOWN].len, kinds[UNKNOWN].type, bytes};
    if (shapes[shape].no_buffers)
        list.pBuffers = NULL;
    return &list;
}

PNCryptBufferDesc status_valid_list(void)
{
    return make_list(0);
}

bool status_set_list(void *argument, const char *value)
{
    if (strcmp(value, "null") == 0)
        return status_set_null(argument, value);
    for (size_t i = 0; i < COUNT(shapes); i++) {
        if (strcmp(value, shapes[i].name) == 0) {
            *(PNCryptBufferDesc *)argument = make_list(i);
            return true;
        }
    }
    return false;
}

/* ---- Outputs ---- */

void status_end_handle(const NCRYPT_HANDLE *handle, SECURITY_STATUS status)
{
    if (handle == NULL)
        return;
    if (status != ERROR_SUCCESS) {
        EXPECT(*handle == 0, status_row);
        return;
    }
    EXPECT(*handle != 0 && *handle != GARBAGE_HANDLE, status_row);
    EXPECT_SUCCESS(SslFreeObject(*handle, 0), status_row);
}

void status_end_block(void *block, SECURITY_STATUS status)
{
    if (status != ERROR_SUCCESS)
        EXPECT(block == NULL, status_row);
    else
        EXPECT_SUCCESS(SslFreeBuffer(block), status_row);
}
