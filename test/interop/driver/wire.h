/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading and writing what travels, with every length checked: a message that does not fit ends
 * the program.  Numbers are big-endian; a vector is a length of 1 to 3 bytes and its content
 * (RFC 5246 section 4.3).
 */
#ifndef SSL_DRIVER_WIRE_H
#define SSL_DRIVER_WIRE_H

#include <stddef.h>
#include <stdint.h>

/* Prints to stderr and ends the program: there is no way on from any failure. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

struct reader {
    const uint8_t *at;
    size_t left;
};

struct reader read_from(const uint8_t *data, size_t len);
const uint8_t *read_bytes(struct reader *reader, size_t len);
uint32_t read_number(struct reader *reader, size_t width);
struct reader read_vector(struct reader *reader, size_t width);
void read_end(const struct reader *reader);

enum { WRITER_ROOM = 0x8000 };

struct writer {
    size_t len;
    uint8_t data[WRITER_ROOM];
};

void write_bytes(struct writer *writer, const void *data, size_t len);
void write_number(struct writer *writer, uint32_t value, size_t width);
void write_vector(struct writer *writer, size_t width, const void *data, size_t len);

/* A vector whose content is written piece by piece: what open returns goes to close. */
size_t write_open(struct writer *writer, size_t width);
void write_close(struct writer *writer, size_t opened, size_t width);

#endif
