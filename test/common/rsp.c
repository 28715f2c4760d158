/* SPDX-License-Identifier: Apache-2.0 */
#include "rsp.h"

#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool fail(struct rsp_reader *reader, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool fail(struct rsp_reader *reader, unsigned line, const char *format, ...)
{
    int used = snprintf(reader->error, sizeof(reader->error), "%s:%u: ", reader->path, line);

    if (used >= 0 && (size_t)used < sizeof(reader->error)) {
        va_list args;

        va_start(args, format);
        vsnprintf(reader->error + used, sizeof(reader->error) - (size_t)used, format, args);
        va_end(args);
    }
    return false;
}

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    long size;

    if (file == NULL)
        return NULL;
    if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 &&
        fseek(file, 0, SEEK_SET) == 0 && (text = malloc((size_t)size + 1)) != NULL) {
        size_t length = fread(text, 1, (size_t)size, file);

        text[length] = '\0';
        /* A NUL byte would hide the rest of the file from the string functions. */
        if (length != (size_t)size || strlen(text) != length) {
            free(text);
            text = NULL;
        }
    }
    fclose(file);
    return text;
}

bool rsp_open(struct rsp_reader *reader, const char *path)
{
    memset(reader, 0, sizeof(*reader));
    reader->path = path;
    reader->line = 1;
    reader->text = read_text(path);
    reader->next = reader->text;
    if (reader->text == NULL)
        return fail(reader, 0, "cannot be read as text");
    return true;
}

void rsp_close(struct rsp_reader *reader)
{
    free(reader->text);
    reader->text = NULL;
    reader->next = NULL;
}

/* Cuts the next line out of the text; NULL at the end of the file. */
static char *take_line(struct rsp_reader *reader)
{
    char *line = reader->next;
    char *end;

    if (line == NULL || *line == '\0')
        return NULL;
    end = strchr(line, '\n');
    if (end != NULL) {
        *end = '\0';
        reader->next = end + 1;
    } else {
        reader->next = line + strlen(line);
    }
    reader->line++;
    return line;
}

