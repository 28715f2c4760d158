/* SPDX-License-Identifier: Apache-2.0
 *
 * A strict reader of the vector files (.rsp, described in test/vectors/README.md).  It hands out
 * one block, that is one vector, at a time and refuses whatever the format does not allow: a
 * vector that is skipped in silence would look like one that passed.
 */
#ifndef SSLP_TEST_RSP_H
#define SSLP_TEST_RSP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RSP_MAX_FIELDS = 48, RSP_MAX_ATTRIBUTES = 8, RSP_ERROR_SIZE = 320 };

/* `[name = value]`, in force from its line to the next section. */
struct rsp_attribute {
    const char *name;
    const char *value;
};

/* `name = value`.  COUNT and tcId are decimal and have no bytes; everything else is bytes. */
struct rsp_field {
    const char *name;
    const uint8_t *data;
    size_t len;           /* bytes */
    unsigned long number; /* value of a decimal field */
};

/* Everything in a block points into the reader and is valid until rsp_close. */
struct rsp_block {
    const char *path;
    unsigned line; /* of the first field */
    const char *section;
    struct rsp_attribute attributes[RSP_MAX_ATTRIBUTES];
    size_t attribute_count;
    struct rsp_field fields[RSP_MAX_FIELDS];
    size_t field_count;
};

struct rsp_reader {
    const char *path; /* borrowed */
    char *text;       /* owned: the whole file, cut into strings while it is read */
    char *next;       /* start of the line to read next; NULL at the end */
    unsigned line;    /* its number */
    const char *section;
    struct rsp_attribute attributes[RSP_MAX_ATTRIBUTES];
    size_t attribute_count;
    char error[RSP_ERROR_SIZE]; /* "file:line: what is wrong" after a failure */
};

enum rsp_result { RSP_BLOCK, RSP_END, RSP_ERROR };

/* False, with reader->error set, when the file cannot be read.  The path must outlive the reader;
 * rsp_close is due in either case. */
bool rsp_open(struct rsp_reader *reader, const char *path);
void rsp_close(struct rsp_reader *reader);

enum rsp_result rsp_next(struct rsp_reader *reader, struct rsp_block *block);

/* NULL when the block has no such field or attribute. */
const struct rsp_field *rsp_field(const struct rsp_block *block, const char *name);
const char *rsp_attribute(const struct rsp_block *block, const char *name);

typedef void rsp_visit_fn(const struct rsp_block *block, void *argument);

/* Visits every block of the files whose paths match a pattern of the shell.  False, and a message
 * on stderr, when there is none, or one cannot be read. */
bool rsp_visit_files(const char *pattern, rsp_visit_fn *visit, void *argument);

/* The same for the folder of vectors and its captures, with `more` also for the folder more. */
bool rsp_visit_vectors(bool more, rsp_visit_fn *visit, void *argument);

#endif
