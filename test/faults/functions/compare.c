/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether a call that got along without an allocation gave what it gives with all of them.
 */
#include "functions.h"

static struct {
    bool known;
    BYTE bytes[FAULTS_OUTPUT_LEN];
    DWORD len;
    BYTE prints[FAULTS_HANDLES][FAULTS_PRINT_LEN];
} first;

void faults_forget(void)
{
    first.known = false;
}

bool faults_same(faults_print_fn *print)
{
    BYTE prints[FAULTS_HANDLES][FAULTS_PRINT_LEN] = {{0}};

    for (size_t i = 0; i < FAULTS_HANDLES; i++) {
        if (print != NULL && out.handles[i] != 0 && !print(out.handles[i], prints[i]))
            return false;
    }
    if (!first.known) {
        first.known = true;
        first.len = out.len;
        memcpy(first.bytes, out.bytes, sizeof(first.bytes));
        memcpy(first.prints, prints, sizeof(prints));
    }
    return first.len == out.len && memcmp(first.bytes, out.bytes, sizeof(first.bytes)) == 0 &&
        memcmp(first.prints, prints, sizeof(prints)) == 0;
}

bool faults_same_bytes(void)
{
    return faults_same(NULL);
}

static bool print_session_key(NCRYPT_HANDLE handle, BYTE print[FAULTS_PRINT_LEN])
{
    DWORD len = 0;

    return SslExportKey(objects.provider, handle, BCRYPT_OPAQUE_KEY_BLOB, print, FAULTS_PRINT_LEN,
               &len, 0) == ERROR_SUCCESS;
}

/* The session keys that it gives. */
static bool print_master_key(NCRYPT_HANDLE handle, BYTE print[FAULTS_PRINT_LEN])
{
    struct key_pair keys;
    const bool printed = generate(objects.provider, handle, &keys) == ERROR_SUCCESS &&
        print_session_key(keys.write, print);

    free_pair(&keys);
    return printed;
}

bool faults_same_master_key(void)
{
    return faults_same(print_master_key);
}

bool faults_same_session_keys(void)
{
    return faults_same(print_session_key);
}
