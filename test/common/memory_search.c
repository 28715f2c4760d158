/* SPDX-License-Identifier: Apache-2.0 */
#include "common/memory_search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct mapping {
    uintptr_t from, to;
    bool is_secure_heap;
};

struct search {
    FILE *memory; /* of another process */
    struct memory_secret *secrets;
    size_t count, seen;
};

struct memory_secret memory_tail(const char *name, const uint8_t *masked, size_t len, uint8_t mask)
{
    const size_t skipped = len > MEMORY_TAIL ? len - MEMORY_TAIL : 0;

    return (struct memory_secret){
        .name = name, .masked = masked + skipped, .len = len - skipped, .mask = mask};
}

bool memory_is_found(const struct memory_secret *secret)
{
    return secret->in_plain || secret->in_secure_heap;
}

static bool is_here(const volatile uint8_t *memory, const struct memory_secret *secret)
{
    for (size_t i = 0; i < secret->len; i++) {
        if ((memory[i] ^ secret->mask) != secret->masked[i])
            return false;
    }
    return true;
}

static const uint8_t *find(const uint8_t *from, size_t len, const struct memory_secret *secret)
{
    const uint8_t first = secret->masked[0] ^ secret->mask;
    const uint8_t *const to = from + len;

    while ((size_t)(to - from) >= secret->len) {
        from = memchr(from, first, (size_t)(to - from) - secret->len + 1);
        if (from == NULL || is_here(from, secret))
            return from;
        from++;
    }
    return NULL;
}

static void look(
    const struct search *search, const struct mapping *mapping, const uint8_t *memory, size_t len)
{
    for (size_t i = 0; i < search->count; i++) {
        struct memory_secret *secret = &search->secrets[i];
        const uint8_t *at = find(memory, len, secret);

        if (at == NULL)
            continue;
        if (!memory_is_found(secret))
            secret->address = mapping->from + (uintptr_t)(at - memory);
        if (mapping->is_secure_heap)
            secret->in_secure_heap = true;
        else
            secret->in_plain = true;
    }
}

static bool look_elsewhere(struct search *search, const struct mapping *mapping)
{
    const size_t len = mapping->to - mapping->from;
    uint8_t *copy = malloc(len);
    size_t got;

    if (copy == NULL || fseek(search->memory, (long)mapping->from, SEEK_SET) != 0) {
        free(copy);
        return false;
    }
    got = fread(copy, 1, len, search->memory); /* guard pages cannot be read */
    look(search, mapping, copy, got);
    search->seen += got;
    free(copy);
    return true;
}

static bool look_through(struct search *search, const struct mapping *mapping)
{
    if (search->memory != NULL)
        return look_elsewhere(search, mapping);
    look(search, mapping, (const uint8_t *)mapping->from, mapping->to - mapping->from);
    search->seen += mapping->to - mapping->from;
    return true;
}

/* OpenSSL keeps its secure heap out of core files: no other memory of a test is so. */
static bool look_through_all(struct search *search, FILE *maps)
{
    struct mapping mapping = {0};
    char line[4352];
    bool is_writable = false;

    while (fgets(line, sizeof(line), maps) != NULL) {
        char permissions[5];
        unsigned long from, to;

        if (sscanf(line, "%lx-%lx %4s", &from, &to, permissions) == 3) {
            mapping = (struct mapping){.from = from, .to = to};
            is_writable = strncmp(permissions, "rw", 2) == 0;
        } else if (is_writable && strncmp(line, "VmFlags:", 8) == 0) {
            mapping.is_secure_heap = strstr(line, " dd") != NULL;
            if (!look_through(search, &mapping))
                return false;
        }
    }
    return true;
}

static FILE *open_of(pid_t process, const char *name)
{
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)process, name);
    return fopen(path, "rb");
}

size_t memory_search(pid_t process, struct memory_secret *secrets, size_t count)
{
    struct search search = {.secrets = secrets, .count = count};
    FILE *maps = open_of(process == 0 ? getpid() : process, "smaps");
    bool done;

    if (process != 0)
        search.memory = open_of(process, "mem");
    for (size_t i = 0; i < count; i++)
        secrets[i].in_plain = secrets[i].in_secure_heap = false;
    done =
        maps != NULL && (process == 0 || search.memory != NULL) && look_through_all(&search, maps);
    if (maps != NULL)
        fclose(maps);
    if (search.memory != NULL)
        fclose(search.memory);
    return done ? search.seen : 0;
}

bool memory_is_instrumented(void)
{
    const char *preload = getenv("LD_PRELOAD");

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#endif
    return getenv("SSLP_EMULATOR") != NULL ||
        (preload != NULL && strstr(preload, "vgpreload") != NULL);
}
