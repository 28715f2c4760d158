/* SPDX-License-Identifier: Apache-2.0 */
#include "memory.h"

#include "tls12.h"

#include "sslprovider/names.h"

#include <openssl/kdf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __GLIBC__
#    include <malloc.h>
#endif

#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)

enum { OBJECTS = 1000000, SMOKE_OBJECTS = 1000, DERIVATIONS = 5000, SMOKE_DERIVATIONS = 50 };
enum { BYTES_AT_MOST = 2048, STATE_LEN = 128 };

static bool there_is_room(void)
{
    const long pages = sysconf(_SC_AVPHYS_PAGES), page_size = sysconf(_SC_PAGESIZE);

    return pages > 0 && (double)pages * (double)page_size > 2.0 * BYTES_AT_MOST * OBJECTS;
}

static double bytes_in_use(void)
{
    const struct mallinfo2 info = mallinfo2();

    return (double)info.uordblks + (double)info.hblkhd;
}

/* Not where a sanitizer has put its own functions in the place of malloc(). */
static bool usage_is_counted(void)
{
    const double before = bytes_in_use();
    void *some = malloc(BYTES_AT_MOST);
    const bool counted = some != NULL && bytes_in_use() >= before + BYTES_AT_MOST;

    free(some);
    return counted;
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* The handle, once the two states in the memory have been read. */
static uint64_t after_reading(uint64_t handle, const uint64_t *memory)
{
    static const volatile uint64_t nothing;
    uint64_t sum = 0;

    for (size_t i = 0; i < 2 * STATE_LEN / sizeof(*memory); i++)
        sum ^= memory[i];
    return handle + (sum & nothing);
}

/* What the derivations of a measurement choose from. */
struct choice {
    EVP_KDF *kdf;
    const uint64_t *handles;
    uint64_t *const *memory; /* NULL: none is read */
    uint64_t random;
};

static double time_derivations(
    struct choice *choice, int handles, int blocks_of_memory, int derivations)
{
    unsigned char out[SHORT_LEN];
    const double start = bench_clock_ns(CLOCK_PROCESS_CPUTIME_ID);

    for (int i = 0; i < derivations; i++) {
        uint64_t handle = choice->handles[next_random(&choice->random) % (unsigned)handles];

        if (choice->memory != NULL)
            handle = after_reading(
                handle, choice->memory[next_random(&choice->random) % (unsigned)blocks_of_memory]);
        tls12_derive(choice->kdf, handle, out, sizeof(out));
    }
    return (bench_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - start) / derivations;
}

static void measure_rounds(
    struct memory_result *result, struct choice *choice, int rounds, int derivations)
{
    uint64_t *const *memory = choice->memory;
    double random[MAX_ROUNDS], control[MAX_ROUNDS], of_control[MAX_ROUNDS];

    for (int round = 0; round < rounds; round++) {
        double one;

        choice->memory = NULL;
        one = time_derivations(choice, 1, 1, derivations);
        random[round] = time_derivations(choice, result->objects, 1, derivations) / one;
        choice->memory = memory;
        one = time_derivations(choice, 1, 1, derivations);
        control[round] = time_derivations(choice, 1, result->objects, derivations) / one;
        of_control[round] = random[round] / control[round];
    }
    result->random = bench_median(random, rounds);
    result->control = bench_median(control, rounds);
    result->random_of_control = bench_median(of_control, rounds);
}

/* As much memory as the objects take, in as many pieces. */
static uint64_t **make_memory(int pieces, size_t size)
{
    uint64_t **memory = calloc((size_t)pieces, sizeof(*memory));

    bench_require(memory != NULL, "allocating memory");
    for (int i = 0; i < pieces; i++) {
        memory[i] = malloc(size);
        bench_require(memory[i] != NULL, "allocating memory");
        memset(memory[i], i, size);
    }
    return memory;
}

static void free_memory(uint64_t **memory, int pieces)
{
    for (int i = 0; i < pieces; i++)
        free(memory[i]);
    free(memory);
}

static void measure_objects(struct memory_result *result, int rounds, bool smoke)
{
    const int objects = smoke ? SMOKE_OBJECTS : OBJECTS;
    EVP_KDF *master_key =
        EVP_KDF_fetch(bench_subject, SSLPROVIDER_KDF_MASTER_KEY, SSLPROVIDER_PROPERTY);
    EVP_KDF_CTX *context = master_key == NULL ? NULL : EVP_KDF_CTX_new(master_key);
    uint64_t *handles, **memory;
    struct choice choice = {.random = UINT64_C(88172645463325252)};
    double before;

    handles = malloc((size_t)objects * sizeof(*handles));
    bench_require(context != NULL && handles != NULL, "preparing the key objects");
    before = bytes_in_use();
    for (int i = 0; i < objects; i++)
        handles[i] = tls12_leave_master_secret(master_key);
    *result = (struct memory_result){.objects = objects};
    result->bytes = (bytes_in_use() - before) / objects;
    memory = make_memory(objects, (size_t)result->bytes);
    choice.kdf = tls12_fetch(bench_subject);
    choice.handles = handles;
    choice.memory = memory;
    measure_rounds(result, &choice, rounds, smoke ? SMOKE_DERIVATIONS : DERIVATIONS);
    free_memory(memory, objects);
    for (int i = 0; i < objects; i++)
        tls12_discard(context, handles[i]);
    free(handles);
    EVP_KDF_free(choice.kdf);
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(master_key);
}

bool memory_measure(struct memory_result *result, int rounds, bool smoke)
{
    if (!usage_is_counted() || (!smoke && !there_is_room()))
        return false;
    measure_objects(result, rounds, smoke);
    return true;
}

#else

bool memory_measure(struct memory_result *result, int rounds, bool smoke)
{
    (void)result;
    (void)rounds;
    (void)smoke;
    return false;
}

#endif
