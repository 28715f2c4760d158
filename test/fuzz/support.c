/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "common/provider_support.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- Input ---- */

uint8_t fuzz_byte(struct fuzz_input *input)
{
    if (input->len == 0)
        return 0;
    input->len--;
    return *input->data++;
}

uint32_t fuzz_dword(struct fuzz_input *input)
{
    uint32_t number = 0;

    for (int i = 0; i < 4; i++)
        number = number << 8 | fuzz_byte(input);
    return number;
}

uint64_t fuzz_number(struct fuzz_input *input)
{
    const uint64_t high = fuzz_dword(input);

    return high << 32 | fuzz_dword(input);
}

size_t fuzz_below(struct fuzz_input *input, size_t limit)
{
    size_t number = fuzz_byte(input);

    if (limit > 256)
        number |= (size_t)fuzz_byte(input) << 8;
    return limit == 0 ? 0 : number % limit;
}

bool fuzz_ends(const struct fuzz_input *input)
{
    return input->len == 0;
}

size_t fuzz_bytes(struct fuzz_input *input, void *bytes, size_t max)
{
    size_t len = fuzz_byte(input);

    len = (len | (size_t)fuzz_byte(input) << 8) % (max + 1);
    if (len > input->len)
        len = input->len;
    if (len != 0)
        memcpy(bytes, input->data, len);
    input->data += len;
    input->len -= len;
    return len;
}

uint8_t *fuzz_copy(const void *bytes, size_t len)
{
    uint8_t *copy = calloc(len == 0 ? 1 : len, 1);

    fuzz_require(copy != NULL, "memory");
    if (len != 0)
        memcpy(copy, bytes, len);
    return copy;
}

uint8_t *fuzz_block(struct fuzz_input *input, size_t max, size_t *len)
{
    uint8_t *const room = malloc(max + 1);
    uint8_t *block;

    fuzz_require(room != NULL, "memory");
    *len = fuzz_bytes(input, room, max);
    block = fuzz_copy(room, *len);
    free(room);
    return block;
}

size_t fuzz_change(struct fuzz_input *input, uint8_t *bytes, size_t len, size_t size)
{
    static const uint32_t numbers[] = {0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFF, 0x10000};
    size_t at;
    uint32_t number;

    for (unsigned changes = fuzz_byte(input) % 8; changes != 0 && len != 0; changes--) {
        at = fuzz_below(input, len);
        switch (fuzz_byte(input) % 6) {
        case 0:
            bytes[at] ^= (uint8_t)(1U << fuzz_byte(input) % 8);
            break;
        case 1:
            bytes[at] = fuzz_byte(input);
            break;
        case 2:
            len = at;
            break;
        case 3:
            at = fuzz_below(input, 512) + 1;
            if (at > size - len)
                at = size - len;
            memset(bytes + len, fuzz_byte(input), at);
            len += at;
            break;
        case 4: /* a number of a header, which has the byte order of the machine */
            number = numbers[fuzz_below(input, COUNT(numbers))];
            at = at / 4 * 4;
            if (len - at >= sizeof(number))
                memcpy(bytes + at, &number, sizeof(number));
            break;
        default:
            number = fuzz_byte(input);
            at = at % 64 / 4 * 4;
            if (len >= at + sizeof(number))
                memcpy(bytes + at, &number, sizeof(number));
            break;
        }
    }
    return len;
}

/* ---- Invariants ---- */

uint8_t fuzz_canary[FUZZ_CANARY_LEN];

static char described[256];

void fuzz_case(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(described, sizeof(described), format, args);
    va_end(args);
}

_Noreturn void fuzz_fail(const char *what)
{
    fprintf(stderr, "violated: %s; %s\n", what, described);
    ERR_print_errors_fp(stderr);
    abort();
}

void fuzz_require(bool holds, const char *what)
{
    if (!holds)
        fuzz_fail(what);
}

