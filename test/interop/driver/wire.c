/* SPDX-License-Identifier: Apache-2.0 */
#include "wire.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fail(const char *format, ...)
{
    va_list arguments;

    (void)fflush(stdout);
    fputs("ssl_driver: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

struct reader read_from(const uint8_t *data, size_t len)
{
    return (struct reader){.at = data, .left = len};
}

const uint8_t *read_bytes(struct reader *reader, size_t len)
{
    const uint8_t *at = reader->at;

    if (len > reader->left)
        fail("a message ends too early");
    reader->at += len;
    reader->left -= len;
    return at;
}

uint32_t read_number(struct reader *reader, size_t width)
{
    const uint8_t *at = read_bytes(reader, width);
    uint32_t value = 0;

    for (size_t i = 0; i < width; i++)
        value = value << 8 | at[i];
    return value;
}

struct reader read_vector(struct reader *reader, size_t width)
{
    const size_t len = read_number(reader, width);

    return read_from(read_bytes(reader, len), len);
}

void read_end(const struct reader *reader)
{
    if (reader->left != 0)
        fail("a message has %zu bytes too many", reader->left);
}

void write_bytes(struct writer *writer, const void *data, size_t len)
{
    if (len > sizeof(writer->data) - writer->len)
        fail("a message is too long to be written");
    if (len > 0)
        memcpy(writer->data + writer->len, data, len);
    writer->len += len;
}

static void put_number(uint8_t *to, uint32_t value, size_t width)
{
    for (size_t i = width; i > 0; i--, value >>= 8)
        to[i - 1] = (uint8_t)value;
    if (value != 0)
        fail("a number does not fit its field");
}

void write_number(struct writer *writer, uint32_t value, size_t width)
{
    uint8_t bytes[4] = {0};

    put_number(bytes, value, width);
    write_bytes(writer, bytes, width);
}

size_t write_open(struct writer *writer, size_t width)
{
    write_number(writer, 0, width);
    return writer->len;
}

void write_close(struct writer *writer, size_t opened, size_t width)
{
    put_number(writer->data + opened - width, (uint32_t)(writer->len - opened), width);
}

void write_vector(struct writer *writer, size_t width, const void *data, size_t len)
{
    const size_t opened = write_open(writer, width);

    write_bytes(writer, data, len);
    write_close(writer, opened, width);
}
