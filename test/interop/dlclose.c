/* SPDX-License-Identifier: Apache-2.0
 *
 * A plug-in host: it opens libncryptssl again and again, uses it, and closes it.  Handles live as
 * long as the process, so the library has to stay mapped, and a second life must not cost more
 * memory than the first.  What OpenSSL has allocated is counted, for the shim takes all its memory
 * from there.
 *
 * Usage: dlclose LIBRARY
 */
#include "common/allocations.h"
#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

enum { ROUNDS = 50, WARM_UP = 3 };

/* The functions under their native names, as a program with a function table has them. */
struct functions {
    SECURITY_STATUS(WINAPI *open)(NCRYPT_PROV_HANDLE *, LPCWSTR, DWORD);
    SECURITY_STATUS(WINAPI *import)
    (NCRYPT_PROV_HANDLE, NCRYPT_KEY_HANDLE *, LPCWSTR, PBYTE, DWORD, DWORD);
    SECURITY_STATUS(WINAPI *free)(NCRYPT_HANDLE, DWORD);
};

/* POSIX has dlsym give functions as data pointers. */
static int find(void *library, const char *name, void *function)
{
    void *const symbol = dlsym(library, name);

    memcpy(function, &symbol, sizeof(symbol));
    return symbol != NULL;
}

static int use(const struct functions *functions)
{
    struct {
        NCRYPTSSL_SECRET_BLOB_HEADER header;
        BYTE secret[48];
    } blob = {{sizeof(blob), NCRYPTSSL_SECRET_MAGIC, NCRYPTSSL_KIND_MASTER_KEY,
                  TLS1_2_PROTOCOL_VERSION, 0xC02F, NCRYPT_SSL_CLIENT_FLAG, sizeof(blob.secret)},
        {1, 2, 3}};
    NCRYPT_PROV_HANDLE provider = 0;
    NCRYPT_KEY_HANDLE key = 0;

    return functions->open(&provider, NULL, 0) == ERROR_SUCCESS &&
        functions->import(provider, &key, NCRYPTSSL_SECRET_BLOB, (PBYTE)&blob, sizeof(blob), 0) ==
        ERROR_SUCCESS &&
        functions->free(key, 0) == ERROR_SUCCESS && functions->free(provider, 0) == ERROR_SUCCESS;
}

static int play_round(const char *path)
{
    void *const library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    struct functions functions;
    void *again;

    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 0;
    }
    if (!find(library, "SslOpenProvider", &functions.open) ||
        !find(library, "SslImportKey", &functions.import) ||
        !find(library, "SslFreeObject", &functions.free) || !use(&functions)) {
        fprintf(stderr, "the library does not work\n");
        return 0;
    }
    dlclose(library);
    again = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
    if (again == NULL) {
        fprintf(stderr, "the library is not mapped any more\n");
        return 0;
    }
    dlclose(again);
    return 1;
}

int main(int argc, char *argv[])
{
    long before = 0;

    if (argc != 2 || !allocations_install())
        return 2;
    for (int i = 0; i < WARM_UP + ROUNDS; i++) {
        if (i == WARM_UP)
            before = allocations_live();
        if (!play_round(argv[1]))
            return 1;
    }
    printf("%d rounds, %ld blocks before and %ld after\n", ROUNDS, before, allocations_live());
    return allocations_live() == before ? 0 : 1;
}
