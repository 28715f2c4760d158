/* SPDX-License-Identifier: Apache-2.0
 *
 * Strings of WCHAR: length, comparison, copies, and to and from UTF-8.
 *
 * The C and C++ libraries of Linux do not know strings of 16-bit units.  wcslen, wcscmp, wprintf
 * and std::wstring are compiled for a wchar_t of 32 bits; with -fshort-wchar they still compile,
 * and are silently wrong: they read beyond the end of a string.  These functions take their place
 * however the program is compiled.  They are part of the program, not of the library.
 *
 * A room counts units of the output, the terminating zero included.  A result counts units without
 * the zero, as many as the whole output has; where it is not less than the room, the output was cut
 * between two characters.  A room of 0 writes nothing, and the output may be NULL then.
 */
#ifndef NCRYPTSSL_UTF16_H
#define NCRYPTSSL_UTF16_H

#include "wintypes.h"

/* Units before the terminating zero. */
static inline size_t NcryptsslTextLen(LPCWSTR text)
{
    size_t len = 0;

    while (text[len] != 0)
        len++;
    return len;
}

/* Less than 0, 0 or more than 0, as the first different unit of the first most units tells. */
static inline int NcryptsslTextCompareN(LPCWSTR a, LPCWSTR b, size_t most)
{
    for (size_t i = 0; i < most; i++) {
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
        if (a[i] == 0)
            break;
    }
    return 0;
}

static inline int NcryptsslTextCompare(LPCWSTR a, LPCWSTR b)
{
    return NcryptsslTextCompareN(a, b, SIZE_MAX);
}

/* The same without regard to the case of A to Z. */
static inline int NcryptsslTextCompareCase(LPCWSTR a, LPCWSTR b)
{
    for (size_t i = 0;; i++) {
        const unsigned first = a[i] >= 'A' && a[i] <= 'Z' ? a[i] + 32u : a[i];
        const unsigned second = b[i] >= 'A' && b[i] <= 'Z' ? b[i] + 32u : b[i];

        if (first != second)
            return first < second ? -1 : 1;
        if (first == 0)
            return 0;
    }
}

static inline size_t NcryptsslTextCopy(WCHAR *to, size_t room, LPCWSTR from)
{
    const size_t len = NcryptsslTextLen(from);
    size_t copied = len;

    if (room == 0)
        return len;
    if (len >= room) {
        copied = room - 1;
        /* Both halves of a surrogate pair, or none. */
        if (copied > 0 && from[copied - 1] >= 0xD800 && from[copied - 1] < 0xDC00)
            copied--;
    }
    for (size_t i = 0; i < copied; i++)
        to[i] = from[i];
    to[copied] = 0;
    return len;
}

/* The next character, and the number of its units; a half of a pair alone reads as U+FFFD. */
static inline size_t NcryptsslUtf16Read(LPCWSTR text, uint32_t *character)
{
    const uint32_t first = (uint32_t)text[0];

    *character = first;
    if (first < 0xD800 || first > 0xDFFF)
        return 1;
    if (first < 0xDC00 && text[1] >= 0xDC00 && text[1] <= 0xDFFF) {
        *character = 0x10000 + ((first - 0xD800) << 10) + ((uint32_t)text[1] - 0xDC00);
        return 2;
    }
    *character = 0xFFFD;
    return 1;
}

/* The next character, and the number of its bytes (RFC 3629); what is malformed reads, byte by
 * byte, as U+FFFD. */
static inline size_t NcryptsslUtf8Read(const char *text, uint32_t *character)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    const uint32_t first = (uint8_t)text[0];
    const size_t more = first < 0x80 ? 0
        : first < 0xC0               ? 4
        : first < 0xE0               ? 1
        : first < 0xF0               ? 2
        : first < 0xF8               ? 3
                                     : 4;
    uint32_t value = more == 0 ? first : first & (0x3Fu >> more);

    *character = 0xFFFD;
    if (more > 3)
        return 1;
    for (size_t i = 1; i <= more; i++) {
        if (((uint8_t)text[i] & 0xC0) != 0x80)
            return 1;
        value = value << 6 | ((uint8_t)text[i] & 0x3F);
    }
    if (value < least[more] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 1;
    *character = value;
    return more + 1;
}

/* To UTF-8, for printf and files. */
static inline size_t NcryptsslTextToUtf8(char *to, size_t room, LPCWSTR from)
{
    static const uint8_t marks[] = {0, 0xC0, 0xE0, 0xF0};
    size_t len = 0, written = 0;

    while (*from != 0) {
        uint32_t character;
        size_t more;

        from += NcryptsslUtf16Read(from, &character);
        more = (size_t)(character >= 0x80) + (character >= 0x800) + (character >= 0x10000);
        if (written == len && len + more + 1 < room) {
            to[written++] = (char)(marks[more] | character >> (6 * more));
            for (size_t left = more; left > 0; left--)
                to[written++] = (char)(0x80 | (character >> (6 * (left - 1)) & 0x3F));
        }
        len += more + 1;
    }
    if (room > 0)
        to[written] = 0;
    return len;
}

/* From UTF-8, such as an argument of main. */
static inline size_t NcryptsslTextFromUtf8(WCHAR *to, size_t room, const char *from)
{
    size_t len = 0, written = 0;

    while (*from != 0) {
        uint32_t character;
        size_t units;

        from += NcryptsslUtf8Read(from, &character);
        units = character >= 0x10000 ? 2 : 1;
        if (written == len && len + units < room) {
            if (units == 2) {
                to[written++] = (WCHAR)(0xD800 + ((character - 0x10000) >> 10));
                character = 0xDC00 + (character & 0x3FF);
            }
            to[written++] = (WCHAR)character;
        }
        len += units;
    }
    if (room > 0)
        to[written] = 0;
    return len;
}

#endif
