/* SPDX-License-Identifier: Apache-2.0
 *
 * A fault for each tool of the lane, which has to report it.
 */
#include <stdlib.h>
#include <string.h>

int planted_double_free(size_t len);
int planted_out_of_bounds(void);
char *planted_short_copy(const char *text);

int planted_double_free(size_t len)
{
    char *const block = malloc(len);

    if (block == NULL)
        return 0;
    free(block);
    free(block);
    return 1;
}

int planted_out_of_bounds(void)
{
    int numbers[4] = {1, 2, 3, 4};

    return numbers[4];
}

/* The zero is not counted: strlen(text) + 1 is meant. */
char *planted_short_copy(const char *text)
{
    return malloc(strlen(text + 1));
}