void fuzz_require_zeros(const void *bytes, size_t len, const char *what)
{
    const uint8_t *const byte = bytes;

    for (size_t i = 0; i < len; i++)
        fuzz_require(byte[i] == 0, what);
}

void fuzz_require_quiet(const char *what)
{
    fuzz_require(ERR_peek_error() == 0, what);
}

/* Eight bytes in a row are no accident.  Only one piece of eight in sixteen is looked for at each
 * place, which finds every run of 23 bytes.  CRYPTO_memcmp is none of the comparisons that
 * libFuzzer learns from. */
void fuzz_require_hidden(const void *bytes, size_t len, const char *what)
{
    enum { PIECE = 8, STEP = 16 };
    const uint8_t *const byte = bytes;

    for (size_t i = 0; i + PIECE <= len; i++) {
        for (size_t piece = 0; piece < FUZZ_CANARY_LEN; piece += STEP)
            fuzz_require(CRYPTO_memcmp(byte + i, fuzz_canary + piece, PIECE) != 0, what);
    }
}

void fuzz_require_errors_hidden(void)
{
    const char *file, *function, *data;
    int line, flags;

    while (ERR_get_error_all(&file, &line, &function, &data, &flags) != 0) {
        if ((flags & ERR_TXT_STRING) != 0)
            fuzz_require_hidden(data, strlen(data), "a secret in the text of an error");
    }
}

/* ---- The native interface ---- */

NCRYPT_PROV_HANDLE fuzz_provider;

/* Under the temporary folder; each input begins with it empty. */
static char key_log[SUPPORT_PATH_SIZE];

static void remove_key_log(void)
{
    unlink(key_log);
}

void fuzz_write_key_log(void)
{
    fuzz_require(support_write_file("", key_log) && atexit(remove_key_log) == 0 &&
            setenv("SSLKEYLOGFILE", key_log, 1) == 0,
        "a key log");
}

void fuzz_empty_key_log(void)
{
    fuzz_require(truncate(key_log, 0) == 0, "an empty key log");
}

void fuzz_open_provider(void)
{
    fuzz_require(SslOpenProvider(&fuzz_provider, NULL, 0) == ERROR_SUCCESS, "SslOpenProvider");
}

SECURITY_STATUS fuzz_called(SECURITY_STATUS status, const char *function)
{
    fuzz_require_quiet(function);
    fuzz_require(status <= ERROR_SUCCESS, function);
    return status;
}

SECURITY_STATUS fuzz_made(SECURITY_STATUS status, const ULONG_PTR *handle, const char *function)
{
    fuzz_require((status == ERROR_SUCCESS) == (*handle != 0), function);
    return fuzz_called(status, function);
}

void fuzz_free(ULONG_PTR handle)
{
    if (handle != 0)
        fuzz_require(SslFreeObject(handle, 0) == ERROR_SUCCESS, "SslFreeObject");
}

NCRYPT_KEY_HANDLE fuzz_secret(
    DWORD kind, DWORD protocol, DWORD suite, DWORD flags, const void *secret, DWORD secret_len)
{
    NCRYPTSSL_SECRET_BLOB_HEADER header = {.cbLength = (DWORD)sizeof(header) + secret_len,
        .dwMagic = NCRYPTSSL_SECRET_MAGIC,
        .dwKind = kind,
        .dwProtocol = protocol,
        .dwCipherSuite = suite,
        .dwFlags = flags,
        .cbSecret = secret_len};
    uint8_t blob[sizeof(header) + 512];
    NCRYPT_KEY_HANDLE key;

    fuzz_require(secret_len <= 512, "a secret fits");
    memcpy(blob, &header, sizeof(header));
    memcpy(blob + sizeof(header), secret, secret_len);
    (void)fuzz_made(
        SslImportKey(fuzz_provider, &key, NCRYPTSSL_SECRET_BLOB, blob, header.cbLength, 0), &key,
        "SslImportKey");
    return key;
}
