/* SPDX-License-Identifier: Apache-2.0
 *
 * What the fuzz targets share.  All of them are in one program; --target=NAME chooses one, and
 * --seeds=FOLDER writes its first inputs instead of running it.
 *
 * An input is a list of choices: which template, which call, which argument, which change.  So the
 * fuzzer reaches the depth of the library at once, and every input means something.
 */
#ifndef SSLP_TEST_FUZZ_FUZZ_H
#define SSLP_TEST_FUZZ_FUZZ_H

#include "ncryptssl/sslprovider.h"
#include "ncryptssl/sslprovider_ext.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- Targets ---- */

struct fuzz_input {
    const uint8_t *data;
    size_t len;
};

struct fuzz_target {
    const char *name;
    void (*begin)(void); /* once, before the first input */
    void (*run)(struct fuzz_input *input);
    void (*seed)(void); /* calls fuzz_seed for each; begin has run */
};

extern const struct fuzz_target fuzz_kdf_templates, fuzz_kdf_parameters, fuzz_configuration,
    fuzz_buffer_lists, fuzz_blobs, fuzz_records, fuzz_calls, fuzz_key_schedule, fuzz_private_keys,
    fuzz_opaque_keys;

/* What `begin` calls where this OpenSSL does not have what the target works on. */
_Noreturn void fuzz_skip(const char *why);

/* ---- Input: 0 and nothing at its end ---- */

uint8_t fuzz_byte(struct fuzz_input *input);
uint32_t fuzz_dword(struct fuzz_input *input);
uint64_t fuzz_number(struct fuzz_input *input);
size_t fuzz_below(struct fuzz_input *input, size_t limit); /* up to 65536 */
bool fuzz_ends(const struct fuzz_input *input);

/* At most `max` bytes, as many as the next two bytes say, and no more than are left. */
size_t fuzz_bytes(struct fuzz_input *input, void *bytes, size_t max);

/* The same in a block of its own, so that a read beyond it is noticed; free() frees it. */
uint8_t *fuzz_block(struct fuzz_input *input, size_t max, size_t *len);

/* A copy of the bytes in a block of its own, for none of them an empty text. */
uint8_t *fuzz_copy(const void *bytes, size_t len);

/* Changes bytes as the input says: some bits, a number of 32 bits, the length.  Returns the new
 * length, at most `size`. */
size_t fuzz_change(struct fuzz_input *input, uint8_t *bytes, size_t len, size_t size);

/* ---- Seeds ---- */

void fuzz_seed(const void *bytes, size_t len);

/* One for each number of 16 bits below `count`, which ends with the bytes given. */
void fuzz_seed_each(size_t count, const void *bytes, size_t len);

/* Inputs of random bytes, the same in every run. */
void fuzz_seed_random(size_t count, size_t len);

/* ---- Invariants: a violation ends the program ---- */

_Noreturn void fuzz_fail(const char *what);

/* What an input is about, for the message of a violation. */
void fuzz_case(const char *format, ...) __attribute__((format(printf, 1, 2)));
void fuzz_require(bool holds, const char *what);
void fuzz_require_zeros(const void *bytes, size_t len, const char *what);

/* Nothing on OpenSSL's error queue. */
void fuzz_require_quiet(const char *what);

/* The canary is the secret of keys that must not leave the library. */
enum { FUZZ_CANARY_LEN = 64 };
extern uint8_t fuzz_canary[FUZZ_CANARY_LEN];

/* No piece of the canary in these bytes; and in the texts of the error queue, which it empties. */
void fuzz_require_hidden(const void *bytes, size_t len, const char *what);
void fuzz_require_errors_hidden(void);

/* ---- The native interface ---- */

extern NCRYPT_PROV_HANDLE fuzz_provider;
void fuzz_open_provider(void);

/* What holds after every call: the queue is empty.  Returns the status. */
SECURITY_STATUS fuzz_called(SECURITY_STATUS status, const char *function);

/* And of one with an output handle: it is 0 exactly after a failure.  It is looked at after the
 * call, which may stand among the arguments. */
SECURITY_STATUS fuzz_made(SECURITY_STATUS status, const ULONG_PTR *handle, const char *function);

/* SSLKEYLOGFILE names a file of this process, before the provider is opened. */
void fuzz_write_key_log(void);
void fuzz_empty_key_log(void);

void fuzz_free(ULONG_PTR handle);

/* A secret of the kind through NCRYPTSSL_SECRET_BLOB; 0 where it is refused. */
NCRYPT_KEY_HANDLE fuzz_secret(
    DWORD kind, DWORD protocol, DWORD suite, DWORD flags, const void *secret, DWORD secret_len);

#endif
