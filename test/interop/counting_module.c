/* SPDX-License-Identifier: Apache-2.0
 *
 * The counting provider as a module, for programs that read a configuration.  SSLP_COUNTED_MODULE
 * names the module of sslprovider, as built or installed; each derivation of a drop-in KDF
 * appends a line with its name to the file SSLP_COUNTS.
 */
#include "common/counting_provider.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Kept from the first moment: nginx takes the environment from its workers. */
static char counts[4096];

static void append(const char *kdf, unsigned char *out, size_t out_len)
{
    const int file = open(counts, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    char line[32];
    const int len = snprintf(line, sizeof(line), "%s\n", kdf);

    (void)out;
    (void)out_len;
    if (file < 0 || write(file, line, (size_t)len) != len)
        abort();
    close(file);
}

__attribute__((visibility("default"))) OSSL_provider_init_fn OSSL_provider_init;

int OSSL_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **provctx)
{
    const char *path = getenv("SSLP_COUNTED_MODULE"), *file = getenv("SSLP_COUNTS");
    void *module, *symbol;
    OSSL_provider_init_fn *real_init;

    if (path == NULL || file == NULL || strlen(file) >= sizeof(counts))
        return 0;
    strcpy(counts, file);
    module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    symbol = module == NULL ? NULL : dlsym(module, "OSSL_provider_init");
    if (symbol == NULL)
        return 0;
    /* What dlsym finds is a function; ISO C has no cast for that. */
    memcpy(&real_init, &symbol, sizeof(real_init));
    return counting_init(real_init, append, handle, in, out, provctx);
}
