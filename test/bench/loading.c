/* SPDX-License-Identifier: Apache-2.0
 *
 * What the activated module costs a short process: processor time of `openssl kdf`, and of a
 * request of curl where an address is given, beside the same with OpenSSL's legacy module in its
 * place.
 *
 *     loading [--smoke] [--check] [--url URL]
 *
 * The processes alternate for many rounds, and the median of the rounds' differences counts.
 * --check ends with status 1 where the module costs 0.3 ms more than legacy; --smoke runs a few
 * processes and judges nothing.  The module comes from the folder that OPENSSL_MODULES names,
 * legacy from OpenSSL's own folder.  The exit status is 77 where the openssl command, or legacy, is
 * missing.
 */
#define _DEFAULT_SOURCE /* wait4 */

#include "bench/support/bench_support.h"
#include "sslprovider/names.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 61, SMOKE_ROUNDS = 1, SKIPPED = 77 };

static const double bound_ms = 0.3;

#define SECRET                                                                                     \
    "hexsecret:202c88c00f84a17a20027079604787461176455539e705be730890602c289a50"                   \
    "01e34eeb3a043e5d52a65e66125188bf"
#define RANDOM "62e1fd91f23f558a605f28478c58cf72637b89784d959df7e946d3f07bd1b616"

#define KDF_BEGINNING                                                                              \
    "openssl", "kdf", "-keylen", "40", "-kdfopt", "digest:SHA2-256", "-kdfopt", SECRET

static const char *const openssl_prf[] = {
    KDF_BEGINNING, "-kdfopt", "hexseed:" RANDOM, "TLS1-PRF", NULL};
static const char *const own_kdf[] = {KDF_BEGINNING, "-kdfopt", "hexclient-random:" RANDOM,
    "-kdfopt", "hexserver-random:" RANDOM, SSLPROVIDER_KDF_SESSION_KEYS, NULL};
static const char *request[] = {"curl", "-s", "-k", "-o", "/dev/null", NULL, NULL};

enum configuration { LEGACY, ACTIVE, SELECTED, CONFIGURATIONS };

static char paths[CONFIGURATIONS][128];

/* Two commands that do the same work. */
struct comparison {
    const char *name;
    const char *const *reference; /* with legacy */
    const char *const *subject;
    enum configuration configuration; /* of the subject */
    double reference_ms[ROUNDS], more_ms[ROUNDS];
};

static struct comparison comparisons[] = {
    {"openssl kdf " SSLPROVIDER_KDF_SESSION_KEYS, openssl_prf, own_kdf, ACTIVE, {0}, {0}},
    {"openssl kdf TLS1-PRF, sslprovider selected", openssl_prf, openssl_prf, SELECTED, {0}, {0}},
    {"curl, sslprovider selected", request, request, SELECTED, {0}, {0}},
};

static void write_configuration(
    const char *folder, enum configuration which, const char *provider, const char *module)
{
    FILE *out;

    (void)snprintf(paths[which], sizeof(paths[which]), "%s/%d.cnf", folder, (int)which);
    out = fopen(paths[which], "w");
    bench_require(out != NULL, paths[which]);
    fprintf(out,
        "openssl_conf = init\n[init]\nproviders = providers\nalg_section = algorithms\n"
        "[providers]\ndefault = default_section\n%s = module_section\n"
        "[default_section]\nactivate = 1\n[module_section]\nactivate = 1\n",
        provider);
    if (module != NULL)
        fprintf(out, "module = %s/" SSLPROVIDER_NAME ".so\n", module);
    fprintf(out, "[algorithms]\n%s\n",
        which == SELECTED ? "default_properties = ?" SSLPROVIDER_KDF_PROPERTY : "");
    bench_require(fclose(out) == 0, paths[which]);
}

