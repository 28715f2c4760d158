/* SPDX-License-Identifier: Apache-2.0
 *
 * The program of all targets: chooses one, runs an input, and looks for what it left behind.
 */
#include "fuzz.h"

#include "common/allocations.h"
#include "common/provider_support.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SKIPPED = 77 };

static const struct fuzz_target *const targets[] = {&fuzz_kdf_templates, &fuzz_kdf_parameters,
    &fuzz_configuration, &fuzz_buffer_lists, &fuzz_blobs, &fuzz_records, &fuzz_calls,
    &fuzz_key_schedule, &fuzz_private_keys, &fuzz_opaque_keys};

static const struct fuzz_target *chosen;
static const char *seed_folder;
static unsigned seeds_written;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

_Noreturn void fuzz_skip(const char *why)
{
    printf("skipped: %s\n", why);
    exit(SKIPPED);
}

void fuzz_seed(const void *bytes, size_t len)
{
    char path[SUPPORT_PATH_SIZE];
    FILE *file;

    snprintf(path, sizeof(path), "%s/seed-%05u", seed_folder, seeds_written++);
    file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, len, file) != len || fclose(file) != 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
}

void fuzz_seed_each(size_t count, const void *bytes, size_t len)
{
    uint8_t seed[256];

    fuzz_require(len <= sizeof(seed) - 2, "a seed fits");
    if (len != 0)
        memcpy(seed + 2, bytes, len);
    for (size_t i = 0; i < count; i++) {
        seed[0] = (uint8_t)i;
        seed[1] = (uint8_t)(i >> 8);
        fuzz_seed(seed, len + 2);
    }
}

void fuzz_seed_random(size_t count, size_t len)
{
    uint64_t state = 1;
    uint8_t seed[1024];

    fuzz_require(len <= sizeof(seed), "a seed fits");
    for (size_t i = 0; i < count; i++) {
        support_fill(&state, seed, len);
        fuzz_seed(seed, len);
    }
}

static void choose(const char *name)
{
    for (size_t i = 0; i < COUNT(targets); i++) {
        if (strcmp(targets[i]->name, name) == 0)
            chosen = targets[i];
    }
}

/* libFuzzer leaves alone what begins with two hyphens. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    for (int i = 1; i < *argc; i++) {
        const char *argument = (*argv)[i];

        if (strncmp(argument, "--target=", 9) == 0)
            choose(argument + 9);
        else if (strncmp(argument, "--seeds=", 8) == 0)
            seed_folder = argument + 8;
    }
    if (chosen == NULL) {
        fprintf(stderr, "--target=NAME, one of these:\n");
        for (size_t i = 0; i < COUNT(targets); i++)
            fprintf(stderr, "%s\n", targets[i]->name);
        exit(2);
    }
    fuzz_require(setenv("OPENSSL_CONF", FUZZ_FOLDER "/fuzz.cnf", 1) == 0, "setenv");
    fuzz_require(allocations_install(), "allocations can be counted");
    fuzz_require(RAND_bytes(fuzz_canary, FUZZ_CANARY_LEN) == 1, "random numbers");
    chosen->begin();
    if (seed_folder != NULL) {
        chosen->seed();
        exit(EXIT_SUCCESS);
    }
    return 0;
}

/* How much memory an input leaves in use. */
static long run_once(const uint8_t *data, size_t size)
{
    const long before = allocations_live();
    struct fuzz_input input = {data, size};

    chosen->run(&input);
    ERR_clear_error();
    return allocations_live() - before;
}

/* Something may be fetched or kept for later at the first use.  What grows each time is lost. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { TRIES = 6 };
    int tries = 0;

    while (tries < TRIES && run_once(data, size) > 0)
        tries++;
    fuzz_require(tries < TRIES, "an input leaves no memory in use, nor a handle");
    return 0;
}
