/* SPDX-License-Identifier: Apache-2.0
 *
 * The counting provider as a module, for programs that read a configuration.  SSLP_COUNTED_MODULE
 * names the module of sslprovider, as built or installed; each derivation of a drop-in KDF
 * appends a line with its name to the file SSLP_COUNTS.  SSLP_COUNTED_FAULT names a fault that
 * shows that a test can fail: `flip` changes a bit of each output, `leak` loses memory with each
 * derivation, `exit` ends the process with a status of its own, and `unseen` counts nothing.
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
static enum { NO_FAULT, FLIP, LEAK, EXIT, UNSEEN } fault;

enum { LEAKED_BYTES = 300, FAULTY_STATUS = 99 };

static void append(const char *kdf)
{
    const int file = open(counts, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    char line[32];
    const int len = snprintf(line, sizeof(line), "%s\n", kdf);

    if (file < 0 || write(file, line, (size_t)len) != len)
        abort();
    close(file);
}

static void append_or_err(const char *kdf, unsigned char *out, size_t len)
{
    static void *volatile leaked;

    if (fault != UNSEEN)
        append(kdf);
    if (fault == FLIP && len > 0)
        out[0] ^= 1;
    if (fault == LEAK && (leaked = malloc(LEAKED_BYTES)) != NULL)
        memset(leaked, 1, LEAKED_BYTES);
}

static void end_badly(void)
{
    _exit(FAULTY_STATUS);
}

/* False where the environment names a fault that is unknown. */
static int choose_fault(void)
{
    static const char *const names[] = {"", "flip", "leak", "exit", "unseen"};
    const char *name = getenv("SSLP_COUNTED_FAULT");
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (name == NULL || strcmp(name, names[i]) == 0) {
            fault = i;
            return fault != EXIT || atexit(end_badly) == 0;
        }
    return 0;
}

__attribute__((visibility("default"))) OSSL_provider_init_fn OSSL_provider_init;

int OSSL_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **provctx)
{
    const char *path = getenv("SSLP_COUNTED_MODULE"), *file = getenv("SSLP_COUNTS");
    void *module, *symbol;
    OSSL_provider_init_fn *real_init;

    if (path == NULL || file == NULL || strlen(file) >= sizeof(counts) || !choose_fault())
        return 0;
    strcpy(counts, file);
    module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    symbol = module == NULL ? NULL : dlsym(module, "OSSL_provider_init");
    if (symbol == NULL)
        return 0;
    /* What dlsym finds is a function; ISO C has no cast for that. */
    memcpy(&real_init, &symbol, sizeof(real_init));
    return counting_init(real_init, append_or_err, handle, in, out, provctx);
}