/* Processor time of a process, in milliseconds; negative where it failed. */
static double run_process(const char *const *arguments, enum configuration configuration)
{
    extern char **environ;
    posix_spawn_file_actions_t quiet;
    struct rusage used;
    pid_t child;
    int status = -1;
    bool ok;

    bench_require(setenv("OPENSSL_CONF", paths[configuration], 1) == 0, "setting OPENSSL_CONF");
    bench_require(posix_spawn_file_actions_init(&quiet) == 0 &&
            posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0) == 0 &&
            posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0) == 0,
        "preparing a process");
    ok = posix_spawnp(&child, arguments[0], &quiet, NULL, (char *const *)(uintptr_t)arguments,
             environ) == 0 &&
        wait4(child, &status, 0, &used) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    posix_spawn_file_actions_destroy(&quiet);
    if (!ok)
        return -1;
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
        (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
}

static void measure(size_t count, int rounds)
{
    for (int round = 0; round < rounds; round++) {
        for (size_t i = 0; i < count; i++) {
            struct comparison *comparison = &comparisons[i];
            const double reference = run_process(comparison->reference, LEGACY);
            const double subject = run_process(comparison->subject, comparison->configuration);

            bench_require(reference >= 0 && subject >= 0, comparison->name);
            comparison->reference_ms[round] = reference;
            comparison->more_ms[round] = subject - reference;
        }
    }
}

static bool report(size_t count, int rounds)
{
    bool cheap = true;

    for (size_t i = 0; i < count; i++) {
        struct comparison *comparison = &comparisons[i];
        const double more = bench_median(comparison->more_ms, rounds);

        printf("%-44s %6.2f ms with legacy, %+.2f ms (at most %+.2f)\n", comparison->name,
            bench_median(comparison->reference_ms, rounds), more, bound_ms);
        cheap = cheap && more <= bound_ms;
    }
    return cheap;
}

struct options {
    bool smoke, check;
    const char *url;
};

static bool read_options(struct options *options, int argc, char *argv[])
{
    *options = (struct options){0};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--smoke") == 0)
            options->smoke = true;
        else if (strcmp(argv[i], "--check") == 0)
            options->check = true;
        else if (strcmp(argv[i], "--url") == 0 && i + 1 < argc)
            options->url = argv[++i];
        else
            return false;
    }
    return true;
}

static void write_configurations(const char *folder)
{
    const char *modules = getenv("OPENSSL_MODULES");

    bench_require(modules != NULL, "finding the module, as OPENSSL_MODULES names no folder,");
    write_configuration(folder, LEGACY, "legacy", NULL);
    write_configuration(folder, ACTIVE, SSLPROVIDER_NAME, modules);
    write_configuration(folder, SELECTED, SSLPROVIDER_NAME, modules);
    (void)unsetenv("OPENSSL_MODULES");
}

static int compare_processes(const struct options *options)
{
    const size_t all = sizeof(comparisons) / sizeof(comparisons[0]);
    const size_t count = options->url == NULL ? all - 1 : all;
    const int rounds = options->smoke ? SMOKE_ROUNDS : ROUNDS;

    if (run_process(openssl_prf, LEGACY) < 0)
        return SKIPPED;
    measure(count, rounds);
    return !report(count, rounds) && options->check && !options->smoke ? EXIT_FAILURE
                                                                       : EXIT_SUCCESS;
}

int main(int argc, char *argv[])
{
    char folder[] = "/tmp/sslprovider-loading-XXXXXX";
    struct options options;
    int status;

    if (!read_options(&options, argc, argv)) {
        fprintf(stderr, "usage: %s [--smoke] [--check] [--url URL]\n", argv[0]);
        return EXIT_FAILURE;
    }
    request[5] = options.url;
    bench_require(mkdtemp(folder) != NULL, "making a folder");
    write_configurations(folder);
    status = compare_processes(&options);
    for (int i = 0; i < CONFIGURATIONS; i++)
        (void)unlink(paths[i]);
    (void)rmdir(folder);
    return status;
}
