/* SPDX-License-Identifier: Apache-2.0 */
#include "common/run_program.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_WORDS = 32 };

void run_program(char *const argv[])
{
    char *words[MAX_WORDS + 1];
    const char *const named = getenv("SSLP_EMULATOR");
    char *emulator = named == NULL ? NULL : strdup(named);
    size_t count = 0;

    for (char *word = emulator == NULL ? NULL : strtok(emulator, " ");
         word != NULL && count < MAX_WORDS; word = strtok(NULL, " "))
        words[count++] = word;
    for (; *argv != NULL && count < MAX_WORDS; argv++)
        words[count++] = *argv;
    words[count] = NULL;
    if (*argv == NULL)
        execvp(words[0], words);
    _exit(127);
}
