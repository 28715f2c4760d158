/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of the status test: families of functions, whose arguments can be spoilt by name, and
 * the objects that valid calls need.
 *
 * A family keeps the arguments of the call to come in variables of its own.  For each row of the
 * table they are set to those of a valid call, the row's assignments are laid over them, and the
 * function is called.
 */
#ifndef SSLP_TEST_SHIM_STATUS_STATUS_H
#define SSLP_TEST_SHIM_STATUS_STATUS_H

#include "../support.h"

/* Lays a value over an argument; false for a value that it does not know. */
typedef bool status_setter(void *argument, const char *value);

struct status_argument {
    const char *name;
    void *argument;
    status_setter *set;
};

struct status_function {
    const char *name;
    const char *arguments;         /* names of what the table can spoil, a space between two */
    void (*prepare)(void);         /* what a valid call needs beyond the family's; may be NULL */
    SECURITY_STATUS (*call)(void); /* checks and frees the outputs, too */
};

struct status_family {
    const char *name;
    void (*prepare)(void); /* the arguments of valid calls */
    const struct status_argument *arguments;
    size_t argument_count;
    const struct status_function *functions;
    size_t function_count;
};

extern const struct status_family status_providers, status_lookup, status_hashes, status_keys,
    status_signatures, status_master_keys, status_records, status_keying_material,
    status_key_schedule, status_companions;

/* The row at work, for the messages of the checks. */
extern const char *status_row;

/* ---- Setters (arguments.c) ---- */

status_setter status_set_number; /* DWORD: 12, 0x0303 */
status_setter status_set_word;   /* WORD */
status_setter status_set_handle; /* by the name of an object: zero, provider, master */
status_setter status_set_null;   /* any pointer: null */
status_setter status_set_text;   /* LPCWSTR: null, empty, 64-letters, 65-letters, or the text */
status_setter status_set_list;   /* PNCryptBufferDesc: null, or the name of a fault */

/* A list in which nothing is wrong, for every function that takes one. */
PNCryptBufferDesc status_valid_list(void);

/* ---- Outputs (arguments.c) ---- */

/* A handle is 0 after a failure; after a success it is another and is freed.  NULL is allowed. */
void status_end_handle(const NCRYPT_HANDLE *handle, SECURITY_STATUS status);

/* The same for a block that SslFreeBuffer frees. */
void status_end_block(void *block, SECURITY_STATUS status);

/* ---- Objects (objects.c) ---- */

/* Each false on failure; they run outside of tests. */
bool status_objects_open(void);
bool status_objects_close(void);

/* False for an unknown name. */
bool status_object(const char *name, NCRYPT_HANDLE *handle);

/* The same for a name in the program; an unknown one ends it. */
NCRYPT_HANDLE status_handle(const char *name);

/* A certificate whose private key the library finds, and one whose it does not. */
PCCERT_CONTEXT status_certificate(bool with_key);

enum { STATUS_RSA_LEN = 256 }; /* bytes in the modulus */

/* A blob of the type BCRYPT_RSAPUBLIC_BLOB. */
struct status_rsa_blob {
    BCRYPT_RSAKEY_BLOB header;
    BYTE exponent[3];
    BYTE modulus[STATUS_RSA_LEN];
};

enum { STATUS_RSA_BLOB_LEN = sizeof(BCRYPT_RSAKEY_BLOB) + 3 + STATUS_RSA_LEN };

/* Key of the certificate with a key: its public half, and in DER its private one. */
const struct status_rsa_blob *status_public_blob(void);
const BYTE *status_private_der(DWORD *len);

#endif