/* Splits "name = value"; an empty value may lack the space after the sign. */
static bool split(char *text, char **name, char **value)
{
    char *sign = strstr(text, " =");

    if (sign == NULL || sign == text || (sign[2] != ' ' && sign[2] != '\0'))
        return false;
    *sign = '\0';
    *name = text;
    *value = sign[2] == '\0' ? sign + 2 : sign + 3;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Decodes over the digits themselves: a byte never needs more room than its two digits. */
static bool decode_hex(char *text, struct rsp_field *field)
{
    size_t length = strlen(text);
    uint8_t *bytes = (uint8_t *)text;

    if (length % 2 != 0)
        return false;
    for (size_t i = 0; i < length / 2; i++) {
        int high = hex_digit(text[2 * i]);
        int low = hex_digit(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    field->data = bytes;
    field->len = length / 2;
    return true;
}

static bool decode_decimal(const char *text, struct rsp_field *field)
{
    char *end;

    if (*text < '0' || *text > '9')
        return false;
    field->number = strtoul(text, &end, 10);
    return *end == '\0';
}

static bool read_bracket(struct rsp_reader *reader, char *line, unsigned number)
{
    size_t length = strlen(line);
    char *name, *value;

    if (length < 3 || line[length - 1] != ']')
        return fail(reader, number, "a section or attribute without closing bracket");
    line[length - 1] = '\0';
    line++;
    if (!split(line, &name, &value)) {
        reader->section = line;
        reader->attribute_count = 0;
        return true;
    }
    if (reader->section == NULL)
        return fail(reader, number, "attribute \"%s\" before the first section", name);
    if (reader->attribute_count == RSP_MAX_ATTRIBUTES)
        return fail(reader, number, "too many attributes");
    reader->attributes[reader->attribute_count++] = (struct rsp_attribute){name, value};
    return true;
}

static bool read_field(
    struct rsp_reader *reader, struct rsp_block *block, char *line, unsigned number)
{
    struct rsp_field field = {0};
    char *name, *value;
    bool decimal;

    if (reader->section == NULL)
        return fail(reader, number, "a field before the first section");
    if (!split(line, &name, &value))
        return fail(reader, number, "neither comment, section nor field");
    if (rsp_field(block, name) != NULL)
        return fail(reader, number, "field \"%s\" twice in one block", name);
    if (block->field_count == RSP_MAX_FIELDS)
        return fail(reader, number, "too many fields");
    decimal = strcmp(name, "COUNT") == 0 || strcmp(name, "tcId") == 0;
    if (decimal ? !decode_decimal(value, &field) : !decode_hex(value, &field))
        return fail(reader, number, "value of \"%s\" is not %s", name, decimal ? "decimal" : "hex");
    field.name = name;
    if (block->field_count == 0)
        block->line = number;
    block->fields[block->field_count++] = field;
    return true;
}

enum rsp_result rsp_next(struct rsp_reader *reader, struct rsp_block *block)
{
    char *line;

    memset(block, 0, sizeof(*block));
    block->path = reader->path;
    while ((line = take_line(reader)) != NULL) {
        unsigned number = reader->line - 1;

        if (*line == '\0') {
            if (block->field_count != 0)
                break;
        } else if (*line == '[') {
            if (block->field_count != 0) {
                fail(reader, number, "no blank line before the bracket");
                return RSP_ERROR;
            }
            if (!read_bracket(reader, line, number))
                return RSP_ERROR;
        } else if (*line != '#' && !read_field(reader, block, line, number)) {
            return RSP_ERROR;
        }
    }
    block->section = reader->section;
    memcpy(block->attributes, reader->attributes, sizeof(block->attributes));
    block->attribute_count = reader->attribute_count;
    return block->field_count != 0 ? RSP_BLOCK : RSP_END;
}

const struct rsp_field *rsp_field(const struct rsp_block *block, const char *name)
{
    for (size_t i = 0; i < block->field_count; i++) {
        if (strcmp(block->fields[i].name, name) == 0)
            return &block->fields[i];
    }
    return NULL;
}

const char *rsp_attribute(const struct rsp_block *block, const char *name)
{
    for (size_t i = 0; i < block->attribute_count; i++) {
        if (strcmp(block->attributes[i].name, name) == 0)
            return block->attributes[i].value;
    }
    return NULL;
}

static bool visit_file(const char *path, rsp_visit_fn *visit, void *argument)
{
    struct rsp_reader reader;
    struct rsp_block block;
    enum rsp_result result = RSP_ERROR;

    if (rsp_open(&reader, path)) {
        while ((result = rsp_next(&reader, &block)) == RSP_BLOCK)
            visit(&block, argument);
    }
    if (result == RSP_ERROR)
        fprintf(stderr, "\n    %s", reader.error);
    rsp_close(&reader);
    return result == RSP_END;
}

bool rsp_visit_files(const char *pattern, rsp_visit_fn *visit, void *argument)
{
    bool readable = true;
    glob_t files;

    if (glob(pattern, 0, NULL, &files) != 0) {
        fprintf(stderr, "\n    %s: no such file", pattern);
        return false;
    }
    for (size_t i = 0; i < files.gl_pathc; i++)
        readable = visit_file(files.gl_pathv[i], visit, argument) && readable;
    globfree(&files);
    return readable;
}

bool rsp_visit_vectors(bool more, rsp_visit_fn *visit, void *argument)
{
    static const char *const patterns[] = {SSLP_TEST_VECTORS "/*.rsp",
        SSLP_TEST_VECTORS "/captures/*.rsp", SSLP_TEST_VECTORS "/more/*.rsp",
        SSLP_TEST_VECTORS "/more/captures/*.rsp"};
    bool readable = true;

    for (size_t i = 0; i < (more ? 4 : 2); i++)
        readable = rsp_visit_files(patterns[i], visit, argument) && readable;
    return readable;
}
